package crypto

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

//go:embed plaintext_password_stored.md
var plaintextPasswordStoredPage string

// PlaintextPasswordStored: a password kept as it was sent.
var PlaintextPasswordStored = &analysis.Rule{
	ID:         "plaintext-password-stored",
	Class:      "crypto",
	Title:      "Password stored without hashing",
	CWE:        []int{256},
	OWASP2021:  "A04:2021 Insecure Design",
	OWASP2025:  "A06:2025 Insecure Design",
	Severity:   analysis.High,
	Confidence: analysis.Likely,
	Page:       plaintextPasswordStoredPage,
	Checks: []analysis.Check{
		analysis.Sets{Names: passwordFields("."), Run: storedField},
		analysis.Calls{Names: []string{
			"django.db.models.Manager.create", "django.db.models.Manager.update", "django.db.models.QuerySet.update", "django.db.models.QuerySet.create",
			"django.db.models.Manager.get_or_create", "django.db.models.Manager.update_or_create", ".create", ".insert_one", ".insert", ".save",
			"pymongo.collection.Collection.insert_one", "pymongo.collection.Collection.insert", "peewee.Model.create", "tortoise.models.Model.create",
		}, Run: storedByCall},
		analysis.Sinks{Kind: models.SQL, Handed: true, Run: storedBySQL},
	},
}

// passwordColumns are the names of fields and columns that hold passwords.
var passwordColumns = []string{"password", "passwd", "pwd", "pass_word", "user_password", "userpassword", "Password"}

func passwordFields(prefix string) []string {
	var out []string
	for _, c := range passwordColumns {
		out = append(out, prefix+c)
	}
	return out
}

const storedConsequence = " is stored as it was sent: whoever gets to read the table has the passwords of all users. Store a hash made with argon2, scrypt or bcrypt."

// raw grades data that is stored or looked up as a password: certain to be one
// that nothing hashed if it comes straight from a client.
func raw(v *flow.Value, n syntax.Node) (c analysis.Confidence, ok bool) {
	if v.Harmless() || v.Clean == models.All {
		return 0, false
	}
	if is, _ := v.Digest(); is {
		return 0, false
	}
	if n.Kind() == syntax.KindCall && !readsRequest(n) {
		return 0, false // hash_password(password)
	}
	a := flow.Arg{Node: n, Value: v}
	if !holdsPassword(&a) {
		return 0, false
	}
	best, found := analysis.Confidence(0), false
	for i := range v.Origins {
		o := &v.Origins[i]
		switch {
		case o.Vague:
			return 0, false // something that is not known may have hashed it
		case o.Tier == models.Remote:
			best, found = analysis.Likely, true
		case o.Tier == models.Unknown && n.Kind() == syntax.KindIdentifier:
			found = true
		}
	}
	return best, found
}

// readsRequest recognises calls that only read: request.form.get("password").
func readsRequest(call syntax.Node) bool {
	fn := call.Child(syntax.FieldFunction)
	if fn.Kind() != syntax.KindAttribute {
		return fn.Str() == "str"
	}
	switch fn.Child(syntax.FieldAttribute).Str() {
	case "get", "getlist", "get_argument", "get_json", "strip", "pop", "getvalue", "getfirst", "encode", "decode", "json", "form":
		return true
	}
	return false
}

// accountName recognises objects and classes that keep accounts.
var accountName = anyWord("user", "account", "member", "customer", "admin", "employee", "person", "student", "teacher", "author", "profile", "client", "login", "patient",
	"player", "owner", "staff", "doctor", "seller", "vendor", "company", "usr", "new_user", "u")

// requestClass recognises classes that only carry what was sent.
var requestClass = anyWord("form", "request", "schema", "dto", "in", "serializer", "payload", "input", "message", "credentials", "credential", "auth", "authentication",
	"connection", "session", "config", "settings", "url", "token", "event", "command", "params", "response", "engine", "pool", "api")

func storedField(p *analysis.Pass, e *flow.Event) {
	if analysis.TestFile(p.Path) || e.SetsItself {
		return
	}
	n := e.Node
	var object string
	var value syntax.Node
	if n.Kind() == syntax.KindCall {
		object = n.Child(syntax.FieldFunction).Str()
		for i := range e.Args {
			value = e.Args[i].Node
		}
	} else {
		target := n
		if n.Kind() == syntax.KindAssignment {
			target, value = n.Child(syntax.FieldLeft), n.Child(syntax.FieldRight)
		}
		object = target.Child(syntax.FieldObject).Str()
	}
	object = object[strings.LastIndexByte(object, '.')+1:]
	c, ok := raw(e.Value, value)
	if !ok || !persists(e, object) {
		return
	}
	if e.Value != nil && p.Imports("hashlib") && hashesLater(n) {
		c = analysis.Unsure
	}
	p.Report(e, c, "the password"+storedConsequence)
}

