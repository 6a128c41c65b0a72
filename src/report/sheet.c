/* A plan's blocks. Words and layout only: every number comes from the plan. */
#include "lull/report/sheet.h"

#include <math.h>

#include "lull/base/units.h"
#include "lull/num/math.h"

static const char *const place_words[] = { "clinic chair", "monitored inpatient bed", "at home",
					   "emergency department", "research", "home pump" };
static const char *const product_words[] = { "racemic ketamine", "esketamine" };
static const char *const route_words[] = { "intravenous", "nasal", "intramuscular", "subcutaneous", "oral" };
static const char *const grade_words[] = { "note", "warning", "to settle first", "needs a reason", "refused" };
static const char *const use_words[] = { "Clinical", "Research", "Simulation only", "Record only" };

static const char *num(struct lull_document *doc, double value, int decimals)
{
	char text[64];
	const char *copy = lull_arena_strdup(doc->arena, lull_num_text(text, sizeof(text), value, decimals));

	doc->failed |= !copy;
	return copy ? copy : "";
}

/* A part of a line that memory was asked for: without it the line would be shorter, not wrong to look at. */
static const char *part(struct lull_document *doc, const char *text)
{
	doc->failed |= !text;
	return text ? text : "";
}

/* 1.5 h as 1:30; nothing for a time that is not fixed. */
static const char *clock_text(struct lull_document *doc, double h)
{
	if (lull_is_nan(h))
		return "";
	const int min = (int)(lull_min_from_h(h) + 0.5);
	const char *copy = lull_arena_printf(doc->arena, "%d:%02d", min / 60, min % 60);

	doc->failed |= !copy;
	return copy ? copy : "";
}

/* ---- verdict ------------------------------------------------------------------------------ */

void lull_sheet_verdict(struct lull_document *doc, const struct lull_plan *plan)
{
	static const struct {
		enum lull_tone tone;
		const char *title, *text;
	} words[] = {
		[LULL_PLAN_READY] = { LULL_TONE_GO, "Plan ready",
				      "Nothing in it passes a limit without a reason. It is a proposal to a licensed clinician." },
		[LULL_PLAN_DRAFT] = { LULL_TONE_CAUTION, "Draft plan", "Not to be given before this is settled:" },
		[LULL_PLAN_NEEDS_REASON] = { LULL_TONE_CAUTION, "Not to be given as it stands",
					     "Something in it needs a reason. The prescriber gives one or changes it:" },
		[LULL_PLAN_REFUSED] = { LULL_TONE_STOP, "Refused", "There is no such plan for this patient:" },
	};
	const struct lull_plan_finding *worst = lull_plan_gravest(plan);
	const bool has_cause = plan->status != LULL_PLAN_READY && worst;

	lull_doc_callout(doc, words[plan->status].tone, words[plan->status].title, "%s%s%s", words[plan->status].text,
			 has_cause ? " " : "", has_cause ? worst->text : "");
}

static const char *weights_text(struct lull_document *doc, const struct lull_plan *plan)
{
	const struct lull_dosing_weights *w = &plan->weights;
	char day[LULL_DAY_TEXT];
	const char *text = lull_arena_printf(
		doc->arena, "total %s kg (%s %s), ideal %s kg and adjusted %s kg (recalled formula, shown only); doses on %s kg%s",
		num(doc, w->total_kg, 1), plan->weight_measured ? "measured" : "stated",
		lull_day_text(day, plan->weight_day), num(doc, w->ideal_kg, 1), num(doc, w->adjusted_kg, 1),
		num(doc, w->dosing_kg, 1), w->is_capped ? ", capped" : "");

	doc->failed |= !text;
	return text ? text : "";
}

