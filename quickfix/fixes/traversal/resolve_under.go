// Package traversal holds the fixes of path traversal.
package traversal

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/models"
	"pavise/analysis/rules/traversal"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
	"pavise/quickfix/pytext"
)

// Fixes of this class.
var Fixes = []*fix.Fix{ResolveUnder, StrictCheck, ExtractionFilter, HideListing}

// ResolveUnder resolves a path and checks that it stays in its folder.
var ResolveUnder = &fix.Fix{
	Name:    "resolve-under",
	For:     []*analysis.Rule{traversal.PathTraversal, traversal.PathFromParameter, traversal.ArchiveExtraction},
	Compute: resolveUnder,
	Handed:  true,
}

const helper = `def %NAME%(base, name):
    root = %PATH%(base).resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root):
        %FAIL%
    return path
`

// parts are the folder and the rest of a path that is put together.
type parts struct {
	base, rest string
	node       pyedit.At // the expression that puts them together
}

func resolveUnder(s *fix.Site) []fix.Proposal {
	if strings.HasPrefix(s.EventName(), "tarfile.") || s.EventName() == "shutil.unpack_archive" {
		return nil // extraction-filter
	}
	arg, ok := s.SinkArg(models.Path)
	if !ok {
		return fix.Refuse("The path of this call cannot be told.")
	}
	call, _ := s.Call()
	value := call.On(arg.Value)
	named := false
	if value.Kind() == syntax.KindIdentifier {
		def, fixed, ok := s.Definition(value)
		if !ok {
			return fix.Refuse("Where %s comes from cannot be told: resolve it, and check that it stays in its folder.", value.Str())
		}
		value, named = def, fixed
	}
	p, reason := takeApart(s, value)
	if reason != "" {
		return fix.Refuse("%s", reason)
	}
	e := s.Edits()
	text := add(s, e, call) + "(" + p.base + ", " + p.rest + ")"
	if named && !isPath(p.node) || concatenated(p.node) {
		text = "str(" + text + ")"
	}
	e.ReplaceNode(p.node, text)
	e.DropImport("os")
	return fix.Propose(e, "Symbolic links that lead out of the folder are refused as well. Needs Python 3.9 or newer.", "Keep the path inside %s", short(p.base))
}

func short(text string) string {
	if len(text) > 40 || strings.ContainsAny(text, "\r\n") {
		return "its folder"
	}
	return text
}

// isPath reports whether an expression gives a pathlib.Path.
func isPath(n pyedit.At) bool {
	return n.Kind() == syntax.KindBinaryOperator && n.Op() == "/"
}

// concatenated reports whether a path is part of a larger text.
func concatenated(n pyedit.At) bool {
	p := n.Parent()
	return p.Kind() == syntax.KindBinaryOperator || p.Kind() == syntax.KindInterpolation
}

// takeApart splits a path into a trusted folder and the rest.
func takeApart(s *fix.Site, n pyedit.At) (parts, string) {
	switch n.Kind() {
	case syntax.KindParenthesizedExpression:
		return takeApart(s, n.On(n.NamedChild(0)))
	case syntax.KindCall:
		switch name := s.Callee(n); name {
		case "os.path.join", "posixpath.join":
			return join(s, n)
		case "os.path.abspath", "os.path.normpath", "os.path.realpath", "os.path.expanduser", "str", "os.fspath", "pathlib.Path":
			if args := pyedit.Args(n.Node); len(args) == 1 && args[0].Name == "" {
				return takeApart(s, n.On(args[0].Value))
			} else if name == "pathlib.Path" {
				return join(s, n)
			}
		}
		if fn := n.Child(syntax.FieldFunction); fn.Kind() == syntax.KindAttribute && fn.Child(syntax.FieldAttribute).Str() == "joinpath" {
			return joinPath(s, n, n.On(fn.Child(syntax.FieldObject)))
		}
	case syntax.KindBinaryOperator:
		if n.Op() == "/" {
			return slash(s, n)
		}
	case syntax.KindIdentifier:
		if def, _, ok := s.Definition(n); ok && !trusted(s, n) {
			return takeApart(s, def)
		}
	}
	if t, _ := pytext.Parse(n, noNames{}); t != nil {
		return text(s, n, t)
	}
	return parts{}, "The whole path comes from outside: put it under a folder first."
}

