/* Working memory of the compilation of events: epochs, ops, what is due (a heap by time, then by order of
 * making), and the infusions that run. Memory grows to a named ceiling and is kept from person to person. */
#include "events_private.h"

#include <string.h>

enum { FIRST_CAP = 16 };

int lull_events_work_new(struct lull_events_work **out, struct lull_err *err)
{
	*out = lull_mem_zalloc(1, sizeof(**out));
	return *out ? LULL_OK : lull_nomem(err);
}

void lull_events_work_free(struct lull_events_work *work)
{
	if (!work)
		return;
	lull_mem_free(work->first);
	lull_mem_free(work->ops);
	lull_mem_free(work->t_h);
	lull_mem_free(work->report_h);
	lull_mem_free(work->last_dose_h);
	lull_mem_free(work->ops_before);
	lull_mem_free(work->record);
	lull_mem_free(work->no_record);
	lull_mem_free(work->due);
	lull_mem_free(work->running);
	lull_mem_free(work);
}

/* *items of `size` bytes each gets room for `need`; *cap is updated by the caller's leave only. */
static int grow(void **items, size_t need, size_t cap, size_t size, struct lull_err *err)
{
	void *more = cap > SIZE_MAX / size ? NULL : lull_mem_realloc(*items, cap * size);
	if (!more || need > cap) {
		if (more)
			*items = more;
		return lull_nomem(err);
	}
	*items = more;
	return LULL_OK;
}

static size_t next_cap(size_t cap, size_t need)
{
	size_t next = cap ? cap * 2 : FIRST_CAP;
	while (next < need)
		next *= 2;
	return next;
}

/* ---- epochs -------------------------------------------------------------------------- */

/* Numbers are the same when their bits are (NAN, not given, is itself). */
static bool is_same(const double *rows, size_t i, size_t n)
{
	return !rows || !n || memcmp(rows + i * n, rows + (i - 1) * n, n * sizeof(*rows)) == 0;
}

int lull_events__epochs(const struct lull_subject *subject, size_t n_covariates, size_t n_params, bool has_iov,
			struct lull_events_work *work, struct lull_err *err)
{
	if (work->cap_first < subject->n_records + 1) {
		const size_t cap = 2 * (subject->n_records + 1);
		size_t *more = lull_mem_realloc(work->first, cap * sizeof(*more));
		if (!more)
			return lull_nomem(err);
		work->first = more;
		work->cap_first = cap;
	}
	work->first[0] = 0;
	work->n_first = 1;
	for (size_t i = 1; i < subject->n_records; i++) {
		const bool is_new = (has_iov && subject->records[i].occ != subject->records[i - 1].occ) ||
				    !is_same(subject->covariates, i, n_covariates) ||
				    !is_same(subject->params, i, n_params);
		if (is_new)
			work->first[work->n_first++] = i;
	}
	return LULL_OK;
}

/* ---- ops ----------------------------------------------------------------------------- */

int lull_events__op(struct lull_events_work *work, const struct lull_op *op, struct lull_err *err)
{
	if (work->n_ops == work->cap_ops) {
		if (work->n_ops >= LULL_EVENTS_MAX_OPS)
			return lull_fail(err, LULL_ELIMIT, "events", "more than %d doses, rates and changes in one person",
					 (int)LULL_EVENTS_MAX_OPS);
		const size_t cap = next_cap(work->cap_ops, work->n_ops + 1);
		const int rc = grow((void **)&work->ops, work->n_ops + 1, cap, sizeof(*work->ops), err);
		if (rc != LULL_OK)
			return rc;
		work->cap_ops = cap;
	}
	work->ops[work->n_ops++] = *op;
	return LULL_OK;
}

/* ---- outputs ------------------------------------------------------------------------- */

int lull_events__out_room(struct lull_events_work *work, size_t n, struct lull_err *err)
{
	if (n <= work->cap_out)
		return LULL_OK;
	const size_t cap = next_cap(work->cap_out, n);
	int rc = grow((void **)&work->t_h, n, cap, sizeof(double), err);
	if (rc == LULL_OK)
		rc = grow((void **)&work->report_h, n, cap, sizeof(double), err);
	if (rc == LULL_OK)
		rc = grow((void **)&work->last_dose_h, n, cap, sizeof(double), err);
	if (rc == LULL_OK)
		rc = grow((void **)&work->ops_before, n, cap, sizeof(uint32_t), err);
	if (rc == LULL_OK)
		rc = grow((void **)&work->record, n, cap, sizeof(int32_t), err);
	if (rc == LULL_OK)
		work->cap_out = cap;
	return rc;
}

