/* A plan's forecast: what of plan, patient and diary reaches it, and what it refuses. */
#include "plan_support.h"

#include "lull/care/forecast.h"
#include "lull/course/person.h"
#include "lull/headache/diary.h"

enum { N_PEOPLE = 1000 };

static struct lull_arena arena;
static struct lull_plan_kb kb;
static struct lull_model models[3];
static struct lull_effects effects;
static struct lull_course_priors priors;
static const struct lull_usual_pain no_diary = { NAN, NAN };

static int load(void **state)
{
	static const char *const ids[] = { "kamp2020_otto2021", "domino1984", "otto2021_s" };
	struct lull_diags diags;
	(void)state;
	lull_diags_init(&diags, &arena);
	(void)!lull_plan_kb_load(test_knowledge(), &arena, &kb, &diags);
	for (size_t i = 0; i < 3; i++)
		(void)!lull_model_load(test_knowledge(), ids[i], &arena, &models[i], &diags);
	(void)!lull_effects_load(test_knowledge(), &arena, &effects, &diags);
	(void)!lull_course_priors_load(test_knowledge(), &arena, &priors, &diags);
	assert_no_diags(&diags);
	return 0;
}

static int clear(void **state)
{
	(void)state;
	lull_arena_clear(&arena);
	return 0;
}

static struct lull_plan plan_of(const struct lull_patient *patient, const char *protocol)
{
	const struct lull_plan_request ask = { .protocol_id = protocol, .day = TEST_DAY };
	struct lull_plan plan;
	struct lull_err err = { 0 };
	assert_ok(lull_plan_make(&kb, patient, &ask, &arena, &plan, &err), &err);
	return plan;
}

static int run(const struct lull_plan *plan, const struct lull_patient *patient, size_t from_model,
	       struct lull_plan_forecast *out, struct lull_err *err)
{
	const struct lull_forecast_kb with = { models + from_model, 3 - from_model, &effects, &priors };
	return lull_forecast_plan(&with, plan, patient, &no_diary, N_PEOPLE, 1, &arena, out, err);
}

static struct lull_plan_forecast forecast_of(const struct lull_patient *patient, const char *protocol)
{
	const struct lull_plan plan = plan_of(patient, protocol);
	struct lull_plan_forecast out;
	struct lull_err err = { 0 };
	assert_ok(run(&plan, patient, 0, &out, &err), &err);
	return out;
}

static void all_sessions_are_given_and_now_is_the_end_of_the_first(void **state)
{
	struct test_person p;
	(void)state;
	test_person(&p, 70, 170);
	p.patient.pain.nrs = 7;
	const struct lull_forecast f = forecast_of(&p.patient, "series_of_three").main;
	/* 3 x 84 mg, to everybody the same; the last starts on day 10, follow-up 14 and 30 days after the end */
	for (int b = 0; b < LULL_N_BANDS; b++)
		assert_close(f.total_mg[b], 252, 1e-9, 0);
	assert_close(f.now_h, 3, 1e-12, 0);
	/* the curves are the first session's and its tail; the next one starts on day 5 */
	assert_true(f.t_h[f.n_times - 1] > 3 && f.t_h[f.n_times - 1] < 5 * 24);
	assert_close(f.relief_day[0], 14, 0, 0);
	assert_close(f.relief_day[1], 30, 0, 0);
}

/* safety.md: a forecast never stands without the same people without drug. */
static void it_stands_beside_no_drug(void **state)
{
	struct test_person p;
	(void)state;
	test_person(&p, 70, 170);
	p.patient.pain.nrs = 7;
	const struct lull_forecast f = forecast_of(&p.patient, "series_of_three").main;
	const struct lull_contrast *const all[] = { &f.fall_2_points_now, &f.relief_at[0], &f.relief_at[1] };
	for (size_t i = 0; i < 3; i++) {
		assert_true(all[i]->without_drug > 0 && all[i]->without_drug < 1); /* pain moves without drug too */
		assert_true(all[i]->with_drug >= all[i]->without_drug);
		assert_close(all[i]->difference, all[i]->with_drug - all[i]->without_drug, 1e-12, 1e-12);
		assert_true(all[i]->mc_half_width > 0);
	}
	assert_non_null(f.nrs_without.q[2]);
}

static void every_model_of_the_product_is_shown(void **state)
{
	struct test_person p;
	(void)state;
	test_person(&p, 70, 170);
	const struct lull_plan_forecast f = forecast_of(&p.patient, "series_of_three");
	assert_ptr_equal(f.model, &models[0]);
	assert_int_equal(f.n_views, 2); /* the third is of esketamine */
	for (size_t i = 0; i < 2; i++) {
		struct lull_pk pk;
		assert_int_equal(f.views[i].model->product, LULL_RACEMIC_KETAMINE);
		lull_model_typical(f.views[i].model, 70, true, &pk);
		assert_close(f.views[i].auc_ng_h_per_ml, 1000 * 84 / pk.cl_l_per_h, 1e-12, 0);
		/* 3 h at a constant rate: below its steady state, above half of it */
		const double steady = 1000 * 28 / pk.cl_l_per_h;
		assert_true(f.views[i].peak_ng_per_ml < steady && f.views[i].peak_ng_per_ml > 0.5 * steady);
	}
}

