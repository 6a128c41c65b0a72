/* The dossier's plan: protocol, weights, what the pump delivers step by step, how the bag is made,
 * what is watched, the lists of the day, cost. mg and mL stand side by side. */
#include "dossier_impl.h"

#include <math.h>
#include <string.h>

/* "0:40", "26:00" from hours. */
static const char *clock_text(struct lull_dossier_writer *w, double h)
{
	if (isnan(h))
		return "";
	const long minutes = (long)(h * 60.0 + 0.5);
	return lull_dossier__text(w, "%ld:%02ld", minutes / 60, minutes % 60);
}

static const char *num(struct lull_dossier_writer *w, double value, int decimals)
{
	return isnan(value) ? "unknown" : lull_dossier__num(w, value, decimals);
}

/* ---- head -------------------------------------------------------------------------- */

static void put_status(struct lull_dossier_writer *w)
{
	static const struct {
		enum lull_tone tone;
		const char *title;
	} by_status[] = {
		[LULL_PLAN_READY] = { LULL_TONE_GO, "Plan complete" },
		[LULL_PLAN_DRAFT] = { LULL_TONE_CAUTION, "Draft: something must be measured or answered first" },
		[LULL_PLAN_NEEDS_REASON] = { LULL_TONE_CAUTION, "A soft limit is passed: a reason must be given" },
		[LULL_PLAN_REFUSED] = { LULL_TONE_STOP, "Refused" },
	};
	const struct lull_plan *plan = w->in->plan;
	const struct lull_plan_finding *first = lull_plan_gravest(plan);
	char until[LULL_DAY_TEXT];
	if (plan->status == LULL_PLAN_READY)
		lull_doc_callout(w->doc, by_status[plan->status].tone, by_status[plan->status].title,
				 "Valid until %s; void when weight, answers or knowledge change. Nothing here commands a pump.",
				 lull_day_text(until, plan->valid_until));
	else
		lull_doc_callout(w->doc, by_status[plan->status].tone, by_status[plan->status].title, "%s",
				 first ? first->text : "");
}

static const char *strength(struct lull_dossier_writer *w)
{
	const struct lull_plan *plan = w->in->plan;
	return isnan(plan->infusion_mg_per_ml)
		       ? "" : lull_dossier__text(w, ", %s mg/mL", lull_dossier__num(w, plan->infusion_mg_per_ml, 3));
}

static void put_head(struct lull_dossier_writer *w)
{
	const struct lull_plan *plan = w->in->plan;
	const struct lull_protocol *p = plan->protocol;
	const struct lull_dosing_weights *kg = &plan->weights;
	char day[LULL_DAY_TEXT];
	lull_doc_pair(w->doc, "Protocol", "%s (%s)%s", p->name, p->id, lull_dossier__basis(w, p->source, p->mark));
	if (p->adapted_from)
		lull_doc_pair(w->doc, "Adapted from", "%s", p->adapted_from);
	lull_doc_pair(w->doc, "Evidence", "%s", p->evidence ? p->evidence : "none stated");
	lull_doc_pair(w->doc, "Drug", "%s, mg of base, route %s%s",
		      plan->product == LULL_ESKETAMINE ? "esketamine" : "racemic ketamine", lull_route_names[plan->route],
		      strength(w));
	lull_doc_pair(w->doc, "Weight", "%s kg%s (%s%s); dosing weight %s kg; ideal %s kg, adjusted %s kg", num(w, kg->total_kg, 1),
		      plan->weight_measured ? " measured" : " stated", lull_day_text(day, plan->weight_day),
		      plan->weight_is_of_the_day ? "" : ", to be measured again on the day", num(w, kg->dosing_kg, 1),
		      num(w, kg->ideal_kg, 1), num(w, kg->adjusted_kg, 1));
	if (plan->n_sessions)
		lull_doc_pair(w->doc, "Course", "%zu %s, %s mg in all, %s mg/kg", plan->n_sessions,
			      plan->n_sessions == 1 ? "session" : "sessions", num(w, plan->course_mg, 1),
			      num(w, plan->course_mg_per_kg, 2));
	lull_doc_pair(w->doc, "Lifetime dose", "%s mg before, %s mg after", num(w, plan->lifetime_before_mg, 0),
		      num(w, plan->lifetime_after_mg, 0));
	for (size_t i = 0; i < p->n_observed; i++)
		lull_doc_pair(w->doc, i ? "" : "Observed with it", "%s: %s%s", p->observed[i].what, p->observed[i].text,
			      lull_dossier__basis(w, p->observed[i].source, p->observed[i].mark));
}

