package access

import (
	_ "embed"
	"slices"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
)

//go:embed default_permissions_open.md
var defaultPermissionsOpenPage string

// DefaultPermissionsOpen: aPI framework left open by default.
var DefaultPermissionsOpen = &analysis.Rule{
	ID:         "default-permissions-open",
	Class:      "access",
	Title:      "API framework left open by default",
	CWE:        []int{306},
	OWASP2021:  "A07:2021 Identification and Authentication Failures",
	OWASP2025:  "A07:2025 Authentication Failures",
	Severity:   analysis.Medium,
	Confidence: analysis.Certain,
	Page:       defaultPermissionsOpenPage,
	Checks: []analysis.Check{
		analysis.Settings{Names: []string{"REST_FRAMEWORK", "DEFAULT_PERMISSION_CLASSES"}, Run: judgePermissions},
		analysis.Calls{Names: adminViews, Run: judgeAdmin},
	},
}

// adminViews are the views of Flask-Admin that let everyone in unless a class
// derived from them says who may.
var adminViews = []string{
	"flask_admin.contrib.sqla.ModelView", "flask_admin.contrib.sqla.view.ModelView", "flask_admin.contrib.mongoengine.ModelView",
	"flask_admin.contrib.peewee.ModelView", "flask_admin.contrib.pymongo.ModelView", "flask_admin.contrib.fileadmin.FileAdmin", "flask_admin.contrib.rediscli.RedisCli",
}

// judgePermissions objects to a default that lets everyone in. A default that is
// left out is none either, but views may have permissions of their own.
func judgePermissions(p *analysis.Pass, s *analysis.Setting) {
	if !p.Deployed(s.Event) {
		return
	}
	list := s.Given
	if s.Name == "REST_FRAMEWORK" {
		if _, known := s.Given.Len(); !known {
			return
		}
		if list = s.Given.Key("DEFAULT_PERMISSION_CLASSES"); list == nil {
			p.ReportSetting(s, analysis.Unsure, "REST_FRAMEWORK sets no DEFAULT_PERMISSION_CLASSES: a view that says nothing of permissions is open to everyone.")
			return
		}
	}
	open := slices.ContainsFunc(flow.ConstTexts(list), func(c string) bool { return strings.HasSuffix(c, ".AllowAny") })
	if n, known := list.Len(); open || known && n == 0 {
		p.ReportSetting(s, analysis.Likely, "By default everyone may use every view of the API, also without signing in. Require a user, and open single views.")
	}
}

func judgeAdmin(p *analysis.Pass, e *flow.Event) {
	if p.Deployed(e) && e.Recv == nil {
		p.Report(e, analysis.Likely, "This view of the administration asks nobody who they are: everyone can read and change what it shows. Derive a class with is_accessible.")
	}
}
