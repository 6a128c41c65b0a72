/* A screen as part of a letter. Standard treatment comes before ketamine on the page as well. */
#include "lull/report/screen_doc.h"

#include "lull/base/date.h"

struct telling {
	struct lull_document *doc;
	const struct lull_screening *k;
	const struct lull_patient *patient;
	const struct lull_screen *s;
};

static const char *or_fail(struct lull_document *doc, const char *text)
{
	if (!text)
		doc->failed = true;
	return text ? text : "";
}

void lull_doc_screen_verdict(struct lull_document *doc, const struct lull_screen *s)
{
	static const struct {
		enum lull_tone tone;
		const char *title;
	} heads[] = {
		[LULL_VERDICT_NO_EXCLUSION] = { LULL_TONE_GO, "No exclusion found" },
		[LULL_VERDICT_NEEDS_CLEARANCE] = { LULL_TONE_CAUTION, "Needs clearance" },
		[LULL_VERDICT_CANNOT_TELL] = { LULL_TONE_CAUTION, "Cannot tell" },
		[LULL_VERDICT_NOT_INDICATED] = { LULL_TONE_STOP, "Not indicated" },
		[LULL_VERDICT_EXCLUDED] = { LULL_TONE_STOP, "Excluded" },
	};
	lull_doc_callout(doc, heads[s->verdict].tone, heads[s->verdict].title, "Verdict: %s.",
			 or_fail(doc, lull_screen_verdict_text(s, doc->arena)));
}

/* ---- what comes first -------------------------------------------------------------------------- */

static void put_first(const struct telling *t)
{
	const struct lull_screen *s = t->s;

	lull_doc_heading(t->doc, 2, "Before ketamine");
	lull_doc_paragraph(t->doc, "Ketamine is not first line.%s",
			   s->n_options_open ? " Standard options not yet tried, or not on record:"
					     : " Every standard option that is to be had here is on record as tried.");
	if (s->withdrawal_first)
		lull_doc_item(t->doc, "Medication is overused: withdrawal and its treatment come first.");
	for (size_t i = 0; i < s->n_options; i++) {
		const struct lull_option_outcome *o = &s->options[i];
		if (o->status != LULL_MET)
			lull_doc_item(t->doc, "%s: %s%s", o->option->name,
				      o->unavailable		? "recorded as not available"
				      : o->status == LULL_NOT_MET ? "not tried"
								  : "not on record",
				      lull_doc_basis(t->doc, o->option->source, (enum lull_mark)o->option->mark));
	}
}

static void put_entry(const struct telling *t)
{
	const struct lull_indication *in = t->s->indication;

	lull_doc_heading(t->doc, 2, "Indication");
	lull_doc_pair(t->doc, "Indication", "%s", in->name);
	for (size_t i = 0; i < t->s->n_entry; i++) {
		const struct lull_entry_outcome *e = &t->s->entry[i];
		const char *basis = lull_basis_text(t->k, t->patient, &e->basis, t->doc->arena);
		lull_doc_pair(t->doc, e->rule->name, "%s. %s%s",
			      e->status == LULL_MET ? "met" : e->status == LULL_NOT_MET ? "not met" : "unknown",
			      or_fail(t->doc, basis),
			      lull_doc_basis(t->doc, e->rule->source, (enum lull_mark)e->rule->mark));
	}
	lull_doc_pair(t->doc, "Evidence", "%s%s%s%s", in->evidence.text, in->evidence.grade ? " Grade: " : "",
		      in->evidence.grade ? in->evidence.grade : "",
		      lull_doc_basis(t->doc, in->evidence.source, (enum lull_mark)in->evidence.mark));
	if (in->no_protocol)
		lull_doc_pair(t->doc, "Protocols", "%s", in->no_protocol);
}

/* ---- rules --------------------------------------------------------------------------------------- */

static bool is_set_aside(const struct lull_rule_outcome *o)
{
	return o->standing == LULL_CLEARED_BY_REVIEW || o->standing == LULL_OVERRIDDEN;
}

static void put_rule(const struct telling *t, const struct lull_rule_outcome *o)
{
	const struct lull_screen_rule *rule = o->rule;
	const char *basis = or_fail(t->doc, lull_basis_text(t->k, t->patient, &o->basis, t->doc->arena));

	lull_doc_item(t->doc, "%s %s: %s On record: %s.%s%s%s%s%s%s", rule->id, rule->name, rule->because, basis,
		      rule->grade ? " Grade " : "", rule->grade ? rule->grade : "", rule->grade ? "." : "",
		      lull_doc_basis(t->doc, rule->source, (enum lull_mark)rule->mark),
		      o->standing == LULL_OVERRIDE_REFUSED ? " The override is refused: " : "",
		      o->standing == LULL_OVERRIDE_REFUSED ?
			      lull_override_fault_text((enum lull_override_fault)o->fault) : "");
}

static void put_kind(const struct telling *t, enum lull_rule_kind kind, const char *heading, const char *none)
{
	size_t n = 0;

	lull_doc_heading(t->doc, 2, heading);
	for (size_t i = 0; i < t->s->n_rules; i++) {
		const struct lull_rule_outcome *o = &t->s->rules[i];
		if (o->status != LULL_MET || o->rule->kind != (int)kind || is_set_aside(o))
			continue;
		put_rule(t, o);
		n++;
	}
	if (!n)
		lull_doc_paragraph(t->doc, "%s", none);
}