static const char *days_text(struct lull_document *doc, const struct lull_plan *plan)
{
	struct lull_buf buf = { 0 };

	for (size_t i = 0; i < plan->n_sessions; i++) {
		char day[LULL_DAY_TEXT];
		lull_buf_puts(&buf, i ? ", " : "");
		if (plan->day != LULL_DAY_NONE)
			lull_buf_puts(&buf, lull_day_text(day, plan->day + (lull_day)plan->sessions[i].day));
		else
			lull_buf_printf(&buf, "day %s", num(doc, plan->sessions[i].day, 1));
	}
	const char *text = lull_arena_strdup(doc->arena, lull_buf_text(&buf));
	doc->failed |= !text || buf.failed;
	lull_buf_clear(&buf);
	return text ? text : "";
}

/* A ladder's and a spray's totals are what would be given if nothing helped. */
static bool is_upper_bound(const struct lull_plan *plan)
{
	return plan->has_rule || plan->route == LULL_ROUTE_NASAL;
}

void lull_sheet_facts(struct lull_document *doc, const struct lull_plan *plan)
{
	const struct lull_protocol *p = plan->protocol;
	char until[LULL_DAY_TEXT];

	lull_doc_pair(doc, "Protocol", "%s: %s%s", p->id, p->name, lull_doc_basis(doc, p->source, (enum lull_mark)p->mark));
	lull_doc_pair(doc, "Use", "%s. %s", use_words[p->use], p->use_reason);
	lull_doc_pair(doc, "Evidence", "%s", p->evidence);
	lull_doc_pair(doc, "Given", "%s, %s, %s; all mg are of ketamine base", product_words[plan->product],
		      route_words[plan->route], place_words[plan->place]);
	if (!lull_is_nan(plan->weights.total_kg))
		lull_doc_pair(doc, "Weight", "%s", weights_text(doc, plan));
	if (plan->status == LULL_PLAN_REFUSED || !plan->n_sessions)
		return;
	const char *most = is_upper_bound(plan) ? "at most " : "";
	lull_doc_pair(doc, "Course", "%zu session%s: %s; %s%s mg in all%s%s%s", plan->n_sessions,
		      plan->n_sessions == 1 ? "" : "s", days_text(doc, plan), most, num(doc, plan->course_mg, 1),
		      lull_is_nan(plan->course_mg_per_kg) ? "" : " (", lull_is_nan(plan->course_mg_per_kg) ?
		      "" : num(doc, plan->course_mg_per_kg, 2), lull_is_nan(plan->course_mg_per_kg) ? "" : " mg/kg)");
	lull_doc_pair(doc, "Lifetime", "%s mg before, %s%s mg with this course", num(doc, plan->lifetime_before_mg, 0), most,
		      num(doc, plan->lifetime_after_mg, 0));
	if (plan->valid_until != LULL_DAY_NONE)
		lull_doc_pair(doc, "Valid", "until %s, and only while weight, drugs, diagnosis and knowledge stay as they are",
			      lull_day_text(until, plan->valid_until));
}

static bool same_session(const struct lull_plan_session *a, const struct lull_plan_session *b)
{
	if (a->n_steps != b->n_steps)
		return false;
	for (size_t i = 0; i < a->n_steps; i++)
		if (a->steps[i].mg != b->steps[i].mg || a->steps[i].from_h != b->steps[i].from_h ||
		    a->steps[i].ml_per_h != b->steps[i].ml_per_h)
			return false;
	return true;
}

static bool all_sessions_same(const struct lull_plan *plan)
{
	for (size_t i = 1; i < plan->n_sessions; i++)
		if (!same_session(&plan->sessions[0], &plan->sessions[i]))
			return false;
	return true;
}

