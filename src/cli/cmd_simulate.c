/* lull simulate - a model, what is given, and who: concentrations and effects over time, for one person or a million. */
#include "cmd_simulate.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "lull/num/math.h"

const char *const simulate_formats[] = { "csv", "jsonl", "npy", "table", NULL };

static const struct cli_usage usage = {
	"simulate", "--model M (--events FILE | --ev \"amt=35 dur=40min\" | --rule P01a) [--times 0:0.25:24] [--n N] [options]",
	"Simulates a model of knowledge/models, or of a file of one's own, for the records of an event file (NONMEM's "
	"columns: docs/events.md), for doses typed here, or for a protocol that responds to each virtual person's pain. "
	"People are drawn from the model's variability by seed and ID: the same bytes whatever the number of threads, and "
	"one person alone equals himself among a million. Results go to standard output or --out, row by row or as a "
	"summary made while simulating; the head of the file names the command that remakes it. docs/simulate.md has "
	"examples. Exit status 3: some ID could not be simulated (the others are written); 130: interrupted (what is "
	"whole is written)."
};

/* ---- who and what ---- */

/* Remarks about an event file go to standard error; its faults end only the IDs that have them. */
static void say_remarks(struct cli *cli, const struct lull_diags *diags)
{
	struct lull_buf buf = { 0 };

	if (!diags->n_all || (cli->quiet && !diags->n_errors))
		return;
	lull_diags_print(diags, &buf);
	fputs(lull_buf_text(&buf), stderr);
	lull_buf_clear(&buf);
}

static bool is_model_name(const struct lull_pm *pm, const char *name, int *i_covariate, int *i_param)
{
	const struct lull_pm_info *info = lull_pm_info(pm);

	*i_param = lull_pm_param_index(pm, name);
	*i_covariate = -1;
	for (int i = 0; i < info->n_covariates; i++)
		if (!lull_text_casecmp(name, info->covariates[i].name))
			*i_covariate = i;
	return *i_param >= 0 || *i_covariate >= 0;
}

/* Names of --carry that are neither covariate nor parameter: columns of the event file. */
static int file_columns(struct simulate_job *job, const char *const *names, size_t n, const char ***out, size_t *n_out,
			struct lull_err *err)
{
	int i_covariate, i_param;

	*out = LULL_ARENA_NEW(job->cli->arena, const char *, n + 1);
	*n_out = 0;
	if (!*out)
		return lull_nomem(err);
	for (size_t i = 0; i < n; i++)
		if (!is_model_name(job->pm, names[i], &i_covariate, &i_param))
			(*out)[(*n_out)++] = names[i];
	if (*n_out && job->o->ev) {
		lull_fail(err, LULL_ENOTFOUND, "--carry", "'%s' is neither a covariate nor a parameter of %s", (*out)[0],
			  job->info->id);
		lull_mend(err, "`lull models show %s` lists them; other columns are carried from an event file", job->info->id);
		return LULL_ENOTFOUND;
	}
	return LULL_OK;
}

static int read_events(struct simulate_job *job, const char *const *carry, size_t n_carry)
{
	const struct simulate_options *o = job->o;
	struct lull_events_options options = { .covariates_next = o->next, .carry = carry, .n_carry = n_carry };
	struct lull_diags diags;
	struct lull_err err = { 0 };
	char *bytes;
	size_t n;
	int rc;

	for (size_t i = 0; i < job->draws.n; i++)
		options.set_later |= UINT32_C(1) << job->draws.items[i].i_covariate;
	lull_diags_init(&diags, job->cli->arena);
	if (o->ev) {
		rc = lull_events_read_text(job->pm, o->ev, &options, job->cli->arena, &job->data, &diags);
	} else {
		if (cli_read_file(job->cli, o->events, &bytes, &n, &err) != LULL_OK)
			return cli_fail(&err);
		lull_hash_text(bytes, n, job->data_hash);
		job->head.data_file = o->events;
		job->head.data_hash = job->data_hash;
		rc = lull_events_read_csv(job->pm, bytes, n, o->events, &options, job->cli->arena, &job->data, &diags);
	}
	if (rc != LULL_OK)
		return cli_diags(&diags);
	say_remarks(job->cli, &diags);
	job->n_rejected = job->data.n_rejected;
	return CLI_DONE;
}

