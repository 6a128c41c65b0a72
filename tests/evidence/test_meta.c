/* Pooling of studies: every measure, estimator and interval against R's metafor (tests/data/evidence), and properties. */
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lull/base/csv.h"
#include "lull/base/parse.h"
#include "lull/evidence/meta.h"
#include "lull/num/random.h"

enum { MAX_K = 20 };
struct table {
	size_t k;
	char study[MAX_K][16];
	double x[MAX_K][14];
};
static const char *const columns[] = { "xi", "ni", "ai", "bi", "ci", "di", "m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i", "dose", NULL };

static void read_table(struct lull_arena *arena, struct table *t)
{
	size_t n = 0, n_cells = 0;
	char *bytes = test_read("tests/data/evidence/studies.csv", &n, arena);
	const struct lull_csv_cell *cells = NULL;
	struct lull_csv *csv = NULL;
	struct lull_err err = { 0 };

	*t = (struct table){ 0 };
	assert_ok(lull_csv_new(bytes, n, NULL, "studies.csv", &csv, &err), &err);
	assert_ok(lull_csv_next(csv, &cells, &n_cells, &err), &err);
	while (lull_csv_next(csv, &cells, &n_cells, &err) == LULL_OK) {
		snprintf(t->study[t->k], sizeof(t->study[0]), "%s", cells[0].text);
		for (size_t j = 1; j < n_cells; j++)
			assert_ok(lull_parse_double(cells[j].text, cells[j].n, '.', NULL, "cell", &t->x[t->k][j - 1], &err), &err);
		t->k++;
	}
	lull_csv_free(csv);
}

static void effects_of(const struct table *t, enum lull_measure m, struct lull_effect_size *out)
{
	const char *const *wants = lull_measure_columns(m);

	for (size_t i = 0; i < t->k; i++) {
		struct lull_effect_inputs in = { .study = t->study[i] };
		struct lull_err err = { 0 };
		for (int c = 0; wants[c]; c++)
			for (int j = 0; columns[j]; j++)
				if (strcmp(columns[j], wants[c]) == 0)
					in.in[c] = t->x[i][j];
		assert_ok(lull_effect_size(m, &in, &out[i], &err), &err);
	}
}

/* 1, 2, .. of "yi12" */
static size_t number_of(const char *digits)
{
	struct lull_err err = { 0 };
	int64_t n = 0;

	assert_ok(lull_parse_int(digits, strlen(digits), 1, MAX_K, "row", &n, &err), &err);
	return (size_t)n;
}

