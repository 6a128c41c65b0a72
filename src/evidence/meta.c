/* A pooled effect with its intervals; see meta.h. */
#include "lull/evidence/meta.h"

#include <math.h>

#include "lull/num/dist.h"
#include "lull/num/linalg.h"
#include "lull/num/math.h"
#include "meta_wls.h"

const char *const lull_tau2_method_names[] = { "FE", "DL", "REML", "ML", "PM", "HE", "SJ", "EB", NULL };

static int check(const struct lull_effect_size *studies, size_t k, const struct lull_meta_options *o, struct lull_err *err)
{
	if (k == 0)
		return lull_fail(err, LULL_EDOMAIN, "studies", "there is no study to pool");
	if (k > LULL_META_MAX_K)
		return lull_fail(err, LULL_ELIMIT, "studies", "at most %d studies are pooled", LULL_META_MAX_K);
	if (o->n_mods + 1 > LULL_META_MAX_P)
		return lull_fail(err, LULL_ELIMIT, "moderators", "at most %d moderators", LULL_META_MAX_P - 1);
	if (k < o->n_mods + 1 + (o->n_mods > 0))
		return lull_fail(err, LULL_EDOMAIN, "moderators", "%zu studies cannot carry %zu moderators", k, o->n_mods);
	for (size_t i = 0; i < k; i++)
		if (!lull_is_finite(studies[i].yi) || !(studies[i].vi > 0) || !lull_is_finite(studies[i].vi))
			return lull_fail(err, LULL_EDOMAIN, studies[i].study ? studies[i].study : "study",
					 "an effect needs a number and a variance above 0");
	return LULL_OK;
}

/* Higgins & Thompson 2002, doi 10.1002/sim.1186, with the "typical" variance of the studies; metafor's definition with moderators. */
static void heterogeneity(const struct lull_meta__data *d, enum lull_tau2_method method, struct lull_meta *out)
{
	struct lull_meta__fit fixed;

	out->q_df = (double)(d->k - d->p);
	out->q_p = out->i2 = out->h2 = out->tau2_qp_lb = out->tau2_qp_ub = NAN;
	if (!lull_meta__wls(d, 0, false, &fixed) || d->k == d->p)
		return;
	out->q = fixed.rss;
	out->q_p = lull_chisq_upper(out->q, out->q_df);
	if (method == LULL_META_FE) {
		out->i2 = lull_max(0, 100 * (out->q - out->q_df) / out->q);
		out->h2 = out->q / out->q_df;
		return;
	}
	const double typical = out->q_df / fixed.tr_p;
	out->i2 = 100 * out->tau2 / (out->tau2 + typical);
	out->h2 = (out->tau2 + typical) / typical;
}