/* --id: of a file, that subject; of repeated people, that number. */
static int only_one(struct simulate_job *job, struct lull_err *err)
{
	const struct simulate_options *o = job->o;

	if (o->id < 0)
		return LULL_OK;
	if (o->ev || (o->n > 0 && job->data.n_subjects == 1)) {
		job->sim.first_id = (uint64_t)o->id;
		job->sim.n_people = 1;
		return LULL_OK;
	}
	for (size_t i = 0; i < job->data.n_subjects; i++) {
		if (job->data.subjects[i].id != (uint64_t)o->id)
			continue;
		job->only = job->data.subjects[i];
		job->data.subjects = &job->only;
		job->data.n_subjects = 1;
		return LULL_OK;
	}
	return lull_fail(err, LULL_ENOTFOUND, o->events, "has no ID %lld", (long long)o->id);
}

static int choose_people(struct simulate_job *job, struct lull_err *err)
{
	const struct simulate_options *o = job->o;
	struct lull_sim *sim = &job->sim;

	sim->n_people = o->ev ? (o->n > 0 ? (size_t)o->n : 1) : o->n > 0 ? (size_t)o->n : 0;
	sim->first_id = 1;
	const int rc = only_one(job, err);
	if (rc != LULL_OK)
		return rc;
	if (o->n > 0 && job->data.n_subjects != 1) {
		lull_fail(err, LULL_ECONFLICT, "--n", "%s holds %zu IDs, each simulated once", o->events, job->data.n_subjects);
		lull_mend(err, "--nrep N simulates all of them N times; --n N repeats a file of one ID");
		return LULL_ECONFLICT;
	}
	job->n_people = sim->n_people ? sim->n_people : job->data.n_subjects;
	/* doses typed for nobody in particular are the typical person's; whoever names a number means people */
	const bool people = o->events || o->n > 0 || o->n_rep > 1 || o->id >= 0;
	sim->iiv = o->iiv || (people && !o->no_iiv);
	sim->iov = o->iov || (sim->iiv && !o->no_iov);
	sim->residual = o->residual;
	sim->uncertainty = o->uncertainty;
	return LULL_OK;
}

/* ---- when, which outputs ---- */

static const char default_times[] = "0:0.25:24";

static int choose_times(struct simulate_job *job, struct lull_err *err)
{
	const struct simulate_options *o = job->o;
	const char *text = o->times ? o->times : o->ev ? default_times : NULL;
	struct lull_events_ask *ask = &job->sim.ask;

	if (text) {
		const int rc = lull_ask_parse_times(text, job->h_per_unit, job->cli->arena, &job->times, err);
		if (rc != LULL_OK)
			return rc;
		ask->grid_h = job->times.t_h;
		ask->n_grid = job->times.n;
		ask->grid_step_h = job->times.step_h;
	}
	if (!o->times && o->ev && !job->cli->quiet)
		fprintf(stderr, "lull: times %s %s (--times says others)\n", default_times, job->info->time_unit);
	ask->at_records = !text || o->records;
	return LULL_OK;
}

static int choose_outputs(struct simulate_job *job, struct lull_err *err)
{
	size_t n;

	if (!job->o->outputs)
		return LULL_OK;
	const char **names = sim_split(job->cli, job->o->outputs, &n);
	int *index = names ? LULL_ARENA_NEW(job->cli->arena, int, n + 1) : NULL;
	if (!index)
		return lull_nomem(err);
	for (size_t i = 0; i < n; i++) {
		const char *known[LULL_PM_MAX_OUTPUTS + 1] = { 0 };
		index[i] = -1;
		for (int k = 0; k < job->info->n_outputs; k++) {
			known[k] = job->info->outputs[k].name;
			if (!lull_text_casecmp(names[i], known[k]))
				index[i] = k;
		}
		if (index[i] >= 0)
			continue;
		const char *near = lull_nearest_name(names[i], known);
		lull_fail(err, LULL_ENOTFOUND, "--outputs", "the model %s has no output '%s'", job->info->id, names[i]);
		lull_mend(err, "%s%s", near ? "did you mean " : "`lull models show` lists them", near ? near : "");
		return LULL_ENOTFOUND;
	}
	if (!n)
		return lull_fail(err, LULL_EDOMAIN, "--outputs", "names no output");
	job->sim.outputs = index;
	job->sim.n_outputs = (int)n;
	return LULL_OK;
}

