/* Effects in lanes: checks of numbers, a lane's ops, where outputs lie; the arithmetic is in effect_kernel.h. */
#include "lull/ketamine/effect.h"

#include <string.h>

#include "effect_impl.h"

const char *const lull_effect_kind_names[] = { "linear",     "emax",       "sigmoid",    "indirect_1", "indirect_2",
					       "indirect_3", "indirect_4", "turnover",   "binary",     "ordered",
					       NULL };

int lull_effect_n_outputs(const struct lull_effect_spec *spec)
{
	return spec->kind == LULL_EFFECT_ORDERED ? spec->n_grades : 1;
}

bool lull_effect_is_stepped(const struct lull_effect_spec *spec)
{
	return spec->kind >= LULL_EFFECT_INDIRECT_1 && spec->kind <= LULL_EFFECT_TURNOVER;
}

/* ---- numbers ---- */

/* One rule a row: which kinds use the number, and where it may lie. Beyond 100 a sigmoid is a switch. */
#define KIND(k) (1u << LULL_EFFECT_##k)
#define INDIRECT (KIND(INDIRECT_1) | KIND(INDIRECT_2) | KIND(INDIRECT_3) | KIND(INDIRECT_4))
static const struct {
	const char *name;
	size_t offset;
	unsigned kinds;
	double low, high;
	bool low_is_open;
	const char *rule;
} rules[] = {
#define AT(member) offsetof(struct lull_effect_numbers, member)
	{ "e0", AT(e0), KIND(LINEAR) | KIND(EMAX) | KIND(SIGMOID), -1e300, 1e300, false, "is finite" },
	{ "slope", AT(slope), KIND(LINEAR) | KIND(TURNOVER) | KIND(BINARY) | KIND(ORDERED), -1e300, 1e300, false, "is finite" },
	{ "emax", AT(emax), KIND(EMAX) | KIND(SIGMOID), -1e300, 1e300, false, "is finite" },
	{ "emax", AT(emax), KIND(INDIRECT_1) | KIND(INDIRECT_2), 0, 1, false, "lies from 0 to 1: all that is inhibited" },
	{ "emax", AT(emax), KIND(INDIRECT_3) | KIND(INDIRECT_4), 0, 1e6, false, "lies from 0 to 1e6" },
	{ "c50", AT(c50), KIND(EMAX) | KIND(SIGMOID) | INDIRECT, 0, 1e300, true, "is above 0" },
	{ "gamma", AT(gamma), KIND(SIGMOID) | INDIRECT, 0, 100, true, "is above 0 and at most 100" },
	{ "kin", AT(kin), INDIRECT | KIND(TURNOVER), 0, 1e12, false, "lies from 0 to 1e12" },
	{ "kout", AT(kout_per_h), INDIRECT | KIND(TURNOVER), 1e-12, 1e6, false, "lies from 1e-12 to 1e6 per hour" },
#undef AT
};

static int check_intercepts(const struct lull_effect_spec *spec, const struct lull_effect_numbers *n, struct lull_err *err)
{
	const int count = spec->kind == LULL_EFFECT_ORDERED ? spec->n_grades : 1;

	if (count < 1 || count > LULL_EFFECT_MAX_GRADES)
		return lull_fail(err, LULL_EDOMAIN, "n_grades", "an ordered effect has 1 to %d thresholds, not %d",
				 LULL_EFFECT_MAX_GRADES, count);
	for (int g = 0; g < count; g++) {
		if (!lull_is_finite(n->intercept[g]))
			return lull_fail(err, LULL_EDOMAIN, "intercept", "intercept %d is not a finite number", g + 1);
		if (g > 0 && n->intercept[g] > n->intercept[g - 1]) {
			lull_fail(err, LULL_EDOMAIN, "intercept", "intercept %d is above the one before it: P(Y >= %d) would exceed P(Y >= %d)",
				  g + 1, g + 1, g);
			lull_mend(err, "give the thresholds from the lowest grade to the highest; their intercepts fall");
			return LULL_EDOMAIN;
		}
	}
	return LULL_OK;
}

int lull_effect_check(const struct lull_effect_spec *spec, const struct lull_effect_numbers *n, struct lull_err *err)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		double x;
		if (!(rules[i].kinds >> spec->kind & 1))
			continue;
		memcpy(&x, (const char *)n + rules[i].offset, sizeof(x));
		if (!(x >= rules[i].low && x <= rules[i].high) || (rules[i].low_is_open && x == rules[i].low))
			return lull_fail(err, LULL_EDOMAIN, rules[i].name, "%s of an effect of kind %s %s, not %g", rules[i].name,
					 lull_effect_kind_names[spec->kind], rules[i].rule, x);
	}
	if (lull_effect_is_stepped(spec) && !lull_is_nan(n->r0) && !(n->r0 >= 0 && n->r0 <= 1e300))
		return lull_fail(err, LULL_EDOMAIN, "r0", "r0 of an effect of kind %s is at least 0, not %g",
				 lull_effect_kind_names[spec->kind], n->r0);
	if (spec->kind == LULL_EFFECT_BINARY || spec->kind == LULL_EFFECT_ORDERED)
		return check_intercepts(spec, n, err);
	return LULL_OK;
}

