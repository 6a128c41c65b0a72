/* A screen as JSON. */
#include "lull/codec/screen_json.h"

struct writer {
	struct lull_json *json;
	const struct lull_screening *k;
	const struct lull_screen_request *request;
	const struct lull_screen *screen;
	struct lull_arena *arena;
	bool *failed; /* a sentence could not be made: memory ended */
};

static void put_sentence(const struct writer *w, const char *key, const char *text)
{
	*w->failed = *w->failed || !text;
	lull_json_text(w->json, key, text);
}

static void put_day(struct lull_json *json, const char *key, lull_day day)
{
	char text[LULL_DAY_TEXT];
	lull_json_text(json, key, day == LULL_DAY_NONE ? NULL : lull_day_text(text, day));
}

static void put_basis(const struct writer *w, const struct lull_basis *basis)
{
	put_sentence(w, "basis", lull_basis_text(w->k, w->request->patient, basis, w->arena));
	put_day(w->json, "basis_date", basis->day);
}

static void put_override(struct lull_json *json, const struct lull_rule_outcome *o)
{
	if (!o->override)
		return;
	lull_json_open(json, "override", '{');
	lull_json_text(json, "by", o->override->by);
	lull_json_text(json, "role", lull_override_role_names[o->override->role]);
	lull_json_text(json, "second_person", o->override->second_person);
	lull_json_text(json, "policy", o->override->policy);
	lull_json_text(json, "reason", o->override->reason);
	put_day(json, "date", o->override->day);
	lull_json_text(json, "judged", lull_override_fault_text((enum lull_override_fault)o->fault));
	lull_json_close(json, '}');
}

static void put_rule(const struct writer *w, const struct lull_rule_outcome *o)
{
	struct lull_json *json = w->json;
	const struct lull_screen_rule *rule = o->rule;

	lull_json_open(json, NULL, '{');
	lull_json_text(json, "id", rule->id);
	lull_json_text(json, "name", rule->name);
	lull_json_text(json, "kind", lull_rule_kind_names[rule->kind]);
	lull_json_text(json, "action", lull_screen_action_names[rule->action]);
	lull_json_text(json, "status", lull_status_names[o->status]);
	if (o->status == LULL_MET)
		lull_json_text(json, "standing", lull_rule_standing_names[o->standing]);
	lull_json_bool(json, "could_change", o->could_change);
	lull_json_text(json, "because", rule->because);
	put_basis(w, &o->basis);
	lull_json_text(json, "grade", rule->grade);
	lull_json_text(json, "source", rule->source);
	lull_json_text(json, "mark", lull_mark_names[rule->mark]);
	if (rule->kind_mark != LULL_MARK_NONE)
		lull_json_text(json, "kind_mark", lull_mark_names[rule->kind_mark]);
	put_override(json, o);
	if (o->review)
		lull_json_text(json, "cleared_by", o->review->by);
	lull_json_close(json, '}');
}

