/* Block bars: counted days of each block, full; what missing days could still add, hollow. */
#include "chart_impl.h"

#include <math.h>

static const double panel_h = 66.0, panel_gap = 14.0, left = 0.0;

/* The scale ends at the block's length, so that a full bar means every day. */
static double y_of(double base, double days, int days_per_block)
{
	return base - days / (double)days_per_block * panel_h;
}

static void draw_bar(struct lull_drawing *d, const struct lull_chart_block *b, double x, double w,
		     double base, int days_per_block)
{
	const double top = y_of(base, b->counted, days_per_block);
	if (!isnan(b->at_most) && b->at_most > b->counted) {
		const double high = y_of(base, b->at_most, days_per_block);
		lull_draw_rect(d, x + 0.3, high, w - 0.6, top - high, 0.0,
			       (struct lull_paint){ .fill = LULL_COLOR_PAPER,
						    .stroke = LULL_COLOR_ACCENT_MID,
						    .width_pt = 0.6, .dash_pt = 1.6 });
	}
	lull_draw_rect(d, x, top, w, base - top, 0.0, (struct lull_paint){ .fill = LULL_COLOR_ACCENT });
	char text[16];
	struct lull_type type = lull_chart__tick;
	const bool inside = base - top > 11.0;
	type.color = inside ? LULL_COLOR_PAPER : LULL_COLOR_INK_SOFT;
	lull_draw_text(d, x + w / 2.0, inside ? top + 8.5 : top - 2.5, &type, LULL_AT_MIDDLE,
		       lull_num_text(text, sizeof(text), b->counted, 1));
}

static void draw_panel(struct lull_drawing *d, struct lull_fonts *fonts,
		       const struct lull_blocks *blocks, const struct lull_chart_measure *m,
		       double top, double bar_x0, double pitch, double right)
{
	const double base = top + panel_h;
	struct lull_type name = lull_chart__label;
	name.weight = LULL_MEDIUM;
	name.color = LULL_COLOR_INK;
	const struct lull_lines *lines;
	struct lull_err ignored;
	if (lull_lines_break(fonts, &name, m->label, bar_x0 - left - 12.0, d->arena, &lines, &ignored)
	    != LULL_OK) {
		d->failed = true;
		return;
	}
	lull_draw_lines(d, lines, 0, lull_lines_count(lines), left, top + 9.0, 10.0, LULL_AT_START);
	for (size_t i = 0; i < m->n_lines; i++) {
		const double y = y_of(base, m->lines[i], blocks->days_per_block);
		lull_draw_line(d, bar_x0 - 4.0, y, right, y,
			       (struct lull_paint){ .stroke = LULL_COLOR_CAUTION, .width_pt = 0.7,
						    .dash_pt = 2.5 });
		struct lull_type type = lull_chart__tick;
		type.color = LULL_COLOR_CAUTION;
		lull_draw_text(d, right + 4.0, y + 2.4, &type, LULL_AT_START, m->line_labels[i]);
	}
	for (size_t i = 0; i < blocks->n_blocks; i++)
		draw_bar(d, &m->blocks[i], bar_x0 + (double)i * pitch, pitch - 4.0 > 26.0 ? 26.0 : pitch - 4.0,
			 base, blocks->days_per_block);
	lull_draw_line(d, bar_x0 - 4.0, base, right, base,
		       (struct lull_paint){ .stroke = LULL_COLOR_INK_FAINT, .width_pt = 0.6 });
}

/* What a full and a hollow bar mean; the hollow one only when there is any. */
static void draw_key(struct lull_drawing *d, struct lull_fonts *fonts, const struct lull_blocks *blocks,
		     double x, double y)
{
	bool open = false;
	for (size_t i = 0; i < blocks->n_measures; i++)
		for (size_t k = 0; k < blocks->n_blocks; k++)
			open = open || blocks->measures[i].blocks[k].at_most > blocks->measures[i].blocks[k].counted;
	static const char counted[] = "days counted", could[] = "were every missing day one as well";
	lull_draw_rect(d, x, y - 6.2, 7.6, 7.6, 0.0, (struct lull_paint){ .fill = LULL_COLOR_ACCENT });
	lull_draw_text(d, x + 11.0, y, &lull_chart__tick, LULL_AT_START, counted);
	if (!open)
		return;
	x += 23.0 + lull_text_width_pt(fonts, &lull_chart__tick, counted);
	lull_draw_rect(d, x, y - 6.2, 7.6, 7.6, 0.0,
		       (struct lull_paint){ .stroke = LULL_COLOR_ACCENT_MID, .width_pt = 0.6, .dash_pt = 1.6 });
	lull_draw_text(d, x + 11.0, y, &lull_chart__tick, LULL_AT_START, could);
}

