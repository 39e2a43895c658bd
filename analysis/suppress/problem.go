package suppress

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"pavise/analysis"
	"pavise/analysis/source"
)

// problems are the ignores of ours that hid nothing in the findings seen, and
// those of any tool that hide more than they need to.
func (s *set) problems(in *Input) []Problem {
	var all []Problem
	for _, list := range [][]*directive{s.files, s.lines} {
		for _, d := range list {
			switch {
			case s.quiet(d):
			case len(d.hidden) > 0:
				all = append(all, Problem{Span: d.span, Message: broad(d), Broad: true, Foreign: d.tool != ours})
			case d.tool == ours:
				all = append(all, d.problems(in)...)
			}
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Span.Start < all[j].Span.Start })
	return all
}

const (
	hides   = "this comment names no rule: it hides "
	besides = ", and whatever comes later"
)

// broad says what a directive hides that names nothing.
func broad(d *directive) string {
	var ids []string
	for _, r := range d.hidden {
		ids = append(ids, r.ID)
	}
	slices.Sort(ids)
	return hides + strings.Join(ids, ", ") + besides
}

// Hidden lists the rules that the message of a Broad problem names.
func Hidden(message string) []string {
	list, ok := strings.CutSuffix(strings.TrimPrefix(message, hides), besides)
	if !ok {
		return nil
	}
	return strings.Split(list, ", ")
}

// Narrowing is the edit that names in a comment the rules that it hides; ok is
// false if its tool has no name for one of them.
func Narrowing(f *source.File, problem source.Span, rules []*analysis.Rule) (e source.Edit, ok bool) {
	marker := string(f.Text()[problem.Start:problem.End])
	at := source.Span{Start: problem.End, End: problem.End}
	var names []string
	for _, r := range rules {
		switch {
		case strings.Contains(marker, "pavise"):
			names = append(names, r.ID)
		case !strings.HasSuffix(marker, "nosec") || len(r.Aliases.Bandit) == 0:
			return source.Edit{}, false
		default:
			names = append(names, r.Aliases.Bandit...)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	switch {
	case len(names) == 0:
		return source.Edit{}, false
	case strings.Contains(marker, "pavise"):
		return source.Edit{Span: at, New: "[" + strings.Join(names, ", ") + "]"}, true
	}
	return source.Edit{Span: at, New: " " + strings.Join(names, ",")}, true
}

// quiet reports whether the file or the comment asks not to hear of d.
func (s *set) quiet(d *directive) bool {
	quiet := d.namesUs()
	for _, f := range s.files {
		quiet = quiet || !f.misplaced && f.namesUs()
	}
	for _, off := range []uint32{d.span.Start, d.target.Start} {
		s.at(off, func(other *directive) { quiet = quiet || other.namesUs() })
	}
	return quiet
}

func (d *directive) namesUs() bool {
	for _, n := range d.names {
		if d.tool == ours && (n.text == RuleID || n.text == Class) {
			return true
		}
	}
	return false
}

func (d *directive) problems(in *Input) []Problem {
	switch {
	case d.broken != "":
		return []Problem{{Span: d.span, Message: d.broken + ", so this comment hides nothing"}}
	case d.misplaced:
		return []Problem{{Span: d.span, Message: "ignore-file stands below the comments that the file begins with, so this comment hides nothing"}}
	case d.all && !d.used:
		return []Problem{{Span: d.span, Message: "nothing is reported " + place(d.wholeFile) + "; the comment would hide any fault that comes later"}}
	}
	var list []Problem
	for _, n := range d.names {
		if m := n.problem(in, d.wholeFile); m != "" {
			list = append(list, Problem{Span: n.span, Message: m})
		}
	}
	if len(list) > 1 && len(list) == len(d.names) && !d.used && d.known(in) {
		return []Problem{{Span: d.span, Message: "none of these rules reports anything " + place(d.wholeFile) + "; the comment would hide a fault that comes later"}}
	}
	return list
}

// problem is what is wrong with one name, "" if nothing is.
func (n *name) problem(in *Input, wholeFile bool) string {
	switch in.State(n.text) {
	case On:
		if n.used {
			return ""
		}
		return n.text + " reports nothing " + place(wholeFile) + "; the comment would hide a fault that comes later"
	case Unknown:
		hint := ""
		if in.Suggest != nil {
			if s := in.Suggest(n.text); s != "" {
				hint = fmt.Sprintf(" (did you mean %q?)", s)
			}
		}
		return fmt.Sprintf("%q is neither a rule nor a class%s, so it hides nothing", n.text, hint)
	}
	return ""
}

func (d *directive) known(in *Input) bool {
	for _, n := range d.names {
		if in.State(n.text) == Unknown {
			return false
		}
	}
	return true
}

func place(wholeFile bool) string {
	if wholeFile {
		return "in this file"
	}
	return "here"
}

// Removal is the edit that takes away what a Problem of this text speaks of: a
// name with its comma, or the marker with its reason and, where nothing else is
// left, the whole comment and its line.
func Removal(f *source.File, problem source.Span) (source.Edit, bool) {
	line := f.LineSpan(int(f.LineAt(problem.Start)))
	if problem.Len() == 0 || problem.End > line.End {
		return source.Edit{}, false
	}
	if f.Text()[problem.Start] == '#' {
		return removeMarker(f, line, problem), true
	}
	return removeName(f, line, problem)
}

func removeMarker(f *source.File, line, marker source.Span) source.Edit {
	text := f.Text()
	for i := marker.End; i < line.End; i++ {
		if text[i] == '#' && after(string(text[i:line.End]), 0) != nil {
			return source.Edit{Span: source.Span{Start: marker.Start, End: i}} // another marker follows
		}
	}
	cut := source.Span{Start: marker.Start, End: line.End}
	for cut.Start > line.Start && blank(text[cut.Start-1]) {
		cut.Start--
	}
	if next := int(f.LineAt(cut.Start)) + 1; cut.Start == line.Start && next < f.Lines() {
		cut.End = f.LineSpan(next).Start
	}
	return source.Edit{Span: cut}
}

// removeName takes a name out of its brackets, or all of the marker if it is
// the only one.
func removeName(f *source.File, line, span source.Span) (source.Edit, bool) {
	before := string(f.Text()[line.Start:span.Start])
	open := strings.LastIndexByte(before, '[')
	shut := strings.IndexByte(string(f.Text()[span.End:line.End]), ']')
	if open < 0 || shut < 0 {
		return source.Edit{}, false
	}
	from, to := line.Start+uint32(open)+1, span.End+uint32(shut)
	names := list(string(f.Text()[from:to]), 0, int(to-from))
	i := slices.IndexFunc(names, func(n name) bool { return n.span.Shift(from) == span })
	switch {
	case i < 0:
		return source.Edit{}, false
	case len(names) == 1:
		hash := strings.LastIndexByte(before[:open], '#')
		if hash < 0 {
			return source.Edit{}, false
		}
		return removeMarker(f, line, source.Span{Start: line.Start + uint32(hash), End: to + 1}), true
	case i == 0:
		return source.Edit{Span: source.Span{Start: span.Start, End: names[1].span.Start + from}}, true
	}
	return source.Edit{Span: source.Span{Start: names[i-1].span.End + from, End: span.End}}, true
}
