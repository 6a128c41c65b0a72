/* lull simulate --summary: over people, by time and of each person's curve, made while simulating; and the bands
 * that pictures show. */
#include "cmd_simulate.h"

#include <math.h>
#include <string.h>

#include "lull/base/csv.h"
#include "lull/base/parse.h"
#include "lull/ketamine/summary.h"
#include "lull/num/sum.h"

enum { MAX_PROBS = 32, MAX_EDGES = 65, TABLE_TIMES = 13 };
static const char default_quantiles[] = "0.05,0.25,0.5,0.75,0.95";

struct slot {
	struct lull_buf faults;
	size_t n_faults;
};

struct summing {
	struct simulate_job *job;
	struct lull_summary *summary;
	struct slot *slots;
	size_t n_slots;
	double probs[MAX_PROBS];
	size_t n_probs;
	struct lull_summary_level levels[LULL_SUMMARY_MAX_LEVELS];
	size_t n_levels;
	struct lull_summary_interval intervals[MAX_EDGES];
	size_t n_intervals;
	int n_outputs;
	bool by_rep;
	struct lull_buf faults;
	size_t n_faults;
	struct sim_progress progress;
};

/* ---- what is asked ---- */

static int parse_probs(struct summing *s, struct lull_err *err)
{
	size_t n;
	const char **parts = sim_split(s->job->cli, s->job->o->quantiles ? s->job->o->quantiles : default_quantiles, &n);
	const struct lull_range range = { 0, 1, NULL };

	if (!parts)
		return lull_nomem(err);
	if (!n || n > MAX_PROBS)
		return lull_fail(err, LULL_EDOMAIN, "--quantiles", "1 to %d of them", (int)MAX_PROBS);
	for (size_t i = 0; i < n; i++) {
		const int rc = lull_parse_double(parts[i], strlen(parts[i]), '.', &range, "--quantiles", &s->probs[i], err);
		if (rc != LULL_OK)
			return rc;
	}
	lull_sort(s->probs, n);
	s->n_probs = n;
	return LULL_OK;
}

static const struct lull_pm_name *output_name(const struct simulate_job *job, int o)
{
	return &job->info->outputs[job->sim.outputs ? job->sim.outputs[o] : o];
}

/* "100" of the first output, "ketamine=100" of that one */
static int parse_level(struct summing *s, const char *text, struct lull_err *err)
{
	const char *equals = strchr(text, '=');
	const char *number = equals ? equals + 1 : text;
	struct lull_summary_level *level = &s->levels[s->n_levels];
	const struct lull_range range = { 0, 1e300, NULL };

	if (s->n_levels == LULL_SUMMARY_MAX_LEVELS)
		return lull_fail(err, LULL_ELIMIT, "--above", "at most %d levels", (int)LULL_SUMMARY_MAX_LEVELS);
	level->output = equals ? -1 : 0;
	for (int o = 0; equals && o < s->n_outputs; o++) {
		char *name = lull_arena_strndup(s->job->cli->arena, text, (size_t)(equals - text));
		if (!name)
			return lull_nomem(err);
		if (!lull_text_casecmp(name, output_name(s->job, o)->name))
			level->output = o;
	}
	if (level->output < 0) {
		lull_fail(err, LULL_ENOTFOUND, "--above", "'%s' names no output that is simulated", text);
		lull_mend(err, "write --above 100, or --above %s=100", output_name(s->job, 0)->name);
		return LULL_ENOTFOUND;
	}
	const int rc = lull_parse_double(number, strlen(number), '.', &range, "--above", &level->level, err);
	s->n_levels += rc == LULL_OK;
	return rc;
}

static int parse_levels(struct summing *s, struct lull_err *err)
{
	const struct cli_list *above = &s->job->o->above;

	for (size_t i = 0; i < above->n; i++) {
		size_t n;
		const char **parts = sim_split(s->job->cli, above->items[i], &n);
		if (!parts)
			return lull_nomem(err);
		for (size_t k = 0; k < n; k++) {
			const int rc = parse_level(s, parts[k], err);
			if (rc != LULL_OK)
				return rc;
		}
	}
	return LULL_OK;
}

static int add_interval(struct summing *s, double start_h, double end_h, struct lull_err *err)
{
	if (s->n_intervals == MAX_EDGES)
		return lull_fail(err, LULL_ELIMIT, "--intervals", "at most %d", (int)MAX_EDGES);
	s->intervals[s->n_intervals++] = (struct lull_summary_interval){ start_h, end_h };
	return LULL_OK;
}

