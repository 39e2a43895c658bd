#include "runtime.h"

#include <stdlib.h>
#include <string.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

// ---- an ABI-15 grammar in a runtime of ABI 14 ----

typedef struct { uint16_t lex_state, external_lex_state; } mode14;
typedef struct { uint16_t lex_state, external_lex_state, reserved_word_set_id; } mode15;

// What TSLanguage of ABI 14 and 15 share, field for field.
typedef struct {
  uint32_t version, symbol_count, alias_count, token_count, external_token_count;
  uint32_t state_count, large_state_count, production_id_count, field_count;
  uint16_t max_alias_sequence_length;
  const void *parse_table, *small_parse_table, *small_parse_table_map, *parse_actions;
  const void *symbol_names, *field_names, *field_map_slices, *field_map_entries;
  const void *symbol_metadata, *public_symbol_map, *alias_map, *alias_sequences;
  const void *lex_modes;
  void *lex_fn, *keyword_lex_fn;
  uint16_t keyword_capture_token;
  struct { const void *states, *symbol_map; void *create, *destroy, *scan, *serialize, *deserialize; } external_scanner;
  const void *primary_state_ids;
} lang14;

// pv_downgrade makes a language of ABI 14 out of one of ABI 15: only the lex
// modes are laid out differently. Reserved word sets, which serve error
// recovery alone, are lost. The result lives as long as the process. NULL for
// any other version.
const TSLanguage *pv_downgrade(const void *language) {
  const lang14 *in = language;
  if (in->version == 14) return language;
  if (in->version != 15) return NULL;
  lang14 *out = malloc(sizeof *out);
  mode14 *modes = malloc(in->state_count * sizeof *modes);
  if (!out || !modes) return NULL;
  const mode15 *from = in->lex_modes;
  memcpy(out, in, sizeof *out);
  for (uint32_t i = 0; i < in->state_count; i++) {
    modes[i].lex_state = from[i].lex_state;
    modes[i].external_lex_state = from[i].external_lex_state;
  }
  out->version = 14;
  out->lex_modes = modes;
  return (const TSLanguage *)out;
}

uint32_t pv_count(const TSTree *t) { return ts_node_descendant_count(ts_tree_root_node(t)); }
bool pv_has_error(const TSTree *t) { return ts_node_has_error(ts_tree_root_node(t)); }
bool pv_is_error(const TSTree *t) { return ts_node_symbol(ts_tree_root_node(t)) == UINT16_MAX; }

// pv_trim gives freed memory back to the system; glibc keeps it otherwise.
void pv_trim(void) {
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}

// ---- outline: list the units of a file ----

// frame is one step down from the root: what holds for the nodes at that level.
typedef struct {
  int32_t parent; // index of the class header around them, or -1
  bool in_error;  // they are children of an ERROR node
  bool in_class;  // they are children of a class: its body and what is around it
} frame;

typedef struct {
  TSTreeCursor cursor;
  const uint8_t *roles;
  uint32_t roles_len;
  uint32_t from; // what ends before this byte is left out
  pv_entry *out;
  uint32_t n, cap;
  frame *frames;
  uint32_t depth, frames_cap;
} outliner;

static uint8_t role(const outliner *o, TSNode x) {
  TSSymbol sym = ts_node_symbol(x);
  if (sym == UINT16_MAX) return PV_ERROR_NODE;
  return sym < o->roles_len ? o->roles[sym] : PV_OTHER;
}

// down moves the cursor to the first child that is not left out, if there is one.
static bool down(outliner *o) {
  if (ts_tree_cursor_goto_first_child_for_byte(&o->cursor, o->from) >= 0) return true;
  // The search is a binary one and gives up in a hidden node of which only a
  // hidden part reaches the byte: look for real.
  if (o->from == 0 || !ts_tree_cursor_goto_first_child(&o->cursor)) return false;
  do {
    if (ts_node_end_byte(ts_tree_cursor_current_node(&o->cursor)) >= o->from) return true;
  } while (ts_tree_cursor_goto_next_sibling(&o->cursor));
  ts_tree_cursor_goto_parent(&o->cursor);
  return false;
}

// push returns 1, or -1 if there is no memory.
static int push(outliner *o, frame f) {
  if (o->depth == o->frames_cap) {
    uint32_t cap = o->frames_cap ? 2 * o->frames_cap : 64;
    frame *grown = realloc(o->frames, cap * sizeof *grown);
    if (!grown) return -1;
    o->frames = grown;
    o->frames_cap = cap;
  }
  o->frames[o->depth++] = f;
  return 1;
}

