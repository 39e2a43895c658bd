package settings

import (
	_ "embed"
	"path/filepath"
	"regexp"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

//go:embed debug_enabled.md
var debugEnabledPage string

// DebugEnabled: debug mode enabled in code or settings.
var DebugEnabled = &analysis.Rule{
	ID:         "debug-enabled",
	Class:      "settings",
	Title:      "Debug mode enabled in code or settings",
	CWE:        []int{489},
	OWASP2021:  "A05:2021 Security Misconfiguration",
	OWASP2025:  "A02:2025 Security Misconfiguration",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B201"},
		Ruff:    []string{"S201"},
		Semgrep: []string{"debug-enabled", "avoid_hardcoded_config_DEBUG", "flask-debugging-enabled"},
	},
	Page: debugEnabledPage,
	Checks: []analysis.Check{
		analysis.Calls{Names: []string{
			"flask.Flask.run", "quart.Quart.run", "bottle.run", "bottle.Bottle.run", "sanic.Sanic.run", "fastapi.FastAPI",
			"starlette.applications.Starlette", "tornado.web.Application", "tornado.web.Application.__init__", "uvicorn.run", "aiohttp.web.run_app", "dash.Dash.run",
			"dash.Dash.run_server", ".run",
		}, Run: judgeRun},
		analysis.Calls{Names: []string{"bottle.debug", "werkzeug.serving.run_simple", "werkzeug.debug.DebuggedApplication"}, Run: judgeDebugger},
		analysis.Calls{Names: []string{"flask.Config.update", "flask.Config.from_mapping", "quart.Config.update", "quart.Config.from_mapping"}, Run: judgeMapping},
		analysis.Sets{Names: []string{"DEBUG", "flask.Flask.debug", "quart.Quart.debug", "flask.Config[DEBUG]", "quart.Config[DEBUG]", "starlette.applications.Starlette.debug", "fastapi.FastAPI.debug"}, Run: judgeSetting},
	},
}

const consequence = ": errors show code, settings and, with an interactive debugger, let anyone run Python."

func judgeRun(p *analysis.Pass, e *flow.Event) {
	if e.Name == ".run" && !namedApp(e) {
		return
	}
	if a := flow.FindArg(e.Args, "2"); a != nil && (e.Name == "flask.Flask.run" || e.Name == "quart.Quart.run") {
		if v, ok := a.Value.Bool(); ok && v {
			p.Report(e, analysis.Certain, "the application starts in debug mode"+consequence).Severity = severity(e)
			return
		}
	}
	for _, name := range []string{"debug", "use_debugger", "serve_traceback", "reload"} {
		if name == "reload" && e.Name != "uvicorn.run" {
			continue
		}
		a, _ := analysis.Option(e.Args, name)
		if a == nil {
			continue
		}
		switch v, ok := a.Value.Bool(); {
		case ok && v && name == "reload":
			p.Report(e, analysis.Certain, "reload=True starts the server of a developer: it watches the files, runs what changes in them, and serves with one process.").Severity = analysis.Low
			return
		case ok && v:
			p.Report(e, analysis.Certain, name+"=True starts the application in debug mode"+consequence).Severity = severity(e)
			return
		case unlessSaid(a.Node.Str()):
			p.Report(e, analysis.Likely, "where the environment says nothing, the application starts in debug mode"+consequence).Severity = severity(e)
			return
		}
	}
}

// unlessSaid recognises a flag that is on where a variable of the environment is
// missing: os.getenv("DEBUG", "1") == "1".
func unlessSaid(text string) bool {
	m := flagDefault.FindStringSubmatch(text)
	return m != nil && (m[2] == "" || strings.EqualFold(m[1], m[2]))
}

var flagDefault = regexp.MustCompile(`(?i)^\(?(?:\w+\.)*(?:environ\.get|getenv)\(\s*["']\w+["']\s*,\s*["'](1|t|true|yes|on)["']\s*\)(?:\.(?:lower|upper|strip|capitalize)\(\))*\s*(?:==\s*["'](1|t|true|yes|on)["']|in\s*[(\[{])`)

