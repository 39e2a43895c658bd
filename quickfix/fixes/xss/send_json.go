package xss

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/rules/xss"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// SendJSON says of JSON that it is JSON.
var SendJSON = &fix.Fix{
	Name:    "send-json",
	For:     []*analysis.Rule{xss.JSONServedAsHTML},
	Compute: sendJSON,
}

func sendJSON(s *fix.Site) []fix.Proposal {
	e := s.Edits()
	call, isCall := s.Call()
	name := ""
	if isCall {
		name = s.EventName()
	}
	last := name[strings.LastIndexByte(name, '.')+1:]
	switch {
	case name == "django.http.HttpResponse" || name == "pyramid.response.Response":
		return typed(e, call, "content_type")
	case last == "Response":
		return typed(e, call, "mimetype")
	case last == "make_response":
		a, ok := pyedit.Positional(call.Node, 0)
		if !ok {
			return fix.Refuse("The document of this response cannot be told.")
		}
		return sender{s, e}.send(call.On(a.Value))
	case last == "HTTPResponse":
		return fix.Refuse("Give the response the header Content-Type: application/json.")
	}
	at := s.Node
	if at.Kind() == syntax.KindReturnStatement {
		at = at.On(at.NamedChild(0))
	}
	return sender{s, e}.send(at)
}

// typed adds the content type to a call.
func typed(e *pyedit.Edits, call pyedit.At, keyword string) []fix.Proposal {
	if pyedit.Unpacks(call.Node) || !e.AddKeyword(call, keyword, `"application/json"`) {
		return fix.Refuse("The call takes no further argument as it is written.")
	}
	return fix.Propose(e, "", "Send it as application/json")
}

type sender struct {
	s *fix.Site
	e *pyedit.Edits
}

// send wraps a document that a view returns.
func (w sender) send(at pyedit.At) []fix.Proposal {
	f := w.s.File
	framework := ""
	for _, name := range []string{"flask", "quart"} {
		if f.ImportsRoot(name) {
			framework = name
		}
	}
	if framework == "" {
		return fix.Refuse("Set the content type of the response to application/json, or return a dict.")
	}
	if data, ok := w.plain(at); ok {
		w.e.ReplaceNode(at, w.e.Use(at, framework, "jsonify", pyedit.From)+"("+data+")")
		w.e.DropImport(root(at.Child(syntax.FieldFunction).Str()))
		return fix.Propose(w.e, "", "Return it with jsonify")
	}
	if at.Kind() == syntax.KindExpressionList || strings.ContainsAny(w.s.Source(at), "\r\n") && at.Kind() != syntax.KindCall {
		return fix.Refuse("The document is written over several lines: give it a name first.")
	}
	w.e.Wrap(at, w.e.Use(at, framework, "Response", pyedit.From)+"(", `, mimetype="application/json")`)
	return fix.Propose(w.e, "", "Send it as application/json")
}

// plain is the data of json.dumps(data) without options.
func (w sender) plain(at pyedit.At) (string, bool) {
	if at.Kind() != syntax.KindCall {
		return "", false
	}
	if name := w.s.Callee(at); name != "json.dumps" && name != "simplejson.dumps" {
		return "", false
	}
	args := pyedit.Args(at.Node)
	if len(args) != 1 || args[0].Name != "" {
		return "", false
	}
	return w.s.Source(at.On(args[0].Value)), true
}
