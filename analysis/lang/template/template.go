// Package template reads Jinja2 and Django templates. The two languages are
// close enough to be one: a template is read without knowing which of them it
// is in, and whoever renders it says what a tag or a filter means.
//
// Reading is tolerant and takes time in proportion to the text: what cannot be
// understood stands for nothing, and what follows is read on. A [State] goes
// along with the literal text and tells where in HTML a hole stands.
package template

import (
	"bytes"
	"fmt"

	"pavise/analysis/source"
	"pavise/analysis/syntax"
)

// File is one template. It is immutable.
type File struct {
	// Tree has one unit, with a node for each tag and expression.
	Tree   *syntax.Tree
	Body   []*Node
	Blocks map[string]*Node // by name; the first of a name
	Macros map[string]*Node
}

// Kind of a node.
type Kind uint8

// Kinds of nodes.
const (
	Text       Kind = iota // literal text
	Output                 // {{ Expr }}
	If                     // Arms, Else
	For                    // Names in Expr, under the condition Arms[0] if there is one; Body, Else
	Set                    // Names = Expr, or = Body through the filters of Expr
	With                   // Binds, Body
	Block                  // Name, Body
	Extends                // Expr
	Include                // Expr, Binds, Only
	Import                 // Expr as Name
	From                   // of Expr the macros Binds: Name is the new name, Value the old one
	Macro                  // Name, Binds, Body
	Call                   // Expr, called with the macro Binds, Body
	Filter                 // Body through the filters of Expr
	Autoescape             // Expr tells, or Name "on" or "off"; Body
	Do                     // Expr
	Tag                    // any other: Name, Args, and Names with what follows "as"
)

// Node is a piece of a template.
type Node struct {
	Kind  Kind
	At    syntax.Node // the tag, with its delimiters
	Text  string
	Name  string
	Expr  *Expr
	Names []string
	Binds []Bind
	Args  []*Expr
	Arms  []Arm
	Body  []*Node
	Else  []*Node
	Only  bool    // of an include: it sees none of the names around it
	Where Context // of an Output, in a file that stands by itself
	Forms []Form  // that a Text begins
	CSRF  bool    // a Text speaks of a token against forged requests
}

// Form is the beginning of an HTML form in a Text.
type Form struct {
	At  syntax.Node // the tag, as far as it stands in the Text
	Off int         // where it begins in the Text
}

// Arm is a condition with what it guards.
type Arm struct {
	Cond *Expr
	Body []*Node
}

// Bind is a name with a value: of with, of an include, or a parameter of a
// macro with its default or nil.
type Bind struct {
	Name  string
	Value *Expr
}

const (
	maxBytes = 1 << 20
	maxDepth = 80 // of blocks, and of one expression
)

// Parse reads a template. The tree's Partial says in a plain sentence why it
// was not read, or not to its end.
func Parse(f *source.File) *File {
	text := f.Text()
	t := &File{Tree: &syntax.Tree{File: f}, Blocks: map[string]*Node{}, Macros: map[string]*Node{}}
	switch {
	case len(text) > maxBytes:
		t.Tree.Partial = fmt.Sprintf("the template is not read: its %d bytes are more than %d", len(text), maxBytes)
		text = nil
	case bytes.IndexByte(text, 0) >= 0:
		t.Tree.Partial = "the template is not read: it holds a NUL byte"
		text = nil
	}
	p := parser{text: string(text), file: t, none: map[string]bool{}}
	p.parse()
	if p.deep {
		t.Tree.Partial = fmt.Sprintf("parts of the template are not read: its blocks are nested more than %d deep", maxDepth)
	}
	u := syntax.Flat("template", bytes.Clone(f.Text()), p.places)
	for i, at := range p.slots {
		if at != nil {
			*at = u.At(i + 1)
		}
	}
	t.Tree.Units = []syntax.Placed{{Unit: u}}
	locate(t.Body, State{})
	return t
}

// locate tells each output where it stands, and gives the state at the end.
func locate(list []*Node, s State) State {
	for _, n := range list {
		switch n.Kind {
		case Text:
			s = s.Feed(n.Text)
		case Output:
			n.Where, s = s.Hole()
		case If:
			after := s
			for i := range n.Arms {
				end := locate(n.Arms[i].Body, s)
				if i == 0 {
					after = end
				}
			}
			locate(n.Else, s)
			s = after
		case For:
			after := locate(n.Body, s)
			locate(n.Else, s)
			s = after
		case Macro, Call:
			locate(n.Body, State{})
		case Set:
			locate(n.Body, State{})
		default:
			s = locate(n.Body, s)
		}
	}
	return s
}

// Outputs lists the output holes of a file in the order of its text.
func (f *File) Outputs() []*Node {
	var out []*Node
	var add func(list []*Node)
	add = func(list []*Node) {
		for _, n := range list {
			if n.Kind == Output {
				out = append(out, n)
			}
			for i := range n.Arms {
				add(n.Arms[i].Body)
			}
			add(n.Body)
			add(n.Else)
		}
	}
	add(f.Body)
	return out
}
