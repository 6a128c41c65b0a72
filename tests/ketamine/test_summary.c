/* The summary against what a stored population gives, directly computed; the same bits whatever the
 * threads and instruction set; the error of its quantiles; its size. */
#include "support.h"

#include <math.h>
#include <stdlib.h>

#include "lull/base/pool.h"
#include "lull/ketamine/linear.h"
#include "lull/ketamine/summary.h"
#include "lull/num/math.h"
#include "lull/num/random.h"
#include "lull/num/sketch.h"
#include "lull/num/sum.h"
#include "lull/num/vec.h"

enum { N_OUT = 3, N_T = 41, MAX_PEOPLE = 3000, CURVE = 0, EFFECT = 1, INTEGRAL = 2 };
static const double probs[] = { 0, 0.05, 0.25, 0.5, 0.75, 0.95, 1 };
enum { N_P = sizeof(probs) / sizeof(probs[0]) };
static const struct lull_summary_level levels[] = { { CURVE, 0.05 }, { EFFECT, -1 } };
static const struct lull_summary_interval intervals[] = { { 0, 8 }, { 8, 16 }, { 15.8, 24 } };
enum { N_LEVELS = 2, N_INTERVALS = 3 };

static double grid[N_T];
static double x[MAX_PEOPLE][N_OUT][N_T]; /* the stored population */

static int make_population(void **state)
{
	(void)state;
	for (int t = 0; t < N_T; t++)
		grid[t] = 0.6 * t; /* 0 to 24 */
	for (size_t i = 0; i < MAX_PEOPLE; i++) {
		const struct lull_stream s = { .seed = 3, .patient = i, .purpose = LULL_FOR_TEST };
		const double k = 0.3 * lull_exp(0.4 * lull_random_normal(&s, 0)), size = 0.2 * lull_exp(0.3 * lull_random_normal(&s, 1));
		for (int t = 0; t < N_T; t++) {
			double c = 0, area = 0;
			for (int dose = 0; dose < 3; dose++)
				if (grid[t] >= 8 * dose) {
					c += size * lull_exp(-k * (grid[t] - 8 * dose));
					area -= size / k * lull_expm1(-k * (grid[t] - 8 * dose));
				}
			x[i][CURVE][t] = c;
			x[i][EFFECT][t] = 1 - 20 * c + 0.1 * lull_random_normal(&s, (uint64_t)(2 + t));
			x[i][INTEGRAL][t] = area;
		}
	}
	return 0;
}

/* How a population is fed. A failing person's values are NaN from some time on; an absent one brings no tile. */
struct feed {
	size_t n_people;
	size_t widths, lengths;         /* 8 and all times, or pieces of changing size */
	size_t fails_every, absent_every;
	size_t n_groups;
	struct lull_summary *summary;
};

static bool is_absent(const struct feed *f, size_t i) { return f->absent_every && i % f->absent_every == 5; }
static size_t fails_at(const struct feed *f, size_t i) /* N_T: never */
{
	return f->fails_every && i % f->fails_every == 3 ? i / f->fails_every % N_T : N_T;
}

static double value(const struct feed *f, size_t i, size_t output, size_t t)
{
	return t < fails_at(f, i) ? x[i][output][t] : t % 2 ? NAN : INFINITY;
}

/* Chunk i_chunk: people i_chunk * 256 on. Groups take turns, chunk by chunk. */
static int work(void *user, size_t i_chunk, size_t i_slot, int i_thread, struct lull_err *err)
{
	const struct feed *f = user;
	const size_t first = i_chunk * LULL_SUMMARY_CHUNK;
	const size_t n = f->n_people - first < LULL_SUMMARY_CHUNK ? f->n_people - first : LULL_SUMMARY_CHUNK;
	double tile[N_T * N_OUT * LULL_LANES];
	size_t turn = 0;

	for (size_t i = 0; i < n;) {
		uint16_t person[LULL_LANES];
		int width = 0;
		const int most = f->widths == 8 ? 8 : (int)(1 + turn++ % 8);
		for (; i < n && width < most; i++)
			if (!is_absent(f, first + i))
				person[width++] = (uint16_t)i;
		if (!width)
			break;
		for (size_t t = 0, length; t < N_T; t += length) {
			length = f->lengths == N_T ? N_T : 1 + (t + turn) % 7;
			length = t + length > N_T ? N_T - t : length;
			double *at = tile;
			for (size_t j = t; j < t + length; j++)
				for (size_t o = 0; o < N_OUT; o++)
					for (int l = 0; l < width; l++)
						*at++ = value(f, first + person[l], o, j);
			const int rc = lull_summary_tile(f->summary, i_slot, i_thread, person, width, t, length, grid, tile, err);
			if (rc != LULL_OK)
				return rc;
		}
	}
	return lull_summary_end(f->summary, i_slot, i_thread, i_chunk % f->n_groups, n, err);
}

