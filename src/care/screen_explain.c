/* Sentences and trees of a screen: what the record says behind each rule, what to ask, and
 * the verdict in words that never read like a recommendation. */
#include <math.h>
#include <string.h>

#include "lull/base/text.h"
#include "screen_private.h"

const char *lull_override_fault_text(enum lull_override_fault fault)
{
	switch (fault) {
	case LULL_OVERRIDE_OK:
		return "valid";
	case LULL_OVERRIDE_NOT_ALLOWED:
		return "this rule cannot be set aside by anybody";
	case LULL_OVERRIDE_NEEDS_DIRECTOR:
		return "an absolute exclusion needs the medical director";
	case LULL_OVERRIDE_NEEDS_SECOND:
		return "an absolute exclusion needs a second person";
	case LULL_OVERRIDE_NEEDS_POLICY:
		return "an absolute exclusion needs a site policy";
	case LULL_OVERRIDE_EXPIRED:
		return "it was signed too long ago, or after this day";
	}
	return "not valid";
}

/* ---- what the record says -------------------------------------------------------------------- */

static void put_day(struct lull_buf *buf, lull_day day)
{
	char text[LULL_DAY_TEXT];
	if (day != LULL_DAY_NONE)
		lull_buf_printf(buf, " (%s)", lull_day_text(text, day));
}

/* The name of what a leaf asks for. */
static void put_subject(struct lull_buf *buf, const struct lull_screening *k, const struct lull_when *leaf)
{
	const struct lull_condition_item *item;

	switch (lull_when_kind(leaf)) {
	case LULL_WHEN_CONDITION:
		item = lull_screening_condition(k, leaf->condition);
		lull_buf_puts(buf, item ? item->name : leaf->condition);
		return;
	case LULL_WHEN_FACT:
		lull_buf_puts(buf, k->numbers[leaf->fact].name);
		return;
	case LULL_WHEN_ANSWER:
		lull_buf_puts(buf, k->answers[leaf->answer].name);
		return;
	case LULL_WHEN_DRUG:
		for (size_t i = 0; i < k->drugs.n_classes; i++)
			if (lull_text_eq(k->drugs.classes[i].id, leaf->drug)) {
				lull_buf_puts(buf, k->drugs.classes[i].name);
				return;
			}
		lull_buf_puts(buf, leaf->drug);
		return;
	case LULL_WHEN_CRITERION:
		lull_buf_puts(buf, leaf->criterion);
		return;
	case LULL_WHEN_DEFINITION:
		lull_buf_puts(buf, lull_definition_names[leaf->definition]);
		return;
	case LULL_WHEN_PREVENTIVE:
		lull_buf_printf(buf, "preventive class %s", lull_preventive_names[leaf->preventive]);
		return;
	case LULL_WHEN_TREATMENT:
		lull_buf_printf(buf, "treatment of the kind %s", lull_treatment_kind_names[leaf->treatment]);
		return;
	case LULL_WHEN_ANY:
	case LULL_WHEN_ALL:
		return;
	}
}

/* Did the leaf's own statement turn out true? (undoes "is: no") */
static bool says_yes(const struct lull_basis *basis)
{
	return (basis->status == LULL_MET) == (basis->leaf->is == 1);
}

static void put_condition(struct lull_buf *buf, const struct lull_patient *p, const struct lull_basis *basis)
{
	const struct lull_condition *c = lull_patient_condition(p, basis->leaf->condition);

	lull_buf_printf(buf, ": %s", c ? lull_answer_names[c->answer] : "never asked");
	if (c && c->answer == LULL_YES && c->controlled != LULL_ABSENT)
		lull_buf_printf(buf, ", controlled: %s", lull_answer_names[c->controlled]);
	if (c && c->severity != LULL_SEVERITY_ABSENT)
		lull_buf_printf(buf, ", %s", lull_severity_of_names[c->severity]);
}

static void put_recorded(struct lull_buf *buf, const struct lull_screening *k, const struct lull_patient *p,
			 const struct lull_basis *basis)
{
	put_subject(buf, k, basis->leaf);
	switch (lull_when_kind(basis->leaf)) {
	case LULL_WHEN_CONDITION:
		put_condition(buf, p, basis);
		break;
	case LULL_WHEN_FACT:
		lull_buf_putc(buf, ' ');
		lull_buf_num(buf, basis->value, 2);
		if (k->numbers[basis->leaf->fact].unit)
			lull_buf_printf(buf, " %s", k->numbers[basis->leaf->fact].unit);
		break;
	case LULL_WHEN_DRUG:
		if (basis->index < p->drugs.n_list && basis->status == LULL_MET)
			lull_buf_printf(buf, ": \"%s\"", p->drugs.list[basis->index].name);
		else
			lull_buf_puts(buf, ": none among the drugs");
		break;
	case LULL_WHEN_PREVENTIVE:
	case LULL_WHEN_TREATMENT:
		lull_buf_puts(buf, says_yes(basis) ? ": tried" : ": not tried");
		break;
	case LULL_WHEN_CRITERION:
	case LULL_WHEN_DEFINITION:
		lull_buf_puts(buf, says_yes(basis) ? ": met" : ": not met");
		break;
	default:
		lull_buf_puts(buf, says_yes(basis) ? ": yes" : ": no");
	}
	put_day(buf, basis->day);
}

