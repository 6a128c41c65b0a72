/* lull vpc - a visual predictive check: percentiles of what was observed beside those of the same study simulated
 * many times, by bins of time. Prediction correction: Bergstrand, Hooker, Wallin, Karlsson, AAPS J 13 (2011)
 * 143-151, doi 10.1208/s12248-011-9255-z. */
#include "sim_cli.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "lull/base/csv.h"
#include "lull/base/parse.h"
#include "lull/num/math.h"
#include "lull/num/sum.h"
#include "vpc_plot.h"

static const struct cli_usage usage = {
	"vpc", "--model M --data OBS.csv [--nrep 200] [--bins N|EDGES] [--pred-corr] [--lloq X] [--stratify COLUMN] [options]",
	"A visual predictive check. The people of an event file (with their observations, DV) are simulated --nrep times with "
	"all variability and residual error; in each bin of time, percentiles of the observations stand beside the "
	"interval of the same percentiles over replicates. --pred-corr corrects for doses and covariates that differ inside "
	"a bin. With --lloq, values below it count as the lowest in percentiles, and their share is checked in a panel of "
	"its own. Writes a table, CSV or JSON lines, and with --plot the picture. docs/simulate.md has examples."
};

static const char *const format_names[] = { "csv", "jsonl", "table", NULL };
enum { FORMAT_CSV, FORMAT_JSONL, FORMAT_TABLE };
static const char *const axis_names[] = { "time", "tad", NULL };
static const char default_quantiles[] = "0.05,0.5,0.95";
#define MAX_SIMULATED ((size_t)400000000)

struct options {
	const char *model, *data, *bins, *quantiles, *stratify, *output, *cens, *where, *out, *plot;
	struct cli_list set;
	int64_t n_rep, seed, n_threads;
	double lloq, ci;
	int format, axis;
	bool pred_corr, next, uncertainty, no_residual, no_head, log_y;
};

struct job {
	struct cli *cli;
	const struct options *o;
	const struct lull_pm *pm;
	const struct lull_pm_info *info;
	double h_per_unit;
	struct lull_dataset data;
	struct lull_sim sim;
	int output;
	char data_hash[LULL_HASH_TEXT];
	struct lull_sim_head head;
	struct lull_vpc vpc;
	int64_t *obs_of_record;  /* [record of the file]: which observation; -1 none */
	double *x_tad;           /* of each observation                             */
	size_t n_faults, n_left_out;
	struct lull_buf faults;
	int format;
	struct lull_pool *pool;
	/* of the run under way */
	double *values;          /* [replicate][observation] */
	bool is_typical;
	struct sim_progress progress;
};

/* ---- observations ---- */

/* Columns that the reader must hand on: stratum, censoring, the filter's. */
enum { COL_STRATUM, COL_CENS, COL_WHERE, N_COL };
struct carried {
	const char *names[N_COL];
	int index[N_COL]; /* among the carried; -1 none */
	int n;
	const char *where_value;
};

static int choose_carried(struct job *job, struct carried *c, struct lull_err *err)
{
	const struct options *o = job->o;
	const char *wanted[N_COL] = { o->stratify, o->cens, NULL };
	char *where = o->where ? lull_arena_strdup(job->cli->arena, o->where) : NULL;
	char *equals = where ? strchr(where, '=') : NULL;

	*c = (struct carried){ .index = { -1, -1, -1 } };
	if (o->where && !equals) {
		lull_fail(err, LULL_EPARSE, "--where", "'%s' is not COLUMN=VALUE", o->where);
		lull_mend(err, "as in --where DVID=1");
		return LULL_EPARSE;
	}
	if (equals) {
		*equals = '\0';
		wanted[COL_WHERE] = where;
		c->where_value = equals + 1;
	}
	for (int k = 0; k < N_COL; k++) {
		if (!wanted[k])
			continue;
		for (int i = 0; i < c->n; i++)
			if (!lull_text_casecmp(c->names[i], wanted[k]))
				c->index[k] = i;
		if (c->index[k] < 0) {
			c->index[k] = c->n;
			c->names[c->n++] = wanted[k];
		}
	}
	return LULL_OK;
}

