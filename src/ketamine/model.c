/* Load kinetic models, scale them to a weight, and vary them between people. */
#include "lull/ketamine/model.h"

#include <math.h>
#include <string.h>

#include "lull/base/text.h"
#include "lull/base/yaml.h"
#include "lull/num/linalg.h"
#include "lull/num/math.h"

const char *const lull_moiety_names[] = { "total_ketamine", "s_ketamine", "norketamine", NULL };
const char *const lull_site_names[] = { "arterial", "venous", "not_stated", NULL };

/* ------------------------------------------------------------------ schema */

#define AT(type, member) .offset = offsetof(struct type, member)

static const struct lull_field param_fields[] = {
	{ "name", LULL_F_TEXT, AT(lull_pk_param, name), .required = true, .what = "parameter with its unit" },
	{ "value", LULL_F_NUMBER, AT(lull_pk_param, value), .required = true, .min = 1e-6, .max = 1e6,
	  .what = "at the reference weight" },
	{ "weight_exponent", LULL_F_NUMBER, AT(lull_pk_param, weight_exponent), .required = true, .min = -2,
	  .max = 2, .what = "power of weight / reference weight; 0 = does not depend on weight" },
	{ "source", LULL_F_TEXT, AT(lull_pk_param, source), .required = true },
	{ "mark", LULL_F_ENUM, AT(lull_pk_param, mark), .required = true, .names = lull_mark_names },
	{ 0 }
};
static const struct lull_schema param_schema = { "parameter", sizeof(struct lull_pk_param), param_fields, 0, NULL };

static const struct lull_field omega_fields[] = {
	{ "a", LULL_F_TEXT, AT(lull_pk_omega, a), .required = true },
	{ "b", LULL_F_TEXT, AT(lull_pk_omega, b), .required = true },
	{ "log_covariance", LULL_F_NUMBER, AT(lull_pk_omega, value), .required = true, .min = -10, .max = 10 },
	{ "source", LULL_F_TEXT, AT(lull_pk_omega, source), .required = true },
	{ "mark", LULL_F_ENUM, AT(lull_pk_omega, mark), .required = true, .names = lull_mark_names },
	{ 0 }
};
static const struct lull_schema omega_schema = { "log_covariance", sizeof(struct lull_pk_omega), omega_fields, 0,
						 NULL };

static const struct lull_field model_fields[] = {
	{ "id", LULL_F_TEXT, AT(lull_model, id), .required = true },
	{ "name", LULL_F_TEXT, AT(lull_model, name), .required = true },
	{ "about", LULL_F_TEXT, AT(lull_model, about), .required = true },
	{ "product", LULL_F_ENUM, AT(lull_model, product), .required = true, .names = lull_product_names },
	{ "moiety", LULL_F_ENUM, AT(lull_model, drive.moiety), .required = true, .names = lull_moiety_names },
	{ "site", LULL_F_ENUM, AT(lull_model, drive.site), .required = true, .names = lull_site_names },
	{ "adult", LULL_F_BOOL, AT(lull_model, adult), .required = true },
	{ "reference_weight_kg", LULL_F_NUMBER, AT(lull_model, reference_weight_kg), .required = true, .min = 1,
	  .max = 200, .unit = "kg" },
	{ "fitted_conc_max_ng_per_ml", LULL_F_NUMBER, AT(lull_model, fitted_conc_max_ng_per_ml), .min = 1,
	  .max = 1e5, .unit = "ng/mL" },
	{ "fitted_dur_max_h", LULL_F_NUMBER, AT(lull_model, fitted_dur_max_h), .min = 0.01, .max = 1e4,
	  .unit = "h" },
	{ "fitted_weight_min_kg", LULL_F_NUMBER, AT(lull_model, fitted_weight_min_kg), .min = 1, .max = 300,
	  .unit = "kg" },
	{ "fitted_weight_max_kg", LULL_F_NUMBER, AT(lull_model, fitted_weight_max_kg), .min = 1, .max = 300,
	  .unit = "kg" },
	{ "fitted_source", LULL_F_TEXT, AT(lull_model, fitted_source), .required = true },
	{ "fitted_mark", LULL_F_ENUM, AT(lull_model, fitted_mark), .required = true, .names = lull_mark_names },
	{ "residual_parent_frac", LULL_F_NUMBER, AT(lull_model, residual_parent_frac), .min = 1e-3, .max = 2 },
	{ "residual_nk_frac", LULL_F_NUMBER, AT(lull_model, residual_nk_frac), .min = 1e-3, .max = 2 },
	{ "residual_source", LULL_F_TEXT, AT(lull_model, residual_source) },
	{ "residual_mark", LULL_F_ENUM, AT(lull_model, residual_mark), .names = lull_mark_names },
	{ "parameters", LULL_F_KEYED, AT(lull_model, published),
	  .count_offset = offsetof(struct lull_model, n_published), .required = true, .sub = &param_schema },
	{ "variability", LULL_F_LIST, AT(lull_model, omega), .count_offset = offsetof(struct lull_model, n_omega),
	  .sub = &omega_schema },
	{ "caveats", LULL_F_TEXTS, AT(lull_model, caveats), .count_offset = offsetof(struct lull_model, n_caveats),
	  .required = true },
	{ "source", LULL_F_TEXT, AT(lull_model, source), .required = true },
	{ "mark", LULL_F_ENUM, AT(lull_model, mark), .required = true, .names = lull_mark_names },
	{ 0 }
};
static const struct lull_schema model_schema = { "kinetic model", sizeof(struct lull_model), model_fields, 1, NULL };

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

