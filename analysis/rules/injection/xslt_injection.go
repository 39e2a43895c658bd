package injection

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed xslt_injection.md
var xsltInjectionPage string

// XSLTInjection: stylesheet from the client, or free to read and write files.
var XSLTInjection = &analysis.Rule{
	ID:         "xslt-injection",
	Class:      "injection",
	Title:      "XSLT stylesheet from untrusted data or without access control",
	CWE:        []int{91},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.High,
	Confidence: analysis.Likely,
	Page:       xsltInjectionPage,
	Checks: []analysis.Check{
		analysis.Calls{Names: []string{"lxml.etree.XSLT"}, Run: stylesheet},
		analysis.Calls{Names: []string{"lxml.etree.XSLTAccessControl"}, Run: accessControl},
	},
}

const stylesheetSays = " is run as a stylesheet, so the client can read files and ask other servers through document(), and write files. Keep stylesheets with the program, and pass access_control=etree.XSLTAccessControl.DENY_ALL."

func stylesheet(p *analysis.Pass, e *flow.Event) {
	sheet := flow.FindArg(e.Args, "0")
	if sheet == nil {
		sheet = flow.FindArg(e.Args, "xslt_input")
	}
	if sheet == nil || denies(flow.FindValue(e.Args, "access_control")) {
		return
	}
	for _, r := range flow.Reaching(sheet.Value, sheet.Node, models.Code) {
		if c, ok := analysis.FromClient(r); ok {
			p.ReportReach(e, r, c, analysis.Data(r)+stylesheetSays)
			return
		}
	}
}

// denies reports whether an access control keeps stylesheets from everything.
func denies(v *flow.Value) bool {
	if v == nil {
		return false
	}
	return v.Name == "lxml.etree.XSLTAccessControl.DENY_ALL" || v.Name == "lxml.etree.XSLTAccessControl.DENY_WRITE" || v.Type == "lxml.etree.XSLTAccessControl"
}

// accessControl objects to a control that lets stylesheets write or reach the
// network by its own words.
func accessControl(p *analysis.Pass, e *flow.Event) {
	for _, name := range []string{"read_network", "write_file", "create_dir", "write_network"} {
		v := flow.FindValue(e.Args, name)
		if v == nil {
			continue
		}
		if on, ok := v.Bool(); ok && on {
			p.Report(e, analysis.Likely, "Stylesheets under this access control may use "+name+", so one that is changed or untrusted reaches beyond the document. Set it to False, or use DENY_ALL.")
			return
		}
	}
}
