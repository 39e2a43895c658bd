package flow

import (
	"regexp"
	"slices"
	"strings"

	"pavise/analysis/lang/sql"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// Reach is data that arrives at a sink.
type Reach struct {
	Origin Origin      // zero with Tier Opaque if nothing is known of the data
	Node   syntax.Node // expression of the hole or argument, in its own unit
	Weak   bool        // half cleaned for the sink's kind
	Place  sql.Place   // in a SQL text
	After  string      // what decides the place: "ORDER BY", "="
	Inner  bool        // a hole in a text, not the whole argument
	Result bool        // of unknown origin, from a call
	Before string      // the text before a hole, NUL for each other hole
	Nearly bool        // as a redirect target all but kept on this host
	Web    bool        // as a URL known to begin with http: or https:
	Clean  models.Kind // other kinds that it is clean for
	Part   urlPart     // of a URL whose host it does not decide
}

// urlPart is where in a URL something stands.
type urlPart uint8

// Parts of a URL.
const (
	FromStart urlPart = iota
	InPath
	InQuery
)

// BehindHost lists the data in the path and query of a URL that arrives at a
// sink, behind a host that it cannot change.
func (e *Event) BehindHost(s *models.Sink) []Reach {
	a := sinkArg(s, e.Args)
	if a == nil {
		return nil
	}
	w := walker{kind: s.Kinds(), behind: true}
	w.whole(a.Value, a.Node)
	return w.out
}

// Reaches lists the data that arrives at a sink of a call, most dangerous
// origin first found first. Data cleaned for the sink's kind is left out.
func (e *Event) Reaches(s *models.Sink) []Reach {
	if s.Text == "percent" || s.Text == "braces" {
		if text := filled(s, e.Args); text != nil {
			return Reaching(text, e.Args[0].Node, s.Kinds())
		}
	}
	var out []Reach
	all, named := contains(s.Args, "*"), contains(s.Args, "*=")
	if all || named {
		for i := range e.Args {
			switch name := e.Args[i].Name; {
			case name == "" && all, name != "" && name != "*" && named:
				out = append(out, Reaching(e.Args[i].Value, e.Args[i].Node, s.Kinds())...)
			case name == "*" && all:
				out = append(out, Reaching(elementOf(e.Args[i].Value), e.Args[i].Node, s.Kinds())...)
			}
		}
		return out
	}
	if contains(s.Args, "**") {
		for i := range e.Args {
			if e.Args[i].Name == "**" {
				out = append(out, Reaching(keysOf(e.Args[i].Value), e.Args[i].Node, s.Kinds())...)
			}
		}
		return out
	}
	if contains(s.Args, "self") && e.Recv != nil {
		return Reaching(e.Recv, e.Node, s.Kinds())
	}
	if e.Kind == Assigned {
		return Reaching(e.Value, e.Node, s.Kinds())
	}
	a := sinkArg(s, e.Args)
	if a != nil && s.Text == "code" {
		w := walker{kind: s.Kinds(), code: true}
		w.whole(a.Value, a.Node)
		return w.out
	}
	if a == nil {
		if len(e.Args) == 1 && e.Args[0].Name == "*" {
			return Reaching(elementOf(e.Args[0].Value), e.Args[0].Node, s.Kinds())
		}
		return nil
	}
	return Reaching(a.Value, a.Node, s.Kinds())
}

// Keys are what the keys of a mapping can be, beside the program's own.
func (v *Value) Keys() *Value { return keysOf(v) }

// keysOf is what the keys of a mapping can be, beside the program's own.
func keysOf(v *Value) *Value {
	out := v.part(unlistedKeys)
	if len(v.Origins) > 0 {
		out = join(out, &Value{Origins: v.Origins, Clean: v.Clean, Weak: v.Weak})
	}
	for _, a := range v.alts {
		out = join(out, keysOf(a))
	}
	if out == nil {
		return emptyStr
	}
	return out
}

// filled is the text of a first argument whose fields the others fill, in the
// way of the sink; nil if its fields are not known.
func filled(s *models.Sink, args []Arg) *Value {
	if len(args) < 2 || args[0].Name != "" {
		return nil
	}
	format, ok := args[0].Value.Str()
	if !ok {
		return nil
	}
	if s.Text == "braces" {
		if pieces, ok := formatPieces(format, args[0].Node, args[1:]); ok {
			return assemble(pieces)
		}
		return nil
	}
	var values, mapping = &Value{Type: "tuple"}, (*Value)(nil)
	var nodes []syntax.Node
	for _, a := range args[1:] {
		switch {
		case a.Name == "":
			values.parts = append(values.parts, part{partKey{kind: indexPart, i: len(nodes)}, a.Value})
			nodes = append(nodes, a.Node)
			mapping = a.Value
		case a.Name == "*":
			return nil
		}
	}
	if len(nodes) == 1 && strings.Contains(format, "%(") {
		return percent(format, args[0].Node, mapping, nodes[0])
	}
	return percentOf(format, args[0].Node, values, syntax.Node{}, values.values(), nodes)
}

// quotes reports whether a conversion writes a value as repr does.
func quotes(conv string) bool {
	return conv == "!r" || conv == "!a" || strings.HasPrefix(conv, "%") && (strings.HasSuffix(conv, "r") || strings.HasSuffix(conv, "a")) ||
		strings.HasPrefix(conv, "!r:") || strings.HasPrefix(conv, "!a:")
}

// SinkArg is the dangerous argument of an event's call, nil if it is not given.
func (e *Event) SinkArg(s *models.Sink) *Arg { return sinkArg(s, e.Args) }

// Reaching lists the data in v that is not clean for the kind.
func Reaching(v *Value, n syntax.Node, kind models.Kind) []Reach {
	w := walker{kind: kind}
	w.whole(v, n)
	return w.out
}

// whole judges every variant of a text.
func (w *walker) whole(v *Value, n syntax.Node) {
	texts := variants(v, n)
	if w.kind&models.SQL != 0 {
		texts = Texts(v, n)
	}
	for _, text := range texts {
		w.text(text)
	}
}

type walker struct {
	kind   models.Kind
	code   bool // of a kind that means documents: here a text that is run
	behind bool // looks for what stands behind a fixed host, not for what decides it
	out    []Reach
}

// text judges each hole of one variant of a text in its place.
func (w *walker) text(pieces []Piece) {
	var places []sql.Context
	if w.kind&models.SQL != 0 && len(pieces) > 1 {
		list := make([]sql.Piece, len(pieces))
		for i, p := range pieces {
			list[i] = p.SQL()
		}
		places = sql.Holes(list)
	}
	prefix := ""
	for i, p := range pieces {
		if p.Hole == nil {
			prefix += p.Text
			continue
		}
		if len(p.Hole.Consts) > 0 {
			prefix += p.Hole.Consts[0].text()
			continue
		}
		if w.kind&(models.URL|models.Redirect) != 0 && fixedHost(prefix, w.kind) != w.behind {
			prefix += "\x00"
			continue
		}
		if w.kind == models.Link && fixedScheme(prefix) {
			return
		}
		if w.kind == models.CSV && prefix != "" && !strings.ContainsRune("=+-@\t\r\x00", rune(prefix[0])) {
			prefix += "\x00"
			continue // a cell that begins like this is no formula
		}
		if w.kind == models.Path && p.Hole.marks&noDots != 0 && i > 0 && pieces[i-1].Conv != joinedPath && strings.HasSuffix(prefix, "/") {
			prefix += "\x00"
			continue // below the folder that the text begins with
		}
		inner := len(pieces) > 1
		at := sql.Context{Place: sql.Start}
		for len(places) > 0 && places[0].Piece <= i {
			if places[0].Piece == i {
				at = places[0]
			}
			places = places[1:]
		}
		from := len(w.out)
		quoted := w.kind&^(models.Log|models.Header|models.Mail|models.Cookie) == 0 && quotes(p.Conv) // repr writes line ends as \n
		if !quoted && !extends(p.Hole, prefix, w.kind) {
			w.hole(p.Hole, p.Node, at, inner, 0)
		}
		for j := from; j < len(w.out); j++ {
			w.out[j].behind(prefix, w.behind)
		}
		if p.Hole.Pieces != nil && w.kind&(models.URL|models.Redirect) != 0 {
			prefix += render(p.Hole.Pieces) // a clean text, which was not taken apart
		} else {
			prefix += "\x00"
		}
	}
}

// extends reports whether a hole of a path is a text without dots that is glued
// to a name: whatever it holds, it leads out of no folder.
func extends(v *Value, prefix string, kind models.Kind) bool {
	return kind == models.Path && v.rel != nil && v.rel.how == "undotted" && prefix != "" && !strings.HasSuffix(prefix, "/")
}

// SQL is the piece as lang/sql reads it: a hole that is known to be a constant
// is text.
func (p Piece) SQL() sql.Piece {
	if p.Hole == nil {
		return sql.Piece{Text: p.Text}
	}
	if len(p.Hole.Consts) > 0 {
		return sql.Piece{Text: p.Hole.Consts[0].text()}
	}
	return sql.Piece{Hole: true}
}

// fixedHost reports whether a URL that begins with the text goes to a host
// that what follows cannot change. A NUL in it is a hole, which has been judged
// by itself: the first one stands for a base address.
func fixedHost(prefix string, kind models.Kind) bool {
	if strings.IndexAny(prefix, "?#") > 0 {
		return true // what stands in the query does not choose the host
	}
	if _, after, ok := strings.Cut(prefix, "://"); ok {
		return strings.Contains(after, "/")
	}
	if after, ok := strings.CutPrefix(prefix, "\x00"); ok {
		return strings.ContainsAny(after, "/&;=")
	}
	if kind&models.Redirect == 0 {
		return false
	}
	if after, ok := strings.CutPrefix(prefix, "/"); ok {
		if strings.HasPrefix(after, "\x00") {
			return strings.Contains(after, "/")
		}
		return after != "" && after[0] != '/' && after[0] != '\\'
	}
	return strings.HasPrefix(prefix, "?") || strings.HasPrefix(prefix, "#") || strings.HasPrefix(prefix, "./")
}

// fixedScheme reports whether an address that begins with the text cannot have
// the scheme javascript:.
func fixedScheme(prefix string) bool {
	i := strings.IndexAny(prefix, ":/?#")
	return i >= 0 && (prefix[i] != ':' || i > 0 && !strings.EqualFold(strings.TrimSpace(prefix[:i]), "javascript"))
}

func (w *walker) hole(v *Value, n syntax.Node, at sql.Context, inner bool, depth int) {
	if v == nil || depth > 6 || v.Harmless() || v == neverReturns {
		return
	}
	if v.rel != nil && v.rel.how == "stripped" && w.kind&models.Redirect != 0 && inner {
		return
	}
	if v.Clean&w.kind == w.kind || w.kind == models.Link && v.Clean&(models.URL|models.Redirect) != 0 {
		return
	}
	if w.kind&models.SQL != 0 && v.doubled != 0 && at.Place == sql.Identifier && at.Quote == opening(v.doubled) {
		return // a quoted name that cannot end early
	}
	for _, a := range v.alts {
		w.hole(a.weakened(v.Weak).marked(v.marks), n, at, inner, depth+1)
	}
	if v.alts != nil {
		return
	}
	if !w.code && w.kind == models.NoSQL {
		w.filter(v, n, inner, depth)
		return
	}
	if (w.kind == models.Query || w.kind == models.Regex) && v.Type == "dict" {
		w.document(v, n, "", "", depth)
		return
	}
	if w.kind&models.HTML != 0 && (v.Type == "dict" || v.Type == "list") {
		return // sent as JSON
	}
	if w.kind&(models.Path|models.URL|models.Redirect) != 0 && streams[v.Type] {
		return // a stream is not a name
	}
	if w.kind == models.CSV && (v.parts != nil || v.rest != nil) {
		w.cells(v, n, depth)
		return
	}
	if v.parts != nil || v.rest != nil {
		v = whole(v)
		if v.Clean&w.kind == w.kind {
			return
		}
		if len(v.Origins) == 0 {
			return
		}
	}
	w.arrive(v, n, at, inner)
}

// arrive notes each origin of a value that is not made of parts.
func (w *walker) arrive(v *Value, n syntax.Node, at sql.Context, inner bool) {
	weak := v.Weak&w.kind != 0
	if len(v.Origins) == 0 {
		w.out = append(w.out, Reach{
			Origin: Origin{Tier: models.Opaque, Label: label(n)}, Node: n, Weak: weak, Place: at.Place, After: at.After, Inner: inner, Result: v.id() == result,
		})
		return
	}
	for _, o := range v.Origins {
		w.out = append(w.out, Reach{
			Origin: o, Node: n, Weak: weak, Place: at.Place, After: at.After, Inner: inner, Clean: v.Clean,
			Nearly: v.marks.nearly(), Web: v.marks&webScheme != 0,
		})
	}
}

// behind says what stands before the data in the text, and so where in a URL it
// is whose host the text decides.
func (r *Reach) behind(prefix string, fixed bool) {
	r.Before = prefix
	r.Web = r.Web || strings.HasPrefix(prefix, "http://") || strings.HasPrefix(prefix, "https://")
	switch {
	case !fixed:
	case strings.ContainsAny(prefix, "?#"):
		r.Part = InQuery
	default:
		r.Part = InPath
	}
}

// opening is the sign that opens a quoted name which another sign closes.
func opening(closing byte) string {
	if closing == ']' {
		return "["
	}
	return string(closing)
}

var streams = map[string]bool{"io.BytesIO": true, "io.StringIO": true, "tempfile.SpooledTemporaryFile": true, "dict": true, "list": true}

const (
	maxVariants = 8
	maxPieces   = 96   // of one text
	maxExpanded = 2000 // texts that are looked into for one text
)

// variants flattens a text into literals and holes, once for each combination
// of alternatives it was put together from.
func variants(v *Value, n syntax.Node) [][]Piece {
	budget := maxExpanded
	return expand(Piece{Hole: v, Node: n}, 0, &budget)
}

func expand(p Piece, depth int, budget *int) [][]Piece {
	v := p.Hole
	if *budget--; v == nil || depth > 24 || *budget < 0 {
		return [][]Piece{{p}}
	}
	if v.alts != nil {
		var out [][]Piece
		for _, a := range v.alts {
			q := p
			q.Hole = a.cleaned(v.Clean).weakened(v.Weak).marked(v.marks).along(v)
			out = append(out, expand(q, depth+1, budget)...)
			if len(out) >= maxVariants {
				return out[:maxVariants]
			}
		}
		return out
	}
	if v.Pieces == nil || p.Conv == "!r" {
		return [][]Piece{{p}}
	}
	if v.Clean&models.All == models.All {
		return [][]Piece{{p}}
	}
	out := [][]Piece{nil}
	for _, q := range v.Pieces {
		if len(out[0]) > maxPieces {
			return [][]Piece{{p}} // too long to tell its parts apart
		}
		if q.Hole != nil {
			q.Hole = q.Hole.cleaned(v.Clean).weakened(v.Weak &^ v.Clean).along(v)
		}
		next := expand(q, depth+1, budget)
		if len(next) == 1 {
			for i := range out {
				out[i] = append(out[i], next[0]...)
			}
			continue
		}
		var grown [][]Piece
		for _, head := range out {
			for _, tail := range next {
				if len(grown) < maxVariants {
					grown = append(grown, append(head[:len(head):len(head)], tail...))
				}
			}
		}
		out = grown
	}
	return out
}

// along is a part of whole whose data took the steps that the whole took.
func (v *Value) along(whole *Value) *Value {
	if !whole.worthFollowing() || len(v.Origins) == 0 {
		return v
	}
	var out []Origin
	for i, o := range v.Origins {
		for _, w := range whole.Origins {
			if w.Node == o.Node && w.Tier == o.Tier && (w.Steps != o.Steps || w.checks != o.checks) {
				if out == nil {
					out = slices.Clone(v.Origins)
				}
				out[i].Steps = w.Steps
				if w.checks != nil {
					out[i].checks = w.checks
				}
			}
		}
	}
	if out == nil {
		return v
	}
	c := *v
	c.root = v.id()
	c.Origins = out
	return &c
}

// Texts are the texts that v can be, as literals and holes: each alternative of
// it, and each element if it is a list or mapping of texts.
func Texts(v *Value, n syntax.Node) [][]Piece {
	switch v.Type {
	case "list", "tuple", "dict", "set":
		var out [][]Piece
		if v.parts == nil && v.rest == nil {
			break
		}
		for i := range v.parts {
			out = append(out, variants(v.parts[i].v, n)...)
		}
		if v.rest != nil || len(v.Origins) > 0 {
			out = append(out, variants(elementOf(v), n)...)
		}
		return out
	}
	return variants(v, n)
}

// Flatten gives the text of v as literals and holes, in its first variant.
func Flatten(v *Value, n syntax.Node) []Piece { return variants(v, n)[0] }

var statement = regexp.MustCompile(`(?is)^[\s(]*(?:select\b.+?\bfrom\b|select\s+[\w*"'\x00]|insert\s+(?:or\s+\w+\s+)?into\b|replace\s+into\b|update\s+\S+\s+set\b|delete\s+from\b|merge\s+into\b|with\s+(?:recursive\s+)?\w+\s+as\s*\(|(?:create|alter|drop)\s+(?:or\s+replace\s+)?(?:temp\w*\s+)?(?:unique\s+)?(?:table|index|view|database|schema|user|role|trigger|function|procedure|sequence|column|materialized)\b|truncate\s+table\b|call\s+\w+\s*\(|exec(?:ute)?\s+\w+|grant\s+\w+|pragma\s+\w+)`)

// render is a text with one NUL for each hole whose text is not known.
func render(pieces []Piece) string {
	var b strings.Builder
	for _, p := range pieces {
		switch {
		case p.Hole == nil:
			b.WriteString(p.Text)
		case len(p.Hole.Consts) > 0:
			b.WriteString(p.Hole.Consts[0].text())
		default:
			b.WriteByte(0)
		}
	}
	return b.String()
}

// LooksLikeSQL reports whether a text, or an alternative of it, begins like a
// SQL statement. Holes count as one unknown character.
func LooksLikeSQL(v *Value) bool {
	if v.Harmless() && v.Consts == nil || v.Type != "" && v.Type != "str" {
		return false
	}
	for _, pieces := range variants(v, syntax.Node{}) {
		if statement.MatchString(render(pieces)) {
			return true
		}
	}
	return false
}

// isStatement is LooksLikeSQL for texts of which nothing else says that they go
// to a database: prose may begin with the same words.
func isStatement(v *Value) bool {
	for _, pieces := range variants(v, syntax.Node{}) {
		s := strings.TrimLeft(render(pieces), " \t\r\n(")
		if !statement.MatchString(s) {
			continue
		}
		word := s[:max(strings.IndexAny(s, " \t\r\n"), 0)]
		if word == strings.ToUpper(word) && upperClause.MatchString(s) || word == strings.ToLower(word) && lowerClause.MatchString(s) {
			return true
		}
	}
	return false
}

var (
	upperClause = regexp.MustCompile(`\b(?:FROM|INTO|SET|TABLE|VIEW|INDEX|DATABASE|AS|CALL|EXEC)\b`)
	lowerClause = regexp.MustCompile(`(?s)\b(?:where\s+\S+\s*(?:=|<|>|\bin\b|\blike\b)|values\s*\(|set\s+\S+\s*=|from\s+\S+\s*;?\s*$|order\s+by\s|limit\s)`)
)

// LooksLikeMarkup reports whether a text begins like a document or element of XML.
func LooksLikeMarkup(v *Value) bool {
	for _, pieces := range variants(v, syntax.Node{}) {
		if likeMarkup.MatchString(render(pieces)) {
			return true
		}
	}
	return false
}

var likeMarkup = regexp.MustCompile(`^\s*<(?:[?!]?[A-Za-z_][\w.:-]*)(?:[\s/>]|$)`)

// looksLikeFilter reports whether a text begins like a filter of a directory.
func looksLikeFilter(v *Value) bool {
	for _, pieces := range variants(v, syntax.Node{}) {
		if filter.MatchString(render(pieces)) {
			return true
		}
	}
	return false
}

var filter = regexp.MustCompile(`^\s*\((?:[&|!]\s*\(|[\w.;-]+[~<>:]?=)`)

// looksLikeCypher reports whether a text begins like a statement of a graph database.
func looksLikeCypher(v *Value) bool {
	for _, pieces := range variants(v, syntax.Node{}) {
		if cypher.MatchString(render(pieces)) {
			return true
		}
	}
	return false
}

var cypher = regexp.MustCompile(`(?i)^\s*(?:optional\s+match|match|merge|create|unwind|detach\s+delete|call)\b[^(\[{]{0,60}[(\[{]`)

// LooksLikeHTML reports whether the literal parts of a text hold an element tag.
func LooksLikeHTML(v *Value) bool {
	for _, pieces := range variants(v, syntax.Node{}) {
		for _, p := range pieces {
			text := p.Text
			if p.Hole != nil && len(p.Hole.Consts) > 0 {
				text = p.Hole.Consts[0].S
			}
			if tag.MatchString(text) {
				return true
			}
		}
	}
	return false
}

var tag = regexp.MustCompile(`(?i)<(?:!doctype|/?(?:html|body|head|div|span|p|a|h[1-6]|b|i|em|strong|ul|ol|li|table|tr|td|th|form|input|img|script|style|title|pre|code|br|hr|iframe|button|label|section|article|header|footer|nav|main|textarea|select|option|svg|link|meta|center|font|u|small|blockquote|address|time|var|kbd|abbr|cite|dl|dt|dd|figure|fieldset|legend|details|summary|video|audio|source|base|object|embed|mark|del|ins|sub|sup|aside|caption|thead|tbody|tfoot|marquee)\b[^<>]*(?:>|$))`)

// SQLText is the text argument of the first SQL sink of a call, nil if none.
func (e *Event) SQLText() *Value { return e.sinkText(models.SQL) }

// HTMLText is the text argument of the first HTML sink of a call, nil if none.
func (e *Event) HTMLText() *Value { return e.sinkText(models.HTML) }

func (e *Event) sinkText(kind models.Kind) *Value {
	for _, s := range e.Sinks {
		if s.Kinds()&kind != 0 {
			if a := sinkArg(s, e.Args); a != nil {
				return a.Value
			}
		}
	}
	return nil
}
