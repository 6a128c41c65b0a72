/* Bands over time: the median as a line, the middle 50 % and 90 % as areas. Two arms stand on one
 * scale, told apart by colour, line and label. */
#include "chart_impl.h"

#include "lull/num/math.h"

#include <math.h>
#include <string.h>

static const double plot_h = 128.0;

struct look {
	enum lull_color line, mid, pale;
	double dash_pt;
};

static const struct look looks[] = {
	[LULL_ROLE_WITH] = { LULL_COLOR_WITH, LULL_COLOR_WITH_MID, LULL_COLOR_WITH_PALE, 0.0 },
	[LULL_ROLE_WITHOUT] = { LULL_COLOR_WITHOUT, LULL_COLOR_WITHOUT_MID, LULL_COLOR_WITHOUT_PALE, 3.0 },
	[LULL_ROLE_ARTERIAL] = { LULL_COLOR_WITH, LULL_COLOR_WITH_MID, LULL_COLOR_WITH_PALE, 0.0 },
	[LULL_ROLE_VENOUS] = { LULL_COLOR_VENOUS, LULL_COLOR_VENOUS_MID, LULL_COLOR_VENOUS_PALE, 4.0 },
};

struct frame {
	double x0, y0, w; /* the plot's left, top, width; its height is plot_h */
	double x_min, x_max, y_min, y_max;
};

static double at_x(const struct frame *f, double x)
{
	return f->x0 + (x - f->x_min) / (f->x_max - f->x_min) * f->w;
}

static double at_y(const struct frame *f, double y)
{
	return f->y0 + (f->y_max - y) / (f->y_max - f->y_min) * plot_h;
}

static void widen(double *low, double *high, const double *values, size_t n)
{
	for (size_t i = 0; values && i < n; i++) {
		if (values[i] < *low)
			*low = values[i];
		if (values[i] > *high)
			*high = values[i];
	}
}

/* The range of all that is drawn; zero is in it when the data are near enough to it. */
static void find_range(const struct lull_bands *b, double *y_min, double *y_max)
{
	double low = INFINITY, high = -INFINITY;
	for (size_t a = 0; a < b->n_arms; a++) {
		widen(&low, &high, b->arms[a].median, b->n);
		widen(&low, &high, b->arms[a].low50, b->n);
		widen(&low, &high, b->arms[a].high50, b->n);
		widen(&low, &high, b->arms[a].low90, b->n);
		widen(&low, &high, b->arms[a].high90, b->n);
	}
	for (size_t i = 0; i < b->n_limits; i++)
		widen(&low, &high, &b->limits[i].at, 1);
	if (low > 0.0 && low < 0.5 * high)
		low = 0.0;
	if (!(high > low))
		high = low + 1.0;
	*y_min = isnan(b->y_min) ? low : b->y_min;
	*y_max = isnan(b->y_max) ? high : b->y_max;
	const double step = lull_chart__step(*y_max - *y_min, 5);
	if (isnan(b->y_max))
		*y_max = ceil(*y_max / step - 1e-9) * step;
	if (isnan(b->y_min))
		*y_min = floor(*y_min / step + 1e-9) * step;
}

