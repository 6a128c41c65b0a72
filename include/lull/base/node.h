/* lull/base/node.h - a tree of scalars, lists and maps with the place of each.
 *
 * Both YAML (base/yaml) and JSON (codec/json) are read into it; struct schemas
 * (base/schema) are bound from it. Everything lives in the arena it was read into. */
#ifndef LULL_BASE_NODE_H
#define LULL_BASE_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include "lull/base/code.h"

LULL_BEGIN_C

enum lull_node_kind { LULL_NODE_NULL, LULL_NODE_SCALAR, LULL_NODE_LIST, LULL_NODE_MAP };

struct lull_node {
	enum lull_node_kind kind;
	int line, col;    /* 1-based; 0 when the format keeps no places (JSON) */
	const char *text; /* scalar: its text as written; NULL otherwise       */
	size_t n_text;
	bool quoted;      /* a quoted scalar is a string and never a number    */
	const char *key;  /* the key under which a map holds it; NULL in lists */
	int key_line, key_col;
	const struct lull_node *up;     /* the list or map that holds it; NULL at the root */
	struct lull_node *first, *next; /* children and siblings in file order */
	size_t n_children;
};

/* A file read into a tree, with its text for carets. */
struct lull_doc {
	const char *file;  /* name for messages                 */
	const char *bytes; /* the text; NULL for JSON           */
	size_t n_bytes;
	bool is_typed;     /* JSON: a text is always quoted, a bare word is a number or true/false */
	const struct lull_node *root; /* NULL when it could not be read */
};

/* The child under key, or NULL. */
const struct lull_node *lull_node_get(const struct lull_node *map, const char *key);

LULL_END_C

#endif
