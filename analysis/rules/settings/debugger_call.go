package settings

import (
	_ "embed"
	"slices"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
)

//go:embed debugger_call.md
var debuggerCallPage string

// DebuggerCall: debugger statement left in code.
var DebuggerCall = &analysis.Rule{
	ID:         "debugger-call",
	Class:      "settings",
	Title:      "Debugger statement left in code",
	CWE:        []int{489},
	OWASP2021:  "A05:2021 Security Misconfiguration",
	OWASP2025:  "A02:2025 Security Misconfiguration",
	Severity:   analysis.Medium,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Semgrep: []string{"python-debugger-found", "pdb-remove"},
	},
	Page: debuggerCallPage,
	Checks: []analysis.Check{
		analysis.Calls{Names: stops, Run: judgeStop},
		analysis.Calls{Names: consoles, Run: judgeConsole},
		analysis.Calls{Names: []string{"debugpy.listen", "ptvsd.enable_attach"}, Run: judgeListen},
	},
}

// stops are the calls that stop the program and wait for a developer.
var stops = []string{
	"breakpoint", "pdb.set_trace", "pdb.Pdb.set_trace", "ipdb.set_trace", "ipdb.sset_trace", "pudb.set_trace", "pudb.b", "bpdb.set_trace", "wdb.set_trace",
	"rpdb.set_trace", "remote_pdb.set_trace", "remote_pdb.RemotePdb", "web_pdb.set_trace", "celery.contrib.rdb.set_trace",
	"pydevd.settrace", "pydevd_pycharm.settrace", "trepan.api.debug", "pdbpp.set_trace", "debugpy.breakpoint", "debugpy.wait_for_client",
	"ptvsd.wait_for_attach", "ptvsd.break_into_debugger", "nose.tools.set_trace", "pytest.set_trace",
}

// consoles are the calls that open an interactive Python.
var consoles = []string{"code.interact", "IPython.embed", "bpython.embed", "ptpython.repl.embed"}

func judgeStop(p *analysis.Pass, e *flow.Event) {
	if analysis.InTests(p.Path) || strings.HasSuffix(e.Func, "set_trace") { // a debugger's own
		return
	}
	p.Report(e, analysis.Certain, e.Name+"() stops the worker that comes here and waits for a developer; a debugger that can be reached runs any code. Delete it before this is deployed.")
}

// judgeConsole leaves programs alone whose purpose is a console.
func judgeConsole(p *analysis.Pass, e *flow.Event) {
	path := strings.ToLower(strings.ReplaceAll(p.Path, "\\", "/"))
	words := []string{"shell", "console", "repl", "interact", "ipython", "cli", "embed", "prompt"}
	meant := func(s string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
	}
	name := path[strings.LastIndexByte(path, '/')+1:]
	if analysis.InTests(p.Path) || meant(strings.ToLower(e.Func)) || meant(name) || strings.Contains(path, "/commands/") || strings.Contains(path, "/scripts/") || e.Func == "" {
		return
	}
	p.Report(e, analysis.Likely, e.Name+"() opens a Python console and stops the worker that comes here. Delete it before this is deployed.")
}

// judgeListen objects to a debugger that other machines can reach.
func judgeListen(p *analysis.Pass, e *flow.Event) {
	a := flow.FindArg(e.Args, "0")
	if a == nil {
		a = flow.FindArg(e.Args, "address")
	}
	if a == nil || analysis.InTests(p.Path) {
		return
	}
	host := a.Value
	if x := host.Element(0); x != nil {
		host = x
	}
	if s, ok := host.Str(); ok && (s == "0.0.0.0" || s == "::" || s == "") {
		p.Report(e, analysis.Certain, e.Name+" lets every machine that reaches this port run any code in the program. Delete it, or listen on 127.0.0.1.").Severity = analysis.High
	}
}
