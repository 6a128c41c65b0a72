/* Plans: what is asked, rounded and judged; what is refused and by which limit. */
#include "plan_support.h"

#include <stdio.h>

#include "lull/base/text.h"

static struct lull_arena base_arena;
static struct lull_plan_kb kb;

static int load(void **state)
{
	struct lull_diags diags;
	(void)state;
	lull_diags_init(&diags, &base_arena);
	const int rc = lull_plan_kb_load(test_knowledge(), &base_arena, &kb, &diags);
	assert_no_diags(&diags);
	return rc;
}

static int clear(void **state)
{
	(void)state;
	lull_arena_clear(&base_arena);
	return 0;
}

static const struct lull_plan_finding *finding(const struct lull_plan *plan, const char *id)
{
	for (size_t i = 0; i < plan->n_findings; i++)
		if (!strcmp(plan->findings[i].id, id))
			return &plan->findings[i];
	return NULL;
}

static void make(const struct lull_plan_kb *with, const struct lull_patient *patient, const struct lull_plan_request *r,
		 struct lull_plan *plan)
{
	struct lull_err err = { 0 };
	assert_ok(lull_plan_make(with, patient, r, &base_arena, plan, &err), &err);
}

static struct lull_plan_request ask(const char *protocol)
{
	return (struct lull_plan_request){ .protocol_id = protocol, .day = TEST_DAY };
}

/* ---- the series of three, worked by hand --------------------------------------------------- */

static void the_series_at_70_kg_is_84_mg_over_3_hours(void **state)
{
	struct test_person p;
	struct lull_plan plan;
	(void)state;
	test_person(&p, 70, 170);
	const struct lull_plan_request r = ask("series_of_three");
	make(&kb, &p.patient, &r, &plan);
	assert_int_equal(plan.status, LULL_PLAN_READY);
	assert_int_equal(plan.place, LULL_AT_CHAIR);
	assert_int_equal(plan.n_sessions, 3);
	const struct lull_plan_session *s = &plan.sessions[0];
	/* 84 mg over 3 h = 28 mg/h = 28 mL/h of 1 mg/mL = 0.4 mg/kg/h */
	assert_int_equal(s->n_steps, 1);
	assert_close(s->steps[0].ml_per_h, 28, 1e-12, 0);
	assert_close(s->steps[0].mg_per_h, 28, 1e-12, 0);
	assert_close(s->steps[0].mg_per_kg_per_h, 0.4, 1e-12, 0);
	assert_close(s->mg, 84, 1e-12, 0);
	assert_close(s->mg_per_kg, 1.2, 1e-12, 0);
	assert_close(plan.course_mg, 252, 1e-12, 0);
	assert_close(plan.sessions[2].day, 10, 0, 0);
	/* 84 mL and the line's 20 mL: a bag of 250 mL, 250 mg from two vials of 200 mg */
	assert_int_equal(s->n_bags, 1);
	assert_close(s->bag.ml, 250, 0, 0);
	assert_close(s->bag.drug_ml, 25, 1e-12, 0);
	assert_close(s->bag.diluent_ml, 225, 1e-12, 0);
	assert_int_equal(s->bag.n_vials, 2);
	assert_close(s->bag.vial_mg_per_ml, 10, 0, 0);
	assert_close(s->vtbi_ml, 84, 1e-12, 0);
	assert_close(s->log.drawn_mg, 250, 1e-12, 0);
	assert_close(s->log.line_mg, 20, 1e-12, 0);
	assert_close(s->log.waste_mg, 146, 1e-12, 0);
	assert_close(s->log.opened_mg, 400, 1e-12, 0);
	/* 0.4 mg/kg/h: an hour of recovery; one nurse for one, then for two */
	assert_close(s->recovery_min, 60, 0, 0);
	assert_close(s->chair_h, 4, 1e-12, 0);
	assert_close(s->staff_h, 3.5, 1e-12, 0);
	assert_close(plan.lifetime_after_mg, 252, 1e-12, 0);
	assert_int_equal(plan.valid_until, TEST_DAY + 7);
	/* the forecast takes over what the pump delivers */
	assert_int_equal(s->regimen.n_doses, 1);
	assert_close(s->regimen.doses[0].amount_mg, 84, 1e-12, 0);
	assert_close(s->regimen.doses[0].dur_h, 3, 1e-12, 0);
}

static void the_series_meets_its_aim_between_54_and_100_kg_and_says_so_below(void **state)
{
	(void)state;
	for (double kg = 50; kg <= 100; kg += 2.5) {
		struct test_person p;
		struct lull_plan plan;
		test_person(&p, kg, 185);
		const struct lull_plan_request r = ask("series_of_three");
		make(&kb, &p.patient, &r, &plan);
		assert_int_equal(plan.status, LULL_PLAN_READY);
		const struct lull_plan_session *s = &plan.sessions[0];
		assert_true(s->dur_h > 2);
		assert_true(s->peak_mg_per_kg_per_h <= 0.5 + 1e-9);
		assert_true(s->mg <= 100 + 1e-9);
		if (kg >= 53.4)
			assert_true(s->mg >= 80 - 3 * 0.1); /* less what rounding down takes */
		else
			assert_non_null(finding(&plan, "PLAN-BELOW-LEAST"));
	}
}

