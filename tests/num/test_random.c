/* Streams: the published answers of Philox, replay in any order, open interval, moments. */
#include "support.h"

#include <math.h>

#include "lull/num/random.h"

/* Known answers of philox4x64, 10 rounds, from Random123's kat_vectors: counter and key
 * all zero, all ones, and digits of pi. Our streams place 0 in the fourth counter word,
 * so only the first can be asked through the interface. */
static void known_answers(void **state)
{
	const struct lull_stream zero = { 0 };
	(void)state;
	assert_true(lull_random_bits(&zero, 0) == 0x16554d9eca36314cu);
	assert_true(lull_random_bits(&zero, 1) == 0xdb20fe9d672d0fdcu);
	assert_true(lull_random_bits(&zero, 2) == 0xd7e772cee186176bu);
	assert_true(lull_random_bits(&zero, 3) == 0x7e68b68aec7ba23bu);
}

static void every_part_of_the_key_matters(void **state)
{
	const struct lull_stream base = { 1, 2, 3, 4, 5, LULL_FOR_TEST };
	struct lull_stream other[6] = { base, base, base, base, base, base };
	(void)state;
	other[0].seed++;
	other[1].trial++;
	other[2].replicate++;
	other[3].patient++;
	other[4].occasion++;
	other[5].purpose = LULL_FOR_PK_ETA;
	for (int i = 0; i < 6; i++)
		assert_true(lull_random_bits(&base, 7) != lull_random_bits(&other[i], 7));
	assert_true(lull_random_bits(&base, 7) != lull_random_bits(&base, 8));
}

static void a_row_equals_single_draws(void **state)
{
	const struct lull_stream s = { .seed = 42, .patient = 9, .purpose = LULL_FOR_TEST };
	double u[23], z[23];
	(void)state;
	for (uint64_t first = 0; first < 9; first++) {
		lull_random_uniforms(&s, first, 23, u);
		lull_random_normals(&s, first, 23, z);
		for (uint64_t i = 23; i-- > 0;) {
			assert_true(u[i] == lull_random_uniform(&s, first + i));
			assert_true(z[i] == lull_random_normal(&s, first + i));
		}
	}
}

/* 200,000 draws: mean and variance within 5 standard errors; 20 cells by chi-square
 * (19 degrees of freedom: 45 is above the 99.9th percentile, 43.8). */
static void moments(void **state)
{
	enum { N = 200000 };
	const struct lull_stream s = { .seed = 20261122, .purpose = LULL_FOR_TEST };
	double sum = 0, squares = 0, cells[20] = { 0 }, chi = 0;
	(void)state;
	for (uint64_t i = 0; i < N; i++) {
		const double u = lull_random_uniform(&s, i), z = lull_random_normal(&s, i);
		assert_true(u > 0 && u < 1);
		cells[(int)(u * 20)]++;
		sum += z;
		squares += z * z;
	}
	for (int i = 0; i < 20; i++)
		chi += (cells[i] - N / 20.0) * (cells[i] - N / 20.0) / (N / 20.0);
	assert_true(chi < 45);
	assert_close(sum / N, 0, 0, 5 / sqrt(N));
	assert_close(squares / N, 1, 0, 5 * sqrt(2.0 / N));
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_answers),
		cmocka_unit_test(every_part_of_the_key_matters),
		cmocka_unit_test(a_row_equals_single_draws),
		cmocka_unit_test(moments),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
