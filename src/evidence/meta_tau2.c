/* Weighted least squares and the estimators of tau2; see meta.h. Formulas: Viechtbauer 2010, doi 10.18637/jss.v036.i03,
 * and the papers named at each. Traces of P = W - WX(X'WX)^-1X'W are taken without forming k x k matrices. */
#include "meta_wls.h"

#include <math.h>
#include <string.h>

#include "lull/num/linalg.h"
#include "lull/num/math.h"

double lull_meta__x(const struct lull_meta__data *data, size_t i, size_t j)
{
	return j == 0 ? 1 : data->mods[i * (data->p - 1) + j - 1];
}

/* X' diag(w^power [* v]) X */
static void cross(const struct lull_meta__data *d, double tau2, bool equal, int power, bool times_v,
		  double out[LULL_META_MAX_P * LULL_META_MAX_P])
{
	memset(out, 0, sizeof(double) * d->p * d->p);
	for (size_t i = 0; i < d->k; i++) {
		const double w = equal ? 1 : 1 / (d->studies[i].vi + tau2);
		double f = times_v ? d->studies[i].vi : 1;
		for (int n = 0; n < power; n++)
			f *= w;
		for (size_t a = 0; a < d->p; a++)
			for (size_t b = 0; b < d->p; b++)
				out[a * d->p + b] += f * lull_meta__x(d, i, a) * lull_meta__x(d, i, b);
	}
}

/* trace(A B) and A B of p x p matrices */
static double trace_of(const double *a, const double *b, size_t p)
{
	double sum = 0;

	for (size_t i = 0; i < p; i++)
		for (size_t j = 0; j < p; j++)
			sum += a[i * p + j] * b[j * p + i];
	return sum;
}

static void times(const double *a, const double *b, size_t p, double *out)
{
	for (size_t i = 0; i < p; i++)
		for (size_t j = 0; j < p; j++) {
			double sum = 0;
			for (size_t n = 0; n < p; n++)
				sum += a[i * p + n] * b[n * p + j];
			out[i * p + j] = sum;
		}
}

static bool invert(const double *a, size_t p, double *inv, double *log_det)
{
	double l[LULL_META_MAX_P * LULL_META_MAX_P], column[LULL_META_MAX_P];

	memcpy(l, a, sizeof(double) * p * p);
	/* Independent of the moderators' units: a column that adds less than 1e-10 of its own size is not independent. */
	if (!lull_cholesky(l, p))
		return false;
	*log_det = 0;
	for (size_t i = 0; i < p; i++) {
		if (!(l[i * p + i] * l[i * p + i] > 1e-10 * a[i * p + i]))
			return false;
		*log_det += 2 * lull_log(l[i * p + i]);
	}
	for (size_t j = 0; j < p; j++) {
		memset(column, 0, sizeof(column));
		column[j] = 1;
		lull_cholesky_solve(l, p, column);
		for (size_t i = 0; i < p; i++)
			inv[i * p + j] = column[i];
	}
	return true;
}

static void residuals(const struct lull_meta__data *d, double tau2, bool equal, struct lull_meta__fit *fit)
{
	for (size_t i = 0; i < d->k; i++) {
		const double v = d->studies[i].vi + tau2, w = equal ? 1 : 1 / v;
		double r = d->studies[i].yi;
		for (size_t j = 0; j < d->p; j++)
			r -= fit->b[j] * lull_meta__x(d, i, j);
		fit->rss += w * r * r;
		fit->w2r2 += w * w * r * r;
		fit->sum_w += w;
		fit->sum_w2 += w * w;
		fit->sum_log_v += lull_log(v);
	}
}

