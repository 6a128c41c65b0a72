/* Effects of a model file: workload W2's reference values, analytic cases, and lanes: alone, side by
 * side and in each set of instructions the same bits. Against CVODE: tests/oracle/test_effect_cvode.c. */
#include "effect_kit.h"

#include <stdio.h>

#include "lull/num/vec.h"

/* ---- checks ---- */

static void names_and_kinds(void **state)
{
	int n = 0;
	(void)state;
	while (lull_effect_kind_names[n] != NULL)
		n++;
	assert_int_equal(n, LULL_EFFECT_ORDERED + 1);
	assert_string_equal(lull_effect_kind_names[LULL_EFFECT_TURNOVER], "turnover");
	for (int k = 0; k < n; k++) {
		const struct lull_effect_spec spec = { (enum lull_effect_kind)k, 0, 3 };
		assert_int_equal(lull_effect_n_outputs(&spec), k == LULL_EFFECT_ORDERED ? 3 : 1);
		assert_int_equal(lull_effect_is_stepped(&spec), k >= LULL_EFFECT_INDIRECT_1 && k <= LULL_EFFECT_TURNOVER);
	}
}

static struct lull_effect_numbers plain(void)
{
	return (struct lull_effect_numbers){ .e0 = 1, .slope = 0.5, .emax = 0.9, .c50 = 2, .gamma = 1.5, .kin = 3, .kout_per_h = 0.3,
					     .r0 = NAN, .intercept = { 1, 0, -1, -2, -3, -4 } };
}

static void numbers_outside_their_range_are_named(void **state)
{
	static const struct {
		enum lull_effect_kind kind;
		size_t offset;
		double value;
		const char *where;
	} bad[] = {
#define AT(m) offsetof(struct lull_effect_numbers, m)
		{ LULL_EFFECT_LINEAR, AT(slope), NAN, "slope" },
		{ LULL_EFFECT_LINEAR, AT(e0), INFINITY, "e0" },
		{ LULL_EFFECT_EMAX, AT(c50), 0, "c50" },
		{ LULL_EFFECT_EMAX, AT(emax), -INFINITY, "emax" },
		{ LULL_EFFECT_SIGMOID, AT(gamma), 0, "gamma" },
		{ LULL_EFFECT_SIGMOID, AT(gamma), 101, "gamma" },
		{ LULL_EFFECT_INDIRECT_1, AT(emax), 1.01, "emax" },
		{ LULL_EFFECT_INDIRECT_2, AT(emax), -0.1, "emax" },
		{ LULL_EFFECT_INDIRECT_3, AT(kin), -1, "kin" },
		{ LULL_EFFECT_INDIRECT_4, AT(kout_per_h), 0, "kout" },
		{ LULL_EFFECT_INDIRECT_4, AT(c50), NAN, "c50" },
		{ LULL_EFFECT_TURNOVER, AT(r0), -2, "r0" },
		{ LULL_EFFECT_BINARY, AT(intercept), NAN, "intercept" },
		{ LULL_EFFECT_ORDERED, AT(intercept[1]), 2, "intercept" },
#undef AT
	};
	(void)state;
	for (int k = 0; k <= LULL_EFFECT_ORDERED; k++) {
		const struct lull_effect_spec spec = { (enum lull_effect_kind)k, 0, 6 };
		const struct lull_effect_numbers n = plain();
		struct lull_err err = { 0 };
		assert_ok(lull_effect_check(&spec, &n, &err), &err);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct lull_effect_spec spec = { bad[i].kind, 0, 3 };
		struct lull_effect_numbers n = plain();
		struct lull_err err = { 0 };
		memcpy((char *)&n + bad[i].offset, &bad[i].value, sizeof(double));
		assert_int_equal(lull_effect_check(&spec, &n, &err), LULL_EDOMAIN);
		assert_string_equal(err.where, bad[i].where);
	}
}

/* ---- direct ---- */

