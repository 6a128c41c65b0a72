/* lull/headache/classify.h - what a diary shows by ICHD-3: attacks, days, blocks, diagnoses.
 *
 * `lull_classify_entry` and `lull_classify` write ids and numbers into the caller's
 * memory; `lull_classify_explain` makes trees and sentences from them. Wording,
 * thresholds, questions and sources are knowledge/criteria/; the set of ids there equals
 * LULL_CRITERIA below. Three values everywhere: an unknown feature is never counted as
 * present or absent. Pure functions. Facts: ICHD-3 (2018), final text for 1.2 (3 of 6). */
#ifndef LULL_HEADACHE_CLASSIFY_H
#define LULL_HEADACHE_CLASSIFY_H

#include "lull/base/files.h"
#include "lull/headache/diary.h"
#include "lull/headache/finding.h"

LULL_BEGIN_C

/* ---- criteria: ids and knowledge -------------------------------------------------- */

/* The first group is judged for every entry (attack or day), the second for the patient. */
#define LULL_CRITERIA_ENTRY(X)                                                        \
	X(1_1_B, "ICHD3-1.1-B") X(1_1_C, "ICHD3-1.1-C") X(1_1_D, "ICHD3-1.1-D")       \
	X(1_2_B, "ICHD3-1.2-B") X(1_2_C, "ICHD3-1.2-C")                               \
	X(2_1_B, "ICHD3-2.1-B") X(2_1_C, "ICHD3-2.1-C") X(2_1_D, "ICHD3-2.1-D")       \
	X(2_3_D, "ICHD3-2.3-D")                                                       \
	X(1_3_C1, "ICHD3-1.3-C1") X(1_3_C2, "ICHD3-1.3-C2") X(1_3_C3, "ICHD3-1.3-C3") \
	X(1_5_1_ATTACK, "ICHD3-1.5.1-attack") X(1_5_2_ATTACK, "ICHD3-1.5.2-attack")   \
	X(1_1_C_UNILATERAL, "ICHD3-1.1-C.1") X(1_1_C_PULSATING, "ICHD3-1.1-C.2")      \
	X(1_1_C_INTENSITY, "ICHD3-1.1-C.3") X(1_1_C_ACTIVITY, "ICHD3-1.1-C.4")        \
	X(1_1_D_NAUSEA, "ICHD3-1.1-D.1") X(1_1_D_LIGHT_SOUND, "ICHD3-1.1-D.2")

#define LULL_CRITERIA_PATIENT(X)                                                      \
	X(1_1, "ICHD3-1.1") X(1_1_A, "ICHD3-1.1-A") X(1_1_E, "ICHD3-1.1-E")           \
	X(1_2, "ICHD3-1.2") X(1_2_A, "ICHD3-1.2-A") X(1_2_D, "ICHD3-1.2-D")           \
	X(1_3, "ICHD3-1.3") X(1_3_A, "ICHD3-1.3-A") X(1_3_B, "ICHD3-1.3-B")           \
	X(1_3_C, "ICHD3-1.3-C") X(1_3_D, "ICHD3-1.3-D")                               \
	X(1_4_1, "ICHD3-1.4.1") X(1_5_1, "ICHD3-1.5.1") X(1_5_2, "ICHD3-1.5.2")       \
	X(2_1, "ICHD3-2.1") X(2_1_A, "ICHD3-2.1-A") X(2_1_E, "ICHD3-2.1-E")           \
	X(2_2, "ICHD3-2.2") X(2_2_A, "ICHD3-2.2-A") X(2_2_E, "ICHD3-2.2-E")           \
	X(2_3, "ICHD3-2.3") X(2_3_A, "ICHD3-2.3-A") X(2_3_E, "ICHD3-2.3-E")           \
	X(4_10, "ICHD3-4.10") X(4_10_A, "ICHD3-4.10-A") X(4_10_B, "ICHD3-4.10-B")     \
	X(4_10_C, "ICHD3-4.10-C") X(4_10_D, "ICHD3-4.10-D")                           \
	X(8_2, "ICHD3-8.2") X(8_2_A, "ICHD3-8.2-A") X(8_2_B, "ICHD3-8.2-B")           \
	X(8_2_C, "ICHD3-8.2-C")                                                       \
	X(8_2_1, "ICHD3-8.2.1") X(8_2_2, "ICHD3-8.2.2") X(8_2_3, "ICHD3-8.2.3")       \
	X(8_2_3_1, "ICHD3-8.2.3.1") X(8_2_3_2, "ICHD3-8.2.3.2")                       \
	X(8_2_3_2_1, "ICHD3-8.2.3.2.1") X(8_2_3_3, "ICHD3-8.2.3.3")                   \
	X(8_2_4, "ICHD3-8.2.4") X(8_2_5, "ICHD3-8.2.5") X(8_2_6, "ICHD3-8.2.6")       \
	X(8_2_7, "ICHD3-8.2.7") X(8_2_8, "ICHD3-8.2.8")

