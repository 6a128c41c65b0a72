/* Events of a population model: epochs, and the doors to reading and compiling. */
#include "events_private.h"

#include <string.h>

#include "lull/base/text.h"

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

int lull_events_epochs(const struct lull_pm *pm, const struct lull_subject *subject, struct lull_events_work *work,
		       const size_t **first, size_t *n_epochs, struct lull_err *err)
{
	const struct lull_pm_info *info = lull_pm_info(pm);
	const int rc = lull_events__epochs(subject, (size_t)info->n_covariates, (size_t)info->n_params,
					   info->n_iov > 0, work, err);
	if (rc != LULL_OK)
		return rc;
	*first = work->first;
	*n_epochs = work->n_first;
	return LULL_OK;
}

/* ---- compiling ----------------------------------------------------------------------- */

struct parts_of {
	const struct lull_pm *pm;
	const double *const *params;
};

static int parts(const void *user, size_t i_epoch, int input, struct lull_pm_part *out, int *n_parts,
		 struct lull_err *err)
{
	const struct parts_of *of = user;
	return lull_pm_parts(of->pm, of->params[i_epoch], input, out, n_parts, err);
}

int lull_events_compile(const struct lull_pm *pm, const struct lull_subject *subject, const double *const *params,
			size_t n_epochs, const struct lull_events_ask *ask, struct lull_events_work *work,
			struct lull_track *out, struct lull_err *err)
{
	const struct lull_pm_info *info = lull_pm_info(pm);
	const struct parts_of of = { .pm = pm, .params = params };
	const struct lull_events__source source = { .parts = parts, .user = &of, .n_inputs = info->n_inputs,
						    .n_states = info->shape->n_states };
	if (n_epochs > 1) { /* work may have served another subject since */
		const size_t *first = NULL;
		size_t n = 0;
		const int rc = lull_events_epochs(pm, subject, work, &first, &n, err);
		if (rc != LULL_OK)
			return rc;
		if (n != n_epochs)
			return lull_fail(err, LULL_ECONFLICT, subject->id_text, "%zu epochs where the records have %zu",
					 n_epochs, n);
	}
	return lull_events__compile(&source, subject, n_epochs, ask, work, out, err);
}

/* ---- reading ------------------------------------------------------------------------- */

int lull_events__find(const struct lull_pm_name *names, int n, const char *text)
{
	for (int i = 0; i < n; i++)
		if (lull_text_casecmp(names[i].name, text) == 0)
			return i;
	return -1;
}

double lull_events__to_h(const char *unit, double t)
{
	if (lull_text_eq(unit, "min"))
		return t / 60;
	if (lull_text_eq(unit, "s"))
		return t / 3600;
	return t * lull_events__unit_h(unit);
}

double lull_events__per_h(const char *unit, double rate)
{
	if (lull_text_eq(unit, "min"))
		return rate * 60;
	if (lull_text_eq(unit, "s"))
		return rate * 3600;
	return rate / lull_events__unit_h(unit);
}

double lull_events__unit_h(const char *unit)
{
	static const struct {
		const char *name;
		double h;
	} units[] = { { "h", 1 }, { "hour", 1 }, { "hours", 1 }, { "hr", 1 }, { "d", 24 }, { "day", 24 }, { "days", 24 },
		      { "w", 168 }, { "week", 168 }, { "weeks", 168 }, { "min", 1.0 / 60 }, { "s", 1.0 / 3600 } };
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (lull_text_eq(unit, units[i].name))
			return units[i].h;
	return 0;
}

int lull_events_read_csv(const struct lull_pm *pm, const char *bytes, size_t n_bytes, const char *path,
			 const struct lull_events_options *options, struct lull_arena *arena,
			 struct lull_dataset *out, struct lull_diags *diags)
{
	return lull_events__read_csv(lull_pm_info(pm), bytes, n_bytes, path, options, arena, out, diags);
}

int lull_events_read_text(const struct lull_pm *pm, const char *text, struct lull_arena *arena,
			  struct lull_dataset *out, struct lull_diags *diags)
{
	return lull_events__read_text(lull_pm_info(pm), text, arena, out, diags);
}
