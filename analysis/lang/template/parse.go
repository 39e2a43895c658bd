package template

import (
	"slices"
	"strings"

	"pavise/analysis/source"
	"pavise/analysis/syntax"
)

// parser cuts a text into literal text, holes and tags, and nests the tags.
type parser struct {
	text   string
	file   *File
	places []syntax.Place
	slots  []*syntax.Node // that get the node of each place, or nil
	none   map[string]bool
	stack  []*open
	deep   bool // a block was too deep
	spaced bool // arguments of the tag stand side by side
}

// open is a block tag that has not ended.
type open struct {
	node *Node
	ends string   // the tags that end it
	into *[]*Node // where its content goes now
}

func (p *parser) mark(s source.Span, k syntax.Kind, at *syntax.Node) {
	p.places = append(p.places, syntax.Place{Span: s, Kind: k})
	p.slots = append(p.slots, at)
}

func (p *parser) add(n *Node) {
	into := &p.file.Body
	if len(p.stack) > 0 {
		into = p.stack[len(p.stack)-1].into
	}
	*into = append(*into, n)
}

func (p *parser) literal(from, to int) {
	if from >= to {
		return
	}
	n := &Node{Kind: Text, Text: p.text[from:to]}
	p.forms(n, from)
	p.add(n)
}

// forms notes what a literal text that begins at an offset tells of forms.
func (p *parser) forms(n *Node, from int) {
	s := n.Text
	for i := 0; ; i++ {
		j := strings.IndexByte(s[i:], '<')
		if j < 0 {
			break
		}
		i += j
		if len(s)-i > 5 && strings.EqualFold(s[i+1:i+5], "form") && (isSpace(s[i+5]) || s[i+5] == '>') {
			n.Forms = append(n.Forms, Form{Off: i})
		}
	}
	for i := range n.Forms {
		f := &n.Forms[i]
		end := strings.IndexByte(s[f.Off:], '>') + 1
		if end == 0 {
			end = len(strings.TrimRight(s[f.Off:], " \t\r\n"))
		}
		start := uint32(from + f.Off)
		p.mark(source.Span{Start: start, End: start + uint32(end)}, syntax.KindHole, &f.At)
	}
	for i := 0; i+3 < len(s); i++ {
		j := strings.IndexAny(s[i:], "sS")
		if j < 0 {
			break
		}
		if i += j; i > 0 && i+3 <= len(s) && strings.EqualFold(s[i:i+3], "srf") && (s[i-1]|0x20 == 'c' || s[i-1]|0x20 == 'x') {
			n.CSRF = true
			break
		}
	}
}

func (p *parser) parse() {
	pos := 0
	for pos < len(p.text) {
		i := p.opening(pos)
		if i < 0 {
			break
		}
		p.literal(pos, i)
		pos = p.delimited(i)
	}
	p.literal(pos, len(p.text))
}

// opening finds the next {{, {% or {#.
func (p *parser) opening(from int) int {
	for i := from; i+1 < len(p.text); i++ {
		j := strings.IndexByte(p.text[i:], '{')
		if j < 0 {
			return -1
		}
		i += j
		if i+1 < len(p.text) && (p.text[i+1] == '{' || p.text[i+1] == '%' || p.text[i+1] == '#') {
			return i
		}
	}
	return -1
}

var closings = map[byte]string{'{': "}}", '%': "%}", '#': "#}"}

