package suppress

import (
	"bytes"

	"pavise/analysis/source"
)

// maxComments bounds the comments of one file that are looked at.
const maxComments = 1000

// InText finds our comments in a file of a language that is not parsed: behind
// "#", "//", "--", ";", "<!--" or "/*". Their texts are as if all began with "#".
func InText(f *source.File) []Comment {
	var out []Comment
	text := f.Text()
	for from := 0; len(out) < maxComments; {
		i := bytes.Index(text[from:], []byte("pavise:"))
		if i < 0 {
			break
		}
		at := from + i
		line := f.LineSpan(int(f.LineAt(uint32(at))))
		from = int(line.End)
		mark := at
		for mark > int(line.Start) && blank(text[mark-1]) {
			mark--
		}
		start := opening(text[line.Start:mark])
		if start < 0 {
			continue
		}
		start += int(line.Start)
		comment := bytes.Clone(text[start:line.End])
		for j := range mark - start {
			comment[j] = ' '
		}
		comment[mark-start-1] = '#'
		out = append(out, Comment{Text: string(comment), Span: source.Span{Start: uint32(start), End: line.End}})
	}
	return out
}

// opening is where the mark of a comment at the end of a text begins, -1 if
// there is none.
func opening(text []byte) int {
	for _, m := range []string{"<!--", "//", "/*", "--", "#", ";"} {
		if bytes.HasSuffix(text, []byte(m)) {
			return len(text) - len(m)
		}
	}
	return -1
}
