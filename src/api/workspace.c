/* One person, many times, in memory that is kept; and the one call; see lull.h. */
#include <math.h>
#include <string.h>

#include "api.h"
#include "lull/num/math.h"

struct lull_workspace {
	struct lull_popmodel *model; /* held */
	int outputs[LULL_PM_MAX_OUTPUTS], n_outputs;
	double theta[LULL_PM_MAX_PARAMS];
	double *t_h; size_t cap_times;
	double *covariates; size_t cap_covariates; /* [record][covariate] */
	double *params; size_t cap_params;         /* [record][param]     */
	/* the call under way */
	double *values;
	struct lull_err why;
	int status;
};

int lull_workspace_new(const struct lull_popmodel *model, const char *const *outputs, size_t n_outputs,
		       struct lull_workspace **out, struct lull_error *error)
{
	int rc = lull_api__enter(error);

	if (rc != LULL_OK)
		return rc;
	if (!out || !model)
		return lull_api__is_null(error, out ? "model" : "out");
	*out = NULL;
	struct lull_workspace *w = lull_mem_zalloc(1, sizeof(*w));
	if (!w)
		return lull_api__nomem(error);
	rc = lull_api__outputs(model->info, outputs, n_outputs, w->outputs, &w->n_outputs, error);
	if (rc != LULL_OK) {
		lull_mem_free(w);
		return rc;
	}
	w->model = lull_api__hold_model(model);
	*out = w;
	return LULL_OK;
}

void lull_workspace_free(struct lull_workspace *w)
{
	if (!w)
		return;
	lull_mem_free(w->t_h);
	lull_mem_free(w->covariates);
	lull_mem_free(w->params);
	lull_popmodel_free(w->model);
	lull_mem_free(w);
}

size_t lull_workspace_n_outputs(const struct lull_workspace *w)
{
	return w ? (size_t)w->n_outputs : 0;
}

static int room(double **items, size_t *cap, size_t need, struct lull_error *error)
{
	if (need <= *cap)
		return LULL_OK;
	double *more = lull_mem_realloc(*items, need * sizeof(*more));
	if (!more)
		return lull_api__nomem(error);
	*items = more;
	*cap = need;
	return LULL_OK;
}

/* ---- the person's own numbers over the table's ---------------------------------------------- */

static int own_covariates(struct lull_workspace *w, const double *given, struct lull_subject *subject,
			  struct lull_error *error)
{
	const struct lull_pm_info *info = w->model->info;
	const size_t n = (size_t)info->n_covariates, n_rows = subject->n_records ? subject->n_records : 1;
	const int rc = room(&w->covariates, &w->cap_covariates, n_rows * n, error);

	if (rc != LULL_OK || !n)
		return rc;
	for (size_t i = 0; i < n_rows; i++) {
		const double *table = subject->covariates ? subject->covariates + i * n : info->covariate_default;
		for (size_t v = 0; v < n; v++)
			w->covariates[i * n + v] = lull_is_nan(given[v]) ? table[v] : given[v];
	}
	subject->covariates = w->covariates;
	return LULL_OK;
}

static int own_parameters(struct lull_workspace *w, const double *given, struct lull_subject *subject,
			  struct lull_error *error)
{
	const size_t n = (size_t)w->model->info->n_params;

	for (size_t p = 0; p < n; p++)
		w->theta[p] = lull_is_nan(given[p]) ? w->theta[p] : given[p];
	if (!subject->params)
		return LULL_OK;
	const int rc = room(&w->params, &w->cap_params, subject->n_records * n, error);
	if (rc != LULL_OK)
		return rc;
	for (size_t i = 0; i < subject->n_records; i++)
		for (size_t p = 0; p < n; p++)
			w->params[i * n + p] = lull_is_nan(given[p]) ? subject->params[i * n + p] : given[p];
	subject->params = w->params;
	return LULL_OK;
}

static int check_finite(const double *given, size_t n, const char *name, bool nan_is_fine, struct lull_error *error)
{
	for (size_t i = 0; given && i < n; i++)
		if (!lull_is_finite(given[i]) && !(nan_is_fine && lull_is_nan(given[i])))
			return lull_api__fail(error, LULL_EDOMAIN, name, "number %zu is not finite", i);
	return LULL_OK;
}

static int personal(struct lull_workspace *w, const struct lull_individual *given, struct lull_subject *subject,
		    struct lull_error *error)
{
	const struct lull_pm_info *info = w->model->info;
	struct lull_individual own;
	int rc = lull_api__options(given, &own, sizeof(own), "lull_individual", error);

	lull_pm_typical(w->model->pm, w->theta);
	if (rc || (rc = check_finite(own.covariates, (size_t)info->n_covariates, "covariates", true, error)) ||
	    (rc = check_finite(own.etas, (size_t)info->n_etas, "etas", false, error)) ||
	    (rc = check_finite(own.parameters, (size_t)info->n_params, "parameters", true, error)))
		return rc;
	if (own.covariates && (rc = own_covariates(w, own.covariates, subject, error)))
		return rc;
	if (own.parameters && (rc = own_parameters(w, own.parameters, subject, error)))
		return rc;
	if (own.etas)
		subject->etas = own.etas;
	return LULL_OK;
}

