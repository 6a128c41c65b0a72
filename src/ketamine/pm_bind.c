/* From typical values to one person's numbers: covariates, deviations, then the linear system, the
 * effects and the ways in. Nothing here allocates. */
#include <string.h>

#include "lull/num/dist.h"
#include "lull/num/math.h"
#include "pm_int.h"

void lull_pm_typical(const struct lull_pm *pm, double *theta)
{
	memcpy(theta, pm->theta, (size_t)pm->info.n_params * sizeof(*theta));
}

/* ---- covariates ------------------------------------------------------------------------- */

/* A factor, or for a broken line what is added. */
static double term_value(const struct pm_term *t, double x)
{
	double sum = 0;

	switch (t->form) {
	case PM_POWER:
		return t->value == 1 ? x / t->center : lull_pow(x / t->center, t->value);
	case PM_LINEAR:
		return 1 + t->value * (x - t->center);
	case PM_EXPONENTIAL:
		return lull_exp(t->value * (x - t->center));
	case PM_CATEGORY:
		for (size_t i = 0; i < t->n; i++)
			if (t->at[i] == x)
				return t->by[i];
		return 1;
	default: /* from each knot on its slope holds */
		for (size_t i = 0; i < t->n && x > t->at[i]; i++)
			sum += t->by[i] * ((i + 1 < t->n ? lull_min(x, t->at[i + 1]) : x) - t->at[i]);
		return sum;
	}
}

static int terms_of(const struct lull_pm *pm, const double *covariates, double *out, struct lull_err *err)
{
	double x[LULL_PM_MAX_COVARIATES];

	for (int i = 0; i < pm->info.n_covariates; i++) {
		const struct pm_f_covariate *c = &pm->file->covariates[i];
		x[i] = covariates && !lull_is_nan(covariates[i]) ? covariates[i] : pm->covariate_default[i];
		if (!lull_is_finite(x[i])) {
			lull_fail(err, LULL_EDOMAIN, c->name, "the covariate %s is not given and has no default", c->name);
			lull_mend(err, "add a column %s to the events", c->name);
			return LULL_EDOMAIN;
		}
		if (x[i] < c->min || x[i] > c->max)
			return lull_fail(err, LULL_EDOMAIN, c->name, "%s is %g, outside %g to %g", c->name, x[i], c->min, c->max);
	}
	for (int t = 0; t < pm->n_terms; t++) {
		const struct pm_term *term = &pm->term[t];
		if (term->form == PM_POWER && !(x[term->cov] > 0))
			return lull_fail(err, LULL_EDOMAIN, pm->covariates[term->cov].name,
					 "%s is %g; a power of it needs a value above 0", pm->covariates[term->cov].name,
					 x[term->cov]);
		out[t] = term_value(term, x[term->cov]);
	}
	return LULL_OK;
}

static int refuse(const struct pm_param *p, double value, const char *why, struct lull_err *err)
{
	return lull_fail(err, LULL_EDOMAIN, p->file->name, "%s is %g%s%s%s", p->file->name, value,
			 p->file->unit ? " " : "", p->file->unit ? p->file->unit : "", why);
}

int lull_pm_individual(const struct lull_pm *pm, const double *theta, const double *covariates, const double *etas,
		       const double *iov, double *params, struct lull_err *err)
{
	double term[PM_MAX_TERMS];
	const int rc = terms_of(pm, covariates, term, err);

	if (rc != LULL_OK)
		return rc;
	for (int i = 0; i < pm->info.n_params; i++) {
		const struct pm_param *p = &pm->param[i];
		double x = theta[i], deviation = 0;
		for (int k = 0; k < p->n_terms; k++)
			if (pm->term[p->term[k]].form == PM_PIECEWISE)
				x += term[p->term[k]];
		for (int k = 0; k < p->n_terms; k++)
			if (pm->term[p->term[k]].form != PM_PIECEWISE)
				x *= term[p->term[k]];
		const bool varies = (etas && p->eta >= 0) || (iov && p->iov >= 0);
		if (varies) {
			deviation = (etas && p->eta >= 0 ? etas[p->eta] : 0) + (iov && p->iov >= 0 ? iov[p->iov] : 0);
			if (p->scale == PM_LOGNORMAL)
				x *= lull_exp(deviation);
			else if (p->scale == PM_NORMAL)
				x += deviation;
			else if (x > 0 && x < 1)
				x = lull_expit(lull_logit(x) + deviation);
			else
				return refuse(p, x, "; a logit-normal needs a value between 0 and 1", err);
		}
		if (!lull_is_finite(x))
			return refuse(p, x, ", not a finite number", err);
		params[i] = x;
	}
	return LULL_OK;
}

/* ---- the linear system --------------------------------------------------------------------- */

static bool is_good(double x)
{
	return x >= 0 && x <= 1e300; /* false for NaN too */
}

