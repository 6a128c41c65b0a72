/* Plans and protocols to JSON. mg and mL side by side; NAN is null. */
#include "lull/codec/plan_json.h"

static void put_day(struct lull_json *json, const char *key, lull_day day)
{
	char text[LULL_DAY_TEXT];

	lull_json_text(json, key, day == LULL_DAY_NONE ? NULL : lull_day_text(text, day));
}

static void put_basis(struct lull_json *json, const char *source, int mark)
{
	lull_json_text(json, "source", source);
	lull_json_text(json, "mark", lull_mark_names[mark]);
}

static void put_finding(struct lull_json *json, const struct lull_plan_finding *f)
{
	lull_json_open(json, NULL, '{');
	lull_json_text(json, "grade", lull_plan_grade_names[f->grade]);
	lull_json_text(json, "id", f->id);
	lull_json_text(json, "text", f->text);
	lull_json_num(json, "wanted", f->wanted);
	lull_json_num(json, "allowed", f->allowed);
	lull_json_text(json, "unit", f->unit);
	if (f->session)
		lull_json_int(json, "session", f->session);
	if (f->reason) {
		lull_json_text(json, "reason", f->reason);
		lull_json_text(json, "reason_by", f->reason_by);
	}
	put_basis(json, f->source, (int)f->mark);
	lull_json_close(json, '}');
}

static void put_weights(struct lull_json *json, const struct lull_plan *plan)
{
	const struct lull_dosing_weights *w = &plan->weights;

	lull_json_open(json, "weight", '{');
	lull_json_num(json, "total_kg", w->total_kg);
	lull_json_num(json, "ideal_kg", w->ideal_kg);
	lull_json_num(json, "adjusted_kg", w->adjusted_kg);
	lull_json_num(json, "dosing_kg", w->dosing_kg);
	lull_json_num(json, "bmi_kg_per_m2", w->bmi);
	lull_json_bool(json, "capped", w->is_capped);
	put_day(json, "day", plan->weight_day);
	lull_json_bool(json, "measured", plan->weight_measured);
	lull_json_bool(json, "of_the_day", plan->weight_is_of_the_day);
	lull_json_close(json, '}');
}

static void put_step(struct lull_json *json, const struct lull_plan_step *s)
{
	lull_json_open(json, NULL, '{');
	lull_json_text(json, "kind", lull_step_kind_names[s->kind]);
	lull_json_num(json, "from_h", s->from_h);
	lull_json_num(json, "to_h", s->to_h);
	lull_json_num(json, "asked_mg_per_h", s->asked_mg_per_h);
	lull_json_num(json, "mg_per_kg_per_h", s->mg_per_kg_per_h);
	lull_json_num(json, "mg_per_h", s->mg_per_h);
	lull_json_num(json, "ml_per_h", s->ml_per_h);
	lull_json_num(json, "mg", s->mg);
	lull_json_num(json, "ml", s->ml);
	lull_json_num(json, "cum_mg", s->cum_mg);
	lull_json_num(json, "mg_per_ml", s->mg_per_ml);
	if (s->sprays)
		lull_json_int(json, "sprays", s->sprays);
	lull_json_bool(json, "earliest", s->earliest);
	if (s->condition)
		lull_json_text(json, "condition", s->condition);
	lull_json_close(json, '}');
}

static void put_bag(struct lull_json *json, const struct lull_plan_session *s)
{
	const struct lull_bag *bag = &s->bag;

	if (!s->n_bags)
		return;
	lull_json_open(json, "container", '{');
	lull_json_int(json, "count", s->n_bags);
	lull_json_num(json, "ml", bag->ml);
	lull_json_num(json, "mg_per_ml", bag->mg_per_ml);
	lull_json_num(json, "drug_mg", bag->drug_mg);
	lull_json_num(json, "drug_ml", bag->drug_ml);
	lull_json_num(json, "diluent_ml", bag->diluent_ml);
	lull_json_num(json, "vial_mg_per_ml", bag->vial_mg_per_ml);
	lull_json_num(json, "vial_ml", bag->vial_ml);
	lull_json_int(json, "vials_each", bag->n_vials);
	lull_json_num(json, "volume_to_be_infused_ml", s->vtbi_ml);
	lull_json_num(json, "prime_ml", s->prime_ml);
	lull_json_close(json, '}');
}

static void put_log(struct lull_json *json, const struct lull_log_row *log)
{
	lull_json_open(json, "drug_log", '{');
	lull_json_num(json, "opened_mg", log->opened_mg);
	lull_json_num(json, "drawn_mg", log->drawn_mg);
	lull_json_num(json, "given_mg", log->given_mg);
	lull_json_num(json, "line_mg", log->line_mg);
	lull_json_num(json, "waste_mg", log->waste_mg);
	lull_json_num(json, "vial_left_mg", log->vial_left_mg);
	lull_json_int(json, "vials", log->n_vials);
	lull_json_close(json, '}');
}

