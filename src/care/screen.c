/* Runs a screen: every rule that applies, clearances and overrides, entry criteria, standard
 * options, the verdict, the questions in order, and the day on which it all expires. */
#include "lull/care/screen.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lull/base/text.h"
#include "screen_private.h"

const char *const lull_verdict_names[] = { "no_exclusion_found", "needs_clearance", "cannot_tell", "not_indicated",
					   "excluded", NULL };
const char *const lull_rule_standing_names[] = { "stands", "cleared_by_review", "overridden", "override_refused", NULL };
const char *const lull_question_group_names[] = { "drug_name", "absolute_exclusion", "entry_criterion",
						  "relative_exclusion", "caution", NULL };

/* ---- which rules apply --------------------------------------------------------------------- */

static bool applies(const struct lull_screen_rule *rule, const struct lull_screen_request *request)
{
	if (rule->routes && !(rule->routes >> request->route & 1))
		return false;
	for (size_t i = 0; i < rule->n_indications; i++)
		if (lull_text_eq(rule->indications[i], request->indication->id))
			return true;
	return rule->n_indications == 0;
}

/* ---- reviews and overrides -------------------------------------------------------------------- */

static bool holds_on(lull_day day, double valid_days, lull_day on)
{
	return day != LULL_DAY_NONE && day <= on && (double)on - (double)day <= valid_days;
}

/* A named specialist agreed, recently enough, and not before the fact was recorded. The latest
 * review of the specialty counts: a later "no" takes an earlier "yes" back. */
static const struct lull_review *find_review(const struct lull_screening *k, const struct lull_screen_request *request,
					     const struct lull_rule_outcome *outcome)
{
	const struct lull_patient *p = request->patient;
	const struct lull_review *latest = NULL;

	if (outcome->rule->review < 0)
		return NULL;
	for (size_t i = 0; i < p->n_reviews; i++) {
		const struct lull_review *r = &p->reviews[i];
		if (r->specialty == outcome->rule->review && holds_on(r->day, k->settings.review_valid_days, request->on) &&
		    (!latest || r->day >= latest->day))
			latest = r;
	}
	const bool is_later = latest && (outcome->basis.day == LULL_DAY_NONE || latest->day >= outcome->basis.day);
	return is_later && latest->agrees == LULL_YES ? latest : NULL;
}

static enum lull_override_fault check_override(const struct lull_screening *k, const struct lull_screen_rule *rule,
					       const struct lull_override *o, lull_day on)
{
	if (rule->override == LULL_OVERRIDE_NEVER)
		return LULL_OVERRIDE_NOT_ALLOWED;
	if (rule->kind == LULL_RULE_EXCLUDE) {
		if (o->role != LULL_ROLE_MEDICAL_DIRECTOR)
			return LULL_OVERRIDE_NEEDS_DIRECTOR;
		if (!o->second_person || lull_text_casecmp(o->second_person, o->by) == 0)
			return LULL_OVERRIDE_NEEDS_SECOND;
		if (!o->policy)
			return LULL_OVERRIDE_NEEDS_POLICY;
	}
	return holds_on(o->day, k->settings.override_valid_days, on) ? LULL_OVERRIDE_OK : LULL_OVERRIDE_EXPIRED;
}

/* A met rule stands unless a review clears it or a valid override sets it aside. */
static void settle(const struct lull_screening *k, const struct lull_screen_request *request,
		   struct lull_rule_outcome *outcome)
{
	const struct lull_patient *p = request->patient;

	outcome->review = find_review(k, request, outcome);
	if (outcome->review) {
		outcome->standing = LULL_CLEARED_BY_REVIEW;
		return;
	}
	for (size_t i = 0; i < p->n_overrides; i++) {
		const struct lull_override *o = &p->overrides[i];
		if (!lull_text_eq(o->rule, outcome->rule->id))
			continue;
		outcome->override = o;
		outcome->fault = (uint8_t)check_override(k, outcome->rule, o, request->on);
		outcome->standing = outcome->fault == LULL_OVERRIDE_OK ? LULL_OVERRIDDEN : LULL_OVERRIDE_REFUSED;
		if (outcome->standing == LULL_OVERRIDDEN)
			return;
	}
}

