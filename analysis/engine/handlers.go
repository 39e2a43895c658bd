package engine

import (
	"pavise/analysis/flow"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
)

// Handler is a function of a file that a framework calls, with what happens when
// it does, in the order in which it happens.
type Handler struct {
	Definition syntax.Node
	Name       source.Span // in the file
	Called     flow.Event  // how the framework calls it
	File       *flow.Overview
	Events     []flow.Event
}

// Handlers are the functions of the file that a framework calls, in the order
// of the text. They are computed anew on each call. The nodes of their events
// stand in this file or in others.
func (s *Snapshot) Handlers() []Handler {
	if s.tree == nil || s.plain || s.IsTemplate() {
		return nil
	}
	at := inProgram(s.file.Path())
	program, _ := s.program(at)
	program.Observe()
	a := program.File(at)
	a.Update(s.tree)
	var list []Handler
	for i := range s.tree.Units {
		unit := s.tree.Units[i]
		if unit.IsFlat() {
			continue
		}
		r := a.Result(i)
		if r == nil {
			continue
		}
		of := map[syntax.Node]int{}
		for _, e := range r.Events {
			k, known := of[e.Handler]
			switch {
			case e.Kind != flow.Handled:
				if known {
					list[k].Events = append(list[k].Events, e)
				}
			case !known && e.Node.Unit() == unit.Unit:
				of[e.Node] = len(list)
				name := e.Node.Child(syntax.FieldName)
				list = append(list, Handler{Definition: e.Node, Name: name.Span().Shift(unit.Start), Called: e, File: a.Overview(unit.Unit)})
			}
		}
	}
	return list
}