/* ---- every protocol ------------------------------------------------------------------------- */

static void every_protocol_gives_a_plan_or_a_refusal_with_its_cause(void **state)
{
	static const double weights[] = { 50, 70, 90, 110 };
	(void)state;
	for (size_t i = 0; i < kb.protocols.n_items; i++) {
		const struct lull_protocol *proto = &kb.protocols.items[i];
		for (size_t w = 0; w < 4; w++) {
			struct test_person p;
			struct lull_plan plan;
			test_person(&p, weights[w], 172);
			struct lull_plan_request r = ask(proto->id);
			if (proto->use == LULL_USE_RESEARCH) {
				r.has_place = true;
				r.place = LULL_AT_RESEARCH;
			}
			make(&kb, &p.patient, &r, &plan);
			if (plan.status == LULL_PLAN_READY) {
				assert_true(plan.n_sessions > 0 && plan.course_mg > 0);
			} else {
				const struct lull_plan_finding *f = lull_plan_gravest(&plan);
				assert_non_null(f);
				assert_true(f->id && f->text && f->source && f->mark != LULL_MARK_NONE);
			}
			if (proto->use == LULL_USE_SIMULATION || proto->use == LULL_USE_RECORD_ONLY) {
				assert_int_equal(plan.status, LULL_PLAN_REFUSED);
				assert_int_equal(plan.n_sessions, 0);
				assert_non_null(finding(&plan, "PLAN-USE"));
			}
		}
	}
}

