/* One session of a plan: what is asked, rounded down to what the pump delivers, row by row; then the
 * containers it takes, the log it leaves and the limits it meets. */
#include "lull/care/plan.h"

#include <math.h>

#include "lull/base/text.h"
#include "lull/base/units.h"
#include "lull/ketamine/regimen.h"
#include "lull/num/math.h"
#include "fields.h"
#include "own.h"

/* Rows of a session as they are made, and the doses that go with them. */
struct rows {
	struct lull_plan_step *steps;
	struct lull_dose *doses;
	size_t n_steps, cap_steps, n_doses, cap_doses;
};

static struct lull_plan_step *add_row(struct lull_plan__maker *m, struct rows *rows, enum lull_step_kind kind,
				      double from_h, double to_h)
{
	struct lull_plan_step *steps = lull_arena_grow(m->arena, rows->steps, rows->n_steps, &rows->cap_steps,
						       rows->n_steps + 1, sizeof(*steps));

	if (!steps) {
		m->is_out_of_memory = true;
		return NULL;
	}
	rows->steps = steps;
	struct lull_plan_step *step = &steps[rows->n_steps++];
	*step = (struct lull_plan_step){ .kind = kind, .from_h = from_h, .to_h = to_h, .asked_mg_per_h = NAN,
					 .mg_per_kg_per_h = NAN, .mg_per_h = NAN, .ml_per_h = NAN, .cum_mg = NAN };
	return step;
}

static void add_dose(struct lull_plan__maker *m, struct rows *rows, const struct lull_plan_step *step)
{
	struct lull_dose *doses = lull_arena_grow(m->arena, rows->doses, rows->n_doses, &rows->cap_doses,
						  rows->n_doses + 1, sizeof(*doses));

	if (!doses) {
		m->is_out_of_memory = true;
		return;
	}
	rows->doses = doses;
	doses[rows->n_doses++] = (struct lull_dose){ .t_h = step->from_h, .amount_mg = step->mg,
						     .dur_h = step->to_h - step->from_h };
}

/* ---- what the pump and the syringe deliver --------------------------------------------- */

/* The rate in mL/h that is programmed, and what it gives. */
static void set_rate(struct lull_plan__maker *m, struct lull_plan_step *step, double asked_mg_per_h, double h)
{
	const struct lull_pump_kb *pump = &m->kb->pump;
	const double conc = m->plan->infusion_mg_per_ml;

	step->mg_per_ml = conc;
	step->asked_mg_per_h = asked_mg_per_h;
	step->ml_per_h = lull_round_down(asked_mg_per_h / conc, pump->rate_increment_ml_per_h.value);
	step->mg_per_h = step->ml_per_h * conc;
	step->mg_per_kg_per_h = step->mg_per_h / m->plan->weights.dosing_kg;
	step->ml = step->ml_per_h * h;
	step->mg = step->mg_per_h * h;
}

static void check_rate(struct lull_plan__maker *m, const struct lull_plan_step *step, int session)
{
	const struct lull_pump_kb *pump = &m->kb->pump;
	const double ml_per_h = step->asked_mg_per_h / step->mg_per_ml;
	struct lull_plan_finding *f = NULL;
	char a[64], b[64];

	if (step->ml_per_h < pump->rate_min_ml_per_h.value) {
		f = lull_plan__say(m, LULL_PLAN_HARD, "PLAN-PUMP-MIN", session, ml_per_h,
				   "%s mL/h is below the pump's smallest rate of %s mL/h: use a weaker solution",
				   lull_num_text(a, sizeof(a), ml_per_h, 3),
				   lull_num_text(b, sizeof(b), pump->rate_min_ml_per_h.value, 3));
		if (f)
			f->allowed = pump->rate_min_ml_per_h.value;
	} else if (step->ml_per_h > pump->rate_max_ml_per_h.value) {
		f = lull_plan__say(m, LULL_PLAN_HARD, "PLAN-PUMP-MAX", session, ml_per_h,
				   "%s mL/h is above the pump's largest rate of %s mL/h: use a stronger solution",
				   lull_num_text(a, sizeof(a), ml_per_h, 3),
				   lull_num_text(b, sizeof(b), pump->rate_max_ml_per_h.value, 3));
		if (f)
			f->allowed = pump->rate_max_ml_per_h.value;
	} else if (step->ml_per_h < pump->startup_lag_below_ml_per_h.value) {
		f = lull_plan__say(m, LULL_PLAN_WARN, "PLAN-STARTUP-LAG", session, step->ml_per_h,
				   "at %s mL/h a pump starts late: prefer a weaker solution",
				   lull_num_text(a, sizeof(a), step->ml_per_h, 3));
		if (f)
			f->allowed = pump->startup_lag_below_ml_per_h.value;
	}
	if (f)
		f->unit = "mL/h";
}

