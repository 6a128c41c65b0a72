/* What must hold for any linear kinetics, on random people and random regimens. */
#include "kit.h"

#include "lull/num/math.h"
#include "lull/num/random.h"

static double draw(int person, uint64_t i, double low, double high)
{
	const struct lull_stream s = { .seed = 11, .patient = (uint64_t)person, .purpose = LULL_FOR_TEST };
	return low + (high - low) * lull_random_uniform(&s, i);
}

static double draw_log(int person, uint64_t i, double low, double high)
{
	return lull_exp(draw(person, i, lull_log(low), lull_log(high)));
}

/* One, two or three compartments; none, one or two for norketamine; over three decades. */
static struct lull_pk random_pk(int person)
{
	struct lull_pk pk = { .cl_l_per_h = draw_log(person, 0, 5, 500), .v1_l = draw_log(person, 1, 2, 300) };

	if (person % 3 > 0) {
		pk.q2_l_per_h = draw_log(person, 2, 1, 500);
		pk.v2_l = draw_log(person, 3, 2, 500);
	}
	if (person % 3 > 1) {
		pk.q3_l_per_h = draw_log(person, 4, 1, 500);
		pk.v3_l = draw_log(person, 5, 2, 500);
	}
	if (person % 4 > 0) {
		pk.nk_cl_l_per_h = draw_log(person, 6, 5, 500);
		pk.nk_v1_l = draw_log(person, 7, 2, 300);
		pk.nk_formed_frac = draw(person, 10, 0.1, 1);
	}
	if (person % 4 > 1) {
		pk.nk_q_l_per_h = draw_log(person, 8, 1, 500);
		pk.nk_v2_l = draw_log(person, 9, 2, 500);
	}
	return pk;
}

enum { N_PEOPLE = 300, N_DOSES = 4, N_T = 40, N_F = 3 };

static void random_doses(int person, struct lull_dose *doses)
{
	for (uint64_t i = 0; i < N_DOSES; i++)
		doses[i] = (struct lull_dose){ draw(person, 20 + 3 * i, 0, 20), draw(person, 21 + 3 * i, 0, 100),
					       i % 2 ? draw_log(person, 22 + 3 * i, 0.01, 30) : 0 };
}

static const struct lull_follow follow = { N_F, { 5.01, 0.00265, 8.3 } };

struct curves {
	double c[N_T], nk[N_T], z[N_F * N_T], auc[N_T];
};

static void times(double *t, double from_h)
{
	for (int i = 0; i < N_T; i++)
		t[i] = from_h + 1.7 * i;
}

static struct curves curves_of(const struct lull_pk *pk, const struct lull_dose *doses, size_t n, double from_h)
{
	struct lull_arena arena = { 0 };
	struct lull_err err = { 0 };
	struct curves out;
	double t[N_T];
	const struct lull_input in = kit_input(&arena, doses, n);

	times(t, from_h);
	assert_ok(lull_kin_curves(pk, &follow, &in, t, N_T, out.c, out.nk, out.z, out.auc, &err), &err);
	lull_arena_clear(&arena);
	return out;
}

/* Every value of got against a*x + b*y. */
static void assert_same(const struct curves *got, double a, const struct curves *x, double b, const struct curves *y)
{
	const double *g = got->c, *p = x->c, *q = y->c; /* the struct is one row of doubles */

	for (size_t i = 0; i < sizeof(*got) / sizeof(double); i++)
		assert_close(g[i], a * p[i] + b * q[i], 1e-11, 1e-11);
}

static void linear_and_superposed(void **state)
{
	(void)state;
	for (int p = 0; p < N_PEOPLE; p++) {
		const struct lull_pk pk = random_pk(p);
		struct lull_dose doses[N_DOSES], doubled[N_DOSES];
		random_doses(p, doses);
		for (int i = 0; i < N_DOSES; i++) {
			doubled[i] = doses[i];
			doubled[i].amount_mg *= 2;
		}
		const struct curves all = curves_of(&pk, doses, N_DOSES, 0), two = curves_of(&pk, doubled, N_DOSES, 0);
		const struct curves left = curves_of(&pk, doses, 2, 0), right = curves_of(&pk, doses + 2, N_DOSES - 2, 0);
		assert_same(&two, 2, &all, 0, &all);
		assert_same(&all, 1, &left, 1, &right);
	}
}

