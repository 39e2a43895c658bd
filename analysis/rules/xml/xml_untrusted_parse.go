package xml

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed xml_untrusted_parse.md
var xmlUntrustedParsePage string

// XMLUntrustedParse: standard-library XML parser on external data.
var XMLUntrustedParse = &analysis.Rule{
	ID:         "xml-untrusted-parse",
	Class:      "xml",
	Title:      "Standard-library XML parser on external data",
	CWE:        []int{776},
	OWASP2021:  "A05:2021 Security Misconfiguration",
	OWASP2025:  "A02:2025 Security Misconfiguration",
	Severity:   analysis.Medium,
	Confidence: analysis.Likely,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B313", "B314", "B315", "B316", "B317", "B318", "B319", "B405", "B406", "B407", "B408", "B409"},
		Ruff:    []string{"S313", "S314", "S315", "S316", "S317", "S318", "S319", "S405", "S406", "S407", "S408", "S409", "S410"},
		Semgrep: []string{"use-defused-xml", "use-defused-xml-parse"},
	},
	Page: xmlUntrustedParsePage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind:  models.XML,
			Judge: judgeUntrusted,
			Says: func(_ *flow.Event, r flow.Reach) string {
				data := analysis.Data(r)
				if r.Origin.Tier <= models.Unknown {
					data = analysis.Unknown(r)
				}
				return data + " is parsed as XML by a parser that expands the entities it declares, so that a small document can take much time and memory. Parse it with defusedxml."
			},
		},
		analysis.Calls{Names: []string{"xmltodict.parse"}, Run: judgeXMLToDict},
		analysis.Calls{Names: defusedCalls(), Run: judgeDefused},
	},
	Yields: []*analysis.Rule{XXE},
}

// judgeUntrusted objects to a client's documents in the parsers of the standard
// library. They read no external entities, and current versions of expat stop
// entities that grow out of all proportion.
func judgeUntrusted(_ *analysis.Pass, e *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
	if strings.HasPrefix(e.Name, "lxml.") {
		return 0, false
	}
	for _, a := range e.Args {
		if a.Name == "parser" && strings.HasPrefix(a.Value.Type, "defusedxml.") {
			return 0, false
		}
	}
	switch r.Origin.Tier {
	case models.Opaque, models.Unknown:
		return analysis.Unsure, true
	}
	c, ok := analysis.FromClient(r)
	return min(c, analysis.Likely), ok
}

func judgeXMLToDict(p *analysis.Pass, e *flow.Event) {
	if a := flow.FindArg(e.Args, "disable_entities"); a != nil {
		if on, ok := a.Value.Bool(); ok && !on {
			p.Report(e, analysis.Likely, "disable_entities=False expands the entities that a document declares, so that a small document can take much time and memory. Leave it out.")
		}
	}
}

// defusedCalls are the parsers of defusedxml whose guards can be taken off.
func defusedCalls() []string {
	var out []string
	for module, names := range map[string]string{
		"ElementTree": "parse fromstring XML iterparse XMLParser", "minidom": "parse parseString", "pulldom": "parse parseString",
		"sax": "parse parseString", "expatbuilder": "parse parseString", "lxml": "parse fromstring XML",
	} {
		for name := range strings.FieldsSeq(names) {
			out = append(out, "defusedxml."+module+"."+name)
		}
	}
	return out
}

func judgeDefused(p *analysis.Pass, e *flow.Event) {
	for _, name := range []string{"forbid_entities", "forbid_external"} {
		if a := flow.FindArg(e.Args, name); a != nil {
			if on, ok := a.Value.Bool(); ok && !on {
				p.Report(e, analysis.Likely, name+"=False takes off the guard for which defusedxml is used: entities that a document declares are expanded. Leave it out.")
				return
			}
		}
	}
}
