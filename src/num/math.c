/* The one door to SLEEF: each elementary function by its deterministic scalar FMA form.
 * Why this family: design.md rule 6; measured equal on AVX2, AVX-512, scalar and arm64. */
#include "lull/num/math.h"
#include "lull/num/vec.h"

#include <sleef.h>
#if defined(__x86_64__)
#include <immintrin.h>
#else
#include <math.h>
#endif

double lull_exp(double x) { return Sleef_finz_expd1_u10purecfma(x); }
double lull_expm1(double x) { return Sleef_finz_expm1d1_u10purecfma(x); }
double lull_log(double x) { return Sleef_finz_logd1_u10purecfma(x); }
double lull_log1p(double x) { return Sleef_finz_log1pd1_u10purecfma(x); }
double lull_pow(double x, double y) { return Sleef_finz_powd1_u10purecfma(x, y); }
double lull_cbrt(double x) { return Sleef_finz_cbrtd1_u10purecfma(x); }
double lull_sin(double x) { return Sleef_finz_sind1_u10purecfma(x); }
double lull_cos(double x) { return Sleef_finz_cosd1_u10purecfma(x); }
double lull_asin(double x) { return Sleef_finz_asind1_u10purecfma(x); }
double lull_erfc(double x) { return Sleef_finz_erfcd1_u15purecfma(x); }
double lull_lgamma(double x) { return Sleef_finz_lgammad1_u10purecfma(x); }

#if defined(__x86_64__)
double lull_sqrt(double x)
{
	const __m128d v = _mm_set_sd(x);
	return _mm_cvtsd_f64(_mm_sqrt_sd(v, v));
}

double lull_floor(double x)
{
	const __m128d v = _mm_set_sd(x);
	return _mm_cvtsd_f64(_mm_floor_sd(v, v));
}
#else
double lull_sqrt(double x) { return sqrt(x); }
double lull_floor(double x) { return floor(x); }
#endif

const char lull_cpu_needs[] =
	"Lull promises the same bits on every machine and needs a processor with FMA and AVX2 "
	"(x86-64-v3, about 2013 or later) or an arm64 processor; this one has not.";

bool lull_cpu_ok(void)
{
#if defined(__x86_64__)
	__builtin_cpu_init();
	return __builtin_cpu_supports("fma") && __builtin_cpu_supports("avx2");
#elif defined(__aarch64__)
	return true;
#else
	return false;
#endif
}

enum lull_isa lull_cpu_isa(void)
{
#if defined(__x86_64__)
	__builtin_cpu_init();
	if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
		return LULL_ISA_AVX512;
	return lull_cpu_ok() ? LULL_ISA_AVX2 : LULL_ISA_SCALAR;
#else
	return LULL_ISA_SCALAR;
#endif
}
