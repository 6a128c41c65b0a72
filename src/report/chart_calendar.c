/* Calendar heat map: weeks across, weekdays down, one cell a day. Missing days are hatched,
 * never empty: an empty cell would read as "nothing happened". */
#include "chart_impl.h"

#include <string.h>

enum { WEEKS_A_STRIP = 53, N_STATES = LULL_CAL_SEVERE + 1 };

static const enum lull_color state_color[N_STATES] = {
	LULL_COLOR_PAPER, LULL_COLOR_DAY_FREE, LULL_COLOR_DAY_UNRATED, LULL_COLOR_DAY_MILD,
	LULL_COLOR_DAY_MODERATE, LULL_COLOR_DAY_SEVERE,
};
static const char *const state_label[N_STATES] = { "nothing recorded", "headache-free",
						   "headache, not rated", "mild", "moderate", "severe" };
static const char state_glyph[N_STATES] = { '?', '.', '#', '1', '2', '3' };
static const char *const month_names[12] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
static const char *const weekday_names[7] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };

/* Row of the first day: its weekday, or the top when the calendar is invented. */
static size_t first_row(const struct lull_calendar *cal)
{
	return cal->day_index_only ? 0 : (size_t)lull_weekday(cal->first);
}

static size_t n_weeks(const struct lull_calendar *cal)
{
	return (first_row(cal) + cal->n_days + 6) / 7;
}

static void draw_cell(struct lull_drawing *d, const struct lull_cal_day *day, double x, double y,
		      double size)
{
	const struct lull_paint fill = { .fill = state_color[day->state] };
	const struct lull_paint frame = { .fill = LULL_COLOR_PAPER, .stroke = LULL_COLOR_HAIRLINE,
					  .width_pt = 0.5 };
	const struct lull_paint hatch = { .stroke = LULL_COLOR_INK_FAINT, .width_pt = 0.35 };
	if (day->state == LULL_CAL_MISSING) {
		lull_draw_rect(d, x + 0.25, y + 0.25, size - 0.5, size - 0.5, 0.0, frame);
		lull_draw_hatch(d, x + 0.25, y + 0.25, size - 0.5, size - 0.5, size / 2.5, hatch);
	} else {
		lull_draw_rect(d, x, y, size, size, 1.2, fill);
	}
	const bool dark = day->state == LULL_CAL_SEVERE;
	if (day->acute)
		lull_draw_circle(d, x + size / 2.0, y + size / 2.0, size * 0.15,
				 (struct lull_paint){ .fill = dark ? LULL_COLOR_PAPER : LULL_COLOR_INK });
	if (day->infusion)
		lull_draw_rect(d, x - 0.4, y - 0.4, size + 0.8, size + 0.8, 1.6,
			       (struct lull_paint){ .stroke = LULL_COLOR_INFUSION, .width_pt = 1.4 });
}

/* Month names above the week in which the month begins; day numbers when invented. */
static void draw_week_labels(struct lull_drawing *d, const struct lull_calendar *cal, size_t week0,
			     size_t weeks, double x0, double y, double pitch)
{
	size_t last_at = 0;
	bool any = false;
	for (size_t w = week0; w < week0 + weeks; w++) {
		char label[24] = "";
		const size_t first_in_week = w * 7 > first_row(cal) ? w * 7 - first_row(cal) : 0;
		if (cal->day_index_only) {
			if (w % 4 == 0)
				lull_num_text(label, sizeof(label), (double)first_in_week + 1.0, 0);
		} else {
			for (size_t i = first_in_week; i < first_in_week + 7 && i < cal->n_days; i++) {
				const struct lull_ymd ymd = lull_ymd_from_day(cal->first + (lull_day)i);
				if (ymd.day == 1 || (i == 0 && ymd.day <= 20))
					memcpy(label, month_names[ymd.month - 1], 4);
			}
		}
		if (!*label || (any && w - last_at < 3))
			continue;
		last_at = w;
		any = true;
		lull_draw_text(d, x0 + (double)(w - week0) * pitch, y, &lull_chart__tick, LULL_AT_START,
			       label);
	}
}

static void draw_strip(struct lull_drawing *d, const struct lull_calendar *cal, size_t week0,
		       size_t weeks, double x0, double y0, double pitch)
{
	const double size = pitch - 1.6;
	draw_week_labels(d, cal, week0, weeks, x0, y0 - 4.0, pitch);
	for (size_t row = 0; row < 7 && !cal->day_index_only; row += 2)
		lull_draw_text(d, x0 - 5.0, y0 + (double)row * pitch + size * 0.5 + 2.5,
			       &lull_chart__tick, LULL_AT_END, weekday_names[row]);
	const size_t skip = first_row(cal);
	for (size_t slot = week0 * 7; slot < (week0 + weeks) * 7; slot++) {
		if (slot < skip || slot - skip >= cal->n_days)
			continue;
		draw_cell(d, &cal->days[slot - skip], x0 + (double)(slot / 7 - week0) * pitch,
			  y0 + (double)(slot % 7) * pitch, size);
	}
}