static int read_data(struct job *job, const struct carried *c)
{
	const struct lull_events_options options = { .covariates_next = job->o->next, .carry = c->names,
						     .n_carry = (size_t)c->n };
	struct lull_diags diags;
	struct lull_buf buf = { 0 };
	struct lull_err err = { 0 };
	char *bytes;
	size_t n;

	lull_diags_init(&diags, job->cli->arena);
	if (cli_read_file(job->cli, job->o->data, &bytes, &n, &err) != LULL_OK)
		return cli_fail(&err);
	lull_hash_text(bytes, n, job->data_hash);
	if (lull_events_read_csv(job->pm, bytes, n, job->o->data, &options, job->cli->arena, &job->data, &diags) != LULL_OK)
		return cli_diags(&diags);
	if (diags.n_all && (!job->cli->quiet || diags.n_errors)) {
		lull_diags_print(&diags, &buf);
		fputs(lull_buf_text(&buf), stderr);
		lull_buf_clear(&buf);
	}
	return CLI_DONE;
}

static const char *cell(const struct job *job, size_t record, int column)
{
	return column < 0 || !job->data.carried_text ? ""
						     : job->data.carried_text[record * job->data.n_carried + (size_t)column];
}

/* Equal as numbers ("1" and "1.0") or as texts. */
static bool same(const char *a, const char *b)
{
	double x, y;

	return !strcmp(a, b) || (lull_parse_double(a, strlen(a), '.', NULL, NULL, &x, NULL) == LULL_OK &&
				 lull_parse_double(b, strlen(b), '.', NULL, NULL, &y, NULL) == LULL_OK && x == y);
}

static bool is_observation(const struct job *job, const struct carried *c, size_t record)
{
	const struct lull_record *r = &job->data.records[record];

	return r->evid == LULL_EVID_OBSERVE && !r->mdv && !lull_is_nan(r->dv) &&
	       (!c->where_value || same(cell(job, record, c->index[COL_WHERE]), c->where_value));
}

static int stratum_of(struct lull_vpc *v, const char *name, struct lull_err *err)
{
	for (int i = 0; i < v->n_strata; i++)
		if (!strcmp(v->strata[i], name))
			return i;
	if (v->n_strata == LULL_VPC_MAX_STRATA)
		return lull_fail(err, LULL_ELIMIT, "--stratify", "more than %d different values", (int)LULL_VPC_MAX_STRATA);
	v->strata[v->n_strata] = name;
	return v->n_strata++;
}

static int collect(struct job *job, const struct carried *c, struct lull_err *err)
{
	struct lull_vpc *v = &job->vpc;
	const size_t n_records = job->data.n_records;
	const struct options *o = job->o;

	job->obs_of_record = LULL_ARENA_NEW(job->cli->arena, int64_t, n_records + 1);
	v->obs = LULL_ARENA_NEW(job->cli->arena, struct lull_vpc_obs, n_records + 1);
	if (!job->obs_of_record || !v->obs)
		return lull_nomem(err);
	for (size_t i = 0; i < n_records; i++)
		job->obs_of_record[i] = -1;
	for (size_t s = 0; s < job->data.n_subjects; s++) {
		const struct lull_subject *subject = &job->data.subjects[s];
		const size_t first = (size_t)(subject->records - job->data.records);
		for (size_t k = 0; k < subject->n_records; k++) {
			if (!is_observation(job, c, first + k))
				continue;
			const struct lull_record *r = &subject->records[k];
			const bool is_cens = c->index[COL_CENS] >= 0 && same(cell(job, first + k, c->index[COL_CENS]), "1");
			const int stratum = o->stratify ? stratum_of(v, cell(job, first + k, c->index[COL_STRATUM]), err) : 0;
			if (stratum < 0)
				return stratum;
			job->obs_of_record[first + k] = (int64_t)v->n_obs;
			v->obs[v->n_obs++] = (struct lull_vpc_obs){ .x = r->t_h / job->h_per_unit, .dv = r->dv, .pred = NAN,
							       .is_blq = is_cens || r->dv < v->lloq, .stratum = stratum };
		}
	}
	if (!o->stratify) {
		v->strata[0] = "";
		v->n_strata = 1;
	}
	if (v->n_obs)
		return LULL_OK;
	lull_fail(err, LULL_EDOMAIN, o->data, "holds no observations%s", o->where ? " after --where" : "");
	lull_mend(err, "an observation is a record with EVID 0, MDV 0 and a number in DV");
	return LULL_EDOMAIN;
}

