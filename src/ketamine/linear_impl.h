/* What the files of linear.c share: the shape taken apart, eight lanes of modes, one person's careful way.
 *
 * Arrays of lanes are rows of LULL_LANES doubles. A mode has the number of a place: places[] lists the
 * states part by part, sources first, the centre of a star before its legs. Notation: docs/math/linear.md. */
#ifndef LULL_KETAMINE_LINEAR_IMPL_H
#define LULL_KETAMINE_LINEAR_IMPL_H

#include "lull/ketamine/linear.h"
#include "lull/num/vec.h"

enum { LULL_LINEAR__MAX_TIMES = 32 }; /* of a tile */

/* Where a flow lies. */
enum lull_linear__where { LULL_LINEAR__OUT, LULL_LINEAR__TO_LEG, LULL_LINEAR__TO_CENTRE, LULL_LINEAR__INNER, LULL_LINEAR__ACROSS };

struct lull_linear__part {
	int first, n; /* its places; the first is the centre */
};

struct lull_linear {
	struct lull_lin_shape shape;
	int n; /* states, places, modes */
	bool has_modes; /* every part is one state or a star */
	int n_parts;
	struct lull_linear__part part[LULL_LIN_MAX_STATES];
	int state_at[LULL_LIN_MAX_STATES], place_of[LULL_LIN_MAX_STATES], part_of_place[LULL_LIN_MAX_STATES];
	enum lull_linear__where where[LULL_LIN_MAX_FLOWS];
	uint32_t above[LULL_LIN_MAX_STATES]; /* places of other parts from which something reaches this one */
	int output_place[LULL_LIN_MAX_OUTPUTS];
	int n_output_modes[LULL_LIN_MAX_OUTPUTS]; /* later modes never show in this output */
	int n_shown;                              /* modes that show in any                */
	int n_tile;                               /* times in a full tile                  */
};

/* Eight people's modes and where they stand. [i][j] of an n x n array: row i * n + j. */
struct lull_linear__lanes {
	double *flow_rate, *flow_gain, *scale;  /* [flow], [flow], [output]                     */
	double *rate, *inv_rate;                /* [mode]; 1 / rate, 0 where the rate is 0      */
	double *right, *left;                   /* [place][mode], [mode][place]: a part's own   */
	double *across;                         /* [mode][mode] feeding across parts            */
	double *v, *w, *v_gap, *w_gap;          /* [mode][mode] partial fractions, their growth */
	double *to_place;                       /* [place][mode]: amounts from modes            */
	double *from_place;                     /* [mode][place]                                */
	double *weight;                         /* [output][mode]                               */
	double *y, *input, *fed;                /* [mode], [place] rates in force, [mode]       */
	double *amount;                         /* [place]                                      */
	double *held, *gained;                  /* [output][mode]: weight y, weight fed         */
	double *e, *g;                          /* [time][mode] of a tile                       */
	double *by, *more;                      /* [mode]: e and g of one step of the grid      */
	double *level, *slope, *coef;           /* of a stretch                                 */
};

