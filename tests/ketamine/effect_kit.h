/* Drives for the tests of effects, exact and independent of linear.c: one to three compartments and an
 * effect site under boluses and infusions, as closed forms between ops. Output 0: C, output 1: the site. */
#ifndef LULL_TEST_EFFECT_KIT_H
#define LULL_TEST_EFFECT_KIT_H

#include "kit.h"

#include "lull/ketamine/effect.h"
#include "lull/num/dist.h"
#include "lull/num/math.h"
#include "lull/num/random.h"

enum { KIT_MAX_OPS = 64, KIT_MODES = LULL_MAX_PARENT_MODES + 1, KIT_LINEAR = 2 };

/* One person: kinetics, the site's rate, and what happens. Ops: BOLUS, RATE (state 0), RESET, PERSON. */
struct kit_person {
	struct lull_modes modes; /* C after a unit bolus, in the units of the drive */
	double ke0;
	struct lull_op ops[KIT_MAX_OPS];
	size_t n_ops;
};

/* The closed form of one person at some op. */
struct kit_form {
	double x[LULL_MAX_PARENT_MODES], z, rate;
};

static inline void kit_coefficients(const struct kit_person *p, const struct kit_form *f, double coef[KIT_LINEAR][KIT_MODES],
				    double level[KIT_LINEAR], double rates[KIT_MODES])
{
	double sum = 0;

	memset(coef, 0, sizeof(double) * KIT_LINEAR * KIT_MODES);
	level[0] = 0;
	for (int j = 0; j < p->modes.n; j++) {
		const double l = p->modes.lambda_per_h[j], still = p->modes.coef_per_l[j] * f->rate / l;
		rates[j] = l;
		level[0] += still;
		coef[0][j] = f->x[j] - still;
		coef[1][j] = coef[0][j] * p->ke0 / (p->ke0 - l);
		sum += coef[1][j];
	}
	for (int j = p->modes.n; j < KIT_MODES - 1; j++)
		rates[j] = 1;
	rates[KIT_MODES - 1] = p->ke0;
	level[1] = level[0];
	coef[1][KIT_MODES - 1] = f->z - level[1] - sum;
}

static inline double kit_value(const double *coef, double level, const double *rates, double u)
{
	for (int k = 0; k < KIT_MODES; k++)
		level += coef[k] * lull_exp(-rates[k] * u);
	return level;
}

static inline void kit_move(const struct kit_person *p, struct kit_form *f, double dt)
{
	double coef[KIT_LINEAR][KIT_MODES], level[KIT_LINEAR], rates[KIT_MODES];

	kit_coefficients(p, f, coef, level, rates);
	f->z = kit_value(coef[1], level[1], rates, dt);
	for (int j = 0; j < p->modes.n; j++)
		f->x[j] = coef[0][j] * lull_exp(-rates[j] * dt) + p->modes.coef_per_l[j] * f->rate / rates[j];
}

static inline void kit_op(const struct kit_person *p, const struct lull_op *op, struct kit_form *f)
{
	if (op->kind == LULL_OP_BOLUS)
		for (int j = 0; j < p->modes.n; j++)
			f->x[j] += p->modes.coef_per_l[j] * op->amount;
	if (op->kind == LULL_OP_RATE)
		f->rate = op->amount;
	if (op->kind == LULL_OP_RESET)
		*f = (struct kit_form){ 0 };
}

/* A stretch by eval: a way to the same drive without modes. */
struct kit_eval {
	double coef[KIT_LINEAR][KIT_MODES], level[KIT_LINEAR], rates[KIT_MODES], t0;
};
static inline void kit_eval(const struct lull_lin_stretch *stretch, double t_h, double *out)
{
	const struct kit_eval *e = stretch->eval_data;
	for (int o = 0; o < KIT_LINEAR; o++)
		out[o] = kit_value(e->coef[o], e->level[o], e->rates, t_h - e->t0);
}

/* What a run gives: [time][output][lane of all]. */
struct kit_run {
	const struct lull_effect_spec *specs;
	int n_effects;
	const struct lull_effect_numbers *const *numbers; /* a lane each: [person][effect]     */
	size_t n_people;                                  /* of LULL_OP_PERSON                 */
	const double *t_h;
	size_t n_times;
	int isa;                                          /* -1: the widest                    */
	bool by_eval;                                     /* one lane                          */
	double rtol, atol;                                /* 0: default                        */
	int status[LULL_LANES];
	struct lull_effect_count count;
};