/* ------------------------------------------------------------------ parameters by name */

static const struct pk_field {
	const char *name;
	size_t offset;
} pk_fields[] = {
	{ "cl_l_per_h", offsetof(struct lull_pk, cl_l_per_h) },
	{ "v1_l", offsetof(struct lull_pk, v1_l) },
	{ "q2_l_per_h", offsetof(struct lull_pk, q2_l_per_h) },
	{ "v2_l", offsetof(struct lull_pk, v2_l) },
	{ "q3_l_per_h", offsetof(struct lull_pk, q3_l_per_h) },
	{ "v3_l", offsetof(struct lull_pk, v3_l) },
	{ "nk_cl_l_per_h", offsetof(struct lull_pk, nk_cl_l_per_h) },
	{ "nk_v1_l", offsetof(struct lull_pk, nk_v1_l) },
	{ "nk_q_l_per_h", offsetof(struct lull_pk, nk_q_l_per_h) },
	{ "nk_v2_l", offsetof(struct lull_pk, nk_v2_l) },
	{ "nk_formed_frac", offsetof(struct lull_pk, nk_formed_frac) },
};
_Static_assert(sizeof(pk_fields) / sizeof(pk_fields[0]) == LULL_PK_N, "one row a field of struct lull_pk");

static double *pk_at(struct lull_pk *pk, const char *name)
{
	for (size_t i = 0; i < LULL_PK_N; i++)
		if (!strcmp(pk_fields[i].name, name))
			return (double *)(void *)((char *)pk + pk_fields[i].offset);
	return NULL;
}

/* Where a source prints rate constants: the order here is the order of use below. */
static const char *const rate_names[] = { "k10_per_min", "k12_per_min", "k21_per_min",
					  "k13_per_min", "k31_per_min", NULL };
enum { K10, K12, K21, K13, K31, N_RATES };

static const struct lull_pk_param *param_named(const struct lull_pk_param *params, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(params[i].name, name))
			return &params[i];
	return NULL;
}

static bool is_rate_name(const char *name)
{
	for (int i = 0; i < N_RATES; i++)
		if (!strcmp(rate_names[i], name))
			return true;
	return false;
}

/* ------------------------------------------------------------------ checks at load */

static void complain(struct lull_diags *diags, const struct lull_doc *doc, const char *key, const char *expected,
		     const char *found)
{
	const struct lull_node *node = lull_node_get(doc->root, key);

	lull_node_diag(diags, doc, node ? node : doc->root, LULL_ERROR, expected, NULL, "%s", found);
}

static void check_names(const struct lull_model *m, const struct lull_doc *doc, struct lull_diags *diags)
{
	const char *known[LULL_PK_N + N_RATES + 1] = { 0 };
	const struct lull_node *map = lull_node_get(doc->root, "parameters");
	struct lull_pk pk = { 0 };

	for (int i = 0; i < LULL_PK_N; i++)
		known[i] = pk_fields[i].name;
	for (int i = 0; i < N_RATES; i++)
		known[LULL_PK_N + i] = rate_names[i];
	for (size_t i = 0; i < m->n_published; i++) {
		const char *name = m->published[i].name, *near = lull_nearest_name(name, known);
		if (!pk_at(&pk, name) && !is_rate_name(name))
			lull_node_diag(diags, doc, map ? lull_node_get(map, name) : doc->root, LULL_ERROR,
				       "a parameter of a compartment model, with its unit", near, "%s", name);
	}
}

static void put_param(struct lull_model *m, const char *name, double value, const struct lull_pk_param *like)
{
	struct lull_pk_param *p = &m->params[m->n_params++];

	*p = *like;
	p->name = name;
	p->value = value;
}

