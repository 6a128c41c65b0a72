/* The careful way: exp(K t) by uniformisation. Nothing is ever subtracted but 1 - out / q, so each amount is right
 * to its own last digits whatever the rates, also where they meet. States are in the order of places. */
#include "linear_impl.h"

#include <math.h>
#include <string.h>

/* exp(-1/16) (1/16)^m / m! needs 11 terms, exp(-1) / m! 20; a chain of n states first shows at term n. */
enum { TERMS_FINE = 11, TERMS_ONE = 20, MAX_DOUBLINGS = 100 };

static double *matrix(double *table, int n, int i)
{
	return table + (size_t)i * (size_t)n * (size_t)n;
}

int lull_linear__careful_memory(const struct lull_linear *linear, struct lull_linear__careful *c, struct lull_err *err)
{
	const size_t nn = (size_t)linear->n * (size_t)linear->n;

	c->linear = linear;
	c->exp_table = lull_mem_alloc(sizeof(double) * nn * LULL_LINEAR__LEVELS);
	c->int_table = lull_mem_alloc(sizeof(double) * nn * LULL_LINEAR__LEVELS);
	c->scratch = lull_mem_alloc(sizeof(double) * nn * 4);
	if (c->exp_table && c->int_table && c->scratch) {
		c->step = c->scratch + 2 * nn;
		c->step_int = c->scratch + 3 * nn;
		return LULL_OK;
	}
	lull_linear__careful_free(c);
	return lull_nomem(err);
}

void lull_linear__careful_free(struct lull_linear__careful *c)
{
	lull_mem_free(c->exp_table);
	lull_mem_free(c->int_table);
	lull_mem_free(c->scratch);
	c->exp_table = c->int_table = c->scratch = NULL;
}

/* ------------------------------------------------------------------ P and its series */

/* out = P x + feed */
static void times_p(const struct lull_linear__careful *c, const double *x, const double *feed, double *out)
{
	const struct lull_linear *l = c->linear;

	for (int i = 0; i < l->n; i++)
		out[i] = c->stay[i] * x[i] + (feed ? feed[i] : 0);
	for (int f = 0; f < l->shape.n_flows; f++)
		if (l->shape.flow[f].to >= 0)
			out[l->place_of[l->shape.flow[f].to]] += c->flow[f] * x[l->place_of[l->shape.flow[f].from]];
}

/* x <- exp(K r) x + (integral of exp(K s) from 0 to r) u, r = y / q, 0 <= y <= 1: sum of exp(-y) y^m / m! times the
 * m-th of x, P x + u / q, P (P x + u / q) + u / q, ... */
static void series(const struct lull_linear__careful *c, double y, const double *u, double *x)
{
	const int n = c->linear->n, n_terms = n + (y > 1.0 / 16 ? TERMS_ONE : TERMS_FINE);
	double feed[LULL_LIN_MAX_STATES], term[LULL_LIN_MAX_STATES], next[LULL_LIN_MAX_STATES], sum[LULL_LIN_MAX_STATES];
	double p = lull_exp(-y);

	for (int i = 0; i < n; i++) {
		feed[i] = u ? u[i] / c->q : 0;
		term[i] = x[i];
		sum[i] = p * x[i];
	}
	for (int m = 1; m < n_terms; m++) {
		times_p(c, term, feed, next);
		p = p * y / m;
		for (int i = 0; i < n; i++) {
			term[i] = next[i];
			sum[i] += p * next[i];
		}
	}
	memcpy(x, sum, sizeof(double) * (size_t)n);
}

/* out = a b for matrices that are 0 above their parts. */
static void multiply(const struct lull_linear *l, const double *a, const double *b, double *out)
{
	const int n = l->n;

	for (int i = 0; i < n; i++) {
		const struct lull_linear__part *part = &l->part[l->part_of_place[i]];
		double *row = out + (size_t)i * (size_t)n;
		memset(row, 0, sizeof(double) * (size_t)n);
		for (int k = 0; k < part->first + part->n; k++) {
			const double factor = a[i * n + k];
			for (int j = 0; factor > 0 && j < n; j++)
				row[j] += factor * b[k * n + j];
		}
	}
}

/* out = a x + b u */
static void apply(const struct lull_linear *l, const double *a, const double *x, const double *b, const double *u, double *out)
{
	const int n = l->n;

	for (int i = 0; i < n; i++) {
		const struct lull_linear__part *part = &l->part[l->part_of_place[i]];
		double sum = 0;
		for (int k = 0; k < part->first + part->n; k++)
			sum += a[i * n + k] * x[k];
		for (int k = 0; b && k < part->first + part->n; k++)
			sum += b[i * n + k] * u[k];
		out[i] = sum;
	}
}

/* ------------------------------------------------------------------ tables */

