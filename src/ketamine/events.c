/* Events of a population model: the doors to epochs, compiling and reading. */
#include "events_private.h"

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
						    .n_states = info->shape->n_states,
						    .n_covariates = info->n_covariates,
						    .covariate_default = info->covariate_default };
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

int lull_events_read_csv(const struct lull_pm *pm, const char *bytes, size_t n_bytes, const char *path,
			 const struct lull_events_options *options,
			  struct lull_arena *arena,
			 struct lull_dataset *out, struct lull_diags *diags)
{
	return lull_events__read_csv(lull_pm_info(pm), bytes, n_bytes, path, options, arena, out, diags);
}

int lull_events_read_text(const struct lull_pm *pm, const char *text, const struct lull_events_options *options, struct lull_arena *arena,
			  struct lull_dataset *out, struct lull_diags *diags)
{
	return lull_events__read_text(lull_pm_info(pm), text, options, arena, out, diags);
}
