/* lull/ketamine/vpc.h - a visual predictive check: percentiles of observations by bins of time, beside the same
 * percentiles of a study simulated many times.
 *
 * Values below quantification count as the lowest of their bin: a percentile that falls among them has no
 * value (-inf), and their share is a statistic of its own. Prediction correction: y m / p, p the
 * typical prediction and m the bin's median of them (Bergstrand, Hooker, Wallin, Karlsson, AAPS J 13
 * (2011) 143-151, doi 10.1208/s12248-011-9255-z); a corrected value has no place among the censored, so
 * these are then left out of the percentiles. */
#ifndef LULL_KETAMINE_VPC_H
#define LULL_KETAMINE_VPC_H

#include <stdbool.h>
#include <stddef.h>
#include "lull/base/err.h"
#include "lull/base/mem.h"

LULL_BEGIN_C

enum {
	LULL_VPC_MAX_Q = 9, LULL_VPC_MAX_BINS = 200, LULL_VPC_MAX_STRATA = 12,
	LULL_VPC_EACH_TIME = 15, /* up to so many different times are bins of their own ... */
	LULL_VPC_BINS = 10       /* ... else so many bins of equal numbers                  */
};

struct lull_vpc_obs {
	double x, dv;
	double pred;         /* of the typical person                     */
	bool is_blq;
	bool is_out;         /* not checked: no prediction, no time       */
	int stratum;
};

/* A percentile, or the share below quantification: observed, and over replicates. */
struct lull_vpc_stat {
	double observed, low, mid, high; /* -INFINITY: among the censored; NAN: none */
};

struct lull_vpc_bin {
	int stratum, number;       /* number from 1 within its stratum            */
	double from, to;           /* from <= x < to; the last bin holds its end  */
	double x;                  /* median of its observations'                 */
	size_t n, n_blq;
	struct lull_vpc_stat stat[LULL_VPC_MAX_Q + 1]; /* n_q percentiles, then the share */
};

/* What is asked, then what is answered; arrays live in the arena. */
struct lull_vpc {
	struct lull_arena *arena;
	struct lull_vpc_obs *obs; size_t n_obs;
	const char *strata[LULL_VPC_MAX_STRATA]; int n_strata; /* their names                */
	double q[LULL_VPC_MAX_Q]; int n_q;       /* rising, 0..1                             */
	double ci;                               /* of replicates: 0.95                      */
	double lloq; bool has_lloq;              /* lloq -INFINITY without                   */
	bool pred_corr;
	int n_asked;                             /* number of bins; 0: chosen                */
	const double *edges; size_t n_edges;     /* or these; observations outside are not checked */
	struct lull_vpc_bin *bins; size_t n_bins;
	double *shown;                           /* of each observation: as it is drawn; NAN: not */
};

/* values[replicate][observation] of simulated studies; NAN where a person failed (then left out of
 * that replicate). LULL_EDOMAIN without observations or replicates. */
LULL_NODISCARD int lull_vpc_run(struct lull_vpc *vpc, const double *values, size_t n_rep, struct lull_err *err);

/* The p-th quantile (type 7) of n rising values among which -INFINITY stands for censored ones: -INFINITY where it
 * is one of these or lies between one and a value. NAN for n = 0. */
double lull_vpc_quantile(const double *rising, size_t n, double p);

LULL_END_C

#endif