static inline int kit_n_outputs(const struct kit_run *run)
{
	int n = KIT_LINEAR;
	for (int e = 0; e < run->n_effects; e++)
		n += lull_effect_n_outputs(&run->specs[e]);
	return n;
}

struct kit_lanes {
	struct kit_form form[LULL_LANES];
	double coef[KIT_LINEAR * KIT_MODES * LULL_LANES], level[KIT_LINEAR * LULL_LANES], rate[KIT_MODES * LULL_LANES];
	double t0[LULL_LANES], t1[LULL_LANES];
};

/* Stretch, then its tile, as linear.c does. */
static inline void kit_stretch(struct kit_run *run, struct lull_effect_work *work, const struct kit_person *people, int n_lanes,
			       struct kit_lanes *s, size_t i_time, size_t n_times, double *out)
{
	struct kit_eval eval = { .t0 = s->t0[0] };
	const size_t row = (size_t)kit_n_outputs(run) * (size_t)n_lanes;
	double *tile = test_calloc(n_times * KIT_LINEAR * (size_t)n_lanes + 1, sizeof(double));
	struct lull_err err = { 0 };

	for (int l = 0; l < n_lanes; l++) {
		double coef[KIT_LINEAR][KIT_MODES], level[KIT_LINEAR], rates[KIT_MODES];
		kit_coefficients(&people[l], &s->form[l], coef, level, rates);
		for (int k = 0; k < KIT_MODES; k++)
			s->rate[k * n_lanes + l] = rates[k];
		for (int o = 0; o < KIT_LINEAR; o++) {
			s->level[o * n_lanes + l] = level[o];
			for (int k = 0; k < KIT_MODES; k++)
				s->coef[(o * KIT_MODES + k) * n_lanes + l] = coef[o][k];
			for (size_t i = 0; i < n_times; i++)
				tile[(i * KIT_LINEAR + (size_t)o) * (size_t)n_lanes + (size_t)l] =
					kit_value(coef[o], level[o], rates, run->t_h[i_time + i] - s->t0[l]);
		}
		memcpy(eval.coef, coef, sizeof(coef));
		memcpy(eval.level, level, sizeof(level));
		memcpy(eval.rates, rates, sizeof(rates));
	}
	const struct lull_lin_stretch stretch = {
		.width = n_lanes, .n_modes = run->by_eval ? 0 : KIT_MODES, .n_outputs = KIT_LINEAR, .t0_h = s->t0, .t1_h = s->t1,
		.rate_per_h = s->rate, .coef = s->coef, .level = s->level, .eval = run->by_eval ? kit_eval : NULL, .eval_data = &eval,
		.i_time = i_time, .n_times = n_times,
	};
	assert_ok(lull_effect_stretch(work, 0, &stretch, &err), &err);
	if (n_times > 0)
		assert_ok(lull_effect_tile(work, 0, n_lanes, i_time, n_times, tile, out + i_time * row, &err), &err);
	test_free(tile);
}

