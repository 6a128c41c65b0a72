/* api.h - what the files of the stable interface share: errors across the border, size-tagged options, the handles. */
#ifndef LULL_API_API_H
#define LULL_API_API_H

#include <stdatomic.h>

#include "lull/ketamine/simulate.h"
#include "lull/lull.h"

/* ---- errors and options (error.c) ----------------------------------------------------- */

/* The rooms' error as the caller's (NULL allowed); returns rc. */
int lull_api__give(struct lull_error *error, int rc, const struct lull_err *err);

/* A reader's result: its first remark that is an error, under its code; returns rc. Each remark goes to `remark`, which
 * may be NULL. */
int lull_api__remarks(struct lull_error *error, int rc, const struct lull_diags *diags,
		      void (*remark)(void *user, const char *text), void *user);

/* As lull_fail, for the caller's error. */
int lull_api__fail(struct lull_error *error, int code, const char *where, const char *fmt, ...) LULL_PRINTF(4, 5);
void lull_api__mend(struct lull_error *error, const char *fmt, ...) LULL_PRINTF(2, 3);
int lull_api__nomem(struct lull_error *error);
int lull_api__is_null(struct lull_error *error, const char *argument);

/* Begin: *error empty, and LULL_EUNSUPPORTED on a processor that does not keep the promise of equal bits. */
LULL_NODISCARD int lull_api__enter(struct lull_error *error);

/* A size-tagged struct of the caller's into ours of own_size bytes (zeroed where the caller's is shorter).
 * `given` NULL: all zero. A longer one must be zero behind what we know: else it asks for what this library does not
 * have (LULL_EUNSUPPORTED). A size that cannot be was never set (LULL_EDOMAIN). Such structs have no padding. */
LULL_NODISCARD int lull_api__options(const void *given, void *own, size_t own_size, const char *name,
				     struct lull_error *error);

/* ---- handles --------------------------------------------------------------------------- */

/* Both are read-only once made, and freed with the last that holds them. */
struct lull_popmodel {
	atomic_size_t n_holders;
	struct lull_arena arena;
	const struct lull_pm *pm;
	const struct lull_pm_info *info;
};
struct lull_popmodel *lull_api__hold_model(const struct lull_popmodel *model);

struct lull_evtable {
	atomic_size_t n_holders;
	struct lull_arena arena;
	struct lull_popmodel *model; /* held */
	struct lull_dataset data;
};
struct lull_evtable *lull_api__hold_table(const struct lull_evtable *table);

/* A new table without records, to be filled in its arena. */
LULL_NODISCARD int lull_api__new_table(const struct lull_popmodel *model, struct lull_evtable **out,
				       struct lull_error *error);

/* Hours of a time in the model's unit, and back. Exact for units that are a fraction of an hour. */
double lull_api__to_h(const struct lull_pm_info *info, double t);
double lull_api__from_h(const struct lull_pm_info *info, double t_h);

/* times into hours; LULL_EDOMAIN where they fall or are not finite. */
LULL_NODISCARD int lull_api__times(const struct lull_pm_info *info, const double *times, size_t n_times, double *t_h,
				   struct lull_error *error);

/* Names of outputs to numbers (room for n_outputs; NULL or 0: all, room for LULL_PM_MAX_OUTPUTS). */
LULL_NODISCARD int lull_api__outputs(const struct lull_pm_info *info, const char *const *names, size_t n_names,
				     int *outputs, int *n_outputs, struct lull_error *error);

/* Records that are looked at. */
size_t lull_api__n_looks(const struct lull_subject *subject);

/* Both of one model? */
LULL_NODISCARD int lull_api__fits(const struct lull_popmodel *model, const struct lull_evtable *table,
				  struct lull_error *error);

#endif
