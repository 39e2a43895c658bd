package xml

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed xxe.md
var xxePage string

// XXE: xML parsed with external entities enabled.
var XXE = &analysis.Rule{
	ID:         "xxe",
	Class:      "xml",
	Title:      "XML parsed with external entities enabled",
	CWE:        []int{611},
	OWASP2021:  "A05:2021 Security Misconfiguration",
	OWASP2025:  "A02:2025 Security Misconfiguration",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Ruff:    []string{"S320"},
		Semgrep: []string{"use-defused-xml", "use-defused-xml-parse"},
	},
	Page: xxePage,
	Checks: []analysis.Check{
		analysis.Calls{Names: []string{"lxml.etree.XMLParser", "lxml.etree.iterparse", "lxml.etree.XMLPullParser", "lxml.objectify.makeparser"}, Run: judgeParser},
		analysis.Calls{Names: []string{"xml.sax.xmlreader.XMLReader.setFeature", ".setFeature"}, Run: judgeFeature},
		analysis.Calls{Names: []string{"pyexpat.xmlparser.SetParamEntityParsing", ".SetParamEntityParsing"}, Run: judgeExpat},
		analysis.Calls{Names: []string{"libxml2.substituteEntitiesDefault", "libxml2.lazySubstituteEntitiesDefault"}, Run: judgeLibxml2},
		analysis.Flow{
			Kind:  models.XML,
			Judge: judgeXML,
			Says: func(e *flow.Event, r flow.Reach) string {
				if e.Name == "lxml.etree.XSLT" {
					return analysis.Data(r) + " is run as a stylesheet, which can read files and ask other hosts. Use stylesheets of your own."
				}
				return analysis.Data(r) + " is parsed as XML with the default parser, which before lxml 5.0 puts files of this machine in the place of external entities. Give parser=etree.XMLParser(resolve_entities=False, no_network=True)."
			},
		},
	},
}

// judgeParser objects to parsers that are told to fetch what a document names.
// resolve_entities="internal", the default since lxml 5.0, fetches nothing.
func judgeParser(p *analysis.Pass, e *flow.Event) {
	for _, name := range []string{"resolve_entities", "load_dtd", "dtd_validation", "attribute_defaults", "no_network"} {
		a := flow.FindArg(e.Args, name)
		if a == nil {
			continue
		}
		on, known := a.Value.Bool()
		switch {
		case !known:
		case a.Name == "resolve_entities" && on:
			p.Report(e, analysis.Certain, "resolve_entities=True puts the content of files and addresses in the place of entities that a document declares: whoever writes the document reads files of this machine. Set it to False.")
			return
		case a.Name == "load_dtd" && on, a.Name == "dtd_validation" && on, a.Name == "attribute_defaults" && on:
			p.Report(e, analysis.Likely, a.Name+"=True loads the DTD that a document names, with all its entities: whoever writes the document reads files of this machine. Leave it out.")
			return
		case a.Name == "no_network" && !on:
			p.Report(e, analysis.Likely, "no_network=False lets a document fetch entities and DTDs from other hosts: whoever writes the document reaches internal services. Leave it out.")
			return
		}
	}
}

// judgeFeature objects to setFeature(feature_external_ges, True).
func judgeFeature(p *analysis.Pass, e *flow.Event) {
	feature, on := flow.FindArg(e.Args, "0"), flow.FindArg(e.Args, "1")
	if feature == nil || on == nil {
		return
	}
	set, ok := on.Value.Bool()
	if n, isInt := on.Value.Int(); isInt {
		set, ok = n != 0, true
	}
	name, _ := feature.Value.Str()
	if name == "" {
		name = feature.Value.Name
	}
	if ok && set && (strings.HasSuffix(name, "external-general-entities") || strings.HasSuffix(name, "external-parameter-entities") ||
		strings.HasSuffix(name, "feature_external_ges") || strings.HasSuffix(name, "feature_external_pes")) {
		p.Report(e, analysis.Certain, "This makes the parser read the files and addresses that a document declares as entities: whoever writes the document reads files of this machine. Leave the feature off.")
	}
}

func judgeExpat(p *analysis.Pass, e *flow.Event) {
	a := flow.FindArg(e.Args, "0")
	if a != nil && (strings.HasSuffix(a.Value.Name, "XML_PARAM_ENTITY_PARSING_ALWAYS") || strings.HasSuffix(a.Value.Name, "XML_PARAM_ENTITY_PARSING_UNLESS_STANDALONE")) {
		p.Report(e, analysis.Likely, "This makes the parser ask for the external parameter entities that a document declares, through which it reads files and addresses. Leave it out.")
	}
}

func judgeLibxml2(p *analysis.Pass, e *flow.Event) {
	if a := flow.FindArg(e.Args, "0"); a != nil {
		if n, ok := a.Value.Int(); ok && n != 0 {
			p.Report(e, analysis.Certain, "This makes every parser of the process put files and addresses in the place of entities that a document declares. Pass 0.")
		}
	}
}

// judgeXML objects to a client's documents in lxml without a parser of its own,
// or with one that was given no options.
func judgeXML(_ *analysis.Pass, e *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
	if !strings.HasPrefix(e.Name, "lxml.") {
		return 0, false
	}
	c, ok := analysis.FromClient(r)
	if e.Name == "lxml.etree.XSLT" {
		return c, ok
	}
	switch parser := parserOf(e); {
	case parser == nil:
	case parser.Type != "lxml.etree.XMLParser" || parser.Attr("resolve_entities") != nil:
		return 0, false // of another kind, or told what to do
	}
	return min(c, analysis.Likely), ok
}

// parserOf is the parser of a call, nil if it is the default one.
func parserOf(e *flow.Event) *flow.Value {
	if strings.HasSuffix(e.Name, ".feed") {
		return e.Recv
	}
	if e.Name == "lxml.etree.iterparse" {
		if a := flow.FindArg(e.Args, "resolve_entities"); a != nil {
			return &flow.Value{}
		}
		return nil
	}
	for _, which := range []string{"parser", "1"} {
		if a := flow.FindArg(e.Args, which); a != nil && !a.Value.IsNone() {
			return a.Value
		}
	}
	return nil
}
