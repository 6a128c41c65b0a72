/* The array forms of num/vec.h, included once a set of instructions. A rest shorter than eight is
 * computed with ones beside it. */
#include "lull/num/vec.h"

#include "vec_impl.h"

#define LULL_VEC_LOOP(name, call)                                                                       \
	void LULL_VEC_NAME(lull_vec__##name)(const double *x, const double *power, double *y, size_t n) \
	{                                                                                               \
		(void)power;                                                                            \
		for (size_t i = 0; i < n; i += 8) {                                                     \
			const size_t m = n - i < 8 ? n - i : 8;                                         \
			lull_v8 a = lull_v8_all(1), b = a;                                              \
			__builtin_memcpy(&a, x + i, m * sizeof(double));                                \
			if (power)                                                                      \
				__builtin_memcpy(&b, power + i, m * sizeof(double));                    \
			a = call;                                                                       \
			__builtin_memcpy(y + i, &a, m * sizeof(double));                                \
		}                                                                                       \
	}
LULL_VEC_LOOP(exp, lull_v8_exp(a))
LULL_VEC_LOOP(expm1, lull_v8_expm1(a))
LULL_VEC_LOOP(log, lull_v8_log(a))
LULL_VEC_LOOP(log1p, lull_v8_log1p(a))
LULL_VEC_LOOP(pow, lull_v8_pow(a, b))
