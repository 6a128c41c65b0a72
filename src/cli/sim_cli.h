/* sim_cli.h - what the simulating verbs share: models, times, populations, output files, progress. */
#ifndef LULL_CLI_SIM_CLI_H
#define LULL_CLI_SIM_CLI_H

#include <stdatomic.h>
#include "cli.h"
#include "lull/codec/sim_out.h"
#include "lull/ketamine/ask.h"
#include "lull/report/plot.h"

/* Interrupted by the user (Ctrl-C): as shells count it. */
enum { CLI_INTERRUPTED = 130 };

/* ---- what is asked ---- */

/* Text parted by commas, in the arena; empty parts are left out. NULL when out of memory. */
const char **sim_split(struct cli *cli, const char *text, size_t *n);

/* A model by its id, or a file of one's own ("./mine.yaml"). CLI_DONE or the exit status. */
int sim_load_model(struct cli *cli, const char *name, const struct lull_pm **out);

/* --posterior FILE: rows of parameters (ketamine/ask.h) and the file's hash. */
LULL_NODISCARD int sim_read_posterior(struct cli *cli, const struct lull_pm *pm, const char *path, double **rows,
				      size_t *n_rows, char hash[LULL_HASH_TEXT], struct lull_err *err);

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
