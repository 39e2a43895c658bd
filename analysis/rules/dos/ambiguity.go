package dos

import (
	"regexp/syntax"
	"slices"
	"strings"
)

const (
	maxPattern   = 1000    // bytes of a pattern that is looked at
	maxPositions = 160     // characters of its automaton
	maxCopies    = 4       // of a counted repetition that are told apart
	maxWork      = 400_000 // edges of the product
)

// exponential reports whether backtracking over a Python pattern can take time
// that grows exponentially with the text: in its automaton one state leads back
// to itself by two ways over the same text, and what follows can fail. A pattern
// that Go's syntax does not have, or that is too large, is taken to be harmless.
func exponential(text string, full bool) bool {
	re := parse(text)
	if re == nil {
		return false
	}
	a := &automaton{}
	whole := a.build(re, 0)
	if a.over {
		return false
	}
	for _, q := range a.ambiguous() {
		if full || tied(re) || !slices.Contains(whole.last, q) {
			return true
		}
	}
	return false
}

// parse reads a pattern that repeats something, nil if Go's syntax does not have
// it or it is too large.
func parse(text string) *syntax.Regexp {
	if len(text) > maxPattern || strings.Count(text, "*")+strings.Count(text, "+")+strings.Count(text, "{") == 0 {
		return nil
	}
	// groups keep Go from merging a repetition with the one around it
	re, err := syntax.Parse(strings.ReplaceAll(strings.ReplaceAll(text, `\Z`, `\z`), "(?:", "("), syntax.Perl)
	if err != nil {
		return nil
	}
	return re
}

// tied reports whether a pattern ends in an anchor.
func tied(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpEndText, syntax.OpEndLine:
		return true
	case syntax.OpCapture:
		return tied(re.Sub[0])
	case syntax.OpConcat:
		return tied(re.Sub[len(re.Sub)-1])
	case syntax.OpAlternate:
		return !slices.ContainsFunc(re.Sub, func(s *syntax.Regexp) bool { return !tied(s) })
	}
	return false
}

// automaton has a state for each character of a pattern.
type automaton struct {
	class [][]rune // pairs of what each state matches
	next  []map[int]int
	over  bool
}

// part is what the automaton of a part of a pattern is seen as from outside.
type part struct {
	first, last []int
	empty       bool
}

func (a *automaton) state(class []rune) part {
	if len(a.class) >= maxPositions {
		a.over = true
		return part{empty: true}
	}
	n := len(a.class)
	a.class = append(a.class, class)
	a.next = append(a.next, map[int]int{})
	return part{first: []int{n}, last: []int{n}}
}

// link adds the ways from the end of one part to the beginning of another.
func (a *automaton) link(from, to []int) {
	for _, i := range from {
		for _, j := range to {
			a.next[i][j]++
		}
	}
}

func (a *automaton) concat(x, y part) part {
	a.link(x.last, y.first)
	out := part{first: slices.Clone(x.first), last: slices.Clone(y.last), empty: x.empty && y.empty}
	if x.empty {
		out.first = append(out.first, y.first...)
	}
	if y.empty {
		out.last = append(out.last, x.last...)
	}
	return out
}

func (a *automaton) build(re *syntax.Regexp, depth int) part {
	if depth > 60 || a.over {
		a.over = true
		return part{empty: true}
	}
	switch re.Op {
	case syntax.OpLiteral:
		out := part{empty: true}
		for _, r := range re.Rune {
			out = a.concat(out, a.state([]rune{r, r}))
		}
		return out
	case syntax.OpCharClass:
		return a.state(re.Rune)
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return a.state([]rune{0, 0x10ffff})
	case syntax.OpCapture:
		return a.build(re.Sub[0], depth+1)
	case syntax.OpConcat:
		out := part{empty: true}
		for _, s := range re.Sub {
			out = a.concat(out, a.build(s, depth+1))
		}
		return out
	case syntax.OpAlternate:
		out := part{}
		for _, s := range re.Sub {
			p := a.build(s, depth+1)
			out.first, out.last, out.empty = append(out.first, p.first...), append(out.last, p.last...), out.empty || p.empty
		}
		return out
	case syntax.OpStar, syntax.OpPlus:
		p := a.build(re.Sub[0], depth+1)
		a.link(p.last, p.first)
		p.empty = p.empty || re.Op == syntax.OpStar
		return p
	case syntax.OpQuest:
		p := a.build(re.Sub[0], depth+1)
		p.empty = true
		return p
	case syntax.OpRepeat:
		return a.repeat(re, depth)
	}
	return part{empty: true} // anchors, and what matches nothing
}

