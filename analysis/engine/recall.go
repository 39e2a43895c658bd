package engine

import (
	"bytes"
	"crypto/sha256"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"pavise/analysis"
	"pavise/analysis/config"
	"pavise/analysis/flow"
	"pavise/analysis/models"
	"pavise/analysis/rules"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
)

// What a batch found in a file holds in the next batch as long as all holds
// that it depends on: the file's text, the texts of the files that it looked
// into, where its imports and theirs led, the templates that were found, and
// what its handlers are registered as. Each of these is a premise. A file all
// of whose premises hold is not analysed again, nor even parsed unless its
// comments say what to ignore.

// memory is what is kept from batch to batch.
type memory struct {
	Texts   []textPremise
	Lookups []lookupPremise
	Routes  []routePremise
	Files   []memo
}

// textPremise is the text of a file; without a sum it cannot be read.
type textPremise struct {
	Path string
	Sum  string
}

// lookupPremise is flow.Lookups.
type lookupPremise struct {
	Path      string
	Questions []string
	Answers   []string
}

// routePremise is flow.Route.
type routePremise struct {
	Path, Handler string
	Given         []flow.Registration
}

// memo is what was found in one file.
type memo struct {
	Path   string
	Shown  string   // as it was given
	Sum    string   // of its text
	With   string   // what the configuration says of the analysis
	Texts  []uint32 // premises, by their places in the memory
	Looks  []uint32
	Routes []uint32 // the other premises are also those of Gives

	Drafts []savedDraft // in it and in other files
	On     []string     // Contribution.on
	Gives  []flow.Registration
	Asked  []string
	Note   string
	Marked bool     // comments say what to ignore
	Pages  []string // templates that the drafts speak of
}

type savedDraft struct {
	Rule       string
	Severity   analysis.Severity
	Confidence analysis.Confidence
	Message    string
	Kinds      models.Kind
	Print      uint64
	At         savedPlace
	Secret     source.Span
	Covers     bool
	Cause      uint64
	Steps      []savedStep
}

type savedPlace struct {
	Path             string
	Base, Start, End uint32
}

type savedStep struct {
	At   savedPlace
	Text string
	Func analysis.Function
}

// recall is a memory at work: what holds of it is found out when it is asked.
type recall struct {
	memory
	of                     map[string]*memo // by path
	texts, lookups, routes []atomic.Int32
	registered             map[routeOf][]flow.Registration
	sums                   sync.Map // path -> sum
}

type routeOf struct{ path, handler string }

const (
	holds  = 1
	broken = 2
)

// Recall gives the batch what an earlier one returned from Remember, so that
// only what changed is analysed; nil if there was none. Data that Remember did
// not make is none either. It is called before Run.
func (b *Batch) Recall(data []byte) {
	r := &recall{}
	if !r.decode(data) {
		r = &recall{}
	}
	r.of = make(map[string]*memo, len(r.Files))
	for i := range r.Files {
		r.of[r.Files[i].Path] = &r.Files[i]
	}
	r.texts = make([]atomic.Int32, len(r.Texts))
	r.lookups = make([]atomic.Int32, len(r.Lookups))
	r.routes = make([]atomic.Int32, len(r.Routes))
	b.recall = r
}

func (r *recall) decode(data []byte) (ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	if len(data) == 0 || gob.NewDecoder(bytes.NewReader(data)).Decode(&r.memory) != nil {
		return false
	}
	for i := range r.Files {
		m := &r.Files[i]
		if !within(m.Texts, len(r.Texts)) || !within(m.Looks, len(r.Lookups)) || !within(m.Routes, len(r.Routes)) {
			return false
		}
		for _, d := range m.Drafts {
			if rules.ByID(d.Rule) == nil {
				return false
			}
		}
	}
	return !slices.ContainsFunc(r.Lookups, func(l lookupPremise) bool { return len(l.Questions) != len(l.Answers) })
}

func within(list []uint32, n int) bool {
	return !slices.ContainsFunc(list, func(i uint32) bool { return int(i) >= n })
}

// premise reports whether a premise holds, which is found out once.
func premise(state *atomic.Int32, test func() bool) bool {
	if s := state.Load(); s != 0 {
		return s == holds
	}
	s := int32(broken)
	if test() {
		s = holds
	}
	state.Store(s)
	return s == holds
}

// sum of the text of a file, "" if it cannot be read.
func (b *Batch) sum(path string) string {
	if v, ok := b.recall.sums.Load(path); ok {
		if s, ok := v.(string); ok {
			return s
		}
	}
	s := ""
	if f := b.disk.text(path); f != nil {
		h := sha256.Sum256(f.Text())
		s = string(h[:])
	}
	b.recall.sums.Store(path, s)
	return s
}

