package pytext

import (
	"strings"

	"pavise/analysis/source"
	"pavise/analysis/syntax"
	"pavise/quickfix/pyedit"
)

// formattings takes % and .format away where no field is left, and the values
// of removed fields where some are.
func (w *writer) formattings() {
	for _, f := range w.t.Formattings {
		touched := false
		keep := make([]bool, len(f.args))
		for i := range w.t.Pieces {
			p := &w.t.Pieces[i]
			if !p.Hole || p.own != f {
				continue
			}
			if w.removed(i) {
				touched = true
				continue
			}
			keep[p.arg] = true
		}
		switch {
		case !w.kept[f] && (touched || len(f.args) == 0):
			w.strip(f)
		case touched:
			w.dropArgs(f, keep)
		}
	}
}

// strip leaves only the text of a formatting.
func (w *writer) strip(f *Formatting) {
	cut := source.Span{Start: f.Operand.Abs().End, End: f.Node.Abs().End}
	if hasComment(f.Node, cut) {
		w.fail("a comment stands beside a value")
		return
	}
	w.e.Delete(cut)
}

func (w *writer) dropArgs(f *Formatting, keep []bool) {
	if !f.Percent {
		w.dropFormatArgs(f, keep)
		return
	}
	if f.mapping {
		return // a mapping may hold more than the text reads
	}
	if !f.tuple.OK() || hasComment(f.tuple, f.tuple.Abs()) {
		w.fail("the values right of % cannot be taken apart")
		return
	}
	var left []string
	for i, a := range f.args {
		if keep[i] {
			left = append(left, w.e.File().Source(a.node.Abs()))
		}
	}
	text := "(" + strings.Join(left, ", ") + ")"
	if len(left) == 1 {
		text = "(" + left[0] + ",)"
	}
	w.e.ReplaceNode(f.tuple, text)
}

// dropFormatArgs removes arguments that no field reads any more. Arguments
// before one that is read by position have to stay.
func (w *writer) dropFormatArgs(f *Formatting, keep []bool) {
	numbered := false
	for i := range w.t.Pieces {
		p := &w.t.Pieces[i]
		if p.Hole && p.own == f && !w.removed(i) {
			field := w.e.File().Source(p.Place())
			numbered = numbered || len(field) > 1 && field[1] >= '0' && field[1] <= '9'
		}
	}
	args := pyedit.Args(f.Node.Node)
	var left []string
	for i, a := range f.args {
		needed := keep[i]
		if numbered && a.name == "" {
			for j := i + 1; j < len(f.args); j++ {
				needed = needed || keep[j] && f.args[j].name == ""
			}
		}
		if needed {
			left = append(left, w.e.File().Source(f.Node.On(args[i].Node).Abs()))
		}
	}
	list := f.Node.On(f.Node.Child(syntax.FieldArguments))
	if hasComment(list, list.Abs()) {
		w.fail("a comment stands beside a value")
		return
	}
	w.e.ReplaceNode(list, "("+strings.Join(left, ", ")+")")
}
