package flow

import (
	"bytes"
	"slices"
	"strings"

	"pavise/analysis/lang/python"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// facts are what a unit's text alone tells of whether rules may have something
// to say about it.
type facts struct {
	leaves  []*models.Leaf // names in it that models or rules look at
	names   bloom          // of all its identifiers
	sql     bool           // a text begins like a SQL statement
	html    bool           // a text holds a tag
	remote  bool           // it names a request, or something declared untrusted
	returns bool           // a return statement
	secret  bool           // it names something secret, and a name that matters where one is
	globals []string       // names of the module that a function in it declares to bind
	routed  bool           // a decorator, or a method: a framework may call it
	checks  bool           // a function made for checking
	signed  bool           // a parameter of a handler that is known by nothing else
	pairs   bool           // a pair that may register a handler
	filters bool           // it may give template engines a filter
	derives bool           // the header of a class with bases
	secrets bool           // it compares something that bears the name of a secret
	limits  bool           // a statement of the module speaks of limits for requests
	private []string       // names in it that are the module's own
}

// hashOf is the same in every process, so that no finding hangs on chance.
func hashOf[T string | []byte](name T) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(name) {
		h = (h ^ uint64(name[i])) * 1099511628211
	}
	return h ^ h>>32
}

// bloom is a set of names that may report a name that is not in it.
type bloom [4]uint64

func (b *bloom) add(h uint64) { b[h&3] |= 1 << (h >> 2 & 63) }
func (b *bloom) hasAny(list []uint64) bool {
	return slices.ContainsFunc(list, b.has)
}

func (b *bloom) has(h uint64) bool { return b[h&3]&(1<<(h>>2&63)) != 0 }

// Index is what models and rules look at, arranged for looking it up: it is
// the same for every file, and safe for concurrent use.
type Index struct {
	set       *models.Set
	wants     map[string]bool
	methods   map[string]bool         // of any receiver
	wantTypes map[string]bool         // classes of whose members wants speaks
	leaves    map[string]*models.Leaf // names by their last part
	pasted    map[string][]uint64     // root module -> hashes of names that stand for its things in fragments
	specials  map[string]special
	signed    []uint64 // the bits of each signature by which handlers are known
}

// NewIndex arranges the models, and the names of calls and assignment targets
// that rules look at beside the sinks of the models. "*.update" is a method of
// that name, whatever its receiver. A name that is set to false is told of where
// it is met, but is no reason to look into a unit.
func NewIndex(set *models.Set, names map[string]bool) *Index {
	wants, methods, waking := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for name, wakes := range names {
		if method, ok := strings.CutPrefix(name, "*."); ok {
			methods[method] = true
			name = "." + method
		} else {
			wants[name] = true
		}
		if wakes {
			waking[name] = true
		}
	}
	ix := &Index{
		set: set, wants: wants, methods: methods, wantTypes: classesOf(wants), leaves: set.Leaves(waking), pasted: map[string][]uint64{},
		specials: newSpecials(),
	}
	ix.signed = set.SignatureBits()
	for name, target := range set.UnboundNames() {
		root, _, _ := strings.Cut(target, ".")
		ix.pasted[root] = append(ix.pasted[root], hashOf(name))
	}
	return ix
}

// wanted reports whether rules look at a call of a name; recv is set if it is that
// of a method.
func (ix *Index) wanted(name string, recv *Value) bool {
	return ix.wants[name] || recv != nil && ix.methods[name[strings.LastIndexByte(name, '.')+1:]]
}

// maxGlobals bounds the names of the module that one unit may bind.
const maxGlobals = 64

