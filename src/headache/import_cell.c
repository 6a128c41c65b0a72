/* import_cell.c - one row of a table into one diary entry, cell by cell.
 *
 * Each kind of column has one reader. Several columns may speak of one sign: a yes anywhere
 * is a yes, a no needs no yes. An empty cell records nothing. */
#include <math.h>
#include <string.h>

#include "import_private.h"
#include "lull/base/parse.h"
#include "lull/base/text.h"

enum { MAX_WORD = 256 };

/* A cell without its outer blanks. */
struct span {
	const char *text;
	size_t n;
};

static struct span trimmed(const char *text, size_t n)
{
	while (n && lull_import__is_blank(*text)) {
		text++;
		n--;
	}
	while (n && lull_import__is_blank(text[n - 1]))
		n--;
	return (struct span){ text, n };
}

/* ---- remarks --------------------------------------------------------------------------------- */

/* The source line for the caret, copied; NULL when the bytes were recoded or a cell in front
 * holds a line end. */
static const char *excerpt(struct lull_import__row *row, const struct lull_csv_cell *cell)
{
	struct lull_import__run *run = row->run;
	if (!run->bytes || !cell || run->report->diags.n_items >= LULL_DIAGS_KEPT)
		return NULL;
	for (const struct lull_csv_cell *c = row->cells; c < cell; c++)
		if (c->quoted && (strchr(c->text, '\n') || strchr(c->text, '\r')))
			return NULL;
	size_t at = run->caret_at;
	for (; at < run->n_bytes && run->caret_line < row->line; at++) {
		const bool ends = run->bytes[at] == '\n' ||
				  (run->bytes[at] == '\r' && (at + 1 == run->n_bytes || run->bytes[at + 1] != '\n'));
		run->caret_line += ends;
	}
	run->caret_at = at;
	size_t end = at;
	while (end < run->n_bytes && run->bytes[end] != '\n' && run->bytes[end] != '\r')
		end++;
	if (end - at > 400)
		return NULL;
	const char *line = lull_arena_strndup(run->arena, run->bytes + at, end - at);
	run->out_of_memory |= !line;
	return line;
}

LULL_PRINTF(5, 0)
static void remark(struct lull_import__row *row, enum lull_severity severity, const struct lull_csv_cell *cell,
		   const char *expected, const char *fmt, va_list ap)
{
	struct lull_import__run *run = row->run;
	struct lull_buf found = { 0 };
	lull_buf_vprintf(&found, fmt, ap);
	const struct lull_diag diag = { .severity = severity, .file = run->file, .line = row->line,
					.col = cell ? cell->col : 0, .found = lull_buf_text(&found),
					.expected = expected, .excerpt = excerpt(row, cell) };
	lull_diags_add(&run->report->diags, &diag);
	if (found.failed || run->report->diags.out_of_memory)
		run->out_of_memory = true;
	lull_buf_clear(&found);
}

bool lull_import__reject(struct lull_import__row *row, const struct lull_csv_cell *cell, const char *expected,
			 const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	remark(row, LULL_ERROR, cell, expected, fmt, ap);
	va_end(ap);
	row->is_rejected = true;
	return false;
}

void lull_import__flag(struct lull_import__row *row, const struct lull_csv_cell *cell, const char *expected,
		       const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	remark(row, LULL_WARNING, cell, expected, fmt, ap);
	va_end(ap);
	row->n_flagged++;
}

static bool no_memory(struct lull_import__row *row)
{
	row->run->out_of_memory = true;
	return false;
}

/* At most this much of a cell goes into a message. */
static int shown(const struct lull_csv_cell *cell) { return (int)(cell->n < 60 ? cell->n : 60); }

/* ---- words ------------------------------------------------------------------------------------- */

/* ASCII case does not matter. */
static bool same_word(const char *word, struct span span)
{
	size_t i = 0;
	for (; i < span.n && word[i]; i++) {
		char a = word[i], b = span.text[i];
		a = (char)(a >= 'A' && a <= 'Z' ? a + 32 : a);
		b = (char)(b >= 'A' && b <= 'Z' ? b + 32 : b);
		if (a != b)
			return false;
	}
	return i == span.n && !word[i];
}

static bool among(const char *const *words, size_t n, struct span span)
{
	for (size_t i = 0; i < n; i++)
		if (same_word(words[i], span))
			return true;
	return false;
}

static bool begins(const char *const *words, size_t n, struct span span)
{
	for (size_t i = 0; i < n; i++) {
		const size_t length = strlen(words[i]);
		if (length <= span.n && same_word(words[i], (struct span){ span.text, length }))
			return true;
	}
	return false;
}

bool lull_import__is_empty(const struct lull_map *map, const struct lull_csv_cell *cell)
{
	const struct span span = trimmed(cell->text, cell->n);
	return !span.n || among(map->not_recorded, map->n_not_recorded, span);
}

