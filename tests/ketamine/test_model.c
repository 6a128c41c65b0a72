/* Model files: what they say, what a wrong one is told, scaling, variability, fitted range. */
#include "kit.h"

#include <stdlib.h>

#include "lull/base/text.h"
#include "lull/num/math.h"
#include "lull/num/random.h"

static void the_three_models(void **state)
{
	struct lull_arena arena = { 0 };
	const struct lull_model kamp = kit_model(&arena, "kamp2020_otto2021"), otto = kit_model(&arena, "otto2021_s"),
				domino = kit_model(&arena, "domino1984");
	(void)state;
	assert_true(kamp.product == LULL_RACEMIC_KETAMINE && kamp.drive.moiety == LULL_TOTAL_KETAMINE);
	assert_true(kamp.drive.site == LULL_ARTERIAL && kamp.n_params == 11 && kamp.n_omega == 6);
	assert_true(otto.product == LULL_ESKETAMINE && otto.drive.moiety == LULL_S_KETAMINE);
	assert_true(otto.drive.site == LULL_VENOUS && lull_is_nan(otto.fitted_conc_max_ng_per_ml));
	assert_true(domino.drive.site == LULL_SITE_NOT_STATED && domino.n_published == 6 && domino.n_params == 6);
	assert_string_equal(lull_site_names[domino.drive.site], "not_stated");
	for (size_t i = 0; i < kamp.n_omega; i++)
		assert_int_equal(kamp.omega[i].mark, LULL_BORROWED);
	/* Domino's rates per minute become clearances: 0.063 L/kg x 0.4381 /min = 116 L/h at 70 kg. */
	struct lull_pk pk;
	lull_model_typical(&domino, 70, true, &pk);
	assert_close(pk.cl_l_per_h, 115.92126, 1e-12, 0);
	assert_close(pk.v1_l + pk.v2_l + pk.v3_l, 193, 0, 0.5); /* facts 1.1: Vss 193 L */
	assert_int_equal(domino.params[0].mark, LULL_DERIVED);
	lull_arena_clear(&arena);
}

static void ids_in_order(void **state)
{
	struct lull_arena arena = { 0 };
	struct lull_err err = { 0 };
	const char **ids = NULL;
	size_t n = 0;
	(void)state;
	assert_ok(lull_model_ids(test_knowledge(), &arena, &ids, &n, &err), &err);
	assert_true(n >= 3);
	for (size_t i = 0; i < n; i++) {
		assert_true(i == 0 || strcmp(ids[i - 1], ids[i]) < 0);
		assert_string_equal(kit_model(&arena, ids[i]).id, ids[i]);
	}
	lull_arena_clear(&arena);
}

/* Facts 4: 0.5 mg/kg over 40 min peaks at 240/253/263/272 ng/mL at 50/70/90/110 kg. */
static void weight(void **state)
{
	static const double kg[] = { 50, 70, 90, 110 }, peak[] = { 240, 253, 263, 272 };
	struct lull_arena arena = { 0 };
	const struct lull_model m = kit_model(&arena, "kamp2020_otto2021");
	struct lull_pk pk, at70;
	(void)state;
	for (int i = 0; i < 4; i++) {
		const struct lull_dose dose = { 0, 0.5 * kg[i], 40.0 / 60 };
		const struct lull_input in = kit_input(&arena, &dose, 1);
		lull_model_typical(&m, kg[i], true, &pk);
		assert_close(kit_at(&pk, &in, 0, 0, 40.0 / 60).c, peak[i], 0, 0.6);
	}
	lull_model_typical(&m, 110, false, &pk);
	lull_model_typical(&m, 70, true, &at70);
	assert_memory_equal(&pk, &at70, sizeof(pk));
	lull_arena_clear(&arena);
}

/* 40,000 people: log-deviations have the covariance of the file (5 standard errors). */
static void variability(void **state)
{
	enum { N = 40000 };
	struct lull_arena arena = { 0 };
	struct lull_err err = { 0 };
	const struct lull_model m = kit_model(&arena, "kamp2020_otto2021");
	const struct lull_model_factor *factor = NULL;
	struct lull_pk typical, pk;
	double vv = 0, vc = 0, cc = 0, z[LULL_PK_N] = { 0 };
	(void)state;
	assert_ok(lull_model_factor_new(&m, &arena, &factor, &err), &err);
	lull_model_typical(&m, 82, true, &typical);
	lull_model_individual(&m, factor, 82, true, z, &pk);
	assert_memory_equal(&pk, &typical, sizeof(pk)); /* no deviation: the typical person */
	for (uint64_t i = 0; i < N; i++) {
		const struct lull_stream s = { .seed = 1, .patient = i, .purpose = LULL_FOR_PK_ETA };
		lull_random_normals(&s, 0, m.n_params, z);
		lull_model_individual(&m, factor, 82, true, z, &pk);
		const double v = lull_log(pk.v1_l / typical.v1_l), c = lull_log(pk.cl_l_per_h / typical.cl_l_per_h);
		vv += v * v / N;
		vc += v * c / N;
		cc += c * c / N;
		assert_true(pk.v2_l == typical.v2_l);
	}
	assert_close(vv, 0.0842, 5 * sqrt(2.0 / N), 0);
	assert_close(cc, 0.026, 5 * sqrt(2.0 / N), 0);
	assert_close(vc, 0.0226, 0, 5 * sqrt((0.0842 * 0.026 + 0.0226 * 0.0226) / N));
	/* Without a covariance in the file nothing varies. */
	const struct lull_model domino = kit_model(&arena, "domino1984");
	assert_ok(lull_model_factor_new(&domino, &arena, &factor, &err), &err);
	lull_model_individual(&domino, factor, 70, true, z, &pk);
	lull_model_typical(&domino, 70, true, &typical);
	assert_memory_equal(&pk, &typical, sizeof(pk));
	lull_arena_clear(&arena);
}

