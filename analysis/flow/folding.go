package flow

import (
	"math"
	"strconv"
	"strings"
	"unicode"

	"pavise/analysis/syntax"
)

// wellKnown are names of libraries whose value is the same wherever the
// program runs: analysis is for Python 3.
var wellKnown = map[string]*Value{
	"typing.TYPE_CHECKING": falseValue, "typing_extensions.TYPE_CHECKING": falseValue,
	"Crypto.Cipher.AES.block_size": intValue(16), "Cryptodome.Cipher.AES.block_size": intValue(16),
	"six.PY2": falseValue, "six.PY3": trueValue, "sys.version_info.major": intValue(3),
}

// oldestMinor is the oldest minor version of Python 3 that programs are
// expected to run on.
const oldestMinor = 8

// compareVersion folds sys.version_info op (3, ...).
func compareVersion(op string, b *Value) (result, ok bool) {
	want, known := items(b)
	if !known || len(want) == 0 {
		return false, false
	}
	major, isInt := want[0].Int()
	if !isInt {
		return false, false
	}
	cmp := 1 // of the running version and what it is compared with
	switch {
	case major > 3:
		cmp = -1
	case major == 3 && len(want) > 1:
		minor, isInt := want[1].Int()
		if !isInt || minor >= oldestMinor {
			return false, false
		}
	}
	switch op {
	case ">", ">=", "!=":
		return cmp > 0 || op == "!=", true
	case "<", "<=":
		return cmp < 0, true
	case "==":
		return false, true
	}
	return false, false
}

// numberOf is int(x), float(x), abs(x), round(x), ord(x) of a constant; nil if
// it does not fold.
func numberOf(name string, args []Arg) *Value {
	v := argValue(args, 0)
	if v == nil || len(v.Consts) != 1 {
		return nil
	}
	c := v.Consts[0]
	x, isNumber := c.number()
	switch name {
	case "ord":
		if r := []rune(c.S); c.Kind == StrConst && len(r) == 1 {
			return intValue(int64(r[0]))
		}
	case "int":
		return foldInteger(c, args)
	case "float":
		if isNumber {
			return constant(Const{Kind: FloatConst, F: x})
		}
		if n, err := strconv.ParseFloat(strings.TrimSpace(c.S), 64); err == nil && c.Kind == StrConst {
			return constant(Const{Kind: FloatConst, F: n})
		}
	case "abs":
		if c.Kind == FloatConst {
			return constant(Const{Kind: FloatConst, F: math.Abs(c.F)})
		}
		if isNumber {
			return intValue(max(c.I, -c.I))
		}
	case "round":
		if isNumber && len(args) == 1 && math.Abs(x) < 1<<52 {
			return intValue(int64(math.RoundToEven(x)))
		}
	}
	return nil
}

func foldInteger(c Const, args []Arg) *Value {
	switch c.Kind {
	case BoolConst, IntConst:
		return intValue(c.I)
	case FloatConst:
		if math.Abs(c.F) < 1<<52 {
			return intValue(int64(c.F))
		}
	case StrConst:
		base := int64(10)
		if b := argOr(args, 1, "base"); b != nil {
			n, ok := b.Int()
			if !ok || n != 0 && (n < 2 || n > 36) {
				return nil
			}
			base = n
		}
		s := strings.ToLower(strings.TrimSpace(c.S))
		switch base {
		case 16:
			s = strings.TrimPrefix(s, "0x")
		case 8:
			s = strings.TrimPrefix(s, "0o")
		case 2:
			s = strings.TrimPrefix(s, "0b")
		}
		if n, err := strconv.ParseInt(s, int(base), 64); err == nil {
			return intValue(n)
		}
	}
	return nil
}

// foldTruth is bool(x).
func foldTruth(v *Value) *Value {
	if t, ok := truth(v); ok {
		return boolValue(t)
	}
	if v.rel != nil && v.rel.how == "test" {
		return test(v.rel.facts...)
	}
	return typed("bool")
}

// extreme is min or max of constants; nil if it does not fold.
func extreme(name string, args []Arg) *Value {
	var list []*Value
	for _, a := range args {
		if a.Name != "" {
			return nil
		}
		list = append(list, a.Value)
	}
	if len(list) == 1 {
		var ok bool
		if list, ok = items(list[0]); !ok {
			return nil
		}
	}
	var best *Value
	op := map[string]string{"min": "<", "max": ">"}[name]
	for _, v := range list {
		if len(v.Consts) != 1 {
			return nil
		}
		if best == nil {
			best = v
			continue
		}
		less, ok := compare(op, v.Consts[0], best.Consts[0])
		if !ok {
			return nil
		}
		if less {
			best = v
		}
	}
	return best
}

