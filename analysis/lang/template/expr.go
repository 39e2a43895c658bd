package template

import (
	"strconv"
	"strings"

	"pavise/analysis/source"
	"pavise/analysis/syntax"
)

// ExprKind is the kind of an expression.
type ExprKind uint8

// Kinds of expressions.
const (
	Unknown  ExprKind = iota // could not be read
	Name                     // Name
	Str                      // Text
	Int                      // N
	Float                    // a number
	Bool                     // N is 1 or 0
	None                     // none
	Attr                     // X.Name
	Item                     // X[Y]
	Slice                    // X[...:...]
	Apply                    // X(Args)
	Filtered                 // X | Name(Args); X is nil in a tag that filters its body
	Test                     // X is Name(Args)
	Binary                   // X Name Y: + - * / // % ** ~ == != < <= > >= in "not in" and or
	Not                      // not X
	Negative                 // -X
	Cond                     // X if Y else Z; Z may be nil
	List                     // Args
	Tuple                    // Args
	Dict                     // Keys: Args
)

// Expr is an expression.
type Expr struct {
	Kind    ExprKind
	At      syntax.Node
	Name    string
	Text    string
	N       int64
	X, Y, Z *Expr
	Args    []Arg
	Keys    []*Expr
}

// Arg is an argument of a call or a filter; Name is a keyword, "" for a
// positional one, "*" or "**" for unpacking.
type Arg struct {
	Name  string
	Value *Expr
}

// exprParser reads the tokens of one tag.
type exprParser struct {
	p     *parser
	toks  []token
	i     int
	depth int
}

func (e *exprParser) peek() token {
	if e.i < len(e.toks) {
		return e.toks[e.i]
	}
	return token{}
}

func (e *exprParser) done() bool { return e.i >= len(e.toks) }

func (e *exprParser) next() token {
	t := e.peek()
	e.i++
	return t
}

// is reports whether the next token is an operator or a name with that text.
func (e *exprParser) is(val string) bool {
	t := e.peek()
	return (t.kind == op || t.kind == name) && t.val == val
}

func (e *exprParser) skip(val string) bool {
	if e.is(val) {
		e.i++
		return true
	}
	return false
}

// make places an expression that began with the token at index from.
func (e *exprParser) make(from int, x *Expr) *Expr {
	if from < len(e.toks) && e.i > from {
		last := min(e.i, len(e.toks)) - 1
		e.p.mark(source.Span{Start: uint32(e.toks[from].start), End: uint32(e.toks[last].end)}, syntax.KindHole, &x.At)
	}
	return x
}

// expr reads a whole expression, a ternary included.
func (e *exprParser) expr() *Expr {
	from := e.i
	x := e.or()
	for e.is("if") && e.depth < maxDepth {
		e.i++
		c := &Expr{Kind: Cond, X: x, Y: e.or()}
		if e.skip("else") {
			e.depth++
			c.Z = e.expr()
			e.depth--
		}
		x = e.make(from, c)
	}
	return x
}

// tuple reads one expression, or several with commas between them.
func (e *exprParser) tuple(item func() *Expr) *Expr {
	from := e.i
	x := item()
	if !e.is(",") {
		return x
	}
	t := &Expr{Kind: Tuple, Args: []Arg{{Value: x}}}
	for e.skip(",") {
		if e.done() || e.is(")") || e.is("if") || e.is("recursive") {
			break
		}
		t.Args = append(t.Args, Arg{Value: item()})
	}
	return e.make(from, t)
}

// chain reads operands with left-associative operators between them.
func (e *exprParser) chain(ops string, operand func() *Expr) *Expr {
	from := e.i
	x := operand()
	for {
		t := e.peek()
		if t.kind == end || t.kind == text || t.kind == number || !hasWord(ops, t.val) {
			return x
		}
		e.i++
		x = e.make(from, &Expr{Kind: Binary, Name: t.val, X: x, Y: operand()})
	}
}

func hasWord(list, w string) bool {
	for x := range strings.FieldsSeq(list) {
		if x == w {
			return true
		}
	}
	return false
}

func (e *exprParser) or() *Expr  { return e.chain("or", e.and) }
func (e *exprParser) and() *Expr { return e.chain("and", e.not) }

func (e *exprParser) not() *Expr {
	from := e.i
	if e.is("not") && e.depth < maxDepth {
		e.i++
		e.depth++
		x := e.not()
		e.depth--
		return e.make(from, &Expr{Kind: Not, X: x})
	}
	return e.compare()
}

