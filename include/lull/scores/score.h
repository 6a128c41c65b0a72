/* lull/scores/score.h - questionnaires and clinical scales: from answers to score, band, flags and change.
 *
 * An instrument is data (knowledge/instruments): items with allowed values, how they
 * become a number, bands, the rule for missing items, differences that matter, and
 * whether its wording may be shipped. A missing answer is NAN, never 0. A score that may
 * not be made from what is there is unknown (NAN) and says why; an impossible answer
 * is an error. Pure functions; results in the caller's arena. */
#ifndef LULL_SCORES_SCORE_H
#define LULL_SCORES_SCORE_H

#include "lull/base/date.h"
#include "lull/base/err.h"
#include "lull/base/files.h"
#include "lull/base/mem.h"
#include "lull/base/schema.h"

LULL_BEGIN_C

enum { LULL_SCORE_MAX_ITEMS = 32, LULL_SCORE_MAX_DOMAINS = 4, LULL_SCORE_MAX_FLAGS = 8 };

/* How answers become a number. */
enum lull_score_kind {
	LULL_SCORE_SUM,     /* sum of the scored items                                 */
	LULL_SCORE_SINGLE,  /* one item is the score                                   */
	LULL_SCORE_PERCENT, /* each domain 100 (max - mean) / (max - min): 100 is best */
	LULL_SCORE_RISK     /* yes/no items; the worst level that holds, never summed  */
};
extern const char *const lull_score_kind_names[]; /* "sum", "single", "percent", "risk", NULL */

enum lull_score_licence { LULL_SCORE_ONLY, LULL_SCORE_TEXT };
extern const char *const lull_score_licence_names[]; /* "score_only", "text", NULL */

enum lull_higher { LULL_HIGHER_WORSE, LULL_HIGHER_BETTER, LULL_HIGHER_NEITHER };
extern const char *const lull_higher_names[]; /* "worse", "better", "neither", NULL */

/* What a value of an item means. */
struct lull_choice {
	double value;
	const char *text; /* NULL when the wording is not ours to ship */
};

struct lull_item {
	const char *id;     /* "q1"                                            */
	const char *label;  /* topic in our own words                          */
	const char *text;   /* wording; only when the licence is TEXT; or NULL */
	double min, max;    /* of its answers; NAN: the instrument's           */
	bool not_scored;    /* asked, not part of the score                    */
	const struct lull_choice *choices; /* own choices; none: the instrument's */
	size_t n_choices;
};

/* Items that make a number of their own. */
struct lull_domain {
	const char *id, *name;
	const char **items;
	size_t n_items;
};

/* From low up to the next band's low. */
struct lull_score_band {
	const char *id, *name;
	double low, high;
	const char *source;
	enum lull_mark mark;
};

/* A threshold with a meaning: at_least or at_most, the other NAN. */
struct lull_cut_off {
	const char *id, *name;
	double at_least, at_most;
	const char *source;
	enum lull_mark mark;
};

/* Two or more items whose sum has a ceiling (days of the same kind). */
struct lull_item_limit {
	const char **items;
	size_t n_items;
	double sum_max;
	const char *because;
};

/* An answer that asks for action whatever the total. */
struct lull_item_flag {
	const char *id, *item;
	double at_least;
	const char *action;   /* what has to happen                  */
	const char *question; /* what to ask when the item is missing */
	const char *source;
	enum lull_mark mark;
};

/* A symptom count beside the sum (PHQ-9: major depressive syndrome). */
struct lull_symptom_rule {
	const char *id, *name, *other_name;
	double counts_from;      /* an item counts from this value ...     */
	const char *easier_item; /* ... except this one, which counts ...  */
	double easier_from;      /* ... from this value                    */
	const char **cardinal;   /* at least one of these must count       */
	size_t n_cardinal;
	double needed;           /* items that count, for name             */
	double other_needed;     /* for other_name                         */
	const char *source;
	enum lull_mark mark;
};

/* Risk levels, worst first: a level holds when any of its items is yes. */
struct lull_risk_level {
	const char *id, *name;
	const char **any;
	size_t n_any;
	bool blocks_session;
	const char *action;
	const char *source;
	enum lull_mark mark;
};

/* When item is 0, the items of then_no are not asked and count as no. */
struct lull_skip {
	const char *item;
	const char **then_no;
	size_t n_then_no;
};

/* A difference that matters. */
enum lull_mid_design { LULL_MID_WITHIN_PERSON, LULL_MID_BETWEEN_GROUPS, LULL_MID_TRIAL_RESPONDER };
extern const char *const lull_mid_design_names[]; /* "within_person", "between_groups", "trial_responder", NULL */

struct lull_mid {
	const char *id;
	double points;          /* size of the difference; NAN                  */
	double percent;         /* of the value before; NAN. Either suffices    */
	int design;             /* enum lull_mid_design                         */
	const char *domain;     /* NULL: the instrument's score                 */
	const char *population, *meaning;
	const char *source;
	enum lull_mark mark;
};

