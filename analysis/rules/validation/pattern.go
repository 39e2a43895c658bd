package validation

import (
	"regexp/syntax"
	"strings"
	"unicode"
)

// ending says how a pattern is tied to the end of the text.
type ending uint8

const (
	loose  ending = iota // anything may follow
	dollar               // $: a line break may follow
	strict               // \Z
)

// pattern is what a regular expression says of the text as a whole.
type pattern struct {
	begins bool // tied to the beginning
	ends   ending
	closed bool // lets only listed characters through
	opens  bool // begins with a counted set of characters
	counts bool // ends in a counted set of characters, as patterns for whole values do
	wide   bool // holds [A-z], which has [ \ ] ^ _ and the backtick in it
}

// readPattern reads a Python pattern; ok is false for what Go's syntax does not
// have, such as lookahead.
func readPattern(text string) (p pattern, ok bool) {
	if len(text) > 1000 {
		return pattern{}, false
	}
	re, err := syntax.Parse(strings.ReplaceAll(text, `\Z`, `\z`), syntax.Perl)
	if err != nil {
		return pattern{}, false
	}
	p = pattern{begins: begins(re), ends: ends(re), closed: closed(re), opens: counts(re, false), counts: counts(re, true)}
	for i := 0; ; i++ {
		j := strings.Index(text[i:], "A-z")
		if j < 0 {
			break
		}
		i += j
		p.wide = p.wide || strings.LastIndexByte(text[:i], '[') > strings.LastIndexByte(text[:i], ']')
	}
	return p, true
}

func begins(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpBeginText:
		return true
	case syntax.OpCapture, syntax.OpPlus:
		return begins(re.Sub[0])
	case syntax.OpConcat:
		return begins(re.Sub[0])
	case syntax.OpAlternate:
		for _, s := range re.Sub {
			if !begins(s) {
				return false
			}
		}
		return true
	}
	return false
}

func ends(re *syntax.Regexp) ending {
	switch re.Op {
	case syntax.OpEndText:
		if re.Flags&syntax.WasDollar != 0 {
			return dollar
		}
		return strict
	case syntax.OpCapture:
		return ends(re.Sub[0])
	case syntax.OpConcat:
		return ends(re.Sub[len(re.Sub)-1])
	case syntax.OpAlternate:
		least := strict
		for _, s := range re.Sub {
			least = min(least, ends(s))
		}
		return least
	}
	return loose
}

func closed(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL, syntax.OpEmptyMatch, syntax.OpNoMatch:
		return false
	case syntax.OpCharClass:
		return len(re.Rune) > 0 && re.Rune[len(re.Rune)-1] < unicode.MaxRune
	}
	for _, s := range re.Sub {
		if !closed(s) {
			return false
		}
	}
	return true
}

// counts reports whether a pattern ends, or else begins, in a counted set of
// characters.
func counts(re *syntax.Regexp, end bool) bool {
	switch re.Op {
	case syntax.OpStar, syntax.OpPlus, syntax.OpRepeat:
		return true
	case syntax.OpCapture, syntax.OpQuest:
		return counts(re.Sub[0], end)
	case syntax.OpConcat:
		if end {
			return counts(re.Sub[len(re.Sub)-1], end)
		}
		return counts(re.Sub[0], end)
	case syntax.OpAlternate:
		for _, s := range re.Sub {
			if !counts(s, end) {
				return false
			}
		}
		return true
	}
	return false
}
