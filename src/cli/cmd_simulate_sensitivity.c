/* lull simulate --sensitivity: each parameter lower and higher by the same percentage, one at a time, everything else
 * as it is, for the typical person: what becomes of peak, time of peak and area of each output. */
#include "cmd_simulate.h"

#include <math.h>
#include <string.h>

#include "lull/base/csv.h"
#include "lull/num/math.h"

/* On so many times between the first and the last asked for, so that peaks are met and straight lines between
 * them are near enough for areas. */
enum { FINE_TIMES = 8001 };

/* One curve in three numbers. */
struct shape {
	double peak, t_peak_h, area;
};

struct looking {
	struct simulate_job *job;
	int n_outputs;
	size_t n_runs;            /* the base, then lower and higher of each changed parameter */
	int *param;               /* of each run; -1 the base      */
	double *value;            /* of that parameter in that run */
	struct shape *shapes;     /* [run][output]                 */
	bool *has_shape;
	struct lull_buf faults;
	size_t n_faults;
};

static struct shape shape_of(const double *t_h, const double *y, size_t n)
{
	struct shape s = { -INFINITY, NAN, 0 };

	for (size_t i = 0; i < n; i++) {
		if (y[i] > s.peak)
			s = (struct shape){ y[i], t_h[i], s.area };
		if (i)
			s.area += (t_h[i] - t_h[i - 1]) * (y[i] + y[i - 1]) / 2;
	}
	return s;
}

/* One chunk is one replicate, as there is one person. */
static int map(void *user, size_t i_slot, int i_thread, const struct lull_sim_person *people, size_t n,
	       struct lull_err *err)
{
	struct looking *l = user;

	(void)i_slot;
	(void)i_thread;
	(void)err;
	for (size_t i = 0; i < n; i++) {
		const struct lull_sim_person *p = &people[i];
		if (!p->values || !p->n_times)
			continue;
		for (int o = 0; o < l->n_outputs; o++)
			l->shapes[p->replicate * (size_t)l->n_outputs + (size_t)o] =
				shape_of(l->job->sim.ask.grid_h, p->values + (size_t)o * p->n_times, p->n_times);
		l->has_shape[p->replicate] = true;
	}
	return LULL_OK;
}

/* Rows of parameters, one a run, in the place of a posterior. */
static int make_runs(struct looking *l, struct lull_err *err)
{
	struct simulate_job *job = l->job;
	struct lull_arena *arena = job->cli->arena;
	const size_t n = (size_t)job->info->n_params, most = 1 + 2 * n;
	const double frac = job->o->sensitivity_pct / 100;
	double *rows = LULL_ARENA_NEW(arena, double, most * n + 1);

	l->param = LULL_ARENA_NEW(arena, int, most);
	l->value = LULL_ARENA_NEW(arena, double, most);
	l->shapes = LULL_ARENA_NEW(arena, struct shape, most * (size_t)l->n_outputs);
	l->has_shape = LULL_ARENA_NEW(arena, bool, most);
	if (!rows || !l->param || !l->value || !l->shapes || !l->has_shape)
		return lull_nomem(err);
	l->param[0] = -1;
	l->n_runs = 1;
	memcpy(rows, job->sim.theta, n * sizeof(double));
	for (size_t p = 0; p < n; p++) {
		if (job->sim.theta[p] == 0) /* no share of nothing */
			continue;
		for (int up = 0; up < 2; up++) {
			double *row = rows + l->n_runs * n;
			memcpy(row, job->sim.theta, n * sizeof(double));
			row[p] *= up ? 1 + frac : 1 - frac;
			l->param[l->n_runs] = (int)p;
			l->value[l->n_runs++] = row[p];
		}
	}
	job->sim.posterior = rows;
	job->sim.n_posterior = l->n_runs;
	job->sim.n_rep = (uint32_t)l->n_runs;
	return LULL_OK;
}

static int make_times(struct looking *l, struct lull_err *err)
{
	struct simulate_job *job = l->job;
	const struct lull_ask_times *asked = &job->times;
	double *t_h = LULL_ARENA_NEW(job->cli->arena, double, FINE_TIMES);

	if (!t_h)
		return lull_nomem(err);
	if (asked->n < 2)
		return lull_fail(err, LULL_EDOMAIN, "--times", "--sensitivity needs a first and a last time, as in --times 0:24");
	const double first = asked->t_h[0], step = (asked->t_h[asked->n - 1] - first) / (FINE_TIMES - 1);
	for (int i = 0; i < FINE_TIMES; i++)
		t_h[i] = first + i * step;
	job->sim.ask = (struct lull_events_ask){ .grid_h = t_h, .n_grid = FINE_TIMES, .grid_step_h = step };
	return LULL_OK;
}

static const struct lull_pm_name *output_name(const struct simulate_job *job, int o)
{
	return &job->info->outputs[job->sim.outputs ? job->sim.outputs[o] : o];
}

static double percent(double x, double base)
{
	return base != 0 ? 100 * (x - base) / base : NAN;
}