void lull_sheet_findings(struct lull_document *doc, const struct lull_plan *plan)
{
	const bool is_same = all_sessions_same(plan);

	if (!plan->n_findings)
		return;
	lull_doc_heading(doc, 2, "Limits, questions and notes");
	for (size_t i = 0; i < plan->n_findings; i++) {
		const struct lull_plan_finding *f = &plan->findings[i];
		const char *session = f->session && !is_same ? part(doc, lull_arena_printf(doc->arena, "session %d, ", f->session))
								     : "";
		lull_doc_item(doc, "%s: %s%s (%s)%s%s%s%s", f->reason ? "passed with a reason" : grade_words[f->grade],
			      session, f->text, f->id, lull_doc_basis(doc, f->source, f->mark),
			      f->reason ? ". Reason: " : "", f->reason ? f->reason : "",
			      f->reason_by ? part(doc, lull_arena_printf(doc->arena, " (%s)", f->reason_by)) : "");
	}
}

/* ---- pump sheet ----------------------------------------------------------------------------- */

static const struct lull_table_column step_columns[] = {
	{ "What", LULL_AT_START, 0 },   { "From", LULL_AT_END, 0 }, { "To", LULL_AT_END, 0 }, { "mg/kg/h", LULL_AT_END, 0 },
	{ "mg/h", LULL_AT_END, 0 },     { "mL/h", LULL_AT_END, 0 }, { "mL", LULL_AT_END, 0 }, { "mg", LULL_AT_END, 0 },
	{ "mg so far", LULL_AT_END, 0 }, { "Only when", LULL_AT_START, 1 },
};
static const char *const kind_words[] = { "Bolus", "Infusion", "Step", "Down", "Sprays" };

static const struct lull_table *step_table(struct lull_document *doc, const struct lull_plan_session *s)
{
	struct lull_table *t = lull_table_new(doc->arena, NULL, step_columns, 10);

	for (size_t i = 0; i < s->n_steps; i++) {
		const struct lull_plan_step *step = &s->steps[i];
		if (step->sprays)
			lull_table_cellf(t, "up to %d sprays", step->sprays);
		else
			lull_table_cell(t, kind_words[step->kind]);
		lull_table_cell(t, clock_text(doc, step->from_h));
		lull_table_cell(t, step->kind == LULL_STEP_SPRAY ? "" : clock_text(doc, step->to_h));
		const bool is_bolus = step->kind == LULL_STEP_BOLUS; /* a dose over a time, never a rate */
		lull_table_num(t, is_bolus ? NAN : step->mg_per_kg_per_h, 3);
		lull_table_num(t, is_bolus ? NAN : step->mg_per_h, 2);
		lull_table_num(t, is_bolus ? NAN : step->ml_per_h, 3);
		lull_table_num(t, step->ml, 2);
		lull_table_num(t, step->mg, 2);
		lull_table_num(t, step->cum_mg, 2);
		const char *before = i ? s->steps[i - 1].condition : NULL;
		lull_table_cell(t, !step->condition ? "" : before == step->condition ? "as above" : step->condition);
	}
	doc->failed |= !t || t->failed;
	return t;
}

static void put_container(struct lull_document *doc, const struct lull_plan *plan, const struct lull_plan_session *s)
{
	const struct lull_bag *bag = &s->bag;

	if (s->n_bags) {
		lull_doc_pair(doc, "Strength", "%s mg/mL", num(doc, plan->infusion_mg_per_ml, 3));
		lull_doc_pair(doc, "Container", "%s%d of %s mL: %s mg = %s mL of %s mg/mL from %d vial%s of %s mL; %s",
			      plan->has_rule ? "at most " : "", s->n_bags, num(doc, bag->ml, 0), num(doc, bag->drug_mg, 1),
			      num(doc, bag->drug_ml, 2), num(doc, bag->vial_mg_per_ml, 0), bag->n_vials,
			      bag->n_vials == 1 ? "" : "s", num(doc, bag->vial_ml, 0),
			      bag->diluent_ml > 0 ? part(doc, lull_arena_printf(doc->arena, "take %s mL of diluent out first",
										num(doc, bag->drug_ml, 2))) :
						    "undiluted");
		lull_doc_pair(doc, "Volume", "to be infused %s mL%s; the line holds %s mL of the solution more, which is not given",
			      num(doc, s->vtbi_ml, 1), s->n_bags > 1 ? " from the first container" : "",
			      num(doc, s->prime_ml, 0));
	}
	if (s->bolus_ml > 0)
		lull_doc_pair(doc, "Bolus", "%s mL of %s mg/mL in a syringe of its own", num(doc, s->bolus_ml, 2),
			      num(doc, s->bolus_mg_per_ml, 0));
	lull_doc_pair(doc, "Drug log", "%sopened %s = drawn %s + left in vials %s; drawn = given %s + line %s + waste %s mg",
		      plan->has_rule ? "at most: " : "", num(doc, s->log.opened_mg, 1), num(doc, s->log.drawn_mg, 1),
		      num(doc, s->log.vial_left_mg, 1), num(doc, s->log.given_mg, 1), num(doc, s->log.line_mg, 1),
		      num(doc, s->log.waste_mg, 1));
	lull_doc_pair(doc, "Afterwards", "at least %s min under watch before discharge is judged", num(doc, s->recovery_min, 0));
}

