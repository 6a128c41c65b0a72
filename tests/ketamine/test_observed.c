/* Observed levels: the file, its faults, and how near the models come (facts/pharmacology 1.4). */
#include "support.h"

#include <math.h>
#include <string.h>

#include "lull/ketamine/observed.h"
#include "lull/ketamine/typical.h"

static const struct lull_pm *load_model(struct lull_arena *arena, const char *id)
{
	struct lull_diags diags;
	const struct lull_pm *pm = NULL;

	lull_diags_init(&diags, arena);
	assert_int_equal(lull_pm_load(test_knowledge(), id, arena, &pm, &diags), LULL_OK);
	return pm;
}

static struct lull_observed_set load(struct lull_arena *arena)
{
	struct lull_diags diags;
	struct lull_observed_set all;

	lull_diags_init(&diags, arena);
	const int rc = lull_observed_load(test_knowledge(), arena, &all, &diags);
	lull_assert_no_diags_at(&diags, __FILE__, __LINE__);
	assert_int_equal(rc, LULL_OK);
	return all;
}

static const struct lull_observation *find(const struct lull_observed_set *all, const char *id)
{
	for (size_t i = 0; i < all->n_items; i++)
		if (strcmp(all->items[i].id, id) == 0)
			return &all->items[i];
	fail_msg("no %s", id);
	return NULL;
}

static double median_error(struct lull_arena *arena, const struct lull_observed_set *all, const char *model, const char *id)
{
	const struct lull_observation *o = find(all, id);
	const struct lull_std_regimen *r = &all->regimens[o->i_regimen];
	const struct lull_pm *pm = load_model(arena, model);
	struct lull_typical t;
	struct lull_diags diags;
	struct lull_err err = { 0 };
	const double *values;
	double mg, median, largest;

	lull_diags_init(&diags, arena);
	assert_ok(lull_typical_of(pm, r->weight_kg, &t, &err), &err);
	assert_int_equal(lull_typical_curve(&t, lull_observed_doses(r, r->weight_kg, arena, &mg), o->times_h, o->n_times, arena, &values, &diags),
			 LULL_OK);
	const int output = lull_observed_output(pm, o->moiety, o->site);
	assert_true(output >= 0);
	lull_observed_errors(o, values + (size_t)output * o->n_times, &median, &largest);
	assert_true(largest >= median);
	return median;
}

/* Issue 3: at most 10 % for the parent and 8 % for norketamine; the others as facts 1.4 found them. */
static void the_default_follows_the_arterial_curves(void **state)
{
	struct lull_arena arena = { 0 };
	const struct lull_observed_set all = load(&arena);

	(void)state;
	assert_true(median_error(&arena, &all, "kamp2020_otto2021", "v1_ketamine") <= 0.10);
	assert_true(median_error(&arena, &all, "kamp2020_otto2021", "v1_norketamine") <= 0.08);
	assert_close(median_error(&arena, &all, "simons2022_s", "v1_ketamine"), 0.06, 0, 0.01);
	assert_close(median_error(&arena, &all, "otto2021_s", "v1_ketamine"), 0.32, 0, 0.01);
	assert_close(median_error(&arena, &all, "otto2021_s", "v1_norketamine"), 0.27, 0, 0.02);
	assert_close(median_error(&arena, &all, "domino1984", "v1_ketamine"), 0.17, 0, 0.01);
	lull_arena_clear(&arena);
}

static void regimens_are_said_in_the_words_of_events(void **state)
{
	struct lull_arena arena = { 0 };
	const struct lull_observed_set all = load(&arena);
	double mg;

	(void)state;
	assert_string_equal(lull_observed_doses(lull_observed_regimen(&all, "infusion_40min"), 70, &arena, &mg),
			    "cmt=iv amt=35 dur=40min");
	assert_close(mg, 35, 1e-15, 0);
	assert_null(lull_observed_regimen(&all, "nothing"));
	lull_arena_clear(&arena);
}

