/* Tables of texts; see table.h. */
#include "lull/report/table.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lull/base/text.h"

struct lull_table *lull_table_new(struct lull_arena *arena, const char *caption,
				  const struct lull_table_column *columns, size_t n_columns)
{
	struct lull_table *table = LULL_ARENA_NEW(arena, struct lull_table, 1);
	if (!table)
		return NULL;
	table->arena = arena;
	table->columns = columns;
	table->n_columns = n_columns;
	if (caption) {
		table->caption = lull_arena_strdup(arena, caption);
		table->failed = !table->caption;
	}
	return table;
}

void lull_table_cell(struct lull_table *table, const char *text)
{
	if (!table || table->failed)
		return;
	const char **cells = lull_arena_grow(table->arena, table->cells, table->n_cells, &table->cap,
					     table->n_cells + 1, sizeof(*cells));
	const char *copy = cells ? lull_arena_strdup(table->arena, text ? text : "") : NULL;
	if (cells)
		table->cells = cells;
	if (!copy) {
		table->failed = true;
		return;
	}
	table->cells[table->n_cells++] = copy;
}

void lull_table_cellf(struct lull_table *table, const char *fmt, ...)
{
	struct lull_buf buf = { 0 };
	va_list ap;
	va_start(ap, fmt);
	lull_buf_vprintf(&buf, fmt, ap);
	va_end(ap);
	if (table && buf.failed)
		table->failed = true;
	lull_table_cell(table, lull_buf_text(&buf));
	lull_buf_clear(&buf);
}

void lull_table_num(struct lull_table *table, double value, int max_decimals)
{
	char text[64];
	lull_table_cell(table, isnan(value) ? "" : lull_num_text(text, sizeof(text), value, max_decimals));
}

size_t lull_table_rows(const struct lull_table *table)
{
	return table->n_columns ? table->n_cells / table->n_columns : 0;
}

const char *lull_table_at(const struct lull_table *table, size_t row, size_t column)
{
	return table->cells[row * table->n_columns + column];
}