static double direct1(enum lull_effect_kind kind, struct lull_effect_numbers n, double c)
{
	const struct lull_effect_spec spec = { kind, 0, 0 };
	double out;
	lull_effect_direct(&spec, &n, c, &out);
	return out;
}

static void direct_values(void **state)
{
	struct lull_effect_numbers n = plain();
	(void)state;
	assert_true(direct1(LULL_EFFECT_LINEAR, n, 4) == 3);
	assert_close(direct1(LULL_EFFECT_EMAX, n, 2), 1.45, 1e-15, 0);
	assert_close(direct1(LULL_EFFECT_SIGMOID, n, 8), 1 + 0.9 * 8 / 9, 1e-15, 0); /* 4^1.5 = 8 */
	assert_close(direct1(LULL_EFFECT_BINARY, n, 2), 1 / (1 + exp(-2)), 4e-16, 0);
	/* nothing given: the baseline, also with gamma below 1; far above: the maximum, not NAN */
	for (double gamma = 0.1; gamma < 100; gamma *= 1.7) {
		n.gamma = gamma;
		assert_true(direct1(LULL_EFFECT_SIGMOID, n, 0) == 1);
		assert_close(direct1(LULL_EFFECT_SIGMOID, n, 2), 1.45, 1e-15, 0);
		n.c50 = 1e-200;
		assert_close(direct1(LULL_EFFECT_SIGMOID, n, 1e200), 1.9, 1e-15, 0);
		n.c50 = 2;
	}
	n.slope = -1000;
	assert_true(direct1(LULL_EFFECT_BINARY, n, 1e6) == 0);
	n.slope = 1000;
	assert_true(direct1(LULL_EFFECT_BINARY, n, 1e6) == 1);
}

static void direct_effects_rise_with_concentration(void **state)
{
	const struct lull_effect_spec ordered = { LULL_EFFECT_ORDERED, 0, 6 };
	(void)state;
	for (double gamma = 0.2; gamma < 60; gamma *= 1.5) {
		double last[3] = { -1e300, -1e300, -1e300 };
		struct lull_effect_numbers n = plain();
		n.gamma = gamma;
		for (double c = 0; c < 50; c += 0.03) {
			const double now[3] = { direct1(LULL_EFFECT_EMAX, n, c), direct1(LULL_EFFECT_SIGMOID, n, c), direct1(LULL_EFFECT_BINARY, n, c) };
			for (int k = 0; k < 3; k++) {
				assert_true(now[k] >= last[k] * (1 - 4e-16));
				last[k] = now[k];
			}
		}
	}
	/* P(Y >= j) falls with j, so that every grade has a probability and these sum to 1 */
	for (double c = -0.0; c < 40; c += 0.1) {
		const struct lull_effect_numbers n = plain();
		double p[6], sum, above = 1;
		lull_effect_direct(&ordered, &n, c, p);
		sum = 1 - p[0];
		for (int j = 0; j < 6; j++) {
			const double grade = p[j] - (j < 5 ? p[j + 1] : 0);
			assert_true(p[j] <= above && p[j] >= 0 && grade >= 0);
			assert_close(p[j], 1 / (1 + exp(-(n.intercept[j] + n.slope * c))), 1e-15, 0);
			above = p[j];
			sum += grade;
		}
		assert_close(sum, 1, 1e-15, 0);
	}
}

/* ---- workload W2 ---- */

enum { N_W2 = 200 };

static void w2_times(double *t)
{
	for (int i = 0; i < N_W2; i++)
		t[i] = i <= 120 ? i : 144 + 24 * (i - 121);
}

/* docs/performance.md: independent integrators at 1e-12 agree on these digits. */
static const double w2_reference[][2] = {
	{ 1, 17.9680836700 },   { 2, 17.9245712227 },   { 12, 17.5166508831 }, { 24, 17.2745708317 },  { 48, 17.2931076309 },
	{ 49, 17.2629539485 },  { 72, 16.6108116081 },  { 96, 16.6702008627 }, { 97, 16.6416953916 },  { 120, 16.0262828794 },
	{ 144, 16.1216859292 }, { 360, 16.9402137083 }, { 840, 17.7029225537 }, { 2016, 17.9868290962 },
};

