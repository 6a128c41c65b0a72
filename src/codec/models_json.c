/* Kinetic models and effects as JSON; see models_json.h. */
#include "lull/codec/models_json.h"

static const char *mark_name(enum lull_mark mark) { return mark == LULL_MARK_NONE ? NULL : lull_mark_names[mark]; }

int lull_model_view_of(const struct lull_pm *pm, double weight_kg, struct lull_arena *arena, struct lull_model_view *out,
		       struct lull_err *err)
{
	int rc;

	*out = (struct lull_model_view){ .pm = pm, .info = lull_pm_info(pm), .norketamine = -1 };
	rc = lull_typical_of(pm, weight_kg, &out->typical, err);
	for (int o = 0; o < out->info->shape->n_outputs && rc == LULL_OK; o++) {
		const enum lull_moiety moiety = out->info->output_drive[o].moiety;
		if (moiety == LULL_NORKETAMINE && out->norketamine < 0)
			out->norketamine = o;
		rc = lull_typical_disposition(&out->typical, o, arena, &out->part[o], err);
	}
	return rc;
}

static void put_half_lives(struct lull_json *json, const char *key, const struct lull_disposition *d)
{
	lull_json_open(json, key, '[');
	for (int i = 0; d && i < d->n_half_lives; i++)
		lull_json_num(json, NULL, d->half_life_h[i]);
	lull_json_close(json, ']');
}

static void put_kind(struct lull_json *json, const struct lull_model_view *v)
{
	const struct lull_pm_info *info = v->info;

	lull_json_text(json, "id", info->id);
	lull_json_text(json, "name", info->name);
	lull_json_text(json, "product", info->product < 0 ? NULL : lull_product_names[info->product]);
	lull_json_text(json, "moiety", lull_moiety_names[info->output_drive[v->parent].moiety]);
	lull_json_text(json, "site", lull_site_names[info->output_drive[v->parent].site]);
	lull_json_text(json, "mark", mark_name(info->mark));
	lull_json_open(json, "inputs", '[');
	for (int i = 0; i < info->n_inputs; i++)
		lull_json_text(json, NULL, info->inputs[i].name);
	lull_json_close(json, ']');
	lull_json_int(json, "n_states", info->shape->n_states);
	lull_json_bool(json, "between_people", info->n_etas > 0);
	lull_json_bool(json, "between_occasions", info->n_iov > 0);
	lull_json_bool(json, "residual", info->has_residual);
}

static void put_parts(struct lull_json *json, const struct lull_model_view *v)
{
	lull_json_num(json, "weight_kg", v->typical.weight_kg);
	lull_json_num(json, "clearance_l_per_h", v->part[v->parent].cl_l_per_h);
	put_half_lives(json, "half_lives_h", &v->part[v->parent]);
	put_half_lives(json, "norketamine_half_lives_h", v->norketamine >= 0 ? &v->part[v->norketamine] : NULL);
}

void lull_json_model_brief(struct lull_json *json, const char *key, const struct lull_model_view *view)
{
	lull_json_open(json, key, '{');
	put_kind(json, view);
	put_parts(json, view);
	lull_json_close(json, '}');
}

static void put_statements(struct lull_json *json, const struct lull_pm_info *info)
{
	static const char *const kinds[] = { "parameter", "covariate", "between_people", "between_occasions", "residual", "molar_mass" };

	lull_json_open(json, "numbers", '[');
	for (size_t i = 0; i < info->n_statements; i++) {
		const struct lull_pm_statement *s = &info->statements[i];
		lull_json_open(json, NULL, '{');
		lull_json_text(json, "kind", kinds[s->kind]);
		lull_json_text(json, "what", s->what);
		lull_json_num(json, "value", s->value);
		lull_json_text(json, "unit", s->unit);
		lull_json_text(json, "note", s->note);
		lull_json_text(json, "mark", s->source || s->mark != LULL_MARK_NONE ? mark_name(s->mark) : mark_name(info->mark));
		lull_json_text(json, "source", s->source ? s->source : info->source);
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
}

static void put_outputs(struct lull_json *json, const struct lull_model_view *v)
{
	const struct lull_pm_info *info = v->info;

	lull_json_open(json, "outputs", '[');
	for (int o = 0; o < info->n_outputs; o++) {
		lull_json_open(json, NULL, '{');
		lull_json_text(json, "name", info->outputs[o].name);
		lull_json_text(json, "unit", info->outputs[o].unit);
		lull_json_text(json, "label", info->outputs[o].label);
		if (o < info->shape->n_outputs) {
			const struct lull_disposition *d = &v->part[o];
			lull_json_text(json, "moiety", lull_moiety_names[info->output_drive[o].moiety]);
			lull_json_text(json, "site", lull_site_names[info->output_drive[o].site]);
			put_half_lives(json, "half_lives_h", d);
			lull_json_num(json, "clearance_l_per_h", d->cl_l_per_h);
			lull_json_num(json, "steady_state_volume_l", d->vss_l);
			lull_json_num(json, "mean_residence_time_h", d->mrt_h);
		}
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
}

static void put_names(struct lull_json *json, const char *key, const struct lull_pm_name *names, int n, const double *values)
{
	lull_json_open(json, key, '[');
	for (int i = 0; i < n; i++) {
		lull_json_open(json, NULL, '{');
		lull_json_text(json, "name", names[i].name);
		lull_json_text(json, "unit", names[i].unit);
		lull_json_text(json, "label", names[i].label);
		if (values)
			lull_json_num(json, "value", values[i]);
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

static void put_range(struct lull_json *json, const struct lull_pm_range *r)
{
	lull_json_open(json, "fitted_range", '{');
	lull_json_num(json, "conc_max_ng_per_ml", r->conc_max_ng_per_ml);
	lull_json_num(json, "dur_max_h", r->dur_max_h);
	lull_json_num(json, "weight_min_kg", r->weight_min_kg);
	lull_json_num(json, "weight_max_kg", r->weight_max_kg);
	lull_json_text(json, "mark", mark_name(r->mark));
	lull_json_text(json, "source", r->source);
	lull_json_close(json, '}');
}

void lull_json_model(struct lull_json *json, const char *key, const struct lull_model_view *view)
{
	const struct lull_pm_info *info = view->info;

	lull_json_open(json, key, '{');
	put_kind(json, view);
	lull_json_text(json, "about", info->about);
	lull_json_text(json, "source", info->source);
	lull_json_text(json, "hash", info->hash_hex);
	lull_json_bool(json, "adult", info->adult);
	lull_json_text(json, "time_unit", info->time_unit);
	lull_json_text(json, "amount_unit", info->amount_unit);
	lull_json_text(json, "conc_unit", info->conc_unit);
	put_statements(json, info);
	put_names(json, "doses_into", info->inputs, info->n_inputs, NULL);
	put_names(json, "covariates", info->covariates, info->n_covariates, view->typical.covariates);
	put_names(json, "parameters_of_the_typical_person", info->params, info->n_params, view->typical.params);
	put_parts(json, view);
	put_outputs(json, view);
	put_range(json, &info->range);
	put_texts(json, "caveats", info->caveats, info->n_caveats);
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
