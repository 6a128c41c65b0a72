/* The forecast: known answers of a typical person inside its bands, the difference that is
 * the drug's alone, and refusals. */
#include <math.h>

#include "support.h"

#include "lull/care/forecast.h"
#include "lull/course/person.h"

struct fixture {
	struct lull_arena arena;
	struct lull_model model;
	struct lull_effects effects;
	struct lull_course_priors priors;
};

static int load(void **state)
{
	struct fixture *f = lull_mem_zalloc(1, sizeof(*f));
	struct lull_diags diags;

	assert_non_null(f);
	lull_diags_init(&diags, &f->arena);
	(void)!lull_model_load(test_knowledge(), "kamp2020_otto2021", &f->arena, &f->model, &diags);
	(void)!lull_effects_load(test_knowledge(), &f->arena, &f->effects, &diags);
	(void)!lull_course_priors_load(test_knowledge(), &f->arena, &f->priors, &diags);
	assert_no_diags(&diags);
	*state = f;
	return 0;
}

static int unload(void **state)
{
	struct fixture *f = *state;
	lull_arena_clear(&f->arena);
	lull_mem_free(f);
	return 0;
}

/* 0.5 mg/kg over 40 minutes at 70 kg. */
static const struct lull_dose half_mg_per_kg[] = { { 0, 35, 40.0 / 60 } };
static const struct lull_regimen trd = { LULL_RACEMIC_KETAMINE, LULL_ROUTE_IV, half_mg_per_kg, 1 };
static const struct lull_pressure_lines lines = { 140, 160, 180 };

static struct lull_forecast_request asking(const struct fixture *f)
{
	return (struct lull_forecast_request){
		.model = &f->model, .effects = &f->effects, .regimen = &trd, .weight_kg = 70, .dosing_weight_kg = 70,
		.baseline_nrs = 7, .usual_nrs = NAN, .pain_sd_points = NAN, .now_h = NAN, .sbp_mmhg = 130,
		.dbp_mmhg = 80, .pressure_lines = &lines, .weight_scaled = true, .n_people = 2000, .seed = 1,
		.follow_up_day = { 14, 30 },
	};
}

static struct lull_forecast run(const struct lull_forecast_request *ask, struct fixture *f)
{
	struct lull_forecast out;
	struct lull_err err = { 0 };
	assert_ok(lull_forecast_run(ask, &f->priors, &f->arena, &out, &err), &err);
	return out;
}

static void the_typical_curve_lies_near_the_median(void **state)
{
	struct fixture *f = *state;
	const struct lull_forecast_request ask = asking(f);
	const struct lull_forecast out = run(&ask, f);

	/* 253 ng/mL at 40 min for the typical person (facts pharmacology 5.7) */
	assert_close(out.peak_ng_per_ml[2], 253, 0.05, 0);
	assert_close(out.auc_ng_h_per_ml[2], 416.7, 0.05, 0);
	assert_close(out.total_mg[0], 35, 1e-12, 0);
	assert_close(out.total_mg[4], 35, 1e-12, 0);
	for (size_t j = 0; j < out.n_times; j++)
		for (int b = 1; b < LULL_N_BANDS; b++)
			assert_true(out.parent_ng_per_ml.q[b][j] >= out.parent_ng_per_ml.q[b - 1][j]);
	assert_close(out.now_h, 40.0 / 60, 1e-12, 0);
}

static void the_difference_is_the_drug_s_alone(void **state)
{
	struct fixture *f = *state;
	struct lull_forecast_request ask = asking(f);
	struct lull_effects none = f->effects;

	none.ef_low = none.ef_high = none.es_low = none.es_high = 0;
	ask.effects = &none;
	const struct lull_forecast out = run(&ask, f);
	assert_true(out.fall_2_points_now.difference == 0);
	assert_true(out.fall_2_points_now.with_drug == out.fall_2_points_now.without_drug);
	assert_true(out.fall_2_points_now.with_drug > 0.2); /* the context response is there all the same */
	assert_true(out.relief_at[0].difference == 0 && out.relief_at[1].difference == 0);
	for (size_t j = 0; j < out.n_times; j++)
		assert_true(out.nrs_with.q[2][j] == out.nrs_without.q[2][j]);
}

