/* fields.h - short forms for care/'s schema tables; private to this room. */
#ifndef LULL_CARE_FIELDS_H
#define LULL_CARE_FIELDS_H

#include <stddef.h>
#include "lull/base/schema.h"
#include "lull/base/files.h"
#include "lull/care/figure.h"

/* S is the struct, m its member; the key is the member's name unless _AS says otherwise. */
#define TEXT_AS(S, k, m, need) { .key = (k), .type = LULL_F_TEXT, .offset = offsetof(S, m), .required = (need) }
#define TEXT(S, m) TEXT_AS(S, #m, m, true)
#define TEXT_OPT(S, m) TEXT_AS(S, #m, m, false)
#define MARK(S) \
	{ .key = "mark", .type = LULL_F_ENUM, .offset = offsetof(S, mark), .required = true, .names = lull_mark_names }
#define ENUM(S, m, list) \
	{ .key = #m, .type = LULL_F_ENUM, .offset = offsetof(S, m), .required = true, .names = (list) }
#define FLAGS_AS(S, k, m, list, need)                                                                       \
	{ .key = (k), .type = LULL_F_FLAGS, .offset = offsetof(S, m), .required = (need), .names = (list) }
#define BOOL_OPT(S, m) { .key = #m, .type = LULL_F_BOOL, .offset = offsetof(S, m) }
#define BOOL(S, m) { .key = #m, .type = LULL_F_BOOL, .offset = offsetof(S, m), .required = true }
#define NUMBER(S, m, lo, hi, u) \
	{ .key = #m, .type = LULL_F_NUMBER, .offset = offsetof(S, m), .required = true, .min = (lo), .max = (hi), .unit = (u) }
#define NUMBER_OPT(S, m, lo, hi, u) \
	{ .key = #m, .type = LULL_F_NUMBER, .offset = offsetof(S, m), .min = (lo), .max = (hi), .unit = (u) }
#define INT_OPT(S, m, lo, hi) \
	{ .key = #m, .type = LULL_F_INT, .offset = offsetof(S, m), .min = (lo), .max = (hi) }
#define DAY_OPT(S, m) { .key = #m, .type = LULL_F_DAY, .offset = offsetof(S, m) }
#define FIG_AS(S, k, m, need)                                                                  \
	{ .key = (k), .type = LULL_F_OBJECT, .offset = offsetof(S, m), .required = (need),     \
	  .sub = &lull_figure_schema,                                                          \
	  .present_offset = offsetof(S, m) + offsetof(struct lull_figure, stated) }
#define FIG(S, m) FIG_AS(S, #m, m, true)
#define FIG_OPT(S, m) FIG_AS(S, #m, m, false)
#define LIST_AS(S, k, m, n, schema, need)                                                      \
	{ .key = (k), .type = LULL_F_LIST, .offset = offsetof(S, m), .count_offset = offsetof(S, n), \
	  .required = (need), .sub = (schema) }
#define KEYED_AS(S, k, m, n, schema, need)                                                     \
	{ .key = (k), .type = LULL_F_KEYED, .offset = offsetof(S, m), .count_offset = offsetof(S, n), \
	  .required = (need), .sub = (schema) }
#define TEXTS_AS(S, k, m, n, need)                                                             \
	{ .key = (k), .type = LULL_F_TEXTS, .offset = offsetof(S, m), .count_offset = offsetof(S, n), .required = (need) }
#define NUMBERS_AS(S, k, m, n, lo, hi, u)                                                      \
	{ .key = (k), .type = LULL_F_NUMBERS, .offset = offsetof(S, m), .count_offset = offsetof(S, n), \
	  .min = (lo), .max = (hi), .unit = (u) }

/* One knowledge file: read and bind. LULL_ENOTFOUND is said in diags and returned as LULL_EPARSE. */
LULL_NODISCARD int lull_care__bind(const struct lull_files *files, const char *path,
				   const struct lull_schema *schema, struct lull_arena *arena, void *out,
				   struct lull_diags *diags);

/* Of values >= 0 below 2^53; no call into libm (design.md rule 6). */
static inline double lull_care__floor(double value)
{
	return (double)(int64_t)value;
}
static inline double lull_care__ceil(double value)
{
	const double down = lull_care__floor(value);
	return down < value ? down + 1 : down;
}

#endif