// remembers finds what is known of a file and what it registers, as far as
// that does not depend on the registrations of others.
func (b *Batch) remembers(x *batchFile) {
	r := b.recall
	m := r.of[x.at]
	if m == nil || m.Shown != x.path || m.With != premises(x.opts.Config) || m.Sum != b.sum(x.at) {
		return
	}
	for _, i := range m.Texts {
		if t := &r.Texts[i]; !premise(&r.texts[i], func() bool { return b.sum(t.Path) == t.Sum }) {
			return
		}
	}
	for _, i := range m.Looks {
		if !premise(&r.lookups[i], func() bool { return b.leads(&r.Lookups[i]) }) {
			return
		}
	}
	x.memo, x.routes = m, m.Gives
}

// leads reports whether imports and templates are found where they were.
func (b *Batch) leads(p *lookupPremise) bool {
	l := flow.Lookups{Path: p.Path, Answers: make(map[string]string, len(p.Questions))}
	for i, q := range p.Questions {
		l.Answers[q] = p.Answers[i]
	}
	return l.Holds(b.disk, func(path string) bool { return b.disk.text(path) != nil })
}

// register notes what all files register.
func (b *Batch) register() {
	in := map[routeOf][]flow.Registration{}
	for _, x := range b.order {
		for _, g := range x.routes {
			k := routeOf{g.Path, g.Handler}
			if !slices.Contains(in[k], g) {
				in[k] = append(in[k], g)
			}
		}
	}
	b.recall.registered = in
}

// believes reports whether what is known of a file holds with what the others
// register.
func (b *Batch) believes(x *batchFile) bool {
	r := b.recall
	for _, i := range x.memo.Routes {
		p := &r.Routes[i]
		if !premise(&r.routes[i], func() bool { return sameRoutes(p.Given, r.registered[routeOf{p.Path, p.Handler}]) }) {
			return false
		}
	}
	return true
}

func sameRoutes(a, b []flow.Registration) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(g flow.Registration) bool { return !slices.Contains(b, g) })
}

// premises are what a configuration says of the analysis itself and not of what
// is shown.
func premises(c *config.Config) string {
	taught := []byte{}
	if c.Models != nil {
		taught, _ = json.Marshal(c.Models)
	}
	return fmt.Sprintf("%t %s", c.Profile == config.ProfileAudit, taught)
}

// contribution is what was found in the file.
func (m *memo) contribution() *Contribution {
	c := &Contribution{at: m.Path, on: m.On, routes: m.Gives, asked: m.Asked, note: m.Note}
	for i := range m.Drafts {
		d := m.Drafts[i].draft()
		if p := d.place.path; p == m.Path {
			c.own = append(c.own, d)
		} else {
			if c.out == nil {
				c.out = map[string][]*draft{}
			}
			c.out[p] = append(c.out[p], d)
		}
	}
	return c
}

func (s *savedDraft) draft() *draft {
	d := &draft{print: s.Print, secret: s.Secret, covers: s.Covers, place: place{spot{path: s.At.Path, base: s.At.Base}, s.At.Start, s.At.End}}
	d.Rule, d.Severity, d.Confidence, d.Message, d.Kinds, d.Cause = rules.ByID(s.Rule), s.Severity, s.Confidence, s.Message, s.Kinds, s.Cause
	for _, t := range s.Steps {
		st := step{spot: spot{path: t.At.Path, base: t.At.Base}, text: t.Text, fn: t.Func}
		st.span.Start, st.span.End = t.At.Start, t.At.End
		d.steps = append(d.steps, st)
	}
	return d
}

// Remember is what the next batch should Recall, once Run has returned without
// an error: of the files of this one and, unless others is false, of those that
// only earlier ones knew. It is nil if nothing new was found out.
func (b *Batch) Remember(others bool) []byte {
	k := &keeper{batch: b, ids: map[string]uint32{}}
	fresh := false
	for _, x := range b.order {
		switch {
		case x.memo != nil:
			k.keep(x.memo)
		case x.sound:
			k.add(x)
			fresh = true
		}
	}
	if !fresh {
		return nil
	}
	if others {
		for i := range b.recall.Files {
			if m := &b.recall.Files[i]; b.files[m.Path] == nil && b.disk.text(m.Path) != nil {
				k.keep(m)
			}
		}
	}
	var out bytes.Buffer
	if gob.NewEncoder(&out).Encode(&k.memory) != nil {
		return nil
	}
	return out.Bytes()
}

// keeper puts a memory together in which every premise stands once.
type keeper struct {
	batch *Batch
	memory
	ids map[string]uint32
}

func (k *keeper) id(key string, add func() int) uint32 {
	id, ok := k.ids[key]
	if !ok {
		id = uint32(add() - 1)
		k.ids[key] = id
	}
	return id
}