static void pressure_is_judged_by_the_plan_s_own_lines(void **state)
{
	struct lull_vitals today = { .day = TEST_DAY, .sbp_mmhg = 165, .dbp_mmhg = 90, .hr_per_min = NAN,
				     .spo2_percent = NAN, .rr_per_min = NAN };
	struct test_person p;
	(void)state;
	test_person(&p, 70, 170);
	assert_true(isnan(forecast_of(&p.patient, "series_of_three").main.share_sbp_watch)); /* nobody measured */
	p.patient.vitals = &today;
	p.patient.n_vitals = 1;
	/* watch 140, hold 160, stop 180 (knowledge/monitoring.yaml) */
	struct lull_forecast f = forecast_of(&p.patient, "series_of_three").main;
	assert_true(f.share_sbp_watch == 1 && f.share_sbp_reduce == 1 && f.share_sbp_stop < 1);
	today.sbp_mmhg = 157; /* some rise by 3, nobody by 23 */
	f = forecast_of(&p.patient, "series_of_three").main;
	assert_true(f.share_sbp_watch == 1 && f.share_sbp_reduce > 0 && f.share_sbp_stop < f.share_sbp_reduce);
	today.day = TEST_DAY + 1; /* measured after the plan's day: not known then */
	assert_true(isnan(forecast_of(&p.patient, "series_of_three").main.share_sbp_watch));
}

static void outside_the_fitted_weights_it_is_shown_unscaled_too(void **state)
{
	struct test_person p;
	(void)state;
	test_person(&p, 90, 180); /* the model: 50 to 90 kg */
	assert_false(forecast_of(&p.patient, "series_of_three").has_unscaled);
	test_person(&p, 98, 180);
	const struct lull_plan_forecast f = forecast_of(&p.patient, "series_of_three");
	assert_true(f.has_unscaled);
	/* without scaling the heavier person clears like one of 70 kg: more of the same dose stays */
	assert_true(f.unscaled.auc_ng_h_per_ml[2] > f.main.auc_ng_h_per_ml[2]);
	assert_close(f.unscaled.total_mg[2], f.main.total_mg[2], 1e-12, 0);
}

static void a_ladder_is_climbed_by_each_person_s_pain(void **state)
{
	struct test_person p;
	(void)state;
	test_person(&p, 70, 170);
	p.patient.pain.nrs = 8;
	const struct lull_plan plan = plan_of(&p.patient, "P01a");
	struct lull_forecast f = forecast_of(&p.patient, "P01a").main;
	assert_true(f.total_mg[0] < f.total_mg[4]);
	assert_true(f.total_mg[4] <= plan.sessions[0].mg + 1e-6); /* the fastest climb is the most */
	assert_true(f.share_reached_target > 0);
	p.patient.pain.nrs = NAN; /* no pain known: the fastest climb, and no word on relief */
	f = forecast_of(&p.patient, "P01a").main;
	assert_close(f.total_mg[0], plan.sessions[0].mg, 1e-9, 0);
	assert_close(f.total_mg[4], plan.sessions[0].mg, 1e-9, 0);
	assert_true(isnan(f.fall_2_points_now.with_drug));
}

static void without_dose_or_model_it_is_refused(void **state)
{
	struct test_person p;
	struct lull_plan_forecast out;
	struct lull_err err = { 0 };
	(void)state;
	test_person(&p, 70, 170);
	struct lull_plan plan = plan_of(&p.patient, "series_of_three");
	assert_int_equal(run(&plan, &p.patient, 2, &out, &err), LULL_EUNSUPPORTED); /* an esketamine model alone */
	assert_has(err.what, "no kinetic model of racemic_ketamine");
	plan.sessions[0].regimen.n_doses = plan.sessions[1].regimen.n_doses = plan.sessions[2].regimen.n_doses = 0;
	assert_int_equal(run(&plan, &p.patient, 0, &out, &err), LULL_EDOMAIN);
	plan.n_sessions = 0; /* as of a plan that was refused */
	assert_int_equal(run(&plan, &p.patient, 0, &out, &err), LULL_EDOMAIN);
	assert_has(err.what, "no session");
}

static void usual_pain_is_that_of_recorded_headache_days(void **state)
{
	struct lull_diary_day days[] = {
		{ .state = LULL_DAY_HEADACHE, .pain = 4 }, { .state = LULL_DAY_FREE, .pain = 0 },
		{ .state = LULL_DAY_MISSING, .pain = NAN }, { .state = LULL_DAY_HEADACHE, .pain = 8 },
		{ .state = LULL_DAY_HEADACHE, .pain = NAN }, { .state = LULL_DAY_HEADACHE, .pain = 6 },
	};
	struct lull_diary diary = { .days = days, .n_days = 6 };
	struct lull_usual_pain usual;
	(void)state;
	lull_usual_pain_of(&diary, &usual);
	assert_close(usual.mean_nrs, 6, 1e-12, 0); /* 4, 8, 6; free and missing days say nothing of it */
	assert_close(usual.sd_points, 2, 1e-12, 0);
	diary.n_days = 3; /* one day: a mean without a spread */
	lull_usual_pain_of(&diary, &usual);
	assert_true(isnan(usual.mean_nrs) && isnan(usual.sd_points));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_sessions_are_given_and_now_is_the_end_of_the_first),
		cmocka_unit_test(it_stands_beside_no_drug),
		cmocka_unit_test(every_model_of_the_product_is_shown),
		cmocka_unit_test(pressure_is_judged_by_the_plan_s_own_lines),
		cmocka_unit_test(outside_the_fitted_weights_it_is_shown_unscaled_too),
		cmocka_unit_test(a_ladder_is_climbed_by_each_person_s_pain),
		cmocka_unit_test(without_dose_or_model_it_is_refused),
		cmocka_unit_test(usual_pain_is_that_of_recorded_headache_days),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, load, clear);
}