static void workload_2_reference(void **state)
{
	double t[N_W2], out[N_W2 * 3];
	struct kit_person p = kit_workload_person(1);
	const struct lull_effect_numbers n = kit_w2_numbers(), *numbers = &n;
	(void)state;
	w2_times(t);
	for (int by_eval = 0; by_eval < 2; by_eval++) {
		struct kit_run run = { .specs = &kit_w2_spec, .n_effects = 1, .numbers = &numbers, .n_people = 1, .t_h = t, .n_times = N_W2,
				       .isa = -1, .by_eval = by_eval };
		kit_simulate(&run, &p, 1, out);
		assert_int_equal(run.status[0], LULL_OK);
		size_t seen = 0;
		for (size_t k = 0; k < sizeof(w2_reference) / sizeof(w2_reference[0]); k++)
			for (int i = 0; i < N_W2; i++)
				if (t[i] == w2_reference[k][0]) {
					assert_close(out[i * 3 + 2], w2_reference[k][1], 1e-10, 0);
					seen++;
				}
		assert_int_equal(seen, sizeof(w2_reference) / sizeof(w2_reference[0]));
		print_message("# W2, patient 1%s: %lu steps, %lu refused\n", by_eval ? ", drive by eval" : "", (unsigned long)run.count.n_steps,
			      (unsigned long)run.count.n_refused);
		assert_true(run.count.n_steps < 200); /* a quiet stretch of 79 days is one step */
	}
}

/* ---- analytic cases ---- */

/* A drive that is constant from t = 0 on: a person of one very fast mode whose infusion is at plateau at once
 * would only nearly be; so the stretch is made by hand. */
struct constant {
	double conc, t0, t1;
	const double *t_h;
	size_t n_times;
};

static int run_constant(const struct lull_effect_spec *spec, const struct lull_effect_numbers *n, const struct constant *c, double *r)
{
	const struct lull_lin_person person = { .gain = { 1 } };
	const struct lull_lin_job job = { .people = &person, .n_people = 1, .t_h = c->t_h, .n_times = c->n_times };
	const struct lull_effect_lane lane = { n, &job };
	const double rate = 1, coef = 0;
	const struct lull_lin_stretch stretch = { .width = 1, .n_modes = 1, .n_outputs = 1, .t0_h = &c->t0, .t1_h = &c->t1, .rate_per_h = &rate,
						  .coef = &coef, .level = &c->conc, .n_times = c->n_times };
	struct lull_effect_work *work = NULL;
	struct lull_err err = { 0 };
	double tile[100], out[200];

	assert_true(c->n_times <= 100);
	for (size_t i = 0; i < c->n_times; i++)
		tile[i] = c->conc;
	assert_ok(lull_effect_work_new(spec, 1, 1, &work, &err), &err);
	assert_ok(lull_effect_begin(work, &lane, 1, &err), &err);
	assert_ok(lull_effect_stretch(work, 0, &stretch, &err), &err);
	assert_ok(lull_effect_tile(work, 0, 1, 0, c->n_times, tile, out, &err), &err);
	for (size_t i = 0; i < c->n_times; i++)
		r[i] = out[2 * i + 1];
	const int status = lull_effect_status(work, 0, &err);
	lull_effect_work_free(work);
	return status;
}

/* Production and loss under a constant concentration. */
static void rates_of(enum lull_effect_kind kind, const struct lull_effect_numbers *n, double c, double *in, double *loss)
{
	const double h = n->emax * pow(c, n->gamma) / (pow(n->c50, n->gamma) + pow(c, n->gamma));
	*in = n->kin * (kind == LULL_EFFECT_INDIRECT_1 ? 1 - h : kind == LULL_EFFECT_INDIRECT_3 ? 1 + h : 1);
	*loss = n->kout_per_h * (kind == LULL_EFFECT_INDIRECT_2 ? 1 - h : kind == LULL_EFFECT_INDIRECT_4 ? 1 + h : 1);
	if (kind == LULL_EFFECT_TURNOVER)
		*in += n->slope * c;
}

