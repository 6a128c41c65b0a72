/* Limits: the tightest in scope wins, a site may tighten, and slips of entry are named. */
#include "plan_support.h"

#include "lull/base/text.h"

static struct lull_arena arena;
static struct lull_limits limits;

static int load(void **state)
{
	struct lull_diags diags;
	(void)state;
	lull_diags_init(&diags, &arena);
	const int rc = lull_limits_load(test_knowledge(), &arena, &limits, &diags);
	assert_no_diags(&diags);
	return rc;
}

static int clear(void **state)
{
	(void)state;
	lull_arena_clear(&arena);
	return 0;
}

static const struct {
	const char *name;
	enum lull_limit_what what;
	enum lull_place place;
	enum lull_product product;
	enum lull_route route;
	const char *protocol;
	double value;
	enum lull_limit_verdict want;
	const char *hit;
} cases[] = {
#define IV LULL_RACEMIC_KETAMINE, LULL_ROUTE_IV
	{ "a small bolus", LULL_LIM_BOLUS_MG_PER_KG, LULL_AT_CHAIR, IV, NULL, 0.25, LULL_WITHIN, NULL },
	{ "Zitek's bolus", LULL_LIM_BOLUS_MG_PER_KG, LULL_AT_CHAIR, IV, NULL, 0.3, LULL_PAST_SOFT, "LIM-BOLUS" },
	{ "KetHead's bolus in a chair", LULL_LIM_BOLUS_MG_PER_KG, LULL_AT_CHAIR, IV, NULL, 1, LULL_PAST_HARD, "LIM-BOLUS" },
	{ "KetHead's bolus in research", LULL_LIM_BOLUS_MG_PER_KG, LULL_AT_RESEARCH, IV, NULL, 1, LULL_WITHIN, NULL },
	{ "a bolus pushed in a minute", LULL_LIM_BOLUS_MIN_MIN, LULL_AT_CHAIR, IV, NULL, 1, LULL_PAST_HARD, "LIM-BOLUS-TIME" },
	{ "a bolus over 2 min", LULL_LIM_BOLUS_MIN_MIN, LULL_AT_CHAIR, IV, NULL, 2, LULL_WITHIN, NULL },
	{ "0.75 in a chair", LULL_LIM_RATE, LULL_AT_CHAIR, IV, "P21", 0.75, LULL_PAST_SOFT, "LIM-RATE-CHAIR" },
	{ "0.75 as the 40-min profile", LULL_LIM_RATE, LULL_AT_CHAIR, IV, "P23", 0.75, LULL_WITHIN, NULL },
	{ "1.1 in a chair", LULL_LIM_RATE, LULL_AT_CHAIR, IV, "P23", 1.1, LULL_PAST_HARD, "LIM-RATE-CHAIR-TRD" },
	{ "0.8 in a bed", LULL_LIM_RATE, LULL_AT_INPATIENT, IV, NULL, 0.8, LULL_PAST_SOFT, "LIM-RATE-INPATIENT" },
	{ "2 in a bed", LULL_LIM_RATE, LULL_AT_INPATIENT, IV, NULL, 2, LULL_PAST_HARD, "LIM-RATE-INPATIENT" },
	{ "a step of 0.2", LULL_LIM_STEP, LULL_AT_INPATIENT, IV, NULL, 0.2, LULL_PAST_SOFT, "LIM-STEP" },
	{ "a step of 0.3", LULL_LIM_STEP, LULL_AT_INPATIENT, IV, NULL, 0.3, LULL_PAST_HARD, "LIM-STEP" },
	{ "steps after 2 h", LULL_LIM_STEP_INTERVAL_MIN_H, LULL_AT_INPATIENT, IV, NULL, 2, LULL_PAST_SOFT, "LIM-STEP-TIME-INPATIENT" },
	{ "steps after 20 min in a chair", LULL_LIM_STEP_INTERVAL_MIN_H, LULL_AT_CHAIR, IV, NULL, 1.0 / 3, LULL_WITHIN, NULL },
	{ "101 mg in a visit", LULL_LIM_SESSION_MG, LULL_AT_CHAIR, IV, NULL, 101, LULL_PAST_SOFT, "LIM-VISIT-MG" },
	{ "3.1 mg/kg in a visit", LULL_LIM_SESSION_MG_PER_KG, LULL_AT_CHAIR, IV, NULL, 3.1, LULL_PAST_HARD, "LIM-VISIT-KG" },
	{ "12 sessions in a year", LULL_LIM_YEAR_SESSIONS, LULL_AT_CHAIR, IV, NULL, 12, LULL_WITHIN, NULL },
	{ "13 sessions in a year", LULL_LIM_YEAR_SESSIONS, LULL_AT_CHAIR, IV, NULL, 13, LULL_PAST_HARD, "LIM-YEAR" },
	{ "10 days at a stretch in bed", LULL_LIM_SESSION_H, LULL_AT_INPATIENT, IV, NULL, 240, LULL_PAST_HARD, "LIM-TIME-INPATIENT" },
	{ "11 mg/mL", LULL_LIM_INFUSION_MG_PER_ML, LULL_AT_CHAIR, IV, NULL, 11, LULL_PAST_HARD, "LIM-CONC" },
	{ "21 sprays", LULL_LIM_DAY_MG, LULL_AT_HOME_NASAL, LULL_RACEMIC_KETAMINE, LULL_ROUTE_NASAL, NULL, 210, LULL_PAST_HARD, "LIM-NASAL-DAY" },
	{ "41 sprays a week", LULL_LIM_WEEK_MG, LULL_AT_HOME_NASAL, LULL_RACEMIC_KETAMINE, LULL_ROUTE_NASAL, NULL, 410, LULL_PAST_HARD, "LIM-NASAL-WEEK" },
	/* where the facts give no limit there is none */
	{ "esketamine by vein", LULL_LIM_RATE, LULL_AT_INPATIENT, LULL_ESKETAMINE, LULL_ROUTE_IV, NULL, 0.1, LULL_NO_LIMIT, NULL },
	{ "an intramuscular dose", LULL_LIM_SESSION_MG_PER_KG, LULL_AT_CHAIR, LULL_RACEMIC_KETAMINE, LULL_ROUTE_IM, NULL, 0.1, LULL_NO_LIMIT, NULL },
	{ "a rate at home", LULL_LIM_RATE, LULL_AT_PUMP_HOME, IV, NULL, 0.1, LULL_NO_LIMIT, NULL },
#undef IV
};

