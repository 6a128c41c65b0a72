/* lull simulate, row by row: formatted on the threads that simulate, written in order; or a table on a terminal. */
#include "cmd_simulate.h"

#include <math.h>
#include <string.h>

#include "lull/base/parse.h"
#include "lull/codec/npy.h"

enum { TABLE_ROWS = 400, PLOT_PEOPLE = 30, PLOT_POINTS = 2000000 };

struct slot {
	struct lull_buf rows, faults;
	uint64_t n_rows;
	size_t n_faults;
	struct lull_buf curves; /* of people to be drawn: see put_curve */
};

/* A person's curves for the picture: times, then a row of values an output; doubles, after their number. */
struct curve {
	double *t_h, *values; /* values: [output][time] */
	size_t n;
};

struct writing {
	struct simulate_job *job;
	struct slot *slots;
	size_t n_slots;
	struct sim_file file;
	struct lull_buf table, faults; /* the rows of a table; what went wrong, in order */
	struct sim_progress progress;
	uint64_t n_rows;
	size_t n_faults;
	int n_outputs;
	bool table_is_full;
	struct summing *bands;         /* a picture of many people; NULL: of each */
	struct curve curves[PLOT_PEOPLE];
	size_t n_curves, n_points;
};

/* ---- the picture's people: the first of all ---- */

static void put_curve(struct lull_buf *out, const struct lull_sim_person *p, int n_outputs)
{
	const double n = (double)p->n_times;

	lull_buf_add(out, (const char *)&n, sizeof(n));
	lull_buf_add(out, (const char *)p->t_h, p->n_times * sizeof(double));
	lull_buf_add(out, (const char *)p->values, p->n_times * (size_t)n_outputs * sizeof(double));
}

static int take_curves(struct writing *w, const struct slot *s, struct lull_err *err)
{
	for (size_t at = 0; at < s->curves.n && w->n_curves < PLOT_PEOPLE;) {
		double n;
		memcpy(&n, s->curves.data + at, sizeof(n));
		const size_t n_times = (size_t)n, n_all = n_times * (1 + (size_t)w->n_outputs);
		if (w->n_points + n_all > PLOT_POINTS)
			break;
		double *copy = LULL_ARENA_NEW(w->job->cli->arena, double, n_all + 1);
		if (!copy)
			return lull_nomem(err);
		memcpy(copy, s->curves.data + at + sizeof(n), n_all * sizeof(double));
		w->curves[w->n_curves++] = (struct curve){ copy, copy + n_times, n_times };
		w->n_points += n_all;
		at += sizeof(n) + n_all * sizeof(double);
	}
	return LULL_OK;
}

/* ---- the sink ---- */

static int map(void *user, size_t i_slot, int i_thread, const struct lull_sim_person *people, size_t n,
	       struct lull_err *err)
{
	struct writing *w = user;
	struct slot *s = &w->slots[i_slot];

	lull_buf_reset(&s->rows);
	lull_buf_reset(&s->faults);
	lull_buf_reset(&s->curves);
	s->rows.max = (size_t)16 << 30; /* a chunk of people with very many times */
	s->curves.max = s->rows.max;
	s->n_rows = 0;
	s->n_faults = 0;
	lull_sim_put_people(&w->job->layout, people, n, &s->rows, &s->n_rows);
	simulate_note_faults(people, n, &s->faults, &s->n_faults);
	if (w->bands) {
		const int rc = simulate_bands_add(w->bands, i_slot, i_thread, people, n, err);
		if (rc != LULL_OK)
			return rc;
	}
	for (size_t i = 0, k = 0; w->job->o->plot && !w->bands && i < n && k < PLOT_PEOPLE; i++)
		if (people[i].values && people[i].n_times && people[i].replicate == 0) {
			put_curve(&s->curves, &people[i], w->n_outputs);
			k++;
		}
	const int rc = lull_buf_status(&s->rows, err);
	return rc == LULL_OK ? lull_buf_status(&s->curves, err) : rc;
}

