/* The three sets of instructions give the bits of the scalar functions, at any length, and at the edges. */
#include "support.h"

#include <math.h>
#include <stdio.h>

#include "lull/num/random.h"
#include "lull/num/vec.h"

enum { N = 200003 }; /* no multiple of 8 */

static double x[N], power[N], got[N];

typedef double one_fn(double);
typedef void many_fn(enum lull_isa, const double *, double *, size_t);
static const struct {
	const char *name;
	one_fn *one;
	many_fn *many;
	double low, high;
} fns[] = {
	{ "exp", lull_exp, lull_vec_exp, -745, 20 },
	{ "expm1", lull_expm1, lull_vec_expm1, -40, 2 },
	{ "log", lull_log, lull_vec_log, 0, 1e6 },
	{ "log1p", lull_log1p, lull_vec_log1p, -1, 1e3 },
};

static bool same_bits(double a, double b) { return memcmp(&a, &b, sizeof(a)) == 0 || (a != a && b != b); }

static void fill(double *to, double low, double high, uint64_t draw)
{
	static const double edges[] = { 0, -0.0, 1, -1, 5e-324, 2.2250738585072014e-308, 1e-300, 1e300, -745.2, 709.7,
					INFINITY, -INFINITY, NAN, 2, 0.5, 1e-17 };
	const struct lull_stream s = { .seed = 5, .patient = draw, .purpose = LULL_FOR_TEST };
	const size_t n_edges = sizeof(edges) / sizeof(edges[0]);

	lull_random_uniforms(&s, 0, N, to);
	for (size_t i = 0; i < N; i++)
		to[i] = i < n_edges ? edges[i] : low + (high - low) * to[i];
	for (size_t i = n_edges; i < N; i += 3) /* and small ones, by decades */
		to[i] = high * lull_exp(-60 * to[i] / high);
}

static void every_set_gives_the_scalar_bits(void **state)
{
	(void)state;
	for (size_t f = 0; f < sizeof(fns) / sizeof(fns[0]); f++) {
		fill(x, fns[f].low, fns[f].high, f);
		for (int isa = 0; isa <= (int)lull_cpu_isa(); isa++) {
			fns[f].many((enum lull_isa)isa, x, got, N);
			for (size_t i = 0; i < N; i++)
				if (!same_bits(got[i], fns[f].one(x[i])))
					fail_msg("%s(%a), set %d: %a, scalar %a", fns[f].name, x[i], isa, got[i], fns[f].one(x[i]));
		}
	}
}

static void powers_too(void **state)
{
	(void)state;
	fill(x, 0, 50, 90);
	fill(power, 0.1, 12, 91);
	for (size_t i = 0; i < 512; i++) { /* all pairs of sixteen edges, and two rounds of mixed ones */
		x[i] = x[i % 16];
		power[i] = i < 256 ? power[i / 16] : power[i];
	}
	for (int isa = 0; isa <= (int)lull_cpu_isa(); isa++) {
		lull_vec_pow((enum lull_isa)isa, x, power, got, N);
		for (size_t i = 0; i < N; i++)
			if (!same_bits(got[i], lull_pow(x[i], power[i])))
				fail_msg("pow(%a, %a), set %d: %a, scalar %a", x[i], power[i], isa, got[i], lull_pow(x[i], power[i]));
	}
}

static void lengths_and_places(void **state)
{
	(void)state;
	fill(x, -5, 5, 3);
	for (int isa = 0; isa <= (int)lull_cpu_isa(); isa++)
		for (size_t n = 0; n < 30; n++) {
			for (size_t i = 0; i < 40; i++)
				got[i] = 77;
			lull_vec_exp((enum lull_isa)isa, x + 100 + n, got + 1, n); /* not aligned */
			for (size_t i = 0; i < n; i++)
				assert_true(same_bits(got[1 + i], lull_exp(x[100 + n + i])));
			assert_true(got[0] == 77 && got[1 + n] == 77);
		}
	memcpy(got, x, sizeof(x)); /* in place */
	lull_vec_exp(lull_cpu_isa(), got, got, N);
	assert_true(same_bits(got[N - 1], lull_exp(x[N - 1])));
}

static void this_machine_has_a_set(void **state)
{
	(void)state;
	print_message("# widest set here: %d\n", (int)lull_cpu_isa());
	assert_true(lull_cpu_isa() < LULL_N_ISA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_set_gives_the_scalar_bits),
		cmocka_unit_test(powers_too),
		cmocka_unit_test(lengths_and_places),
		cmocka_unit_test(this_machine_has_a_set),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