static void shifting_time_shifts_the_curve(void **state)
{
	(void)state;
	for (int p = 0; p < N_PEOPLE; p++) {
		const struct lull_pk pk = random_pk(p);
		struct lull_dose doses[N_DOSES];
		random_doses(p, doses);
		const struct curves now = curves_of(&pk, doses, N_DOSES, 0);
		for (int i = 0; i < N_DOSES; i++)
			doses[i].t_h += 16;
		const struct curves later = curves_of(&pk, doses, N_DOSES, 16);
		assert_same(&later, 1, &now, 0, &now);
	}
}

static void one_interval_twice_is_two(void **state)
{
	(void)state;
	for (int p = 0; p < N_PEOPLE; p++) {
		const struct lull_pk pk = random_pk(p);
		const struct lull_dose whole = { 1, 60, 8 };
		const struct lull_dose parts[3] = { { 1, 60.0 / 8 * 0.5, 0.5 }, { 1.5, 60.0 / 8 * 3.5, 3.5 }, { 5, 30, 4 } };
		const struct curves a = curves_of(&pk, &whole, 1, 0), b = curves_of(&pk, parts, 3, 0);
		assert_same(&a, 1, &b, 0, &b);
	}
}

/* Stepping by hand over any grid gives the state that one step gives. */
static void steps_compose(void **state)
{
	(void)state;
	for (int p = 0; p < N_PEOPLE; p++) {
		const struct lull_pk pk = random_pk(p);
		struct lull_modes modes;
		struct lull_err err = { 0 };
		struct lull_kin_state one = { 0 }, many = { 0 };
		assert_ok(lull_modes_of(&pk, &follow, &modes, &err), &err);
		lull_kin_bolus(&modes, 30, &one);
		many = one;
		lull_kin_advance(&modes, 12, 3, &one);
		for (int i = 0; i < 300; i++)
			lull_kin_advance(&modes, 12, 0.01, &many);
		assert_close(lull_kin_parent_ng_per_ml(&modes, &many), lull_kin_parent_ng_per_ml(&modes, &one), 1e-12, 0);
		assert_close(lull_kin_nk_ng_per_ml(&modes, &many), lull_kin_nk_ng_per_ml(&modes, &one), 1e-12, 0);
		assert_close(lull_kin_auc_ng_h_per_ml(&modes, &many), lull_kin_auc_ng_h_per_ml(&modes, &one), 1e-12, 0);
		for (int f = 0; f < N_F; f++)
			assert_close(lull_kin_filter_ng_per_ml(&modes, &many, f),
				     lull_kin_filter_ng_per_ml(&modes, &one, f), 1e-12, 0);
	}
}

/* What was given = what clearance took (CL times the area) + what is still in the body. */
static void mass_is_conserved(void **state)
{
	(void)state;
	for (int p = 0; p < N_PEOPLE; p++) {
		struct lull_arena arena = { 0 };
		struct lull_err err = { 0 };
		const struct lull_pk pk = random_pk(p);
		struct lull_dose doses[N_DOSES];
		struct lull_modes modes;
		random_doses(p, doses);
		const struct lull_input in = kit_input(&arena, doses, N_DOSES);
		assert_ok(lull_modes_of(&pk, NULL, &modes, &err), &err);
		for (int k = 0; k < 20; k++) {
			struct lull_kin_state s;
			assert_ok(lull_kin_state_at(&modes, &in, 3.3 * k, &s, &err), &err);
			const double gone = pk.cl_l_per_h * lull_kin_auc_ng_h_per_ml(&modes, &s) / 1000;
			assert_close(gone + lull_kin_body_mg(&modes, &s), lull_input_mg_by(&in, 3.3 * k), 1e-11, 1e-11);
		}
		lull_arena_clear(&arena);
	}
}

