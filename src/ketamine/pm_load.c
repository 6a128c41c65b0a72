/* Loading a model file: bound by the schema, compiled part by part, then tried on a reference person. */
#include <string.h>

#include "lull/base/text.h"
#include "lull/base/yaml.h"
#include "lull/num/linalg.h"
#include "lull/num/math.h"
#include "pm_int.h"

#define AT(type, member) .offset = offsetof(struct type, member)

/* ---- the guard ------------------------------------------------------------------------- */

struct guards {
	double adult_clearance_min_l_per_h, adult_clearance_max_l_per_h, weight_kg;
	const char *source;
	enum lull_mark mark;
};
static const struct lull_field guard_fields[] = {
	{ "adult_clearance_min_l_per_h", LULL_F_NUMBER, AT(guards, adult_clearance_min_l_per_h), .required = true,
	  .min = 1, .max = 1000, .unit = "L/h" },
	{ "adult_clearance_max_l_per_h", LULL_F_NUMBER, AT(guards, adult_clearance_max_l_per_h), .required = true,
	  .min = 1, .max = 1000, .unit = "L/h" },
	{ "weight_kg", LULL_F_NUMBER, AT(guards, weight_kg), .required = true, .min = 1, .max = 200, .unit = "kg" },
	{ "source", LULL_F_TEXT, AT(guards, source), .required = true },
	{ "mark", LULL_F_ENUM, AT(guards, mark), .required = true, .names = lull_mark_names },
	{ 0 }
};
static const struct lull_schema guard_schema = { "guards", sizeof(struct guards), guard_fields, 1, NULL };

static int load_guards(const struct lull_files *files, struct lull_arena *arena, struct guards *out,
		       struct lull_diags *diags)
{
	static const char path[] = "ketamine/guards.yaml";
	const struct lull_file *file = lull_files_get(files, path);
	struct lull_doc doc;

	if (!file) {
		lull_diags_addf(diags, LULL_ERROR, path, 0, 0, "the guards of kinetic models", NULL, "no such file");
		return LULL_ENOTFOUND;
	}
	const int rc = lull_yaml_read(file->bytes, file->n_bytes, path, arena, &doc, diags);
	return rc == LULL_OK ? lull_schema_bind(&doc, &guard_schema, arena, out, diags) : rc;
}

/* ---- a reference person ------------------------------------------------------------------ */

void lull_pm_reference(const struct lull_pm *pm, double *covariates)
{
	double *out = covariates;

	for (int i = 0; i < pm->info.n_covariates; i++) {
		out[i] = pm->covariate_default[i];
		for (int t = 0; t < pm->n_terms && lull_is_nan(out[i]); t++)
			if (pm->term[t].cov == i)
				out[i] = pm->term[t].n ? pm->term[t].at[0] : pm->term[t].center;
		if (lull_is_nan(out[i]))
			out[i] = lull_is_nan(pm->file->covariates[i].min) ? 1 : pm->file->covariates[i].min;
	}
}

/* The way straight into what is seen, for clearance; the default where there is none. */
static int straight_input(const struct lull_pm *pm)
{
	for (int i = 0; i < pm->info.n_inputs; i++) {
		const struct pm_part *part = &pm->input[i].part[0];
		if (pm->input[i].n_parts == 1 && part->state == pm->shape.output_state[0] && !part->frac.n_of && !part->frac.n_less)
			return i;
	}
	return pm->info.default_input;
}

/* The first output at steady state of a constant rate of one amount an hour into that input, in
 * units of the output: one over clearance. NAN where there is none. */
