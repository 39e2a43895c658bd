package deser

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
)

//go:embed pickle_transport.md
var pickleTransportPage string

// PickleTransport: component configured to exchange pickles.
var PickleTransport = &analysis.Rule{
	ID:         "pickle-transport",
	Class:      "deser",
	Title:      "Component configured to exchange pickles",
	CWE:        []int{502},
	OWASP2021:  "A08:2021 Software and Data Integrity Failures",
	OWASP2025:  "A08:2025 Software or Data Integrity Failures",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Page:       pickleTransportPage,
	Checks: []analysis.Check{
		analysis.Settings{Names: append([]string{"SESSION_SERIALIZER"}, serializers...), Run: judgeSerializer},
		analysis.Calls{Names: []string{"celery.Celery"}, Run: judgeCelery},
		analysis.Calls{Names: []string{"kombu.enable_insecure_serializers", "kombu.serialization.enable_insecure_serializers"}, Run: judgeInsecure},
	},
}

// serializers are the settings of Celery that name forms of messages, as they
// are written in Python, in a Django project and before Celery 4.
var serializers = []string{
	"accept_content", "result_accept_content", "task_serializer", "result_serializer",
	"CELERY_ACCEPT_CONTENT", "CELERY_RESULT_ACCEPT_CONTENT", "CELERY_TASK_SERIALIZER", "CELERY_RESULT_SERIALIZER",
}

const writes = " whoever can write to the broker or the store of results runs code in the workers. Use json."

func judgeSerializer(p *analysis.Pass, s *analysis.Setting) {
	if !p.Deployed(s.Event) {
		return
	}
	if s.Name == "SESSION_SERIALIZER" {
		if text, _ := s.Given.Str(); strings.HasSuffix(text, "PickleSerializer") || strings.HasSuffix(s.Given.Name, "PickleSerializer") {
			p.ReportSetting(s, analysis.Certain, "Sessions are pickles: whoever learns SECRET_KEY, or can write to the store of sessions, runs code in the application. Use JSONSerializer.")
		}
		return
	}
	if pickles(s.Given) {
		p.ReportSetting(s, analysis.Certain, s.Name+" lets messages be pickles:"+writes).Severity = analysis.Medium
	}
}

// pickles reports whether a value names the form of pickles, or is a list that does.
func pickles(v *flow.Value) bool {
	for _, x := range flow.Parts(v) {
		switch s, _ := x.Str(); s {
		case "pickle", "application/x-python-serialize":
			return true
		}
	}
	return false
}

func judgeCelery(p *analysis.Pass, e *flow.Event) {
	if !p.Deployed(e) {
		return
	}
	for i := range e.Args {
		a := &e.Args[i]
		for _, name := range serializers[:4] {
			if a.Name == name && pickles(a.Value) {
				d := p.Report(e, analysis.Certain, name+" lets messages be pickles:"+writes)
				d.Severity, d.Node = analysis.Medium, a.Node.Parent()
				return
			}
		}
	}
}

func judgeInsecure(p *analysis.Pass, e *flow.Event) {
	if a, _ := analysis.Option(e.Args, "0", "choices"); a != nil && !pickles(a.Value) && len(flow.Parts(a.Value)) > 0 || !p.Deployed(e) || e.Inlined {
		return
	}
	p.Report(e, analysis.Certain, "This lets messages be pickles:"+writes).Severity = analysis.Medium
}
