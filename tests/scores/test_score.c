/* Every cut-point, missing rule, flag and difference of the facts (headache 4, therapy 5.2, 5.5). */
#include "support.h"

#include <math.h>
#include <stdio.h>

#include "lull/base/node.h"
#include "lull/base/text.h"
#include "lull/base/yaml.h"
#include "lull/scores/score.h"

static struct lull_arena arena;
static struct lull_instruments set;

static int load(void **state)
{
	struct lull_diags diags;
	(void)state;
	lull_diags_init(&diags, &arena);
	const int rc = lull_instruments_load(test_knowledge(), &arena, &set, &diags);
	assert_no_diags(&diags);
	return rc;
}

static int unload(void **state)
{
	(void)state;
	lull_arena_clear(&arena);
	return 0;
}

static const struct lull_instrument *get(const char *id)
{
	const struct lull_instrument *s = lull_instrument_find(&set, id);
	if (!s)
		print_error("no instrument %s\n", id);
	assert_non_null(s);
	return s;
}

/* One digit an item, '-' missing: "012-". */
static struct lull_score run(const char *id, const char *digits)
{
	double answers[LULL_SCORE_MAX_ITEMS];
	struct lull_score score;
	struct lull_err err = { 0 };
	const struct lull_instrument *s = get(id);
	assert_int_equal(strlen(digits), s->n_items);
	for (size_t i = 0; i < s->n_items; i++)
		answers[i] = digits[i] == '-' ? NAN : digits[i] - '0';
	assert_ok(lull_score_run(s, answers, &score, &err), &err);
	return score;
}

static struct lull_score from_total(const char *id, double total)
{
	struct lull_score score;
	struct lull_err err = { 0 };
	assert_ok(lull_score_from_total(get(id), total, &score, &err), &err);
	return score;
}

/* ---- bands ------------------------------------------------------------------------------- */

static const struct {
	const char *instrument;
	double total;
	const char *band;
} bands[] = {
	{ "phq9", 0, "minimal" }, { "phq9", 4, "minimal" }, { "phq9", 5, "mild" }, { "phq9", 9, "mild" },
	{ "phq9", 10, "moderate" }, { "phq9", 14, "moderate" }, { "phq9", 15, "moderately_severe" },
	{ "phq9", 19, "moderately_severe" }, { "phq9", 20, "severe" }, { "phq9", 27, "severe" },
	{ "gad7", 0, "minimal" }, { "gad7", 4, "minimal" }, { "gad7", 5, "mild" }, { "gad7", 9, "mild" },
	{ "gad7", 10, "moderate" }, { "gad7", 14, "moderate" }, { "gad7", 15, "severe" }, { "gad7", 21, "severe" },
	{ "hit6", 36, "little" }, { "hit6", 49, "little" }, { "hit6", 50, "some" }, { "hit6", 55, "some" },
	{ "hit6", 56, "substantial" }, { "hit6", 59, "substantial" }, { "hit6", 60, "severe" }, { "hit6", 78, "severe" },
	/* the wrong web calculators begin grade II at 1, III at 6 and IV at 11 */
	{ "midas", 0, "I" }, { "midas", 1, "I" }, { "midas", 5, "I" }, { "midas", 6, "II" }, { "midas", 10, "II" },
	{ "midas", 11, "III" }, { "midas", 20, "III" }, { "midas", 21, "IV" }, { "midas", 270, "IV" },
	/* the printed table begins grade IV at 20 */
	{ "halt90", 5, "I" }, { "halt90", 6, "II" }, { "halt90", 10, "II" }, { "halt90", 11, "III" },
	{ "halt90", 20, "III" }, { "halt90", 21, "IV" },
	{ "asc12", 0, "none" }, { "asc12", 2, "none" }, { "asc12", 3, "mild" }, { "asc12", 5, "mild" },
	{ "asc12", 6, "moderate" }, { "asc12", 8, "moderate" }, { "asc12", 9, "severe" }, { "asc12", 24, "severe" },
	{ "pgic", 1, "substantial" }, { "pgic", 2, "moderate" }, { "pgic", 3, "minimal" }, { "pgic", 4, "none" },
	{ "pgic", 5, "worse" }, { "pgic", 7, "worse" },
};

