package lsp

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"go.lsp.dev/protocol"

	"pavise/analysis"
	"pavise/analysis/source"
	"pavise/analysis/suppress"
)

// completionTriggers are the characters behind which names are completed.
var completionTriggers = []string{"[", ","}

// completion completes the names of rules and classes in the brackets of an
// ignore comment, and in the lists of a configuration. Everywhere else it has
// nothing to say: the rest is for other servers.
func (s *server) completion(_ context.Context, params []byte) (answer, any, error) {
	var p positionParams
	if err := decode(params, &p); err != nil {
		return nil, nil, err
	}
	v, ok := s.viewOf(p.TextDocument.URI)
	if !ok || !p.Position.ok() {
		return nil, nil, nil
	}
	complete := s.completeAt
	if isConfig(v) {
		complete = s.completeConfig
	}
	items := complete(v, v.offset(p.Position, s.client.encoding))
	if items == nil {
		return nil, nil, nil
	}
	return nil, &protocol.CompletionList{Items: items}, nil
}

var openIgnore = regexp.MustCompile(`#\s*pavise:\s*ignore(-file)?\s*\[([^\]]*)$`)

func (s *server) completeAt(v view, off uint32) []protocol.CompletionItem {
	file := v.snap.File()
	line := file.LineSpan(int(file.LineAt(off)))
	before, after := string(file.Text()[line.Start:off]), string(file.Text()[off:line.End])
	m := openIgnore.FindStringSubmatch(before)
	if m == nil {
		return nil
	}
	word := source.Span{Start: off - uint32(len(lastName(m[2]))), End: off + uint32(len(nameAhead(after)))}
	rest, _, _ := strings.Cut(after[word.End-off:], "]")
	given := strings.FieldsFunc(m[2][:len(m[2])-int(off-word.Start)]+" "+rest, func(r rune) bool { return r == ',' || r == ' ' })

	return s.nameItems(func(name string) bool { return slices.Contains(given, name) }, reportedNear(v, line, m[1] != ""), func(name string) protocol.TextEdit {
		return protocol.TextEdit{Range: v.rangeOf(word, s.client.encoding), NewText: name}
	})
}

// lastName is the name that a list ends with, as far as it is typed.
func lastName(list string) string {
	return list[strings.LastIndexAny(list, ", \t")+1:]
}

// nameAhead is the rest of a name behind the cursor.
func nameAhead(text string) string {
	if i := strings.IndexFunc(text, func(r rune) bool {
		return r != '-' && (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}); i >= 0 {
		return text[:i]
	}
	return text
}

// reportedNear are the rules that report in the file, or in a statement that the
// line or the next one is a part of: whoever ignores something means these.
func reportedNear(v view, line source.Span, everywhere bool) []*analysis.Rule {
	file := v.snap.File()
	if next := int(file.LineAt(line.Start)) + 1; next < file.Lines() {
		line.End = file.LineSpan(next).End
	}
	var list []*analysis.Rule
	for _, f := range v.snap.Findings() {
		if f.Rule.Class == suppress.Class || slices.Contains(list, f.Rule) {
			continue
		}
		if everywhere || statementAt(v.snap.Tree(), f.Span.Start).Touches(line) {
			list = append(list, f.Rule)
		}
	}
	return list
}