static void put_session(struct lull_document *doc, const struct lull_plan *plan, size_t first, size_t last)
{
	const struct lull_plan_session *s = &plan->sessions[first];
	const char *title = plan->route == LULL_ROUTE_NASAL ? "A day of use, at most" :
		first == last ?
		lull_arena_printf(doc->arena, plan->has_rule ? "Pump sheet, earliest times" : "Pump sheet, session %zu", first + 1) :
		lull_arena_printf(doc->arena, "Pump sheet, sessions %zu to %zu, each", first + 1, last + 1);

	doc->failed |= !title;
	lull_doc_heading(doc, 2, title ? title : "");
	lull_doc_table(doc, step_table(doc, s));
	if (plan->route == LULL_ROUTE_IV)
		put_container(doc, plan, s);
}

static void put_rule(struct lull_document *doc, const struct lull_plan *plan)
{
	const struct lull_rule *r = &plan->rule;

	if (!plan->has_rule)
		return;
	lull_doc_paragraph(doc,
			   "Steps are taken by effect, never by the clock alone: the times are the earliest. Totals are for "
			   "someone whose pain never falls. Raise by %s mg/kg/h after at least %s h while pain is above %s/10, to "
			   "at most %s mg/kg/h; at target hold %s h, then lower by %s mg/kg/h every %s h; end after %s h.",
			   num(doc, r->raise_mg_per_kg_per_h, 3), num(doc, r->raise_every_h, 2), num(doc, r->target_nrs, 1),
			   num(doc, r->cap_mg_per_kg_per_h, 3), num(doc, r->hold_at_target_h, 1),
			   num(doc, r->wean_mg_per_kg_per_h, 3), num(doc, r->wean_every_h, 1), num(doc, r->max_dur_h, 1));
}

static void put_comeds(struct lull_document *doc, const struct lull_plan *plan)
{
	if (!plan->n_comeds)
		return;
	lull_doc_heading(doc, 2, "Given with it");
	for (size_t i = 0; i < plan->n_comeds; i++) {
		const struct lull_plan_comed *c = &plan->comeds[i];
		lull_doc_item(doc, "%s%s, %s, %s%s%s. Ask first: %s%s", c->comed->name, c->comed->optional ? " (optional)" : "",
			      c->comed->dose, c->comed->when, lull_is_nan(c->mg) ? "" : "; first dose here (mg): ",
			      lull_is_nan(c->mg) ? "" : num(doc, c->mg, 2), c->comed->screen ? c->comed->screen : "nothing stated",
			      lull_doc_basis(doc, c->comed->source, (enum lull_mark)c->comed->mark));
	}
}

