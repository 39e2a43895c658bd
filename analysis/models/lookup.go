package models

// Canonical follows the aliases of a dotted name, prefix by prefix.
func (s *Set) Canonical(name string) string {
	for range 4 {
		if a, ok := s.aliases[name]; ok {
			name = a
			continue
		}
		cut, ok := s.aliasPrefix(name)
		if !ok {
			return name
		}
		name = cut
	}
	return name
}

func (s *Set) aliasPrefix(name string) (string, bool) {
	for i := len(name) - 1; i > 0; i-- {
		if name[i] == '.' {
			if a, ok := s.aliases[name[:i]]; ok {
				return a + name[i:], true
			}
		}
	}
	return "", false
}

// Member is the qualified name under which facts about a member of a class
// stand: in the class or its bases; "" if there are none.
func (s *Set) Member(class, member string) string { return s.member(class, member, 0) }

func (s *Set) member(class, member string, depth int) string {
	if n, ok := s.members[class][member]; ok {
		return n
	}
	if depth > 8 {
		return ""
	}
	for _, b := range s.bases[class] {
		if n := s.member(b, member, depth+1); n != "" {
			return n
		}
	}
	return ""
}

// IsA reports whether class is base or derives from it.
func (s *Set) IsA(class, base string) bool { return s.isA(class, base, 0) }

func (s *Set) isA(class, base string, depth int) bool {
	if class == base {
		return true
	}
	if depth > 8 {
		return false
	}
	for _, b := range s.bases[class] {
		if s.isA(b, base, depth+1) {
			return true
		}
	}
	return false
}

// TypeOf is the class of the object that a name stands for; with "()" added,
// of what its call gives; with "[]", of its elements. "" if not known.
func (s *Set) TypeOf(name string) string { return s.types[name] }

// Value is the source that an attribute or object is, nil if none.
func (s *Set) Value(name string) *Source { return s.values[name] }

// CallSource is the source that the result of a call is, nil if none.
func (s *Set) CallSource(name string) *Source { return s.calls[name] }

// Sinks of a call.
func (s *Set) Sinks(name string) []*Sink { return s.sinks[name] }

// Item is the name under which reading an item of an object, or of an instance
// of a class, is a sink; "" if it is none.
func (s *Set) Item(owner string) string { return s.items[owner] }

// Sets are the sinks of an assignment target.
func (s *Set) Sets(target string) []*Sink { return s.sets[target] }

// SetsOf are the sinks of an assignment to a member or key, written ".name" or
// "[key]", of an instance of class, or of its bases.
func (s *Set) SetsOf(class, member string) []*Sink { return s.setsOf(class, member, 0) }

func (s *Set) setsOf(class, member string, depth int) []*Sink {
	if list := s.sets[class+member]; len(list) > 0 || depth > 8 {
		return list
	}
	for _, b := range s.bases[class] {
		if list := s.setsOf(b, member, depth+1); len(list) > 0 {
			return list
		}
	}
	return nil
}

// Cleans of a call.
func (s *Set) Cleans(name string) []*Clean { return s.cleans[name] }

// Guards of a call.
func (s *Set) Guards(name string) []*Guard { return s.guards[name] }

// Pass of a call, nil if every argument is carried.
func (s *Set) Pass(name string) *Pass { return s.passes[name] }

// Decorator is the route that a decorator makes, nil if none.
func (s *Set) Decorator(name string) *Route { return s.decorators[name] }

// Register is the route that a call registers, nil if none.
func (s *Set) Register(name string) *Route { return s.registers[name] }

// RouteBase is the route of the methods of a class derived from base.
func (s *Set) RouteBase(base string) *Route {
	return s.routeBase(base, 0)
}

func (s *Set) routeBase(class string, depth int) *Route {
	if r := s.routeBases[class]; r != nil || depth > 8 {
		return r
	}
	for _, b := range s.bases[class] {
		if r := s.routeBase(b, depth+1); r != nil {
			return r
		}
	}
	return nil
}

// Requests tell the class of a first parameter by its name.
func (s *Set) Requests() []Request { return s.requests }

// Unbound is what a name stands for in a fragment pasted without imports.
func (s *Set) Unbound(name string) string { return s.unbound[name] }

// ShellSink is the script of a shell that is started as a program.
func (s *Set) ShellSink() *Sink { return shellSink }

// LocationSink is the Location header of a response.
func (s *Set) LocationSink() *Sink { return locationSink }

// FieldsSink are all fields of an object that is made.
func (s *Set) FieldsSink() *Sink { return fieldsSink }

var fieldsSink = &Sink{Kind: "assign", Args: []string{"*="}, kind: Assign}

var locationSink = &Sink{Kind: "redirect", Args: []string{"0"}, kind: Redirect}

var shellSink = &Sink{Kind: "command", Args: []string{"0"}, kind: Command}

// UnboundNames maps every name that a fragment may use without its import.
func (s *Set) UnboundNames() map[string]string { return s.unbound }

// Param is the source that a parameter of an overridden method is, nil if none.
func (s *Set) Param(name string) *Source { return s.params[name] }

// Grade is the tier of the source.
func (s *Source) Grade() Tier { return s.tier }

// Cleared are the kinds for which the source is harmless.
func (s *Source) Cleared() Kind { return s.clean }

// Kinds that the sink is.
func (s *Sink) Kinds() Kind { return s.kind }

// Kinds that are cleared.
func (c *Clean) Kinds() Kind { return c.kinds }

// Kinds that are cleared.
func (g *Guard) Kinds() Kind { return g.kinds }

// Modelled reports whether the root module of a name has a model.
func (s *Set) Modelled(name string) bool {
	for i := range len(name) {
		if name[i] == '.' {
			return s.roots[name[:i]]
		}
	}
	return s.roots[name]
}

// Known reports whether some fact stands under the name.
func (s *Set) Known(name string) bool {
	if i := lastDot(name); i > 0 {
		if _, ok := s.members[name[:i]][name[i+1:]]; ok {
			return true
		}
	}
	if len(s.sinks[name]) > 0 || len(s.cleans[name]) > 0 || s.passes[name] != nil {
		return true
	}
	_, ok := s.types[name]
	return ok
}

func lastDot(name string) int {
	for i := len(name) - 1; i >= 0; i-- {
		if name[i] == '.' {
			return i
		}
	}
	return -1
}

// HasMembers reports whether facts about members of the class are known.
func (s *Set) HasMembers(class string) bool {
	if len(s.members[class]) > 0 {
		return true
	}
	for _, b := range s.bases[class] {
		if len(s.members[b]) > 0 {
			return true
		}
	}
	return false
}
