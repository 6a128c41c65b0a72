/* Outcome of a series: every definition answers yes, no and unknown; every rule of the next step fires and stays silent. */
#include <math.h>

#include "lull/base/text.h"
#include "lull/base/yaml.h"
#include "lull/care/outcome.h"
#include "support.h"

static struct lull_arena arena;
static struct lull_outcomes rules;
static struct lull_response_rules response_rules;
static struct lull_criteria criteria;
static struct lull_chain_priors priors;
static struct lull_instruments instruments;

static int setup(void **state)
{
	const struct lull_files *files = test_knowledge();
	struct lull_diags diags;

	(void)state;
	lull_diags_init(&diags, &arena);
	const int rc = lull_outcomes_load(files, &arena, &rules, &diags) |
		       lull_response_rules_load(files, &arena, &response_rules, &diags) |
		       lull_criteria_load(files, &arena, &criteria, &diags) |
		       lull_chain_priors_load(files, &arena, &priors, &diags) |
		       lull_instruments_load(files, &arena, &instruments, &diags);
	assert_no_diags(&diags);
	return rc;
}

static int teardown(void **state)
{
	(void)state;
	lull_arena_clear(&arena);
	return 0;
}

enum { DAY0 = 20000, N_DAYS = 120 };

/* Days from DAY0: `before` of each 4 are headache days up to day 59, `after` of each 4 from day 60 on. */
static struct lull_series days(int before, int after)
{
	uint8_t *state = LULL_ARENA_NEW(&arena, uint8_t, N_DAYS);

	assert_non_null(state);
	for (int i = 0; i < N_DAYS; i++)
		state[i] = i % 4 < (i < 60 ? before : after) ? LULL_SERIES_YES : LULL_SERIES_NO;
	return (struct lull_series){ .first = DAY0, .n = N_DAYS, .state = state };
}

static struct lull_given given(int day, double start, double end)
{
	return (struct lull_given){ .day = DAY0 + day, .end_day = LULL_DAY_NONE, .dose_mg = NAN, .pain_start = start,
				    .pain_end = end, .low_pain_h = NAN, .benefit_days = NAN };
}

static struct lull_series_record record(const struct lull_given *g, size_t n)
{
	return (struct lull_series_record){ .given = g, .n_given = n, .alt_x_uln = 1, .bilirubin_x_uln = NAN,
					    .urinary_symptoms = LULL_NO, .misuse = LULL_NO, .pregnant = LULL_NO,
					    .wishes_to_stop = LULL_NO };
}

static struct lull_outcome run(const struct lull_series_record *r, const struct lull_series *series, int on)
{
	const struct lull_outcome_request q = { &rules, r, series, &response_rules, &criteria.counting, &priors, &instruments,
						DAY0 + on };
	struct lull_outcome out;
	struct lull_err err = { 0 };

	assert_ok(lull_outcome_run(&q, &arena, &out, &err), &err);
	return out;
}

static enum lull_answer met(const struct lull_outcome *o, const char *id)
{
	for (size_t i = 0; i < o->n_results; i++)
		if (!strcmp(o->results[i].definition->id, id))
			return o->results[i].met;
	fail_msg("no definition %s", id);
	return LULL_ABSENT;
}

static bool has_step(const struct lull_outcome *o, const char *id)
{
	for (size_t i = 0; i < o->n_next; i++)
		if (!strcmp(o->next[i].rule->id, id))
			return true;
	return false;
}

static void acute_definitions_differ_on_the_same_pain(void **state)
{
	(void)state;
	static const struct {
		double start, end, low_h;
		enum lull_answer cohort, half, turner, lauritsen;
	} rows[] = {
		{ 8, 6, 0, LULL_YES, LULL_NO, LULL_NO, LULL_NO },
		{ 8, 4, 8, LULL_YES, LULL_YES, LULL_YES, LULL_YES },
		{ 4, 3, 7.9, LULL_NO, LULL_NO, LULL_YES, LULL_NO },
		{ 8, 6.1, NAN, LULL_NO, LULL_NO, LULL_NO, LULL_UNKNOWN },
		{ NAN, 2, 9, LULL_UNKNOWN, LULL_UNKNOWN, LULL_YES, LULL_YES },
		{ 8, NAN, NAN, LULL_UNKNOWN, LULL_UNKNOWN, LULL_UNKNOWN, LULL_UNKNOWN },
		{ 0, 0, 9, LULL_NO, LULL_NO, LULL_YES, LULL_YES },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lull_given g = given(60, rows[i].start, rows[i].end);
		g.low_pain_h = rows[i].low_h;
		const struct lull_series_record r = record(&g, 1);
		const struct lull_outcome o = run(&r, NULL, 70);
		assert_int_equal(met(&o, "cohort_acute"), rows[i].cohort);
		assert_int_equal(met(&o, "ray"), rows[i].half);
		assert_int_equal(met(&o, "krusz"), rows[i].half);
		assert_int_equal(met(&o, "turner"), rows[i].turner);
		assert_int_equal(met(&o, "lauritsen"), rows[i].lauritsen);
	}
}

