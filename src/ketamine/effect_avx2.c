/* Effects on eight lanes: AVX2. */
#if defined(__x86_64__)
#include "effect_kernel.h"
#else
typedef int lull_effect_avx2_is_empty; /* a file of C holds something */
#endif