/* ---- simulating ---- */

static int map(void *user, size_t i_slot, int i_thread, const struct lull_sim_person *people, size_t n, struct lull_err *err)
{
	struct job *job = user;

	(void)i_slot;
	(void)i_thread;
	(void)err;
	for (size_t i = 0; i < n; i++) {
		const struct lull_sim_person *p = &people[i];
		const size_t first = (size_t)(p->subject->records - job->data.records);
		if (!p->values)
			continue;
		for (size_t t = 0; t < p->n_times; t++) {
			const int64_t obs = p->record[t] < 0 ? -1 : job->obs_of_record[first + (size_t)p->record[t]];
			if (obs < 0)
				continue;
			/* each person writes his own observations: no two threads meet */
			if (job->is_typical) {
				job->vpc.obs[obs].pred = p->values[t];
				job->x_tad[obs] = p->last_dose_h ? (p->t_h[t] - p->last_dose_h[t]) / job->h_per_unit : NAN;
			} else {
				job->values[(size_t)p->replicate * job->vpc.n_obs + (size_t)obs] = p->values[t];
			}
		}
	}
	return LULL_OK;
}

static int simulate(struct job *job, bool is_typical, struct lull_err *err)
{
	const struct lull_sim_sink sink = { .user = job, .map = map };
	struct lull_sim_progress progress = { .stop = &sim_stop, .done = sim_progress_done, .user = &job->progress };
	struct lull_sim sim = job->sim;

	job->is_typical = is_typical;
	sim.iiv = sim.iov = !is_typical;
	sim.residual = !is_typical && !job->o->no_residual;
	sim.uncertainty = !is_typical && job->o->uncertainty;
	sim.n_rep = is_typical ? 1 : (uint32_t)job->o->n_rep;
	sim_progress_begin(job->cli, &job->progress);
	const int rc = lull_simulate_population(&sim, job->pool, &sink, &progress, err);
	sim_progress_end(&job->progress);
	if (rc == LULL_OK && !is_typical)
		job->n_faults = progress.n_failed;
	return rc;
}

/* Who has no prediction cannot be checked: his observations are left out, and said. */
static void leave_out(struct job *job)
{
	struct lull_vpc *v = &job->vpc;

	for (size_t i = 0; i < v->n_obs; i++) {
		if (job->o->axis == 1)
			v->obs[i].x = job->x_tad[i];
		v->obs[i].is_out = lull_is_nan(v->obs[i].pred) || lull_is_nan(v->obs[i].x) || (v->pred_corr && !(v->obs[i].pred > 0));
		job->n_left_out += v->obs[i].is_out;
	}
}

/* ---- answers ---- */

static void put_cell(struct lull_buf *out, double x)
{
	lull_buf_putc(out, ',');
	if (isfinite(x))
		lull_buf_exact(out, x);
}

static const char *stat_name(const struct lull_vpc *v, int k, char out[32])
{
	char percent[32];

	if (k == v->n_q)
		return "BLQ";
	lull_text_format(out, 32, "P%s", lull_num_text(percent, sizeof(percent), 100 * v->q[k], 3));
	return out;
}

static void put_csv(const struct job *job, struct lull_buf *out)
{
	const struct lull_vpc *v = &job->vpc;
	char name[32];

	lull_buf_printf(out, "%sBIN,FROM,TO,%s,N,N_BLQ,STATISTIC,OBSERVED,SIM_LOW,SIM_MEDIAN,SIM_HIGH\n",
			job->o->stratify ? "STRATUM," : "", job->o->axis ? "TAD" : "TIME");
	for (size_t b = 0; b < v->n_bins; b++) {
		const struct lull_vpc_bin *bin = &v->bins[b];
		for (int k = 0; k < v->n_q + v->has_lloq; k++) {
			const struct lull_vpc_stat *s = &bin->stat[k];
			if (job->o->stratify) {
				lull_csv_put(out, v->strata[bin->stratum], ',', false);
				lull_buf_putc(out, ',');
			}
			lull_buf_printf(out, "%d", bin->number);
			put_cell(out, bin->from);
			put_cell(out, bin->to);
			put_cell(out, bin->x);
			lull_buf_printf(out, ",%zu,%zu,%s", bin->n, bin->n_blq, stat_name(v, k, name));
			put_cell(out, s->observed);
			put_cell(out, s->low);
			put_cell(out, s->mid);
			put_cell(out, s->high);
			lull_buf_putc(out, '\n');
		}
	}
}

