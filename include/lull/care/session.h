/* lull/care/session.h - the state machine of one visit, or of one course of days, over its events.
 *
 * An event is what somebody did or saw, with who, when and where it stands in the record. lull_session_apply
 * accepts it or refuses it with the rule that says so; a refused event changes nothing. The state is the fold of
 * the accepted events in the order of seq, never of a clock; amounts follow the instants (UTC), days are the
 * patient's civil days as they came. A correction voids an earlier entry, which stays, and the rest is folded anew.
 *
 * Pure: no clock, no I/O. Lull never commands a pump: an event reports what a person set, and advice expires.
 * Rules, checks, alarm rows, CTCAE terms and times are knowledge/session.yaml; thresholds are monitoring.yaml. */
#ifndef LULL_CARE_SESSION_H
#define LULL_CARE_SESSION_H

#include "lull/care/plan.h"
#include "lull/ketamine/kinetics.h"

LULL_BEGIN_C

enum { LULL_SESSION_MAX_EVENTS = 20000, LULL_SESSION_MAX_CHECKS = 32, LULL_SESSION_MAX_ADVICE = 48,
       LULL_SESSION_MAX_STEPS = 200 };

/* ---- events ---------------------------------------------------------------------------- */

#define LULL_SESSION_KINDS(X)                                                                          \
	X(OPEN, open) X(CHECK, check) X(WEIGHT, weight) X(CONSENT, consent) X(SUICIDALITY, suicidality)    \
	X(REVIEW, review) X(DRUG, drug) X(BAG, bag) X(PROGRAM, program) X(SECOND, second) X(PUMP, pump)    \
	X(SIGNS, signs) X(ADVERSE, adverse) X(RESCUE, rescue) X(SCORE, score) X(LAB, lab)                  \
	X(HANDOVER, handover) X(DISCHARGE, discharge) X(CONTACT, contact) X(CORRECT, correct) X(NOTE, note)
enum lull_session_kind {
#define LULL_X(name, word) LULL_EV_##name,
	LULL_SESSION_KINDS(LULL_X)
#undef LULL_X
	LULL_N_SESSION_KINDS
};
extern const char *const lull_session_kind_names[];

enum lull_session_role { LULL_BY_PRESCRIBER, LULL_BY_NURSE, LULL_BY_PHARMACIST, LULL_BY_THERAPIST, LULL_N_SESSION_ROLES };
extern const char *const lull_session_role_names[];
enum lull_check_result { LULL_CHECK_FAIL, LULL_CHECK_PASS, LULL_CHECK_NOT_APPLICABLE };
extern const char *const lull_check_result_names[];
enum lull_drug_act { LULL_DRUG_OPEN, LULL_DRUG_DRAW, LULL_DRUG_LINE, LULL_DRUG_WASTE };
extern const char *const lull_drug_act_names[];
enum lull_pump_act { LULL_PUMP_START, LULL_PUMP_RATE, LULL_PUMP_HOLD, LULL_PUMP_RESUME, LULL_PUMP_STOP };
extern const char *const lull_pump_act_names[];
enum lull_second_for { LULL_SECOND_START, LULL_SECOND_BAG, LULL_SECOND_RATE, LULL_SECOND_HANDOVER };
extern const char *const lull_second_for_names[];

/* Numbers that were not taken are NAN. */
struct lull_ev_step { double from_h, to_h, mg_per_h; };
struct lull_ev_open {                /* what the plan says, pinned                             */
	const char *patient, *plan, *protocol, *consent_version; /* plan: hash of the stored plan  */
	int place, product;
	double weight_kg, dosing_kg, mg_per_ml, planned_mg;
	double days;                 /* 1: a visit                                             */
	struct lull_ev_step *steps; size_t n_steps; /* planned rates; may be empty            */
};
struct lull_ev_check { const char *id; int result; const char *note; };
struct lull_ev_weight { double kg; bool measured; const char *confirmed_by; };
struct lull_ev_consent { const char *version, *sha256, *signature; bool capacity; };
struct lull_ev_suicidality { int risk; }; /* enum lull_suicide_risk (patient.h); unknown is refused */
struct lull_ev_review { const char *assessment, *action; bool psychiatric; };
struct lull_ev_drug { int act; double mg; const char *lot, *witness, *reason; }; /* witness: a login */
struct lull_ev_bag { double mg_per_ml, ml; };
struct lull_ev_program { double ml_per_h, mg_per_h; };
struct lull_ev_second { int occasion; const char *patient; double weight_kg, mg_per_ml, ml_per_h; };
struct lull_ev_pump { int act; double ml_per_h, mg_per_h; const char *reason; };
#define LULL_SESSION_SIGNS(X)                                                                          \
	X(sbp_mmhg, 20, 350, "mmHg") X(dbp_mmhg, 10, 250, "mmHg") X(hr_per_min, 0, 350, "/min")            \
	X(spo2_pct, 0, 100, "%") X(o2_l_per_min, 0, 60, "L/min") X(rr_per_min, 0, 100, "/min")             \
	X(etco2_mmhg, 0, 150, "mmHg") X(moaas, 0, 5, NULL) X(rass, -5, 4, NULL) X(nrs, 0, 10, NULL)        \
	X(dissociation, 0, 3, NULL) X(nausea, 0, 3, NULL) X(vomiting, 0, 50, "times") X(site, 0, 3, NULL)  \
	X(symptom, 0, 1, NULL) X(arrhythmia, 0, 1, NULL) X(apnoea, 0, 1, NULL) X(no_waveform, 0, 1, NULL)  \
	X(airway_risk, 0, 1, NULL)
