package flow

import (
	"math"
	"strconv"
	"strings"
)

// ConstKind is the Python type of a constant.
type ConstKind uint8

// Kinds of constants that are folded.
const (
	NoneConst  ConstKind = iota
	BoolConst            // I is 0 or 1
	IntConst             // I
	FloatConst           // F
	StrConst             // S, decoded
	BytesConst           // S
)

// Const is a literal value. It is comparable with ==.
type Const struct {
	Kind ConstKind
	S    string
	I    int64
	F    float64
}

const (
	maxConsts    = 8    // alternatives kept
	maxConstText = 4096 // bytes of a folded text
)

var constTypes = [...]string{"None", "bool", "int", "float", "str", "bytes"}

func constant(c Const) *Value {
	v := &struct {
		Value
		list [1]Const
	}{list: [1]Const{c}}
	v.Consts, v.Type = v.list[:], constTypes[c.Kind]
	return &v.Value
}

var (
	noneValue  = constant(Const{Kind: NoneConst})
	trueValue  = constant(Const{Kind: BoolConst, I: 1})
	falseValue = constant(Const{Kind: BoolConst})
	emptyStr   = constant(Const{Kind: StrConst})
)

func boolValue(b bool) *Value {
	if b {
		return trueValue
	}
	return falseValue
}

func strValue(s string) *Value { return constant(Const{Kind: StrConst, S: s}) }

// smallInts are shared.
var smallInts = func() (list [256]*Value) {
	for i := range list {
		list[i] = constant(Const{Kind: IntConst, I: int64(i)})
	}
	return list
}()

func intValue(i int64) *Value {
	if i >= 0 && i < int64(len(smallInts)) {
		return smallInts[i]
	}
	return constant(Const{Kind: IntConst, I: i})
}

func (c Const) truth() bool {
	switch c.Kind {
	case NoneConst:
		return false
	case BoolConst, IntConst:
		return c.I != 0
	case FloatConst:
		return c.F != 0
	}
	return c.S != ""
}

// text is str(c).
func (c Const) text() string {
	switch c.Kind {
	case NoneConst:
		return "None"
	case BoolConst:
		if c.I != 0 {
			return "True"
		}
		return "False"
	case IntConst:
		return strconv.FormatInt(c.I, 10)
	case FloatConst:
		s := strconv.FormatFloat(c.F, 'g', -1, 64)
		if !strings.ContainsAny(s, ".eIN") {
			s += ".0"
		}
		return s
	}
	return c.S
}

func (c Const) textual() bool { return c.Kind == StrConst || c.Kind == BytesConst }

func (c Const) number() (float64, bool) {
	switch c.Kind {
	case BoolConst, IntConst:
		return float64(c.I), true
	case FloatConst:
		return c.F, true
	}
	return 0, false
}

// parseNumber reads an integer or float token.
func parseNumber(s string) (Const, bool) {
	s = strings.ReplaceAll(s, "_", "")
	if i, err := strconv.ParseInt(s, 0, 64); err == nil {
		return Const{Kind: IntConst, I: i}, true
	}
	if f, err := strconv.ParseFloat(s, 64); err == nil {
		return Const{Kind: FloatConst, F: f}, true
	}
	return Const{}, false
}

// foldUnary computes -x, +x and ~x.
func foldUnary(op string, c Const) (Const, bool) {
	switch c.Kind {
	case BoolConst, IntConst:
		c.Kind = IntConst
		switch op {
		case "-":
			c.I = -c.I
		case "~":
			c.I = ^c.I
		}
		return c, true
	case FloatConst:
		if op == "-" {
			c.F = -c.F
		}
		return c, op != "~"
	}
	return c, false
}