static int emit(void *user, size_t i_chunk, size_t i_slot, struct lull_err *err)
{
	const struct feed *f = user;
	(void)i_chunk;
	return lull_summary_merge(f->summary, i_slot, err);
}

static struct lull_summary_options options(const struct feed *f, int n_threads, bool exact)
{
	static const int integral[N_OUT] = { -1, -1, -1 };
	return (struct lull_summary_options){
		.n_outputs = N_OUT, .t_h = grid, .n_times = N_T, .probs = probs, .n_probs = N_P,
		.levels = levels, .n_levels = N_LEVELS, .intervals = intervals, .n_intervals = N_INTERVALS, .integral = integral,
		.n_groups = f->n_groups, .n_people = exact ? f->n_people : 0, .n_slots = 2 * (size_t)n_threads, .n_threads = n_threads,
	};
}

static void run(struct feed *f, const struct lull_summary_options *o, int isa)
{
	struct lull_pool *pool = NULL;
	struct lull_err err = { 0 };

	assert_ok(lull_summary_new(o, &f->summary, &err), &err);
	if (isa >= 0)
		lull_summary_isa(f->summary, isa);
	assert_ok(lull_pool_new(o->n_threads, &pool, &err), &err);
	const struct lull_pool_job job = { .n_tasks = (f->n_people + LULL_SUMMARY_CHUNK - 1) / LULL_SUMMARY_CHUNK, .n_slots = o->n_slots,
					   .user = f, .work = work, .emit = emit };
	assert_ok(lull_pool_run(pool, &job, NULL, &err), &err);
	lull_pool_free(pool);
}

/* ------------------------------------------------------------------ the same directly */

/* The straight line between output times, at t. */
static double line_at(const double *v, double t)
{
	int j = 1;
	while (j < N_T - 1 && grid[j] < t)
		j++;
	return v[j - 1] + (t - grid[j - 1]) / (grid[j] - grid[j - 1]) * (v[j] - v[j - 1]);
}

/* Straight pieces, cut at a and b. */
static double area_between(const double *v, double a, double b)
{
	double sum = 0;
	for (int j = 1; j < N_T; j++) {
		const double from = lull_max(grid[j - 1], a), to = lull_min(grid[j], b);
		if (from < to)
			sum += 0.5 * (line_at(v, from) + line_at(v, to)) * (to - from);
	}
	return sum;
}

static double hours_above(const double *v, double level)
{
	double hours = 0;
	for (int j = 1; j < N_T; j++) {
		const double a = v[j - 1] - level, b = v[j] - level, h = grid[j] - grid[j - 1];
		if (a > 0 && b > 0)
			hours += h;
		else if (a > 0 || b > 0)
			hours += h * (lull_max(a, b) / (fabs(a) + fabs(b)));
	}
	return hours;
}

static double highest(const double *v, double from, double before)
{
	double most = -INFINITY;
	for (int j = 0; j < N_T; j++)
		if (grid[j] >= from && grid[j] < before)
			most = lull_max(v[j], most);
	return most;
}

