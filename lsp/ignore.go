package lsp

import (
	"bytes"
	"path/filepath"
	"regexp"
	"strings"

	"pavise/analysis"
	"pavise/analysis/engine"
	"pavise/analysis/source"
	"pavise/analysis/suppress"
	"pavise/analysis/syntax"
)

// ignoreEdit is the comment that suppresses a finding: behind the code of its
// line, where one can stand, else on a line above its statement. An ignore that
// is already there takes in the rule. It is false if no place is known to be
// outside a string.
func ignoreEdit(snap *engine.Snapshot, f *analysis.Finding) (source.Edit, bool) {
	tree, file := snap.Tree(), snap.File()
	line := file.LineSpan(int(file.LineAt(f.Span.Start)))
	if snap.IsPlain() {
		return ignoreInText(file, line, f.Rule.ID)
	}
	if e, ok := mergeIgnore(tree, file, line, f.Rule.ID); ok {
		return e, true
	}
	if snap.IsTemplate() {
		return ignoreInTemplate(tree, file, line, f.Rule.ID)
	}
	stmt := statementAt(tree, f.Span.Start)
	first := file.LineSpan(int(file.LineAt(stmt.Start)))
	above := int(file.LineAt(first.Start)) - 1
	if above >= 0 {
		before := file.LineSpan(above)
		if text := bytes.TrimLeft(file.Text()[before.Start:before.End], " \t"); bytes.HasPrefix(text, []byte("#")) {
			if e, ok := mergeIgnore(tree, file, before, f.Rule.ID); ok {
				return e, true
			}
		}
	}
	comment := "# pavise: ignore[" + f.Rule.ID + "]"
	for _, l := range []source.Span{line, first} {
		if canComment(tree, file, l) {
			return source.Edit{Span: source.Span{Start: l.End, End: l.End}, New: "  " + comment}, true
		}
	}
	if above >= 0 && !canComment(tree, file, file.LineSpan(above)) || insideString(tree, first.Start) {
		return source.Edit{}, false
	}
	text := file.Text()[first.Start:first.End]
	indent := text[:len(text)-len(bytes.TrimLeft(text, " \t\f"))]
	return source.Edit{
		Span: source.Span{Start: first.Start, End: first.Start},
		New:  string(indent) + comment + lineEnd(file, first),
	}, true
}

// ignoreInText is a comment on a line of its own: behind a value it would be part
// of the value in some files. Where no comment can stand there is none.
func ignoreInText(file *source.File, line source.Span, rule string) (source.Edit, bool) {
	text := file.Text()[line.Start:line.End]
	code := bytes.TrimLeft(text, " \t")
	if bytes.HasPrefix(code, []byte("-----BEGIN")) {
		return source.Edit{}, false
	}
	open, shut := "# ", ""
	switch strings.ToLower(filepath.Ext(file.Path())) {
	case ".json", ".csv", ".txt", ".lock", ".pem", ".key":
		return source.Edit{}, false
	case ".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs", ".go", ".java", ".kt", ".c", ".h", ".cpp", ".cs", ".rs", ".swift", ".scss", ".php", ".jsonc":
		open = "// "
	case ".sql", ".lua":
		open = "-- "
	case ".md", ".xml", ".svg", ".vue":
		open, shut = "<!-- ", " -->"
	case ".css":
		open, shut = "/* ", " */"
	}
	indent := string(text[:len(text)-len(code)])
	return source.Edit{
		Span: source.Span{Start: line.Start, End: line.Start},
		New:  indent + open + "pavise: ignore[" + rule + "]" + shut + lineEnd(file, line),
	}, true
}

// ignoreInTemplate is a comment of the template at the end of the line, unless a
// tag or a part that is put out as it is goes on there.
func ignoreInTemplate(tree *syntax.Tree, file *source.File, line source.Span, rule string) (source.Edit, bool) {
	text := file.Text()[line.Start:line.End]
	inside := bytes.Contains(text, []byte("raw")) || bytes.Contains(text, []byte("verbatim"))
	eachPlace(tree, func(span source.Span, _ syntax.Kind) {
		inside = inside || span.Start < line.End && line.End < span.End
	})
	return source.Edit{Span: source.Span{Start: line.End, End: line.End}, New: " {# pavise: ignore[" + rule + "] #}"}, !inside
}

