/* From a plan and a patient to a forecast: sessions laid end to end, lines, models (care/forecast.h). */
#include "lull/care/forecast.h"

#include <math.h>

#include "lull/base/units.h"
#include "lull/care/plan.h"
#include "lull/course/person.h"
#include "lull/headache/diary.h"
#include "lull/num/math.h"

static const struct lull_model *model_for(const struct lull_forecast_kb *kb, const struct lull_plan *plan)
{
	for (size_t i = 0; i < kb->n_models; i++)
		if (kb->models[i].product == plan->product)
			return &kb->models[i];
	return NULL;
}

/* All sessions' doses on one clock that starts with the first session. */
static int join_sessions(const struct lull_plan *plan, struct lull_arena *arena, struct lull_regimen *out,
			 struct lull_err *err)
{
	size_t n = 0;

	for (size_t s = 0; s < plan->n_sessions; s++)
		n += plan->sessions[s].regimen.n_doses;
	struct lull_dose *doses = LULL_ARENA_NEW(arena, struct lull_dose, n ? n : 1);
	if (!doses)
		return lull_nomem(err);
	n = 0;
	for (size_t s = 0; s < plan->n_sessions; s++) {
		const struct lull_plan_session *session = &plan->sessions[s];
		for (size_t i = 0; i < session->regimen.n_doses; i++) {
			doses[n] = session->regimen.doses[i];
			doses[n++].t_h += lull_h_from_day(session->day);
		}
	}
	*out = (struct lull_regimen){ plan->product, plan->route, doses, n };
	return n ? LULL_OK : lull_fail(err, LULL_EDOMAIN, "plan", "gives no drug, so there is nothing to forecast");
}

/* The typical person under the first session, by every model of the product. */
static int view_models(const struct lull_forecast_kb *kb, const struct lull_plan *plan, double weight_kg,
		       struct lull_arena *arena, struct lull_plan_forecast *out, struct lull_err *err)
{
	enum { N = 241 };
	const struct lull_plan_session *first = &plan->sessions[0];
	struct lull_input input;
	double *t_h = LULL_ARENA_NEW(arena, double, 2 * N);
	int rc = lull_regimen_compile(&first->regimen, arena, &input, err);

	out->views = LULL_ARENA_NEW(arena, struct lull_model_view, kb->n_models + 1);
	if (rc != LULL_OK || !t_h || !out->views)
		return rc != LULL_OK ? rc : lull_nomem(err);
	double *parent = t_h + N;
	for (size_t j = 0; j < N; j++)
		t_h[j] = input.end_h * (double)j / (N - 1);
	for (size_t i = 0; rc == LULL_OK && i < kb->n_models; i++) {
		const struct lull_model *model = &kb->models[i];
		struct lull_pk pk;
		if (model->product != plan->product)
			continue;
		lull_model_typical(model, weight_kg, true, &pk);
		rc = lull_kin_curves(&pk, NULL, &input, t_h, N, parent, NULL, NULL, NULL, err);
		double peak = 0;
		for (size_t j = 0; rc == LULL_OK && j < N; j++)
			peak = lull_max(peak, parent[j]);
		/* the whole area: dose over clearance, exact for a linear model */
		out->views[out->n_views++] = (struct lull_model_view){
			model, peak, lull_ng_per_ml_from_mg_per_l(input.total_mg / pk.cl_l_per_h)
		};
	}
	return rc;
}

static void take_lines(const struct lull_plan *plan, struct lull_pressure_lines *lines,
		       struct lull_forecast_request *ask)
{
	const struct lull_line *sbp = lull_monitor_line(&plan->kb->monitoring, "sbp_high");

	if (!sbp)
		return;
	*lines = (struct lull_pressure_lines){ sbp->watch, sbp->hold, sbp->stop };
	ask->pressure_lines = lines;
}

void lull_usual_pain_of(const struct lull_diary *diary, struct lull_usual_pain *out)
{
	double sum = 0, squares = 0;
	size_t n = 0;

	*out = (struct lull_usual_pain){ NAN, NAN };
	for (size_t i = 0; i < diary->n_days; i++) {
		const double pain = (double)diary->days[i].pain;
		if (diary->days[i].state != LULL_DAY_HEADACHE || lull_is_nan(pain))
			continue;
		n++;
		sum += pain;
		squares += pain * pain;
	}
	if (n < 2)
		return;
	out->mean_nrs = sum / (double)n;
	out->sd_points = sqrt(lull_max(squares - sum * out->mean_nrs, 0) / (double)(n - 1));
}

int lull_forecast_plan(const struct lull_forecast_kb *kb, const struct lull_plan *plan,
		       const struct lull_patient *patient, const struct lull_usual_pain *usual, size_t n_people,
		       uint64_t seed, struct lull_arena *arena, struct lull_plan_forecast *out, struct lull_err *err)
{
	const struct lull_vitals *vitals = lull_patient_vitals(patient, plan->day);
	struct lull_pressure_lines lines;
	struct lull_regimen regimen;

	*out = (struct lull_plan_forecast){ .model = model_for(kb, plan) };
	if (!plan->n_sessions)
		return lull_fail(err, LULL_EDOMAIN, "plan", "has no session, so there is nothing to forecast");
	if (!out->model)
		return lull_fail(err, LULL_EUNSUPPORTED, "plan", "no kinetic model of %s",
				 lull_product_names[plan->product]);
	struct lull_forecast_request ask = {
		.model = out->model, .effects = kb->effects, .weight_kg = plan->weights.total_kg,
		.dosing_weight_kg = plan->weights.dosing_kg, .baseline_nrs = patient->pain.nrs,
		.usual_nrs = usual->mean_nrs, .pain_sd_points = usual->sd_points, .now_h = plan->sessions[0].dur_h,
		.sbp_mmhg = vitals ? vitals->sbp_mmhg : NAN, .dbp_mmhg = vitals ? vitals->dbp_mmhg : NAN,
		.weight_scaled = true, .allow_site_bridge = true, .n_people = n_people, .seed = seed,
		.follow_up_day = { 14, 30 },
	};
	take_lines(plan, &lines, &ask);
	int rc = join_sessions(plan, arena, &regimen, err);
	if (rc == LULL_OK)
		rc = view_models(kb, plan, ask.weight_kg, arena, out, err);
	if (rc != LULL_OK)
		return rc;
	if (plan->has_rule && !isnan(ask.baseline_nrs))
		ask.rule = &plan->rule;
	else
		ask.regimen = &regimen;
	rc = lull_forecast_run(&ask, kb->priors, arena, &out->main, err);
	if (rc != LULL_OK || (ask.weight_kg >= out->model->fitted_weight_min_kg &&
			      ask.weight_kg <= out->model->fitted_weight_max_kg))
		return rc;
	ask.weight_scaled = false;
	out->has_unscaled = true;
	return lull_forecast_run(&ask, kb->priors, arena, &out->unscaled, err);
}
