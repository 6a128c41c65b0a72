/* One run: people with the same schedule go side by side by their modes, those whose modes meet one by one by the careful
 * way; ops in order; tiles and stretches to the sink. */
#include "linear_impl.h"

#include <math.h>
#include <string.h>

struct lull_lin_work {
	const struct lull_linear *linear;
	const struct lull_linear__kernel *kernel;
	enum lull_lin_way way;
	double *memory;                  /* all arrays of the lanes, the tile and what is handed out */
	struct lull_linear__lanes lanes;
	struct lull_linear__careful careful;
	double *tile, *out;              /* eight lanes; what the sink gets */
	double step_h;                   /* of lanes.by and more; 0: not made */
	double t0_h[LULL_LANES], t1_h[LULL_LANES];
};

/* ------------------------------------------------------------------ memory */

/* Give out rows of eight from *at, or count them when base is NULL. */
static double *take(double *base, size_t *at, size_t n_rows)
{
	double *p = base ? base + *at : NULL;

	*at += n_rows * LULL_LANES;
	return p;
}

static size_t lay_out(const struct lull_linear *l, double *base, struct lull_lin_work *w)
{
	struct lull_linear__lanes *g = &w->lanes;
	const size_t n = (size_t)l->n, nn = n * n, n_out = (size_t)l->shape.n_outputs, n_curves = (size_t)l->n_tile * (size_t)l->n_shown;
	size_t at = 0;

	g->flow_rate = take(base, &at, (size_t)l->shape.n_flows);
	g->flow_gain = take(base, &at, (size_t)l->shape.n_flows);
	g->scale = take(base, &at, n_out);
	g->rate = take(base, &at, n);
	g->inv_rate = take(base, &at, n);
	double **const squares[] = { &g->right, &g->left, &g->across, &g->v, &g->w, &g->v_gap, &g->w_gap, &g->to_place, &g->from_place };
	for (size_t i = 0; i < sizeof(squares) / sizeof(squares[0]); i++)
		*squares[i] = take(base, &at, nn);
	double **const shown[] = { &g->weight, &g->held, &g->gained, &g->coef };
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		*shown[i] = take(base, &at, n_out * n);
	double **const vectors[] = { &g->y, &g->input, &g->fed, &g->amount, &g->by, &g->more };
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
		*vectors[i] = take(base, &at, n);
	g->level = take(base, &at, n_out);
	g->slope = take(base, &at, n_out);
	g->e = take(base, &at, n_curves);
	g->g = take(base, &at, n_curves);
	const size_t n_tile = (size_t)l->n_tile * n_out, n_stretch = n + n_out * n + 2 * n_out;
	w->tile = take(base, &at, n_tile);
	w->out = take(base, &at, n_tile > n_stretch ? n_tile : n_stretch);
	return at;
}

int lull_lin_work_new(const struct lull_linear *linear, struct lull_lin_work **out, struct lull_err *err)
{
	struct lull_lin_work *w = lull_mem_zalloc(1, sizeof(*w));

	*out = NULL;
	if (!w)
		return lull_nomem(err);
	w->linear = linear;
	w->memory = lull_mem_zalloc(lay_out(linear, NULL, w) + LULL_LANES, sizeof(double));
	if (!w->memory || lull_linear__careful_memory(linear, &w->careful, err)) {
		lull_lin_work_free(w);
		return lull_nomem(err);
	}
	lay_out(linear, w->memory + (64 - (uintptr_t)w->memory % 64) % 64 / sizeof(double), w);
	lull_lin_work_isa(w, (int)lull_cpu_isa());
	*out = w;
	return LULL_OK;
}

void lull_lin_work_free(struct lull_lin_work *work)
{
	if (!work)
		return;
	lull_linear__careful_free(&work->careful);
	lull_mem_free(work->memory);
	lull_mem_free(work);
}

void lull_lin_work_way(struct lull_lin_work *work, enum lull_lin_way way)
{
	work->way = way;
}

const struct lull_linear__kernel *lull_linear__kernel_of(enum lull_isa isa)
{
#if defined(__x86_64__)
	if (isa == LULL_ISA_AVX512)
		return &lull_linear__kernel_avx512;
	if (isa == LULL_ISA_AVX2)
		return &lull_linear__kernel_avx2;
#endif
	(void)isa;
	return &lull_linear__kernel_scalar;
}

