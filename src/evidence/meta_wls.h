/* meta_wls.h - weighted least squares on a few coefficients, shared by the files of meta.c. Not installed. */
#ifndef LULL_EVIDENCE_META_WLS_H
#define LULL_EVIDENCE_META_WLS_H

#include "lull/evidence/meta.h"

struct lull_meta__data {
	const struct lull_effect_size *studies;
	const double *mods;  /* k x n_mods or NULL */
	size_t k, p;         /* p = 1 + n_mods     */
};

/* One fit with weights 1/(vi + tau2), or all 1 where equal_weights. */
struct lull_meta__fit {
	double b[LULL_META_MAX_P];
	double inv[LULL_META_MAX_P * LULL_META_MAX_P]; /* (X'WX)^-1                      */
	double log_det;      /* ln |X'WX|                                               */
	double rss;          /* sum w r^2 = y'Py                                        */
	double w2r2;         /* sum w^2 r^2 = y'PPy                                     */
	double sum_w, sum_w2, sum_log_v; /* log_v: ln(vi + tau2)                        */
	double tr_p, tr_pp;  /* traces of P and PP                                      */
	double tr_pv;        /* trace of P V with V = diag(vi), for equal weights       */
};

/* false: X'WX is singular. */
bool lull_meta__wls(const struct lull_meta__data *data, double tau2, bool equal_weights, struct lull_meta__fit *fit);
double lull_meta__x(const struct lull_meta__data *data, size_t i, size_t j); /* the design: 1, then the moderators */
double lull_meta__log_lik(const struct lull_meta__data *data, const struct lull_meta__fit *fit, bool is_reml);
LULL_NODISCARD int lull_meta__tau2(const struct lull_meta__data *data, enum lull_tau2_method method, double *tau2,
				   struct lull_err *err);
/* Where Q(tau2) = target, 0 when Q(0) is below it already. */
double lull_meta__q_root(const struct lull_meta__data *data, double target);

#endif