static void constant_drive_is_an_exponential_approach(void **state)
{
	const double t[] = { 5, 5, 5.001, 5.5, 6, 10, 30, 100, 600 };
	enum { N_T = sizeof(t) / sizeof(t[0]) };
	(void)state;
	for (int kind = LULL_EFFECT_INDIRECT_1; kind <= LULL_EFFECT_TURNOVER; kind++)
		for (int trial = 0; trial < 40; trial++) {
			const struct lull_effect_spec spec = { (enum lull_effect_kind)kind, 0, 0 };
			struct lull_effect_numbers n = plain();
			double r[N_T], in, loss;
			const double c = trial % 5 == 0 ? 0 : 0.01 * pow(1.5, trial);
			n.gamma = 0.3 + 0.25 * (trial % 7);
			n.kout_per_h = pow(10, -3 + trial % 5);
			n.r0 = trial % 3 == 0 ? (double)NAN : trial;
			const struct constant constant = { c, 5, 600, t, N_T };
			assert_int_equal(run_constant(&spec, &n, &constant, r), LULL_OK);
			rates_of(spec.kind, &n, c, &in, &loss);
			const double r0 = trial % 3 == 0 ? n.kin / n.kout_per_h : trial;
			for (int i = 0; i < N_T; i++)
				assert_close(r[i], r0 * exp(-loss * (t[i] - 5)) - in / loss * expm1(-loss * (t[i] - 5)), 2e-13, 1e-13 * n.kin / n.kout_per_h);
			assert_close(r[0], r0, 2e-16, 0); /* nothing has moved at the start */
		}
}

static void all_inhibited_loss_is_a_straight_line(void **state)
{
	const double t[] = { 0, 1, 50, 1000 };
	const struct lull_effect_spec spec = { LULL_EFFECT_INDIRECT_2, 0, 0 };
	struct lull_effect_numbers n = plain();
	double r[4];
	(void)state;
	n.emax = 1;
	n.c50 = 1e-300; /* H is exactly 1 */
	n.gamma = 2;
	assert_int_equal(run_constant(&spec, &n, &(struct constant){ 1, 0, 1000, t, 4 }, r), LULL_OK);
	for (int i = 0; i < 4; i++)
		assert_close(r[i], 10 + 3 * t[i], 1e-13, 0);
}

static void without_drug_the_baseline_does_not_move(void **state)
{
	double t[50], r[50];
	(void)state;
	for (int i = 0; i < 50; i++)
		t[i] = 40 * i;
	for (int kind = LULL_EFFECT_INDIRECT_1; kind <= LULL_EFFECT_TURNOVER; kind++)
		for (double gamma = 0.1; gamma < 20; gamma *= 2.3) {
			const struct lull_effect_spec spec = { (enum lull_effect_kind)kind, 0, 0 };
			struct lull_effect_numbers n = plain();
			n.gamma = gamma; /* 0^gamma is 0 */
			assert_int_equal(run_constant(&spec, &n, &(struct constant){ 0, 0, 84 * 24, t, 50 }, r), LULL_OK);
			for (int i = 0; i < 50; i++)
				assert_true(r[i] == n.kin / n.kout_per_h);
		}
}

