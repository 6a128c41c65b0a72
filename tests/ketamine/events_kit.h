/* One subject through a real model: records, epochs, parameters, ops, the linear system, concentrations. */
#ifndef LULL_TEST_EVENTS_KIT_H
#define LULL_TEST_EVENTS_KIT_H

#include "support.h"

#include <math.h>
#include <stdlib.h>

#include "lull/base/text.h"
#include "lull/ketamine/events.h"

enum { KIT_MAX_TIMES = 4000, KIT_MAX_EPOCHS = 64 };

struct kit_out {
	size_t n;
	double t_h[KIT_MAX_TIMES], c[KIT_MAX_TIMES], last_dose_h[KIT_MAX_TIMES]; /* the model's first output */
	int32_t record[KIT_MAX_TIMES];
	size_t n_ops, n_epochs;
};

static inline int kit_tile(void *user, int first_lane, int width, size_t i_time, size_t n_times, const double *tile,
			   struct lull_err *err)
{
	struct kit_out *out = user;
	const size_t n_outputs = out->n_ops; /* lent to the tile while the system runs */
	(void)first_lane;
	(void)err;
	for (size_t i = 0; i < n_times; i++)
		out->c[i_time + i] = tile[i * n_outputs * (size_t)width];
	return LULL_OK;
}

/* The person's parameters in each epoch: columns of parameters replace the typical values. */
static inline void kit_params(const struct lull_pm *pm, const struct lull_subject *s, const size_t *first, size_t n,
			      double (*params)[LULL_PM_MAX_PARAMS], struct lull_lin_person *people)
{
	const struct lull_pm_info *info = lull_pm_info(pm);
	struct lull_err err = { 0 };
	for (size_t e = 0; e < n; e++) {
		double theta[LULL_PM_MAX_PARAMS];
		lull_pm_typical(pm, theta);
		for (int p = 0; s->params && p < info->n_params; p++) {
			const double x = s->params[first[e] * (size_t)info->n_params + (size_t)p];
			theta[p] = isnan(x) ? theta[p] : x;
		}
		const double *covariates = s->covariates ? s->covariates + first[e] * (size_t)info->n_covariates
							 : info->covariate_default;
		assert_ok(lull_pm_individual(pm, theta, covariates, s->etas, NULL, params[e], &err), &err);
		assert_ok(lull_pm_person(pm, params[e], &people[e], NULL, &err), &err);
	}
}

static inline int kit_run(const struct lull_pm *pm, const struct lull_subject *s, const struct lull_events_ask *ask,
			  struct kit_out *out, struct lull_err *err)
{
	static double params[KIT_MAX_EPOCHS][LULL_PM_MAX_PARAMS];
	static struct lull_lin_person people[KIT_MAX_EPOCHS];
	const double *rows[KIT_MAX_EPOCHS];
	const struct lull_pm_info *info = lull_pm_info(pm);
	struct lull_events_work *work = NULL;
	struct lull_lin_work *lin = NULL;
	struct lull_track track;
	const size_t *first = NULL;
	size_t n = 0;
	assert_ok(lull_events_work_new(&work, err), err);
	assert_ok(lull_lin_work_new(info->linear, &lin, err), err);
	assert_ok(lull_events_epochs(pm, s, work, &first, &n, err), err);
	assert_true(n <= KIT_MAX_EPOCHS);
	kit_params(pm, s, first, n, params, people);
	for (size_t e = 0; e < n; e++)
		rows[e] = params[e];
	int rc = lull_events_compile(pm, s, rows, n, ask, work, &track, err);
	if (rc == LULL_OK) {
		const struct lull_lin_job job = { .people = people, .n_people = n, .ops = track.ops, .n_ops = track.n_ops,
						  .t_h = track.t_h, .n_times = track.n_times, .ops_before = track.ops_before,
						  .step_h = track.step_h };
		const struct lull_lin_sink sink = { .user = out, .tile = kit_tile };
		int status = LULL_OK;
		struct lull_err lane = { 0 };
		assert_true(track.n_times <= KIT_MAX_TIMES);
		out->n = track.n_times;
		out->n_ops = (size_t)info->shape->n_outputs;
		assert_ok(lull_linear_run(info->linear, lin, &job, 1, &sink, &status, &lane, err), err);
		assert_ok(status, &lane);
		out->n_ops = track.n_ops;
		out->n_epochs = n;
		for (size_t i = 0; i < track.n_times; i++) {
			out->t_h[i] = track.report_h[i];
			out->record[i] = track.record[i];
			out->last_dose_h[i] = track.last_dose_h ? track.last_dose_h[i] : NAN;
		}
	}
	lull_lin_work_free(lin);
	lull_events_work_free(work);
	return rc;
}

static inline const struct lull_pm *kit_model(struct lull_arena *arena, const char *yaml, size_t n)
{
	struct lull_diags diags;
	const struct lull_pm *pm = NULL;
	lull_diags_init(&diags, arena);
	const int rc = lull_pm_read(yaml, n, "model.yaml", arena, &pm, &diags);
	assert_no_diags(&diags);
	assert_int_equal(rc, LULL_OK);
	return pm;
}

#endif
