package fix

import "pavise/quickfix/pyedit"

// Reject is a statement that answers a request with an error status, 400 or
// 404, in the words of the web framework that the file imports; without one it
// raises ValueError with the detail.
func (s *Site) Reject(e *pyedit.Edits, status, detail string) string {
	f := s.File
	switch {
	case f.ImportsRoot("flask"):
		return e.Use(pyedit.At{}, "flask", "abort", pyedit.From) + "(" + status + ")"
	case f.ImportsRoot("quart"):
		return e.Use(pyedit.At{}, "quart", "abort", pyedit.From) + "(" + status + ")"
	case f.ImportsRoot("django") && status == "404":
		return "raise " + e.Use(pyedit.At{}, "django.http", "Http404", pyedit.From) + "()"
	case f.ImportsRoot("django"):
		return "raise " + e.Use(pyedit.At{}, "django.core.exceptions", "SuspiciousOperation", pyedit.From) + `("` + detail + `")`
	case f.ImportsRoot("fastapi"):
		return "raise " + e.Use(pyedit.At{}, "fastapi", "HTTPException", pyedit.From) + "(status_code=" + status + ")"
	case f.ImportsRoot("starlette"):
		return "raise " + e.Use(pyedit.At{}, "starlette.exceptions", "HTTPException", pyedit.From) + "(status_code=" + status + ")"
	}
	return `raise ValueError("` + detail + `")`
}