static void the_clinical_protocols_stand_as_expected_at_70_kg(void **state)
{
	static const struct {
		const char *id;
		enum lull_plan_status status;
		const char *finding;
		double first_mg;
	} cases[] = {
		{ "P06a", LULL_PLAN_READY, NULL, 42 },
		{ "P20", LULL_PLAN_READY, NULL, 35 },
		{ "P21", LULL_PLAN_READY, NULL, 35 },
		{ "P23", LULL_PLAN_READY, NULL, 35 },
		{ "P26a", LULL_PLAN_READY, NULL, 98 },
		{ "P09", LULL_PLAN_NEEDS_REASON, "LIM-RATE-CHAIR", 56 },
		{ "P01a", LULL_PLAN_READY, NULL, 0 },
		{ "P02a", LULL_PLAN_NEEDS_REASON, "LIM-RATE-INPATIENT", 0 },
		{ "P16", LULL_PLAN_DRAFT, "PLAN-CRISIS-NUMBERS", 200 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct test_person p;
		struct lull_plan plan;
		test_person(&p, 70, 170);
		const struct lull_plan_request r = ask(cases[i].id);
		make(&kb, &p.patient, &r, &plan);
		if (plan.status != cases[i].status)
			fail_msg("%s: %s (%s)", cases[i].id, lull_plan_status_names[plan.status],
				 plan.n_findings ? plan.findings[0].text : "");
		if (cases[i].finding)
			assert_non_null(finding(&plan, cases[i].finding));
		if (cases[i].first_mg > 0)
			assert_close(plan.sessions[0].mg, cases[i].first_mg, 0.01, 0);
	}
}

/* ---- ladders ------------------------------------------------------------------------------- */

static void a_ladder_shows_earliest_times_and_conditions(void **state)
{
	struct test_person p;
	struct lull_plan plan;
	(void)state;
	test_person(&p, 70, 170);
	const struct lull_plan_request r = ask("P01a");
	make(&kb, &p.patient, &r, &plan);
	assert_true(plan.has_rule);
	assert_close(plan.rule.stop_sbp_mmhg, 180, 0, 0);
	const struct lull_plan_session *s = &plan.sessions[0];
	/* 0.1 to 0.7 by 0.1 every 4 h, then held to 120 h: 7 rungs, then 6 on the way down */
	assert_int_equal(s->n_steps, 13);
	for (size_t i = 0; i < 7; i++) {
		const struct lull_plan_step *step = &s->steps[i];
		assert_int_equal(step->kind, LULL_STEP_TITRATE);
		assert_close(step->from_h, 4.0 * (double)i, 1e-9, 1e-9);
		assert_close(step->ml_per_h, 3.5 * (double)(i + 1), 1e-9, 0); /* 2 mg/mL */
		if (i)
			assert_has(step->condition, "pain still above 3/10");
		else
			assert_null(step->condition);
	}
	assert_close(s->dur_h, 120, 1e-12, 0);
	for (size_t i = 7; i < 13; i++) {
		assert_int_equal(s->steps[i].kind, LULL_STEP_WEAN);
		assert_true(isnan(s->steps[i].from_h));
		assert_true(s->steps[i].mg_per_h < s->steps[i - 1].mg_per_h);
		assert_has(s->steps[i].condition, "once at target for 8 h");
	}
	/* 4 h on each of six rungs, 96 h at 49 mg/h */
	assert_close(s->mg, 4 * 7 * (1 + 2 + 3 + 4 + 5 + 6) + 96 * 49, 1e-9, 0);
	assert_close(s->mg_24h, 24 * 49, 1e-9, 0);
	assert_close(s->regimen.doses[6].dur_h, 96, 1e-9, 0);
	assert_true(s->n_bags > 1);
}

static void a_cap_may_be_lowered_and_never_raised(void **state)
{
	struct test_person p;
	struct lull_plan plan;
	struct lull_err err = { 0 };
	(void)state;
	test_person(&p, 70, 170);
	struct lull_plan_request r = ask("P02a");
	r.cap_mg_per_kg_per_h = 0.5;
	make(&kb, &p.patient, &r, &plan);
	assert_int_equal(plan.status, LULL_PLAN_NEEDS_REASON);
	assert_non_null(finding(&plan, LULL_PLAN_ADJUSTED));
	assert_null(finding(&plan, "LIM-RATE-INPATIENT"));
	assert_close(plan.sessions[0].peak_mg_per_kg_per_h, 0.5, 1e-9, 0);
	const struct lull_plan_reason reason = { .id = LULL_PLAN_ADJUSTED, .reason = "older patient", .by = "Dr A" };
	r.reasons = &reason;
	r.n_reasons = 1;
	make(&kb, &p.patient, &r, &plan);
	assert_int_equal(plan.status, LULL_PLAN_READY);
	assert_string_equal(finding(&plan, LULL_PLAN_ADJUSTED)->reason, "older patient");
	r.cap_mg_per_kg_per_h = 1.2;
	assert_int_equal(lull_plan_make(&kb, &p.patient, &r, &base_arena, &plan, &err), LULL_EDOMAIN);
	r = ask("P21");
	r.cap_mg_per_kg_per_h = 0.5;
	assert_int_equal(lull_plan_make(&kb, &p.patient, &r, &base_arena, &plan, &err), LULL_EDOMAIN);
}

/* ---- gates ---------------------------------------------------------------------------------- */

static void age_weight_height_and_day_are_gates(void **state)
{
	struct test_person p;
	struct lull_plan plan;
	const struct lull_plan_request r = ask("series_of_three");
	(void)state;

	test_person(&p, 70, 170);
	p.patient.born = lull_day_from_ymd(2008, 11, 23); /* 18 tomorrow */
	make(&kb, &p.patient, &r, &plan);
	assert_int_equal(plan.status, LULL_PLAN_REFUSED);
	assert_string_equal(lull_plan_gravest(&plan)->id, "PLAN-AGE");
	assert_int_equal(plan.n_sessions, 0);

	test_person(&p, 70, 170);
	p.patient.born = LULL_DAY_NONE;
	make(&kb, &p.patient, &r, &plan);
	assert_string_equal(lull_plan_gravest(&plan)->id, "PLAN-AGE");

	test_person(&p, 70, 170);
	p.patient.n_weights = 0;
	make(&kb, &p.patient, &r, &plan);
	assert_non_null(finding(&plan, "PLAN-WEIGHT"));
	assert_int_equal(plan.status, LULL_PLAN_REFUSED);

	test_person(&p, 70, NAN);
	make(&kb, &p.patient, &r, &plan);
	assert_non_null(finding(&plan, "PLAN-HEIGHT"));
	assert_int_equal(plan.status, LULL_PLAN_REFUSED);

	test_person(&p, 70, 170);
	p.weights[0].day = TEST_DAY - 1;
	make(&kb, &p.patient, &r, &plan);
	assert_int_equal(plan.status, LULL_PLAN_DRAFT);
	assert_string_equal(lull_plan_gravest(&plan)->id, "PLAN-WEIGH-TODAY");
	assert_true(plan.n_sessions == 3);

	test_person(&p, 70, 170);
	p.weights[0].how = LULL_WEIGHT_STATED;
	make(&kb, &p.patient, &r, &plan);
	assert_non_null(finding(&plan, "PLAN-WEIGH-TODAY"));

	test_person(&p, 70, 170);
	p.patient.ketamine.any = LULL_ABSENT;
	make(&kb, &p.patient, &r, &plan);
	assert_int_equal(plan.status, LULL_PLAN_DRAFT);
	assert_non_null(finding(&plan, "PLAN-PAST-KETAMINE"));
}

static void a_weight_in_pounds_or_ten_times_is_caught(void **state)
{
	static const struct {
		double now, before;
		const char *id, *said;
	} cases[] = {
		{ 154.3, 70, "PLAN-ENTRY-WEIGHT", "pounds" },
		{ 70, 154.3, "PLAN-ENTRY-WEIGHT", "pounds" },
		{ 70, 7, "PLAN-ENTRY-WEIGHT", "ten times" },
		{ 78, 70, "PLAN-WEIGHT-CHANGE", "second person" },
		{ 62, 70, "PLAN-WEIGHT-CHANGE", "second person" },
	};
	struct test_person p;
	struct lull_plan plan;
	const struct lull_plan_request r = ask("series_of_three");
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		test_person(&p, cases[i].now, 170);
		p.weights[1] = (struct lull_weight){ .kg = cases[i].before, .day = TEST_DAY - 30, .how = LULL_WEIGHT_MEASURED };
		p.patient.n_weights = 2;
		make(&kb, &p.patient, &r, &plan);
		const struct lull_plan_finding *f = finding(&plan, cases[i].id);
		if (!f)
			fail_msg("no %s for %g after %g", cases[i].id, cases[i].now, cases[i].before);
		else
			assert_has(f->text, cases[i].said);
		assert_int_not_equal(plan.status, LULL_PLAN_READY);
	}
	test_person(&p, 70, 170);
	p.weights[1] = (struct lull_weight){ .kg = 72, .day = TEST_DAY - 30, .how = LULL_WEIGHT_MEASURED };
	p.patient.n_weights = 2;
	make(&kb, &p.patient, &r, &plan);
	assert_int_equal(plan.status, LULL_PLAN_READY);
	test_person(&p, 70, 102); /* BMI 67 */
	make(&kb, &p.patient, &r, &plan);
	assert_non_null(finding(&plan, "PLAN-BMI"));
}