/* CL = k10 V1, Q2 = k12 V1, V2 = V1 k12 / k21 and so on, each rate per minute in print.
 * All carry the weight exponent of V1, since the rates do not depend on weight. */
static void params_from_rates(struct lull_model *m, const struct lull_doc *doc, struct lull_diags *diags)
{
	const struct lull_pk_param *v1 = param_named(m->published, m->n_published, "v1_l");
	double k[N_RATES] = { 0 };

	for (int i = 0; i < N_RATES; i++) {
		const struct lull_pk_param *p = param_named(m->published, m->n_published, rate_names[i]);
		if (p && p->weight_exponent != 0)
			complain(diags, doc, "parameters", "weight_exponent 0 for a rate constant", rate_names[i]);
		k[i] = p ? p->value * 60 : 0;
	}
	if (!v1 || !(k[K10] > 0) || (k[K12] > 0) != (k[K21] > 0) || (k[K13] > 0) != (k[K31] > 0)) {
		complain(diags, doc, "parameters", "v1_l, k10_per_min and rates to and from each other compartment",
			 "an incomplete set of rate constants");
		return;
	}
	struct lull_pk_param like = *v1;
	like.mark = LULL_DERIVED;
	put_param(m, "cl_l_per_h", k[K10] * v1->value, &like);
	put_param(m, "v1_l", v1->value, v1);
	if (k[K12] > 0) {
		put_param(m, "q2_l_per_h", k[K12] * v1->value, &like);
		put_param(m, "v2_l", k[K12] * v1->value / k[K21], &like);
	}
	if (k[K13] > 0) {
		put_param(m, "q3_l_per_h", k[K13] * v1->value, &like);
		put_param(m, "v3_l", k[K13] * v1->value / k[K31], &like);
	}
}

static void check_compartments(const struct lull_model *m, const struct lull_doc *doc, struct lull_diags *diags)
{
	struct lull_pk pk;

	lull_model_typical(m, m->reference_weight_kg, false, &pk);
	if (!(pk.cl_l_per_h > 0) || !(pk.v1_l > 0))
		complain(diags, doc, "parameters", "cl_l_per_h and v1_l", "a parent without clearance or volume");
	if ((pk.q2_l_per_h > 0) != (pk.v2_l > 0) || (pk.q3_l_per_h > 0) != (pk.v3_l > 0) ||
	    (pk.nk_q_l_per_h > 0) != (pk.nk_v2_l > 0))
		complain(diags, doc, "parameters", "flow and volume of each further compartment",
			 "a compartment with only one of them");
	if ((pk.nk_cl_l_per_h > 0) != (pk.nk_v1_l > 0) || (pk.nk_formed_frac > 0) != (pk.nk_v1_l > 0) ||
	    (pk.nk_v2_l > 0 && !(pk.nk_v1_l > 0)))
		complain(diags, doc, "parameters", "nk_cl_l_per_h, nk_v1_l and nk_formed_frac together",
			 "an incomplete norketamine");
}

/* Facts pharmacology 5.7: a transcription that is off by a unit or a decimal shows here. */
static void check_guard(const struct lull_model *m, const struct guards *g, const struct lull_doc *doc,
			struct lull_diags *diags)
{
	const bool is_ketamine = m->drive.moiety != LULL_NORKETAMINE;
	struct lull_pk pk;

	if (!m->adult || !is_ketamine)
		return;
	lull_model_typical(m, g->weight_kg, true, &pk);
	if (pk.cl_l_per_h >= g->adult_clearance_min_l_per_h && pk.cl_l_per_h <= g->adult_clearance_max_l_per_h)
		return;
	char got[32], low[32], high[32], kg[32];
	lull_node_diag(diags, doc, lull_node_get(doc->root, "parameters"), LULL_ERROR,
		       "an adult clearance of ketamine inside the guard of ketamine/guards.yaml",
		       "a unit or a decimal may be off; a model of children says adult: false",
		       "a clearance of %s L/h at %s kg, outside %s to %s L/h",
		       lull_num_text(got, sizeof(got), pk.cl_l_per_h, 1),
		       lull_num_text(kg, sizeof(kg), g->weight_kg, 0),
		       lull_num_text(low, sizeof(low), g->adult_clearance_min_l_per_h, 0),
		       lull_num_text(high, sizeof(high), g->adult_clearance_max_l_per_h, 0));
}

/* ------------------------------------------------------------------ variability */

struct lull_model_factor {
	size_t n;                    /* parameters that vary            */
	size_t param[LULL_PK_N];     /* their places in params          */
	double lower[LULL_PK_N * LULL_PK_N];
};