/* ---- what is due --------------------------------------------------------------------- */

static bool is_before(const struct lull_events__due *a, const struct lull_events__due *b)
{
	return a->t_h < b->t_h || (!(b->t_h < a->t_h) && a->seq < b->seq);
}

int lull_events__push(struct lull_events_work *work, const struct lull_events__due *due, struct lull_err *err)
{
	if (work->n_due == work->cap_due) {
		const size_t cap = next_cap(work->cap_due, work->n_due + 1);
		const int rc = grow((void **)&work->due, work->n_due + 1, cap, sizeof(*work->due), err);
		if (rc != LULL_OK)
			return rc;
		work->cap_due = cap;
	}
	struct lull_events__due item = *due;
	item.seq = work->next_seq++;
	size_t i = work->n_due++;
	while (i && is_before(&item, &work->due[(i - 1) / 2])) {
		work->due[i] = work->due[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	work->due[i] = item;
	return LULL_OK;
}

void lull_events__pop(struct lull_events_work *work, struct lull_events__due *out)
{
	*out = work->due[0];
	const size_t n = --work->n_due;
	if (!n)
		return;
	const struct lull_events__due *last = &work->due[n];
	size_t i = 0;
	for (size_t child; (child = 2 * i + 1) < n; i = child) {
		if (child + 1 < n && is_before(&work->due[child + 1], &work->due[child]))
			child++;
		if (!is_before(&work->due[child], last))
			break;
		work->due[i] = work->due[child];
	}
	work->due[i] = *last;
}

/* ---- infusions that run -------------------------------------------------------------- */

/* The rate into a state is the sum of what runs, in order of start: exactly 0 when nothing runs, and
 * the same bits however often others came and went. */
int lull_events__set_rate(struct lull_events_work *work, double t_h, int state, struct lull_err *err)
{
	double sum = 0;
	for (size_t i = 0; i < work->n_running; i++)
		if (work->running[i].state == state)
			sum += work->running[i].rate_per_h;
	const double now = work->rate_now[state];
	if (!(sum < now) && !(sum > now))
		return LULL_OK;
	work->rate_now[state] = sum;
	struct lull_op *last = work->n_ops ? &work->ops[work->n_ops - 1] : NULL;
	if (last && last->kind == LULL_OP_RATE && last->state == state && !(last->t_h < t_h)) {
		last->amount = sum;
		return LULL_OK;
	}
	const struct lull_op op = { .t_h = t_h, .amount = sum, .kind = LULL_OP_RATE, .state = (int16_t)state };
	return lull_events__op(work, &op, err);
}

int lull_events__start(struct lull_events_work *work, double t_h, int state, double rate_per_h, uint32_t *id,
		       struct lull_err *err)
{
	if (work->n_running >= LULL_EVENTS_MAX_RUNNING)
		return lull_fail(err, LULL_ELIMIT, "events", "more than %d infusions run at once",
				 (int)LULL_EVENTS_MAX_RUNNING);
	if (work->n_running == work->cap_running) {
		const size_t cap = next_cap(work->cap_running, work->n_running + 1);
		const int rc = grow((void **)&work->running, work->n_running + 1, cap, sizeof(*work->running), err);
		if (rc != LULL_OK)
			return rc;
		work->cap_running = cap;
	}
	*id = work->next_id++;
	work->running[work->n_running++] =
		(struct lull_events__running){ .id = *id, .state = state, .rate_per_h = rate_per_h };
	return lull_events__set_rate(work, t_h, state, err);
}

int lull_events__stop(struct lull_events_work *work, double t_h, uint32_t id, struct lull_err *err)
{
	for (size_t i = 0; i < work->n_running; i++) {
		if (work->running[i].id != id)
			continue;
		const int state = work->running[i].state;
		work->n_running--;
		memmove(&work->running[i], &work->running[i + 1],
			(work->n_running - i) * sizeof(*work->running));
		return lull_events__set_rate(work, t_h, state, err);
	}
	return LULL_OK;
}
