/* lull/num/sum.h - sums in a fixed order, means, and quantiles of an array.
 *
 * The order of additions depends on the number of items alone, so results do not
 * depend on threads or compilers. */
#ifndef LULL_NUM_SUM_H
#define LULL_NUM_SUM_H

#include <stddef.h>
#include "lull/base/code.h"

LULL_BEGIN_C

/* Pairwise sum: halves of a fixed tree; error grows with log n. 0 for n = 0. */
double lull_sum(const double *x, size_t n);
double lull_mean(const double *x, size_t n);   /* NaN for n = 0           */
double lull_sd(const double *x, size_t n);     /* n - 1; NaN for n < 2    */

/* A running sum that keeps the lost low bits (A. Neumaier, ZAMM 54 (1974) 39-51). Zero
 * is the empty sum. */
struct lull_running_sum {
	double sum, low;
};
void lull_sum_add(struct lull_running_sum *s, double x);
static inline double lull_sum_value(const struct lull_running_sum *s) { return s->sum + s->low; }

/* Rising order, in place. No NaN. */
void lull_sort(double *x, size_t n);

/* Quantiles of x[0..n), linear between order statistics at (n - 1) p (type 7 of Hyndman
 * and Fan 1996). p[0..n_p) rises within [0, 1]. x is scratch: it is partly sorted. No NaN
 * among x; n = 0 gives NaN. About n log(n_p) steps. */
void lull_quantiles(double *x, size_t n, const double *p, size_t n_p, double *out);

LULL_END_C

#endif
