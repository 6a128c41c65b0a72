/* Models as handles: how they are opened, what they say of themselves, what is said when they cannot be opened. */
#include "kit.h"


static void a_model_by_its_id(void **state)
{
	struct lull_popmodel *model = NULL;
	struct lull_error error;

	(void)state;
	assert_fine(lull_popmodel_open("kamp2020_otto2021", NULL, &model, &error), &error);
	assert_int_equal(error.code, LULL_OK);
	assert_string_equal(lull_popmodel_text(model, LULL_TEXT_ID), "kamp2020_otto2021");
	assert_int_equal(strlen(lull_popmodel_text(model, LULL_TEXT_HASH)), 64);
	assert_string_equal(lull_popmodel_text(model, LULL_TEXT_CONC_UNIT), "ng/mL");
	assert_true(lull_popmodel_find(model, LULL_OUTPUTS, "NORKETAMINE") >= 0);
	lull_popmodel_free(model);
}

static void what_a_model_has(void **state)
{
	struct lull_popmodel *model = kit_model("h");

	(void)state;
	assert_int_equal(lull_popmodel_count(model, LULL_PARAMETERS), 3);
	assert_int_equal(lull_popmodel_count(model, LULL_INPUTS), 2);
	assert_int_equal(lull_popmodel_count(model, LULL_ETAS), 2);
	assert_int_equal(lull_popmodel_count(model, LULL_OUTPUTS), 2);
	assert_int_equal(lull_popmodel_count(model, 4711), 0);
	assert_string_equal(lull_popmodel_name(model, LULL_INPUTS, 1), "tablet");
	assert_string_equal(lull_popmodel_name(model, LULL_INPUTS, 2), "");
	assert_string_equal(lull_popmodel_unit(model, LULL_PARAMETERS, 0), "L/h");
	assert_int_equal(lull_popmodel_find(model, LULL_PARAMETERS, "KA"), 2);
	assert_int_equal(lull_popmodel_find(model, LULL_PARAMETERS, "vmax"), -1);
	assert_true(lull_popmodel_default(model, LULL_PARAMETERS, 1) == 30);
	assert_true(lull_popmodel_default(model, LULL_COVARIATES, 0) == 70);
	assert_true(lull_popmodel_default(model, LULL_ETAS, 0) == 0);
	assert_true(isnan(lull_popmodel_default(model, LULL_OUTPUTS, 0)));
	assert_true(isnan(lull_popmodel_default(model, LULL_PARAMETERS, 3)));
	assert_string_equal(lull_popmodel_text(model, 4711), "");
	assert_string_equal(lull_popmodel_text(NULL, LULL_TEXT_ID), "");
	assert_int_equal(lull_popmodel_count(NULL, LULL_OUTPUTS), 0);
	lull_popmodel_free(model);
}

struct ids { char text[4096]; int n, stop_at; };

static int collect(void *user, const char *id)
{
	struct ids *ids = user;

	ids->n++;
	strncat(ids->text, id, sizeof(ids->text) - strlen(ids->text) - 2);
	strncat(ids->text, " ", 2);
	return ids->n == ids->stop_at;
}

static void every_model_of_the_list_opens(void **state)
{
	struct ids ids = { 0 };
	struct lull_error error;

	(void)state;
	assert_fine(lull_popmodel_list(NULL, collect, &ids, &error), &error);
	assert_true(ids.n >= 4);
	assert_has(ids.text, "kamp2020_otto2021 ");
	for (char *id = strtok(ids.text, " "); id; id = strtok(NULL, " ")) {
		struct lull_popmodel *model = NULL;
		assert_fine(lull_popmodel_open(id, NULL, &model, &error), &error);
		assert_string_equal(lull_popmodel_text(model, LULL_TEXT_ID), id);
		lull_popmodel_free(model);
	}
}

static void the_caller_may_end_the_list(void **state)
{
	struct ids ids = { .stop_at = 2 };
	struct lull_error error;

	(void)state;
	assert_int_equal(lull_popmodel_list(NULL, collect, &ids, &error), LULL_ESTOPPED);
	assert_int_equal(ids.n, 2);
}

