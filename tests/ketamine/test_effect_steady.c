/* The response at steady state is that after the same doses one by one, for as long as it takes; and the linear
 * system and its effects together, as a simulation uses them. */
#include "linear_kit.h"

#include "lull/ketamine/effect.h"

enum { DEPOT, CENTRE, SITE, N_KINDS = 5, N_OUT = 2, MAX_OPS = 4000, N_T = 12 };

/* First-order absorption, one compartment with a second beside it when chained: a chain of equal rates, so the careful way. */
static struct lull_lin_shape shape_of(bool is_careful)
{
	struct lull_lin_shape s = { .n_states = is_careful ? 6 : 3, .n_outputs = N_OUT, .output_state = { CENTRE, SITE } };
	if (is_careful) { /* depot -> 3 -> 4 -> 5 -> centre */
		add_flow(&s, DEPOT, 3, false);
		add_flow(&s, 3, 4, false);
		add_flow(&s, 4, 5, false);
		add_flow(&s, 5, CENTRE, false);
	} else {
		add_flow(&s, DEPOT, CENTRE, false);
	}
	add_flow(&s, CENTRE, -1, false);
	add_flow(&s, CENTRE, SITE, true);
	add_flow(&s, SITE, -1, false);
	return s;
}

static struct lull_lin_person person_of(const struct lull_lin_shape *s)
{
	struct lull_lin_person p = { .scale = { 0.05, 0.05 } };
	for (int f = 0; f < s->n_flows; f++)
		set_flow(&p, f, f < s->n_flows - 3 ? 1.3 : f == s->n_flows - 3 ? 0.21 : 0.6, 1);
	return p;
}

static const struct lull_effect_spec specs[N_KINDS] = {
	{ LULL_EFFECT_INDIRECT_1, 0, 0 }, { LULL_EFFECT_INDIRECT_2, 1, 0 }, { LULL_EFFECT_INDIRECT_3, 1, 0 },
	{ LULL_EFFECT_INDIRECT_4, 0, 0 }, { LULL_EFFECT_TURNOVER, 0, 0 },
};

static void numbers_of(double kout, struct lull_effect_numbers *n)
{
	for (int e = 0; e < N_KINDS; e++)
		n[e] = (struct lull_effect_numbers){ .emax = 0.8, .c50 = 0.7, .gamma = e == 2 ? 3.3 : 1 + e % 2, .kin = e == 4 ? 0 : 12 * kout, .kout_per_h = kout,
						     .slope = 0.4, .r0 = NAN };
}

struct seen {
	struct lull_effect_work *work;
	double value[N_T][N_OUT + N_KINDS];
};
static int seen_stretch(void *user, int first_lane, const struct lull_lin_stretch *stretch, struct lull_err *err)
{
	return lull_effect_stretch(((struct seen *)user)->work, first_lane, stretch, err);
}
static int seen_tile(void *user, int first_lane, int width, size_t i_time, size_t n_times, const double *tile, struct lull_err *err)
{
	struct seen *s = user;
	assert_int_equal(width, 1);
	return lull_effect_tile(s->work, first_lane, width, i_time, n_times, tile, s->value[i_time], err);
}

/* Returns the lane's status. */
static int simulate(const struct lull_lin_shape *shape, const struct lull_effect_numbers *numbers, const struct lull_op *ops, size_t n_ops,
		    const double *t_h, bool knows_linear, struct seen *out)
{
	struct rig rig = rig_of(shape);
	const struct lull_lin_person person = person_of(shape);
	const struct lull_lin_job job = { .people = &person, .n_people = 1, .ops = ops, .n_ops = n_ops, .t_h = t_h, .n_times = N_T };
	const struct lull_effect_lane lane = { numbers, &job };
	const struct lull_lin_sink sink = { out, seen_tile, seen_stretch };
	struct lull_err err = { 0 };
	int status;

	assert_ok(lull_effect_work_new(specs, N_KINDS, N_OUT, &out->work, &err), &err);
	if (knows_linear)
		assert_ok(lull_effect_work_linear(out->work, rig.linear, &err), &err);
	assert_ok(lull_effect_begin(out->work, &lane, 1, &err), &err);
	assert_ok(lull_linear_run(rig.linear, rig.work, &job, 1, &sink, &status, NULL, &err), &err);
	assert_int_equal(status, LULL_OK);
	status = lull_effect_status(out->work, 0, &err);
	lull_effect_work_free(out->work);
	rig_end(&rig);
	return status;
}

