/* lull/base/schema.h - struct schemas as tables: check a node tree and fill a struct.
 *
 * A room that owns a struct owns one table of fields for it. The same table reads
 * YAML and JSON, writes JSON and prints the JSON Schema (codec/). Every fault is
 * reported, not the first: unknown and missing keys (with the nearest known one as a
 * hint), a text where a number belongs, a number out of range, a decimal comma. */
#ifndef LULL_BASE_SCHEMA_H
#define LULL_BASE_SCHEMA_H

#include <stddef.h>
#include <stdint.h>
#include "lull/base/err.h"
#include "lull/base/mem.h"
#include "lull/base/node.h"

LULL_BEGIN_C

/* Trust marks of safety.md, in the order of enum lull_mark. */
enum lull_mark {
	LULL_MARK_NONE,
	LULL_VERIFIED,    /* read in the source                          */
	LULL_TRANSCRIBED, /* from others' code or library, table not read */
	LULL_DERIVED,     /* arithmetic on verified figures              */
	LULL_BORROWED,    /* from another population or drug             */
	LULL_CALIBRATED,  /* by us, on named targets                     */
	LULL_PROPOSED,    /* our default, editable by the site           */
	LULL_RECALLED     /* from memory, unchecked                      */
};
extern const char *const lull_mark_names[]; /* NULL-ended, [0] = "none" */

/* An answer in a chart. Absent (never asked), unknown (asked, nobody knows), no and
 * yes are four things; zero is absent. */
enum lull_answer { LULL_ABSENT, LULL_UNKNOWN, LULL_NO, LULL_YES };
extern const char *const lull_answer_names[]; /* "absent", "unknown", "no", "yes", NULL */

enum lull_field_type {
	LULL_F_TEXT,    /* const char *, non-empty UTF-8                          */
	LULL_F_NUMBER,  /* double; NAN when optional and absent                   */
	LULL_F_INT,     /* int32_t; field.absent_int when optional and absent     */
	LULL_F_BOOL,    /* bool: true | false                                     */
	LULL_F_ANSWER,  /* enum lull_answer: yes | no | unknown; absent if no key */
	LULL_F_ENUM,    /* int; index into names; field.absent_int when absent    */
	LULL_F_FLAGS,   /* uint64_t; a list of names, bit i for names[i]          */
	LULL_F_DAY,     /* lull_day "2026-11-22"; LULL_DAY_NONE when absent       */
	LULL_F_OBJECT,  /* an embedded struct, schema sub                         */
	LULL_F_LIST,    /* pointer to an array of structs (schema sub) + size_t count */
	LULL_F_TEXTS,   /* const char **, + size_t count                          */
	LULL_F_NUMBERS, /* double *, + size_t count                               */
	LULL_F_KEYED,   /* as LIST, but written as a map: the key fills the first
			   LULL_F_TEXT field of sub                               */
	LULL_F_NODE     /* const struct lull_node *: kept as it is                */
};

struct lull_schema;

struct lull_field {
	const char *key;
	enum lull_field_type type;
	size_t offset;              /* of the value in the struct                 */
	size_t count_offset;        /* of the size_t count, lists only            */
	bool required;
	double min, max;            /* NUMBER, NUMBERS, INT; both 0 = any finite  */
	const char *unit;           /* for messages and the JSON Schema           */
	const char *const *names;   /* ENUM, FLAGS: NULL-ended                    */
	const struct lull_schema *sub;
	int absent_int;
	size_t present_offset;      /* of a bool set when the key was there; 0 = none
				       (so the flag cannot be a struct's first member) */
	const char *what;           /* one line for people: JSON Schema description */
};

struct lull_schema {
	const char *name;               /* "patient"; message and JSON Schema title */
	size_t size;                    /* sizeof the struct                        */
	const struct lull_field *fields;/* ended by key == NULL                     */
	int version;                    /* schema_version; 0 = not a top-level document */
	/* Whole-struct checks, called when all its fields are in without error; may be NULL. */
	void (*check)(const void *object, const struct lull_node *node, const struct lull_doc *doc,
		      struct lull_diags *diags);
};

/* A null (an empty value in YAML) under an optional key means absent; under a required one it is
 * an error. A quoted text is never a number. In JSON a text must be quoted.
 *
 * Checks doc->root against the schema and fills *out (schema->size bytes, zeroed first).
 * Texts and arrays live in the arena. A top-level document with version > 0 must carry
 * "schema_version: N". LULL_EPARSE when diags (NULL allowed) got an error. */
LULL_NODISCARD int lull_schema_bind(const struct lull_doc *doc, const struct lull_schema *schema,
				    struct lull_arena *arena, void *out, struct lull_diags *diags);

/* A diag at a node, with its path and the caret's line taken from the document; call it inside a
 * schema's check. A node that is not in the tree gives place and line only. */
void lull_node_diag(struct lull_diags *diags, const struct lull_doc *doc,
		    const struct lull_node *node, enum lull_severity severity,
		    const char *expected, const char *hint, const char *fmt, ...)
	LULL_PRINTF(7, 8);

/* The name in names (NULL-ended) nearest to text, or NULL when none is near: for hints. */
const char *lull_nearest_name(const char *text, const char *const *names);

LULL_END_C

#endif
