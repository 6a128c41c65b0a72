/* The summary's kernels, for the instruction set of the file that includes this (num/vec.h). */
#include "lull/num/vec.h"

#include "summary_impl.h"

#include <math.h>
#include <string.h>

typedef double v2 __attribute__((vector_size(16)));
typedef double v4 __attribute__((vector_size(32)));
typedef int64_t i2 __attribute__((vector_size(16)));
typedef int64_t i4 __attribute__((vector_size(32)));
typedef int32_t half8 __attribute__((vector_size(32)));
typedef int32_t half16 __attribute__((vector_size(64)));
typedef int16_t key8 __attribute__((vector_size(16)));

#define LOW4(x) __builtin_shufflevector((x), (x), 0, 1, 2, 3)
#define HIGH4(x) __builtin_shufflevector((x), (x), 4, 5, 6, 7)
#define LOW2(x) __builtin_shufflevector((x), (x), 0, 1)
#define HIGH2(x) __builtin_shufflevector((x), (x), 2, 3)

/* Eight to two, always by the same tree. */
LULL_V8 v2 fold_sum(lull_v8 x)
{
	const v4 y = LOW4(x) + HIGH4(x);
	return LOW2(y) + HIGH2(y);
}

LULL_V8 v4 pick4(i4 k, v4 yes, v4 no) { return (v4)((k & (i4)yes) | (~k & (i4)no)); }
LULL_V8 v2 pick2(i2 k, v2 yes, v2 no) { return (v2)((k & (i2)yes) | (~k & (i2)no)); }
LULL_V8 v2 min2(v2 a, v2 b) { return pick2((i2)(a < b), a, b); }
LULL_V8 v2 max2(v2 a, v2 b) { return pick2((i2)(b < a), a, b); }

LULL_V8 v2 fold_min(lull_v8 x)
{
	const v4 a = LOW4(x), b = HIGH4(x), y = pick4((i4)(a < b), a, b);
	return min2(LOW2(y), HIGH2(y));
}

LULL_V8 v2 fold_max(lull_v8 x)
{
	const v4 a = LOW4(x), b = HIGH4(x), y = pick4((i4)(b < a), a, b);
	return max2(LOW2(y), HIGH2(y));
}

LULL_V8 v2 load2(const double *p)
{
	v2 x;
	memcpy(&x, p, sizeof(x));
	return x;
}
LULL_V8 void store2(double *p, v2 x) { memcpy(p, &x, sizeof(x)); }

static size_t rows(struct lull_summary__line *lines, const double *pivot, const double *tile, size_t row, size_t n)
{
	for (; row < n; row++) {
		struct lull_summary__line *const line = &lines[row];
		const lull_v8 x = lull_v8_load(tile + row * LULL_LANES), d = x - lull_v8_all(pivot[row]);
		const v2 sum = fold_sum(d), square = fold_sum(d * d);
		const double both = square[0] + square[1];
		if (!(both - both == 0)) /* a value that is not finite, or no pivot */
			return row;
		store2(line->sum, load2(line->sum) + sum);
		store2(line->square, load2(line->square) + square);
		store2(line->low, min2(fold_min(x), load2(line->low)));
		store2(line->high, max2(fold_max(x), load2(line->high)));
	}
	return n;
}

/* As lull_sketch_keys, on the upper halves of the doubles: sign, exponent and 20 bits of the mantissa. */
static void keys(int16_t *to, const double *tile, size_t n_rows)
{
	enum { SHIFT = 20 - 7, BASE = (1023 - LULL_SKETCH_OCTAVES / 2) * LULL_SKETCH_BINS_PER_OCTAVE };
	const half8 most = { 0x7fffffff, 0x7fffffff, 0x7fffffff, 0x7fffffff, 0x7fffffff, 0x7fffffff, 0x7fffffff, 0x7fffffff };

	for (size_t row = 0; row < n_rows; row++) {
		const half16 halves = (half16)lull_v8_load(tile + row * LULL_LANES);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
		const half8 upper = __builtin_shufflevector(halves, halves, 0, 2, 4, 6, 8, 10, 12, 14);
#else
		const half8 upper = __builtin_shufflevector(halves, halves, 1, 3, 5, 7, 9, 11, 13, 15);
#endif
		const half8 size = upper & most, sign = upper >> 31;
		half8 bin = (size >> SHIFT) - (BASE - 1);
		bin &= bin > 0;
		const half8 over = bin > LULL_SKETCH_BINS, lost = size >= 0x7ff00000;
		bin = (over & LULL_SKETCH_BINS) | (~over & bin);
		const half8 signed_bin = (bin ^ sign) - sign;
		const key8 key = __builtin_convertvector((lost & LULL_SKETCH_MISSING) | (~lost & signed_bin), key8);
		memcpy(to + row * LULL_SUMMARY__KEYS, &key, sizeof(key));
	}
}

