/* A population: the same bits for any threads, alone or among others, in tiles or rows; and the
 * typical person against the closed form of kinetics.h. */
#include <stdatomic.h>
#include <string.h>

#include "lull/base/text.h"
#include "lull/ketamine/kinetics.h"
#include "lull/ketamine/simulate.h"
#include "lull/num/math.h"
#include "support.h"

enum { N_TIMES = 97, MAX_OUT = 8 };

static struct lull_arena arena;
static const struct lull_pm *pm;
static double grid[N_TIMES];

static const struct lull_pm *model(const char *id)
{
	struct lull_diags diags;
	const struct lull_pm *out = NULL;

	lull_diags_init(&diags, &arena);
	const int rc = lull_pm_load(test_knowledge(), id, &arena, &out, &diags);
	assert_no_diags(&diags);
	assert_int_equal(rc, LULL_OK);
	return out;
}

static struct lull_dataset doses(const struct lull_pm *of, const char *text)
{
	struct lull_diags diags;
	struct lull_dataset data = { 0 };

	lull_diags_init(&diags, &arena);
	const int rc = lull_events_read_text(of, text, NULL, &arena, &data, &diags);
	assert_no_diags(&diags);
	assert_int_equal(rc, LULL_OK);
	return data;
}

static int setup(void **state)
{
	(void)state;
	pm = model("kamp2020_otto2021");
	for (int i = 0; i < N_TIMES; i++)
		grid[i] = 0.25 * i;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	lull_arena_clear(&arena);
	return 0;
}

/* Everything a run gave, by chunk and person. */
struct got {
	const struct lull_sim *sim;
	size_t n_people, n_out, n_chunks_seen;
	double *values;      /* [replicate x person][output][time] */
	uint64_t *ids;
	int *status;
	bool in_order;
};

static size_t n_rep(const struct lull_sim *sim)
{
	return sim->n_rep ? sim->n_rep : 1;
}

static struct got got_new(const struct lull_sim *sim)
{
	struct got g = { .sim = sim, .in_order = true };

	g.n_people = sim->n_people ? sim->n_people : sim->data->n_subjects;
	g.n_out = (size_t)(sim->outputs ? sim->n_outputs : lull_pm_info(sim->pm)->n_outputs);
	const size_t n = g.n_people * n_rep(sim);
	g.values = LULL_ARENA_NEW(&arena, double, n * g.n_out * N_TIMES);
	g.ids = LULL_ARENA_NEW(&arena, uint64_t, n);
	g.status = LULL_ARENA_NEW(&arena, int, n);
	assert_true(g.values && g.ids && g.status);
	return g;
}

static size_t row_of(const struct got *g, const struct lull_sim_person *p)
{
	const size_t first = g->sim->n_people ? (g->sim->first_id ? g->sim->first_id : 1) : 0;
	const size_t i = g->sim->n_people ? p->id - first : p->i_subject;

	return p->replicate * g->n_people + i;
}

static int take_rows(void *user, size_t i_slot, int i_thread, const struct lull_sim_person *people, size_t n,
		     struct lull_err *err)
{
	struct got *g = user;

	(void)i_slot, (void)i_thread, (void)err;
	for (size_t i = 0; i < n; i++) {
		const size_t row = row_of(g, &people[i]);
		g->ids[row] = people[i].id;
		g->status[row] = people[i].status;
		if (people[i].values)
			memcpy(g->values + row * g->n_out * N_TIMES, people[i].values,
			       g->n_out * people[i].n_times * sizeof(double));
	}
	return LULL_OK;
}

static int take_order(void *user, size_t i_slot, size_t i_chunk, struct lull_err *err)
{
	struct got *g = user;

	(void)i_slot, (void)err;
	g->in_order = g->in_order && i_chunk == g->n_chunks_seen;
	g->n_chunks_seen++;
	return LULL_OK;
}

