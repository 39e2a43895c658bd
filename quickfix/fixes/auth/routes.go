package auth

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/lang/python"
	"pavise/analysis/rules/auth"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// SameGuard gives a route the guard that its neighbours have.
var SameGuard = &fix.Fix{
	Name:    "same-guard",
	For:     []*analysis.Rule{auth.RouteWithoutAuth},
	Compute: sameGuard,
}

// definition is the function of a finding at its name.
func definition(s *fix.Site) (pyedit.At, bool) {
	def := s.Node
	for def.OK() && def.Kind() != syntax.KindFunctionDefinition {
		def = def.On(def.Parent())
	}
	return def, def.OK()
}

// router is the expression on whose method a decorator registers a function, with
// the decorator's call.
func router(def syntax.Node) (object string, call syntax.Node) {
	for _, d := range python.Decorators(def) {
		if d.Kind() == syntax.KindCall {
			if fn := d.Child(syntax.FieldFunction); fn.Kind() == syntax.KindAttribute && auth.Verb(fn.Child(syntax.FieldAttribute).Str()) {
				object, call = fn.Child(syntax.FieldObject).Str(), d
			}
		}
	}
	return object, call
}

func sameGuard(s *fix.Site) []fix.Proposal {
	def, ok := definition(s)
	if !ok || def.Unit().Parent != "" {
		return fix.Refuse("Give the class the base or the permissions that its neighbours have.")
	}
	own, route := router(def.Node)
	guards, dependencies := map[string]int{}, map[string]int{}
	best, depends := "", ""
	count := func(in map[string]int, text string, most *string) {
		if in[text]++; *most == "" || in[text] > in[*most] {
			*most = text
		}
	}
	for _, u := range s.File.Tree.Units {
		if u.Class != syntax.Function || u.Parent != "" {
			continue
		}
		other := python.Undecorated(u.Root())
		if object, _ := router(other); object != own {
			continue
		}
		for _, d := range python.Decorators(other) {
			if auth.Guard(d) {
				count(guards, d.Str(), &best)
			}
		}
		if dep := auth.Dependency(other); dep != "" {
			count(dependencies, dep, &depends)
		}
	}
	const caveat = "Callers that the guard keeps out are refused from now on."
	e := s.Edits()
	switch {
	case best != "" && guards[best] > dependencies[depends]:
		if !known(s, best, def) {
			return fix.Refuse("@%s is bound below this route.", best)
		}
		insertAbove(s, e, def, "@"+best)
		return fix.Propose(e, caveat, "Add @%s", fix.Short(best))
	case depends != "" && route.OK():
		if !known(s, depends, def) || !e.AddKeyword(def.On(route), "dependencies", "["+depends+"]") {
			return fix.Refuse("%s is bound below this route.", depends)
		}
		return fix.Propose(e, caveat, "Add dependencies=[%s]", fix.Short(depends))
	}
	return fix.Refuse("Which guard the neighbours share cannot be told: give this route the same.")
}

// insertAbove puts a decorator right above a function, below its others.
func insertAbove(s *fix.Site, e *pyedit.Edits, def pyedit.At, decorator string) {
	at := def.Abs().Start
	e.Insert(s.File.LineStart(at), s.File.Indent(at)+decorator+s.File.EOL)
}

// known reports whether what a text names is not defined below a place only.
func known(s *fix.Site, text string, at pyedit.At) bool {
	for name := range strings.FieldsFuncSeq(text, func(r rune) bool {
		return r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	}) {
		if d, ok := s.File.Defines(name); ok && d.Abs().Start > at.Abs().Start {
			return false
		}
	}
	return true
}

// LimitAttempts limits the requests for a sign-in by the limiter that the file has.
var LimitAttempts = &fix.Fix{
	Name:    "limit-attempts",
	For:     []*analysis.Rule{auth.LoginBruteForce},
	Compute: limitAttempts,
}

func limitAttempts(s *fix.Site) []fix.Proposal {
	def, ok := definition(s)
	if !ok || def.Unit().Parent != "" {
		return fix.Refuse("Give the class a limit: throttle_classes, or a decorator of the library that the project uses.")
	}
	_, route := router(def.Node)
	if !route.OK() || s.File.BoundInModule("limiter") == 0 || s.File.ShadowedAt(def, "limiter") || !aLimiter(s) {
		return fix.Refuse("The file has no limiter: make one (Flask-Limiter, slowapi, django-ratelimit, django-axes), and limit this route by it.")
	}
	if s.File.ImportsRoot("fastapi") || s.File.ImportsRoot("starlette") || s.File.ImportsRoot("slowapi") {
		if !hasRequest(def.Node) {
			return fix.Refuse("slowapi needs a parameter `request: Request` of the route.")
		}
	}
	e := s.Edits()
	insertAbove(s, e, def, `@limiter.limit("5/minute")`)
	return fix.Propose(e, "More than five requests in a minute from one address are refused: choose what suits.", "Limit the requests to five in a minute")
}

// aLimiter reports whether the module's limiter is of a library whose limits are
// decorators, or comes from another file of the project.
func aLimiter(s *fix.Site) bool {
	for _, b := range s.File.Imports() {
		if b.Name == "limiter" {
			return true
		}
	}
	return s.File.ImportsRoot("flask_limiter") || s.File.ImportsRoot("slowapi")
}