/* Turnover under a bolus into one compartment is a Bateman function. */
static void turnover_of_a_bolus_is_bateman(void **state)
{
	enum { N_T = 40 };
	double t[N_T], out[N_T * 3];
	(void)state;
	for (int i = 0; i < N_T; i++)
		t[i] = 0.37 * i * i;
	for (int trial = 0; trial < 12; trial++) {
		const double k = 0.05 * pow(1.7, trial % 6), kout = trial < 6 ? 0.31 : 0.0027;
		struct kit_person p = { .modes = { .n = 1, .lambda_per_h = { k }, .coef_per_l = { 1 } }, .ke0 = 77,
					.ops = { { .t_h = 0, .kind = LULL_OP_BOLUS, .amount = 100 } }, .n_ops = 1 };
		const struct lull_effect_spec spec = { LULL_EFFECT_TURNOVER, 0, 0 };
		const struct lull_effect_numbers n = { .slope = 0.2, .kin = 0, .kout_per_h = kout, .r0 = 5 }, *numbers = &n;
		struct kit_run run = { .specs = &spec, .n_effects = 1, .numbers = &numbers, .n_people = 1, .t_h = t, .n_times = N_T, .isa = -1 };
		kit_simulate(&run, &p, 1, out);
		assert_int_equal(run.status[0], LULL_OK);
		for (int i = 0; i < N_T; i++)
			assert_close(out[3 * i + 2], 5 * exp(-kout * t[i]) + 20 / (kout - k) * (exp(-k * t[i]) - exp(-kout * t[i])), 1e-9, 1e-12 * 5);
	}
}

/* ---- lanes ---- */

enum { N_T = 90 };

static double draw(uint64_t person, uint64_t i, double low, double high)
{
	const struct lull_stream s = { .seed = 31, .patient = person, .purpose = LULL_FOR_TEST };
	return low * lull_exp(lull_log(high / low) * lull_random_uniform(&s, i));
}

static const struct lull_effect_spec every_kind[] = {
	{ LULL_EFFECT_INDIRECT_1, 1, 0 }, { LULL_EFFECT_SIGMOID, 0, 0 },	 { LULL_EFFECT_INDIRECT_2, 0, 0 }, { LULL_EFFECT_ORDERED, 1, 4 },
	{ LULL_EFFECT_INDIRECT_3, 1, 0 }, { LULL_EFFECT_INDIRECT_4, 0, 0 }, { LULL_EFFECT_TURNOVER, 1, 0 },	 { LULL_EFFECT_BINARY, 0, 0 },
};
enum { N_EVERY = 8, N_OUT = KIT_LINEAR + N_EVERY + 3 };

/* Two people's worth of numbers for one lane: [person][effect]. */
static void random_numbers(uint64_t who, struct lull_effect_numbers *out)
{
	for (uint64_t p = 0; p < 2; p++)
		for (uint64_t e = 0; e < N_EVERY; e++) {
			const uint64_t i = 1000 * p + 20 * e;
			out[p * N_EVERY + e] = (struct lull_effect_numbers){
				.e0 = draw(who, i, 1, 5), .slope = draw(who, i + 1, 0.1, 3), .emax = draw(who, i + 2, 0.2, 1), .c50 = draw(who, i + 3, 0.02, 20),
				.gamma = (who + e) % 3 == 0 ? 1 : (who + e) % 3 == 1 ? 2 : draw(who, i + 4, 0.4, 8), .kin = draw(who, i + 5, 0.1, 20),
				.kout_per_h = draw(who, i + 6, 0.002, 2), .r0 = who % 2 ? NAN : draw(who, i + 7, 1, 30),
				.intercept = { 1, 0.5, -1, -4 },
			};
		}
}

/* Ops at the same times for all; amounts and kinetics each their own. A reset, and a change of person. */
static struct kit_person random_person(uint64_t who)
{
	struct kit_person p = { .modes = { .n = 3 }, .ke0 = draw(who, 510, 0.05, 9) };

