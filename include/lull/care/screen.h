/* lull/care/screen.h - may ketamine be offered to this patient: every rule, what is unknown, what comes first.
 *
 * lull_screen_run writes ids and numbers; lull_screen_explain makes trees and sentences.
 * Three values throughout: a rule is met, not met or unknown, and an unknown that could
 * exclude makes the verdict "cannot tell". The verdict never reads "candidate": the best
 * one is "no exclusion found; off-label; ..." (safety.md, Candidacy). A screen expires
 * with the oldest fact it rests on. Pure. */
#ifndef LULL_CARE_SCREEN_H
#define LULL_CARE_SCREEN_H

#include "lull/care/screening.h"
#include "lull/headache/classify.h"
#include "lull/headache/finding.h"
#include "lull/headache/refractory.h"

LULL_BEGIN_C

struct lull_screen_request {
	const struct lull_patient *patient;
	lull_day on;                                        /* the day of the screen */
	enum lull_route route;
	const struct lull_indication *indication;
	const struct lull_classification *classification;   /* NULL: no diary        */
	lull_day diary_day;                                 /* its last day; LULL_DAY_NONE: no calendar */
	const struct lull_refractory *refractory;           /* NULL: not worked out  */
	/* Both or none: with them an option that is only recorded as unavailable is told from one tried. */
	const struct lull_treatment_history *history;
	const struct lull_refractory_rules *refractory_rules;
};

/* Why a leaf has its status. */
enum lull_basis_why {
	LULL_BASIS_RECORDED,     /* the record says so                    */
	LULL_BASIS_ABSENT,       /* never asked                           */
	LULL_BASIS_NOT_KNOWN,    /* asked, nobody knows                   */
	LULL_BASIS_INCOMPLETE,   /* answered, but a detail is missing     */
	LULL_BASIS_STALE,        /* recorded too long ago                 */
	LULL_BASIS_DRUG_UNKNOWN, /* a drug's name is not recognised       */
	LULL_BASIS_DRUG_UNSURE,  /* recognised from memory: to be confirmed */
	LULL_BASIS_NO_DIARY      /* needs a diary or its classification   */
};

/* The leaf that decided, and what it saw. */
struct lull_basis {
	const struct lull_when *leaf;
	uint8_t status;          /* enum lull_status                      */
	uint8_t why;             /* enum lull_basis_why                   */
	double value;            /* of a number; NAN                      */
	lull_day day;            /* of the record; LULL_DAY_NONE          */
	uint32_t index;          /* of the drug in the record; UINT32_MAX */
};

/* What became of a rule that is met. */
enum lull_rule_standing {
	LULL_STANDS, LULL_CLEARED_BY_REVIEW, LULL_OVERRIDDEN, LULL_OVERRIDE_REFUSED
};
extern const char *const lull_rule_standing_names[];
enum lull_override_fault {
	LULL_OVERRIDE_OK, LULL_OVERRIDE_NOT_ALLOWED, LULL_OVERRIDE_NEEDS_DIRECTOR, LULL_OVERRIDE_NEEDS_SECOND,
	LULL_OVERRIDE_NEEDS_POLICY, LULL_OVERRIDE_EXPIRED
};

struct lull_rule_outcome {
	const struct lull_screen_rule *rule;
	uint8_t status;          /* enum lull_status                    */
	uint8_t standing;        /* enum lull_rule_standing             */
	uint8_t fault;           /* enum lull_override_fault            */
	bool could_change;       /* would its unknown change the verdict? */
	struct lull_basis basis;
	const struct lull_override *override; /* the one considered; NULL */
	const struct lull_review *review;     /* the one that cleared it; NULL */
};

struct lull_entry_outcome {
	const struct lull_entry_rule *rule;
	uint8_t status;
	struct lull_basis basis;
};
/* status MET: tried; NOT_MET: not tried; UNKNOWN: not recorded. */
struct lull_option_outcome {
	const struct lull_standard_option *option;
	uint8_t status;
	bool unavailable;        /* not tried, and recorded as not to be had here */
};

