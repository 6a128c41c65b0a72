/* lull/ketamine/effect.h - effects of a concentration in a model file: direct, indirect, binary, ordered.
 *
 * Direct effects are arithmetic on a tile of concentrations. Indirect responses (Dayneka, Garg, Jusko,
 * J Pharmacokinet Biopharm 21 (1993) 457-478) are stepped with error control, driven by the
 * closed form between events; each lane chooses its own steps. */
#ifndef LULL_KETAMINE_EFFECT_H
#define LULL_KETAMINE_EFFECT_H

#include "lull/ketamine/linear.h"

enum lull_effect_kind {
	LULL_EFFECT_LINEAR,      /* e0 + slope C                                              */
	LULL_EFFECT_EMAX,        /* e0 + emax C / (c50 + C)                                   */
	LULL_EFFECT_SIGMOID,     /* e0 + emax C^gamma / (c50^gamma + C^gamma)                 */
	LULL_EFFECT_INDIRECT_1,  /* R' = kin (1 - H) - kout R; H = emax C^gamma / (c50^gamma + C^gamma), emax <= 1 */
	LULL_EFFECT_INDIRECT_2,  /* R' = kin - kout (1 - H) R                                 */
	LULL_EFFECT_INDIRECT_3,  /* R' = kin (1 + H) - kout R                                 */
	LULL_EFFECT_INDIRECT_4,  /* R' = kin - kout (1 + H) R                                 */
	LULL_EFFECT_TURNOVER,    /* R' = kin - kout R + slope C: turnover with linear input    */
	LULL_EFFECT_BINARY,      /* P = expit(intercept + slope C)                            */
	LULL_EFFECT_ORDERED      /* P(Y >= j) = expit(intercept[j] + slope C), intercepts falling */
};
extern const char *const lull_effect_kind_names[]; /* NULL-ended */

enum { LULL_MAX_EFFECTS = 8, LULL_EFFECT_MAX_GRADES = 6 };

struct lull_effect_spec {
	enum lull_effect_kind kind;
	int drive;          /* output of the linear system                        */
	int n_grades;       /* ordered: thresholds; gives that many probabilities */
};
struct lull_effect_numbers { /* one person's; what a kind does not use is 0 */
	double e0, slope, emax, c50, gamma;
	double kin, kout_per_h, r0;                 /* r0 NAN: kin / kout         */
	double intercept[LULL_EFFECT_MAX_GRADES];
};

/* Outputs an effect gives: 1, or n_grades. */
int lull_effect_n_outputs(const struct lull_effect_spec *spec);
bool lull_effect_is_stepped(const struct lull_effect_spec *spec);
LULL_NODISCARD int lull_effect_check(const struct lull_effect_spec *spec, const struct lull_effect_numbers *numbers,
				     struct lull_err *err);

#endif