/* Yes or no in the column's words, or the map's; ABSENT after a rejection. */
static enum lull_answer answer_of(struct lull_import__row *row, const struct lull_map_column *column,
				  const struct lull_csv_cell *cell)
{
	const struct lull_map *map = row->run->map;
	const struct span span = trimmed(cell->text, cell->n);
	if (among(column->n_yes ? column->yes : map->yes, column->n_yes ? column->n_yes : map->n_yes, span))
		return LULL_YES;
	if (among(column->n_no ? column->no : map->no, column->n_no ? column->n_no : map->n_no, span))
		return LULL_NO;
	lull_import__reject(row, cell, "one of the map's words for yes and no", "'%.*s' in column '%s'", shown(cell),
			    cell->text, column->column);
	return LULL_ABSENT;
}

/* Counts a word that nothing knows. */
static bool count_unknown(struct lull_import__row *row, const struct lull_map_column *column, struct span span,
			  const char *near)
{
	struct lull_import__run *run = row->run;
	char key[2 * MAX_WORD + 2];
	size_t n_column = strlen(column->column);
	const size_t n_word = span.n < MAX_WORD ? span.n : MAX_WORD;
	n_column = n_column < MAX_WORD ? n_column : MAX_WORD;
	memcpy(key, column->column, n_column);
	key[n_column] = '\n';
	memcpy(key + n_column + 1, span.text, n_word);
	const int64_t i = lull_import__name(&run->word_names, key, n_column + 1 + n_word, LULL_IMPORT_MAX_WORDS,
					    run->arena);
	if (i == -1)
		return no_memory(row);
	if (i == -2) {
		run->report->n_words_not_kept++;
		return true;
	}
	if ((size_t)i == run->n_words) {
		struct lull_import_word *words = lull_arena_grow(run->arena, run->words, run->n_words, &run->cap_words,
								 run->n_words + 1, sizeof(*words));
		if (!words)
			return no_memory(row);
		run->words = words;
		words[run->n_words++] = (struct lull_import_word){ .column = column->column,
								   .word = run->word_names.items[i] + n_column + 1,
								   .near = near, .line = row->line };
	}
	run->words[i].n++;
	return true;
}

/* Steps through a list cell: words between separators, but not those inside parentheses. */
static bool next_word(const char **at, const char *end, char separator, struct span *out)
{
	int depth = 0;
	const char *from = *at, *c = from;
	if (from > end)
		return false;
	for (; c < end; c++) {
		depth += *c == '(' ? 1 : *c == ')' && depth ? -1 : 0;
		if (*c == separator && !depth)
			break;
	}
	*out = trimmed(from, (size_t)(c - from));
	*at = c + 1;
	return true;
}

/* What a list cell said. */
struct list {
	uint64_t bits;
	bool is_none;     /* "none": asked, and there was none  */
	bool all_known;   /* every word was known               */
};

/* Bits of one word: by the map's words, or as an id when the column has none. */
static bool word_bits(struct lull_import__row *row, const struct lull_map_column *column,
		      const struct lull_csv_cell *cell, struct span span, struct list *list)
{
	struct lull_import__run *run = row->run;
	char word[MAX_WORD];
	if (span.n < sizeof(word)) {
		for (size_t i = 0; i < span.n; i++) {
			char c = span.text[i];
			c = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
			word[i] = column->words || !lull_import__is_blank(c) ? c : '_';
		}
		word[span.n] = '\0';
		if (column->words) {
			const struct lull_map_word *known = lull_import__find_word(column, word);
			if (known) {
				list->bits |= known->bits;
				return true;
			}
		} else if (lull_import__is_id(word)) {
			const bool is_trigger = column->is == LULL_COLUMN_TRIGGERS;
			const char *copy = lull_arena_strdup(run->arena, word);
			if (!copy)
				return no_memory(row);
			const uint64_t bit = is_trigger ? lull_import__tag(run->triggers, &run->n_triggers, copy)
							: lull_import__tag(run->measures, &run->n_measures, copy);
			if (!bit)
				return lull_import__reject(row, cell, "at most 64 different ones in a file", "'%s'", word);
			list->bits |= bit;
			return true;
		}
	} else {
		word[0] = '\0';
	}
	list->all_known = false;
	return count_unknown(row, column, span, column->words ? lull_nearest_name(word, column->plain) : NULL);
}

static bool read_list(struct lull_import__row *row, const struct lull_map_column *column,
		      const struct lull_csv_cell *cell, struct list *list)
{
	*list = (struct list){ .all_known = true };
	const char *at = cell->text, *end = cell->text + cell->n;
	struct span span;
	while (next_word(&at, end, *column->separator, &span)) {
		if (!span.n)
			continue;
		if (among(column->none, column->n_none, span))
			list->is_none = true;
		else if (!word_bits(row, column, cell, span, list))
			return false;
	}
	return true;
}

/* ---- readers --------------------------------------------------------------------------------------- */

typedef bool reader(struct lull_import__row *row, const struct lull_map_column *column,
		    const struct lull_csv_cell *cell);

