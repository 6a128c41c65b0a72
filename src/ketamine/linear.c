/* The shape of a linear system, checked and taken apart once: parts, stars, what feeds what; and the checks of
 * what one person brings. */
#include "linear_impl.h"

#include <string.h>

/* ------------------------------------------------------------------ checks of the shape */

static int check_shape(const struct lull_lin_shape *s, struct lull_err *err)
{
	if (s->n_states < 1 || s->n_states > LULL_LIN_MAX_STATES || s->n_flows < 0 || s->n_flows > LULL_LIN_MAX_FLOWS ||
	    s->n_outputs < 1 || s->n_outputs > LULL_LIN_MAX_OUTPUTS)
		return lull_fail(err, LULL_ELIMIT, "shape", "a linear system has 1 to %d states, at most %d flows, 1 to %d outputs",
				 LULL_LIN_MAX_STATES, LULL_LIN_MAX_FLOWS, LULL_LIN_MAX_OUTPUTS);
	for (int f = 0; f < s->n_flows; f++) {
		const struct lull_lin_flow *flow = &s->flow[f];
		if (flow->from < 0 || flow->from >= s->n_states || flow->to < -1 || flow->to >= s->n_states ||
		    flow->to == flow->from || (flow->copies && flow->to < 0))
			return lull_fail(err, LULL_EDOMAIN, "shape", "flow %d goes from a state to another one or out of the body", f);
	}
	for (int o = 0; o < s->n_outputs; o++)
		if (s->output_state[o] < 0 || s->output_state[o] >= s->n_states)
			return lull_fail(err, LULL_EDOMAIN, "shape", "output %d reads a state that is not there", o);
	return LULL_OK;
}

/* ------------------------------------------------------------------ parts */

/* reach[a]: the states that something in a comes to, itself too. */
static void find_reach(const struct lull_lin_shape *s, uint32_t *reach)
{
	for (int a = 0; a < s->n_states; a++)
		reach[a] = 1u << a;
	for (bool more = true; more;) {
		more = false;
		for (int f = 0; f < s->n_flows; f++) {
			if (s->flow[f].to < 0)
				continue;
			const uint32_t now = reach[s->flow[f].from] | reach[s->flow[f].to];
			more = more || now != reach[s->flow[f].from];
			reach[s->flow[f].from] = now;
		}
	}
}

static bool together(const uint32_t *reach, int a, int b)
{
	return (reach[a] >> b & 1) && (reach[b] >> a & 1);
}

/* Every exchange inside the part passes `centre`, and each other state exchanges with it both ways. */
static bool is_centre(const struct lull_lin_shape *s, const uint32_t *reach, int centre)
{
	uint32_t legs_to = 0, legs_from = 0, members = 0;

	for (int a = 0; a < s->n_states; a++)
		if (a != centre && together(reach, a, centre))
			members |= 1u << a;
	for (int f = 0; f < s->n_flows; f++) {
		const struct lull_lin_flow *flow = &s->flow[f];
		if (flow->to < 0 || !together(reach, flow->from, flow->to) || !together(reach, flow->from, centre))
			continue;
		if (flow->from == centre)
			legs_to |= 1u << flow->to;
		else if (flow->to == centre)
			legs_from |= 1u << flow->from;
		else
			return false;
	}
	return legs_to == members && legs_from == members;
}

/* The part with state `first`, the lowest of it: its states get the next places, a star's centre first. */
static void add_part(struct lull_linear *l, const uint32_t *reach, int first)
{
	struct lull_linear__part *part = &l->part[l->n_parts];
	int centre = -1;

	part->first = l->n;
	for (int a = l->shape.n_states - 1; a >= 0; a--)
		if (together(reach, a, first) && is_centre(&l->shape, reach, a))
			centre = a;
	if (centre < 0) {
		l->has_modes = false;
		centre = first;
	}
	for (int i = -1; i < l->shape.n_states; i++) {
		const int a = i < 0 ? centre : i;
		if ((i >= 0 && a == centre) || !together(reach, a, first))
			continue;
		l->part_of_place[l->n] = l->n_parts;
		l->place_of[a] = l->n;
		l->state_at[l->n++] = a;
	}
	part->n = l->n - part->first;
	l->n_parts++;
}

/* Parts in an order in which everything comes from parts before. */
static void find_parts(struct lull_linear *l, const uint32_t *reach)
{
	uint32_t placed = 0;

	l->has_modes = true;
	while (l->n < l->shape.n_states)
		for (int a = 0; a < l->shape.n_states; a++) {
			bool ready = !(placed >> a & 1);
			for (int b = 0; b < l->shape.n_states && ready; b++)
				ready = !(reach[b] >> a & 1) || (placed >> b & 1) || together(reach, a, b);
			if (!ready)
				continue;
			add_part(l, reach, a);
			for (int b = 0; b < l->shape.n_states; b++)
				if (together(reach, a, b))
					placed |= 1u << b;
		}
}

