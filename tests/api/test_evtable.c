/* Tables of events: the same from text, from CSV and from arrays; and what is refused, with its place. */
#include "kit.h"

enum { N = 5 };
static const double times[N] = { 0, 1, 3, 13, 30 };

static void curve(const struct lull_popmodel *model, const struct lull_evtable *table, size_t i_person, double out[N])
{
	const char *output = "conc";
	struct lull_workspace *w = NULL;
	struct lull_error error;

	assert_fine(lull_workspace_new(model, &output, 1, &w, &error), &error);
	assert_fine(lull_workspace_simulate(w, table, i_person, NULL, times, N, out, N, &error), &error);
	lull_workspace_free(w);
}

static void text_csv_and_arrays_agree_to_the_bit(void **state)
{
	struct lull_popmodel *model = kit_model("h");
	struct lull_evtable *text = kit_table(model, "amt=100 dur=30min ii=12h addl=3; amt=40 time=2h cmt=tablet"), *csv = NULL, *arrays = NULL;
	static const char bytes[] = "ID,TIME,AMT,DUR,II,ADDL,CMT\n1,0,100,0.5,12,3,1\n1,2,40,0,0,0,2\n";
	static const double time[] = { 0, 2 }, amt[] = { 100, 40 }, dur[] = { 0.5, 0 }, ii[] = { 12, 0 };
	static const int32_t addl[] = { 3, 0 }, cmt[] = { 0, 2 };
	struct lull_evtable_columns columns = LULL_EVTABLE_COLUMNS;
	struct lull_error error;
	double a[N], b[N], c[N];

	(void)state;
	columns.n_records = 2;
	columns.time = time;
	columns.amt = amt;
	columns.dur = dur;
	columns.ii = ii;
	columns.addl = addl;
	columns.cmt = cmt;
	assert_fine(lull_evtable_parse_csv(model, bytes, strlen(bytes), "e.csv", NULL, &csv, &error), &error);
	assert_fine(lull_evtable_from_columns(model, &columns, NULL, &arrays, &error), &error);
	curve(model, text, 0, a);
	curve(model, csv, 0, b);
	curve(model, arrays, 0, c);
	assert_true(a[2] > 0.1);
	assert_memory_equal(a, b, sizeof(a));
	assert_memory_equal(a, c, sizeof(a));
	lull_evtable_free(text);
	lull_evtable_free(csv);
	lull_evtable_free(arrays);
	lull_popmodel_free(model);
}

/* In minutes everything is 60 times as long; rates are per minute. */
static void times_are_the_models(void **state)
{
	struct lull_popmodel *model = kit_model("min");
	static const double time[] = { 5 }, amt[] = { 60 }, rate[] = { 20 };
	struct lull_evtable_columns columns = LULL_EVTABLE_COLUMNS;
	struct lull_evtable *table = NULL;
	struct lull_error error;
	double got[N];

	(void)state;
	columns.n_records = 1;
	columns.time = time;
	columns.amt = amt;
	columns.rate = rate;
	assert_fine(lull_evtable_from_columns(model, &columns, NULL, &table, &error), &error);
	curve(model, table, 0, got);
	const double k = 3.0 / 30;
	assert_true(got[2] == 0);
	assert_close(got[3], 20 / 3.0 * (1 - exp(-3 * k)) * exp(-5 * k), 1e-10, 0); /* 13 min: 5 after its end */
	lull_evtable_free(table);
	lull_popmodel_free(model);
}

static void people_and_their_covariates(void **state)
{
	struct lull_popmodel *model = kit_model("h");
	static const uint64_t id[] = { 7, 7, 9 };
	static const double time[] = { 0, 3, 0 }, amt[] = { 100, 0, 100 };
	const double wt[] = { 35, NAN, 140 }, eta1[] = { 0, NAN, 0.5 }, eta2[] = { 0, 0, 0 };
	const char *names[] = { "WT", "ETA1", "eta(2)" };
	const double *values[] = { wt, eta1, eta2 };
	struct lull_evtable_columns columns = LULL_EVTABLE_COLUMNS;
	struct lull_evtable *table = NULL;
	struct lull_error error;
	double got[N];

	(void)state;
	columns.n_records = 3;
	columns.id = id;
	columns.time = time;
	columns.amt = amt;
	columns.n_named = 3;
	columns.names = names;
	columns.values = values;
	assert_fine(lull_evtable_from_columns(model, &columns, NULL, &table, &error), &error);
	assert_int_equal(lull_evtable_n_people(table), 2);
	assert_int_equal(lull_evtable_id(table, 1), 9);
	assert_int_equal(lull_evtable_id(table, 2), 0);
	assert_int_equal(lull_evtable_n_observations(table, 0), 1);
	assert_int_equal(lull_evtable_n_observations(table, 1), 0);
	curve(model, table, 0, got);
	assert_close(got[3], kit_bolus(100, 1.5, 30, 13), 1e-12, 0);
	curve(model, table, 1, got);
	assert_close(got[3], kit_bolus(100, 6 * exp(0.5), 30, 13), 1e-10, 0);
	lull_evtable_free(table);
	lull_popmodel_free(model);
}

