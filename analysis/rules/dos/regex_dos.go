package dos

import (
	_ "embed"
	"slices"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

//go:embed regex_dos.md
var regexDosPage string

// RegexDoS: regular expression with catastrophic backtracking.
var RegexDoS = &analysis.Rule{
	ID:         "regex-dos",
	Class:      "dos",
	Title:      "Regular expression with catastrophic backtracking",
	CWE:        []int{1333},
	OWASP2021:  "A04:2021 Insecure Design",
	OWASP2025:  "A06:2025 Insecure Design",
	Severity:   analysis.Medium,
	Confidence: analysis.Likely,
	Aliases: analysis.Aliases{
		Semgrep: []string{"regex_dos"},
	},
	Page: regexDosPage,
	Checks: []analysis.Check{
		analysis.Calls{Names: matches, Run: judgeMatch},
		analysis.Calls{Names: declares, Run: judgeDeclared},
	},
}

// matches are the calls that match a text with Python's engine.
var matches = []string{
	"re.match", "re.search", "re.fullmatch", "re.findall", "re.finditer", "re.split", "re.sub", "re.subn",
	"re.Pattern.match", "re.Pattern.search", "re.Pattern.fullmatch", "re.Pattern.findall", "re.Pattern.finditer", "re.Pattern.split", "re.Pattern.sub", "re.Pattern.subn",
}

// declares are the declarations whose pattern a framework matches with what
// clients send.
var declares = []string{
	"django.core.validators.RegexValidator", "django.forms.RegexField", "rest_framework.serializers.RegexField", "django.urls.re_path", "django.conf.urls.url",
	"wtforms.validators.Regexp", "wtforms.validators.regexp", "marshmallow.validate.Regexp",
}

const backtracks = "This pattern can match the same text in many ways: the time that it takes doubles with each character of a text that does not match, and a short request stops the worker. "

func judgeMatch(p *analysis.Pass, e *flow.Event) {
	text, value, flags := matched(e)
	if text == nil || value == nil || !plainFlags(flags) {
		return
	}
	s, ok := text.Str()
	if !ok {
		return
	}
	if full := strings.HasSuffix(e.Name, "fullmatch"); !exponential(s, full) {
		judgeSlow(p, e, s, value, full)
		return
	}
	c, seen := analysis.Unsure, false
	for _, o := range value.Origins {
		if o.Tier == models.Remote {
			seen, c = true, analysis.Certain
		}
	}
	if seen && measured(e) {
		c = analysis.Unsure
	}
	d := p.Report(e, c, backtracks+"Rewrite it so that each repetition begins with a character that the one before cannot match, or limit the length of the text first.")
	if c == analysis.Certain {
		d.Severity = analysis.High
	}
}

// judgeSlow objects to a pattern that takes a long text of a client much longer
// than a short one.
func judgeSlow(p *analysis.Pass, e *flow.Event, pattern string, value *flow.Value, full bool) {
	if !slices.ContainsFunc(value.Origins, func(o flow.Origin) bool { return o.Tier == models.Remote }) || value.Harmless() || cut(e) {
		return
	}
	searched := !full && !strings.HasSuffix(e.Name, ".match")
	if quadratic(pattern, full, searched) {
		p.Report(e, analysis.Likely, "This pattern tries a long text again from each place: for one that is ten times longer it takes a hundred times as long, seconds for some ten thousand characters. Limit the length of the text first, or use str.strip, split or partition.").Severity = analysis.Low
	}
}

// cut reports whether the length of what is matched is limited.
func cut(e *flow.Event) bool {
	if measured(e) {
		return true
	}
	for _, a := range e.Args {
		if a.Node.Kind() == syntax.KindSubscript && strings.Contains(a.Node.Child(syntax.FieldSubscript).Str(), ":") {
			return true // text[:200]
		}
	}
	return false
}

// matched are the pattern, the text and the flags of a call.
func matched(e *flow.Event) (pattern, text, flags *flow.Value) {
	at := func(which, name string) *flow.Value {
		if a := flow.FindArg(e.Args, which); a != nil {
			return a.Value
		}
		return flow.FindValue(e.Args, name)
	}
	replaces := strings.Contains(e.Name, "sub")
	if strings.HasPrefix(e.Name, "re.Pattern.") {
		if e.Recv == nil {
			return nil, nil, nil
		}
		which := "0"
		if replaces {
			which = "1"
		}
		return e.Recv.Attr("pattern"), at(which, "string"), e.Recv.Attr("flags")
	}
	which, last := "1", "2"
	switch {
	case replaces:
		which, last = "2", "4"
	case strings.HasSuffix(e.Name, "split"):
		last = "3"
	}
	return at("0", "pattern"), at(which, "string"), at(last, "flags")
}

// plainFlags reports whether flags leave the meaning of the pattern's characters
// alone.
func plainFlags(v *flow.Value) bool {
	if v == nil {
		return true
	}
	names := append(v.Names(), v.Name)
	known := false
	for _, n := range names {
		n = n[strings.LastIndexByte(n, '.')+1:]
		if n == "VERBOSE" || n == "X" {
			return false
		}
		known = known || n != ""
	}
	return known
}

// measured reports whether the length of what is matched is looked at before, in the
// same function.
func measured(e *flow.Event) bool {
	a := flow.FindArg(e.Args, "string")
	for _, x := range e.Args {
		if a == nil || x.Value != nil && x.Node.Kind() == syntax.KindIdentifier {
			a = &x
		}
	}
	if a == nil {
		return false
	}
	fn := e.Node
	for fn.Parent().OK() && fn.Kind() != syntax.KindFunctionDefinition {
		fn = fn.Parent()
	}
	want := "len(" + a.Node.Str() + ")"
	for d := range fn.Descendants() {
		if d.Kind() == syntax.KindCall && d.Span().Start < e.Node.Span().Start && d.Str() == want {
			return true
		}
	}
	return false
}

func judgeDeclared(p *analysis.Pass, e *flow.Event) {
	for _, which := range []string{"regex", "0"} {
		a := flow.FindArg(e.Args, which)
		if a == nil {
			continue
		}
		v := a.Value
		if c := v.Attr("pattern"); c != nil {
			if !plainFlags(v.Attr("flags")) {
				return
			}
			v = c
		}
		if s, ok := v.Str(); ok && exponential(s, false) {
			p.Report(e, analysis.Likely, backtracks+"Clients choose what this one is matched with. Rewrite it so that each repetition begins with a character that the one before cannot match.")
		}
		return
	}
}