// readFacts reads a unit once.
func (a *Analyzer) readFacts(u *syntax.Unit) facts {
	var f facts
	var seen uint64
	f.routed = u.Parent != "" && u.Class == syntax.Function
	f.checks = u.Class == syntax.Function && Checks(u.Name)
	f.limits = u.Class == syntax.Statement && u.Parent == "" && namesLimits(u.Text)
	f.derives = u.Class == syntax.ClassHeader && python.Undecorated(u.Root()).Child(syntax.FieldSuperclasses).OK()
	for i := range u.Len() {
		n := u.At(i)
		switch n.Kind() {
		case syntax.KindIdentifier:
			t := n.Text()
			h := hashOf(t)
			if isPrivate(t) {
				f.private = append(f.private, string(t))
			}
			if f.names.has(h) && len(t) > 0 {
				// most likely seen before
				if l := a.leaves[string(t)]; l == nil || slices.Contains(f.leaves, l) {
					continue
				}
			}
			f.names.add(h)
			if l := a.leaves[string(t)]; l != nil {
				f.leaves = append(f.leaves, l)
				seen |= l.Signs
				f.remote = f.remote || l.Client
			}
			f.remote = f.remote || tellsOfClients(t)
			f.filters = f.filters || namesFilters(t)
		case syntax.KindStringContent:
			t := n.Text()
			f.sql = f.sql || beginsLikeSQL(t)
			f.html = f.html || bytes.IndexByte(t, '<') >= 0
			if l := a.leaves[string(t)]; l != nil && len(t) < 40 { // config["SECRET_KEY"]
				f.leaves = append(f.leaves, l)
			}
		case syntax.KindGlobalStatement:
			for c := range n.NamedChildren() {
				f.bindsGlobal(c.Str())
			}
		case syntax.KindAssignment:
			if left := n.Child(syntax.FieldLeft); left.Kind() == syntax.KindAttribute && u.Class == syntax.Function {
				if obj := left.Child(syntax.FieldObject).Str(); obj == "g" || strings.HasSuffix(obj, ".g") || strings.HasSuffix(obj, ".state") {
					f.bindsGlobal(perRequest + left.Child(syntax.FieldAttribute).Str())
				}
			}
		case syntax.KindReturnStatement, syntax.KindYield:
			f.returns = true
		case syntax.KindComparisonOperator:
			f.secrets = f.secrets || comparesSecret(n)
		case syntax.KindTuple:
			f.pairs = f.pairs || isPair(n)
		case syntax.KindDecorator:
			f.routed = true
		}
	}
	slices.Sort(f.private)
	f.private = slices.Compact(f.private)
	for _, mask := range a.signed {
		if seen&mask == mask {
			f.signed, f.remote = true, true
		}
	}
	f.secret = slices.ContainsFunc(f.leaves, func(l *models.Leaf) bool { return l.Secret }) && namesSecret(u)
	return f
}

// bindsGlobal notes a name of the module that a function binds.
func (f *facts) bindsGlobal(name string) {
	if !slices.Contains(f.globals, name) && len(f.globals) < maxGlobals {
		f.globals = append(f.globals, name)
	}
}

// perRequest is before the names of what the functions of a module leave on the
// object that a framework keeps for each request, or for the application: g of
// Flask and Quart, the state of Starlette.
const perRequest = "\x00g."

// ofRequest reports whether a value is that object.
func ofRequest(v *Value) bool {
	return strings.HasSuffix(v.Type, ".ctx._AppCtxGlobals") || v.Type == "starlette.datastructures.State"
}

// secretWords are those of which one stands in the name of anything secret.
var secretWords = [][]byte{
	[]byte("pass"), []byte("pwd"), []byte("secret"), []byte("token"), []byte("key"), []byte("auth"), []byte("cookie"), []byte("cred"),
	[]byte("card"), []byte("cvv"), []byte("cvc"), []byte("ssn"), []byte("iban"), []byte("otp"), []byte("jwt"), []byte("header"),
	[]byte("environ"), []byte("meta"), []byte("session"), []byte("settings"), []byte("config"), []byte("social"), []byte("pin"),
}

// namesSecret reports whether a name or text of a unit may be that of something secret.
func namesSecret(u *syntax.Unit) bool {
	for i := range u.Len() {
		switch n := u.At(i); n.Kind() {
		case syntax.KindIdentifier, syntax.KindStringContent:
			t := n.Text()
			if len(t) > 60 {
				continue
			}
			t = bytes.ToLower(t)
			for _, w := range secretWords {
				if bytes.Contains(t, w) {
					return true
				}
			}
		}
	}
	return false
}

// isPair reports whether a tuple can pair the pattern of a URL with a class.
func isPair(n syntax.Node) bool {
	if n.NamedCount() < 2 || n.NamedChild(0).Kind() != syntax.KindString {
		return false
	}
	switch n.NamedChild(1).Kind() {
	case syntax.KindIdentifier, syntax.KindAttribute:
		text := bytes.TrimLeft(n.NamedChild(0).Text(), "rbuRBU\"'")
		return len(text) > 0 && (text[0] == '/' || text[0] == '^' || text[0] == '(')
	}
	return false
}

// namesFilters recognises the names under which filters are registered.
func namesFilters(t []byte) bool {
	switch string(t) {
	case "filter", "filters", "template_filter", "app_template_filter", "add_template_filter", "add_app_template_filter":
		return true
	}
	return false
}

var clientWords = [][]byte{
	[]byte("request"), []byte("user_"), []byte("untrusted"), []byte("tainted"), []byte("unsafe"), []byte("client"),
	[]byte("attacker"), []byte("external"), []byte("remote"), []byte("userinput"), []byte("websocket"),
}

func tellsOfClients(t []byte) bool {
	for _, w := range clientWords {
		if bytes.Contains(t, w) {
			return true
		}
	}
	return false
}

var sqlVerbs = []string{"select", "insert", "update", "delete", "with", "create", "alter", "drop", "replace", "merge", "truncate", "call", "exec", "grant", "pragma"}

