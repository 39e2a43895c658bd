package xss

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

// gradeRaw grades data that a template puts out as it is: what a client sent
// for certain, what was stored most likely, anything else for the audit.
func gradeRaw(r flow.Reach) (analysis.Confidence, bool) {
	half := r.Weak || r.Origin.Vague
	switch r.Origin.Tier {
	case models.Remote:
		if half {
			return analysis.Likely, true
		}
		return analysis.Certain, true
	case models.Stored:
		if half {
			return analysis.Unsure, true
		}
		return analysis.Likely, true
	case models.Unknown:
		if analysis.Telling(r.Origin.Label) && !half {
			return analysis.Likely, true
		}
		return analysis.Unsure, true
	case models.Opaque:
		return analysis.Unsure, true
	}
	return 0, false
}

// gradeEscaped grades data that is escaped, but not for where it stands: best
// is how sure the place makes it for data of a client.
func gradeEscaped(r flow.Reach, best analysis.Confidence) (analysis.Confidence, bool) {
	c, ok := gradeRaw(r)
	if !ok {
		return 0, false
	}
	if r.Origin.Tier < models.Remote || r.Origin.Vague {
		return analysis.Unsure, true
	}
	return min(c, best), true
}

// hole reports what arrives in a hole of a template at the place that the rule
// is surest of. The severity of a rule holds for data of a client; other data
// costs one step.
func hole(p *analysis.Pass, e *flow.Event, grade func(flow.Reach) (analysis.Confidence, bool), says func(data string) string) {
	best, found := analysis.Confidence(0), false
	var at flow.Reach
	for _, r := range flow.Reaching(e.Value, e.Node, e.Hole.Kind) {
		if c, ok := grade(r); ok && (!found || c > best) {
			best, at, found = c, r, true
		}
	}
	if !found {
		return
	}
	data := "`" + e.Hole.Text + "`"
	if from := at.Origin.Label; at.Origin.Tier >= models.Stored && from != "" && !strings.Contains(e.Hole.Text, from) {
		data += " from `" + from + "`"
	}
	d := p.ReportReach(e, at, best, says(data))
	if at.Origin.Tier < models.Remote && d.Severity > analysis.Low {
		d.Severity--
	}
}