func (k *keeper) text(t textPremise) uint32 {
	return k.id("t"+t.Sum+"\x00"+t.Path, func() int { k.Texts = append(k.Texts, t); return len(k.Texts) })
}

func (k *keeper) lookup(l lookupPremise) uint32 {
	key := "l" + l.Path + "\x02" + strings.Join(l.Questions, "\x02") + "\x02" + strings.Join(l.Answers, "\x02")
	return k.id(key, func() int { k.Lookups = append(k.Lookups, l); return len(k.Lookups) })
}

func (k *keeper) route(r routePremise) uint32 {
	key := []string{"r" + r.Path, r.Handler}
	for _, g := range r.Given {
		key = append(key, g.Path, g.Handler, g.Call, g.Pattern, g.Named, g.From)
	}
	return k.id(strings.Join(key, "\x02"), func() int { k.Routes = append(k.Routes, r); return len(k.Routes) })
}

// keep takes over what an earlier batch found.
func (k *keeper) keep(m *memo) {
	c, r := *m, k.batch.recall
	c.Texts, c.Looks, c.Routes = nil, nil, nil
	for _, i := range m.Texts {
		c.Texts = append(c.Texts, k.text(r.Texts[i]))
	}
	for _, i := range m.Looks {
		c.Looks = append(c.Looks, k.lookup(r.Lookups[i]))
	}
	for _, i := range m.Routes {
		c.Routes = append(c.Routes, k.route(r.Routes[i]))
	}
	k.Files = append(k.Files, c)
}

// add takes in what this batch found.
func (k *keeper) add(x *batchFile) {
	b, c := k.batch, x.result
	m := memo{
		Path: x.at, Shown: x.path, Sum: b.sum(x.at), With: premises(x.opts.Config),
		On: c.on, Gives: c.routes, Asked: c.asked, Note: c.note, Marked: len(x.an.comments(x.tree)) > 0, Pages: c.templates(),
	}
	texts := map[string]bool{}
	for _, list := range [][]string{x.inputs.Files, c.on, slices.Collect(maps.Keys(c.out))} {
		for _, path := range list {
			texts[path] = true
		}
	}
	delete(texts, x.at)
	for _, path := range slices.Sorted(maps.Keys(texts)) {
		m.Texts = append(m.Texts, k.text(textPremise{path, b.sum(path)}))
	}
	for _, l := range x.inputs.Lookups {
		p := lookupPremise{Path: l.Path, Questions: slices.Sorted(maps.Keys(l.Answers))}
		for _, q := range p.Questions {
			p.Answers = append(p.Answers, l.Answers[q])
		}
		m.Looks = append(m.Looks, k.lookup(p))
	}
	for _, r := range x.inputs.Routes {
		m.Routes = append(m.Routes, k.route(routePremise(r)))
	}
	for _, d := range c.own {
		m.Drafts = k.draft(m.Drafts, d)
	}
	for _, at := range slices.Sorted(maps.Keys(c.out)) {
		for _, d := range c.out[at] {
			m.Drafts = k.draft(m.Drafts, d)
		}
	}
	k.Files = append(k.Files, m)
}

// draft adds a draft to a list, unless its place is gone.
func (k *keeper) draft(list []savedDraft, d *draft) []savedDraft {
	at, ok := k.place(d.place.spot, d.place.start, d.place.end)
	if !ok {
		return list
	}
	s := savedDraft{Rule: d.Rule.ID, Severity: d.Severity, Confidence: d.Confidence, Message: d.Message, Kinds: d.Kinds, Print: d.print, At: at, Secret: d.secret, Covers: d.covers, Cause: d.Cause}
	for _, st := range d.steps {
		if at, ok := k.place(st.spot, st.span.Start, st.span.End); ok {
			s.Steps = append(s.Steps, savedStep{at, st.text, st.fn})
		}
	}
	return append(list, s)
}

func (k *keeper) place(s spot, start, end uint32) (savedPlace, bool) {
	base, ok := k.batch.start(s, source.Span{Start: start, End: end})
	return savedPlace{s.path, base, start, end}, ok
}

// known is a file of which all is known: its tree is there only if something
// has to be looked up in it.
func (b *Batch) known(x *batchFile) {
	for _, path := range x.memo.Pages {
		b.disk.isTemplate(path)
	}
	x.result = x.memo.contribution()
	x.tree = &syntax.Tree{File: x.file}
	if x.memo.Marked || x.memo.Note != "" {
		x.tree = b.disk.Tree(x.at)
	}
	x.an = &analysed{rules: x.rules, at: x.at, tree: x.tree, own: x.result.own, note: x.result.note, run: fileRun{path: x.path}}
}