static void put_session(struct lull_json *json, const struct lull_plan_session *s)
{
	lull_json_open(json, NULL, '{');
	lull_json_int(json, "number", s->number);
	lull_json_num(json, "day", s->day);
	lull_json_num(json, "mg", s->mg);
	lull_json_num(json, "mg_per_kg", s->mg_per_kg);
	lull_json_num(json, "ml", s->ml);
	lull_json_num(json, "duration_h", s->dur_h);
	lull_json_num(json, "peak_mg_per_kg_per_h", s->peak_mg_per_kg_per_h);
	lull_json_num(json, "most_mg_in_24_h", s->mg_24h);
	lull_json_open(json, "steps", '[');
	for (size_t i = 0; i < s->n_steps; i++)
		put_step(json, &s->steps[i]);
	lull_json_close(json, ']');
	put_bag(json, s);
	if (s->bolus_ml > 0) {
		lull_json_num(json, "bolus_ml", s->bolus_ml);
		lull_json_num(json, "bolus_mg_per_ml", s->bolus_mg_per_ml);
	}
	put_log(json, &s->log);
	lull_json_num(json, "recovery_min", s->recovery_min);
	lull_json_num(json, "chair_h", s->chair_h);
	lull_json_num(json, "staff_h", s->staff_h);
	lull_json_close(json, '}');
}

static void put_rule(struct lull_json *json, const struct lull_plan *plan)
{
	const struct lull_rule *r = &plan->rule;

	if (!plan->has_rule)
		return;
	lull_json_open(json, "rule", '{');
	lull_json_num(json, "start_mg_per_kg_per_h", r->start_mg_per_kg_per_h);
	lull_json_num(json, "raise_mg_per_kg_per_h", r->raise_mg_per_kg_per_h);
	lull_json_num(json, "raise_every_h", r->raise_every_h);
	lull_json_num(json, "cap_mg_per_kg_per_h", r->cap_mg_per_kg_per_h);
	lull_json_num(json, "cap_mg_per_h", r->cap_mg_per_h);
	lull_json_num(json, "target_nrs", r->target_nrs);
	lull_json_num(json, "target_fall_frac", r->target_fall_frac);
	lull_json_num(json, "hold_at_target_h", r->hold_at_target_h);
	lull_json_num(json, "wean_mg_per_kg_per_h", r->wean_mg_per_kg_per_h);
	lull_json_num(json, "wean_every_h", r->wean_every_h);
	lull_json_num(json, "max_dur_h", r->max_dur_h);
	lull_json_num(json, "reduce_frac", r->reduce_frac);
	lull_json_num(json, "resume_frac", r->resume_frac);
	lull_json_num(json, "resume_after_min", r->resume_after_min);
	lull_json_int(json, "max_restarts", r->max_restarts);
	lull_json_close(json, '}');
}

