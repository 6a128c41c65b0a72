/* lull/care/plan.h - protocol x patient = what exactly is infused, when, at which mL/h; or why not.
 *
 * A plan is dose + pump + limits + monitor + cost. It never simulates (care/forecast does, on the
 * regimens and the rule handed over here) and never commands a pump. Every session
 * carries what the pump will really deliver after rounding down, judged again against every limit. A
 * plan that cannot be is refused with the limit that was hit: that is an answer, not an error.
 *
 * Plain data; everything pointed to lives in the caller's arena or is borrowed from the knowledge. */
#ifndef LULL_CARE_PLAN_H
#define LULL_CARE_PLAN_H

#include "lull/base/date.h"
#include "lull/care/limits.h"
#include "lull/care/monitor.h"
#include "lull/care/patient.h"
#include "lull/care/protocol.h"
#include "lull/care/pump.h"
#include "lull/care/site.h"

LULL_BEGIN_C

/* ---- knowledge ----------------------------------------------------------------------- */

struct lull_cost_item {
	const char *id, *name, *unit;
	uint64_t places;
};
struct lull_cost_kb {
	struct lull_cost_item *items; size_t n_items;
};

/* All that a plan reads; load once, share between threads. */
struct lull_plan_kb {
	struct lull_protocols protocols;
	struct lull_limits limits;
	struct lull_pump_kb pump;
	struct lull_monitoring monitoring;
	struct lull_rescue rescue;
	struct lull_lists lists;
	struct lull_cost_kb cost;
	const struct lull_site_file *site;   /* NULL: none */
	const char *hash;                    /* of the knowledge files; borrowed */
};
LULL_NODISCARD int lull_plan_kb_load(const struct lull_files *files, struct lull_arena *arena,
				     struct lull_plan_kb *out, struct lull_diags *diags);

/* kb as one site uses it. site is borrowed. */
LULL_NODISCARD int lull_plan_kb_with_site(const struct lull_plan_kb *kb, const struct lull_site_file *site,
					  struct lull_arena *arena, struct lull_plan_kb *out,
					  struct lull_err *err);

/* ---- request --------------------------------------------------------------------------- */

/* A soft limit passed on purpose, or a change of the protocol. */
struct lull_plan_reason {
	const char *id;      /* id of the limit, or LULL_PLAN_ADJUSTED */
	const char *reason, *by;
};
#define LULL_PLAN_ADJUSTED "ADJUSTED"

/* Zero is a valid request but for protocol_id: NAN or 0 means as the protocol and the standards say. */
struct lull_plan_request {
	const char *protocol_id;
	const char *indication_id;      /* what it is for (knowledge/indications.yaml); NULL: not stated, not judged */
	lull_day day;                   /* of the first session; LULL_DAY_NONE: not fixed, so no weight is of the day */
	bool has_place;
	enum lull_place place;
	bool has_route;
	enum lull_route route;          /* must be the protocol's: no conversion between routes */
	double infusion_mg_per_ml, bolus_mg_per_ml, bag_ml;
	double mg_per_kg, over_min;     /* change of the first infusion part */
	double cap_mg_per_kg_per_h;     /* change of a rule's cap, downwards only */
	const struct lull_plan_reason *reasons; size_t n_reasons;
};

/* ---- answer ---------------------------------------------------------------------------- */

enum lull_plan_status {
	LULL_PLAN_READY,        /* may be used                                             */
	LULL_PLAN_DRAFT,        /* something must be measured or answered first           */
	LULL_PLAN_NEEDS_REASON, /* a soft limit is passed and nobody gave a reason         */
	LULL_PLAN_REFUSED       /* a hard limit, or something that rules it out           */
};
extern const char *const lull_plan_status_names[];

enum lull_plan_grade { LULL_PLAN_NOTE, LULL_PLAN_WARN, LULL_PLAN_ASK, LULL_PLAN_REASON, LULL_PLAN_HARD };
extern const char *const lull_plan_grade_names[]; /* "note", "warning", "ask", "needs_reason", "refused" */

struct lull_plan_finding {
	enum lull_plan_grade grade;
	const char *id;            /* limit id, or PLAN-...                        */
	const char *text;          /* the sentence                                 */
	double wanted, allowed;    /* NAN where there is no number                 */
	const char *unit;          /* NULL                                         */
	int session;               /* 1-based; 0 = the whole plan                  */
	const char *source;
	enum lull_mark mark;
	const char *reason, *reason_by; /* a soft limit passed with a logged reason (grade note) */
};

