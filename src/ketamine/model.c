/* The view of a model file that forecasts of infusions use: a mammillary parent with or without
 * norketamine, scaled to a weight and varied between people. What does not fit it is refused. */
#include "lull/ketamine/model.h"

#include <math.h>
#include <string.h>

#include "lull/base/text.h"
#include "lull/base/yaml.h"
#include "lull/num/linalg.h"
#include "lull/num/math.h"
#include "pm_int.h"

const char *const lull_moiety_names[] = { "total_ketamine", "s_ketamine", "norketamine", "not_stated", NULL };
const char *const lull_site_names[] = { "arterial", "venous", "not_stated", NULL };

/* ------------------------------------------------------------------ parameters by name */

static const struct pk_field {
	const char *name;
	size_t offset;
	int volume, time; /* its unit in L and h */
} pk_fields[] = {
	{ "cl_l_per_h", offsetof(struct lull_pk, cl_l_per_h), 1, -1 },
	{ "v1_l", offsetof(struct lull_pk, v1_l), 1, 0 },
	{ "q2_l_per_h", offsetof(struct lull_pk, q2_l_per_h), 1, -1 },
	{ "v2_l", offsetof(struct lull_pk, v2_l), 1, 0 },
	{ "q3_l_per_h", offsetof(struct lull_pk, q3_l_per_h), 1, -1 },
	{ "v3_l", offsetof(struct lull_pk, v3_l), 1, 0 },
	{ "nk_cl_l_per_h", offsetof(struct lull_pk, nk_cl_l_per_h), 1, -1 },
	{ "nk_v1_l", offsetof(struct lull_pk, nk_v1_l), 1, 0 },
	{ "nk_q_l_per_h", offsetof(struct lull_pk, nk_q_l_per_h), 1, -1 },
	{ "nk_v2_l", offsetof(struct lull_pk, nk_v2_l), 1, 0 },
	{ "nk_formed_frac", offsetof(struct lull_pk, nk_formed_frac), 0, 0 },
};
_Static_assert(sizeof(pk_fields) / sizeof(pk_fields[0]) == LULL_PK_N, "one row a field of struct lull_pk");
enum role { CL, V1, Q2, V2, Q3, V3, NK_CL, NK_V1, NK_Q, NK_V2, NK_FRAC, K10, K12, K21, K13, K31, N_ROLES };

/* Where a source prints rate constants. */
static const char *const rate_names[] = { "k10_per_min", "k12_per_min", "k21_per_min", "k13_per_min", "k31_per_min" };

static double *pk_at(struct lull_pk *pk, const char *name)
{
	for (size_t i = 0; i < LULL_PK_N; i++)
		if (!strcmp(pk_fields[i].name, name))
			return (double *)(void *)((char *)pk + pk_fields[i].offset);
	return NULL;
}

static const char *role_name(enum role role)
{
	return role < K10 ? pk_fields[role].name : rate_names[role - K10];
}

/* ------------------------------------------------------------------ the view */

struct view {
	const struct lull_pm *pm;
	const struct pm_file *file;
	struct lull_diags *diags;
	int param[N_ROLES];     /* of the file; -1 none  */
	int parent, second, third, nk, nk_second; /* compartments; -1 none */
	bool is_refused;
};

/* At most one remark: what follows from it would only repeat it. */
static void refuse(struct view *v, const char *key, const char *what)
{
	const struct lull_node *node = lull_node_get(v->pm->doc->root, key);

	if (!v->is_refused)
		lull_node_diag(v->diags, v->pm->doc, node ? node : v->pm->doc->root, LULL_ERROR,
			       "a model into a vein: one to three compartments and norketamine of one or two",
			       "lull simulate runs any model; forecasts need this form", "%s: %s", v->file->id, what);
	v->is_refused = true;
}

