package files

import (
	"bytes"
	"strings"

	"pavise/analysis"
	"pavise/analysis/lang/python"
	"pavise/analysis/models"
	"pavise/analysis/rules/files"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// PrivateFolder puts a file into a folder that only its account may enter.
var PrivateFolder = &fix.Fix{
	Name:    "private-folder",
	For:     []*analysis.Rule{files.HardcodedTempPath},
	Compute: privateFolder,
}

func privateFolder(s *fix.Site) []fix.Proposal {
	if name, _, ok := s.Setting(); ok && s.Node.Kind() != syntax.KindCall {
		return fix.Refuse("Where this application may keep files is not to be seen here: give %s a folder that only its account may write to.", name)
	}
	lit, ok := pathLiteral(s)
	if !ok {
		return fix.Refuse("The path comes from elsewhere: make its folder there with tempfile.mkdtemp().")
	}
	text, _ := python.ParseString(lit.Node)
	path, _ := text.Const()
	folder, name := cutFolder(path)
	switch {
	case name == "" || len(text.Tokens) != 1 || text.Tokens[0].Prefix != "":
		return fix.Refuse("The name of the file cannot be told from its folder: make the folder with tempfile.mkdtemp().")
	case strings.Contains(name, "/"):
		return fix.Refuse("The path goes through a folder in %s: make that with tempfile.mkdtemp().", folder)
	case !writes(s):
		return fix.Refuse("What is read here was written elsewhere: pass the path on from there.")
	case bytes.Count(s.File.Text, []byte(path)) > 1:
		return fix.Refuse("The path is named in other places too: make the folder once, and take the path from there.")
	}
	e := s.Edits()
	join := e.Use(lit, "os", "path", pyedit.Plain) + ".join"
	quote := text.Tokens[0].Quote
	e.ReplaceNode(lit, join+"("+e.Use(lit, "tempfile", "mkdtemp", pyedit.Plain)+"(), "+quote+name+quote+")")
	return fix.Propose(e, "Each run makes a folder of its own, with another name: tell those that read the file where it is, and delete the folder in the end.", "Put %s into a folder of its own", name)
}

// pathLiteral is the literal that the site takes for a path.
func pathLiteral(s *fix.Site) (pyedit.At, bool) {
	call, ok := s.Call()
	if !ok || !s.HasEvent {
		return pyedit.At{}, false
	}
	for _, k := range s.Event.Sinks {
		if k.Kinds()&models.Path == 0 {
			continue
		}
		for _, which := range k.Args {
			var n syntax.Node
			switch {
			case which == "self":
				n = call.Child(syntax.FieldFunction).Child(syntax.FieldObject)
				if n.OK() && n.Kind() == syntax.KindCall { // Path("...")
					if a, ok := pyedit.Positional(n, 0); ok && len(pyedit.Args(n)) == 1 {
						n = a.Value
					}
				}
			case len(which) == 1 && which[0] >= '0' && which[0] <= '9':
				if a, ok := pyedit.Positional(call.Node, int(which[0]-'0')); ok {
					n = a.Value
				}
			default:
				if a, ok := pyedit.Keyword(call.Node, which); ok {
					n = a.Value
				}
			}
			if !n.OK() {
				continue
			}
			lit := s.Literal(call.On(n))
			if text, ok := python.ParseString(lit.Node); ok {
				if path, ok := text.Const(); ok && strings.HasPrefix(path, "/") {
					return lit, true
				}
			}
		}
	}
	return pyedit.At{}, false
}

// cutFolder parts a path into the folder of everyone and the rest.
func cutFolder(path string) (folder, name string) {
	for _, f := range []string{"/tmp/", "/var/tmp/", "/usr/tmp/", "/private/tmp/", "/dev/shm/"} {
		if name, ok := strings.CutPrefix(path, f); ok {
			return f, name
		}
	}
	return "", ""
}

// writes reports whether the site makes the file.
func writes(s *fix.Site) bool {
	name := s.EventName()
	switch name[strings.LastIndexByte(name, '.')+1:] {
	case "write_text", "write_bytes", "touch", "mkdir", "makedirs", "copy", "copy2", "copyfile", "move", "save":
		return true
	case "open", "FileIO":
	default:
		return false
	}
	at := 1
	if strings.HasSuffix(name, "Path.open") {
		at = 0
	}
	call, _ := s.Call()
	mode, ok := pyedit.Argument(call.Node, at, "mode")
	return ok && strings.ContainsAny(mode.Value.Str(), "wa")
}