static void put_infusion(struct lull_plan__maker *m, struct rows *rows, const struct lull_dose *dose, int session)
{
	struct lull_plan_step *step = add_row(m, rows, LULL_STEP_INFUSION, dose->t_h, dose->t_h + dose->dur_h);

	if (!step)
		return;
	set_rate(m, step, dose->amount_mg / dose->dur_h, dose->dur_h);
	check_rate(m, step, session);
	lull_plan__judge(m, LULL_LIM_RATE, step->mg_per_kg_per_h, session);
	add_dose(m, rows, step);
}

/* From a syringe of its own, pushed over its time. */
static void put_bolus(struct lull_plan__maker *m, struct rows *rows, const struct lull_dose *dose, int session)
{
	struct lull_plan_step *step = add_row(m, rows, LULL_STEP_BOLUS, dose->t_h, dose->t_h + dose->dur_h);
	const double conc = m->plan->bolus_mg_per_ml, kg = m->plan->weights.dosing_kg;

	if (!step)
		return;
	step->mg_per_ml = conc;
	step->ml = lull_round_down(dose->amount_mg / conc, m->kb->pump.syringe_increment_ml.value);
	step->mg = step->ml * conc;
	if (dose->dur_h > 0) {
		step->asked_mg_per_h = dose->amount_mg / dose->dur_h;
		step->ml_per_h = step->ml / dose->dur_h;
		step->mg_per_h = step->mg / dose->dur_h;
		step->mg_per_kg_per_h = step->mg_per_h / kg;
	}
	/* A bolus is judged by its dose and its time, never as a rate (safety.md). */
	lull_plan__judge(m, LULL_LIM_BOLUS_MG_PER_KG, step->mg / kg, session);
	lull_plan__judge(m, LULL_LIM_BOLUS_MIN_MIN, lull_min_from_h(dose->dur_h), session);
	lull_plan__judge(m, LULL_LIM_BOLUS_MG_PER_ML, conc, session);
	add_dose(m, rows, step);
}

static void put_spray(struct lull_plan__maker *m, struct rows *rows, const struct lull_dose *dose)
{
	const struct lull_protocol *p = m->plan->protocol;
	struct lull_plan_step *step = add_row(m, rows, LULL_STEP_SPRAY, dose->t_h, dose->t_h);

	if (!step)
		return;
	step->sprays = (int)lull_care__floor(dose->amount_mg / p->spray_mg.value + 0.5);
	step->mg = dose->amount_mg;
	step->ml = step->sprays * p->spray_ml.value;
	step->mg_per_ml = p->spray_mg.value / p->spray_ml.value;
	step->earliest = dose->t_h > 0;
	step->condition = dose->t_h > 0 ? "only if still needed" : NULL;
	add_dose(m, rows, step);
}

