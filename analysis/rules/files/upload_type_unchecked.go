package files

import (
	_ "embed"
	"regexp"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

//go:embed upload_type_unchecked.md
var uploadTypeUncheckedPage string

// UploadTypeUnchecked: upload stored without type or content check.
var UploadTypeUnchecked = &analysis.Rule{
	ID:         "upload-type-unchecked",
	Class:      "files",
	Title:      "Upload stored without type or content check",
	CWE:        []int{434},
	OWASP2021:  "A04:2021 Insecure Design",
	OWASP2025:  "A06:2025 Insecure Design",
	Severity:   analysis.Medium,
	Confidence: analysis.Unsure,
	Audit:      true,
	Page:       uploadTypeUncheckedPage,
	Checks: []analysis.Check{
		analysis.Calls{
			Names: []string{
				"werkzeug.datastructures.FileStorage.save", "quart.datastructures.FileStorage.save", "bottle.FileUpload.save",
				"django.core.files.storage.FileSystemStorage.save", "django.core.files.storage.default_storage.save",
			},
			Run: judgeUpload,
		},
	},
}

// judgeUpload objects to an upload that is stored under the ending that the
// client chose, in a function that looks at no type, ending or content.
func judgeUpload(p *analysis.Pass, e *flow.Event) {
	if len(e.Args) == 0 && e.Name != "bottle.FileUpload.save" {
		return
	}
	named := e.Name == "bottle.FileUpload.save"
	for _, a := range e.Args {
		for _, o := range a.Value.Origins {
			named = named || analysis.UploadName(flow.Reach{Origin: o})
		}
	}
	if named && !looksAtType(e.Node) {
		p.Report(e, analysis.Unsure, "The upload is stored under the ending that the client chose, whatever it holds: a page, a script or a program can be uploaded and is served or run later. Accept only the endings and types that are needed.")
	}
}

// looksAtType reports whether the function around a call names something by
// which the type of a file is told.
func looksAtType(n syntax.Node) bool {
	scope := n
	for p := n.Parent(); p.OK(); p = p.Parent() {
		scope = p
		if p.Kind() == syntax.KindFunctionDefinition {
			break
		}
	}
	for d := range scope.Descendants() {
		if k := d.Kind(); (k == syntax.KindIdentifier || k == syntax.KindStringContent) && len(d.Text()) < 80 && typeWord.Match(d.Text()) {
			return true
		}
	}
	return false
}

var typeWord = regexp.MustCompile(`(?i)allow|extension|(?:^|_)ext$|splitext|suffix|endswith|content_?type|mime|magic|imghdr|filetype|puremagic|verify|valid|check|sanit|accept|is_image|image_|Image$|rsplit`)
