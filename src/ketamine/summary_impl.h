/* Inside the summary: what a thread keeps of its chunk, and the kernels that fill it. */
#ifndef LULL_KETAMINE_SUMMARY_IMPL_H
#define LULL_KETAMINE_SUMMARY_IMPL_H

#include "lull/ketamine/linear.h"
#include "lull/ketamine/summary.h"
#include "lull/num/sketch.h"
#include "lull/num/sum.h"

enum {
	LULL_SUMMARY__CHUNK = LULL_SUMMARY_CHUNK,
	/* Keys of a row and a gap: rows an odd number of cache lines apart, or they would crowd into a few sets. */
	LULL_SUMMARY__KEYS = LULL_SUMMARY_CHUNK + 32
};

/* One time and output over the chunk's people, a cache line: sums of x - pivot and of its square, extremes; two
 * of each, for the lanes 0, 2, 4, 6 and 1, 3, 5, 7. */
struct lull_summary__line {
	double sum[2], square[2], low[2], high[2];
};

/* One output's curve of eight people so far. */
struct lull_summary__curve {
	double first[LULL_LANES], last[LULL_LANES], area[LULL_LANES];
	double high[LULL_LANES], high_h[LULL_LANES], low[LULL_LANES], low_h[LULL_LANES];
};

/* A tile of eight lanes; rows are its times and outputs. */
struct lull_summary__kernel {
	/* Lines row .. until one that holds a value that is not finite, or has no pivot yet (NaN): its number, or n. */
	size_t (*rows)(struct lull_summary__line *lines, const double *pivot, const double *tile, size_t row, size_t n);
	/* keys[row * LULL_SUMMARY__KEYS ..] of the eight; NaN and infinity are missing. */
	void (*keys)(int16_t *keys, const double *tile, size_t n_rows);
	/* curve[n_outputs]; t0_h is the time of curve->last. */
	void (*curves)(struct lull_summary__curve *curve, int n_outputs, const double *tile, size_t n_times,
		       const double *t_h, double t0_h);
	/* One output, rows `stride` doubles apart; `last` as it was before the tile. */
	void (*above)(double *hours, const double *last, const double *x, size_t stride, size_t n_times,
		      const double *t_h, double t0_h, double level);
	void (*interval)(double *area, double *high, const double *last, const double *x, size_t stride,
			 size_t n_times, const double *t_h, double t0_h, double start_h, double end_h);
};
extern const struct lull_summary__kernel lull_summary__kernel_scalar, lull_summary__kernel_avx2,
	lull_summary__kernel_avx512;

/* A chunk's or a group's values of one cell. */
struct lull_summary__part {
	uint64_t n;
	double sum, mean, m2, low, high; /* m2: sum of squares about the mean */
};
struct lull_summary__total {
	uint64_t n;
	struct lull_running_sum sum;
	double m2, low, high;
};


/* A chunk summed up, waiting for its turn. */
struct lull_summary__slot {
	bool is_full;
	size_t group, n_people, n_failed;
	struct lull_summary__part *cells;     /* [n_cells]                          */
	struct lull_summary__part *logs;      /* [n_measures]                       */
	double *block;                        /* all its values, where they are kept: of n_people, rounded up to 8 */
};

enum lull_summary__field { CURVE_FIRST, CURVE_LAST, CURVE_AREA, CURVE_HIGH, CURVE_HIGH_H, CURVE_LOW, CURVE_LOW_H, CURVE_N };

/* What a thread keeps of the chunk it is at. */
struct lull_summary__hand {
	bool is_open;
	size_t i_slot;
	struct lull_summary__line *lines;     /* [time cell]                         */
	double *pivot;                        /* [time cell]: the first finite value */
	uint32_t *n_bad, *n_at;               /* [time cell] not finite; [time] came */
	int16_t *keys;                        /* [time cell][person]                 */
	struct lull_sketch *sketch;           /* [group][cell]                       */
	double *block;
	uint32_t n_seen[LULL_SUMMARY__CHUNK]; /* output times so far                 */
	double first_h[LULL_SUMMARY__CHUNK], last_h[LULL_SUMMARY__CHUNK];
	double *curves;                       /* [output][field][person]             */
	double *above;                        /* [level][person]                     */
	double *area, *high;                  /* [interval][output][person]          */
	double *wide;                         /* a narrow tile made eight wide       */
	struct lull_summary__curve *eight;    /* [output]                            */
};

/* A chunk's values. */
struct lull_summary__kept {
	double *block;
	size_t n_people;
};

struct lull_summary__group {
	struct lull_summary__total *cells, *logs;
	struct lull_summary__kept *kept; size_t n_kept, cap_kept; /* chunks whose values are kept */
	size_t n_values;                      /* room for a cell's, in all           */
	uint64_t n_people, n_failed;
};

struct lull_summary {
	struct lull_summary_options o;        /* its arrays are copies               */
	const struct lull_summary__kernel *kernel;
	int isa;
	struct lull_summary_measure *measures; size_t n_measures;
	size_t n_time_cells, n_cells;         /* cells: time and output, then measures */
	size_t block_width;                   /* most people in a chunk whose values are kept; 0: they are not */
	size_t n_bytes;                       /* but for the sketches                */
	struct lull_summary__hand *hands;
	struct lull_summary__slot *slots;
	struct lull_summary__group *groups;
	double *scratch; size_t cap_scratch;
};

/* Where a value is in a block, NaN where there is none: [person / 8][cell][person % 8], as tiles come. */
static inline double *lull_summary__at(const struct lull_summary *s, double *block, size_t cell, size_t person)
{
	return &block[(person / LULL_LANES * s->n_cells + cell) * LULL_LANES + person % LULL_LANES];
}

/* Doubles of a block of n people. */
static inline size_t lull_summary__block_size(const struct lull_summary *s, size_t n_people)
{
	return (n_people + LULL_LANES - 1) / LULL_LANES * LULL_LANES * s->n_cells;
}

#endif
