package xss

import "strings"

// tag is a tag of a page.
type tag struct {
	name       string
	attributes []attribute
	open       bool // a hole of the template may give more attributes
	start, end int
}

type attribute struct{ name, value string }

func (g *tag) has(name string) bool {
	for _, a := range g.attributes {
		if a.name == name {
			return true
		}
	}
	return false
}

func (g *tag) value(name string) string {
	for _, a := range g.attributes {
		if a.name == name {
			return a.value
		}
	}
	return ""
}

// maxTag bounds the bytes of one tag.
const maxTag = 4096

// eachTag calls fn for the tags that begin an element, outside comments of HTML
// and of templates, and outside scripts and styles.
func eachTag(text string, fn func(tag)) {
	for i := 0; i < len(text); {
		j := strings.IndexAny(text[i:], "<{")
		if j < 0 {
			return
		}
		i += j
		rest := text[i:]
		switch {
		case strings.HasPrefix(rest, "<!--"):
			i = behind(text, i+4, "-->")
		case strings.HasPrefix(rest, "{#"):
			i = behind(text, i+2, "#}")
		case strings.HasPrefix(rest, "{% comment"):
			i = behind(text, i+2, "endcomment")
		case rest[0] == '<' && len(rest) > 1 && rest[1]|0x20 >= 'a' && rest[1]|0x20 <= 'z':
			g, next := readTag(text, i)
			fn(g)
			i = next
			if g.name == "script" || g.name == "style" {
				i = behindFold(text, i, "</"+g.name)
			}
		default:
			i++
		}
	}
}

// behind is the place behind the next occurrence of what ends something.
func behind(text string, from int, end string) int {
	i := strings.Index(text[from:], end)
	if i < 0 {
		return len(text)
	}
	return from + i + len(end)
}

// behindFold is behind for a text in either case.
func behindFold(text string, from int, end string) int {
	for i := from; ; {
		j := strings.Index(text[i:], "</")
		if j < 0 {
			return len(text)
		}
		i += j
		if len(text)-i >= len(end) && strings.EqualFold(text[i:i+len(end)], end) {
			return i + len(end)
		}
		i += 2
	}
}

// readTag reads the tag that begins at a place, and tells where it ends.
func readTag(text string, start int) (g tag, next int) {
	limit := min(len(text), start+maxTag)
	i := start + 1
	for i < limit && nameByte(text[i]) {
		i++
	}
	g = tag{name: strings.ToLower(text[start+1 : i]), start: start}
	for i < limit && text[i] != '>' {
		switch c := text[i]; {
		case c == '{' && i+1 < limit && strings.IndexByte("{%#", text[i+1]) >= 0:
			g.open = g.open || text[i+1] != '#'
			i = behindHole(text, i, limit)
		case c == '$' && i+1 < limit && text[i+1] == '{':
			g.open = true
			i = min(behind(text, i, "}"), limit)
		case nameByte(c):
			i = g.readAttribute(text, i, limit)
		default:
			i++
		}
	}
	if i >= limit {
		return tag{}, i // it is not closed
	}
	g.end = i + 1
	return g, g.end
}

func (g *tag) readAttribute(text string, i, limit int) int {
	from := i
	for i < limit && nameByte(text[i]) {
		i++
	}
	a := attribute{name: strings.ToLower(text[from:i])}
	j := i
	for j < limit && isBlank(text[j]) {
		j++
	}
	if j < limit && text[j] == '=' {
		for j++; j < limit && isBlank(text[j]); j++ {
		}
		a.value, i = attributeValue(text, j, limit)
	}
	g.attributes = append(g.attributes, a)
	return i
}

func attributeValue(text string, i, limit int) (value string, next int) {
	if i >= limit {
		return "", limit
	}
	quote := text[i]
	from := i
	if quote == '"' || quote == '\'' {
		from, i = i+1, i+1
	}
	for i < limit {
		switch c := text[i]; {
		case c == '{' && i+1 < limit && strings.IndexByte("{%#", text[i+1]) >= 0:
			i = behindHole(text, i, limit)
			continue
		case (quote == '"' || quote == '\'') && c == quote:
			return text[from:i], i + 1
		case quote != '"' && quote != '\'' && (isBlank(c) || c == '>'):
			return text[from:i], i
		}
		i++
	}
	return text[from:limit], limit
}

// behindHole is the place behind a hole or tag of a template.
func behindHole(text string, i, limit int) int {
	end := map[byte]string{'{': "}}", '%': "%}", '#': "#}"}[text[i+1]]
	return min(behind(text, i+2, end), limit)
}

func nameByte(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '-' || c == ':' || c == '_' || c == '@' || c == '.'
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' }