static double start_of(const struct lull_effect_numbers *n)
{
	return lull_is_nan(n->r0) ? n->kin / n->kout_per_h : n->r0;
}

/* An idle lane: arithmetic without danger. */
static void put_idle(struct lull_effect__numbers *to, int lane)
{
	to->e0[lane] = to->slope[lane] = to->emax[lane] = to->kin[lane] = to->base[lane] = 0;
	to->c50[lane] = to->gamma[lane] = to->kout[lane] = 1;
	for (int g = 0; g < LULL_EFFECT_MAX_GRADES; g++)
		to->intercept[g][lane] = 0;
}

static void put_numbers(enum lull_effect_kind kind, const struct lull_effect_numbers *n, struct lull_effect__numbers *to,
			int lane)
{
	const unsigned hill = KIND(EMAX) | KIND(SIGMOID) | INDIRECT, stepped = INDIRECT | KIND(TURNOVER);

	put_idle(to, lane);
	to->e0[lane] = n->e0;
	to->slope[lane] = n->slope;
	to->emax[lane] = n->emax;
	if (hill >> kind & 1)
		to->c50[lane] = n->c50;
	if ((hill & ~KIND(EMAX)) >> kind & 1)
		to->gamma[lane] = n->gamma;
	if (stepped >> kind & 1) {
		to->kin[lane] = n->kin;
		to->kout[lane] = n->kout_per_h;
		to->base[lane] = n->kin / n->kout_per_h;
	}
	for (int g = 0; g < LULL_EFFECT_MAX_GRADES; g++)
		to->intercept[g][lane] = n->intercept[g];
}

/* ---- the panel's tables ---- */

/* cos(pi k j / N) */
static double cosine(int k, int j)
{
	const int turn = k * j % (2 * LULL_EFFECT__N);
	return lull_cos(0x1.921fb54442d18p+1 * turn / LULL_EFFECT__N);
}

/* T_k at node j (the nodes rise from -1). */
static double chebyshev_at(int k, int j)
{
	return (k % 2 ? -1 : 1) * cosine(k, j);
}

/* Values at the nodes -> coefficients -> integral over [0, 1]: int T_0 = T_1, int T_1 = T_2 / 4,
 * int T_k = T_(k+1) / (2 (k + 1)) - T_(k-1) / (2 (k - 1)), and half of that for a panel of length 1. */
static void make_tables(struct lull_effect__tables *t)
{
	enum { N = LULL_EFFECT__N };
	double a[N + 3] = { 0 };

	for (int j = 0; j <= N; j++) {
		t->node[j] = j == N ? 1 : 0.5 * (1 - cosine(1, j));
		for (int k = 0; k <= N; k++)
			a[k] = chebyshev_at(k, j) * 2 / N * (j == 0 || j == N ? 0.5 : 1) * (k == 0 || k == N ? 0.5 : 1);
		for (int k = 0; k < 4; k++)
			t->tail[k][j] = a[N - 3 + k];
		double constant = 0, end = 0;
		for (int k = 1; k <= N + 1; k++) {
			t->integral[k][j] = 0.5 * (k == 1 ? a[0] - a[2] / 2 : (a[k - 1] - a[k + 1]) / (2 * k));
			constant += (k % 2 ? 1 : -1) * t->integral[k][j]; /* 0 where the panel starts: T_k(-1) = (-1)^k */
			end += t->integral[k][j];
		}
		t->integral[0][j] = constant;
		t->to_end[j] = constant + end;
		for (int i = 0; i <= N; i++) {
			double sum = 0;
			for (int k = N + 1; k >= 0; k--)
				sum += t->integral[k][j] * chebyshev_at(k, i);
			t->to_node[i][j] = i == 0 ? 0 : sum;
		}
	}
}

/* ---- the workspace ---- */

struct walk {
	size_t n_ops, person; /* ops seen so far; whose numbers hold */
};
struct lane_state {
	const struct lull_effect_numbers *numbers; /* borrowed */
	const struct lull_lin_job *job;            /* borrowed */
	struct walk stepped, direct;               /* along the stretches; along the tiles             */
	bool has_begun;
	double r[LULL_MAX_EFFECTS];                /* of the stepped effects, in their order           */
	int status;
	struct lull_err err;
};

