/* The dossier's plan: the plan's own blocks (sheet.h) in the letter's order, with the ladder drawn. */
#include "dossier_impl.h"

#include <math.h>

#include "lull/report/sheet.h"

/* The ladder is drawn when there is something to climb: two rates or more. */
static void put_ladder(struct lull_dossier_writer *w, const struct lull_plan_session *s)
{
	struct lull_ladder_step *steps = lull_dossier__zalloc(w, s->n_steps, sizeof(*steps));
	struct lull_chart *chart = lull_dossier__zalloc(w, 1, sizeof(*chart));
	size_t n = 0;
	bool climbs = false;
	if (!steps || !chart)
		return;
	for (size_t i = 0; i < s->n_steps; i++) {
		const struct lull_plan_step *step = &s->steps[i];
		if (isnan(step->from_h) || isnan(step->to_h) || isnan(step->mg_per_h) || !(step->to_h > step->from_h))
			continue;
		climbs = climbs || (n > 0 && step->mg_per_h != steps[n - 1].rate_mg_per_h);
		steps[n++] = (struct lull_ladder_step){ step->from_h, step->to_h, step->mg_per_h, step->ml_per_h,
							step->earliest ? step->condition : NULL };
	}
	if (!climbs)
		return;
	*chart = (struct lull_chart){ .kind = LULL_CHART_LADDER, .id = "ladder", .title = "The pump's rate, step by step",
				      .ladder = { .steps = steps, .n_steps = n, .cap_mg_per_h = NAN } };
	lull_doc_chart(w->doc, chart);
}

void lull_dossier__plan(struct lull_dossier_writer *w)
{
	/* Response and stop rule have a part of their own, at the letter's end. */
	static const enum lull_list_kind lists[] = { LULL_LIST_PREPARATION, LULL_LIST_CONSENT, LULL_LIST_KIT, LULL_LIST_STAFFING,
						     LULL_LIST_DISCHARGE, LULL_LIST_LOG, LULL_LIST_COVERAGE };
	const struct lull_dossier *in = w->in;
	const struct lull_plan *plan = in->plan;
	if (w->rc != LULL_OK || (!plan && !in->plan_note))
		return;
	lull_doc_heading(w->doc, 1, "Plan");
	if (in->plan_note)
		lull_doc_paragraph(w->doc, "%s", in->plan_note);
	if (!plan)
		return;
	lull_sheet_verdict(w->doc, plan);
	lull_sheet_facts(w->doc, plan);
	lull_sheet_findings(w->doc, plan);
	if (plan->status == LULL_PLAN_REFUSED || plan->n_sessions == 0)
		return;
	put_ladder(w, &plan->sessions[0]);
	lull_sheet_pump(w->doc, plan);
	lull_sheet_monitor(w->doc, plan);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		lull_sheet_list(w->doc, plan, lists[i]);
	lull_sheet_cost(w->doc, plan);
}