static void one_good_infusion_of_three_meets_and_is_counted(void **state)
{
	(void)state;
	const struct lull_given g[] = { given(60, 7, 6), given(63, 7, 2), given(66, 7, NAN) };
	const struct lull_series_record r = record(g, 3);
	const struct lull_outcome o = run(&r, NULL, 70);
	const struct lull_outcome_result *first = &o.results[0];

	assert_int_equal(first->met, LULL_YES);
	assert_int_equal(first->n_yes, 1);
	assert_int_equal(first->n_no, 1);
	assert_int_equal(first->n_unknown, 1);
	assert_int_equal(first->day, DAY0 + 63);
	assert_true(first->before == 7 && first->after == 2);
	assert_non_null(first->missing);
}

static void a_visit_counts_when_it_is_near_the_day(void **state)
{
	(void)state;
	const struct lull_given g = given(60, 7, 5);
	struct lull_series_record r = record(&g, 1);
	const struct lull_visit_pain near = { DAY0 + 60 + 38 + 14, 5 }, far = { DAY0 + 60 + 38 + 15, 5 }, worse = { DAY0 + 98, 5.5 };

	r.n_visits = 1;
	r.visits = &near;
	struct lull_outcome o = run(&r, NULL, 200);
	assert_int_equal(met(&o, "cohort_sustained_38"), LULL_YES);
	r.visits = &far;
	o = run(&r, NULL, 200);
	assert_int_equal(met(&o, "cohort_sustained_38"), LULL_UNKNOWN);
	r.visits = &worse;
	o = run(&r, NULL, 200);
	assert_int_equal(met(&o, "cohort_sustained_38"), LULL_NO);
}

static void the_series_is_judged_by_days_and_pgic(void **state)
{
	(void)state;
	const struct lull_given g[] = { given(50, 7, 3), given(55, 7, 3), given(59, 7, 3) };
	const struct lull_score_entry pgic = { .instrument = "pgic", .day = DAY0 + 90, .total = 2 };
	struct lull_series_record r = record(g, 3);
	const struct {
		int before, after;
		bool with_pgic;
		enum lull_series_result want;
	} rows[] = {
		{ 4, 2, false, LULL_RESULT_FULL },          /* 28 to 14 */
		{ 3, 2, false, LULL_RESULT_PARTIAL },       /* 21 to 14: a third */
		{ 3, 2, true, LULL_RESULT_FULL },
		{ 4, 3, true, LULL_RESULT_NON_RESPONDER },  /* a quarter */
	};
	for (size_t i = 0; i < 4; i++) {
		const struct lull_series s = days(rows[i].before, rows[i].after);
		r.scores = &pgic;
		r.n_scores = rows[i].with_pgic;
		const struct lull_outcome o = run(&r, &s, 100);
		assert_int_equal(o.series, rows[i].want);
		assert_int_equal(has_step(&o, "stop_none"), rows[i].want == LULL_RESULT_NON_RESPONDER);
		assert_int_equal(has_step(&o, "partial"), rows[i].want == LULL_RESULT_PARTIAL);
		assert_int_equal(has_step(&o, "observe"), rows[i].want == LULL_RESULT_FULL);
		assert_int_equal(met(&o, "days_50"), rows[i].before == 4 && rows[i].after == 2 ? LULL_YES : LULL_NO);
	}
	const struct lull_outcome blind = run(&r, NULL, 100);
	assert_int_equal(blind.series, LULL_RESULT_UNKNOWN);
	assert_true(has_step(&blind, "unknown"));
	assert_int_equal(met(&blind, "days_30"), LULL_UNKNOWN);
}

static void days_7_and_8_need_every_day(void **state)
{
	(void)state;
	const struct lull_given g = given(60, 7, 3);
	const struct lull_series_record r = record(&g, 1);
	struct lull_series s = days(4, 0);
	struct lull_outcome o = run(&r, &s, 100);

	assert_int_equal(met(&o, "moisset"), LULL_YES);
	((uint8_t *)(uintptr_t)s.state)[67] = LULL_SERIES_MISSING;
	o = run(&r, &s, 100);
	assert_int_equal(met(&o, "moisset"), LULL_UNKNOWN);
	s = days(0, 0);
	o = run(&r, &s, 100);
	assert_int_equal(met(&o, "moisset"), LULL_UNKNOWN); /* nothing to fall from */
}

