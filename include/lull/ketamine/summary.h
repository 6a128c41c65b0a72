/* lull/ketamine/summary.h - a population summed up while it is simulated: at each time over people, and of
 * each person's curve over people.
 *
 * Tiles go in as the simulation makes them (struct lull_sim_sink, simulate.h); nobody's curve is kept. Each
 * thread sums up a chunk of people, and chunks are merged in their order, so that the result has the same bits
 * for any number of threads; counts for quantiles are integers and commute. Memory does not grow with the number
 * of people. What is computed how: docs/math/summary.md. */
#ifndef LULL_KETAMINE_SUMMARY_H
#define LULL_KETAMINE_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lull/base/err.h"

LULL_BEGIN_C

enum {
	LULL_SUMMARY_CHUNK = 256,                /* most people in a chunk                         */
	LULL_SUMMARY_MAX_OUTPUTS = 64,
	LULL_SUMMARY_MAX_LEVELS = 32,
	LULL_SUMMARY_MAX_INTERVALS = 128,
	LULL_SUMMARY_MAX_SLOTS = 1024
};
#define LULL_SUMMARY_EXACT_BYTES ((size_t)64 << 20)

struct lull_summary_level { int output; double level; };
struct lull_summary_interval { double start_h, end_h; };

/* Arrays are copied. Zero is a valid value of every member but n_outputs and n_slots. */
struct lull_summary_options {
	int n_outputs;
	const double *t_h; size_t n_times;       /* times that all people share; none: nothing by time     */
	const double *probs; size_t n_probs;     /* quantiles, rising within [0, 1]                        */
	const struct lull_summary_level *levels; size_t n_levels;
	const struct lull_summary_interval *intervals; size_t n_intervals; /* rising, e.g. dosing intervals */
	/* [output]: the output that is its integral over time, -1 none; NULL: none. Areas are then differences of
	 * that output, exact where an interval's ends are output times; else trapezoids on the output times. */
	const int *integral;
	size_t n_groups;                         /* summed up apart: replicates, arms; 0: 1                */
	/* People in a group; 0: not known. When all their values fit into exact_bytes (0: LULL_SUMMARY_EXACT_BYTES) they
	 * are kept and quantiles are exact (type 7); else they come from num/sketch.h, within LULL_SKETCH_REL_ERROR. */
	uint64_t n_people;
	size_t exact_bytes;
	size_t n_slots; int n_threads;           /* of the pool's job; n_threads 0: 1                      */
};

struct lull_summary;
LULL_NODISCARD int lull_summary_new(const struct lull_summary_options *options, struct lull_summary **out,
				    struct lull_err *err);
void lull_summary_free(struct lull_summary *summary);
size_t lull_summary_bytes(const struct lull_summary *summary); /* all it holds now     */
bool lull_summary_is_exact(const struct lull_summary *summary); /* the quantiles are   */

/* What a thread does with its chunk: any number of tiles, then one end. A tile is [time][output][lane] at t_h[i_time] ..
 * t_h[i_time + n_times - 1] for `width` people, lane l being number person[l] of the chunk; each person's tiles come
 * in order of time. A value that is NaN or infinite counts as missing. */
LULL_NODISCARD int lull_summary_tile(struct lull_summary *summary, size_t i_slot, int i_thread, const uint16_t *person,
				     int width, size_t i_time, size_t n_times, const double *t_h, const double *tile,
				     struct lull_err *err);
LULL_NODISCARD int lull_summary_end(struct lull_summary *summary, size_t i_slot, int i_thread, size_t group,
				    size_t n_people, struct lull_err *err);

/* One chunk after another, in order (the pool's emit). */
LULL_NODISCARD int lull_summary_merge(struct lull_summary *summary, size_t i_slot, struct lull_err *err);

/* One number of each person. Concentrations are taken to be straight lines between output times. */
enum lull_summary_kind {
	LULL_SUMMARY_MAX,           /* highest value at an output time                               */
	LULL_SUMMARY_MAX_TIME,      /* the first time of it, h                                       */
	LULL_SUMMARY_MIN,
	LULL_SUMMARY_MIN_TIME,
	LULL_SUMMARY_AREA,          /* from the first to the last output time                        */
	LULL_SUMMARY_LAST,          /* value at the last output time                                 */
	LULL_SUMMARY_ABOVE,         /* hours above level [index]                                     */
	LULL_SUMMARY_INTERVAL_AREA, /* within interval [index]                                       */
	LULL_SUMMARY_INTERVAL_MAX,  /* highest value at an output time in [start, end)               */
	LULL_SUMMARY_AREA_RATIO,    /* accumulation: the last interval's area over the first's       */
	LULL_SUMMARY_MAX_RATIO,     /* accumulation: the last interval's highest over the first's    */
	LULL_SUMMARY_N_KINDS
};
extern const char *const lull_summary_kind_names[LULL_SUMMARY_N_KINDS]; /* "cmax", "tmax", ... */

struct lull_summary_measure {
	enum lull_summary_kind kind;
	int output;
	size_t index;               /* of the level or the interval; else 0                          */
};
const struct lull_summary_measure *lull_summary_measures(const struct lull_summary *summary, size_t *n);

struct lull_summary_stats {
	uint64_t n, n_missing;
	double mean, sd;            /* NaN for n = 0; n < 2                                          */
	double min, max;            /* NaN for n = 0                                                 */
	/* Of measures whose values are all above 0, else NaN: exp of the mean of logarithms, and the
	 * geometric coefficient of variation sqrt(exp(sd^2 of logarithms) - 1). */
	double geo_mean, geo_cv;
};

/* After the last merge. quantiles[n_probs] may be NULL. Not by two threads at once (a shared scratch). */
uint64_t lull_summary_people(const struct lull_summary *summary, size_t group, uint64_t *n_failed); /* without whole results */
void lull_summary_at_time(struct lull_summary *summary, size_t group, size_t i_time, int output,
			  struct lull_summary_stats *out, double *quantiles);
void lull_summary_of_measure(struct lull_summary *summary, size_t group, size_t i_measure,
			     struct lull_summary_stats *out, double *quantiles);

/* For tests: another instruction set than the widest (enum lull_isa, num/vec.h). The bits are the same. */
void lull_summary_isa(struct lull_summary *summary, int isa);

LULL_END_C

#endif
