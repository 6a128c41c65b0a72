/* lull/care/protocol.h - dosing protocols as data: what was published, what it is for, what it leaves open.
 *
 * knowledge/protocols/ holds one entry a protocol; every number carries source and mark. A
 * protocol that lacks a rate, a duration or a cap is record_only: it can be shown, never
 * planned (safety.md). An adapted variant is another entry that names what it adapts. Doses are mg of
 * base, rates per kg of the dosing weight (care/plan.h). */
#ifndef LULL_CARE_PROTOCOL_H
#define LULL_CARE_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lull/base/err.h"
#include "lull/base/files.h"
#include "lull/base/mem.h"
#include "lull/care/figure.h"
#include "lull/ketamine/product.h"
#include "lull/ketamine/regimen.h"
#include "lull/ketamine/rule.h"

LULL_BEGIN_C

/* Where it is given. */
enum lull_place {
	LULL_AT_CHAIR, LULL_AT_INPATIENT, LULL_AT_HOME_NASAL, LULL_AT_EMERGENCY, LULL_AT_RESEARCH,
	LULL_AT_PUMP_HOME, LULL_N_PLACES
};
extern const char *const lull_place_names[]; /* "chair", "inpatient_monitored", "home_nasal", ... */

/* What the protocol may be used for. */
enum lull_use { LULL_USE_CLINICAL, LULL_USE_RESEARCH, LULL_USE_SIMULATION, LULL_USE_RECORD_ONLY };
extern const char *const lull_protocol_use_names[];

enum lull_salt { LULL_SALT_BASE, LULL_SALT_HCL, LULL_SALT_NOT_STATED };
extern const char *const lull_salt_names[];

enum lull_people { LULL_ADULT, LULL_PAEDIATRIC };
extern const char *const lull_people_names[];

enum lull_part_kind { LULL_PART_BOLUS, LULL_PART_INFUSION, LULL_PART_DOSE, LULL_PART_SPRAY };
extern const char *const lull_part_kind_names[];

/* One thing given in a session. Parts follow each other unless at_min says when. */
struct lull_part {
	int kind;
	struct lull_figure mg_per_kg, mg, mg_per_kg_per_h, mg_per_h; /* one of them */
	struct lull_figure mg_per_kg_high;      /* upper end of a published range       */
	struct lull_figure over_min, over_high_min;
	struct lull_figure at_min;
	struct lull_figure repeats;             /* times in the session; not stated = 1 */
	struct lull_figure every_min;           /* between repeats                      */
	struct lull_figure sprays, sprays_high; /* LULL_PART_SPRAY: as needed           */
	struct lull_figure min_mg, max_mg, max_mg_per_kg, max_mg_per_h; /* of the part in a session */
	int first_session, last_session;        /* 1-based; 0 = every session           */
};

/* The rule's numbers as the source states them; see struct lull_rule. */
struct lull_rule_figures {
	struct lull_figure start_mg_per_kg_per_h, raise_mg_per_kg_per_h, raise_every_h, raise_every_high_h;
	struct lull_figure cap_mg_per_kg_per_h, cap_mg_per_h;
	struct lull_figure target_nrs, target_fall_frac, hold_at_target_h;
	struct lull_figure wean_mg_per_kg_per_h, wean_every_h, max_dur_h;
};

/* A drug given along with it: its own dose, cap and screening. */
struct lull_comed {
	const char *id, *name;       /* id: ingredient of knowledge/drugs.yaml where listed */
	const char *dose, *when;     /* in words                                  */
	struct lull_figure mg, mg_per_kg, max_mg, units, max_units;
	const char *screen;          /* what must be asked first                  */
	const char *const *not_with; /* condition ids that rule it out            */
	size_t n_not_with;
	bool optional;
	const char *source;
	int mark;
};

struct lull_observed {
	const char *what, *text, *source;
	int mark;
};

struct lull_protocol {
	const char *id, *name;
	const char *const *also_called; size_t n_also_called;
	const char *const *indications; size_t n_indications;
	int product, salt, route;    /* enum lull_product, lull_salt, lull_route */
	uint64_t places;             /* bit per enum lull_place                  */
	int use;                     /* enum lull_use                            */
	const char *use_reason, *adapted_from;
	int people;                  /* enum lull_people                         */
	struct lull_part *parts; size_t n_parts;
	struct lull_rule_figures rule;
	bool has_rule;               /* responds to effect: parts are empty      */
	bool is_repeatable;          /* repeats or steps without a stated number */
	struct lull_figure sessions, spacing_days;
	double *session_days; size_t n_session_days; /* from the first; empty: spacing_days apart */
	struct lull_figure max_mg, max_mg_per_kg;    /* of a session */
	struct lull_figure bolus_mg_per_ml, infusion_mg_per_ml;
	struct lull_figure spray_mg, spray_ml, max_sprays_24h, max_sprays_7d;
	struct lull_comed *comedication; size_t n_comedication;
	const char *const *not_stated; size_t n_not_stated;
	const char *const *monitoring; size_t n_monitoring; /* groups of monitoring.yaml */
	const char *evidence;
	struct lull_observed *observed; size_t n_observed;
	const char *source;
	int mark;
};

struct lull_protocols {
	struct lull_protocol *items; /* by file, then as written */
	size_t n_items;
};

extern const struct lull_schema lull_protocol_schema, lull_protocols_schema;

/* Every file of protocols/. Refuses a clinical or research protocol that lacks something
 * (see below) or is not for adults, unknown adapted_from, ids used twice. */
LULL_NODISCARD int lull_protocols_load(const struct lull_files *files, struct lull_arena *arena,
				       struct lull_protocols *out, struct lull_diags *diags);

/* Read one file's bytes (for fuzzing and for a site's own protocols). */
LULL_NODISCARD int lull_protocols_read(const char *bytes, size_t n, const char *file, struct lull_arena *arena,
				       struct lull_protocols *out, struct lull_diags *diags);

/* By id or by one of also_called; NULL when unknown. */
const struct lull_protocol *lull_protocol_find(const struct lull_protocols *protocols, const char *id);

/* What stands between a protocol and a pump sheet. */
enum lull_missing {
	LULL_MISSING_RATE = 1, LULL_MISSING_DURATION = 2, LULL_MISSING_CAP = 4, LULL_MISSING_STEP = 8,
	LULL_MISSING_WEAN = 16, LULL_MISSING_COMEDICATION = 32, LULL_MISSING_SESSIONS = 64,
	LULL_MISSING_STRENGTH = 128
};
uint64_t lull_protocol_missing(const struct lull_protocol *protocol);
extern const char *const lull_missing_names[]; /* by bit */

/* The rule with its published numbers; lines and resume are left NAN (care/monitor.h fills
 * them). LULL_ENOTFOUND when the protocol does not respond to effect. */
LULL_NODISCARD int lull_protocol_rule(const struct lull_protocol *protocol, struct lull_rule *out,
				      struct lull_err *err);

/* Days of the sessions from the first (sessions long, in the arena). */
LULL_NODISCARD int lull_protocol_days(const struct lull_protocol *protocol, struct lull_arena *arena,
				      double **days, size_t *n, struct lull_err *err);

/* The doses of session i (0-based) at a dosing weight as the protocol states them, before a
 * pump rounds them: what a simulation gives. Fixed protocols only; what has no
 * duration is an instantaneous dose; a spray protocol gives its largest day. */
LULL_NODISCARD int lull_protocol_doses(const struct lull_protocol *protocol, size_t session, double dosing_kg,
				       struct lull_arena *arena, struct lull_regimen *out,
				       struct lull_err *err);

LULL_END_C

#endif
