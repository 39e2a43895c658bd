package models

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// EntryError is what is wrong with an entry that could be decoded.
type EntryError struct {
	At      []string // the keys and positions that lead to it: sinks, 2, kind
	Reason  string
	Given   string   // the word that is not known, or ""
	Allowed []string // what can stand in its place
}

func (p EntryError) Error() string {
	s := strings.Join(p.At, ".") + ": " + p.Reason
	if len(p.Allowed) > 0 {
		s += ": it is one of " + strings.Join(p.Allowed, ", ")
	}
	return s
}

// Allowed lists the values that a field of an entry takes by its tag; for a
// list of kinds it is the names of these. It is nil if they are many.
func Allowed(f reflect.StructField) (values []string, kinds bool) {
	switch is := f.Tag.Get("is"); is {
	case "":
		return nil, false
	case "kinds":
		return KindNames(), true
	default:
		return strings.Fields(is), false
	}
}

// Problems lists what is wrong with the entries, in their order.
func (e *Entries) Problems() []EntryError {
	var out []EntryError
	all := reflect.ValueOf(e).Elem()
	for i := range all.NumField() {
		list := all.Field(i)
		if list.Kind() != reflect.Slice {
			continue
		}
		section := all.Type().Field(i).Tag.Get("yaml")
		fields := tagged(list.Type().Elem())
		for j := range list.Len() {
			at := []string{section, strconv.Itoa(j)}
			x := list.Index(j)
			if e, ok := reflect.TypeAssert[entry](x.Addr()); ok && e.missing() != "" {
				out = append(out, EntryError{At: at, Reason: e.missing()})
			}
			for _, f := range fields {
				if p, ok := misfit(f, x.FieldByIndex(f.Index).String()); ok {
					p.At = append(at, f.Tag.Get("yaml"))
					out = append(out, p)
				}
			}
		}
	}
	return out
}

// tagged are the fields of an entry that take only some values.
func tagged(t reflect.Type) []reflect.StructField {
	var out []reflect.StructField
	for f := range t.Fields() {
		if f.Tag.Get("is") != "" {
			out = append(out, f)
		}
	}
	return out
}

// misfit says what is wrong with a value; ok is false if nothing is.
func misfit(f reflect.StructField, value string) (p EntryError, ok bool) {
	if value == "" {
		return EntryError{}, false
	}
	allowed, kinds := Allowed(f)
	given, what := []string{value}, f.Tag.Get("yaml")
	if kinds {
		given, what = slices.Collect(kindList(value)), "kind"
	}
	for _, v := range given {
		if !slices.Contains(allowed, v) {
			return EntryError{Reason: fmt.Sprintf("unknown %s %q", what, v), Given: v, Allowed: allowed}, true
		}
	}
	return EntryError{}, false
}

// entry tells what it lacks, "" if nothing.
type entry interface{ missing() string }

func needs(what string, given ...string) string {
	if strings.Join(given, "") != "" {
		return ""
	}
	return what
}

func (s *Source) missing() string {
	return needs("a source needs value, call or param", s.Value, s.Call, s.Param)
}

func (s *Sink) missing() string {
	if s.Kind == "" {
		return "a sink needs kind: this one has no kind"
	}
	return needs("a sink needs call or set", s.Call, s.Set)
}

func (c *Clean) missing() string {
	if c.Clears == "" {
		return "a clean needs clears"
	}
	return needs("a clean needs call", c.Call)
}

func (g *Guard) missing() string {
	if g.Clears == "" {
		return "a guard needs clears"
	}
	return needs("a guard needs call", g.Call)
}

func (x *Pass) missing() string     { return needs("a pass needs call", x.Call) }
func (x *Field) missing() string    { return needs("a field needs class", x.Class) }
func (x *Invoke) missing() string   { return needs("an invoke needs call", x.Call) }
func (x *Instance) missing() string { return needs("an instance needs call or param", x.Call, x.Param) }
func (x *Mime) missing() string     { return needs("a mime needs call or set", x.Call, x.Set) }

func (f *TemplateFilter) missing() string { return needs("a filter needs filter", f.Filter) }

func (x *Request) missing() string {
	if x.Import == "" || x.Type == "" {
		return "a request needs import and type"
	}
	return needs("a request needs name", x.Name)
}

func (r *Route) missing() string {
	return needs("a route needs decorator, call, base, signature or marker",
		r.Decorator, r.Call, r.Base, strings.Join(r.Signature, ""), r.Marker)
}

func (x *Render) missing() string {
	if x.Base != "" && x.Method == "" {
		return "a render needs base and method"
	}
	return needs("a render needs call, decorator, or base and method", x.Call, x.Decorator, x.Base)
}

// resolved is a copy of entries without problems in which names of kinds and
// tiers are read and defaults filled in.
func (e *Entries) resolved() Entries {
	n := *e
	n.Sources, n.Sinks, n.Cleans, n.Guards = slices.Clone(e.Sources), slices.Clone(e.Sinks), slices.Clone(e.Cleans), slices.Clone(e.Guards)
	n.Fields, n.Filters = slices.Clone(e.Fields), slices.Clone(e.Filters)
	n.Invokes, n.Renders = slices.Clone(e.Invokes), slices.Clone(e.Renders)
	for i := range n.Sources {
		x := &n.Sources[i]
		x.tier, x.clean = tierNames[x.Tier], cleared(x.Clean)
	}
	for i := range n.Sinks {
		x := &n.Sinks[i]
		x.kind, x.When, x.Unless = kindsIn(x.Kind), plain(x.When), plain(x.Unless)
	}
	for i := range n.Cleans {
		x := &n.Cleans[i]
		x.kinds, x.When = cleared(x.Clears), plain(x.When)
	}
	for i := range n.Guards {
		n.Guards[i].kinds = cleared(n.Guards[i].Clears)
	}
	for i := range n.Fields {
		n.Fields[i].clean = cleared(n.Fields[i].Clean)
	}
	for i := range n.Filters {
		n.Filters[i].clears = cleared(n.Filters[i].Clears)
	}
	for i := range n.Invokes {
		if n.Invokes[i].Function == "" {
			n.Invokes[i].Function = "0"
		}
	}
	for i := range n.Renders {
		if n.Renders[i].Dialect == "" {
			n.Renders[i].Dialect = "jinja"
		}
	}
	return n
}

// plain gives the numbers of conditions one type, whatever they were written in.
func plain(when map[string][]any) map[string][]any {
	out := maps.Clone(when)
	for k, list := range out {
		list = slices.Clone(list)
		for i, v := range list {
			switch n := v.(type) {
			case int64:
				list[i] = int(n)
			case float64:
				if n == math.Trunc(n) {
					list[i] = int(n)
				}
			}
		}
		out[k] = list
	}
	return out
}

// Plus is e with the entries of more after its own. Either may be nil.
func (e *Entries) Plus(more *Entries) *Entries {
	if e == nil {
		return more
	}
	if more == nil {
		return e
	}
	n := *e
	to, from := reflect.ValueOf(&n).Elem(), reflect.ValueOf(more).Elem()
	for i := range to.NumField() {
		a, b := to.Field(i), from.Field(i)
		if a.Kind() == reflect.Slice {
			a.Set(reflect.AppendSlice(a.Slice3(0, a.Len(), a.Len()), b))
			continue
		}
		both := reflect.MakeMap(a.Type())
		for _, m := range []reflect.Value{a, b} {
			for it := m.MapRange(); it.Next(); {
				both.SetMapIndex(it.Key(), it.Value())
			}
		}
		a.Set(both)
	}
	return &n
}
