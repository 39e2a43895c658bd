// Package dos holds the fixes of resource exhaustion.
package dos

import (
	"strconv"

	"pavise/analysis"
	"pavise/analysis/rules/dos"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// Fixes of this class.
var Fixes = []*fix.Fix{AddTimeout, LimitRate, AwaitThread}

// AddTimeout gives an outgoing request a timeout.
var AddTimeout = &fix.Fix{
	Name:    "add-timeout",
	For:     []*analysis.Rule{dos.RequestWithoutTimeout},
	Compute: addTimeout,
}

func addTimeout(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("No call of this request is in sight.")
	}
	seconds := strconv.Itoa(max(1, s.Config.Timeout))
	e := s.Edits()
	for _, name := range []string{"timeout", "total"} {
		if a, ok := pyedit.Keyword(call.Node, name); ok && a.Value.Kind() == syntax.KindNone {
			e.ReplaceNode(call.On(a.Value), seconds)
			return fix.Propose(e, "", "Set %s=%s", name, seconds)
		}
	}
	if s.EventName() == "aiohttp.ClientTimeout" {
		if a, ok := pyedit.Positional(call.Node, 0); ok && a.Value.Kind() == syntax.KindNone {
			e.ReplaceNode(call.On(a.Value), seconds)
			return fix.Propose(e, "", "Set a timeout of %s seconds", seconds)
		}
	}
	if _, has := pyedit.Keyword(call.Node, "timeout"); has {
		return fix.Refuse("The timeout comes from a variable: give that a value in seconds.")
	}
	for _, a := range pyedit.Args(call.Node) {
		if a.Name == "**" {
			return fix.Refuse("The call takes keywords from **%s, which may hold a timeout.", a.Value.Str())
		}
	}
	if !e.AddKeyword(call, "timeout", seconds) {
		return fix.Refuse("The call takes no further argument as it is written.")
	}
	return fix.Propose(e, "", "Add timeout=%s", seconds)
}
