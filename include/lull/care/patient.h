/* lull/care/patient.h - the patient record: what a chart says, with the day it was said.
 *
 * Absent (never asked), unknown (asked, nobody knows), no and yes are four answers
 * (enum lull_answer); a number that was not recorded is NAN, a day LULL_DAY_NONE.
 * Nothing is inferred here except by the functions below, which name what they infer.
 * One schema table (lull_patient_schema) reads YAML and JSON, writes JSON and prints the
 * JSON Schema. Plain data; everything pointed to lives in the caller's arena. */
#ifndef LULL_CARE_PATIENT_H
#define LULL_CARE_PATIENT_H

#include <stddef.h>
#include <stdint.h>
#include "lull/base/date.h"
#include "lull/base/err.h"
#include "lull/base/mem.h"
#include "lull/base/schema.h"
#include "lull/headache/classify.h"
#include "lull/headache/redflags.h"
#include "lull/headache/refractory.h"
#include "lull/scores/score.h"

LULL_BEGIN_C

enum { LULL_PATIENT_SCHEMA_VERSION = 1 };

enum lull_sex { LULL_SEX_UNKNOWN, LULL_SEX_FEMALE, LULL_SEX_MALE, LULL_SEX_INTERSEX };
extern const char *const lull_sex_names[];

enum lull_setting { LULL_SETTING_NONE, LULL_SETTING_CHAIR, LULL_SETTING_INPATIENT, LULL_SETTING_HOME };
extern const char *const lull_setting_names[];

/* How severe a condition is, where a rule asks. */
enum lull_severity_of { LULL_SEVERITY_ABSENT, LULL_SEVERITY_MILD, LULL_SEVERITY_MODERATE, LULL_SEVERITY_SEVERE };
extern const char *const lull_severity_of_names[];

enum lull_weight_how { LULL_WEIGHT_STATED, LULL_WEIGHT_MEASURED };
struct lull_weight {
	double kg;
	lull_day day;
	int how; /* enum lull_weight_how: as stated by the patient, or on a scale */
};

struct lull_vitals {
	lull_day day;
	double sbp_mmhg, dbp_mmhg, hr_per_min, spo2_percent, rr_per_min;
	enum lull_answer on_air; /* was the saturation taken on room air? */
};

enum lull_lab {
	LULL_LAB_ALT, LULL_LAB_AST, LULL_LAB_BILIRUBIN, LULL_LAB_CREATININE, LULL_LAB_EGFR,
	LULL_LAB_TSH, LULL_LAB_URINALYSIS, LULL_LAB_URINE_DRUGS, LULL_N_LABS
};
extern const char *const lull_lab_names[]; /* each name ends in its unit */

/* "found" of a test that has no number: normal or abnormal. */
enum lull_test_result { LULL_RESULT_ABSENT, LULL_RESULT_NORMAL, LULL_RESULT_ABNORMAL };
extern const char *const lull_test_result_names[];

struct lull_lab_result {
	int test;        /* enum lull_lab             */
	double value;    /* in the unit of the name   */
	int result;      /* enum lull_test_result          */
	lull_day day;
	const char *note;
};

struct lull_ecg {
	lull_day day;
	int result;      /* enum lull_test_result */
	double qtc_ms;
	const char *note;
};

/* One item of knowledge/screening/conditions.yaml, asked. */
struct lull_condition {
	const char *id;
	enum lull_answer answer;
	enum lull_answer controlled; /* where the item asks it */
	int severity;                /* enum lull_severity_of, where the item asks it */
	lull_day day;
	const char *note;
};

struct lull_allergy {
	const char *name, *reaction;
	lull_day day;
};

struct lull_allergies {
	enum lull_answer any;        /* "no" is "no known allergy" */
	const struct lull_allergy *list;
	size_t n_list;
};

enum lull_drug_use { LULL_USE_UNKNOWN, LULL_USE_REGULAR, LULL_USE_AS_NEEDED, LULL_USE_STOPPED };
extern const char *const lull_drug_use_names[];

struct lull_patient_drug {
	const char *name;            /* as written: "Topamax 100mg BID" */
	const char *const *ingredients; size_t n_ingredients; /* all of them, confirmed by a clinician
					(ids of knowledge/drugs.yaml); none = the name is matched */
	const char *dose, *frequency, *route; /* as written */
	int use;                     /* enum lull_drug_use */
	double days_per_28;          /* days of intake in 28, when taken as needed */
	lull_day since, last_taken;
	double benefit_percent;      /* fall in headache days credited to it; for CGRP and toxin */
	const char *note;
};

struct lull_drug_list {
	enum lull_answer any;        /* "no" is "takes nothing", said by somebody */
	lull_day reconciled;         /* when the list was checked with the patient */
	const struct lull_patient_drug *list;
	size_t n_list;
	double oral_morphine_mg_per_day; /* equivalents as the clinician worked them out */
	double diazepam_mg_per_day;
};

enum lull_pregnancy_result { LULL_PREGNANCY_UNTESTED, LULL_PREGNANCY_NEGATIVE, LULL_PREGNANCY_POSITIVE };
extern const char *const lull_pregnancy_result_names[];

struct lull_pregnancy {
	enum lull_answer possible, pregnant, breast_feeding;
	int test;                    /* enum lull_pregnancy_result */
	lull_day test_day;
};

/* Of the Columbia screener, read by scores/; NONE is "all that had to be asked are no". */
enum lull_suicide_risk {
	LULL_RISK_UNKNOWN, LULL_RISK_NONE, LULL_RISK_LOW, LULL_RISK_MODERATE, LULL_RISK_HIGH
};
extern const char *const lull_suicide_risk_names[];

