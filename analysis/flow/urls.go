package flow

import (
	"regexp"
	"strings"

	"pavise/analysis/lang/python"
	"pavise/analysis/models"
	"pavise/analysis/wordset"
)

// routeParam grades a handler's parameter: Constant when its converter leaves
// nothing harmful.
func (f *frame) routeParam(route *models.Route, pattern string, p python.Param, i int) (models.Tier, models.Kind) {
	switch route.Params {
	case "all", "typed":
		clean := models.Kind(0)
		if conv, in := converter(pattern, p.Name, "brace"); in {
			t, k := convert(conv)
			if conv == "" {
				k = models.Path // a path parameter holds no slash
			}
			return t, k
		}
		return models.Remote, clean
	case "url":
		conv, in := converter(pattern, p.Name, route.Syntax)
		if pattern == "" && !idName.MatchString(p.Name) {
			return models.Remote, models.Path // registered elsewhere; the default converter takes no slash
		}
		if !in && route.Syntax == "regex" && !strings.Contains(pattern, "(?P<") {
			if route.Request != nil {
				i -= *route.Request + 1
			}
			conv, in = group(pattern, i) // groups without names are arguments in their order
		}
		if !in {
			return models.Unknown, 0
		}
		return convert(conv)
	}
	return models.Unknown, 0
}

// urlParts is **kwargs with the parts of the URL.
func (f *frame) urlParts(route *models.Route, pattern string, p python.Param) *Value {
	out := &Value{Type: "dict", parts: []part{}}
	for _, m := range urlNames.FindAllStringSubmatch(pattern, maxParts) {
		for _, name := range m[1:] {
			conv, in := converter(pattern, name, route.Syntax)
			if name == "" || !in {
				continue
			}
			tier, clean := convert(conv)
			clean = unlessEncoded(route, clean)
			v := typed("int")
			if tier != models.Constant {
				v = &Value{Clean: clean, Origins: []Origin{{Tier: tier, Label: name, Node: p.Node}}}
			}
			out = out.with(partKey{kind: keyPart, name: name}, v)
		}
	}
	return out
}

// urlNames finds what may be the name of a part of a URL pattern.
var urlNames = regexp.MustCompile(`[<{](\w+)|:(\w+)[>}]`)

// group is the i-th group of a regular expression.
func group(pattern string, i int) (string, bool) {
	for at := 0; at < len(pattern); at++ {
		switch pattern[at] {
		case '\\':
			at++
			continue
		case '(':
		default:
			continue
		}
		if strings.HasPrefix(pattern[at:], "(?") {
			continue
		}
		if i == 0 {
			return untilClosed(pattern[at+1:]), true
		}
		i--
	}
	return "", false
}

// untilClosed is a regular expression up to the parenthesis that closes it.
func untilClosed(s string) string {
	depth := 0
	for j := range len(s) {
		switch s[j] {
		case '(':
			depth++
		case ')':
			if depth == 0 {
				return s[:j]
			}
			depth--
		}
	}
	return ""
}

// idName recognises parameters that are numbers in most URL patterns.
var idName = regexp.MustCompile(`(?i)(?:^|_)(?:id|pk|ids|year|month|day|page|num|number|count|index|version)$|^[a-z]+(?:Id|Pk)$`)

// convert grades what a URL converter lets through: a name, with arguments or
// without, or a regular expression.
func convert(conv string) (models.Tier, models.Kind) {
	name, _, _ := strings.Cut(conv, "(")
	switch name {
	case "int", "float", "uuid", "Int", "positive_int", "number", "decimal", "date", "datetime", "time", "timedelta", "ymd", "any":
		return models.Constant, models.All
	case "slug", "alpha":
		return models.Remote, models.All
	case "path", "re", "regex":
		return models.Remote, 0
	case "str", "string", "default", "strorempty", "segments":
		return models.Remote, models.Path
	}
	if conv == "" {
		return models.Remote, models.Path
	}
	if converterName.MatchString(conv) {
		return models.Unknown, 0 // of the project: who knows what it lets through
	}
	if strings.HasPrefix(conv, `\d`) || strings.HasPrefix(conv, "[0-9]") {
		return models.Constant, models.All
	}
	if kinds, _ := judgePattern("fullmatch", conv); kinds != 0 {
		return models.Remote, kinds
	}
	return models.Remote, 0
}

// unlessEncoded is what a part of a path is clean for where it may hold a slash
// that was sent encoded.
func unlessEncoded(route *models.Route, clean models.Kind) models.Kind {
	if route != nil && route.Encoded && clean == models.Path {
		return 0
	}
	return clean
}

var converterName = regexp.MustCompile(`^[A-Za-z_]\w*(?:\(.*\))?$`)

// converter finds the converter of a named part of a URL pattern.
func converter(pattern, name, syntax string) (conv string, in bool) {
	if syntax == "regex" {
		i := strings.Index(pattern, "(?P<"+name+">")
		if i < 0 {
			return "", false
		}
		return untilClosed(pattern[i+len(name)+5:]), true
	}
	open, closing := byte('<'), byte('>')
	if syntax == "brace" {
		if strings.HasSuffix(pattern, "*"+name) { // the rest, split and rid of dots
			return "segments", true
		}
		open, closing = '{', '}'
	}
	for i := 0; i < len(pattern); i++ {
		if pattern[i] != open {
			continue
		}
		end := closes(pattern[i:], open, closing)
		if end < 0 {
			return "", false
		}
		field := pattern[i+1 : i+end]
		i += end
		if syntax == "brace" { // {name:conv}
			n, c, _ := strings.Cut(field, ":")
			if n == name {
				return c, true
			}
			if n == name+"+" { // API Gateway's {proxy+}
				return "path", true
			}
			continue
		}
		if field == name { // <name>
			return "", true
		}
		j := strings.LastIndexByte(field, ':')
		if j >= 0 && field[j+1:] == name { // <conv:name>
			return field[:j], true
		}
		if j := strings.IndexByte(field, ':'); j >= 0 && field[:j] == name { // <name:conv>, of Bottle and Sanic
			return field[j+1:], true
		}
	}
	return "", false
}

// closes is the position of the bracket that closes the first one, -1 if none does.
func closes(s string, open, closing byte) int {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case open:
			depth++
		case closing:
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// pathParam is request.path_params["x"] as the URL pattern or the name tells;
// nil if they do not.
func (f *frame) pathParam(obj, key *Value) *Value {
	name, ok := key.Str()
	if !ok || len(obj.Origins) == 0 || !pathParams[obj.Name[strings.LastIndexByte(obj.Name, '.')+1:]] {
		return nil
	}
	conv, in := converter(f.pattern, name, f.syntax)
	switch {
	case in:
		tier, kinds := convert(conv)
		kinds = unlessEncoded(f.route, kinds)
		switch tier {
		case models.Constant:
			return typed("int")
		case models.Unknown:
			return &Value{Origins: []Origin{{Tier: tier, Label: name}}}
		}
		return elementOf(obj).cleaned(kinds)
	case f.pattern == "" && idName.MatchString(name) && !strings.HasSuffix(obj.Name, ".matchdict"): // Pyramid converts nothing
		return &Value{Origins: []Origin{{Tier: models.Unknown, Label: name}}}
	}
	return nil
}

// pathParams are the members of requests and views that hold the parts of the URL.
var pathParams = wordset.Of("path_params match_info matchdict view_args kwargs")
