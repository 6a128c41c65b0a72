/* The arithmetic of effects on eight lanes, included once a set of instructions (num/vec.h).
 * A lane's result is a function of its own numbers: what depends on the other lanes is only
 * whether a masked result is computed at all. Method and error: docs/math/effects.md. */
#include "effect_impl.h"

enum { N = LULL_EFFECT__N, MAX_PANELS = 4000000 };

#if defined(__clang__) || !defined(__GNUC__) /* clang does so unasked */
#define UNROLL
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

/* A concentration by its closed form may lie a rounding below 0. A NAN stays, to be seen. */
LULL_V8 lull_v8 not_below_0(lull_v8 c) { return lull_v8_select(lull_v8_lt(c, lull_v8_all(0)), lull_v8_all(0), c); }

/* x^gamma for x >= 0. gamma 1 and 2 are products, a lane at a time. careful: as exact as lull_pow; else by exp
 * and log, whose error gamma |log x| 1e-16 is far below what is asked of a panel. */
LULL_V8 lull_v8 power_of(lull_v8 x, lull_v8 gamma, bool careful)
{
	const lull_k8 is_1 = lull_v8_eq(gamma, lull_v8_all(1)), is_2 = lull_v8_eq(gamma, lull_v8_all(2));
	lull_v8 y = lull_v8_select(is_2, x * x, x);

	if (lull_k8_bits(lull_k8_or(is_1, is_2)) != 0xff) {
		lull_v8 z;
		if (careful) {
			z = lull_v8_pow(x, gamma);
		} else {
			const lull_k8 is_0 = lull_v8_le(x, lull_v8_all(0));
			z = lull_v8_exp(gamma * lull_v8_log(lull_v8_select(is_0, lull_v8_all(1), x)));
			z = lull_v8_select(is_0, lull_v8_all(0), z);
		}
		y = lull_v8_select(lull_k8_or(is_1, is_2), y, z);
	}
	/* So that y / (1 + y) is 1 and not NAN; but a NAN stays one. */
	return lull_v8_select(lull_v8_lt(lull_v8_all(1e300), y), lull_v8_all(1e300), y);
}

LULL_V8 lull_v8 hill_of(lull_v8 relative, lull_v8 gamma, bool careful)
{
	const lull_v8 p = power_of(relative, gamma, careful);
	return p / (1 + p);
}

/* ---- direct effects ---- */

LULL_V8 lull_v8 expit_of(lull_v8 x) { return 1 / (1 + lull_v8_exp(-x)); }

LULL_V8 lull_v8 load_some(const double *p, int width)
{
	if (width == 8)
		return lull_v8_load(p);
	double x[8] = { 0 };
	for (int l = 0; l < width; l++)
		x[l] = p[l];
	return lull_v8_load(x);
}

LULL_V8 void store_some(double *p, int width, lull_v8 v)
{
	if (width == 8) {
		lull_v8_store(p, v);
		return;
	}
	double x[8];
	lull_v8_store(x, v);
	for (int l = 0; l < width; l++)
		p[l] = x[l];
}

void LULL_VEC_NAME(lull_effect__direct)(enum lull_effect_kind kind, int n_grades, const struct lull_effect__numbers *n,
					int width, const double *conc, size_t conc_stride, double *out,
					size_t out_stride, size_t n_times)
{
	const lull_v8 e0 = lull_v8_load(n->e0), slope = lull_v8_load(n->slope), emax = lull_v8_load(n->emax);
	const lull_v8 c50 = lull_v8_load(n->c50), one = lull_v8_all(1);
	const lull_v8 gamma = kind == LULL_EFFECT_EMAX ? one : lull_v8_load(n->gamma);

	for (size_t i = 0; i < n_times; i++, conc += conc_stride, out += out_stride) {
		const lull_v8 c = not_below_0(load_some(conc, width));
		switch (kind) {
		case LULL_EFFECT_LINEAR:
			store_some(out, width, e0 + slope * c);
			break;
		case LULL_EFFECT_EMAX:
		case LULL_EFFECT_SIGMOID:
			store_some(out, width, e0 + emax * hill_of(c / c50, gamma, true));
			break;
		case LULL_EFFECT_BINARY:
		case LULL_EFFECT_ORDERED:
		default:
			for (int g = 0; g < n_grades; g++)
				store_some(out + g * width, width, expit_of(lull_v8_load(n->intercept[g]) + slope * c));
			break;
		}
	}
}

