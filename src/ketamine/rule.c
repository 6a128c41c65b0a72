/* The rule of an infusion that responds to effect. The order of the questions is that of
 * the header; each answer is one small function. */
#include "lull/ketamine/rule.h"

#include <math.h>
#include <stddef.h>

#include "lull/base/units.h"
#include "lull/num/math.h"

const char *const lull_rule_phase_names[] = { "titrate", "at_target", "wean", "held", "ended", NULL };
const char *const lull_rule_action_names[] = { "keep", "raise", "reduce", "hold", "resume", "wean_step", "stop", NULL };

/* Two sums of a few decimal steps that are meant to be equal (0.1 + 0.1 + 0.1 and 0.3, or
 * three hours as nine times twenty minutes) differ by less than this. */
static const double slack = 1e-9;

/* ------------------------------------------------------------------ lines */

enum direction { AT_OR_BELOW, AT_OR_ABOVE, BELOW };

static const struct line {
	size_t obs, reduce, stop;
	enum direction direction;
	const char *crossed, *stopped, *missing;
} lines[] = {
#define LINE(obs_, name, dir, what)                                                                     \
	{ offsetof(struct lull_rule_obs, obs_), offsetof(struct lull_rule, reduce_##name),                  \
	  offsetof(struct lull_rule, stop_##name), dir, what " has crossed the line for reducing",         \
	  what " has crossed the line for stopping", what " was not observed" }
	LINE(moaas, sedation_moaas, AT_OR_BELOW, "sedation (MOAA/S)"),
	LINE(sbp_mmhg, sbp_mmhg, AT_OR_ABOVE, "systolic pressure"),
	LINE(dbp_mmhg, dbp_mmhg, AT_OR_ABOVE, "diastolic pressure"),
	LINE(hr_per_min, hr_per_min, AT_OR_ABOVE, "heart rate"),
	LINE(spo2_pct, spo2_pct, BELOW, "oxygen saturation"),
	LINE(dissociation, dissociation, AT_OR_ABOVE, "dissociation"),
#undef LINE
};
enum { N_LINES = sizeof(lines) / sizeof(lines[0]) };

static double number_at(const void *object, size_t offset)
{
	return *(const double *)(const void *)((const char *)object + offset);
}

/* NaN on either side crosses nothing. */
static bool crosses(enum direction direction, double value, double line)
{
	switch (direction) {
	case AT_OR_BELOW: return value <= line;
	case AT_OR_ABOVE: return value >= line;
	default: return value < line;
	}
}

static const char *stop_line(const struct lull_rule *rule, const struct lull_rule_obs *obs)
{
	for (int i = 0; i < N_LINES; i++)
		if (crosses(lines[i].direction, number_at(obs, lines[i].obs), number_at(rule, lines[i].stop)))
			return lines[i].stopped;
	return NULL;
}

static const char *reduce_line(const struct lull_rule *rule, const struct lull_rule_obs *obs)
{
	for (int i = 0; i < N_LINES; i++)
		if (crosses(lines[i].direction, number_at(obs, lines[i].obs), number_at(rule, lines[i].reduce)))
			return lines[i].crossed;
	return NULL;
}

/* The first signal that has a line and was not looked at. */
static const char *unobserved(const struct lull_rule *rule, const struct lull_rule_obs *obs)
{
	for (int i = 0; i < N_LINES; i++) {
		const bool has_line = !lull_is_nan(number_at(rule, lines[i].reduce)) ||
				      !lull_is_nan(number_at(rule, lines[i].stop));
		if (has_line && lull_is_nan(number_at(obs, lines[i].obs)))
			return lines[i].missing;
	}
	return NULL;
}

void lull_rule_assume_inside(struct lull_rule_obs *obs)
{
	for (int i = 0; i < N_LINES; i++) {
		double *signal = (double *)(void *)((char *)obs + lines[i].obs);
		if (lull_is_nan(*signal))
			*signal = lines[i].direction == AT_OR_ABOVE ? -INFINITY : INFINITY;
	}
}

/* ------------------------------------------------------------------ start */

static int check_above_zero(double x, const char *where, struct lull_err *err)
{
	if (x > 0 && lull_is_finite(x))
		return LULL_OK;
	return lull_fail(err, LULL_EDOMAIN, where, "the rule cannot run without this number, above 0");
}

/* NaN (not stated) passes. */
static int check_if_stated(double x, double low, double high, const char *where, struct lull_err *err)
{
	if (lull_is_nan(x) || (x >= low && x <= high))
		return LULL_OK;
	return lull_fail(err, LULL_EDOMAIN, where, "a number from %g to %g, or not stated", low, high);
}

static int check_rule(const struct lull_rule *r, struct lull_err *err)
{
	const struct {
		double x;
		const char *where;
	} needed[] = {
		{ r->start_mg_per_kg_per_h, "rule.start_mg_per_kg_per_h" },
		{ r->raise_mg_per_kg_per_h, "rule.raise_mg_per_kg_per_h" },
		{ r->raise_every_h, "rule.raise_every_h" },
		{ r->cap_mg_per_kg_per_h, "rule.cap_mg_per_kg_per_h" },
		{ r->max_dur_h, "rule.max_dur_h" },
	};
	const struct {
		double x, low, high;
		const char *where;
	} stated[] = {
		{ r->cap_mg_per_h, 1e-6, 1e6, "rule.cap_mg_per_h" },
		{ r->target_nrs, 0, 10, "rule.target_nrs" },
		{ r->target_fall_frac, 0, 1, "rule.target_fall_frac" },
		{ r->hold_at_target_h, 0, 1e4, "rule.hold_at_target_h" },
		{ r->wean_mg_per_kg_per_h, 1e-6, 1e3, "rule.wean_mg_per_kg_per_h" },
		{ r->wean_every_h, 1e-3, 1e4, "rule.wean_every_h" },
		{ r->reduce_frac, 1e-6, 1, "rule.reduce_frac" },
		{ r->resume_after_min, 0, 1e5, "rule.resume_after_min" },
		{ r->resume_frac, 1e-6, 1, "rule.resume_frac" },
	};

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (check_above_zero(needed[i].x, needed[i].where, err) != LULL_OK)
			return LULL_EDOMAIN;
	for (size_t i = 0; i < sizeof(stated) / sizeof(stated[0]); i++)
		if (check_if_stated(stated[i].x, stated[i].low, stated[i].high, stated[i].where, err) != LULL_OK)
			return LULL_EDOMAIN;
	if (lull_is_nan(r->target_nrs) && lull_is_nan(r->target_fall_frac))
		return lull_fail(err, LULL_EDOMAIN, "rule.target_nrs",
				 "the rule needs a target: a pain score or a fraction by which pain falls");
	if (r->start_mg_per_kg_per_h > r->cap_mg_per_kg_per_h)
		return lull_fail(err, LULL_EDOMAIN, "rule.start_mg_per_kg_per_h", "the start rate is above the cap");
	return LULL_OK;
}

double lull_rule_cap_mg_per_kg_per_h(const struct lull_rule *rule, double weight_kg)
{
	if (lull_is_nan(rule->cap_mg_per_h))
		return rule->cap_mg_per_kg_per_h;
	if (!(weight_kg > 0)) /* a cap in mg/h that cannot be judged allows nothing */
		return 0;
	return lull_min(rule->cap_mg_per_h / weight_kg, rule->cap_mg_per_kg_per_h);
}

int lull_rule_start(const struct lull_rule *rule, double weight_kg, double t_h, struct lull_rule_state *out,
		    struct lull_err *err)
{
	int rc;

	*out = (struct lull_rule_state){ .phase = LULL_RULE_ENDED };
	if ((rc = check_rule(rule, err)))
		return rc;
	if ((rc = check_above_zero(weight_kg, "weight_kg", err)))
		return rc;
	if (!lull_is_finite(t_h))
		return lull_fail(err, LULL_EDOMAIN, "t_h", "the start is a time");
	*out = (struct lull_rule_state){
		.phase = LULL_RULE_TITRATE,
		.rate_mg_per_kg_per_h = lull_min(rule->start_mg_per_kg_per_h,
						 lull_rule_cap_mg_per_kg_per_h(rule, weight_kg)),
		.since_h = t_h,
		.start_h = t_h,
		.at_target_h = NAN,
		.ok_since_h = NAN,
		.rate_before_hold_mg_per_kg_per_h = NAN,
		.crossed_at_mg_per_kg_per_h = NAN,
	};
	return LULL_OK;
}

/* ------------------------------------------------------------------ decisions */

/* What one look has at hand. */
struct look {
	const struct lull_rule *rule;
	const struct lull_rule_obs *obs;
	struct lull_rule_state *state;
	double cap;
};

static struct lull_rule_decision decide(struct look *look, enum lull_rule_action action, double rate,
					const char *because)
{
	struct lull_rule_state *s = look->state;

	if (rate != s->rate_mg_per_kg_per_h)
		s->since_h = look->obs->t_h;
	s->rate_mg_per_kg_per_h = rate;
	return (struct lull_rule_decision){ .action = action, .rate_mg_per_kg_per_h = rate, .because = because };
}

static struct lull_rule_decision keep(struct look *look, const char *because)
{
	return decide(look, LULL_RULE_KEEP, look->state->rate_mg_per_kg_per_h, because);
}

static struct lull_rule_decision stop(struct look *look, const char *because)
{
	look->state->phase = LULL_RULE_ENDED;
	return decide(look, LULL_RULE_STOP, 0, because);
}

static double resume_after_h(const struct lull_rule *rule)
{
	return lull_h_from_min(rule->resume_after_min);
}

static struct lull_rule_decision hold(struct look *look, const char *because)
{
	struct lull_rule_state *s = look->state;

	if (s->n_restarts >= look->rule->max_restarts)
		return stop(look, because);
	s->rate_before_hold_mg_per_kg_per_h = s->rate_mg_per_kg_per_h;
	s->phase_before_hold = s->phase;
	s->phase = LULL_RULE_HELD;
	s->ok_since_h = NAN;
	s->reduced = false;
	return decide(look, LULL_RULE_HOLD, 0, because);
}

/* Remember the lowest rate at which a line was crossed. */
static void mark_crossed(struct lull_rule_state *s)
{
	if (!(s->crossed_at_mg_per_kg_per_h <= s->rate_mg_per_kg_per_h))
		s->crossed_at_mg_per_kg_per_h = s->rate_mg_per_kg_per_h;
}

/* A line is crossed while drug runs: reduce first; hold when that did not help in time. */
static struct lull_rule_decision answer_line(struct look *look, const char *because)
{
	const struct lull_rule *r = look->rule;
	struct lull_rule_state *s = look->state;
	const double rate = s->rate_mg_per_kg_per_h;

	if (s->reduced && look->obs->t_h - s->since_h < resume_after_h(r) - slack)
		return keep(look, "reduced a moment ago; looking again before holding");
	mark_crossed(s);
	if (s->reduced || lull_is_nan(r->reduce_frac) || r->reduce_frac >= 1)
		return hold(look, because);
	s->reduced = true;
	return decide(look, LULL_RULE_REDUCE, rate * (1 - r->reduce_frac), because);
}

static struct lull_rule_decision answer_held(struct look *look, const char *crossed)
{
	const struct lull_rule *r = look->rule;
	struct lull_rule_state *s = look->state;
	const char *missing = unobserved(r, look->obs);

	if (crossed) {
		s->ok_since_h = NAN;
		return keep(look, crossed);
	}
	if (lull_is_nan(r->resume_after_min) || lull_is_nan(r->resume_frac))
		return keep(look, "held; the protocol states no resuming");
	if (missing)
		return keep(look, missing);
	if (lull_is_nan(s->ok_since_h))
		s->ok_since_h = look->obs->t_h;
	if (look->obs->t_h - s->ok_since_h < resume_after_h(r) - slack)
		return keep(look, "held; not yet back inside the lines for long enough");
	s->n_restarts++;
	s->phase = s->phase_before_hold;
	s->ok_since_h = NAN;
	return decide(look, LULL_RULE_RESUME,
		      lull_min(r->resume_frac * s->rate_before_hold_mg_per_kg_per_h, look->cap),
		      "back inside the lines for long enough");
}

static double wean_every_h(const struct lull_rule *rule)
{
	return lull_is_nan(rule->wean_every_h) ? rule->raise_every_h : rule->wean_every_h;
}

static struct lull_rule_decision wean(struct look *look)
{
	const struct lull_rule *r = look->rule;
	struct lull_rule_state *s = look->state;

	if (s->phase == LULL_RULE_WEAN && look->obs->t_h - s->since_h < wean_every_h(r) - slack)
		return keep(look, "weaning; the next step is not due");
	s->phase = LULL_RULE_WEAN;
	if (lull_is_nan(r->wean_mg_per_kg_per_h))
		return stop(look, "the target was held; the protocol states no weaning steps");
	const double rate = s->rate_mg_per_kg_per_h - r->wean_mg_per_kg_per_h;
	if (rate <= slack)
		return stop(look, "weaned");
	return decide(look, LULL_RULE_WEAN_STEP, rate, "the target was held; weaning");
}

/* 1 at target, 0 above it, -1 not known. */
static int at_target(const struct lull_rule *r, const struct lull_rule_obs *obs)
{
	if (lull_is_nan(obs->nrs))
		return -1;
	if (obs->nrs <= r->target_nrs)
		return 1;
	if (lull_is_nan(r->target_fall_frac))
		return 0;
	if (lull_is_nan(obs->baseline_nrs))
		return -1;
	return obs->nrs <= obs->baseline_nrs * (1 - r->target_fall_frac) + slack;
}

static struct lull_rule_decision raise_rate(struct look *look)
{
	const struct lull_rule *r = look->rule;
	const struct lull_rule_state *s = look->state;
	const double next = lull_min(s->rate_mg_per_kg_per_h + r->raise_mg_per_kg_per_h, look->cap);
	const char *missing = unobserved(r, look->obs);

	if (look->obs->t_h - s->since_h < r->raise_every_h - slack)
		return keep(look, "pain above target; the least time at this rate has not passed");
	if (missing)
		return keep(look, missing);
	if (next <= s->rate_mg_per_kg_per_h + slack)
		return keep(look, "pain above target; at the cap");
	if (next >= s->crossed_at_mg_per_kg_per_h - slack)
		return keep(look, "pain above target; a line was crossed at the next rate");
	return decide(look, LULL_RULE_RAISE, next, "pain above target");
}

static struct lull_rule_decision answer_pain(struct look *look)
{
	struct lull_rule_state *s = look->state;
	const int there = at_target(look->rule, look->obs);

	if (there < 0)
		return keep(look, "pain was not observed");
	if (!there) {
		s->phase = LULL_RULE_TITRATE;
		s->at_target_h = NAN;
		return raise_rate(look);
	}
	if (s->phase != LULL_RULE_AT_TARGET) {
		s->phase = LULL_RULE_AT_TARGET;
		s->at_target_h = look->obs->t_h;
	}
	if (look->obs->t_h - s->at_target_h >= look->rule->hold_at_target_h - slack)
		return wean(look);
	return keep(look, "at target");
}

/* The earlier of two times that lie after now; NaN is no time. */
static double sooner(double now_h, double a_h, double b_h)
{
	return a_h > now_h && a_h < b_h ? a_h : b_h;
}

/* For an unchanged patient: the first moment at which a clock of the rule runs out. A
 * clock that has run out without effect (at the cap, say) waits for a change. */
static double next_look(const struct look *look)
{
	const struct lull_rule *r = look->rule;
	const struct lull_rule_state *s = look->state;
	const double now_h = look->obs->t_h, end_h = s->start_h + r->max_dur_h;
	/* An open line is looked at again when a reduction has had its time; at once without one. */
	const double again_h = s->since_h + (lull_is_nan(r->resume_after_min) ? 0 : resume_after_h(r));
	const double reduced_h = s->reduced ? sooner(now_h, again_h, end_h) : end_h;

	switch (s->phase) {
	case LULL_RULE_TITRATE: return sooner(now_h, s->since_h + r->raise_every_h, reduced_h);
	case LULL_RULE_AT_TARGET: return sooner(now_h, s->at_target_h + r->hold_at_target_h, reduced_h);
	case LULL_RULE_WEAN: return sooner(now_h, s->since_h + wean_every_h(r), reduced_h);
	case LULL_RULE_HELD: return sooner(now_h, s->ok_since_h + resume_after_h(r), end_h);
	default: return INFINITY;
	}
}

/* No line crossed: the caps, then weaning or pain. */
static struct lull_rule_decision go_on(struct look *look)
{
	if (look->state->rate_mg_per_kg_per_h > look->cap)
		return decide(look, LULL_RULE_REDUCE, look->cap, "above the cap at this weight");
	return look->state->phase == LULL_RULE_WEAN ? wean(look) : answer_pain(look);
}

/* A line crossed: what the line asks for, or what was due anyway if that is lower (a
 * weaning step, say), so that a worse observation never gives a higher rate. */
static struct lull_rule_decision go_on_or_less(struct look *look, const char *crossed)
{
	struct lull_rule_state due_state = *look->state;
	struct look due_look = { look->rule, look->obs, &due_state, look->cap };
	const struct lull_rule_decision line = answer_line(look, crossed), due = go_on(&due_look);

	if (!(due.rate_mg_per_kg_per_h < line.rate_mg_per_kg_per_h))
		return line;
	due_state.crossed_at_mg_per_kg_per_h = look->state->crossed_at_mg_per_kg_per_h;
	*look->state = due_state;
	return due;
}

static struct lull_rule_decision answer(struct look *look)
{
	const struct lull_rule *r = look->rule;
	struct lull_rule_state *s = look->state;
	const char *stopped = stop_line(r, look->obs), *crossed = reduce_line(r, look->obs);

	if (s->phase == LULL_RULE_ENDED)
		return keep(look, "the infusion has ended");
	if (stopped)
		return stop(look, stopped);
	if (look->obs->t_h - s->start_h >= r->max_dur_h - slack)
		return stop(look, "the longest duration is reached");
	if (s->phase == LULL_RULE_HELD)
		return answer_held(look, crossed);
	if (crossed)
		return go_on_or_less(look, crossed);
	if (!unobserved(r, look->obs))
		s->reduced = false; /* seen back inside the lines */
	return go_on(look);
}

void lull_rule_step(const struct lull_rule *rule, double weight_kg, const struct lull_rule_obs *obs,
		    struct lull_rule_state *state, struct lull_rule_decision *out)
{
	struct look look = { rule, obs, state, lull_rule_cap_mg_per_kg_per_h(rule, weight_kg) };

	*out = answer(&look);
	out->next_look_h = next_look(&look);
}