static double finite(double x)
{
	return isfinite(x) ? x : NAN;
}

static void put_jsonl(const struct job *job, struct lull_buf *out)
{
	const struct lull_vpc *v = &job->vpc;
	char name[32];

	for (size_t b = 0; b < v->n_bins; b++) {
		const struct lull_vpc_bin *bin = &v->bins[b];
		for (int k = 0; k < v->n_q + v->has_lloq; k++) {
			struct lull_json json = { .out = out, .compact = true };
			lull_json_open(&json, NULL, '{');
			if (job->o->stratify)
				lull_json_text(&json, "STRATUM", v->strata[bin->stratum]);
			lull_json_int(&json, "BIN", bin->number);
			lull_json_num(&json, "FROM", bin->from);
			lull_json_num(&json, "TO", bin->to);
			lull_json_num(&json, job->o->axis ? "TAD" : "TIME", bin->x);
			lull_json_int(&json, "N", (int64_t)bin->n);
			lull_json_int(&json, "N_BLQ", (int64_t)bin->n_blq);
			lull_json_text(&json, "STATISTIC", stat_name(v, k, name));
			lull_json_num(&json, "OBSERVED", finite(bin->stat[k].observed));
			lull_json_num(&json, "SIM_LOW", finite(bin->stat[k].low));
			lull_json_num(&json, "SIM_MEDIAN", finite(bin->stat[k].mid));
			lull_json_num(&json, "SIM_HIGH", finite(bin->stat[k].high));
			lull_json_close(&json, '}');
			lull_buf_putc(out, '\n');
		}
	}
}

/* How many observed statistics lie in their interval. */
static void put_verdict(const struct lull_vpc *v, double ci, struct lull_buf *out)
{
	char name[32], percent[32];

	for (int k = 0; k < v->n_q + v->has_lloq; k++) {
		size_t n = 0, n_in = 0;
		for (size_t b = 0; b < v->n_bins; b++) {
			const struct lull_vpc_stat *s = &v->bins[b].stat[k];
			if (!isfinite(s->observed) || !isfinite(s->high))
				continue;
			n++;
			n_in += s->observed <= s->high && !(s->observed < s->low);
		}
		lull_buf_printf(out, "%s: observed inside the %s %% interval in %zu of %zu bins\n", stat_name(v, k, name),
				lull_num_text(percent, sizeof(percent), 100 * ci, 2), n_in, n);
	}
}

static void put_table_cell(struct lull_buf *out, double x, size_t width)
{
	char text[40] = "";

	if (isfinite(x))
		lull_text_format(text, sizeof(text), "%.4g", x);
	lull_buf_pad(out, ' ', strlen(text) < width ? width - strlen(text) : 1);
	lull_buf_puts(out, text);
}

static void put_table(const struct job *job, struct lull_buf *out)
{
	const struct lull_vpc *v = &job->vpc;
	char name[32];

	lull_buf_printf(out, "%s %s, %zu observations%s, %lld replicates; %s by %s\n\n", job->info->id,
			job->info->outputs[job->output].name, v->n_obs - job->n_left_out, v->pred_corr ? ", prediction-corrected" : "",
			(long long)job->o->n_rep, job->info->outputs[job->output].unit, axis_names[job->o->axis]);
	for (size_t b = 0; b < v->n_bins; b++) {
		const struct lull_vpc_bin *bin = &v->bins[b];
		if (!b || bin->stratum != v->bins[b - 1].stratum)
			lull_buf_printf(out, "%s%s%s%s     FROM        TO     N    STATISTIC  OBSERVED   SIMULATED (low median high)\n",
					b ? "\n" : "", job->o->stratify ? job->o->stratify : "", job->o->stratify ? " " : "",
					job->o->stratify ? lull_arena_printf(job->cli->arena, "%s\n", v->strata[bin->stratum]) : "");
		for (int k = 0; k < v->n_q + v->has_lloq; k++) {
			if (k == 0) {
				put_table_cell(out, bin->from, 9);
				put_table_cell(out, bin->to, 10);
				lull_buf_printf(out, " %5zu", bin->n);
			} else {
				lull_buf_pad(out, ' ', 25);
			}
			lull_buf_printf(out, "    %-9s", stat_name(v, k, name));
			put_table_cell(out, bin->stat[k].observed, 10);
			put_table_cell(out, bin->stat[k].low, 12);
			put_table_cell(out, bin->stat[k].mid, 10);
			put_table_cell(out, bin->stat[k].high, 10);
			lull_buf_putc(out, '\n');
		}
	}
	lull_buf_putc(out, '\n');
	put_verdict(v, job->o->ci, out);
	for (size_t i = 0; i < job->head.n_notes; i++)
		lull_buf_wrap(out, job->head.notes[i], 0, (size_t)job->cli->width);
}

