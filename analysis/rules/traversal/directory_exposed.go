package traversal

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
)

//go:embed directory_exposed.md
var directoryExposedPage string

// DirectoryExposed: static handler exposes a broad or indexable directory.
var DirectoryExposed = &analysis.Rule{
	ID:         "directory-exposed",
	Class:      "traversal",
	Title:      "Static handler exposes a broad or indexable directory",
	CWE:        []int{552, 548},
	OWASP2021:  "A01:2021 Broken Access Control",
	OWASP2025:  "A01:2025 Broken Access Control",
	Severity:   analysis.Medium,
	Confidence: analysis.Certain,
	Page:       directoryExposedPage,
	Checks: []analysis.Check{
		analysis.Calls{
			Names: []string{
				"starlette.staticfiles.StaticFiles", "flask.Flask", "quart.Quart", "flask.Blueprint", "quart.Blueprint",
				"aiohttp.web.static", "aiohttp.web.UrlDispatcher.add_static", "aiohttp.web.RouteTableDef.static",
				"sanic.Sanic.static", "sanic.Blueprint.static", "bottle.static_file", "flask.send_from_directory", "quart.send_from_directory",
				"litestar.static_files.create_static_files_router",
			},
			Run: judgeDirectory,
		},
		analysis.Calls{Names: []string{"django.urls.re_path", "django.urls.path", "django.conf.urls.url"}, Run: judgeIndexes},
		analysis.Calls{Names: serverCalls(), Run: judgeServer},
	},
}

// folders are the arguments that name the folder which is served.
var folders = map[string][]string{
	"starlette.staticfiles.StaticFiles": {"directory"}, "flask.Flask": {"static_folder"}, "quart.Quart": {"static_folder"},
	"flask.Blueprint": {"static_folder"}, "quart.Blueprint": {"static_folder"},
	"aiohttp.web.static": {"1", "path"}, "aiohttp.web.UrlDispatcher.add_static": {"1", "path"}, "aiohttp.web.RouteTableDef.static": {"1", "path"},
	"sanic.Sanic.static": {"1", "file_or_directory"}, "sanic.Blueprint.static": {"1", "file_or_directory"},
	"bottle.static_file": {"root", "1"}, "flask.send_from_directory": {"0", "directory"}, "quart.send_from_directory": {"0", "directory"},
}

const exposes = ": source code, configuration and databases that lie there can be downloaded. Serve a folder of its own."

// judgeDirectory objects to serving the working directory or the root of the
// file system, to listing folders, and to following links out of them.
func judgeDirectory(p *analysis.Pass, e *flow.Event) {
	for name, why := range map[string]string{
		"show_index":      "show_index=True lists every file of the folder to everybody. Leave it out.",
		"directory_view":  "directory_view=True lists every file of the folder to everybody. Leave it out.",
		"follow_symlinks": "follow_symlinks=True serves whatever a link in the folder leads to, outside of it too. Leave it out.",
	} {
		if a := flow.FindArg(e.Args, name); a != nil && strings.Contains(e.Name, "static") {
			if on, ok := a.Value.Bool(); ok && on {
				p.Report(e, analysis.Certain, why)
				return
			}
		}
	}
	for _, which := range folders[e.Name] {
		a := flow.FindArg(e.Args, which)
		if a == nil {
			continue
		}
		text, ok := a.Value.Str()
		switch {
		case ok && (text == "." || text == "./" || text == ".." || text == "../" || text == "/" || text == "" && e.Name != "flask.Flask" && e.Name != "quart.Quart"):
			p.Report(e, analysis.Certain, "This serves the folder `"+text+"`"+exposes)
		case projectRoots[strings.Join(strings.Fields(a.Node.Str()), "")]:
			p.Report(e, analysis.Likely, "This serves the folder of the program itself"+exposes)
		default:
			continue
		}
		return
	}
}

// projectRoots are spellings of the working directory and of the folder that
// the module lies in.
var projectRoots = map[string]bool{
	"os.getcwd()": true, "os.path.dirname(__file__)": true, "os.path.dirname(os.path.abspath(__file__))": true, "os.path.dirname(os.path.realpath(__file__))": true,
	`os.path.abspath(".")`: true, `os.path.abspath('.')`: true, "Path(__file__).parent": true, "Path(__file__).resolve().parent": true,
	"pathlib.Path(__file__).parent": true, "Path.cwd()": true, "Path()": true, `Path(".")`: true, "Path('.')": true,
}

// judgeIndexes objects to Django's serve view with a list of the files.
func judgeIndexes(p *analysis.Pass, e *flow.Event) {
	view, options := flow.FindArg(e.Args, "1"), flow.FindArg(e.Args, "2")
	if options == nil {
		options = flow.FindArg(e.Args, "kwargs")
	}
	if view == nil || options == nil || view.Value.Name != "django.views.static.serve" {
		return
	}
	if v := options.Value.Key("show_indexes"); v != nil {
		if on, ok := v.Bool(); ok && on {
			p.Report(e, analysis.Certain, "show_indexes=True lists every file of the folder to everybody. Leave it out.")
		}
	}
}

// serverCalls are the servers that may be given the handler that serves the
// working directory.
func serverCalls() []string {
	return []string{"http.server.HTTPServer", "http.server.ThreadingHTTPServer", "socketserver.TCPServer", "socketserver.ThreadingTCPServer"}
}

// judgeServer objects to SimpleHTTPRequestHandler where other machines reach it.
func judgeServer(p *analysis.Pass, e *flow.Event) {
	address, handler := flow.FindArg(e.Args, "0"), flow.FindArg(e.Args, "1")
	if address == nil || handler == nil || handler.Value.Name != "http.server.SimpleHTTPRequestHandler" {
		return
	}
	sure := analysis.Unsure
	if host := address.Value.Element(0); host != nil {
		if text, ok := host.Str(); ok && (text == "" || text == "0.0.0.0" || text == "::") {
			sure = analysis.Likely
		}
	}
	p.Report(e, sure, "SimpleHTTPRequestHandler serves the working directory with a list of its files"+exposes)
}