/* ---- stepped effects: D = R - kin / kout obeys D' = c(t) - b(t) D ---- */

/* What a panel needs of the run, in registers. sign: -1 of inhibition, +1 of stimulation. */
struct lanes {
	const struct lull_effect__tables *tables;
	const struct lull_effect__run *run;
	lull_v8 emax, per_c50, gamma, kin, kout, base, slope;
	bool on_loss; /* H acts on the loss: b = kout (1 + sign H) */
	bool is_turnover;
};

/* The signed share sign H(C); for turnover C itself. */
LULL_V8 lull_v8 share_of(const struct lanes *s, lull_v8 conc)
{
	return s->is_turnover ? conc : s->emax * hill_of(conc * s->per_c50, s->gamma, false);
}
LULL_V8 lull_v8 gain_of(const struct lanes *s) { return s->is_turnover ? s->slope : s->kin; }

/* C at n times u of each lane. */
static void drive_at(const struct lull_effect__run *run, int n, const lull_v8 *u, lull_v8 *conc)
{
	for (int j = 0; j < n; j++)
		conc[j] = lull_v8_fma(lull_v8_load(run->ramp), u[j], lull_v8_load(run->level));
	for (int j = 0; j < n && run->n_modes == 0; j++) {
		double all[LULL_LIN_MAX_OUTPUTS], at[8], lanes[8] = { 0 };
		lull_v8_store(at, u[j]);
		run->stretch->eval(run->stretch, run->t0_h[0] + at[0], all);
		lanes[0] = all[run->output];
		conc[j] = lull_v8_load(lanes);
	}
	for (int k = 0; k < run->n_modes; k++) {
		const lull_v8 rate = -lull_v8_load(run->rate[k]), coef = lull_v8_load(run->coef[k]);
		for (int j = 0; j < n; j++)
			conc[j] = lull_v8_fma(coef, lull_v8_exp(rate * u[j]), conc[j]);
	}
	for (int j = 0; j < n; j++)
		conc[j] = not_below_0(conc[j]);
}

/* A panel from u over h, from start value d. */
struct panel {
	lull_v8 share[N + 1];   /* at the nodes; the first is the last of the panel before  */
	lull_v8 source[N + 1];  /* exp(B - B_end) c                                         */
	lull_v8 loss_end;       /* B over the panel                                         */
	lull_v8 integral;       /* of source                                                */
	lull_v8 d_end, error;
};

LULL_V8 lull_v8 weighted(const double *weight, const lull_v8 *x)
{
	lull_v8 a = lull_v8_all(weight[0]) * x[0], b = lull_v8_all(weight[1]) * x[1];

	UNROLL for (int j = 2; j <= N; j += 2) { /* two chains: half the wait */
		a = lull_v8_fma(lull_v8_all(weight[j]), x[j], a);
		if (j < N)
			b = lull_v8_fma(lull_v8_all(weight[j + 1]), x[j + 1], b);
	}
	return a + b;
}

/* What the polynomial through x misses, integrated, a unit of length: its last two coefficients over N, times how
 * they compare with the two before. These fall fast where x is resolved (a tenth at least is kept), and
 * hardly where x has a step, as a steep H has that the drive runs through. */
LULL_V8 lull_v8 missed_by(const struct lull_effect__tables *t, const lull_v8 *x)
{
	const lull_v8 before = lull_v8_abs(weighted(t->tail[0], x)) + lull_v8_abs(weighted(t->tail[1], x));
	const lull_v8 last = lull_v8_abs(weighted(t->tail[2], x)) + lull_v8_abs(weighted(t->tail[3], x));
	const lull_v8 fall = last / lull_v8_max(before, lull_v8_all(1e-300));
	return last * lull_v8_min(lull_v8_max(fall, lull_v8_all(0.1)), lull_v8_all(1)) * (1.0 / N);
}

