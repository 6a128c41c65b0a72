/* lull/ketamine/kinetics.h - concentrations and effect-site levels over time, exact between events.
 *
 * Kinetics are linear: the parent is a sum of modes (eigenvalues of its compartment
 * matrix), each obeying x' = c R(t) - lambda x. Everything driven by the parent (norketamine's
 * own two modes, effect sites, a venous lag) is a first-order filter of that sum, solved exactly by
 * divided differences of the exponential, also where rates meet. Nothing is stepped.
 * Units: h, mg, L; concentrations ng/mL. */
#ifndef LULL_KETAMINE_KINETICS_H
#define LULL_KETAMINE_KINETICS_H

#include "lull/ketamine/model.h"
#include "lull/ketamine/regimen.h"

enum { LULL_MAX_FILTERS = 6 };

/* One first-order follower of the parent: dz/dt = k (C_parent - z), or norketamine's mode. */
struct lull_modes {
	int n;                          /* parent modes, 1..3               */
	double lambda_per_h[3];
	double coef_per_l[3];           /* C_j of a unit bolus; sum = 1/V1  */
	int n_nk;                       /* 0..2                             */
	double mu_per_h[2];
	double nk_gain_per_h[2];        /* N' = gain C_parent(mg/L) - mu N, N in mg/L */
};
LULL_NODISCARD int lull_modes_of(const struct lull_pk *pk, struct lull_modes *out,
				 struct lull_err *err);

/* What to compute: the parent always; filters with their rate constants. */
struct lull_follow {
	int n_filters;                       /* <= LULL_MAX_FILTERS      */
	double k_per_h[LULL_MAX_FILTERS];    /* ke0, ks, kv ...          */
};

/* Exact state at one time; zero at the start. Advance it over the compiled input. */
struct lull_kin_state {
	double t_h;
	double x[3];                         /* parent modes, mg/L       */
	double nk[2];                        /* norketamine modes, mg/L  */
	double z[LULL_MAX_FILTERS];          /* followers, mg/L          */
	double auc_mg_h_per_l;               /* of the parent            */
};

/* Move the state by dt_h >= 0 under a constant rate. */
void lull_kin_advance(const struct lull_modes *modes, const struct lull_follow *follow,
		      double rate_mg_per_h, double dt_h, struct lull_kin_state *state);
void lull_kin_bolus(const struct lull_modes *modes, double mg, struct lull_kin_state *state);
double lull_kin_parent_ng_per_ml(const struct lull_modes *modes, const struct lull_kin_state *state);
double lull_kin_nk_ng_per_ml(const struct lull_modes *modes, const struct lull_kin_state *state);

/* Curves at the rising times t_h[0..n): any output pointer may be NULL; z is
 * n_filters rows of n. Values at an event's time are those after a bolus. */
LULL_NODISCARD int lull_kin_curves(const struct lull_pk *pk, const struct lull_follow *follow,
				   const struct lull_input *input, const double *t_h, size_t n,
				   double *parent_ng_per_ml, double *nk_ng_per_ml,
				   double *z_ng_per_ml, double *auc_ng_h_per_ml,
				   struct lull_err *err);

#endif
