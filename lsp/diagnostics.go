package lsp

import (
	"context"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.lsp.dev/protocol"

	"pavise/analysis"
	"pavise/analysis/engine"
	"pavise/analysis/rules"
	"pavise/analysis/source"
	"pavise/analysis/suppress"
)

// Diagnostics are pushed unless the client can only pull, or can do both and
// the setting `diagnostics` says "pull". One server must not do both: VS Code
// and Neovim then show everything twice. Push is the default because it is what
// is felt as faster: a pull waits for the client to ask (LSP4IJ asks 500 ms
// after the last key) and costs a round trip that begins only then, while a
// push leaves with the edit that caused it, and carries the version that it
// belongs to.

// publish tells the client the findings of a document as they are now, and
// plans for what is not settled in them.
func (s *server) publish(ctx context.Context, d *document) {
	s.settleLater(ctx, d)
	if !s.pull {
		s.push(d)
	}
}

// republish is publish for findings that changed without an edit.
func (s *server) republish(ctx context.Context, d *document) {
	s.publish(ctx, d)
	s.refreshPulls(ctx)
	s.refreshMarksOf(ctx, d)
}

// push sends one publishDiagnostics, or one for each cell of a notebook.
func (s *server) push(d *document) {
	if d.notebook != nil {
		s.pushCells(d)
		return
	}
	if (d.template || d.plain) && !d.shown {
		if d.snap == nil || len(d.snap.Findings()) == 0 {
			return // like nearly all that an editor opens beside Python
		}
		d.shown = true
	}
	s.queue(s.pushFrame(d.uri, d.version, s.encoder(d)))
}

func (s *server) pushFrame(uri string, v version, e encoder) *frame {
	f := s.out.frame()
	f.topic = uri
	f.b = append(f.b, `{"jsonrpc":"2.0","method":"textDocument/publishDiagnostics","params":{"uri":`...)
	f.b = appendString(f.b, uri)
	if v.ok {
		f.b = append(f.b, `,"version":`...)
		f.b = strconv.AppendInt(f.b, v.n, 10)
	}
	f.b = append(f.b, `,"diagnostics":`...)
	f.b = e.appendAll(f.b)
	f.b = append(f.b, `}}`...)
	return f
}

// clear takes away what is shown for a file that is not open.
func (s *server) clear(uri string) { s.pushClosed(uri, []byte("[]")) }

// pushClosed sends the diagnostics, a JSON array, of a file that is not open.
func (s *server) pushClosed(uri string, items []byte) {
	f := s.out.frame()
	f.topic = uri
	f.b = append(f.b, `{"jsonrpc":"2.0","method":"textDocument/publishDiagnostics","params":{"uri":`...)
	f.b = appendString(f.b, uri)
	f.b = append(f.b, `,"diagnostics":`...)
	f.b = append(f.b, items...)
	f.b = append(f.b, `}}`...)
	s.queue(f)
}

// encoder writes the findings of one snapshot as diagnostics. It appends JSON
// by hand: with a hundred findings and their steps this is most of what the
// server adds to a keystroke, and most of it is the same text every time.
type encoder struct {
	snap    *engine.Snapshot
	version version
	client  *client
	uri     string
	heads   map[*analysis.Rule]string // see ruleHeads
	// other gives the text and the URI of another file that a step lies in; ok is
	// false if it cannot be read.
	other  func(path string) (f *source.File, uri string, ok bool)
	layout layout // of the cells of a notebook
	cell   *cell  // that the diagnostics are of
}

func (s *server) encoder(d *document) encoder {
	return encoder{snap: d.snap, version: d.version, client: &s.client, uri: d.uri, heads: s.heads, other: s.otherFile(d.project), layout: d.layout}
}

// of is the encoder for one of the cells.
func (e encoder) of(c *cell) encoder {
	e.cell, e.uri, e.version = c, c.uri, c.version
	return e
}

// ruleHeads is what every diagnostic of a rule says between its severity and
// its message.
func (s *server) ruleHeads() map[*analysis.Rule]string {
	all := rules.All()
	heads := make(map[*analysis.Rule]string, len(all))
	for _, r := range all {
		b := append(appendString([]byte(`,"code":`), r.ID), `,"source":"pavise"`...)
		if url := s.pageURL(r); url != "" && s.client.codeDescription {
			b = append(appendString(append(b, `,"codeDescription":{"href":`...), url), '}')
		}
		if r.ID == suppress.RuleID && s.client.unnecessary {
			b = append(b, `,"tags":[1]`...)
		}
		heads[r] = string(append(b, `,"message":`...))
	}
	return heads
}

