/* Linear systems: workload W1's reference values, closed forms by hand, both ways against each other, every op. */
#include "linear_kit.h"

/* ------------------------------------------------------------------ workload W1 */

/* Reference: an independent engine's ODE at rtol 1e-12, atol 1e-14, agreed with a closed form to 1e-12 absolute. */
static const struct {
	double t_h;
	double want[6]; /* parent and metabolite of people 1, 2, 3 */
} w1_rows[] = {
	{ 1.0 / 12, { 0.141715180033, 0.00665900069728, 0.0870826000473, 0.00236338279379, 0.128705458695, 0.00437281937944 } },
	{ 1.0 / 3, { 0.214142113905, 0.0419524675047, 0.179979691439, 0.0192770081863, 0.238115504170, 0.0344035049093 } },
	{ 2.0 / 3, { 0.256475941056, 0.0844292974284, 0.245881306524, 0.0446501703061, 0.281293374242, 0.0726101071585 } },
	{ 0.75, { 0.123315782383, 0.0873654177286, 0.172389556404, 0.0485275934626, 0.160998505925, 0.0766887536141 } },
	{ 1, { 0.0728999339355, 0.0787862422225, 0.115518272339, 0.0498161624910, 0.0743833345367, 0.0699942670674 } },
	{ 2, { 0.0308300361054, 0.0532556086046, 0.0608550606416, 0.0419105328397, 0.0409899664609, 0.0480749071729 } },
	{ 4, { 0.0111245066680, 0.0350952031929, 0.0322677014495, 0.0335351369752, 0.0201331015560, 0.0357415623311 } },
	{ 8, { 0.00438216901384, 0.0205213683456, 0.0136962277516, 0.0226103633371, 0.00801497822652, 0.0228015770395 } },
	{ 24, { 1.83548751526e-4, 0.00196234797914, 4.85338104898e-4, 0.00228445588746, 3.06304149868e-4, 0.00251448834642 } },
	{ 48, { 1.57974248614e-6, 4.05977693105e-5, 3.23824418548e-6, 3.9281343368e-5, 2.31035976499e-6, 5.80739079354e-5 } },
	{ 48 + 2.0 / 3, { 0.256477325325, 0.0844656470307, 0.245884124079, 0.0446851166540, 0.281295391317, 0.0726622494880 } },
	{ 120, { 1.83562348847e-4, 0.00196307089483, 4.85359711877e-4, 0.00228500155420, 3.06321577206e-4, 0.00251563435354 } },
};
enum { W1_ROWS = sizeof(w1_rows) / sizeof(w1_rows[0]) };

static void check_w1(enum lull_lin_way way, double step_h)
{
	const struct lull_lin_shape shape = w1_shape();
	struct rig r = rig_of(&shape);
	struct lull_lin_person person[3];
	struct lull_op ops[3][W1_OPS];
	struct lull_lin_job job[3];
	double t[W1_TIMES];

	w1_times(t);
	lull_lin_work_way(r.work, way);
	for (int i = 0; i < 3; i++) {
		person[i] = w1_person(i + 1);
		w1_ops(i + 1, ops[i]);
		job[i] = (struct lull_lin_job){ .people = &person[i], .n_people = 1, .ops = ops[i], .n_ops = W1_OPS, .t_h = t,
						.n_times = W1_TIMES, .step_h = step_h };
	}
	const struct kept k = run_jobs(&r, job, 3);
	for (int row = 0; row < W1_ROWS; row++)
		for (int c = 0; c < 6; c++) {
			const size_t i = (size_t)(w1_rows[row].t_h * 12 + 0.5);
			/* 12 digits were printed of an ODE good to 1e-12 absolute */
			assert_close(k.value[c / 2][i * 2 + (size_t)(c % 2)], w1_rows[row].want[c], 1e-11, 1e-12);
			if (w1_rows[row].want[c] > 1e-2)
				assert_close(k.value[c / 2][i * 2 + (size_t)(c % 2)], w1_rows[row].want[c], 1e-10, 0);
		}
	for (int i = 0; i < 3; i++) /* the closed form's own values where the ODE's atol shows */
		assert_close(k.value[i][48 * 12 * 2], w1_rows[9].want[2 * i], 1e-10, 0);
	rig_end(&r);
}