struct lull_effect_work {
	struct lull_effect_spec spec[LULL_MAX_EFFECTS];
	int n_effects, n_linear, n_outputs, n_stepped;
	int stepped[LULL_MAX_EFFECTS];             /* which effect the i-th stepped one is             */
	double rtol, atol;
	enum lull_isa isa;
	int n_lanes;
	struct lane_state lane[LULL_LANES];
	double *value;                             /* R: [time][stepped effect][8]                     */
	size_t n_values;                           /* room, in times                                   */
	struct lull_effect_count count;
	/* steady states: one interval is simulated beside */
	const struct lull_linear *linear;          /* borrowed; NULL: none                             */
	struct lull_lin_work *beside_linear;
	struct lull_effect_work *beside;
	bool is_beside;                            /* this is such a one: STEADY leaves R, r0 may be anything */
	struct lull_effect__tables tables;
	struct lull_effect__run run;
	struct lull_effect__numbers direct;
};

static int check_specs(const struct lull_effect_spec *specs, int n_effects, int n_linear, struct lull_err *err)
{
	if (n_effects < 0 || n_effects > LULL_MAX_EFFECTS || n_linear < 1 || n_linear > LULL_LIN_MAX_OUTPUTS)
		return lull_fail(err, LULL_EDOMAIN, "effects", "a model has at most %d effects and 1 to %d linear outputs", LULL_MAX_EFFECTS,
				 LULL_LIN_MAX_OUTPUTS);
	for (int e = 0; e < n_effects; e++) {
		if ((int)specs[e].kind < 0 || specs[e].kind > LULL_EFFECT_ORDERED)
			return lull_fail(err, LULL_EDOMAIN, "effects", "effect %d has an unknown kind", e + 1);
		if (specs[e].drive < 0 || specs[e].drive >= n_linear)
			return lull_fail(err, LULL_EDOMAIN, "effects", "effect %d is driven by output %d, which the model has not", e + 1,
					 specs[e].drive + 1);
		if (specs[e].kind == LULL_EFFECT_ORDERED && (specs[e].n_grades < 1 || specs[e].n_grades > LULL_EFFECT_MAX_GRADES))
			return lull_fail(err, LULL_EDOMAIN, "effects", "effect %d has %d thresholds; 1 to %d are possible", e + 1,
					 specs[e].n_grades, LULL_EFFECT_MAX_GRADES);
	}
	return LULL_OK;
}

int lull_effect_work_new(const struct lull_effect_spec *specs, int n_effects, int n_linear, struct lull_effect_work **out,
			 struct lull_err *err)
{
	const int rc = check_specs(specs, n_effects, n_linear, err);
	if (rc != LULL_OK)
		return rc;
	struct lull_effect_work *w = lull_mem_zalloc(1, sizeof(*w));
	if (w == NULL)
		return lull_nomem(err);
	w->n_effects = n_effects;
	w->n_linear = w->n_outputs = n_linear;
	for (int e = 0; e < n_effects; e++) {
		w->spec[e] = specs[e];
		w->n_outputs += lull_effect_n_outputs(&specs[e]);
		if (lull_effect_is_stepped(&specs[e]))
			w->stepped[w->n_stepped++] = e;
	}
	w->isa = lull_cpu_isa();
	lull_effect_work_tolerance(w, LULL_EFFECT_RTOL, LULL_EFFECT_ATOL);
	make_tables(&w->tables);
	*out = w;
	return LULL_OK;
}

void lull_effect_work_free(struct lull_effect_work *work)
{
	if (work == NULL)
		return;
	lull_effect_work_free(work->beside);
	lull_lin_work_free(work->beside_linear);
	lull_mem_free(work->value);
	lull_mem_free(work);
}

int lull_effect_work_linear(struct lull_effect_work *work, const struct lull_linear *linear, struct lull_err *err)
{
	int rc;

	if (work->n_stepped == 0 || work->linear != NULL)
		return LULL_OK;
	rc = lull_lin_work_new(linear, &work->beside_linear, err);
	if (rc != LULL_OK)
		return rc;
	rc = lull_effect_work_new(work->spec, work->n_effects, work->n_linear, &work->beside, err);
	if (rc != LULL_OK) {
		lull_lin_work_free(work->beside_linear);
		work->beside_linear = NULL;
		return rc;
	}
	work->beside->is_beside = true;
	work->linear = linear;
	return LULL_OK;
}

/* Below 1e-13 rounding is larger than what is asked. */
void lull_effect_work_tolerance(struct lull_effect_work *work, double rtol, double atol)
{
	work->rtol = lull_max(rtol, 1e-13);
	work->atol = lull_max(atol, 1e-16);
}

void lull_effect_work_isa(struct lull_effect_work *work, int isa)
{
	work->isa = (enum lull_isa)isa;
}

struct lull_effect_count lull_effect_work_count(const struct lull_effect_work *work)
{
	return work->count;
}