func (e *exprParser) compare() *Expr {
	from := e.i
	x := e.sum()
	for {
		t := e.peek()
		word := t.val
		switch {
		case t.kind == op && hasWord("== != < <= > >= <>", word):
			e.i++
		case t.kind == name && word == "in":
			e.i++
		case t.kind == name && word == "not" && e.i+1 < len(e.toks) && e.toks[e.i+1].val == "in":
			e.i += 2
			word = "not in"
		case t.kind == op && word == "=": // a slip that Django once read as equality
			return x
		default:
			return x
		}
		if word == "<>" {
			word = "!="
		}
		x = e.make(from, &Expr{Kind: Binary, Name: word, X: x, Y: e.sum()})
	}
}

func (e *exprParser) sum() *Expr     { return e.chain("+ -", e.tilde) }
func (e *exprParser) tilde() *Expr   { return e.chain("~", e.product) }
func (e *exprParser) product() *Expr { return e.chain("* / // %", e.unary) }

func (e *exprParser) unary() *Expr {
	from := e.i
	if (e.is("-") || e.is("+")) && e.peek().kind == op && e.depth < maxDepth {
		minus := e.next().val == "-"
		e.depth++
		x := e.unary()
		e.depth--
		if !minus {
			return x
		}
		if x.Kind == Int {
			x.N = -x.N
			return x
		}
		return e.make(from, &Expr{Kind: Negative, X: x})
	}
	x := e.filtered()
	if e.is("**") && e.depth < maxDepth {
		e.i++
		e.depth++
		x = e.make(from, &Expr{Kind: Binary, Name: "**", X: x, Y: e.unary()})
		e.depth--
	}
	return x
}

// filtered reads a primary with what follows it: attributes, items, calls,
// filters, tests.
func (e *exprParser) filtered() *Expr {
	from := e.i
	x := e.postfix(e.primary(), from)
	for !e.done() {
		switch {
		case e.is("|") && e.peek().kind == op:
			e.i++
			x = e.filter(from, x)
		case e.is("is") && e.peek().kind == name:
			e.i++
			x = e.test(from, x)
		case (e.is(".") || e.is("[") || e.is("(")) && x.Kind == Filtered && e.adjacent():
			x = e.postfix(x, from)
		default:
			return x
		}
	}
	return x
}

// adjacent reports whether no space stands before the next token.
func (e *exprParser) adjacent() bool {
	return e.i > 0 && e.i < len(e.toks) && e.toks[e.i-1].end == e.toks[e.i].start
}

func (e *exprParser) filter(from int, x *Expr) *Expr {
	if e.peek().kind != name {
		return e.make(from, &Expr{Kind: Unknown, X: x})
	}
	f := &Expr{Kind: Filtered, Name: e.next().val, X: x}
	for e.is(".") && e.i+1 < len(e.toks) && e.toks[e.i+1].kind == name { // filters of extensions: a.b
		f.Name += "." + e.toks[e.i+1].val
		e.i += 2
	}
	switch {
	case e.is("(") && e.peek().kind == op:
		f.Args = e.args()
	case e.is(":") && e.peek().kind == op:
		e.i++
		at := e.i
		f.Args = []Arg{{Value: e.postfix(e.primary(), at)}}
	}
	return e.make(from, f)
}

func (e *exprParser) test(from int, x *Expr) *Expr {
	negated := e.skip("not")
	if e.peek().kind != name {
		y := e.sum()
		word := "=="
		if negated {
			word = "!="
		}
		return e.make(from, &Expr{Kind: Binary, Name: word, X: x, Y: y})
	}
	t := &Expr{Kind: Test, Name: e.next().val, X: x}
	switch n := e.peek(); {
	case n.kind == op && n.val == "(":
		t.Args = e.args()
	case n.kind == text || n.kind == number ||
		n.kind == name && !hasWord("and or else if is in not as recursive", n.val):
		at := e.i
		t.Args = []Arg{{Value: e.postfix(e.primary(), at)}}
	}
	x = e.make(from, t)
	if negated {
		x = e.make(from, &Expr{Kind: Not, X: x})
	}
	return x
}

