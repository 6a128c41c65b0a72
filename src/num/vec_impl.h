/* The array loops of num/vec.h, one of each a set of instructions. */
#ifndef LULL_NUM_VEC_IMPL_H
#define LULL_NUM_VEC_IMPL_H

#include <stddef.h>

#define LULL_VEC_DECLARE(set)                                                                     \
	void lull_vec__exp_##set(const double *x, const double *power, double *y, size_t n);      \
	void lull_vec__expm1_##set(const double *x, const double *power, double *y, size_t n);    \
	void lull_vec__log_##set(const double *x, const double *power, double *y, size_t n);      \
	void lull_vec__log1p_##set(const double *x, const double *power, double *y, size_t n);    \
	void lull_vec__pow_##set(const double *x, const double *power, double *y, size_t n);
LULL_VEC_DECLARE(scalar)
LULL_VEC_DECLARE(avx2)
LULL_VEC_DECLARE(avx512)
#undef LULL_VEC_DECLARE

#endif
