package settings

import (
	_ "embed"
	"path/filepath"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
)

//go:embed development_server.md
var developmentServerPage string

// DevelopmentServer: development server used to serve the application.
var DevelopmentServer = &analysis.Rule{
	ID:         "development-server",
	Class:      "settings",
	Title:      "Development server used to serve the application",
	CWE:        []int{489, 1188},
	OWASP2021:  "A05:2021 Security Misconfiguration",
	OWASP2025:  "A02:2025 Security Misconfiguration",
	Severity:   analysis.Medium,
	Confidence: analysis.Likely,
	Aliases:    analysis.Aliases{Semgrep: []string{"avoid_app_run_directly", "avoid_using_app_run_directly"}},
	Page:       developmentServerPage,
	Checks: []analysis.Check{
		analysis.Calls{Names: []string{"flask.Flask.run", "quart.Quart.run", "bottle.run", "bottle.Bottle.run", "dash.Dash.run", "dash.Dash.run_server", ".run"}, Run: judgeServer},
		analysis.Texts{Run: judgeStart},
	},
}

const developed = "it is made for one developer: it stops under load, has no limits and no defence against clients that send slowly, and with its debugger anyone can run Python."

// scripts are the names of files that a developer starts by hand.
var scripts = []string{"run", "start", "serve", "server", "manage", "main", "runserver", "cli"}

// judgeServer objects to a server that is started when the module is imported.
func judgeServer(p *analysis.Pass, e *flow.Event) {
	framework, _, _ := strings.Cut(e.Name, ".")
	if framework == "" && !namedApp(e) || framework != "" && !p.Imports(framework) || e.Func != "" || e.Inlined || e.Indirect || !p.Deployed(e) || guardedStart(e.Node) {
		return
	}
	if a, open := analysis.Option(e.Args, "server"); a != nil || open {
		return // another one is named
	}
	sure := analysis.Likely
	name := strings.TrimSuffix(strings.ToLower(filepath.Base(p.Path)), ".py")
	for _, s := range scripts {
		if name == s || strings.HasPrefix(name, s+"_") || strings.HasSuffix(name, "_"+s) {
			sure = analysis.Unsure
		}
	}
	p.Report(e, sure, "Whoever imports this module, a production server too, starts the development server: "+developed+` Put the call under if __name__ == "__main__":.`)
}

// guardedStart reports whether a condition decides over a call.
func guardedStart(n syntax.Node) bool {
	for ; n.OK(); n = n.Parent() {
		switch n.Kind() {
		case syntax.KindIfStatement, syntax.KindFunctionDefinition, syntax.KindLambda, syntax.KindConditionalExpression:
			return true
		}
	}
	return false
}

// judgeStart objects to commands of containers, services and processes that
// start a development server.
func judgeStart(p *analysis.Pass, t *analysis.Text) {
	if t.Unit != nil {
		return
	}
	kind := deploymentOf(p.Path, t.Bytes)
	if kind == notDeployed || inDevelopment(p.Path) {
		return
	}
	for _, c := range commandsIn(kind, string(t.Bytes)) {
		server := developmentServer(c.text)
		if server == "" {
			continue
		}
		sure := analysis.Likely
		if kind == compose && !forProduction(p.Path) {
			sure = analysis.Unsure // mostly for a developer's own machine
		}
		p.ReportText(source.Span{Start: uint32(c.start), End: uint32(c.end)}, sure, "`"+server+"` is a development server: "+developed+" Start gunicorn, uvicorn or another server for production.")
	}
}

// forProduction reports whether a part of a file's name says that production
// runs with it.
func forProduction(path string) bool {
	for part := range strings.SplitSeq(filepath.Base(path), ".") {
		if analysis.ProductionFile(part) {
			return true
		}
	}
	return false
}

// inDevelopment reports whether the name or a folder of a file says that it is
// for development.
func inDevelopment(path string) bool {
	path = strings.ToLower(filepath.ToSlash(path))
	if analysis.DevelopmentFile(path) || strings.Contains(path[strings.LastIndexByte(path, '/')+1:], "override") {
		return true
	}
	folders := strings.Split(path, "/")
	for _, f := range folders[:len(folders)-1] {
		switch f {
		case "dev", "development", "local", ".devcontainer", "devcontainer", "examples", "docs":
			return true
		}
	}
	return false
}
