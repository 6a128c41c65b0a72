/* Choosing among protocols: the preferred setting first, then the order given, refusals last. */
#include "support.h"

#include "lull/care/plan.h"

static struct lull_plan_kb kb;
static struct lull_arena arena;

static struct lull_patient somebody(int setting)
{
	static struct lull_weight weight;
	struct lull_patient p;
	lull_patient_init(&p);
	weight = (struct lull_weight){ .kg = 70, .day = lull_day_from_ymd(2026, 11, 20), .how = LULL_WEIGHT_MEASURED };
	p.id = "choose";
	p.age_y = 40;
	p.sex = LULL_SEX_FEMALE;
	p.height_cm = 170;
	p.weights = &weight;
	p.n_weights = 1;
	p.setting = setting;
	return p;
}

static size_t choose(int setting, const char *const *ids, size_t n, struct lull_plan *plan)
{
	const struct lull_patient p = somebody(setting);
	const struct lull_plan_request request = { .day = lull_day_from_ymd(2026, 11, 20) };
	struct lull_err err = { 0 };
	size_t chosen = 99;
	assert_ok(lull_plan_choose(&kb, &p, &request, ids, n, &arena, plan, &chosen, &err), &err);
	return chosen;
}

static void the_preferred_setting_comes_first(void **state)
{
	(void)state;
	static const char *const ids[] = { "P01a", "P06a" }; /* inpatient, chair */
	struct lull_plan plan;
	assert_int_equal(choose(LULL_SETTING_CHAIR, ids, 2, &plan), 1);
	assert_string_equal(plan.protocol->id, "P06a");
	assert_int_equal(choose(LULL_SETTING_INPATIENT, ids, 2, &plan), 0);
	assert_int_equal(choose(LULL_SETTING_NONE, ids, 2, &plan), 0);
}

static void a_refused_one_is_passed_over(void **state)
{
	(void)state;
	static const char *const ids[] = { "P01", "P01a" }; /* record only, clinical */
	struct lull_plan plan;
	assert_int_equal(choose(LULL_SETTING_NONE, ids, 2, &plan), 1);
	assert_int_not_equal(plan.status, LULL_PLAN_REFUSED);
	/* all refused: the first one's refusal stands */
	static const char *const refused[] = { "P02", "P01" };
	assert_int_equal(choose(LULL_SETTING_NONE, refused, 2, &plan), 0);
	assert_int_equal(plan.status, LULL_PLAN_REFUSED);
	assert_string_equal(plan.protocol->id, "P02");
}

static void nothing_to_choose_from_is_an_error(void **state)
{
	(void)state;
	const struct lull_patient p = somebody(LULL_SETTING_NONE);
	const struct lull_plan_request request = { .day = LULL_DAY_NONE };
	struct lull_err err = { 0 };
	struct lull_plan plan;
	size_t chosen;
	assert_int_equal(lull_plan_choose(&kb, &p, &request, NULL, 0, &arena, &plan, &chosen, &err), LULL_EDOMAIN);
	static const char *const nosuch[] = { "P999" };
	assert_int_equal(lull_plan_choose(&kb, &p, &request, nosuch, 1, &arena, &plan, &chosen, &err), LULL_ENOTFOUND);
}

static int load(void **state)
{
	(void)state;
	struct lull_diags diags;
	lull_diags_init(&diags, &arena);
	assert_int_equal(lull_plan_kb_load(test_knowledge(), &arena, &kb, &diags), LULL_OK);
	return 0;
}

static int unload(void **state)
{
	(void)state;
	lull_arena_clear(&arena);
	return 0;
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_preferred_setting_comes_first),
		cmocka_unit_test(a_refused_one_is_passed_over),
		cmocka_unit_test(nothing_to_choose_from_is_an_error),
	};
	return cmocka_run_group_tests(tests, load, unload);
}
