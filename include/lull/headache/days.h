/* lull/headache/days.h - how headache days follow each other: a two-state chain fitted to one diary.
 *
 * From day to day a person has a headache or not; the chain has the long-run share pi of
 * headache days and the correlation rho of neighbouring days:
 *	P(headache | free) = pi (1 - rho)      P(headache | headache) = pi + rho (1 - pi)
 * and k days apart P(j | i) = pi_j + rho^k ([i = j] - pi_j), so that missing days need no
 * filling in. One diary is short: the fit is a posterior over a grid of (pi, rho) under the
 * priors of knowledge/chains.yaml. What counts as a headache day is the caller's choice
 * (any headache, migraine, ...). Facts: headache 7. Pure; results in the caller's arena. */
#ifndef LULL_HEADACHE_DAYS_H
#define LULL_HEADACHE_DAYS_H

#include "lull/base/files.h"
#include "lull/base/schema.h"
#include "lull/headache/diary.h"

LULL_BEGIN_C

/* ---- what was recorded ------------------------------------------------------------------ */

/* One answer a civil day: did the day count? Borrowed by what is computed from it. */
enum lull_series_state { LULL_SERIES_NO, LULL_SERIES_YES, LULL_SERIES_MISSING };
struct lull_series {
	lull_day first;
	size_t n;
	const uint8_t *state; /* enum lull_series_state                       */
	const float *pain;    /* peak of the day on 0-10, NAN; NULL: not kept */
};

/* Headache days of a dated diary (LULL_EUNSUPPORTED without dates). */
LULL_NODISCARD int lull_series_of_diary(const struct lull_diary *diary, struct lull_arena *arena,
					struct lull_series *out, struct lull_err *err);

/* The days [from, to) of a series; what lies outside it is missing. */
LULL_NODISCARD int lull_series_part(const struct lull_series *series, lull_day from, lull_day to,
				    struct lull_arena *arena, struct lull_series *out, struct lull_err *err);

/* ---- the chain -------------------------------------------------------------------------- */

struct lull_chain {
	double pi, rho;
};
double lull_chain_p01(const struct lull_chain *chain); /* P(headache | free day before)     */
double lull_chain_p11(const struct lull_chain *chain); /* P(headache | headache day before) */
/* Both are probabilities: rho >= 1 - 1 / max(pi, 1 - pi), and pi within [0, 1]. */
bool lull_chain_valid(const struct lull_chain *chain);
/* P(headache) k days after a day with headache (from = 1) or free (from = 0). */
double lull_chain_after(const struct lull_chain *chain, int from, int k);

/* Mean of a count over n days is n pi; its variance, exactly for a stationary start:
 *	n pi (1 - pi) [(1 + rho)/(1 - rho) - 2 rho (1 - rho^n) / (n (1 - rho)^2)]           */
double lull_chain_count_variance(const struct lull_chain *chain, int n);

/* Distribution of the count over the recorded days of a window. recorded[i] tells whether
 * day i is counted; p_first is P(headache) on day 0 (chain->pi for a stationary start).
 * probs has n + 1 places, probs[c] = P(count = c); at most LULL_CHAIN_MAX_WINDOW days. */
enum { LULL_CHAIN_MAX_WINDOW = 92 };
void lull_chain_count_probs(const struct lull_chain *chain, const bool *recorded, int n, double p_first,
			    double *probs);

/* ---- the fit ---------------------------------------------------------------------------- */

/* knowledge/chains.yaml */
struct lull_days_prior {
	double share_a, share_b;       /* pi ~ Beta(a, b)                           */
	double rho_mean, rho_sd;       /* rho ~ normal, cut to [low, high]          */
	double rho_low, rho_high;
	int32_t history_days;          /* days before a change that describe the person */
	const char *source;
	enum lull_mark mark;
};
struct lull_pain_prior {
	double phi;                    /* correlation of pain on neighbouring headache days ... */
	double pairs;                  /* ... and how many observed pairs the prior is worth    */
	double mean, sd;               /* of headache days, 0-10; used where nothing is recorded */
	const char *source;
	enum lull_mark mark;
};
struct lull_demo_prior {
	double share, rho;             /* of headache days       */
	double migraine_frac;          /* of headache days       */
	double acute_frac;             /* of headache days       */
	double missing_frac, missing_rho;
	double pain_mean, pain_sd;
	const char *source;
	enum lull_mark mark;
};
struct lull_chain_priors {
	struct lull_days_prior days;
	struct lull_pain_prior pain;
	struct lull_demo_prior demo;
};
LULL_NODISCARD int lull_chain_priors_load(const struct lull_files *files, struct lull_arena *arena,
					  struct lull_chain_priors *out, struct lull_diags *diags);

/* Transitions between recorded days k apart with nothing recorded between; longer gaps
 * begin anew. */
enum { LULL_CHAIN_MAX_LAG = 8 };
struct lull_chain_counts {
	double n[LULL_CHAIN_MAX_LAG + 1][2][2]; /* [k][from][to], k >= 1 */
	double begins[2];                       /* first days of pieces  */
	int n_recorded, n_yes, n_missing;
};
void lull_chain_count(const struct lull_series *series, struct lull_chain_counts *out);

/* Posterior: weights over a grid, summing to 1. */
enum { LULL_CHAIN_N_PI = 80, LULL_CHAIN_N_RHO = 40 };
struct lull_chain_fit {
	struct lull_chain_counts counts;
	double pi[LULL_CHAIN_N_PI], rho[LULL_CHAIN_N_RHO];
	double weight[LULL_CHAIN_N_RHO][LULL_CHAIN_N_PI];
	struct lull_chain mean;                /* posterior means             */
	double pi_low, pi_high, rho_low, rho_high; /* central 95 %            */
	double pain_mean, pain_sd, pain_phi;   /* of headache days            */
	int n_pain_days, n_pain_pairs;
};
/* With nothing recorded it is the prior. About 50 kB: made in the arena. */
LULL_NODISCARD int lull_chain_fit_new(const struct lull_series *series, const struct lull_chain_priors *priors,
				      struct lull_arena *arena, const struct lull_chain_fit **out,
				      struct lull_err *err);

/* Log-likelihood of counts under a chain; -INFINITY where it is impossible. */
double lull_chain_log_likelihood(const struct lull_chain *chain, const struct lull_chain_counts *counts);

/* ---- demo diaries ----------------------------------------------------------------------- */

/* An invented diary from an uncalibrated chain: for examples and tests, never a patient.
 * Marked invented; same seed and number, same diary. */
struct lull_demo {
	uint64_t seed, patient;
	lull_day first;
	int n_days;                /* 1..3660 */
	double share, rho;         /* NAN: the priors' */
	double pain_mean;          /* NAN: the priors' */
};
LULL_NODISCARD int lull_demo_diary(const struct lull_demo *demo, const struct lull_chain_priors *priors,
				   struct lull_arena *arena, struct lull_diary *out, struct lull_err *err);

LULL_END_C

#endif
