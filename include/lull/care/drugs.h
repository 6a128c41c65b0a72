/* lull/care/drugs.h - a drug name as somebody wrote it -> ingredients -> classes.
 *
 * "Topamax 100mg BID", "venlafaxine XR", "Excedrin" and "sumatriptan/naproxen" are read
 * word by word: every word belongs to a known name or is a dose, form, salt or frequency
 * (knowledge/drugs.yaml, ignore). One word left over and the name is not recognised: it
 * might be another drug. A match says how far it may be trusted; only a name that is the
 * ingredient's own, or one read in a source, is `sure` (safety.md: a recalled fact never
 * clears anybody). Pure. */
#ifndef LULL_CARE_DRUGS_H
#define LULL_CARE_DRUGS_H

#include <stddef.h>
#include <stdint.h>
#include "lull/base/err.h"
#include "lull/base/files.h"
#include "lull/base/mem.h"
#include "lull/base/schema.h"

LULL_BEGIN_C

struct lull_drug_class_name {
	const char *id, *name;
};

struct lull_ingredient {
	const char *id;                  /* "topiramate" */
	const char *const *names;        /* brands and other names */
	size_t n_names;
	const char *const *classes;      /* ids of classes */
	size_t n_classes;
	const char *source;
	int mark;                        /* of the classes */
	int names_mark;                  /* of the names; recalled unless stated */
};

struct lull_drug_product {
	const char *name;
	const char *const *ingredients;
	size_t n_ingredients;
	const char *source;
	int mark;
};

/* One way to write something: sorted by text, made at load. */
struct lull_drug_name {
	const char *text;                /* normalised: lower case, single blanks */
	uint32_t n_words;
	uint32_t ingredient, product;    /* index, or UINT32_MAX */
	bool is_own;                     /* the ingredient's own name */
};

struct lull_drugs {
	const char *const *ignore;
	size_t n_ignore;
	const struct lull_drug_class_name *classes;
	size_t n_classes;
	const struct lull_ingredient *ingredients;
	size_t n_ingredients;
	const struct lull_drug_product *products;
	size_t n_products;
	const struct lull_drug_name *index;
	size_t n_index;
	const char *const *all_names;    /* NULL-ended, for hints */
	uint32_t longest;                /* words in the longest name */
};

/* knowledge/drugs.yaml. */
LULL_NODISCARD int lull_drugs_load(const struct lull_files *files, struct lull_arena *arena,
				   struct lull_drugs *out, struct lull_diags *diags);

enum { LULL_DRUG_MATCH_MAX = 8, LULL_DRUG_TEXT_MAX = 400 };

struct lull_drug_match {
	uint32_t ingredients[LULL_DRUG_MATCH_MAX]; /* indices, in the order written */
	size_t n_ingredients;
	bool recognised;                 /* every word was understood           */
	bool sure;                       /* by own names or sourced names only  */
	const char *nearest;             /* a hint when not recognised; NULL    */
};

/* A text longer than LULL_DRUG_TEXT_MAX is not recognised. */
void lull_drugs_match(const struct lull_drugs *drugs, const char *text, struct lull_drug_match *out);

/* The ingredient with this id, or NULL. */
const struct lull_ingredient *lull_drugs_ingredient(const struct lull_drugs *drugs, const char *id);

/* Is the ingredient in the class, or is the id its own? */
bool lull_ingredient_is(const struct lull_ingredient *ingredient, const char *class_or_id);

/* Does some ingredient, or a class, have this id? (for checking rules) */
bool lull_drugs_knows(const struct lull_drugs *drugs, const char *class_or_id);

LULL_END_C

#endif
