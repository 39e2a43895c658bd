package access

import (
	_ "embed"
	"regexp"
	"slices"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/lang/python"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

//go:embed client_controlled_privilege.md
var clientControlledPrivilegePage string

// ClientControlledPrivilege: role or identity taken from client data.
var ClientControlledPrivilege = &analysis.Rule{
	ID:         "client-controlled-privilege",
	Class:      "access",
	Title:      "Role or identity taken from client data",
	CWE:        []int{807, 602},
	OWASP2021:  "A04:2021 Insecure Design",
	OWASP2025:  "A06:2025 Insecure Design",
	Severity:   analysis.High,
	Confidence: analysis.Likely,
	Page:       clientControlledPrivilegePage,
	Checks:     []analysis.Check{analysis.Decides{Run: judgePrivilege}},
}

var (
	// privilege recognises names of what makes a client more than another.
	privilege = regexp.MustCompile(`(?i)^(?:http[-_])?(?:x[-_])?(?:user[-_]?|current[-_]?|account[-_]?|my[-_]?)?(?:is[-_]?|has[-_]?)?(?:admin|administrator|role|roles|staff|superuser|super[-_]?user|root|privileged?|privileges?|access[-_]?level|permissions?|logged[-_]?in|authenticated|authori[sz]ed|auth[-_]?role|user[-_]?(?:role|type|level)|admin[-_]?(?:user|access)?)$`)
	// granting recognises what such data is compared with.
	granting = regexp.MustCompile(`(?i)^(?:admin|administrator|root|superuser|super_?admin|staff|owner|manager|moderator|true|1|yes|on|editor|premium)$`)
	cookie   = regexp.MustCompile(`(?i)cookie`)
	header   = regexp.MustCompile(`(?i)header|\bMETA\b|environ`)
	query    = regexp.MustCompile(`\.(?:args|GET|query|query_params|params|values)$|queryStringParameters|\.get_(?:query_)?arguments?$`)
	signed   = regexp.MustCompile(`(?i)sign|secure|secret|decrypt|fernet|unsign|jwt|verif`)
)

func judgePrivilege(p *analysis.Pass, e *flow.Event) {
	if analysis.InTests(p.Path) || e.Name == "startswith" {
		return
	}
	for i := range e.Args {
		a := &e.Args[i]
		if len(e.Args) > 1 && !grants(&e.Args[1-i]) {
			continue
		}
		for j := range a.Value.Origins {
			o := &a.Value.Origins[j]
			c, ok := gradePrivilege(o, a, len(e.Args) == 1)
			if !ok {
				continue
			}
			p.ReportReach(e, flow.Reach{Origin: *o, Node: a.Node}, c, "What the caller may do hangs on `"+short(a.Node)+"`, which the client chooses: everyone can send what makes an administrator. Keep the role with the account, or in the session.")
			return
		}
	}
}

func short(n syntax.Node) string {
	if s := n.Str(); len(s) <= 60 {
		return s
	}
	return flow.Label(n)
}

// grants reports whether the other side of a comparison is what stands for a
// privilege.
func grants(a *flow.Arg) bool {
	if b, ok := a.Value.Bool(); ok && b {
		return true
	}
	if n, ok := a.Value.Int(); ok && n == 1 {
		return true
	}
	return slices.ContainsFunc(flow.ConstTexts(a.Value), granting.MatchString)
}

// gradePrivilege says how sure it is that data of a client stands for its rights:
// cookies and headers are there for nothing else, a field of a form may say what
// somebody else is to become.
func gradePrivilege(o *flow.Origin, a *flow.Arg, truth bool) (analysis.Confidence, bool) {
	if o.Tier != models.Remote || !o.Node.OK() || signed.MatchString(around(o.Node)) || signed.MatchString(o.Label) || signed.MatchString(a.Node.Str()) {
		return 0, false
	}
	field := analysis.FieldOf(o)
	if !privilege.MatchString(field) && (cookie.MatchString(o.Label) || header.MatchString(o.Label) || query.MatchString(o.Label)) {
		field = lastName(a.Node) // headers = request.headers
	}
	if !privilege.MatchString(field) {
		return 0, false
	}
	switch {
	case cookie.MatchString(o.Label) || header.MatchString(o.Label) || cookie.MatchString(around(o.Node)) || header.MatchString(around(o.Node)):
		return analysis.Likely, true
	case query.MatchString(o.Label) && !truth && privilege.MatchString(field):
		return analysis.Likely, true
	}
	return analysis.Unsure, !truth
}

// around is the statement that an expression stands in.
func around(n syntax.Node) string {
	for p := n; p.OK(); p = p.Parent() {
		switch p.Kind() {
		case syntax.KindAssignment, syntax.KindExpressionStatement, syntax.KindReturnStatement, syntax.KindTypedDefaultParameter, syntax.KindDefaultParameter:
			return p.Str()
		case syntax.KindBlock, syntax.KindIfStatement:
			return ""
		}
		if p.Span().Len() < 200 {
			n = p
		}
	}
	return n.Str()
}

// lastName is the name or key that an expression ends in.
func lastName(n syntax.Node) string {
	if first := n.Child(syntax.FieldArguments); first.OK() && analysis.CalleeName(n) == "get" {
		return python.LastName(first.NamedChild(0))
	}
	return python.LastName(n)
}
