/* Distributions: published values, inverse of each other, the check of benchmark W1. */
#include "support.h"

#include <math.h>

#include "lull/num/dist.h"
#include "lull/num/math.h"

static void normal(void **state)
{
	(void)state;
	/* Standard tables; the quantiles are AS 241's own check values. */
	assert_close(lull_normal_cdf(0), 0.5, 0, 0);
	assert_close(lull_normal_cdf(1.959963984540054), 0.975, 1e-15, 0);
	assert_close(lull_normal_cdf(-6), 9.8658764503769815e-10, 1e-14, 0);
	assert_close(lull_normal_quantile(0.25), -0.6744897501960817, 1e-15, 0);
	assert_close(lull_normal_quantile(0.001), -3.090232306167814, 1e-15, 0);
	assert_close(lull_normal_quantile(1e-20), -9.262340089798408, 1e-15, 0);
	assert_true(lull_normal_quantile(0.5) == 0);
	assert_true(lull_normal_quantile(0) == -INFINITY && lull_normal_quantile(1) == INFINITY);
	assert_true(lull_is_nan(lull_normal_quantile(-0.1)) && lull_is_nan(lull_normal_quantile(NAN)));
	for (int i = 1; i < 2000; i++) {
		const double p = i / 2000.0;
		assert_close(lull_normal_cdf(lull_normal_quantile(p)), p, 2e-15, 0);
		assert_close(lull_normal_quantile(p), -lull_normal_quantile(1 - p), 1e-13, 1e-15);
	}
}

static double frac(double x)
{
	return x - floor(x);
}

/* The virtual patient no. 1 of the benchmark workloads: weight and four deviations, as
 * computed by independent engines. */
static void benchmark_patient(void **state)
{
	static const double step[4] = { 1.4142135623730950488 - 1, 1.7320508075688772935 - 1,
					2.2360679774997896964 - 2, 2.6457513110645905905 - 2 };
	static const double want[4] = { 0.40134614834927101, -0.21491840049662278, 0.18531583993248305,
					-0.3096565895464064 };
	const double omega = sqrt(lull_log(1.09));
	(void)state;
	assert_close(50 + 50 * frac(0.6180339887498949), 80.901699437494742, 1e-15, 0);
	for (int k = 0; k < 4; k++)
		assert_close(omega * lull_normal_quantile(frac(0.5 + step[k])), want[k], 2e-15, 0);
}

static void beta(void **state)
{
	(void)state;
	assert_close(lull_beta_cdf(0.3, 1, 1), 0.3, 1e-15, 0);
	assert_close(lull_beta_cdf(0.5, 7.5, 7.5), 0.5, 1e-14, 0);
	assert_close(lull_beta_cdf(0.4, 2, 3), 0.5248, 1e-14, 0);  /* 6x^2 - 8x^3 + 3x^4 */
	assert_close(lull_beta_cdf(0.25, 0.5, 0.5), 1.0 / 3, 1e-14, 0); /* arcsine law   */
	assert_true(lull_beta_cdf(-1, 2, 3) == 0 && lull_beta_cdf(2, 2, 3) == 1);
	assert_true(lull_is_nan(lull_beta_cdf(0.5, 0, 3)) && lull_is_nan(lull_beta_quantile(1.5, 1, 3)));
	assert_true(lull_beta_quantile(0, 2, 3) == 0 && lull_beta_quantile(1, 2, 3) == 1);
	static const double shape[] = { 0.5, 1, 2.5, 14, 300 };
	for (int i = 0; i < 5; i++)
		for (int j = 0; j < 5; j++)
			for (int k = 1; k < 20; k++) {
				const double p = k / 20.0, x = lull_beta_quantile(p, shape[i], shape[j]);
				assert_close(lull_beta_cdf(x, shape[i], shape[j]), p, 1e-11, 0);
			}
}

static void logistic(void **state)
{
	(void)state;
	assert_true(lull_expit(0) == 0.5 && lull_expit(-1000) == 0 && lull_expit(1000) == 1);
	for (int i = -30; i <= 30; i++)
		assert_close(lull_expit(i / 3.0) + lull_expit(-i / 3.0), 1, 3e-16, 0);
	for (int i = 1; i < 100; i++)
		assert_close(lull_expit(lull_logit(i / 100.0)), i / 100.0, 1e-15, 0);
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(normal),
		cmocka_unit_test(benchmark_patient),
		cmocka_unit_test(beta),
		cmocka_unit_test(logistic),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