static int index_of(const char *const *names, const char *name)
{
	for (int i = 0; names[i]; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

/* The value metafor calls name. */
static double value_of(const struct lull_meta *r, const char *name)
{
	const int j = name[strlen(name) - 1] - '1';

	if (strncmp(name, "lb", 2) == 0)
		return r->b[j].ci_lb;
	if (strncmp(name, "ub", 2) == 0)
		return r->b[j].ci_ub;
	if (strncmp(name, "se", 2) == 0)
		return r->b[j].se;
	if (name[0] == 'b')
		return r->b[j].estimate;
	if (strcmp(name, "p1") == 0 || strcmp(name, "p2") == 0)
		return r->b[j].p;
	const struct { const char *name; double value; } all[] = {
		{ "tau2", r->tau2 }, { "q", r->q }, { "q_p", r->q_p }, { "i2", r->i2 }, { "h2", r->h2 }, { "qm", r->qm }, { "qm_p", r->qm_p },
		{ "pi_lb", r->pi_lb }, { "pi_ub", r->pi_ub }, { "log_lik", r->log_lik }, { "qp_lb", r->tau2_qp_lb }, { "qp_ub", r->tau2_qp_ub },
	};
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(all[i].name, name) == 0)
			return all[i].value;
	fail_msg("the reference names %s", name);
	return NAN;
}

static double answer(const struct table *t, enum lull_measure m, const char *method, bool knha, bool mods, const char *name,
		     struct lull_arena *arena)
{
	struct lull_effect_size e[MAX_K];
	struct lull_err err = { 0 };
	struct lull_meta_options o = { .knha = knha };
	struct lull_meta r, *each = NULL;
	struct lull_egger egger;
	double doses[MAX_K];

	effects_of(t, m, e);
	if (method[0] == '\0')
		return name[0] == 'y' ? e[number_of(name + 2) - 1].yi : e[number_of(name + 2) - 1].vi;
	if (strcmp(method, "EGGER") == 0) {
		assert_ok(lull_meta_egger(e, t->k, &egger, &err), &err);
		return name[0] == 't' ? egger.t : egger.p;
	}
	if (strcmp(method, "BACK") == 0) {
		double inverse = 0, y = 0;
		for (size_t i = 0; i < t->k; i++)
			inverse += 1 / e[i].n;
		assert_ok(lull_parse_double(name, strlen(name), '.', NULL, "y", &y, &err), &err);
		return lull_effect_back(m, y, (double)t->k / inverse);
	}
	const int i_method = index_of(lull_tau2_method_names, method);
	assert_true(i_method >= 0);
	o.method = (enum lull_tau2_method)i_method;
	for (size_t i = 0; i < t->k; i++)
		doses[i] = t->x[i][12];
	o.mods = mods ? doses : NULL;
	o.n_mods = mods;
	if (strcmp(name, "loo3") == 0) {
		assert_ok(lull_meta_leave_one_out(e, t->k, &o, arena, &each, &err), &err);
		return each[2].b[0].estimate;
	}
	if (strcmp(name, "cum5") == 0) {
		assert_ok(lull_meta_cumulative(e, t->k, &o, arena, &each, &err), &err);
		return each[4].b[0].estimate;
	}
	assert_ok(lull_meta_fit(e, t->k, &o, arena, &r, &err), &err);
	return value_of(&r, name);
}

static void equals_metafor(void **state)
{
	struct lull_arena arena = { 0 };
	struct table t;
	size_t n = 0, n_cells = 0, n_compared = 0;
	const struct lull_csv_cell *cells = NULL;
	struct lull_csv *csv = NULL;
	struct lull_err err = { 0 };

	(void)state;
	read_table(&arena, &t);
	char *bytes = test_read("tests/data/evidence/metafor.csv", &n, &arena);
	assert_ok(lull_csv_new(bytes, n, NULL, "metafor.csv", &csv, &err), &err);
	assert_ok(lull_csv_next(csv, &cells, &n_cells, &err), &err);
	while (lull_csv_next(csv, &cells, &n_cells, &err) == LULL_OK) {
		double want = NAN;
		const int m = index_of(lull_measure_names, cells[0].text);
		assert_true(m >= 0);
		assert_ok(lull_parse_double(cells[5].text, cells[5].n, '.', NULL, "value", &want, &err), &err);
		const double got = answer(&t, (enum lull_measure)m, cells[1].text, cells[2].text[0] == '1', cells[3].text[0] == '1',
					  cells[4].text, &arena);
		if (!(fabs(got - want) <= 1e-7 + 1e-6 * fabs(want)))
			fail_msg("line %d: %s %s knha %s mods %s %s: %.12g, metafor %.12g", lull_csv_line(csv), cells[0].text, cells[1].text,
				 cells[2].text, cells[3].text, cells[4].text, got, want);
		n_compared++;
	}
	lull_csv_free(csv);
	lull_arena_clear(&arena);
	assert_int_equal(n_compared, 4370);
}

static struct lull_effect_size given(const char *name, double yi, double vi)
{
	return (struct lull_effect_size){ .study = name, .yi = yi, .vi = vi, .n = NAN };
}

static void equal_studies_have_no_heterogeneity(void **state)
{
	const struct lull_effect_size e[3] = { given("a", 1, 0.1), given("b", 1, 0.2), given("c", 1, 0.4) };
	struct lull_arena arena = { 0 };
	struct lull_err err = { 0 };
	struct lull_meta r;

	(void)state;
	for (int m = 0; m < LULL_META_N_METHODS; m++) {
		const struct lull_meta_options o = { .method = (enum lull_tau2_method)m };
		assert_ok(lull_meta_fit(e, 3, &o, &arena, &r, &err), &err);
		assert_close(r.b[0].estimate, 1, 1e-14, 0);
		assert_close(r.tau2, 0, 0, 1e-14);
		assert_close(r.i2, 0, 0, 1e-10);
		assert_close(r.b[0].se, sqrt(1 / (10 + 5 + 2.5)), 1e-14, 0);
	}
	lull_arena_clear(&arena);
}

/* Random studies: the order does not matter (but for rounding), a shift shifts, a scale scales; the prediction interval holds the confidence interval. */
static void follows_shift_scale_and_order(void **state)
{
	struct lull_arena arena = { 0 };
	struct lull_err err = { 0 };

	(void)state;
	for (uint64_t seed = 1; seed <= 200; seed++) {
		struct lull_stream s = { .seed = seed, .purpose = LULL_FOR_TEST };
		struct lull_effect_size e[8], moved[8];
		struct lull_meta a, b;
		for (size_t i = 0; i < 8; i++) {
			e[i] = given("s", 2 * lull_random_uniform(&s, 2 * i), 0.02 + lull_random_uniform(&s, 2 * i + 1));
			e[i].vi *= e[i].vi;
		}
		for (size_t i = 0; i < 8; i++)
			moved[7 - i] = given("s", 3 * e[i].yi + 5, 9 * e[i].vi);
		for (int m = 0; m < LULL_META_N_METHODS; m++) {
			const struct lull_meta_options o = { .method = (enum lull_tau2_method)m, .knha = seed % 2 == 0 };
			assert_ok(lull_meta_fit(e, 8, &o, &arena, &a, &err), &err);
			assert_ok(lull_meta_fit(moved, 8, &o, &arena, &b, &err), &err);
			assert_close(b.tau2, 9 * a.tau2, 1e-6, 1e-9);
			assert_close(b.b[0].estimate, 3 * a.b[0].estimate + 5, 1e-7, 0);
			assert_close(b.b[0].se, 3 * a.b[0].se, 1e-6, 0);
			assert_true(a.pi_lb <= a.b[0].ci_lb && a.pi_ub >= a.b[0].ci_ub);
			assert_true(m == LULL_META_FE || (a.tau2_qp_lb <= a.tau2_qp_ub && a.tau2 >= 0));
			if (m == LULL_META_REML || m == LULL_META_ML)
				assert_true(a.tau2_pl_lb <= a.tau2 && a.tau2 <= a.tau2_pl_ub);
		}
	}
	lull_arena_clear(&arena);
}

static void refuses_with_a_sentence(void **state)
{
	const struct { enum lull_measure m; double in[6]; const char *says; } cases[] = {
		{ LULL_PLO, { 7, 6 }, "xi" }, { LULL_PLO, { -1, 6 }, "xi" }, { LULL_PLO, { 1.5, 6 }, "xi" }, { LULL_PFT, { 0, 0 }, "ni" },
		{ LULL_MN, { 1, 0, 10 }, "sd1i" }, { LULL_MD, { 1, 1, 10, 1, 1, 1 }, "n2i" }, { LULL_RR, { 0, 0, 1, 2 }, "ai" },
		{ LULL_GEN, { 1, 0 }, "vi" }, { LULL_GEN, { NAN, 1 }, "yi" },
	};
	struct lull_arena arena = { 0 };
	struct lull_meta r;
	const struct lull_meta_options o = { .method = LULL_META_DL };
	struct lull_effect_size e[9];
	struct lull_egger egger;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lull_effect_inputs in = { .study = "x" };
		struct lull_err err = { 0 };
		memcpy(in.in, cases[i].in, sizeof(in.in));
		assert_int_equal(lull_effect_size(cases[i].m, &in, &e[0], &err), LULL_EDOMAIN);
		assert_non_null(strstr(err.what, cases[i].says));
	}
	for (size_t i = 0; i < 9; i++)
		e[i] = given("s", (double)i, 0.1 * (double)(i + 1));
	struct lull_err err = { 0 };
	assert_int_equal(lull_meta_fit(e, 0, &o, &arena, &r, &err), LULL_EDOMAIN);
	assert_int_equal(lull_meta_egger(e, 9, &egger, &err), LULL_EUNSUPPORTED);
	const double same[9] = { 1, 1, 1, 1, 1, 1, 1, 1, 1 };
	const struct lull_meta_options twice = { .method = LULL_META_DL, .mods = same, .n_mods = 1 };
	assert_int_equal(lull_meta_fit(e, 9, &twice, &arena, &r, &err), LULL_EDOMAIN);
	assert_ok(lull_meta_fit(e, 1, &o, &arena, &r, &err), &err);
	assert_close(r.b[0].estimate, 0, 0, 0);
	lull_arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equals_metafor),
		cmocka_unit_test(equal_studies_have_no_heterogeneity),
		cmocka_unit_test(follows_shift_scale_and_order),
		cmocka_unit_test(refuses_with_a_sentence),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
