/* import_csv.c - a table by a column map: header, rows, patients, report. */
#include <math.h>
#include <string.h>

#include "import_private.h"
#include "lull/base/csv.h"
#include "lull/base/text.h"

static const char delimiters[] = { ',', ';', '\t', '|' }; /* as the map's names */

enum { MAX_HEADER_ROWS = 1000 }; /* looked at for the header */

/* The whole import under way. */
struct import {
	struct lull_import__run run;
	const struct lull_import_options *options;
	struct lull_csv *csv;
	struct lull_err *err;
	const char **header;       /* names of the file's columns */
	size_t n_header;
	int *at;                   /* of each map column: index in the file, -1 = lacking */
	int *empty_at;             /* of free_when_empty */
	struct lull_entry *entries;
	uint32_t *owners;          /* of each entry: its patient */
	size_t n_entries, cap_entries, cap_owners;
	struct lull_import__names patients;
	struct period { lull_day from, to; } *periods; /* widened by rows that record nothing */
	size_t cap_periods;
};

static bool same_name(const char *a, const char *b)
{
	char x[256], y[256];
	const char *from[2] = { a, b };
	char *to[2] = { x, y };
	for (int i = 0; i < 2; i++) {
		const char *text = from[i];
		size_t n = strlen(text), k = 0;
		while (n && lull_import__is_blank(*text)) {
			text++;
			n--;
		}
		while (n && lull_import__is_blank(text[n - 1]))
			n--;
		if (n >= sizeof(x))
			return !strcmp(a, b);
		for (; k < n; k++)
			to[i][k] = text[k];
		to[i][k] = '\0';
	}
	return lull_text_casecmp(x, y) == 0;
}

/* Index of the name in the header, -1; -2 when it is there twice. */
static int find_column(const struct import *im, const char *name)
{
	int found = -1;
	for (size_t i = 0; i < im->n_header; i++) {
		if (!same_name(im->header[i], name))
			continue;
		if (found >= 0)
			return -2;
		found = (int)i;
	}
	return found;
}

/* ---- header ------------------------------------------------------------------------------------- */

static bool row_has(const struct lull_csv_cell *cells, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (same_name(cells[i].text, name))
			return true;
	return false;
}

/* Is the row the header, by the map's rule? */
static bool is_header(const struct import *im, const struct lull_csv_cell *cells, size_t n, size_t n_before)
{
	const struct lull_map_header *rule = &im->run.map->header;
	if (!rule->n_find)
		return n_before == (size_t)rule->skip_lines && n;
	for (size_t i = 0; i < rule->n_find; i++)
		if (!row_has(cells, n, rule->find[i]))
			return false;
	return true;
}

static int no_header(const struct import *im)
{
	const struct lull_map_header *rule = &im->run.map->header;
	lull_fail(im->err, LULL_EPARSE, im->run.file, "no header row was found");
	if (rule->n_find)
		lull_mend(im->err, "the map '%s' looks for a row that holds '%s'%s", im->run.map->name, rule->find[0],
			  rule->n_find > 1 ? " and more" : "");
	else
		lull_mend(im->err, "the map '%s' expects the column names in row %d", im->run.map->name,
			  (int)rule->skip_lines + 1);
	return LULL_EPARSE;
}

/* Reads up to the header row and keeps its names. */
static int read_header(struct import *im)
{
	const struct lull_csv_cell *cells;
	size_t n;
	for (size_t n_before = 0; n_before < MAX_HEADER_ROWS + (size_t)im->run.map->header.skip_lines;) {
		const int rc = lull_csv_next(im->csv, &cells, &n, im->err);
		if (rc == LULL_ENOTFOUND)
			break;
		if (rc == LULL_ENOMEM)
			return rc;
		if (rc == LULL_OK && is_header(im, cells, n, n_before)) {
			im->header = LULL_ARENA_NEW(im->run.arena, const char *, n + 1);
			if (!im->header)
				return lull_nomem(im->err);
			for (im->n_header = 0; im->n_header < n; im->n_header++)
				if (!(im->header[im->n_header] =
					      lull_arena_strdup(im->run.arena, cells[im->n_header].text)))
					return lull_nomem(im->err);
			return LULL_OK;
		}
		n_before++;
		if (rc != LULL_OK || n)
			im->run.report->n_before_header++;
		else
			im->run.report->n_empty_lines++;
	}
	return no_header(im);
}

