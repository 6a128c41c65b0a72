/* Shared by the tests of linear.h: shapes, people and jobs at random, a sink that keeps everything. */
#ifndef LULL_TEST_LINEAR_KIT_H
#define LULL_TEST_LINEAR_KIT_H

#include "support.h"

#include <math.h>
#include <stdlib.h>

#include "lull/num/random.h"
#include "lull/num/vec.h"
#include "w1.h"

/* ------------------------------------------------------------------ draws */

struct dice {
	struct lull_stream stream;
	uint64_t n;
};

static inline struct dice dice_of(uint64_t seed, uint64_t person)
{
	return (struct dice){ .stream = { .seed = seed, .patient = person, .purpose = LULL_FOR_TEST } };
}

static inline double draw(struct dice *d, double low, double high)
{
	return low + (high - low) * lull_random_uniform(&d->stream, d->n++);
}

static inline double draw_log(struct dice *d, double low, double high)
{
	return lull_exp(draw(d, lull_log(low), lull_log(high)));
}

static inline int draw_int(struct dice *d, int n) /* 0..n-1 */
{
	return (int)lull_min(draw(d, 0, n), n - 1);
}

/* ------------------------------------------------------------------ building a shape */

static inline void all_outputs(struct lull_lin_shape *s, struct lull_lin_person *p, double scale)
{
	s->n_outputs = s->n_states < LULL_LIN_MAX_OUTPUTS ? s->n_states : LULL_LIN_MAX_OUTPUTS;
	for (int o = 0; o < s->n_outputs; o++) {
		s->output_state[o] = o;
		p->scale[o] = scale;
	}
}

/* ------------------------------------------------------------------ running */

/* Everything the sink saw: value[lane][time * n_outputs + output]. */
struct kept {
	int n_outputs;
	size_t n_times;
	double *value[LULL_LANES];
	size_t n_seen[LULL_LANES];
};

static inline int keep_tile(void *user, int first_lane, int width, size_t i_time, size_t n_times, const double *tile, struct lull_err *err)
{
	struct kept *k = user;
	const size_t n_out = (size_t)k->n_outputs;
	(void)err;
	for (int lane = 0; lane < width; lane++) {
		assert_int_equal(k->n_seen[first_lane + lane], i_time); /* in order, none left out */
		k->n_seen[first_lane + lane] += n_times;
		for (size_t i = 0; i < n_times * n_out; i++)
			k->value[first_lane + lane][i_time * n_out + i] = tile[i * (size_t)width + (size_t)lane];
	}
	return LULL_OK;
}

static inline struct kept kept_of(struct lull_arena *arena, const struct lull_lin_shape *shape, size_t n_times)
{
	struct kept k = { .n_outputs = shape->n_outputs, .n_times = n_times };
	for (int lane = 0; lane < LULL_LANES; lane++) {
		k.value[lane] = LULL_ARENA_NEW(arena, double, n_times *(size_t)shape->n_outputs + 1);
		assert_non_null(k.value[lane]);
	}
	return k;
}

struct rig {
	struct lull_arena arena;
	const struct lull_linear *linear;
	struct lull_lin_work *work;
	const struct lull_lin_shape *shape;
};

static inline struct rig rig_of(const struct lull_lin_shape *shape)
{
	struct rig r = { .shape = shape };
	struct lull_err err = { 0 };
	assert_ok(lull_linear_new(shape, &r.arena, &r.linear, &err), &err);
	assert_ok(lull_lin_work_new(r.linear, &r.work, &err), &err);
	return r;
}

static inline void rig_end(struct rig *r)
{
	lull_lin_work_free(r->work);
	lull_arena_clear(&r->arena);
}

/* n jobs at once; asserts that each lane ends well. */
static inline struct kept run_jobs(struct rig *r, const struct lull_lin_job *jobs, int n)
{
	struct kept k = kept_of(&r->arena, r->shape, jobs[0].n_times);
	const struct lull_lin_sink sink = { .user = &k, .tile = keep_tile };
	struct lull_err err = { 0 }, errs[LULL_LANES] = { 0 };
	int status[LULL_LANES];

	assert_ok(lull_linear_run(r->linear, r->work, jobs, n, &sink, status, errs, &err), &err);
	for (int i = 0; i < n; i++) {
		assert_ok(status[i], &errs[i]);
		assert_int_equal(k.n_seen[i], jobs[i].n_times);
	}
	return k;
}

static inline const double *run_one(struct rig *r, const struct lull_lin_person *person, const struct lull_op *ops, size_t n_ops,
				    const double *t_h, size_t n_times)
{
	const struct lull_lin_job job = { .people = person, .n_people = 1, .ops = ops, .n_ops = n_ops, .t_h = t_h, .n_times = n_times };
	return run_jobs(r, &job, 1).value[0];
}

/* ------------------------------------------------------------------ systems at random */

enum { MAX_RANDOM_OPS = 24 };

