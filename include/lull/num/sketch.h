/* lull/num/sketch.h - quantiles of streams in constant memory, the same whatever the order.
 *
 * Counts in bins whose edges lie in the numbers' own bits (LULL_SKETCH_BINS_PER_OCTAVE equal steps
 * in each power of two, mirrored below 0): adding and merging are integer sums, so they commute and
 * associate exactly, and an order statistic is off by at most half a bin, LULL_SKETCH_REL_ERROR of its value.
 * Numbers nearer to 0 than LULL_SKETCH_FLOOR count as 0; from LULL_SKETCH_CEILING on they share one
 * bin. One object holds many cells (one a time and output); a cell pays for the octaves it has seen,
 * 256 bytes each (768 once a bin has passed 65,535), and never for more than 128 octaves a side. */
#ifndef LULL_NUM_SKETCH_H
#define LULL_NUM_SKETCH_H

#include <stddef.h>
#include <stdint.h>
#include "lull/base/err.h"
#include "lull/base/mem.h"

LULL_BEGIN_C

enum {
	LULL_SKETCH_BINS_PER_OCTAVE = 128,
	LULL_SKETCH_OCTAVES = 128,                                             /* 2^-64 to 2^64     */
	LULL_SKETCH_BINS = LULL_SKETCH_BINS_PER_OCTAVE * LULL_SKETCH_OCTAVES,  /* on each side of 0 */
	LULL_SKETCH_MISSING = INT16_MIN                                        /* a key: not counted */
};
#define LULL_SKETCH_REL_ERROR (1.0 / 256)
#define LULL_SKETCH_FLOOR 0x1p-64   /* 5.4e-20 */
#define LULL_SKETCH_CEILING 0x1p64  /* 1.8e19  */

/* Not for use by two threads at once: give each its own and merge, or ask all of them together. */
struct lull_sketch;
LULL_NODISCARD int lull_sketch_new(size_t n_cells, struct lull_sketch **out, struct lull_err *err);
void lull_sketch_free(struct lull_sketch *sketch);
size_t lull_sketch_bytes(const struct lull_sketch *sketch); /* all it holds now */

/* Keys rise with the value: 0 is 0, 1..LULL_SKETCH_BINS above, negative below. NaN: LULL_SKETCH_MISSING. */
void lull_sketch_keys(const double *x, size_t n, int16_t *keys);

/* LULL_OK or LULL_ENOMEM (the cell is then short of some of these). */
LULL_NODISCARD int lull_sketch_count(struct lull_sketch *sketch, size_t cell, const int16_t *keys, size_t n,
				     struct lull_err *err);
LULL_NODISCARD int lull_sketch_add(struct lull_sketch *sketch, size_t cell, const double *x, size_t n,
				   struct lull_err *err);

/* Adds all of `from`, which has the same number of cells. */
LULL_NODISCARD int lull_sketch_merge(struct lull_sketch *into, const struct lull_sketch *from, struct lull_err *err);

uint64_t lull_sketch_n(const struct lull_sketch *sketch, size_t cell); /* values counted */

/* Quantiles of one cell over all parts together: as lull_quantiles (type 7), on the middles of bins. lowest and
 * highest are the known extremes (NAN: not known); nothing outside them is answered, and they themselves
 * are exact. p rises within [0, 1]. NaN where nothing was counted. */
void lull_sketch_quantiles(const struct lull_sketch *const *parts, size_t n_parts, size_t cell, double lowest,
			   double highest, const double *p, size_t n_p, double *out);

LULL_END_C

#endif