// fold computes a binary operator over constants; false if it does not know.
func fold(op string, a, b Const) (Const, bool) {
	if a.Kind == StrConst && b.Kind == StrConst || a.Kind == BytesConst && b.Kind == BytesConst {
		if op == "+" && len(a.S)+len(b.S) <= maxConstText {
			return Const{Kind: a.Kind, S: a.S + b.S}, true
		}
		return Const{}, false
	}
	if b.textual() && op == "*" && a.Kind == IntConst {
		a, b = b, a
	}
	if a.textual() && op == "*" && b.Kind == IntConst && b.I < 0 {
		return Const{Kind: a.Kind}, true
	}
	if a.textual() && op == "*" && b.Kind == IntConst && b.I >= 0 && b.I <= maxConstText && b.I*int64(len(a.S)) <= maxConstText {
		return Const{Kind: a.Kind, S: strings.Repeat(a.S, int(b.I))}, true
	}
	x, okx := a.number()
	y, oky := b.number()
	if !okx || !oky {
		return Const{}, false
	}
	if a.Kind != FloatConst && b.Kind != FloatConst {
		if c, ok := foldInt(op, a.I, b.I); ok {
			return c, true
		}
	}
	switch op {
	case "+":
		return Const{Kind: FloatConst, F: x + y}, true
	case "-":
		return Const{Kind: FloatConst, F: x - y}, true
	case "*":
		return Const{Kind: FloatConst, F: x * y}, true
	case "/":
		if y != 0 {
			return Const{Kind: FloatConst, F: x / y}, true
		}
	case "**":
		if r := math.Pow(x, y); !math.IsNaN(r) && !math.IsInf(r, 0) {
			return Const{Kind: FloatConst, F: r}, true
		}
	}
	return Const{}, false
}

// foldInt keeps to numbers below 2^31 so that nothing overflows.
func foldInt(op string, a, b int64) (Const, bool) {
	const big = 1 << 31
	if a > big || a < -big || b > big || b < -big {
		return Const{}, false
	}
	i := func(v int64) (Const, bool) { return Const{Kind: IntConst, I: v}, true }
	switch op {
	case "+":
		return i(a + b)
	case "-":
		return i(a - b)
	case "*":
		return i(a * b)
	case "//":
		if b != 0 {
			q := a / b
			if a%b != 0 && (a < 0) != (b < 0) {
				q--
			}
			return i(q)
		}
	case "%":
		if b != 0 {
			r := a % b
			if r != 0 && (r < 0) != (b < 0) {
				r += b
			}
			return i(r)
		}
	case "**":
		if r := math.Pow(float64(a), float64(b)); b >= 0 && math.Abs(r) < 1<<52 {
			return i(int64(r))
		}
	case "|":
		return i(a | b)
	case "&":
		return i(a & b)
	case "^":
		return i(a ^ b)
	case "<<":
		if b >= 0 && b < 20 {
			return i(a << b)
		}
	case ">>":
		if b >= 0 && b < 63 {
			return i(a >> b)
		}
	}
	return Const{}, false
}

// compare folds a comparison; ok is false if it does not know.
func compare(op string, a, b Const) (result, ok bool) {
	x, okx := a.number()
	y, oky := b.number()
	numbers := okx && oky
	texts := a.Kind == b.Kind && (a.Kind == StrConst || a.Kind == BytesConst)
	switch op {
	case "==", "is":
		if numbers {
			return x == y, true
		}
		return a == b, true
	case "!=", "is not":
		if numbers {
			return x != y, true
		}
		return a != b, true
	case "in", "not in":
		if texts {
			return strings.Contains(b.S, a.S) == (op == "in"), true
		}
		return false, false
	}
	cmp := 0
	switch {
	case numbers && x < y, texts && a.S < b.S:
		cmp = -1
	case numbers && x > y, texts && a.S > b.S:
		cmp = 1
	case !numbers && !texts:
		return false, false
	}
	switch op {
	case "<":
		return cmp < 0, true
	case "<=":
		return cmp <= 0, true
	case ">":
		return cmp > 0, true
	case ">=":
		return cmp >= 0, true
	}
	return false, false
}
