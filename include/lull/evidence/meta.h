/* lull/evidence/meta.h - pooling studies: fixed and random effects, heterogeneity, regression on moderators.
 *
 * tau2 by DerSimonian-Laird, restricted or full maximum likelihood, Paule-Mandel, Hedges, Sidik-Jonkman or empirical Bayes
 * (which equals Paule-Mandel); Wald or Knapp-Hartung intervals; prediction interval; Q-profile and profile-likelihood
 * intervals of tau2. Formulas and numbers as R's metafor (Viechtbauer 2010). Pure; sums in the order of the studies. docs/evidence.md. */
#ifndef LULL_EVIDENCE_META_H
#define LULL_EVIDENCE_META_H

#include "lull/evidence/measure.h"

LULL_BEGIN_C

enum lull_tau2_method { LULL_META_FE, LULL_META_DL, LULL_META_REML, LULL_META_ML, LULL_META_PM, LULL_META_HE,
			LULL_META_SJ, LULL_META_EB, LULL_META_N_METHODS };
extern const char *const lull_tau2_method_names[]; /* "FE", "DL", .., NULL */

enum { LULL_META_MAX_P = 6, LULL_META_MAX_K = 100000 }; /* coefficients with the intercept; studies */

struct lull_meta_options {
	enum lull_tau2_method method;
	bool knha;
	double level;             /* of intervals; 0 = 0.95                                      */
	const double *mods;       /* k rows of n_mods values; NULL = none                        */
	size_t n_mods;
};

struct lull_meta_coefficient { double estimate, se, stat, p, ci_lb, ci_ub; };

struct lull_meta {
	size_t k, p;              /* studies, coefficients                                       */
	struct lull_meta_coefficient b[LULL_META_MAX_P]; /* [0] = intercept: the pooled effect    */
	double df;                /* of the t distribution under Knapp-Hartung; INFINITY = normal */
	double tau2;
	double tau2_qp_lb, tau2_qp_ub; /* Q-profile                                              */
	double tau2_pl_lb, tau2_pl_ub; /* profile likelihood (ML, REML; else NAN)                */
	double i2, h2;            /* percent; ratio                                              */
	double q, q_df, q_p;      /* residual heterogeneity                                      */
	double qm, qm_p;          /* moderators together; NAN without                            */
	double pi_lb, pi_ub;      /* where a new study's effect would lie; without moderators    */
	double log_lik;           /* of the likelihood maximised (REML, ML); else NAN            */
	double *weights;          /* k, percent, in the arena                                    */
};

/* LULL_EDOMAIN: no study, more coefficients than studies, moderators that are not independent; LULL_EUNSUPPORTED: the
 * likelihood has no maximum that could be found. One study pools to itself with tau2 0 and no interval of it (NAN). */
LULL_NODISCARD int lull_meta_fit(const struct lull_effect_size *studies, size_t k, const struct lull_meta_options *options,
				 struct lull_arena *arena, struct lull_meta *out, struct lull_err *err);

/* Egger's regression on the standard error (weighted, multiplicative dispersion, t with k - 2). LULL_EUNSUPPORTED
 * below LULL_EGGER_MIN studies: the test says nothing there (Sterne 2011, doi 10.1136/bmj.d4002). */
enum { LULL_EGGER_MIN = 10 };
struct lull_egger { double slope, se, t, df, p; };
LULL_NODISCARD int lull_meta_egger(const struct lull_effect_size *studies, size_t k, struct lull_egger *out,
				   struct lull_err *err);

/* The pooled effect with study i left out, i = 0 .. k-1, or with the first i + 1 studies; k results in the arena. Weights are NULL. */
LULL_NODISCARD int lull_meta_leave_one_out(const struct lull_effect_size *studies, size_t k, const struct lull_meta_options *options,
					   struct lull_arena *arena, struct lull_meta **out, struct lull_err *err);
LULL_NODISCARD int lull_meta_cumulative(const struct lull_effect_size *studies, size_t k, const struct lull_meta_options *options,
					struct lull_arena *arena, struct lull_meta **out, struct lull_err *err);

LULL_END_C

#endif
