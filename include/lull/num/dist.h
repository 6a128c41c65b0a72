/* lull/num/dist.h - distributions: normal, beta, gamma, chi squared, t, logit; cumulative and inverse.
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

double lull_gamma_cdf(double x, double shape);     /* regularised P(shape, x), scale 1; 1e-13 for shape up to 1e4 */
double lull_gamma_upper(double x, double shape);   /* 1 - cdf without cancellation                          */
double lull_gamma_quantile(double p, double shape);

double lull_chisq_upper(double x, double df);      /* P(X > x)                                              */
double lull_chisq_quantile(double p, double df);
double lull_t_cdf(double t, double df);            /* df = INFINITY: normal                                 */
double lull_t_quantile(double p, double df);

double lull_logit(double p);
double lull_expit(double x); /* 1 / (1 + e^-x), without overflow */

LULL_END_C

#endif
