/* SVG by our own small writer: real text, titles and descriptions, the same bytes for the
 * same drawing. (cairo's SVG turns text into outlines, which nobody can read aloud.) */
#include "report_impl.h"

#include <math.h>
#include <string.h>

#include "lull/report/scene.h"

void lull_report__coord(struct lull_buf *out, double value)
{
	const double rounded = floor(value * 100.0 + 0.5) / 100.0;
	lull_buf_num(out, rounded == 0.0 ? 0.0 : rounded, 2);
}

/* Escaped for text and attributes; characters that XML does not allow are dropped. */
static void put_escaped(struct lull_buf *out, const char *text)
{
	for (const char *c = text; *c; c++) {
		switch (*c) {
		case '&':
			lull_buf_puts(out, "&amp;");
			break;
		case '<':
			lull_buf_puts(out, "&lt;");
			break;
		case '>':
			lull_buf_puts(out, "&gt;");
			break;
		case '"':
			lull_buf_puts(out, "&quot;");
			break;
		default:
			if ((unsigned char)*c >= 0x20 && *c != 0x7f)
				lull_buf_putc(out, *c);
		}
	}
}

static void put_attr(struct lull_buf *out, const char *name, double value)
{
	lull_buf_printf(out, " %s=\"", name);
	lull_report__coord(out, value);
	lull_buf_putc(out, '"');
}

static void put_color(struct lull_buf *out, const char *name, enum lull_color color)
{
	if (color == LULL_COLOR_NONE)
		lull_buf_printf(out, " %s=\"none\"", name);
	else
		lull_buf_printf(out, " %s=\"#%06x\"", name, (unsigned)lull_color_rgb(color));
}

static void put_paint(struct lull_buf *out, const struct lull_paint *paint)
{
	put_color(out, "fill", paint->fill);
	if (paint->stroke != LULL_COLOR_NONE) {
		put_color(out, "stroke", paint->stroke);
		put_attr(out, "stroke-width", paint->width_pt > 0.0 ? paint->width_pt : 0.75);
		if (paint->dash_pt > 0.0)
			put_attr(out, "stroke-dasharray", paint->dash_pt);
	}
	if (paint->opacity > 0.0 && paint->opacity < 1.0)
		put_attr(out, "opacity", paint->opacity);
}

static void put_points(struct lull_buf *out, const struct lull_shape *s)
{
	for (size_t i = 0; i < s->n_points; i++) {
		const bool moves = i == 0 || (s->kind == LULL_SHAPE_SEGMENTS && i % 2 == 0);
		lull_buf_putc(out, moves ? 'M' : 'L');
		lull_report__coord(out, s->points[i].x);
		lull_buf_putc(out, ' ');
		lull_report__coord(out, s->points[i].y);
	}
	if (s->kind == LULL_SHAPE_POLYGON)
		lull_buf_putc(out, 'Z');
}

static void put_text(struct lull_buf *out, const struct lull_shape *s)
{
	static const int weights[] = { 400, 500, 600, 700 };
	static const char *const anchors[] = { "start", "middle", "end" };
	lull_buf_puts(out, "<text");
	put_attr(out, "x", s->x);
	put_attr(out, "y", s->y);
	put_attr(out, "font-size", s->type.size_pt);
	if (s->type.weight != LULL_REGULAR)
		lull_buf_printf(out, " font-weight=\"%d\"", weights[s->type.weight]);
	if (s->type.italic)
		lull_buf_puts(out, " font-style=\"italic\"");
	if (s->type.tracking_pt > 0.0)
		put_attr(out, "letter-spacing", s->type.tracking_pt);
	if (s->anchor != LULL_AT_START)
		lull_buf_printf(out, " text-anchor=\"%s\"", anchors[s->anchor]);
	put_color(out, "fill", s->type.color == LULL_COLOR_NONE ? LULL_COLOR_INK : s->type.color);
	lull_buf_putc(out, '>');
	put_escaped(out, s->text);
	lull_buf_puts(out, "</text>");
}

static void put_titles(struct lull_buf *out, const char *id, const char *title, const char *desc)
{
	if (title && id)
		lull_buf_printf(out, "<title id=\"%s-title\">", id);
	else if (title)
		lull_buf_puts(out, "<title>");
	if (title) {
		put_escaped(out, title);
		lull_buf_puts(out, "</title>");
	}
	if (desc && id)
		lull_buf_printf(out, "<desc id=\"%s-desc\">", id);
	else if (desc)
		lull_buf_puts(out, "<desc>");
	if (desc) {
		put_escaped(out, desc);
		lull_buf_puts(out, "</desc>");
	}
}

static void put_labelled(struct lull_buf *out, const char *id, const char *title, const char *desc)
{
	if (!title)
		return;
	lull_buf_puts(out, " role=\"img\"");
	if (!id)
		return;
	lull_buf_printf(out, " aria-labelledby=\"%s-title%s%s%s\"", id, desc ? " " : "",
			desc ? id : "", desc ? "-desc" : "");
}

