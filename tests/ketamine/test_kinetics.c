/* Curves against published and independent values: the guards and tables of the facts,
 * stanpumpR's Domino curve, digitised arterial data, the benchmark's reference values. */
#include "kit.h"

#include <stdio.h>
#include <stdlib.h>

#include "lull/base/parse.h"
#include "lull/num/dist.h"
#include "lull/num/math.h"
#include "lull/num/sum.h"

static const struct lull_dose depression_dose = { 0, 35, 40.0 / 60 }; /* 0.5 mg/kg over 40 min, 70 kg */

/* Facts pharmacology 5.7. */
static void guards(void **state)
{
	struct lull_arena arena = { 0 };
	const struct lull_pk pk = kit_pk(&arena, "kamp2020_otto2021", 70);
	const struct lull_input in = kit_input(&arena, &depression_dose, 1);
	const struct lull_dose plateau = { 0, 23.8 * 400, 400 };
	const struct lull_input steady = kit_input(&arena, &plateau, 1);
	double peak = 0, peak_h = 0;
	(void)state;
	assert_close(kit_at(&pk, &in, 0, 0, 40.0 / 60).c, 253.1, 0, 0.5);
	assert_close(kit_at(&pk, &in, 0, 0, 1000).auc, 35.0 / 84 * 1000, 1e-12, 0);
	for (int i = 0; i <= 2000; i++) {
		const double nk = kit_at(&pk, &in, 0, 0, i / 1000.0).nk;
		if (nk > peak) {
			peak = nk;
			peak_h = i / 1000.0;
		}
	}
	assert_close(peak, 90, 0, 0.5);
	assert_close(peak_h * 60, 56, 0, 1);
	assert_close(kit_at(&pk, &steady, 0, 0, 400).c, 23.8 / 84 * 1000, 1e-12, 0);
	/* All parent clearance forms norketamine: its plateau is rate over its own clearance. */
	assert_close(kit_at(&pk, &steady, 0, 0, 400).nk, 23.8 / 57.7 * 1000, 1e-9, 0);
	lull_arena_clear(&arena);
}

/* Facts pharmacology 1.4: computed there by Runge-Kutta, printed to 1 ng/mL. */
static void table_of_models(void **state)
{
	static const struct {
		const char *id;
		double at_20_min, at_40_min, at_60_min, at_2_h, at_4_h, auc, plateau_24_h;
	} rows[] = {
		{ "kamp2020_otto2021", 198, 253, 96, 50, 26, 417, 283 },
		{ "otto2021_s", 98, 158, 104, 55, 25, 368, 242 },
		{ "domino1984", 210, 240, 55, 36, 17, 302, 205 },
	};
	const struct lull_dose day = { 0, 0.34 * 70 * 24, 24 };
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lull_arena arena = { 0 };
		const struct lull_pk pk = kit_pk(&arena, rows[i].id, 70);
		const struct lull_input in = kit_input(&arena, &depression_dose, 1), long_in = kit_input(&arena, &day, 1);
		assert_close(kit_at(&pk, &in, 0, 0, 1.0 / 3).c, rows[i].at_20_min, 0, 0.6);
		assert_close(kit_at(&pk, &in, 0, 0, 2.0 / 3).c, rows[i].at_40_min, 0, 0.6);
		assert_close(kit_at(&pk, &in, 0, 0, 1).c, rows[i].at_60_min, 0, 0.6);
		assert_close(kit_at(&pk, &in, 0, 0, 2).c, rows[i].at_2_h, 0, 0.6);
		assert_close(kit_at(&pk, &in, 0, 0, 4).c, rows[i].at_4_h, 0, 0.6);
		assert_close(kit_at(&pk, &in, 0, 0, 5000).auc, rows[i].auc, 0, 0.6);
		assert_close(kit_at(&pk, &long_in, 0, 0, 24).c, rows[i].plateau_24_h, 0, 0.6);
		lull_arena_clear(&arena);
	}
}

