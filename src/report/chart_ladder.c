/* Ladder: the pump's rate over time, mg/h as height, mL/h said at each step. Steps that need a
 * condition are hollow: they may come later or never. */
#include "chart_impl.h"

#include "lull/num/math.h"

#include <math.h>

static const double plot_h = 92.0;

static double top_rate(const struct lull_ladder *ladder)
{
	double top = isnan(ladder->cap_mg_per_h) ? 0.0 : ladder->cap_mg_per_h;
	for (size_t i = 0; i < ladder->n_steps; i++)
		top = lull_max(top, ladder->steps[i].rate_mg_per_h);
	return top > 0.0 ? top : 1.0;
}

static double last_h(const struct lull_ladder *ladder)
{
	double end = 0.0;
	for (size_t i = 0; i < ladder->n_steps; i++)
		end = lull_max(end, ladder->steps[i].to_h);
	return end > 0.0 ? end : 1.0;
}

static void draw_step(struct lull_drawing *d, struct lull_fonts *fonts,
		      const struct lull_ladder_step *s, double x1, double x2, double top, double base)
{
	const bool waits = s->condition != NULL;
	lull_draw_rect(d, x1, top, x2 - x1, base - top, 0.0,
		       (struct lull_paint){ .fill = waits ? LULL_COLOR_PAPER : LULL_COLOR_ACCENT_PALE,
					    .stroke = waits ? LULL_COLOR_ACCENT_MID : LULL_COLOR_NONE,
					    .width_pt = 0.6, .dash_pt = waits ? 2.0 : 0.0 });
	lull_draw_line(d, x1, top, x2, top, (struct lull_paint){ .stroke = LULL_COLOR_ACCENT, .width_pt = 1.6 });
	char mg[32], ml[32];
	lull_num_text(mg, sizeof(mg), s->rate_mg_per_h, 2);
	lull_num_text(ml, sizeof(ml), s->rate_ml_per_h, 2);
	struct lull_buf buf = { 0 };
	lull_buf_printf(&buf, "%s mg/h", mg);
	struct lull_type strong = lull_chart__tick;
	strong.color = LULL_COLOR_INK;
	strong.weight = LULL_MEDIUM;
	if (lull_text_width_pt(fonts, &strong, lull_buf_text(&buf)) < x2 - x1 - 2.0) {
		const bool above = base - top < 24.0;
		const double y = above ? top - 12.0 : top + 10.0;
		lull_draw_text(d, (x1 + x2) / 2.0, y, &strong, LULL_AT_MIDDLE, lull_buf_text(&buf));
		d->failed = d->failed || buf.failed;
		lull_buf_reset(&buf);
		lull_buf_printf(&buf, "%s mL/h", ml);
		lull_draw_text(d, (x1 + x2) / 2.0, y + 9.0, &lull_chart__tick, LULL_AT_MIDDLE,
			       lull_buf_text(&buf));
	}
	d->failed = d->failed || buf.failed;
	lull_buf_clear(&buf);
}

int lull_chart__draw_ladder(const struct lull_chart *chart, struct lull_fonts *fonts,
			    struct lull_drawing *d, struct lull_err *err)
{
	const struct lull_ladder *ladder = &chart->ladder;
	double head, foot;
	int rc = lull_chart__head(d, chart, fonts, &head, err);
	if (rc != LULL_OK)
		return rc;
	const double x0 = 30.0, w = d->width_pt - x0 - 8.0, y0 = head + 16.0, base = y0 + plot_h;
	const double end = last_h(ladder), y_step = lull_chart__step(top_rate(ladder) * 1.08, 5);
	const double y_max = ceil(top_rate(ladder) * 1.08 / y_step) * y_step;
	char text[32];
	for (double y = 0.0; y <= y_max + 1e-9 * y_step; y += y_step) {
		const double at = base - y / y_max * plot_h;
		lull_draw_line(d, x0 - 3.0, at, x0, at,
			       (struct lull_paint){ .stroke = LULL_COLOR_INK_FAINT, .width_pt = 0.6 });
		lull_draw_text(d, x0 - 5.0, at + 2.4, &lull_chart__tick, LULL_AT_END,
			       lull_num_text(text, sizeof(text), y, 3));
	}
	lull_draw_text(d, x0, y0 - 6.0, &lull_chart__label, LULL_AT_START, "mg/h");
	for (size_t i = 0; i < ladder->n_steps; i++) {
		const struct lull_ladder_step *s = &ladder->steps[i];
		draw_step(d, fonts, s, x0 + s->from_h / end * w, x0 + s->to_h / end * w,
			  base - s->rate_mg_per_h / y_max * plot_h, base);
	}
	lull_draw_line(d, x0, base, x0 + w, base,
		       (struct lull_paint){ .stroke = LULL_COLOR_INK_FAINT, .width_pt = 0.6 });
	const double x_step = lull_chart__time_step(end, 12);
	for (double x = 0.0; x <= end + 1e-9; x += x_step)
		lull_draw_text(d, x0 + x / end * w, base + 10.0, &lull_chart__tick, LULL_AT_MIDDLE,
			       lull_num_text(text, sizeof(text), x, 2));
	lull_draw_text(d, x0 + w, base + 22.0, &lull_chart__label, LULL_AT_END, "hours from the start, earliest times");
	if (!isnan(ladder->cap_mg_per_h)) {
		const double at = base - ladder->cap_mg_per_h / y_max * plot_h;
		struct lull_type type = lull_chart__tick;
		type.color = LULL_COLOR_CAUTION;
		lull_draw_line(d, x0, at, x0 + w, at,
			       (struct lull_paint){ .stroke = LULL_COLOR_CAUTION, .width_pt = 0.8, .dash_pt = 2.5 });
		lull_draw_text(d, x0 + 2.0, at - 2.8, &type, LULL_AT_START,
			       ladder->cap_label ? ladder->cap_label : "limit");
	}
	const double y = base + 23.0;
	for (size_t i = 0; i < ladder->n_steps; i++)
		if (ladder->steps[i].condition) {
			lull_draw_text(d, x0, y - 1.0, &lull_chart__tick, LULL_AT_START,
				       "Dashed: only when the step's condition holds.");
			break;
		}
	rc = lull_chart__foot(d, chart, fonts, y, &foot, err);
	d->height_pt = y + foot + 4.0;
	return rc;
}