/* From 3 h on the weight, and with it the clearance, is another. */
static void covariates_over_time_hold_last_or_next(void **state)
{
	struct lull_popmodel *model = kit_model("h");
	static const double time[] = { 0, 3 }, amt[] = { 90, 0 };
	const double wt[] = { 70, 140 };
	const char *name = "wt";
	const double *values[] = { wt };
	struct lull_evtable_columns columns = LULL_EVTABLE_COLUMNS;
	struct lull_evtable_options options = LULL_EVTABLE_OPTIONS;
	struct lull_evtable *table = NULL;
	struct lull_error error;
	double got[N];

	(void)state;
	columns.n_records = 2;
	columns.time = time;
	columns.amt = amt;
	columns.n_named = 1;
	columns.names = &name;
	columns.values = values;
	assert_fine(lull_evtable_from_columns(model, &columns, &options, &table, &error), &error);
	curve(model, table, 0, got);
	assert_close(got[2], 3 * exp(-0.1 * 3), 1e-10, 0);
	assert_close(got[3], 3 * exp(-0.1 * 3 - 0.2 * 10), 1e-10, 0);
	lull_evtable_free(table);
	options.covariates_next = 1;
	assert_fine(lull_evtable_from_columns(model, &columns, &options, &table, &error), &error);
	curve(model, table, 0, got);
	assert_close(got[2], 3 * exp(-0.2 * 3), 1e-10, 0);
	lull_evtable_free(table);
	lull_popmodel_free(model);
}

/* What cannot be, by column: one value into a good table of two records. */
static void a_wrong_record_is_named(void **state)
{
	struct lull_popmodel *model = kit_model("h");
	static const struct {
		const char *column;
		double value;
	} rows[] = {
		{ "time", NAN }, { "time", INFINITY }, { "amt", -1 }, { "amt", NAN }, { "rate", -3 }, { "dur", -1 },
		{ "ii", -1 },    { "addl", -1 },       { "ss", 4 },   { "cmt", 3 },   { "evid", 5 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		double time[] = { 0, 1 }, amt[] = { 100, 100 }, rate[] = { 0, 0 }, dur[] = { 0, 0 }, ii[] = { 0, 0 };
		int32_t addl[] = { 0, 0 }, ss[] = { 0, 0 }, cmt[] = { 1, 1 }, evid[] = { 1, 1 };
		struct lull_evtable_columns columns = LULL_EVTABLE_COLUMNS;
		struct lull_evtable *table = NULL;
		struct lull_error error;
		const struct { const char *name; double *real; int32_t *whole; } all[] = {
			{ "time", time, NULL }, { "amt", amt, NULL }, { "rate", rate, NULL }, { "dur", dur, NULL }, { "ii", ii, NULL },
			{ "addl", NULL, addl }, { "ss", NULL, ss },   { "cmt", NULL, cmt },   { "evid", NULL, evid },
		};
		for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++) {
			if (strcmp(all[k].name, rows[i].column) != 0)
				continue;
			if (all[k].real)
				all[k].real[1] = rows[i].value;
			else
				all[k].whole[1] = (int32_t)rows[i].value;
		}
		columns.n_records = 2;
		columns.time = time;
		columns.amt = amt;
		columns.rate = rate;
		columns.dur = dur;
		columns.ii = ii;
		columns.addl = addl;
		columns.ss = ss;
		columns.cmt = cmt;
		columns.evid = evid;
		assert_int_equal(lull_evtable_from_columns(model, &columns, NULL, &table, &error), LULL_EDOMAIN);
		assert_null(table);
		assert_has(error.where, "record 1, ");
		for (char *p = error.where; *p; p++)
			*p = (char)(*p >= 'A' && *p <= 'Z' ? *p + 32 : *p);
		assert_has(error.where, rows[i].column);
	}
	lull_popmodel_free(model);
}