// noNames follows no names, so that each is a value of its own.
type noNames struct{}

func (noNames) Definition(pyedit.At) (pyedit.At, bool, bool) { return pyedit.At{}, false, false }
func (noNames) Constant(pyedit.At) (string, bool)            { return "", false }

// trusted reports whether an expression is a folder of the program's own.
func trusted(s *fix.Site, n pyedit.At) bool {
	if s.Trusted(n) {
		return true
	}
	if fromClient(s, n) {
		return false
	}
	switch n.Kind() {
	case syntax.KindIdentifier:
		if strings.ToUpper(n.Str()) == n.Str() {
			return true // a constant of the module or of another one
		}
		if s.Finding.Rule == traversal.ArchiveExtraction && parameter(s, n) {
			return true // it is the archive whose names are not to be trusted
		}
		def, _, ok := s.Definition(n)
		return ok && trusted(s, def)
	case syntax.KindAttribute: // settings.MEDIA_ROOT, app.root_path, self.base_dir
		name := n.Child(syntax.FieldAttribute).Str()
		return strings.ToUpper(name) == name || strings.HasSuffix(name, "_path") || strings.HasSuffix(name, "_dir") || strings.HasSuffix(name, "_root") ||
			strings.HasSuffix(name, "_folder") || folders[name] || name == "parent" && trusted(s, n.On(n.Child(syntax.FieldObject)))
	case syntax.KindSubscript: // app.config["UPLOAD_FOLDER"], os.environ["HOME"]
		value := n.Child(syntax.FieldValue).Str()
		return strings.HasSuffix(value, "config") || strings.HasSuffix(value, "environ")
	case syntax.KindCall:
		switch name := s.Callee(n); name {
		case "pathlib.Path", "os.path.abspath", "os.path.dirname", "os.path.realpath", "os.path.join", "str", "os.fspath":
			for _, a := range pyedit.Args(n.Node) {
				if !trusted(s, n.On(a.Value)) && a.Value.Str() != "__file__" {
					return false
				}
			}
			return true
		case "os.getcwd", "tempfile.gettempdir", "pathlib.Path.cwd", "pathlib.Path.home":
			return true
		}
		if fn := n.Child(syntax.FieldFunction); fn.Kind() == syntax.KindAttribute && fn.Child(syntax.FieldAttribute).Str() == "resolve" {
			return trusted(s, n.On(fn.Child(syntax.FieldObject)))
		}
	case syntax.KindBinaryOperator:
		return n.Op() == "/" && trusted(s, n.On(n.Child(syntax.FieldLeft))) && trusted(s, n.On(n.Child(syntax.FieldRight)))
	}
	return false
}

// parameter reports whether an identifier is a parameter that keeps its value.
func parameter(s *fix.Site, n pyedit.At) bool {
	v := s.File.Var(n)
	return v != nil && v.Shared && v.Scope.OK() && len(v.Binds) == 0
}

// folders are names of attributes that hold a folder.
var folders = map[string]bool{"root": true, "base": true, "folder": true, "directory": true, "basedir": true, "home": true}

// fromClient reports whether the engine knows that a client decides a value.
func fromClient(s *fix.Site, n pyedit.At) bool {
	v := s.Value(n)
	if v == nil || v.Clean&models.Path != 0 {
		return false
	}
	for _, o := range v.Origins {
		if o.Tier >= models.Stored {
			return true
		}
	}
	return false
}

// join takes os.path.join(a, b, c) apart: the leading trusted arguments are
// the folder.
func join(s *fix.Site, n pyedit.At) (parts, string) {
	args := pyedit.Args(n.Node)
	var base, rest []string
	for _, a := range args {
		if a.Name != "" {
			return parts{}, "The parts of the path cannot be told apart."
		}
		value := n.On(a.Value)
		if len(rest) == 0 && trusted(s, value) {
			base = append(base, s.Source(value))
		} else {
			rest = append(rest, s.Source(value))
		}
	}
	if len(base) == 0 || len(rest) == 0 {
		return parts{}, "The folder of the path comes from outside as well: begin the path with a folder of the program's own."
	}
	fn := s.Source(n.On(n.Child(syntax.FieldFunction)))
	return parts{base: group(fn, base), rest: group(fn, rest), node: n}, ""
}

