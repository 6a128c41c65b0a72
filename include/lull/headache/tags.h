/* lull/headache/tags.h - triggers and non-drug measures of a diary: what is known of each, what was counted.
 *
 * A trigger is judged by counts on headache and on headache-free days, and only with
 * enough days on which it was noted in a long enough diary (knowledge/measures.yaml, rule).
 * Below that its counts are shown and nothing is concluded; nowhere is it advised to avoid
 * anything. Days with and without are compared as if they were independent: headache days
 * cluster, so the true interval is wider, and the sentence says so. Facts: headache 6. */
#ifndef LULL_HEADACHE_TAGS_H
#define LULL_HEADACHE_TAGS_H

#include "lull/base/files.h"
#include "lull/base/schema.h"
#include "lull/headache/diary.h"

LULL_BEGIN_C

enum lull_trigger_group {
	LULL_TRIGGER_FOOD, LULL_TRIGGER_DRINK, LULL_TRIGGER_MIND, LULL_TRIGGER_SLEEP, LULL_TRIGGER_BODY,
	LULL_TRIGGER_SURROUNDINGS
};
extern const char *const lull_trigger_group_names[]; /* "food", ..., NULL */

struct lull_trigger {
	const char *id, *name;
	int group;               /* enum lull_trigger_group                          */
	double self_report_pct;  /* of 1207 people with migraine who named it; NAN   */
	const char *note;        /* NULL                                             */
	const char *source;
	enum lull_mark mark;
};

/* How well a measure is supported. */
enum lull_measure_grade {
	LULL_GRADE_AAN_A, LULL_GRADE_AAN_B, LULL_GRADE_AAN_C, LULL_GRADE_CONSORTIUM_A, LULL_GRADE_TRIAL,
	LULL_GRADE_WITHDRAWN, LULL_GRADE_NONE
};
extern const char *const lull_measure_grade_names[]; /* "aan_a", ..., NULL */
const char *lull_measure_grade_text(int grade);      /* for people: "probably effective (AAN/AHS level B)" */

enum lull_measure_kind { LULL_MEASURE_PREVENTIVE, LULL_MEASURE_ACUTE, LULL_MEASURE_BOTH };
extern const char *const lull_measure_kind_names[];  /* "preventive", "acute", "both", NULL */

struct lull_measure {
	const char *id, *name;
	int use;                 /* enum lull_measure_kind                           */
	int grade;               /* enum lull_measure_grade                          */
	const char *finding;
	const char *caution;     /* NULL                                             */
	const char *source;
	enum lull_mark mark;
};

/* When the counts of a trigger are shown as an association. */
struct lull_trigger_rule {
	int32_t least_exposures, least_days;
	double confidence_frac;
	const char *source;
	enum lull_mark mark;
};

/* knowledge/measures.yaml */
struct lull_measures {
	struct lull_trigger_rule rule;
	const struct lull_trigger *triggers; size_t n_triggers;
	const struct lull_measure *measures; size_t n_measures;
};
LULL_NODISCARD int lull_measures_load(const struct lull_files *files, struct lull_arena *arena,
				      struct lull_measures *out, struct lull_diags *diags);
const struct lull_trigger *lull_trigger_find(const struct lull_measures *set, const char *id); /* NULL */
const struct lull_measure *lull_measure_find(const struct lull_measures *set, const char *id); /* NULL */

/* ---- in a diary ---------------------------------------------------------------------- */

enum lull_trigger_verdict {
	LULL_TRIGGER_COMPARED,      /* enough to compare                               */
	LULL_TRIGGER_TOO_FEW,       /* not enough days with it, or none without it     */
	LULL_TRIGGER_TOO_SHORT,     /* the diary is too short                          */
	LULL_TRIGGER_ONE_SIDED,     /* asked on headache days only (or on free days only) */
	LULL_TRIGGER_NO_DATES       /* entries without dates: no days to count         */
};
extern const char *const lull_trigger_verdict_names[]; /* "compared", ..., NULL */

/* Days by trigger and headache; [1] with. Undated diaries count entries. */
struct lull_trigger_count {
	const char *id;
	const struct lull_trigger *known;   /* NULL: not in knowledge                  */
	int days[2][2];                     /* [trigger][headache]                     */
	int not_asked;                      /* recorded days that say nothing of it    */
	enum lull_trigger_verdict verdict;
	double risk_with, risk_without;     /* share of days with headache; NAN        */
	double difference, low, high;       /* NAN unless compared                     */
	double ratio, ratio_low, ratio_high;/* NAN unless compared and no count is 0   */
	const char *sentence;
};

/* Entries on which a measure was used, and on which it was noted to help. */
struct lull_measure_count {
	const char *id;
	const struct lull_measure *known;   /* NULL: not in knowledge                  */
	int n_asked, n_used, n_helped;
	const char *sentence;
};

struct lull_tags {
	int n_recorded;                     /* days, or entries when undated           */
	const struct lull_trigger_count *triggers; size_t n_triggers; /* order of diary.triggers */
	const struct lull_measure_count *measures; size_t n_measures; /* order of diary.measures */
};
LULL_NODISCARD int lull_tags_count(const struct lull_diary *diary, const struct lull_measures *set,
				   struct lull_arena *arena, struct lull_tags *out, struct lull_err *err);

/* Difference of two shares a/n - b/m with its interval by Newcombe's hybrid of Wilson scores (Stat Med
 * 1998;17:873-890, method 10). */
void lull_share_difference(int a, int n, int b, int m, double confidence_frac, double *difference, double *low,
			   double *high);

LULL_END_C

#endif
