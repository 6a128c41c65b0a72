/* lull/num/vec.h - eight doubles side by side: one source, three instruction sets, the same bits.
 *
 * A kernel is written once in a .h, and included by one file a set:
 *   x_avx512.c   listed in <room>_avx512_sources (compiled with AVX-512)
 *   x_avx2.c     in the room's sources
 *   x_scalar.c   in the room's sources, with LULL_VEC_SCALAR defined before any include
 * + - * / are those of the language on lull_v8 (nothing is contracted, so each is exact by IEEE 754);
 * exp, log, pow ... are SLEEF's finz family, whose vector forms give the bits of the scalar ones
 * (num/math.h). A comparison gives a lull_k8, which selects. Choose by lull_cpu_isa() once.
 * Never pass a lull_v8 between files: only pointers to doubles (so -Wno-psabi is right). */
#ifndef LULL_NUM_VEC_H
#define LULL_NUM_VEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lull/num/math.h"

enum lull_isa { LULL_ISA_SCALAR, LULL_ISA_AVX2, LULL_ISA_AVX512, LULL_N_ISA };

/* The widest that this processor and this build have; every lower one works too. */
enum lull_isa lull_cpu_isa(void);

/* Arrays of n, any alignment; y may be x. An isa above lull_cpu_isa() is not allowed. */
void lull_vec_exp(enum lull_isa isa, const double *x, double *y, size_t n);
void lull_vec_expm1(enum lull_isa isa, const double *x, double *y, size_t n);
void lull_vec_log(enum lull_isa isa, const double *x, double *y, size_t n);
void lull_vec_log1p(enum lull_isa isa, const double *x, double *y, size_t n);
void lull_vec_pow(enum lull_isa isa, const double *x, const double *power, double *y, size_t n);

#if !defined(LULL_VEC_SCALAR) && !defined(__x86_64__)
#define LULL_VEC_SCALAR
#endif
#if defined(LULL_VEC_SCALAR)
#define LULL_VEC_ISA LULL_ISA_SCALAR
#define LULL_VEC_NAME(name) name##_scalar
#else
#include <immintrin.h>
#if defined(__AVX512F__)
#define LULL_VEC_ISA LULL_ISA_AVX512
#define LULL_VEC_NAME(name) name##_avx512
#else
#define LULL_VEC_ISA LULL_ISA_AVX2
#define LULL_VEC_NAME(name) name##_avx2
#endif
#endif

#define LULL_V8 static inline __attribute__((always_inline, unused))

typedef double lull_v8 __attribute__((vector_size(64)));
typedef int64_t lull_i8 __attribute__((vector_size(64)));

#if defined(__AVX512F__) && !defined(LULL_VEC_SCALAR)

typedef __mmask8 lull_k8;

LULL_V8 lull_v8 lull_v8_all(double x) { return (lull_v8)_mm512_set1_pd(x); }
LULL_V8 lull_v8 lull_v8_load(const double *p) { return (lull_v8)_mm512_loadu_pd(p); }
LULL_V8 void lull_v8_store(double *p, lull_v8 x) { _mm512_storeu_pd(p, (__m512d)x); }
LULL_V8 lull_k8 lull_v8_lt(lull_v8 a, lull_v8 b) { return _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_LT_OQ); }
LULL_V8 lull_k8 lull_v8_le(lull_v8 a, lull_v8 b) { return _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_LE_OQ); }
LULL_V8 lull_k8 lull_v8_eq(lull_v8 a, lull_v8 b) { return _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_EQ_OQ); }
LULL_V8 lull_k8 lull_k8_and(lull_k8 a, lull_k8 b) { return (lull_k8)(a & b); }
LULL_V8 lull_k8 lull_k8_or(lull_k8 a, lull_k8 b) { return (lull_k8)(a | b); }
LULL_V8 lull_k8 lull_k8_not(lull_k8 a) { return (lull_k8)~a; }
LULL_V8 unsigned lull_k8_bits(lull_k8 a) { return a; } /* bit i: lane i */
LULL_V8 lull_k8 lull_k8_of(unsigned bits) { return (lull_k8)bits; }
LULL_V8 lull_v8 lull_v8_select(lull_k8 k, lull_v8 yes, lull_v8 no)
{
	return (lull_v8)_mm512_mask_blend_pd(k, (__m512d)no, (__m512d)yes);
}
LULL_V8 lull_v8 lull_v8_sqrt(lull_v8 x) { return (lull_v8)_mm512_sqrt_pd((__m512d)x); }
LULL_V8 lull_v8 lull_v8_abs(lull_v8 x) { return (lull_v8)_mm512_abs_pd((__m512d)x); }
LULL_V8 lull_v8 lull_v8_fma(lull_v8 a, lull_v8 b, lull_v8 c)
{
	return (lull_v8)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
}

