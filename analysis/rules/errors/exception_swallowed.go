package errors

import (
	_ "embed"
	"regexp"
	"strings"

	"pavise/analysis"
	"pavise/analysis/lang/python"
	"pavise/analysis/syntax"
	"pavise/analysis/wordset"
)

//go:embed exception_swallowed.md
var exceptionSwallowedPage string

// ExceptionSwallowed: exception ignored.
var ExceptionSwallowed = &analysis.Rule{
	ID:         "exception-swallowed",
	Class:      "errors",
	Title:      "Exception ignored",
	CWE:        []int{390, 703},
	OWASP2021:  "A04:2021 Insecure Design",
	OWASP2025:  "A10:2025 Mishandling of Exceptional Conditions",
	Severity:   analysis.Low,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Bandit: []string{"B110", "B112"},
		Ruff:   []string{"S110", "S112"},
	},
	Page: exceptionSwallowedPage,
	Checks: []analysis.Check{
		analysis.Nodes{Kinds: []syntax.Kind{syntax.KindExceptClause}, Run: judgeExcept},
		analysis.Nodes{Kinds: []syntax.Kind{syntax.KindFinallyClause}, Run: judgeFinally},
		analysis.Nodes{Kinds: []syntax.Kind{syntax.KindWithStatement}, Run: judgeSuppress},
	},
}

// judgeExcept objects to handlers that let the program go on as if a check had
// been passed. Other handlers that do nothing are for the audit.
func judgeExcept(p *analysis.Pass, n syntax.Node) {
	body, wide, refusal := clause(n)
	if !body.OK() || analysis.InTests(p.Path) {
		return
	}
	quiet, logged := nothing(body)
	granted := grants(body)
	if !quiet && !granted {
		return
	}
	try := n.Parent()
	if (wide || refusal) && checks(try, n, granted) {
		what := "goes on"
		if granted {
			what = "answers yes"
		}
		x := p.ReportNode(n, analysis.Certain, "The exception of a check ends here and the program "+what+": whoever makes the check fail passes it. Raise the exception again, or refuse.")
		x.Node, x.Severity = head(n), analysis.Medium
		return
	}
	if wide && quiet && !logged && !explained(n) {
		p.ReportNode(n, analysis.Unsure, "Every exception ends here without a trace, attacks and faults among them. Name the exceptions that may happen, or log them.").Node = head(n)
	}
}

// judgeFinally objects to what drops the exception that is on its way.
func judgeFinally(p *analysis.Pass, n syntax.Node) {
	if analysis.InTests(p.Path) {
		return
	}
	var walk func(n syntax.Node, loop bool, depth int)
	walk = func(n syntax.Node, loop bool, depth int) {
		for c := range n.NamedChildren() {
			inLoop := loop
			switch c.Kind() {
			case syntax.KindFunctionDefinition, syntax.KindClassDefinition, syntax.KindLambda, syntax.KindDecoratedDefinition:
				continue
			case syntax.KindForStatement, syntax.KindWhileStatement:
				inLoop = true
			case syntax.KindBreakStatement, syntax.KindContinueStatement:
				if loop {
					continue
				}
				p.ReportNode(c, analysis.Certain, c.Str()+" in finally drops the exception that is on its way, whatever it is.")
			case syntax.KindReturnStatement:
				p.ReportNode(c, analysis.Certain, "return in finally drops the exception that is on its way, whatever it is. Move it behind the try statement.")
			}
			if depth < 40 {
				walk(c, inLoop, depth+1)
			}
		}
	}
	walk(n, false, 0)
}

// judgeSuppress objects to checks inside of contextlib.suppress(...).
func judgeSuppress(p *analysis.Pass, n syntax.Node) {
	body := n.Child(syntax.FieldBody)
	if analysis.InTests(p.Path) || !body.OK() || !followed(n) {
		return
	}
	for x := range n.Descendants() {
		if x.Index() >= body.Index() {
			return
		}
		if x.Kind() != syntax.KindCall || python.LastName(x.Child(syntax.FieldFunction)) != "suppress" {
			continue
		}
		stops := false
		for d := range x.Child(syntax.FieldArguments).Descendants() {
			name := python.LastName(d)
			stops = stops || name == "Exception" || name == "BaseException" || refusals.MatchString(name)
		}
		if stops && ends(body) {
			p.ReportNode(x, analysis.Certain, "The exception of a check ends here and the program goes on: whoever makes the check fail passes it. Leave the check outside.").Severity = analysis.Medium
		}
		return
	}
}

