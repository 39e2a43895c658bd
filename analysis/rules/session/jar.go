package session

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/lang/python"
	"pavise/analysis/syntax"
)

// jars are the calls that make a jar whose cookies are items, and their
// attributes items of these: jar["sid"]["secure"] = True.
var jars = []string{"http.cookies.SimpleCookie"}

// inJar judges the cookies that a function puts into a jar which it makes.
func inJar(judge func(*analysis.Pass, *cookie)) func(*analysis.Pass, *flow.Event) {
	return func(p *analysis.Pass, e *flow.Event) {
		stmt := e.Node.Parent()
		fn := function(e.Node)
		if analysis.TestFile(p.Path) || e.Inlined || !fn.OK() || stmt.Kind() != syntax.KindAssignment || !sends(fn) {
			return
		}
		name := stmt.Child(syntax.FieldLeft).Str()
		judgeJar(p, e, fn, judge, func(jar string) bool { return jar == name })
	}
}

// onJar judges the cookies that a handler puts into the jar of its response, as
// Sanic and CherryPy have one.
func onJar(judge func(*analysis.Pass, *cookie)) func(*analysis.Pass, *flow.Event) {
	return func(p *analysis.Pass, e *flow.Event) {
		sanic, cherry := p.Imports("sanic"), p.Imports("cherrypy")
		if !sanic && !cherry || analysis.TestFile(p.Path) {
			return
		}
		judgeJar(p, e, e.Node, judge, func(jar string) bool {
			return sanic && strings.HasSuffix(jar, ".cookies") && !strings.Contains(jar, "req") || cherry && jar == "cherrypy.response.cookie"
		})
	}
}

// sends reports whether a function sends what it puts into a jar.
func sends(fn syntax.Node) bool {
	text := fn.Str()
	for _, client := range []string{`.output(header=""`, ".output(header=''", ".output([], header=\"\"", ".output([], header=''"} {
		text = strings.ReplaceAll(text, client, "") // the head of a request has them side by side
	}
	for _, w := range []string{"Set-Cookie", "set-cookie", ".output(", "OutputString(", "print("} {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

// judgeJar judges the cookies of the jars of a function.
func judgeJar(p *analysis.Pass, e *flow.Event, fn syntax.Node, judge func(*analysis.Pass, *cookie), isJar func(string) bool) {
	r := jarReader{isJar: isJar, cookies: map[string]*cookie{}, names: map[string]string{}, gone: map[string]bool{}}
	for n := range fn.Descendants() {
		switch n.Kind() {
		case syntax.KindAssignment:
			r.assign(e, n.Child(syntax.FieldLeft), n.Child(syntax.FieldRight), n)
		case syntax.KindForStatement:
			r.loop(n)
		}
	}
	for _, key := range r.order {
		if c := r.cookies[key]; !r.gone[key] && !r.gone[""] {
			r.share(c)
			judge(p, c)
		}
	}
}

// jarReader collects the cookies of a function by the source of their keys.
type jarReader struct {
	isJar   func(string) bool
	cookies map[string]*cookie
	order   []string
	gone    map[string]bool   // cookies that are taken away
	names   map[string]string // variables that hold a cookie, with its key; "" for each cookie in turn
	each    cookie            // attributes of each of them
}

// assign reads jar[key] = value, jar[key][attribute] = value and name = jar[key].
func (r *jarReader) assign(e *flow.Event, left, right, stmt syntax.Node) {
	if left.Kind() == syntax.KindIdentifier {
		if key, ok := r.keyOf(right); ok {
			r.names[left.Str()] = key
		}
		return
	}
	if left.Kind() == syntax.KindAttribute { // cookie.secure = True
		if key, ok := r.keyOf(left.Child(syntax.FieldObject)); ok {
			r.attribute(key, left.Child(syntax.FieldAttribute).Str(), right)
		}
		return
	}
	if left.Kind() != syntax.KindSubscript {
		return
	}
	object, sub := left.Child(syntax.FieldValue), left.Child(syntax.FieldSubscript)
	if key, ok := r.keyOf(object); ok {
		name, _ := constant(sub)
		r.attribute(key, name, right)
		return
	}
	if !r.isJar(object.Str()) {
		return
	}
	key := sub.Str()
	if text, ok := constant(right); ok && (text == "" || text == "deleted") {
		r.gone[key] = true
		return
	}
	if r.cookies[key] != nil {
		return
	}
	c := &cookie{e: e, at: stmt, weight: weigh(key)}
	c.name, _ = constant(sub)
	if c.weight == plain && worthHiding(right) {
		c.weight = sensitive
	}
	low := strings.ToLower(key)
	c.csrf = strings.Contains(low, "csrf") || strings.Contains(low, "xsrf")
	r.cookies[key] = c
	r.order = append(r.order, key)
}

// loop reads for cookie in jar.values().
func (r *jarReader) loop(n syntax.Node) {
	jar, ok := strings.CutSuffix(n.Child(syntax.FieldRight).Str(), ".values()")
	if left := n.Child(syntax.FieldLeft); ok && left.Kind() == syntax.KindIdentifier && r.isJar(jar) {
		r.names[left.Str()] = ""
	}
}

// keyOf is the key of the cookie that an expression stands for, "" for each one.
func (r *jarReader) keyOf(n syntax.Node) (string, bool) {
	switch n.Kind() {
	case syntax.KindIdentifier:
		key, ok := r.names[n.Str()]
		return key, ok
	case syntax.KindSubscript:
		if object := n.Child(syntax.FieldValue); r.isJar(object.Str()) {
			key := n.Child(syntax.FieldSubscript).Str()
			return key, r.cookies[key] != nil || r.gone[key]
		}
	}
	return "", false
}

// attribute reads the value of an attribute of a cookie.
func (r *jarReader) attribute(key, name string, value syntax.Node) {
	c := r.cookies[key]
	if key == "" {
		c = &r.each
	}
	if c == nil {
		return
	}
	text, known := constant(value)
	switch strings.ReplaceAll(strings.ToLower(name), "_", "-") {
	case "secure":
		c.secure = flag(value)
	case "httponly":
		c.httpOnly = flag(value)
	case "samesite":
		if c.sameSite = "?"; known {
			c.sameSite = strings.ToLower(text)
		}
	case "max-age":
		if value.Str() == "0" || text == "0" {
			r.gone[key] = true
		}
	case "expires":
		if value.Str() == "0" || strings.Contains(text, "1970") {
			r.gone[key] = true
		}
	}
}

// share gives a cookie the attributes that each cookie of its jar gets.
func (r *jarReader) share(c *cookie) {
	if r.each.secure != analysis.Absent {
		c.secure = r.each.secure
	}
	if r.each.httpOnly != analysis.Absent {
		c.httpOnly = r.each.httpOnly
	}
	if r.each.sameSite != "" {
		c.sameSite = r.each.sameSite
	}
}

// flag is what the expression of an attribute says: an empty one leaves it out.
func flag(n syntax.Node) analysis.Flag {
	text, ok := constant(n)
	switch {
	case n.Kind() == syntax.KindTrue, ok && text != "", n.Kind() == syntax.KindInteger && n.Str() != "0":
		return analysis.On
	case n.Kind() == syntax.KindFalse, n.Kind() == syntax.KindNone, ok, n.Kind() == syntax.KindInteger:
		return analysis.Off
	}
	return analysis.Open
}

func constant(n syntax.Node) (string, bool) {
	lit, ok := python.ParseString(n)
	if !ok {
		return "", false
	}
	return lit.Const()
}
