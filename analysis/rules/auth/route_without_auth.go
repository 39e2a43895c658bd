package auth

import (
	_ "embed"
	"regexp"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

//go:embed route_without_auth.md
var routeWithoutAuthPage string

// RouteWithoutAuth: route lacks the authentication its neighbours have.
var RouteWithoutAuth = &analysis.Rule{
	ID:         "route-without-auth",
	Class:      "auth",
	Title:      "Route lacks the authentication its neighbours have",
	CWE:        []int{306},
	OWASP2021:  "A07:2021 Identification and Authentication Failures",
	OWASP2025:  "A07:2025 Authentication Failures",
	Severity:   analysis.Medium,
	Confidence: analysis.Unsure,
	Page:       routeWithoutAuthPage,
	Checks:     []analysis.Check{analysis.Routes{About: standing, Run: judgeNeighbours}},
}

const (
	fewest = 2 // neighbours with a guard that make one without stand out
	many   = 3 // that make it likely that one was forgotten
)

// guardedElsewhere are words of a file that guards all of its routes at once.
var guardedElsewhere = []string{
	"before_request", "before_app_request", "AuthMiddleware", "AuthenticationMiddleware", "LoginRequiredMiddleware", "login_required_middleware", "auth_middleware",
	"on_request", "@app.middleware", "add_middleware(Auth",
}

// stands is how a handler stands among its neighbours, as far as it tells itself.
type stands struct {
	router  string // that it belongs to, "" if none is named
	guarded bool   // by a decorator, a parameter or what wraps it

	closer *closer // once it was looked at closer
}

// closer is what is asked about few handlers.
type closer struct {
	open    bool // to everyone, by its name or address
	asks    bool // who is calling, in its body
	signed  bool // what is in its address proves a right
	changes bool
	reads   bool
}

func standing(e *flow.Event) any {
	return &stands{router: routerNamed(e), guarded: guardedItself(e)}
}

// standingOf is what standing said of a handler.
func standingOf(h analysis.Handler) *stands {
	s, ok := h.About.(*stands)
	if !ok {
		return &stands{}
	}
	return s
}

// look is how a handler stands, with the rest.
func look(h analysis.Handler) *closer {
	s := standingOf(h)
	if s.closer == nil {
		s.closer = &closer{open: public.MatchString(nameOf(h.Event)) || handlesRoot(h.Event), changes: changes(h.Event)}
		if !s.guarded && !s.closer.open {
			body := analysis.Code(h.Node.Child(syntax.FieldBody))
			s.closer.asks, s.closer.signed, s.closer.reads = asksWho.MatchString(body), signedLink(h.Event), readsData.MatchString(body)
		}
	}
	return s.closer
}

func judgeNeighbours(p *analysis.Pass, handlers []analysis.Handler, o *flow.Overview) {
	if analysis.InTests(p.Path) || len(handlers) <= fewest {
		return
	}
	groups := map[string][]analysis.Handler{}
	var order []string
	for _, e := range handlers {
		k := groupOf(e, o)
		if k == "" {
			continue
		}
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], e)
	}
	for _, k := range order {
		judgeGroup(p, groups[k], o)
	}
}

// routerNamed is the router that a decorator of a handler names, "" if none does.
func routerNamed(e *flow.Event) string {
	for _, d := range e.Args {
		if _, ok := routerOf(d); ok {
			return "router " + callee(d.Node).Child(syntax.FieldObject).Str()
		}
		if short(callee(d.Node)) == "api_view" {
			return "api_view"
		}
	}
	return ""
}

// groupOf says with which handlers one belongs together: those of one router, or the
// views of one kind.
func groupOf(e analysis.Handler, o *flow.Overview) string {
	if router := standingOf(e).router; router != "" {
		return router
	}
	switch {
	case e.Route == nil || e.Name != "":
		return ""
	case e.Node.Unit().Parent == "":
		return "views"
	case o.ClassOf(e.Node).OK():
		return "classes"
	}
	return ""
}

// routerOf is the decorator that registers a handler with an application or a router.
func routerOf(d flow.Arg) (syntax.Node, bool) {
	n := callee(d.Node)
	if n.Kind() != syntax.KindAttribute || !Verb(n.Child(syntax.FieldAttribute).Str()) || d.Node.Kind() != syntax.KindCall {
		return syntax.Node{}, false
	}
	switch n.Child(syntax.FieldAttribute).Str() {
	case "websocket", "on_event", "on", "event", "schedule", "stream", "lambda_function":
		return syntax.Node{}, false
	}
	return d.Node, Registers(d.Value.Name) || d.Value.Name == "" || strings.HasSuffix(d.Value.Name, ".route")
}

// changing counts the handlers that are called to change something.
func changing(list []analysis.Handler) int {
	n := 0
	for _, h := range list {
		if look(h).changes {
			n++
		}
	}
	return n
}

