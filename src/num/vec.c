/* Which set of instructions an array function uses. */
#include "lull/num/vec.h"

#include "vec_impl.h"

typedef void loop(const double *x, const double *power, double *y, size_t n);

#if defined(__x86_64__)
#define LOOPS(name) static loop *const name##_loops[] = { lull_vec__##name##_scalar, lull_vec__##name##_avx2, lull_vec__##name##_avx512 }
#else
#define LOOPS(name) static loop *const name##_loops[] = { lull_vec__##name##_scalar }
#endif
LOOPS(exp);
LOOPS(expm1);
LOOPS(log);
LOOPS(log1p);
LOOPS(pow);

void lull_vec_exp(enum lull_isa isa, const double *x, double *y, size_t n) { exp_loops[isa](x, NULL, y, n); }
void lull_vec_expm1(enum lull_isa isa, const double *x, double *y, size_t n) { expm1_loops[isa](x, NULL, y, n); }
void lull_vec_log(enum lull_isa isa, const double *x, double *y, size_t n) { log_loops[isa](x, NULL, y, n); }
void lull_vec_log1p(enum lull_isa isa, const double *x, double *y, size_t n) { log1p_loops[isa](x, NULL, y, n); }
void lull_vec_pow(enum lull_isa isa, const double *x, const double *power, double *y, size_t n)
{
	pow_loops[isa](x, power, y, n);
}