static void put_findings(struct lull_dossier_writer *w)
{
	static const char *const words[] = { [LULL_PLAN_NOTE] = "Note", [LULL_PLAN_WARN] = "Warning", [LULL_PLAN_ASK] = "Ask",
					     [LULL_PLAN_REASON] = "Needs a reason", [LULL_PLAN_HARD] = "Refused" };
	const struct lull_plan *plan = w->in->plan;
	if (plan->n_findings)
		lull_doc_heading(w->doc, 2, "Limits and remarks");
	for (size_t i = 0; i < plan->n_findings; i++) {
		const struct lull_plan_finding *f = &plan->findings[i];
		lull_doc_item(w->doc, LULL_STRONG "%s" LULL_PLAIN "%s: %s%s%s%s%s" LULL_FAINT "%s" LULL_PLAIN, words[f->grade],
			      f->session ? lull_dossier__text(w, ", session %d", f->session) : "", f->text,
			      f->reason ? " Reason: " : "", f->reason ? f->reason : "", f->reason_by ? ", by " : "",
			      f->reason_by ? f->reason_by : "", lull_dossier__basis(w, f->source, f->mark));
	}
}

/* ---- sheet ------------------------------------------------------------------------- */

static bool same_text(const char *a, const char *b)
{
	return lull_text_eq(a, b);
}

static bool same_number(double a, double b)
{
	return a == b || (isnan(a) && isnan(b));
}

/* Do two sessions give the same, step by step? */
static bool same_session(const struct lull_plan_session *a, const struct lull_plan_session *b)
{
	if (a->n_steps != b->n_steps)
		return false;
	for (size_t i = 0; i < a->n_steps; i++) {
		const struct lull_plan_step *x = &a->steps[i], *y = &b->steps[i];
		if (x->kind != y->kind || !same_number(x->from_h, y->from_h) || !same_number(x->to_h, y->to_h)
		    || !same_number(x->ml_per_h, y->ml_per_h) || !same_number(x->mg, y->mg) || x->sprays != y->sprays
		    || !same_text(x->condition, y->condition))
			return false;
	}
	return true;
}

