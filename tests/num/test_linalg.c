/* Small matrices and cubics: factors multiply back, solutions solve, roots are roots. */
#include "support.h"

#include <math.h>

#include "lull/num/linalg.h"
#include "lull/num/random.h"

static const struct lull_stream draws = { .seed = 3, .purpose = LULL_FOR_TEST };

static void cholesky(void **state)
{
	enum { N = 4 };
	double b[N * N], a[N * N], l[N * N], x[N], rhs[N], lz[N];
	(void)state;
	lull_random_normals(&draws, 0, N * N, b);
	for (int i = 0; i < N; i++)
		for (int j = 0; j < N; j++) {
			a[i * N + j] = i == j ? 0.1 : 0;
			for (int k = 0; k < N; k++)
				a[i * N + j] += b[i * N + k] * b[j * N + k];
		}
	memcpy(l, a, sizeof(a));
	assert_true(lull_cholesky(l, N));
	for (int i = 0; i < N; i++)
		for (int j = 0; j < N; j++) {
			double s = 0;
			for (int k = 0; k < N; k++)
				s += l[i * N + k] * l[j * N + k];
			assert_close(s, a[i * N + j], 1e-14, 1e-14);
		}
	for (int i = 0; i < N; i++)
		x[i] = rhs[i] = i + 1;
	lull_cholesky_solve(l, N, x);
	for (int i = 0; i < N; i++) {
		double s = 0;
		for (int j = 0; j < N; j++)
			s += a[i * N + j] * x[j];
		assert_close(s, rhs[i], 1e-11, 0);
	}
	lull_lower_times(l, N, rhs, lz);
	assert_close(lz[1], l[N] * 1 + l[N + 1] * 2, 1e-15, 0);
	double bad[4] = { 1, 2, 2, 1 };
	assert_false(lull_cholesky(bad, 2));
}

static void elimination(void **state)
{
	double a[9] = { 0, 2, 1, 1, -2, -3, -1, 1, 2 }, b[3] = { -8, 0, 3 };
	double flat[4] = { 1, 2, 2, 4 }, c[2] = { 1, 1 };
	(void)state;
	assert_true(lull_solve(a, b, 3));
	assert_close(b[0], -4, 1e-14, 0);
	assert_close(b[1], -5, 1e-14, 0);
	assert_close(b[2], 2, 1e-14, 0);
	assert_false(lull_solve(flat, c, 2));
}

static void cubic(void **state)
{
	double r[3];
	(void)state;
	lull_cubic_roots(6, 11, 6, r); /* (r-1)(r-2)(r-3) */
	assert_close(r[0], 3, 1e-14, 0);
	assert_close(r[1], 2, 1e-14, 0);
	assert_close(r[2], 1, 1e-14, 0);
	for (uint64_t i = 0; i < 2000; i++) {
		double u[3];
		lull_random_uniforms(&draws, 100 + 3 * i, 3, u);
		/* rates from 1e-3 to 1e3, at least 10 % apart */
		const double c = 0.001 + u[0], b = c * (1.1 + 30 * u[1]), a = b * (1.1 + 30 * u[2]);
		lull_cubic_roots(a + b + c, a * b + b * c + c * a, a * b * c, r);
		assert_close(r[0], a, 2e-13, 0);
		assert_close(r[1], b, 2e-13, 0);
		assert_close(r[2], c, 2e-13, 0);
	}
	/* A triple root is known to the cube root of the last bit only, but stays ordered. */
	lull_cubic_roots(3, 3, 1, r);
	assert_true(r[0] >= r[1] && r[1] >= r[2]);
	assert_close(r[0], 1, 1e-4, 0);
	assert_close(r[2], 1, 1e-4, 0);
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cholesky),
		cmocka_unit_test(elimination),
		cmocka_unit_test(cubic),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
