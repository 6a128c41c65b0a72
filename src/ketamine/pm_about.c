/* What a model file says of itself, number by number with source and mark, for people to read. */
#include <string.h>

#include "lull/base/text.h"
#include "lull/num/math.h"
#include "pm_int.h"

struct list {
	struct pm_load *l;
	struct lull_pm_statement *items;
	size_t n, cap;
};

static void put(struct list *out, enum lull_pm_said kind, const char *what, double value, const char *unit,
		const char *note, const char *source, int mark)
{
	struct lull_pm_statement *items = lull_arena_grow(out->l->arena, out->items, out->n, &out->cap, out->n + 1, sizeof(*items));

	if (!items || !what) {
		out->l->is_out_of_memory = true;
		return;
	}
	out->items = items;
	items[out->n++] = (struct lull_pm_statement){ kind, what, value, unit ? unit : "", note, source, (enum lull_mark)mark };
}

static const char *num(char out[32], double x)
{
	return lull_num_text(out, 32, x, 6);
}

static void put_depend(struct list *out, const struct pm_f_param *p, const struct pm_f_depend *d)
{
	struct lull_arena *arena = out->l->arena;
	char at[32];

	switch (d->form) {
	case PM_POWER:
		put(out, LULL_PM_COVARIATE, lull_arena_printf(arena, "%s: power of %s / %s", p->name, d->on, num(at, d->center)),
		    d->value, NULL, NULL, d->source, d->mark);
		return;
	case PM_LINEAR:
		put(out, LULL_PM_COVARIATE, lull_arena_printf(arena, "%s: 1 + b (%s - %s), b", p->name, d->on, num(at, d->center)),
		    d->value, NULL, NULL, d->source, d->mark);
		return;
	case PM_EXPONENTIAL:
		put(out, LULL_PM_COVARIATE, lull_arena_printf(arena, "%s: exp(b (%s - %s)), b", p->name, d->on, num(at, d->center)),
		    d->value, NULL, NULL, d->source, d->mark);
		return;
	case PM_CATEGORY:
		for (size_t i = 0; i < d->n_levels; i++)
			put(out, LULL_PM_COVARIATE,
			    lull_arena_printf(arena, "%s: factor where %s is %s", p->name, d->on, num(at, d->levels[i])), d->factors[i],
			    NULL, NULL, d->source, d->mark);
		return;
	default:
		for (size_t i = 0; i < d->n_knots; i++)
			put(out, LULL_PM_COVARIATE,
			    lull_arena_printf(arena, "%s: slope on %s above %s", p->name, d->on, num(at, d->knots[i])), d->slopes[i],
			    p->unit, NULL, d->source, d->mark);
	}
}

static void put_block(struct list *out, enum lull_pm_said kind, const struct pm_f_block *b)
{
	static const char *const of[] = { "log ", "logit ", "" };
	struct lull_arena *arena = out->l->arena;

	if (!b->n_covariance) {
		const bool is_cv = !lull_is_nan(b->cv), is_sd = !lull_is_nan(b->sd);
		put(out, kind, lull_arena_printf(arena, "%s of %s%s", is_cv ? "cv" : is_sd ? "sd" : "variance", is_cv ? "" : of[b->kind], b->on[0]),
		    is_cv ? b->cv : is_sd ? b->sd : b->variance, NULL, NULL, b->source, b->mark);
		return;
	}
	for (size_t r = 0, k = 0; r < b->n_on; r++)
		for (size_t c = 0; c <= r; c++, k++)
			put(out, kind,
			    r == c ? lull_arena_printf(arena, "variance of %s%s", of[b->kind], b->on[r]) :
				     lull_arena_printf(arena, "covariance of %s%s and %s%s", of[b->kind], b->on[c], of[b->kind], b->on[r]),
			    b->covariance[k], NULL, NULL, b->source, b->mark);
}

static void put_residual(struct list *out, const char *name, const struct pm_f_residual *r, const char *unit)
{
	struct lull_arena *arena = out->l->arena;

	if (!lull_is_nan(r->proportional))
		put(out, LULL_PM_RESIDUAL, lull_arena_printf(arena, "%s: proportional sd", name), r->proportional, NULL, NULL, r->source, r->mark);
	if (!lull_is_nan(r->additive))
		put(out, LULL_PM_RESIDUAL, lull_arena_printf(arena, "%s: additive sd", name), r->additive, r->unit ? r->unit : unit, NULL,
		    r->source, r->mark);
	if (!lull_is_nan(r->log_sd))
		put(out, LULL_PM_RESIDUAL, lull_arena_printf(arena, "%s: sd of the logarithm", name), r->log_sd, NULL, NULL, r->source,
		    r->mark);
}

static void put_all(struct list *out)
{
	const struct pm_file *f = out->l->file;

	for (size_t i = 0; i < f->n_params; i++) {
		const struct pm_f_param *p = &f->params[i];
		put(out, LULL_PM_PARAMETER, p->name, p->value, p->unit, p->note ? p->note : p->label, p->source, p->mark);
		for (size_t k = 0; k < p->n_depends; k++)
			put_depend(out, p, &p->depends[k]);
	}
	for (size_t i = 0; i < f->n_variability; i++)
		put_block(out, LULL_PM_BETWEEN_PEOPLE, &f->variability[i]);
	for (size_t i = 0; i < f->n_occasions; i++)
		put_block(out, LULL_PM_BETWEEN_OCCASIONS, &f->occasions[i]);
	for (size_t i = 0; i < f->n_outputs; i++)
		if (f->outputs[i].has_residual)
			put_residual(out, f->outputs[i].name, &f->outputs[i].residual, f->outputs[i].unit ? f->outputs[i].unit : f->units.concentration);
	for (size_t i = 0; i < f->n_effects; i++)
		if (f->effects[i].has_residual)
			put_residual(out, f->effects[i].name, &f->effects[i].residual, f->effects[i].unit);
	for (size_t i = 0; i < f->n_analytes; i++)
		put(out, LULL_PM_MOLAR_MASS, f->analytes[i].name, f->analytes[i].molar_mass, "g/mol", NULL, f->analytes[i].source,
		    f->analytes[i].mark);
}

void lull_pm__about(struct pm_load *l)
{
	struct list out = { .l = l };
	struct lull_pm_info *info = &l->pm->info;
	const struct pm_file *f = l->file;

	put_all(&out);
	info->statements = out.items;
	info->n_statements = out.n;
	info->product = f->product;
	info->adult = f->adult;
	info->is_for_forecasts = f->forecast;
	info->source = f->source;
	info->mark = (enum lull_mark)f->mark;
	info->caveats = f->caveats;
	info->n_caveats = f->n_caveats;
	info->range = (struct lull_pm_range){ NAN, NAN, NAN, NAN, NULL, LULL_MARK_NONE };
	if (f->has_range)
		info->range = (struct lull_pm_range){ f->range.conc_max_ng_per_ml, f->range.dur_max_h, f->range.weight_min_kg,
						      f->range.weight_max_kg, f->range.source, (enum lull_mark)f->range.mark };
}
