/* SLEEF's four-lane forms for kernels in AVX2, and the array loops on them. */
#if defined(__x86_64__)
#include "vec_loops.h"

#include <sleef.h>

__m256d lull_vec__exp4(__m256d x) { return Sleef_finz_expd4_u10avx2(x); }
__m256d lull_vec__expm14(__m256d x) { return Sleef_finz_expm1d4_u10avx2(x); }
__m256d lull_vec__log4(__m256d x) { return Sleef_finz_logd4_u10avx2(x); }
__m256d lull_vec__log1p4(__m256d x) { return Sleef_finz_log1pd4_u10avx2(x); }
__m256d lull_vec__pow4(__m256d x, __m256d y) { return Sleef_finz_powd4_u10avx2(x, y); }
#else
typedef int lull_vec_avx2_is_empty; /* a file of C holds something */
#endif
