/* Threads that work through numbered tasks; see pool.h. One lock guards everything: a task is
 * meant to take a good part of a millisecond, so the lock is never what one waits for. */
#ifdef __linux__
#define _GNU_SOURCE /* sched_getaffinity */
#endif
#include "lull/base/pool.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <unistd.h>

#include "lull/base/mem.h"

/* One call of lull_pool_run. Tasks below n_started were handed out, those below n_emitted are behind us. */
struct run {
	const struct lull_pool_job *job;
	size_t n_slots, n_started, n_emitted;
	unsigned char *is_done;  /* per slot: its task's work has ended well */
	bool is_emitting, is_stopped;
	size_t failed_task;      /* the lowest; SIZE_MAX none                */
	int failed_rc;
	struct lull_err failed;
};

struct helper {
	struct lull_pool *pool;
	int i_thread;
	pthread_t thread;
};

struct lull_pool {
	int n_threads, n_helpers; /* helpers that were started                 */
	pthread_mutex_t lock;
	pthread_cond_t wake;      /* a new run, or the end                     */
	pthread_cond_t room;      /* a slot came free, or the run ends         */
	pthread_cond_t idle;      /* the last helper has left the run          */
	struct run *run;          /* NULL between runs                         */
	uint64_t n_runs;          /* a helper joins each run once              */
	int n_inside;             /* helpers that have not yet left the run    */
	bool is_ending;
	struct helper helpers[];
};

static void note_failure(struct run *run, size_t i_task, int rc, const struct lull_err *err)
{
	if (i_task >= run->failed_task)
		return;
	run->failed_task = i_task;
	run->failed_rc = rc;
	run->failed = *err;
	if (err->code == LULL_OK)
		lull_fail(&run->failed, rc, "pool", "%s", lull_code_text(rc));
}

static bool is_over(struct run *run)
{
	if (run->job->stop && atomic_load_explicit(run->job->stop, memory_order_relaxed))
		run->is_stopped = run->is_stopped || run->n_started < run->job->n_tasks;
	return run->is_stopped || run->failed_task != SIZE_MAX || run->n_started >= run->job->n_tasks;
}

/* With the lock held: emit what is next in order, again and again. One thread at a time: another that
 * finishes a task meanwhile leaves it to this one. */
static void emit_ready(struct lull_pool *pool, struct run *run)
{
	while (!run->is_emitting && run->n_emitted < run->n_started && run->n_emitted < run->failed_task &&
	       run->is_done[run->n_emitted % run->n_slots]) {
		const size_t i_task = run->n_emitted, i_slot = i_task % run->n_slots;
		int rc = LULL_OK;

		if (run->job->emit) {
			struct lull_err err = { 0 };
			run->is_emitting = true;
			pthread_mutex_unlock(&pool->lock);
			rc = run->job->emit(run->job->user, i_task, i_slot, &err);
			pthread_mutex_lock(&pool->lock);
			run->is_emitting = false;
			if (rc != LULL_OK)
				note_failure(run, i_task, rc, &err);
		}
		if (rc == LULL_OK) {
			run->is_done[i_slot] = 0;
			run->n_emitted++;
		}
		pthread_cond_broadcast(&pool->room);
	}
}

/* With the lock held: one thread's part of a run. A thread leaves when nothing more will start; what is still to be
 * emitted then belongs to a thread that has not left, because it is working or emitting. */
static void take_part(struct lull_pool *pool, struct run *run, int i_thread)
{
	while (!is_over(run)) {
		if (run->n_started - run->n_emitted >= run->n_slots) {
			pthread_cond_wait(&pool->room, &pool->lock);
			continue;
		}
		const size_t i_task = run->n_started++, i_slot = i_task % run->n_slots;
		struct lull_err err = { 0 };

		pthread_mutex_unlock(&pool->lock);
		const int rc = run->job->work(run->job->user, i_task, i_slot, i_thread, &err);
		pthread_mutex_lock(&pool->lock);
		if (rc == LULL_OK) {
			run->is_done[i_slot] = 1;
		} else {
			note_failure(run, i_task, rc, &err);
			pthread_cond_broadcast(&pool->room);
		}
		emit_ready(pool, run);
	}
}