static void say(struct lull_import__row *row, uint64_t signs, bool is_yes)
{
	row->entry.known |= signs;
	if (is_yes)
		row->entry.yes |= signs;
}

static bool read_patient(struct lull_import__row *row, const struct lull_map_column *column,
			 const struct lull_csv_cell *cell)
{
	(void)column;
	const struct span span = trimmed(cell->text, cell->n);
	row->patient = span.text;
	row->n_patient = span.n;
	return true;
}

static bool read_text(struct lull_import__row *row, const struct lull_map_column *column,
		      const struct lull_csv_cell *cell)
{
	const struct span span = trimmed(cell->text, cell->n);
	const char *copy = lull_arena_strndup(row->run->arena, span.text, span.n);
	if (!copy)
		return no_memory(row);
	if (column->is == LULL_COLUMN_LABEL)
		row->entry.label = copy;
	else
		row->entry.note = copy;
	return true;
}

/* Our own date is shown by an example: people know 2026-03-02, not Y-M-D. */
static const char *expected_stamp(const struct lull_map_column *column)
{
	return strcmp(column->patterns[0], "Y-M-D") == 0
		       ? "year-month-day, as in 2026-03-02 (a map can say another order: --map, docs/diary-format.md)"
		       : column->patterns[0];
}

/* By the first pattern that fits. */
static bool read_stamp(struct lull_import__row *row, const struct lull_map_column *column,
		       const struct lull_csv_cell *cell)
{
	const struct span span = trimmed(cell->text, cell->n);
	struct lull_stamp stamp;
	struct lull_err err;
	bool is_read = false;
	for (size_t i = 0; i < column->n_patterns && !is_read; i++)
		is_read = lull_stamp_parse(span.text, span.n, column->patterns[i], column->column, &stamp, &err) ==
			  LULL_OK;
	if (!is_read)
		return lull_import__reject(row, cell, expected_stamp(column), "'%.*s' in column '%s'", shown(cell),
					   cell->text, column->column);
	switch (column->is) {
	case LULL_COLUMN_DATE:
		row->start.day = stamp.day;
		if (stamp.minute >= 0)
			row->start.minute = stamp.minute;
		if (stamp.offset_min != LULL_NO_OFFSET)
			row->start.offset_min = stamp.offset_min;
		break;
	case LULL_COLUMN_CLOCK:
		row->start.minute = stamp.minute;
		break;
	case LULL_COLUMN_END:
		row->end = stamp;
		break;
	default:
		row->entered = stamp;
	}
	return true;
}

/* A number in the map's decimals, inside [min, max]; those are hard limits. */
static bool read_number(struct lull_import__row *row, const struct lull_map_column *column,
			const struct lull_csv_cell *cell, double min, double max, double *out)
{
	const struct span span = trimmed(cell->text, cell->n);
	const struct lull_range range = { min, max, NULL };
	struct lull_err err;
	if (lull_parse_double(span.text, span.n, row->run->map->decimal ? ',' : '.', &range, column->column, out,
			      &err) == LULL_OK)
		return true;
	return lull_import__reject(row, cell, "a number in its range, written with the map's decimal separator",
				   "'%.*s' in column '%s' (%s)", shown(cell), cell->text, column->column, err.what);
}

static bool read_whole(struct lull_import__row *row, const struct lull_map_column *column,
		       const struct lull_csv_cell *cell, int64_t min, int64_t max, int32_t *out)
{
	const struct span span = trimmed(cell->text, cell->n);
	struct lull_err err;
	int64_t value;
	if (lull_parse_int(span.text, span.n, min, max, column->column, &value, &err) != LULL_OK)
		return lull_import__reject(row, cell, "a whole number in its range", "'%.*s' in column '%s' (%s)",
					   shown(cell), cell->text, column->column, err.what);
	*out = (int32_t)value;
	return true;
}

/* True when the value lies within the map's plausible range. Else the row is rejected, or the
 * value is flagged and *is_kept becomes false. */
static bool plausible(struct lull_import__row *row, const struct lull_map_column *column,
		      const struct lull_csv_cell *cell, double value, bool *is_kept)
{
	*is_kept = !(value < column->min) && !(value > column->max); /* NAN limits do not bind */
	if (*is_kept)
		return true;
	char text[48], least[48], most[48];
	struct lull_buf expected = { .max = 200 };
	lull_buf_printf(&expected, "%s%s%s", isnan(column->min) ? "" : lull_num_text(least, sizeof(least), column->min, 3),
			isnan(column->min) ? "at most " : " to ",
			isnan(column->max) ? "any" : lull_num_text(most, sizeof(most), column->max, 3));
	lull_num_text(text, sizeof(text), value, 3);
	if (column->beyond == LULL_BEYOND_REJECT)
		lull_import__reject(row, cell, lull_buf_text(&expected), "%s in column '%s', not plausible", text,
				    column->column);
	else
		lull_import__flag(row, cell, lull_buf_text(&expected), "%s in column '%s', not plausible: not used", text,
				  column->column);
	row->run->out_of_memory |= expected.failed;
	lull_buf_clear(&expected);
	return !row->is_rejected;
}

