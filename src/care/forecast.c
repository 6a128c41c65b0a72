/* The forecast of a plan: people like this one, with the plan and without drug (care/forecast.h).
 *
 * A person is drawn (course/person.h), the plan's input is solved exactly on a grid
 * (ketamine/kinetics.h), pain follows from the two effect sites. Where the plan is a
 * rule, each person's own pain drives it through lull_rule_step, the function that a
 * plan's sheet and a session use. Quantiles are taken over people at each grid time. */
#include "lull/care/forecast.h"

#include <math.h>
#include <string.h>

#include "lull/base/units.h"
#include "lull/care/live.h"
#include "lull/course/person.h"
#include "lull/num/math.h"
#include "lull/num/sum.h"

const double lull_band_probs[LULL_N_BANDS] = { 0.05, 0.25, 0.5, 0.75, 0.95 };

enum { N_GRID_INPUT = 36, N_GRID_LADDER = 72, N_GRID_TAIL = 20 };

/* Everything that stays the same from person to person. */
struct world {
	const struct lull_forecast_request *ask;
	const struct lull_course_priors *priors;
	const struct lull_model_factor *factor;
	struct lull_input input;      /* fixed regimens                          */
	struct lull_bridge bridge;
	struct lull_like like;
	double end_h;                 /* when drug input ends; with a rule, this person's own */
	double now_h;
	double *t_h;
	size_t n_times, i_now;        /* t_h[i_now] is now_h                     */
	/* n_people rows of n_times, by person */
	double *parent, *nk, *nrs_with, *nrs_without;
	/* one a person */
	double *peak, *auc, *total_mg, *hours_above, *occupancy, *perception, *pressure_peak;
	double *fall_now_with, *fall_now_without, *hours_to_target, *rate_at_target;
	double *later_with[LULL_FORECAST_FOLLOW_UPS], *later_without[LULL_FORECAST_FOLLOW_UPS];
	size_t n_reached;
	/* scratch of one person */
	double *z, *auc_curve, *scratch;
	struct lull_input own;        /* a rule's input, rebuilt for each person */
};

/* ---- checking and setting up ---- */

static int check_request(const struct lull_forecast_request *ask, struct lull_err *err)
{
	if (!ask->model || !ask->effects || (!ask->regimen == !ask->rule))
		return lull_fail(err, LULL_EDOMAIN, "forecast", "needs a model, effects, and either a regimen or a rule");
	if (ask->n_people < LULL_FORECAST_MIN_PEOPLE || ask->n_people > LULL_FORECAST_MAX_PEOPLE)
		return lull_fail(err, LULL_EDOMAIN, "forecast.n_people", "from %d to %d people, not %zu",
				 LULL_FORECAST_MIN_PEOPLE, LULL_FORECAST_MAX_PEOPLE, ask->n_people);
	if (!(ask->weight_kg >= 20 && ask->weight_kg <= 400) || !(ask->dosing_weight_kg > 0))
		return lull_fail(err, LULL_EDOMAIN, "forecast.weight_kg", "needs the patient's weight and dosing weight");
	if (!isnan(ask->baseline_nrs) && !(ask->baseline_nrs >= 0 && ask->baseline_nrs <= 10))
		return lull_fail(err, LULL_EDOMAIN, "forecast.baseline_nrs", "pain is 0 to 10");
	if (ask->rule && isnan(ask->baseline_nrs))
		return lull_fail(err, LULL_EDOMAIN, "forecast.baseline_nrs",
				 "a rule that responds to pain needs the pain at the start");
	if (ask->regimen && ask->regimen->product != ask->model->product)
		return lull_fail(err, LULL_EUNSUPPORTED, "forecast.model", "the model is of another product than the plan");
	return LULL_OK;
}

static double *rows(struct lull_arena *arena, size_t n, bool *bad)
{
	double *p = LULL_ARENA_NEW(arena, double, n);
	*bad |= !p;
	return p;
}

