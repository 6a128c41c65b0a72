/* Populations: into memory and into a reducer, the same bits for any number of threads; drawing, rows of people's own
 * numbers, replicates, people who fail, and being stopped. */
#include "kit.h"

static const double times[] = { 0, 0.5, 1, 2, 4, 8, 24 };
enum { N_TIMES = 7 };

static struct lull_simulation *make(const struct lull_popmodel *model, const struct lull_evtable *table,
				    const struct lull_simulation_options *options)
{
	struct lull_simulation *s = NULL;
	struct lull_error error;

	assert_fine(lull_simulation_new(model, table, options, &s, &error), &error);
	return s;
}

static double *run(struct lull_simulation *s, int32_t *codes, size_t *n)
{
	struct lull_error error;

	*n = (size_t)lull_simulation_n_results(s) * lull_simulation_n_outputs(s) * lull_simulation_n_times(s);
	double *values = calloc(*n, sizeof(*values));
	assert_non_null(values);
	assert_fine(lull_simulation_run(s, values, *n, codes, &error), &error);
	return values;
}

static struct lull_simulation_options options_for(uint64_t n_people, uint32_t draw)
{
	struct lull_simulation_options o = LULL_SIMULATION_OPTIONS;

	o.n_people = n_people;
	o.seed = 42;
	o.draw = draw;
	o.times = times;
	o.n_times = N_TIMES;
	return o;
}

static void the_same_bytes_for_any_number_of_threads(void **state)
{
	struct lull_popmodel *model = kit_model("h");
	struct lull_evtable *table = kit_table(model, "amt=100 cmt=tablet ii=12h addl=1");
	struct lull_simulation_options o = options_for(1500, LULL_DRAW_PEOPLE | LULL_DRAW_RESIDUAL);
	double *first = NULL;
	size_t n;

	(void)state;
	o.n_replicates = 2;
	for (int threads = 1; threads <= 8; threads = threads == 3 ? 8 : threads + 1) {
		o.n_threads = threads;
		struct lull_simulation *s = make(model, table, &o);
		assert_int_equal(lull_simulation_n_results(s), 3000);
		double *values = run(s, NULL, &n);
		assert_int_equal(n, 3000 * 2 * N_TIMES);
		if (!first) {
			first = values;
		} else {
			assert_memory_equal(first, values, n * sizeof(*values));
			free(values);
		}
		lull_simulation_free(s);
	}
	/* people differ, replicates too */
	assert_true(first[5] != first[5 + 2 * N_TIMES]);
	assert_true(first[5] != first[5 + (size_t)1500 * 2 * N_TIMES]);
	free(first);
	lull_evtable_free(table);
	lull_popmodel_free(model);
}

static void a_person_alone_is_the_same_person(void **state)
{
	struct lull_popmodel *model = kit_model("h");
	struct lull_evtable *table = kit_table(model, "amt=100");
	struct lull_simulation_options o = options_for(700, LULL_DRAW_PEOPLE);
	struct lull_simulation *many = make(model, table, &o);
	size_t n;
	double *all = run(many, NULL, &n);

	(void)state;
	o.n_people = 1;
	o.first_id = 613;
	struct lull_simulation *one = make(model, table, &o);
	double *alone = run(one, NULL, &n);
	assert_memory_equal(alone, all + (size_t)612 * 2 * N_TIMES, n * sizeof(*alone));
	free(all);
	free(alone);
	lull_simulation_free(many);
	lull_simulation_free(one);
	lull_evtable_free(table);
	lull_popmodel_free(model);
}

/* With one exponential, two values give back a person's k; its deviations have the model's spread. */
static void people_differ_as_the_model_says(void **state)
{
	struct lull_popmodel *model = kit_model("h");
	struct lull_evtable *table = kit_table(model, "amt=100");
	struct lull_simulation_options o = options_for(20000, LULL_DRAW_PEOPLE);
	struct lull_simulation *s = make(model, table, &o);
	double sum = 0, square = 0;
	size_t n;
	double *values = run(s, NULL, &n);

	(void)state;
	for (size_t i = 0; i < 20000; i++) {
		const double *v = values + i * 2 * N_TIMES;
		const double log_k = log(log(v[0] / v[4]) / 4 / 0.1); /* eta of cl less eta of v */
		sum += log_k;
		square += log_k * log_k;
	}
	const double mean = sum / 20000, var = square / 20000 - mean * mean;
	assert_close(mean, 0, 0, 0.01);
	assert_close(var, log(1.09) + log(1.04), 0.05, 0);
	free(values);
	lull_simulation_free(s);
	lull_evtable_free(table);
	lull_popmodel_free(model);
}