// removalEdit takes away what a finding says of an ignore that hides nothing. In
// a template it takes the comment with its marker.
func removalEdit(snap *engine.Snapshot, problem source.Span) (source.Edit, bool) {
	file := snap.File()
	edit, ok := suppress.Removal(file, problem)
	if !ok || !snap.IsTemplate() || !bytes.Contains(file.Text()[edit.Start:edit.End], []byte("#")) {
		return edit, ok
	}
	ok = false
	eachPlace(snap.Tree(), func(span source.Span, kind syntax.Kind) {
		if kind == syntax.KindComment && span.Contains(problem) {
			edit, ok = source.Edit{Span: span}, true
		}
	})
	for ok && edit.Start > 0 && (file.Text()[edit.Start-1] == ' ' || file.Text()[edit.Start-1] == '\t') {
		edit.Start--
	}
	return edit, ok
}

// eachPlace calls fn for the tags, holes and comments of a template.
func eachPlace(tree *syntax.Tree, fn func(span source.Span, kind syntax.Kind)) {
	u := tree.Units[0]
	for i := 1; i < u.Len(); i++ {
		fn(u.At(i).Span().Shift(u.Start), u.At(i).Kind())
	}
}

var ignoreComment = regexp.MustCompile(`#\s*pavise:\s*ignore\[([^\]]*)\]`)

// mergeIgnore adds a rule to an ignore of the line.
func mergeIgnore(tree *syntax.Tree, file *source.File, line source.Span, rule string) (source.Edit, bool) {
	m := ignoreComment.FindSubmatchIndex(file.Text()[line.Start:line.End])
	if m == nil || !canComment(tree, file, line) {
		return source.Edit{}, false
	}
	at := line.Start + uint32(m[3])
	insert := rule
	if len(bytes.TrimSpace(file.Text()[line.Start+uint32(m[2]):at])) > 0 {
		insert = ", " + rule
	}
	return source.Edit{Span: source.Span{Start: at, End: at}, New: insert}, true
}

// canComment reports whether a comment can stand at the end of the line:
// behind no backslash and in no string.
func canComment(tree *syntax.Tree, file *source.File, line source.Span) bool {
	text := file.Text()[line.Start:line.End]
	if bytes.HasSuffix(text, []byte(`\`)) && !endsInComment(tree, line.End) {
		return false
	}
	return !insideString(tree, line.End)
}

// insideString reports whether the place is in a string, or in a part of the
// file that could not be parsed.
func insideString(tree *syntax.Tree, off uint32) bool {
	inside := false
	eachAround(tree, off, func(n syntax.Node, span source.Span) {
		if n.Kind() == syntax.KindString && span.Start < off && off < span.End || n.IsError() {
			inside = true
		}
	})
	return inside
}

func endsInComment(tree *syntax.Tree, off uint32) bool {
	found := false
	eachAround(tree, off, func(n syntax.Node, span source.Span) {
		found = found || n.Kind() == syntax.KindComment && span.Start < off
	})
	return found
}

// statementAt is the innermost statement around a place: the one that stands
// in a block, or the unit itself.
func statementAt(tree *syntax.Tree, off uint32) source.Span {
	best := source.Span{Start: off, End: off}
	eachAround(tree, off, func(n syntax.Node, span source.Span) {
		if p := n.Parent(); n.Named() && off < span.End && (!p.OK() || p.Kind() == syntax.KindBlock) {
			best = span
		}
	})
	return best
}

// eachAround calls fn for the nodes that hold or touch the place, outermost
// first.
func eachAround(tree *syntax.Tree, off uint32, fn func(n syntax.Node, span source.Span)) {
	i := tree.At(off)
	if i < 0 {
		return
	}
	u := tree.Units[i]
	for k := 0; k < u.Len(); {
		n := u.At(k)
		span := n.Span().Shift(u.Start)
		if off < span.Start || span.End < off {
			k = n.End()
			continue
		}
		fn(n, span)
		k++
	}
}

// lineEnd is the line end that follows line, that of the first line if none
// does.
func lineEnd(file *source.File, line source.Span) string {
	text := file.Text()
	for _, at := range []uint32{line.End, file.LineSpan(0).End} {
		rest := text[at:]
		switch {
		case bytes.HasPrefix(rest, []byte("\r\n")):
			return "\r\n"
		case bytes.HasPrefix(rest, []byte("\n")):
			return "\n"
		case bytes.HasPrefix(rest, []byte("\r")):
			return "\r"
		}
	}
	return "\n"
}
