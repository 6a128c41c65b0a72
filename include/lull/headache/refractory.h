/* lull/headache/refractory.h - resistant and refractory migraine from a treatment history.
 *
 * EHF 2020 (Sacco) resistant and refractory, side by side with AHS 2008 (Schulman), EHF
 * 2014 refractory chronic migraine (Martelletti) and D'Antona & Matharu 2019. Classes,
 * their drugs and what an adequate trial is are knowledge/criteria/refractory.yaml.
 * "Unavailable" is not "failed"; a class never tried is not failed; psychotherapy,
 * non-drug treatment and ECT are listed and never count as preventive classes. */
#ifndef LULL_HEADACHE_REFRACTORY_H
#define LULL_HEADACHE_REFRACTORY_H

#include "lull/base/date.h"
#include "lull/base/files.h"
#include "lull/headache/finding.h"

LULL_BEGIN_C

#define LULL_TREATMENT_KINDS(X)                                                    \
	X(PREVENTIVE, "preventive") X(ACUTE, "acute") X(PSYCHOTHERAPY, "psychotherapy") \
	X(NON_DRUG, "non_drug") X(ECT, "ect") X(OTHER, "other")
enum lull_treatment_kind {
#define LULL_X(name, key) LULL_TREATMENT_##name,
	LULL_TREATMENT_KINDS(LULL_X)
#undef LULL_X
	LULL_N_TREATMENT_KINDS
};
extern const char *const lull_treatment_kind_names[];

#define LULL_OUTCOMES(X)                                                           \
	X(UNKNOWN, "unknown") X(SUCCESS, "success") X(NO_EFFICACY, "no_efficacy")  \
	X(INTOLERANCE, "intolerance") X(CONTRAINDICATED, "contraindicated")        \
	X(UNAVAILABLE, "unavailable") X(ONGOING, "ongoing")
enum lull_outcome_kind {
#define LULL_X(name, key) LULL_OUTCOME_##name,
	LULL_OUTCOMES(LULL_X)
#undef LULL_X
	LULL_N_OUTCOMES
};
extern const char *const lull_outcome_names[];

/* Preventive classes of EHF 2020, in its order; the drugs of each are data. */
#define LULL_PREVENTIVES(X)                                                        \
	X(ANTIDEPRESSANT, "antidepressant") X(ANTIEPILEPTIC, "antiepileptic")      \
	X(BETA_BLOCKER, "beta_blocker") X(CALCIUM_CHANNEL, "calcium_channel_blocker") \
	X(CGRP, "cgrp_pathway") X(ACE_ARB, "ace_inhibitor_or_arb")                 \
	X(BONT, "onabotulinumtoxina") X(OTHER, "other_established")
enum lull_preventive {
#define LULL_X(name, key) LULL_PREVENTIVE_##name,
	LULL_PREVENTIVES(LULL_X)
#undef LULL_X
	LULL_N_PREVENTIVES
};
extern const char *const lull_preventive_names[];

/* One treatment that was tried (or could not be). */
struct lull_treatment {
	int kind;                     /* enum lull_treatment_kind                  */
	const char *drug;             /* ingredient or what was done               */
	const char *drug_class;       /* optional: a class id; else looked up by drug */
	lull_day start, end;          /* LULL_DAY_NONE unknown                     */
	double months;                /* when dates are unknown; NAN               */
	double cycles;                /* quarterly onabotulinumtoxinA cycles; NAN  */
	double max_dose_mg_per_day;   /* stored, shown; NAN                        */
	enum lull_answer dose_adequate; /* optimal or maximum tolerated            */
	int outcome;                  /* enum lull_outcome_kind                    */
	double reduction_percent;     /* fewer headache days, %; NAN; kept beside the verdict */
	const char *note;
};
extern const struct lull_schema lull_treatment_schema;

/* A month of treatment is 28 days, as everywhere in Lull. */
struct lull_treatment_history {
	const struct lull_treatment *items;
	size_t n_items;
	enum lull_answer complete;    /* yes: what is not listed was not tried     */
};

/* What else the definitions need; the classification fills most of it. */
struct lull_burden {
	enum lull_status migraine;        /* ICHD-3 1.1, 1.2 or 1.3                 */
	enum lull_status chronic;         /* 1.3                                    */
	enum lull_status overuse;         /* 8.2                                    */
	enum lull_status debilitating_3;  /* >= 8 debilitating days a month, 3 months in a row */
	enum lull_status debilitating_6;  /* and 6                                  */
	enum lull_status interference;    /* AHS: significant interference with function */
	enum lull_status drug_relief_fails; /* debilitating despite acute drugs taken well */
};

/* debilitating_3 and _6 from diary blocks (latest first); UNKNOWN stays unknown. */
struct lull_classification;
struct lull_criteria;
struct lull_refractory_rules;
struct lull_burden lull_burden_from(const struct lull_criteria *criteria,
				    const struct lull_refractory_rules *rules,
				    const struct lull_classification *classification);

