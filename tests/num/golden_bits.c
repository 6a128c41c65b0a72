/* Prints the bits of every function that promises them (design rule 6): one line a
 * function with a hash over a grid and three values in full. tests/golden/bits.txt holds
 * what every compiler, level and machine must print. No libm, no clock, no input. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lull/ketamine/effect.h"
#include "lull/ketamine/effects.h"
#include "lull/knowledge.h"
#include "lull/num/dist.h"
#include "lull/num/linalg.h"
#include "lull/num/math.h"
#include "lull/num/random.h"
#include "lull/num/sum.h"
#include "../ketamine/w1.h"

enum { N = 4096 };
static const struct lull_stream draws = { .seed = 2026, .trial = 1, .replicate = 2, .patient = 3, .occasion = 4,
					  .purpose = LULL_FOR_TEST };

static uint64_t bits_of(double x)
{
	uint64_t u;

	memcpy(&u, &x, sizeof(u));
	return u;
}

/* FNV-1a, 64 bits, over the bytes from the low end. */
static uint64_t hash_of(const double *x, size_t n)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < n; i++)
		for (int byte = 0; byte < 8; byte++)
			h = (h ^ (bits_of(x[i]) >> (8 * byte) & 0xff)) * 0x100000001b3u;
	return h;
}

static void put(const char *name, const double *x, size_t n)
{
	printf("%-28s %016" PRIx64 "  %016" PRIx64 " %016" PRIx64 " %016" PRIx64 "\n", name, hash_of(x, n), bits_of(x[0]),
	       bits_of(x[n / 2]), bits_of(x[n - 1]));
}

/* n arguments from low to high, dense and irregular, without rounding of the ends' making. */
static void grid(double low, double high, double *x)
{
	lull_random_uniforms(&draws, 1000, N, x);
	for (int i = 0; i < N; i++)
		x[i] = low + (high - low) * x[i];
}

static void put_function(const char *name, double (*f)(double), double low, double high)
{
	double x[N];

	grid(low, high, x);
	for (int i = 0; i < N; i++)
		x[i] = f(x[i]);
	put(name, x, N);
}

static double pow_075(double x) { return lull_pow(x, 0.75); }
static double pow_533(double x) { return lull_pow(x, 5.33); }
static double beta_cdf(double x) { return lull_beta_cdf(x, 3.5, 14); }
static double beta_quantile(double p) { return lull_beta_quantile(p, 0.7, 20); }

static void put_functions(void)
{
	put_function("exp", lull_exp, -700, 700);
	put_function("exp small", lull_exp, -1, 1);
	put_function("expm1", lull_expm1, -1, 1);
	put_function("expm1 tiny", lull_expm1, -1e-9, 1e-9);
	put_function("log", lull_log, 1e-9, 1e3);
	put_function("log1p", lull_log1p, -0.9, 9);
	put_function("pow 0.75", pow_075, 0, 10);
	put_function("pow 5.33", pow_533, 0, 10);
	put_function("cbrt", lull_cbrt, -1e3, 1e3);
	put_function("sin", lull_sin, -50, 50);
	put_function("cos", lull_cos, -50, 50);
	put_function("erfc", lull_erfc, -6, 26);
	put_function("lgamma", lull_lgamma, 1e-3, 300);
	put_function("normal_cdf", lull_normal_cdf, -38, 9);
	put_function("normal_quantile", lull_normal_quantile, 0, 1);
	put_function("normal_quantile tail", lull_normal_quantile, 0, 1e-12);
	put_function("beta_cdf", beta_cdf, 0, 1);
	put_function("beta_quantile", beta_quantile, 0, 1);
	put_function("logit", lull_logit, 0, 1);
	put_function("expit", lull_expit, -40, 40);
}

static void put_streams(void)
{
	double x[N];

	for (int purpose = 1; purpose < 130; purpose += 43) {
		struct lull_stream s = draws;
		char name[32];
		s.purpose = (enum lull_purpose)purpose;
		lull_random_uniforms(&s, 0, N, x);
		snprintf(name, sizeof(name), "uniforms %d", purpose);
		put(name, x, N);
		lull_random_normals(&s, (uint64_t)1 << 40, N, x);
		snprintf(name, sizeof(name), "normals %d", purpose);
		put(name, x, N);
	}
}

