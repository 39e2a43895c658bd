package flow

import (
	"strings"

	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// headed ties the first characters of a text, x[:2], x[1:2], x[0], and what stands
// behind a sign, x[1:], to it, so that a test of them says something of the text.
func headed(v, obj *Value, key syntax.Node) *Value {
	if len(v.Origins) == 0 || obj.parts != nil || obj.Type != "" && obj.Type != "str" || obj.rel != nil && obj.rel.how == "address" {
		return v
	}
	var how string
	switch strings.ReplaceAll(key.Str(), " ", "") {
	case "0", ":1", "0:1":
		how = "first"
	case ":2", "0:2":
		how = "start"
	case "1", "1:2":
		how = "second"
	case "1:":
		how = "behind"
	default:
		if obj.rel == nil || obj.rel.how != "resolved" || key.Kind() == syntax.KindSlice {
			return v
		}
		how = "character"
	}
	c := *v
	c.root, c.rel = nil, &relation{how: how, base: obj}
	return &c
}

// headFacts is what comparing the first characters of a text with constants
// says of it as a redirect target; nil if a is no such thing.
func headFacts(a, b *Value, positive bool) []fact {
	if a.rel == nil {
		return nil
	}
	var x fact
	has := func(s string) bool { return offers(b, s) }
	x.base, x.onTrue = a.rel.base, !positive
	switch a.rel.how {
	case "first":
		if !has("/") {
			return nil
		}
		x.marks, x.onTrue = leadingSlash, positive
	case "start":
		x.marks = marksOf(has("//"), has(`/\`))
	case "character": // of a resolved path: path[len(folder)] == os.sep
		if !endsWithSeparator(b) {
			return nil
		}
		return []fact{{base: a.rel.base, marks: separated, onTrue: positive}}
	case "second":
		x.marks = marksOf(has("/"), has(`\`))
	default:
		return nil
	}
	x.weak = models.Redirect
	return []fact{x}
}

func marksOf(slash, backslash bool) (m mark) {
	if slash {
		m |= noSlashSlash
	}
	if backslash {
		m |= noBackslash
	}
	return m
}

// offers reports whether a constant is what v is, or one of what it holds.
func offers(v *Value, s string) bool {
	for _, c := range v.Consts {
		if c.S == s || len(s) == 1 && strings.Contains(c.S, s) {
			return true
		}
	}
	for _, p := range v.parts {
		if p.key.kind == indexPart && offers(p.v, s) {
			return true
		}
	}
	return v.rest != nil && offers(v.rest, s)
}
