/* A plan's forecast as JSON; see forecast_json.h. */
#include "lull/codec/forecast_json.h"

static const char *const band_keys[LULL_N_BANDS] = { "q05", "q25", "q50", "q75", "q95" };

static void put_quantiles(struct lull_json *json, const char *key, const double q[LULL_N_BANDS])
{
	lull_json_open(json, key, '{');
	for (int b = 0; b < LULL_N_BANDS; b++)
		lull_json_num(json, band_keys[b], q[b]);
	lull_json_close(json, '}');
}

static void put_band(struct lull_json *json, const char *key, const struct lull_quantiles *band, size_t n)
{
	if (!band->q[0]) {
		lull_json_null(json, key);
		return;
	}
	lull_json_open(json, key, '{');
	for (int b = 0; b < LULL_N_BANDS; b++) {
		lull_json_open(json, band_keys[b], '[');
		for (size_t j = 0; j < n; j++)
			lull_json_num(json, NULL, band->q[b][j]);
		lull_json_close(json, ']');
	}
	lull_json_close(json, '}');
}

static void put_contrast(struct lull_json *json, const char *key, const struct lull_contrast *c)
{
	lull_json_open(json, key, '{');
	lull_json_num(json, "with_drug", c->with_drug);
	lull_json_num(json, "without_drug", c->without_drug);
	lull_json_num(json, "difference", c->difference);
	lull_json_num(json, "simulation_error_95", c->mc_half_width);
	lull_json_close(json, '}');
}

static void put_curves(struct lull_json *json, const struct lull_forecast *f)
{
	lull_json_open(json, "t_h", '[');
	for (size_t j = 0; j < f->n_times; j++)
		lull_json_num(json, NULL, f->t_h[j]);
	lull_json_close(json, ']');
	put_band(json, "ketamine_ng_per_ml", &f->parent_ng_per_ml, f->n_times);
	put_band(json, "norketamine_ng_per_ml", &f->norketamine_ng_per_ml, f->n_times);
	put_band(json, "nrs_with_drug", &f->nrs_with, f->n_times);
	put_band(json, "nrs_without_drug", &f->nrs_without, f->n_times);
	put_band(json, "mean_pressure_rise_mmhg", &f->pressure_rise_mmhg, f->n_times);
}

static void put_later(struct lull_json *json, const struct lull_forecast *f)
{
	lull_json_open(json, "sustained_relief", '[');
	for (int k = 0; k < LULL_FORECAST_FOLLOW_UPS; k++) {
		if (!(f->relief_day[k] > 0))
			continue;
		lull_json_open(json, NULL, '{');
		lull_json_num(json, "days_after", f->relief_day[k]);
		put_contrast(json, "fall_of_2_points", &f->relief_at[k]);
		lull_json_num(json, "nrs_median_with_drug", f->nrs_median_with_at[k]);
		lull_json_num(json, "nrs_median_without_drug", f->nrs_median_without_at[k]);
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
}

static void put_forecast(struct lull_json *json, const char *key, const struct lull_forecast *f)
{
	lull_json_open(json, key, '{');
	lull_json_int(json, "n_people", (int64_t)f->n_people);
	lull_json_int(json, "seed", (int64_t)f->seed);
	lull_json_text(json, "site", lull_site_names[f->site]);
	lull_json_num(json, "now_h", f->now_h);
	put_contrast(json, "fall_of_2_points_now", &f->fall_2_points_now);
	put_later(json, f);
	put_quantiles(json, "peak_ng_per_ml", f->peak_ng_per_ml);
	put_quantiles(json, "auc_ng_h_per_ml", f->auc_ng_h_per_ml);
	put_quantiles(json, "total_mg", f->total_mg);
	put_quantiles(json, "hours_above_fitted_range", f->hours_above_fitted);
	put_quantiles(json, "hours_to_target", f->hours_to_target);
	put_quantiles(json, "rate_at_target_mg_per_kg_per_h", f->rate_at_target_mg_per_kg_per_h);
	lull_json_num(json, "share_reached_target", f->share_reached_target);
	lull_json_num(json, "share_sbp_watch", f->share_sbp_watch);
	lull_json_num(json, "share_sbp_reduce", f->share_sbp_reduce);
	lull_json_num(json, "share_sbp_stop", f->share_sbp_stop);
	lull_json_num(json, "perception_change_in_volunteers_share", f->perception_share);
	lull_json_num(json, "occupancy_peak_median", f->occupancy_peak_median);
	put_curves(json, f);
	lull_json_open(json, "notes", '[');
	for (size_t i = 0; i < f->n_notes; i++)
		lull_json_text(json, NULL, f->notes[i]);
	lull_json_close(json, ']');
	lull_json_close(json, '}');
}

void lull_json_plan_forecast(struct lull_json *json, const char *key, const struct lull_plan_forecast *f)
{
	lull_json_open(json, key, '{');
	lull_json_text(json, "model", f->model->id);
	lull_json_bool(json, "calibrated", false);
	put_forecast(json, "weight_scaled", &f->main);
	if (f->has_unscaled)
		put_forecast(json, "not_weight_scaled", &f->unscaled);
	lull_json_open(json, "models", '[');
	for (size_t i = 0; i < f->n_views; i++) {
		const struct lull_model_view *v = &f->views[i];
		lull_json_open(json, NULL, '{');
		lull_json_text(json, "model", v->model->id);
		lull_json_text(json, "site", lull_site_names[v->model->drive.site]);
		lull_json_num(json, "typical_peak_ng_per_ml", v->peak_ng_per_ml);
		lull_json_num(json, "typical_auc_ng_h_per_ml", v->auc_ng_h_per_ml);
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
	lull_json_close(json, '}');
}