static void put_nasal(struct lull_document *doc, const struct lull_plan *plan)
{
	if (plan->route != LULL_ROUTE_NASAL)
		return;
	lull_doc_pair(doc, "Each spray", "%s mg in %s mL", num(doc, plan->protocol->spray_mg.value, 2),
		      num(doc, plan->protocol->spray_ml.value, 3));
	lull_doc_pair(doc, "Caps", "%s sprays (%s mg) in 24 h, %s sprays (%s mg) in 7 days",
		      num(doc, plan->protocol->max_sprays_24h.value, 0), num(doc, plan->day_mg_max, 0),
		      num(doc, plan->protocol->max_sprays_7d.value, 0), num(doc, plan->week_mg_max, 0));
}

void lull_sheet_pump(struct lull_document *doc, const struct lull_plan *plan)
{
	if (plan->status == LULL_PLAN_REFUSED || !plan->n_sessions)
		return;
	if (plan->status == LULL_PLAN_NEEDS_REASON)
		lull_doc_paragraph(doc, "The rows below show what was asked for. They are not a pump sheet until the reason is given.");
	for (size_t first = 0; first < plan->n_sessions;) {
		size_t last = first;
		while (last + 1 < plan->n_sessions && same_session(&plan->sessions[first], &plan->sessions[last + 1]))
			last++;
		put_session(doc, plan, first, last);
		first = last + 1;
	}
	put_rule(doc, plan);
	put_nasal(doc, plan);
	put_comeds(doc, plan);
	if (plan->route != LULL_ROUTE_IV)
		return;
	lull_doc_paragraph(doc, "Lull never commands a pump. A person programs it from the label of the bag, and a second person "
				"enters patient, weight, strength and mL/h without seeing the first entry.");
}

/* ---- monitoring --------------------------------------------------------------------------- */

static const struct lull_table_column line_columns[] = {
	{ "Signal", LULL_AT_START, 0 }, { "Watch", LULL_AT_START, 1 }, { "Reduce or hold", LULL_AT_START, 1 },
	{ "Stop and call", LULL_AT_START, 1.5 },
};

static void put_lines(struct lull_document *doc, const struct lull_monitoring *m)
{
	struct lull_table *t = lull_table_new(doc->arena, NULL, line_columns, 4);

	for (size_t i = 0; i < m->n_lines; i++) {
		const struct lull_line *line = &m->lines[i];
		lull_table_cell(t, line->signal);
		lull_table_cell(t, line->watch_text);
		lull_table_cell(t, line->hold_text);
		lull_table_cell(t, line->stop_text);
	}
	doc->failed |= !t || t->failed;
	lull_doc_table(doc, t);
	lull_doc_paragraph(doc,
			   "Reduce by 25 to 50 %% or hold; after a hold start again at %s %% of the rate once back inside the watch "
			   "lines for %s min, at most %s times (all proposed; the site edits them).",
			   num(doc, 100 * m->resume_frac.value, 0), num(doc, m->resume_after_min.value, 0),
			   num(doc, m->max_restarts.value, 0));
}

static void put_cards(struct lull_document *doc, const struct lull_rescue *rescue)
{
	struct lull_buf blank = { 0 };

	lull_doc_heading(doc, 2, "Rescue cards");
	for (size_t i = 0; i < rescue->n_cards; i++) {
		const struct lull_rescue_card *c = &rescue->cards[i];
		if (c->dose)
			lull_doc_item(doc, "%s (%s): %s %s%s%s", c->name, c->purpose, c->dose, c->guard ? c->guard : "",
				      lull_doc_basis(doc, c->source, (enum lull_mark)c->mark),
				      c->signed_by ? part(doc, lull_arena_printf(doc->arena, " Signed: %s", c->signed_by)) : "");
		else
			lull_buf_printf(&blank, "%s%s", blank.n ? ", " : "", c->name);
	}
	if (blank.n)
		lull_doc_item(doc, "Blank until the site's physician fills and signs them: %s", lull_buf_text(&blank));
	doc->failed |= blank.failed;
	lull_buf_clear(&blank);
	lull_doc_item(doc, "%s%s", rescue->no_antidote, lull_doc_basis(doc, rescue->no_antidote_source, (enum lull_mark)rescue->no_antidote_mark));
}

