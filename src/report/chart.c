/* What the charts share, and the way in to each of them. */
#include "chart_impl.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

const struct lull_type lull_chart__title = { .size_pt = 9.0, .weight = LULL_SEMIBOLD,
					     .color = LULL_COLOR_INK };
const struct lull_type lull_chart__label = { .size_pt = 7.5, .color = LULL_COLOR_INK_SOFT };
const struct lull_type lull_chart__tick = { .size_pt = 7.0, .color = LULL_COLOR_INK_FAINT };
const struct lull_type lull_chart__note = { .size_pt = 7.25, .color = LULL_COLOR_INK_FAINT };

const char *const lull_chart__eighths[9] = { " ", "\u2581", "\u2582", "\u2583", "\u2584",
					     "\u2585", "\u2586", "\u2587", "\u2588" };

double lull_chart__step(double span, int n_most)
{
	double unit = 1.0;
	while (unit * n_most < span)
		unit *= 10.0;
	while (unit * n_most >= span * 10.0)
		unit /= 10.0;
	/* unit * n_most >= span > unit * n_most / 10 */
	if (unit * 0.2 * n_most >= span)
		return unit * 0.2;
	if (unit * 0.5 * n_most >= span)
		return unit * 0.5;
	return unit;
}

double lull_chart__time_step(double span, int n_most)
{
	static const double steps[] = { 0.25, 0.5, 1, 2, 3, 4, 6, 7, 12, 14, 24, 28 };
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (steps[i] * n_most >= span)
			return steps[i];
	return lull_chart__step(span, n_most);
}

int lull_chart__head(struct lull_drawing *d, const struct lull_chart *chart,
		     struct lull_fonts *fonts, double *height, struct lull_err *err)
{
	const struct lull_lines *lines;
	const int rc = lull_lines_break(fonts, &lull_chart__title, chart->title, d->width_pt,
					d->arena, &lines, err);
	if (rc != LULL_OK)
		return rc;
	const double leading = 12.5;
	const size_t n = lull_lines_count(lines);
	lull_draw_lines(d, lines, 0, n, 0.0, 9.0, leading, LULL_AT_START);
	*height = (double)n * leading + 4.0;
	return LULL_OK;
}

int lull_chart__foot(struct lull_drawing *d, const struct lull_chart *chart,
		     struct lull_fonts *fonts, double y, double *height, struct lull_err *err)
{
	*height = 0.0;
	if (!chart->note)
		return LULL_OK;
	const struct lull_lines *lines;
	const int rc = lull_lines_break(fonts, &lull_chart__note, chart->note, d->width_pt, d->arena,
					&lines, err);
	if (rc != LULL_OK)
		return rc;
	const double leading = 10.0;
	const size_t n = lull_lines_count(lines);
	lull_draw_lines(d, lines, 0, n, 0.0, y + 12.0, leading, LULL_AT_START);
	*height = (double)n * leading + 6.0;
	return LULL_OK;
}

void lull_chart__paint(struct lull_buf *out, bool color, enum lull_color token)
{
	if (!color)
		return;
	const unsigned rgb = (unsigned)lull_color_rgb(token);
	lull_buf_printf(out, "\x1b[38;2;%u;%u;%um", rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255);
}

void lull_chart__plain(struct lull_buf *out, bool color)
{
	if (color)
		lull_buf_puts(out, "\x1b[0m");
}

void lull_chart__wrapf(struct lull_buf *out, size_t indent, int width, const char *fmt, ...)
{
	struct lull_buf text = { 0 };
	va_list ap;
	va_start(ap, fmt);
	lull_buf_vprintf(&text, fmt, ap);
	va_end(ap);
	out->failed = out->failed || text.failed;
	lull_buf_wrap(out, lull_buf_text(&text), indent, (size_t)width);
	lull_buf_clear(&text);
}

int lull_chart__bar(struct lull_buf *out, double frac, int n_cells)
{
	static const char *const part[8] = { "", "\u258f", "\u258e", "\u258d", "\u258c",
					     "\u258b", "\u258a", "\u2589" };
	const double bounded = frac < 0.0 ? 0.0 : frac > 1.0 ? 1.0 : frac;
	const int eighths = (int)(bounded * n_cells * 8.0 + 0.5);
	for (int i = 0; i < eighths / 8; i++)
		lull_buf_puts(out, "\u2588");
	lull_buf_puts(out, part[eighths % 8]);
	return (eighths + 7) / 8;
}

