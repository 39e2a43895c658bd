package config

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// document is a TOML file on its way to Settings.
type document struct {
	path  string
	text  []byte
	table []string // where our keys stand: nil, or tool.pavise
	known []string
	errs  Errors
}

// pyproject is the part of pyproject.toml that is ours.
type pyproject struct {
	Tool struct {
		Pavise *raw `toml:"pavise"`
	} `toml:"tool"`
}

// hasTable reports whether a pyproject.toml has a table [tool.pavise]. One that
// is not TOML has it if it looks like it, so that the fault is reported.
func hasTable(text []byte) bool {
	if !bytes.Contains(text, []byte("pavise")) {
		return false
	}
	var p struct {
		Tool struct {
			Pavise any `toml:"pavise"`
		} `toml:"tool"`
	}
	if err := toml.Unmarshal(text, &p); err != nil {
		return bytes.Contains(text, []byte("[tool.pavise"))
	}
	return p.Tool.Pavise != nil
}

func (d *document) settings() Settings {
	var r raw
	var target any = &r
	if d.table != nil {
		p := pyproject{}
		p.Tool.Pavise = &r
		target = &p
	}
	// The text is copied: its capacity must equal its length for the positions
	// of faults.
	err := toml.NewDecoder(bytes.NewReader(d.text)).DisallowUnknownFields().Decode(target)
	d.report(err)
	if len(d.errs) > 0 {
		return Settings{}
	}
	return r.settings(d.known, d.fault)
}

// report turns what the decoder says into Errors.
func (d *document) report(err error) {
	var missing *toml.StrictMissingError
	var decode *toml.DecodeError
	switch {
	case err == nil:
	case errors.As(err, &missing):
		for i := range missing.Errors {
			d.unknownKey(&missing.Errors[i])
		}
	case errors.As(err, &decode):
		d.wrong(decode)
	default:
		d.errs = append(d.errs, &Error{Path: d.path, Reason: strings.TrimPrefix(err.Error(), "toml: ")})
	}
}

func position(e *toml.DecodeError) (line, column uint32) {
	row, col := e.Position()
	return uint32(max(row-1, 0)), uint32(max(col-1, 0))
}

// ours cuts the table's name off a key; false if the key is another tool's.
func (d *document) ours(key toml.Key) ([]string, bool) {
	if len(key) < len(d.table) || !slices.Equal(key[:len(d.table)], d.table) {
		return nil, false
	}
	return key[len(d.table):], true
}

func (d *document) unknownKey(e *toml.DecodeError) {
	key, ok := d.ours(e.Key())
	if !ok || len(key) == 0 {
		return
	}
	names := keysAt(key[:len(key)-1])
	hint := "the keys are " + strings.Join(names, ", ")
	if c := Closest(key[len(key)-1], names); c != "" {
		hint = fmt.Sprintf("did you mean %q?", c)
	}
	line, col := position(e)
	d.errs = append(d.errs, &Error{d.path, line, col, fmt.Sprintf("unknown key %q", strings.Join(key, ".")), hint})
}

// wrong reports a value of another type than its key's, or text that is not
// TOML.
func (d *document) wrong(e *toml.DecodeError) {
	line, col := position(e)
	x := &Error{Path: d.path, Line: line, Column: col, Reason: strings.TrimPrefix(e.Error(), "toml: ")}
	if key, ok := d.ours(e.Key()); ok && len(key) > 0 {
		for len(key) > 1 && typeAt(key) == "" {
			key = key[:len(key)-1]
		}
		if word := typeAt(key); word != "" {
			x.Reason, x.Hint = fmt.Sprintf("the value of %q has the wrong type", strings.Join(key, ".")), "it is "+word
		}
	}
	d.errs = append(d.errs, x)
}

// fault reports a value that is well formed but means nothing.
func (d *document) fault(reason, hint string, at ...string) {
	line, col := d.locate(slices.Concat(d.table, at))
	d.errs = append(d.errs, &Error{d.path, line, col, reason, hint})
}

// locate is the place of the value at a path of keys, in which the elements of
// arrays are named by their index; 0:0 if it is not found. A path to nothing is
// the table or value that would hold it.
func (d *document) locate(path []string) (line, column uint32) {
	p := unstable.Parser{}
	p.Reset(d.text)
	var table []string
	arrays := arrayTables{}
	for p.NextExpression() {
		e := p.Expression()
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = arrays.enter(keyOf(e), e.Kind == unstable.ArrayTable)
			if len(table) <= len(path) && slices.Equal(path[:len(table)], table) {
				it := e.Key()
				it.Next()
				line, column = place(d.text, int(it.Node().Raw.Offset))
			}
		case unstable.KeyValue:
			if r, ok := find(e, table, path); ok {
				return place(d.text, int(r.Offset))
			}
		}
	}
	return line, column
}

// arrayTables counts the tables of each array of tables, by its path.
type arrayTables map[string]int

// enter is the path of a table by its name in the text: the indexes of arrays
// of tables are put in.
func (a arrayTables) enter(key []string, element bool) []string {
	var path []string
	for i, k := range key {
		path = append(path, k)
		at := strings.Join(path, "\x00")
		n, ok := a[at]
		if element && i == len(key)-1 {
			if ok {
				n++
			}
			a[at], ok = n, true
		}
		if ok {
			path = append(path, strconv.Itoa(n))
		}
	}
	return path
}

func keyOf(n *unstable.Node) []string {
	var key []string
	for it := n.Key(); it.Next(); {
		key = append(key, string(it.Node().Data))
	}
	return key
}

// find looks for path in a key-value node that stands in table. A path that
// ends in a key of a table of its own is that key.
func find(n *unstable.Node, table, path []string) (unstable.Range, bool) {
	key := slices.Concat(table, keyOf(n))
	if len(path) < len(key) || !slices.Equal(path[:len(key)], key) {
		return unstable.Range{}, false
	}
	rest := path[len(key):]
	value := n.Value()
	for len(rest) > 0 && value != nil {
		switch value.Kind {
		case unstable.InlineTable:
			for it := value.Children(); it.Next(); {
				if r, ok := find(it.Node(), nil, rest); ok {
					return r, true
				}
			}
			return valueRange(n, value), true
		case unstable.Array:
			value, rest = element(value, rest)
		default:
			rest = nil
		}
	}
	return valueRange(n, value), true
}

// element is the element of an array that the first key names, and the keys
// after it; the array itself if there is none.
func element(array *unstable.Node, rest []string) (*unstable.Node, []string) {
	want, err := strconv.Atoi(rest[0])
	if err != nil {
		return array, nil
	}
	for it := array.Children(); it.Next(); want-- {
		if want == 0 {
			return it.Node(), rest[1:]
		}
	}
	return array, nil
}

// valueRange is where the value is written, or its key if the parser does not
// say.
func valueRange(n, value *unstable.Node) unstable.Range {
	if value != nil && value.Raw.Length > 0 {
		return value.Raw
	}
	it := n.Key()
	if it.Next() {
		return it.Node().Raw
	}
	return n.Raw
}

func place(text []byte, off int) (line, column uint32) {
	before := text[:min(off, len(text))]
	return uint32(bytes.Count(before, []byte("\n"))), uint32(len(before) - bytes.LastIndexByte(before, '\n') - 1)
}
