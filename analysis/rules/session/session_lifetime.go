package session

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

//go:embed session_lifetime.md
var sessionLifetimePage string

// SessionLifetime: session or login without a bounded lifetime.
var SessionLifetime = &analysis.Rule{
	ID:         "session-lifetime",
	Class:      "session",
	Title:      "Session or login without a bounded lifetime",
	CWE:        []int{613},
	OWASP2021:  "A07:2021 Identification and Authentication Failures",
	OWASP2025:  "A07:2025 Authentication Failures",
	Severity:   analysis.Low,
	Confidence: analysis.Likely,
	Page:       sessionLifetimePage,
	Checks: []analysis.Check{
		analysis.Settings{Names: []string{
			"PERMANENT_SESSION_LIFETIME", "SESSION_COOKIE_AGE", "REMEMBER_COOKIE_DURATION", "SESSION_LIFETIME",
		}, Run: judgeLifetime},
		analysis.Sets{Names: []string{"flask.Flask.permanent_session_lifetime", "quart.Quart.permanent_session_lifetime", ".permanent_session_lifetime"}, Run: judgeAttribute},
		analysis.Calls{Names: []string{
			"*.add_middleware", "starlette.middleware.Middleware", "starlette.middleware.sessions.SessionMiddleware",
		}, Run: judgeMaxAge},
		analysis.Calls{Names: []string{
			"pyramid.session.SignedCookieSessionFactory", "pyramid.session.BaseCookieSessionFactory",
		}, Run: judgeTimeout},
	},
}

const (
	day    = 24 * 3600
	long   = 30 * day // what is longer is worth a thought
	forage = 90 * day // what is longer outlives most lost devices
)

const lasts = " Whoever gets hold of the cookie, from a shared or lost device, stays signed in that long."

func judgeLifetime(p *analysis.Pass, s *analysis.Setting) {
	if !p.Deployed(s.Event) {
		return
	}
	report(p, s.Event, s.At, s.Name, seconds(s.Given, s.Expression()))
}

func judgeAttribute(p *analysis.Pass, e *flow.Event) {
	if p.Deployed(e) {
		report(p, e, e.Node, "permanent_session_lifetime", seconds(e.Value, e.Node.Child(syntax.FieldRight)))
	}
}

func judgeMaxAge(p *analysis.Pass, e *flow.Event) {
	name, args := analysis.Middleware(e)
	if !strings.HasSuffix(name, ".SessionMiddleware") || !p.Deployed(e) {
		return
	}
	a, _ := analysis.Option(args, "max_age")
	if a == nil {
		return
	}
	if a.Value.IsNone() {
		p.Report(e, analysis.Likely, "max_age=None gives the session no end: the server takes its cookie for ever."+lasts)
		return
	}
	report(p, e, e.Node, "max_age", seconds(a.Value, a.Node))
}

func judgeTimeout(p *analysis.Pass, e *flow.Event) {
	if a, _ := analysis.Option(e.Args, "timeout"); a != nil && a.Value.IsNone() && p.Deployed(e) {
		p.Report(e, analysis.Likely, "timeout=None gives the session no end: the server takes its cookie for ever."+lasts)
	}
}

func report(p *analysis.Pass, e *flow.Event, at syntax.Node, name string, n int64) {
	if n <= long {
		return
	}
	sure := analysis.Unsure
	if n > forage {
		sure = analysis.Likely
	}
	d := p.Report(e, sure, fmt.Sprintf("%s keeps a session for %d days.%s", name, n/day, lasts))
	d.Node = at
}

// units are the arguments of timedelta, in seconds.
var units = []struct {
	name    string
	seconds float64
}{{"days", day}, {"seconds", 1}, {"microseconds", 1e-6}, {"milliseconds", 1e-3}, {"minutes", 60}, {"hours", 3600}, {"weeks", 7 * day}}

// seconds is the length of a time that is written as a number of seconds or a
// timedelta, 0 if it is not known.
func seconds(v *flow.Value, n syntax.Node) int64 {
	if i, ok := v.Int(); ok {
		return i
	}
	if !n.OK() || n.Kind() != syntax.KindCall || !strings.HasSuffix(n.Child(syntax.FieldFunction).Str(), "timedelta") {
		return 0
	}
	total, position := 0.0, 0
	for a := range n.Child(syntax.FieldArguments).NamedChildren() {
		name, value := "", a
		if a.Kind() == syntax.KindKeywordArgument {
			name, value = a.Child(syntax.FieldName).Str(), a.Child(syntax.FieldValue)
		} else if position < len(units) {
			name = units[position].name
			position++
		}
		x, ok := product(value, 0)
		if !ok {
			return 0
		}
		for _, u := range units {
			if u.name == name {
				total += x * u.seconds
			}
		}
	}
	return int64(min(total, 1e15))
}

// product is a number, or numbers multiplied.
func product(n syntax.Node, depth int) (float64, bool) {
	if n.Kind() == syntax.KindBinaryOperator && depth < 8 && strings.Contains(n.Str(), "*") && !strings.ContainsAny(n.Str(), "+-/%") {
		a, ok := product(n.Child(syntax.FieldLeft), depth+1)
		b, ok2 := product(n.Child(syntax.FieldRight), depth+1)
		return a * b, ok && ok2
	}
	x, err := strconv.ParseFloat(strings.ReplaceAll(n.Str(), "_", ""), 64)
	return x, err == nil
}
