/* The instruments as files: what is shipped holds together, and broken files are refused with a reason. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>

#include "lull/base/text.h"
#include "lull/scores/score.h"

static const char *const wanted[] = { "phq9", "gad7", "hit6", "midas", "halt90", "asc12", "msq21", "cssrs_screener",
				      "cadss23", "cadss6", "nrs", "vas", "vrs", "pgic", "moaas", "rass", "aldrete",
				      "padss" };

static void every_instrument_is_there_under_its_files_name(void **state)
{
	struct lull_arena arena = { 0 };
	struct lull_instruments set;
	struct lull_diags diags;
	(void)state;
	lull_diags_init(&diags, &arena);
	assert_int_equal(lull_instruments_load(test_knowledge(), &arena, &set, &diags), LULL_OK);
	assert_no_diags(&diags);
	assert_int_equal(set.n_items, sizeof(wanted) / sizeof(*wanted));
	for (size_t i = 0; i < set.n_items; i++) {
		char path[64];
		const struct lull_instrument *s = lull_instrument_find(&set, wanted[i]);
		assert_non_null(s);
		snprintf(path, sizeof(path), "instruments/%s.yaml", wanted[i]);
		assert_non_null(lull_files_get(test_knowledge(), path));
	}
	assert_null(lull_instrument_find(&set, "midas2"));
	lull_arena_clear(&arena);
}

static void wording_is_shipped_for_the_open_instruments_only(void **state)
{
	static const char *const open[] = { "phq9", "gad7", "halt90", "nrs", "vas", "vrs", "pgic" };
	static const char *const closed[] = { "midas", "hit6", "msq21", "asc12", "cssrs_screener", "cadss23", "cadss6" };
	struct lull_arena arena = { 0 };
	struct lull_instruments set;
	(void)state;
	assert_int_equal(lull_instruments_load(test_knowledge(), &arena, &set, NULL), LULL_OK);
	for (size_t i = 0; i < sizeof(open) / sizeof(*open); i++) {
		const struct lull_instrument *s = lull_instrument_find(&set, open[i]);
		assert_int_equal(s->licence, LULL_SCORE_TEXT);
		for (size_t k = 0; k < s->n_items; k++)
			assert_non_null(s->items[k].text);
	}
	for (size_t i = 0; i < sizeof(closed) / sizeof(*closed); i++) {
		const struct lull_instrument *s = lull_instrument_find(&set, closed[i]);
		assert_int_equal(s->licence, LULL_SCORE_ONLY);
		for (size_t k = 0; k < s->n_items; k++)
			assert_null(s->items[k].text);
	}
	lull_arena_clear(&arena);
}

/* The ends of every score are reached by the ends of its answers. */
static void ranges_of_scores_follow_from_the_answers(void **state)
{
	struct lull_arena arena = { 0 };
	struct lull_instruments set;
	(void)state;
	assert_int_equal(lull_instruments_load(test_knowledge(), &arena, &set, NULL), LULL_OK);
	for (size_t i = 0; i < set.n_items; i++) {
		const struct lull_instrument *s = &set.items[i];
		double low[LULL_SCORE_MAX_ITEMS], high[LULL_SCORE_MAX_ITEMS];
		struct lull_score a, b;
		struct lull_err err = { 0 };
		if (s->kind == LULL_SCORE_RISK || s->kind == LULL_SCORE_PERCENT)
			continue;
		for (size_t k = 0; k < s->n_items; k++) {
			low[k] = s->answer_min;
			high[k] = s->items[k].max == s->items[k].max ? s->items[k].max : s->answer_max;
			if (s->n_limits) /* two items share their 92 days */
				high[k] = k == 1 || k == 3 ? 0 : high[k];
		}
		assert_ok(lull_score_run(s, low, &a, &err), &err);
		assert_ok(lull_score_run(s, high, &b, &err), &err);
		assert_close(a.total.value, s->score_min, 0, 0);
		assert_close(b.total.value, s->score_max, 0, 0);
	}
	lull_arena_clear(&arena);
}

