package logging

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/rules/logging"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// QuietLog keeps statements, requests and connections out of the log.
var QuietLog = &fix.Fix{Name: "quiet-log", For: []*analysis.Rule{logging.VerboseSQLOrDebugLogging}, Compute: quietLog}

// quiet are the values of options that say too much.
var quiet = [][2]string{{"echo", "False"}, {"send_default_pii", "False"}, {"max_request_body_size", `"medium"`}, {"log_level", `"info"`}}

func quietLog(s *fix.Site) []fix.Proposal {
	const caveat = "What was logged for looking into faults is missing from now on: turn it on where you develop."
	e := s.Edits()
	if name, value, ok := s.Setting(); ok && strings.HasPrefix(name, "SQLALCHEMY_") {
		if !fix.IsTrue(value.Node) {
			return fix.Refuse("%s takes its value from %s: change it there.", name, fix.Short(value.Str()))
		}
		e.ReplaceNode(value, "False")
		return fix.Propose(e, caveat, "Set %s to False", name)
	}
	if target, value, ok := s.Assignment(); ok {
		if !strings.HasSuffix(target.Str(), "debuglevel") || !fix.Written(value.Node) {
			return fix.Refuse("Set the level of the logger to INFO.")
		}
		e.ReplaceNode(value, "0")
		return fix.Propose(e, caveat, "Set the level to 0")
	}
	call, ok := s.Call()
	if !ok {
		return nil
	}
	if strings.HasSuffix(s.EventName(), "set_debuglevel") {
		a, ok := pyedit.Positional(call.Node, 0)
		if !ok || !fix.Written(a.Value) {
			return fix.Refuse("The level comes from elsewhere: change it there.")
		}
		e.ReplaceNode(call.On(a.Value), "0")
		return fix.Propose(e, caveat, "Set the level to 0")
	}
	for _, q := range quiet {
		a, ok := pyedit.Keyword(call.Node, q[0])
		if !ok || q[0] == "max_request_body_size" && !strings.Contains(s.Finding.Message, q[0]) {
			continue
		}
		if !fix.Written(a.Value) {
			return fix.Refuse("%s= takes its value from %s: change it there.", q[0], fix.Short(a.Value.Str()))
		}
		e.ReplaceNode(call.On(a.Value), q[1])
		return fix.Propose(e, caveat, "Set %s=%s", q[0], q[1])
	}
	return fix.Refuse("What turns the log on comes from elsewhere: change it there.")
}
