/* Records to ops: the order of things, what cancels what, and which doses are how large and how long. A way in
 * is described here by its parts alone; through real models: test_events.c. */
#include "support.h"

#include <math.h>
#include <stdlib.h>

#include "../../src/ketamine/events_private.h"

struct way { struct lull_pm_part part[LULL_PM_MAX_PARTS]; int n; };

static int parts(const void *user, size_t i_epoch, int input, struct lull_pm_part *out, int *n_parts, struct lull_err *err)
{
	const struct way *way = user;
	(void)err;
	memcpy(out, way[i_epoch].part, sizeof(way->part));
	*n_parts = way[i_epoch].n;
	assert_int_equal(input, 0);
	return LULL_OK;
}

static const struct way straight = { { { .state = 0, .frac = 1, .dur_h = NAN, .rate = NAN } }, 1 };

struct bench {
	struct lull_events_work *work;
	struct lull_subject subject;
	struct lull_track track;
	struct lull_err err;
};

static int compile_at(struct bench *b, const struct way *way, size_t n_epochs, const struct lull_events_ask *ask)
{
	const struct lull_events__source source = { .parts = parts, .user = way, .n_inputs = 1, .n_states = 3 };
	return lull_events__compile(&source, &b->subject, n_epochs, ask, b->work, &b->track, &b->err);
}

static struct bench bench_of(const struct lull_record *records, size_t n)
{
	struct bench b = { .subject = { .id = 7, .id_text = "7", .records = records, .n_records = n } };
	assert_ok(lull_events_work_new(&b.work, &b.err), &b.err);
	return b;
}

/* Compiles with outputs at the records and hands the ops. */
static struct bench run(const struct way *way, const struct lull_record *records, size_t n)
{
	struct bench b = bench_of(records, n);
	const struct lull_events_ask ask = { .at_records = true };
	assert_ok(compile_at(&b, way, 1, &ask), &b.err);
	return b;
}

static void assert_op(const struct bench *b, size_t i, int kind, double t_h, double amount)
{
	assert_true(i < b->track.n_ops);
	assert_int_equal(b->track.ops[i].kind, kind);
	assert_close(b->track.ops[i].t_h, t_h, 1e-15, 0);
	assert_close(b->track.ops[i].amount, amount, 1e-15, 0);
}

#define DOSE .evid = 1, .cmt = 1
#define LAST_LOOK { .t_h = 1000, .evid = 0 }

static void three_infusions(void **state)
{
	(void)state;
	const struct lull_record records[] = { { DOSE, .amt = 35, .dur_h = 0.5, .ii_h = 48, .addl = 2 }, LAST_LOOK };
	struct bench b = run(&straight, records, 2);
	assert_int_equal(b.track.n_ops, 6);
	for (size_t k = 0; k < 3; k++) {
		assert_op(&b, 2 * k, LULL_OP_RATE, 48 * (double)k, 70);
		assert_op(&b, 2 * k + 1, LULL_OP_RATE, 48 * (double)k + 0.5, 0);
	}
	assert_close(b.track.last_dose_h[0], 96, 0, 0);
	lull_events_work_free(b.work);
}

/* Rates that overlap add up, and end at exactly 0. */
static void overlap_ends_at_zero(void **state)
{
	(void)state;
	const struct lull_record records[] = { { DOSE, .amt = 0.3, .dur_h = 3 }, { .t_h = 1, DOSE, .amt = 0.7, .dur_h = 1 },
					       { .t_h = 1.5, DOSE, .amt = 1.1, .dur_h = 7 }, LAST_LOOK };
	struct bench b = run(&straight, records, 4);
	const double r1 = 0.3 / 3, r2 = 0.7, r3 = 1.1 / 7;
	assert_int_equal(b.track.n_ops, 6);
	assert_op(&b, 0, LULL_OP_RATE, 0, r1);
	assert_op(&b, 1, LULL_OP_RATE, 1, r1 + r2);
	assert_op(&b, 2, LULL_OP_RATE, 1.5, r1 + r2 + r3);
	assert_op(&b, 3, LULL_OP_RATE, 2, r1 + r3);
	assert_op(&b, 4, LULL_OP_RATE, 3, r3);
	assert_op(&b, 5, LULL_OP_RATE, 8.5, 0);
	assert_true(b.track.ops[5].amount <= 0 && !signbit(b.track.ops[5].amount));
	lull_events_work_free(b.work);
}

