/* lull/report/scene.h - a retained drawing of pages: shapes in points, one list for SVG, PDF and PNG.
 *
 * A drawing is one page or one chart: shapes in painting order, origin at the top left,
 * y down, lengths in points (1/72 inch). A scene is a run of pages with a document's
 * metadata. Building only allocates in the arena; when memory ends the drawing
 * remembers it (failed), further shapes do nothing, and the writers return LULL_ENOMEM.
 * Nothing here reads a clock: same input, same bytes. */
#ifndef LULL_REPORT_SCENE_H
#define LULL_REPORT_SCENE_H

#include <stdbool.h>
#include <stddef.h>
#include "lull/base/err.h"
#include "lull/base/mem.h"
#include "lull/base/text.h"
#include "lull/report/palette.h"

/* ---- type ------------------------------------------------------------------------ */

enum lull_font_weight { LULL_REGULAR, LULL_MEDIUM, LULL_SEMIBOLD, LULL_BOLD };
enum lull_anchor { LULL_AT_START, LULL_AT_MIDDLE, LULL_AT_END };

/* How a text is set. The family is always Inter, then DejaVu Sans (Debian: fonts-inter,
 * fonts-dejavu-core); figures are tabular so that columns of numbers line up. */
struct lull_type {
	double size_pt;
	enum lull_font_weight weight;
	bool italic;
	double tracking_pt; /* extra space between letters */
	enum lull_color color;
};

/* Inline changes inside a text, for wrapped paragraphs and table cells:
 * LULL_STRONG "met" LULL_PLAIN. They nest not; every line end resets nothing. Other
 * control characters are dropped when drawn. */
#define LULL_STRONG "\x01"
#define LULL_FAINT "\x02"
#define LULL_PLAIN "\x03"

/* Measures text. Not for use by two threads at once. Caller frees with lull_fonts_free. Making
 * it early pays: the machine's fonts are then looked up in the background. */
struct lull_fonts;
LULL_NODISCARD int lull_fonts_new(struct lull_fonts **out, struct lull_err *err);
void lull_fonts_free(struct lull_fonts *fonts);

/* The family that answered for Latin text: "Inter", "DejaVu Sans" or another one; when it is
 * neither, the caller says so to the user. Borrowed from fonts. */
const char *lull_fonts_family(struct lull_fonts *fonts);

double lull_text_width_pt(struct lull_fonts *fonts, const struct lull_type *type, const char *text);

/* ---- shapes ----------------------------------------------------------------------- */

struct lull_point {
	double x, y;
};

struct lull_paint {
	enum lull_color fill, stroke; /* LULL_COLOR_NONE = not painted      */
	double width_pt;              /* of the stroke; 0 = 0.75            */
	double dash_pt;               /* 0 = solid; else dash and gap length */
	double opacity;               /* 0 = opaque (the usual case); else 0..1 */
};

enum lull_shape_kind {
	LULL_SHAPE_RECT,
	LULL_SHAPE_CIRCLE,
	LULL_SHAPE_POLYLINE,
	LULL_SHAPE_POLYGON,
	LULL_SHAPE_SEGMENTS, /* points in pairs, each pair one line */
	LULL_SHAPE_TEXT,
	LULL_SHAPE_GROUP,    /* opens a group moved by (x, y)       */
	LULL_SHAPE_END       /* closes it                           */
};

struct lull_shape {
	enum lull_shape_kind kind;
	struct lull_paint paint;
	double x, y, w, h;   /* rect, group and its clip; text: x and baseline y */
	double radius;       /* circle; corner of a rect                         */
	bool clip;           /* group: paint only inside w x h                   */
	const struct lull_point *points;
	size_t n_points;
	struct lull_type type;
	enum lull_anchor anchor;
	const char *text;    /* text: what to set; group: its title, may be NULL */
	const char *desc;    /* group: its description, may be NULL              */
	const char *id;      /* group: id, may be NULL                           */
};

struct lull_drawing {
	struct lull_arena *arena; /* borrowed */
	double width_pt, height_pt;
	const char *id;           /* [a-z0-9-]+; prefix of the ids inside the SVG */
	const char *title, *desc; /* for people who cannot see it                 */
	struct lull_shape *shapes;
	size_t n_shapes, cap;
	bool failed;
};

void lull_drawing_init(struct lull_drawing *d, struct lull_arena *arena, double width_pt,
		       double height_pt);
void lull_draw_rect(struct lull_drawing *d, double x, double y, double w, double h,
		    double radius, struct lull_paint paint);
void lull_draw_circle(struct lull_drawing *d, double x, double y, double radius,
		      struct lull_paint paint);
void lull_draw_line(struct lull_drawing *d, double x1, double y1, double x2, double y2,
		    struct lull_paint paint);
/* The points are copied. */
void lull_draw_polyline(struct lull_drawing *d, const struct lull_point *points, size_t n,
			struct lull_paint paint);
void lull_draw_polygon(struct lull_drawing *d, const struct lull_point *points, size_t n,
		       struct lull_paint paint);
/* The area between low[i] and high[i] over x[i]. */
void lull_draw_band(struct lull_drawing *d, const double *x, const double *low,
		    const double *high, size_t n, struct lull_paint paint);
/* 45 degree lines inside a rectangle: "missing". */
void lull_draw_hatch(struct lull_drawing *d, double x, double y, double w, double h,
		     double step_pt, struct lull_paint paint);
/* One line of text with its baseline at y; the text is copied. */
void lull_draw_text(struct lull_drawing *d, double x, double y, const struct lull_type *type,
		    enum lull_anchor anchor, const char *text);
void lull_draw_group(struct lull_drawing *d, const char *id, const char *title, const char *desc,
		     double dx, double dy);
void lull_draw_clip(struct lull_drawing *d, double x, double y, double w, double h);
void lull_draw_end(struct lull_drawing *d); /* of the innermost group or clip */

/* Put a whole drawing (a chart) on another one (a page), as a group with its title. */
void lull_draw_place(struct lull_drawing *d, const struct lull_drawing *part, double x, double y);

/* Break a text at width_pt. Lines are drawn by lull_draw_lines or counted. */
struct lull_lines;
LULL_NODISCARD int lull_lines_break(struct lull_fonts *fonts, const struct lull_type *type,
				    const char *text, double width_pt, struct lull_arena *arena,
				    const struct lull_lines **out, struct lull_err *err);
size_t lull_lines_count(const struct lull_lines *lines);
/* Draw lines [first, first + n) with the first baseline at y. */
void lull_draw_lines(struct lull_drawing *d, const struct lull_lines *lines, size_t first,
		     size_t n, double x, double y, double leading_pt, enum lull_anchor anchor);

/* ---- documents -------------------------------------------------------------------- */

struct lull_scene {
	struct lull_drawing **pages;
	size_t n_pages;
	const char *title, *author, *subject, *keywords; /* PDF metadata; may be NULL */
	const char *created; /* "2026-11-22T00:00:00Z"; NULL = a fixed constant      */
};

/* Writers append to *out. A page drawn twice gives the same bytes. */
LULL_NODISCARD int lull_drawing_svg(const struct lull_drawing *d, struct lull_buf *out,
				    struct lull_err *err);
LULL_NODISCARD int lull_drawing_png(const struct lull_drawing *d, struct lull_fonts *fonts,
				    double dots_per_inch, struct lull_buf *out,
				    struct lull_err *err);
LULL_NODISCARD int lull_scene_pdf(const struct lull_scene *scene, struct lull_fonts *fonts,
				  struct lull_buf *out, struct lull_err *err);

#endif
