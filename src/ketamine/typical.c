/* One typical person: the linear system asked for curves, steady levels and the rates of a part. */
#include "lull/ketamine/typical.h"

#include <string.h>

#include "lull/base/text.h"
#include "lull/ketamine/kinetics.h"
#include "lull/num/math.h"
#include "pm_int.h"

#define NO_VALUE ((double)__builtin_nanf(""))

int lull_typical_of(const struct lull_pm *pm, double weight_kg, struct lull_typical *out, struct lull_err *err)
{
	static const char *const weights[] = { "wt", "weight", "weight_kg", "bw", "bwt" };
	const struct lull_pm_info *info = lull_pm_info(pm);
	struct lull_effect_numbers effects[LULL_MAX_EFFECTS];
	double theta[LULL_PM_MAX_PARAMS];

	*out = (struct lull_typical){ .pm = pm, .weight_covariate = -1, .weight_kg = NO_VALUE };
	lull_pm_reference(pm, out->covariates);
	for (int i = 0; i < info->n_covariates; i++)
		for (size_t k = 0; k < sizeof weights / sizeof weights[0] && out->weight_covariate < 0; k++)
			if (lull_text_casecmp(info->covariates[i].name, weights[k]) == 0)
				out->weight_covariate = i;
	if (out->weight_covariate >= 0) {
		double *wt = &out->covariates[out->weight_covariate];
		*wt = weight_kg == weight_kg ? weight_kg : *wt;
		out->weight_kg = *wt;
	}
	lull_pm_typical(pm, theta);
	int rc = lull_pm_individual(pm, theta, out->covariates, NULL, NULL, out->params, err);
	if (rc == LULL_OK)
		rc = lull_pm_person(pm, out->params, &out->person, effects, err);
	return rc;
}

/* ------------------------------------------------------------------ curves */

struct gathered {
	double *values;
	size_t n_times;
	int n_outputs;
};

static int gather(void *user, int first_lane, int width, size_t i_time, size_t n_times, const double *tile, struct lull_err *err)
{
	const struct gathered *g = user;

	(void)first_lane;
	(void)err;
	for (size_t t = 0; t < n_times; t++)
		for (int o = 0; o < g->n_outputs; o++)
			g->values[(size_t)o * g->n_times + i_time + t] = tile[(t * (size_t)g->n_outputs + (size_t)o) * (size_t)width];
	return LULL_OK;
}

/* One person's ops through the system; values [output][n]. */
static int run(const struct lull_linear *linear, int n_outputs, const struct lull_lin_job *job, double *values, struct lull_err *err)
{
	struct gathered g = { values, job->n_times, n_outputs };
	const struct lull_lin_sink sink = { &g, gather, NULL };
	struct lull_lin_work *work = NULL;
	struct lull_err own = { 0 };
	int status = LULL_OK, rc = lull_lin_work_new(linear, &work, err);

	if (rc == LULL_OK)
		rc = lull_linear_run(linear, work, job, 1, &sink, &status, &own, err);
	lull_lin_work_free(work);
	if (rc == LULL_OK && status != LULL_OK) {
		if (err)
			*err = own;
		rc = status;
	}
	return rc;
}

/* Ops of the regimen, with the system's numbers in each of its epochs. */
static int compile(const struct lull_typical *typical, const struct lull_subject *subject, struct lull_events_work *work,
		   const double *t_h, size_t n, struct lull_arena *arena, struct lull_lin_job *job, struct lull_err *err)
{
	const struct lull_pm_info *info = lull_pm_info(typical->pm);
	const struct lull_events_ask ask = { .grid_h = t_h, .n_grid = n, .without_last_dose = true };
	const size_t *first;
	size_t n_epochs;
	struct lull_track track;
	double theta[LULL_PM_MAX_PARAMS];
	int rc = lull_events_epochs(typical->pm, subject, work, &first, &n_epochs, err);

	if (rc != LULL_OK)
		return rc;
	struct lull_lin_person *people = LULL_ARENA_NEW(arena, struct lull_lin_person, n_epochs);
	const double **params = LULL_ARENA_NEW(arena, const double *, n_epochs);
	double *numbers = LULL_ARENA_NEW(arena, double, n_epochs * LULL_PM_MAX_PARAMS);
	if (!people || !params || !numbers)
		return lull_nomem(err);
	lull_pm_typical(typical->pm, theta);
	for (size_t e = 0; e < n_epochs && rc == LULL_OK; e++) {
		struct lull_effect_numbers effects[LULL_MAX_EFFECTS];
		double *p = numbers + e * LULL_PM_MAX_PARAMS;
		const double *covariates = subject->covariates ? subject->covariates + first[e] * (size_t)info->n_covariates : NULL;
		params[e] = p;
		rc = lull_pm_individual(typical->pm, theta, covariates, NULL, NULL, p, err);
		if (rc == LULL_OK)
			rc = lull_pm_person(typical->pm, p, &people[e], effects, err);
	}
	if (rc == LULL_OK)
		rc = lull_events_compile(typical->pm, subject, params, n_epochs, &ask, work, &track, err);
	if (rc == LULL_OK)
		*job = (struct lull_lin_job){ people, n_epochs, track.ops, track.n_ops, track.t_h, track.n_times, track.ops_before,
					      track.step_h };
	return rc;
}