static int write_answer(struct job *job, struct lull_err *err)
{
	struct lull_buf out = { 0 };

	if (job->format != FORMAT_TABLE && !job->o->no_head) {
		if (job->format == FORMAT_JSONL) {
			lull_sim_put_head_json(&job->head, NULL, &out);
			lull_buf_putc(&out, '\n');
		} else {
			lull_sim_put_head_csv(&job->head, NULL, &out);
		}
	}
	if (job->format == FORMAT_TABLE)
		put_table(job, &out);
	else if (job->format == FORMAT_JSONL)
		put_jsonl(job, &out);
	else
		put_csv(job, &out);
	int rc = lull_buf_status(&out, err);
	if (rc == LULL_OK)
		rc = cli_write_file(job->o->out ? job->o->out : "-", lull_buf_text(&out), out.n, err);
	lull_buf_clear(&out);
	return rc;
}

/* ---- what is asked ---- */

static int choose_output(struct job *job, struct lull_err *err)
{
	const char *known[LULL_PM_MAX_OUTPUTS + 1] = { 0 };

	job->output = job->o->output ? -1 : 0;
	for (int i = 0; i < job->info->n_outputs; i++) {
		known[i] = job->info->outputs[i].name;
		if (job->o->output && !lull_text_casecmp(known[i], job->o->output))
			job->output = i;
	}
	if (job->output < 0) {
		const char *near = lull_nearest_name(job->o->output, known);
		lull_fail(err, LULL_ENOTFOUND, "--output", "the model %s has no output '%s'", job->info->id, job->o->output);
		lull_mend(err, "%s%s", near ? "did you mean " : "`lull models show` lists them", near ? near : "");
		return LULL_ENOTFOUND;
	}
	job->sim.outputs = &job->output;
	job->sim.n_outputs = 1;
	if (job->info->has_residual || job->o->no_residual)
		return LULL_OK;
	lull_fail(err, LULL_EUNSUPPORTED, "--model", "the model %s states no residual error, which a predictive check needs",
		  job->info->id);
	lull_mend(err, "--no-residual compares with the people alone: intervals are then too narrow");
	return LULL_EUNSUPPORTED;
}

static int write_notes(struct job *job, struct lull_err *err)
{
	const struct lull_vpc *v = &job->vpc;
	const char **notes = LULL_ARENA_NEW(job->cli->arena, const char *, 8);
	char ci[32], lloq[LULL_EXACT_TEXT];
	size_t n = 0;

	if (!notes)
		return lull_nomem(err);
	notes[n++] = lull_arena_printf(job->cli->arena, "output %s; %zu observations, %lld replicates; interval of %s %% over replicates",
				       job->info->outputs[job->output].name, v->n_obs - job->n_left_out, (long long)job->o->n_rep,
				       lull_num_text(ci, sizeof(ci), 100 * job->o->ci, 2));
	notes[n++] = job->o->no_residual ? "no residual error was simulated: intervals are too narrow"
					 : "simulated with variability between people, between occasions and residual error";
	if (v->pred_corr)
		notes[n++] = "prediction-corrected: value times the bin's median typical prediction over its own";
	if (v->has_lloq) {
		lull_exact_text(lloq, v->lloq);
		notes[n++] = lull_arena_printf(job->cli->arena, v->pred_corr ? "below %s: left out of the percentiles (a corrected value has no "
									       "place among them), checked as a share (BLQ)"
								: "below %s: the lowest in the percentiles, whose value is empty where it would "
								  "be one of them; checked as a share (BLQ)",
					       lloq);
	}
	if (job->n_left_out)
		notes[n++] = lull_arena_printf(job->cli->arena, "%zu observations left out: no prediction%s", job->n_left_out,
					       v->pred_corr ? ", or one of 0" : "");
	for (size_t i = 0; i < n; i++)
		if (!notes[i])
			return lull_nomem(err);
	job->head.notes = notes;
	job->head.n_notes = n;
	return LULL_OK;
}