/* ---- verdict --------------------------------------------------------------------------------------- */

static bool stands(const struct lull_rule_outcome *o)
{
	return o->status == LULL_MET && (o->standing == LULL_STANDS || o->standing == LULL_OVERRIDE_REFUSED);
}

static enum lull_verdict decide(const struct lull_screen *s)
{
	bool excluded = false, unknown = s->n_drugs_unrecognised > 0, clearance = false;

	for (size_t i = 0; i < s->n_rules; i++) {
		const struct lull_rule_outcome *o = &s->rules[i];
		if (o->rule->kind == LULL_RULE_CAUTION)
			continue;
		unknown = unknown || o->status == LULL_STATUS_UNKNOWN;
		excluded = excluded || (stands(o) && o->rule->kind == LULL_RULE_EXCLUDE);
		clearance = clearance || (stands(o) && o->rule->kind == LULL_RULE_RELATIVE);
	}
	if (excluded)
		return LULL_VERDICT_EXCLUDED;
	if (s->entry_status == LULL_NOT_MET)
		return LULL_VERDICT_NOT_INDICATED;
	if (unknown || s->entry_status == LULL_STATUS_UNKNOWN)
		return LULL_VERDICT_CANNOT_TELL;
	return clearance ? LULL_VERDICT_NEEDS_CLEARANCE : LULL_VERDICT_NO_EXCLUSION;
}

/* An unknown could change the verdict unless an exclusion already stands. Cautions never do. */
static void mark_changeable(struct lull_screen *s)
{
	for (size_t i = 0; i < s->n_rules; i++) {
		struct lull_rule_outcome *o = &s->rules[i];
		o->could_change = o->status == LULL_STATUS_UNKNOWN && o->rule->kind != LULL_RULE_CAUTION &&
				  s->verdict != LULL_VERDICT_EXCLUDED;
	}
}

/* ---- expiry ------------------------------------------------------------------------------------------ */

static void expire_at(struct lull_screen *s, lull_day day, double days)
{
	if (day == LULL_DAY_NONE || isnan(days))
		return;
	const lull_day until = day + (lull_day)days;
	if (until < s->valid_until)
		s->valid_until = until;
}

/* The earliest day on which something that the screen rests on gets too old. */
static void set_expiry(struct lull_screen__view *view, struct lull_screen *s)
{
	const struct lull_screen_settings *settings = &view->screening->settings;

	s->valid_until = s->on + (lull_day)settings->screening_valid_days;
	for (size_t i = 0; i < s->n_rules; i++) {
		const struct lull_rule_outcome *o = &s->rules[i];
		lull_screen__for_rule(view, o->rule);
		if (o->status != LULL_STATUS_UNKNOWN)
			expire_at(s, o->basis.day, lull_screen__valid_days(view, o->basis.leaf));
		if (o->review)
			expire_at(s, o->review->day, settings->review_valid_days);
		if (o->standing == LULL_OVERRIDDEN)
			expire_at(s, o->override->day, settings->override_valid_days);
	}
	view->valid_days = NAN;
	for (size_t i = 0; i < s->n_entry; i++)
		if (s->entry[i].status != LULL_STATUS_UNKNOWN)
			expire_at(s, s->entry[i].basis.day, lull_screen__valid_days(view, s->entry[i].basis.leaf));
}

/* ---- questions ------------------------------------------------------------------------------------------ */

struct asking {
	const struct lull_screening *screening;
	struct lull_screen *screen;
	struct lull_arena *arena;
	size_t cap;
	uint8_t group;
	uint32_t order;
	const char *rule;
};

/* The question that a fact or answer is asked with; vital signs share one, liver enzymes too. */
static const char *asked_by(const struct lull_screening *k, const struct lull_when *leaf)
{
	if (lull_when_kind(leaf) == LULL_WHEN_FACT)
		return k->numbers[leaf->fact].question;
	return lull_when_kind(leaf) == LULL_WHEN_ANSWER ? k->answers[leaf->answer].question : NULL;
}

