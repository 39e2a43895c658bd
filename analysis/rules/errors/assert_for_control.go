package errors

import (
	_ "embed"
	"regexp"

	"pavise/analysis"
	"pavise/analysis/lang/python"
	"pavise/analysis/syntax"
	"pavise/analysis/wordset"
)

//go:embed assert_for_control.md
var assertForControlPage string

// AssertForControl: assert used for a runtime check.
var AssertForControl = &analysis.Rule{
	ID:         "assert-for-control",
	Class:      "errors",
	Title:      "assert used for a runtime check",
	CWE:        []int{617, 703},
	OWASP2021:  "A04:2021 Insecure Design",
	OWASP2025:  "A10:2025 Mishandling of Exceptional Conditions",
	Severity:   analysis.Low,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Bandit: []string{"B101"},
		Ruff:   []string{"S101"},
	},
	Page: assertForControlPage,
	Checks: []analysis.Check{
		analysis.Nodes{Kinds: []syntax.Kind{syntax.KindAssertStatement}, Run: judgeAssert},
	},
}

// judgeAssert objects to asserts that decide who may do what or check what a
// client sent. Any other one is for the audit.
func judgeAssert(p *analysis.Pass, n syntax.Node) {
	cond := n.NamedChild(0)
	if !cond.OK() || analysis.InTests(p.Path) {
		return
	}
	if AlwaysTrue(cond) {
		p.ReportNode(n, analysis.Certain, "This assert is always true: the parentheses make a tuple of the condition and the message, so nothing is checked.")
		return
	}
	switch {
	case Controls(cond):
		p.ReportNode(n, analysis.Certain, "An assert decides here who may go on: `python -O` leaves it out, and everybody may. Raise an exception.").Severity = analysis.Medium
	case ChecksRequest(cond):
		p.ReportNode(n, analysis.Likely, "An assert checks here what the client sent: `python -O` leaves it out, and nothing is checked. Raise an exception.").Severity = analysis.Medium
	default:
		p.ReportNode(n, analysis.Unsure, "`python -O` leaves this assert out. Raise an exception if the program relies on it.")
	}
}

// AlwaysTrue reports whether a condition is a tuple with something in it.
func AlwaysTrue(cond syntax.Node) bool {
	return cond.Kind() == syntax.KindTuple && cond.NamedCount() > 0
}

// control are the names that tell who somebody is or what they may do.
var control = regexp.MustCompile(`(?i)^(?:is_?(?:authenticated|authorized|admin|administrator|staff|superuser|owner|moderator|logged_?in|allowed|permitted)|has_?(?:perms?|permissions?|role|scope|access|module_perms|object_permission)|check_?(?:password(?:_hash)?|permissions?|object_permissions|token|csrf|signature|auth)|verify_?(?:password|token|signature|csrf|jwt|hmac|digest|credentials|totp|otp)|validate_?(?:token|csrf|jwt|signature|credentials|api_key)|compare_digest|safe_str_cmp|checkpw|user_passes_test|authori[sz]e[ds]?|can_(?:edit|delete|view|access|read|write|manage|update|modify|admin)\w*|may_\w+|logged_in|permitted|current_user_can)$`)

// subject are the attributes and variables whose comparison decides the same.
var subject = regexp.MustCompile(`(?i)^(?:roles?|permissions?|owner(?:_id)?|author_id|created_by(?:_id)?|user_id|csrf_?token|api_key|access_token|auth_token|password|tenant_id|scopes|is_admin)$`)

// Controls reports whether a condition decides who may go on.
func Controls(cond syntax.Node) bool { return controls(cond, 0) }

func controls(n syntax.Node, depth int) bool {
	if depth > 20 {
		return false
	}
	switch n.Kind() {
	case syntax.KindNotOperator, syntax.KindParenthesizedExpression, syntax.KindBooleanOperator, syntax.KindAwait:
		for c := range n.NamedChildren() {
			if controls(c, depth+1) {
				return true
			}
		}
	case syntax.KindIdentifier, syntax.KindAttribute:
		return control.MatchString(python.LastName(n))
	case syntax.KindCall:
		return control.MatchString(python.LastName(n.Child(syntax.FieldFunction)))
	case syntax.KindComparisonOperator:
		named, against := false, false
		for c := range n.NamedChildren() {
			switch c.Kind() {
			case syntax.KindNone:
				return false
			case syntax.KindCall:
				if control.MatchString(python.LastName(c.Child(syntax.FieldFunction))) {
					return true
				}
				against = true
			case syntax.KindAttribute, syntax.KindSubscript:
				named = named || subject.MatchString(python.LastName(c)) || control.MatchString(python.LastName(c))
				against = true
			case syntax.KindIdentifier, syntax.KindString, syntax.KindTrue, syntax.KindFalse, syntax.KindTuple, syntax.KindList, syntax.KindSet:
				against = true
			}
		}
		return named && against
	}
	return false
}

// sent are the parts of a request that hold what a client sent.
var sent = wordset.Of("args form json values data files POST GET FILES body params query_params path_params cookies COOKIES headers META query matchdict match_info")

// ChecksRequest reports whether a condition tests what is in a request; whether
// something is there at all, or of which type, is no such test.
func ChecksRequest(cond syntax.Node) bool {
	switch cond.Kind() {
	case syntax.KindComparisonOperator, syntax.KindBooleanOperator, syntax.KindNotOperator, syntax.KindParenthesizedExpression, syntax.KindSubscript:
	case syntax.KindCall:
		if fn := python.LastName(cond.Child(syntax.FieldFunction)); fn == "isinstance" || fn == "hasattr" || fn == "callable" {
			return false
		}
	default:
		return false
	}
	for n := range cond.Descendants() {
		if n.Kind() == syntax.KindNone {
			return false
		}
	}
	for n := range cond.Descendants() {
		if n.Kind() != syntax.KindAttribute || !sent[n.Child(syntax.FieldAttribute).Str()] {
			continue
		}
		if name := python.LastName(n.Child(syntax.FieldObject)); name == "request" || name == "req" {
			return true
		}
	}
	return false
}
