package cmdi

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed remote_command_injection.md
var remoteCommandInjectionPage string

// RemoteCommandInjection: remote shell command built from data.
var RemoteCommandInjection = &analysis.Rule{
	ID:         "remote-command-injection",
	Class:      "cmdi",
	Title:      "Remote shell command built from data",
	CWE:        []int{78},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.High,
	Confidence: analysis.Likely,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B601"},
		Ruff:    []string{"S601"},
		Semgrep: []string{"paramiko-exec-command"},
	},
	Page: remoteCommandInjectionPage,
	Checks: []analysis.Check{
		analysis.Flow{Kind: models.RemoteCommand, Judge: judgeRemote, Says: sayRemote},
		analysis.Calls{Names: argvCalls(), Run: judgeSSH},
	},
}

func sayRemote(_ *flow.Event, r flow.Reach) string {
	data := analysis.Data(r)
	if r.Origin.Tier <= models.Unknown {
		data = analysis.Unknown(r)
	}
	return data + " becomes part of a command that the shell of another machine reads, so whoever controls it runs commands there. Quote it with shlex.quote."
}

// judgeRemote objects to values from a client, and to values of callers where a
// command is put together: a function that hands a whole command on is a tool.
func judgeRemote(_ *analysis.Pass, _ *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
	switch r.Origin.Tier {
	case models.Opaque:
		return analysis.Unsure, true
	case models.Unknown:
		if r.Weak || !r.Inner && !analysis.Telling(r.Origin.Label) {
			return analysis.Unsure, true
		}
		return analysis.Likely, true
	}
	return analysis.FromClient(r)
}

// judgeSSH judges the command in ["ssh", host, command].
func judgeSSH(p *analysis.Pass, e *flow.Event) {
	list, _ := argv(e)
	name, args := program(list)
	if name != "ssh" {
		return
	}
	host := -1
	for i, x := range args {
		text, constant := x.value.Str()
		if host >= 0 {
			judgeSSHWord(p, e, x)
			continue
		}
		before := element{value: &flow.Value{}}
		if i > 0 {
			before = args[i-1]
		}
		if !takesValue(name, before) && !(constant && strings.HasPrefix(text, "-")) {
			host = i
		}
	}
}

func judgeSSHWord(p *analysis.Pass, e *flow.Event, x element) {
	for _, r := range flow.Reaching(x.value, x.node, models.RemoteCommand) {
		if c, ok := judgeRemote(p, e, r); ok && r.Origin.Tier >= models.Unknown {
			p.ReportReach(e, r, c, sayRemote(e, r))
			return
		}
	}
}