static void put_comeds(struct lull_json *json, const struct lull_plan *plan)
{
	lull_json_open(json, "comedication", '[');
	for (size_t i = 0; i < plan->n_comeds; i++) {
		const struct lull_plan_comed *c = &plan->comeds[i];
		lull_json_open(json, NULL, '{');
		lull_json_text(json, "id", c->comed->id);
		lull_json_text(json, "name", c->comed->name);
		lull_json_text(json, "dose", c->comed->dose);
		lull_json_text(json, "when", c->comed->when);
		lull_json_num(json, "mg", c->mg);
		lull_json_num(json, "max_mg", lull_figure_value(&c->comed->max_mg));
		lull_json_bool(json, "capped", c->is_capped);
		lull_json_bool(json, "optional", c->comed->optional);
		lull_json_text(json, "ask_first", c->comed->screen);
		lull_json_text(json, "ruled_out_by", c->ruled_out_by);
		put_basis(json, c->comed->source, c->comed->mark);
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
}

static void put_monitoring(struct lull_json *json, const struct lull_plan *plan)
{
	const struct lull_monitoring *m = &plan->kb->monitoring;

	lull_json_open(json, "monitoring", '[');
	for (size_t i = 0; i < plan->n_schedule; i++) {
		const struct lull_watch *w = plan->schedule[i];
		lull_json_open(json, NULL, '{');
		lull_json_text(json, "id", w->id);
		lull_json_text(json, "name", w->name);
		lull_json_text(json, "when", w->when);
		put_basis(json, w->source, w->mark);
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
	lull_json_open(json, "lines", '[');
	for (size_t i = 0; plan->route == LULL_ROUTE_IV && i < m->n_lines; i++) {
		const struct lull_line *l = &m->lines[i];
		lull_json_open(json, NULL, '{');
		lull_json_text(json, "id", l->id);
		lull_json_text(json, "signal", l->signal);
		lull_json_text(json, "unit", l->unit);
		lull_json_text(json, "side", lull_line_side_names[l->at_or]);
		lull_json_num(json, "watch", l->watch);
		lull_json_num(json, "hold", l->hold);
		lull_json_num(json, "stop", l->stop);
		lull_json_text(json, "watch_text", l->watch_text);
		lull_json_text(json, "hold_text", l->hold_text);
		lull_json_text(json, "stop_text", l->stop_text);
		put_basis(json, l->source, l->mark);
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
}

static void put_rescue(struct lull_json *json, const struct lull_plan *plan)
{
	const struct lull_rescue *r = &plan->kb->rescue;

	lull_json_open(json, "rescue_cards", '[');
	for (size_t i = 0; plan->route == LULL_ROUTE_IV && i < r->n_cards; i++) {
		const struct lull_rescue_card *c = &r->cards[i];
		lull_json_open(json, NULL, '{');
		lull_json_text(json, "id", c->id);
		lull_json_text(json, "name", c->name);
		lull_json_text(json, "for", c->purpose);
		lull_json_bool(json, "blank", !c->dose);
		lull_json_text(json, "dose", c->dose);
		lull_json_text(json, "guard", c->guard);
		lull_json_text(json, "signed_by", c->signed_by);
		put_basis(json, c->source, c->mark);
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
}

static void put_lists(struct lull_json *json, const struct lull_plan *plan)
{
	lull_json_open(json, "lists", '[');
	for (size_t i = 0; i < plan->n_items; i++) {
		const struct lull_list_item *item = plan->items[i];
		lull_json_open(json, NULL, '{');
		lull_json_text(json, "list", lull_list_names[item->list]);
		lull_json_text(json, "id", item->id);
		lull_json_text(json, "text", item->text);
		put_basis(json, item->source, item->mark);
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
}

static void put_cost(struct lull_json *json, const struct lull_plan_cost *cost)
{
	lull_json_open(json, "cost", '{');
	lull_json_text(json, "currency", cost->currency);
	lull_json_open(json, "items", '[');
	for (size_t i = 0; i < cost->n_lines; i++) {
		const struct lull_cost_line *line = &cost->lines[i];
		lull_json_open(json, NULL, '{');
		lull_json_text(json, "id", line->item->id);
		lull_json_text(json, "name", line->item->name);
		lull_json_num(json, "quantity", line->quantity);
		lull_json_text(json, "unit", line->item->unit);
		lull_json_num(json, "price", line->price);
		lull_json_num(json, "amount", line->amount);
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
	lull_json_num(json, "total", cost->n_lines ? cost->total : 0);
	lull_json_int(json, "unpriced", (int64_t)cost->n_unpriced);
	lull_json_close(json, '}');
}

/* What is given; left out of a refused plan, so that no rate of it can be read. */
static void put_dosing(struct lull_json *json, const struct lull_plan *plan)
{
	lull_json_num(json, "infusion_mg_per_ml", plan->infusion_mg_per_ml);
	lull_json_num(json, "bolus_mg_per_ml", plan->bolus_mg_per_ml);
	lull_json_num(json, "course_mg", plan->course_mg);
	lull_json_num(json, "course_mg_per_kg", plan->course_mg_per_kg);
	lull_json_num(json, "lifetime_before_mg", plan->lifetime_before_mg);
	lull_json_num(json, "lifetime_after_mg", plan->lifetime_after_mg);
	if (plan->route == LULL_ROUTE_NASAL) {
		lull_json_num(json, "cap_mg_24_h", plan->day_mg_max);
		lull_json_num(json, "cap_mg_7_days", plan->week_mg_max);
	}
	lull_json_open(json, "sessions", '[');
	for (size_t i = 0; i < plan->n_sessions; i++)
		put_session(json, &plan->sessions[i]);
	lull_json_close(json, ']');
	put_rule(json, plan);
	put_comeds(json, plan);
	put_monitoring(json, plan);
	put_rescue(json, plan);
	put_lists(json, plan);
	put_cost(json, &plan->cost);
}

void lull_json_plan(struct lull_json *json, const char *key, const struct lull_plan *plan)
{
	const struct lull_protocol *p = plan->protocol;

	lull_json_open(json, key, '{');
	lull_json_text(json, "protocol", p->id);
	lull_json_text(json, "protocol_name", p->name);
	lull_json_text(json, "use", lull_protocol_use_names[p->use]);
	lull_json_text(json, "status", lull_plan_status_names[plan->status]);
	lull_json_text(json, "setting", lull_place_names[plan->place]);
	lull_json_text(json, "product", lull_product_names[plan->product]);
	lull_json_text(json, "salt_basis", "base");
	lull_json_text(json, "route", lull_route_names[plan->route]);
	put_day(json, "day", plan->day);
	put_day(json, "valid_until", plan->valid_until);
	put_weights(json, plan);
	lull_json_open(json, "findings", '[');
	for (size_t i = 0; i < plan->n_findings; i++)
		put_finding(json, &plan->findings[i]);
	lull_json_close(json, ']');
	if (plan->status != LULL_PLAN_REFUSED)
		put_dosing(json, plan);
	lull_json_close(json, '}');
}

void lull_json_protocol(struct lull_json *json, const char *key, const struct lull_protocol *p)
{
	const uint64_t missing = lull_protocol_missing(p);

	lull_json_open(json, key, '{');
	lull_json_struct(json, "protocol", &lull_protocol_schema, p);
	lull_json_open(json, "missing", '[');
	for (int i = 0; lull_missing_names[i]; i++)
		if (missing >> i & 1)
			lull_json_text(json, NULL, lull_missing_names[i]);
	lull_json_close(json, ']');
	lull_json_close(json, '}');
}