/* Which entries of the key are needed at all. */
static void find_used(const struct lull_calendar *cal, bool used[N_STATES], bool *acute,
		      bool *infusion)
{
	*acute = *infusion = false;
	for (size_t i = 0; i < cal->n_days; i++) {
		used[cal->days[i].state] = true;
		*acute = *acute || cal->days[i].acute;
		*infusion = *infusion || cal->days[i].infusion;
	}
}

/* Returns the baseline of its last line. */
static double draw_key(struct lull_drawing *d, struct lull_fonts *fonts,
		       const struct lull_calendar *cal, double x0, double y)
{
	double x = x0;
	bool used[N_STATES] = { false }, acute, infusion;
	find_used(cal, used, &acute, &infusion);
	static const uint8_t order[N_STATES] = { LULL_CAL_FREE, LULL_CAL_MILD, LULL_CAL_MODERATE,
						 LULL_CAL_SEVERE, LULL_CAL_UNRATED, LULL_CAL_MISSING };
	for (size_t i = 0; i < N_STATES + 2; i++) {
		struct lull_cal_day day = { 0 };
		const char *label;
		if (i < N_STATES) {
			day.state = order[i];
			label = state_label[order[i]];
		} else {
			day.state = LULL_CAL_FREE;
			day.acute = i == N_STATES;
			day.infusion = i > N_STATES;
			label = day.acute ? "acute drug taken" : "infusion";
		}
		if (i < N_STATES ? !used[order[i]] : i == N_STATES ? !acute : !infusion)
			continue;
		const double w = 11.0 + lull_text_width_pt(fonts, &lull_chart__tick, label);
		if (x > x0 && x + w > d->width_pt) {
			x = x0;
			y += 12.0;
		}
		draw_cell(d, &day, x, y - 6.4, 7.6);
		lull_draw_text(d, x + 11.0, y, &lull_chart__tick, LULL_AT_START, label);
		x += w + 12.0;
	}
	return y;
}

int lull_chart__draw_calendar(const struct lull_chart *chart, struct lull_fonts *fonts,
			      struct lull_drawing *d, struct lull_err *err)
{
	const struct lull_calendar *cal = &chart->calendar;
	double head, foot;
	int rc = lull_chart__head(d, chart, fonts, &head, err);
	if (rc != LULL_OK)
		return rc;
	const double x0 = cal->day_index_only ? 0.0 : 26.0;
	const size_t weeks = n_weeks(cal);
	const size_t in_strip = weeks < WEEKS_A_STRIP ? weeks : WEEKS_A_STRIP;
	double pitch = (d->width_pt - x0) / (double)in_strip;
	if (pitch > 13.0)
		pitch = 13.0;
	double y = head + 12.0;
	for (size_t week0 = 0; week0 < weeks; week0 += WEEKS_A_STRIP) {
		const size_t left = weeks - week0;
		draw_strip(d, cal, week0, left < WEEKS_A_STRIP ? left : WEEKS_A_STRIP, x0, y, pitch);
		y += 7.0 * pitch + 18.0;
	}
	y = draw_key(d, fonts, cal, x0, y - 4.0) + 2.0;
	rc = lull_chart__foot(d, chart, fonts, y, &foot, err);
	d->height_pt = y + foot + 4.0;
	return rc;
}

/* Counts by state, acute days, infusion days. */
static void count(const struct lull_calendar *cal, size_t n[N_STATES], size_t *acute,
		  size_t *infusion)
{
	*acute = *infusion = 0;
	for (size_t i = 0; i < cal->n_days; i++) {
		n[cal->days[i].state]++;
		*acute += cal->days[i].acute;
		*infusion += cal->days[i].infusion;
	}
}

