/* SLEEF's eight-lane forms for kernels in AVX-512, and the array loops on them. */
#include "vec_loops.h"

#include <sleef.h>

__m512d lull_vec__exp8(__m512d x) { return Sleef_finz_expd8_u10avx512f(x); }
__m512d lull_vec__expm18(__m512d x) { return Sleef_finz_expm1d8_u10avx512f(x); }
__m512d lull_vec__log8(__m512d x) { return Sleef_finz_logd8_u10avx512f(x); }
__m512d lull_vec__log1p8(__m512d x) { return Sleef_finz_log1pd8_u10avx512f(x); }
__m512d lull_vec__pow8(__m512d x, __m512d y) { return Sleef_finz_powd8_u10avx512f(x, y); }
