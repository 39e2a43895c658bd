package dos

import (
	"regexp/syntax"
	"slices"
)

// quadratic reports whether backtracking over a Python pattern can take time that
// grows with the square of the text, or faster: what a repetition of one
// character takes can as well be taken by a later one, or, where the pattern is
// searched for from each place of the text, by beginning later; and what follows
// can fail.
func quadratic(text string, full, searched bool) bool {
	re := parse(text)
	return re != nil && slices.ContainsFunc(branches(re), func(b *syntax.Regexp) bool { return quadraticBranch(b, full, searched) })
}

// branches are the alternatives that a pattern as a whole is.
func branches(re *syntax.Regexp) []*syntax.Regexp {
	for re.Op == syntax.OpCapture {
		re = re.Sub[0]
	}
	if re.Op == syntax.OpAlternate {
		return re.Sub
	}
	return []*syntax.Regexp{re}
}

func quadraticBranch(re *syntax.Regexp, full, searched bool) bool {
	a := &automaton{}
	whole := a.build(re, 0)
	if a.over {
		return false
	}
	fails := func(q int) bool { return full || tied(re) || !slices.Contains(whole.last, q) }
	for q := range a.class {
		if a.next[q][q] == 0 || !fails(q) {
			continue
		}
		if searched && !begun(re) && slices.Contains(whole.first, q) {
			return true
		}
		for p := range q {
			if a.next[p][p] > 0 && overlap(a.class[p], a.class[q]) && a.leads(p, q) {
				return true
			}
		}
	}
	return false
}

// leads reports whether a way leads from one repetition to another over a text
// that both can take.
func (a *automaton) leads(p, q int) bool {
	seen := make([]bool, len(a.class))
	todo := []int{p}
	for len(todo) > 0 {
		i := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for j := range a.next[i] {
			if j == q {
				return true
			}
			if !seen[j] && j != p && common(a.class[p], a.class[q], a.class[j]) {
				seen[j] = true
				todo = append(todo, j)
			}
		}
	}
	return false
}

// common reports whether three classes have a character in common.
func common(a, b, c []rune) bool {
	for i := 0; i+1 < len(a); i += 2 {
		for j := 0; j+1 < len(b); j += 2 {
			low, high := max(a[i], b[j]), min(a[i+1], b[j+1])
			if low <= high && overlap([]rune{low, high}, c) {
				return true
			}
		}
	}
	return false
}

// begun reports whether a pattern begins with an anchor.
func begun(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpBeginText, syntax.OpBeginLine:
		return true
	case syntax.OpCapture:
		return begun(re.Sub[0])
	case syntax.OpConcat:
		return begun(re.Sub[0])
	case syntax.OpAlternate:
		return !slices.ContainsFunc(re.Sub, func(s *syntax.Regexp) bool { return !begun(s) })
	}
	return false
}