func (e *exprParser) postfix(x *Expr, from int) *Expr {
	for !e.done() {
		switch {
		case e.is(".") && e.peek().kind == op:
			e.i++
			t := e.peek()
			switch t.kind {
			case name:
				e.i++
				x = e.make(from, &Expr{Kind: Attr, X: x, Name: t.val})
			case number:
				e.i++
				n, _ := strconv.ParseInt(t.val, 10, 64)
				at := e.i - 1
				x = e.make(from, &Expr{Kind: Item, X: x, Y: e.make(at, &Expr{Kind: Int, N: n})})
			default:
				return x
			}
		case e.is("[") && e.peek().kind == op:
			e.i++
			x = e.subscript(from, x)
		case e.is("(") && e.peek().kind == op && e.adjacent():
			c := &Expr{Kind: Apply, X: x, Args: e.args()}
			x = e.make(from, c)
		default:
			return x
		}
	}
	return x
}

func (e *exprParser) subscript(from int, x *Expr) *Expr {
	if e.depth >= maxDepth {
		e.i = len(e.toks)
		return &Expr{}
	}
	e.depth++
	defer func() { e.depth-- }()
	var y *Expr
	slice := false
	for !e.done() && !e.is("]") {
		if e.skip(":") || e.skip(",") {
			slice = true
			continue
		}
		at := e.i
		y = e.expr()
		if e.i == at {
			e.i++
		}
	}
	e.skip("]")
	if slice || y == nil {
		return e.make(from, &Expr{Kind: Slice, X: x})
	}
	return e.make(from, &Expr{Kind: Item, X: x, Y: y})
}

// args reads (a, b=c, *d).
func (e *exprParser) args() []Arg {
	e.i++ // the parenthesis
	if e.depth >= maxDepth {
		e.i = len(e.toks)
		return nil
	}
	e.depth++
	defer func() { e.depth-- }()
	var out []Arg
	for !e.done() && !e.skip(")") {
		at := e.i
		a := Arg{}
		switch {
		case e.skip("*"):
			a.Name = "*"
		case e.skip("**"):
			a.Name = "**"
		case e.peek().kind == name && e.i+1 < len(e.toks) && e.toks[e.i+1].val == "=" && e.toks[e.i+1].kind == op:
			a.Name = e.next().val
			e.i++
		}
		a.Value = e.expr()
		out = append(out, a)
		e.skip(",")
		if e.i == at {
			e.i++
		}
	}
	return out
}

func (e *exprParser) primary() *Expr {
	from := e.i
	if e.depth >= maxDepth {
		e.i = len(e.toks)
		return &Expr{}
	}
	e.depth++
	defer func() { e.depth-- }()
	t := e.next()
	switch t.kind {
	case name:
		switch t.val {
		case "true", "True":
			return e.make(from, &Expr{Kind: Bool, N: 1})
		case "false", "False":
			return e.make(from, &Expr{Kind: Bool})
		case "none", "None":
			return e.make(from, &Expr{Kind: None})
		}
		return e.make(from, &Expr{Kind: Name, Name: t.val})
	case text:
		s := t.val
		for e.peek().kind == text && !e.p.spaced { // Jinja joins neighbours; in Django they are two arguments
			s += e.next().val
		}
		return e.make(from, &Expr{Kind: Str, Text: s})
	case number:
		if n, err := strconv.ParseInt(strings.ReplaceAll(t.val, "_", ""), 10, 64); err == nil {
			return e.make(from, &Expr{Kind: Int, N: n})
		}
		return e.make(from, &Expr{Kind: Float})
	case op:
		switch t.val {
		case "(":
			if e.skip(")") {
				return e.make(from, &Expr{Kind: Tuple})
			}
			x := e.tuple(e.expr)
			e.close(")")
			return x
		case "[":
			return e.list(from)
		case "{":
			return e.dict(from)
		}
	}
	if t.kind != end {
		e.i = from // somebody else's token
	}
	return &Expr{}
}

// close skips to behind a closing bracket.
func (e *exprParser) close(bracket string) {
	for !e.done() && !e.skip(bracket) {
		e.i++
	}
}

func (e *exprParser) list(from int) *Expr {
	l := &Expr{Kind: List}
	for !e.done() && !e.skip("]") {
		at := e.i
		l.Args = append(l.Args, Arg{Value: e.expr()})
		e.skip(",")
		if e.i == at {
			e.i++
		}
	}
	return e.make(from, l)
}

func (e *exprParser) dict(from int) *Expr {
	d := &Expr{Kind: Dict}
	for !e.done() && !e.skip("}") {
		at := e.i
		k := e.expr()
		if e.skip(":") {
			d.Keys = append(d.Keys, k)
			d.Args = append(d.Args, Arg{Value: e.expr()})
		}
		e.skip(",")
		if e.i == at {
			e.i++
		}
	}
	return e.make(from, d)
}