// joinPath takes base.joinpath(a, b) apart.
func joinPath(s *fix.Site, n, base pyedit.At) (parts, string) {
	args := pyedit.Args(n.Node)
	if !trusted(s, base) || len(args) != 1 || args[0].Name != "" {
		return parts{}, "The folder of the path comes from outside as well: begin the path with a folder of the program's own."
	}
	return parts{base: s.Source(base), rest: s.Source(n.On(args[0].Value)), node: n}, ""
}

func group(fn string, list []string) string {
	if len(list) == 1 {
		return list[0]
	}
	return fn + "(" + strings.Join(list, ", ") + ")"
}

// slash takes base / a / b apart.
func slash(s *fix.Site, n pyedit.At) (parts, string) {
	left, right := n.On(n.Child(syntax.FieldLeft)), n.On(n.Child(syntax.FieldRight))
	if trusted(s, left) {
		return parts{base: s.Source(left), rest: s.Source(right), node: n}, ""
	}
	if left.Kind() == syntax.KindBinaryOperator && left.Op() == "/" {
		p, reason := slash(s, left)
		if reason != "" {
			return p, reason
		}
		return parts{base: p.base, rest: "f\"{" + p.rest + "}/{" + s.Source(right) + "}\"", node: n}, quoteClash(p.rest + s.Source(right))
	}
	return parts{}, "The folder of the path comes from outside as well: begin the path with a folder of the program's own."
}

func quoteClash(text string) string {
	if strings.ContainsAny(text, "\"\\\n#{}") {
		return "The parts of the path cannot be put together again."
	}
	return ""
}

// text takes f"{BASE}/{name}" and BASE + "/" + name apart.
func text(s *fix.Site, n pyedit.At, t *pytext.Text) (parts, string) {
	for i := range t.Pieces {
		p := &t.Pieces[i]
		if p.Hole && !trusted(s, p.Expr) {
			return cutBefore(s, n, t, i)
		}
	}
	return parts{}, "The whole path comes from outside: put it under a folder first."
}

// cutBefore makes everything up to the last slash before hole i the folder.
func cutBefore(s *fix.Site, n pyedit.At, t *pytext.Text, i int) (parts, string) {
	for j := i - 1; j >= 0; j-- {
		p := &t.Pieces[j]
		if p.Hole {
			continue
		}
		k := strings.LastIndexByte(p.Text, '/')
		if k < 0 {
			continue
		}
		base, ok := pytext.Compose(s.File, t.Slice(pytext.Pos{}, pytext.Pos{Piece: j, Offset: k}), t.Quote())
		if base == `""` || base == "''" {
			base = pyedit.Quote("/", t.Quote())
		}
		last := len(t.Pieces) - 1
		end := pytext.Pos{Piece: last, Offset: max(1, len(t.Pieces[last].Text))}
		rest, ok2 := pytext.Compose(s.File, t.Slice(pytext.Pos{Piece: j, Offset: k + 1}, end), t.Quote())
		if !ok || !ok2 || base == `"/"` {
			return parts{}, "The parts of the path cannot be told apart."
		}
		return parts{base: base, rest: rest, node: n}, ""
	}
	return parts{}, "The folder of the path comes from outside as well: begin the path with a folder of the program's own."
}

// add writes the helper, unless the module has it, and returns its name.
func add(s *fix.Site, e *pyedit.Edits, call pyedit.At) string {
	f := s.File
	name := "resolve_under"
	if at, ok := f.Defines(name); ok && strings.Contains(s.Source(at), "is_relative_to") {
		return name
	}
	name = f.Unique(name)
	path := e.Use(pyedit.At{}, "pathlib", "Path", pyedit.From)
	text := strings.NewReplacer("%NAME%", name, "%PATH%", path, "%FAIL%", s.Reject(e, "404", "path escapes the base directory")).Replace(helper)
	e.AddHelper(call.Abs().Start, text)
	return name
}