static bool read_day_index(struct lull_import__row *row, const struct lull_map_column *column,
			   const struct lull_csv_cell *cell)
{
	return read_whole(row, column, cell, 1, LULL_DIARY_MAX_DAYS, &row->day_index);
}

static bool read_offset(struct lull_import__row *row, const struct lull_map_column *column,
			const struct lull_csv_cell *cell)
{
	return read_whole(row, column, cell, -14 * 60, 14 * 60,
			  column->is == LULL_COLUMN_OFFSET ? &row->start.offset_min : &row->end_offset_min);
}

/* Digits at *at as a number of at most 6 digits; -1 when there are none. */
static int digits_at(struct span span, size_t *at)
{
	int value = 0;
	const size_t from = *at;
	while (*at < span.n && *at - from < 6 && span.text[*at] >= '0' && span.text[*at] <= '9')
		value = value * 10 + (span.text[(*at)++] - '0');
	return *at == from ? -1 : value;
}

/* "01:30" as hours and minutes. */
static bool parse_clock(struct span span, double *minutes)
{
	size_t at = 0;
	const int hours = digits_at(span, &at);
	if (hours < 0 || at >= span.n || span.text[at++] != ':')
		return false;
	const size_t from = at;
	const int rest = digits_at(span, &at);
	*minutes = hours * 60.0 + rest;
	return at == span.n && at - from == 2 && rest < 60;
}

/* "1d 02h 15m", "45 min", "2 hours": pairs of a number and a word that begins with d, h or m. */
static bool parse_duration_words(struct span span, double *minutes)
{
	size_t at = 0;
	*minutes = 0;
	if (!span.n)
		return false;
	while (at < span.n) {
		const int value = digits_at(span, &at);
		if (value < 0)
			return false;
		while (at < span.n && span.text[at] == ' ')
			at++;
		const char unit = (char)(at < span.n ? span.text[at] | 0x20 : 0);
		if (unit != 'd' && unit != 'h' && unit != 'm')
			return false;
		*minutes += value * (unit == 'd' ? 1440.0 : unit == 'h' ? 60.0 : 1.0);
		while (at < span.n && ((span.text[at] | 0x20) >= 'a' && (span.text[at] | 0x20) <= 'z'))
			at++;
		while (at < span.n && (span.text[at] == ' ' || span.text[at] == ','))
			at++;
	}
	return true;
}

static bool read_duration(struct lull_import__row *row, const struct lull_map_column *column,
			  const struct lull_csv_cell *cell)
{
	const struct span span = trimmed(cell->text, cell->n);
	const double most = (double)LULL_DIARY_MAX_DAYS * LULL_MINUTES_PER_DAY;
	double minutes = NAN;
	bool is_kept;
	if (column->format == LULL_DURATION_MINUTES || column->format == LULL_DURATION_HOURS) {
		const double unit = column->format == LULL_DURATION_HOURS ? 60 : 1;
		if (!read_number(row, column, cell, 0, most / unit, &minutes))
			return false;
		minutes *= unit;
	} else if (column->format == LULL_DURATION_CLOCK ? !parse_clock(span, &minutes)
							 : !parse_duration_words(span, &minutes)) {
		return lull_import__reject(row, cell,
					   column->format == LULL_DURATION_CLOCK ? "a duration like 01:30"
										 : "a duration like 01h 30m",
					   "'%.*s' in column '%s'", shown(cell), cell->text, column->column);
	}
	if (minutes > most)
		return lull_import__reject(row, cell, "a duration below 40000 days", "'%.*s' in column '%s'",
					   shown(cell), cell->text, column->column);
	if (!plausible(row, column, cell, minutes, &is_kept))
		return false;
	if (is_kept)
		row->duration_min = minutes;
	return true;
}

static bool read_headache(struct lull_import__row *row, const struct lull_map_column *column,
			  const struct lull_csv_cell *cell)
{
	row->headache = answer_of(row, column, cell);
	return row->headache != LULL_ABSENT;
}

static bool read_pain(struct lull_import__row *row, const struct lull_map_column *column,
		      const struct lull_csv_cell *cell)
{
	const double most = column->scale ? 100 : 10;
	double value;
	if (!read_number(row, column, cell, 0, most, &value))
		return false;
	row->entry.pain = (float)(value * 10 / most);
	return true;
}

