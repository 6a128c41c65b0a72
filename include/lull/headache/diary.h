/* lull/headache/diary.h - a headache diary: days as they were lived, and what was recorded of each.
 *
 * An entry is what the patient (or an app) recorded once: an attack, or one day's
 * record. Dated entries are folded into a dense run of civil days, each recorded
 * headache-free, recorded with headache, or missing. A missing day is missing, never
 * headache-free (facts: headache traps 8). An attack across midnight counts on both
 * days; several attacks in a day are one headache day (ICHD-3 counting). Entries without dates stay
 * entries: whatever needs months is then unknown.
 *
 * Plain data in the caller's arena; pure functions. */
#ifndef LULL_HEADACHE_DIARY_H
#define LULL_HEADACHE_DIARY_H

#include <stddef.h>
#include <stdint.h>
#include "lull/base/date.h"
#include "lull/base/err.h"
#include "lull/base/mem.h"
#include "lull/base/schema.h" /* enum lull_answer */

LULL_BEGIN_C

/* A yes/no observation of an entry. Each is recorded (known) or not; a bit in
 * entry.known says that it was asked and answered, the same bit in entry.yes the answer. */
#define LULL_SIGNS(X)                                                               \
	X(UNILATERAL, "unilateral")                                                 \
	X(BILATERAL, "bilateral")                                                   \
	X(PULSATING, "pulsating")                                                   \
	X(PRESSING, "pressing")                                                     \
	X(AGGRAVATED, "aggravated") /* by, or avoids, routine physical activity */  \
	X(NAUSEA, "nausea")                                                         \
	X(NAUSEA_SEVERE, "nausea_moderate_or_severe")                               \
	X(VOMITING, "vomiting")                                                     \
	X(PHOTOPHOBIA, "photophobia")                                               \
	X(PHONOPHOBIA, "phonophobia")                                               \
	X(OSMOPHOBIA, "osmophobia")                                                 \
	X(DIZZINESS, "dizziness")                                                   \
	X(VISION, "vision_change") /* blurred or changed vision that is not an aura */ \
	X(AURA_VISUAL, "aura_visual")                                               \
	X(AURA_SENSORY, "aura_sensory")                                             \
	X(AURA_SPEECH, "aura_speech")                                               \
	X(AURA_MOTOR, "aura_motor")                                                 \
	X(AURA_BRAINSTEM, "aura_brainstem")                                         \
	X(AURA_RETINAL, "aura_retinal")                                             \
	X(AURA_REVERSIBLE, "aura_fully_reversible")                                 \
	X(AURA_GRADUAL, "aura_spreads_5_min_or_more")                               \
	X(AURA_SUCCESSION, "aura_two_in_succession")                                \
	X(AURA_5_60_MIN, "aura_each_5_to_60_min")                                   \
	X(AURA_UNILATERAL, "aura_one_unilateral")                                   \
	X(AURA_POSITIVE, "aura_one_positive")                                       \
	X(AURA_THEN_HEADACHE, "aura_headache_within_60_min")                        \
	X(THOUGHT_MIGRAINE, "believed_migraine_at_onset")                           \
	X(SLEPT_FREE, "slept_and_woke_free")                                        \
	X(DISABLING, "disabling") /* serious impairment of daily activities */      \
	X(MISSED_WORK, "missed_work_or_school")                                     \
	X(REDUCED_WORK, "work_reduced_by_half")                                     \
	X(MISSED_HOUSEWORK, "missed_housework")                                     \
	X(REDUCED_HOUSEWORK, "housework_reduced_by_half")                           \
	X(MISSED_SOCIAL, "missed_social")                                           \
	X(CONTINUOUS, "continuous_unremitting")

enum lull_sign {
#define LULL_X(name, key) LULL_SIGN_##name,
	LULL_SIGNS(LULL_X)
#undef LULL_X
	LULL_N_SIGNS
};
extern const char *const lull_sign_names[LULL_N_SIGNS + 1]; /* keys, NULL-ended */

/* Classes of acute drugs as ICHD-3 8.2 counts them; PARACETAMOL, NSAID, ASPIRIN and OTHER_ANALGESIC are all
 * non-opioid analgesics. GEPANT is known not to count; ANTIEMETIC and NONE_COUNTED are
 * stored and not counted. UNRECOGNISED keeps a name that matched nothing. */
#define LULL_ACUTES(X)                                  \
	X(ERGOTAMINE, "ergotamine")                     \
	X(TRIPTAN, "triptan")                           \
	X(PARACETAMOL, "paracetamol")                   \
	X(NSAID, "nsaid")                               \
	X(ASPIRIN, "aspirin")                           \
	X(OTHER_ANALGESIC, "other_non_opioid_analgesic") \
	X(OPIOID, "opioid")                             \
	X(COMBINATION, "combination_analgesic")         \
	X(GEPANT, "gepant")                             \
	X(DITAN, "ditan")                               \
	X(OTHER_ACUTE, "other_acute")                   \
	X(ANTIEMETIC, "antiemetic")                     \
	X(UNVERIFIED, "unverified_multiple")            \
	X(UNRECOGNISED, "unrecognised")

enum lull_acute {
#define LULL_X(name, key) LULL_ACUTE_##name,
	LULL_ACUTES(LULL_X)
#undef LULL_X
	LULL_N_ACUTES
};
extern const char *const lull_acute_names[LULL_N_ACUTES + 1];