int lull_effect_status(const struct lull_effect_work *work, int lane, struct lull_err *err)
{
	if (lane < 0 || lane >= work->n_lanes)
		return lull_fail(err, LULL_EDOMAIN, "lane", "there are %d lanes", work->n_lanes);
	if (work->lane[lane].status != LULL_OK && err != NULL)
		*err = work->lane[lane].err;
	return work->lane[lane].status;
}

/* ---- begin ---- */

static int check_lane(const struct lull_effect_work *w, const struct lull_effect_lane *lane, struct lull_err *err)
{
	const struct lull_lin_job *job = lane->job;

	if (w->is_beside) /* checked by whom it stands beside */
		return LULL_OK;
	for (size_t p = 0; p < job->n_people; p++)
		for (int e = 0; e < w->n_effects; e++) {
			const int rc = lull_effect_check(&w->spec[e], &lane->numbers[p * (size_t)w->n_effects + (size_t)e], err);
			if (rc != LULL_OK)
				return rc;
		}
	for (size_t i = 0; i < job->n_ops; i++) {
		const struct lull_op *op = &job->ops[i];
		if (op->kind == LULL_OP_PERSON && (op->i_person < 0 || (size_t)op->i_person >= job->n_people))
			return lull_fail(err, LULL_EDOMAIN, "ops", "person %d of %zu", (int)op->i_person, job->n_people);
		if (w->n_stepped > 0 && (op->kind == LULL_OP_ADD_STEADY || (op->kind == LULL_OP_STEADY && w->linear == NULL))) {
			lull_fail(err, LULL_EUNSUPPORTED, "ops", "%s at %g h: an indirect response is not a sum of those of its doses",
				  op->kind == LULL_OP_STEADY ? "a steady state" : "a second steady state on top of the first (SS 2)", op->t_h);
			lull_mend(err, "give the doses before it one by one (ADDL), for as long as the response needs to settle");
			return LULL_EUNSUPPORTED;
		}
	}
	return LULL_OK;
}

int lull_effect_begin(struct lull_effect_work *work, const struct lull_effect_lane *lanes, int n_lanes, struct lull_err *err)
{
	size_t n_times = 0;

	if (n_lanes < 1 || n_lanes > LULL_LANES)
		return lull_fail(err, LULL_EDOMAIN, "lanes", "1 to %d people run side by side, not %d", LULL_LANES, n_lanes);
	for (int l = 0; l < n_lanes; l++)
		n_times = lanes[l].job->n_times > n_times ? lanes[l].job->n_times : n_times;
	const size_t row = (size_t)work->n_stepped * LULL_LANES;
	if (work->n_stepped > 0 && n_times > work->n_values) {
		if (n_times > SIZE_MAX / sizeof(double) / row)
			return lull_nomem(err);
		double *value = lull_mem_alloc(n_times * row * sizeof(double));
		if (value == NULL)
			return lull_nomem(err);
		lull_mem_free(work->value);
		work->value = value;
		work->n_values = n_times;
	}
	work->n_lanes = n_lanes;
	for (int l = 0; l < n_lanes; l++) {
		struct lane_state *s = &work->lane[l];
		s->numbers = lanes[l].numbers;
		s->job = lanes[l].job;
		s->stepped = s->direct = (struct walk){ 0 };
		s->has_begun = false;
		s->status = check_lane(work, &lanes[l], &s->err);
	}
	return LULL_OK;
}

/* ---- stepped effects ---- */

static const struct lull_effect_numbers *numbers_of(const struct lull_effect_work *w, const struct lane_state *s,
						    size_t person, int effect)
{
	return &s->numbers[person * (size_t)w->n_effects + (size_t)effect];
}

static void restart(const struct lull_effect_work *w, struct lane_state *s)
{
	for (int i = 0; i < w->n_stepped; i++)
		s->r[i] = start_of(numbers_of(w, s, s->stepped.person, w->stepped[i]));
}

/* Ops that come before this stretch: those that come before its outputs, else, as it has a length,
 * all up to its start. */
static size_t ops_before(const struct lull_lin_job *job, const struct lull_lin_stretch *stretch, int i, size_t seen)
{
	const bool is_long = stretch->t1_h[i] > stretch->t0_h[i];

	if (!is_long && stretch->n_times > 0 && job->ops_before != NULL)
		return job->ops_before[stretch->i_time];
	while ((is_long || stretch->n_times > 0) && seen < job->n_ops && job->ops[seen].t_h <= stretch->t0_h[i])
		seen++;
	return seen;
}

/* ---- steady state of a response ---- */

static int beside_stretch(void *user, int first_lane, const struct lull_lin_stretch *stretch, struct lull_err *err)
{
	return lull_effect_stretch(user, first_lane, stretch, err);
}