static void weight_limits_hold(void **state)
{
	static const struct {
		double kg;
		const char *id;
		enum lull_plan_status status;
	} cases[] = {
		{ 29, "LIM-WEIGHT-LOW", LULL_PLAN_REFUSED },
		{ 44, "LIM-WEIGHT-LOW", LULL_PLAN_NEEDS_REASON },
		{ 116, "LIM-WEIGHT-HIGH", LULL_PLAN_NEEDS_REASON },
		{ 201, "LIM-WEIGHT-HIGH", LULL_PLAN_REFUSED },
	};
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct test_person p;
		struct lull_plan plan;
		const struct lull_plan_request r = ask("P21");
		test_person(&p, cases[i].kg, cases[i].kg < 60 ? 140 : 190);
		make(&kb, &p.patient, &r, &plan);
		assert_non_null(finding(&plan, cases[i].id));
		assert_int_equal(plan.status, cases[i].status);
	}
}

static void setting_route_and_use_are_gates(void **state)
{
	struct test_person p;
	struct lull_plan plan;
	(void)state;
	test_person(&p, 70, 170);
	struct lull_plan_request r = ask("series_of_three");
	r.has_place = true;
	r.place = LULL_AT_HOME_NASAL;
	make(&kb, &p.patient, &r, &plan);
	assert_string_equal(lull_plan_gravest(&plan)->id, "PLAN-SETTING");
	r = ask("series_of_three");
	r.has_route = true;
	r.route = LULL_ROUTE_NASAL;
	make(&kb, &p.patient, &r, &plan);
	assert_string_equal(lull_plan_gravest(&plan)->id, "PLAN-ROUTE");
	/* KetHead only in the research setting, with its own limits. */
	r = ask("P22");
	make(&kb, &p.patient, &r, &plan);
	assert_int_equal(plan.status, LULL_PLAN_REFUSED);
	assert_string_equal(lull_plan_gravest(&plan)->id, "PLAN-RESEARCH");
	r.has_place = true;
	r.place = LULL_AT_RESEARCH;
	make(&kb, &p.patient, &r, &plan);
	if (plan.status != LULL_PLAN_READY)
		fail_msg("%s", plan.findings[0].text);
	assert_close(plan.sessions[0].steps[0].ml, 7, 1e-12, 0);    /* 0.1 mL/kg of 10 mg/mL   */
	assert_close(plan.sessions[0].steps[1].ml_per_h, 35, 1e-12, 0); /* 0.5 mL/kg/h of 2 mg/mL */
	assert_close(plan.sessions[0].recovery_min, 120, 0, 0);     /* above 0.5, midazolam */
	assert_close(plan.comeds[0].mg, 2.8, 1e-12, 0);
	assert_false(plan.comeds[0].is_capped);
	test_person(&p, 90, 185);
	make(&kb, &p.patient, &r, &plan);
	assert_close(plan.comeds[0].mg, 3, 0, 0);
	assert_true(plan.comeds[0].is_capped);
	struct lull_err err = { 0 };
	r = ask("P99");
	assert_int_equal(lull_plan_make(&kb, &p.patient, &r, &base_arena, &plan, &err), LULL_ENOTFOUND);
	r = ask(NULL);
	assert_int_equal(lull_plan_make(&kb, &p.patient, &r, &base_arena, &plan, &err), LULL_ENOTFOUND);
	r = ask("P21");
	r.bag_ml = -1;
	assert_int_equal(lull_plan_make(&kb, &p.patient, &r, &base_arena, &plan, &err), LULL_EDOMAIN);
}