enum lull_criterion_id {
#define LULL_X(name, code) LULL_ICHD_##name,
	LULL_CRITERIA_ENTRY(LULL_X)
	LULL_N_ENTRY_CRITERIA,
	LULL_ICHD_BEFORE_PATIENT_ = LULL_N_ENTRY_CRITERIA - 1,
	LULL_CRITERIA_PATIENT(LULL_X)
#undef LULL_X
	LULL_N_CRITERIA
};
extern const char *const lull_criterion_codes[LULL_N_CRITERIA + 1]; /* NULL-ended */

/* The subforms of 8.2, in the order of their codes. */
enum { LULL_MOH_FIRST = LULL_ICHD_8_2_1, LULL_N_MOH = LULL_ICHD_8_2_8 - LULL_ICHD_8_2_1 + 1 };

/* A criterion as the reviewer reads it. Numbers a criterion does not use are NAN. */
struct lull_criterion {
	const char *id;       /* "ICHD3-1.1-B"                                     */
	const char *name;     /* short, for people                                 */
	const char *text;     /* our own wording of the rule                       */
	double needed;        /* at least so many (features, attacks, days)        */
	double at_most;
	double min_h, max_h;  /* duration window                                   */
	double child_min_h, child_below_y; /* the window's start under an age      */
	const char *unit;     /* of needed: "days a month", "attacks", "features"  */
	const char *source;
	int mark;             /* enum lull_mark                                    */
};

/* What an unknown is called, and how it is asked. */
#define LULL_UNKNOWNS(X)                                                          \
	X(NONE, "none")                                                           \
	X(DATES, "dates")                     /* entries without dates         */ \
	X(CALENDAR, "calendar")               /* days numbered, no real months */ \
	X(MISSING_DAYS, "missing_days")                                           \
	X(FEATURES, "features")               /* what the headaches were like  */ \
	X(TRIPTAN_RELIEF, "triptan_relief")   /* 1.3 C3                        */ \
	X(DURATION, "duration")                                                   \
	X(ACUTE_DRUGS, "acute_drugs")                                             \
	X(OVER_3_MONTHS, "over_3_months")                                         \
	X(OVERUSE_OVER_3_MONTHS, "overuse_over_3_months")                         \
	X(LIFETIME_ATTACKS, "lifetime_5_attacks")                                 \
	X(LIFETIME_AURAS, "lifetime_2_auras")                                     \
	X(LIFETIME_TTH, "lifetime_10_tension_type")                               \
	X(EVER_AURA, "ever_aura")                                                 \
	X(PREEXISTING, "preexisting_headache")                                    \
	X(ONSET, "onset_distinct")                                                \
	X(CONTINUOUS, "continuous_within_24_h")                                   \
	X(OVERUSE_FIRST, "overuse_before_daily")                                  \
	X(BETTER_EXPLAINED, "better_explained")                                   \
	X(HEMICRANIA, "hemicrania_continua")