static int parse_quantiles(struct job *job, struct lull_err *err)
{
	size_t n;
	const char **parts = sim_split(job->cli, job->o->quantiles ? job->o->quantiles : default_quantiles, &n);
	const struct lull_range range = { 0, 1, NULL };
	struct lull_vpc *v = &job->vpc;

	if (!parts)
		return lull_nomem(err);
	if (!n || n > LULL_VPC_MAX_Q)
		return lull_fail(err, LULL_EDOMAIN, "--quantiles", "1 to %d of them", (int)LULL_VPC_MAX_Q);
	for (size_t i = 0; i < n; i++) {
		const int rc = lull_parse_double(parts[i], strlen(parts[i]), '.', &range, "--quantiles", &v->q[i], err);
		if (rc != LULL_OK)
			return rc;
	}
	v->n_q = (int)n;
	lull_sort(v->q, n);
	return LULL_OK;
}

/* "8" or "0,1,2,4,8" */
static int parse_bins(struct job *job, struct lull_err *err)
{
	struct lull_vpc *v = &job->vpc;
	size_t n;
	const char **parts = job->o->bins ? sim_split(job->cli, job->o->bins, &n) : NULL;

	if (!job->o->bins)
		return LULL_OK;
	double *edges = parts ? LULL_ARENA_NEW(job->cli->arena, double, n + 1) : NULL;
	if (!edges)
		return lull_nomem(err);
	for (size_t i = 0; i < n; i++) {
		const int rc = lull_parse_double(parts[i], strlen(parts[i]), '.', NULL, "--bins", &edges[i], err);
		if (rc != LULL_OK)
			return rc;
		if (i && !(edges[i] > edges[i - 1]))
			return lull_fail(err, LULL_EDOMAIN, "--bins", "edges rise, as in 0,1,2,4,8");
	}
	if (n == 1) {
		if (!(edges[0] >= 1 && edges[0] <= LULL_VPC_MAX_BINS && edges[0] == floor(edges[0])))
			return lull_fail(err, LULL_EDOMAIN, "--bins", "a number of bins is 1 to %d; edges are several numbers", (int)LULL_VPC_MAX_BINS);
		v->n_asked = (int)edges[0];
		return LULL_OK;
	}
	if (!n || n > LULL_VPC_MAX_BINS)
		return lull_fail(err, LULL_EDOMAIN, "--bins", "2 to %d edges", (int)LULL_VPC_MAX_BINS);
	v->edges = edges;
	v->n_edges = n;
	return LULL_OK;
}