/* One interval of the regimen behind a STEADY op, from the moment that a dose is due. */
static size_t interval_ops(const struct lull_op *op, double length_h, struct lull_op ops[3])
{
	const double rate = op->dur_h > 0 ? op->amount / op->dur_h : op->amount;
	const double n_whole = op->interval_h > 0 ? lull_floor(op->dur_h / length_h) : 0, rest = op->dur_h - n_whole * length_h;
	struct lull_op each = { .state = op->state };
	size_t n = 0;

	ops[n] = *op;
	ops[n].t_h = 0;
	ops[n++].phase_h = 0;
	if (op->interval_h > 0 && !(op->dur_h > 0)) {
		each.kind = LULL_OP_BOLUS;
		each.amount = op->amount;
		ops[n++] = each;
		return n;
	}
	each.kind = LULL_OP_RATE; /* earlier infusions that still run, and this one while it does */
	each.amount = op->interval_h > 0 ? (n_whole + (rest > 0 ? 1 : 0)) * rate : rate;
	ops[n++] = each;
	if (op->interval_h > 0 && rest > 0) {
		each.t_h = rest;
		each.amount = n_whole * rate;
		ops[n++] = each;
	}
	return n;
}

/* R of each stepped effect after length_h of the interval, from r. */
static int beside_run(struct lull_effect_work *w, const struct lane_state *s, const struct lull_op *op, double interval_h,
		      double length_h, const double *from, double *to, struct lull_err *err)
{
	struct lull_effect_work *in = w->beside;
	struct lull_effect_numbers numbers[LULL_MAX_EFFECTS];
	struct lull_op ops[3];
	struct lull_err lane_err = { 0 };
	int status = LULL_OK, rc;
	const struct lull_lin_job job = { .people = &s->job->people[s->stepped.person], .n_people = 1, .ops = ops,
					  .n_ops = interval_ops(op, interval_h, ops), .t_h = &length_h, .n_times = 1 };
	const struct lull_effect_lane lane = { numbers, &job };
	const struct lull_lin_sink sink = { .user = in, .stretch = beside_stretch };

	for (int e = 0; e < w->n_effects; e++)
		numbers[e] = *numbers_of(w, s, s->stepped.person, e);
	for (int i = 0; i < w->n_stepped; i++)
		numbers[w->stepped[i]].r0 = from[i];
	in->isa = w->isa;
	if ((rc = lull_effect_begin(in, &lane, 1, err)) || (rc = lull_linear_run(w->linear, w->beside_linear, &job, 1, &sink, &status, &lane_err, err)))
		return rc;
	if (status != LULL_OK) {
		if (err != NULL)
			*err = lane_err;
		return status;
	}
	memcpy(to, in->lane[0].r, sizeof(in->lane[0].r));
	return lull_effect_status(in, 0, err);
}

/* Over one interval R -> alpha R + beta, as R' is linear in R: two runs give both, and R = alpha R + beta is the
 * steady one. Finer than elsewhere, for 1 - alpha may be small. */
static int steady(struct lull_effect_work *w, struct lane_state *s, const struct lull_op *op, struct lull_err *err)
{
	double base[LULL_MAX_EFFECTS], above[LULL_MAX_EFFECTS], low[LULL_MAX_EFFECTS], high[LULL_MAX_EFFECTS], interval_h = op->interval_h;
	int rc;

	for (int i = 0; i < w->n_stepped; i++) {
		const struct lull_effect_numbers *n = numbers_of(w, s, s->stepped.person, w->stepped[i]);
		base[i] = n->kin / n->kout_per_h;
		above[i] = 2 * base[i] + (n->kin > 0 ? 0 : 1);
		if (!(op->interval_h > 0)) /* a constant rate: any length does */
			interval_h = lull_max(interval_h, lull_min(1 / n->kout_per_h, LULL_LIN_MAX_TIME));
	}
	lull_effect_work_tolerance(w->beside, 1e-13, 1e-16);
	if ((rc = beside_run(w, s, op, interval_h, interval_h, base, low, err)) || (rc = beside_run(w, s, op, interval_h, interval_h, above, high, err)))
		return rc;
	for (int i = 0; i < w->n_stepped; i++) {
		const double kept = (high[i] - low[i]) / (above[i] - base[i]), gained = low[i] - base[i];
		if (!(kept < 1 - 1e-12) || !lull_is_finite(gained))
			return lull_fail(err, LULL_EDOMAIN, "ops", "the response to the regimen behind the steady state at %g h never settles", op->t_h);
		s->r[i] = base[i] + gained / (1 - kept);
	}
	return op->phase_h > 0 && op->interval_h > 0 ? beside_run(w, s, op, interval_h, op->phase_h, s->r, s->r, err) : LULL_OK;
}