	for (int j = 0; j < 3; j++) {
		p.modes.lambda_per_h[j] = draw(who, 500 + (uint64_t)j, 0.02, 1) * pow(6, 2 - j);
		p.modes.coef_per_l[j] = draw(who, 505 + (uint64_t)j, 0.01, 0.1);
	}
	const struct lull_op ops[] = {
		{ .t_h = 0, .kind = LULL_OP_BOLUS, .amount = draw(who, 520, 1, 300) },
		{ .t_h = 3, .kind = LULL_OP_RATE, .amount = draw(who, 521, 1, 100) },
		{ .t_h = 5.5, .kind = LULL_OP_RATE, .amount = 0 },
		{ .t_h = 24, .kind = LULL_OP_PERSON, .i_person = 1 },
		{ .t_h = 24, .kind = LULL_OP_BOLUS, .amount = draw(who, 522, 1, 300) },
		{ .t_h = 50, .kind = LULL_OP_RESET },
		{ .t_h = 60, .kind = LULL_OP_PERSON, .i_person = 0 },
		{ .t_h = 61, .kind = LULL_OP_BOLUS, .amount = draw(who, 523, 1, 300) },
	};
	p.n_ops = sizeof(ops) / sizeof(ops[0]);
	memcpy(p.ops, ops, sizeof(ops));
	return p;
}

static void lane_times(double *t)
{
	for (int i = 0; i < N_T; i++)
		t[i] = i < 70 ? i : 70 + 90.5 * (i - 70); /* at ops' times too, and long after */
}

static void alone_is_beside_is_every_set(void **state)
{
	enum { N_GROUPS = 12 };
	static double alone[N_T * N_OUT], beside[N_T * N_OUT * LULL_LANES];
	static struct lull_effect_numbers numbers[LULL_LANES][2 * N_EVERY];
	double t[N_T];
	(void)state;
	lane_times(t);
	for (uint64_t g = 0; g < N_GROUPS; g++) {
		struct kit_person people[LULL_LANES];
		const struct lull_effect_numbers *of[LULL_LANES];
		const int n_lanes = g == 0 ? LULL_LANES : 1 + (int)(g % LULL_LANES);
		for (int l = 0; l < n_lanes; l++) {
			people[l] = random_person(g * 8 + (uint64_t)l);
			random_numbers(g * 8 + (uint64_t)l, numbers[l]);
			of[l] = numbers[l];
		}
		for (int isa = 0; isa <= (int)lull_cpu_isa(); isa++) {
			struct kit_run run = { .specs = every_kind, .n_effects = N_EVERY, .numbers = of, .n_people = 2, .t_h = t, .n_times = N_T, .isa = isa };
			kit_simulate(&run, people, n_lanes, beside);
			for (int l = 0; l < n_lanes; l++) {
				struct kit_run one = run;
				one.numbers = of + l;
				one.isa = LULL_ISA_SCALAR;
				kit_simulate(&one, people + l, 1, alone);
				assert_int_equal(run.status[l], LULL_OK);
				for (size_t i = 0; i < N_T * N_OUT; i++) {
					const double a = alone[i], b = beside[i * (size_t)n_lanes + (size_t)l];
					if (memcmp(&a, &b, sizeof(a)) != 0)
						fail_msg("group %d, lane %d of %d, set %d, time %g, output %d: alone %a, beside %a", (int)g, l, n_lanes, isa,
							 t[i / N_OUT], (int)(i % N_OUT), a, b);
				}
			}
		}
	}
}

static void by_eval_is_by_modes(void **state)
{
	static double modes[N_T * N_OUT], eval[N_T * N_OUT];
	static struct lull_effect_numbers numbers[2 * N_EVERY];
	const struct lull_effect_numbers *of = numbers;
	double t[N_T];
	(void)state;
	lane_times(t);
	for (uint64_t who = 0; who < 20; who++) {
		const struct kit_person p = random_person(who);
		random_numbers(who, numbers);
		struct kit_run run = { .specs = every_kind, .n_effects = N_EVERY, .numbers = &of, .n_people = 2, .t_h = t, .n_times = N_T, .isa = -1 };
		kit_simulate(&run, &p, 1, modes);
		run.by_eval = true;
		kit_simulate(&run, &p, 1, eval);
		for (size_t i = 0; i < N_T * N_OUT; i++)
			assert_close(eval[i], modes[i], 3e-9, 1e-11);
	}
}