void lull_chart__say_ladder(const struct lull_chart *chart, struct lull_buf *out)
{
	const struct lull_ladder *ladder = &chart->ladder;
	lull_buf_printf(out, "%zu steps: ", ladder->n_steps);
	for (size_t i = 0; i < ladder->n_steps; i++) {
		const struct lull_ladder_step *s = &ladder->steps[i];
		lull_buf_puts(out, i ? "; from " : "from ");
		lull_buf_num(out, s->from_h, 2);
		lull_buf_puts(out, " h ");
		lull_buf_num(out, s->rate_mg_per_h, 2);
		lull_buf_puts(out, " mg/h (");
		lull_buf_num(out, s->rate_ml_per_h, 2);
		lull_buf_puts(out, " mL/h)");
		if (s->condition)
			lull_buf_printf(out, " if %s", s->condition);
	}
	lull_buf_puts(out, "; end at ");
	lull_buf_num(out, last_h(ladder), 2);
	lull_buf_puts(out, " h.");
}

struct lull_table *lull_chart__table_ladder(const struct lull_chart *chart, struct lull_arena *arena)
{
	static const struct lull_table_column columns[] = {
		{ "Step", LULL_AT_END, 0 },     { "From, h", LULL_AT_END, 0 }, { "To, h", LULL_AT_END, 0 },
		{ "mg/h", LULL_AT_END, 0 },     { "mL/h", LULL_AT_END, 0 },    { "Needs", LULL_AT_START, 1 },
	};
	const struct lull_ladder *ladder = &chart->ladder;
	struct lull_table *table = lull_table_new(arena, "Rates, earliest times", columns,
						  sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < ladder->n_steps; i++) {
		const struct lull_ladder_step *s = &ladder->steps[i];
		lull_table_cellf(table, "%zu", i + 1);
		lull_table_num(table, s->from_h, 2);
		lull_table_num(table, s->to_h, 2);
		lull_table_num(table, s->rate_mg_per_h, 2);
		lull_table_num(table, s->rate_ml_per_h, 2);
		lull_table_cell(table, s->condition ? s->condition : "");
	}
	return table;
}

void lull_chart__text_ladder(const struct lull_chart *chart, int width, bool color, struct lull_buf *out)
{
	const struct lull_ladder *ladder = &chart->ladder;
	const int n_cells = width > 100 ? 36 : width < 72 ? 16 : 24;
	for (size_t i = 0; i < ladder->n_steps; i++) {
		const struct lull_ladder_step *s = &ladder->steps[i];
		char from[32], mg[32], ml[32];
		lull_buf_printf(out, "  %6s h ", lull_num_text(from, sizeof(from), s->from_h, 2));
		lull_chart__paint(out, color, LULL_COLOR_ACCENT_MID);
		const int used = lull_chart__bar(out, s->rate_mg_per_h / top_rate(ladder), n_cells);
		lull_chart__plain(out, color);
		lull_buf_pad(out, ' ', (size_t)(n_cells - used));
		lull_buf_printf(out, " %7s mg/h %7s mL/h\n", lull_num_text(mg, sizeof(mg), s->rate_mg_per_h, 2),
				lull_num_text(ml, sizeof(ml), s->rate_ml_per_h, 2));
		if (s->condition)
			lull_chart__wrapf(out, 11, width, "needs: %s", s->condition);
	}
}
