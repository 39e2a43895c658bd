package flow

import (
	"strings"

	"pavise/analysis/lang/python"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// mergeMime is the content type after one of two ways: HTML if either says so,
// not said if one says nothing and the other is harmless.
func mergeMime(a, b *Value) *Value {
	switch {
	case a == b:
		return a
	case a == nil || b == nil:
		if a == nil {
			a = b
		}
		if isHTML(a) {
			return a
		}
		return nil
	case isHTML(a):
		return a
	case isHTML(b):
		return b
	}
	return join(a, b)
}

// tellsMime takes in a call that tells the content type of the response.
func (f *frame) tellsMime(name string, args []Arg) {
	for _, m := range f.m.set.Mimes(name) {
		if m.Name != "" {
			h := FindArg(args, m.Name)
			if h == nil || !isHeader(h.Value, "content-type") {
				continue
			}
		}
		a := findAny(args, m.Arg)
		if a == nil || f.env == nil {
			continue
		}
		v := a.Value
		if m.Name == "" && (v.Type == "dict" || v.Type == "list" || v.Type == "tuple") {
			v = header(v, "content-type")
		} else if m.Name == "" && strings.Contains(m.Arg, "headers") {
			continue // headers that something unknown made
		}
		if v != nil {
			f.env.mime = v
		}
	}
}

// isHeader reports whether a text is the name of a header.
func isHeader(v *Value, name string) bool {
	s, ok := v.Text()
	return ok && strings.EqualFold(s, name)
}

// header is the value of a header in a dict, or in a list of pairs; nil if it
// is not there.
func header(v *Value, name string) *Value {
	for _, p := range v.parts {
		switch p.key.kind {
		case keyPart:
			if strings.EqualFold(p.key.name, name) {
				return p.v
			}
		case indexPart:
			if k := p.v.Element(0); k != nil && isHeader(k, name) {
				return p.v.Element(1)
			}
		}
	}
	return nil
}

// startsResponse is WSGI's start_response(status, headers).
func (f *frame) startsResponse(n syntax.Node, args []Arg) {
	if a := FindArg(args, "1"); a != nil {
		f.locates(n, a, header(a.Value, "location"))
	}
}

// sends is ASGI's send(message).
func (f *frame) sends(n syntax.Node, args []Arg) {
	a := FindArg(args, "0")
	if a == nil {
		return
	}
	if headers := a.Value.Key("headers"); headers != nil {
		if v := header(headers, "content-type"); v != nil && f.env != nil {
			f.env.mime = v
		}
		f.locates(n, a, header(headers, "location"))
	}
	body := a.Value.Key("body")
	if body == nil || f.env == nil || f.env.mime == nil || !isHTML(f.env.mime) || f.run.quiet > 0 || f.depth > 0 && !body.tainted(models.Operator) {
		return
	}
	f.emit(Event{Kind: Called, Node: n, Name: "asgi.send", Sinks: []*models.Sink{f.m.set.BodySink()}, Args: []Arg{{Node: a.Node, Value: body}}})
}

// locates notes a Location header of a response.
func (f *frame) locates(n syntax.Node, a *Arg, v *Value) {
	if v == nil || f.run.quiet > 0 || f.depth > 0 && !v.tainted(models.Operator) {
		return
	}
	f.emit(Event{Kind: Called, Node: n, Name: "redirect", Sinks: []*models.Sink{f.m.set.LocationSink()}, Args: []Arg{{Node: a.Node, Value: v}}})
}

// proxied notes what the dict of a response, as a function behind a gateway
// returns it, says: its body, if it is HTML or tells of an exception, and where it
// redirects to.
func (f *frame) proxied(n syntax.Node, v *Value) {
	headers, body := v.Key("headers"), v.Key("body")
	if headers != nil {
		f.locates(n, &Arg{Node: n}, header(headers, "location"))
		if mime := header(headers, "content-type"); body != nil && mime != nil && isHTML(mime) {
			f.emit(Event{Kind: Returned, Node: n, Name: "html", Value: body})
			return
		}
	}
	if body != nil && body.tells() {
		f.emit(Event{Kind: Returned, Node: n, Name: "data", Value: body})
	}
}

// yielded notes a part of a response that a generator gives.
func (f *frame) yielded(n syntax.Node, v *Value) {
	if f.route == nil || f.depth > 0 || f.run.quiet > 0 || !f.chunked() {
		return
	}
	switch v.Type {
	case "", "str", "bytes":
		f.emit(Event{Kind: Returned, Node: n, Name: "html", Value: v})
	}
}

// chunked reports whether every string of a list that the handler returns is
// sent as HTML.
func (f *frame) chunked() bool {
	told := f.env != nil && f.env.mime != nil
	switch f.route.Returns {
	case "chunks":
		return !told || isHTML(f.env.mime)
	case "bytes":
		return told && isHTML(f.env.mime)
	}
	return false
}

// assignedMime takes in an assignment that tells the content type of the
// response: to an attribute, or to a key of its headers.
func (f *frame) assignedMime(obj *Value, attr, key string, v *Value) {
	if f.env == nil {
		return
	}
	base := obj.Type
	if base == "" {
		base = obj.Name
	}
	if attr != "" {
		if q := f.m.set.Member(base, attr); q != "" && f.m.set.Mimes(q) != nil {
			f.env.mime = v
		}
		return
	}
	if strings.EqualFold(key, "content-type") && (f.m.set.Mimes(obj.Name+"[Content-Type]") != nil || f.m.set.Mimes(base+"[Content-Type]") != nil) {
		f.env.mime = v
	}
}

// delegates reports whether a returned value is what another WSGI application
// gives, which says itself what it sends. An application takes the environment
// and start_response, and nothing else; what takes more or less is a helper, unless
// it is a class, whose instances wrap applications.
func (f *frame) delegates(n syntax.Node) bool {
	if f.route.Returns != "bytes" || n.Kind() != syntax.KindCall {
		return false
	}
	args := n.Child(syntax.FieldArguments)
	name := strings.TrimLeft(python.LastName(n.Child(syntax.FieldFunction)), "_")
	starts := func(a syntax.Node) bool {
		return a.Kind() == syntax.KindIdentifier && f.load(a.Str()).Name == "wsgi.start_response"
	}
	if class := name != "" && name[0] >= 'A' && name[0] <= 'Z'; !class {
		return args.NamedCount() == 2 && starts(args.NamedChild(1))
	}
	for a := range args.NamedChildren() {
		if starts(a) {
			return true
		}
	}
	return false
}