enum lull_unknown {
#define LULL_X(name, key) LULL_ASK_##name,
	LULL_UNKNOWNS(LULL_X)
#undef LULL_X
	LULL_N_UNKNOWNS
};
extern const char *const lull_unknown_names[LULL_N_UNKNOWNS + 1];

/* knowledge/criteria/counting.yaml: how days become months. */
struct lull_counting {
	double month_days;            /* 28                                        */
	double consecutive_blocks;    /* 3 latest, "> 3 months"                    */
	double prorate_min_days;      /* 14: fewer recorded days give no estimate  */
	double trial_grade_days;      /* 23 of 28                                  */
	double moderate_from, severe_from; /* on 0-10: 4, 7; below is mild         */
	double hfem_from, lfcm_from, hfcm_from; /* bands of headache days: 10 15 24 */
	double leiden_min_h, trial_min_h; /* 0.5 and 4: definitions of a migraine day */
	double status_migrainosus_h;  /* 72                                        */
};

struct lull_criteria {
	struct lull_criterion items[LULL_N_CRITERIA];
	const char *questions[LULL_N_UNKNOWNS]; /* for people; [0] is NULL          */
	struct lull_counting counting;
};

/* knowledge/criteria/{m1,m2,m4,m8,counting}.yaml. */
LULL_NODISCARD int lull_criteria_load(const struct lull_files *files, struct lull_arena *arena,
				      struct lull_criteria *out, struct lull_diags *diags);

/* ---- history: what a diary cannot hold --------------------------------------------- */

/* Answers of patient or clinician; zero is "never asked". */
struct lull_history {
	double age_y;                            /* NAN unknown; schema sets NAN    */
	enum lull_answer lifetime_5_attacks;     /* >= 5 attacks of 1.1 B-D or 1.2 B-C ever */
	enum lull_answer lifetime_2_auras;       /* >= 2 attacks of 1.2 B-C ever    */
	enum lull_answer lifetime_10_tension_type;
	enum lull_answer ever_aura;              /* no: an aura that an entry does not record is absent */
	enum lull_answer prior_migraine;         /* a clinician's earlier diagnosis of migraine */
	enum lull_answer over_3_months;          /* the present frequency has lasted > 3 months */
	enum lull_answer overuse_over_3_months;
	enum lull_answer preexisting_headache;   /* a headache disorder before the overuse */
	enum lull_answer onset_distinct;         /* first day of the daily headache clearly remembered */
	enum lull_answer continuous_within_24_h; /* unremitting within 24 h of it    */
	enum lull_answer overuse_before_daily;   /* overuse preceded the daily headache */
	enum lull_answer hemicrania_continua;
	enum lull_answer better_explained;       /* by another ICHD-3 diagnosis      */
};
extern const struct lull_schema lull_history_schema; /* for YAML, JSON, the patient record */
struct lull_history lull_history_unasked(void);      /* nothing known, age NAN   */

/* ---- one entry ----------------------------------------------------------------------- */

#define LULL_LABELS(X)                                                            \
	X(MISSING, "missing") X(NONE, "none") X(HEADACHE_OTHER, "headache_other")  \
	X(TENSION_TYPE, "tension_type") X(PROBABLE_MIGRAINE, "probable_migraine")  \
	X(MIGRAINE_WITHOUT_AURA, "migraine_without_aura")                          \
	X(MIGRAINE_WITH_AURA, "migraine_with_aura")
enum lull_label {
#define LULL_X(name, key) LULL_LABEL_##name,
	LULL_LABELS(LULL_X)
#undef LULL_X
	LULL_N_LABELS
};
extern const char *const lull_label_names[LULL_N_LABELS + 1];

/* How the label is chosen where something is unknown (documented decision): an unknown
 * criterion never counts as met, with one exception: an attack that a drug ended early
 * may count its duration (ICHD-3 1.1 B speaks of untreated attacks); treated_short says so. */
