/* A form as a chart holds it: answers by item id, or the total alone. */
#include "lull/scores/score.h"

#include <math.h>

#include "lull/base/text.h"

static const struct lull_field answer_fields[] = {
	{ .key = "item", .type = LULL_F_TEXT, .offset = offsetof(struct lull_score_answer, item), .required = true,
	  .what = "item id, q1" },
	{ .key = "value", .type = LULL_F_NUMBER, .offset = offsetof(struct lull_score_answer, value), .required = true,
	  .what = "the answer's code" },
	{ 0 }
};
static const struct lull_schema answer_schema = { "answer", sizeof(struct lull_score_answer), answer_fields, 0, NULL };

static const struct lull_field entry_fields[] = {
	{ .key = "instrument", .type = LULL_F_TEXT, .offset = offsetof(struct lull_score_entry, instrument),
	  .required = true, .what = "id of an instrument: phq9, gad7, hit6, midas, cssrs_screener, ..." },
	{ .key = "date", .type = LULL_F_DAY, .offset = offsetof(struct lull_score_entry, day),
	  .what = "day on which it was filled in" },
	{ .key = "items", .type = LULL_F_LIST, .offset = offsetof(struct lull_score_entry, items),
	  .count_offset = offsetof(struct lull_score_entry, n_items), .sub = &answer_schema,
	  .what = "answers; an item that is not listed is missing" },
	{ .key = "total", .type = LULL_F_NUMBER, .offset = offsetof(struct lull_score_entry, total),
	  .what = "the total, when only that is known" },
	{ 0 }
};
const struct lull_schema lull_score_entry_schema = { "score", sizeof(struct lull_score_entry), entry_fields, 0, NULL };

static bool is_nan(double x)
{
	return x != x;
}

static int place_answers(const struct lull_instrument *s, const struct lull_score_entry *entry, double *answers,
			 struct lull_err *err)
{
	for (size_t i = 0; i < s->n_items; i++)
		answers[i] = NAN;
	for (size_t k = 0; k < entry->n_items; k++) {
		const int i = lull_instrument_item(s, entry->items[k].item);
		if (i < 0)
			return lull_fail(err, LULL_ENOTFOUND, s->id, "%s has no item '%.40s'; its items are %s to %s",
					 s->name, entry->items[k].item, s->items[0].id, s->items[s->n_items - 1].id);
		if (!is_nan(answers[i]))
			return lull_fail(err, LULL_ECONFLICT, s->id, "item %s of %s is answered twice", s->items[i].id,
					 s->name);
		answers[i] = entry->items[k].value;
	}
	return LULL_OK;
}

int lull_score_entry_run(const struct lull_instruments *set, const struct lull_score_entry *entry,
			 struct lull_score *out, struct lull_err *err)
{
	double answers[LULL_SCORE_MAX_ITEMS];
	const struct lull_instrument *s = lull_instrument_find(set, entry->instrument);
	*out = (struct lull_score){ 0 };
	if (!s)
		return lull_fail(err, LULL_ENOTFOUND, "instrument", "no instrument is called '%.60s'", entry->instrument);
	if (!entry->n_items && is_nan(entry->total))
		return lull_fail(err, LULL_EDOMAIN, s->id, "neither answers nor a total of %s", s->name);
	if (!entry->n_items)
		return lull_score_from_total(s, entry->total, out, err);
	int rc = place_answers(s, entry, answers, err);
	if (rc == LULL_OK)
		rc = lull_score_run(s, answers, out, err);
	if (rc == LULL_OK && !is_nan(entry->total) && !is_nan(out->total.value) && !out->total.prorated &&
	    entry->total != out->total.value)
		return lull_fail(err, LULL_ECONFLICT, s->id, "the total given for %s is not the sum of its answers", s->name);
	return rc;
}