static void put_sums(void)
{
	static const double p[] = { 0.025, 0.25, 0.5, 0.75, 0.975 };
	struct lull_running_sum running = { 0 };
	double x[N], out[8], a[16], z[4];

	lull_random_normals(&draws, 0, N, x);
	for (int i = 0; i < N; i++)
		lull_sum_add(&running, x[i]);
	out[0] = lull_sum(x, N);
	out[1] = lull_sum(x, N - 1);
	out[2] = lull_mean(x, 1001);
	out[3] = lull_sd(x, N);
	out[4] = lull_sum_value(&running);
	put("sums", out, 5);
	lull_quantiles(x, N, p, 5, out);
	put("quantiles", out, 5);
	for (int i = 0; i < 4; i++)
		for (int j = 0; j < 4; j++)
			a[4 * i + j] = (i == j ? 4 : 0) + 1.0 / (1 + i + j);
	if (!lull_cholesky(a, 4))
		return;
	lull_random_normals(&draws, 0, 4, x); /* the quantiles' scratch has no promised order */
	lull_lower_times(a, 4, x, z);
	put("cholesky", a, 16);
	put("lower_times", z, 4);
	lull_cubic_roots(18.33, 26.2, 4.86, out);
	put("cubic_roots", out, 3);
}

/* 64 people of a model on a push and two infusions: parent, metabolite, followers, area. */
static int put_curves(const struct lull_files *files, const char *id, struct lull_arena *arena)
{
	enum { N_PEOPLE = 64, N_T = 50 };
	static const struct lull_dose doses[] = { { 0, 10, 0 }, { 0.25, 35, 2.0 / 3 }, { 24, 300, 96 } };
	const struct lull_regimen regimen = { LULL_RACEMIC_KETAMINE, LULL_ROUTE_IV, doses, 3 };
	const struct lull_model_factor *factor;
	struct lull_effects effects;
	struct lull_model model;
	struct lull_input input;
	struct lull_diags diags;
	double *c = LULL_ARENA_NEW(arena, double, N_PEOPLE *N_T * 6), t[N_T], z[LULL_PK_N];
	char name[64];

	lull_diags_init(&diags, arena);
	if (!c || lull_model_load(files, id, arena, &model, &diags) || lull_effects_load(files, arena, &effects, &diags) ||
	    lull_regimen_compile(&regimen, arena, &input, NULL) || lull_model_factor_new(&model, arena, &factor, NULL))
		return 1;
	const struct lull_follow follow = { 2, { effects.ke0_per_h, effects.ks_per_h } };
	double *nk = c + N_PEOPLE * N_T, *f = nk + N_PEOPLE * N_T, *auc = f + 2 * N_PEOPLE * N_T, *e = auc + N_PEOPLE * N_T;
	for (int i = 0; i < N_T; i++)
		t[i] = i * i * 0.1;
	for (size_t i = 0; i < N_PEOPLE; i++) {
		const struct lull_stream s = { .seed = 7, .patient = i, .purpose = LULL_FOR_PK_ETA };
		struct lull_pk pk;
		lull_random_normals(&s, 0, model.n_params, z);
		lull_model_individual(&model, factor, 45 + (double)i, true, z, &pk);
		if (lull_kin_curves(&pk, &follow, &input, t, N_T, c + i * N_T, nk + i * N_T, f + 2 * i * N_T, auc + i * N_T, NULL))
			return 1;
	}
	const double *curve[4] = { c, nk, f, auc };
	static const char *const what[4] = { "parent", "nk", "followers", "area" };
	for (int k = 0; k < 4; k++) {
		snprintf(name, sizeof(name), "%s %s", model.id, what[k]);
		put(name, curve[k], N_PEOPLE * N_T * (k == 2 ? 2 : 1));
	}
	for (size_t i = 0; i < N_PEOPLE * N_T; i++)
		e[i] = lull_perception_prob(&effects, f[i]) + lull_antinociception(&effects, f[i]) +
		       lull_pressure_rise_mmhg(&effects, c[i]) + lull_occupancy_frac(&effects, c[i], nk[i]) +
		       lull_slow_inhibition(&effects, f[i]);
	snprintf(name, sizeof(name), "%s effects", model.id);
	put(name, e, N_PEOPLE * N_T);
	return 0;
}