static void w1_reference_values(void **state)
{
	(void)state;
	check_w1(LULL_LIN_CHOOSE, 0);
	check_w1(LULL_LIN_CHOOSE, 1.0 / 12);
	check_w1(LULL_LIN_MODES, 0);
	check_w1(LULL_LIN_CAREFUL, 0);
}

static void w1_checksums(void **state)
{
	const struct lull_lin_shape shape = w1_shape();
	struct rig r = rig_of(&shape);
	const double t[2] = { 40.0 / 60, 120 };
	double sum = 0;
	(void)state;
	for (int i = 1; i <= 10000; i += LULL_LANES) {
		struct lull_lin_person person[LULL_LANES];
		struct lull_op ops[LULL_LANES][W1_OPS];
		struct lull_lin_job job[LULL_LANES];
		for (int k = 0; k < LULL_LANES; k++) {
			person[k] = w1_person(i + k);
			w1_ops(i + k, ops[k]);
			job[k] = (struct lull_lin_job){ .people = &person[k], .n_people = 1, .ops = ops[k], .n_ops = W1_OPS, .t_h = t, .n_times = 2 };
		}
		const struct kept kept = run_jobs(&r, job, LULL_LANES);
		for (int k = 0; k < LULL_LANES; k++)
			sum += kept.value[k][0] + kept.value[k][3];
		if (i + LULL_LANES == 1001)
			assert_close(sum, 286.0180952, 0, 6e-8);
	}
	assert_close(sum, 2861.786058, 0, 6e-7);
	rig_end(&r);
}

/* ------------------------------------------------------------------ closed forms by hand */

/* A bolus of 1 in a chain of n equal rates k: Erlang, (k t)^i / i! exp(-k t) in state i. */
static void equal_rates_are_erlang(void **state)
{
	struct lull_lin_shape s = { .n_states = 8 };
	struct lull_lin_person p = { 0 };
	const struct lull_op ops[1] = { { .kind = LULL_OP_BOLUS, .amount = 1 } };
	const double k = 3.7, t[] = { 0, 0.001, 0.1, 1, 2, 10, 60 };
	(void)state;
	for (int i = 0; i < 8; i++)
		flow(&s, &p, i, i < 7 ? i + 1 : -1, false, k, 1);
	all_outputs(&s, &p, 1);
	struct rig r = rig_of(&s);
	const double *x = run_one(&r, &p, ops, 1, t, 7);
	for (int i = 0; i < 7; i++) {
		double want = lull_exp(-k * t[i]);
		for (int o = 0; o < 8; o++) {
			assert_close(x[i * 8 + o], want, 1e-13, 0); /* relative, also at 1e-25 */
			want *= k * t[i] / (o + 1);
		}
	}
	rig_end(&r);
}

/* One mode is exp to the last bit but one, from no time to where nothing is left. */
static void one_mode_is_exp(void **state)
{
	enum { N = 50000 };
	struct lull_lin_shape s = { .n_states = 1 };
	struct lull_lin_person p = { 0 };
	const struct lull_op op = { .amount = 1 };
	static double t[N];
	(void)state;
	flow(&s, &p, 0, -1, false, 1, 1);
	all_outputs(&s, &p, 1);
	for (int i = 0; i < N; i++)
		t[i] = i < N / 2 ? 3.0 * i / N * i / N : t[N / 2 - 1] + (i - N / 2 + 1) * (800.0 / N * 2);
	struct rig r = rig_of(&s);
	const double *x = run_one(&r, &p, &op, 1, t, N);
	for (int i = 0; i < N; i++) {
		if (t[i] > 708)
			assert_true(x[i] == 0);
		else
			assert_close(x[i], lull_exp(-t[i]), 0x1.8p-52, 0); /* lull_exp itself is within 1 ulp */
		assert_true(x[i] <= 1 && (i == 0 || x[i] <= x[i - 1]));
	}
	assert_true(x[0] == 1);
	rig_end(&r);
}

