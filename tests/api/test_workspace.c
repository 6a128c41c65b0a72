/* One person, many times: the one call, workspaces, a person's own numbers over the table's. */
#include "kit.h"

static void one_call_is_the_typical_person(void **state)
{
	static const double times[] = { 0, 0.25, 2.0 / 3, 4 };
	struct lull_popmodel *model = NULL;
	struct lull_workspace *w = NULL;
	struct lull_error error;
	double once[4], all[12];

	(void)state;
	assert_fine(lull_simulate("kamp2020_otto2021", "amt=35 dur=40min", times, 4, NULL, once, &error), &error);
	assert_true(once[0] == 0 && once[2] > once[1] && once[2] > once[3] && once[3] > 0);
	assert_fine(lull_popmodel_open("kamp2020_otto2021", NULL, &model, &error), &error);
	struct lull_evtable *table = kit_table(model, "amt=35 dur=40min");
	assert_fine(lull_workspace_new(model, NULL, 0, &w, &error), &error);
	assert_int_equal(lull_workspace_n_outputs(w), 3);
	assert_fine(lull_workspace_simulate(w, table, 0, NULL, times, 4, all, 12, &error), &error);
	assert_memory_equal(once, all, sizeof(once));
	assert_fine(lull_simulate("kamp2020_otto2021", "amt=35 dur=40min", times, 4, "Norketamine", once, &error), &error);
	assert_memory_equal(once, all + 4, sizeof(once));
	lull_workspace_free(w);
	lull_evtable_free(table);
	lull_popmodel_free(model);
}

static void one_call_says_what_is_wrong(void **state)
{
	static const double times[] = { 0, 1 }, falling[] = { 1, 0 }, odd[] = { 0, NAN };
	struct lull_error error;
	double got[2] = { 1, 1 };

	(void)state;
	assert_int_equal(lull_simulate("nobody", "amt=1", times, 2, NULL, got, &error), LULL_ENOTFOUND);
	assert_true(isnan(got[0]) && isnan(got[1]));
	assert_int_equal(lull_simulate("kamp2020_otto2021", "amt=", times, 2, NULL, got, &error), LULL_EPARSE);
	assert_int_equal(lull_simulate("kamp2020_otto2021", "amt=1", times, 2, "effect", got, &error), LULL_ENOTFOUND);
	assert_has(error.mend, "norketamine");
	assert_int_equal(lull_simulate("kamp2020_otto2021", "amt=1", falling, 2, NULL, got, &error), LULL_EDOMAIN);
	assert_has(error.mend, "sort");
	assert_int_equal(lull_simulate("kamp2020_otto2021", "amt=1", odd, 2, NULL, got, &error), LULL_EDOMAIN);
	assert_int_equal(lull_simulate("kamp2020_otto2021", NULL, times, 2, NULL, got, &error), LULL_EDOMAIN);
	assert_int_equal(lull_simulate("kamp2020_otto2021", "amt=1", NULL, 2, NULL, got, &error), LULL_EDOMAIN);
	assert_int_equal(lull_simulate("kamp2020_otto2021", "amt=1", times, 2, NULL, NULL, NULL), LULL_EDOMAIN);
	assert_int_equal(lull_simulate("kamp2020_otto2021", "amt=1", times, 0, NULL, got, &error), LULL_EDOMAIN);
}

