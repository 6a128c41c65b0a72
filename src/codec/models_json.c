/* Kinetic models and effects as JSON; see models_json.h. */
#include "lull/codec/models_json.h"

static void put_half_lives(struct lull_json *json, const char *key, const double *rate_per_h, int n)
{
	lull_json_open(json, key, '[');
	for (int i = 0; i < n; i++)
		lull_json_num(json, NULL, lull_half_life_h(rate_per_h[i]));
	lull_json_close(json, ']');
}

static void put_kind(struct lull_json *json, const struct lull_model *m)
{
	lull_json_text(json, "id", m->id);
	lull_json_text(json, "name", m->name);
	lull_json_text(json, "product", lull_product_names[m->product]);
	lull_json_text(json, "moiety", lull_moiety_names[m->drive.moiety]);
	lull_json_text(json, "site", lull_site_names[m->drive.site]);
	lull_json_text(json, "mark", lull_mark_names[m->mark]);
}

static void put_modes(struct lull_json *json, const struct lull_modes *modes)
{
	lull_json_num(json, "clearance_l_per_h", modes->cl_l_per_h);
	put_half_lives(json, "half_lives_h", modes->lambda_per_h, modes->n);
	put_half_lives(json, "norketamine_half_lives_h", modes->k_per_h, modes->n_nk);
}

void lull_json_model_brief(struct lull_json *json, const char *key, const struct lull_model *model,
			   const struct lull_modes *modes)
{
	lull_json_open(json, key, '{');
	put_kind(json, model);
	put_modes(json, modes);
	lull_json_close(json, '}');
}

static void put_params(struct lull_json *json, const char *key, const struct lull_pk_param *p, size_t n)
{
	lull_json_open(json, key, '[');
	for (size_t i = 0; i < n; i++) {
		lull_json_open(json, NULL, '{');
		lull_json_text(json, "name", p[i].name);
		lull_json_num(json, "value", p[i].value);
		lull_json_num(json, "weight_exponent", p[i].weight_exponent);
		lull_json_text(json, "mark", lull_mark_names[p[i].mark]);
		lull_json_text(json, "source", p[i].source);
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
}

static void put_variability(struct lull_json *json, const struct lull_model *m)
{
	lull_json_open(json, "variability", '[');
	for (size_t i = 0; i < m->n_omega; i++) {
		lull_json_open(json, NULL, '{');
		lull_json_text(json, "a", m->omega[i].a);
		lull_json_text(json, "b", m->omega[i].b);
		lull_json_num(json, "log_covariance", m->omega[i].value);
		lull_json_text(json, "mark", lull_mark_names[m->omega[i].mark]);
		lull_json_text(json, "source", m->omega[i].source);
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
}

static void put_texts(struct lull_json *json, const char *key, const char *const *texts, size_t n)
{
	lull_json_open(json, key, '[');
	for (size_t i = 0; i < n; i++)
		lull_json_text(json, NULL, texts[i]);
	lull_json_close(json, ']');
}

static void put_fitted_range(struct lull_json *json, const struct lull_model *m)
{
	lull_json_open(json, "fitted_range", '{');
	lull_json_num(json, "conc_max_ng_per_ml", m->fitted_conc_max_ng_per_ml);
	lull_json_num(json, "dur_max_h", m->fitted_dur_max_h);
	lull_json_num(json, "weight_min_kg", m->fitted_weight_min_kg);
	lull_json_num(json, "weight_max_kg", m->fitted_weight_max_kg);
	lull_json_text(json, "mark", lull_mark_names[m->fitted_mark]);
	lull_json_text(json, "source", m->fitted_source);
	lull_json_close(json, '}');
}

void lull_json_model(struct lull_json *json, const char *key, const struct lull_model *model, double weight_kg,
		     const struct lull_pk *pk, const struct lull_modes *modes)
{
	lull_json_open(json, key, '{');
	put_kind(json, model);
	lull_json_text(json, "about", model->about);
	lull_json_text(json, "source", model->source);
	lull_json_bool(json, "adult", model->adult);
	lull_json_num(json, "reference_weight_kg", model->reference_weight_kg);
	put_params(json, "parameters_as_published", model->published, model->n_published);
	put_params(json, "parameters", model->params, model->n_params);
	put_variability(json, model);
	lull_json_num(json, "residual_parent_frac", model->residual_parent_frac);
	lull_json_num(json, "residual_norketamine_frac", model->residual_nk_frac);
	put_fitted_range(json, model);
	lull_json_open(json, "at_weight", '{');
	lull_json_num(json, "weight_kg", weight_kg);
	put_modes(json, modes);
	lull_json_num(json, "steady_state_volume_l", pk->v1_l + pk->v2_l + pk->v3_l);
	lull_json_close(json, '}');
	put_texts(json, "caveats", model->caveats, model->n_caveats);
	lull_json_close(json, '}');
}

void lull_json_effects(struct lull_json *json, const char *key, const struct lull_effects *effects)
{
	lull_json_open(json, key, '{');
	lull_json_open(json, "numbers", '[');
	for (size_t i = 0; i < effects->n_numbers; i++) {
		const struct lull_effect_number *n = &effects->numbers[i];
		lull_json_open(json, NULL, '{');
		lull_json_text(json, "name", n->name);
		lull_json_num(json, "value", n->value);
		lull_json_num(json, "low", n->low);
		lull_json_num(json, "high", n->high);
		lull_json_text(json, "mark", lull_mark_names[n->mark]);
		lull_json_text(json, "source", n->source);
		lull_json_text(json, "note", n->note);
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
	put_texts(json, "caveats", effects->caveats, effects->n_caveats);
	lull_json_close(json, '}');
}