static struct got run(const struct lull_sim *sim, int n_threads)
{
	struct got g = got_new(sim);
	const struct lull_sim_sink sink = { .user = &g, .map = take_rows, .emit = take_order };
	struct lull_pool *pool = NULL;
	struct lull_err err = { 0 };

	assert_int_equal(lull_pool_new(n_threads, &pool, &err), LULL_OK);
	const int rc = lull_simulate_population(sim, pool, &sink, NULL, &err);
	if (rc != LULL_OK)
		print_error("%s: %s\n", err.where, err.what);
	assert_int_equal(rc, LULL_OK);
	assert_true(g.in_order);
	lull_pool_free(pool);
	return g;
}

static void assert_same(const struct got *a, const struct got *b)
{
	const size_t n = a->n_people * n_rep(a->sim);

	assert_int_equal(a->n_people, b->n_people);
	assert_memory_equal(a->ids, b->ids, n * sizeof(*a->ids));
	assert_memory_equal(a->values, b->values, n * a->n_out * N_TIMES * sizeof(double));
}

static struct lull_sim population(const struct lull_dataset *data, size_t n)
{
	return (struct lull_sim){ .pm = pm, .data = data, .n_people = n, .seed = 7, .iiv = true,
				  .ask = { .grid_h = grid, .n_grid = N_TIMES, .grid_step_h = 0.25 } };
}

static void threads_do_not_show(void **state)
{
	(void)state;
	const struct lull_dataset data = doses(pm, "amt=35 dur=40min ii=8h addl=2");
	struct lull_sim sim = population(&data, 1000);
	sim.n_rep = 2;
	sim.residual = true;
	const struct got one = run(&sim, 1);
	static const int threads[] = { 2, 3, 8 };

	for (size_t i = 0; i < 3; i++) {
		const struct got many = run(&sim, threads[i]);
		assert_same(&one, &many);
	}
	assert_int_equal(one.n_chunks_seen, 8); /* 2 replicates of 1000 in 256s */
	assert_true(memcmp(one.values, one.values + 1000 * one.n_out * N_TIMES, 8 * N_TIMES) != 0);
}

static void a_person_alone_is_the_same(void **state)
{
	(void)state;
	const struct lull_dataset data = doses(pm, "amt=35 dur=40min; amt=10 time=5h");
	struct lull_sim sim = population(&data, 523);
	sim.residual = true;
	const struct got all = run(&sim, 2);
	static const size_t ids[] = { 1, 8, 123, 256, 257, 523 };

	for (size_t i = 0; i < 6; i++) {
		struct lull_sim alone = sim;
		alone.n_people = 1;
		alone.first_id = ids[i];
		const struct got one = run(&alone, 1);
		assert_int_equal(one.ids[0], ids[i]);
		assert_memory_equal(one.values, all.values + (ids[i] - 1) * all.n_out * N_TIMES,
				    all.n_out * N_TIMES * sizeof(double));
	}
}

struct tiles {
	double *values;
	size_t n_out;
};

static int take_tile(void *user, size_t i_slot, int i_thread, const uint16_t *person, int width, size_t i_time,
		     size_t n_times, const double *t_h, const double *tile, struct lull_err *err)
{
	struct tiles *g = user;

	(void)i_slot, (void)i_thread, (void)err;
	for (size_t t = 0; t < n_times; t++)
		for (size_t o = 0; o < g->n_out; o++)
			for (size_t l = 0; l < (size_t)width; l++) {
				assert_true(t_h[i_time + t] == grid[i_time + t]);
				g->values[(person[l] * g->n_out + o) * N_TIMES + i_time + t] =
					tile[(t * g->n_out + o) * (size_t)width + l];
			}
	return LULL_OK;
}

