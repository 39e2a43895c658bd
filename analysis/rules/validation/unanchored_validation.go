package validation

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed unanchored_validation.md
var unanchoredValidationPage string

// UnanchoredValidation: validator pattern that does not match the whole value.
var UnanchoredValidation = &analysis.Rule{
	ID:         "unanchored-validation",
	Class:      "validation",
	Title:      "Validator regex does not match the whole value",
	CWE:        []int{625, 185},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.Medium,
	Confidence: analysis.Likely,
	Page:       unanchoredValidationPage,
	Checks: []analysis.Check{
		analysis.Calls{Names: []string{"re.match", "re.search", "re.Pattern.match", "re.Pattern.search"}, Run: tested},
		analysis.Calls{Names: []string{"re.compile", "re.fullmatch"}, Run: compiled},
		analysis.Calls{Names: searching, Run: func(p *analysis.Pass, e *flow.Event) { declared(p, e, false) }},
		analysis.Calls{Names: matching, Run: func(p *analysis.Pass, e *flow.Event) { declared(p, e, true) }},
	},
}

// searching are declarations whose pattern may match anywhere in the value.
var searching = []string{
	"pydantic.Field", "pydantic.constr", "pydantic.StringConstraints", "pydantic.types.constr", "pydantic.types.StringConstraints",
	"django.core.validators.RegexValidator", "django.forms.RegexField", "rest_framework.serializers.RegexField",
}

// matching are those whose pattern has to match from the beginning of it.
var matching = []string{"wtforms.validators.Regexp", "wtforms.validators.regexp", "marshmallow.validate.Regexp"}

const (
	tail = "The pattern does not reach the end of the value: anything may follow what it matches. Use fullmatch."
	head = "The pattern is looked for anywhere in the value: anything may stand around it. Use fullmatch."
	line = "`$` also matches before a line break at the end, so that the value may end in one. Use fullmatch."
	wide = "`A-z` also holds the characters [ \\ ] ^ _ and the backtick between the letters. Write A-Za-z."
)

// tested judges a pattern that decides whether a value is taken.
func tested(p *analysis.Pass, e *flow.Event) {
	text, value := operands(e)
	if text == nil {
		return
	}
	s, ok := text.Str()
	if !ok {
		return
	}
	pat, ok := readPattern(s)
	if !ok {
		return
	}
	if pat.wide {
		p.Report(e, analysis.Likely, wide)
		return
	}
	if flow.FindArg(e.Args, "flags") != nil || strings.Contains(s, "(?") && strings.ContainsAny(s, "mx") && !strings.Contains(s, "(?:") && !strings.Contains(s, "(?P<") {
		return
	}
	who := validatorOf(e.Node, e.Func)
	remote := fromClient(value)
	if !remote && who == ordinary || !accepts(e.Node) {
		return
	}
	search := strings.HasSuffix(e.Name, "search")
	switch {
	case !pat.closed:
	case pat.ends == loose && pat.counts && search && !pat.begins:
		p.Report(e, analysis.Likely, head)
	case pat.ends == loose && pat.counts:
		p.Report(e, analysis.Likely, tail)
	case search && !pat.begins && pat.ends != loose && !pat.opens: // the end of a text on purpose: \.(png|jpg)$
	case search && !pat.begins && pat.ends != loose:
		p.Report(e, analysis.Likely, "The pattern is not tied to the beginning of the value: anything may stand before what it matches. Use fullmatch.")
	case pat.ends == dollar:
		c := analysis.Likely
		if !remote && who == tells {
			c = analysis.Unsure
		}
		p.Report(e, c, line).Severity = analysis.Low
	}
}

// operands are the pattern and the value of a match.
func operands(e *flow.Event) (pattern, value *flow.Value) {
	at := func(which, name string) *flow.Value {
		if a := flow.FindArg(e.Args, which); a != nil {
			return a.Value
		}
		return flow.FindValue(e.Args, name)
	}
	if strings.HasPrefix(e.Name, "re.Pattern.") {
		if e.Recv == nil {
			return nil, nil
		}
		return e.Recv.Attr("pattern"), at("0", "string")
	}
	if flow.FindArg(e.Args, "2") != nil {
		return nil, nil // flags may change what the anchors mean
	}
	return at("0", "pattern"), at("1", "string")
}

func fromClient(v *flow.Value) bool {
	if v == nil {
		return false
	}
	for _, o := range v.Origins {
		if o.Tier == models.Remote {
			return true
		}
	}
	return false
}

// compiled looks for ranges that hold more than was meant.
func compiled(p *analysis.Pass, e *flow.Event) {
	if a := flow.FindArg(e.Args, "0"); a != nil {
		if s, ok := a.Value.Str(); ok {
			if pat, ok := readPattern(s); ok && pat.wide {
				p.Report(e, analysis.Likely, wide)
			}
		}
	}
}

// declared judges the pattern of a declared field.
func declared(p *analysis.Pass, e *flow.Event, fromBeginning bool) {
	var text string
	for _, which := range []string{"pattern", "regex", "0"} {
		if which == "0" && strings.HasPrefix(e.Name, "pydantic.") {
			continue
		}
		if a := flow.FindArg(e.Args, which); a != nil {
			v := a.Value
			if c := v.Attr("pattern"); c != nil {
				v = c
			}
			text, _ = v.Str()
			break
		}
	}
	if a := flow.FindValue(e.Args, "inverse_match"); text == "" || a != nil {
		return
	}
	pat, ok := readPattern(text)
	switch {
	case !ok:
	case pat.wide:
		p.Report(e, analysis.Likely, wide)
	case !pat.closed:
	case pat.ends == loose && pat.counts, pat.ends != loose && !pat.begins && !fromBeginning:
		p.Report(e, analysis.Likely, "The pattern of this field is not tied to both ends of the value: anything may stand around what it matches. Write ^ and \\Z around it (^ and $ for pydantic).")
	}
}
