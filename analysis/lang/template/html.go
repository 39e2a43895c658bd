package template

import "strings"

// Place is where in HTML a hole stands.
type Place uint8

// Places.
const (
	InText     Place = iota // between tags, also in title and textarea
	InTagName               // <{{ x }}>
	InAttrName              // <p {{ x }}>
	InUnquoted              // <p id={{ x }}>
	InValue                 // <p id="{{ x }}">
	InComment               // <!-- {{ x }} -->
	InScript                // <script>
	InStyle                 // <style>
)

var placeNames = [...]string{"text", "tag name", "attribute name", "unquoted value", "value", "comment", "script", "style"}

func (p Place) String() string { return placeNames[p] }

// AttrClass is what a browser does with the value of an attribute.
type AttrClass uint8

// Attribute classes.
const (
	Plain     AttrClass = iota
	Link                // an address that is followed: href, action
	Load                // an address of what is run or shown inside: src of a script or iframe
	Event               // a script: onclick
	StyleAttr           // a style
	Srcdoc              // a document
)

// Code is where in a script a hole stands.
type Code uint8

// Places in a script.
const (
	CodePlain    Code = iota // outside of texts
	CodeSingle               // in '...'
	CodeDouble               // in "..."
	CodeTemplate             // in `...`
	CodeLine                 // in a // comment
	CodeBlock                // in a /* comment */
	CodeRegex                // in a /regular expression/
)

// Context is all that matters of where a hole stands.
type Context struct {
	Place Place
	Quote byte      // of the attribute value, 0 if none
	Attr  AttrClass // of the attribute
	Code  Code      // in a script, an event handler or a javascript: address
	Start bool      // nothing stands before it in the attribute's value
}

// Runs reports whether the browser runs what stands there as a script.
func (c Context) Runs() bool {
	return c.Place == InScript || (c.Place == InValue || c.Place == InUnquoted) && c.Attr == Event
}

type mode uint8

const (
	modeText mode = iota
	modeOpen      // behind <
	modeTagName
	modeTag // in a tag, outside of names and values
	modeAttrName
	modeEquals // behind =
	modeValue
	modeComment
	modeBang // <!doctype ...>
	modeRaw  // in script, style, title, textarea
)

// short is the beginning of a name or value, in lower case.
type short struct {
	b    [24]byte
	n    uint8
	long bool
}

func (s *short) add(c byte) {
	if c >= 'A' && c <= 'Z' {
		c += 'a' - 'A'
	}
	if int(s.n) < len(s.b) {
		s.b[s.n] = c
		s.n++
	} else {
		s.long = true
	}
}

func (s *short) String() string { return string(s.b[:s.n]) }

// State is where the literal text of a page has led so far. The zero State is
// the beginning of a page.
type State struct {
	mode    mode
	closing bool  // the tag is an end tag
	quote   byte  // of the value
	elem    short // name of the tag, and of the element whose raw content this is
	attr    short
	value   short
	class   AttrClass
	hole    bool // one stands in the name or value
	data    bool // the script element holds data
	js      js
}

// js is where a script has led so far.
type js struct {
	code   Code
	nested uint8 // ${ ... } that are open
	braces [3]uint8
	last   byte // the last character that is no space
	esc    bool
	prev   byte
}