static void draw_axes(struct lull_drawing *d, const struct lull_bands *b, const struct frame *f)
{
	const struct lull_paint grid = { .stroke = LULL_COLOR_HAIRLINE, .width_pt = 0.5 };
	const struct lull_paint base = { .stroke = LULL_COLOR_INK_FAINT, .width_pt = 0.6 };
	char text[32];
	const double y_step = lull_chart__step(f->y_max - f->y_min, 5);
	for (double y = ceil(f->y_min / y_step - 1e-9) * y_step; y <= f->y_max + 1e-9 * y_step; y += y_step) {
		lull_draw_line(d, f->x0, at_y(f, y), f->x0 + f->w, at_y(f, y), grid);
		lull_draw_text(d, f->x0 - 5.0, at_y(f, y) + 2.4, &lull_chart__tick, LULL_AT_END,
			       lull_num_text(text, sizeof(text), fabs(y) < 1e-9 * y_step ? 0.0 : y, 3));
	}
	lull_draw_line(d, f->x0, f->y0 + plot_h, f->x0 + f->w, f->y0 + plot_h, base);
	const double x_step = lull_chart__time_step(f->x_max - f->x_min, 10);
	for (double x = ceil(f->x_min / x_step - 1e-9) * x_step; x <= f->x_max + 1e-9 * x_step; x += x_step) {
		lull_draw_line(d, at_x(f, x), f->y0 + plot_h, at_x(f, x), f->y0 + plot_h + 3.0, base);
		lull_draw_text(d, at_x(f, x), f->y0 + plot_h + 11.0, &lull_chart__tick, LULL_AT_MIDDLE,
			       lull_num_text(text, sizeof(text), fabs(x) < 1e-9 * x_step ? 0.0 : x, 3));
	}
	lull_draw_text(d, f->x0, f->y0 - 6.0, &lull_chart__label, LULL_AT_START, b->y_label);
	lull_draw_text(d, f->x0 + f->w, f->y0 + plot_h + 23.0, &lull_chart__label, LULL_AT_END, b->x_label);
}

static void draw_spans(struct lull_drawing *d, const struct lull_bands *b, const struct frame *f)
{
	for (size_t i = 0; i < b->n_spans; i++) {
		const double x1 = at_x(f, lull_max(b->spans[i].from, f->x_min));
		const double x2 = at_x(f, lull_min(b->spans[i].to, f->x_max));
		if (!(x2 > x1))
			continue;
		lull_draw_rect(d, x1, f->y0, x2 - x1, plot_h, 0.0,
			       (struct lull_paint){ .fill = LULL_COLOR_GROUND });
		lull_draw_line(d, x1, f->y0, x2, f->y0,
			       (struct lull_paint){ .stroke = LULL_COLOR_INFUSION, .width_pt = 2.0 });
		struct lull_type type = lull_chart__tick;
		type.color = LULL_COLOR_INFUSION;
		if (b->spans[i].label)
			lull_draw_text(d, x1 + 3.0, f->y0 + 9.0, &type, LULL_AT_START, b->spans[i].label);
	}
}

/* x and y of one row of values on the plot, in the arena; NULL marks the drawing failed. */
static double *to_plot(struct lull_drawing *d, const struct frame *f, const double *values, size_t n,
		       double (*place)(const struct frame *, double))
{
	double *out = LULL_ARENA_NEW(d->arena, double, n);
	if (!out)
		d->failed = true;
	for (size_t i = 0; out && i < n; i++)
		out[i] = place(f, values[i]);
	return out;
}

static void draw_area(struct lull_drawing *d, const struct frame *f, const double *x,
		      const double *low, const double *high, size_t n, enum lull_color color)
{
	if (!low || !high)
		return;
	const double *low_y = to_plot(d, f, low, n, at_y);
	const double *high_y = to_plot(d, f, high, n, at_y);
	if (low_y && high_y)
		lull_draw_band(d, x, low_y, high_y, n,
			       (struct lull_paint){ .fill = color, .opacity = 0.72 });
}

static void draw_median(struct lull_drawing *d, const struct frame *f, const double *x,
			const struct lull_band_arm *arm, size_t n)
{
	struct lull_point *points = LULL_ARENA_NEW(d->arena, struct lull_point, n);
	if (!points) {
		d->failed = true;
		return;
	}
	for (size_t i = 0; i < n; i++)
		points[i] = (struct lull_point){ x[i], at_y(f, arm->median[i]) };
	const struct look *look = &looks[arm->role];
	lull_draw_polyline(d, points, n,
			   (struct lull_paint){ .stroke = look->line, .width_pt = 1.5, .dash_pt = look->dash_pt });
}

