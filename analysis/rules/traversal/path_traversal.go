package traversal

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed path_traversal.md
var pathTraversalPage string

// PathTraversal: file system path built from request data.
var PathTraversal = &analysis.Rule{
	ID:         "path-traversal",
	Class:      "traversal",
	Title:      "File system path built from request data",
	CWE:        []int{22},
	OWASP2021:  "A01:2021 Broken Access Control",
	OWASP2025:  "A01:2025 Broken Access Control",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Semgrep: []string{"path-traversal-open", "path-traversal-join", "path-traversal-file-name", "request-data-fileresponse", "avoid_send_file_without_path_sanitization", "request-data-write"},
	},
	Page: pathTraversalPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind: models.Path,
			Judge: func(_ *analysis.Pass, _ *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
				if analysis.UploadName(r) {
					return 0, false // upload-filename-trusted
				}
				return analysis.FromClientOrTelling(r)
			},
			Says: func(_ *flow.Event, r flow.Reach) string {
				return analysis.Data(r) + " becomes part of a file path, so the client can reach files outside the folder with `../` or an absolute path. Resolve the path and check that it stays inside."
			},
		},
	},
	Yields: []*analysis.Rule{ArchiveExtraction},
}
