/* Every allocation of the stable interface fails in turn, alone and with all that follow: model, tables, workspace,
 * population into memory and into a reducer. Each ends in LULL_ENOMEM and leaves nothing behind; afterwards the same
 * calls give the same bytes. A fixed sample of the faults, all of them with LULL_FAULTS=all. */
#include "support.h"

#include <stdlib.h>

#include "lull/lull.h"

enum { N_TIMES = 3, N_PEOPLE = 20, SAMPLED = 200 };
static const double times[N_TIMES] = { 0.5, 2, 30 };

struct result {
	double one[N_TIMES], curve[3 * N_TIMES], people[N_PEOPLE * 3 * N_TIMES];
	uint64_t n_reduced;
};

static int count(void *user, uint32_t slot, const struct lull_result *r)
{
	(void)slot;
	*(uint64_t *)user += r->code == LULL_OK;
	return 0;
}

static int from_columns(const struct lull_popmodel *model, struct lull_evtable **out)
{
	static const double time[] = { 0, 5 }, amt[] = { 35, 0 }, dur[] = { 0.5, 0 }, wt[] = { 60, 90 };
	static const char *const names[] = { "wt" };
	static const double *const values[] = { wt };
	struct lull_evtable_columns c = LULL_EVTABLE_COLUMNS;

	c.n_records = 2;
	c.time = time;
	c.amt = amt;
	c.dur = dur;
	c.n_named = 1;
	c.names = names;
	c.values = values;
	return lull_evtable_from_columns(model, &c, NULL, out, NULL);
}

static int population(const struct lull_popmodel *model, const struct lull_evtable *table, struct result *out)
{
	struct lull_simulation_options o = LULL_SIMULATION_OPTIONS;
	struct lull_reducer reducer = LULL_REDUCER;
	struct lull_simulation *s = NULL;

	o.n_people = N_PEOPLE;
	o.draw = LULL_DRAW_PEOPLE;
	o.times = times;
	o.n_times = N_TIMES;
	o.n_threads = 1; /* the fault is this thread's */
	out->n_reduced = 0;
	int rc = lull_simulation_new(model, table, &o, &s, NULL);
	if (rc == LULL_OK)
		rc = lull_simulation_run(s, out->people, (size_t)N_PEOPLE * 3 * N_TIMES, NULL, NULL);
	reducer.user = &out->n_reduced;
	reducer.person = count;
	if (rc == LULL_OK)
		rc = lull_simulation_reduce(s, &reducer, NULL);
	lull_simulation_free(s);
	return rc;
}

/* Must not assert: it runs with faults. */
static int attempt(struct result *out)
{
	struct lull_popmodel *model = NULL;
	struct lull_evtable *text = NULL, *csv = NULL, *columns = NULL;
	struct lull_workspace *w = NULL;
	static const char bytes[] = "ID,TIME,AMT\n1,0,35\n";

	int rc = lull_simulate("kamp2020_otto2021", "amt=35", times, N_TIMES, NULL, out->one, NULL);
	if (rc == LULL_OK)
		rc = lull_popmodel_open("kamp2020_otto2021", NULL, &model, NULL);
	if (rc == LULL_OK)
		rc = lull_evtable_parse(model, "amt=35 dur=40min", NULL, &text, NULL);
	if (rc == LULL_OK)
		rc = lull_evtable_parse_csv(model, bytes, sizeof(bytes) - 1, NULL, NULL, &csv, NULL);
	if (rc == LULL_OK)
		rc = from_columns(model, &columns);
	if (rc == LULL_OK)
		rc = lull_workspace_new(model, NULL, 0, &w, NULL);
	if (rc == LULL_OK)
		rc = lull_workspace_simulate(w, columns, 0, NULL, times, N_TIMES, out->curve, 3 * N_TIMES, NULL);
	if (rc == LULL_OK)
		rc = population(model, text, out);
	lull_workspace_free(w);
	lull_evtable_free(columns);
	lull_evtable_free(csv);
	lull_evtable_free(text);
	lull_popmodel_free(model);
	return rc;
}

static void every_allocation_can_fail(void **state)
{
	static struct result want, got;
	const char *faults = getenv("LULL_FAULTS");

	(void)state;
	lull_mem_fail_in_arenas(true);
	lull_mem_fail_at(0, false);
	assert_int_equal(attempt(&want), LULL_OK);
	const uint64_t n = lull_mem_fail_at(0, false);
	assert_true(n > 50);
	assert_int_equal(want.n_reduced, N_PEOPLE);
	const uint64_t step = (faults && strcmp(faults, "all") == 0) || n < SAMPLED ? 1 : n / SAMPLED;
	for (uint64_t i = 1; i <= n; i += step)
		for (int all_after = 0; all_after < 2; all_after++) {
			lull_mem_fail_at(i, all_after);
			const int rc = attempt(&got);
			lull_mem_fail_at(0, false);
			if (rc != LULL_ENOMEM)
				print_error("fault %d of %d: %d\n", (int)i, (int)n, rc);
			assert_int_equal(rc, LULL_ENOMEM);
		}
	lull_mem_fail_in_arenas(false);
	assert_int_equal(attempt(&got), LULL_OK);
	assert_memory_equal(&got, &want, sizeof(got));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_allocation_can_fail) };
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