static void bands_follow_the_published_cut_points(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bands) / sizeof(*bands); i++) {
		const struct lull_score score = from_total(bands[i].instrument, bands[i].total);
		if (!score.total.band || strcmp(score.total.band->id, bands[i].band))
			print_error("%s %g is %s\n", bands[i].instrument, bands[i].total,
				    score.total.band ? score.total.band->id : "nothing");
		assert_non_null(score.total.band);
		assert_string_equal(score.total.band->id, bands[i].band);
	}
	assert_string_equal(from_total("midas", 40).total.finer_band->id, "IV_A");
	assert_string_equal(from_total("midas", 41).total.finer_band->id, "IV_B");
	assert_int_equal(from_total("midas", 41).total.finer_band->mark, LULL_RECALLED);
	assert_null(from_total("nrs", 5).total.band);
}

static void cut_offs_hold_from_their_value_on(void **state)
{
	static const struct {
		const char *instrument;
		double total;
		enum lull_answer want;
	} rows[] = {
		{ "gad7", 9, LULL_NO },    { "gad7", 10, LULL_YES },   { "phq9", 9, LULL_NO },   { "phq9", 10, LULL_YES },
		{ "cadss23", 4, LULL_NO }, { "cadss23", 5, LULL_YES }, { "pgic", 2, LULL_YES },  { "pgic", 3, LULL_NO },
		{ "aldrete", 8, LULL_NO }, { "aldrete", 9, LULL_YES }, { "padss", 8, LULL_NO },  { "padss", 9, LULL_YES },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		print_message("# %s %g\n", rows[i].instrument, rows[i].total);
		assert_int_equal(from_total(rows[i].instrument, rows[i].total).cut_off[0], rows[i].want);
	}
}

/* ---- sums and missing items ---------------------------------------------------------------- */

static void sums_are_sums(void **state)
{
	double hit[] = { 6, 8, 10, 11, 13, 13 };
	struct lull_score score;
	struct lull_err err = { 0 };
	(void)state;
	assert_close(run("phq9", "333333333").total.value, 27, 0, 0);
	assert_close(run("phq9", "012301230").total.value, 12, 0, 0);
	assert_close(run("gad7", "1111111").total.value, 7, 0, 0);
	assert_close(run("asc12", "222222222222").total.value, 24, 0, 0);
	assert_close(run("cadss23", "44444444444444444444444").total.value, 92, 0, 0);
	assert_close(run("cadss6", "444444").total.value, 24, 0, 0);
	assert_close(run("aldrete", "22112").total.value, 8, 0, 0);
	assert_ok(lull_score_run(get("hit6"), hit, &score, &err), &err);
	assert_close(score.total.value, 61, 0, 0);
	assert_string_equal(score.total.band->id, "severe");
}

static void the_midas_sum_leaves_out_headache_days_and_pain(void **state)
{
	const double answers[] = { 10, 12, 3, 4, 5, 60, 8 };
	struct lull_score score;
	struct lull_err err = { 0 };
	(void)state;
	assert_ok(lull_score_run(get("midas"), answers, &score, &err), &err);
	assert_close(score.total.value, 34, 0, 0);
	assert_string_equal(score.total.finer_band->id, "IV_A");
}

static void phq9_fills_up_to_two_missing_items(void **state)
{
	(void)state;
	struct lull_score score = run("phq9", "22222222-");
	assert_true(score.total.prorated);
	assert_int_equal(score.total.n_missing, 1);
	assert_close(score.total.value, 18, 1e-15, 0); /* 16 * 9 / 8 */
	assert_close(score.total.low, 16, 0, 0);
	assert_close(score.total.high, 19, 0, 0);
	score = run("phq9", "1111111--");
	assert_close(score.total.value, 9, 1e-15, 0);
	score = run("phq9", "111111---");
	assert_true(isnan(score.total.value));
	assert_non_null(score.why_unknown);
	assert_null(score.total.band);
}

