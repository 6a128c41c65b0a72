/* A typical person: guards of facts/pharmacology 5.7 for the default model, closed forms for the generic ones. */
#include "support.h"

#include <math.h>
#include <string.h>

#include "lull/ketamine/nonmem.h"
#include "lull/ketamine/typical.h"

static const struct lull_pm *load(struct lull_arena *arena, const char *id)
{
	struct lull_diags diags;
	const struct lull_pm *pm = NULL;

	lull_diags_init(&diags, arena);
	assert_int_equal(lull_pm_load(test_knowledge(), id, arena, &pm, &diags), LULL_OK);
	return pm;
}

static struct lull_typical typical(const struct lull_pm *pm, double weight_kg)
{
	struct lull_err err = { 0 };
	struct lull_typical t;

	assert_ok(lull_typical_of(pm, weight_kg, &t, &err), &err);
	return t;
}

static const double *curve(struct lull_arena *arena, const struct lull_typical *t, const char *doses, const double *t_h, size_t n)
{
	struct lull_diags diags;
	const double *values;

	lull_diags_init(&diags, arena);
	const int rc = lull_typical_curve(t, doses, t_h, n, arena, &values, &diags);
	if (rc != LULL_OK)
		print_error("%s: %s\n", doses, diags.n_items ? diags.items[0].found : "?");
	assert_int_equal(rc, LULL_OK);
	return values;
}

/* facts/pharmacology 1.4 and 5.7: 35 mg over 40 min */
static void guards_of_the_default(void **state)
{
	struct lull_err err = { 0 };
	struct lull_arena arena = { 0 };
	const struct lull_typical t = typical(load(&arena, "kamp2020_otto2021"), NAN);
	double t_h[361], area[LULL_LIN_MAX_OUTPUTS];

	(void)state;
	assert_true(t.weight_kg == 70);
	for (int i = 0; i < 361; i++)
		t_h[i] = i / 60.0;
	const double *y = curve(&arena, &t, "amt=35 dur=40min", t_h, 361);
	assert_close(y[20], 198, 0, 0.5);
	assert_close(y[40], 253.1, 0, 0.5);
	assert_close(y[60], 96, 0, 0.5);
	assert_close(y[120], 50, 0, 0.5);
	assert_close(y[240], 26, 0, 0.5);
	assert_int_equal(lull_peak_at(y, 361), 40);
	assert_close(y[361 + lull_peak_at(y + 361, 361)], 90, 0, 0.5);
	assert_close((double)lull_peak_at(y + 361, 361), 56, 0, 1);
	assert_ok(lull_typical_area(&t, 0, area, &err), &err);
	assert_close(35 * area[0], 416.6667, 1e-6, 0);
	static const double day[] = { 24 };
	assert_close(curve(&arena, &t, "amt=571.2 dur=24h", day, 1)[0], 283, 0, 0.5);
	lull_arena_clear(&arena);
}

/* The venous read-out of the default lies in the observed band 150-220 ng/mL, 2-5 min after the end. */
static void the_venous_read_out_is_in_its_band(void **state)
{
	struct lull_arena arena = { 0 };
	const struct lull_typical t = typical(load(&arena, "kamp2020_otto2021"), NAN);
	static const double t_h[] = { 45 / 60.0 };

	(void)state;
	const double *y = curve(&arena, &t, "amt=35 dur=40min", t_h, 1);
	const double venous = y[2];
	assert_true(venous > 150 && venous < 220);
	lull_arena_clear(&arena);
}