/* ---- broken files ------------------------------------------------------------------------ */

static const char good[] = "schema_version: 1\nid: x\nname: X\nkind: sum\nhigher_is: worse\nrecall: now\n"
			   "licence: score_only\nlicence_basis: none\nanswer_min: 0\nanswer_max: 3\nscore_min: 0\n"
			   "score_max: 6\nmax_missing: 0\nmissing_rule: none\nitems:\n  - {id: a, label: a}\n"
			   "  - {id: b, label: b}\nsource: s\nmark: verified\n";

static int load_text(const char *text, struct lull_arena *arena, struct lull_diags *diags)
{
	struct lull_file file = { "instruments/x.yaml", text, strlen(text) };
	struct lull_files files = { &file, 1, "", "test" };
	struct lull_instruments set;
	lull_diags_init(diags, arena);
	return lull_instruments_load(&files, arena, &set, diags);
}

/* good with one line replaced (from NULL: a line added). */
static const char *changed(struct lull_arena *arena, const char *from, const char *to)
{
	const char *at = from ? strstr(good, from) : good + strlen(good);
	assert_non_null(at);
	const size_t skip = from ? strlen(from) : 0;
	char *out = lull_arena_printf(arena, "%.*s%s%s", (int)(at - good), good, to, at + skip);
	assert_non_null(out);
	return out;
}

