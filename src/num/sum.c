/* Fixed-order sums, and order statistics by partition (an order statistic is one value
 * whichever way it is found, so the bits do not depend on the method). */
#include "lull/num/sum.h"

#include <math.h>
#include <stdbool.h>

#include "lull/num/math.h"

enum { SUM_LEAF = 32, SORT_LEAF = 16, MAX_RANKS = 64 };

double lull_sum(const double *x, size_t n)
{
	if (n > SUM_LEAF) {
		const size_t half = n / 2;
		return lull_sum(x, half) + lull_sum(x + half, n - half);
	}
	double sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += x[i];
	return sum;
}

double lull_mean(const double *x, size_t n)
{
	return n ? lull_sum(x, n) / (double)n : NAN;
}

static double sum_of_squares(const double *x, size_t n, double mean)
{
	if (n > SUM_LEAF) {
		const size_t half = n / 2;
		return sum_of_squares(x, half, mean) + sum_of_squares(x + half, n - half, mean);
	}
	double sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += (x[i] - mean) * (x[i] - mean);
	return sum;
}

double lull_sd(const double *x, size_t n)
{
	return n < 2 ? NAN : lull_sqrt(sum_of_squares(x, n, lull_mean(x, n)) / (double)(n - 1));
}

void lull_sum_add(struct lull_running_sum *s, double x)
{
	const double t = s->sum + x;

	s->low += fabs(s->sum) >= fabs(x) ? (s->sum - t) + x : (x - t) + s->sum;
	s->sum = t;
}

static void swap(double *a, double *b)
{
	const double t = *a;
	*a = *b;
	*b = t;
}

static void insertion_sort(double *x, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		const double v = x[i];
		size_t j = i;
		for (; j > 0 && x[j - 1] > v; j--)
			x[j] = x[j - 1];
		x[j] = v;
	}
}

static void sift_down(double *x, size_t root, size_t n)
{
	for (size_t child; (child = 2 * root + 1) < n; root = child) {
		if (child + 1 < n && x[child] < x[child + 1])
			child++;
		if (x[root] >= x[child])
			return;
		swap(&x[root], &x[child]);
	}
}

/* For inputs on which partition goes badly: n log n whatever they are. */
static void heap_sort(double *x, size_t n)
{
	for (size_t i = n / 2; i-- > 0;)
		sift_down(x, i, n);
	for (size_t end = n; end-- > 1;) {
		swap(&x[0], &x[end]);
		sift_down(x, 0, end);
	}
}

/* Move what lies below (or at) the pivot to the front, without a branch (a mispredicted one costs more than
 * the swap); returns how many. */
static size_t front_below(double *x, size_t n, double pivot, bool or_equal)
{
	size_t n_front = 0;

	for (size_t i = 0; i < n; i++) {
		const double v = x[i];
		x[i] = x[n_front];
		x[n_front] = v;
		n_front += or_equal ? v <= pivot : v < pivot;
	}
	return n_front;
}

/* On the median of three: x[0..split) <= x[split..n). split = n only when all are equal. */
static size_t partition(double *x, size_t n)
{
	const double a = x[0], b = x[n / 2], c = x[n - 1];
	const double pivot = a < b ? (b < c ? b : a < c ? c : a) : (a < c ? a : b < c ? c : b);
	const size_t n_less = front_below(x, n, pivot, false);

	/* Nothing below the pivot: put its equals apart, so that many equal values cost nothing. */
	return n_less > 0 ? n_less : front_below(x, n, pivot, true);
}

/* Put the order statistics of the rising ranks in place; the rest only where it falls. */
static void place(double *x, size_t n, const size_t *ranks, size_t n_ranks, size_t base, int depth)
{
	while (n_ranks > 0 && n > SORT_LEAF) {
		if (depth-- == 0) {
			heap_sort(x, n);
			return;
		}
		const size_t split = partition(x, n);
		if (split == n)
			return;
		size_t left = 0;
		while (left < n_ranks && ranks[left] < base + split)
			left++;
		place(x, split, ranks, left, base, depth);
		ranks += left;
		n_ranks -= left;
		x += split;
		base += split;
		n -= split;
	}
	if (n_ranks > 0)
		insertion_sort(x, n);
}

static int depth_limit(size_t n)
{
	int depth = 4;

	for (; n > 1; n /= 2)
		depth += 2;
	return depth;
}

static void sort_down(double *x, size_t n, int depth)
{
	while (n > SORT_LEAF) {
		if (depth-- == 0) {
			heap_sort(x, n);
			return;
		}
		const size_t split = partition(x, n);
		if (split == n)
			return;
		sort_down(x, split, depth);
		x += split;
		n -= split;
	}
	insertion_sort(x, n);
}

void lull_sort(double *x, size_t n)
{
	sort_down(x, n, depth_limit(n));
}

void lull_quantiles(double *x, size_t n, const double *p, size_t n_p, double *out)
{
	for (size_t done = 0; done < n_p;) {
		size_t ranks[MAX_RANKS], n_ranks = 0;
		const size_t first = done;

		for (; n > 0 && done < n_p && n_ranks + 2 <= MAX_RANKS; done++) {
			const size_t low = (size_t)lull_floor((double)(n - 1) * p[done]);
			if (!n_ranks || ranks[n_ranks - 1] < low)
				ranks[n_ranks++] = low;
			if (low + 1 < n && ranks[n_ranks - 1] < low + 1)
				ranks[n_ranks++] = low + 1;
		}
		if (n == 0)
			done = n_p;
		place(x, n, ranks, n_ranks, 0, depth_limit(n));
		for (size_t i = first; i < done; i++) {
			const double at = (double)(n ? n - 1 : 0) * p[i], low = lull_floor(at), part = at - low;
			const size_t k = (size_t)low;
			out[i] = n == 0 ? NAN : part == 0 ? x[k] : x[k] + part * (x[k + 1] - x[k]);
		}
	}
}
