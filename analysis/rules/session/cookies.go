package session

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

// setters are the methods that set a cookie, of the responses and handlers of
// all frameworks.
var setters = []string{"*.set_cookie", "*.set_signed_cookie", "*.set_secure_cookie", "*.add_cookie"}

// weight says how much a cookie is worth to an attacker.
type weight uint8

const (
	trivial   weight = iota // a choice of the user's that tells nothing
	plain                   // nothing is known
	sensitive               // it stands for a user
)

// cookie is one cookie that is set, with what is known of its attributes.
type cookie struct {
	e        *flow.Event
	at       syntax.Node // the assignment to a jar, if it is made so
	name     string      // as written, "" if it has none
	weight   weight
	csrf     bool // scripts have to read it
	secure   analysis.Flag
	httpOnly analysis.Flag
	sameSite string // "lax", "strict", "none", "" if it is not given, "?" if it is decided elsewhere
}

var (
	sensitiveWords = []string{"sess", "sid", "token", "auth", "jwt", "login", "logged", "remember", "secret", "passw", "pwd", "cred", "access", "refresh",
		"admin", "role", "account", "sso", "user", "uid", "csrf", "xsrf", "key", "identity", "email", "oauth"}
	trivialWords = []string{"theme", "lang", "locale", "timezone", "tz", "dark", "color", "colour", "sidebar", "consent", "banner", "font", "currency", "layout",
		"visited", "seen", "last_visit", "utm", "pref", "tour", "dismiss", "country", "region", "sort", "page", "per_page", "view", "mode", "hide", "show", "visits",
		"counter", "count", "tab", "filter", "i18n", "flash", "message", "motd", "fav", "agreed", "cookies_ok", "cookie_notice", "display", "zoom"}
)

func weigh(name string) weight {
	name = strings.ToLower(name)
	for _, w := range sensitiveWords {
		if strings.Contains(name, w) {
			return sensitive
		}
	}
	for _, w := range trivialWords {
		if strings.Contains(name, w) {
			return trivial
		}
	}
	return plain
}

// readCookie reads a call that sets a cookie; ok is false if it sets none, or
// takes one away.
func readCookie(p *analysis.Pass, e *flow.Event) (c cookie, ok bool) {
	if analysis.TestFile(p.Path) || !onResponse(e) {
		return c, false
	}
	name, _ := analysis.Option(e.Args, "0", "key", "name")
	value, _ := analysis.Option(e.Args, "1", "value")
	if name == nil {
		return c, false
	}
	if value != nil && gone(value.Value) || gone(option(e, "max_age", "2")) && !strings.HasPrefix(e.Name, "tornado.") {
		return c, false // it is taken away
	}
	if n, _ := option(e, "max_age").Int(); n < 0 {
		return c, false
	}
	if at := option(e, "expires"); gone(at) || expired(at) {
		return c, false
	}
	c.e = e
	c.name, _ = name.Value.Str()
	text := c.name
	if text == "" && name.Node.OK() {
		text = name.Node.Str()
	}
	c.weight = weigh(text)
	if value != nil && value.Node.OK() && c.weight == plain && worthHiding(value.Node) {
		c.weight = sensitive
	}
	if strings.HasSuffix(e.Name, "signed_cookie") || strings.HasSuffix(e.Name, "secure_cookie") {
		c.weight = max(c.weight, plain) // what is signed is meant to be trusted
	}
	low := strings.ToLower(text)
	c.csrf = strings.Contains(low, "csrf") || strings.Contains(low, "xsrf")
	c.secure = analysis.OptionFlag(e.Args, "secure")
	c.httpOnly = analysis.OptionFlag(e.Args, "httponly", "http_only")
	c.sameSite = sameSite(analysis.Option(e.Args, "samesite", "same_site"))
	c.byPosition()
	c.byDefault(p)
	return c, true
}

