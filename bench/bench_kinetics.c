/* How fast the kinetics are on one thread: the forecast's shape, and workload W1 with its
 * outputs reduced to a sum. Processor time, so that a busy machine matters less. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "lull/ketamine/effects.h"
#include "lull/knowledge.h"
#include "lull/num/dist.h"
#include "lull/num/math.h"
#include "lull/num/random.h"
#include "lull/num/sum.h"

static double cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double sink;

/* 1,000 people, with and without weight scaling, five days of infusion, 200 times. */
static int forecast_shape(const struct lull_files *files, struct lull_arena *arena)
{
	enum { N_PEOPLE = 1000, N_T = 200 };
	struct lull_dose days[5];
	const struct lull_regimen regimen = { LULL_RACEMIC_KETAMINE, LULL_ROUTE_IV, days, 5 };
	const struct lull_model_factor *factor;
	struct lull_diags diags;
	struct lull_effects effects;
	struct lull_model model;
	struct lull_input input;
	double t[N_T], c[N_T], nk[N_T], z[2 * N_T];

	lull_diags_init(&diags, arena);
	for (int i = 0; i < 5; i++)
		days[i] = (struct lull_dose){ 24.0 * i, 150.0 * (i + 1), 24 };
	if (lull_model_load(files, "kamp2020_otto2021", arena, &model, &diags) ||
	    lull_effects_load(files, arena, &effects, &diags) || lull_regimen_compile(&regimen, arena, &input, NULL) ||
	    lull_model_factor_new(&model, arena, &factor, NULL))
		return 1;
	const struct lull_follow follow = { 2, { effects.ke0_per_h, effects.ks_per_h } };
	for (int i = 0; i < N_T; i++)
		t[i] = 0.9 * i;
	const double start = cpu_s();
	for (size_t i = 0; i < 2 * N_PEOPLE; i++) {
		const struct lull_stream s = { .seed = 1, .patient = i / 2, .purpose = LULL_FOR_PK_ETA };
		double eta[LULL_PK_N];
		struct lull_pk pk;
		lull_random_normals(&s, 0, model.n_params, eta);
		lull_model_individual(&model, factor, 82, i % 2, eta, &pk);
		if (lull_kin_curves(&pk, &follow, &input, t, N_T, c, nk, z, NULL, NULL))
			return 1;
		sink += c[100] + nk[7] + z[150];
	}
	const double took = cpu_s() - start;
	printf("forecast: 1,000 people twice, 200 times, ketamine, norketamine, two effect sites: %.1f ms, %.0f ns a point\n",
	       took * 1e3, took / (2.0 * N_PEOPLE * N_T) * 1e9);
	return 0;
}

static double frac(double x)
{
	return x - lull_floor(x);
}

static int workload_1(struct lull_arena *arena)
{
	enum { N_PEOPLE = 1000, N_T = 1441 };
	static const double step[4] = { 0.41421356237309515, 0.73205080756887719, 0.2360679774997898, 0.6457513110645907 };
	static double t[N_T], c[N_T], nk[N_T];
	const double omega = lull_sqrt(lull_log(1.09));

	for (int j = 0; j < N_T; j++)
		t[j] = j / 12.0;
	const double start = cpu_s();
	for (int i = 1; i <= N_PEOPLE; i++) {
		const double kg = 50 + 50 * frac(0.6180339887498949 * i), s = kg / 70, flow = lull_pow(s, 0.75);
		double e[4];
		for (int k = 0; k < 4; k++)
			e[k] = lull_exp(omega * lull_normal_quantile(frac(0.5 + i * step[k])));
		const struct lull_pk pk = { 80 * flow * e[0], 20 * s * e[1], 120 * flow * e[2], 60 * s,
					    60 * flow * e[3], 150 * s,       60 * flow,         90 * s,
					    100 * flow,       170 * s,       0.75287 };
		const struct lull_dose doses[] = { { 0, 0.5 * kg, 40.0 / 60 }, { 48, 0.5 * kg, 40.0 / 60 }, { 96, 0.5 * kg, 40.0 / 60 } };
		const struct lull_regimen regimen = { LULL_RACEMIC_KETAMINE, LULL_ROUTE_IV, doses, 3 };
		struct lull_input input;
		if (lull_regimen_compile(&regimen, arena, &input, NULL) ||
		    lull_kin_curves(&pk, NULL, &input, t, N_T, c, nk, NULL, NULL, NULL))
			return 1;
		sink += lull_sum(c, N_T) + lull_sum(nk, N_T);
		lull_arena_clear(arena);
	}
	const double took = cpu_s() - start;
	printf("workload W1: %d people, %d times, both curves: %.0f people/s\n", N_PEOPLE, N_T, N_PEOPLE / took);
	return 0;
}

int main(void)
{
	const struct lull_files files = { .items = lull_embedded_files, .n_items = lull_n_embedded_files };
	struct lull_arena arena = { 0 };
	const int rc = forecast_shape(&files, &arena) || workload_1(&arena);

	lull_arena_clear(&arena);
	fprintf(stderr, "(checksum %.6g)\n", sink);
	return rc;
}
