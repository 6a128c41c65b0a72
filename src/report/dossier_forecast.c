/* The dossier's forecast: always beside the same people without drug, bands explained, the title says that
 * it is not calibrated. */
#include "dossier_impl.h"

#include <math.h>

/* The grid's first n times up to an hour. */
static size_t times_until(const struct lull_forecast *f, double h)
{
	size_t n = 0;
	while (n < f->n_times && f->t_h[n] <= h)
		n++;
	return n;
}

static bool has_rows(const struct lull_quantiles *q)
{
	return q->q[0] && q->q[1] && q->q[2] && q->q[3] && q->q[4];
}

static struct lull_band_arm arm_of(const struct lull_quantiles *q, const char *label, enum lull_band_role role)
{
	return (struct lull_band_arm){ label, role, q->q[2], q->q[1], q->q[3], q->q[0], q->q[4] };
}

/* Rows of the table: start, middle and end of the first session, then to the end of the grid. */
static const double *table_times(struct lull_dossier_writer *w, const struct lull_forecast *f, size_t *n)
{
	double *t = lull_dossier__zalloc(w, 6, sizeof(*t));
	*n = 0;
	if (!t)
		return NULL;
	const double end = f->now_h, last = f->t_h[f->n_times - 1];
	const double want[] = { 0.0, end / 2.0, end, end + (last - end) * 0.25, end + (last - end) * 0.5, last };
	for (size_t i = 0; i < 6; i++)
		if (*n == 0 || want[i] > t[*n - 1])
			t[(*n)++] = want[i];
	return t;
}

static struct lull_chart *new_bands(struct lull_dossier_writer *w, const struct lull_forecast *f, const char *id,
				    const char *title, const char *note, const struct lull_band_arm *arms, size_t n_arms)
{
	struct lull_chart *chart = lull_dossier__zalloc(w, 1, sizeof(*chart));
	struct lull_band_arm *kept = lull_dossier__zalloc(w, n_arms, sizeof(*kept));
	struct lull_chart_span *span = lull_dossier__zalloc(w, 1, sizeof(*span));
	size_t n_table;
	const double *table_x = table_times(w, f, &n_table);
	if (!chart || !kept || !span || !table_x)
		return NULL;
	for (size_t i = 0; i < n_arms; i++)
		kept[i] = arms[i];
	*span = (struct lull_chart_span){ 0.0, f->now_h, "first session" };
	*chart = (struct lull_chart){ .kind = LULL_CHART_BANDS, .id = id, .title = title, .note = note,
				      .bands = { .x_label = "hours from the start", .x = f->t_h, .n = times_until(f, INFINITY),
						 .arms = kept, .n_arms = n_arms, .spans = span, .n_spans = 1, .y_min = 0.0,
						 .y_max = NAN, .decimals = 1, .table_x = table_x, .n_table = n_table } };
	return chart;
}

static void put_concentration(struct lull_dossier_writer *w, const struct lull_forecast *f)
{
	const bool arterial = f->site == LULL_ARTERIAL;
	const struct lull_band_arm arms[] = {
		arm_of(&f->parent_ng_per_ml, arterial ? "ketamine, arterial" : f->site == LULL_VENOUS ? "ketamine, venous" : "ketamine, site not stated",
		       arterial ? LULL_ROLE_ARTERIAL : LULL_ROLE_VENOUS),
		arm_of(&f->norketamine_ng_per_ml, "norketamine: no effect in this model", LULL_ROLE_WITHOUT),
	};
	if (!has_rows(&f->parent_ng_per_ml))
		return;
	struct lull_chart *chart = new_bands(w, f, "concentration", "Concentration in plasma", NULL, arms,
					     has_rows(&f->norketamine_ng_per_ml) ? 2 : 1);
	if (!chart)
		return;
	chart->bands.y_label = "ng/mL";
	chart->bands.decimals = 0;
	lull_doc_chart(w->doc, chart);
}