// byPosition reads attributes that are given by position, where the order is the
// same in all versions: that of Django, Werkzeug, Starlette and WebOb.
func (c *cookie) byPosition() {
	switch {
	case strings.HasPrefix(c.e.Name, "werkzeug."), strings.HasPrefix(c.e.Name, "django."), strings.HasPrefix(c.e.Name, "starlette."):
		if a := flow.FindArg(c.e.Args, "6"); a != nil {
			c.secure = analysis.FlagOf(a.Value)
		}
		if a := flow.FindArg(c.e.Args, "7"); a != nil {
			c.httpOnly = analysis.FlagOf(a.Value)
		}
	}
}

// byDefault fills in what frameworks do by themselves.
func (c *cookie) byDefault(p *analysis.Pass) {
	framework, _, _ := strings.Cut(c.e.Name, ".")
	if framework == "" { // a response of unknown class: what the file imports says
		for _, root := range []string{"fastapi", "starlette", "litestar", "sanic", "falcon"} {
			if p.Imports(root) {
				framework = root
			}
		}
	}
	switch framework {
	case "sanic":
		if c.secure == analysis.Absent {
			c.secure = analysis.On
		}
		c.laxByDefault()
	case "starlette", "fastapi", "litestar":
		c.laxByDefault()
	case "falcon":
		if c.secure == analysis.Absent {
			c.secure = analysis.On
		}
		if c.httpOnly == analysis.Absent {
			c.httpOnly = analysis.On
		}
	}
}

func (c *cookie) laxByDefault() {
	if c.sameSite == "" {
		c.sameSite = "lax"
	}
}

// sameSite is the policy that a cookie is given.
func sameSite(a *flow.Arg, open bool) string {
	switch {
	case a == nil && open:
		return "?"
	case a == nil:
		return ""
	case a.Value.IsNone():
		return ""
	}
	if b, ok := a.Value.Bool(); ok && !b {
		return ""
	}
	if s, ok := a.Value.Str(); ok {
		return strings.ToLower(s)
	}
	return "?"
}

func option(e *flow.Event, names ...string) *flow.Value {
	a, _ := analysis.Option(e.Args, names...)
	if a == nil {
		return &flow.Value{}
	}
	return a.Value
}

// gone recognises the value and the age of a cookie that is taken away.
func gone(v *flow.Value) bool {
	if s, ok := v.Text(); ok && (s == "" || s == "deleted") {
		return true
	}
	n, ok := v.Int()
	return ok && n == 0
}

func expired(v *flow.Value) bool {
	s, ok := v.Str()
	return ok && strings.Contains(s, "1970")
}

// onResponse tells a response that sets a cookie from other objects that have a
// method of that name: clients, jars and browsers.
func onResponse(e *flow.Event) bool {
	if !strings.HasPrefix(e.Name, ".") {
		switch root, _, _ := strings.Cut(e.Name, "."); root {
		case "django", "werkzeug", "flask", "quart", "starlette", "fastapi", "aiohttp", "tornado", "bottle", "pyramid", "webob", "sanic", "falcon", "litestar", "cherrypy":
			return !strings.Contains(strings.ToLower(e.Name), "client")
		}
		return false
	}
	recv := e.Node.Child(syntax.FieldFunction).Child(syntax.FieldObject)
	if !recv.OK() {
		return false
	}
	text := strings.ToLower(recv.Str())
	for _, w := range []string{"client", "jar", "driver", "browser", "session", "context", "page", "request"} {
		if strings.Contains(text, w) && !strings.Contains(text, "resp") {
			return false
		}
	}
	if strings.HasSuffix(e.Name, "add_cookie") {
		return len(e.Args) >= 2
	}
	_, named := keyword(e.Args, "value")
	return len(e.Args) >= 2 || named
}

func keyword(args []flow.Arg, name string) (*flow.Arg, bool) {
	for i := range args {
		if args[i].Name == name {
			return &args[i], true
		}
	}
	return nil, false
}