/* ---- columns and head ---- */

static void add_column(struct lull_sim_column *columns, size_t *n, enum lull_sim_column_kind kind, const char *name,
		       const char *unit, int index)
{
	columns[(*n)++] = (struct lull_sim_column){ kind, name, unit, index };
}

static int choose_columns(struct simulate_job *job, const char *const *carry, size_t n_carry, struct lull_err *err)
{
	const struct lull_pm_info *info = job->info;
	const struct lull_sim *sim = &job->sim;
	const int n_outputs = sim->outputs ? sim->n_outputs : info->n_outputs;
	struct lull_sim_column *c = LULL_ARENA_NEW(job->cli->arena, struct lull_sim_column, (size_t)n_outputs + n_carry + 5);
	size_t n = 0;

	if (!c)
		return lull_nomem(err);
	add_column(c, &n, LULL_SIM_COL_ID, "ID", "", 0);
	if (sim->n_rep > 1)
		add_column(c, &n, LULL_SIM_COL_REP, "REP", "", 0);
	add_column(c, &n, LULL_SIM_COL_TIME, "TIME", info->time_unit, 0);
	add_column(c, &n, LULL_SIM_COL_TAD, "TAD", info->time_unit, 0);
	for (int i = 0; i < n_outputs; i++) {
		const struct lull_pm_name *name = &info->outputs[sim->outputs ? sim->outputs[i] : i];
		add_column(c, &n, LULL_SIM_COL_OUTPUT, name->name, name->unit, i);
	}
	int i_file = 0, i_covariate, i_param;
	for (size_t i = 0; i < n_carry; i++) {
		if (!is_model_name(job->pm, carry[i], &i_covariate, &i_param))
			add_column(c, &n, LULL_SIM_COL_CARRIED, carry[i], "", i_file++);
		else if (i_covariate >= 0)
			add_column(c, &n, LULL_SIM_COL_COVARIATE, info->covariates[i_covariate].name,
				   info->covariates[i_covariate].unit, i_covariate);
		else
			add_column(c, &n, LULL_SIM_COL_PARAM, info->params[i_param].name, info->params[i_param].unit, i_param);
	}
	job->layout = (struct lull_sim_layout){ .format = job->format == SIMULATE_JSONL ? LULL_SIM_JSONL
						: job->format == SIMULATE_NPY	? LULL_SIM_NPY
										: LULL_SIM_CSV,
						.columns = c, .n_columns = n, .h_per_time_unit = job->h_per_unit, .sim = sim };
	return LULL_OK;
}

static const char *yes_no(bool yes)
{
	return yes ? "yes" : "no";
}

static int write_notes(struct simulate_job *job, struct lull_err *err)
{
	const struct lull_sim *sim = &job->sim;
	const struct lull_pm_info *info = job->info;
	const char **notes = LULL_ARENA_NEW(job->cli->arena, const char *, 4);
	struct lull_buf covariates = { 0 };
	size_t n = 0;

	if (!notes)
		return lull_nomem(err);
	notes[n++] = lull_arena_printf(job->cli->arena, "variability: between people %s, between occasions %s, residual %s; "
							"uncertainty of parameters %s",
				       yes_no(sim->iiv && info->n_etas), yes_no(sim->iov && info->n_iov), yes_no(sim->residual),
				       sim->n_posterior ? "by rows of the posterior file" : yes_no(sim->uncertainty));
	if (info->n_covariates && job->o->ev) {
		for (int i = 0; i < info->n_covariates; i++) {
			bool given = false;
			for (size_t k = 0; k < job->draws.n; k++)
				given |= job->draws.items[k].i_covariate == i;
			if (given || lull_is_nan(info->covariate_default[i]))
				continue;
			lull_buf_printf(&covariates, "%s%s ", covariates.n ? ", " : "covariates not given, the model's: ",
					info->covariates[i].name);
			lull_buf_exact(&covariates, info->covariate_default[i]);
		}
		if (covariates.n)
			notes[n++] = lull_arena_strdup(job->cli->arena, lull_buf_text(&covariates));
	} else if (info->n_covariates) {
		notes[n++] = job->o->next ? "covariates: next observation carried backward"
					  : "covariates: last observation carried forward";
	}
	lull_buf_clear(&covariates);
	for (size_t i = 0; i < n; i++)
		if (!notes[i])
			return lull_nomem(err);
	job->head.notes = notes;
	job->head.n_notes = n;
	return LULL_OK;
}