static void tiles_and_rows_agree(void **state)
{
	(void)state;
	const struct lull_dataset data = doses(pm, "amt=35 dur=40min");
	const int outputs[] = { 1 };
	struct lull_sim sim = population(&data, 100);
	sim.outputs = outputs;
	sim.n_outputs = 1;
	const struct got rows = run(&sim, 1);
	struct tiles tiles = { LULL_ARENA_NEW(&arena, double, 100 * N_TIMES), 1 };
	const struct lull_sim_sink sink = { .user = &tiles, .tile = take_tile };
	struct lull_err err = { 0 };

	assert_int_equal(lull_simulate_population(&sim, NULL, &sink, NULL, &err), LULL_OK);
	assert_memory_equal(tiles.values, rows.values, 100 * N_TIMES * sizeof(double));
}

static void typical_person_is_the_closed_form(void **state)
{
	(void)state;
	const struct lull_dataset data = doses(pm, "amt=35 dur=40min");
	struct lull_sim sim = population(&data, 1);
	sim.iiv = false;
	const struct got got = run(&sim, 1);
	struct lull_model view;
	struct lull_pk pk;
	struct lull_diags diags;
	struct lull_err err = { 0 };
	struct lull_input input;
	const struct lull_dose dose = { 0, 35, 40.0 / 60 };
	const struct lull_regimen regimen = { LULL_RACEMIC_KETAMINE, LULL_ROUTE_IV, &dose, 1 };
	double parent[N_TIMES], nk[N_TIMES];

	lull_diags_init(&diags, &arena);
	assert_int_equal(lull_model_load(test_knowledge(), "kamp2020_otto2021", &arena, &view, &diags), LULL_OK);
	lull_model_typical(&view, 70, true, &pk);
	assert_int_equal(lull_regimen_compile(&regimen, &arena, &input, &err), LULL_OK);
	assert_int_equal(lull_kin_curves(&pk, NULL, &input, grid, N_TIMES, parent, nk, NULL, NULL, &err), LULL_OK);
	for (size_t i = 0; i < N_TIMES; i++) {
		assert_close(got.values[i], parent[i], 1e-10, 1e-11);
		assert_close(got.values[N_TIMES + i], nk[i], 1e-10, 1e-11);
	}
}

static void one_bad_person_does_not_stop_the_others(void **state)
{
	(void)state;
	static const char csv[] = "ID,TIME,AMT,RATE,WT\n"
				  "1,0,35,52.5,70\n2,0,35,52.5,-4\n3,0,35,52.5,80\n";
	struct lull_dataset data = { 0 };
	struct lull_diags diags;

	lull_diags_init(&diags, &arena);
	const int rc = lull_events_read_csv(pm, csv, sizeof(csv) - 1, "three.csv", NULL, &arena, &data, &diags);

	assert_int_equal(rc, LULL_OK);
	struct lull_sim sim = population(&data, 0);
	const struct got got = run(&sim, 1);
	size_t n_good = 0;
	for (size_t i = 0; i < got.n_people; i++)
		n_good += got.status[i] == LULL_OK;
	assert_int_equal(n_good, 2);
	assert_int_equal(n_good + data.n_rejected + (got.n_people - n_good), 3);
}

static int stop_after_two(void *user, size_t i_slot, size_t i_chunk, struct lull_err *err)
{
	(void)i_slot, (void)err;
	if (i_chunk == 1)
		atomic_store((atomic_bool *)user, true);
	return LULL_OK;
}

static void a_stop_leaves_whole_chunks(void **state)
{
	(void)state;
	const struct lull_dataset data = doses(pm, "amt=35 dur=40min");
	const struct lull_sim sim = population(&data, 5000);
	atomic_bool stop = false;
	const struct lull_sim_sink sink = { .user = &stop, .emit = stop_after_two };
	struct lull_sim_progress progress = { .stop = &stop };
	struct lull_err err = { 0 };

	assert_int_equal(lull_simulate_population(&sim, NULL, &sink, &progress, &err), LULL_ESTOPPED);
}