/* Two unknowns with one answer: the same condition, question, or drug name. */
static bool same_question(const struct lull_screening *k, const struct lull_basis *a, const struct lull_basis *b)
{
	const bool drug_a = a->why == LULL_BASIS_DRUG_UNKNOWN || a->why == LULL_BASIS_DRUG_UNSURE;
	const bool drug_b = b->why == LULL_BASIS_DRUG_UNKNOWN || b->why == LULL_BASIS_DRUG_UNSURE;

	if (drug_a || drug_b)
		return drug_a && drug_b && a->index == b->index;
	if (!a->leaf || !b->leaf || lull_when_kind(a->leaf) != lull_when_kind(b->leaf))
		return false;
	switch (lull_when_kind(a->leaf)) {
	case LULL_WHEN_CONDITION:
		return lull_text_eq(a->leaf->condition, b->leaf->condition);
	case LULL_WHEN_FACT:
	case LULL_WHEN_ANSWER:
		return lull_text_eq(asked_by(k, a->leaf), asked_by(k, b->leaf));
	case LULL_WHEN_DRUG: /* no list at all: one question; a detail of one drug: one for each drug */
		return a->index == b->index;
	case LULL_WHEN_CRITERION:
		return lull_text_eq(a->leaf->criterion, b->leaf->criterion);
	default: /* definitions and treatments hang on one treatment history */
		return true;
	}
}

static int ask(void *payload, const struct lull_basis *basis)
{
	struct asking *a = payload;
	struct lull_screen *s = a->screen;

	for (size_t i = 0; i < s->n_questions; i++) {
		struct lull_screen_question *q = &s->questions[i];
		if (!same_question(a->screening, &q->basis, basis))
			continue;
		if (!lull_text_eq(q->first_rule, a->rule))
			q->n_rules++;
		if (a->group < q->group) {
			q->group = a->group;
			q->first_rule = a->rule;
		}
		return LULL_OK;
	}
	struct lull_screen_question *items = lull_arena_grow(a->arena, s->questions, s->n_questions, &a->cap,
							     s->n_questions + 1, sizeof(*items));
	if (!items)
		return LULL_ENOMEM;
	s->questions = items;
	items[s->n_questions++] = (struct lull_screen_question){
		.group = a->group, .n_rules = 1, .order = a->order++, .basis = *basis, .first_rule = a->rule,
	};
	return LULL_OK;
}

