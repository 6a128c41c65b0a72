/* The summary's kernels in plain C, for any machine. */
#define LULL_VEC_SCALAR
#include "summary_lanes.h"
