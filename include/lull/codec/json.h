/* lull/codec/json.h - JSON in (jansson, to a node tree) and out (our own writer), and JSON Schemas.
 *
 * A struct with a schema table (base/schema.h) is read, written and described by that
 * one table. Results without one are written with the writer below, in one file of
 * codec/ each. Output is the same bytes for the same input: keys in the order written,
 * numbers in the shortest form that reads back equal, NaN as null. */
#ifndef LULL_CODEC_JSON_H
#define LULL_CODEC_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include "lull/base/err.h"
#include "lull/base/mem.h"
#include "lull/base/node.h"
#include "lull/base/schema.h"
#include "lull/base/text.h"

#define LULL_JSON_MAX_BYTES ((size_t)256 << 20)
enum { LULL_JSON_MAX_DEPTH = 64, LULL_JSON_MAX_NODES = 5000000 };

/* Strict JSON (duplicate keys, trailing text, NaN, NUL in texts refused; a UTF-8 byte-order mark is
 * skipped). Syntax errors carry line and column; the tree itself has no places, faults in it are
 * named by path ("$.days[3].pain"). Numbers are kept in their shortest exact form, so that 1.0
 * is the whole number 1, as JSON Schema sees it. diags may be NULL. */
LULL_NODISCARD int lull_json_read(const char *bytes, size_t n, const char *file,
				  struct lull_arena *arena, struct lull_doc *out,
				  struct lull_diags *diags);

/* The writer. key is NULL inside a list. Two-space indent; compact = one line. */
enum { LULL_JSON_OUT_DEPTH = 64 };
struct lull_json {
	struct lull_buf *out; /* borrowed; check lull_buf_status at the end */
	bool compact;
	int depth;
	bool has_item[LULL_JSON_OUT_DEPTH];
};
void lull_json_open(struct lull_json *json, const char *key, char bracket); /* '{' or '[' */
void lull_json_close(struct lull_json *json, char bracket);                 /* '}' or ']' */
void lull_json_text(struct lull_json *json, const char *key, const char *value); /* NULL = null */
void lull_json_num(struct lull_json *json, const char *key, double value);       /* NaN = null */
void lull_json_int(struct lull_json *json, const char *key, int64_t value);
void lull_json_bool(struct lull_json *json, const char *key, bool value);
void lull_json_null(struct lull_json *json, const char *key);

/* A struct by its schema table: absent optional fields are left out, so that reading it back
 * gives the same struct. At the top level (key NULL, nothing open) schema_version comes first. */
void lull_json_struct(struct lull_json *json, const char *key, const struct lull_schema *schema,
		      const void *object);

/* The schema table as JSON Schema 2020-12; schemas of inner structs stand in $defs by name. */
void lull_json_schema(const struct lull_schema *schema, struct lull_buf *out);

/* One finding tree as {code, name, status, could_change, why, counted, needed, missing, ...,
 * children}; the same shape in every answer. What does not apply (NAN, NULL) is left out. */
struct lull_finding;
void lull_json_finding(struct lull_json *json, const char *key, const struct lull_finding *finding);

/* What every JSON answer starts with: schema name and version, program version, knowledge hash. */
struct lull_files;
void lull_json_head(struct lull_json *json, const char *schema, int schema_version,
		    const struct lull_files *knowledge);

#endif