static double steady_output(const struct lull_pm *pm, const struct lull_lin_person *person, const double *params)
{
	enum { N = LULL_LIN_MAX_STATES };
	const struct pm_input *in = &pm->input[straight_input(pm)];
	const int n = pm->shape.n_states;
	double a[N * N] = { 0 }, b[N] = { 0 };

	for (int k = 0; k < pm->shape.n_flows; k++) {
		const struct lull_lin_flow *f = &pm->shape.flow[k];
		if (!f->copies)
			a[f->from * n + f->from] += person->rate_per_h[k];
		if (f->to >= 0)
			a[f->to * n + f->from] -= person->rate_per_h[k] * person->gain[k];
	}
	for (int k = 0; k < in->n_parts; k++)
		b[in->part[k].state] += lull_pm__product(&in->part[k].frac, params);
	for (int i = 0; i < n; i++)
		a[i * n + i] += 1e-9; /* what never leaves a metabolite or an integral does not matter here */
	return lull_solve(a, b, (size_t)n) ? b[pm->shape.output_state[0]] * person->scale[0] : NAN;
}

double lull_pm_clearance(const struct lull_pm *pm, const double *params)
{
	struct lull_lin_person person;
	struct pm_unit unit, per_l = pm->amount;

	per_l.power[PM_VOLUME] = -1;
	const int c = lull_pm__compartment(pm->file, pm->file->outputs[0].of);
	const double molar_mass = lull_pm__molar_mass(pm->file, c < 0 ? NULL : pm->file->compartments[c].analyte);
	if (lull_pm_person(pm, params, &person, NULL, NULL) != LULL_OK || !lull_pm__unit(pm->outputs[0].unit, &unit))
		return NAN;
	const double factor = lull_pm__convert(&per_l, &unit, molar_mass), level = steady_output(pm, &person, params);
	return factor > 0 && level > 0 ? factor / level : NAN;
}

/* Facts pharmacology 5.7: a transcription that is off by a unit or a decimal shows here. The clearance is
 * that of the curve: dose over area. */
static int check_guard(struct pm_load *l, const struct guards *g, const double *params)
{
	const double cl = lull_pm_clearance(l->pm, params);
	char got[32], low[32], high[32], kg[32];

	if (cl >= g->adult_clearance_min_l_per_h && cl <= g->adult_clearance_max_l_per_h)
		return LULL_OK;
	lull_node_diag(l->diags, l->doc, lull_node_get(l->doc->root, "parameters"), LULL_ERROR,
		       "an adult clearance of ketamine inside the guard of ketamine/guards.yaml",
		       "a unit or a decimal may be off; a model of children says adult: false",
		       "a clearance of %s L/h at %s kg, outside %s to %s L/h", lull_num_text(got, sizeof(got), cl, 1),
		       lull_num_text(kg, sizeof(kg), g->weight_kg, 0),
		       lull_num_text(low, sizeof(low), g->adult_clearance_min_l_per_h, 0),
		       lull_num_text(high, sizeof(high), g->adult_clearance_max_l_per_h, 0));
	return LULL_EPARSE;
}

static int check_effects(const struct lull_pm *pm, const struct lull_effect_numbers *numbers, struct lull_err *err)
{
	for (int i = 0; i < pm->info.n_effects; i++) {
		const int rc = lull_effect_check(&pm->spec[i], &numbers[i], err);
		if (rc != LULL_OK)
			return rc;
	}
	return LULL_OK;
}

/* Typical numbers must give a system that can run; the guard, where it applies, too. */
static int try_reference(struct pm_load *l, const struct guards *guards)
{
	const struct lull_pm *pm = l->pm;
	double covariates[LULL_PM_MAX_COVARIATES], params[LULL_PM_MAX_PARAMS];
	struct lull_lin_person person;
	struct lull_effect_numbers effects[LULL_MAX_EFFECTS];
	struct lull_pm_part parts[LULL_PM_MAX_PARTS];
	struct lull_err err = { 0 };
	int n_parts, rc;

	lull_pm_reference(pm, covariates);
	for (int i = 0; guards && i < pm->info.n_covariates; i++)
		if (!strcmp(pm->covariates[i].unit, "kg"))
			covariates[i] = guards->weight_kg;
	rc = lull_pm_individual(pm, pm->theta, covariates, NULL, NULL, params, &err);
	if (rc == LULL_OK)
		rc = lull_pm_person(pm, params, &person, effects, &err);
	if (rc == LULL_OK)
		rc = check_effects(pm, effects, &err);
	for (int i = 0; rc == LULL_OK && i < pm->info.n_inputs; i++)
		rc = lull_pm_parts(pm, params, i, parts, &n_parts, &err);
	if (rc != LULL_OK) {
		lull_pm__say(l, "parameters", -1, NULL, "numbers that work for the typical person", "%s", err.what);
		return LULL_EPARSE;
	}
	return guards ? check_guard(l, guards, params) : LULL_OK;
}