/* "0:48,96:144" */
static int parse_intervals(struct summing *s, const char *text, struct lull_err *err)
{
	const double h = s->job->h_per_unit;
	size_t n;
	const char **parts = sim_split(s->job->cli, text, &n);

	if (!parts)
		return lull_nomem(err);
	for (size_t i = 0; i < n; i++) {
		const char *colon = strchr(parts[i], ':');
		double from, to;
		if (!colon) {
			lull_fail(err, LULL_EPARSE, "--intervals", "'%s' is not from:to", parts[i]);
			lull_mend(err, "as in --intervals 0:48,96:144");
			return LULL_EPARSE;
		}
		int rc = lull_parse_double(parts[i], (size_t)(colon - parts[i]), '.', NULL, "--intervals", &from, err);
		if (rc == LULL_OK)
			rc = lull_parse_double(colon + 1, strlen(colon + 1), '.', NULL, "--intervals", &to, err);
		if (rc == LULL_OK && (!(to > from) || (s->n_intervals && from * h < s->intervals[s->n_intervals - 1].start_h)))
			rc = lull_fail(err, LULL_EDOMAIN, "--intervals", "intervals rise, each from a time to a later one");
		if (rc == LULL_OK)
			rc = add_interval(s, from * h, to * h, err);
		if (rc != LULL_OK)
			return rc;
	}
	return LULL_OK;
}

/* Doses typed with ii and addl: the first and the last interval, whose ratio is the accumulation. */
static int own_intervals(struct summing *s, struct lull_err *err)
{
	const struct simulate_job *job = s->job;
	const struct lull_record *r = job->o->ev && job->data.subjects[0].n_records == 1 ? job->data.subjects[0].records : NULL;

	if (!r || !(r->ii_h > 0) || r->addl < 1 || !job->times.n)
		return LULL_OK;
	const double last_h = r->t_h + r->addl * r->ii_h;
	if (last_h + r->ii_h > job->times.t_h[job->times.n - 1] * (1 + 1e-12))
		return LULL_OK;
	const int rc = add_interval(s, r->t_h, r->t_h + r->ii_h, err);
	return rc == LULL_OK ? add_interval(s, last_h, last_h + r->ii_h, err) : rc;
}

static int make_summary(struct summing *s, struct lull_err *err)
{
	const struct simulate_job *job = s->job;
	const struct lull_summary_options options = {
		.n_outputs = s->n_outputs, .t_h = job->times.t_h, .n_times = job->sim.ask.at_records ? 0 : job->times.n,
		.probs = s->probs, .n_probs = s->n_probs, .levels = s->levels, .n_levels = s->n_levels,
		.intervals = s->intervals, .n_intervals = s->n_intervals, .n_groups = s->by_rep ? job->sim.n_rep : 1,
		.n_people = s->by_rep ? job->n_people : job->n_people * job->sim.n_rep, .n_slots = s->n_slots,
		.n_threads = lull_pool_threads(job->pool),
	};

	return lull_summary_new(&options, &s->summary, err);
}

/* ---- the sink ---- */

static int on_tile(void *user, size_t i_slot, int i_thread, const uint16_t *person, int width, size_t i_time,
		   size_t n_times, const double *t_h, const double *tile, struct lull_err *err)
{
	struct summing *s = user;

	return lull_summary_tile(s->summary, i_slot, i_thread, person, width, i_time, n_times, t_h, tile, err);
}

static int map(void *user, size_t i_slot, int i_thread, const struct lull_sim_person *people, size_t n,
	       struct lull_err *err)
{
	struct summing *s = user;
	struct slot *slot = &s->slots[i_slot];

	lull_buf_reset(&slot->faults);
	slot->n_faults = 0;
	simulate_note_faults(people, n, &slot->faults, &slot->n_faults);
	return lull_summary_end(s->summary, i_slot, i_thread, s->by_rep && n ? people[0].replicate : 0, n, err);
}

static int emit(void *user, size_t i_slot, size_t i_chunk, struct lull_err *err)
{
	struct summing *s = user;
	struct slot *slot = &s->slots[i_slot];

	(void)i_chunk;
	if (slot->n_faults && s->n_faults < SIMULATE_FAULTS_SAID)
		lull_buf_puts(&s->faults, lull_buf_text(&slot->faults));
	s->n_faults += slot->n_faults;
	return lull_summary_merge(s->summary, i_slot, err);
}

