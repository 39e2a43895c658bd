package secrets

import (
	_ "embed"
	"path/filepath"
	"slices"
	"strings"

	"pavise/analysis"
	"pavise/analysis/secrets"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
)

//go:embed known_secret_token.md
var knownSecretTokenPage string

// KnownSecretToken: provider credential in a file.
var KnownSecretToken = &analysis.Rule{
	ID:         "known-secret-token",
	Class:      "secrets",
	Title:      "Provider credential in a file",
	CWE:        []int{798},
	OWASP2021:  "A07:2021 Identification and Authentication Failures",
	OWASP2025:  "A07:2025 Authentication Failures",
	Severity:   analysis.Critical,
	Confidence: analysis.Certain,
	Aliases:    analysis.Aliases{Semgrep: []string{"generic.secrets", "hardcoded-token", "google-maps-apikeyleak"}},
	Page:       knownSecretTokenPage,
	Yields:     []*analysis.Rule{CloudCredentialsInClient},
	Checks:     []analysis.Check{analysis.Texts{Run: judgeTokens}},
}

func judgeTokens(p *analysis.Pass, t *analysis.Text) {
	for _, m := range t.Secrets {
		if m.Kind == secrets.Token {
			reportToken(p, t, m)
		}
	}
	if t.Unit != nil {
		joinedTokens(p, t)
	}
}

func reportToken(p *analysis.Pass, t *analysis.Text, m secrets.Match) *analysis.Draft {
	c := less(analysis.Certain, t.Role)
	value := string(t.Bytes[m.Span.Start:min(m.Span.End, m.Span.Start+12)])
	switch {
	case m.Doubt:
		c = analysis.Unsure
	case m.Near && t.Role != secrets.Config && t.Unit == nil, m.Near && t.Role > secrets.Config:
		c = analysis.Unsure
	case m.Near || m.What == "jwt":
		c = min(c, analysis.Likely)
	case m.What == "gcp-api-key" && forBrowsers(p.Path): // such keys are meant to be read, and restricted to a site
		c = analysis.Unsure
	}
	d := reportMatch(p, t, m, c, "A credential of a provider ("+phrase(m.What)+
		") stands in the file: everyone who reads the repository can use it. Revoke it and make a new one; deleting the text does not help.")
	switch {
	case strings.HasPrefix(value, "sk_test_"), strings.HasPrefix(value, "rk_test_"):
		d.Severity, d.Confidence = analysis.Low, analysis.Unsure
	case m.What == "jwt", m.What == "gcp-api-key":
		d.Severity = analysis.Medium
	case m.Near:
		d.Severity = analysis.High
	}
	return d
}

func forBrowsers(path string) bool {
	return slices.Contains([]string{".html", ".htm", ".js", ".jsx", ".ts", ".tsx", ".vue", ".xml", ".plist", ".json"}, strings.ToLower(filepath.Ext(path)))
}

// joinedTokens finds tokens that are put together from several literals.
func joinedTokens(p *analysis.Pass, t *analysis.Text) {
	for i := 0; i < t.Unit.Len(); i++ {
		n := t.Unit.At(i)
		if k := n.Kind(); k != syntax.KindConcatenatedString && k != syntax.KindBinaryOperator {
			continue
		}
		text, ok := constant(n, 0)
		if !ok {
			continue
		}
		i = n.End() - 1
		for _, m := range secrets.Scan([]byte(text)).Matches {
			if m.Kind != secrets.Token || m.Doubt || p.Reported(n.Span()) {
				continue
			}
			d := reportToken(p, &analysis.Text{Bytes: []byte(text), Role: t.Role}, m)
			d.Node, d.Span, d.Secret = n, source.Span{}, n.Span()
			break
		}
	}
}
