/* Scores as JSON: read back by our own reader, field by field. */
#include "support.h"

#include <math.h>

#include "lull/codec/scores_json.h"

static struct lull_arena arena;
static struct lull_instruments set;

static int load(void **state)
{
	(void)state;
	return lull_instruments_load(test_knowledge(), &arena, &set, NULL);
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

static const struct lull_node *score_of(const char *id, const char *digits)
{
	double answers[LULL_SCORE_MAX_ITEMS];
	struct lull_score score;
	struct lull_err err = { 0 };
	struct lull_buf buf = { 0 };
	struct lull_json json = { .out = &buf };
	for (size_t i = 0; digits[i]; i++)
		answers[i] = digits[i] == '-' ? NAN : digits[i] - '0';
	assert_ok(lull_score_run(lull_instrument_find(&set, id), answers, &score, &err), &err);
	lull_json_score(&json, NULL, &score);
	return read(&buf);
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

static void a_score_carries_band_flags_and_sources(void **state)
{
	(void)state;
	const struct lull_node *s = score_of("phq9", "222220001");
	assert_is(s, "instrument", "phq9");
	assert_is(s, "score", "11");
	assert_is(lull_node_get(s, "band"), "id", "moderate");
	assert_is(lull_node_get(s, "symptom_rule"), "holds", "yes");
	assert_is(lull_node_get(s, "flags")->first, "state", "yes");
	assert_is(lull_node_get(s, "cut_offs")->first, "holds", "yes");
	assert_is(s, "mark", "verified");
	s = score_of("gad7", "111111-"); /* 6 to 9: no score, yet surely mild */
	assert_is(s, "score", NULL);
	assert_is(lull_node_get(s, "band"), "id", "mild");
	s = score_of("gad7", "222200-"); /* 8 to 11 */
	assert_is(s, "band", NULL);
	assert_is(s, "missing", "1");
	assert_null(lull_node_get(s, "symptom_rule"));
}

static void domains_and_levels_are_written(void **state)
{
	(void)state;
	const struct lull_node *s = score_of("msq21", "11111111111111");
	assert_is(lull_node_get(s, "domains")->first, "score", "100");
	s = score_of("cssrs_screener", "110-00-");
	assert_is(s, "level", "low");
	assert_is(s, "level_possible", "high");
	assert_is(s, "contradictory", "false");
	assert_int_equal(lull_node_get(s, "flags")->n_children, 2);
	s = score_of("cssrs_screener", "00---0-");
	assert_is(s, "level", NULL);
}

static void changes_name_their_threshold_and_population(void **state)
{
	const struct lull_change_judgement *list;
	struct lull_err err = { 0 };
	struct lull_buf buf = { 0 };
	struct lull_json json = { .out = &buf, .compact = true };
	size_t n;
	(void)state;
	assert_ok(lull_score_judge(lull_instrument_find(&set, "hit6"), NULL, 66, 60, &arena, &list, &n, &err), &err);
	lull_json_changes(&json, NULL, list, n);
	const struct lull_node *root = read(&buf);
	assert_int_equal(root->n_children, n);
	assert_is(root->first, "change", "improved");
	assert_is(root->first, "by_points", "-6");
	assert_is(root->first, "threshold_points", "6");
	assert_is(root->first, "threshold_percent", NULL);
	assert_is(root->first, "design", "within_person");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_score_carries_band_flags_and_sources),
		cmocka_unit_test(domains_and_levels_are_written),
		cmocka_unit_test(changes_name_their_threshold_and_population),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, load, unload);
}
