package flow

import (
	"slices"
	"strings"

	"pavise/analysis/syntax"
)

// makoTemplate recognises a template that escapes all that it puts in.
func makoTemplate(_ *frame, _ syntax.Node, args []Arg) *Value {
	v := FindValue(args, "0")
	if v == nil {
		v = FindValue(args, "text")
	}
	if v == nil {
		return nil
	}
	text, ok := v.Str()
	if !ok {
		return nil
	}
	if d := FindValue(args, "default_filters"); d == nil || !offers(d, "h") {
		for _, hole := range strings.Split(text, "${")[1:] {
			expr, _, _ := strings.Cut(hole, "}")
			_, filters, _ := strings.Cut(expr, "|")
			if !slices.Contains(strings.FieldsFunc(filters, func(r rune) bool { return r == ',' || r == ' ' }), "h") {
				return nil
			}
		}
	}
	return typed("mako.lookup.Escaping")
}

// appKey keeps the type of what stands under a key of an application.
func appKey(_ *frame, _ syntax.Node, args []Arg) *Value {
	v := &Value{Type: "aiohttp.web.AppKey", parts: []part{}}
	if t := argValue(args, 1); t != nil {
		v.parts = append(v.parts, part{partKey{kind: attrPart, name: "type"}, t})
	}
	return v
}

// joinURL joins the parts of a URL with slashes.
func joinURL(_ *frame, n syntax.Node, args []Arg) *Value {
	var pieces []Piece
	for i, a := range args {
		if a.Name != "" {
			return nil
		}
		if i > 0 {
			pieces = append(pieces, Piece{Text: "/", Node: n})
		}
		pieces = append(pieces, Piece{Hole: a.Value, Node: a.Node})
	}
	return assemble(pieces)
}
