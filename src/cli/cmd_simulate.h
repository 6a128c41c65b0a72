/* cmd_simulate.h - the parts of `lull simulate`: what is asked, what is prepared, and each kind of answer. */
#ifndef LULL_CLI_CMD_SIMULATE_H
#define LULL_CLI_CMD_SIMULATE_H

#include "sim_cli.h"

/* The command line. */
struct simulate_options {
	const char *model, *events, *ev, *rule;
	const char *times, *outputs, *carry;
	const char *posterior, *quantiles, *intervals, *out, *plot;
	struct cli_list set, covariate, above;
	int64_t n, n_rep, seed, id, n_threads;
	double sensitivity_pct, weight_kg, pain;
	int format; /* index of simulate_formats; -1: chosen by name or terminal */
	bool records, next, iiv, no_iiv, iov, no_iov, residual, uncertainty;
	bool summary, by_rep, no_head, log_y;
};
extern const char *const simulate_formats[]; /* csv, jsonl, npy, table */
enum { SIMULATE_CSV, SIMULATE_JSONL, SIMULATE_NPY, SIMULATE_TABLE };

/* Everything loaded and decided. */
struct simulate_job {
	struct cli *cli;
	const struct simulate_options *o;
	const struct lull_pm *pm;
	const struct lull_pm_info *info;
	double h_per_unit;
	struct lull_dataset data;
	struct lull_subject only;           /* --id */
	struct lull_sim sim;
	struct lull_ask_times times;
	struct lull_ask_draws draws;
	int format;
	struct lull_sim_layout layout;
	struct lull_sim_head head;
	char data_hash[LULL_HASH_TEXT], posterior_hash[LULL_HASH_TEXT];
	struct lull_pool *pool;
	size_t n_people;                    /* in a replicate */
	size_t n_rejected;                  /* IDs of the file that could not be read */
};

/* A person without a result, kept for the end: the first few in words, all counted. */
enum { SIMULATE_FAULTS_SAID = 10 };
void simulate_say_faults(const struct simulate_job *job, const char *said, size_t n_failed);
/* "ID 7: ..." for each of people that has no values. */
void simulate_note_faults(const struct lull_sim_person *people, size_t n, struct lull_buf *out, size_t *n_noted);

/* Quantiles by time of people whose rows are written too, for the picture. */
struct summing;
LULL_NODISCARD int simulate_bands_new(struct simulate_job *job, size_t n_slots, struct summing **out, struct lull_err *err);
LULL_NODISCARD int simulate_bands_add(struct summing *bands, size_t i_slot, int i_thread,
				      const struct lull_sim_person *people, size_t n, struct lull_err *err);
LULL_NODISCARD int simulate_bands_merge(struct summing *bands, size_t i_slot, struct lull_err *err);
LULL_NODISCARD int simulate_bands_plot(struct summing *bands, struct lull_err *err);
void simulate_bands_free(struct summing *bands);

int simulate_rows(struct simulate_job *job);
int simulate_summary(struct simulate_job *job);
int simulate_sensitivity(struct simulate_job *job);
int simulate_rule(struct cli *cli, const struct simulate_options *o, int format, int argc, char **argv);

/* "lull: stopped: ..." and the status of an interrupted run. */
int simulate_interrupted(const struct simulate_job *job, size_t n_done, size_t n_all, const char *kept);

#endif
