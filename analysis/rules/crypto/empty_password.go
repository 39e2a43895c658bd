package crypto

import (
	_ "embed"
	"regexp"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

//go:embed empty_password.md
var emptyPasswordPage string

// EmptyPassword: an account with an empty password or one from the source.
var EmptyPassword = &analysis.Rule{
	ID:         "empty-password",
	Class:      "crypto",
	Title:      "Empty or default password set",
	CWE:        []int{258, 1392},
	OWASP2021:  "A07:2021 Identification and Authentication Failures",
	OWASP2025:  "A07:2025 Authentication Failures",
	Severity:   analysis.Medium,
	Confidence: analysis.Certain,
	Aliases:    analysis.Aliases{Semgrep: []string{"password-empty-string", "use-none-for-password-default"}},
	Page:       emptyPasswordPage,
	Checks: []analysis.Check{
		analysis.Calls{Names: []string{
			".set_password", "django.contrib.auth.models.User.set_password", "django.contrib.auth.base_user.AbstractBaseUser.set_password",
			"django.contrib.auth.models.AbstractUser.set_password", "django.contrib.auth.models.AbstractBaseUser.set_password",
			"django.contrib.auth.hashers.make_password", "werkzeug.security.generate_password_hash",
		}, Run: setByFirst},
		analysis.Calls{Names: []string{
			".create_user", ".create_superuser", "django.contrib.auth.models.UserManager.create_user", "django.contrib.auth.models.UserManager.create_superuser",
			"django.db.models.Manager.create_user", "django.db.models.Manager.create_superuser",
		}, Run: setOnCreation},
	},
}

// NewPassword is the password that a call of the rule sets, nil if it has none.
func NewPassword(e *flow.Event) *flow.Arg {
	if a := flow.FindArg(e.Args, "password"); a != nil {
		return a
	}
	if short := lastPart(e.Name); short == "create_user" || short == "create_superuser" {
		return flow.FindArg(e.Args, "2")
	}
	return argument(e, 0, "raw_password")
}

func setByFirst(p *analysis.Pass, e *flow.Event) { judgeNewPassword(p, e) }

func setOnCreation(p *analysis.Pass, e *flow.Event) { judgeNewPassword(p, e) }

// harmlessPlace recognises code that makes accounts for trying things out.
var harmlessPlace = regexp.MustCompile(`(?i)(?:^|[/_.])(?:tests?|testing|fixtures?|factor(?:y|ies)|mocks?|benchmarks?)(?:[/_.]|$)`)

// blocked recognises texts that are no password but mark an account without one.
var blocked = regexp.MustCompile(`^[!*]+$`)

func judgeNewPassword(p *analysis.Pass, e *flow.Event) {
	a := NewPassword(e)
	if a == nil || analysis.TestFile(p.Path) || harmlessPlace.MatchString(p.Path) || harmlessPlace.MatchString(e.Func) {
		return
	}
	if fn := e.Node.Child(syntax.FieldFunction); fn.Child(syntax.FieldObject).Kind() == syntax.KindCall {
		return // of an object that nobody keeps
	}
	s, ok := a.Value.Str()
	if ok && evensOut(e.Node) {
		return
	}
	switch {
	case ok && s == "":
		p.Report(e, analysis.Certain, "the account gets an empty password, so that anybody logs in to it. Call set_unusable_password() for one that nobody shall log in to.")
	case ok && !blocked.MatchString(s):
		p.Report(e, analysis.Likely, "the password of this account stands in the source: whoever reads it logs in, wherever the program runs. Read it from the environment, or draw one.")
	case !ok && emptyDefault(a) && !strings.Contains(around(e.Node), "if not ") && !strings.Contains(around(e.Node), "valid"):
		p.Report(e, analysis.Likely, "the password is empty where none was sent, so that anybody logs in to the account. Leave the default out and refuse the request.")
	}
}

// evensOut reports whether a hash is only made so that a sign-in takes as long for an
// account that there is not: it goes to what checks a password, or is named so.
func evensOut(hash syntax.Node) bool {
	for p := hash.Parent(); p.OK(); p = p.Parent() {
		switch p.Kind() {
		case syntax.KindArgumentList, syntax.KindKeywordArgument, syntax.KindBooleanOperator, syntax.KindConditionalExpression, syntax.KindParenthesizedExpression:
			continue
		case syntax.KindCall:
			return checksPassword.MatchString(lastPart(p.Child(syntax.FieldFunction).Str()))
		case syntax.KindAssignment:
			return dummyName.MatchString(p.Child(syntax.FieldLeft).Str())
		}
		break
	}
	return false
}

var dummyName = regexp.MustCompile(`(?i)dummy|fake|placeholder|timing|equali[sz]|unusable|nobody|nonexist|no_?user|missing|decoy`)

// emptyDefault reports whether a value is an empty text where nothing is given.
func emptyDefault(a *flow.Arg) bool {
	if a.Value.CanBe("") {
		return true
	}
	n := a.Node
	for i := range a.Value.Origins {
		// password = request.POST.get("password", "")
		o := a.Value.Origins[i].Node
		if p := o.Parent(); p.Kind() == syntax.KindAttribute && p.Parent().Kind() == syntax.KindCall {
			n = p.Parent()
		}
	}
	if n.Kind() != syntax.KindCall {
		return false
	}
	fn := n.Child(syntax.FieldFunction)
	d := n.Child(syntax.FieldArguments).NamedChild(1)
	return fn.Kind() == syntax.KindAttribute && fn.Child(syntax.FieldAttribute).Str() == "get" && d.OK() && (d.Str() == `""` || d.Str() == `''`)
}