static void co_medication_has_its_own_screening(void **state)
{
	struct test_person p;
	struct lull_plan plan;
	const struct lull_plan_request r = ask("P21");
	(void)state;
	test_person(&p, 70, 170);
	p.conditions[0].answer = LULL_YES;
	make(&kb, &p.patient, &r, &plan);
	assert_int_equal(plan.status, LULL_PLAN_REFUSED);
	assert_has(lull_plan_gravest(&plan)->text, "Magnesium");
	assert_string_equal(plan.comeds[0].ruled_out_by, p.conditions[0].id);
	p.conditions[0].answer = LULL_UNKNOWN;
	make(&kb, &p.patient, &r, &plan);
	assert_int_equal(plan.status, LULL_PLAN_DRAFT);
	p.patient.n_conditions = 0;
	make(&kb, &p.patient, &r, &plan);
	assert_int_equal(plan.status, LULL_PLAN_DRAFT);
}

/* ---- soft limits, reasons, entries ------------------------------------------------------------- */

static void a_soft_limit_is_passed_only_with_a_reason_and_a_hard_one_never(void **state)
{
	struct test_person p;
	struct lull_plan plan;
	(void)state;
	test_person(&p, 70, 170);
	struct lull_plan_request r = ask("P09");
	make(&kb, &p.patient, &r, &plan);
	assert_int_equal(plan.status, LULL_PLAN_NEEDS_REASON);
	assert_close(finding(&plan, "LIM-RATE-CHAIR")->wanted, 0.6, 1e-9, 0);
	assert_close(finding(&plan, "LIM-RATE-CHAIR")->allowed, 0.5, 0, 0);
	const struct lull_plan_reason reasons[] = {
		{ "LIM-RATE-CHAIR", "failed 0.4", "Dr A" },
		{ "LIM-VISIT-MG", "as published", "Dr A" },
		{ "LIM-VISIT-KG", "as published", "Dr A" },
	};
	r.reasons = reasons;
	r.n_reasons = 2;
	make(&kb, &p.patient, &r, &plan);
	assert_int_equal(plan.status, LULL_PLAN_NEEDS_REASON); /* one is still open */
	r.n_reasons = 3;
	make(&kb, &p.patient, &r, &plan);
	assert_int_equal(plan.status, LULL_PLAN_READY);
	assert_string_equal(finding(&plan, "LIM-RATE-CHAIR")->reason_by, "Dr A");
	/* 3.5 mg/kg over 6 h: past the hard limit of a visit, reason or not. */
	const struct lull_plan_reason many[] = { { LULL_PLAN_ADJUSTED, "x", "A" }, { "LIM-VISIT-KG", "x", "A" },
						 { "LIM-VISIT-MG", "x", "A" }, { "LIM-TIME-CHAIR", "x", "A" } };
	r = ask("P21");
	r.mg_per_kg = 0.5;
	r.over_min = 400;
	r.reasons = many;
	r.n_reasons = 4;
	make(&kb, &p.patient, &r, &plan);
	assert_int_equal(plan.status, LULL_PLAN_REFUSED);
	assert_string_equal(lull_plan_gravest(&plan)->id, "LIM-TIME-CHAIR");
	assert_close(lull_plan_gravest(&plan)->allowed, 6, 0, 0);
}

static void another_disease_needs_a_reason(void **state)
{
	struct test_person p;
	struct lull_plan plan;
	(void)state;
	test_person(&p, 70, 170);
	struct lull_plan_request r = ask("P20"); /* cluster headache */
	make(&kb, &p.patient, &r, &plan);
	assert_null(finding(&plan, "PLAN-INDICATION")); /* not stated: not judged */
	r.indication_id = "refractory_chronic_migraine";
	make(&kb, &p.patient, &r, &plan);
	assert_int_equal(plan.status, LULL_PLAN_NEEDS_REASON);
	assert_has(finding(&plan, "PLAN-INDICATION")->text, "other_refractory_headache");
	const struct lull_plan_reason reason = { "PLAN-INDICATION", "cluster attacks as well", "Dr A" };
	r.reasons = &reason;
	r.n_reasons = 1;
	make(&kb, &p.patient, &r, &plan);
	assert_int_equal(plan.status, LULL_PLAN_READY);
	r.n_reasons = 0;
	r.indication_id = "other_refractory_headache";
	make(&kb, &p.patient, &r, &plan);
	assert_int_equal(plan.status, LULL_PLAN_READY);
}

