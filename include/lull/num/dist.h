/* lull/num/dist.h - distributions: normal, beta, logit; cumulative and inverse.
 *
 * Pure, the same bits everywhere. Outside its domain a function returns NaN. */
#ifndef LULL_NUM_DIST_H
#define LULL_NUM_DIST_H

#include "lull/base/code.h"

LULL_BEGIN_C

double lull_normal_cdf(double x);
double lull_normal_quantile(double p); /* 0 -> -inf, 1 -> inf; about 1e-16 relative */

double lull_beta_cdf(double x, double a, double b);      /* regularised I_x(a, b), a, b > 0; 1e-13 for a + b up to 1e4 */
double lull_beta_quantile(double p, double a, double b); /* by bisection and Newton on the cdf   */

double lull_logit(double p);
double lull_expit(double x); /* 1 / (1 + e^-x), without overflow */

LULL_END_C

#endif