static void compute_panel(const struct lanes *s, lull_v8 u, lull_v8 h, lull_v8 d, struct panel *p)
{
	const struct lull_effect__tables *t = s->tables;
	const lull_v8 gain = gain_of(s), kh = s->kout * h;
	lull_v8 loss[N + 1], at[N + 1], conc[N + 1];

	for (int j = 1; j <= N; j++)
		at[j] = lull_v8_fma(h, lull_v8_all(t->node[j]), u);
	drive_at(s->run, N, at + 1, conc + 1);
	for (int j = 1; j <= N; j++)
		p->share[j] = share_of(s, conc[j]);
	for (int j = 0; j <= N; j++) {
		loss[j] = kh * t->node[j];
		if (s->on_loss) /* B = kout (s - sign of the integral of H): stimulation has emax < 0 here */
			loss[j] -= kh * weighted(t->to_node[j], p->share);
	}
	p->loss_end = loss[N];
	for (int j = 0; j <= N; j++)
		p->source[j] = lull_v8_exp(loss[j] - p->loss_end) * p->share[j] * gain;
	p->integral = h * weighted(t->to_end, p->source);
	const lull_v8 from_start = d * lull_v8_exp(-p->loss_end);
	p->d_end = from_start + p->integral;
	p->error = h * missed_by(t, p->source);
	if (s->on_loss)
		p->error += kh * missed_by(t, p->share) * lull_v8_max(lull_v8_abs(d), lull_v8_abs(p->integral));
}

/* Sum over k of a_k T_k(y). Two points at a time share nothing but the coefficients. */
LULL_V8 void chebyshev(const lull_v8 *a, const lull_v8 y[2], lull_v8 out[2])
{
	const lull_v8 y0 = 2 * y[0], y1 = 2 * y[1];
	lull_v8 b0 = a[N + 1], b1 = b0, c0 = lull_v8_all(0), c1 = c0;

	UNROLL for (int k = N; k >= 1; k--) {
		const lull_v8 n0 = lull_v8_fma(y0, b0, a[k] - c0), n1 = lull_v8_fma(y1, b1, a[k] - c1);
		c0 = b0, b0 = n0;
		c1 = b1, b1 = n1;
	}
	out[0] = lull_v8_fma(y[0], b0, a[0] - c0);
	out[1] = lull_v8_fma(y[1], b1, a[0] - c1);
}

/* Which outputs come next: for each lane of `lanes`, up to two whose time since the start is at most end[lane]. */
struct due {
	double u[2][8];
	size_t index[2][8];
	unsigned lanes[2];
};

static bool collect(const struct lull_effect__run *run, unsigned lanes, const double *end, const double *start,
		    size_t *next, struct due *due)
{
	due->lanes[0] = due->lanes[1] = 0;
	for (int l = 0; l < 8; l++) {
		due->u[0][l] = due->u[1][l] = start[l];
		for (int q = 0; q < 2 && (lanes >> l & 1); q++) {
			if (next[l] >= run->n_times)
				break;
			const double u = lull_max(run->t_h[l][next[l]] - run->t0_h[l], 0);
			if (u > end[l] && end[l] < run->length_h[l])
				break;
			due->u[q][l] = lull_max(lull_min(u, end[l]), start[l]);
			due->index[q][l] = next[l]++;
			due->lanes[q] |= 1u << l;
		}
	}
	return due->lanes[0] != 0;
}

static void deliver(const struct lanes *s, const struct due *due, const lull_v8 d[2])
{
	for (int q = 0; q < 2; q++) {
		double r[8];
		lull_v8_store(r, s->is_turnover ? s->base + d[q] : lull_v8_max(s->base + d[q], lull_v8_all(0)));
		for (int l = 0; l < 8; l++)
			if (due->lanes[q] >> l & 1)
				s->run->value[due->index[q][l] * s->run->stride + (size_t)l] = r[l];
	}
}

