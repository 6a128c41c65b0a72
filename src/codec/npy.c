/* NumPy's .npy files; see npy.h. The bytes are little-endian on any machine. */
#include "lull/codec/npy.h"

#include <inttypes.h>
#include <string.h>

enum { DIGITS_OF_ROWS = 20, ALIGN = 64, N_FIXED = 10, N_PIECE = 512 };

/* The dict's text, with the first extent's digits padded behind by spaces that Python does not mind. */
static void put_dict(const uint64_t *shape, int n_dims, struct lull_buf *out)
{
	lull_buf_puts(out, "{'descr': '<f8', 'fortran_order': False, 'shape': (");
	for (int i = 0; i < n_dims; i++)
		lull_buf_printf(out, "%s%" PRIu64, i ? ", " : "", shape[i]);
	lull_buf_puts(out, n_dims == 1 ? ",), }" : "), }");
}

static size_t digits(uint64_t n)
{
	size_t k = 1;

	for (; n >= 10; n /= 10)
		k++;
	return k;
}

void lull_npy_put_head(const uint64_t *shape, int n_dims, struct lull_buf *out)
{
	struct lull_buf dict = { 0 };

	put_dict(shape, n_dims, &dict);
	if (dict.failed) {
		out->failed = true;
		lull_buf_clear(&dict);
		return;
	}
	const size_t widest = dict.n + (n_dims ? DIGITS_OF_ROWS - digits(shape[0]) : 0) + 1; /* and the line end */
	const size_t n_all = (N_FIXED + widest + ALIGN - 1) / ALIGN * ALIGN, n_dict = n_all - N_FIXED;
	lull_buf_add(out, "\x93NUMPY\x01\x00", 8);
	lull_buf_putc(out, (char)(n_dict & 255));
	lull_buf_putc(out, (char)(n_dict >> 8));
	lull_buf_add(out, lull_buf_text(&dict), dict.n);
	lull_buf_pad(out, ' ', n_dict - dict.n - 1);
	lull_buf_putc(out, '\n');
	lull_buf_clear(&dict);
}

static void put_bytes(double x, unsigned char *to)
{
	uint64_t bits;

	memcpy(&bits, &x, sizeof(bits));
	for (int i = 0; i < 8; i++)
		to[i] = (unsigned char)(bits >> 8 * i);
}

void lull_npy_put(const double *x, size_t n, struct lull_buf *out)
{
	unsigned char bytes[8 * N_PIECE];

	for (size_t i = 0; i < n; i += N_PIECE) {
		const size_t m = n - i < N_PIECE ? n - i : N_PIECE;
		for (size_t k = 0; k < m; k++)
			put_bytes(x[i + k], bytes + 8 * k);
		lull_buf_add(out, (const char *)bytes, 8 * m);
	}
}

int lull_npy_begin(struct lull_npy *npy, const uint64_t *shape, int n_dims, struct lull_err *err)
{
	struct lull_buf head = { 0 };

	if (n_dims < 0 || n_dims > LULL_NPY_MAX_DIMS)
		return lull_fail(err, LULL_EDOMAIN, "npy", "an array has at most %d dimensions, not %d", LULL_NPY_MAX_DIMS, n_dims);
	npy->n_values = 1;
	npy->n_written = 0;
	for (int i = 0; i < n_dims; i++) {
		if (shape[i] && npy->n_values > UINT64_MAX / 8 / shape[i])
			return lull_fail(err, LULL_ELIMIT, "npy", "the array would be larger than any file");
		npy->n_values *= shape[i];
	}
	lull_npy_put_head(shape, n_dims, &head);
	int rc = lull_buf_status(&head, err);
	if (rc == LULL_OK)
		rc = npy->write(npy->user, head.data, head.n, err);
	lull_buf_clear(&head);
	return rc;
}

int lull_npy_add(struct lull_npy *npy, const double *x, size_t n, struct lull_err *err)
{
	unsigned char bytes[8 * N_PIECE];

	if (n > npy->n_values - npy->n_written)
		return lull_fail(err, LULL_ECONFLICT, "npy", "more than the %" PRIu64 " values of the shape", npy->n_values);
	for (size_t i = 0; i < n; i += N_PIECE) {
		const size_t m = n - i < N_PIECE ? n - i : N_PIECE;
		for (size_t k = 0; k < m; k++)
			put_bytes(x[i + k], bytes + 8 * k);
		const int rc = npy->write(npy->user, bytes, 8 * m, err);
		if (rc != LULL_OK)
			return rc;
		npy->n_written += m;
	}
	return LULL_OK;
}

int lull_npy_end(struct lull_npy *npy, struct lull_err *err)
{
	if (npy->n_written == npy->n_values)
		return LULL_OK;
	return lull_fail(err, LULL_ECONFLICT, "npy", "%" PRIu64 " of the %" PRIu64 " values of the shape were written", npy->n_written,
			 npy->n_values);
}
