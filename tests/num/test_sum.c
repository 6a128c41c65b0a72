/* Sums keep their order, and quantiles are those of the sorted array. */
#include "support.h"

#include <math.h>
#include <stdlib.h>

#include "lull/num/math.h"
#include "lull/num/random.h"
#include "lull/num/sum.h"

static void sums(void **state)
{
	double x[1000];
	(void)state;
	for (int i = 0; i < 1000; i++)
		x[i] = i + 1;
	assert_true(lull_sum(x, 1000) == 500500 && lull_mean(x, 1000) == 500.5);
	assert_close(lull_sd(x, 1000), 288.8194360957494, 1e-15, 0);
	assert_true(lull_sum(x, 0) == 0 && lull_is_nan(lull_mean(x, 0)) && lull_is_nan(lull_sd(x, 1)));
}

/* 1e16 + 1 + ... + 1 - 1e16: a plain sum loses every 1. */
static void the_running_sum_keeps_low_bits(void **state)
{
	struct lull_running_sum s = { 0 };
	(void)state;
	lull_sum_add(&s, 1e16);
	for (int i = 0; i < 1001; i++)
		lull_sum_add(&s, 1);
	lull_sum_add(&s, -1e16);
	assert_true(lull_sum_value(&s) == 1001);
}

static int rising(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Shapes that trouble partitions: random, few values, sorted, reversed, organ pipe, and
 * the killer of the median of three (Musser 1997). */
static double item(int shape, size_t i, size_t n)
{
	const struct lull_stream s = { .seed = 7, .purpose = LULL_FOR_TEST };
	switch (shape) {
	case 0: return lull_random_normal(&s, i);
	case 1: return floor(3 * lull_random_uniform(&s, i));
	case 2: return (double)i;
	case 3: return -(double)i;
	case 4: return i < n / 2 ? (double)i : (double)(n - i);
	default: return i < n / 2 ? (i % 2 ? (double)(n / 2 + i) : (double)(i + 1)) : 2.0 * (double)(i - n / 2 + 1);
	}
}

static void quantiles_of_any_shape(void **state)
{
	enum { MAX = 5000 };
	static const size_t sizes[] = { 1, 2, 3, 16, 17, 100, 999, 1000, MAX };
	static const double p[] = { 0, 0.025, 0.05, 0.25, 0.5, 0.5, 0.75, 0.9, 0.975, 1 };
	enum { N_P = sizeof(p) / sizeof(p[0]) };
	double *x = malloc(sizeof(double) * MAX), *y = malloc(sizeof(double) * MAX), q[N_P];
	(void)state;
	assert_true(x && y);
	for (int shape = 0; shape < 6; shape++)
		for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
			const size_t n = sizes[k];
			for (size_t i = 0; i < n; i++)
				x[i] = y[i] = item(shape, i, n);
			qsort(y, n, sizeof(double), rising);
			lull_quantiles(x, n, p, N_P, q);
			for (int i = 0; i < N_P; i++) {
				const double at = (double)(n - 1) * p[i], part = at - floor(at);
				const size_t low = (size_t)at;
				const double want = y[low] + (part > 0 ? part * (y[low + 1] - y[low]) : 0);
				assert_close(q[i], want, 1e-15, 1e-15);
			}
			lull_sort(x, n);
			for (size_t i = 0; i < n; i++)
				assert_true(x[i] == y[i]);
		}
	lull_quantiles(x, 0, p, 1, q);
	assert_true(lull_is_nan(q[0]));
	free(x);
	free(y);
}

/* More probabilities than one pass places. */
static void many_quantiles(void **state)
{
	double x[500], p[101], q[101];
	(void)state;
	for (size_t i = 0; i < 500; i++)
		x[i] = (double)((i * 377) % 500);
	for (int i = 0; i <= 100; i++)
		p[i] = i / 100.0;
	lull_quantiles(x, 500, p, 101, q);
	for (int i = 0; i <= 100; i++)
		assert_close(q[i], 499 * p[i], 1e-14, 1e-12);
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums),
		cmocka_unit_test(the_running_sum_keeps_low_bits),
		cmocka_unit_test(quantiles_of_any_shape),
		cmocka_unit_test(many_quantiles),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
