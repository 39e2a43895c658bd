// Package access holds the fixes of what clients may read and change.
package access

import (
	"regexp"
	"strings"

	"pavise/analysis"
	"pavise/analysis/rules/access"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// Fixes of this class.
var Fixes = []*fix.Fix{ListFields, RequireUser}

// ListFields lets a request set listed fields of a model only.
var ListFields = &fix.Fix{
	Name:    "list-fields",
	For:     []*analysis.Rule{access.MassAssignment},
	Compute: listFields,
}

const note = "Go through the fields in %s: a client sets each of them."

func listFields(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("List the fields that clients may set, by name.")
	}
	var spread pyedit.Arg
	for _, a := range pyedit.Args(call.Node) {
		if a.Name == "**" {
			if spread.Value.OK() {
				return fix.Refuse("The call takes several mappings: name the fields.")
			}
			spread = a
		}
	}
	if !spread.Value.OK() {
		return fix.Refuse("List the fields that clients may set, by name.")
	}
	class := className(call)
	columns := fields(s, class)
	if len(columns) == 0 {
		return fix.Refuse("The fields of %s are declared in another file: name those that clients may set.", fix.Short(class))
	}
	data := call.On(spread.Value)
	name, ok := named(data)
	if !ok {
		return fix.Refuse("The data is asked for twice if it has no name: give %s a name first.", fix.Short(s.Source(data)))
	}
	e := s.Edits()
	list := constant(s, e, call, class, columns)
	if name == "" {
		stmt := s.Statement()
		name = "data"
		if s.File.ShadowedAt(call, name) || s.File.BoundInModule(name) > 0 {
			name = s.File.Unique(name)
		}
		if !pyedit.Simple(stmt.Node) || !s.File.OwnLines(stmt) || !e.InsertBefore(stmt, name+" = "+s.Source(data)+"\n") {
			return fix.Refuse("The call shares its line with another statement: give the data a name above it.")
		}
	}
	e.ReplaceNode(data, "{key: "+name+"[key] for key in "+list+" if key in "+name+"}")
	return fix.Propose(e, strings.ReplaceAll(note, "%s", list), "Set listed fields only")
}

// className is the name of the class that a call makes, or that it makes
// objects of: User(...), User.objects.create(...).
func className(call pyedit.At) string {
	fn := call.Child(syntax.FieldFunction)
	for fn.Kind() == syntax.KindAttribute || fn.Kind() == syntax.KindCall {
		if fn.Kind() == syntax.KindCall {
			fn = fn.Child(syntax.FieldFunction)
		} else {
			fn = fn.Child(syntax.FieldObject)
		}
	}
	return fn.Str()
}

// privileged are fields that clients must not set.
var privileged = regexp.MustCompile(`(?i)^(?:id|pk|uuid|is_.*|admin|staff|superuser|role|roles|permissions?|groups|balance|credits?|owner|owner_id|user_id|tenant|tenant_id|created.*|updated.*|password.*|.*_hash|secret|token|api_key|verified|active|status|metadata|query|objects)$`)

// column recognises what declares a field of a model.
var column = regexp.MustCompile(`(?:^|\.)(?:Column|mapped_column|\w*Field|StringField|Field)$`)

// fields are the fields that a class of the file declares, without those that
// clients must not set.
func fields(s *fix.Site, class string) []string {
	var out []string
	for _, u := range s.File.Tree.Units {
		if u.Parent != class || u.Class != syntax.Statement {
			continue
		}
		a := u.Root().NamedChild(0)
		if a.Kind() != syntax.KindAssignment {
			continue
		}
		left, right := a.Child(syntax.FieldLeft), a.Child(syntax.FieldRight)
		if left.Kind() != syntax.KindIdentifier {
			continue
		}
		declared := a.Child(syntax.FieldType).OK() || right.Kind() == syntax.KindCall && column.MatchString(right.Child(syntax.FieldFunction).Str())
		if name := left.Str(); declared && !privileged.MatchString(name) && !strings.HasPrefix(name, "_") {
			out = append(out, name)
		}
	}
	return out
}

// named is the name that the data has; "" if it can be given one.
func named(data pyedit.At) (string, bool) {
	switch data.Kind() {
	case syntax.KindIdentifier:
		return data.Str(), true
	case syntax.KindAttribute, syntax.KindCall:
		return "", true
	}
	return "", false
}

// constant is the name of the list of fields, written above the use.
func constant(s *fix.Site, e *pyedit.Edits, at pyedit.At, class string, columns []string) string {
	name := s.File.Unique(upper(class) + "_FIELDS")
	text := name + ` = ("` + strings.Join(columns, `", "`) + `")`
	if len(columns) == 1 {
		text = name + ` = ("` + columns[0] + `",)`
	}
	e.AddHelper(at.Abs().Start, text+"\n")
	return name
}

func upper(class string) string {
	var b strings.Builder
	for i, c := range class {
		if i > 0 && c >= 'A' && c <= 'Z' {
			b.WriteByte('_')
		}
		b.WriteRune(c)
	}
	return strings.ToUpper(b.String())
}

// RequireUser has an API let nobody in by default who has not signed in.
var RequireUser = &fix.Fix{
	Name:    "require-user",
	For:     []*analysis.Rule{access.DefaultPermissionsOpen},
	Compute: requireUser,
}

const isAuthenticated = `"rest_framework.permissions.IsAuthenticated"`

func requireUser(s *fix.Site) []fix.Proposal {
	_, value, ok := s.Setting()
	if !ok {
		return fix.Refuse("Derive a class from this one whose is_accessible says who may use the view.")
	}
	const caveat = "Every view without permission_classes of its own asks for a signed-in user from now on: open those that are for everyone, such as the one to sign in."
	e := s.Edits()
	list := value
	if value.Kind() == syntax.KindDictionary {
		list = pyedit.At{}
		for c := range value.NamedChildren() {
			if c.Kind() == syntax.KindPair && strings.Contains(c.Child(syntax.FieldKey).Str(), "DEFAULT_PERMISSION_CLASSES") {
				list = value.On(c.Child(syntax.FieldValue))
			}
		}
		if !list.OK() {
			if !e.AppendElement(value, `"DEFAULT_PERMISSION_CLASSES": [`+isAuthenticated+`]`) {
				return fix.Refuse("Set DEFAULT_PERMISSION_CLASSES.")
			}
			return fix.Propose(e, caveat, "Require a user by default")
		}
	}
	if !fix.Written(list.Node) {
		return fix.Refuse("The permissions come from %s: change them there.", s.Source(list))
	}
	text := "[" + isAuthenticated + "]"
	if list.Kind() == syntax.KindTuple {
		text = "(" + isAuthenticated + ",)"
	}
	e.ReplaceNode(list, text)
	return fix.Propose(e, caveat, "Require a user by default")
}
