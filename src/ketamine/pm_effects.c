/* The effects of a model file: which numbers each kind needs, and that their units go with the
 * concentration that drives them. */
#include <string.h>

#include "lull/num/math.h"
#include "pm_int.h"

static const struct pm_ratio zero = { -1, -1, 0 }, one = { -1, -1, 1 };

struct work {
	struct pm_load *l;
	const struct pm_f_effect *f;
	int i;
	struct pm_unit effect, drive;
	double molar_mass;
};

/* unit a times b to the power of p (1 or -1) */
static struct pm_unit times(struct pm_unit a, const struct pm_unit *b, int p)
{
	for (int k = 0; k < PM_N_BASES; k++)
		a.power[k] += p * b->power[k];
	if (b->other_power && !a.other_power) {
		a.other = b->other;
		a.n_other = b->n_other;
	}
	a.other_power += p * b->other_power;
	a.num *= p > 0 ? b->num : b->den;
	a.den *= p > 0 ? b->den : b->num;
	return a;
}

static bool need(struct work *w, const char *name, const char *key, const struct pm_unit *unit, struct pm_ratio *out)
{
	const int p = name ? lull_pm__param(w->l->file, name) : -1;

	*out = zero;
	if (!name) {
		lull_pm__say(w->l, "effects", w->i, NULL, key, "an effect of kind %s without it", lull_effect_kind_names[w->f->kind]);
		return false;
	}
	if (p < 0) {
		lull_pm__say(w->l, "effects", w->i, key, "the name of a parameter", "'%s', which is none", name);
		return false;
	}
	const double factor = lull_pm__convert(&w->l->pm->param[p].unit, unit, w->molar_mass);
	if (!(factor > 0)) {
		lull_pm__say(w->l, "effects", w->i, key,
			     "units that go together: the effect's, the driving output's, and time",
			     "%s in '%s'", name, w->l->file->params[p].unit ? w->l->file->params[p].unit : "1");
		return false;
	}
	*out = (struct pm_ratio){ p, -1, factor };
	return true;
}

static void maybe(struct work *w, const char *name, const char *key, const struct pm_unit *unit, struct pm_ratio by_default,
		  struct pm_ratio *out)
{
	if (name)
		(void)need(w, name, key, unit, out);
	else
		*out = by_default;
}

/* kout or half_life; kin or r0. */
static void bind_turnover(struct work *w, struct pm_effect *e)
{
	static const struct pm_unit h = { .power = { 0, 0, 0, 1 }, .num = 1, .den = 1 },
				    plain = { .num = 1, .den = 1 };
	const struct pm_f_effect *f = w->f;
	const struct pm_unit per_h = times(plain, &h, -1), effect_per_h = times(w->effect, &h, -1);

	if ((f->kout != NULL) == (f->half_life != NULL) || (!f->kin && !f->r0)) {
		lull_pm__say(w->l, "effects", w->i, NULL, "kout or half_life, and kin, r0 or both", "%s", f->name);
		return;
	}
	if (f->kout)
		(void)need(w, f->kout, "kout", &per_h, &e->kout);
	else if (need(w, f->half_life, "half_life", &h, &e->kout))
		e->kout = (struct pm_ratio){ -1, e->kout.num, 0x1.62e42fefa39efp-1 / e->kout.factor };
	e->has_kin = f->kin != NULL;
	e->has_r0 = f->r0 != NULL;
	if (f->kin)
		(void)need(w, f->kin, "kin", &effect_per_h, &e->kin);
	if (f->r0)
		(void)need(w, f->r0, "r0", &w->effect, &e->r0);
	if (f->kind == LULL_EFFECT_TURNOVER) {
		const struct pm_unit slope = times(effect_per_h, &w->drive, -1);
		(void)need(w, f->slope, "slope", &slope, &e->slope);
	}
}

static void bind_intercepts(struct work *w, struct pm_effect *e, struct lull_effect_spec *spec)
{
	static const struct pm_unit plain = { .num = 1, .den = 1 };
	const struct pm_unit slope = times(plain, &w->drive, -1);
	const size_t n = w->f->n_intercepts;

	if (n == 0 || n > LULL_EFFECT_MAX_GRADES || (spec->kind == LULL_EFFECT_BINARY && n != 1)) {
		lull_pm__say(w->l, "effects", w->i, "intercepts", "one for a binary outcome, 1 to 6 for an ordered one", "%zu", n);
		return;
	}
	spec->n_grades = (int)n;
	(void)need(w, w->f->slope, "slope", &slope, &e->slope);
	for (size_t k = 0; k < n; k++)
		(void)need(w, w->f->intercepts[k], "intercepts", &plain, &e->intercept[k]);
}