static void *help(void *arg)
{
	const struct helper *const me = arg;
	struct lull_pool *const pool = me->pool;
	uint64_t n_seen = 0;

	pthread_mutex_lock(&pool->lock);
	for (;;) {
		while (!pool->is_ending && pool->n_runs == n_seen)
			pthread_cond_wait(&pool->wake, &pool->lock);
		if (pool->is_ending)
			break;
		n_seen = pool->n_runs;
		take_part(pool, pool->run, me->i_thread);
		if (--pool->n_inside == 0)
			pthread_cond_signal(&pool->idle);
	}
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

static int n_processors(void)
{
#ifdef __linux__
	cpu_set_t set;
	if (sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 0)
		return CPU_COUNT(&set);
#endif
	const long n = sysconf(_SC_NPROCESSORS_ONLN);
	return n > 0 ? (int)n : 1;
}

/* Helpers take no signal: an interrupt from the keyboard reaches the program's own thread. */
static int start_helpers(struct lull_pool *pool, struct lull_err *err)
{
	sigset_t all, before;
	int failed = 0;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (int i = 0; i < pool->n_threads - 1 && !failed; i++) {
		struct helper *const h = &pool->helpers[i];
		h->pool = pool;
		h->i_thread = i + 1;
		failed = pthread_create(&h->thread, NULL, help, h);
		pool->n_helpers += !failed;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!failed)
		return LULL_OK;
	lull_fail(err, LULL_ELIMIT, "pool", "the system did not give %d threads", pool->n_threads);
	lull_mend(err, "ask for fewer threads");
	return LULL_ELIMIT;
}

int lull_pool_new(int n_threads, struct lull_pool **out, struct lull_err *err)
{
	*out = NULL;
	if (n_threads < 0 || n_threads > LULL_MAX_THREADS)
		return lull_fail(err, LULL_EDOMAIN, "threads", "a number of threads is 0 (all) to %d, not %d",
				 LULL_MAX_THREADS, n_threads);
	if (n_threads == 0)
		n_threads = n_processors() < LULL_MAX_THREADS ? n_processors() : LULL_MAX_THREADS;

	struct lull_pool *const pool =
		lull_mem_zalloc(1, sizeof(*pool) + sizeof(pool->helpers[0]) * (size_t)(n_threads - 1));
	if (!pool)
		return lull_nomem(err);
	pool->n_threads = n_threads;
	pthread_mutex_init(&pool->lock, NULL); /* default attributes: cannot fail in glibc or musl */
	pthread_cond_init(&pool->wake, NULL);
	pthread_cond_init(&pool->room, NULL);
	pthread_cond_init(&pool->idle, NULL);
	const int rc = start_helpers(pool, err);
	if (rc != LULL_OK) {
		lull_pool_free(pool);
		return rc;
	}
	*out = pool;
	return LULL_OK;
}

void lull_pool_free(struct lull_pool *pool)
{
	if (!pool)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->is_ending = true;
	pthread_cond_broadcast(&pool->wake);
	pthread_mutex_unlock(&pool->lock);
	for (int i = 0; i < pool->n_helpers; i++)
		pthread_join(pool->helpers[i].thread, NULL);
	pthread_cond_destroy(&pool->idle);
	pthread_cond_destroy(&pool->room);
	pthread_cond_destroy(&pool->wake);
	pthread_mutex_destroy(&pool->lock);
	lull_mem_free(pool);
}

int lull_pool_threads(const struct lull_pool *pool)
{
	return pool ? pool->n_threads : 1;
}

/* In the caller alone: no lock, no memory. */
static void run_alone(struct run *run)
{
	const struct lull_pool_job *const job = run->job;

	while (!is_over(run)) {
		const size_t i_task = run->n_started++, i_slot = i_task % run->n_slots;
		struct lull_err err = { 0 };
		int rc = job->work(job->user, i_task, i_slot, 0, &err);
		if (rc == LULL_OK && job->emit)
			rc = job->emit(job->user, i_task, i_slot, &err);
		if (rc == LULL_OK)
			run->n_emitted++;
		else
			note_failure(run, i_task, rc, &err);
	}
}

static int run_together(struct lull_pool *pool, struct run *run, struct lull_err *err)
{
	run->is_done = lull_mem_zalloc(run->n_slots, 1);
	if (!run->is_done)
		return lull_nomem(err);
	pthread_mutex_lock(&pool->lock);
	const bool is_busy = pool->run != NULL;
	if (!is_busy) {
		pool->run = run;
		pool->n_inside = pool->n_helpers;
		pool->n_runs++;
		pthread_cond_broadcast(&pool->wake);
		take_part(pool, run, 0);
		while (pool->n_inside > 0)
			pthread_cond_wait(&pool->idle, &pool->lock);
		pool->run = NULL;
	}
	pthread_mutex_unlock(&pool->lock);
	lull_mem_free(run->is_done);
	return is_busy ? lull_fail(err, LULL_ECONFLICT, "pool", "this pool of threads is at work already") : LULL_OK;
}

int lull_pool_run(struct lull_pool *pool, const struct lull_pool_job *job, size_t *n_emitted, struct lull_err *err)
{
	const size_t n_threads = (size_t)lull_pool_threads(pool);
	struct run run = { .job = job, .n_slots = job->n_slots ? job->n_slots : 2 * n_threads, .failed_task = SIZE_MAX };

	if (n_emitted)
		*n_emitted = 0;
	if (run.n_slots < n_threads)
		return lull_fail(err, LULL_EDOMAIN, "pool", "%zu slots are too few for %zu threads", run.n_slots, n_threads);
	if (n_threads == 1) {
		run_alone(&run);
	} else {
		const int rc = run_together(pool, &run, err);
		if (rc != LULL_OK)
			return rc;
	}
	if (n_emitted)
		*n_emitted = run.n_emitted;
	if (run.failed_task != SIZE_MAX) {
		if (err)
			*err = run.failed;
		return run.failed_rc;
	}
	return run.is_stopped ? lull_fail(err, LULL_ESTOPPED, "pool", "stopped as asked") : LULL_OK;
}
