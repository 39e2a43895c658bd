package flow

import (
	"regexp/syntax"
	"strings"
	"unicode"

	"pavise/analysis/models"
)

// maxPattern bounds the regular expressions that are read, in bytes.
const maxPattern = 1000

// alphabet is a set of characters as pairs of first and last.
type alphabet []rune

func (a alphabet) has(r rune) bool {
	for i := 0; i+1 < len(a); i += 2 {
		if a[i] <= r && r <= a[i+1] {
			return true
		}
	}
	return false
}

func (a alphabet) hasAny(chars string) bool {
	for _, r := range chars {
		if a.has(r) {
			return true
		}
	}
	return false
}

// alphabetOf is the characters of a text.
func alphabetOf(s string) alphabet {
	var a alphabet
	for _, r := range s {
		a = append(a, r, r)
	}
	return a
}

// complement is every other character.
func (a alphabet) complement() alphabet {
	var out alphabet
	next := rune(0)
	for next <= unicode.MaxRune {
		covered := false
		low := rune(unicode.MaxRune + 1)
		for i := 0; i+1 < len(a); i += 2 {
			if a[i] <= next && next <= a[i+1] {
				next, covered = a[i+1]+1, true
			} else if a[i] > next && a[i] < low {
				low = a[i]
			}
		}
		if !covered {
			out = append(out, next, low-1)
			next = low
		}
	}
	return out
}

// pattern is a regular expression of Python's, as far as it can be read.
type pattern struct {
	re *syntax.Regexp
}

// readPattern reads a regular expression; flags are the constants in its call.
// It is nil for constructs that it does not know.
func readPattern(text string, verbose, multiline bool) *pattern {
	if len(text) > maxPattern {
		return nil
	}
	if strings.HasPrefix(text, "(?") {
		if i := strings.IndexByte(text, ')'); i > 2 && strings.Trim(text[2:i], "aiLmsux") == "" {
			verbose = verbose || strings.Contains(text[2:i], "x")
			multiline = multiline || strings.Contains(text[2:i], "m")
			text = text[i+1:]
		}
	}
	text, ok := translate(text, verbose)
	if !ok {
		return nil
	}
	flags := syntax.Perl | syntax.OneLine
	if multiline {
		flags &^= syntax.OneLine
	}
	re, err := syntax.Parse(text, flags)
	if err != nil {
		return nil
	}
	return &pattern{re}
}