/* ---- rows ---- */

/* One line of the answer: an output at a time, or a measure. */
struct line {
	size_t group;
	const char *output, *statistic;
	double time, at; /* NAN none; at: level or the interval's number */
	double scale;    /* hours to the model's unit, and areas */
	struct lull_summary_stats stats;
	const double *q;
};

static double scaled(const struct line *l, double x)
{
	return isfinite(x) ? x * l->scale : NAN;
}

static void put_line_csv(const struct summing *s, const struct line *l, struct lull_buf *out)
{
	const double numbers[] = { l->stats.mean, l->stats.sd, l->stats.min, l->stats.max, l->stats.geo_mean };

	if (s->by_rep)
		lull_buf_printf(out, "%zu,", l->group + 1);
	lull_csv_put(out, l->output, ',', false);
	lull_buf_printf(out, ",%s,", l->statistic);
	if (!isnan(l->time))
		lull_buf_exact(out, l->time);
	lull_buf_printf(out, ",%llu", (unsigned long long)l->stats.n);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]) + s->n_probs; i++) {
		const double x = scaled(l, i < 5 ? numbers[i] : l->q[i - 5]);
		lull_buf_putc(out, ',');
		if (isfinite(x))
			lull_buf_exact(out, x);
		if (i == 4) { /* a ratio: no unit */
			lull_buf_putc(out, ',');
			if (isfinite(l->stats.geo_cv))
				lull_buf_exact(out, l->stats.geo_cv);
		}
	}
	lull_buf_putc(out, '\n');
}

static void prob_name(char out[40], double p)
{
	char digits[32];

	lull_text_format(out, 40, "P%s", lull_num_text(digits, sizeof(digits), 100 * p, 6));
}

static void put_line_json(const struct summing *s, const struct line *l, struct lull_buf *out)
{
	struct lull_json json = { .out = out, .compact = true };
	char name[40];

	lull_json_open(&json, NULL, '{');
	if (s->by_rep)
		lull_json_int(&json, "REP", (int64_t)l->group + 1);
	lull_json_text(&json, "OUTPUT", l->output);
	lull_json_text(&json, "STATISTIC", l->statistic);
	if (!isnan(l->time))
		lull_json_num(&json, "TIME", l->time);
	lull_json_int(&json, "N", (int64_t)l->stats.n);
	lull_json_num(&json, "MEAN", scaled(l, l->stats.mean));
	lull_json_num(&json, "SD", scaled(l, l->stats.sd));
	lull_json_num(&json, "MIN", scaled(l, l->stats.min));
	lull_json_num(&json, "MAX", scaled(l, l->stats.max));
	lull_json_num(&json, "GEO_MEAN", scaled(l, l->stats.geo_mean));
	lull_json_num(&json, "GEO_CV", isfinite(l->stats.geo_cv) ? l->stats.geo_cv : NAN);
	for (size_t i = 0; i < s->n_probs; i++) {
		prob_name(name, s->probs[i]);
		lull_json_num(&json, name, scaled(l, l->q[i]));
	}
	lull_json_close(&json, '}');
	lull_buf_putc(out, '\n');
}

/* "cmax", "above_100", "auc_0_48" */
static const char *measure_name(const struct summing *s, const struct lull_summary_measure *m)
{
	struct lull_arena *arena = s->job->cli->arena;
	const double h = s->job->h_per_unit;
	const char *name = lull_summary_kind_names[m->kind];
	char a[LULL_EXACT_TEXT], b[LULL_EXACT_TEXT];

	if (m->kind == LULL_SUMMARY_ABOVE) {
		lull_exact_text(a, s->levels[m->index].level);
		return lull_arena_printf(arena, "%s_%s", name, a);
	}
	if (m->kind == LULL_SUMMARY_INTERVAL_AREA || m->kind == LULL_SUMMARY_INTERVAL_MAX) {
		lull_exact_text(a, s->intervals[m->index].start_h / h);
		lull_exact_text(b, s->intervals[m->index].end_h / h);
		return lull_arena_printf(arena, "%s_%s_%s", name, a, b);
	}
	return name;
}