static void put_sheet(struct lull_dossier_writer *w, const struct lull_plan_session *s, const char *caption)
{
	static const struct lull_table_column columns[] = {
		{ "Step", LULL_AT_START, 0 },  { "From h:min", LULL_AT_END, 0 }, { "To h:min", LULL_AT_END, 0 },
		{ "mg/kg/h", LULL_AT_END, 0 }, { "mg/h", LULL_AT_END, 0 },       { "mL/h", LULL_AT_END, 0 },
		{ "mg", LULL_AT_END, 0 },      { "mL", LULL_AT_END, 0 },         { "mg so far", LULL_AT_END, 0 },
		{ "Needs", LULL_AT_START, 1 },
	};
	static const char *const kinds[] = { [LULL_STEP_BOLUS] = "bolus", [LULL_STEP_INFUSION] = "infusion",
					     [LULL_STEP_TITRATE] = "raise", [LULL_STEP_WEAN] = "wean",
					     [LULL_STEP_SPRAY] = "spray" };
	bool any_condition = false;
	for (size_t i = 0; i < s->n_steps; i++)
		any_condition = any_condition || s->steps[i].condition;
	struct lull_table *table = lull_table_new(w->arena, caption, columns, any_condition ? 10 : 9);
	for (size_t i = 0; i < s->n_steps; i++) {
		const struct lull_plan_step *step = &s->steps[i];
		if (step->kind == LULL_STEP_SPRAY)
			lull_table_cellf(table, "%d sprays", step->sprays);
		else
			lull_table_cell(table, kinds[step->kind]);
		lull_table_cellf(table, "%s%s", step->earliest ? "from " : "", clock_text(w, step->from_h));
		lull_table_cell(table, clock_text(w, step->to_h));
		lull_table_num(table, step->mg_per_kg_per_h, 3);
		lull_table_num(table, step->mg_per_h, 2);
		lull_table_num(table, step->ml_per_h, 2);
		lull_table_num(table, step->mg, 2);
		lull_table_num(table, step->ml, 2);
		lull_table_num(table, step->cum_mg, 2);
		if (any_condition)
			lull_table_cell(table, step->condition ? step->condition : "");
	}
	lull_doc_table(w->doc, table);
}

/* The ladder is drawn when there is something to climb: two rates or more. */
static void put_ladder(struct lull_dossier_writer *w, const struct lull_plan_session *s, const char *id)
{
	struct lull_ladder_step *steps = lull_dossier__zalloc(w, s->n_steps, sizeof(*steps));
	struct lull_chart *chart = lull_dossier__zalloc(w, 1, sizeof(*chart));
	size_t n = 0;
	for (size_t i = 0; steps && i < s->n_steps; i++) {
		const struct lull_plan_step *step = &s->steps[i];
		if (isnan(step->from_h) || isnan(step->to_h) || isnan(step->mg_per_h) || step->kind == LULL_STEP_BOLUS
		    || !(step->to_h > step->from_h))
			continue;
		steps[n++] = (struct lull_ladder_step){ step->from_h, step->to_h, step->mg_per_h, step->ml_per_h,
							step->earliest ? step->condition : NULL };
	}
	if (n < 2 || !chart)
		return;
	*chart = (struct lull_chart){ .kind = LULL_CHART_LADDER, .id = id, .title = "The pump's rate, step by step",
				      .ladder = { .steps = steps, .n_steps = n, .cap_mg_per_h = NAN } };
	lull_doc_chart(w->doc, chart);
}

static void put_preparation(struct lull_dossier_writer *w, const struct lull_plan_session *s)
{
	const struct lull_bag *bag = &s->bag;
	if (bag->ml > 0.0 && s->n_bags > 0) {
		lull_doc_item(w->doc, "%d container%s of %s mL at %s mg/mL: draw %s mg = %s mL from %d vial%s of %s mL at %s mg/mL, into "
				      "%s mL of diluent after taking %s mL of it out; %s mg stay in the vials", s->n_bags,
			      s->n_bags == 1 ? "" : "s", num(w, bag->ml, 1), num(w, bag->mg_per_ml, 3), num(w, bag->drug_mg, 2),
			      num(w, bag->drug_ml, 2), bag->n_vials, bag->n_vials == 1 ? "" : "s", num(w, bag->vial_ml, 1),
			      num(w, bag->vial_mg_per_ml, 1), num(w, bag->diluent_ml, 1), num(w, bag->drug_ml, 2),
			      num(w, bag->vial_left_mg, 2));
		lull_doc_item(w->doc, "Volume to be infused: %s mL%s; prime the line with %s mL", num(w, s->vtbi_ml, 2),
			      s->n_bags > 1 ? " a container" : "", num(w, s->prime_ml, 1));
	}
	if (s->bolus_ml > 0.0)
		lull_doc_item(w->doc, "Bolus syringe: %s mL at %s mg/mL", num(w, s->bolus_ml, 2), num(w, s->bolus_mg_per_ml, 2));
	lull_doc_item(w->doc, "Drug log to expect: opened %s mg = drawn %s mg + left in the vial %s mg; drawn = given %s mg + in the line %s mg "
			      "+ wasted %s mg", num(w, s->log.opened_mg, 2), num(w, s->log.drawn_mg, 2), num(w, s->log.vial_left_mg, 2),
		      num(w, s->log.given_mg, 2), num(w, s->log.line_mg, 2), num(w, s->log.waste_mg, 2));
	lull_doc_item(w->doc, "Time: %s h of infusion, at least %s min of recovery, %s h in the place", num(w, s->dur_h, 2),
		      num(w, s->recovery_min, 0), num(w, s->chair_h, 2));
}

