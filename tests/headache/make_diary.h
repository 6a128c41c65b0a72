/* make_diary.h - diaries made by hand for the tests of this room. */
#ifndef LULL_TEST_MAKE_DIARY_H
#define LULL_TEST_MAKE_DIARY_H

#include <math.h>
#include <stdlib.h>

#include "lull/base/yaml.h"
#include "lull/headache/classify.h"
#include "support.h"

enum { MAX_MADE = 600 };

/* Entries being collected; intakes live beside them. */
struct made {
	struct lull_entry entries[MAX_MADE];
	struct lull_intake intakes[MAX_MADE][4];
	size_t n;
};

static inline struct lull_entry made_blank(void)
{
	return (struct lull_entry){ .kind = LULL_ENTRY_HEADACHE,
				    .first = LULL_DAY_NONE,
				    .last = LULL_DAY_NONE,
				    .start_min = -1,
				    .offset_min = LULL_NO_OFFSET,
				    .pain = NAN,
				    .duration_min = NAN,
				    .severity = -1 };
}

static inline void made_sign(struct lull_entry *entry, enum lull_sign sign, bool yes)
{
	const uint64_t bit = (uint64_t)1 << sign;
	entry->known |= bit;
	entry->yes = yes ? entry->yes | bit : entry->yes & ~bit;
}

/* An untreated migraine attack of 8 h without aura; nothing left unknown. */
static inline struct lull_entry made_migraine(void)
{
	struct lull_entry e = made_blank();
	e.known = ((uint64_t)1 << LULL_N_SIGNS) - 1;
	made_sign(&e, LULL_SIGN_UNILATERAL, true);
	made_sign(&e, LULL_SIGN_PULSATING, true);
	made_sign(&e, LULL_SIGN_AGGRAVATED, true);
	made_sign(&e, LULL_SIGN_NAUSEA, true);
	e.pain = 8;
	e.duration_min = 480;
	e.drugs_known = true;
	return e;
}

/* A tension-type headache of 8 h; nothing left unknown. */
static inline struct lull_entry made_tension(void)
{
	struct lull_entry e = made_blank();
	e.known = ((uint64_t)1 << LULL_N_SIGNS) - 1;
	made_sign(&e, LULL_SIGN_BILATERAL, true);
	made_sign(&e, LULL_SIGN_PRESSING, true);
	e.pain = 3;
	e.duration_min = 480;
	e.drugs_known = true;
	return e;
}

static inline struct lull_entry made_free(void)
{
	struct lull_entry e = made_blank();
	e.kind = LULL_ENTRY_FREE;
	e.pain = 0;
	e.severity = 0;
	e.drugs_known = true;
	return e;
}

/* A headache of which nothing else was recorded. */
static inline struct lull_entry made_bare(void)
{
	return made_blank();
}

static inline struct lull_entry *made_add(struct made *made, struct lull_entry entry, lull_day day)
{
	assert_true(made->n < MAX_MADE);
	entry.first = entry.last = day;
	made->entries[made->n] = entry;
	return &made->entries[made->n++];
}

/* A drug in an entry already added (by index: the last with made->n - 1). */
static inline void made_take(struct made *made, size_t i, enum lull_acute acute, const char *name,
			     enum lull_answer relief)
{
	struct lull_entry *e = &made->entries[i];
	assert_true(e->n_intakes < 4);
	made->intakes[i][e->n_intakes++] = (struct lull_intake){ name, (uint8_t)acute, 1, (uint8_t)relief, false };
	e->intakes = made->intakes[i];
	e->drugs_known = true;
}

static inline struct lull_diary made_diary(const struct made *made, lull_day from, lull_day to,
					   struct lull_arena *arena)
{
	struct lull_diary diary = { .patient_id = "",
				    .entries = made->entries,
				    .n_entries = made->n,
				    .records_severity = true,
				    .records_drugs = true };
	struct lull_err err = { 0 };
	assert_ok(lull_diary_fold(&diary, from, to, false, arena, &err), &err);
	return diary;
}

static inline const struct lull_criteria *made_criteria(struct lull_arena *arena)
{
	static struct lull_criteria criteria;
	static struct lull_arena own; /* outlives the arena of a test */
	(void)arena;
	if (!criteria.items[0].id) {
		struct lull_diags diags;
		lull_diags_init(&diags, &own);
		const int rc = lull_criteria_load(test_knowledge(), &own, &criteria, &diags);
		assert_no_diags(&diags);
		assert_int_equal(rc, LULL_OK);
	}
	return &criteria;
}

static inline struct lull_classification made_classify_as(const struct lull_diary *diary,
							   const struct lull_history *history, enum lull_month month,
							   lull_day index, struct lull_arena *arena)
{
	const struct lull_classify_options options = { .month = month, .index = index };
	struct lull_classification out;
	struct lull_err err = { 0 };
	assert_ok(lull_classify(made_criteria(arena), diary, history, &options, arena, &out, &err), &err);
	return out;
}

static inline struct lull_classification made_classify(const struct lull_diary *diary,
							const struct lull_history *history, struct lull_arena *arena)
{
	return made_classify_as(diary, history, LULL_MONTH_28, LULL_DAY_NONE, arena);
}

#endif