/* Can it be drawn at all? */
static int check(const struct lull_chart *chart, struct lull_err *err)
{
	const char *id = chart->id ? chart->id : "chart";
	const struct lull_bands *bands = &chart->bands;
	switch (chart->kind) {
	case LULL_CHART_CALENDAR:
		if (chart->calendar.n_days == 0)
			return lull_fail(err, LULL_EDOMAIN, id, "a calendar needs at least one day");
		return LULL_OK;
	case LULL_CHART_BLOCKS:
		if (chart->blocks.n_blocks == 0 || chart->blocks.n_measures == 0
		    || chart->blocks.days_per_block <= 0)
			return lull_fail(err, LULL_EDOMAIN, id, "block bars need at least one block of days");
		return LULL_OK;
	case LULL_CHART_LADDER:
		if (chart->ladder.n_steps == 0)
			return lull_fail(err, LULL_EDOMAIN, id, "a ladder needs at least one step");
		return LULL_OK;
	default:
		break;
	}
	if (bands->n < 2 || bands->n_arms == 0)
		return lull_fail(err, LULL_EDOMAIN, id, "bands need at least two times and one arm");
	for (size_t i = 1; i < bands->n; i++)
		if (!(bands->x[i] > bands->x[i - 1]))
			return lull_fail(err, LULL_EDOMAIN, id, "the times of a band must rise");
	for (size_t a = 0; a < bands->n_arms; a++)
		if (!bands->arms[a].median)
			return lull_fail(err, LULL_EDOMAIN, id, "each arm of a band has a median");
	return LULL_OK;
}

int lull_chart_draw(const struct lull_chart *chart, double width_pt, struct lull_fonts *fonts,
		    struct lull_arena *arena, struct lull_drawing *out, struct lull_err *err)
{
	int rc = check(chart, err);
	if (rc != LULL_OK)
		return rc;
	lull_drawing_init(out, arena, width_pt, 0.0);
	out->id = chart->id;
	out->title = chart->title;
	rc = lull_chart_summary(chart, arena, &out->desc, err);
	if (rc != LULL_OK)
		return rc;
	switch (chart->kind) {
	case LULL_CHART_CALENDAR:
		rc = lull_chart__draw_calendar(chart, fonts, out, err);
		break;
	case LULL_CHART_BLOCKS:
		rc = lull_chart__draw_blocks(chart, fonts, out, err);
		break;
	case LULL_CHART_BANDS:
		rc = lull_chart__draw_bands(chart, fonts, out, err);
		break;
	default:
		rc = lull_chart__draw_ladder(chart, fonts, out, err);
	}
	return rc == LULL_OK && out->failed ? lull_nomem(err) : rc;
}

int lull_chart_summary(const struct lull_chart *chart, struct lull_arena *arena, const char **out,
		       struct lull_err *err)
{
	int rc = check(chart, err);
	if (rc != LULL_OK)
		return rc;
	struct lull_buf buf = { 0 };
	switch (chart->kind) {
	case LULL_CHART_CALENDAR:
		lull_chart__say_calendar(chart, &buf);
		break;
	case LULL_CHART_BLOCKS:
		lull_chart__say_blocks(chart, &buf);
		break;
	case LULL_CHART_BANDS:
		lull_chart__say_bands(chart, &buf);
		break;
	default:
		lull_chart__say_ladder(chart, &buf);
	}
	rc = lull_buf_status(&buf, err);
	if (rc == LULL_OK) {
		*out = lull_arena_strdup(arena, lull_buf_text(&buf));
		rc = *out ? LULL_OK : lull_nomem(err);
	}
	lull_buf_clear(&buf);
	return rc;
}

int lull_chart_table(const struct lull_chart *chart, struct lull_arena *arena,
		     const struct lull_table **out, struct lull_err *err)
{
	const int rc = check(chart, err);
	if (rc != LULL_OK)
		return rc;
	const struct lull_table *table;
	switch (chart->kind) {
	case LULL_CHART_CALENDAR:
		table = lull_chart__table_calendar(chart, arena);
		break;
	case LULL_CHART_BLOCKS:
		table = lull_chart__table_blocks(chart, arena);
		break;
	case LULL_CHART_BANDS:
		table = lull_chart__table_bands(chart, arena);
		break;
	default:
		table = lull_chart__table_ladder(chart, arena);
	}
	if (!table || table->failed)
		return lull_nomem(err);
	*out = table;
	return LULL_OK;
}

int lull_chart_text(const struct lull_chart *chart, int width, bool color, struct lull_buf *out,
		    struct lull_err *err)
{
	const int rc = check(chart, err);
	if (rc != LULL_OK)
		return rc;
	lull_buf_wrap(out, chart->title, 0, (size_t)width);
	switch (chart->kind) {
	case LULL_CHART_CALENDAR:
		lull_chart__text_calendar(chart, width, color, out);
		break;
	case LULL_CHART_BLOCKS:
		lull_chart__text_blocks(chart, width, color, out);
		break;
	case LULL_CHART_BANDS:
		lull_chart__text_bands(chart, width, color, out);
		break;
	default:
		lull_chart__text_ladder(chart, width, color, out);
	}
	if (chart->note)
		lull_buf_wrap(out, chart->note, 0, (size_t)width);
	return lull_buf_status(out, err);
}
