/* What summing up costs a value: tiles as W1 makes them (1,441 times, two outputs, eight people wide), made once and
 * added again and again. Processor time of one thread. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdio.h>
#include <time.h>

#include "lull/ketamine/summary.h"
#include "lull/num/math.h"
#include "lull/num/random.h"
#include "lull/num/sketch.h"

enum { N_T = 1441, N_OUT = 2, N_TILE = 64, N_WARM = 8, N_CHUNKS = 24, N_ROUNDS = 3 };

static double cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double times[N_T];
/* Two chunks' worth of curves are enough to spread the values; 32 tiles of eight people, in the order of a run. */
static double curves[32][N_T * N_OUT * 8];

static void make(void)
{
	for (int t = 0; t < N_T; t++)
		times[t] = t / 12.0;
	for (uint64_t g = 0; g < 32; g++) {
		const struct lull_stream s = { .seed = 1, .patient = g, .purpose = LULL_FOR_TEST };
		double z[16];
		lull_random_normals(&s, 0, 16, z);
		for (size_t t = 0; t < N_T; t++)
			for (size_t l = 0; l < 8; l++) {
				const double since = times[t] - 48 * lull_floor(times[t] / 48), k = 0.12 * lull_exp(0.3 * z[l]);
				const double size = 0.2 * lull_exp(0.3 * z[8 + l]);
				curves[g][(t * N_OUT) * 8 + l] = size * lull_exp(-k * since);
				curves[g][(t * N_OUT + 1) * 8 + l] = 0.5 * size * (1 + since) * lull_exp(-0.7 * k * since);
			}
	}
}

static int add_chunk(struct lull_summary *s, int chunk, struct lull_err *err)
{
	uint16_t person[8];
	int rc = LULL_OK;

	for (int g = 0; g < 32; g++) {
		for (int l = 0; l < 8; l++)
			person[l] = (uint16_t)(8 * g + l);
		for (size_t t = 0; t < N_T && rc == LULL_OK; t += N_TILE)
			rc = lull_summary_tile(s, 0, 0, person, 8, t, N_T - t < N_TILE ? N_T - t : N_TILE, times,
					       curves[(g + 5 * chunk) % 32] + t * N_OUT * 8, err);
	}
	rc = rc == LULL_OK ? lull_summary_end(s, 0, 0, 0, 256, err) : rc;
	return rc == LULL_OK ? lull_summary_merge(s, 0, err) : rc;
}

/* The best of a few rounds: other work on the machine only adds. */
static int measure(const char *what, const struct lull_summary_options *o)
{
	struct lull_err err = { 0 };
	double best = INFINITY;
	size_t n_bytes = 0;
	int rc = LULL_OK;

	for (int round = 0; round < N_ROUNDS && rc == LULL_OK; round++) {
		struct lull_summary *s;
		rc = lull_summary_new(o, &s, &err);
		double start = 0;
		for (int chunk = -N_WARM; chunk < N_CHUNKS && rc == LULL_OK; chunk++) {
			if (chunk == 0) /* the system's pages and the sketch's octaves are there */
				start = cpu_s();
			rc = add_chunk(s, chunk + N_WARM, &err);
		}
		best = lull_min(cpu_s() - start, best);
		n_bytes = rc == LULL_OK ? lull_summary_bytes(s) : 0;
		lull_summary_free(s);
	}
	const double n = 256.0 * N_CHUNKS * N_T * N_OUT;
	printf("%-52s %5.2f ns a value, %8.0f people/s, %5.1f MB\n", what, best / n * 1e9, 256 * N_CHUNKS / best, (double)n_bytes / 1e6);
	return rc;
}

static int sketch_alone(void)
{
	static int16_t keys[N_T * N_OUT][256];
	struct lull_sketch *s;
	double all_keys = 0, all_counts = 0;
	int rc = lull_sketch_new(N_T * N_OUT, &s, NULL);

	for (int chunk = -N_WARM; chunk < N_CHUNKS && rc == LULL_OK; chunk++) {
		const double start = cpu_s();
		for (size_t c = 0; c < N_T * N_OUT; c++)
			for (size_t g = 0; g < 32; g++)
				lull_sketch_keys(curves[g] + c * 8, 8, keys[c] + 8 * g);
		const double middle = cpu_s();
		for (size_t c = 0; c < N_T * N_OUT && rc == LULL_OK; c++)
			rc = lull_sketch_count(s, c, keys[c], 256, NULL);
		all_keys += chunk < 0 ? 0 : middle - start;
		all_counts += chunk < 0 ? 0 : cpu_s() - middle;
	}
	const double n = 256.0 * N_CHUNKS * N_T * N_OUT;
	printf("num/sketch alone: keys %.2f ns, counting %.2f ns a value, %.1f MB\n", all_keys / n * 1e9, all_counts / n * 1e9,
	       (double)lull_sketch_bytes(s) / 1e6);
	lull_sketch_free(s);
	return rc;
}

int main(void)
{
	const double probs[] = { 0.05, 0.25, 0.5, 0.75, 0.95 };
	const struct lull_summary_level levels[] = { { 0, 0.1 } };
	const struct lull_summary_interval intervals[] = { { 0, 48 }, { 48, 96 }, { 96, 120 } };
	struct lull_summary_options o = { .n_outputs = N_OUT, .n_slots = 1 };

	make();
	int rc = measure("person by person alone", &o);
	o.t_h = times, o.n_times = N_T;
	rc = rc ? rc : measure("and mean, sd, min, max at each time", &o);
	o.levels = levels, o.n_levels = 1;
	rc = rc ? rc : measure("and time above a level of one output", &o);
	o.intervals = intervals, o.n_intervals = 3;
	rc = rc ? rc : measure("and three dosing intervals", &o);
	o.n_levels = 0, o.n_intervals = 0;
	o.probs = probs, o.n_probs = 5;
	rc = rc ? rc : measure("by time with quantiles (sketch)", &o);
	o.n_people = 256 * (N_WARM + N_CHUNKS), o.exact_bytes = (size_t)1 << 30;
	rc = rc ? rc : measure("by time with quantiles (all kept)", &o);
	rc = rc ? rc : sketch_alone();
	return rc ? 1 : 0;
}
