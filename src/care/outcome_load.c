/* The rules of an outcome (outcomes.yaml) and the record of a series, bound from their files. */
#include "lull/care/outcome.h"

#include <string.h>

#include "fields.h"
#include "outcome_own.h"

const char *const lull_judged_by_names[] = { "fall_at_end", "fall_at_visit", "low_for", "days_7_8", "days_28", NULL };
const char *const lull_next_action_names[] = { "stop", "hold", "continue", "review", "booster", NULL };
const char *const lull_series_result_names[] = { "unknown", "non_responder", "partial", "full", NULL };
/* What ends treatment comes first, then what the series asks for, then what keeps it. */
const char *const lull_next_ids[] = { "stop_adverse", "stop_liver",     "stop_bladder", "stop_misuse", "stop_pregnancy",
				      "stop_wish",    "hold_liver",     "stop_short",   "complete",    "wait",
				      "stop_none",    "partial",        "cap_year",     "booster",     "observe",
				      "unknown",      NULL };

/* ---- knowledge ------------------------------------------------------------------------- */

#define D struct lull_outcome_definition
static const struct lull_field definition_fields[] = {
	TEXT(D, id), TEXT(D, name), TEXT(D, text), ENUM(D, kind, lull_judged_by_names),
	NUMBER_OPT(D, points, 0.1, 10, NULL), NUMBER_OPT(D, percent, 1, 100, "%"), NUMBER_OPT(D, at_most, 0, 10, NULL),
	NUMBER_OPT(D, for_h, 0.1, 240, "h"), NUMBER_OPT(D, day, 1, 1000, "d"), NUMBER_OPT(D, within_days, 0, 200, "d"),
	NUMBER_OPT(D, before_days, 1, 200, "d"), NUMBER_OPT(D, first_day, 1, 200, "d"),
	NUMBER_OPT(D, last_day, 1, 200, "d"), TEXT(D, source), MARK(D),
	{ 0 },
};

static bool given(double x)
{
	return x == x;
}

static void check_definition(const void *object, const struct lull_node *node, const struct lull_doc *doc,
			     struct lull_diags *diags)
{
	const struct lull_outcome_definition *d = object;
	const bool whole[] = {
		[LULL_OUTCOME_FALL_AT_END] = given(d->points) || given(d->percent) || given(d->at_most),
		[LULL_OUTCOME_FALL_AT_VISIT] = given(d->points) && given(d->day) && given(d->within_days),
		[LULL_OUTCOME_LOW_FOR] = given(d->at_most) && given(d->for_h),
		[LULL_OUTCOME_DAYS_7_8] = given(d->percent) && given(d->before_days) && given(d->first_day) &&
					  given(d->last_day) && d->first_day <= d->last_day,
		[LULL_OUTCOME_DAYS_28] = given(d->percent),
	};

	if (!whole[d->kind])
		lull_node_diag(diags, doc, node, LULL_ERROR, "the numbers that this kind compares", NULL,
			       "%s: an incomplete definition", d->id);
}
static const struct lull_schema definition_schema = { .name = "definition", .size = sizeof(D),
						      .fields = definition_fields, .check = check_definition };
#undef D

#define S struct lull_outcome_series_rule
static const struct lull_field series_fields[] = {
	NUMBER(S, n_infusions, 1, 50, NULL), NUMBER(S, within_days, 1, 200, "d"), NUMBER(S, review_from_days, 0, 200, "d"),
	NUMBER(S, review_to_days, 1, 200, "d"), NUMBER(S, full_days_percent, 1, 100, "%"),
	NUMBER(S, full_days_percent_with_pgic, 1, 100, "%"), NUMBER(S, pgic_at_most, 1, 7, NULL),
	NUMBER(S, partial_days_percent, 1, 100, "%"), TEXT(S, source), MARK(S),
	{ 0 },
};
static const struct lull_schema series_schema = { .name = "series", .size = sizeof(S), .fields = series_fields };
#undef S

#define N struct lull_next_rule
static const struct lull_field next_fields[] = {
	TEXT(N, id), TEXT(N, text), ENUM(N, action, lull_next_action_names), NUMBER_OPT(N, number, 0, 1000, NULL),
	NUMBER_OPT(N, with, 0, 1000, NULL),
	{ .key = "and", .type = LULL_F_NUMBER, .offset = offsetof(N, and_number), .min = 0, .max = 1000 },
	TEXT(N, source), MARK(N),
	{ 0 },
};
static const struct lull_schema next_schema = { .name = "next", .size = sizeof(N), .fields = next_fields };
#undef N

