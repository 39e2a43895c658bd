package secrets

import (
	"bytes"
	_ "embed"
	"path/filepath"
	"regexp"
	"strings"

	"pavise/analysis"
	"pavise/analysis/secrets"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
)

//go:embed secret_exposed_by_config.md
var secretExposedByConfigPage string

// SecretExposedByConfig: secret kept where it leaks.
var SecretExposedByConfig = &analysis.Rule{
	ID:         "secret-exposed-by-config",
	Class:      "secrets",
	Title:      "Secret kept where it leaks",
	CWE:        []int{538, 532},
	OWASP2021:  "A01:2021 Broken Access Control",
	OWASP2025:  "A01:2025 Broken Access Control",
	Severity:   analysis.Medium,
	Confidence: analysis.Likely,
	Page:       secretExposedByConfigPage,
	Checks:     []analysis.Check{analysis.Texts{Run: judgeEnvFile}, analysis.Texts{Run: judgeDump}},
}

// judgeEnvFile objects to a file of secrets that no .gitignore leaves out, where
// no single value in it is sure enough to be reported.
func judgeEnvFile(p *analysis.Pass, t *analysis.Text) {
	name := strings.ToLower(filepath.Base(p.Path))
	if t.Unit != nil || t.Role != secrets.Config || name != ".env" && !strings.HasPrefix(name, ".env.") {
		return
	}
	for _, m := range t.Secrets {
		if !m.Doubt && !(m.Kind == secrets.Named && m.Near) {
			return // said at its place
		}
	}
	for _, m := range t.Secrets {
		if m.Kind == secrets.Named && m.Near {
			continue
		}
		end := len(t.Bytes)
		if i := bytes.IndexByte(t.Bytes[m.Span.Start:], '\n'); i >= 0 {
			end = int(m.Span.Start) + i
		}
		start := bytes.LastIndexByte(t.Bytes[:m.Span.Start], '\n') + 1
		d := p.ReportText(source.Span{Start: uint32(start), End: uint32(end)}, analysis.Likely,
			"This file holds secrets, and no .gitignore leaves it out: with the next commit everyone who can read the repository has them. Ignore it, and commit a .env.example without values.")
		d.Secret = m.Span
		return
	}
}

// shown are calls that make a page of their arguments; sensitive-data-logged looks
// at logs.
var shown = regexp.MustCompile(`^(?:jsonify|flask\.jsonify|JsonResponse|JSONResponse|HttpResponse|Response|PlainTextResponse|ORJSONResponse|make_response)$`)

// settingsDump are all settings of a program at once.
var settingsDump = regexp.MustCompile(`^(?:dict\(|str\(|repr\(|json\.dumps\(|pformat\()*(?:os\.environ(?:\.copy\(\))?|(?:current_app|app)\.config|vars\(settings\)|settings\.__dict__|settings\.(?:dict|model_dump)\(\))\)*(?:\.items\(\))?\)*$`)

// judgeDump objects to showing all settings, secrets among them.
func judgeDump(p *analysis.Pass, t *analysis.Text) {
	if t.Unit == nil || t.Role >= secrets.Doc || !bytes.Contains(t.Bytes, []byte("environ")) && !bytes.Contains(t.Bytes, []byte("config")) && !bytes.Contains(t.Bytes, []byte("settings")) {
		return
	}
	for i := range t.Unit.Len() {
		n := t.Unit.At(i)
		if n.Kind() != syntax.KindCall || !shown.MatchString(n.Child(syntax.FieldFunction).Str()) {
			continue
		}
		for a := range n.Child(syntax.FieldArguments).NamedChildren() {
			if text := a.Str(); len(text) < 80 && settingsDump.MatchString(text) {
				p.ReportText(a.Span(), analysis.Likely, "All settings are shown here, and secrets are among them: whoever reads the page has them. Show the ones that are needed.").Node = a
			}
		}
	}
}
