/* lull/ketamine/rule.h - infusions that respond to effect: raise, hold, wean, reduce, pause, stop.
 *
 * One pure function decides the next step from what is observed. The plan calls it to
 * show earliest times and conditions, the session with what the nurse charted, a trial
 * with what a virtual patient feels: the rule stands here once.
 *
 * In this order, at each look: an ended infusion stays ended; a stop line or the longest
 * duration ends it; a reduce line reduces, and holds when it is still crossed
 * resume_after_min later (a weaning step that is due and lower goes first); a held
 * infusion resumes after that long inside all lines; then pain decides on raise, keep or
 * wean. Whatever is not observed never raises: a raise or a resume needs every signal that
 * has a line to be observed. After a line was crossed at some rate, no raise reaches
 * that rate again. A worse observation never gives a higher rate. */
#ifndef LULL_KETAMINE_RULE_H
#define LULL_KETAMINE_RULE_H

#include <stdbool.h>
#include "lull/base/err.h"

LULL_BEGIN_C

/* Rates are mg/kg/h of base; NAN = the protocol does not state it. */
struct lull_rule {
	double start_mg_per_kg_per_h;
	double raise_mg_per_kg_per_h;      /* step upwards                          */
	double raise_every_h;              /* least time at a rate before a raise   */
	double cap_mg_per_kg_per_h;        /* never above                           */
	double cap_mg_per_h;               /* NAN none                              */
	double target_nrs;                 /* raise while pain is above             */
	double target_fall_frac;           /* or: until pain fell by this fraction  */
	double hold_at_target_h;           /* how long at target before weaning; NAN: until max_dur_h */
	double wean_mg_per_kg_per_h;       /* step downwards when weaning; NAN: stop at once */
	double wean_every_h;               /* NAN: raise_every_h                    */
	double max_dur_h;                  /* then stop whatever the pain           */
	/* reduce or hold lines; NAN = not used. Stop lines end the infusion. */
	double reduce_frac;                /* 0.25-0.5: how much a reduction takes; NAN: hold at once */
	double reduce_sedation_moaas, stop_sedation_moaas;     /* at or below        */
	double reduce_sbp_mmhg, stop_sbp_mmhg, reduce_dbp_mmhg, stop_dbp_mmhg; /* at or above */
	double reduce_hr_per_min, stop_hr_per_min;             /* at or above        */
	double reduce_spo2_pct, stop_spo2_pct;                 /* below              */
	double reduce_dissociation, stop_dissociation;         /* 0-3 distress scale, at or above */
	double resume_after_min;           /* back inside the lines this long; NAN: never resume */
	double resume_frac;                /* of the rate before the hold           */
	int max_restarts;                  /* a hold beyond these is a stop         */
};

/* What is observed at one moment; NAN = not observed. */
struct lull_rule_obs {
	double t_h;
	double nrs, baseline_nrs;
	double moaas;          /* 5 alert .. 0 none                          */
	double sbp_mmhg, dbp_mmhg, hr_per_min, spo2_pct;
	double dissociation;   /* 0 none 1 tolerable 2 distressing 3 unsafe  */
};

enum lull_rule_phase { LULL_RULE_TITRATE, LULL_RULE_AT_TARGET, LULL_RULE_WEAN, LULL_RULE_HELD, LULL_RULE_ENDED };
enum lull_rule_action { LULL_RULE_KEEP, LULL_RULE_RAISE, LULL_RULE_REDUCE, LULL_RULE_HOLD, LULL_RULE_RESUME, LULL_RULE_WEAN_STEP, LULL_RULE_STOP };
extern const char *const lull_rule_phase_names[];
extern const char *const lull_rule_action_names[];

struct lull_rule_state {
	enum lull_rule_phase phase;
	double rate_mg_per_kg_per_h;
	double since_h;        /* when this rate began                        */
	double at_target_h;    /* when pain first reached the target; NAN     */
	double ok_since_h;     /* held: back inside the lines since; NAN      */
	double rate_before_hold_mg_per_kg_per_h;
	double start_h;
	int n_restarts;
	double crossed_at_mg_per_kg_per_h;     /* lowest rate at which a line was crossed; NAN */
	bool reduced;                          /* the last crossing was answered by a reduction */
	enum lull_rule_phase phase_before_hold;
};

struct lull_rule_decision {
	enum lull_rule_action action;
	double rate_mg_per_kg_per_h;  /* from now on                          */
	double next_look_h;           /* earliest time at which the answer can differ for an unchanged patient;
					 INFINITY once ended */
	const char *because;          /* static: which line or condition       */
};

/* State at the start, at the start rate or the cap in mg/h if that is lower. LULL_EDOMAIN
 * when the rule lacks what it needs to run (start, raise, raise_every, cap, max_dur, a
 * target), holds a number without a meaning, or the weight is not above 0; it names which. */
LULL_NODISCARD int lull_rule_start(const struct lull_rule *rule, double weight_kg, double t_h,
				   struct lull_rule_state *out, struct lull_err *err);

/* Decide, and advance *state by the decision. Looks come in the order of time. */
void lull_rule_step(const struct lull_rule *rule, double weight_kg,
		    const struct lull_rule_obs *obs, struct lull_rule_state *state,
		    struct lull_rule_decision *out);

/* For a plan or a forecast that does not know a signal: set what is not observed to a value
 * that crosses no line. Whoever calls it says that it is assumed; a session never does. */
void lull_rule_assume_inside(struct lull_rule_obs *obs);

/* The lower of both caps at this weight, mg/kg/h. */
double lull_rule_cap_mg_per_kg_per_h(const struct lull_rule *rule, double weight_kg);

LULL_END_C

#endif
