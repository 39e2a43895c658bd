package lsp

import (
	"bytes"
	"fmt"
	"math"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"go.lsp.dev/jsonrpc2"

	"pavise/analysis/source"
)

// The types of this file are what we read of the messages that clients send:
// only the fields that are used, so that a slip in any other does no harm.

// decode reads params. Unknown, repeated and null members and broken UTF-8 are
// no errors.
func decode(params []byte, v any) error {
	if len(params) == 0 {
		return fmt.Errorf("%w: there are none", jsonrpc2.ErrInvalidParams)
	}
	err := json.Unmarshal(params, v, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return fmt.Errorf("%w: %w", jsonrpc2.ErrInvalidParams, err)
	}
	return nil
}

type documentID struct {
	URI string `json:"uri"`
}

type openParams struct {
	TextDocument struct {
		URI        string         `json:"uri"`
		LanguageID jsontext.Value `json:"languageId"`
		Version    version        `json:"version"`
		Text       *string        `json:"text"`
	} `json:"textDocument"`
}

type changeParams struct {
	TextDocument struct {
		URI     string  `json:"uri"`
		Version version `json:"version"`
	} `json:"textDocument"`
	ContentChanges []contentChange `json:"contentChanges"`
}

// contentChange replaces the whole document if its range is missing or null.
// The range is decoded apart: one that does not decode must not pass for a
// missing one.
type contentChange struct {
	Range jsontext.Value `json:"range"`
	Text  *string        `json:"text"`
}

type documentParams struct {
	TextDocument documentID `json:"textDocument"`
}

type saveParams struct {
	TextDocument documentID `json:"textDocument"`
	Text         *string    `json:"text"`
}

type positionParams struct {
	TextDocument documentID `json:"textDocument"`
	Position     position   `json:"position"`
}

type actionParams struct {
	TextDocument documentID `json:"textDocument"`
	Range        textRange  `json:"range"`
	Context      struct {
		Only []string `json:"only"`
	} `json:"context"`
}

// version is a document's version. Anything but a whole number is none.
type version struct {
	n  int64
	ok bool
}

func (v *version) UnmarshalJSON(b []byte) error {
	n, err := strconv.ParseInt(string(b), 10, 64)
	*v = version{n, err == nil}
	return nil
}

// int32 is the version as the protocol's types have it, nil if it is none.
func (v version) int32() *int32 {
	if !v.ok || v.n < math.MinInt32 || v.n > math.MaxInt32 {
		return nil
	}
	return new(int32(v.n))
}

// text is the version as JSON.
func (v version) text() string {
	if !v.ok {
		return "null"
	}
	return strconv.FormatInt(v.n, 10)
}

// coordinate is a line or a column. Whole numbers too large for it are the
// largest, which is behind the end of any line.
type coordinate struct {
	n  uint32
	ok bool
}

func (c *coordinate) UnmarshalJSON(text []byte) error {
	if n, err := strconv.ParseUint(string(text), 10, 32); err == nil {
		*c = coordinate{uint32(n), true}
		return nil
	}
	f, err := strconv.ParseFloat(string(text), 64)
	if err != nil || f < 0 || f != math.Trunc(f) {
		return fmt.Errorf("%s is no line or column", text)
	}
	*c = coordinate{uint32(min(f, math.MaxUint32)), true}
	return nil
}

type position struct {
	Line      coordinate `json:"line"`
	Character coordinate `json:"character"`
}

func (p position) ok() bool { return p.Line.ok && p.Character.ok }

func (p position) in(f textual, enc source.Encoding) uint32 {
	return f.Offset(source.Position{Line: p.Line.n, Column: p.Character.n}, enc)
}

type textRange struct {
	Start position `json:"start"`
	End   position `json:"end"`
}

// in is the range in a file; places outside the text are its nearest place. An
// inverted range is an error.
func (r textRange) in(f textual, enc source.Encoding) (source.Span, error) {
	if !r.Start.ok() || !r.End.ok() {
		return source.Span{}, fmt.Errorf("%w: the range is not complete", jsonrpc2.ErrInvalidParams)
	}
	span := source.Span{Start: r.Start.in(f, enc), End: r.End.in(f, enc)}
	if span.Start > span.End {
		return source.Span{}, fmt.Errorf("%w: the range ends before it starts", jsonrpc2.ErrInvalidParams)
	}
	return span, nil
}

// edit is the change as an edit of f.
func (c contentChange) edit(f textual, enc source.Encoding) (source.Edit, error) {
	if c.Text == nil {
		return source.Edit{}, fmt.Errorf("%w: a change has no text", jsonrpc2.ErrInvalidParams)
	}
	if len(c.Range) == 0 || bytes.Equal(c.Range, []byte("null")) {
		return replacement(f, *c.Text), nil
	}
	var r textRange
	if err := decode(c.Range, &r); err != nil {
		return source.Edit{}, err
	}
	span, err := r.in(f, enc)
	if err != nil {
		return source.Edit{}, err
	}
	return source.Edit{Span: span, New: *c.Text}, nil
}

// replacement is the edit that makes text of f, without what both share at
// their start and end.
func replacement(f textual, text string) source.Edit {
	old := f.Text()
	start := 0
	for start < len(old) && start < len(text) && old[start] == text[start] {
		start++
	}
	end := 0
	for end < len(old)-start && end < len(text)-start && old[len(old)-1-end] == text[len(text)-1-end] {
		end++
	}
	return source.Edit{
		Span: source.Span{Start: uint32(start), End: uint32(len(old) - end)},
		New:  text[start : len(text)-end],
	}
}
