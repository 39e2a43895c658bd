// Package settings holds the fixes of settings.
package settings

import (
	"pavise/analysis"
	"pavise/analysis/lang/python"
	"pavise/analysis/rules/settings"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// Fixes of this class.
var Fixes = []*fix.Fix{
	DebugOff, DebugFromEnvironment, RemoveDebugger, SafeSetting, StrongHasher, ListenOnLoopback, ListHosts, PasswordValidators, ProductionSettings, GuardMain,
}

// DebugOff turns debug mode off.
var DebugOff = &fix.Fix{
	Name:    "debug-off",
	For:     []*analysis.Rule{settings.DebugEnabled},
	Compute: debugOff,
}

// DebugFromEnvironment leaves debug mode to an environment variable.
var DebugFromEnvironment = &fix.Fix{
	Name:    "debug-from-environment",
	For:     []*analysis.Rule{settings.DebugEnabled},
	Compute: debugFromEnvironment,
}

const caveat = "Errors no longer show their traceback in the browser, and the server does not reload by itself: start it with the framework's debug option while you develop."

// place is where debug mode is turned on.
type place struct {
	value   pyedit.At  // the expression True; no node for bottle.debug()
	call    pyedit.At  // of a keyword that can be left out
	keyword pyedit.Arg //
}

// find looks for the True of the site.
func find(s *fix.Site) (place, bool) {
	if _, value, ok := s.Assignment(); ok {
		return place{value: value}, true
	}
	call, ok := s.Call()
	if !ok {
		return place{}, false
	}
	for _, name := range []string{"debug", "use_debugger", "serve_traceback", "evalex", "reload"} {
		if a, ok := pyedit.Keyword(call.Node, name); ok {
			return place{value: call.On(a.Value), call: call, keyword: a}, true
		}
	}
	if a, ok := pyedit.Keyword(call.Node, "DEBUG"); ok {
		return place{value: call.On(a.Value)}, true
	}
	for i := range 4 {
		a, ok := pyedit.Positional(call.Node, i)
		if ok && fix.IsTrue(a.Value) {
			return place{value: call.On(a.Value)}, true
		}
		if ok && a.Value.Kind() == syntax.KindDictionary {
			if v := pair(a.Value, "DEBUG"); v.OK() {
				return place{value: call.On(v)}, true
			}
		}
	}
	return place{}, false
}

// pair is the value of a key of a dict display.
func pair(dict syntax.Node, key string) syntax.Node {
	for c := range dict.NamedChildren() {
		k, ok := python.ParseString(c.Child(syntax.FieldKey))
		if !ok {
			continue
		}
		if text, ok := k.Const(); ok && text == key {
			return c.Child(syntax.FieldValue)
		}
	}
	return syntax.Node{}
}

func debugOff(s *fix.Site) []fix.Proposal {
	p, ok := find(s)
	if !ok {
		return fix.Refuse("What turns debug mode on here cannot be told.")
	}
	if !fix.IsTrue(p.value.Node) {
		return fix.Refuse("Debug mode comes from %s: turn it off there.", s.Source(p.value))
	}
	e := s.Edits()
	if p.call.OK() && e.RemoveArg(p.call, p.keyword) {
		return fix.Propose(e, caveat, "Remove %s=True", p.keyword.Name)
	}
	e = s.Edits()
	e.ReplaceNode(p.value, "False")
	return fix.Propose(e, caveat, "Turn debug mode off")
}

func debugFromEnvironment(s *fix.Site) []fix.Proposal {
	p, ok := find(s)
	if !ok || p.keyword.Name == "reload" {
		return nil
	}
	name := variable(s)
	if !fix.IsTrue(p.value.Node) {
		if name = asked(s, p.value); name == "" {
			return nil
		}
	}
	e := s.Edits()
	environ := e.Use(p.value, "os", "environ", pyedit.Plain)
	e.ReplaceNode(p.value, environ+`.get("`+name+`") == "1"`)
	return fix.Propose(e, "Set "+name+"=1 where you develop, and nowhere else.", "Read debug mode from %s", name)
}

// asked is the variable that an expression such as bool(os.environ.get("DEBUG"))
// reads: any text but the empty one would turn debug mode on there.
func asked(s *fix.Site, n pyedit.At) string {
	for d := range n.Descendants() {
		if d.Kind() != syntax.KindCall {
			continue
		}
		switch s.Callee(n.On(d)) {
		case "os.environ.get", "os.getenv":
			if a, ok := pyedit.Positional(d, 0); ok {
				k, _ := python.ParseString(a.Value)
				name, _ := k.Const()
				return name
			}
		}
	}
	return ""
}

// variable is the environment variable that the framework's own tools use.
func variable(s *fix.Site) string {
	for _, f := range []struct{ root, name string }{
		{"flask", "FLASK_DEBUG"}, {"quart", "QUART_DEBUG"}, {"django", "DJANGO_DEBUG"},
	} {
		if s.File.ImportsRoot(f.root) {
			return f.name
		}
	}
	if s.HasEvent && s.Event.Name == "DEBUG" {
		return "DJANGO_DEBUG"
	}
	return "APP_DEBUG"
}
