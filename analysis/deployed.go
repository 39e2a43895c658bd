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
	return !e.Overridden && !DevelopmentFile(p.Path) && !DevelopmentName(e.Func) && !DevelopmentName(e.Node.Unit().Parent) && !developmentBranch(e.Node) && !chosen(e.Node)
}

// chosen reports whether an assignment gives development and production values of
// their own: ["*"] if DEBUG else HOSTS.
func chosen(n syntax.Node) bool {
	right := n.Child(syntax.FieldRight)
	if !right.OK() || right.Kind() != syntax.KindConditionalExpression {
		return false
	}
	cond := right.NamedChild(1).Str()
	return names(cond, developmentWords) || names(cond, productionWords)
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
