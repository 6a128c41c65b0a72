/* Windows, responders and conversion by hand; the two probabilities against simulation. */
#include "support.h"

#include <math.h>
#include <stdio.h>

#include "lull/headache/response.h"
#include "lull/num/random.h"

static struct lull_arena shared;
static struct lull_chain_priors priors;
static struct lull_response_rules rules;
static struct lull_criteria criteria;

static int load(void **state)
{
	struct lull_diags diags;
	(void)state;
	lull_diags_init(&diags, &shared);
	const int rc = lull_chain_priors_load(test_knowledge(), &shared, &priors, &diags) ||
		       lull_response_rules_load(test_knowledge(), &shared, &rules, &diags) ||
		       lull_criteria_load(test_knowledge(), &shared, &criteria, &diags);
	assert_no_diags(&diags);
	return rc;
}

static int unload(void **state)
{
	(void)state;
	lull_arena_clear(&shared);
	return 0;
}

/* Windows after one another: yes days first, then no days, then missing days. */
struct block {
	int yes, no, missing;
	float pain;
};

static struct lull_series blocks_of(const struct block *blocks, int n)
{
	uint8_t *state = LULL_ARENA_NEW(&shared, uint8_t, (size_t)n * 28);
	float *pain = LULL_ARENA_NEW(&shared, float, (size_t)n * 28);
	size_t at = 0;
	for (int b = 0; b < n; b++) {
		assert_int_equal(blocks[b].yes + blocks[b].no + blocks[b].missing, 28);
		for (int i = 0; i < 28; i++, at++) {
			state[at] = i < blocks[b].yes		  ? LULL_SERIES_YES :
				    i < blocks[b].yes + blocks[b].no ? LULL_SERIES_NO :
								   LULL_SERIES_MISSING;
			pain[at] = i < blocks[b].yes ? blocks[b].pain : NAN;
		}
	}
	return (struct lull_series){ 0, at, state, pain };
}

static struct lull_response respond(const struct block *blocks, int n, lull_day date)
{
	const struct lull_series s = blocks_of(blocks, n);
	struct lull_response r;
	struct lull_err err = { 0 };
	assert_ok(lull_response_run(&s, date, date, &rules, &criteria.counting, &priors, &shared, &r, &err), &err);
	return r;
}

/* ---- windows -------------------------------------------------------------------------------- */