/* ---- the run ---------------------------------------------------------------------------------- */

static int take(void *user, size_t i_slot, int i_thread, const struct lull_sim_person *people, size_t n_people,
		struct lull_err *err)
{
	struct lull_workspace *w = user;

	(void)i_slot;
	(void)i_thread;
	(void)err;
	if (n_people != 1)
		return LULL_OK; /* cannot be: one subject */
	w->status = people->status;
	if (people->status != LULL_OK)
		w->why = *people->err;
	else
		memcpy(w->values, people->values, people->n_times * (size_t)w->n_outputs * sizeof(double));
	return LULL_OK;
}

static int run(struct lull_workspace *w, const struct lull_subject *subject, const struct lull_events_ask *ask,
	       struct lull_error *error)
{
	const struct lull_dataset data = { .subjects = subject, .n_subjects = 1 };
	const struct lull_sim sim = { .pm = w->model->pm, .data = &data, .theta = w->theta, .ask = *ask,
				      .outputs = w->outputs, .n_outputs = w->n_outputs };
	const struct lull_sim_sink sink = { .user = w, .n_slots = 1, .map = take };
	struct lull_err err = { 0 };

	w->status = LULL_OK;
	const int rc = lull_simulate_population(&sim, NULL, &sink, NULL, &err);
	return rc != LULL_OK ? lull_api__give(error, rc, &err) : lull_api__give(error, w->status, &w->why);
}

static int check_call(const struct lull_workspace *w, const struct lull_evtable *table, size_t i_person,
		      const double *times, size_t n_times, const double *values, size_t n_values,
		      struct lull_error *error)
{
	int rc;

	if (!w)
		return lull_api__is_null(error, "workspace");
	if ((rc = lull_api__fits(w->model, table, error)))
		return rc;
	if (i_person >= table->data.n_subjects)
		return lull_api__fail(error, LULL_EDOMAIN, "i_person", "is %zu; the table holds %zu people", i_person,
				      table->data.n_subjects);
	const size_t n_looks = lull_api__n_looks(&table->data.subjects[i_person]);
	if (!times && n_times != n_looks)
		return lull_api__fail(error, LULL_EDOMAIN, "n_times", "is %zu; this person has %zu observation records",
				      n_times, n_looks);
	if (!n_times)
		return lull_api__fail(error, LULL_EDOMAIN, "n_times", "nothing is asked: there are no times");
	if (!values)
		return lull_api__is_null(error, "values");
	if (n_values / n_times < (size_t)w->n_outputs)
		return lull_api__fail(error, LULL_EDOMAIN, "n_values", "is %zu; %d outputs at %zu times need more", n_values,
				      w->n_outputs, n_times);
	return LULL_OK;
}

int lull_workspace_simulate(struct lull_workspace *w, const struct lull_evtable *table, size_t i_person,
			    const struct lull_individual *individual, const double *times, size_t n_times,
			    double *values, size_t n_values, struct lull_error *error)
{
	struct lull_events_ask ask = { .at_records = !times, .n_grid = times ? n_times : 0, .without_last_dose = true };
	int rc = lull_api__enter(error);

	if (rc || (rc = check_call(w, table, i_person, times, n_times, values, n_values, error)))
		return rc;
	struct lull_subject subject = table->data.subjects[i_person];
	w->values = values;
	if (!(rc = room(&w->t_h, &w->cap_times, n_times, error)) &&
	    !(rc = times ? lull_api__times(w->model->info, times, n_times, w->t_h, error) : LULL_OK) &&
	    !(rc = personal(w, individual, &subject, error))) {
		ask.grid_h = times ? w->t_h : NULL;
		rc = run(w, &subject, &ask, error);
	}
	for (size_t i = 0; rc != LULL_OK && i < n_times * (size_t)w->n_outputs; i++)
		values[i] = NAN;
	return rc;
}

/* ---- one call --------------------------------------------------------------------------------- */

int lull_simulate(const char *model_name, const char *events, const double *times, size_t n_times, const char *output,
		  double *values, struct lull_error *error)
{
	struct lull_popmodel *model = NULL;
	struct lull_evtable *table = NULL;
	struct lull_workspace *w = NULL;
	int rc = lull_api__enter(error);

	if (rc == LULL_OK && (!times || !values))
		return lull_api__is_null(error, times ? "values" : "times");
	if (rc == LULL_OK)
		rc = lull_popmodel_open(model_name, NULL, &model, error);
	if (rc == LULL_OK)
		rc = lull_evtable_parse(model, events, NULL, &table, error);
	if (rc == LULL_OK) {
		const char *first = model->info->outputs[0].name;
		rc = lull_workspace_new(model, output ? &output : &first, 1, &w, error);
	}
	if (rc == LULL_OK)
		rc = lull_workspace_simulate(w, table, 0, NULL, times, n_times, values, n_times, error);
	for (size_t i = 0; rc != LULL_OK && values && i < n_times; i++)
		values[i] = NAN;
	lull_workspace_free(w);
	lull_evtable_free(table);
	lull_popmodel_free(model);
	return rc;
}