static void each_limit_holds_where_it_should(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct lull_limit_scope scope = { cases[i].place, cases[i].product, cases[i].route, cases[i].protocol };
		const struct lull_limit *hit = NULL;
		const enum lull_limit_verdict got = lull_limits_judge(&limits, cases[i].what, &scope, cases[i].value, &hit);
		if (got != cases[i].want || (hit ? !cases[i].hit || strcmp(hit->id, cases[i].hit) != 0 : cases[i].hit != NULL))
			fail_msg("%s: verdict %d (%s)", cases[i].name, (int)got, hit ? hit->id : "-");
	}
}

static void every_limit_is_in_force_somewhere_and_silent_at_its_own_value(void **state)
{
	(void)state;
	for (size_t i = 0; i < limits.n_items; i++) {
		const struct lull_limit *l = &limits.items[i];
		const struct lull_limit *hit = NULL;
		struct lull_limit_scope scope = { 0 };
		while (l->places && !(l->places >> (int)scope.place & 1))
			scope.place++;
		while (l->routes && !(l->routes >> (int)scope.route & 1))
			scope.route++;
		scope.protocol_id = l->n_only_protocols ? l->only_protocols[0] : NULL;
		const enum lull_limit_what what = (enum lull_limit_what)l->what;
		const struct lull_figure *f = l->hard.stated ? &l->hard : &l->soft;
		const double out = lull_limit_is_least(what) ? f->value * 0.9 : f->value * 1.1;
		const enum lull_limit_verdict verdict = lull_limits_judge(&limits, what, &scope, out, &hit);
		assert_int_equal(verdict, l->hard.stated ? LULL_PAST_HARD : LULL_PAST_SOFT);
		if (!hit || strcmp(hit->id, l->id) != 0)
			fail_msg("%s is never what is hit", l->id);
		assert_true(lull_limits_judge(&limits, what, &scope, f->value, &hit) != LULL_PAST_HARD);
	}
}

static struct lull_figure proposed(double value)
{
	return (struct lull_figure){ .value = value, .source = "site", .mark = LULL_PROPOSED, .stated = true };
}

