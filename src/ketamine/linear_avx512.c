/* The kernels in AVX-512. */
#include "linear_lanes.h"
