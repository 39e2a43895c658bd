package analysis

import (
	"strings"

	"pavise/analysis/syntax"
)

// Code is the text of a node without its comments.
func Code(n syntax.Node) string {
	text, start := n.Str(), n.Span().Start
	var b strings.Builder
	from := uint32(0)
	for d := range n.Descendants() {
		if d.Kind() == syntax.KindComment {
			s := d.Span()
			b.WriteString(text[from : s.Start-start])
			from = s.End - start
		}
	}
	b.WriteString(text[from:])
	return b.String()
}