static void put_indication(const struct writer *w)
{
	const struct lull_indication *in = w->screen->indication;
	struct lull_json *json = w->json;

	lull_json_open(json, "indication", '{');
	lull_json_text(json, "id", in->id);
	lull_json_text(json, "name", in->name);
	lull_json_text(json, "evidence", in->evidence.text);
	lull_json_text(json, "evidence_grade", in->evidence.grade);
	lull_json_text(json, "evidence_source", in->evidence.source);
	lull_json_text(json, "evidence_mark", lull_mark_names[in->evidence.mark]);
	lull_json_text(json, "entry_status", lull_status_names[w->screen->entry_status]);
	lull_json_open(json, "entry", '[');
	for (size_t i = 0; i < w->screen->n_entry; i++) {
		const struct lull_entry_outcome *e = &w->screen->entry[i];
		lull_json_open(json, NULL, '{');
		lull_json_text(json, "id", e->rule->id);
		lull_json_text(json, "name", e->rule->name);
		lull_json_text(json, "status", lull_status_names[e->status]);
		put_basis(w, &e->basis);
		lull_json_text(json, "source", e->rule->source);
		lull_json_text(json, "mark", lull_mark_names[e->rule->mark]);
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
	lull_json_open(json, "scores_to_take", '[');
	for (size_t i = 0; i < in->n_scores; i++)
		lull_json_text(json, NULL, in->scores[i]);
	lull_json_close(json, ']');
	lull_json_open(json, "protocols", '[');
	for (size_t i = 0; i < in->n_protocols; i++)
		lull_json_text(json, NULL, in->protocols[i]);
	lull_json_close(json, ']');
	lull_json_text(json, "no_protocol", in->no_protocol);
	lull_json_close(json, '}');
}

static void put_options(const struct writer *w)
{
	static const char *const names[] = { "not_recorded", "not_tried", "tried" };
	struct lull_json *json = w->json;

	lull_json_bool(json, "withdrawal_first", w->screen->withdrawal_first);
	lull_json_open(json, "standard_options", '[');
	for (size_t i = 0; i < w->screen->n_options; i++) {
		const struct lull_option_outcome *o = &w->screen->options[i];
		lull_json_open(json, NULL, '{');
		lull_json_text(json, "id", o->option->id);
		lull_json_text(json, "name", o->option->name);
		lull_json_text(json, "status", o->unavailable ? "unavailable" : names[o->status]);
		lull_json_text(json, "source", o->option->source);
		lull_json_text(json, "mark", lull_mark_names[o->option->mark]);
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
}

static void put_questions(const struct writer *w)
{
	struct lull_json *json = w->json;

	lull_json_open(json, "questions", '[');
	for (size_t i = 0; i < w->screen->n_questions; i++) {
		const struct lull_screen_question *q = &w->screen->questions[i];
		lull_json_open(json, NULL, '{');
		put_sentence(w, "question",
			     lull_question_text(w->k, w->request->patient, w->screen, &q->basis, w->arena));
		lull_json_text(json, "settles", lull_question_group_names[q->group]);
		lull_json_int(json, "n_rules", q->n_rules);
		lull_json_text(json, "rule", q->first_rule);
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
}

static void put_drugs(const struct writer *w)
{
	struct lull_json *json = w->json;

	lull_json_open(json, "drugs", '[');
	for (size_t i = 0; i < w->screen->n_drugs; i++) {
		const struct lull_drug_match *m = &w->screen->drugs[i];
		lull_json_open(json, NULL, '{');
		lull_json_text(json, "name", w->request->patient->drugs.list[i].name);
		lull_json_bool(json, "recognised", m->recognised);
		lull_json_bool(json, "sure", m->sure);
		lull_json_open(json, "ingredients", '[');
		for (size_t n = 0; n < m->n_ingredients; n++)
			lull_json_text(json, NULL, w->k->drugs.ingredients[m->ingredients[n]].id);
		lull_json_close(json, ']');
		lull_json_text(json, "nearest", m->nearest);
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
}

static void put_members(const struct writer *w, const char *verdict, const struct lull_finding *findings, size_t n)
{
	struct lull_json *json = w->json;
	const struct lull_screen *s = w->screen;

	lull_json_open(json, "patient", '{');
	lull_json_text(json, "id", w->request->patient->id);
	lull_json_bool(json, "invented", w->request->patient->invented);
	lull_json_close(json, '}');
	put_day(json, "date", s->on);
	put_day(json, "valid_until", s->valid_until);
	lull_json_text(json, "route", lull_route_names[s->route]);
	lull_json_text(json, "verdict", lull_verdict_names[s->verdict]);
	lull_json_text(json, "verdict_text", verdict);
	lull_json_text(json, "suicide_risk", lull_suicide_risk_names[s->suicide_risk]);
	put_indication(w);
	put_options(w);
	put_questions(w);
	put_drugs(w);
	lull_json_open(json, "rules", '[');
	for (size_t i = 0; i < s->n_rules; i++)
		put_rule(w, &s->rules[i]);
	lull_json_close(json, ']');
	lull_json_open(json, "findings", '[');
	for (size_t i = 0; i < n; i++)
		lull_json_finding(json, NULL, &findings[i]);
	lull_json_close(json, ']');
}

int lull_screen_json(struct lull_json *json, const char *key, const struct lull_screening *screening,
		     const struct lull_screen_request *request, const struct lull_screen *screen,
		     struct lull_arena *arena, struct lull_err *err)
{
	bool failed = false;
	const struct writer w = { json, screening, request, screen, arena, &failed };
	const struct lull_finding *findings = NULL;
	size_t n = 0;
	const int rc = lull_screen_explain(screening, request, screen, arena, &findings, &n, err);
	const char *verdict = lull_screen_verdict_text(screen, arena);

	if (rc != LULL_OK)
		return rc;
	if (!verdict)
		return lull_nomem(err);
	if (key)
		lull_json_open(json, key, '{');
	put_members(&w, verdict, findings, n);
	if (key)
		lull_json_close(json, '}');
	return failed ? lull_nomem(err) : LULL_OK;
}
