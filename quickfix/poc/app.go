package poc

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"pavise/analysis/syntax"
)

// application says how a test gets the application that serves a handler.
type application struct {
	file   *file
	name   string // of the variable, or of the function that makes it
	made   bool   // by a function
	prefix string // of the URLs of the blueprint or router
}

// mostFiles bounds the files that are looked into for an application.
const mostFiles = 200

// creators are what makes an application, and what makes a part of one.
var (
	creators = []string{"Flask", "FastAPI", "Starlette"}
	parts    = []string{"Blueprint", "APIRouter", "Router"}
)

// application finds the one that serves the handler of a request. Root bounds
// where is looked.
func (p *project) application(r *Request, root string) (application, bool) {
	in, owner, prefix := r.handler.from, r.handler.owner, ""
	for range 4 { // a router in a router
		if owner == "" {
			if call := in.creation("", creators); call.OK() {
				return applicationOf(in, call, prefix)
			}
			return application{}, false
		}
		if call := in.creation(owner, creators); call.OK() {
			return applicationOf(in, call, prefix)
		}
		if from, name, ok := p.imported(in, owner); ok {
			in, owner = from, name // app.route on an application of another file
			continue
		}
		call := in.creation(owner, parts)
		if !call.OK() {
			return application{}, false
		}
		own, _ := text(argument(call, -1, "url_prefix", "prefix"))
		user, use := p.mounted(in, owner, root)
		if user == nil {
			return application{}, false
		}
		mount, given := text(argument(use, -1, "url_prefix", "prefix"))
		if given && lastName(use.Child(syntax.FieldFunction)) == "register_blueprint" {
			own = "" // Flask takes the other in its place
		}
		prefix = mount + own + prefix
		in, owner = user, use.Child(syntax.FieldFunction).Child(syntax.FieldObject).Str()
	}
	return application{}, false
}

// applicationOf tells whether an application is a variable of its module or made
// by a function that can be called without arguments.
func applicationOf(in *file, call syntax.Node, prefix string) (application, bool) {
	for n := call.Parent(); n.OK(); n = n.Parent() {
		if n.Kind() != syntax.KindFunctionDefinition {
			continue
		}
		for c := range n.Child(syntax.FieldParameters).NamedChildren() {
			switch c.Kind() {
			case syntax.KindDefaultParameter, syntax.KindTypedDefaultParameter, syntax.KindListSplatPattern, syntax.KindDictionarySplatPattern:
			default:
				return application{}, false
			}
		}
		return application{in, n.Child(syntax.FieldName).Str(), true, prefix}, n.Unit().Parent == ""
	}
	target := assigned(call)
	return application{in, target, false, prefix}, target != ""
}

// assigned is the variable that a call is assigned to, "" if none.
func assigned(call syntax.Node) string {
	if a := call.Parent(); a.OK() && a.Kind() == syntax.KindAssignment && a.Child(syntax.FieldRight) == call {
		if left := a.Child(syntax.FieldLeft); left.Kind() == syntax.KindIdentifier {
			return left.Str()
		}
	}
	return ""
}

// creation is the call of one of some names that a variable is assigned; of any
// variable without a name.
func (f *file) creation(variable string, of []string) syntax.Node {
	found := syntax.Node{}
	f.calls(func(call syntax.Node, name string) bool {
		if !slices.Contains(of, name) {
			return true
		}
		if target := assigned(call); target != "" && (variable == "" || target == variable) {
			found = call
		}
		return !found.OK()
	})
	return found
}

// calls visits the calls of a file with the last name of what is called, until
// fn is false.
func (f *file) calls(fn func(call syntax.Node, name string) bool) {
	for i := range f.tree.Units {
		for n := range f.tree.Units[i].Root().Descendants() {
			if n.Kind() == syntax.KindCall && !fn(n, lastName(n.Child(syntax.FieldFunction))) {
				return
			}
		}
	}
}

func lastName(n syntax.Node) string {
	s := n.Str()
	return s[strings.LastIndexByte(s, '.')+1:]
}

