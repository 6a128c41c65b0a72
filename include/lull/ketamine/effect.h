/* lull/ketamine/effect.h - effects of a concentration in a model file: direct, indirect, binary, ordered.
 *
 * Direct effects are arithmetic on a tile of concentrations. Indirect responses (Dayneka, Garg, Jusko,
 * J Pharmacokinet Biopharm 21 (1993) 457-478) are stepped with error control, driven by the
 * closed form between events; each lane chooses its own steps. */
#ifndef LULL_KETAMINE_EFFECT_H
#define LULL_KETAMINE_EFFECT_H

#include "lull/ketamine/linear.h"

LULL_BEGIN_C

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

/* A direct effect at one concentration, as a tile gets it, bit by bit: out[n_outputs]. */
void lull_effect_direct(const struct lull_effect_spec *spec, const struct lull_effect_numbers *numbers, double conc,
			double *out);

/* One a thread; allocates here, and in lull_effect_begin where a lane has more output times than any before. specs
 * are copied. n_linear: outputs of the linear system. */
struct lull_effect_work;
LULL_NODISCARD int lull_effect_work_new(const struct lull_effect_spec *specs, int n_effects, int n_linear,
					struct lull_effect_work **out, struct lull_err *err);
void lull_effect_work_free(struct lull_effect_work *work);
/* The linear system of the lanes' jobs (borrowed), which STEADY needs where an effect is stepped: R then becomes that of
 * a regimen given for ever, found from one interval of it. Without it, and for ADD_STEADY (a response is not a
 * sum), such a lane gets LULL_EUNSUPPORTED. */
LULL_NODISCARD int lull_effect_work_linear(struct lull_effect_work *work, const struct lull_linear *linear, struct lull_err *err);

/* One lane. Both borrowed until the next begin. */
struct lull_effect_lane {
	const struct lull_effect_numbers *numbers; /* [i_person][effect], one row for each of job->people */
	const struct lull_lin_job *job;            /* what lull_linear_run gets for this lane              */
};
/* Before lull_linear_run for these lanes. A lane whose numbers or ops do not go gets a status, the others go on. */
LULL_NODISCARD int lull_effect_begin(struct lull_effect_work *work, const struct lull_effect_lane *lanes, int n_lanes,
				     struct lull_err *err);

/* The sink's two calls. A stretch comes before the tiles of its times (without stepped effects no stretch need come).
 * R starts at r0 at the first stretch's t0. RESET, PERSON and STEADY are found in the lane's job: RESET sets
 * R to r0, PERSON changes the numbers and leaves R.
 * tile is [time][n_linear][width]; out is [time][n_linear + effects' outputs][width] and may not overlap it. A
 * failed lane's effects are NAN. */
LULL_NODISCARD int lull_effect_stretch(struct lull_effect_work *work, int first_lane,
				       const struct lull_lin_stretch *stretch, struct lull_err *err);
LULL_NODISCARD int lull_effect_tile(struct lull_effect_work *work, int first_lane, int width, size_t i_time,
				    size_t n_times, const double *tile, double *out, struct lull_err *err);

/* LULL_OK, or why the lane has no effects (then *err is filled; may be NULL). Ask after lull_linear_run. */
int lull_effect_status(const struct lull_effect_work *work, int lane, struct lull_err *err);

/* Tolerances of stepped effects on R: error of a step at most rtol |R| + atol max(r0, kin / kout). */
#define LULL_EFFECT_RTOL 1e-9
#define LULL_EFFECT_ATOL 1e-12
void lull_effect_work_tolerance(struct lull_effect_work *work, double rtol, double atol);
/* For tests: lull_cpu_isa() unless set (enum lull_isa of num/vec.h). */
void lull_effect_work_isa(struct lull_effect_work *work, int isa);
/* Stages evaluated since the work was made, steps refused: for tests and bench. */
struct lull_effect_count { uint64_t n_steps, n_refused; };
struct lull_effect_count lull_effect_work_count(const struct lull_effect_work *work);

LULL_END_C

#endif