static void a_changed_dose_is_checked_for_slips(void **state)
{
	static const struct {
		const char *protocol;
		double mg_per_kg, over_min;
		const char *id, *said;
	} cases[] = {
		{ "series_of_three", 1, 0, LULL_PLAN_ADJUSTED, "changed from 1.2 to 1" },
		{ "series_of_three", 12, 0, "PLAN-ENTRY-DOSE", "ten times" },
		{ "series_of_three", 0.12, 0, "PLAN-ENTRY-DOSE", "a tenth" },
		{ "series_of_three", 84, 0, "PLAN-ENTRY-DOSE", "mg taken for mg/kg" },
		{ "series_of_three", 0, 3, "PLAN-ENTRY-DOSE", "hours taken for minutes" },
		{ "P23", 3, 0, "PLAN-ENTRY-DOSE", "far from" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct test_person p;
		struct lull_plan plan;
		struct lull_plan_request r = ask(cases[i].protocol);
		test_person(&p, 70, 170);
		r.mg_per_kg = cases[i].mg_per_kg;
		r.over_min = cases[i].over_min;
		make(&kb, &p.patient, &r, &plan);
		const struct lull_plan_finding *f = finding(&plan, cases[i].id);
		if (!f)
			fail_msg("case %zu: no %s", i, cases[i].id);
		else
			assert_has(f->text, cases[i].said);
	}
	struct test_person p;
	struct lull_plan plan;
	struct lull_err err = { 0 };
	test_person(&p, 70, 170);
	struct lull_plan_request r = ask("P01a");
	r.mg_per_kg = 1;
	assert_int_equal(lull_plan_make(&kb, &p.patient, &r, &base_arena, &plan, &err), LULL_EDOMAIN);
	r = ask("P09");
	r.mg_per_kg = 1;
	assert_int_equal(lull_plan_make(&kb, &p.patient, &r, &base_arena, &plan, &err), LULL_EDOMAIN);
}

static void strengths_are_checked_against_the_standard_and_the_limits(void **state)
{
	static const struct {
		double mg_per_ml;
		const char *id;
		enum lull_plan_status status;
	} cases[] = {
		{ 2, "PLAN-ENTRY-STRENGTH", LULL_PLAN_NEEDS_REASON },
		{ 10, "PLAN-ENTRY-STRENGTH", LULL_PLAN_NEEDS_REASON },
		{ 11, "LIM-CONC", LULL_PLAN_REFUSED },
		{ 100, "PLAN-NO-VIAL", LULL_PLAN_REFUSED },
	};
	struct test_person p;
	struct lull_plan plan;
	struct lull_plan_request r;
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		test_person(&p, 70, 170);
		r = ask("series_of_three");
		r.infusion_mg_per_ml = cases[i].mg_per_ml;
		make(&kb, &p.patient, &r, &plan);
		if (!finding(&plan, cases[i].id))
			fail_msg("%g mg/mL: no %s", cases[i].mg_per_ml, cases[i].id);
		assert_int_equal(plan.status, cases[i].status);
	}
	r.infusion_mg_per_ml = 10;
	make(&kb, &p.patient, &r, &plan);
	assert_has(finding(&plan, "PLAN-ENTRY-STRENGTH")->text, "ten times");
	r = ask("P22");
	r.has_place = true;
	r.place = LULL_AT_RESEARCH;
	r.bolus_mg_per_ml = 50;
	make(&kb, &p.patient, &r, &plan);
	assert_int_equal(plan.status, LULL_PLAN_REFUSED);
	assert_non_null(finding(&plan, "LIM-CONC-BOLUS"));
}

static void slow_fast_and_tiny_rates_meet_the_pump(void **state)
{
	struct test_person p;
	struct lull_plan plan;
	(void)state;
	test_person(&p, 70, 170);
	struct lull_plan_request r = ask("P01a");
	r.infusion_mg_per_ml = 10; /* 7 mg/h = 0.7 mL/h */
	make(&kb, &p.patient, &r, &plan);
	assert_non_null(finding(&plan, "PLAN-STARTUP-LAG"));
	r = ask("P21");
	r.mg_per_kg = 0.002;
	make(&kb, &p.patient, &r, &plan);
	assert_non_null(finding(&plan, "PLAN-PUMP-MIN"));
	assert_int_equal(plan.status, LULL_PLAN_REFUSED);
	r = ask("P21");
	r.infusion_mg_per_ml = 0.01;
	make(&kb, &p.patient, &r, &plan);
	assert_non_null(finding(&plan, "PLAN-PUMP-MAX"));
	assert_int_equal(plan.status, LULL_PLAN_REFUSED);
	r = ask("P21");
	r.bag_ml = 15;
	make(&kb, &p.patient, &r, &plan);
	assert_non_null(finding(&plan, "PLAN-BAG"));
}

/* ---- what was given before -------------------------------------------------------------------- */