struct lull_drug_class {
	const char *id, *name;
	const char **drugs; size_t n_drugs;
	bool chronic_only;            /* counts only in chronic migraine           */
	const char *source;
	int mark;                     /* enum lull_mark                            */
};
struct lull_trial_rule {              /* what an adequate trial is                 */
	const char *id, *text;
	double min_months, min_cycles; /* NAN: not asked                           */
	const char **drugs; size_t n_drugs; /* which; none = every other drug      */
	const char *source;
	int mark;
};
struct lull_drug_set {
	const char *id;
	const char **drugs; size_t n_drugs;
};
struct lull_definition {
	const char *id, *name, *text;
	double needed;                /* classes or drugs; NAN = every class       */
	bool count_drugs;             /* drugs are counted, not classes            */
	double months, days_a_month;  /* of debilitating headache; NAN not asked   */
	double trial_months;          /* its own adequate trial; NAN: the trial rules */
	double efficacy_percent;      /* less than this is no efficacy             */
	const char **classes; size_t n_classes; /* ids that count; none = all      */
	const char **without_drugs; size_t n_without_drugs;
	const struct lull_drug_set *special; size_t n_special; /* some of these must have failed */
	double special_needed;
	const char *source;
	int mark;
};

#define LULL_DEFINITIONS(X)                                                        \
	X(EHF2020_RESISTANT, "EHF2020-resistant") X(EHF2020_REFRACTORY, "EHF2020-refractory") \
	X(AHS2008, "AHS2008") X(EHF2014, "EHF2014-rCM") X(DANTONA2019, "DAntona2019")
enum lull_definition_id {
#define LULL_X(name, key) LULL_DEFINITION_##name,
	LULL_DEFINITIONS(LULL_X)
#undef LULL_X
	LULL_N_DEFINITIONS
};
extern const char *const lull_definition_names[];

/* Acute drugs that the definitions name. */
#define LULL_ACUTE_SETS(X)                                                         \
	X(TRIPTAN, "triptan") X(DHE, "dihydroergotamine") X(NSAID, "nsaid")        \
	X(COMBINATION, "combination_analgesic")
enum lull_acute_set {
#define LULL_X(name, key) LULL_ACUTE_SET_##name,
	LULL_ACUTE_SETS(LULL_X)
#undef LULL_X
	LULL_N_ACUTE_SETS
};
extern const char *const lull_acute_set_names[];

/* What a definition is made of; names, questions and sources are data. */
#define LULL_PARTS(X)                                                              \
	X(DIAGNOSIS, "diagnosis") X(CHRONIC, "chronic") X(NO_OVERUSE, "no_overuse") \
	X(DEBILITATING, "debilitating") X(RELIEF, "relief") X(TRIPTANS, "triptans") \
	X(CLASSES, "classes") X(SPECIAL, "special") X(INTERFERENCE, "interference") \
	X(ACUTE_TRIPTAN, "acute_triptan") X(ACUTE_DHE, "acute_dhe")                \
	X(ACUTE_ANALGESIC, "acute_analgesic")
enum lull_refractory_part {
#define LULL_X(name, key) LULL_PART_##name,
	LULL_PARTS(LULL_X)
#undef LULL_X
	LULL_N_PARTS
};
extern const char *const lull_refractory_part_names[];
struct lull_refractory_text {
	const char *id, *name, *ask, *source;
	int mark;
};

struct lull_refractory_rules {
	struct lull_refractory_text parts[LULL_N_PARTS];
	struct lull_drug_class classes[LULL_N_PREVENTIVES];
	struct lull_drug_class acute[LULL_N_ACUTE_SETS];
	const struct lull_trial_rule *trials; size_t n_trials;
	struct lull_definition definitions[LULL_N_DEFINITIONS];
	double triptans_needed;       /* different triptans failed: 2              */
	double bont_nonresponse_percent; /* EHF onabotulinumtoxinA text: 30        */
};
LULL_NODISCARD int lull_refractory_load(const struct lull_files *files, struct lull_arena *arena,
					struct lull_refractory_rules *out,
					struct lull_diags *diags);

/* The class of a drug name (ingredient), or NULL. */
const struct lull_drug_class *lull_preventive_class(const struct lull_refractory_rules *rules,
						    const char *drug);

/* Did one treatment fail, by a definition? UNKNOWN when dose, duration or outcome is not known. */
enum lull_status lull_treatment_failed(const struct lull_refractory_rules *rules,
				       const struct lull_definition *definition,
				       const struct lull_treatment *treatment);

/* Resistant and refractory, by each definition. */
struct lull_refractory {
	uint8_t parts[LULL_N_DEFINITIONS][LULL_N_PARTS]; /* enum lull_status; MET where a definition does not ask */
	uint8_t failed[LULL_N_PREVENTIVES];     /* enum lull_status, by EHF 2020    */
	uint8_t tried[LULL_N_PREVENTIVES];      /* treatments listed in the class   */
	uint8_t n_failed, n_maybe;              /* classes                          */
	uint8_t triptans_failed, triptans_maybe;/* different triptans               */
	uint8_t status[LULL_N_DEFINITIONS];     /* enum lull_status                 */
	uint16_t n_unrecognised;                /* drug names that matched no class */
	uint16_t n_not_classes;                 /* psychotherapy, non-drug, ECT      */
};

void lull_refractory_run(const struct lull_refractory_rules *rules,
			 const struct lull_treatment_history *history,
			 const struct lull_burden *burden, struct lull_refractory *out);

/* A tree for each definition. */
LULL_NODISCARD int lull_refractory_explain(const struct lull_refractory_rules *rules,
					   const struct lull_treatment_history *history,
					   const struct lull_burden *burden,
					   const struct lull_refractory *result,
					   struct lull_arena *arena,
					   const struct lull_finding **out, size_t *n_out,
					   struct lull_err *err);

LULL_END_C

#endif
