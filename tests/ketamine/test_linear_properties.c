/* What must hold for every linear system, on thousands at random: mass, linearity, time, both ways, every set of
 * instructions, and who runs beside whom. A failure prints the number of its system. */
#include "linear_kit.h"

enum { N_T = 40 };

/* Dense early, then sparse: 0 to some 90 h. */
static void times_of(uint64_t i, double *t)
{
	struct dice d = dice_of(5, i);
	for (int k = 0; k < N_T; k++)
		t[k] = (k ? t[k - 1] : 0) + (k ? draw_log(&d, 1e-3, 8) : 0);
}

static double peak_of(const double *x, int n_out, int o)
{
	double peak = 0;
	for (int k = 0; k < N_T; k++)
		peak = lull_max(peak, x[k * n_out + o]);
	return peak;
}

/* Within tol of the output's peak; and what is far below everything that was given may be its rounding. */
static bool same_within(const double *a, const double *b, int n_out, double tol, uint64_t i, double given)
{
	for (int o = 0; o < n_out; o++) {
		const double peak = peak_of(b, n_out, o);
		for (int k = 0; k < N_T; k++)
			if (!(fabs(a[k * n_out + o] - b[k * n_out + o]) <= tol * peak + 1e-15 * given)) {
				print_message("# system %llu, output %d, time %d: %.17g against %.17g, peak %.3g\n", (unsigned long long)i, o, k,
					      a[k * n_out + o], b[k * n_out + o], peak);
				return false;
			}
	}
	return true;
}

/* Modes where they exist, else NULL. */
static const double *run_way(struct rig *r, const struct system *s, const double *t, enum lull_lin_way way)
{
	const struct lull_lin_job job = { .people = &s->person, .n_people = 1, .ops = s->ops, .n_ops = s->n_ops, .t_h = t, .n_times = N_T };
	struct kept k = kept_of(&r->arena, r->shape, N_T);
	const struct lull_lin_sink sink = { .user = &k, .tile = keep_tile };
	struct lull_err err = { 0 };
	int status;

	lull_lin_work_way(r->work, way);
	assert_ok(lull_linear_run(r->linear, r->work, &job, 1, &sink, &status, NULL, &err), &err);
	if (way == LULL_LIN_MODES && status == LULL_EDOMAIN)
		return NULL;
	assert_int_equal(status, LULL_OK);
	return k.value[0];
}

static void both_ways_agree(void **state)
{
	enum { N = 3000 };
	int n_modes = 0;
	(void)state;
	for (uint64_t i = 0; i < N; i++) {
		struct system s = random_system(11, i, false, i % 5 == 0);
		double t[N_T];
		random_ops(&s, 11, i);
		times_of(i, t);
		struct rig r = rig_of(&s.shape);
		const double *modes = run_way(&r, &s, t, LULL_LIN_MODES), *careful = run_way(&r, &s, t, LULL_LIN_CAREFUL);
		if (modes) {
			n_modes++;
			assert_true(same_within(modes, careful, s.shape.n_outputs, 1e-11, i, given_until(&s, t[N_T - 1])));
		}
		for (int k = 0; k < N_T * s.shape.n_outputs; k++) /* never negative, never not finite */
			assert_true(careful[k] >= 0 && careful[k] < 1e30 && (!modes || (modes[k] >= 0 && modes[k] < 1e30)));
		rig_end(&r);
	}
	print_message("# %d of %d by modes\n", n_modes, N);
	assert_true(n_modes > N / 2 && n_modes < N);
}

/* Whatever enters is somewhere or has left. */
static void mass_balance(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 1500; i++) {
		struct system s = random_system(12, i, true, i % 4 == 0);
		double t[N_T];
		if (s.shape.n_states > LULL_LIN_MAX_OUTPUTS)
			continue;
		random_ops(&s, 12, i);
		times_of(i, t);
		struct rig r = rig_of(&s.shape);
		for (int way = LULL_LIN_CHOOSE; way <= LULL_LIN_CAREFUL; way++) {
			const double *x = run_way(&r, &s, t, (enum lull_lin_way)way);
			for (int k = 0; x && k < N_T; k++) {
				double sum = 0;
				for (int o = 0; o < s.shape.n_states; o++)
					sum += x[k * s.shape.n_states + o];
				assert_close(sum, given_until(&s, t[k]), way == LULL_LIN_CAREFUL ? 1e-12 : 2e-11, 0);
			}
		}
		rig_end(&r);
	}
}

