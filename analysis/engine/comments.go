package engine

import (
	"slices"

	"pavise/analysis"
	"pavise/analysis/config"
	"pavise/analysis/rules"
	"pavise/analysis/source"
	"pavise/analysis/suppress"
	"pavise/analysis/syntax"
)

// comment is a marked comment within a unit.
type comment struct {
	text string
	span source.Span // relative to the unit
}

// suppress hides what comments ask to ignore, reports ignores without use, and
// leaves out what the configuration does not show.
func (a *analysed) suppress(all []analysis.Finding, tree *syntax.Tree, cfg *config.Config) []analysis.Finding {
	kept, list := all, a.comments(tree)
	if len(all) == 0 && len(list) == 0 {
		return nil
	}
	role := cfg.RoleOf(a.run.path, tree.File.Text())
	if len(list) > 0 {
		var problems []suppress.Problem
		kept, problems = suppress.Apply(suppress.Input{
			File: tree.File, Comments: list,
			Statement: func(off uint32) source.Span { return statementAt(tree, off) },
			State:     func(name string) suppress.State { return nameState(cfg, a.run.path, name) },
			Suggest:   func(name string) string { return config.Closest(name, config.Names(rules.All())) },
			Shown:     func(f *analysis.Finding) bool { return cfg.Shows(f, role) },
		}, all)
		// Of a plain text nobody knows what is a comment and what speaks of one.
		if tree.Partial == "" && !a.partly && !a.plain {
			kept = a.problems(kept, problems)
		}
	}
	shown := make([]analysis.Finding, 0, len(kept))
	for i := range kept {
		if cfg.Shows(&kept[i], role) {
			shown = append(shown, kept[i])
		}
	}
	return shown
}

// problems adds what is wrong with comments to the findings.
func (a *analysed) problems(kept []analysis.Finding, problems []suppress.Problem) []analysis.Finding {
	if len(problems) == 0 {
		return kept
	}
	unused, broad := rules.ByID(suppress.RuleID), rules.ByID(suppress.BroadID)
	kept = slices.Clone(kept)
	for _, p := range problems {
		rule := unused
		if p.Broad {
			rule = broad
		}
		f := analysis.Finding{Rule: rule, Path: a.run.path, Span: p.Span, Severity: rule.Severity, Confidence: rule.Confidence, Message: p.Message}
		if p.Foreign {
			f.Confidence = analysis.Unsure // the habits of that tool
		}
		kept = append(kept, f)
	}
	slices.SortStableFunc(kept, func(x, y analysis.Finding) int { return int(x.Span.Start) - int(y.Span.Start) })
	return kept
}

// comments lists the marked comments of the file. Each unit is read once.
func (a *analysed) comments(tree *syntax.Tree) []suppress.Comment {
	if a.plain {
		return suppress.InText(tree.File)
	}
	if a.notes == nil {
		a.notes = map[*syntax.Unit][]comment{}
	}
	var out []suppress.Comment
	for _, p := range tree.Units {
		list, ok := a.notes[p.Unit]
		if !ok {
			list = marked(p.Unit)
			a.notes[p.Unit] = list
		}
		for _, c := range list {
			out = append(out, suppress.Comment{Text: c.text, Span: c.span.Shift(p.Start)})
		}
	}
	if len(a.notes) > 2*len(tree.Units)+64 {
		a.forgetNotes(tree)
	}
	return out
}

func (a *analysed) forgetNotes(tree *syntax.Tree) {
	live := make(map[*syntax.Unit][]comment, len(tree.Units))
	for _, p := range tree.Units {
		live[p.Unit] = a.notes[p.Unit]
	}
	a.notes = live
}

func marked(u *syntax.Unit) []comment {
	var out []comment
	for i := range u.Len() {
		if n := u.At(i); n.Kind() == syntax.KindComment {
			if t := n.Str(); suppress.Marked(t) {
				out = append(out, comment{t, n.Span()})
			}
		}
	}
	return out
}

// statementAt is the innermost simple statement at an offset, or the head of
// the innermost compound one.
func statementAt(tree *syntax.Tree, off uint32) source.Span {
	i := tree.At(off)
	if i < 0 {
		return source.Span{}
	}
	u := tree.Units[i]
	n := u.Covering(source.Span{Start: off - u.Start, End: off - u.Start})
	for ; n.OK(); n = n.Parent() {
		if u.Class == syntax.ClassHeader && !n.Parent().OK() {
			return n.Span().Shift(u.Start)
		}
		switch k := n.Kind(); {
		case compound[k]:
			return head(n).Shift(u.Start)
		case simple[k]:
			return n.Span().Shift(u.Start)
		}
	}
	return source.Span{}
}

// head of a compound statement: decorators and keyword to the colon.
func head(n syntax.Node) source.Span {
	span := n.Span()
	if p := n.Parent(); p.OK() && p.Kind() == syntax.KindDecoratedDefinition {
		span.Start = p.Span().Start
	}
	if n.Kind() == syntax.KindDecoratedDefinition {
		n = n.Child(syntax.FieldDefinition)
	}
	for c := range n.Children() {
		if c.Kind() == syntax.KindBlock {
			span.End = c.Span().Start
			break
		}
		if !c.Named() && c.Str() == ":" {
			span.End = c.Span().End
			break
		}
	}
	return span
}

// nameState says what a name in an ignore comment stands for.
func nameState(cfg *config.Config, path, name string) suppress.State {
	state := suppress.Unknown
	for _, r := range rules.All() {
		if r.ID != name && r.Class != name {
			continue
		}
		if cfg.OnIn(path, r) {
			return suppress.On
		}
		state = suppress.Off
	}
	return state
}

var compound = kinds(
	syntax.KindFunctionDefinition, syntax.KindClassDefinition, syntax.KindDecoratedDefinition, syntax.KindIfStatement,
	syntax.KindForStatement, syntax.KindWhileStatement, syntax.KindWithStatement, syntax.KindTryStatement,
	syntax.KindMatchStatement, syntax.KindElifClause, syntax.KindElseClause, syntax.KindExceptClause,
	syntax.KindFinallyClause, syntax.KindCaseClause,
)

var simple = kinds(
	syntax.KindExpressionStatement, syntax.KindReturnStatement, syntax.KindImportStatement, syntax.KindImportFromStatement,
	syntax.KindFutureImportStatement, syntax.KindAssertStatement, syntax.KindDeleteStatement, syntax.KindRaiseStatement,
	syntax.KindPassStatement, syntax.KindBreakStatement, syntax.KindContinueStatement, syntax.KindGlobalStatement,
	syntax.KindNonlocalStatement, syntax.KindPrintStatement, syntax.KindExecStatement, syntax.KindTypeAliasStatement,
)

func kinds(list ...syntax.Kind) map[syntax.Kind]bool {
	set := make(map[syntax.Kind]bool, len(list))
	for _, k := range list {
		set[k] = true
	}
	return set
}