static int find_flows(struct lull_linear *l, const uint32_t *reach, struct lull_err *err)
{
	const struct lull_lin_shape *s = &l->shape;

	for (int f = 0; f < s->n_flows; f++) {
		const int from = s->flow[f].from, to = s->flow[f].to;
		if (to < 0) {
			l->where[f] = LULL_LINEAR__OUT;
		} else if (!together(reach, from, to)) {
			l->where[f] = LULL_LINEAR__ACROSS;
		} else {
			const struct lull_linear__part *part = &l->part[l->part_of_place[l->place_of[from]]];
			if (s->flow[f].copies)
				return lull_fail(err, LULL_EDOMAIN, "shape",
						 "flow %d copies and its end feeds back to its begin: such a system would grow without end", f);
			l->where[f] = l->place_of[from] == part->first ? LULL_LINEAR__TO_LEG :
				      l->place_of[to] == part->first   ? LULL_LINEAR__TO_CENTRE :
									 LULL_LINEAR__INNER;
		}
	}
	return LULL_OK;
}

static void find_outputs(struct lull_linear *l, const uint32_t *reach)
{
	for (int p = 0; p < l->n; p++)
		for (int q = 0; q < p; q++)
			if ((reach[l->state_at[q]] >> l->state_at[p] & 1) && l->part_of_place[q] != l->part_of_place[p])
				l->above[p] |= 1u << q;
	for (int o = 0; o < l->shape.n_outputs; o++) {
		const int place = l->place_of[l->shape.output_state[o]];
		const struct lull_linear__part *part = &l->part[l->part_of_place[place]];
		l->output_place[o] = place;
		l->n_output_modes[o] = part->first + part->n;
		if (l->n_output_modes[o] > l->n_shown)
			l->n_shown = l->n_output_modes[o];
	}
	/* A tile and its exponentials stay in the first cache; products start anew with each (LULL_LIN_GRID_TOL). */
	l->n_tile = 160 / l->n_shown;
	l->n_tile = l->n_tile > LULL_LINEAR__MAX_TIMES ? LULL_LINEAR__MAX_TIMES : l->n_tile;
}

int lull_linear_new(const struct lull_lin_shape *shape, struct lull_arena *arena, const struct lull_linear **out,
		    struct lull_err *err)
{
	uint32_t reach[LULL_LIN_MAX_STATES];
	int rc = check_shape(shape, err);

	*out = NULL;
	if (rc != LULL_OK)
		return rc;
	struct lull_linear *l = LULL_ARENA_NEW(arena, struct lull_linear, 1);
	if (!l)
		return lull_nomem(err);
	l->shape = *shape;
	find_reach(shape, reach);
	find_parts(l, reach);
	if ((rc = find_flows(l, reach, err)))
		return rc;
	find_outputs(l, reach);
	*out = l;
	return LULL_OK;
}

/* ------------------------------------------------------------------ one person's numbers */

static bool in_range(double x, double high)
{
	return x >= 0 && x <= high;
}

static int check_person(const struct lull_linear *l, const struct lull_lin_person *p, struct lull_err *err)
{
	bool fine = true;

	for (int f = 0; f < l->shape.n_flows; f++)
		fine = fine && in_range(p->rate_per_h[f], LULL_LIN_MAX_RATE) &&
		       in_range(p->gain[f], l->where[f] == LULL_LINEAR__ACROSS || l->where[f] == LULL_LINEAR__OUT ? LULL_LIN_MAX_GAIN : 1);
	for (int o = 0; o < l->shape.n_outputs; o++)
		fine = fine && in_range(p->scale[o], LULL_LIN_MAX_AMOUNT);
	if (fine)
		return LULL_OK;
	return lull_fail(err, LULL_EDOMAIN, "person",
			 "rates lie from 0 to 1e8 per hour, gains from 0 to 1e8 (to 1 where mass comes back), scales from 0 to 1e15");
}

