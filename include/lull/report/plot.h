/* lull/report/plot.h - curves, bands and points in panels with axes, linear or logarithmic.
 *
 * For simulations and for checks of a model against data: what is drawn is said series by series; the
 * drawing chooses scales, ticks and a key. Inputs are borrowed. */
#ifndef LULL_REPORT_PLOT_H
#define LULL_REPORT_PLOT_H

#include <stdbool.h>
#include <stddef.h>
#include "lull/base/err.h"
#include "lull/base/mem.h"
#include "lull/report/chart.h"
#include "lull/report/scene.h"

enum lull_plot_kind {
	LULL_PLOT_LINE,   /* through (x, y); NAN breaks it            */
	LULL_PLOT_STEPS,  /* y[i] holds from x[i] to x[i + 1]         */
	LULL_PLOT_AREA,   /* between y and y_high; NAN breaks it      */
	LULL_PLOT_POINTS
};

struct lull_plot_series {
	enum lull_plot_kind kind;
	const char *label;     /* in the key; NULL: not listed. Equal labels are listed once */
	const double *x, *y, *y_high;
	size_t n;
	enum lull_color color;
	double width_pt;       /* line; point: its radius; 0 = 1.4 and 1.5   */
	double dash_pt, opacity; /* as in struct lull_paint                  */
};

struct lull_plot_panel {
	const char *title;                 /* may be NULL                    */
	const char *x_label, *y_label;     /* with units                     */
	const struct lull_plot_series *series; /* painted in this order      */
	size_t n_series;
	const struct lull_chart_limit *limits; /* horizontal lines           */
	size_t n_limits;
	const double *rug; size_t n_rug;   /* marks along the time axis: edges of bins */
	bool log_y;                        /* values that are not above 0 are left out */
	double x_min, x_max, y_min, y_max; /* NAN = from the data            */
	double height_pt;                  /* of the plotting area; 0 = 150  */
};

struct lull_plot {
	const char *id;       /* [a-z0-9-]+                                  */
	const char *title;    /* says what to see                            */
	const char *desc;     /* for people who cannot see it; may be NULL   */
	const char *note;     /* may be NULL                                 */
	const struct lull_plot_panel *panels;
	size_t n_panels;
	int n_columns;        /* panels side by side; 0 = 1                  */
};

/* The height follows from the panels. LULL_EDOMAIN when a panel has nothing to draw. */
LULL_NODISCARD int lull_plot_draw(const struct lull_plot *plot, double width_pt, struct lull_fonts *fonts,
				  struct lull_arena *arena, struct lull_drawing *out, struct lull_err *err);

#endif
