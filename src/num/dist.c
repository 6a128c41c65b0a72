/* Normal, beta and logistic distribution functions.
 *
 * Normal quantile: the rational approximations of M. J. Wichura, Algorithm AS 241
 * (PPND16), Applied Statistics 37 (1988) 477-484, doi 10.2307/2347330. Beta: Lentz's
 * evaluation of the continued fraction of NIST DLMF 8.17.22. */
#include "lull/num/dist.h"

#include <math.h>

#include "lull/num/math.h"

double lull_normal_cdf(double x)
{
	return 0.5 * lull_erfc(-x * 0x1.6a09e667f3bcdp-1); /* 1/lull_sqrt(2) */
}

/* c[0] + c[1] r + ... + c[7] r^7 */
static double poly7(const double c[8], double r)
{
	double sum = c[7];

	for (int i = 6; i >= 0; i--)
		sum = sum * r + c[i];
	return sum;
}

double lull_normal_quantile(double p)
{
	static const double a[8] = { 3.3871328727963666080e0,  1.3314166789178437745e2,
				     1.9715909503065514427e3,  1.3731693765509461125e4,
				     4.5921953931549871457e4,  6.7265770927008700853e4,
				     3.3430575583588128105e4,  2.5090809287301226727e3 };
	static const double b[8] = { 1.0,                      4.2313330701600911252e1,
				     6.8718700749205790830e2,  5.3941960214247511077e3,
				     2.1213794301586595867e4,  3.9307895800092710610e4,
				     2.8729085735721942674e4,  5.2264952788528545610e3 };
	static const double c[8] = { 1.42343711074968357734e0, 4.63033784615654529590e0,
				     5.76949722146069140550e0, 3.64784832476320460504e0,
				     1.27045825245236838258e0, 2.41780725177450611770e-1,
				     2.27238449892691845833e-2, 7.74545014278341407640e-4 };
	static const double d[8] = { 1.0,                       2.05319162663775882187e0,
				     1.67638483018380384940e0,  6.89767334985100004550e-1,
				     1.48103976427480074590e-1, 1.51986665636164571966e-2,
				     5.47593808499534494600e-4, 1.05075007164441684324e-9 };
	static const double e[8] = { 6.65790464350110377720e0,  5.46378491116411436990e0,
				     1.78482653991729133580e0,  2.96560571828504891230e-1,
				     2.65321895265761230930e-2, 1.24266094738807843860e-3,
				     2.71155556874348757815e-5, 2.01033439929228813265e-7 };
	static const double f[8] = { 1.0,                       5.99832206555887937690e-1,
				     1.36929880922735805310e-1, 1.48753612908506148525e-2,
				     7.86869131145613259100e-4, 1.84631831751005468180e-5,
				     1.42151175831644588870e-7, 2.04426310338993978564e-15 };

	if (!(p > 0 && p < 1))
		return p == 0 ? -INFINITY : p == 1 ? INFINITY : NAN;
	const double q = p - 0.5;
	if (fabs(q) <= 0.425) {
		const double r = 0.180625 - q * q;
		return q * poly7(a, r) / poly7(b, r);
	}
	const double r = lull_sqrt(-lull_log(q < 0 ? p : 1 - p));
	const double x = r <= 5 ? poly7(c, r - 1.6) / poly7(d, r - 1.6) : poly7(e, r - 5) / poly7(f, r - 5);
	return q < 0 ? -x : x;
}

/* The continued fraction of I_x(a, b), by Lentz; converges fast for x < (a+1)/(a+b+2). */
static double beta_fraction(double x, double a, double b)
{
	const double tiny = 1e-300;
	double c = 1, d = 1 - (a + b) * x / (a + 1);

	d = 1 / (fabs(d) < tiny ? tiny : d);
	double h = d;
	for (int m = 1; m <= 20000; m++) {
		const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
		for (int half = 0; half < 2; half++) {
			const double term = half ? odd : even;
			d = 1 + term * d;
			d = 1 / (fabs(d) < tiny ? tiny : d);
			c = 1 + term / c;
			c = fabs(c) < tiny ? tiny : c;
			h *= c * d;
		}
		if (fabs(c * d - 1) < 1e-16)
			break;
	}
	return h;
}

/* ln of x^a (1-x)^b / B(a, b) */
static double beta_log_front(double x, double a, double b)
{
	return a * lull_log(x) + b * lull_log1p(-x) + lull_lgamma(a + b) - lull_lgamma(a) - lull_lgamma(b);
}

double lull_beta_cdf(double x, double a, double b)
{
	if (!(a > 0 && b > 0) || lull_is_nan(x))
		return NAN;
	if (x <= 0)
		return 0;
	if (x >= 1)
		return 1;
	const double front = lull_exp(beta_log_front(x, a, b));
	if (x < (a + 1) / (a + b + 2))
		return front * beta_fraction(x, a, b) / a;
	return 1 - front * beta_fraction(1 - x, b, a) / b;
}

double lull_beta_quantile(double p, double a, double b)
{
	if (!(a > 0 && b > 0) || !(p >= 0 && p <= 1))
		return NAN;
	if (p == 0 || p == 1)
		return p;
	double low = 0, high = 1, x = a / (a + b);
	for (int i = 0; i < 200 && high - low > 1e-300; i++) {
		const double miss = lull_beta_cdf(x, a, b) - p;
		if (miss > 0)
			high = x;
		else
			low = x;
		const double slope = lull_exp(beta_log_front(x, a, b)) / (x * (1 - x));
		const double newton = x - miss / slope;
		/* Newton inside the bracket, otherwise halve it. */
		const double next = newton > low && newton < high ? newton : 0.5 * (low + high);
		if (fabs(next - x) <= 1e-16 * next)
			return next;
		x = next;
	}
	return x;
}

double lull_logit(double p)
{
	return lull_log(p) - lull_log1p(-p);
}

double lull_expit(double x)
{
	const double e = lull_exp(-fabs(x));
	return x >= 0 ? 1 / (1 + e) : e / (1 + e);
}