struct collect {
	double *values;
	uint64_t next, n_failed;
	size_t n_each;
	int stop_at, is_parallel;
	uint64_t in_slot[512], n_merged;
};

static int take(void *user, uint32_t slot, const struct lull_result *r)
{
	struct collect *c = user;

	if (c->is_parallel)
		c->in_slot[slot]++;
	else if (r->index != c->next++)
		return 1; /* out of order */
	if (r->values)
		memcpy(c->values + r->index * c->n_each, r->values, r->n_outputs * r->n_times * sizeof(double));
	return c->stop_at && r->index + 1 == (uint64_t)c->stop_at;
}

static int merge(void *user, uint32_t slot)
{
	struct collect *c = user;

	c->n_merged += c->in_slot[slot];
	c->in_slot[slot] = 0;
	return 0;
}

static void a_reducer_sees_what_memory_would_hold(void **state)
{
	struct lull_popmodel *model = kit_model("h");
	struct lull_evtable *table = kit_table(model, "amt=100 dur=1h");
	struct lull_simulation_options o = options_for(1000, LULL_DRAW_PEOPLE);
	struct lull_reducer reducer = LULL_REDUCER;
	struct lull_error error;
	size_t n;

	(void)state;
	o.n_threads = 3;
	struct lull_simulation *s = make(model, table, &o);
	double *want = run(s, NULL, &n);
	struct collect c = { .values = calloc(n, sizeof(double)), .n_each = (size_t)2 * N_TIMES };
	assert_non_null(c.values);
	reducer.user = &c;
	reducer.person = take;
	assert_fine(lull_simulation_reduce(s, &reducer, &error), &error);
	assert_int_equal(c.next, 1000);
	assert_memory_equal(want, c.values, n * sizeof(double));

	memset(c.values, 0, n * sizeof(double));
	c.is_parallel = 1;
	reducer.merge = merge;
	assert_true(lull_simulation_n_slots(s) <= 512);
	assert_fine(lull_simulation_reduce(s, &reducer, &error), &error);
	assert_int_equal(c.n_merged, 1000);
	assert_memory_equal(want, c.values, n * sizeof(double));

	c = (struct collect){ .values = c.values, .n_each = c.n_each, .stop_at = 300 };
	reducer.merge = NULL;
	assert_int_equal(lull_simulation_reduce(s, &reducer, &error), LULL_ESTOPPED);
	assert_int_equal(c.next, 300);
	reducer.person = NULL;
	assert_int_equal(lull_simulation_reduce(s, &reducer, &error), LULL_EDOMAIN);
	free(want);
	free(c.values);
	lull_simulation_free(s);
	lull_evtable_free(table);
	lull_popmodel_free(model);
}

static int look(void *user, uint32_t slot, const struct lull_result *r)
{
	(void)slot;
	*(int *)user += 1;
	assert_int_equal(r->size, sizeof(*r));
	assert_int_equal(r->n_parameters, 3);
	assert_true(r->parameters[1] == 30);
	assert_string_equal(r->message, "");
	assert_int_equal(r->id, 1);
	assert_int_equal(r->n_times, 3);
	assert_true(r->times[0] == 30 && r->times[1] == 60 && r->times[2] == 90);
	assert_int_equal(r->record[0], -1);
	assert_int_equal(r->record[1], 1);
	assert_true(r->last_dose[2] == 20);
	return 0;
}

/* Times go back as the model counts them, grid and records in one row. */
static void what_a_result_says(void **state)
{
	struct lull_popmodel *model = kit_model("min");
	static const char csv[] = "ID,TIME,AMT\n1,20,100\n1,60,0\n";
	static const double grid[] = { 30, 90 };
	struct lull_simulation_options o = LULL_SIMULATION_OPTIONS;
	struct lull_reducer reducer = LULL_REDUCER;
	struct lull_evtable *table = NULL;
	struct lull_error error;
	int n = 0;

	(void)state;
	assert_fine(lull_evtable_parse_csv(model, csv, strlen(csv), NULL, NULL, &table, &error), &error);
	o.times = grid;
	o.n_times = 2;
	o.at_records = 1;
	struct lull_simulation *s = make(model, table, &o);
	assert_int_equal(lull_simulation_n_times(s), 3);
	reducer.user = &n;
	reducer.person = look;
	assert_fine(lull_simulation_reduce(s, &reducer, &error), &error);
	assert_int_equal(n, 1);
	lull_simulation_free(s);
	lull_evtable_free(table);
	lull_popmodel_free(model);
}