/* One compartment: C under a constant rate, its area in a state without loss, and a slow filter of it. */
static void one_compartment_area_and_filter(void **state)
{
	struct lull_lin_shape s = { .n_states = 3 };
	struct lull_lin_person p = { 0 };
	const double k = 0.7, ke = 1e-7, dose = 12;
	const struct lull_op ops[] = { { .kind = LULL_OP_RATE, .amount = dose }, { .t_h = 2, .kind = LULL_OP_RATE } };
	const double t[] = { 0, 1e-6, 0.01, 1, 2, 5, 40 };
	(void)state;
	flow(&s, &p, 0, -1, false, k, 1);
	flow(&s, &p, 0, 1, true, 1, 1);
	flow(&s, &p, 0, 2, true, ke, 1);
	flow(&s, &p, 2, -1, false, ke, 1);
	all_outputs(&s, &p, 1);
	struct rig r = rig_of(&s);
	for (int way = LULL_LIN_MODES; way <= LULL_LIN_CAREFUL; way++) {
		lull_lin_work_way(r.work, (enum lull_lin_way)way);
		const double *x = run_one(&r, &p, ops, 2, t, 7);
		for (int i = 0; i < 7; i++) {
			const double on = lull_min(t[i], 2), off = t[i] - on, up = -lull_expm1(-k * on), a = dose / k * up * lull_exp(-k * off);
			const double ku = k * on, early = ku * ku * (0.5 - ku * (1.0 / 6 - ku * (1.0 / 24 - ku * (1.0 / 120 - ku / 720))));
			const double area = dose / (k * k) * (ku < 0.02 ? early : ku - up) + dose / (k * k) * up * -lull_expm1(-k * off);
			assert_close(x[i * 3], a, 1e-13, 0);
			assert_close(x[i * 3 + 1], area, way == LULL_LIN_MODES ? 1e-12 : 1e-13, way == LULL_LIN_MODES ? 1e-13 : 0);
			assert_close(x[i * 3 + 2], ke * area, 1.1 * ke * t[i] + 1e-13, way == LULL_LIN_MODES ? 1e-19 : 0); /* loses at most ke t of itself */
		}
	}
	rig_end(&r);
}

static void rates_of_a_star(void **state)
{
	struct lull_lin_shape s = { .n_states = 4 };
	struct lull_lin_person p = { 0 };
	double rate[LULL_LIN_MAX_STATES], trace = 0;
	int n;
	struct lull_err err = { 0 };
	(void)state;
	flow(&s, &p, 2, -1, false, 0.9, 1); /* the centre need not be the first */
	for (int leg = 0; leg < 4; leg++)
		if (leg != 2) {
			flow(&s, &p, 2, leg, false, 1 + leg, 1);
			flow(&s, &p, leg, 2, false, 0.3 + 0.5 * leg, 1);
		}
	flow(&s, &p, 0, -1, false, 0.2, 1); /* a liver that clears */
	all_outputs(&s, &p, 1);
	struct rig r = rig_of(&s);
	assert_ok(lull_linear_rates(r.linear, &p, rate, &n, &err), &err);
	assert_int_equal(n, 4);
	for (int f = 0; f < s.n_flows; f++)
		trace += p.rate_per_h[f];
	assert_close(rate[0] + rate[1] + rate[2] + rate[3], trace, 1e-14, 0);
	for (int k = 0; k < 4; k++) { /* each solves a - x = sum p / (d - x) */
		double f = 0.9 + 1 + 2 + 4 - rate[k];
		for (int leg = 0; leg < 4; leg++)
			if (leg != 2) {
				const double d = 0.3 + 0.5 * leg + (leg == 0 ? 0.2 : 0);
				f -= (1 + leg) * (0.3 + 0.5 * leg) / (d - rate[k]);
			}
		assert_close(f, 0, 0, 1e-11);
		assert_true(k == 0 || rate[k] < rate[k - 1]);
	}
	rig_end(&r);
}

/* ------------------------------------------------------------------ steady states */