static void each_stop_rule_fires_and_stays_silent(void **state)
{
	(void)state;
	const struct lull_given g[] = { given(50, 7, 3), given(55, 7, 3), given(59, 7, 3) };
	const struct lull_series s = days(4, 1);
	struct lull_series_record good = record(g, 3);
	const struct lull_outcome calm = run(&good, &s, 100);

	for (size_t i = 0; i < calm.n_next; i++)
		assert_string_equal(calm.next[i].rule->id, "observe");
	struct lull_series_record r = good;
	r.alt_x_uln = 3;
	struct lull_outcome o = run(&r, &s, 100);
	assert_true(has_step(&o, "hold_liver") && !has_step(&o, "stop_liver") && !has_step(&o, "observe"));
	r.bilirubin_x_uln = 2;
	o = run(&r, &s, 100);
	assert_true(has_step(&o, "stop_liver"));
	r = good;
	r.alt_x_uln = 5;
	o = run(&r, &s, 100);
	assert_true(has_step(&o, "stop_liver"));
	static const char *const ids[] = { "stop_bladder", "stop_misuse", "stop_pregnancy", "stop_wish" };
	for (int i = 0; i < 4; i++) {
		r = good;
		*(i == 0 ? &r.urinary_symptoms : i == 1 ? &r.misuse : i == 2 ? &r.pregnant : &r.wishes_to_stop) = LULL_YES;
		o = run(&r, &s, 100);
		assert_true(has_step(&o, ids[i]) && !has_step(&o, "observe"));
	}
}

static void a_grave_reaction_stops_unless_the_drug_was_cleared(void **state)
{
	(void)state;
	struct lull_reaction a = { .term = "psychosis", .grade = 3, .related = LULL_ABSENT };
	struct lull_given g = given(59, 7, 3);
	g.reactions = &a;
	g.n_reactions = 1;
	const struct lull_series_record r = record(&g, 1);
	struct lull_outcome o = run(&r, NULL, 70);

	assert_true(has_step(&o, "stop_adverse"));
	assert_has(o.next[0].because, "not said");
	a.related = LULL_NO;
	o = run(&r, NULL, 70);
	assert_false(has_step(&o, "stop_adverse"));
	a.related = LULL_YES;
	a.grade = 2;
	o = run(&r, NULL, 70);
	assert_false(has_step(&o, "stop_adverse"));
}

static void the_course_of_a_series(void **state)
{
	(void)state;
	struct lull_given g[13];
	for (int i = 0; i < 13; i++)
		g[i] = given(47 + i, 7, 3);
	const struct lull_series s = days(4, 1);
	struct lull_series_record r = record(g + 11, 2); /* days 58, 59 */
	struct lull_outcome o = run(&r, &s, 65);

	assert_true(has_step(&o, "complete"));
	r = record(g + 10, 3);
	o = run(&r, &s, 65);
	assert_true(has_step(&o, "wait") && !has_step(&o, "complete"));
	r = record(g + 1, 12);
	o = run(&r, &s, 100);
	assert_true(has_step(&o, "cap_year"));
	g[11].benefit_days = 20;
	r = record(g + 10, 3);
	o = run(&r, &s, 100);
	assert_false(has_step(&o, "stop_short"));
	g[12].benefit_days = 5;
	o = run(&r, &s, 100);
	assert_true(has_step(&o, "stop_short"));
	struct lull_given course = given(57, 7, 3);
	course.end_day = DAY0 + 59;
	r = record(&course, 1); /* a course of days is whole by itself */
	o = run(&r, &s, 65);
	assert_true(has_step(&o, "wait") && !has_step(&o, "complete"));
}

static void what_came_after_the_day_of_asking_is_not_known(void **state)
{
	(void)state;
	const struct lull_given g = given(59, 7, 3);
	const struct lull_series_record r = record(&g, 1);
	const struct lull_series s = days(4, 1);

	const struct lull_outcome soon = run(&r, &s, 70), later = run(&r, &s, 100);

	assert_int_equal(met(&soon, "days_50"), LULL_UNKNOWN);
	assert_int_equal(met(&later, "days_50"), LULL_YES);
}