/* A system with its person and ops: parts of 1 to 4 states fed by earlier ones, filters, an area, chains of equal rates. */
struct system {
	struct lull_lin_shape shape;
	struct lull_lin_person person;
	struct lull_op ops[MAX_RANDOM_OPS];
	size_t n_ops;
	int n_dosed;    /* states 0..n_dosed - 1 get doses                      */
	int collector;  /* where everything that leaves arrives; -1: it is gone */
};

static inline void leave(struct system *s, struct dice *d, int state, double rate)
{
	(void)d;
	flow(&s->shape, &s->person, state, s->collector, false, rate, 1);
}

/* One state, or a centre with 1 to 3 legs; the centre loses, a leg sometimes too. Returns the centre. */
static inline int add_star(struct system *s, struct dice *d, int n_legs)
{
	const int centre = s->shape.n_states;
	s->shape.n_states += 1 + n_legs;
	leave(s, d, centre, draw_log(d, 0.01, 20));
	for (int leg = 1; leg <= n_legs; leg++) {
		flow(&s->shape, &s->person, centre, centre + leg, false, draw_log(d, 1e-3, 30), 1);
		flow(&s->shape, &s->person, centre + leg, centre, false, draw_log(d, 1e-3, 30), 1);
		if (draw_int(d, 4) == 0)
			leave(s, d, centre + leg, draw_log(d, 0.01, 5));
	}
	return centre;
}

static inline struct system random_system(uint64_t seed, uint64_t i, bool collects, bool chains)
{
	struct dice d = dice_of(seed, i);
	struct system s = { .collector = -1 };
	int last, n_more;

	if (collects)
		s.collector = s.shape.n_states++;
	last = add_star(&s, &d, draw_int(&d, 4));
	s.n_dosed = s.shape.n_states;
	n_more = draw_int(&d, 4);
	for (int k = 0; k < n_more; k++) {
		const int next = add_star(&s, &d, draw_int(&d, 3));
		flow(&s.shape, &s.person, last, next, false, draw_log(&d, 0.05, 10), 1);
		if (draw_int(&d, 2))
			last = next;
	}
	for (int n = chains ? 1 + draw_int(&d, 4) : 0, next; n > 0; n--) { /* equal rates */
		const double k = chains && n > 1 ? 2.5 : draw_log(&d, 0.05, 10);
		next = s.shape.n_states++;
		flow(&s.shape, &s.person, last, next, false, last == next - 1 && s.shape.n_states > 2 ? 2.5 : k, 1);
		last = next;
	}
	if (chains)
		leave(&s, &d, last, 2.5);
	if (!collects) { /* filters and an area take nothing, so a collector would not balance */
		for (int n = draw_int(&d, 3); n > 0; n--) {
			const double k = draw_log(&d, 1e-3, 20);
			const int site = s.shape.n_states++;
			flow(&s.shape, &s.person, last, site, true, k, draw_log(&d, 0.1, 2));
			flow(&s.shape, &s.person, site, -1, false, k, 1);
		}
		if (draw_int(&d, 2)) {
			const int area = s.shape.n_states++;
			flow(&s.shape, &s.person, last, area, true, 1, 1);
		}
	}
	all_outputs(&s.shape, &s.person, 1);
	return s;
}

/* Pushes, infusions that start and stop, at rising times, into the first part. */
static inline void random_ops(struct system *s, uint64_t seed, uint64_t i)
{
	struct dice d = dice_of(seed + 1000, i);
	double t = 0;

	s->n_ops = 2 + (size_t)draw_int(&d, MAX_RANDOM_OPS - 3);
	for (size_t k = 0; k < s->n_ops; k++) {
		s->ops[k] = (struct lull_op){ .t_h = t, .kind = draw_int(&d, 2) ? LULL_OP_BOLUS : LULL_OP_RATE, .amount = draw_log(&d, 0.1, 100),
					      .state = (int16_t)((s->collector == 0) + draw_int(&d, s->n_dosed - (s->collector == 0))) };
		if (s->ops[k].kind == LULL_OP_RATE && draw_int(&d, 2))
			s->ops[k].amount = 0;
		t += draw_int(&d, 5) ? draw_log(&d, 1e-3, 12) : 0;
	}
}

/* What has entered until t. */
static inline double given_until(const struct system *s, double t_h)
{
	double rate[LULL_LIN_MAX_STATES] = { 0 }, sum = 0, now = 0;
	for (size_t k = 0; k <= s->n_ops; k++) {
		const double until = k < s->n_ops ? lull_min(s->ops[k].t_h, t_h) : t_h;
		for (int i = 0; i < LULL_LIN_MAX_STATES; i++)
			sum += rate[i] * lull_max(until - now, 0);
		if (k == s->n_ops || s->ops[k].t_h > t_h)
			break;
		now = until;
		if (s->ops[k].kind == LULL_OP_BOLUS)
			sum += s->ops[k].amount;
		else
			rate[s->ops[k].state] = s->ops[k].amount;
	}
	return sum;
}

#endif
