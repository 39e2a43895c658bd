package dos

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

//go:embed blocking_call_in_async.md
var blockingCallInAsyncPage string

// BlockingCallInAsync: blocking call inside an async handler.
var BlockingCallInAsync = &analysis.Rule{
	ID:         "blocking-call-in-async",
	Class:      "dos",
	Title:      "Blocking call inside an async handler",
	CWE:        []int{400},
	OWASP2021:  "A04:2021 Insecure Design",
	OWASP2025:  "A06:2025 Insecure Design",
	Severity:   analysis.Low,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Semgrep: []string{"sync-sleep-in-async-code"},
	},
	Page: blockingCallInAsyncPage,
	Checks: []analysis.Check{
		analysis.Calls{Names: blocking(), Run: judgeBlocking},
	},
}

// blocking are the calls that wait without giving the event loop a turn.
func blocking() []string {
	out := []string{
		"time.sleep", "urllib.request.urlopen", "urllib.request.urlretrieve", "subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output",
		"os.system", "socket.create_connection", "socket.gethostbyname", "socket.getaddrinfo", "httpx.stream",
	}
	for _, v := range verbs {
		out = append(out, "requests."+v, "requests.Session."+v, "httpx."+v, "httpx.Client."+v)
	}
	return out
}

// judgeBlocking objects to calls in coroutines of handlers, and to time.sleep in
// any coroutine.
func judgeBlocking(p *analysis.Pass, e *flow.Event) {
	fn := e.Node
	for fn.OK() && fn.Kind() != syntax.KindFunctionDefinition && fn.Kind() != syntax.KindLambda {
		fn = fn.Parent()
	}
	if e.Inlined || e.Indirect || analysis.InTests(p.Path) || !fn.OK() || fn.First().Str() != "async" || !e.View && e.Name != "time.sleep" {
		return
	}
	if e.Recv != nil && e.Recv.Local() {
		return
	}
	name := e.Name[strings.LastIndexByte(e.Name, '.')+1:]
	if name == "sleep" {
		name = "time.sleep"
	}
	c := analysis.Unsure // most programs and look-ups are done at once
	if name == "time.sleep" || strings.HasPrefix(e.Name, "requests.") || strings.HasPrefix(e.Name, "httpx.") || strings.HasPrefix(e.Name, "urllib.") {
		c = analysis.Certain
	}
	p.Report(e, c, name+"() blocks the event loop: nobody else is served until it returns, so one slow answer stops all. Await an asynchronous call, or asyncio.to_thread.")
}
