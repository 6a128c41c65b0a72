/* Eight people's modes: rates and vectors of each part, partial fractions across parts, and the curves.
 * Included once a set of instructions (num/vec.h). Every lane is computed by itself, in an
 * order that does not depend on its neighbours. Derivation: docs/math/linear.md. */
#include "linear_impl.h"

/* The modes of two parts count as meeting when their partial fractions grow by more than this. */
#define MEET_LIMIT 4096.0
/* Of the root of the secular equation: the next step would be below rounding. */
#define ROOT_STEP 0x1p-34

/* The loops that run a time at a time work on whole registers: eight lanes are REGS of them. (A compiler that splits
 * lull_v8 by itself keeps the halves in memory.) */
#if defined(LULL_VEC_SCALAR)
typedef double reg;
#define REG_LANES 1
#define reg_load(p) (*(p))
#define reg_store(p, x) ((void)(*(p) = (x)))
#define reg_zero() 0.0
#define reg_fma(a, b, c) __builtin_fma((a), (b), (c))
#define reg_max(a, b) lull_max((a), (b))
#define reg_all(x) (x)
/* y 2^n for n in the low bits of t, a number of the size of 1.5 2^52; 0 unless x >= low. */
LULL_V8 double reg_scale(double y, double t, double x, double low)
{
	uint64_t y_bits, t_bits;
	__builtin_memcpy(&y_bits, &y, sizeof(y));
	__builtin_memcpy(&t_bits, &t, sizeof(t));
	y_bits += t_bits << 52;
	__builtin_memcpy(&y, &y_bits, sizeof(y));
	return x >= low ? y : 0;
}
#elif defined(__AVX512F__)
typedef __m512d reg;
#define REG_LANES 8
#define reg_load(p) _mm512_loadu_pd(p)
#define reg_store(p, x) _mm512_storeu_pd((p), (x))
#define reg_zero() _mm512_setzero_pd()
#define reg_fma(a, b, c) _mm512_fmadd_pd((a), (b), (c))
#define reg_max(a, b) _mm512_max_pd((a), (b))
#define reg_all(x) _mm512_set1_pd(x)
LULL_V8 __m512d reg_scale(__m512d y, __m512d t, __m512d x, __m512d low)
{
	const __m512i n = _mm512_slli_epi64(_mm512_castpd_si512(t), 52);
	return _mm512_maskz_mov_pd(_mm512_cmp_pd_mask(x, low, _CMP_GE_OQ),
				   _mm512_castsi512_pd(_mm512_add_epi64(_mm512_castpd_si512(y), n)));
}
#else
typedef __m256d reg;
#define REG_LANES 4
#define reg_load(p) _mm256_loadu_pd(p)
#define reg_store(p, x) _mm256_storeu_pd((p), (x))
#define reg_zero() _mm256_setzero_pd()
#define reg_fma(a, b, c) _mm256_fmadd_pd((a), (b), (c))
#define reg_max(a, b) _mm256_max_pd((a), (b))
#define reg_all(x) _mm256_set1_pd(x)
LULL_V8 __m256d reg_scale(__m256d y, __m256d t, __m256d x, __m256d low)
{
	const __m256i n = _mm256_slli_epi64(_mm256_castpd_si256(t), 52);
	return _mm256_and_pd(_mm256_cmp_pd(x, low, _CMP_GE_OQ), _mm256_castsi256_pd(_mm256_add_epi64(_mm256_castpd_si256(y), n)));
}
#endif

/* exp(x) for x <= 0, in the loop instead of a call: half of the time of a curve is exponentials. x = n ln 2 + r; exp(r) - 1 - r over
 * r^2 is a polynomial interpolated at Chebyshev's points for |r| <= ln 2 / 2, 1.6e-17 off (test_linear: one_mode_is_exp).
 * Below -708 it is 0, before numbers lose digits. */
LULL_V8 reg reg_exp(reg x)
{
	const reg magic = reg_all(0x1.8p52), one = reg_all(1);
	const reg t = reg_fma(x, reg_all(0x1.71547652b82fep+0), magic), n = t - magic;
	const reg r = reg_fma(n, reg_all(-0x1.abc9e3b39803fp-56), reg_fma(n, reg_all(-0x1.62e42fefa39efp-1), x));
	const reg r2 = r * r, r4 = r2 * r2, r8 = r4 * r4;
	const reg a0 = reg_fma(reg_all(0x1.5555555555556p-3), r, reg_all(0x1.0000000000001p-1));
	const reg a1 = reg_fma(reg_all(0x1.11111111109b3p-7), r, reg_all(0x1.5555555553d63p-5));
	const reg a2 = reg_fma(reg_all(0x1.a01a01a7c41d5p-13), r, reg_all(0x1.6c16c1788bd90p-10));
	const reg a3 = reg_fma(reg_all(0x1.71de0dae63bb3p-19), r, reg_all(0x1.a019b90d2ae7ap-16));
	const reg a4 = reg_fma(reg_all(0x1.af38a9b0ec855p-26), r, reg_all(0x1.289185613a3d6p-22));
	const reg q = reg_fma(a4, r8, reg_fma(reg_fma(a3, r2, a2), r4, reg_fma(a1, r2, a0)));

	return reg_scale(reg_fma(q, r2, r) + one, t, x, reg_all(-708));
}

#define ROW(array, i) lull_v8_load((array) + (size_t)(i) * LULL_LANES)
#define PUT(array, i, x) lull_v8_store((array) + (size_t)(i) * LULL_LANES, (x))

/* ------------------------------------------------------------------ one part */

