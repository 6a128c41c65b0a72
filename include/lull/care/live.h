/* lull/care/live.h - one simulated person living through a rule: this person's own pain decides the rate.
 *
 * Forecasts and simulations of effect-responsive protocols share it. At each look the person's pain (fast
 * and slow effect site, context response: course/person.h) is what is observed; sedation, pressure, pulse, saturation
 * and dissociation are not simulated and are assumed to cross no line (lull_rule_assume_inside), which
 * whoever shows a result says. Looks are at least LULL_LIVE_LOOK_LEAST_H apart and at most LULL_LIVE_LOOK_MOST_H. */
#ifndef LULL_CARE_LIVE_H
#define LULL_CARE_LIVE_H

#include "lull/course/person.h"
#include "lull/ketamine/effects.h"
#include "lull/ketamine/kinetics.h"
#include "lull/ketamine/rule.h"

LULL_BEGIN_C

enum { LULL_LIVE_MAX_LOOKS = 2000, LULL_LIVE_MAX_CHANGES = LULL_LIVE_MAX_LOOKS + 2 };
#define LULL_LIVE_LOOK_LEAST_H 0.5
#define LULL_LIVE_LOOK_MOST_H 4.0

/* The two effect sites of a person, as the followers of lull_modes_of. */
enum { LULL_LIVE_FAST, LULL_LIVE_SLOW, LULL_LIVE_N_SITES };
struct lull_follow lull_live_followers(const struct lull_person *person);

/* What the people of one simulation share; borrowed. */
struct lull_live_ask {
	const struct lull_rule *rule;
	double dosing_weight_kg;
	const struct lull_bridge *bridge;
	const struct lull_course_priors *priors;
};

/* One life. The caller gives input's arrays, LULL_LIVE_MAX_CHANGES long each. */
struct lull_live {
	struct lull_input input;
	double end_h;                               /* when this person's infusion ended      */
	double hours_to_target, rate_at_target_mg_per_kg_per_h; /* NAN: never reached          */
	double fall_with, fall_without;             /* of pain at the last look, points       */
};

/* modes were made with lull_live_followers. */
LULL_NODISCARD int lull_live_rule(const struct lull_live_ask *ask, const struct lull_person *person,
				  const struct lull_modes *modes, struct lull_live *out, struct lull_err *err);

/* Pain at one moment of a course whose input ends at end_h; ce, cs: S-ketamine of the two sites. */
double lull_live_nrs(const struct lull_person *person, const struct lull_course_priors *priors, double t_h,
		     double end_h, double ce_s_ng_per_ml, double cs_s_ng_per_ml);

/* A life at the times t_h[0..n), which do not fall: concentrations as the model's drive says, the rate from
 * then on, pain with the drug and without. scratch: LULL_LIVE_N_SITES * n. Any output may be NULL. */
LULL_NODISCARD int lull_live_course(const struct lull_live_ask *ask, const struct lull_person *person,
				    const struct lull_modes *modes, const struct lull_live *live, const double *t_h,
				    size_t n, double *parent_ng_per_ml, double *nk_ng_per_ml,
				    double *rate_mg_per_kg_per_h, double *nrs_with, double *nrs_without,
				    double *scratch, struct lull_err *err);

LULL_END_C

#endif
