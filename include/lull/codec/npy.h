/* lull/codec/npy.h - arrays of numbers as NumPy's .npy files: little-endian doubles, last index fastest (C order).
 *
 * Format 1.0: a head that says the shape, then the numbers (numpy.lib.format). The head's length
 * depends on the number of dimensions and on all extents but the first, whose digits have a place kept: a file whose
 * number of rows is known only at the end gets the same head again, with the number, over its first bytes. */
#ifndef LULL_CODEC_NPY_H
#define LULL_CODEC_NPY_H

#include <stdint.h>
#include "lull/base/err.h"
#include "lull/base/text.h"

enum { LULL_NPY_MAX_DIMS = 8 };

/* Appends the head of an array of shape[0..n_dims). */
void lull_npy_put_head(const uint64_t *shape, int n_dims, struct lull_buf *out);

/* Appends n numbers. */
void lull_npy_put(const double *x, size_t n, struct lull_buf *out);

/* The same as a stream: `write` gets the bytes in order, in pieces. The number of values is held to the shape. */
struct lull_npy {
	int (*write)(void *user, const void *bytes, size_t n_bytes, struct lull_err *err);
	void *user;
	uint64_t n_values, n_written; /* of the shape; so far */
};
LULL_NODISCARD int lull_npy_begin(struct lull_npy *npy, const uint64_t *shape, int n_dims, struct lull_err *err);
LULL_NODISCARD int lull_npy_add(struct lull_npy *npy, const double *x, size_t n, struct lull_err *err);
LULL_NODISCARD int lull_npy_end(struct lull_npy *npy, struct lull_err *err); /* LULL_ECONFLICT: too few */

#endif
