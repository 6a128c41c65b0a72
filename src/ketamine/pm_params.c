/* Units, covariates and parameters of a model file: names once each, dimensions, effects of covariates. */
#include <string.h>

#include "lull/base/text.h"
#include "pm_int.h"

/* ---- remarks --------------------------------------------------------------------------- */

static const struct lull_node *child_at(const struct lull_node *node, int i)
{
	const struct lull_node *child = node ? node->first : NULL;

	while (child && i-- > 0)
		child = child->next;
	return child;
}

void lull_pm__say(struct pm_load *l, const char *section, int i, const char *key, const char *expected, const char *fmt,
		  ...)
{
	const struct lull_node *at = l->doc->root, *below = section ? lull_node_get(at, section) : NULL;
	char found[400];
	va_list ap;

	if (below)
		at = below;
	if (below && i >= 0 && (below = child_at(at, i)))
		at = below;
	if (below && key && (below = lull_node_get(at, key)))
		at = below;
	va_start(ap, fmt);
	lull_text_vformat(found, sizeof(found), fmt, ap);
	va_end(ap);
	lull_node_diag(l->diags, l->doc, at, LULL_ERROR, expected, NULL, "%s", found);
}

/* ---- names ------------------------------------------------------------------------------ */

int lull_pm__param(const struct pm_file *file, const char *name)
{
	for (size_t i = 0; i < file->n_params; i++)
		if (!strcmp(file->params[i].name, name))
			return (int)i;
	return -1;
}

int lull_pm__compartment(const struct pm_file *file, const char *name)
{
	for (size_t i = 0; i < file->n_compartments; i++)
		if (!strcmp(file->compartments[i].name, name))
			return (int)i;
	return -1;
}

double lull_pm__molar_mass(const struct pm_file *file, const char *analyte)
{
	for (size_t i = 0; analyte && i < file->n_analytes; i++)
		if (!strcmp(file->analytes[i].name, analyte))
			return file->analytes[i].molar_mass;
	return 0;
}

static int covariate_named(const struct pm_file *file, const char *name)
{
	for (size_t i = 0; i < file->n_covariates; i++)
		if (!strcmp(file->covariates[i].name, name))
			return (int)i;
	return -1;
}