static double measure_scale(const struct summing *s, enum lull_summary_kind kind)
{
	switch (kind) {
	case LULL_SUMMARY_MAX_TIME:
	case LULL_SUMMARY_MIN_TIME:
	case LULL_SUMMARY_AREA:
	case LULL_SUMMARY_ABOVE:
	case LULL_SUMMARY_INTERVAL_AREA:
		return 1 / s->job->h_per_unit;
	default:
		return 1;
	}
}

typedef void put_line(const struct summing *s, const struct line *l, struct lull_buf *out);

static void each_line(struct summing *s, put_line *put, struct lull_buf *out)
{
	const struct simulate_job *job = s->job;
	double q[MAX_PROBS];
	size_t n_measures;
	const struct lull_summary_measure *measures = lull_summary_measures(s->summary, &n_measures);

	for (size_t g = 0; g < (s->by_rep ? job->sim.n_rep : 1); g++) {
		for (int o = 0; o < s->n_outputs; o++)
			for (size_t t = 0; t < (job->sim.ask.at_records ? 0 : job->times.n); t++) {
				struct line l = { .group = g, .output = output_name(job, o)->name, .statistic = "value", .scale = 1,
						  .time = job->times.t_h[t] / job->h_per_unit, .q = q };
				lull_summary_at_time(s->summary, g, t, o, &l.stats, q);
				put(s, &l, out);
			}
		for (size_t m = 0; m < n_measures; m++) {
			struct line l = { .group = g, .output = output_name(job, measures[m].output)->name, .time = NAN, .q = q,
					  .statistic = measure_name(s, &measures[m]), .scale = measure_scale(s, measures[m].kind) };
			if (!l.statistic) {
				out->failed = true;
				return;
			}
			lull_summary_of_measure(s->summary, g, m, &l.stats, q);
			put(s, &l, out);
		}
	}
}

static void put_names(const struct summing *s, struct lull_buf *out)
{
	char name[40];

	lull_buf_printf(out, "%sOUTPUT,STATISTIC,TIME,N,MEAN,SD,MIN,MAX,GEO_MEAN,GEO_CV", s->by_rep ? "REP," : "");
	for (size_t i = 0; i < s->n_probs; i++) {
		prob_name(name, s->probs[i]);
		lull_buf_printf(out, ",%s", name);
	}
	lull_buf_putc(out, '\n');
}

/* ---- a table for people ---- */

static void put_short(struct lull_buf *out, double x, size_t width)
{
	char text[40] = "";

	if (isfinite(x))
		lull_text_format(text, sizeof(text), "%.4g", x);
	lull_buf_pad(out, ' ', strlen(text) < width ? width - strlen(text) : 1);
	lull_buf_puts(out, text);
}

static void put_left(struct lull_buf *out, const char *text, size_t width)
{
	lull_buf_puts(out, text);
	lull_buf_pad(out, ' ', strlen(text) < width ? width - strlen(text) : 1);
}

static void put_table_names(const struct summing *s, const char *first, struct lull_buf *out)
{
	char name[40];

	put_left(out, first, 20);
	lull_buf_puts(out, "      N      MEAN        SD");
	for (size_t i = 0; i < s->n_probs; i++) {
		prob_name(name, s->probs[i]);
		lull_buf_pad(out, ' ', strlen(name) < 10 ? 10 - strlen(name) : 1);
		lull_buf_puts(out, name);
	}
	lull_buf_putc(out, '\n');
}

static void put_line_table(const struct summing *s, const struct line *l, struct lull_buf *out)
{
	char first[64], time[32];

	if (isnan(l->time))
		put_left(out, l->statistic, 20);
	else {
		lull_text_format(first, sizeof(first), "%s %s", lull_num_text(time, sizeof(time), l->time, 4), s->job->info->time_unit);
		put_left(out, first, 20);
	}
	lull_buf_printf(out, "%7llu", (unsigned long long)l->stats.n);
	put_short(out, scaled(l, l->stats.mean), 10);
	put_short(out, scaled(l, l->stats.sd), 10);
	for (size_t i = 0; i < s->n_probs; i++)
		put_short(out, scaled(l, l->q[i]), 10);
	lull_buf_putc(out, '\n');
}