static int emit(void *user, size_t i_slot, size_t i_chunk, struct lull_err *err)
{
	struct writing *w = user;
	struct slot *s = &w->slots[i_slot];

	(void)i_chunk;
	if (s->n_faults && w->n_faults < SIMULATE_FAULTS_SAID)
		lull_buf_puts(&w->faults, lull_buf_text(&s->faults));
	w->n_faults += s->n_faults;
	w->n_rows += s->n_rows;
	if (w->bands) {
		const int rc = simulate_bands_merge(w->bands, i_slot, err);
		if (rc != LULL_OK)
			return rc;
	} else if (w->n_curves < PLOT_PEOPLE) {
		const int rc = take_curves(w, s, err);
		if (rc != LULL_OK)
			return rc;
	}
	if (w->job->format != SIMULATE_TABLE)
		return s->rows.n ? sim_file_write(&w->file, s->rows.data, s->rows.n, err) : LULL_OK;
	lull_buf_add(&w->table, lull_buf_text(&s->rows), s->rows.n);
	if (w->n_rows >= TABLE_ROWS && !w->table_is_full) {
		w->table_is_full = true;
		if (!w->job->o->plot) /* nobody reads further on a terminal */
			atomic_store(&sim_stop, true);
	}
	return lull_buf_status(&w->table, err);
}

/* ---- head and end of the file ---- */

static void npy_head(const struct writing *w, uint64_t n_rows, struct lull_buf *buf)
{
	const uint64_t shape[] = { n_rows, w->job->layout.n_columns };

	lull_npy_put_head(shape, 2, buf);
}

static int begin_file(struct writing *w, struct lull_err *err)
{
	const struct simulate_job *job = w->job;
	struct lull_buf buf = { 0 };
	int rc = sim_file_open(job->cli, job->o->out, &w->file, err);

	if (rc != LULL_OK)
		return rc;
	if (job->format == SIMULATE_NPY) {
		npy_head(w, 0, &buf);
	} else if (job->format == SIMULATE_JSONL) {
		if (!job->o->no_head) {
			lull_sim_put_head_json(&job->head, &job->layout, &buf);
			lull_buf_putc(&buf, '\n');
		}
	} else {
		if (!job->o->no_head)
			lull_sim_put_head_csv(&job->head, &job->layout, &buf);
		lull_sim_put_names(&job->layout, &buf);
	}
	rc = lull_buf_status(&buf, err);
	if (rc == LULL_OK)
		rc = sim_file_write(&w->file, lull_buf_text(&buf), buf.n, err);
	lull_buf_clear(&buf);
	return rc;
}

/* Beside an array stands what its columns are and how it is made again. */
static int write_sidecar(const struct writing *w, bool is_whole, struct lull_err *err)
{
	const struct simulate_job *job = w->job;
	const char *path = lull_arena_printf(job->cli->arena, "%s%s.json", job->o->out, is_whole ? "" : ".partial");
	struct lull_buf buf = { 0 };

	if (!path)
		return lull_nomem(err);
	lull_sim_put_head_json(&job->head, &job->layout, &buf);
	lull_buf_putc(&buf, '\n');
	int rc = lull_buf_status(&buf, err);
	if (rc == LULL_OK)
		rc = cli_write_file(path, lull_buf_text(&buf), buf.n, err);
	lull_buf_clear(&buf);
	return rc;
}

/* Interrupted: the rows so far are whole people in order; the file says that it is a part. */
static int end_file(struct writing *w, bool is_whole, struct lull_err *err)
{
	const struct simulate_job *job = w->job;
	struct lull_buf buf = { 0 };
	int rc = LULL_OK;

	if (job->format == SIMULATE_NPY) {
		npy_head(w, w->n_rows, &buf);
		rc = lull_buf_status(&buf, err);
		if (rc == LULL_OK)
			rc = sim_file_patch(&w->file, lull_buf_text(&buf), buf.n, err);
		if (rc == LULL_OK && !job->o->no_head)
			rc = write_sidecar(w, is_whole, err);
	} else if (!is_whole && !job->o->no_head) {
		const size_t n_done = w->progress.n_done, n_all = w->progress.n_all;
		if (job->format == SIMULATE_JSONL)
			lull_buf_printf(&buf, "{\"interrupted\":true,\"people\":%zu,\"of\":%zu}\n", n_done, n_all);
		else
			lull_buf_printf(&buf, "# interrupted: %zu of %zu people\n", n_done, n_all);
		rc = lull_buf_status(&buf, err);
		if (rc == LULL_OK)
			rc = sim_file_write(&w->file, lull_buf_text(&buf), buf.n, err);
	}
	lull_buf_clear(&buf);
	return rc == LULL_OK ? sim_file_close(job->cli, &w->file, is_whole, err) : rc;
}

/* ---- a table for people ---- */

enum { MAX_COLUMNS = 256 };

