/* Panels of curves, bands and points on linear or logarithmic axes (plot.h). */
#include "chart_impl.h"

#include <math.h>
#include <string.h>

#include "lull/num/math.h"
#include "lull/report/plot.h"

static const double margin_left = 40.0, margin_right = 8.0, gap = 14.0;
static const double foot_h = 27.0; /* tick texts and the label of the time axis */

struct frame {
	const struct lull_plot_panel *panel;
	double x0, y0, w, h;               /* the plotting area              */
	double x_min, x_max, y_min, y_max; /* y in decades when log_y        */
};

static double decades(double y)
{
	return lull_log(y) * 0x1.bcb7b1526e50ep-2; /* log10 e */
}

static double scaled(const struct frame *f, double y)
{
	return f->panel->log_y ? decades(y) : y;
}

static bool can_show(const struct lull_plot_panel *p, double y)
{
	return isfinite(y) && (!p->log_y || y > 0.0);
}

static double at_x(const struct frame *f, double x)
{
	return f->x0 + (x - f->x_min) / (f->x_max - f->x_min) * f->w;
}

static double at_y(const struct frame *f, double y)
{
	return f->y0 + (f->y_max - scaled(f, y)) / (f->y_max - f->y_min) * f->h;
}

/* ---- ranges ---- */

struct range {
	double low, high;
};

static void widen(struct range *r, double v)
{
	r->low = v < r->low ? v : r->low;
	r->high = v > r->high ? v : r->high;
}

static void look_at_series(const struct lull_plot_panel *p, const struct lull_plot_series *s, struct range *x,
			   struct range *y)
{
	for (size_t i = 0; i < s->n; i++) {
		const bool low = can_show(p, s->y[i]), high = s->y_high && can_show(p, s->y_high[i]);
		if (!isnan(s->y[i]) || high) /* what a logarithm hides still has its time */
			widen(x, s->x[i]);
		if (low)
			widen(y, s->y[i]);
		if (high)
			widen(y, s->y_high[i]);
	}
}

/* Decades enough for the data, but not the far tail of a curve that decays for days. */
static void log_range(const struct lull_plot_panel *p, const struct range *y, struct frame *f)
{
	const double most = 5.0;
	const double top = decades(isnan(p->y_max) ? y->high : p->y_max);
	const double bottom = decades(isnan(p->y_min) ? y->low : p->y_min);

	f->y_max = isnan(p->y_max) ? ceil(top * 3.0 - 1e-9) / 3.0 : top;
	f->y_min = isnan(p->y_min) ? lull_max(floor(bottom), floor(top - most)) : bottom;
	if (!(f->y_max - f->y_min >= 1.0))
		f->y_max = f->y_min + 1.0;
}

static void linear_range(const struct lull_plot_panel *p, struct range y, struct frame *f)
{
	if (y.low > 0.0 && y.low < 0.5 * y.high)
		y.low = 0.0;
	if (!(y.high > y.low))
		y.high = y.low + (y.low != 0.0 ? fabs(y.low) : 1.0);
	f->y_min = isnan(p->y_min) ? y.low : p->y_min;
	f->y_max = isnan(p->y_max) ? y.high : p->y_max;
	const double step = lull_chart__step(f->y_max - f->y_min, 5);
	if (isnan(p->y_max))
		f->y_max = ceil(f->y_max / step - 1e-9) * step;
	if (isnan(p->y_min))
		f->y_min = floor(f->y_min / step + 1e-9) * step;
}