static void put_pain(struct lull_dossier_writer *w, const struct lull_forecast *f)
{
	if (!has_rows(&f->nrs_with) || !has_rows(&f->nrs_without))
		return;
	const struct lull_band_arm arms[] = { arm_of(&f->nrs_with, "with ketamine", LULL_ROLE_WITH),
					      arm_of(&f->nrs_without, "the same people without drug", LULL_ROLE_WITHOUT) };
	struct lull_chart *chart = new_bands(w, f, "pain", "Pain, with ketamine and without, in the same simulated people",
					     "Not calibrated: the effect's weight is assumed, from none to full.", arms, 2);
	if (!chart)
		return;
	chart->bands.y_label = "pain, 0 to 10";
	chart->bands.y_max = 10.0;
	lull_doc_chart(w->doc, chart);
}

static void put_pressure(struct lull_dossier_writer *w, const struct lull_forecast *f)
{
	if (!has_rows(&f->pressure_rise_mmhg))
		return;
	const struct lull_band_arm arms[] = { arm_of(&f->pressure_rise_mmhg, "rise of pressure", LULL_ROLE_WITH) };
	struct lull_chart *chart = new_bands(w, f, "pressure", "Rise of blood pressure",
					     "Mean-pressure-like. A single peak can be about twice the mean rise.", arms, 1);
	if (!chart)
		return;
	chart->bands.y_label = "mmHg above the start";
	lull_doc_chart(w->doc, chart);
}

static const char *percent(struct lull_dossier_writer *w, double share)
{
	return isnan(share) ? "unknown" : lull_dossier__text(w, "%s %%", lull_dossier__num(w, share * 100.0, 0));
}

static void put_contrast(struct lull_dossier_writer *w, struct lull_table *table, const char *label,
			 const struct lull_contrast *c)
{
	lull_table_cell(table, label);
	lull_table_cell(table, percent(w, c->with_drug));
	lull_table_cell(table, percent(w, c->without_drug));
	if (isnan(c->difference))
		lull_table_cell(table, "unknown");
	else
		lull_table_cellf(table, "%s percentage points (simulation error %s)", lull_dossier__num(w, c->difference * 100.0, 0),
				 lull_dossier__num(w, c->mc_half_width * 100.0, 1));
}

static void put_chances(struct lull_dossier_writer *w, const struct lull_forecast *f)
{
	static const struct lull_table_column columns[] = {
		{ "Share of people", LULL_AT_START, 1 }, { "With ketamine", LULL_AT_END, 0 }, { "Without drug", LULL_AT_END, 0 },
		{ "Difference", LULL_AT_END, 0 },
	};
	struct lull_table *table = lull_table_new(w->arena, "Chances, side by side", columns, 4);
	const char *points = lull_dossier__num(w, w->in->priors->response_points, 1);
	put_contrast(w, table, lull_dossier__text(w, "pain %s points lower at the end of the first session", points),
		     &f->fall_2_points_now);
	for (int i = 0; i < LULL_FORECAST_FOLLOW_UPS; i++)
		if (f->relief_day[i] > 0.0)
			put_contrast(w, table, lull_dossier__text(w, "still %s points lower %s days after the end", points,
								  lull_dossier__num(w, f->relief_day[i], 0)), &f->relief_at[i]);
	lull_doc_table(w->doc, table);
}

static void put_quantiles(struct lull_dossier_writer *w, struct lull_table *table, const char *label,
			  const double q[LULL_N_BANDS], int decimals)
{
	lull_table_cell(table, label);
	lull_table_num(table, q[2], decimals);
	lull_table_cellf(table, "%s to %s", lull_dossier__num(w, q[0], decimals), lull_dossier__num(w, q[4], decimals));
}