static const char *finish(struct lull_buf *buf, struct lull_arena *arena)
{
	const char *text = buf->failed ? NULL : lull_arena_strdup(arena, lull_buf_text(buf));
	lull_buf_clear(buf);
	return text;
}

static void put_drug_name(struct lull_buf *buf, const struct lull_patient *p, uint32_t index)
{
	lull_buf_printf(buf, "\"%s\"", index < p->drugs.n_list ? p->drugs.list[index].name : "?");
}

const char *lull_basis_text(const struct lull_screening *k, const struct lull_patient *p,
			    const struct lull_basis *basis, struct lull_arena *arena)
{
	struct lull_buf buf = { 0 };

	if (basis->why == LULL_BASIS_DRUG_UNKNOWN || basis->why == LULL_BASIS_DRUG_UNSURE) {
		put_drug_name(&buf, p, basis->index);
		lull_buf_puts(&buf, basis->why == LULL_BASIS_DRUG_UNKNOWN
					    ? " is not recognised"
					    : " is recognised only from memory, not confirmed");
		return finish(&buf, arena);
	}
	if (basis->why == LULL_BASIS_RECORDED) {
		put_recorded(&buf, k, p, basis);
		return finish(&buf, arena);
	}
	put_subject(&buf, k, basis->leaf);
	switch ((enum lull_basis_why)basis->why) {
	case LULL_BASIS_NOT_KNOWN:
		lull_buf_puts(&buf, ": asked, not known");
		break;
	case LULL_BASIS_INCOMPLETE:
		lull_buf_puts(&buf, ": recorded, but a detail is missing");
		break;
	case LULL_BASIS_STALE:
		lull_buf_puts(&buf, ": recorded too long ago");
		put_day(&buf, basis->day);
		break;
	case LULL_BASIS_NO_DIARY:
		lull_buf_puts(&buf, ": the diary and the history do not settle it");
		break;
	default:
		lull_buf_puts(&buf, ": never asked");
	}
	return finish(&buf, arena);
}

/* ---- questions --------------------------------------------------------------------------------- */

static void put_drug_question(struct lull_buf *buf, const struct lull_screening *k, const struct lull_patient *p,
			      const struct lull_screen *screen, const struct lull_basis *basis)
{
	const struct lull_drug_match *m = &screen->drugs[basis->index];

	if (basis->why == LULL_BASIS_DRUG_UNSURE) {
		lull_buf_puts(buf, "Confirm that ");
		put_drug_name(buf, p, basis->index);
		lull_buf_puts(buf, " is ");
		for (size_t i = 0; i < m->n_ingredients; i++)
			lull_buf_printf(buf, "%s%s", i ? " + " : "", k->drugs.ingredients[m->ingredients[i]].id);
		lull_buf_puts(buf, " (write it into \"ingredients\").");
		return;
	}
	lull_buf_puts(buf, "Which ingredient is in ");
	put_drug_name(buf, p, basis->index);
	lull_buf_puts(buf, "?");
	if (m->nearest)
		lull_buf_printf(buf, " (A name near it: %s.)", m->nearest);
}

/* What a drug leaf without a drug, or with a half-known one, asks. */
static void put_list_question(struct lull_buf *buf, const struct lull_patient *p, const struct lull_basis *basis)
{
	if (basis->index == UINT32_MAX) {
		lull_buf_puts(buf, "Which drugs, herbal products and supplements does the patient take (a whole list, or none)?");
		return;
	}
	lull_buf_puts(buf, "Since when, how regularly and until when is ");
	put_drug_name(buf, p, basis->index);
	lull_buf_puts(buf, " taken, and how much does it help?");
}

const char *lull_question_text(const struct lull_screening *k, const struct lull_patient *p,
			       const struct lull_screen *screen, const struct lull_basis *basis,
			       struct lull_arena *arena)
{
	const struct lull_when *leaf = basis->leaf;
	const struct lull_condition_item *item;
	struct lull_buf buf = { 0 };

