/* Response, conversion and tags as JSON: read back by our own reader, field by field. */
#include "support.h"

#include <math.h>

#include "lull/codec/response_json.h"

static struct lull_arena arena;
static struct lull_chain_priors priors;
static struct lull_response_rules rules;
static struct lull_criteria criteria;
static struct lull_measures measures;

static int load(void **state)
{
	struct lull_diags diags;
	(void)state;
	lull_diags_init(&diags, &arena);
	return lull_chain_priors_load(test_knowledge(), &arena, &priors, &diags) ||
	       lull_response_rules_load(test_knowledge(), &arena, &rules, &diags) ||
	       lull_criteria_load(test_knowledge(), &arena, &criteria, &diags) ||
	       lull_measures_load(test_knowledge(), &arena, &measures, &diags);
}

static int unload(void **state)
{
	(void)state;
	lull_arena_clear(&arena);
	return 0;
}

static const struct lull_node *read(struct lull_buf *buf)
{
	struct lull_doc *doc = LULL_ARENA_NEW(&arena, struct lull_doc, 1);
	struct lull_diags diags;
	lull_diags_init(&diags, &arena);
	assert_int_equal(lull_json_read(lull_buf_text(buf), buf->n, "out", &arena, doc, &diags), LULL_OK);
	assert_no_diags(&diags);
	lull_buf_clear(buf);
	return doc->root;
}

static void assert_is(const struct lull_node *map, const char *key, const char *want)
{
	const struct lull_node *node = lull_node_get(map, key);
	assert_non_null(node);
	if (!want)
		assert_int_equal(node->kind, LULL_NODE_NULL);
	else
		assert_string_equal(node->text, want);
}

/* 28 days with 20 headache days, then 84 with 10 in each 28. */
static struct lull_series series(void)
{
	uint8_t *state = LULL_ARENA_NEW(&arena, uint8_t, 112);
	for (int i = 0; i < 112; i++)
		state[i] = i % 28 < (i < 28 ? 20 : 10) ? LULL_SERIES_YES : LULL_SERIES_NO;
	return (struct lull_series){ lull_day_from_ymd(2026, 1, 1), 112, state, NULL };
}

static void a_response_carries_windows_responders_and_what_it_means(void **state)
{
	const struct lull_series s = series();
	struct lull_response r;
	struct lull_err err = { 0 };
	struct lull_buf buf = { 0 };
	struct lull_json json = { .out = &buf };
	(void)state;
	assert_ok(lull_response_run(&s, s.first + 28, s.first + 28, &rules, &criteria.counting, &priors, &arena, &r, &err), &err);
	lull_json_response(&json, NULL, "headache_any", &r, &rules);
	const struct lull_node *root = read(&buf);
	assert_is(root, "day_definition", "headache_any");
	assert_is(root, "change_per_28", "-10");
	assert_is(root, "change_percent", "-50");
	const struct lull_node *before = lull_node_get(root, "before");
	assert_is(before, "from", "2026-01-01");
	assert_is(before, "to", "2026-01-28");
	assert_is(before, "counted", "20");
	assert_is(before, "mean_pain_0_10", NULL);
	const struct lull_node *responder = lull_node_get(root, "responder");
	assert_int_equal(responder->n_children, 4);
	assert_is(responder->first->next, "fall_percent", "50");
	assert_is(responder->first->next, "observed", "yes");
	assert_is(responder->first->next->next, "observed", "no");
	assert_is(root, "intensity_response", "unknown");
	assert_is(lull_node_get(root, "chain_before"), "recorded", "28");
	assert_has(lull_node_get(root, "meaning")->text, "regression to the mean");
}

static void a_conversion_gives_both_definitions(void **state)
{
	const struct lull_series s = series();
	struct lull_conversion c;
	struct lull_buf buf = { 0 };
	struct lull_json json = { .out = &buf };
	(void)state;
	lull_conversion_of(&s, s.first + 28, s.first + 28, &rules, &criteria.counting, &c);
	lull_json_conversion(&json, NULL, &c);
	const struct lull_node *root = read(&buf);
	assert_is(root, "was_chronic", "yes");
	assert_is(root, "episodic_by_mean", "yes");
	assert_is(root, "episodic_in_each_month", "yes");
	assert_is(root, "mean_per_28", "10");
	assert_int_equal(lull_node_get(root, "months")->n_children, 3);
}

static void tags_carry_counts_grades_and_sentences(void **state)
{
	static const char *const trigger_ids[] = { "stress", "moon" };
	static const char *const measure_ids[] = { "magnesium", "crystals" };
	struct lull_entry entries[100];
	struct lull_diary d = { .entries = entries, .n_entries = 100, .triggers = trigger_ids, .n_triggers = 2,
				.measures = measure_ids, .n_measures = 2 };
	struct lull_tags tags;
	struct lull_err err = { 0 };
	struct lull_buf buf = { 0 };
	struct lull_json json = { .out = &buf };
	(void)state;
	for (int i = 0; i < 100; i++)
		entries[i] = (struct lull_entry){ .kind = i % 2 ? LULL_ENTRY_HEADACHE : LULL_ENTRY_FREE, .first = i, .last = i,
						  .start_min = -1, .offset_min = LULL_NO_OFFSET, .pain = NAN, .duration_min = NAN,
						  .severity = -1, .triggers_known = 3, .triggers_yes = i % 5 ? 0 : 3,
						  .measures_known = 3, .measures_yes = i % 2 ? 3 : 0, .measures_helped = i % 4 == 1 };
	assert_ok(lull_diary_fold(&d, LULL_DAY_NONE, LULL_DAY_NONE, false, &arena, &err), &err);
	assert_ok(lull_tags_count(&d, &measures, &arena, &tags, &err), &err);
	lull_json_tags(&json, NULL, &tags);
	const struct lull_node *root = read(&buf);
	assert_is(root, "recorded", "100");
	const struct lull_node *stress = lull_node_get(root, "triggers")->first;
	assert_is(stress, "name", "Stress");
	assert_is(stress, "verdict", "compared");
	assert_is(stress, "with_and_headache", "10");
	assert_is(stress, "without_and_free", "40");
	assert_is(stress, "difference", "0");
	assert_is(stress, "self_report_percent", "79.7");
	assert_is(stress->next, "name", NULL);
	assert_null(lull_node_get(stress->next, "source"));
	const struct lull_node *magnesium = lull_node_get(root, "measures")->first;
	assert_is(magnesium, "grade", "aan_b");
	assert_is(magnesium, "used", "50");
	assert_is(magnesium, "helped", "25");
	assert_null(lull_node_get(magnesium->next, "grade"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_response_carries_windows_responders_and_what_it_means),
		cmocka_unit_test(a_conversion_gives_both_definitions),
		cmocka_unit_test(tags_carry_counts_grades_and_sentences),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, load, unload);
}