/* RESET sets R to r0; PERSON changes the numbers and leaves R. */
static void resets_and_changes_of_numbers(void **state)
{
	const double t[] = { 0, 9.999999, 10, 10.000001, 20, 29.999999, 30, 200 };
	const struct lull_effect_spec specs[] = { { LULL_EFFECT_INDIRECT_3, 0, 0 }, { LULL_EFFECT_LINEAR, 0, 0 } };
	struct lull_effect_numbers numbers[4] = { plain(), plain(), plain(), plain() };
	const struct lull_effect_numbers *of = numbers;
	struct kit_person p = { .modes = { .n = 1, .lambda_per_h = { 0.2 }, .coef_per_l = { 1 } }, .ke0 = 1,
				.ops = { { .t_h = 0, .kind = LULL_OP_BOLUS, .amount = 8 }, { .t_h = 10, .kind = LULL_OP_PERSON, .i_person = 1 },
					 { .t_h = 30, .kind = LULL_OP_RESET } },
				.n_ops = 3 };
	double out[8 * 4];
	(void)state;
	numbers[0].r0 = 4;
	numbers[2].r0 = 7;   /* of the second person */
	numbers[2].kin = 30;
	numbers[3].e0 = 100;
	struct kit_run run = { .specs = specs, .n_effects = 2, .numbers = &of, .n_people = 2, .t_h = t, .n_times = 8, .isa = -1 };
	kit_simulate(&run, &p, 1, out);
	const double *r = out + 2, *e = out + 3;
	assert_true(r[0] == 4);
	assert_close(r[4 * 2], r[4 * 1], 1e-5, 0);       /* R goes on ...                       */
	assert_close(r[4 * 3], r[4 * 2], 1e-5, 0);
	assert_true((r[4 * 3] - r[4 * 2]) / 1e-6 > 25);  /* ... ten times as fast               */
	assert_true(r[4 * 5] > 50);
	assert_true(r[4 * 6] == 7);                      /* reset: the r0 of who is there now   */
	assert_close(r[4 * 7], 100, 1e-9, 0);            /* and its kin / kout                  */
	assert_close(e[0], 5, 1e-15, 0);
	assert_close(e[4 * 1], 1 + 0.5 * out[4 * 1], 1e-15, 0);
	assert_close(e[4 * 2], 100 + 0.5 * out[4 * 2], 1e-15, 0);
	assert_true(e[4 * 7] == 100);
}

static void a_lane_that_fails_leaves_the_others(void **state)
{
	static double out[N_T * 3 * 3], alone[N_T * 3];
	static struct lull_effect_numbers numbers[3][2 * N_EVERY];
	const struct lull_effect_numbers *of[3] = { numbers[0], numbers[1], numbers[2] };
	struct kit_person people[3];
	double t[N_T];
	(void)state;
	lane_times(t);
	for (uint64_t l = 0; l < 3; l++) {
		people[l] = random_person(l);
		random_numbers(l, numbers[l]);
	}
	for (int way = 0; way < 2; way++) { /* numbers that do not go; a drive that is no number */
		struct kit_person mine[3] = { people[0], people[1], people[2] };
		struct kit_run run = { .specs = every_kind, .n_effects = 1, .numbers = of, .n_people = 1, .t_h = t, .n_times = N_T, .isa = -1 };
		if (way == 0)
			numbers[1][0].kout_per_h = -1;
		else
			numbers[1][0].kout_per_h = 0.1, mine[1].ops[4].amount = NAN;
		for (int l = 0; l < 3; l++)
			for (size_t i = 0; i < mine[l].n_ops; i++)
				if (mine[l].ops[i].kind == LULL_OP_PERSON)
					mine[l].ops[i].i_person = 0;
		kit_simulate(&run, mine, 3, out);
		assert_int_equal(run.status[1], LULL_EDOMAIN);
		for (int l = 0; l < 3; l += 2) {
			struct kit_run one = run;
			one.numbers = of + l;
			kit_simulate(&one, mine + l, 1, alone);
			assert_int_equal(run.status[l], LULL_OK);
			for (size_t i = 0; i < N_T; i++)
				assert_true(memcmp(&alone[3 * i + 2], &out[(3 * i + 2) * 3 + (size_t)l], sizeof(double)) == 0);
		}
		for (size_t i = 60; i < N_T; i++)
			assert_true(lull_is_nan(out[(3 * i + 2) * 3 + 1]));
	}
}