/* ---- sources and marks --------------------------------------------------------------------- */

struct count { size_t n, n_bare; int first; const char *section; };

/* What does not say its own source or mark has the file's. */
static void inherit(struct pm_load *l, const char **source, int *mark, const char *section, int i, struct count *count)
{
	const struct pm_file *file = l->file;

	count->n++;
	if (!*source)
		*source = file->source;
	if (*mark == LULL_MARK_NONE)
		*mark = file->mark;
	if (*source && *mark != LULL_MARK_NONE)
		return;
	if (!count->n_bare++) {
		count->first = i;
		count->section = section;
	}
	*source = *source ? *source : "";
	*mark = *mark == LULL_MARK_NONE ? LULL_PROPOSED : *mark;
}

static void inherit_all(struct pm_load *l, struct pm_file *f, struct count *count)
{
	for (size_t i = 0; i < f->n_params; i++) {
		inherit(l, &f->params[i].source, &f->params[i].mark, "parameters", (int)i, count);
		for (size_t k = 0; k < f->params[i].n_depends; k++) {
			struct pm_f_depend *d = &f->params[i].depends[k];
			d->source = d->source ? d->source : f->params[i].source;
			d->mark = d->mark ? d->mark : f->params[i].mark;
		}
	}
	for (size_t i = 0; i < f->n_analytes; i++)
		inherit(l, &f->analytes[i].source, &f->analytes[i].mark, "analytes", (int)i, count);
	for (size_t i = 0; i < f->n_covariates; i++)
		inherit(l, &f->covariates[i].source, &f->covariates[i].mark, "covariates", (int)i, count);
	for (size_t i = 0; i < f->n_variability; i++)
		inherit(l, &f->variability[i].source, &f->variability[i].mark, "variability", (int)i, count);
	for (size_t i = 0; i < f->n_occasions; i++)
		inherit(l, &f->occasions[i].source, &f->occasions[i].mark, "occasions", (int)i, count);
	for (size_t i = 0; i < f->n_outputs; i++)
		if (f->outputs[i].has_residual)
			inherit(l, &f->outputs[i].residual.source, &f->outputs[i].residual.mark, "outputs", (int)i, count);
	for (size_t i = 0; i < f->n_effects; i++)
		if (f->effects[i].has_residual)
			inherit(l, &f->effects[i].residual.source, &f->effects[i].residual.mark, "effects", (int)i, count);
	if (f->has_uncertainty)
		inherit(l, &f->uncertainty.source, &f->uncertainty.mark, "uncertainty", -1, count);
	if (f->has_range)
		inherit(l, &f->range.source, &f->range.mark, "range", -1, count);
}

/* Knowledge says where each number is from; in a user's own file what says nothing counts as proposed. */
static void bind_sources(struct pm_load *l, struct pm_file *f, bool is_knowledge)
{
	struct count count = { 0 };

	inherit_all(l, f, &count);
	if (count.n_bare && is_knowledge)
		lull_pm__say(l, count.section, count.first, NULL, "source and mark, here or for the whole file",
			     "%zu numbers without source or mark; the first", count.n_bare);
	else if (count.n_bare)
		lull_node_diag(l->diags, l->doc, l->doc->root, LULL_NOTE, NULL,
			       "source: and mark: at the end of the file hold for all of its numbers",
			       "%zu numbers without source or mark count as proposed", count.n_bare);
	f->source = f->source ? f->source : "";
	f->mark = f->mark ? f->mark : LULL_PROPOSED;
}