static void take_ops(struct lull_effect_work *w, struct lane_state *s, const struct lull_lin_stretch *stretch, int i)
{
	const size_t until = ops_before(s->job, stretch, i, s->stepped.n_ops);

	if (!s->has_begun)
		restart(w, s);
	for (; s->stepped.n_ops < until && s->status == LULL_OK; s->stepped.n_ops++) {
		const struct lull_op *op = &s->job->ops[s->stepped.n_ops];
		if (op->kind == LULL_OP_PERSON)
			s->stepped.person = (size_t)op->i_person;
		if (op->kind == LULL_OP_RESET || (op->kind == LULL_OP_PERSON && !s->has_begun))
			restart(w, s);
		if (op->kind == LULL_OP_STEADY && !w->is_beside)
			s->status = steady(w, s, op, &s->err);
	}
	s->has_begun = true;
}

/* The closed form of the drive, in eight lanes; modes that no lane has are left out. Rates decide the first panel. */
static bool take_drive(const struct lull_lin_stretch *stretch, int output, struct lull_effect__run *run)
{
	const size_t width = (size_t)stretch->width;
	const double *coef = stretch->coef + (size_t)output * (size_t)stretch->n_modes * width;

	run->n_modes = 0;
	for (size_t k = 0; k < (size_t)stretch->n_modes; k++) {
		bool any = false;
		for (size_t l = 0; l < width; l++)
			any |= coef[k * width + l] != 0;
		if (!any)
			continue;
		if (run->n_modes == LULL_EFFECT__MAX_MODES)
			return false;
		double *rate = run->rate[run->n_modes], *c = run->coef[run->n_modes];
		memset(rate, 0, sizeof(run->rate[0]));
		memset(c, 0, sizeof(run->coef[0]));
		memcpy(rate, stretch->rate_per_h + k * width, width * sizeof(double));
		memcpy(c, coef + k * width, width * sizeof(double));
		for (size_t l = 0; l < width; l++)
			if (c[l] != 0)
				run->first_step_h[l] = lull_min(run->first_step_h[l], 4 / lull_max(rate[l], 1e-300));
		run->n_modes++;
	}
	memset(run->level, 0, sizeof(run->level));
	memcpy(run->level, stretch->level + (size_t)output * width, width * sizeof(double));
	memset(run->ramp, 0, sizeof(run->ramp));
	if (stretch->slope != NULL)
		memcpy(run->ramp, stretch->slope + (size_t)output * width, width * sizeof(double));
	if (run->n_modes == 0) { /* constant, or nothing: one mode of size 0 */
		run->n_modes = 1;
		memset(run->rate[0], 0, sizeof(run->rate[0]));
		memset(run->coef[0], 0, sizeof(run->coef[0]));
	}
	return true;
}

/* By eval: the fastest flow decides the first panel. */
static void take_eval(const struct lane_state *s, struct lull_effect__run *run)
{
	const struct lull_lin_person *person = &s->job->people[s->stepped.person];

	run->n_modes = 0;
	memset(run->level, 0, sizeof(run->level));
	memset(run->ramp, 0, sizeof(run->ramp));
	for (int f = 0; f < LULL_LIN_MAX_FLOWS; f++)
		if (person->rate_per_h[f] > 0)
			run->first_step_h[0] = lull_min(run->first_step_h[0], 4 / person->rate_per_h[f]);
}

static void take_lane(const struct lull_effect_work *w, const struct lane_state *s, const struct lull_lin_stretch *stretch,
		      int i, int stepped, struct lull_effect__run *run)
{
	const struct lull_effect_numbers *n = numbers_of(w, s, s->stepped.person, w->stepped[stepped]);

	put_numbers(run->kind, n, &run->n, i);
	run->r[i] = s->r[stepped];
	run->scale[i] = lull_max(start_of(n), n->kin / n->kout_per_h);
	run->t0_h[i] = stretch->t0_h[i];
	run->length_h[i] = lull_max(stretch->t1_h[i] - stretch->t0_h[i], 0);
	run->first_step_h[i] = run->length_h[i];
	run->t_h[i] = s->job->t_h + stretch->i_time;
	run->lanes |= 1u << i;
}

static void step(const struct lull_effect_work *w, struct lull_effect__run *run)
{
#if defined(__x86_64__)
	if (w->isa == LULL_ISA_AVX512) {
		lull_effect__step_avx512(&w->tables, run);
		return;
	}
	if (w->isa == LULL_ISA_AVX2) {
		lull_effect__step_avx2(&w->tables, run);
		return;
	}
#endif
	lull_effect__step_scalar(&w->tables, run);
}

static void fail_lanes(struct lull_effect_work *w, int first_lane, const struct lull_lin_stretch *stretch)
{
	const struct lull_effect__run *run = &w->run;

	for (int i = 0; i < stretch->width; i++) {
		struct lane_state *s = &w->lane[first_lane + i];
		if (run->nonfinite >> i & 1)
			s->status = lull_fail(&s->err, LULL_EDOMAIN, "effect", "the response is not a finite number between %g and %g h",
					      stretch->t0_h[i], stretch->t1_h[i]);
		else if (run->failed >> i & 1)
			s->status = lull_fail(&s->err, LULL_ELIMIT, "effect", "the response cannot be computed to its tolerance between %g and %g h",
					      stretch->t0_h[i], stretch->t1_h[i]);
	}
}