/* A part's numbers: everything that leaves each place, what leaves the part, and the exchanges. */
struct star {
	int n_legs;
	lull_v8 out[LULL_LIN_MAX_STATES], loss[LULL_LIN_MAX_STATES]; /* centre first */
	lull_v8 to[LULL_LIN_MAX_STATES], back[LULL_LIN_MAX_STATES];  /* of leg i: what arrives there, what comes back */
};

LULL_V8 void star_of(const struct lull_linear *l, const struct lull_linear__lanes *g, int i_part, struct star *s)
{
	const struct lull_linear__part *part = &l->part[i_part];
	const lull_v8 zero = lull_v8_all(0), one = lull_v8_all(1);

	s->n_legs = part->n - 1;
	for (int i = 0; i < part->n; i++)
		s->out[i] = s->loss[i] = s->to[i] = s->back[i] = zero;
	for (int f = 0; f < l->shape.n_flows; f++) {
		const struct lull_lin_flow *flow = &l->shape.flow[f];
		const int place = l->place_of[flow->from], from = place - part->first;
		if (l->part_of_place[place] != i_part || flow->copies)
			continue;
		const lull_v8 rate = ROW(g->flow_rate, f), gain = ROW(g->flow_gain, f);
		const bool inside = l->where[f] == LULL_LINEAR__TO_LEG || l->where[f] == LULL_LINEAR__TO_CENTRE;
		s->out[from] = s->out[from] + rate;
		s->loss[from] = s->loss[from] + (inside ? rate * (one - gain) : rate);
		if (l->where[f] == LULL_LINEAR__TO_LEG) {
			const int leg = l->place_of[flow->to] - part->first;
			s->to[leg] = s->to[leg] + rate * gain;
		} else if (inside) {
			s->back[from] = s->back[from] + rate * gain;
		}
	}
}

/* The roots of  a - x - sum p / (d - x) = 0: one above the largest d, one between neighbours, one below the
 * smallest. Each is found as its distance `x` from a near end of its interval, so that
 * d - root is known to the last bits. */
struct root {
	lull_v8 shift, x;            /* root = shift + x                           */
	lull_k8 from_zero;           /* lanes whose shift is 0: the smallest root   */
	lull_v8 f0;                  /* the equation at the shift, without the pole there */
};

struct value {
	lull_v8 f, slope_low, slope_high; /* - derivative, from the poles below and above the interval */
};

/* f at shift + x; poles at or below `low` on the left. With shift 0 the terms are
 * those of the determinant, all of one sign at 0. */
LULL_V8 struct value value_at(const struct star *s, const struct root *r, lull_v8 low, lull_v8 x)
{
	struct value v = { r->f0 - x, lull_v8_all(0), lull_v8_all(0) };

	for (int i = 1; i <= s->n_legs; i++) {
		const lull_v8 p = s->to[i] * s->back[i], gap = (s->out[i] - r->shift) - x;
		const lull_v8 inv = lull_v8_all(1) / gap, term = p * inv;
		const lull_k8 is_low = lull_v8_le(s->out[i], low);
		const lull_v8 slope = term * inv;
		v.f = v.f - lull_v8_select(r->from_zero, term * x / s->out[i], term);
		v.slope_low = v.slope_low + lull_v8_select(is_low, slope, lull_v8_all(0));
		v.slope_high = v.slope_high + lull_v8_select(is_low, lull_v8_all(0), slope);
	}
	return v;
}

/* The root of A x^2 + B x + C = 0 nearest 0 by the form without cancellation; the step where the model
 * c - S / (low - x) - R / (high - x) is 0. A missing end has its gap at infinity: the linear term is kept there. */
LULL_V8 lull_v8 model_step(const struct value *v, lull_v8 gap_low, lull_v8 gap_high, bool has_low, bool has_high)
{
	const lull_v8 one = lull_v8_all(1), two = lull_v8_all(2), zero = lull_v8_all(0);
	lull_v8 a, b, c;

	if (has_low && has_high) {
		const lull_v8 r_low = v->slope_low * gap_low, r_high = (v->slope_high + one) * gap_high;
		const lull_v8 k = v->f + r_low + r_high;
		a = k;
		b = r_low * gap_low + r_high * gap_high - k * (gap_low + gap_high);
		c = v->f * gap_low * gap_high;
	} else {
		const lull_v8 gap = has_low ? gap_low : gap_high;
		const lull_v8 k = v->f + (v->slope_low + v->slope_high) * gap;
		a = one;
		b = zero - (k + gap);
		c = v->f * gap;
	}
	const lull_v8 root = lull_v8_sqrt(lull_v8_max(b * b - lull_v8_all(4) * a * c, zero));
	const lull_v8 sum = lull_v8_select(lull_v8_lt(b, zero), b - root, b + root);
	const lull_v8 step1 = (zero - two * c) / sum, step2 = (zero - sum) / (two * a);
	/* Of the two roots the one inside the interval: gap_low < step < gap_high. */
	const lull_v8 far = lull_v8_all(1e300);
	const lull_v8 from = has_low ? gap_low : zero - far, to = has_high ? gap_high : far;
	const lull_k8 ok1 = lull_k8_and(lull_v8_lt(from, step1), lull_v8_lt(step1, to));
	return lull_v8_select(ok1, step1, step2);
}