static int find_range(const struct lull_plot *plot, struct frame *f, struct lull_err *err)
{
	const struct lull_plot_panel *p = f->panel;
	struct range x = { INFINITY, -INFINITY }, y = x;

	for (size_t i = 0; i < p->n_series; i++)
		look_at_series(p, &p->series[i], &x, &y);
	if (!(x.high >= x.low) || !(y.high >= y.low)) {
		lull_fail(err, LULL_EDOMAIN, plot->id, "%s has nothing that can be drawn", p->title ? p->title : "the plot");
		if (p->log_y)
			lull_mend(err, "on a logarithmic axis only values above 0 can be seen");
		return LULL_EDOMAIN;
	}
	for (size_t i = 0; i < p->n_limits; i++)
		if (can_show(p, p->limits[i].at))
			widen(&y, p->limits[i].at);
	f->x_min = isnan(p->x_min) ? x.low : p->x_min;
	f->x_max = isnan(p->x_max) ? x.high : p->x_max;
	if (!(f->x_max > f->x_min))
		f->x_max = f->x_min + 1.0;
	if (p->log_y)
		log_range(p, &y, f);
	else
		linear_range(p, y, f);
	return LULL_OK;
}

/* ---- axes ---- */

static const struct lull_paint grid_paint = { .stroke = LULL_COLOR_HAIRLINE, .width_pt = 0.5 };
static const struct lull_paint base_paint = { .stroke = LULL_COLOR_INK_FAINT, .width_pt = 0.6 };

static void y_tick(struct lull_drawing *d, const struct frame *f, double y, const char *text)
{
	lull_draw_line(d, f->x0, at_y(f, y), f->x0 + f->w, at_y(f, y), grid_paint);
	if (text)
		lull_draw_text(d, f->x0 - 5.0, at_y(f, y) + 2.4, &lull_chart__tick, LULL_AT_END, text);
}

/* Enough decimals to tell neighbouring ticks apart. */
static int decimals_of(double step)
{
	const double decimals = ceil(-decades(step) - 1e-9);
	return decimals < 0 ? 0 : decimals > 12 ? 12 : (int)decimals;
}

/* Very large and very small ticks as 2e-05, the others in full. */
static const char *tick_text(char out[32], double y, double step)
{
	if (y != 0.0 && (fabs(y) >= 1e7 || step < 1e-5))
		lull_text_format(out, 32, "%.3g", y);
	else
		lull_num_text(out, 32, y, decimals_of(step));
	return out;
}

static void draw_linear_ticks(struct lull_drawing *d, const struct frame *f)
{
	char text[32];
	const double step = lull_chart__step(f->y_max - f->y_min, f->h < 100.0 ? 4 : 5);
	const double first = ceil(f->y_min / step - 1e-9);

	for (double i = first; i * step <= f->y_max + 1e-9 * step; i++)
		y_tick(d, f, i * step, tick_text(text, i * step, step));
}

/* Decades with their texts; 2 and 5 too where few decades are shown. */
static void draw_log_ticks(struct lull_drawing *d, const struct frame *f)
{
	static const double within[] = { 1.0, 2.0, 5.0 };
	const int n_within = f->y_max - f->y_min <= 3.01 ? 3 : 1;
	char text[32];

	for (double k = floor(f->y_min); k <= ceil(f->y_max); k++) {
		for (int i = 0; i < n_within; i++) {
			const double y = within[i] * lull_pow(10.0, k), at = decades(y);
			if (at < f->y_min - 1e-9 || at > f->y_max + 1e-9)
				continue;
			y_tick(d, f, y, tick_text(text, y, lull_pow(10.0, k)));
		}
	}
}

static void draw_axes(struct lull_drawing *d, const struct frame *f)
{
	char text[32];
	const double bottom = f->y0 + f->h;
	const double step = lull_chart__time_step(f->x_max - f->x_min, f->w < 250.0 ? 6 : 10);

	if (f->panel->log_y)
		draw_log_ticks(d, f);
	else
		draw_linear_ticks(d, f);
	lull_draw_line(d, f->x0, bottom, f->x0 + f->w, bottom, base_paint);
	for (double i = ceil(f->x_min / step - 1e-9); i * step <= f->x_max + 1e-9 * step; i++) {
		const double x = at_x(f, i * step);
		lull_draw_line(d, x, bottom, x, bottom + 3.0, base_paint);
		lull_draw_text(d, x, bottom + 11.0, &lull_chart__tick, LULL_AT_MIDDLE, tick_text(text, i * step, step));
	}
	for (size_t i = 0; i < f->panel->n_rug; i++) {
		const double x = at_x(f, f->panel->rug[i]);
		if (x >= f->x0 - 0.01 && x <= f->x0 + f->w + 0.01)
			lull_draw_line(d, x, f->y0, x, f->y0 + 4.0, base_paint);
	}
	lull_draw_text(d, f->x0 + f->w, bottom + 22.0, &lull_chart__label, LULL_AT_END, f->panel->x_label);
}

