/* lull/care/screening.h - what a screen knows: questions, rules, indications; read from knowledge/.
 *
 * A rule's `when` is a tree of named predicates joined by any and all: no expression
 * language. Whoever changes a threshold changes a row; the program only knows how to read
 * the facts named in LULL_FACT_NUMBERS and LULL_FACT_ANSWERS (a test holds the lists equal). */
#ifndef LULL_CARE_SCREENING_H
#define LULL_CARE_SCREENING_H

#include "lull/base/files.h"
#include "lull/care/drugs.h"
#include "lull/care/patient.h"
#include "lull/headache/redflags.h"
#include "lull/ketamine/product.h"
#include "lull/scores/score.h"

LULL_BEGIN_C

#define LULL_FACT_NUMBERS(X)                                                    \
	X(AGE, "age_y") X(WEIGHT, "weight_kg") X(BMI, "bmi_kg_per_m2")          \
	X(SYSTOLIC, "systolic_mmhg") X(DIASTOLIC, "diastolic_mmhg")             \
	X(HEART_RATE, "heart_rate_per_min") X(SPO2, "spo2_air_percent")         \
	X(ALT, "alt_x_uln") X(AST, "ast_x_uln") X(EGFR, "egfr_ml_per_min")      \
	X(MORPHINE, "oral_morphine_mg_per_day") X(DIAZEPAM, "diazepam_mg_per_day")
enum lull_fact_number {
#define LULL_X(name, key) LULL_FACT_##name,
	LULL_FACT_NUMBERS(LULL_X)
#undef LULL_X
	LULL_N_FACT_NUMBERS
};
extern const char *const lull_fact_number_names[LULL_N_FACT_NUMBERS + 1];

#define LULL_FACT_ANSWERS(X)                                                    \
	X(KETAMINE_ALLERGY, "ketamine_allergy") X(PREGNANT, "pregnant")         \
	X(PREGNANCY_UNTESTED, "pregnancy_untested")                             \
	X(BREAST_FEEDING, "breast_feeding") X(SUICIDE_HIGH, "suicide_risk_high") \
	X(SUICIDAL, "suicidal_ideation") X(REVIEWED, "psychiatric_review_same_day") \
	X(PHQ9_ITEM9, "phq9_item9_unassessed") X(CAPACITY, "capacity")          \
	X(CONSENT, "consent") X(ESCORT, "escort") X(FASTED, "fasted")           \
	X(ALCOHOL, "alcohol_today") X(RED_FLAG, "red_flag")                     \
	X(OVERUSE, "medication_overuse") X(SERIES_FAILED, "ketamine_series_failed") \
	X(URINALYSIS, "urinalysis_abnormal") X(ECG, "ecg_abnormal")
enum lull_fact_answer {
#define LULL_X(name, key) LULL_ASKED_##name,
	LULL_FACT_ANSWERS(LULL_X)
#undef LULL_X
	LULL_N_FACT_ANSWERS
};
extern const char *const lull_fact_answer_names[LULL_N_FACT_ANSWERS + 1];

/* One node: exactly one of the leaf kinds, or any, or all. */
enum lull_when_kind {
	LULL_WHEN_ANY, LULL_WHEN_ALL, LULL_WHEN_CONDITION, LULL_WHEN_FACT, LULL_WHEN_ANSWER, LULL_WHEN_DRUG,
	LULL_WHEN_CRITERION,   /* ICHD-3 code, from the diary                     */
	LULL_WHEN_DEFINITION,  /* resistant or refractory by one definition        */
	LULL_WHEN_PREVENTIVE,  /* a preventive class was tried                     */
	LULL_WHEN_TREATMENT    /* a treatment of this kind was tried               */
};
struct lull_when {
	const char *condition, *drug, *criterion;
	int fact, answer, definition, preventive, treatment; /* enums; -1 = not this kind */
	int is;                      /* 1 yes (default), 0 no                      */
	int controlled;              /* 1 yes, 0 no, -1 not asked                  */
	uint64_t severity;           /* bits of enum lull_severity_of; 0 = any     */
	double at_least, above, at_most, below;     /* NAN = no such limit         */
	bool regular;                /* drug: taken regularly                      */
	double started_within_days, benefit_above_percent; /* drug; NAN            */
	const struct lull_when *any, *all;
	size_t n_any, n_all;
};
enum lull_when_kind lull_when_kind(const struct lull_when *when);

enum lull_rule_kind { LULL_RULE_EXCLUDE, LULL_RULE_RELATIVE, LULL_RULE_CAUTION };
extern const char *const lull_rule_kind_names[];    /* "A", "R", "C", NULL */

