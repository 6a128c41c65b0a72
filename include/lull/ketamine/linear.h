/* lull/ketamine/linear.h - any linear compartment model, exact: what goes in, what is seen, in lanes of people.
 *
 * States are amounts. A flow takes rate x amount out of one state and puts gain times that into
 * another (or nowhere); a copying flow feeds without taking (effect site, venous lag, integral).
 * Two ways to the same curve, chosen for each person by that person's numbers alone:
 *  - modes: the system is made diagonal (each strongly connected part is a reversible star,
 *    so its rates are real); one exponential a mode and time, or one product on a uniform grid;
 *  - careful: exp(K t) by uniformisation, whose terms are all >= 0, where rates meet (transit
 *    chains) and modes would cancel.
 * Never a negative or non-finite amount from finite valid input. Derivation: docs/math/linear.md.
 * Units: h and whatever amount and concentration the model declares. */
#ifndef LULL_KETAMINE_LINEAR_H
#define LULL_KETAMINE_LINEAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lull/base/err.h"
#include "lull/base/mem.h"

LULL_BEGIN_C

enum {
	LULL_LIN_MAX_STATES = 24,
	LULL_LIN_MAX_FLOWS = 48,
	LULL_LIN_MAX_OUTPUTS = 16,
	LULL_LANES = 8            /* people side by side; the same on every processor */
};

/* What all people of a model share. */
struct lull_lin_flow {
	int from, to;      /* states; to = -1: leaves the body                       */
	bool copies;       /* feeds `to` without taking from `from`                  */
};
struct lull_lin_shape {
	int n_states, n_flows, n_outputs;
	struct lull_lin_flow flow[LULL_LIN_MAX_FLOWS];
	int output_state[LULL_LIN_MAX_OUTPUTS]; /* output o = amount of this state x scale[o] */
};

/* One person's numbers; all >= 0. Beyond these ceilings: LULL_EDOMAIN. Gains of flows that come back
 * (inside a strongly connected part) are at most 1. */
#define LULL_LIN_MAX_RATE 1e8   /* per hour                                  */
#define LULL_LIN_MAX_GAIN 1e8
#define LULL_LIN_MAX_AMOUNT 1e15 /* amounts, rates of input, scales          */
#define LULL_LIN_MAX_TIME 1e7   /* h, either side of 0                       */
struct lull_lin_person {
	double rate_per_h[LULL_LIN_MAX_FLOWS];
	double gain[LULL_LIN_MAX_FLOWS];    /* 1: mass is kept; molar mass ratio, fraction formed ... */
	double scale[LULL_LIN_MAX_OUTPUTS]; /* 1 / volume, times the units' factor            */
};

/* What happens, in this order; times do not fall. */
enum lull_op_kind {
	LULL_OP_BOLUS,      /* amount enters `state`                                         */
	LULL_OP_RATE,       /* from now on `amount` per hour enters `state` in all (absolute, not a change) */
	LULL_OP_RESET,      /* all states empty, all rates 0                                 */
	LULL_OP_STEADY,     /* states become those of steady state; rates are not touched    */
	LULL_OP_ADD_STEADY, /* steady state is added to what there is                        */
	LULL_OP_REPLACE,    /* the state's amount becomes `amount`                           */
	LULL_OP_PERSON      /* from now on the numbers are people[i_person]; amounts stay    */
};
struct lull_op {
	double t_h, amount;
	/* steady state of `amount` every interval_h, each over dur_h (0: at once; may exceed the interval),
	 * the last begun phase_h ago, 0 <= phase_h < interval_h (phase 0: the dose that is due now has not
	 * yet entered). interval_h = 0: a constant rate of `amount` per hour for ever. */
	double interval_h, dur_h, phase_h;
	int16_t kind, state; /* enum lull_op_kind */
	int32_t i_person;
};

/* What is asked of one person. */
struct lull_lin_job {
	const struct lull_lin_person *people; size_t n_people; /* the first holds from the start; LULL_OP_PERSON changes */
	const struct lull_op *ops; size_t n_ops;
	const double *t_h; size_t n_times;  /* do not fall; t_h[0] >= 0 or >= the first op */
	/* How many ops come before each output; NULL: all whose time is <= the output's. */
	const uint32_t *ops_before;
	/* > 0: t_h[i] = t_h[0] + i * step_h was promised: products instead of exponentials,
	 * within LULL_LIN_GRID_TOL (relative to the peak) of direct evaluation. */
	double step_h;
};
#define LULL_LIN_GRID_TOL 1e-11 /* 32 products, each rounded, where modes nearly meet; else 1e-14 */

