/* The summary's kernels in AVX2. */
#if defined(__x86_64__)
#include "summary_lanes.h"
#else
typedef int lull_summary_avx2_is_empty; /* a file of C holds something */
#endif