/* Five significant digits are enough for the eye. */
static void put_short(char out[40], const char *cell)
{
	double x;

	if (lull_parse_double(cell, strlen(cell), '.', NULL, NULL, &x, NULL) == LULL_OK && strlen(cell) > 7)
		lull_text_format(out, 40, "%.5g", x);
	else
		lull_text_format(out, 40, "%s", cell);
}

/* Walks the CSV of plain cells (no quoted ones hold commas on the way to a terminal's table: they are cut at it). */
static void each_cell(char *text, size_t n_lines_most, void (*take)(void *user, size_t i_line, size_t i_cell, const char *cell, bool is_last),
		      void *user)
{
	size_t line = 0, cell = 0;

	for (char *at = text; *at && line < n_lines_most;) {
		const size_t n = strcspn(at, ",\n");
		const bool is_last = at[n] != ',';
		const char kept = at[n];
		at[n] = '\0';
		take(user, line, cell, at, is_last);
		at[n] = kept;
		at += n + (kept != '\0');
		cell = is_last ? 0 : cell + 1;
		line += is_last;
	}
}

struct columns {
	size_t width[MAX_COLUMNS];
	struct lull_buf *out;
};

static void measure(void *user, size_t i_line, size_t i_cell, const char *cell, bool is_last)
{
	struct columns *c = user;
	char text[40];

	(void)i_line;
	(void)is_last;
	put_short(text, cell);
	const size_t n = lull_utf8_length(text);
	if (i_cell < MAX_COLUMNS && n > c->width[i_cell])
		c->width[i_cell] = n;
}

static void lay_out(void *user, size_t i_line, size_t i_cell, const char *cell, bool is_last)
{
	struct columns *c = user;
	char text[40];

	(void)i_line;
	put_short(text, cell);
	const size_t n = lull_utf8_length(text);
	const size_t width = i_cell < MAX_COLUMNS ? c->width[i_cell] : n;
	lull_buf_pad(c->out, ' ', (i_cell ? 2 : 0) + width - n);
	lull_buf_puts(c->out, text);
	if (is_last)
		lull_buf_putc(c->out, '\n');
}

static int print_table(struct writing *w)
{
	struct columns columns = { { 0 }, NULL };
	struct lull_buf all = { 0 }, out = { 0 };

	lull_sim_put_names(&w->job->layout, &all);
	lull_buf_add(&all, lull_buf_text(&w->table), w->table.n);
	columns.out = &out;
	if (!all.failed && all.data) {
		each_cell(all.data, TABLE_ROWS + 1, measure, &columns);
		each_cell(all.data, TABLE_ROWS + 1, lay_out, &columns);
	}
	if (w->n_rows > TABLE_ROWS)
		lull_buf_printf(&out, "... the first %d rows; --out FILE, a pipe or --format csv gives all, --summary sums them up\n",
				(int)TABLE_ROWS);
	out.failed |= all.failed;
	lull_buf_clear(&all);
	return cli_print(&out);
}

/* ---- the picture ---- */

static int plot_people(struct writing *w, struct lull_err *err)
{
	const struct simulate_job *job = w->job;
	struct lull_arena *arena = job->cli->arena;
	struct lull_plot_panel *panels = LULL_ARENA_NEW(arena, struct lull_plot_panel, (size_t)w->n_outputs);
	struct lull_plot_series *series = LULL_ARENA_NEW(arena, struct lull_plot_series, (size_t)w->n_outputs * (w->n_curves + 1));
	double *t = LULL_ARENA_NEW(arena, double, w->n_points + 1);

	if (!panels || !series || !t)
		return lull_nomem(err);
	for (size_t c = 0; c < w->n_curves; c++)
		for (size_t i = 0; i < w->curves[c].n; i++)
			w->curves[c].t_h[i] /= job->h_per_unit;
	for (int o = 0; o < w->n_outputs; o++) {
		const struct lull_pm_name *name = &job->info->outputs[job->sim.outputs ? job->sim.outputs[o] : o];
		struct lull_plot_series *own = series + (size_t)o * w->n_curves;
		for (size_t c = 0; c < w->n_curves; c++)
			own[c] = (struct lull_plot_series){
				.kind = LULL_PLOT_LINE, .x = w->curves[c].t_h, .y = w->curves[c].values + (size_t)o * w->curves[c].n,
				.n = w->curves[c].n, .color = LULL_COLOR_WITH, .width_pt = w->n_curves > 5 ? 0.7 : 1.4,
				.opacity = w->n_curves > 5 ? 0.45 : 0,
			};
		panels[o] = (struct lull_plot_panel){
			.title = name->label && *name->label ? name->label : name->name, .x_label = job->info->time_unit,
			.y_label = *name->unit ? name->unit : name->name, .series = own, .n_series = w->n_curves,
			.log_y = job->o->log_y, .x_min = NAN, .x_max = NAN, .y_min = NAN, .y_max = NAN,
		};
	}
	const size_t n_all = job->n_people * job->sim.n_rep;
	const struct lull_plot plot = {
		.id = "simulate", .title = job->info->name, .panels = panels, .n_panels = (size_t)w->n_outputs,
		.n_columns = w->n_outputs > 1 ? 2 : 1, .desc = job->head.command,
		.note = n_all > w->n_curves ? lull_arena_printf(arena, "A line is a person: the first %zu of %zu.", w->n_curves, n_all)
			: n_all > 1	    ? "A line is a person."
			: job->sim.iiv	    ? "One person drawn from the model's variability."
					    : "The typical person.",
	};
	return sim_write_plot(job->cli, job->o->plot, &plot, err);
}

