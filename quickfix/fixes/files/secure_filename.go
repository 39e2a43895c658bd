// Package files holds the fixes of uploads and downloads.
package files

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/lang/python"
	"pavise/analysis/models"
	"pavise/analysis/rules/files"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// Fixes of this class.
var Fixes = []*fix.Fix{SecureFilename, AllowExtensions, LimitBody, SendAttachment, MakeTempFile, PrivateFolder, OwnerOnly}

// SecureFilename leaves of a client's file name what is a name.
var SecureFilename = &fix.Fix{
	Name:    "secure-filename",
	For:     []*analysis.Rule{files.UploadFilenameTrusted},
	Compute: secureFilename,
	Handed:  true,
}

func secureFilename(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("No call that stores the file is in sight.")
	}
	arg, ok := s.SinkArg(models.Path)
	if !ok {
		return fix.Refuse("The path of this call cannot be told.")
	}
	names := sent(s, call.On(arg.Value), 0)
	if len(names) == 0 {
		return fix.Refuse("Where the name of the file is read cannot be told: pass it through secure_filename there.")
	}
	e := s.Edits()
	f := s.File
	var function string
	caveat := "Names with spaces or letters outside ASCII are stored under another name, which can be empty."
	if f.ImportsRoot("flask") || f.ImportsRoot("quart") || f.ImportsRoot("werkzeug") {
		function = e.Use(call, "werkzeug.utils", "secure_filename", pyedit.From)
	} else {
		function = e.Use(call, "os", "path", pyedit.Plain) + ".basename"
		caveat = "The last part of the name remains: a file of the same name is overwritten, and its ending is what the client chose."
	}
	for _, n := range names {
		e.Wrap(n, function+"(", ")")
	}
	return fix.Propose(e, caveat, "Pass the name through %s", function)
}

// sent are the expressions in a path that read the name the client sent: there,
// or where the names in it are set.
func sent(s *fix.Site, n pyedit.At, depth int) []pyedit.At {
	if depth > 3 {
		return nil
	}
	if readsName(n.Node) {
		return []pyedit.At{n}
	}
	if n.Kind() == syntax.KindIdentifier {
		if def, _, ok := s.Definition(n); ok {
			return sent(s, def, depth+1)
		}
		return nil
	}
	var out []pyedit.At
	for c := range n.NamedChildren() {
		if n.Kind() == syntax.KindAttribute && c == n.Child(syntax.FieldAttribute) || n.Kind() == syntax.KindKeywordArgument && c == n.Child(syntax.FieldName) {
			continue
		}
		for _, x := range sent(s, n.On(c), depth) {
			twice := false
			for _, y := range out {
				twice = twice || y.Abs() == x.Abs()
			}
			if !twice {
				out = append(out, x)
			}
		}
	}
	return out
}

// readsName recognises file.filename and info["filename"].
func readsName(n syntax.Node) bool {
	switch n.Kind() {
	case syntax.KindAttribute:
		name := n.Child(syntax.FieldAttribute).Str()
		return name == "filename" || name == "raw_filename" || name == "name" && !strings.HasPrefix(n.Child(syntax.FieldObject).Str(), "self")
	case syntax.KindSubscript:
		lit, ok := python.ParseString(n.Child(syntax.FieldSubscript))
		text, _ := lit.Const()
		return ok && text == "filename"
	}
	return false
}
