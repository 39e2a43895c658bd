package flow

import (
	"maps"
	"slices"
	"strings"

	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// librarySpecials are the containers and helpers of the standard library whose
// parts are followed.
func librarySpecials(m map[string]special) {
	maps.Copy(m, map[string]special{
		"collections.namedtuple": namedTuple, "typing.NamedTuple": namedTuple,
		"collections.OrderedDict": makeDict, "collections.defaultdict": defaultDict, "collections.Counter": counter,
		"collections.deque": asList("list"), "collections.ChainMap": chainMap, "types.MappingProxyType": firstCopy,
		"types.SimpleNamespace": namespace, "argparse.Namespace": namespace,
		"dict.fromkeys": fromKeys, "collections.OrderedDict.fromkeys": fromKeys,
		"dataclasses.field": defaultField, "attr.ib": defaultField, "attrs.field": defaultField, "attr.field": defaultField,
		"dataclasses.asdict": asDict, "attr.asdict": asDict, "attrs.asdict": asDict, "vars": asDict,
		"dataclasses.astuple": asTuple, "attr.astuple": asTuple, "attrs.astuple": asTuple,
		"dataclasses.replace": replaceFields, "copy.replace": replaceFields, "attr.evolve": replaceFields, "attrs.evolve": replaceFields,
		"setattr":   setAttr,
		"copy.copy": firstCopy, "copy.deepcopy": firstCopy,
		"functools.partial": partial, "functools.partialmethod": partial, "functools.reduce": reduced, "reduce": reduced,
		"operator.itemgetter": preset, "operator.attrgetter": preset, "operator.methodcaller": preset,
		"operator.itemgetter()": getItems, "operator.attrgetter()": getAttrs, "operator.methodcaller()": callMethod,
		"operator.add": concatenated, "operator.concat": concatenated,
		"operator.eq": asType("bool"), "operator.ne": asType("bool"), "operator.contains": asType("bool"),
		"itertools.chain": chained, "itertools.chain.from_iterable": flattened, "itertools.product": zipped,
		"itertools.zip_longest": zipped, "itertools.groupby": grouped, "itertools.cycle": asAnyList,
		"itertools.islice": asAnyList, "itertools.takewhile": secondList, "itertools.dropwhile": secondList,
		"itertools.filterfalse": secondList, "itertools.repeat": repeated, "itertools.count": numbers,
		"itertools.accumulate": asAnyList, "itertools.permutations": combinations, "itertools.combinations": combinations,
		"itertools.pairwise": combinations, "itertools.starmap": starMapped, "itertools.compress": asAnyList,
		"queue.Queue": newQueue, "queue.SimpleQueue": newQueue, "queue.LifoQueue": newQueue, "asyncio.Queue": newQueue,
		"multiprocessing.Queue": newQueue,
		"asyncio.gather":        gathered,
		"asyncio.shield":        first, "contextlib.nullcontext": first, "contextlib.closing": first,
		"contextlib.aclosing": first, "aiter": asAnyList, "anext": anyElement,
		"io.StringIO": newBuffer("io.StringIO"), "io.BytesIO": newBuffer("io.BytesIO"),
		"configparser.ConfigParser": newOptions, "configparser.RawConfigParser": newOptions, "configparser.SafeConfigParser": newOptions,
		"print": printed, "sum": total, "chr": character,
		"string.Template": newTemplate, "textwrap.shorten": textOnly, "textwrap.fill": textOnly,
		"os.path.splitext": splitExtension, "pathlib.Path": newPath, "pathlib.PurePath": newPath, "type": typeOf,
	})
}

func firstCopy(_ *frame, _ syntax.Node, args []Arg) *Value {
	if v := argValue(args, 0); v != nil {
		if v.parts == nil && v.rest == nil {
			return v
		}
		return copied(v)
	}
	return nil
}

// defaultDict is a dict whose missing keys come from a factory: they are
// looked up as if they were there.
func defaultDict(f *frame, n syntax.Node, args []Arg) *Value {
	var rest []Arg
	if len(args) > 1 {
		rest = args[1:]
	}
	d := makeDict(f, n, rest)
	if v := argValue(args, 0); v != nil {
		d = copied(d.with(partKey{kind: attrPart, name: factory}, v))
	}
	return d
}

// factory is the part of a defaultdict that makes what is missing.
const factory = "\x00factory"

// missing is what a defaultdict gives for a key that it does not hold; nil for
// any other dict.
func (f *frame) missing(obj, key *Value, n syntax.Node) *Value {
	maker := obj.Attr(factory)
	if maker == nil || len(key.Consts) == 1 && obj.part(constKey(key.Consts[0])) != nil {
		return nil
	}
	x := f.indirectly(n, maker, nil)
	if len(key.Consts) == 1 && obj.rest == nil {
		return x
	}
	return join(elementOrNil(obj), x)
}

func counter(f *frame, _ syntax.Node, args []Arg) *Value {
	d := &Value{Type: "dict", rest: typed("int")}
	if v := argValue(args, 0); v != nil {
		d.parts = []part{{unlistedKeys, f.iterate(v)}}
	}
	return d
}

// chainMap looks into the first of its dicts first.
func chainMap(f *frame, _ syntax.Node, args []Arg) *Value {
	d := &Value{Type: "dict", parts: []part{}}
	for _, a := range slices.Backward(args) {
		d = f.extendDict(d, Arg{Name: "**", Value: a.Value})
	}
	return copied(d)
}

func namespace(_ *frame, _ syntax.Node, args []Arg) *Value {
	return &Value{Type: "types.SimpleNamespace", parts: keywordParts(args)}
}

func fromKeys(f *frame, _ syntax.Node, args []Arg) *Value {
	keys, v := argValue(args, 0), argValue(args, 1)
	if keys == nil {
		return nil
	}
	if v == nil {
		v = noneValue
	}
	d := &Value{Type: "dict", parts: []part{}}
	if list, ok := items(keys); ok {
		for _, k := range list {
			d = withItem(d, k, v)
		}
		return copied(d)
	}
	return copied(withItem(d, f.iterate(keys), v))
}

func partial(_ *frame, _ syntax.Node, args []Arg) *Value {
	if len(args) == 0 || args[0].Name != "" {
		return nil
	}
	fn := *args[0].Value
	fn.root, fn.obj = nil, nil
	held := slices.Clone(args[1:])
	if fn.pre != nil {
		held = append(slices.Clone(*fn.pre), held...)
	}
	fn.pre = &held
	return &fn
}

func reduced(f *frame, n syntax.Node, args []Arg) *Value {
	fn, seq, acc := argValue(args, 0), argValue(args, 1), argValue(args, 2)
	if fn == nil || seq == nil {
		return nil
	}
	item := f.iterate(seq)
	if acc == nil {
		acc = item
	}
	node := args[1].Node
	for range 2 {
		acc = join(acc, f.indirectly(n, fn, []Arg{{Node: node, Value: acc}, {Node: node, Value: item}}))
	}
	return acc
}

// preset is a function made of its arguments, such as operator.itemgetter("a").
func preset(_ *frame, n syntax.Node, args []Arg) *Value {
	name := calledName(n)
	return &Value{Name: "operator." + name + "()", pre: &args}
}

func getItems(f *frame, _ syntax.Node, args []Arg) *Value {
	if len(args) < 2 {
		return nil
	}
	obj := args[len(args)-1].Value
	var list []*Value
	for _, a := range args[:len(args)-1] {
		list = append(list, f.item(obj, a.Value))
	}
	if len(list) == 1 {
		return list[0]
	}
	return sequenceOf("tuple", list)
}

func getAttrs(f *frame, n syntax.Node, args []Arg) *Value {
	if len(args) != 2 {
		return nil
	}
	v := args[1].Value
	name, ok := args[0].Value.Str()
	if !ok {
		return nil
	}
	for part := range strings.SplitSeq(name, ".") {
		v = f.attr(v, part, n)
	}
	return v
}

func callMethod(f *frame, n syntax.Node, args []Arg) *Value {
	if len(args) < 2 {
		return nil
	}
	name, ok := args[0].Value.Str()
	if !ok {
		return nil
	}
	return f.indirectly(n, f.attr(args[len(args)-1].Value, name, n), args[1:len(args)-1])
}

func concatenated(f *frame, _ syntax.Node, args []Arg) *Value {
	if len(args) != 2 {
		return nil
	}
	return f.binary("+", args[0].Value, args[0].Node, args[1].Value, args[1].Node)
}

func chained(f *frame, _ syntax.Node, args []Arg) *Value {
	out := sequenceOf("list", nil)
	for _, a := range args {
		out = f.extend(out, a.Value)
	}
	return copied(out)
}

func flattened(f *frame, _ syntax.Node, args []Arg) *Value {
	if v := argValue(args, 0); v != nil {
		return &Value{Type: "list", rest: f.iterate(f.iterate(v))}
	}
	return nil
}

func asAnyList(f *frame, _ syntax.Node, args []Arg) *Value {
	if v := argValue(args, 0); v != nil {
		return &Value{Type: "list", rest: f.iterate(v)}
	}
	return nil
}

func secondList(f *frame, _ syntax.Node, args []Arg) *Value {
	if v := argValue(args, 1); v != nil {
		return &Value{Type: "list", rest: f.iterate(v)}
	}
	return nil
}

func repeated(_ *frame, _ syntax.Node, args []Arg) *Value {
	if v := argValue(args, 0); v != nil {
		return &Value{Type: "list", rest: v}
	}
	return nil
}

func numbers(*frame, syntax.Node, []Arg) *Value { return &Value{Type: "list", rest: typed("int")} }

func combinations(f *frame, _ syntax.Node, args []Arg) *Value {
	if v := argValue(args, 0); v != nil {
		return &Value{Type: "list", rest: &Value{Type: "tuple", rest: f.iterate(v)}}
	}
	return nil
}

func grouped(f *frame, n syntax.Node, args []Arg) *Value {
	seq := argValue(args, 0)
	if seq == nil {
		return nil
	}
	item := f.iterate(seq)
	key := item
	if fn := argOr(args, 1, "key"); fn != nil {
		key = f.indirectly(n, fn, []Arg{{Node: args[0].Node, Value: item}})
	}
	return &Value{Type: "list", rest: pair(key, &Value{Type: "list", rest: item})}
}

func starMapped(f *frame, n syntax.Node, args []Arg) *Value {
	fn, seq := argValue(args, 0), argValue(args, 1)
	if fn == nil || seq == nil {
		return nil
	}
	return &Value{Type: "list", rest: f.indirectly(n, fn, f.spreadArgs([]Arg{{Name: "*", Node: args[1].Node, Value: f.iterate(seq)}}))}
}

func gathered(_ *frame, _ syntax.Node, args []Arg) *Value {
	var list []*Value
	for _, a := range args {
		if a.Name == "*" {
			return &Value{Type: "list", rest: elementOf(a.Value)}
		}
		if a.Name == "" {
			list = append(list, a.Value)
		}
	}
	return sequenceOf("list", list)
}

func newQueue(*frame, syntax.Node, []Arg) *Value {
	return &Value{Type: "queue.Queue", parts: []part{}}
}

// queueMethod puts into a queue and takes out of it.
func (f *frame) queueMethod(n syntax.Node, name string, recv *Value, args []Arg) *Value {
	switch name {
	case "put", "put_nowait":
		if x := argOr(args, 0, "item"); x != nil {
			f.update(n.Child(syntax.FieldFunction).Child(syntax.FieldObject), recv.withRest(x))
		}
		return noneValue
	case "get", "get_nowait":
		return elementOf(recv)
	case "empty", "full":
		return typed("bool")
	case "qsize":
		return typed("int")
	}
	return nil
}

// newBuffer is a file in memory.
func newBuffer(t string) special {
	return func(_ *frame, _ syntax.Node, args []Arg) *Value {
		v := &Value{Type: t, parts: []part{}}
		if x := argValue(args, 0); x != nil {
			w := whole(x)
			v.Origins, v.Clean, v.Weak, v.rest = w.Origins, w.Clean, w.Weak, x
		}
		return v
	}
}

// bufferMethod writes into a file in memory and reads from it.
func (f *frame) bufferMethod(n syntax.Node, name string, recv *Value, args []Arg) *Value {
	switch name {
	case "write", "writelines":
		if x := argValue(args, 0); x != nil {
			if name == "writelines" {
				x = f.iterate(x)
			}
			f.update(n.Child(syntax.FieldFunction).Child(syntax.FieldObject), written(recv, x))
		}
		return typed("int")
	case "getvalue", "read", "readline", "getbuffer":
		switch {
		case recv.rest != nil:
			return pieceOf(recv.rest)
		case recv.maybe || recv.parts == nil:
			return result
		}
		return emptyStr
	case "readlines":
		return &Value{Type: "list", rest: elementOf(recv)}
	case "truncate", "seek", "close", "flush", "tell":
		return typed("int")
	}
	return nil
}

// written is a file in memory after a text has gone into it.
func written(buf, x *Value) *Value {
	v := buf.withRest(x)
	w := whole(x)
	if len(w.Origins) > 0 {
		v.Clean, v.Weak = w.Clean&(v.Clean|noData(v)), w.Weak
		v.Origins = joinOrigins(v.Origins, w.Origins)
	}
	return v
}

// noData is every kind if a value holds no data yet.
func noData(v *Value) models.Kind {
	if len(v.Origins) == 0 {
		return models.All
	}
	return 0
}

// printed is print(...): into a file in memory, or nothing to follow.
func printed(f *frame, _ syntax.Node, args []Arg) *Value {
	to := FindArg(args, "file")
	if to == nil || !streams[to.Value.Type] {
		return nil
	}
	buf := to.Value
	for _, a := range args {
		if a.Name == "" {
			buf = written(buf, a.Value)
		}
	}
	f.update(to.Node, buf)
	return noneValue
}

func newOptions(*frame, syntax.Node, []Arg) *Value {
	return &Value{Type: optionsType, parts: []part{}}
}

const optionsType = "configparser.ConfigParser"

// optionsMethod keeps the options of a ConfigParser apart by section and name.
func (f *frame) optionsMethod(n syntax.Node, name string, recv *Value, args []Arg) *Value {
	obj := n.Child(syntax.FieldFunction).Child(syntax.FieldObject)
	section, option := argValue(args, 0), argValue(args, 1)
	switch name {
	case "set":
		v := argOr(args, 2, "value")
		if section == nil || option == nil || v == nil {
			return nil
		}
		in := &Value{Type: "dict", parts: []part{}}
		if s, ok := section.Str(); ok {
			if x := recv.Key(s); x != nil {
				in = x
			}
		}
		f.update(obj, withItem(recv, section, withItem(in, option, v)))
		return noneValue
	case "add_section":
		if section != nil && len(section.Consts) == 1 {
			f.update(obj, withItem(recv, section, &Value{Type: "dict", parts: []part{}}))
		}
		return noneValue
	case "read_dict":
		if section != nil {
			f.update(obj, f.extendDict(recv.as("dict"), Arg{Name: "**", Value: section}).as(optionsType).of(recv))
		}
		return noneValue
	case "get":
		if section == nil || option == nil {
			return nil
		}
		s, ok1 := section.Str()
		o, ok2 := option.Str()
		if in := recv.Key(s); ok1 && ok2 && in != nil {
			if v := in.Key(o); v != nil {
				return v
			}
		}
		return nil
	case "getint":
		return typed("int")
	case "getfloat":
		return typed("float")
	case "getboolean", "has_option", "has_section":
		return typed("bool")
	}
	return nil
}

// newPath is a path: of the program's own, if all its parts are.
func newPath(_ *frame, _ syntax.Node, args []Arg) *Value {
	if len(args) == 0 {
		return nil
	}
	for _, a := range args {
		if a.Name != "" || !a.Value.Harmless() || a.Value.Local() {
			return nil
		}
	}
	var v *Value
	if len(args) == 1 {
		v = args[0].Value
	} else {
		v = joinPath(nil, syntax.Node{}, args)
	}
	c := *v
	c.root, c.obj = nil, nil
	c.Type, c.fixed = "pathlib.Path", true
	if len(c.Consts) > 0 {
		c.Pieces = []Piece{{Text: c.Consts[0].text(), Node: args[0].Node}}
		c.Consts = nil
	}
	return &c
}

func character(_ *frame, _ syntax.Node, args []Arg) *Value {
	if v := argValue(args, 0); v != nil {
		if i, ok := v.Int(); ok && i >= 0 && i <= 0x10ffff {
			return strValue(string(rune(i)))
		}
	}
	return nil
}

// newTemplate keeps the text of a string.Template.
func newTemplate(_ *frame, _ syntax.Node, args []Arg) *Value {
	v := argOr(args, 0, "template")
	if v == nil {
		return nil
	}
	w := whole(v)
	return &Value{
		Type: "string.Template", Origins: w.Origins, Clean: w.Clean, Weak: w.Weak,
		parts: []part{{partKey{kind: attrPart, name: "template"}, v}},
	}
}

// substituteTemplate is template.substitute(...).
func (f *frame) substituteTemplate(n syntax.Node, recv *Value, args []Arg) *Value {
	t := recv.Attr("template")
	if t == nil {
		return nil
	}
	text, ok := t.Str()
	if !ok {
		return nil
	}
	values := makeDict(f, n, args)
	pieces := []Piece{}
	for text != "" {
		i := strings.IndexByte(text, '$')
		if i < 0 || i+1 == len(text) {
			break
		}
		pieces = append(pieces, Piece{Text: text[:i], Node: n})
		text = text[i+1:]
		if text[0] == '$' {
			pieces = append(pieces, Piece{Text: "$", Node: n})
			text = text[1:]
			continue
		}
		braced := text[0] == '{'
		text = strings.TrimPrefix(text, "{")
		j := 0
		for j < len(text) && isWordByte(text[j]) {
			j++
		}
		hole := values.Key(text[:j])
		if hole == nil {
			hole = elementOf(values)
		}
		pieces = append(pieces, Piece{Hole: hole, Node: n})
		text = text[j:]
		if braced {
			text = strings.TrimPrefix(text, "}")
		}
	}
	pieces = append(pieces, Piece{Text: text, Node: n})
	return f.built(n, assemble(pieces))
}

// textOnly is a text of the same characters as the first argument.
func textOnly(_ *frame, _ syntax.Node, args []Arg) *Value {
	v := argOr(args, 0, "text")
	if v == nil || !v.Harmless() {
		return nil
	}
	return &Value{Type: "str", fixed: true}
}

// typeOf is type(x), which is compared with classes.
func typeOf(_ *frame, _ syntax.Node, args []Arg) *Value {
	if v := argValue(args, 0); v != nil && len(args) == 1 {
		return &Value{Type: "type", fixed: true, rel: &relation{how: "type", base: v}}
	}
	return nil
}