static int prepare(struct job *job, int argc, char **argv)
{
	const struct options *o = job->o;
	struct lull_vpc *v = &job->vpc;
	struct carried c;
	struct lull_err err = { 0 };
	double *theta;
	int status = sim_load_model(job->cli, o->model, &job->pm), rc;

	if (status != CLI_DONE)
		return status;
	job->info = lull_pm_info(job->pm);
	job->h_per_unit = job->info->time_unit_h;
	v->arena = job->cli->arena;
	v->lloq = isnan(o->lloq) ? -INFINITY : o->lloq;
	v->has_lloq = !isnan(o->lloq);
	v->pred_corr = o->pred_corr;
	v->ci = o->ci;
	if ((rc = choose_output(job, &err)) || (rc = parse_quantiles(job, &err)) || (rc = parse_bins(job, &err)) ||
	    (rc = lull_ask_set_params(job->pm, o->set.items, o->set.n, job->cli->arena, &theta, &err)) || (rc = choose_carried(job, &c, &err)))
		return cli_fail(&err);
	if (o->uncertainty && !job->info->has_uncertainty) {
		lull_fail(&err, LULL_EUNSUPPORTED, "--uncertainty", "the model %s states no uncertainty of its parameters", job->info->id);
		return cli_fail(&err);
	}
	if ((status = read_data(job, &c)) != CLI_DONE)
		return status;
	if (collect(job, &c, &err) != LULL_OK)
		return cli_fail(&err);
	if (v->n_obs * (size_t)o->n_rep > MAX_SIMULATED) {
		lull_fail(&err, LULL_ELIMIT, "--nrep", "%zu observations %lld times is too much to hold", v->n_obs, (long long)o->n_rep);
		return cli_fail(&err);
	}
	job->sim = (struct lull_sim){ .pm = job->pm, .data = &job->data, .seed = (uint64_t)o->seed, .theta = theta,
				      .ask = { .at_records = true }, .outputs = &job->output, .n_outputs = 1 };
	job->head = (struct lull_sim_head){ .knowledge = job->cli->knowledge, .what = "vpc", .model = job->info->id,
					    .model_hash = job->info->hash_hex, .data_file = o->data, .data_hash = job->data_hash,
					    .seed = (uint64_t)o->seed,
					    .command = sim_command(job->cli, argc, argv, format_names[job->format]) };
	job->x_tad = LULL_ARENA_NEW(job->cli->arena, double, v->n_obs + 1);
	job->values = lull_mem_alloc(v->n_obs * (size_t)o->n_rep * sizeof(double));
	if (!job->head.command || !job->x_tad || !job->values)
		return cli_fail(&(struct lull_err){ .code = LULL_ENOMEM });
	for (size_t i = 0; i < v->n_obs * (size_t)o->n_rep; i++)
		job->values[i] = NAN;
	rc = lull_pool_new((int)o->n_threads, &job->pool, &err);
	return rc == LULL_OK ? CLI_DONE : cli_fail(&err);
}

static int answer(struct job *job)
{
	struct lull_err err = { 0 };
	int rc = simulate(job, true, &err);

	if (rc == LULL_OK) {
		leave_out(job);
		rc = simulate(job, false, &err);
	}
	if (rc == LULL_ESTOPPED) {
		fputs("lull: interrupted; nothing was written\n", stderr);
		return CLI_INTERRUPTED;
	}
	if (rc == LULL_OK)
		rc = lull_vpc_run(&job->vpc, job->values, (size_t)job->o->n_rep, &err);
	if (rc == LULL_OK)
		rc = write_notes(job, &err);
	if (rc == LULL_OK)
		rc = write_answer(job, &err);
	if (rc == LULL_OK && job->o->plot)
		rc = vpc_plot(&job->vpc, job->cli, job->o->plot,
			      &(struct vpc_words){ .title = job->info->name, .x_label = job->info->time_unit, .is_tad = job->o->axis == 1,
						   .y_label = job->info->outputs[job->output].unit, .stratum = job->o->stratify,
						   .command = job->head.command, .log_y = job->o->log_y },
			      &err);
	if (rc != LULL_OK)
		return cli_fail(&err);
	if (job->n_faults)
		fprintf(stderr, "lull: %zu people of replicates could not be simulated; the others were\n", job->n_faults);
	if (job->data.n_rejected)
		fprintf(stderr, "lull: %zu IDs of %s could not be read; the others were checked\n", job->data.n_rejected, job->o->data);
	return job->n_faults || job->data.n_rejected ? CLI_BAD_DATA : CLI_DONE;
}