/* One acute drug taken in an entry. */
struct lull_intake {
	const char *name;      /* as written; NULL when only the class is known */
	uint8_t acute;         /* enum lull_acute                               */
	float doses;           /* NAN unknown                                   */
	uint8_t relief;        /* enum lull_answer: did it relieve?             */
	bool suspect;          /* an implausible dose count, flagged at import  */
};

enum lull_entry_kind {
	LULL_ENTRY_FREE,     /* recorded headache-free                        */
	LULL_ENTRY_HEADACHE, /* an attack, or a day with headache              */
};

/* What was recorded once. */
struct lull_entry {
	uint8_t kind;            /* enum lull_entry_kind                        */
	bool entered_late;       /* more than 48 h after the day                */
	bool successfully_treated; /* short because a drug ended it (relief)    */
	uint64_t known, yes;     /* bits of enum lull_sign                      */
	lull_day first, last;    /* civil days it touches; LULL_DAY_NONE undated */
	int16_t start_min;       /* local clock minute on first; -1 unknown     */
	int32_t offset_min;      /* from UTC at the start, or LULL_NO_OFFSET    */
	float pain;              /* peak on 0-10; NAN not recorded              */
	float duration_min;      /* of the whole attack; NAN not recorded       */
	int8_t severity;         /* 0 none 1 mild 2 moderate 3 severe; -1 not recorded
				    (ICHD's own scale, when the source has no 0-10) */
	bool drugs_known;        /* false: nothing says whether a drug was taken */
	uint16_t n_intakes;
	const struct lull_intake *intakes;
	uint64_t triggers_known, triggers_yes; /* bits index diary.triggers    */
	uint64_t measures_known, measures_yes, measures_helped; /* diary.measures */
	const char *label;       /* undated: how the source names it ("13"); else NULL */
	const char *note;        /* free text; may be NULL                      */
	int line;                /* where it stood in the input                 */
};

enum lull_day_state { LULL_DAY_MISSING, LULL_DAY_FREE, LULL_DAY_HEADACHE };

/* One civil day. Its entries are those of diary.entries that touch it, listed by index. */
struct lull_diary_day {
	uint8_t state;           /* enum lull_day_state                         */
	bool continues;          /* an attack from the day before runs into it  */
	float pain;              /* highest peak of its headaches on 0-10; NAN  */
	float headache_min;      /* minutes of headache inside this day, overlapping attacks
				    once; NAN when one of them has no times     */
	uint32_t first_ref, n_refs; /* into diary.refs: indices of entries       */
};

enum { LULL_MAX_TAGS = 64 };

struct lull_diary {
	const char *patient_id;  /* as in the file; "" when the file has one patient */
	const struct lull_entry *entries; /* in input order                     */
	size_t n_entries;
	bool dated;              /* false: entries without dates, days is empty */
	lull_day first;          /* civil day of days[0]                        */
	const struct lull_diary_day *days;
	size_t n_days;
	const uint32_t *refs;
	bool day_index_only;     /* days are numbered, the calendar is invented:
				    calendar months are then unknown            */
	bool missing_is_free;    /* the source states that a day without a row was free */
	bool invented;           /* made by the demo generator or an example    */
	bool records_severity, records_drugs; /* does this source ask at all?   */
	const char *const *triggers; size_t n_triggers; /* names, ids of knowledge/measures.yaml */
	const char *const *measures; size_t n_measures;
};

/* Does the entry say yes, no or nothing (LULL_UNKNOWN) about a sign? */
enum lull_answer lull_entry_sign(const struct lull_entry *entry, enum lull_sign sign);

/* The civil day on which a headache ends that began at start_min (0..1439) on first and lasts
 * duration_min (>= 0): one that ends at midnight ends on the day before. At most
 * LULL_DIARY_MAX_DAYS later. */
lull_day lull_entry_last_day(lull_day first, int start_min, double duration_min);

/* Fold entries into days: fills dated, first, days, refs. from/to widen the run (diary
 * period stated by the source) and never cut it; LULL_DAY_NONE = first and last entry. A day
 * with a headache entry is a headache day whatever else was recorded of it. missing_is_free:
 * the source states that a day without a row is a recorded headache-free day. Entries must be
 * all dated or all undated (LULL_ECONFLICT); undated ones leave dated false and no days. An
 * entry that ends before it begins is LULL_EDOMAIN; the ceilings below are LULL_ELIMIT. On
 * failure *diary is unchanged. */
enum {
	LULL_DIARY_MAX_DAYS = 40000,   /* days of one diary                        */
	LULL_DIARY_MAX_REFS = 4000000, /* pairs of a day and an entry touching it  */
};
LULL_NODISCARD int lull_diary_fold(struct lull_diary *diary, lull_day from, lull_day to,
				   bool missing_is_free, struct lull_arena *arena,
				   struct lull_err *err);

/* What a diary holds, counted; no rule of any kind. Days of a dated diary, entries of an undated one
 * (n_missing is then 0). An entry's drugs count on its first day. */
struct lull_diary_counts {
	size_t n, n_free, n_headache, n_missing;
	size_t n_attacks;                    /* headache entries                  */
	size_t n_drug;                       /* days or entries with an acute drug */
	size_t n_by_class[LULL_N_ACUTES];
	size_t n_drugs_unknown;              /* headache days or entries on which nothing says so */
	size_t n_late;                       /* entries made more than 48 h later */
};
void lull_diary_count(const struct lull_diary *diary, struct lull_diary_counts *out);

LULL_END_C

#endif