static void a_persons_own_numbers(void **state)
{
	struct lull_popmodel *model = kit_model("h");
	struct lull_evtable *table = kit_table(model, "amt=100 wt=35");
	const char *output = "conc";
	const double t = 5, wt = 140, nan_wt = NAN, etas[] = { 0.3, -0.2 }, parameters[] = { 2, NAN, NAN };
	struct lull_individual own = LULL_INDIVIDUAL;
	struct lull_workspace *w = NULL;
	struct lull_error error;
	double got;

	(void)state;
	assert_fine(lull_workspace_new(model, &output, 1, &w, &error), &error);
	assert_fine(lull_workspace_simulate(w, table, 0, NULL, &t, 1, &got, 1, &error), &error);
	assert_close(got, kit_bolus(100, 1.5, 30, 5), 1e-12, 0);
	own.covariates = &wt;
	assert_fine(lull_workspace_simulate(w, table, 0, &own, &t, 1, &got, 1, &error), &error);
	assert_close(got, kit_bolus(100, 6, 30, 5), 1e-12, 0);
	own.covariates = &nan_wt;
	own.etas = etas;
	assert_fine(lull_workspace_simulate(w, table, 0, &own, &t, 1, &got, 1, &error), &error);
	assert_close(got, kit_bolus(100, 1.5 * exp(0.3), 30 * exp(-0.2), 5), 1e-12, 0);
	own.parameters = parameters;
	assert_fine(lull_workspace_simulate(w, table, 0, &own, &t, 1, &got, 1, &error), &error);
	assert_close(got, kit_bolus(100, 1 * exp(0.3), 30 * exp(-0.2), 5), 1e-12, 0);
	/* What was given once is not kept. */
	assert_fine(lull_workspace_simulate(w, table, 0, NULL, &t, 1, &got, 1, &error), &error);
	assert_close(got, kit_bolus(100, 1.5, 30, 5), 1e-12, 0);
	lull_workspace_free(w);
	lull_evtable_free(table);
	lull_popmodel_free(model);
}

/* A parameter column gives way to the caller's, record by record. */
static void own_parameters_over_the_tables(void **state)
{
	struct lull_popmodel *model = kit_model("h");
	static const char csv[] = "ID,TIME,AMT,V,CL\n1,0,100,60,3\n1,5,0,60,3\n";
	const double parameters[] = { NAN, 20, NAN };
	struct lull_individual own = LULL_INDIVIDUAL;
	struct lull_evtable *table = NULL;
	struct lull_workspace *w = NULL;
	struct lull_error error;
	double got[2];

	(void)state;
	assert_fine(lull_evtable_parse_csv(model, csv, strlen(csv), NULL, NULL, &table, &error), &error);
	assert_fine(lull_workspace_new(model, NULL, 0, &w, &error), &error);
	assert_fine(lull_workspace_simulate(w, table, 0, NULL, NULL, 1, got, 2, &error), &error); /* at its observation */
	assert_close(got[0], kit_bolus(100, 3, 60, 5), 1e-12, 0);
	own.parameters = parameters;
	assert_fine(lull_workspace_simulate(w, table, 0, &own, NULL, 1, got, 2, &error), &error);
	assert_close(got[0], kit_bolus(100, 3, 20, 5), 1e-12, 0);
	assert_true(got[1] == got[0]); /* the second output is of the same compartment */
	assert_int_equal(lull_workspace_simulate(w, table, 0, NULL, NULL, 2, got, 2, &error), LULL_EDOMAIN);
	lull_workspace_free(w);
	lull_evtable_free(table);
	lull_popmodel_free(model);
}

static void a_workspace_serves_thousands_of_calls(void **state)
{
	struct lull_popmodel *model = NULL;
	struct lull_workspace *w = NULL;
	struct lull_individual own = LULL_INDIVIDUAL;
	struct lull_error error;
	double first[6], got[6], etas[LULL_HASH_BYTES] = { 0 };
	static const double times[] = { 0.5, 30 };

	(void)state;
	assert_fine(lull_popmodel_open("kamp2020_otto2021", NULL, &model, &error), &error);
	struct lull_evtable *table = kit_table(model, "amt=35 dur=40min ii=24h addl=2");
	assert_fine(lull_workspace_new(model, NULL, 0, &w, &error), &error);
	assert_fine(lull_workspace_simulate(w, table, 0, NULL, times, 2, first, 6, &error), &error);
	own.etas = etas;
	for (int i = 0; i < 3000; i++) {
		etas[i % 4] = i / 3000.0 - 0.5;
		assert_fine(lull_workspace_simulate(w, table, 0, &own, times, 2, got, 6, &error), &error);
	}
	assert_fine(lull_workspace_simulate(w, table, 0, NULL, times, 2, got, 6, &error), &error);
	assert_memory_equal(first, got, sizeof(got));
	lull_workspace_free(w);
	lull_evtable_free(table);
	lull_popmodel_free(model);
}

