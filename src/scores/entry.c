/* A form as a chart holds it: answers by item id or in item order, or the total alone. */
#include "lull/scores/score.h"

#include <math.h>

#include "lull/base/node.h"
#include "lull/base/parse.h"
#include "lull/base/text.h"

static const struct lull_field entry_fields[] = {
	{ .key = "instrument", .type = LULL_F_TEXT, .offset = offsetof(struct lull_score_entry, instrument),
	  .required = true, .what = "id of an instrument: phq9, gad7, hit6, midas, cssrs_screener, ..." },
	{ .key = "on", .type = LULL_F_DAY, .offset = offsetof(struct lull_score_entry, on),
	  .what = "day on which it was filled in" },
	{ .key = "answers", .type = LULL_F_NODE, .offset = offsetof(struct lull_score_entry, answers),
	  .what = "answers by item id, {\"q1\": 2, \"q2\": null}, or a list in item order; null = not answered" },
	{ .key = "total", .type = LULL_F_NUMBER, .offset = offsetof(struct lull_score_entry, total),
	  .what = "the total, when only that is known" },
	{ 0 }
};
const struct lull_schema lull_score_entry_schema = { "score", sizeof(struct lull_score_entry), entry_fields, 0, NULL };

static bool is_nan(double x)
{
	return x != x;
}

static int read_answer(const struct lull_instrument *s, const struct lull_node *node, int i, double *answers,
		       struct lull_err *err)
{
	char where[64];
	lull_text_format(where, sizeof(where), "%.30s.%.20s", s->id, s->items[i].id);
	if (!is_nan(answers[i]))
		return lull_fail(err, LULL_ECONFLICT, where, "the item is answered twice");
	if (node->kind == LULL_NODE_NULL)
		return LULL_OK;
	if (node->kind != LULL_NODE_SCALAR || node->quoted)
		return lull_fail(err, LULL_EPARSE, where, "an answer is a number or null");
	return lull_parse_double(node->text, node->n_text, '.', NULL, where, &answers[i], err);
}

static int read_map(const struct lull_instrument *s, const struct lull_node *map, double *answers,
		    struct lull_err *err)
{
	for (const struct lull_node *node = map->first; node; node = node->next) {
		const int i = lull_instrument_item(s, node->key);
		if (i < 0)
			return lull_fail(err, LULL_ENOTFOUND, s->id, "%s has no item '%.40s'; its items are %s to %s",
					 s->name, node->key, s->items[0].id, s->items[s->n_items - 1].id);
		const int rc = read_answer(s, node, i, answers, err);
		if (rc != LULL_OK)
			return rc;
	}
	return LULL_OK;
}

static int read_list(const struct lull_instrument *s, const struct lull_node *list, double *answers,
		     struct lull_err *err)
{
	int i = 0;
	if (list->n_children != s->n_items)
		return lull_fail(err, LULL_EDOMAIN, s->id, "%zu answers for the %zu items of %s; write null for a missing one",
				 list->n_children, s->n_items, s->name);
	for (const struct lull_node *node = list->first; node; node = node->next, i++) {
		const int rc = read_answer(s, node, i, answers, err);
		if (rc != LULL_OK)
			return rc;
	}
	return LULL_OK;
}

int lull_score_entry_run(const struct lull_instruments *set, const struct lull_score_entry *entry,
			 struct lull_score *out, struct lull_err *err)
{
	double answers[LULL_SCORE_MAX_ITEMS];
	const struct lull_instrument *s = lull_instrument_find(set, entry->instrument);
	const struct lull_node *given = entry->answers;
	*out = (struct lull_score){ 0 };
	if (!s)
		return lull_fail(err, LULL_ENOTFOUND, "instrument", "no instrument is called '%.60s'", entry->instrument);
	if (!given && is_nan(entry->total))
		return lull_fail(err, LULL_EDOMAIN, s->id, "neither answers nor a total of %s", s->name);
	if (!given)
		return lull_score_from_total(s, entry->total, out, err);
	if (given->kind != LULL_NODE_MAP && given->kind != LULL_NODE_LIST)
		return lull_fail(err, LULL_EPARSE, s->id, "answers are a map from item to number, or a list");
	for (size_t i = 0; i < s->n_items; i++)
		answers[i] = NAN;
	int rc = given->kind == LULL_NODE_MAP ? read_map(s, given, answers, err) : read_list(s, given, answers, err);
	if (rc == LULL_OK)
		rc = lull_score_run(s, answers, out, err);
	if (rc == LULL_OK && !is_nan(entry->total) && !is_nan(out->total.value) && !out->total.prorated &&
	    entry->total != out->total.value)
		return lull_fail(err, LULL_ECONFLICT, s->id, "the total given for %s is not the sum of its answers", s->name);
	return rc;
}