void lull_sheet_monitor(struct lull_document *doc, const struct lull_plan *plan)
{
	lull_doc_heading(doc, 2, "Monitoring");
	for (size_t i = 0; i < plan->n_schedule; i++)
		lull_doc_item(doc, "%s: %s%s", plan->schedule[i]->name, plan->schedule[i]->when,
			      lull_doc_basis(doc, plan->schedule[i]->source, (enum lull_mark)plan->schedule[i]->mark));
	if (plan->route != LULL_ROUTE_IV)
		return;
	put_lines(doc, &plan->kb->monitoring);
	put_cards(doc, &plan->kb->rescue);
}

/* ---- lists, cost ----------------------------------------------------------------------------- */

void lull_sheet_list(struct lull_document *doc, const struct lull_plan *plan, enum lull_list_kind kind)
{
	static const char *const titles[LULL_N_LISTS] = {
		"Before the session", "Consent", "Emergency kit", "Staffing", "When to stop",
		"Response",	      "Discharge", "Drug log",     "Coverage",
	};
	bool is_open = false;

	for (size_t i = 0; i < plan->n_items; i++) {
		if (plan->items[i]->list != (int)kind)
			continue;
		if (!is_open)
			lull_doc_heading(doc, 2, titles[kind]);
		is_open = true;
		lull_doc_item(doc, "%s%s", plan->items[i]->text, lull_doc_basis(doc, plan->items[i]->source, (enum lull_mark)plan->items[i]->mark));
	}
}

void lull_sheet_lists(struct lull_document *doc, const struct lull_plan *plan)
{
	for (int kind = 0; kind < LULL_N_LISTS; kind++)
		lull_sheet_list(doc, plan, (enum lull_list_kind)kind);
}

static const struct lull_table_column cost_columns[] = {
	{ "Item", LULL_AT_START, 0 }, { "Quantity", LULL_AT_END, 0 }, { "Unit", LULL_AT_START, 0 }, { "Price", LULL_AT_END, 0 },
	{ "Amount", LULL_AT_END, 0 },
};

void lull_sheet_cost(struct lull_document *doc, const struct lull_plan *plan)
{
	const struct lull_plan_cost *cost = &plan->cost;
	struct lull_table *t = lull_table_new(doc->arena, NULL, cost_columns, 5);

	if (!cost->n_lines || plan->status == LULL_PLAN_REFUSED)
		return;
	lull_doc_heading(doc, 2, "Cost, paid by oneself");
	for (size_t i = 0; i < cost->n_lines; i++) {
		const struct lull_cost_line *line = &cost->lines[i];
		lull_table_cell(t, line->item->name);
		lull_table_num(t, line->quantity, 2);
		lull_table_cell(t, line->item->unit);
		if (lull_is_nan(line->price))
			lull_table_cell(t, "not set");
		else
			lull_table_num(t, line->price, 2);
		lull_table_num(t, line->amount, 2);
	}
	doc->failed |= !t || t->failed;
	lull_doc_table(doc, t);
	if (lull_is_nan(cost->total))
		lull_doc_paragraph(doc, "No total: %zu price%s not set by the site.", cost->n_unpriced,
				   cost->n_unpriced == 1 ? " is" : "s are");
	else
		lull_doc_paragraph(doc, "Total %s %s for the course; an estimate without time to prepare.",
				   num(doc, cost->total, 2), cost->currency ? cost->currency : "");
}

void lull_sheet_put(struct lull_document *doc, const struct lull_plan *plan)
{
	lull_sheet_verdict(doc, plan);
	lull_sheet_facts(doc, plan);
	lull_sheet_findings(doc, plan);
	if (plan->status == LULL_PLAN_REFUSED)
		return;
	lull_sheet_pump(doc, plan);
	lull_sheet_monitor(doc, plan);
	lull_sheet_lists(doc, plan);
	lull_sheet_cost(doc, plan);
}