static bool read_severity(struct lull_import__row *row, const struct lull_map_column *column,
			  const struct lull_csv_cell *cell)
{
	int32_t value = -1;
	if (!column->words) {
		if (!read_whole(row, column, cell, 0, 3, &value))
			return false;
		row->entry.severity = (int8_t)value;
		return true;
	}
	char word[MAX_WORD];
	const struct span span = trimmed(cell->text, cell->n);
	const struct lull_map_word *known = NULL;
	if (span.n < sizeof(word)) {
		for (size_t i = 0; i < span.n; i++)
			word[i] = (char)(span.text[i] >= 'A' && span.text[i] <= 'Z' ? span.text[i] + 32 : span.text[i]);
		word[span.n] = '\0';
		known = lull_import__find_word(column, word);
	}
	if (!known)
		return lull_import__reject(row, cell, "one of the map's words for severity", "'%.*s' in column '%s'",
					   shown(cell), cell->text, column->column);
	for (int i = 0; i < 4; i++)
		if (known->bits & UINT64_C(1) << i)
			row->entry.severity = (int8_t)i;
	return true;
}

static bool read_sign(struct lull_import__row *row, const struct lull_map_column *column,
		      const struct lull_csv_cell *cell)
{
	const enum lull_answer answer = answer_of(row, column, cell);
	if (answer == LULL_ABSENT)
		return false;
	if (column->only != LULL_ABSENT && column->only != (int)answer)
		return true;
	say(row, column->signs, answer == LULL_YES);
	say(row, column->opposite, answer == LULL_NO);
	return true;
}

static bool read_signs(struct lull_import__row *row, const struct lull_map_column *column,
		       const struct lull_csv_cell *cell)
{
	struct list list;
	if (!read_list(row, column, cell, &list))
		return false;
	say(row, list.bits, true);
	if (list.is_none || (column->absent == LULL_NO && list.all_known))
		say(row, column->offered & ~list.bits, false);
	return true;
}

/* One side only, both, or cannot tell. */
static bool read_sides(struct lull_import__row *row, const struct lull_map_column *column,
		       const struct lull_csv_cell *cell)
{
	bool left = false, right = false, other = false;
	const char *at = cell->text, *end = cell->text + cell->n;
	struct span span;
	while (next_word(&at, end, *column->separator, &span)) {
		if (!span.n || among(column->none, column->n_none, span))
			continue;
		if (begins(column->left, column->n_left, span))
			left = true;
		else if (begins(column->right, column->n_right, span))
			right = true;
		else
			other = true;
	}
	const uint64_t one = UINT64_C(1) << LULL_SIGN_UNILATERAL, both = UINT64_C(1) << LULL_SIGN_BILATERAL;
	if (left && right) {
		say(row, both, true);
		say(row, one, false);
	} else if ((left || right) && !other) {
		say(row, one, true);
		say(row, both, false);
	}
	return true;
}

static bool read_trigger(struct lull_import__row *row, const struct lull_map_column *column,
			 const struct lull_csv_cell *cell)
{
	const enum lull_answer answer = answer_of(row, column, cell);
	if (answer == LULL_ABSENT)
		return false;
	if (column->only != LULL_ABSENT && column->only != (int)answer)
		return true;
	row->entry.triggers_known |= column->tag;
	if (answer == LULL_YES)
		row->entry.triggers_yes |= column->tag;
	return true;
}

static bool read_triggers(struct lull_import__row *row, const struct lull_map_column *column,
			  const struct lull_csv_cell *cell)
{
	struct list list;
	if (!read_list(row, column, cell, &list))
		return false;
	row->entry.triggers_known |= list.bits;
	row->entry.triggers_yes |= list.bits;
	if (list.is_none || (column->absent == LULL_NO && list.all_known)) {
		row->entry.triggers_known |= column->offered;
		row->lists_triggers |= !column->words;
	}
	return true;
}

static void tried(struct lull_import__row *row, uint64_t bits, int answer)
{
	row->entry.measures_known |= bits;
	row->entry.measures_yes |= bits;
	if (answer == LULL_YES)
		row->entry.measures_helped |= bits;
}

static bool read_measure(struct lull_import__row *row, const struct lull_map_column *column,
			 const struct lull_csv_cell *cell)
{
	const enum lull_answer answer = answer_of(row, column, cell);
	if (answer == LULL_ABSENT)
		return false;
	if (answer == LULL_YES)
		tried(row, column->tag, column->answer);
	row->entry.measures_known |= column->tag;
	return true;
}

static bool read_measures(struct lull_import__row *row, const struct lull_map_column *column,
			  const struct lull_csv_cell *cell)
{
	struct list list;
	if (!read_list(row, column, cell, &list))
		return false;
	tried(row, list.bits, column->answer);
	if (list.is_none || (column->absent == LULL_NO && list.all_known)) {
		row->entry.measures_known |= column->offered;
		row->lists_measures |= !column->words;
	}
	return true;
}

static bool read_drug_taken(struct lull_import__row *row, const struct lull_map_column *column,
			    const struct lull_csv_cell *cell)
{
	row->taken = answer_of(row, column, cell);
	return row->taken != LULL_ABSENT;
}

static bool add_intake(struct lull_import__row *row, const struct lull_csv_cell *cell, struct lull_intake intake)
{
	if (row->n_intakes == LULL_IMPORT_MAX_INTAKES)
		return lull_import__reject(row, cell, "at most 64 drugs in one row", "one more drug");
	row->intakes[row->n_intakes++] = intake;
	return true;
}

