package files

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/rules/files"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// AllowExtensions accepts uploads with certain endings only.
var AllowExtensions = &fix.Fix{
	Name:    "allow-extensions",
	For:     []*analysis.Rule{files.UploadTypeUnchecked},
	Compute: allowExtensions,
}

func allowExtensions(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("No call that stores the file is in sight.")
	}
	fn := call.On(call.Child(syntax.FieldFunction))
	object := fn.On(fn.Child(syntax.FieldObject))
	name := s.Source(object) + ".filename"
	if strings.HasPrefix(s.EventName(), "django.") {
		a, ok := pyedit.Positional(call.Node, 1)
		if !ok || a.Value.Kind() != syntax.KindIdentifier {
			return fix.Refuse("Which file is stored cannot be told: check its ending and type before.")
		}
		name = a.Value.Str() + ".name"
	} else if object.Kind() != syntax.KindIdentifier {
		return fix.Refuse("The file has no name here: give it one, and check its ending and type before it is stored.")
	}
	stmt := s.Statement()
	if !pyedit.Simple(stmt.Node) || !s.File.OwnLines(stmt) {
		return fix.Refuse("The statement cannot be preceded by another where it stands.")
	}
	e := s.Edits()
	list := s.File.Unique("ALLOWED_EXTENSIONS")
	splitext := e.Use(call, "os", "path", pyedit.Plain) + ".splitext"
	if !e.InsertBefore(stmt, "if "+splitext+"("+name+")[1].lower() not in "+list+":\n"+s.File.Step()+s.Reject(e, "400", "this type of file is not accepted")+"\n") {
		return fix.Refuse("The statement shares its line with another.")
	}
	e.AddHelper(call.Abs().Start, list+` = {".pdf", ".png", ".jpg", ".jpeg", ".txt"}`)
	return fix.Propose(e, "Fill "+list+" with the endings that you need. The ending says nothing of the content: look at that too where it matters.", "Accept certain endings only")
}
