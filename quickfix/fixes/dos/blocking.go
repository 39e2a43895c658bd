package dos

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/rules/dos"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// AwaitThread runs a blocking call in a thread, and sleeps without blocking.
var AwaitThread = &fix.Fix{
	Name:    "await-thread",
	For:     []*analysis.Rule{dos.BlockingCallInAsync},
	Compute: awaitThread,
}

func awaitThread(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("The blocking call cannot be told.")
	}
	if s.File.ImportsRoot("trio") || s.File.ImportsRoot("anyio") {
		return fix.Refuse("This file does not run on asyncio alone: use the threads of its own library.")
	}
	for p := call.Parent(); p.OK() && p.Kind() != syntax.KindFunctionDefinition; p = p.Parent() {
		if k := p.Kind(); k == syntax.KindGeneratorExpression || k == syntax.KindString || k == syntax.KindInterpolation {
			return fix.Refuse("The call stands inside of another expression: take it out first.")
		}
	}
	fn := call.On(call.Child(syntax.FieldFunction))
	list := call.On(call.Child(syntax.FieldArguments))
	if list.Kind() != syntax.KindArgumentList {
		return fix.Refuse("The arguments of the call cannot be told.")
	}
	e := s.Edits()
	if s.EventName() == "time.sleep" {
		e.ReplaceNode(fn, "await "+e.Use(call, "asyncio", "sleep", pyedit.Plain))
		e.DropImport(root(fn))
		if parens(call) {
			return fix.Refuse("The value of the call is used: only its author can tell what is meant.")
		}
		return fix.Propose(e, "Other requests are served while this one sleeps: what they share may change in between.", "Await asyncio.sleep")
	}
	before, behind := "await ", ""
	if parens(call) {
		before, behind = "(await ", ")"
	}
	thread := e.Use(call, "asyncio", "to_thread", pyedit.Plain)
	sep := ", "
	if list.NamedCount() == 0 || strings.HasPrefix(strings.TrimLeft(s.Source(list)[1:], " \t"), "\n") {
		sep = ","
	}
	if list.NamedCount() == 0 {
		sep = ""
	}
	open := list.Abs().Start + 1
	e.Replace(source.Span{Start: call.Abs().Start, End: open}, before+thread+"("+s.Source(fn)+sep)
	if behind != "" {
		e.Insert(call.Abs().End, behind)
	}
	return fix.Propose(e, "Other requests are served while this one waits: what they share may change in between.", "Run the call in a thread")
}

// parens reports whether what stands around the call binds stronger than await.
func parens(call pyedit.At) bool {
	switch p := call.Parent(); p.Kind() {
	case syntax.KindAttribute, syntax.KindSubscript, syntax.KindCall, syntax.KindAwait, syntax.KindBinaryOperator, syntax.KindUnaryOperator:
		return true
	}
	return false
}

func root(fn pyedit.At) string {
	name, _, _ := strings.Cut(fn.Str(), ".")
	return name
}
