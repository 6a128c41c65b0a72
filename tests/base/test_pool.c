/* The pool: every task once, results in order, bounded slots, the lowest error, a clean stop, whatever
 * the number of threads. Assertions stay on the test's own thread: tasks only take notes. */
#include "support.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "lull/base/pool.h"

static const int thread_counts[] = { 0 /* no pool */, 1, 2, 3, 8 };
enum { N_COUNTS = sizeof(thread_counts) / sizeof(thread_counts[0]), MAX_TASKS = 5000, MAX_SLOTS = 64 };
#define NONE SIZE_MAX

/* What tasks do and note. A slot's value is plain memory: the pool alone keeps its users apart. */
struct bench {
	size_t fails_work, fails_also, fails_emit, stops_at;
	int rc;
	bool is_silent;               /* fails without a sentence           */
	atomic_bool stop;
	uint64_t slot[MAX_SLOTS];
	atomic_bool is_taken[MAX_SLOTS];
	atomic_int n_at_work, n_emitting, n_wrong;
	atomic_size_t n_worked, n_now_emitted;
	int n_threads;
	size_t n_slots, next;
	uint64_t fold;                /* depends on order                   */
};

static uint64_t mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	return (x ^ (x >> 27)) * 0x94d049bb133111ebu;
}

/* Some work of uneven length, so that tasks finish out of order. */
static uint64_t value_of(size_t i_task)
{
	uint64_t x = i_task + 1;
	const unsigned n = (unsigned)(mix(x) % 400);
	for (unsigned i = 0; i < n; i++)
		x = mix(x + i);
	return x;
}

static void note(struct bench *b, bool is_right)
{
	if (!is_right)
		atomic_fetch_add(&b->n_wrong, 1);
}

static int work(void *user, size_t i_task, size_t i_slot, int i_thread, struct lull_err *err)
{
	struct bench *const b = user;
	const size_t ahead = i_task - atomic_load(&b->n_now_emitted);

	note(b, i_slot == i_task % b->n_slots && i_thread >= 0 && i_thread < b->n_threads);
	note(b, !atomic_exchange(&b->is_taken[i_slot], true));
	note(b, ahead < b->n_slots);
	note(b, atomic_fetch_add(&b->n_at_work, 1) < b->n_threads);
	b->slot[i_slot] = value_of(i_task);
	atomic_fetch_add(&b->n_worked, 1);
	if (i_task == b->stops_at)
		atomic_store(&b->stop, true);
	atomic_fetch_sub(&b->n_at_work, 1);
	if (i_task != b->fails_work && i_task != b->fails_also)
		return LULL_OK;
	return b->is_silent ? LULL_EIO : lull_fail(err, b->rc, "work", "task %zu", i_task);
}

static int emit(void *user, size_t i_task, size_t i_slot, struct lull_err *err)
{
	struct bench *const b = user;

	note(b, atomic_fetch_add(&b->n_emitting, 1) == 0);
	note(b, i_task == b->next++ && i_slot == i_task % b->n_slots);
	b->fold = mix(b->fold * 31 + b->slot[i_slot]);
	atomic_store(&b->is_taken[i_slot], false);
	atomic_fetch_sub(&b->n_emitting, 1);
	if (i_task == b->fails_emit)
		return lull_fail(err, b->rc, "emit", "task %zu", i_task);
	atomic_fetch_add(&b->n_now_emitted, 1);
	return LULL_OK;
}

static struct bench plain(void)
{
	return (struct bench){ .fails_work = NONE, .fails_also = NONE, .fails_emit = NONE, .stops_at = NONE, .rc = LULL_EDOMAIN };
}

static uint64_t fold_of(size_t n)
{
	uint64_t fold = 0;
	for (size_t i = 0; i < n; i++)
		fold = mix(fold * 31 + value_of(i));
	return fold;
}

/* Run b's story on a pool of n threads; what was emitted is always a whole prefix, seen in order. */
static int run(struct lull_pool *pool, struct bench *b, size_t n_tasks, size_t n_slots, size_t *n_emitted,
	       struct lull_err *err)
{
	const struct lull_pool_job job = { n_tasks, n_slots, b, work, emit, &b->stop };

