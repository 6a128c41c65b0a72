/* lull/ketamine/ask.h - the texts a simulation is asked with: times, parameters, drawn covariates, rows of parameters.
 *
 * "0:0.25:24,48", "CL=70,V1=20", "wt=normal:80:15:45:140", and files whose columns are parameters. Faults say which
 * option they are in and the mend. Pure; results in the arena. */
#ifndef LULL_KETAMINE_ASK_H
#define LULL_KETAMINE_ASK_H

#include "lull/base/mem.h"
#include "lull/ketamine/pm.h"

LULL_BEGIN_C

/* Text parted by commas; empty parts are left out. NULL when out of memory. */
const char **lull_ask_split(const char *text, struct lull_arena *arena, size_t *n);

/* Times and ranges in the model's unit of time, sorted, each once. */
struct lull_ask_times {
	const double *t_h;
	size_t n;
	double step_h; /* > 0: one uniform range */
};
LULL_NODISCARD int lull_ask_parse_times(const char *text, double h_per_unit, struct lull_arena *arena, struct lull_ask_times *out,
					struct lull_err *err);

/* NAME=NUMBER lists on top of the typical values: theta[n_params]. */
LULL_NODISCARD int lull_ask_set_params(const struct lull_pm *pm, const char *const *items, size_t n_items, struct lull_arena *arena,
				       double **theta, struct lull_err *err);

/* A CSV file with a header; columns that are parameters count, an empty cell is NAN (the typical value). rows: n_rows x n_params. */
LULL_NODISCARD int lull_ask_posterior(const struct lull_pm *pm, const char *bytes, size_t n_bytes, const char *path,
				      struct lull_arena *arena, double **rows, size_t *n_rows, struct lull_err *err);

/* wt=80 or wt=normal:80:15:45:140 (mean, sd, between), lognormal:MEDIAN:CV[:A:B], uniform:A:B, one:P (1 with
 * probability P, else 0). A person's draw belongs to seed, replicate and ID. */
enum lull_ask_draw_kind { LULL_ASK_FIXED, LULL_ASK_NORMAL, LULL_ASK_LOGNORMAL, LULL_ASK_UNIFORM, LULL_ASK_ONE };
struct lull_ask_draw {
	int i_covariate;
	enum lull_ask_draw_kind kind;
	double a, b, min, max; /* value; mean and sd; median and log sd; ends; probability */
};
struct lull_ask_draws {
	struct lull_ask_draw items[LULL_PM_MAX_COVARIATES];
	size_t n;
	uint64_t seed;
};
LULL_NODISCARD int lull_ask_parse_draws(const struct lull_pm *pm, const char *const *items, size_t n_items, struct lull_arena *arena,
					struct lull_ask_draws *out, struct lull_err *err);
/* For struct lull_sim: sets the covariates of one person. user is a struct lull_ask_draws. */
void lull_ask_draw_covariates(void *user, uint32_t replicate, uint64_t id, double *covariates);

LULL_END_C

#endif