// worthHiding reports whether the expression of a value names what stands for a
// user.
func worthHiding(n syntax.Node) bool {
	text := strings.ToLower(n.Str())
	if len(text) > 120 || strings.HasPrefix(text, `"`) || strings.HasPrefix(text, "'") {
		return false
	}
	for _, w := range []string{"token", "session", "secret", "jwt", "password", "user_id", "user.id", "signed"} {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

// report adds a finding on the cookie.
func (c *cookie) report(p *analysis.Pass, sure analysis.Confidence, message string) *analysis.Draft {
	d := p.Report(c.e, sure, c.called()+message)
	if c.at.OK() {
		d.Node = c.at
	}
	return d
}

// inCall judges a cookie that a call sets.
func inCall(judge func(*analysis.Pass, *cookie)) func(*analysis.Pass, *flow.Event) {
	return func(p *analysis.Pass, e *flow.Event) {
		if c, ok := readCookie(p, e); ok {
			judge(p, &c)
		}
	}
}

// cookieChecks judge cookies in all the ways in which they are set.
func cookieChecks(judge func(*analysis.Pass, *cookie), attribute, says string) []analysis.Check {
	return []analysis.Check{
		analysis.Calls{Names: setters, Run: inCall(judge)},
		analysis.Calls{Names: jars, Run: inJar(judge)},
		analysis.Handlers{Run: onJar(judge)},
		analysis.Headers{Names: []string{"Set-Cookie"}, Run: raw(attribute, says)},
	}
}

// called names the cookie in a message.
func (c *cookie) called() string {
	if c.name == "" || len(c.name) > 60 {
		return "This cookie"
	}
	return "The cookie `" + c.name + "`"
}

// sure is how sure a rule is of an attribute that is missing or switched off.
func (c *cookie) sure() analysis.Confidence {
	switch c.weight {
	case sensitive:
		return analysis.Certain
	case plain:
		return analysis.Likely
	}
	return analysis.Unsure
}

// header is what a Set-Cookie header written out says; ok is false if not all of
// its attributes can be seen, or it takes a cookie away.
func header(p *analysis.Pass, s *analysis.Setting) (name, attributes string, ok bool) {
	if analysis.TestFile(p.Path) {
		return "", "", false
	}
	text, known := "", false
	if str, ok := s.Given.Text(); ok {
		text, known = str, true
	} else if len(s.Given.Pieces) > 0 {
		known = true
		for i, piece := range s.Given.Pieces {
			switch {
			case piece.Hole == nil:
				text += piece.Text
			case i > 0 && strings.Contains(text, ";") && !strings.HasSuffix(strings.TrimSpace(text), "="):
				return "", "", false // a hole that may hold attributes
			default:
				text += "\x00"
			}
		}
	}
	if !known {
		return "", "", false
	}
	pair, rest, _ := strings.Cut(text, ";")
	name, value, has := strings.Cut(pair, "=")
	low := strings.ToLower(strings.ReplaceAll(rest, " ", ""))
	if !has || value == "" || strings.Contains(low, "max-age=0") || strings.Contains(low, "1970") {
		return "", "", false
	}
	return strings.TrimSpace(name), ";" + low, true
}

// raw judges a Set-Cookie header for one attribute.
func raw(attribute, says string) func(*analysis.Pass, *analysis.Setting) {
	return func(p *analysis.Pass, s *analysis.Setting) {
		name, attributes, ok := header(p, s)
		if !ok || strings.Contains(attributes, ";"+attribute) {
			return
		}
		c := cookie{name: name, weight: weigh(name)}
		if attribute == "httponly" && (strings.Contains(strings.ToLower(name), "csrf") || strings.Contains(strings.ToLower(name), "xsrf")) {
			return
		}
		sure := c.sure()
		if attribute == "samesite" {
			sure = min(sure, analysis.Likely)
			if c.weight != sensitive {
				sure = analysis.Unsure
			}
		}
		p.ReportSetting(s, sure, c.called()+says)
	}
}
