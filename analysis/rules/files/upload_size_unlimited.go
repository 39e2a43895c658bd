package files

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
)

//go:embed upload_size_unlimited.md
var uploadSizeUnlimitedPage string

// UploadSizeUnlimited: no limit on request body or upload size.
var UploadSizeUnlimited = &analysis.Rule{
	ID:         "upload-size-unlimited",
	Class:      "files",
	Title:      "No limit on request body or upload size",
	CWE:        []int{770},
	OWASP2021:  "A04:2021 Insecure Design",
	OWASP2025:  "A06:2025 Insecure Design",
	Severity:   analysis.Medium,
	Confidence: analysis.Likely,
	Page:       uploadSizeUnlimitedPage,
	Checks: []analysis.Check{
		analysis.Sets{
			Names: []string{
				"MAX_CONTENT_LENGTH", "flask.Config[MAX_CONTENT_LENGTH]", "quart.Config[MAX_CONTENT_LENGTH]", "[MAX_CONTENT_LENGTH]",
				"DATA_UPLOAD_MAX_MEMORY_SIZE", "DATA_UPLOAD_MAX_NUMBER_FIELDS", "DATA_UPLOAD_MAX_NUMBER_FILES",
				"[REQUEST_MAX_SIZE]", ".REQUEST_MAX_SIZE", "REQUEST_MAX_SIZE",
			},
			Run: judgeLimit,
		},
		analysis.Calls{
			Names: []string{"aiohttp.web.Application", "tornado.httpserver.HTTPServer", "tornado.web.Application.listen"},
			Run:   judgeServer,
		},
		analysis.Calls{Names: []string{"starlette.datastructures.UploadFile.read", "fastapi.UploadFile.read"}, Run: judgeRead},
	},
}

const exhausts = "one client can fill memory or disk with a single request. "

// huge is a limit that is none: a gigabyte.
const huge = 1 << 30

// judgeLimit objects to a limit that is taken away.
func judgeLimit(p *analysis.Pass, e *flow.Event) {
	name := strings.TrimSuffix(e.Name[strings.LastIndexAny(e.Name, ".[")+1:], "]")
	n, isInt := e.Value.Int()
	switch {
	case strings.HasPrefix(name, "DATA_UPLOAD") && e.Value.IsNone(), name == "MAX_CONTENT_LENGTH" && e.Value.IsNone():
		p.Report(e, analysis.Likely, name+" = None takes the limit of the request body away: "+exhausts+"Set a number of bytes that your forms need.")
	case isInt && n >= huge && name != "DATA_UPLOAD_MAX_NUMBER_FIELDS" && name != "DATA_UPLOAD_MAX_NUMBER_FILES":
		p.Report(e, analysis.Unsure, name+" allows request bodies of a gigabyte or more: "+exhausts+"Set a number of bytes that your forms need.")
	}
}

// judgeServer objects to servers that are given no limit.
func judgeServer(p *analysis.Pass, e *flow.Event) {
	for _, name := range []string{"client_max_size", "max_buffer_size", "max_body_size"} {
		a := flow.FindArg(e.Args, name)
		if a == nil {
			continue
		}
		n, ok := a.Value.Int()
		if ok && (n >= huge || n == 0 && name == "client_max_size") || a.Value.IsNone() && name == "client_max_size" {
			p.Report(e, analysis.Likely, name+" sets no limit to the request body: "+exhausts+"Set a number of bytes that your forms need.")
			return
		}
	}
}

// judgeRead objects, in an audit, to an upload that is read into memory whole.
func judgeRead(p *analysis.Pass, e *flow.Event) {
	if len(e.Args) == 0 && e.View {
		p.Report(e, analysis.Unsure, "The whole upload is read into memory, however long it is: "+exhausts+"Read it in chunks and stop at a limit.")
	}
}
