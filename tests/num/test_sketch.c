/* The sketch against the exact quantiles: its stated error, merging in any order, its size, its limits. */
#include "support.h"

#include <math.h>
#include <stdlib.h>

#include "lull/num/math.h"
#include "lull/num/random.h"
#include "lull/num/sketch.h"
#include "lull/num/sum.h"

static const double probs[] = { 0, 0.001, 0.025, 0.05, 0.25, 0.5, 0.5, 0.75, 0.9, 0.975, 0.999, 1 };
enum { N_P = sizeof(probs) / sizeof(probs[0]) };

enum shape { NORMAL, LOG_NORMAL, WIDE, FEW, UNIFORM, MIXED, WASHED_OUT, N_SHAPES };

static double value(enum shape shape, size_t seed, size_t i)
{
	const struct lull_stream s = { .seed = seed, .purpose = LULL_FOR_TEST };
	const double z = lull_random_normal(&s, i);
	switch (shape) {
	case NORMAL: return 3 + 2 * z;                 /* both sides of 0       */
	case LOG_NORMAL: return 0.2 * lull_exp(0.3 * z);
	case WIDE: return lull_exp(9 * z);             /* some 70 octaves       */
	case FEW: return floor(2 * z);
	case UNIFORM: return lull_random_uniform(&s, i);
	case MIXED: return i % 3 == 0 ? 0 : i % 3 == 1 ? -lull_exp(z) : 1e-3 * z;
	default: return i % 2 ? lull_exp(-60 + 10 * z) : 0; /* much of it below the floor */
	}
}

/* |approximate - exact| for a quantile between two order statistics. */
static double bound(double low, double high)
{
	return LULL_SKETCH_REL_ERROR * lull_max(fabs(low), fabs(high)) * (1 + 1e-12) + LULL_SKETCH_FLOOR;
}

static void the_error_is_as_stated(void **state)
{
	static const size_t sizes[] = { 1, 2, 3, 10, 1000, 100000 };
	(void)state;
	for (int shape = 0; shape < N_SHAPES; shape++)
		for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
			const size_t n = sizes[k];
			struct lull_sketch *s = NULL;
			double *x = malloc(sizeof(double) * n), q[N_P];
			assert_non_null(x);
			assert_ok(lull_sketch_new(1, &s, NULL), NULL);
			for (size_t i = 0; i < n; i++)
				x[i] = value((enum shape)shape, 5 + k, i);
			assert_ok(lull_sketch_add(s, 0, x, n, NULL), NULL);
			assert_int_equal(lull_sketch_n(s, 0), n);
			lull_sort(x, n);
			for (int known = 0; known < 2; known++) {
				lull_sketch_quantiles((const struct lull_sketch *const *)&s, 1, 0, known ? x[0] : NAN,
						      known ? x[n - 1] : NAN, probs, N_P, q);
				for (int i = 0; i < N_P; i++) {
					const double at = (double)(n - 1) * probs[i];
					const size_t low = (size_t)at, high = low + 1 < n ? low + 1 : low;
					const double want = x[low] + (at - (double)low) * (x[high] - x[low]);
					if (!(fabs(q[i] - want) <= bound(x[low], x[high])))
						fail_msg("shape %d n %zu p %g: %.17g, exact %.17g", shape, n, probs[i], q[i], want);
					if (known)
						assert_true(q[i] >= x[0] && q[i] <= x[n - 1]);
				}
				if (known)
					assert_true(q[0] == x[0] && q[N_P - 1] == x[n - 1]);
			}
			lull_sketch_free(s);
			free(x);
		}
}

/* A bin's edge is never further from its middle than promised, from floor to ceiling; the order of keys is
 * the order of values. */
static void keys_rise_and_bins_are_narrow(void **state)
{
	int16_t last = -LULL_SKETCH_BINS - 1, keys[3];
	double x[3];
	(void)state;
	for (int e = 66; e >= -66; e--)
		for (int m = 127; m >= 0; m--) {
			x[0] = -(1 + m / 128.0) * lull_pow(2, e);
			lull_sketch_keys(x, 1, keys);
			assert_true(keys[0] >= last);
			assert_true((keys[0] == last + 1) == (e >= -64 && (e < 63 || (e == 63 && m < 127))) || e >= 63 || e < -63);
			last = keys[0];
		}
	x[0] = NAN, x[1] = -0.0, x[2] = 0x1p-1070;
	lull_sketch_keys(x, 3, keys);
	assert_true(keys[0] == LULL_SKETCH_MISSING && keys[1] == 0 && keys[2] == 0);
	x[0] = LULL_SKETCH_FLOOR, x[1] = LULL_SKETCH_CEILING, x[2] = -INFINITY;
	lull_sketch_keys(x, 3, keys);
	assert_true(keys[0] == 1 && keys[1] == LULL_SKETCH_BINS && keys[2] == -LULL_SKETCH_BINS);
	x[0] = nextafter(LULL_SKETCH_FLOOR, 0), x[1] = nextafter(LULL_SKETCH_CEILING, 0);
	lull_sketch_keys(x, 2, keys);
	assert_true(keys[0] == 0 && keys[1] == LULL_SKETCH_BINS);
}