/* Dense while drug enters, thinning out behind it. */
static int make_grid(struct world *w, struct lull_arena *arena, struct lull_err *err)
{
	const double tail_h = lull_clamp(w->now_h * 2, 4, 24);
	bool bad = false;

	w->i_now = w->ask->rule ? N_GRID_LADDER : N_GRID_INPUT; /* a ladder has many steps */
	w->n_times = w->i_now + N_GRID_TAIL + 1;
	w->t_h = rows(arena, w->n_times, &bad);
	if (bad)
		return lull_nomem(err);
	for (size_t i = 0; i <= w->i_now; i++)
		w->t_h[i] = w->now_h * (double)i / (double)w->i_now;
	for (size_t i = 1; i <= N_GRID_TAIL; i++) {
		const double u = (double)i / N_GRID_TAIL;
		w->t_h[w->i_now + i] = w->now_h + tail_h * u * (0.3 + 0.7 * u);
	}
	return LULL_OK;
}

static int make_room(struct world *w, struct lull_arena *arena, struct lull_err *err)
{
	const size_t n = w->ask->n_people, nt = w->n_times;
	bool bad = false;

	w->parent = rows(arena, n * nt, &bad);
	w->nk = rows(arena, n * nt, &bad);
	w->nrs_with = rows(arena, n * nt, &bad);
	w->nrs_without = rows(arena, n * nt, &bad);
	double **single[] = { &w->peak, &w->auc, &w->total_mg, &w->hours_above, &w->occupancy, &w->perception,
			      &w->pressure_peak, &w->fall_now_with, &w->fall_now_without, &w->hours_to_target,
			      &w->rate_at_target, &w->scratch };
	for (size_t i = 0; i < sizeof(single) / sizeof(single[0]); i++)
		*single[i] = rows(arena, n, &bad);
	for (int k = 0; k < LULL_FORECAST_FOLLOW_UPS; k++) {
		w->later_with[k] = rows(arena, n, &bad);
		w->later_without[k] = rows(arena, n, &bad);
	}
	w->z = rows(arena, LULL_LIVE_N_SITES * (nt + LULL_FORECAST_FOLLOW_UPS), &bad);
	w->auc_curve = rows(arena, nt + LULL_FORECAST_FOLLOW_UPS, &bad);
	if (w->ask->rule) {
		w->own.t_h = rows(arena, LULL_LIVE_MAX_CHANGES, &bad);
		w->own.rate_mg_per_h = rows(arena, LULL_LIVE_MAX_CHANGES, &bad);
		w->own.bolus_mg = rows(arena, LULL_LIVE_MAX_CHANGES, &bad);
	}
	return bad ? lull_nomem(err) : LULL_OK;
}

/* ---- one person ---- */

static double pain_at(const struct world *w, const struct lull_person *p, double t_h, double ce, double cs)
{
	return lull_live_nrs(p, w->priors, t_h, w->end_h, ce, cs);
}

/* "Now" is then the moment at which this person's infusion ends. */
static int live_rule(struct world *w, size_t i, const struct lull_person *p, const struct lull_modes *modes,
		     struct lull_err *err)
{
	const struct lull_live_ask ask = { w->ask->rule, w->ask->dosing_weight_kg, &w->bridge, w->priors };
	struct lull_live live = { .input = w->own };
	const int rc = lull_live_rule(&ask, p, modes, &live, err);

	if (rc != LULL_OK)
		return rc;
	w->own = live.input;
	w->hours_to_target[i] = live.hours_to_target;
	w->rate_at_target[i] = live.rate_at_target_mg_per_kg_per_h;
	w->fall_now_with[i] = live.fall_with;
	w->fall_now_without[i] = live.fall_without;
	w->n_reached += isnan(w->hours_to_target[i]) ? 0 : 1;
	w->end_h = live.end_h;
	return LULL_OK;
}

