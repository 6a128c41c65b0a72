/* Linear systems with indirect responses against CVODE (SUNDIALS 6, BDF), an independent integrator, on
 * random models, people, regimens and draws: compartments, absorption, transit chains, metabolites, effect sites;
 * boluses, infusions, resets, changes of person; every stepped effect on any output.
 *
 *   oracle_response [--seed S] [--n N] [--verbose]     cases S, S + 1, ... S + N - 1
 *
 * A case that fails is printed with its seed and made smaller for as long as it still fails. Error budget: ours is
 * 1e-9 of R a panel. CVODE runs at 1e-10 and, where the two differ by more than LIMIT, again at 1e-12;
 * only what then still differs by more than LIMIT is a failure. A wrong term shows at 1e-3 or more. Finer than
 * CVODE can see, each case is also run with our own tolerance at 1e-13. */
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <cvode/cvode.h>
#include <nvector/nvector_serial.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>

#include "lull/ketamine/effect.h"
#include "lull/num/math.h"
#include "lull/num/random.h"

#define LIMIT 2e-8     /* of |R| + the scale of R; of the peak for linear outputs */
#define OWN_LIMIT 5e-9 /* the same, against our own at a tolerance of 1e-13: what the steps cost */

enum { MAX_OPS = 24, MAX_TIMES = 48, MAX_RESPONSES = 5, MAX_Y = LULL_LIN_MAX_STATES + MAX_RESPONSES };

/* Plain data, so that it can be copied and made smaller. */
struct test_case {
	uint64_t seed;
	struct lull_lin_shape shape;
	struct lull_lin_person person[2];
	struct lull_effect_spec spec[MAX_RESPONSES];
	struct lull_effect_numbers numbers[2][MAX_RESPONSES];
	int n_responses;
	struct lull_op op[MAX_OPS];
	int n_ops;
	double t_h[MAX_TIMES];
	int n_times;
};

/* ---- a case from its seed ---- */

struct dice {
	struct lull_stream stream;
	uint64_t n;
};
static double draw(struct dice *d, double low, double high)
{
	return low + (high - low) * lull_random_uniform(&d->stream, d->n++);
}
static double draw_log(struct dice *d, double low, double high) { return low * pow(high / low, draw(d, 0, 1)); }
static int draw_int(struct dice *d, int n) { return (int)lull_min(draw(d, 0, n), n - 1); }

static void flow(struct test_case *c, struct dice *d, int from, int to, bool copies, double low, double high, double gain)
{
	const int f = c->shape.n_flows++;
	c->shape.flow[f] = (struct lull_lin_flow){ from, to, copies };
	for (int p = 0; p < 2; p++) {
		c->person[p].rate_per_h[f] = draw_log(d, low, high);
		c->person[p].gain[f] = gain;
	}
}

/* Every rate of a chain the same: the modes meet. */
static int chain(struct test_case *c, struct dice *d, int to, int n)
{
	const double rate[2] = { draw_log(d, 0.5, 8), draw_log(d, 0.5, 8) };
	const int first = c->shape.n_states;
	for (int i = 0; i < n; i++) {
		flow(c, d, first + i, i + 1 < n ? first + i + 1 : to, false, 1, 1, 1);
		for (int p = 0; p < 2; p++)
			c->person[p].rate_per_h[c->shape.n_flows - 1] = rate[p];
	}
	c->shape.n_states += n;
	return first;
}

static int compartments(struct test_case *c, struct dice *d, int n)
{
	const int centre = c->shape.n_states;
	c->shape.n_states += n;
	for (int i = 1; i < n; i++) {
		flow(c, d, centre, centre + i, false, 0.1, 6, 1);
		flow(c, d, centre + i, centre, false, 0.02, 3, 1);
	}
	return centre;
}

static void output(struct test_case *c, struct dice *d, int state)
{
	const int o = c->shape.n_outputs++;
	c->shape.output_state[o] = state;
	for (int p = 0; p < 2; p++)
		c->person[p].scale[o] = draw_log(d, 0.005, 0.1);
}

