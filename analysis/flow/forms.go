package flow

import (
	"strings"

	"pavise/analysis/lang/template"
	"pavise/analysis/syntax"
)

// SentForm is a form of a page that is sent by POST.
type SentForm struct {
	Dialect  string // of the template: jinja or django
	Template string
	Token    bool // it holds a token against forged requests
	Abroad   bool // it is sent to another site
	Scripted bool // a script seems to send it
	Around   bool // another form of the page, or the page itself, holds a token
	Header   bool // a script of the page speaks of tokens
}

// openForm is a form that a page has begun and not ended.
type openForm struct {
	at    syntax.Node
	tag   strings.Builder // until it ends
	quote byte            // of the attribute that the tag stands in
	body  bool            // the tag has ended
	token bool
}

// pageForms are the forms of one rendering.
type pageForms struct {
	open   *openForm
	sent   []*Event
	around bool // a token stands outside of a form
	header bool // literal text outside of a form speaks of tokens
	tokens bool // a form holds one
}

// maxForms bounds the forms of one page, and maxFormTag the text of a tag.
const (
	maxForms   = 64
	maxFormTag = 4 << 10
)

// formText goes over literal text for the forms in it.
func (r *rendering) formText(n *template.Node) {
	p := &r.forms
	text, off, next := n.Text, 0, 0
	for {
		if p.open == nil {
			for next < len(n.Forms) && n.Forms[next].Off < off {
				next++
			}
			to := len(text)
			if next < len(n.Forms) {
				to = n.Forms[next].Off
			}
			p.header = p.header || n.CSRF && holdsToken(text[off:to])
			if next == len(n.Forms) {
				return
			}
			off = n.Forms[next].Off
			p.open = &openForm{at: n.Forms[next].At}
			next++
		}
		if !p.open.body {
			end := p.open.endOfTag(text[off:])
			if end < 0 || p.open.tag.Len() > maxFormTag {
				p.open.tag.WriteString(text[off:])
				return
			}
			p.open.tag.WriteString(text[off : off+end])
			off += end + 1
			if p.open.body = true; !strings.EqualFold(attribute(p.open.tag.String(), "method"), "post") {
				p.open = nil
				continue
			}
		}
		end := endOfForm(text[off:])
		inside := text[off:]
		if end >= 0 {
			inside = text[off : off+end]
		}
		p.open.token = p.open.token || n.CSRF && holdsToken(inside)
		if end < 0 {
			return
		}
		r.endForm()
		off += end + len("</form")
	}
}

// endOfTag finds the end of the tag in a text that it goes on in, -1 if it is
// not there.
func (f *openForm) endOfTag(text string) int {
	for i := range len(text) {
		switch c := text[i]; {
		case f.quote != 0:
			if c == f.quote {
				f.quote = 0
			}
		case c == '"' || c == '\'':
			f.quote = c
		case c == '>':
			return i
		}
	}
	return -1
}

func endOfForm(text string) int {
	for i := 0; ; i++ {
		j := strings.Index(text[i:], "</")
		if j < 0 {
			return -1
		}
		if i += j; len(text)-i >= 6 && strings.EqualFold(text[i+2:i+6], "form") {
			return i
		}
	}
}

// attribute is the value of an attribute of a tag, "" if it has none.
func attribute(tag, name string) string {
	lower := strings.ToLower(tag)
	for i := 0; ; i++ {
		j := strings.Index(lower[i:], name)
		if j < 0 {
			return ""
		}
		i += j
		rest := strings.TrimLeft(tag[i+len(name):], " \t\r\n")
		if i == 0 || !strings.ContainsRune(" \t\r\n\"'", rune(tag[i-1])) || !strings.HasPrefix(rest, "=") {
			continue
		}
		rest = strings.TrimLeft(rest[1:], " \t\r\n")
		if rest == "" {
			return ""
		}
		if q := rest[0]; q == '"' || q == '\'' {
			value, _, _ := strings.Cut(rest[1:], string(q))
			return strings.TrimSpace(value)
		}
		value, _, _ := strings.Cut(strings.NewReplacer("\t", " ", "\n", " ", "\r", " ").Replace(rest), " ")
		return strings.TrimSuffix(value, "/")
	}
}

// scripted are parts of the tag of a form that a script sends.
var scripted = []string{"onsubmit", "@submit", "v-on:submit", "x-on:submit", "ng-submit", "(ngsubmit)", "on:submit", "data-remote", "data-ajax", "hx-", "data-hx-", "up-submit"}

// endForm notes a form that has ended.
func (r *rendering) endForm() {
	p := &r.forms
	f := p.open
	p.open = nil
	p.tokens = p.tokens || f.token
	if len(p.sent) >= maxForms {
		return
	}
	tag := strings.ToLower(f.tag.String())
	action := attribute(tag, "action")
	s := &SentForm{Dialect: r.job.spec.Dialect, Template: r.page.name, Token: f.token}
	s.Abroad = strings.HasPrefix(action, "http://") || strings.HasPrefix(action, "https://") || strings.HasPrefix(action, "//")
	for _, w := range scripted {
		s.Scripted = s.Scripted || strings.Contains(tag, w)
	}
	s.Scripted = s.Scripted || action == "#" || strings.HasPrefix(action, "javascript:")
	at := f.at
	if r.page.inline {
		at = r.call
	}
	p.sent = append(p.sent, &Event{Kind: Form, Node: at, Name: r.page.name, Sent: s})
}

// formHole notes what a hole or tag puts into a form, by its source.
func (r *rendering) formHole(source string) {
	switch p := &r.forms; {
	case p.open == nil || !p.open.body:
		if p.open != nil {
			p.open.tag.WriteByte(0)
		}
		p.around = p.around || holdsToken(source)
	default:
		p.open.token = p.open.token || holdsToken(source)
	}
}

// formCall notes a call of something that nobody knows with a whole form.
func (r *rendering) formCall(x *template.Expr) {
	if x == nil || x.Kind != template.Apply || r.job.spec.Dialect == "django" {
		return
	}
	for _, a := range x.Args {
		if v := a.Value; v != nil && v.Kind == template.Name && strings.Contains(strings.ToLower(v.Name), "form") {
			r.formUnknown()
		}
	}
}

// formUnknown notes that something nobody knows is put into the page.
func (r *rendering) formUnknown() {
	if f := r.forms.open; f != nil {
		f.token = true
	}
}

// tokenWords are those of which one names a token, or what writes a whole form.
var tokenWords = []string{"csrf", "xsrf", "hidden_tag", "quick_form", "render_form", "hidden_fields", "crispy", "authenticity_token", "form_token"}

func holdsToken(source string) bool {
	source = strings.ToLower(source)
	for _, w := range tokenWords {
		if strings.Contains(source, w) {
			return true
		}
	}
	return false
}

// tellForms emits the forms of a page, once all of it was seen.
func (r *rendering) tellForms() {
	p := &r.forms
	for _, e := range p.sent {
		e.Sent.Around, e.Sent.Header = p.around || p.tokens, p.header
		r.f.emit(*e)
	}
}