void lull_lin_work_isa(struct lull_lin_work *work, int isa)
{
	work->kernel = lull_linear__kernel_of((enum lull_isa)isa);
}

void lull_lin_tile_rows(const double *tile, int width, int n_outputs, size_t n_times, double *row, size_t stride)
{
	const size_t n_out = (size_t)n_outputs, n_lanes = (size_t)width;

	if (width == LULL_LANES) {
		lull_linear__kernel_of(lull_cpu_isa())->rows(tile, n_outputs, n_times, row, stride);
		return;
	}
	for (size_t i = 0; i < n_times; i++)
		for (size_t o = 0; o < n_out; o++)
			for (size_t lane = 0; lane < n_lanes; lane++)
				row[(lane * n_out + o) * stride + i] = tile[(i * n_out + o) * n_lanes + lane];
}

void lull_lin_tile_reduce(const double *tile, size_t n, size_t n_times, double *peak, double *sum)
{
	if (n % LULL_LANES == 0) {
		lull_linear__kernel_of(lull_cpu_isa())->reduce(tile, n, n_times, peak, sum);
		return;
	}
	for (size_t c = 0; c < n; c++) { /* in the order of the kernels */
		double s[4] = { sum[c], 0, 0, 0 };
		for (size_t i = 0; i < n_times; i++) {
			const double x = tile[i * n + c];
			s[i < n_times / 4 * 4 ? i % 4 : 0] += x;
			peak[c] = lull_max(x, peak[c]);
		}
		sum[c] = (s[0] + s[1]) + (s[2] + s[3]);
	}
}

/* ------------------------------------------------------------------ who runs with whom */

/* People who go through one schedule together: lanes as bits, the first of them leads. */
struct run {
	struct lull_lin_work *work;
	const struct lull_lin_job *jobs, *leader;
	unsigned lanes;
	int i_leader;
	bool is_careful, is_fed;
	double now_h;
	const struct lull_lin_sink *sink;
	int *status;
	struct lull_err *errs;
};

static bool same_op(const struct lull_op *a, const struct lull_op *b)
{
	return a->t_h == b->t_h && a->kind == b->kind && a->state == b->state;
}

static bool same_times(const struct lull_lin_job *a, const struct lull_lin_job *b)
{
	return a->n_times == b->n_times && a->step_h == b->step_h &&
	       (a->t_h == b->t_h || memcmp(a->t_h, b->t_h, a->n_times * sizeof(double)) == 0);
}

static bool same_schedule(const struct lull_lin_job *a, const struct lull_lin_job *b)
{
	if (a->n_ops != b->n_ops || !same_times(a, b) || !a->ops_before != !b->ops_before)
		return false;
	for (size_t i = 0; a->ops != b->ops && i < a->n_ops; i++)
		if (!same_op(&a->ops[i], &b->ops[i]))
			return false;
	return a->ops_before == b->ops_before || memcmp(a->ops_before, b->ops_before, a->n_times * sizeof(uint32_t)) == 0;
}

/* Row i of every lane from the people of its job; lanes without one repeat the leader's. */
static void load_people(struct lull_lin_work *w, const struct lull_lin_person *const people[LULL_LANES])
{
	const struct lull_lin_shape *s = &w->linear->shape;
	struct lull_linear__lanes *g = &w->lanes;

	w->step_h = 0;
	for (int lane = 0; lane < LULL_LANES; lane++) {
		const struct lull_lin_person *p = people[lane];
		for (int f = 0; f < s->n_flows; f++) {
			g->flow_rate[f * LULL_LANES + lane] = p->rate_per_h[f];
			g->flow_gain[f * LULL_LANES + lane] = p->gain[f];
		}
		for (int o = 0; o < s->n_outputs; o++)
			g->scale[o * LULL_LANES + lane] = p->scale[o];
	}
}

static int lowest(unsigned lanes)
{
	int lane = 0;

	while (!(lanes >> lane & 1))
		lane++;
	return lane;
}

static void fail_lane(const struct run *run, int lane, const struct lull_err *err)
{
	run->status[lane] = err->code;
	if (run->errs)
		run->errs[lane] = *err;
}

