package files

import (
	_ "embed"
	"regexp"

	"pavise/analysis"
	"pavise/analysis/flow"
)

//go:embed download_inline.md
var downloadInlinePage string

// DownloadInline: user-supplied file served inline.
var DownloadInline = &analysis.Rule{
	ID:         "download-inline",
	Class:      "files",
	Title:      "User-supplied file served inline",
	CWE:        []int{79},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.Medium,
	Confidence: analysis.Unsure,
	Audit:      true,
	Page:       downloadInlinePage,
	Checks: []analysis.Check{
		analysis.Calls{
			Names: []string{
				"flask.send_file", "quart.send_file", "flask.send_from_directory", "quart.send_from_directory",
				"starlette.responses.FileResponse", "django.http.FileResponse", "bottle.static_file",
			},
			Run: judgeDownload,
		},
	},
}

// attaches are the arguments that make the browser save a file.
var attaches = []string{"as_attachment", "filename", "download", "content_disposition_type"}

// judgeDownload objects to a file from a folder of uploads that the browser
// shows: an HTML or SVG file runs its scripts on this site.
func judgeDownload(p *analysis.Pass, e *flow.Event) {
	for _, name := range attaches {
		if a := flow.FindArg(e.Args, name); a != nil {
			if on, ok := a.Value.Bool(); (!ok || on) && !(name == "filename" && e.Name != "starlette.responses.FileResponse") {
				return
			}
		}
	}
	if flow.FindArg(e.Args, "**") != nil {
		return
	}
	for _, a := range e.Args {
		if a.Name == "mimetype" || a.Name == "media_type" {
			if text, ok := a.Value.Str(); ok && text != "text/html" && text != "image/svg+xml" {
				return // told what it is
			}
		}
	}
	for _, a := range e.Args {
		if a.Node.OK() && ofUsers.MatchString(flow.Label(a.Node)) {
			p.Report(e, analysis.Unsure, "A file that a user uploaded is shown by the browser: an HTML or SVG file among them runs its scripts on this site. Send it as an attachment.")
			return
		}
	}
}

var ofUsers = regexp.MustCompile(`(?i)upload|media_root|attachment|user_?(?:file|content|doc)|avatar`)