static size_t index_of(const struct lull_model *m, const char *name)
{
	for (size_t i = 0; i < m->n_params; i++)
		if (!strcmp(m->params[i].name, name))
			return i;
	return m->n_params;
}

static int factor_of(const struct lull_model *m, struct lull_model_factor *f, struct lull_err *err)
{
	size_t place[LULL_PK_N] = { 0 };

	*f = (struct lull_model_factor){ 0 };
	for (size_t i = 0; i < m->n_omega; i++) {
		const size_t a = index_of(m, m->omega[i].a), b = index_of(m, m->omega[i].b);
		if (a == m->n_params || b == m->n_params)
			return lull_fail(err, LULL_EDOMAIN, m->id, "variability of %s and %s: no such parameter",
					 m->omega[i].a, m->omega[i].b);
		if (a == b && place[a] == 0) {
			f->param[f->n++] = a;
			place[a] = f->n;
		}
	}
	for (size_t i = 0; i < m->n_omega; i++) {
		const size_t a = place[index_of(m, m->omega[i].a)], b = place[index_of(m, m->omega[i].b)];
		if (!a || !b)
			return lull_fail(err, LULL_EDOMAIN, m->id,
					 "variability of %s and %s: a covariance without both variances",
					 m->omega[i].a, m->omega[i].b);
		f->lower[(a - 1) * f->n + b - 1] = f->lower[(b - 1) * f->n + a - 1] = m->omega[i].value;
	}
	if (f->n && !lull_cholesky(f->lower, f->n))
		return lull_fail(err, LULL_EDOMAIN, m->id, "the covariance of its variability is not positive definite");
	return LULL_OK;
}

int lull_model_factor_new(const struct lull_model *model, struct lull_arena *arena,
			  const struct lull_model_factor **out, struct lull_err *err)
{
	struct lull_model_factor *f = LULL_ARENA_NEW(arena, struct lull_model_factor, 1);

	*out = f;
	return f ? factor_of(model, f, err) : lull_nomem(err);
}

static double weight_scale(const struct lull_model *m, const struct lull_pk_param *p, double weight_kg, bool scaled)
{
	if (!scaled || p->weight_exponent == 0)
		return 1;
	const double s = weight_kg / m->reference_weight_kg;
	return p->weight_exponent == 1 ? s : lull_pow(s, p->weight_exponent);
}

void lull_model_typical(const struct lull_model *model, double weight_kg, bool scaled, struct lull_pk *out)
{
	*out = (struct lull_pk){ 0 };
	for (size_t i = 0; i < model->n_params; i++) {
		const struct lull_pk_param *p = &model->params[i];
		double *at = pk_at(out, p->name);
		if (at)
			*at = p->value * weight_scale(model, p, weight_kg, scaled);
	}
}

void lull_model_individual(const struct lull_model *model, const struct lull_model_factor *factor,
			   double weight_kg, bool scaled, const double *z, struct lull_pk *out)
{
	double own[LULL_PK_N], eta[LULL_PK_N];

	lull_model_typical(model, weight_kg, scaled, out);
	for (size_t i = 0; i < factor->n; i++)
		own[i] = z[factor->param[i]];
	lull_lower_times(factor->lower, factor->n, own, eta);
	for (size_t i = 0; i < factor->n; i++)
		*pk_at(out, model->params[factor->param[i]].name) *= lull_exp(eta[i]);
}

/* ------------------------------------------------------------------ loading */

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

static int not_found(const struct lull_files *files, const char *id, struct lull_arena *arena,
		     struct lull_diags *diags)
{
	const char **ids = NULL, *known = "";
	size_t n = 0;
	const int rc = lull_model_ids(files, arena, &ids, &n, NULL);

	if (rc != LULL_OK)
		return rc;
	for (size_t i = 0; i < n && known; i++)
		known = lull_arena_printf(arena, "%s%s%s", known, i ? ", " : "", ids[i]);
	if (!known)
		return LULL_ENOMEM;
	lull_diags_addf(diags, LULL_ERROR, "models/", 0, 0, known, lull_nearest_name(id, ids), "no model %s", id);
	return LULL_ENOTFOUND;
}

static int finish(struct lull_model *m, const struct lull_doc *doc, const char *id, const struct guards *guards,
		  struct lull_arena *arena, struct lull_diags *diags)
{
	struct lull_model_factor factor;
	struct lull_err err = { 0 };
	const size_t n_before = diags->n_errors;