static void disposition_of_the_default(void **state)
{
	struct lull_err err = { 0 };
	struct lull_arena arena = { 0 };
	const struct lull_typical t = typical(load(&arena, "kamp2020_otto2021"), 70);
	struct lull_disposition d;

	(void)state;
	assert_ok(lull_typical_disposition(&t, 0, &arena, &d, &err), &err);
	assert_int_equal(d.n_half_lives, 3);
	assert_int_equal(d.n_states, 3);
	assert_close(d.cl_l_per_h, 84, 1e-10, 0);
	assert_close(d.vss_l, 25 + 56 + 157, 1e-10, 0);
	assert_close(d.mrt_h, 238.0 / 84, 1e-10, 0);
	assert_ok(lull_typical_disposition(&t, 1, &arena, &d, &err), &err); /* norketamine */
	assert_close(d.cl_l_per_h, 57.7, 1e-10, 0);
	assert_close(d.vss_l, 98.6 + 160, 1e-10, 0);
	assert_int_equal(d.n_half_lives, 2);
	assert_ok(lull_typical_disposition(&t, 2, &arena, &d, &err), &err); /* the venous lag follows the parent */
	assert_int_equal(d.n_half_lives, 3);
	assert_true(isnan(d.cl_l_per_h));
	assert_close(d.mrt_h, 238.0 / 84, 1e-10, 0);
	lull_arena_clear(&arena);
}

static void weight_scales(void **state)
{
	struct lull_err err = { 0 };
	struct lull_arena arena = { 0 };
	const struct lull_typical t = typical(load(&arena, "kamp2020_otto2021"), 110);
	struct lull_disposition d;

	(void)state;
	assert_ok(lull_typical_disposition(&t, 0, &arena, &d, &err), &err);
	assert_close(d.cl_l_per_h, 84 * pow(110 / 70.0, 0.75), 1e-12, 0);
	assert_close(d.vss_l, 238 * 110 / 70.0, 1e-12, 0);
	lull_arena_clear(&arena);
}

/* Perez-Ruixo 2021 (facts 1.1, 1.4): F of one device, the implied clearance Qh E, and its Cmax. */
static void esketamine_through_the_nose(void **state)
{
	struct lull_err err = { 0 };
	struct lull_arena arena = { 0 };
	const struct lull_pm *pm = load(&arena, "perezruixo2021");
	const struct lull_typical t = typical(pm, NAN);
	double nasal[LULL_LIN_MAX_OUTPUTS], iv[LULL_LIN_MAX_OUTPUTS], t_h[181];
	const struct lull_pm_info *info = lull_pm_info(pm);
	int i_nasal = -1, i_iv = -1;

	(void)state;
	for (int i = 0; i < info->n_inputs; i++) {
		i_nasal = strcmp(info->inputs[i].name, "nasal") == 0 ? i : i_nasal;
		i_iv = strcmp(info->inputs[i].name, "iv") == 0 ? i : i_iv;
	}
	assert_true(i_nasal >= 0 && i_iv >= 0);
	assert_ok(lull_typical_area(&t, i_nasal, nasal, &err), &err);
	assert_ok(lull_typical_area(&t, i_iv, iv, &err), &err);
	assert_close(nasal[0] / iv[0], 0.62, 0, 0.005);
	assert_close(1000 / iv[0], 109, 0, 0.5);
	for (int i = 0; i < 181; i++)
		t_h[i] = i / 60.0;
	const double *y = curve(&arena, &t, "amt=28 cmt=nasal", t_h, 181);
	assert_close(y[lull_peak_at(y, 181)], 43.8, 0.005, 0);
	lull_arena_clear(&arena);
}

/* ------------------------------------------------------------------ imported control streams */

static const struct lull_pm *import(struct lull_arena *arena, const char *pk, const char *sub, const char *more)
{
	struct lull_diags diags;
	const struct lull_nonmem *m;
	const struct lull_pm *pm = NULL;
	struct lull_buf yaml = { 0 };
	const struct lull_nm_units units = { "h", "mg", "L" };
	char text[2000];

	lull_diags_init(&diags, arena);
	lull_text_format(text, sizeof text, "$PROB t\n$INPUT ID TIME AMT DV WT AGE SEX\n$SUBS %s\n$PK\n%s\n$ERROR\nY=F+EPS(1)\n%s\n$SIGMA 0.01\n",
			 sub, pk, more);
	int rc = lull_nonmem_read(text, strlen(text), "t.ctl", arena, &m, &diags);
	if (rc == LULL_OK)
		rc = lull_nonmem_yaml(m, "t", &units, &yaml, &diags);
	if (rc == LULL_OK)
		rc = lull_pm_read(lull_buf_text(&yaml), yaml.n, "t.yaml", arena, &pm, &diags);
	if (rc != LULL_OK)
		print_error("%s\n%s\n%s\n", diags.n_items ? diags.items[0].found : "?", text, lull_buf_text(&yaml));
	assert_int_equal(rc, LULL_OK);
	lull_buf_clear(&yaml);
	return pm;
}