static int put_fixed(struct lull_plan__maker *m, size_t i, struct rows *rows, struct lull_err *err)
{
	struct lull_regimen asked = { 0 };
	const struct lull_part **parts = NULL;
	const int rc = lull_care__doses(m->plan->protocol, i, m->plan->weights.dosing_kg, m->arena, &asked, &parts, err);

	for (size_t k = 0; rc == LULL_OK && k < asked.n_doses; k++) {
		const struct lull_dose *dose = &asked.doses[k];
		switch ((enum lull_part_kind)parts[k]->kind) {
		case LULL_PART_INFUSION:
			put_infusion(m, rows, dose, (int)i + 1);
			break;
		case LULL_PART_BOLUS:
			put_bolus(m, rows, dose, (int)i + 1);
			break;
		case LULL_PART_SPRAY:
			put_spray(m, rows, dose);
			break;
		case LULL_PART_DOSE: /* intramuscular, subcutaneous: no limits are known, no sheet is drawn */
			lull_plan__judge(m, LULL_LIM_SESSION_MG_PER_KG, dose->amount_mg / m->plan->weights.dosing_kg,
					 (int)i + 1);
			(void)lull_plan__say(m, LULL_PLAN_HARD, "PLAN-ROUTE-SHEET", (int)i + 1, NAN,
					     "doses by %s have no sheet in Lull", lull_route_names[m->plan->route]);
			break;
		}
	}
	return rc;
}

/* ---- rules: the fastest climb, for someone whose pain does not fall ---------------------- */

enum { MAX_LOOKS = 20000 };

/* Alert, comfortable vital signs well inside every line: nothing but pain drives the ladder. */
static struct lull_rule_obs unmoved(double t_h)
{
	return (struct lull_rule_obs){ .t_h = t_h, .nrs = 10, .baseline_nrs = 10, .moaas = 5, .sbp_mmhg = 115,
				       .dbp_mmhg = 70, .hr_per_min = 75, .spo2_pct = 99, .dissociation = 0 };
}

static const char *raise_condition(struct lull_plan__maker *m)
{
	const struct lull_rule *r = &m->plan->rule;
	char number[64];
	const char *text = !lull_is_nan(r->target_nrs) ?
		lull_arena_printf(m->arena, "pain still above %s/10, no watch line crossed",
				  lull_num_text(number, sizeof(number), r->target_nrs, 1)) :
		lull_arena_printf(m->arena, "pain not yet down by %s %%, no watch line crossed",
				  lull_num_text(number, sizeof(number), 100 * r->target_fall_frac, 0));

	m->is_out_of_memory |= !text;
	return text;
}

static const char *wean_condition(struct lull_plan__maker *m)
{
	const struct lull_rule *r = &m->plan->rule;
	char a[64], b[64];
	const char *text = lull_arena_printf(m->arena, "once at target for %s h; each rate at least %s h",
					     lull_num_text(a, sizeof(a), r->hold_at_target_h, 1),
					     lull_num_text(b, sizeof(b), r->wean_every_h, 1));

	m->is_out_of_memory |= !text;
	return text;
}

/* Close a rung: its row, its dose, its limits against the rung before. */
static void put_rung(struct lull_plan__maker *m, struct rows *rows, double rate, double from_h, double to_h,
		     const char *condition)
{
	const double before = rows->n_steps ? rows->steps[rows->n_steps - 1].mg_per_kg_per_h : NAN;
	struct lull_plan_step *step = add_row(m, rows, LULL_STEP_TITRATE, from_h, to_h);

	if (!step)
		return;
	set_rate(m, step, rate * m->plan->weights.dosing_kg, to_h - from_h);
	check_rate(m, step, 1);
	step->earliest = from_h > 0;
	step->condition = from_h > 0 ? condition : NULL;
	lull_plan__judge(m, LULL_LIM_RATE, step->mg_per_kg_per_h, 1);
	if (!lull_is_nan(before)) /* rounding may widen a step: the hard limit is judged on it too */
		lull_plan__judge_hard(m, LULL_LIM_STEP, step->mg_per_kg_per_h - before, 1);
	add_dose(m, rows, step);
}

/* The rates on the way down, from the highest; their time comes when the condition holds. */
static void put_wean(struct lull_plan__maker *m, struct rows *rows, double from_rate)
{
	const struct lull_rule *r = &m->plan->rule;
	const char *condition = wean_condition(m);

	if (!(r->wean_mg_per_kg_per_h > 0))
		return;
	for (double rate = from_rate - r->wean_mg_per_kg_per_h; rate > 1e-9; rate -= r->wean_mg_per_kg_per_h) {
		struct lull_plan_step *step = add_row(m, rows, LULL_STEP_WEAN, NAN, NAN);
		if (!step)
			return;
		set_rate(m, step, rate * m->plan->weights.dosing_kg, r->wean_every_h);
		step->earliest = true;
		step->condition = condition;
	}
}

