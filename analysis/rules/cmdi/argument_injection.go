package cmdi

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

//go:embed argument_injection.md
var argumentInjectionPage string

// ArgumentInjection: request data as a program argument that can be read as an option.
var ArgumentInjection = &analysis.Rule{
	ID:         "argument-injection",
	Class:      "cmdi",
	Title:      "Request data as a program argument that can be read as an option",
	CWE:        []int{88},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.Medium,
	Confidence: analysis.Likely,
	Page:       argumentInjectionPage,
	Checks: []analysis.Check{
		analysis.Calls{Names: argvCalls(), Run: judgeArguments},
	},
}

// judgeArguments reports an element that the program may read as an option.
func judgeArguments(p *analysis.Pass, e *flow.Event) {
	name, _, r, ok := Operand(e)
	if !ok {
		return
	}
	c, _ := analysis.FromClient(r)
	if c = min(c, analysis.Likely); r.Weak {
		c = analysis.Unsure
	}
	p.ReportReach(e, r, c, analysis.Data(r)+" is an argument of "+name+", which reads a value that begins with `-` as an option: some options run programs or write files. Put `--` before it, or refuse such values.")
}

// Operand finds the element of an argument list that a client decides from its
// first character on, where the program may read it as an option.
func Operand(e *flow.Event) (name string, node syntax.Node, r flow.Reach, ok bool) {
	list, rest := argv(e)
	name, args := program(list)
	if !readsOptions[name] {
		return "", syntax.Node{}, r, false
	}
	before := element{value: &flow.Value{}}
	for _, x := range args {
		if x.value.CanBe("--") {
			return "", syntax.Node{}, r, false
		}
		if !takesValue(name, before) {
			if r, ok := undashed(x); ok {
				return name, x.node, r, true
			}
		}
		before = x
	}
	if rest != nil && !rest.value.CanBe("--") && !takesValue(name, before) {
		if r, ok := undashed(*rest); ok {
			return name, rest.node, r, true
		}
	}
	return "", syntax.Node{}, r, false
}

// undashed is a client's data at the beginning of an element.
func undashed(x element) (flow.Reach, bool) {
	for _, r := range flow.Reaching(x.value, x.node, models.Argument) {
		if _, ok := analysis.FromClient(r); ok && r.Before == "" {
			return r, true
		}
	}
	return flow.Reach{}, false
}