static void broken_instruments_are_refused_with_the_reason(void **state)
{
	static const struct {
		const char *from, *to, *found;
	} rows[] = {
		{ "label: b", "label: b, text: wording", "the text of 'b'" },
		{ "label: b", "label: b, choices: [{value: 0, text: no}]", "the choices of 'b'" },
		{ NULL, "choices: [{value: 0, text: no}]\n", "the text 'no'" },
		{ "id: b", "id: a", "a second item 'a'" },
		{ "kind: sum", "kind: single", "the instrument 'x'" },
		{ "kind: sum", "kind: percent", "the instrument 'x'" },
		{ "kind: sum", "kind: risk", "the instrument 'x'" },
		{ "score_max: 6", "score_max: 0", "the instrument 'x'" },
		{ NULL, "bands: [{id: p, name: p, low: 0, high: 5, source: s, mark: verified}]\n", "bands end at 'p'" },
		{ NULL,
		  "bands: [{id: p, name: p, low: 0, high: 2, source: s, mark: verified}, "
		  "{id: q, name: q, low: 4, high: 6, source: s, mark: verified}]\n",
		  "the band 'q'" },
		{ NULL,
		  "bands: [{id: p, name: p, low: 0, high: -1, source: s, mark: verified}, "
		  "{id: q, name: q, low: 0, high: 6, source: s, mark: verified}]\n",
		  "the band 'p'" },
		{ NULL, "domains: [{id: d, name: d, items: [c]}]\n", "the item 'c'" },
		{ NULL,
		  "domains: [{id: d, name: d, items: [a]}, {id: e, name: e, items: [a]}, {id: f, name: f, items: [a]}, "
		  "{id: g, name: g, items: [a]}, {id: h, name: h, items: [a]}]\n",
		  "the instrument 'x'" },
		{ NULL, "limits: [{items: [a, c], sum_max: 3, because: x}]\n", "the item 'c'" },
		{ NULL, "flags: [{id: f, item: c, at_least: 1, action: x, question: x, source: s, mark: verified}]\n",
		  "the item 'c'" },
		{ NULL, "skips: [{item: c, then_no: [a]}]\n", "the item 'c'" },
		{ NULL,
		  "rules: [{id: r, name: r, other_name: o, counts_from: 1, easier_item: c, easier_from: 1, cardinal: [a], "
		  "needed: 1, other_needed: 1, source: s, mark: verified}]\n",
		  "the item 'c'" },
		{ NULL, "mids: [{id: m, points: 1, design: within_person, domain: d, population: p, meaning: m, source: s, "
			"mark: verified}]\n",
		  "the domain 'd'" },
		{ NULL, "mids: [{id: m, design: within_person, population: p, meaning: m, source: s, mark: verified}]\n",
		  "the difference 'm'" },
		{ NULL, "cut_offs: [{id: c, name: c, source: s, mark: verified}]\n", "the cut-off 'c'" },
		{ NULL, "cut_offs: [{id: c, name: c, at_least: 1, at_most: 1, source: s, mark: verified}]\n",
		  "the cut-off 'c'" },
		{ "mark: verified", "mark: certain", "certain" },
		{ "items:", "item:", "item" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct lull_arena arena = { 0 };
		struct lull_diags diags;
		struct lull_buf buf = { 0 };
		assert_int_equal(load_text(changed(&arena, rows[i].from, rows[i].to), &arena, &diags), LULL_EPARSE);
		lull_diags_print(&diags, &buf);
		assert_has(lull_buf_text(&buf), rows[i].found);
		lull_buf_clear(&buf);
		lull_arena_clear(&arena);
	}
}

static void too_many_of_a_kind_are_refused(void **state)
{
	struct lull_arena arena = { 0 };
	struct lull_diags diags;
	struct lull_buf many = { 0 };
	(void)state;
	lull_buf_puts(&many, "items:\n");
	for (int i = 0; i < 33; i++)
		lull_buf_printf(&many, "  - {id: i%d, label: x}\n", i);
	assert_int_equal(load_text(changed(&arena, "items:\n", lull_buf_text(&many)), &arena, &diags), LULL_EPARSE);
	lull_buf_reset(&many);
	lull_buf_puts(&many, "cut_offs:\n");
	for (int i = 0; i < 9; i++)
		lull_buf_printf(&many, "  - {id: c%d, name: x, at_least: 1, source: s, mark: verified}\n", i);
	assert_int_equal(load_text(changed(&arena, NULL, lull_buf_text(&many)), &arena, &diags), LULL_EPARSE);
	lull_buf_reset(&many);
	lull_buf_puts(&many, "rules:\n");
	for (int i = 0; i < 2; i++)
		lull_buf_printf(&many,
				"  - {id: r%d, name: r, other_name: o, counts_from: 1, easier_item: a, easier_from: 1, "
				"cardinal: [a], needed: 1, other_needed: 1, source: s, mark: verified}\n",
				i);
	assert_int_equal(load_text(changed(&arena, NULL, lull_buf_text(&many)), &arena, &diags), LULL_EPARSE);
	assert_int_equal(load_text(good, &arena, &diags), LULL_OK);
	assert_int_equal(load_text("a: [", &arena, &diags), LULL_EPARSE);
	lull_buf_clear(&many);
	lull_arena_clear(&arena);
}

static void every_failed_allocation_is_reported(void **state)
{
	int rc = LULL_ENOMEM;
	uint64_t nth = 0;
	(void)state;
	while (rc != LULL_OK) {
		struct lull_arena arena = { 0 };
		struct lull_instruments set;
		struct lull_diags diags;
		lull_diags_init(&diags, &arena);
		lull_mem_fail_at(++nth, true);
		rc = lull_instruments_load(test_knowledge(), &arena, &set, &diags);
		lull_mem_fail_at(0, false);
		assert_true(rc == LULL_OK || rc == LULL_ENOMEM);
		lull_arena_clear(&arena);
	}
	assert_true(nth > 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_instrument_is_there_under_its_files_name),
		cmocka_unit_test(wording_is_shipped_for_the_open_instruments_only),
		cmocka_unit_test(ranges_of_scores_follow_from_the_answers),
		cmocka_unit_test(broken_instruments_are_refused_with_the_reason),
		cmocka_unit_test(too_many_of_a_kind_are_refused),
		cmocka_unit_test(every_failed_allocation_is_reported),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