bool lull_meta__wls(const struct lull_meta__data *d, double tau2, bool equal, struct lull_meta__fit *fit)
{
	double m1[LULL_META_MAX_P * LULL_META_MAX_P], m2[LULL_META_MAX_P * LULL_META_MAX_P], am[LULL_META_MAX_P * LULL_META_MAX_P];
	double xy[LULL_META_MAX_P] = { 0 };
	const size_t p = d->p;

	memset(fit, 0, sizeof(*fit));
	cross(d, tau2, equal, 1, false, m1);
	if (!invert(m1, p, fit->inv, &fit->log_det))
		return false;
	for (size_t i = 0; i < d->k; i++)
		for (size_t j = 0; j < p; j++)
			xy[j] += (equal ? 1 : 1 / (d->studies[i].vi + tau2)) * lull_meta__x(d, i, j) * d->studies[i].yi;
	for (size_t j = 0; j < p; j++)
		for (size_t n = 0; n < p; n++)
			fit->b[j] += fit->inv[j * p + n] * xy[n];
	residuals(d, tau2, equal, fit);
	cross(d, tau2, equal, 2, false, m2);
	fit->tr_p = fit->sum_w - trace_of(fit->inv, m2, p);
	times(fit->inv, m2, p, am);
	cross(d, tau2, equal, 3, false, m1);
	fit->tr_pp = fit->sum_w2 - 2 * trace_of(fit->inv, m1, p) + trace_of(am, am, p);
	if (equal) {
		double sum_v = 0;
		for (size_t i = 0; i < d->k; i++)
			sum_v += d->studies[i].vi;
		cross(d, tau2, true, 1, true, m1);
		fit->tr_pv = sum_v - trace_of(fit->inv, m1, p);
	}
	return true;
}

double lull_meta__log_lik(const struct lull_meta__data *d, const struct lull_meta__fit *fit, bool is_reml)
{
	const double log_2pi = 1.8378770664093454836;
	const double k = (double)d->k, p = (double)d->p;

	if (!is_reml)
		return -0.5 * (k * log_2pi + fit->sum_log_v + fit->rss);
	double m[LULL_META_MAX_P * LULL_META_MAX_P], inv[LULL_META_MAX_P * LULL_META_MAX_P], log_det = 0;
	cross(d, 0, true, 1, false, m);
	if (!invert(m, d->p, inv, &log_det))
		return NAN;
	return -0.5 * ((k - p) * log_2pi - log_det + fit->sum_log_v + fit->log_det + fit->rss);
}

/* Q falls as tau2 grows: double until below, then halve. */
double lull_meta__q_root(const struct lull_meta__data *d, double target)
{
	struct lull_meta__fit fit;
	double low = 0, high;

	if (!lull_meta__wls(d, 0, false, &fit) || fit.rss <= target)
		return 0;
	high = 1e-8 * fit.rss / fit.sum_w + 1e-300;
	while (lull_meta__wls(d, high, false, &fit) && fit.rss > target && high < 1e300) {
		low = high;
		high *= 2;
	}
	for (int i = 0; i < 200 && high - low > 1e-15 * high; i++) {
		const double mid = 0.5 * (low + high);
		if (!lull_meta__wls(d, mid, false, &fit))
			break;
		if (fit.rss > target)
			low = mid;
		else
			high = mid;
	}
	return 0.5 * (low + high);
}

/* Derivative of the log likelihood in tau2, doubled, and its expected curvature: Fisher scoring. */
static double score(const struct lull_meta__data *d, double tau2, bool is_reml, double *information)
{
	struct lull_meta__fit fit;

	if (!lull_meta__wls(d, tau2, false, &fit))
		return NAN;
	*information = is_reml ? fit.tr_pp : fit.sum_w2;
	return fit.w2r2 - (is_reml ? fit.tr_p : fit.sum_w);
}

/* Where the score passes zero downwards, the passage that Fisher's steps reach from Hedges' estimate (a likelihood may have
 * several): steps are kept inside a bracket that is halved when they leave it. The edge 0 is the answer when steps lead below it. */