static void tables_that_make_no_sense(void **state)
{
	struct lull_popmodel *model = kit_model("h"), *other = kit_model("h");
	static const uint64_t id[] = { 1, 2, 1 };
	double time[] = { 0, 0, 0 };
	static const double amt[] = { 1, 1, 1 };
	const char *names[] = { "wt", "WT" };
	const double *values[] = { amt, amt };
	struct lull_evtable_columns columns = LULL_EVTABLE_COLUMNS;
	struct lull_evtable *table = NULL;
	struct lull_workspace *w = NULL;
	struct lull_error error;
	double got[2];

	(void)state;
	columns.time = time;
	columns.amt = amt;
	assert_int_equal(lull_evtable_from_columns(model, &columns, NULL, &table, &error), LULL_EDOMAIN); /* no records */
	columns.n_records = 3;
	columns.id = id;
	assert_int_equal(lull_evtable_from_columns(model, &columns, NULL, &table, &error), LULL_ECONFLICT);
	assert_has(error.what, "two places");
	columns.id = NULL;
	time[1] = 5;
	assert_int_equal(lull_evtable_from_columns(model, &columns, NULL, &table, &error), LULL_EDOMAIN); /* time falls */
	assert_has(error.where, "record 2, time");
	time[2] = 5;
	columns.n_named = 2;
	columns.names = names;
	columns.values = values;
	assert_int_equal(lull_evtable_from_columns(model, &columns, NULL, &table, &error), LULL_ECONFLICT);
	names[1] = "ETA1"; /* one of two */
	assert_int_equal(lull_evtable_from_columns(model, &columns, NULL, &table, &error), LULL_ECONFLICT);
	names[1] = "height";
	assert_int_equal(lull_evtable_from_columns(model, &columns, NULL, &table, &error), LULL_ENOTFOUND);
	assert_has(error.where, "height");
	columns.n_named = 1;
	assert_fine(lull_evtable_from_columns(model, &columns, NULL, &table, &error), &error);

	/* A table is of one model. */
	assert_fine(lull_workspace_new(other, NULL, 0, &w, &error), &error);
	assert_int_equal(lull_workspace_simulate(w, table, 0, NULL, time, 1, got, 2, &error), LULL_ECONFLICT);
	lull_workspace_free(w);
	lull_evtable_free(table);
	lull_popmodel_free(model);
	lull_popmodel_free(other);
}

static int n_told;
static void hear(void *user, const char *text)
{
	(void)user;
	assert_non_null(strstr(text, "e.csv"));
	n_told++;
}

static void an_id_that_cannot_be_read_is_left_out(void **state)
{
	struct lull_popmodel *model = kit_model("h");
	static const char csv[] = "ID;TIME;AMT\n1;0;100\n2;0;a lot\n3;0;50,5\n";
	struct lull_evtable_options options = LULL_EVTABLE_OPTIONS;
	struct lull_evtable *table = NULL;
	struct lull_error error;
	double got[N];

	(void)state;
	options.delimiter = ';';
	options.decimal = ',';
	options.remark = hear;
	n_told = 0;
	assert_fine(lull_evtable_parse_csv(model, csv, strlen(csv), "e.csv", &options, &table, &error), &error);
	assert_int_equal(lull_evtable_n_people(table), 2);
	assert_int_equal(lull_evtable_n_rejected(table), 1);
	assert_int_equal(lull_evtable_id(table, 1), 3);
	assert_true(n_told >= 1);
	curve(model, table, 1, got);
	assert_close(got[1], kit_bolus(50.5, 3, 30, 1), 1e-12, 0);
	lull_evtable_free(table);
	options.delimiter = '!';
	assert_int_equal(lull_evtable_parse_csv(model, csv, strlen(csv), "e.csv", &options, &table, &error), LULL_EDOMAIN);
	assert_int_equal(lull_evtable_read(model, "/nonexistent.csv", NULL, &table, &error), LULL_EIO);
	assert_has(error.where, "/nonexistent.csv");
	assert_int_equal(lull_evtable_parse(model, "amt=100 durr=2", NULL, &table, &error), LULL_EPARSE);
	assert_null(table);
	assert_int_equal(lull_evtable_parse(NULL, "amt=100", NULL, &table, &error), LULL_EDOMAIN);
	lull_evtable_free(NULL);
	lull_popmodel_free(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_csv_and_arrays_agree_to_the_bit),
		cmocka_unit_test(times_are_the_models),
		cmocka_unit_test(people_and_their_covariates),
		cmocka_unit_test(covariates_over_time_hold_last_or_next),
		cmocka_unit_test(a_wrong_record_is_named),
		cmocka_unit_test(tables_that_make_no_sense),
		cmocka_unit_test(an_id_that_cannot_be_read_is_left_out),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