/* Nothing is negative or not finite, from 1e-12 h to a hundred years. */
static void never_negative_never_infinite(void **state)
{
	enum { N = 60 };
	double t[N], c[N], nk[N], z[N_F * N], auc[N];
	(void)state;
	for (int i = 0; i < N; i++)
		t[i] = i ? lull_exp(lull_log(1e-12) + i * lull_log(876000 / 1e-12) / (N - 1)) : 0;
	for (int p = 0; p < N_PEOPLE; p++) {
		struct lull_arena arena = { 0 };
		struct lull_err err = { 0 };
		const struct lull_pk pk = random_pk(p);
		struct lull_dose doses[N_DOSES];
		random_doses(p, doses);
		doses[0].t_h = doses[1].t_h = 0;
		const struct lull_input in = kit_input(&arena, doses, N_DOSES);
		assert_ok(lull_kin_curves(&pk, &follow, &in, t, N, c, nk, z, auc, &err), &err);
		for (int i = 0; i < N; i++) {
			assert_true(c[i] >= 0 && nk[i] >= 0 && auc[i] >= 0);
			assert_true(lull_is_finite(c[i]) && lull_is_finite(nk[i]) && lull_is_finite(auc[i]));
			assert_true(i == 0 || auc[i] >= auc[i - 1] * (1 - 1e-14));
			for (int f = 0; f < N_F; f++)
				assert_true(z[f * N + i] >= 0 && lull_is_finite(z[f * N + i]));
		}
		lull_arena_clear(&arena);
	}
}

/* A follower whose rate passes through a parent rate: no jump, and the closed limits
 * t e^(-kt) (bolus) and (1 - e^(-kt))/k^2 - t e^(-kt)/k (infusion) where they are one. */
static void rates_that_meet(void **state)
{
	const struct lull_pk pk = { .cl_l_per_h = 20, .v1_l = 10 }; /* one mode of 2 per hour */
	static const double t[] = { 1e-6, 1e-3, 0.05, 0.3, 1, 4, 20 };
	static const double off[] = { 0, 1e-15, 1e-12, 1e-9, 1e-6, 1e-3, 0.01, 0.06, 0.065, 0.1, 0.2 };
	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		for (size_t j = 0; j < sizeof(off) / sizeof(off[0]); j++)
			for (int sign = -1; sign <= 1; sign += 2) {
				const double l = 2, k = 2 * (1 + sign * off[j]), d = k - l, h = t[i];
				const struct lull_follow one = { 1, { k } };
				struct lull_modes modes;
				struct lull_err err = { 0 };
				struct lull_kin_state bolus = { 0 }, fed = { 0 };
				assert_ok(lull_modes_of(&pk, &one, &modes, &err), &err);
				lull_kin_bolus(&modes, 10, &bolus); /* 1 mg/L */
				lull_kin_advance(&modes, 0, h, &bolus);
				lull_kin_advance(&modes, 20, h, &fed); /* towards 1 mg/L */
				/* long double quotients from expm1, exact enough down to 1e-9 apart */
				const long double f = j ? -expm1l(-(long double)d * h) / d : h;
				const long double want = k * expl(-(long double)l * h) * f;
				assert_close(modes.n_followers, 2, 0, 0);
				assert_close(bolus.z[0], (double)want, 2e-14, 0);
				/* z of a unit-target infusion = 1 - e^(-kt) - k D; long double carries the cancellation */
				if (h >= 0.05)
					assert_close(fed.z[0], (double)(-expm1l(-(long double)k * h) - want), 3e-13, 0);
			}
}

/* Two parent rates that (almost) meet: uncoupled compartments of equal turnover. */
static void parent_rates_that_meet(void **state)
{
	(void)state;
	for (int e = 0; e <= 12; e++) {
		const double q = 1e-3 * lull_exp(-0.5 * e);
		const struct lull_pk pk = { 10, 5, q, q / 2, q, q / 2, 0, 0, 0, 0, 0 }; /* all turn over at 2 per hour */
		struct lull_modes modes;
		struct lull_err err = { 0 };
		double area = 0, first = 0;
		assert_ok(lull_modes_of(&pk, NULL, &modes, &err), &err);
		for (int j = 0; j < 3; j++) {
			assert_true(modes.coef_per_l[j] >= 0 && modes.lambda_per_h[j] > 0);
			area += modes.coef_per_l[j] / modes.lambda_per_h[j];
			first += modes.coef_per_l[j];
		}
		assert_close(first, 1.0 / 5, 1e-14, 0);
		assert_close(area, 1.0 / 10, 1e-6, 0);
	}
}