/* Twice the dose, twice the curve, to the bit; two regimens together are the sum of both. */
static void linear_in_the_doses(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 1000; i++) {
		struct system s = random_system(13, i, false, i % 4 == 0), half = s, other = s;
		double t[N_T], sum[N_T * LULL_LIN_MAX_OUTPUTS];
		const int n_out = s.shape.n_outputs;
		random_ops(&s, 13, i);
		times_of(i, t);
		half = s;
		other = s;
		for (size_t k = 0; k < s.n_ops; k++) {
			half.ops[k].amount = 2 * s.ops[k].amount;
			other.ops[k].amount = k % 3 ? s.ops[k].amount : 0;
		}
		struct system rest = s;
		for (size_t k = 0; k < s.n_ops; k++)
			rest.ops[k].amount = s.ops[k].amount - other.ops[k].amount;
		struct rig r = rig_of(&s.shape);
		const double *x = run_way(&r, &s, t, LULL_LIN_CHOOSE), *twice = run_way(&r, &half, t, LULL_LIN_CHOOSE);
		const double *a = run_way(&r, &other, t, LULL_LIN_CHOOSE), *b = run_way(&r, &rest, t, LULL_LIN_CHOOSE);
		for (int k = 0; k < N_T * n_out; k++) {
			assert_true(twice[k] == 2 * x[k] || x[k] < 1e-290);
			sum[k] = a[k] + b[k];
		}
		assert_true(same_within(sum, x, n_out, 1e-11, i, given_until(&s, t[N_T - 1])));
		rig_end(&r);
	}
}

/* An op that changes nothing, between any two, changes nothing. */
static void one_hour_twice_is_two_hours(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 1000; i++) {
		struct system s = random_system(14, i, false, i % 4 == 0);
		double t[N_T];
		random_ops(&s, 14, i);
		times_of(i, t);
		struct system cut = s;
		const size_t at = s.n_ops / 2;
		const double middle = 0.5 * (s.ops[at - 1].t_h + s.ops[at].t_h);
		if (s.n_ops >= MAX_RANDOM_OPS)
			continue;
		memmove(&cut.ops[at + 1], &s.ops[at], sizeof(s.ops[0]) * (s.n_ops - at));
		cut.ops[at] = (struct lull_op){ .t_h = middle, .kind = LULL_OP_BOLUS, .state = (int16_t)(s.shape.n_states - 1) };
		cut.n_ops++;
		struct rig r = rig_of(&s.shape);
		assert_true(same_within(run_way(&r, &cut, t, LULL_LIN_CHOOSE), run_way(&r, &s, t, LULL_LIN_CHOOSE), s.shape.n_outputs, 1e-11, i, given_until(&s, t[N_T - 1])));
		rig_end(&r);
	}
}

/* Rates come nearer and nearer: the answer moves as the rates do, across the switch of ways too. */
static void no_jump_where_rates_meet(void **state)
{
	struct lull_lin_shape s = { .n_states = 3 };
	struct lull_lin_person p = { 0 };
	const struct lull_op op = { .amount = 1 };
	double t[N_T];
	int n_modes = 0;
	(void)state;
	flow(&s, &p, 0, 1, false, 1, 1);
	flow(&s, &p, 1, 2, false, 1, 1);
	flow(&s, &p, 2, -1, false, 0.3, 1);
	all_outputs(&s, &p, 1);
	struct rig r = rig_of(&s);
	times_of(3, t);
	for (double gap = 0.5; gap > 1e-17; gap *= 0.7) {
		const struct lull_lin_job job = { .people = &p, .n_people = 1, .ops = &op, .n_ops = 1, .t_h = t, .n_times = N_T };
		struct lull_lin_sink sink = { 0 };
		int status;
		p.rate_per_h[1] = 1 + gap;
		lull_lin_work_way(r.work, LULL_LIN_MODES);
		assert_int_equal(lull_linear_run(r.linear, r.work, &job, 1, &sink, &status, NULL, NULL), LULL_OK);
		n_modes += status == LULL_OK;
		lull_lin_work_way(r.work, LULL_LIN_CHOOSE);
		const double *x = run_jobs(&r, &job, 1).value[0];
		lull_lin_work_way(r.work, LULL_LIN_CAREFUL);
		const double *y = run_jobs(&r, &job, 1).value[0];
		assert_true(same_within(x, y, 3, 1e-12, (uint64_t)(1 / gap), 0));
		for (int k = 0; k < N_T; k++) /* a closed form that cannot cancel: exp(-t) t (1 - exp(-gap t)) / (gap t) */
			assert_close(x[3 * k + 1], lull_exp(-t[k]) * -lull_expm1(-gap * t[k]) / gap, 1e-11, 1e-15);
	}
	assert_true(n_modes > 5 && n_modes < 100);
	rig_end(&r);
}

