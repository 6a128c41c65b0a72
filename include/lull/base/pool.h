/* lull/base/pool.h - a few threads that work through numbered tasks, with results taken in order.
 *
 * The caller makes the pool and passes it in; pools are never nested. Which thread does a
 * task never shows in a result: tasks are numbered, and `emit` sees them in rising order. */
#ifndef LULL_BASE_POOL_H
#define LULL_BASE_POOL_H

#ifdef __cplusplus
#include <atomic>
using std::atomic_bool;
#else
#include <stdatomic.h>
#endif
#include <stddef.h>
#include "lull/base/err.h"

LULL_BEGIN_C

struct lull_pool;

/* n_threads 0: as many as this process may use processors (asked once, here). 1: no thread is
 * started, everything runs in the caller. Free with lull_pool_free, which accepts NULL. */
enum { LULL_MAX_THREADS = 256 };
LULL_NODISCARD int lull_pool_new(int n_threads, struct lull_pool **out, struct lull_err *err);
void lull_pool_free(struct lull_pool *pool);
int lull_pool_threads(const struct lull_pool *pool); /* the caller's own included; 1 for NULL */

/* Work in two steps. `work` runs on any thread and fills slot i % n_slots; `emit` (may be NULL)
 * is called for task 0, 1, 2, ... in order, one at a time, after its work, on whichever thread has
 * just come free. A task is not started before the emit of task i - n_slots has ended: memory
 * stays bounded. What a thread wrote before, the next emit and the caller afterwards see. */
struct lull_pool_job {
	size_t n_tasks;
	size_t n_slots;      /* at least lull_pool_threads(); 0: twice that      */
	void *user;
	/* i_slot < n_slots, i_thread < lull_pool_threads(); both LULL_OK or an error, which ends the job. */
	int (*work)(void *user, size_t i_task, size_t i_slot, int i_thread, struct lull_err *err);
	int (*emit)(void *user, size_t i_task, size_t i_slot, struct lull_err *err);
	const atomic_bool *stop; /* may be NULL; true: no further task starts   */
};

/* LULL_OK; the error of the lowest failing task, when exactly the tasks below it were emitted; or LULL_ESTOPPED when
 * asked to stop (tasks already begun are finished and emitted: a whole prefix). *n_emitted, which may
 * be NULL, is how many. pool may be NULL: this thread. LULL_ECONFLICT: the pool is at work already. */
LULL_NODISCARD int lull_pool_run(struct lull_pool *pool, const struct lull_pool_job *job,
				 size_t *n_emitted, struct lull_err *err);

LULL_END_C

#endif
