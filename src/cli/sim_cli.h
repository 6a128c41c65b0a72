/* sim_cli.h - what the simulating verbs share: models, times, populations, output files, progress. */
#ifndef LULL_CLI_SIM_CLI_H
#define LULL_CLI_SIM_CLI_H

#include <stdatomic.h>
#include "cli.h"
#include "lull/codec/sim_out.h"
#include "lull/report/plot.h"

/* Interrupted by the user (Ctrl-C): as shells count it. */
enum { CLI_INTERRUPTED = 130 };

/* ---- what is asked ---- */

/* Text parted by commas, in the arena; empty parts are left out. NULL when out of memory. */
const char **sim_split(struct cli *cli, const char *text, size_t *n);

/* A model by its id, or a file of one's own ("./mine.yaml"). CLI_DONE or the exit status. */
int sim_load_model(struct cli *cli, const char *name, const struct lull_pm **out);

/* "0:0.25:24,48,72:12:168" in the model's unit of time, sorted, each once. */
struct sim_times {
	const double *t_h;
	size_t n;
	double step_h; /* > 0: one uniform range */
};
LULL_NODISCARD int sim_times_parse(const char *text, double h_per_unit, struct lull_arena *arena,
				   struct sim_times *out, struct lull_err *err);

/* --set CL=70,V1=20 on top of the typical values; --posterior rows. */
LULL_NODISCARD int sim_set_params(struct cli *cli, const struct lull_pm *pm, const struct cli_list *list, double **theta,
				  struct lull_err *err);
LULL_NODISCARD int sim_read_posterior(struct cli *cli, const struct lull_pm *pm, const char *path, double **rows,
				      size_t *n_rows, char hash[LULL_HASH_TEXT], struct lull_err *err);

/* --covariate wt=80 or wt=normal:80:15:45:140 (mean, sd, between), lognormal:MEDIAN:CV[:A:B],
 * uniform:A:B, one:P (1 with probability P, else 0). A person's draw belongs to seed, replicate and ID. */
enum sim_draw_kind { SIM_FIXED, SIM_NORMAL, SIM_LOGNORMAL, SIM_UNIFORM, SIM_ONE };
struct sim_draw {
	int i_covariate;
	enum sim_draw_kind kind;
	double a, b, min, max; /* value; mean and sd; median and log sd; ends; probability */
};
struct sim_draws {
	struct sim_draw items[LULL_PM_MAX_COVARIATES];
	size_t n;
	uint64_t seed;
};
LULL_NODISCARD int sim_parse_draws(struct cli *cli, const struct lull_pm *pm, const struct cli_list *list,
				   struct sim_draws *out, struct lull_err *err);
/* For struct lull_sim: sets the covariates of one person. user is a struct sim_draws. */
void sim_draw_covariates(void *user, uint32_t replicate, uint64_t id, double *covariates);

/* The command that makes the same bytes again: without --out, --plot, --threads, --quiet, which change none; with
 * the format said. Quoted for a shell. */
const char *sim_command(struct cli *cli, int argc, char **argv, const char *format);

/* ---- output ---- */

/* A file written beside its name and renamed when whole; interrupted, what is whole stays as PATH.partial. */
struct sim_file {
	void *stream;       /* FILE*              */
	const char *path;   /* NULL: standard output */
	const char *temp;
};
LULL_NODISCARD int sim_file_open(struct cli *cli, const char *path, struct sim_file *out, struct lull_err *err);
LULL_NODISCARD int sim_file_write(struct sim_file *file, const void *bytes, size_t n, struct lull_err *err);
/* Overwrite at the file's start (an .npy head); not for standard output. */
LULL_NODISCARD int sim_file_patch(struct sim_file *file, const void *bytes, size_t n, struct lull_err *err);
LULL_NODISCARD int sim_file_close(struct cli *cli, struct sim_file *file, bool is_whole, struct lull_err *err);
void sim_file_drop(struct sim_file *file); /* after an error: nothing is left behind */

/* A drawing as its file's name says: .svg, .pdf or .png. Checked before any work with sim_plot_kind. */
bool sim_plot_kind(const char *path);
LULL_NODISCARD int sim_write_plot(struct cli *cli, const char *path, const struct lull_plot *plot, struct lull_err *err);

/* ---- running ---- */

/* Ctrl-C asks for a stop; a second one ends the program at once. */
extern atomic_bool sim_stop;
void sim_catch_interrupt(void);

/* On standard error when that is a terminal and not --quiet: people, people a second, time left. */
struct sim_progress {
	bool is_shown;
	double start_s, last_s;
	size_t n_done, n_all;
};
void sim_progress_begin(struct cli *cli, struct sim_progress *p);
void sim_progress_done(void *user, size_t n_done, size_t n_all);
void sim_progress_end(struct sim_progress *p);

#endif
