/* lull/codec/sim_out.h - a simulation's results as rows: CSV, JSON lines, or numbers for an .npy array.
 *
 * A row is one person at one time. What the columns are is said once (struct lull_sim_layout); rows are
 * formatted on the thread that simulated the person. Numbers in the shortest form that reads back equal;
 * what is not known is an empty cell, null, or NaN. */
#ifndef LULL_CODEC_SIM_OUT_H
#define LULL_CODEC_SIM_OUT_H

#include "lull/base/text.h"
#include "lull/ketamine/simulate.h"

enum lull_sim_format { LULL_SIM_CSV, LULL_SIM_JSONL, LULL_SIM_NPY };
extern const char *const lull_sim_format_names[]; /* "csv", "jsonl", "npy", NULL */

enum lull_sim_column_kind {
	LULL_SIM_COL_ID,
	LULL_SIM_COL_REP,       /* replicate, from 1                             */
	LULL_SIM_COL_TIME,
	LULL_SIM_COL_TAD,       /* time after dose; empty before the first       */
	LULL_SIM_COL_OUTPUT,    /* index: among the outputs asked for            */
	LULL_SIM_COL_CARRIED,   /* index: of the data set's carried columns      */
	LULL_SIM_COL_COVARIATE, /* index: of the model's; as in the record before */
	LULL_SIM_COL_PARAM      /* index: of the model's; the person's at the start */
};

struct lull_sim_column {
	enum lull_sim_column_kind kind;
	const char *name, *unit; /* unit "" or NULL where none */
	int index;
};

struct lull_sim_layout {
	enum lull_sim_format format;
	const struct lull_sim_column *columns;
	size_t n_columns;
	double h_per_time_unit;           /* of the model's time unit              */
	const struct lull_sim *sim;       /* for covariates and carried columns; borrowed */
};

/* What makes the file again: said at its head. Texts may be NULL. */
struct lull_sim_head {
	const struct lull_files *knowledge;
	const char *what;                       /* "simulate", "vpc"                */
	const char *model, *model_hash;
	const char *data_file, *data_hash;      /* events, observations, protocol   */
	const char *posterior_file, *posterior_hash;
	uint64_t seed;
	const char *command;                    /* remakes it byte for byte         */
	const char *const *notes; size_t n_notes; /* "covariates: last observation carried forward" */
};

/* Comment lines "# ..." of a CSV, or one JSON object without a line end. */
void lull_sim_put_head_csv(const struct lull_sim_head *head, const struct lull_sim_layout *layout, struct lull_buf *out);
void lull_sim_put_head_json(const struct lull_sim_head *head, const struct lull_sim_layout *layout, struct lull_buf *out);

/* The names of a CSV's columns, with the line end. */
void lull_sim_put_names(const struct lull_sim_layout *layout, struct lull_buf *out);

/* All rows of these people; who has no values has no rows. Adds the number of rows to *n_rows.
 * LULL_SIM_NPY appends doubles in the machine's order; a carried text that is no number is NaN. */
void lull_sim_put_people(const struct lull_sim_layout *layout, const struct lull_sim_person *people, size_t n_people,
			 struct lull_buf *out, uint64_t *n_rows);

#endif