	if (strcmp(m->id, id) != 0)
		complain(diags, doc, "id", "the name of its file", m->id);
	check_names(m, doc, diags);
	m->params = m->published;
	m->n_params = m->n_published;
	if (param_named(m->published, m->n_published, "k10_per_min")) {
		m->params = LULL_ARENA_NEW(arena, struct lull_pk_param, LULL_PK_N);
		m->n_params = 0;
		if (!m->params)
			return LULL_ENOMEM;
		params_from_rates(m, doc, diags);
	}
	if (diags->n_errors > n_before)
		return LULL_EPARSE;
	check_compartments(m, doc, diags);
	if (m->n_params > LULL_PK_N)
		complain(diags, doc, "parameters", "each parameter once", "too many parameters");
	else if (factor_of(m, &factor, &err) != LULL_OK)
		complain(diags, doc, "variability", "variances of parameters, positive definite", err.what);
	if (m->fitted_weight_min_kg > m->fitted_weight_max_kg)
		complain(diags, doc, "fitted_weight_min_kg", "at most fitted_weight_max_kg", "a range upside down");
	if (diags->n_errors == n_before)
		check_guard(m, guards, doc, diags);
	return diags->n_errors > n_before ? LULL_EPARSE : LULL_OK;
}

int lull_model_load(const struct lull_files *files, const char *id, struct lull_arena *arena,
		    struct lull_model *out, struct lull_diags *diags)
{
	const char *path = lull_arena_printf(arena, "models/%s.yaml", id);
	const struct lull_file *file = path ? lull_files_get(files, path) : NULL;
	struct guards guards;
	struct lull_doc doc;
	int rc;

	*out = (struct lull_model){ 0 };
	if (!path)
		return LULL_ENOMEM;
	if (!file)
		return not_found(files, id, arena, diags);
	if ((rc = load_guards(files, arena, &guards, diags)))
		return rc;
	if ((rc = lull_yaml_read(file->bytes, file->n_bytes, path, arena, &doc, diags)))
		return rc;
	if ((rc = lull_schema_bind(&doc, &model_schema, arena, out, diags)))
		return rc;
	return finish(out, &doc, id, &guards, arena, diags);
}

int lull_model_ids(const struct lull_files *files, struct lull_arena *arena, const char ***ids, size_t *n_ids,
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

/* ------------------------------------------------------------------ fitted range */

enum { MAX_WARNINGS = 4 };

static int warn(const char **list, size_t *n, const char *text, struct lull_err *err)
{
	if (!text)
		return lull_nomem(err);
	list[(*n)++] = text;
	return LULL_OK;
}

int lull_model_check(const struct lull_model *model, const struct lull_model_use *use, struct lull_arena *arena,
		     const char ***warnings, size_t *n_warnings, struct lull_err *err)
{
	const struct lull_model *m = model;
	char got[32], low[32], high[32];
	int rc = LULL_OK;

	*n_warnings = 0;
	*warnings = LULL_ARENA_NEW(arena, const char *, MAX_WARNINGS);
	if (!*warnings)
		return lull_nomem(err);
	if (use->weight_kg < m->fitted_weight_min_kg || use->weight_kg > m->fitted_weight_max_kg)
		rc = warn(*warnings, n_warnings,
			  lull_arena_printf(arena,
					    "A weight of %s kg is outside %s to %s kg, where %s was fitted: read the "
					    "curves with and without weight scaling and go by the worse.",
					    lull_num_text(got, sizeof(got), use->weight_kg, 1),
					    lull_num_text(low, sizeof(low), m->fitted_weight_min_kg, 0),
					    lull_num_text(high, sizeof(high), m->fitted_weight_max_kg, 0), m->id),
			  err);
	if (rc == LULL_OK && use->peak_ng_per_ml > m->fitted_conc_max_ng_per_ml)
		rc = warn(*warnings, n_warnings,
			  lull_arena_printf(arena,
					    "A peak of %s ng/mL is above %s ng/mL, the highest level that %s and the "
					    "effects on it were fitted to: read beyond it as extrapolation.",
					    lull_num_text(got, sizeof(got), use->peak_ng_per_ml, 0),
					    lull_num_text(high, sizeof(high), m->fitted_conc_max_ng_per_ml, 0), m->id),
			  err);
	if (rc == LULL_OK && use->dur_h > m->fitted_dur_max_h)
		rc = warn(*warnings, n_warnings,
			  lull_arena_printf(arena,
					    "An infusion of %s h is longer than %s h, the longest that supports %s: "
					    "tolerance and induction are not in the model.",
					    lull_num_text(got, sizeof(got), use->dur_h, 1),
					    lull_num_text(high, sizeof(high), m->fitted_dur_max_h, 0), m->id),
			  err);
	return rc;
}
