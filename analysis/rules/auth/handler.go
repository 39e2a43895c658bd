package auth

import (
	"regexp"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

// nameOf is what a handler is called by: its function, its class, its address.
func nameOf(e *flow.Event) string {
	return analysis.HandlerName(e) + " " + e.Node.Unit().Parent + " " + analysis.HandlerPath(e)
}

// at is where a handler's own faults are shown.
func at(e *flow.Event) syntax.Node { return e.Node.Child(syntax.FieldName) }

// names reports whether an identifier of a node is of some kind.
func names(n syntax.Node, kind *regexp.Regexp) bool {
	for d := range n.Descendants() {
		if d.Kind() == syntax.KindIdentifier && kind.MatchString(d.Str()) {
			return true
		}
	}
	return false
}

// called reports whether a node calls something of some name.
func called(n syntax.Node, name *regexp.Regexp) bool {
	for d := range n.Descendants() {
		if d.Kind() == syntax.KindCall && name.MatchString(analysis.CalleeName(d)) {
			return true
		}
	}
	return false
}

// Guarded reports whether something keeps callers of a handler out, as far as it
// can be seen: a decorator, a dependency, its class, what wraps it where it is
// registered, or a test in it.
func Guarded(e *flow.Event, o *flow.Overview) bool {
	return guardedItself(e) || guardedClass(e, o) || asksWho.MatchString(analysis.Code(e.Node.Child(syntax.FieldBody)))
}

// guard is the decorator of a handler that keeps callers out; no node if none does.
func guard(e *flow.Event) syntax.Node {
	for _, d := range e.Args {
		if !Registers(d.Value.Name) && guardName(short(callee(d.Node))) {
			return d.Node
		}
		if n := d.Node; n.Kind() == syntax.KindCall && (short(callee(n)) == "permission_classes" && !strings.Contains(n.Str(), "AllowAny") ||
			short(callee(n)) == "method_decorator" && guardText.MatchString(n.Str())) {
			return n
		}
	}
	return syntax.Node{}
}

var (
	// dependency recognises a parameter that asks who is calling.
	dependency = regexp.MustCompile(`(?i)\b(?:Security|Depends)\(\s*[\w.]*(?:user|auth|token|admin|permission|requir|verif|api_?key|login|session|principal|identity|security|scope|role|bearer|member|owner|access|jwt|credential|oauth)|(?:Current|Auth|Admin|Active|Super)\w*User|CurrentUser|(?:User|Auth|Token|Admin|Session|Identity)Dep\b|\b(?:current_)?user\s*:|\bcurrent_\w+\s*:|Annotated\[[^\]]*(?:Depends|Security)\([^)]*(?:user|auth|token|admin|key|login)`)
	// options are arguments of a route that say who may call it.
	options = regexp.MustCompile(`(?i)\b(?:dependencies|permission_classes|authentication_classes|permission|permissions|auth|middlewares?|guards|roles|authorizer|security|scopes|auth_required|requires|effective_principals|skip)\s*=\s*[^N]`)
	// asksWho recognises a body that asks who is calling.
	asksWho   = regexp.MustCompile(`(?i)\bcurrent_user\b|get_current_user|jwt_identity|is_authenticated|\brequest\.(?:user|auth)\b|\bg\.\w*user|(?:^|[^.\w]|request\.|flask\.|self\.)session\s*(?:\[|\.get\(|\.pop\()|[^\w]session\.\w*user|["']user(?:_?id|name)?["']\s+(?:not\s+)?in\b|\bauthorization\b|\b(?:401|403)\b|Forbidden|Unauthori[sz]ed|PermissionDenied|HTTP_40[13]|get_secure_cookie|\bauthenticate\w*\(|(?:check|verify|require|validate|ensure|assert|has|is|get|decode|need)_?\w*(?:auth|login|logged|admin|permission|perm|token|access|role|user|owner|session|signature|api_?key|csrf)\w*\(|compare_digest|x-api-key|api_?key|self\.current_user|get_logged|\bidentity\b|permission`)
	guardText = regexp.MustCompile(`(?i)login_required|permission_required|staff_member|user_passes_test|auth|superuser|requires?_|admin`)
	guardBase = regexp.MustCompile(`(?i)(?:login|permission|auth\w*|access|staff|superuser|admin|user|role|group|member|owner|token|jwt|secure|protected|private|restricted|passes)\w*(?:mixin|required|view|resource|handler|base|api|endpoint|test)?$`)
)

// asksFor reports whether parameters ask who is calling.
func asksFor(params string) bool {
	low := strings.ToLower(params)
	for _, word := range []string{"depends", "security", "user", "current_", "dep"} { // one of them is in all that dependency recognises
		if strings.Contains(low, word) {
			return dependency.MatchString(params)
		}
	}
	return false
}

// guardedClass reports whether the class of a handler keeps callers out.
func guardedClass(e *flow.Event, o *flow.Overview) bool {
	class := o.ClassOf(e.Node)
	if !class.OK() {
		return false
	}
	for _, name := range []string{"permission_classes", "authentication_classes", "permission_required", "required_permission", "test_func", "get_permissions", "guards", "login_required", "required_scopes"} {
		if v := o.Member(e.Node, name); v != nil && (v.Local() || !empty(v)) {
			return true
		}
	}
	for _, name := range []string{"dispatch", "dispatch_request", "prepare", "initial", "initialize", "has_permission", "check_permissions", "decorators", "method_decorators", "dependencies"} {
		if v := o.Member(e.Node, name); v != nil {
			if def := v.Definition(); def.OK() && asksWho.MatchString(def.Str()) || !v.Local() && !empty(v) {
				return true
			}
		}
	}
	if p := class.Parent(); p.OK() && p.Kind() == syntax.KindDecoratedDefinition {
		for c := range p.NamedChildren() {
			if c.Kind() == syntax.KindDecorator && guardText.MatchString(c.Str()) {
				return true
			}
		}
	}
	for i, b := range o.Bases(e.Node) {
		if last := b[strings.LastIndexByte(b, '.')+1:]; i > 0 && guardBase.MatchString(last) && !strings.HasPrefix(b, "django.views.") && !strings.HasPrefix(b, "rest_framework.views.") {
			return true
		}
	}
	return false
}

func empty(v *flow.Value) bool {
	n, known := v.Len()
	return known && n == 0
}