/* The same values whole, in two orders, and in parts merged in two orders, some bins far above 65,535. */
static void merging_commutes(void **state)
{
	enum { N = 300000, N_PARTS = 5, N_CELLS = 3 };
	struct lull_sketch *whole, *back, *part[N_PARTS], *left, *right;
	(void)state;
	assert_ok(lull_sketch_new(N_CELLS, &whole, NULL), NULL);
	assert_ok(lull_sketch_new(N_CELLS, &back, NULL), NULL);
	assert_ok(lull_sketch_new(N_CELLS, &left, NULL), NULL);
	assert_ok(lull_sketch_new(N_CELLS, &right, NULL), NULL);
	for (int i = 0; i < N_PARTS; i++)
		assert_ok(lull_sketch_new(N_CELLS, &part[i], NULL), NULL);
	static double x[N], r[N];
	const enum shape shapes[N_CELLS] = { MIXED, FEW, LOG_NORMAL };
	for (size_t c = 0; c < N_CELLS; c++) {
		for (size_t i = 0; i < N; i++)
			x[i] = r[N - 1 - i] = i % 1000 == 7 ? NAN : value(shapes[c], 9, i);
		assert_ok(lull_sketch_add(whole, c, x, N, NULL), NULL);
		assert_ok(lull_sketch_add(back, c, r, N, NULL), NULL);
		for (size_t i = 0; i < N; i += 1000)
			assert_ok(lull_sketch_add(part[i / 1000 % N_PARTS], c, x + i, 1000, NULL), NULL);
	}
	for (int i = 0; i < N_PARTS; i++) {
		assert_ok(lull_sketch_merge(left, part[i], NULL), NULL);
		assert_ok(lull_sketch_merge(right, part[N_PARTS - 1 - i], NULL), NULL);
	}
	for (size_t c = 0; c < N_CELLS; c++) {
		double q[5][N_P];
		const struct lull_sketch *const one[4] = { whole, back, left, right };
		for (int k = 0; k < 4; k++) {
			assert_int_equal(lull_sketch_n(one[k], c), N - N / 1000);
			lull_sketch_quantiles(&one[k], 1, c, NAN, NAN, probs, N_P, q[k]);
		}
		lull_sketch_quantiles((const struct lull_sketch *const *)part, N_PARTS, c, NAN, NAN, probs, N_P, q[4]);
		for (int k = 1; k < 5; k++)
			assert_memory_equal(q[0], q[k], sizeof(q[0]));
	}
	struct lull_sketch *other;
	assert_ok(lull_sketch_new(N_CELLS + 1, &other, NULL), NULL);
	assert_int_equal(lull_sketch_merge(whole, other, NULL), LULL_ECONFLICT);
	lull_sketch_free(other), lull_sketch_free(whole), lull_sketch_free(back), lull_sketch_free(left), lull_sketch_free(right);
	for (int i = 0; i < N_PARTS; i++)
		lull_sketch_free(part[i]);
}

/* A count above 2^16 and one above 2^17 in one bin are kept whole, also while the cell widens. */
static void counts_do_not_wrap(void **state)
{
	struct lull_sketch *s;
	double x[1000], q[3];
	const double p[3] = { 0.25, 0.5, 0.75 };
	(void)state;
	assert_ok(lull_sketch_new(1, &s, NULL), NULL);
	for (int i = 0; i < 1000; i++)
		x[i] = i < 650 ? 1.001 : i < 651 ? lull_pow(2, -40) : -5.01;
	for (int k = 0; k < 1000; k++) {
		x[999] = k == 999 ? 1e6 : -5.01;
		assert_ok(lull_sketch_add(s, 0, x, 1000, NULL), NULL);
	}
	assert_int_equal(lull_sketch_n(s, 0), 1000000);
	lull_sketch_quantiles((const struct lull_sketch *const *)&s, 1, 0, NAN, NAN, p, 3, q);
	assert_close(q[0], -5.01, LULL_SKETCH_REL_ERROR, 0);
	assert_close(q[1], 1.001, LULL_SKETCH_REL_ERROR, 0);
	/* 348,999 at -5.01 and 1,000 tiny ones come first. */
	const double edge[2] = { 348997.5 / 999999, 350000.5 / 999999 };
	lull_sketch_quantiles((const struct lull_sketch *const *)&s, 1, 0, NAN, NAN, edge, 2, q);
	assert_close(q[0], -5.01, LULL_SKETCH_REL_ERROR, 0);
	assert_close(q[1], 1.001, LULL_SKETCH_REL_ERROR, 0);
	const double tiny[1] = { 349500.0 / 999999 };
	lull_sketch_quantiles((const struct lull_sketch *const *)&s, 1, 0, NAN, NAN, tiny, 1, q);
	assert_close(q[0], lull_pow(2, -40), LULL_SKETCH_REL_ERROR, 0);
	lull_sketch_free(s);
}

