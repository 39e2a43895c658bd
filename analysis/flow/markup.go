package flow

import (
	"regexp"
	"strings"

	"pavise/analysis/models"
	"pavise/analysis/syntax"
	"pavise/analysis/wordset"
)

// undone is a decoded copy: it is not clean any more for what it was clean for.
func (v *Value) undone(n syntax.Node, kinds models.Kind) *Value {
	was := v.Clean & kinds
	if was == 0 || was == kinds && v.Clean == models.All || v.Harmless() {
		return v
	}
	c := *v
	c.root, c.Name, c.recv = nil, "", nil
	c.Clean &^= kinds
	c.Weak |= was
	return c.checked(n, Decoded, was)
}

// writesJSON are the names of functions that give JSON text.
var writesJSON = wordset.Of("dumps model_dump_json to_json")

// madeJSON is the text that a function gave which makes JSON of its first
// argument, or of its object.
func madeJSON(v *Value, name string, args []Arg) *Value {
	if name[0] != '.' && !jsonModules[strings.SplitN(name, ".", 2)[0]] {
		return v
	}
	if what := argValue(args, 0); what != nil && !holdsText(what, 0) {
		return v
	}
	c := *v
	c.root, c.Name, c.recv = nil, "", nil
	c.Type, c.rel = "str", &relation{how: "json"}
	return &c
}

// holdsText reports whether a text that the program did not write may be in v.
func holdsText(v *Value, depth int) bool {
	if v.parts == nil && v.rest == nil || depth > 4 {
		return !v.Harmless()
	}
	for i := range v.parts {
		if holdsText(v.parts[i].v, depth+1) {
			return true
		}
	}
	return v.rest != nil && holdsText(v.rest, depth+1)
}

var jsonModules = wordset.Of("json simplejson ujson orjson rapidjson flask pydantic bson")

// IsJSON reports whether the value is the text of a JSON document.
func (v *Value) IsJSON() bool {
	if v.rel == nil {
		return false
	}
	return v.rel.how == "json" || v.rel.how == "encoded" && v.rel.codec == "json" && holdsText(v.rel.base, 0)
}

// filtered is v after a text was replaced in it: a half measure where the text
// is a sign or a tag of HTML, a decoding where it is an escaped sign.
func (v *Value) filtered(n syntax.Node, text string) *Value {
	low := strings.ToLower(text)
	switch {
	case low == "&lt;" || low == "&gt;" || low == "&quot;" || low == "&#39;" || low == "&#x27;" || low == "&#34;":
		return v.undone(n, models.HTML)
	case low == "<" || low == ">" || strings.Contains(low, "script") || low == "<iframe" || low == "<iframe>" || low == "onerror" || low == "onload":
		return v.weakened(models.HTML&^v.Clean).checked(n, TagsRemoved, models.HTML)
	}
	return v
}

// tagPattern recognises patterns that take tags or scripts out of HTML.
var tagPattern = regexp.MustCompile(`(?i)^(?:\(\?\w+\))?\\?<(?:[\[.(/!\w]|\\[wsS])|script|on\\w|on\[a-z\]|javascript`)

// withoutTags is what re.sub(pattern, ...) left of a text, as a filter of HTML.
func (v *Value) withoutTags(n syntax.Node, pattern *Value) *Value {
	if s, ok := pattern.Str(); ok && tagPattern.MatchString(s) {
		return v.weakened(models.HTML&^v.Clean).checked(n, TagsRemoved, models.HTML)
	}
	return v
}