static void note_extremes(struct world *w, size_t i, const struct lull_person *p, const double *ce, double auc)
{
	const double *parent = w->parent + i * w->n_times, *nk = w->nk + i * w->n_times;
	const double total = w->bridge.total_factor;
	double peak = 0, ce_max = 0, occupied = 0, above_h = 0;

	for (size_t j = 0; j < w->n_times; j++) {
		peak = lull_max(peak, parent[j]);
		ce_max = lull_max(ce_max, ce[j]);
		occupied = lull_max(occupied, lull_occupancy_frac(&p->effects, parent[j] * total, nk[j]));
		if (j && parent[j] > w->ask->model->fitted_conc_max_ng_per_ml)
			above_h += w->t_h[j] - w->t_h[j - 1];
	}
	w->peak[i] = peak;
	w->occupancy[i] = occupied;
	w->perception[i] = lull_perception_prob(&p->effects, ce_max);
	w->hours_above[i] = above_h;
	w->pressure_peak[i] = lull_pressure_rise_mmhg(&p->effects, peak * total);
	w->auc[i] = auc;
}

static void note_pain(struct world *w, size_t i, const struct lull_person *p, const double *ce, const double *cs)
{
	const size_t nt = w->n_times;

	for (size_t j = 0; j < nt; j++) {
		w->nrs_with[i * nt + j] = pain_at(w, p, w->t_h[j], ce[j], cs[j]);
		w->nrs_without[i * nt + j] = pain_at(w, p, w->t_h[j], 0, 0);
	}
	if (!w->ask->rule) {
		w->fall_now_with[i] = p->baseline_nrs - w->nrs_with[i * nt + w->i_now];
		w->fall_now_without[i] = p->baseline_nrs - w->nrs_without[i * nt + w->i_now];
	}
	for (int k = 0; k < LULL_FORECAST_FOLLOW_UPS; k++) {
		const double day = w->ask->follow_up_day[k], t_h = w->end_h + lull_h_from_day(day);
		const double change = lull_person_day_points(p, w->priors, (int)day) -
				      lull_person_context_points(p, w->priors, t_h, w->end_h);
		w->later_with[k][i] = lull_person_nrs(p, change, ce[nt + (size_t)k], cs[nt + (size_t)k]);
		w->later_without[k][i] = lull_person_nrs(p, change, 0, 0);
	}
}

/* The grid, then the follow-up times of this person; all rise. */
static void set_times(const struct world *w, double *times)
{
	memcpy(times, w->t_h, w->n_times * sizeof(double));
	for (int k = 0; k < LULL_FORECAST_FOLLOW_UPS; k++)
		times[w->n_times + (size_t)k] = lull_max(times[w->n_times + (size_t)k - 1],
							 w->end_h + lull_h_from_day(w->ask->follow_up_day[k]));
}

static int live(struct world *w, size_t i, double *times, struct lull_err *err)
{
	const size_t nt = w->n_times, n_all = nt + LULL_FORECAST_FOLLOW_UPS;
	struct lull_person p;
	struct lull_modes modes;

	lull_person_sample(w->ask->model, w->factor, w->ask->effects, w->priors, &w->like, w->ask->weight_scaled,
			   w->ask->seed, i, &p);
	const struct lull_follow follow = lull_live_followers(&p);
	int rc = lull_modes_of(&p.pk, &follow, &modes, err);
	const struct lull_input *input = &w->input;
	if (rc == LULL_OK && w->ask->rule) {
		rc = live_rule(w, i, &p, &modes, err);
		input = &w->own;
	}
	if (rc != LULL_OK)
		return rc;
	w->total_mg[i] = input->total_mg;
	set_times(w, times);
	double parent[N_GRID_LADDER + N_GRID_TAIL + 1 + LULL_FORECAST_FOLLOW_UPS];
	double nk[N_GRID_LADDER + N_GRID_TAIL + 1 + LULL_FORECAST_FOLLOW_UPS];
	rc = lull_kin_curves_of(&modes, input, times, n_all, parent, nk, w->z, w->auc_curve, err);
	if (rc != LULL_OK)
		return rc;
	memcpy(w->parent + i * nt, parent, nt * sizeof(double));
	memcpy(w->nk + i * nt, nk, nt * sizeof(double));
	double *ce = w->z, *cs = w->z + n_all;
	for (size_t j = 0; j < n_all; j++) {
		ce[j] *= w->bridge.s_factor;
		cs[j] *= w->bridge.s_factor;
	}
	note_extremes(w, i, &p, ce, w->auc_curve[n_all - 1]);
	note_pain(w, i, &p, ce, cs);
	return LULL_OK;
}

