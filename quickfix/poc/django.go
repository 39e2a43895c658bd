package poc

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

var settingsModule = regexp.MustCompile(`DJANGO_SETTINGS_MODULE["']\s*,\s*["']([\w.]+)["']`)

// settings finds manage.py above a file and the settings that it names.
func settings(path, root string) (dir, module string) {
	for dir = filepath.Dir(path); ; dir = filepath.Dir(dir) {
		text, err := os.ReadFile(filepath.Join(dir, "manage.py"))
		if m := settingsModule.FindSubmatch(text); err == nil && m != nil {
			return dir, string(m[1])
		}
		if dir == root || dir == filepath.Dir(dir) {
			return "", ""
		}
	}
}

// django is for Django: the test has URLs of its own, so that it does not depend
// on how those of the project are put together.
func (t *testWriter) django() (setup, error) {
	h := t.r.handler
	dir, module := settings(h.file.path, t.root)
	if module == "" {
		return setup{}, errors.New("no manage.py that names the settings was found above the view")
	}
	var s setup
	if err := t.addPath(&s, dir); err != nil {
		return s, err
	}
	rel, err := filepath.Rel(dir, strings.TrimSuffix(h.file.path, ".py"))
	if err != nil || !filepath.IsLocal(rel) {
		return s, errors.New("the view lies outside the folder of manage.py")
	}
	where := strings.ReplaceAll(filepath.ToSlash(rel), "/", ".")
	view := h.name
	if h.class != "" {
		view = h.class
	}
	target := view
	if h.class != "" {
		target += ".as_view()"
	}
	r := *t.r
	if strings.HasPrefix(r.Pattern, "^") || r.Pattern == "" && r.Param.In == Path {
		return s, errors.New("the path of the view is a regular expression")
	}
	s.imports = []string{"import django", "from django.test import Client, override_settings", "from django.urls import path"}
	std := []string{"import os"}
	if r.has(Query) || r.has(Form) {
		std = append(std, "from urllib.parse import urlencode")
	}
	if r.has(JSON) {
		std = append(std, "import json")
	}
	s.imports = append(s.imports, std...)
	s.before = fmt.Sprintf("os.environ.setdefault(\"DJANGO_SETTINGS_MODULE\", %s)\ndjango.setup()\n\nfrom %s import %s  # noqa: E402\n\nurlpatterns = [path(%s, %s)]\n",
		quote(module), where, view, quote("pavise/"+strings.TrimPrefix(r.Pattern, "/")), target)
	r.Pattern = "/pavise/" + strings.TrimPrefix(r.Pattern, "/")
	url := t.url(&r)
	if q := r.dict(Query); q != "" {
		url += " + \"?\" + urlencode(" + q + ")"
	}
	more := ""
	if d := r.dict(Form); d != "" {
		more = ", urlencode(" + d + "), \"application/x-www-form-urlencoded\""
	} else if d := r.dict(JSON); d != "" {
		more = ", json.dumps(" + d + "), \"application/json\""
	}
	if r.Param.In == Header {
		name := strings.ToUpper(strings.ReplaceAll(r.Param.Name, "-", "_"))
		if !strings.HasPrefix(name, "HTTP_") {
			name = "HTTP_" + name
		}
		more += ", **{" + quote(name) + ": value}"
	}
	s.send = "    client = Client(raise_request_exception=False)\n\n    def send(value):\n" +
		"        with override_settings(ROOT_URLCONF=__name__, ALLOWED_HOSTS=[\"*\"], SECURE_SSL_REDIRECT=False):\n" +
		"            response = client.generic(" + quote(r.Method) + ", " + url + more + ")\n" +
		"        return response.headers, response.content.decode(errors=\"replace\")\n"
	return s, nil
}
