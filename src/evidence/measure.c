/* Effect sizes and their sampling variances; see measure.h. Zero cells: 1/2 is added to every cell of a
 * study that has one, and to no other (metafor's default). */
#include "lull/evidence/measure.h"

#include <math.h>
#include <string.h>

#include "lull/num/math.h"

const char *const lull_measure_names[] = { "PLO", "PFT", "PR", "MN", "MD", "SMD", "RR", "OR", "RD", "GEN", NULL };
const char *const lull_measure_says[] = {
	"logit of a proportion", "Freeman-Tukey double arcsine of a proportion", "proportion", "mean", "mean difference",
	"standardised mean difference (Hedges' g)", "ln risk ratio", "ln odds ratio", "risk difference", "effect as given", NULL
};

static const char *const columns_one[] = { "xi", "ni", NULL };
static const char *const columns_mean[] = { "m1i", "sd1i", "n1i", NULL };
static const char *const columns_two_means[] = { "m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i", NULL };
static const char *const columns_table[] = { "ai", "bi", "ci", "di", NULL };
static const char *const columns_given[] = { "yi", "vi", NULL };

const char *const *lull_measure_columns(enum lull_measure measure)
{
	switch (measure) {
	case LULL_PLO: case LULL_PFT: case LULL_PR:
		return columns_one;
	case LULL_MN:
		return columns_mean;
	case LULL_MD: case LULL_SMD:
		return columns_two_means;
	case LULL_RR: case LULL_OR: case LULL_RD:
		return columns_table;
	case LULL_GEN: case LULL_N_MEASURES:
		break;
	}
	return columns_given;
}

/* ---- what may stand in a column ------------------------------------------------------------ */

static int refuse(const struct lull_effect_inputs *in, enum lull_measure measure, int i, const char *needs, struct lull_err *err)
{
	const char *column = lull_measure_columns(measure)[i];

	lull_fail(err, LULL_EDOMAIN, in->study ? in->study : "study", "%s is %s", column, needs);
	return LULL_EDOMAIN;
}

static bool is_count(double x)
{
	return x >= 0 && x <= 1e12 && x == lull_floor(x);
}

static int check_counts(const struct lull_effect_inputs *in, enum lull_measure measure, int n, struct lull_err *err)
{
	for (int i = 0; i < n; i++)
		if (!is_count(in->in[i]))
			return refuse(in, measure, i, "a number of people: whole and not negative", err);
	return LULL_OK;
}

/* mean, sd and n from column at on */
static int check_group(const struct lull_effect_inputs *in, enum lull_measure measure, int at, struct lull_err *err)
{
	if (!lull_is_finite(in->in[at]))
		return refuse(in, measure, at, "a number", err);
	if (!(in->in[at + 1] > 0 && lull_is_finite(in->in[at + 1])))
		return refuse(in, measure, at + 1, "a standard deviation: above 0", err);
	if (!(in->in[at + 2] >= 2) || !is_count(in->in[at + 2]))
		return refuse(in, measure, at + 2, "a number of people: whole and at least 2", err);
	return LULL_OK;
}

/* ---- the measures ------------------------------------------------------------------------------ */

static int of_proportion(enum lull_measure measure, const struct lull_effect_inputs *in, struct lull_effect_size *out,
			 struct lull_err *err)
{
	double x = in->in[0], n = in->in[1];
	const int rc = check_counts(in, measure, 2, err);

	if (rc != LULL_OK)
		return rc;
	if (n < 1)
		return refuse(in, measure, 1, "at least 1", err);
	if (x > n)
		return refuse(in, measure, 0, "at most ni", err);
	out->n = n;
	if (measure == LULL_PFT) {
		out->yi = 0.5 * (lull_asin(lull_sqrt(x / (n + 1))) + lull_asin(lull_sqrt((x + 1) / (n + 1))));
		out->vi = 1 / (4 * n + 2);
		return LULL_OK;
	}
	if (x == 0 || x == n) {
		x += 0.5;
		n += 1;
		out->was_corrected = true;
	}
	if (measure == LULL_PLO) {
		out->yi = lull_log(x / (n - x));
		out->vi = 1 / x + 1 / (n - x);
	} else {
		out->yi = x / n;
		out->vi = x * (n - x) / (n * n * n);
	}
	return LULL_OK;
}

static int of_table(enum lull_measure measure, const struct lull_effect_inputs *in, struct lull_effect_size *out,
		    struct lull_err *err)
{
	double a = in->in[0], b = in->in[1], c = in->in[2], d = in->in[3];
	const int rc = check_counts(in, measure, 4, err);