/* Viechtbauer 2007, doi 10.1002/sim.2514. */
static void tau2_intervals(const struct lull_meta__data *d, enum lull_tau2_method method, double level, struct lull_meta *out)
{
	const bool is_reml = method == LULL_META_REML;
	const double fall = 0.5 * lull_chisq_quantile(level, 1);
	struct lull_meta__fit fit;

	out->tau2_pl_lb = out->tau2_pl_ub = out->log_lik = NAN;
	if (method == LULL_META_FE || d->k == d->p)
		return;
	out->tau2_qp_lb = lull_meta__q_root(d, lull_chisq_quantile(0.5 + 0.5 * level, out->q_df));
	out->tau2_qp_ub = lull_meta__q_root(d, lull_chisq_quantile(0.5 - 0.5 * level, out->q_df));
	if (!is_reml && method != LULL_META_ML)
		return;
	if (!lull_meta__wls(d, out->tau2, false, &fit))
		return;
	out->log_lik = lull_meta__log_lik(d, &fit, is_reml);
	/* Below the maximum: halve between 0 and it; above: double until the likelihood has fallen far enough. */
	const double want = out->log_lik - fall;
	double low = 0, high = out->tau2, mid;
	out->tau2_pl_lb = 0;
	if (lull_meta__wls(d, 0, false, &fit) && lull_meta__log_lik(d, &fit, is_reml) < want) {
		for (int i = 0; i < 200 && high - low > 1e-14 * high; i++) {
			mid = 0.5 * (low + high);
			const bool is_low = lull_meta__wls(d, mid, false, &fit) && lull_meta__log_lik(d, &fit, is_reml) < want;
			*(is_low ? &low : &high) = mid;
		}
		out->tau2_pl_lb = 0.5 * (low + high);
	}
	low = out->tau2;
	high = 2 * out->tau2 + 1e-6 * (1 / fit.sum_w);
	while (lull_meta__wls(d, high, false, &fit) && lull_meta__log_lik(d, &fit, is_reml) > want && high < 1e300) {
		low = high;
		high *= 2;
	}
	for (int i = 0; i < 200 && high - low > 1e-14 * high; i++) {
		mid = 0.5 * (low + high);
		const bool is_low = lull_meta__wls(d, mid, false, &fit) && lull_meta__log_lik(d, &fit, is_reml) > want;
		*(is_low ? &low : &high) = mid;
	}
	out->tau2_pl_ub = 0.5 * (low + high);
}

/* Knapp & Hartung 2003, doi 10.1002/sim.1482: the variance rescaled by the weighted residuals, and t in place of the normal. */
static void coefficients(const struct lull_meta__data *d, const struct lull_meta__fit *fit, const struct lull_meta_options *o,
			 double level, struct lull_meta *out)
{
	const bool knha = o->knha && d->k > d->p;
	const double scale = knha ? fit->rss / (double)(d->k - d->p) : 1;

	out->df = knha ? (double)(d->k - d->p) : (double)INFINITY;
	const double z = lull_t_quantile(0.5 + 0.5 * level, out->df);
	for (size_t j = 0; j < d->p; j++) {
		struct lull_meta_coefficient *c = &out->b[j];
		c->estimate = fit->b[j];
		c->se = lull_sqrt(scale * fit->inv[j * d->p + j]);
		c->stat = c->estimate / c->se;
		c->p = 2 * lull_t_cdf(-fabs(c->stat), out->df);
		c->ci_lb = c->estimate - z * c->se;
		c->ci_ub = c->estimate + z * c->se;
	}
	out->pi_lb = out->pi_ub = NAN;
	if (d->p == 1) {
		const double half = z * lull_sqrt(out->b[0].se * out->b[0].se + out->tau2);
		out->pi_lb = fit->b[0] - half;
		out->pi_ub = fit->b[0] + half;
	}
}

/* The moderators together: b' S^-1 b over their block of the covariance; chi squared, or F under Knapp-Hartung. */
static int moderators(const struct lull_meta__data *d, const struct lull_meta__fit *fit, struct lull_meta *out, struct lull_err *err)
{
	double s[LULL_META_MAX_P * LULL_META_MAX_P], x[LULL_META_MAX_P];
	const size_t m = d->p - 1;
	const bool knha = lull_is_finite(out->df);
	const double scale = knha ? fit->rss / (double)(d->k - d->p) : 1;

	out->qm = out->qm_p = NAN;
	if (m == 0)
		return LULL_OK;
	for (size_t i = 0; i < m; i++) {
		x[i] = fit->b[i + 1];
		for (size_t j = 0; j < m; j++)
			s[i * m + j] = scale * fit->inv[(i + 1) * d->p + j + 1];
	}
	if (!lull_solve(s, x, m))
		return lull_fail(err, LULL_EDOMAIN, "moderators", "the moderators are not independent of each other");
	out->qm = 0;
	for (size_t i = 0; i < m; i++)
		out->qm += x[i] * fit->b[i + 1];
	if (!knha) {
		out->qm_p = lull_chisq_upper(out->qm, (double)m);
		return LULL_OK;
	}
	out->qm /= (double)m;
	const double f = (double)m * out->qm;
	out->qm_p = lull_beta_cdf(out->df / (out->df + f), 0.5 * out->df, 0.5 * (double)m);
	return LULL_OK;
}