static void a_file_and_a_folder_of_ones_own(void **state)
{
	const char *source = getenv("LULL_SOURCE");
	char path[4096];
	struct lull_popmodel *model = NULL;
	struct lull_popmodel_options options = LULL_POPMODEL_OPTIONS;
	struct lull_error error;
	struct ids ids = { 0 };

	(void)state;
	snprintf(path, sizeof(path), "%s/knowledge/models/otto2021_s.yaml", source ? source : ".");
	assert_fine(lull_popmodel_open(path, NULL, &model, &error), &error);
	assert_string_equal(lull_popmodel_text(model, LULL_TEXT_ID), "otto2021_s");
	lull_popmodel_free(model);

	snprintf(path, sizeof(path), "%s/knowledge", source ? source : ".");
	options.knowledge = path;
	assert_fine(lull_popmodel_open("otto2021_s", &options, &model, &error), &error);
	lull_popmodel_free(model);
	assert_fine(lull_popmodel_list(&options, collect, &ids, &error), &error);
	assert_has(ids.text, "otto2021_s ");

	options.knowledge = "/nonexistent/folder";
	assert_int_equal(lull_popmodel_open("otto2021_s", &options, &model, &error), LULL_EIO);
	assert_null(model);
	assert_has(error.where, "/nonexistent/folder");
	assert_int_equal(lull_popmodel_open("./nonexistent.yaml", NULL, &model, &error), LULL_EIO);
	assert_has(error.where, "nonexistent.yaml");
}

static void an_unknown_model_names_those_there_are(void **state)
{
	struct lull_popmodel *model = NULL;
	struct lull_error error;
	char line[2048];

	(void)state;
	assert_int_equal(lull_popmodel_open("kamp2021", NULL, &model, &error), LULL_ENOTFOUND);
	assert_null(model);
	lull_error_line(&error, line, sizeof(line));
	assert_has(line, "kamp2021");
	assert_has(line, "kamp2020_otto2021");
}

static int n_told;
static char told[1024];
static void hear(void *user, const char *text)
{
	assert_ptr_equal(user, told);
	n_told++;
	strncpy(told, text, sizeof(told) - 1);
}

static void a_wrong_file_is_told_with_its_place(void **state)
{
	static const char yaml[] = "schema_version: 2\nid: x\nparameters:\n  cl: { value: much, unit: L/h }\n";
	struct lull_popmodel *model = NULL;
	struct lull_popmodel_options options = LULL_POPMODEL_OPTIONS;
	struct lull_error error;

	(void)state;
	options.remark = hear;
	options.user = told;
	n_told = 0;
	assert_int_equal(lull_popmodel_parse(yaml, strlen(yaml), "mine.yaml", &options, &model, &error), LULL_EPARSE);
	assert_null(model);
	assert_has(error.where, "mine.yaml:");
	assert_true(n_told > 1);
	assert_has(told, "mine.yaml");
	assert_int_equal(lull_popmodel_parse(yaml, strlen(yaml), NULL, NULL, &model, NULL), LULL_EPARSE);
}

static void what_is_missing_is_said(void **state)
{
	struct lull_popmodel *model = NULL;
	struct lull_popmodel_options unset = { 0, NULL, NULL, NULL };
	struct lull_error error;

	(void)state;
	assert_int_equal(lull_popmodel_open(NULL, NULL, &model, &error), LULL_EDOMAIN);
	assert_has(error.where, "model");
	assert_int_equal(lull_popmodel_open("otto2021_s", NULL, NULL, &error), LULL_EDOMAIN);
	assert_int_equal(lull_popmodel_open("otto2021_s", &unset, &model, &error), LULL_EDOMAIN);
	assert_has(error.mend, "initialiser");
	assert_int_equal(lull_popmodel_parse(NULL, 0, NULL, NULL, &model, &error), LULL_EDOMAIN);
	assert_int_equal(lull_popmodel_list(NULL, NULL, NULL, &error), LULL_EDOMAIN);
	lull_popmodel_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_model_by_its_id),
		cmocka_unit_test(what_a_model_has),
		cmocka_unit_test(every_model_of_the_list_opens),
		cmocka_unit_test(the_caller_may_end_the_list),
		cmocka_unit_test(a_file_and_a_folder_of_ones_own),
		cmocka_unit_test(an_unknown_model_names_those_there_are),
		cmocka_unit_test(a_wrong_file_is_told_with_its_place),
		cmocka_unit_test(what_is_missing_is_said),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