/* num/vec_avx512.c: a jump to SLEEF. */
__m512d lull_vec__exp8(__m512d x);
__m512d lull_vec__expm18(__m512d x);
__m512d lull_vec__log8(__m512d x);
__m512d lull_vec__log1p8(__m512d x);
__m512d lull_vec__pow8(__m512d x, __m512d y);
LULL_V8 lull_v8 lull_v8_exp(lull_v8 x) { return (lull_v8)lull_vec__exp8((__m512d)x); }
LULL_V8 lull_v8 lull_v8_expm1(lull_v8 x) { return (lull_v8)lull_vec__expm18((__m512d)x); }
LULL_V8 lull_v8 lull_v8_log(lull_v8 x) { return (lull_v8)lull_vec__log8((__m512d)x); }
LULL_V8 lull_v8 lull_v8_log1p(lull_v8 x) { return (lull_v8)lull_vec__log1p8((__m512d)x); }
LULL_V8 lull_v8 lull_v8_pow(lull_v8 x, lull_v8 y) { return (lull_v8)lull_vec__pow8((__m512d)x, (__m512d)y); }

#else

typedef lull_i8 lull_k8; /* all bits of a lane, or none */

LULL_V8 lull_v8 lull_v8_load(const double *p)
{
	lull_v8 x;
	__builtin_memcpy(&x, p, sizeof(x));
	return x;
}
LULL_V8 void lull_v8_store(double *p, lull_v8 x) { __builtin_memcpy(p, &x, sizeof(x)); }
LULL_V8 lull_k8 lull_k8_and(lull_k8 a, lull_k8 b) { return a & b; }
LULL_V8 lull_k8 lull_k8_or(lull_k8 a, lull_k8 b) { return a | b; }
LULL_V8 lull_k8 lull_k8_not(lull_k8 a) { return ~a; }
LULL_V8 lull_k8 lull_k8_of(unsigned bits)
{
	lull_k8 k = { 0 };
	for (int i = 0; i < 8; i++)
		k[i] = -(int64_t)(bits >> i & 1);
	return k;
}

#if defined(LULL_VEC_SCALAR)

LULL_V8 lull_v8 lull_v8_all(double x) { return (lull_v8){ x, x, x, x, x, x, x, x }; }
LULL_V8 lull_k8 lull_v8_lt(lull_v8 a, lull_v8 b) { return (lull_k8)(a < b); }
LULL_V8 lull_k8 lull_v8_le(lull_v8 a, lull_v8 b) { return (lull_k8)(a <= b); }
LULL_V8 lull_k8 lull_v8_eq(lull_v8 a, lull_v8 b) { return (lull_k8)(a == b); }
LULL_V8 unsigned lull_k8_bits(lull_k8 a)
{
	unsigned bits = 0;
	for (int i = 0; i < 8; i++)
		bits |= (unsigned)(a[i] & 1) << i;
	return bits;
}
LULL_V8 lull_v8 lull_v8_select(lull_k8 k, lull_v8 yes, lull_v8 no)
{
	return (lull_v8)((k & (lull_i8)yes) | (~k & (lull_i8)no));
}
#define LULL_V8_EACH(expression)            \
	lull_v8 y;                          \
	for (int i = 0; i < 8; i++)         \
		y[i] = (expression);        \
	return y
LULL_V8 lull_v8 lull_v8_sqrt(lull_v8 x) { LULL_V8_EACH(lull_sqrt(x[i])); }
LULL_V8 lull_v8 lull_v8_fma(lull_v8 a, lull_v8 b, lull_v8 c) { LULL_V8_EACH(__builtin_fma(a[i], b[i], c[i])); }
LULL_V8 lull_v8 lull_v8_exp(lull_v8 x) { LULL_V8_EACH(lull_exp(x[i])); }
LULL_V8 lull_v8 lull_v8_expm1(lull_v8 x) { LULL_V8_EACH(lull_expm1(x[i])); }
LULL_V8 lull_v8 lull_v8_log(lull_v8 x) { LULL_V8_EACH(lull_log(x[i])); }
LULL_V8 lull_v8 lull_v8_log1p(lull_v8 x) { LULL_V8_EACH(lull_log1p(x[i])); }
LULL_V8 lull_v8 lull_v8_pow(lull_v8 a, lull_v8 b) { LULL_V8_EACH(lull_pow(a[i], b[i])); }
#undef LULL_V8_EACH

#else

/* Halves by memory's order: gcc takes shuffles of eight doubles apart in pieces of 16 bytes. */
union lull_v8_halves { lull_v8 v; __m256d half[2]; };
#define LULL_V8_LOW(x) ((union lull_v8_halves){ .v = (lull_v8)(x) }.half[0])
#define LULL_V8_HIGH(x) ((union lull_v8_halves){ .v = (lull_v8)(x) }.half[1])
#define LULL_V8_JOIN(low, high) ((union lull_v8_halves){ .half = { (low), (high) } }.v)
LULL_V8 lull_v8 lull_v8_all(double x) { return LULL_V8_JOIN(_mm256_set1_pd(x), _mm256_set1_pd(x)); }
#define LULL_V8_HALVES(f, x)                                                        \
	const __m256d low = f(LULL_V8_LOW(x)), high = f(LULL_V8_HIGH(x));           \
	return LULL_V8_JOIN(low, high)

