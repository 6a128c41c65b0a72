/* Products and regimens: salt and base, intervals of constant rate, refusals. */
#include "kit.h"

#include "lull/ketamine/product.h"

static void salt_and_base(void **state)
{
	(void)state;
	/* SPRAVATO label: 32.3 mg of esketamine hydrochloride are 28 mg of base. */
	assert_close(lull_base_mg_from_hcl_mg(32.3), 28, 1e-3, 0);
	assert_close(lull_hcl_mg_from_base_mg(50), 57.67, 1e-4, 0);
	assert_close(lull_hcl_mg_from_base_mg(lull_base_mg_from_hcl_mg(7)), 7, 1e-15, 0);
	assert_string_equal(lull_product_names[LULL_ESKETAMINE], "esketamine");
	assert_string_equal(lull_route_names[LULL_ROUTE_IV], "iv");
}

static void overlapping_doses_add(void **state)
{
	struct lull_arena arena = { 0 };
	const struct lull_dose doses[] = { { 1, 20, 2 }, { 0, 10, 2 }, { 1, 7, 0 }, { 5, 3, 0 } };
	const struct lull_input in = kit_input(&arena, doses, 4);
	static const double t[] = { 0, 1, 2, 3, 5 }, rate[] = { 5, 15, 10, 0, 0 }, bolus[] = { 0, 7, 0, 0, 3 };
	(void)state;
	assert_int_equal(in.n, 5);
	for (int i = 0; i < 5; i++)
		assert_true(in.t_h[i] == t[i] && in.rate_mg_per_h[i] == rate[i] && in.bolus_mg[i] == bolus[i]);
	assert_true(in.total_mg == 40 && in.end_h == 5);
	assert_close(lull_input_mg_by(&in, 1), 12, 0, 1e-12);
	assert_close(lull_input_mg_by(&in, 2.5), 32, 0, 1e-12);
	assert_close(lull_input_mg_by(&in, 100), 40, 0, 1e-12);
	assert_true(lull_input_rate_at(&in, 1.5) == 15 && lull_input_rate_at(&in, 3) == 0);
	lull_arena_clear(&arena);
}

static void a_course_starts_late_and_nothing_is_nothing(void **state)
{
	struct lull_arena arena = { 0 };
	const struct lull_dose late = { 24, 0, 3 };
	const struct lull_input in = kit_input(&arena, &late, 1), none = kit_input(&arena, NULL, 0);
	(void)state;
	assert_true(in.n == 3 && in.t_h[0] == 0 && in.t_h[1] == 24 && in.end_h == 0);
	assert_true(none.n == 1 && none.rate_mg_per_h[0] == 0 && none.total_mg == 0);
	lull_arena_clear(&arena);
}

/* A duration too short for the clock to see is a bolus, not a division by zero. */
static void a_vanishing_duration_is_a_bolus(void **state)
{
	struct lull_arena arena = { 0 };
	const struct lull_dose dose = { 1000, 35, 1e-14 };
	const struct lull_input in = kit_input(&arena, &dose, 1);
	(void)state;
	assert_true(in.bolus_mg[in.n - 1] == 35 && in.rate_mg_per_h[in.n - 1] == 0);
	lull_arena_clear(&arena);
}

static void wrong_doses_are_refused(void **state)
{
	static const struct lull_dose bad[] = { { -1, 1, 1 }, { 0, -1, 1 }, { 0, 1, -1 }, { NAN, 1, 1 }, { 0, INFINITY, 1 } };
	struct lull_arena arena = { 0 };
	struct lull_input in;
	(void)state;
	for (int i = 0; i < 5; i++) {
		struct lull_err err = { 0 };
		const struct lull_dose doses[2] = { { 0, 1, 1 }, bad[i] };
		const struct lull_regimen r = { LULL_ESKETAMINE, LULL_ROUTE_IV, doses, 2 };
		assert_int_equal(lull_regimen_compile(&r, &arena, &in, &err), LULL_EDOMAIN);
		assert_has(err.what, "dose 2");
	}
	struct lull_err err = { 0 };
	const struct lull_regimen nasal = { LULL_ESKETAMINE, LULL_ROUTE_NASAL, NULL, 0 };
	assert_int_equal(lull_regimen_compile(&nasal, &arena, &in, &err), LULL_EUNSUPPORTED);
	assert_has(err.what, "nasal");
	const struct lull_regimen many = { LULL_ESKETAMINE, LULL_ROUTE_IV, NULL, LULL_MAX_DOSES + 1 };
	assert_int_equal(lull_regimen_compile(&many, &arena, &in, &err), LULL_ELIMIT);
	lull_arena_clear(&arena);
}

static void every_failed_allocation_is_said(void **state)
{
	const struct lull_dose dose = { 0, 35, 1 };
	const struct lull_regimen r = { LULL_RACEMIC_KETAMINE, LULL_ROUTE_IV, &dose, 1 };
	struct lull_input in;
	(void)state;
	for (uint64_t n = 1; n <= 1; n++) {
		struct lull_arena arena = { 0 };
		lull_mem_fail_at(n, true);
		const int rc = lull_regimen_compile(&r, &arena, &in, NULL);
		lull_mem_fail_at(0, false);
		assert_int_equal(rc, LULL_ENOMEM);
		lull_arena_clear(&arena);
	}
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(salt_and_base),
		cmocka_unit_test(overlapping_doses_add),
		cmocka_unit_test(a_course_starts_late_and_nothing_is_nothing),
		cmocka_unit_test(a_vanishing_duration_is_a_bolus),
		cmocka_unit_test(wrong_doses_are_refused),
		cmocka_unit_test(every_failed_allocation_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
