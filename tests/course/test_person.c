/* A simulated person: what is the same in both arms, what the drug adds, and that any
 * person can be drawn alone. */
#include <math.h>

#include "support.h"

#include "lull/course/person.h"

struct fixture {
	struct lull_arena arena;
	struct lull_model model;
	const struct lull_model_factor *factor;
	struct lull_effects effects;
	struct lull_course_priors priors;
};

static int load(void **state)
{
	struct fixture *f = lull_mem_zalloc(1, sizeof(*f));
	struct lull_diags diags;
	struct lull_err err = { 0 };

	assert_non_null(f);
	lull_diags_init(&diags, &f->arena);
	(void)!lull_model_load(test_knowledge(), "kamp2020_otto2021", &f->arena, &f->model, &diags);
	(void)!lull_effects_load(test_knowledge(), &f->arena, &f->effects, &diags);
	(void)!lull_course_priors_load(test_knowledge(), &f->arena, &f->priors, &diags);
	assert_no_diags(&diags);
	assert_ok(lull_model_factor_new(&f->model, &f->arena, &f->factor, &err), &err);
	*state = f;
	return 0;
}

static int unload(void **state)
{
	struct fixture *f = *state;
	lull_arena_clear(&f->arena);
	lull_mem_free(f);
	return 0;
}

static struct lull_person draw(const struct fixture *f, uint64_t patient)
{
	const struct lull_like like = { .weight_kg = 70, .baseline_nrs = 7, .usual_nrs = 5, .pain_sd_points = NAN };
	struct lull_person p;
	lull_person_sample(&f->model, f->factor, &f->effects, &f->priors, &like, true, 11, patient, &p);
	return p;
}

static void a_person_drawn_alone_is_the_same_person(void **state)
{
	const struct lull_person a = draw(*state, 123456), b = draw(*state, 123456), c = draw(*state, 123457);

	assert_memory_equal(&a.pk, &b.pk, sizeof(a.pk));
	assert_true(a.ef == b.ef && a.context_fall_points == b.context_fall_points);
	assert_true(a.pk.cl_l_per_h != c.pk.cl_l_per_h);
}

static void untreated_responders_are_among_the_treated(void **state)
{
	const struct fixture *f = *state;
	size_t drug = 0, kept = 0;

	for (uint64_t i = 0; i < 20000; i++) {
		const struct lull_person p = draw(f, i);
		drug += p.slow_responder;
		kept += p.keeps_context;
		assert_true(!p.keeps_context || p.slow_responder);
	}
	assert_close((double)drug / 20000, f->effects.p_response_drug, 0, 0.012);
	assert_close((double)kept / 20000, f->effects.p_response_placebo, 0, 0.012);
}

static void the_context_fall_has_the_prior_s_mean_and_spread(void **state)
{
	const struct fixture *f = *state;
	double sum = 0, squares = 0;
	enum { N = 20000 };

	for (uint64_t i = 0; i < N; i++) {
		const double x = draw(f, i).context_fall_points;
		sum += x;
		squares += x * x;
	}
	assert_close(sum / N, f->priors.context_fall_mean_points, 0, 0.1);
	assert_close(sqrt(squares / N - sum / N * sum / N), f->priors.context_fall_sd_points, 0, 0.1);
}

static void context_grows_then_fades_unless_kept(void **state)
{
	const struct fixture *f = *state;
	struct lull_person p = draw(f, 1);

	p.context_fall_points = 2;
	p.keeps_context = false;
	assert_close(lull_person_context_points(&p, &f->priors, 0, 4), 0, 0, 0);
	assert_close(lull_person_context_points(&p, &f->priors, 4, 4), 2, 1e-15, 0);
	assert_close(lull_person_context_points(&p, &f->priors, 4 + f->priors.context_half_life_h, 4), 1, 1e-12, 0);
	p.keeps_context = true;
	assert_close(lull_person_context_points(&p, &f->priors, 4000, 4), 2, 1e-15, 0);
}

static void untreated_pain_regresses_to_the_usual(void **state)
{
	const struct fixture *f = *state;
	double sum = 0;
	enum { N = 20000 };

	for (uint64_t i = 0; i < N; i++) {
		const struct lull_person p = draw(f, i);
		assert_true(lull_person_day_points(&p, &f->priors, 0) == 0);
		sum += lull_person_day_points(&p, &f->priors, 30);
	}
	assert_close(sum / N, 5 - 7, 0, 0.05); /* usual 5, today 7: by day 30 all of it is gone */
}

static void the_drug_never_raises_pain(void **state)
{
	const struct fixture *f = *state;

	for (uint64_t i = 0; i < 2000; i++) {
		const struct lull_person p = draw(f, i);
		double last = lull_person_nrs(&p, -1, 0, 0);
		for (double c = 10; c < 1000; c *= 2) {
			const double now = lull_person_nrs(&p, -1, c, c / 10);
			assert_true(now <= last && now >= 0 && now <= 10);
			last = now;
		}
	}
}

static void without_drug_and_without_change_pain_stays(void **state)
{
	const struct lull_person p = draw(*state, 5);
	assert_close(lull_person_nrs(&p, 0, 0, 0), 7, 0, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_person_drawn_alone_is_the_same_person),
		cmocka_unit_test(untreated_responders_are_among_the_treated),
		cmocka_unit_test(the_context_fall_has_the_prior_s_mean_and_spread),
		cmocka_unit_test(context_grows_then_fades_unless_kept),
		cmocka_unit_test(untreated_pain_regresses_to_the_usual),
		cmocka_unit_test(the_drug_never_raises_pain),
		cmocka_unit_test(without_drug_and_without_change_pain_stays),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, load, unload);
}
