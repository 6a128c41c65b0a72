/* The dossier's screening part: entry criteria, what stands in the way, what was not tried yet. */
#include "dossier_impl.h"

static const char *kind_words(int kind)
{
	static const char *const words[] = { [LULL_RULE_EXCLUDE] = "absolute", [LULL_RULE_RELATIVE] = "relative",
					     [LULL_RULE_CAUTION] = "caution" };
	return words[kind];
}

static const char *standing_words(struct lull_dossier_writer *w, const struct lull_rule_outcome *r)
{
	char day[LULL_DAY_TEXT];
	switch ((enum lull_rule_standing)r->standing) {
	case LULL_CLEARED_BY_REVIEW:
		return lull_dossier__text(w, "; cleared by review on %s", lull_day_text(day, r->review->day));
	case LULL_OVERRIDDEN:
		return lull_dossier__text(w, "; overridden by %s on %s: %s", r->override->by,
					  lull_day_text(day, r->override->day), r->override->reason);
	case LULL_OVERRIDE_REFUSED:
		return lull_dossier__text(w, "; an override was refused: %s",
					  lull_override_fault_text((enum lull_override_fault)r->fault));
	default:
		return "";
	}
}

static void put_rule(struct lull_dossier_writer *w, const struct lull_rule_outcome *r)
{
	const char *basis = lull_basis_text(w->in->screening, w->in->patient, &r->basis, w->arena);
	if (!basis) {
		lull_dossier__fail(w, lull_nomem(w->err));
		return;
	}
	lull_doc_item(w->doc, LULL_STRONG "%s" LULL_PLAIN " (%s %s%s%s): %s %s%s" LULL_FAINT "%s" LULL_PLAIN, r->rule->name,
		      r->rule->id, kind_words(r->rule->kind), r->rule->grade ? ", grade " : "",
		      r->rule->grade ? r->rule->grade : "", basis, r->rule->because, standing_words(w, r),
		      lull_dossier__basis(w, r->rule->source, r->rule->mark));
}

/* Rules that hold, then those that are open; the rest is a number. */
static void put_rules(struct lull_dossier_writer *w)
{
	const struct lull_screen *s = w->in->screen;
	size_t n_met = 0, n_open = 0, n_clear = 0;
	for (size_t i = 0; i < s->n_rules; i++) {
		n_met += s->rules[i].status == LULL_MET;
		n_open += s->rules[i].status == LULL_STATUS_UNKNOWN;
		n_clear += s->rules[i].status == LULL_NOT_MET;
	}
	if (n_met)
		lull_doc_heading(w->doc, 2, "Exclusions and cautions that hold");
	for (size_t kind = LULL_RULE_EXCLUDE; kind <= LULL_RULE_CAUTION; kind++)
		for (size_t i = 0; i < s->n_rules; i++)
			if (s->rules[i].status == LULL_MET && s->rules[i].rule->kind == (int)kind)
				put_rule(w, &s->rules[i]);
	if (n_open) {
		lull_doc_heading(w->doc, 2, "Not known yet");
		struct lull_buf buf = { 0 };
		for (size_t i = 0; i < s->n_rules; i++)
			if (s->rules[i].status == LULL_STATUS_UNKNOWN)
				lull_buf_printf(&buf, "%s%s (%s)", buf.n ? "; " : "", s->rules[i].rule->name,
						kind_words(s->rules[i].rule->kind));
		lull_doc_paragraph(w->doc, "%s.", lull_buf_text(&buf));
		if (buf.failed)
			lull_dossier__fail(w, lull_nomem(w->err));
		lull_buf_clear(&buf);
	}
	lull_doc_paragraph(w->doc, "%zu rules were checked: %zu hold, %zu are open, %zu do not hold.", s->n_rules, n_met, n_open,
			   n_clear);
}

static void put_options(struct lull_dossier_writer *w)
{
	const struct lull_screen *s = w->in->screen;
	if (s->n_options_open == 0)
		return;
	lull_doc_heading(w->doc, 2, "Standard options not tried so far");
	for (size_t i = 0; i < s->n_options; i++) {
		const struct lull_option_outcome *o = &s->options[i];
		if (o->status != LULL_MET)
			lull_doc_item(w->doc, "%s: %s" LULL_FAINT "%s" LULL_PLAIN, o->option->name,
				      o->status == LULL_NOT_MET ? "not tried" : "not recorded",
				      lull_dossier__basis(w, o->option->source, o->option->mark));
	}
}

void lull_dossier__screen(struct lull_dossier_writer *w)
{
	const struct lull_screen *s = w->in->screen;
	if (w->rc != LULL_OK || !s)
		return;
	char on[LULL_DAY_TEXT], until[LULL_DAY_TEXT];
	lull_doc_heading(w->doc, 1, "May ketamine be offered?");
	const struct lull_evidence *e = &s->indication->evidence;
	if (e->text)
		lull_doc_paragraph(w->doc, "%s%s%s%s", e->text, e->grade ? " Grade: " : "", e->grade ? e->grade : "",
				   lull_dossier__basis(w, e->source, e->mark));
	lull_doc_paragraph(w->doc, "Screened for %s on %s; the answer holds until %s, and ends earlier when a fact or the knowledge "
				   "changes.", s->indication->name, lull_day_text(on, s->on), lull_day_text(until, s->valid_until));
	if (s->withdrawal_first)
		lull_doc_paragraph(w->doc, LULL_STRONG "Acute drugs are overused: withdrawal comes first." LULL_PLAIN);
	for (size_t i = 0; i < s->n_entry && i < w->in->n_rules; i++)
		lull_doc_findings(w->doc, &w->in->rules[i], 1, 0);
	put_rules(w);
	put_options(w);
	if (s->n_drugs_unrecognised)
		lull_doc_paragraph(w->doc, "%zu drug names are not recognised: whether they interact cannot be told.",
				   s->n_drugs_unrecognised);
}
