package models

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"
)

//go:embed data/*.yaml
var data embed.FS

// Set is all models of a run, indexed by qualified name. It is immutable.
type Set struct {
	libraries []*Library
	own       *own // what a configuration added; nil without any

	aliases map[string]string
	types   map[string]string
	bases   map[string][]string

	values  map[string]*Source
	checked []*Source // of declared fields that methods check
	calls   map[string]*Source
	params  map[string]*Source
	sinks   map[string][]*Sink
	sets    map[string][]*Sink
	cleans  map[string][]*Clean
	guards  map[string][]*Guard
	passes  map[string]*Pass

	fields    map[string]*Field
	instances map[string]*Instance // by call or parameter
	invokes   map[string]*Invoke

	decorators map[string]*Route
	adds       map[string]*Route
	registers  map[string]*Route
	routeBases map[string]*Route
	returning  map[string]*Route // decorators that only say what is returned
	signatures []*Route          // those that ask for most first
	markers    []*Route
	mimes      map[string][]*Mime // by call or assignment target
	requests   []Request
	unbound    map[string]string

	renders     map[string]*Render // by call or decorator
	renderBases map[string]*Render
	filters     map[string]*TemplateFilter // by dialect, a colon and name

	remote  map[string]bool              // root modules with sources of a client's data
	roots   map[string]bool              // root modules that have a model
	members map[string]map[string]string // class -> member -> the qualified name that facts use
	items   map[string]string            // object or class -> the name under which reading an item of it is a sink
}

// Default is the set of the embedded models. It is read once.
var Default = sync.OnceValue(func() *Set {
	s, err := Load(data)
	if err != nil {
		panic(err) // embedded data that does not load is a build fault; a test reads it
	}
	return s
})

// Load reads every data/*.yaml below fsys. An unknown key, kind or tier fails
// with the file's name and the line.
func Load(fsys fs.FS) (*Set, error) {
	s := newSet()
	names, err := fs.Glob(fsys, "data/*.yaml")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		lib, err := decode(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		s.add(lib)
	}
	s.index()
	return s, nil
}

func newSet() *Set {
	return &Set{
		aliases: map[string]string{}, types: map[string]string{}, bases: map[string][]string{},
		values: map[string]*Source{}, calls: map[string]*Source{}, params: map[string]*Source{},
		sinks: map[string][]*Sink{}, sets: map[string][]*Sink{},
		cleans: map[string][]*Clean{}, guards: map[string][]*Guard{}, passes: map[string]*Pass{},
		fields: map[string]*Field{}, instances: map[string]*Instance{}, invokes: map[string]*Invoke{}, adds: map[string]*Route{},
		decorators: map[string]*Route{}, registers: map[string]*Route{}, routeBases: map[string]*Route{},
		returning: map[string]*Route{}, mimes: map[string][]*Mime{},
		renders: map[string]*Render{}, renderBases: map[string]*Render{}, filters: map[string]*TemplateFilter{},
		unbound: map[string]string{}, roots: map[string]bool{}, remote: map[string]bool{},
	}
}

// decode reads one data file.
func decode(text []byte) (*Library, error) {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	lib := &Library{}
	if err := dec.Decode(lib); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if all := lib.Problems(); len(all) > 0 {
		return nil, all[0]
	}
	lib.Entries = lib.resolved()
	return lib, nil
}

// add takes in a library whose entries are resolved.
func (s *Set) add(lib *Library) {
	s.libraries = append(s.libraries, lib)
	for _, r := range append(lib.Roots[:len(lib.Roots):len(lib.Roots)], lib.Library) {
		s.roots[r] = true
	}
	maps.Copy(s.aliases, lib.Aliases)
	maps.Copy(s.types, lib.Types)
	for k, v := range lib.Bases {
		s.bases[k] = append(s.bases[k][:len(s.bases[k]):len(s.bases[k])], v...)
	}
	maps.Copy(s.unbound, lib.Unbound)
	s.requests = append(s.requests, lib.Requests...)
	s.noteRemote(lib)
	s.addSources(lib.Sources)
	s.addCleaners(lib)
	for i := range lib.Sinks {
		if x := &lib.Sinks[i]; x.Call != "" {
			s.sinks[x.Call] = append(s.sinks[x.Call], x)
		} else {
			s.sets[x.Set] = append(s.sets[x.Set], x)
		}
	}
	for i := range lib.Fields {
		s.fields[lib.Fields[i].Class] = &lib.Fields[i]
	}
	for i := range lib.Instances {
		x := &lib.Instances[i]
		s.instances[x.Call+x.Param] = x
	}
	for i := range lib.Invokes {
		s.invokes[lib.Invokes[i].Call] = &lib.Invokes[i]
	}
	for i := range lib.Mimes {
		x := &lib.Mimes[i]
		s.mimes[x.Call+x.Set] = append(s.mimes[x.Call+x.Set], x)
	}
	s.addRenders(lib)
	s.addRoutes(lib.Routes)
}

