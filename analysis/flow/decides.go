package flow

import (
	"regexp"
	"slices"
	"strings"

	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// weakNote is a half measure seen in a run, whether or not its data goes on to
// a sink.
type weakNote struct {
	x    fact
	fn   string
	view bool
}

const maxNotes = 64

// note remembers what a test says of data that is worth a check, for the end
// of the run.
func (f *frame) note(x fact) {
	if x.base == nil || f.run.shallow != nil || !x.base.tainted(models.Unknown) {
		return
	}
	if x.kinds != 0 || x.marks != 0 {
		f.run.noteStrict(x.base, x.kinds, x.marks)
	}
	if x.how == NoWeakness || f.run.quiet > 0 || len(f.run.notes) >= maxNotes {
		return
	}
	name := ""
	if f.fn != nil {
		name = f.fn.name
	}
	f.run.notes = append(f.run.notes, weakNote{x: x, fn: name, view: f.inView()})
}

// noteReturned notes the half measures of a test whose outcome is returned.
func (f *frame) noteReturned(v *Value) {
	if v.rel == nil || v.rel.how != "test" {
		return
	}
	for _, x := range v.rel.facts {
		f.note(x)
	}
}

// strictNote says that the data from one place met a check that holds.
type strictNote struct {
	node  syntax.Node
	kinds models.Kind
	marks mark
}

func (r *run) noteStrict(v *Value, kinds models.Kind, marks mark) {
next:
	for _, o := range v.Origins {
		for i := range r.strict {
			if s := &r.strict[i]; s.node == o.Node {
				s.marks |= marks
				s.kinds |= kinds | s.marks.clean()
				continue next
			}
		}
		if len(r.strict) < maxNotes && o.Tier >= models.Unknown {
			r.strict = append(r.strict, strictNote{o.Node, kinds | marks.clean(), marks})
		}
	}
}

// passStrictly notes data that goes to a sink where it does no harm, for
// instance because of the text in front of it.
func (r *run) passStrictly(sinks []*models.Sink, args []Arg) {
	for _, s := range sinks {
		if k := s.Kinds() & (models.Path | addressKinds); k != 0 {
			if a := sinkArg(s, args); a != nil && a.Value.tainted(models.Unknown) && len(Reaching(a.Value, a.Node, s.Kinds())) == 0 {
				r.noteStrict(whole(a.Value), k, 0)
			}
		}
	}
}

// accepted notes for which kinds the parameters of a function made for checking
// are clean whenever it accepts them.
func (f *frame) accepted() {
	if len(f.run.notes) == 0 || f.fn == nil || !Checks(f.fn.name) {
		return
	}
	accepts := func(o outcome) bool { return o.truth != 0 }
	if !slices.ContainsFunc(f.outcomes, accepts) {
		accepts = func(outcome) bool { return true } // it raises when it does not accept
	}
	for i, id := range f.watched {
		if id == nil {
			continue
		}
		kinds := models.All
		for _, o := range f.outcomes {
			if accepts(o) {
				k, _ := o.cleanFor(i, id, true)
				kinds &= k
			}
		}
		if len(f.outcomes) > 0 && kinds != 0 {
			f.run.noteStrict(id, kinds, 0)
		}
	}
}

// cleanFor is what a watched parameter is clean for at a return, if the value
// that it returned is true or false.
func (o *outcome) cleanFor(i int, id *Value, outcome bool) (models.Kind, mark) {
	kinds, marks := o.held[i].clean, o.held[i].marks
	for _, x := range o.facts {
		if x.base.id() == id.id() && x.onTrue == outcome {
			kinds |= x.kinds
			marks |= x.marks
		}
	}
	return kinds | marks.clean(), marks
}

// weakened are the kinds that a watched parameter is half clean for at a
// return, with the test that says so.
func (o *outcome) weakFor(i int, id *Value, outcome bool) (weak models.Kind, by fact) {
	weak, by = o.held[i].weak, o.held[i].by
	for _, x := range o.facts {
		if x.base.id() == id.id() && x.onTrue == outcome {
			weak |= x.weak
			if by.how == NoWeakness {
				by = x
			}
		}
	}
	return weak, by
}

// tests are the events of half measures that decide what happens to data and
// beside which no strict check stands.
func (r *run) tests() {
	if len(r.notes) == 0 {
		return
	}
	said := map[syntax.Node]models.Kind{}
	for _, n := range r.notes {
		remote := false
		strict := false
		for _, o := range n.x.base.Origins {
			strict = strict || said[o.Node]&n.x.weak != 0
			remote = remote || o.Tier == models.Remote
			for _, s := range r.strict {
				strict = strict || s.node == o.Node && s.kinds&n.x.weak != 0
			}
		}
		if strict || !decides(n.x.node, n.x.holds, remote && !Checks(n.fn)) || !remote && !Checks(n.fn) {
			continue
		}
		for _, o := range n.x.base.Origins {
			said[o.Node] |= n.x.weak // one finding says it of all tests in a row
		}
		c := &WeakCheck{Node: n.x.node, How: n.x.how, Kinds: n.x.weak}
		r.events = append(r.events, Event{Kind: Tested, Node: n.x.node, Value: n.x.base, View: n.view, Func: n.fn, Check: c})
	}
}

// Checks reports whether a function is made for checking addresses or paths,
// by its name.
func Checks(fn string) bool {
	return checker.MatchString(fn[strings.LastIndexByte(fn, '.')+1:])
}

var checker = regexp.MustCompile(`(?i)^_*(?:(?:is|has|check|verify|validate|ensure|assert|allow|sanitize|sanitise|clean|safe|secure|get_safe)_?\w*(?:url|uri|redirect|path|file_?name|filepath|dir|host|domain|origin|target|next|link|webhook|callback|referr?er)s?\w*|(?:url|uri|redirect|path|filename|host|domain|origin)s?_(?:is|has|check|validat\w+|allowed|ok|safe|valid)\w*|safe_join\w*|same_origin)$`)

// decides reports whether data is taken where a test has an outcome and not
// where it has the other: the function is left there, or returns false. With
// refusal it has to be left by a refusal: raise, abort, an answer that says no.
func decides(n syntax.Node, outcome, refusal bool) bool {
	for p := n.Parent(); p.OK(); p = p.Parent() {
		switch p.Kind() {
		case syntax.KindParenthesizedExpression, syntax.KindBooleanOperator, syntax.KindGeneratorExpression,
			syntax.KindArgumentList, syntax.KindNamedExpression, syntax.KindComparisonOperator:
		case syntax.KindNotOperator:
			outcome = !outcome
		case syntax.KindCall:
			switch p.Child(syntax.FieldFunction).Str() {
			case "any", "all", "bool":
			default:
				return false
			}
		case syntax.KindReturnStatement, syntax.KindLambda:
			return outcome && !refusal
		case syntax.KindAssertStatement:
			return outcome
		case syntax.KindConditionalExpression:
			return !refusal && p.Parent().Kind() == syntax.KindReturnStatement
		case syntax.KindIfStatement, syntax.KindElifClause:
			return refusedElse(p, outcome, refusal)
		default:
			return false
		}
	}
	return false
}

// refusedElse reports whether an if leaves the function unless its condition
// has an outcome.
func refusedElse(stmt syntax.Node, outcome, refusal bool) bool {
	consequence := stmt.Child(syntax.FieldConsequence)
	if !outcome {
		return exits(consequence, refusal) && !accepting(last(consequence))
	}
	if exits(consequence, true) {
		return false // refused with the outcome
	}
	for c := range stmt.NamedChildren() {
		if c.Kind() == syntax.KindElseClause && exits(c.Child(syntax.FieldBody), refusal) {
			return true
		}
	}
	// `if ok: return x` with the refusal behind it
	s := last(stmt.Parent())
	return s.OK() && s != stmt && exits(consequence, false) && leaves(s, refusal)
}

// Refuses reports whether a block ends in a refusal: raise, abort, an answer
// that says no.
func Refuses(block syntax.Node) bool { return exits(block, true) }

// Leaves reports whether a block ends by leaving the function.
func Leaves(block syntax.Node) bool { return exits(block, false) }

// accepting recognises `return True`.
func accepting(s syntax.Node) bool {
	return s.Kind() == syntax.KindReturnStatement && s.NamedChild(0).Kind() == syntax.KindTrue
}

func exits(block syntax.Node, refusal bool) bool {
	s := last(block)
	return s.OK() && leaves(s, refusal)
}

func last(block syntax.Node) syntax.Node {
	var s syntax.Node
	if block.OK() {
		for c := range block.NamedChildren() {
			if c.Kind() != syntax.KindComment {
				s = c
			}
		}
	}
	return s
}

func leaves(s syntax.Node, refusal bool) bool {
	switch s.Kind() {
	case syntax.KindRaiseStatement:
		return true
	case syntax.KindReturnStatement:
		return !refusal || refuses.MatchString(s.Str())
	case syntax.KindExpressionStatement:
		return refuses.MatchString(s.Str()) && s.NamedChild(0).Kind() == syntax.KindCall
	}
	return false
}

var refuses = regexp.MustCompile(`(?i)\b(?:4\d\d|abort|exit|fail|send_error)\b|bad_?request|forbidden|denied|not_?(?:allowed|found)|invalid|unsafe|\breturn (?:False|None)\b|\breturn$|\berror`)

// half collects over the returns of a helper what a parameter is at least half
// clean for.
type half struct {
	kinds models.Kind
	marks mark
	by    fact
}

var allHalf = half{kinds: models.All, marks: ^mark(0)}

func (h *half) with(kinds models.Kind, marks mark, by fact) {
	h.kinds &= kinds
	h.marks &= marks
	if h.by.how == NoWeakness {
		h.by = by
	}
}

// fact is what a helper says of a parameter that is clean for some kinds.
func (h *half) fact(base *Value, clean models.Kind) fact {
	x := fact{base: base, kinds: clean, weak: h.kinds &^ clean, marks: h.marks}
	if x.weak != 0 {
		x.how, x.node = h.by.how, h.by.node
	}
	return x
}

// lastCheck is the half measure that the data of a value went through last.
func lastCheck(v *Value, else_ fact) fact {
	for _, o := range v.Origins {
		if c := o.checks; c != nil {
			return fact{how: c.How, node: c.Node, weak: c.Kinds}
		}
	}
	return else_
}