/* Newton-like steps inside a bracket that shrinks; a lane stops by itself. Returns lanes without a root. */
LULL_V8 lull_k8 solve(const struct star *s, struct root *r, lull_v8 pole_low, lull_v8 pole_high, bool has_low, bool has_high,
		      lull_v8 low, lull_v8 high)
{
	const lull_v8 half = lull_v8_all(0.5), zero = lull_v8_all(0);
	lull_k8 done = lull_v8_eq(high, low);

	for (int i = 0; i < 100 && lull_k8_bits(done) != 0xff; i++) {
		const struct value v = value_at(s, r, has_low ? pole_low : lull_v8_all(-1), r->x);
		const lull_v8 gap_low = has_low ? (pole_low - r->shift) - r->x : zero;
		const lull_v8 gap_high = has_high ? (pole_high - r->shift) - r->x : zero;
		const lull_k8 is_right = lull_v8_lt(zero, v.f), is_root = lull_v8_eq(v.f, zero);
		low = lull_v8_select(is_right, r->x, low);
		high = lull_v8_select(is_right, high, r->x);
		lull_v8 step = model_step(&v, gap_low, gap_high, has_low, has_high);
		lull_v8 next = r->x + step;
		const lull_k8 inside = lull_k8_and(lull_v8_le(low, next), lull_v8_le(next, high));
		next = lull_v8_select(inside, next, half * (low + high));
		next = lull_v8_select(is_root, r->x, next);
		step = next - r->x;
		r->x = lull_v8_select(done, r->x, next);
		done = lull_k8_or(done, lull_v8_le(lull_v8_abs(step), lull_v8_all(ROOT_STEP) * lull_v8_abs(next)));
	}
	return lull_k8_not(done);
}

/* gaps[i][r] = out[leg i] - rate[r], all roots of a star with two legs or more. */
LULL_V8 lull_k8 roots_of(const struct star *s, lull_v8 *rate, lull_v8 (*gap)[LULL_LIN_MAX_STATES])
{
	const lull_v8 zero = lull_v8_all(0), half = lull_v8_all(0.5);
	const lull_v8 a = s->out[0];
	lull_v8 d[LULL_LIN_MAX_STATES], sum_p = zero, det = s->loss[0], steep = lull_v8_all(1);
	lull_k8 bad = lull_k8_of(0);
	const int n = s->n_legs;

	for (int i = 1; i <= n; i++) {
		const lull_v8 p = s->to[i] * s->back[i];
		sum_p = sum_p + p;
		det = det + s->to[i] * s->loss[i] / s->out[i];
		steep = steep + p / (s->out[i] * s->out[i]);
		d[i - 1] = s->out[i];
		for (int k = i - 1; k > 0; k--) { /* falling */
			const lull_v8 x = d[k - 1], y = d[k];
			d[k - 1] = lull_v8_max(x, y);
			d[k] = lull_v8_min(x, y);
		}
	}
	for (int r = 0; r <= n; r++) {
		const bool has_low = r < n, has_high = r > 0;
		const lull_v8 pole_low = has_low ? d[r] : zero, pole_high = has_high ? d[r - 1] : zero;
		struct root root = { pole_low, zero, lull_k8_of(has_low ? 0 : 0xff), has_low ? a - pole_low : det };
		lull_v8 low = zero, high;
		if (!has_high) { /* every pole moved to the largest gives more, so its root lies above */
			const lull_v8 c = a - pole_low;
			const lull_v8 q = lull_v8_sqrt(c * c + lull_v8_all(4) * sum_p);
			high = lull_v8_select(lull_v8_lt(c, zero), lull_v8_all(2) * sum_p / (q - c), half * (c + q));
			high = high + high * lull_v8_all(0x1p-50);
			root.x = high;
		} else { /* from the end that is nearer to the root */
			const lull_v8 middle = half * (pole_high - pole_low);
			const struct value v = value_at(s, &root, has_low ? pole_low : lull_v8_all(-1), middle);
			const lull_k8 is_high = lull_v8_lt(zero, v.f);
			root.shift = lull_v8_select(is_high, pole_high, pole_low);
			root.from_zero = has_low ? lull_k8_of(0) : lull_k8_not(is_high);
			root.f0 = lull_v8_select(is_high, a - pole_high, root.f0);
			low = lull_v8_select(is_high, zero - middle, zero);
			high = lull_v8_select(is_high, zero, middle);
			root.x = half * (low + high);
			if (!has_low) { /* the tangent at 0 stays above: its root is below none */
				const lull_v8 first = lull_v8_min(det / steep, middle);
				root.x = lull_v8_select(is_high, root.x, first);
				high = lull_v8_select(is_high, high, first + first * lull_v8_all(0x1p-50));
			}
		}
		bad = lull_k8_or(bad, solve(s, &root, pole_low, pole_high, has_low, has_high, low, high));
		rate[r] = root.shift + root.x;
		for (int i = 1; i <= n; i++)
			gap[i][r] = (s->out[i] - root.shift) - root.x;
	}
	return bad;
}

/* One leg: closed forms without cancellation. */
LULL_V8 void two_roots(const struct star *s, lull_v8 *rate, lull_v8 (*gap)[LULL_LIN_MAX_STATES])
{
	const lull_v8 zero = lull_v8_all(0), half = lull_v8_all(0.5);
	const lull_v8 p = s->to[1] * s->back[1], c = s->out[0] - s->out[1];
	const lull_v8 q = lull_v8_sqrt(c * c + lull_v8_all(4) * p);
	const lull_k8 falls = lull_v8_lt(c, zero);
	const lull_v8 big = half * (lull_v8_abs(c) + q);
	const lull_v8 above = lull_v8_select(falls, p / big, big), below = lull_v8_select(falls, big, p / big);

	rate[0] = s->out[1] + above;
	rate[1] = (s->loss[0] * s->out[1] + s->to[1] * s->loss[1]) / rate[0];
	gap[1][0] = zero - above;
	gap[1][1] = below;
}

