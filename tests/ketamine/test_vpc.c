/* The predictive check: percentiles with censored values by hand, bins, correction, and its own calibration: data
 * drawn from the model lie inside the interval as often as it says. */
#include "support.h"

#include <math.h>

#include "lull/ketamine/vpc.h"
#include "lull/num/dist.h"
#include "lull/num/random.h"

static double draw(uint64_t i, uint64_t j)
{
	const struct lull_stream s = { .seed = 5, .patient = i, .purpose = LULL_FOR_TEST };
	return lull_random_normal(&s, j);
}

static void quantiles_with_censored_values(void **state)
{
	const double x[] = { -INFINITY, -INFINITY, 3, 4, 8 };
	(void)state;
	assert_true(lull_vpc_quantile(x, 5, 0) == -INFINITY);
	assert_true(lull_vpc_quantile(x, 5, 0.25) == -INFINITY);
	assert_true(lull_vpc_quantile(x, 5, 0.3) == -INFINITY); /* between a censored one and 3 */
	assert_close(lull_vpc_quantile(x, 5, 0.5), 3, 0, 0);
	assert_close(lull_vpc_quantile(x, 5, 0.625), 3.5, 1e-15, 0);
	assert_close(lull_vpc_quantile(x, 5, 1), 8, 0, 0);
	assert_true(isnan(lull_vpc_quantile(x, 0, 0.5)));
}

/* 4 times, n people each; dv drawn like the replicates. */
struct world {
	struct lull_arena arena;
	struct lull_vpc v;
	double *values;
	size_t n_rep;
};

static void open_world(struct world *w, size_t n_people, size_t n_rep, double sd_of_people)
{
	static const double times[] = { 1, 2, 4, 8 };
	*w = (struct world){ .n_rep = n_rep };
	w->v = (struct lull_vpc){ .arena = &w->arena, .q = { 0.05, 0.5, 0.95 }, .n_q = 3, .ci = 0.95, .lloq = -INFINITY,
				  .n_strata = 1, .strata = { "" }, .n_obs = 4 * n_people };
	w->v.obs = LULL_ARENA_NEW(&w->arena, struct lull_vpc_obs, w->v.n_obs);
	w->values = LULL_ARENA_NEW(&w->arena, double, w->v.n_obs * n_rep);
	for (size_t i = 0; i < w->v.n_obs; i++) {
		const double pred = 100 / times[i % 4];
		w->v.obs[i] = (struct lull_vpc_obs){ .x = times[i % 4], .pred = pred,
						     .dv = pred * exp(sd_of_people * draw(0, i)) };
		for (size_t r = 0; r < n_rep; r++)
			w->values[r * w->v.n_obs + i] = pred * exp(0.4 * draw(r + 1, i));
	}
}

static void each_time_is_a_bin_and_true_data_lie_inside(void **state)
{
	struct world w;
	struct lull_err err = { 0 };
	size_t n_in = 0;
	(void)state;
	open_world(&w, 80, 400, 0.4);
	assert_ok(lull_vpc_run(&w.v, w.values, w.n_rep, &err), &err);
	assert_int_equal(w.v.n_bins, 4);
	for (size_t b = 0; b < 4; b++) {
		const struct lull_vpc_bin *bin = &w.v.bins[b];
		assert_int_equal(bin->n, 80);
		assert_close(bin->stat[1].mid, 100 / bin->x, 0.05, 0);
		for (int k = 0; k < 3; k++) {
			assert_true(bin->stat[k].low < bin->stat[k].mid && bin->stat[k].mid < bin->stat[k].high);
			n_in += bin->stat[k].observed >= bin->stat[k].low && bin->stat[k].observed <= bin->stat[k].high;
		}
		assert_close(bin->stat[0].mid, 100 / bin->x * exp(-1.645 * 0.4), 0.1, 0);
	}
	assert_in_range(n_in, 10, 12); /* 95 % each */
	lull_arena_clear(&w.arena);
	open_world(&w, 80, 400, 0.9); /* people differ more than the model says */
	assert_ok(lull_vpc_run(&w.v, w.values, w.n_rep, &err), &err);
	for (size_t b = 0; b < 4; b++) {
		assert_true(w.v.bins[b].stat[0].observed < w.v.bins[b].stat[0].low);
		assert_true(w.v.bins[b].stat[2].observed > w.v.bins[b].stat[2].high);
	}
	lull_arena_clear(&w.arena);
}

/* With one wide bin the spread of doses hides the model; correction takes it out. */
static void correction_takes_out_what_the_model_explains(void **state)
{
	const double edges[] = { 0, 10 };
	struct world w;
	struct lull_err err = { 0 };
	(void)state;
	for (int corrected = 0; corrected < 2; corrected++) {
		open_world(&w, 100, 100, 0.4);
		w.v.edges = edges;
		w.v.n_edges = 2;
		w.v.pred_corr = corrected;
		assert_ok(lull_vpc_run(&w.v, w.values, w.n_rep, &err), &err);
		assert_int_equal(w.v.n_bins, 1);
		const struct lull_vpc_stat *s = w.v.bins[0].stat;
		const double ratio = s[2].observed / s[0].observed, pure = exp(2 * 1.645 * 0.4);
		if (corrected)
			assert_close(ratio, pure, 0.15, 0);
		else
			assert_true(ratio > 2 * pure);
		for (size_t i = 0; corrected && i < w.v.n_obs; i++)
			assert_close(w.v.shown[i], w.v.obs[i].dv * 37.5 / w.v.obs[i].pred, 1e-12, 0);
		lull_arena_clear(&w.arena);
	}
}

