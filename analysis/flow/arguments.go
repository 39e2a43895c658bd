package flow

import (
	"slices"
	"strconv"
	"strings"
)

// argOf finds an argument by position, keyword or "self".
func (f *frame) argOf(which string, recv *Value, args []Arg) *Value {
	if which == "" {
		which = "0"
	}
	for w := range strings.SplitSeq(which, ",") {
		if w = strings.TrimSpace(w); w == "self" {
			return recv
		}
		if a := FindArg(args, w); a != nil {
			return a.Value
		}
	}
	return nil
}

// FindArg finds an argument by position ("0") or keyword; nil if it is not given.
func FindArg(args []Arg, which string) *Arg {
	if which != "" && which[0] >= '0' && which[0] <= '9' {
		want := int(which[0] - '0')
		pos := 0
		for i := range args {
			switch args[i].Name {
			case "":
				if pos == want {
					return &args[i]
				}
				pos++
			case "*":
				return nil
			}
		}
		return nil
	}
	for i := range args {
		if args[i].Name == which {
			return &args[i]
		}
	}
	return nil
}

// holds reports whether arguments have the constants that a model asks for.
// An argument that is not given, or not a constant, does not.
func holds(when map[string][]any, args []Arg) bool {
	for which, list := range when {
		a := FindArg(args, which)
		if a == nil || !oneOf(a.Value, list) {
			return false
		}
	}
	return true
}

// refuted reports whether some argument has a constant that makes the call harmless.
func refuted(unless map[string][]any, args []Arg) bool {
	for which, list := range unless {
		if a := FindArg(args, which); a != nil && oneOf(a.Value, list) {
			return true
		}
	}
	return false
}

func oneOf(v *Value, list []any) bool {
	for _, c := range v.Consts {
		for _, want := range list {
			switch w := want.(type) {
			case bool:
				if c.Kind == BoolConst && (c.I != 0) == w || c.Kind == IntConst && (c.I != 0) == w {
					return true
				}
			case int:
				if c.Kind == IntConst && c.I == int64(w) {
					return true
				}
			case string:
				if c.Kind == StrConst && c.S == w {
					return true
				}
			case nil:
				if c.Kind == NoneConst {
					return true
				}
			}
		}
	}
	names := v.Names()
	for _, name := range names {
		if !slices.Contains(list, any(name)) {
			return false
		}
	}
	return len(names) > 0
}

func keywordParts(args []Arg) []part {
	var out []part
	for _, a := range args {
		if a.Name != "" && a.Name[0] != '*' && len(out) < maxParts {
			out = append(out, part{partKey{kind: attrPart, name: a.Name}, a.Value})
		}
	}
	return out
}

// positionalParts are the positional arguments by their positions.
func positionalParts(args []Arg) []part {
	var out []part
	for _, a := range args {
		if a.Name == "" && len(out) < 10 {
			out = append(out, part{partKey{kind: attrPart, name: strconv.Itoa(len(out))}, a.Value})
		}
	}
	return out
}