static void put_session_table(struct lull_dossier_writer *w)
{
	static const struct lull_table_column columns[] = {
		{ "Session", LULL_AT_END, 0 }, { "Day", LULL_AT_END, 0 }, { "mg", LULL_AT_END, 0 }, { "mg/kg", LULL_AT_END, 0 },
		{ "mL", LULL_AT_END, 0 }, { "Hours", LULL_AT_END, 0 }, { "Highest mg/kg/h", LULL_AT_END, 0 },
		{ "mg in 24 h", LULL_AT_END, 0 },
	};
	const struct lull_plan *plan = w->in->plan;
	struct lull_table *table = lull_table_new(w->arena, "Sessions", columns, 8);
	for (size_t i = 0; i < plan->n_sessions; i++) {
		const struct lull_plan_session *s = &plan->sessions[i];
		lull_table_cellf(table, "%d", s->number);
		lull_table_num(table, s->day, 1);
		lull_table_num(table, s->mg, 2);
		lull_table_num(table, s->mg_per_kg, 3);
		lull_table_num(table, s->ml, 2);
		lull_table_num(table, s->dur_h, 2);
		lull_table_num(table, s->peak_mg_per_kg_per_h, 3);
		lull_table_num(table, s->mg_24h, 2);
	}
	lull_doc_table(w->doc, table);
}

static void put_sessions(struct lull_dossier_writer *w)
{
	const struct lull_plan *plan = w->in->plan;
	if (plan->n_sessions > 1)
		put_session_table(w);
	for (size_t i = 0; i < plan->n_sessions && w->rc == LULL_OK; i++) {
		size_t last = i;
		if (i > 0 && same_session(&plan->sessions[i], &plan->sessions[i - 1]))
			continue;
		while (last + 1 < plan->n_sessions && same_session(&plan->sessions[last + 1], &plan->sessions[i]))
			last++;
		const struct lull_plan_session *s = &plan->sessions[i];
		const char *caption = last == i ? lull_dossier__text(w, "Pump sheet, session %d", s->number)
						: lull_dossier__text(w, "Pump sheet, sessions %d to %d", s->number,
								     plan->sessions[last].number);
		lull_doc_heading(w->doc, 2, caption);
		put_ladder(w, s, lull_dossier__text(w, "ladder-%d", s->number));
		put_sheet(w, s, NULL);
		put_preparation(w, s);
	}
	if (plan->has_rule)
		lull_doc_paragraph(w->doc, "Times are the earliest ones. A step is taken only when its condition holds and nobody is past "
					   "a watch line; the session asks before each.");
}

/* ---- around it --------------------------------------------------------------------- */

static void put_comedication(struct lull_dossier_writer *w)
{
	const struct lull_protocol *p = w->in->plan->protocol;
	if (p->n_comedication == 0)
		return;
	lull_doc_heading(w->doc, 2, "Given along with it");
	for (size_t i = 0; i < p->n_comedication; i++) {
		const struct lull_comed *c = &p->comedication[i];
		lull_doc_item(w->doc, LULL_STRONG "%s" LULL_PLAIN "%s: %s%s%s%s%s" LULL_FAINT "%s" LULL_PLAIN, c->name,
			      c->optional ? " (optional)" : "", c->dose ? c->dose : "dose not stated", c->when ? ", " : "",
			      c->when ? c->when : "", c->screen ? ". Ask first: " : "", c->screen ? c->screen : "",
			      lull_dossier__basis(w, c->source, c->mark));
	}
}