static void the_drug_adds_now_and_less_later(void **state)
{
	struct fixture *f = *state;
	const struct lull_forecast_request ask = asking(f);
	const struct lull_forecast out = run(&ask, f);

	assert_true(out.fall_2_points_now.difference > 0.05);
	assert_true(out.relief_at[0].difference >= out.relief_at[1].difference);
	assert_true(out.relief_at[0].difference < out.fall_2_points_now.difference);
	assert_true(out.fall_2_points_now.mc_half_width < 0.05);
}

static void five_days_hold_longer_than_forty_minutes(void **state)
{
	struct fixture *f = *state;
	struct lull_forecast_request ask = asking(f);
	/* 0.34 mg/kg/h for 120 h: sustained relief follows the cumulative exposure (facts 5.4) */
	static const struct lull_dose days[] = { { 0, 0.34 * 70 * 120, 120 } };
	static const struct lull_regimen course = { LULL_RACEMIC_KETAMINE, LULL_ROUTE_IV, days, 1 };
	const struct lull_forecast once = run(&ask, f);

	ask.regimen = &course;
	const struct lull_forecast out = run(&ask, f);
	assert_close(out.peak_ng_per_ml[2], 283, 0.05, 0);
	assert_true(out.relief_at[0].difference > once.relief_at[0].difference + 0.1);
}

static void pressure_lines_are_judged_from_today_s_pressure(void **state)
{
	struct fixture *f = *state;
	struct lull_forecast_request ask = asking(f);
	const struct lull_forecast calm = run(&ask, f);

	ask.sbp_mmhg = 155;
	const struct lull_forecast high = run(&ask, f);
	assert_true(high.share_sbp_watch == 1 && high.share_sbp_reduce > calm.share_sbp_reduce);
	ask.sbp_mmhg = NAN;
	assert_true(isnan(run(&ask, f).share_sbp_watch));
}

static void unknown_pain_says_nothing_about_relief(void **state)
{
	struct fixture *f = *state;
	struct lull_forecast_request ask = asking(f);

	ask.baseline_nrs = NAN;
	const struct lull_forecast out = run(&ask, f);
	assert_true(isnan(out.fall_2_points_now.with_drug) && isnan(out.relief_at[0].difference));
	assert_null(out.nrs_with.q[2]);
	assert_true(out.peak_ng_per_ml[2] > 0);
	assert_has(out.notes[out.n_notes - 1], "not known");
}

static void a_rule_is_driven_by_each_person_s_pain(void **state)
{
	struct fixture *f = *state;
	struct lull_forecast_request ask = asking(f);
	/* P02 of facts therapy 2: 0.1, +0.05 mg/kg/h, to 1 mg/kg/h at most, at most 9 days */
	const struct lull_rule rule = {
		.start_mg_per_kg_per_h = 0.1, .raise_mg_per_kg_per_h = 0.05, .raise_every_h = 3,
		.cap_mg_per_kg_per_h = 1, .cap_mg_per_h = NAN, .target_nrs = 3, .target_fall_frac = NAN,
		.hold_at_target_h = 6, .wean_mg_per_kg_per_h = NAN, .wean_every_h = NAN, .max_dur_h = 216,
		.reduce_frac = 0.5, .reduce_sedation_moaas = NAN, .stop_sedation_moaas = NAN, .reduce_sbp_mmhg = NAN,
		.stop_sbp_mmhg = NAN, .reduce_dbp_mmhg = NAN, .stop_dbp_mmhg = NAN, .reduce_hr_per_min = NAN,
		.stop_hr_per_min = NAN, .reduce_spo2_pct = NAN, .stop_spo2_pct = NAN, .reduce_dissociation = NAN,
		.stop_dissociation = NAN, .resume_after_min = NAN, .resume_frac = NAN,
	};

	ask.regimen = NULL;
	ask.rule = &rule;
	const struct lull_forecast out = run(&ask, f);
	assert_true(out.share_reached_target > 0.3 && out.share_reached_target <= 1);
	assert_true(out.total_mg[4] <= 1 * 70 * 216.0);
	assert_true(out.total_mg[0] < out.total_mg[4]);
	assert_true(out.rate_at_target_mg_per_kg_per_h[0] >= 0.1 - 1e-12);
	assert_true(out.rate_at_target_mg_per_kg_per_h[4] <= 1 + 1e-12);
	assert_true(out.fall_2_points_now.difference > 0);
	ask.baseline_nrs = NAN;
	struct lull_forecast none;
	assert_int_equal(lull_forecast_run(&ask, &f->priors, &f->arena, &none, NULL), LULL_EDOMAIN);
}