static int lacking_column(const struct import *im, const char *name, int found)
{
	const char *near = lull_nearest_name(name, im->header);
	if (found == -2)
		return lull_fail(im->err, LULL_ECONFLICT, im->run.file, "two columns are named '%s'", name);
	lull_fail(im->err, LULL_EPARSE, im->run.file, "no column is named '%s', which the map '%s' needs", name,
		  im->run.map->name);
	if (near)
		lull_mend(im->err, "did the map mean '%s'? Or is this the wrong map for the file?", near);
	else
		lull_mend(im->err, "is this the wrong map, or the wrong delimiter, for the file?");
	return LULL_EPARSE;
}

static int find_columns(struct import *im)
{
	const struct lull_map *map = im->run.map;
	struct lull_import_report *report = im->run.report;
	im->at = LULL_ARENA_NEW(im->run.arena, int, map->n_columns + 1);
	im->empty_at = LULL_ARENA_NEW(im->run.arena, int, map->n_free_when_empty + 1);
	report->lacking = LULL_ARENA_NEW(im->run.arena, const char *, map->n_columns + 1);
	if (!im->at || !im->empty_at || !report->lacking)
		return lull_nomem(im->err);
	for (size_t i = 0; i < map->n_columns; i++) {
		const struct lull_map_column *column = &map->columns[i];
		im->at[i] = find_column(im, column->column);
		if (im->at[i] == -2 || (im->at[i] == -1 && !column->optional && column->is != LULL_COLUMN_IGNORED))
			return lacking_column(im, column->column, im->at[i]);
		if (im->at[i] == -1 && column->is != LULL_COLUMN_IGNORED)
			report->lacking[report->n_lacking++] = column->column;
	}
	for (size_t i = 0; i < map->n_free_when_empty; i++) {
		im->empty_at[i] = find_column(im, map->free_when_empty[i]);
		if (im->empty_at[i] < 0)
			return lacking_column(im, map->free_when_empty[i], im->empty_at[i]);
	}
	return LULL_OK;
}

/* Columns of the file that become nothing, with the map's reason where it gives one. */
static int list_unused(struct import *im)
{
	const struct lull_map *map = im->run.map;
	struct lull_import_report *report = im->run.report;
	struct lull_import_unused *unused = LULL_ARENA_NEW(im->run.arena, struct lull_import_unused, im->n_header + 1);
	if (!unused)
		return lull_nomem(im->err);
	for (size_t h = 0; h < im->n_header; h++) {
		bool is_used = false;
		const char *why = NULL;
		for (size_t i = 0; i < map->n_columns; i++) {
			if (im->at[i] != (int)h)
				continue;
			is_used |= map->columns[i].is != LULL_COLUMN_IGNORED;
			why = map->columns[i].why ? map->columns[i].why : why;
		}
		if (!is_used)
			unused[report->n_unused++] = (struct lull_import_unused){ im->header[h], why };
	}
	report->unused = unused;
	return LULL_OK;
}

/* ---- rows ----------------------------------------------------------------------------------------- */

/* The row's patient as a number; -1 out of memory, -2 too many. */
static int64_t patient_of(struct import *im, const struct lull_import__row *row)
{
	const size_t n_before = im->patients.n;
	const int64_t i = lull_import__name(&im->patients, row->patient, row->n_patient, LULL_IMPORT_MAX_PATIENTS,
					    im->run.arena);
	if (im->patients.n == n_before)
		return i;
	struct period *periods = lull_arena_grow(im->run.arena, im->periods, n_before, &im->cap_periods,
						 im->patients.n, sizeof(*periods));
	if (!periods)
		return -1;
	im->periods = periods;
	periods[i] = (struct period){ LULL_DAY_NONE, LULL_DAY_NONE };
	return i;
}

static int keep_entry(struct import *im, const struct lull_import__row *row, uint32_t patient)
{
	const size_t n = im->n_entries;
	struct lull_entry *entries = lull_arena_grow(im->run.arena, im->entries, n, &im->cap_entries, n + 1,
						     sizeof(*entries));
	if (!entries)
		return lull_nomem(im->err);
	im->entries = entries;
	uint32_t *owners = lull_arena_grow(im->run.arena, im->owners, n, &im->cap_owners, n + 1, sizeof(*owners));
	if (!owners)
		return lull_nomem(im->err);
	im->owners = owners;
	entries[n] = row->entry;
	owners[n] = patient;
	im->n_entries++;
	return LULL_OK;
}

static void widen_period(struct period *period, lull_day day)
{
	if (day == LULL_DAY_NONE)
		return;
	if (period->from == LULL_DAY_NONE || day < period->from)
		period->from = day;
	if (period->to == LULL_DAY_NONE || day > period->to)
		period->to = day;
}

