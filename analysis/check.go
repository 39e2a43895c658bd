package analysis

import (
	"hash/fnv"
	"regexp"

	"pavise/analysis/flow"
	"pavise/analysis/models"
	"pavise/analysis/secrets"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
)

// Check is what wakes a rule: one of Flow, Weak, Sinks, Calls, Sets, Settings,
// Headers, Whole, Returns, Builds, Outputs, Handlers, Routes, Forms,
// Nodes, Compares, Decides, Texts. A rule that is not woken costs nothing.
type Check interface{ check() }

// Flow wakes on data that arrives at a sink of a kind. Judge says how sure the
// rule is of one arrival; ok is false if the rule does not object to it.
type Flow struct {
	Kind  models.Kind
	Judge func(p *Pass, e *flow.Event, r flow.Reach) (c Confidence, ok bool)
	// Find lists the data to judge, if that is not all that arrives uncleaned.
	Find func(e *flow.Event, s *models.Sink) []flow.Reach
	// Severity of an arrival, if it is not that of the rule.
	Severity func(r flow.Reach) Severity
	// Says is the message for the arrival.
	Says func(e *flow.Event, r flow.Reach) string
}

// Weak wakes on half measures against a kind of harm: tests and rewritings that
// data went through on its way to a sink of the kind and that do not hold, and
// those that decide what a function does with it. r is the data's arrival, nil
// where it goes to no known sink.
type Weak struct {
	Kind models.Kind
	Run  func(p *Pass, e *flow.Event, w *flow.WeakCheck, r *flow.Reach)
}

// Sinks wakes on calls that have a sink of a kind, whatever arrives there. With
// Handed it wakes at the call that hands over what arrives, if another passes it on.
type Sinks struct {
	Kind   models.Kind
	Handed bool
	Run    func(p *Pass, e *flow.Event, s *models.Sink)
}

// Calls wakes on calls of qualified names; "*.set_cookie" is a method of any
// receiver.
type Calls struct {
	Names []string
	Run   func(p *Pass, e *flow.Event)
}

// Sets wakes on assignments to targets: "SECRET_KEY" for a variable of the
// module or a class, "flask.Flask.secret_key", "flask.Config[SECRET_KEY]",
// "[SECRET_KEY]" and ".secret_key" for objects of unknown type; the latter, with
// the call as its place, also for the keyword of a constructor.
type Sets struct {
	Names []string
	Run   func(p *Pass, e *flow.Event)
}

// Settings wakes on settings of an application, however they are given: as a
// variable of a module or of a class, a key or an attribute of a configuration,
// or an element of what update, from_mapping and setdefault of one take.
type Settings struct {
	Names []string
	Run   func(p *Pass, s *Setting)
}

// Setting is one setting, or header, that is given a value.
type Setting struct {
	*flow.Event
	Name  string      // of the setting
	Given *flow.Value // its value
	At    syntax.Node // the assignment, keyword argument or pair, or the call where it stands in none
}

// Headers wakes on headers that are written to a response, however that is done.
// The names are as the standards spell them.
type Headers struct {
	Names []string
	Run   func(p *Pass, s *Setting)
}

// Whole wakes once a file has been looked at that calls or sets one of some
// names, for what is missing in the file; at is where it does so.
type Whole struct {
	Calls []string
	Sets  []string
	// Hidden is set if all of its findings are unsure, so that it is only asked
	// in an audit.
	Hidden bool
	Run    func(p *Pass, at *flow.Event, o *flow.Overview)
}

// Returns wakes on what handlers return.
type Returns struct {
	Run func(p *Pass, e *flow.Event)
}

// Builds wakes on SQL texts that were put together and reach no known sink.
type Builds struct {
	Run func(p *Pass, e *flow.Event)
}

// Outputs wakes on values that a template puts into a page where they are not
// clean for the place.
type Outputs struct {
	Run func(p *Pass, e *flow.Event)
}

// Handlers wakes on functions that a framework calls: the event's Args are the
// decorators, outermost first, each with what its name stands for. It has no Route
// if only its first parameter, a request, says that it is one.
type Handlers struct {
	Run func(p *Pass, e *flow.Event)
}

// Routes wakes once a file has been looked at in which there are functions that a
// framework calls, with all of them, in their order.
type Routes struct {
	// About is what the rule wants to know of one of them. It may depend on the event
	// only, so that it is kept as long as the function stays as it is.
	About func(e *flow.Event) any
	Run   func(p *Pass, handlers []Handler, o *flow.Overview)
}

// Handler is a function that a framework calls, with what a rule knows about it.
type Handler struct {
	*flow.Event
	About any
}

// Forms wakes on forms of templates that are sent by POST.
type Forms struct {
	Run func(p *Pass, e *flow.Event)
}

// Nodes wakes on nodes of the syntax, wherever they stand. What a rule says of
// one may depend on the text of its unit and the file's path only.
type Nodes struct {
	Kinds []syntax.Kind
	Run   func(p *Pass, n syntax.Node)
}

func (Handlers) check() {}
func (Routes) check()   {}
func (Forms) check()    {}
func (Nodes) check()    {}

// Compares wakes on == and != of two values, one of which is a digest or bears
// the name of a secret.
type Compares struct {
	Run func(p *Pass, e *flow.Event)
}

func (Compares) check() {}

// Decides wakes on ==, !=, in, not in and startswith of two values, one of which
// comes from a remote client, and on the truth of one that does, where a branch
// hangs on it.
type Decides struct {
	Run func(p *Pass, e *flow.Event)
}

