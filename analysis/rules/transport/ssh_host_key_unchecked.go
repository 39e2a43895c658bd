package transport

import (
	"bytes"
	_ "embed"
	"regexp"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/secrets"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
)

//go:embed ssh_host_key_unchecked.md
var sshHostKeyUncheckedPage string

// SSHHostKeyUnchecked: sSH host key not verified.
var SSHHostKeyUnchecked = &analysis.Rule{
	ID:         "ssh-host-key-unchecked",
	Class:      "transport",
	Title:      "SSH host key not verified",
	CWE:        []int{322, 295},
	OWASP2021:  "A02:2021 Cryptographic Failures",
	OWASP2025:  "A04:2025 Cryptographic Failures",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Aliases:    analysis.Aliases{Bandit: []string{"B507"}, Ruff: []string{"S507"}, Semgrep: []string{"paramiko-implicit-trust-host-key"}},
	Page:       sshHostKeyUncheckedPage,
	Checks: []analysis.Check{
		analysis.Calls{Names: []string{"paramiko.SSHClient.set_missing_host_key_policy", ".set_missing_host_key_policy"}, Run: judgePolicy},
		analysis.Calls{Names: []string{"asyncssh.connect", "asyncssh.create_connection", "asyncssh.connect_reverse", "asyncssh.scp", "netmiko.ConnectHandler"}, Run: judgeKnownHosts},
		analysis.Sets{Names: []string{".hostkeys", "pysftp.CnOpts.hostkeys"}, Run: judgeHostKeys},
		analysis.Texts{Run: judgeOptions},
	},
}

const anyServer = "whoever stands in the network path can pose as the server, and gets the password and the commands."

func judgePolicy(p *analysis.Pass, e *flow.Event) {
	a := flow.FindArg(e.Args, "0")
	if a == nil {
		a = flow.FindArg(e.Args, "policy")
	}
	if a == nil {
		return
	}
	for _, weak := range []string{"AutoAddPolicy", "WarningPolicy"} {
		if strings.Contains(a.Node.Str(), weak) || strings.Contains(a.Value.Name, weak) || strings.Contains(a.Value.Type, weak) {
			p.Report(e, sure(p, analysis.Certain), weak+" accepts a server whose key nobody knows: "+anyServer)
			return
		}
	}
}

func judgeKnownHosts(p *analysis.Pass, e *flow.Event) {
	if a := flow.FindArg(e.Args, "known_hosts"); a != nil && a.Value.IsNone() {
		p.Report(e, sure(p, analysis.Certain), "known_hosts=None accepts the key of any server: "+anyServer)
	}
	if a := flow.FindArg(e.Args, "ssh_strict"); a != nil {
		if v, ok := a.Value.Bool(); ok && !v {
			p.Report(e, sure(p, analysis.Likely), "ssh_strict=False accepts the key of any server: "+anyServer)
		}
	}
}

func judgeHostKeys(p *analysis.Pass, e *flow.Event) {
	if e.Value.IsNone() && p.Imports("pysftp") {
		p.Report(e, sure(p, analysis.Certain), "hostkeys = None accepts the key of any server: "+anyServer)
	}
}

// unchecked options of the program ssh.
var looseOption = regexp.MustCompile(`(?i)StrictHostKeyChecking[ \t]*[= \t][ \t]*["']?(?:no|off)\b`)

// judgeOptions objects to the option that makes ssh accept any key, in commands
// and in files of settings.
func judgeOptions(p *analysis.Pass, t *analysis.Text) {
	if t.Role != secrets.Source && t.Role != secrets.Config || !bytes.Contains(t.Bytes, []byte("StrictHostKeyChecking")) {
		return
	}
	for _, m := range looseOption.FindAllIndex(t.Bytes, 20) {
		span := source.Span{Start: uint32(m[0]), End: uint32(m[1])}
		c, node := analysis.Likely, syntax.Node{}
		if t.Unit != nil {
			n := t.Unit.Covering(span)
			for n.OK() && n.Kind() != syntax.KindString && n.Kind() != syntax.KindComment {
				n = n.Parent()
			}
			if n.Kind() != syntax.KindString || n.Parent().Kind() == syntax.KindExpressionStatement {
				continue
			}
			c, node = analysis.Certain, n
		} else if line := t.Bytes[bytes.LastIndexByte(t.Bytes[:m[0]], '\n')+1 : m[0]]; bytes.HasPrefix(bytes.TrimSpace(line), []byte("#")) {
			continue
		}
		d := p.ReportText(span, sure(p, c), "StrictHostKeyChecking=no makes ssh accept the key of any server: "+anyServer)
		d.Node = node
	}
}