/* Outputs of the lanes `lanes` up to u_end = u + h, or the end of the stretch. */
static void outputs_of_panel(const struct lanes *s, unsigned lanes, lull_v8 u, lull_v8 h, lull_v8 u_end, lull_v8 d,
			     const struct panel *p, size_t *next)
{
	const struct lull_effect__tables *t = s->tables;
	lull_v8 source[N + 2], share[N + 2];
	double start[8], end[8];
	struct due due;
	bool has_coefficients = false;

	lull_v8_store(start, u);
	lull_v8_store(end, u_end);
	while (collect(s->run, lanes, end, start, next, &due)) {
		if (!has_coefficients)
			for (int k = 0; k <= N + 1; k++) {
				source[k] = weighted(t->integral[k], p->source);
				if (s->on_loss)
					share[k] = weighted(t->integral[k], p->share);
			}
		has_coefficients = true;
		const lull_v8 safe_h = lull_v8_select(lull_v8_lt(lull_v8_all(0), h), h, lull_v8_all(1));
		lull_v8 since[2], y[2], so_far[2], loss[2], value[2];
		for (int q = 0; q < 2; q++) {
			since[q] = lull_v8_load(due.u[q]) - u;
			y[q] = 2 * (since[q] / safe_h) - 1;
			loss[q] = s->kout * since[q];
		}
		chebyshev(source, y, so_far);
		if (s->on_loss) {
			lull_v8 taken[2];
			chebyshev(share, y, taken);
			for (int q = 0; q < 2; q++)
				loss[q] -= s->kout * h * taken[q];
		}
		for (int q = 0; q < 2; q++)
			value[q] = lull_v8_select(lull_v8_le(since[q], lull_v8_all(0)), d, lull_v8_exp(-loss[q]) * d + lull_v8_exp(p->loss_end - loss[q]) * h * so_far[q]);
		deliver(s, &due, value);
	}
}

/* ---- where the drive no longer moves ---- */

/* D after `since` under a constant share: d exp(-b t) + c (1 - exp(-b t)) / b. */
struct still {
	lull_v8 share, b, c, slow; /* slow: 1 / b, large where b is 0 */
};

LULL_V8 lull_v8 still_at(const struct still *q, lull_v8 d, lull_v8 since)
{
	const lull_v8 x = q->b * since, zero = lull_v8_all(0);
	const lull_k8 is_flat = lull_v8_eq(q->b, zero);
	const lull_v8 fading = d * lull_v8_exp(-x);

	if (lull_k8_bits(lull_v8_eq(q->c, zero)) == 0xff) /* the same bits as below */
		return fading;
	const lull_v8 phi = -lull_v8_expm1(-x) / lull_v8_select(is_flat, lull_v8_all(1), q->b);
	return lull_v8_fma(q->c, lull_v8_select(is_flat, since, phi), fading);
}

LULL_V8 lull_v8 tolerance(const struct lull_effect__run *run, lull_v8 r)
{
	return 0.1 * (run->rtol * lull_v8_abs(r) + run->atol * lull_v8_load(run->scale));
}

LULL_V8 struct still still_of(const struct lanes *s)
{
	struct still q;
	q.share = share_of(s, lull_v8_max(lull_v8_load(s->run->level), lull_v8_all(0)));
	q.b = s->on_loss ? s->kout * (1 - q.share) : s->kout;
	q.c = gain_of(s) * q.share;
	q.slow = 1 / lull_v8_max(q.b, lull_v8_all(1e-300));
	return q;
}

/* Error of R by the end when the share is wrong by `wide` for the rest. */
LULL_V8 lull_v8 still_error(const struct lanes *s, const struct still *q, lull_v8 rest, lull_v8 wide, lull_v8 most)
{
	const lull_v8 slow = lull_v8_min(rest, q->slow);
	return wide * slow * (s->on_loss ? s->kout * most * (1 + s->kout * slow * wide) : lull_v8_abs(gain_of(s)));
}