/* ------------------------------------------------------------------ giving out */

/* Rows of eight lanes to rows of the `width` lanes from `first`. */
static void compact(const double *rows, size_t n_rows, int first, int width, double *out)
{
	for (size_t i = 0; i < n_rows; i++)
		for (int lane = 0; lane < width; lane++)
			out[i * (size_t)width + (size_t)lane] = rows[i * LULL_LANES + (size_t)(first + lane)];
}

/* Runs of neighbouring lanes: [*first, *first + width), 0 when there is none from *first on. */
static int next_lanes(unsigned lanes, int *first)
{
	int width = 0;

	while (*first < LULL_LANES && !(lanes >> *first & 1))
		++*first;
	while (*first + width < LULL_LANES && (lanes >> (*first + width) & 1))
		width++;
	return width;
}

static int give_tile(const struct run *run, size_t i_time, size_t n, struct lull_err *err)
{
	struct lull_lin_work *w = run->work;
	const size_t n_rows = n * (size_t)w->linear->shape.n_outputs;
	int first = 0, width, rc;

	while ((width = next_lanes(run->lanes, &first)) > 0) {
		const double *tile = w->tile;
		if (width < LULL_LANES) {
			compact(w->tile, n_rows, first, width, w->out);
			tile = w->out;
		}
		if ((rc = run->sink->tile(run->sink->user, first, width, i_time, n, tile, err)))
			return rc;
		first += width;
	}
	return LULL_OK;
}

static int give_stretch(const struct run *run, double t1_h, size_t i_time, size_t n, struct lull_err *err)
{
	struct lull_lin_work *w = run->work;
	const struct lull_linear *l = w->linear;
	const struct lull_linear__lanes *g = &w->lanes;
	const size_t n_modes = (size_t)l->n_shown, n_out = (size_t)l->shape.n_outputs;
	int first = 0, width, rc;

	for (int lane = 0; lane < LULL_LANES; lane++) {
		w->t0_h[lane] = run->now_h;
		w->t1_h[lane] = t1_h;
	}
	while ((width = next_lanes(run->lanes, &first)) > 0) {
		double *rate = w->out, *coef = rate + n_modes * (size_t)width, *level = coef + n_out * n_modes * (size_t)width,
		       *slope = level + n_out * (size_t)width;
		compact(g->rate, n_modes, first, width, rate);
		compact(g->coef, n_out * n_modes, first, width, coef);
		compact(g->level, n_out, first, width, level);
		compact(g->slope, n_out, first, width, slope);
		const struct lull_lin_stretch stretch = {
			.width = width, .n_modes = l->n_shown, .n_outputs = l->shape.n_outputs,
			.t0_h = w->t0_h, .t1_h = w->t1_h, .rate_per_h = rate, .coef = coef, .level = level,
			.slope = run->is_fed ? slope : NULL, .i_time = i_time, .n_times = n,
		};
		if ((rc = run->sink->stretch(run->sink->user, first, &stretch, err)))
			return rc;
		first += width;
	}
	return LULL_OK;
}

/* ------------------------------------------------------------------ the careful lane */

static void outputs_of(const struct lull_linear__careful *c, const double *x, double *out)
{
	const struct lull_linear *l = c->linear;

	for (int o = 0; o < l->shape.n_outputs; o++)
		out[o] = x[l->output_place[o]] * c->person->scale[o];
}

static void careful_outputs(struct lull_linear__careful *c, double dt_h, double *out)
{
	double x[LULL_LIN_MAX_STATES];

	lull_linear__careful_at(c, dt_h, x);
	outputs_of(c, x, out);
}

/* m outputs from the i_time-th on; on a uniform grid step by step from the first. */
static void careful_tile(struct lull_linear__careful *c, const struct lull_lin_job *job, double t0_h, size_t i_time, size_t m, double *out)
{
	const size_t n_out = (size_t)c->linear->shape.n_outputs;
	double x[LULL_LIN_MAX_STATES];

	if (!(job->step_h > 0)) {
		for (size_t k = 0; k < m; k++)
			careful_outputs(c, job->t_h[i_time + k] - t0_h, out + k * n_out);
		return;
	}
	lull_linear__careful_at(c, job->t_h[i_time] - t0_h, x);
	outputs_of(c, x, out);
	for (size_t k = 1; k < m; k++) {
		lull_linear__careful_step(c, job->step_h, x);
		outputs_of(c, x, out + k * n_out);
	}
}