static bool has_suffix(const char *path, const char *suffix)
{
	const size_t n = strlen(path), m = strlen(suffix);
	return n > m && !strcmp(path + n - m, suffix);
}

/* By --format, else by the file's name, else a table for people and CSV for machines. */
static int choose_format(const struct simulate_options *o)
{
	if (o->format >= 0)
		return o->format;
	if (!o->out || !strcmp(o->out, "-"))
		return o->out || !isatty(STDOUT_FILENO) ? SIMULATE_CSV : SIMULATE_TABLE;
	if (has_suffix(o->out, ".npy"))
		return SIMULATE_NPY;
	return has_suffix(o->out, ".jsonl") || has_suffix(o->out, ".ndjson") ? SIMULATE_JSONL : SIMULATE_CSV;
}

/* ---- all of it ---- */

static int choose_parameters(struct simulate_job *job, struct lull_err *err)
{
	const struct simulate_options *o = job->o;
	double *theta, *rows;
	int rc = lull_ask_set_params(job->pm, o->set.items, o->set.n, job->cli->arena, &theta, err);

	if (rc != LULL_OK)
		return rc;
	job->sim.theta = theta;
	job->draws.seed = (uint64_t)o->seed;
	if (job->draws.n) {
		job->sim.covariates = lull_ask_draw_covariates;
		job->sim.covariates_user = &job->draws;
	}
	job->sim.n_rep = (uint32_t)(o->n_rep > 0 ? o->n_rep : 1);
	if (!o->posterior)
		return LULL_OK;
	rc = sim_read_posterior(job->cli, job->pm, o->posterior, &rows, &job->sim.n_posterior, job->posterior_hash, err);
	if (rc != LULL_OK)
		return rc;
	job->sim.posterior = rows;
	job->head.posterior_file = o->posterior;
	job->head.posterior_hash = job->posterior_hash;
	if (o->n_rep <= 0)
		job->sim.n_rep = (uint32_t)job->sim.n_posterior;
	else if ((size_t)o->n_rep > job->sim.n_posterior)
		return lull_fail(err, LULL_EDOMAIN, "--nrep", "%s has %zu rows, a replicate each", o->posterior,
				 job->sim.n_posterior);
	return LULL_OK;
}

static int need_uncertainty(const struct simulate_job *job, struct lull_err *err)
{
	if (job->o->uncertainty && !job->info->has_uncertainty)
		return lull_fail(err, LULL_EUNSUPPORTED, "--uncertainty", "the model %s states no uncertainty of its parameters",
				 job->info->id);
	if (job->o->residual && !job->info->has_residual)
		return lull_fail(err, LULL_EUNSUPPORTED, "--residual", "the model %s states no residual error", job->info->id);
	return LULL_OK;
}

static int prepare(struct simulate_job *job, int argc, char **argv)
{
	const struct simulate_options *o = job->o;
	const char **carry = NULL, **from_file = NULL;
	size_t n_carry = 0, n_from_file = 0;
	struct lull_err err = { 0 };
	int status = sim_load_model(job->cli, o->model, &job->pm), rc;

	if (status != CLI_DONE)
		return status;
	job->info = lull_pm_info(job->pm);
	job->h_per_unit = job->info->time_unit_h;
	job->format = choose_format(o);
	if (o->carry && !(carry = sim_split(job->cli, o->carry, &n_carry)))
		return cli_fail(&(struct lull_err){ .code = LULL_ENOMEM });
	if (file_columns(job, carry, n_carry, &from_file, &n_from_file, &err) != LULL_OK)
		return cli_fail(&err);
	if (lull_ask_parse_draws(job->pm, o->covariate.items, o->covariate.n, job->cli->arena, &job->draws, &err) != LULL_OK)
		return cli_fail(&err);
	if ((status = read_events(job, from_file, n_from_file)) != CLI_DONE)
		return status;
	job->sim.pm = job->pm;
	job->sim.data = &job->data;
	job->sim.seed = (uint64_t)o->seed;
	if ((rc = choose_people(job, &err)) || (rc = choose_parameters(job, &err)) || (rc = need_uncertainty(job, &err)) ||
	    (rc = choose_times(job, &err)) || (rc = choose_outputs(job, &err)) ||
	    (rc = choose_columns(job, carry, n_carry, &err)) || (rc = write_notes(job, &err)))
		return cli_fail(&err);
	job->head.knowledge = job->cli->knowledge;
	job->head.what = "simulate";
	job->head.model = job->info->id;
	job->head.model_hash = job->info->hash_hex;
	job->head.seed = (uint64_t)o->seed;
	job->head.command = sim_command(job->cli, argc, argv, simulate_formats[job->format]);
	if (!job->head.command)
		return cli_fail(&(struct lull_err){ .code = LULL_ENOMEM });
	rc = lull_pool_new((int)o->n_threads, &job->pool, &err);
	return rc == LULL_OK ? CLI_DONE : cli_fail(&err);
}