/* Returns the states that doses may enter. */
static int make_model(struct test_case *c, struct dice *d, int doors[3])
{
	int n_doors = 0;
	const int centre = compartments(c, d, 1 + draw_int(d, 3));
	const int metabolite = draw_int(d, 2) ? compartments(c, d, 1 + draw_int(d, 2)) : -1;

	doors[n_doors++] = centre;
	flow(c, d, centre, metabolite, false, 0.1, 5, metabolite >= 0 ? draw(d, 0.2, 1) : 1);
	output(c, d, centre);
	if (metabolite >= 0) {
		flow(c, d, metabolite, -1, false, 0.1, 3, 1);
		output(c, d, metabolite);
	}
	const int entry = draw_int(d, 4); /* none, none, first order, chain */
	if (entry >= 2)
		doors[n_doors++] = chain(c, d, centre, entry == 2 ? 1 : 2 + draw_int(d, 5));
	for (int sites = draw_int(d, 3); sites > 0; sites--) {
		const int site = c->shape.n_states++;
		flow(c, d, centre, site, true, 0.02, 12, 1);
		flow(c, d, site, -1, false, 1, 1, 1);
		for (int p = 0; p < 2; p++)
			c->person[p].rate_per_h[c->shape.n_flows - 1] = c->person[p].rate_per_h[c->shape.n_flows - 2];
		output(c, d, site);
	}
	return n_doors;
}

static int by_time(const void *a, const void *b)
{
	const struct lull_op *x = a, *y = b;
	return (x->t_h > y->t_h) - (x->t_h < y->t_h);
}

static void make_ops(struct test_case *c, struct dice *d, const int *doors, int n_doors, double length_h)
{
	for (int dose = 1 + draw_int(d, 5); dose > 0; dose--) {
		const int16_t door = (int16_t)doors[draw_int(d, n_doors)];
		const double t = draw_int(d, 3) ? draw(d, 0, 0.7 * length_h) : 0, amount = draw_log(d, 5, 500);
		if (door != doors[0] || draw_int(d, 2)) {
			c->op[c->n_ops++] = (struct lull_op){ .t_h = t, .kind = LULL_OP_BOLUS, .state = door, .amount = amount };
			continue;
		}
		const double dur = draw_log(d, 0.1, 0.5 * length_h);
		c->op[c->n_ops++] = (struct lull_op){ .t_h = t, .kind = LULL_OP_RATE, .state = door, .amount = amount / dur };
		c->op[c->n_ops++] = (struct lull_op){ .t_h = t + dur, .kind = LULL_OP_RATE, .state = door, .amount = 0 };
	}
	if (draw_int(d, 4) == 0)
		c->op[c->n_ops++] = (struct lull_op){ .t_h = draw(d, 0, length_h), .kind = LULL_OP_PERSON, .i_person = 1 };
	if (draw_int(d, 6) == 0)
		c->op[c->n_ops++] = (struct lull_op){ .t_h = draw(d, 0, length_h), .kind = LULL_OP_RESET };
	qsort(c->op, (size_t)c->n_ops, sizeof(c->op[0]), by_time);
}

static void make_responses(struct test_case *c, struct dice *d)
{
	c->n_responses = MAX_RESPONSES;
	for (int e = 0; e < MAX_RESPONSES; e++) {
		const enum lull_effect_kind kind = (enum lull_effect_kind)(LULL_EFFECT_INDIRECT_1 + e);
		const bool inhibits = kind == LULL_EFFECT_INDIRECT_1 || kind == LULL_EFFECT_INDIRECT_2;
		c->spec[e] = (struct lull_effect_spec){ kind, draw_int(d, c->shape.n_outputs), 0 };
		for (int p = 0; p < 2; p++) {
			const int shape = draw_int(d, 4);
			struct lull_effect_numbers *n = &c->numbers[p][e];
			n->emax = inhibits ? (draw_int(d, 4) ? draw(d, 0.1, 1) : 1) : draw_log(d, 0.1, 20);
			n->c50 = draw_log(d, 0.003, 10);
			n->gamma = shape == 0 ? 1 : shape == 1 ? 2 : shape == 2 ? draw(d, 0.5, 4) : draw_log(d, 4, 25);
			n->kin = draw_log(d, 0.05, 50);
			n->kout_per_h = draw_log(d, 0.001, 6);
			n->slope = draw(d, 0, 3);
			n->r0 = draw_int(d, 2) ? NAN : n->kin / n->kout_per_h * draw_log(d, 0.1, 10);
		}
	}
}

