/* Monitoring, alarm lines, rescue cards and the session's lists. */
#include "lull/care/monitor.h"

#include <math.h>

#include "lull/base/text.h"
#include "fields.h"
#include "own.h"

const char *const lull_monitor_group_names[] = { "chair", "inpatient", "home", "depression", NULL };
const char *const lull_monitor_phase_names[] = { "running", "after_change", "laboratory", NULL };
const char *const lull_line_side_names[] = { "above", "below", NULL };
const char *const lull_list_names[] = { "preparation", "consent",   "kit", "staffing", "stop",
					"response",    "discharge", "log", "coverage", NULL };

#define W struct lull_watch
static const struct lull_field watch_fields[] = {
	TEXT(W, id), TEXT(W, name), TEXT(W, when), FLAGS_AS(W, "groups", groups, lull_monitor_group_names, true),
	ENUM(W, phase, lull_monitor_phase_names), NUMBER_OPT(W, every_min, 1, 1440, "min"),
	NUMBER_OPT(W, until_h, 0.1, 240, "h"), INT_OPT(W, times, 1, 100), TEXT(W, source), MARK(W),
	{ 0 },
};
static const struct lull_schema watch_schema = { .name = "watch", .size = sizeof(W), .fields = watch_fields };
#undef W

#define L struct lull_line
static const struct lull_field line_fields[] = {
	TEXT(L, id), TEXT(L, signal), TEXT_OPT(L, unit), ENUM(L, at_or, lull_line_side_names),
	NUMBER_OPT(L, watch, 0, 300, NULL), NUMBER_OPT(L, hold, 0, 300, NULL), NUMBER_OPT(L, stop, 0, 300, NULL),
	TEXT(L, watch_text), TEXT(L, hold_text), TEXT(L, stop_text), TEXT(L, source), MARK(L),
	{ 0 },
};
static void check_line(const void *object, const struct lull_node *node, const struct lull_doc *doc,
		       struct lull_diags *diags)
{
	const struct lull_line *line = object;
	const double sign = line->at_or == LULL_LINE_ABOVE ? 1 : -1;

	if (sign * line->watch > sign * line->hold || sign * line->hold > sign * line->stop)
		lull_node_diag(diags, doc, node, LULL_ERROR, "watch before hold before stop", NULL,
			       "lines out of order");
}
static const struct lull_schema line_schema = { .name = "line", .size = sizeof(L), .fields = line_fields,
						.check = check_line };
#undef L

#define M struct lull_monitoring
static const struct lull_field monitoring_fields[] = {
	LIST_AS(M, "schedule", schedule, n_schedule, &watch_schema, true),
	LIST_AS(M, "lines", lines, n_lines, &line_schema, true),
	FIG(M, reduce_frac), FIG(M, resume_frac), FIG(M, resume_after_min), FIG(M, max_restarts),
	FIG(M, recovery_min), FIG(M, recovery_long_min), FIG(M, recovery_long_rate_mg_per_kg_per_h),
	{ 0 },
};
static const struct lull_schema monitoring_schema = { .name = "monitoring", .size = sizeof(M),
						      .fields = monitoring_fields, .version = 1 };
#undef M

#define R struct lull_rescue_card
static const struct lull_field card_fields[] = {
	TEXT(R, id), TEXT(R, name), TEXT_AS(R, "for", purpose, true), TEXT_OPT(R, dose), TEXT_OPT(R, guard),
	TEXT_OPT(R, signed_by), DAY_OPT(R, signed_on), TEXT(R, source), MARK(R),
	{ 0 },
};
/* safety.md: a recalled fact never fills a rescue card; a signature does. */
static void check_card(const void *object, const struct lull_node *node, const struct lull_doc *doc,
		       struct lull_diags *diags)
{
	const struct lull_rescue_card *card = object;

