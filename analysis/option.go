package analysis

import (
	"slices"
	"strings"

	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

// Flag is what is known of an option that can be on or off.
type Flag uint8

// Flags.
const (
	Absent Flag = iota // not given
	Off
	On
	Open // given, but decided elsewhere
)

// FlagOf is what is known of the value of an option, nil if it is not given.
func FlagOf(v *flow.Value) Flag {
	if v == nil {
		return Absent
	}
	if b, ok := v.Bool(); ok {
		if b {
			return On
		}
		return Off
	}
	if n, ok := v.Int(); ok {
		if n != 0 {
			return On
		}
		return Off
	}
	if v.IsNone() {
		return Off
	}
	return Open
}

// Option is the argument of a call with one of some names or positions, nil if
// it is not given; open is set if an argument that is unpacked may give it.
func Option(args []flow.Arg, names ...string) (a *flow.Arg, open bool) {
	for _, n := range names {
		if a := flow.FindArg(args, n); a != nil {
			return a, false
		}
	}
	for i := range args {
		if args[i].Name == "*" {
			return nil, true
		}
		if args[i].Name != "**" {
			continue
		}
		for _, n := range names {
			if v := args[i].Value.Key(n); v != nil {
				return &flow.Arg{Name: n, Node: args[i].Node, Value: v}, false
			}
		}
		if _, known := args[i].Value.Len(); !known {
			open = true
		}
	}
	return nil, open
}

// OptionFlag is the flag of a call's option.
func OptionFlag(args []flow.Arg, names ...string) Flag {
	a, open := Option(args, names...)
	switch {
	case a != nil:
		return FlagOf(a.Value)
	case open:
		return Open
	}
	return Absent
}

// Beginning is the constant text that a value is or begins with.
func Beginning(v *flow.Value) string {
	if v == nil {
		return ""
	}
	if s, ok := v.Text(); ok {
		return s
	}
	text := ""
	for _, piece := range v.Pieces {
		if piece.Hole == nil {
			text += piece.Text
			continue
		}
		s, ok := piece.Hole.Text()
		if !ok {
			break
		}
		text += s
	}
	return text
}

// environment are the calls that read a variable of the environment.
var environment = []string{"environ.get", "getenv", "env", "env.str", "env.bool", "env.list", "env.get", "config", "config.get", "get_env", "env.tuple", "env.json"}

// Default is what an expression gives where a variable of the environment is not
// set, not OK if it does not read one so: os.environ.get("HOSTS", "*").split(",").
func Default(n syntax.Node) syntax.Node {
	for range 6 {
		if !n.OK() || n.Kind() != syntax.KindCall {
			return syntax.Node{}
		}
		fn := n.Child(syntax.FieldFunction)
		name := strings.TrimPrefix(fn.Str(), "os.")
		if slices.Contains(environment, name) {
			return defaultArg(n.Child(syntax.FieldArguments))
		}
		if fn.Kind() == syntax.KindAttribute { // .split(",")
			n = fn.Child(syntax.FieldObject)
			continue
		}
		n = n.Child(syntax.FieldArguments).NamedChild(0) // bool(...), json.loads(...)
	}
	return syntax.Node{}
}

// defaultArg is the default among the arguments of such a call.
func defaultArg(list syntax.Node) syntax.Node {
	i := 0
	for a := range list.NamedChildren() {
		if a.Kind() == syntax.KindKeywordArgument {
			if a.Child(syntax.FieldName).Str() == "default" {
				return a.Child(syntax.FieldValue)
			}
			continue
		}
		if i == 1 {
			return a
		}
		i++
	}
	return syntax.Node{}
}

// Expression is the expression of the value that a setting is given, not OK
// where it stands elsewhere.
func (s *Setting) Expression() syntax.Node {
	switch s.At.Kind() {
	case syntax.KindAssignment, syntax.KindAugmentedAssignment:
		return s.At.Child(syntax.FieldRight)
	case syntax.KindKeywordArgument, syntax.KindPair:
		return s.At.Child(syntax.FieldValue)
	case syntax.KindCall:
		if a, ok := s.second(); ok {
			return a
		}
	}
	return syntax.Node{}
}

// second is the second argument of setdefault(name, value).
func (s *Setting) second() (syntax.Node, bool) {
	fn := s.At.Child(syntax.FieldFunction)
	if fn.Kind() != syntax.KindAttribute || fn.Child(syntax.FieldAttribute).Str() != "setdefault" {
		return syntax.Node{}, false
	}
	a := s.At.Child(syntax.FieldArguments).NamedChild(1)
	return a, a.OK()
}

// ReportSetting adds a finding on a setting.
func (p *Pass) ReportSetting(s *Setting, c Confidence, message string) *Draft {
	d := p.Report(s.Event, c, message)
	d.Node = s.At
	return d
}

// Middleware is the class of the middleware that a call adds to a Starlette
// application, or makes, and the arguments that it is given.
func Middleware(e *flow.Event) (class string, args []flow.Arg) {
	if !strings.HasSuffix(e.Name, ".add_middleware") && !strings.HasSuffix(e.Name, ".Middleware") {
		return e.Name, e.Args
	}
	a, _ := Option(e.Args, "0", "middleware_class", "cls")
	if a == nil {
		return "", nil
	}
	for i := range e.Args {
		if &e.Args[i] != a {
			args = append(args, e.Args[i])
		}
	}
	return a.Value.Name, args
}

// Middlewares are the names in a list of middleware of Django that an event sets,
// as the module leaves it; nil if not all of them are known.
func Middlewares(e *flow.Event, o *flow.Overview) []string {
	v := o.Value(e.Name)
	if v == nil || e.Node.Kind() == syntax.KindAugmentedAssignment {
		return nil
	}
	list, all := v.Elements()
	if !all || len(list) == 0 {
		return nil
	}
	var out []string
	for _, x := range list {
		s, ok := x.Str()
		if !ok {
			return nil
		}
		out = append(out, s)
	}
	return out
}