static void people_with_fewer_records_end_in_nan(void **state)
{
	struct lull_popmodel *model = kit_model("h");
	static const char csv[] = "ID,TIME,AMT\n1,0,100\n1,5,0\n2,0,100\n2,5,0\n2,6,0\n";
	const char *output = "conc";
	struct lull_simulation_options o = LULL_SIMULATION_OPTIONS;
	struct lull_evtable *table = NULL;
	struct lull_error error;
	size_t n;

	(void)state;
	assert_fine(lull_evtable_parse_csv(model, csv, strlen(csv), NULL, NULL, &table, &error), &error);
	o.outputs = &output;
	o.n_outputs = 1;
	struct lull_simulation *s = make(model, table, &o);
	double *values = run(s, NULL, &n);
	assert_int_equal(n, 4);
	assert_close(values[0], kit_bolus(100, 3, 30, 5), 1e-12, 0);
	assert_true(isnan(values[1]));
	assert_close(values[3], kit_bolus(100, 3, 30, 6), 1e-12, 0);
	free(values);
	lull_simulation_free(s);
	lull_evtable_free(table);
	lull_popmodel_free(model);
}

/* Rows of covariates and etas, and the same as columns of a table. */
static void rows_of_peoples_own_numbers(void **state)
{
	struct lull_popmodel *model = kit_model("h");
	struct lull_evtable *one = kit_table(model, "amt=100");
	const double wt[] = { 35, NAN, 140 }, etas[] = { 0, 0, 0.1, 0.2, -0.3, 0 };
	const char *output = "conc";
	struct lull_simulation_options o = options_for(3, LULL_DRAW_PEOPLE); /* given, so nothing is drawn */
	size_t n;

	(void)state;
	o.outputs = &output;
	o.n_outputs = 1;
	o.covariates = wt;
	o.etas = etas;
	struct lull_simulation *s = make(model, one, &o);
	double *values = run(s, NULL, &n);
	for (int i = 0; i < 3; i++) {
		const double cl = 3 * (isnan(wt[i]) ? 70 : wt[i]) / 70 * exp(etas[2 * i]), v = 30 * exp(etas[2 * i + 1]);
		for (int t = 0; t < N_TIMES; t++)
			assert_close(values[i * N_TIMES + t], kit_bolus(100, cl, v, times[t]), 1e-11, 0);
	}
	free(values);
	lull_simulation_free(s);
	lull_evtable_free(one);
	lull_popmodel_free(model);
}

/* A dose by weight is of each row's own weight. */
static void a_dose_by_weight_is_each_persons_own(void **state)
{
	struct lull_popmodel *model = kit_model("h");
	struct lull_evtable *one = kit_table(model, "amt=2mg/kg");
	const double wt[] = { 50, 80 };
	struct lull_simulation_options o = options_for(2, 0);
	size_t n;

	(void)state;
	o.covariates = wt;
	struct lull_simulation *s = make(model, one, &o);
	double *values = run(s, NULL, &n);
	assert_close(values[0], 2 * 50 / 30.0, 1e-12, 0);
	assert_close(values[2 * N_TIMES], 2 * 80 / 30.0, 1e-12, 0);
	free(values);
	lull_simulation_free(s);
	lull_evtable_free(one);
	lull_popmodel_free(model);
}

static void parameters_and_a_posterior(void **state)
{
	struct lull_popmodel *model = kit_model("h");
	struct lull_evtable *table = kit_table(model, "amt=100");
	const double parameters[] = { NAN, 50, NAN }, posterior[] = { 1, NAN, NAN, 2, 40, NAN };
	struct lull_simulation_options o = options_for(1, 0);
	size_t n;

	(void)state;
	o.parameters = parameters;
	struct lull_simulation *s = make(model, table, &o);
	double *values = run(s, NULL, &n);
	assert_close(values[3], kit_bolus(100, 3, 50, 2), 1e-12, 0);
	free(values);
	lull_simulation_free(s);

	o.parameters = NULL;
	o.posterior = posterior;
	o.n_posterior = 2;
	o.n_replicates = 3;
	s = make(model, table, &o);
	values = run(s, NULL, &n);
	const size_t each = (size_t)2 * N_TIMES;
	assert_close(values[3], kit_bolus(100, 1, 30, 2), 1e-12, 0);
	assert_close(values[each + 3], kit_bolus(100, 2, 40, 2), 1e-12, 0);
	assert_memory_equal(values + 2 * each, values, each * sizeof(*values));
	free(values);
	lull_simulation_free(s);
	lull_evtable_free(table);
	lull_popmodel_free(model);
}