// emit lists node x; the one entry beyond cap is only counted.
static pv_entry *emit(outliner *o, TSNode x, uint8_t class_, uint8_t flags) {
  uint32_t at = o->n++;
  if (at >= o->cap) return NULL;
  pv_entry *e = &o->out[at];
  const frame *f = &o->frames[o->depth - 1];
  memset(e, 0, sizeof *e);
  memcpy(e->context, x.context, sizeof e->context);
  e->id = (uint64_t)(uintptr_t)x.id;
  e->start = ts_node_start_byte(x);
  e->end = ts_node_end_byte(x);
  e->nodes = ts_node_descendant_count(x);
  e->parent = f->parent;
  e->sym = ts_node_symbol(x);
  e->class_ = class_;
  e->flags = flags | (f->in_error ? PV_IN_ERROR : 0);
  return e;
}

// enter_class lists the header of class x (or of the decorated definition x
// around it) with the cursor on the class, and moves the cursor to the child
// that ends the header: the body, or an ERROR between the colon and the body,
// which is where error recovery puts a decorator that lost its method. flags are
// the errors seen before the class. It reports false, with the cursor where it
// was and nothing listed, for a class without a body.
static bool enter_class(outliner *o, TSNode x, uint8_t flags) {
  if (!ts_tree_cursor_goto_first_child(&o->cursor)) return false;
  bool colon = false;
  TSNode stop = {0};
  do {
    TSNode y = ts_tree_cursor_current_node(&o->cursor);
    uint8_t r = role(o, y);
    if (r == PV_COLON) colon = true;
    if (!stop.id && colon && r == PV_ERROR_NODE) stop = y;
    if (r != PV_BLOCK) {
      if (!stop.id && ts_node_has_error(y)) flags |= PV_HAS_ERROR;
      continue;
    }
    if (!stop.id) stop = y;
    pv_entry *e = emit(o, x, 2, flags);
    if (e) {
      e->end = ts_node_start_byte(stop);
      e->stop = (uint64_t)(uintptr_t)stop.id;
      e->nodes = e->nodes - ts_node_descendant_count(y) + 1;
      e->body_sym = ts_node_symbol(y);
      e->body_field = ts_tree_cursor_current_field_id(&o->cursor);
    }
    if (stop.id != y.id) {
      ts_tree_cursor_goto_parent(&o->cursor);
      ts_tree_cursor_goto_first_child(&o->cursor);
      while (ts_tree_cursor_current_node(&o->cursor).id != stop.id) ts_tree_cursor_goto_next_sibling(&o->cursor);
    }
    return true;
  } while (ts_tree_cursor_goto_next_sibling(&o->cursor));
  ts_tree_cursor_goto_parent(&o->cursor);
  return false;
}

// enter_decorated does the same for a decorated definition. If it holds no
// class with a body the cursor stays and *class_ says what it is.
static bool enter_decorated(outliner *o, TSNode x, uint8_t *class_) {
  uint8_t flags = 0;
  if (!ts_tree_cursor_goto_first_child(&o->cursor)) return false;
  do {
    TSNode y = ts_tree_cursor_current_node(&o->cursor);
    uint8_t r = role(o, y);
    if (r == PV_FUNCTION) *class_ = 1;
    if (r == PV_CLASS) {
      *class_ = 2;
      if (enter_class(o, x, flags)) return true;
    }
    if (ts_node_has_error(y)) flags |= PV_HAS_ERROR;
  } while (!*class_ && ts_tree_cursor_goto_next_sibling(&o->cursor));
  ts_tree_cursor_goto_parent(&o->cursor);
  return false;
}

// visit deals with the node under the cursor. It returns 1 if it moved the
// cursor down, to a node that is to be visited next, 0 if the cursor is to go on
// behind the node, and -1 if there is no memory.
static int visit(outliner *o) {
  TSNode x = ts_tree_cursor_current_node(&o->cursor);
  frame f = o->frames[o->depth - 1];
  uint8_t r = role(o, x), class_ = 0, flags = ts_node_has_error(x) ? PV_HAS_ERROR : 0;

  if (r == PV_BLOCK && (f.in_error || f.in_class)) return down(o) ? push(o, (frame){.parent = f.parent}) : 0;
  if (r == PV_ERROR_NODE && down(o)) return push(o, (frame){.parent = f.parent, .in_error = true});
  if (r == PV_CLASS || r == PV_DECORATED) {
    if (r == PV_CLASS ? enter_class(o, x, 0) : enter_decorated(o, x, &class_)) {
      if (r == PV_DECORATED && push(o, f) < 0) return -1;
      return push(o, (frame){.parent = (int32_t)o->n - 1, .in_class = true});
    }
    if (r == PV_CLASS) class_ = 2;
  }
  if (r == PV_FUNCTION) class_ = 1;
  if (r == PV_COMMENT) class_ = 3;
  if (r == PV_OTHER || r >= PV_BLOCK) {
    if (f.in_error || r == PV_ERROR_NODE) flags |= PV_LEFTOVER;
    else if (!ts_node_is_named(x) && !flags) return 0; // a ; between statements
  }
  emit(o, x, class_, flags);
  return 0;
}

