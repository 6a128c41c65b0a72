/* Effects on eight lanes: every machine. */
#define LULL_VEC_SCALAR
#include "effect_kernel.h"