/* Rates and vectors of a part; returns the lanes in which they do not exist or are not to be trusted. */
LULL_V8 lull_k8 part_modes(const struct lull_linear *l, struct lull_linear__lanes *g, int i_part)
{
	const struct lull_linear__part *part = &l->part[i_part];
	const lull_v8 zero = lull_v8_all(0), one = lull_v8_all(1);
	const int n = l->n;
	lull_v8 rate[LULL_LIN_MAX_STATES], gap[LULL_LIN_MAX_STATES][LULL_LIN_MAX_STATES];
	lull_k8 bad = lull_k8_of(0);
	struct star s;

	star_of(l, g, i_part, &s);
	rate[0] = s.out[0];
	if (s.n_legs == 1)
		two_roots(&s, rate, gap);
	else if (s.n_legs > 1)
		bad = roots_of(&s, rate, gap);
	for (int r = 0; r < part->n; r++) {
		const int k = part->first + r;
		const lull_k8 moves = lull_v8_lt(lull_v8_all(1e-250), rate[r]);
		lull_v8 norm = one;
		for (int i = 1; i <= s.n_legs; i++) {
			const lull_v8 share = s.to[i] / gap[i][r];
			norm = norm + share * (s.back[i] / gap[i][r]);
			PUT(g->right, (part->first + i) * n + k, share);
		}
		const lull_v8 inv = one / norm;
		PUT(g->right, part->first * n + k, one);
		PUT(g->left, k * n + part->first, inv);
		for (int i = 1; i <= s.n_legs; i++)
			PUT(g->left, k * n + part->first + i, inv * (s.back[i] / gap[i][r]));
		PUT(g->rate, k, lull_v8_select(moves, rate[r], zero));
		PUT(g->inv_rate, k, lull_v8_select(moves, one / rate[r], zero));
		/* Also where a leg hardly exchanges: NaN and infinity end here too. */
		bad = lull_k8_or(bad, lull_k8_not(lull_k8_and(lull_v8_le(zero, rate[r]), lull_v8_lt(norm, lull_v8_all(1e40)))));
	}
	for (int i = 1; i <= s.n_legs; i++) {
		const lull_v8 all = s.out[0] + s.out[i];
		bad = lull_k8_or(bad, lull_k8_not(lull_v8_lt(lull_v8_all(1e-20) * all * all, s.to[i] * s.back[i])));
		for (int j = 1; j < i; j++) /* equal legs: a mode without the centre */
			bad = lull_k8_or(bad, lull_v8_le(lull_v8_abs(s.out[i] - s.out[j]), lull_v8_all(0x1p-40) * s.out[i]));
	}
	return bad;
}

/* ------------------------------------------------------------------ across parts */

/* What mode j feeds into mode k of another part at once. */
LULL_V8 void feed_across(const struct lull_linear *l, struct lull_linear__lanes *g)
{
	const int n = l->n;

	for (int k = 0; k < n; k++)
		for (int j = 0; j < k; j++)
			if (l->above[k] >> j & 1)
				PUT(g->across, k * n + j, lull_v8_all(0));
	for (int f = 0; f < l->shape.n_flows; f++) {
		if (l->where[f] != LULL_LINEAR__ACROSS)
			continue;
		const int from = l->place_of[l->shape.flow[f].from], to = l->place_of[l->shape.flow[f].to];
		const struct lull_linear__part *source = &l->part[l->part_of_place[from]], *sink = &l->part[l->part_of_place[to]];
		const lull_v8 flow = ROW(g->flow_rate, f) * ROW(g->flow_gain, f);
		for (int k = sink->first; k < sink->first + sink->n; k++)
			for (int j = source->first; j < source->first + source->n; j++)
				PUT(g->across, k * n + j, ROW(g->across, k * n + j) +
					ROW(g->left, k * n + to) * flow * ROW(g->right, from * n + j));
	}
}

/* Column j of v: what mode j looks like in the parts below. Row j of w: what feeds it from above. v_gap, w_gap: how far
 * each entry is above what well separated rates would give. */
