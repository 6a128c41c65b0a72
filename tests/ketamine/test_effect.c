/* Effects of a model file: workload W2's reference values, analytic cases, and lanes: alone, side by
 * side and in each set of instructions the same bits. Against CVODE: tests/oracle/test_effect_cvode.c. */
#include "effect_kit.h"

#include <stdio.h>

#include "lull/num/vec.h"

/* ---- checks ---- */

static void names_and_kinds(void **state)
{
	int n = 0;
	(void)state;
	while (lull_effect_kind_names[n] != NULL)
		n++;
	assert_int_equal(n, LULL_EFFECT_ORDERED + 1);
	assert_string_equal(lull_effect_kind_names[LULL_EFFECT_TURNOVER], "turnover");
	for (int k = 0; k < n; k++) {
		const struct lull_effect_spec spec = { (enum lull_effect_kind)k, 0, 3 };
		assert_int_equal(lull_effect_n_outputs(&spec), k == LULL_EFFECT_ORDERED ? 3 : 1);
		assert_int_equal(lull_effect_is_stepped(&spec), k >= LULL_EFFECT_INDIRECT_1 && k <= LULL_EFFECT_TURNOVER);
	}
}

static struct lull_effect_numbers plain(void)
{
	return (struct lull_effect_numbers){ .e0 = 1, .slope = 0.5, .emax = 0.9, .c50 = 2, .gamma = 1.5, .kin = 3, .kout_per_h = 0.3,
					     .r0 = NAN, .intercept = { 1, 0, -1, -2, -3, -4 } };
}

static void numbers_outside_their_range_are_named(void **state)
{
	static const struct {
		enum lull_effect_kind kind;
		size_t offset;
		double value;
		const char *where;
	} bad[] = {
#define AT(m) offsetof(struct lull_effect_numbers, m)
		{ LULL_EFFECT_LINEAR, AT(slope), NAN, "slope" },
		{ LULL_EFFECT_LINEAR, AT(e0), INFINITY, "e0" },
		{ LULL_EFFECT_EMAX, AT(c50), 0, "c50" },
		{ LULL_EFFECT_EMAX, AT(emax), -INFINITY, "emax" },
		{ LULL_EFFECT_SIGMOID, AT(gamma), 0, "gamma" },
		{ LULL_EFFECT_SIGMOID, AT(gamma), 101, "gamma" },
		{ LULL_EFFECT_INDIRECT_1, AT(emax), 1.01, "emax" },
		{ LULL_EFFECT_INDIRECT_2, AT(emax), -0.1, "emax" },
		{ LULL_EFFECT_INDIRECT_3, AT(kin), -1, "kin" },
		{ LULL_EFFECT_INDIRECT_4, AT(kout_per_h), 0, "kout" },
		{ LULL_EFFECT_INDIRECT_4, AT(c50), NAN, "c50" },
		{ LULL_EFFECT_TURNOVER, AT(r0), -2, "r0" },
		{ LULL_EFFECT_BINARY, AT(intercept), NAN, "intercept" },
		{ LULL_EFFECT_ORDERED, AT(intercept[1]), 2, "intercept" },
#undef AT
	};
	(void)state;
	for (int k = 0; k <= LULL_EFFECT_ORDERED; k++) {
		const struct lull_effect_spec spec = { (enum lull_effect_kind)k, 0, 6 };
		const struct lull_effect_numbers n = plain();
		struct lull_err err = { 0 };
		assert_ok(lull_effect_check(&spec, &n, &err), &err);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct lull_effect_spec spec = { bad[i].kind, 0, 3 };
		struct lull_effect_numbers n = plain();
		struct lull_err err = { 0 };
		memcpy((char *)&n + bad[i].offset, &bad[i].value, sizeof(double));
		assert_int_equal(lull_effect_check(&spec, &n, &err), LULL_EDOMAIN);
		assert_string_equal(err.where, bad[i].where);
	}
}

/* ---- direct ---- */

static double direct1(enum lull_effect_kind kind, struct lull_effect_numbers n, double c)
{
	const struct lull_effect_spec spec = { kind, 0, 0 };
	double out;
	lull_effect_direct(&spec, &n, c, &out);
	return out;
}

