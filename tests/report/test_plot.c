/* Panels of curves: what is drawn lies inside its frame, gaps stay gaps, a logarithm shows what is above 0. */
#include "support.h"

#include <math.h>
#include <stdlib.h>

#include "lull/report/plot.h"

enum { N = 61 };
static double x[N], low[N], mid[N], high[N];

static void fill(void)
{
	for (int i = 0; i < N; i++) {
		x[i] = i * 0.4;
		mid[i] = 200.0 * exp(-0.3 * x[i]) * (1.0 - exp(-4.0 * x[i]));
		low[i] = 0.6 * mid[i];
		high[i] = 1.7 * mid[i];
	}
}

struct run {
	struct lull_arena arena;
	struct lull_fonts *fonts;
	struct lull_drawing d;
	struct lull_err err;
};

static int draw(struct run *r, const struct lull_plot *plot)
{
	*r = (struct run){ 0 };
	assert_ok(lull_fonts_new(&r->fonts, &r->err), &r->err);
	return lull_plot_draw(plot, 480, r->fonts, &r->arena, &r->d, &r->err);
}

static void end(struct run *r)
{
	lull_fonts_free(r->fonts);
	lull_arena_clear(&r->arena);
}

#define AUTO .x_min = NAN, .x_max = NAN, .y_min = NAN, .y_max = NAN

static void two_panels(const struct lull_plot_panel **out, bool log_y)
{
	static struct lull_plot_series series[3], points;
	static const struct lull_chart_limit limit = { 100, "100 ng/mL" };
	static const double rug[] = { 0, 6, 12 };
	static struct lull_plot_panel panels[2];
	fill();
	series[0] = (struct lull_plot_series){ .kind = LULL_PLOT_AREA, .label = "90 % of people", .x = x, .y = low,
					       .y_high = high, .n = N, .color = LULL_COLOR_WITH_PALE };
	series[1] = (struct lull_plot_series){ .kind = LULL_PLOT_LINE, .label = "median", .x = x, .y = mid, .n = N,
					       .color = LULL_COLOR_WITH };
	series[2] = (struct lull_plot_series){ .kind = LULL_PLOT_STEPS, .label = "rate", .x = x, .y = low, .n = 5,
					       .color = LULL_COLOR_INFUSION };
	points = (struct lull_plot_series){ .kind = LULL_PLOT_POINTS, .label = "observed", .x = x, .y = high, .n = N,
					    .color = LULL_COLOR_INK };
	panels[0] = (struct lull_plot_panel){ .title = "ketamine", .x_label = "h", .y_label = "ng/mL", .series = series,
					      .n_series = 3, .limits = &limit, .n_limits = 1, .log_y = log_y, AUTO };
	panels[1] = (struct lull_plot_panel){ .x_label = "h", .y_label = "ng/mL", .series = &points, .n_series = 1,
					      .rug = rug, .n_rug = 3, AUTO };
	*out = panels;
}

/* How many shapes of a kind; every point of theirs inside the page. */
static size_t count(const struct lull_drawing *d, enum lull_shape_kind kind)
{
	size_t n = 0;
	for (size_t i = 0; i < d->n_shapes; i++) {
		const struct lull_shape *s = &d->shapes[i];
		n += s->kind == kind;
		for (size_t k = 0; k < s->n_points; k++) {
			assert_true(isfinite(s->points[k].x) && isfinite(s->points[k].y));
			assert_true(s->points[k].x >= 0 && s->points[k].x <= d->width_pt);
		}
	}
	return n;
}

static void panels_are_drawn(void **state)
{
	(void)state;
	for (int log_y = 0; log_y < 2; log_y++) {
		struct run r;
		struct lull_buf svg = { 0 };
		struct lull_plot plot = { .id = "sim", .title = "Ketamine", .desc = "d", .note = "n", .n_panels = 2,
					  .n_columns = 2 };
		two_panels(&plot.panels, log_y);
		assert_ok(draw(&r, &plot), &r.err);
		assert_int_equal(count(&r.d, LULL_SHAPE_POLYGON), 1);
		assert_int_equal(count(&r.d, LULL_SHAPE_CIRCLE), N + 1); /* and the key's */
		assert_ok(lull_drawing_svg(&r.d, &svg, &r.err), &r.err);
		for (const char **t = (const char *[]){ ">median<", ">90 % of people<", ">observed<", ">100 ng/mL<", ">100<", NULL }; *t; t++)
			assert_has(lull_buf_text(&svg), *t);
		lull_buf_clear(&svg);
		end(&r);
	}
}

static void a_gap_stays_a_gap(void **state)
{
	struct run r;
	double y[] = { 1, 2, NAN, 3, NAN, 4, 5 }, at[] = { 0, 1, 2, 3, 4, 5, 6 };
	const struct lull_plot_series s[] = {
		{ .kind = LULL_PLOT_LINE, .x = at, .y = y, .n = 7, .color = LULL_COLOR_INK },
	};
	const struct lull_plot_panel panel = { .x_label = "h", .y_label = "y", .series = s, .n_series = 1, AUTO };
	const struct lull_plot plot = { .id = "gap", .title = "Gap", .panels = &panel, .n_panels = 1 };
	(void)state;
	assert_ok(draw(&r, &plot), &r.err);
	assert_int_equal(count(&r.d, LULL_SHAPE_POLYLINE), 2);
	assert_int_equal(count(&r.d, LULL_SHAPE_CIRCLE), 1); /* the lone point */
	end(&r);
}

static void nothing_to_draw_is_said(void **state)
{
	struct run r;
	double zero[] = { 0, 0 }, at[] = { 0, 1 };
	const struct lull_plot_series s = { .kind = LULL_PLOT_LINE, .x = at, .y = zero, .n = 2, .color = LULL_COLOR_INK };
	const struct lull_plot_panel panel = { .x_label = "h", .y_label = "y", .series = &s, .n_series = 1, .log_y = true, AUTO };
	const struct lull_plot plot = { .id = "empty", .title = "Empty", .panels = &panel, .n_panels = 1 };
	(void)state;
	assert_int_equal(draw(&r, &plot), LULL_EDOMAIN);
	assert_has(r.err.mend, "above 0");
	end(&r);
	const struct lull_plot none = { .id = "none", .title = "None" };
	assert_int_equal(draw(&r, &none), LULL_EDOMAIN);
	end(&r);
}

static void a_flat_curve_has_an_axis(void **state)
{
	struct run r;
	double flat[] = { 5, 5 }, at[] = { 0, 1 };
	const struct lull_plot_series s = { .kind = LULL_PLOT_LINE, .x = at, .y = flat, .n = 2, .color = LULL_COLOR_INK };
	struct lull_plot_panel panel = { .x_label = "h", .y_label = "y", .series = &s, .n_series = 1, AUTO };
	const struct lull_plot plot = { .id = "flat", .title = "Flat", .panels = &panel, .n_panels = 1 };
	(void)state;
	for (int log_y = 0; log_y < 2; log_y++) {
		panel.log_y = log_y;
		assert_ok(draw(&r, &plot), &r.err);
		assert_int_equal(count(&r.d, LULL_SHAPE_POLYLINE), 1);
		end(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(panels_are_drawn),
		cmocka_unit_test(a_gap_stays_a_gap),
		cmocka_unit_test(nothing_to_draw_is_said),
		cmocka_unit_test(a_flat_curve_has_an_axis),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
