/* A struct with every kind of field, its schema, and a document that fills all of it: shared by the
 * tests of schemas, JSON, faults and by the fuzz targets. */
#ifndef LULL_TEST_WIDE_H
#define LULL_TEST_WIDE_H

#include <string.h>

#include "lull/base/date.h"
#include "lull/base/schema.h"

struct wide_drug {
	const char *name;
	double dose_mg;
	enum lull_answer helped;
	const char *note;
};

struct wide_weight {
	double kg;
	lull_day on;
	bool has_kg;
};

struct wide {
	const char *title, *remark;
	double pain, limit;
	int32_t count, retries;
	bool is_invented;
	enum lull_answer pregnant, allergic;
	int mark, unset_mark;
	uint64_t signs;
	lull_day born, died;
	struct wide_weight weight, other_weight;
	bool has_weight, has_other_weight;
	const struct wide_drug *drugs;
	size_t n_drugs;
	const char *const *words;
	size_t n_words;
	const double *levels;
	size_t n_levels;
	const struct wide_drug *keyed;
	size_t n_keyed;
	const struct lull_node *free_form;
};

static const char *const wide_sign_names[] = { "nausea", "vomiting", "photophobia", NULL };

static const struct lull_field wide_drug_fields[] = {
	{ .key = "name", .type = LULL_F_TEXT, .offset = offsetof(struct wide_drug, name), .required = true },
	{ .key = "dose_mg",
	  .type = LULL_F_NUMBER,
	  .offset = offsetof(struct wide_drug, dose_mg),
	  .min = 0,
	  .max = 5000,
	  .unit = "mg" },
	{ .key = "helped", .type = LULL_F_ANSWER, .offset = offsetof(struct wide_drug, helped) },
	{ .key = "note", .type = LULL_F_TEXT, .offset = offsetof(struct wide_drug, note) },
	{ 0 }
};
static const struct lull_schema wide_drug_schema = { .name = "drug",
						     .size = sizeof(struct wide_drug),
						     .fields = wide_drug_fields };

static const struct lull_field wide_weight_fields[] = {
	{ .key = "kg",
	  .type = LULL_F_NUMBER,
	  .offset = offsetof(struct wide_weight, kg),
	  .required = true,
	  .min = 20,
	  .max = 400,
	  .unit = "kg",
	  .present_offset = offsetof(struct wide_weight, has_kg),
	  .what = "measured on the day" },
	{ .key = "on", .type = LULL_F_DAY, .offset = offsetof(struct wide_weight, on) },
	{ 0 }
};
static const struct lull_schema wide_weight_schema = { .name = "weight",
						       .size = sizeof(struct wide_weight),
						       .fields = wide_weight_fields };

