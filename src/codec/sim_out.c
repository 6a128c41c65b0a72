/* Rows of a simulation: the head that remakes the file, and one row a person and time (sim_out.h). */
#include "lull/codec/sim_out.h"

#include <math.h>
#include <string.h>

#include "lull/base/csv.h"
#include "lull/base/parse.h"
#include "lull/codec/json.h"
#include "lull/codec/npy.h"
#include "lull/num/math.h"

const char *const lull_sim_format_names[] = { "csv", "jsonl", "npy", NULL };

/* ---- head ---- */

static void put_file(struct lull_buf *out, const char *what, const char *name, const char *hash)
{
	if (!name)
		return;
	lull_buf_printf(out, "# %s %s", what, name);
	if (hash)
		lull_buf_printf(out, " sha256 %s", hash);
	lull_buf_putc(out, '\n');
}

static void put_units(const struct lull_sim_layout *layout, struct lull_buf *out)
{
	bool any = false;

	for (size_t i = 0; i < layout->n_columns; i++) {
		const struct lull_sim_column *c = &layout->columns[i];
		if (!c->unit || !*c->unit)
			continue;
		lull_buf_printf(out, "%s%s %s", any ? ", " : "# units: ", c->name, c->unit);
		any = true;
	}
	if (any)
		lull_buf_putc(out, '\n');
}

void lull_sim_put_head_csv(const struct lull_sim_head *head, const struct lull_sim_layout *layout, struct lull_buf *out)
{
	lull_buf_printf(out, "# lull %s %s\n", LULL_VERSION, head->what);
	lull_buf_printf(out, "# command: %s\n", head->command);
	put_file(out, "model", head->model, head->model_hash);
	put_file(out, "data", head->data_file, head->data_hash);
	put_file(out, "posterior", head->posterior_file, head->posterior_hash);
	if (head->knowledge)
		lull_buf_printf(out, "# knowledge %s\n", head->knowledge->hash);
	lull_buf_printf(out, "# seed %llu\n", (unsigned long long)head->seed);
	for (size_t i = 0; i < head->n_notes; i++)
		lull_buf_printf(out, "# %s\n", head->notes[i]);
	if (layout)
		put_units(layout, out);
}

static void put_file_json(struct lull_json *json, const char *key, const char *name, const char *hash)
{
	if (!name)
		return;
	lull_json_open(json, key, '{');
	lull_json_text(json, "name", name);
	if (hash)
		lull_json_text(json, "sha256", hash);
	lull_json_close(json, '}');
}

