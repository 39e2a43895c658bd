package settings

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/rules/settings"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// GuardMain starts a server only where its file is started.
var GuardMain = &fix.Fix{
	Name:    "guard-main",
	For:     []*analysis.Rule{settings.DevelopmentServer},
	Compute: guardMain,
}

func guardMain(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return nil
	}
	stmt := pyedit.Statement(call)
	lines := s.Source(stmt)
	if stmt.Kind() != syntax.KindExpressionStatement || stmt.NamedChild(0) != call.Node || s.File.Indent(stmt.Abs().Start) != "" || !s.File.OwnLines(stmt) || stmt.Parent().Kind() == syntax.KindBlock {
		return fix.Refuse("The call shares its statement with others: put it under if __name__ == \"__main__\": by hand.")
	}
	if strings.Contains(lines, `"""`) || strings.Contains(lines, "'''") {
		return fix.Refuse("The arguments hold a text of several lines, which would be indented too.")
	}
	if units := s.File.Tree.Units; stmt.Abs().End < units[len(units)-1].Start {
		return fix.Refuse("Statements stand behind the call, which run once the server has ended: put both under if __name__ == \"__main__\":.")
	}
	step := s.File.Step()
	e := s.Edits()
	e.ReplaceNode(stmt, "if __name__ == \"__main__\":\n"+step+strings.ReplaceAll(lines, "\n", "\n"+step))
	return fix.Propose(e, "Importing the module no longer starts the server: start the file itself, or serve the application with gunicorn or the like.", "Start the server only where the file is started")
}