static void censored_values_are_the_lowest(void **state)
{
	struct world w;
	struct lull_err err = { 0 };
	(void)state;
	open_world(&w, 100, 100, 0.4);
	w.v.lloq = 12.5; /* the typical value at 8 h: half of them */
	w.v.has_lloq = true;
	for (size_t i = 0; i < w.v.n_obs; i++)
		w.v.obs[i].is_blq = w.v.obs[i].dv < w.v.lloq;
	assert_ok(lull_vpc_run(&w.v, w.values, w.n_rep, &err), &err);
	const struct lull_vpc_bin *last = &w.v.bins[3];
	assert_true(last->stat[0].observed == -INFINITY && last->stat[0].mid == -INFINITY);
	assert_true(isfinite(last->stat[2].observed));
	assert_close(last->stat[3].observed, (double)last->n_blq / 100, 1e-12, 0);
	assert_close(last->stat[3].mid, 0.5, 0, 0.1);
	assert_true(last->stat[3].low <= last->stat[3].observed && last->stat[3].observed <= last->stat[3].high);
	assert_true(w.v.bins[0].stat[3].observed == 0 && w.v.bins[0].stat[3].high == 0);
	lull_arena_clear(&w.arena);
}

static void bins_of_equal_numbers(void **state)
{
	enum { N = 1000 };
	struct world w = { .n_rep = 2 };
	struct lull_err err = { 0 };
	(void)state;
	w.v = (struct lull_vpc){ .arena = &w.arena, .q = { 0.5 }, .n_q = 1, .ci = 0.9, .lloq = -INFINITY, .n_strata = 2,
				 .strata = { "a", "b" }, .n_obs = N, .n_asked = 8 };
	w.v.obs = LULL_ARENA_NEW(&w.arena, struct lull_vpc_obs, N);
	w.values = LULL_ARENA_NEW(&w.arena, double, 2 * N);
	for (size_t i = 0; i < N; i++)
		w.v.obs[i] = (struct lull_vpc_obs){ .x = exp(draw(1, i)), .dv = 1, .pred = 1, .stratum = i % 2, .is_out = i == 7 };
	assert_ok(lull_vpc_run(&w.v, w.values, 2, &err), &err);
	assert_int_equal(w.v.n_bins, 16);
	size_t n_all = 0;
	for (size_t b = 0; b < 16; b++) {
		assert_int_equal(w.v.bins[b].stratum, b / 8);
		assert_int_equal(w.v.bins[b].number, b % 8 + 1);
		assert_in_range(w.v.bins[b].n, 61, 64);
		n_all += w.v.bins[b].n;
		assert_true(b % 8 == 0 || w.v.bins[b].from == w.v.bins[b - 1].to);
	}
	assert_int_equal(n_all, N - 1);
	lull_arena_clear(&w.arena);
}

static void people_who_failed_are_left_out(void **state)
{
	struct world w;
	struct lull_err err = { 0 };
	(void)state;
	open_world(&w, 10, 50, 0.4);
	for (size_t r = 0; r < 50; r++)
		w.values[r * w.v.n_obs] = NAN;
	assert_ok(lull_vpc_run(&w.v, w.values, w.n_rep, &err), &err);
	for (int k = 0; k < 3; k++)
		assert_true(isfinite(w.v.bins[0].stat[k].mid));
	w.v.n_obs = 0;
	assert_int_equal(lull_vpc_run(&w.v, w.values, w.n_rep, &err), LULL_EDOMAIN);
	lull_arena_clear(&w.arena);
}

static void each_failed_allocation_is_said(void **state)
{
	struct lull_err err = { 0 };
	(void)state;
	for (uint64_t nth = 1;; nth++) {
		struct world w;
		open_world(&w, 10, 20, 0.4);
		lull_mem_fail_in_arenas(true);
		lull_mem_fail_at(nth, true);
		const int rc = lull_vpc_run(&w.v, w.values, w.n_rep, &err);
		lull_mem_fail_at(0, false);
		lull_mem_fail_in_arenas(false);
		lull_arena_clear(&w.arena);
		if (rc == LULL_OK) {
			assert_true(nth > 8);
			break;
		}
		assert_int_equal(rc, LULL_ENOMEM);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quantiles_with_censored_values),
		cmocka_unit_test(each_time_is_a_bin_and_true_data_lie_inside),
		cmocka_unit_test(correction_takes_out_what_the_model_explains),
		cmocka_unit_test(censored_values_are_the_lowest),
		cmocka_unit_test(bins_of_equal_numbers),
		cmocka_unit_test(people_who_failed_are_left_out),
		cmocka_unit_test(each_failed_allocation_is_said),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