static void windows_are_prorated_from_14_recorded_days_on(void **state)
{
	static const struct {
		struct block block;
		double per_28;
		bool trial_grade;
	} rows[] = {
		{ { 20, 8, 0, 5 }, 20, true },       { { 14, 9, 5, 5 }, 14 * 28.0 / 23, true },
		{ { 14, 8, 6, 5 }, 14 * 28.0 / 22, false }, { { 7, 7, 14, 5 }, 14, false },
		{ { 7, 6, 15, 5 }, NAN, false },     { { 0, 28, 0, 5 }, 0, true },
		{ { 0, 0, 28, 5 }, NAN, false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct lull_series s = blocks_of(&rows[i].block, 1);
		struct lull_window w;
		lull_window_of(&s, 0, &criteria.counting, &w);
		if (isnan(rows[i].per_28))
			assert_true(isnan(w.per_28));
		else
			assert_close(w.per_28, rows[i].per_28, 1e-15, 0);
		assert_int_equal(w.trial_grade, rows[i].trial_grade);
		assert_int_equal(w.n_recorded, 28 - rows[i].block.missing);
		assert_close(w.low, rows[i].block.yes, 0, 0);
		assert_close(w.high, rows[i].block.yes + rows[i].block.missing, 0, 0);
	}
}

static void days_outside_of_the_diary_are_missing(void **state)
{
	const struct block block = { 10, 18, 0, 5 };
	const struct lull_series s = blocks_of(&block, 1);
	struct lull_window w;
	(void)state;
	lull_window_of(&s, -14, &criteria.counting, &w);
	assert_int_equal(w.n_recorded, 14);
	assert_close(w.per_28, 20, 1e-15, 0);
	assert_close(w.high, 24, 0, 0);
}

/* ---- responders ------------------------------------------------------------------------------- */

static void responders_fall_by_30_50_75_or_100_percent(void **state)
{
	static const struct {
		int before, after;
		enum lull_answer want[4];
	} rows[] = {
		{ 20, 14, { LULL_YES, LULL_NO, LULL_NO, LULL_NO } }, { 20, 15, { LULL_NO, LULL_NO, LULL_NO, LULL_NO } },
		{ 20, 10, { LULL_YES, LULL_YES, LULL_NO, LULL_NO } }, { 20, 11, { LULL_YES, LULL_NO, LULL_NO, LULL_NO } },
		{ 20, 5, { LULL_YES, LULL_YES, LULL_YES, LULL_NO } }, { 20, 6, { LULL_YES, LULL_YES, LULL_NO, LULL_NO } },
		{ 20, 0, { LULL_YES, LULL_YES, LULL_YES, LULL_YES } }, { 20, 24, { LULL_NO, LULL_NO, LULL_NO, LULL_NO } },
		{ 0, 5, { LULL_UNKNOWN, LULL_UNKNOWN, LULL_UNKNOWN, LULL_UNKNOWN } },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct block blocks[] = { { rows[i].before, 28 - rows[i].before, 0, 5 },
						{ rows[i].after, 28 - rows[i].after, 0, 5 } };
		const struct lull_response r = respond(blocks, 2, 28);
		assert_close(r.change, rows[i].after - rows[i].before, 0, 0);
		for (int k = 0; k < 4; k++) {
			assert_int_equal(r.responder[k], rows[i].want[k]);
			assert_int_equal(r.responder_strict[k], rows[i].want[k] == LULL_YES ? LULL_YES : LULL_NO);
			assert_false(r.responder_could_change[k] && rows[i].before);
		}
	}
}

static void a_prorated_half_is_a_half(void **state)
{
	/* 21 days: 15 and 14 of 28 are 20 and 18.67; 15 of 21 against 7.5 cannot be; 14 of 21 against 7 of 21 can */
	const struct block blocks[] = { { 14, 7, 7, 5 }, { 7, 14, 7, 5 } };
	const struct lull_response r = respond(blocks, 2, 28);
	(void)state;
	assert_close(r.percent, -50, 1e-12, 0);
	assert_int_equal(r.responder[1], LULL_YES);
	assert_true(r.responder_could_change[1]);
	assert_close(r.change_low, 7 - 21, 0, 0);
	assert_close(r.change_high, 14 - 14, 0, 0);
}

static void a_missing_month_is_unknown_and_strictly_no(void **state)
{
	const struct block blocks[] = { { 20, 8, 0, 5 }, { 2, 8, 18, 5 } };
	const struct lull_response r = respond(blocks, 2, 28);
	(void)state;
	assert_true(isnan(r.change));
	assert_int_equal(r.responder[1], LULL_UNKNOWN);
	assert_int_equal(r.responder_strict[1], LULL_NO);
	assert_true(r.responder_could_change[1]);
	assert_true(isnan(r.chance));
	assert_true(isnan(r.lower));
}

static void pain_is_compared_on_headache_days(void **state)
{
	struct block blocks[] = { { 20, 8, 0, 7 }, { 18, 10, 0, 5 } };
	struct lull_response r = respond(blocks, 2, 28);
	(void)state;
	assert_close(r.intensity_change, -2, 0, 0);
	assert_int_equal(r.intensity_response, LULL_YES);
	blocks[1].pain = 5.5F;
	r = respond(blocks, 2, 28);
	assert_int_equal(r.intensity_response, LULL_NO);
	blocks[1] = (struct block){ 2, 26, 0, 1 };
	r = respond(blocks, 2, 28);
	assert_int_equal(r.intensity_response, LULL_UNKNOWN); /* two days with pain are too few */
	assert_true(isnan(r.intensity_change));
}

static void the_window_after_cannot_begin_before_the_end(void **state)
{
	const struct block block = { 10, 18, 0, 5 };
	const struct lull_series s = blocks_of(&block, 1);
	struct lull_response r;
	struct lull_err err = { 0 };
	(void)state;
	assert_int_equal(lull_response_run(&s, 10, 9, &rules, &criteria.counting, &priors, &shared, &r, &err), LULL_EDOMAIN);
}

/* ---- conversion --------------------------------------------------------------------------------- */

static void conversion_has_two_definitions_and_both_are_given(void **state)
{
	static const struct {
		int before, months[3];
		enum lull_answer chronic, by_mean, in_each;
	} rows[] = {
		{ 20, { 14, 14, 14 }, LULL_YES, LULL_YES, LULL_YES },
		{ 20, { 10, 16, 10 }, LULL_YES, LULL_YES, LULL_NO },
		{ 20, { 15, 15, 15 }, LULL_YES, LULL_NO, LULL_NO },
		{ 15, { 14, 15, 15 }, LULL_YES, LULL_YES, LULL_NO }, /* mean 14.67 */
		{ 14, { 10, 10, 10 }, LULL_NO, LULL_YES, LULL_YES },
		{ 20, { 10, -1, 10 }, LULL_YES, LULL_UNKNOWN, LULL_UNKNOWN },
		{ 20, { 10, -1, 16 }, LULL_YES, LULL_UNKNOWN, LULL_NO },
		{ -1, { 10, 10, 10 }, LULL_UNKNOWN, LULL_YES, LULL_YES },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct block blocks[4];
		struct lull_conversion c;
		for (int b = 0; b < 4; b++) {
			const int yes = b ? rows[i].months[b - 1] : rows[i].before;
			blocks[b] = yes < 0 ? (struct block){ 5, 5, 18, 5 } : (struct block){ yes, 28 - yes, 0, 5 };
		}
		const struct lull_series s = blocks_of(blocks, 4);
		lull_conversion_of(&s, 28, 28, &rules, &criteria.counting, &c);
		assert_int_equal(c.was_chronic, rows[i].chronic);
		assert_int_equal(c.by_mean, rows[i].by_mean);
		assert_int_equal(c.in_each, rows[i].in_each);
	}
}

/* ---- is it real? -------------------------------------------------------------------------------- */

/* Days from first to last of a chain that turns into another at `turn`. */
static struct lull_series simulated(struct lull_chain before, struct lull_chain after, int turn, int n,
				    double missing_frac, uint64_t patient)
{
	const struct lull_stream days = { .seed = 17, .patient = patient, .purpose = LULL_FOR_TEST };
	const struct lull_stream gaps = { .seed = 18, .patient = patient, .purpose = LULL_FOR_TEST };
	uint8_t *state = LULL_ARENA_NEW(&shared, uint8_t, (size_t)n);
	bool headache = false;
	for (int i = 0; i < n; i++) {
		const struct lull_chain *c = i < turn ? &before : &after;
		const double p = !i ? c->pi : headache ? lull_chain_p11(c) : lull_chain_p01(c);
		headache = lull_random_uniform(&days, (uint64_t)i) < p;
		state[i] = lull_random_uniform(&gaps, (uint64_t)i) < missing_frac ? LULL_SERIES_MISSING :
			   headache					     ? LULL_SERIES_YES :
									       LULL_SERIES_NO;
	}
	return (struct lull_series){ 0, (size_t)n, state, NULL };
}

/* All weight on one chain: the tail must be the share of simulated windows. */
static void the_tail_is_what_simulation_counts(void **state)
{
	struct lull_chain_fit *fit = LULL_ARENA_NEW(&shared, struct lull_chain_fit, 1);
	const struct lull_chain chain = { 0.6, 0.4 };
	bool recorded[28];
	int at_most[29] = { 0 };
	enum { N = 20000 };
	double mean, sd;
	(void)state;
	fit->pi[3] = chain.pi;
	fit->rho[5] = chain.rho;
	fit->weight[5][3] = 1;
	for (int i = 0; i < 28; i++)
		recorded[i] = i % 7 != 3;
	for (int k = 0; k < N; k++) {
		/* the day three days before the window had headache */
		const struct lull_stream stream = { .seed = 5, .patient = (uint64_t)k, .purpose = LULL_FOR_TEST };
		int headache = 1, count = 0;
		for (int i = -2; i < 28; i++) {
			const double p = headache ? lull_chain_p11(&chain) : lull_chain_p01(&chain);
			headache = lull_random_uniform(&stream, (uint64_t)(i + 2)) < p;
			count += i >= 0 && recorded[i] && headache;
		}
		for (int c = count; c <= 28; c++)
			at_most[c]++;
	}
	for (int c = 4; c < 24; c += 3) {
		const double share = (double)at_most[c] / N;
		const double got = lull_chain_tail(fit, recorded, 28, 1, 3, c, -1, &mean, &sd);
		assert_close(got, share, 0, 4 * sqrt(share * (1 - share) / N) + 1e-4);
		assert_close(got + lull_chain_tail(fit, recorded, 28, 1, 3, c + 1, 1, NULL, NULL), 1, 1e-12, 0);
	}
	assert_true(mean > 24 * 0.6 && mean < 24 * 0.6 + 0.6); /* the headache before the window lifts it a little */
	assert_true(sd > sqrt(24 * 0.24));
}

/* With nothing changed, a tail below 5 % on either side together is seen in at most about 10 %;
 * counts are whole, so in somewhat fewer. */
static void without_a_change_small_chances_are_as_rare_as_they_say(void **state)
{
	static const struct lull_chain truth[] = { { 0.65, 0.2 }, { 0.4, 0.5 } };
	enum { N = 400 };
	(void)state;
	for (size_t t = 0; t < 2; t++) {
		int small = 0;
		for (uint64_t i = 0; i < N; i++) {
			const struct lull_series s = simulated(truth[t], truth[t], 84, 112, 0.1, 1000 * t + i);
			struct lull_response r;
			struct lull_err err = { 0 };
			assert_ok(lull_response_run(&s, 84, 84, &rules, &criteria.counting, &priors, &shared, &r, &err), &err);
			small += r.chance < 0.05;
		}
		print_message("# chance below 5 %% in %d of %d\n", small, N);
		assert_in_range(small, 0.04 * N, 0.12 * N);
	}
}

/* Shares drawn evenly before and after: when the answer says 60-80 % or 80-95 %, it is true that often. */
static void the_probability_of_a_lower_share_is_true_that_often(void **state)
{
	static const double edges[] = { 0.6, 0.8, 0.97 };
	int said[2] = { 0 }, held[2] = { 0 };
	double sum[2] = { 0 };
	enum { N = 700 };
	(void)state;
	for (uint64_t i = 0; i < N; i++) {
		const struct lull_stream u = { .seed = 3, .patient = i, .purpose = LULL_FOR_TEST };
		const double before = lull_random_uniform(&u, 1000), after = lull_random_uniform(&u, 1001);
		const struct lull_series s = simulated((struct lull_chain){ before, 0.2 }, (struct lull_chain){ after, 0.2 },
						       56, 84, 0.05, 90000 + i);
		struct lull_response r;
		struct lull_err err = { 0 };
		assert_ok(lull_response_run(&s, 56, 56, &rules, &criteria.counting, &priors, &shared, &r, &err), &err);
		/* fold the mirror image in */
		const bool folded = r.lower < 0.5;
		const double p = folded ? 1 - r.lower : r.lower;
		for (int k = 0; k < 2; k++)
			if (p >= edges[k] && p < edges[k + 1]) {
				said[k]++;
				sum[k] += p;
				held[k] += folded ? after > before : after < before;
			}
	}
	for (int k = 0; k < 2; k++) {
		const double want = sum[k] / said[k], got = (double)held[k] / said[k];
		print_message("# said %.2f, held %.2f of %d\n", want, got, said[k]);
		assert_true(said[k] > 40);
		assert_close(got, want, 0, 3 * sqrt(want * (1 - want) / said[k]));
	}
}

static void a_large_fall_is_real_and_no_change_is_a_toss(void **state)
{
	(void)state;
	struct lull_series s = simulated((struct lull_chain){ 0.8, 0.2 }, (struct lull_chain){ 0.2, 0.2 }, 84, 112, 0, 1);
	struct lull_response r;
	struct lull_err err = { 0 };
	assert_ok(lull_response_run(&s, 84, 84, &rules, &criteria.counting, &priors, &shared, &r, &err), &err);
	assert_true(r.chance < 1e-4);
	assert_true(r.lower > 0.999);
	assert_close(r.expected_per_28, 28 * 0.8, 0, 4); /* 84 days know a share to about 0.05 */
	assert_has(r.meaning, "regression to the mean");
	/* the same pattern before and after */
	uint8_t *state_of = LULL_ARENA_NEW(&shared, uint8_t, 112);
	for (int i = 0; i < 112; i++)
		state_of[i] = i % 2 ? LULL_SERIES_YES : LULL_SERIES_NO;
	s = (struct lull_series){ 0, 112, state_of, NULL };
	assert_ok(lull_response_run(&s, 84, 84, &rules, &criteria.counting, &priors, &shared, &r, &err), &err);
	assert_close(r.lower, 0.5, 0, 0.01);
	assert_true(r.chance > 0.3);
	/* a rise is the mirror image */
	for (int i = 84; i < 112; i++)
		state_of[i] = LULL_SERIES_YES;
	assert_ok(lull_response_run(&s, 84, 84, &rules, &criteria.counting, &priors, &shared, &r, &err), &err);
	assert_true(r.lower < 0.001);
	assert_true(r.chance < 0.001);
}

static void without_enough_days_before_nothing_is_claimed(void **state)
{
	const struct block blocks[] = { { 5, 5, 18, 5 }, { 5, 23, 0, 5 } };
	const struct lull_response r = respond(blocks, 2, 28);
	(void)state;
	assert_int_equal(r.n_history, 10);
	assert_true(isnan(r.chance));
	assert_true(isnan(r.lower));
	assert_true(isnan(r.before.per_28));
}

/* ---- classified days ------------------------------------------------------------------------------ */

static void unknown_features_make_a_missing_day_for_a_definition(void **state)
{
	const struct lull_diary_day days[] = { { .state = LULL_DAY_HEADACHE, .pain = 6 }, { .state = LULL_DAY_HEADACHE, .pain = 3 },
					       { .state = LULL_DAY_FREE, .pain = NAN }, { .state = LULL_DAY_MISSING, .pain = NAN } };
	const uint32_t m = UINT32_C(1) << LULL_DAYDEF_MIGRAINE, h = UINT32_C(1) << LULL_DAYDEF_HEADACHE;
	const struct lull_day_class classes[] = { { .state = LULL_DAY_HEADACHE, .yes = m | h }, { .state = LULL_DAY_HEADACHE, .yes = h, .maybe = m },
						  { .state = LULL_DAY_FREE }, { .state = LULL_DAY_MISSING } };
	const struct lull_classification c = { .days = classes, .n_days = 4 };
	struct lull_diary diary = { .dated = true, .first = 100, .days = days, .n_days = 4 };
	struct lull_series s;
	struct lull_err err = { 0 };
	(void)state;
	assert_ok(lull_series_of_classes(&diary, &c, LULL_DAYDEF_MIGRAINE, &shared, &s, &err), &err);
	assert_int_equal(s.first, 100);
	assert_int_equal(s.state[0], LULL_SERIES_YES);
	assert_int_equal(s.state[1], LULL_SERIES_MISSING);
	assert_int_equal(s.state[2], LULL_SERIES_NO);
	assert_int_equal(s.state[3], LULL_SERIES_MISSING);
	assert_ok(lull_series_of_classes(&diary, &c, LULL_DAYDEF_HEADACHE, &shared, &s, &err), &err);
	assert_int_equal(s.state[1], LULL_SERIES_YES);
	diary.dated = false;
	assert_int_equal(lull_series_of_classes(&diary, &c, LULL_DAYDEF_HEADACHE, &shared, &s, &err), LULL_EUNSUPPORTED);
}

/* ---- knowledge and memory -------------------------------------------------------------------------- */

static void broken_rules_are_refused(void **state)
{
	static const char text[] = "schema_version: 1\nresponder_percent: [30, 50]\nintensity_points: 2\n"
				   "intensity_min_days: 3\nchronic_days: 15\nmeaning: x\nsource: s\nmark: proposed\n";
	struct lull_file file = { "response.yaml", text, sizeof(text) - 1 };
	struct lull_files files = { &file, 1, "", "test" };
	struct lull_response_rules r;
	struct lull_diags diags;
	(void)state;
	lull_diags_init(&diags, &shared);
	assert_int_equal(lull_response_rules_load(&files, &shared, &r, &diags), LULL_EPARSE);
	assert_has(diags.items[0].expected, "four");
	file.path = "x.yaml";
	assert_int_equal(lull_response_rules_load(&files, &shared, &r, &diags), LULL_ENOTFOUND);
	file = (struct lull_file){ "response.yaml", "a: [", 4 };
	assert_int_equal(lull_response_rules_load(&files, &shared, &r, &diags), LULL_EPARSE);
}

static void every_failed_allocation_is_reported(void **state)
{
	const struct block blocks[] = { { 20, 8, 0, 7 }, { 18, 10, 0, 5 } };
	const struct lull_series s = blocks_of(blocks, 2);
	const struct lull_diary diary = { .dated = true };
	const struct lull_classification none = { 0 };
	int rc = LULL_ENOMEM;
	(void)state;
	for (size_t room = 16; rc != LULL_OK; room += 16 + room / 16) {
		struct lull_arena arena = { .n_bytes = LULL_ARENA_MAX_BYTES - room };
		struct lull_response r;
		struct lull_series classified;
		struct lull_err err = { 0 };
		rc = lull_series_of_classes(&diary, &none, LULL_DAYDEF_HEADACHE, &arena, &classified, &err);
		if (rc == LULL_OK)
			rc = lull_response_run(&s, 28, 28, &rules, &criteria.counting, &priors, &arena, &r, &err);
		assert_true(rc == LULL_OK || rc == LULL_ENOMEM);
		lull_arena_clear(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(windows_are_prorated_from_14_recorded_days_on),
		cmocka_unit_test(days_outside_of_the_diary_are_missing),
		cmocka_unit_test(responders_fall_by_30_50_75_or_100_percent),
		cmocka_unit_test(a_prorated_half_is_a_half),
		cmocka_unit_test(a_missing_month_is_unknown_and_strictly_no),
		cmocka_unit_test(pain_is_compared_on_headache_days),
		cmocka_unit_test(the_window_after_cannot_begin_before_the_end),
		cmocka_unit_test(conversion_has_two_definitions_and_both_are_given),
		cmocka_unit_test(the_tail_is_what_simulation_counts),
		cmocka_unit_test(without_a_change_small_chances_are_as_rare_as_they_say),
		cmocka_unit_test(the_probability_of_a_lower_share_is_true_that_often),
		cmocka_unit_test(a_large_fall_is_real_and_no_change_is_a_toss),
		cmocka_unit_test(without_enough_days_before_nothing_is_claimed),
		cmocka_unit_test(unknown_features_make_a_missing_day_for_a_definition),
		cmocka_unit_test(broken_rules_are_refused),
		cmocka_unit_test(every_failed_allocation_is_reported),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, load, unload);
}
