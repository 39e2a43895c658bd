package flow

import (
	"bytes"
	"slices"
	"strings"

	"pavise/analysis/models"
	"pavise/analysis/syntax"
	"pavise/analysis/wordset"
)

// digested ties what a call gives to the fact that it is a digest, and what is
// a digest in another form.
func (f *frame) digested(callee, v *Value) *Value {
	if v.Consts != nil || v == neverReturns {
		return v
	}
	for _, x := range f.m.set.Cleans(callee.Name) {
		if x.Digest != "" && v.rel == nil {
			c := *v
			c.root, c.rel = v.id(), &relation{how: x.Digest + " digest"}
			return &c
		}
	}
	r := callee.recv
	if r == nil || r.rel == nil || !isDigest[r.rel.how] && r.rel.how != "encoded" {
		return v
	}
	form, same := sameDigest[callee.Name[strings.LastIndexByte(callee.Name, '.')+1:]]
	if is, _ := r.Digest(); !is || !same {
		return v
	}
	c := *v
	c.root = v.id()
	if form != "" {
		c.Type = form
	}
	if c.rel == nil {
		c.rel = r.rel
	}
	return &c
}

// isDigest are the relations of digests; mac is one of a message that is known.
var isDigest = map[string]bool{"keyed digest": true, "plain digest": true, "mac": true}

// sameDigest are the methods that give a digest in another form, with the class
// of it if that is another.
var sameDigest = map[string]string{
	"encode": "bytes", "decode": "str", "hex": "str", "lower": "", "upper": "", "strip": "", "rstrip": "", "copy": "",
}

// Digest reports whether the value is a digest, or a text with one in it, and
// whether it is one that proves who made it.
func (v *Value) Digest() (is, keyed bool) { return v.digest(0) }

func (v *Value) digest(depth int) (is, keyed bool) {
	if v == nil || depth > 4 {
		return false, false
	}
	if v.rel != nil {
		switch v.rel.how {
		case "keyed digest", "mac":
			return true, true
		case "plain digest":
			return true, false
		case "encoded":
			return v.rel.base.digest(depth + 1)
		}
	}
	for i := range v.Pieces {
		if is, keyed = v.Pieces[i].Hole.digest(depth + 1); is {
			return is, keyed
		}
	}
	for _, a := range v.alts {
		if is, keyed = a.digest(depth + 1); is {
			return is, keyed
		}
	}
	return false, false
}

// compared notes a comparison of a digest, or of what bears the name of a secret.
func (f *frame) compared(n syntax.Node, op string, operands []*Value) {
	left, right := Arg{Node: n.NamedChild(0), Value: operands[0]}, Arg{Node: n.NamedChild(1), Value: operands[1]}
	f.decided(n, op, left, right)
	if op != "==" && op != "!=" || f.run.quiet > 0 {
		return
	}
	a, _ := operands[0].Digest()
	b, _ := operands[1].Digest()
	if !a && !b && (f.depth > 0 || !comparesSecret(n)) {
		return // the function's own run reports it
	}
	f.emit(Event{Kind: Compared, Node: n, Name: op, Args: []Arg{left, right}})
}

// decisive are the tests of two values that are noted for data of a client.
var decisive = wordset.Of("== != in startswith")

// decided notes a test that hangs on data of a remote client.
func (f *frame) decided(n syntax.Node, test string, args ...Arg) {
	if f.run.quiet > 0 || len(args) > 1 && !decisive[strings.TrimPrefix(test, "not ")] {
		return
	}
	for i := range args {
		if args[i].Value.tainted(models.Remote) {
			f.emit(Event{Kind: Decided, Node: n, Name: test, Args: slices.Clone(args)}) // most tests are not noted, and need no list
			return
		}
	}
}

// comparedWords are those of which one stands in the name of a secret that is
// compared.
var comparedWords = [][]byte{
	[]byte("pass"), []byte("pwd"), []byte("secret"), []byte("token"), []byte("key"), []byte("auth"), []byte("sig"), []byte("mac"),
	[]byte("digest"), []byte("hash"), []byte("csrf"), []byte("otp"), []byte("jwt"),
}

// maxCompared bounds the length of an operand whose names are looked at.
const maxCompared = 200

// comparesSecret reports whether a comparison by == or != has a side that may be
// called a secret, and none that is a literal.
func comparesSecret(n syntax.Node) bool {
	if op := n.Op(); op != "==" && op != "!=" || n.NamedCount() != 2 {
		return false
	}
	found := false
	for c := range n.NamedChildren() {
		switch c.Kind() {
		case syntax.KindString, syntax.KindConcatenatedString, syntax.KindInteger, syntax.KindFloat, syntax.KindNone, syntax.KindTrue,
			syntax.KindFalse, syntax.KindList, syntax.KindTuple, syntax.KindDictionary, syntax.KindSet, syntax.KindUnaryOperator:
			return false
		}
		text := c.Text()
		if len(text) > maxCompared {
			return false
		}
		text = bytes.ToLower(text)
		for _, w := range comparedWords {
			found = found || bytes.Contains(text, w)
		}
	}
	return found
}