/* The class of a written drug; each spelling is looked up once a file. */
static const struct lull_acute_match *match_of(struct lull_import__row *row, struct span span, const char **name)
{
	struct lull_import__run *run = row->run;
	const size_t n_before = run->drug_names.n;
	const int64_t i = lull_import__name(&run->drug_names, span.text, span.n, SIZE_MAX, run->arena);
	if (i < 0)
		return NULL;
	*name = run->drug_names.items[i];
	if (run->drug_names.n > n_before) {
		struct lull_acute_match *matches = lull_arena_grow(run->arena, run->matches, n_before, &run->cap_matches,
								   run->drug_names.n, sizeof(*matches));
		if (!matches)
			return NULL;
		run->matches = matches;
		lull_acute_find(run->drugs, span.text, span.n, &matches[i]);
	}
	return &run->matches[i];
}

static bool read_drug(struct lull_import__row *row, const struct lull_map_column *column,
		      const struct lull_csv_cell *cell, struct span span)
{
	const char *name = NULL;
	const struct lull_acute_match *match = match_of(row, span, &name);
	if (!match)
		return no_memory(row);
	struct lull_intake intake = { .name = name, .acute = LULL_ACUTE_UNRECOGNISED, .doses = match->doses,
				      .relief = (uint8_t)(column->answer ? column->answer : LULL_UNKNOWN) };
	if (!match->n_classes)
		return add_intake(row, cell, intake) && count_unknown(row, column, span, match->near);
	for (int i = 0; i < match->n_classes; i++) {
		intake.acute = match->classes[i];
		if (!add_intake(row, cell, intake))
			return false;
	}
	return true;
}

static bool read_drugs(struct lull_import__row *row, const struct lull_map_column *column,
		       const struct lull_csv_cell *cell)
{
	const char *at = cell->text, *end = cell->text + cell->n;
	struct span span;
	while (next_word(&at, end, *column->separator, &span)) {
		if (!span.n)
			continue;
		if (among(column->none, column->n_none, span)) {
			if (row->taken == LULL_ABSENT)
				row->taken = LULL_NO;
		} else if (!read_drug(row, column, cell, span)) {
			return false;
		}
	}
	return true;
}

static bool read_doses(struct lull_import__row *row, const struct lull_map_column *column,
		       const struct lull_csv_cell *cell)
{
	double doses;
	bool is_kept;
	if (!read_number(row, column, cell, 0, 1e9, &doses) || !plausible(row, column, cell, doses, &is_kept))
		return false;
	if (doses == 0)
		return true;
	return add_intake(row, cell, (struct lull_intake){ .acute = (uint8_t)column->acute,
							   .doses = is_kept ? (float)doses : NAN,
							   .relief = LULL_UNKNOWN,
							   .suspect = !is_kept });
}

/* Several columns may each speak of one degree of relief. */
static bool read_relief(struct lull_import__row *row, const struct lull_map_column *column,
			const struct lull_csv_cell *cell)
{
	enum lull_answer answer = answer_of(row, column, cell);
	if (answer == LULL_ABSENT)
		return false;
	if (column->only != LULL_ABSENT && column->only != (int)answer)
		return true;
	if (answer == LULL_YES)
		answer = (enum lull_answer)column->answer;
	else if (column->answer != LULL_UNKNOWN)
		answer = column->answer == LULL_YES ? LULL_NO : LULL_YES;
	if (row->relief != LULL_ABSENT && row->relief != answer)
		lull_import__flag(row, cell, "one answer about relief", "two: column '%s' contradicts one before it",
				  column->column);
	else
		row->relief = answer;
	return true;
}

static bool read_treated(struct lull_import__row *row, const struct lull_map_column *column,
			 const struct lull_csv_cell *cell)
{
	const enum lull_answer answer = answer_of(row, column, cell);
	row->entry.successfully_treated |= answer == LULL_YES;
	return answer != LULL_ABSENT;
}

static bool read_ignored(struct lull_import__row *row, const struct lull_map_column *column,
			 const struct lull_csv_cell *cell)
{
	(void)row, (void)column, (void)cell;
	return true;
}