/* Everybody's ops have the same times. out: n_times x outputs x n_lanes. */
static inline void kit_run_in(struct kit_run *run, struct lull_effect_work *work, const struct kit_person *people, int n_lanes,
			      double *out)
{
	struct lull_effect_lane lanes[LULL_LANES];
	struct lull_lin_job jobs[LULL_LANES];
	struct lull_lin_person *linear = test_calloc(run->n_people, sizeof(*linear));
	struct kit_lanes s;
	struct lull_err err = { 0 };
	const size_t n_ops = people[0].n_ops;
	size_t i = 0, op = 0;
	double t;

	memset(&s, 0, sizeof(s));
	for (int l = 0; l < n_lanes; l++) {
		jobs[l] = (struct lull_lin_job){ .people = linear, .n_people = run->n_people, .ops = people[l].ops,
						 .n_ops = n_ops, .t_h = run->t_h, .n_times = run->n_times };
		lanes[l] = (struct lull_effect_lane){ run->numbers[l], &jobs[l] };
	}
	for (int f = 0; f < people[0].modes.n; f++)
		linear[0].rate_per_h[f] = people[0].modes.lambda_per_h[f];
	if (run->isa >= 0)
		lull_effect_work_isa(work, run->isa);
	if (run->rtol > 0)
		lull_effect_work_tolerance(work, run->rtol, run->atol);
	assert_ok(lull_effect_begin(work, lanes, n_lanes, &err), &err);
	t = n_ops > 0 ? lull_min(people[0].ops[0].t_h, run->t_h[0]) : run->t_h[0];
	while (i < run->n_times) {
		for (; op < n_ops && people[0].ops[op].t_h <= t; op++)
			for (int l = 0; l < n_lanes; l++)
				kit_op(&people[l], &people[l].ops[op], &s.form[l]);
		const bool is_last = op == n_ops;
		const double end = is_last ? run->t_h[run->n_times - 1] : people[0].ops[op].t_h;
		size_t n = 0;
		while (i + n < run->n_times && (is_last || run->t_h[i + n] < end))
			n++;
		for (int l = 0; l < n_lanes; l++)
			s.t0[l] = t, s.t1[l] = end;
		kit_stretch(run, work, people, n_lanes, &s, i, n, out);
		for (int l = 0; l < n_lanes; l++)
			kit_move(&people[l], &s.form[l], end - t);
		i += n;
		t = end;
	}
	for (int l = 0; l < n_lanes; l++)
		run->status[l] = lull_effect_status(work, l, NULL);
	test_free(linear);
}

static inline void kit_simulate(struct kit_run *run, const struct kit_person *people, int n_lanes, double *out)
{
	struct lull_effect_work *work = NULL;
	struct lull_err err = { 0 };

	assert_ok(lull_effect_work_new(run->specs, run->n_effects, KIT_LINEAR, &work, &err), &err);
	kit_run_in(run, work, people, n_lanes, out);
	run->count = lull_effect_work_count(work);
	lull_effect_work_free(work);
}

/* Workload W1/W2's virtual patient i: no random numbers (docs/performance.md). Amounts mg, concentrations mg/L. */
static inline double kit_frac(double x) { return x - lull_floor(x); }
static inline struct kit_person kit_workload_person(int i)
{
	static const double step[4] = { 0.41421356237309515, 0.73205080756887719, 0.2360679774997898, 0.6457513110645907 };
	const double kg = 50 + 50 * kit_frac(0.6180339887498949 * i), s = kg / 70, flow = lull_pow(s, 0.75);
	const double omega = lull_sqrt(lull_log(1.09));
	struct kit_person p = { .ke0 = 0.15, .n_ops = 0 };
	struct lull_err err = { 0 };
	double e[4];

	for (int k = 0; k < 4; k++)
		e[k] = lull_exp(omega * lull_normal_quantile(kit_frac(0.5 + i * step[k])));
	const struct lull_pk pk = { .cl_l_per_h = 80 * flow * e[0], .v1_l = 20 * s * e[1], .q2_l_per_h = 120 * flow * e[2],
				    .v2_l = 60 * s, .q3_l_per_h = 60 * flow * e[3], .v3_l = 150 * s };
	assert_ok(lull_modes_of(&pk, NULL, &p.modes, &err), &err);
	for (int d = 0; d < 3; d++) {
		p.ops[p.n_ops++] = (struct lull_op){ .t_h = 48 * d, .kind = LULL_OP_RATE, .amount = 0.5 * kg / (40.0 / 60) };
		p.ops[p.n_ops++] = (struct lull_op){ .t_h = 48 * d + 40.0 / 60, .kind = LULL_OP_RATE, .amount = 0 };
	}
	return p;
}

static const struct lull_effect_spec kit_w2_spec = { LULL_EFFECT_INDIRECT_1, 1, 0 };
static inline struct lull_effect_numbers kit_w2_numbers(void)
{
	const double kout = 0x1.62e42fefa39efp-1 / (10.9 * 24);
	return (struct lull_effect_numbers){ .emax = 0.95, .c50 = 0.005, .gamma = 2, .kin = 18 * kout, .kout_per_h = kout, .r0 = 18 };
}

#endif