static bool cells_empty(const struct import *im, const struct lull_import__row *row)
{
	for (size_t i = 0; i < im->run.map->n_free_when_empty; i++)
		if (!lull_import__is_empty(im->run.map, &row->cells[im->empty_at[i]]))
			return false;
	return true;
}

/* Cells into row->entry; false when rejected or out of memory. */
static bool read_cells(struct import *im, struct lull_import__row *row, bool *is_blank)
{
	const struct lull_map *map = im->run.map;
	bool is_read = true;
	if (row->n_cells < im->n_header)
		return lull_import__reject(row, NULL, "as many cells as the header has", "%zu cells, the header has %zu",
					   row->n_cells, im->n_header);
	for (size_t i = im->n_header; i < row->n_cells; i++)
		if (!lull_import__is_empty(map, &row->cells[i]))
			return lull_import__reject(row, &row->cells[i], "as many cells as the header has",
						   "%zu cells, the header has %zu", row->n_cells, im->n_header);
	/* Every fault of the row, not only the first. */
	for (size_t i = 0; i < map->n_columns && !im->run.out_of_memory; i++)
		if (im->at[i] >= 0)
			is_read &= lull_import__cell(row, &map->columns[i], &row->cells[im->at[i]]);
	return is_read && lull_import__finish(row, cells_empty(im, row), is_blank);
}

/* Is the row of the patient that was asked for? Before reading, so that others cost no remarks. */
static bool is_wanted(const struct import *im, const struct lull_csv_cell *cells, size_t n)
{
	const struct lull_map *map = im->run.map;
	const char *wanted = im->options->patient;
	if (!wanted)
		return true;
	for (size_t i = 0; i < map->n_columns; i++)
		if (map->columns[i].is == LULL_COLUMN_PATIENT && im->at[i] >= 0)
			return (size_t)im->at[i] >= n || same_name(cells[im->at[i]].text, wanted);
	return true;
}

static void begin_row(struct import *im, struct lull_import__row *row, const struct lull_csv_cell *cells, size_t n)
{
	/* The intakes (2 kB) need no zeroing: n_intakes says how many there are. */
	memset(row, 0, offsetof(struct lull_import__row, intakes));
	row->n_intakes = row->n_flagged = 0;
	row->is_rejected = false;
	row->run = &im->run;
	row->line = lull_csv_line(im->csv);
	row->cells = cells;
	row->n_cells = n;
	row->entry = (struct lull_entry){ .first = LULL_DAY_NONE, .last = LULL_DAY_NONE, .start_min = -1,
					  .offset_min = LULL_NO_OFFSET, .pain = NAN, .duration_min = NAN,
					  .severity = -1 };
	row->patient = "";
	row->start = row->end = row->entered = (struct lull_stamp){ LULL_DAY_NONE, -1, LULL_NO_OFFSET };
	row->end_offset_min = LULL_NO_OFFSET;
	row->duration_min = NAN;
}

/* One row: entry, blank or rejected. */
static int take_row(struct import *im, const struct lull_csv_cell *cells, size_t n)
{
	struct lull_import_report *report = im->run.report;
	struct lull_import__row row;
	bool is_blank = false;
	report->n_rows++;
	if (!is_wanted(im, cells, n)) {
		report->n_other_patients++;
		return LULL_OK;
	}
	begin_row(im, &row, cells, n);
	const bool is_read = read_cells(im, &row, &is_blank);
	if (im->run.out_of_memory)
		return lull_nomem(im->err);
	if (!is_read) {
		report->n_rejected++;
		return LULL_OK;
	}
	const int64_t patient = patient_of(im, &row);
	if (patient == -1)
		return lull_nomem(im->err);
	if (patient == -2)
		return lull_fail(im->err, LULL_ELIMIT, im->run.file, "more than %d patients in one file",
				 (int)LULL_IMPORT_MAX_PATIENTS);
	report->n_flagged += row.n_flagged;
	if (is_blank) {
		report->n_blank++;
		widen_period(&im->periods[patient], row.entry.first);
		return LULL_OK;
	}
	report->n_accepted++;
	report->n_free += row.entry.kind == LULL_ENTRY_FREE;
	report->n_headache += row.entry.kind == LULL_ENTRY_HEADACHE;
	/* Which entries listed free ids is kept in the sign bits above the signs until the end. */
	if (row.lists_triggers)
		row.entry.known |= UINT64_C(1) << 63;
	if (row.lists_measures)
		row.entry.known |= UINT64_C(1) << 62;
	return keep_entry(im, &row, (uint32_t)patient);
}
_Static_assert(LULL_N_SIGNS <= 62, "two bits above the signs are used while importing");