/* Lanes whose drive will stay so near its level that replacing it by the level costs R less than the
 * tolerance for all the rest of the stretch. The share rises with C, so its values at the ends of
 * what C can still be bound it exactly. */
static unsigned still_lanes(const struct lanes *s, const struct still *q, lull_v8 u, lull_v8 d)
{
	const struct lull_effect__run *run = s->run;
	const lull_v8 zero = lull_v8_all(0), level = lull_v8_max(lull_v8_load(run->level), zero);
	const lull_v8 rest = lull_v8_load(run->length_h) - u;
	lull_v8 off = zero;

	for (int k = 0; k < run->n_modes; k++)
		off = lull_v8_fma(lull_v8_abs(lull_v8_load(run->coef[k])), lull_v8_exp(-lull_v8_load(run->rate[k]) * u), off);
	const lull_v8 wide = lull_v8_abs(share_of(s, level + off) - share_of(s, lull_v8_max(level - off, zero)));
	const lull_v8 r = lull_v8_abs(s->base + d), r_end = lull_v8_abs(s->base + still_at(q, d, rest));
	const lull_v8 error = still_error(s, q, rest, wide, lull_v8_max(r, r_end));
	return lull_k8_bits(lull_k8_and(lull_v8_eq(lull_v8_load(run->ramp), zero),
					lull_v8_le(error, tolerance(run, lull_v8_min(r, r_end)))));
}

static void outputs_still(const struct lanes *s, const struct still *q, unsigned lanes, lull_v8 u, lull_v8 d, size_t *next)
{
	double start[8];
	struct due due;

	lull_v8_store(start, u);
	while (collect(s->run, lanes, s->run->length_h, start, next, &due)) {
		lull_v8 value[2];
		for (int i = 0; i < 2; i++)
			value[i] = still_at(q, d, lull_v8_load(due.u[i]) - u);
		deliver(s, &due, value);
	}
}

/* ---- the stretch ---- */

/* How much longer the next panel may be, from error over tolerance. */
LULL_V8 lull_v8 growth(lull_v8 error, lull_v8 tolerable)
{
	const lull_v8 ratio = lull_v8_max(lull_v8_min(error / lull_v8_max(tolerable, lull_v8_all(1e-300)), lull_v8_all(1e12)), lull_v8_all(1e-12));
	const lull_v8 factor = 0.85 * lull_v8_exp(lull_v8_log(ratio) * (-1.0 / (N + 1)));
	return lull_v8_max(lull_v8_min(factor, lull_v8_all(4)), lull_v8_all(0.1));
}

LULL_V8 struct lanes lanes_of(const struct lull_effect__tables *tables, const struct lull_effect__run *run)
{
	const struct lull_effect__numbers *n = &run->n;
	struct lanes s = {
		.tables = tables,
		.run = run,
		.emax = lull_v8_load(n->emax),
		.per_c50 = 1 / lull_v8_load(n->c50),
		.gamma = lull_v8_load(n->gamma),
		.kin = lull_v8_load(n->kin),
		.kout = lull_v8_load(n->kout),
		.base = lull_v8_load(n->base),
		.slope = lull_v8_load(n->slope),
		.on_loss = run->kind == LULL_EFFECT_INDIRECT_2 || run->kind == LULL_EFFECT_INDIRECT_4,
		.is_turnover = run->kind == LULL_EFFECT_TURNOVER,
	};

	/* share = what D gains by: 1: -H, 2: +H (less loss), 3: +H, 4: -H */
	if (run->kind == LULL_EFFECT_INDIRECT_1 || run->kind == LULL_EFFECT_INDIRECT_4)
		s.emax = -s.emax;
	return s;
}