/* ------------------------------------------------------------------ bits */

/* Eight people of one shape, every way of running them. */
struct crowd {
	struct system s[LULL_LANES];
	struct lull_lin_job job[LULL_LANES];
	double t[N_T];
};

static void crowd_of(struct crowd *c, uint64_t i, bool mixed)
{
	const struct system first = random_system(15, i, false, i % 3 == 0);
	struct dice d = dice_of(16, i);
	times_of(i, c->t);
	for (int k = 0; k < LULL_LANES; k++) {
		c->s[k] = first;
		random_ops(&c->s[k], 15, mixed && k % 3 == 1 ? i + 1 : i);
		for (int f = 0; f < first.shape.n_flows; f++)
			c->s[k].person.rate_per_h[f] *= draw(&d, 0.5, 2);
		if (k == 5) /* meets: the first part and whatever follows it at the same rate */
			for (int f = 0; f < first.shape.n_flows; f++)
				c->s[k].person.rate_per_h[f] = 1.25;
		for (size_t j = 0; j < c->s[k].n_ops; j++)
			c->s[k].ops[j].amount *= draw(&d, 0.5, 2);
		c->job[k] = (struct lull_lin_job){ .people = &c->s[k].person, .n_people = 1, .ops = c->s[k].ops, .n_ops = c->s[k].n_ops, .t_h = c->t,
						   .n_times = N_T };
	}
}

static void same_bits_beside_anyone_on_any_machine(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 300; i++) {
		struct crowd c;
		crowd_of(&c, i, i % 2 == 1);
		struct rig r = rig_of(&c.s[0].shape);
		const size_t size = sizeof(double) * (size_t)(N_T * c.s[0].shape.n_outputs);
		const struct kept all = run_jobs(&r, c.job, LULL_LANES);
		for (int isa = LULL_ISA_SCALAR; isa <= (int)lull_cpu_isa(); isa++) {
			lull_lin_work_isa(r.work, isa);
			const struct kept k = run_jobs(&r, c.job, LULL_LANES), some = run_jobs(&r, c.job + 2, 5);
			for (int lane = 0; lane < LULL_LANES; lane++) {
				assert_memory_equal(k.value[lane], all.value[lane], size);
				if (lane >= 2 && lane < 7)
					assert_memory_equal(some.value[lane - 2], all.value[lane], size);
				assert_memory_equal(run_jobs(&r, &c.job[lane], 1).value[0], all.value[lane], size);
			}
		}
		rig_end(&r);
	}
}

/* Products on a promised grid against direct evaluation, every set of instructions with the same bits. */
static void uniform_grid(void **state)
{
	enum { N = 2000 };
	static double t[N];
	(void)state;
	for (uint64_t i = 0; i < 100; i++) {
		struct crowd c;
		crowd_of(&c, i, false);
		struct rig r = rig_of(&c.s[0].shape);
		const int n_out = c.s[0].shape.n_outputs;
		const double step = i % 2 ? 1.0 / 12 : 0.001;
		for (int k = 0; k < N; k++)
			t[k] = k * step;
		for (int k = 0; k < LULL_LANES; k++) {
			c.job[k].t_h = t;
			c.job[k].n_times = N;
		}
		const struct kept direct = run_jobs(&r, c.job, LULL_LANES);
		for (int k = 0; k < LULL_LANES; k++)
			c.job[k].step_h = step;
		const struct kept products = run_jobs(&r, c.job, LULL_LANES);
		for (int lane = 0; lane < LULL_LANES; lane++)
			for (int o = 0; o < n_out; o++) {
				double peak = 0;
				for (int k = 0; k < N; k++)
					peak = lull_max(peak, direct.value[lane][k * n_out + o]);
				for (int k = 0; k < N; k++)
					assert_close(products.value[lane][k * n_out + o], direct.value[lane][k * n_out + o], 0, LULL_LIN_GRID_TOL * peak);
			}
		for (int isa = LULL_ISA_SCALAR; isa <= (int)lull_cpu_isa(); isa++) {
			lull_lin_work_isa(r.work, isa);
			const struct kept k = run_jobs(&r, c.job + 1, 3);
			for (int lane = 0; lane < 3; lane++)
				assert_memory_equal(k.value[lane], products.value[lane + 1], sizeof(double) * (size_t)(N * n_out));
		}
		rig_end(&r);
	}
}