enum lull_vital {
#define LULL_X(name, min, max, unit) LULL_VITAL_##name,
	LULL_SESSION_SIGNS(LULL_X)
#undef LULL_X
	LULL_N_VITALS
};
extern const char *const lull_vital_names[];
struct lull_ev_signs { double value[LULL_N_VITALS]; }; /* by enum lull_vital; NAN not taken */
struct lull_ev_adverse { const char *term; double grade; bool related; const char *action; };
struct lull_ev_rescue { const char *card, *dose; };
struct lull_ev_score { const char *instrument; double total; };
struct lull_ev_lab { double alt_x_uln, bilirubin_x_uln; };
struct lull_ev_handover { const char *to; };
struct lull_ev_discharge { bool escort, sheet; };
struct lull_ev_contact { bool reached; const char *side_effects, *mood; };
struct lull_ev_correct { double seq; const char *reason; };
struct lull_ev_note { const char *text; };

struct lull_session_event {
	int64_t seq;             /* from the store, rising                                           */
	int64_t at_ms;           /* when it happened, UTC; of a late entry: as written on the paper  */
	lull_day day;            /* the patient's civil day                                          */
	int offset_min;          /* of the patient's clock from UTC                                  */
	const char *actor;       /* login                                                            */
	int role;                /* enum lull_session_role                                           */
	bool is_late;            /* entered after a downtime                                         */
	int64_t based_on;        /* the last seq its author had seen; 0: not said                    */
	int kind;
	union {
#define LULL_X(name, word) struct lull_ev_##word word;
		LULL_SESSION_KINDS(LULL_X)
#undef LULL_X
	} body;
};
/* Head without seq and body are one table for all kinds; the body's table is by kind. */
const struct lull_schema *lull_session_body_schema(int kind);

/* ---- knowledge ------------------------------------------------------------------------- */

struct lull_session_rule { const char *id, *text, *mend, *source; int mark; };
struct lull_session_check { const char *id, *text, *source; uint64_t places; bool may_not_apply; int mark; };
struct lull_session_signal {
	const char *id, *line;              /* line: of monitoring.yaml; NULL: own numbers     */
	int sign, at_or;                    /* enum lull_vital, lull_line_side                  */
	double watch, hold, stop;
	double confirm_min;                 /* stop only when it lasts so long; before: hold   */
	double rise_watch_frac, rise_hold_frac, rise_watch; /* against before the start        */
	const char *source; int mark;
};
struct lull_session_ae { const char *id, *name, *g1, *g2, *g3, *g4, *source; bool transient; int mark; };
struct lull_session_score { const char *id, *source; double at_least, max; int mark; };
struct lull_session_kb {
	struct lull_session_rule *rules; size_t n_rules;
	struct lull_session_check *checks; size_t n_checks;
	struct lull_session_signal *signals; size_t n_signals;
	struct lull_session_ae *terms; size_t n_terms;
	struct lull_session_score *scores; size_t n_scores;
	struct lull_figure start_sbp_min, start_sbp_max, start_dbp_min, start_dbp_max, start_hr_min, start_hr_max, start_spo2_min;
	struct lull_figure start_signs_min, check_valid_min, advice_min, moaas_home, contact_days;
	struct lull_figure lab_hold_x_uln, lab_stop_x_uln, lab_hy_alt_x_uln, lab_hy_bilirubin_x_uln;
	const struct lull_monitoring *monitoring; /* borrowed, as the rest below */
	const struct lull_limits *limits;
	const struct lull_pump_kb *pump;
	const struct lull_rescue *rescue;
};
/* plan gives monitoring, limits, pump and rescue cards, as the site uses them. */
LULL_NODISCARD int lull_session_kb_load(const struct lull_files *files, const struct lull_plan_kb *plan,
					struct lull_arena *arena, struct lull_session_kb *out,
					struct lull_diags *diags);

/* ---- state ----------------------------------------------------------------------------- */

enum lull_session_phase { LULL_SESSION_NEW, LULL_SESSION_PREPARING, LULL_SESSION_RUNNING, LULL_SESSION_HELD,
			  LULL_SESSION_RECOVERY, LULL_SESSION_DISCHARGED, LULL_SESSION_CLOSED };
extern const char *const lull_session_phase_names[];
enum lull_session_grade { LULL_SIGNS_FINE, LULL_SIGNS_WATCH, LULL_SIGNS_HOLD, LULL_SIGNS_STOP };
extern const char *const lull_session_grade_names[]; /* "fine", "watch", "hold", "stop" */