	if (rc != LULL_OK)
		return rc;
	if (a + b < 1 || c + d < 1)
		return refuse(in, measure, a + b < 1 ? 0 : 2, "in a group without people", err);
	out->n = a + b + c + d;
	if (a == 0 || b == 0 || c == 0 || d == 0) {
		a += 0.5;
		b += 0.5;
		c += 0.5;
		d += 0.5;
		out->was_corrected = true;
	}
	const double n1 = a + b, n2 = c + d;
	if (measure == LULL_RR) {
		out->yi = lull_log(a / n1) - lull_log(c / n2);
		out->vi = 1 / a - 1 / n1 + 1 / c - 1 / n2;
	} else if (measure == LULL_OR) {
		out->yi = lull_log(a / b) - lull_log(c / d);
		out->vi = 1 / a + 1 / b + 1 / c + 1 / d;
	} else {
		out->yi = a / n1 - c / n2;
		out->vi = a * b / (n1 * n1 * n1) + c * d / (n2 * n2 * n2);
	}
	return LULL_OK;
}

/* Hedges 1981, doi 10.3102/10769986006002107: c(m) = Gamma(m/2) / (sqrt(m/2) Gamma((m-1)/2)) */
static double hedges_correction(double m)
{
	return m <= 1 ? NAN : lull_exp(lull_lgamma(0.5 * m) - 0.5 * lull_log(0.5 * m) - lull_lgamma(0.5 * (m - 1)));
}

static int of_means(enum lull_measure measure, const struct lull_effect_inputs *in, struct lull_effect_size *out,
		    struct lull_err *err)
{
	const double m1 = in->in[0], sd1 = in->in[1], n1 = in->in[2], m2 = in->in[3], sd2 = in->in[4], n2 = in->in[5];
	int rc = check_group(in, measure, 0, err);

	if (rc != LULL_OK)
		return rc;
	if (measure == LULL_MN) {
		*out = (struct lull_effect_size){ .study = in->study, .yi = m1, .vi = sd1 * sd1 / n1, .n = n1 };
		return LULL_OK;
	}
	rc = check_group(in, measure, 3, err);
	if (rc != LULL_OK)
		return rc;
	out->n = n1 + n2;
	if (measure == LULL_MD) {
		out->yi = m1 - m2;
		out->vi = sd1 * sd1 / n1 + sd2 * sd2 / n2;
		return LULL_OK;
	}
	const double df = n1 + n2 - 2;
	const double sd = lull_sqrt(((n1 - 1) * sd1 * sd1 + (n2 - 1) * sd2 * sd2) / df);
	out->yi = hedges_correction(df) * (m1 - m2) / sd;
	out->vi = 1 / n1 + 1 / n2 + out->yi * out->yi / (2 * (n1 + n2));
	return LULL_OK;
}

int lull_effect_size(enum lull_measure measure, const struct lull_effect_inputs *in, struct lull_effect_size *out,
		     struct lull_err *err)
{
	*out = (struct lull_effect_size){ .study = in->study, .yi = NAN, .vi = NAN, .n = NAN };
	switch (measure) {
	case LULL_PLO: case LULL_PFT: case LULL_PR:
		return of_proportion(measure, in, out, err);
	case LULL_MN: case LULL_MD: case LULL_SMD:
		return of_means(measure, in, out, err);
	case LULL_RR: case LULL_OR: case LULL_RD:
		return of_table(measure, in, out, err);
	case LULL_GEN: case LULL_N_MEASURES:
		break;
	}
	if (!lull_is_finite(in->in[0]))
		return refuse(in, LULL_GEN, 0, "a number", err);
	if (!(in->in[1] > 0 && lull_is_finite(in->in[1])))
		return refuse(in, LULL_GEN, 1, "a sampling variance: above 0", err);
	out->yi = in->in[0];
	out->vi = in->in[1];
	return LULL_OK;
}

/* ---- back ------------------------------------------------------------------------------------------ */

/* Miller 1978, doi 10.1080/00031305.1978.10479283: the inverse of the double arcsine for n people. */
static double back_from_pft(double y, double n)
{
	const double zero = 0.5 * lull_asin(lull_sqrt(1 / (n + 1)));
	const double all = 0.5 * (lull_asin(lull_sqrt(n / (n + 1))) + lull_asin(1));

	if (y <= zero)
		return 0;
	if (y >= all)
		return 1;
	const double s = lull_sin(2 * y), c = lull_cos(2 * y);
	const double u = s + (s - 1 / s) / n;
	const double root = lull_sqrt(lull_max(0, 1 - u * u));
	return 0.5 * (1 - (c < 0 ? -root : root));
}

double lull_effect_back(enum lull_measure measure, double y, double harmonic_n)
{
	switch (measure) {
	case LULL_PLO:
		return y >= 0 ? 1 / (1 + lull_exp(-y)) : lull_exp(y) / (1 + lull_exp(y));
	case LULL_PFT:
		return back_from_pft(y, harmonic_n);
	case LULL_RR: case LULL_OR:
		return lull_exp(y);
	case LULL_PR: case LULL_MN: case LULL_MD: case LULL_SMD: case LULL_RD: case LULL_GEN: case LULL_N_MEASURES:
		break;
	}
	return y;
}