	if (basis->why == LULL_BASIS_DRUG_UNKNOWN || basis->why == LULL_BASIS_DRUG_UNSURE) {
		put_drug_question(&buf, k, p, screen, basis);
		return finish(&buf, arena);
	}
	switch (lull_when_kind(leaf)) {
	case LULL_WHEN_CONDITION:
		item = lull_screening_condition(k, leaf->condition);
		lull_buf_puts(&buf, item ? item->question : leaf->condition);
		break;
	case LULL_WHEN_FACT:
		lull_buf_puts(&buf, k->numbers[leaf->fact].question);
		break;
	case LULL_WHEN_ANSWER:
		lull_buf_puts(&buf, k->answers[leaf->answer].question);
		break;
	case LULL_WHEN_DRUG:
		put_list_question(&buf, p, basis);
		break;
	case LULL_WHEN_CRITERION:
		lull_buf_printf(&buf, "A diary that settles %s: features and drugs of each headache day, four months.",
				leaf->criterion);
		break;
	default:
		lull_buf_puts(&buf, "Which treatments were tried, with dose, time and result, and is that list whole?");
	}
	if (basis->why == LULL_BASIS_STALE) {
		lull_buf_puts(&buf, " (Last answer too old");
		put_day(&buf, basis->day);
		lull_buf_puts(&buf, ".)");
	}
	return finish(&buf, arena);
}

/* ---- verdict ----------------------------------------------------------------------------------------- */

static void list_rules(struct lull_buf *buf, const struct lull_screen *s, int kind)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_rules; i++) {
		const struct lull_rule_outcome *o = &s->rules[i];
		if (o->status != LULL_MET || o->rule->kind != kind || o->standing == LULL_CLEARED_BY_REVIEW ||
		    o->standing == LULL_OVERRIDDEN)
			continue;
		lull_buf_printf(buf, "%s%s (%s)", n++ ? ", " : "", o->rule->id, o->rule->name);
	}
}

static size_t count_unknown(const struct lull_screen *s, int kind)
{
	size_t n = 0;
	for (size_t i = 0; i < s->n_rules; i++)
		n += s->rules[i].status == LULL_STATUS_UNKNOWN && s->rules[i].rule->kind == kind;
	return n;
}

static void put_unknowns(struct lull_buf *buf, const struct lull_screen *s)
{
	const size_t n_absolute = count_unknown(s, LULL_RULE_EXCLUDE), n_relative = count_unknown(s, LULL_RULE_RELATIVE);
	const char *sep = "cannot tell: ";

	if (n_absolute) {
		lull_buf_printf(buf, "%s%zu absolute exclusion%s unknown", sep, n_absolute, n_absolute == 1 ? " is" : "s are");
		sep = "; ";
	}
	if (n_relative) {
		lull_buf_printf(buf, "%s%zu relative exclusion%s unknown", sep, n_relative, n_relative == 1 ? " is" : "s are");
		sep = "; ";
	}
	if (s->n_drugs_unrecognised) {
		lull_buf_printf(buf, "%s%zu drug name%s not recognised", sep, s->n_drugs_unrecognised,
				s->n_drugs_unrecognised == 1 ? " is" : "s are");
		sep = "; ";
	}
	if (s->entry_status == LULL_STATUS_UNKNOWN)
		lull_buf_printf(buf, "%swhether this is %s is unknown", sep, s->indication->name);
}

const char *lull_screen_verdict_text(const struct lull_screen *s, struct lull_arena *arena)
{
	struct lull_buf buf = { 0 };
	size_t n = 0;

	switch ((enum lull_verdict)s->verdict) {
	case LULL_VERDICT_EXCLUDED:
		lull_buf_puts(&buf, "excluded: ");
		list_rules(&buf, s, LULL_RULE_EXCLUDE);
		break;
	case LULL_VERDICT_NOT_INDICATED:
		lull_buf_printf(&buf, "not indicated: the entry criteria of %s are not met (", s->indication->name);
		for (size_t i = 0; i < s->n_entry; i++)
			if (s->entry[i].status == LULL_NOT_MET)
				lull_buf_printf(&buf, "%s%s", n++ ? ", " : "", s->entry[i].rule->name);
		lull_buf_puts(&buf, ")");
		break;
	case LULL_VERDICT_CANNOT_TELL:
		put_unknowns(&buf, s);
		break;
	case LULL_VERDICT_NEEDS_CLEARANCE:
		lull_buf_puts(&buf, "needs clearance: ");
		list_rules(&buf, s, LULL_RULE_RELATIVE);
		lull_buf_puts(&buf, "; off-label");
		break;
	case LULL_VERDICT_NO_EXCLUSION:
		lull_buf_puts(&buf, s->indication->verdict);
		break;
	}
	return finish(&buf, arena);
}

/* ---- trees ---------------------------------------------------------------------------------------------- */

struct telling {
	const struct lull_screening *k;
	struct lull_screen__view *view;
	const struct lull_screen *screen;
	struct lull_arena *arena;
};