static void put_monitoring(struct lull_dossier_writer *w)
{
	static const struct lull_table_column watch[] = { { "What", LULL_AT_START, 2 }, { "When", LULL_AT_START, 3 },
							  { "Basis", LULL_AT_START, 0 } };
	static const struct lull_table_column lines[] = {
		{ "Signal", LULL_AT_START, 0 }, { "Watch", LULL_AT_START, 1 }, { "Reduce or hold", LULL_AT_START, 1 },
		{ "Stop", LULL_AT_START, 1 },   { "Basis", LULL_AT_START, 0 },
	};
	const struct lull_plan *plan = w->in->plan;
	const struct lull_monitoring *m = &plan->kb->monitoring;
	if (plan->n_schedule) {
		lull_doc_heading(w->doc, 2, "What is watched");
		struct lull_table *table = lull_table_new(w->arena, NULL, watch, 3);
		for (size_t i = 0; i < plan->n_schedule; i++) {
			lull_table_cell(table, plan->schedule[i]->name);
			lull_table_cell(table, plan->schedule[i]->when);
			lull_table_cell(table, lull_dossier__basis(w, plan->schedule[i]->source, plan->schedule[i]->mark));
		}
		lull_doc_table(w->doc, table);
	}
	if (plan->place == LULL_AT_HOME_NASAL)
		return; /* nobody reads a monitor at home */
	lull_doc_heading(w->doc, 2, "Lines at which the infusion is reduced, held or stopped");
	struct lull_table *table = lull_table_new(w->arena, NULL, lines, 5);
	for (size_t i = 0; i < m->n_lines; i++) {
		const struct lull_line *line = &m->lines[i];
		lull_table_cellf(table, "%s%s%s", line->signal, line->unit ? ", " : "", line->unit ? line->unit : "");
		lull_table_cell(table, line->watch_text ? line->watch_text : "");
		lull_table_cell(table, line->hold_text ? line->hold_text : "");
		lull_table_cell(table, line->stop_text ? line->stop_text : "");
		lull_table_cell(table, lull_dossier__basis(w, line->source, line->mark));
	}
	lull_doc_table(w->doc, table);
}

static void put_rescue(struct lull_dossier_writer *w)
{
	const struct lull_rescue *r = &w->in->plan->kb->rescue;
	if (r->n_cards == 0)
		return;
	lull_doc_heading(w->doc, 2, "Rescue cards");
	if (r->no_antidote)
		lull_doc_paragraph(w->doc, "%s%s", r->no_antidote, lull_dossier__basis(w, r->no_antidote_source, r->no_antidote_mark));
	for (size_t i = 0; i < r->n_cards; i++) {
		const struct lull_rescue_card *c = &r->cards[i];
		char day[LULL_DAY_TEXT];
		if (c->dose && c->signed_by)
			lull_doc_item(w->doc, "%s, %s: %s%s%s. Signed by %s, %s" LULL_FAINT "%s" LULL_PLAIN, c->name, c->purpose, c->dose,
				      c->guard ? "; " : "", c->guard ? c->guard : "", c->signed_by, lull_day_text(day, c->signed_on),
				      lull_dossier__basis(w, c->source, c->mark));
		else if (c->dose)
			lull_doc_item(w->doc, "%s, %s: %s%s%s. Not signed by the site's physician" LULL_FAINT "%s" LULL_PLAIN, c->name,
				      c->purpose, c->dose, c->guard ? "; " : "", c->guard ? c->guard : "",
				      lull_dossier__basis(w, c->source, c->mark));
		else
			lull_doc_item(w->doc, "%s, %s: blank until the site's physician fills and signs it", c->name, c->purpose);
	}
}

