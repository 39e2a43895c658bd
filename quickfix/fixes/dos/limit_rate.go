package dos

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/lang/python"
	"pavise/analysis/rules/dos"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// LimitRate limits how often a client may ask.
var LimitRate = &fix.Fix{Name: "limit-rate", For: []*analysis.Rule{dos.RateLimitMissing}, Compute: limitRate}

const (
	rateCaveat = "Clients that ask more often are refused from now on: choose a number that users do not reach. Behind a proxy, the address of the client has to be known."
	throttles  = `["rest_framework.throttling.AnonRateThrottle", "rest_framework.throttling.UserRateThrottle"]`
	anonRate   = `"100/hour"`
	userRate   = `"1000/hour"`
)

func limitRate(s *fix.Site) []fix.Proposal {
	name, value, isSetting := s.Setting()
	switch {
	case isSetting && name == "REST_FRAMEWORK":
		return throttle(s, value)
	case isSetting && strings.HasPrefix(name, "RATELIMIT_ENABLE"):
		if !fix.IsFalse(value.Node) {
			return fix.Refuse("%s takes its value from %s: change it there.", name, fix.Short(value.Str()))
		}
		e := s.Edits()
		e.ReplaceNode(value, "True")
		return fix.Propose(e, rateCaveat, "Set %s to True", name)
	}
	call, ok := s.Call()
	if !ok || !strings.HasSuffix(s.EventName(), "Limiter") {
		return fix.Refuse("Limit requests with Flask-Limiter, SlowAPI or the like, or in the proxy.")
	}
	if pyedit.Unpacks(call.Node) {
		return fix.Refuse("Some arguments are unpacked here, so it cannot be told which are given.")
	}
	e := s.Edits()
	if a, ok := pyedit.Keyword(call.Node, "enabled"); ok {
		if !fix.IsFalse(a.Value) {
			return fix.Refuse("enabled= takes its value from %s: change it there.", fix.Short(a.Value.Str()))
		}
		if !e.RemoveArg(call, a) {
			return fix.Refuse("A comment beside enabled= would be lost.")
		}
		return fix.Propose(e, rateCaveat, "Remove enabled=False")
	}
	if !strings.HasPrefix(s.EventName(), "flask_limiter.") {
		return fix.Refuse("Give the routes that are worth trying a limit: @limiter.limit(\"5/minute\").")
	}
	if !e.AddKeyword(call, "default_limits", `["300 per hour"]`) {
		return fix.Refuse("No argument can be added to this call.")
	}
	return fix.Propose(e, rateCaveat, "Limit all routes to 300 requests per hour")
}

// throttle completes the throttles of Django REST framework.
func throttle(s *fix.Site, dict pyedit.At) []fix.Proposal {
	if dict.Kind() != syntax.KindDictionary {
		return fix.Refuse("REST_FRAMEWORK takes its value from %s: change it there.", fix.Short(dict.Str()))
	}
	classes, rates := entry(dict, "DEFAULT_THROTTLE_CLASSES"), entry(dict, "DEFAULT_THROTTLE_RATES")
	e := s.Edits()
	fits := true
	switch {
	case !classes.OK():
		fits = e.AppendElement(dict, `"DEFAULT_THROTTLE_CLASSES": `+throttles)
	case fix.Written(classes.Node) && classes.NamedCount() == 0:
		e.ReplaceNode(classes, throttles)
	}
	if !rates.OK() {
		fits = fits && e.AppendElement(dict, `"DEFAULT_THROTTLE_RATES": {"anon": `+anonRate+`, "user": `+userRate+`}`)
	} else if rates.Kind() != syntax.KindDictionary {
		return fix.Refuse("DEFAULT_THROTTLE_RATES takes its value from %s: change it there.", fix.Short(rates.Str()))
	} else {
		for _, r := range [][2]string{{"anon", anonRate}, {"user", userRate}} {
			switch v := entry(rates, r[0]); {
			case v.OK() && v.Kind() == syntax.KindNone:
				e.ReplaceNode(v, r[1])
			case !v.OK() && (!classes.OK() || classes.NamedCount() == 0):
				fits = fits && e.AppendElement(rates, `"`+r[0]+`": `+r[1])
			}
		}
	}
	if !fits {
		return fix.Refuse("A comment stands in the way of the entry.")
	}
	return fix.Propose(e, rateCaveat, "Throttle requests by default")
}

// entry is the value of a key of a dict display, not OK if it is not there.
func entry(dict pyedit.At, key string) pyedit.At {
	for c := range dict.NamedChildren() {
		if c.Kind() != syntax.KindPair {
			continue
		}
		if lit, ok := python.ParseString(c.Child(syntax.FieldKey)); ok {
			if text, ok := lit.Const(); ok && text == key {
				return dict.On(c.Child(syntax.FieldValue))
			}
		}
	}
	return pyedit.At{}
}