/* One thing to find out. Order: a drug name nobody knows first, then questions that settle an absolute exclusion,
 * then entry criteria, relative ones, cautions; inside a group the one that settles
 * more rules first, then file order. */
enum lull_question_group {
	LULL_ASK_ABOUT_DRUG, LULL_ASK_FOR_EXCLUSION, LULL_ASK_FOR_ENTRY, LULL_ASK_FOR_RELATIVE, LULL_ASK_FOR_CAUTION
};
extern const char *const lull_question_group_names[];
struct lull_screen_question {
	uint8_t group;           /* enum lull_question_group */
	uint16_t n_rules;        /* that it would settle     */
	uint32_t order;          /* first place in the files */
	struct lull_basis basis; /* of the unknown leaf      */
	const char *first_rule;  /* id of the first rule     */
};

enum lull_verdict {
	LULL_VERDICT_NO_EXCLUSION,
	LULL_VERDICT_NEEDS_CLEARANCE,
	LULL_VERDICT_CANNOT_TELL,
	LULL_VERDICT_NOT_INDICATED, /* outside the entry criteria of the indication */
	LULL_VERDICT_EXCLUDED
};
extern const char *const lull_verdict_names[];

struct lull_screen {
	uint8_t verdict;         /* enum lull_verdict */
	lull_day on, valid_until;/* last day on which it may be used */
	enum lull_route route;
	const struct lull_indication *indication;
	struct lull_rule_outcome *rules;     size_t n_rules;     /* all that apply, file order */
	struct lull_entry_outcome *entry;    size_t n_entry;
	enum lull_status entry_status;
	struct lull_option_outcome *options; size_t n_options;   /* standard options */
	size_t n_options_open;   /* not tried though available, or not recorded */
	struct lull_screen_question *questions; size_t n_questions;
	struct lull_drug_match *drugs;       size_t n_drugs;     /* by the record's order */
	size_t n_drugs_unrecognised, n_drugs_unsure;
	bool withdrawal_first;   /* medication is overused */
	enum lull_suicide_risk suicide_risk;
};

LULL_NODISCARD int lull_screen_run(const struct lull_screening *screening,
				   const struct lull_screen_request *request, struct lull_arena *arena,
				   struct lull_screen *out, struct lull_err *err);

/* The verdict in one sentence, with the indication's honest words. NULL when out of memory. */
const char *lull_screen_verdict_text(const struct lull_screen *screen, struct lull_arena *arena);

/* What a basis says, for people: "systolic blood pressure 152 mmHg on 2026-11-20". */
const char *lull_basis_text(const struct lull_screening *screening, const struct lull_patient *patient,
			    const struct lull_basis *basis, struct lull_arena *arena);

/* The question of an unknown basis. */
const char *lull_question_text(const struct lull_screening *screening, const struct lull_patient *patient,
			       const struct lull_screen *screen, const struct lull_basis *basis,
			       struct lull_arena *arena);

/* Why an override was refused. */
const char *lull_override_fault_text(enum lull_override_fault fault);

/* One tree for each rule that applies, the entry criteria first; met rules have status MET.
 * Code is the rule's id, why the record behind it. */
LULL_NODISCARD int lull_screen_explain(const struct lull_screening *screening,
				       const struct lull_screen_request *request, const struct lull_screen *screen,
				       struct lull_arena *arena, const struct lull_finding **out, size_t *n_out,
				       struct lull_err *err);

/* The treatment history with drug names replaced by sure ingredients, for lull_refractory_run. */
LULL_NODISCARD int lull_patient_treatments(const struct lull_patient *patient, const struct lull_drugs *drugs,
					   struct lull_arena *arena, struct lull_treatment_history *out,
					   struct lull_err *err);

LULL_END_C

#endif