/* Two compartments and a metabolite; 400 doses one by one against STEADY, at many phases, durations above the interval too. */
static void steady_state_is_many_doses(void **state)
{
	static const double dur_h[] = { 0, 0.5, 12, 18, 24, 30.5 }, phase_h[] = { 0, 0.25, 6, 11.5 };
	enum { N_DOSES = 400 };
	const double ii = 12;
	struct lull_lin_shape s = { .n_states = 3 };
	struct lull_lin_person p = { 0 };
	(void)state;
	flow(&s, &p, 0, 1, false, 0.5, 1);
	flow(&s, &p, 1, 0, false, 0.1, 1);
	flow(&s, &p, 0, 2, false, 0.8, 0.7);
	flow(&s, &p, 2, -1, false, 0.05, 1);
	all_outputs(&s, &p, 1);
	struct rig r = rig_of(&s);
	for (int way = LULL_LIN_MODES; way <= LULL_LIN_CAREFUL; way++)
		for (int d = 0; d < 6; d++)
			for (int ph = 0; ph < 4; ph++) {
				struct lull_op ops[2 * N_DOSES];
				const double start = (N_DOSES - 1) * ii, end = start + (phase_h[ph] > 0 ? phase_h[ph] : ii), dur = dur_h[d];
				const double rate = dur > 0 ? 100 / dur : 0;
				size_t n = 0;
				lull_lin_work_way(r.work, (enum lull_lin_way)way);
				if (dur == 0) {
					for (int i = 0; i < N_DOSES; i++)
						ops[n++] = (struct lull_op){ .t_h = i * ii, .amount = 100, .kind = LULL_OP_BOLUS };
				} else { /* every begin and end in order; the rate is what overlaps */
					for (int i = 0, j = 0; i < N_DOSES || j < N_DOSES;) {
						const bool begins = i < N_DOSES && i * ii <= j * ii + dur;
						const double at = begins ? i * ii : j * ii + dur;
						begins ? i++ : j++;
						ops[n++] = (struct lull_op){ .t_h = at, .amount = (i - j) * rate, .kind = LULL_OP_RATE };
					}
				}
				const double t[1] = { end };
				double want[3];
				memcpy(want, run_one(&r, &p, ops, n, t, 1), sizeof(want));
				const struct lull_op steady = { .kind = LULL_OP_STEADY, .amount = 100, .interval_h = ii, .dur_h = dur, .phase_h = phase_h[ph] };
				const double now[1] = { 0 };
				const double *got = run_one(&r, &p, &steady, 1, now, 1);
				for (int o = 0; o < 3; o++)
					assert_close(got[o], want[o], 1e-11, 0);
			}
	rig_end(&r);
}

static void constant_rate_steady_state(void **state)
{
	struct lull_lin_shape s = { .n_states = 2 };
	struct lull_lin_person p = { 0 };
	const struct lull_op ops[] = { { .kind = LULL_OP_STEADY, .amount = 5 }, { .kind = LULL_OP_ADD_STEADY, .amount = 5 },
				       { .kind = LULL_OP_RATE, .amount = 10 } };
	const double t[] = { 0, 1, 100 };
	(void)state;
	flow(&s, &p, 0, 1, false, 0.4, 0.5);
	flow(&s, &p, 1, -1, false, 0.01, 1);
	all_outputs(&s, &p, 1);
	struct rig r = rig_of(&s);
	for (int way = LULL_LIN_MODES; way <= LULL_LIN_CAREFUL; way++) {
		lull_lin_work_way(r.work, (enum lull_lin_way)way);
		const double *x = run_one(&r, &p, ops, 3, t, 3);
		for (int i = 0; i < 3; i++) { /* twice 5 keeps on under a rate of 10 */
			assert_close(x[2 * i], 25, 1e-13, 0);
			assert_close(x[2 * i + 1], 500, 1e-12, 0);
		}
	}
	rig_end(&r);
}

/* An area has no steady state; the others in the call go on. */
static void no_steady_state_is_an_error(void **state)
{
	struct lull_lin_shape s = { .n_states = 2, .n_outputs = 1, .output_state = { 0 } };
	struct lull_lin_person p = { .scale = { 1 } };
	const struct lull_op steady = { .kind = LULL_OP_STEADY, .amount = 1, .interval_h = 24 }, bolus = { .amount = 1 };
	const double t[1] = { 0 };
	(void)state;
	flow(&s, &p, 0, -1, false, 0.4, 1);
	flow(&s, &p, 0, 1, true, 1, 1);
	struct rig r = rig_of(&s);
	for (int way = LULL_LIN_MODES; way <= LULL_LIN_CAREFUL; way++) {
		const struct lull_lin_job job[3] = { { .people = &p, .n_people = 1, .ops = &bolus, .n_ops = 1, .t_h = t, .n_times = 1 },
						     { .people = &p, .n_people = 1, .ops = &steady, .n_ops = 1, .t_h = t, .n_times = 1 },
						     { .people = &p, .n_people = 1, .ops = &bolus, .n_ops = 1, .t_h = t, .n_times = 1 } };
		struct kept k = kept_of(&r.arena, &s, 1);
		const struct lull_lin_sink sink = { .user = &k, .tile = keep_tile };
		struct lull_err errs[3] = { 0 }, err = { 0 };
		int status[3];
		lull_lin_work_way(r.work, (enum lull_lin_way)way);
		assert_ok(lull_linear_run(r.linear, r.work, job, 3, &sink, status, errs, &err), &err);
		assert_int_equal(status[0], LULL_OK);
		assert_int_equal(status[1], LULL_EDOMAIN);
		assert_int_equal(status[2], LULL_OK);
		assert_has(errs[1].what, "steady state");
		assert_int_equal(k.n_seen[1], 0);
		assert_close(k.value[2][0], 1, 0, 1e-15);
	}
	rig_end(&r);
}

