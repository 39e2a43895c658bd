package analysis

import (
	"regexp"

	"pavise/analysis/flow"
)

// UploadName reports whether data is the name that a client gave to an
// uploaded file.
func UploadName(r flow.Reach) bool {
	if uploadName.MatchString(r.Origin.Label) {
		return true
	}
	if !formData.MatchString(r.Origin.Label) {
		return false
	}
	if r.Node.OK() && uploadName.MatchString(flow.Label(r.Node)) {
		return true
	}
	for t := r.Origin.Steps; t != nil; t = t.Prev {
		if t.Node.OK() && uploadName.MatchString(flow.Label(t.Node)) {
			return true
		}
	}
	return false
}

// formData recognises what holds the files of a request.
var formData = regexp.MustCompile(`files|FILES|multipart|\.post\(\)$|\.form\(\)$|^(?:part|field)$`)

var uploadName = regexp.MustCompile(`\.(?:raw_|file_)?filename\b|\[["'](?:file_?name)["']\]|\.get\(["']filename["']\)|\.files\b.*\.name$|^(?:upload|uploaded_?file|file|image|photo|picture|avatar|attachment|document|doc|logo)\.name$`)
