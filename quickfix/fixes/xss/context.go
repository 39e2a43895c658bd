package xss

import (
	"strings"

	"pavise/quickfix/pytext"
)

// place is where a hole stands in HTML.
type place uint8

const (
	text       place = iota // between tags
	attribute               // within quotes, of an attribute that is only text
	urlPart                 // within quotes, behind the beginning of a URL
	urlStart                // the beginning of a URL: it decides the scheme
	script                  // in an event handler, style, srcdoc, script or style element
	unquoted                // an attribute value without quotes
	markup                  // the name of a tag or attribute
	comment                 // <!-- -->
	rawElement              // script, style
)

// why says why a hole cannot be made safe by escaping.
func (p place) why(name string) string {
	switch p {
	case urlStart:
		return name + " is the beginning of a URL, which can be javascript:...; escaping does not help: allow certain addresses only."
	case script, rawElement:
		return name + " stands in script or style, where HTML escaping does not help: pass it as data, with json and a data attribute."
	case unquoted:
		return name + " is an attribute value without quotes, which a space ends: put quotes around it first."
	case markup:
		return name + " is the name of a tag or attribute: pick it from a fixed table."
	case comment:
		return name + " stands in a comment, where escaping does not help."
	}
	return ""
}

// reader follows HTML through literal text.
type reader struct {
	state   place // text, attribute (in quotes), unquoted, markup (in a tag), comment, rawElement
	quote   byte
	tag     string // name of the open tag
	name    string // of the attribute
	value   string // literal text of the attribute value so far, holes as \x00
	element string // script or style whose content this is
	word    string // the name that is being read
	after   bool   // an = was read, the value comes next
	end     string // what ends the raw text
}

// places are the places of the holes of a text; ok is false if the text ends
// within a tag.
func places(t *pytext.Text) (out map[int]place, ok bool) {
	r := reader{}
	out = map[int]place{}
	for i := range t.Pieces {
		p := &t.Pieces[i]
		switch {
		case !p.Hole:
			r.read(p.Text)
		case p.IsKnown:
			r.read(p.Known)
		default:
			out[i] = r.hole()
		}
	}
	return out, r.state == text
}

// hole is the place of a hole here.
func (r *reader) hole() place {
	switch r.state {
	case text:
		return text
	case comment, rawElement:
		return r.state
	case attribute:
		p := r.attribute()
		r.value += "\x00"
		return p
	case unquoted:
		return unquoted
	}
	if r.after {
		r.state, r.after = unquoted, false
		return unquoted
	}
	return markup
}

// attribute is the place of a hole in the quoted value of an attribute.
func (r *reader) attribute() place {
	name := strings.ToLower(r.name)
	switch {
	case strings.HasPrefix(name, "on"), name == "style", name == "srcdoc", strings.HasPrefix(name, "x-"), strings.HasPrefix(name, "@"), strings.HasPrefix(name, "v-"), strings.HasPrefix(name, ":"), strings.HasPrefix(name, "hx-"):
		return script
	case urlAttributes[name]:
		if v := strings.TrimSpace(r.value); v != "" && (v[0] == '/' || v[0] == '?' || v[0] == '#' || strings.HasPrefix(v, "http://") || strings.HasPrefix(v, "https://") || strings.HasPrefix(v, "mailto:") || strings.HasPrefix(v, "tel:")) {
			return urlPart
		}
		return urlStart
	}
	return attribute
}

var urlAttributes = map[string]bool{
	"href": true, "src": true, "action": true, "formaction": true, "data": true, "poster": true, "xlink:href": true, "background": true,
	"cite": true, "manifest": true, "ping": true, "srcset": true, "content": true,
}

func (r *reader) read(s string) {
	for i := 0; i < len(s); i++ {
		switch r.state {
		case text:
			i = r.inText(s, i)
		case comment, rawElement:
			if end := strings.Index(strings.ToLower(s[i:]), r.end); end >= 0 {
				i += end + len(r.end) - 1
				r.leaveRaw()
			} else {
				return
			}
		case attribute:
			if s[i] == r.quote {
				r.state = markup
			} else {
				r.value += string(s[i])
			}
		case unquoted:
			if s[i] == ' ' || s[i] == '\n' || s[i] == '\t' {
				r.state = markup
			} else if s[i] == '>' {
				r.closeTag()
			}
		case markup:
			r.inTag(s[i])
		}
	}
}

func (r *reader) leaveRaw() {
	if r.state == rawElement { // </script has been read, its > comes
		r.state, r.tag, r.word = markup, "/"+r.element, ""
		return
	}
	r.state = text
}

func (r *reader) inText(s string, i int) int {
	if s[i] != '<' {
		return i
	}
	if strings.HasPrefix(s[i:], "<!--") {
		r.state, r.end = comment, "-->"
		return i + 3
	}
	if i+1 < len(s) && !(s[i+1] == '/' || s[i+1] == '!' || s[i+1] >= 'a' && s[i+1] <= 'z' || s[i+1] >= 'A' && s[i+1] <= 'Z') {
		return i
	}
	r.state, r.tag, r.word, r.name, r.after = markup, "", "", "", false
	return i
}

// inTag reads one sign between < and >, outside of attribute values.
func (r *reader) inTag(c byte) {
	switch {
	case c == '>':
		r.finishWord()
		r.closeTag()
	case c == '"' || c == '\'':
		if r.after {
			r.state, r.quote, r.value, r.after = attribute, c, "", false
		}
	case c == '=':
		r.finishWord()
		r.after = true
	case c == ' ' || c == '\n' || c == '\t' || c == '\r':
		r.finishWord()
	case r.after:
		r.state, r.after = unquoted, false
	default:
		r.word += string(c)
	}
}

func (r *reader) finishWord() {
	if r.word == "" {
		return
	}
	if r.tag == "" {
		r.tag = strings.ToLower(r.word)
	} else {
		r.name = r.word
	}
	r.word = ""
}

func (r *reader) closeTag() {
	r.state, r.after = text, false
	if r.tag == "script" || r.tag == "style" {
		r.state, r.element, r.end = rawElement, r.tag, "</"+r.tag
	}
	r.tag = ""
}