#define LULL_RULE_ACTIONS(X)                                                    \
	X(EXCLUDE, "exclude") X(POSTPONE, "postpone") X(WORK_UP, "work_up")     \
	X(TEST, "test") X(REVIEW, "review") X(CLEARANCE, "clearance")           \
	X(WITHDRAWAL, "withdrawal") X(AVOID, "avoid") X(HOLD_DRUG, "hold_drug") \
	X(REDUCE, "reduce_dose") X(MONITOR, "monitor") X(NOTE, "note")
enum lull_screen_action {
#define LULL_X(name, key) LULL_ACTION_##name,
	LULL_RULE_ACTIONS(LULL_X)
#undef LULL_X
	LULL_N_RULE_ACTIONS
};
extern const char *const lull_screen_action_names[LULL_N_RULE_ACTIONS + 1];

/* Who may set a rule aside. Default: absolute by policy, relative by the prescriber. */
enum lull_override_by { LULL_OVERRIDE_DEFAULT, LULL_OVERRIDE_NEVER };

struct lull_screen_rule {
	const char *id, *name, *because, *grade, *source;
	int kind, action;            /* enums above              */
	int mark, kind_mark;         /* enum lull_mark           */
	int override;                /* enum lull_override_by    */
	int review;                  /* enum lull_review_by whose agreement clears it; -1 none */
	uint64_t routes;             /* bits of enum lull_route; 0 = all */
	const char *const *indications; /* ids; none = all       */
	size_t n_indications;
	double valid_days;           /* age limit of recorded facts; NAN = none */
	struct lull_when when;
};

/* A condition that a chart may answer. */
struct lull_condition_item {
	const char *id, *name, *question;
	uint64_t asks;               /* bit 0 controlled, bit 1 severity */
};

struct lull_fact_item {
	const char *id, *name, *unit, *question;
};

struct lull_screen_settings {
	double screening_valid_days, review_valid_days, override_valid_days, stopped_drug_counts_days;
	double diary_valid_days;
	const char *source;
	int mark;
};

/* ---- indications ------------------------------------------------------------------------ */

struct lull_entry_rule {
	const char *id, *name, *because, *source;
	int mark;
	struct lull_when when;
};
/* A standard treatment that comes before ketamine. */
struct lull_standard_option {
	const char *id, *name, *source;
	int mark;
	struct lull_when tried;
};
struct lull_evidence {
	const char *text, *grade, *source;
	int mark;
};
struct lull_indication {
	const char *id, *name;
	const char *verdict;         /* the words when nothing excludes */
	struct lull_evidence evidence;
	const struct lull_entry_rule *entry;           size_t n_entry;
	const struct lull_standard_option *options;    size_t n_options;
	const char *const *scores;                     size_t n_scores;    /* instruments to take */
	const char *const *protocols;                  size_t n_protocols; /* ids that fit */
	const char *no_protocol;     /* why there is none; NULL when there is */
};

struct lull_screening {
	const struct lull_screen_rule *rules;          size_t n_rules;
	const struct lull_condition_item *conditions;  size_t n_conditions;
	struct lull_fact_item numbers[LULL_N_FACT_NUMBERS];
	struct lull_fact_item answers[LULL_N_FACT_ANSWERS];
	struct lull_screen_settings settings;
	const struct lull_indication *indications;     size_t n_indications;
	struct lull_drugs drugs;
	struct lull_redflag_rules red_flags;
	struct lull_instruments instruments; /* for the suicide screener and PHQ-9 */
	const char *knowledge_hash;
};

/* knowledge/screening/, indications.yaml, drugs.yaml, and the red flags of headache/. Checks what
 * a schema cannot: ids unique, references exist, a recalled rule never excludes. */
LULL_NODISCARD int lull_screening_load(const struct lull_files *files, struct lull_arena *arena,
				       struct lull_screening *out, struct lull_diags *diags);

const struct lull_indication *lull_screening_indication(const struct lull_screening *screening, const char *id);
const struct lull_condition_item *lull_screening_condition(const struct lull_screening *screening, const char *id);
const struct lull_screen_rule *lull_screening_rule(const struct lull_screening *screening, const char *id);

/* What the record's schema cannot know: condition ids, confirmed ingredients and overridden
 * rules exist. Errors with the nearest name as a hint. LULL_EPARSE when there was one. */
LULL_NODISCARD int lull_screening_check_patient(const struct lull_screening *screening,
						const struct lull_patient *patient, const char *file,
						struct lull_diags *diags);

LULL_END_C

#endif