	b->n_threads = lull_pool_threads(pool);
	b->n_slots = n_slots ? n_slots : 2 * (size_t)b->n_threads;
	*err = (struct lull_err){ 0 };
	const int rc = lull_pool_run(pool, &job, n_emitted, err);
	assert_int_equal(b->n_wrong, 0);
	assert_true(*n_emitted <= b->n_worked && b->n_worked <= n_tasks && *n_emitted == b->n_now_emitted);
	assert_true(b->n_worked - *n_emitted <= b->n_slots);
	if (b->fails_emit == NONE || b->next <= b->fails_emit) {
		assert_int_equal(*n_emitted, b->next);
		assert_true(b->fold == fold_of(*n_emitted));
	}
	return rc;
}

static struct lull_pool *pool_of(int n_threads)
{
	struct lull_pool *pool = NULL;
	struct lull_err err = { 0 };
	if (n_threads > 0)
		assert_ok(lull_pool_new(n_threads, &pool, &err), &err);
	return pool;
}

static void every_task_once_and_in_order(void **state)
{
	static const size_t sizes[] = { 0, 1, 2, 7, 300, MAX_TASKS };
	(void)state;
	for (int k = 0; k < N_COUNTS; k++) {
		struct lull_pool *pool = pool_of(thread_counts[k]);
		assert_int_equal(lull_pool_threads(pool), thread_counts[k] ? thread_counts[k] : 1);
		for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
			for (size_t n_slots = 0; n_slots <= 64; n_slots += 32) { /* one pool, many runs */
				struct bench b = plain();
				struct lull_err err;
				size_t n_emitted = 99;
				assert_ok(run(pool, &b, sizes[s], n_slots, &n_emitted, &err), &err);
				assert_int_equal(n_emitted, sizes[s]);
				assert_int_equal(b.n_worked, sizes[s]);
			}
		lull_pool_free(pool);
	}
}

static void the_error_of_the_lowest_failing_task(void **state)
{
	static const struct {
		size_t work, also, emit, lowest;
	} cases[] = {
		{ 0, NONE, NONE, 0 },     { 150, 151, NONE, 150 }, { 153, 150, NONE, 150 }, { 299, NONE, NONE, 299 },
		{ NONE, NONE, 0, 0 },     { NONE, NONE, 150, 150 }, { 152, NONE, 150, 150 }, { 150, NONE, 152, 150 },
		{ NONE, NONE, 299, 299 },
	};
	(void)state;
	for (int k = 0; k < N_COUNTS; k++) {
		struct lull_pool *pool = pool_of(thread_counts[k]);
		for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++)
			for (int again = 0; again < 20; again++) {
				struct bench b = plain();
				struct lull_err err;
				char want[32];
				size_t n_emitted = 0;
				b.fails_work = cases[c].work;
				b.fails_also = cases[c].also;
				b.fails_emit = cases[c].emit;
				assert_int_equal(run(pool, &b, 300, 0, &n_emitted, &err), LULL_EDOMAIN);
				snprintf(want, sizeof(want), "task %zu", cases[c].lowest);
				assert_string_equal(err.what, want);
				assert_string_equal(err.where, cases[c].lowest == cases[c].emit ? "emit" : "work");
				assert_int_equal(n_emitted, cases[c].lowest);
			}
		lull_pool_free(pool);
	}
}

static void an_error_without_a_sentence_gets_one(void **state)
{
	(void)state;
	for (int k = 0; k < N_COUNTS; k++) {
		struct lull_pool *pool = pool_of(thread_counts[k]);
		struct bench b = plain();
		struct lull_err err;
		size_t n_emitted;
		b.fails_work = 5;
		b.is_silent = true;
		assert_int_equal(run(pool, &b, 9, 0, &n_emitted, &err), LULL_EIO);
		assert_int_equal(err.code, LULL_EIO);
		assert_string_equal(err.what, lull_code_text(LULL_EIO));
		lull_pool_free(pool);
	}
}

static void a_stop_leaves_a_whole_prefix(void **state)
{
	(void)state;
	for (int k = 0; k < N_COUNTS; k++) {
		struct lull_pool *pool = pool_of(thread_counts[k]);
		for (int again = 0; again < 50; again++) {
			struct bench b = plain();
			struct lull_err err;
			size_t n_emitted;
			b.stops_at = 20 + (size_t)again;
			assert_int_equal(run(pool, &b, MAX_TASKS, 0, &n_emitted, &err), LULL_ESTOPPED);
			assert_int_equal(n_emitted, b.n_worked); /* what began was finished and emitted */
			assert_true(n_emitted > b.stops_at && n_emitted <= b.stops_at + b.n_slots);
		}
		/* Asked before the start: nothing. Asked in the last task: all was done. */
		struct bench before = plain(), last = plain();
		struct lull_err err;
		size_t n_emitted;
		atomic_store(&before.stop, true);
		assert_int_equal(run(pool, &before, 10, 0, &n_emitted, &err), LULL_ESTOPPED);
		assert_int_equal(before.n_worked, 0);
		last.stops_at = 9;
		assert_ok(run(pool, &last, 10, 0, &n_emitted, &err), &err);
		lull_pool_free(pool);
	}
}

