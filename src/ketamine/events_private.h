/* Shared by the files of events: working memory, and the seams between reading and compiling. */
#ifndef LULL_EVENTS_PRIVATE_H
#define LULL_EVENTS_PRIVATE_H

#include "lull/ketamine/events.h"

/* An infusion that runs. */
struct lull_events__running {
	uint32_t id;
	int state;
	double rate_per_h;
};

enum lull_events__due_kind { LULL_EVENTS__START, LULL_EVENTS__STOP, LULL_EVENTS__MARK };

/* Something that will happen: a dose that arrives, an infusion that ends, a dose that is given but
 * has not arrived (a mark, for TAD). Series: base_h + k ii_h for k .. k_last. */
struct lull_events__due {
	double t_h;
	uint32_t seq;                  /* ties: in the order of making */
	int kind, state;
	uint32_t id;                   /* STOP: which infusion         */
	double amount, rate_per_h, dur_h; /* START; dur_h 0: at once   */
	double base_h, ii_h;
	int64_t k, k_last;
};

struct lull_events_work {
	size_t *first; size_t n_first, cap_first;
	struct lull_op *ops; size_t n_ops, cap_ops;
	double *t_h, *report_h, *last_dose_h;       /* outputs, cap_out each     */
	uint32_t *ops_before; int32_t *record;
	size_t n_out, cap_out;
	int32_t *no_record; size_t cap_no_record;   /* -1 throughout             */
	struct lull_events__due *due; size_t n_due, cap_due; /* a heap: the first is due first */
	struct lull_events__running *running; size_t n_running, cap_running; /* in order of start */
	uint32_t next_id, next_seq;
	double rate_now[LULL_LIN_MAX_STATES];
};

/* Where a dose goes, by epoch: the model. */
struct lull_events__source {
	int (*parts)(const void *user, size_t i_epoch, int input, struct lull_pm_part *parts, int *n_parts,
		     struct lull_err *err);
	const void *user;
	int n_inputs, n_states;
	int n_covariates; const double *covariate_default; /* doses by a covariate */
};

int lull_events__epochs(const struct lull_subject *subject, size_t n_covariates, size_t n_params, bool has_iov,
			struct lull_events_work *work, struct lull_err *err);
int lull_events__compile(const struct lull_events__source *source, const struct lull_subject *subject,
			 size_t n_epochs, const struct lull_events_ask *ask, struct lull_events_work *work,
			 struct lull_track *out, struct lull_err *err);

/* What reading needs of a model. */
int lull_events__read_csv(const struct lull_pm_info *info, const char *bytes, size_t n_bytes, const char *path,
			  const struct lull_events_options *options, struct lull_arena *arena,
			  struct lull_dataset *out, struct lull_diags *diags);
int lull_events__read_text(const struct lull_pm_info *info, const char *text,
			   const struct lull_events_options *options, struct lull_arena *arena,
			   struct lull_dataset *out, struct lull_diags *diags);

/* An index in an array of names, case ignored; -1 none. */
int lull_events__find(const struct lull_pm_name *names, int n, const char *text);
/* Hours in one of the model's time units; 0: not known. */
double lull_events__unit_h(const char *unit);
/* t in the model's unit to hours: exact where a unit is a fraction of an hour. */
double lull_events__to_h(const char *unit, double t);
double lull_events__per_h(const char *unit, double rate); /* a rate per unit to one per h */

/* Work on the heap of what is due, and on the running infusions (events_work.c). */
int lull_events__push(struct lull_events_work *work, const struct lull_events__due *due, struct lull_err *err);
void lull_events__pop(struct lull_events_work *work, struct lull_events__due *out);
int lull_events__op(struct lull_events_work *work, const struct lull_op *op, struct lull_err *err);
int lull_events__start(struct lull_events_work *work, double t_h, int state, double rate_per_h, uint32_t *id,
		       struct lull_err *err);
int lull_events__stop(struct lull_events_work *work, double t_h, uint32_t id, struct lull_err *err);
int lull_events__set_rate(struct lull_events_work *work, double t_h, int state, struct lull_err *err);
int lull_events__out_room(struct lull_events_work *work, size_t n, struct lull_err *err);

#endif
