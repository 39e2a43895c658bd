// Package cors holds the rules about what other origins may read.
package cors

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

// Rules are the rules of this class.
var Rules = []*analysis.Rule{CorsAnyOrigin, CorsCredentialsAnyOrigin, CorsOriginReflection}

// calls are those that set a policy.
var calls = []string{
	"*.add_middleware", "starlette.middleware.Middleware", "starlette.middleware.cors.CORSMiddleware", "fastapi.middleware.cors.CORSMiddleware",
	"flask_cors.cross_origin", "flask_cors.decorator.cross_origin", "sanic_cors.CORS", "sanic_cors.cross_origin", "quart_cors.cors", "quart_cors.route_cors",
	"aiohttp_cors.setup", "litestar.config.cors.CORSConfig", "falcon.CORSMiddleware", "falcon.App", "falcon.asgi.App",
	"socketio.Server", "socketio.AsyncServer", "flask_socketio.SocketIO", "bottle_cors_plugin.cors_plugin", "asgi_cors.asgi_cors",
}

// flaskCalls are those of flask_cors that ask the configuration for what they are
// not given.
var flaskCalls = []string{"flask_cors.CORS", "flask_cors.extension.CORS", "flask_cors.CORS.init_app"}

// djangoSettings switch the check of origins off, under the names of old and new
// versions of django-cors-headers.
var djangoSettings = []string{"CORS_ALLOW_ALL_ORIGINS", "CORS_ORIGIN_ALLOW_ALL"}

// policy is what is known of who may read responses.
type policy struct {
	any         bool // every origin
	spelled     bool // written out, and not a default
	credentials bool // with cookies
	reflected   bool // a pattern that fits every origin
}

// read reads a call that sets a policy; ok is false if it sets none.
func read(e *flow.Event) (pol policy, ok bool) {
	name, args := analysis.Middleware(e)
	switch {
	case strings.HasSuffix(name, ".CORSMiddleware") && strings.HasPrefix(name, "falcon."):
		pol.origins(args, "allow_origins", "0")
		pol.credentials = anything(value(args, "allow_credentials"))
		pol.byDefault(args, "allow_origins", "0")
	case name == "falcon.App" || name == "falcon.asgi.App":
		if analysis.OptionFlag(args, "cors_enable") == analysis.On {
			pol.any = true
		}
	case strings.HasSuffix(name, ".CORSMiddleware"):
		pol.origins(args, "allow_origins")
		pol.pattern(value(args, "allow_origin_regex"))
		pol.credentials = analysis.OptionFlag(args, "allow_credentials") == analysis.On
	case strings.HasPrefix(name, "flask_cors."), strings.HasPrefix(name, "sanic_cors."):
		pol.origins(args, "origins")
		pol.resources(value(args, "resources"))
		pol.credentials = pol.credentials || analysis.OptionFlag(args, "supports_credentials") == analysis.On
		if value(args, "resources") == nil && !strings.HasSuffix(name, ".init_app") { // the object may have them
			pol.byDefault(args, "origins")
		}
	case strings.HasPrefix(name, "quart_cors."):
		pol.origins(args, "allow_origin")
		pol.credentials = analysis.OptionFlag(args, "allow_credentials") == analysis.On
		pol.byDefault(args, "allow_origin")
	case name == "litestar.config.cors.CORSConfig":
		pol.origins(args, "allow_origins")
		pol.pattern(value(args, "allow_origin_regex"))
		pol.credentials = analysis.OptionFlag(args, "allow_credentials") == analysis.On
		pol.byDefault(args, "allow_origins")
	case strings.HasPrefix(name, "socketio."), strings.HasPrefix(name, "flask_socketio."):
		pol.origins(args, "cors_allowed_origins") // engineio sends credentials by default
		pol.credentials = false
	case name == "aiohttp_cors.setup":
		pol.aiohttp(args)
	case strings.HasPrefix(name, "bottle_cors_plugin."):
		pol.origins(args, "origins", "0")
	case strings.HasPrefix(name, "asgi_cors."):
		if analysis.OptionFlag(args, "allow_all") == analysis.On {
			pol.any, pol.spelled = true, true
		}
	}
	return pol, pol.any || pol.reflected
}

func value(args []flow.Arg, names ...string) *flow.Value {
	if a, _ := analysis.Option(args, names...); a != nil {
		return a.Value
	}
	return nil
}

// origins reads the list of origins.
func (pol *policy) origins(args []flow.Arg, names ...string) {
	if anything(value(args, names...)) {
		pol.any, pol.spelled = true, true
	}
}

// byDefault takes every origin if none is given.
func (pol *policy) byDefault(args []flow.Arg, names ...string) {
	if a, open := analysis.Option(args, names...); a == nil && !open {
		pol.any = true
	}
}

// pattern reads a regular expression of origins.
func (pol *policy) pattern(v *flow.Value) {
	if v == nil {
		return
	}
	if s, ok := v.Str(); ok && everything(s) {
		pol.reflected, pol.spelled = true, true
	}
}

// everything reports whether a pattern fits every origin.
func everything(pattern string) bool {
	switch strings.TrimSuffix(strings.TrimPrefix(pattern, "^"), "$") {
	case ".*", ".+", "https?://.*", "https?://.+", "http.*", "(.*)", "https?://(.*)", `https?:\/\/.*`, "https://.*", "http(s)?://.*", `.*\.*`:
		return true
	}
	return false
}

// resources reads flask_cors's dict of patterns of paths, each with a policy.
func (pol *policy) resources(v *flow.Value) {
	if v == nil {
		return
	}
	for _, p := range flow.Parts(v) {
		if anything(p.Key("origins")) {
			pol.any, pol.spelled = true, true
		}
		if c := p.Key("supports_credentials"); c != nil && analysis.FlagOf(c) == analysis.On {
			pol.credentials = true
		}
	}
}

// aiohttp reads the defaults of aiohttp_cors: options by origin.
func (pol *policy) aiohttp(args []flow.Arg) {
	a, _ := analysis.Option(args, "defaults")
	if a == nil || a.Value.Key("*") == nil {
		return
	}
	pol.any, pol.spelled = true, true
	text := ""
	if a.Node.OK() {
		text = strings.ReplaceAll(a.Node.Str(), " ", "")
	}
	pol.credentials = strings.Contains(text, "allow_credentials=True") || strings.Contains(text, `"allow_credentials":True`)
}

// anything reports whether a list of origins, or one, allows every one.
func anything(v *flow.Value) bool {
	if v == nil {
		return false
	}
	for _, s := range flow.ConstTexts(v) {
		if s == "*" || s == ".*" || s == "https://*" || s == "http://*" || s == "*://*" {
			return true
		}
	}
	return false
}

// defaultsToAll reports whether an expression allows every origin where the
// environment says nothing.
func defaultsToAll(n syntax.Node) bool {
	d := analysis.Default(n)
	if !d.OK() {
		return false
	}
	text := strings.Trim(d.Str(), `[]() "'`)
	return text == "*"
}

const widen = " Name the origins that need it."
