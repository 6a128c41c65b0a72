/* lull/base/csv.h - rows of delimited text (RFC 4180 and its relatives).
 *
 * The reader walks bytes that the caller holds. Delimiter, encoding and decimal
 * separator are stated, never guessed. Quoted cells may hold delimiters, line ends
 * and doubled quotes. LF, CRLF and CR end a row. Every ceiling has a name below;
 * reaching one is an error with its line. */
#ifndef LULL_BASE_CSV_H
#define LULL_BASE_CSV_H

#include <stddef.h>
#include "lull/base/err.h"
#include "lull/base/mem.h"

LULL_BEGIN_C

enum lull_encoding { LULL_UTF8, LULL_WINDOWS_1252, LULL_LATIN1, LULL_UTF16LE, LULL_UTF16BE };
extern const char *const lull_encoding_names[]; /* "utf-8", ..., NULL; same order */

enum {
	LULL_CSV_MAX_CELLS = 4096,        /* a row           */
	LULL_CSV_MAX_CELL_BYTES = 65536,  /* a cell          */
	LULL_CSV_MAX_ROWS = 20000000,     /* a file          */
};
#define LULL_CSV_MAX_BYTES ((size_t)1 << 30)

struct lull_csv_options {
	char delimiter;              /* ',' by default (0); '\t' for TSV        */
	char quote;                  /* '"' by default (0)                      */
	enum lull_encoding encoding; /* a UTF-8 byte-order mark is skipped      */
};

struct lull_csv_cell {
	const char *text; /* NUL-terminated UTF-8; borrowed until the next row */
	size_t n;
	int col;          /* 1-based byte column where it starts */
	bool quoted;
};

struct lull_csv;

/* The bytes are borrowed while the reader lives (copied once when they must be
 * recoded). Caller frees with lull_csv_free. */
LULL_NODISCARD int lull_csv_new(const char *bytes, size_t n, const struct lull_csv_options *options,
				const char *file, struct lull_csv **out, struct lull_err *err);
void lull_csv_free(struct lull_csv *csv);

/* Next row: LULL_OK with *cells and *n_cells (*n_cells = 0 for an empty line); *n_cells
 * and *cells are NULL/0 and the return is LULL_ENOTFOUND at the end. A row that cannot
 * be read (bad UTF-8, an unclosed quote, text after a closing quote, a ceiling) returns
 * LULL_EPARSE or LULL_ELIMIT with line and column in err; the reader then stands on the
 * next line, so that the caller may count it and go on. */
LULL_NODISCARD int lull_csv_next(struct lull_csv *csv, const struct lull_csv_cell **cells,
				 size_t *n_cells, struct lull_err *err);

/* 1-based line on which the last row began. */
int lull_csv_line(const struct lull_csv *csv);

/* Write one cell, quoted where needed, a comma or line end added by the caller. When
 * for_spreadsheet, a cell that a spreadsheet would run as a formula gets a leading '. */
struct lull_buf;
void lull_csv_put(struct lull_buf *out, const char *text, char delimiter, bool for_spreadsheet);

LULL_END_C

#endif
