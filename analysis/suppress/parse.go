package suppress

import (
	"slices"
	"strings"

	"pavise/analysis"
	"pavise/analysis/source"
)

// tool is whose comment a directive is.
type tool uint8

const (
	ours tool = iota
	bandit
	ruff
	semgrep
	scanners // that look for secrets
)

// directive is one marker in a comment.
type directive struct {
	tool      tool
	wholeFile bool
	misplaced bool // for a whole file, but not at its head
	all       bool // names nothing, so everything
	names     []name
	span      source.Span // of the marker, from its "#", without the reason
	reason    string      // its first word
	broken    string      // why the marker means nothing, "" if it does
	target    source.Span
	used      bool
	hidden    []*analysis.Rule // of findings that would be shown, if it hides everything
}

// name is one entry in brackets.
type name struct {
	text string
	span source.Span
	used bool
}

// Marked reports whether a comment can hold a marker, ours or another tool's.
func Marked(text string) bool {
	for i := 0; i+4 < len(text); i++ {
		switch text[i] {
		case 'p':
			if strings.HasPrefix(text[i:], "pavise:") || strings.HasPrefix(text[i:], allowlist) {
				return true
			}
		case 'g':
			if strings.HasPrefix(text[i:], gitleaks) {
				return true
			}
		case 'n', 'N':
			if foreign(text[i:]) {
				return true
			}
		}
	}
	return false
}

func foreign(s string) bool {
	return strings.HasPrefix(s, "nosec") || strings.HasPrefix(s, "nosem") || len(s) >= 4 && strings.EqualFold(s[:4], "noqa")
}

// The markers of tools that look for secrets.
const (
	gitleaks  = "gitleaks:allow"
	allowlist = "pragma: allowlist secret"
)

// parse finds the markers of a comment.
func parse(c Comment) []*directive {
	if !Marked(c.Text) {
		return nil
	}
	var found []*directive
	text := c.Text
	for i := 0; i < len(text); i++ {
		var d *directive
		switch {
		case text[i] == '#':
			d = after(text, i)
		case strings.HasPrefix(text[i:], "nosem") && i > 0 && blank(text[i-1]):
			d = nosemgrep(text, i, i)
		}
		if d == nil {
			continue
		}
		i = int(d.span.End) - 1
		d.span = d.span.Shift(c.Span.Start)
		for j := range d.names {
			d.names[j].span = d.names[j].span.Shift(c.Span.Start)
		}
		found = append(found, d)
	}
	return found
}

// A Name is what one entry of a marker says: the name or class of a rule, or its
// id in another tool.
type Name struct {
	Text string
	Span source.Span
	tool tool
}

// Names are the entries of the markers of a comment.
func Names(c Comment) []Name {
	var all []Name
	for _, d := range parse(c) {
		for _, n := range d.names {
			all = append(all, Name{n.text, n.span, d.tool})
		}
	}
	return all
}

// Covers reports whether the name stands for the rule.
func (n Name) Covers(r *analysis.Rule) bool {
	x := name{text: n.Text}
	return x.covers(n.tool, r)
}

// after reads the marker behind the "#" at hash, if there is one.
func after(text string, hash int) *directive {
	at := skipBlank(text, hash+1)
	rest := text[at:]
	switch {
	case strings.HasPrefix(rest, "pavise:"):
		return own(text, hash, skipBlank(text, at+len("pavise:")))
	case strings.HasPrefix(rest, gitleaks), strings.HasPrefix(rest, allowlist):
		return &directive{tool: scanners, all: true, span: source.Span{Start: uint32(hash), End: uint32(wordEnd(text, at))}}
	case strings.HasPrefix(rest, "nosec"):
		return nosec(text, hash, at+len("nosec"))
	case strings.HasPrefix(rest, "nosem"):
		return nosemgrep(text, hash, at)
	case strings.HasPrefix(rest, "ruff:"):
		at = skipBlank(text, at+len("ruff:"))
		if d := noqa(text, hash, at); d != nil {
			d.wholeFile = true
			return d
		}
		return nil
	}
	return noqa(text, hash, at)
}

func skipBlank(s string, i int) int {
	for i < len(s) && blank(s[i]) {
		i++
	}
	return i
}

// wordEnd is the end of the run of letters, digits, "-", "_" and "." at i.
func wordEnd(s string, i int) int {
	for i < len(s) && (s[i] == '-' || s[i] == '_' || s[i] == '.' || alnum(s[i])) {
		i++
	}
	return i
}

func alnum(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9'
}

// own reads what follows "pavise:", which starts at at. Words that are no
// keyword are somebody's prose, unless they are near to one.
func own(text string, hash, at int) *directive {
	end := wordEnd(text, at)
	d := &directive{}
	switch word := strings.ToLower(text[at:end]); word {
	case "ignore":
	case "ignore-file":
		d.wholeFile = true
	case "ignores", "ignored", "ignoring", "ingore", "ignroe", "igonre", "ignore_file", "ignorefile", "noqa", "disable", "skip":
		d.broken = "\"" + word + "\" is not understood: write ignore[rule] or ignore-file[rule]"
	default:
		return nil
	}
	d.span = source.Span{Start: uint32(hash), End: uint32(end)}
	open := skipBlank(text, end)
	if open == len(text) || text[open] != '[' {
		d.all = true
		d.reason = text[open:wordEnd(text, open)]
		return d
	}
	shut := strings.IndexByte(text[open:], ']')
	if shut < 0 {
		d.broken = "the bracket is not closed"
		return d
	}
	d.span.End = uint32(open + shut + 1)
	d.names = list(text, open+1, open+shut)
	if len(d.names) == 0 && d.broken == "" {
		d.broken = "the brackets name no rule"
	}
	return d
}