/* ---- series ---- */

static double bounded_y(const struct frame *f, double y)
{
	/* far outside the frame: painters need numbers they can hold; the clip hides them */
	return lull_clamp(at_y(f, y), f->y0 - 4.0 * f->h, f->y0 + 5.0 * f->h);
}

/* Below the axis of a logarithm: its floor. */
static double floor_y(const struct frame *f, double y)
{
	return f->panel->log_y && !(y > 0.0) ? f->y0 + f->h : bounded_y(f, y);
}

static bool draw_run(struct lull_drawing *d, const struct frame *f, const struct lull_plot_series *s, size_t first,
		     size_t end, struct lull_point *points)
{
	size_t n = 0;

	for (size_t i = first; i < end; i++) {
		const double x = at_x(f, s->x[i]), y = bounded_y(f, s->y[i]);
		if (s->kind == LULL_PLOT_STEPS && n) {
			points[n] = (struct lull_point){ x, points[n - 1].y };
			n++;
		}
		points[n++] = (struct lull_point){ x, y };
	}
	if (n < 2)
		return false;
	lull_draw_polyline(d, points, n, (struct lull_paint){ .stroke = s->color, .dash_pt = s->dash_pt, .opacity = s->opacity,
							      .width_pt = s->width_pt > 0.0 ? s->width_pt : 1.4 });
	return true;
}

static void draw_dot(struct lull_drawing *d, const struct frame *f, const struct lull_plot_series *s, size_t i)
{
	lull_draw_circle(d, at_x(f, s->x[i]), bounded_y(f, s->y[i]), s->width_pt > 0.0 ? s->width_pt : 1.5,
			 (struct lull_paint){ .fill = s->color, .opacity = s->opacity });
}

/* A lone point between two gaps is a dot: a line would hide it. */
static void draw_line(struct lull_drawing *d, const struct frame *f, const struct lull_plot_series *s)
{
	struct lull_point *points = LULL_ARENA_NEW(d->arena, struct lull_point, 2 * s->n + 1);

	if (!points) {
		d->failed = true;
		return;
	}
	for (size_t i = 0; i < s->n; i++) {
		size_t end = i;
		while (end < s->n && can_show(f->panel, s->y[end]))
			end++;
		if (end > i && !draw_run(d, f, s, i, end, points))
			draw_dot(d, f, s, i);
		i = end;
	}
}

static void draw_area(struct lull_drawing *d, const struct frame *f, const struct lull_plot_series *s)
{
	double *x = LULL_ARENA_NEW(d->arena, double, 3 * s->n + 1), *low = x ? x + s->n : NULL;
	double *high = x ? low + s->n : NULL;

	if (!x) {
		d->failed = true;
		return;
	}
	for (size_t i = 0; i < s->n; i++) {
		size_t n = 0;
		for (; i < s->n && isfinite(s->y[i]) && can_show(f->panel, s->y_high[i]); i++, n++) {
			x[n] = at_x(f, s->x[i]);
			low[n] = floor_y(f, s->y[i]);
			high[n] = bounded_y(f, s->y_high[i]);
		}
		if (n == 1) { /* one time alone: a bar as wide as a line */
			x[1] = x[0] + 1.5;
			x[0] -= 1.5;
			low[1] = low[0];
			high[1] = high[0];
			n = 2;
		}
		if (n)
			lull_draw_band(d, x, low, high, n,
				       (struct lull_paint){ .fill = s->color, .opacity = s->opacity > 0.0 ? s->opacity : 0.72 });
	}
}