/* An output after the other: its measures, then some of its times. */
static void put_table(struct summing *s, struct lull_buf *out)
{
	const struct simulate_job *job = s->job;
	const size_t n_times = job->sim.ask.at_records ? 0 : job->times.n;
	const size_t step = n_times > TABLE_TIMES ? (n_times + TABLE_TIMES - 1) / TABLE_TIMES : 1;
	double q[MAX_PROBS];
	size_t n_measures;
	const struct lull_summary_measure *measures = lull_summary_measures(s->summary, &n_measures);

	for (int o = 0; o < s->n_outputs; o++) {
		const struct lull_pm_name *name = output_name(job, o);
		lull_buf_printf(out, "%s%s%s%s%s\n", o ? "\n" : "", name->label && *name->label ? name->label : name->name,
				*name->unit ? " (" : "", name->unit, *name->unit ? ")" : "");
		put_table_names(s, "of each person", out);
		for (size_t m = 0; m < n_measures; m++) {
			struct line l = { .time = NAN, .q = q, .statistic = measure_name(s, &measures[m]),
					  .scale = measure_scale(s, measures[m].kind) };
			if (measures[m].output != o || !l.statistic)
				continue;
			lull_summary_of_measure(s->summary, 0, m, &l.stats, q);
			put_line_table(s, &l, out);
		}
		if (n_times)
			put_table_names(s, "by time", out);
		for (size_t t = 0; t < n_times; t += step) {
			struct line l = { .time = job->times.t_h[t] / job->h_per_unit, .q = q, .scale = 1 };
			lull_summary_at_time(s->summary, 0, t, o, &l.stats, q);
			put_line_table(s, &l, out);
		}
	}
	if (step > 1)
		lull_buf_printf(out, "\nevery %zu. time is shown; --format csv gives all\n", step);
	lull_buf_printf(out, "\nquantiles %s\n", lull_summary_is_exact(s->summary) ? "exact" : "within 0.4 % of their value");
}

/* ---- bands ---- */

static int panel_of(struct summing *s, int o, struct lull_plot_panel *panel, struct lull_err *err)
{
	const struct simulate_job *job = s->job;
	struct lull_arena *arena = job->cli->arena;
	const size_t n = job->times.n;
	double *t = LULL_ARENA_NEW(arena, double, n * (1 + s->n_probs)), *q = t ? t + n : NULL, at[MAX_PROBS];
	struct lull_plot_series *series = LULL_ARENA_NEW(arena, struct lull_plot_series, s->n_probs + 1);
	struct lull_summary_stats stats;
	size_t n_series = 0;

	if (!t || !series)
		return lull_nomem(err);
	for (size_t i = 0; i < n; i++) {
		t[i] = job->times.t_h[i] / job->h_per_unit;
		lull_summary_at_time(s->summary, 0, i, o, &stats, at);
		for (size_t k = 0; k < s->n_probs; k++)
			q[k * n + i] = at[k];
	}
	/* pairs from outside in; a middle one is a line */
	for (size_t k = 0; 2 * k + 1 < s->n_probs; k++) {
		char low[40], high[40];
		lull_num_text(low, sizeof(low), 100 * s->probs[k], 3);
		lull_num_text(high, sizeof(high), 100 * s->probs[s->n_probs - 1 - k], 3);
		series[n_series++] = (struct lull_plot_series){
			.kind = LULL_PLOT_AREA, .x = t, .y = q + k * n, .y_high = q + (s->n_probs - 1 - k) * n, .n = n,
			.label = lull_arena_printf(arena, "%s to %s %% of people", low, high),
			.color = k ? LULL_COLOR_WITH_MID : LULL_COLOR_WITH_PALE, .opacity = 1,
		};
	}
	if (s->n_probs % 2) {
		char middle[40];
		const double p = s->probs[s->n_probs / 2];
		lull_num_text(middle, sizeof(middle), 100 * p, 3);
		series[n_series++] = (struct lull_plot_series){
			.kind = LULL_PLOT_LINE, .x = t, .y = q + s->n_probs / 2 * n, .n = n, .color = LULL_COLOR_WITH,
			.label = p == 0.5 ? "median" : lull_arena_printf(arena, "%s %%", middle),
		};
	}
	struct lull_chart_limit *limits = LULL_ARENA_NEW(arena, struct lull_chart_limit, s->n_levels + 1);
	size_t n_limits = 0;
	if (!limits)
		return lull_nomem(err);
	for (size_t i = 0; i < s->n_levels; i++)
		if (s->levels[i].output == o)
			limits[n_limits++] = (struct lull_chart_limit){ s->levels[i].level, NULL };
	const struct lull_pm_name *name = output_name(job, o);
	*panel = (struct lull_plot_panel){
		.title = name->label && *name->label ? name->label : name->name, .x_label = job->info->time_unit,
		.y_label = *name->unit ? name->unit : name->name, .series = series, .n_series = n_series, .limits = limits,
		.n_limits = n_limits, .log_y = job->o->log_y, .x_min = NAN, .x_max = NAN, .y_min = NAN, .y_max = NAN,
	};
	return LULL_OK;
}