static void a_uniform_grid_agrees(void **state)
{
	struct lull_popmodel *model = kit_model("h");
	struct lull_evtable *table = kit_table(model, "amt=100 cmt=tablet ii=6h addl=2");
	double grid[200];
	struct lull_simulation_options o = options_for(20, LULL_DRAW_PEOPLE);
	size_t n;

	(void)state;
	for (int i = 0; i < 200; i++)
		grid[i] = i * 0.125;
	o.times = grid;
	o.n_times = 200;
	struct lull_simulation *any = make(model, table, &o);
	o.step = 0.125;
	struct lull_simulation *uniform = make(model, table, &o);
	double *a = run(any, NULL, &n), *b = run(uniform, NULL, &n);
	for (size_t i = 0; i < n; i++)
		assert_close(a[i], b[i], 0, 1e-11);
	free(a);
	free(b);
	lull_simulation_free(any);
	lull_simulation_free(uniform);
	lull_evtable_free(table);
	lull_popmodel_free(model);
}

/* ID 2 has a clearance that cannot be: the others are whole. */
static void one_persons_fault_is_that_persons(void **state)
{
	struct lull_popmodel *model = kit_model("h");
	static const char csv[] = "ID,TIME,AMT,CL\n1,0,100,3\n2,0,100,-3\n3,0,100,3\n";
	struct lull_simulation_options o = options_for(0, 0);
	struct lull_evtable *table = NULL;
	struct lull_error error;
	double values[3 * 2 * N_TIMES];
	int32_t codes[3] = { 9, 9, 9 };

	(void)state;
	assert_fine(lull_evtable_parse_csv(model, csv, strlen(csv), NULL, NULL, &table, &error), &error);
	struct lull_simulation *s = make(model, table, &o);
	assert_fine(lull_simulation_run(s, values, 3 * 2 * N_TIMES, codes, &error), &error);
	assert_int_equal(codes[0], LULL_OK);
	assert_true(codes[1] < 0);
	assert_int_equal(codes[2], LULL_OK);
	assert_int_equal(lull_simulation_n_failed(s), 1);
	assert_close(values[3], kit_bolus(100, 3, 30, 2), 1e-12, 0);
	assert_true(isnan(values[2 * N_TIMES + 3]));
	assert_close(values[4 * N_TIMES + 3], kit_bolus(100, 3, 30, 2), 1e-12, 0);

	/* Nobody asks for codes: then it is an error, and the others are whole all the same. */
	memset(values, 0, sizeof(values));
	assert_int_equal(lull_simulation_run(s, values, 3 * 2 * N_TIMES, NULL, &error), codes[1]);
	assert_has(error.where, "ID 2");
	assert_has(error.what, "1 of 3");
	assert_close(values[4 * N_TIMES + 3], kit_bolus(100, 3, 30, 2), 1e-12, 0);
	assert_int_equal(lull_simulation_run(s, values, 3 * 2 * N_TIMES - 1, codes, &error), LULL_EDOMAIN);
	assert_int_equal(lull_simulation_run(s, NULL, 0, codes, &error), LULL_EDOMAIN);
	lull_simulation_free(s);
	lull_evtable_free(table);
	lull_popmodel_free(model);
}

static uint64_t last_done;
static int stop_after_1000(void *user, uint64_t n_done, uint64_t n_all)
{
	assert_ptr_equal(user, &last_done);
	assert_true(n_done > last_done || n_done <= n_all);
	last_done = n_done;
	return n_done >= 1000;
}

static void a_run_can_be_stopped(void **state)
{
	struct lull_popmodel *model = kit_model("h");
	struct lull_evtable *table = kit_table(model, "amt=100");
	struct lull_simulation_options o = options_for(20000, 0);
	const size_t n = (size_t)20000 * 2 * N_TIMES;
	double *values = calloc(n, sizeof(*values));
	int32_t *codes = calloc(20000, sizeof(*codes));
	struct lull_error error;

	(void)state;
	assert_non_null(values);
	assert_non_null(codes);
	o.progress = stop_after_1000;
	o.user = &last_done;
	o.n_threads = 2;
	struct lull_simulation *s = make(model, table, &o);
	last_done = 0;
	assert_int_equal(lull_simulation_run(s, values, n, codes, &error), LULL_ESTOPPED);
	assert_true(last_done >= 1000 && last_done < 20000);
	assert_int_equal(codes[999], LULL_OK);
	assert_close(values[999 * 2 * N_TIMES + 3], kit_bolus(100, 3, 30, 2), 1e-12, 0);
	assert_int_equal(codes[19999], LULL_ESTOPPED);
	assert_true(isnan(values[n - 1]));
	lull_simulation_stop(s); /* before it has begun: it does not begin */
	assert_int_equal(lull_simulation_run(s, values, n, codes, &error), LULL_ESTOPPED);
	assert_int_equal(codes[0], LULL_ESTOPPED);
	free(values);
	free(codes);
	lull_simulation_free(s);
	lull_evtable_free(table);
	lull_popmodel_free(model);
}

