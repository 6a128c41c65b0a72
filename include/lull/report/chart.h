/* lull/report/chart.h - the pictures of a dossier, from plain arrays: calendar, block bars, bands, ladder.
 *
 * A chart knows nothing of patients or plans; the dossier fills it. Each can be drawn,
 * said in a sentence, written as a table, and shown on a terminal: the same facts four
 * ways. Inputs are borrowed. Figures such as "15 days" come with the input, never from
 * the drawing. */
#ifndef LULL_REPORT_CHART_H
#define LULL_REPORT_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lull/base/date.h"
#include "lull/base/err.h"
#include "lull/base/mem.h"
#include "lull/base/text.h"
#include "lull/report/scene.h"
#include "lull/report/table.h"

enum lull_chart_kind {
	LULL_CHART_CALENDAR,
	LULL_CHART_BLOCKS,
	LULL_CHART_BANDS,
	LULL_CHART_LADDER
};

/* ---- calendar: one cell a day ------------------------------------------------------ */

enum lull_cal_state {
	LULL_CAL_MISSING, /* hatched: nothing was recorded */
	LULL_CAL_FREE,
	LULL_CAL_UNRATED, /* headache, no severity recorded */
	LULL_CAL_MILD,
	LULL_CAL_MODERATE,
	LULL_CAL_SEVERE
};

struct lull_cal_day {
	uint8_t state; /* enum lull_cal_state */
	bool acute;    /* an acute drug was taken: a dot    */
	bool infusion; /* a treatment day: a ring           */
};

struct lull_calendar {
	lull_day first;
	const struct lull_cal_day *days;
	size_t n_days;
	bool day_index_only; /* the calendar is invented: number the days instead of naming them */
};

/* ---- blocks: counted days of each block with their bounds -------------------------- */

struct lull_chart_block {
	const char *label; /* "2026-03-01" or "days 1-28" */
	double counted, at_most; /* at_most: were every missing day a yes; NAN = not known */
};

/* One row of bars: headache days, migraine days, days with an acute drug. */
struct lull_chart_measure {
	const char *label;
	const struct lull_chart_block *blocks; /* n_blocks of them */
	const double *lines;                   /* thresholds in days */
	const char *const *line_labels;
	size_t n_lines;
};

struct lull_blocks {
	int days_per_block; /* top of the scale */
	size_t n_blocks;
	const struct lull_chart_measure *measures;
	size_t n_measures;
};

/* ---- bands: a quantity over time, as a median and where most people lie ------------ */

enum lull_band_role { LULL_ROLE_WITH, LULL_ROLE_WITHOUT, LULL_ROLE_ARTERIAL, LULL_ROLE_VENOUS };

/* n values each; NULL = not drawn. */
struct lull_band_arm {
	const char *label; /* "with ketamine", "arterial" */
	enum lull_band_role role;
	const double *median, *low50, *high50, *low90, *high90;
};

struct lull_chart_limit { /* a horizontal line */
	double at;
	const char *label;
};

struct lull_chart_span { /* a stretch of time: an infusion */
	double from, to;
	const char *label;
};

struct lull_bands {
	const char *x_label, *y_label; /* with units: "hours from the start", "ng/mL" */
	const double *x;               /* rising */
	size_t n;
	const struct lull_band_arm *arms;
	size_t n_arms;
	const struct lull_chart_limit *limits;
	size_t n_limits;
	const struct lull_chart_span *spans;
	size_t n_spans;
	double y_min, y_max;   /* NAN = from the data */
	int decimals;          /* of the table */
	const double *table_x; /* the times of the table's rows */
	size_t n_table;
};

/* ---- ladder: the rate over time ---------------------------------------------------- */

struct lull_ladder_step {
	double from_h, to_h;           /* earliest start; end by plan */
	double rate_mg_per_h, rate_ml_per_h;
	const char *condition;         /* what must hold to take the step; NULL = none */
};

struct lull_ladder {
	const struct lull_ladder_step *steps;
	size_t n_steps;
	double cap_mg_per_h; /* the limit that binds; NAN = none */
	const char *cap_label;
};

/* ---- all of them ------------------------------------------------------------------- */

struct lull_chart {
	enum lull_chart_kind kind;
	const char *id;    /* [a-z0-9-]+, the name of its SVG file       */
	const char *title; /* says what to see                           */
	const char *note;  /* how to read it, what it cannot say; may be NULL */
	union {
		struct lull_calendar calendar;
		struct lull_blocks blocks;
		struct lull_bands bands;
		struct lull_ladder ladder;
	};
};

/* Draw at a width; the height follows from the contents. LULL_EDOMAIN when the input
 * cannot be drawn (no days, x that does not rise). */
LULL_NODISCARD int lull_chart_draw(const struct lull_chart *chart, double width_pt,
				   struct lull_fonts *fonts, struct lull_arena *arena,
				   struct lull_drawing *out, struct lull_err *err);

/* What a sighted reader takes from the picture, in a sentence or three. */
LULL_NODISCARD int lull_chart_summary(const struct lull_chart *chart, struct lull_arena *arena,
				      const char **out, struct lull_err *err);

/* The numbers behind it; never NULL on success. */
LULL_NODISCARD int lull_chart_table(const struct lull_chart *chart, struct lull_arena *arena,
				    const struct lull_table **out, struct lull_err *err);

/* For a terminal of width columns: title, a compact picture of characters, its key. */
LULL_NODISCARD int lull_chart_text(const struct lull_chart *chart, int width, bool color,
				   struct lull_buf *out, struct lull_err *err);

#endif
