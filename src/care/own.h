/* own.h - what files of this room share: schemas, a protocol's doses with their parts, the maker of a plan. */
#ifndef LULL_CARE_OWN_H
#define LULL_CARE_OWN_H

#include "lull/care/plan.h"

extern const struct lull_schema lull_care__vial_schema, lull_care__card_schema;

/* As lull_protocol_doses; (*parts)[i] is the part that dose i comes from. NAN weights give NAN amounts
 * for what is per kg. */
LULL_NODISCARD int lull_care__doses(const struct lull_protocol *p, size_t session, double dosing_kg,
				    struct lull_arena *arena, struct lull_regimen *out,
				    const struct lull_part ***parts, struct lull_err *err);

/* A plan in the making. */
struct lull_plan__maker {
	const struct lull_plan_kb *kb;
	const struct lull_patient *patient;
	const struct lull_plan_request *request;
	struct lull_arena *arena;
	struct lull_plan *plan;
	struct lull_limit_scope scope;
	size_t cap_findings;
	bool is_out_of_memory;
	bool is_blocked;      /* nothing to dose: stop before the sessions */
};

/* Add a finding with a formatted text; what holds already with the same id and numbers is not said twice.
 * Returns it to fill in numbers; NULL out of memory or when it was there. */
struct lull_plan_finding *lull_plan__say(struct lull_plan__maker *m, enum lull_plan_grade grade, const char *id,
					 int session, double wanted, const char *fmt, ...) LULL_PRINTF(6, 7);

/* What needs a reason: a note when the request gives one for this id. */
struct lull_plan_finding *lull_plan__need_reason(struct lull_plan__maker *m, const char *id, int session,
						 double wanted, const char *text);

/* Judge a value against every limit in scope and say what it hits. */
void lull_plan__judge(struct lull_plan__maker *m, enum lull_limit_what what, double value, int session);
/* The same for the hard limit alone: what rounding may have changed. */
void lull_plan__judge_hard(struct lull_plan__maker *m, enum lull_limit_what what, double value, int session);

/* dose.c: one session's rows; bag, log and totals. */
LULL_NODISCARD int lull_plan__session(struct lull_plan__maker *m, size_t i, struct lull_err *err);

/* cost.c */
LULL_NODISCARD int lull_plan__cost(struct lull_plan__maker *m, struct lull_err *err);
LULL_NODISCARD int lull_cost__load(const struct lull_files *files, struct lull_arena *arena,
				   struct lull_cost_kb *out, struct lull_diags *diags);

#endif