/* Fills *out for a tree; false when out of memory. */
static bool tell(const struct telling *t, const struct lull_when *when, const char *code, struct lull_finding *out)
{
	const struct lull_when *children = when->n_any ? when->any : when->all;
	const size_t n = when->n_any ? when->n_any : when->n_all;
	const struct lull_patient *p = t->view->request->patient;
	struct lull_basis basis;
	struct lull_buf name = { 0 };

	out->status = lull_screen__eval(t->view, when, &basis);
	out->counted = out->needed = out->missing = out->bound_low = out->bound_high = NAN;
	out->code = code;
	out->could_change = out->status == LULL_STATUS_UNKNOWN;
	out->why = lull_basis_text(t->k, p, &basis, t->arena);
	if (n)
		lull_buf_puts(&name, when->n_any ? "any of" : "all of");
	else
		put_subject(&name, t->k, when);
	out->name = finish(&name, t->arena);
	if (out->status == LULL_STATUS_UNKNOWN)
		out->question = lull_question_text(t->k, p, t->screen, &basis, t->arena);
	if (lull_when_kind(when) == LULL_WHEN_FACT) {
		out->counted = basis.value;
		out->needed = !isnan(when->at_least) ? when->at_least : !isnan(when->above) ? when->above
			      : !isnan(when->below)  ? when->below	 : when->at_most;
		out->unit = t->k->numbers[when->fact].unit;
	}
	if (!out->why || !out->name || (out->could_change && !out->question))
		return false;
	if (!n)
		return true;
	struct lull_finding *items = LULL_ARENA_NEW(t->arena, struct lull_finding, n);
	if (!items)
		return false;
	for (size_t i = 0; i < n; i++) {
		char *child = lull_arena_printf(t->arena, "%s.%zu", code, i + 1);
		if (!child || !tell(t, &children[i], child, &items[i]))
			return false;
	}
	out->children = items;
	out->n_children = n;
	return true;
}

static bool tell_rules(struct telling *t, struct lull_finding *items)
{
	for (size_t i = 0; i < t->screen->n_rules; i++) {
		const struct lull_rule_outcome *o = &t->screen->rules[i];
		lull_screen__for_rule(t->view, o->rule);
		if (!tell(t, &o->rule->when, o->rule->id, &items[i]))
			return false;
		items[i].name = o->rule->name;
		items[i].could_change = o->could_change;
		items[i].source = o->rule->source;
		items[i].mark = (enum lull_mark)o->rule->mark;
	}
	return true;
}

static bool tell_entry(struct telling *t, struct lull_finding *items)
{
	t->view->valid_days = NAN;
	t->view->needs_sure = true;
	for (size_t i = 0; i < t->screen->n_entry; i++) {
		const struct lull_entry_rule *rule = t->screen->entry[i].rule;
		if (!tell(t, &rule->when, rule->id, &items[i]))
			return false;
		items[i].name = rule->name;
		items[i].source = rule->source;
		items[i].mark = (enum lull_mark)rule->mark;
	}
	return true;
}

int lull_screen_explain(const struct lull_screening *screening, const struct lull_screen_request *request,
			const struct lull_screen *screen, struct lull_arena *arena, const struct lull_finding **out,
			size_t *n_out, struct lull_err *err)
{
	const size_t n = screen->n_entry + screen->n_rules;
	struct lull_finding *items = LULL_ARENA_NEW(arena, struct lull_finding, n + 1);
	struct lull_screen__view view;
	struct lull_drug_match *drugs;

	if (!items)
		return lull_nomem(err);
	const int rc = lull_screen__view_make(screening, request, arena, &view, &drugs, err);
	if (rc != LULL_OK)
		return rc;
	struct telling t = { .k = screening, .view = &view, .screen = screen, .arena = arena };
	if (!tell_entry(&t, items) || !tell_rules(&t, items + screen->n_entry))
		return lull_nomem(err);
	*out = items;
	*n_out = n;
	return LULL_OK;
}

/* ---- treatment history -------------------------------------------------------------------------------------- */

int lull_patient_treatments(const struct lull_patient *patient, const struct lull_drugs *drugs,
			    struct lull_arena *arena, struct lull_treatment_history *out, struct lull_err *err)
{
	const struct lull_treatment_history *from = &patient->treatments;
	struct lull_treatment *items = LULL_ARENA_NEW(arena, struct lull_treatment, from->n_items + 1);

	if (!items)
		return lull_nomem(err);
	for (size_t i = 0; i < from->n_items; i++) {
		struct lull_drug_match m;
		items[i] = from->items[i];
		lull_drugs_match(drugs, items[i].drug, &m);
		if (m.sure && m.n_ingredients == 1) /* a name from memory must not make a class fail */
			items[i].drug = drugs->ingredients[m.ingredients[0]].id;
	}
	*out = (struct lull_treatment_history){ .items = items, .n_items = from->n_items, .complete = from->complete };
	return LULL_OK;
}