static void direct_values(void **state)
{
	struct lull_effect_numbers n = plain();
	(void)state;
	assert_true(direct1(LULL_EFFECT_LINEAR, n, 4) == 3);
	assert_close(direct1(LULL_EFFECT_EMAX, n, 2), 1.45, 1e-15, 0);
	assert_close(direct1(LULL_EFFECT_SIGMOID, n, 8), 1 + 0.9 * 8 / 9, 1e-15, 0); /* 4^1.5 = 8 */
	assert_close(direct1(LULL_EFFECT_BINARY, n, 2), 1 / (1 + exp(-2)), 4e-16, 0);
	/* nothing given: the baseline, also with gamma below 1; far above: the maximum, not NAN */
	for (double gamma = 0.1; gamma < 100; gamma *= 1.7) {
		n.gamma = gamma;
		assert_true(direct1(LULL_EFFECT_SIGMOID, n, 0) == 1);
		assert_close(direct1(LULL_EFFECT_SIGMOID, n, 2), 1.45, 1e-15, 0);
		n.c50 = 1e-200;
		assert_close(direct1(LULL_EFFECT_SIGMOID, n, 1e200), 1.9, 1e-15, 0);
		n.c50 = 2;
	}
	n.slope = -1000;
	assert_true(direct1(LULL_EFFECT_BINARY, n, 1e6) == 0);
	n.slope = 1000;
	assert_true(direct1(LULL_EFFECT_BINARY, n, 1e6) == 1);
}

static void direct_effects_rise_with_concentration(void **state)
{
	const struct lull_effect_spec ordered = { LULL_EFFECT_ORDERED, 0, 6 };
	(void)state;
	for (double gamma = 0.2; gamma < 60; gamma *= 1.5) {
		double last[3] = { -1e300, -1e300, -1e300 };
		struct lull_effect_numbers n = plain();
		n.gamma = gamma;
		for (double c = 0; c < 50; c += 0.03) {
			const double now[3] = { direct1(LULL_EFFECT_EMAX, n, c), direct1(LULL_EFFECT_SIGMOID, n, c), direct1(LULL_EFFECT_BINARY, n, c) };
			for (int k = 0; k < 3; k++) {
				assert_true(now[k] >= last[k] * (1 - 4e-16));
				last[k] = now[k];
			}
		}
	}
	/* P(Y >= j) falls with j, so that every grade has a probability and these sum to 1 */
	for (double c = -0.0; c < 40; c += 0.1) {
		const struct lull_effect_numbers n = plain();
		double p[6], sum, above = 1;
		lull_effect_direct(&ordered, &n, c, p);
		sum = 1 - p[0];
		for (int j = 0; j < 6; j++) {
			const double grade = p[j] - (j < 5 ? p[j + 1] : 0);
			assert_true(p[j] <= above && p[j] >= 0 && grade >= 0);
			assert_close(p[j], 1 / (1 + exp(-(n.intercept[j] + n.slope * c))), 1e-15, 0);
			above = p[j];
			sum += grade;
		}
		assert_close(sum, 1, 1e-15, 0);
	}
}

/* ---- workload W2 ---- */

enum { N_W2 = 200 };

static void w2_times(double *t)
{
	for (int i = 0; i < N_W2; i++)
		t[i] = i <= 120 ? i : 144 + 24 * (i - 121);
}

/* docs/performance.md: independent integrators at 1e-12 agree on these digits. */
static const double w2_reference[][2] = {
	{ 1, 17.9680836700 },   { 2, 17.9245712227 },   { 12, 17.5166508831 }, { 24, 17.2745708317 },  { 48, 17.2931076309 },
	{ 49, 17.2629539485 },  { 72, 16.6108116081 },  { 96, 16.6702008627 }, { 97, 16.6416953916 },  { 120, 16.0262828794 },
	{ 144, 16.1216859292 }, { 360, 16.9402137083 }, { 840, 17.7029225537 }, { 2016, 17.9868290962 },
};

static void workload_2_reference(void **state)
{
	double t[N_W2], out[N_W2 * 3];
	struct kit_person p = kit_workload_person(1);
	const struct lull_effect_numbers n = kit_w2_numbers(), *numbers = &n;
	(void)state;
	w2_times(t);
	for (int by_eval = 0; by_eval < 2; by_eval++) {
		struct kit_run run = { .specs = &kit_w2_spec, .n_effects = 1, .numbers = &numbers, .n_people = 1, .t_h = t, .n_times = N_W2,
				       .isa = -1, .by_eval = by_eval };
		kit_simulate(&run, &p, 1, out);
		assert_int_equal(run.status[0], LULL_OK);
		size_t seen = 0;
		for (size_t k = 0; k < sizeof(w2_reference) / sizeof(w2_reference[0]); k++)
			for (int i = 0; i < N_W2; i++)
				if (t[i] == w2_reference[k][0]) {
					assert_close(out[i * 3 + 2], w2_reference[k][1], 1e-10, 0);
					seen++;
				}
		assert_int_equal(seen, sizeof(w2_reference) / sizeof(w2_reference[0]));
		print_message("# W2, patient 1%s: %lu steps, %lu refused\n", by_eval ? ", drive by eval" : "", (unsigned long)run.count.n_steps,
			      (unsigned long)run.count.n_refused);
		assert_true(run.count.n_steps < 200); /* a quiet stretch of 79 days is one step */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_kinds),
		cmocka_unit_test(numbers_outside_their_range_are_named),
		cmocka_unit_test(direct_values),
		cmocka_unit_test(direct_effects_rise_with_concentration),
		cmocka_unit_test(workload_2_reference),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
