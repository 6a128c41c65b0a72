/* lull/headache/response.h - before and after a date: 28-day windows, responders, and whether a change is real.
 *
 * Counts of incomplete windows are prorated to 28 days from 14 recorded days on, never
 * below; the bounds with every missing day free and every missing day counted are always
 * given. What counts as a day (any headache, migraine, ...) is the caller's series, and is
 * stored with the answer by the caller.
 *
 * Two probabilities, from the day-to-day chain of this diary (headache/days.h), with the
 * uncertainty of its share and correlation:
 *  - chance: had nothing changed, how often a 28-day window after these days would show a
 *    count at least this far on that side;
 *  - lower: that the underlying share of days is lower after than before.
 * Neither knows why. People start treatment in their worst weeks and then move back towards
 * their usual level: regression to the mean is not in them, nor is placebo, and status
 * moves by itself (only 26.6 % of people with chronic migraine had it in all quarterly
 * waves of a year). Facts: headache 0 (9), 3, 7. Pure; results in the caller's arena. */
#ifndef LULL_HEADACHE_RESPONSE_H
#define LULL_HEADACHE_RESPONSE_H

#include "lull/headache/classify.h"
#include "lull/headache/days.h"

LULL_BEGIN_C

/* knowledge/response.yaml; how days become months is knowledge/criteria/counting.yaml. */
enum { LULL_N_RESPONDERS = 4, LULL_RESPONSE_MONTHS = 3 };
struct lull_response_rules {
	const double *responder_percent; /* 30, 50, 75, 100                      */
	size_t n_responders;             /* LULL_N_RESPONDERS                    */
	double intensity_points;         /* fall of mean pain that counts        */
	double intensity_min_days;       /* headache days with pain in each window */
	double chronic_days;             /* headache days a month from which it is chronic */
	const char *meaning;             /* what the probabilities say and do not say */
	const char *source;
	enum lull_mark mark;
};
LULL_NODISCARD int lull_response_rules_load(const struct lull_files *files, struct lull_arena *arena,
					    struct lull_response_rules *out, struct lull_diags *diags);

/* One window of 28 days. */
struct lull_window {
	lull_day first;
	int n_days, n_recorded, n_yes;
	double per_28;             /* n_yes 28 / n_recorded, not rounded; NAN with too few days */
	double low, high;          /* missing days all free, all counted                    */
	bool trial_grade;          /* enough recorded days for a trial's baseline           */
	double mean_pain;          /* of its headache days; NAN                             */
	int n_pain;
};
/* The 28 days from first on. */
void lull_window_of(const struct lull_series *series, lull_day first, const struct lull_counting *counting,
		    struct lull_window *out);

struct lull_response {
	struct lull_window before, after;
	double change, percent;    /* of per_28; NAN unknown; percent NAN from 0            */
	double change_low, change_high;         /* with the missing days at either end      */
	enum lull_answer responder[LULL_N_RESPONDERS];          /* by the estimate; unknown when it cannot be judged */
	enum lull_answer responder_strict[LULL_N_RESPONDERS];   /* unknown counts as no     */
	bool responder_could_change[LULL_N_RESPONDERS];         /* missing days could turn it */
	double intensity_change;   /* mean pain after - before; NAN                         */
	enum lull_answer intensity_response;
	/* from the chain fitted to the days before (at most history_days of them) */
	const struct lull_chain_fit *fit;
	int n_history;             /* recorded days in it                                   */
	double expected_per_28, expected_sd;    /* of the after window had nothing changed  */
	double chance;             /* a count at least as far from expected, on that side   */
	double lower;              /* P(underlying share lower after than before)           */
	const char *meaning;       /* borrowed from the rules                               */
};

/* before_end: the first day that is no longer "before" (the infusion's day); after_first: the
 * first day of the window after. Days between belong to neither. */
LULL_NODISCARD int lull_response_run(const struct lull_series *series, lull_day before_end, lull_day after_first,
				     const struct lull_response_rules *rules, const struct lull_counting *counting,
				     const struct lull_chain_priors *priors, struct lull_arena *arena,
				     struct lull_response *out, struct lull_err *err);

/* From chronic to episodic: three months after a date. The two definitions in use differ
 * two-fold (44.5 and 22.4 % on placebo), so both are given. */
struct lull_conversion {
	struct lull_window before, month[LULL_RESPONSE_MONTHS];
	enum lull_answer was_chronic;
	double mean_per_28;            /* of the three months; NAN                    */
	enum lull_answer by_mean;      /* mean below the line                         */
	enum lull_answer in_each;      /* every month below the line                  */
};
void lull_conversion_of(const struct lull_series *series, lull_day before_end, lull_day after_first,
			const struct lull_response_rules *rules, const struct lull_counting *counting,
			struct lull_conversion *out);

/* A series from classified days: yes, no, or (a feature is unknown) missing. */
LULL_NODISCARD int lull_series_of_classes(const struct lull_diary *diary, const struct lull_classification *classes,
					  enum lull_day_definition definition, struct lull_arena *arena,
					  struct lull_series *out, struct lull_err *err);

/* How often the count after would be at most (side < 0) or at least (side > 0) n_yes under the
 * fitted chain: the count's exact distribution for each chain of the posterior, weighted.
 * last_state (0, 1, -1 none) was recorded gap days before the window's first day. *mean and
 * *sd of the count may be NULL. */
double lull_chain_tail(const struct lull_chain_fit *fit, const bool *recorded, int n, int last_state, int gap,
		       int n_yes, int side, double *mean, double *sd);

/* P(share after < share before): both windows' likelihoods over the grid, one correlation
 * for both, flat priors on the shares. */
double lull_chain_prob_lower(const struct lull_chain_fit *before, const struct lull_chain_counts *after,
			     const struct lull_chain_priors *priors);

LULL_END_C

#endif
