/* lull/ketamine/events.h - event records as the field writes them (NONMEM's meaning), and their compilation to ops.
 *
 * Every rule with a worked example: docs/events.md. Units of the file are the model's. */
#ifndef LULL_KETAMINE_EVENTS_H
#define LULL_KETAMINE_EVENTS_H

#include "lull/ketamine/pm.h"

LULL_BEGIN_C

enum lull_evid { LULL_EVID_OBSERVE = 0, LULL_EVID_DOSE = 1, LULL_EVID_OTHER = 2, LULL_EVID_RESET = 3, LULL_EVID_RESET_DOSE = 4 };

enum {
	LULL_EVENTS_MAX_ADDL = 1000000,    /* a record                                       */
	LULL_EVENTS_MAX_OVERLAP = 1000,    /* infusions of one regimen running at once; doses under way (lag / II) */
	LULL_EVENTS_MAX_RUNNING = 4096,    /* infusions running at once                      */
	LULL_EVENTS_MAX_OPS = 4000000,     /* a person                                       */
	LULL_EVENTS_MAX_TEXT = 65536       /* bytes of --ev                                  */
};
#define LULL_EVENTS_MAX_H 1e7              /* times and intervals                            */

struct lull_record {
	double t_h, amt, rate, dur_h, ii_h, dv;  /* rate per h; -1, -2: by the model; dv NAN where absent */
	int32_t evid, cmt, addl, ss, mdv, occ;   /* cmt 1..n_inputs (doses) ; occ 1.. */
	int16_t amt_per, rate_per;               /* 1 + the covariate that amt, rate are multiplied by ("0.5 mg/kg"); 0 none */
	size_t line;                             /* in its file                       */
};

/* One ID. Arrays are borrowed from the data set. */
struct lull_subject {
	uint64_t id;
	const char *id_text;
	const struct lull_record *records; size_t n_records;
	const double *covariates;   /* [record][covariate], filled forward or backward; NULL: defaults. For compiling,
				     * the person's own where they were drawn (doses by weight) */
	const double *etas;         /* given in columns: n_etas; NULL: drawn           */
	const double *params;       /* given in columns: [record][param], NAN = not given; NULL none */
	/* Which record's covariates (occasion, parameters) hold between two records: false, the one before
	 * (last observation carried forward); true, the one after (next carried backward: NONMEM's $PK). */
	bool covariates_next;
};

struct lull_dataset {
	const struct lull_subject *subjects; size_t n_subjects;
	const char *const *carried; size_t n_carried;   /* names of columns carried to the output */
	const char *const *carried_text;                /* [record - records][carried]; "" where empty; NULL if none */
	const struct lull_record *records; size_t n_records; /* where the subjects' records lie, also rejected ones */
	bool covariates_next;                           /* as in lull_subject                */
	size_t n_rejected;                              /* IDs that could not be read: said in diags, others go on */
};

/* What one person does, ready for lull_linear_run: ops and outputs in the order of time and file. */
struct lull_track {
	const struct lull_op *ops; size_t n_ops;
	const double *t_h; const uint32_t *ops_before; size_t n_times; /* ops_before may be NULL: linear.h */
	const double *report_h;     /* the times as the file has them; t_h unless time restarted at a reset */
	const int32_t *record;      /* which record asked for the output; -1: the grid  */
	const double *last_dose_h;  /* when the last dose was given (its lag not counted), on the clock of
				     * report_h, for TAD; NAN none since a reset; NULL if not asked */
	double step_h;              /* as in struct lull_lin_job                        */
};

/* Working memory reused from person to person. */
struct lull_events_work;
LULL_NODISCARD int lull_events_work_new(struct lull_events_work **out, struct lull_err *err);
void lull_events_work_free(struct lull_events_work *work);

/* Epochs: stretches of records with one set of covariates, occasion and given parameters: first[e] is the record
 * at which epoch e begins (first[0] = 0). Borrowed from work. */
LULL_NODISCARD int lull_events_epochs(const struct lull_pm *pm, const struct lull_subject *subject,
				      struct lull_events_work *work, const size_t **first, size_t *n_epochs,
				      struct lull_err *err);

/* params[e] the person's parameters in epoch e. Outputs at the records (EVID 0 and 2) and at grid[0..n_grid),
 * sorted together; either may be empty. A grid time sees all that happens at it; a record sees what stands
 * above it in the file, and lagged and additional doses that are due. The track is borrowed from work, subject
 * and ask until the next call. Ops after the last output are left out. */
struct lull_events_ask {
	bool at_records;
	const double *grid_h; size_t n_grid; double grid_step_h; /* > 0: a uniform grid from grid_h[0] */
	bool without_last_dose;     /* saves a pass over the outputs                    */
};
LULL_NODISCARD int lull_events_compile(const struct lull_pm *pm, const struct lull_subject *subject,
				       const double *const *params, size_t n_epochs, const struct lull_events_ask *ask,
				       struct lull_events_work *work, struct lull_track *out, struct lull_err *err);

/* Reading. LULL_OK when at least one ID is whole. Header names in any order and case; unknown columns are carried if asked, else said. Errors
 * name ID, line, column and the mend. */
struct lull_events_options {
	bool covariates_next;       /* next observation carried backward; else last carried forward */
	const char *const *carry; size_t n_carry;
	uint32_t set_later;         /* bit c: covariate c is drawn for each person and need not be here */
	char decimal, delimiter;    /* '.' and ',' ; 0: those                                       */
};
LULL_NODISCARD int lull_events_read_csv(const struct lull_pm *pm, const char *bytes, size_t n_bytes, const char *path,
					const struct lull_events_options *options, struct lull_arena *arena,
					struct lull_dataset *out, struct lull_diags *diags);
/* "amt=35 dur=40min ii=48h addl=2; amt=10 time=3h cmt=nasal weight=80": one subject, ID 1, doses only.
 * Of the options (NULL: none) set_later counts. */
LULL_NODISCARD int lull_events_read_text(const struct lull_pm *pm, const char *text, const struct lull_events_options *options,
					 struct lull_arena *arena, struct lull_dataset *out, struct lull_diags *diags);

/* For records that come from elsewhere (arrays of a program): the first fault of the same rules as LULL_EDOMAIN, its item
 * ("RATE") in err->where; and what a record is where nobody says (NM-TRAN's rule: a dose has dose items). */
LULL_NODISCARD int lull_events_check_record(const struct lull_record *record, int n_inputs, struct lull_err *err);
int32_t lull_events_derive_evid(const struct lull_record *record);

/* The number of a deviation by a column's name: "ETA1", "ETA(1)", "ETA_1", or with the name of what varies: "ETA_CL",
 * "eta.CL", "ETA(CL)"; -1 none. */
int lull_events_find_eta(const struct lull_pm_info *info, const char *name);

LULL_END_C

#endif
