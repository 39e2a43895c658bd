package lsp

import (
	"context"
	"fmt"
	"strings"

	"go.lsp.dev/protocol"

	"pavise/analysis/models"
	"pavise/quickfix/poc"
)

// codeLenses says above each function that a framework calls what it is to a
// client: its routes, how much it reads of a request, who is kept out, and where
// the data arrives. They are off until the client's settings say otherwise.
func (s *server) codeLenses(_ context.Context, params []byte) (answer, any, error) {
	var p documentParams
	if err := decode(params, &p); err != nil {
		return nil, nil, err
	}
	v, ok := s.viewOf(p.TextDocument.URI)
	if !ok || !s.lensesOn(v) {
		return nil, []protocol.CodeLens{}, nil
	}
	root := s.rootFor(v.path)
	return func(context.Context) (any, error) {
		return s.lensesOf(v, root), nil
	}, nil, nil
}

func (s *server) lensesOn(v view) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.settingsFor(s.folderOf(v.path)).lenses
}

func (s *server) rootFor(path string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rootOf(path)
}

func (s *server) lensesOf(v view, root string) []protocol.CodeLens {
	out := []protocol.CodeLens{}
	for _, e := range s.handlersOf(v, root) {
		if v.shows(e.Name.Start) {
			out = append(out, protocol.CodeLens{Range: v.rangeOf(e.Name, s.client.encoding), Command: protocol.Command{Title: lensText(e)}})
		}
	}
	return out
}

// handlersOf are the handlers of v.
func (s *server) handlersOf(v view, root string) []poc.Entry {
	v.fixes.mu.Lock()
	defer v.fixes.mu.Unlock()
	if !v.fixes.listed {
		v.fixes.listed = true
		defer s.recoverFix("handlers")
		v.fixes.handlers = poc.Handlers(v.snap, root)
	}
	return v.fixes.handlers
}

// lensText is a handler on a line. A guard that is not seen may still be there:
// of the whole application, or of a gateway before it.
func lensText(e poc.Entry) string {
	parts := []string{"called by the framework"}
	if len(e.Routes) > 0 {
		parts[0] = strings.Join(e.Routes, ", ")
	}
	switch e.Inputs {
	case 0:
		parts = append(parts, "no inputs")
	case 1:
		parts = append(parts, "1 input")
	default:
		parts = append(parts, fmt.Sprintf("%d inputs", e.Inputs))
	}
	switch {
	case len(e.Guards) > 0:
		parts = append(parts, strings.Join(e.Guards, ", "))
	case e.Guarded:
		parts = append(parts, "asks who calls")
	default:
		parts = append(parts, "no guard here")
	}
	if to := reachedWords(e.Reaches); len(to) > 0 {
		parts = append(parts, "reaches "+strings.Join(to, ", "))
	}
	return strings.Join(parts, " · ")
}

// sinkWords are the sinks that are worth a word, the gravest first. What only
// goes back to the client, into a log or into memory is not among them.
var sinkWords = []struct {
	kinds models.Kind
	word  string
}{
	{models.Command | models.Program | models.Argument | models.RemoteCommand, "commands"},
	{models.Code | models.Import | models.Reflect, "code"},
	{models.Deserialize, "deserialization"},
	{models.Template, "template source"},
	{models.SQL, "SQL"},
	{models.NoSQL | models.Query | models.Filter, "queries"},
	{models.LDAP, "LDAP"},
	{models.XPath, "XPath"},
	{models.XML, "XML"},
	{models.Path, "files"},
	{models.URL, "other servers"},
	{models.Redirect, "redirects"},
	{models.Mail | models.MailHTML, "mail"},
	{models.HTML | models.Script | models.ScriptText | models.Unquoted | models.Link | models.Markup, "pages"},
}

func reachedWords(kinds models.Kind) []string {
	var out []string
	for _, w := range sinkWords {
		if kinds&w.kinds != 0 {
			out = append(out, w.word)
		}
	}
	return out
}