// persists reports whether an object is kept in a database: by its class, or by
// its name and what is done around.
func persists(e *flow.Event, object string) bool {
	t := ""
	if e.Recv != nil {
		t = e.Recv.Type
	}
	for _, root := range []string{"django.db.", "sqlalchemy.", "flask_sqlalchemy.", "sqlmodel.", "peewee.", "mongoengine.", "pony.", "tortoise.", "django.contrib.auth.", "odmantic.", "beanie.", "ndb.", "google."} {
		if strings.HasPrefix(t, root) {
			return true
		}
	}
	if strings.HasPrefix(t, "pydantic.") || strings.HasPrefix(t, "wtforms.") || strings.HasPrefix(t, "flask_wtf.") || strings.HasPrefix(t, "django.forms") ||
		strings.HasPrefix(t, "rest_framework.") || strings.HasPrefix(t, "marshmallow.") {
		return false
	}
	if !accountName(object) || requestClass(object) {
		return false
	}
	text := around(e.Node)
	for _, w := range []string{".add(", ".commit(", ".save(", ".put(", ".insert(", ".create(", ".merge(", ".persist(", ".flush(", ".append("} {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

// hashesLater reports whether the function calls something that hashes.
func hashesLater(n syntax.Node) bool {
	text := around(n)
	return strings.Contains(text, "hash_password") || strings.Contains(text, "set_password") || strings.Contains(text, "hashpw")
}

func storedByCall(p *analysis.Pass, e *flow.Event) {
	if analysis.TestFile(p.Path) {
		return
	}
	django := strings.HasPrefix(e.Name, "django.")
	object := e.Node.Child(syntax.FieldFunction).Child(syntax.FieldObject).Str()
	for i := range e.Args {
		a := &e.Args[i]
		v, n := a.Value, a.Node
		switch {
		case a.Name == "" && i == 0 && a.Node.Kind() != syntax.KindDictionary && a.Value.Type != "dict":
			continue
		case a.Name == "" && i == 0 || a.Name == "document" || a.Name == "defaults":
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
		if !django && strings.HasSuffix(e.Name, ".create") && !strings.HasSuffix(object, ".objects") && !isUpper(object) {
			continue // stripe.Customer.create would do; a call of some API
		}
		if strings.HasPrefix(e.Name, ".") && !accountName(lastPart(strings.TrimSuffix(object, ".objects"))) {
			c = analysis.Unsure
		}
		p.Report(e, c, "the password"+storedConsequence)
		return
	}
}

func lastPart(s string) string { return s[strings.LastIndexByte(s, '.')+1:] }

func isUpper(object string) bool {
	s := lastPart(object)
	return s != "" && s[0] >= 'A' && s[0] <= 'Z'
}

func isColumn(name string) bool {
	for _, c := range passwordColumns {
		if strings.EqualFold(c, name) {
			return true
		}
	}
	return false
}

// passwordKey is what a dict has under the name of a password.
func passwordKey(a *flow.Arg) (*flow.Value, syntax.Node) {
	for _, c := range passwordColumns {
		v := a.Value.Key(c)
		if v == nil {
			continue
		}
		n := a.Node
		if n.Kind() == syntax.KindDictionary {
			for pair := range n.NamedChildren() {
				if pair.Kind() == syntax.KindPair && called(pair.Child(syntax.FieldKey)) == c {
					n = pair.Child(syntax.FieldValue)
				}
			}
		} else if len(v.Origins) > 0 {
			n = v.Origins[0].Node
		}
		return v, n
	}
	return nil, syntax.Node{}
}

func storedBySQL(p *analysis.Pass, e *flow.Event, _ *models.Sink) {
	if analysis.TestFile(p.Path) {
		return
	}
	for _, s := range passwordSlots(e) {
		if s.lookup {
			continue
		}
		if c, ok := raw(s.value, s.node); ok {
			p.Report(e, c, "the password"+storedConsequence)
			return
		}
	}
}

// StoredPassword is the expression of the password that a call stores, no node
// if it cannot be told.
func StoredPassword(e *flow.Event) syntax.Node {
	if e.Kind == flow.Assigned && len(e.Args) == 1 {
		return e.Args[0].Node
	}
	for _, s := range passwordSlots(e) {
		if !s.lookup {
			return s.node
		}
	}
	for i := range e.Args {
		a := &e.Args[i]
		if isColumn(a.Name) {
			return a.Node
		}
		if i == 0 && a.Name == "" && a.Node.Kind() == syntax.KindDictionary {
			if v, n := passwordKey(a); v != nil {
				return n
			}
		}
	}
	return syntax.Node{}
}