static void eval_careful(const struct lull_lin_stretch *stretch, double t_h, double *out)
{
	const struct run *run = stretch->eval_data;

	careful_outputs(&run->work->careful, lull_max(t_h - stretch->t0_h[0], 0), out);
}

static int careful_stretch(struct run *run, double t1_h, size_t i_time, size_t n, struct lull_err *err)
{
	struct lull_lin_work *w = run->work;
	const size_t n_out = (size_t)w->linear->shape.n_outputs, n_tile = (size_t)w->linear->n_tile;
	int rc;

	if (run->sink->stretch) {
		w->t0_h[0] = run->now_h;
		w->t1_h[0] = t1_h;
		const struct lull_lin_stretch stretch = {
			.width = 1, .n_outputs = (int)n_out, .t0_h = w->t0_h, .t1_h = w->t1_h, .eval = eval_careful, .eval_data = run,
			.i_time = i_time, .n_times = n,
		};
		if ((rc = run->sink->stretch(run->sink->user, run->i_leader, &stretch, err)))
			return rc;
	}
	for (size_t i = 0; run->sink->tile && i < n; i += n_tile) {
		const size_t m = n - i < n_tile ? n - i : n_tile;
		careful_tile(&w->careful, run->leader, run->now_h, i_time + i, m, w->out);
		for (size_t k = 0; k < m * n_out; k++)
			if (!(w->out[k] <= 1e300)) {
				struct lull_err bad = { 0 };
				(void)lull_fail(&bad, LULL_EDOMAIN, "person", "a concentration would be above 1e300");
				fail_lane(run, run->i_leader, &bad);
				run->lanes = 0;
				return LULL_OK;
			}
		if ((rc = run->sink->tile(run->sink->user, run->i_leader, 1, i_time + i, m, w->out, err)))
			return rc;
	}
	return LULL_OK;
}

static void careful_op(struct run *run, const struct lull_op *op)
{
	struct lull_linear__careful *c = &run->work->careful;
	const struct lull_linear *l = c->linear;
	const int place = op->kind == LULL_OP_RESET || op->kind == LULL_OP_PERSON ? 0 : l->place_of[op->state];
	const size_t size = sizeof(double) * (size_t)l->n;
	struct lull_err err = { 0 };

	switch ((enum lull_op_kind)op->kind) {
	case LULL_OP_BOLUS: c->x[place] += op->amount; break;
	case LULL_OP_RATE: c->input[place] = op->amount; break;
	case LULL_OP_REPLACE: c->x[place] = op->amount; break;
	case LULL_OP_PERSON: lull_linear__careful_person(c, &run->leader->people[op->i_person]); break;
	case LULL_OP_RESET:
		memset(c->x, 0, size);
		memset(c->input, 0, size);
		break;
	case LULL_OP_STEADY:
		memset(c->x, 0, size);
		__attribute__((fallthrough));
	case LULL_OP_ADD_STEADY:
		if (lull_linear__careful_steady(c, op, &err)) {
			fail_lane(run, run->i_leader, &err);
			run->lanes = 0;
		}
		break;
	}
	lull_linear__careful_moved(c);
}

/* ------------------------------------------------------------------ lanes of modes */