/* "unknown name; did you mean": the nearest parameter as part of the sentence. */
static void say_no_param(struct pm_load *l, const char *name, const char *section, int i, const char *key)
{
	const char *names[LULL_PM_MAX_PARAMS + 1] = { 0 };

	for (size_t k = 0; k < l->file->n_params; k++)
		names[k] = l->file->params[k].name;
	const char *near = lull_nearest_name(name, names);
	lull_pm__say(l, section, i, key, "the name of a parameter", "'%s', which is no parameter%s%s%s", name,
		     near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* ---- parameters where a quantity belongs ------------------------------------------------- */

/* "volume/time" and so on. */
static const char *kind_text(int volume, int time, char out[48])
{
	const char *up = volume > 0 ? "volume" : time > 0 ? "time" : "1", *down = time < 0 ? "/time" : volume < 0 ? "/volume" : "";

	if (!volume && !time)
		lull_text_format(out, 48, "a plain number");
	else
		lull_text_format(out, 48, "a unit of %s%s", up, down);
	return out;
}

bool lull_pm__use(struct pm_load *l, const char *name, int volume, int time, const char *section, int i, const char *key,
		  struct pm_ratio *out)
{
	const int p = lull_pm__param(l->file, name);
	char expected[48];

	*out = (struct pm_ratio){ p, -1, 0 };
	if (p < 0) {
		say_no_param(l, name, section, i, key);
		return false;
	}
	const struct pm_param *param = &l->pm->param[p];
	out->factor = param->to_engine;
	if (lull_pm__unit_is(&param->unit, 0, 0, volume, time))
		return true;
	lull_pm__say(l, "parameters", p, param->file->unit ? "unit" : NULL, kind_text(volume, time, expected),
		     "%s in '%s', used as %s of %s", name, param->file->unit ? param->file->unit : "1", key, section);
	return false;
}

bool lull_pm__fraction(struct pm_load *l, const char *const *names, size_t n, const char *section, int i,
		       const char *key, int *out, int *n_out)
{
	struct pm_ratio one;

	*n_out = 0;
	if (n > PM_MAX_FACTORS) {
		lull_pm__say(l, section, i, key, "at most 4 names", "%zu factors", n);
		return false;
	}
	for (size_t k = 0; k < n; k++) {
		if (!names[k] || !lull_pm__use(l, names[k], 0, 0, section, i, key, &one))
			return false;
		out[(*n_out)++] = one.num;
	}
	return true;
}

/* ---- units -------------------------------------------------------------------------------- */

static bool unit_at(struct pm_load *l, const char *text, const char *section, int i, const char *key,
		    struct pm_unit *out)
{
	if (lull_pm__unit(text, out))
		return true;
	lull_pm__say(l, section, i, key, "units parted by / and *, such as L/h, 1/min, ng/mL or ng*h/mL", "'%s'", text);
	return false;
}

static void bind_units(struct pm_load *l)
{
	const struct pm_f_units *u = &l->file->units;
	struct lull_pm *pm = l->pm;

	if (unit_at(l, u->time, "units", -1, "time", &pm->time) && !lull_pm__unit_is(&pm->time, 0, 0, 0, 1))
		lull_pm__say(l, "units", -1, "time", "a unit of time, such as h", "'%s'", u->time);
	if (unit_at(l, u->amount, "units", -1, "amount", &pm->amount) && !lull_pm__unit_is(&pm->amount, 1, 0, 0, 0) &&
	    !lull_pm__unit_is(&pm->amount, 0, 1, 0, 0))
		lull_pm__say(l, "units", -1, "amount", "a unit of mass or substance, such as mg or nmol", "'%s'", u->amount);
	if (unit_at(l, u->concentration, "units", -1, "concentration", &pm->conc) &&
	    !lull_pm__unit_is(&pm->conc, 1, 0, -1, 0) && !lull_pm__unit_is(&pm->conc, 0, 1, -1, 0))
		lull_pm__say(l, "units", -1, "concentration", "an amount over a volume, such as ng/mL", "'%s'",
			     u->concentration);
	pm->info.time_unit = u->time;
	pm->info.amount_unit = u->amount;
	pm->info.conc_unit = u->concentration;
	pm->info.time_unit_h = lull_pm__to_engine(&pm->time);
}

/* ---- covariates ---------------------------------------------------------------------------- */

static void bind_covariates(struct pm_load *l)
{
	struct lull_pm *pm = l->pm;

	if (l->file->n_covariates > LULL_PM_MAX_COVARIATES) {
		lull_pm__say(l, "covariates", -1, NULL, "at most 16", "%zu covariates", l->file->n_covariates);
		return;
	}
	for (size_t i = 0; i < l->file->n_covariates; i++) {
		const struct pm_f_covariate *c = &l->file->covariates[i];
		pm->covariates[i] = (struct lull_pm_name){ c->name, c->unit ? c->unit : "", c->label ? c->label : c->name };
		pm->covariate_default[i] = c->by_default;
		if (c->by_default < c->min || c->by_default > c->max || c->min > c->max)
			lull_pm__say(l, "covariates", (int)i, NULL, "min, default and max in rising order", "%s", c->name);
	}
	pm->info.covariates = pm->covariates;
	pm->info.covariate_default = pm->covariate_default;
	pm->info.n_covariates = (int)l->file->n_covariates;
}

static bool is_same_term(const struct pm_term *a, const struct pm_term *b)
{
	return a->form == b->form && a->cov == b->cov && a->form < PM_CATEGORY && a->value == b->value &&
	       a->center == b->center;
}

static bool rises(const double *x, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (!(x[i] > x[i - 1]))
			return false;
	return true;
}

/* What the form needs, in words when something is missing; NULL when all is there. */
static const char *lacks(const struct pm_f_depend *d)
{
	const bool has_value = !__builtin_isnan(d->value), has_center = !__builtin_isnan(d->center);

	switch (d->form) {
	case PM_POWER:
		return has_value && d->center > 0 ? NULL : "value (the power) and a center above 0";
	case PM_LINEAR:
	case PM_EXPONENTIAL:
		return has_value && has_center ? NULL : "value (for each unit of the covariate) and center";
	case PM_CATEGORY:
		return d->n_levels && d->n_levels == d->n_factors ? NULL : "levels and as many factors";
	default:
		return d->n_knots && d->n_knots == d->n_slopes && rises(d->knots, d->n_knots) ?
			       NULL :
			       "rising knots and as many slopes";
	}
}

static void bind_depend(struct pm_load *l, int i, const struct pm_f_depend *d)
{
	struct lull_pm *pm = l->pm;
	struct pm_param *p = &pm->param[i];
	const int cov = covariate_named(l->file, d->on);
	const char *missing = lacks(d);
	const bool is_list = d->form >= PM_CATEGORY;
	struct pm_term term = { d->form, cov, is_list ? 0 : d->value, is_list ? 0 : d->center, NULL, NULL, 0 };

	if (d->form == PM_CATEGORY)
		term.at = d->levels, term.by = d->factors, term.n = d->n_levels;
	if (d->form == PM_PIECEWISE)
		term.at = d->knots, term.by = d->slopes, term.n = d->n_knots;
	if (cov < 0)
		lull_pm__say(l, "parameters", i, "depends", "a covariate of this file", "'%s', which is none", d->on);
	else if (missing)
		lull_pm__say(l, "parameters", i, "depends", missing, "an incomplete effect of %s", d->on);
	else if (p->n_terms == PM_MAX_FACTORS)
		lull_pm__say(l, "parameters", i, "depends", "at most 4 effects", "too many");
	else {
		int t = 0;
		while (t < pm->n_terms && !is_same_term(&pm->term[t], &term))
			t++;
		if (t == PM_MAX_TERMS) {
			lull_pm__say(l, "parameters", i, "depends", "at most 48 effects in all", "too many");
			return;
		}
		if (t == pm->n_terms)
			pm->term[pm->n_terms++] = term;
		p->term[p->n_terms++] = t;
	}
}

/* ---- all of it ------------------------------------------------------------------------------ */

static void bind_params(struct pm_load *l)
{
	struct lull_pm *pm = l->pm;
	const size_t n = l->file->n_params;

	if (n == 0 || n > LULL_PM_MAX_PARAMS) {
		lull_pm__say(l, "parameters", -1, NULL, "1 to 64 parameters", "%zu", n);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const struct pm_f_param *f = &l->file->params[i];
		const char *unit = f->unit ? f->unit : "1";
		struct pm_param *p = &pm->param[i];
		*p = (struct pm_param){ .file = f, .eta = -1, .iov = -1 };
		unit_at(l, unit, "parameters", (int)i, "unit", &p->unit);
		p->to_engine = lull_pm__to_engine(&p->unit);
		pm->theta[i] = f->value;
		pm->params[i] = (struct lull_pm_name){ f->name, strcmp(unit, "1") ? unit : "", f->label ? f->label : f->name };
		for (size_t k = 0; k < i; k++)
			if (!lull_text_casecmp(l->file->params[k].name, f->name))
				lull_pm__say(l, "parameters", (int)i, NULL, "names that differ by more than upper and lower case",
					     "%s and %s", l->file->params[k].name, f->name);
		for (size_t k = 0; k < f->n_depends; k++)
			bind_depend(l, (int)i, &f->depends[k]);
	}
	pm->info.params = pm->params;
	pm->info.n_params = (int)n;
}

void lull_pm__numbers(struct pm_load *l)
{
	bind_units(l);
	bind_covariates(l);
	bind_params(l);
}