#define WIDE(key_, type_, member) .key = key_, .type = type_, .offset = offsetof(struct wide, member)
#define WIDE_LIST(key_, type_, member)                                                                       \
	WIDE(key_, type_, member), .count_offset = offsetof(struct wide, n_##member)
static const struct lull_field wide_fields[] = {
	{ WIDE("title", LULL_F_TEXT, title), .required = true, .what = "name for people" },
	{ WIDE("remark", LULL_F_TEXT, remark) },
	{ WIDE("pain", LULL_F_NUMBER, pain), .required = true, .min = 0, .max = 10, .unit = "points" },
	{ WIDE("limit", LULL_F_NUMBER, limit) },
	{ WIDE("count", LULL_F_INT, count), .required = true, .min = 1, .max = 100 },
	{ WIDE("retries", LULL_F_INT, retries), .absent_int = -1 },
	{ WIDE("is_invented", LULL_F_BOOL, is_invented) },
	{ WIDE("pregnant", LULL_F_ANSWER, pregnant) },
	{ WIDE("allergic", LULL_F_ANSWER, allergic) },
	{ WIDE("mark", LULL_F_ENUM, mark), .required = true, .names = lull_mark_names },
	{ WIDE("unset_mark", LULL_F_ENUM, unset_mark), .names = lull_mark_names, .absent_int = -1 },
	{ WIDE("signs", LULL_F_FLAGS, signs), .names = wide_sign_names },
	{ WIDE("born", LULL_F_DAY, born), .required = true },
	{ WIDE("died", LULL_F_DAY, died) },
	{ WIDE("weight", LULL_F_OBJECT, weight), .sub = &wide_weight_schema,
	  .present_offset = offsetof(struct wide, has_weight) },
	{ WIDE("other_weight", LULL_F_OBJECT, other_weight), .sub = &wide_weight_schema,
	  .present_offset = offsetof(struct wide, has_other_weight) },
	{ WIDE_LIST("drugs", LULL_F_LIST, drugs), .sub = &wide_drug_schema },
	{ WIDE_LIST("words", LULL_F_TEXTS, words) },
	{ WIDE_LIST("levels", LULL_F_NUMBERS, levels), .min = -1, .max = 1e6 },
	{ WIDE_LIST("keyed", LULL_F_KEYED, keyed), .sub = &wide_drug_schema },
	{ WIDE("free_form", LULL_F_NODE, free_form) },
	{ 0 }
};

/* A rule over the whole: nobody dies before being born. */
static void wide_check(const void *object, const struct lull_node *node, const struct lull_doc *doc,
		       struct lull_diags *diags)
{
	const struct wide *w = object;
	if (w->died != LULL_DAY_NONE && w->died < w->born)
		lull_node_diag(diags, doc, lull_node_get(node, "died"), LULL_ERROR, "a day after 'born'",
			       NULL, "a day before 'born'");
}

static const struct lull_schema wide_schema = {
	.name = "wide", .size = sizeof(struct wide), .fields = wide_fields, .version = 1, .check = wide_check
};

static const char wide_yaml[] = "schema_version: 1\n"
				"title: An invented patient # a comment\n"
				"pain: 7.5\n"
				"limit: 1e-3\n"
				"count: 12\n"
				"is_invented: true\n"
				"pregnant: no\n"
				"mark: verified\n"
				"signs: [nausea, photophobia]\n"
				"born: 1980-02-29\n"
				"weight: { kg: 79.5, on: 2026-11-22 }\n"
				"drugs:\n"
				"  - name: topiramate\n"
				"    dose_mg: 50\n"
				"    helped: yes\n"
				"  - name: \"12\"\n"
				"    helped: unknown\n"
				"words: [one, 'two', \"thr\xC3\xA9"
				"e\"]\n"
				"levels: [-1, 0, 0.1, 1000000]\n"
				"keyed:\n"
				"  propranolol: { dose_mg: 80 }\n"
				"  flunarizine: { note: 'not \"here\"' }\n"
				"free_form:\n"
				"  any: [1, text, null, true]\n";

/* Equal in every field, lists item by item; free_form aside. */
static inline bool wide_same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static inline bool wide_same_num(double a, double b)
{
	return memcmp(&a, &b, sizeof(a)) == 0 || (a != a && b != b);
}

static inline bool wide_same_drugs(const struct wide_drug *a, const struct wide_drug *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!wide_same_text(a[i].name, b[i].name) || !wide_same_num(a[i].dose_mg, b[i].dose_mg) ||
		    a[i].helped != b[i].helped || !wide_same_text(a[i].note, b[i].note))
			return false;
	return true;
}

static inline bool wide_same_weight(const struct wide_weight *a, const struct wide_weight *b)
{
	return wide_same_num(a->kg, b->kg) && a->on == b->on && a->has_kg == b->has_kg;
}

static inline bool wide_same(const struct wide *a, const struct wide *b)
{
	if (!wide_same_text(a->title, b->title) || !wide_same_text(a->remark, b->remark) ||
	    !wide_same_num(a->pain, b->pain) || !wide_same_num(a->limit, b->limit) || a->count != b->count ||
	    a->retries != b->retries || a->is_invented != b->is_invented || a->pregnant != b->pregnant ||
	    a->allergic != b->allergic || a->mark != b->mark || a->unset_mark != b->unset_mark ||
	    a->signs != b->signs || a->born != b->born || a->died != b->died ||
	    !wide_same_weight(&a->weight, &b->weight) ||
	    !wide_same_weight(&a->other_weight, &b->other_weight) || a->has_weight != b->has_weight ||
	    a->has_other_weight != b->has_other_weight || a->n_drugs != b->n_drugs ||
	    a->n_words != b->n_words || a->n_levels != b->n_levels || a->n_keyed != b->n_keyed)
		return false;
	for (size_t i = 0; i < a->n_words; i++)
		if (!wide_same_text(a->words[i], b->words[i]))
			return false;
	for (size_t i = 0; i < a->n_levels; i++)
		if (!wide_same_num(a->levels[i], b->levels[i]))
			return false;
	return wide_same_drugs(a->drugs, b->drugs, a->n_drugs) &&
	       wide_same_drugs(a->keyed, b->keyed, a->n_keyed);
}

#endif
