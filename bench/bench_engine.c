/* Workload W1 through the engine (docs/performance.md): every output stored on any grid and on a uniform one, reduced
 * while simulating, set up only; the copy bandwidth of this machine beside it; two threads; from 1e3 to 1e7 people.
 *   bench_engine [all|any|uniform|reduced|setup] [people]     one row and how often, for callgrind */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "lull/base/pool.h"
#include "../tests/ketamine/w1.h"

enum { CHUNK = 256, N_OUT = 2 };

/* One thread: its processor time, so that a busy machine matters less; more: the wall's. */
static double clock_s(const struct lull_pool *pool)
{
	struct timespec t;

	clock_gettime(lull_pool_threads(pool) > 1 ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static const char *const what_names[] = { "any", "uniform", "reduced", "setup" };
enum what { STORE_ANY, STORE_UNIFORM, REDUCE, SETUP };

/* Made before the clock starts: who the people are is not the engine's work. They repeat after n_made. */
struct people {
	struct lull_lin_person *person;
	struct lull_op (*ops)[W1_OPS];
	size_t n_made;
	double t[W1_TIMES];
};

struct reduced { /* of neighbouring lanes side by side: [first lane][output][lane of those] */
	double peak[LULL_LANES * N_OUT], peak_h[LULL_LANES * N_OUT], area[LULL_LANES * N_OUT], last[LULL_LANES * N_OUT];
};

/* One thread's. */
struct worker {
	const struct lull_linear *linear;
	struct lull_lin_work *work;
	struct reduced reduced;
	double *rows;      /* [lane][output][time], where this call's people go */
	double sum;
};

struct bench {
	const struct people *people;
	enum what what;
	size_t n_people;
	double *store;     /* n_stored x N_OUT x W1_TIMES                       */
	size_t n_stored;
	struct worker worker[8];
	double chunk_sum[1024];
	double sum;
};

static int store_tile(void *user, int first_lane, int width, size_t i_time, size_t n_times, const double *tile, struct lull_err *err)
{
	struct worker *w = user;
	(void)err;
	lull_lin_tile_rows(tile, width, N_OUT, n_times, w->rows + (size_t)first_lane * N_OUT * W1_TIMES + i_time, W1_TIMES);
	return LULL_OK;
}

/* Peak and its time, area by trapezoids, last value. The peak's time is looked for only in a tile that holds a new peak. */
static int reduce_tile(void *user, int first_lane, int width, size_t i_time, size_t n_times, const double *tile, struct lull_err *err)
{
	struct worker *w = user;
	struct reduced *r = &w->reduced;
	const size_t n = N_OUT * (size_t)width;
	double before[N_OUT * LULL_LANES], *peak = r->peak + first_lane * N_OUT, *area = r->area + first_lane * N_OUT;
	(void)err;
	memcpy(before, peak, n * sizeof(double));
	lull_lin_tile_reduce(tile, n, n_times, peak, area);
	for (size_t c = 0; c < n; c++)
		for (size_t i = 0; before[c] != peak[c]; i++)
			if (tile[i * n + c] == peak[c]) {
				r->peak_h[(size_t)first_lane * N_OUT + c] = (double)(i_time + i) / 12;
				break;
			}
	if (i_time + n_times == W1_TIMES)
		memcpy(r->last + first_lane * N_OUT, tile + (n_times - 1) * n, n * sizeof(double));
	return LULL_OK;
}

/* ------------------------------------------------------------------ a chunk of people */

static int run_group(struct bench *b, struct worker *w, size_t first, int n, struct lull_err *err)
{
	struct lull_lin_job job[LULL_LANES];
	struct lull_lin_sink sink = { .user = w, .tile = b->what == REDUCE ? reduce_tile : b->what == SETUP ? NULL : store_tile };
	int status[LULL_LANES], rc;

	for (int i = 0; i < n; i++) {
		const size_t p = (first + (size_t)i) % b->people->n_made;
		job[i] = (struct lull_lin_job){
			.people = &b->people->person[p], .n_people = 1, .ops = b->people->ops[p], .n_ops = W1_OPS, .t_h = b->people->t,
			.n_times = b->what == SETUP ? 1 : W1_TIMES, .step_h = b->what == STORE_ANY ? 0 : 1.0 / 12,
		};
	}
	if (b->what == REDUCE)
		memset(&w->reduced, 0, sizeof(w->reduced));
	else if (b->store)
		w->rows = b->store + first % b->n_stored * N_OUT * W1_TIMES;
	if ((rc = lull_linear_run(w->linear, w->work, job, n, &sink, status, NULL, err)))
		return rc;
	for (int i = 0; i < n; i++)
		if (status[i] != LULL_OK)
			return status[i];
	if (b->what == REDUCE)
		for (int k = 0; k < N_OUT * LULL_LANES; k++)
			w->sum += w->reduced.peak[k] + w->reduced.area[k] + w->reduced.peak_h[k] + w->reduced.last[k];
	return LULL_OK;
}

static int work_chunk(void *user, size_t i_task, size_t i_slot, int i_thread, struct lull_err *err)
{
	struct bench *b = user;
	struct worker *w = &b->worker[i_thread];
	const size_t first = i_task * CHUNK, end = first + CHUNK < b->n_people ? first + CHUNK : b->n_people;
	int rc = LULL_OK;

	w->sum = 0;
	for (size_t i = first; i < end && rc == LULL_OK; i += LULL_LANES)
		rc = run_group(b, w, i, (int)(end - i < LULL_LANES ? end - i : LULL_LANES), err);
	b->chunk_sum[i_slot] = w->sum;
	return rc;
}

static int emit_chunk(void *user, size_t i_task, size_t i_slot, struct lull_err *err)
{
	struct bench *b = user;
	(void)i_task, (void)err;
	b->sum += b->chunk_sum[i_slot];
	return LULL_OK;
}

/* People a second; the best of `times`. */
static double rate_of(struct bench *b, struct lull_pool *pool, int times)
{
	double best = 0;

	for (int i = 0; i < times; i++) {
		const struct lull_pool_job job = { .n_tasks = (b->n_people + CHUNK - 1) / CHUNK, .n_slots = 16, .user = b, .work = work_chunk, .emit = emit_chunk };
		struct lull_err err = { 0 };
		b->sum = 0;
		const double start = clock_s(pool);
		if (lull_pool_run(pool, &job, NULL, &err)) {
			fprintf(stderr, "bench_engine: %s\n", err.what);
			exit(1);
		}
		const double rate = (double)b->n_people / (clock_s(pool) - start);
		best = rate > best ? rate : best;
	}
	return best;
}

/* ------------------------------------------------------------------ the rows of the table */

static double mb_now(void)
{
	struct rusage use;
	getrusage(RUSAGE_SELF, &use);
	return (double)use.ru_maxrss / 1024;
}

/* Bytes copied a second into the store, read and written once each, memory that no cache holds. */
static double copy_rate(double *to, size_t n)
{
	double *from = malloc(n * sizeof(double)), best = 0;

	if (!from)
		return 0;
	memset(from, 1, n * sizeof(double));
	for (int i = 0; i < 5; i++) {
		const double start = clock_s(NULL);
		memcpy(to, from, n * sizeof(double));
		const double rate = (double)(n * sizeof(double)) / (clock_s(NULL) - start);
		best = rate > best ? rate : best;
	}
	free(from);
	return best;
}

static void make_people(struct people *p, size_t n)
{
	p->person = calloc(n, sizeof(*p->person));
	p->ops = calloc(n, sizeof(*p->ops));
	p->n_made = n;
	if (!p->person || !p->ops)
		exit(1);
	for (size_t i = 0; i < n; i++) {
		p->person[i] = w1_person((int)i + 1);
		w1_ops((int)i + 1, p->ops[i]);
	}
	w1_times(p->t);
}

static void report(struct bench *b, const char *name, enum what what, size_t n, struct lull_pool *pool, int times)
{
	b->what = what;
	b->n_people = n;
	const double rate = rate_of(b, pool, times);
	printf("%-28s %9zu people  %d thread%s %11.0f people/s  %6.3f us each  %6.1f MB\n", name, n, lull_pool_threads(pool),
	       lull_pool_threads(pool) > 1 ? "s" : " ", rate, 1e6 / rate, mb_now());
	fflush(stdout);
}

static int all_rows(struct bench *b, struct lull_pool *two)
{
	static const size_t sizes[] = { 1000, 10000, 100000, 1000000, 10000000 };

	report(b, "W1 set up and ops only", SETUP, 100000, NULL, 3);
	for (int i = 0; i < 5; i++)
		report(b, "W1 reduced, uniform grid", REDUCE, sizes[i], NULL, i < 4 ? 3 : 1);
	report(b, "W1 reduced, uniform grid", REDUCE, 1000000, two, 3);
	b->n_stored = 10000;
	if (!(b->store = malloc(b->n_stored * N_OUT * W1_TIMES * sizeof(double))))
		return 1;
	memset(b->store, 0, b->n_stored * N_OUT * W1_TIMES * sizeof(double));
	report(b, "W1 stored, any grid", STORE_ANY, 10000, NULL, 5);
	report(b, "W1 stored, any grid", STORE_ANY, 10000, two, 5);
	report(b, "W1 stored, uniform grid", STORE_UNIFORM, 10000, NULL, 5);
	report(b, "W1 stored, uniform grid", STORE_UNIFORM, 10000, two, 5);
	double sum = 0;
	for (size_t i = 0; i < 1000; i++)
		sum += b->store[i * N_OUT * W1_TIMES + 8] + b->store[(i * N_OUT + 1) * W1_TIMES + 1440];
	printf("checksum %.7f (wanted 286.0180952)\n", sum);
	const double copy = copy_rate(b->store, b->n_stored * N_OUT * W1_TIMES);
	printf("%-28s %9.2f GB/s, which would be %.0f people/s\n", "copy of as many bytes", copy * 1e-9, copy / (N_OUT * W1_TIMES * sizeof(double)));
	return 0;
}

int main(int argc, char **argv)
{
	struct lull_arena arena = { 0 };
	const struct lull_lin_shape shape = w1_shape();
	struct people people = { 0 };
	struct bench b = { .people = &people };
	struct lull_pool *two = NULL;
	struct lull_err err = { 0 };
	int rc = 0;

	make_people(&people, 10000);
	for (int i = 0; i < 8; i++)
		if ((i == 0 && lull_linear_new(&shape, &arena, &b.worker[0].linear, &err)) ||
		    (b.worker[i].linear = b.worker[0].linear, lull_lin_work_new(b.worker[i].linear, &b.worker[i].work, &err)))
			return 1;
	if (argc > 2) {
		for (int i = 0; i < 4; i++)
			if (strcmp(argv[1], what_names[i]) == 0)
				b.what = (enum what)i;
		if (!(b.store = malloc(64 * N_OUT * W1_TIMES * sizeof(double))))
			return 1;
		b.n_stored = 64;
		b.n_people = (size_t)atoi(argv[2]);
		(void)rate_of(&b, NULL, 1);
		free(b.store);
	} else {
		if (lull_pool_new(2, &two, &err))
			return 1;
		rc = all_rows(&b, two);
	}
	lull_pool_free(two);
	return rc;
}