static void draw_series(struct lull_drawing *d, const struct frame *f, const struct lull_plot_series *s)
{
	switch (s->kind) {
	case LULL_PLOT_AREA:
		draw_area(d, f, s);
		return;
	case LULL_PLOT_POINTS:
		for (size_t i = 0; i < s->n; i++)
			if (can_show(f->panel, s->y[i]) && s->x[i] >= f->x_min && s->x[i] <= f->x_max)
				draw_dot(d, f, s, i);
		return;
	default:
		draw_line(d, f, s);
	}
}

static void draw_limits(struct lull_drawing *d, const struct frame *f)
{
	for (size_t i = 0; i < f->panel->n_limits; i++) {
		const struct lull_chart_limit *limit = &f->panel->limits[i];
		if (!can_show(f->panel, limit->at))
			continue;
		const double y = at_y(f, limit->at);
		if (y < f->y0 - 0.5 || y > f->y0 + f->h + 0.5)
			continue;
		struct lull_type type = lull_chart__tick;
		type.color = LULL_COLOR_CAUTION;
		lull_draw_line(d, f->x0, y, f->x0 + f->w, y,
			       (struct lull_paint){ .stroke = LULL_COLOR_CAUTION, .width_pt = 0.8, .dash_pt = 2.5 });
		/* curves fall: the corners at the top right and the bottom left are the empty ones */
		const bool is_low = y > f->y0 + 0.5 * f->h;
		if (limit->label)
			lull_draw_text(d, is_low ? f->x0 + 2.0 : f->x0 + f->w - 2.0, y - 2.8, &type, is_low ? LULL_AT_START : LULL_AT_END,
				       limit->label);
	}
}

/* ---- a panel, the key, the whole ---- */

static double head_of(const struct lull_plot_panel *p)
{
	return p->title ? 26.0 : 13.0;
}

static double height_of(const struct lull_plot_panel *p)
{
	return p->height_pt > 0.0 ? p->height_pt : 150.0;
}

static int draw_panel(struct lull_drawing *d, const struct lull_plot *plot, const struct lull_plot_panel *p, double x,
		      double y, double w, struct lull_err *err)
{
	struct frame f = { .panel = p, .x0 = x + margin_left, .y0 = y + head_of(p), .w = w - margin_left - margin_right,
			   .h = height_of(p) };
	const int rc = find_range(plot, &f, err);

	if (rc != LULL_OK)
		return rc;
	if (p->title) {
		struct lull_type type = lull_chart__label;
		type.weight = LULL_SEMIBOLD;
		type.color = LULL_COLOR_INK;
		lull_draw_text(d, x, y + 8.0, &type, LULL_AT_START, p->title);
	}
	lull_draw_text(d, x, f.y0 - 6.0, &lull_chart__label, LULL_AT_START, p->y_label);
	draw_axes(d, &f);
	lull_draw_clip(d, f.x0, f.y0 - 1.0, f.w + 1.0, f.h + 2.0);
	for (size_t i = 0; i < p->n_series; i++)
		draw_series(d, &f, &p->series[i]);
	lull_draw_end(d);
	draw_limits(d, &f);
	return LULL_OK;
}

static bool listed_before(const struct lull_plot *plot, size_t i_panel, size_t i_series)
{
	const char *label = plot->panels[i_panel].series[i_series].label;

	for (size_t p = 0; p <= i_panel; p++)
		for (size_t s = 0; s < (p == i_panel ? i_series : plot->panels[p].n_series); s++)
			if (lull_text_eq(plot->panels[p].series[s].label, label))
				return true;
	return false;
}