static reader *const readers[LULL_N_COLUMNS] = {
	[LULL_COLUMN_PATIENT] = read_patient,
	[LULL_COLUMN_LABEL] = read_text,
	[LULL_COLUMN_DATE] = read_stamp,
	[LULL_COLUMN_CLOCK] = read_stamp,
	[LULL_COLUMN_END] = read_stamp,
	[LULL_COLUMN_DAY_INDEX] = read_day_index,
	[LULL_COLUMN_OFFSET] = read_offset,
	[LULL_COLUMN_END_OFFSET] = read_offset,
	[LULL_COLUMN_DURATION] = read_duration,
	[LULL_COLUMN_ENTERED] = read_stamp,
	[LULL_COLUMN_HEADACHE] = read_headache,
	[LULL_COLUMN_PAIN] = read_pain,
	[LULL_COLUMN_SEVERITY] = read_severity,
	[LULL_COLUMN_SIGN] = read_sign,
	[LULL_COLUMN_SIGNS] = read_signs,
	[LULL_COLUMN_SIDES] = read_sides,
	[LULL_COLUMN_TRIGGER] = read_trigger,
	[LULL_COLUMN_TRIGGERS] = read_triggers,
	[LULL_COLUMN_MEASURE] = read_measure,
	[LULL_COLUMN_MEASURES] = read_measures,
	[LULL_COLUMN_DRUG_TAKEN] = read_drug_taken,
	[LULL_COLUMN_DRUGS] = read_drugs,
	[LULL_COLUMN_DOSES] = read_doses,
	[LULL_COLUMN_RELIEF] = read_relief,
	[LULL_COLUMN_TREATED] = read_treated,
	[LULL_COLUMN_NOTE] = read_text,
	[LULL_COLUMN_IGNORED] = read_ignored,
};

/* Who and when say nothing about a headache. */
static bool is_content(int kind)
{
	return kind >= LULL_COLUMN_HEADACHE && kind != LULL_COLUMN_IGNORED;
}

bool lull_import__cell(struct lull_import__row *row, const struct lull_map_column *column,
		       const struct lull_csv_cell *cell)
{
	if (lull_import__is_empty(row->run->map, cell)) {
		if (column->is == LULL_COLUMN_PATIENT)
			return lull_import__reject(row, cell, "a patient", "an empty cell in column '%s'",
						   column->column);
		return true;
	}
	row->has_content |= is_content(column->is) || column->is == LULL_COLUMN_DURATION;
	return readers[column->is](row, column, cell);
}

/* ---- the row as a whole -------------------------------------------------------------------------- */

static bool has_sign_of_headache(const struct lull_import__row *row)
{
	return row->entry.pain > 0 || row->entry.severity > 0 || row->duration_min > 0 || row->entry.yes;
}

/* Headache, free, or UNKNOWN when the row does not say. */
static enum lull_answer headache_of(const struct lull_import__row *row, bool cells_empty)
{
	const struct lull_map *map = row->run->map;
	if (row->headache != LULL_ABSENT)
		return row->headache;
	if (map->n_free_when_empty)
		return cells_empty ? LULL_NO : LULL_YES;
	if (map->free_when_pain_is_0 && (row->entry.pain == 0 || (row->entry.severity == 0 && isnan(row->entry.pain))))
		return LULL_NO;
	if (has_sign_of_headache(row))
		return LULL_YES;
	bool has_column = false;
	for (size_t i = 0; i < map->n_columns; i++)
		has_column |= map->columns[i].is == LULL_COLUMN_HEADACHE;
	return map->rows == LULL_ROWS_ATTACKS && !has_column ? LULL_YES : LULL_UNKNOWN;
}

static bool decide_kind(struct lull_import__row *row, bool cells_empty, bool *is_blank)
{
	const enum lull_answer headache = headache_of(row, cells_empty);
	char pain[48];
	if (headache == LULL_UNKNOWN) {
		*is_blank = !row->has_content;
		return *is_blank || lull_import__reject(row, NULL, "a row that says headache or headache-free",
							"a row that records something else only");
	}
	row->entry.kind = headache == LULL_YES ? LULL_ENTRY_HEADACHE : LULL_ENTRY_FREE;
	const bool hurts = row->entry.pain > 0 || row->entry.severity > 0 || row->duration_min > 0;
	if (headache == LULL_NO && hurts)
		return lull_import__reject(row, NULL, "no pain and no duration on a headache-free row",
					   "a row that says headache-free, with pain %s and %s minutes",
					   lull_num_text(pain, sizeof(pain), row->entry.pain, 1),
					   isnan(row->duration_min) ? "unknown" : "some");
	if (headache == LULL_YES && (row->entry.pain == 0 || row->entry.severity == 0))
		lull_import__flag(row, NULL, "pain above 0 with a headache", "a headache of pain 0");
	return true;
}

/* Where the end column, or start and duration, put the last day. Needs a start with a clock. */
static bool place_end(struct lull_import__row *row)
{
	struct lull_entry *entry = &row->entry;
	const int32_t shift = row->end_offset_min != LULL_NO_OFFSET && row->start.offset_min != LULL_NO_OFFSET
				      ? row->end_offset_min - row->start.offset_min
				      : 0;
	if (row->end.minute >= 0) {
		lull_day day = row->end.day;
		if (day == LULL_DAY_NONE) /* a clock alone: the next one after the start */
			day = entry->first + (row->end.minute < row->start.minute);
		const double minutes = ((double)day - entry->first) * LULL_MINUTES_PER_DAY + row->end.minute -
				       row->start.minute - shift;
		if (minutes < 0 || minutes > (double)LULL_DIARY_MAX_DAYS * LULL_MINUTES_PER_DAY)
			return lull_import__reject(row, NULL, "an end after the start",
						   "an attack that ends before it begins, or lasts too long");
		if (!isnan(row->duration_min) && fabs(minutes - row->duration_min) > 60)
			lull_import__flag(row, NULL, "a duration that fits start and end",
					  "a duration of %.0f minutes, but %.0f between start and end",
					  row->duration_min, minutes);
		row->duration_min = minutes;
	}
	if (!isnan(row->duration_min)) {
		const double local = row->duration_min + shift;
		entry->last = lull_entry_last_day(entry->first, entry->start_min, local > 0 ? local : 0);
	} else if (row->end.day != LULL_DAY_NONE) {
		entry->last = row->end.day;
	}
	return true;
}

