/* Between effect.c (checks, ops, lanes) and the kernels in effect_kernel.h (arithmetic, one object a set of
 * instructions). Rows are eight lanes wide; an idle lane holds harmless numbers. Method: docs/math/effects.md. */
#ifndef LULL_KETAMINE_EFFECT_IMPL_H
#define LULL_KETAMINE_EFFECT_IMPL_H

#include "lull/ketamine/effect.h"
#include "lull/num/vec.h"

enum {
	LULL_EFFECT__N = 10,        /* degree of a panel's polynomial: N + 1 Chebyshev-Lobatto nodes */
	LULL_EFFECT__MAX_MODES = 32
};

/* Linear maps of the values at a panel's nodes, for a panel of length 1; made once (effect.c). */
struct lull_effect__tables {
	double node[LULL_EFFECT__N + 1];                         /* 0 ... 1                            */
	double tail[4][LULL_EFFECT__N + 1];                      /* Chebyshev coefficients N - 3 to N  */
	double to_end[LULL_EFFECT__N + 1];                       /* integral over the panel            */
	double to_node[LULL_EFFECT__N + 1][LULL_EFFECT__N + 1];  /* integral from 0 to node            */
	double integral[LULL_EFFECT__N + 2][LULL_EFFECT__N + 1]; /* Chebyshev coefficients of the integral from 0 */
};

/* One effect's numbers in lanes. */
struct lull_effect__numbers {
	double e0[8], slope[8], emax[8], c50[8], gamma[8], kin[8], kout[8], base[8]; /* base = kin / kout */
	double intercept[LULL_EFFECT_MAX_GRADES][8];
};

/* One stepped effect over one stretch. */
struct lull_effect__run {
	enum lull_effect_kind kind;
	struct lull_effect__numbers n;
	double r[8];                /* in: at the stretch's start; out: at its end      */
	double scale[8];            /* what atol is relative to                         */
	double rtol, atol;
	/* the drive */
	int n_modes;                /* 0: by stretch->eval, lane 0 only                 */
	double rate[LULL_EFFECT__MAX_MODES][8], coef[LULL_EFFECT__MAX_MODES][8], level[8], ramp[8];
	const struct lull_lin_stretch *stretch;
	int output;
	double first_step_h[8], length_h[8], t0_h[8];
	/* outputs: times i of lane l go to value[i * stride + l] */
	unsigned lanes;             /* bit l: lane l takes part                         */
	const double *t_h[8];
	size_t n_times, stride;
	double *value;
	/* what came of it */
	unsigned failed, nonfinite; /* tolerance out of reach; not a number             */
	uint64_t n_steps, n_refused;
};

#define LULL_EFFECT__DECLARE(set)                                                                                    \
	void lull_effect__step_##set(const struct lull_effect__tables *tables, struct lull_effect__run *run);         \
	void lull_effect__direct_##set(enum lull_effect_kind kind, int n_grades, const struct lull_effect__numbers *n, \
				       int width, const double *conc, size_t conc_stride, double *out, size_t out_stride, \
				       size_t n_times);
LULL_EFFECT__DECLARE(scalar)
LULL_EFFECT__DECLARE(avx2)
LULL_EFFECT__DECLARE(avx512)
#undef LULL_EFFECT__DECLARE

#endif
