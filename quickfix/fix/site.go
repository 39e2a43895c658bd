package fix

import (
	"pavise/analysis"
	"pavise/analysis/config"
	"pavise/analysis/flow"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
	"pavise/quickfix/pyedit"
)

// Site is the place of one finding, with what fixes ask about it.
type Site struct {
	File    *pyedit.File
	Finding *analysis.Finding
	Config  *config.Config
	// Node is the expression or statement that the finding is about: the call,
	// where several nodes have its span.
	Node pyedit.At
	// Event is what the finding was made from; HasEvent is false for findings
	// of rules that look at syntax only.
	Event    flow.Event
	HasEvent bool

	around func(path string) *syntax.Tree // the files around it, nil if they are not to be seen
}

// NewSite finds the place of a finding in a tree; ok is false if the tree has
// no node there.
func NewSite(f *pyedit.File, finding *analysis.Finding, c *config.Config, event func() (flow.Event, bool)) (*Site, bool) {
	s := &Site{File: f, Finding: finding, Config: c}
	i := f.Tree.At(finding.Span.Start)
	if i < 0 {
		return nil, false
	}
	u := f.Tree.Units[i]
	if !u.Span().Contains(finding.Span) {
		return nil, false
	}
	span := source.Span{Start: finding.Span.Start - u.Start, End: finding.Span.End - u.Start}
	n := nodeAt(u.Unit, span)
	if !n.OK() {
		return nil, false
	}
	s.Node = pyedit.At{Node: n, Base: u.Start}
	s.Event, s.HasEvent = event()
	return s, true
}

// nodeAt is the node with exactly that span, a call before any other and the
// outermost of the rest; if there is none, the innermost around it.
func nodeAt(u *syntax.Unit, span source.Span) syntax.Node {
	best := syntax.Node{}
	for i := range u.Len() {
		n := u.At(i)
		if n.Span() != span || !n.Named() {
			continue
		}
		if n.Kind() == syntax.KindCall {
			return n
		}
		if !best.OK() {
			best = n
		}
	}
	if best.OK() {
		return best
	}
	return u.Covering(span)
}

// Call is the call of the site: its node, or the call directly around it.
func (s *Site) Call() (pyedit.At, bool) {
	n := s.Node
	for n.OK() && n.Kind() != syntax.KindCall {
		switch n.Kind() {
		case syntax.KindExpressionStatement, syntax.KindAwait, syntax.KindParenthesizedExpression:
			n = n.On(n.NamedChild(0))
		default:
			return pyedit.At{}, false
		}
	}
	return n, n.OK()
}

// Callee is the dotted name of what a call calls, imports written out.
func (s *Site) Callee(call pyedit.At) string {
	return s.File.Resolve(call.Child(syntax.FieldFunction))
}

// Statement is the statement that holds the site.
func (s *Site) Statement() pyedit.At { return pyedit.Statement(s.Node) }

// Source is the text of a node.
func (s *Site) Source(n pyedit.At) string { return s.File.Source(n.Abs()) }

// Edits starts the edits of a fix of this site.
func (s *Site) Edits() *pyedit.Edits { return s.File.NewEdits() }
