// Package injection holds the fixes of data that other interpreters read.
package injection

import (
	"pavise/analysis"
	"pavise/analysis/models"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
	"pavise/quickfix/pytext"
)

// Fixes of this class.
var Fixes = []*fix.Fix{
	TextValue, EscapeLDAP, XPathVariable, EscapePattern, CypherParameter, OneLine, CSVCell, EscapeMarkup, AccessControl,
}

// escape is a fix that puts a call around each harmful value.
type escape struct {
	kind   models.Kind
	call   func(s *fix.Site, e *pyedit.Edits, h *fix.Harm) func(value string) string
	caveat func(harms []fix.Harm) string // "" makes the fix safe
	whole  string                        // refusal where a whole argument is the client's; "" if it can be wrapped, too
	title  string                        // with %s for the values
	none   string                        // refusal where no value is found
}

func (x *escape) compute(s *fix.Site) []fix.Proposal {
	return x.wrap(s, s.Harms(x.kind))
}

func (x *escape) wrap(s *fix.Site, harms []fix.Harm) []fix.Proposal {
	if len(harms) == 0 {
		return fix.Refuse("%s", x.none)
	}
	e := s.Edits()
	var names []string
	for i := range harms {
		h := &harms[i]
		if h.Whole && x.whole != "" {
			return fix.Refuse(x.whole, h.Name(s))
		}
		if h.Value != nil && len(h.Value.Pieces) > 0 {
			return fix.Refuse("%s is a text that is put together itself: escape its values there.", h.Name(s))
		}
		if reason := h.Wrap(s, e, x.call(s, e, h)); reason != "" {
			return fix.Refuse("%s", reason)
		}
		names = append(names, h.Name(s))
	}
	return fix.Propose(e, x.caveat(harms), x.title, fix.Listing(names))
}

// text is an expression of the value as a text. None is a text where it becomes
// one as things are.
func text(s *fix.Site, h *fix.Harm, value string) string {
	isText := h.Value != nil && h.Value.Type == "str" || s.IsText(h.Hole.Expr)
	if isText && (h.Whole || h.Hole.Style == pytext.Operand || !s.MayBeNone(h.Hole.Expr)) {
		return value
	}
	return "str(" + value + ")"
}

func always(caveat string) func([]fix.Harm) string {
	return func([]fix.Harm) string { return caveat }
}

func rules(list ...*analysis.Rule) []*analysis.Rule { return list }

// added reports whether a helper of that kind was asked for before in the same
// edits, and notes it.
func added(e *pyedit.Edits, what string) bool { return !e.Once(what) }
