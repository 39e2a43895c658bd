package analysis

import (
	"path/filepath"
	"slices"
	"strings"

	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

// developmentWords are parts of the names of modules that are not for production,
// copiedWords of those that are to be copied: settings_example.
var (
	developmentWords = []string{
		"dev", "devel", "develop", "development", "local", "locals", "localhost", "localdev", "test", "tests", "testing", "unittest", "pytest", "debug", "dummy", "mock", "mocks",
	}
	copiedWords = []string{"example", "examples", "sample", "demo", "dist", "template", "ci"}
)

// DevelopmentFile reports whether a module's name says that it is for tests, for
// a developer's own machine or to be copied. The defaults of a framework are no
// settings either.
func DevelopmentFile(path string) bool {
	if TestFile(path) {
		return true
	}
	path = strings.ToLower(filepath.ToSlash(path))
	name := strings.TrimSuffix(path[strings.LastIndexByte(path, '/')+1:], ".py")
	if name == "global_settings" || strings.Contains(path, "/settings/dev/") || strings.Contains(path, "/settings/local/") {
		return true
	}
	parts := strings.FieldsFunc(name, func(r rune) bool { return r == '_' || r == '-' || r == '.' })
	for _, part := range parts {
		for _, w := range []string{"settings", "config"} { // localsettings
			if rest := strings.TrimSuffix(strings.TrimPrefix(part, w), w); rest != "" {
				part = rest
			}
		}
		if slices.Contains(developmentWords, part) || len(parts) > 1 && slices.Contains(copiedWords, part) {
			return true
		}
	}
	return false
}

// SettingsFile reports whether a module holds settings, by its name or folder.
func SettingsFile(path string) bool {
	path = strings.ToLower(filepath.ToSlash(path))
	name := strings.TrimSuffix(path[strings.LastIndexByte(path, '/')+1:], ".py")
	return strings.Contains(path, "/settings/") || strings.HasPrefix(path, "settings/") || strings.Contains(name, "settings") ||
		strings.Contains(name, "config") || name == "conf"
}

// ProductionFile reports whether a module's name says that production runs with
// it.
func ProductionFile(path string) bool {
	name := strings.TrimSuffix(filepath.Base(path), ".py")
	if flow.ForProduction(name) {
		return true
	}
	for part := range strings.FieldsFuncSeq(strings.ToLower(name), func(r rune) bool { return r == '_' || r == '-' }) {
		if part == "prod" || part == "production" || part == "live" {
			return true
		}
	}
	return false
}

// DevelopmentName reports whether the name of a class or function says that it is
// for development or tests.
func DevelopmentName(name string) bool { return names(name, developmentWords) }

// names reports whether one of the words that a text is made of, in either case
// and joined in either way, is in a list.
func names(text string, list []string) bool {
	start := 0
	for i := 0; i <= len(text); i++ {
		inside := i < len(text) && (letter(text[i]) || text[i] >= '0' && text[i] <= '9')
		camel := inside && i > start && text[i] >= 'A' && text[i] <= 'Z' && text[i-1] >= 'a' && text[i-1] <= 'z'
		if inside && !camel {
			continue
		}
		if i > start && slices.Contains(list, strings.ToLower(text[start:i])) {
			return true
		}
		start = i
		if !inside {
			start++
		}
	}
	return false
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// Deployed reports whether what happens at an event may be what production runs
// with: not in tests or settings for development, in a class for these or in a
// branch that only they take, and not replaced by settings for production.
func (p *Pass) Deployed(e *flow.Event) bool {
	return !e.Overridden && !DevelopmentFile(p.Path) && !DevelopmentName(e.Func) && !DevelopmentName(e.Node.Unit().Parent) && !developmentBranch(e.Node)
}

// developmentBranch reports whether a statement stands in a branch that only
// development takes.
func developmentBranch(n syntax.Node) bool {
	inElse := false
	for c, p := n, n.Parent(); p.OK(); c, p = p, p.Parent() {
		switch p.Kind() {
		case syntax.KindElifClause, syntax.KindElseClause:
			if p.Kind() == syntax.KindElifClause && c == p.Child(syntax.FieldConsequence) {
				if forDevelopment(p.Child(syntax.FieldCondition).Str(), false) {
					return true
				}
			}
			inElse = true
		case syntax.KindIfStatement:
			if forDevelopment(p.Child(syntax.FieldCondition).Str(), inElse) {
				return true
			}
			inElse = false
		case syntax.KindConditionalExpression:
			return false
		}
	}
	return false
}

// forDevelopment reports whether a condition holds, or fails, in development only.
func forDevelopment(cond string, fails bool) bool {
	low := strings.ToLower(cond)
	negated := strings.HasPrefix(low, "not ") || strings.Contains(low, " not ") || strings.Contains(low, "!=")
	if strings.Contains(low, "==") && (strings.Contains(low, "false") || strings.Contains(low, `"0"`)) {
		negated = !negated
	}
	if negated != fails {
		return names(cond, productionWords)
	}
	return names(cond, developmentWords)
}

// productionWords are parts of the names of what only production has.
var productionWords = []string{"prod", "production", "heroku", "deploy", "deployed", "deployment", "live"}

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
		for _, e := range environment {
			if name == e {
				return defaultArg(n.Child(syntax.FieldArguments))
			}
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
