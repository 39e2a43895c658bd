package codeexec

import (
	"bytes"
	_ "embed"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"pavise/analysis"
	"pavise/analysis/secrets"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
)

//go:embed trojan_source.md
var trojanSourcePage string

// TrojanSource: bidirectional or invisible control characters in source.
var TrojanSource = &analysis.Rule{
	ID:         "trojan-source",
	Class:      "codeexec",
	Title:      "Bidirectional or invisible control characters in source",
	CWE:        []int{1007},
	OWASP2021:  "A08:2021 Software and Data Integrity Failures",
	OWASP2025:  "A08:2025 Software or Data Integrity Failures",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B613"},
		Ruff:    []string{"PLE2502"},
		Semgrep: []string{"contains-bidirectional-characters"},
	},
	Page:   trojanSourcePage,
	Checks: []analysis.Check{analysis.Texts{Run: judgeControls}},
}

// programEndings are the ends of the names of files, besides those of Python and
// of configuration, whose text a program follows.
var programEndings = []string{".html", ".htm", ".xhtml", ".djhtml", ".j2", ".jinja", ".jinja2", ".mako", ".js", ".mjs", ".ts", ".jsx", ".tsx", ".vue", ".sql", ".css", ".tf"}

func judgeControls(p *analysis.Pass, t *analysis.Text) {
	if t.Unit == nil && t.Role != secrets.Config && !slices.Contains(programEndings, strings.ToLower(filepath.Ext(p.Path))) {
		return
	}
	text := t.Bytes
	for i := 0; i < len(text); {
		j := bytes.IndexByte(text[i:], 0xe2) // with which all of them begin
		if j < 0 {
			break
		}
		i += j
		r, n := utf8.DecodeRune(text[i:])
		if !turns(r) {
			i += n
			continue
		}
		end := i + n
		for end < len(text) {
			next, n := utf8.DecodeRune(text[end:])
			if !turns(next) {
				break
			}
			end += n
		}
		sure := analysis.Certain
		if t.Role == secrets.Test || rightToLeft(lineAround(text, i)) {
			sure = analysis.Unsure
		}
		p.ReportText(source.Span{Start: uint32(i), End: uint32(end)}, sure, fmt.Sprintf("The invisible character U+%04X changes the order in which this line is shown: what a reader sees is not what runs. Delete it.", r))
		i = end
	}
	if t.Unit != nil && !ascii(text) {
		judgeNames(p, t.Unit)
	}
}

// turns reports whether a character changes the direction of the text behind it.
func turns(r rune) bool { return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 }

func lineAround(text []byte, at int) []byte {
	start := bytes.LastIndexByte(text[:at], '\n') + 1
	if end := bytes.IndexByte(text[at:], '\n'); end >= 0 {
		return text[start : at+end]
	}
	return text[start:]
}

// rightToLeft reports whether a text has letters that are written from right to
// left, which the characters may be meant for.
func rightToLeft(line []byte) bool {
	return bytes.ContainsFunc(line, func(r rune) bool {
		return unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana)
	})
}

func ascii(text []byte) bool {
	return !slices.ContainsFunc(text, func(b byte) bool { return b >= utf8.RuneSelf })
}

// judgeNames objects to names that mix Latin letters with Cyrillic ones, which
// look the same.
func judgeNames(p *analysis.Pass, u *syntax.Unit) {
	for i := range u.Len() {
		n := u.At(i)
		if n.Kind() != syntax.KindIdentifier {
			continue
		}
		name := n.Text()
		if ascii(name) || !bytes.ContainsFunc(name, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }) || !bytes.ContainsFunc(name, func(r rune) bool { return unicode.Is(unicode.Latin, r) }) {
			continue
		}
		d := p.ReportText(n.Span(), analysis.Likely, "This name mixes Latin and Cyrillic letters, which look the same: it is another name than the one that a reader sees.")
		d.Node, d.Severity = n, analysis.Low
	}
}