// head is what stands for an except clause in reports: the keyword, or what it
// catches.
func head(n syntax.Node) syntax.Node {
	if c := n.NamedChild(0); c.OK() && c.Kind() != syntax.KindBlock {
		return c
	}
	return n.First()
}

// clause is the body of an except clause, and whether it catches everything, or
// refusals by name.
func clause(n syntax.Node) (body syntax.Node, wide, refusal bool) {
	wide = true
	for c := range n.NamedChildren() {
		if c.Kind() == syntax.KindBlock {
			body = c
			break
		}
		wide = false
		for d := range c.Descendants() {
			switch d.Kind() {
			case syntax.KindIdentifier, syntax.KindAttribute:
				name := python.LastName(d)
				wide = wide || name == "Exception" || name == "BaseException"
				refusal = refusal || refusals.MatchString(name)
			case syntax.KindAsPatternTarget:
				continue
			}
		}
	}
	return body, wide, refusal
}

// refusals are the exceptions by which checks say no.
var refusals = regexp.MustCompile(`^(?:Invalid\w*(?:Signature|Token|Key|Hash|Credentials|Tag)\w*|BadSignature|BadData|BadTimeSignature|SignatureExpired|PermissionDenied|PermissionError|NotAuthenticated|AuthenticationFailed|Unauthorized|Forbidden|HTTPForbidden|HTTPUnauthorized|VerificationError|VerifyMismatchError|VerifyError|SuspiciousOperation|SuspiciousFileOperation|JWTError|PyJWTError|DecodeError|ExpiredSignature\w*|Auth\w*Error|AccessDenied|NotAuthorized\w*|CSRFError)$`)

// nothing reports whether a block does nothing at all, or only logs.
func nothing(block syntax.Node) (quiet, logged bool) {
	for c := range block.NamedChildren() {
		switch c.Kind() {
		case syntax.KindPassStatement:
		case syntax.KindExpressionStatement:
			switch x := c.NamedChild(0); {
			case !x.OK(), x.Kind() == syntax.KindString, x.Str() == "...":
			case logs(x):
				logged = true
			default:
				return false, false
			}
		case syntax.KindContinueStatement:
		case syntax.KindReturnStatement:
			if v := c.NamedChild(0); v.OK() && v.Kind() != syntax.KindNone {
				return false, false
			}
		default:
			return false, false
		}
	}
	return true, logged
}

func logs(x syntax.Node) bool {
	if x.Kind() != syntax.KindCall {
		return false
	}
	fn := x.Child(syntax.FieldFunction)
	if fn.Str() == "print" {
		return true
	}
	return fn.Kind() == syntax.KindAttribute && logMethods[fn.Child(syntax.FieldAttribute).Str()] && strings.Contains(strings.ToLower(fn.Child(syntax.FieldObject).Str()), "log")
}

var logMethods = wordset.Of("debug info warning warn error critical exception log")

// grants reports whether a block ends by answering yes.
func grants(block syntax.Node) bool {
	var last syntax.Node
	for c := range block.NamedChildren() {
		if last.OK() && !(last.Kind() == syntax.KindExpressionStatement && logs(last.NamedChild(0))) {
			return false
		}
		last = c
	}
	return last.OK() && last.Kind() == syntax.KindReturnStatement && last.NamedChild(0).Kind() == syntax.KindTrue
}

// check are the functions that raise where something is not in order.
var check = regexp.MustCompile(`(?i)^(?:verify\w*|check_?(?:password|permissions?|object_permissions|access|auth\w*|token|csrf\w*|signature|role|scopes?|throttles|origin|credentials|owner\w*|login)|authenticate|authori[sz]e\w*|ensure_(?:auth\w*|login|admin|perm\w*|owner\w*|access\w*|allowed|csrf\w*)|require_(?:auth\w*|login|admin|perm\w*|role|scope|owner\w*|access)|validate_?(?:token|csrf\w*|jwt|signature|credentials|password|permissions?|api_key|origin|session|url|host|redirect\w*)|assert_(?:can|may|allowed|perm|has)\w*|enforce_(?:csrf|perm\w*|auth\w*)|raise_if_\w*(?:forbidden|unauth|denied)\w*)$`)