static struct test_case case_of(uint64_t seed)
{
	struct test_case c = { .seed = seed };
	struct dice d = { .stream = { .seed = seed, .patient = 4, .purpose = LULL_FOR_TEST } };
	int doors[3];
	const int n_doors = make_model(&c, &d, doors);
	const double length_h = draw_log(&d, 6, 400);

	make_ops(&c, &d, doors, n_doors, length_h);
	make_responses(&c, &d);
	c.n_times = 8 + draw_int(&d, MAX_TIMES - 8);
	for (int i = 0; i < c.n_times; i++)
		c.t_h[i] = length_h * i / (c.n_times - 1);
	if (draw_int(&d, 3) == 0)
		c.t_h[c.n_times - 1] += 84 * 24; /* a long quiet end */
	return c;
}

/* ---- ours ---- */

struct values {
	double linear[MAX_TIMES][LULL_LIN_MAX_OUTPUTS], r[MAX_TIMES][MAX_RESPONSES];
	char failed[400]; /* why there are no values */
};

struct catch {
	const struct test_case *c;
	struct lull_effect_work *work;
	struct values *out;
};

static int take_stretch(void *user, int first_lane, const struct lull_lin_stretch *stretch, struct lull_err *err)
{
	return lull_effect_stretch(((struct catch *)user)->work, first_lane, stretch, err);
}

static int take_tile(void *user, int first_lane, int width, size_t i_time, size_t n_times, const double *tile, struct lull_err *err)
{
	struct catch *k = user;
	static double out[MAX_TIMES * (LULL_LIN_MAX_OUTPUTS + MAX_RESPONSES)];
	const int rc = lull_effect_tile(k->work, first_lane, width, i_time, n_times, tile, out, err);
	const size_t n_linear = (size_t)k->c->shape.n_outputs, row = n_linear + (size_t)k->c->n_responses;

	for (size_t i = 0; i < n_times && rc == LULL_OK; i++) {
		memcpy(k->out->linear[i_time + i], out + i * row, n_linear * sizeof(double));
		memcpy(k->out->r[i_time + i], out + i * row + n_linear, (size_t)k->c->n_responses * sizeof(double));
	}
	return rc;
}

static void ours(const struct test_case *c, double rtol, double atol, struct values *out)
{
	struct lull_arena arena = { 0 };
	struct lull_err err = { 0 }, lane_err = { 0 };
	const struct lull_linear *linear;
	struct lull_lin_work *lin_work = NULL;
	struct lull_effect_numbers rows[2 * MAX_RESPONSES];
	const struct lull_lin_job job = { .people = c->person, .n_people = 2, .ops = c->op, .n_ops = (size_t)c->n_ops, .t_h = c->t_h, .n_times = (size_t)c->n_times };
	const struct lull_effect_lane lane = { rows, &job };
	struct catch k = { .c = c, .out = out };
	const struct lull_lin_sink sink = { .user = &k, .tile = take_tile, .stretch = take_stretch };
	int status = LULL_OK;

	for (int p = 0; p < 2; p++)
		for (int e = 0; e < c->n_responses; e++)
			rows[p * c->n_responses + e] = c->numbers[p][e];
	out->failed[0] = 0;
	int rc = lull_linear_new(&c->shape, &arena, &linear, &err);
	rc = rc ? rc : lull_lin_work_new(linear, &lin_work, &err);
	rc = rc ? rc : lull_effect_work_new(c->spec, c->n_responses, c->shape.n_outputs, &k.work, &err);
	if (rc == LULL_OK)
		lull_effect_work_tolerance(k.work, rtol, atol);
	rc = rc ? rc : lull_effect_begin(k.work, &lane, 1, &err);
	rc = rc ? rc : lull_linear_run(linear, lin_work, &job, 1, &sink, &status, &lane_err, &err);
	if (rc != LULL_OK || status != LULL_OK)
		snprintf(out->failed, sizeof(out->failed), "%s", rc ? err.what : lane_err.what);
	else if (lull_effect_status(k.work, 0, &err) != LULL_OK)
		snprintf(out->failed, sizeof(out->failed), "%s", err.what);
	lull_effect_work_free(k.work);
	lull_lin_work_free(lin_work);
	lull_arena_clear(&arena);
}