static void a_year_and_the_gap_between_courses_count(void **state)
{
	struct test_person p;
	struct lull_plan plan;
	struct lull_ketamine_series past[2];
	(void)state;
	memset(past, 0, sizeof(past));
	test_person(&p, 70, 170);
	past[0].first = past[0].last = TEST_DAY - 20;
	past[0].n_sessions = 10;
	past[1].first = past[1].last = TEST_DAY - 400; /* more than a year ago */
	past[1].n_sessions = 12;
	p.patient.ketamine.any = LULL_YES;
	p.patient.ketamine.lifetime_mg = 3000;
	p.patient.ketamine.series = past;
	p.patient.ketamine.n_series = 2;
	struct lull_plan_request r = ask("series_of_three");
	make(&kb, &p.patient, &r, &plan);
	assert_int_equal(plan.status, LULL_PLAN_REFUSED); /* 10 + 3 > 12 */
	assert_close(finding(&plan, "LIM-YEAR")->wanted, 13, 0, 0);
	past[0].n_sessions = 9;
	make(&kb, &p.patient, &r, &plan);
	assert_int_equal(plan.status, LULL_PLAN_READY);
	assert_close(plan.lifetime_after_mg, 3252, 1e-12, 0);
	r = ask("P01a");
	make(&kb, &p.patient, &r, &plan);
	assert_non_null(finding(&plan, "LIM-GAP-INPATIENT")); /* 20 days, 28 needed */
	past[0].last = TEST_DAY - 28;
	make(&kb, &p.patient, &r, &plan);
	assert_null(finding(&plan, "LIM-GAP-INPATIENT"));
	past[0].n_sessions = NAN;
	make(&kb, &p.patient, &r, &plan);
	assert_non_null(finding(&plan, "PLAN-PAST-KETAMINE"));
	past[0].last = LULL_DAY_NONE;
	make(&kb, &p.patient, &r, &plan);
	assert_non_null(finding(&plan, "PLAN-PAST-KETAMINE"));
}

/* ---- properties over many people ----------------------------------------------------------------- */

/* The tightest hard limit of a quantity here, or infinity. */
static double hard_limit(const struct lull_plan *plan, enum lull_limit_what what)
{
	const struct lull_limit_scope scope = { plan->place, plan->product, plan->route, plan->protocol->id };
	const struct lull_limit_found f = lull_limits_find(&kb.limits, what, &scope);
	return f.hard ? f.hard->hard.value : INFINITY;
}

static void check_delivered(const struct lull_plan *plan)
{
	const double kg = plan->weights.dosing_kg, e = 1 + 1e-9;
	for (size_t i = 0; i < plan->n_sessions; i++) {
		const struct lull_plan_session *s = &plan->sessions[i];
		double sum = 0, ml = 0;
		for (size_t k = 0; k < s->n_steps; k++) {
			const struct lull_plan_step *step = &s->steps[k];
			const double n = step->ml_per_h / kb.pump.rate_increment_ml_per_h.value;
			if (step->kind != LULL_STEP_BOLUS) {
				assert_close(n, round(n), 1e-9, 1e-9); /* on the pump's grid */
				assert_true(step->mg_per_h <= step->asked_mg_per_h * e); /* down, never up */
				assert_true(step->mg_per_kg_per_h <= hard_limit(plan, LULL_LIM_RATE) * e);
			} else {
				assert_true(step->mg / kg <= hard_limit(plan, LULL_LIM_BOLUS_MG_PER_KG) * e);
			}
			assert_close(step->mg, step->ml * step->mg_per_ml, 1e-9, 1e-12);
			if (step->kind == LULL_STEP_WEAN)
				continue;
			sum += step->mg;
			ml += step->ml;
			assert_close(step->cum_mg, sum, 1e-12, 1e-12);
		}
		assert_close(s->mg, sum, 1e-12, 0);
		assert_close(s->ml, ml, 1e-12, 0);
		double regimen_mg = 0;
		for (size_t k = 0; k < s->regimen.n_doses; k++)
			regimen_mg += s->regimen.doses[k].amount_mg;
		assert_close(regimen_mg, s->mg, 1e-12, 0);
		assert_true(s->mg / kg <= hard_limit(plan, LULL_LIM_SESSION_MG_PER_KG) * e);
		assert_true(s->mg_24h / kg <= hard_limit(plan, LULL_LIM_DAY_MG_PER_KG) * e);
		assert_true(s->mg_24h <= s->mg * e);
		assert_true(s->dur_h <= hard_limit(plan, LULL_LIM_SESSION_H) * e);
		/* drawn = given + line + waste; opened = drawn + left */
		assert_close(s->log.drawn_mg, s->log.given_mg + s->log.line_mg + s->log.waste_mg, 1e-9, 1e-9);
		assert_close(s->log.opened_mg, s->log.drawn_mg + s->log.vial_left_mg, 1e-9, 1e-9);
		assert_close(s->log.given_mg, s->mg, 1e-12, 0);
	}
}