static double direct(const struct lull_summary_measure *m, const double v[N_OUT][N_T], bool has_integral)
{
	const double *c = v[m->output], *q = has_integral && m->output == CURVE ? v[INTEGRAL] : NULL;
	int high = 0, low = 0;
	for (int j = 1; j < N_T; j++) {
		high = c[j] > c[high] ? j : high;
		low = c[j] < c[low] ? j : low;
	}
	const struct lull_summary_interval *i = &intervals[m->index], *last = &intervals[N_INTERVALS - 1];
	switch (m->kind) {
	case LULL_SUMMARY_MAX: return c[high];
	case LULL_SUMMARY_MAX_TIME: return grid[high];
	case LULL_SUMMARY_MIN: return c[low];
	case LULL_SUMMARY_MIN_TIME: return grid[low];
	case LULL_SUMMARY_AREA: return q ? q[N_T - 1] - q[0] : area_between(c, 0, 24);
	case LULL_SUMMARY_LAST: return c[N_T - 1];
	case LULL_SUMMARY_ABOVE: return hours_above(c, levels[m->index].level);
	case LULL_SUMMARY_INTERVAL_AREA: return q ? line_at(q, i->end_h) - line_at(q, i->start_h) : area_between(c, i->start_h, i->end_h);
	case LULL_SUMMARY_INTERVAL_MAX: return highest(c, i->start_h, i->end_h);
	case LULL_SUMMARY_AREA_RATIO:
		if (q)
			return (line_at(q, 24) - line_at(q, last->start_h)) / line_at(q, 8);
		return area_between(c, 0, 8) > 0 ? area_between(c, last->start_h, 24) / area_between(c, 0, 8) : NAN;
	case LULL_SUMMARY_MAX_RATIO: return highest(c, 0, 8) > 0 ? highest(c, last->start_h, 24) / highest(c, 0, 8) : NAN;
	default: fail();
	}
	return NAN;
}

/* Stats and quantiles of the values of one cell against the stored ones (NaN: missing). */
static void compare(const struct lull_summary_stats *got, const double *q, double *v, size_t n_all, bool exact, const char *what)
{
	double want[N_P];
	size_t n = 0;
	for (size_t i = 0; i < n_all; i++)
		if (lull_is_finite(v[i]))
			v[n++] = v[i];
	assert_int_equal(got->n, n);
	assert_int_equal(got->n_missing, n_all - n);
	if (n == 0) {
		assert_true(lull_is_nan(got->mean) && lull_is_nan(got->min) && lull_is_nan(q[0]));
		return;
	}
	const double mean = lull_mean(v, n), sd = n > 1 ? lull_sd(v, n) : NAN;
	lull_sort(v, n);
	const double size = lull_max(fabs(v[0]), fabs(v[n - 1]));
	assert_close(got->mean, mean, 1e-13, 1e-13 * size);
	if (n > 1)
		assert_close(got->sd, sd, 1e-11, 1e-13 * size);
	else
		assert_true(lull_is_nan(got->sd));
	assert_close(got->min, v[0], 1e-12, 1e-13);
	assert_close(got->max, v[n - 1], 1e-12, 1e-13);
	lull_quantiles(v, n, probs, N_P, want);
	lull_sort(v, n);
	for (int i = 0; i < N_P; i++) {
		const size_t low = (size_t)((double)(n - 1) * probs[i]), high = low + 1 < n ? low + 1 : low;
		const double bound = exact ? 1e-12 * size : LULL_SKETCH_REL_ERROR * lull_max(fabs(v[low]), fabs(v[high])) + 1e-12 * size;
		if (!(fabs(q[i] - want[i]) <= bound))
			fail_msg("%s p %g: %.17g, directly %.17g", what, probs[i], q[i], want[i]);
	}
}