static int put_rule(struct lull_plan__maker *m, struct rows *rows, struct lull_err *err)
{
	const struct lull_rule *rule = &m->plan->rule;
	const double kg = m->plan->weights.dosing_kg;
	const char *condition = raise_condition(m);
	struct lull_rule_state state;
	double t_h = 0, from_h = 0;
	int rc = lull_rule_start(rule, kg, 0, &state, err);

	if (rc != LULL_OK)
		return rc;
	lull_plan__judge(m, LULL_LIM_STEP, rule->raise_mg_per_kg_per_h, 1);
	lull_plan__judge(m, LULL_LIM_STEP_INTERVAL_MIN_H, rule->raise_every_h, 1);
	for (int i = 0; i < MAX_LOOKS && state.phase != LULL_RULE_ENDED; i++) {
		const double rate = state.rate_mg_per_kg_per_h;
		const struct lull_rule_obs obs = unmoved(t_h);
		struct lull_rule_decision d;
		lull_rule_step(rule, kg, &obs, &state, &d);
		if (t_h > from_h && (state.rate_mg_per_kg_per_h != rate || state.phase == LULL_RULE_ENDED)) {
			put_rung(m, rows, rate, from_h, t_h, condition);
			from_h = t_h;
		}
		if (!(d.next_look_h > t_h) && state.phase != LULL_RULE_ENDED)
			return lull_fail(err, LULL_EUNSUPPORTED, m->plan->protocol->id, "its rule does not move on in time");
		t_h = d.next_look_h;
	}
	if (state.phase != LULL_RULE_ENDED)
		return lull_fail(err, LULL_ELIMIT, m->plan->protocol->id, "its rule does not end after %d looks", MAX_LOOKS);
	put_wean(m, rows, lull_rule_cap_mg_per_kg_per_h(rule, kg));
	return LULL_OK;
}

/* ---- totals ------------------------------------------------------------------------------- */

static void sum_rows(struct lull_plan_session *s, double kg)
{
	double cum = 0;

	for (size_t i = 0; i < s->n_steps; i++) {
		struct lull_plan_step *step = &s->steps[i];
		if (step->kind == LULL_STEP_WEAN)
			continue;
		cum += step->mg;
		step->cum_mg = cum;
		if (step->kind == LULL_STEP_BOLUS)
			s->bolus_ml += step->ml;
		s->ml += step->ml;
		s->dur_h = lull_max(s->dur_h, step->to_h);
		if (step->kind == LULL_STEP_INFUSION || step->kind == LULL_STEP_TITRATE)
			s->peak_mg_per_kg_per_h = lull_max(s->peak_mg_per_kg_per_h, step->mg_per_kg_per_h);
	}
	s->mg = cum;
	s->mg_per_kg = cum / kg;
}

/* Sprays enter at once: the fullest window starts with one. */
static void most_sprays_in_a_day(struct lull_plan_session *s)
{
	for (size_t i = 0; i < s->regimen.n_doses; i++) {
		const double from = s->regimen.doses[i].t_h;
		double mg = 0;
		for (size_t k = 0; k < s->regimen.n_doses; k++)
			if (s->regimen.doses[k].t_h >= from && s->regimen.doses[k].t_h < from + 24)
				mg += s->regimen.doses[k].amount_mg;
		s->mg_24h = lull_max(s->mg_24h, mg);
	}
}

/* The most in any 24 h: a window that is fullest starts where a dose starts or ends where
 * one ends. */