static void a_workspace_says_what_is_wrong(void **state)
{
	struct lull_popmodel *model = kit_model("h");
	struct lull_evtable *table = kit_table(model, "amt=100");
	const char *nothing = NULL, *unknown = "effect";
	const double t = 1, etas[] = { 0, INFINITY }, below[] = { -3, NAN, NAN };
	struct lull_individual own = LULL_INDIVIDUAL;
	struct lull_workspace *w = NULL;
	struct lull_error error;
	double got[2] = { 5, 5 };

	(void)state;
	assert_int_equal(lull_workspace_new(model, &nothing, 1, &w, &error), LULL_EDOMAIN);
	assert_int_equal(lull_workspace_new(model, &unknown, 1, &w, &error), LULL_ENOTFOUND);
	assert_int_equal(lull_workspace_new(NULL, NULL, 0, &w, &error), LULL_EDOMAIN);
	assert_null(w);
	assert_fine(lull_workspace_new(model, NULL, 0, &w, &error), &error);
	assert_int_equal(lull_workspace_simulate(w, table, 1, NULL, &t, 1, got, 2, &error), LULL_EDOMAIN);
	assert_int_equal(lull_workspace_simulate(w, table, 0, NULL, &t, 1, got, 1, &error), LULL_EDOMAIN);
	assert_has(error.where, "n_values");
	assert_int_equal(lull_workspace_simulate(NULL, table, 0, NULL, &t, 1, got, 2, &error), LULL_EDOMAIN);
	assert_int_equal(lull_workspace_simulate(w, NULL, 0, NULL, &t, 1, got, 2, &error), LULL_EDOMAIN);
	own.etas = etas;
	assert_int_equal(lull_workspace_simulate(w, table, 0, &own, &t, 1, got, 2, &error), LULL_EDOMAIN);
	assert_has(error.where, "etas");
	assert_true(isnan(got[0]) && isnan(got[1]));
	own.etas = NULL;
	own.parameters = below;
	assert_int_equal(lull_workspace_simulate(w, table, 0, &own, &t, 1, got, 2, &error), LULL_EDOMAIN);
	assert_true(error.what[0] != '\0');
	lull_workspace_free(w);
	lull_workspace_free(NULL);
	lull_evtable_free(table);
	lull_popmodel_free(model);
}

static void handles_may_be_freed_in_any_order(void **state)
{
	struct lull_popmodel *model = kit_model("h");
	struct lull_evtable *table = kit_table(model, "amt=100");
	struct lull_workspace *w = NULL;
	struct lull_error error;
	const double t = 2;
	double got[2];

	(void)state;
	assert_fine(lull_workspace_new(model, NULL, 0, &w, &error), &error);
	lull_popmodel_free(model);
	assert_fine(lull_workspace_simulate(w, table, 0, NULL, &t, 1, got, 2, &error), &error);
	assert_close(got[0], kit_bolus(100, 3, 30, 2), 1e-12, 0);
	lull_evtable_free(table);
	lull_workspace_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_call_is_the_typical_person),
		cmocka_unit_test(one_call_says_what_is_wrong),
		cmocka_unit_test(a_persons_own_numbers),
		cmocka_unit_test(own_parameters_over_the_tables),
		cmocka_unit_test(a_workspace_serves_thousands_of_calls),
		cmocka_unit_test(a_workspace_says_what_is_wrong),
		cmocka_unit_test(handles_may_be_freed_in_any_order),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