static int refuse_ratio(const struct lull_pm *pm, const struct pm_ratio *r, const double *params, const char *what,
			const char *name, struct lull_err *err)
{
	const int i = r->den >= 0 && !(params[r->den] > 0) ? r->den : r->num >= 0 ? r->num : r->den;

	if (i < 0)
		return lull_fail(err, LULL_EDOMAIN, name, "%s of %s is outside its range", what, name);
	return refuse(&pm->param[i], params[i], i == r->den ? "; it must be above 0" : "; it must be 0 or more", err);
}

static int refuse_product(const struct lull_pm *pm, const struct pm_product *f, const double *params, const char *name,
			  struct lull_err *err)
{
	for (int k = 0; k < f->n_of; k++)
		if (!is_good(params[f->of[k]]))
			return refuse(&pm->param[f->of[k]], params[f->of[k]], "; a fraction must be 0 or more", err);
	for (int k = 0; k < f->n_less; k++)
		if (!(params[f->less[k]] >= 0 && params[f->less[k]] <= 1))
			return refuse(&pm->param[f->less[k]], params[f->less[k]],
				      "; a fraction of which the rest is used must lie between 0 and 1", err);
	return lull_fail(err, LULL_EDOMAIN, name, "a fraction of %s is outside its range", name);
}

static double value_of(const struct pm_ratio *r, const double *p)
{
	return lull_pm__ratio(r, p);
}

static void effects_of(const struct lull_pm *pm, const double *p, struct lull_effect_numbers *out)
{
	for (int i = 0; i < pm->info.n_effects; i++) {
		const struct pm_effect *e = &pm->effect[i];
		struct lull_effect_numbers *n = &out[i];
		*n = (struct lull_effect_numbers){ .e0 = value_of(&e->e0, p), .slope = value_of(&e->slope, p),
						   .emax = value_of(&e->emax, p), .c50 = value_of(&e->c50, p),
						   .gamma = value_of(&e->gamma, p), .kout_per_h = value_of(&e->kout, p) };
		const bool is_turnover = e->has_kin || e->has_r0;
		n->r0 = e->has_r0 ? value_of(&e->r0, p) : is_turnover ? NAN : 0;
		n->kin = e->has_kin ? value_of(&e->kin, p) : e->has_r0 ? n->kout_per_h * n->r0 : 0;
		for (int k = 0; k < pm->spec[i].n_grades; k++)
			n->intercept[k] = value_of(&e->intercept[k], p);
	}
}

int lull_pm_person(const struct lull_pm *pm, const double *params, struct lull_lin_person *person,
		   struct lull_effect_numbers *effects, struct lull_err *err)
{
	for (int k = 0; k < pm->shape.n_flows; k++) {
		person->rate_per_h[k] = lull_pm__ratio(&pm->rate[k], params);
		if (!is_good(person->rate_per_h[k]))
			return refuse_ratio(pm, &pm->rate[k], params, "the flow out", pm->flow_name[k], err);
		person->gain[k] = lull_pm__product(&pm->gain[k], params);
		if (!is_good(person->gain[k]))
			return refuse_product(pm, &pm->gain[k], params, pm->flow_name[k], err);
	}
	for (int o = 0; o < pm->shape.n_outputs; o++) {
		person->scale[o] = lull_pm__ratio(&pm->scale[o], params);
		if (!is_good(person->scale[o]))
			return refuse_ratio(pm, &pm->scale[o], params, "the scale", pm->outputs[o].name, err);
	}
	if (effects)
		effects_of(pm, params, effects);
	return LULL_OK;
}

/* ---- ways in --------------------------------------------------------------------------------- */

int lull_pm_parts(const struct lull_pm *pm, const double *params, int input, struct lull_pm_part parts[LULL_PM_MAX_PARTS],
		  int *n_parts, struct lull_err *err)
{
	if (input < 0 || input >= pm->info.n_inputs)
		return lull_fail(err, LULL_EDOMAIN, pm->info.id, "CMT %d: the model has %d ways in", input + 1, pm->info.n_inputs);
	const struct pm_input *in = &pm->input[input];
	for (int k = 0; k < in->n_parts; k++) {
		const struct pm_part *f = &in->part[k];
		parts[k] = (struct lull_pm_part){ f->state, lull_pm__product(&f->frac, params), lull_pm__ratio(&f->lag, params),
						  lull_pm__ratio(&f->dur, params), lull_pm__ratio(&f->rate, params) };
		if (!is_good(parts[k].frac))
			return refuse_product(pm, &f->frac, params, pm->inputs[input].name, err);
		if (!is_good(parts[k].lag_h))
			return refuse_ratio(pm, &f->lag, params, "the lag", pm->inputs[input].name, err);
		if (f->dur.num >= 0 && !is_good(parts[k].dur_h))
			return refuse_ratio(pm, &f->dur, params, "the duration", pm->inputs[input].name, err);
		if (f->rate.num >= 0 && !(is_good(parts[k].rate) && parts[k].rate > 0))
			return refuse_ratio(pm, &f->rate, params, "the rate", pm->inputs[input].name, err);
	}
	*n_parts = in->n_parts;
	return LULL_OK;
}
