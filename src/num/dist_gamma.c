/* Gamma, chi-squared and Student's t distribution functions and their inverses.
 *
 * Gamma: the series of NIST DLMF 8.11.4 below the mean, Lentz's evaluation of the continued fraction 8.9.2 above it.
 * Chi squared is gamma with scale 2; t is beta (DLMF 8.17). */
#include "lull/num/dist.h"

#include <math.h>

#include "lull/num/math.h"

/* ln of x^a e^-x / Gamma(a) */
static double gamma_log_front(double x, double a)
{
	return a * lull_log(x) - x - lull_lgamma(a);
}

static double gamma_series(double x, double a)
{
	double term = 1 / a, sum = term;

	for (int n = 1; n <= 100000 && fabs(term) > 1e-17 * fabs(sum); n++) {
		term *= x / (a + n);
		sum += term;
	}
	return sum;
}

static double gamma_fraction(double x, double a)
{
	const double tiny = 1e-300;
	double b = x + 1 - a, c = 1 / tiny;
	double d = 1 / (fabs(b) < tiny ? tiny : b);
	double h = d;

	for (int n = 1; n <= 100000; n++) {
		const double an = -n * (n - a);
		b += 2;
		d = an * d + b;
		d = 1 / (fabs(d) < tiny ? tiny : d);
		c = b + an / c;
		c = fabs(c) < tiny ? tiny : c;
		h *= c * d;
		if (fabs(c * d - 1) < 1e-16)
			break;
	}
	return h;
}

/* Both tails, the smaller one without cancellation. */
static void gamma_tails(double x, double a, double *lower, double *upper)
{
	const double front = lull_exp(gamma_log_front(x, a));

	if (x < a + 1) {
		*lower = front * gamma_series(x, a);
		*upper = 1 - *lower;
	} else {
		*upper = front * gamma_fraction(x, a);
		*lower = 1 - *upper;
	}
}

double lull_gamma_cdf(double x, double shape)
{
	double lower, upper;

	if (!(shape > 0) || lull_is_nan(x))
		return NAN;
	if (x <= 0)
		return 0;
	if (!lull_is_finite(x))
		return 1;
	gamma_tails(x, shape, &lower, &upper);
	return lower;
}

double lull_gamma_upper(double x, double shape)
{
	double lower, upper;

	if (!(shape > 0) || lull_is_nan(x))
		return NAN;
	if (x <= 0)
		return 1;
	if (!lull_is_finite(x))
		return 0;
	gamma_tails(x, shape, &lower, &upper);
	return upper;
}

double lull_gamma_quantile(double p, double shape)
{
	if (!(shape > 0) || !(p >= 0 && p <= 1))
		return NAN;
	if (p == 0 || p == 1)
		return p == 0 ? 0 : INFINITY;
	double low = 0, high = shape + 1, x;
	while (lull_gamma_cdf(high, shape) < p)
		high *= 2;
	x = 0.5 * high;
	for (int i = 0; i < 400; i++) {
		const double miss = lull_gamma_cdf(x, shape) - p;
		if (miss > 0)
			high = x;
		else
			low = x;
		const double slope = lull_exp(gamma_log_front(x, shape)) / x;
		const double newton = x - miss / slope;
		/* Newton inside the bracket, otherwise halve it. */
		const double next = newton > low && newton < high ? newton : 0.5 * (low + high);
		if (fabs(next - x) <= 1e-15 * next)
			return next;
		x = next;
	}
	return x;
}

double lull_chisq_upper(double x, double df) { return lull_gamma_upper(0.5 * x, 0.5 * df); }
double lull_chisq_quantile(double p, double df) { return 2 * lull_gamma_quantile(p, 0.5 * df); }

double lull_t_cdf(double t, double df)
{
	if (!(df > 0) || lull_is_nan(t))
		return NAN;
	if (!lull_is_finite(df))
		return lull_normal_cdf(t);
	const double tail = 0.5 * lull_beta_cdf(df / (df + t * t), 0.5 * df, 0.5);
	return t > 0 ? 1 - tail : tail;
}

double lull_t_quantile(double p, double df)
{
	if (!(df > 0) || !(p >= 0 && p <= 1))
		return NAN;
	if (!lull_is_finite(df))
		return lull_normal_quantile(p);
	if (p == 0.5)
		return 0;
	const double tail = 2 * (p < 0.5 ? p : 1 - p);
	/* tail = I_x(df/2, 1/2) with x = df / (df + t^2); 1 - x is found apart, so that small t keep their digits. */
	const double rest = lull_beta_quantile(1 - tail, 0.5, 0.5 * df);
	const double t = lull_sqrt(df * rest / (1 - rest));
	return p < 0.5 ? -t : t;
}