/* ---- all of it ---- */

static int finish(struct writing *w, bool is_whole, struct lull_err *err)
{
	const struct simulate_job *job = w->job;
	int rc = LULL_OK;

	if (job->format == SIMULATE_TABLE) {
		if (print_table(w) != CLI_DONE)
			return lull_fail(err, LULL_EIO, "standard output", "cannot be written");
	} else {
		rc = end_file(w, is_whole, err);
	}
	if (rc == LULL_OK && w->bands && is_whole)
		return simulate_bands_plot(w->bands, err);
	if (rc == LULL_OK && job->o->plot && is_whole) {
		if (!w->n_curves)
			return lull_fail(err, LULL_EDOMAIN, "--plot", "there is nobody to draw");
		rc = plot_people(w, err);
	}
	return rc;
}

static int run(struct writing *w)
{
	struct simulate_job *job = w->job;
	struct lull_err err = { 0 };
	const struct lull_sim_sink sink = { .user = w, .n_slots = w->n_slots, .map = map, .emit = emit };
	struct lull_sim_progress progress = { .stop = &sim_stop, .done = sim_progress_done, .user = &w->progress };
	int rc = job->format == SIMULATE_TABLE ? LULL_OK : begin_file(w, &err);

	/* people at the same times, more than lines can show */
	if (rc == LULL_OK && job->o->plot && !job->sim.ask.at_records && job->n_people * job->sim.n_rep > PLOT_PEOPLE)
		rc = simulate_bands_new(job, w->n_slots, &w->bands, &err);

	if (rc == LULL_OK) {
		sim_progress_begin(job->cli, &w->progress);
		rc = lull_simulate_population(&job->sim, job->pool, &sink, &progress, &err);
		sim_progress_end(&w->progress);
	}
	if (rc == LULL_ESTOPPED && w->table_is_full)
		rc = LULL_OK;
	const bool is_stopped = rc == LULL_ESTOPPED;
	if (rc == LULL_OK || is_stopped)
		rc = finish(w, !is_stopped, &err);
	if (rc != LULL_OK) {
		sim_file_drop(&w->file);
		return cli_fail(&err);
	}
	simulate_say_faults(job, lull_buf_text(&w->faults), w->n_faults);
	if (is_stopped)
		return simulate_interrupted(job, w->progress.n_done, w->progress.n_all, "these people's rows, whole");
	return w->n_faults || job->n_rejected ? CLI_BAD_DATA : CLI_DONE;
}

int simulate_rows(struct simulate_job *job)
{
	struct writing w = { .job = job, .n_slots = 2 * (size_t)lull_pool_threads(job->pool),
			     .n_outputs = job->sim.outputs ? job->sim.n_outputs : job->info->n_outputs };

	w.slots = lull_mem_zalloc(w.n_slots, sizeof(*w.slots));
	const int status = w.slots ? run(&w) : cli_fail(&(struct lull_err){ .code = LULL_ENOMEM });
	for (size_t i = 0; w.slots && i < w.n_slots; i++) {
		lull_buf_clear(&w.slots[i].rows);
		lull_buf_clear(&w.slots[i].faults);
		lull_buf_clear(&w.slots[i].curves);
	}
	lull_mem_free(w.slots);
	simulate_bands_free(w.bands);
	lull_buf_clear(&w.table);
	lull_buf_clear(&w.faults);
	return status;
}
