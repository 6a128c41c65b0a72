/* Rows of delimited text; see csv.h. A row is scanned once: its cells go, each with a NUL,
 * into one scratch text; pointers are set when the row is whole. Other encodings are
 * recoded to UTF-8 first, where a byte without meaning becomes 0xFF, which no valid text
 * holds, so that the row it stands in is refused and the rest is read. */
#include "lull/base/csv.h"

#include <string.h>

#include "lull/base/parse.h"
#include "lull/base/text.h"

const char *const lull_encoding_names[] = { "utf-8", "windows-1252", "latin1", "utf-16le", "utf-16be", NULL };

enum { NO_CHARACTER = -1 };

struct lull_csv {
	const char *file; /* copied */
	const char *bytes;
	size_t n, at;  /* at: where the next row begins */
	char *recoded; /* owned; NULL when bytes are the caller's */
	char delimiter, quote;
	enum lull_encoding encoding;
	int line;     /* of at                          */
	int row_line; /* where the last row began       */
	size_t n_rows;
	struct lull_csv_cell *cells;
	size_t n_cells, cap_cells;
	char *scratch; /* the cells' texts               */
	size_t n_scratch, cap_scratch;
};

/* ---- encodings ----------------------------------------------------------------------- */

/* Windows-1252 from 0x80 to 0x9F (WHATWG Encoding, index-windows-1252, without its five
 * mappings to control characters). */
static const int cp1252[32] = {
	0x20AC,       NO_CHARACTER, 0x201A, 0x0192, 0x201E, 0x2026,       0x2020, 0x2021,
	0x02C6,       0x2030,       0x0160, 0x2039, 0x0152, NO_CHARACTER, 0x017D, NO_CHARACTER,
	NO_CHARACTER, 0x2018,       0x2019, 0x201C, 0x201D, 0x2022,       0x2013, 0x2014,
	0x02DC,       0x2122,       0x0161, 0x203A, 0x0153, NO_CHARACTER, 0x017E, 0x0178,
};

/* Writes code as UTF-8 at out, at most 4 bytes; NO_CHARACTER as 0xFF. */
static size_t put_utf8(char *out, int code)
{
	unsigned char *p = (unsigned char *)out;
	if (code == NO_CHARACTER) {
		p[0] = 0xFF;
		return 1;
	}
	if (code < 0x80) {
		p[0] = (unsigned char)code;
		return 1;
	}
	if (code < 0x800) {
		p[0] = (unsigned char)(0xC0 | code >> 6);
		p[1] = (unsigned char)(0x80 | (code & 0x3F));
		return 2;
	}
	if (code < 0x10000) {
		p[0] = (unsigned char)(0xE0 | code >> 12);
		p[1] = (unsigned char)(0x80 | (code >> 6 & 0x3F));
		p[2] = (unsigned char)(0x80 | (code & 0x3F));
		return 3;
	}
	p[0] = (unsigned char)(0xF0 | code >> 18);
	p[1] = (unsigned char)(0x80 | (code >> 12 & 0x3F));
	p[2] = (unsigned char)(0x80 | (code >> 6 & 0x3F));
	p[3] = (unsigned char)(0x80 | (code & 0x3F));
	return 4;
}

static int utf16_unit(const unsigned char *p, bool is_big)
{
	return is_big ? p[0] << 8 | p[1] : p[1] << 8 | p[0];
}