struct lull_session_rate { int64_t at_ms, seq; double mg_per_h; };
struct lull_session_advice { const struct lull_session_signal *signal; int grade; double value; };

/* What the events add up to. */
struct lull_session_fold {
	int phase;
	struct lull_ev_open plan;
	int64_t opened_ms, started_ms, stopped_ms, held_ms, last_ms, discharged_ms;
	lull_day check_day[LULL_SESSION_MAX_CHECKS]; int check_result[LULL_SESSION_MAX_CHECKS];
	lull_day weight_day; double weight_kg;
	bool has_consent, weight_measured;
	lull_day consent_day, risk_day, review_day, discharge_day;
	int risk; bool risk_open; int64_t risk_ms;
	double opened_mg, drawn_mg, line_mg, wasted_mg;
	double bag_mg_per_ml; bool bag_checked, handover_open, rate_check_open;
	double program_ml_per_h; const char *programmer; int64_t program_seq;
	const char *responsible;
	int64_t second_ms; double second_ml_per_h; int second_for;
	double rate_mg_per_h, rate_before_hold_mg_per_h, peak_mg_per_h; int restarts;
	int64_t rate_seq, rate_ms, settled_ms; double given_mg; /* by settled_ms */
	bool held_for_alarm, stop_asked, bag_ran_dry;
	const char *bag_by;
	struct lull_session_rate *rates; size_t n_rates, cap_rates;
	struct lull_ev_signs signs, baseline; int64_t signs_ms, good_since_ms;
	int signs_since_change;
	int row_grade[LULL_SESSION_MAX_ADVICE]; double row_value[LULL_SESSION_MAX_ADVICE]; /* by alarm row */
	int64_t since_ms[LULL_SESSION_MAX_ADVICE];  /* of each alarm row at its stop line; 0 none */
	struct lull_session_advice advice[LULL_SESSION_MAX_ADVICE]; size_t n_advice; int grade;
	double aldrete, padss; int64_t aldrete_ms, padss_ms;
	bool had_benzodiazepine, escort, sheet, contacted;
	double alt_x_uln, bilirubin_x_uln; lull_day lab_day;
	int n_adverse; double worst_grade;
	int n_flagged;
};

/* One accepted event and what is to be said about it. */
struct lull_session_entry {
	struct lull_session_event event;
	bool is_void;            /* corrected by a later entry                                  */
	bool is_contested;       /* would be refused today, since something it rests on was corrected */
	bool is_conflict;        /* its author had not seen an entry that changed the pump       */
	const struct lull_session_rule *flag; /* accepted, and yet to be looked at; NULL         */
};
struct lull_session {
	const struct lull_session_kb *kb;
	const struct lull_modes *modes;     /* predicted concentration; NULL: none               */
	struct lull_arena *arena;
	struct lull_session_entry *entries; size_t n_entries, cap_entries;
	struct lull_session_fold now;
};
void lull_session_init(struct lull_session *session, const struct lull_session_kb *kb, struct lull_arena *arena);

struct lull_session_answer {
	int code;                           /* LULL_OK: accepted                                 */
	bool was_known;                     /* its seq was applied before: nothing changed       */
	bool is_conflict;
	const struct lull_session_rule *rule; /* of the refusal, or of the flag; NULL           */
	int grade;                          /* after signs: enum lull_session_grade              */
};
/* Accepts or refuses; LULL_EDOMAIN a value, LULL_ECONFLICT an order or a missing step. Copies what it keeps. */
LULL_NODISCARD int lull_session_apply(struct lull_session *session, const struct lull_session_event *event,
				      struct lull_session_answer *answer, struct lull_err *err);

/* ---- view ------------------------------------------------------------------------------ */

struct lull_session_missing { const char *id, *text, *source; };
struct lull_session_view {
	int phase, grade;
	int64_t now_ms;
	double ml_per_h, mg_per_h, mg_per_kg_per_h;
	double given_mg, left_mg, given_24h_mg, opened_mg, drawn_mg, line_mg, wasted_mg, balance_mg;
	double planned_mg_by_now, conc_ng_per_ml, planned_conc_ng_per_ml; /* NAN: not predicted */
	bool is_bag_empty;
	int64_t signs_due_ms;               /* 0: none due                                       */
	bool signs_overdue;
	double overdue_min;
	bool has_advice;                    /* false with overdue signs, or when it expired      */
	int64_t advice_expires_ms;
	const char *next;                   /* a sentence                                        */
	struct lull_session_missing *missing; size_t n_missing; /* before the start, or to go home */
	const struct lull_session_entry **looks; size_t n_looks; /* flagged, contested, in conflict */
	double resume_max_mg_per_h, resume_in_min; int restarts_left; /* NAN: not held           */
};
LULL_NODISCARD int lull_session_view(const struct lull_session *session, int64_t now_ms, struct lull_arena *arena,
				     struct lull_session_view *out, struct lull_err *err);
/* mg that entered from from_ms to to_ms. */
double lull_session_given_mg(const struct lull_session *session, int64_t from_ms, int64_t to_ms);

LULL_END_C

#endif