/* A person whose parameters cannot be is refused by name. */
static void impossible_people_are_refused(void **state)
{
	const struct lull_pk good = { 84, 25, 161, 56, 79, 157, 57.7, 98.6, 42.8, 160, 1 };
	struct lull_pk bad[8];
	struct lull_modes modes;
	(void)state;
	for (int i = 0; i < 8; i++)
		bad[i] = good;
	bad[0].cl_l_per_h = 0;
	bad[1].v1_l = NAN;
	bad[2].v2_l = 0;
	bad[3].q3_l_per_h = -1;
	bad[4].nk_cl_l_per_h = 0;
	bad[5].nk_v2_l = INFINITY;
	bad[6].nk_formed_frac = NAN;
	bad[7].cl_l_per_h = 1e7;
	for (int i = 0; i < 8; i++) {
		struct lull_err err = { 0 };
		assert_int_equal(lull_modes_of(&bad[i], NULL, &modes, &err), LULL_EDOMAIN);
		assert_true(err.where[0] && err.what[0]);
	}
	const struct lull_follow many = { LULL_MAX_FILTERS + 1, { 0 } }, zero = { 1, { 0 } };
	struct lull_err err = { 0 };
	assert_int_equal(lull_modes_of(&good, &many, &modes, &err), LULL_EDOMAIN);
	assert_int_equal(lull_modes_of(&good, &zero, &modes, &err), LULL_EDOMAIN);
}

static void times_must_rise(void **state)
{
	struct lull_arena arena = { 0 };
	struct lull_err err = { 0 };
	struct lull_modes modes;
	struct lull_kin_state s;
	const struct lull_pk pk = { .cl_l_per_h = 20, .v1_l = 10 };
	const struct lull_dose dose = { 0, 1, 1 };
	const struct lull_input in = kit_input(&arena, &dose, 1);
	const double falls[2] = { 1, 0.5 }, before[1] = { -1 }, nan[1] = { NAN };
	double c[2];
	(void)state;
	assert_int_equal(lull_kin_curves(&pk, NULL, &in, falls, 2, c, NULL, NULL, NULL, &err), LULL_EDOMAIN);
	assert_int_equal(lull_kin_curves(&pk, NULL, &in, before, 1, c, NULL, NULL, NULL, &err), LULL_EDOMAIN);
	assert_int_equal(lull_kin_curves(&pk, NULL, &in, nan, 1, c, NULL, NULL, NULL, &err), LULL_EDOMAIN);
	const struct lull_pk none = { 0 };
	assert_int_equal(lull_kin_curves(&none, NULL, &in, falls, 1, c, NULL, NULL, NULL, &err), LULL_EDOMAIN);
	assert_ok(lull_modes_of(&pk, NULL, &modes, &err), &err);
	assert_int_equal(lull_kin_state_at(&modes, &in, -1, &s, &err), LULL_EDOMAIN);
	lull_arena_clear(&arena);
}

/* A value does not depend on which others are asked for, to the bit. */
static void outputs_are_independent(void **state)
{
	struct lull_arena arena = { 0 };
	struct lull_err err = { 0 };
	const struct lull_pk pk = random_pk(11);
	struct lull_dose doses[N_DOSES];
	double t[N_T], c[N_T], nk[N_T], z[N_F * N_T], auc[N_T], alone;
	(void)state;
	random_doses(11, doses);
	const struct lull_input in = kit_input(&arena, doses, N_DOSES);
	times(t, 0.3);
	assert_ok(lull_kin_curves(&pk, &follow, &in, t, N_T, c, nk, z, auc, &err), &err);
	for (int i = 0; i < N_T; i++) {
		assert_ok(lull_kin_curves(&pk, NULL, &in, &t[i], 1, &alone, NULL, NULL, NULL, &err), &err);
		assert_true(alone == c[i]);
		assert_ok(lull_kin_curves(&pk, &follow, &in, &t[i], 1, NULL, &alone, NULL, NULL, &err), &err);
		assert_true(alone == nk[i]);
		assert_ok(lull_kin_curves(&pk, NULL, &in, &t[i], 1, NULL, NULL, NULL, &alone, &err), &err);
		assert_true(alone == auc[i]);
	}
	lull_arena_clear(&arena);
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(linear_and_superposed),
		cmocka_unit_test(shifting_time_shifts_the_curve),
		cmocka_unit_test(one_interval_twice_is_two),
		cmocka_unit_test(steps_compose),
		cmocka_unit_test(mass_is_conserved),
		cmocka_unit_test(never_negative_never_infinite),
		cmocka_unit_test(rates_that_meet),
		cmocka_unit_test(parent_rates_that_meet),
		cmocka_unit_test(impossible_people_are_refused),
		cmocka_unit_test(times_must_rise),
		cmocka_unit_test(outputs_are_independent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
