/* People under a rule that responds to their own pain: the input is a whole one, limits hold, pain decides. */
#include "support.h"

#include <math.h>

#include "lull/care/live.h"
#include "lull/care/protocol.h"
#include "lull/num/math.h"

struct world {
	struct lull_arena arena;
	struct lull_model model;
	const struct lull_model_factor *factor;
	struct lull_effects effects;
	struct lull_course_priors priors;
	struct lull_protocols protocols;
	struct lull_rule rule;
	struct lull_bridge bridge;
	struct lull_live_ask ask;
	double input[3 * LULL_LIVE_MAX_CHANGES];
};

static void open_world(struct world *w)
{
	const struct lull_files *files = test_knowledge();
	struct lull_diags diags;
	struct lull_err err = { 0 };

	memset(w, 0, sizeof(*w));
	lull_diags_init(&diags, &w->arena);
	assert_ok(lull_model_load(files, "kamp2020_otto2021", &w->arena, &w->model, &diags), NULL);
	assert_ok(lull_model_factor_new(&w->model, &w->arena, &w->factor, &err), &err);
	assert_ok(lull_effects_load(files, &w->arena, &w->effects, &diags), NULL);
	assert_ok(lull_course_priors_load(files, &w->arena, &w->priors, &diags), NULL);
	assert_ok(lull_protocols_load(files, &w->arena, &w->protocols, &diags), NULL);
	assert_ok(lull_protocol_rule(lull_protocol_find(&w->protocols, "P01a"), &w->rule, &err), &err);
	assert_ok(lull_effects_bind(&w->effects, w->model.drive, true, &w->bridge, &err), &err);
	w->ask = (struct lull_live_ask){ &w->rule, 70, &w->bridge, &w->priors };
}

/* Person i with a weight of the fast chain on pain; NAN: as drawn. */
static void live(struct world *w, uint64_t i, double ef, struct lull_person *p, struct lull_modes *modes,
		 struct lull_live *out)
{
	const struct lull_like like = { 70, 8, NAN, NAN };
	struct lull_err err = { 0 };

	lull_person_sample(&w->model, w->factor, &w->effects, &w->priors, &like, true, 11, i, p);
	if (!isnan(ef))
		p->ef = ef;
	const struct lull_follow follow = lull_live_followers(p);
	assert_ok(lull_modes_of(&p->pk, &follow, modes, &err), &err);
	*out = (struct lull_live){ .input = { .t_h = w->input, .rate_mg_per_h = w->input + LULL_LIVE_MAX_CHANGES,
					      .bolus_mg = w->input + 2 * LULL_LIVE_MAX_CHANGES } };
	assert_ok(lull_live_rule(&w->ask, p, modes, out, &err), &err);
}

static void the_input_is_whole_and_inside_the_cap(void **state)
{
	static struct world w;
	(void)state;
	open_world(&w);
	for (uint64_t i = 0; i < 200; i++) {
		struct lull_person p;
		struct lull_modes modes;
		struct lull_live life;
		double mg = 0;
		live(&w, i, NAN, &p, &modes, &life);
		assert_true(life.input.n >= 2 && life.input.n <= LULL_LIVE_MAX_CHANGES);
		assert_true(life.input.t_h[0] == 0);
		for (size_t k = 0; k + 1 < life.input.n; k++) {
			assert_true(life.input.t_h[k + 1] > life.input.t_h[k]);
			assert_true(life.input.rate_mg_per_h[k] >= 0);
			assert_true(life.input.rate_mg_per_h[k] <= 70 * w.rule.cap_mg_per_kg_per_h * (1 + 1e-12));
			mg += life.input.rate_mg_per_h[k] * (life.input.t_h[k + 1] - life.input.t_h[k]);
		}
		assert_true(life.input.rate_mg_per_h[life.input.n - 1] == 0);
		assert_close(mg, life.input.total_mg, 1e-9, 0);
		assert_true(life.end_h == life.input.t_h[life.input.n - 1]);
		assert_true(life.end_h <= w.rule.max_dur_h + LULL_LIVE_LOOK_MOST_H);
	}
	lull_arena_clear(&w.arena);
}

static void who_feels_nothing_climbs_to_the_cap(void **state)
{
	static struct world w;
	struct lull_person p;
	struct lull_modes modes;
	struct lull_live life;
	double most = 0;
	(void)state;
	open_world(&w);
	w.priors.context_fall_mean_points = w.priors.context_fall_sd_points = 0;
	live(&w, 3, 0, &p, &modes, &life);
	for (size_t k = 0; k < life.input.n; k++)
		most = lull_max(most, life.input.rate_mg_per_h[k]);
	assert_close(most, 70 * w.rule.cap_mg_per_kg_per_h, 1e-9, 0);
	assert_true(isnan(life.hours_to_target));
	lull_arena_clear(&w.arena);
}

static void who_feels_much_reaches_the_target_sooner(void **state)
{
	static struct world w;
	size_t n_sooner = 0;
	(void)state;
	open_world(&w);
	for (uint64_t i = 0; i < 50; i++) {
		struct lull_person p;
		struct lull_modes modes;
		struct lull_live little, much;
		live(&w, i, 0.2, &p, &modes, &little);
		live(&w, i, 1, &p, &modes, &much);
		assert_false(isnan(much.hours_to_target) && !isnan(little.hours_to_target));
		if (!isnan(much.hours_to_target) && !isnan(little.hours_to_target))
			assert_true(much.hours_to_target <= little.hours_to_target);
		n_sooner += !isnan(much.hours_to_target) && !(much.hours_to_target >= little.hours_to_target);
	}
	assert_true(n_sooner > 10);
	lull_arena_clear(&w.arena);
}

/* The curves are those of the kinetics under the input that was lived; drug never makes pain worse. */
static void the_course_is_that_of_the_input(void **state)
{
	enum { N = 60 };
	static struct world w;
	struct lull_person p;
	struct lull_modes modes;
	struct lull_live life;
	struct lull_err err = { 0 };
	double t[N], parent[N], nk[N], rate[N], with[N], without[N], scratch[LULL_LIVE_N_SITES * N], again[N];
	(void)state;
	open_world(&w);
	live(&w, 5, NAN, &p, &modes, &life);
	for (int i = 0; i < N; i++)
		t[i] = i * 2.5;
	assert_ok(lull_live_course(&w.ask, &p, &modes, &life, t, N, parent, nk, rate, with, without, scratch, &err), &err);
	assert_ok(lull_kin_curves(&p.pk, NULL, &life.input, t, N, again, NULL, NULL, NULL, &err), &err);
	for (int i = 0; i < N; i++) {
		assert_close(parent[i], again[i], 1e-9, 0);
		assert_true(with[i] <= without[i] && with[i] >= 0 && without[i] <= 10);
		assert_true(rate[i] == 0 || t[i] < life.end_h);
	}
	assert_true(without[0] == 8);
	lull_arena_clear(&w.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_input_is_whole_and_inside_the_cap),
		cmocka_unit_test(who_feels_nothing_climbs_to_the_cap),
		cmocka_unit_test(who_feels_much_reaches_the_target_sooner),
		cmocka_unit_test(the_course_is_that_of_the_input),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
