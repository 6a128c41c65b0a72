/* lull/ketamine/typical.h - one typical person of a model: curve of a regimen, areas, half-lives, volumes.
 *
 * What `lull models` shows of a model, and what observed curves are laid over. No deviations between people. */
#ifndef LULL_KETAMINE_TYPICAL_H
#define LULL_KETAMINE_TYPICAL_H

#include "lull/ketamine/events.h"

LULL_BEGIN_C

struct lull_typical {
	const struct lull_pm *pm;
	double covariates[LULL_PM_MAX_COVARIATES], params[LULL_PM_MAX_PARAMS];
	int weight_covariate;       /* index, or -1: the model knows no weight        */
	double weight_kg;           /* NAN where it knows none                        */
	struct lull_lin_person person;
};

/* weight_kg NAN: the model's default; covariates without one stand where their effect is centred. */
LULL_NODISCARD int lull_typical_of(const struct lull_pm *pm, double weight_kg, struct lull_typical *out,
				   struct lull_err *err);

/* Values of all linear outputs at t_h[0..n), rising: *values is [output][n], in the arena. `doses` in the words of
 * `lull simulate --ev`. */
LULL_NODISCARD int lull_typical_curve(const struct lull_typical *typical, const char *doses, const double *t_h, size_t n,
				      struct lull_arena *arena, const double **values, struct lull_diags *diags);

/* Area from 0 to infinity of each linear output after one unit of amount (the model's) into an input: the level
 * that a constant rate of one unit per hour keeps up. */
LULL_NODISCARD int lull_typical_area(const struct lull_typical *typical, int input, double area[LULL_LIN_MAX_OUTPUTS],
				     struct lull_err *err);

/* The part of the body an output belongs to: the compartments between which its drug goes to and fro. */
struct lull_disposition {
	int n_half_lives; double half_life_h[LULL_LIN_MAX_STATES]; /* rising; 0 where the part has no real rates */
	double cl_l_per_h, vss_l, mrt_h; /* of a dose put there at once; NAN where the output has no volume */
	int n_states;
};
LULL_NODISCARD int lull_typical_disposition(const struct lull_typical *typical, int output, struct lull_arena *arena,
					    struct lull_disposition *out, struct lull_err *err);

/* The greatest of y[0..n) and where. */
size_t lull_peak_at(const double *y, size_t n);

LULL_END_C

#endif