static int step_effect(struct lull_effect_work *w, int first_lane, const struct lull_lin_stretch *stretch, int stepped,
		       struct lull_err *err)
{
	struct lull_effect__run *run = &w->run;
	const struct lull_effect_spec *spec = &w->spec[w->stepped[stepped]];

	run->kind = spec->kind;
	run->rtol = w->rtol;
	run->atol = w->atol;
	run->stretch = stretch;
	run->output = spec->drive;
	run->n_times = stretch->n_times;
	run->stride = (size_t)w->n_stepped * LULL_LANES;
	run->value = w->value + stretch->i_time * run->stride + (size_t)stepped * LULL_LANES + (size_t)first_lane;
	run->lanes = run->failed = run->nonfinite = 0;
	run->n_steps = run->n_refused = 0;
	for (int i = 0; i < LULL_LANES; i++) {
		if (i < stretch->width && w->lane[first_lane + i].status == LULL_OK) {
			take_lane(w, &w->lane[first_lane + i], stretch, i, stepped, run);
			continue;
		}
		put_idle(&run->n, i);
		run->r[i] = run->scale[i] = run->t0_h[i] = run->length_h[i] = run->first_step_h[i] = 0;
		run->t_h[i] = NULL;
	}
	if (stretch->n_modes == 0 && stretch->eval != NULL)
		take_eval(&w->lane[first_lane], run);
	else if (!take_drive(stretch, spec->drive, run))
		return lull_fail(err, LULL_ELIMIT, "effect", "a drive of more than %d modes", LULL_EFFECT__MAX_MODES);
	step(w, run);
	w->count.n_steps += run->n_steps;
	w->count.n_refused += run->n_refused;
	for (int i = 0; i < stretch->width; i++)
		w->lane[first_lane + i].r[stepped] = run->r[i];
	fail_lanes(w, first_lane, stretch);
	return LULL_OK;
}

int lull_effect_stretch(struct lull_effect_work *work, int first_lane, const struct lull_lin_stretch *stretch,
			struct lull_err *err)
{
	if (work->n_stepped == 0)
		return LULL_OK;
	if (first_lane < 0 || stretch->width < 1 || first_lane + stretch->width > work->n_lanes)
		return lull_fail(err, LULL_EDOMAIN, "lane", "lanes %d to %d, but %d began", first_lane, first_lane + stretch->width - 1,
				 work->n_lanes);
	if (stretch->n_modes == 0 && stretch->eval != NULL && stretch->width != 1)
		return lull_fail(err, LULL_EDOMAIN, "effect", "a stretch without modes is one person's");
	if (stretch->i_time + stretch->n_times > work->n_values)
		return lull_fail(err, LULL_EDOMAIN, "effect", "a stretch with more output times than its people's jobs");
	for (int i = 0; i < stretch->width; i++)
		if (work->lane[first_lane + i].status == LULL_OK)
			take_ops(work, &work->lane[first_lane + i], stretch, i);
	for (int e = 0; e < work->n_stepped; e++) {
		const int rc = step_effect(work, first_lane, stretch, e, err);
		if (rc != LULL_OK)
			return rc;
	}
	return LULL_OK;
}

/* ---- tiles ---- */

static void direct(enum lull_isa isa, const struct lull_effect_spec *spec, const struct lull_effect__numbers *n, int width,
		   const double *conc, size_t conc_stride, double *out, size_t out_stride, size_t n_times)
{
	const int n_grades = lull_effect_n_outputs(spec);
#if defined(__x86_64__)
	if (isa == LULL_ISA_AVX512) {
		lull_effect__direct_avx512(spec->kind, n_grades, n, width, conc, conc_stride, out, out_stride, n_times);
		return;
	}
	if (isa == LULL_ISA_AVX2) {
		lull_effect__direct_avx2(spec->kind, n_grades, n, width, conc, conc_stride, out, out_stride, n_times);
		return;
	}
#endif
	(void)isa;
	lull_effect__direct_scalar(spec->kind, n_grades, n, width, conc, conc_stride, out, out_stride, n_times);
}

void lull_effect_direct(const struct lull_effect_spec *spec, const struct lull_effect_numbers *numbers, double conc, double *out)
{
	struct lull_effect__numbers n;

	for (int l = 0; l < LULL_LANES; l++)
		put_idle(&n, l);
	put_numbers(spec->kind, numbers, &n, 0);
	direct(LULL_ISA_SCALAR, spec, &n, 1, &conc, 1, out, 1, 1);
}