/* ---- what every answer says at its end ---- */

void simulate_note_faults(const struct lull_sim_person *people, size_t n, struct lull_buf *out, size_t *n_noted)
{
	for (size_t i = 0; i < n; i++) {
		const struct lull_err *e = people[i].err;
		if (people[i].status == LULL_OK || !e)
			continue;
		if ((*n_noted)++ >= SIMULATE_FAULTS_SAID)
			continue;
		if (people[i].subject && people[i].id == people[i].subject->id && people[i].subject->id_text)
			lull_buf_printf(out, "lull: ID %s: ", people[i].subject->id_text);
		else
			lull_buf_printf(out, "lull: ID %llu: ", (unsigned long long)people[i].id);
		lull_buf_printf(out, "%s%s%s\n", e->where, e->where[0] ? ": " : "", e->what[0] ? e->what : lull_code_text(e->code));
		if (e->mend[0])
			lull_buf_printf(out, "  %s\n", e->mend);
	}
}

void simulate_say_faults(const struct simulate_job *job, const char *said, size_t n_failed)
{
	fputs(said, stderr);
	if (n_failed > SIMULATE_FAULTS_SAID)
		fprintf(stderr, "lull: and %zu more\n", n_failed - SIMULATE_FAULTS_SAID);
	if (n_failed)
		fprintf(stderr, "lull: %zu of %zu people could not be simulated; the others were\n", n_failed,
			job->n_people * job->sim.n_rep);
	if (job->n_rejected)
		fprintf(stderr, "lull: %zu IDs of %s could not be read; the others were simulated\n", job->n_rejected,
			job->o->events);
}

int simulate_interrupted(const struct simulate_job *job, size_t n_done, size_t n_all, const char *kept)
{
	fprintf(stderr, "lull: interrupted after %zu of %zu people; ", n_done, n_all);
	if (job->o->out && strcmp(job->o->out, "-") != 0)
		fprintf(stderr, "%s.partial holds %s\n", job->o->out, kept);
	else
		fprintf(stderr, "what is written is %s\n", kept);
	return CLI_INTERRUPTED;
}

/* ---- the verb ---- */