static void nothing_delivered_is_above_a_hard_limit_after_rounding(void **state)
{
	static const char *const ids[] = { "series_of_three", "P06a", "P09", "P20", "P21", "P23", "P26a", "P01a", "P02a", "P22" };
	static const double strengths[] = { 0, 0.7, 1, 2, 3.3, 10 };
	struct lull_arena arena = { 0 };
	struct lull_err err = { 0 };
	size_t n_plans = 0;
	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		for (double kg = 31.3; kg < 200; kg += 7.9)
			for (size_t c = 0; c < 6; c++) {
				struct test_person p;
				struct lull_plan plan;
				struct lull_plan_request r = ask(ids[i]);
				test_person(&p, kg, 165);
				r.infusion_mg_per_ml = strengths[c];
				r.has_place = !strcmp(ids[i], "P22");
				r.place = LULL_AT_RESEARCH;
				assert_ok(lull_plan_make(&kb, &p.patient, &r, &arena, &plan, &err), &err);
				if (plan.status != LULL_PLAN_REFUSED) {
					check_delivered(&plan);
					n_plans++;
				}
				lull_arena_clear(&arena);
			}
	assert_true(n_plans > 800);
}

static void doubling_the_strength_halves_the_volume(void **state)
{
	(void)state;
	for (double kg = 50; kg <= 110; kg += 10) {
		struct test_person p;
		struct lull_plan one, two;
		struct lull_plan_request r = ask("P21");
		test_person(&p, kg, 180);
		make(&kb, &p.patient, &r, &one);
		r.infusion_mg_per_ml = 2;
		make(&kb, &p.patient, &r, &two);
		assert_close(two.sessions[0].steps[0].ml_per_h, one.sessions[0].steps[0].ml_per_h / 2, 0,
			     kb.pump.rate_increment_ml_per_h.value);
	}
}

static void a_heavier_person_never_gets_less(void **state)
{
	static const char *const ids[] = { "series_of_three", "P21", "P23", "P09", "P01a" };
	(void)state;
	for (size_t i = 0; i < 5; i++) {
		double last = 0;
		for (double kg = 45; kg <= 115; kg += 1) {
			struct test_person p;
			struct lull_plan plan;
			const struct lull_plan_request r = ask(ids[i]);
			test_person(&p, kg, 172);
			make(&kb, &p.patient, &r, &plan);
			assert_true(plan.sessions[0].mg >= last - 1e-9);
			last = plan.sessions[0].mg;
		}
	}
}

static void planning_survives_every_failed_allocation(void **state)
{
	static const char *const ids[] = { "P22", "P01a", "P16", "P06" };
	(void)state;
	for (size_t i = 0; i < 4; i++)
		for (uint64_t nth = 1;; nth++) {
			struct lull_arena arena = { 0 };
			struct test_person p;
			struct lull_plan plan;
			struct lull_err err = { 0 };
			struct lull_plan_request r = ask(ids[i]);
			r.has_place = !strcmp(ids[i], "P22");
			r.place = LULL_AT_RESEARCH;
			test_person(&p, 120, 170);
			lull_mem_fail_at(nth, false);
			const int rc = lull_plan_make(&kb, &p.patient, &r, &arena, &plan, &err);
			const bool is_over = lull_mem_fail_at(0, false) < nth;
			lull_arena_clear(&arena);
			if (is_over) {
				assert_ok(rc, &err);
				break;
			}
			assert_int_equal(rc, LULL_ENOMEM);
			assert_true(nth < 5000);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_series_at_70_kg_is_84_mg_over_3_hours),
		cmocka_unit_test(the_series_meets_its_aim_between_54_and_100_kg_and_says_so_below),
		cmocka_unit_test(every_protocol_gives_a_plan_or_a_refusal_with_its_cause),
		cmocka_unit_test(the_clinical_protocols_stand_as_expected_at_70_kg),
		cmocka_unit_test(a_ladder_shows_earliest_times_and_conditions),
		cmocka_unit_test(a_cap_may_be_lowered_and_never_raised),
		cmocka_unit_test(age_weight_height_and_day_are_gates),
		cmocka_unit_test(a_weight_in_pounds_or_ten_times_is_caught),
		cmocka_unit_test(weight_limits_hold),
		cmocka_unit_test(setting_route_and_use_are_gates),
		cmocka_unit_test(co_medication_has_its_own_screening),
		cmocka_unit_test(a_soft_limit_is_passed_only_with_a_reason_and_a_hard_one_never),
		cmocka_unit_test(another_disease_needs_a_reason),
		cmocka_unit_test(a_changed_dose_is_checked_for_slips),
		cmocka_unit_test(strengths_are_checked_against_the_standard_and_the_limits),
		cmocka_unit_test(slow_fast_and_tiny_rates_meet_the_pump),
		cmocka_unit_test(a_year_and_the_gap_between_courses_count),
		cmocka_unit_test(nothing_delivered_is_above_a_hard_limit_after_rounding),
		cmocka_unit_test(doubling_the_strength_halves_the_volume),
		cmocka_unit_test(a_heavier_person_never_gets_less),
		cmocka_unit_test(planning_survives_every_failed_allocation),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, load, clear);
}
