/* lull/report/table.h - a table of texts: what a chart says in numbers, and the tables of a letter. */
#ifndef LULL_REPORT_TABLE_H
#define LULL_REPORT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include "lull/base/err.h"
#include "lull/base/mem.h"
#include "lull/report/scene.h"

struct lull_table_column {
	const char *head;
	enum lull_anchor align; /* numbers stand at the end */
	double share;           /* of the width left over; 0 = as wide as its contents */
};

/* Cells in reading order, row by row; "" is an empty cell. */
struct lull_table {
	struct lull_arena *arena; /* borrowed */
	const char *caption;      /* may be NULL */
	const struct lull_table_column *columns;
	size_t n_columns;
	const char **cells;
	size_t n_cells, cap;
	bool failed;
};

/* columns must live as long as the table (usually a static const array). */
struct lull_table *lull_table_new(struct lull_arena *arena, const char *caption,
				  const struct lull_table_column *columns, size_t n_columns);

/* The next cell. table may be NULL (it ran out of memory): nothing happens. Texts are copied. */
void lull_table_cell(struct lull_table *table, const char *text);
void lull_table_cellf(struct lull_table *table, const char *fmt, ...) LULL_PRINTF(2, 3);
/* A number with at most max_decimals; NaN is an empty cell. */
void lull_table_num(struct lull_table *table, double value, int max_decimals);

size_t lull_table_rows(const struct lull_table *table);
const char *lull_table_at(const struct lull_table *table, size_t row, size_t column);

#endif
