// The part of the tree-sitter C interface (tree_sitter/api.h, MIT licence)
// that this package uses, declared here so that no header path into the module
// cache is needed, and this package's own functions over it. The runtime itself
// is compiled by github.com/smacker/go-tree-sitter.
#ifndef PAVISE_RUNTIME_H
#define PAVISE_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint16_t TSSymbol;
typedef uint16_t TSFieldId;
typedef struct TSTree TSTree;
typedef struct TSParser TSParser;
typedef struct TSLanguage TSLanguage;
typedef struct { uint32_t row, column; } TSPoint;
typedef struct {
  uint32_t start_byte, old_end_byte, new_end_byte;
  TSPoint start_point, old_end_point, new_end_point;
} TSInputEdit;
typedef struct { uint32_t context[4]; const void *id; const TSTree *tree; } TSNode;
typedef struct { const void *tree, *id; uint32_t context[3]; } TSTreeCursor;

TSParser *ts_parser_new(void);
void ts_parser_delete(TSParser *);
bool ts_parser_set_language(TSParser *, const TSLanguage *);
void ts_parser_set_timeout_micros(TSParser *, uint64_t);
void ts_parser_set_cancellation_flag(TSParser *, const size_t *);
TSTree *ts_parser_parse_string(TSParser *, const TSTree *, const char *, uint32_t);
void ts_parser_reset(TSParser *);
void ts_tree_edit(TSTree *, const TSInputEdit *);
void ts_tree_delete(TSTree *);
TSNode ts_tree_root_node(const TSTree *);
TSSymbol ts_node_symbol(TSNode);
uint32_t ts_node_start_byte(TSNode);
uint32_t ts_node_end_byte(TSNode);
uint32_t ts_node_descendant_count(TSNode);
bool ts_node_is_named(TSNode);
bool ts_node_is_missing(TSNode);
bool ts_node_is_extra(TSNode);
bool ts_node_has_error(TSNode);
TSTreeCursor ts_tree_cursor_new(TSNode);
void ts_tree_cursor_delete(TSTreeCursor *);
TSNode ts_tree_cursor_current_node(const TSTreeCursor *);
TSFieldId ts_tree_cursor_current_field_id(const TSTreeCursor *);
bool ts_tree_cursor_goto_first_child(TSTreeCursor *);
int64_t ts_tree_cursor_goto_first_child_for_byte(TSTreeCursor *, uint32_t);
bool ts_tree_cursor_goto_next_sibling(TSTreeCursor *);
bool ts_tree_cursor_goto_parent(TSTreeCursor *);
uint32_t ts_language_symbol_count(const TSLanguage *);
const char *ts_language_symbol_name(const TSLanguage *, TSSymbol);
TSSymbol ts_language_symbol_for_name(const TSLanguage *, const char *, uint32_t, bool);
uint32_t ts_language_symbol_type(const TSLanguage *, TSSymbol);
uint32_t ts_language_field_count(const TSLanguage *);
const char *ts_language_field_name_for_id(const TSLanguage *, TSFieldId);

// pv_rec is one node of a flattened subtree; rec in node.go is its twin.
typedef struct {
  uint32_t start, end;   // bytes, from the start of the subtree
  int32_t parent, after; // parent's index or -1; index behind this subtree
  uint16_t sym;
  uint8_t field, flags;
} pv_rec;

enum { PV_NAMED = 1, PV_MISSING = 2, PV_EXTRA = 4, PV_ERROR = 8 };

// pv_entry is one unit of a file, not yet flattened.
typedef struct {
  uint32_t context[4]; // with id: the node, valid as long as its tree
  uint64_t id;
  uint64_t stop;       // id of the node that ends a class header, 0 if none
  uint32_t start, end; // bytes in the file
  uint32_t nodes;      // upper bound of the records it takes
  int32_t parent;      // index of the class header it stands in, or -1
  uint16_t sym;
  uint8_t class_;      // as Class in syntax.go
  uint8_t flags;       // PV_HAS_ERROR, PV_LEFTOVER, PV_IN_ERROR
  uint16_t body_sym;   // the body of the class whose header this is
  uint16_t body_field;
} pv_entry;

enum {
  PV_HAS_ERROR = 1, // holds an ERROR or MISSING node
  PV_LEFTOVER = 2,  // a piece of an ERROR node that is no statement
  PV_IN_ERROR = 4,  // a child of an ERROR node
};

// Roles of node kinds in an outline; kept in step with roles.go.
enum { PV_OTHER, PV_STATEMENT, PV_FUNCTION, PV_CLASS, PV_DECORATED, PV_COMMENT, PV_BLOCK, PV_COLON, PV_ERROR_NODE };

const TSLanguage *pv_downgrade(const void *language);
uint32_t pv_count(const TSTree *t);
bool pv_has_error(const TSTree *t);
bool pv_is_error(const TSTree *t);
uint32_t pv_outline(const TSTree *t, const uint8_t *roles, uint32_t roles_len, uint32_t from, pv_entry *out, uint32_t cap);
uint32_t pv_flatten(const TSTree *t, const pv_entry *e, pv_rec *out, uint32_t cap);
void pv_trim(void);

#endif
