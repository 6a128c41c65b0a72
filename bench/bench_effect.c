/* Workload W2 of docs/performance.md: ketamine with norketamine, an effect site and an indirect response over 84
 * days at 200 times, everybody's own parameters, reduced to a sum while simulated. One thread; processor
 * time, so that a busy machine matters less. Each set of instructions, and the response's part alone. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lull/ketamine/effect.h"
#include "lull/num/dist.h"
#include "lull/num/math.h"
#include "lull/num/vec.h"

enum { A1, A2, A3, M1, M2, CE, N_STATES };
enum { N_LINEAR = 3, N_OUT = 4, N_TIMES = 200, N_OPS = 6 };

static double cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double frac(double x)
{
	return x - lull_floor(x);
}

static struct lull_lin_shape shape_of_w2(void)
{
	static const struct lull_lin_flow flows[] = {
		{ A1, M1, false }, { A1, A2, false }, { A2, A1, false }, { A1, A3, false }, { A3, A1, false },
		{ M1, -1, false }, { M1, M2, false }, { M2, M1, false }, { A1, CE, true },  { CE, -1, false },
	};
	struct lull_lin_shape s = { .n_states = N_STATES, .n_flows = 10, .n_outputs = N_LINEAR, .output_state = { A1, M1, CE } };

	memcpy(s.flow, flows, sizeof(flows));
	return s;
}

/* Virtual patient i: no random numbers. */
static void patient(int i, struct lull_lin_person *p, struct lull_op *ops)
{
	static const double step[4] = { 0.41421356237309515, 0.73205080756887719, 0.2360679774997898, 0.6457513110645907 };
	const double kg = 50 + 50 * frac(0.6180339887498949 * i), s = kg / 70, flow = lull_pow(s, 0.75), omega = lull_sqrt(lull_log(1.09));
	double e[4];

	for (int k = 0; k < 4; k++)
		e[k] = lull_exp(omega * lull_normal_quantile(frac(0.5 + i * step[k])));
	const double cl = 80 * flow * e[0], v1 = 20 * s * e[1], q2 = 120 * flow * e[2], q3 = 60 * flow * e[3], vm1 = 90 * s;
	const double rate[] = { cl / v1, q2 / v1, q2 / (60 * s), q3 / v1, q3 / (150 * s), 60 * flow / vm1, 100 * flow / vm1,
				100 * flow / (170 * s), 0.15, 0.15 };
	*p = (struct lull_lin_person){ .scale = { 1 / v1, 1 / vm1, 1 / v1 } };
	for (int f = 0; f < 10; f++) {
		p->rate_per_h[f] = rate[f];
		p->gain[f] = f == 0 ? 0.75287 : 1;
	}
	for (int d = 0; d < 3; d++) {
		ops[2 * d] = (struct lull_op){ .t_h = 48 * d, .kind = LULL_OP_RATE, .state = A1, .amount = 0.5 * kg / (40.0 / 60) };
		ops[2 * d + 1] = (struct lull_op){ .t_h = 48 * d + 40.0 / 60, .kind = LULL_OP_RATE, .state = A1 };
	}
}

/* What the sink needs; with_response: whether effects are computed. */
struct bench {
	struct lull_effect_work *effect;
	bool with_response;
	double sum, first_r[N_TIMES];
	size_t person;
	double out[N_TIMES * N_OUT * LULL_LANES];
};

static int take_stretch(void *user, int first_lane, const struct lull_lin_stretch *stretch, struct lull_err *err)
{
	struct bench *b = user;
	return b->with_response ? lull_effect_stretch(b->effect, first_lane, stretch, err) : LULL_OK;
}

static int take_tile(void *user, int first_lane, int width, size_t i_time, size_t n_times, const double *tile, struct lull_err *err)
{
	struct bench *b = user;
	const size_t w = (size_t)width;

	if (!b->with_response) {
		for (size_t i = 0; i < n_times * N_LINEAR * w; i++)
			b->sum += tile[i];
		return LULL_OK;
	}
	const int rc = lull_effect_tile(b->effect, first_lane, width, i_time, n_times, tile, b->out, err);
	for (size_t i = 0; i < n_times * N_OUT * w; i++)
		b->sum += b->out[i];
	if (b->person == 0 && first_lane == 0)
		for (size_t i = 0; i < n_times; i++)
			b->first_r[i_time + i] = b->out[(i * N_OUT + N_LINEAR) * w];
	return rc;
}

