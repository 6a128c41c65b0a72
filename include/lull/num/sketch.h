/* lull/num/sketch.h - quantiles of a stream in constant memory, the same whatever the order.
 *
 * Counts in bins whose edges lie in the numbers' own bits (LULL_SKETCH_BINS_PER_OCTAVE equal steps
 * in each power of two): adding and merging are integer sums, so they commute and associate
 * exactly, and a quantile is off by at most half a bin (LULL_SKETCH_REL_ERROR of its value).
 * Up to `n_exact` values are kept as they are; quantiles are then exact (type 7). */
#ifndef LULL_NUM_SKETCH_H
#define LULL_NUM_SKETCH_H

#include <stddef.h>
#include <stdint.h>
#include "lull/base/err.h"
#include "lull/base/mem.h"

enum { LULL_SKETCH_BINS_PER_OCTAVE = 128 };
#define LULL_SKETCH_REL_ERROR (1.0 / 256)

struct lull_sketch; /* owner of this room: choose the layout; many live in one arena (one a time and output) */

#endif
