/* Effects on eight lanes: AVX-512. */
#include "effect_kernel.h"