/* The subtype that the recorded aura symptoms name (codes of ICHD-3; of 1.2.2 the diary cannot show the
 * two brainstem symptoms). UNSPECIFIED: an aura, but not every kind of symptom was asked. */
#define LULL_AURAS(X)                                                              \
	X(NONE, NULL) X(UNSPECIFIED, "ICHD3-1.2") X(TYPICAL, "ICHD3-1.2.1")         \
	X(BRAINSTEM, "ICHD3-1.2.2") X(HEMIPLEGIC, "ICHD3-1.2.3") X(RETINAL, "ICHD3-1.2.4")
enum lull_aura {
#define LULL_X(name, code) LULL_AURA_##name,
	LULL_AURAS(LULL_X)
#undef LULL_X
	LULL_N_AURAS
};
extern const char *const lull_aura_codes[LULL_N_AURAS];

enum lull_duration_reason {
	LULL_DURATION_NOT_RECORDED,
	LULL_DURATION_IN_WINDOW,
	LULL_DURATION_SHORT,            /* untreated, or treated without success    */
	LULL_DURATION_SHORT_RELIEVED,   /* a drug ended it: may still be migraine   */
	LULL_DURATION_SHORT_TREATED,    /* a drug was taken, relief not recorded    */
	LULL_DURATION_SHORT_UNASKED,    /* nothing says whether a drug was taken    */
	LULL_DURATION_SLEPT,            /* asleep with it, awake without: runs to waking */
	LULL_DURATION_LONG
};

struct lull_entry_class {
	uint8_t label;                          /* enum lull_label                  */
	uint8_t status[LULL_N_ENTRY_CRITERIA];  /* enum lull_status                 */
	uint8_t severity;                       /* 0 none 1 mild 2 moderate 3 severe 255 unknown */
	uint8_t pain_features_yes, pain_features_maybe; /* of the four of 1.1 C     */
	uint8_t aura_features_yes, aura_features_maybe; /* of the six of 1.2 C      */
	uint8_t duration_reason;                /* enum lull_duration_reason: why 1.1 B says so */
	uint8_t aura;                           /* enum lull_aura; NONE unless 1.2 B is met */
	bool aura_review;                       /* not 5-60 min, motor or brainstem: a clinician looks */
	bool treated_short;                     /* short, and a drug ended it        */
	bool label_could_change;                /* an unknown could change the label */
};

/* history may be NULL; of it only age_y and ever_aura are read. No age: adult windows. */
void lull_classify_entry(const struct lull_criteria *criteria, const struct lull_history *history,
			 const struct lull_entry *entry, struct lull_entry_class *out);

/* ---- days and blocks ----------------------------------------------------------------- */

/* What a day may count as. The definition is stored with every count: "migraine day" has
 * several (facts: trap 7). */
#define LULL_DAY_DEFINITIONS(X)                                                    \
	X(HEADACHE, "headache_any")            /* any, any duration: ICHD-3     */ \
	X(HEADACHE_30MIN, "headache_30min")                                        \
	X(HEADACHE_4H, "headache_4h")          /* PREEMPT entry                 */ \
	X(HEADACHE_HALO, "headache_halo")      /* >= 4 h at least moderate, or any triptan/ergot */ \
	X(HEADACHE_MODERATE, "headache_moderate_or_severe")                        \
	X(DEBILITATING, "debilitating")                                            \
	X(MIGRAINE, "migraine_ichd")           /* C1 or C2 or C3                */ \
	X(MIGRAINE_C1, "migraine_c1") X(MIGRAINE_C2, "migraine_c2") X(MIGRAINE_C3, "migraine_c3") \
	X(MIGRAINE_LEIDEN, "migraine_leiden_30min")                                \
	X(MIGRAINE_IHS, "migraine_ihs_4h")                                         \
	X(MIGRAINE_TRIPTAN, "migraine_or_any_triptan")                             \
	X(MIGRAINE_OR_PROBABLE, "migraine_or_probable")                            \
	X(TENSION, "tension_type") X(TENSION_CHRONIC, "tension_type_2_3")
