/* lull/base/yaml.h - YAML text to a node tree, by libyaml's events.
 *
 * House rules for knowledge files: one document, plain or quoted scalars, maps and
 * lists; anchors, aliases, tags, directives and duplicate keys are refused with their
 * place. Plain ~, null and an empty value read as LULL_NODE_NULL; block
 * texts (| and >) count as quoted. Columns count characters, not bytes. */
#ifndef LULL_BASE_YAML_H
#define LULL_BASE_YAML_H

#include "lull/base/err.h"
#include "lull/base/mem.h"
#include "lull/base/node.h"

LULL_BEGIN_C

enum { LULL_YAML_MAX_DEPTH = 32, LULL_YAML_MAX_NODES = 500000 };
#define LULL_YAML_MAX_BYTES ((size_t)16 << 20)

/* Reads n bytes. Remarks go to diags (NULL allowed) with line and column; LULL_EPARSE when
 * there was an error, and then out->root is NULL. The tree and a copy of the text live in the arena. */
LULL_NODISCARD int lull_yaml_read(const char *bytes, size_t n, const char *file,
				  struct lull_arena *arena, struct lull_doc *out,
				  struct lull_diags *diags);

LULL_END_C

#endif