static int check_options(const struct simulate_options *o)
{
	if (!o->model)
		return cli_usage_error(&usage, "--model is needed; `lull models list` shows what there is");
	if (!!o->events + !!o->ev + !!o->rule != 1)
		return cli_usage_error(&usage, "one of --events, --ev and --rule is needed");
	if ((o->iiv && o->no_iiv) || (o->iov && o->no_iov))
		return cli_usage_error(&usage, "--%s and --no-%s exclude each other", o->iiv ? "iiv" : "iov", o->iiv ? "iiv" : "iov");
	if (o->posterior && o->uncertainty)
		return cli_usage_error(&usage, "--posterior and --uncertainty are two ways to draw parameters; one of them");
	if (o->summary && o->sensitivity_pct > 0)
		return cli_usage_error(&usage, "--summary and --sensitivity are two answers; one of them");
	if ((o->quantiles || o->above.n || o->intervals || o->by_rep) && !o->summary)
		return cli_usage_error(&usage, "--%s belongs to --summary",
				       o->quantiles ? "quantiles" : o->above.n ? "above" : o->intervals ? "intervals" : "by-rep");
	if (o->summary && !o->rule && (o->carry || o->records))
		return cli_usage_error(&usage, "--%s does not go with --summary: it is over people", o->carry ? "carry" : "records");
	if (o->summary && choose_format(o) == SIMULATE_NPY)
		return cli_usage_error(&usage, "a summary is written as csv, jsonl or table");
	if (o->plot && !sim_plot_kind(o->plot))
		return cli_usage_error(&usage, "--plot writes .svg, .pdf or .png, by the name of its file");
	if (choose_format(o) == SIMULATE_NPY && (!o->out || !strcmp(o->out, "-")))
		return cli_usage_error(&usage, "an .npy file says its length at its start: it needs --out FILE");
	if (o->sensitivity_pct > 0 && (o->records || (!o->times && o->events)))
		return cli_usage_error(&usage, "--sensitivity looks between the first and the last of --times%s",
				       o->records ? "; no --records with it" : ", as in --times 0:24");
	if (o->sensitivity_pct > 0 && (o->plot || o->carry))
		return cli_usage_error(&usage, "--%s does not go with --sensitivity", o->plot ? "plot" : "carry");
	if (o->sensitivity_pct > 0 && (o->iiv || o->residual || o->n > 1 || o->n_rep > 0 || o->uncertainty || o->posterior))
		return cli_usage_error(&usage, "--sensitivity looks at the typical person: no --n, --nrep, --iiv, --residual, "
					       "--uncertainty, --posterior with it");
	return CLI_DONE;
}

static int run(struct cli *cli, const struct simulate_options *o, int argc, char **argv)
{
	struct simulate_job *job = LULL_ARENA_NEW(cli->arena, struct simulate_job, 1);

	if (!job)
		return cli_fail(&(struct lull_err){ .code = LULL_ENOMEM });
	job->cli = cli;
	job->o = o;
	int status = prepare(job, argc, argv);
	if (status == CLI_DONE) {
		sim_catch_interrupt();
		status = o->sensitivity_pct > 0 ? simulate_sensitivity(job) : o->summary ? simulate_summary(job) : simulate_rows(job);
	}
	lull_pool_free(job->pool);
	return status;
}