/* ---- loading --------------------------------------------------------------------------------- */

static bool has_name(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!lull_text_casecmp(names[i], name))
			return true;
	return false;
}

/* Outputs and effects become columns: one name each, also against parameters and covariates. */
static void check_names(struct pm_load *l)
{
	const struct lull_pm_info *info = &l->pm->info;
	const char *names[LULL_PM_MAX_OUTPUTS];

	for (int i = 0; i < info->n_outputs; i++) {
		names[i] = info->outputs[i].name;
		if (has_name(names, (size_t)i, names[i]))
			lull_pm__say(l, "outputs", -1, NULL, "one name for each output and effect", "'%s' twice", names[i]);
	}
	for (size_t i = 0; i < l->file->n_filters; i++)
		if (lull_pm__compartment(l->file, l->file->filters[i].name) >= 0)
			lull_pm__say(l, "filters", (int)i, NULL, "a name that no compartment has", "'%s'", l->file->filters[i].name);
}

static int compile(struct pm_load *l, struct pm_file *file, bool is_knowledge)
{
	const size_t n_before = l->diags->n_errors;

	bind_sources(l, file, is_knowledge);
	lull_pm__numbers(l);
	if (l->diags->n_errors > n_before)
		return LULL_EPARSE; /* what refers to parameters would only repeat it */
	lull_pm__variability(l);
	lull_pm__structure(l);
	if (l->pm->info.n_outputs)
		lull_pm__effects(l);
	check_names(l);
	if (file->has_range && file->range.weight_min_kg > file->range.weight_max_kg)
		lull_pm__say(l, "range", -1, "weight_min_kg", "at most weight_max_kg", "a range upside down");
	if (l->diags->n_errors == n_before)
		lull_pm__about(l); /* it reads what the checks above have found whole */
	if (l->is_out_of_memory || l->diags->out_of_memory)
		return LULL_ENOMEM;
	return l->diags->n_errors > n_before ? LULL_EPARSE : LULL_OK;
}

/* is_knowledge: sources are required and the id is the file's name. guards NULL: not applied. */
static int read_file(const char *bytes, size_t n_bytes, const char *path, const struct lull_files *files, const char *id,
		     const struct guards *guards, struct lull_arena *arena, const struct lull_pm **out,
		     struct lull_diags *diags)
{
	struct lull_pm *pm = LULL_ARENA_NEW(arena, struct lull_pm, 1);
	struct pm_file *file = LULL_ARENA_NEW(arena, struct pm_file, 1);
	struct lull_doc *doc = LULL_ARENA_NEW(arena, struct lull_doc, 1);
	struct pm_load l = { pm, file, doc, files, arena, diags, false, id != NULL };
	const size_t n_before = diags->n_errors;
	int rc;

	*out = NULL;
	if (!pm || !file || !doc)
		return LULL_ENOMEM;
	if ((rc = lull_yaml_read(bytes, n_bytes, path, arena, doc, diags)) ||
	    (rc = lull_schema_bind(doc, &lull_pm__schema, arena, file, diags)))
		return rc;
	pm->file = file;
	pm->doc = doc;
	lull_hash_text(bytes, n_bytes, pm->hash);
	pm->info.id = file->id;
	pm->info.name = file->name;
	pm->info.about = file->about ? file->about : "";
	pm->info.hash_hex = pm->hash;
	if (id && strcmp(file->id, id) != 0)
		lull_pm__say(&l, "id", -1, NULL, "the name of its file", "%s", file->id);
	if ((rc = compile(&l, file, id != NULL)))
		return rc;
	if (diags->n_errors > n_before)
		return LULL_EPARSE;
	struct lull_err err = { 0 };
	rc = lull_linear_new(&pm->shape, arena, &pm->info.linear, &err);
	if (rc != LULL_OK && rc != LULL_ENOMEM)
		lull_pm__say(&l, "flows", -1, NULL, "a system of compartments that can be solved", "%s", err.what);
	if (rc != LULL_OK)
		return rc == LULL_ENOMEM ? rc : LULL_EPARSE;
	if ((rc = try_reference(&l, file->adult ? guards : NULL)))
		return rc;
	*out = pm;
	return LULL_OK;
}