func (a *automaton) repeat(re *syntax.Regexp, depth int) part {
	out := part{empty: true}
	most := re.Max
	if most < 0 {
		most = max(re.Min, 1)
	}
	for i := range min(most, maxCopies) {
		p := a.build(re.Sub[0], depth+1)
		if re.Max < 0 && i == min(most, maxCopies)-1 {
			a.link(p.last, p.first)
		}
		p.empty = p.empty || i >= re.Min
		out = a.concat(out, p)
	}
	return out
}

// ambiguous lists states that lead back to themselves by two ways over the same
// text.
func (a *automaton) ambiguous() []int {
	n := len(a.class)
	work := 0
	pairs := func(v int) (out []int) {
		i, j := v/n, v%n
		for k := range a.next[i] {
			for l := range a.next[j] {
				if work++; work > maxWork {
					return nil
				}
				if overlap(a.class[k], a.class[l]) {
					out = append(out, k*n+l)
				}
			}
		}
		return out
	}
	var found []int
	for _, scc := range components(n*n, func(yield func(int)) {
		for q := range n {
			yield(q*n + q)
		}
	}, pairs) {
		if work > maxWork {
			return nil
		}
		diagonal, off := -1, false
		for _, v := range scc {
			i, j := v/n, v%n
			if i == j {
				diagonal = i
			} else {
				off = true
			}
		}
		if diagonal < 0 {
			continue
		}
		if off || a.double(scc, n) {
			found = append(found, diagonal)
		}
	}
	return found
}

// double reports whether two ways lead from one state of a cycle to the next.
func (a *automaton) double(scc []int, n int) bool {
	for _, v := range scc {
		if v/n != v%n {
			continue
		}
		for k, ways := range a.next[v/n] {
			if ways > 1 && slices.Contains(scc, k*n+k) {
				return true
			}
		}
	}
	return false
}

func overlap(a, b []rune) bool {
	for i, j := 0, 0; i+1 < len(a) && j+1 < len(b); {
		switch {
		case a[i+1] < b[j]:
			i += 2
		case b[j+1] < a[i]:
			j += 2
		default:
			return true
		}
	}
	return false
}

// components are the strongly connected ones with a cycle, of what is reached
// from the roots.
func components(n int, roots func(func(int)), next func(int) []int) [][]int {
	index, low := make([]int32, n), make([]int32, n)
	on := make([]bool, n)
	var stack []int
	var out [][]int
	count := int32(0)
	type open struct {
		v    int
		todo []int
		self bool
	}
	roots(func(root int) {
		if index[root] != 0 {
			return
		}
		var calls []open
		enter := func(v int) {
			count++
			index[v], low[v], on[v] = count, count, true
			stack = append(stack, v)
			list := next(v)
			calls = append(calls, open{v, list, slices.Contains(list, v)})
		}
		enter(root)
		for len(calls) > 0 {
			c := &calls[len(calls)-1]
			if len(c.todo) > 0 {
				w := c.todo[0]
				c.todo = c.todo[1:]
				if index[w] == 0 {
					enter(w)
				} else if on[w] {
					low[c.v] = min(low[c.v], index[w])
				}
				continue
			}
			v, self := c.v, c.self
			calls = calls[:len(calls)-1]
			if len(calls) > 0 {
				up := calls[len(calls)-1].v
				low[up] = min(low[up], low[v])
			}
			if low[v] != index[v] {
				continue
			}
			at := slices.Index(stack, v)
			scc := slices.Clone(stack[at:])
			for _, w := range scc {
				on[w] = false
			}
			stack = stack[:at]
			if len(scc) > 1 || self {
				out = append(out, scc)
			}
		}
	})
	return out
}
