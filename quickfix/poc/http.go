package poc

import (
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"pavise/analysis"
	"pavise/analysis/engine"
	"pavise/analysis/lang/sql"
	"pavise/analysis/models"
)

// payloads are what an attacker sends, by what the data is not clean for. The
// first kind that a finding has counts.
var payloads = []struct {
	kind models.Kind
	text string
}{
	{models.SQL, "' OR '1'='1"},
	{models.Command | models.RemoteCommand, "x; id"},
	{models.Argument, "--help"},
	{models.Program | models.Import, "/bin/sh"},
	{models.Code, "__import__('os').system('id')"},
	{models.Template, "{{ 7 * 7 }}"},
	{models.HTML | models.Markup | models.MailHTML, "<script>alert(1)</script>"},
	{models.Script | models.ScriptText, "';alert(1);//"},
	{models.Unquoted, "x onmouseover=alert(1)"},
	{models.Link, "javascript:alert(1)"},
	{models.Path, "../../../../etc/passwd"},
	{models.URL, "http://169.254.169.254/latest/meta-data/"},
	{models.Redirect, "https://attacker.example/"},
	{models.Header | models.Mail | models.Cookie, "x\r\nX-Injected: 1"},
	{models.Log, "x\nWARNING forged entry"},
	{models.Regex, "(a+)+$"},
	{models.XML, `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>`},
	{models.LDAP, "*)(uid=*"},
	{models.XPath, "' or '1'='1"},
	{models.NoSQL, `{"$ne": null}`},
	{models.Format, "{0.__class__}"},
	{models.CSV, "=HYPERLINK(\"https://attacker.example/\")"},
}

// payload is what an attacker sends to show a finding.
func payload(s *engine.Snapshot, f *analysis.Finding) (string, bool) {
	for _, p := range payloads {
		if f.Kinds&p.kind == 0 {
			continue
		}
		if p.kind == models.SQL && !quotedHole(s, f) {
			return "1 OR 1=1", true
		}
		return p.text, true
	}
	return "", false
}

// quotedHole reports whether the data of a finding stands between quotes in its
// SQL text, as far as is known.
func quotedHole(s *engine.Snapshot, f *analysis.Finding) (quoted bool) {
	defer func() {
		if recover() != nil {
			quoted = true
		}
	}()
	ev, ok := s.Event(f)
	if !ok {
		return true
	}
	for _, sink := range ev.Sinks {
		for _, r := range ev.Reaches(sink) {
			if r.Inner && r.Place == sql.Value {
				return false
			}
		}
	}
	return true
}

// Text is the request as it goes over the wire, with a value for the parameter
// that carries the data.
func (r *Request) Text(value string) string {
	query, form, body, headers := url.Values{}, url.Values{}, map[string]string{}, []string{}
	cookies := []string{}
	path := r.path(value)
	for _, p := range append([]Param{r.Param}, r.Others...) {
		v := "1"
		if p == r.Param {
			v = value
		}
		switch p.In {
		case Query:
			query.Set(p.Name, v)
		case Form:
			form.Set(p.Name, v)
		case JSON:
			body[p.Name] = v
		case Header:
			headers = append(headers, p.Name+": "+url.PathEscape(v))
		case Cookie:
			cookies = append(cookies, p.Name+"="+url.QueryEscape(v))
		}
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	lines := append([]string{r.Method + " " + path + " HTTP/1.1", "Host: localhost"}, headers...)
	if len(cookies) > 0 {
		lines = append(lines, "Cookie: "+strings.Join(cookies, "; "))
	}
	switch {
	case len(body) > 0:
		var b strings.Builder
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if e.Encode(body) == nil {
			lines = append(lines, "Content-Type: application/json", "", strings.TrimSpace(b.String()))
		}
	case len(form) > 0:
		lines = append(lines, "Content-Type: application/x-www-form-urlencoded", "", form.Encode())
	}
	return strings.Join(lines, "\n")
}

var regexpMarks = regexp.MustCompile(`^\^|\$$`)

// path is the URL of the request without its query.
func (r *Request) path(value string) string {
	path := placeholder.ReplaceAllStringFunc(regexpMarks.ReplaceAllString(r.Pattern, ""), func(hole string) string {
		p := placeholders(hole)[0]
		switch {
		case p.Name != r.Param.Name || r.Param.In != Path:
			return "1"
		case p.Whole:
			return strings.ReplaceAll(url.PathEscape(value), "%2F", "/")
		}
		return url.PathEscape(value)
	})
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return path
}

// withBody reports whether a value of the request stands in its body.
func (r *Request) has(in Place) bool {
	return r.Param.In == in || slices.ContainsFunc(r.Others, func(p Param) bool { return p.In == in })
}
