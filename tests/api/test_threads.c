/* One model and one table in several threads at once: each with its own workspace, its own population, and its own
 * handles made and freed meanwhile. script/test --full runs this under the thread sanitizer. */
#include "kit.h"

#include <pthread.h>

enum { N_THREADS = 4, N_CALLS = 200, N_TIMES = 3, N_PEOPLE = 300 };
static const double times[N_TIMES] = { 0.5, 1, 6 };

struct job {
	const struct lull_popmodel *model;
	const struct lull_evtable *table;
	double curve[N_CALLS][2 * N_TIMES];
	double people[N_PEOPLE * 2 * N_TIMES];
	int rc;
};

/* No assertions here: cmocka's are for the main thread. */
static int calls(struct job *job)
{
	struct lull_individual own = LULL_INDIVIDUAL;
	struct lull_workspace *w = NULL;
	int rc = lull_workspace_new(job->model, NULL, 0, &w, NULL);

	for (int i = 0; rc == LULL_OK && i < N_CALLS; i++) {
		const double etas[] = { i / 200.0, -i / 300.0 };
		own.etas = etas;
		rc = lull_workspace_simulate(w, job->table, 0, &own, times, N_TIMES, job->curve[i], 2 * N_TIMES, NULL);
	}
	lull_workspace_free(w);
	return rc;
}

static int population(struct job *job)
{
	struct lull_simulation_options o = LULL_SIMULATION_OPTIONS;
	struct lull_simulation *s = NULL;
	struct lull_evtable *own = NULL;

	o.n_people = N_PEOPLE;
	o.draw = LULL_DRAW_PEOPLE;
	o.times = times;
	o.n_times = N_TIMES;
	o.n_threads = 2;
	int rc = lull_evtable_parse(job->model, "amt=100 cmt=tablet", NULL, &own, NULL);
	if (rc == LULL_OK)
		rc = lull_simulation_new(job->model, own, &o, &s, NULL);
	lull_evtable_free(own); /* the simulation holds it */
	if (rc == LULL_OK)
		rc = lull_simulation_run(s, job->people, (size_t)N_PEOPLE * 2 * N_TIMES, NULL, NULL);
	lull_simulation_free(s);
	return rc;
}

static void *work(void *user)
{
	struct job *job = user;

	job->rc = calls(job);
	if (job->rc == LULL_OK)
		job->rc = population(job);
	return NULL;
}

static void one_model_in_many_threads(void **state)
{
	static struct job jobs[N_THREADS], alone;
	struct lull_popmodel *model = kit_model("h");
	struct lull_evtable *table = kit_table(model, "amt=100 dur=1h ii=4h addl=1");
	pthread_t threads[N_THREADS];

	(void)state;
	for (int i = 0; i < N_THREADS; i++) {
		jobs[i].model = model;
		jobs[i].table = table;
		assert_int_equal(pthread_create(&threads[i], NULL, work, &jobs[i]), 0);
	}
	for (int i = 0; i < N_THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	alone.model = model;
	alone.table = table;
	work(&alone);
	assert_int_equal(alone.rc, LULL_OK);
	for (int i = 0; i < N_THREADS; i++) {
		assert_int_equal(jobs[i].rc, LULL_OK);
		assert_memory_equal(jobs[i].curve, alone.curve, sizeof(alone.curve));
		assert_memory_equal(jobs[i].people, alone.people, sizeof(alone.people));
	}
	lull_evtable_free(table);
	lull_popmodel_free(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(one_model_in_many_threads) };
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