func (Decides) check() {}

// Texts wakes on every text: a unit of Python, or the whole of a file that is not
// Python. Unlike the others it does not wait for names that the rule looks at.
type Texts struct {
	Run func(p *Pass, t *Text)
}

// Text is a stretch of source that rules read as it stands.
type Text struct {
	Unit    *syntax.Unit // of Python; nil for a file that is not
	Bytes   []byte
	Role    secrets.Role
	Secrets []secrets.Match
}

func (Texts) check()    {}
func (Outputs) check()  {}
func (Flow) check()     {}
func (Weak) check()     {}
func (Sinks) check()    {}
func (Calls) check()    {}
func (Sets) check()     {}
func (Settings) check() {}
func (Headers) check()  {}
func (Whole) check()    {}
func (Returns) check()  {}
func (Builds) check()   {}

// Draft is a finding at its place in a unit, before it has offsets in a file.
type Draft struct {
	Rule       *Rule
	Node       syntax.Node // where it is shown
	Severity   Severity
	Confidence Confidence
	Message    string
	Kinds      models.Kind  // as in Finding
	Origin     *flow.Origin // of the data, nil for faults without a path
	// Sink is the call that does the harm, where Node is one that hands what arrives
	// there on to it.
	Sink syntax.Node
	// Span is where it is shown, if that is no node: in the unit of a Text, or in
	// a file that is not Python.
	Span source.Span
	// Secret is what no report may show, in the unit of the draft.
	Secret source.Span
	Cause  uint64 // as in Finding
}

// Pass is one rule looking at one event.
type Pass struct {
	Rule    *Rule
	Path    string // of the file
	Audit   bool   // the audit profile is on
	Imports func(root string) bool
	Drafts  []Draft
}

// Report adds a finding on the event, or on a node within it.
func (p *Pass) Report(e *flow.Event, c Confidence, message string) *Draft {
	p.Drafts = append(p.Drafts, Draft{
		Rule: p.Rule, Node: e.Node, Sink: e.Sink, Severity: p.Rule.Severity, Confidence: c, Message: message,
	})
	return &p.Drafts[len(p.Drafts)-1]
}

// ReportNode adds a finding on a node of the syntax.
func (p *Pass) ReportNode(n syntax.Node, c Confidence, message string) *Draft {
	p.Drafts = append(p.Drafts, Draft{Rule: p.Rule, Node: n, Severity: p.Rule.Severity, Confidence: c, Message: message})
	return &p.Drafts[len(p.Drafts)-1]
}

// ReportText adds a finding on a stretch of a text.
func (p *Pass) ReportText(at source.Span, c Confidence, message string) *Draft {
	p.Drafts = append(p.Drafts, Draft{Rule: p.Rule, Span: at, Severity: p.Rule.Severity, Confidence: c, Message: message})
	return &p.Drafts[len(p.Drafts)-1]
}

// Reported tells whether the rule has found something within a stretch of the
// text.
func (p *Pass) Reported(at source.Span) bool {
	for i := range p.Drafts {
		d := &p.Drafts[i]
		if span := d.Node.Span(); d.Node.OK() && at.Contains(span) || !d.Node.OK() && at.Contains(d.Span) {
			return true
		}
	}
	return false
}

// CauseOf is the cause of findings about one value that stands in the source.
func CauseOf(value string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(value))
	return h.Sum64()
}

// Hide keeps the text of a node out of reports.
func (d *Draft) Hide(n syntax.Node) {
	if n.OK() && (!d.Node.OK() || n.Unit() == d.Node.Unit()) {
		d.Secret = n.Span()
	}
}

// ReportReach adds a finding on data that arrives somewhere.
func (p *Pass) ReportReach(e *flow.Event, r flow.Reach, c Confidence, message string) *Draft {
	d := p.Report(e, c, message)
	d.Origin = &r.Origin
	return d
}

// ReportWeak adds a finding at a half measure.
func (p *Pass) ReportWeak(e *flow.Event, w *flow.WeakCheck, r *flow.Reach, c Confidence, message string) {
	d := p.Report(e, c, message)
	d.Node, d.Sink = w.Node, syntax.Node{}
	if r != nil {
		d.Origin = &r.Origin
	}
}

// FromClient grades data that comes from a remote client: certain when it came
// straight, likely through calls that nobody knows, unsure after a half
// measure or when it is second hand. ok is false for data of unknown origin.
func FromClient(r flow.Reach) (c Confidence, ok bool) {
	switch r.Origin.Tier {
	case models.Remote:
		switch {
		case r.Weak, r.Origin.Vague:
			return Likely, true
		}
		return Certain, true
	case models.Stored, models.Operator:
		return Unsure, true
	}
	return 0, false
}

// FromClientOrTelling is FromClient for rules without a weaker twin: data of
// unknown origin counts when its name says that it is not to be trusted.
func FromClientOrTelling(r flow.Reach) (c Confidence, ok bool) {
	if r.Origin.Tier == models.Unknown && Telling(r.Origin.Label) && !r.Weak {
		return Likely, true
	}
	return FromClient(r)
}

// Telling reports whether a name says that its value comes from outside.
func Telling(name string) bool { return telling.MatchString(name) }

var telling = regexp.MustCompile(`(?i)^(?:raw_?)?(?:user|client|attacker|external|remote)_?(?:input|provided|supplied|controlled|submitted)|untrusted|tainted|^unsafe_|^user_?(?:url|data|cmd|command|query|html|content|path|file(?:name)?|template|code|expr(?:ession)?)$`)