static int check_op(const struct lull_linear *l, const struct lull_lin_job *job, size_t i, struct lull_err *err)
{
	const struct lull_op *op = &job->ops[i];
	const bool is_steady = op->kind == LULL_OP_STEADY || op->kind == LULL_OP_ADD_STEADY;

	if (!(op->t_h >= (i ? op[-1].t_h : -LULL_LIN_MAX_TIME) && op->t_h <= LULL_LIN_MAX_TIME))
		return lull_fail(err, LULL_EDOMAIN, "ops", "times of ops do not fall and lie within 1e7 hours (op %zu)", i);
	if (op->kind < LULL_OP_BOLUS || op->kind > LULL_OP_PERSON)
		return lull_fail(err, LULL_EDOMAIN, "ops", "op %zu is of no known kind", i);
	if (op->kind == LULL_OP_PERSON)
		return op->i_person >= 0 && (size_t)op->i_person < job->n_people ?
			       LULL_OK : lull_fail(err, LULL_EDOMAIN, "ops", "op %zu names a person who is not there", i);
	if (op->kind == LULL_OP_RESET)
		return LULL_OK;
	if (op->state < 0 || op->state >= l->shape.n_states || !in_range(op->amount, LULL_LIN_MAX_AMOUNT))
		return lull_fail(err, LULL_EDOMAIN, "ops", "op %zu: the state must exist and the amount lie from 0 to 1e15", i);
	if (is_steady && !(in_range(op->interval_h, LULL_LIN_MAX_TIME) && in_range(op->dur_h, LULL_LIN_MAX_TIME) &&
			   (op->interval_h == 0 || (op->phase_h >= 0 && op->phase_h < op->interval_h))))
		return lull_fail(err, LULL_EDOMAIN, "ops",
				 "op %zu: a steady state has an interval and a duration from 0 to 1e7 hours, and a phase from 0 to below the interval", i);
	return LULL_OK;
}

static int check_times(const struct lull_linear__kernel *kernel, const struct lull_lin_job *job, struct lull_err *err)
{
	const double *t = job->t_h;
	const size_t n = job->n_times;
	int bad = 0;

	if (n == 0)
		return LULL_OK;
	bad = !(t[0] >= -LULL_LIN_MAX_TIME && t[n - 1] <= LULL_LIN_MAX_TIME) || !kernel->rises(t, n);
	for (size_t i = 0; job->ops_before && i < n; i++)
		bad |= job->ops_before[i] > job->n_ops || (i && job->ops_before[i] < job->ops_before[i - 1]);
	if (bad || !(job->step_h >= 0 && job->step_h <= LULL_LIN_MAX_TIME))
		return lull_fail(err, LULL_EDOMAIN, "t_h", "output times (and ops before them) do not fall and lie within 1e7 hours");
	return LULL_OK;
}

int lull_linear__check_job(const struct lull_linear *l, const struct lull_lin_job *job, const struct lull_linear__kernel *new_times,
			   struct lull_err *err)
{
	int rc = LULL_OK;

	if (job->n_people == 0 || (job->n_ops > 0 && !job->ops) || (job->n_times > 0 && !job->t_h))
		return lull_fail(err, LULL_EDOMAIN, "job", "a job has a person, its ops and its times");
	for (size_t p = 0; p < job->n_people && rc == LULL_OK; p++)
		rc = check_person(l, &job->people[p], err);
	for (size_t i = 0; i < job->n_ops && rc == LULL_OK; i++)
		rc = check_op(l, job, i, err);
	return rc == LULL_OK && new_times ? check_times(new_times, job, err) : rc;
}

/* States that an amount in `state` comes to, by this person's rates. */
static uint32_t reached_by(const struct lull_linear *l, const struct lull_lin_person *p, int state)
{
	uint32_t reached = 1u << state;

	for (bool more = true; more;) {
		more = false;
		for (int f = 0; f < l->shape.n_flows; f++) {
			const struct lull_lin_flow *flow = &l->shape.flow[f];
			if (flow->to < 0 || (reached >> flow->to & 1) || !(reached >> flow->from & 1) ||
			    !(p->rate_per_h[f] * p->gain[f] > 0))
				continue;
			reached |= 1u << flow->to;
			more = true;
		}
	}
	return reached;
}

/* Something leaves every state that is reached, sooner or later: walk backwards from the exits. */
bool lull_linear__leaves(const struct lull_linear *l, const struct lull_lin_person *p, int state)
{
	const uint32_t reached = reached_by(l, p, state);
	uint32_t leaves = 0;

	for (bool more = true; more;) {
		more = false;
		for (int f = 0; f < l->shape.n_flows; f++) {
			const struct lull_lin_flow *flow = &l->shape.flow[f];
			if (flow->copies || (leaves >> flow->from & 1) || !(p->rate_per_h[f] > 0))
				continue;
			if (l->where[f] == LULL_LINEAR__OUT || l->where[f] == LULL_LINEAR__ACROSS || p->gain[f] < 1 ||
			    (leaves >> flow->to & 1)) {
				leaves |= 1u << flow->from;
				more = true;
			}
		}
	}
	return (reached & ~leaves) == 0;
}
