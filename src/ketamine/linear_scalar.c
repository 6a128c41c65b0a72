/* The kernels in plain C: every machine, and the measure of the others. */
#define LULL_VEC_SCALAR
#include "linear_lanes.h"