/* ------------------------------------------------------------------ the other ops */

static void order_reset_and_replace(void **state)
{
	struct lull_lin_shape s = { .n_states = 2 };
	struct lull_lin_person p = { 0 };
	const struct lull_op ops[] = {
		{ .t_h = 1, .kind = LULL_OP_BOLUS, .amount = 8 },
		{ .t_h = 1, .kind = LULL_OP_RATE, .amount = 3, .state = 1 },
		{ .t_h = 2, .kind = LULL_OP_REPLACE, .amount = 5, .state = 1 },
		{ .t_h = 3, .kind = LULL_OP_RESET },
		{ .t_h = 3, .kind = LULL_OP_BOLUS, .amount = 2, .state = 1 },
	};
	const double t[] = { 0, 1, 1, 1, 2, 2, 3, 3, 3, 4 };
	const uint32_t before[] = { 0, 0, 1, 2, 2, 3, 3, 4, 5, 5 };
	(void)state;
	flow(&s, &p, 0, 1, false, lull_log(2), 1);
	flow(&s, &p, 1, -1, false, 2 * lull_log(2), 1);
	all_outputs(&s, &p, 1);
	struct rig r = rig_of(&s);
	for (int way = LULL_LIN_MODES; way <= LULL_LIN_CAREFUL; way++) {
		const struct lull_lin_job job = { .people = &p, .n_people = 1, .ops = ops, .n_ops = 5, .t_h = t, .n_times = 10, .ops_before = before };
		lull_lin_work_way(r.work, (enum lull_lin_way)way);
		const double *x = run_jobs(&r, &job, 1).value[0];
		const double fed = 3 * 0.75 / (2 * lull_log(2)), chain = 8 * (0.5 - 0.25);
		const double want[] = { 0, 0, 0, 0, 8, 0, 8, 0, 4, chain + fed, 4, 5, 2, 4 * 0.25 + 5 * 0.25 + fed, 0, 0, 0, 2, 0, 0.5 };
		for (int i = 0; i < 20; i++)
			assert_close(x[i], want[i], 1e-14, 1e-14);
	}
	rig_end(&r);
}

/* Amounts stay when the numbers change, whichever way the new numbers need. */
static void numbers_change_amounts_stay(void **state)
{
	struct lull_lin_shape s = { .n_states = 2 };
	struct lull_lin_person p[2] = { { { 0 } } };
	const struct lull_op ops[] = { { .kind = LULL_OP_BOLUS, .amount = 8 }, { .t_h = 1, .kind = LULL_OP_PERSON, .i_person = 1 },
				       { .t_h = 2, .kind = LULL_OP_PERSON, .i_person = 0 } };
	const double t[] = { 1, 2, 3 };
	(void)state;
	flow(&s, &p[0], 0, 1, false, 0.5, 1);
	flow(&s, &p[0], 1, -1, false, 0.2, 1);
	all_outputs(&s, &p[0], 1);
	p[1] = p[0];
	p[1].rate_per_h[0] = 0.2; /* equal rates: t exp(-k t) */
	struct rig r = rig_of(&s);
	const struct lull_lin_job job = { .people = p, .n_people = 2, .ops = ops, .n_ops = 3, .t_h = t, .n_times = 3 };
	const double *x = run_jobs(&r, &job, 1).value[0];
	double a = 8, m = 0;
	for (int i = 0; i < 3; i++) {
		const double k = i == 1 ? 0.2 : 0.5, ea = lull_exp(-k), em = lull_exp(-0.2);
		m = m * em + (i == 1 ? a * 0.2 * em : a * 0.5 * (em - ea) / 0.3);
		a *= ea;
		assert_close(x[2 * i], a, 1e-13, 0);
		assert_close(x[2 * i + 1], m, 1e-13, 0);
	}
	rig_end(&r);
}

/* ------------------------------------------------------------------ refusals */