// delimited reads what begins at i, and gives the offset behind it.
func (p *parser) delimited(i int) int {
	closing := closings[p.text[i+1]]
	e := p.end(i+2, closing)
	if e < 0 {
		p.literal(i, i+2)
		return i + 2
	}
	span := source.Span{Start: uint32(i), End: uint32(e + 2)}
	if closing == "#}" {
		p.mark(source.Span{Start: uint32(i + 1), End: uint32(e)}, syntax.KindComment, nil)
		return e + 2
	}
	from, to := i+2, e
	if from < to && (p.text[from] == '-' || p.text[from] == '+') {
		from++
	}
	if from < to && (p.text[to-1] == '-' || p.text[to-1] == '+' && closing == "%}") {
		to--
	}
	toks := lex(p.text, from, to)
	if closing == "}}" {
		n := &Node{Kind: Output}
		p.mark(span, syntax.KindHole, &n.At)
		p.spaced = false
		x := exprParser{p: p, toks: toks}
		n.Expr = x.tuple(x.expr)
		p.add(n)
		return e + 2
	}
	return p.tag(toks, span)
}

// maxAhead is how far behind the first closing mark the true one is looked
// for, when the first stands in a text or a dict.
const maxAhead = 400

// end finds the closing mark of what begins before from; -1 if there is none.
func (p *parser) end(from int, closing string) int {
	if p.none[closing] {
		return -1
	}
	first := strings.Index(p.text[from:], closing)
	if first < 0 {
		p.none[closing] = true
		return -1
	}
	first += from
	if closing == "#}" {
		return first
	}
	var quote byte
	depth := 0
	for i := from; i < min(len(p.text)-1, first+maxAhead); i++ {
		c := p.text[i]
		switch {
		case quote != 0:
			if c == '\\' {
				i++
			} else if c == quote {
				quote = 0
			}
		case depth == 0 && p.text[i:i+2] == closing:
			return i
		case c == '"' || c == '\'':
			quote = c
		case c == '{':
			depth++
		case c == '}' && depth > 0:
			depth--
		}
	}
	return first
}

// skip finds the tag that ends a part which is not read, and gives the span of
// its content and the offset behind it; without one the part has no content.
func (p *parser) skip(from int, ending string) (content source.Span, next int) {
	if !p.none[ending] {
		for i := from; ; {
			j := strings.Index(p.text[i:], "{%")
			if j < 0 {
				break
			}
			i += j
			k := i + 2
			for k < len(p.text) && (p.text[k] == ' ' || p.text[k] == '-' || p.text[k] == '+' || p.text[k] == '\t' || p.text[k] == '\n') {
				k++
			}
			if strings.HasPrefix(p.text[k:], ending) {
				if e := strings.Index(p.text[k:], "%}"); e >= 0 {
					return source.Span{Start: uint32(from), End: uint32(i)}, k + e + 2
				}
			}
			i += 2
		}
		p.none[ending] = true
	}
	return source.Span{Start: uint32(from), End: uint32(from)}, from
}

// tag reads one tag and gives the offset behind what it takes.
func (p *parser) tag(toks []token, span source.Span) int {
	next := int(span.End)
	if len(toks) == 0 || toks[0].kind != name {
		return next
	}
	word := toks[0].val
	n := &Node{Kind: Tag, Name: word}
	p.mark(span, syntax.KindHole, &n.At)
	switch word {
	case "raw", "verbatim":
		content, after := p.skip(next, "end"+word)
		p.literal(int(content.Start), int(content.End))
		return after
	case "comment":
		content, after := p.skip(next, "endcomment")
		p.mark(content, syntax.KindComment, nil)
		return after
	case "else", "empty", "elif", "elseif":
		p.otherwise(word, toks)
		return next
	}
	if ended, ok := strings.CutPrefix(word, "end"); ok {
		p.close(ended)
		return next
	}
	p.spaced = !jinjaOnly[word]
	e := &exprParser{p: p, toks: toks, i: 1}
	switch word {
	case "if", "ifequal", "ifnotequal", "ifchanged", "for", "block", "macro", "call", "filter", "autoescape", "with",
		"blocktrans", "blocktranslate", "set":
		p.block(n, e)
	case "extends":
		n.Kind, n.Expr = Extends, e.expr()
		p.add(n)
	case "include":
		p.include(n, e)
	case "import", "from":
		p.imports(n, e)
	case "do":
		n.Kind, n.Expr = Do, e.tuple(e.expr)
		p.add(n)
	default:
		p.other(n, e)
	}
	return next
}

