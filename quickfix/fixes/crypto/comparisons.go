package crypto

import (
	"regexp"
	"slices"
	"strings"

	"pavise/analysis/syntax"
	"pavise/quickfix/pyedit"
)

// kept reports whether a digest is only handed on: assigned, returned, passed.
func kept(n syntax.Node) bool {
	p := n.Parent()
	switch p.Kind() {
	case syntax.KindAssignment, syntax.KindReturnStatement, syntax.KindKeywordArgument, syntax.KindPair, syntax.KindTuple, syntax.KindList,
		syntax.KindNamedExpression, syntax.KindExpressionList:
		return true
	case syntax.KindArgumentList:
		return p.Parent().Child(syntax.FieldFunction).Kind() == syntax.KindAttribute || p.Parent().Child(syntax.FieldFunction).Str() != "len"
	}
	return false
}

// comparison is the == or != (or compare_digest) that a node is a side of.
func comparison(n pyedit.At) (cmp, other pyedit.At, negated bool) {
	p := n.Parent()
	if p.Kind() == syntax.KindComparisonOperator && p.NamedCount() == 2 {
		op := p.Op()
		if op != "==" && op != "!=" {
			return pyedit.At{}, pyedit.At{}, false
		}
		other := p.NamedChild(0)
		if other == n.Node {
			other = p.NamedChild(1)
		}
		return n.On(p), n.On(other), op == "!="
	}
	call := p.Parent()
	if p.Kind() == syntax.KindArgumentList && strings.HasSuffix(call.Child(syntax.FieldFunction).Str(), "compare_digest") && p.NamedCount() == 2 {
		other := p.NamedChild(0)
		if other == n.Node {
			other = p.NamedChild(1)
		}
		return n.On(call), n.On(other), false
	}
	return pyedit.At{}, pyedit.At{}, false
}

// assignedName is the name that a digest is assigned to.
func assignedName(whole pyedit.At) pyedit.At {
	p := whole.Parent()
	if p.Kind() == syntax.KindAssignment && p.Child(syntax.FieldLeft).Kind() == syntax.KindIdentifier {
		return whole.On(p.Child(syntax.FieldLeft))
	}
	return pyedit.At{}
}

// lookup reports whether a value is part of a query: an argument of filter,
// get, execute and the like.
func lookup(n syntax.Node) bool {
	for p := n.Parent(); p.OK() && p.Kind() != syntax.KindBlock; p = p.Parent() {
		if p.Kind() != syntax.KindCall {
			continue
		}
		name := p.Child(syntax.FieldFunction).Str()
		switch name[strings.LastIndexByte(name, '.')+1:] {
		case "filter", "filter_by", "get", "where", "find_one", "find", "first", "exists", "get_or_none", "select":
			return true
		case "execute", "fetchone", "fetchrow", "fetch", "fetchval", "executemany":
			sql := strings.ToLower(p.Str())
			return strings.Contains(sql, "select") && strings.Contains(sql, "where")
		}
	}
	fn := pyedit.Function(n)
	return fn.OK() && byDigest.Match(fn.Text()) // through a helper, or a list of parameters
}

// byDigest recognises a statement that looks for an account by its password.
var byDigest = regexp.MustCompile(`(?is)\bselect\b.{1,300}\bwhere\b.{1,200}\b\w*(?:pass|pwd|pw|hash|digest)\w*["'\x60\]]?\s*=`)

var (
	speaks      = regexp.MustCompile(`(?i)hash|digest|passw|pwd`)
	digestNames = regexp.MustCompile(`(?i)hash|digest|hexd|md5|sha\d|crypt`)
	loginNames  = regexp.MustCompile(`(?i)login|log_in|sign_?in|authent|passw|credential`)
	// selects finds queries for an account by its password.
	selects = regexp.MustCompile(`(?is)\bselect\b[^;]{0,400}?\bwhere\b[^;]{0,200}?\b(?:passw(?:or)?d|pwd|pass)\w*["'\x60\]]?\s*=\s*(?:\?|%|:|\$|\{|['"])`)
)

// checkRest refuses the migration if a password digest is compared, or looked up, at a
// place that is not rewritten.
func (m *migration) checkRest() {
	for _, path := range append([]string{""}, m.paths...) {
		if m.reason != "" {
			return
		}
		if text := m.texts[path]; path != "" && !selects.MatchString(text) &&
			!strings.Contains(text, "==") && !strings.Contains(text, "!=") && !strings.Contains(text, "compare_digest") {
			continue
		}
		m.part(path).checkRest()
	}
}

func (p *part) checkRest() {
	for _, u := range p.s.File.Tree.Units {
		for i := range u.Len() {
			at := pyedit.At{Node: u.At(i), Base: u.Start}
			switch at.Kind() {
			case syntax.KindComparisonOperator, syntax.KindCall:
				if p.open(at) {
					p.fail(at, "What may be the stored hash is compared in "+short(at.Str())+": verify the password there first.")
					return
				}
			case syntax.KindString:
				if selects.MatchString(at.Str()) {
					p.fail(at, "An account is looked up by its password: fetch it by its name first, then verify the password.")
					return
				}
			}
		}
	}
}

func short(text string) string {
	if len(text) > 60 || strings.ContainsAny(text, "\r\n") {
		return "a comparison"
	}
	return text
}

// open reports whether a comparison that is not rewritten is one of password digests.
func (p *part) open(at pyedit.At) bool {
	if slices.Contains(p.done, at.Abs()) {
		return false
	}
	var sides []syntax.Node
	switch at.Kind() {
	case syntax.KindComparisonOperator:
		if op := at.Op(); op != "==" && op != "!=" {
			return false
		}
		sides = slices.Collect(at.NamedChildren())
	default:
		if !strings.HasSuffix(at.Child(syntax.FieldFunction).Str(), "compare_digest") {
			return false
		}
		sides = slices.Collect(at.Child(syntax.FieldArguments).NamedChildren())
	}
	if len(sides) != 2 {
		return false
	}
	ofDigest, ofPassword := false, false
	for _, side := range sides {
		switch side.Kind() {
		case syntax.KindString, syntax.KindNone, syntax.KindInteger, syntax.KindTrue, syntax.KindFalse:
			return false
		}
		if strings.HasPrefix(side.Str(), "len(") {
			return false
		}
		ofDigest = ofDigest || digestNames.MatchString(side.Str())
		ofPassword = ofPassword || passwordName(side.Str())
	}
	if fn := pyedit.Function(at.Node); fn.OK() {
		ofPassword = ofPassword || loginNames.MatchString(fn.Child(syntax.FieldName).Str())
	}
	return ofDigest && ofPassword
}