void LULL_VEC_NAME(lull_effect__step)(const struct lull_effect__tables *tables, struct lull_effect__run *run)
{
	const struct lanes s = lanes_of(tables, run);
	const lull_v8 length = lull_v8_load(run->length_h), zero = lull_v8_all(0);
	lull_v8 u = zero, h = lull_v8_load(run->first_step_h), d = lull_v8_load(run->r) - s.base;
	const struct still still = still_of(&s);
	lull_v8 share_now;
	unsigned going = run->lanes & lull_k8_bits(lull_v8_lt(zero, length)), ask_still = run->n_modes > 0 ? going : 0;
	size_t next[8] = { 0 };
	struct panel p;

	drive_at(run, 1, &u, &share_now);
	share_now = share_of(&s, share_now);
	outputs_still(&s, &(struct still){ zero, zero, zero, zero }, run->lanes & ~going, u, d, next); /* no length: R as it is */
	for (long n_panels = 0; going; n_panels++) {
		if (ask_still) {
			const unsigned quiet = still_lanes(&s, &still, u, d) & ask_still;
			if (quiet) {
				const lull_k8 k = lull_k8_of(quiet);
				outputs_still(&s, &still, quiet, u, d, next);
				d = lull_v8_select(k, still_at(&still, d, length - u), d);
				u = lull_v8_select(k, length, u);
				going &= ~quiet;
			}
			ask_still = 0;
			if (!going)
				break;
		}
		/* Not past the end, no last sliver, and exp(B) at most about e^3. */
		const lull_v8 rest = length - u, loss_now = s.on_loss ? s.kout * (1 - share_now) : s.kout;
		h = lull_v8_min(h, 3 / lull_v8_max(loss_now, lull_v8_all(1e-300)));
		const lull_k8 to_end = lull_v8_le(0.95 * rest, h);
		lull_v8 step = lull_v8_select(to_end, rest, lull_v8_select(lull_v8_lt(0.5 * rest, h), 0.5 * rest, h));
		step = lull_v8_select(lull_k8_of(going), step, zero);
		p.share[0] = share_now;
		compute_panel(&s, u, step, d, &p);
		const lull_v8 allowed = tolerance(run, lull_v8_max(lull_v8_abs(s.base + d), lull_v8_abs(s.base + p.d_end)));
		const lull_k8 is_small = lull_v8_lt(p.loss_end, lull_v8_all(6)); /* exp(B) did not run away */
		const unsigned good = going & lull_k8_bits(lull_k8_and(lull_v8_le(p.error, allowed), is_small));
		const lull_k8 k = lull_k8_of(good);
		const lull_v8 u_next = lull_v8_select(to_end, length, u + step);
		outputs_of_panel(&s, good, u, step, u_next, d, &p, next);
		const lull_k8 moved = lull_k8_or(lull_v8_lt(u, u_next), lull_k8_not(lull_k8_of(going)));
		u = lull_v8_select(k, u_next, u);
		d = lull_v8_select(k, p.d_end, d);
		share_now = lull_v8_select(k, p.share[N], share_now);
		/* Asked only where the drive is near its level now: cheap, and no mate's affair. */
		const lull_v8 near = still_error(&s, &still, length - u, lull_v8_abs(share_now - still.share), lull_v8_abs(s.base + d));
		ask_still = run->n_modes > 0 ? good & lull_k8_bits(lull_v8_le(near, allowed)) : 0;
		const lull_v8 grown = step * lull_v8_select(is_small, growth(p.error, allowed), lull_v8_all(0.3));
		h = lull_v8_select(lull_k8_of(going), lull_v8_select(k, lull_v8_max(grown, lull_v8_min(h, step)), grown), h);
		run->n_steps += (unsigned)__builtin_popcount(good);
		run->n_refused += (unsigned)__builtin_popcount(going & ~good);
		/* Out: arrived, not finite, or a step that time no longer feels. */
		const unsigned infinite = going & ~lull_k8_bits(lull_v8_lt(lull_v8_abs(p.d_end) + p.error, lull_v8_all(1e308)));
		const unsigned stuck = n_panels == MAX_PANELS ? going : going & ~lull_k8_bits(moved);
		run->nonfinite |= infinite;
		run->failed |= stuck & ~infinite;
		going &= ~(infinite | stuck | lull_k8_bits(lull_v8_le(length, u)));
		ask_still &= going;
	}
	lull_v8 r = s.base + d;
	r = s.is_turnover ? r : lull_v8_max(r, zero);
	lull_v8_store(run->r, r);
}