static void put_columns_json(struct lull_json *json, const struct lull_sim_layout *layout)
{
	lull_json_open(json, "columns", '[');
	for (size_t i = 0; i < layout->n_columns; i++) {
		const struct lull_sim_column *c = &layout->columns[i];
		lull_json_open(json, NULL, '{');
		lull_json_text(json, "name", c->name);
		if (c->unit && *c->unit)
			lull_json_text(json, "unit", c->unit);
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
}

void lull_sim_put_head_json(const struct lull_sim_head *head, const struct lull_sim_layout *layout, struct lull_buf *out)
{
	struct lull_json json = { .out = out, .compact = true };

	lull_json_open(&json, NULL, '{');
	lull_json_head(&json, head->what, 1, head->knowledge);
	lull_json_text(&json, "command", head->command);
	put_file_json(&json, "model", head->model, head->model_hash);
	put_file_json(&json, "data", head->data_file, head->data_hash);
	put_file_json(&json, "posterior", head->posterior_file, head->posterior_hash);
	lull_json_int(&json, "seed", (int64_t)head->seed);
	lull_json_open(&json, "notes", '[');
	for (size_t i = 0; i < head->n_notes; i++)
		lull_json_text(&json, NULL, head->notes[i]);
	lull_json_close(&json, ']');
	if (layout)
		put_columns_json(&json, layout);
	lull_json_close(&json, '}');
}

void lull_sim_put_names(const struct lull_sim_layout *layout, struct lull_buf *out)
{
	for (size_t i = 0; i < layout->n_columns; i++) {
		if (i)
			lull_buf_putc(out, ',');
		lull_csv_put(out, layout->columns[i].name, ',', false);
	}
	lull_buf_putc(out, '\n');
}

/* ---- values ---- */

/* A cell is a number, or a text of the data. */
struct cell {
	double number;
	const char *text; /* NULL: the number stands */
};

/* Where a person's row gets its record's values from. */
struct place {
	const struct lull_sim_person *person;
	size_t i_time;
	size_t i_record; /* the record in force: the asking one, or the last at or before the time */
};

static size_t record_in_force(const struct lull_sim_person *p, size_t i_time, size_t from)
{
	const struct lull_subject *s = p->subject;

	if (p->record && p->record[i_time] >= 0)
		return (size_t)p->record[i_time];
	/* not across a restart of time: the first record that asks after it does that */
	while (from + 1 < s->n_records && s->records[from + 1].t_h <= p->t_h[i_time] &&
	       s->records[from + 1].t_h >= s->records[from].t_h)
		from++;
	return from;
}

static double covariate(const struct lull_sim_layout *layout, const struct place *at, int index)
{
	const struct lull_pm_info *info = lull_pm_info(layout->sim->pm);
	const struct lull_sim_person *p = at->person;
	const size_t n = (size_t)info->n_covariates;
	double values[LULL_PM_MAX_COVARIATES];

	memcpy(values, p->subject->covariates ? p->subject->covariates + at->i_record * n : info->covariate_default,
	       n * sizeof(double));
	if (layout->sim->covariates)
		layout->sim->covariates(layout->sim->covariates_user, p->replicate, p->id, values);
	return values[index];
}

static const char *carried(const struct lull_sim_layout *layout, const struct place *at, int index)
{
	const struct lull_dataset *data = layout->sim->data;
	const struct lull_subject *s = at->person->subject;

	if (!data->carried_text || !s->n_records)
		return "";
	const size_t row = (size_t)(s->records - data->records) + at->i_record;
	return data->carried_text[row * data->n_carried + (size_t)index];
}

/* Hours in the model's unit; 7 min as 7 and not as 7.000000000000001. */
static double in_unit(const struct lull_sim_layout *layout, double h)
{
	const double t = h / layout->h_per_time_unit, near = floor(t * 1e6 + 0.5) / 1e6;

	return layout->h_per_time_unit != 1 && fabs(t - near) <= 1e-15 * fabs(t) ? near : t;
}

static struct cell cell_of(const struct lull_sim_layout *layout, const struct lull_sim_column *c, const struct place *at)
{
	const struct lull_sim_person *p = at->person;
	const size_t i = at->i_time;

	switch (c->kind) {
	case LULL_SIM_COL_ID:
		/* one subject repeated: only the number tells people apart */
		return (struct cell){ (double)p->id, p->id == p->subject->id ? p->subject->id_text : NULL };
	case LULL_SIM_COL_REP:
		return (struct cell){ (double)p->replicate + 1, NULL };
	case LULL_SIM_COL_TIME:
		return (struct cell){ in_unit(layout, p->t_h[i]), NULL };
	case LULL_SIM_COL_TAD:
		return (struct cell){ p->last_dose_h ? in_unit(layout, p->t_h[i] - p->last_dose_h[i]) : NAN, NULL };
	case LULL_SIM_COL_OUTPUT:
		return (struct cell){ p->values[(size_t)c->index * p->n_times + i], NULL };
	case LULL_SIM_COL_CARRIED:
		return (struct cell){ NAN, carried(layout, at, c->index) };
	case LULL_SIM_COL_COVARIATE:
		return (struct cell){ covariate(layout, at, c->index), NULL };
	case LULL_SIM_COL_PARAM:
		break;
	}
	return (struct cell){ p->params[c->index], NULL };
}

/* ---- rows ---- */

static void put_number(struct lull_buf *out, double x, const char *nothing)
{
	if (isfinite(x))
		lull_buf_exact(out, x);
	else
		lull_buf_puts(out, nothing);
}

static void put_cell_csv(struct lull_buf *out, const struct cell *cell)
{
	if (cell->text)
		lull_csv_put(out, cell->text, ',', false);
	else
		put_number(out, cell->number, "");
}

static bool number_in(const char *text, double *x)
{
	return lull_parse_double(text, strlen(text), '.', NULL, NULL, x, NULL) == LULL_OK;
}

/* Texts that are numbers are numbers in JSON too. */
static void put_cell_json(struct lull_json *json, const char *key, const struct cell *cell)
{
	double x;

	if (!cell->text)
		lull_json_num(json, key, isfinite(cell->number) ? cell->number : NAN);
	else if (number_in(cell->text, &x))
		lull_json_num(json, key, x);
	else if (*cell->text)
		lull_json_text(json, key, cell->text);
	else
		lull_json_null(json, key);
}

/* A text that is no number leaves the number the cell has (an ID's) or NaN. */
static void put_cell_npy(struct lull_buf *out, const struct cell *cell)
{
	double x = cell->number;

	if (cell->text && !number_in(cell->text, &x))
		x = cell->number;
	lull_npy_put(&x, 1, out);
}

static void put_row(const struct lull_sim_layout *layout, const struct place *at, struct lull_buf *out)
{
	struct lull_json json = { .out = out, .compact = true };

	if (layout->format == LULL_SIM_JSONL)
		lull_json_open(&json, NULL, '{');
	for (size_t i = 0; i < layout->n_columns; i++) {
		const struct lull_sim_column *c = &layout->columns[i];
		const struct cell cell = cell_of(layout, c, at);
		if (layout->format == LULL_SIM_JSONL) {
			put_cell_json(&json, c->name, &cell);
		} else if (layout->format == LULL_SIM_NPY) {
			put_cell_npy(out, &cell);
		} else {
			if (i)
				lull_buf_putc(out, ',');
			put_cell_csv(out, &cell);
		}
	}
	if (layout->format == LULL_SIM_JSONL)
		lull_json_close(&json, '}');
	if (layout->format != LULL_SIM_NPY)
		lull_buf_putc(out, '\n');
}

void lull_sim_put_people(const struct lull_sim_layout *layout, const struct lull_sim_person *people, size_t n_people,
			 struct lull_buf *out, uint64_t *n_rows)
{
	for (size_t i = 0; i < n_people; i++) {
		struct place at = { .person = &people[i] };
		if (people[i].status != LULL_OK || !people[i].values)
			continue;
		for (; at.i_time < people[i].n_times; at.i_time++) {
			at.i_record = record_in_force(at.person, at.i_time, at.i_record);
			put_row(layout, &at, out);
		}
		*n_rows += people[i].n_times;
	}
}