/* Trapezoids, and the first highest and lowest. NaN never wins a comparison and always spoils the area. */
static void curves(struct lull_summary__curve *curve, int n_outputs, const double *tile, size_t n_times,
		   const double *t_h, double t0_h)
{
	const size_t stride = (size_t)n_outputs * LULL_LANES;

	for (int o = 0; o < n_outputs; o++, curve++, tile += LULL_LANES) {
		lull_v8 last = lull_v8_load(curve->last), area = lull_v8_load(curve->area);
		lull_v8 high = lull_v8_load(curve->high), high_h = lull_v8_load(curve->high_h);
		lull_v8 low = lull_v8_load(curve->low), low_h = lull_v8_load(curve->low_h);
		double t = t0_h;
		for (size_t i = 0; i < n_times; i++) {
			const lull_v8 x = lull_v8_load(tile + i * stride), now = lull_v8_all(t_h[i]);
			area += (last + x) * lull_v8_all(0.5 * (t_h[i] - t));
			const lull_k8 is_high = lull_v8_lt(high, x), is_low = lull_v8_lt(x, low);
			high = lull_v8_select(is_high, x, high);
			high_h = lull_v8_select(is_high, now, high_h);
			low = lull_v8_select(is_low, x, low);
			low_h = lull_v8_select(is_low, now, low_h);
			last = x;
			t = t_h[i];
		}
		lull_v8_store(curve->last, last);
		lull_v8_store(curve->area, area);
		lull_v8_store(curve->high, high);
		lull_v8_store(curve->high_h, high_h);
		lull_v8_store(curve->low, low);
		lull_v8_store(curve->low_h, low_h);
	}
}

/* The part of each straight piece that lies above the level. */
static void above(double *hours, const double *before, const double *x, size_t stride, size_t n_times,
		  const double *t_h, double t0_h, double level)
{
	const lull_v8 zero = lull_v8_all(0), one = lull_v8_all(1);
	lull_v8 sum = lull_v8_load(hours), a = lull_v8_load(before) - lull_v8_all(level);

	for (size_t i = 0; i < n_times; i++) {
		const lull_v8 b = lull_v8_load(x + i * stride) - lull_v8_all(level);
		const lull_k8 from = lull_v8_lt(zero, a), to = lull_v8_lt(zero, b);
		const lull_v8 falls = lull_v8_select(to, one, a / (a - b)), rises = lull_v8_select(to, b / (b - a), zero);
		sum += lull_v8_select(from, falls, rises) * lull_v8_all(t_h[i] - t0_h);
		a = b;
		t0_h = t_h[i];
	}
	lull_v8_store(hours, sum);
}

/* The area of the pieces' parts in [start, end], and the highest value in [start, end). */
static void interval(double *area, double *high, const double *before, const double *x, size_t stride, size_t n_times,
		     const double *t_h, double t0_h, double start_h, double end_h)
{
	lull_v8 sum = lull_v8_load(area), most = lull_v8_load(high), last = lull_v8_load(before);

	for (size_t i = 0; i < n_times && t0_h <= end_h; i++) {
		const double t1_h = t_h[i], from = t0_h > start_h ? t0_h : start_h, to = t1_h < end_h ? t1_h : end_h;
		const lull_v8 now = lull_v8_load(x + i * stride);
		if (from < to) { /* the mean over the part is at its middle */
			const double at = 0.5 * ((from - t0_h) + (to - t0_h)) / (t1_h - t0_h);
			sum += (last * lull_v8_all(1 - at) + now * lull_v8_all(at)) * lull_v8_all(to - from);
		}
		if (t1_h >= start_h && t1_h < end_h)
			most = lull_v8_max(now, most);
		last = now;
		t0_h = t1_h;
	}
	lull_v8_store(area, sum);
	lull_v8_store(high, most);
}

const struct lull_summary__kernel LULL_VEC_NAME(lull_summary__kernel) = {
	.rows = rows, .keys = keys, .curves = curves, .above = above, .interval = interval,
};
