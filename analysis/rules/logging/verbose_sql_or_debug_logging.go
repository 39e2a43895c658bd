package logging

import (
	_ "embed"
	"slices"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

//go:embed verbose_sql_or_debug_logging.md
var verboseSQLOrDebugLoggingPage string

// VerboseSQLOrDebugLogging: query or debug logging enabled in production
// configuration.
var VerboseSQLOrDebugLogging = &analysis.Rule{
	ID:         "verbose-sql-or-debug-logging",
	Class:      "logging",
	Title:      "Query or debug logging enabled in production configuration",
	CWE:        []int{532},
	OWASP2021:  "A09:2021 Security Logging and Monitoring Failures",
	OWASP2025:  "A09:2025 Security Logging and Alerting Failures",
	Severity:   analysis.Low,
	Confidence: analysis.Certain,
	Page:       verboseSQLOrDebugLoggingPage,
	Checks: []analysis.Check{
		analysis.Settings{Names: []string{"SQLALCHEMY_ECHO", "SQLALCHEMY_RECORD_QUERIES"}, Run: judgeEcho},
		analysis.Settings{Names: []string{"LOGGING"}, Run: judgeLevels},
		analysis.Calls{Names: []string{
			"sqlalchemy.create_engine", "sqlalchemy.ext.asyncio.create_async_engine", "sqlalchemy.engine.create_engine", "sqlmodel.create_engine",
			"sentry_sdk.init", "uvicorn.run",
		}, Run: judgeOptions},
		analysis.Calls{Names: []string{"*.set_debuglevel"}, Run: judgeWire},
		analysis.Sets{Names: []string{"http.client.HTTPConnection.debuglevel", "http.client.HTTPSConnection.debuglevel"}, Run: judgeWireSet},
	},
}

const (
	statements = " writes every SQL statement with its values into the log: names, addresses and tokens of users stand there."
	wire       = "Everything that this connection sends is written out, with its passwords, cookies and tokens."
)

func judgeEcho(p *analysis.Pass, s *analysis.Setting) {
	if analysis.FlagOf(s.Given) == analysis.On && p.Deployed(s.Event) {
		p.ReportSetting(s, analysis.Certain, s.Name+" = True"+statements)
	}
}

// judgeLevels judges the levels of a LOGGING of Django. Its queries are logged
// only while DEBUG is on.
func judgeLevels(p *analysis.Pass, s *analysis.Setting) {
	if !p.Deployed(s.Event) {
		return
	}
	debug := func(v *flow.Value) bool {
		if v == nil || v.Key("level") == nil {
			return false
		}
		level, _ := v.Key("level").Str()
		return strings.EqualFold(level, "DEBUG")
	}
	loggers := s.Given.Key("loggers")
	if debug(s.Given.Key("root")) || loggers != nil && (debug(loggers.Key("")) || debug(loggers.Key("django")) || debug(loggers.Key("django.request"))) {
		p.ReportSetting(s, analysis.Likely, "The level DEBUG writes what requests carry and what libraries do into the log, with what is private in it. Use INFO.")
	} else if loggers != nil && debug(loggers.Key("django.db.backends")) {
		p.ReportSetting(s, analysis.Unsure, "The level DEBUG of django.db.backends"+statements)
	}
}

func judgeOptions(p *analysis.Pass, e *flow.Event) {
	if !p.Deployed(e) || e.Inlined {
		return
	}
	text := func(name string) string {
		a, _ := analysis.Option(e.Args, name)
		if a == nil {
			return ""
		}
		s, _ := a.Value.Str()
		return strings.ToLower(s)
	}
	sure := analysis.Certain
	if started(e.Node) {
		sure = analysis.Unsure
	}
	switch {
	case e.Name == "sentry_sdk.init":
		if analysis.OptionFlag(e.Args, "send_default_pii") == analysis.On {
			p.Report(e, sure, "send_default_pii=True sends addresses, cookies and who the user is to Sentry with each error.")
		} else if text("max_request_body_size") == "always" {
			p.Report(e, min(sure, analysis.Likely), "max_request_body_size=\"always\" sends the whole body of requests to Sentry with each error, passwords too.")
		}
	case e.Name == "uvicorn.run":
		if level := text("log_level"); level == "debug" || level == "trace" {
			p.Report(e, min(sure, analysis.Likely), "The level "+level+" writes what requests carry into the log. Use info.")
		}
	case analysis.OptionFlag(e.Args, "echo") == analysis.On || text("echo") == "debug":
		if a, _ := analysis.Option(e.Args, "0", "url"); a != nil && strings.HasPrefix(analysis.Beginning(a.Value), "sqlite") && strings.Contains(analysis.Beginning(a.Value), ":memory:") {
			sure = analysis.Unsure
		}
		p.Report(e, sure, "echo=True"+statements)
	}
}

// started reports whether a statement runs only where its file is started.
func started(n syntax.Node) bool {
	for ; n.OK(); n = n.Parent() {
		if n.Kind() == syntax.KindIfStatement && strings.Contains(n.Child(syntax.FieldCondition).Str(), "__main__") {
			return true
		}
	}
	return false
}

// protocols are the modules of clients that write out what they send.
var protocols = []string{"http", "smtplib", "imaplib", "poplib", "ftplib", "telnetlib"}

func judgeWire(p *analysis.Pass, e *flow.Event) {
	a := flow.FindArg(e.Args, "0")
	if a == nil || !p.Deployed(e) || e.Inlined {
		return
	}
	if module, _, _ := strings.Cut(e.Name, "."); module != "" && !slices.Contains(protocols, module) || module == "" && !slices.ContainsFunc(protocols, p.Imports) {
		return
	}
	if n, ok := a.Value.Int(); ok && n > 0 || analysis.FlagOf(a.Value) == analysis.On {
		p.Report(e, analysis.Certain, wire)
	}
}

func judgeWireSet(p *analysis.Pass, e *flow.Event) {
	if n, ok := e.Value.Int(); ok && n > 0 && p.Deployed(e) {
		p.Report(e, analysis.Certain, wire)
	}
}