/* ---- over people ---- */

static int band_of(struct world *w, const double *by_person, struct lull_arena *arena, struct lull_quantiles *out,
		   struct lull_err *err)
{
	const size_t n = w->ask->n_people, nt = w->n_times;
	double *q[LULL_N_BANDS], at[LULL_N_BANDS];
	bool bad = false;

	for (int b = 0; b < LULL_N_BANDS; b++)
		out->q[b] = q[b] = rows(arena, nt, &bad);
	if (bad)
		return lull_nomem(err);
	for (size_t j = 0; j < nt; j++) {
		for (size_t i = 0; i < n; i++)
			w->scratch[i] = by_person[i * nt + j];
		lull_quantiles(w->scratch, n, lull_band_probs, LULL_N_BANDS, at);
		for (int b = 0; b < LULL_N_BANDS; b++)
			q[b][j] = at[b];
	}
	return LULL_OK;
}

/* Quantiles of one value a person; NaN values (target never reached) are left out. */
static void quantiles_of(struct world *w, const double *x, double out[LULL_N_BANDS])
{
	size_t n = 0;

	for (size_t i = 0; i < w->ask->n_people; i++)
		if (!isnan(x[i]))
			w->scratch[n++] = x[i];
	lull_quantiles(w->scratch, n, lull_band_probs, LULL_N_BANDS, out);
}

static double share_at_least(const double *x, size_t n, double least)
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++)
		k += x[i] >= least;
	return (double)k / (double)n;
}

/* Both arms share random numbers: the error of the difference is that of its discordant pairs. */
static struct lull_contrast contrast_of(const double *with, const double *without, size_t n, double least)
{
	size_t only_with = 0, only_without = 0;

	for (size_t i = 0; i < n; i++) {
		only_with += with[i] >= least && without[i] < least;
		only_without += without[i] >= least && with[i] < least;
	}
	const double nn = (double)n, d = ((double)only_with - (double)only_without) / nn;
	const double var = (((double)only_with + (double)only_without) / nn - d * d) / nn;
	return (struct lull_contrast){ share_at_least(with, n, least), share_at_least(without, n, least), d,
				       1.96 * sqrt(lull_max(0, var)) };
}

static double median_of(struct world *w, const double *x)
{
	double q[LULL_N_BANDS];

	quantiles_of(w, x, q);
	return q[2];
}

static void sum_up_pain(struct world *w, struct lull_forecast *out)
{
	const size_t n = w->ask->n_people;
	const double least = w->priors->response_points;

	out->fall_2_points_now = contrast_of(w->fall_now_with, w->fall_now_without, n, least);
	for (int k = 0; k < LULL_FORECAST_FOLLOW_UPS; k++) {
		out->relief_day[k] = w->ask->follow_up_day[k];
		if (!(out->relief_day[k] > 0))
			continue;
		out->nrs_median_with_at[k] = median_of(w, w->later_with[k]);
		out->nrs_median_without_at[k] = median_of(w, w->later_without[k]);
		for (size_t i = 0; i < n; i++) {
			w->later_with[k][i] = w->ask->baseline_nrs - w->later_with[k][i];
			w->later_without[k][i] = w->ask->baseline_nrs - w->later_without[k][i];
		}
		out->relief_at[k] = contrast_of(w->later_with[k], w->later_without[k], n, least);
	}
}

/* Without the pain at the start, nothing about pain is said. */
static void blank_pain(struct world *w, struct lull_forecast *out)
{
	const struct lull_contrast none = { NAN, NAN, NAN, NAN };

	out->fall_2_points_now = none;
	for (int k = 0; k < LULL_FORECAST_FOLLOW_UPS; k++) {
		out->relief_day[k] = w->ask->follow_up_day[k];
		out->relief_at[k] = none;
		out->nrs_median_with_at[k] = out->nrs_median_without_at[k] = NAN;
	}
}