static int by_likelihood(const struct lull_meta__data *d, bool is_reml, double start, double *tau2, struct lull_err *err)
{
	double information = 1, low = 0, high, t = lull_max(start, 0);
	double s = score(d, t, is_reml, &information);

	*tau2 = 0;
	if (t == 0 && !(s > 0))
		return LULL_OK;
	high = t > 0 ? t : (double)d->k / information * s; /* a length of the score's own scale */
	for (int i = 0; s > 0; i++) {
		if (i == 200) {
			lull_fail(err, LULL_EUNSUPPORTED, "tau2", "the likelihood has no maximum that could be found");
			lull_mend(err, "use method PM or DL");
			return LULL_EUNSUPPORTED;
		}
		low = t = high;
		high *= 2;
		s = score(d, high, is_reml, &information);
	}
	t = high;
	for (int i = 0; i < 300; i++) {
		s = score(d, t, is_reml, &information);
		*(s > 0 ? &low : &high) = t;
		double next = t + s / information;
		if (next <= 0 && low == 0 && !(score(d, 0, is_reml, &information) > 0))
			return LULL_OK;
		if (!(next > low && next < high))
			next = 0.5 * (low + high);
		if (fabs(next - t) <= 1e-15 * t)
			break;
		t = next;
	}
	*tau2 = t;
	return LULL_OK;
}

/* Hedges & Olkin 1985: unweighted. */
static bool hedges(const struct lull_meta__data *d, double *tau2)
{
	struct lull_meta__fit fit;

	if (!lull_meta__wls(d, 0, true, &fit))
		return false;
	*tau2 = (fit.rss - fit.tr_pv) / (double)(d->k - d->p);
	return true;
}

/* Sidik & Jonkman 2005, doi 10.1111/j.1467-9876.2005.00489.x, from the crude variance of the effects. */
static bool sidik_jonkman(const struct lull_meta__data *d, double *tau2)
{
	struct lull_meta__fit fit;
	double mean = 0, crude = 0;

	for (size_t i = 0; i < d->k; i++)
		mean += d->studies[i].yi / (double)d->k;
	for (size_t i = 0; i < d->k; i++)
		crude += (d->studies[i].yi - mean) * (d->studies[i].yi - mean) / (double)d->k;
	if (crude == 0) {
		*tau2 = 0;
		return true;
	}
	if (!lull_meta__wls(d, crude, false, &fit))
		return false;
	*tau2 = crude * fit.rss / (double)(d->k - d->p);
	return true;
}

/* DerSimonian & Laird 1986, doi 10.1016/0197-2456(86)90046-2, with moderators. */
static bool dersimonian_laird(const struct lull_meta__data *d, double *tau2)
{
	struct lull_meta__fit fit;

	if (!lull_meta__wls(d, 0, false, &fit))
		return false;
	*tau2 = (fit.rss - (double)(d->k - d->p)) / fit.tr_p;
	return true;
}

int lull_meta__tau2(const struct lull_meta__data *d, enum lull_tau2_method method, double *tau2, struct lull_err *err)
{
	double start = 0;
	bool ok = true;

	*tau2 = 0;
	if (method == LULL_META_FE || d->k == d->p)
		return LULL_OK;
	if (method == LULL_META_HE)
		ok = hedges(d, tau2);
	else if (method == LULL_META_SJ)
		ok = sidik_jonkman(d, tau2);
	else if (method == LULL_META_DL)
		ok = dersimonian_laird(d, tau2);
	else if (method == LULL_META_PM || method == LULL_META_EB)
		*tau2 = lull_meta__q_root(d, (double)(d->k - d->p));
	else if ((ok = hedges(d, &start)))
		return by_likelihood(d, method == LULL_META_REML, start, tau2, err);
	*tau2 = lull_max(*tau2, 0);
	return ok ? LULL_OK : lull_fail(err, LULL_EDOMAIN, "moderators", "the moderators are not independent of each other");
}