static void check_all(const struct feed *f, const struct lull_summary_options *o, bool exact)
{
	static double v[MAX_PEOPLE], logs[MAX_PEOPLE];
	double q[N_P];
	struct lull_summary_stats got;
	size_t n_measures;
	const struct lull_summary_measure *measures = lull_summary_measures(f->summary, &n_measures);

	assert_int_equal(lull_summary_is_exact(f->summary), exact);
	for (size_t g = 0; g < f->n_groups; g++) {
		static size_t member[MAX_PEOPLE];
		uint64_t n_failed;
		size_t n = 0, n_bad = 0;
		for (size_t i = 0; i < f->n_people; i++)
			if (i / LULL_SUMMARY_CHUNK % f->n_groups == g)
				member[n++] = i;
		for (size_t t = 0; t < N_T && o->n_times; t++)
			for (size_t out = 0; out < N_OUT; out++) {
				for (size_t i = 0; i < n; i++)
					v[i] = is_absent(f, member[i]) ? NAN : value(f, member[i], out, t);
				lull_summary_at_time(f->summary, g, t, (int)out, &got, q);
				compare(&got, q, v, n, exact, "time");
				assert_true(lull_is_nan(got.geo_mean));
			}
		for (size_t m = 0; m < n_measures; m++) {
			double least = INFINITY;
			n_bad = 0;
			for (size_t i = 0; i < n; i++) {
				const bool is_bad = is_absent(f, member[i]) || fails_at(f, member[i]) < N_T;
				n_bad += is_bad;
				v[i] = is_bad ? NAN : direct(&measures[m], x[member[i]], o->integral && o->integral[CURVE] == INTEGRAL);
				if (!is_bad)
					least = lull_min(v[i], least);
				logs[i] = v[i] > 0 ? lull_log(v[i]) : NAN;
			}
			lull_summary_of_measure(f->summary, g, m, &got, q);
			compare(&got, q, v, n, exact, lull_summary_kind_names[measures[m].kind]);
			size_t n_logs = 0;
			for (size_t i = 0; i < n; i++)
				if (!lull_is_nan(logs[i]))
					logs[n_logs++] = logs[i];
			if (n_logs < 2 || least <= 0) {
				assert_true(n_logs == 1 || lull_is_nan(got.geo_mean));
				continue;
			}
			const double sd = lull_sd(logs, n_logs);
			assert_close(got.geo_mean, lull_exp(lull_mean(logs, n_logs)), 1e-12, 0);
			assert_close(got.geo_cv, lull_sqrt(lull_exp(sd * sd) - 1), 1e-9, 1e-9);
		}
		assert_int_equal(lull_summary_people(f->summary, g, &n_failed), n);
		assert_int_equal(n_failed, n_bad);
	}
}

static const struct feed feeds[] = {
	{ 1, 8, N_T, 0, 0, 1, NULL },       { 8, 8, N_T, 0, 0, 1, NULL },      { 255, 8, 0, 0, 0, 1, NULL },
	{ 256, 1, N_T, 0, 0, 1, NULL },     { 1000, 1, 0, 10, 7, 1, NULL },    { 3000, 8, N_T, 0, 0, 1, NULL },
	{ 3000, 8, 0, 31, 0, 1, NULL },     { 3000, 1, 0, 10, 7, 2, NULL },    { 3000, 8, N_T, 0, 1000, 3, NULL },
	{ 600, 8, N_T, 6, 6, 1, NULL },
};
enum { N_FEEDS = sizeof(feeds) / sizeof(feeds[0]) };

static void as_directly_computed(void **state)
{
	(void)state;
	for (int k = 0; k < N_FEEDS; k++)
		for (int exact = 0; exact < 2; exact++)
			for (int has_integral = 0; has_integral < 2; has_integral++) {
				struct feed f = feeds[k];
				const int integral[N_OUT] = { has_integral ? INTEGRAL : -1, -1, -1 };
				struct lull_summary_options o = options(&f, 2, exact);
				o.integral = integral;
				run(&f, &o, -1);
				check_all(&f, &o, exact);
				lull_summary_free(f.summary);
			}
}

/* People whose times differ have no summary by time, and the same numbers of their own. */
static void without_common_times(void **state)
{
	(void)state;
	struct feed f = feeds[4];
	struct lull_summary_options o = options(&f, 2, true);
	o.n_times = 0;
	o.t_h = NULL;
	run(&f, &o, -1);
	check_all(&f, &o, true);
	lull_summary_free(f.summary);
}