// translate rewrites what Python spells in its own way: \Z, looking around,
// which only forbids, and the spaces and comments of verbose patterns.
func translate(p string, verbose bool) (string, bool) {
	var b strings.Builder
	inClass := false
	for i := 0; i < len(p); i++ {
		c := p[i]
		switch {
		case c == '\\' && i+1 < len(p):
			i++
			switch {
			case p[i] == 'Z' && !inClass:
				b.WriteString(`\z`)
			case !inClass && p[i] >= '1' && p[i] <= '9':
				return "", false // a reference back
			default:
				b.WriteByte('\\')
				b.WriteByte(p[i])
			}
		case inClass:
			if c == ']' {
				inClass = false
			}
			if c == '[' {
				b.WriteByte('\\')
			}
			b.WriteByte(c)
		case c == '[':
			inClass = true
			b.WriteByte(c)
			if i+1 < len(p) && p[i+1] == '^' {
				i++
				b.WriteByte('^')
			}
			if i+1 < len(p) && p[i+1] == ']' {
				i++
				b.WriteString(`\]`)
			}
		case verbose && (c == ' ' || c == '\t' || c == '\n' || c == '\r'):
		case verbose && c == '#':
			for i+1 < len(p) && p[i+1] != '\n' {
				i++
			}
		case c == '(' && looksAround(p[i:]):
			end := closing(p[i:])
			if end < 0 {
				return "", false
			}
			i += end
		case c == '(' && strings.HasPrefix(p[i:], "(?>"):
			b.WriteString("(?:")
			i += 2
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), true
}

func looksAround(p string) bool {
	for _, s := range []string{"(?=", "(?!", "(?<=", "(?<!", "(?#"} {
		if strings.HasPrefix(p, s) {
			return true
		}
	}
	return false
}

// closing is the place of the bracket that closes the group at the start.
func closing(p string) int {
	depth, inClass := 0, false
	for i := 0; i < len(p); i++ {
		switch c := p[i]; {
		case c == '\\':
			i++
		case inClass:
			inClass = c != ']'
		case c == '[':
			inClass = true
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// letters are the characters that a part of a pattern can let through.
func letters(re *syntax.Regexp) alphabet {
	var out alphabet
	var walk func(re *syntax.Regexp)
	walk = func(re *syntax.Regexp) {
		switch re.Op {
		case syntax.OpLiteral:
			for _, r := range re.Rune {
				out = append(out, r, r)
			}
		case syntax.OpCharClass:
			out = append(out, re.Rune...)
		case syntax.OpAnyChar:
			out = append(out, 0, unicode.MaxRune)
		case syntax.OpAnyCharNotNL:
			out = append(out, 0, '\n'-1, '\n'+1, unicode.MaxRune)
		}
		for _, sub := range re.Sub {
			walk(sub)
		}
	}
	walk(re)
	return out
}

// anchors reports whether every match begins at the start of the text, and
// ends at its end; dollar is an end that lets one line end follow.
func anchors(re *syntax.Regexp) (begin, end, dollar bool) {
	switch re.Op {
	case syntax.OpBeginText:
		return true, false, false
	case syntax.OpEndText:
		dollar = re.Flags&syntax.WasDollar != 0
		return false, !dollar, dollar
	case syntax.OpCapture:
		return anchors(re.Sub[0])
	case syntax.OpConcat:
		if len(re.Sub) > 0 {
			begin, _, _ = anchors(re.Sub[0])
			_, end, dollar = anchors(re.Sub[len(re.Sub)-1])
		}
	case syntax.OpAlternate:
		begin, end, dollar = true, true, true
		for _, sub := range re.Sub {
			b, e, d := anchors(sub)
			begin, end, dollar = begin && b, end && e, dollar && (e || d)
		}
		dollar = dollar && !end
	}
	return begin, end, dollar
}

// capture is the part of the pattern that a group stands for, by number or name.
func (p *pattern) capture(i int, name string) *syntax.Regexp {
	var found *syntax.Regexp
	var walk func(re *syntax.Regexp)
	walk = func(re *syntax.Regexp) {
		if re.Op == syntax.OpCapture && (name != "" && re.Name == name || name == "" && re.Cap == i) {
			found = re
			return
		}
		for _, sub := range re.Sub {
			walk(sub)
		}
	}
	if name == "" && i == 0 {
		return p.re
	}
	walk(p.re)
	return found
}

// metacharacters are those that a text needs to do harm of a kind.
var metacharacters = map[models.Kind]string{
	models.SQL:           "'\"\\; ",
	models.Command:       " ;|&$`<>()'\"\\*?~!#{}[]\n",
	models.RemoteCommand: " ;|&$`<>()'\"\\*?~!#{}[]\n",
	models.HTML:          "<>&\"'",
	models.Redirect:      "/\\:",
	models.URL:           "/\\:@#?",
	models.Path:          "/\\",
	models.Code:          "()[]'\". ",
	models.Template:      "{}%$#",
	models.Link:          ":",
	models.Header:        "\r\n",
	models.Log:           "\r\n",
	models.LDAP:          "*()\\ ",
	models.XPath:         "'\"[]/ ",
	models.Regex:         "*+(){}[]^$\\.",
}

// names are the kinds of harm that a plain word can do: what it names does it.
const names = models.Program | models.Import | models.Reflect

// harmless are the kinds that a text of these characters cannot do harm of.
// What no list of characters is known for needs more than words and dashes.
func (a alphabet) harmless() models.Kind {
	kinds := models.All &^ names
	if a.has('-') {
		kinds &^= models.Argument | models.CSV
	}
	for kind, special := range metacharacters {
		if a.hasAny(special) {
			kinds &^= kind
		}
	}
	if a.hasAny(" \t\n'\"`<>(){}[]\\/$%&;|*?!@#=:,~^+") {
		listed := models.Kind(0)
		for kind := range metacharacters {
			listed |= kind
		}
		kinds &= listed
	}
	return kinds
}

// judge says for which kinds a text that the pattern matches is harmless, and
// half harmless: those whose special characters it does not let through. A
// pattern that is not anchored at both ends proves nothing.
func (p *pattern) judge(how string) (kinds, weak models.Kind) {
	begin, end, dollar := anchors(p.re)
	begin = begin || how == "match" || how == "fullmatch"
	end = end || how == "fullmatch"
	if !begin || !end && !dollar {
		return 0, 0
	}
	a := letters(p.re)
	kinds = a.harmless()
	if listsWords(p.re) {
		kinds |= names
	}
	if a.has('-') {
		if first, ok := firstLetters(p.re); ok && !first.has('-') {
			kinds |= models.Argument
		}
	}
	if kinds&models.Path != 0 && a.has('.') && matchesDots(p.re) {
		kinds &^= models.Path // one step up
		weak |= models.Path
	}
	if kinds&models.Redirect == 0 && localPath(p.re) && !a.hasAny("\\") {
		kinds |= models.Redirect // one slash, and then a name
	}
	if !end {
		// $ lets one line end through
		return kinds &^ (models.Header | models.Log), weak | models.Header | models.Log
	}
	return kinds, weak
}

// listsWords reports whether the pattern lets through only words that it lists.
func listsWords(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return false
	}
	for _, sub := range re.Sub {
		if !listsWords(sub) {
			return false
		}
	}
	return true
}

// firstLetters are the characters that a match can begin with; ok is false if
// it can be empty, or that is not known.
func firstLetters(re *syntax.Regexp) (alphabet, bool) {
	switch re.Op {
	case syntax.OpLiteral:
		return alphabet{re.Rune[0], re.Rune[0]}, true
	case syntax.OpCharClass:
		return re.Rune, true
	case syntax.OpCapture, syntax.OpPlus:
		return firstLetters(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return firstLetters(re.Sub[0])
		}
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			if sub.Op != syntax.OpBeginText && sub.Op != syntax.OpEmptyMatch {
				return firstLetters(sub)
			}
		}
	case syntax.OpAlternate:
		var out alphabet
		for _, sub := range re.Sub {
			a, ok := firstLetters(sub)
			if !ok {
				return nil, false
			}
			out = append(out, a...)
		}
		return out, true
	}
	return nil, false
}

// matchesDots reports whether ".." as a whole matches.
func matchesDots(re *syntax.Regexp) bool { return matchesAll(re, "..") }

// matchesAll reports whether the whole of a short text can match, by trying
// every way; it gives up after some steps, and then says yes.
func matchesAll(re *syntax.Regexp, text string) bool {
	steps := 0
	var at func(re *syntax.Regexp, i int, then func(int) bool) bool
	at = func(re *syntax.Regexp, i int, then func(int) bool) bool {
		if steps++; steps > 5000 {
			return true
		}
		one := func(a alphabet) bool {
			return i < len(text) && a.has(rune(text[i])) && then(i+1)
		}
		switch re.Op {
		case syntax.OpLiteral:
			for _, r := range re.Rune {
				if i >= len(text) || rune(text[i]) != r {
					return false
				}
				i++
			}
			return then(i)
		case syntax.OpCharClass:
			return one(re.Rune)
		case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
			return i < len(text) && then(i+1)
		case syntax.OpCapture:
			return at(re.Sub[0], i, then)
		case syntax.OpConcat:
			var seq func(k, i int) bool
			seq = func(k, i int) bool {
				if k == len(re.Sub) {
					return then(i)
				}
				return at(re.Sub[k], i, func(j int) bool { return seq(k+1, j) })
			}
			return seq(0, i)
		case syntax.OpAlternate:
			for _, sub := range re.Sub {
				if at(sub, i, then) {
					return true
				}
			}
			return false
		case syntax.OpStar, syntax.OpPlus, syntax.OpQuest, syntax.OpRepeat:
			low, high := 0, len(text)
			switch re.Op {
			case syntax.OpPlus:
				low = 1
			case syntax.OpQuest:
				high = 1
			case syntax.OpRepeat:
				low = re.Min
				if re.Max >= 0 {
					high = min(high, re.Max)
				}
			}
			var rep func(n, i int) bool
			rep = func(n, i int) bool {
				if n >= low && then(i) {
					return true
				}
				return n < high && at(re.Sub[0], i, func(j int) bool { return (j > i || n < low) && rep(n+1, j) })
			}
			return rep(0, i)
		}
		return then(i)
	}
	return at(re, 0, func(i int) bool { return i == len(text) })
}

// localPath reports whether every match begins with one slash and then a
// character that is no slash.
func localPath(re *syntax.Regexp) bool {
	var flat []*syntax.Regexp
	var walk func(re *syntax.Regexp)
	walk = func(re *syntax.Regexp) {
		switch re.Op {
		case syntax.OpConcat:
			for _, sub := range re.Sub {
				walk(sub)
			}
		case syntax.OpCapture:
			walk(re.Sub[0])
		case syntax.OpBeginText, syntax.OpEmptyMatch:
		default:
			flat = append(flat, re)
		}
	}
	walk(re)
	if len(flat) == 0 || flat[0].Op != syntax.OpLiteral || len(flat[0].Rune) == 0 || flat[0].Rune[0] != '/' {
		return false
	}
	if len(flat[0].Rune) > 1 {
		return flat[0].Rune[1] != '/' && flat[0].Rune[1] != '\\'
	}
	for _, next := range flat[1:] {
		optional := false
		for next.Op == syntax.OpStar || next.Op == syntax.OpQuest || next.Op == syntax.OpRepeat && next.Min == 0 {
			next, optional = next.Sub[0], true
		}
		first, ok := firstLetters(next)
		if !ok {
			first, optional = letters(next), true
		}
		if first.hasAny("/\\") {
			return false
		}
		if !optional {
			break
		}
	}
	return true
}

// judgePattern says for which kinds a text is harmless, and half harmless, when
// the pattern matches it in one of the ways of package re.
func judgePattern(how, text string) (kinds, weak models.Kind) {
	p := readPattern(text, false, false)
	if p == nil {
		return 0, 0
	}
	return p.judge(how)
}

// forbids gives the characters that a text consists of in which the pattern
// finds nothing: those outside a class that it looks for anywhere.
func (p *pattern) forbids() (alphabet, bool) {
	if p.re.Op == syntax.OpStar {
		return nil, false
	}
	return p.removes()
}

// removes gives the characters that stay when all matches are taken out of a
// text: those outside the class of [^a-z] or [^a-z]+.
func (p *pattern) removes() (kept alphabet, ok bool) {
	re := p.re
	for re.Op == syntax.OpStar || re.Op == syntax.OpPlus || re.Op == syntax.OpCapture {
		re = re.Sub[0]
	}
	if re.Op != syntax.OpCharClass {
		return nil, false
	}
	return alphabet(re.Rune).complement(), true
}