/* A stretch without ops, as the effects see it: output o at t in [t0, t1] is
 * level[o] + slope[o] (t - t0) + sum_k coef[o][k] exp(-rate[k] (t - t0)) when n_modes > 0 (arrays are
 * [o * n_modes + k] rows of `width` lanes), else eval() gives all outputs of the one lane. Rounding
 * may leave a closed form some 1e-13 of its peak below 0: read it as 0. A stretch comes before its tiles. */
struct lull_lin_stretch {
	int width, n_modes, n_outputs;
	const double *t0_h, *t1_h;        /* a lane each                          */
	const double *rate_per_h;         /* [k][lane]                            */
	const double *coef, *level;       /* [o][k][lane], [o][lane]              */
	const double *slope;              /* [o][lane], per hour: states without loss, and modes too slow to move; NULL: all 0 */
	void (*eval)(const struct lull_lin_stretch *stretch, double t_h, double *out);
	const void *eval_data;
	size_t i_time, n_times;           /* outputs i_time .. i_time + n_times - 1 lie here */
};

/* Where results go, in order of time. A tile is [time][output][lane], `width` lanes, in the
 * workspace: gone after the call. Either function may be NULL. */
struct lull_lin_sink {
	void *user;
	int (*tile)(void *user, int first_lane, int width, size_t i_time, size_t n_times, const double *tile,
		    struct lull_err *err);
	int (*stretch)(void *user, int first_lane, const struct lull_lin_stretch *stretch, struct lull_err *err);
};

/* Shape, checked once: parts, order, which are stars. In the arena. */
struct lull_linear;
LULL_NODISCARD int lull_linear_new(const struct lull_lin_shape *shape, struct lull_arena *arena,
				   const struct lull_linear **out, struct lull_err *err);

/* One a thread; allocates once. */
struct lull_lin_work;
LULL_NODISCARD int lull_lin_work_new(const struct lull_linear *linear, struct lull_lin_work **out,
				     struct lull_err *err);
void lull_lin_work_free(struct lull_lin_work *work);

/* n_lanes people (1..LULL_LANES), job[i] each. People whose ops have the same times, kinds and states and
 * whose output times are the same (same pointer) run side by side, others one by one: the
 * bits are the same. A person who fails (LULL_EDOMAIN: a number outside its range) is reported in
 * status[lane] (LULL_OK or negative) with errs[lane] (may be NULL); the others go on. */
LULL_NODISCARD int lull_linear_run(const struct lull_linear *linear, struct lull_lin_work *work,
				   const struct lull_lin_job *jobs, int n_lanes,
				   const struct lull_lin_sink *sink, int *status, struct lull_err *errs,
				   struct lull_err *err);

/* What sinks do with a tile, by the widest instructions of this processor, the same bits by any.
 * Rows: value of output o at time i of lane l goes to row[(l * n_outputs + o) * stride + i]. */
void lull_lin_tile_rows(const double *tile, int width, int n_outputs, size_t n_times, double *row, size_t stride);
/* Of n columns (outputs x lanes): the largest of peak[] and the column; its sum added to sum[]. */
void lull_lin_tile_reduce(const double *tile, size_t n, size_t n_times, double *peak, double *sum);

/* Rates, falling; n_rates 0 where a part is not a star. */
LULL_NODISCARD int lull_linear_rates(const struct lull_linear *linear, const struct lull_lin_person *person,
				     double *rate_per_h, int *n_rates, struct lull_err *err);

/* For tests: always careful, or always modes (LULL_EDOMAIN where they meet). */
enum lull_lin_way { LULL_LIN_CHOOSE, LULL_LIN_MODES, LULL_LIN_CAREFUL };
void lull_lin_work_way(struct lull_lin_work *work, enum lull_lin_way way);
/* For tests and bench: lull_cpu_isa() unless set (enum lull_isa of num/vec.h). */
void lull_lin_work_isa(struct lull_lin_work *work, int isa);

LULL_END_C

#endif