/* The doses' own covariates, with the person's weight for all of them. */
static int with_weight(const struct lull_typical *typical, struct lull_subject *s, struct lull_arena *arena, struct lull_err *err)
{
	const size_t n = (size_t)lull_pm_info(typical->pm)->n_covariates;

	if (!n)
		return LULL_OK;
	double *all = LULL_ARENA_NEW(arena, double, n * (s->n_records ? s->n_records : 1));
	if (!all)
		return lull_nomem(err);
	for (size_t r = 0; r < s->n_records; r++)
		for (size_t i = 0; i < n; i++) {
			const double given = s->covariates ? s->covariates[r * n + i] : NO_VALUE;
			all[r * n + i] = (int)i == typical->weight_covariate || given != given ? typical->covariates[i] : given;
		}
	s->covariates = all;
	return LULL_OK;
}

int lull_typical_curve(const struct lull_typical *typical, const char *doses, const double *t_h, size_t n,
		       struct lull_arena *arena, const double **values, struct lull_diags *diags)
{
	const struct lull_pm_info *info = lull_pm_info(typical->pm);
	const int n_outputs = info->shape->n_outputs;
	struct lull_dataset data;
	struct lull_events_work *work = NULL;
	struct lull_lin_job job;
	struct lull_err err = { 0 };
	int rc = lull_events_read_text(typical->pm, doses, NULL, arena, &data, diags);

	*values = NULL;
	if (rc != LULL_OK)
		return rc;
	double *out = LULL_ARENA_NEW(arena, double, (size_t)n_outputs * n);
	struct lull_subject subject = data.subjects[0];
	rc = out ? with_weight(typical, &subject, arena, &err) : lull_nomem(&err);
	if (rc == LULL_OK)
		rc = lull_events_work_new(&work, &err);
	if (rc == LULL_OK)
		rc = compile(typical, &subject, work, t_h, n, arena, &job, &err);
	if (rc == LULL_OK)
		rc = run(info->linear, n_outputs, &job, out, &err);
	lull_events_work_free(work);
	if (rc != LULL_OK)
		lull_diags_addf(diags, LULL_ERROR, info->id, 0, 0, NULL, err.mend[0] ? err.mend : NULL, "%s", err.what);
	else
		*values = out;
	return rc;
}

size_t lull_peak_at(const double *y, size_t n)
{
	size_t at = 0;

	for (size_t i = 1; i < n; i++)
		at = y[i] > y[at] ? i : at;
	return at;
}

/* ------------------------------------------------------------------ areas */

int lull_typical_area(const struct lull_typical *typical, int input, double area[LULL_LIN_MAX_OUTPUTS], struct lull_err *err)
{
	const struct lull_pm_info *info = lull_pm_info(typical->pm);
	struct lull_pm_part parts[LULL_PM_MAX_PARTS];
	struct lull_op ops[LULL_PM_MAX_PARTS];
	static const double now[] = { 0 };
	int n_parts, rc = lull_pm_parts(typical->pm, typical->params, input, parts, &n_parts, err);

	if (rc != LULL_OK)
		return rc;
	const double unit = lull_pm__to_engine(&typical->pm->amount);
	for (int i = 0; i < n_parts; i++)
		ops[i] = (struct lull_op){ .amount = parts[i].frac * unit, .kind = i ? LULL_OP_ADD_STEADY : LULL_OP_STEADY,
					   .state = (int16_t)parts[i].state };
	const struct lull_lin_job job = { &typical->person, 1, ops, (size_t)n_parts, now, 1, NULL, 0 };
	return run(info->linear, info->shape->n_outputs, &job, area, err);
}

/* ------------------------------------------------------------------ the part an output belongs to */

