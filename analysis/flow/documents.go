package flow

import (
	"pavise/analysis/lang/sql"
	"pavise/analysis/syntax"
	"pavise/analysis/wordset"
)

// literalOperators are the operators of a MongoDB filter that take their
// operand as it is: an object in it is compared, not carried out.
var literalOperators = wordset.Of("$eq $ne $gt $gte $lt $lte $in $nin $options $meta $size $type $exists $mod $bits")

// codeOperators hold program text.
var codeOperators = wordset.Of("$where $function $accumulator body init accumulate merge finalize")

// textTypes are of values in which no operator can stand.
var textTypes = wordset.Of("str bytes bson.ObjectId re.Pattern")

// filter judges a document that a database reads operators from. A text in it
// is only a text, unless an operator runs it.
func (w *walker) filter(v *Value, n syntax.Node, inner bool, depth int) {
	if inner || textTypes[v.Type] {
		return
	}
	if v.parts == nil && v.rest == nil {
		w.arrive(v, n, sql.Context{Place: sql.Start}, false)
		return
	}
	for _, p := range v.parts {
		switch {
		case p.key.kind == keyPart && literalOperators[p.key.name]:
		case p.key.kind == keyPart && codeOperators[p.key.name]:
			code := walker{kind: w.kind, code: true}
			code.whole(p.v, n)
			w.out = append(w.out, code.out...)
		default:
			w.hole(p.v, n, sql.Context{Place: sql.Start}, false, depth+1)
		}
	}
	if v.rest != nil {
		w.hole(v.rest, n, sql.Context{Place: sql.Start}, false, depth+1)
	}
}

// document judges the texts in a document that a server reads as a language:
// patterns of MongoDB, query strings and scripts of Elasticsearch.
func (w *walker) document(v *Value, n syntax.Node, key, parent string, depth int) {
	if v == nil || depth > 12 {
		return
	}
	if v.Type == "dict" || v.Type == "list" || v.Type == "tuple" {
		for _, p := range v.parts {
			if p.key.kind == keyPart {
				w.document(p.v, n, p.key.name, key, depth+1)
			} else {
				w.document(p.v, n, key, parent, depth+1)
			}
		}
		return
	}
	if readAsText(key, parent) {
		w.whole(v, n)
	}
}

func readAsText(key, parent string) bool {
	switch key {
	case "$regex", "script", "inline":
		return true
	case "query":
		return parent == "query_string"
	case "source":
		return parent == "script" || parent == ""
	}
	return false
}

// cells judges the cells of a row, or of rows.
func (w *walker) cells(v *Value, n syntax.Node, depth int) {
	cell := func(x *Value) {
		if x == nil || depth > 4 {
			return
		}
		if x.parts != nil || x.rest != nil {
			w.cells(x, n, depth+1)
			return
		}
		w.whole(x, n)
	}
	for _, p := range v.parts {
		cell(p.v)
	}
	cell(v.rest)
}