static const double hours[] = { 0.25, 1, 3, 8, 24 };
enum { N_HOURS = 5 };

/* ADVAN1: C = D/V exp(-CL/V t); by K, by CL and V, and scaled to ng/mL. */
static void one_compartment_bolus(void **state)
{
	struct lull_arena arena = { 0 };
	static const struct { const char *sub, *pk; double unit; } ways[] = {
		{ "ADVAN1 TRANS1", "K=0.2\nS1=10", 1 }, { "ADVAN1 TRANS2", "CL=2\nV=10\nS1=V", 1 },
		{ "ADVAN1 TRANS1", "CL=2\nV=10\nK=CL/V\nS1=V/1000", 1000 }, { "ADVAN2 TRANS2", "CL=2\nV=10\nKA=1\nS2=V/1000", 1000 },
	};

	(void)state;
	for (int w = 0; w < 4; w++) {
		const struct lull_typical t = typical(import(&arena, ways[w].pk, ways[w].sub, ""), NAN);
		const double *y = curve(&arena, &t, w == 3 ? "amt=100 cmt=2" : "amt=100", hours, N_HOURS);
		for (int i = 0; i < N_HOURS; i++)
			assert_close(y[i], ways[w].unit * 10 * exp(-0.2 * hours[i]), 1e-11, 0);
	}
	lull_arena_clear(&arena);
}

/* ADVAN2: F D ka / (V (ka - k)) (exp(-k (t - lag)) - exp(-ka (t - lag))). */
static void one_compartment_oral(void **state)
{
	struct lull_arena arena = { 0 };
	const struct lull_typical t =
		typical(import(&arena, "CL=2\nV=10\nKA=1.5\nF1=0.4\nALAG1=0.25\nS2=V", "ADVAN2 TRANS2", ""), NAN);
	const double *y = curve(&arena, &t, "amt=100", hours, N_HOURS);

	(void)state;
	for (int i = 0; i < N_HOURS; i++) {
		const double s = hours[i] - 0.25;
		assert_close(y[i], 0.4 * 100 * 1.5 / (10 * (1.5 - 0.2)) * (exp(-0.2 * s) - exp(-1.5 * s)), 1e-10, 1e-12);
	}
	lull_arena_clear(&arena);
}

/* ADVAN3: D/V1 [(a - k21)/(a - b) exp(-a t) + (k21 - b)/(a - b) exp(-b t)], by all of its TRANS. */
static void two_compartments_bolus(void **state)
{
	static const struct { const char *sub, *pk; } ways[] = {
		{ "ADVAN3 TRANS1", "K=0.2\nK12=0.5\nK21=0.25\nS1=10" },
		{ "ADVAN3 TRANS3", "CL=2\nV=10\nQ=5\nVSS=30\nS1=V" },
		{ "ADVAN3 TRANS4", "CL=2\nV1=10\nQ=5\nV2=20\nS1=V1" },
		{ "ADVAN3 TRANS5", "ALPHA=0.89407636535600525\nBETA=0.055923634643994747\nAOB=(ALPHA-0.25)/(0.25-BETA)\nS1=10" },
		{ "ADVAN3 TRANS6", "ALPHA=0.89407636535600525\nBETA=0.055923634643994747\nK21=0.25\nS1=10" },
		{ "ADVAN4 TRANS4", "CL=2\nV2=10\nQ=5\nV3=20\nKA=1\nS2=V2" },
	};
	struct lull_arena arena = { 0 };
	const double a = 0.89407636535600525, b = 0.055923634643994747;

	(void)state;
	for (int w = 0; w < 6; w++) {
		const struct lull_typical t = typical(import(&arena, ways[w].pk, ways[w].sub, ""), NAN);
		const double *y = curve(&arena, &t, w == 5 ? "amt=100 cmt=2" : "amt=100", hours, N_HOURS);
		for (int i = 0; i < N_HOURS; i++)
			assert_close(y[i], 10 * ((a - 0.25) / (a - b) * exp(-a * hours[i]) + (0.25 - b) / (a - b) * exp(-b * hours[i])), 1e-10, 0);
	}
	lull_arena_clear(&arena);
}