/* Facts 1.3 and 1.4: the arterial curve falls 253 -> 201 -> 155 in 2 and 5 min; a 5-min
 * venous lag reads 233 at 40 min; 10 mg pushed reads 263 after 2 min; Otto's norketamine peaks at 75 near 1.5 h. */
static void single_points(void **state)
{
	struct lull_arena arena = { 0 };
	const struct lull_pk pk = kit_pk(&arena, "kamp2020_otto2021", 70), otto = kit_pk(&arena, "otto2021_s", 70);
	const struct lull_input in = kit_input(&arena, &depression_dose, 1);
	const struct lull_dose push = { 0, 10, 0 };
	const struct lull_input pushed = kit_input(&arena, &push, 1);
	const double kv = lull_log(2) * 12;
	(void)state;
	assert_close(kit_at(&pk, &in, 0, 0, 42.0 / 60).c, 201, 0, 0.6);
	assert_close(kit_at(&pk, &in, 0, 0, 45.0 / 60).c, 155, 0, 0.6);
	assert_close(kit_at(&pk, &in, kv, kv, 40.0 / 60).ce, 233, 0, 1);
	assert_close(kit_at(&pk, &in, kv, kv, 45.0 / 60).ce, 211, 0, 1);
	assert_close(kit_at(&pk, &in, kv, kv, 1).ce, 120, 0, 1);
	assert_close(kit_at(&pk, &pushed, 0, 0, 2.0 / 60).c, 263, 0, 0.6);
	assert_close(kit_at(&otto, &in, 0, 0, 1.5).nk, 75, 0, 0.6);
	lull_arena_clear(&arena);
}

/* "x,y" lines after a header. */
static size_t read_pairs(char *text, double *x, double *y, size_t max)
{
	size_t n = 0;
	char *line = strchr(text, '\n');

	while (line && line[1] && n < max) {
		char *comma = strchr(line + 1, ','), *end = strchr(line + 1, '\n');
		const size_t n_y = end ? (size_t)(end - comma - 1) : strlen(comma + 1);
		struct lull_err err = { 0 };
		assert_ok(lull_parse_double(line + 1, (size_t)(comma - line - 1), '.', NULL, "x", &x[n], &err), &err);
		assert_ok(lull_parse_double(comma + 1, n_y, '.', NULL, "y", &y[n], &err), &err);
		n++;
		line = end;
	}
	return n;
}

/* Independent software for the same parameters: agreement to 1e-9. stanpumpR rounds the
 * rate constants to three digits (data's README), our model file has the four of opentiva and SimTIVA. */
static void stanpumpr(void **state)
{
	enum { MAX = 100 };
	struct lull_arena arena = { 0 };
	double min[MAX], cp[MAX], c[MAX];
	struct lull_err err = { 0 };
	const size_t n = read_pairs(test_read("tests/data/stanpumpr_ketamine_domino_cp.csv", NULL, &arena), min, cp, MAX);
	const double v1 = 0.063 * 70, k10 = 60 * 0.438, k12 = 60 * 0.592, k13 = 60 * 0.59, k21 = 60 * 0.247, k31 = 60 * 0.0146;
	const struct lull_pk pk = { k10 * v1, v1, k12 * v1, k12 * v1 / k21, k13 * v1, k13 * v1 / k31, 0, 0, 0, 0, 0 };
	const struct lull_dose dose = { 0, 52.5 * 40 / 60, 40.0 / 60 };
	const struct lull_input in = kit_input(&arena, &dose, 1);
	(void)state;
	assert_true(n >= 50);
	for (size_t i = 0; i < n; i++)
		min[i] /= 60;
	assert_ok(lull_kin_curves(&pk, NULL, &in, min, n, c, NULL, NULL, NULL, &err), &err);
	for (size_t i = 0; i < n; i++)
		assert_close(c[i], 1000 * cp[i], 1e-9, 1e-9);
	lull_arena_clear(&arena);
}