// total is sum(list) of constants; nil if it does not fold.
func total(_ *frame, _ syntax.Node, args []Arg) *Value {
	v := argValue(args, 0)
	if v == nil {
		return nil
	}
	list, ok := items(v)
	if !ok || len(args) > 1 {
		return nil
	}
	sum := Const{Kind: IntConst}
	for _, x := range list {
		if len(x.Consts) != 1 {
			return nil
		}
		if sum, ok = fold("+", sum, x.Consts[0]); !ok {
			return nil
		}
	}
	return constant(sum)
}

// constMethod is a method of a constant text with constant arguments; nil if it
// does not fold.
func constMethod(name string, recv *Value, args []Arg) *Value {
	s, ok := recv.Text()
	if !ok || len(s) > maxConstText {
		return nil
	}
	arg := make([]Const, 0, 4)
	for _, a := range args {
		if a.Name != "" || len(a.Value.Consts) != 1 {
			return nil
		}
		arg = append(arg, a.Value.Consts[0])
	}
	text := func(out string) *Value { return constant(Const{Kind: recv.Consts[0].Kind, S: out}) }
	word := func(i int) (string, bool) {
		if i < len(arg) && arg[i].Kind == recv.Consts[0].Kind {
			return arg[i].S, true
		}
		return "", false
	}
	first, isText := word(0)
	switch len(arg) {
	case 0:
		switch name {
		case "lower", "casefold":
			return text(strings.ToLower(s))
		case "upper":
			return text(strings.ToUpper(s))
		case "strip":
			return text(strings.TrimSpace(s))
		case "lstrip":
			return text(strings.TrimLeftFunc(s, unicode.IsSpace))
		case "rstrip":
			return text(strings.TrimRightFunc(s, unicode.IsSpace))
		case "title", "capitalize", "swapcase":
			return text(recase(name, s))
		case "isdigit", "isdecimal", "isnumeric":
			return boolValue(consistsOf(s, unicode.IsDigit))
		case "isalpha":
			return boolValue(consistsOf(s, unicode.IsLetter))
		case "isalnum":
			return boolValue(consistsOf(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }))
		case "isspace":
			return boolValue(consistsOf(s, unicode.IsSpace))
		case "encode":
			return constant(Const{Kind: BytesConst, S: s})
		case "decode":
			return constant(Const{Kind: StrConst, S: s})
		}
	case 1:
		if isText {
			return constMethod1(name, s, first, text)
		}
	}
	switch name {
	case "encode":
		return constant(Const{Kind: BytesConst, S: s})
	case "decode":
		return constant(Const{Kind: StrConst, S: s})
	case "zfill", "center", "ljust", "rjust":
		if len(arg) > 0 && arg[0].Kind == IntConst && arg[0].I <= maxConstText {
			fill, _ := word(1)
			return text(pad(name, s, int(arg[0].I), fill))
		}
	}
	return nil
}

func constMethod1(name, s, arg string, text func(string) *Value) *Value {
	switch name {
	case "strip":
		return text(strings.Trim(s, arg))
	case "lstrip":
		return text(strings.TrimLeft(s, arg))
	case "rstrip":
		return text(strings.TrimRight(s, arg))
	case "removeprefix":
		return text(strings.TrimPrefix(s, arg))
	case "removesuffix":
		return text(strings.TrimSuffix(s, arg))
	case "startswith":
		return boolValue(strings.HasPrefix(s, arg))
	case "endswith":
		return boolValue(strings.HasSuffix(s, arg))
	case "find":
		return intValue(place(s, strings.Index(s, arg)))
	case "rfind":
		return intValue(place(s, strings.LastIndex(s, arg)))
	case "index":
		if i := strings.Index(s, arg); i >= 0 {
			return intValue(place(s, i))
		}
	case "rindex":
		if i := strings.LastIndex(s, arg); i >= 0 {
			return intValue(place(s, i))
		}
	case "count":
		return intValue(int64(strings.Count(s, arg)))
	case "partition", "rpartition":
		i := strings.Index(s, arg)
		if name == "rpartition" {
			i = strings.LastIndex(s, arg)
		}
		switch {
		case arg == "":
			return nil
		case i >= 0:
			return sequenceOf("tuple", []*Value{text(s[:i]), text(arg), text(s[i+len(arg):])})
		case name == "partition":
			return sequenceOf("tuple", []*Value{text(s), text(""), text("")})
		}
		return sequenceOf("tuple", []*Value{text(""), text(""), text(s)})
	}
	return nil
}