// jinjaOnly are tags in which texts side by side are one.
var jinjaOnly = map[string]bool{"set": true, "do": true, "call": true, "import": true, "macro": true}

// block reads a tag that has content.
func (p *parser) block(n *Node, e *exprParser) {
	ends := n.Name
	switch n.Name {
	case "if":
		n.Kind, n.Arms = If, []Arm{{Cond: e.expr()}}
	case "ifequal", "ifnotequal":
		c := &Expr{Kind: Binary, Name: "==", X: e.filtered(), Y: e.filtered()}
		if n.Name == "ifnotequal" {
			c.Name = "!="
		}
		n.Kind, n.Arms = If, []Arm{{Cond: c}}
	case "ifchanged":
		n.Kind, n.Arms = If, []Arm{{Cond: &Expr{}}}
	case "for":
		p.loop(n, e)
	case "block":
		n.Kind, n.Name = Block, e.next().val
		if p.file.Blocks[n.Name] == nil {
			p.file.Blocks[n.Name] = n
		}
	case "macro":
		n.Kind, n.Name = Macro, e.next().val
		n.Binds = p.params(e)
		p.file.Macros[n.Name] = n
	case "call":
		n.Kind = Call
		if e.is("(") {
			n.Binds = p.params(e)
		}
		n.Expr = e.expr()
	case "filter":
		n.Kind, n.Expr = Filter, p.filters(e)
	case "autoescape":
		n.Kind, n.Name = Autoescape, e.peek().val
		if n.Name != "on" && n.Name != "off" {
			n.Name, n.Expr = "", e.expr()
		}
	case "with":
		n.Kind, n.Binds = With, p.binds(e)
	case "blocktrans", "blocktranslate":
		n.Kind = With
		for !e.done() && !e.skip("with") && !e.is("count") {
			e.i++
		}
		n.Binds = p.binds(e)
	case "set":
		if p.assign(n, e) {
			p.add(n)
			return
		}
	}
	p.add(n)
	if len(p.stack) >= maxDepth {
		p.deep = true
		return
	}
	o := &open{node: n, ends: ends, into: &n.Body}
	if n.Kind == If {
		o.ends, o.into = ends, &n.Arms[0].Body
	}
	p.stack = append(p.stack, o)
}

// loop reads {% for a, b in items if test %}.
func (p *parser) loop(n *Node, e *exprParser) {
	n.Kind = For
	for !e.done() && !e.skip("in") {
		if t := e.next(); t.kind == name {
			n.Names = append(n.Names, t.val)
		}
	}
	n.Expr = e.tuple(e.or)
	if e.skip("if") {
		n.Arms = []Arm{{Cond: e.expr()}}
	}
}

// assign reads {% set a = x %}; it reports false for the form with a body.
func (p *parser) assign(n *Node, e *exprParser) bool {
	n.Kind = Set
	for !e.done() && !e.is("=") && !e.is("|") {
		t := e.next()
		switch {
		case t.kind == name && e.i >= 2 && e.toks[e.i-2].val == ".":
			n.Names[len(n.Names)-1] += "." + t.val
		case t.kind == name:
			n.Names = append(n.Names, t.val)
		case t.val == "." && len(n.Names) == 0:
			return true
		}
	}
	if e.skip("=") {
		n.Expr = e.tuple(e.expr)
		return true
	}
	if e.is("|") {
		n.Expr = p.filters(e)
	}
	return false
}

// filters reads the filters of a tag that filters its body.
func (p *parser) filters(e *exprParser) *Expr {
	var x *Expr
	e.skip("|")
	for {
		from := e.i
		if e.peek().kind != name {
			return x
		}
		x = e.filter(from, x)
		if !e.skip("|") {
			return x
		}
	}
}