/* Every result as bytes. */
static uint64_t bits_of(const struct feed *f)
{
	uint64_t hash = 14695981039346656037u;
	size_t n_measures;
	lull_summary_measures(f->summary, &n_measures);
	for (size_t g = 0; g < f->n_groups; g++)
		for (size_t c = 0; c < N_T * N_OUT + n_measures; c++) {
			struct {
				struct lull_summary_stats s;
				double q[N_P];
			} all;
			memset(&all, 0, sizeof(all));
			if (c < N_T * N_OUT)
				lull_summary_at_time(f->summary, g, c / N_OUT, (int)(c % N_OUT), &all.s, all.q);
			else
				lull_summary_of_measure(f->summary, g, c - N_T * N_OUT, &all.s, all.q);
			for (size_t i = 0; i < sizeof(all); i++)
				hash = (hash ^ ((const unsigned char *)&all)[i]) * 1099511628211u;
		}
	return hash;
}

static void the_same_bits_on_any_threads_and_instructions(void **state)
{
	static const int threads[] = { 1, 2, 3, 8 };
	(void)state;
	for (int k = 0; k < N_FEEDS; k++)
		for (int exact = 0; exact < 2; exact++) {
			uint64_t want = 0;
			for (int i = 0; i < 4; i++)
				for (int isa = 0; isa <= (int)lull_cpu_isa(); isa++) {
					struct feed f = feeds[k];
					const struct lull_summary_options o = options(&f, threads[i], exact);
					run(&f, &o, isa);
					const uint64_t got = bits_of(&f);
					if (i == 0 && isa == 0)
						want = got;
					assert_true(got == want);
					lull_summary_free(f.summary);
				}
		}
}

/* Mean 1e6 and sd 1e-3: squares about a value of the sample lose nothing. */
static void narrow_distributions_keep_their_sd(void **state)
{
	enum { N = 512 };
	struct lull_summary *s;
	struct lull_err err = { 0 };
	const double t0 = 0;
	const struct lull_summary_options o = { .n_outputs = 1, .t_h = &t0, .n_times = 1, .n_slots = 1 };
	double v[N];
	(void)state;
	assert_ok(lull_summary_new(&o, &s, &err), &err);
	for (int i = 0; i < N; i++) {
		const struct lull_stream stream = { .seed = 8, .purpose = LULL_FOR_TEST };
		v[i] = 1e6 + 1e-3 * lull_random_normal(&stream, (uint64_t)i);
	}
	for (uint16_t i = 0; i < N; i = (uint16_t)(i + 8)) {
		uint16_t person[8];
		for (uint16_t l = 0; l < 8; l++)
			person[l] = (uint16_t)((i + l) % 256);
		assert_ok(lull_summary_tile(s, 0, 0, person, 8, 0, 1, &t0, v + i, &err), &err);
		if (i % 256 == 248) {
			assert_ok(lull_summary_end(s, 0, 0, 0, 256, &err), &err);
			assert_ok(lull_summary_merge(s, 0, &err), &err);
		}
	}
	struct lull_summary_stats got;
	lull_summary_at_time(s, 0, 0, 0, &got, NULL);
	assert_close(got.sd, lull_sd(v, N), 1e-9, 0);
	assert_close(got.mean, lull_mean(v, N), 1e-15, 0);
	lull_summary_free(s);
}