func hasRequest(def syntax.Node) bool {
	for _, p := range python.Params(def) {
		if p.Name == "request" {
			return true
		}
	}
	return false
}

// ConnectionAddress takes the address of the connection in place of what a header
// says.
var ConnectionAddress = &fix.Fix{
	Name:    "connection-address",
	For:     []*analysis.Rule{auth.ClientIPTrust},
	Compute: connectionAddress,
}

func connectionAddress(s *fix.Site) []fix.Proposal {
	read, ok := headerRead(s)
	if !ok {
		return fix.Refuse("Where the header is read is not to be seen here: take the address of the connection there, behind ProxyFix(app.wsgi_app, x_for=1) or what your server has for it.")
	}
	request, ok := requestOf(read)
	if !ok {
		return fix.Refuse("The request is not to be seen here: take the address of its connection.")
	}
	address := ""
	for _, f := range [][2]string{
		{"flask", ".remote_addr"}, {"quart", ".remote_addr"}, {"django", `.META["REMOTE_ADDR"]`}, {"rest_framework", `.META["REMOTE_ADDR"]`},
		{"fastapi", ".client.host"}, {"starlette", ".client.host"}, {"tornado", ".remote_ip"}, {"aiohttp", ".remote"}, {"bottle", `.environ["REMOTE_ADDR"]`},
	} {
		if s.File.ImportsRoot(f[0]) && f[1] != address {
			if address != "" {
				return fix.Refuse("The file uses several frameworks: take the address of the connection as this one's requests give it.")
			}
			address = f[1]
		}
	}
	if address == "" {
		return fix.Refuse("The framework cannot be told: take the address of the connection as its requests give it.")
	}
	e := s.Edits()
	taken := firstEntry(read)
	if p := taken.Parent(); p.Kind() == syntax.KindBooleanOperator && p.NamedCount() == 2 && p.NamedChild(1).Str() == request+address {
		taken = taken.On(p) // header or connection
	}
	e.ReplaceNode(taken, request+address)
	return fix.Propose(e, "Behind a proxy this is the proxy's address, until the server or the application is told to trust it: ProxyFix(app.wsgi_app, x_for=1), --proxy-headers, or the like.",
		"Take the address of the connection")
}

// headerRead is the expression that reads the header: where the data's way begins, or
// in the key function of a limiter.
func headerRead(s *fix.Site) (pyedit.At, bool) {
	n := s.Node
	if len(s.Finding.Steps) > 0 {
		if s.Finding.Steps[0].Path != s.Finding.Path {
			return n, false
		}
		span := s.Finding.Steps[0].Span
		i := s.File.Tree.At(span.Start)
		if i < 0 {
			return n, false
		}
		u := s.File.Tree.Units[i]
		n = pyedit.At{Node: u.Covering(span.Shift(-u.Start)), Base: u.Start}
		for range 3 {
			up := n.Parent()
			if !up.OK() {
				break
			}
			n = n.On(up)
			if n.Kind() == syntax.KindCall || n.Kind() == syntax.KindSubscript {
				return n, auth.ReadsAddress(n.Node)
			}
		}
		return n, false
	}
	if n.Kind() == syntax.KindIdentifier {
		def, ok := s.File.Defines(n.Str())
		if !ok {
			return n, false
		}
		n = def
	}
	for d := range n.Descendants() {
		if (d.Kind() == syntax.KindCall || d.Kind() == syntax.KindSubscript) && auth.ReadsAddress(d) {
			return n.On(d), true
		}
	}
	return n, false
}

// firstEntry is what takes the first of the addresses that a header lists:
// header.split(",")[0].strip(), or the header itself.
func firstEntry(read pyedit.At) pyedit.At {
	n, whole := read, read // whole is the last one that is a text
	for range 6 {
		p := n.Parent()
		switch {
		case p.Kind() == syntax.KindSubscript && p.Child(syntax.FieldValue) == n.Node && p.Child(syntax.FieldSubscript).Str() == "0":
			n = n.On(p)
			whole = n
		case p.Kind() == syntax.KindAttribute && p.Parent().Kind() == syntax.KindCall && p.Parent().Child(syntax.FieldFunction) == p:
			switch p.Child(syntax.FieldAttribute).Str() {
			case "strip":
				n = n.On(p.Parent())
				whole = n
			case "split", "partition":
				n = n.On(p.Parent())
			default:
				return whole
			}
		default:
			return whole
		}
	}
	return whole
}

// requestOf is the request whose headers an expression reads.
func requestOf(read pyedit.At) (string, bool) {
	n := read.Node
	for n.OK() {
		switch n.Kind() {
		case syntax.KindCall:
			n = n.Child(syntax.FieldFunction)
		case syntax.KindSubscript:
			n = n.Child(syntax.FieldValue)
		case syntax.KindAttribute:
			if name := n.Child(syntax.FieldAttribute).Str(); strings.HasSuffix(n.Str(), "request") {
				return n.Str(), name != ""
			}
			n = n.Child(syntax.FieldObject)
		case syntax.KindIdentifier:
			return n.Str(), strings.HasSuffix(n.Str(), "request")
		default:
			return "", false
		}
	}
	return "", false
}
