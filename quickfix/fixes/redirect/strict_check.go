package redirect

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/rules/redirect"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// StrictCheck turns a check of an address that can be got around into one that
// holds.
var StrictCheck = &fix.Fix{
	Name:    "strict-url-check",
	For:     []*analysis.Rule{redirect.WeakURLCheck},
	Compute: strictCheck,
}

func strictCheck(s *fix.Site) []fix.Proposal {
	switch s.Node.Kind() {
	case syntax.KindCall:
		fn := s.Node.On(s.Node.Child(syntax.FieldFunction))
		a, ok := pyedit.Positional(s.Node.Node, 0)
		if fn.Kind() != syntax.KindAttribute || !ok || len(pyedit.Args(s.Node.Node)) != 1 {
			break
		}
		object, arg := fn.On(fn.Child(syntax.FieldObject)), s.Node.On(a.Value)
		switch fn.Child(syntax.FieldAttribute).Str() {
		case "startswith":
			return strictPrefix(s, object, arg)
		case "endswith":
			return strictSuffix(s, object, arg)
		}
	case syntax.KindComparisonOperator:
		if p := strictContains(s); p != nil {
			return p
		}
	}
	return fix.Refuse("What is right here depends on what the address is for: compare urlsplit(url).hostname with the hosts that you trust, " +
		"and refuse a scheme, a backslash and a leading // where only local targets are good.")
}

// strictPrefix ends a host with a slash, and keeps a leading slash alone.
func strictPrefix(s *fix.Site, object, arg pyedit.At) []fix.Proposal {
	e := s.Edits()
	text, ok := s.Constant(arg)
	name := s.Source(object)
	switch {
	case ok && text == "/" && simple(object.Node):
		e.ReplaceNode(s.Node, "("+s.Source(s.Node)+" and not "+name+`.startswith(("//", "/\\")))`)
		return fix.Propose(e, "Targets that begin with // or /\\ are refused from now on; control characters in front of the second slash are not.", "Refuse // and /\\, too")
	case ok && text == "//":
		e.ReplaceNode(arg, `("//", "/\\")`)
		return fix.Propose(e, "Targets that begin with /\\ are taken for // from now on.", "Look for /\\, too")
	}
	literals := []pyedit.At{arg}
	if arg.Kind() == syntax.KindTuple {
		literals = nil
		for c := range arg.NamedChildren() {
			literals = append(literals, arg.On(c))
		}
	}
	for _, l := range literals {
		host, ok := bareHost(s, l)
		if !ok {
			return fix.Refuse("The beginning that the URL is compared with is not known here: let it end in a slash behind the host.")
		}
		if host {
			src := s.Source(l)
			e.ReplaceNode(l, src[:len(src)-1]+"/"+src[len(src)-1:])
		}
	}
	return fix.Propose(e, "A URL that ends with the host, without a slash, does not pass any more.", "End the host with a slash")
}

// bareHost reports whether a literal is a scheme and a host that nothing ends;
// ok is false if it is no plain literal.
func bareHost(s *fix.Site, l pyedit.At) (bare, ok bool) {
	text, known := s.Constant(l)
	src := s.Source(l)
	if !known || l.Kind() != syntax.KindString || strings.HasSuffix(src, `"""`) || strings.HasSuffix(src, "'''") {
		return false, false
	}
	_, host, found := strings.Cut(text, "://")
	if !found || host == "" {
		return false, false
	}
	return !strings.ContainsAny(host, "/?#"), true
}

// strictSuffix compares a host with a name or what ends in it behind a dot.
func strictSuffix(s *fix.Site, object, arg pyedit.At) []fix.Proposal {
	text, ok := s.Constant(arg)
	if !ok || arg.Kind() != syntax.KindString || !simple(object.Node) {
		return fix.Refuse("Compare the host with the name itself, or with one that begins with a dot.")
	}
	name := s.Source(object)
	if strings.HasPrefix(text, ".") {
		return fix.Refuse("The whole URL ends like this, its host need not: compare urlsplit(url).hostname.")
	}
	e := s.Edits()
	src := s.Source(arg)
	i := strings.IndexAny(src, `"'`)
	e.ReplaceNode(s.Node, "("+name+" == "+src+" or "+name+".endswith("+src[:i+1]+"."+src[i+1:]+"))")
	return fix.Propose(e, "Hosts that only end in the same letters do not pass any more.", "Compare whole names of hosts")
}

// strictContains compares the host of a URL with a name that was looked for
// anywhere in it; nil if the comparison is another one.
func strictContains(s *fix.Site) []fix.Proposal {
	n := s.Node
	if n.NamedCount() != 2 {
		return nil
	}
	op := ""
	for c := range n.Children() {
		if c.Field() == syntax.FieldOperators {
			op += strings.Join(strings.Fields(c.Str()), " ")
		}
	}
	equal := map[string]string{"in": "==", "not in": "!=", "notin": "!="}[op]
	literal, url := n.On(n.NamedChild(0)), n.On(n.NamedChild(1))
	text, ok := s.Constant(literal)
	if equal == "" || !ok || literal.Kind() != syntax.KindString || strings.ContainsAny(text, "/@:") || !simple(url.Node) {
		return nil
	}
	host := s.Source(url)
	last := host[strings.LastIndexByte(host, '.')+1:]
	e := s.Edits()
	if last != "hostname" && last != "netloc" && last != "host" {
		host = e.Use(url, "urllib.parse", "urlsplit", pyedit.From) + "(" + host + ").hostname"
	}
	e.ReplaceNode(n, host+" "+equal+" "+s.Source(literal))
	return fix.Propose(e, "Only this host passes from now on, no subdomain of it: compare with a set of hosts where more are good.", "Compare the host itself")
}

// simple reports whether an expression may be written twice.
func simple(n syntax.Node) bool {
	for n.Kind() == syntax.KindAttribute {
		n = n.Child(syntax.FieldObject)
	}
	if n.Kind() == syntax.KindCall { // urlsplit(url).hostname
		fn := n.Child(syntax.FieldFunction).Str()
		fn = fn[strings.LastIndexByte(fn, '.')+1:]
		return fn == "urlparse" || fn == "urlsplit"
	}
	return n.Kind() == syntax.KindIdentifier
}