// checks reports whether what a try statement tries is a check that only raises
// where something is not in order, and the program goes on behind it. If it does
// more after the check, or what the check gives is used, the exception has
// stopped what matters already.
func checks(try, except syntax.Node, granted bool) bool {
	for c := range try.NamedChildren() {
		if c.Kind() == syntax.KindElseClause {
			return false
		}
	}
	body := try.Child(syntax.FieldBody)
	if granted {
		return decides(body)
	}
	return !skips(except) && followed(try) && ends(body)
}

// ends reports whether the last thing that a block does is a check.
func ends(body syntax.Node) bool {
	var last syntax.Node
	for c := range body.NamedChildren() {
		last = c
	}
	switch last.Kind() {
	case syntax.KindExpressionStatement:
		return isCheck(last.NamedChild(0))
	case syntax.KindIfStatement:
		return refuses(last)
	}
	return false
}

// decides reports whether a block calls a check at all.
func decides(block syntax.Node) bool {
	for d := range block.Descendants() {
		if d.Kind() == syntax.KindCall && isCheck(d) {
			return true
		}
	}
	return false
}

func isCheck(x syntax.Node) bool {
	if x.Kind() == syntax.KindAwait {
		x = x.NamedChild(0)
	}
	return x.OK() && x.Kind() == syntax.KindCall && check.MatchString(python.LastName(x.Child(syntax.FieldFunction)))
}

// skips reports whether a handler leaves what comes behind the try statement
// out.
func skips(except syntax.Node) bool {
	for d := range except.Descendants() {
		if k := d.Kind(); k == syntax.KindContinueStatement || k == syntax.KindReturnStatement || k == syntax.KindBreakStatement {
			return true
		}
	}
	return false
}

// followed reports whether something comes behind a statement in its function.
func followed(n syntax.Node) bool {
	for range 40 {
		for s := n.Next(); s.OK(); s = s.Next() {
			if s.Named() && !s.Extra() && s.Field() != syntax.FieldAlternative && s.Kind() != syntax.KindElifClause && s.Kind() != syntax.KindElseClause {
				return true
			}
		}
		n = n.Parent()
		if !n.OK() || n.Kind() == syntax.KindFunctionDefinition || n.Kind() == syntax.KindClassDefinition {
			return false
		}
	}
	return false
}

// refuses reports whether an if statement refuses by an exception where a check
// fails: if not check(...): raise Forbidden.
func refuses(n syntax.Node) bool {
	if n.Child(syntax.FieldAlternative).OK() || !Controls(n.Child(syntax.FieldCondition)) && !isCheck(negated(n.Child(syntax.FieldCondition))) {
		return false
	}
	for d := range n.Child(syntax.FieldConsequence).Descendants() {
		switch d.Kind() {
		case syntax.KindRaiseStatement:
			return true
		case syntax.KindCall:
			if python.LastName(d.Child(syntax.FieldFunction)) == "abort" {
				return true
			}
		}
	}
	return false
}

func negated(n syntax.Node) syntax.Node {
	for n.Kind() == syntax.KindNotOperator || n.Kind() == syntax.KindParenthesizedExpression {
		n = n.NamedChild(0)
	}
	return n
}

// explained reports whether a comment says why.
func explained(n syntax.Node) bool {
	for d := range n.Descendants() {
		if d.Kind() == syntax.KindComment && reason(d.Str()) {
			return true
		}
	}
	return false
}

func reason(comment string) bool {
	text := strings.ToLower(strings.TrimSpace(strings.TrimLeft(comment, "# ")))
	for _, mark := range []string{"nosec", "noqa", "nosem", "type:", "pragma", "pylint", "pavise", "want", "fmt:", "todo", "fixme"} {
		if strings.HasPrefix(text, mark) {
			return false
		}
	}
	return text != ""
}
