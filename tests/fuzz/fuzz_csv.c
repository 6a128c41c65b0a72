/* Any bytes as delimited text: the first two choose delimiter and encoding. What must hold: the
 * reader ends, cells are valid text within their ceilings, and a written row reads back. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lull/base/csv.h"
#include "lull/base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool is_true)
{
	if (!is_true)
		abort();
}

/* The row, written and read again, has the same cells. */
static void check_row(const struct lull_csv_cell *cells, size_t n)
{
	struct lull_buf row = { 0 };
	struct lull_csv *csv = NULL;
	const struct lull_csv_cell *again = NULL;
	size_t n_again = 0;
	for (size_t i = 0; i < n; i++) {
		if (i)
			lull_buf_putc(&row, ',');
		lull_csv_put(&row, cells[i].text, ',', false);
	}
	lull_buf_putc(&row, '\n');
	must(lull_csv_new(row.data, row.n, NULL, "row", &csv, NULL) == LULL_OK);
	/* a byte-order mark inside the first cell would be taken for the file's own */
	const bool has_mark = n && strncmp(cells[0].text, "\xEF\xBB\xBF", 3) == 0;
	must(lull_csv_next(csv, &again, &n_again, NULL) == LULL_OK || has_mark);
	must(has_mark || n_again == n || (n == 1 && !cells[0].n && !n_again));
	for (size_t i = 0; i < n_again && !has_mark; i++)
		must(strcmp(again[i].text, cells[i].text) == 0);
	lull_csv_free(csv);
	lull_buf_clear(&row);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	const struct lull_csv_options options = { .delimiter = (char)(data[0] % 128),
						  .encoding = data[1] % 5 };
	struct lull_csv *csv = NULL;
	struct lull_err err;
	if (lull_csv_new((const char *)data + 2, size - 2, &options, "fuzz", &csv, &err) != LULL_OK)
		return 0;
	for (int last_line = 1;;) {
		const struct lull_csv_cell *cells;
		size_t n;
		const int rc = lull_csv_next(csv, &cells, &n, &err);
		must(lull_csv_line(csv) >= last_line);
		last_line = lull_csv_line(csv);
		if (rc == LULL_ENOTFOUND)
			break;
		must(rc == LULL_OK || (rc == LULL_EPARSE && err.what[0]) ||
		     (rc == LULL_ELIMIT && err.what[0]));
		must(n <= LULL_CSV_MAX_CELLS && (rc == LULL_OK || !n));
		for (size_t i = 0; i < n; i++) {
			must(strlen(cells[i].text) == cells[i].n && cells[i].n <= LULL_CSV_MAX_CELL_BYTES);
			must(cells[i].col >= 1 && lull_utf8_valid(cells[i].text, cells[i].n, NULL));
		}
		if (rc == LULL_OK)
			check_row(cells, n);
	}
	lull_csv_free(csv);
	return 0;
}