/* ---- theirs: amounts and responses as the header's equations write them ---- */

struct ode {
	const struct test_case *c;
	int person;
	double rate[LULL_LIN_MAX_STATES];
};

static double response_rate(const struct ode *o, int e, double conc, double r)
{
	const struct lull_effect_numbers *n = &o->c->numbers[o->person][e];
	const double x = pow(conc > 0 ? conc / n->c50 : 0, n->gamma), h = n->emax * (x < 1e300 ? x / (1 + x) : 1);

	switch (o->c->spec[e].kind) {
	case LULL_EFFECT_INDIRECT_1: return n->kin * (1 - h) - n->kout_per_h * r;
	case LULL_EFFECT_INDIRECT_2: return n->kin - n->kout_per_h * (1 - h) * r;
	case LULL_EFFECT_INDIRECT_3: return n->kin * (1 + h) - n->kout_per_h * r;
	case LULL_EFFECT_INDIRECT_4: return n->kin - n->kout_per_h * (1 + h) * r;
	default: return n->kin - n->kout_per_h * r + n->slope * conc;
	}
}

static int derivative(sunrealtype t, N_Vector y_, N_Vector dy_, void *user)
{
	const struct ode *o = user;
	const struct test_case *c = o->c;
	const double *y = N_VGetArrayPointer(y_);
	double *dy = N_VGetArrayPointer(dy_);
	const int n = c->shape.n_states;
	(void)t;
	for (int i = 0; i < n; i++)
		dy[i] = o->rate[i];
	for (int f = 0; f < c->shape.n_flows; f++) {
		const struct lull_lin_flow *w = &c->shape.flow[f];
		const double moved = c->person[o->person].rate_per_h[f] * y[w->from];
		if (!w->copies)
			dy[w->from] -= moved;
		if (w->to >= 0)
			dy[w->to] += c->person[o->person].gain[f] * moved;
	}
	for (int e = 0; e < c->n_responses; e++) {
		const int drive = c->spec[e].drive;
		dy[n + e] = response_rate(o, e, y[c->shape.output_state[drive]] * c->person[o->person].scale[drive], y[n + e]);
	}
	return 0;
}

static double start_of(const struct lull_effect_numbers *n)
{
	return n->r0 != n->r0 ? n->kin / n->kout_per_h : n->r0;
}

static void begin_responses(const struct ode *o, double *y)
{
	for (int e = 0; e < o->c->n_responses; e++)
		y[o->c->shape.n_states + e] = start_of(&o->c->numbers[o->person][e]);
}

static void take_op(struct ode *o, const struct lull_op *op, double *y)
{
	switch (op->kind) {
	case LULL_OP_BOLUS: y[op->state] += op->amount; break;
	case LULL_OP_RATE: o->rate[op->state] = op->amount; break;
	case LULL_OP_PERSON: o->person = op->i_person; break;
	case LULL_OP_RESET:
		memset(y, 0, sizeof(double) * (size_t)o->c->shape.n_states);
		memset(o->rate, 0, sizeof(o->rate));
		begin_responses(o, y);
		break;
	default: abort();
	}
}

static void quiet(int code, const char *module, const char *function, char *message, void *data)
{
	(void)code, (void)module, (void)function, (void)message, (void)data;
}

static void put_values(const struct ode *o, const double *y, struct values *out, int i)
{
	for (int k = 0; k < o->c->shape.n_outputs; k++)
		out->linear[i][k] = y[o->c->shape.output_state[k]] * o->c->person[o->person].scale[k];
	memcpy(out->r[i], y + o->c->shape.n_states, (size_t)o->c->n_responses * sizeof(double));
}

static void tolerances(const struct test_case *c, double rtol, N_Vector atol)
{
	double *a = N_VGetArrayPointer(atol), dose = 1;
	for (int i = 0; i < c->n_ops; i++)
		dose = lull_max(dose, c->op[i].amount);
	for (int i = 0; i < c->shape.n_states; i++)
		a[i] = dose * rtol * 1e-5;
	for (int e = 0; e < c->n_responses; e++)
		a[c->shape.n_states + e] = rtol * 1e-2 * c->numbers[0][e].kin / c->numbers[0][e].kout_per_h;
}