static void steady_state_of_a_response_is_refused_with_a_mend(void **state)
{
	const double t[] = { 0, 1 };
	const struct lull_effect_numbers n = plain();
	const struct lull_lin_person person = { .gain = { 1 } };
	const struct lull_op op = { .kind = LULL_OP_STEADY, .amount = 1, .interval_h = 12 };
	const struct lull_lin_job job = { .people = &person, .n_people = 1, .ops = &op, .n_ops = 1, .t_h = t, .n_times = 2 };
	const struct lull_effect_lane lane = { &n, &job };
	(void)state;
	for (int kind = LULL_EFFECT_SIGMOID; kind <= LULL_EFFECT_INDIRECT_1; kind++) {
		const struct lull_effect_spec spec = { (enum lull_effect_kind)kind, 0, 0 };
		struct lull_effect_work *work = NULL;
		struct lull_err err = { 0 };
		assert_ok(lull_effect_work_new(&spec, 1, 1, &work, &err), &err);
		assert_ok(lull_effect_begin(work, &lane, 1, &err), &err);
		const bool is_stepped = kind == LULL_EFFECT_INDIRECT_1;
		assert_int_equal(lull_effect_status(work, 0, &err), is_stepped ? LULL_EUNSUPPORTED : LULL_OK);
		if (is_stepped)
			assert_has(err.mend, "ADDL");
		lull_effect_work_free(work);
	}
}

static void out_of_memory_is_said(void **state)
{
	const double t[] = { 0, 1 };
	const struct lull_effect_numbers n = plain();
	const struct lull_lin_person person = { .gain = { 1 } };
	const struct lull_lin_job job = { .people = &person, .n_people = 1, .t_h = t, .n_times = 2 };
	const struct lull_effect_lane lane = { &n, &job };
	const struct lull_effect_spec spec = { LULL_EFFECT_INDIRECT_1, 0, 0 };
	struct lull_effect_work *work = NULL;
	struct lull_err err = { 0 };
	(void)state;
	lull_mem_fail_at(1, false);
	assert_int_equal(lull_effect_work_new(&spec, 1, 1, &work, &err), LULL_ENOMEM);
	lull_mem_fail_at(0, false);
	assert_ok(lull_effect_work_new(&spec, 1, 1, &work, &err), &err);
	lull_mem_fail_at(1, false);
	assert_int_equal(lull_effect_begin(work, &lane, 1, &err), LULL_ENOMEM);
	lull_mem_fail_at(0, false);
	assert_ok(lull_effect_begin(work, &lane, 1, &err), &err);
	lull_effect_work_free(work);
	lull_effect_work_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_kinds),
		cmocka_unit_test(numbers_outside_their_range_are_named),
		cmocka_unit_test(direct_values),
		cmocka_unit_test(direct_effects_rise_with_concentration),
		cmocka_unit_test(workload_2_reference),
		cmocka_unit_test(constant_drive_is_an_exponential_approach),
		cmocka_unit_test(all_inhibited_loss_is_a_straight_line),
		cmocka_unit_test(without_drug_the_baseline_does_not_move),
		cmocka_unit_test(turnover_of_a_bolus_is_bateman),
		cmocka_unit_test(alone_is_beside_is_every_set),
		cmocka_unit_test(by_eval_is_by_modes),
		cmocka_unit_test(resets_and_changes_of_numbers),
		cmocka_unit_test(a_lane_that_fails_leaves_the_others),
		cmocka_unit_test(steady_state_of_a_response_is_refused_with_a_mend),
		cmocka_unit_test(out_of_memory_is_said),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