LULL_V8 lull_k8 fractions(const struct lull_linear *l, struct lull_linear__lanes *g)
{
	const lull_v8 zero = lull_v8_all(0), one = lull_v8_all(1);
	const int n = l->n;
	lull_k8 bad = lull_k8_of(0);
	lull_v8 worst_v[LULL_LIN_MAX_STATES], worst_w[LULL_LIN_MAX_STATES];

	for (int j = 0; j < n; j++)
		worst_v[j] = worst_w[j] = one;
	for (int j = 0; j < n; j++)
		for (int k = j + 1; k < n; k++) {
			if (!(l->above[k] >> j & 1))
				continue;
			const lull_v8 gap = ROW(g->rate, k) - ROW(g->rate, j), inv = one / gap;
			const lull_v8 growth = lull_v8_abs((ROW(g->rate, k) + ROW(g->rate, j)) * inv);
			lull_v8 sum = ROW(g->across, k * n + j), most = one;
			for (int m = j + 1; m < k; m++)
				if ((l->above[k] >> m & 1) && (l->above[m] >> j & 1)) {
					sum = lull_v8_fma(ROW(g->across, k * n + m), ROW(g->v, m * n + j), sum);
					most = lull_v8_max(most, ROW(g->v_gap, m * n + j));
				}
			PUT(g->v, k * n + j, sum * inv);
			PUT(g->v_gap, k * n + j, growth * most);
			worst_v[j] = lull_v8_max(growth * most, worst_v[j]);
			bad = lull_k8_or(bad, lull_k8_not(lull_v8_lt(growth, lull_v8_all(MEET_LIMIT))));
		}
	for (int k = 0; k < n; k++)
		for (int i = k - 1; i >= 0; i--) {
			if (!(l->above[k] >> i & 1))
				continue;
			const lull_v8 inv = one / (ROW(g->rate, i) - ROW(g->rate, k));
			const lull_v8 growth = lull_v8_abs((ROW(g->rate, k) + ROW(g->rate, i)) * inv);
			lull_v8 sum = ROW(g->across, k * n + i), most = one;
			for (int m = i + 1; m < k; m++)
				if ((l->above[k] >> m & 1) && (l->above[m] >> i & 1)) {
					sum = lull_v8_fma(ROW(g->w, k * n + m), ROW(g->across, m * n + i), sum);
					most = lull_v8_max(most, ROW(g->w_gap, k * n + m));
				}
			PUT(g->w, k * n + i, sum * inv);
			PUT(g->w_gap, k * n + i, growth * most);
			worst_w[k] = lull_v8_max(growth * most, worst_w[k]);
		}
	for (int j = 0; j < n; j++)
		bad = lull_k8_or(bad, lull_k8_not(lull_v8_lt(worst_v[j] * worst_w[j], lull_v8_all(MEET_LIMIT))));
	(void)zero;
	return bad;
}

/* Amounts from modes and modes from amounts, and the outputs' weights. */
LULL_V8 void weights(const struct lull_linear *l, struct lull_linear__lanes *g)
{
	const lull_v8 zero = lull_v8_all(0);
	const int n = l->n;

	for (int place = 0; place < n; place++) {
		const struct lull_linear__part *part = &l->part[l->part_of_place[place]];
		for (int k = 0; k < n; k++) {
			const bool own = k >= part->first && k < part->first + part->n;
			lull_v8 to = zero, from = zero;
			if (own) {
				to = ROW(g->right, place * n + k);
				from = ROW(g->left, k * n + place);
			} else if (l->above[place] >> k & 1) {
				for (int m = part->first; m < part->first + part->n; m++)
					to = lull_v8_fma(ROW(g->right, place * n + m), ROW(g->v, m * n + k), to);
			} else if (l->above[k] >> place & 1) {
				for (int m = part->first; m < part->first + part->n; m++)
					from = lull_v8_fma(ROW(g->w, k * n + m), ROW(g->left, m * n + place), from);
			}
			PUT(g->to_place, place * n + k, to);
			PUT(g->from_place, k * n + place, from);
		}
	}
	for (int o = 0; o < l->shape.n_outputs; o++)
		for (int k = 0; k < l->n_output_modes[o]; k++)
			PUT(g->weight, o * n + k, ROW(g->scale, o) * ROW(g->to_place, l->output_place[o] * n + k));
}

static unsigned modes(const struct lull_linear *l, struct lull_linear__lanes *g)
{
	lull_k8 bad = lull_k8_of(0);

	for (int part = 0; part < l->n_parts; part++)
		bad = lull_k8_or(bad, part_modes(l, g, part));
	feed_across(l, g);
	bad = lull_k8_or(bad, fractions(l, g));
	weights(l, g);
	return lull_k8_bits(bad) & 0xff;
}

/* ------------------------------------------------------------------ ops */

static void bolus(const struct lull_linear *l, struct lull_linear__lanes *g, int place, const double *amount)
{
	const lull_v8 dose = lull_v8_load(amount);

	for (int k = 0; k < l->n; k++)
		PUT(g->y, k, lull_v8_fma(ROW(g->from_place, k * l->n + place), dose, ROW(g->y, k)));
}

static void feed(const struct lull_linear *l, struct lull_linear__lanes *g)
{
	for (int k = 0; k < l->n; k++) {
		lull_v8 sum = lull_v8_all(0);
		for (int place = 0; place < l->n; place++)
			sum = lull_v8_fma(ROW(g->from_place, k * l->n + place), ROW(g->input, place), sum);
		PUT(g->fed, k, sum);
	}
}

static void to_amounts(const struct lull_linear *l, struct lull_linear__lanes *g)
{
	for (int place = 0; place < l->n; place++) {
		lull_v8 sum = lull_v8_all(0);
		for (int k = 0; k < l->n; k++)
			sum = lull_v8_fma(ROW(g->to_place, place * l->n + k), ROW(g->y, k), sum);
		PUT(g->amount, place, lull_v8_max(sum, lull_v8_all(0)));
	}
}

static void from_amounts(const struct lull_linear *l, struct lull_linear__lanes *g)
{
	for (int k = 0; k < l->n; k++) {
		lull_v8 sum = lull_v8_all(0);
		for (int place = 0; place < l->n; place++)
			sum = lull_v8_fma(ROW(g->from_place, k * l->n + place), ROW(g->amount, place), sum);
		PUT(g->y, k, sum);
	}
}

/* The integral of exp(-rate s) from 0 to t, from m = expm1(-rate t). */
LULL_V8 lull_v8 gained_by(lull_v8 m, lull_v8 inv_rate, lull_v8 t)
{
	return lull_v8_select(lull_v8_lt(lull_v8_all(0), inv_rate), lull_v8_all(0) - m * inv_rate, t);
}