static void sum_up_pressure(struct world *w, const struct lull_pressure_lines *lines, struct lull_forecast *out)
{
	const double today = w->ask->sbp_mmhg;
	const size_t n = w->ask->n_people;
	const bool known = !isnan(today) && lines && !isnan(w->bridge.total_factor);

	out->share_sbp_watch = known ? share_at_least(w->pressure_peak, n, lines->watch_sbp_mmhg - today) : NAN;
	out->share_sbp_reduce = known ? share_at_least(w->pressure_peak, n, lines->reduce_sbp_mmhg - today) : NAN;
	out->share_sbp_stop = known ? share_at_least(w->pressure_peak, n, lines->stop_sbp_mmhg - today) : NAN;
}

/* Pressure rises with the concentration alone, so its quantiles are those of the concentration. */
static int pressure_band(struct world *w, struct lull_arena *arena, struct lull_forecast *out, struct lull_err *err)
{
	bool bad = false;

	for (int b = 0; b < LULL_N_BANDS; b++) {
		double *q = rows(arena, w->n_times, &bad);
		if (bad)
			return lull_nomem(err);
		for (size_t j = 0; j < w->n_times; j++)
			q[j] = lull_pressure_rise_mmhg(w->ask->effects,
						       out->parent_ng_per_ml.q[b][j] * w->bridge.total_factor);
		out->pressure_rise_mmhg.q[b] = q;
	}
	return LULL_OK;
}

static int sum_up(struct world *w, struct lull_arena *arena, struct lull_forecast *out, struct lull_err *err)
{
	const size_t n = w->ask->n_people;
	int rc = band_of(w, w->parent, arena, &out->parent_ng_per_ml, err);

	if (rc == LULL_OK)
		rc = band_of(w, w->nk, arena, &out->norketamine_ng_per_ml, err);
	const bool pressure = !isnan(w->bridge.total_factor);
	if (rc == LULL_OK && pressure)
		rc = pressure_band(w, arena, out, err);
	const bool pain = !isnan(w->ask->baseline_nrs);
	if (rc == LULL_OK && pain)
		rc = band_of(w, w->nrs_with, arena, &out->nrs_with, err);
	if (rc == LULL_OK && pain)
		rc = band_of(w, w->nrs_without, arena, &out->nrs_without, err);
	if (rc != LULL_OK)
		return rc;
	quantiles_of(w, w->peak, out->peak_ng_per_ml);
	quantiles_of(w, w->auc, out->auc_ng_h_per_ml);
	quantiles_of(w, w->total_mg, out->total_mg);
	quantiles_of(w, w->hours_above, out->hours_above_fitted);
	out->occupancy_peak_median = pressure ? median_of(w, w->occupancy) : NAN;
	out->perception_share = lull_mean(w->perception, n);
	if (pain)
		sum_up_pain(w, out);
	else
		blank_pain(w, out);
	sum_up_pressure(w, w->ask->pressure_lines, out);
	out->share_reached_target = w->ask->rule ? (double)w->n_reached / (double)n : NAN;
	if (w->ask->rule) {
		quantiles_of(w, w->hours_to_target, out->hours_to_target);
		quantiles_of(w, w->rate_at_target, out->rate_at_target_mg_per_kg_per_h);
	} else {
		for (int b = 0; b < LULL_N_BANDS; b++)
			out->hours_to_target[b] = out->rate_at_target_mg_per_kg_per_h[b] = NAN;
	}
	return LULL_OK;
}

/* ---- what must be read with it ---- */