// severity is critical where the interactive debugger listens on every interface.
func severity(e *flow.Event) analysis.Severity {
	if a := flow.FindArg(e.Args, "host"); a != nil {
		if s, ok := a.Value.Str(); ok && (s == "0.0.0.0" || s == "::") {
			return analysis.Critical
		}
	}
	return analysis.High
}

// namedApp recognises app.run(debug=True) on an application that comes from
// elsewhere.
func namedApp(e *flow.Event) bool {
	text := e.Node.Str()
	i := strings.Index(text, ".run(")
	return i > 0 && (text[:i] == "app" || strings.HasSuffix(text[:i], "application") || strings.HasSuffix(text[:i], "_app") || strings.HasSuffix(text[:i], ".app"))
}

func judgeDebugger(p *analysis.Pass, e *flow.Event) {
	switch e.Name {
	case "bottle.debug":
		if a := flow.FindArg(e.Args, "0"); a != nil {
			if v, ok := a.Value.Bool(); !ok || !v {
				return
			}
		}
		p.Report(e, analysis.Certain, "bottle.debug() turns debug mode on"+consequence)
	case "werkzeug.serving.run_simple":
		if a := flow.FindArg(e.Args, "use_debugger"); a != nil {
			if v, ok := a.Value.Bool(); ok && v {
				p.Report(e, analysis.Certain, "use_debugger=True starts the interactive debugger"+consequence)
			}
		}
	default:
		a := flow.FindArg(e.Args, "evalex")
		if a == nil {
			a = flow.FindArg(e.Args, "1")
		}
		if a != nil {
			if v, ok := a.Value.Bool(); ok && v {
				p.Report(e, analysis.Certain, "evalex=True opens a Python console to whoever causes an error"+consequence)
			}
		}
	}
}

func judgeMapping(p *analysis.Pass, e *flow.Event) {
	v := (*flow.Value)(nil)
	if a := flow.FindArg(e.Args, "DEBUG"); a != nil {
		v = a.Value
	} else if a := flow.FindArg(e.Args, "0"); a != nil {
		v = a.Value.Key("DEBUG")
	}
	if v != nil {
		if on, ok := v.Bool(); ok && on {
			p.Report(e, analysis.Certain, "DEBUG=True turns debug mode on"+consequence)
		}
	}
}

// judgeSetting judges assignments. A bare DEBUG counts in a settings or
// configuration module that is not the one for development or tests.
func judgeSetting(p *analysis.Pass, e *flow.Event) {
	on, ok := e.Value.Bool()
	if trap := onByDefault(e); !trap && (!ok || !on) {
		return
	}
	if e.Name == "DEBUG" {
		if !settingsModule(p) || !p.Deployed(e) {
			return
		}
	}
	p.Report(e, analysis.Certain, "debug mode is on here"+consequence+" Read it from the environment.")
}

// onByDefault recognises os.environ.get("DEBUG", True), and bool() of a text,
// which is true for "False".
func onByDefault(e *flow.Event) bool {
	right := e.Node.Child(syntax.FieldRight)
	text := right.Str()
	if unlessSaid(text) {
		return true
	}
	if !strings.Contains(text, "environ.get(") && !strings.Contains(text, "getenv(") {
		return false
	}
	if strings.HasPrefix(text, "bool(") {
		return !strings.Contains(text, "int(")
	}
	return strings.HasSuffix(text, ", True)") && (strings.HasPrefix(text, "os.") || strings.HasPrefix(text, "environ.") || strings.HasPrefix(text, "getenv"))
}

// settingsModule tells a module of settings by its name, or that of an application
// in one file.
func settingsModule(p *analysis.Pass) bool {
	path := strings.ToLower(filepath.ToSlash(p.Path))
	return analysis.SettingsFile(p.Path) || strings.HasSuffix(path, "/app.py") || path == "app.py"
}