static void bad_shapes_and_numbers(void **state)
{
	struct lull_lin_shape s = { .n_states = 2, .n_outputs = 1, .output_state = { 1 } };
	struct lull_lin_person p = { .scale = { 1 } };
	struct lull_arena arena = { 0 };
	const struct lull_linear *linear;
	const double t[2] = { 0, 1 }, falling[2] = { 1, 0 };
	struct lull_err err = { 0 };
	(void)state;
	flow(&s, &p, 0, 1, true, 1, 1);
	flow(&s, &p, 1, 0, false, 1, 1);
	assert_int_equal(lull_linear_new(&s, &arena, &linear, &err), LULL_EDOMAIN); /* a copy that feeds back grows */
	assert_has(err.what, "grow");
	s.flow[0].copies = false;
	struct rig r = rig_of(&s);
	struct lull_op op = { .amount = 1 };
	struct lull_lin_job job = { .people = &p, .n_people = 1, .ops = &op, .n_ops = 1, .t_h = t, .n_times = 2 };
	struct kept k = kept_of(&r.arena, &s, 2);
	const struct lull_lin_sink sink = { .user = &k, .tile = keep_tile };
	int status[1];
#define REFUSED(change, undo)                                                                                  \
	do {                                                                                                   \
		change;                                                                                        \
		assert_ok(lull_linear_run(r.linear, r.work, &job, 1, &sink, status, NULL, &err), &err);        \
		assert_int_equal(status[0], LULL_EDOMAIN);                                                     \
		undo;                                                                                          \
	} while (0)
	REFUSED(p.rate_per_h[0] = -1, p.rate_per_h[0] = 1);
	REFUSED(p.rate_per_h[0] = NAN, p.rate_per_h[0] = 1);
	REFUSED(p.gain[0] = 1.5, p.gain[0] = 1); /* mass that comes back may not grow */
	REFUSED(p.scale[0] = INFINITY, p.scale[0] = 1);
	REFUSED(op.amount = -1, op.amount = 1);
	REFUSED(op.t_h = NAN, op.t_h = 0);
	REFUSED(op.state = 2, op.state = 0);
	REFUSED(op.kind = 99, op.kind = LULL_OP_BOLUS);
	REFUSED(job.t_h = falling, job.t_h = t);
	REFUSED((op.kind = LULL_OP_STEADY, op.interval_h = 4, op.phase_h = 4), (op.kind = LULL_OP_BOLUS));
	assert_int_equal(lull_linear_run(r.linear, r.work, &job, 1, &sink, status, NULL, &err), LULL_OK);
	assert_int_equal(status[0], LULL_OK);
	rig_end(&r);
	lull_arena_clear(&arena);
}

/* Each allocation in turn fails: an error, nothing kept. */
static void out_of_memory(void **state)
{
	const struct lull_lin_shape shape = w1_shape();
	int n_failed = 0;
	(void)state;
	lull_mem_fail_in_arenas(true);
	for (uint64_t nth = 1; nth < 20; nth++) {
		struct lull_arena arena = { 0 };
		const struct lull_linear *linear = NULL;
		struct lull_lin_work *work = NULL;
		struct lull_err err = { 0 };
		lull_mem_fail_at(nth, false);
		int rc = lull_linear_new(&shape, &arena, &linear, &err);
		if (rc == LULL_OK)
			rc = lull_lin_work_new(linear, &work, &err);
		lull_mem_fail_at(0, false);
		assert_true(rc == LULL_OK ? work != NULL : rc == LULL_ENOMEM && work == NULL);
		n_failed += rc != LULL_OK;
		lull_lin_work_free(work);
		lull_arena_clear(&arena);
	}
	lull_mem_fail_in_arenas(false);
	assert_in_range(n_failed, 5, 10);
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(w1_reference_values),
		cmocka_unit_test(w1_checksums),
		cmocka_unit_test(equal_rates_are_erlang),
		cmocka_unit_test(one_mode_is_exp),
		cmocka_unit_test(one_compartment_area_and_filter),
		cmocka_unit_test(rates_of_a_star),
		cmocka_unit_test(steady_state_is_many_doses),
		cmocka_unit_test(constant_rate_steady_state),
		cmocka_unit_test(no_steady_state_is_an_error),
		cmocka_unit_test(order_reset_and_replace),
		cmocka_unit_test(numbers_change_amounts_stay),
		cmocka_unit_test(bad_shapes_and_numbers),
		cmocka_unit_test(out_of_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