/* Eight people of a two-compartment model with an effect site under two infusions, every kind of effect. */
enum { R_TIMES = 60, R_LINEAR = 2, R_EFFECTS = 8, R_OUT = R_LINEAR + R_EFFECTS + 2 };
struct responses {
	struct lull_effect_work *work;
	double value[R_TIMES * R_OUT * LULL_LANES];
};

static int take_stretch(void *user, int first_lane, const struct lull_lin_stretch *stretch, struct lull_err *err)
{
	return lull_effect_stretch(((struct responses *)user)->work, first_lane, stretch, err);
}

static int take_tile(void *user, int first_lane, int width, size_t i_time, size_t n_times, const double *tile, struct lull_err *err)
{
	struct responses *r = user;
	return lull_effect_tile(r->work, first_lane, width, i_time, n_times, tile, r->value + i_time * R_OUT * LULL_LANES, err);
}

static void response_person(uint64_t i, struct lull_lin_person *person, struct lull_effect_numbers *numbers)
{
	double u[64];

	lull_random_uniforms(&draws, 5000 + 64 * i, 64, u);
	for (int f = 0; f < 5; f++) {
		person->rate_per_h[f] = 0.1 + 3 * u[f];
		person->gain[f] = 1;
	}
	person->rate_per_h[4] = person->rate_per_h[3];
	person->scale[0] = person->scale[1] = 0.05;
	for (int e = 0; e < R_EFFECTS; e++) {
		const double *v = u + 8 + 7 * e;
		numbers[e] = (struct lull_effect_numbers){ .e0 = v[0], .slope = v[1], .emax = v[2], .c50 = 0.02 + v[3], .gamma = 0.5 + 4 * v[4],
							   .kin = 10 * v[5], .kout_per_h = 0.01 + v[6], .r0 = 7,
							   .intercept = { 1, 0, -2 } };
	}
}

static int put_responses(struct lull_arena *arena)
{
	static const struct lull_effect_spec specs[R_EFFECTS] = {
		{ LULL_EFFECT_SIGMOID, 0, 0 },	  { LULL_EFFECT_INDIRECT_1, 1, 0 }, { LULL_EFFECT_INDIRECT_2, 0, 0 }, { LULL_EFFECT_INDIRECT_3, 1, 0 },
		{ LULL_EFFECT_INDIRECT_4, 0, 0 }, { LULL_EFFECT_TURNOVER, 1, 0 },	  { LULL_EFFECT_BINARY, 1, 0 },	      { LULL_EFFECT_ORDERED, 0, 3 },
	};
	static const struct lull_op ops[] = { { .t_h = 0, .kind = LULL_OP_RATE, .amount = 30 }, { .t_h = 2, .kind = LULL_OP_RATE },
					      { .t_h = 24, .kind = LULL_OP_BOLUS, .amount = 20 } };
	const struct lull_lin_shape shape = { 3, 5, R_LINEAR, { { 0, -1, false }, { 0, 1, false }, { 1, 0, false }, { 0, 2, true }, { 2, -1, false } }, { 0, 2 } };
	static struct responses r;
	static struct lull_lin_person people[LULL_LANES];
	static struct lull_effect_numbers numbers[LULL_LANES][R_EFFECTS];
	struct lull_lin_job jobs[LULL_LANES];
	struct lull_effect_lane lanes[LULL_LANES];
	const struct lull_lin_sink sink = { &r, take_tile, take_stretch };
	const struct lull_linear *linear;
	struct lull_lin_work *work;
	struct lull_err err;
	double t[R_TIMES], column[R_TIMES * LULL_LANES];
	int status[LULL_LANES], bad = 0;

	for (int i = 0; i < R_TIMES; i++)
		t[i] = i * i * 0.05;
	for (uint64_t l = 0; l < LULL_LANES; l++) {
		response_person(l, &people[l], numbers[l]);
		jobs[l] = (struct lull_lin_job){ .people = &people[l], .n_people = 1, .ops = ops, .n_ops = 3, .t_h = t, .n_times = R_TIMES };
		lanes[l] = (struct lull_effect_lane){ numbers[l], &jobs[l] };
	}
	if (lull_linear_new(&shape, arena, &linear, &err) || lull_lin_work_new(linear, &work, &err) ||
	    lull_effect_work_new(specs, R_EFFECTS, R_LINEAR, &r.work, &err) || lull_effect_begin(r.work, lanes, LULL_LANES, &err) ||
	    lull_linear_run(linear, work, jobs, LULL_LANES, &sink, status, NULL, &err))
		return 1;
	for (int l = 0; l < LULL_LANES; l++)
		bad |= status[l] != LULL_OK || lull_effect_status(r.work, l, NULL) != LULL_OK;
	for (int o = 0; o < R_OUT; o++) {
		char name[64];
		for (int i = 0; i < R_TIMES; i++)
			memcpy(column + i * LULL_LANES, r.value + (i * R_OUT + o) * LULL_LANES, LULL_LANES * sizeof(double));
		snprintf(name, sizeof(name), o < R_LINEAR ? "lanes, output %d" : "lanes, effect %d", o < R_LINEAR ? o : o - R_LINEAR);
		put(name, column, R_TIMES * LULL_LANES);
	}
	lull_effect_work_free(r.work);
	lull_lin_work_free(work);
	return bad;
}

