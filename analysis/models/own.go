package models

import "strings"

// own is what a configuration says of a project's code.
type own struct {
	names map[string]bool // that entries stand under, and their owners
	lasts map[string]bool // the last parts of names
	roots map[string]bool // root modules of names, but for those of libraries
	*Set                  // of its entries alone
}

// With is the set with what a project says of its own code. Names of the
// project are looked for in its files first, so that all else there is followed
// as before.
func (s *Set) With(e *Entries) *Set {
	n := newSet()
	for _, lib := range s.libraries {
		n.add(lib)
	}
	lib := &Library{Entries: e.resolved()}
	o := &own{names: map[string]bool{}, lasts: map[string]bool{}, roots: map[string]bool{}, Set: newSet()}
	o.add(lib)
	for name := range lib.names() {
		root, _, dotted := strings.Cut(name, ".")
		if root == "" || !dotted {
			continue
		}
		if !n.roots[root] && !o.roots[root] {
			o.roots[root] = true
			lib.Roots = append(lib.Roots, root)
		}
		o.note(name)
		o.note(name[:strings.LastIndexByte(name, '.')])
	}
	remote := n.remote
	n.remote = map[string]bool{} // not whatever imports the project brings in a client's data
	n.add(lib)
	n.remote = remote
	for _, q := range lib.Requests {
		n.remote[q.Import] = true
	}
	delete(n.roots, "")
	n.own = o
	n.index()
	return n
}

func (o *own) note(name string) {
	o.names[name] = true
	o.lasts[name[strings.LastIndexByte(name, '.')+1:]] = true
}

// names are the names that the entries speak of: "app.db.Store.run" for
// "app.db.Store.run()" and "app.db.Store.run:0".
func (e *Entries) names() map[string]bool {
	out := map[string]bool{}
	add := func(list ...string) {
		for _, name := range list {
			name, _, _ = strings.Cut(name, ":")
			name, _, _ = strings.Cut(name, "[")
			if name = strings.TrimSuffix(name, "()"); name != "" {
				out[name] = true
			}
		}
	}
	noteKeys(e.Aliases, func(n string) { add(n) })
	noteKeys(e.Types, func(n string) { add(n) })
	noteKeys(e.Bases, func(n string) { add(n) })
	for _, x := range e.Sources {
		add(x.Value, x.Call, x.Param)
	}
	for _, x := range e.Sinks {
		add(x.Call, x.Set)
	}
	for _, x := range e.Cleans {
		add(x.Call)
	}
	for _, x := range e.Guards {
		add(x.Call)
	}
	for _, x := range e.Passes {
		add(x.Call)
	}
	for _, x := range e.Routes {
		add(x.Decorator, x.Call, x.Base)
	}
	for _, x := range e.Fields {
		add(x.Class)
	}
	for _, x := range e.Instances {
		add(x.Call, x.Param)
	}
	for _, x := range e.Invokes {
		add(x.Call)
	}
	for _, x := range e.Mimes {
		add(x.Call, x.Set)
	}
	for _, x := range e.Renders {
		add(x.Call, x.Decorator, x.Base)
	}
	return out
}

// entrances are the names at which a client's data comes in.
func (o *own) entrances() map[string]bool {
	out := map[string]bool{}
	add := func(name string) {
		name, _, _ = strings.Cut(name, ":")
		out[name] = true
	}
	noteKeys(o.values, add)
	noteKeys(o.calls, add)
	noteKeys(o.params, func(name string) {
		add(name)
		add(name[:max(0, strings.LastIndexByte(name, '.'))]) // the class whose methods are overridden
	})
	noteKeys(o.decorators, add)
	noteKeys(o.adds, add)
	noteKeys(o.registers, add)
	noteKeys(o.routeBases, add)
	delete(out, "")
	return out
}

// Taught reports whether a configuration may speak of something by the last
// part of its name.
func (s *Set) Taught(last string) bool { return s.own != nil && s.own.lasts[last] }

// Teaches reports whether a configuration speaks of a name, or of members of it.
func (s *Set) Teaches(name string) bool { return s.own != nil && s.own.names[name] }

// Own reports whether only a configuration speaks of the root module of a name,
// so that it may be the project's.
func (s *Set) Own(name string) bool {
	if s.own == nil {
		return false
	}
	root, _, _ := strings.Cut(name, ".")
	return s.own.roots[root]
}

// Judges reports whether models say what a call does, so that nobody needs to
// look into what is called.
func (s *Set) Judges(call string) bool {
	return s.Gives(call) || len(s.sinks[call]) > 0 || s.invokes[call] != nil || s.renders[call] != nil || s.registers[call] != nil
}

// Gives reports whether models say what a call gives.
func (s *Set) Gives(call string) bool {
	return s.calls[call] != nil || s.passes[call] != nil || len(s.cleans[call]) > 0 || len(s.guards[call]) > 0 ||
		s.instances[call] != nil || s.types[call+"()"] != ""
}
