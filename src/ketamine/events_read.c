/* Rows of an event file to records: each cell read strictly, every fault said with ID, line, column and mend.
 * An ID with a fault is left out as a whole; the others go on. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "lull/base/parse.h"
#include "lull/base/text.h"
#include "events_read.h"

void lull_events__say(struct lull_events__reader *r, enum lull_severity severity, int col, const char *column,
		      const char *mend, const char *fmt, ...)
{
	char what[400];
	va_list ap;
	va_start(ap, fmt);
	lull_text_vformat(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (severity == LULL_ERROR)
		r->row_is_bad = true;
	lull_diags_addf(r->diags, severity, r->path, r->line, col, NULL, mend, "ID %s%s%s: %s", r->id_text,
			column ? ", " : "", column ? column : "", what);
}

/* ---- cells --------------------------------------------------------------------------- */

/* A cell without blanks around it. Empty and "." are missing. */
struct text {
	const char *at;
	size_t n;
	int col;
};

static struct text text_of(const struct lull_csv_cell *cells, int i)
{
	if (i < 0)
		return (struct text){ "", 0, 0 };
	struct text t = { cells[i].text, cells[i].n, cells[i].col };
	while (t.n && (*t.at == ' ' || *t.at == '\t')) {
		t.at++;
		t.n--;
	}
	while (t.n && (t.at[t.n - 1] == ' ' || t.at[t.n - 1] == '\t'))
		t.n--;
	if (t.n == 1 && *t.at == '.')
		t.n = 0;
	return t;
}

static void say_number(struct lull_events__reader *r, const struct text *t, const char *column, const struct lull_err *err)
{
	const bool is_na = t->n == 2 && memcmp(t->at, "NA", 2) == 0;
	lull_events__say(r, LULL_ERROR, t->col, column,
			 is_na ? "write . or nothing for a missing value (in R: write.csv(d, na = \".\"))"
			 : err->mend[0] ? err->mend : NULL,
			 "%s", err->what);
}

/* A number in [min, max]; missing: by_default. */
static double number(struct lull_events__reader *r, const struct lull_csv_cell *cells, int col, const char *column,
		     double min, double max, double by_default)
{
	const struct text t = text_of(cells, col);
	const struct lull_range range = { min, max, NULL };
	struct lull_err err = { 0 };
	double value = by_default;
	if (t.n && lull_parse_double(t.at, t.n, r->decimal, &range, column, &value, &err) != LULL_OK) {
		say_number(r, &t, column, &err);
		return by_default;
	}
	return value;
}

/* A whole number; "1.0" and R's "1e+05" are whole. */
static int32_t whole(struct lull_events__reader *r, const struct lull_csv_cell *cells, int item, double min, double max,
		     int32_t by_default)
{
	const char *column = lull_events__items[item];
	const double value = number(r, cells, r->item[item], column, min, max, by_default);
	if (value < floor(value) || value > floor(value)) {
		lull_events__say(r, LULL_ERROR, cells[r->item[item]].col, column, NULL, "%g is not a whole number", value);
		return by_default;
	}
	return (int32_t)value;
}

/* ---- one row ------------------------------------------------------------------------- */

/* The ID's number: streams of random numbers hang on it, so it must be one. */
static bool read_id(struct lull_events__reader *r, const struct text *t, uint64_t *id)
{
	int64_t value = 0;
	double number = 0;
	const struct lull_range range = { 0, 9007199254740992.0, NULL };
	*id = 0;
	if (!t->n) {
		lull_events__say(r, LULL_ERROR, t->col, NULL, "give every row its ID", "no ID");
		return false;
	}
	if (lull_parse_int(t->at, t->n, 0, INT64_MAX, "ID", &value, NULL) == LULL_OK) {
		*id = (uint64_t)value;
		return true;
	}
	const bool is_number = lull_parse_double(t->at, t->n, r->decimal, &range, "ID", &number, NULL) == LULL_OK;
	if (!is_number || number > floor(number)) {
		lull_events__say(r, LULL_ERROR, t->col, NULL,
				 "number the people from 1 and keep the text in a carried column",
				 "an ID is a whole number from 0 on");
		return false;
	}
	*id = (uint64_t)number;
	return true;
}