static int population(struct bench *b, const struct lull_linear *linear, struct lull_lin_work *work, const double *t_h, size_t n_people,
		      double *took)
{
	const double kout = 0x1.62e42fefa39efp-1 / (10.9 * 24);
	const struct lull_effect_numbers response = { .emax = 0.95, .c50 = 0.005, .gamma = 2, .kin = 18 * kout, .kout_per_h = kout, .r0 = 18 };
	struct lull_lin_sink sink = { .user = b, .tile = take_tile, .stretch = b->with_response ? take_stretch : NULL };
	struct lull_err err;
	const double start = cpu_s();

	for (size_t i = 0; i < n_people; i += LULL_LANES) {
		struct lull_lin_person people[LULL_LANES];
		struct lull_op ops[LULL_LANES][N_OPS];
		struct lull_lin_job jobs[LULL_LANES];
		struct lull_effect_lane lanes[LULL_LANES];
		int status[LULL_LANES];
		const int n = n_people - i < LULL_LANES ? (int)(n_people - i) : LULL_LANES;
		b->person = i;
		for (int l = 0; l < n; l++) {
			patient((int)i + l + 1, &people[l], ops[l]);
			jobs[l] = (struct lull_lin_job){ .people = &people[l], .n_people = 1, .ops = ops[l], .n_ops = N_OPS, .t_h = t_h, .n_times = N_TIMES };
			lanes[l] = (struct lull_effect_lane){ &response, &jobs[l] };
		}
		if (lull_effect_begin(b->effect, lanes, n, &err) || lull_linear_run(linear, work, jobs, n, &sink, status, NULL, &err))
			return fprintf(stderr, "%s\n", err.what), 1;
		for (int l = 0; l < n; l++)
			if (status[l] != LULL_OK || lull_effect_status(b->effect, l, &err) != LULL_OK)
				return fprintf(stderr, "patient %zu: %s\n", i + (size_t)l + 1, err.what), 1;
	}
	*took = cpu_s() - start;
	return 0;
}

static int best_of(struct bench *b, const struct lull_linear *linear, struct lull_lin_work *work, const double *t_h, const char *name,
		   bool with_response, size_t n_people)
{
	double best = 1e300;

	b->with_response = with_response;
	for (int repeat = 0; repeat < 5; repeat++) {
		double took;
		if (population(b, linear, work, t_h, n_people, &took))
			return 1;
		best = lull_min(best, took);
	}
	printf("W2, %s, %s: %.0f patients/s (%.2f us each)\n", name, with_response ? "all four curves" : "without the response",
	       (double)n_people / best, best / (double)n_people * 1e6);
	return 0;
}

int main(int argc, char **argv)
{
	static const char *const names[] = { "plain C", "AVX2", "AVX-512" };
	static struct bench b;
	const size_t n_people = argc > 1 ? (size_t)atol(argv[1]) : 4000;
	const struct lull_effect_spec spec = { LULL_EFFECT_INDIRECT_1, 2, 0 };
	const struct lull_lin_shape shape = shape_of_w2();
	const struct lull_linear *linear;
	struct lull_arena arena = { 0 };
	struct lull_lin_work *work;
	struct lull_err err;
	double t_h[N_TIMES];

	for (int i = 0; i < N_TIMES; i++)
		t_h[i] = i <= 120 ? i : 144 + 24 * (i - 121);
	if (lull_linear_new(&shape, &arena, &linear, &err) || lull_lin_work_new(linear, &work, &err) ||
	    lull_effect_work_new(&spec, 1, N_LINEAR, &b.effect, &err))
		return fprintf(stderr, "%s\n", err.what), 1;
	for (int isa = (int)lull_cpu_isa(); isa >= 0; isa--) {
		lull_effect_work_isa(b.effect, isa);
		lull_lin_work_isa(work, isa);
		if (best_of(&b, linear, work, t_h, names[isa], true, n_people) || best_of(&b, linear, work, t_h, names[isa], false, n_people))
			return 1;
	}
	const struct lull_effect_count count = lull_effect_work_count(b.effect);
	printf("patient 1: R = %.10g, %.10g, %.10g at 1, 120, 2016 h; %.1f steps a patient, %.1f refused\n", b.first_r[1], b.first_r[120],
	       b.first_r[N_TIMES - 1], (double)count.n_steps / (5.0 * ((int)lull_cpu_isa() + 1) * (double)n_people),
	       (double)count.n_refused / (5.0 * ((int)lull_cpu_isa() + 1) * (double)n_people));
	fprintf(stderr, "(checksum %.10g)\n", b.sum);
	lull_effect_work_free(b.effect);
	lull_lin_work_free(work);
	lull_arena_clear(&arena);
	return 0;
}