func judgeGroup(p *analysis.Pass, group []analysis.Handler, o *flow.Overview) {
	var kept, rest, open []analysis.Handler
	classes := map[syntax.Node]bool{} // those that were looked at, by whether they guard
	for _, h := range group {
		if standingOf(h).guarded || guardsOnce(classes, h.Event, o) {
			kept = append(kept, h)
		} else {
			rest = append(rest, h)
		}
	}
	if len(kept) < fewest {
		return
	}
	for _, h := range rest {
		if !look(h).open {
			open = append(open, h)
		}
	}
	if len(open) == 0 {
		return
	}
	writing := changing(kept)
	// everyone may read, and what changes something is guarded
	readable := writing >= many && changing(open)*3 <= writing
	crowd := len(open)*2 > len(kept)
	if crowd && !readable {
		return // most of them are for everyone
	}
	asked := false
	for _, e := range open {
		s := look(e)
		if s.asks || s.signed {
			continue
		}
		c := analysis.Unsure
		switch {
		case s.changes:
			if len(kept) >= many && writing >= fewest && len(open)*3 <= len(kept) || readable {
				c = analysis.Likely
			}
		case crowd || !s.reads:
			continue
		}
		if !asked {
			asked = true
			if o.Mentions(guardedElsewhere...) {
				return
			}
		}
		p.Report(e.Event, c, "The other routes here ask who is calling, this one does not: everyone can call it. Give it the same guard, or leave it open on purpose.").Node = at(e.Event)
	}
}

// guardsOnce is guardedClass, asked once for each class.
func guardsOnce(classes map[syntax.Node]bool, e *flow.Event, o *flow.Overview) bool {
	class := o.ClassOf(e.Node)
	if !class.OK() {
		return false
	}
	guards, ok := classes[class]
	if !ok {
		guards = guardedClass(e, o)
		classes[class] = guards
	}
	return guards
}

// guardedItself reports whether decorators, parameters or what wraps a handler keep
// callers out.
func guardedItself(e *flow.Event) bool {
	if guard(e).OK() {
		return true
	}
	for _, w := range e.Through {
		if guardName(w[strings.LastIndexByte(w, '.')+1:]) {
			return true
		}
	}
	for _, d := range e.Args {
		if d.Node.Kind() == syntax.KindCall && options.MatchString(d.Node.Child(syntax.FieldArguments).Str()) {
			return true
		}
	}
	return asksFor(e.Node.Child(syntax.FieldParameters).Str())
}

// handlesRoot reports whether a handler answers at the root.
func handlesRoot(e *flow.Event) bool {
	path := analysis.HandlerPath(e)
	return path == "/" && analysis.Methods(e).Reads()
}

// changes reports whether a handler is called to change something.
func changes(e *flow.Event) bool {
	m := analysis.Methods(e)
	return m.Has("PUT", "PATCH", "DELETE") || m.Has("POST") && !m.Has("GET") || len(m.Methods) == 0 && len(analysis.Writes(e.Node)) > 0
}

// signedLink reports whether what is in the address of a handler proves a right.
func signedLink(e *flow.Event) bool {
	return secretPart.MatchString(analysis.HandlerPath(e)) || secretPart.MatchString(e.Node.Child(syntax.FieldParameters).Str())
}

var (
	secretPart = regexp.MustCompile(`(?i)token|signature|secret|uuid|key\b|hash|nonce|\bcode\b`)
	public     = regexp.MustCompile(`(?i)log_?in|log_?out|sign_?(?:in|out|up)|regist|auth|health|ping|alive|ready|status|version|static|asset|media|favicon|robots|sitemap|manifest|hook|callback|notify|notification_url|ipn|docs?(?:[^a-z]|$)|openapi|swagger|redoc|schema|index|home|landing|welcome|root|main(?:[^a-z]|$)|passw|forgot|reset|recover|verif|confirm|activat|public|about|contact|terms|privacy|legal|imprint|faq|help|support|pricing|feedback|newsletter|subscri|invit|share|feed|rss|atom|error|not_?found|handler|csrf|captcha|locale|lang|theme|info(?:[^a-z]|$)|metric|session|token|oauth|sso|saml|oidc|mfa|otp|2fa|setup|install|onboard|bootstrap|init(?:[^a-z]|$)|preview|embed|widget|guest|anonym|search|browse|catalog|shop|cart|checkout|payment|stripe|paypal|twilio|slack|telegram|github|options|config|settings_public|cron|internal|test|demo|example|hello|echo`)
	// readsData recognises a handler that reads what the application keeps.
	readsData = regexp.MustCompile(`(?i)\.(?:query|objects)\b|\bselect\(|\bSELECT\b|\.execute\(|\.find(?:_one)?\(|get_object_or_404|\.get_or_404\(|\.scalars?\(|\.filter\(|session\.get\(|crud\.|repositor`)
)

// Guard reports whether a decorator keeps callers out, by its name.
func Guard(d syntax.Node) bool { return guardName(short(callee(d))) }

// Dependency is what a parameter of a handler depends on that asks who is calling:
// Depends(get_current_user); "" if none does.
func Dependency(def syntax.Node) string {
	for n := range def.Child(syntax.FieldParameters).Descendants() {
		if n.Kind() != syntax.KindCall {
			continue
		}
		switch analysis.CalleeName(n) {
		case "Depends", "Security":
			if dependency.MatchString(n.Str()) {
				return n.Str()
			}
		}
	}
	return ""
}
