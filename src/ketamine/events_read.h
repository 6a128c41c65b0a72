/* Shared by the files that read events: columns, one row's numbers, and what is wrong with a record. */
#ifndef LULL_EVENTS_READ_H
#define LULL_EVENTS_READ_H

#include "events_private.h"
#include "lull/base/csv.h"

/* NONMEM's data items and DUR of rxode2. */
enum lull_events__item {
	LULL_EV_ID, LULL_EV_TIME, LULL_EV_DATE, LULL_EV_DAT1, LULL_EV_DAT2, LULL_EV_DAT3, LULL_EV_AMT, LULL_EV_RATE,
	LULL_EV_DUR, LULL_EV_II, LULL_EV_ADDL, LULL_EV_SS, LULL_EV_CMT, LULL_EV_EVID, LULL_EV_MDV, LULL_EV_OCC,
	LULL_EV_DV, LULL_EV_C, LULL_EV_N_ITEMS
};
extern const char *const lull_events__items[]; /* their names, NULL-ended */

/* Consecutive rows of one ID. */
struct lull_events__block {
	uint64_t id;
	const char *id_text;
	size_t first, n;    /* records            */
	size_t line;        /* of its first row   */
	bool is_bad, has_id;
};

/* When a row happened, before it is known whether the file has clock times. */
struct lull_events__stamp {
	double number;      /* as written, or seconds of a clock time  */
	int64_t day;
	bool is_clock;
};

struct lull_events__reader {
	const struct lull_pm_info *info;
	const char *path;
	struct lull_arena *arena;
	struct lull_diags *diags;
	char decimal;
	bool covariates_next;
	uint32_t set_later;

	/* columns; -1: not there */
	const char **names; size_t n_cols;
	int item[LULL_EV_N_ITEMS];
	int covariate[LULL_PM_MAX_COVARIATES], param[LULL_PM_MAX_PARAMS], eta[LULL_PM_MAX_ETAS];
	int n_covariate_cols, n_param_cols, n_eta_cols;
	const char *const *carry; int *carry_col; size_t n_carry;

	/* rows so far */
	struct lull_record *records; size_t n_records, cap_records;
	struct lull_events__stamp *stamps; size_t cap_stamps;
	double *covariates, *params, *etas; size_t cap_covariates, cap_params, cap_etas; /* a row each */
	const char **carried; size_t cap_carried;
	struct lull_events__block *blocks; size_t n_blocks, cap_blocks;
	bool has_clock;
	bool lost_row;      /* the last row could not be read: whose it was is not known */
	size_t n_comments;
	uint32_t warned;    /* what was said once already (enum lull_events__fault)     */
	bool is_out_of_memory;

	/* this row */
	int line;
	const char *id_text;
	bool row_is_bad;
};

/* A remark on this row, naming ID and column. Errors reject the ID. */
void lull_events__say(struct lull_events__reader *r, enum lull_severity severity, int col, const char *column,
		      const char *mend, const char *fmt, ...) LULL_PRINTF(6, 7);

/* The header row (events_columns.c). */
int lull_events__columns(struct lull_events__reader *r, const struct lull_csv_cell *cells, size_t n,
			 const struct lull_events_options *options);

/* TIME and DATE (events_time.c). */
bool lull_events__clock(const char *text, double *seconds);
int lull_events__day(const char *text, enum lull_events__item format, int64_t *day, struct lull_err *err);

/* Gaps filled, times made, IDs gathered (events_finish.c). */
int lull_events__finish(struct lull_events__reader *r, struct lull_dataset *out);

/* What is wrong with a record (events_check.c). */
struct lull_events__fault {
	enum lull_events__item item;
	bool is_warning;
	int kind;           /* warnings: said once a kind */
	const char *what, *mend;
};
enum { LULL_EVENTS_MAX_FAULTS = 12 };
int lull_events__derive_evid(const struct lull_record *record);
int lull_events__check(const struct lull_record *record, int n_inputs,
		       struct lull_events__fault faults[LULL_EVENTS_MAX_FAULTS]);

/* The factor from one unit of mass to another; 0: not both of mass. */
double lull_events__mass(const char *from, const char *to);

#endif