void lull_chart__say_calendar(const struct lull_chart *chart, struct lull_buf *out)
{
	const struct lull_calendar *cal = &chart->calendar;
	size_t n[N_STATES] = { 0 }, acute, infusion;
	count(cal, n, &acute, &infusion);
	char from[LULL_DAY_TEXT], to[LULL_DAY_TEXT];
	if (cal->day_index_only)
		lull_buf_printf(out, "%zu numbered days: ", cal->n_days);
	else
		lull_buf_printf(out, "%zu days from %s to %s: ", cal->n_days,
				lull_day_text(from, cal->first),
				lull_day_text(to, cal->first + (lull_day)cal->n_days - 1));
	lull_buf_printf(out, "%zu headache-free, %zu with headache", n[LULL_CAL_FREE],
			n[LULL_CAL_UNRATED] + n[LULL_CAL_MILD] + n[LULL_CAL_MODERATE]
				+ n[LULL_CAL_SEVERE]);
	lull_buf_printf(out, " (%zu mild, %zu moderate, %zu severe, %zu not rated), %zu without a record",
			n[LULL_CAL_MILD], n[LULL_CAL_MODERATE], n[LULL_CAL_SEVERE],
			n[LULL_CAL_UNRATED], n[LULL_CAL_MISSING]);
	if (acute)
		lull_buf_printf(out, "; an acute drug on %zu days", acute);
	if (infusion)
		lull_buf_printf(out, "; infusions on %zu days", infusion);
	lull_buf_putc(out, '.');
}

/* One row a stretch of four weeks. */
struct lull_table *lull_chart__table_calendar(const struct lull_chart *chart, struct lull_arena *arena)
{
	static const struct lull_table_column columns[] = {
		{ "From", LULL_AT_START, 0 },     { "Days", LULL_AT_END, 0 },
		{ "Recorded", LULL_AT_END, 0 },   { "Free", LULL_AT_END, 0 },
		{ "Headache", LULL_AT_END, 0 },   { "Moderate or severe", LULL_AT_END, 0 },
		{ "Acute drug", LULL_AT_END, 0 },
	};
	const struct lull_calendar *cal = &chart->calendar;
	struct lull_table *table = lull_table_new(arena, "Days in stretches of four weeks", columns,
						  sizeof(columns) / sizeof(columns[0]));
	for (size_t from = 0; from < cal->n_days; from += 28) {
		struct lull_calendar part = *cal;
		part.days = cal->days + from;
		part.n_days = cal->n_days - from < 28 ? cal->n_days - from : 28;
		size_t n[N_STATES] = { 0 }, acute, infusion;
		count(&part, n, &acute, &infusion);
		char day[LULL_DAY_TEXT];
		if (cal->day_index_only)
			lull_table_cellf(table, "day %zu", from + 1);
		else
			lull_table_cell(table, lull_day_text(day, cal->first + (lull_day)from));
		lull_table_cellf(table, "%zu", part.n_days);
		lull_table_cellf(table, "%zu", part.n_days - n[LULL_CAL_MISSING]);
		lull_table_cellf(table, "%zu", n[LULL_CAL_FREE]);
		lull_table_cellf(table, "%zu", part.n_days - n[LULL_CAL_MISSING] - n[LULL_CAL_FREE]);
		lull_table_cellf(table, "%zu", n[LULL_CAL_MODERATE] + n[LULL_CAL_SEVERE]);
		lull_table_cellf(table, "%zu", acute);
	}
	return table;
}

void lull_chart__text_calendar(const struct lull_chart *chart, int width, bool color,
			       struct lull_buf *out)
{
	const struct lull_calendar *cal = &chart->calendar;
	const size_t skip = first_row(cal), weeks = n_weeks(cal);
	const size_t fit = (size_t)(width - 4);
	for (size_t week0 = 0; week0 < weeks; week0 += fit) {
		const size_t end = weeks - week0 < fit ? weeks : week0 + fit;
		for (size_t row = 0; row < 7; row++) {
			lull_buf_printf(out, "%-4s", cal->day_index_only ? "" : weekday_names[row]);
			for (size_t w = week0; w < end; w++) {
				const size_t slot = w * 7 + row;
				if (slot < skip)
					lull_buf_putc(out, ' ');
				if (slot < skip || slot - skip >= cal->n_days)
					continue;
				const struct lull_cal_day *day = &cal->days[slot - skip];
				const bool rated = day->state >= LULL_CAL_MILD;
				if (rated)
					lull_chart__paint(out, color, state_color[day->state]);
				lull_buf_putc(out, day->infusion ? '+' : state_glyph[day->state]);
				if (rated)
					lull_chart__plain(out, color);
			}
			lull_buf_putc(out, '\n');
		}
		lull_buf_putc(out, '\n');
	}
	lull_buf_wrap(out, "Key: . headache-free, 1 mild, 2 moderate, 3 severe, # headache not rated, "
			   "? nothing recorded, + infusion. One column is a week.", 0, (size_t)width);
}