static void the_same_seed_gives_the_same_bits(void **state)
{
	struct fixture *f = *state;
	const struct lull_forecast_request ask = asking(f);
	const struct lull_forecast a = run(&ask, f), b = run(&ask, f);

	for (int k = 0; k < LULL_N_BANDS; k++)
		assert_memory_equal(a.parent_ng_per_ml.q[k], b.parent_ng_per_ml.q[k], a.n_times * sizeof(double));
	assert_memory_equal(&a.relief_at, &b.relief_at, sizeof(a.relief_at));
}

static void a_venous_model_is_refused_without_a_bridge(void **state)
{
	struct fixture *f = *state;
	struct lull_forecast_request ask = asking(f);
	struct lull_diags diags;
	struct lull_model venous;
	struct lull_forecast out;
	struct lull_err err = { 0 };

	lull_diags_init(&diags, &f->arena);
	assert_int_equal(lull_model_load(test_knowledge(), "otto2021_s", &f->arena, &venous, &diags), LULL_OK);
	ask.model = &venous;
	const struct lull_regimen s = { venous.product, LULL_ROUTE_IV, half_mg_per_kg, 1 };
	ask.regimen = &s;
	assert_int_equal(lull_forecast_run(&ask, &f->priors, &f->arena, &out, &err), LULL_EUNSUPPORTED);
	ask.allow_site_bridge = true;
	assert_true(run(&ask, f).bridge.site_bridged);
	ask.regimen = &trd; /* racemate in an esketamine model */
	assert_int_equal(lull_forecast_run(&ask, &f->priors, &f->arena, &out, &err), LULL_EUNSUPPORTED);
}

static void impossible_requests_name_their_field(void **state)
{
	struct fixture *f = *state;
	struct lull_forecast_request ask = asking(f);
	struct lull_forecast out;
	struct lull_err err = { 0 };

	ask.n_people = 999; /* safety.md: at least 1,000 */
	assert_int_equal(lull_forecast_run(&ask, &f->priors, &f->arena, &out, &err), LULL_EDOMAIN);
	assert_has(err.where, "n_people");
	ask = asking(f);
	ask.baseline_nrs = 11;
	assert_int_equal(lull_forecast_run(&ask, &f->priors, &f->arena, &out, &err), LULL_EDOMAIN);
	ask = asking(f);
	ask.weight_kg = NAN;
	assert_int_equal(lull_forecast_run(&ask, &f->priors, &f->arena, &out, &err), LULL_EDOMAIN);
	ask = asking(f);
	ask.regimen = NULL;
	assert_int_equal(lull_forecast_run(&ask, &f->priors, &f->arena, &out, &err), LULL_EDOMAIN);
}

static void every_failed_allocation_is_reported(void **state)
{
	struct fixture *f = *state;
	const struct lull_forecast_request ask = asking(f);

	for (uint64_t n = 1;; n++) {
		struct lull_arena arena = { 0 };
		struct lull_forecast out;
		lull_mem_fail_at(n, true);
		const int rc = lull_forecast_run(&ask, &f->priors, &arena, &out, NULL);
		const uint64_t used = lull_mem_fail_at(0, false);
		lull_arena_clear(&arena);
		if (rc == LULL_OK) {
			assert_true(used < n);
			break;
		}
		assert_int_equal(rc, LULL_ENOMEM);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_typical_curve_lies_near_the_median),
		cmocka_unit_test(the_difference_is_the_drug_s_alone),
		cmocka_unit_test(the_drug_adds_now_and_less_later),
		cmocka_unit_test(five_days_hold_longer_than_forty_minutes),
		cmocka_unit_test(pressure_lines_are_judged_from_today_s_pressure),
		cmocka_unit_test(unknown_pain_says_nothing_about_relief),
		cmocka_unit_test(a_rule_is_driven_by_each_person_s_pain),
		cmocka_unit_test(the_same_seed_gives_the_same_bits),
		cmocka_unit_test(a_venous_model_is_refused_without_a_bridge),
		cmocka_unit_test(impossible_requests_name_their_field),
		cmocka_unit_test(every_failed_allocation_is_reported),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, load, unload);
}
