package crypto

import (
	_ "embed"
	"regexp"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

//go:embed plaintext_password_compare.md
var plaintextPasswordComparePage string

// PlaintextPasswordCompare: a stored password compared with the one that was sent.
var PlaintextPasswordCompare = &analysis.Rule{
	ID:         "plaintext-password-compare",
	Class:      "crypto",
	Title:      "Stored password compared directly with the submitted one",
	CWE:        []int{256},
	OWASP2021:  "A04:2021 Insecure Design",
	OWASP2025:  "A06:2025 Insecure Design",
	Severity:   analysis.High,
	Confidence: analysis.Likely,
	Page:       plaintextPasswordComparePage,
	Checks: []analysis.Check{
		analysis.Compares{Run: comparedPassword},
		analysis.Calls{Names: []string{
			".filter_by", "sqlalchemy.orm.Query.filter_by", "sqlalchemy.Select.filter_by", "django.db.models.Manager.filter", "django.db.models.Manager.get",
			"django.db.models.QuerySet.filter", "django.db.models.QuerySet.get", ".find_one", "pymongo.collection.Collection.find_one", ".get_or_none",
			"peewee.Model.get", "tortoise.models.Model.get", "tortoise.models.Model.filter", "django.shortcuts.get_object_or_404",
		}, Run: lookedUp},
		analysis.Sinks{Kind: models.SQL, Handed: true, Run: lookedUpBySQL},
	},
}

const compareConsequence = ": the passwords are kept readable, and all are lost with the table. Store a hash, fetch the account by its name, and verify the password against the hash."

// twice recognises the second of two fields of one form, and what is no password.
var twice = regexp.MustCompile(`(?i)confirm|repeat|again|retype|verif|re_?pass|new|old|current|2$|1$|_two|second|hash|digest|encrypted|input|field`)

// anyPassword recognises names of a password itself.
var anyPassword = regexp.MustCompile(`(?i)^(?:user_?|my_?|login_?|account_?|db_?|stored_?|correct_?|saved_?|real_?|actual_?|expected_?|given_?|entered_?|provided_?|submitted_?|input_?|raw_?|plain_?)?(?:password|passwd|pwd|pass_?word|pass|passwort)$`)

func comparedPassword(p *analysis.Pass, e *flow.Event) {
	if analysis.TestFile(p.Path) || isEquality(e.Func) {
		return
	}
	for i := range 2 {
		stored, given := &e.Args[i], &e.Args[1-i]
		if !keepsPassword(stored) || remote(stored.Value) || len(given.Value.Consts) > 0 {
			continue
		}
		c, ok := givenPassword(given)
		if !ok {
			continue
		}
		if c == analysis.Unsure && checksPassword.MatchString(e.Func) && accountLike(stored.Node) {
			c = analysis.Likely
		}
		p.Report(e, c, "the password that was sent is compared with the stored one as it is"+compareConsequence)
		return
	}
}

var checksPassword = regexp.MustCompile(`(?i)check|verif|auth|login|log_in|sign_?in|valid|match`)

// keepsPassword reports whether an expression is the password of an account as
// it is kept: user.password, row["password"], users[name].
func keepsPassword(a *flow.Arg) bool {
	n := a.Node
	if fromConfiguration(a) && n.Kind() != syntax.KindIdentifier {
		return false // of no account
	}
	if is, _ := a.Value.Digest(); is || len(a.Value.Consts) > 0 && n.Kind() != syntax.KindSubscript && n.Kind() != syntax.KindCall {
		return false
	}
	name := called(n)
	switch n.Kind() {
	case syntax.KindAttribute:
		object := n.Child(syntax.FieldObject)
		return anyPassword.MatchString(name) && !twice.MatchString(name) && strings.ToUpper(name) != name && !form.MatchString(object.Str())
	case syntax.KindSubscript:
		object := n.Child(syntax.FieldValue)
		if form.MatchString(object.Str()) {
			return false
		}
		if key := n.Child(syntax.FieldSubscript); key.Kind() == syntax.KindString {
			return anyPassword.MatchString(name)
		} else if key.Kind() == syntax.KindInteger {
			return a.Value.Type != "str" && second(a.Value)
		}
		return userTable.MatchString(object.Str())
	case syntax.KindCall: // users.get(name)
		fn := n.Child(syntax.FieldFunction)
		return fn.Kind() == syntax.KindAttribute && fn.Child(syntax.FieldAttribute).Str() == "get" && userTable.MatchString(fn.Child(syntax.FieldObject).Str())
	case syntax.KindIdentifier:
		// password = row["password"]
		return anyPassword.MatchString(name) && !twice.MatchString(name) && second(a.Value)
	}
	return false
}

var (
	form      = regexp.MustCompile(`(?i)form|cleaned|request|(?:^|\.)data$|validated|attrs|serializer|params|(?:^|\.)args|payload|body|json|post`)
	userTable = regexp.MustCompile(`(?i)^(?:\w+\.)*_?(?:users?|accounts?|passwords?|credentials|user_?(?:db|list|dict|data|base)|users_?db|logins?|valid_?users)$`)
)

// second reports whether a value comes out of a database.
func second(v *flow.Value) bool {
	for i := range v.Origins {
		if v.Origins[i].Tier == models.Stored && !v.Origins[i].Vague && !strings.Contains(v.Origins[i].Label, "session") {
			return true
		}
	}
	return false
}

func remote(v *flow.Value) bool {
	for i := range v.Origins {
		if v.Origins[i].Tier == models.Remote {
			return true
		}
	}
	return false
}

// givenPassword grades an expression as a password that was sent: likely if it
// comes from a request, unsure if it is a parameter of that name.
func givenPassword(a *flow.Arg) (analysis.Confidence, bool) {
	return raw(a.Value, a.Node)
}

func accountLike(n syntax.Node) bool {
	switch n.Kind() {
	case syntax.KindAttribute:
		object := n.Child(syntax.FieldObject).Str()
		return object == "self" || accountName(lastPart(object)) || isUpper(object)
	case syntax.KindSubscript:
		return true
	}
	return false
}

// isEquality recognises the methods by which objects are compared.
func isEquality(fn string) bool {
	switch fn[strings.LastIndexByte(fn, '.')+1:] {
	case "__eq__", "__ne__", "__hash__":
		return true
	}
	return false
}

func lookedUp(p *analysis.Pass, e *flow.Event) {
	if analysis.TestFile(p.Path) {
		return
	}
	for i := range e.Args {
		a := &e.Args[i]
		v, n := a.Value, a.Node
		switch {
		case a.Name == "" && i == 0 && (a.Node.Kind() == syntax.KindDictionary || a.Value.Type == "dict"):
			v, n = passwordKey(a)
		case !isColumn(a.Name):
			continue
		}
		if v == nil {
			continue
		}
		c, ok := raw(v, n)
		if !ok {
			continue
		}
		if c == analysis.Unsure && checksPassword.MatchString(e.Func) {
			c = analysis.Likely
		}
		p.Report(e, c, "the account is looked up by the password that was sent"+compareConsequence)
		return
	}
}

func lookedUpBySQL(p *analysis.Pass, e *flow.Event, _ *models.Sink) {
	if analysis.TestFile(p.Path) {
		return
	}
	for _, s := range passwordSlots(e) {
		if !s.lookup {
			continue
		}
		c, ok := raw(s.value, s.node)
		if !ok {
			continue
		}
		if c == analysis.Unsure && checksPassword.MatchString(e.Func) {
			c = analysis.Likely
		}
		p.Report(e, c, "the account is looked up by the password that was sent"+compareConsequence)
		return
	}
}

// StoredSide is the side of a comparison, 0 or 1, that is the stored password.
func StoredSide(e *flow.Event) (int, bool) {
	for i := range 2 {
		if len(e.Args) == 2 && keepsPassword(&e.Args[i]) && !remote(e.Args[i].Value) {
			return i, true
		}
	}
	return 0, false
}