	if (card->dose && card->mark != LULL_VERIFIED && !card->signed_by)
		lull_node_diag(diags, doc, node, LULL_ERROR, "a dose read in its source, or signed_by",
			       "leave the card blank until the site's physician signs it",
			       "rescue card %s with a dose marked %s and no signature", card->id ? card->id : "",
			       lull_mark_names[card->mark]);
}
const struct lull_schema lull_care__card_schema = { .name = "rescue card", .size = sizeof(R), .fields = card_fields,
						    .check = check_card };
#undef R

#define R struct lull_rescue
static const struct lull_field rescue_fields[] = {
	LIST_AS(R, "cards", cards, n_cards, &lull_care__card_schema, true),
	TEXT(R, no_antidote), TEXT(R, no_antidote_source),
	{ .key = "no_antidote_mark", .type = LULL_F_ENUM, .offset = offsetof(R, no_antidote_mark), .required = true,
	  .names = lull_mark_names },
	{ 0 },
};
static const struct lull_schema rescue_schema = { .name = "rescue", .size = sizeof(R), .fields = rescue_fields,
						  .version = 1 };
#undef R

#define I struct lull_list_item
static const struct lull_field item_fields[] = {
	TEXT(I, id), ENUM(I, list, lull_list_names), TEXT(I, text),
	FLAGS_AS(I, "settings", places, lull_place_names, false), TEXT(I, source), MARK(I),
	{ 0 },
};
static const struct lull_schema item_schema = { .name = "item", .size = sizeof(I), .fields = item_fields };
#undef I
static const struct lull_field lists_fields[] = {
	LIST_AS(struct lull_lists, "items", items, n_items, &item_schema, true),
	{ 0 },
};
static const struct lull_schema lists_schema = { .name = "lists", .size = sizeof(struct lull_lists),
						 .fields = lists_fields, .version = 1 };

int lull_monitoring_load(const struct lull_files *files, struct lull_arena *arena, struct lull_monitoring *out,
			 struct lull_diags *diags)
{
	return lull_care__bind(files, "monitoring.yaml", &monitoring_schema, arena, out, diags);
}

int lull_rescue_load(const struct lull_files *files, struct lull_arena *arena, struct lull_rescue *out,
		     struct lull_diags *diags)
{
	return lull_care__bind(files, "rescue.yaml", &rescue_schema, arena, out, diags);
}

int lull_lists_load(const struct lull_files *files, struct lull_arena *arena, struct lull_lists *out,
		    struct lull_diags *diags)
{
	return lull_care__bind(files, "care_lists.yaml", &lists_schema, arena, out, diags);
}

const struct lull_line *lull_monitor_line(const struct lull_monitoring *monitoring, const char *id)
{
	for (size_t i = 0; i < monitoring->n_lines; i++)
		if (lull_text_eq(monitoring->lines[i].id, id))
			return &monitoring->lines[i];
	return NULL;
}

static void take_line(const struct lull_monitoring *monitoring, const char *id, double *reduce, double *stop)
{
	const struct lull_line *line = lull_monitor_line(monitoring, id);

	*reduce = line ? line->hold : NAN;
	*stop = line ? line->stop : NAN;
}

void lull_monitor_arm(const struct lull_monitoring *m, struct lull_rule *rule)
{
	take_line(m, "sbp_high", &rule->reduce_sbp_mmhg, &rule->stop_sbp_mmhg);
	take_line(m, "dbp_high", &rule->reduce_dbp_mmhg, &rule->stop_dbp_mmhg);
	take_line(m, "hr_high", &rule->reduce_hr_per_min, &rule->stop_hr_per_min);
	take_line(m, "spo2_low", &rule->reduce_spo2_pct, &rule->stop_spo2_pct);
	take_line(m, "moaas_low", &rule->reduce_sedation_moaas, &rule->stop_sedation_moaas);
	take_line(m, "dissociation", &rule->reduce_dissociation, &rule->stop_dissociation);
	rule->reduce_frac = m->reduce_frac.value;
	rule->resume_frac = m->resume_frac.value;
	rule->resume_after_min = m->resume_after_min.value;
	rule->max_restarts = (int)m->max_restarts.value;
}