/* A specialist's answer to a question that a rule raised. */
enum lull_review_by { LULL_REVIEW_PSYCHIATRY, LULL_REVIEW_CARDIOLOGY, LULL_REVIEW_NEUROLOGY,
		      LULL_REVIEW_OPHTHALMOLOGY, LULL_REVIEW_HEPATOLOGY, LULL_REVIEW_OTHER };
extern const char *const lull_review_names[];
struct lull_review {
	int specialty;               /* enum lull_review_by          */
	lull_day day;
	const char *by;
	enum lull_answer agrees;     /* agrees that ketamine be given */
	const char *note;
};

/* Consent, escort and the rest of what must be said before a session. */
struct lull_readiness {
	lull_day day;                /* when these answers were given */
	enum lull_answer capacity, consent, escort, fasted, alcohol_today, iv_access;
	lull_day consent_day;
};

/* A rule set aside by people who may (safety.md, Candidacy). */
enum lull_override_role { LULL_ROLE_PRESCRIBER, LULL_ROLE_MEDICAL_DIRECTOR };
extern const char *const lull_override_role_names[];
struct lull_override {
	const char *rule, *reason, *by, *second_person, *policy;
	int role;                    /* enum lull_override_role */
	lull_day day;
};

enum lull_series_response { LULL_SERIES_UNKNOWN, LULL_SERIES_NONE, LULL_SERIES_PARTIAL, LULL_SERIES_GOOD };
extern const char *const lull_series_response_names[];
struct lull_ketamine_series {
	lull_day first, last;
	const char *route;
	double n_sessions, total_mg;
	int response;                /* enum lull_series_response */
	enum lull_answer adequate;   /* was it a fair trial? */
	const char *const *adverse_events;
	size_t n_adverse_events;
	const char *note;
};
struct lull_ketamine_past {
	enum lull_answer any;
	double lifetime_mg;
	const struct lull_ketamine_series *series;
	size_t n_series;
};

/* How heavy the headache is, where no diary says it. */
struct lull_burden_stated {
	double headache_days_per_month, debilitating_days_per_month, debilitating_months;
	enum lull_answer interference;       /* with function or quality of life (AHS 2008)      */
	enum lull_answer drug_relief_fails;  /* debilitating despite acute drugs taken well      */
	enum lull_answer specialist_centre;  /* failures documented at a headache centre          */
};

struct lull_coverage {
	const char *payer, *plan, *note;
	enum lull_answer covered, self_pay_accepted;
};

struct lull_pain_now {
	double nrs;                  /* 0-10 */
	lull_day day;
};

struct lull_patient {
	const char *id;
	bool invented;               /* not a real person; said on every output */
	const char *note;
	lull_day born;
	double age_y;                /* when the birth day is not recorded */
	int sex;                     /* at birth, enum lull_sex */
	double height_cm;
	int setting;                 /* preferred, enum lull_setting */
	struct lull_pregnancy pregnancy;
	const struct lull_weight *weights;         size_t n_weights;
	const struct lull_vitals *vitals;          size_t n_vitals;
	const struct lull_ecg *ecgs;               size_t n_ecgs;
	const struct lull_lab_result *labs;        size_t n_labs;
	const struct lull_condition *conditions;   size_t n_conditions;
	struct lull_allergies allergies;
	struct lull_drug_list drugs;
	struct lull_treatment_history treatments;  /* headache/refractory.h */
	struct lull_history headache;              /* headache/classify.h   */
	struct lull_burden_stated burden;
	struct lull_redflag_answers red_flags;     /* headache/redflags.h   */
	const struct lull_score_entry *scores;     size_t n_scores; /* scores/score.h */
	const struct lull_review *reviews;         size_t n_reviews;
	struct lull_readiness readiness;
	const struct lull_override *overrides;     size_t n_overrides;
	struct lull_ketamine_past ketamine;
	struct lull_coverage coverage;
	struct lull_pain_now pain;
	const char *const *goals;                  size_t n_goals;
};

extern const struct lull_schema lull_patient_schema;

/* The empty record: every answer absent, every number NAN, every day LULL_DAY_NONE. */
void lull_patient_init(struct lull_patient *patient);

/* Read a record from a tree (YAML or JSON); texts and arrays live in the arena. */
LULL_NODISCARD int lull_patient_bind(const struct lull_doc *doc, struct lull_arena *arena,
				     struct lull_patient *out, struct lull_diags *diags);

/* Age in whole years on a day: from the birth day, else as stated; NAN unknown. */
double lull_patient_age_y(const struct lull_patient *patient, lull_day on);

/* The headache history with the age filled in from the record, for lull_classify. */
struct lull_history lull_patient_history(const struct lull_patient *patient, lull_day on);

/* The latest of each kind that is not after `on`; NULL when there is none. An undated one
 * counts as older than any dated one. on = LULL_DAY_NONE: the latest of all. */
const struct lull_weight *lull_patient_weight(const struct lull_patient *patient, lull_day on);
const struct lull_vitals *lull_patient_vitals(const struct lull_patient *patient, lull_day on);
const struct lull_ecg *lull_patient_ecg(const struct lull_patient *patient, lull_day on);
const struct lull_lab_result *lull_patient_lab(const struct lull_patient *patient, enum lull_lab test,
					       lull_day on);
const struct lull_score_entry *lull_patient_score(const struct lull_patient *patient, const char *instrument,
						  lull_day on);

/* The condition as asked, or NULL when it never was. */
const struct lull_condition *lull_patient_condition(const struct lull_patient *patient, const char *id);

/* kg/m2 of the latest weight, NAN without height or weight. */
double lull_patient_bmi(const struct lull_patient *patient, lull_day on);

LULL_END_C

#endif