static void put_lists(struct lull_dossier_writer *w)
{
	static const struct {
		enum lull_list_kind kind;
		const char *title;
	} lists[] = {
		{ LULL_LIST_PREPARATION, "Before the start" }, { LULL_LIST_CONSENT, "Consent" },
		{ LULL_LIST_KIT, "At hand" },                  { LULL_LIST_STAFFING, "Who is there" },
		{ LULL_LIST_DISCHARGE, "Discharge" },          { LULL_LIST_LOG, "Drug record" },
	};
	const struct lull_plan *plan = w->in->plan;
	for (size_t k = 0; k < sizeof(lists) / sizeof(lists[0]); k++) {
		bool headed = false;
		for (size_t i = 0; i < plan->n_items; i++) {
			if (plan->items[i]->list != (int)lists[k].kind)
				continue;
			if (!headed)
				lull_doc_heading(w->doc, 2, lists[k].title);
			headed = true;
			lull_doc_item(w->doc, "%s" LULL_FAINT "%s" LULL_PLAIN, plan->items[i]->text,
				      lull_dossier__basis(w, plan->items[i]->source, plan->items[i]->mark));
		}
	}
}

static void put_cost(struct lull_dossier_writer *w)
{
	static const struct lull_table_column columns[] = {
		{ "Item", LULL_AT_START, 1 }, { "Quantity", LULL_AT_END, 0 }, { "Unit", LULL_AT_START, 0 },
		{ "Price", LULL_AT_END, 0 },  { "Amount", LULL_AT_END, 0 },
	};
	const struct lull_plan *plan = w->in->plan;
	const struct lull_plan_cost *cost = &plan->cost;
	if (cost->n_lines == 0)
		return;
	lull_doc_heading(w->doc, 2, "Self-pay estimate");
	struct lull_table *table = lull_table_new(w->arena, NULL, columns, 5);
	for (size_t i = 0; i < cost->n_lines; i++) {
		const struct lull_cost_line *line = &cost->lines[i];
		lull_table_cell(table, line->item->name);
		lull_table_num(table, line->quantity, 2);
		lull_table_cell(table, line->item->unit ? line->item->unit : "");
		lull_table_cell(table, isnan(line->price) ? "not set" : lull_dossier__num(w, line->price, 2));
		lull_table_num(table, line->amount, 2);
	}
	lull_doc_table(w->doc, table);
	if (cost->n_unpriced)
		lull_doc_paragraph(w->doc, "%zu prices are not set by this site; no total is given.", cost->n_unpriced);
	else
		lull_doc_paragraph(w->doc, "Total: %s %s.", num(w, cost->total, 2), cost->currency ? cost->currency : "");
	for (size_t i = 0; i < plan->n_items; i++)
		if (plan->items[i]->list == LULL_LIST_COVERAGE)
			lull_doc_paragraph(w->doc, "%s%s", plan->items[i]->text,
					   lull_dossier__basis(w, plan->items[i]->source, plan->items[i]->mark));
}

void lull_dossier__plan(struct lull_dossier_writer *w)
{
	const struct lull_dossier *in = w->in;
	if (w->rc != LULL_OK)
		return;
	if (!in->plan && !in->no_plan)
		return;
	lull_doc_heading(w->doc, 1, "Plan");
	if (!in->plan) {
		lull_doc_paragraph(w->doc, "%s", in->no_plan);
		return;
	}
	put_status(w);
	put_head(w);
	put_findings(w);
	if (in->plan->status == LULL_PLAN_REFUSED || in->plan->n_sessions == 0)
		return;
	put_sessions(w);
	put_comedication(w);
	put_monitoring(w);
	put_rescue(w);
	put_lists(w);
	put_cost(w);
}