static int modes_stretch(struct run *run, double t1_h, size_t i_time, size_t n, struct lull_err *err)
{
	struct lull_lin_work *w = run->work;
	const struct lull_linear *l = w->linear;
	const size_t n_tile = (size_t)l->n_tile;
	const unsigned bad = w->kernel->show(l, &w->lanes) & run->lanes;
	int rc;

	for (int lane = 0; lane < LULL_LANES; lane++)
		if (bad >> lane & 1) {
			struct lull_err too_large = { 0 };
			(void)lull_fail(&too_large, LULL_EDOMAIN, "person", "a concentration would be above 1e300");
			fail_lane(run, lane, &too_large);
		}
	if ((run->lanes &= ~bad) == 0)
		return LULL_OK;
	if (run->sink->stretch) {
		w->kernel->stretch(l, &w->lanes, t1_h - run->now_h);
		if ((rc = give_stretch(run, t1_h, i_time, n, err)))
			return rc;
	}
	if (run->leader->step_h > 0 && w->step_h != run->leader->step_h) {
		w->step_h = run->leader->step_h;
		w->kernel->step(l, &w->lanes, w->step_h);
	}
	for (size_t i = 0; run->sink->tile && i < n; i += n_tile) {
		const size_t m = n - i < n_tile ? n - i : n_tile;
		w->kernel->tile(l, &w->lanes, run->leader->t_h + i_time + i, m, run->now_h, run->leader->step_h, run->is_fed, w->tile);
		if ((rc = give_tile(run, i_time + i, m, err)))
			return rc;
	}
	return LULL_OK;
}

/* Modes of one lane at steady state of op, added to y. A mode without loss is not fed by it. */
static void add_steady(struct lull_lin_work *w, int lane, const struct lull_op *op)
{
	const struct lull_linear *l = w->linear;
	struct lull_linear__lanes *g = &w->lanes;
	const int place = l->place_of[op->state];
	const double ii = op->interval_h, dur = op->dur_h, phase = op->phase_h;
	const double overlapping = ii > 0 ? lull_floor(dur / ii) : 0, rest = ii > 0 ? lull_max(dur - overlapping * ii, 0) : 0;
	const double rate = dur > 0 ? op->amount / dur : 0;

	for (int k = 0; k < l->n; k++) {
		const double lambda = g->rate[k * LULL_LANES + lane], weight = g->from_place[(k * l->n + place) * LULL_LANES + lane];
		double y = 0;
		if (weight == 0 || lambda == 0)
			continue;
		const double share = ii > 0 ? 1 / -lull_expm1(-lambda * ii) : 0;
		if (ii == 0) {
			y = op->amount / lambda;
		} else if (dur == 0) { /* phase 0: just before the dose that is due */
			y = op->amount * lull_exp(-lambda * (phase > 0 ? phase : ii)) * share;
		} else {
			const double one = rate * -lull_expm1(-lambda * rest) / lambda; /* what a rest leaves at its end */
			y = overlapping * rate / lambda;
			if (phase >= rest)
				y += one * lull_exp(-lambda * (phase - rest)) * share;
			else
				y += rate * -lull_expm1(-lambda * phase) / lambda + one * lull_exp(-lambda * (phase + ii - rest)) * share;
		}
		g->y[k * LULL_LANES + lane] += weight * y;
	}
}

static const struct lull_op *op_of(const struct run *run, int lane, size_t i)
{
	const struct lull_lin_job *job = &run->jobs[run->lanes >> lane & 1 ? lane : run->i_leader];

	return &job->ops[i];
}

static void load_op_people(struct run *run, size_t i)
{
	struct lull_lin_work *w = run->work;
	const struct lull_lin_person *people[LULL_LANES];

	for (int lane = 0; lane < LULL_LANES; lane++) {
		const struct lull_lin_job *job = &run->jobs[run->lanes >> lane & 1 ? lane : run->i_leader];
		people[lane] = &job->people[job->ops[i].i_person];
	}
	w->kernel->to_amounts(w->linear, &w->lanes);
	load_people(w, people);
	(void)w->kernel->modes(w->linear, &w->lanes); /* looked at when lanes were chosen */
	w->kernel->from_amounts(w->linear, &w->lanes);
}

static void find_fed(struct run *run)
{
	struct lull_lin_work *w = run->work;

	run->is_fed = false;
	for (int i = 0; i < w->linear->n * LULL_LANES; i++)
		run->is_fed = run->is_fed || w->lanes.input[i] > 0;
	w->kernel->feed(w->linear, &w->lanes);
}