static void advance(const struct lull_linear *l, struct lull_linear__lanes *g, double dt_h, bool is_fed)
{
	const lull_v8 t = lull_v8_all(dt_h);

	for (int k = 0; k < l->n; k++) {
		const lull_v8 x = lull_v8_all(0) - ROW(g->rate, k) * t;
		lull_v8 y = ROW(g->y, k) * lull_v8_exp(x);
		if (is_fed)
			y = lull_v8_fma(ROW(g->fed, k), gained_by(lull_v8_expm1(x), ROW(g->inv_rate, k), t), y);
		PUT(g->y, k, y);
	}
}

/* ------------------------------------------------------------------ curves */

static unsigned show(const struct lull_linear *l, struct lull_linear__lanes *g)
{
	const lull_v8 huge = lull_v8_all(1e300);
	lull_k8 fine = lull_k8_of(0xff);

	for (int o = 0; o < l->shape.n_outputs; o++)
		for (int k = 0; k < l->n_output_modes[o]; k++) {
			const lull_v8 weight = ROW(g->weight, o * l->n + k);
			const lull_v8 held = weight * ROW(g->y, k), gained = weight * ROW(g->fed, k);
			fine = lull_k8_and(fine, lull_v8_lt(lull_v8_abs(held) + lull_v8_abs(gained), huge));
			PUT(g->held, o * l->n + k, held);
			PUT(g->gained, o * l->n + k, gained);
		}
	return lull_k8_bits(lull_k8_not(fine)) & 0xff;
}

/* held exp + gained (1 - exp) / rate, as level, slope and coefficients. A mode that does not move in dt_h would be a
 * difference of large numbers: it goes into the slope, where the error is the same (docs). */
static void stretch(const struct lull_linear *l, struct lull_linear__lanes *g, double dt_h)
{
	const lull_v8 zero = lull_v8_all(0);

	for (int o = 0; o < l->shape.n_outputs; o++) {
		lull_v8 level = zero, slope = zero;
		for (int k = 0; k < l->n_shown; k++) {
			lull_v8 coef = zero;
			if (k < l->n_output_modes[o]) {
				const lull_v8 held = ROW(g->held, o * l->n + k), gained = ROW(g->gained, o * l->n + k);
				const lull_k8 slow = lull_v8_lt(ROW(g->rate, k) * lull_v8_all(dt_h), lull_v8_all(1.5e-8));
				const lull_v8 final = lull_v8_select(slow, zero, gained * ROW(g->inv_rate, k));
				slope = slope + lull_v8_select(slow, gained, zero);
				level = level + final;
				coef = held - final;
			}
			PUT(g->coef, o * l->n_shown + k, coef);
		}
		PUT(g->level, o, level);
		PUT(g->slope, o, slope);
	}
}

/* e[time][mode] = exp(-rate t), g[time][mode] its integral. */
static void curves_any(const struct lull_linear *l, struct lull_linear__lanes *g, const double *t_h, size_t n, double t0_h,
		       bool is_fed)
{
	const size_t n_rows = (size_t)l->n_shown;

	for (size_t i = 0; i < n; i++) {
		const reg minus_t = reg_zero() - reg_all(t_h[i] - t0_h);
		double *e = g->e + i * n_rows * LULL_LANES;
		for (size_t at = 0; at < n_rows * LULL_LANES; at += REG_LANES)
			reg_store(e + at, reg_exp(reg_load(g->rate + at) * minus_t));
	}
	for (size_t i = 0; is_fed && i < n; i++) {
		const lull_v8 t = lull_v8_all(t_h[i] - t0_h);
		for (size_t k = 0; k < n_rows; k++)
			PUT(g->g, i * n_rows + k, gained_by(lull_v8_expm1(lull_v8_all(0) - ROW(g->rate, k) * t), ROW(g->inv_rate, k), t));
	}
}

/* Up to eight modes in registers, their number known to the compiler. */
#define FOR_UP_TO_8(n, call)           \
	switch (n) {                   \
	case 1: call(1); break;        \
	case 2: call(2); break;        \
	case 3: call(3); break;        \
	case 4: call(4); break;        \
	case 5: call(5); break;        \
	case 6: call(6); break;        \
	case 7: call(7); break;        \
	default: call(8); break;       \
	}

/* e (and g, its integral) of modes k..k + count - 1 at times 1..n - 1 by products from time 0; the integral over a step is
 * added, never subtracted. */
LULL_V8 void products(const struct lull_linear *l, struct lull_linear__lanes *g, size_t k, const int count, size_t n, const bool is_fed)
{
	const size_t row = (size_t)l->n_shown * LULL_LANES;

	for (size_t lane = 0; lane < LULL_LANES; lane += REG_LANES) {
		double *at_e = g->e + k * LULL_LANES + lane, *at_g = g->g + k * LULL_LANES + lane;
		const double *at_by = g->by + k * LULL_LANES + lane, *at_more = g->more + k * LULL_LANES + lane;
		reg e[8], by[8], sum[8], more[8];
#pragma GCC unroll 8
		for (int j = 0; j < count; j++) {
			e[j] = reg_load(at_e + j * LULL_LANES);
			by[j] = reg_load(at_by + j * LULL_LANES);
			if (is_fed) {
				sum[j] = reg_load(at_g + j * LULL_LANES);
				more[j] = reg_load(at_more + j * LULL_LANES);
			}
		}
		for (size_t i = 1; i < n; i++) {
			at_e += row;
			at_g += row;
#pragma GCC unroll 8
			for (int j = 0; j < count; j++) {
				if (is_fed) {
					sum[j] = reg_fma(e[j], more[j], sum[j]);
					reg_store(at_g + j * LULL_LANES, sum[j]);
				}
				e[j] = e[j] * by[j];
				reg_store(at_e + j * LULL_LANES, e[j]);
			}
		}
	}
}