static void outside_the_fitted_range(void **state)
{
	struct lull_arena arena = { 0 };
	struct lull_err err = { 0 };
	const struct lull_model m = kit_model(&arena, "kamp2020_otto2021");
	const struct lull_model_use inside = { 70, 283, 120 }, outside = { 110, 833, 121 }, unknown = { NAN, NAN, NAN };
	const char **said = NULL;
	size_t n = 9;
	(void)state;
	assert_ok(lull_model_check(&m, &inside, &arena, &said, &n, &err), &err);
	assert_int_equal(n, 0);
	assert_ok(lull_model_check(&m, &unknown, &arena, &said, &n, &err), &err);
	assert_int_equal(n, 0);
	assert_ok(lull_model_check(&m, &outside, &arena, &said, &n, &err), &err);
	assert_int_equal(n, 3);
	assert_has(said[0], "110 kg is outside 50 to 90 kg");
	assert_has(said[1], "833 ng/mL");
	assert_has(said[2], "121 h");
	lull_arena_clear(&arena);
}

/* ------------------------------------------------------------------ wrong files */

/* The text with the first occurrence of `from` replaced. */
static char *edited(struct lull_arena *arena, const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);

	assert_non_null(at);
	return lull_arena_printf(arena, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static int load_text(struct lull_arena *arena, const char *id, const char *text, struct lull_diags *diags)
{
	const struct lull_file *guards = lull_files_get(test_knowledge(), "ketamine/guards.yaml");
	struct lull_file items[2] = { *guards, { lull_arena_printf(arena, "models/%s.yaml", id), text, strlen(text) } };
	const struct lull_files files = { .items = items, .n_items = 2, .origin = "test" };
	struct lull_model m;

	lull_diags_init(diags, arena);
	return lull_model_load(&files, id, arena, &m, diags);
}

static void wrong_files_are_told_why(void **state)
{
	static const struct {
		const char *id, *from, *to, *says;
		int rc;
	} rows[] = {
		{ "kamp2020_otto2021", "value: 84,", "value: 38.9,", "38.9 L/h", LULL_EPARSE }, /* Hornik's children: the guard */
		{ "kamp2020_otto2021", "value: 84,", "value: 8400,", "outside 50 to 160 L/h", LULL_EPARSE },
		{ "kamp2020_otto2021", "value: 84,", "value: 79,5,", "", LULL_EPARSE },
		{ "kamp2020_otto2021", "  cl:  ", "  cll: ", "did you mean 'cll'?", LULL_EPARSE },
		{ "kamp2020_otto2021", "shallow:         { volume: v2 }", "shallow:         {}", "a clearance leaves it", LULL_EPARSE },
		{ "kamp2020_otto2021", "  - { from: norketamine, clearance: nk_cl }\n", "", "an incomplete norketamine", LULL_EUNSUPPORTED },
		{ "kamp2020_otto2021", "0.0226, 0.0260", "0.5, 0.0260", "positive definite", LULL_EPARSE },
		{ "kamp2020_otto2021", "on: [v1, cl]", "on: [v9, cl]", "no such parameter", LULL_EPARSE },
		{ "kamp2020_otto2021", "0.0226, 0.0260", "0.0260", "lower triangle", LULL_EPARSE },
		{ "kamp2020_otto2021", "id: kamp2020_otto2021", "id: other", "the name of its file", LULL_EPARSE },
		{ "kamp2020_otto2021", "weight_min_kg: 50", "weight_min_kg: 95", "upside down", LULL_EPARSE },
		{ "kamp2020_otto2021", "moiety: total_ketamine", "moiety: ketamine", "moiety", LULL_EPARSE },
		{ "kamp2020_otto2021", "form: power, value: 0.75", "form: linear, value: 0.01", "other than by a power of weight", LULL_EUNSUPPORTED },
		{ "kamp2020_otto2021", "fraction: [nk_formed]", "fraction: [nk_formed], transit: { steps: 2, mean_time: venous_lag }", "transit",
		  LULL_EUNSUPPORTED },
		{ "kamp2020_otto2021", "iv: { to: central", "iv: { to: central, lag: venous_lag", "no way straight into", LULL_EUNSUPPORTED },
		{ "domino1984", "rates: [k12, k21]", "rates: [k12, k22]", "'k22', which is no parameter", LULL_EPARSE },
		{ "domino1984", "value: 0.4381, unit: 1/min", "value: 0.4381, unit: 1/h", "a clearance of 1.9 L/h", LULL_EPARSE },
		{ "domino1984", "value: 0.4381, unit: 1/min", "value: 0.4381, unit: L/min", "k10 in 'L/min'", LULL_EPARSE },
		{ "domino1984", "value: 0.4381, unit: 1/min,", "value: 0.4381, unit: 1/min, depends: [{ on: wt, form: power, value: 1, center: 70 }],",
		  "a rate constant that depends on weight", LULL_EUNSUPPORTED },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lull_arena arena = { 0 };
		struct lull_diags diags;
		struct lull_buf out = { 0 };
		const char *path = lull_arena_printf(&arena, "models/%s.yaml", rows[i].id);
		const struct lull_file *file = lull_files_get(test_knowledge(), path);
		const char *text = lull_arena_strndup(&arena, file->bytes, file->n_bytes);
		assert_int_equal(load_text(&arena, rows[i].id, text, &diags), LULL_OK);
		assert_int_equal(load_text(&arena, rows[i].id, edited(&arena, text, rows[i].from, rows[i].to), &diags), rows[i].rc);
		lull_diags_print(&diags, &out);
		assert_has(lull_buf_text(&out), rows[i].says);
		lull_buf_clear(&out);
		lull_arena_clear(&arena);
	}
}

/* The guard is for adult ketamine only: a model of children may have any clearance. */
static void the_guard_is_for_adults(void **state)
{
	struct lull_arena arena = { 0 };
	struct lull_diags diags;
	const struct lull_file *file = lull_files_get(test_knowledge(), "models/kamp2020_otto2021.yaml");
	const char *text = lull_arena_strndup(&arena, file->bytes, file->n_bytes);
	(void)state;
	text = edited(&arena, edited(&arena, text, "value: 84,", "value: 38.9,"), "adult: true", "adult: false");
	assert_int_equal(load_text(&arena, "kamp2020_otto2021", text, &diags), LULL_OK);
	lull_arena_clear(&arena);
}

static void missing_files(void **state)
{
	struct lull_arena arena = { 0 };
	struct lull_diags diags;
	struct lull_model m;
	struct lull_buf out = { 0 };
	const struct lull_file *file = lull_files_get(test_knowledge(), "models/domino1984.yaml");
	const struct lull_files no_guards = { .items = file, .n_items = 1, .origin = "test" };
	(void)state;
	lull_diags_init(&diags, &arena);
	assert_int_equal(lull_model_load(test_knowledge(), "domino1894", &arena, &m, &diags), LULL_ENOTFOUND);
	lull_diags_print(&diags, &out);
	assert_has(lull_buf_text(&out), "domino1984");
	assert_int_equal(lull_model_load(&no_guards, "domino1984", &arena, &m, &diags), LULL_ENOTFOUND);
	lull_buf_clear(&out);
	lull_arena_clear(&arena);
}

/* Fail each allocation in turn until the load succeeds: out of memory every time before. */
static void every_failed_allocation_is_said(void **state)
{
	(void)state;
	int n_failed = 0, rc = LULL_ENOMEM;
	for (uint64_t n = 1; rc != LULL_OK && n < 1000; n++) {
		struct lull_arena arena = { 0 };
		struct lull_diags diags;
		struct lull_model m;
		struct lull_err err = { 0 };
		const struct lull_model_factor *factor = NULL;
		const char **list = NULL;
		size_t n_list = 0;
		const struct lull_model_use use = { 200, 5000, 500 };
		const struct lull_files *files = test_knowledge();
		lull_diags_init(&diags, &arena);
		lull_mem_fail_at(n, true);
		rc = lull_model_load(files, "domino1984", &arena, &m, &diags);
		if (rc == LULL_OK)
			rc = lull_model_factor_new(&m, &arena, &factor, &err);
		if (rc == LULL_OK)
			rc = lull_model_check(&m, &use, &arena, &list, &n_list, &err);
		if (rc == LULL_OK)
			rc = lull_model_ids(files, &arena, &list, &n_list, &err);
		lull_mem_fail_at(0, false);
		if (rc != LULL_OK)
			n_failed++;
		lull_arena_clear(&arena);
	}
	assert_int_equal(rc, LULL_OK);
	assert_true(n_failed > 0);
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_three_models),
		cmocka_unit_test(ids_in_order),
		cmocka_unit_test(weight),
		cmocka_unit_test(variability),
		cmocka_unit_test(outside_the_fitted_range),
		cmocka_unit_test(wrong_files_are_told_why),
		cmocka_unit_test(the_guard_is_for_adults),
		cmocka_unit_test(missing_files),
		cmocka_unit_test(every_failed_allocation_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