static int most_in_a_day(struct lull_plan__maker *m, struct lull_plan_session *s, struct lull_err *err)
{
	struct lull_input input = { 0 };

	if (m->plan->route != LULL_ROUTE_IV) {
		most_sprays_in_a_day(s);
		return LULL_OK;
	}
	const int rc = lull_regimen_compile(&s->regimen, m->arena, &input, err);

	if (rc != LULL_OK)
		return rc;
	for (size_t i = 0; i < input.n; i++) {
		const double t = input.t_h[i];
		const double from = lull_input_mg_by(&input, t + 24) - lull_input_mg_by(&input, t) + input.bolus_mg[i];
		const double before = t > 24 ? lull_input_mg_by(&input, t - 24) : 0;
		s->mg_24h = lull_max(s->mg_24h, lull_max(from, lull_input_mg_by(&input, t) - before));
	}
	return LULL_OK;
}

/* ---- containers and log ---------------------------------------------------------------------- */

static void add_bolus_vials(struct lull_plan__maker *m, struct lull_plan_session *s)
{
	struct lull_bag syringe = { 0 };
	struct lull_err err = { 0 };
	const double conc = m->plan->bolus_mg_per_ml;

	s->bolus_mg_per_ml = conc;
	if (!(s->bolus_ml > 0))
		return;
	if (lull_bag_make(&m->kb->pump, s->bolus_ml, conc, &syringe, &err) != LULL_OK) {
		(void)lull_plan__say(m, LULL_PLAN_HARD, "PLAN-NO-VIAL", s->number, conc, "%s", err.what);
		return;
	}
	s->log.drawn_mg += syringe.drug_mg;
	s->log.vial_left_mg += syringe.vial_left_mg;
	s->log.n_vials += syringe.n_vials;
}

static void make_bags(struct lull_plan__maker *m, struct lull_plan_session *s)
{
	const struct lull_pump_kb *pump = &m->kb->pump;
	const double conc = m->plan->infusion_mg_per_ml, give_ml = s->ml - s->bolus_ml;
	struct lull_err err = { 0 };

	if (!(give_ml > 0))
		return;
	/* The line is primed with the solution and its content is not given: the container
	 * holds both, the volume to be infused leaves the prime out. */
	s->prime_ml = pump->prime_ml.value;
	const double need_ml = give_ml + s->prime_ml;
	const double bag_ml = m->request->bag_ml > 0 ? m->request->bag_ml : lull_bag_size(pump, need_ml);
	if (bag_ml <= s->prime_ml || need_ml / bag_ml > 1000) {
		(void)lull_plan__say(m, LULL_PLAN_HARD, "PLAN-BAG", s->number, bag_ml,
				     "a container of %g mL cannot hold the line's %g mL and the dose", bag_ml, s->prime_ml);
		return;
	}
	if (lull_bag_make(pump, bag_ml, conc, &s->bag, &err) != LULL_OK) {
		(void)lull_plan__say(m, LULL_PLAN_HARD, "PLAN-NO-VIAL", s->number, conc, "%s", err.what);
		return;
	}
	s->n_bags = (int)lull_care__ceil(need_ml / bag_ml * (1 - 1e-12));
	s->vtbi_ml = lull_min(give_ml, bag_ml - s->prime_ml);
	s->log.drawn_mg += s->n_bags * s->bag.drug_mg;
	s->log.vial_left_mg += s->n_bags * s->bag.vial_left_mg;
	s->log.n_vials += s->n_bags * s->bag.n_vials;
	s->log.line_mg = s->prime_ml * conc;
}

static void make_log(struct lull_plan__maker *m, struct lull_plan_session *s)
{
	make_bags(m, s);
	add_bolus_vials(m, s);
	s->log.given_mg = s->mg;
	s->log.waste_mg = lull_max(0, s->log.drawn_mg - s->log.given_mg - s->log.line_mg);
	s->log.opened_mg = s->log.drawn_mg + s->log.vial_left_mg;
}

/* ---- people and hours ------------------------------------------------------------------------- */

static bool has_benzodiazepine(const struct lull_protocol *p)
{
	for (size_t i = 0; i < p->n_comedication; i++)
		if (lull_text_eq(p->comedication[i].id, "midazolam"))
			return true;
	return false;
}