int lull_pm_read_beside(const char *bytes, size_t n_bytes, const char *path, const struct lull_files *beside,
			struct lull_arena *arena, const struct lull_pm **out, struct lull_diags *diags)
{
	return read_file(bytes, n_bytes, path, beside, NULL, NULL, arena, out, diags);
}

int lull_pm_read(const char *bytes, size_t n_bytes, const char *path, struct lull_arena *arena, const struct lull_pm **out,
		 struct lull_diags *diags)
{
	return lull_pm_read_beside(bytes, n_bytes, path, NULL, arena, out, diags);
}

static int not_found(const struct lull_files *files, const char *id, struct lull_arena *arena, struct lull_diags *diags)
{
	const char **ids = NULL, *known = "";
	size_t n = 0;
	const int rc = lull_pm_ids(files, arena, &ids, &n, NULL);

	if (rc != LULL_OK)
		return rc;
	for (size_t i = 0; i < n && known; i++)
		known = lull_arena_printf(arena, "%s%s%s", known, i ? ", " : "", ids[i]);
	if (!known)
		return LULL_ENOMEM;
	lull_diags_addf(diags, LULL_ERROR, "models/", 0, 0, known, lull_nearest_name(id, ids), "no model %s", id);
	return LULL_ENOTFOUND;
}

int lull_pm_load(const struct lull_files *files, const char *id, struct lull_arena *arena, const struct lull_pm **out,
		 struct lull_diags *diags)
{
	const char *path = lull_arena_printf(arena, "models/%s.yaml", id);
	const struct lull_file *file = path ? lull_files_get(files, path) : NULL;
	struct guards guards;

	*out = NULL;
	if (!path)
		return LULL_ENOMEM;
	if (!file)
		return not_found(files, id, arena, diags);
	const int rc = load_guards(files, arena, &guards, diags);
	return rc == LULL_OK ? read_file(file->bytes, file->n_bytes, path, files, id, &guards, arena, out, diags) : rc;
}

int lull_pm_ids(const struct lull_files *files, struct lull_arena *arena, const char ***ids, size_t *n_ids,
		struct lull_err *err)
{
	static const char prefix[] = "models/", suffix[] = ".yaml";
	size_t first, end;

	lull_files_under(files, prefix, &first, &end);
	*n_ids = 0;
	*ids = LULL_ARENA_NEW(arena, const char *, end - first + 1);
	if (!*ids)
		return lull_nomem(err);
	for (size_t i = first; i < end; i++) {
		const char *name = files->items[i].path + sizeof(prefix) - 1;
		const size_t n = strlen(name), n_suffix = sizeof(suffix) - 1;
		if (n <= n_suffix || strcmp(name + n - n_suffix, suffix) != 0)
			continue;
		(*ids)[*n_ids] = lull_arena_strndup(arena, name, n - n_suffix);
		if (!(*ids)[(*n_ids)++])
			return lull_nomem(err);
	}
	return LULL_OK;
}

const struct lull_pm_info *lull_pm_info(const struct lull_pm *pm)
{
	return &pm->info;
}

int lull_pm_param_index(const struct lull_pm *pm, const char *name)
{
	for (int i = 0; i < pm->info.n_params; i++)
		if (!lull_text_casecmp(pm->params[i].name, name))
			return i;
	return -1;
}