static int plot_bands(struct summing *s, struct lull_err *err)
{
	const struct simulate_job *job = s->job;
	struct lull_plot_panel *panels = LULL_ARENA_NEW(job->cli->arena, struct lull_plot_panel, (size_t)s->n_outputs);
	int rc = panels ? LULL_OK : lull_nomem(err);

	for (int o = 0; rc == LULL_OK && o < s->n_outputs; o++)
		rc = panel_of(s, o, &panels[o], err);
	if (rc != LULL_OK)
		return rc;
	const struct lull_plot plot = {
		.id = "simulate", .title = job->info->name, .desc = job->head.command, .panels = panels,
		.n_panels = (size_t)s->n_outputs, .n_columns = s->n_outputs > 1 ? 2 : 1,
		.note = lull_arena_printf(job->cli->arena, "%zu people%s.", job->n_people * job->sim.n_rep,
					  job->sim.iiv ? " drawn from the model's variability" : ", all of them the typical person"),
	};
	return sim_write_plot(job->cli, job->o->plot, &plot, err);
}

/* ---- bands beside rows ---- */

int simulate_bands_new(struct simulate_job *job, size_t n_slots, struct summing **out, struct lull_err *err)
{
	struct summing *s = LULL_ARENA_NEW(job->cli->arena, struct summing, 1);
	int rc = s ? LULL_OK : lull_nomem(err);

	*out = s;
	if (rc != LULL_OK)
		return rc;
	s->job = job;
	s->n_slots = n_slots;
	s->n_outputs = job->sim.outputs ? job->sim.n_outputs : job->info->n_outputs;
	rc = parse_probs(s, err);
	return rc == LULL_OK ? make_summary(s, err) : rc;
}

/* A person's rows [output][time] as a tile of one lane, some times at once. */
static int add_person(struct summing *s, size_t i_slot, int i_thread, uint16_t number, const struct lull_sim_person *p,
		      struct lull_err *err)
{
	enum { ROOM = 4096 };
	double tile[ROOM];
	const size_t n_out = (size_t)s->n_outputs, most = ROOM / n_out;

	for (size_t first = 0; first < p->n_times; first += most) {
		const size_t n = p->n_times - first < most ? p->n_times - first : most;
		for (size_t t = 0; t < n; t++)
			for (size_t o = 0; o < n_out; o++)
				tile[t * n_out + o] = p->values[o * p->n_times + first + t];
		const int rc = lull_summary_tile(s->summary, i_slot, i_thread, &number, 1, first, n, s->job->times.t_h, tile, err);
		if (rc != LULL_OK)
			return rc;
	}
	return LULL_OK;
}

int simulate_bands_add(struct summing *s, size_t i_slot, int i_thread, const struct lull_sim_person *people, size_t n,
		       struct lull_err *err)
{
	for (size_t i = 0; i < n; i++) {
		const int rc = people[i].values ? add_person(s, i_slot, i_thread, (uint16_t)i, &people[i], err) : LULL_OK;
		if (rc != LULL_OK)
			return rc;
	}
	return lull_summary_end(s->summary, i_slot, i_thread, 0, n, err);
}

int simulate_bands_merge(struct summing *s, size_t i_slot, struct lull_err *err)
{
	return lull_summary_merge(s->summary, i_slot, err);
}

int simulate_bands_plot(struct summing *s, struct lull_err *err)
{
	return plot_bands(s, err);
}

void simulate_bands_free(struct summing *s)
{
	if (s)
		lull_summary_free(s->summary);
}

/* ---- all of it ---- */

