/* chart_impl.h - what the charts share: type styles, axes, ticks, terminal colour. */
#ifndef LULL_CHART_IMPL_H
#define LULL_CHART_IMPL_H

#include "lull/report/chart.h"

/* The types of every chart. */
extern const struct lull_type lull_chart__title, lull_chart__label, lull_chart__tick,
	lull_chart__note;

/* A step of 1, 2 or 5 times a power of ten that parts span into at most n_most pieces. */
double lull_chart__step(double span, int n_most);
/* The same for hours or days: also 3, 4, 6, 12, 24, 7, 14, 28. */
double lull_chart__time_step(double span, int n_most);

/* Title on top and note at the foot, wrapped at the drawing's width. Each returns the
 * height it took; the note is placed at y. */
LULL_NODISCARD int lull_chart__head(struct lull_drawing *d, const struct lull_chart *chart,
				    struct lull_fonts *fonts, double *height, struct lull_err *err);
LULL_NODISCARD int lull_chart__foot(struct lull_drawing *d, const struct lull_chart *chart,
				    struct lull_fonts *fonts, double y, double *height,
				    struct lull_err *err);

/* Terminal colour on and off; nothing when color is false. */
void lull_chart__paint(struct lull_buf *out, bool color, enum lull_color token);
void lull_chart__plain(struct lull_buf *out, bool color);

int lull_chart__draw_calendar(const struct lull_chart *chart, struct lull_fonts *fonts,
			      struct lull_drawing *d, struct lull_err *err);
int lull_chart__draw_blocks(const struct lull_chart *chart, struct lull_fonts *fonts,
			    struct lull_drawing *d, struct lull_err *err);
int lull_chart__draw_bands(const struct lull_chart *chart, struct lull_fonts *fonts,
			   struct lull_drawing *d, struct lull_err *err);
int lull_chart__draw_ladder(const struct lull_chart *chart, struct lull_fonts *fonts,
			    struct lull_drawing *d, struct lull_err *err);

void lull_chart__say_calendar(const struct lull_chart *chart, struct lull_buf *out);
void lull_chart__say_blocks(const struct lull_chart *chart, struct lull_buf *out);
void lull_chart__say_bands(const struct lull_chart *chart, struct lull_buf *out);
void lull_chart__say_ladder(const struct lull_chart *chart, struct lull_buf *out);

struct lull_table *lull_chart__table_calendar(const struct lull_chart *chart, struct lull_arena *arena);
struct lull_table *lull_chart__table_blocks(const struct lull_chart *chart, struct lull_arena *arena);
struct lull_table *lull_chart__table_bands(const struct lull_chart *chart, struct lull_arena *arena);
struct lull_table *lull_chart__table_ladder(const struct lull_chart *chart, struct lull_arena *arena);

void lull_chart__text_calendar(const struct lull_chart *chart, int width, bool color, struct lull_buf *out);
void lull_chart__text_blocks(const struct lull_chart *chart, int width, bool color, struct lull_buf *out);
void lull_chart__text_bands(const struct lull_chart *chart, int width, bool color, struct lull_buf *out);
void lull_chart__text_ladder(const struct lull_chart *chart, int width, bool color, struct lull_buf *out);

/* A formatted paragraph, wrapped; a failure inside makes out fail. */
void lull_chart__wrapf(struct lull_buf *out, size_t indent, int width, const char *fmt, ...) LULL_PRINTF(4, 5);

/* One eighth blocks by level 0..8: " ", "▁" .. "█". */
extern const char *const lull_chart__eighths[9];
/* A bar of at most n_cells characters, filled to frac in eighths; returns those it used. */
int lull_chart__bar(struct lull_buf *out, double frac, int n_cells);

#endif