/* ---- comparison --------------------------------------------------------------------------------- */

static const struct lull_table_column compare_columns[] = {
	{ "Protocol", LULL_AT_START, 0 }, { "Verdict", LULL_AT_START, 0 }, { "Sessions", LULL_AT_END, 0 },
	{ "h", LULL_AT_END, 0 },          { "mg", LULL_AT_END, 0 }, { "mg/kg", LULL_AT_END, 0 },
	{ "mg/kg/h", LULL_AT_END, 0 }, { "mg in all", LULL_AT_END, 0 }, { "Gravest", LULL_AT_START, 0 },
};

const struct lull_table *lull_sheet_compare(struct lull_arena *arena, const struct lull_plan *plans, size_t n)
{
	static const char *const verdicts[] = { "ready", "draft", "needs a reason", "refused" };
	struct lull_table *t = lull_table_new(arena, NULL, compare_columns, 9);

	for (size_t i = 0; i < n; i++) {
		const struct lull_plan *p = &plans[i];
		const bool has = p->n_sessions && p->status != LULL_PLAN_REFUSED;
		const struct lull_plan_session *s = has ? &p->sessions[0] : NULL;
		const struct lull_plan_finding *worst = p->status == LULL_PLAN_READY ? NULL : lull_plan_gravest(p);
		lull_table_cell(t, p->protocol->id);
		lull_table_cell(t, verdicts[p->status]);
		lull_table_num(t, has ? (double)p->n_sessions : NAN, 0);
		lull_table_num(t, s ? s->dur_h : NAN, 2);
		lull_table_num(t, s ? s->mg : NAN, 1);
		lull_table_num(t, s ? s->mg_per_kg : NAN, 2);
		lull_table_num(t, s && p->route == LULL_ROUTE_IV ? s->peak_mg_per_kg_per_h : NAN, 3);
		lull_table_num(t, has ? p->course_mg : NAN, 1);
		lull_table_cell(t, worst ? worst->id : "");
	}
	return t;
}

/* ---- a protocol ------------------------------------------------------------------------------------ */

static void put_figure(struct lull_document *doc, const char *name, const struct lull_figure *f, const char *unit)
{
	if (f->stated)
		lull_doc_pair(doc, name, "%s %s%s%s%s", num(doc, f->value, 4), unit, f->note ? "; " : "", f->note ? f->note : "",
			      lull_doc_basis(doc, f->source, (enum lull_mark)f->mark));
}

static void put_part(struct lull_document *doc, const struct lull_part *part)
{
	put_figure(doc, "Dose", &part->mg_per_kg, "mg/kg");
	put_figure(doc, "  up to", &part->mg_per_kg_high, "mg/kg");
	put_figure(doc, "Dose", &part->mg, "mg");
	put_figure(doc, "Rate", &part->mg_per_kg_per_h, "mg/kg/h");
	put_figure(doc, "Rate", &part->mg_per_h, "mg/h");
	put_figure(doc, "Sprays", &part->sprays, "sprays");
	put_figure(doc, "  up to", &part->sprays_high, "sprays");
	put_figure(doc, "Over", &part->over_min, "min");
	put_figure(doc, "  up to", &part->over_high_min, "min");
	put_figure(doc, "At", &part->at_min, "min");
	put_figure(doc, "Times", &part->repeats, "times");
	put_figure(doc, "Every", &part->every_min, "min");
	put_figure(doc, "At least", &part->min_mg, "mg");
	put_figure(doc, "At most", &part->max_mg, "mg");
	put_figure(doc, "At most", &part->max_mg_per_kg, "mg/kg");
	put_figure(doc, "At most", &part->max_mg_per_h, "mg/h");
}