static void no_memory_is_an_error_and_nothing_leaks(void **state)
{
	(void)state;
	const struct lull_dataset data = doses(pm, "amt=35 dur=40min");
	const struct lull_sim sim = population(&data, 20);
	struct got got = got_new(&sim);
	const struct lull_sim_sink sink = { .user = &got, .map = take_rows };
	struct lull_err err = { 0 };
	int rc = LULL_ENOMEM;

	for (uint64_t n = 1; rc != LULL_OK; n++) {
		assert_true(n < 10000);
		lull_mem_fail_at(n, false);
		rc = lull_simulate_population(&sim, NULL, &sink, NULL, &err);
		lull_mem_fail_at(0, false);
		assert_true(rc == LULL_OK || rc == LULL_ENOMEM);
	}
}

static void weight_of_id(void *user, uint32_t replicate, uint64_t id, double *covariates)
{
	(void)user, (void)replicate;
	covariates[0] = 50 + 10 * (double)id;
}

/* A dose by weight follows the weight that is drawn for the person. */
static void doses_by_drawn_weight(void **state)
{
	const struct lull_dataset by_kg = doses(pm, "amt=0.5mg/kg dur=40min");
	struct lull_sim sim = population(&by_kg, 3);
	(void)state;
	sim.iiv = sim.residual = false;
	sim.covariates = weight_of_id;
	const struct got got = run(&sim, 1);
	for (size_t i = 0; i < 3; i++) {
		char text[64];
		const int kg = 60 + 10 * (int)i;
		lull_text_format(text, sizeof(text), "amt=%d.%d dur=40min wt=%d", kg / 2, 5 * (kg % 2), kg);
		const struct lull_dataset plain = doses(pm, text);
		struct lull_sim one = population(&plain, 1);
		one.iiv = one.residual = false;
		const struct got want = run(&one, 1);
		assert_memory_equal(got.values + i * got.n_out * N_TIMES, want.values, got.n_out * N_TIMES * sizeof(double));
	}
}

static int take_times(void *user, size_t i_slot, int i_thread, const struct lull_sim_person *people, size_t n,
		      struct lull_err *err)
{
	(void)i_slot, (void)i_thread, (void)err;
	assert_int_equal(n, 1);
	assert_int_equal(people[0].n_times, 2);
	memcpy(user, people[0].t_h, 2 * sizeof(double));
	return LULL_OK;
}

/* Time that starts again at a reset is reported as the file has it. */
static void restarted_time_is_the_files(void **state)
{
	const char csv[] = "ID,TIME,AMT,EVID\n1,0,35,1\n1,24,0,0\n1,0,35,4\n1,2,0,0\n";
	struct lull_diags diags;
	struct lull_dataset data;
	double t_h[2] = { 0 };
	struct lull_err err = { 0 };
	(void)state;
	lull_diags_init(&diags, &arena);
	assert_int_equal(lull_events_read_csv(pm, csv, sizeof(csv) - 1, "t.csv", NULL, &arena, &data, &diags), LULL_OK);
	const struct lull_sim sim = { .pm = pm, .data = &data, .ask = { .at_records = true } };
	const struct lull_sim_sink sink = { .user = t_h, .map = take_times };
	assert_int_equal(lull_simulate_population(&sim, NULL, &sink, NULL, &err), LULL_OK);
	assert_true(t_h[0] == 24 && t_h[1] == 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_do_not_show),
		cmocka_unit_test(a_person_alone_is_the_same),
		cmocka_unit_test(tiles_and_rows_agree),
		cmocka_unit_test(typical_person_is_the_closed_form),
		cmocka_unit_test(one_bad_person_does_not_stop_the_others),
		cmocka_unit_test(a_stop_leaves_whole_chunks),
		cmocka_unit_test(doses_by_drawn_weight),
		cmocka_unit_test(restarted_time_is_the_files),
		cmocka_unit_test(no_memory_is_an_error_and_nothing_leaks),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