// list splits names at commas and blanks.
func list(text string, from, to int) []name {
	var names []name
	for i := from; i < to; {
		if text[i] == ',' || blank(text[i]) {
			i++
			continue
		}
		end := i
		for end < to && text[end] != ',' && !blank(text[end]) {
			end++
		}
		names = append(names, name{text: text[i:end], span: source.Span{Start: uint32(i), End: uint32(end)}})
		i = end
	}
	return names
}

// nosec reads Bandit's marker: ids or names of its tests, or anything else,
// which it takes for a reason.
func nosec(text string, hash, at int) *directive {
	if at < len(text) && text[at] != ':' && text[at] != '#' && !blank(text[at]) {
		return nil // another word
	}
	d := &directive{tool: bandit, all: true, span: source.Span{Start: uint32(hash), End: uint32(at)}}
	if at < len(text) && text[at] == ':' {
		at++
	}
	for {
		i := at
		for i < len(text) && (text[i] == ',' || blank(text[i])) {
			i++
		}
		end := wordEnd(text, i)
		if !banditTest(text[i:end]) {
			return d
		}
		d.all = false
		d.names = append(d.names, name{text: text[i:end], span: source.Span{Start: uint32(i), End: uint32(end)}})
		d.span.End, at = uint32(end), end
	}
}

// banditTest reports whether w is the id of a test (B608) or its name
// (hardcoded_sql_expressions).
func banditTest(w string) bool {
	if code(w, 1) && w[0] == 'B' {
		return true
	}
	return strings.Contains(w, "_") && strings.Trim(w, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// code reports whether w is capital letters, at most n of them, and digits.
func code(w string, n int) bool {
	i := 0
	for i < len(w) && 'A' <= w[i] && w[i] <= 'Z' {
		i++
	}
	return i > 0 && i <= n && i < len(w) && strings.Trim(w[i:], "0123456789") == ""
}

// noqa reads the marker of Flake8 and Ruff. Without codes it is about style
// and hides nothing.
func noqa(text string, hash, at int) *directive {
	if len(text)-at < 4 || !strings.EqualFold(text[at:at+4], "noqa") {
		return nil
	}
	at += 4
	d := &directive{tool: ruff, span: source.Span{Start: uint32(hash), End: uint32(at)}}
	at = skipBlank(text, at)
	if at == len(text) || text[at] != ':' {
		return nil
	}
	for at++; ; {
		i := at
		for i < len(text) && (text[i] == ',' || blank(text[i])) {
			i++
		}
		end := wordEnd(text, i)
		if !code(text[i:end], 5) {
			return d
		}
		d.names = append(d.names, name{text: text[i:end], span: source.Span{Start: uint32(i), End: uint32(end)}})
		d.span.End, at = uint32(end), end
	}
}

// nosemgrep reads Semgrep's marker, whose word starts at at.
func nosemgrep(text string, hash, at int) *directive {
	end := wordEnd(text, at)
	if w := text[at:end]; w != "nosem" && w != "nosemgrep" {
		return nil
	}
	d := &directive{tool: semgrep, span: source.Span{Start: uint32(hash), End: uint32(end)}}
	if end == len(text) || text[end] != ':' {
		d.all = true
		return d
	}
	for at = end + 1; ; {
		i := skipBlank(text, at)
		if i < len(text) && text[i] == ',' {
			i = skipBlank(text, i+1)
		} else if len(d.names) > 0 {
			break // a reason
		}
		end = wordEnd(text, i)
		if end == i {
			break
		}
		d.names = append(d.names, name{text: text[i:end], span: source.Span{Start: uint32(i), End: uint32(end)}})
		d.span.End, at = uint32(end), end
	}
	d.all = len(d.names) == 0
	return d
}

// hides reports whether the directive names the rule, and marks what it used.
func (d *directive) hides(r *analysis.Rule) bool {
	if d.broken != "" {
		return false
	}
	if d.tool == scanners {
		return r.Class == "secrets"
	}
	if d.all {
		d.used = true
		return true
	}
	hide := false
	for i := range d.names {
		if d.names[i].covers(d.tool, r) {
			d.names[i].used, d.used, hide = true, true, true
		}
	}
	return hide
}

func (n *name) covers(t tool, r *analysis.Rule) bool {
	switch t {
	case bandit:
		return slices.Contains(r.Aliases.Bandit, n.text)
	case ruff: // Flake8 takes the start of a code for all of them
		return slices.ContainsFunc(r.Aliases.Ruff, func(a string) bool { return strings.HasPrefix(a, n.text) })
	case semgrep:
		return slices.ContainsFunc(r.Aliases.Semgrep, func(a string) bool { return tailOf(a, n.text) || tailOf(n.text, a) })
	}
	return n.text == r.ID || n.text == r.Class
}

// tailOf reports whether the dotted id short is the end of the id long.
func tailOf(short, long string) bool {
	head, ok := strings.CutSuffix(long, short)
	return ok && short != "" && (head == "" || strings.HasSuffix(head, "."))
}