static void put_exposure(struct lull_dossier_writer *w, const struct lull_forecast *f)
{
	static const struct lull_table_column columns[] = { { "Exposure and safety", LULL_AT_START, 1 },
							    { "Median", LULL_AT_END, 0 },
							    { "90 % of people", LULL_AT_END, 0 } };
	struct lull_table *table = lull_table_new(w->arena, NULL, columns, 3);
	put_quantiles(w, table, "highest concentration in the first session, ng/mL", f->peak_ng_per_ml, 0);
	put_quantiles(w, table, "area under the curve of the whole course, ng h/mL", f->auc_ng_h_per_ml, 0);
	put_quantiles(w, table, "dose of the whole course, mg", f->total_mg, 1);
	if (!isnan(f->share_reached_target)) {
		put_quantiles(w, table, "hours until pain reached the target, where it did", f->hours_to_target, 1);
		put_quantiles(w, table, "rate at that moment, mg/kg/h", f->rate_at_target_mg_per_kg_per_h, 2);
	}
	put_quantiles(w, table, "hours above the range in which the effect was fitted", f->hours_above_fitted, 1);
	lull_doc_table(w->doc, table);
	if (!isnan(f->share_reached_target))
		lull_doc_pair(w->doc, "Target", "pain reached the protocol's target in %s of people",
			      percent(w, f->share_reached_target));
	if (!isnan(f->occupancy_peak_median))
		lull_doc_pair(w->doc, "Occupancy", "%s of NMDA receptors at the highest, median (constants from rats)",
			      percent(w, f->occupancy_peak_median));
	lull_doc_pair(w->doc, "Pressure lines", "crossing watch %s, reduce %s, stop %s of people", percent(w, f->share_sbp_watch),
		      percent(w, f->share_sbp_reduce), percent(w, f->share_sbp_stop));
	lull_doc_pair(w->doc, "Perception", "change in volunteers at its highest: %s (not CADSS, never a dose limit)",
		      percent(w, f->perception_share));
}

static void put_models(struct lull_dossier_writer *w)
{
	static const struct lull_table_column columns[] = { { "Model, typical person", LULL_AT_START, 1 },
							    { "Highest, first session, ng/mL", LULL_AT_END, 0 },
							    { "Its area, ng h/mL", LULL_AT_END, 0 } };
	const struct lull_plan_forecast *pf = w->in->forecast;
	if (pf->n_views > 1) {
		struct lull_table *table = lull_table_new(w->arena, "How far published models lie apart", columns, 3);
		for (size_t i = 0; i < pf->n_views; i++) {
			const struct lull_model *m = pf->views[i].model;
			lull_table_cellf(table, "%s%s", m->name ? m->name : m->id, lull_dossier__basis(w, m->source, (int)m->mark));
			lull_table_num(table, pf->views[i].peak_ng_per_ml, 0);
			lull_table_num(table, pf->views[i].auc_ng_h_per_ml, 0);
		}
		lull_doc_table(w->doc, table);
	}
	if (pf->has_unscaled)
		lull_doc_paragraph(w->doc, "The weight lies outside the range of the model. Without weight scaling the highest concentration "
					   "is %s ng/mL at the median (with it %s); read the worse one.",
				   lull_dossier__num(w, pf->unscaled.peak_ng_per_ml[2], 0),
				   lull_dossier__num(w, pf->main.peak_ng_per_ml[2], 0));
}

void lull_dossier__forecast(struct lull_dossier_writer *w)
{
	const struct lull_dossier *in = w->in;
	if (w->rc != LULL_OK || (!in->forecast && !in->forecast_note))
		return;
	lull_doc_heading(w->doc, 1, "Forecast, not calibrated: controlled evidence in headache is missing");
	if (!in->forecast) {
		lull_doc_paragraph(w->doc, "%s", in->forecast_note);
		return;
	}
	const struct lull_forecast *f = &in->forecast->main;
	const struct lull_model *m = in->forecast->model;
	/* one after the other: numbers are given in the order of asking, and C orders no arguments */
	const char *model_basis = lull_dossier__basis(w, m->source, (int)m->mark);
	const char *priors_basis = lull_dossier__basis(w, in->priors->source, (int)in->priors->mark);
	lull_doc_paragraph(w->doc, "%zu simulated people like this one (seed %llu), each lived twice: with the plan and without drug, on the "
				   "same chance. Model: %s%s. What happens without drug: change during the visit, regression and day-to-day "
				   "variation%s.", f->n_people, (unsigned long long)f->seed, m->name ? m->name : m->id,
			   model_basis, priors_basis);
	put_pain(w, f);
	if (has_rows(&f->nrs_with))
		put_chances(w, f);
	put_concentration(w, f);
	put_pressure(w, f);
	put_exposure(w, f);
	put_models(w);
	for (size_t i = 0; i < f->n_notes; i++)
		lull_doc_item(w->doc, "%s", f->notes[i]);
}