static void put_cell(struct lull_buf *out, double x)
{
	lull_buf_putc(out, ',');
	if (isfinite(x))
		lull_buf_exact(out, x);
}

static void put_csv(const struct looking *l, struct lull_buf *out)
{
	const struct simulate_job *job = l->job;

	lull_buf_puts(out, "PARAMETER,VALUE,CHANGE_PERCENT,OUTPUT,CMAX,TMAX,AUC,CMAX_PERCENT,AUC_PERCENT\n");
	for (size_t r = 0; r < l->n_runs; r++) {
		for (int o = 0; o < l->n_outputs; o++) {
			const struct shape *s = &l->shapes[r * (size_t)l->n_outputs + (size_t)o], *base = &l->shapes[o];
			if (!l->has_shape[r])
				continue;
			lull_csv_put(out, l->param[r] < 0 ? "" : job->info->params[l->param[r]].name, ',', false);
			put_cell(out, l->param[r] < 0 ? NAN : l->value[r]);
			put_cell(out, l->param[r] < 0 ? 0 : r % 2 ? -job->o->sensitivity_pct : job->o->sensitivity_pct);
			lull_buf_putc(out, ',');
			lull_csv_put(out, output_name(job, o)->name, ',', false);
			put_cell(out, s->peak);
			put_cell(out, s->t_peak_h / job->h_per_unit);
			put_cell(out, s->area / job->h_per_unit);
			put_cell(out, percent(s->peak, base->peak));
			put_cell(out, percent(s->area, base->area));
			lull_buf_putc(out, '\n');
		}
	}
}

static void put_jsonl(const struct looking *l, struct lull_buf *out)
{
	const struct simulate_job *job = l->job;

	for (size_t r = 0; r < l->n_runs; r++) {
		for (int o = 0; o < l->n_outputs; o++) {
			const struct shape *s = &l->shapes[r * (size_t)l->n_outputs + (size_t)o], *base = &l->shapes[o];
			struct lull_json json = { .out = out, .compact = true };
			if (!l->has_shape[r])
				continue;
			lull_json_open(&json, NULL, '{');
			lull_json_text(&json, "PARAMETER", l->param[r] < 0 ? NULL : job->info->params[l->param[r]].name);
			lull_json_num(&json, "VALUE", l->param[r] < 0 ? NAN : l->value[r]);
			lull_json_num(&json, "CHANGE_PERCENT", l->param[r] < 0 ? 0 : r % 2 ? -job->o->sensitivity_pct : job->o->sensitivity_pct);
			lull_json_text(&json, "OUTPUT", output_name(job, o)->name);
			lull_json_num(&json, "CMAX", s->peak);
			lull_json_num(&json, "TMAX", s->t_peak_h / job->h_per_unit);
			lull_json_num(&json, "AUC", s->area / job->h_per_unit);
			lull_json_num(&json, "CMAX_PERCENT", percent(s->peak, base->peak));
			lull_json_num(&json, "AUC_PERCENT", percent(s->area, base->area));
			lull_json_close(&json, '}');
			lull_buf_putc(out, '\n');
		}
	}
}

/* "+2.5", "-3", "0" */
static const char *signed_text(char out[40], double x)
{
	char digits[32];

	lull_num_text(digits, sizeof(digits), x, 1);
	lull_text_format(out, 40, "%s%s", x > 0 && strcmp(digits, "0") != 0 ? "+" : "", digits);
	return out;
}

static void put_change(struct lull_buf *out, double low, double high)
{
	char a[40], b[40], text[100];

	lull_text_format(text, sizeof(text), "%s / %s %%", signed_text(a, low), signed_text(b, high));
	lull_buf_pad(out, ' ', strlen(text) < 24 ? 24 - strlen(text) : 1);
	lull_buf_puts(out, text);
}

/* How much a parameter moves an output at all: rows are put in the order of it. */
static double weight_of(const struct looking *l, size_t low_run, int o)
{
	const struct shape *base = &l->shapes[o];
	double most = 0;

	for (size_t r = low_run; r < low_run + 2; r++) {
		const struct shape *s = &l->shapes[r * (size_t)l->n_outputs + (size_t)o];
		if (l->has_shape[r])
			most = lull_max(most, lull_max(fabs(percent(s->peak, base->peak)), fabs(percent(s->area, base->area))));
	}
	return most;
}