/* W1's shape: 1,441 times of two outputs; a hundred thousand people and twice as many take the same memory. */
static void memory_does_not_grow(void **state)
{
	enum { T = 1441, OUT = 2 };
	static double times[T], tile[64 * OUT * 8];
	struct lull_err err = { 0 };
	size_t bytes[2];
	(void)state;
	for (int t = 0; t < T; t++)
		times[t] = t / 12.0;
	for (int twice = 0; twice < 2; twice++) {
		struct lull_summary *s;
		const struct lull_summary_options o = { .n_outputs = OUT, .t_h = times, .n_times = T, .probs = probs, .n_probs = N_P,
							.n_people = 1000000, .n_slots = 4, .n_threads = 2 };
		assert_ok(lull_summary_new(&o, &s, &err), &err);
		assert_false(lull_summary_is_exact(s));
		for (int chunk = 0; chunk < 8 << twice; chunk++) {
			for (uint16_t i = 0; i < 256; i = (uint16_t)(i + 8)) {
				uint16_t person[8];
				const struct lull_stream stream = { .seed = 1, .patient = i, .occasion = (uint32_t)(chunk % 8), .purpose = LULL_FOR_TEST };
				double z[8];
				lull_random_normals(&stream, 0, 8, z);
				for (uint16_t l = 0; l < 8; l++)
					person[l] = (uint16_t)(i + l), z[l] = lull_exp(0.5 * z[l]);
				for (size_t t = 0; t < T; t += 64) {
					const size_t n = T - t < 64 ? T - t : 64;
					for (size_t j = 0; j < n * OUT * 8; j++)
						tile[j] = z[j % 8] * (1 + 0.001 * (double)(t + j / 16));
					assert_ok(lull_summary_tile(s, (size_t)chunk % 2, chunk % 2, person, 8, t, n, times, tile, &err), &err);
				}
			}
			assert_ok(lull_summary_end(s, (size_t)chunk % 2, chunk % 2, 0, 256, &err), &err);
			assert_ok(lull_summary_merge(s, (size_t)chunk % 2, &err), &err);
		}
		bytes[twice] = lull_summary_bytes(s);
		lull_summary_free(s);
	}
	assert_true(bytes[0] == bytes[1]);
	assert_in_range(bytes[1], 1, 16 << 20);
}

/* Forty chunks of ten, as forty replicates of ten people come: what is kept is near what there is. */
static void small_chunks_are_kept_tightly(void **state)
{
	enum { CHUNKS = 40, SIZE = 10 };
	struct lull_summary *s;
	struct lull_err err = { 0 };
	struct lull_summary_stats got;
	const double half = 0.5;
	const struct lull_summary_options o = { .n_outputs = 1, .t_h = grid, .n_times = N_T, .probs = &half, .n_probs = 1,
						.n_people = CHUNKS * SIZE, .n_slots = 1 };
	double v[CHUNKS * SIZE], q, want;
	size_t n_measures;
	(void)state;
	assert_ok(lull_summary_new(&o, &s, &err), &err);
	lull_summary_measures(s, &n_measures);
	const size_t before = lull_summary_bytes(s);
	for (size_t c = 0; c < CHUNKS; c++) {
		for (uint16_t i = 0; i < SIZE; i++)
			assert_ok(lull_summary_tile(s, 0, 0, &i, 1, 0, N_T, grid, x[c * SIZE + i][CURVE], &err), &err);
		assert_ok(lull_summary_end(s, 0, 0, 0, SIZE, &err), &err);
		assert_ok(lull_summary_merge(s, 0, &err), &err);
	}
	assert_true(lull_summary_is_exact(s));
	assert_true(lull_summary_bytes(s) - before < 2 * CHUNKS * SIZE * (N_T + n_measures) * sizeof(double));
	for (size_t i = 0; i < CHUNKS * SIZE; i++)
		v[i] = x[i][CURVE][7];
	lull_quantiles(v, CHUNKS * SIZE, &half, 1, &want);
	lull_summary_at_time(s, 0, 7, 0, &got, &q);
	assert_true(q == want && got.n == CHUNKS * SIZE);
	lull_summary_free(s);
}

