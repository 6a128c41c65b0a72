/* Elementary functions: exact points, published values, agreement with libm to the last bits. */
#include "support.h"

#include <math.h>

#include "lull/num/math.h"

static void known_values(void **state)
{
	(void)state;
	/* NIST DLMF 4.2, 4.19, 5.4, 7.14 to 17 digits */
	assert_close(lull_exp(1), 2.7182818284590452, 3e-16, 0);
	assert_close(lull_log(2), 0.69314718055994531, 3e-16, 0);
	assert_close(lull_pow(2, 0.5), 1.4142135623730950, 3e-16, 0);
	assert_close(lull_cbrt(2), 1.2599210498948732, 3e-16, 0);
	assert_close(lull_expm1(1e-10), 1.00000000005e-10, 3e-16, 0);
	assert_close(lull_log1p(1e-10), 9.9999999995e-11, 3e-16, 0);
	assert_close(lull_sin(1), 0.84147098480789651, 3e-16, 0);
	assert_close(lull_cos(1), 0.54030230586813972, 3e-16, 0);
	assert_close(lull_erfc(1), 0.15729920705028513, 1e-15, 0);
	assert_close(lull_lgamma(0.5), 0.57236494292470009, 3e-16, 0);
	assert_true(lull_exp(0) == 1 && lull_expm1(0) == 0 && lull_log(1) == 0 && lull_log1p(0) == 0);
}

static void edges(void **state)
{
	(void)state;
	assert_true(lull_exp(-800) == 0);
	assert_true(lull_exp(800) == INFINITY);
	assert_true(lull_expm1(-800) == -1);
	assert_true(lull_log(0) == -INFINITY);
	assert_true(lull_is_nan(lull_log(-1)) && lull_is_nan(lull_exp(NAN)));
	assert_true(lull_pow(0, 0.75) == 0 && lull_pow(5, 0) == 1);
	assert_true(lull_is_finite(1e308) && !lull_is_finite(INFINITY) && !lull_is_finite(NAN));
	assert_true(lull_min(1, 2) == 1 && lull_max(1, 2) == 2 && lull_clamp(5, 0, 2) == 2 && lull_clamp(-5, 0, 2) == 0);
}

/* Both claim about 1 ulp, so they differ by at most a few. */
static void agrees_with_libm(void **state)
{
	(void)state;
	for (int i = -7000; i <= 7000; i++) {
		const double x = i / 10.0 + i * 1e-5, y = fabs(x) / 10 + 1e-3;
		assert_true(lull_sqrt(y) == sqrt(y) && lull_floor(x) == floor(x));
		assert_close(lull_exp(x), exp(x), 5e-16, 0);
		assert_close(lull_expm1(x / 50), expm1(x / 50), 5e-16, 0);
		assert_close(lull_log(y), log(y), 5e-16, 0);
		assert_close(lull_log1p(y - 1e-3), log1p(y - 1e-3), 5e-16, 0);
		assert_close(lull_pow(y, 0.75), pow(y, 0.75), 5e-16, 0);
		assert_close(lull_cbrt(x), cbrt(x), 5e-16, 0);
		assert_close(lull_sin(x), sin(x), 5e-16, 1e-17);
		assert_close(lull_cos(x), cos(x), 5e-16, 1e-17);
		assert_close(lull_erfc(x / 100), erfc(x / 100), 1e-15, 0);
		assert_close(lull_lgamma(y), lgamma(y), 1e-15, 1e-15);
	}
}

static void this_machine_is_fit(void **state)
{
	(void)state;
	assert_true(lull_cpu_ok());
	assert_has(lull_cpu_needs, "FMA");
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_values),
		cmocka_unit_test(edges),
		cmocka_unit_test(agrees_with_libm),
		cmocka_unit_test(this_machine_is_fit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