static void give_role(struct view *v, enum role role, const char *name)
{
	const int p = lull_pm__param(v->file, name);
	const struct pm_unit *u = &v->pm->param[p].unit;
	const bool fits = role < K10 ? lull_pm__unit_is(u, 0, 0, pk_fields[role].volume, pk_fields[role].time) &&
					       u->num == u->den :
				       u->num == 60 && u->den == 1;

	if (v->param[role] >= 0)
		refuse(v, "flows", "two flows in one place");
	if (!fits)
		refuse(v, "parameters", "clearances not in L/h, volumes not in L or rates not in 1/min");
	for (int r = 0; r < N_ROLES; r++)
		if (v->param[r] == p)
			refuse(v, "parameters", "one parameter in two places");
	v->param[role] = p;
}

static void give_volume(struct view *v, enum role role, int compartment)
{
	if (v->file->compartments[compartment].volume)
		give_role(v, role, v->file->compartments[compartment].volume);
}

/* The next place beside the parent or norketamine for compartment c. */
static int *place_of(struct view *v, int hub, int c)
{
	int *places[2] = { hub == v->parent ? &v->second : &v->nk_second, hub == v->parent ? &v->third : NULL };

	for (int i = 0; i < 2; i++)
		if (places[i] && (*places[i] == c || *places[i] < 0)) {
			*places[i] = c;
			return places[i];
		}
	return NULL;
}

static void exchange(struct view *v, int hub, int other, const char *clearance, const char *there, const char *back)
{
	const int *place = place_of(v, hub, other);

	if (!place) {
		refuse(v, "flows", "more compartments than fit");
		return;
	}
	const bool is_third = place == &v->third, is_nk = place == &v->nk_second;
	if (clearance) {
		give_role(v, is_nk ? NK_Q : is_third ? Q3 : Q2, clearance);
		give_volume(v, is_nk ? NK_V2 : is_third ? V3 : V2, other);
	} else if (is_nk) {
		refuse(v, "flows", "rate constants of norketamine");
	} else {
		if (there)
			give_role(v, is_third ? K13 : K12, there);
		if (back)
			give_role(v, is_third ? K31 : K21, back);
	}
}

static void elimination(struct view *v, const struct pm_f_flow *f)
{
	const struct pm_f_compartment *c = v->file->compartments;

	if (f->has_transit || f->n_fraction > 1)
		refuse(v, "flows", "transit or several fractions");
	if (f->rate)
		give_role(v, K10, f->rate);
	else
		give_role(v, CL, f->clearance);
	if (!f->to)
		return;
	v->nk = lull_pm__compartment(v->file, f->to);
	if (v->nk < 0 || f->n_fraction != 1 || f->rate || (c[v->nk].analyte && c[v->parent].analyte)) {
		refuse(v, "flows", "norketamine that is not formed by a clearance and one fraction, without molar mass");
		return;
	}
	give_role(v, NK_FRAC, f->fraction[0]);
	give_volume(v, NK_V1, v->nk);
}

/* One flow, seen from the parent; norketamine's wait until it is known which it is. */
static void take_flow(struct view *v, const struct pm_f_flow *f, bool is_second_pass)
{
	const int a = lull_pm__compartment(v->file, f->from ? f->from : f->between[0]),
		  z = f->from ? f->to ? lull_pm__compartment(v->file, f->to) : -1 : lull_pm__compartment(v->file, f->between[1]);
	const bool of_parent = a == v->parent || z == v->parent;

	if (of_parent == is_second_pass)
		return;
	if (!f->from && (a == v->parent || a == v->nk))
		exchange(v, a, z, f->clearance, f->n_rates ? f->rates[0] : NULL, f->n_rates ? f->rates[1] : NULL);
	else if (f->from && !is_second_pass && f->rate && z == v->parent)
		exchange(v, v->parent, a, NULL, NULL, f->rate);
	else if (f->from && !is_second_pass && f->rate && z >= 0)
		exchange(v, v->parent, z, NULL, f->rate, NULL);
	else if (f->from && a == v->parent)
		elimination(v, f);
	else if (f->from && a == v->nk && !f->to && f->clearance)
		give_role(v, NK_CL, f->clearance);
	else
		refuse(v, "flows", "a flow that has no place in it");
}