static void set_hours(struct lull_plan__maker *m, struct lull_plan_session *s)
{
	const struct lull_monitoring *mon = &m->kb->monitoring;
	const bool is_long = s->peak_mg_per_kg_per_h > mon->recovery_long_rate_mg_per_kg_per_h.value * (1 + 1e-9) ||
			     m->plan->product == LULL_ESKETAMINE || has_benzodiazepine(m->plan->protocol);

	s->chair_h = s->staff_h = s->recovery_min = NAN;
	if (m->plan->route != LULL_ROUTE_IV)
		return;
	s->recovery_min = is_long ? mon->recovery_long_min.value : mon->recovery_min.value;
	if (m->plan->place == LULL_AT_INPATIENT) /* the ward's staffing is its own */
		return;
	s->chair_h = s->dur_h + lull_h_from_min(s->recovery_min);
	/* One for one while it runs, one for two in recovery. */
	s->staff_h = s->dur_h + lull_h_from_min(s->recovery_min) / 2;
}

/* ---- the session ------------------------------------------------------------------------------- */

static void judge_session(struct lull_plan__maker *m, const struct lull_plan_session *s)
{
	const struct lull_limit_found by_mg = lull_limits_find(&m->kb->limits, LULL_LIM_SESSION_MG, &m->scope);
	bool has_infusion = s->ml > s->bolus_ml;

	if (m->plan->route != LULL_ROUTE_IV)
		return;
	if (by_mg.soft || by_mg.hard)
		lull_plan__judge(m, LULL_LIM_SESSION_MG, s->mg, s->number);
	lull_plan__judge(m, LULL_LIM_SESSION_MG_PER_KG, s->mg_per_kg, s->number);
	lull_plan__judge(m, LULL_LIM_DAY_MG_PER_KG, s->mg_24h / m->plan->weights.dosing_kg, s->number);
	lull_plan__judge(m, LULL_LIM_SESSION_H, s->dur_h, s->number);
	if (has_infusion)
		lull_plan__judge(m, LULL_LIM_INFUSION_MG_PER_ML, m->plan->infusion_mg_per_ml, s->number);
}

/* The guideline's least dose for chronic pain, said where a protocol names it and the person gets less. */
static void note_below_least(struct lull_plan__maker *m, const struct lull_plan_session *s)
{
	const struct lull_protocol *p = m->plan->protocol;
	char a[64], b[64];

	for (size_t i = 0; i < p->n_parts; i++) {
		const struct lull_figure *least = &p->parts[i].min_mg, *most = &p->parts[i].max_mg_per_kg;
		if (!least->stated || !most->stated ||
		    most->value * m->plan->weights.dosing_kg >= least->value * (1 - 1e-9))
			continue;
		struct lull_plan_finding *f = lull_plan__say(
			m, LULL_PLAN_NOTE, "PLAN-BELOW-LEAST", s->number, s->mg,
			"%s mg is below the least dose of %s mg; the limit per kg wins",
			lull_num_text(a, sizeof(a), s->mg, 1), lull_num_text(b, sizeof(b), least->value, 1));
		if (!f)
			continue;
		f->allowed = least->value;
		f->unit = "mg";
		f->source = least->source;
		f->mark = (enum lull_mark)least->mark;
	}
}

int lull_plan__session(struct lull_plan__maker *m, size_t i, struct lull_err *err)
{
	struct lull_plan_session *s = &m->plan->sessions[i];
	struct rows rows = { 0 };
	int rc = m->plan->has_rule ? put_rule(m, &rows, err) : put_fixed(m, i, &rows, err);

	if (rc == LULL_OK && m->is_out_of_memory)
		rc = lull_nomem(err);
	if (rc != LULL_OK)
		return rc;
	s->steps = rows.steps;
	s->n_steps = rows.n_steps;
	s->regimen = (struct lull_regimen){ .product = m->plan->product, .route = m->plan->route,
					    .doses = rows.doses, .n_doses = rows.n_doses };
	sum_rows(s, m->plan->weights.dosing_kg);
	rc = most_in_a_day(m, s, err);
	if (rc != LULL_OK)
		return rc;
	if (m->plan->route == LULL_ROUTE_IV)
		make_log(m, s);
	set_hours(m, s);
	judge_session(m, s);
	note_below_least(m, s);
	return LULL_OK;
}