static void put_rule_figures(struct lull_document *doc, const struct lull_rule_figures *r)
{
	put_figure(doc, "Start", &r->start_mg_per_kg_per_h, "mg/kg/h");
	put_figure(doc, "Raise by", &r->raise_mg_per_kg_per_h, "mg/kg/h");
	put_figure(doc, "Every", &r->raise_every_h, "h");
	put_figure(doc, "  up to", &r->raise_every_high_h, "h");
	put_figure(doc, "Cap", &r->cap_mg_per_kg_per_h, "mg/kg/h");
	put_figure(doc, "Cap", &r->cap_mg_per_h, "mg/h");
	put_figure(doc, "Target, pain at or below", &r->target_nrs, "of 10");
	put_figure(doc, "Target, pain down by a share of", &r->target_fall_frac, "");
	put_figure(doc, "Hold at target", &r->hold_at_target_h, "h");
	put_figure(doc, "Lower by", &r->wean_mg_per_kg_per_h, "mg/kg/h");
	put_figure(doc, "  every", &r->wean_every_h, "h");
	put_figure(doc, "Longest", &r->max_dur_h, "h");
}

void lull_sheet_protocol(struct lull_document *doc, const struct lull_protocol *p)
{
	lull_doc_callout(doc, p->use == LULL_USE_CLINICAL ? LULL_TONE_PLAIN : LULL_TONE_CAUTION, use_words[p->use], "%s",
			 p->use_reason);
	lull_doc_pair(doc, "Given", "%s, %s; salt basis: %s", product_words[p->product], route_words[p->route],
		      lull_salt_names[p->salt]);
	for (int i = 0; i < LULL_N_PLACES; i++)
		if (p->places >> i & 1)
			lull_doc_pair(doc, "Where", "%s", place_words[i]);
	for (size_t i = 0; i < p->n_indications; i++)
		lull_doc_pair(doc, "For", "%s", p->indications[i]);
	if (p->adapted_from)
		lull_doc_pair(doc, "Adapted from", "%s", p->adapted_from);
	lull_doc_pair(doc, "Evidence", "%s%s", p->evidence, lull_doc_basis(doc, p->source, (enum lull_mark)p->mark));
	lull_doc_heading(doc, 2, "What it states");
	for (size_t i = 0; i < p->n_parts; i++)
		put_part(doc, &p->parts[i]);
	if (p->has_rule)
		put_rule_figures(doc, &p->rule);
	put_figure(doc, "Sessions", &p->sessions, "");
	put_figure(doc, "  apart", &p->spacing_days, "days");
	put_figure(doc, "Most in a session", &p->max_mg, "mg");
	put_figure(doc, "Most in a session", &p->max_mg_per_kg, "mg/kg");
	put_figure(doc, "Spray", &p->spray_mg, "mg");
	put_figure(doc, "Spray", &p->spray_ml, "mL");
	put_figure(doc, "Most in 24 h", &p->max_sprays_24h, "sprays");
	put_figure(doc, "Most in 7 days", &p->max_sprays_7d, "sprays");
	if (p->n_not_stated)
		lull_doc_heading(doc, 2, "What it does not state");
	for (size_t i = 0; i < p->n_not_stated; i++)
		lull_doc_item(doc, "%s", p->not_stated[i]);
	if (p->n_comedication)
		lull_doc_heading(doc, 2, "Given with it");
	for (size_t i = 0; i < p->n_comedication; i++)
		lull_doc_item(doc, "%s, %s, %s%s", p->comedication[i].name, p->comedication[i].dose, p->comedication[i].when,
			      lull_doc_basis(doc, p->comedication[i].source, (enum lull_mark)p->comedication[i].mark));
	if (p->n_observed)
		lull_doc_heading(doc, 2, "What was observed");
	for (size_t i = 0; i < p->n_observed; i++)
		lull_doc_item(doc, "%s: %s%s", p->observed[i].what, p->observed[i].text,
			      lull_doc_basis(doc, p->observed[i].source, (enum lull_mark)p->observed[i].mark));
}