static void other_scores_need_every_item(void **state)
{
	(void)state;
	assert_true(isnan(run("gad7", "333333-").total.value));
	assert_true(isnan(run("asc12", "22222222222-").total.value));
	assert_true(isnan(run("aldrete", "2222-").total.value));
	/* 18 answered of 21: severe whatever the seventh answer, so the band is known */
	assert_string_equal(run("gad7", "333333-").total.band->id, "severe");
	assert_int_equal(run("gad7", "333333-").cut_off[0], LULL_YES);
	assert_int_equal(run("gad7", "000000-").cut_off[0], LULL_NO);
	assert_int_equal(run("gad7", "222200-").cut_off[0], LULL_UNKNOWN);
	assert_null(run("gad7", "222200-").total.band);
}

static void nothing_answered_is_no_score(void **state)
{
	(void)state;
	const struct lull_score score = run("phq9", "---------");
	assert_true(isnan(score.total.value));
	assert_int_equal(score.rule, LULL_UNKNOWN);
}

static void impossible_answers_are_refused_with_what_is_allowed(void **state)
{
	static const struct {
		const char *instrument;
		size_t item;
		double answer;
		const char *allowed;
	} rows[] = {
		{ "hit6", 2, 7, "6, 8, 10, 11, 13" },  { "hit6", 0, 0, "6, 8" },      { "hit6", 5, 12, "6, 8" },
		{ "phq9", 0, 4, "0, 1, 2, 3" },        { "phq9", 3, 1.5, "0, 1, 2" }, { "phq9", 8, -1, "0, 1" },
		{ "midas", 0, 93, "whole numbers 0 to 92" }, { "midas", 6, 11, "whole numbers 0 to 10" },
		{ "midas", 2, 2.5, "whole numbers" },  { "msq21", 0, 0, "1 to 6" },   { "msq21", 13, 7, "1 to 6" },
		{ "nrs", 0, 10.5, "whole numbers 0 to 10" }, { "vas", 0, 100.5, "0 to 100" },
		{ "rass", 0, -6, "-5" },               { "pgic", 0, 0, "1, 2" },      { "asc12", 0, 3, "0 to 2" },
		{ "cssrs_screener", 1, 2, "0 to 1" },  { "cadss23", 0, 5, "0 to 4" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		double answers[LULL_SCORE_MAX_ITEMS];
		struct lull_err err = { 0 };
		struct lull_score score;
		for (size_t k = 0; k < LULL_SCORE_MAX_ITEMS; k++)
			answers[k] = NAN;
		answers[rows[i].item] = rows[i].answer;
		assert_int_equal(lull_score_run(get(rows[i].instrument), answers, &score, &err), LULL_EDOMAIN);
		assert_has(err.mend, rows[i].allowed);
	}
}

static void a_line_in_mm_may_lie_between_whole_numbers(void **state)
{
	const double answer = 43.5;
	struct lull_score score;
	struct lull_err err = { 0 };
	(void)state;
	assert_ok(lull_score_run(get("vas"), &answer, &score, &err), &err);
	assert_close(score.total.value, 43.5, 0, 0);
}

static void days_of_one_kind_fit_into_three_months(void **state)
{
	double answers[] = { 50, 42, 60, 32, 0, NAN, NAN };
	struct lull_score score;
	struct lull_err err = { 0 };
	(void)state;
	assert_ok(lull_score_run(get("midas"), answers, &score, &err), &err);
	assert_close(score.total.value, 184, 0, 0);
	answers[1] = 43;
	assert_int_equal(lull_score_run(get("midas"), answers, &score, &err), LULL_EDOMAIN);
	assert_has(err.what, "93");
	answers[1] = 42;
	answers[3] = 33;
	assert_int_equal(lull_score_run(get("midas"), answers, &score, &err), LULL_EDOMAIN);
	assert_int_equal(lull_score_run(get("halt90"), answers, &score, &err), LULL_EDOMAIN);
}

static void totals_lie_in_the_range_of_the_score(void **state)
{
	struct lull_score score;
	struct lull_err err = { 0 };
	(void)state;
	assert_int_equal(lull_score_from_total(get("hit6"), 35, &score, &err), LULL_EDOMAIN);
	assert_int_equal(lull_score_from_total(get("hit6"), 79, &score, &err), LULL_EDOMAIN);
	assert_int_equal(lull_score_from_total(get("phq9"), 9.5, &score, &err), LULL_EDOMAIN);
	assert_int_equal(lull_score_from_total(get("phq9"), NAN, &score, &err), LULL_EDOMAIN);
	assert_int_equal(lull_score_from_total(get("cssrs_screener"), 3, &score, &err), LULL_EUNSUPPORTED);
	assert_int_equal(lull_score_from_total(get("msq21"), 50, &score, &err), LULL_EUNSUPPORTED);
	assert_ok(lull_score_from_total(get("vas"), 12.5, &score, &err), &err);
}

/* ---- domains ------------------------------------------------------------------------------- */

static void msq_domains_run_from_0_to_100_with_100_best(void **state)
{
	(void)state;
	struct lull_score score = run("msq21", "11111111111111");
	for (size_t d = 0; d < 3; d++)
		assert_close(score.domains[d].value, 100, 0, 0);
	score = run("msq21", "66666666666666");
	for (size_t d = 0; d < 3; d++)
		assert_close(score.domains[d].value, 0, 0, 0);
	/* (sum(7 - v) - k) 100 / (5 k): rr 2222333 -> (32 - 7) 100 / 35, rp 1234 -> (18 - 4) 5, ef 456 -> (6 - 3) 100/15 */
	score = run("msq21", "22223331234456");
	assert_close(score.domains[0].value, 2500.0 / 35, 1e-14, 0);
	assert_close(score.domains[1].value, 70, 1e-14, 0);
	assert_close(score.domains[2].value, 20, 1e-14, 0);
	assert_string_equal(score.domains[2].domain->id, "ef");
	assert_true(isnan(score.total.value));
	assert_non_null(score.why_unknown);
}

static void msq_domains_need_half_of_their_items(void **state)
{
	(void)state;
	struct lull_score score = run("msq21", "1111---11--1--");
	assert_close(score.domains[0].value, 100, 0, 0); /* 4 of 7 */
	assert_true(score.domains[0].prorated);
	assert_close(score.domains[0].low, 100 - 300.0 / 7, 1e-14, 0);
	assert_close(score.domains[0].high, 100, 0, 0);
	assert_close(score.domains[1].value, 100, 0, 0); /* 2 of 4 */
	assert_true(isnan(score.domains[2].value));      /* 1 of 3 */
	score = run("msq21", "111----1---11-");
	assert_true(isnan(score.domains[0].value));      /* 3 of 7 */
	assert_true(isnan(score.domains[1].value));
	assert_close(score.domains[2].value, 100, 0, 0); /* 2 of 3 */
}

static void cadss6_is_items_1_2_6_7_15_22(void **state)
{
	(void)state;
	/*                                        1234567890123456789012 3 */
	const struct lull_score score = run("cadss23", "12000340000000200000040");
	assert_string_equal(score.domains[0].domain->id, "cadss6");
	assert_close(score.domains[0].value, 1 + 2 + 3 + 4 + 2 + 4, 0, 0);
	assert_close(score.total.value, 16, 0, 0);
	assert_true(isnan(run("cadss23", "1-000340000000200000040").domains[0].value));
}

/* ---- depression ----------------------------------------------------------------------------- */

static void major_depressive_syndrome_needs_five_symptoms_and_a_cardinal_one(void **state)
{
	static const struct {
		const char *answers;
		enum lull_answer major, other;
	} rows[] = {
		{ "222220000", LULL_YES, LULL_NO },
		{ "222200000", LULL_NO, LULL_YES },
		{ "222200001", LULL_YES, LULL_NO },     /* item 9 counts if present at all */
		{ "002222200", LULL_NO, LULL_NO },      /* five, but no cardinal symptom   */
		{ "112222222", LULL_NO, LULL_NO },      /* several days do not count       */
		{ "020000000", LULL_NO, LULL_NO },      /* one is fewer than two           */
		{ "022000000", LULL_NO, LULL_YES },
		{ "2222-0000", LULL_UNKNOWN, LULL_UNKNOWN },
		{ "--2222000", LULL_UNKNOWN, LULL_UNKNOWN },
		{ "22222----", LULL_YES, LULL_NO },
		{ "00-------", LULL_NO, LULL_NO },
		{ "20000---0", LULL_NO, LULL_UNKNOWN },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct lull_score score = run("phq9", rows[i].answers);
		print_message("# %s\n", rows[i].answers);
		assert_int_equal(score.rule, rows[i].major);
		assert_int_equal(score.other_rule, rows[i].other);
	}
	assert_int_equal(run("gad7", "3333333").rule, LULL_ABSENT);
}

static void item_9_raises_a_flag_whatever_the_total(void **state)
{
	(void)state;
	struct lull_score score = run("phq9", "000000001");
	assert_int_equal(score.n_flags, 1);
	assert_int_equal(score.flags[0].state, LULL_YES);
	assert_string_equal(score.flags[0].id, "suicidality_item");
	assert_has(score.flags[0].text, "Same-day");
	assert_has(score.flags[0].text, "C-SSRS");
	assert_int_equal(run("phq9", "333333330").n_flags, 0);
	score = run("phq9", "33333333-");
	assert_int_equal(score.n_flags, 1);
	assert_int_equal(score.flags[0].state, LULL_UNKNOWN);
	score = from_total("phq9", 3); /* a letter with the total alone says nothing of item 9 */
	assert_int_equal(score.n_flags, 1);
	assert_int_equal(score.flags[0].state, LULL_UNKNOWN);
	assert_int_equal(score.rule, LULL_UNKNOWN);
}

/* ---- suicidality ---------------------------------------------------------------------------- */

static void cssrs_levels_branch_and_are_never_summed(void **state)
{
	/* q1 q2 q3 q4 q5 q6 ever, q6 within 3 months */
	static const struct {
		const char *answers, *level, *possible;
	} rows[] = {
		{ "00---0-", NULL, NULL },            { "10---0-", "low", "low" },
		{ "010000-", "low", "low" },          { "110000-", "low", "low" },
		{ "0110000", "moderate", "moderate" },{ "00---10", "moderate", "moderate" },
		{ "1111000", "high", "high" },        { "0101000", "high", "high" },
		{ "0100100", "high", "high" },        { "00---11", "high", "high" },
		{ "1100011", "high", "high" },        { "1110010", "moderate", "moderate" },
		/* open questions keep the worse level possible */
		{ "00---1-", "moderate", "high" },    { "-0---0-", NULL, "low" },
		{ "1-0000-", "low", "low" },          { "11-000-", "low", "moderate" },
		{ "110-00-", "low", "high" },         { "-------", NULL, "high" },
		{ "00-----", NULL, "high" },          { "1-----0", "low", "high" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct lull_score score = run("cssrs_screener", rows[i].answers);
		print_message("# %s\n", rows[i].answers);
		assert_true(isnan(score.total.value));
		assert_true(lull_text_eq(score.level ? score.level->id : NULL, rows[i].level));
		assert_true(lull_text_eq(score.level_possible ? score.level_possible->id : NULL, rows[i].possible));
		assert_false(score.contradictory);
	}
}

static void high_risk_blocks_the_session_and_lower_levels_do_not(void **state)
{
	(void)state;
	struct lull_score score = run("cssrs_screener", "1101000");
	assert_int_equal(score.n_flags, 1);
	assert_true(score.flags[0].blocks_session);
	assert_has(score.flags[0].text, "same-day psychiatric review");
	score = run("cssrs_screener", "1110000");
	assert_int_equal(score.n_flags, 1);
	assert_false(score.flags[0].blocks_session);
	assert_int_equal(score.flags[0].state, LULL_YES);
	score = run("cssrs_screener", "110-00-"); /* low is certain, high is open */
	assert_int_equal(score.n_flags, 2);
	assert_int_equal(score.flags[1].state, LULL_UNKNOWN);
	assert_string_equal(score.flags[1].id, "high");
	assert_int_equal(run("cssrs_screener", "00---0-").n_flags, 0);
}

static void contradicting_answers_take_the_worse_one(void **state)
{
	(void)state;
	struct lull_score score = run("cssrs_screener", "0001000"); /* no thoughts, yet intent */
	assert_true(score.contradictory);
	assert_string_equal(score.level->id, "high");
	score = run("cssrs_screener", "0000001");                   /* never, yet within 3 months */
	assert_true(score.contradictory);
	assert_string_equal(score.level->id, "high");
}

/* ---- change ----------------------------------------------------------------------------------- */

static enum lull_change judged(const char *id, const char *domain, const char *mid, double before, double after)
{
	const struct lull_change_judgement *list;
	struct lull_err err = { 0 };
	size_t n;
	assert_ok(lull_score_judge(get(id), domain, before, after, &arena, &list, &n, &err), &err);
	for (size_t i = 0; i < n; i++)
		if (!strcmp(list[i].mid->id, mid))
			return list[i].change;
	return LULL_CHANGE_UNKNOWN;
}

static void changes_are_held_against_the_published_differences(void **state)
{
	static const struct {
		const char *instrument, *domain, *mid;
		double before, after;
		enum lull_change want;
	} rows[] = {
		{ "hit6", NULL, "cm_person", 66, 60, LULL_IMPROVED },
		{ "hit6", NULL, "cm_person", 66, 61, LULL_UNCHANGED },
		{ "hit6", NULL, "cm_person", 60, 66, LULL_WORSE },
		{ "hit6", NULL, "preempt_responder", 66, 61, LULL_IMPROVED },
		{ "hit6", NULL, "primary_care_low", 66, 63.5, LULL_IMPROVED },
		{ "hit6", NULL, "primary_care_low", 66, 64, LULL_UNCHANGED },
		{ "hit6", NULL, "ctth_person", 66, 58, LULL_IMPROVED },
		{ "hit6", NULL, "ctth_person", 66, 59, LULL_UNCHANGED },
		{ "hit6", NULL, "cm_person", NAN, 60, LULL_CHANGE_UNKNOWN },
		{ "phq9", NULL, "person", 15, 10, LULL_IMPROVED },
		{ "phq9", NULL, "person", 15, 11, LULL_UNCHANGED },
		{ "gad7", NULL, "person", 10, 14, LULL_WORSE },
		{ "gad7", NULL, "person", 10, 13, LULL_UNCHANGED },
		{ "midas", NULL, "person", 40, 35, LULL_IMPROVED },
		{ "midas", NULL, "person", 10, 7, LULL_IMPROVED },   /* 30 % */
		{ "midas", NULL, "person", 40, 36, LULL_UNCHANGED },
		{ "nrs", NULL, "much_improved", 8, 6, LULL_IMPROVED },
		{ "nrs", NULL, "much_improved", 8, 7, LULL_UNCHANGED },
		{ "nrs", NULL, "much_improved", 3, 2, LULL_IMPROVED }, /* 33 % */
		{ "nrs", NULL, "substantial", 10, 6, LULL_IMPROVED },
		{ "nrs", NULL, "substantial", 9, 6, LULL_UNCHANGED },
		{ "nrs", NULL, "substantial", 6, 3, LULL_IMPROVED },
		{ "nrs", NULL, "moderate", 10, 7, LULL_IMPROVED },
		{ "nrs", NULL, "moderate", 9, 7, LULL_UNCHANGED },
		{ "nrs", NULL, "minimal", 10, 9, LULL_IMPROVED },
		{ "nrs", NULL, "moderate", 0, 2, LULL_CHANGE_UNKNOWN }, /* percent of nothing */
		{ "nrs", NULL, "much_improved", 0, 2, LULL_WORSE },
		{ "msq21", "rr", "rr_preempt", 44, 55, LULL_IMPROVED },
		{ "msq21", "rr", "rr_person", 44, 48, LULL_UNCHANGED },
		{ "msq21", "ef", "ef_person_low", 48, 40, LULL_WORSE },
		{ "vrs", NULL, "daily_mean", 2.4, 1.4, LULL_IMPROVED },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		print_message("# %s %s %g %g\n", rows[i].instrument, rows[i].mid, rows[i].before, rows[i].after);
		assert_int_equal(judged(rows[i].instrument, rows[i].domain, rows[i].mid, rows[i].before, rows[i].after),
				 rows[i].want);
	}
}

static void differences_between_groups_judge_nobody(void **state)
{
	const struct lull_change_judgement *list;
	struct lull_err err = { 0 };
	size_t n;
	(void)state;
	assert_ok(lull_score_judge(get("hit6"), NULL, 66, 62, &arena, &list, &n, &err), &err);
	assert_int_equal(n, 5);
	for (size_t i = 0; i < n; i++) {
		assert_int_not_equal(list[i].mid->design, LULL_MID_BETWEEN_GROUPS);
		assert_close(list[i].by_points, -4, 0, 0);
		assert_close(list[i].by_percent, -400.0 / 66, 1e-15, 0);
	}
	assert_ok(lull_score_judge(get("rass"), NULL, 0, 2, &arena, &list, &n, &err), &err);
	assert_int_equal(n, 0);
	assert_ok(lull_score_judge(get("msq21"), NULL, 40, 60, &arena, &list, &n, &err), &err);
	assert_int_equal(n, 0); /* it has no total to judge */
}

static void hit6_says_that_placebo_reaches_its_threshold(void **state)
{
	(void)state;
	assert_true(get("hit6")->n_cautions > 0);
	assert_has(get("hit6")->cautions[0], "-6.5");
}

/* ---- charts ------------------------------------------------------------------------------------ */

static int run_entry(const char *yaml, struct lull_score *score, struct lull_err *err)
{
	struct lull_diags diags;
	struct lull_doc doc;
	struct lull_score_entry entry;
	lull_diags_init(&diags, &arena);
	*err = (struct lull_err){ 0 };
	int rc = lull_yaml_read(yaml, strlen(yaml), "chart", &arena, &doc, &diags);
	if (rc == LULL_OK)
		rc = lull_schema_bind(&doc, &lull_score_entry_schema, &arena, &entry, &diags);
	assert_no_diags(&diags);
	assert_int_equal(rc, LULL_OK);
	return lull_score_entry_run(&set, &entry, score, err);
}

static void charts_hold_answers_by_item_or_the_total(void **state)
{
	struct lull_score score;
	struct lull_err err;
	(void)state;
	assert_ok(run_entry("instrument: vrs\ndate: 2026-11-01\nitems: [{item: severity, value: 2}]\n", &score, &err), &err);
	assert_close(score.total.value, 2, 0, 0);
	assert_ok(run_entry("instrument: midas\nitems: [{item: q5, value: 4}, {item: q1, value: 9}, {item: q3, value: 0}, "
			    "{item: q2, value: 1}, {item: q4, value: 0}]\ntotal: 14\n",
			    &score, &err), &err);
	assert_close(score.total.value, 14, 0, 0);
	assert_ok(run_entry("instrument: phq9\nitems: [{item: q1, value: 2}]\n", &score, &err), &err);
	assert_true(isnan(score.total.value));
	assert_int_equal(score.total.n_missing, 8);
	assert_ok(run_entry("instrument: hit6\ntotal: 64\n", &score, &err), &err);
	assert_close(score.total.value, 64, 0, 0);
}

static void faults_in_charts_are_named(void **state)
{
	static const struct {
		const char *yaml;
		int code;
		const char *what;
	} rows[] = {
		{ "instrument: hit7\ntotal: 60\n", LULL_ENOTFOUND, "hit7" },
		{ "instrument: hit6\n", LULL_EDOMAIN, "neither" },
		{ "instrument: gad7\nitems: [{item: q8, value: 1}]\n", LULL_ENOTFOUND, "q8" },
		{ "instrument: gad7\nitems: [{item: q1, value: 1}, {item: q1, value: 2}]\n", LULL_ECONFLICT, "twice" },
		{ "instrument: gad7\nitems: [{item: q1, value: 4}]\n", LULL_EDOMAIN, "4 is no answer" },
		{ "instrument: nrs\ntotal: 6\nitems: [{item: pain, value: 5}]\n", LULL_ECONFLICT, "sum" },
	};
	struct lull_score score;
	struct lull_err err;
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(run_entry(rows[i].yaml, &score, &err), rows[i].code);
		assert_has(err.what, rows[i].what);
	}
}

static void every_failed_allocation_is_reported(void **state)
{
	struct lull_arena local = { 0 };
	const struct lull_change_judgement *list;
	struct lull_err err = { 0 };
	size_t n;
	(void)state;
	lull_mem_fail_at(1, true);
	assert_int_equal(lull_score_judge(get("hit6"), NULL, 66, 60, &local, &list, &n, &err), LULL_ENOMEM);
	lull_mem_fail_at(0, false);
	lull_arena_clear(&local);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bands_follow_the_published_cut_points),
		cmocka_unit_test(cut_offs_hold_from_their_value_on),
		cmocka_unit_test(sums_are_sums),
		cmocka_unit_test(the_midas_sum_leaves_out_headache_days_and_pain),
		cmocka_unit_test(phq9_fills_up_to_two_missing_items),
		cmocka_unit_test(other_scores_need_every_item),
		cmocka_unit_test(nothing_answered_is_no_score),
		cmocka_unit_test(impossible_answers_are_refused_with_what_is_allowed),
		cmocka_unit_test(a_line_in_mm_may_lie_between_whole_numbers),
		cmocka_unit_test(days_of_one_kind_fit_into_three_months),
		cmocka_unit_test(totals_lie_in_the_range_of_the_score),
		cmocka_unit_test(msq_domains_run_from_0_to_100_with_100_best),
		cmocka_unit_test(msq_domains_need_half_of_their_items),
		cmocka_unit_test(cadss6_is_items_1_2_6_7_15_22),
		cmocka_unit_test(major_depressive_syndrome_needs_five_symptoms_and_a_cardinal_one),
		cmocka_unit_test(item_9_raises_a_flag_whatever_the_total),
		cmocka_unit_test(cssrs_levels_branch_and_are_never_summed),
		cmocka_unit_test(high_risk_blocks_the_session_and_lower_levels_do_not),
		cmocka_unit_test(contradicting_answers_take_the_worse_one),
		cmocka_unit_test(changes_are_held_against_the_published_differences),
		cmocka_unit_test(differences_between_groups_judge_nobody),
		cmocka_unit_test(hit6_says_that_placebo_reaches_its_threshold),
		cmocka_unit_test(charts_hold_answers_by_item_or_the_total),
		cmocka_unit_test(faults_in_charts_are_named),
		cmocka_unit_test(every_failed_allocation_is_reported),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, load, unload);
}