/* By halves: gcc would compare eight doubles one by one. */
#define LULL_V8_COMPARE(a, b, how)                                                                  \
	const __m256d low = _mm256_cmp_pd(LULL_V8_LOW(a), LULL_V8_LOW(b), how);                     \
	const __m256d high = _mm256_cmp_pd(LULL_V8_HIGH(a), LULL_V8_HIGH(b), how);                  \
	return (lull_k8)LULL_V8_JOIN(low, high)
LULL_V8 lull_k8 lull_v8_lt(lull_v8 a, lull_v8 b) { LULL_V8_COMPARE(a, b, _CMP_LT_OQ); }
LULL_V8 lull_k8 lull_v8_le(lull_v8 a, lull_v8 b) { LULL_V8_COMPARE(a, b, _CMP_LE_OQ); }
LULL_V8 lull_k8 lull_v8_eq(lull_v8 a, lull_v8 b) { LULL_V8_COMPARE(a, b, _CMP_EQ_OQ); }
#undef LULL_V8_COMPARE
LULL_V8 unsigned lull_k8_bits(lull_k8 a)
{
	const lull_v8 v = (lull_v8)a;
	return (unsigned)_mm256_movemask_pd(LULL_V8_LOW(v)) | (unsigned)_mm256_movemask_pd(LULL_V8_HIGH(v)) << 4;
}
LULL_V8 lull_v8 lull_v8_select(lull_k8 k, lull_v8 yes, lull_v8 no)
{
	const lull_v8 v = (lull_v8)k;
	const __m256d low = _mm256_blendv_pd(LULL_V8_LOW(no), LULL_V8_LOW(yes), LULL_V8_LOW(v));
	const __m256d high = _mm256_blendv_pd(LULL_V8_HIGH(no), LULL_V8_HIGH(yes), LULL_V8_HIGH(v));
	return LULL_V8_JOIN(low, high);
}

/* num/vec_avx2.c: a jump to SLEEF. */
__m256d lull_vec__exp4(__m256d x);
__m256d lull_vec__expm14(__m256d x);
__m256d lull_vec__log4(__m256d x);
__m256d lull_vec__log1p4(__m256d x);
__m256d lull_vec__pow4(__m256d x, __m256d y);
LULL_V8 lull_v8 lull_v8_sqrt(lull_v8 x) { LULL_V8_HALVES(_mm256_sqrt_pd, x); }
LULL_V8 lull_v8 lull_v8_exp(lull_v8 x) { LULL_V8_HALVES(lull_vec__exp4, x); }
LULL_V8 lull_v8 lull_v8_expm1(lull_v8 x) { LULL_V8_HALVES(lull_vec__expm14, x); }
LULL_V8 lull_v8 lull_v8_log(lull_v8 x) { LULL_V8_HALVES(lull_vec__log4, x); }
LULL_V8 lull_v8 lull_v8_log1p(lull_v8 x) { LULL_V8_HALVES(lull_vec__log1p4, x); }
LULL_V8 lull_v8 lull_v8_pow(lull_v8 x, lull_v8 y)
{
	const __m256d low = lull_vec__pow4(LULL_V8_LOW(x), LULL_V8_LOW(y));
	const __m256d high = lull_vec__pow4(LULL_V8_HIGH(x), LULL_V8_HIGH(y));
	return LULL_V8_JOIN(low, high);
}
LULL_V8 lull_v8 lull_v8_fma(lull_v8 a, lull_v8 b, lull_v8 c)
{
	const __m256d low = _mm256_fmadd_pd(LULL_V8_LOW(a), LULL_V8_LOW(b), LULL_V8_LOW(c));
	const __m256d high = _mm256_fmadd_pd(LULL_V8_HIGH(a), LULL_V8_HIGH(b), LULL_V8_HIGH(c));
	return LULL_V8_JOIN(low, high);
}
#undef LULL_V8_HALVES

#endif

LULL_V8 lull_v8 lull_v8_abs(lull_v8 x)
{
	const lull_i8 sign = (lull_i8)lull_v8_all(-0.0);
	return (lull_v8)((lull_i8)x & ~sign);
}

#endif

/* For numbers, not NaN: with a NaN the second argument is returned, as lull_min does. */
#if defined(__AVX512F__) && !defined(LULL_VEC_SCALAR) /* the instructions have that meaning, also for zeros */
LULL_V8 lull_v8 lull_v8_min(lull_v8 a, lull_v8 b) { return (lull_v8)_mm512_min_pd((__m512d)a, (__m512d)b); }
LULL_V8 lull_v8 lull_v8_max(lull_v8 a, lull_v8 b) { return (lull_v8)_mm512_max_pd((__m512d)a, (__m512d)b); }
#else
LULL_V8 lull_v8 lull_v8_min(lull_v8 a, lull_v8 b) { return lull_v8_select(lull_v8_lt(a, b), a, b); }
LULL_V8 lull_v8 lull_v8_max(lull_v8 a, lull_v8 b) { return lull_v8_select(lull_v8_lt(b, a), a, b); }
#endif
LULL_V8 bool lull_k8_any(lull_k8 k) { return lull_k8_bits(k) != 0; }

#endif