static void put_output_table(const struct looking *l, int o, struct lull_buf *out)
{
	const struct simulate_job *job = l->job;
	const struct lull_pm_name *name = output_name(job, o);
	const struct shape *base = &l->shapes[o];
	bool done[2 * LULL_PM_MAX_PARAMS + 2] = { false };
	char a[32], b[32], c[32];

	lull_buf_printf(out, "%s: peak %s %s at %s %s, area %s\n", name->label && *name->label ? name->label : name->name,
			lull_num_text(a, sizeof(a), base->peak, 3), name->unit,
			lull_num_text(b, sizeof(b), base->t_peak_h / job->h_per_unit, 3), job->info->time_unit,
			lull_num_text(c, sizeof(c), base->area / job->h_per_unit, 2));
	lull_buf_printf(out, "  parameter             value       peak -%s / +%s %%       area -%s / +%s %%\n",
			lull_num_text(a, sizeof(a), job->o->sensitivity_pct, 2), a, a, a);
	for (;;) {
		size_t best = 0;
		for (size_t r = 1; r + 1 < l->n_runs; r += 2)
			if (!done[r] && weight_of(l, r, o) >= 0.05 && (!best || weight_of(l, r, o) > weight_of(l, best, o)))
				best = r;
		if (!best)
			break;
		done[best] = true;
		const struct lull_pm_name *param = &job->info->params[l->param[best]];
		const struct shape *low = &l->shapes[best * (size_t)l->n_outputs + (size_t)o];
		const struct shape *high = low + l->n_outputs;
		const size_t from = out->n;
		lull_buf_printf(out, "  %s", param->name);
		lull_buf_pad(out, ' ', out->n - from < 20 ? 20 - (out->n - from) : 1);
		const size_t at = out->n;
		lull_buf_num(out, job->sim.theta[l->param[best]], 4);
		lull_buf_printf(out, " %s", param->unit);
		lull_buf_pad(out, ' ', out->n - at < 12 ? 12 - (out->n - at) : 1);
		put_change(out, l->has_shape[best] ? percent(low->peak, base->peak) : NAN,
			   l->has_shape[best + 1] ? percent(high->peak, base->peak) : NAN);
		put_change(out, l->has_shape[best] ? percent(low->area, base->area) : NAN,
			   l->has_shape[best + 1] ? percent(high->area, base->area) : NAN);
		lull_buf_putc(out, '\n');
	}
}

static void put_table(const struct looking *l, struct lull_buf *out)
{
	for (int o = 0; o < l->n_outputs; o++) {
		if (o)
			lull_buf_putc(out, '\n');
		put_output_table(l, o, out);
	}
	lull_buf_puts(out, "\nThe typical person, one parameter at a time; parameters that move an output by less than 0.05 % are left "
			   "out.\nPeak and area between the first and the last time.\n");
}

static int write_answer(const struct looking *l, struct lull_err *err)
{
	const struct simulate_job *job = l->job;
	struct lull_buf out = { 0 };

	if (job->format == SIMULATE_TABLE) {
		put_table(l, &out);
	} else if (job->format == SIMULATE_JSONL) {
		if (!job->o->no_head) {
			lull_sim_put_head_json(&job->head, NULL, &out);
			lull_buf_putc(&out, '\n');
		}
		put_jsonl(l, &out);
	} else {
		if (!job->o->no_head)
			lull_sim_put_head_csv(&job->head, NULL, &out);
		put_csv(l, &out);
	}
	int rc = lull_buf_status(&out, err);
	if (rc == LULL_OK)
		rc = cli_write_file(job->o->out ? job->o->out : "-", lull_buf_text(&out), out.n, err);
	lull_buf_clear(&out);
	return rc;
}

/* Which changes had no answer: a fraction above 1, say. */
static void say_missing(const struct looking *l)
{
	for (size_t r = 0; r < l->n_runs; r++)
		if (!l->has_shape[r])
			fprintf(stderr, "lull: no answer for %s = %g: outside its range\n",
				l->param[r] < 0 ? "the typical person" : l->job->info->params[l->param[r]].name,
				l->param[r] < 0 ? NAN : l->value[r]);
}

int simulate_sensitivity(struct simulate_job *job)
{
	struct looking l = { .job = job, .n_outputs = job->sim.outputs ? job->sim.n_outputs : job->info->n_outputs };
	const struct lull_sim_sink sink = { .user = &l, .map = map };
	struct lull_sim_progress progress = { .stop = &sim_stop };
	struct lull_err err = { 0 };

	if (job->data.n_subjects != 1) {
		lull_fail(&err, LULL_ECONFLICT, "--sensitivity", "looks at one person's records; %s holds %zu IDs", job->o->events,
			  job->data.n_subjects);
		lull_mend(&err, "choose one: --id %llu", (unsigned long long)job->data.subjects[0].id);
		return cli_fail(&err);
	}
	job->sim.iiv = job->sim.iov = job->sim.residual = false;
	job->sim.n_people = 1;
	int rc = make_runs(&l, &err);
	if (rc == LULL_OK)
		rc = make_times(&l, &err);
	if (rc == LULL_OK)
		rc = lull_simulate_population(&job->sim, job->pool, &sink, &progress, &err);
	if (rc == LULL_ESTOPPED) {
		fputs("lull: interrupted; nothing was written\n", stderr);
		return CLI_INTERRUPTED;
	}
	if (rc == LULL_OK && !l.has_shape[0])
		rc = lull_fail(&err, LULL_EDOMAIN, "--sensitivity", "the typical person cannot be simulated");
	if (rc == LULL_OK)
		rc = write_answer(&l, &err);
	if (rc != LULL_OK)
		return cli_fail(&err);
	say_missing(&l);
	return progress.n_failed ? CLI_BAD_DATA : CLI_DONE;
}
