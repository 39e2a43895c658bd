package lsp

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"

	"pavise/analysis"
	"pavise/analysis/rules"
	"pavise/analysis/source"
)

// What we offer beside the protocol, to clients that have a view of their own
// for it.
const (
	methodExplain = "pavise/explain" // a rule, and a finding of it with its path
	methodRules   = "pavise/rules"   // all rules, in a line each
)

// mostLine is how many characters of a line of code are sent with a step.
const mostLine = 200

// explainParams name a rule, a finding by its rule and fingerprint, or what is
// found at a place.
type explainParams struct {
	URI         string    `json:"uri,omitzero"`
	Position    *position `json:"position,omitzero"`
	Rule        string    `json:"rule"`
	Fingerprint string    `json:"fingerprint,omitzero"`
}

// explanation is the answer. Finding is nil where a rule was asked for, or a
// finding that is gone.
type explanation struct {
	Rule    ruleLine          `json:"rule"`
	CWE     []int             `json:"cwe"`
	OWASP   []string          `json:"owasp"`
	Page    string            `json:"page"` // Markdown
	Finding *explainedFinding `json:"finding,omitempty"`
}

type ruleLine struct {
	ID         string `json:"id"`
	Class      string `json:"class"`
	Title      string `json:"title"`
	Severity   string `json:"severity"`
	Confidence string `json:"confidence"`
}

type explainedFinding struct {
	URI         string           `json:"uri"`
	Fingerprint string           `json:"fingerprint"`
	Severity    string           `json:"severity"`
	Confidence  string           `json:"confidence"`
	Message     string           `json:"message"`
	Place       explainedPlace   `json:"place"`
	Steps       []explainedPlace `json:"steps"`
	Fixes       []explainedFix   `json:"fixes"`
}

// explainedPlace is a place in a file with what is to be said of it.
type explainedPlace struct {
	URI   string         `json:"uri"`
	File  string         `json:"file"` // its name without folders
	Range protocol.Range `json:"range"`
	Code  string         `json:"code"` // the line, without its indentation
	Text  string         `json:"text"`
}

type explainedFix struct {
	Title   string `json:"title"`
	Caveat  string `json:"caveat"`
	Refusal string `json:"refusal"`
}

// explainRequest answers pavise/explain; null if nothing is found at the place.
func (s *server) explainRequest(_ context.Context, params []byte) (answer, any, error) {
	var p explainParams
	if err := decode(params, &p); err != nil {
		return nil, nil, err
	}
	v, open := s.viewOf(p.URI)
	var f *analysis.Finding
	if open {
		f = asked(v, p, s.client.encoding)
	}
	rule := rules.ByID(p.Rule)
	switch {
	case f != nil:
		rule = f.Rule
	case p.Rule != "" && rule == nil:
		return nil, nil, jsonrpc2.Errorf(jsonrpc2.InvalidParams, "there is no rule %q", p.Rule)
	case rule == nil:
		return nil, nil, nil
	}
	return func(ctx context.Context) (any, error) {
		out := explanation{Rule: lineOf(rule), CWE: append([]int{}, rule.CWE...), OWASP: []string{}, Page: rule.Page}
		for _, o := range []string{rule.OWASP2021, rule.OWASP2025} {
			if o != "" {
				out.OWASP = append(out.OWASP, o)
			}
		}
		if f != nil {
			out.Finding = s.explained(v, f)
		}
		return out, ctx.Err()
	}, nil, nil
}

// asked is the finding that is asked for, nil if there is none: of those at a
// place the innermost.
func asked(v view, p explainParams, enc source.Encoding) *analysis.Finding {
	findings := v.snap.Findings()
	var best *analysis.Finding
	switch {
	case p.Fingerprint != "":
		for i := range findings {
			if f := &findings[i]; f.Rule.ID == p.Rule && f.Fingerprint == p.Fingerprint {
				return f
			}
		}
	case p.Position != nil && p.Position.ok():
		off := v.offset(*p.Position, enc)
		for i := range findings {
			f := &findings[i]
			if f.Span.Start <= off && off <= f.Span.End && (p.Rule == "" || p.Rule == f.Rule.ID) &&
				(best == nil || best.Span.Contains(f.Span)) {
				best = f
			}
		}
	}
	return best
}

func (s *server) explained(v view, f *analysis.Finding) *explainedFinding {
	out := &explainedFinding{
		URI: v.uri, Fingerprint: f.Fingerprint,
		Severity: f.Severity.String(), Confidence: f.Confidence.String(), Message: f.Message,
		Place: s.placeOf(v, "", f.Span, ""),
		Steps: []explainedPlace{}, Fixes: []explainedFix{},
	}
	for i := range f.Steps {
		step := &f.Steps[i]
		if _, _, _, ok := v.encoder.at(step.Path, step.Span); ok {
			out.Steps = append(out.Steps, s.placeOf(v, step.Path, step.Span, step.Text))
		}
	}
	for _, fix := range s.fixesOf(v, f) {
		out.Fixes = append(out.Fixes, explainedFix{fix.Title, fix.Caveat, fix.Refusal})
	}
	return out
}

// placeOf is a place of a file that can be read, without secrets of the one that
// v is of.
func (s *server) placeOf(v view, path string, span source.Span, text string) explainedPlace {
	file, u, at, _ := v.encoder.at(path, span)
	if own := v.snap.File(); path == "" || path == own.Path() {
		hide := v.snap.Secrets()
		if c := v.layout.at(span.Start); c != nil {
			hide = slices.Clone(hide)
			for i := range hide {
				hide[i] = c.own(hide[i])
			}
		}
		file = file.Masked(hide)
	}
	return s.place(file, u, at, text)
}

func (s *server) place(file *source.File, u string, span source.Span, text string) explainedPlace {
	line := file.LineSpan(int(file.LineAt(span.Start)))
	code := []rune(strings.TrimSpace(strings.ToValidUTF8(string(file.Text()[line.Start:line.End]), "\uFFFD")))
	if len(code) > mostLine {
		code = append(code[:mostLine], '…')
	}
	return explainedPlace{
		URI: u, File: filepath.Base(file.Path()), Range: rangeOf(file, span, s.client.encoding), Code: string(code), Text: text,
	}
}

func lineOf(r *analysis.Rule) ruleLine {
	return ruleLine{r.ID, r.Class, r.Title, r.Severity.String(), r.Confidence.String()}
}

// listRules answers pavise/rules.
func (s *server) listRules(context.Context, []byte) (answer, any, error) {
	return func(context.Context) (any, error) {
		all := rules.All()
		out := make([]ruleLine, len(all))
		for i, r := range all {
			out[i] = lineOf(r)
		}
		return out, nil
	}, nil, nil
}