/* Facts section 3, row V1: digitised arterial racemic curves, three one-hour steps; the
 * model's own values there, and its median absolute errors of 9 % and 6 %. */
static void digitised_arterial_curves(void **state)
{
	enum { N = 15 };
	static const double t[N] = { 0.25, 0.5, 0.75, 1, 1.5, 1.667, 2, 2.083, 2.5, 3, 3.083, 3.167, 3.5, 4, 5 };
	static const double seen_c[N] = { 61.5, 96.1, 108.8, 158.3, 216.7, 245.5, 266.5, 390, 466.5, 521.8, 415.1, 282.4,
					  207.1, 165.6, 122.9 };
	static const double seen_nk[N] = { 8.3, 21.1, 36.2, 55.7, 90, 116.8, 145.9, 165.1, 230.1, 310, 345.6, 326.3,
					   309.6, 282.2, 253.6 };
	static const double want_c[N] = { 67, 85, 99, 110, 215, 230, 254, 343, 457, 530, 374, 314, 238, 181, 124 };
	static const double want_nk[N] = { 9, 21, 34, 47, 92, 108, 138, 148, 222, 310, 317, 317, 302, 269, 213 };
	const struct lull_dose steps[] = { { 0, 0.28 * 70, 1 }, { 1, 0.57 * 70, 1 }, { 2, 1.14 * 70, 1 } };
	struct lull_arena arena = { 0 };
	struct lull_err err = { 0 };
	const struct lull_pk pk = kit_pk(&arena, "kamp2020_otto2021", 70);
	const struct lull_input in = kit_input(&arena, steps, 3);
	double c[N], nk[N], miss_c[N], miss_nk[N], median;
	static const double half = 0.5;
	(void)state;
	assert_ok(lull_kin_curves(&pk, NULL, &in, t, N, c, nk, NULL, NULL, &err), &err);
	for (int i = 0; i < N; i++) {
		assert_close(c[i], want_c[i], 0, 1);
		assert_close(nk[i], want_nk[i], 0, 1);
		miss_c[i] = fabs(c[i] / seen_c[i] - 1);
		miss_nk[i] = fabs(nk[i] / seen_nk[i] - 1);
	}
	lull_quantiles(miss_c, N, &half, 1, &median);
	assert_close(median, 0.09, 0, 0.005);
	lull_quantiles(miss_nk, N, &half, 1, &median);
	assert_close(median, 0.06, 0, 0.005);
	lull_arena_clear(&arena);
}

/* ------------------------------------------------------------------ benchmark W1 */

static double frac(double x)
{
	return x - floor(x);
}

/* Virtual patient i of bench workload W1. */
static double w1_patient(int i, struct lull_pk *pk)
{
	const double omega = sqrt(lull_log(1.09));
	const double step[4] = { sqrt(2) - 1, sqrt(3) - 1, sqrt(5) - 2, sqrt(7) - 2 };
	const double weight_kg = 50 + 50 * frac(0.6180339887498949 * i), s = weight_kg / 70;
	const double flow = lull_pow(s, 0.75);
	double e[4];

	for (int k = 0; k < 4; k++)
		e[k] = lull_exp(omega * lull_normal_quantile(frac(0.5 + i * step[k])));
	*pk = (struct lull_pk){ 80 * flow * e[0], 20 * s * e[1], 120 * flow * e[2], 60 * s,     60 * flow * e[3],
				150 * s,          60 * flow,     90 * s,            100 * flow, 170 * s,
				0.75287 };
	return weight_kg;
}

static struct lull_input w1_input(struct lull_arena *arena, double weight_kg)
{
	const struct lull_dose doses[] = { { 0, 0.5 * weight_kg, 40.0 / 60 },
					   { 48, 0.5 * weight_kg, 40.0 / 60 },
					   { 96, 0.5 * weight_kg, 40.0 / 60 } };
	return kit_input(arena, doses, 3);
}

