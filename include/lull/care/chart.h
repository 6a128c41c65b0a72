/* lull/care/chart.h - one patient's chart: what was said of the patient, event by event, and its fold.
 *
 * Care is a list of events that is only added to; the chart is their fold by sequence number. Nothing is ever
 * overwritten: a later word ends an earlier one, a correction strikes one, and both stay readable. An event that
 * cannot be (a session on a plan nobody approved, a second person who is the first) is refused with its place and the chart
 * is unchanged; one that was applied already changes nothing. Pure; all memory is the caller's arena, and events and chart share it. */
#ifndef LULL_CARE_CHART_H
#define LULL_CARE_CHART_H

#include "lull/care/outcome.h"
#include "lull/care/patient.h"
#include "lull/care/plan.h"
#include "lull/care/screen.h"
#include "lull/headache/diary.h"

LULL_BEGIN_C

/* Change it when the fold changes: older snapshots are then thrown away and folded again. */
enum { LULL_CHART_FOLD_VERSION = 1 };

/* ---- what an event says ------------------------------------------------------------------ */

struct lull_said_registered {
	const char *name;            /* as the patient writes it                        */
	lull_day born;
	int sex;                     /* enum lull_sex, at birth                         */
	bool invented;
};

/* One section of the patient record (care/patient.h); the last one holds, the earlier ones stay. */
struct lull_said_facts {
	const char *section;         /* its key there: "weights", "conditions", ..       */
	const struct lull_node *value;
};

struct lull_said_drug {
	const char *name;
	int acute;                   /* enum lull_acute                                 */
	double doses;                /* NAN unknown                                     */
	int relief;                  /* enum lull_answer                                */
};

/* One civil day of the diary as one device said it. */
struct lull_said_diary_day {
	lull_day day;
	const char *device;          /* who holds the pen: a phone, "clinic"             */
	double replaces;             /* seq of the entry that the writer saw; NAN none   */
	double recorded_at_ms;       /* by the device's clock, UTC; NAN: when it arrived */
	int kind;                    /* enum lull_entry_kind                            */
	double pain, duration_min;   /* NAN                                             */
	int32_t severity, start_min; /* -1                                              */
	uint64_t yes, no;            /* bits of enum lull_sign                          */
	bool drugs_known;
	const struct lull_said_drug *drugs; size_t n_drugs;
	const char *note;
};

struct lull_said_score { struct lull_score_entry entry; };

struct lull_said_consent { const char *kind, *text_version, *text_hash, *signed_by; };
struct lull_said_withdrawn { double consent; const char *reason; };

struct lull_said_verdict {
	int verdict;                 /* enum lull_verdict                               */
	const char *indication, *route;
	lull_day on, valid_until;
	const char *knowledge_hash, *inputs_hash, *answer_hash;
};

struct lull_said_plan {
	const char *plan, *protocol;
	int status;                  /* enum lull_plan_status                           */
	const struct lull_node *request;
	const char *knowledge_hash, *inputs_hash, *answer_hash;
};
struct lull_said_plan_step { const char *plan, *reason; };

struct lull_said_override {
	const char *rule, *reason, *second_signer, *policy;
	int role;                    /* enum lull_override_role                         */
};

struct lull_said_opened { const char *session, *plan; };
struct lull_said_closed { const char *session, *how; double dose_mg; };

struct lull_said_outcome {
	int result;                  /* enum lull_series_result                         */
	lull_day on;
	const char *knowledge_hash, *inputs_hash, *answer_hash;
};

struct lull_said_letter { const char *kind, *to, *text_hash; };

struct lull_said_flag { const char *flag, *what; int risk; /* enum lull_suicide_risk */ };
struct lull_said_review { const char *flag, *assessment, *action; };

struct lull_said_correction { double refers; const char *reason; };

/* name in C, name in the record, struct, may a correction strike it? */
#define LULL_CHART_EVENTS(X)                                                       \
	X(registered, "patient.registered", struct lull_said_registered, false)    \
	X(facts, "patient.facts", struct lull_said_facts, true)                    \
	X(diary, "diary.day", struct lull_said_diary_day, true)                    \
	X(score, "score.recorded", struct lull_said_score, true)                   \
	X(consent, "consent.signed", struct lull_said_consent, false)              \
	X(withdrawn, "consent.withdrawn", struct lull_said_withdrawn, false)       \
	X(verdict, "verdict", struct lull_said_verdict, false)                     \
	X(plan, "plan.made", struct lull_said_plan, false)                         \
	X(approved, "plan.approved", struct lull_said_plan_step, false)            \
	X(cancelled, "plan.cancelled", struct lull_said_plan_step, false)          \
	X(override, "override", struct lull_said_override, false)                  \
	X(opened, "session.opened", struct lull_said_opened, false)                \
	X(closed, "session.closed", struct lull_said_closed, false)                \
	X(outcome, "outcome.assessed", struct lull_said_outcome, true)             \
	X(letter, "letter", struct lull_said_letter, true)                         \
	X(flag, "flag.raised", struct lull_said_flag, false)                       \
	X(review, "flag.reviewed", struct lull_said_review, false)                 \
	X(correction, "correction", struct lull_said_correction, false)