/* The lowest levels each by their own series, so that no rounding is doubled below 1 / q. */
static void fine_level(struct lull_linear__careful *c, int level)
{
	const int n = c->linear->n;
	const double y = 1.0 / (1 << (LULL_LINEAR__FINE - level));
	double *e = matrix(c->exp_table, n, level), *f = matrix(c->int_table, n, level);

	for (int j = 0; j < n; j++) {
		double unit[LULL_LIN_MAX_STATES] = { 0 }, x[LULL_LIN_MAX_STATES] = { 0 };
		unit[j] = 1;
		series(c, y, unit, x);
		for (int i = 0; i < n; i++)
			f[i * n + j] = x[i];
		series(c, y, NULL, unit);
		for (int i = 0; i < n; i++)
			e[i * n + j] = unit[i];
	}
}

static void make_level(struct lull_linear__careful *c)
{
	const int n = c->linear->n, level = c->n_levels;
	const size_t nn = (size_t)n * (size_t)n;

	if (level <= LULL_LINEAR__FINE) {
		fine_level(c, level);
	} else {
		const double *e = matrix(c->exp_table, n, level - 1), *f = matrix(c->int_table, n, level - 1);
		double *more = matrix(c->int_table, n, level);
		multiply(c->linear, e, e, matrix(c->exp_table, n, level));
		multiply(c->linear, e, f, more);
		for (size_t i = 0; i < nn; i++)
			more[i] += f[i];
	}
	c->n_levels++;
}

void lull_linear__careful_person(struct lull_linear__careful *c, const struct lull_lin_person *person)
{
	const struct lull_linear *l = c->linear;
	double out[LULL_LIN_MAX_STATES] = { 0 }, most = 0;

	c->person = person;
	c->n_levels = 0;
	c->step_h = 0;
	c->q = 0;
	lull_linear__careful_moved(c);
	for (int f = 0; f < l->shape.n_flows; f++) {
		const int from = l->place_of[l->shape.flow[f].from];
		if (!l->shape.flow[f].copies)
			out[from] += person->rate_per_h[f];
		/* A copy alone sets a pace too; what it feeds need not be below it. */
		most = lull_max(most, lull_max(out[from], person->rate_per_h[f]));
	}
	if (most == 0)
		return;
	/* A power of two: times q and over q are exact. */
	for (c->q = 1; c->q < most;)
		c->q *= 2;
	while (c->q > 2 * most)
		c->q *= 0.5;
	for (int i = 0; i < l->n; i++)
		c->stay[i] = 1 - out[i] / c->q;
	for (int f = 0; f < l->shape.n_flows; f++)
		c->flow[f] = person->rate_per_h[f] * person->gain[f] / c->q;
}

/* ------------------------------------------------------------------ amounts at a time */

void lull_linear__careful_moved(struct lull_linear__careful *c)
{
	c->is_cached = false;
}

/* dt in steps of 1 / (16 q): the digits of the whole steps from the highest down, then the rest by series. */
void lull_linear__careful_at(struct lull_linear__careful *c, double dt_h, double *x)
{
	const struct lull_linear *l = c->linear;
	const size_t size = sizeof(double) * (size_t)l->n;

	if (c->q == 0) {
		for (int i = 0; i < l->n; i++)
			x[i] = c->x[i] + c->input[i] * dt_h;
		return;
	}
	const double steps = dt_h * c->q * (1 << LULL_LINEAR__FINE), whole = lull_floor(steps);
	const uint64_t digits = (uint64_t)whole;
	const uint64_t changed = c->is_cached ? digits ^ c->cached : UINT64_MAX;
	const double *now = c->x;

	for (int level = LULL_LINEAR__LEVELS - 1; level >= 0; level--) {
		const bool same = !(changed >> level);
		if (digits >> level & 1) {
			while (c->n_levels <= level)
				make_level(c);
			if (!same)
				apply(l, matrix(c->exp_table, l->n, level), now, matrix(c->int_table, l->n, level), c->input,
				      c->after[level]);
			now = c->after[level];
		}
	}
	c->cached = digits;
	c->is_cached = true;
	memcpy(x, now, size);
	if (steps > whole)
		series(c, (steps - whole) / (1 << LULL_LINEAR__FINE), c->input, x);
}

/* From x under a rate of `amount` per hour into place (0: none), dt_h later, in place. Leaves c where it was. */
static void move(struct lull_linear__careful *c, double *x, int place, double amount, double dt_h)
{
	double x0[LULL_LIN_MAX_STATES], input[LULL_LIN_MAX_STATES];
	const size_t size = sizeof(double) * (size_t)c->linear->n;

	memcpy(x0, c->x, size);
	memcpy(input, c->input, size);
	memcpy(c->x, x, size);
	memset(c->input, 0, size);
	c->input[place] = amount;
	lull_linear__careful_moved(c);
	lull_linear__careful_at(c, dt_h, x);
	memcpy(c->x, x0, size);
	memcpy(c->input, input, size);
	lull_linear__careful_moved(c);
}