func beginsLikeSQL(t []byte) bool {
	t = bytes.TrimLeft(t, " \t\r\n(")
	for _, v := range sqlVerbs {
		if len(t) > len(v) && (t[0]|0x20) == v[0] && bytes.EqualFold(t[:len(v)], []byte(v)) {
			return true
		}
	}
	return false
}

// awake is what was decided of a version of a file.
type awake struct {
	remote bool            // a client's data can be in it
	names  map[string]bool // of functions that are woken
	hashes []uint64        // of the names
	always []uint64        // of names that module-level statements bind to what rules look at
}

// wake decides which units may have something to say. gone and fresh are the
// units that changed since the last version; nil if all are to be looked at.
func (m *Module) wake(gone, fresh []*unitState) {
	if fresh != nil && !m.wakesMore(gone, fresh) {
		for _, st := range fresh {
			st.woken = m.wakes(st) || st.facts.derives || st.facts.names.hasAny(m.awake.always) || m.awake.remote && m.mentions(st)
		}
		return
	}
	w := &awake{names: map[string]bool{}}
	m.awake = w
	for r := range m.roots {
		w.remote = w.remote || m.set.RemoteRoots()[r]
	}
	for _, st := range m.units {
		w.remote = w.remote || st.facts.remote
	}
	for _, st := range m.units {
		if st.woken = m.wakes(st); st.woken {
			w.add(st)
		}
		if len(st.facts.leaves) > 0 && st.unit.Class == syntax.Statement && st.unit.Parent == "" {
			// `from os import system as run`, `digest = hashlib.md5`
			for _, n := range st.scope.Names {
				w.always = append(w.always, hashOf(n))
			}
		}
	}
	for _, st := range m.units {
		if !st.woken && st.facts.names.hasAny(w.always) {
			st.woken = true
			w.add(st)
		}
		st.woken = st.woken || st.facts.derives // without waking those that name it
	}
	if !w.remote {
		return
	}
	for more := true; more; {
		more = false
		for _, st := range m.units {
			if !st.woken && m.mentions(st) {
				st.woken, more = true, true
				w.add(st)
			}
		}
	}
}

// wakesMore reports whether a change can wake or quiet other units.
func (m *Module) wakesMore(gone, fresh []*unitState) bool {
	for i, st := range fresh {
		old := gone[i]
		if len(st.facts.leaves)+len(old.facts.leaves) > 0 && st.unit.Class == syntax.Statement && st.unit.Parent == "" && len(st.scope.Names) > 0 {
			return true
		}
		if st.facts.remote != old.facts.remote || m.wakes(st) != m.wakes(old) && st.unit.Name != "" {
			return true
		}
		if st.unit.Name != "" && (m.wakes(st) || m.mentions(st)) != m.awake.names[st.unit.Name] {
			return true
		}
	}
	return false
}

func (w *awake) add(st *unitState) {
	if n := st.unit.Name; n != "" && !w.names[n] {
		w.names[n] = true
		w.hashes = append(w.hashes, hashOf(n))
	}
}

// mentions reports whether a unit may name a function that is woken.
func (m *Module) mentions(st *unitState) bool {
	return st.facts.names.hasAny(m.awake.hashes)
}

// mentionedElsewhere reports whether another unit may name the function.
func (m *Module) mentionedElsewhere(fn syntax.Node) bool {
	name := fn.Child(syntax.FieldName)
	if !name.OK() {
		return true
	}
	h := hashOf(name.Text())
	for _, st := range m.units {
		if st.unit != fn.Unit() && st.facts.names.has(h) {
			return true
		}
	}
	return false
}

// wakes reports whether a unit holds a name or text that rules look at.
func (m *Module) wakes(st *unitState) bool {
	f := &st.facts
	if f.sql || f.checks || f.secrets || f.html && f.returns {
		return true
	}
	if m.awake.remote && (f.routed || f.signed || f.remote && st.unit.Class == syntax.Function) {
		return true // a client's data may go from here into other files
	}
	if f.returns && st.unit.Class == syntax.Statement && st.unit.Kind == syntax.KindReturnStatement {
		return true // a fragment of a handler
	}
	for _, l := range f.leaves {
		if (!l.Remote || m.awake.remote || l.Secret && f.secret) && m.matters(f, l) {
			return true
		}
	}
	return false
}

// matters reports whether a name in a unit can be one that is looked for: what
// the file imports, or the unit names, must be there.
func (m *Module) matters(f *facts, l *models.Leaf) bool {
	if l.Roots == nil {
		return true
	}
	for _, r := range l.Roots {
		if m.roots[r] || f.names.has(hashOf(r)) || f.names.hasAny(m.a.pasted[r]) {
			return true
		}
	}
	return false
}