/* A clip is a nested svg element: it moves the origin and cuts, and needs no id. */
static void put_group(struct lull_buf *out, const struct lull_shape *s)
{
	if (s->clip) {
		lull_buf_puts(out, "<svg");
		put_attr(out, "x", s->x);
		put_attr(out, "y", s->y);
		put_attr(out, "width", s->w);
		put_attr(out, "height", s->h);
		lull_buf_puts(out, " viewBox=\"");
		lull_report__coord(out, s->x);
		lull_buf_putc(out, ' ');
		lull_report__coord(out, s->y);
		lull_buf_putc(out, ' ');
		lull_report__coord(out, s->w);
		lull_buf_putc(out, ' ');
		lull_report__coord(out, s->h);
		lull_buf_puts(out, "\">");
		return;
	}
	lull_buf_puts(out, "<g");
	if (s->id)
		lull_buf_printf(out, " id=\"%s\"", s->id);
	put_labelled(out, s->id, s->text, s->desc);
	if (s->x != 0.0 || s->y != 0.0) {
		lull_buf_puts(out, " transform=\"translate(");
		lull_report__coord(out, s->x);
		lull_buf_putc(out, ' ');
		lull_report__coord(out, s->y);
		lull_buf_puts(out, ")\"");
	}
	lull_buf_putc(out, '>');
	put_titles(out, s->id, s->text, s->desc);
}

static void put_rect(struct lull_buf *out, const struct lull_shape *s)
{
	lull_buf_puts(out, "<rect");
	put_attr(out, "x", s->x);
	put_attr(out, "y", s->y);
	put_attr(out, "width", s->w);
	put_attr(out, "height", s->h);
	if (s->radius > 0.0)
		put_attr(out, "rx", s->radius);
	put_paint(out, &s->paint);
	lull_buf_puts(out, "/>");
}

static void put_circle(struct lull_buf *out, const struct lull_shape *s)
{
	lull_buf_puts(out, "<circle");
	put_attr(out, "cx", s->x);
	put_attr(out, "cy", s->y);
	put_attr(out, "r", s->radius);
	put_paint(out, &s->paint);
	lull_buf_puts(out, "/>");
}

static void put_path(struct lull_buf *out, const struct lull_shape *s)
{
	lull_buf_puts(out, "<path d=\"");
	put_points(out, s);
	lull_buf_putc(out, '"');
	put_paint(out, &s->paint);
	lull_buf_puts(out, "/>");
}

/* closes tells which element each open group needs: true for a clip. */
enum { MAX_DEPTH = 64 };
struct writer {
	struct lull_buf *out;
	bool is_clip[MAX_DEPTH];
	int depth;
};

static int put_shape(struct writer *w, const struct lull_shape *s, struct lull_err *err)
{
	switch (s->kind) {
	case LULL_SHAPE_RECT:
		put_rect(w->out, s);
		break;
	case LULL_SHAPE_CIRCLE:
		put_circle(w->out, s);
		break;
	case LULL_SHAPE_TEXT:
		put_text(w->out, s);
		break;
	case LULL_SHAPE_GROUP:
		if (w->depth == MAX_DEPTH)
			return lull_fail(err, LULL_ELIMIT, "svg", "groups nest deeper than %d",
					 MAX_DEPTH);
		w->is_clip[w->depth++] = s->clip;
		put_group(w->out, s);
		break;
	case LULL_SHAPE_END:
		if (w->depth == 0)
			return lull_fail(err, LULL_EDOMAIN, "svg", "a group is closed twice");
		lull_buf_puts(w->out, w->is_clip[--w->depth] ? "</svg>" : "</g>");
		break;
	default:
		put_path(w->out, s);
	}
	lull_buf_putc(w->out, '\n');
	return LULL_OK;
}

int lull_drawing_svg(const struct lull_drawing *d, struct lull_buf *out, struct lull_err *err)
{
	if (d->failed)
		return lull_nomem(err);
	struct writer w = { .out = out };
	const char *id = d->id ? d->id : "drawing";
	lull_buf_puts(out, "<svg xmlns=\"http://www.w3.org/2000/svg\"");
	put_attr(out, "width", d->width_pt);
	put_attr(out, "height", d->height_pt);
	lull_buf_puts(out, " viewBox=\"0 0 ");
	lull_report__coord(out, d->width_pt);
	lull_buf_putc(out, ' ');
	lull_report__coord(out, d->height_pt);
	lull_buf_putc(out, '"');
	put_labelled(out, id, d->title, d->desc);
	lull_buf_puts(out, " font-family=\"Inter, 'DejaVu Sans', sans-serif\""
			   " font-variant-numeric=\"tabular-nums\">\n");
	put_titles(out, id, d->title, d->desc);
	lull_buf_putc(out, '\n');
	for (size_t i = 0; i < d->n_shapes; i++) {
		const int rc = put_shape(&w, &d->shapes[i], err);
		if (rc != LULL_OK)
			return rc;
	}
	if (w.depth != 0)
		return lull_fail(err, LULL_EDOMAIN, "svg", "%d groups are left open", w.depth);
	lull_buf_puts(out, "</svg>\n");
	return lull_buf_status(out, err);
}