/* Eight people of workload W1 in lanes: any grid, products on the uniform grid, one of them by the careful way. */
struct linear_golden {
	double value[LULL_LANES * 2 * W1_TIMES];
};

static int golden_tile(void *user, int first_lane, int width, size_t i_time, size_t n_times, const double *tile, struct lull_err *err)
{
	struct linear_golden *g = user;
	(void)err;
	lull_lin_tile_rows(tile, width, 2, n_times, g->value + (size_t)first_lane * 2 * W1_TIMES + i_time, W1_TIMES);
	return 0;
}

static int put_linear(struct lull_arena *arena)
{
	static struct linear_golden golden;
	static double t[W1_TIMES];
	const struct lull_lin_shape shape = w1_shape();
	const struct lull_lin_sink sink = { .user = &golden, .tile = golden_tile };
	struct lull_lin_person person[LULL_LANES];
	struct lull_op ops[LULL_LANES][W1_OPS];
	struct lull_lin_job job[LULL_LANES];
	const struct lull_linear *linear;
	struct lull_lin_work *work;
	int status[LULL_LANES], rc;

	if (lull_linear_new(&shape, arena, &linear, NULL) || lull_lin_work_new(linear, &work, NULL))
		return 1;
	w1_times(t);
	for (int i = 0; i < LULL_LANES; i++) {
		person[i] = w1_person(i + 1);
		w1_ops(i + 1, ops[i]);
		job[i] = (struct lull_lin_job){ .people = &person[i], .n_people = 1, .ops = ops[i], .n_ops = W1_OPS, .t_h = t, .n_times = W1_TIMES };
	}
	rc = lull_linear_run(linear, work, job, LULL_LANES, &sink, status, NULL, NULL);
	put("linear any grid", golden.value, sizeof(golden.value) / sizeof(double));
	for (int i = 0; i < LULL_LANES; i++)
		job[i].step_h = 1.0 / 12;
	rc |= lull_linear_run(linear, work, job, LULL_LANES, &sink, status, NULL, NULL);
	put("linear uniform grid", golden.value, sizeof(golden.value) / sizeof(double));
	job[0].step_h = 0;
	lull_lin_work_way(work, LULL_LIN_CAREFUL);
	rc |= lull_linear_run(linear, work, job, 1, &sink, status, NULL, NULL);
	put("linear careful", golden.value, 2 * W1_TIMES);
	lull_lin_work_free(work);
	return rc;
}

int main(void)
{
	const struct lull_files files = { .items = lull_embedded_files, .n_items = lull_n_embedded_files };
	static const char *const ids[] = { "kamp2020_otto2021", "otto2021_s", "domino1984" };
	struct lull_arena arena = { 0 };
	int rc = 0;

	put_functions();
	put_streams();
	put_sums();
	for (int i = 0; i < 3; i++)
		rc |= put_curves(&files, ids[i], &arena);
	rc |= put_responses(&arena);
	rc |= put_linear(&arena);
	lull_arena_clear(&arena);
	return rc;
}