// place is a byte offset counted in characters.
func place(s string, i int) int64 {
	if i < 0 {
		return -1
	}
	return int64(len([]rune(s[:i])))
}

func consistsOf(s string, is func(rune) bool) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return !is(r) }) < 0
}

// recase is s.title(), s.capitalize() or s.swapcase().
func recase(name, s string) string {
	start := true
	first := true
	return strings.Map(func(r rune) rune {
		begins := start && unicode.IsLetter(r)
		start = !unicode.IsLetter(r)
		switch {
		case name == "swapcase" && unicode.IsUpper(r), name == "title" && !begins, name == "capitalize" && !first:
			first = false
			return unicode.ToLower(r)
		}
		first = false
		return unicode.ToUpper(r)
	}, s)
}

func pad(name, s string, width int, fill string) string {
	gap := width - len([]rune(s))
	if gap <= 0 {
		return s
	}
	if fill == "" {
		fill = " "
	}
	switch name {
	case "ljust":
		return s + strings.Repeat(fill, gap)
	case "rjust":
		return strings.Repeat(fill, gap) + s
	case "zfill":
		sign := ""
		if strings.HasPrefix(s, "+") || strings.HasPrefix(s, "-") {
			sign, s = s[:1], s[1:]
		}
		return sign + strings.Repeat("0", gap) + s
	}
	left := gap/2 + gap&width&1
	return strings.Repeat(fill, left) + s + strings.Repeat(fill, gap-left)
}

// slicedConst is s[lo:hi:step].
func slicedConst(s string, lo, hi, step *Value) *Value {
	r := []rune(s)
	from, to, by, ok := bounds(lo, hi, step, len(r))
	if !ok {
		return &Value{Type: "str", fixed: true}
	}
	var b strings.Builder
	for i := from; by > 0 && i < to || by < 0 && i > to; i += by {
		b.WriteRune(r[i])
	}
	return strValue(b.String())
}

// flatPieces lists the literals and holes of a text, those of the texts in it
// included, as long as there is one way to read it.
func flatPieces(v *Value, depth int) []Piece {
	var out []Piece
	for _, p := range v.Pieces {
		switch h := p.Hole; {
		case h == nil:
			out = append(out, p)
		case len(h.Consts) == 1 && p.Conv == "":
			out = append(out, Piece{Text: h.Consts[0].text(), Node: p.Node})
		case h.Pieces != nil && h.alts == nil && p.Conv == "" && depth < 12 && len(out) < maxPieces:
			h = h.cleaned(v.Clean).weakened(v.Weak &^ v.Clean).along(v)
			out = append(out, flatPieces(h, depth+1)...)
		default:
			p.Hole = h.cleaned(v.Clean).weakened(v.Weak &^ v.Clean).along(v)
			out = append(out, p)
		}
	}
	return out
}

// slicedText is v[lo:hi] of a text put together: characters are taken from its
// literal beginning and end; nil if it does not know.
func slicedText(v, lo, hi *Value) *Value {
	from, ok1 := intOf(lo, 0)
	to, ok2 := intOf(hi, math.MaxInt32)
	if !ok1 || !ok2 || v.alts != nil {
		return nil
	}
	pieces := flatPieces(v, 0)
	front, back := 0, 0
	for front < len(pieces) && pieces[front].Hole == nil {
		front++
	}
	for back < len(pieces) && pieces[len(pieces)-1-back].Hole == nil {
		back++
	}
	if front == len(pieces) {
		return nil
	}
	head := []rune(render(pieces[:front]))
	tail := []rune(render(pieces[len(pieces)-back:]))
	switch {
	case from >= 0 && to >= 0 && to <= int64(len(head)):
		return strValue(string(head[min(from, to):to]))
	case from < 0 && -from <= int64(len(tail)) && (to < 0 || to == math.MaxInt32):
		end := int64(len(tail))
		if to < 0 {
			end += to
		}
		start := int64(len(tail)) + from
		return strValue(string(tail[start:max(start, end)]))
	}
	node := pieces[0].Node
	middle := pieces[front : len(pieces)-back]
	var out []Piece
	if from >= 0 && from < int64(len(head)) {
		out = append(out, Piece{Text: string(head[from:]), Node: node})
	}
	out = append(out, middle...)
	switch {
	case to == math.MaxInt32 && len(tail) > 0:
		out = append(out, Piece{Text: string(tail), Node: node})
	case to < 0 && -to < int64(len(tail)):
		out = append(out, Piece{Text: string(tail[:int64(len(tail))+to]), Node: node})
	}
	return assemble(out)
}