static void options_that_make_no_sense(void **state)
{
	struct lull_popmodel *model = kit_model("h");
	struct lull_evtable *one = kit_table(model, "amt=100"), *two = NULL;
	static const char csv[] = "ID,TIME,AMT\n1,0,100\n2,0,100\n";
	static const double falling[] = { 2, 1 }, infinite[] = { 0, INFINITY }, bad_theta[] = { 1, INFINITY, 1 };
	struct lull_simulation *s = NULL;
	struct lull_simulation_options o;
	struct lull_error error;

	(void)state;
	assert_fine(lull_evtable_parse_csv(model, csv, strlen(csv), NULL, NULL, &two, &error), &error);
#define refused(code, table) \
	assert_int_equal(lull_simulation_new(model, (table), &o, &s, &error), (code)); \
	assert_null(s); \
	assert_true(error.what[0])
	o = options_for(3, 0); refused(LULL_ECONFLICT, two);
	o = options_for(3, 16); refused(LULL_EUNSUPPORTED, one);
	o = options_for(3, LULL_DRAW_UNCERTAINTY); refused(LULL_EUNSUPPORTED, one);
	o = options_for(3, 0); o.times = falling; o.n_times = 2; refused(LULL_EDOMAIN, one);
	o = options_for(3, 0); o.times = infinite; o.n_times = 2; refused(LULL_EDOMAIN, one);
	o = options_for(3, 0); o.times = NULL; refused(LULL_EDOMAIN, one);
	o = options_for(3, 0); o.n_times = 0; refused(LULL_EDOMAIN, one); /* and the table looks nowhere */
	o = options_for(3, 0); o.step = 0.5; refused(LULL_ECONFLICT, one);
	o = options_for(3, 0); o.step = NAN; refused(LULL_EDOMAIN, one);
	o = options_for(3, 0); o.n_threads = -1; refused(LULL_EDOMAIN, one);
	o = options_for(3, 0); o.n_threads = 100000; refused(LULL_EDOMAIN, one);
	o = options_for(3, 0); o.parameters = bad_theta; refused(LULL_EDOMAIN, one);
	o = options_for(3, 0); o.n_posterior = 2; refused(LULL_EDOMAIN, one);
	o = options_for(0, 0); o.etas = times; refused(LULL_ECONFLICT, two);
	o = options_for(1, 0); o.etas = infinite; refused(LULL_EDOMAIN, one);
	o = options_for(1, 0); o.size = 0; refused(LULL_EDOMAIN, one);
#undef refused
	assert_int_equal(lull_simulation_new(NULL, one, &o, &s, &error), LULL_EDOMAIN);
	assert_int_equal(lull_simulation_new(model, one, &o, NULL, &error), LULL_EDOMAIN);
	assert_int_equal(lull_simulation_n_results(NULL), 0);
	lull_simulation_free(NULL);
	lull_evtable_free(one);
	lull_evtable_free(two);
	lull_popmodel_free(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_bytes_for_any_number_of_threads),
		cmocka_unit_test(a_person_alone_is_the_same_person),
		cmocka_unit_test(people_differ_as_the_model_says),
		cmocka_unit_test(a_reducer_sees_what_memory_would_hold),
		cmocka_unit_test(what_a_result_says),
		cmocka_unit_test(people_with_fewer_records_end_in_nan),
		cmocka_unit_test(rows_of_peoples_own_numbers),
		cmocka_unit_test(a_dose_by_weight_is_each_persons_own),
		cmocka_unit_test(parameters_and_a_posterior),
		cmocka_unit_test(a_uniform_grid_agrees),
		cmocka_unit_test(one_persons_fault_is_that_persons),
		cmocka_unit_test(a_run_can_be_stopped),
		cmocka_unit_test(options_that_make_no_sense),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