// Feed goes on over literal text.
func (s State) Feed(text string) State {
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch s.mode {
		case modeText:
			j := strings.IndexByte(text[i:], '<')
			if j < 0 {
				return s
			}
			i += j
			s.mode, s.closing = modeOpen, false
		case modeOpen:
			i = s.open(text, i)
		case modeTagName:
			switch {
			case isSpace(c) || c == '/':
				s.mode = modeTag
			case c == '>':
				s.tagEnd()
			default:
				s.elem.add(c)
			}
		case modeTag:
			switch {
			case c == '>':
				s.tagEnd()
			case !isSpace(c) && c != '/':
				s.mode, s.attr, s.hole = modeAttrName, short{}, false
				s.attr.add(c)
			}
		case modeAttrName:
			switch {
			case c == '=':
				s.mode = modeEquals
			case c == '>':
				s.tagEnd()
			case c == '/':
				s.mode = modeTag
			case isSpace(c):
				if rest := strings.TrimLeft(text[i:], " \t\r\n\f"); strings.HasPrefix(rest, "=") {
					i = len(text) - len(rest)
					s.mode = modeEquals
				} else {
					s.mode = modeTag
				}
			default:
				s.attr.add(c)
			}
		case modeEquals:
			switch {
			case c == '"' || c == '\'':
				s.beginValue(c)
			case c == '>':
				s.tagEnd()
			case !isSpace(c):
				s.beginValue(0)
				i--
			}
		case modeValue:
			i = s.inValue(text, i)
		case modeComment:
			j := strings.Index(text[i:], "-->")
			if j < 0 {
				return s
			}
			i += j + 2
			s.mode = modeText
		case modeBang:
			if c == '>' {
				s.mode = modeText
			}
		case modeRaw:
			i = s.raw(text, i)
		}
	}
	return s
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' }

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// open reads what follows a <.
func (s *State) open(text string, i int) int {
	switch c := text[i]; {
	case c == '/' && !s.closing:
		s.closing = true
	case c == '!':
		s.mode = modeBang
		if strings.HasPrefix(text[i:], "!--") {
			s.mode = modeComment
			return i + 2
		}
	case isLetter(c):
		s.mode, s.elem, s.data, s.hole = modeTagName, short{}, false, false
		s.elem.add(c)
	case c == '<':
	default:
		s.mode = modeText
	}
	return i
}

var rawElements = map[string]bool{"script": true, "style": true, "title": true, "textarea": true, "xmp": true, "noembed": true, "noframes": true}

func (s *State) tagEnd() {
	s.mode = modeText
	if !s.closing && !s.elem.long && rawElements[s.elem.String()] {
		s.mode, s.js = modeRaw, js{}
	}
	s.class = Plain
}

func (s *State) beginValue(quote byte) {
	s.mode, s.quote, s.value, s.hole, s.js = modeValue, quote, short{}, false, js{}
	s.class = s.classify()
}

// classify tells what the attribute's value is for.
func (s *State) classify() AttrClass {
	elem, attr := s.elem.String(), s.attr.String()
	if s.attr.long || s.attr.n == 0 {
		return Plain
	}
	switch attr {
	case "style":
		return StyleAttr
	case "srcdoc":
		return Srcdoc
	case "href", "xlink:href":
		if elem == "link" || elem == "base" {
			return Load
		}
		if elem == "image" || elem == "img" {
			return Plain
		}
		return Link
	case "action", "formaction":
		return Link
	case "src":
		switch elem {
		case "script", "embed":
			return Load
		case "iframe", "frame":
			return Link
		}
		return Plain
	case "data":
		if elem == "object" {
			return Load
		}
		return Plain
	}
	if strings.HasPrefix(attr, "on") && len(attr) > 3 || strings.HasPrefix(attr, "hx-on") || attr[0] == '@' ||
		attr == "x-data" || attr == "x-init" {
		return Event
	}
	return Plain
}

// inValue reads a byte of an attribute value.
func (s *State) inValue(text string, i int) int {
	c := text[i]
	if s.quote != 0 && c == s.quote || s.quote == 0 && (isSpace(c) || c == '>') {
		s.endValue()
		if c == '>' && s.quote == 0 {
			s.tagEnd()
		}
		return i
	}
	if s.value.n > 0 || !isSpace(c) {
		s.value.add(c)
	}
	if s.class == Event {
		if c == '&' {
			for _, e := range entities {
				if strings.HasPrefix(text[i:], e.text) {
					s.js.step(e.char)
					return i + len(e.text) - 1
				}
			}
		}
		s.js.step(c)
	} else if (s.class == Link || s.class == Load) && c == ':' && !s.hole && s.value.String() == "javascript:" {
		s.class, s.js = Event, js{}
	}
	return i
}

var entities = []struct {
	text string
	char byte
}{{"&quot;", '"'}, {"&#34;", '"'}, {"&#39;", '\''}, {"&#x27;", '\''}, {"&apos;", '\''}}

func (s *State) endValue() {
	s.mode = modeTag
	if s.elem.String() == "script" && s.attr.String() == "type" && !s.hole {
		s.data = !programs[s.value.String()] || s.value.long
	}
	s.class = Plain
}

// programs are the types of scripts that run.
var programs = map[string]bool{
	"": true, "module": true, "text/javascript": true, "application/javascript": true, "text/ecmascript": true,
	"application/ecmascript": true, "text/babel": true, "text/jsx": true, "application/x-javascript": true,
}