static void modes_op(struct run *run, size_t i)
{
	struct lull_lin_work *w = run->work;
	const struct lull_linear *l = w->linear;
	struct lull_linear__lanes *g = &w->lanes;
	const struct lull_op *op = &run->leader->ops[i];
	const size_t size = sizeof(double) * (size_t)l->n * LULL_LANES;
	const int place = op->kind == LULL_OP_RESET || op->kind == LULL_OP_PERSON ? 0 : l->place_of[op->state];
	double amount[LULL_LANES];

	for (int lane = 0; lane < LULL_LANES; lane++)
		amount[lane] = op_of(run, lane, i)->amount;
	switch ((enum lull_op_kind)op->kind) {
	case LULL_OP_BOLUS: w->kernel->bolus(l, g, place, amount); return;
	case LULL_OP_RATE: memcpy(g->input + (size_t)place * LULL_LANES, amount, sizeof(amount)); break;
	case LULL_OP_PERSON: load_op_people(run, i); break;
	case LULL_OP_RESET:
		memset(g->y, 0, size);
		memset(g->input, 0, size);
		break;
	case LULL_OP_REPLACE:
		w->kernel->to_amounts(l, g);
		for (int lane = 0; lane < LULL_LANES; lane++)
			amount[lane] -= g->amount[place * LULL_LANES + lane];
		w->kernel->bolus(l, g, place, amount);
		return;
	case LULL_OP_STEADY:
		memset(g->y, 0, size);
		__attribute__((fallthrough));
	case LULL_OP_ADD_STEADY:
		for (int lane = 0; lane < LULL_LANES; lane++)
			add_steady(w, lane, op_of(run, lane, i));
		return;
	}
	find_fed(run);
}

/* ------------------------------------------------------------------ the schedule */

/* Lanes whose steady state does not exist are reported and leave. */
static void check_steady(struct run *run, size_t i, const struct lull_lin_person *const now[LULL_LANES])
{
	const int16_t kind = run->leader->ops[i].kind;

	if (kind != LULL_OP_STEADY && kind != LULL_OP_ADD_STEADY)
		return;
	for (int lane = 0; lane < LULL_LANES; lane++) {
		if (!(run->lanes >> lane & 1))
			continue;
		const struct lull_op *op = &run->jobs[lane].ops[i];
		struct lull_err err = { 0 };
		if (op->amount == 0 || lull_linear__leaves(run->work->linear, now[lane], op->state))
			continue;
		(void)lull_fail(&err, LULL_EDOMAIN, "steady state",
				"a steady state was asked for, but the dose reaches a state that nothing leaves (a depot or an area), which would "
				"grow without end");
		lull_mend(&err, "give the earlier doses one by one (ADDL), or leave that state out of the model");
		fail_lane(run, lane, &err);
		run->lanes &= ~(1u << lane);
	}
}

