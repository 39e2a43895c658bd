package files

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
	"pavise/analysis/wordset"
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
			Judge: func(_ *analysis.Pass, e *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
				if !analysis.UploadName(r) || savedToo(e) {
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

// savers write a file under a path that they are given.
var savers = wordset.Of("save write_bytes write_text copyfile copyfileobj move")

// openers open a file by a path.
var openers = wordset.Of("open io.open aiofiles.open")

// savedToo reports whether a path that is only looked at, changed or read here is one
// under which the same function saves the upload: there the fault is.
func savedToo(e *flow.Event) bool {
	if name := e.Name[strings.LastIndexByte(e.Name, '.')+1:]; savers[name] || name == "open" && !strings.HasPrefix(e.Name, "tarfile.") {
		return false
	}
	path := e.Node.Child(syntax.FieldFunction)
	if !strings.HasPrefix(e.Name, "pathlib.") && len(e.Args) > 0 {
		path = e.Args[0].Node
	}
	name := root(path)
	fn := e.Node
	for fn.OK() && fn.Kind() != syntax.KindFunctionDefinition {
		fn = fn.Parent()
	}
	if name == "" || !fn.OK() {
		return false
	}
	for d := range fn.Descendants() {
		if d.Kind() != syntax.KindCall || d == e.Node || !savers[analysis.CalleeName(d)] && !openers[d.Child(syntax.FieldFunction).Str()] {
			continue
		}
		if root(d.Child(syntax.FieldFunction)) == name {
			return true // target.write_bytes(data)
		}
		for a := range d.Child(syntax.FieldArguments).NamedChildren() {
			if a.Str() == name {
				return true
			}
		}
	}
	return false
}

// root is the variable that an expression begins with: target of target.parent.mkdir().
func root(n syntax.Node) string {
	for range 6 {
		switch n.Kind() {
		case syntax.KindIdentifier:
			return n.Str()
		case syntax.KindAttribute:
			n = n.Child(syntax.FieldObject)
		case syntax.KindCall:
			n = n.Child(syntax.FieldFunction)
		default:
			return ""
		}
	}
	return ""
}