/* A row that the CSV reader could not read. */
static void reject_line(struct import *im, const struct lull_err *fault)
{
	struct lull_import_report *report = im->run.report;
	report->n_rows++;
	report->n_rejected++;
	lull_diags_addf(&report->diags, LULL_ERROR, im->run.file, lull_csv_line(im->csv), 0,
			"a row as RFC 4180 has it", fault->mend[0] ? fault->mend : NULL, "%s", fault->what);
}

static int read_rows(struct import *im)
{
	const struct lull_csv_cell *cells;
	size_t n;
	for (;;) {
		struct lull_err fault = { 0 };
		int rc = lull_csv_next(im->csv, &cells, &n, &fault);
		if (rc == LULL_ENOTFOUND)
			return LULL_OK;
		if (rc == LULL_ENOMEM)
			return lull_nomem(im->err);
		if (rc != LULL_OK) {
			reject_line(im, &fault);
			if (im->run.report->n_rows > LULL_CSV_MAX_ROWS)
				return lull_fail(im->err, LULL_ELIMIT, im->run.file, "%s", fault.what);
		} else if (!n) {
			im->run.report->n_empty_lines++;
		} else if ((rc = take_row(im, cells, n)) != LULL_OK) {
			return rc;
		}
	}
}

/* ---- diaries -------------------------------------------------------------------------------------- */

/* Free ids are all known only now: what an entry's list did not name was not there. */
static void complete_tags(struct import *im)
{
	const struct lull_import__run *run = &im->run;
	const uint64_t triggers = run->n_triggers < 64 ? (UINT64_C(1) << run->n_triggers) - 1 : UINT64_MAX;
	const uint64_t measures = run->n_measures < 64 ? (UINT64_C(1) << run->n_measures) - 1 : UINT64_MAX;
	for (size_t i = 0; i < im->n_entries; i++) {
		struct lull_entry *entry = &im->entries[i];
		if (entry->known & UINT64_C(1) << 63)
			entry->triggers_known |= triggers;
		if (entry->known & UINT64_C(1) << 62)
			entry->measures_known |= measures;
		entry->known &= (UINT64_C(1) << LULL_N_SIGNS) - 1;
	}
}

static int copy_names(struct import *im, const char *const *names, size_t n, const char *const **out)
{
	const char **copy = LULL_ARENA_NEW(im->run.arena, const char *, n + 1);
	if (!copy)
		return lull_nomem(im->err);
	memcpy(copy, names, n * sizeof(*copy));
	*out = copy;
	return LULL_OK;
}

/* Entries sorted by patient, input order kept: counts, running sum, copy. */
static int split_patients(struct import *im, struct lull_diary *diaries)
{
	const size_t n_patients = im->patients.n;
	size_t *first = LULL_ARENA_NEW(im->run.arena, size_t, n_patients + 1);
	struct lull_entry *sorted = LULL_ARENA_NEW(im->run.arena, struct lull_entry, im->n_entries + 1);
	if (!first || !sorted)
		return lull_nomem(im->err);
	for (size_t i = 0; i < im->n_entries; i++)
		diaries[im->owners[i]].n_entries++;
	for (size_t p = 0, at = 0; p < n_patients; p++) {
		first[p] = at;
		diaries[p].entries = sorted + at;
		at += diaries[p].n_entries;
	}
	for (size_t i = 0; i < im->n_entries; i++)
		sorted[first[im->owners[i]]++] = im->entries[i];
	return LULL_OK;
}

static int build_diary(struct import *im, struct lull_diary *diary, size_t patient, const struct lull_diary *shared)
{
	const struct lull_map *map = im->run.map;
	struct period period = im->periods[patient];
	diary->patient_id = im->patients.items[patient];
	diary->day_index_only = map->rows == LULL_ROWS_DAY_INDEX;
	diary->missing_is_free = map->no_row_means;
	diary->records_severity = map->asks_severity;
	diary->records_drugs = map->asks_drugs;
	diary->triggers = shared->triggers;
	diary->n_triggers = shared->n_triggers;
	diary->measures = shared->measures;
	diary->n_measures = shared->n_measures;
	widen_period(&period, im->options->from);
	widen_period(&period, im->options->to);
	struct lull_err fault = { 0 };
	const int rc = lull_diary_fold(diary, period.from, period.to, diary->missing_is_free, im->run.arena, &fault);
	if (rc == LULL_OK || rc == LULL_ENOMEM)
		return rc == LULL_OK ? LULL_OK : lull_nomem(im->err);
	lull_fail(im->err, rc, im->run.file, "patient '%s': %s", diary->patient_id, fault.what);
	if (fault.mend[0])
		lull_mend(im->err, "%s", fault.mend);
	return rc;
}