/* The first output from i on that comes after op j. */
static size_t outputs_before(const struct lull_lin_job *job, size_t i, size_t j)
{
	size_t low = i, high = job->n_times;

	if (j == job->n_ops)
		return high;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const bool is_before = job->ops_before ? job->ops_before[middle] <= j : job->t_h[middle] < job->ops[j].t_h;
		if (is_before)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int check_order(const struct run *run, double t1_h, size_t i, size_t end)
{
	const double *t = run->leader->t_h;

	if (end == i || (t[i] >= run->now_h && t[end - 1] <= t1_h))
		return LULL_OK;
	struct lull_err err = { 0 };
	(void)lull_fail(&err, LULL_EDOMAIN, "ops_before", "an output time does not lie between the ops before and after it");
	for (int lane = 0; lane < LULL_LANES; lane++)
		if (run->lanes >> lane & 1)
			fail_lane(run, lane, &err);
	return LULL_EDOMAIN;
}

static void advance(struct run *run, double t_h)
{
	struct lull_lin_work *w = run->work;
	const double dt_h = t_h - run->now_h;

	run->now_h = t_h;
	if (dt_h == 0)
		return;
	if (run->is_careful) {
		double x[LULL_LIN_MAX_STATES];
		lull_linear__careful_at(&w->careful, dt_h, x);
		memcpy(w->careful.x, x, sizeof(double) * (size_t)w->linear->n);
		lull_linear__careful_moved(&w->careful);
	} else {
		w->kernel->advance(w->linear, &w->lanes, dt_h, run->is_fed);
	}
}

/* From empty states at the first op or output, whichever comes first, to the last output. */
static int go(struct run *run, const struct lull_lin_person *now[LULL_LANES], struct lull_err *err)
{
	const struct lull_lin_job *job = run->leader;
	size_t i = 0;
	int rc = LULL_OK;

	run->now_h = job->n_times && !(job->n_ops && job->ops[0].t_h < job->t_h[0]) ? job->t_h[0] : job->n_ops ? job->ops[0].t_h : 0;
	for (size_t j = 0; run->lanes && i < job->n_times; j++) {
		const size_t end = outputs_before(job, i, j);
		const double t1_h = j < job->n_ops ? job->ops[j].t_h : job->t_h[job->n_times - 1];
		if (check_order(run, t1_h, i, end) != LULL_OK)
			return LULL_OK;
		if (t1_h > run->now_h || end > i)
			rc = run->is_careful ? careful_stretch(run, t1_h, i, end - i, err) : modes_stretch(run, t1_h, i, end - i, err);
		if (rc != LULL_OK || j == job->n_ops)
			return rc;
		i = end;
		advance(run, t1_h);
		if (job->ops[j].kind == LULL_OP_PERSON)
			for (int lane = 0; lane < LULL_LANES; lane++)
				now[lane] = &run->jobs[run->lanes >> lane & 1 ? lane : run->i_leader].people[op_of(run, lane, j)->i_person];
		check_steady(run, j, now);
		if (!run->lanes)
			return LULL_OK;
		if (run->is_careful)
			careful_op(run, &job->ops[j]);
		else
			modes_op(run, j);
	}
	return rc;
}

static int run_careful(struct run *run, struct lull_err *err)
{
	struct lull_linear__careful *c = &run->work->careful;
	const struct lull_lin_person *now[LULL_LANES];

	run->is_careful = true;
	for (int lane = 0; lane < LULL_LANES; lane++)
		now[lane] = run->leader->people;
	memset(c->x, 0, sizeof(c->x));
	memset(c->input, 0, sizeof(c->input));
	lull_linear__careful_person(c, run->leader->people);
	return go(run, now, err);
}

static int run_modes(struct run *run, struct lull_err *err)
{
	struct lull_lin_work *w = run->work;
	const struct lull_linear *l = w->linear;
	const size_t size = sizeof(double) * (size_t)l->n * LULL_LANES;
	const struct lull_lin_person *now[LULL_LANES];

	for (int lane = 0; lane < LULL_LANES; lane++)
		now[lane] = run->jobs[run->lanes >> lane & 1 ? lane : run->i_leader].people;
	memset(w->lanes.y, 0, size);
	memset(w->lanes.input, 0, size);
	memset(w->lanes.fed, 0, size);
	return go(run, now, err);
}

/* ------------------------------------------------------------------ the call */

/* The lanes whose people's modes meet, in any of their people. Afterwards the first people's modes are loaded if
 * nobody changes. */
static unsigned find_meeting(struct lull_lin_work *w, const struct lull_lin_job *jobs, unsigned lanes)
{
	const int leader = lowest(lanes);
	size_t most = 1;
	unsigned meeting = 0;

	for (int lane = 0; lane < LULL_LANES; lane++)
		if ((lanes >> lane & 1) && jobs[lane].n_people > most)
			most = jobs[lane].n_people;
	for (size_t i = most; i-- > 0;) {
		const struct lull_lin_person *people[LULL_LANES];
		for (int lane = 0; lane < LULL_LANES; lane++) {
			const struct lull_lin_job *job = &jobs[lanes >> lane & 1 ? lane : leader];
			people[lane] = &job->people[i < job->n_people ? i : 0];
		}
		load_people(w, people);
		meeting |= w->kernel->modes(w->linear, &w->lanes);
	}
	return meeting & lanes;
}

static void reload(struct lull_lin_work *w, const struct lull_lin_job *jobs, unsigned lanes)
{
	const struct lull_lin_person *people[LULL_LANES];

	for (int lane = 0; lane < LULL_LANES; lane++)
		people[lane] = jobs[lanes >> lane & 1 ? lane : lowest(lanes)].people;
	load_people(w, people);
	(void)w->kernel->modes(w->linear, &w->lanes);
}

/* Lanes that may run; the others have their status. */
static unsigned check_lanes(const struct run *all, int n_lanes)
{
	unsigned lanes = 0;

	for (int lane = 0; lane < n_lanes; lane++) {
		const struct lull_lin_job *job = &all->jobs[lane];
		struct lull_err err = { 0 };
		const bool known = lane > 0 && (lanes >> (lane - 1) & 1) && job->t_h == job[-1].t_h && job->n_times == job[-1].n_times &&
				   job->ops_before == job[-1].ops_before && job->n_ops >= job[-1].n_ops && job->step_h == job[-1].step_h;
		all->status[lane] = LULL_OK;
		if (lull_linear__check_job(all->work->linear, job, known ? NULL : all->work->kernel, &err))
			fail_lane(all, lane, &err);
		else
			lanes |= 1u << lane;
	}
	return lanes;
}

static unsigned find_careful(const struct run *all, unsigned lanes)
{
	struct lull_lin_work *w = all->work;

	if (w->way == LULL_LIN_CAREFUL || !w->linear->has_modes)
		return lanes;
	return find_meeting(w, all->jobs, lanes);
}

int lull_linear_run(const struct lull_linear *linear, struct lull_lin_work *work, const struct lull_lin_job *jobs, int n_lanes,
		    const struct lull_lin_sink *sink, int *status, struct lull_err *errs, struct lull_err *err)
{
	struct run all = { .work = work, .jobs = jobs, .sink = sink, .status = status, .errs = errs };
	bool is_loaded = true;

	if (work->linear != linear || n_lanes < 1 || n_lanes > LULL_LANES)
		return lull_fail(err, LULL_EDOMAIN, "lull_linear_run", "the work was made for this system, and 1 to %d people run", LULL_LANES);
	unsigned lanes = check_lanes(&all, n_lanes);
	if (lanes == 0)
		return LULL_OK;
	const unsigned careful = find_careful(&all, lanes);
	while (lanes) {
		struct run run = all;
		int rc;
		run.i_leader = lowest(lanes);
		run.leader = &jobs[run.i_leader];
		for (int lane = run.i_leader; lane < n_lanes; lane++)
			if ((lanes >> lane & 1) && (careful >> lane & 1) == (careful >> run.i_leader & 1) &&
			    (lane == run.i_leader || (!(careful >> lane & 1) && same_schedule(run.leader, &jobs[lane]))))
				run.lanes |= 1u << lane;
		lanes &= ~run.lanes;
		if (careful >> run.i_leader & 1) {
			if (work->way == LULL_LIN_MODES) {
				struct lull_err meet = { 0 };
				(void)lull_fail(&meet, LULL_EDOMAIN, "person", "modes were asked for, but rates of this person meet");
				fail_lane(&run, run.i_leader, &meet);
				continue;
			}
			if ((rc = run_careful(&run, err)))
				return rc;
			continue;
		}
		if (!is_loaded)
			reload(work, jobs, run.lanes);
		if ((rc = run_modes(&run, err)))
			return rc;
		for (size_t i = 0; i < run.leader->n_ops; i++)
			is_loaded = is_loaded && run.leader->ops[i].kind != LULL_OP_PERSON;
	}
	return LULL_OK;
}

int lull_linear_rates(const struct lull_linear *linear, const struct lull_lin_person *person, double *rate_per_h, int *n_rates,
		      struct lull_err *err)
{
	const struct lull_lin_person *people[LULL_LANES];
	struct lull_lin_work *work;
	int rc;

	*n_rates = 0;
	if (!linear->has_modes)
		return LULL_OK;
	const struct lull_lin_job job = { .people = person, .n_people = 1 };
	if ((rc = lull_linear__check_job(linear, &job, NULL, err)) || (rc = lull_lin_work_new(linear, &work, err)))
		return rc;
	for (int lane = 0; lane < LULL_LANES; lane++)
		people[lane] = person;
	load_people(work, people);
	(void)work->kernel->modes(linear, &work->lanes);
	for (int k = 0; k < linear->n; k++) { /* insertion, falling */
		const double rate = work->lanes.rate[k * LULL_LANES];
		int i = k;
		for (; i > 0 && rate_per_h[i - 1] < rate; i--)
			rate_per_h[i] = rate_per_h[i - 1];
		rate_per_h[i] = rate;
	}
	*n_rates = linear->n;
	lull_lin_work_free(work);
	return LULL_OK;
}