// params reads (a, b=1).
func (p *parser) params(e *exprParser) []Bind {
	var out []Bind
	if !e.skip("(") {
		return nil
	}
	for !e.done() && !e.skip(")") {
		t := e.next()
		if t.kind != name {
			continue
		}
		b := Bind{Name: t.val}
		if e.skip("=") {
			b.Value = e.expr()
		}
		out = append(out, b)
	}
	return out
}

// binds reads a=b c=d, with or without commas, and "x as a".
func (p *parser) binds(e *exprParser) []Bind {
	var out []Bind
	for !e.done() && !e.is("only") && !e.is("without") {
		at := e.i
		if t := e.peek(); t.kind == name && e.i+1 < len(e.toks) && e.toks[e.i+1].val == "=" {
			e.i += 2
			out = append(out, Bind{t.val, e.expr()})
		} else if x := e.expr(); e.skip("as") || e.skip("and") {
			if e.i >= 2 && e.toks[e.i-1].val == "as" {
				out = append(out, Bind{e.next().val, x})
			}
		}
		e.skip(",")
		if e.i == at {
			e.i++
		}
	}
	return out
}

// include reads both forms: "x" ignore missing without context, "x" with a=b only.
func (p *parser) include(n *Node, e *exprParser) {
	n.Kind, n.Expr = Include, e.expr()
	for !e.done() {
		switch t := e.next(); t.val {
		case "without", "only":
			n.Only = true
			e.skip("context")
		case "with":
			if !e.skip("context") {
				n.Binds = p.binds(e)
			}
		}
	}
	p.add(n)
}

// imports reads {% import x as a %} and {% from x import a as b, c %}.
func (p *parser) imports(n *Node, e *exprParser) {
	n.Kind, n.Expr = Import, e.expr()
	if n.Name == "import" {
		e.skip("as")
		n.Name = e.next().val
		p.add(n)
		return
	}
	n.Kind = From
	e.skip("import")
	for !e.done() {
		t := e.next()
		if t.kind != name {
			continue
		}
		if t.val == "with" || t.val == "without" {
			break
		}
		b := Bind{Name: t.val, Value: &Expr{Kind: Name, Name: t.val}}
		if e.skip("as") {
			b.Name = e.next().val
		}
		n.Binds = append(n.Binds, b)
	}
	p.add(n)
}

// other reads any other tag: its arguments, and the name after "as".
func (p *parser) other(n *Node, e *exprParser) {
	for !e.done() {
		at := e.i
		t := e.peek()
		switch {
		case e.i+2 == len(e.toks) && t.val == "as" && t.kind == name:
			n.Names = []string{e.toks[e.i+1].val}
			e.i += 2
			continue
		case t.kind == name && e.i+1 < len(e.toks) && e.toks[e.i+1].val == "=":
			e.i += 2
		}
		n.Args = append(n.Args, e.filtered())
		if e.i == at {
			e.i++
		}
	}
	p.add(n)
}

// otherwise goes on to the next arm of the innermost if or for.
func (p *parser) otherwise(word string, toks []token) {
	for i, o := range slices.Backward(p.stack) {
		if o.node.Kind != If && o.node.Kind != For {
			continue
		}
		p.stack = p.stack[:i+1]
		if o.node.Kind == If && (word == "elif" || word == "elseif") {
			e := &exprParser{p: p, toks: toks, i: 1}
			o.node.Arms = append(o.node.Arms, Arm{Cond: e.expr()})
			o.into = &o.node.Arms[len(o.node.Arms)-1].Body
		} else {
			o.into = &o.node.Else
		}
		return
	}
}

// close ends the innermost block of a name, with all that was left open in it.
func (p *parser) close(word string) {
	for i, o := range slices.Backward(p.stack) {
		if o.ends == word {
			p.stack = p.stack[:i]
			return
		}
	}
}