/* Doses every interval_h over dur_h, from one at t = 0 on, until the last before `until`. */
static size_t doses(double amount, double interval_h, double dur_h, double from, double until, struct lull_op *ops)
{
	size_t n = 0;
	for (int i = 0; from + i * interval_h <= until; i++) {
		const double t = from + i * interval_h;
		if (!(dur_h > 0)) {
			ops[n++] = (struct lull_op){ .t_h = t, .kind = LULL_OP_BOLUS, .state = DEPOT, .amount = amount };
			continue;
		}
		/* rate from t on: infusions that have begun and not ended; they end at t_k + dur */
		int running = 0, ending = -1;
		for (int k = 0; k <= i; k++) {
			const double end = from + k * interval_h + dur_h;
			running += end > t + 1e-9;
			if (end > t + 1e-9 && end < t + interval_h - 1e-9)
				ending = k;
		}
		ops[n++] = (struct lull_op){ .t_h = t, .kind = LULL_OP_RATE, .state = CENTRE, .amount = running * amount / dur_h };
		if (ending >= 0)
			ops[n++] = (struct lull_op){ .t_h = from + ending * interval_h + dur_h, .kind = LULL_OP_RATE, .state = CENTRE,
						     .amount = (running - 1) * amount / dur_h };
		assert_true(n + 2 < MAX_OPS);
	}
	return n;
}

static void steady_is_after_many_doses(void **state)
{
	static const struct {
		double interval_h, dur_h, kout;
	} cases[] = { { 12, 0, 0.3 }, { 24, 0, 0.04 }, { 8, 0, 2 }, { 12, 2, 0.1 }, { 6, 6, 0.1 }, { 6, 15, 0.2 }, { 24, 1, 0.02 } };
	static struct lull_op ops[MAX_OPS];
	static struct seen one_by_one, steady;
	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++)
		for (int way = 0; way < 2; way++) {
			const double interval_h = cases[c].interval_h, dur_h = cases[c].dur_h;
			const struct lull_lin_shape shape = shape_of(way == 1);
			struct lull_effect_numbers numbers[N_KINDS];
			/* The slowest loss is kout (1 - emax); exp(-25) is settled. */
			const int n_before = (int)(25 / (0.2 * cases[c].kout) / interval_h) + 12;
			double late[N_T], soon[N_T];
			numbers_of(cases[c].kout, numbers);
			for (int i = 0; i < N_T; i++) {
				soon[i] = (i + 0.1) * interval_h / N_T; /* within the interval that follows */
				late[i] = soon[i] + n_before * interval_h;
			}
			const size_t n = doses(40, interval_h, dur_h, 0, n_before * interval_h, ops);
			assert_int_equal(simulate(&shape, numbers, ops, n, late, false, &one_by_one), LULL_OK);

			const int16_t door = dur_h > 0 ? CENTRE : DEPOT;
			struct lull_op now[5] = { { .kind = LULL_OP_STEADY, .state = door, .amount = 40, .interval_h = interval_h, .dur_h = dur_h } };
			size_t n_now = 1;
			const double whole = floor(dur_h / interval_h), rest = dur_h - whole * interval_h;
			if (!(dur_h > 0)) {
				now[n_now++] = (struct lull_op){ .kind = LULL_OP_BOLUS, .state = door, .amount = 40 };
			} else {
				now[n_now++] = (struct lull_op){ .kind = LULL_OP_RATE, .state = door, .amount = (whole + (rest > 0)) * 40 / dur_h };
				if (rest > 0)
					now[n_now++] = (struct lull_op){ .t_h = rest, .kind = LULL_OP_RATE, .state = door, .amount = whole * 40 / dur_h };
			}
			assert_int_equal(simulate(&shape, numbers, now, n_now, soon, true, &steady), LULL_OK);
			for (int i = 0; i < N_T; i++)
				for (int o = 0; o < N_OUT + N_KINDS; o++)
					assert_close(steady.value[i][o], one_by_one.value[i][o], 1e-8, 1e-10);
			assert_int_equal(simulate(&shape, numbers, now, n_now, soon, false, &steady), LULL_EUNSUPPORTED);
		}
}