/* Moves the integrator to t; false when it gives up. */
static bool go_to(void *mem, double t, N_Vector y, double *now)
{
	while (*now < t)
		if (CVode(mem, t, y, now, CV_NORMAL) < 0)
			return false;
	return true;
}

static void theirs(const struct test_case *c, double rtol, struct values *out)
{
	const int n = c->shape.n_states + c->n_responses;
	SUNContext context = NULL;
	if (SUNContext_Create(NULL, &context) != 0)
		abort();
	N_Vector y = N_VNew_Serial(n, context), atol = N_VNew_Serial(n, context);
	SUNMatrix a = SUNDenseMatrix(n, n, context);
	SUNLinearSolver solver = SUNLinSol_Dense(y, a, context);
	void *mem = CVodeCreate(CV_BDF, context);
	struct ode o = { .c = c };
	double *v = N_VGetArrayPointer(y), now = c->n_ops > 0 ? lull_min(c->op[0].t_h, c->t_h[0]) : c->t_h[0];
	int i_op = 0;

	out->failed[0] = 0;
	memset(v, 0, sizeof(double) * (size_t)n);
	while (i_op < c->n_ops && c->op[i_op].t_h <= now)
		take_op(&o, &c->op[i_op++], v);
	begin_responses(&o, v);
	tolerances(c, rtol, atol);
	if (CVodeInit(mem, derivative, now, y) || CVodeSetErrHandlerFn(mem, quiet, NULL) || CVodeSVtolerances(mem, rtol, atol) ||
	    CVodeSetUserData(mem, &o) || CVodeSetLinearSolver(mem, solver, a) || CVodeSetMaxNumSteps(mem, 3000000))
		abort();
	for (int i = 0; i < c->n_times && !out->failed[0];) {
		const bool has_op = i_op < c->n_ops && c->op[i_op].t_h <= c->t_h[i];
		const double t = has_op ? c->op[i_op].t_h : c->t_h[i], stop = i_op < c->n_ops ? c->op[i_op].t_h : 1e9;
		CVodeSetStopTime(mem, stop);
		if (!go_to(mem, t, y, &now)) {
			snprintf(out->failed, sizeof(out->failed), "CVODE gave up at %g h", now);
		} else if (has_op) {
			take_op(&o, &c->op[i_op++], v);
			CVodeReInit(mem, t, y);
		} else {
			put_values(&o, v, out, i++);
		}
	}
	CVodeFree(&mem);
	SUNLinSolFree(solver);
	SUNMatDestroy(a);
	N_VDestroy(y);
	N_VDestroy(atol);
	SUNContext_Free(&context);
}

/* ---- comparison ---- */

static double worst_own;
static int n_not_compared; /* CVODE gave up */

struct verdict {
	double worst;         /* over its limit; above 1 is a failure */
	double own;           /* the same, of our steps alone         */
	int i_time, column;   /* column: linear outputs, then responses */
	char what[400];
};

static void compare(const struct test_case *c, const char *than, const struct values *a, const struct values *b, struct verdict *v)
{
	double peak[LULL_LIN_MAX_OUTPUTS] = { 0 };

	v->worst = 0;
	for (int i = 0; i < c->n_times; i++)
		for (int o = 0; o < c->shape.n_outputs; o++)
			peak[o] = lull_max(peak[o], b->linear[i][o]);
	for (int i = 0; i < c->n_times; i++)
		for (int k = 0; k < c->shape.n_outputs + c->n_responses; k++) {
			const int e = k - c->shape.n_outputs;
			const double x = e < 0 ? a->linear[i][k] : a->r[i][e], y = e < 0 ? b->linear[i][k] : b->r[i][e];
			double scale;
			if (e < 0) { /* a peak between two outputs is not seen: the doses say how small matters */
				scale = peak[k] + 1e-4;
			} else {
				const struct lull_effect_numbers *n = c->numbers[0] + e, *m = c->numbers[1] + e;
				scale = fabs(y) + lull_max(start_of(n), n->kin / n->kout_per_h) + lull_max(start_of(m), m->kin / m->kout_per_h);
			}
			const double error = fabs(x - y) / scale;
			if (!(error <= v->worst)) {
				*v = (struct verdict){ .worst = error == error ? error : INFINITY, .i_time = i, .column = k };
				snprintf(v->what, sizeof(v->what), "%s %d at %g h: ours %.12g, %s %.12g", e < 0 ? "output" : "response", e < 0 ? k : e, c->t_h[i],
					 x, than, y);
			}
		}
}