enum lull_chart_kind {
#define LULL_X(name, text, type, strike) LULL_CHART_##name,
	LULL_CHART_EVENTS(LULL_X)
#undef LULL_X
	LULL_N_CHART_KINDS
};
extern const char *const lull_chart_kind_names[LULL_N_CHART_KINDS + 1]; /* NULL-ended */
/* The table of a body; not a top-level document: the version stands beside it in the record. */
const struct lull_schema *lull_chart_body_schema(enum lull_chart_kind kind);

/* ---- an event and what is kept of it --------------------------------------------------------- */

/* Whole numbers below 2^53: exact in a double, as in JSON. */
struct lull_chart_head {
	double seq, at_ms;
	const char *actor, *why;     /* why may be NULL                                 */
	lull_day civil_day;          /* the patient's; LULL_DAY_NONE                    */
	int32_t utc_offset_min;
	double struck_by;            /* seq of the correction; NAN                      */
	double ended_by;             /* seq of what took its place, withdrew, cancelled, closed or reviewed it; NAN */
};

struct lull_chart_event {
	int64_t seq, at_ms;
	const char *actor, *why;
	lull_day civil_day;
	int utc_offset_min;
	enum lull_chart_kind kind;
	const void *said;            /* the struct of its kind, in the chart's arena     */
};

#define LULL_X(name, text, type, strike) \
	struct lull_kept_##name { struct lull_chart_head head; type said; };
LULL_CHART_EVENTS(LULL_X)
#undef LULL_X

struct lull_chart {
	double last_seq;             /* 0: empty                                        */
#define LULL_X(name, text, type, strike) struct lull_kept_##name *name; size_t n_##name;
	LULL_CHART_EVENTS(LULL_X)    /* each by seq, rising                             */
#undef LULL_X
	size_t cap[LULL_N_CHART_KINDS];
};
extern const struct lull_schema lull_chart_schema;

/* Apply one event. LULL_OK also when its seq is not above last_seq: it was applied before. Refused: LULL_ECONFLICT
 * (it cannot be said now), LULL_ENOTFOUND (it refers to nothing), LULL_EDOMAIN (not a value), with err.where the
 * path in its body ("$.plan"); the chart is then unchanged. */
LULL_NODISCARD int lull_chart_apply(struct lull_chart *chart, const struct lull_chart_event *event,
				    struct lull_arena *arena, struct lull_err *err);

/* Apply events in the order of their seq, whatever order they come in; stops at the first refused. */
LULL_NODISCARD int lull_chart_fold(struct lull_chart *chart, const struct lull_chart_event *events, size_t n,
				   struct lull_arena *arena, struct lull_err *err);

/* ---- reading ------------------------------------------------------------------------------ */

/* Neither struck nor ended. */
bool lull_chart_stands(const struct lull_chart_head *head);

/* More than 48 h after the end of the patient's civil day. */
bool lull_chart_is_late(const struct lull_kept_diary *kept);

/* Standing entries of a day: 0, 1, or more when devices contradict each other. */
size_t lull_chart_day_entries(const struct lull_chart *chart, lull_day day, const struct lull_kept_diary **out, size_t max);

/* The section as it holds now, or NULL. */
const struct lull_kept_facts *lull_chart_section(const struct lull_chart *chart, const char *section);

/* The patient record as it holds now: registration, sections, standing scores added to those of the section. */
LULL_NODISCARD int lull_chart_patient(const struct lull_chart *chart, const char *id, struct lull_arena *arena,
				      struct lull_patient *out, struct lull_diags *diags, struct lull_err *err);

/* The standing entries as a diary; without entries it has no days. */
LULL_NODISCARD int lull_chart_diary(const struct lull_chart *chart, const char *id, struct lull_arena *arena,
				    struct lull_diary *out, struct lull_err *err);

/* The first flag of high risk that nobody reviewed, or NULL: it blocks a session. */
const struct lull_kept_flag *lull_chart_blocking_flag(const struct lull_chart *chart);

LULL_END_C

#endif