/* The numbers in force at output i, as the ops before it say. */
static size_t person_at(const struct lull_lin_job *job, size_t i, struct walk *walk)
{
	while (walk->n_ops < job->n_ops &&
	       (job->ops_before != NULL ? walk->n_ops < job->ops_before[i] : job->ops[walk->n_ops].t_h <= job->t_h[i])) {
		const struct lull_op *op = &job->ops[walk->n_ops++];
		if (op->kind == LULL_OP_PERSON)
			walk->person = (size_t)op->i_person;
	}
	return walk->person;
}

/* How many of the times from i on have the numbers of i for every lane. */
static size_t same_numbers(struct lull_effect_work *w, int first_lane, int width, size_t i, size_t n_times)
{
	size_t n = n_times;

	for (int l = 0; l < width; l++) {
		struct lane_state *s = &w->lane[first_lane + l];
		if (s->job->n_people < 2)
			continue;
		const size_t person = person_at(s->job, i, &s->direct);
		struct walk ahead = s->direct;
		size_t m = 1;
		while (m < n && person_at(s->job, i + m, &ahead) == person)
			m++;
		n = m;
	}
	return n;
}

static void direct_block(struct lull_effect_work *w, int first_lane, int width, const double *tile, double *out, size_t n_times)
{
	const size_t in_row = (size_t)w->n_linear * (size_t)width, out_row = (size_t)w->n_outputs * (size_t)width;
	double *to = out + in_row;

	for (int e = 0; e < w->n_effects; e++) {
		const struct lull_effect_spec *spec = &w->spec[e];
		if (!lull_effect_is_stepped(spec)) {
			for (int l = 0; l < LULL_LANES; l++) {
				const struct lane_state *s = l < width ? &w->lane[first_lane + l] : NULL;
				if (s == NULL || s->status != LULL_OK)
					put_idle(&w->direct, l);
				else
					put_numbers(spec->kind, numbers_of(w, s, s->direct.person, e), &w->direct, l);
			}
			direct(w->isa, spec, &w->direct, width, tile + (size_t)spec->drive * (size_t)width, in_row, to, out_row, n_times);
		}
		to += (size_t)lull_effect_n_outputs(spec) * (size_t)width;
	}
}

/* Linear outputs, and what the stretches left. */
static void copy_known(const struct lull_effect_work *w, int first_lane, int width, size_t i_time, size_t n_times,
		       const double *tile, double *out)
{
	const size_t n = (size_t)width, in_row = (size_t)w->n_linear * n, out_row = (size_t)w->n_outputs * n;
	const double *value = w->n_stepped > 0 ? w->value + i_time * (size_t)w->n_stepped * LULL_LANES + (size_t)first_lane : NULL;

	for (size_t i = 0; i < n_times; i++, tile += in_row, out += out_row) {
		double *to = out + in_row;
		memcpy(out, tile, in_row * sizeof(double));
		for (int e = 0; e < w->n_effects; e++) {
			if (lull_effect_is_stepped(&w->spec[e])) {
				memcpy(to, value, n * sizeof(double));
				value += LULL_LANES;
			}
			to += (size_t)lull_effect_n_outputs(&w->spec[e]) * n;
		}
	}
}

static void blank_failed(const struct lull_effect_work *w, int first_lane, int width, size_t n_times, double *out)
{
	const size_t n = (size_t)width, row = (size_t)w->n_outputs * n;

	for (int l = 0; l < width; l++)
		if (w->lane[first_lane + l].status != LULL_OK)
			for (size_t i = 0; i < n_times; i++)
				for (size_t o = (size_t)w->n_linear; o < (size_t)w->n_outputs; o++)
					out[i * row + o * n + (size_t)l] = (double)__builtin_nanf("");
}

int lull_effect_tile(struct lull_effect_work *work, int first_lane, int width, size_t i_time, size_t n_times,
		     const double *tile, double *out, struct lull_err *err)
{
	const size_t in_row = (size_t)work->n_linear * (size_t)width, out_row = (size_t)work->n_outputs * (size_t)width;

	if (first_lane < 0 || width < 1 || first_lane + width > work->n_lanes ||
	    (work->n_stepped > 0 && i_time + n_times > work->n_values))
		return lull_fail(err, LULL_EDOMAIN, "effect", "a tile of lanes or times that did not begin");
	copy_known(work, first_lane, width, i_time, n_times, tile, out);
	for (size_t i = 0; i < n_times && work->n_effects > work->n_stepped;) {
		const size_t n = same_numbers(work, first_lane, width, i_time + i, n_times - i);
		direct_block(work, first_lane, width, tile + i * in_row, out + i * out_row, n);
		i += n;
	}
	blank_failed(work, first_lane, width, n_times, out);
	return LULL_OK;
}
