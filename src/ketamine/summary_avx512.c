/* The summary's kernels in AVX-512. */
#include "summary_lanes.h"
