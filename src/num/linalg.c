/* Cholesky, elimination, and the roots of a cubic with three positive roots. */
#include "lull/num/linalg.h"

#include <math.h>

#include "lull/num/math.h"

bool lull_cholesky(double *a, size_t n)
{
	for (size_t j = 0; j < n; j++) {
		double d = a[j * n + j];
		for (size_t k = 0; k < j; k++)
			d -= a[j * n + k] * a[j * n + k];
		if (!(d > 0) || d - d != 0)
			return false;
		d = lull_sqrt(d);
		a[j * n + j] = d;
		for (size_t i = j + 1; i < n; i++) {
			double s = a[i * n + j];
			for (size_t k = 0; k < j; k++)
				s -= a[i * n + k] * a[j * n + k];
			a[i * n + j] = s / d;
			a[j * n + i] = 0;
		}
	}
	return true;
}

void lull_lower_times(const double *l, size_t n, const double *z, double *out)
{
	for (size_t i = 0; i < n; i++) {
		out[i] = 0;
		for (size_t j = 0; j <= i; j++)
			out[i] += l[i * n + j] * z[j];
	}
}

void lull_cholesky_solve(const double *l, size_t n, double *b)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < i; j++)
			b[i] -= l[i * n + j] * b[j];
		b[i] /= l[i * n + i];
	}
	for (size_t i = n; i-- > 0;) {
		for (size_t j = i + 1; j < n; j++)
			b[i] -= l[j * n + i] * b[j];
		b[i] /= l[i * n + i];
	}
}

static void exchange_rows(double *a, double *b, size_t n, size_t i, size_t j)
{
	for (size_t k = 0; k < n; k++) {
		const double t = a[i * n + k];
		a[i * n + k] = a[j * n + k];
		a[j * n + k] = t;
	}
	const double t = b[i];
	b[i] = b[j];
	b[j] = t;
}

bool lull_solve(double *a, double *b, size_t n)
{
	double largest = 0;

	for (size_t i = 0; i < n * n; i++)
		largest = fabs(a[i]) > largest ? fabs(a[i]) : largest;
	for (size_t c = 0; c < n; c++) {
		size_t pivot = c;
		for (size_t r = c + 1; r < n; r++)
			if (fabs(a[r * n + c]) > fabs(a[pivot * n + c]))
				pivot = r;
		if (!(fabs(a[pivot * n + c]) > 1e-15 * largest))
			return false;
		exchange_rows(a, b, n, c, pivot);
		for (size_t r = c + 1; r < n; r++) {
			const double f = a[r * n + c] / a[c * n + c];
			for (size_t k = c; k < n; k++)
				a[r * n + k] -= f * a[c * n + k];
			b[r] -= f * b[c];
		}
	}
	for (size_t r = n; r-- > 0;) {
		for (size_t k = r + 1; k < n; k++)
			b[r] -= a[r * n + k] * b[k];
		b[r] /= a[r * n + r];
	}
	return true;
}

/* Newton from x on the far side of an extreme root moves towards it and never past it
 * (a polynomial with real roots only is convex or concave there), so the first step
 * that does not go on is the end. */
static double newton_towards(double a2, double a1, double a0, double x, double direction)
{
	for (int i = 0; i < 200; i++) {
		const double p = ((x - a2) * x + a1) * x - a0;
		const double slope = (3 * x - 2 * a2) * x + a1;
		const double next = x - p / slope;
		if (!((next - x) * direction > 0))
			break;
		x = next;
	}
	return x;
}

void lull_cubic_roots(double a2, double a1, double a0, double root[3])
{
	root[0] = newton_towards(a2, a1, a0, a2, -1);
	root[2] = newton_towards(a2, a1, a0, 0, 1);
	/* The product of the roots is a0: no cancellation. */
	root[1] = a0 / root[0] / root[2];
	if (root[1] > root[0])
		root[1] = root[0];
	if (root[1] < root[2])
		root[1] = root[2];
}
