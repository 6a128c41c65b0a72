/* .npy files read back by the format's own rules (numpy.lib.format, version 1.0), byte by byte. */
#include "support.h"

#include <math.h>
#include <stdlib.h>

#include "lull/codec/npy.h"

/* What a reader finds. The text is checked whole: a dict of these three keys, spaces, a line end. */
static size_t read_head(const char *bytes, size_t n, char *dict, size_t size)
{
	assert_true(n >= 10 && !memcmp(bytes, "\x93NUMPY\x01\x00", 8));
	const size_t n_dict = (size_t)(unsigned char)bytes[8] + 256 * (size_t)(unsigned char)bytes[9];
	assert_true(n >= 10 + n_dict && (10 + n_dict) % 64 == 0 && n_dict < size);
	memcpy(dict, bytes + 10, n_dict);
	assert_true(dict[n_dict - 1] == '\n');
	size_t end = n_dict - 1;
	while (end > 0 && dict[end - 1] == ' ')
		end--;
	dict[end] = '\0';
	return 10 + n_dict;
}

static double number_at(const char *bytes)
{
	uint64_t bits = 0;
	double x;
	for (int i = 7; i >= 0; i--)
		bits = bits << 8 | (unsigned char)bytes[i];
	memcpy(&x, &bits, sizeof(x));
	return x;
}

static void heads(void **state)
{
	static const struct {
		uint64_t shape[3];
		int n_dims;
		const char *dict;
	} cases[] = {
		{ { 0 }, 0, "{'descr': '<f8', 'fortran_order': False, 'shape': (), }" },
		{ { 7 }, 1, "{'descr': '<f8', 'fortran_order': False, 'shape': (7,), }" },
		{ { 0, 3 }, 2, "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 3), }" },
		{ { UINT64_MAX, 3 }, 2, "{'descr': '<f8', 'fortran_order': False, 'shape': (18446744073709551615, 3), }" },
		{ { 1000000, 1441, 2 }, 3, "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000, 1441, 2), }" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lull_buf buf = { 0 };
		char dict[300];
		lull_npy_put_head(cases[i].shape, cases[i].n_dims, &buf);
		assert_ok(lull_buf_status(&buf, NULL), NULL);
		assert_int_equal(read_head(buf.data, buf.n, dict, sizeof(dict)), buf.n);
		assert_string_equal(dict, cases[i].dict);
		lull_buf_clear(&buf);
	}
}

/* A head may be put over another one when the number of rows becomes known. */
static void the_heads_length_does_not_depend_on_the_rows(void **state)
{
	(void)state;
	for (uint64_t columns = 1; columns < 100000000; columns *= 10) {
		size_t n = 0;
		for (uint64_t rows = 0; rows < UINT64_MAX / 10; rows = rows * 10 + 9) {
			const uint64_t shape[2] = { rows, columns };
			struct lull_buf buf = { 0 };
			lull_npy_put_head(shape, 2, &buf);
			assert_true(n == 0 || n == buf.n);
			n = buf.n;
			lull_buf_clear(&buf);
		}
	}
}

static const double values[] = { 0, -0.0, 1, -2.5, 1e-300, 5e-324, 1.7976931348623157e308, 0.1, INFINITY, -INFINITY, NAN };
enum { N_VALUES = sizeof(values) / sizeof(values[0]) };

static void numbers(void **state)
{
	/* 1 and -2.5 as IEEE 754 writes them, lowest byte first. */
	static const unsigned char want[16] = { 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0, 0, 0, 0x04, 0xc0 };
	struct lull_buf buf = { 0 };
	(void)state;
	lull_npy_put(values, N_VALUES, &buf);
	assert_int_equal(buf.n, 8 * N_VALUES);
	assert_memory_equal(buf.data + 16, want, 16);
	for (size_t i = 0; i < N_VALUES; i++) {
		const double x = number_at(buf.data + 8 * i);
		assert_memory_equal(&x, &values[i], sizeof(x));
	}
	lull_buf_clear(&buf);
}

static int to_buf(void *user, const void *bytes, size_t n_bytes, struct lull_err *err)
{
	lull_buf_add(user, bytes, n_bytes);
	return lull_buf_status(user, err);
}

static void a_stream_is_held_to_its_shape(void **state)
{
	enum { ROWS = 700, COLUMNS = 3 };
	struct lull_buf buf = { 0 };
	struct lull_npy npy = { to_buf, &buf, 0, 0 };
	struct lull_err err = { 0 };
	const uint64_t shape[2] = { ROWS, COLUMNS }, huge[2] = { UINT64_MAX / 2, 3 };
	static double x[ROWS * COLUMNS];
	char dict[300];
	(void)state;
	for (size_t i = 0; i < ROWS * COLUMNS; i++)
		x[i] = (double)i / 7;
	assert_ok(lull_npy_begin(&npy, shape, 2, &err), &err);
	assert_ok(lull_npy_add(&npy, x, 1, &err), &err);
	assert_int_equal(lull_npy_end(&npy, &err), LULL_ECONFLICT);
	assert_int_equal(lull_npy_add(&npy, x, ROWS * COLUMNS, &err), LULL_ECONFLICT);
	assert_ok(lull_npy_add(&npy, x + 1, ROWS * COLUMNS - 1, &err), &err);
	assert_ok(lull_npy_end(&npy, &err), &err);
	const size_t head = read_head(buf.data, buf.n, dict, sizeof(dict));
	assert_has(dict, "(700, 3)");
	assert_int_equal(buf.n, head + 8 * ROWS * COLUMNS);
	for (size_t i = 0; i < ROWS * COLUMNS; i++)
		assert_true(number_at(buf.data + head + 8 * i) == x[i]);
	lull_buf_clear(&buf);

	assert_int_equal(lull_npy_begin(&npy, huge, 2, &err), LULL_ELIMIT);
	assert_int_equal(lull_npy_begin(&npy, shape, LULL_NPY_MAX_DIMS + 1, &err), LULL_EDOMAIN);
}

static int full(void *user, const void *bytes, size_t n_bytes, struct lull_err *err)
{
	(void)bytes, (void)n_bytes;
	return (*(int *)user)-- > 0 ? LULL_OK : lull_fail(err, LULL_EIO, "disk", "full");
}

static void failures_of_the_writer_travel(void **state)
{
	const uint64_t shape[1] = { 1000 };
	static const double x[1000];
	(void)state;
	for (int n = 0; n < 3; n++) {
		int left = n;
		struct lull_npy npy = { full, &left, 0, 0 };
		struct lull_err err = { 0 };
		int rc = lull_npy_begin(&npy, shape, 1, &err);
		if (rc == LULL_OK)
			rc = lull_npy_add(&npy, x, 1000, &err);
		assert_int_equal(rc, LULL_EIO);
		assert_string_equal(err.what, "full");
	}
	lull_mem_fail_at(1, true);
	struct lull_buf buf = { 0 };
	lull_npy_put_head(shape, 1, &buf);
	lull_mem_fail_at(0, false);
	assert_int_equal(lull_buf_status(&buf, NULL), LULL_ENOMEM);
	lull_buf_clear(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heads),
		cmocka_unit_test(the_heads_length_does_not_depend_on_the_rows),
		cmocka_unit_test(numbers),
		cmocka_unit_test(a_stream_is_held_to_its_shape),
		cmocka_unit_test(failures_of_the_writer_travel),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