/* TIME and the date to a stamp; hours come when the whole file is known. */
static void read_stamp(struct lull_events__reader *r, const struct lull_csv_cell *cells, struct lull_events__stamp *stamp)
{
	const struct text t = text_of(cells, r->item[LULL_EV_TIME]);
	struct lull_err err = { 0 };
	*stamp = (struct lull_events__stamp){ 0 };
	if (!t.n)
		lull_events__say(r, LULL_ERROR, t.col, "TIME", "give every record its time", "no time");
	else if (memchr(t.at, ':', t.n)) {
		char clock[16] = { 0 };
		memcpy(clock, t.at, t.n < sizeof(clock) - 1 ? t.n : sizeof(clock) - 1);
		stamp->is_clock = r->has_clock = true;
		if (!lull_events__clock(clock, &stamp->number) || t.n >= sizeof(clock))
			lull_events__say(r, LULL_ERROR, t.col, "TIME", "write HH:MM, from 0:00 to 24:00",
					 "'%s' is not a time of day", clock);
	} else {
		stamp->number = number(r, cells, r->item[LULL_EV_TIME], "TIME", -LULL_EVENTS_MAX_H, LULL_EVENTS_MAX_H, 0);
	}
	for (int i = LULL_EV_DATE; i <= LULL_EV_DAT3; i++) {
		const struct text date = text_of(cells, r->item[i]);
		char copy[41] = { 0 };
		if (r->item[i] < 0)
			continue;
		memcpy(copy, date.at, date.n < sizeof(copy) - 1 ? date.n : sizeof(copy) - 1);
		if (!date.n)
			lull_events__say(r, LULL_ERROR, date.col, lull_events__items[i], NULL, "no date");
		else if (lull_events__day(copy, (enum lull_events__item)i, &stamp->day, &err) != LULL_OK)
			lull_events__say(r, LULL_ERROR, date.col, lull_events__items[i], err.mend, "%s", err.what);
	}
}

/* CMT as a number or an input's name; what observations say is kept when it is a number. */
static int32_t read_cmt(struct lull_events__reader *r, const struct lull_csv_cell *cells)
{
	const struct text t = text_of(cells, r->item[LULL_EV_CMT]);
	char name[64] = { 0 };
	if (!t.n)
		return 0;
	const bool is_number = strchr("+-0123456789", t.at[0]) != NULL;
	if (is_number && t.at[0] != '-')
		return whole(r, cells, LULL_EV_CMT, 0, 1e6, 0);
	memcpy(name, t.at, t.n < sizeof(name) - 1 ? t.n : sizeof(name) - 1);
	if (is_number) {
		lull_events__say(r, LULL_ERROR, t.col, "CMT", "EVID 3 empties the system",
				 "%s: compartments cannot be switched off", name);
		return 0;
	}
	const int input = lull_events__find(r->info->inputs, r->info->n_inputs, name);
	if (input >= 0 || lull_events__find(r->info->outputs, r->info->n_outputs, name) >= 0)
		return input + 1;
	struct lull_buf known = { 0 };
	for (int i = 0; i < r->info->n_inputs; i++)
		lull_buf_printf(&known, "%s%s (%d)", i ? ", " : "the model's inputs: ", r->info->inputs[i].name, i + 1);
	lull_events__say(r, LULL_ERROR, t.col, "CMT", lull_buf_text(&known), "'%s' is not an input", name);
	r->is_out_of_memory |= known.failed && !known.is_full;
	lull_buf_clear(&known);
	return 0;
}

