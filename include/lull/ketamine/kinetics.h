/* lull/ketamine/kinetics.h - concentrations and effect-site levels over time, exact between events.
 *
 * Kinetics are linear: the parent is a sum of modes (eigenvalues of its compartment
 * matrix), each obeying x' = c R(t) - lambda x. Everything driven by the parent (norketamine's
 * own two modes, effect sites, a venous lag, the area) is a first-order follower z' = g C - k z,
 * solved by divided differences of the exponential, also where rates meet. Nothing is
 * stepped: a value depends on the input and its time, not on the other times asked for.
 * Units: h, mg, L; concentrations ng/mL. Derivation: docs/math/kinetics.md. */
#ifndef LULL_KETAMINE_KINETICS_H
#define LULL_KETAMINE_KINETICS_H

#include "lull/ketamine/model.h"
#include "lull/ketamine/regimen.h"

LULL_BEGIN_C

enum {
	LULL_MAX_PARENT_MODES = 3,
	LULL_MAX_NK_MODES = 2,
	LULL_MAX_FILTERS = 6,
	LULL_MAX_FOLLOWERS = LULL_MAX_NK_MODES + LULL_MAX_FILTERS + 1
};

/* Which first-order followers to keep: dz/dt = k (C_parent - z), e.g. ke0, ks, the venous lag. */
struct lull_follow {
	int n_filters; /* 0..LULL_MAX_FILTERS */
	double k_per_h[LULL_MAX_FILTERS];
};

/* A parent mode and a follower, prepared: what does not depend on time. */
struct lull_mode_pair {
	double inv_gap; /* 1 / (k - lambda)                                 */
	double inv_hi;  /* 1 / the larger rate                              */
	double hi, gap; /* the larger rate; |k - lambda|                    */
	bool is_close;  /* the rates (nearly) meet: use the careful form    */
};

/* One person's kinetics, prepared once and used for any input. */
struct lull_modes {
	int n;                                      /* parent modes, 1..3              */
	double lambda_per_h[LULL_MAX_PARENT_MODES]; /* falling                         */
	double coef_per_l[LULL_MAX_PARENT_MODES];   /* C after a unit bolus; sum 1/V1  */
	double cl_l_per_h;
	/* followers: n_nk modes of norketamine, then the filters, then the area (k = 0) */
	int n_nk, n_filters, n_followers;
	double k_per_h[LULL_MAX_FOLLOWERS], gain_per_h[LULL_MAX_FOLLOWERS];
	struct lull_mode_pair pair[LULL_MAX_FOLLOWERS][LULL_MAX_PARENT_MODES];
};

/* follow may be NULL. LULL_EDOMAIN names a parameter that is not in
 * [LULL_PK_MIN, LULL_PK_MAX], or a compartment with a volume and no flow. */
#define LULL_PK_MIN 1e-6
#define LULL_PK_MAX 1e6
LULL_NODISCARD int lull_modes_of(const struct lull_pk *pk, const struct lull_follow *follow,
				 struct lull_modes *out, struct lull_err *err);

/* ln 2 / rate */
static inline double lull_half_life_h(double rate_per_h) { return 0x1.62e42fefa39efp-1 / rate_per_h; }

/* Exact state at one time; zero is the start, nothing given yet. */
struct lull_kin_state {
	double t_h;
	double x[LULL_MAX_PARENT_MODES]; /* parent modes, mg/L                        */
	double z[LULL_MAX_FOLLOWERS];    /* followers, mg/L; the last: area, mg h / L */
};

/* Move the state by dt_h >= 0 under a constant rate; add a bolus at the present time. */
void lull_kin_advance(const struct lull_modes *modes, double rate_mg_per_h, double dt_h,
		      struct lull_kin_state *state);
void lull_kin_bolus(const struct lull_modes *modes, double mg, struct lull_kin_state *state);

double lull_kin_parent_ng_per_ml(const struct lull_modes *modes, const struct lull_kin_state *state);
double lull_kin_nk_ng_per_ml(const struct lull_modes *modes, const struct lull_kin_state *state);
double lull_kin_filter_ng_per_ml(const struct lull_modes *modes, const struct lull_kin_state *state, int i);
double lull_kin_auc_ng_h_per_ml(const struct lull_modes *modes, const struct lull_kin_state *state);
/* Parent still in the body = what its clearance will yet remove. */
double lull_kin_body_mg(const struct lull_modes *modes, const struct lull_kin_state *state);

/* Curves at the times t_h[0..n), >= 0 and not falling. Any output may be NULL; z is
 * n_filters rows of n, one after the other. A value at an event's time is that after a
 * bolus. Needs no memory; costs one exponential a mode, follower wanted and time. */
LULL_NODISCARD int lull_kin_curves_of(const struct lull_modes *modes, const struct lull_input *input,
				      const double *t_h, size_t n, double *parent_ng_per_ml,
				      double *nk_ng_per_ml, double *z_ng_per_ml,
				      double *auc_ng_h_per_ml, struct lull_err *err);

/* The same from parameters, in one call. */
LULL_NODISCARD int lull_kin_curves(const struct lull_pk *pk, const struct lull_follow *follow,
				   const struct lull_input *input, const double *t_h, size_t n,
				   double *parent_ng_per_ml, double *nk_ng_per_ml,
				   double *z_ng_per_ml, double *auc_ng_h_per_ml,
				   struct lull_err *err);

/* The state after everything up to t_h has entered. */
LULL_NODISCARD int lull_kin_state_at(const struct lull_modes *modes, const struct lull_input *input,
				     double t_h, struct lull_kin_state *out, struct lull_err *err);

LULL_END_C

#endif