// noteRemote collects the root modules that bring in a client's data.
func (s *Set) noteRemote(lib *Library) {
	remote := len(lib.Requests) > 0 || len(lib.Routes) > 0
	for i := range lib.Sources {
		remote = remote || lib.Sources[i].tier == Remote
	}
	if !remote {
		return
	}
	for _, r := range append(lib.Roots[:len(lib.Roots):len(lib.Roots)], lib.Library) {
		s.remote[r] = true
	}
	for _, q := range lib.Requests {
		s.remote[q.Import] = true
	}
}

func (s *Set) addSources(list []Source) {
	for i := range list {
		x := &list[i]
		if x.Checks != "" {
			s.checked = append(s.checked, x)
		}
		switch {
		case x.Value != "":
			s.values[x.Value] = x
		case x.Call != "":
			s.calls[x.Call] = x
		default:
			s.params[x.Param] = x
		}
	}
}

func (s *Set) addCleaners(lib *Library) {
	for i := range lib.Cleans {
		x := &lib.Cleans[i]
		s.cleans[x.Call] = append(s.cleans[x.Call], x)
	}
	for i := range lib.Guards {
		x := &lib.Guards[i]
		s.guards[x.Call] = append(s.guards[x.Call], x)
	}
	for i := range lib.Passes {
		s.passes[lib.Passes[i].Call] = &lib.Passes[i]
	}
}

func (s *Set) addRoutes(list []Route) {
	for i := range list {
		x := &list[i]
		switch {
		case x.Decorator != "" && len(x.Gives) > 0:
			s.adds[x.Decorator] = x
		case x.Decorator != "" && x.Adjusts:
			s.returning[x.Decorator] = x
		case x.Decorator != "":
			s.decorators[x.Decorator] = x
		case x.Call != "":
			s.registers[x.Call] = x
		case x.Base != "":
			s.routeBases[x.Base] = x
		case len(x.Signature) > 0:
			s.signatures = append(s.signatures, x)
		default:
			s.markers = append(s.markers, x)
		}
	}
	slices.SortStableFunc(s.signatures, func(a, b *Route) int { return b.asks() - a.asks() })
}

// asks is how much a signature asks for.
func (r *Route) asks() int { return 2*len(r.Signature) + min(len(r.Methods), 1) }

// addRenders takes in what renders templates, and the filters of those.
func (s *Set) addRenders(lib *Library) {
	for i := range lib.Renders {
		switch x := &lib.Renders[i]; {
		case x.Call != "":
			s.renders[x.Call] = x
		case x.Decorator != "":
			s.renders[x.Decorator] = x
		default:
			s.renderBases[x.Base] = x
		}
	}
	for i := range lib.Filters {
		x := &lib.Filters[i]
		dialects := []string{x.Dialect}
		if x.Dialect == "" {
			dialects = []string{"jinja", "django"}
		}
		for name := range strings.SplitSeq(x.Filter, ",") {
			for _, d := range dialects {
				s.filters[d+":"+strings.TrimSpace(name)] = x
			}
		}
	}
}

// index collects, for each class, the members that some fact names.
func (s *Set) index() {
	s.members = map[string]map[string]string{}
	s.items = map[string]string{}
	for name := range s.sinks {
		if owner, ok := strings.CutSuffix(name, "[]"); ok {
			s.items[owner] = name
		}
	}
	note := func(name string) {
		name = strings.TrimSuffix(name, "()")
		if i := strings.LastIndexByte(name, '.'); i > 0 {
			m := s.members[name[:i]]
			if m == nil {
				m = map[string]string{}
				s.members[name[:i]] = m
			}
			m[name[i+1:]] = name
		}
	}
	noteKeys(s.types, note)
	noteKeys(s.values, note)
	noteKeys(s.calls, note)
	noteKeys(s.sinks, note)
	noteKeys(s.cleans, note)
	noteKeys(s.guards, note)
	noteKeys(s.passes, note)
	noteKeys(s.decorators, note)
	noteKeys(s.adds, note)
	noteKeys(s.invokes, note)
	noteKeys(s.instances, note)
	noteKeys(s.registers, note)
	noteKeys(s.returning, note)
	noteKeys(s.renders, note)
	member := func(target string) {
		target, _, _ = strings.Cut(target, "[")
		note(target)
	}
	noteKeys(s.sets, member)
	noteKeys(s.mimes, member)
}

func noteKeys[V any](m map[string]V, note func(string)) {
	for k := range m {
		note(k)
	}
}
