package models

import (
	"slices"
	"strings"
)

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

// Checked is the source of whose fields one is checked by a method of a class
// derived from base, and the field's name; nil if there is none.
func (s *Set) Checked(base, method string) (*Source, string) {
	for _, x := range s.checked {
		field, ok := strings.CutPrefix(method, x.Checks)
		if i := lastDot(x.Value); ok && field != "" && i > 0 && s.IsA(base, x.Value[:i]) {
			return x, field
		}
	}
	return nil, ""
}

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
	list := s.sets[class+member]
	if depth > 8 {
		return list
	}
	for _, b := range s.bases[class] {
		list = withOtherKinds(list, s.setsOf(b, member, depth+1))
	}
	return list
}

// withOtherKinds adds the sinks of a base to those of a class that are of
// kinds the class says nothing of.
func withOtherKinds(own, base []*Sink) []*Sink {
	if len(own) == 0 {
		return base
	}
	out := own[:len(own):len(own)]
	for _, x := range base {
		if !slices.ContainsFunc(own, func(o *Sink) bool { return o.kind&x.kind != 0 }) {
			out = append(out, x)
		}
	}
	return out
}

// Cleans of a call.
func (s *Set) Cleans(name string) []*Clean { return s.cleans[name] }

// Guards of a call.
func (s *Set) Guards(name string) []*Guard { return s.guards[name] }

// Pass of a call, nil if every argument is carried.
func (s *Set) Pass(name string) *Pass { return s.passes[name] }

// Decorator is the route that a decorator makes, nil if none.
func (s *Set) Decorator(name string) *Route { return s.decorators[name] }

// Returning is what a decorator says that a returned value becomes, nil if it
// does not.
func (s *Set) Returning(name string) *Route { return s.returning[name] }

// Signatures are the routes of handlers that are known by their parameters.
func (s *Set) Signatures() []*Route { return s.signatures }

// Markers are the routes of handlers that an attribute marks.
func (s *Set) Markers() []*Route { return s.markers }

// Mimes say which content type a call or an assignment tells.
func (s *Set) Mimes(name string) []*Mime { return s.mimes[name] }

// Adds is what a decorator adds to a route, nil if it does not.
func (s *Set) Adds(name string) *Route { return s.adds[name] }

// Field is what a class of fields lets through, nil if it is none. Classes
// derived from one count as it.
func (s *Set) Field(class string) *Field { return s.field(class, 0) }

func (s *Set) field(class string, depth int) *Field {
	if x := s.fields[class]; x != nil || depth > 8 {
		return x
	}
	for _, b := range s.bases[class] {
		if x := s.field(b, depth+1); x != nil {
			return x
		}
	}
	return nil
}

// Cleared are the kinds for which values of the field are harmless.
func (x *Field) Cleared() Kind { return x.clean }

// Instance says of which class the value of a call or parameter is an instance,
// nil if nothing is known.
func (s *Set) Instance(name string) *Instance { return s.instances[name] }

// Invoke is what a call does with a function that is handed to it, nil if
// nothing is known.
func (s *Set) Invoke(name string) *Invoke { return s.invokes[name] }

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

// BodySink is the HTML body of a response.
func (s *Set) BodySink() *Sink { return bodySink }

var bodySink = &Sink{Kind: "html", Args: []string{"0"}, kind: HTML}

var locationSink = &Sink{Kind: "redirect", Args: []string{"0"}, kind: Redirect}

var shellSink = &Sink{Kind: "command", Args: []string{"0"}, kind: Command}

// UnboundNames maps every name that a fragment may use without its import.
func (s *Set) UnboundNames() map[string]string { return s.unbound }

// Overridden is the qualified name under which a parameter, "method:0", of a
// method of class stands, in the class or its bases; "" if none does.
func (s *Set) Overridden(class, param string) string { return s.overridden(class, param, 0) }

func (s *Set) overridden(class, param string, depth int) string {
	if q := class + "." + param; s.params[q] != nil || s.instances[q] != nil {
		return q
	}
	if depth > 8 {
		return ""
	}
	for _, b := range s.bases[class] {
		if q := s.overridden(b, param, depth+1); q != "" {
			return q
		}
	}
	return ""
}

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

// Speaks reports whether models say anything of a name, or of its members.
func (s *Set) Speaks(name string) bool {
	return s.Modelled(name) && (s.Known(name) || s.HasMembers(name) || s.values[name] != nil || len(s.bases[name]) > 0)
}

// Known reports whether some fact stands under the name.
func (s *Set) Known(name string) bool {
	if i := lastDot(name); i > 0 {
		if _, ok := s.members[name[:i]][name[i+1:]]; ok {
			return true
		}
	}
	if len(s.sinks[name]) > 0 || len(s.cleans[name]) > 0 || s.passes[name] != nil || s.renders[name] != nil {
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

// Render is what a call or decorator renders, nil if it renders nothing.
func (s *Set) Render(name string) *Render { return s.renders[name] }

// RenderBase is what the methods of a class derived from base render.
func (s *Set) RenderBase(base string) *Render { return s.renderBase(base, 0) }

func (s *Set) renderBase(class string, depth int) *Render {
	if r := s.renderBases[class]; r != nil || depth > 8 {
		return r
	}
	for _, b := range s.bases[class] {
		if r := s.renderBase(b, depth+1); r != nil {
			return r
		}
	}
	return nil
}

// Filter is what a filter does in a dialect, nil if it is not known.
func (s *Set) Filter(dialect, name string) *TemplateFilter { return s.filters[dialect+":"+name] }

// Kinds that are cleared.
func (f *TemplateFilter) Kinds() Kind { return f.clears }