static void a_booster_when_half_of_the_gain_is_lost(void **state)
{
	(void)state;
	const struct lull_given g[] = { given(26, 7, 3), given(28, 7, 3), given(30, 7, 3) };
	uint8_t *state_of = LULL_ARENA_NEW(&arena, uint8_t, N_DAYS);
	assert_non_null(state_of);
	/* every day before; none for 28 days after; then every second */
	for (int i = 0; i < N_DAYS; i++)
		state_of[i] = i <= 30 || (i > 60 && i % 2) ? LULL_SERIES_YES : LULL_SERIES_NO;
	const struct lull_series s = { .first = DAY0, .n = N_DAYS, .state = state_of };
	const struct lull_series_record r = record(g, 3);
	const struct lull_outcome later = run(&r, &s, 110), early = run(&r, &s, 62);

	assert_true(has_step(&later, "booster") && !has_step(&later, "observe"));
	assert_true(has_step(&early, "observe") && !has_step(&early, "booster"));
}

static void scores_change_by_their_own_differences(void **state)
{
	(void)state;
	const struct lull_given g = given(60, 7, 3);
	const struct lull_score_entry forms[] = {
		{ .instrument = "hit6", .day = DAY0 + 40, .total = 60 }, { .instrument = "hit6", .day = DAY0 + 59, .total = 68 },
		{ .instrument = "hit6", .day = DAY0 + 90, .total = 56 }, { .instrument = "phq9", .day = DAY0 + 59, .total = 12 },
	};
	struct lull_series_record r = record(&g, 1);
	r.scores = forms;
	r.n_scores = 4;
	const struct lull_outcome o = run(&r, NULL, 100);

	assert_int_equal(o.n_scores, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct lull_outcome_score *s = &o.scores[i];
		if (!strcmp(s->instrument->id, "hit6")) {
			assert_true(s->before == 68 && s->after == 56); /* the latest before, the latest after */
			assert_true(s->n_judgements > 0);
			assert_int_equal(s->judgements[0].change, LULL_IMPROVED);
		} else {
			assert_true(isnan(s->after));
			assert_has(s->missing, "after the last infusion");
		}
	}
}

static void faulty_records_are_refused_with_their_place(void **state)
{
	(void)state;
	static const struct {
		const char *yaml, *has;
	} rows[] = {
		{ "schema_version: 1\ninfusions: [{date: 2026-01-02}, {date: 2026-01-01}]\n", "not after" },
		{ "schema_version: 1\ninfusions: [{date: 2026-01-02, end_date: 2026-01-01}]\n", "ends before" },
		{ "schema_version: 1\ninfusions: [{date: 2026-01-02, pain_start: 11}]\n", "11" },
		{ "schema_version: 1\ninfusions: [{date: 2026-01-02, pian_end: 1}]\n", "pian_end" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lull_series_record r;
		struct lull_diags diags;
		struct lull_doc doc;
		lull_diags_init(&diags, &arena);
		assert_int_equal(lull_yaml_read(rows[i].yaml, strlen(rows[i].yaml), "s.yaml", &arena, &doc, &diags), LULL_OK);
		assert_int_not_equal(lull_series_record_bind(&doc, &arena, &r, &diags), LULL_OK);
		struct lull_buf text = { 0 };
		lull_diags_print(&diags, &text);
		assert_has(lull_buf_text(&text), rows[i].has);
		lull_buf_clear(&text);
	}
	const struct lull_series_record none = record(NULL, 0);
	const struct lull_outcome_request q = { &rules, &none, NULL, &response_rules, &criteria.counting, &priors, &instruments,
						DAY0 };
	struct lull_outcome out;
	struct lull_err err = { 0 };
	assert_int_equal(lull_outcome_run(&q, &arena, &out, &err), LULL_EDOMAIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(acute_definitions_differ_on_the_same_pain),
		cmocka_unit_test(one_good_infusion_of_three_meets_and_is_counted),
		cmocka_unit_test(a_visit_counts_when_it_is_near_the_day),
		cmocka_unit_test(the_series_is_judged_by_days_and_pgic),
		cmocka_unit_test(days_7_and_8_need_every_day),
		cmocka_unit_test(each_stop_rule_fires_and_stays_silent),
		cmocka_unit_test(a_grave_reaction_stops_unless_the_drug_was_cleared),
		cmocka_unit_test(the_course_of_a_series),
		cmocka_unit_test(what_came_after_the_day_of_asking_is_not_known),
		cmocka_unit_test(a_booster_when_half_of_the_gain_is_lost),
		cmocka_unit_test(scores_change_by_their_own_differences),
		cmocka_unit_test(faulty_records_are_refused_with_their_place),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
