/* Dosing weight, rounding down, containers, monitoring lines, rescue cards, a site's file. */
#include "plan_support.h"

#include "lull/base/text.h"

static struct lull_arena arena;
static struct lull_plan_kb kb;

static int load(void **state)
{
	struct lull_diags diags;
	(void)state;
	lull_diags_init(&diags, &arena);
	const int rc = lull_plan_kb_load(test_knowledge(), &arena, &kb, &diags);
	assert_no_diags(&diags);
	return rc;
}

static int clear(void **state)
{
	(void)state;
	lull_arena_clear(&arena);
	return 0;
}

/* ---- weights ------------------------------------------------------------------------------ */

static void doses_go_on_total_weight_to_bmi_30_then_on_part_of_the_excess(void **state)
{
	static const struct {
		double kg, cm, want;
		bool capped;
	} cases[] = {
		{ 70, 170, 70, false },
		{ 86.7, 170, 86.7, false },                  /* BMI 30      */
		{ 110, 170, 86.7 + 0.4 * 23.3, false },      /* 96.02       */
		{ 140, 170, 100, true },                     /* 108.02 cut  */
		{ 110, 200, 100, true },                     /* BMI 27.5    */
		{ 45, 150, 45, false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lull_dosing_weights w;
		lull_dosing_weights(&kb.pump.weight, cases[i].kg, cases[i].cm, LULL_BODY_MALE, &w);
		assert_close(w.dosing_kg, cases[i].want, 1e-9, 0);
		assert_int_equal(w.is_capped, cases[i].capped);
	}
}

static void the_dosing_weight_is_continuous_and_never_falls(void **state)
{
	(void)state;
	for (double cm = 145; cm <= 200; cm += 5) {
		double last = 0;
		for (double kg = 35; kg <= 200; kg += 0.05) {
			struct lull_dosing_weights w;
			lull_dosing_weights(&kb.pump.weight, kg, cm, LULL_BODY_FEMALE, &w);
			assert_true(w.dosing_kg >= last - 1e-12 && w.dosing_kg <= kg + 1e-12);
			assert_true(last == 0 || w.dosing_kg - last <= 0.05 + 1e-9);
			last = w.dosing_kg;
		}
	}
}

static void what_is_not_known_stays_unknown(void **state)
{
	struct lull_dosing_weights w;
	(void)state;
	lull_dosing_weights(&kb.pump.weight, 70, NAN, LULL_BODY_MALE, &w);
	assert_true(isnan(w.dosing_kg) && isnan(w.bmi) && isnan(w.ideal_kg));
	lull_dosing_weights(&kb.pump.weight, NAN, 170, LULL_BODY_MALE, &w);
	assert_true(isnan(w.dosing_kg));
	lull_dosing_weights(&kb.pump.weight, 70, 170, LULL_BODY_UNKNOWN, &w);
	assert_true(isnan(w.ideal_kg) && isnan(w.adjusted_kg));
	assert_close(w.dosing_kg, 70, 0, 0);
	/* Devine, 177.8 cm = 70 inches: 50 + 23 and 45.5 + 23 */
	lull_dosing_weights(&kb.pump.weight, 100, 177.8, LULL_BODY_MALE, &w);
	assert_close(w.ideal_kg, 73, 1e-9, 0);
	assert_close(w.adjusted_kg, 73 + 0.4 * 27, 1e-9, 0);
	lull_dosing_weights(&kb.pump.weight, 100, 177.8, LULL_BODY_FEMALE, &w);
	assert_close(w.ideal_kg, 68.5, 1e-9, 0);
	/* a recalled formula never sets a dose */
	assert_int_equal(kb.pump.weight.devine_male_kg.mark, LULL_RECALLED);
}

/* ---- rounding and containers --------------------------------------------------------------- */

static void rounding_goes_down_and_keeps_whole_steps(void **state)
{
	static const struct {
		double value, step, want;
	} cases[] = {
		{ 28, 0.1, 28 }, { 27.99, 0.1, 27.9 }, { 0.3, 0.1, 0.3 }, { 0.29999, 0.1, 0.2 }, { 0.05, 0.1, 0 },
		{ 3.5, 0.5, 3.5 }, { 3.49, 0.5, 3 }, { 0, 0.1, 0 }, { -1, 0.1, 0 }, { 17.5, 1, 17 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_close(lull_round_down(cases[i].value, cases[i].step), cases[i].want, 1e-12, 1e-15);
	for (double v = 0.01; v < 120; v += 0.037)
		assert_true(lull_round_down(v, 0.1) <= v * (1 + 1e-12) && lull_round_down(v, 0.1) > v - 0.1 - 1e-9);
}

static void a_container_takes_the_vials_that_leave_least_over(void **state)
{
	static const struct {
		double ml, mg_per_ml;
		int n_vials;
		double vial_mg_per_ml, left_mg;
	} cases[] = {
		{ 500, 1, 1, 50, 0 },   /* one vial of 500 mg, the weaker of two that fit */
		{ 250, 2, 1, 50, 0 },
		{ 100, 1, 1, 10, 100 }, /* one of 200 mg leaves less than one of 500      */
		{ 50, 10, 1, 50, 0 },
		{ 250, 1, 2, 10, 150 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lull_bag bag;
		struct lull_err err = { 0 };
		assert_ok(lull_bag_make(&kb.pump, cases[i].ml, cases[i].mg_per_ml, &bag, &err), &err);
		assert_int_equal(bag.n_vials, cases[i].n_vials);
		assert_close(bag.vial_mg_per_ml, cases[i].vial_mg_per_ml, 0, 0);
		assert_close(bag.vial_left_mg, cases[i].left_mg, 1e-9, 1e-9);
		assert_close(bag.drug_ml + bag.diluent_ml, bag.ml, 1e-9, 0);
		assert_close(bag.drug_ml * bag.vial_mg_per_ml, bag.drug_mg, 1e-9, 0);
	}
}

static void a_100_mg_per_ml_vial_is_never_given_undiluted(void **state)
{
	struct lull_bag bag;
	struct lull_err err = { 0 };
	static const char text[] =
		"schema_version: 1\nname: x\nvials:\n  - { mg_per_ml: 100, ml: 5, undiluted_iv: true, source: s, mark: proposed }\n";
	struct lull_site_file site;
	struct lull_diags diags;
	(void)state;
	assert_int_equal(lull_bag_make(&kb.pump, 10, 100, &bag, &err), LULL_EDOMAIN);
	assert_int_equal(lull_bag_make(&kb.pump, 10, 200, &bag, &err), LULL_EDOMAIN);
	assert_ok(lull_bag_make(&kb.pump, 10, 10, &bag, &err), &err); /* 10 mg/mL may be */
	assert_int_equal(lull_bag_make(&kb.pump, 0, 1, &bag, &err), LULL_EDOMAIN);
	/* nor can a site's file say so */
	lull_diags_init(&diags, &arena);
	assert_int_equal(lull_site_read(text, sizeof(text) - 1, "site.yaml", &arena, &site, &diags), LULL_EPARSE);
}

static void standards_and_sizes_are_looked_up(void **state)
{
	(void)state;
	assert_close(lull_standard_mg_per_ml(&kb.pump, LULL_AT_CHAIR, LULL_ROUTE_IV), 1, 0, 0);
	assert_close(lull_standard_mg_per_ml(&kb.pump, LULL_AT_INPATIENT, LULL_ROUTE_IV), 2, 0, 0);
	assert_true(isnan(lull_standard_mg_per_ml(&kb.pump, LULL_AT_HOME_NASAL, LULL_ROUTE_NASAL)));
	assert_close(lull_bag_size(&kb.pump, 99), 100, 0, 0);
	assert_close(lull_bag_size(&kb.pump, 101), 250, 0, 0);
	assert_close(lull_bag_size(&kb.pump, 5000), 500, 0, 0);
}

/* ---- lines and cards ------------------------------------------------------------------------- */

static void the_lines_arm_a_rule(void **state)
{
	struct lull_rule rule = { 0 };
	struct lull_monitoring none = kb.monitoring;
	(void)state;
	lull_monitor_arm(&kb.monitoring, &rule);
	assert_close(rule.reduce_sbp_mmhg, 160, 0, 0);
	assert_close(rule.stop_sbp_mmhg, 180, 0, 0);
	assert_close(rule.stop_dbp_mmhg, 110, 0, 0);
	assert_close(rule.reduce_hr_per_min, 120, 0, 0);
	assert_close(rule.stop_spo2_pct, 90, 0, 0);
	assert_close(rule.reduce_sedation_moaas, 3, 0, 0);
	assert_close(rule.stop_sedation_moaas, 2, 0, 0);
	assert_close(rule.stop_dissociation, 3, 0, 0);
	assert_close(rule.resume_after_min, 10, 0, 0);
	assert_int_equal(rule.max_restarts, 2);
	none.n_lines = 0;
	lull_monitor_arm(&none, &rule);
	assert_true(isnan(rule.stop_sbp_mmhg));
}

static void a_card_without_a_read_dose_stays_blank(void **state)
{
	size_t n_filled = 0;
	(void)state;
	for (size_t i = 0; i < kb.rescue.n_cards; i++) {
		const struct lull_rescue_card *c = &kb.rescue.cards[i];
		if (c->dose)
			assert_int_equal(c->mark, LULL_VERIFIED);
		else
			assert_null(c->guard);
		n_filled += c->dose != NULL;
	}
	assert_int_equal(n_filled, 4);
	assert_has(kb.rescue.no_antidote, "No reversal agent");
}

/* ---- the site ----------------------------------------------------------------------------------- */

static const char site_text[] =
	"schema_version: 1\n"
	"name: Test clinic\n"
	"medical_director: Dr B\n"
	"currency: USD\n"
	"prices:\n"
	"  - { id: chair_hour, price: 100 }\n"
	"  - { id: staff_hour, price: 60 }\n"
	"  - { id: prescriber_visit, price: 200 }\n"
	"  - { id: vial, price: 10 }\n"
	"  - { id: bag, price: 5 }\n"
	"  - { id: line_set, price: 8 }\n"
	"crisis_numbers:\n"
	"  - { name: Crisis line, number: \"000\" }\n"
	"limits:\n"
	"  - { id: SITE-RATE, what: rate_mg_per_kg_per_h, settings: [chair], hard: { value: 0.45, source: lull_plan_default, mark: proposed } }\n"
	"strengths:\n"
	"  - { setting: chair, route: iv, mg_per_ml: 2 }\n"
	"rate_increment_ml_per_h: 1\n"
	"prime_ml: 12\n"
	"rescue:\n"
	"  - { id: lorazepam, name: Lorazepam, for: distress, dose: as the site says, signed_by: Dr B, signed_on: 2026-11-01, source: lull_plan_default, mark: recalled }\n";

static void read_site(const char *text, struct lull_site_file *site)
{
	struct lull_diags diags;
	lull_diags_init(&diags, &arena);
	const int rc = lull_site_read(text, strlen(text), "site.yaml", &arena, site, &diags);
	assert_no_diags(&diags);
	assert_int_equal(rc, LULL_OK);
}

static void a_site_sets_strength_pump_prices_limits_and_cards(void **state)
{
	struct lull_site_file site;
	struct lull_plan_kb own;
	struct lull_plan plan;
	struct test_person p;
	struct lull_err err = { 0 };
	(void)state;
	read_site(site_text, &site);
	assert_ok(lull_plan_kb_with_site(&kb, &site, &arena, &own, &err), &err);
	test_person(&p, 71, 170);
	const struct lull_plan_request r = { .protocol_id = "series_of_three", .day = TEST_DAY };
	assert_ok(lull_plan_make(&own, &p.patient, &r, &arena, &plan, &err), &err);
	assert_int_equal(plan.status, LULL_PLAN_READY);
	/* 85.2 mg / 3 h / 2 mg/mL = 14.2, down to 14 mL/h on this pump */
	const struct lull_plan_session *s = &plan.sessions[0];
	assert_close(s->steps[0].ml_per_h, 14, 1e-12, 0);
	assert_close(s->mg, 84, 1e-12, 0);
	assert_close(s->prime_ml, 12, 0, 0);
	assert_close(s->log.line_mg, 24, 1e-12, 0);
	/* 42 mL + 12 mL: a bag of 100 mL with 200 mg = one vial */
	assert_int_equal(s->log.n_vials, 1);
	/* 3 x (4 h x 100 + 3.5 h x 60 + 200 + 10 + 5 + 8) */
	assert_close(plan.cost.total, 3 * (400 + 210 + 200 + 10 + 5 + 8), 1e-9, 0);
	assert_int_equal(plan.cost.n_unpriced, 0);
	assert_string_equal(plan.cost.currency, "USD");
	size_t n_signed = 0;
	for (size_t i = 0; i < own.rescue.n_cards; i++)
		n_signed += own.rescue.cards[i].dose && own.rescue.cards[i].signed_by;
	assert_int_equal(n_signed, 1);
	assert_int_equal(own.rescue.n_cards, kb.rescue.n_cards);
	/* its limit holds: 0.75 mg/kg/h would be allowed by Lull's own */
	const struct lull_plan_request trd = { .protocol_id = "P23", .day = TEST_DAY };
	assert_ok(lull_plan_make(&own, &p.patient, &trd, &arena, &plan, &err), &err);
	assert_int_equal(plan.status, LULL_PLAN_REFUSED);
	assert_string_equal(lull_plan_gravest(&plan)->id, "SITE-RATE");
}

static void without_prices_there_is_no_total(void **state)
{
	struct lull_plan plan;
	struct test_person p;
	struct lull_err err = { 0 };
	(void)state;
	test_person(&p, 70, 170);
	const struct lull_plan_request r = { .protocol_id = "series_of_three", .day = TEST_DAY };
	assert_ok(lull_plan_make(&kb, &p.patient, &r, &arena, &plan, &err), &err);
	assert_true(isnan(plan.cost.total));
	assert_int_equal(plan.cost.n_unpriced, plan.cost.n_lines);
	assert_null(plan.cost.currency);
}

static void a_site_opens_what_has_no_limit(void **state)
{
	static const char text[] =
		"schema_version: 1\nname: x\ncrisis_numbers:\n  - { name: Crisis line, number: \"000\" }\n";
	struct lull_site_file site;
	struct lull_plan_kb own;
	struct lull_plan plan;
	struct test_person p;
	struct lull_err err = { 0 };
	(void)state;
	read_site(text, &site);
	assert_ok(lull_plan_kb_with_site(&kb, &site, &arena, &own, &err), &err);
	test_person(&p, 70, 170);
	const struct lull_plan_request r = { .protocol_id = "P16", .day = TEST_DAY };
	assert_ok(lull_plan_make(&own, &p.patient, &r, &arena, &plan, &err), &err);
	assert_int_equal(plan.status, LULL_PLAN_READY);
	/* and where no limit of the nasal caps stands the plan is refused until one is set */
	struct lull_plan_kb bare = own;
	struct lull_limits some = own.limits;
	size_t n = 0;
	some.items = LULL_ARENA_NEW(&arena, struct lull_limit, own.limits.n_items);
	for (size_t i = 0; i < own.limits.n_items; i++)
		if (strcmp(own.limits.items[i].id, "LIM-NASAL-WEEK") != 0)
			some.items[n++] = own.limits.items[i];
	some.n_items = n;
	bare.limits = some;
	assert_ok(lull_plan_make(&bare, &p.patient, &r, &arena, &plan, &err), &err);
	assert_int_equal(plan.status, LULL_PLAN_REFUSED);
	assert_string_equal(lull_plan_gravest(&plan)->id, "PLAN-NO-LIMIT-mg_7d");
}

static void a_faulty_site_file_is_refused(void **state)
{
	static const char *const cases[][2] = {
		{ "schema_version: 1\nname: x\nprices:\n  - { id: vial, price: 3 }\n", "without a currency" },
		{ "schema_version: 1\nname: x\nbags_ml: [250, 100]\n", "do not rise" },
		{ "schema_version: 1\nname: x\nstrengths:\n  - { setting: chair, route: iv, mg_per_ml: 1 }\n"
		  "  - { setting: chair, route: iv, mg_per_ml: 2 }\n",
		  "two strengths" },
		{ "schema_version: 1\nname: x\nrescue:\n  - { id: l, name: L, for: f, dose: 1 mg, source: s, mark: recalled }\n",
		  "no signature" },
		{ "schema_version: 1\nname: x\nprime_ml: 20,5\n", "20,5" },
		{ "schema_version: 1\nname: x\nlimits:\n  - { id: A, what: session_h, soft: { value: 3, source: s, mark: proposed } }\n"
		  "  - { id: A, what: session_h, soft: { value: 3, source: s, mark: proposed } }\n",
		  "there twice" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lull_site_file site;
		struct lull_diags diags;
		struct lull_buf said = { 0 };
		lull_diags_init(&diags, &arena);
		assert_int_equal(lull_site_read(cases[i][0], strlen(cases[i][0]), "site.yaml", &arena, &site, &diags), LULL_EPARSE);
		lull_diags_print(&diags, &said);
		assert_has(lull_buf_text(&said), cases[i][1]);
		lull_buf_clear(&said);
	}
	struct lull_site_file site = { .name = "x" };
	struct lull_site_price price = { .id = "gold", .price = 1 };
	struct lull_plan_kb own;
	struct lull_err err = { 0 };
	site.prices = &price;
	site.n_prices = 1;
	assert_int_equal(lull_plan_kb_with_site(&kb, &site, &arena, &own, &err), LULL_ENOTFOUND);
}

static void a_missing_knowledge_file_is_said(void **state)
{
	const struct lull_files *all = test_knowledge();
	static const char *const gone[] = { "limits.yaml", "pump.yaml", "monitoring.yaml", "rescue.yaml", "care_lists.yaml", "cost.yaml" };
	(void)state;
	for (size_t g = 0; g < sizeof(gone) / sizeof(gone[0]); g++) {
		struct lull_arena local = { 0 };
		struct lull_file *items = LULL_ARENA_NEW(&local, struct lull_file, all->n_items);
		struct lull_files some = { .items = items, .origin = "test" };
		struct lull_plan_kb out;
		struct lull_diags diags;
		struct lull_buf said = { 0 };
		for (size_t i = 0; i < all->n_items; i++)
			if (strcmp(all->items[i].path, gone[g]) != 0)
				items[some.n_items++] = all->items[i];
		lull_diags_init(&diags, &local);
		assert_int_equal(lull_plan_kb_load(&some, &local, &out, &diags), LULL_EPARSE);
		lull_diags_print(&diags, &said);
		assert_has(lull_buf_text(&said), gone[g]);
		lull_buf_clear(&said);
		lull_arena_clear(&local);
	}
}

static void faulty_pump_and_monitoring_files_are_refused(void **state)
{
	static const struct {
		const char *path, *from, *to, *said;
	} cases[] = {
		{ "pump.yaml", "rate_increment_ml_per_h: { value: 0.1,", "rate_increment_ml_per_h: { value: 0.0,", "step or rate of 0" },
		{ "pump.yaml", "bags_ml: [100, 250, 500]", "bags_ml: [500, 250, 100]", "do not rise" },
		{ "monitoring.yaml", "watch: 140, hold: 160", "watch: 170, hold: 160", "out of order" },
	};
	const struct lull_files *all = test_knowledge();
	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct lull_arena local = { 0 };
		struct lull_file *items = LULL_ARENA_NEW(&local, struct lull_file, all->n_items);
		struct lull_files changed = { .items = items, .n_items = all->n_items, .origin = "test" };
		struct lull_plan_kb out;
		struct lull_diags diags;
		struct lull_buf said = { 0 }, text = { 0 };
		for (size_t i = 0; i < all->n_items; i++) {
			items[i] = all->items[i];
			if (strcmp(items[i].path, cases[c].path) != 0)
				continue;
			const char *at = strstr(items[i].bytes, cases[c].from);
			assert_non_null(at);
			lull_buf_add(&text, items[i].bytes, (size_t)(at - items[i].bytes));
			lull_buf_puts(&text, cases[c].to);
			lull_buf_puts(&text, at + strlen(cases[c].from));
			items[i].bytes = lull_buf_text(&text);
			items[i].n_bytes = text.n;
		}
		lull_diags_init(&diags, &local);
		assert_int_equal(lull_plan_kb_load(&changed, &local, &out, &diags), LULL_EPARSE);
		lull_diags_print(&diags, &said);
		assert_has(lull_buf_text(&said), cases[c].said);
		lull_buf_clear(&said);
		lull_buf_clear(&text);
		lull_arena_clear(&local);
	}
}

static void a_site_survives_every_failed_allocation(void **state)
{
	(void)state;
	for (uint64_t nth = 1;; nth++) {
		struct lull_arena local = { 0 };
		struct lull_site_file site;
		struct lull_plan_kb own;
		struct lull_diags diags;
		struct lull_err err = { 0 };
		lull_diags_init(&diags, &local);
		lull_mem_fail_at(nth, false);
		int rc = lull_site_read(site_text, sizeof(site_text) - 1, "site.yaml", &local, &site, &diags);
		if (rc == LULL_OK)
			rc = lull_plan_kb_with_site(&kb, &site, &local, &own, &err);
		const bool is_over = lull_mem_fail_at(0, false) < nth;
		lull_arena_clear(&local);
		if (is_over) {
			assert_int_equal(rc, LULL_OK);
			return;
		}
		assert_int_not_equal(rc, LULL_OK);
		assert_true(nth < 5000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(doses_go_on_total_weight_to_bmi_30_then_on_part_of_the_excess),
		cmocka_unit_test(the_dosing_weight_is_continuous_and_never_falls),
		cmocka_unit_test(what_is_not_known_stays_unknown),
		cmocka_unit_test(rounding_goes_down_and_keeps_whole_steps),
		cmocka_unit_test(a_container_takes_the_vials_that_leave_least_over),
		cmocka_unit_test(a_100_mg_per_ml_vial_is_never_given_undiluted),
		cmocka_unit_test(standards_and_sizes_are_looked_up),
		cmocka_unit_test(the_lines_arm_a_rule),
		cmocka_unit_test(a_card_without_a_read_dose_stays_blank),
		cmocka_unit_test(a_site_sets_strength_pump_prices_limits_and_cards),
		cmocka_unit_test(without_prices_there_is_no_total),
		cmocka_unit_test(a_site_opens_what_has_no_limit),
		cmocka_unit_test(a_faulty_site_file_is_refused),
		cmocka_unit_test(a_missing_knowledge_file_is_said),
		cmocka_unit_test(faulty_pump_and_monitoring_files_are_refused),
		cmocka_unit_test(a_site_survives_every_failed_allocation),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, load, clear);
}