static void find_roles(struct view *v)
{
	const struct pm_file *f = v->file;
	bool has_iv = false;

	for (int r = 0; r < N_ROLES; r++)
		v->param[r] = -1;
	v->second = v->third = v->nk = v->nk_second = -1;
	v->parent = lull_pm__compartment(f, f->outputs[0].of);
	if (f->product < 0 || v->parent < 0 || f->outputs[0].moiety < 0 || f->outputs[0].moiety == LULL_MOIETY_NOT_STATED ||
	    !lull_pm__unit_is(&v->pm->amount, 1, 0, 0, 0) || v->pm->amount.num != v->pm->amount.den) {
		refuse(v, "outputs", "a first output that is not a ketamine of a compartment, product and moiety stated, amounts in mg");
		return;
	}
	for (int i = 0; i < v->pm->info.n_inputs; i++)
		has_iv |= v->pm->input[i].n_parts == 1 && v->pm->input[i].part[0].state == v->parent &&
			  v->pm->input[i].part[0].frac.n_of + v->pm->input[i].part[0].frac.n_less == 0 &&
			  v->pm->input[i].part[0].lag.num < 0;
	if (!has_iv)
		refuse(v, "inputs", "no way straight into the compartment that is seen");
	give_volume(v, V1, v->parent);
	for (int pass = 0; pass < 2 && !v->is_refused; pass++)
		for (size_t i = 0; i < f->n_flows && !v->is_refused; i++)
			take_flow(v, &f->flows[i], pass == 1);
	if (f->n_outputs > 1 && v->nk >= 0 && lull_pm__compartment(f, f->outputs[1].of) != v->nk)
		refuse(v, "outputs", "a second output that is not norketamine");
}

static void check_whole(struct view *v)
{
	const int *p = v->param;
	const bool by_rates = p[K10] >= 0;

	if (v->is_refused)
		return;
	if (p[V1] < 0 || (by_rates ? p[CL] >= 0 || p[Q2] >= 0 || p[Q3] >= 0 : p[CL] < 0 || p[K12] >= 0 || p[K21] >= 0))
		refuse(v, "flows", "no elimination of the parent, or clearances and rate constants mixed");
	else if ((p[K12] >= 0) != (p[K21] >= 0) || (p[K13] >= 0) != (p[K31] >= 0))
		refuse(v, "flows", "an incomplete set of rate constants");
	else if (v->nk >= 0 && (p[NK_CL] < 0 || p[NK_V1] < 0))
		refuse(v, "flows", "an incomplete norketamine");
}

/* ------------------------------------------------------------------ numbers of the view */

static void put_param(struct lull_model *m, const char *name, double value, const struct lull_pk_param *like)
{
	struct lull_pk_param *p = &m->params[m->n_params++];

	*p = *like;
	p->name = name;
	p->value = value;
}

static int role_of(const struct view *v, size_t i_param)
{
	for (int r = 0; r < N_ROLES; r++)
		if (v->param[r] == (int)i_param)
			return r;
	return -1;
}

/* Power of weight only, about one reference for all. */
static double weight_exponent(struct view *v, struct lull_model *m, const struct pm_f_param *f)
{
	if (f->n_depends == 0)
		return 0;
	const struct pm_f_depend *d = &f->depends[0];
	bool is_weight = f->n_depends == 1 && d->form == PM_POWER;
	for (size_t i = 0; is_weight && i < v->file->n_covariates; i++)
		if (!strcmp(v->file->covariates[i].name, d->on))
			is_weight = !strcmp(v->pm->covariates[i].unit, "kg");
	if (!is_weight || (m->reference_weight_kg > 0 && m->reference_weight_kg != d->center))
		refuse(v, "parameters", "a parameter that changes other than by a power of weight about one reference");
	else
		m->reference_weight_kg = d->center;
	return d->value;
}