int cmd_simulate(struct cli *cli, int argc, char **argv)
{
	static struct simulate_options o; /* large; a verb runs once */
	o = (struct simulate_options){ .n = -1, .n_rep = -1, .seed = 1, .id = -1, .format = -1, .weight_kg = NAN, .pain = NAN };
	const struct cli_option options[] = {
		{ .name = "model", .type = CLI_TEXT, .value = &o.model, .arg = "ID|FILE.yaml", .help = "see `lull models list`" },
		{ .name = "events", .type = CLI_TEXT, .value = &o.events, .arg = "FILE", .help = "event records, CSV (docs/events.md)" },
		{ .name = "ev", .type = CLI_TEXT, .value = &o.ev, .arg = "TEXT",
		  .help = "doses typed here: \"amt=35 dur=40min ii=48h addl=2; amt=10 time=3h cmt=nasal\"" },
		{ .name = "rule", .type = CLI_TEXT, .value = &o.rule, .arg = "ID|FILE",
		  .help = "a protocol that responds to effect: its id, or a file of protocols" },
		{ .name = "times", .type = CLI_TEXT, .value = &o.times, .arg = "LIST",
		  .help = "when: 0:0.25:24,48,72:12:168 (from:step:to; the model's unit of time)" },
		{ .name = "records", .value = &o.records, .help = "with --times: also at the times of the records" },
		{ .name = "outputs", .type = CLI_TEXT, .value = &o.outputs, .arg = "NAMES", .help = "which of the model's (default: all)" },
		{ .name = "carry", .type = CLI_TEXT, .value = &o.carry, .arg = "NAMES",
		  .help = "columns of the event file, covariates and parameters to write beside" },
		{ .name = "next", .value = &o.next, .help = "covariates: next observation carried backward (default: last forward)" },
		{ .name = "n", .type = CLI_COUNT, .value = &o.n, .arg = "N", .help = "people who get the doses of --ev (or of a file of one ID)",
		  .min = 1, .max = 1e12 },
		{ .name = "nrep", .type = CLI_COUNT, .value = &o.n_rep, .arg = "N", .help = "everything N times, each with its own draws",
		  .min = 1, .max = 4e9 },
		{ .name = "id", .type = CLI_COUNT, .value = &o.id, .arg = "N", .help = "this person alone: the rows it has among all", .min = 0,
		  .max = 1e15 },
		{ .name = "seed", .type = CLI_COUNT, .value = &o.seed, .arg = "N", .help = "of the random numbers (default 1)", .min = 0,
		  .max = 9e15 },
		{ .name = "iiv", .value = &o.iiv, .help = "people differ (the default with --n, --nrep, --id or --events)" },
		{ .name = "no-iiv", .value = &o.no_iiv, .help = "everyone is the typical person" },
		{ .name = "iov", .value = &o.iov, .help = "occasions differ (the default where people differ)" },
		{ .name = "no-iov", .value = &o.no_iov, .help = "occasions do not differ" },
		{ .name = "residual", .value = &o.residual, .help = "add the model's residual error to the outputs" },
		{ .name = "uncertainty", .value = &o.uncertainty, .help = "each replicate draws parameters from their uncertainty" },
		{ .name = "posterior", .type = CLI_TEXT, .value = &o.posterior, .arg = "FILE",
		  .help = "CSV of parameters, a replicate a row (columns not there: typical)" },
		{ .name = "set", .type = CLI_LIST, .value = &o.set, .arg = "NAME=X", .help = "another typical value: CL=70,V1=20" },
		{ .name = "covariate", .type = CLI_LIST, .value = &o.covariate, .arg = "NAME=X",
		  .help = "a value, or a draw for each person: wt=normal:80:15:45:140" },
		{ .name = "sensitivity", .type = CLI_NUMBER, .value = &o.sensitivity_pct, .arg = "PERCENT",
		  .help = "each parameter lower and higher by this, alone: peak, time of peak, area", .min = 0.001, .max = 99.9 },
		{ .name = "summary", .value = &o.summary, .help = "over people, made while simulating: quantiles by time, peak, area ..." },
		{ .name = "quantiles", .type = CLI_TEXT, .value = &o.quantiles, .arg = "LIST", .help = "of the summary (default 0.05,0.25,0.5,0.75,0.95)" },
		{ .name = "above", .type = CLI_LIST, .value = &o.above, .arg = "X|NAME=X", .help = "summary: time above this level of an output" },
		{ .name = "intervals", .type = CLI_TEXT, .value = &o.intervals, .arg = "LIST",
		  .help = "summary: areas and peaks within 0:48,96:144; the last over the first is the accumulation" },
		{ .name = "by-rep", .value = &o.by_rep, .help = "summary: each replicate apart" },
		{ .name = "format", .type = CLI_CHOICE, .value = &o.format, .arg = "csv|jsonl|npy|table",
		  .help = "default: by the name of --out; a table on a terminal", .choices = simulate_formats },
		{ .name = "out", .type = CLI_TEXT, .value = &o.out, .arg = "FILE", .help = "whole or not at all; interrupted: FILE.partial" },
		{ .name = "no-head", .value = &o.no_head, .help = "no comment lines above the rows" },
		{ .name = "plot", .type = CLI_TEXT, .value = &o.plot, .arg = "FILE", .help = "a picture: .svg, .pdf or .png" },
		{ .name = "log", .value = &o.log_y, .help = "the picture's vertical axis is logarithmic" },
		{ .name = "threads", .type = CLI_COUNT, .value = &o.n_threads, .arg = "N", .help = "default: one a processor; changes no byte",
		  .min = 1, .max = LULL_MAX_THREADS },
		{ .name = "weight", .type = CLI_NUMBER, .value = &o.weight_kg, .arg = "KG", .help = "--rule: body weight (default 70)", .min = 20,
		  .max = 400 },
		{ .name = "pain", .type = CLI_NUMBER, .value = &o.pain, .arg = "NRS", .help = "--rule: pain at the start, 0 to 10", .min = 0,
		  .max = 10 },
		{ 0 },
	};
	const char **words;
	size_t n_words;
	int status = cli_parse(cli, &usage, options, argc, argv, &words, &n_words);

	if (status >= 0)
		return status;
	if (n_words)
		return cli_usage_error(&usage, "it takes no words: '%s'", words[0]);
	if ((status = check_options(&o)) != CLI_DONE)
		return status;
	return o.rule ? simulate_rule(cli, &o, choose_format(&o), argc, argv) : run(cli, &o, argc, argv);
}