static void a_site_tightens_and_replaces_only_what_is_proposed(void **state)
{
	struct lull_limits with = { 0 };
	struct lull_err err = { 0 };
	const struct lull_limit *hit = NULL;
	const struct lull_limit_scope chair = { LULL_AT_CHAIR, LULL_RACEMIC_KETAMINE, LULL_ROUTE_IV, "P21" };
	(void)state;

	/* a tighter one beside the shipped ones */
	struct lull_limit mine = { .id = "SITE-1", .what = LULL_LIM_RATE, .hard = proposed(0.6) };
	assert_ok(lull_limits_overlay(&limits, &mine, 1, &arena, &with, &err), &err);
	assert_int_equal(lull_limits_judge(&with, LULL_LIM_RATE, &chair, 0.7, &hit), LULL_PAST_HARD);
	assert_string_equal(hit->id, "SITE-1");
	/* a looser one beside them changes nothing */
	mine.hard = proposed(5);
	assert_ok(lull_limits_overlay(&limits, &mine, 1, &arena, &with, &err), &err);
	assert_int_equal(lull_limits_judge(&with, LULL_LIM_RATE, &chair, 1.1, &hit), LULL_PAST_HARD);
	assert_string_equal(hit->id, "LIM-RATE-CHAIR");
	/* in the place of a proposed one */
	mine = (struct lull_limit){ .id = "SITE-2", .what = LULL_LIM_SESSION_MG, .soft = proposed(150), .replaces = "LIM-VISIT-MG" };
	assert_ok(lull_limits_overlay(&limits, &mine, 1, &arena, &with, &err), &err);
	assert_int_equal(lull_limits_judge(&with, LULL_LIM_SESSION_MG, &chair, 120, &hit), LULL_WITHIN);
	assert_int_equal(with.n_items, limits.n_items);
	/* never in the place of a sourced one, nor of another quantity */
	mine = (struct lull_limit){ .id = "SITE-3", .what = LULL_LIM_BOLUS_MG_PER_KG, .hard = proposed(1), .replaces = "LIM-BOLUS" };
	assert_int_equal(lull_limits_overlay(&limits, &mine, 1, &arena, &with, &err), LULL_ECONFLICT);
	assert_has(err.what, "rests on a source");
	mine = (struct lull_limit){ .id = "SITE-4", .what = LULL_LIM_RATE, .hard = proposed(1), .replaces = "LIM-VISIT-MG" };
	assert_int_equal(lull_limits_overlay(&limits, &mine, 1, &arena, &with, &err), LULL_ECONFLICT);
	mine = (struct lull_limit){ .id = "SITE-5", .what = LULL_LIM_RATE, .hard = proposed(1), .replaces = "LIM-NONE" };
	assert_int_equal(lull_limits_overlay(&limits, &mine, 1, &arena, &with, &err), LULL_ENOTFOUND);
	mine = (struct lull_limit){ .id = "LIM-BOLUS", .what = LULL_LIM_BOLUS_MG_PER_KG, .hard = proposed(1) };
	assert_int_equal(lull_limits_overlay(&limits, &mine, 1, &arena, &with, &err), LULL_ECONFLICT);
}

static void a_slip_of_entry_is_named(void **state)
{
	static const struct lull_unit_swap lb[] = { { 2.2046226, "pounds taken for kilograms" } };
	static const struct {
		double entered, expected;
		enum lull_entry_slip want;
	} slips[] = {
		{ 19, 1.9, LULL_ENTRY_TEN_TIMES },      /* ISMP's example */
		{ 41.7, 4.17, LULL_ENTRY_TEN_TIMES },   /* mL/h           */
		{ 0.05, 0.5, LULL_ENTRY_TENTH },
		{ 154.3, 70, LULL_ENTRY_UNIT_SWAP },
		{ 150, 70, LULL_ENTRY_FINE },           /* an odd weight, no swap */
		{ 70, 70, LULL_ENTRY_FINE },
		{ 400, 70, LULL_ENTRY_FAR_OFF },
		{ 13, 70, LULL_ENTRY_FAR_OFF },
		{ 0, 70, LULL_ENTRY_FINE },             /* no entry */
		{ 70, NAN, LULL_ENTRY_FINE },           /* nothing to compare with */
	};
	const char *said = NULL;
	(void)state;
	for (size_t i = 0; i < sizeof(slips) / sizeof(slips[0]); i++) {
		const enum lull_entry_slip got = lull_entry_check(slips[i].entered, slips[i].expected, lb, 1, 5, &said);
		if (got != slips[i].want)
			fail_msg("%g for %g: %d", slips[i].entered, slips[i].expected, (int)got);
		assert_true((said != NULL) == (got != LULL_ENTRY_FINE));
	}
}

static void a_faulty_limits_file_is_refused(void **state)
{
	static const char *const files[][2] = {
		{ "schema_version: 1\nlimits:\n  - { id: A, what: session_mg }\n", "without a number" },
		{ "schema_version: 1\nlimits:\n  - { id: A, what: session_mg, soft: { value: 3, source: s, mark: proposed }, hard: { value: 2, source: s, mark: proposed } }\n",
		  "beyond the hard one" },
		{ "schema_version: 1\nlimits:\n  - { id: A, what: sesion_mg, soft: { value: 3, source: s, mark: proposed } }\n", "session_mg" },
		{ "schema_version: 1\nlimits:\n  - { id: A, what: session_mg, soft: { value: 3, source: s, mark: proposed } }\n"
		  "  - { id: A, what: session_h, soft: { value: 3, source: s, mark: proposed } }\n",
		  "there twice" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		const struct lull_file file = { "limits.yaml", files[i][0], strlen(files[i][0]) };
		const struct lull_files set = { .items = &file, .n_items = 1, .origin = "test" };
		struct lull_limits out = { 0 };
		struct lull_diags diags;
		struct lull_buf said = { 0 };
		lull_diags_init(&diags, &arena);
		assert_int_equal(lull_limits_load(&set, &arena, &out, &diags), LULL_EPARSE);
		lull_diags_print(&diags, &said);
		assert_has(lull_buf_text(&said), files[i][1]);
		lull_buf_clear(&said);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_limit_holds_where_it_should),
		cmocka_unit_test(every_limit_is_in_force_somewhere_and_silent_at_its_own_value),
		cmocka_unit_test(a_site_tightens_and_replaces_only_what_is_proposed),
		cmocka_unit_test(a_slip_of_entry_is_named),
		cmocka_unit_test(a_faulty_limits_file_is_refused),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, load, clear);
}
