package auth

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/syntax"
	"pavise/analysis/wordset"
)

//go:embed decorator_order.md
var decoratorOrderPage string

// DecoratorOrder: guard that stands above the decorator which registers the function.
var DecoratorOrder = &analysis.Rule{
	ID:         "decorator-order",
	Class:      "auth",
	Title:      "Auth decorator has no effect because it is above the route decorator",
	CWE:        []int{306},
	OWASP2021:  "A07:2021 Identification and Authentication Failures",
	OWASP2025:  "A07:2025 Authentication Failures",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Page:       decoratorOrderPage,
	Checks: []analysis.Check{
		analysis.Handlers{Run: judgeOrder},
	},
}

// judgeOrder objects to guards above a decorator that hands the function to the
// framework: the framework calls what is below it.
func judgeOrder(p *analysis.Pass, e *flow.Event) {
	last := -1
	for i, d := range e.Args {
		if Registers(d.Value.Name) {
			last = i
		}
	}
	for i := range max(last, 0) {
		d := e.Args[i]
		if Registers(d.Value.Name) || !Guards(d) {
			continue
		}
		x := p.Report(e, grade(d), "@"+short(callee(d.Node))+" has no effect on this route: the decorator below it has already given the framework the function without it. Put it under the route decorator.")
		x.Node = d.Node
	}
	policies(p, e)
}

// policies objects to what Django REST framework reads from the function before
// the decorator above api_view could write it there.
func policies(p *analysis.Pass, e *flow.Event) {
	for i, d := range e.Args {
		if d.Value.Name != "rest_framework.decorators.api_view" {
			continue
		}
		for _, g := range e.Args[:i] {
			switch name := strings.TrimPrefix(g.Value.Name, "rest_framework.decorators."); name {
			case "permission_classes", "authentication_classes", "throttle_classes":
				p.Report(e, analysis.Certain, "@"+name+" stands above @api_view, which has already made the view with the default classes: this one is not used. Put it under @api_view.").Node = g.Node
			}
		}
	}
}

// verbs are the names of the decorators that register a handler.
var verbs = wordset.Of(`route get post put patch delete head options trace websocket api_route api_operation on event http view lambda_function schedule
	on_event stream`)

// frameworks are those whose decorators register the function that they get, and
// give it back as it is.
var frameworks = wordset.Of(`flask quart fastapi starlette sanic bottle ninja chalice flask_socketio flask_sock functions_framework apiflask
	flask_openapi3 robyn blacksheep`)

// Registers reports whether a decorator hands the function that it gets to a
// framework.
func Registers(name string) bool {
	root, _, _ := strings.Cut(name, ".")
	last := name[strings.LastIndexByte(name, '.')+1:]
	return verbs[last] && (frameworks[root] || strings.HasPrefix(name, "aiohttp.web.RouteTableDef."))
}

// Verb reports whether decorators that register a handler are called so.
func Verb(name string) bool { return verbs[name] }

func callee(d syntax.Node) syntax.Node {
	if d.Kind() == syntax.KindCall {
		return d.Child(syntax.FieldFunction)
	}
	return d
}

func short(n syntax.Node) string {
	s := n.Str()
	return s[strings.LastIndexByte(s, '.')+1:]
}

// Guards reports whether a decorator keeps callers out: by its name, unless it
// is one of the project that only marks the function.
func Guards(d flow.Arg) bool {
	name := short(callee(d.Node))
	if !guardName(name) {
		return false
	}
	def := d.Value.Definition()
	return !def.OK() || wraps(def)
}

// grade is certain of libraries and of functions in sight.
func grade(d flow.Arg) analysis.Confidence {
	if d.Value.Name != "" || d.Value.Definition().OK() {
		return analysis.Certain
	}
	return analysis.Likely
}

// wraps reports whether a decorator makes a function of its own.
func wraps(def syntax.Node) bool {
	for n := range def.Descendants() {
		if n.Index() > def.Index() && (n.Kind() == syntax.KindFunctionDefinition || n.Kind() == syntax.KindLambda || n.Kind() == syntax.KindClassDefinition) {
			return true
		}
	}
	return false
}

// guardNames are names of guards that no part of gives away.
var guardNames = wordset.Of(`authenticated protected protect authorize authorized authenticate auth_basic secured secure require_auth
	requires_auth require_login require_admin check_auth check_login check_token needs_auth admin_only staff_only members_only
	superuser_only logged_in ensure_logged_in validate_token verify_token verify_jwt requires inject_user authenticated_only user_passes_test`)

var subjects = []string{
	"login", "auth", "jwt", "token", "admin", "role", "permission", "perm", "user", "staff", "superuser", "scope", "session", "csrf", "apikey", "api_key", "key",
	"fresh", "member", "owner", "account", "oauth", "group", "privilege", "signed", "logged",
}

// guardName reports whether a decorator's name says that it keeps callers out.
func guardName(name string) bool {
	name = strings.ToLower(name)
	if guardNames[name] {
		return true
	}
	for _, no := range []string{"exempt", "optional", "not_required", "anonymous", "skip", "without"} {
		if strings.Contains(name, no) {
			return false
		}
	}
	demands := strings.Contains(name, "require") || strings.Contains(name, "needs_") || strings.HasSuffix(name, "_only") ||
		strings.HasPrefix(name, "check_") || strings.HasPrefix(name, "must_") || strings.HasPrefix(name, "ensure_")
	if !demands {
		return false
	}
	for _, s := range subjects {
		if strings.Contains(name, s) {
			return true
		}
	}
	return false
}