enum lull_day_definition {
#define LULL_X(name, key) LULL_DAYDEF_##name,
	LULL_DAY_DEFINITIONS(LULL_X)
#undef LULL_X
	LULL_N_DAYDEFS
};
extern const char *const lull_daydef_names[LULL_N_DAYDEFS + 1];

/* Drugs as 8.2 groups them: one set of days for each. */
#define LULL_DRUG_GROUPS(X)                                                        \
	X(ERGOTAMINE, "ergotamine") X(TRIPTAN, "triptan")                          \
	X(NON_OPIOID, "non_opioid_analgesic") X(PARACETAMOL, "paracetamol")        \
	X(NSAID, "nsaid") X(ASPIRIN, "aspirin") X(OTHER_ANALGESIC, "other_non_opioid_analgesic") \
	X(OPIOID, "opioid") X(COMBINATION, "combination_analgesic")                \
	X(SEVERAL, "several_classes") X(UNVERIFIED, "unverified_multiple")         \
	X(OTHER, "other_medication") X(ANY, "any_counted")                         \
	X(GEPANT, "gepant") X(MIGRAINE_SPECIFIC, "migraine_specific")
enum lull_drug_group {
#define LULL_X(name, key) LULL_GROUP_##name,
	LULL_DRUG_GROUPS(LULL_X)
#undef LULL_X
	LULL_N_GROUPS
};
extern const char *const lull_drug_group_names[LULL_N_GROUPS + 1];
enum lull_drug_group lull_moh_group(enum lull_criterion_id id); /* what a subform of 8.2 counts */

struct lull_day_class {
	uint8_t state;               /* enum lull_day_state                       */
	uint8_t label;               /* enum lull_label; the most migraine-like entry's */
	uint32_t entry;              /* that entry's index, UINT32_MAX none        */
	uint32_t yes, maybe;         /* bits of enum lull_day_definition           */
	uint32_t drug_yes, drug_maybe; /* bits of enum lull_drug_group             */
	bool maybe_by_relief, maybe_by_aura; /* migraine day or not hangs on C3, on C2 alone */
};

/* Days counted in a block: certainly, and perhaps (recorded, but a feature is unknown).
 * Missing days come on top: low = yes, high = yes + maybe + missing. */
struct lull_count {
	uint16_t yes, maybe;
};

enum lull_month { LULL_MONTH_28, LULL_MONTH_30, LULL_MONTH_CALENDAR };
extern const char *const lull_month_names[]; /* "28", "30", "calendar", NULL */

enum lull_block_quality { LULL_BLOCK_TOO_FEW, LULL_BLOCK_CLINICAL, LULL_BLOCK_TRIAL };
extern const char *const lull_block_quality_names[]; /* "too_few", "clinical", "trial", NULL */

/* One month. Days before the diary begins, or after the index date, are missing. */
struct lull_block {
	lull_day from, to;
	uint16_t length, recorded, missing;
	struct lull_count days[LULL_N_DAYDEFS];
	struct lull_count drugs[LULL_N_GROUPS];
	uint16_t maybe_by_relief, maybe_by_aura; /* of days[MIGRAINE].maybe        */
	uint16_t entered_late;       /* days whose entry came > 48 h later         */
	uint8_t quality;             /* enum lull_block_quality                    */
	double severity_sum;         /* of recorded peaks (0-10) on headache days  */
	uint16_t severity_n;
	uint8_t over[LULL_N_MOH];    /* enum lull_status: this subform's threshold */
	bool over_estimated[LULL_N_MOH];
};

/* Estimated days in the whole block, count * length / recorded, not rounded; NAN when
 * too few days are recorded or a feature is unknown on some of them. */
double lull_block_prorated(const struct lull_counting *counting, const struct lull_block *block,
			   const struct lull_count *count);