/* Over 1: a failure. */
static struct verdict judge(const struct test_case *c)
{
	static const double rtol[] = { 1e-10, 1e-12 };
	static struct values mine, fine, other;
	struct verdict own = { 0 }, v = { 0 };

	ours(c, LULL_EFFECT_RTOL, LULL_EFFECT_ATOL, &mine);
	ours(c, 1e-13, 1e-16, &fine);
	if (mine.failed[0] || fine.failed[0]) {
		v.worst = INFINITY;
		snprintf(v.what, sizeof(v.what), "%s", mine.failed[0] ? mine.failed : fine.failed);
		return v;
	}
	compare(c, "ours at 1e-13", &mine, &fine, &own);
	own.worst /= OWN_LIMIT;
	worst_own = lull_max(worst_own, own.worst);
	own.own = own.worst;
	if (own.worst > 1)
		return own;
	for (int pass = 0; pass < 2; pass++) {
		theirs(c, rtol[pass], &other);
		if (other.failed[0]) {
			snprintf(v.what, sizeof(v.what), "%s", other.failed);
			n_not_compared++;
			return v;
		}
		compare(c, "CVODE", &mine, &other, &v);
		v.worst /= LIMIT;
		if (v.worst <= 1)
			break;
	}
	v.own = own.own;
	return v;
}

/* ---- making a failing case smaller ---- */

static bool drop_op(struct test_case *c, int i)
{
	if (i >= c->n_ops)
		return false;
	memmove(c->op + i, c->op + i + 1, sizeof(c->op[0]) * (size_t)(c->n_ops - i - 1));
	c->n_ops--;
	return true;
}

static bool drop_time(struct test_case *c, int i)
{
	if (i >= c->n_times || c->n_times == 1)
		return false;
	memmove(c->t_h + i, c->t_h + i + 1, sizeof(double) * (size_t)(c->n_times - i - 1));
	c->n_times--;
	return true;
}

static bool drop_response(struct test_case *c, int i)
{
	if (i >= c->n_responses || c->n_responses == 1)
		return false;
	for (int e = i; e + 1 < c->n_responses; e++) {
		c->spec[e] = c->spec[e + 1];
		c->numbers[0][e] = c->numbers[0][e + 1];
		c->numbers[1][e] = c->numbers[1][e + 1];
	}
	c->n_responses--;
	return true;
}

/* A flow that carries nothing is as good as none. */
static bool stop_flow(struct test_case *c, int f)
{
	if (f >= c->shape.n_flows || c->person[0].rate_per_h[f] == 0)
		return false;
	c->person[0].rate_per_h[f] = c->person[1].rate_per_h[f] = 0;
	return true;
}

static double rounded(double x)
{
	char text[40];
	snprintf(text, sizeof(text), "%.1g", x);
	return strtod(text, NULL);
}

static bool set(double *x, double to)
{
	const bool differs = *x == *x && *x != to;
	if (differs)
		*x = to;
	return differs;
}

static bool simpler_number(struct test_case *c, int i)
{
	struct lull_effect_numbers *n = &c->numbers[0][i / 8 % MAX_RESPONSES];
	const int n_effects = 8 * MAX_RESPONSES;

	if (i < n_effects)
		switch (i % 8) {
		case 0: return set(&n->gamma, 1);
		case 1: return set(&n->r0, NAN);
		case 2: return set(&n->emax, 1);
		case 3: return set(&n->c50, rounded(n->c50));
		case 4: return set(&n->kin, rounded(n->kin));
		case 5: return set(&n->kout_per_h, rounded(n->kout_per_h));
		case 6: return set(&n->gamma, rounded(n->gamma));
		default: return set(&n->slope, 1);
		}
	i -= n_effects;
	if (i < c->shape.n_flows)
		return set(&c->person[0].rate_per_h[i], rounded(c->person[0].rate_per_h[i]));
	i -= c->shape.n_flows;
	if (i < c->n_ops)
		return set(&c->op[i].amount, rounded(c->op[i].amount));
	i -= c->n_ops;
	return i < c->n_ops && set(&c->op[i].t_h, i == 0 ? 0 : lull_max(rounded(c->op[i].t_h), c->op[i - 1].t_h));
}