static int write_notes(struct world *w, struct lull_arena *arena, struct lull_forecast *out, struct lull_err *err)
{
	const struct lull_forecast_request *ask = w->ask;
	const char **notes = LULL_ARENA_NEW(arena, const char *, 13);
	size_t n = 0;

	if (!notes)
		return lull_nomem(err);
	notes[n++] = "Not calibrated. No controlled trial of ketamine infusion in chronic migraine has reported; the "
		     "weights of the two effect chains on pain are assumed, from none to full, and so are wide.";
	notes[n++] = "Bands are differences between people and uncertainty of the published constants. They do not "
		     "hold the doubt whether the model applies to migraine at all.";
	notes[n++] = "The people without drug are the same people: the response to the visit, regression to the "
		     "usual pain and day-to-day change stand in both. That response is borrowed from acute attacks.";
	notes[n++] = ask->model->drive.site == LULL_ARTERIAL
			     ? "Concentrations are arterial; a venous sample in the same minutes is lower while the drug enters."
			     : "Concentrations are venous; arterial levels are higher while the drug enters.";
	if (w->bridge.said[0])
		notes[n++] = lull_arena_strdup(arena, w->bridge.said);
	notes[n++] = "Norketamine is drawn for exposure; it has no effect on pain in this model.";
	notes[n++] = "Perception change is that of volunteers on a visual scale, not CADSS, and never a dose limit.";
	notes[n++] = "The pressure curve is mean-pressure-like; single peaks are about twice the mean rise.";
	if (ask->weight_kg < ask->model->fitted_weight_min_kg || ask->weight_kg > ask->model->fitted_weight_max_kg)
		notes[n++] = "The weight is outside the range in which the model was checked: read the curves with and "
			     "without weight scaling, and the worse one.";
	if (ask->rule)
		notes[n++] = "Each simulated person's own pain drives the rule. Sedation, pressure and dissociation are "
			     "not simulated here, so holds for them are missing and doses are an upper view.";
	notes[n++] = "Where this model is known to be wrong: docs/where-the-model-is-wrong.md.";
	if (isnan(ask->baseline_nrs))
		notes[n++] = "Pain at the start is not known: nothing is said about relief.";
	for (size_t i = 0; i < n; i++)
		if (!notes[i])
			return lull_nomem(err);
	out->notes = notes;
	out->n_notes = n;
	return LULL_OK;
}

static int prepare(struct world *w, struct lull_arena *arena, struct lull_err *err)
{
	const struct lull_forecast_request *ask = w->ask;
	int rc = lull_effects_bind(ask->effects, ask->model->drive, ask->allow_site_bridge, &w->bridge, err);

	if (rc == LULL_OK)
		rc = lull_model_factor_new(ask->model, arena, &w->factor, err);
	if (rc == LULL_OK && ask->regimen)
		rc = lull_regimen_compile(ask->regimen, arena, &w->input, err);
	if (rc != LULL_OK)
		return rc;
	w->like = (struct lull_like){ ask->weight_kg, isnan(ask->baseline_nrs) ? 0 : ask->baseline_nrs,
				      ask->usual_nrs, ask->pain_sd_points };
	w->end_h = ask->rule ? ask->rule->max_dur_h : w->input.end_h;
	w->now_h = isnan(ask->now_h) ? w->end_h : ask->now_h;
	if (!(w->now_h > 0))
		return lull_fail(err, LULL_EDOMAIN, "forecast.regimen", "gives no drug over any time");
	rc = make_grid(w, arena, err);
	return rc == LULL_OK ? make_room(w, arena, err) : rc;
}

int lull_forecast_run(const struct lull_forecast_request *request, const struct lull_course_priors *priors,
		      struct lull_arena *arena, struct lull_forecast *out, struct lull_err *err)
{
	struct world w = { .ask = request, .priors = priors };
	int rc = check_request(request, err);

	*out = (struct lull_forecast){ 0 };
	if (rc == LULL_OK)
		rc = prepare(&w, arena, err);
	if (rc != LULL_OK)
		return rc;
	double times[N_GRID_LADDER + N_GRID_TAIL + 1 + LULL_FORECAST_FOLLOW_UPS];
	for (size_t i = 0; rc == LULL_OK && i < request->n_people; i++)
		rc = live(&w, i, times, err);
	if (rc != LULL_OK)
		return rc;
	out->n_people = request->n_people;
	out->n_times = w.n_times;
	out->seed = request->seed;
	out->t_h = w.t_h;
	out->now_h = w.now_h;
	out->site = request->model->drive.site;
	out->bridge = w.bridge;
	rc = sum_up(&w, arena, out, err);
	return rc == LULL_OK ? write_notes(&w, arena, out, err) : rc;
}