/* ADVAN11: the default model's own parent. */
static void three_compartments_as_kamp(void **state)
{
	struct lull_arena arena = { 0 };
	const struct lull_typical kamp = typical(load(&arena, "kamp2020_otto2021"), 70);
	static const struct { const char *sub, *pk; } ways[] = {
		{ "ADVAN11 TRANS4", "CL=84\nV1=25\nQ2=161\nV2=56\nQ3=79\nV3=157\nS1=V1/1000" },
		{ "ADVAN11 TRANS1", "K=84/25\nK12=161/25\nK21=161/56\nK13=79/25\nK31=79/157\nS1=25/1000" },
		{ "ADVAN12 TRANS4", "CL=84\nV2=25\nQ3=161\nV3=56\nQ4=79\nV4=157\nKA=1\nS2=V2/1000" },
	};
	const double *want = curve(&arena, &kamp, "amt=35 dur=40min", hours, N_HOURS);

	(void)state;
	for (int w = 0; w < 3; w++) {
		const struct lull_typical t = typical(import(&arena, ways[w].pk, ways[w].sub, ""), NAN);
		const double *y = curve(&arena, &t, w == 2 ? "amt=35 dur=40min cmt=2" : "amt=35 dur=40min", hours, N_HOURS);
		for (int i = 0; i < N_HOURS; i++)
			assert_close(y[i], w == 1 ? want[i] : want[i], 1e-9, 0);
	}
	lull_arena_clear(&arena);
}

/* Covariate effects mean the same in the model file as in the control stream. */
static void covariates_mean_the_same(void **state)
{
	struct lull_err err = { 0 };
	static const struct { const char *cl; double wt, age, sex, want; } cases[] = {
		{ "CL=2*(WT/70)**0.75", 90, 40, 0, 1 }, { "CL=2*EXP(-0.01*(AGE-40))", 70, 65, 0, 2 },
		{ "CL=2*(1+0.02*(AGE-40))", 70, 25, 0, 3 }, { "CL=2\nIF (SEX.EQ.1) CL=CL*0.8", 70, 40, 1, 4 },
		{ "CL=2*(WT/70)**0.75*(1-0.01*(AGE-40))\nIF (SEX.EQ.1) CL=CL*0.8", 55, 70, 1, 5 },
	};
	struct lull_arena arena = { 0 };

	(void)state;
	for (int k = 0; k < 5; k++) {
		char pk[200];
		lull_text_format(pk, sizeof pk, "%s\nV=10\nS1=V", cases[k].cl);
		const struct lull_pm *pm = import(&arena, pk, "ADVAN1 TRANS2", "");
		const struct lull_pm_info *info = lull_pm_info(pm);
		const double wt = cases[k].wt, age = cases[k].age, sex = cases[k].sex;
		const double want[] = { 0, 2 * pow(wt / 70, 0.75), 2 * exp(-0.01 * (age - 40)), 2 * (1 + 0.02 * (age - 40)), 2 * 0.8,
					2 * pow(wt / 70, 0.75) * (1 - 0.01 * (age - 40)) * 0.8 };
		double theta[LULL_PM_MAX_PARAMS], params[LULL_PM_MAX_PARAMS], covariates[LULL_PM_MAX_COVARIATES];
		for (int i = 0; i < info->n_covariates; i++)
			covariates[i] = strcmp(info->covariates[i].name, "WT") == 0 ? wt : strcmp(info->covariates[i].name, "AGE") == 0 ? age : sex;
		lull_pm_typical(pm, theta);
		assert_ok(lull_pm_individual(pm, theta, covariates, NULL, NULL, params, &err), &err);
		assert_close(params[lull_pm_param_index(pm, "cl")], want[(int)cases[k].want], 1e-12, 0);
	}
	lull_arena_clear(&arena);
}

