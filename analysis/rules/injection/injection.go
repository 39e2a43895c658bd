// Package injection holds the rules about data that other interpreters read:
// document databases, directories, XPath, query languages, regular expressions,
// headers, formats, spreadsheets.
package injection

import (
	"pavise/analysis"
	"pavise/analysis/flow"
)

// Rules are the rules of this class.
var Rules = []*analysis.Rule{
	NoSQLInjection, LDAPInjection, XPathInjection, XSLTInjection, QueryLanguageInjection, RegexInjection, FormatStringInjection,
	HeaderInjection, EmailHeaderInjection, CSVFormulaInjection, MarkupInjection, TrustBoundaryViolation,
}

// judgeText grades data in a text that is read as a language.
func judgeText(_ *analysis.Pass, _ *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
	return analysis.FromClientOrTelling(r)
}

// arrived names the data of an arrival; of an assignment it is where the data
// comes from.
func arrived(e *flow.Event, r flow.Reach) string {
	if e.Kind == flow.Assigned && r.Node == e.Node {
		return "`" + r.Origin.Label + "`"
	}
	return analysis.Data(r)
}
