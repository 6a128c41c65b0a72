/* lull/report/sheet.h - a plan as blocks of a letter: verdict, pump sheet, monitoring, lists, cost.
 *
 * mg and mL side by side, every limit and line with its source. A refused plan shows why and
 * no rates. The blocks go into any document: the terminal's answer, the dossier. */
#ifndef LULL_REPORT_SHEET_H
#define LULL_REPORT_SHEET_H

#include "lull/care/plan.h"
#include "lull/report/doc.h"

/* The whole answer: verdict, findings, sheet, monitoring, rescue cards, lists, cost. */
void lull_sheet_put(struct lull_document *doc, const struct lull_plan *plan);

/* Its parts, for a letter that orders them itself. */
void lull_sheet_verdict(struct lull_document *doc, const struct lull_plan *plan);
void lull_sheet_facts(struct lull_document *doc, const struct lull_plan *plan);
void lull_sheet_findings(struct lull_document *doc, const struct lull_plan *plan);
void lull_sheet_pump(struct lull_document *doc, const struct lull_plan *plan);
void lull_sheet_monitor(struct lull_document *doc, const struct lull_plan *plan);
void lull_sheet_lists(struct lull_document *doc, const struct lull_plan *plan); /* each of them */
void lull_sheet_list(struct lull_document *doc, const struct lull_plan *plan, enum lull_list_kind kind);
void lull_sheet_cost(struct lull_document *doc, const struct lull_plan *plan);

/* One line a plan, for comparing several. */
const struct lull_table *lull_sheet_compare(struct lull_arena *arena, const struct lull_plan *plans, size_t n);

/* What a protocol says: for `lull protocols show`. */
void lull_sheet_protocol(struct lull_document *doc, const struct lull_protocol *protocol);

#endif