enum lull_step_kind {
	LULL_STEP_BOLUS, LULL_STEP_INFUSION, LULL_STEP_TITRATE, LULL_STEP_WEAN, LULL_STEP_SPRAY
};
extern const char *const lull_step_kind_names[];

/* One row of the sheet: what the pump delivers after rounding. */
struct lull_plan_step {
	enum lull_step_kind kind;
	double from_h, to_h;         /* from the session's start; NAN for a wean row (starts when the condition holds) */
	double asked_mg_per_h;       /* before rounding */
	double mg_per_kg_per_h, mg_per_h, ml_per_h; /* NAN for sprays */
	double mg, ml, cum_mg;       /* cum_mg: by the end of the row; NAN for a wean row */
	double mg_per_ml;
	int sprays;
	bool earliest;               /* from_h is the earliest time; condition must hold */
	const char *condition;       /* NULL */
};

struct lull_plan_session {
	int number;                  /* 1-based                        */
	double day;                  /* from the first session, 0 = first */
	struct lull_plan_step *steps; size_t n_steps;
	struct lull_regimen regimen; /* as delivered, for the forecast (a rule's: the fastest climb, held to the end) */
	double mg, mg_per_kg, ml, dur_h;
	double peak_mg_per_kg_per_h;
	double mg_24h;               /* the most in any 24 h */
	struct lull_bag bag;         /* infusion; ml 0 = none */
	int n_bags;
	double vtbi_ml, prime_ml;    /* vtbi of one container that is used up, or of all when one is enough */
	double bolus_ml, bolus_mg_per_ml;
	struct lull_log_row log;
	double recovery_min, chair_h, staff_h;
};

struct lull_cost_line {
	const struct lull_cost_item *item;
	double quantity, price, amount; /* NAN: price not set */
};
struct lull_plan_cost {
	struct lull_cost_line *lines; size_t n_lines;
	double total;                /* NAN unless every price is set */
	size_t n_unpriced;
	const char *currency;        /* NULL */
};

/* A co-medication worked out for this person. */
struct lull_plan_comed {
	const struct lull_comed *comed;
	double mg;                   /* first dose, capped; NAN: only in words */
	bool is_capped;
	const char *ruled_out_by;    /* condition id; NULL */
};

struct lull_plan {
	const struct lull_protocol *protocol; /* as asked for, changes of the request applied */
	const struct lull_plan_kb *kb;
	enum lull_place place;
	enum lull_product product;
	enum lull_route route;
	enum lull_plan_status status;
	lull_day day, valid_until;   /* LULL_DAY_NONE when no day was given */
	struct lull_dosing_weights weights;
	lull_day weight_day;
	bool weight_measured, weight_is_of_the_day;
	double infusion_mg_per_ml, bolus_mg_per_ml;
	struct lull_plan_session *sessions; size_t n_sessions; /* empty when refused before dosing */
	double course_mg, course_mg_per_kg;
	bool has_rule;               /* the session steps by struct lull_rule, armed with the lines */
	struct lull_rule rule;
	struct lull_plan_finding *findings; size_t n_findings; /* gravest first */
	struct lull_plan_comed *comeds; size_t n_comeds;
	const struct lull_watch **schedule; size_t n_schedule;
	const struct lull_list_item **items; size_t n_items;   /* lists that hold here, in file order */
	struct lull_plan_cost cost;
	double lifetime_before_mg, lifetime_after_mg; /* NAN: what was given before is not known */
	double day_mg_max, week_mg_max;               /* home nasal caps, mg */
};

/* The plan. Errors are: an unknown protocol (LULL_ENOTFOUND), a request that cannot be read
 * (LULL_EDOMAIN), memory. Everything clinical is in out->status and out->findings. */
LULL_NODISCARD int lull_plan_make(const struct lull_plan_kb *kb, const struct lull_patient *patient,
				  const struct lull_plan_request *request, struct lull_arena *arena,
				  struct lull_plan *out, struct lull_err *err);

/* The first of several protocols that is not refused: those for the patient's preferred setting come first,
 * otherwise in the order given. When all are refused *out is the refusal of the first tried.
 * *i_chosen is its index in ids. Needs n >= 1. */
LULL_NODISCARD int lull_plan_choose(const struct lull_plan_kb *kb, const struct lull_patient *patient,
				    const struct lull_plan_request *request, const char *const *ids, size_t n,
				    struct lull_arena *arena, struct lull_plan *out, size_t *i_chosen,
				    struct lull_err *err);

/* The gravest finding, or NULL when there is none: what a refusal says first. */
const struct lull_plan_finding *lull_plan_gravest(const struct lull_plan *plan);

LULL_END_C

#endif