static void bind_kind(struct work *w, struct pm_effect *e, struct lull_effect_spec *spec)
{
	static const struct pm_unit plain = { .num = 1, .den = 1 };
	const struct pm_f_effect *f = w->f;
	const struct pm_unit slope = times(w->effect, &w->drive, -1);
	const bool is_indirect = f->kind >= LULL_EFFECT_INDIRECT_1 && f->kind <= LULL_EFFECT_INDIRECT_4;

	*e = (struct pm_effect){ .e0 = zero, .slope = zero, .emax = zero, .c50 = zero, .gamma = zero, .kin = zero,
				 .kout = zero, .r0 = zero };
	switch (spec->kind) {
	case LULL_EFFECT_LINEAR:
		maybe(w, f->e0, "e0", &w->effect, zero, &e->e0);
		(void)need(w, f->slope, "slope", &slope, &e->slope);
		return;
	case LULL_EFFECT_EMAX:
	case LULL_EFFECT_SIGMOID:
		maybe(w, f->e0, "e0", &w->effect, zero, &e->e0);
		(void)need(w, f->emax, "emax", &w->effect, &e->emax);
		(void)need(w, f->c50, "c50", &w->drive, &e->c50);
		if (spec->kind == LULL_EFFECT_SIGMOID)
			(void)need(w, f->gamma, "gamma", &plain, &e->gamma);
		return;
	case LULL_EFFECT_BINARY:
	case LULL_EFFECT_ORDERED:
		bind_intercepts(w, e, spec);
		return;
	default:
		bind_turnover(w, e);
	}
	if (is_indirect) {
		(void)need(w, f->emax, "emax", &plain, &e->emax);
		(void)need(w, f->c50, "c50", &w->drive, &e->c50);
		maybe(w, f->gamma, "gamma", &plain, one, &e->gamma);
	}
}

/* A name for each output; an ordered outcome has one a grade. */
static bool name_outputs(struct work *w, const struct lull_effect_spec *spec)
{
	struct lull_pm *pm = w->l->pm;
	const int n = spec->kind == LULL_EFFECT_ORDERED ? spec->n_grades : 1;

	for (int k = 0; k < n; k++) {
		const char *name = n == 1 ? w->f->name : lull_arena_printf(w->l->arena, "%s_%d", w->f->name, k + 1);
		if (!name)
			return false;
		pm->outputs[pm->info.n_outputs] = (struct lull_pm_name){ name, w->f->unit ? w->f->unit : "",
									 w->f->label ? w->f->label : name };
		pm->drives[pm->info.n_outputs] = (struct lull_drive){ LULL_MOIETY_NOT_STATED, LULL_SITE_NOT_STATED };
		const struct pm_f_residual *r = &w->f->residual;
		if (w->f->has_residual) {
			pm->residual[pm->info.n_outputs] = (struct pm_residual){ true, r->proportional, r->additive, r->log_sd };
			pm->info.has_residual = true;
		}
		pm->info.n_outputs++;
	}
	return true;
}

static int output_named(const struct pm_file *file, const char *name)
{
	for (size_t i = 0; i < file->n_outputs; i++)
		if (!strcmp(file->outputs[i].name, name))
			return (int)i;
	return -1;
}

static void bind_effect(struct work *w)
{
	struct lull_pm *pm = w->l->pm;
	const struct pm_file *file = w->l->file;
	struct lull_effect_spec *spec = &pm->spec[w->i];
	const int drive = output_named(file, w->f->drive);

	*spec = (struct lull_effect_spec){ (enum lull_effect_kind)w->f->kind, drive, 0 };
	if (drive < 0) {
		lull_pm__say(w->l, "effects", w->i, "drive", "one of outputs", "'%s', which is none", w->f->drive);
		return;
	}
	const struct pm_f_output *o = &file->outputs[drive];
	const int c = lull_pm__compartment(file, o->of);
	w->molar_mass = lull_pm__molar_mass(file, c < 0 ? NULL : file->compartments[c].analyte);
	if (!lull_pm__unit(w->f->unit ? w->f->unit : "1", &w->effect)) {
		lull_pm__say(w->l, "effects", w->i, "unit", "a unit, or none", "'%s'", w->f->unit);
		return;
	}
	if (!lull_pm__unit(o->unit ? o->unit : file->units.concentration, &w->drive))
		return; /* said with the output */
	bind_kind(w, &pm->effect[w->i], spec);
	if (!name_outputs(w, spec))
		w->l->is_out_of_memory = true;
}

void lull_pm__effects(struct pm_load *l)
{
	if (l->file->n_effects > LULL_MAX_EFFECTS) {
		lull_pm__say(l, "effects", -1, NULL, "at most 8 effects", "%zu", l->file->n_effects);
		return;
	}
	for (size_t i = 0; i < l->file->n_effects; i++) {
		struct work w = { .l = l, .f = &l->file->effects[i], .i = (int)i };
		bind_effect(&w);
	}
	l->pm->info.effects = l->pm->spec;
	l->pm->info.n_effects = (int)l->file->n_effects;
}
