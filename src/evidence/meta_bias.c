/* Egger's regression for small-study effects; see meta.h. Egger 1997, doi 10.1136/bmj.315.7109.629. */
#include "lull/evidence/meta.h"

#include <math.h>

#include "lull/num/dist.h"
#include "lull/num/math.h"

int lull_meta_egger(const struct lull_effect_size *studies, size_t k, struct lull_egger *out, struct lull_err *err)
{
	double w0 = 0, w1 = 0, w2 = 0, y0 = 0, y1 = 0, rss = 0;

	*out = (struct lull_egger){ 0 };
	if (k < LULL_EGGER_MIN) {
		lull_fail(err, LULL_EUNSUPPORTED, "egger", "Egger's test is not made below %d studies; here are %zu", LULL_EGGER_MIN, k);
		lull_mend(err, "look at the funnel plot; no test can tell with so few studies");
		return LULL_EUNSUPPORTED;
	}
	/* y = a + b se with weights 1/v: sums of w se^n and w se^n y, se = sqrt(v) */
	for (size_t i = 0; i < k; i++) {
		const double v = studies[i].vi, se = lull_sqrt(v), w = 1 / v;
		w0 += w;
		w1 += w * se;
		w2 += w * v;
		y0 += w * studies[i].yi;
		y1 += w * se * studies[i].yi;
	}
	const double det = w0 * w2 - w1 * w1;
	if (!(det > 1e-12 * w0 * w2))
		return lull_fail(err, LULL_EDOMAIN, "egger", "all studies have the same standard error");
	out->slope = (w0 * y1 - w1 * y0) / det;
	const double intercept = (w2 * y0 - w1 * y1) / det;
	for (size_t i = 0; i < k; i++) {
		const double r = studies[i].yi - intercept - out->slope * lull_sqrt(studies[i].vi);
		rss += r * r / studies[i].vi;
	}
	out->df = (double)(k - 2);
	out->se = lull_sqrt(rss / out->df * w0 / det);
	out->t = out->slope / out->se;
	out->p = 2 * lull_t_cdf(-fabs(out->t), out->df);
	return LULL_OK;
}