int cmd_vpc(struct cli *cli, int argc, char **argv)
{
	struct options o = { .n_rep = 200, .seed = 1, .lloq = NAN, .ci = 0.95, .format = -1 };
	const struct cli_option options[] = {
		{ .name = "model", .type = CLI_TEXT, .value = &o.model, .arg = "ID|FILE.yaml", .help = "see `lull models list`" },
		{ .name = "data", .type = CLI_TEXT, .value = &o.data, .arg = "FILE",
		  .help = "event records with observations in DV (docs/events.md)" },
		{ .name = "nrep", .type = CLI_COUNT, .value = &o.n_rep, .arg = "N", .help = "replicates of the study (default 200)", .min = 20,
		  .max = 100000 },
		{ .name = "bins", .type = CLI_TEXT, .value = &o.bins, .arg = "N|EDGES",
		  .help = "that many bins of equal numbers, or edges 0,1,2,4,8 (default: each time, or 10 bins)" },
		{ .name = "x", .type = CLI_CHOICE, .value = &o.axis, .arg = "time|tad", .help = "time, or time after dose", .choices = axis_names },
		{ .name = "pred-corr", .value = &o.pred_corr, .help = "prediction-corrected" },
		{ .name = "lloq", .type = CLI_NUMBER, .value = &o.lloq, .arg = "X", .help = "lower limit of quantification: DV below it is censored" },
		{ .name = "cens", .type = CLI_TEXT, .value = &o.cens, .arg = "COLUMN", .help = "a column that is 1 where DV is censored (with --lloq)" },
		{ .name = "stratify", .type = CLI_TEXT, .value = &o.stratify, .arg = "COLUMN", .help = "a panel for each value of this column" },
		{ .name = "where", .type = CLI_TEXT, .value = &o.where, .arg = "COLUMN=VALUE", .help = "only these observations, as in DVID=1" },
		{ .name = "output", .type = CLI_TEXT, .value = &o.output, .arg = "NAME", .help = "the output that DV observes (default: the first)" },
		{ .name = "quantiles", .type = CLI_TEXT, .value = &o.quantiles, .arg = "LIST", .help = "(default 0.05,0.5,0.95)" },
		{ .name = "ci", .type = CLI_NUMBER, .value = &o.ci, .arg = "X", .help = "interval over replicates (default 0.95)", .min = 0.1, .max = 0.999 },
		{ .name = "next", .value = &o.next, .help = "covariates: next observation carried backward (default: last forward)" },
		{ .name = "set", .type = CLI_LIST, .value = &o.set, .arg = "NAME=X", .help = "another typical value: CL=70,V1=20" },
		{ .name = "uncertainty", .value = &o.uncertainty, .help = "each replicate draws parameters from their uncertainty" },
		{ .name = "no-residual", .value = &o.no_residual, .help = "for a model that states no residual error" },
		{ .name = "seed", .type = CLI_COUNT, .value = &o.seed, .arg = "N", .help = "of the random numbers (default 1)", .min = 0, .max = 9e15 },
		{ .name = "format", .type = CLI_CHOICE, .value = &o.format, .arg = "csv|jsonl|table",
		  .help = "default: a table on a terminal, else csv", .choices = format_names },
		{ .name = "out", .type = CLI_TEXT, .value = &o.out, .arg = "FILE", .help = "instead of standard output" },
		{ .name = "no-head", .value = &o.no_head, .help = "no comment lines above the rows" },
		{ .name = "plot", .type = CLI_TEXT, .value = &o.plot, .arg = "FILE", .help = "the picture: .svg, .pdf or .png" },
		{ .name = "log", .value = &o.log_y, .help = "the picture's vertical axis is logarithmic" },
		{ .name = "threads", .type = CLI_COUNT, .value = &o.n_threads, .arg = "N", .help = "default: one a processor; changes no byte",
		  .min = 1, .max = LULL_MAX_THREADS },
		{ 0 },
	};
	const char **words;
	size_t n_words;
	int status = cli_parse(cli, &usage, options, argc, argv, &words, &n_words);

	if (status >= 0)
		return status;
	if (n_words)
		return cli_usage_error(&usage, "it takes no words: '%s'", words[0]);
	if (!o.model || !o.data)
		return cli_usage_error(&usage, "--model and --data are needed");
	if (o.cens && isnan(o.lloq))
		return cli_usage_error(&usage, "--cens needs --lloq: simulated values are censored below it too");
	if (o.plot && !sim_plot_kind(o.plot))
		return cli_usage_error(&usage, "--plot writes .svg, .pdf or .png, by the name of its file");
	struct job *job = LULL_ARENA_NEW(cli->arena, struct job, 1);
	if (!job)
		return cli_fail(&(struct lull_err){ .code = LULL_ENOMEM });
	job->cli = cli;
	job->o = &o;
	job->format = o.format >= 0 ? o.format : !o.out && isatty(STDOUT_FILENO) ? FORMAT_TABLE : FORMAT_CSV;
	sim_catch_interrupt();
	status = prepare(job, argc, argv);
	if (status == CLI_DONE)
		status = answer(job);
	lull_pool_free(job->pool);
	lull_mem_free(job->values);
	return status;
}
