package syntax

/*
#cgo CFLAGS: -std=gnu11
#include <stdlib.h>
#include "runtime.h"
*/
import "C"

import (
	"sync"
	"time"
	"unsafe"

	_ "github.com/smacker/go-tree-sitter" // compiles the C runtime into the program
	python "github.com/tree-sitter/tree-sitter-python/bindings/go"
)

// This file is the only one that calls C. Everything it hands out is plain Go
// memory, or a C object with one owner and an explicit close.

// language is the Python grammar in the shape that the runtime takes.
var language = sync.OnceValue(func() *C.TSLanguage {
	return C.pv_downgrade(python.Language())
})

// cParser is a C parser: one owner, not safe for concurrent use (a second user
// would abort the process).
type cParser struct {
	c    *C.TSParser
	stop *uintptr // in C memory; the parser gives up when it is not 0
}

func newCParser() cParser {
	p := cParser{c: C.ts_parser_new(), stop: (*uintptr)(C.calloc(1, C.sizeof_size_t))}
	if lang := language(); lang == nil || !bool(C.ts_parser_set_language(p.c, lang)) {
		panic("syntax: the linked Python grammar does not fit the linked tree-sitter runtime")
	}
	C.ts_parser_set_cancellation_flag(p.c, (*C.size_t)(unsafe.Pointer(p.stop)))
	return p
}

func (p *cParser) close() {
	if p.c != nil {
		C.ts_parser_delete(p.c)
		C.free(unsafe.Pointer(p.stop))
		p.c, p.stop = nil, nil
	}
}

// run parses text, on from old if that is a tree. It reports false if it was
// ended by the time or by stop. Such a parse is dropped: tree-sitter could
// resume it, but resuming changes the order in which it tries repairs, and a
// broken text would get a tree that depends on the clock. C keeps no pointer
// into text after the call.
func (p *cParser) run(old cTree, text []byte, limit time.Duration) (cTree, bool) {
	C.ts_parser_set_timeout_micros(p.c, C.uint64_t(max(limit.Microseconds(), 1)))
	t := C.ts_parser_parse_string(p.c, old.c, (*C.char)(unsafe.Pointer(unsafe.SliceData(text))), C.uint32_t(len(text)))
	if t == nil {
		C.ts_parser_reset(p.c)
	}
	return cTree{t}, t != nil
}

// cTree is a C syntax tree: one owner. The zero cTree is none.
type cTree struct{ c *C.TSTree }

func (t *cTree) close() {
	if t.c != nil {
		C.ts_tree_delete(t.c)
		t.c = nil
	}
}

// point is a row and a column in bytes. Rows end where source.File's lines do.
type point struct{ row, column uint32 }

// inputEdit tells a tree how the text under it changed.
type inputEdit struct {
	start, oldEnd, newEnd       uint32
	startAt, oldEndAt, newEndAt point
}

func (t cTree) edit(e inputEdit) {
	at := func(p point) C.TSPoint { return C.TSPoint{C.uint32_t(p.row), C.uint32_t(p.column)} }
	C.ts_tree_edit(t.c, &C.TSInputEdit{
		C.uint32_t(e.start), C.uint32_t(e.oldEnd), C.uint32_t(e.newEnd),
		at(e.startAt), at(e.oldEndAt), at(e.newEndAt),
	})
}

func (t cTree) hasError() bool { return bool(C.pv_has_error(t.c)) }

// count is the number of nodes in the tree.
func (t cTree) count() int { return int(C.pv_count(t.c)) }

// entry is a unit in an outline; pv_entry in runtime.h is its twin. The node it
// names in C is valid as long as its tree.
type entry struct {
	context    [4]uint32
	id         uint64
	stop       uint64 // id of the node that ends a class header, 0 if none
	start, end uint32
	nodes      uint32 // upper bound of the records it takes
	parent     int32  // index of the class header it stands in, or -1
	kind       Kind
	class      Class
	flags      entryFlags
	bodyKind   Kind // the body of the class whose header this is
	bodyField  uint16
}

type entryFlags uint8

const (
	entryHasError entryFlags = C.PV_HAS_ERROR // holds an ERROR or MISSING node
	entryLeftover entryFlags = C.PV_LEFTOVER  // a piece of an ERROR node that is no statement
	entryInError  entryFlags = C.PV_IN_ERROR  // a child of an ERROR node
)

// The twins must have one layout: each line compiles only if its two sizes are
// the same.
var (
	_ = [1]struct{}{}[unsafe.Sizeof(entry{})-C.sizeof_pv_entry]
	_ = [1]struct{}{}[unsafe.Sizeof(rec{})-C.sizeof_pv_rec]
)

// isError reports whether the root itself is an ERROR node.
func (t cTree) isError() bool { return bool(C.pv_is_error(t.c)) }

// outline lists the units that end at byte from or behind it, in file order and
// in buf if they fit; before a unit in a class comes the class's header. It
// stops at limit units and then reports false.
func (t cTree) outline(from uint32, limit int, buf []entry) ([]entry, bool) {
	if cap(buf) == 0 {
		buf = make([]entry, 256)
	}
	for {
		buf = buf[:min(cap(buf), limit)]
		n := C.pv_outline(t.c, (*C.uint8_t)(unsafe.Pointer(&roles[0])), C.uint32_t(len(roles)), C.uint32_t(from),
			(*C.pv_entry)(unsafe.Pointer(&buf[0])), C.uint32_t(len(buf)))
		switch {
		case n == C.UINT32_MAX:
			return buf[:0], true // out of memory
		case int(n) <= len(buf):
			return buf[:n], true
		case len(buf) == limit:
			return buf, false
		}
		buf = make([]entry, 4*len(buf))
	}
}

// flatten copies the nodes of e into buf, grown if need be.
func (t cTree) flatten(e *entry, buf []rec) []rec {
	if cap(buf) < int(e.nodes) {
		buf = make([]rec, e.nodes+e.nodes/4)
	}
	buf = buf[:cap(buf)]
	n := C.pv_flatten(t.c, (*C.pv_entry)(unsafe.Pointer(e)), (*C.pv_rec)(unsafe.Pointer(&buf[0])), C.uint32_t(len(buf)))
	if n == C.UINT32_MAX {
		return buf[:0]
	}
	return buf[:n]
}

// Trim gives memory that closed trees have freed back to the system where the
// C library would keep it. It takes a few milliseconds: call it when idle.
func Trim() { C.pv_trim() }

// grammar lists what the grammar names, for the generator of kinds.go.
type grammar struct {
	names  []string // name of each symbol
	public []Kind   // the symbol that nodes of this one show
	named  []bool   // visible and named
	fields []string // from id 1 on
}

func readGrammar() grammar {
	lang := language()
	var g grammar
	for i := range C.TSSymbol(C.ts_language_symbol_count(lang)) {
		name := C.ts_language_symbol_name(lang, i)
		text := C.GoString(name)
		regular := C.ts_language_symbol_type(lang, i) == 0
		g.names = append(g.names, text)
		g.named = append(g.named, regular)
		g.public = append(g.public, Kind(C.ts_language_symbol_for_name(lang, name, C.uint32_t(len(text)), C.bool(regular))))
	}
	for i := range C.TSFieldId(C.ts_language_field_count(lang)) {
		g.fields = append(g.fields, C.GoString(C.ts_language_field_name_for_id(lang, i+1)))
	}
	return g
}
