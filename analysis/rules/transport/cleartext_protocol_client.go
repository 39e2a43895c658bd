package transport

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
)

//go:embed cleartext_protocol_client.md
var cleartextProtocolClientPage string

// CleartextProtocolClient: telnet, FTP or another clear-text protocol used.
var CleartextProtocolClient = &analysis.Rule{
	ID:         "cleartext-protocol-client",
	Class:      "transport",
	Title:      "Telnet, FTP or another clear-text protocol used",
	CWE:        []int{319},
	OWASP2021:  "A02:2021 Cryptographic Failures",
	OWASP2025:  "A04:2025 Cryptographic Failures",
	Severity:   analysis.Medium,
	Confidence: analysis.Certain,
	Aliases:    analysis.Aliases{Bandit: []string{"B312", "B321", "B401", "B402"}, Ruff: []string{"S312", "S321", "S401", "S402"}, Semgrep: []string{"telnetlib", "use-ftp-tls", "insecure-urlopen-ftp", "insecure-urlretrieve-ftp", "insecure-request-object-ftp", "insecure-openerdirector-open-ftp", "insecure-urlopener-open-ftp", "insecure-urlopener-retrieve-ftp"}},
	Page:       cleartextProtocolClientPage,
	Yields:     []*analysis.Rule{CredentialsOverCleartext},
	Checks: []analysis.Check{
		analysis.Calls{Names: []string{"telnetlib.Telnet", "telnetlib3.open_connection", "ftplib.FTP"}, Run: judgeProtocol},
		analysis.Calls{Names: []string{"urllib.request.urlopen", "urllib.request.urlretrieve", "urllib.request.Request"}, Run: judgeFTPAddress},
	},
}

const cleartextHarm = "what is sent and what comes back can be read and changed by everyone on the network path."

func judgeProtocol(p *analysis.Pass, e *flow.Event) {
	if a := flow.FindArg(e.Args, "0"); a != nil && isLocal(a.Value) {
		return
	}
	if e.Name != "ftplib.FTP" {
		p.Report(e, sure(p, analysis.Certain), "Telnet is not encrypted: "+cleartextHarm+" Use SSH.")
		return
	}
	text := around(e.Node)
	if loginAt("ftplib.FTP.login", text) >= 0 && strings.Contains(text, ".login(") && !strings.Contains(text, ".login()") {
		return // said at the login
	}
	p.Report(e, sure(p, analysis.Certain), "FTP is not encrypted: "+cleartextHarm+" Use ftplib.FTP_TLS with prot_p(), SFTP or HTTPS.")
}

func judgeFTPAddress(p *analysis.Pass, e *flow.Event) {
	a := flow.FindArg(e.Args, "0")
	if a == nil {
		return
	}
	if s, ok := a.Value.Text(); ok && strings.HasPrefix(s, "ftp://") {
		p.Report(e, sure(p, analysis.Certain), "The address is one of FTP, which is not encrypted: "+cleartextHarm+" Use HTTPS.")
	}
}