/* F at a given rate changes the duration; at a given duration, or a modelled one, the rate; at a modelled rate
 * the duration. */
static void bioavailability(void **state)
{
	(void)state;
	const struct way way = { { { .state = 1, .frac = 0.5, .dur_h = 4, .rate = 2 } }, 1 };
	const struct {
		struct lull_record record;
		double rate, end_h;
	} cases[] = {
		{ { DOSE, .amt = 20, .rate = 5 }, 5, 2 },
		{ { DOSE, .amt = 20, .dur_h = 5 }, 2, 5 },
		{ { DOSE, .amt = 20, .rate = -2 }, 2.5, 4 },
		{ { DOSE, .amt = 20, .rate = -1 }, 2, 5 },
		{ { DOSE, .amt = 20 }, 2.5, 4 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct lull_record records[] = { cases[i].record, LAST_LOOK };
		struct bench b = run(&way, records, 2);
		assert_int_equal(b.track.n_ops, 2);
		assert_op(&b, 0, LULL_OP_RATE, 0, cases[i].rate);
		assert_op(&b, 1, LULL_OP_RATE, cases[i].end_h, 0);
		assert_int_equal(b.track.ops[0].state, 1);
		lull_events_work_free(b.work);
	}
}

/* Two ways in at once: a given rate is shared by the fractions; each has its own lag. */
static void parallel_parts(void **state)
{
	(void)state;
	const struct way way = { { { .state = 0, .frac = 0.3, .dur_h = NAN, .rate = NAN },
				   { .state = 1, .frac = 0.1, .lag_h = 2, .dur_h = NAN, .rate = NAN } }, 2 };
	const struct lull_record bolus[] = { { DOSE, .amt = 10 }, LAST_LOOK };
	const struct lull_record infusion[] = { { DOSE, .amt = 10, .rate = 1 }, LAST_LOOK };
	struct bench b = run(&way, bolus, 2);
	assert_int_equal(b.track.n_ops, 2);
	assert_op(&b, 0, LULL_OP_BOLUS, 0, 3);
	assert_op(&b, 1, LULL_OP_BOLUS, 2, 1);
	lull_events_work_free(b.work);
	b = run(&way, infusion, 2);
	assert_int_equal(b.track.n_ops, 4);
	assert_op(&b, 0, LULL_OP_RATE, 0, 0.75);
	assert_op(&b, 1, LULL_OP_RATE, 2, 0.25);
	assert_op(&b, 2, LULL_OP_RATE, 4, 0);
	assert_op(&b, 3, LULL_OP_RATE, 6, 0);
	lull_events_work_free(b.work);
}

/* A reset stops what runs and what was to come: infusions, lagged doses, additional doses. */
static void reset_cancels(void **state)
{
	(void)state;
	const struct way way = { { { .state = 0, .frac = 1, .lag_h = 3, .dur_h = NAN, .rate = NAN } }, 1 };
	const struct lull_record records[] = { { DOSE, .amt = 8, .dur_h = 10, .ii_h = 5, .addl = 9 },
					       { .t_h = 9, DOSE, .amt = 1 }, { .t_h = 10, .evid = 3 }, LAST_LOOK };
	struct bench b = run(&way, records, 4);
	assert_int_equal(b.track.n_ops, 3);
	assert_op(&b, 0, LULL_OP_RATE, 3, 0.8);
	assert_op(&b, 1, LULL_OP_RATE, 8, 1.6);
	assert_op(&b, 2, LULL_OP_RESET, 10, 0);
	assert_true(isnan(b.track.last_dose_h[0]));
	lull_events_work_free(b.work);
}

/* EVID 4 resets once; its additional doses are plain ones (rxode2 issue 1351, mrgsolve issue 23). */
static void reset_dose_resets_once(void **state)
{
	(void)state;
	const struct lull_record records[] = { { DOSE, .amt = 1 }, { .t_h = 4, .evid = 4, .cmt = 1, .amt = 2, .ii_h = 3, .addl = 1 },
					       LAST_LOOK };
	struct bench b = run(&straight, records, 3);
	assert_int_equal(b.track.n_ops, 4);
	assert_op(&b, 1, LULL_OP_RESET, 4, 0);
	assert_op(&b, 2, LULL_OP_BOLUS, 4, 2);
	assert_op(&b, 3, LULL_OP_BOLUS, 7, 2);
	lull_events_work_free(b.work);
}

/* After a reset time may start again; then the outputs keep the file's clock. */
static void time_restarts(void **state)
{
	(void)state;
	const struct lull_record records[] = { { DOSE, .amt = 1 }, { .t_h = 24 }, { .t_h = 0, .evid = 4, .cmt = 1, .amt = 2 },
					       { .t_h = 6 } };
	struct bench b = run(&straight, records, 4);
	assert_int_equal(b.track.n_times, 2);
	assert_close(b.track.t_h[1], 30, 0, 0);
	assert_close(b.track.report_h[0], 24, 0, 0);
	assert_close(b.track.report_h[1], 6, 0, 0);
	assert_close(b.track.last_dose_h[1], 0, 0, 0);
	const struct lull_record falls[] = { { .t_h = 5 }, { .t_h = 4 } };
	const double grid[] = { 0, 1 };
	const struct lull_events_ask at_records = { .at_records = true }, at_grid = { .grid_h = grid, .n_grid = 2 };
	b.subject.records = falls;
	b.subject.n_records = 2;
	assert_int_equal(compile_at(&b, &straight, 1, &at_records), LULL_EDOMAIN);
	b.subject.records = records;
	b.subject.n_records = 4;
	assert_int_equal(compile_at(&b, &straight, 1, &at_grid), LULL_OK); /* the grid ends before the restart */
	const double long_grid[] = { 0, 48 };
	const struct lull_events_ask at_long = { .grid_h = long_grid, .n_grid = 2 };
	assert_int_equal(compile_at(&b, &straight, 1, &at_long), LULL_EUNSUPPORTED);
	assert_has(b.err.mend, "records only");
	lull_events_work_free(b.work);
}

/* What is due at an observation's time comes before it, the records themselves in file order. */
static void ties(void **state)
{
	(void)state;
	const struct lull_record records[] = { { .t_h = 0 }, { DOSE, .amt = 1, .ii_h = 0.1, .addl = 3 }, { .t_h = 0 },
					       { .t_h = 0.3 } };
	struct bench b = run(&straight, records, 4);
	assert_int_equal(b.track.n_times, 3);
	assert_int_equal(b.track.ops_before[0], 0);
	assert_int_equal(b.track.ops_before[1], 1);
	assert_int_equal(b.track.ops_before[2], 4); /* 3 x 0.1 is 0.30000000000000004 */
	assert_true(b.track.ops[3].t_h <= 0.3);
	assert_true(isnan(b.track.last_dose_h[0]));
	assert_close(b.track.last_dose_h[2], 0.3, 0, 0);
	lull_events_work_free(b.work);
}

/* What is due at one time happens in the order in which it was ordered. */
static void due_in_order(void **state)
{
	(void)state;
	const struct way way = { { { .state = 0, .frac = 1, .lag_h = 3, .dur_h = NAN, .rate = NAN } }, 1 };
	struct lull_record records[21] = { { 0 } };
	for (int i = 0; i < 20; i++)
		records[i] = (struct lull_record){ DOSE, .amt = i + 1 };
	records[20] = (struct lull_record){ .t_h = 5 };
	struct bench b = run(&way, records, 21);
	assert_int_equal(b.track.n_ops, 20);
	for (size_t i = 0; i < 20; i++)
		assert_op(&b, i, LULL_OP_BOLUS, 3, (double)i + 1);
	lull_events_work_free(b.work);
}

/* A grid time takes in all that happens at it, also where the times differ by rounding. */
static void grid_ties(void **state)
{
	(void)state;
	const struct lull_record records[] = { { DOSE, .amt = 1, .ii_h = 0.1, .addl = 3 } };
	const double grid[] = { 0, 0.1, 0.2, 0.3, 0.4 };
	struct bench b = bench_of(records, 1);
	for (int uniform = 0; uniform < 2; uniform++) {
		const struct lull_events_ask ask = { .grid_h = grid, .n_grid = 5, .grid_step_h = uniform ? 0.1 : 0 };
		assert_ok(compile_at(&b, &straight, 1, &ask), &b.err);
		assert_ptr_equal(b.track.t_h, grid);
		assert_null(b.track.ops_before);
		assert_int_equal(b.track.n_ops, 4);
		for (size_t k = 0; k < 4; k++) {
			assert_true(b.track.ops[k].t_h <= grid[k] && b.track.ops[k].t_h >= grid[k]);
			assert_close(b.track.last_dose_h[k], grid[k], 0, 0);
			assert_int_equal(b.track.record[k], -1);
		}
		assert_close(b.track.step_h, uniform ? 0.1 : 0, 0, 0);
	}
	lull_events_work_free(b.work);
}

static void grid_and_records(void **state)
{
	(void)state;
	const struct lull_record records[] = { { DOSE, .amt = 1 }, { .t_h = 1, .evid = 2 }, { .t_h = 1, DOSE, .amt = 1 }, { .t_h = 2.5 } };
	const double grid[] = { 0, 1, 2, 3 };
	const double want_h[] = { 0, 1, 1, 2, 2.5, 3 };
	const int want_record[] = { -1, 1, -1, -1, 3, -1 };
	const uint32_t want_ops[] = { 1, 1, 2, 2, 2, 2 };
	const struct lull_events_ask ask = { .at_records = true, .grid_h = grid, .n_grid = 4, .grid_step_h = 1 };
	struct bench b = bench_of(records, 4);
	assert_ok(compile_at(&b, &straight, 1, &ask), &b.err);
	assert_int_equal(b.track.n_times, 6);
	for (size_t i = 0; i < 6; i++) {
		assert_close(b.track.t_h[i], want_h[i], 0, 0);
		assert_int_equal(b.track.record[i], want_record[i]);
		assert_int_equal(b.track.ops_before[i], want_ops[i]);
	}
	assert_close(b.track.step_h, 0, 0, 0);
	lull_events_work_free(b.work);
}

/* Steady state: SS 1 replaces all, also what runs; infusions of earlier doses run on. */
static void steady_state(void **state)
{
	(void)state;
	const struct lull_record records[] = { { DOSE, .amt = 9, .dur_h = 100 },
					       { .t_h = 10, DOSE, .amt = 30, .dur_h = 15, .ii_h = 6, .ss = 1, .addl = 1 }, LAST_LOOK };
	struct bench b = run(&straight, records, 3);
	assert_op(&b, 0, LULL_OP_RATE, 0, 0.09);
	assert_op(&b, 1, LULL_OP_STEADY, 10, 30);
	assert_close(b.track.ops[1].interval_h, 6, 0, 0);
	assert_close(b.track.ops[1].dur_h, 15, 0, 0);
	assert_close(b.track.ops[1].phase_h, 0, 0, 0);
	assert_op(&b, 2, LULL_OP_RATE, 10, 6);  /* begun at -2 and 4, and the one of now */
	assert_op(&b, 3, LULL_OP_RATE, 13, 4);
	assert_op(&b, 4, LULL_OP_RATE, 16, 6);  /* the additional dose                   */
	assert_op(&b, 5, LULL_OP_RATE, 19, 4);
	assert_op(&b, 6, LULL_OP_RATE, 25, 2);
	assert_op(&b, 7, LULL_OP_RATE, 31, 0);
	assert_int_equal(b.track.n_ops, 8);
	lull_events_work_free(b.work);
}

/* A lag of n intervals and a bit: the last dose to arrive, and those under way. */
static void steady_state_with_lag(void **state)
{
	(void)state;
	const struct {
		double lag_h, phase_h;
		size_t n_arrive;
		double arrive_h[3];
	} cases[] = {
		{ 0, 0, 1, { 0 } },
		{ 1, 5, 1, { 1 } },
		{ 6, 0, 2, { 0, 6 } },
		{ 13, 5, 3, { 1, 7, 13 } },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct way way = { { { .state = 0, .frac = 1, .lag_h = cases[i].lag_h, .dur_h = NAN, .rate = NAN } }, 1 };
		const struct lull_record records[] = { { DOSE, .amt = 3, .ii_h = 6, .ss = 2 }, LAST_LOOK };
		struct bench b = run(&way, records, 2);
		assert_int_equal(b.track.n_ops, 1 + cases[i].n_arrive);
		assert_op(&b, 0, LULL_OP_ADD_STEADY, 0, 3);
		assert_close(b.track.ops[0].phase_h, cases[i].phase_h, 0, 0);
		for (size_t k = 0; k < cases[i].n_arrive; k++)
			assert_op(&b, 1 + k, LULL_OP_BOLUS, cases[i].arrive_h[k], 3);
		lull_events_work_free(b.work);
	}
}

/* A constant infusion has run for ever and ends at the record, or its lag later; F does not apply. */
static void constant_infusion(void **state)
{
	(void)state;
	const struct way way = { { { .state = 0, .frac = 0.5, .lag_h = 2, .dur_h = NAN, .rate = NAN } }, 1 };
	const struct lull_record records[] = { { .t_h = 5, DOSE, .rate = 7, .ss = 1 }, LAST_LOOK };
	struct bench b = run(&way, records, 2);
	assert_int_equal(b.track.n_ops, 3);
	assert_op(&b, 0, LULL_OP_STEADY, 5, 7);
	assert_close(b.track.ops[0].interval_h, 0, 0, 0);
	assert_op(&b, 1, LULL_OP_RATE, 5, 7);
	assert_op(&b, 2, LULL_OP_RATE, 7, 0);
	lull_events_work_free(b.work);
}

/* Last carried forward: new numbers from their record on. Next carried backward: from the record before on. */
static void epochs(void **state)
{
	(void)state;
	const struct way ways[] = { straight, { { { .state = 0, .frac = 0.5, .dur_h = NAN, .rate = NAN } }, 1 } };
	const double covariates[] = { 70, 70, 60, 60 };
	const struct lull_record records[] = { { DOSE, .amt = 1 }, { .t_h = 1 }, { .t_h = 2, DOSE, .amt = 1 }, { .t_h = 3 } };
	const double grid[] = { 1, 2 };
	const struct lull_events_ask ask = { .at_records = true, .grid_h = grid, .n_grid = 2 };
	struct bench b = bench_of(records, 4);
	b.subject.covariates = covariates;
	assert_ok(lull_events__epochs(&b.subject, 1, 0, false, b.work, &b.err), &b.err);
	assert_int_equal(b.work->n_first, 2);
	assert_int_equal(b.work->first[1], 2);
	for (int next = 0; next < 2; next++) {
		b.subject.covariates_next = next;
		assert_ok(compile_at(&b, ways, 2, &ask), &b.err);
		assert_int_equal(b.track.n_ops, 3);
		assert_op(&b, 0, LULL_OP_BOLUS, 0, 1);
		assert_op(&b, 1, LULL_OP_PERSON, next ? 1 : 2, 0);
		assert_op(&b, 2, LULL_OP_BOLUS, 2, 0.5);
		assert_int_equal(b.track.ops[1].i_person, 1);
		/* at 1 h the record, then the grid: with the numbers up to 1 h */
		assert_int_equal(b.track.ops_before[0], 1);
		assert_int_equal(b.track.ops_before[1], 1);
		assert_int_equal(b.track.ops_before[2], 3);
		assert_int_equal(b.track.ops_before[3], 3);
	}
	lull_events_work_free(b.work);
}

static void refused(void **state)
{
	(void)state;
	const struct {
		struct lull_record record;
		int code;
		const char *where;
	} cases[] = {
		{ { DOSE, .amt = 1, .rate = -1, .line = 4 }, LULL_EUNSUPPORTED, "ID 7, line 4, RATE" },
		{ { DOSE, .amt = 1, .rate = -2, .line = 4 }, LULL_EUNSUPPORTED, "ID 7, line 4, RATE" },
		{ { DOSE, .amt = 1, .ss = 1 }, LULL_EDOMAIN, "II" },
		{ { DOSE, .amt = 1, .addl = 3 }, LULL_EDOMAIN, "II" },
		{ { DOSE, .ss = 1, .ii_h = 3 }, LULL_EDOMAIN, "AMT" },
		{ { DOSE, .ss = 1, .dur_h = 3 }, LULL_EDOMAIN, "RATE" },
		{ { DOSE, .amt = 1, .ss = 1, .ii_h = 1, .dur_h = 1e6 }, LULL_ELIMIT, "7" },
		{ { .evid = 1, .cmt = 2, .amt = 1 }, LULL_EDOMAIN, "CMT" },
		{ { DOSE, .amt = NAN }, LULL_EDOMAIN, "AMT" },
		{ { .t_h = NAN }, LULL_EDOMAIN, "TIME" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct lull_record records[] = { cases[i].record, LAST_LOOK };
		const struct lull_events_ask ask = { .at_records = true };
		struct bench b = bench_of(records, 2);
		const int rc = compile_at(&b, &straight, 1, &ask);
		assert_int_equal(rc, cases[i].code);
		assert_has(b.err.where, cases[i].where);
		lull_events_work_free(b.work);
	}
}

/* What does not matter any more costs nothing: a million additional doses after the last output. */
static void nothing_after_the_last_output(void **state)
{
	(void)state;
	const struct lull_record records[] = { { DOSE, .amt = 1, .ii_h = 1, .addl = LULL_EVENTS_MAX_ADDL }, { .t_h = 2 },
					       { .t_h = 3, DOSE, .amt = 1 } };
	struct bench b = run(&straight, records, 3);
	assert_int_equal(b.track.n_ops, 3);
	lull_events_work_free(b.work);
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_infusions),	cmocka_unit_test(overlap_ends_at_zero),
		cmocka_unit_test(bioavailability),	cmocka_unit_test(parallel_parts),
		cmocka_unit_test(reset_cancels),	cmocka_unit_test(reset_dose_resets_once),
		cmocka_unit_test(time_restarts),	cmocka_unit_test(ties),
		cmocka_unit_test(due_in_order),
		cmocka_unit_test(grid_ties),		cmocka_unit_test(grid_and_records),
		cmocka_unit_test(steady_state),		cmocka_unit_test(steady_state_with_lag),
		cmocka_unit_test(constant_infusion),	cmocka_unit_test(epochs),
		cmocka_unit_test(refused),		cmocka_unit_test(nothing_after_the_last_output),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
