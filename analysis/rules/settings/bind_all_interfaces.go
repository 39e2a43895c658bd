package settings

import (
	_ "embed"
	"slices"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
)

//go:embed bind_all_interfaces.md
var bindAllInterfacesPage string

// BindAllInterfaces: service listens on all interfaces.
var BindAllInterfaces = &analysis.Rule{
	ID:         "bind-all-interfaces",
	Class:      "settings",
	Title:      "Service listens on all interfaces",
	CWE:        []int{605, 668},
	OWASP2021:  "A05:2021 Security Misconfiguration",
	OWASP2025:  "A02:2025 Security Misconfiguration",
	Severity:   analysis.Low,
	Confidence: analysis.Likely,
	Yields:     []*analysis.Rule{DebuggerCall},
	Aliases: analysis.Aliases{
		Bandit:  []string{"B104"},
		Ruff:    []string{"S104"},
		Semgrep: []string{"avoid-bind-to-all-interfaces", "avoid_app_run_with_bad_host"},
	},
	Page: bindAllInterfacesPage,
	Checks: []analysis.Check{
		analysis.Calls{Names: listeners, Run: judgeListener},
	},
}

// listeners are the calls that listen, or start a server that does.
var listeners = []string{
	"flask.Flask.run", "quart.Quart.run", "bottle.run", "bottle.Bottle.run", "sanic.Sanic.run", "dash.Dash.run", "dash.Dash.run_server", "flask_socketio.SocketIO.run",
	"uvicorn.run", "uvicorn.Config", "hypercorn.run", "waitress.serve", "aiohttp.web.run_app", "aiohttp.web.TCPSite", "werkzeug.serving.run_simple",
	"tornado.web.Application.listen", "tornado.httpserver.HTTPServer.listen", "tornado.httpserver.HTTPServer.bind", "wsgiref.simple_server.make_server",
	"http.server.HTTPServer", "http.server.ThreadingHTTPServer", "socketserver.TCPServer", "socketserver.ThreadingTCPServer", "xmlrpc.server.SimpleXMLRPCServer",
	"socket.socket.bind", "asyncio.start_server", "debugpy.listen", "granian.Granian", "gevent.pywsgi.WSGIServer", "eventlet.listen", "cheroot.wsgi.Server",
	"cherrypy.config.update", "*.run",
}

// hosts are the arguments that name the interface, by the end of the call's name.
var hosts = map[string][]string{
	"flask.Flask.run": {"host", "0"}, "quart.Quart.run": {"host", "0"}, "sanic.Sanic.run": {"host", "0"}, "flask_socketio.SocketIO.run": {"host", "1"},
	"werkzeug.serving.run_simple": {"hostname", "0"}, "tornado.web.Application.listen": {"address", "1"}, "tornado.httpserver.HTTPServer.listen": {"address", "1"},
	"tornado.httpserver.HTTPServer.bind": {"address", "1"}, "wsgiref.simple_server.make_server": {"host", "0"}, "aiohttp.web.TCPSite": {"host", "1"},
	"asyncio.start_server": {"host", "1"}, "xmlrpc.server.SimpleXMLRPCServer": {"addr", "0"}, "gevent.pywsgi.WSGIServer": {"listener", "0"},
	"http.server.HTTPServer": {"server_address", "0"}, "http.server.ThreadingHTTPServer": {"server_address", "0"}, "socketserver.TCPServer": {"server_address", "0"},
	"socketserver.ThreadingTCPServer": {"server_address", "0"}, "socket.socket.bind": {"address", "0"}, "debugpy.listen": {"address", "0"},
	"eventlet.listen": {"addr", "0"}, "cheroot.wsgi.Server": {"bind_addr", "0"}, "granian.Granian": {"address", "1"},
}

func judgeListener(p *analysis.Pass, e *flow.Event) {
	if analysis.DevelopmentFile(p.Path) || e.Name == "cherrypy.config.update" && judgeCherry(p, e) {
		return
	}
	if hosts[e.Name] == nil && strings.HasSuffix(e.Name, ".run") && e.Recv != nil && !slices.Contains(listeners, e.Name) && !namedApp(e) {
		return
	}
	names := hosts[e.Name]
	if names == nil {
		names = []string{"host"}
	}
	a, _ := analysis.Option(e.Args, names...)
	if a == nil {
		return
	}
	host := a.Value
	if host.Type == "tuple" || host.Type == "list" {
		if host = host.Element(0); host == nil {
			return
		}
	}
	if everyInterface(host, len(names) > 1 && strings.Contains(names[0], "addr")) {
		say(p, e)
	}
}

func say(p *analysis.Pass, e *flow.Event) {
	p.Report(e, analysis.Likely, "This listens on every network interface: whoever shares a network with the machine can reach it. Listen on 127.0.0.1, or take the address from the environment.")
}

// everyInterface reports whether an address stands for all of them; the empty one
// does so for sockets.
func everyInterface(v *flow.Value, socket bool) bool {
	s, ok := v.Str()
	return ok && (s == "0.0.0.0" || s == "::" || s == "[::]" || s == "" && socket)
}

func judgeCherry(p *analysis.Pass, e *flow.Event) bool {
	if a := flow.FindArg(e.Args, "0"); a != nil {
		if v := a.Value.Key("server.socket_host"); v != nil && everyInterface(v, false) {
			say(p, e)
		}
	}
	return true
}