static void draw_swatch(struct lull_drawing *d, const struct lull_plot_series *s, double x, double y)
{
	const struct lull_paint line = { .stroke = s->color, .dash_pt = s->dash_pt, .opacity = s->opacity,
					 .width_pt = s->width_pt > 0.0 ? s->width_pt : 1.4 };

	if (s->kind == LULL_PLOT_AREA)
		lull_draw_rect(d, x, y - 5.5, 14.0, 6.0, 0.0,
			       (struct lull_paint){ .fill = s->color, .opacity = s->opacity > 0.0 ? s->opacity : 0.72 });
	else if (s->kind == LULL_PLOT_POINTS)
		lull_draw_circle(d, x + 7.0, y - 2.5, s->width_pt > 0.0 ? s->width_pt : 1.5,
				 (struct lull_paint){ .fill = s->color, .opacity = s->opacity });
	else
		lull_draw_line(d, x, y - 2.5, x + 14.0, y - 2.5, line);
}

/* What each kind of mark is, left to right, wrapped. Returns the height used. */
static double draw_key(struct lull_drawing *d, const struct lull_plot *plot, struct lull_fonts *fonts, double y)
{
	const double leading = 12.0;
	double x = 0.0, bottom = y;

	for (size_t p = 0; p < plot->n_panels; p++) {
		for (size_t i = 0; i < plot->panels[p].n_series; i++) {
			const struct lull_plot_series *s = &plot->panels[p].series[i];
			if (!s->label || listed_before(plot, p, i))
				continue;
			const double w = 19.0 + lull_text_width_pt(fonts, &lull_chart__label, s->label);
			if (x > 0.0 && x + w > d->width_pt) {
				x = 0.0;
				bottom += leading;
			}
			draw_swatch(d, s, x, bottom + 8.0);
			lull_draw_text(d, x + 18.0, bottom + 8.0, &lull_chart__label, LULL_AT_START, s->label);
			x += w + gap;
		}
	}
	return x > 0.0 ? bottom + leading - y : 0.0;
}

static int draw_panels(struct lull_drawing *d, const struct lull_plot *plot, double *y, struct lull_err *err)
{
	const size_t n_columns = plot->n_columns > 0 ? (size_t)plot->n_columns : 1;
	const double w = (d->width_pt - gap * (double)(n_columns - 1)) / (double)n_columns;

	for (size_t row = 0; row < plot->n_panels; row += n_columns) {
		double row_h = 0.0;
		for (size_t i = row; i < plot->n_panels && i < row + n_columns; i++) {
			const struct lull_plot_panel *p = &plot->panels[i];
			const int rc = draw_panel(d, plot, p, (double)(i - row) * (w + gap), *y, w, err);
			if (rc != LULL_OK)
				return rc;
			row_h = lull_max(row_h, head_of(p) + height_of(p) + foot_h);
		}
		*y += row_h + 4.0;
	}
	return LULL_OK;
}

int lull_plot_draw(const struct lull_plot *plot, double width_pt, struct lull_fonts *fonts, struct lull_arena *arena,
		   struct lull_drawing *out, struct lull_err *err)
{
	const struct lull_chart head = { .title = plot->title, .note = plot->note };
	double y, foot;

	if (!plot->n_panels)
		return lull_fail(err, LULL_EDOMAIN, plot->id, "a plot needs at least one panel");
	lull_drawing_init(out, arena, width_pt, 0.0);
	out->id = plot->id;
	out->title = plot->title;
	out->desc = plot->desc;
	int rc = lull_chart__head(out, &head, fonts, &y, err);
	if (rc != LULL_OK)
		return rc;
	y += draw_key(out, plot, fonts, y) + 6.0;
	rc = draw_panels(out, plot, &y, err);
	if (rc == LULL_OK)
		rc = lull_chart__foot(out, &head, fonts, y - 8.0, &foot, err);
	if (rc != LULL_OK)
		return rc;
	out->height_pt = y + foot;
	return out->failed ? lull_nomem(err) : LULL_OK;
}