#define O struct lull_outcome_note
static const struct lull_field note_fields[] = { TEXT(O, text), TEXT(O, source), MARK(O), { 0 } };
static const struct lull_schema note_schema = { .name = "untreated", .size = sizeof(O), .fields = note_fields };
#undef O

const struct lull_next_rule *lull_outcome__next(const struct lull_outcomes *o, const char *id)
{
	for (size_t i = 0; i < o->n_next; i++)
		if (!strcmp(o->next[i].id, id))
			return &o->next[i];
	return NULL;
}

/* Which rules need which numbers: those whose C reads them. */
static bool needs_number(const char *id)
{
	static const char *const with[] = { "stop_adverse", "stop_liver", "hold_liver", "wait", "stop_none",
					    "stop_short",   "cap_year",   "booster" };

	for (size_t i = 0; i < sizeof(with) / sizeof(with[0]); i++)
		if (!strcmp(id, with[i]))
			return true;
	return false;
}

static void check_next(const struct lull_outcomes *o, const struct lull_node *list, const struct lull_doc *doc,
		       struct lull_diags *diags)
{
	for (size_t i = 0; lull_next_ids[i]; i++) {
		const struct lull_next_rule *rule = lull_outcome__next(o, lull_next_ids[i]);
		if (!rule)
			lull_node_diag(diags, doc, list, LULL_ERROR, lull_next_ids[i], NULL, "a rule is missing");
		else if (needs_number(rule->id) && !given(rule->number))
			lull_node_diag(diags, doc, list, LULL_ERROR, "number", NULL, "%s has no number", rule->id);
	}
	for (size_t i = 0; i < o->n_next; i++) {
		bool known = false;
		for (size_t k = 0; lull_next_ids[k]; k++)
			known = known || !strcmp(lull_next_ids[k], o->next[i].id);
		if (!known)
			lull_node_diag(diags, doc, list, LULL_ERROR, "a rule that exists",
				       lull_nearest_name(o->next[i].id, lull_next_ids), "%s", o->next[i].id);
		if (lull_outcome__next(o, o->next[i].id) != &o->next[i])
			lull_node_diag(diags, doc, list, LULL_ERROR, "each rule once", NULL, "%s twice", o->next[i].id);
	}
	const struct lull_next_rule *liver = lull_outcome__next(o, "stop_liver"), *shorter = lull_outcome__next(o, "stop_short"),
				    *booster = lull_outcome__next(o, "booster"), *year = lull_outcome__next(o, "cap_year");
	if (liver && (!given(liver->with) || !given(liver->and_number)))
		lull_node_diag(diags, doc, list, LULL_ERROR, "with (ALT) and and (bilirubin)", NULL, "stop_liver");
	if ((shorter && !given(shorter->with)) || (booster && !given(booster->with)) || (year && !given(year->with)))
		lull_node_diag(diags, doc, list, LULL_ERROR, "with", NULL, "stop_short, booster and cap_year compare two numbers");
}

static void check_outcomes(const void *object, const struct lull_node *node, const struct lull_doc *doc,
			   struct lull_diags *diags)
{
	const struct lull_outcomes *o = object;

	check_next(o, lull_node_get(node, "next"), doc, diags);
	for (size_t i = 0; i < o->n_definitions; i++)
		for (size_t k = i + 1; k < o->n_definitions; k++)
			if (!strcmp(o->definitions[i].id, o->definitions[k].id))
				lull_node_diag(diags, doc, lull_node_get(node, "definitions"), LULL_ERROR, "each id once", NULL,
					       "%s twice", o->definitions[i].id);
}

#define T struct lull_outcomes
static const struct lull_field outcomes_fields[] = {
	LIST_AS(T, "definitions", definitions, n_definitions, &definition_schema, true),
	{ .key = "series", .type = LULL_F_OBJECT, .offset = offsetof(T, series), .required = true, .sub = &series_schema },
	LIST_AS(T, "next", next, n_next, &next_schema, true),
	LIST_AS(T, "untreated", untreated, n_untreated, &note_schema, true),
	{ 0 },
};
static const struct lull_schema outcomes_schema = { .name = "outcomes", .size = sizeof(T), .fields = outcomes_fields,
						    .version = 1, .check = check_outcomes };
#undef T

