package lsp

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"pavise/analysis"
	"pavise/analysis/config"
	"pavise/analysis/rules"
	"pavise/analysis/source"
)

// documentLinks lead from the names of rules in a configuration to their pages,
// and from what names a file or folder there to it.
func (s *server) documentLinks(_ context.Context, params []byte) (answer, any, error) {
	var p documentParams
	if err := decode(params, &p); err != nil {
		return nil, nil, err
	}
	v, ok := s.viewOf(p.TextDocument.URI)
	if !ok || !isConfig(v) {
		return nil, []protocol.DocumentLink{}, nil
	}
	return func(context.Context) (any, error) { return s.linksIn(v), nil }, nil, nil
}

func isConfig(v view) bool { return v.plain && config.IsConfig(v.path) }

func (s *server) linksIn(v view) []protocol.DocumentLink {
	file := v.snap.File()
	out := []protocol.DocumentLink{}
	add := func(span source.Span, target, tip string) {
		l := protocol.DocumentLink{Range: rangeOf(file, span, s.client.encoding), Target: new(uri.URI(target))}
		if s.client.linkTips {
			l.Tooltip = new(tip)
		}
		out = append(out, l)
	}
	for _, w := range config.Words(v.path, file.Text()) {
		switch {
		case w.Open:
		case !w.Name:
			if path := named(filepath.Dir(v.path), w.Text); path != "" {
				add(w.Span, uriOf(path), "Open "+w.Text)
			}
		default:
			if r := rules.ByID(w.Text); r != nil && s.pageURL(r) != "" {
				add(w.Span, s.pageURL(r), r.Title)
			}
		}
	}
	return out
}

// named is the file that a pattern is the plain name of, "" if it is none. A
// folder is nothing that an editor opens.
func named(dir, pattern string) string {
	pattern = strings.TrimPrefix(pattern, "/")
	if pattern == "" || strings.ContainsAny(pattern, "*?[!\\\x00") {
		return ""
	}
	path := filepath.Join(dir, filepath.FromSlash(pattern))
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() || !within(dir, path) {
		return ""
	}
	return path
}

// rulesNamed are the rules that the name at a place of a configuration stands for:
// itself, or those of a class.
func rulesNamed(v view, off uint32) ([]*analysis.Rule, source.Span) {
	for _, w := range config.Words(v.path, v.snap.File().Text()) {
		if !w.Name || off < w.Span.Start || off > w.Span.End {
			continue
		}
		var list []*analysis.Rule
		for _, r := range rules.All() {
			if r.ID == w.Text || r.Class == w.Text {
				list = append(list, r)
			}
		}
		return list, w.Span
	}
	return nil, source.Span{}
}

// completeConfig completes the names in a list of them. Where no quote is open
// yet, it brings its own.
func (s *server) completeConfig(v view, off uint32) []protocol.CompletionItem {
	file := v.snap.File()
	at, ok := config.At(v.path, file.Text(), off)
	if !ok {
		return nil
	}
	quote := ""
	if at.Bare {
		quote = `"`
	}
	word := source.Span{Start: at.Word.Span.Start, End: max(off, at.Word.Span.End)}
	if at.Word.Open { // what follows on the line need not be of the word
		word.End = off + uint32(len(nameAhead(string(file.Text()[off:at.Word.Span.End]))))
	}
	return s.nameItems(func(name string) bool { return slices.Contains(at.Given, name) }, nil, func(name string) protocol.TextEdit {
		return protocol.TextEdit{Range: rangeOf(file, word, s.client.encoding), NewText: quote + name + quote}
	})
}

// nameItems are the names of rules and classes but for those that are given; those
// of the rules in first come first.
func (s *server) nameItems(given func(string) bool, first []*analysis.Rule, edit func(name string) protocol.TextEdit) []protocol.CompletionItem {
	items := []protocol.CompletionItem{}
	add := func(name, detail, order string) {
		if given(name) {
			return
		}
		items = append(items, protocol.CompletionItem{
			Label: name, Kind: protocol.CompletionItemKindEnumMember, Detail: protocol.NewOptional(detail), SortText: protocol.NewOptional(order + name),
			TextEdit: new(edit(name)),
		})
	}
	var classes []string
	for _, r := range rules.All() {
		order := "1"
		if slices.Contains(first, r) {
			order = "0"
		}
		add(r.ID, r.Title, order)
		if !slices.Contains(classes, r.Class) {
			classes = append(classes, r.Class)
			add(r.Class, "all rules of the class", "2")
		}
	}
	return items
}
