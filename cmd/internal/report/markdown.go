package report

import (
	"bufio"
	"fmt"
	"io"
)

type markdownWriter struct {
	w   *bufio.Writer
	any bool
}

// NewMarkdown writes the findings one after the other, each as the report that
// it has, with a line between them.
func NewMarkdown(w io.Writer) Writer { return &markdownWriter{w: bufio.NewWriter(w)} }

func (m *markdownWriter) File(f *File) error {
	for i := range f.Findings {
		if m.any {
			_, _ = m.w.WriteString("\n---\n\n")
		}
		m.any = true
		_, _ = m.w.WriteString(f.Findings[i].Markdown)
	}
	return nil
}

func (m *markdownWriter) Close(s *Summary) error {
	if !m.any {
		_, _ = m.w.WriteString(s.Sentence() + "\n")
	}
	if err := m.w.Flush(); err != nil { // holds the first error of all writes
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}