static int build_diaries(struct import *im, struct lull_import *out)
{
	struct lull_diary shared = { .n_triggers = im->run.n_triggers, .n_measures = im->run.n_measures };
	struct lull_diary *diaries = LULL_ARENA_NEW(im->run.arena, struct lull_diary, im->patients.n + 1);
	if (!diaries)
		return lull_nomem(im->err);
	complete_tags(im);
	int rc = copy_names(im, im->run.triggers, shared.n_triggers, &shared.triggers);
	if (rc == LULL_OK)
		rc = copy_names(im, im->run.measures, shared.n_measures, &shared.measures);
	if (rc == LULL_OK)
		rc = split_patients(im, diaries);
	for (size_t p = 0; p < im->patients.n && rc == LULL_OK; p++)
		rc = build_diary(im, &diaries[p], p, &shared);
	if (rc != LULL_OK)
		return rc;
	out->diaries = diaries;
	out->n_diaries = im->patients.n;
	return LULL_OK;
}

/* Nothing came of it: say why. */
static int nothing_read(const struct import *im)
{
	const struct lull_import_report *report = im->run.report;
	if (report->n_rejected) {
		lull_diags_fail(&report->diags, im->err);
		return im->err ? im->err->code : LULL_EPARSE;
	}
	if (report->n_other_patients) {
		lull_fail(im->err, LULL_ENOTFOUND, im->run.file, "no row is of patient '%s'", im->options->patient);
		lull_mend(im->err, "lull diary show without --patient lists the patients of the file");
		return LULL_ENOTFOUND;
	}
	return lull_fail(im->err, LULL_EPARSE, im->run.file, "a header without a single row");
}

/* A file that names nobody cannot be shown to be of the patient asked for: never taken on trust. */
static int check_patient_column(const struct import *im)
{
	const struct lull_map *map = im->run.map;
	if (!im->options->patient)
		return LULL_OK;
	for (size_t i = 0; i < map->n_columns; i++)
		if (map->columns[i].is == LULL_COLUMN_PATIENT && im->at[i] >= 0)
			return LULL_OK;
	lull_fail(im->err, LULL_ENOTFOUND, im->run.file, "no column names the patient, so none is known to be '%s'",
		  im->options->patient);
	lull_mend(im->err, "leave --patient out if the whole file is this patient's");
	return LULL_ENOTFOUND;
}

static int import_rows(struct import *im, struct lull_import *out)
{
	int rc = read_header(im);
	if (rc == LULL_OK)
		rc = find_columns(im);
	if (rc == LULL_OK)
		rc = check_patient_column(im);
	if (rc == LULL_OK)
		rc = list_unused(im);
	if (rc == LULL_OK)
		rc = read_rows(im);
	im->run.report->words = im->run.words;
	im->run.report->n_words = im->run.n_words;
	if (rc == LULL_OK && im->run.report->diags.out_of_memory)
		rc = lull_nomem(im->err);
	if (rc != LULL_OK)
		return rc;
	return im->patients.n ? build_diaries(im, out) : nothing_read(im);
}

int lull_import_csv(const char *bytes, size_t n, const char *file, const struct lull_map *map,
		    const struct lull_acute_table *drugs, const struct lull_import_options *options,
		    struct lull_arena *arena, struct lull_import *out, struct lull_err *err)
{
	*out = (struct lull_import){ .report = { .file = file, .map = map->name } };
	lull_diags_init(&out->report.diags, arena);
	struct import im = {
		.run = { .map = map, .drugs = drugs, .arena = arena, .file = file, .bytes = NULL, .n_bytes = n,
			 .caret_line = 1, .report = &out->report, .n_triggers = map->n_triggers,
			 .n_measures = map->n_measures },
		.options = options, .err = err,
	};
	if (map->encoding == LULL_UTF8)
		im.run.bytes = bytes;
	memcpy(im.run.triggers, map->triggers, sizeof(im.run.triggers));
	memcpy(im.run.measures, map->measures, sizeof(im.run.measures));
	const struct lull_csv_options csv = { .delimiter = delimiters[map->delimiter],
					      .encoding = (enum lull_encoding)map->encoding };
	int rc = lull_csv_new(bytes, n, &csv, file, &im.csv, err);
	if (rc == LULL_OK)
		rc = import_rows(&im, out);
	lull_csv_free(im.csv);
	return rc;
}
