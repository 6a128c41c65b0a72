/* The kernels in AVX2. */
#if defined(__x86_64__)
#include "linear_lanes.h"
#else
typedef int lull_linear_avx2_is_empty; /* a file of C holds something */
#endif
