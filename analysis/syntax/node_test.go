package syntax

import (
	"slices"
	"testing"

	"pavise/analysis/source"
)

func TestNodes(t *testing.T) {
	tree := open(t, "total = price(a, # why\n    b=1) + -2 if not done else x is not None\nc += 1\n").Tree()
	u := tree.Units[0].Unit
	first := func(k Kind) Node {
		for n := range u.Root().Descendants() {
			if n.Kind() == k {
				return n
			}
		}
		t.Fatalf("no %s", KindName(k))
		return Node{}
	}
	call := first(KindCall)
	if got := call.Child(FieldFunction).Str(); got != "price" {
		t.Errorf("function is %q", got)
	}
	args := call.Child(FieldArguments)
	var all, named []string
	for n := range args.Children() {
		all = append(all, n.Str())
	}
	for n := range args.NamedChildren() {
		named = append(named, n.Str())
	}
	if want := []string{"(", "a", ",", "# why", "b=1", ")"}; !slices.Equal(all, want) {
		t.Errorf("children are %q", all)
	}
	if want := []string{"a", "b=1"}; !slices.Equal(named, want) || args.NamedCount() != 2 {
		t.Errorf("named children are %q", named)
	}
	if args.NamedChild(1).Kind() != KindKeywordArgument || args.NamedChild(2).OK() {
		t.Error("NamedChild is off")
	}
	if c := first(KindComment); !c.Extra() || !c.Named() || c.Next().Str() != "b=1" || c.Parent() != args {
		t.Error("the comment is off")
	}
	for kind, want := range map[Kind]string{KindBinaryOperator: "+", KindUnaryOperator: "-", KindNotOperator: "not", KindComparisonOperator: "is not"} {
		if got := first(kind).Op(); got != want {
			t.Errorf("operator of %s is %q", KindName(kind), got)
		}
	}
	if got := tree.Units[1].Root().First().Op(); got != "+=" {
		t.Errorf("operator is %q", got)
	}
	if n := u.Covering(first(KindInteger).Span()); n.Kind() != KindInteger {
		t.Errorf("covering node is %s", KindName(n.Kind()))
	}
	if n := u.Covering(source.Span{Start: 0, End: uint32(len(u.Text)) + 1}); n.OK() {
		t.Error("a node covers more than the unit")
	}
	n := 0
	for d := range call.Descendants() {
		if d.Index() != call.Index()+n {
			t.Error("descendants are not consecutive")
		}
		n++
	}
	if call.End() != call.Index()+n {
		t.Errorf("End is %d", call.End())
	}
}

// TestNoNode puts every question to the zero Node.
func TestNoNode(t *testing.T) {
	var n Node
	if n.OK() || n.Parent().OK() || n.Next().OK() || n.First().OK() || n.Child(FieldName).OK() || n.NamedChild(0).OK() {
		t.Error("no node has relations")
	}
	if n.Kind() != 0 || n.Field() != 0 || n.Span() != (source.Span{}) || n.Str() != "" || n.Op() != "" || n.Index() != -1 || n.End() != -1 || n.Unit() != nil {
		t.Error("no node has properties")
	}
	if n.Named() || n.Missing() || n.Extra() || n.HasError() || n.IsError() || n.NamedCount() != 0 {
		t.Error("no node has flags")
	}
	for range n.Descendants() {
		t.Error("no node has descendants")
	}
	var u Unit
	if u.Root().OK() || u.At(-1).OK() {
		t.Error("an empty unit has nodes")
	}
}

// TestAliases holds the constants to what nodes report: the grammar has several
// symbols for some kinds and shows one of them.
func TestAliases(t *testing.T) {
	text := "match print:\n    case {'a': [x, *y], **z} | (None as q):\n        pass\nwith a as b: pass\ntry: pass\nexcept* E: pass\n" +
		"def f[T: int](a, /, *, b: int = 1, **k) -> list[int]: ...\nlambda x: (yield)\nprint >> f, 1\nx = [i async for i in y if z]\n" +
		"s = rf'{a!r:>{w}}\\n' b'c'\ntype X = dict[str, int]\nasync def g(): await h\ndel x[1:2]\n"
	seen := map[Kind]bool{}
	for _, p := range open(t, text).Tree().Units {
		for n := range p.Root().Descendants() {
			seen[n.Kind()] = true
			if n.Named() && KindName(n.Kind()) == "" {
				t.Errorf("kind %d of %q has no name", n.Kind(), n.Str())
			}
		}
	}
	for _, k := range []Kind{
		KindIdentifier, KindCaseClause, KindCasePattern, KindDictPattern, KindListPattern, KindUnionPattern, KindBlock, KindAsPattern,
		KindAsPatternTarget, KindTypedDefaultParameter, KindDictionarySplatPattern, KindGenericType, KindLambdaParameters, KindYield,
		KindPrintStatement, KindForInClause, KindInterpolation, KindFormatSpecifier, KindFormatExpression, KindTypeConversion, KindStringContent,
		KindConcatenatedString, KindTypeAliasStatement, KindAwait, KindSlice, KindKeywordSeparator, KindPositionalSeparator,
	} {
		if !seen[k] {
			t.Errorf("no node of kind %d, %s", k, KindName(k))
		}
	}
}
