/* Distributions, sums and quantiles against the GNU Scientific Library. */
#include "support.h"

#include <math.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_poly.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics.h>

#include "lull/num/dist.h"
#include "lull/num/linalg.h"
#include "lull/num/math.h"
#include "lull/num/random.h"
#include "lull/num/sum.h"

static const struct lull_stream draws = { .seed = 99, .purpose = LULL_FOR_TEST };

/* x/sqrt 2 is rounded before erfc, which costs x^2 ulp in the tail: 38^2 * 1e-16 = 2e-13. */
static void normal(void **state)
{
	(void)state;
	for (int i = -3700; i <= 800; i++)
		assert_close(lull_normal_cdf(i / 100.0), gsl_cdf_ugaussian_P(i / 100.0), 4e-13, 0);
	for (uint64_t i = 0; i < 20000; i++) {
		const double p = lull_random_uniform(&draws, i), tail = p * lull_exp(-30 * lull_random_uniform(&draws, 50000 + i));
		assert_close(lull_normal_quantile(p), gsl_cdf_ugaussian_Pinv(p), 4e-15, 1e-16);
		assert_close(lull_normal_quantile(tail), gsl_cdf_ugaussian_Pinv(tail), 4e-15, 1e-16);
	}
}

static void beta(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 5000; i++) {
		double u[4];
		lull_random_uniforms(&draws, 100000 + 4 * i, 4, u);
		const double a = lull_exp(-1 + 8 * u[0]), b = lull_exp(-1 + 8 * u[1]);
		/* x near the bulk, where a probability is asked for */
		const double mean = a / (a + b), sd = sqrt(mean * (1 - mean) / (a + b + 1));
		const double x = lull_clamp(mean + sd * (8 * u[2] - 4), 1e-9, 1 - 1e-9);
		assert_close(lull_beta_cdf(x, a, b), gsl_cdf_beta_P(x, a, b), 2e-11, 1e-13);
		assert_close(gsl_cdf_beta_P(lull_beta_quantile(u[3], a, b), a, b), u[3], 1e-9, 1e-12);
	}
}

static void statistics(void **state)
{
	enum { N = 3001 };
	static double x[N], y[N];
	(void)state;
	lull_random_normals(&draws, 0, N, x);
	memcpy(y, x, sizeof(x));
	gsl_sort(y, 1, N);
	assert_close(lull_mean(x, N), gsl_stats_mean(x, 1, N), 1e-12, 1e-14);
	assert_close(lull_sd(x, N), gsl_stats_sd(x, 1, N), 1e-13, 0);
	for (int i = 0; i <= 1000; i++) {
		const double p = i / 1000.0;
		double q;
		lull_quantiles(x, N, &p, 1, &q);
		assert_close(q, gsl_stats_quantile_from_sorted_data(y, 1, N, p), 1e-12, 1e-12);
	}
}

static void cubic_and_solve(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 2000; i++) {
		double u[12], r[3], s[3], a[9], b[3], m[9], c[3];
		lull_random_uniforms(&draws, 200000 + 12 * i, 12, u);
		const double k10 = 5 * u[0], k12 = 9 * u[1], k13 = 4 * u[2], k21 = 3 * u[3], k31 = 0.1 + u[4];
		const double a2 = k10 + k12 + k13 + k21 + k31;
		const double a1 = k10 * (k21 + k31) + k12 * k31 + k13 * k21 + k21 * k31, a0 = k10 * k21 * k31;
		lull_cubic_roots(a2, a1, a0, r);
		assert_int_equal(gsl_poly_solve_cubic(-a2, a1, -a0, &s[0], &s[1], &s[2]), 3);
		for (int k = 0; k < 3; k++) /* GSL's closed form loses digits in the small root */
			assert_close(r[k], s[2 - k], 1e-8, 1e-12 * a2);
		for (int k = 0; k < 9; k++)
			a[k] = m[k] = u[k] + (k % 4 == 0);
		for (int k = 0; k < 3; k++)
			b[k] = c[k] = u[9 + k];
		assert_true(lull_solve(a, b, 3));
		gsl_matrix_view mv = gsl_matrix_view_array(m, 3, 3);
		gsl_vector_view cv = gsl_vector_view_array(c, 3);
		double x[3];
		gsl_vector_view xv = gsl_vector_view_array(x, 3);
		size_t order[3];
		gsl_permutation p = { 3, order };
		int sign;
		gsl_linalg_LU_decomp(&mv.matrix, &p, &sign);
		gsl_linalg_LU_solve(&mv.matrix, &p, &cv.vector, &xv.vector);
		for (int k = 0; k < 3; k++)
			assert_close(b[k], x[k], 1e-9, 1e-11);
	}
}

int main(void)
{
	gsl_set_error_handler_off();
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(normal),
		cmocka_unit_test(beta),
		cmocka_unit_test(statistics),
		cmocka_unit_test(cubic_and_solve),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