// raw reads a byte of raw content.
func (s *State) raw(text string, i int) int {
	c := text[i]
	if name := s.elem.String(); c == '<' && len(text) > i+1+len(name) && text[i+1] == '/' && strings.EqualFold(text[i+2:i+2+len(name)], name) {
		s.mode, s.closing, s.elem, s.js = modeTagName, true, short{}, js{}
		return i + 1
	}
	if name := s.elem; name.n == 6 && name.String() == "script" && !s.data {
		s.js.step(c)
		return i
	}
	if j := strings.IndexByte(text[i+1:], '<'); j >= 0 {
		return i + j
	}
	return len(text) - 1
}

// step reads a byte of a script.
func (j *js) step(c byte) {
	prev := j.prev
	j.prev = c
	if j.esc {
		j.esc = false
		return
	}
	switch j.code {
	case CodePlain:
		j.plain(prev, c)
		return
	case CodeLine:
		if c == '\n' {
			j.code = CodePlain
		}
		return
	case CodeBlock:
		if c == '/' && prev == '*' {
			j.code = CodePlain
		}
		return
	case CodeRegex:
		if prev == '/' && (c == '/' || c == '*') { // it was none
			j.code = CodeLine
			if c == '*' {
				j.code = CodeBlock
			}
			return
		}
	}
	switch {
	case c == '\\':
		j.esc = true
	case c == '\n' && j.code != CodeTemplate:
		j.code = CodePlain // such texts end with their line
	case j.code == CodeSingle && c == '\'' || j.code == CodeDouble && c == '"' || j.code == CodeTemplate && c == '`' || j.code == CodeRegex && c == '/':
		j.code, j.last = CodePlain, c
	case j.code == CodeTemplate && c == '{' && prev == '$' && int(j.nested) < len(j.braces):
		j.braces[j.nested] = 0
		j.nested++
		j.code = CodePlain
	}
}

func (j *js) plain(prev, c byte) {
	switch c {
	case '\'':
		j.code = CodeSingle
	case '"':
		j.code = CodeDouble
	case '`':
		j.code = CodeTemplate
	case '/':
		if prev == '/' {
			j.code = CodeLine
		} else if strings.IndexByte("(,=:[!&|?{};", j.last) >= 0 && j.last != 0 {
			j.code = CodeRegex
		}
	case '*':
		if prev == '/' {
			j.code = CodeBlock
		}
	case '{':
		if j.nested > 0 {
			j.braces[j.nested-1]++
		}
	case '}':
		if j.nested > 0 {
			if j.braces[j.nested-1] == 0 {
				j.nested--
				j.code = CodeTemplate
			} else {
				j.braces[j.nested-1]--
			}
		}
	}
	if !isSpace(c) && c != '/' {
		j.last = c
	}
}

// Hole goes on over a hole, and tells where it stands.
func (s State) Hole() (Context, State) {
	switch s.mode {
	case modeOpen, modeTagName:
		s.mode, s.hole, s.elem = modeTagName, true, short{long: true}
		return Context{Place: InTagName}, s
	case modeTag, modeAttrName:
		if s.mode == modeTag {
			s.attr = short{}
		}
		s.mode, s.hole, s.attr.long = modeAttrName, true, true
		return Context{Place: InAttrName}, s
	case modeEquals:
		s.beginValue(0)
		c := Context{Place: InUnquoted, Attr: s.class, Start: true}
		s.hole = true
		s.value.add('x')
		return c, s
	case modeValue:
		c := Context{Place: InValue, Quote: s.quote, Attr: s.class, Code: s.js.code, Start: s.value.n == 0}
		if s.quote == 0 {
			c.Place = InUnquoted
		}
		s.hole = true
		s.value.add('x')
		s.js.prev, s.js.last, s.js.esc = 'x', 'x', false
		return c, s
	case modeComment, modeBang:
		return Context{Place: InComment}, s
	case modeRaw:
		switch s.elem.String() {
		case "script":
			if s.data {
				return Context{Place: InText}, s
			}
			c := Context{Place: InScript, Code: s.js.code}
			s.js.prev, s.js.last, s.js.esc = 'x', 'x', false
			return c, s
		case "style":
			return Context{Place: InStyle}, s
		}
	}
	return Context{Place: InText}, s
}