/* One set of instructions. Functions work on all eight lanes. */
struct lull_linear__kernel {
	/* From flow_rate, flow_gain, scale; returns the lanes (bits) whose modes meet or do not exist. */
	unsigned (*modes)(const struct lull_linear *linear, struct lull_linear__lanes *lanes);
	void (*bolus)(const struct lull_linear *linear, struct lull_linear__lanes *lanes, int place, const double *amount);
	void (*feed)(const struct lull_linear *linear, struct lull_linear__lanes *lanes);      /* fed    <- input  */
	void (*to_amounts)(const struct lull_linear *linear, struct lull_linear__lanes *lanes); /* amount <- y      */
	void (*from_amounts)(const struct lull_linear *linear, struct lull_linear__lanes *lanes); /* y   <- amount */
	void (*advance)(const struct lull_linear *linear, struct lull_linear__lanes *lanes, double dt_h, bool is_fed);
	/* held, gained; returns the lanes (bits) with a value that is not finite. */
	unsigned (*show)(const struct lull_linear *linear, struct lull_linear__lanes *lanes);
	void (*stretch)(const struct lull_linear *linear, struct lull_linear__lanes *lanes, double dt_h);
	void (*step)(const struct lull_linear *linear, struct lull_linear__lanes *lanes, double step_h); /* by, more */
	/* Outputs at n <= n_tile times after the stretch's begin; step_h > 0: t_h[i] - t_h[0] = i step_h, after step(). */
	void (*tile)(const struct lull_linear *linear, struct lull_linear__lanes *lanes, const double *t_h, size_t n,
		     double t0_h, double step_h, bool is_fed, double *tile);
	bool (*rises)(const double *t, size_t n); /* never falls, no NAN */
	/* Of whole groups: lull_lin_tile_rows, lull_lin_tile_reduce. */
	void (*rows)(const double *tile, int n_outputs, size_t n_times, double *row, size_t stride);
	void (*reduce)(const double *tile, size_t n, size_t n_times, double *peak, double *sum);
};
extern const struct lull_linear__kernel lull_linear__kernel_scalar;
#if defined(__x86_64__)
extern const struct lull_linear__kernel lull_linear__kernel_avx2, lull_linear__kernel_avx512;
#endif

/* One person by uniformisation: P = I + K / q >= 0; table[l] is exp(K h) and its integral over h = 2^(l-4) / q. */
enum { LULL_LINEAR__FINE = 4, LULL_LINEAR__LEVELS = 64 };
struct lull_linear__careful {
	const struct lull_linear *linear;
	const struct lull_lin_person *person;
	double q;
	double flow[LULL_LIN_MAX_FLOWS], stay[LULL_LIN_MAX_STATES]; /* P: off the diagonal by flow, and on it (by place) */
	int n_levels;                /* made so far                                        */
	double *exp_table, *int_table; /* [level][place][place]                           */
	double x[LULL_LIN_MAX_STATES], input[LULL_LIN_MAX_STATES]; /* by place            */
	/* Where the digits of the last time were the same, their vectors serve again. */
	uint64_t cached; bool is_cached;
	double after[LULL_LINEAR__LEVELS][LULL_LIN_MAX_STATES];
	double *scratch;             /* 2 n n                                              */
	double *step, *step_int;     /* exp(K step) and its integral, for step_h > 0       */
	double step_h;
};

const struct lull_linear__kernel *lull_linear__kernel_of(enum lull_isa isa);

int lull_linear__careful_memory(const struct lull_linear *linear, struct lull_linear__careful *careful, struct lull_err *err);
void lull_linear__careful_free(struct lull_linear__careful *careful);
void lull_linear__careful_person(struct lull_linear__careful *careful, const struct lull_lin_person *person);
/* x or input was changed. */
void lull_linear__careful_moved(struct lull_linear__careful *careful);
/* The amounts dt_h >= 0 later. */
void lull_linear__careful_at(struct lull_linear__careful *careful, double dt_h, double *x);
/* x one step_h later, by one table made for the person: for uniform grids. */
void lull_linear__careful_step(struct lull_linear__careful *careful, double step_h, double *x);
/* Amounts at steady state of op, added to x. */
int lull_linear__careful_steady(struct lull_linear__careful *careful, const struct lull_op *op, struct lull_err *err);

/* Whether `person` has a steady state for input into `state`: whatever is reached can leave. */
bool lull_linear__leaves(const struct lull_linear *linear, const struct lull_lin_person *person, int state);
/* Numbers and ops of a job are in their range; its times too where new_times is given. */
int lull_linear__check_job(const struct lull_linear *linear, const struct lull_lin_job *job, const struct lull_linear__kernel *new_times,
			   struct lull_err *err);

#endif