/* Is count >= need in this block? By bounds when they decide, else by the estimate. */
enum lull_status lull_block_at_least(const struct lull_counting *counting,
				     const struct lull_block *block,
				     const struct lull_count *count, double need, bool *estimated);

/* ---- the patient ---------------------------------------------------------------------- */

enum lull_grade {
	LULL_INSUFFICIENT_DATA,
	LULL_GRADE_NOT_MET,
	LULL_SUPPORTED_BY_DIARY_AND_HISTORY,
	LULL_PROVEN_BY_DIARY
};
extern const char *const lull_grade_names[]; /* "INSUFFICIENT_DATA", ..., NULL */

enum lull_band { LULL_BAND_UNKNOWN, LULL_BAND_LOW, LULL_BAND_HFEM, LULL_BAND_LFCM, LULL_BAND_HFCM };
extern const char *const lull_band_names[]; /* "unknown", "below_high_frequency",
	"high_frequency_episodic", "low_frequency_chronic", "high_frequency_chronic", NULL */

struct lull_classify_options {
	enum lull_month month;
	lull_day index;       /* last day counted; LULL_DAY_NONE = the diary's last */
	bool skip_questions;  /* statuses only: trials do not ask                   */
};

/* Attacks counted over the whole diary; days in a row that qualify are one attack unless
 * each has its own clock start. */
struct lull_attacks {
	struct lull_count without_aura, with_aura, either, probable, probable_aura, tension, over_72_h;
	uint16_t maybe_by_duration;  /* of without_aura.maybe: only 1.1 B is open   */
};

struct lull_classification {
	enum lull_month month;
	lull_day index;
	bool dated;           /* false: months are unknown, no dates                */
	bool calendar_unknown;/* day numbers only and calendar months were asked for */
	size_t n_recorded, n_missing;
	const struct lull_entry_class *entries; /* one for each diary entry, input order */
	size_t n_entries;
	const struct lull_day_class *days;      /* one for each diary day           */
	size_t n_days;
	const struct lull_block *blocks;        /* latest first                     */
	size_t n_blocks;
	struct lull_attacks attacks;
	uint8_t status[LULL_N_CRITERIA];        /* enum lull_status                 */
	bool estimated[LULL_N_CRITERIA];        /* rests on a prorated count        */
	bool could_change[LULL_N_CRITERIA];     /* re-evaluated with the unknown either way */
	uint8_t ask[LULL_N_CRITERIA];           /* enum lull_unknown: most decisive single answer */
	uint8_t grade[LULL_N_CRITERIA];         /* enum lull_grade: > 3 months rules */
	enum lull_band band;
	uint8_t questions[LULL_N_UNKNOWNS];     /* enum lull_unknown, most decisive first */
	size_t n_questions;
	struct lull_history history;            /* as used                          */
};

/* history may be NULL (nothing asked). Memory: arena. */
LULL_NODISCARD int lull_classify(const struct lull_criteria *criteria,
				 const struct lull_diary *diary,
				 const struct lull_history *history,
				 const struct lull_classify_options *options,
				 struct lull_arena *arena, struct lull_classification *out,
				 struct lull_err *err);

/* Trees for people: one for each of 1.1, 1.2, 1.3, 1.4.1, 1.5.1, 1.5.2, 2.1, 2.2, 2.3,
 * 4.10 and 8.2, in this order. */
LULL_NODISCARD int lull_classify_explain(const struct lull_criteria *criteria,
					 const struct lull_diary *diary,
					 const struct lull_classification *classification,
					 struct lull_arena *arena,
					 const struct lull_finding **out, size_t *n_out,
					 struct lull_err *err);

/* The tree of one entry (1.1 B-D, 1.2 B-C, 2.x B-D with their features). */
LULL_NODISCARD int lull_classify_explain_entry(const struct lull_criteria *criteria,
					       const struct lull_entry *entry,
					       const struct lull_entry_class *entry_class,
					       struct lull_arena *arena,
					       const struct lull_finding **out, size_t *n_out,
					       struct lull_err *err);

LULL_END_C

#endif