static struct test_case smaller(struct test_case c)
{
	static bool (*const ways[])(struct test_case *, int) = { drop_response, drop_op, drop_time, stop_flow, simpler_number };

	for (bool changed = true; changed;) {
		changed = false;
		for (size_t w = 0; w < sizeof(ways) / sizeof(ways[0]); w++)
			for (int i = 0; i < 120; i++) {
				struct test_case less = c;
				if (!ways[w](&less, i) || !(judge(&less).worst > 1))
					continue;
				c = less;
				changed = true;
				i--;
			}
	}
	return c;
}

static void print_case(const struct test_case *c)
{
	static const char *const kinds[] = { "bolus", "rate", "reset", "steady", "add steady", "replace", "person" };

	printf("#   %d states\n", c->shape.n_states);
	for (int f = 0; f < c->shape.n_flows; f++)
		if (c->person[0].rate_per_h[f] > 0)
			printf("#   flow %d -> %d%s: %.17g /h (second person %.17g), gain %.17g\n", c->shape.flow[f].from, c->shape.flow[f].to,
			       c->shape.flow[f].copies ? " copied" : "", c->person[0].rate_per_h[f], c->person[1].rate_per_h[f], c->person[0].gain[f]);
	for (int o = 0; o < c->shape.n_outputs; o++)
		printf("#   output %d: state %d x %.17g\n", o, c->shape.output_state[o], c->person[0].scale[o]);
	for (int e = 0; e < c->n_responses; e++) {
		const struct lull_effect_numbers *n = &c->numbers[0][e];
		printf("#   %s on output %d: emax %.17g c50 %.17g gamma %.17g kin %.17g kout %.17g slope %.17g r0 %.17g\n", lull_effect_kind_names[c->spec[e].kind],
		       c->spec[e].drive, n->emax, n->c50, n->gamma, n->kin, n->kout_per_h, n->slope, n->r0);
	}
	for (int i = 0; i < c->n_ops; i++)
		printf("#   %.17g h: %s %.17g into state %d\n", c->op[i].t_h, kinds[c->op[i].kind], c->op[i].amount, c->op[i].state);
	for (int i = 0; i < c->n_times; i++)
		printf("%s%.17g%s", i ? ", " : "#   times ", c->t_h[i], i + 1 < c->n_times ? "" : "\n");
}

static uint64_t number_of(const char *text)
{
	return text ? strtoull(text, NULL, 10) : 0;
}

int main(int argc, char **argv)
{
	uint64_t seed = 1, n = 200;
	bool verbose = false;
	int bad = 0;
	double worst = 0;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--seed") == 0)
			seed = number_of(argv[++i]);
		else if (strcmp(argv[i], "--n") == 0)
			n = number_of(argv[++i]);
		else if (strcmp(argv[i], "--verbose") == 0)
			verbose = true;
		else
			return fprintf(stderr, "usage: %s [--seed S] [--n N] [--verbose]\n", argv[0]), 2;
	}
	printf("1..1\n");
	for (uint64_t s = seed; s < seed + n; s++) {
		const struct test_case c = case_of(s);
		const struct verdict v = judge(&c);
		if (verbose)
			printf("# seed %llu: %.2g, steps alone %.2g of the limit: %s\n", (unsigned long long)s, v.worst, v.own, v.what);
		worst = lull_max(worst, v.worst);
		if (v.worst <= 1)
			continue;
		bad++;
		printf("# seed %llu fails by %.2g times the limit: %s\n", (unsigned long long)s, v.worst, v.what);
		const struct test_case less = smaller(c);
		printf("# made smaller: fails by %.2g: %s\n", judge(&less).worst, judge(&less).what);
		print_case(&less);
		fflush(stdout);
	}
	printf("# worst difference %.2g; of the steps alone %.2g; CVODE gave up %d times\n", worst * LIMIT, worst_own * OWN_LIMIT, n_not_compared);
	if ((uint64_t)n_not_compared > n / 50) {
		printf("# too many were not compared\n");
		bad++;
	}
	printf("%s 1 - %llu random models with responses agree with CVODE (from seed %llu)\n", bad ? "not ok" : "ok", (unsigned long long)n, (unsigned long long)seed);
	return bad != 0;
}