static struct lull_record read_items(struct lull_events__reader *r, const struct lull_csv_cell *cells)
{
	const char *unit = r->info->time_unit;
	const double big = 1e15;
	struct lull_record out = { .line = (size_t)r->line };
	out.amt = number(r, cells, r->item[LULL_EV_AMT], "AMT", -big, big, 0);
	out.rate = number(r, cells, r->item[LULL_EV_RATE], "RATE", -big, big, 0);
	if (out.rate > 0)
		out.rate = lull_events__per_h(unit, out.rate);
	out.dur_h = lull_events__to_h(unit, number(r, cells, r->item[LULL_EV_DUR], "DUR", -LULL_EVENTS_MAX_H,
						   LULL_EVENTS_MAX_H, 0));
	out.ii_h = lull_events__to_h(unit, number(r, cells, r->item[LULL_EV_II], "II", -LULL_EVENTS_MAX_H,
						  LULL_EVENTS_MAX_H, 0));
	out.dv = number(r, cells, r->item[LULL_EV_DV], "DV", -DBL_MAX, DBL_MAX, NAN);
	out.addl = whole(r, cells, LULL_EV_ADDL, -LULL_EVENTS_MAX_ADDL, LULL_EVENTS_MAX_ADDL, 0);
	out.ss = whole(r, cells, LULL_EV_SS, -1000, 1000, 0);
	out.mdv = whole(r, cells, LULL_EV_MDV, 0, 1000, 0);
	out.occ = whole(r, cells, LULL_EV_OCC, 1, 1000000, 0); /* 0: as before */
	out.cmt = read_cmt(r, cells);
	out.evid = text_of(cells, r->item[LULL_EV_EVID]).n ? whole(r, cells, LULL_EV_EVID, -1000, 100000, 0)
							   : lull_events__derive_evid(&out);
	if (!out.cmt && (out.evid == LULL_EVID_DOSE || out.evid == LULL_EVID_RESET_DOSE))
		out.cmt = r->info->default_input + 1;
	return out;
}

static void check_items(struct lull_events__reader *r, const struct lull_csv_cell *cells, const struct lull_record *record)
{
	struct lull_events__fault faults[LULL_EVENTS_MAX_FAULTS];
	const int n = lull_events__check(record, r->info->n_inputs, faults);
	for (int i = 0; i < n; i++) {
		const int col = r->item[faults[i].item];
		if (faults[i].is_warning && (r->warned >> faults[i].kind & 1))
			continue;
		if (faults[i].is_warning)
			r->warned |= 1u << faults[i].kind;
		lull_events__say(r, faults[i].is_warning ? LULL_WARNING : LULL_ERROR, col >= 0 ? cells[col].col : 0,
				 lull_events__items[faults[i].item], faults[i].mend, "%s", faults[i].what);
	}
}

/* A row of numbers by column, NAN where missing or without a column. */
static void read_numbers(struct lull_events__reader *r, const struct lull_csv_cell *cells, const int *cols, int n,
			 double *out)
{
	for (int i = 0; i < n; i++)
		out[i] = cols[i] < 0 ? NAN : number(r, cells, cols[i], r->names[cols[i]], -DBL_MAX, DBL_MAX, NAN);
}

/* ---- rows ---------------------------------------------------------------------------- */

static void *room(struct lull_events__reader *r, void *items, size_t *cap, size_t n_row, size_t size)
{
	void *more = lull_arena_grow(r->arena, items, r->n_records * n_row, cap, (r->n_records + 1) * n_row, size);
	r->is_out_of_memory |= !more;
	return more ? more : items;
}

/* Room for one more record in every array that is in use. */
static bool make_room(struct lull_events__reader *r)
{
	r->records = room(r, r->records, &r->cap_records, 1, sizeof(*r->records));
	r->stamps = room(r, r->stamps, &r->cap_stamps, 1, sizeof(*r->stamps));
	if (r->n_covariate_cols)
		r->covariates = room(r, r->covariates, &r->cap_covariates, (size_t)r->info->n_covariates, sizeof(double));
	if (r->n_param_cols)
		r->params = room(r, r->params, &r->cap_params, (size_t)r->info->n_params, sizeof(double));
	if (r->n_eta_cols)
		r->etas = room(r, r->etas, &r->cap_etas, (size_t)r->info->n_etas, sizeof(double));
	if (r->n_carry)
		r->carried = room(r, r->carried, &r->cap_carried, r->n_carry, sizeof(*r->carried));
	return !r->is_out_of_memory;
}

