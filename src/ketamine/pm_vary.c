/* Variability of a model file: blocks of deviations between people and between occasions, and the
 * uncertainty of its numbers, each with the Cholesky factor of its covariance. */
#include "lull/num/linalg.h"
#include "lull/num/math.h"
#include "pm_int.h"

/* Variance of the deviation: a cv of a log-normal is sqrt(exp(variance) - 1). */
static double variance_of(const struct pm_f_block *b)
{
	if (!lull_is_nan(b->variance))
		return b->variance;
	if (!lull_is_nan(b->sd))
		return b->sd * b->sd;
	return b->kind == PM_LOGNORMAL ? lull_log1p(b->cv * b->cv) : NAN;
}

static const char *block_fault(const struct pm_f_block *b)
{
	const int n_said = !lull_is_nan(b->cv) + !lull_is_nan(b->sd) + !lull_is_nan(b->variance) + (b->n_covariance > 0);

	if (n_said != 1)
		return "one of covariance, cv, sd and variance";
	if (b->n_covariance)
		return b->n_covariance == b->n_on * (b->n_on + 1) / 2 ? NULL : "the lower triangle by rows: 1, 3, 6, 10 ... numbers";
	if (b->n_on != 1)
		return "covariance for more than one parameter";
	return lull_is_nan(variance_of(b)) ? "a cv for a log-normal only; sd or variance otherwise" : NULL;
}

/* Full matrix from its lower triangle, factored. NULL after a remark or out of memory. */
static double *factor_of(struct pm_load *l, const double *lower, size_t n, const char *section, int i)
{
	double *a = LULL_ARENA_NEW(l->arena, double, n * n);

	if (!a) {
		l->is_out_of_memory = true;
		return NULL;
	}
	for (size_t r = 0, k = 0; r < n; r++)
		for (size_t c = 0; c <= r; c++, k++)
			a[r * n + c] = a[c * n + r] = lower[k];
	if (n == 1 && a[0] == 0) /* switched off, its place kept */
		return a;
	if (lull_cholesky(a, n))
		return a;
	lull_pm__say(l, section, i, "covariance", "a covariance that is positive definite", "one that is not");
	return NULL;
}

/* Gives each parameter of the block its place; false when one has none or has two. */
static bool place(struct pm_load *l, const struct pm_f_block *b, bool is_iov, int first, const char *section, int i)
{
	for (size_t k = 0; k < b->n_on; k++) {
		const int p = b->on[k] ? lull_pm__param(l->file, b->on[k]) : -1;
		if (p < 0) {
			lull_pm__say(l, section, i, "on", "names of parameters", "'%s', which is no such parameter",
				     b->on[k] ? b->on[k] : "");
			return false;
		}
		struct pm_param *param = &l->pm->param[p];
		int *at = is_iov ? &param->iov : &param->eta;
		if (*at >= 0) {
			lull_pm__say(l, section, i, "on", "each parameter once", "%s a second time", b->on[k]);
			return false;
		}
		if ((is_iov ? param->eta : param->iov) >= 0 && param->scale != b->kind) {
			lull_pm__say(l, section, i, "kind", "the same kind between people and between occasions", "%s", b->on[k]);
			return false;
		}
		*at = first + (int)k;
		param->scale = b->kind;
	}
	return true;
}

static void bind_blocks(struct pm_load *l, const struct pm_f_block *blocks, size_t n, bool is_iov)
{
	struct lull_pm *pm = l->pm;
	const char *section = is_iov ? "occasions" : "variability";
	struct pm_block *out = is_iov ? pm->iov : pm->iiv;
	struct lull_pm_name *names = is_iov ? pm->iovs : pm->etas;
	int *n_out = is_iov ? &pm->n_iov : &pm->n_iiv, *n_etas = is_iov ? &pm->info.n_iov : &pm->info.n_etas;

	for (size_t i = 0; i < n; i++) {
		const struct pm_f_block *b = &blocks[i];
		const char *fault = block_fault(b);
		const double own = variance_of(b);
		if (fault) {
			lull_pm__say(l, section, (int)i, NULL, fault, "a block of variability");
			continue;
		}
		if (*n_out == PM_MAX_BLOCKS || (size_t)*n_etas + b->n_on > LULL_PM_MAX_ETAS) {
			lull_pm__say(l, section, (int)i, NULL, "at most 32 deviations", "more");
			return;
		}
		double *lower = factor_of(l, b->n_covariance ? b->covariance : &own, b->n_on, section, (int)i);
		if (!lower || !place(l, b, is_iov, *n_etas, section, (int)i))
			continue;
		out[(*n_out)++] = (struct pm_block){ *n_etas, (int)b->n_on, lower };
		for (size_t k = 0; k < b->n_on; k++)
			names[(*n_etas)++] = (struct lull_pm_name){ b->on[k], "", b->on[k] };
	}
}

/* ---- uncertainty --------------------------------------------------------------------------- */

static void bind_covariance(struct pm_load *l, const struct pm_f_uncertainty *u)
{
	struct lull_pm *pm = l->pm;

	if (u->n_on == 0 || u->n_on > LULL_PM_MAX_PARAMS || u->n_covariance != u->n_on * (u->n_on + 1) / 2) {
		lull_pm__say(l, "uncertainty", -1, NULL, "on (parameters) and covariance (lower triangle by rows), or samples",
			     "an incomplete uncertainty");
		return;
	}
	for (size_t i = 0; i < u->n_on; i++) {
		const int p = u->on[i] ? lull_pm__param(l->file, u->on[i]) : -1;
		if (p < 0)
			lull_pm__say(l, "uncertainty", -1, "on", "names of parameters", "'%s', which is none",
				     u->on[i] ? u->on[i] : "");
		else if ((u->kind == PM_LOGNORMAL && !(pm->theta[p] > 0)) ||
			 (u->kind == PM_LOGIT_NORMAL && !(pm->theta[p] > 0 && pm->theta[p] < 1)))
			lull_pm__say(l, "uncertainty", -1, "kind", "a value on which this kind is defined", "%s", u->on[i]);
		pm->unc.param[i] = p;
	}
	pm->unc.n = (int)u->n_on;
	pm->unc.scale = u->kind;
	pm->unc.lower = factor_of(l, u->covariance, u->n_on, "uncertainty", -1);
}

void lull_pm__variability(struct pm_load *l)
{
	struct lull_pm *pm = l->pm;

	bind_blocks(l, l->file->variability, l->file->n_variability, false);
	bind_blocks(l, l->file->occasions, l->file->n_occasions, true);
	pm->info.etas = pm->etas;
	pm->info.iov = pm->iovs;
	if (l->file->has_uncertainty && !l->file->uncertainty.samples)
		bind_covariance(l, &l->file->uncertainty);
	pm->info.has_uncertainty = l->file->has_uncertainty;
}