static void put_published(struct view *v, struct lull_model *m)
{
	for (size_t i = 0; i < v->file->n_params; i++) {
		const struct pm_f_param *f = &v->file->params[i];
		const int role = role_of(v, i);
		if (role < 0)
			continue;
		const double exponent = weight_exponent(v, m, f);
		if (role >= K10 && exponent != 0)
			refuse(v, "parameters", "a rate constant that depends on weight");
		if (role < K10 && !(f->value > 0))
			refuse(v, "parameters", "a clearance or volume that is not above 0");
		if (v->pm->param[i].iov >= 0)
			refuse(v, "occasions", "variability between occasions");
		m->published[m->n_published++] =
			(struct lull_pk_param){ role_name((enum role)role), f->value, exponent, f->source, (enum lull_mark)f->mark };
	}
	if (!(m->reference_weight_kg > 0))
		for (int i = 0; i < v->pm->info.n_covariates; i++)
			if (!strcmp(v->pm->covariates[i].unit, "kg"))
				m->reference_weight_kg = v->pm->covariate_default[i];
	if (!(m->reference_weight_kg > 0))
		refuse(v, "covariates", "no weight (a covariate in kg)");
}

/* CL = k10 V1, Q2 = k12 V1, V2 = V1 k12 / k21 and so on, each rate per minute in print.
 * All carry the weight exponent of V1, since the rates do not depend on weight. */