/* Labels at the right end of the lines, pushed apart so that they do not overlap. */
static void draw_arm_labels(struct lull_drawing *d, struct lull_fonts *fonts,
			    const struct lull_bands *b, const struct frame *f)
{
	const double leading = 9.0;
	double taken_to = -INFINITY;
	bool done[8] = { false };
	for (size_t k = 0; k < b->n_arms && k < 8; k++) {
		/* the next one from the top */
		size_t best = 8;
		for (size_t a = 0; a < b->n_arms && a < 8; a++)
			if (!done[a] && (best == 8 || b->arms[a].median[b->n - 1] > b->arms[best].median[b->n - 1]))
				best = a;
		done[best] = true;
		const struct lull_band_arm *arm = &b->arms[best];
		struct lull_type type = lull_chart__label;
		type.weight = LULL_MEDIUM;
		type.color = looks[arm->role].line;
		const struct lull_lines *lines;
		struct lull_err ignored;
		if (lull_lines_break(fonts, &type, arm->label, d->width_pt - f->x0 - f->w - 8.0, d->arena,
				     &lines, &ignored) != LULL_OK) {
			d->failed = true;
			return;
		}
		const size_t n = lull_lines_count(lines);
		double y = at_y(f, arm->median[b->n - 1]) + 2.5 - (double)(n - 1) * leading / 2.0;
		const double lowest = f->y0 + plot_h + 2.5 - (double)(n - 1) * leading;
		y = lull_min(y, lowest);
		y = lull_max(y, taken_to + leading + 2.0);
		lull_draw_lines(d, lines, 0, n, f->x0 + f->w + 7.0, y, leading, LULL_AT_START);
		taken_to = y + (double)(n - 1) * leading;
	}
}

static void draw_limits(struct lull_drawing *d, const struct lull_bands *b, const struct frame *f)
{
	for (size_t i = 0; i < b->n_limits; i++) {
		const double y = at_y(f, b->limits[i].at);
		if (y < f->y0 - 0.5 || y > f->y0 + plot_h + 0.5)
			continue;
		lull_draw_line(d, f->x0, y, f->x0 + f->w, y,
			       (struct lull_paint){ .stroke = LULL_COLOR_CAUTION, .width_pt = 0.8, .dash_pt = 2.5 });
		struct lull_type type = lull_chart__tick;
		type.color = LULL_COLOR_CAUTION;
		lull_draw_text(d, f->x0 + f->w - 2.0, y - 2.8, &type, LULL_AT_END, b->limits[i].label);
	}
}

/* What the areas mean. */
static const char *key_of(const struct lull_bands *b)
{
	bool has_50 = false, has_90 = false;
	for (size_t a = 0; a < b->n_arms; a++) {
		has_50 = has_50 || b->arms[a].low50;
		has_90 = has_90 || b->arms[a].low90;
	}
	if (has_50 && has_90)
		return "Line: median. Dark: the middle 50 % of simulated people. Pale: 90 %.";
	if (has_90)
		return "Line: median. Band: the middle 90 % of simulated people.";
	return has_50 ? "Line: median. Band: the middle 50 % of simulated people." : "";
}

