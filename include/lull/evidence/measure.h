/* lull/evidence/measure.h - what one study says: effect sizes with their sampling variances, and back again.
 *
 * Proportions (logit, Freeman-Tukey, raw), means, mean and standardised mean differences, risk ratio, odds
 * ratio, risk difference, or an effect with its variance as given. The formulas are those of Cooper, Hedges and
 * Valentine's handbook as R's metafor computes them (Viechtbauer 2010, J Stat Softw 36(3), doi 10.18637/jss.v036.i03). Pure. */
#ifndef LULL_EVIDENCE_MEASURE_H
#define LULL_EVIDENCE_MEASURE_H

#include <stddef.h>
#include "lull/base/err.h"
#include "lull/base/mem.h"

LULL_BEGIN_C

enum lull_measure {
	LULL_PLO, /* logit of a proportion: xi, ni                          */
	LULL_PFT, /* Freeman-Tukey double arcsine of a proportion: xi, ni   */
	LULL_PR,  /* proportion as it is: xi, ni                            */
	LULL_MN,  /* mean: m1i, sd1i, n1i                                   */
	LULL_MD,  /* mean difference: m1i, sd1i, n1i, m2i, sd2i, n2i        */
	LULL_SMD, /* Hedges' g, exact bias correction                       */
	LULL_RR,  /* ln risk ratio: ai, bi, ci, di                          */
	LULL_OR,  /* ln odds ratio                                          */
	LULL_RD,  /* risk difference                                        */
	LULL_GEN, /* yi, vi as given                                        */
	LULL_N_MEASURES
};
extern const char *const lull_measure_names[];   /* "PLO", .., NULL */
extern const char *const lull_measure_says[];    /* "logit of a proportion", ..; same order */

/* The columns a measure reads, in this order into lull_effect_inputs.in; NULL-ended. */
const char *const *lull_measure_columns(enum lull_measure measure);

enum { LULL_MEASURE_COLUMNS = 6 };
struct lull_effect_inputs {
	const char *study;
	double in[LULL_MEASURE_COLUMNS];
};

struct lull_effect_size {
	const char *study;       /* borrowed                                      */
	double yi, vi;           /* on the analysis scale; vi > 0                 */
	double n;                /* people in it; NAN when not known (GEN)        */
	bool was_corrected;      /* a zero cell: 1/2 was added to each            */
};

/* LULL_EDOMAIN with the column named: counts whole and not negative, events at most n, sd > 0, n above 1, vi > 0. */
LULL_NODISCARD int lull_effect_size(enum lull_measure measure, const struct lull_effect_inputs *inputs,
				    struct lull_effect_size *out, struct lull_err *err);

/* A value of the analysis scale as people read it (risk ratio, proportion); harmonic_n: of the studies, PFT alone. A
 * Freeman-Tukey value outside what n people can give becomes the nearest proportion, 0 or 1. */
double lull_effect_back(enum lull_measure measure, double y, double harmonic_n);

LULL_END_C

#endif