/* The block of this row's ID: the one that runs, or a new one. */
static struct lull_events__block *block_of(struct lull_events__reader *r, const struct text *t)
{
	static const struct text one = { "1", 1, 0 };
	struct lull_events__block *last = r->n_blocks ? &r->blocks[r->n_blocks - 1] : NULL;
	if (r->item[LULL_EV_ID] < 0)
		t = &one;
	if (last && strlen(last->id_text) == t->n && memcmp(last->id_text, t->at, t->n) == 0) {
		r->id_text = last->id_text;
		return last;
	}
	struct lull_events__block *more = lull_arena_grow(r->arena, r->blocks, r->n_blocks, &r->cap_blocks,
							  r->n_blocks + 1, sizeof(*r->blocks));
	const char *id_text = lull_arena_strndup(r->arena, t->at, t->n);
	if (!more || !id_text) {
		r->is_out_of_memory = true;
		return NULL;
	}
	r->blocks = more;
	struct lull_events__block *block = &more[r->n_blocks++];
	*block = (struct lull_events__block){ .id_text = id_text, .first = r->n_records, .line = (size_t)r->line };
	r->id_text = id_text[0] ? id_text : "''";
	r->row_is_bad = false;
	block->has_id = read_id(r, t, &block->id);
	block->is_bad = r->row_is_bad;
	return block;
}

/* Seconds where one of two times is a clock's; else as written. */
static double comparable(const struct lull_events__stamp *s, const struct lull_events__stamp *other)
{
	return other->is_clock && !s->is_clock ? s->number * 3600 : s->number;
}

/* A time that falls without a reset. */
static void check_time(struct lull_events__reader *r, const struct lull_csv_cell *cells,
		       const struct lull_events__block *block, const struct lull_record *record)
{
	const struct lull_events__stamp *now = &r->stamps[r->n_records];
	if (r->n_records == block->first || record->evid == LULL_EVID_RESET || record->evid == LULL_EVID_RESET_DOSE)
		return;
	const struct lull_events__stamp *last = now - 1;
	if (now->day < last->day || (now->day == last->day && comparable(now, last) < comparable(last, now)))
		lull_events__say(r, LULL_ERROR, cells[r->item[LULL_EV_TIME]].col, "TIME",
				 "sort the ID's records by time; time may start again at EVID 3 or 4",
				 now->is_clock && now->day == last->day
					 ? "time falls (a clock past midnight needs a DATE)"
					 : "time falls from that of the record before");
}

static bool is_comment(const struct lull_events__reader *r, const struct lull_csv_cell *cells, size_t n)
{
	if (cells[0].text[0] == '#')
		return true;
	return n == r->n_cols && r->item[LULL_EV_C] >= 0 && text_of(cells, r->item[LULL_EV_C]).n > 0;
}

static int read_row(struct lull_events__reader *r, const struct lull_csv_cell *cells, size_t n)
{
	if (is_comment(r, cells, n)) {
		r->n_comments++;
		return LULL_OK;
	}
	const bool has_id = r->item[LULL_EV_ID] < 0 || (size_t)r->item[LULL_EV_ID] < n;
	const struct text id = has_id ? text_of(cells, r->item[LULL_EV_ID]) : (struct text){ "", 0, 0 };
	struct lull_events__block *block = block_of(r, &id);
	if (!block || !make_room(r))
		return LULL_ENOMEM;
	block->is_bad |= r->lost_row;
	r->lost_row = false;
	r->row_is_bad = false;
	if (n != r->n_cols) {
		lull_events__say(r, LULL_ERROR, 0, NULL, "quote a text that holds the delimiter",
				 "%zu cells where the header has %zu", n, r->n_cols);
		block->is_bad = true;
		return LULL_OK;
	}
	const size_t i = r->n_records;
	r->records[i] = read_items(r, cells);
	if (!r->row_is_bad) /* what could not be read is 0: its faults would be said twice */
		check_items(r, cells, &r->records[i]);
	read_stamp(r, cells, &r->stamps[i]);
	check_time(r, cells, block, &r->records[i]);
	if (r->n_covariate_cols)
		read_numbers(r, cells, r->covariate, r->info->n_covariates, r->covariates + i * (size_t)r->info->n_covariates);
	if (r->n_param_cols)
		read_numbers(r, cells, r->param, r->info->n_params, r->params + i * (size_t)r->info->n_params);
	if (r->n_eta_cols)
		read_numbers(r, cells, r->eta, r->info->n_etas, r->etas + i * (size_t)r->info->n_etas);
	for (size_t k = 0; k < r->n_carry; k++) {
		const char *text = lull_arena_strdup(r->arena, cells[r->carry_col[k]].text);
		if (!text)
			return LULL_ENOMEM;
		r->carried[i * r->n_carry + k] = text;
	}
	block->is_bad |= r->row_is_bad;
	block->n++;
	r->n_records++;
	return LULL_OK;
}