struct lull_instrument {
	const char *id, *name;
	int kind;               /* enum lull_score_kind                         */
	int higher_is;          /* enum lull_higher                             */
	const char *recall;     /* "2 weeks"                                    */
	int licence;            /* enum lull_score_licence                      */
	const char *licence_basis;
	double answer_min, answer_max;  /* of items without their own           */
	double score_min, score_max;    /* NAN for risk                         */
	bool answers_between;   /* values between whole numbers are answers too (a line in mm) */
	int max_missing;        /* items of the score that may be missing       */
	double min_answered_frac;       /* of each domain, percent kind; NAN    */
	const char *missing_rule;       /* in words                             */
	const struct lull_choice *choices; size_t n_choices;
	const struct lull_item *items; size_t n_items;
	const struct lull_domain *domains; size_t n_domains;
	const struct lull_score_band *bands; size_t n_bands;
	const struct lull_score_band *finer_bands; size_t n_finer_bands;
	const struct lull_cut_off *cut_offs; size_t n_cut_offs;
	const struct lull_item_limit *limits; size_t n_limits;
	const struct lull_item_flag *flags; size_t n_flags;
	const struct lull_symptom_rule *rules; size_t n_rules;     /* none or one */
	const struct lull_risk_level *levels; size_t n_levels;
	const struct lull_skip *skips; size_t n_skips;
	const struct lull_mid *mids; size_t n_mids;
	const char **cautions; size_t n_cautions;
	const char *source;
	enum lull_mark mark;
};
extern const struct lull_schema lull_instrument_schema;

struct lull_instruments {
	const struct lull_instrument *items;
	size_t n_items;
};

/* Every file of instruments/. Beside the schema it is checked that ids exist, that bands
 * follow each other without gap, and that wording stands only where it may be shipped. */
LULL_NODISCARD int lull_instruments_load(const struct lull_files *files, struct lull_arena *arena,
					 struct lull_instruments *out, struct lull_diags *diags);
const struct lull_instrument *lull_instrument_find(const struct lull_instruments *set, const char *id);
int lull_instrument_item(const struct lull_instrument *instrument, const char *id); /* index or -1 */

/* A number with what is known about it. */
struct lull_score_value {
	const struct lull_domain *domain;     /* NULL: the instrument's score        */
	double value;                         /* NAN: unknown                        */
	double low, high;                     /* with the missing answers at either end */
	int n_items, n_missing;
	bool prorated;                        /* missing items were filled by the mean of the others */
	const struct lull_score_band *band, *finer_band; /* NULL without bands or value */
};

/* Something that asks for action. */
struct lull_score_flag {
	const char *id;
	enum lull_answer state;  /* LULL_YES: act; LULL_UNKNOWN: not asked, ask */
	const char *text;        /* the action, or the question           */
	bool blocks_session;
	const char *source;
	enum lull_mark mark;
};

struct lull_score {
	const struct lull_instrument *instrument;
	struct lull_score_value total;
	struct lull_score_value domains[LULL_SCORE_MAX_DOMAINS];
	size_t n_domains;
	const char *why_unknown;              /* a sentence when total.value is NAN; else NULL */
	/* cut_offs of the instrument, same order */
	enum lull_answer cut_off[LULL_SCORE_MAX_FLAGS];
	/* symptom rule: does it hold, and the lesser one */
	enum lull_answer rule, other_rule;
	int rule_count_low, rule_count_high;
	/* risk: the level that is certain (NULL none) and the worst one still possible */
	const struct lull_risk_level *level, *level_possible;
	bool contradictory;                   /* answers exclude each other; the worse was taken */
	struct lull_score_flag flags[LULL_SCORE_MAX_FLAGS];
	size_t n_flags;
};

/* answers[i] belongs to instrument->items[i]; NAN = missing. LULL_EDOMAIN names an
 * impossible answer and what is allowed. */
LULL_NODISCARD int lull_score_run(const struct lull_instrument *instrument, const double *answers,
				  struct lull_score *out, struct lull_err *err);

/* Only the total is known (a letter says "HIT-6 64"): band and cut-offs; item flags are
 * unknown and ask. Not for risk or percent kinds (LULL_EUNSUPPORTED). */
LULL_NODISCARD int lull_score_from_total(const struct lull_instrument *instrument, double total,
					 struct lull_score *out, struct lull_err *err);

/* ---- as a chart holds it ------------------------------------------------------------ */

/* One filled-in form: answers by item id, an item that is not listed is missing; or the
 * total alone; or both, which then must agree. */
struct lull_score_answer {
	const char *item;
	double value;
};
struct lull_score_entry {
	const char *instrument;         /* its id                     */
	lull_day day;                   /* LULL_DAY_NONE unknown      */
	const struct lull_score_answer *items;
	size_t n_items;
	double total;                   /* NAN                        */
};
extern const struct lull_schema lull_score_entry_schema;

LULL_NODISCARD int lull_score_entry_run(const struct lull_instruments *set,
					const struct lull_score_entry *entry, struct lull_score *out,
					struct lull_err *err);

/* ---- change --------------------------------------------------------------------------- */

enum lull_change { LULL_CHANGE_UNKNOWN, LULL_IMPROVED, LULL_UNCHANGED, LULL_WORSE };
extern const char *const lull_change_names[]; /* "unknown", "improved", "unchanged", "worse", NULL */

/* One published difference held against one person's change. */
struct lull_change_judgement {
	const struct lull_mid *mid;
	enum lull_change change;
	double by_points, by_percent;   /* after - before; percent NAN when before is 0 */
};

/* Judges by every difference that was made for persons (not those between groups), in
 * the order of the file. domain NULL = the score. *n 0 when the instrument has none. */
LULL_NODISCARD int lull_score_judge(const struct lull_instrument *instrument, const char *domain,
				    double before, double after, struct lull_arena *arena,
				    const struct lull_change_judgement **out, size_t *n,
				    struct lull_err *err);

LULL_END_C

#endif
