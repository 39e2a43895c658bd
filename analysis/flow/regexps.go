package flow

import (
	"regexp"
	"strings"

	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// compilePattern keeps the pattern of a compiled regular expression.
func compilePattern(_ *frame, _ syntax.Node, args []Arg) *Value {
	p := argOr(args, 0, "pattern")
	if p == nil {
		return nil
	}
	v := &Value{Type: "re.Pattern", parts: []part{{partKey{kind: attrPart, name: "pattern"}, p}}}
	if flags := argOr(args, 1, "flags"); flags != nil {
		v.parts = append(v.parts, part{partKey{kind: attrPart, name: "flags"}, flags})
	}
	return v
}

// matched is the match object of a pattern on v.
func matched(how string, pattern, v, flags *Value) *Value {
	w := whole(v)
	out := &Value{Type: "re.Match", Origins: w.Origins, Clean: w.Clean, Weak: w.Weak}
	out.parts = []part{{partKey{kind: attrPart, name: "pattern"}, pattern}, {partKey{kind: attrPart, name: "string"}, v}}
	if flags != nil {
		out.parts = append(out.parts, part{partKey{kind: attrPart, name: "flags"}, flags})
	}
	p := patternOf(pattern, flags)
	if p == nil {
		if _, known := pattern.Str(); !known && how == "fullmatch" && !pattern.tainted(models.Unknown) {
			out.rel = &relation{how: "test", facts: []fact{{base: v, weak: textKinds, onTrue: true}}}
		}
		return out
	}
	var facts []fact
	x := fact{base: v, onTrue: true}
	x.kinds, x.weak = p.judge(how)
	if text, _ := pattern.Str(); hostBase(v) != nil || x.kinds&addressKinds == 0 {
		x.judgeAddress(how, text)
	}
	if x.kinds|x.weak != 0 {
		out.Clean |= x.kinds
		out.Weak |= x.weak &^ x.kinds
		facts = append(facts, x)
	}
	if how == "search" {
		if a, ok := p.forbids(); ok {
			facts = append(facts, fact{base: v, kinds: a.harmless()})
		}
	}
	if facts != nil {
		out.rel = &relation{how: "test", facts: facts}
	}
	return out
}

// patternOf reads a pattern with the flags of its call; nil if it cannot be.
func patternOf(v, flags *Value) *pattern {
	text, ok := v.Str()
	if !ok {
		return nil
	}
	names := ""
	if flags != nil {
		names = flags.Name
		for _, h := range flags.Names() {
			names += " " + h
		}
		if names == "" || names == " " {
			if n, isInt := flags.Int(); !isInt || n != 0 {
				return nil
			}
		}
	}
	verbose, multiline := false, false
	for name := range strings.FieldsSeq(names) {
		switch name[strings.LastIndexByte(name, '.')+1:] {
		case "X", "VERBOSE":
			verbose = true
		case "M", "MULTILINE":
			multiline = true
		case "I", "IGNORECASE", "A", "ASCII", "U", "UNICODE", "S", "DOTALL":
		default:
			return nil
		}
	}
	return readPattern(text, verbose, multiline)
}

// matchGroup is what a group of a match holds: only characters that its part
// of the pattern lets through.
func matchGroup(m, group *Value) *Value {
	out := &Value{Type: "str", Origins: m.Origins, Clean: m.Clean, Weak: m.Weak}
	pattern, text := m.Attr("pattern"), m.Attr("string")
	if text != nil && text.Harmless() {
		return &Value{Type: "str", fixed: true}
	}
	if pattern == nil {
		return out
	}
	p := patternOf(pattern, m.Attr("flags"))
	if p == nil {
		return out
	}
	i, isInt := group.Int()
	name, _ := group.Str()
	if !isInt && name == "" {
		return out
	}
	if part := p.capture(int(i), name); part != nil {
		k := letters(part).harmless()
		if k&models.Path != 0 && matchesDots(part) {
			k &^= models.Path
		}
		return out.cleaned(k)
	}
	return out
}

// groupsOf is m.groups() or m.groupdict().
func groupsOf(m *Value, dict bool) *Value {
	out := &Value{Type: "tuple", Origins: m.Origins, Clean: m.Clean, Weak: m.Weak}
	pattern := m.Attr("pattern")
	if pattern == nil {
		return out
	}
	p := patternOf(pattern, m.Attr("flags"))
	if p == nil {
		return out
	}
	names := p.re.CapNames()
	if dict {
		out = &Value{Type: "dict", parts: []part{}}
		for _, name := range names[1:] {
			if name != "" {
				out = out.with(partKey{kind: keyPart, name: name}, matchGroup(m, strValue(name)))
			}
		}
		return copied(out)
	}
	var list []*Value
	for i := range names[1:] {
		list = append(list, matchGroup(m, intValue(int64(i+1))))
	}
	return sequenceOf("tuple", list)
}

// foundAll is re.findall and the items of re.finditer.
func foundAll(pattern, v, flags *Value, iter bool) *Value {
	if iter {
		m := matched("search", pattern, v, flags)
		m.rel = nil
		return &Value{Type: "list", rest: m}
	}
	m := matched("search", pattern, v, flags)
	if p := patternOf(pattern, flags); p != nil && p.re.MaxCap() > 1 {
		return &Value{Type: "list", rest: groupsOf(m, false)}
	} else if p != nil {
		return &Value{Type: "list", rest: matchGroup(m, intValue(int64(p.re.MaxCap())))}
	}
	if v.Harmless() {
		return &Value{Type: "list", rest: &Value{Type: "str", fixed: true}}
	}
	w := whole(v)
	return &Value{Type: "list", rest: &Value{Type: "str", Origins: w.Origins, Clean: w.Clean, Weak: w.Weak}}
}

// substituted is re.sub(pattern, repl, v).
func substituted(f *frame, n syntax.Node, pattern, repl, v *Value, flags *Value, counted bool) *Value {
	if s, ok := v.Str(); ok && len(s) < maxPattern {
		if text, ok := pattern.Str(); ok && text != "" && regexp.QuoteMeta(text) == text && !strings.Contains(s, text) {
			return v // nothing to replace
		}
	}
	w := whole(v)
	out := &Value{Type: "str", Origins: w.Origins, Clean: w.cleanIn(), Weak: w.Weak}
	if v.Harmless() {
		out.Origins, out.Clean = nil, 0
		out.fixed = true
	}
	out = out.withoutTags(n, pattern)
	if p := patternOf(pattern, flags); p != nil && !counted {
		if kept, ok := p.removes(); ok {
			if s, ok := repl.Str(); ok {
				k := append(kept, alphabetOf(s)...).harmless()
				if kept.has('.') {
					k &^= models.Path
				}
				out = out.cleaned(k)
			}
		}
	}
	if repl.Local() {
		m := matched("search", pattern, v, flags)
		m.rel = nil
		got := f.indirectly(n, repl, []Arg{{Node: n, Value: m}})
		if got.tainted(models.Opaque) {
			out = carry(out, []Arg{{Value: got}}, false).as("str")
		}
		return out
	}
	if repl.tainted(models.Opaque) {
		out.fixed = false
		out = carry(out, []Arg{{Value: repl}}, false).as("str")
	}
	return out
}

// matchPattern is re.match, fullmatch and search.
func matchPattern(_ *frame, n syntax.Node, args []Arg) *Value {
	p, v := argOr(args, 0, "pattern"), argOr(args, 1, "string")
	if p == nil || v == nil {
		return nil
	}
	return at(matched(calledName(n), p, v, argOr(args, 2, "flags")), n)
}

// calledName is the last part of what a call calls.
func calledName(n syntax.Node) string {
	how := n.Child(syntax.FieldFunction)
	if a := how.Child(syntax.FieldAttribute); a.OK() {
		how = a
	}
	return how.Str()
}

func findAll(iter bool) special {
	return func(_ *frame, _ syntax.Node, args []Arg) *Value {
		p, v := argOr(args, 0, "pattern"), argOr(args, 1, "string")
		if p == nil || v == nil {
			return nil
		}
		return foundAll(p, v, argOr(args, 2, "flags"), iter)
	}
}

func substitute(pair bool) special {
	return func(f *frame, n syntax.Node, args []Arg) *Value {
		p, r, v := argOr(args, 0, "pattern"), argOr(args, 1, "repl"), argOr(args, 2, "string")
		if p == nil || r == nil || v == nil {
			return nil
		}
		out := substituted(f, n, p, r, v, argOr(args, 4, "flags"), argOr(args, 3, "count") != nil)
		if pair {
			return sequenceOf("tuple", []*Value{out, typed("int")})
		}
		return out
	}
}

func splitPattern(_ *frame, _ syntax.Node, args []Arg) *Value {
	v := argOr(args, 1, "string")
	if v == nil {
		return nil
	}
	return &Value{Type: "list", rest: pieceOf(v)}
}

// pieceOf is any piece of a text.
func pieceOf(v *Value) *Value {
	if v.Harmless() {
		return &Value{Type: "str", fixed: v.Consts != nil || v.fixed}
	}
	w := whole(v)
	if len(w.Origins) == 0 {
		return retyped(w, "str")
	}
	return &Value{Type: "str", Origins: w.Origins, Clean: w.Clean, Weak: w.Weak}
}

// argOr finds an argument by position or keyword.
func argOr(args []Arg, i int, name string) *Value {
	if v := argValue(args, i); v != nil {
		return v
	}
	return FindValue(args, name)
}

// patternMethod is a method of a compiled pattern.
func (f *frame) patternMethod(n syntax.Node, name string, recv *Value, args []Arg) *Value {
	p := recv.Attr("pattern")
	if p == nil {
		p = unknown
	}
	flags := recv.Attr("flags")
	v := argOr(args, 0, "string")
	switch name {
	case "match", "fullmatch", "search":
		if v != nil {
			return matched(name, p, v, flags)
		}
	case "findall", "finditer":
		if v != nil {
			return foundAll(p, v, flags, name == "finditer")
		}
	case "split":
		if v != nil {
			return &Value{Type: "list", rest: pieceOf(v)}
		}
	case "sub", "subn":
		r, v := argOr(args, 0, "repl"), argOr(args, 1, "string")
		if r == nil || v == nil {
			return nil
		}
		out := substituted(f, n, p, r, v, flags, argOr(args, 2, "count") != nil)
		if name == "subn" {
			return sequenceOf("tuple", []*Value{out, typed("int")})
		}
		return out
	}
	return nil
}