static void products_held(const struct lull_linear *l, struct lull_linear__lanes *g, size_t k, int count, size_t n)
{
#define CALL(m) products(l, g, k, m, n, false)
	FOR_UP_TO_8(count, CALL)
#undef CALL
}

static void products_fed(const struct lull_linear *l, struct lull_linear__lanes *g, size_t k, int count, size_t n)
{
#define CALL(m) products(l, g, k, m, n, true)
	FOR_UP_TO_8(count, CALL)
#undef CALL
}

static void step(const struct lull_linear *l, struct lull_linear__lanes *g, double step_h)
{
	const lull_v8 t = lull_v8_all(step_h);

	for (int k = 0; k < l->n_shown; k++) {
		const lull_v8 x = lull_v8_all(0) - ROW(g->rate, k) * t;
		PUT(g->by, k, lull_v8_exp(x));
		PUT(g->more, k, gained_by(lull_v8_expm1(x), ROW(g->inv_rate, k), t));
	}
}

static void curves_uniform(const struct lull_linear *l, struct lull_linear__lanes *g, const double *t_h, size_t n, double t0_h,
			   bool is_fed)
{
	curves_any(l, g, t_h, 1, t0_h, is_fed);
	for (int k = 0; k < l->n_shown; k += 8) {
		const int count = l->n_shown - k < 8 ? l->n_shown - k : 8;
		if (is_fed)
			products_fed(l, g, (size_t)k, count, n);
		else
			products_held(l, g, (size_t)k, count, n);
	}
}

/* out[time] (every n_out rows) = sum of coef[mode] curve[time][mode], mode by mode. */
LULL_V8 void sum_curves(const double *coef, const double *curve, const int count, size_t n_modes, size_t n, double *out, size_t n_out)
{
	for (size_t lane = 0; lane < LULL_LANES; lane += REG_LANES) {
		const double *at = curve + lane;
		double *to = out + lane;
		reg c[8];
#pragma GCC unroll 8
		for (int k = 0; k < count; k++)
			c[k] = reg_load(coef + k * LULL_LANES + lane);
		for (size_t i = 0; i < n; i++, at += n_modes * LULL_LANES, to += n_out * LULL_LANES) {
			reg sum = reg_zero();
#pragma GCC unroll 8
			for (int k = 0; k < count; k++)
				sum = reg_fma(c[k], reg_load(at + k * LULL_LANES), sum);
			reg_store(to, reg_max(sum, reg_zero()));
		}
	}
}

static void few_curves(const double *coef, const double *curve, int count, size_t n_modes, size_t n, double *out, size_t n_out)
{
#define CALL(m) sum_curves(coef, curve, m, n_modes, n, out, n_out)
	FOR_UP_TO_8(count, CALL)
#undef CALL
}

/* Any number of modes, also fed. */
static void all_curves(const double *held, const double *e, const double *gained, const double *sum_of_e, int count, size_t n_modes,
		       size_t n, double *out, size_t n_out)
{
	for (size_t i = 0; i < n; i++) {
		lull_v8 sum = lull_v8_all(0);
		for (int k = 0; k < count; k++)
			sum = lull_v8_fma(ROW(held, k), ROW(e, i * n_modes + (size_t)k), sum);
		for (int k = 0; gained && k < count; k++)
			sum = lull_v8_fma(ROW(gained, k), ROW(sum_of_e, i * n_modes + (size_t)k), sum);
		PUT(out, i * n_out, lull_v8_max(sum, lull_v8_all(0)));
	}
}

/* Products and sums in one pass: exponentials stay in registers. A mode that does not show in an output has
 * coefficient 0, which changes no bit of a sum. */
LULL_V8 void products_and_sums(const struct lull_linear *l, const struct lull_linear__lanes *g, const int count, const int n_out,
			       size_t n, double *out)
{
	for (size_t lane = 0; lane < LULL_LANES; lane += REG_LANES) {
		reg e[8], by[8], c[2][8];
		double *to = out + lane;
#pragma GCC unroll 8
		for (int k = 0; k < count; k++) {
			e[k] = reg_load(g->e + k * LULL_LANES + lane);
			by[k] = reg_load(g->by + k * LULL_LANES + lane);
#pragma GCC unroll 2
			for (int o = 0; o < n_out; o++)
				c[o][k] = k < l->n_output_modes[o] ? reg_load(g->held + (o * l->n + k) * LULL_LANES + (int)lane) : reg_zero();
		}
		for (size_t i = 0; i < n; i++, to += n_out * LULL_LANES) {
#pragma GCC unroll 2
			for (int o = 0; o < n_out; o++) {
				reg sum = reg_zero();
#pragma GCC unroll 8
				for (int k = 0; k < count; k++)
					sum = reg_fma(c[o][k], e[k], sum);
				reg_store(to + o * LULL_LANES, reg_max(sum, reg_zero()));
			}
#pragma GCC unroll 8
			for (int k = 0; k < count; k++)
				e[k] = e[k] * by[k];
		}
	}
}

static void held_uniform_1(const struct lull_linear *l, const struct lull_linear__lanes *g, size_t n, double *out)
{
#define CALL(m) products_and_sums(l, g, m, 1, n, out)
	FOR_UP_TO_8(l->n_shown, CALL)
#undef CALL
}