void lull_linear__careful_step(struct lull_linear__careful *c, double step_h, double *x)
{
	const struct lull_linear *l = c->linear;
	double next[LULL_LIN_MAX_STATES];

	if (c->step_h != step_h) {
		for (int j = 0; j < l->n; j++) {
			double unit[LULL_LIN_MAX_STATES] = { 0 }, fed[LULL_LIN_MAX_STATES] = { 0 };
			unit[j] = 1;
			move(c, unit, 0, 0, step_h);
			move(c, fed, j, 1, step_h);
			for (int i = 0; i < l->n; i++) {
				c->step[i * l->n + j] = unit[i];
				c->step_int[i * l->n + j] = fed[i];
			}
		}
		c->step_h = step_h;
	}
	apply(l, c->step, x, c->step_int, c->input, next);
	memcpy(x, next, sizeof(double) * (size_t)l->n);
}

/* ------------------------------------------------------------------ steady states */

/* v <- (I + e^2^k) ... (I + e^2) (I + e) v = (I - e)^-1 v, every term >= 0. False: no end. */
static bool sum_powers(struct lull_linear__careful *c, double *e, double *v)
{
	const int n = c->linear->n;
	double more[LULL_LIN_MAX_STATES], *square = matrix(c->scratch, n, 1);

	for (int k = 0; k < MAX_DOUBLINGS; k++) {
		bool ends = true;
		apply(c->linear, e, v, NULL, NULL, more);
		for (int i = 0; i < n; i++) {
			ends = ends && more[i] <= 0x1p-56 * v[i];
			v[i] += more[i];
		}
		if (ends)
			return true;
		multiply(c->linear, e, e, square);
		memcpy(e, square, sizeof(double) * (size_t)n * (size_t)n);
	}
	return false;
}

static void exp_matrix(struct lull_linear__careful *c, double dt_h, double *e)
{
	const int n = c->linear->n;

	for (int j = 0; j < n; j++) {
		double x[LULL_LIN_MAX_STATES] = { 0 };
		x[j] = 1;
		move(c, x, 0, 0, dt_h);
		for (int i = 0; i < n; i++)
			e[i * n + j] = x[i];
	}
}

/* Under `rate` into place for ever. */
static bool constant(struct lull_linear__careful *c, int place, double rate, double *x)
{
	double *e = matrix(c->scratch, c->linear->n, 0);

	move(c, x, place, rate, 1 / c->q);
	exp_matrix(c, 1 / c->q, e);
	return sum_powers(c, e, x);
}

/* `amount` over dur_h < interval_h (0: at once) every interval_h, phase_h after the last begin. */
static bool periodic(struct lull_linear__careful *c, int place, const struct lull_op *op, double amount, double dur_h, double *x)
{
	const double rate = dur_h > 0 ? amount / dur_h : 0, on_h = lull_min(op->phase_h, dur_h);
	double *e = matrix(c->scratch, c->linear->n, 0);

	if (dur_h == 0)
		x[place] = amount;
	move(c, x, place, rate, dur_h);
	move(c, x, 0, 0, op->interval_h - dur_h);
	exp_matrix(c, op->interval_h, e);
	if (!sum_powers(c, e, x))
		return false;
	/* x is what stands when a dose is due. */
	if (dur_h == 0 && op->phase_h > 0)
		x[place] += amount;
	move(c, x, place, rate, on_h);
	move(c, x, 0, 0, op->phase_h - on_h);
	return true;
}

int lull_linear__careful_steady(struct lull_linear__careful *c, const struct lull_op *op, struct lull_err *err)
{
	const int n = c->linear->n, place = c->linear->place_of[op->state];
	double x[LULL_LIN_MAX_STATES] = { 0 }, base[LULL_LIN_MAX_STATES] = { 0 };
	bool ends = true;

	if (op->amount == 0)
		return LULL_OK;
	if (op->interval_h == 0) {
		ends = constant(c, place, op->amount, x);
	} else {
		const double overlapping = lull_floor(op->dur_h / op->interval_h);
		const double rest_h = lull_max(op->dur_h - overlapping * op->interval_h, 0);
		const double rate = op->dur_h > 0 ? op->amount / op->dur_h : 0;
		if (overlapping > 0)
			ends = constant(c, place, overlapping * rate, base);
		if (op->dur_h == 0 || rest_h > 0)
			ends = periodic(c, place, op, op->dur_h == 0 ? op->amount : rate * rest_h, rest_h, x) && ends;
	}
	if (!ends)
		return lull_fail(err, LULL_EDOMAIN, "steady state", "no steady state: the amount would grow without end");
	for (int i = 0; i < n; i++)
		c->x[i] += x[i] + base[i];
	lull_linear__careful_moved(c);
	return LULL_OK;
}
