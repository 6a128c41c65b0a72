/* Draws: deviations of a person and of an occasion, uncertainty of the numbers, residual error. */
#include <string.h>

#include "lull/num/dist.h"
#include "lull/num/linalg.h"
#include "lull/num/math.h"
#include "pm_int.h"

/* Draw i is standard normal i; each block's factor turns its own into deviations. */
static void draw_blocks(const struct pm_block *blocks, int n_blocks, int n, const struct lull_stream *stream, double *out)
{
	double z[LULL_PM_MAX_ETAS];

	lull_random_normals(stream, 0, (size_t)n, z);
	for (int b = 0; b < n_blocks; b++)
		if (blocks[b].n == 1)
			out[blocks[b].first] = blocks[b].lower[0] * z[blocks[b].first];
		else
			lull_lower_times(blocks[b].lower, (size_t)blocks[b].n, z + blocks[b].first, out + blocks[b].first);
}

void lull_pm_draw_etas(const struct lull_pm *pm, const struct lull_stream *stream, double *etas)
{
	struct lull_stream s = *stream;

	s.purpose = LULL_FOR_PK_ETA;
	s.occasion = 0;
	draw_blocks(pm->iiv, pm->n_iiv, pm->info.n_etas, &s, etas);
}

void lull_pm_draw_iov(const struct lull_pm *pm, const struct lull_stream *stream, double *iov)
{
	struct lull_stream s = *stream;

	s.purpose = LULL_FOR_OCCASION_ETA;
	draw_blocks(pm->iov, pm->n_iov, pm->info.n_iov, &s, iov);
}

static double moved(double x, double by, int scale)
{
	if (scale == PM_LOGNORMAL)
		return x * lull_exp(by);
	return scale == PM_NORMAL ? x + by : lull_expit(lull_logit(x) + by);
}

int lull_pm_draw_uncertainty(const struct lull_pm *pm, const struct lull_stream *stream, double *theta, struct lull_err *err)
{
	double z[LULL_PM_MAX_PARAMS], by[LULL_PM_MAX_PARAMS];
	struct lull_stream s = *stream;
	const size_t n = (size_t)pm->unc.n;

	if (!pm->info.has_uncertainty) {
		lull_fail(err, LULL_EUNSUPPORTED, pm->info.id, "%s does not state how uncertain its numbers are", pm->info.id);
		lull_mend(err, "give uncertainty: in the model file, or draws with --posterior");
		return LULL_EUNSUPPORTED;
	}
	s.purpose = LULL_FOR_PK_PARAM;
	lull_pm_typical(pm, theta);
	if (pm->unc.samples) {
		const size_t row = (size_t)(lull_random_uniform(&s, 0) * (double)pm->unc.n_samples);
		for (size_t i = 0; i < n; i++)
			theta[pm->unc.param[i]] = pm->unc.samples[row * n + i];
		return LULL_OK;
	}
	lull_random_normals(&s, 0, n, z);
	lull_lower_times(pm->unc.lower, n, z, by);
	for (size_t i = 0; i < n; i++)
		theta[pm->unc.param[i]] = moved(theta[pm->unc.param[i]], by[i], pm->unc.scale);
	return LULL_OK;
}

/* One standard normal a record and output. Proportional and additive error together have the
 * variance of their sum; an additive error can take a small value below 0, as an assay's does. */
double lull_pm_residual(const struct lull_pm *pm, const double *params, int output, double value,
			const struct lull_stream *stream, uint64_t draw)
{
	const struct pm_residual *r = &pm->residual[output];
	struct lull_stream s = *stream;

	(void)params;
	if (!r->is_there)
		return value;
	s.purpose = LULL_FOR_RESIDUAL;
	s.occasion = 0;
	const double z = lull_random_normal(&s, draw * (uint64_t)pm->info.n_outputs + (uint64_t)output);
	if (!lull_is_nan(r->log_sd))
		return value * lull_exp(r->log_sd * z);
	const double p = lull_is_nan(r->proportional) ? 0 : r->proportional * value,
		     a = lull_is_nan(r->additive) ? 0 : r->additive;
	return value + lull_sqrt(p * p + a * a) * z;
}