int lull_outcomes_load(const struct lull_files *files, struct lull_arena *arena, struct lull_outcomes *out,
		       struct lull_diags *diags)
{
	*out = (struct lull_outcomes){ 0 };
	return lull_care__bind(files, "outcomes.yaml", &outcomes_schema, arena, out, diags);
}

/* ---- the record of a series ------------------------------------------------------------ */

#define R struct lull_reaction
static const struct lull_field reaction_fields[] = {
	TEXT(R, term), NUMBER(R, grade, 1, 5, NULL),
	{ .key = "related", .type = LULL_F_ANSWER, .offset = offsetof(R, related), .what = "to the drug" },
	TEXT_OPT(R, note),
	{ 0 },
};
static const struct lull_schema reaction_schema = { .name = "reaction", .size = sizeof(R), .fields = reaction_fields };
#undef R

#define G struct lull_given
static const struct lull_field given_fields[] = {
	{ .key = "date", .type = LULL_F_DAY, .offset = offsetof(G, day), .required = true },
	{ .key = "end_date", .type = LULL_F_DAY, .offset = offsetof(G, end_day), .what = "of a course of days" },
	NUMBER_OPT(G, dose_mg, 0, 100000, "mg"), NUMBER_OPT(G, pain_start, 0, 10, NULL), NUMBER_OPT(G, pain_end, 0, 10, NULL),
	NUMBER_OPT(G, low_pain_h, 0, 2000, "h"), NUMBER_OPT(G, benefit_days, 0, 2000, "d"),
	LIST_AS(G, "reactions", reactions, n_reactions, &reaction_schema, false),
	{ 0 },
};
static const struct lull_schema given_schema = { .name = "infusion", .size = sizeof(G), .fields = given_fields };
#undef G

#define V struct lull_visit_pain
static const struct lull_field visit_fields[] = {
	{ .key = "date", .type = LULL_F_DAY, .offset = offsetof(V, day), .required = true },
	NUMBER(V, pain, 0, 10, NULL),
	{ 0 },
};
static const struct lull_schema visit_schema = { .name = "visit", .size = sizeof(V), .fields = visit_fields };
#undef V

#define ANSWER(S, m) { .key = #m, .type = LULL_F_ANSWER, .offset = offsetof(S, m) }

static void check_record(const void *object, const struct lull_node *node, const struct lull_doc *doc,
			 struct lull_diags *diags)
{
	const struct lull_series_record *r = object;
	char text[LULL_DAY_TEXT];

	for (size_t i = 0; i < r->n_given; i++) {
		const struct lull_given *g = &r->given[i], *last = i ? g - 1 : NULL;
		const lull_day end = last && last->end_day != LULL_DAY_NONE ? last->end_day : last ? last->day : LULL_DAY_NONE;
		if (g->end_day != LULL_DAY_NONE && g->end_day < g->day)
			lull_node_diag(diags, doc, lull_node_get(node, "infusions"), LULL_ERROR, "end_date on or after date", NULL,
				       "the infusion of %s ends before it begins", lull_day_text(text, g->day));
		if (last && g->day <= end)
			lull_node_diag(diags, doc, lull_node_get(node, "infusions"), LULL_ERROR, "infusions in the order of their days",
				       NULL, "the infusion of %s is not after the one before it", lull_day_text(text, g->day));
	}
}

#define S struct lull_series_record
static const struct lull_field record_fields[] = {
	TEXT_OPT(S, patient), BOOL_OPT(S, invented), LIST_AS(S, "infusions", given, n_given, &given_schema, true),
	LIST_AS(S, "visits", visits, n_visits, &visit_schema, false),
	LIST_AS(S, "scores", scores, n_scores, &lull_score_entry_schema, false), NUMBER_OPT(S, alt_x_uln, 0, 1000, "x ULN"),
	NUMBER_OPT(S, bilirubin_x_uln, 0, 1000, "x ULN"), ANSWER(S, urinary_symptoms), ANSWER(S, misuse),
	ANSWER(S, pregnant), ANSWER(S, wishes_to_stop),
	{ 0 },
};
const struct lull_schema lull_series_record_schema = { .name = "series", .size = sizeof(S), .fields = record_fields,
						       .version = 1, .check = check_record };
#undef S

int lull_series_record_bind(const struct lull_doc *doc, struct lull_arena *arena, struct lull_series_record *out,
			    struct lull_diags *diags)
{
	*out = (struct lull_series_record){ 0 };
	return lull_schema_bind(doc, &lull_series_record_schema, arena, out, diags);
}