/* A row of which not even the ID is known spoils the ID before and the one after it. */
static void lose_row(struct lull_events__reader *r, const struct lull_err *err)
{
	if (r->n_blocks)
		r->blocks[r->n_blocks - 1].is_bad = true;
	r->lost_row = true;
	lull_diags_addf(r->diags, LULL_ERROR, r->path, r->line, 0, NULL, err->mend[0] ? err->mend : NULL,
			"a row that cannot be read, so the IDs beside it are left out: %s", err->what);
}

static int read_rows(struct lull_events__reader *r, struct lull_csv *csv, const struct lull_events_options *options)
{
	bool has_header = false;
	for (;;) {
		const struct lull_csv_cell *cells = NULL;
		size_t n = 0;
		struct lull_err err = { 0 };
		int rc = lull_csv_next(csv, &cells, &n, &err);
		r->line = lull_csv_line(csv);
		if (rc == LULL_ENOTFOUND)
			break;
		if (rc == LULL_ENOMEM)
			return rc;
		if (rc != LULL_OK && !has_header) {
			lull_diags_addf(r->diags, LULL_ERROR, r->path, r->line, 0, NULL, NULL, "%s", err.what);
			return LULL_EPARSE;
		}
		if (rc != LULL_OK) {
			lose_row(r, &err);
			continue;
		}
		bool is_empty = true;
		for (size_t i = 0; i < n; i++)
			is_empty &= !cells[i].n;
		if (is_empty)
			continue;
		rc = has_header ? read_row(r, cells, n) : lull_events__columns(r, cells, n, options);
		if (rc != LULL_OK)
			return rc;
		has_header = true;
	}
	if (has_header)
		return LULL_OK;
	lull_diags_addf(r->diags, LULL_ERROR, r->path, 0, 0, NULL, "the first row names the columns", "an empty file");
	return LULL_EPARSE;
}

int lull_events__read_csv(const struct lull_pm_info *info, const char *bytes, size_t n_bytes, const char *path,
			  const struct lull_events_options *options, struct lull_arena *arena,
			  struct lull_dataset *out, struct lull_diags *diags)
{
	const struct lull_events_options defaults = { 0 };
	const struct lull_events_options *o = options ? options : &defaults;
	struct lull_events__reader *r = LULL_ARENA_NEW(arena, struct lull_events__reader, 1);
	const char decimal = o->decimal ? o->decimal : '.';
	const struct lull_csv_options csv_options = { .delimiter = o->delimiter ? o->delimiter
								   : decimal == ',' ? ';' : ',' };
	struct lull_csv *csv = NULL;
	struct lull_err err = { 0 };
	if (!r)
		return LULL_ENOMEM;
	*r = (struct lull_events__reader){ .info = info, .path = path, .arena = arena, .diags = diags, .decimal = decimal,
					   .covariates_next = o->covariates_next, .set_later = o->set_later, .id_text = "" };
	if (csv_options.delimiter == decimal || (decimal != '.' && decimal != ',')) {
		lull_diags_addf(diags, LULL_ERROR, path, 0, 0, NULL, "a file with decimal commas is parted by ;",
				"'%c' cannot be decimal sign beside the delimiter '%c'", decimal, csv_options.delimiter);
		return LULL_EDOMAIN;
	}
	int rc = lull_csv_new(bytes, n_bytes, &csv_options, path, &csv, &err);
	if (rc != LULL_OK) {
		lull_diags_addf(diags, LULL_ERROR, path, 0, 0, NULL, err.mend[0] ? err.mend : NULL, "%s", err.what);
		return rc;
	}
	rc = read_rows(r, csv, o);
	lull_csv_free(csv);
	if (rc == LULL_OK)
		rc = lull_events__finish(r, out);
	return r->is_out_of_memory || (diags && diags->out_of_memory) ? LULL_ENOMEM : rc;
}