static int by_weight(const void *pa, const void *pb)
{
	const struct lull_screen_question *a = pa, *b = pb;

	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	if (a->n_rules != b->n_rules)
		return a->n_rules > b->n_rules ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

static uint8_t group_of(int kind)
{
	return kind == LULL_RULE_EXCLUDE    ? LULL_ASK_FOR_EXCLUSION
	       : kind == LULL_RULE_RELATIVE ? LULL_ASK_FOR_RELATIVE
					    : LULL_ASK_FOR_CAUTION;
}

static int ask_about_drugs(struct asking *a)
{
	struct lull_screen *s = a->screen;

	a->group = LULL_ASK_ABOUT_DRUG;
	a->rule = NULL;
	for (uint32_t i = 0; i < s->n_drugs; i++) {
		const struct lull_basis basis = { .index = i, .why = LULL_BASIS_DRUG_UNKNOWN, .value = NAN,
						  .day = LULL_DAY_NONE };
		const int rc = s->drugs[i].recognised ? LULL_OK : ask(a, &basis);
		if (rc != LULL_OK)
			return rc;
	}
	return LULL_OK;
}

static int ask_about_rules(struct lull_screen__view *view, struct asking *a)
{
	const struct lull_screen *s = a->screen;
	int rc = LULL_OK;

	for (size_t i = 0; i < s->n_rules && rc == LULL_OK; i++) {
		const struct lull_screen_rule *rule = s->rules[i].rule;
		a->group = group_of(rule->kind);
		a->rule = rule->id;
		lull_screen__for_rule(view, rule);
		rc = lull_screen__unknown_leaves(view, &rule->when, ask, a);
	}
	view->valid_days = NAN;
	view->needs_sure = true;
	a->group = LULL_ASK_FOR_ENTRY;
	for (size_t i = 0; i < s->n_entry && rc == LULL_OK; i++) {
		a->rule = s->entry[i].rule->id;
		rc = lull_screen__unknown_leaves(view, &s->entry[i].rule->when, ask, a);
	}
	return rc;
}

static int make_questions(struct lull_screen__view *view, struct lull_arena *arena, struct lull_screen *s)
{
	struct asking a = { .screening = view->screening, .screen = s, .arena = arena };
	int rc = ask_about_drugs(&a);

	if (rc == LULL_OK)
		rc = ask_about_rules(view, &a);
	if (rc == LULL_OK && s->n_questions)
		qsort(s->questions, s->n_questions, sizeof(*s->questions), by_weight);
	return rc;
}

/* ---- the run ------------------------------------------------------------------------------------------------ */

static void run_rules(struct lull_screen__view *view, struct lull_screen *s)
{
	const struct lull_screening *k = view->screening;

	for (size_t i = 0; i < k->n_rules; i++) {
		if (!applies(&k->rules[i], view->request))
			continue;
		struct lull_rule_outcome *o = &s->rules[s->n_rules++];
		o->rule = &k->rules[i];
		lull_screen__for_rule(view, o->rule);
		o->status = (uint8_t)lull_screen__eval(view, &o->rule->when, &o->basis);
		if (o->status == LULL_MET)
			settle(k, view->request, o);
		if (o->status == LULL_MET && o->rule->action == LULL_ACTION_WITHDRAWAL)
			s->withdrawal_first = true;
	}
}

static void run_entry(struct lull_screen__view *view, struct lull_screen *s)
{
	const struct lull_indication *in = view->request->indication;

	view->valid_days = NAN;
	view->needs_sure = true;
	s->entry_status = LULL_MET;
	s->n_entry = in->n_entry;
	for (size_t i = 0; i < in->n_entry; i++) {
		s->entry[i].rule = &in->entry[i];
		s->entry[i].status = (uint8_t)lull_screen__eval(view, &in->entry[i].when, &s->entry[i].basis);
		s->entry_status = lull_status_and(s->entry_status, (enum lull_status)s->entry[i].status);
	}
	s->n_options = in->n_options;
	for (size_t i = 0; i < in->n_options; i++) {
		struct lull_basis basis;
		s->options[i].option = &in->options[i];
		s->options[i].status = (uint8_t)lull_screen__eval(view, &in->options[i].tried, &basis);
		s->options[i].unavailable = s->options[i].status != LULL_MET && in->options[i].tried.preventive >= 0 &&
					    lull_screen__is_unavailable(view, in->options[i].tried.preventive);
		s->n_options_open += s->options[i].status != LULL_MET && !s->options[i].unavailable;
	}
}

static void count_drugs(const struct lull_screen__view *view, struct lull_screen *s)
{
	s->n_drugs = view->request->patient->drugs.n_list;
	for (size_t i = 0; i < s->n_drugs; i++) {
		s->n_drugs_unrecognised += !s->drugs[i].recognised;
		s->n_drugs_unsure += s->drugs[i].recognised && !s->drugs[i].sure;
	}
}

int lull_screen_run(const struct lull_screening *screening, const struct lull_screen_request *request,
		    struct lull_arena *arena, struct lull_screen *out, struct lull_err *err)
{
	struct lull_screen__view view;

	if (request->on == LULL_DAY_NONE)
		return lull_fail(err, LULL_EDOMAIN, "screen.on", "a screen is made for a day");
	*out = (struct lull_screen){ .on = request->on, .route = request->route, .indication = request->indication };
	out->rules = LULL_ARENA_NEW(arena, struct lull_rule_outcome, screening->n_rules + 1);
	out->entry = LULL_ARENA_NEW(arena, struct lull_entry_outcome, request->indication->n_entry + 1);
	out->options = LULL_ARENA_NEW(arena, struct lull_option_outcome, request->indication->n_options + 1);
	if (!out->rules || !out->entry || !out->options)
		return lull_nomem(err);
	const int rc = lull_screen__view_make(screening, request, arena, &view, &out->drugs, err);
	if (rc != LULL_OK)
		return rc;
	out->suicide_risk = view.suicide_risk;
	count_drugs(&view, out);
	run_rules(&view, out);
	run_entry(&view, out);
	out->verdict = (uint8_t)decide(out);
	mark_changeable(out);
	set_expiry(&view, out);
	return make_questions(&view, arena, out) == LULL_OK ? LULL_OK : lull_nomem(err);
}