/* No emit, no count asked for, no flag, no error asked for. */
static int add_one(void *user, size_t i_task, size_t i_slot, int i_thread, struct lull_err *err)
{
	atomic_fetch_add((atomic_size_t *)user, i_task);
	(void)i_slot, (void)i_thread, (void)err;
	return LULL_OK;
}

static void what_may_be_left_out(void **state)
{
	(void)state;
	for (int k = 0; k < N_COUNTS; k++) {
		struct lull_pool *pool = pool_of(thread_counts[k]);
		atomic_size_t sum = 0;
		const struct lull_pool_job job = { .n_tasks = 1000, .user = &sum, .work = add_one };
		assert_int_equal(lull_pool_run(pool, &job, NULL, NULL), LULL_OK);
		assert_int_equal(sum, 999 * 1000 / 2);
		lull_pool_free(pool);
	}
	lull_pool_free(NULL);
}

static int run_inside(void *user, size_t i_task, size_t i_slot, int i_thread, struct lull_err *err)
{
	atomic_size_t sum = 0;
	const struct lull_pool_job job = { .n_tasks = 3, .user = &sum, .work = add_one };
	(void)i_task, (void)i_slot, (void)i_thread;
	return lull_pool_run(user, &job, NULL, err);
}

static void wrong_use_is_said(void **state)
{
	struct lull_pool *pool = NULL;
	struct lull_err err = { 0 };
	(void)state;
	assert_int_equal(lull_pool_new(-1, &pool, &err), LULL_EDOMAIN);
	assert_int_equal(lull_pool_new(LULL_MAX_THREADS + 1, &pool, &err), LULL_EDOMAIN);
	assert_null(pool);

	pool = pool_of(3);
	struct bench b = plain();
	const struct lull_pool_job few = { .n_tasks = 5, .n_slots = 2, .user = &b, .work = work };
	const struct lull_pool_job nested = { .n_tasks = 5, .user = pool, .work = run_inside };
	assert_int_equal(lull_pool_run(pool, &few, NULL, &err), LULL_EDOMAIN);
	assert_has(err.what, "2 slots");
	assert_int_equal(lull_pool_run(pool, &nested, NULL, &err), LULL_ECONFLICT);
	lull_pool_free(pool);
}

static void as_many_as_processors(void **state)
{
	struct lull_pool *pool = NULL;
	struct lull_err err = { 0 };
	(void)state;
	assert_ok(lull_pool_new(0, &pool, &err), &err);
	assert_in_range(lull_pool_threads(pool), 1, LULL_MAX_THREADS);
	lull_pool_free(pool);
}

static void without_memory(void **state)
{
	struct lull_pool *pool = NULL;
	struct lull_err err = { 0 };
	(void)state;
	lull_mem_fail_at(1, false);
	assert_int_equal(lull_pool_new(2, &pool, &err), LULL_ENOMEM);
	lull_mem_fail_at(0, false);
	assert_null(pool);

	pool = pool_of(2);
	struct bench b = plain();
	size_t n_emitted = 7;
	lull_mem_fail_at(1, false);
	const int rc = run(pool, &b, 100, 0, &n_emitted, &err);
	lull_mem_fail_at(0, false);
	assert_int_equal(rc, LULL_ENOMEM);
	assert_int_equal(n_emitted, 0);
	assert_ok(run(pool, &b, 100, 0, &n_emitted, &err), &err); /* and it still works */
	lull_pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_task_once_and_in_order),
		cmocka_unit_test(the_error_of_the_lowest_failing_task),
		cmocka_unit_test(an_error_without_a_sentence_gets_one),
		cmocka_unit_test(a_stop_leaves_a_whole_prefix),
		cmocka_unit_test(what_may_be_left_out),
		cmocka_unit_test(wrong_use_is_said),
		cmocka_unit_test(as_many_as_processors),
		cmocka_unit_test(without_memory),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
