/* lull/headache/redflags.h - SNNOOP10: signs that a headache may be secondary.
 *
 * Any yes stops automatic classification as a primary headache until a clinician has
 * cleared it (facts: headache 1, Do 2019). Item 15 (painkiller overuse or a new drug)
 * is near-universal in chronic migraine: information, not a block. Items, wording and
 * the age of item 5 are knowledge/criteria/redflags.yaml. */
#ifndef LULL_HEADACHE_REDFLAGS_H
#define LULL_HEADACHE_REDFLAGS_H

#include "lull/base/files.h"
#include "lull/headache/finding.h"

LULL_BEGIN_C

#define LULL_REDFLAGS(X)                                                           \
	X(SYSTEMIC, "systemic_symptoms") X(NEOPLASM, "neoplasm_history")           \
	X(NEUROLOGICAL, "neurological_deficit") X(SUDDEN, "sudden_onset")          \
	X(OLDER_AGE, "older_age_at_onset") X(PATTERN, "pattern_change_or_recent_onset") \
	X(POSITIONAL, "positional") X(PRECIPITATED, "precipitated_by_strain")      \
	X(PAPILLOEDEMA, "papilloedema") X(PROGRESSIVE, "progressive_or_atypical")  \
	X(PREGNANCY, "pregnancy_or_puerperium") X(PAINFUL_EYE, "painful_eye_autonomic") \
	X(POSTTRAUMATIC, "post_traumatic_onset") X(IMMUNE, "immune_pathology")     \
	X(PAINKILLER, "painkiller_overuse_or_new_drug")
enum lull_redflag {
#define LULL_X(name, key) LULL_REDFLAG_##name,
	LULL_REDFLAGS(LULL_X)
#undef LULL_X
	LULL_N_REDFLAGS
};
extern const char *const lull_redflag_names[LULL_N_REDFLAGS + 1];

/* The answers, part of the patient record. Zero is "never asked". */
struct lull_redflag_answers {
	enum lull_answer items[LULL_N_REDFLAGS];
	double age_at_onset_y;        /* NAN unknown; answers item 5 when that was not asked */
	enum lull_answer cleared;     /* a clinician looked at the flags and cleared them    */
};
extern const struct lull_schema lull_redflag_answers_schema;
struct lull_redflag_answers lull_redflags_unasked(void);

struct lull_redflag_item {
	const char *id, *name, *question;
	bool informational;           /* never blocks                              */
	double onset_after_y;         /* item 5                                    */
	const char *source;
	int mark;                     /* enum lull_mark                            */
};
struct lull_redflag_rules {
	struct lull_redflag_item items[LULL_N_REDFLAGS];
};
LULL_NODISCARD int lull_redflags_load(const struct lull_files *files, struct lull_arena *arena,
				      struct lull_redflag_rules *out, struct lull_diags *diags);

/* present: MET = a red flag stands, NOT_MET = all asked and no, UNKNOWN = not all asked.
 * needs_clearance: some blocking flag is yes and nobody cleared it. */
struct lull_redflag_result {
	uint8_t status[LULL_N_REDFLAGS]; /* enum lull_status */
	enum lull_status present;        /* over the blocking items */
	bool needs_clearance;
	size_t n_unasked;                /* blocking items without a yes or no */
};
void lull_redflags_run(const struct lull_redflag_rules *rules,
		       const struct lull_redflag_answers *answers,
		       struct lull_redflag_result *out);

/* One tree, "SNNOOP10", a child for each item. NULL when out of memory. */
const struct lull_finding *lull_redflags_explain(const struct lull_redflag_rules *rules,
						 const struct lull_redflag_result *result,
						 struct lull_arena *arena);

LULL_END_C

#endif