int lull_chart__draw_bands(const struct lull_chart *chart, struct lull_fonts *fonts,
			   struct lull_drawing *d, struct lull_err *err)
{
	const struct lull_bands *b = &chart->bands;
	double head, foot;
	int rc = lull_chart__head(d, chart, fonts, &head, err);
	if (rc != LULL_OK)
		return rc;
	struct frame f = { .x0 = 30.0, .y0 = head + 16.0, .w = d->width_pt - 30.0 - 78.0,
			   .x_min = b->x[0], .x_max = b->x[b->n - 1] };
	find_range(b, &f.y_min, &f.y_max);
	draw_spans(d, b, &f);
	draw_axes(d, b, &f);
	const double *x = to_plot(d, &f, b->x, b->n, at_x);
	if (!x)
		return lull_nomem(err);
	lull_draw_clip(d, f.x0, f.y0 - 1.0, f.w, plot_h + 2.0);
	for (size_t a = b->n_arms; a-- > 0;)
		draw_area(d, &f, x, b->arms[a].low90, b->arms[a].high90, b->n, looks[b->arms[a].role].pale);
	for (size_t a = b->n_arms; a-- > 0;)
		draw_area(d, &f, x, b->arms[a].low50, b->arms[a].high50, b->n, looks[b->arms[a].role].mid);
	for (size_t a = b->n_arms; a-- > 0;)
		draw_median(d, &f, x, &b->arms[a], b->n);
	lull_draw_end(d);
	draw_limits(d, b, &f);
	draw_arm_labels(d, fonts, b, &f);
	const double y = f.y0 + plot_h + 24.0;
	lull_draw_text(d, f.x0, y - 1.0, &lull_chart__tick, LULL_AT_START, key_of(b));
	rc = lull_chart__foot(d, chart, fonts, y, &foot, err);
	d->height_pt = y + foot + 4.0;
	return rc;
}

/* The index of the time nearest to x. */
static size_t nearest(const struct lull_bands *b, double x)
{
	size_t best = 0;
	for (size_t i = 1; i < b->n; i++)
		if (fabs(b->x[i] - x) < fabs(b->x[best] - x))
			best = i;
	return best;
}

static void say_extreme(const struct lull_bands *b, const struct lull_band_arm *arm, size_t at,
			const char *what, struct lull_buf *out)
{
	lull_buf_printf(out, "%s ", what);
	lull_buf_num(out, arm->median[at], b->decimals);
	if (arm->low90 && arm->high90) {
		lull_buf_puts(out, " (90 % of people ");
		lull_buf_num(out, arm->low90[at], b->decimals);
		lull_buf_puts(out, " to ");
		lull_buf_num(out, arm->high90[at], b->decimals);
		lull_buf_putc(out, ')');
	}
	lull_buf_puts(out, " at ");
	lull_buf_num(out, b->x[at], 2);
}

void lull_chart__say_bands(const struct lull_chart *chart, struct lull_buf *out)
{
	const struct lull_bands *b = &chart->bands;
	lull_buf_printf(out, "%s by %s.", b->y_label, b->x_label);
	for (size_t a = 0; a < b->n_arms; a++) {
		const struct lull_band_arm *arm = &b->arms[a];
		size_t low = 0, high = 0;
		for (size_t i = 1; i < b->n; i++) {
			if (arm->median[i] < arm->median[low])
				low = i;
			if (arm->median[i] > arm->median[high])
				high = i;
		}
		lull_buf_printf(out, " %s: ", arm->label);
		say_extreme(b, arm, high, "highest median", out);
		say_extreme(b, arm, low, ", lowest median", out);
		lull_buf_putc(out, '.');
	}
	for (size_t i = 0; i < b->n_limits; i++) {
		lull_buf_printf(out, " Line at ");
		lull_buf_num(out, b->limits[i].at, 2);
		lull_buf_printf(out, ": %s.", b->limits[i].label);
	}
}