func (e encoder) appendAll(b []byte) []byte {
	b = append(b, '[')
	if e.snap == nil {
		return append(b, ']')
	}
	findings := e.snap.Findings()
	if e.cell != nil {
		findings = e.cell.findings(findings)
	}
	uri := appendString(nil, e.uri)
	for i := range findings {
		if b[len(b)-1] != '[' {
			b = append(b, ',')
		}
		b = e.append(b, &findings[i], uri)
	}
	if note := e.snap.Note(); note != "" && (e.cell == nil || e.cell.first) {
		if b[len(b)-1] != '[' {
			b = append(b, ',')
		}
		b = append(b, `{"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":0}},"severity":3,"source":"pavise","message":`...)
		b = append(appendString(b, note), '}')
	}
	return append(b, ']')
}

// append writes one finding; uri is that of the document, quoted.
func (e encoder) append(b []byte, f *analysis.Finding, uri []byte) []byte {
	b = append(b, `{"range":`...)
	if e.cell == nil {
		b = appendRange(b, e.snap.File(), f.Span, e.client.encoding)
	} else {
		b = appendRange(b, e.cell.file, e.cell.own(f.Span), e.client.encoding)
	}
	b = append(b, `,"severity":`...)
	b = append(b, '0'+byte(severityOf(f)))
	b = append(b, e.heads[f.Rule]...)
	b = appendString(b, e.message(f))
	if e.client.related && len(f.Steps) > 0 {
		b = e.appendSteps(append(b, `,"relatedInformation":[`...), f.Steps, uri)
		b = append(b, ']')
	}
	if e.client.diagnosticData {
		b = append(b, `,"data":{"rule":"`...)
		b = append(b, f.Rule.ID...)
		b = append(b, `","fingerprint":`...)
		b = appendString(b, f.Fingerprint)
		if e.version.ok {
			b = append(b, `,"version":`...)
			b = strconv.AppendInt(b, e.version.n, 10)
		}
		b = append(b, '}')
	}
	return append(b, '}')
}

func (e encoder) appendSteps(b []byte, steps []analysis.Step, uri []byte) []byte {
	for i := range steps {
		step := &steps[i]
		in, raw, span, ok := e.at(step.Path, step.Span)
		if !ok {
			continue
		}
		u := uri
		if raw != e.uri {
			u = appendString(nil, raw)
		}
		if b[len(b)-1] != '[' {
			b = append(b, ',')
		}
		b = append(b, `{"location":{"uri":`...)
		b = append(b, u...)
		b = append(b, `,"range":`...)
		b = appendRange(b, in, span, e.client.encoding)
		b = append(b, `},"message":`...)
		b = append(appendString(b, step.Text), '}')
	}
	return b
}

// at is where the client has a place of a file: the text and the URI of the
// document, and the place in it.
func (e encoder) at(path string, span source.Span) (in *source.File, uri string, at source.Span, ok bool) {
	if own := e.snap.File(); path != "" && path != own.Path() {
		in, uri, ok = e.other(path)
		return in, uri, span, ok
	}
	if c := e.layout.at(span.Start); c != nil {
		return c.file, c.uri, c.own(span), true
	}
	return e.snap.File(), e.uri, span, true
}

// message is the finding's, with the way from source to sink as text where the
// client cannot show it as related information.
func (e encoder) message(f *analysis.Finding) string {
	if e.client.related || len(f.Steps) < 2 {
		return f.Message
	}
	var b strings.Builder
	b.WriteString(f.Message)
	for i := range f.Steps {
		step := &f.Steps[i]
		where := e.lineOf(step)
		if where == "" {
			continue
		}
		b.WriteString("\n  ")
		b.WriteString(where)
		b.WriteString(": ")
		b.WriteString(step.Text)
	}
	return b.String()
}

