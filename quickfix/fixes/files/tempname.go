package files

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/rules/files"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// MakeTempFile has the file made together with its name.
var MakeTempFile = &fix.Fix{
	Name:    "make-temp-file",
	For:     []*analysis.Rule{files.InsecureTempName},
	Compute: makeTempFile,
}

// wantsFree are calls that need a name which nothing has yet.
var wantsFree = map[string]bool{
	"mkfifo": true, "link": true, "symlink": true, "bind": true, "mkdir": true, "makedirs": true, "mknod": true, "copytree": true,
	"symlink_to": true, "hardlink_to": true, "create_unix_server": true, "start_unix_server": true,
}

func makeTempFile(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok || s.EventName() != "tempfile.mktemp" {
		return fix.Refuse("This function is gone from Python: use tempfile.mkstemp.")
	}
	args, reason := keywords(s, call)
	if reason != "" {
		return fix.Refuse("%s", reason)
	}
	switch around := caller(call); {
	case around.OK() && around.Child(syntax.FieldFunction).Str() == "open":
		return openedAtOnce(s, call, call.On(around), args)
	case around.OK() && s.Callee(call.On(around)) == "os.mkdir" && len(pyedit.Args(around)) == 1:
		e := s.Edits()
		e.DropImport(root(call))
		e.ReplaceNode(call.On(around), e.Use(call, "tempfile", "mkdtemp", pyedit.Plain)+"("+strings.Join(args, ", ")+")")
		return fix.Propose(e, "The folder can be entered by this user only.", "Make the folder with mkdtemp")
	}
	return named(s, call, args)
}

// root is the name by which mktemp is reached.
func root(call pyedit.At) string {
	name, _, _ := strings.Cut(call.Child(syntax.FieldFunction).Str(), ".")
	return name
}

// keywords are the arguments of mktemp by name.
func keywords(s *fix.Site, call pyedit.At) (out []string, reason string) {
	names := []string{"suffix", "prefix", "dir"}
	for i, a := range pyedit.Args(call.Node) {
		switch {
		case a.Name == "*" || a.Name == "**" || i > 2:
			return nil, "The arguments of the call cannot be told."
		case a.Name == "":
			out = append(out, names[i]+"="+s.Source(call.On(a.Value)))
		default:
			out = append(out, a.Name+"="+s.Source(call.On(a.Value)))
		}
	}
	return out, ""
}

// caller is the call that an expression is the first argument of.
func caller(at pyedit.At) syntax.Node {
	list := at.Parent()
	if list.Kind() != syntax.KindArgumentList || list.NamedChild(0) != at.Node {
		return syntax.Node{}
	}
	return list.Parent()
}

// openedAtOnce rewrites open(mktemp(...), "w").
func openedAtOnce(s *fix.Site, call, open pyedit.At, args []string) []fix.Proposal {
	var rest []string
	mode := ""
	for i, a := range pyedit.Args(open.Node) {
		switch {
		case i == 0:
		case a.Name == "" && i == 1, a.Name == "mode":
			mode = s.Source(open.On(a.Value))
		case a.Name == "encoding" || a.Name == "newline" || a.Name == "buffering" || a.Name == "errors":
			rest = append(rest, s.Source(open.On(a.Node)))
		default:
			return fix.Refuse("The arguments of open() cannot be told.")
		}
	}
	if m := strings.Trim(mode, `"'`); !strings.HasPrefix(m, "w") && !strings.HasPrefix(m, "x") && !strings.HasPrefix(m, "a") {
		return fix.Refuse("The file is opened for reading before anything was written: only its author can tell what is meant.")
	}
	mode = strings.Replace(mode, "x", "w", 1)
	e := s.Edits()
	e.DropImport(root(call))
	list := append(append([]string{mode}, rest...), append(args, "delete=False")...)
	e.ReplaceNode(open, e.Use(call, "tempfile", "NamedTemporaryFile", pyedit.Plain)+"("+strings.Join(list, ", ")+")")
	return fix.Propose(e, "The file can be read by this user only.", "Open the file with NamedTemporaryFile")
}

// named rewrites name = mktemp(...): the file is made, and closed again.
func named(s *fix.Site, call pyedit.At, args []string) []fix.Proposal {
	stmt := pyedit.Statement(call)
	assign := stmt.On(stmt.NamedChild(0))
	target := assign.On(assign.Child(syntax.FieldLeft))
	if stmt.Kind() != syntax.KindExpressionStatement || assign.Kind() != syntax.KindAssignment || assign.Child(syntax.FieldRight) != call.Node ||
		target.Kind() != syntax.KindIdentifier || assign.Child(syntax.FieldType).OK() || !s.File.OwnLines(stmt) {
		return fix.Refuse("The name is used at once: make the file with tempfile.mkstemp first, and close it.")
	}
	if at := freed(stmt, target.Str()); at != "" {
		return fix.Refuse("%s needs a name that nothing has yet: choose one in a folder made with mkdtemp.", at)
	}
	e := s.Edits()
	e.DropImport(root(call))
	fd := s.File.Unique("fd")
	e.Insert(target.Abs().Start, fd+", ")
	e.ReplaceNode(call, e.Use(call, "tempfile", "mkstemp", pyedit.Plain)+"("+strings.Join(args, ", ")+")")
	if !e.InsertBehind(stmt, e.Use(call, "os", "close", pyedit.Plain)+"("+fd+")\n") {
		return fix.Refuse("The statement shares its line with another.")
	}
	return fix.Propose(e, "The file exists from here on, empty, and can be read by this user only. Nobody deletes it by itself.", "Make the file with mkstemp")
}

// freed is the call behind a statement that needs the name to be free, "" if
// there is none.
func freed(stmt pyedit.At, name string) string {
	for d := range stmt.Unit().Root().Descendants() {
		if d.Kind() != syntax.KindCall {
			continue
		}
		fn := d.Child(syntax.FieldFunction).Str()
		if !wantsFree[fn[strings.LastIndexByte(fn, '.')+1:]] {
			continue
		}
		for c := range d.Descendants() {
			if c.Kind() == syntax.KindIdentifier && c.Str() == name {
				return fn
			}
		}
	}
	return ""
}