int lull_chart__draw_blocks(const struct lull_chart *chart, struct lull_fonts *fonts,
			    struct lull_drawing *d, struct lull_err *err)
{
	const struct lull_blocks *blocks = &chart->blocks;
	double head, foot;
	int rc = lull_chart__head(d, chart, fonts, &head, err);
	if (rc != LULL_OK)
		return rc;
	const double bar_x0 = 92.0, right = d->width_pt - 62.0;
	double pitch = (right - bar_x0) / (double)blocks->n_blocks;
	if (pitch > 34.0)
		pitch = 34.0;
	const double line_end = bar_x0 + pitch * (double)blocks->n_blocks;
	double y = head + 6.0;
	for (size_t i = 0; i < blocks->n_measures; i++) {
		draw_panel(d, fonts, blocks, &blocks->measures[i], y, bar_x0, pitch, line_end);
		y += panel_h + panel_gap;
	}
	y -= panel_gap;
	/* Labels under the last panel; every second one when they would touch. */
	const struct lull_chart_measure *first = &blocks->measures[0];
	const double label_w = lull_text_width_pt(fonts, &lull_chart__tick, first->blocks[0].label) + 6.0;
	size_t every = (size_t)ceil(label_w / pitch);
	if (every == 0)
		every = 1;
	for (size_t i = 0; i < blocks->n_blocks; i++)
		if ((blocks->n_blocks - 1 - i) % every == 0)
			lull_draw_text(d, bar_x0 + (double)i * pitch + (pitch - 4.0 > 26.0 ? 13.0 : (pitch - 4.0) / 2.0),
				       y + 10.0, &lull_chart__tick, LULL_AT_MIDDLE, first->blocks[i].label);
	y += 24.0;
	draw_key(d, fonts, blocks, bar_x0, y);
	y += 2.0;
	rc = lull_chart__foot(d, chart, fonts, y, &foot, err);
	d->height_pt = y + foot + 4.0;
	return rc;
}

void lull_chart__say_blocks(const struct lull_chart *chart, struct lull_buf *out)
{
	const struct lull_blocks *blocks = &chart->blocks;
	for (size_t i = 0; i < blocks->n_measures; i++) {
		const struct lull_chart_measure *m = &blocks->measures[i];
		lull_buf_printf(out, "%s%s in %zu blocks of %d days: ", i ? " " : "", m->label,
				blocks->n_blocks, blocks->days_per_block);
		for (size_t k = 0; k < blocks->n_blocks; k++) {
			lull_buf_puts(out, k ? ", " : "");
			lull_buf_num(out, m->blocks[k].counted, 1);
			if (!isnan(m->blocks[k].at_most) && m->blocks[k].at_most > m->blocks[k].counted) {
				lull_buf_puts(out, " (at most ");
				lull_buf_num(out, m->blocks[k].at_most, 1);
				lull_buf_putc(out, ')');
			}
		}
		lull_buf_putc(out, '.');
	}
}

struct lull_table *lull_chart__table_blocks(const struct lull_chart *chart, struct lull_arena *arena)
{
	const struct lull_blocks *blocks = &chart->blocks;
	const size_t n_columns = 1 + 2 * blocks->n_measures;
	struct lull_table_column *columns = LULL_ARENA_NEW(arena, struct lull_table_column, n_columns);
	if (!columns)
		return NULL;
	columns[0] = (struct lull_table_column){ "Block", LULL_AT_START, 1.0 };
	for (size_t i = 0; i < blocks->n_measures; i++) {
		columns[1 + 2 * i] = (struct lull_table_column){ blocks->measures[i].label, LULL_AT_END, 1.0 };
		columns[2 + 2 * i] = (struct lull_table_column){ "at most", LULL_AT_END, 0.0 };
	}
	struct lull_table *table = lull_table_new(arena, "Counted days of each block", columns, n_columns);
	for (size_t k = 0; k < blocks->n_blocks; k++) {
		lull_table_cell(table, blocks->measures[0].blocks[k].label);
		for (size_t i = 0; i < blocks->n_measures; i++) {
			lull_table_num(table, blocks->measures[i].blocks[k].counted, 1);
			lull_table_num(table, blocks->measures[i].blocks[k].at_most, 1);
		}
	}
	return table;
}

void lull_chart__text_blocks(const struct lull_chart *chart, int width, bool color,
			     struct lull_buf *out)
{
	const struct lull_blocks *blocks = &chart->blocks;
	const int room = width - 40 < 28 ? width - 40 : 28;
	const int n_cells = room > 8 ? room : 8;
	for (size_t i = 0; i < blocks->n_measures; i++) {
		const struct lull_chart_measure *m = &blocks->measures[i];
		struct lull_buf head = { 0 };
		lull_buf_puts(&head, m->label);
		for (size_t k = 0; k < m->n_lines; k++)
			lull_buf_printf(&head, "%s%s", k ? ", " : "; lines at ", m->line_labels[k]);
		out->failed = out->failed || head.failed;
		lull_buf_wrap(out, lull_buf_text(&head), 2, (size_t)width);
		lull_buf_clear(&head);
		for (size_t k = 0; k < blocks->n_blocks; k++) {
			const struct lull_chart_block *b = &m->blocks[k];
			char text[32];
			lull_buf_printf(out, "    %-12s", b->label);
			lull_buf_printf(out, "%5s ", lull_num_text(text, sizeof(text), b->counted, 1));
			lull_chart__paint(out, color, LULL_COLOR_ACCENT_MID);
			const int used = lull_chart__bar(out, b->counted / (double)blocks->days_per_block, n_cells);
			lull_chart__plain(out, color);
			if (!isnan(b->at_most) && b->at_most > b->counted) {
				lull_buf_pad(out, ' ', (size_t)(n_cells - used));
				lull_buf_printf(out, " at most %s",
						lull_num_text(text, sizeof(text), b->at_most, 1));
			}
			lull_buf_putc(out, '\n');
		}
	}
}