/* Interrupted, it is that of the people so far, says so, and does not take the name of the whole. */
static int write_summary(struct summing *s, bool is_whole, struct lull_err *err)
{
	struct simulate_job *job = s->job;
	const char *path = job->o->out && strcmp(job->o->out, "-") != 0 ? job->o->out : NULL;
	struct lull_buf out = { .max = (size_t)4 << 30 };

	if (path && !is_whole && !(path = lull_arena_printf(job->cli->arena, "%s.partial", path)))
		return lull_nomem(err);
	if (!is_whole && job->format != SIMULATE_JSONL)
		lull_buf_printf(&out, "# interrupted: %zu of %zu people\n", s->progress.n_done, s->progress.n_all);
	else if (!is_whole)
		lull_buf_printf(&out, "{\"interrupted\":true,\"people\":%zu,\"of\":%zu}\n", s->progress.n_done, s->progress.n_all);

	if (job->format == SIMULATE_TABLE) {
		put_table(s, &out);
	} else if (job->format == SIMULATE_JSONL) {
		if (!job->o->no_head) {
			lull_sim_put_head_json(&job->head, &job->layout, &out);
			lull_buf_putc(&out, '\n');
		}
		each_line(s, put_line_json, &out);
	} else {
		if (!job->o->no_head) {
			lull_sim_put_head_csv(&job->head, &job->layout, &out);
			lull_buf_printf(&out, "# quantiles: %s\n", lull_summary_is_exact(s->summary) ? "exact" : "within 1/256 of their value");
		}
		put_names(s, &out);
		each_line(s, put_line_csv, &out);
	}
	int rc = lull_buf_status(&out, err);
	if (rc == LULL_OK)
		rc = cli_write_file(path ? path : "-", lull_buf_text(&out), out.n, err);
	lull_buf_clear(&out);
	return rc;
}

static int run(struct summing *s)
{
	struct simulate_job *job = s->job;
	struct lull_err err = { 0 };
	const struct lull_sim_sink sink = { .user = s, .n_slots = s->n_slots, .map = map, .emit = emit, .tile = on_tile };
	struct lull_sim_progress progress = { .stop = &sim_stop, .done = sim_progress_done, .user = &s->progress };
	int rc = parse_probs(s, &err);

	if (rc == LULL_OK)
		rc = parse_levels(s, &err);
	if (rc == LULL_OK)
		rc = job->o->intervals ? parse_intervals(s, job->o->intervals, &err) : own_intervals(s, &err);
	if (rc == LULL_OK)
		rc = make_summary(s, &err);
	if (rc == LULL_OK) {
		sim_progress_begin(job->cli, &s->progress);
		rc = lull_simulate_population(&job->sim, job->pool, &sink, &progress, &err);
		sim_progress_end(&s->progress);
	}
	const bool is_stopped = rc == LULL_ESTOPPED;
	if (rc == LULL_OK || is_stopped)
		rc = write_summary(s, !is_stopped, &err);
	if (rc == LULL_OK && job->o->plot && !is_stopped)
		rc = plot_bands(s, &err);
	if (rc != LULL_OK)
		return cli_fail(&err);
	simulate_say_faults(job, lull_buf_text(&s->faults), s->n_faults);
	if (is_stopped)
		return simulate_interrupted(job, s->progress.n_done, s->progress.n_all, "the summary of these people");
	return s->n_faults || job->n_rejected ? CLI_BAD_DATA : CLI_DONE;
}

int simulate_summary(struct simulate_job *job)
{
	struct summing *s = LULL_ARENA_NEW(job->cli->arena, struct summing, 1);
	int status = CLI_SYSTEM;

	if (!s)
		return cli_fail(&(struct lull_err){ .code = LULL_ENOMEM });
	s->job = job;
	s->n_slots = 2 * (size_t)lull_pool_threads(job->pool);
	s->n_outputs = job->sim.outputs ? job->sim.n_outputs : job->info->n_outputs;
	s->by_rep = job->o->by_rep && job->sim.n_rep > 1;
	s->slots = lull_mem_zalloc(s->n_slots, sizeof(*s->slots));
	status = s->slots ? run(s) : cli_fail(&(struct lull_err){ .code = LULL_ENOMEM });
	for (size_t i = 0; s->slots && i < s->n_slots; i++)
		lull_buf_clear(&s->slots[i].faults);
	lull_mem_free(s->slots);
	lull_summary_free(s->summary);
	lull_buf_clear(&s->faults);
	return status;
}