static void held_uniform_2(const struct lull_linear *l, const struct lull_linear__lanes *g, size_t n, double *out)
{
#define CALL(m) products_and_sums(l, g, m, 2, n, out)
	FOR_UP_TO_8(l->n_shown, CALL)
#undef CALL
}

static void tile(const struct lull_linear *l, struct lull_linear__lanes *g, const double *t_h, size_t n, double t0_h,
		 double step_h, bool is_fed, double *out)
{
	const size_t n_modes = (size_t)l->n_shown, n_out = (size_t)l->shape.n_outputs;

	if (step_h > 0 && !is_fed && n_modes <= 8 && n_out <= 2) {
		curves_any(l, g, t_h, 1, t0_h, false);
		(n_out == 1 ? held_uniform_1 : held_uniform_2)(l, g, n, out);
		return;
	}
	if (step_h > 0)
		curves_uniform(l, g, t_h, n, t0_h, is_fed);
	else
		curves_any(l, g, t_h, n, t0_h, is_fed);
	for (size_t o = 0; o < n_out; o++) {
		const double *held = g->held + o * (size_t)l->n * LULL_LANES, *gained = g->gained + o * (size_t)l->n * LULL_LANES;
		if (is_fed || l->n_output_modes[o] > 8)
			all_curves(held, g->e, is_fed ? gained : NULL, g->g, l->n_output_modes[o], n_modes, n, out + o * LULL_LANES, n_out);
		else
			few_curves(held, g->e, l->n_output_modes[o], n_modes, n, out + o * LULL_LANES, n_out);
	}
}

static bool rises(const double *t, size_t n)
{
	lull_k8 fine = lull_k8_of(0xff);
	size_t i = 0;
	bool rest = true;

	for (; i + 9 <= n; i += 8)
		fine = lull_k8_and(fine, lull_v8_le(lull_v8_load(t + i), lull_v8_load(t + i + 1)));
	for (; i + 1 < n; i++)
		rest = rest && t[i] <= t[i + 1];
	return rest && (lull_k8_bits(fine) & 0xff) == 0xff;
}

/* ------------------------------------------------------------------ sinks */

/* Eight lanes x eight times turned at a time. */
LULL_V8 void turn(const double *in, size_t in_stride, double *out, size_t out_stride)
{
	lull_v8 a[8], b[8];

#define TURN(x, y, ...) __builtin_shufflevector((x), (y), __VA_ARGS__)
	for (size_t i = 0; i < 8; i++)
		a[i] = lull_v8_load(in + i * in_stride);
	for (int i = 0; i < 8; i += 2) { /* pairs */
		b[i] = TURN(a[i], a[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
		b[i + 1] = TURN(a[i], a[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
	}
	for (int i = 0; i < 8; i += 4) /* fours */
		for (int k = 0; k < 2; k++) {
			a[i + k] = TURN(b[i + k], b[i + k + 2], 0, 1, 8, 9, 4, 5, 12, 13);
			a[i + k + 2] = TURN(b[i + k], b[i + k + 2], 2, 3, 10, 11, 6, 7, 14, 15);
		}
	for (size_t k = 0; k < 4; k++) {
		lull_v8_store(out + k * out_stride, TURN(a[k], a[k + 4], 0, 1, 2, 3, 8, 9, 10, 11));
		lull_v8_store(out + (k + 4) * out_stride, TURN(a[k], a[k + 4], 4, 5, 6, 7, 12, 13, 14, 15));
	}
#undef TURN
}

static void rows(const double *in, int n_outputs, size_t n_times, double *row, size_t stride)
{
	const size_t n_out = (size_t)n_outputs, in_stride = n_out * LULL_LANES;

	for (size_t o = 0; o < n_out; o++) {
		size_t i = 0;
		for (; i + 8 <= n_times; i += 8)
			turn(in + i * in_stride + o * LULL_LANES, in_stride, row + o * stride + i, n_out * stride);
		for (; i < n_times; i++)
			for (size_t lane = 0; lane < LULL_LANES; lane++)
				row[(lane * n_out + o) * stride + i] = in[i * in_stride + o * LULL_LANES + lane];
	}
}

/* Four running sums a column, joined in a fixed order. */
static void reduce(const double *in, size_t n, size_t n_times, double *peak, double *sum)
{
	for (size_t c = 0; c < n; c += REG_LANES) {
		reg s[4] = { reg_load(sum + c), reg_zero(), reg_zero(), reg_zero() };
		reg m[4] = { reg_load(peak + c), reg_zero(), reg_zero(), reg_zero() };
		const double *at = in + c;
		size_t i = 0;
		for (; i + 4 <= n_times; i += 4)
#pragma GCC unroll 4
			for (size_t k = 0; k < 4; k++, at += n) {
				const reg x = reg_load(at);
				s[k] = s[k] + x;
				m[k] = reg_max(x, m[k]);
			}
		for (; i < n_times; i++, at += n) {
			const reg x = reg_load(at);
			s[0] = s[0] + x;
			m[0] = reg_max(x, m[0]);
		}
		reg_store(sum + c, (s[0] + s[1]) + (s[2] + s[3]));
		reg_store(peak + c, reg_max(reg_max(m[0], m[1]), reg_max(m[2], m[3])));
	}
}

const struct lull_linear__kernel LULL_VEC_NAME(lull_linear__kernel) = {
	.modes = modes, .bolus = bolus, .feed = feed, .to_amounts = to_amounts, .from_amounts = from_amounts,
	.advance = advance, .show = show, .stretch = stretch, .step = step, .tile = tile,
	.rises = rises, .rows = rows, .reduce = reduce,
};