static int fit_one(const struct lull_effect_size *studies, size_t k, const struct lull_meta_options *o, struct lull_meta *out,
		   struct lull_err *err)
{
	const struct lull_meta__data d = { studies, o->mods, k, 1 + o->n_mods };
	const double level = o->level > 0 ? o->level : 0.95;
	struct lull_meta__fit fit;
	int rc = check(studies, k, o, err);

	*out = (struct lull_meta){ .k = k, .p = d.p };
	if (rc != LULL_OK)
		return rc;
	if (!(level < 1))
		return lull_fail(err, LULL_EDOMAIN, "level", "a level lies between 0 and 1");
	rc = lull_meta__tau2(&d, o->method, &out->tau2, err);
	if (rc != LULL_OK)
		return rc;
	if (!lull_meta__wls(&d, out->tau2, false, &fit))
		return lull_fail(err, LULL_EDOMAIN, "moderators", "the moderators are not independent of each other");
	coefficients(&d, &fit, o, level, out);
	heterogeneity(&d, o->method, out);
	tau2_intervals(&d, o->method, level, out);
	return moderators(&d, &fit, out, err);
}

int lull_meta_fit(const struct lull_effect_size *studies, size_t k, const struct lull_meta_options *options,
		  struct lull_arena *arena, struct lull_meta *out, struct lull_err *err)
{
	const int rc = fit_one(studies, k, options, out, err);
	double sum = 0;

	if (rc != LULL_OK)
		return rc;
	out->weights = LULL_ARENA_NEW(arena, double, k);
	if (!out->weights)
		return lull_nomem(err);
	for (size_t i = 0; i < k; i++)
		sum += out->weights[i] = 1 / (studies[i].vi + out->tau2);
	for (size_t i = 0; i < k; i++)
		out->weights[i] *= 100 / sum;
	return LULL_OK;
}

/* ---- one study less, one study more ---------------------------------------------------------- */

static int refuse_moderators(const struct lull_meta_options *o, struct lull_err *err)
{
	return o->n_mods == 0 ? LULL_OK : lull_fail(err, LULL_EUNSUPPORTED, "moderators", "this analysis is made without moderators");
}

int lull_meta_leave_one_out(const struct lull_effect_size *studies, size_t k, const struct lull_meta_options *options,
			    struct lull_arena *arena, struct lull_meta **out, struct lull_err *err)
{
	struct lull_effect_size *rest = LULL_ARENA_NEW(arena, struct lull_effect_size, k);
	int rc = refuse_moderators(options, err);

	*out = LULL_ARENA_NEW(arena, struct lull_meta, k);
	if (rc != LULL_OK)
		return rc;
	if (k < 2)
		return lull_fail(err, LULL_EDOMAIN, "studies", "leaving one out needs at least 2 studies");
	if (!rest || !*out)
		return lull_nomem(err);
	for (size_t i = 0; i < k && rc == LULL_OK; i++) {
		size_t n = 0;
		for (size_t j = 0; j < k; j++)
			if (j != i)
				rest[n++] = studies[j];
		rc = fit_one(rest, n, options, &(*out)[i], err);
	}
	return rc;
}

int lull_meta_cumulative(const struct lull_effect_size *studies, size_t k, const struct lull_meta_options *options,
			 struct lull_arena *arena, struct lull_meta **out, struct lull_err *err)
{
	int rc = refuse_moderators(options, err);

	*out = LULL_ARENA_NEW(arena, struct lull_meta, k);
	if (rc != LULL_OK)
		return rc;
	if (!*out)
		return lull_nomem(err);
	for (size_t i = 0; i < k && rc == LULL_OK; i++)
		rc = fit_one(studies, i + 1, options, &(*out)[i], err);
	return rc;
}