static void put_set_aside(const struct telling *t)
{
	bool has_heading = false;

	for (size_t i = 0; i < t->s->n_rules; i++) {
		const struct lull_rule_outcome *o = &t->s->rules[i];
		char day[LULL_DAY_TEXT];
		if (o->status != LULL_MET || !is_set_aside(o))
			continue;
		if (!has_heading)
			lull_doc_heading(t->doc, 2, "Cleared or set aside");
		has_heading = true;
		if (o->review)
			lull_doc_item(t->doc, "%s %s: %s (%s) agreed on %s.", o->rule->id, o->rule->name, o->review->by,
				      lull_review_names[o->review->specialty], lull_day_text(day, o->review->day));
		else
			lull_doc_item(t->doc, "%s %s: set aside by %s (%s) on %s%s%s. Reason: %s", o->rule->id,
				      o->rule->name, o->override->by, lull_override_role_names[o->override->role],
				      lull_day_text(day, o->override->day),
				      o->override->second_person ? " with " : "",
				      o->override->second_person ? o->override->second_person : "",
				      o->override->reason);
	}
}

/* ---- questions and drugs ------------------------------------------------------------------------------ */

static void put_questions(const struct telling *t, size_t most)
{
	static const char *const settles[] = { "a drug's name", "an absolute exclusion", "the indication",
					       "a relative exclusion", "a caution" };
	const size_t n = most && most < t->s->n_questions ? most : t->s->n_questions;

	if (!t->s->n_questions)
		return;
	lull_doc_heading(t->doc, 2, "Ask next");
	lull_doc_paragraph(t->doc, "In this order: what settles an absolute exclusion first, then the indication, "
				   "relative exclusions, cautions; a question that settles more rules before one "
				   "that settles fewer.");
	for (size_t i = 0; i < n; i++) {
		const struct lull_screen_question *q = &t->s->questions[i];
		const char *text = lull_question_text(t->k, t->patient, t->s, &q->basis, t->doc->arena);
		lull_doc_item(t->doc, "%s Settles %s%s%s%s.", or_fail(t->doc, text), settles[q->group],
			      q->first_rule ? " (" : "", q->first_rule ? q->first_rule : "", q->first_rule ? ")" : "");
	}
	if (n < t->s->n_questions)
		lull_doc_paragraph(t->doc, "And %zu more.", t->s->n_questions - n);
}

static void put_drugs(const struct telling *t)
{
	if (!t->s->n_drugs)
		return;
	lull_doc_heading(t->doc, 2, "Drugs as read");
	for (size_t i = 0; i < t->s->n_drugs; i++) {
		const struct lull_drug_match *m = &t->s->drugs[i];
		struct lull_buf text = { 0 };
		for (size_t n = 0; n < m->n_ingredients; n++)
			lull_buf_printf(&text, "%s%s", n ? " + " : "", t->k->drugs.ingredients[m->ingredients[n]].id);
		lull_doc_pair(t->doc, t->patient->drugs.list[i].name, "%s",
			      !m->recognised ? "not recognised" : lull_buf_text(&text));
		if (m->recognised && !m->sure)
			lull_doc_pair(t->doc, "", "(from memory: to be confirmed)");
		t->doc->failed = t->doc->failed || text.failed;
		lull_buf_clear(&text);
	}
}

void lull_doc_screen(struct lull_document *doc, const struct lull_screening *screening,
		     const struct lull_screen_request *request, const struct lull_screen *screen, size_t max_questions)
{
	const struct telling t = { doc, screening, request->patient, screen };
	char on[LULL_DAY_TEXT], until[LULL_DAY_TEXT];

	put_first(&t);
	put_entry(&t);
	put_kind(&t, LULL_RULE_EXCLUDE, "Excludes", "No absolute exclusion is met.");
	put_kind(&t, LULL_RULE_RELATIVE, "Needs clearance", "No relative exclusion is met.");
	put_set_aside(&t);
	put_kind(&t, LULL_RULE_CAUTION, "Cautions", "None.");
	put_questions(&t, max_questions);
	put_drugs(&t);
	lull_doc_paragraph(doc, "Screened for the route %s on %s; valid until %s at the latest, and only while record, "
				"diary and knowledge stay as they are.",
			   lull_route_names[screen->route], lull_day_text(on, screen->on),
			   lull_day_text(until, screen->valid_until));
}

/* The reference with the best address it has. */
static const char *reference(struct lull_document *doc, const struct lull_source *s)
{
	const char *text = s->doi    ? lull_arena_printf(doc->arena, "%s doi:%s", s->text, s->doi)
			   : s->pmid ? lull_arena_printf(doc->arena, "%s PMID %s", s->text, s->pmid)
			   : s->url  ? lull_arena_printf(doc->arena, "%s %s", s->text, s->url)
				     : s->text;
	return or_fail(doc, text);
}

void lull_doc_sources(struct lull_document *doc, const struct lull_sources *sources)
{
	if (!doc->n_notes)
		return;
	lull_doc_heading(doc, 1, "Sources");
	lull_doc_paragraph(doc, "The word behind a number tells how far a statement can be trusted: verified, read in the source; "
				"transcribed, from others' code; derived, arithmetic on verified figures; borrowed, from another "
				"population or drug; calibrated, by Lull on named targets; proposed, Lull's default, editable by the "
				"site; recalled, from memory and unchecked.");
	for (size_t i = 0; i < doc->n_notes && !doc->failed; i++) {
		const struct lull_source *source = lull_source_get(sources, doc->notes[i]);
		const char *label = lull_arena_printf(doc->arena, "%zu", i + 1);
		lull_doc_note(doc, or_fail(doc, label), source ? reference(doc, source) : doc->notes[i]);
	}
}
