package lsp

import (
	"strings"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"pavise/analysis/source"
)

// documentKey is the canonical form of a URI, under which its document is
// kept, and the name of the document in a session: the path of a file, else
// the URI itself. What is no URI is its own key.
func documentKey(raw string) (key, path string) {
	if raw == "" {
		return "", ""
	}
	if strings.HasPrefix(raw, "/") { // a path where a URI should be
		return raw, raw
	}
	u, err := uri.Parse(raw)
	if err != nil {
		return raw, raw
	}
	if !u.IsFile() {
		return string(u), raw
	}
	return string(u), u.FsPath()
}

// uriOf is the URI of a path in a session.
func uriOf(path string) string {
	if !strings.HasPrefix(path, "/") && strings.Contains(path, ":") && !strings.Contains(path, `:\`) {
		return path // it is one: the name of a document that is no file
	}
	return string(uri.File(path))
}

// rangeOf is a span of f in the client's encoding.
func rangeOf(f *source.File, span source.Span, enc source.Encoding) protocol.Range {
	return protocol.Range{Start: positionOf(f, span.Start, enc), End: positionOf(f, span.End, enc)}
}

func positionOf(f *source.File, off uint32, enc source.Encoding) protocol.Position {
	p := f.Position(off, enc)
	return protocol.Position{Line: p.Line, Character: p.Column}
}
