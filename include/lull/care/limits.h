/* lull/care/limits.h - what may be given at most, scoped by place, product and route; and checks of an entry.
 *
 * Limits are data (knowledge/limits.yaml) and a site may add tighter ones or replace a
 * proposed one. The tightest of all that hold wins. Soft: passed only with a logged
 * reason. Hard: never. No limit at all: refused until the site sets one (safety.md). */
#ifndef LULL_CARE_LIMITS_H
#define LULL_CARE_LIMITS_H

#include "lull/care/protocol.h"

LULL_BEGIN_C

/* What a limit is of. A name with _min_ is a least value, all others are greatest ones. */
#define LULL_LIMITS(X)                                                                  \
	X(BOLUS_MG_PER_KG, "bolus_mg_per_kg", "mg/kg", "bolus", false)                   \
	X(BOLUS_MIN_MIN, "bolus_min_min", "min", "time of a bolus", true)                \
	X(RATE, "rate_mg_per_kg_per_h", "mg/kg/h", "rate", false)                        \
	X(STEP, "step_mg_per_kg_per_h", "mg/kg/h", "step between rates", false)          \
	X(STEP_INTERVAL_MIN_H, "step_interval_min_h", "h", "time between raises", true)  \
	X(SESSION_MG, "session_mg", "mg", "dose of a session", false)                    \
	X(SESSION_MG_PER_KG, "session_mg_per_kg", "mg/kg", "dose of a session", false)   \
	X(DAY_MG, "mg_24h", "mg", "dose in 24 h", false)                                 \
	X(DAY_MG_PER_KG, "mg_per_kg_24h", "mg/kg", "dose in 24 h", false)                \
	X(WEEK_MG, "mg_7d", "mg", "dose in 7 days", false)                               \
	X(COURSE_MG_PER_KG, "course_mg_per_kg", "mg/kg", "dose of a course", false)      \
	X(COURSE_SESSIONS, "course_sessions", "sessions", "sessions of a course", false) \
	X(YEAR_SESSIONS, "sessions_12_months", "sessions", "sessions in 12 months", false) \
	X(YEAR_MG, "mg_12_months", "mg", "dose in 12 months", false)                     \
	X(COURSE_GAP_MIN_DAYS, "course_gap_min_days", "days", "gap between courses", true) \
	X(SESSION_H, "session_h", "h", "length of a session", false)                     \
	X(INFUSION_MG_PER_ML, "infusion_mg_per_ml", "mg/mL", "strength of an infusion", false) \
	X(BOLUS_MG_PER_ML, "bolus_mg_per_ml", "mg/mL", "strength of a bolus", false)     \
	X(WEIGHT_MIN_KG, "weight_min_kg", "kg", "weight", true)                          \
	X(WEIGHT_MAX_KG, "weight_max_kg", "kg", "weight", false)

enum lull_limit_what {
#define LULL_X(name, text, unit, words, least) LULL_LIM_##name,
	LULL_LIMITS(LULL_X)
#undef LULL_X
	LULL_N_LIMIT_WHATS
};
extern const char *const lull_limit_what_names[];
const char *lull_limit_unit(enum lull_limit_what what);
const char *lull_limit_words(enum lull_limit_what what);
bool lull_limit_is_least(enum lull_limit_what what);

struct lull_limit {
	const char *id;
	int what;                              /* enum lull_limit_what           */
	uint64_t places, products, routes;     /* bits; 0 = all                  */
	const char *const *only_protocols; size_t n_only_protocols;
	const char *const *not_protocols; size_t n_not_protocols;
	struct lull_figure soft, hard;
	const char *replaces;                  /* site files: id of a proposed limit */
	const char *because;
};

struct lull_limits {
	struct lull_limit *items;
	size_t n_items;
};

struct lull_limit_scope {
	enum lull_place place;
	enum lull_product product;
	enum lull_route route;
	const char *protocol_id; /* NULL: any */
};

extern const struct lull_schema lull_limit_schema;

LULL_NODISCARD int lull_limits_load(const struct lull_files *files, struct lull_arena *arena,
				    struct lull_limits *out, struct lull_diags *diags);

/* base with the site's limits laid over it: added, or in the place of one they replace.
 * A verified or derived figure is not replaced (LULL_ECONFLICT names it); adding is
 * always allowed, since the tightest wins. */
LULL_NODISCARD int lull_limits_overlay(const struct lull_limits *base, const struct lull_limit *site,
				       size_t n_site, struct lull_arena *arena, struct lull_limits *out,
				       struct lull_err *err);

/* The tightest soft and hard limit in scope; NULL when there is none of that kind. */
struct lull_limit_found {
	const struct lull_limit *soft, *hard;
};
struct lull_limit_found lull_limits_find(const struct lull_limits *limits, enum lull_limit_what what,
					 const struct lull_limit_scope *scope);

/* How a value stands: allowed, past a soft limit, past a hard one, or nothing to judge it by. */
enum lull_limit_verdict { LULL_WITHIN, LULL_PAST_SOFT, LULL_PAST_HARD, LULL_NO_LIMIT };
enum lull_limit_verdict lull_limits_judge(const struct lull_limits *limits, enum lull_limit_what what,
					  const struct lull_limit_scope *scope, double value,
					  const struct lull_limit **hit);

/* An entry by hand against what is expected: a factor of ten, or a unit taken for another
 * (lb for kg, mg/h for mL/h, mcg/kg/min for mg/kg/h, mg for mg/kg). */
enum lull_entry_slip {
	LULL_ENTRY_FINE, LULL_ENTRY_TEN_TIMES, LULL_ENTRY_TENTH, LULL_ENTRY_UNIT_SWAP, LULL_ENTRY_FAR_OFF
};
struct lull_unit_swap {
	double factor;      /* entered = factor x expected when this swap happened */
	const char *said;   /* "pounds taken for kilograms"                        */
};
/* n_swaps known swaps; far = how many times off counts as far off. *said is a static text. */
enum lull_entry_slip lull_entry_check(double entered, double expected, const struct lull_unit_swap *swaps,
				      size_t n_swaps, double far, const char **said);

LULL_END_C

#endif