static void params_from_rates(const struct view *v, struct lull_model *m)
{
	const struct lull_pk_param *v1 = NULL;
	double k[N_ROLES] = { 0 };

	for (int r = K10; r < N_ROLES; r++)
		k[r] = v->param[r] < 0 ? 0 : v->file->params[v->param[r]].value * 60;
	for (size_t i = 0; i < m->n_published; i++)
		if (!strcmp(m->published[i].name, "v1_l"))
			v1 = &m->published[i];
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

/* Variances first, then covariances, block by block; what varies outside the view does not concern it. */
static void put_omega(struct view *v, struct lull_model *m)
{
	for (int b = 0; b < v->pm->n_iiv; b++) {
		const struct pm_f_block *f = &v->file->variability[b];
		for (size_t gap = 0; gap < f->n_on; gap++)
			for (size_t c = 0; c + gap < f->n_on; c++) {
				const size_t r = c + gap;
				const int ra = role_of(v, (size_t)lull_pm__param(v->file, f->on[c])),
					  rb = role_of(v, (size_t)lull_pm__param(v->file, f->on[r]));
				const double own = lull_is_nan(f->variance) ? lull_is_nan(f->sd) ? lull_log1p(f->cv * f->cv) : f->sd * f->sd : f->variance,
					     value = f->n_covariance ? f->covariance[r * (r + 1) / 2 + c] : own;
				if (ra < 0 || rb < 0 || value == 0)
					continue;
				if (f->kind != PM_LOGNORMAL || ra >= K10 || rb >= K10 || m->n_omega == LULL_PK_N * LULL_PK_N)
					refuse(v, "variability", "variability other than log-normal, or of a rate constant");
				else
					m->omega[m->n_omega++] = (struct lull_pk_omega){ role_name((enum role)ra), role_name((enum role)rb),
											 value, f->source, (enum lull_mark)f->mark };
			}
	}
}

static void put_rest(const struct view *v, struct lull_model *m)
{
	const struct pm_file *f = v->file;
	const struct pm_f_residual *parent = &f->outputs[0].residual, *nk = f->n_outputs > 1 ? &f->outputs[1].residual : NULL;

	m->id = f->id;
	m->name = f->name;
	m->about = v->pm->info.about;
	m->product = (enum lull_product)f->product;
	m->drive = v->pm->drives[0];
	m->adult = f->adult;
	m->fitted_conc_max_ng_per_ml = f->has_range ? f->range.conc_max_ng_per_ml : NAN;
	m->fitted_dur_max_h = f->has_range ? f->range.dur_max_h : NAN;
	m->fitted_weight_min_kg = f->has_range ? f->range.weight_min_kg : NAN;
	m->fitted_weight_max_kg = f->has_range ? f->range.weight_max_kg : NAN;
	m->fitted_source = f->has_range ? f->range.source : f->source;
	m->fitted_mark = (enum lull_mark)(f->has_range ? f->range.mark : f->mark);
	m->residual_parent_frac = f->outputs[0].has_residual ? parent->proportional : NAN;
	m->residual_nk_frac = nk && f->outputs[1].has_residual ? nk->proportional : NAN;
	if (f->outputs[0].has_residual) {
		m->residual_source = parent->source;
		m->residual_mark = (enum lull_mark)parent->mark;
	}
	m->caveats = f->caveats;
	m->n_caveats = f->n_caveats;
	m->source = f->source;
	m->mark = (enum lull_mark)f->mark;
}

static int view_of(const struct lull_pm *pm, struct lull_arena *arena, struct lull_model *m, struct lull_diags *diags)
{
	struct view v = { .pm = pm, .file = pm->file, .diags = diags };

	m->published = LULL_ARENA_NEW(arena, struct lull_pk_param, N_ROLES);
	m->params = LULL_ARENA_NEW(arena, struct lull_pk_param, LULL_PK_N);
	m->omega = LULL_ARENA_NEW(arena, struct lull_pk_omega, (size_t)LULL_PK_N * LULL_PK_N);
	if (!m->published || !m->params || !m->omega)
		return LULL_ENOMEM;
	find_roles(&v);
	check_whole(&v);
	if (v.is_refused)
		return diags->out_of_memory ? LULL_ENOMEM : LULL_EUNSUPPORTED;
	put_published(&v, m);
	put_omega(&v, m);
	put_rest(&v, m);
	if (v.param[K10] >= 0 && !v.is_refused) {
		params_from_rates(&v, m);
	} else {
		m->params = m->published;
		m->n_params = m->n_published;
	}
	if (diags->out_of_memory)
		return LULL_ENOMEM;
	return v.is_refused ? LULL_EUNSUPPORTED : LULL_OK;
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

int lull_model_load(const struct lull_files *files, const char *id, struct lull_arena *arena, struct lull_model *out,
		    struct lull_diags *diags)
{
	const struct lull_pm *pm = NULL;
	const int rc = lull_pm_load(files, id, arena, &pm, diags);

	*out = (struct lull_model){ 0 };
	return rc == LULL_OK ? view_of(pm, arena, out, diags) : rc;
}

/* Whether the file says forecast: true. A file that cannot be read is kept: loading it says why. */
static int is_for_forecasts(const struct lull_files *files, const char *id, bool *out)
{
	struct lull_arena arena = { 0 };
	struct lull_doc doc;
	const char *path = lull_arena_printf(&arena, "models/%s.yaml", id);
	const struct lull_file *file = path ? lull_files_get(files, path) : NULL;
	int rc = file ? lull_yaml_read(file->bytes, file->n_bytes, path, &arena, &doc, NULL) : LULL_ENOMEM;

	*out = true;
	if (rc == LULL_OK) {
		const struct lull_node *node = lull_node_get(doc.root, "forecast");
		*out = node && node->text && !strcmp(node->text, "true");
	}
	lull_arena_clear(&arena);
	return rc == LULL_ENOMEM ? rc : LULL_OK;
}

int lull_model_ids(const struct lull_files *files, struct lull_arena *arena, const char ***ids, size_t *n_ids,
		   struct lull_err *err)
{
	int rc = lull_pm_ids(files, arena, ids, n_ids, err);
	size_t n = 0;

	for (size_t i = 0; rc == LULL_OK && i < *n_ids; i++) {
		bool is_one;
		rc = is_for_forecasts(files, (*ids)[i], &is_one);
		if (is_one)
			(*ids)[n++] = (*ids)[i];
	}
	if (rc != LULL_OK)
		return lull_nomem(err);
	*n_ids = n;
	(*ids)[n] = NULL;
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
