package xss

import (
	"bytes"
	_ "embed"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"pavise/analysis"
	"pavise/analysis/secrets"
	"pavise/analysis/source"
)

//go:embed external_script_without_integrity.md
var externalScriptWithoutIntegrityPage string

// ExternalScriptWithoutIntegrity: third-party script or style without integrity,
// or active content over HTTP.
var ExternalScriptWithoutIntegrity = &analysis.Rule{
	ID:         "external-script-without-integrity",
	Class:      "xss",
	Title:      "Third-party script or style without integrity, or active content over HTTP",
	CWE:        []int{353},
	OWASP2021:  "A08:2021 Software and Data Integrity Failures",
	OWASP2025:  "A08:2025 Software or Data Integrity Failures",
	Severity:   analysis.Low,
	Confidence: analysis.Certain,
	Aliases:    analysis.Aliases{Semgrep: []string{"missing-integrity", "plaintext-http-link"}},
	Page:       externalScriptWithoutIntegrityPage,
	Checks:     []analysis.Check{analysis.Texts{Run: judgePage}},
}

// pageEndings are the ends of the names of files that browsers get.
var pageEndings = []string{".html", ".htm", ".xhtml", ".djhtml", ".j2", ".jinja", ".jinja2", ".jnj", ".mako", ".tpl"}

// publishers are hosts that hand out the files of others, each under its
// version.
var publishers = []string{
	"cdn.jsdelivr.net", "unpkg.com", "cdnjs.cloudflare.com", "code.jquery.com", "stackpath.bootstrapcdn.com", "maxcdn.bootstrapcdn.com", "netdna.bootstrapcdn.com",
	"ajax.googleapis.com", "ajax.aspnetcdn.com", "cdn.bootcdn.net", "cdn.datatables.net", "cdn.staticfile.org", "cdn.plot.ly", "d3js.org", "cdn.tiny.cloud",
	"use.fontawesome.com", "cdn.socket.io", "cdn.bokeh.org", "esm.sh", "cdn.skypack.dev", "lib.baomitu.com", "rawgit.com", "cdn.rawgit.com", "raw.githack.com",
}

// exact is a version that stands for one file.
var exact = regexp.MustCompile(`(?:^|[/@_.-])v?\d+\.\d+(?:\.\d+)?`)

// judgePage judges the tags of a page that load what browsers run.
func judgePage(p *analysis.Pass, t *analysis.Text) {
	if t.Unit != nil || !slices.Contains(pageEndings, strings.ToLower(filepath.Ext(p.Path))) || !bytes.Contains(t.Bytes, []byte("//")) {
		return
	}
	eachTag(string(t.Bytes), func(g tag) {
		address := ""
		switch {
		case g.name == "script", g.name == "iframe", g.name == "embed":
			address = g.value("src")
		case g.name == "form":
			address = g.value("action")
		case g.name == "link" && slices.Contains(strings.Fields(strings.ToLower(g.value("rel"))), "stylesheet"):
			address = g.value("href")
		}
		says, severity, sure := judgeTag(g, strings.TrimSpace(address))
		if says == "" {
			return
		}
		if t.Role == secrets.Test || t.Role == secrets.Doc || t.Role == secrets.Example {
			sure = analysis.Unsure
		}
		p.ReportText(source.Span{Start: uint32(g.start), End: uint32(g.end)}, sure, says).Severity = severity
	})
}

func judgeTag(g tag, address string) (says string, severity analysis.Severity, sure analysis.Confidence) {
	rest, plain := strings.CutPrefix(address, "http://")
	if !plain {
		rest = strings.TrimPrefix(address, "https:")
		rest, external := strings.CutPrefix(rest, "//")
		if !external || g.name != "script" && g.name != "link" || g.open || g.has("integrity") {
			return "", 0, 0
		}
		return judgeExternal(g, rest)
	}
	host := analysis.HostOf(rest)
	if !analysis.PublicHost(host) || g.has("integrity") {
		return "", 0, 0
	}
	switch g.name {
	case "form":
		return "What is filled into this form is sent to " + host + " over http, unencrypted: everyone on the network path can read it. Use https.", analysis.Medium, analysis.Certain
	case "script":
		return "This script comes from " + host + " over http, unencrypted: everyone on the network path can put another one in its place, which runs in the page. Use https and integrity=.", analysis.Medium, analysis.Certain
	}
	return "This comes from " + host + " over http, unencrypted: everyone on the network path can change it. Use https.", analysis.Low, analysis.Certain
}

// judgeExternal is sure of files of one version from hosts for such files. Others
// may be the application's own, or change so that no hash fits them.
func judgeExternal(g tag, rest string) (says string, severity analysis.Severity, sure analysis.Confidence) {
	host := analysis.HostOf(rest)
	if !analysis.PublicHost(host) || strings.HasPrefix(rest, "fonts.googleapis.com") {
		return "", 0, 0
	}
	what, does := "script", "runs in the page with the rights of its user"
	if g.name == "link" {
		what, does = "style sheet", "decides what the page shows, and can send away what is typed"
	}
	sure = analysis.Unsure
	if _, path, _ := strings.Cut(rest, "/"); slices.Contains(publishers, host) && exact.MatchString(path) {
		sure = analysis.Certain
	}
	return "This " + what + " comes from " + host + " without integrity=: whatever is sent from there one day " + does + ". Add the hash of the file, or serve it yourself.", analysis.Low, sure
}