/* What a thousand cells of concentrations cost, and the most that one can. */
static void sizes(void **state)
{
	enum { N_CELLS = 2882, N = 2000 };
	struct lull_sketch *s;
	double x[N];
	(void)state;
	assert_ok(lull_sketch_new(N_CELLS, &s, NULL), NULL);
	for (size_t i = 0; i < N; i++)
		x[i] = value(LOG_NORMAL, 3, i);
	for (size_t c = 0; c < N_CELLS; c++)
		assert_ok(lull_sketch_add(s, c, x, N, NULL), NULL);
	assert_in_range(lull_sketch_bytes(s), 1, 4 << 20);
	lull_sketch_free(s);

	assert_ok(lull_sketch_new(1, &s, NULL), NULL);
	const double ends[] = { 1e-300, 1e-19, 1e300, INFINITY, -1e-19, -1e300, 0, NAN };
	for (int i = 0; i < 100000; i++)
		assert_ok(lull_sketch_add(s, 0, ends, 8, NULL), NULL);
	assert_in_range(lull_sketch_bytes(s), 1, 2 * LULL_SKETCH_BINS * 6 + 1000);
	double q[2];
	const double p[2] = { 0, 1 };
	assert_int_equal(lull_sketch_n(s, 0), 700000);
	lull_sketch_quantiles((const struct lull_sketch *const *)&s, 1, 0, -1e300, INFINITY, p, 2, q);
	assert_true(q[0] == -1e300 && q[1] == INFINITY);
	lull_sketch_free(s);
}

static void nothing_counted(void **state)
{
	struct lull_sketch *s;
	double q[N_P];
	const double none[2] = { NAN, NAN };
	(void)state;
	assert_ok(lull_sketch_new(2, &s, NULL), NULL);
	assert_ok(lull_sketch_add(s, 1, none, 2, NULL), NULL);
	assert_int_equal(lull_sketch_n(s, 1), 0);
	lull_sketch_quantiles((const struct lull_sketch *const *)&s, 1, 1, NAN, NAN, probs, N_P, q);
	for (int i = 0; i < N_P; i++)
		assert_true(lull_is_nan(q[i]));
	lull_sketch_free(s);
	lull_sketch_free(NULL);
}

/* Every allocation fails in turn; each failure is said, nothing leaks (the sanitizer build looks). */
static int try_all(void)
{
	struct lull_sketch *a = NULL, *b = NULL;
	double x[500];
	for (int i = 0; i < 500; i++)
		x[i] = i < 400 ? 1.5 : i % 2 ? -0.1 * i : 100.0 * i;
	int rc = lull_sketch_new(3, &a, NULL);
	if (rc == LULL_OK)
		rc = lull_sketch_new(3, &b, NULL);
	for (int k = 0; k < 200 && rc == LULL_OK; k++)
		rc = lull_sketch_add(a, 1, x, k < 199 ? 400 : 500, NULL);
	if (rc == LULL_OK)
		rc = lull_sketch_merge(b, a, NULL);
	if (rc == LULL_OK && lull_sketch_n(b, 1) != 199 * 400 + 500)
		rc = LULL_EDOMAIN;
	lull_sketch_free(a);
	lull_sketch_free(b);
	return rc;
}

static void without_memory(void **state)
{
	(void)state;
	lull_mem_fail_at(0, false);
	assert_ok(try_all(), NULL);
	const uint64_t n = lull_mem_fail_at(0, false);
	assert_true(n > 15);
	for (uint64_t i = 1; i <= n; i++) {
		lull_mem_fail_at(i, false);
		const int rc = try_all();
		lull_mem_fail_at(0, false);
		assert_int_equal(rc, LULL_ENOMEM);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_error_is_as_stated),
		cmocka_unit_test(keys_rise_and_bins_are_narrow),
		cmocka_unit_test(merging_commutes),
		cmocka_unit_test(counts_do_not_wrap),
		cmocka_unit_test(sizes),
		cmocka_unit_test(nothing_counted),
		cmocka_unit_test(without_memory),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
