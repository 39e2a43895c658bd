package csrf

import (
	_ "embed"
	"regexp"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

//go:embed state_change_on_get.md
var stateChangeOnGetPage string

// StateChangeOnGet: gET route that changes what the application keeps.
var StateChangeOnGet = &analysis.Rule{
	ID:         "state-change-on-get",
	Class:      "csrf",
	Title:      "GET route changes state",
	CWE:        []int{352, 650},
	OWASP2021:  "A01:2021 Broken Access Control",
	OWASP2025:  "A01:2025 Broken Access Control",
	Severity:   analysis.Medium,
	Confidence: analysis.Likely,
	Aliases:    analysis.Aliases{Semgrep: []string{"flask-class-method-get-side-effects"}},
	Page:       stateChangeOnGetPage,
	Checks:     []analysis.Check{analysis.Handlers{Run: judgeRead}},
}

func judgeRead(p *analysis.Pass, e *flow.Event) {
	if analysis.InTests(p.Path) {
		return
	}
	name := analysis.HandlerName(e)
	m := analysis.Methods(e)
	open := len(m.Methods) == 0 && !m.At.OK() && e.Node.Unit().Parent == ""
	if !m.Has("GET") && !open {
		return
	}
	if open && !djangoView(p, e) {
		return
	}
	writes := analysis.Writes(e.Node) // few handlers that are read write anything
	if len(writes) == 0 {
		return
	}
	if linked.MatchString(name+" "+analysis.HandlerPath(e)) || strings.HasPrefix(name, "before_") || strings.HasPrefix(name, "_") {
		return
	}
	body := analysis.Code(e.Node.Child(syntax.FieldBody))
	if asksMethod.MatchString(body) || m.Has("POST", "PUT", "DELETE", "PATCH") && sent.MatchString(body) || open && sent.MatchString(body) {
		return
	}
	sure := analysis.Likely
	if !tellsChange.MatchString(name+" "+analysis.HandlerPath(e)) && (open || onlyCreates(e.Node, writes)) {
		sure = analysis.Unsure // the first look at something may create it
	}
	what := flow.Label(analysis.Callee(writes[0]))
	d := p.Report(e, sure, "This handler answers GET and calls "+what+": a link or an image on any page makes the browser of a signed-in user change data, and so do crawlers and previews. Take only POST.")
	d.Node = e.Node.Child(syntax.FieldName)
}

var (
	// asksMethod recognises a test of the method, or of what only a form that was sent has.
	asksMethod = regexp.MustCompile(`\b(?:request|req|r)\.method\b|["']REQUEST_METHOD["']|\.method\s*(?:==|!=|in\b)|\bvalidate_on_submit\b|\.is_submitted\b|\bis_valid\(|\bcsrf\w*\(|verify_?token|check_?token|validate_?csrf|check_csrf`)
	// sent recognises what a GET request has none of.
	sent = regexp.MustCompile(`\brequest\.(?:form|POST|FILES|files|json|json_body|get_json|body|data)\b|\bis_json\b`)
	// linked are handlers that mails, sign-in services and monitors open, and those of
	// the sign-in itself.
	linked = regexp.MustCompile(`(?i)confirm|verif|activat|unsubscribe|opt_?out|callback|oauth|authorize|authorized|login|log_in|signin|sign_in|logout|log_out|signout|sign_out|sso|saml|magic|token|health|ping|status|cron|sync|webhook|track|pixel|export|download|visit|redirect|short|invite|accept|init_?db|migrat`)
	// tellsChange are the names of what changes something.
	tellsChange = regexp.MustCompile(`(?i)(?:^|[^a-z])(?:delete|del|remove|update|edit|create|add|new|insert|set|save|change|toggle|approve|reject|ban|block|unblock|promote|demote|transfer|pay|buy|cancel|reset|clear|purge|drop|enable|disable|like|unlike|vote|upvote|downvote|follow|unfollow|favou?rite|subscribe|mark|move|archive|restore|publish|unpublish|close|complete|finish|done|grant|revoke|assign|send|destroy|erase|kick|leave|join|register)`)
)

// onlyCreates reports whether nothing is changed or deleted.
func onlyCreates(fn syntax.Node, writes []syntax.Node) bool {
	for _, w := range writes {
		switch analysis.CalleeName(w) {
		case "save":
			if alters(fn, analysis.Callee(w).Child(syntax.FieldObject).Str()) {
				return false
			}
		case "add", "create", "insert_one", "insert_many", "merge", "update_or_create", "bulk_create":
		default:
			return false
		}
	}
	return true
}

// alters reports whether a function sets an attribute of an object that it has not
// made itself.
func alters(fn syntax.Node, object string) bool {
	sets := false
	for d := range fn.Descendants() {
		if d.Kind() != syntax.KindAssignment {
			continue
		}
		switch left, right := d.Child(syntax.FieldLeft), d.Child(syntax.FieldRight); {
		case left.Kind() == syntax.KindAttribute && left.Child(syntax.FieldObject).Str() == object:
			sets = true
		case left.Str() == object && right.OK() && right.Kind() == syntax.KindCall:
			if c := analysis.CalleeName(right); c != "" && c[0] >= 'A' && c[0] <= 'Z' {
				return false
			}
		}
	}
	return sets
}

var answers = regexp.MustCompile(`\breturn\s+(?:\w+\.)*(?:HttpResponse\w*|render\w*|redirect|JsonResponse|TemplateResponse|Response|HttpResponseRedirect|reverse)\(`)

// djangoView reports whether a function whose methods nothing tells is a view of Django:
// it is registered as one, or answers as one.
func djangoView(p *analysis.Pass, e *flow.Event) bool {
	if e.Route != nil {
		return strings.HasPrefix(e.Route.Call, "django.")
	}
	return p.Imports("django") && answers.MatchString(analysis.Code(e.Node))
}