static void wrong_use_is_said(void **state)
{
	struct lull_summary *s;
	struct lull_err err = { 0 };
	const double falling[2] = { 0.5, 0.4 }, off[N_T] = { 0.1 }, tile[N_OUT * 8] = { 0 };
	const uint16_t person[2] = { 3, 4 };
	struct feed f = feeds[0];
	struct lull_summary_options o = options(&f, 1, false);
	(void)state;
#define REFUSED(change, undo)                                                     \
	do {                                                                      \
		change;                                                           \
		assert_int_equal(lull_summary_new(&o, &s, &err), LULL_EDOMAIN);   \
		assert_null(s);                                                   \
		undo;                                                             \
	} while (0)
	REFUSED(o.n_outputs = 0, o.n_outputs = N_OUT);
	REFUSED(o.n_slots = 0, o.n_slots = 1);
	REFUSED((o.probs = falling, o.n_probs = 2), (o.probs = probs, o.n_probs = N_P));
	REFUSED((o.t_h = falling, o.n_times = 2, o.n_intervals = 0), (o.t_h = grid, o.n_times = N_T, o.n_intervals = N_INTERVALS));
	const struct lull_summary_level other[1] = { { N_OUT, 1 } };
	REFUSED((o.levels = other, o.n_levels = 1), (o.levels = levels, o.n_levels = N_LEVELS));
	const struct lull_summary_interval beyond[1] = { { 0, 25 } }, empty[1] = { { 2, 2 } };
	REFUSED((o.intervals = beyond, o.n_intervals = 1), (void)0);
	REFUSED(o.intervals = empty, (o.intervals = intervals, o.n_intervals = N_INTERVALS));
	const int itself[N_OUT] = { 0, -1, -1 };
	REFUSED(o.integral = itself, o.integral = NULL);

	assert_ok(lull_summary_new(&o, &s, &err), &err);
	assert_int_equal(lull_summary_tile(s, 9, 0, person, 2, 0, 1, grid, tile, &err), LULL_EDOMAIN);
	assert_int_equal(lull_summary_tile(s, 0, 0, person, 2, 0, 1, off, tile, &err), LULL_EDOMAIN);
	assert_int_equal(lull_summary_tile(s, 0, 0, person, 9, 0, 1, grid, tile, &err), LULL_EDOMAIN);
	assert_int_equal(lull_summary_tile(s, 0, 0, person, 2, 1, 1, grid, tile, &err), LULL_ECONFLICT);
	assert_int_equal(lull_summary_merge(s, 0, &err), LULL_ECONFLICT);
	assert_ok(lull_summary_tile(s, 0, 0, person, 2, 0, 1, grid, tile, &err), &err);
	assert_int_equal(lull_summary_end(s, 0, 0, 0, 4, &err), LULL_EDOMAIN);
	assert_int_equal(lull_summary_end(s, 0, 0, 1, 5, &err), LULL_EDOMAIN);
	assert_ok(lull_summary_end(s, 0, 0, 0, 5, &err), &err);
	assert_int_equal(lull_summary_tile(s, 0, 0, person, 2, 0, 1, grid, tile, &err), LULL_ECONFLICT);
	assert_ok(lull_summary_merge(s, 0, &err), &err);
	lull_summary_free(s);
	lull_summary_free(NULL);
}

static int try_all(bool exact)
{
	struct feed f = { 300, 1, 0, 31, 0, 1, NULL };
	const struct lull_summary_options o = options(&f, 1, exact);
	struct lull_err err = { 0 };
	int rc = lull_summary_new(&o, &f.summary, &err);
	for (size_t i = 0; i < 2 && rc == LULL_OK; i++) {
		rc = work(&f, i, i % 2, 0, &err);
		if (rc == LULL_OK)
			rc = emit(&f, i, i % 2, &err);
	}
	lull_summary_free(f.summary);
	return rc;
}

static void without_memory(void **state)
{
	(void)state;
	for (int exact = 0; exact < 2; exact++) {
		lull_mem_fail_at(0, false);
		assert_ok(try_all(exact), NULL);
		const uint64_t n = lull_mem_fail_at(0, false);
		assert_true(n > 20);
		for (uint64_t i = 1; i <= n; i += i < 60 ? 1 : 17) {
			lull_mem_fail_at(i, false);
			const int rc = try_all(exact);
			lull_mem_fail_at(0, false);
			assert_int_equal(rc, LULL_ENOMEM);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_directly_computed),
		cmocka_unit_test(without_common_times),
		cmocka_unit_test(the_same_bits_on_any_threads_and_instructions),
		cmocka_unit_test(narrow_distributions_keep_their_sd),
		cmocka_unit_test(memory_does_not_grow),
		cmocka_unit_test(small_chunks_are_kept_tightly),
		cmocka_unit_test(wrong_use_is_said),
		cmocka_unit_test(without_memory),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_population, NULL);
}
