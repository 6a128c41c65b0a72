/* lull/num/math.h - elementary functions with the same bits on every machine, compiler and level.
 *
 * SLEEF's deterministic FMA family, scalar form (Sleef_finz_*_purecfma): its vector
 * forms give the same bits, so batches may use those. At most 1 ulp (erfc 1.5).
 * Pure rooms call these and never libm; + - * / sqrt fma fabs floor are exact anyway. */
#ifndef LULL_NUM_MATH_H
#define LULL_NUM_MATH_H

#include <stdbool.h>
#include "lull/base/code.h"

LULL_BEGIN_C

#if defined(__GNUC__)
#define LULL_CONST __attribute__((const))
#else
#define LULL_CONST
#endif

LULL_CONST double lull_exp(double x);
LULL_CONST double lull_expm1(double x);
LULL_CONST double lull_log(double x);
LULL_CONST double lull_log1p(double x);
LULL_CONST double lull_pow(double x, double y);
LULL_CONST double lull_cbrt(double x);
LULL_CONST double lull_sin(double x);
LULL_CONST double lull_cos(double x);
LULL_CONST double lull_asin(double x); /* -1 .. 1 */
LULL_CONST double lull_erfc(double x);
LULL_CONST double lull_lgamma(double x); /* ln Gamma(x), x > 0 */

/* Exact by IEEE 754. Here because at -O0 the plain names call libm, which pure rooms may not. */
LULL_CONST double lull_sqrt(double x);
LULL_CONST double lull_floor(double x);

/* For numbers, not NaN: with a NaN the second argument is returned. */
static inline double lull_min(double a, double b) { return a < b ? a : b; }
static inline double lull_max(double a, double b) { return a > b ? a : b; }
static inline double lull_clamp(double x, double low, double high) { return lull_min(lull_max(x, low), high); }

static inline bool lull_is_nan(double x) { return x != x; }
static inline bool lull_is_finite(double x) { return x - x == 0; }

/* Whether this processor keeps the promise of equal bits (FMA and AVX2 on x86-64;
 * every arm64). Call it before anything else; when false say lull_cpu_needs and stop. */
bool lull_cpu_ok(void);
extern const char lull_cpu_needs[];

LULL_END_C

#endif