/* Which states can be reached from `from` by flows that take. */
static void reach(const struct lull_lin_shape *shape, int from, bool backwards, bool *is_reached)
{
	bool grows = true;

	memset(is_reached, 0, LULL_LIN_MAX_STATES * sizeof *is_reached);
	is_reached[from] = true;
	while (grows) {
		grows = false;
		for (int f = 0; f < shape->n_flows; f++) {
			const struct lull_lin_flow *flow = &shape->flow[f];
			const int a = backwards ? flow->to : flow->from, b = backwards ? flow->from : flow->to;
			if (flow->copies || a < 0 || b < 0 || !is_reached[a] || is_reached[b])
				continue;
			is_reached[b] = grows = true;
		}
	}
}

/* The reversible part around an output's state as a system of its own, every state an output of it. */
static int part_of(const struct lull_typical *typical, int state, struct lull_lin_shape *shape, struct lull_lin_person *person)
{
	const struct lull_lin_shape *whole = lull_pm_info(typical->pm)->shape;
	bool to[LULL_LIN_MAX_STATES], from[LULL_LIN_MAX_STATES];
	int index[LULL_LIN_MAX_STATES];

	*shape = (struct lull_lin_shape){ 0 };
	*person = (struct lull_lin_person){ { 0 } };
	reach(whole, state, false, to);
	reach(whole, state, true, from);
	for (int s = 0; s < whole->n_states; s++) {
		index[s] = -1;
		if (!to[s] || !from[s] || shape->n_outputs >= LULL_LIN_MAX_OUTPUTS)
			continue;
		index[s] = shape->n_states;
		person->scale[shape->n_outputs] = 1;
		shape->output_state[shape->n_outputs++] = shape->n_states++;
	}
	for (int f = 0; f < whole->n_flows; f++) {
		const struct lull_lin_flow *flow = &whole->flow[f];
		if (flow->copies || index[flow->from] < 0)
			continue;
		const int k = shape->n_flows++;
		shape->flow[k] = (struct lull_lin_flow){ index[flow->from], flow->to >= 0 ? index[flow->to] : -1, false };
		person->rate_per_h[k] = typical->person.rate_per_h[f];
		person->gain[k] = shape->flow[k].to < 0 ? 1 : typical->person.gain[f];
	}
	return index[state];
}

/* The output's place in the body; a filter (venous lag, effect site) stands for what it follows. */
static int source_state(const struct lull_lin_shape *shape, int state)
{
	for (int step = 0; step < shape->n_states; step++) {
		int from = -1;
		for (int f = 0; f < shape->n_flows; f++)
			if (shape->flow[f].copies && shape->flow[f].to == state)
				from = shape->flow[f].from;
		if (from < 0)
			return state;
		state = from;
	}
	return state;
}

int lull_typical_disposition(const struct lull_typical *typical, int output, struct lull_arena *arena,
			     struct lull_disposition *out, struct lull_err *err)
{
	const struct lull_pm_info *info = lull_pm_info(typical->pm);
	const int state = source_state(info->shape, info->shape->output_state[output]);
	const bool is_filter = state != info->shape->output_state[output];
	struct lull_lin_shape shape;
	struct lull_lin_person person;
	double level[LULL_LIN_MAX_OUTPUTS], rate[LULL_LIN_MAX_STATES], sum = 0;
	static const double now[] = { 0 };
	const int at = part_of(typical, state, &shape, &person);
	const struct lull_linear *linear;
	int n_rates = 0, rc = lull_linear_new(&shape, arena, &linear, err);

	*out = (struct lull_disposition){ .cl_l_per_h = NO_VALUE, .vss_l = NO_VALUE, .mrt_h = NO_VALUE, .n_states = shape.n_states };
	if (rc == LULL_OK)
		rc = lull_linear_rates(linear, &person, rate, &n_rates, err);
	if (rc != LULL_OK)
		return rc;
	for (int i = 0; i < n_rates; i++)
		if (rate[i] > 0)
			out->half_life_h[out->n_half_lives++] = lull_half_life_h(rate[i]);
	/* a constant rate of 1 an hour: the sum of the amounts is the mean time in the body (Little's law) */
	const struct lull_op op = { .amount = 1, .kind = LULL_OP_STEADY, .state = (int16_t)at };
	const struct lull_lin_job job = { &person, 1, &op, 1, now, 1, NULL, 0 };
	rc = run(linear, shape.n_outputs, &job, level, err);
	if (rc != LULL_OK)
		return rc;
	for (int i = 0; i < shape.n_outputs; i++)
		sum += level[i];
	out->mrt_h = sum;
	struct pm_unit conc;
	if (is_filter || !lull_pm__unit(info->outputs[output].unit, &conc) || !(typical->person.scale[output] > 0))
		return LULL_OK;
	const double c = level[at] * typical->person.scale[output] * lull_pm__to_engine(&conc);
	out->cl_l_per_h = 1 / c;
	out->vss_l = sum / c;
	return LULL_OK;
}