/* Through the nose an esketamine device's model does not take the racemate. */
static void products_do_not_mix_in_the_nose(void **state)
{
	struct lull_arena arena = { 0 };
	const struct lull_observed_set all = load(&arena);
	const struct lull_pm *device = load_model(&arena, "perezruixo2021"), *spray = load_model(&arena, "racemic_nasal");
	int i = -1;

	(void)state;
	assert_true(lull_observed_takes(lull_observed_regimen(&all, "nasal_racemic_50mg"), spray, LULL_RACEMIC_KETAMINE, &i));
	assert_false(lull_observed_takes(lull_observed_regimen(&all, "nasal_racemic_50mg"), device, LULL_ESKETAMINE, &i));
	assert_true(lull_observed_takes(lull_observed_regimen(&all, "nasal_esketamine_28mg"), device, LULL_ESKETAMINE, &i));
	assert_true(lull_observed_takes(lull_observed_regimen(&all, "infusion_40min"), device, LULL_ESKETAMINE, &i));
	lull_arena_clear(&arena);
}

/* The knowledge set with one line of the file changed. */
static void faults_are_found(void **state)
{
	static const struct { const char *from, *to, *words; } cases[] = {
		{ "regimen: push_10mg", "regimen: push_11mg", "push_11mg" },
		{ "[8.3, 21.1,", "[21.1,", "v1_norketamine" },
		{ "times_h:         [0.25, 0.5,", "times_h:         [0.5, 0.25,", "v1_ketamine" },
		{ "doses: [{ mg: 10 }]", "doses: [{ mg: 10, mg_per_kg: 1 }]", "both or neither" },
		{ "low_ng_per_ml: 100", "low_ng_per_ml: 300", "v3_range" },
		{ "peak_ng_per_ml: 185", "n_people: 3", "v2_peak" },
	};

	(void)state;
	for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
		struct lull_arena arena = { 0 };
		struct lull_diags diags;
		struct lull_observed_set all;
		const struct lull_file *file = lull_files_get(test_knowledge(), "observed/ketamine.yaml");
		const char *at = strstr(file->bytes, cases[k].from);
		assert_non_null(at);
		char *text = lull_arena_printf(&arena, "%.*s%s%s", (int)(at - file->bytes), file->bytes, cases[k].to, at + strlen(cases[k].from));
		const struct lull_file changed = { "observed/ketamine.yaml", text, strlen(text) };
		const struct lull_files files = { .items = &changed, .n_items = 1 };
		lull_diags_init(&diags, &arena);
		assert_int_not_equal(lull_observed_load(&files, &arena, &all, &diags), LULL_OK);
		assert_non_null(strstr(diags.items[0].found, cases[k].words));
		assert_true(diags.items[0].line > 0);
		lull_arena_clear(&arena);
	}
}

static void memory_may_end_anywhere(void **state)
{
	int n_refused = 0;

	(void)state;
	lull_mem_fail_in_arenas(true);
	for (uint64_t nth = 1; nth < 20000; nth += 1 + nth / 50) {
		struct lull_arena arena = { 0 };
		struct lull_diags diags;
		struct lull_observed_set all;
		lull_diags_init(&diags, &arena);
		(void)lull_mem_fail_at(nth, true);
		const int rc = lull_observed_load(test_knowledge(), &arena, &all, &diags);
		(void)lull_mem_fail_at(0, false);
		lull_arena_clear(&arena);
		if (rc == LULL_OK)
			break;
		assert_int_equal(rc, LULL_ENOMEM);
		n_refused++;
	}
	lull_mem_fail_in_arenas(false);
	assert_true(n_refused > 50);
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_default_follows_the_arterial_curves),
		cmocka_unit_test(regimens_are_said_in_the_words_of_events),
		cmocka_unit_test(products_do_not_mix_in_the_nose),
		cmocka_unit_test(faults_are_found),
		cmocka_unit_test(memory_may_end_anywhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