/* ------------------------------------------------------------------ stretches */

struct follower {
	struct kept tiles;
	const double *t;
	double worst, end_h;
	double peak[LULL_LIN_MAX_OUTPUTS];
	size_t n_seen;
	double value[N_T * LULL_LIN_MAX_OUTPUTS];
};

static double closed_form(const struct lull_lin_stretch *s, int lane, int o, double t)
{
	const double dt = t - s->t0_h[lane];
	double sum = s->level[o * s->width + lane] + (s->slope ? s->slope[o * s->width + lane] * dt : 0);
	for (int k = 0; k < s->n_modes; k++)
		sum += s->coef[(o * s->n_modes + k) * s->width + lane] * lull_exp(-s->rate_per_h[k * s->width + lane] * dt);
	return lull_max(sum, 0);
}

/* Stretches join without a gap, come before their tiles, and give their values. */
static int follow(void *user, int first_lane, const struct lull_lin_stretch *s, struct lull_err *err)
{
	struct follower *f = user;
	(void)err;
	if (first_lane > 0 || s->width < 1)
		return LULL_OK;
	assert_true(f->n_seen == 0 || s->t0_h[0] >= f->end_h - 1e-12);
	assert_int_equal(s->i_time, f->tiles.n_seen[0]);
	f->end_h = s->t1_h[0];
	for (size_t i = s->i_time; i < s->i_time + s->n_times; i++) {
		double *out = f->value + i * (size_t)s->n_outputs;
		if (s->n_modes == 0)
			s->eval(s, f->t[i], out);
		for (int o = 0; s->n_modes > 0 && o < s->n_outputs; o++)
			out[o] = closed_form(s, 0, o, f->t[i]);
	}
	f->n_seen += s->n_times;
	return LULL_OK;
}

static int follow_tile(void *user, int first_lane, int width, size_t i_time, size_t n_times, const double *tile, struct lull_err *err)
{
	struct follower *f = user;
	assert_true(first_lane > 0 || f->n_seen >= i_time + n_times);
	return keep_tile(&f->tiles, first_lane, width, i_time, n_times, tile, err);
}

static void stretches_are_the_curves(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 300; i++) {
		struct crowd c;
		crowd_of(&c, i, false);
		struct rig r = rig_of(&c.s[0].shape);
		struct follower f = { .tiles = kept_of(&r.arena, r.shape, N_T), .t = c.t };
		const struct lull_lin_sink sink = { .user = &f, .tile = follow_tile, .stretch = follow };
		int status[LULL_LANES];
		assert_int_equal(lull_linear_run(r.linear, r.work, c.job, LULL_LANES, &sink, status, NULL, NULL), LULL_OK);
		assert_int_equal(f.n_seen, N_T);
		assert_true(same_within(f.value, f.tiles.value[0], r.shape->n_outputs, 1e-10, i, given_until(&c.s[0], c.t[N_T - 1])));
		rig_end(&r);
	}
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ways_agree),
		cmocka_unit_test(mass_balance),
		cmocka_unit_test(linear_in_the_doses),
		cmocka_unit_test(one_hour_twice_is_two_hours),
		cmocka_unit_test(no_jump_where_rates_meet),
		cmocka_unit_test(same_bits_beside_anyone_on_any_machine),
		cmocka_unit_test(uniform_grid),
		cmocka_unit_test(stretches_are_the_curves),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