/* Begun some time ago, without another dose: the rest of that interval. */
static void phase_is_time_since_the_last_dose(void **state)
{
	static struct seen whole, part;
	const struct lull_lin_shape shape = shape_of(false);
	struct lull_effect_numbers numbers[N_KINDS];
	const struct lull_op from_dose[] = { { .kind = LULL_OP_STEADY, .state = DEPOT, .amount = 40, .interval_h = 24 },
					     { .kind = LULL_OP_BOLUS, .state = DEPOT, .amount = 40 } };
	const struct lull_op from_phase = { .kind = LULL_OP_STEADY, .state = DEPOT, .amount = 40, .interval_h = 24, .phase_h = 7.5 };
	double t[N_T], since[N_T];
	(void)state;
	numbers_of(0.05, numbers);
	for (int i = 0; i < N_T; i++) {
		since[i] = i;
		t[i] = i + 7.5;
	}
	assert_int_equal(simulate(&shape, numbers, from_dose, 2, t, true, &whole), LULL_OK);
	assert_int_equal(simulate(&shape, numbers, &from_phase, 1, since, true, &part), LULL_OK);
	for (int i = 0; i < N_T; i++)
		for (int o = 0; o < N_OUT + N_KINDS; o++)
			assert_close(part.value[i][o], whole.value[i][o], 3e-9, 1e-11);
}

static void a_constant_rate_for_ever(void **state)
{
	static struct seen seen;
	const struct lull_lin_shape shape = shape_of(false);
	struct lull_effect_numbers numbers[N_KINDS];
	const struct lull_op ops[] = { { .kind = LULL_OP_STEADY, .state = CENTRE, .amount = 5 }, { .kind = LULL_OP_RATE, .state = CENTRE, .amount = 5 } };
	double t[N_T];
	(void)state;
	for (int i = 0; i < N_T; i++)
		t[i] = 100 * i;
	for (double kout = 0.003; kout < 20; kout *= 7) {
		numbers_of(kout, numbers);
		assert_int_equal(simulate(&shape, numbers, ops, 2, t, true, &seen), LULL_OK);
		const double c = 5 / 0.21 * 0.05;
		const double h1 = 0.8 * c / (0.7 + c), h2 = 0.8 * c * c / (0.49 + c * c), h3 = 0.8 * pow(c, 3.3) / (pow(0.7, 3.3) + pow(c, 3.3));
		const double want[N_KINDS] = { 12 * (1 - h1), 12 / (1 - h2), 12 * (1 + h3), 12 / (1 + h2), 0.4 * c / kout };
		for (int i = 0; i < N_T; i++)
			for (int e = 0; e < N_KINDS; e++)
				assert_close(seen.value[i][N_OUT + e], want[e], 3e-10, 0);
	}
}

static void steady_on_top_of_steady_is_refused(void **state)
{
	static struct seen seen;
	const struct lull_lin_shape shape = shape_of(false);
	struct lull_effect_numbers numbers[N_KINDS];
	const struct lull_op op = { .kind = LULL_OP_ADD_STEADY, .state = DEPOT, .amount = 40, .interval_h = 24 };
	double t[N_T];
	(void)state;
	numbers_of(0.05, numbers);
	for (int i = 0; i < N_T; i++)
		t[i] = i;
	assert_int_equal(simulate(&shape, numbers, &op, 1, t, true, &seen), LULL_EUNSUPPORTED);
}

static void out_of_memory_is_said(void **state)
{
	const struct lull_lin_shape shape = shape_of(false);
	struct rig rig = rig_of(&shape);
	struct lull_effect_work *work = NULL;
	struct lull_err err = { 0 };
	int n_failed = 0;
	(void)state;
	assert_ok(lull_effect_work_new(specs, N_KINDS, N_OUT, &work, &err), &err);
	for (uint64_t nth = 1; nth < 20; nth++) {
		lull_mem_fail_at(nth, false);
		const int rc = lull_effect_work_linear(work, rig.linear, &err);
		lull_mem_fail_at(0, false);
		if (rc == LULL_OK)
			break;
		assert_int_equal(rc, LULL_ENOMEM);
		n_failed++;
	}
	assert_true(n_failed >= 2);
	assert_ok(lull_effect_work_linear(work, rig.linear, &err), &err); /* again is nothing */
	lull_effect_work_free(work);
	rig_end(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steady_is_after_many_doses),
		cmocka_unit_test(phase_is_time_since_the_last_dose),
		cmocka_unit_test(a_constant_rate_for_ever),
		cmocka_unit_test(steady_on_top_of_steady_is_refused),
		cmocka_unit_test(out_of_memory_is_said),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