// lineOf names the line of a step, with its file or cell if that is another one;
// "" if the file cannot be read.
func (e encoder) lineOf(step *analysis.Step) string {
	in, uri, span, ok := e.at(step.Path, step.Span)
	if !ok {
		return ""
	}
	line := "line " + strconv.Itoa(int(in.LineAt(span.Start))+1)
	switch c := e.layout.at(step.Span.Start); {
	case uri == e.uri:
	case c != nil && c.uri == uri:
		line = "cell " + strconv.Itoa(c.number) + ", " + line
	default:
		line = filepath.Base(step.Path) + ", " + line
	}
	return line
}

// otherFile gives a file that a path of a finding leads through: the open one,
// else what the project's analysis has read, else the one on disk. At a keystroke
// the disk is not looked at for what is known.
func (s *server) otherFile(p *project) func(path string) (*source.File, string, bool) {
	return func(path string) (*source.File, string, bool) {
		for _, d := range s.docs {
			if d.path == path && d.notebook == nil {
				return d.file, d.uri, true
			}
		}
		if p != nil {
			if f := p.session.Known(path); f != nil {
				return f, uriOf(path), true
			}
		}
		f, err := readSource(path)
		if err != nil {
			return nil, "", false
		}
		return f, uriOf(path), true
	}
}

// severityOf is one step lower for findings of low confidence.
func severityOf(f *analysis.Finding) protocol.DiagnosticSeverity {
	sev := protocol.DiagnosticSeverityHint
	switch f.Severity {
	case analysis.Critical, analysis.High:
		sev = protocol.DiagnosticSeverityError
	case analysis.Medium:
		sev = protocol.DiagnosticSeverityWarning
	case analysis.Low:
		sev = protocol.DiagnosticSeverityInformation
	}
	if f.Confidence == analysis.Unsure {
		sev = min(sev+1, protocol.DiagnosticSeverityHint)
	}
	return sev
}

// diagnostic is the finding in the protocol's words: for code actions, which
// name what they resolve. It is the decoded form of what was published.
func (e encoder) diagnostic(f *analysis.Finding) (protocol.Diagnostic, error) {
	var d protocol.Diagnostic
	err := protocol.Unmarshal(e.append(nil, f, appendString(nil, e.uri)), &d)
	return d, err
}

// sameFindings reports whether two snapshots of the same text are shown alike.
func sameFindings(a, b *engine.Snapshot) bool {
	x, y := a.Findings(), b.Findings()
	if len(x) != len(y) || a.Note() != b.Note() {
		return false
	}
	for i := range x {
		p, q := &x[i], &y[i]
		if p.Rule != q.Rule || p.Span != q.Span || p.Severity != q.Severity || p.Confidence != q.Confidence ||
			p.Message != q.Message || p.Fingerprint != q.Fingerprint || len(p.Steps) != len(q.Steps) {
			return false
		}
		for j := range p.Steps {
			if p.Steps[j] != q.Steps[j] {
				return false
			}
		}
	}
	return true
}

func appendRange(b []byte, f *source.File, span source.Span, enc source.Encoding) []byte {
	start := f.Position(span.Start, enc)
	end := start
	if f.IsASCII() && span.Start <= span.End && span.End <= f.LineSpan(int(start.Line)).End {
		end.Column += span.Len() // nearly all: the look-up of the line is the cost
	} else {
		end = f.Position(span.End, enc)
	}
	b = append(b, `{"start":`...)
	b = appendPosition(b, start)
	b = append(b, `,"end":`...)
	b = appendPosition(b, end)
	return append(b, '}')
}

func appendPosition(b []byte, p source.Position) []byte {
	b = append(b, `{"line":`...)
	b = strconv.AppendUint(b, uint64(p.Line), 10)
	b = append(b, `,"character":`...)
	b = strconv.AppendUint(b, uint64(p.Column), 10)
	return append(b, '}')
}

// appendString appends s as a JSON string. What is not UTF-8 becomes U+FFFD.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if r, n := utf8.DecodeRuneInString(s[i:]); c >= utf8.RuneSelf && (r != utf8.RuneError || n > 1) {
			i += n
			continue
		}
		b = append(b, s[from:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, `\n`...)
		case '\t':
			b = append(b, `\t`...)
		default:
			if c >= utf8.RuneSelf {
				b = append(b, "\uFFFD"...)
				break
			}
			const hex = "0123456789abcdef"
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		i++
		from = i
	}
	return append(append(b, s[from:]...), '"')
}
