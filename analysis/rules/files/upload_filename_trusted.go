package files

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed upload_filename_trusted.md
var uploadFilenameTrustedPage string

// UploadFilenameTrusted: uploaded file saved under the client's name.
var UploadFilenameTrusted = &analysis.Rule{
	ID:         "upload-filename-trusted",
	Class:      "files",
	Title:      "Uploaded file saved under the client's name",
	CWE:        []int{434, 22},
	OWASP2021:  "A04:2021 Insecure Design",
	OWASP2025:  "A06:2025 Insecure Design",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Semgrep: []string{"path-traversal-file-name"},
	},
	Page: uploadFilenameTrustedPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind: models.Path,
			Judge: func(_ *analysis.Pass, _ *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
				if !analysis.UploadName(r) {
					return 0, false
				}
				c, ok := analysis.FromClient(r)
				if glued(r.Before) {
					c = analysis.Unsure
				}
				return c, ok
			},
			Says: func(_ *flow.Event, r flow.Reach) string {
				return analysis.Data(r) + " is the name that the client gave to the file: with `../` it is written outside the folder, and with an ending such as .html or .py it is served or run later. Use secure_filename, or a name of your own."
			},
		},
	},
}

// glued reports whether a name stands behind other text in the same part of the
// path: "1b4e28ba_../x" leads to a folder that does not exist.
func glued(before string) bool {
	return before != "" && !strings.HasSuffix(before, "/") && !strings.HasSuffix(before, "\\") && strings.Trim(before, "\x00") != ""
}