/* Deviations too: log-normal, proportional, logit and normal by the draws they are given. */
static void deviations_mean_the_same(void **state)
{
	struct lull_err err = { 0 };
	struct lull_arena arena = { 0 };
	const struct lull_pm *pm = import(&arena,
					  "CL=2*EXP(ETA(1))\nV=10*EXP(0.5*ETA(2))\nKA=1.5*(1+ETA(3))\nX=LOG(0.4/0.6)+ETA(4)\n"
					  "F1=EXP(X)/(1+EXP(X))\nALAG1=0.5+ETA(5)\nS2=V",
					  "ADVAN2 TRANS2", "$OMEGA BLOCK(2) 0.09 0.03 0.16\n$OMEGA 0.04 0.25 0.0001");
	const struct lull_pm_info *info = lull_pm_info(pm);
	const double etas[] = { 0.3, -0.1, 0.2, 0.4, 0.01 };
	double theta[LULL_PM_MAX_PARAMS], params[LULL_PM_MAX_PARAMS], given[LULL_PM_MAX_ETAS];

	(void)state;
	assert_int_equal(info->n_etas, 5);
	for (int i = 0; i < 5; i++) {
		const char *name = info->etas[i].name;
		given[i] = strcmp(name, "cl") == 0 ? etas[0] : strcmp(name, "v1") == 0 ? 0.5 * etas[1] : strcmp(name, "ka") == 0 ? 1.5 * etas[2] :
			   strcmp(name, "f_depot") == 0 ? etas[3] : etas[4];
	}
	lull_pm_typical(pm, theta);
	assert_ok(lull_pm_individual(pm, theta, NULL, given, NULL, params, &err), &err);
	assert_close(params[lull_pm_param_index(pm, "cl")], 2 * exp(0.3), 1e-12, 0);
	assert_close(params[lull_pm_param_index(pm, "v1")], 10 * exp(-0.05), 1e-12, 0);
	assert_close(params[lull_pm_param_index(pm, "ka")], 1.5 * 1.2, 1e-12, 0);
	assert_close(params[lull_pm_param_index(pm, "f_depot")], 1 / (1 + 1.5 * exp(-0.4)), 1e-12, 0);
	assert_close(params[lull_pm_param_index(pm, "lag_depot")], 0.51, 1e-12, 0);
	lull_arena_clear(&arena);
}

/* Each allocation fails once, and the answer says so. */
static void memory_may_end_anywhere(void **state)
{
	struct lull_arena kept = { 0 };
	const struct lull_typical t = typical(load(&kept, "kamp2020_otto2021"), 70);
	int n_refused = 0;

	(void)state;
	lull_mem_fail_in_arenas(true);
	for (uint64_t nth = 1; nth < 2000; nth++) {
		struct lull_arena arena = { 0 };
		struct lull_diags diags;
		struct lull_disposition d;
		const double *y;
		struct lull_err err = { 0 };
		lull_diags_init(&diags, &arena);
		(void)lull_mem_fail_at(nth, true);
		int rc = lull_typical_curve(&t, "amt=35 dur=40min; amt=10 time=2h", hours, N_HOURS, &arena, &y, &diags);
		if (rc == LULL_OK)
			rc = lull_typical_disposition(&t, 0, &arena, &d, &err);
		(void)lull_mem_fail_at(0, false);
		lull_arena_clear(&arena);
		if (rc == LULL_OK)
			break;
		assert_int_equal(rc, LULL_ENOMEM);
		n_refused++;
	}
	lull_mem_fail_in_arenas(false);
	assert_true(n_refused > 10 && n_refused < 1900);
	lull_arena_clear(&kept);
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guards_of_the_default),
		cmocka_unit_test(the_venous_read_out_is_in_its_band),
		cmocka_unit_test(disposition_of_the_default),
		cmocka_unit_test(weight_scales),
		cmocka_unit_test(esketamine_through_the_nose),
		cmocka_unit_test(one_compartment_bolus),
		cmocka_unit_test(one_compartment_oral),
		cmocka_unit_test(two_compartments_bolus),
		cmocka_unit_test(three_compartments_as_kamp),
		cmocka_unit_test(covariates_mean_the_same),
		cmocka_unit_test(deviations_mean_the_same),
		cmocka_unit_test(memory_may_end_anywhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
