/* lull/care/outcome.h - what came of a series of infusions, by each study's own definition, and what follows.
 *
 * Definitions, the series' rules and the next steps are knowledge/outcomes.yaml. Every answer is
 * yes, no or unknown with what is missing; days are compared by headache/response.h, which also says
 * how likely the change is without any treatment; scores by their own differences that matter.
 * Lull recommends nothing here that a rule of the file does not say. Pure; results in the arena. */
#ifndef LULL_CARE_OUTCOME_H
#define LULL_CARE_OUTCOME_H

#include "lull/base/files.h"
#include "lull/headache/response.h"
#include "lull/scores/score.h"

LULL_BEGIN_C

/* ---- knowledge ------------------------------------------------------------------------- */

enum lull_judged_by {
	LULL_OUTCOME_FALL_AT_END,   /* pain at the end of an infusion against its start: points, percent or at_most */
	LULL_OUTCOME_FALL_AT_VISIT, /* pain at a visit against the start of the first infusion                  */
	LULL_OUTCOME_LOW_FOR,       /* at or below a level for hours                                            */
	LULL_OUTCOME_DAYS_7_8,      /* headache days of some days after against days before                     */
	LULL_OUTCOME_DAYS_28        /* the 28 days after the last infusion against the 28 before the first      */
};
extern const char *const lull_judged_by_names[];

struct lull_outcome_definition {
	const char *id, *name, *text;
	int kind;                        /* enum lull_judged_by; numbers it does not use are NAN */
	double points, percent, at_most, for_h, day, within_days, before_days, first_day, last_day;
	const char *source;
	enum lull_mark mark;
};

struct lull_outcome_series_rule {
	double n_infusions, within_days, review_from_days, review_to_days;
	double full_days_percent, full_days_percent_with_pgic, pgic_at_most, partial_days_percent;
	const char *source;
	enum lull_mark mark;
};

enum lull_next_action { LULL_NEXT_STOP, LULL_NEXT_HOLD, LULL_NEXT_CONTINUE, LULL_NEXT_REVIEW, LULL_NEXT_BOOSTER };
extern const char *const lull_next_action_names[];

struct lull_next_rule {
	const char *id, *text;
	int action;                      /* enum lull_next_action                  */
	double number, with, and_number; /* what the rule of this id compares; NAN */
	const char *source;
	enum lull_mark mark;
};

struct lull_outcome_note {
	const char *text, *source;
	enum lull_mark mark;
};

struct lull_outcomes {
	const struct lull_outcome_definition *definitions; size_t n_definitions;
	struct lull_outcome_series_rule series;
	const struct lull_next_rule *next; size_t n_next;
	const struct lull_outcome_note *untreated; size_t n_untreated;
};

/* outcomes.yaml; the ids of `next` are those C knows, each once, or a diag says which. */
LULL_NODISCARD int lull_outcomes_load(const struct lull_files *files, struct lull_arena *arena,
				      struct lull_outcomes *out, struct lull_diags *diags);
extern const char *const lull_next_ids[]; /* NULL-ended, in the order in which they are judged */

/* ---- one series ------------------------------------------------------------------------ */

struct lull_reaction {
	const char *term;
	double grade;                /* CTCAE 1-5                                */
	enum lull_answer related;    /* to the drug                              */
	const char *note;
};

/* One infusion; a multi-day course is one with an end day. */
struct lull_given {
	lull_day day, end_day;       /* end_day LULL_DAY_NONE: the same day       */
	double dose_mg;              /* NAN                                       */
	double pain_start, pain_end; /* 0-10; NAN not recorded                    */
	double low_pain_h;           /* longest time at or below 3; NAN           */
	double benefit_days;         /* how long it was felt, once over; NAN      */
	const struct lull_reaction *reactions; size_t n_reactions;
};

struct lull_visit_pain {
	lull_day day;
	double pain;                 /* 0-10                                      */
};

struct lull_series_record {
	const char *patient;         /* may be NULL                               */
	bool invented;
	const struct lull_given *given; size_t n_given;       /* by day, rising    */
	const struct lull_visit_pain *visits; size_t n_visits;
	const struct lull_score_entry *scores; size_t n_scores;
	double alt_x_uln, bilirubin_x_uln;                     /* latest; NAN       */
	enum lull_answer urinary_symptoms, misuse, pregnant, wishes_to_stop;
};
LULL_NODISCARD int lull_series_record_bind(const struct lull_doc *doc, struct lull_arena *arena,
					   struct lull_series_record *out, struct lull_diags *diags);
extern const struct lull_schema lull_series_record_schema;

/* ---- the answer ------------------------------------------------------------------------ */

/* One definition. Judged for every infusion where its kind is of one; met when at least one answered. */
struct lull_outcome_result {
	const struct lull_outcome_definition *definition;
	enum lull_answer met;        /* LULL_YES, LULL_NO, LULL_UNKNOWN           */
	int n_yes, n_no, n_unknown;  /* infusions; the series counts as one       */
	double before, after;        /* of the best one: pain, or days per 28; NAN */
	lull_day day;                /* the infusion or visit it rests on; NONE   */
	const char *missing;         /* what would answer it; NULL                */
};

struct lull_outcome_score {
	const struct lull_instrument *instrument;
	double before, after;        /* totals; NAN                               */
	lull_day before_day, after_day;
	const struct lull_change_judgement *judgements; size_t n_judgements;
	const char *missing;         /* NULL                                      */
};

enum lull_series_result { LULL_RESULT_UNKNOWN, LULL_RESULT_NON_RESPONDER, LULL_RESULT_PARTIAL, LULL_RESULT_FULL };
extern const char *const lull_series_result_names[];

struct lull_next_step {
	const struct lull_next_rule *rule;
	const char *because;         /* the figures it rests on                   */
};

struct lull_outcome {
	const struct lull_outcome_result *results; size_t n_results; /* in the order of the file */
	const struct lull_outcome_score *scores; size_t n_scores;
	bool has_days;               /* a diary with dates covers the windows     */
	struct lull_response days;   /* when has_days                             */
	enum lull_series_result series;
	const char *series_because;
	const struct lull_next_step *next; size_t n_next;            /* worst first */
	const char *const *missing; size_t n_missing;
	const struct lull_outcome_note *untreated; size_t n_untreated;
};

/* What the answer is made of; series may be NULL (no diary, or one without dates). `on` is the day of
 * asking. LULL_EDOMAIN when nothing was given, or infusions do not rise by day. */
struct lull_outcome_request {
	const struct lull_outcomes *rules;
	const struct lull_series_record *record;
	const struct lull_series *series;
	const struct lull_response_rules *response_rules;
	const struct lull_counting *counting;
	const struct lull_chain_priors *priors;
	const struct lull_instruments *instruments;
	lull_day on;
};
LULL_NODISCARD int lull_outcome_run(const struct lull_outcome_request *request, struct lull_arena *arena,
				    struct lull_outcome *out, struct lull_err *err);

LULL_END_C

#endif