/* The character at p (n bytes left, at least 1); *used gets its bytes. */
static int next_character(const unsigned char *p, size_t n, enum lull_encoding encoding, size_t *used)
{
	*used = 1;
	if (encoding == LULL_LATIN1)
		return p[0];
	if (encoding == LULL_WINDOWS_1252)
		return p[0] >= 0x80 && p[0] < 0xA0 ? cp1252[p[0] - 0x80] : p[0];
	if (n < 2)
		return NO_CHARACTER;
	*used = 2;
	const bool is_big = encoding == LULL_UTF16BE;
	const int high = utf16_unit(p, is_big);
	if (high < 0xD800 || high > 0xDFFF)
		return high;
	if (high > 0xDBFF || n < 4)
		return NO_CHARACTER;
	const int low = utf16_unit(p + 2, is_big);
	if (low < 0xDC00 || low > 0xDFFF)
		return NO_CHARACTER;
	*used = 4;
	return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

/* Makes csv->bytes UTF-8. One byte becomes at most 3 (the euro sign), two at most 3. */
static int recode(struct lull_csv *csv, struct lull_err *err)
{
	const unsigned char *p = (const unsigned char *)csv->bytes;
	size_t used = 0, n = 0;
	csv->recoded = lull_mem_alloc(csv->n * 3 + 4);
	if (!csv->recoded)
		return lull_nomem(err);
	for (size_t i = 0; i < csv->n; i += used) {
		const int code = next_character(p + i, csv->n - i, csv->encoding, &used);
		n += put_utf8(csv->recoded + n, code);
	}
	csv->bytes = csv->recoded;
	csv->n = n;
	return LULL_OK;
}

/* ---- life ---------------------------------------------------------------------------- */

static int check_options(const struct lull_csv *csv, size_t n, struct lull_err *err)
{
	const char d = csv->delimiter, q = csv->quote;
	if (d == q || d == '\n' || d == '\r' || q == '\n' || q == '\r' || (unsigned char)d > 127 ||
	    (unsigned char)q > 127)
		return lull_fail(err, LULL_EDOMAIN, csv->file,
				 "delimiter and quote must be two different ASCII characters");
	if (n > LULL_CSV_MAX_BYTES)
		return lull_fail(err, LULL_ELIMIT, csv->file, "the file has %zu bytes; at most %zu are read",
				 n, LULL_CSV_MAX_BYTES);
	return LULL_OK;
}

/* A UTF-16 mark in a file that was said to be something else explains all that follows. */
static int check_mark(const struct lull_csv *csv, struct lull_err *err)
{
	if (csv->n < 2 || csv->encoding == LULL_UTF16LE || csv->encoding == LULL_UTF16BE)
		return LULL_OK;
	const int mark = utf16_unit((const unsigned char *)csv->bytes, true);
	if (mark != 0xFEFF && mark != 0xFFFE)
		return LULL_OK;
	lull_fail(err, LULL_EPARSE, csv->file,
		  "the file begins with the mark of UTF-16 text but was read as %s",
		  lull_encoding_names[csv->encoding]);
	lull_mend(err, "state the encoding %s", mark == 0xFEFF ? "utf-16be" : "utf-16le");
	return LULL_EPARSE;
}

int lull_csv_new(const char *bytes, size_t n, const struct lull_csv_options *options, const char *file,
		 struct lull_csv **out, struct lull_err *err)
{
	const struct lull_csv_options defaults = { 0 };
	const struct lull_csv_options *o = options ? options : &defaults;
	const char *name = file ? file : "CSV";
	struct lull_csv *csv = lull_mem_zalloc(1, sizeof(*csv) + strlen(name) + 1);
	if (!csv)
		return lull_nomem(err);
	csv->file = memcpy(csv + 1, name, strlen(name) + 1);
	csv->bytes = bytes;
	csv->n = n;
	csv->delimiter = o->delimiter ? o->delimiter : ',';
	csv->quote = o->quote ? o->quote : '"';
	csv->encoding = o->encoding;
	csv->line = 1;

	int rc = check_options(csv, n, err);
	if (rc == LULL_OK)
		rc = check_mark(csv, err);
	if (rc == LULL_OK && csv->encoding != LULL_UTF8)
		rc = recode(csv, err);
	if (rc != LULL_OK) {
		lull_csv_free(csv);
		return rc;
	}
	if (csv->n >= 3 && memcmp(csv->bytes, "\xEF\xBB\xBF", 3) == 0)
		csv->at = 3;
	*out = csv;
	return LULL_OK;
}

void lull_csv_free(struct lull_csv *csv)
{
	if (!csv)
		return;
	lull_mem_free(csv->recoded);
	lull_mem_free(csv->cells);
	lull_mem_free(csv->scratch);
	lull_mem_free(csv);
}

int lull_csv_line(const struct lull_csv *csv)
{
	return csv->row_line;
}

/* ---- one row ------------------------------------------------------------------------- */

/* A place while a row is read. */
struct cursor {
	size_t at;
	int line;
	size_t line_start; /* offset of the line's first byte, for columns */
};

static int fail_at(const struct lull_csv *csv, const struct cursor *c, int code, struct lull_err *err,
		   const char *what)
{
	char where[256];
	lull_text_format(where, sizeof(where), "%s:%d:%zu", csv->file, c->line, c->at - c->line_start + 1);
	return lull_fail(err, code, where, "%s", what);
}

/* Steps over LF, CRLF or CR at c->at. */
static void pass_line_end(const struct lull_csv *csv, struct cursor *c)
{
	if (csv->bytes[c->at] == '\r' && c->at + 1 < csv->n && csv->bytes[c->at + 1] == '\n')
		c->at++;
	c->at++;
	c->line++;
	c->line_start = c->at;
}

static bool is_line_end(char c)
{
	return c == '\n' || c == '\r';
}

/* True for LF, and for a CR that no LF follows: the last byte of a line end. */
static bool ends_line(const struct lull_csv *csv, size_t at)
{
	if (csv->bytes[at] == '\r')
		return at + 1 >= csv->n || csv->bytes[at + 1] != '\n';
	return csv->bytes[at] == '\n';
}

static int put_byte(struct lull_csv *csv, char c, struct lull_err *err)
{
	if (csv->n_scratch == csv->cap_scratch) {
		const size_t cap = csv->cap_scratch ? csv->cap_scratch * 2 : 512;
		char *scratch = lull_mem_realloc(csv->scratch, cap);
		if (!scratch)
			return lull_nomem(err);
		csv->scratch = scratch;
		csv->cap_scratch = cap;
	}
	csv->scratch[csv->n_scratch++] = c;
	return LULL_OK;
}

static int open_cell(struct lull_csv *csv, const struct cursor *c, bool is_quoted, struct lull_err *err)
{
	if (csv->n_cells == LULL_CSV_MAX_CELLS)
		return fail_at(csv, c, LULL_ELIMIT, err,
			       "more than 4096 cells in a row (LULL_CSV_MAX_CELLS)");
	if (csv->n_cells == csv->cap_cells) {
		const size_t cap = csv->cap_cells ? csv->cap_cells * 2 : 32;
		struct lull_csv_cell *cells = lull_mem_realloc(csv->cells, cap * sizeof(*cells));
		if (!cells)
			return lull_nomem(err);
		csv->cells = cells;
		csv->cap_cells = cap;
	}
	csv->cells[csv->n_cells++] =
		(struct lull_csv_cell){ .n = csv->n_scratch, /* its start, until the row is whole */
					.col = (int)(c->at - c->line_start + 1),
					.quoted = is_quoted };
	return LULL_OK;
}

/* One more byte of the open cell. */
static int add_byte(struct lull_csv *csv, struct cursor *c, struct lull_err *err)
{
	if (csv->n_scratch - csv->cells[csv->n_cells - 1].n >= LULL_CSV_MAX_CELL_BYTES)
		return fail_at(
			csv, c, LULL_ELIMIT, err,
			"more than 65536 bytes in a cell (LULL_CSV_MAX_CELL_BYTES); is a quote missing?");
	return put_byte(csv, csv->bytes[c->at], err);
}

static int read_plain_cell(struct lull_csv *csv, struct cursor *c, struct lull_err *err)
{
	for (; c->at < csv->n && csv->bytes[c->at] != csv->delimiter && !is_line_end(csv->bytes[c->at]);
	     c->at++) {
		const int rc = add_byte(csv, c, err);
		if (rc != LULL_OK)
			return rc;
	}
	return LULL_OK;
}

static int read_quoted_cell(struct lull_csv *csv, struct cursor *c, struct lull_err *err)
{
	const struct cursor start = *c;
	c->at++;
	for (;;) {
		if (c->at >= csv->n) {
			fail_at(csv, &start, LULL_EPARSE, err, "a quoted cell begins here and never ends");
			lull_mend(err, "add the closing %c, or double a %c that belongs to the text",
				  csv->quote, csv->quote);
			return LULL_EPARSE;
		}
		if (csv->bytes[c->at] == csv->quote) {
			if (c->at + 1 >= csv->n || csv->bytes[c->at + 1] != csv->quote)
				break;
			c->at++; /* the second of a doubled quote is text */
		}
		const int rc = add_byte(csv, c, err);
		if (rc != LULL_OK)
			return rc;
		if (ends_line(csv, c->at)) {
			c->line++;
			c->line_start = c->at + 1;
		}
		c->at++;
	}
	c->at++;
	if (c->at < csv->n && csv->bytes[c->at] != csv->delimiter && !is_line_end(csv->bytes[c->at])) {
		fail_at(csv, c, LULL_EPARSE, err, "text after a closing quote");
		lull_mend(err, "put the whole cell in quotes and double each %c inside it", csv->quote);
		return LULL_EPARSE;
	}
	return LULL_OK;
}

/* From c to the end of the row, its line end included. */
static int read_row(struct lull_csv *csv, struct cursor *c, struct lull_err *err)
{
	for (;;) {
		const bool is_quoted = c->at < csv->n && csv->bytes[c->at] == csv->quote;
		int rc = open_cell(csv, c, is_quoted, err);
		if (rc == LULL_OK)
			rc = is_quoted ? read_quoted_cell(csv, c, err) : read_plain_cell(csv, c, err);
		if (rc == LULL_OK)
			rc = put_byte(csv, '\0', err);
		if (rc != LULL_OK)
			return rc;
		if (c->at >= csv->n)
			return LULL_OK;
		if (csv->bytes[c->at] != csv->delimiter) {
			pass_line_end(csv, c);
			return LULL_OK;
		}
		c->at++;
	}
}

/* The line after the one at which the row begins: the rest of a broken row is read afresh. */
static void skip_line(struct lull_csv *csv)
{
	struct cursor c = { .at = csv->at, .line = csv->line };
	while (c.at < csv->n && !is_line_end(csv->bytes[c.at]))
		c.at++;
	if (c.at < csv->n)
		pass_line_end(csv, &c);
	csv->at = c.at;
	csv->line = c.line;
}

/* UTF-8 between the row's first byte and its end. */
static int check_text(const struct lull_csv *csv, const struct cursor *start, size_t end,
		      struct lull_err *err)
{
	size_t bad = 0;
	char what[96];
	if (lull_utf8_valid(csv->bytes + start->at, end - start->at, &bad))
		return LULL_OK;
	struct cursor c = *start;
	while (c.at < start->at + bad) {
		if (is_line_end(csv->bytes[c.at]))
			pass_line_end(csv, &c);
		else
			c.at++;
	}
	lull_text_format(what, sizeof(what), "%s %s text",
			 csv->bytes[c.at] ? "a byte that is not" : "a NUL byte in",
			 lull_encoding_names[csv->encoding]);
	fail_at(csv, &c, LULL_EPARSE, err, what);
	lull_mend(err, "state the file's encoding, or save it as UTF-8");
	return LULL_EPARSE;
}

/* Starts in scratch become pointers, lengths follow from the next start. */
static void point_cells(struct lull_csv *csv)
{
	size_t end = csv->n_scratch;
	for (size_t i = csv->n_cells; i-- > 0;) {
		const size_t start = csv->cells[i].n;
		csv->cells[i].text = csv->scratch + start;
		csv->cells[i].n = end - start - 1;
		end = start;
	}
	if (csv->n_cells == 1 && !csv->cells[0].n && !csv->cells[0].quoted)
		csv->n_cells = 0;
}

int lull_csv_next(struct lull_csv *csv, const struct lull_csv_cell **cells, size_t *n_cells,
		  struct lull_err *err)
{
	*cells = NULL;
	*n_cells = 0;
	csv->n_cells = csv->n_scratch = 0;
	csv->row_line = csv->line;
	if (csv->at >= csv->n)
		return LULL_ENOTFOUND;
	const struct cursor start = { .at = csv->at, .line = csv->line, .line_start = csv->at };
	struct cursor c = start;
	if (++csv->n_rows > LULL_CSV_MAX_ROWS) {
		csv->at = csv->n;
		return fail_at(csv, &start, LULL_ELIMIT, err, "more than 20000000 rows (LULL_CSV_MAX_ROWS)");
	}
	int rc = read_row(csv, &c, err);
	if (rc == LULL_ENOMEM)
		return rc;
	if (rc != LULL_OK) {
		skip_line(csv);
		return rc;
	}
	csv->at = c.at;
	csv->line = c.line;
	rc = check_text(csv, &start, c.at, err);
	if (rc != LULL_OK)
		return rc;
	point_cells(csv);
	*cells = csv->cells;
	*n_cells = csv->n_cells;
	return LULL_OK;
}

/* ---- writing ------------------------------------------------------------------------- */

/* Spreadsheets run a cell that begins like this; a plain number such as -5 is harmless. */
static bool is_formula(const char *text)
{
	double value;
	return *text && strchr("=+-@\t\r", *text) &&
	       lull_parse_double(text, strlen(text), '.', NULL, NULL, &value, NULL) != LULL_OK;
}

void lull_csv_put(struct lull_buf *out, const char *text, char delimiter, bool for_spreadsheet)
{
	const char special[] = { delimiter ? delimiter : ',', '"', '\n', '\r', '\0' };
	const bool is_escaped = for_spreadsheet && is_formula(text);
	const size_t n = strlen(text);
	const bool is_quoted = strpbrk(text, special) || (n && (text[0] == ' ' || text[n - 1] == ' '));
	if (is_quoted)
		lull_buf_putc(out, '"');
	if (is_escaped)
		lull_buf_putc(out, '\'');
	for (const char *p = text; *p; p++) {
		if (*p == '"')
			lull_buf_putc(out, '"');
		lull_buf_putc(out, *p);
	}
	if (is_quoted)
		lull_buf_putc(out, '"');
}