static bool place_attack(struct lull_import__row *row)
{
	struct lull_entry *entry = &row->entry;
	if (entry->kind == LULL_ENTRY_FREE)
		return true;
	if (entry->start_min >= 0) {
		if (!place_end(row))
			return false;
	} else if (row->end.day != LULL_DAY_NONE) {
		entry->last = row->end.day;
	} else if (row->duration_min > LULL_MINUTES_PER_DAY) {
		/* Without a clock it touches at least so many days. */
		entry->last = lull_entry_last_day(entry->first, 0, row->duration_min);
	}
	if (entry->last < entry->first)
		return lull_import__reject(row, NULL, "an end after the start", "an attack that ends before it begins");
	return true;
}

static bool place_day(struct lull_import__row *row)
{
	if (row->duration_min > LULL_MINUTES_PER_DAY)
		return lull_import__reject(row, NULL, "at most 24 hours in the record of one day",
					   "a duration of %.0f minutes", row->duration_min);
	return true;
}

/* More than 48 h after the day ended; of a date without a clock the whole day counts as later. */
static bool is_late(const struct lull_import__row *row)
{
	if (row->entered.day == LULL_DAY_NONE)
		return false;
	const int64_t after = ((int64_t)row->entered.day - row->entry.last - 1) * LULL_MINUTES_PER_DAY +
			      (row->entered.minute >= 0 ? row->entered.minute : LULL_MINUTES_PER_DAY - 1);
	return after > 48 * 60;
}

static bool place(struct lull_import__row *row)
{
	const struct lull_map *map = row->run->map;
	struct lull_entry *entry = &row->entry;
	entry->start_min = (int16_t)row->start.minute;
	entry->offset_min = row->start.offset_min;
	if (map->rows == LULL_ROWS_UNDATED)
		return true;
	if (map->rows == LULL_ROWS_DAY_INDEX) {
		if (!row->day_index)
			return lull_import__reject(row, NULL, "a day number", "a row without one");
		entry->first = entry->last = map->first_day + row->day_index - 1;
		return place_day(row);
	}
	if (row->start.day == LULL_DAY_NONE)
		return lull_import__reject(row, NULL, "a date", "a row without one");
	entry->first = entry->last = row->start.day;
	if (map->rows == LULL_ROWS_ATTACKS ? !place_attack(row) : !place_day(row))
		return false;
	entry->entered_late = is_late(row);
	return true;
}

/* Relief to each drug, and what is known about drugs at all. */
static bool finish_drugs(struct lull_import__row *row)
{
	struct lull_entry *entry = &row->entry;
	if (row->taken == LULL_NO && row->n_intakes)
		lull_import__flag(row, NULL, "no drug, or a drug", "a row that says no drug was taken, and names one");
	if (row->taken == LULL_YES && !row->n_intakes &&
	    !add_intake(row, NULL, (struct lull_intake){ .acute = LULL_ACUTE_UNRECOGNISED, .doses = NAN,
							 .relief = LULL_UNKNOWN }))
		return false;
	for (size_t i = 0; i < row->n_intakes; i++) {
		if (row->relief != LULL_ABSENT)
			row->intakes[i].relief = (uint8_t)row->relief;
		entry->successfully_treated |= entry->kind == LULL_ENTRY_HEADACHE &&
					       row->intakes[i].relief == LULL_YES;
	}
	entry->drugs_known = row->taken != LULL_ABSENT || row->n_intakes;
	entry->n_intakes = (uint16_t)row->n_intakes;
	if (!row->n_intakes)
		return true;
	struct lull_intake *copy = LULL_ARENA_NEW(row->run->arena, struct lull_intake, row->n_intakes);
	if (!copy)
		return no_memory(row);
	memcpy(copy, row->intakes, row->n_intakes * sizeof(*copy));
	entry->intakes = copy;
	return true;
}

bool lull_import__finish(struct lull_import__row *row, bool cells_empty, bool *is_blank)
{
	*is_blank = false;
	if (!decide_kind(row, cells_empty, is_blank) || !place(row))
		return false;
	row->entry.duration_min = (float)row->duration_min;
	row->entry.line = row->line;
	return *is_blank || finish_drugs(row);
}