struct lull_table *lull_chart__table_bands(const struct lull_chart *chart, struct lull_arena *arena)
{
	const struct lull_bands *b = &chart->bands;
	const size_t n_columns = 1 + 2 * b->n_arms;
	struct lull_table_column *columns = LULL_ARENA_NEW(arena, struct lull_table_column, n_columns);
	if (!columns)
		return NULL;
	columns[0] = (struct lull_table_column){ b->x_label, LULL_AT_END, 0.0 };
	for (size_t a = 0; a < b->n_arms; a++) {
		columns[1 + 2 * a] = (struct lull_table_column){ b->arms[a].label, LULL_AT_END, 0.0 };
		columns[2 + 2 * a] = (struct lull_table_column){ "90 % of people", LULL_AT_END, 0.0 };
	}
	struct lull_table *table = lull_table_new(arena, b->y_label, columns, n_columns);
	for (size_t i = 0; i < b->n_table; i++) {
		const size_t at = nearest(b, b->table_x[i]);
		lull_table_num(table, b->x[at], 2);
		for (size_t a = 0; a < b->n_arms; a++) {
			const struct lull_band_arm *arm = &b->arms[a];
			lull_table_num(table, arm->median[at], b->decimals);
			char low[32] = "", high[32] = "";
			if (arm->low90 && arm->high90) {
				lull_num_text(low, sizeof(low), arm->low90[at], b->decimals);
				lull_num_text(high, sizeof(high), arm->high90[at], b->decimals);
			}
			lull_table_cellf(table, "%s%s%s", low, *low ? " to " : "", high);
		}
	}
	return table;
}

/* Medians as one line of eighth blocks an arm, on one scale. */
void lull_chart__text_bands(const struct lull_chart *chart, int width, bool color, struct lull_buf *out)
{
	const struct lull_bands *b = &chart->bands;
	double low, high;
	struct lull_bands medians = *b;
	struct lull_band_arm arms[8];
	medians.arms = arms;
	medians.n_arms = b->n_arms < 8 ? b->n_arms : 8;
	medians.n_limits = 0;
	for (size_t a = 0; a < medians.n_arms; a++)
		arms[a] = (struct lull_band_arm){ .median = b->arms[a].median };
	find_range(&medians, &low, &high);
	size_t label_w = 0;
	for (size_t a = 0; a < b->n_arms; a++) {
		const size_t n = lull_utf8_length(b->arms[a].label);
		label_w = n > label_w ? n : label_w;
	}
	const size_t left = label_w + 4;
	size_t n_cells = (size_t)width > left + 16 ? (size_t)width - left : 16;
	n_cells = n_cells > 64 ? 64 : n_cells;
	char from[32], to[32];
	lull_chart__wrapf(out, 2, width, "Medians: %s, scale %s to %s, by %s", b->y_label,
			lull_num_text(from, sizeof(from), low, 2), lull_num_text(to, sizeof(to), high, 2), b->x_label);
	for (size_t a = 0; a < b->n_arms; a++) {
		const struct lull_band_arm *arm = &b->arms[a];
		lull_buf_printf(out, "  %s", arm->label);
		lull_buf_pad(out, ' ', left - 2 - lull_utf8_length(arm->label));
		lull_chart__paint(out, color, looks[arm->role].line);
		for (size_t i = 0; i < n_cells; i++) {
			const double x = b->x[0] + (b->x[b->n - 1] - b->x[0]) * (double)i / (double)(n_cells - 1);
			const double frac = (arm->median[nearest(b, x)] - low) / (high - low);
			lull_buf_puts(out, lull_chart__eighths[1 + (int)(lull_clamp(frac, 0.0, 1.0) * 7.0 + 0.5)]);
		}
		lull_chart__plain(out, color);
		lull_buf_putc(out, '\n');
	}
	const size_t n_from = strlen(lull_num_text(from, sizeof(from), b->x[0], 2));
	const size_t n_to = strlen(lull_num_text(to, sizeof(to), b->x[b->n - 1], 2));
	lull_buf_pad(out, ' ', left);
	lull_buf_puts(out, from);
	lull_buf_pad(out, ' ', n_cells > n_from + n_to ? n_cells - n_from - n_to : 1);
	lull_buf_printf(out, "%s\n", to);
	for (size_t i = 0; i < b->n_limits; i++)
		lull_chart__wrapf(out, 2, width, "line at %s: %s", lull_num_text(to, sizeof(to), b->limits[i].at, 2),
				  b->limits[i].label);
}