// imported follows a name to the file of the project that it is imported from.
func (p *project) imported(in *file, name string) (*file, string, bool) {
	target, ok := in.names[name]
	i := strings.LastIndexByte(target, '.')
	if !ok || i < 0 || i == len(target)-1 {
		return nil, "", false
	}
	module := target[:i]
	dir := filepath.Dir(in.path)
	if dots := len(module) - len(strings.TrimLeft(module, ".")); dots > 0 {
		for range dots - 1 {
			dir = filepath.Dir(dir)
		}
		return p.module(dir, module[dots:], target[i+1:])
	}
	for range 8 {
		if f, n, ok := p.module(dir, module, target[i+1:]); ok {
			return f, n, true
		}
		dir = filepath.Dir(dir)
	}
	return nil, "", false
}

func (p *project) module(dir, module, name string) (*file, string, bool) {
	path := filepath.Join(dir, filepath.FromSlash(strings.ReplaceAll(module, ".", "/")))
	for _, at := range []string{path + ".py", filepath.Join(path, "__init__.py")} {
		if info, err := os.Stat(at); err == nil && info.Mode().IsRegular() {
			if f := p.file(at); f != nil {
				return f, name, true
			}
		}
	}
	return nil, "", false
}

// mounted finds where a blueprint or router of a file is put into an application
// or another router: in that file or in one near it.
func (p *project) mounted(in *file, name, root string) (*file, syntax.Node) {
	if use := in.mounts(in, name); use.OK() {
		return in, use
	}
	for _, path := range nearby(in.path, root) {
		text, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(text, []byte("register_blueprint")) && !bytes.Contains(text, []byte("include_router")) {
			continue
		}
		if f := p.file(path); f != nil && f != in {
			if use := f.mounts(in, name); use.OK() {
				return f, use
			}
		}
	}
	return nil, syntax.Node{}
}

// mounts is the call in f that mounts the router which another file calls by a
// name.
func (f *file) mounts(of *file, name string) syntax.Node {
	stem := strings.TrimSuffix(filepath.Base(of.path), ".py")
	if stem == "__init__" {
		stem = filepath.Base(filepath.Dir(of.path))
	}
	found := syntax.Node{}
	f.calls(func(call syntax.Node, callee string) bool {
		if callee != "register_blueprint" && callee != "include_router" {
			return true
		}
		given := argument(call, 0, "blueprint", "router").Str()
		target, imported := f.names[given]
		switch {
		case f == of:
			if given == name {
				found = call
			}
		case imported:
			if given = target; given == "."+name || strings.HasSuffix(given, "."+stem+"."+name) || given == stem+"."+name {
				found = call
			}
		case strings.HasSuffix(given, stem+"."+name):
			found = call
		}
		return !found.OK()
	})
	return found
}

// nearby lists the Python files of a file's folder and of those above it, up to
// root, the nearest first.
func nearby(path, root string) []string {
	var list []string
	for dir := filepath.Dir(path); len(list) < mostFiles; dir = filepath.Dir(dir) {
		found, _ := filepath.Glob(filepath.Join(escapeGlob(dir), "*.py"))
		list = append(list, found...)
		for _, sub := range []string{"app", "src", "api", "core"} {
			found, _ = filepath.Glob(filepath.Join(escapeGlob(dir), sub, "*.py"))
			list = append(list, found...)
		}
		if dir == root || dir == filepath.Dir(dir) {
			break
		}
	}
	return list[:min(len(list), mostFiles)]
}

func escapeGlob(path string) string {
	return strings.NewReplacer(`*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// moduleOf is how a file is imported: the folder that has to be in the path of
// modules, and the dotted name. Folders without an __init__.py up to root are
// taken for packages too, but for src.
func moduleOf(path, root string) (dir, name string) {
	dir, base := filepath.Split(path)
	dir = filepath.Clean(dir)
	var names []string
	if stem := strings.TrimSuffix(base, ".py"); stem != "__init__" {
		names = append(names, stem)
	}
	packaged := false
	for {
		if _, err := os.Stat(filepath.Join(dir, "__init__.py")); err != nil {
			break
		}
		packaged = true
		names = append(names, filepath.Base(dir))
		dir = filepath.Dir(dir)
	}
	for !packaged && dir != root && strings.HasPrefix(dir, root+string(filepath.Separator)) && filepath.Base(dir) != "src" && identifier(filepath.Base(dir)) {
		names = append(names, filepath.Base(dir))
		dir = filepath.Dir(dir)
	}
	slices.Reverse(names)
	return dir, strings.Join(names, ".")
}

func identifier(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == "" && (s[0] < '0' || s[0] > '9')
}