// pv_outline lists the units of t that end at byte from or behind it, in file
// order, each after the header of the class it stands in, and returns their
// number. It stops when there are more than cap and then returns cap + 1;
// UINT32_MAX is out of memory. It sees the children of the module and of class
// bodies, looks through ERROR nodes, and enters nothing else.
uint32_t pv_outline(const TSTree *t, const uint8_t *roles, uint32_t roles_len, uint32_t from, pv_entry *out, uint32_t cap) {
  TSNode root = ts_tree_root_node(t);
  outliner o = {.cursor = ts_tree_cursor_new(root), .roles = roles, .roles_len = roles_len, .from = from, .out = out, .cap = cap};
  bool ok = push(&o, (frame){.parent = -1, .in_error = role(&o, root) == PV_ERROR_NODE}) > 0;
  if (ok && down(&o)) {
    while (o.n <= cap) {
      int moved = visit(&o);
      if (moved < 0) { ok = false; break; }
      if (moved) continue;
      while (!ts_tree_cursor_goto_next_sibling(&o.cursor)) {
        if (--o.depth == 0) goto done;
        ts_tree_cursor_goto_parent(&o.cursor);
      }
    }
  }
done:
  ts_tree_cursor_delete(&o.cursor);
  free(o.frames);
  return ok ? o.n : UINT32_MAX;
}

// ---- flatten: copy a unit's subtree into records ----

static void record(pv_rec *r, TSNode x, TSFieldId field, int32_t parent, uint32_t base) {
  r->start = ts_node_start_byte(x) - base;
  r->end = ts_node_end_byte(x) - base;
  r->parent = parent;
  r->sym = ts_node_symbol(x);
  r->field = (uint8_t)field;
  r->flags = (ts_node_is_named(x) ? PV_NAMED : 0) | (ts_node_is_missing(x) ? PV_MISSING : 0) |
             (ts_node_is_extra(x) ? PV_EXTRA : 0) | (ts_node_has_error(x) ? PV_ERROR : 0);
}

// close_header ends a class header at the node that stops it, record number at,
// which becomes the body as an empty leaf. The nodes around it end there and
// only show the errors of what stands before.
static uint32_t close_header(pv_rec *out, uint32_t at, const pv_entry *e) {
  pv_rec *body = &out[at];
  uint32_t n = at + 1;
  body->end = body->start;
  body->after = (int32_t)n;
  body->sym = e->body_sym;
  body->field = (uint8_t)e->body_field;
  body->flags = PV_NAMED;
  for (int32_t p = body->parent; p >= 0; p = out[p].parent) {
    pv_rec *r = &out[p];
    r->end = body->start;
    r->after = (int32_t)n;
    r->flags &= ~PV_ERROR;
    for (uint32_t c = p + 1; c < n; c = out[c].after) r->flags |= out[c].flags & PV_ERROR;
  }
  return n;
}

// pv_flatten writes the subtree of e in pre-order and returns the number of
// records, or UINT32_MAX if they are more than cap.
uint32_t pv_flatten(const TSTree *t, const pv_entry *e, pv_rec *out, uint32_t cap) {
  TSNode root = {{e->context[0], e->context[1], e->context[2], e->context[3]}, (const void *)(uintptr_t)e->id, t};
  TSTreeCursor c = ts_tree_cursor_new(root);
  uint32_t n = 0;
  int32_t parent = -1;
  for (;;) {
    if (n >= cap) { n = UINT32_MAX; break; }
    TSNode x = ts_tree_cursor_current_node(&c);
    int32_t self = (int32_t)n++;
    record(&out[self], x, ts_tree_cursor_current_field_id(&c), parent, e->start);
    if (e->stop && (uint64_t)(uintptr_t)x.id == e->stop) { n = close_header(out, self, e); break; }
    if (ts_tree_cursor_goto_first_child(&c)) { parent = self; continue; }
    out[self].after = (int32_t)n;
    bool more = false;
    while (self != 0 && !(more = ts_tree_cursor_goto_next_sibling(&c))) {
      ts_tree_cursor_goto_parent(&c);
      self = parent;
      parent = out[self].parent;
      out[self].after = (int32_t)n;
    }
    if (!more) break;
  }
  ts_tree_cursor_delete(&c);
  return n;
}
