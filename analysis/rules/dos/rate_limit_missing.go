package dos

import (
	_ "embed"
	"slices"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
)

//go:embed rate_limit_missing.md
var rateLimitMissingPage string

// RateLimitMissing: no rate limiting on the application.
var RateLimitMissing = &analysis.Rule{
	ID:         "rate-limit-missing",
	Class:      "dos",
	Title:      "No rate limiting on the application",
	CWE:        []int{770},
	OWASP2021:  "A04:2021 Insecure Design",
	OWASP2025:  "A06:2025 Insecure Design",
	Severity:   analysis.Low,
	Confidence: analysis.Likely,
	Aliases:    analysis.Aliases{Semgrep: []string{"missing-throttle-config"}},
	Page:       rateLimitMissingPage,
	Checks: []analysis.Check{
		analysis.Settings{Names: []string{"REST_FRAMEWORK"}, Run: judgeThrottles},
		analysis.Settings{Names: []string{"RATELIMIT_ENABLE", "RATELIMIT_ENABLED", "RATELIMIT_STORAGE_URI", "RATELIMIT_STORAGE_URL"}, Run: judgeLimits},
		analysis.Calls{Names: limiters, Run: judgeLimiter},
		analysis.Whole{Calls: limiters, Run: judgeUnused},
		analysis.Whole{Calls: []string{"flask.Flask", "quart.Quart", "fastapi.FastAPI", "sanic.Sanic", "aiohttp.web.Application"}, Hidden: true, Run: judgeUnlimited},
	},
}

// limiters are the calls that make what limits the requests of a client.
var limiters = []string{"flask_limiter.Limiter", "flask_limiter.extension.Limiter", "slowapi.Limiter", "slowapi.extension.Limiter", "quart_rate_limiter.RateLimiter"}

const unlimited = " a client can try passwords and codes, and ask for what costs much, as often as it likes."

// judgeThrottles judges the throttles of Django REST framework. Views may have
// their own, and a proxy may limit, so that none at all is for audits.
func judgeThrottles(p *analysis.Pass, s *analysis.Setting) {
	if _, known := s.Given.Len(); !known || !p.Deployed(s.Event) {
		return
	}
	list, rates := s.Given.Key("DEFAULT_THROTTLE_CLASSES"), s.Given.Key("DEFAULT_THROTTLE_RATES")
	if list == nil {
		p.ReportSetting(s, analysis.Unsure, "REST_FRAMEWORK sets no DEFAULT_THROTTLE_CLASSES:"+unlimited)
		return
	}
	if n, known := list.Len(); known && n == 0 {
		p.ReportSetting(s, analysis.Likely, "DEFAULT_THROTTLE_CLASSES is empty:"+unlimited)
		return
	}
	names := flow.ConstTexts(list)
	for _, t := range []struct{ scope, class string }{{"anon", ".AnonRateThrottle"}, {"user", ".UserRateThrottle"}} {
		if rates == nil || !slices.ContainsFunc(names, func(n string) bool { return strings.HasSuffix(n, t.class) }) {
			continue
		}
		if v := rates.Key(t.scope); v != nil && v.IsNone() {
			p.ReportSetting(s, analysis.Likely, "The rate of `"+t.scope+"` is None, which is no limit:"+unlimited)
			return
		}
	}
}

func judgeLimits(p *analysis.Pass, s *analysis.Setting) {
	if !p.Deployed(s.Event) {
		return
	}
	switch s.Name {
	case "RATELIMIT_ENABLE", "RATELIMIT_ENABLED":
		if analysis.FlagOf(s.Given) == analysis.Off {
			p.ReportSetting(s, analysis.Likely, s.Name+" is switched off:"+unlimited)
		}
	default:
		if text, _ := s.Given.Text(); strings.HasPrefix(text, "memory://") {
			p.ReportSetting(s, analysis.Unsure, inMemory).Severity = analysis.Info
		}
	}
}

const inMemory = "Each worker counts for itself in its memory: with several, a client may send as many times more, and a restart forgets all. Count in Redis or the like."

func judgeLimiter(p *analysis.Pass, e *flow.Event) {
	if !p.Deployed(e) {
		return
	}
	if analysis.OptionFlag(e.Args, "enabled") == analysis.Off {
		p.Report(e, analysis.Likely, "This limiter is switched off:"+unlimited)
		return
	}
	if a, _ := analysis.Option(e.Args, "storage_uri"); a != nil {
		if text, _ := a.Value.Text(); strings.HasPrefix(text, "memory://") {
			p.Report(e, analysis.Unsure, inMemory).Severity = analysis.Info
		}
	}
}

// judgeUnused objects to a limiter without limits, where all of the application
// is in sight.
func judgeUnused(p *analysis.Pass, e *flow.Event, o *flow.Overview) {
	if analysis.DevelopmentFile(p.Path) || !o.Mentions("Flask(", "FastAPI(", "Starlette(", "Quart(") || !o.Mentions(routes...) {
		return
	}
	for _, name := range []string{"default_limits", "application_limits", "meta_limits", "per_method", "enabled"} {
		if a, open := analysis.Option(e.Args, name); a != nil || open {
			return
		}
	}
	if !o.Mentions(".limit(", "limiter.limit", "shared_limit", "RATELIMIT_", "default_limits", "rate_limit(", "rate_limit_blueprint", "limit_decorator", ".check(") {
		p.Report(e, analysis.Likely, "This limiter has no limits, and no route is given one:"+unlimited)
	}
}

// routes are what an application is told of its handlers with.
var routes = []string{".route(", ".get(\"", ".get('", ".post(\"", ".post('", ".add_url_rule(", ".add_api_route("}

// limited are the words of what limits the requests of a client.
var limited = []string{"imiter", "ratelimit", "rate_limit", "RateLimit", "rate-limit", "throttl", "Throttl", "X-RateLimit", "429"}

// judgeUnlimited is unsure of every application: mostly a proxy in front of it
// can limit.
func judgeUnlimited(p *analysis.Pass, e *flow.Event, o *flow.Overview) {
	if analysis.DevelopmentFile(p.Path) || !o.Mentions(routes...) || !o.Mentions("password", "login", "token", "otp") || o.Mentions(limited...) {
		return
	}
	p.Report(e, analysis.Unsure, "Nothing in this application limits how often a client may ask:"+unlimited+" A proxy in front of it may do it.")
}