/* Reference: mrgsolve's ODE at 1e-12, printed to 12 digits; its error near 48 h is about 1e-12 absolute. */
static void workload_1(void **state)
{
	enum { N = 12 };
	static const double t[N] = { 1.0 / 12, 1.0 / 3, 2.0 / 3, 0.75, 1, 2, 4, 8, 24, 48, 48 + 2.0 / 3, 120 };
	static const double want[3][2][N] = {
		{ { 0.141715180033, 0.214142113905, 0.256475941056, 0.123315782383, 0.0728999339355, 0.0308300361054,
		    0.0111245066680, 0.00438216901384, 1.83548751526e-4, 1.57974248614e-6, 0.256477325325,
		    1.83562348847e-4 },
		  { 0.00665900069728, 0.0419524675047, 0.0844292974284, 0.0873654177286, 0.0787862422225,
		    0.0532556086046, 0.0350952031929, 0.0205213683456, 0.00196234797914, 4.05977693105e-5,
		    0.0844656470307, 0.00196307089483 } },
		{ { 0.0870826000473, 0.179979691439, 0.245881306524, 0.172389556404, 0.115518272339, 0.0608550606416,
		    0.0322677014495, 0.0136962277516, 4.85338104898e-4, 3.23824418548e-6, 0.245884124079,
		    4.85359711877e-4 },
		  { 0.00236338279379, 0.0192770081863, 0.0446501703061, 0.0485275934626, 0.0498161624910,
		    0.0419105328397, 0.0335351369752, 0.0226103633371, 0.00228445588746, 3.9281343368e-5,
		    0.0446851166540, 0.00228500155420 } },
		{ { 0.128705458695, 0.238115504170, 0.281293374242, 0.160998505925, 0.0743833345367, 0.0409899664609,
		    0.0201331015560, 0.00801497822652, 3.06304149868e-4, 2.31035976499e-6, 0.281295391317,
		    3.06321577206e-4 },
		  { 0.00437281937944, 0.0344035049093, 0.0726101071585, 0.0766887536141, 0.0699942670674,
		    0.0480749071729, 0.0357415623311, 0.0228015770395, 0.00251448834642, 5.80739079354e-5,
		    0.0726622494880, 0.00251563435354 } },
	};
	struct lull_arena arena = { 0 };
	struct lull_err err = { 0 };
	double c[N], nk[N];
	struct lull_pk pk;
	(void)state;
	for (int i = 1; i <= 3; i++) {
		const struct lull_input in = w1_input(&arena, w1_patient(i, &pk));
		assert_ok(lull_kin_curves(&pk, NULL, &in, t, N, c, nk, NULL, NULL, &err), &err);
		for (int k = 0; k < N; k++) {
			assert_close(c[k] / 1000, want[i - 1][0][k], 1e-10, 1e-15);
			assert_close(nk[k] / 1000, want[i - 1][1][k], 1e-10, 2e-12);
		}
	}
	lull_arena_clear(&arena);
}

static void workload_1_checksum(void **state)
{
	static const double t[2] = { 2.0 / 3, 120 };
	struct lull_err err = { 0 };
	struct lull_running_sum sum = { 0 };
	double c[2], nk[2];
	struct lull_pk pk;
	(void)state;
	for (int i = 1; i <= 1000; i++) {
		struct lull_arena arena = { 0 };
		const struct lull_input in = w1_input(&arena, w1_patient(i, &pk));
		assert_ok(lull_kin_curves(&pk, NULL, &in, t, 2, c, nk, NULL, NULL, &err), &err);
		lull_sum_add(&sum, c[0] / 1000);
		lull_sum_add(&sum, nk[1] / 1000);
		lull_arena_clear(&arena);
	}
	assert_close(lull_sum_value(&sum), 286.0180952, 0, 6e-8);
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guards),
		cmocka_unit_test(table_of_models),
		cmocka_unit_test(single_points),
		cmocka_unit_test(stanpumpr),
		cmocka_unit_test(digitised_arterial_curves),
		cmocka_unit_test(workload_1),
		cmocka_unit_test(workload_1_checksum),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
