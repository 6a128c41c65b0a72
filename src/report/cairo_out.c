/* PDF and PNG of a scene, by cairo. The creation date is the caller's or a constant, never the
 * clock's, so the same scene gives the same bytes. */
#include "report_impl.h"

#include <cairo-pdf.h>
#include <math.h>
#include <string.h>

#include "lull/report/scene.h"

/* A page without a stated date says this one; the letter's own date stands in its text. */
static const char FIXED_DATE[] = "2000-01-01T00:00:00Z";

static void set_color(cairo_t *cr, enum lull_color color, double opacity)
{
	const uint32_t rgb = lull_color_rgb(color);
	cairo_set_source_rgba(cr, (double)(rgb >> 16 & 255) / 255.0, (double)(rgb >> 8 & 255) / 255.0,
			      (double)(rgb & 255) / 255.0,
			      opacity > 0.0 && opacity < 1.0 ? opacity : 1.0);
}

/* Fill and stroke the current path, then forget it. */
static void paint_path(cairo_t *cr, const struct lull_paint *paint)
{
	if (paint->fill != LULL_COLOR_NONE) {
		set_color(cr, paint->fill, paint->opacity);
		cairo_fill_preserve(cr);
	}
	if (paint->stroke != LULL_COLOR_NONE) {
		set_color(cr, paint->stroke, paint->opacity);
		cairo_set_line_width(cr, paint->width_pt > 0.0 ? paint->width_pt : 0.75);
		cairo_set_dash(cr, &paint->dash_pt, paint->dash_pt > 0.0 ? 1 : 0, 0.0);
		cairo_stroke_preserve(cr);
	}
	cairo_new_path(cr);
}

static void path_rect(cairo_t *cr, const struct lull_shape *s)
{
	const double r = s->radius;
	if (!(r > 0.0)) {
		cairo_rectangle(cr, s->x, s->y, s->w, s->h);
		return;
	}
	cairo_new_sub_path(cr);
	cairo_arc(cr, s->x + s->w - r, s->y + r, r, -G_PI_2, 0.0);
	cairo_arc(cr, s->x + s->w - r, s->y + s->h - r, r, 0.0, G_PI_2);
	cairo_arc(cr, s->x + r, s->y + s->h - r, r, G_PI_2, G_PI);
	cairo_arc(cr, s->x + r, s->y + r, r, G_PI, 3.0 * G_PI_2);
	cairo_close_path(cr);
}

static void path_points(cairo_t *cr, const struct lull_shape *s)
{
	for (size_t i = 0; i < s->n_points; i++) {
		if (i == 0 || (s->kind == LULL_SHAPE_SEGMENTS && i % 2 == 0))
			cairo_move_to(cr, s->points[i].x, s->points[i].y);
		else
			cairo_line_to(cr, s->points[i].x, s->points[i].y);
	}
	if (s->kind == LULL_SHAPE_POLYGON)
		cairo_close_path(cr);
}

static int draw_text(cairo_t *cr, struct lull_fonts *fonts, const struct lull_shape *s,
		     struct lull_err *err)
{
	char *clean = lull_mem_alloc(strlen(s->text) + 1);
	if (!clean)
		return lull_nomem(err);
	const size_t n = lull_report__clean(s->text, clean);
	PangoLayout *layout = lull_report__layout(fonts, &s->type, clean, n);
	PangoLayoutLine *line = pango_layout_get_line_readonly(layout, 0);
	PangoRectangle logical;
	pango_layout_line_get_extents(line, NULL, &logical);
	const double width = (double)logical.width / PANGO_SCALE;
	const double shift = s->anchor == LULL_AT_END      ? width
			     : s->anchor == LULL_AT_MIDDLE ? 0.5 * width
							   : 0.0;
	set_color(cr, s->type.color == LULL_COLOR_NONE ? LULL_COLOR_INK : s->type.color, 0.0);
	cairo_move_to(cr, s->x - shift, s->y);
	pango_cairo_show_layout_line(cr, line);
	cairo_new_path(cr);
	lull_mem_free(clean);
	return LULL_OK;
}

static int draw_shape(cairo_t *cr, struct lull_fonts *fonts, const struct lull_shape *s,
		      int *depth, struct lull_err *err)
{
	switch (s->kind) {
	case LULL_SHAPE_RECT:
		path_rect(cr, s);
		paint_path(cr, &s->paint);
		return LULL_OK;
	case LULL_SHAPE_CIRCLE:
		cairo_new_sub_path(cr);
		cairo_arc(cr, s->x, s->y, s->radius, 0.0, 2.0 * G_PI);
		paint_path(cr, &s->paint);
		return LULL_OK;
	case LULL_SHAPE_TEXT:
		return draw_text(cr, fonts, s, err);
	case LULL_SHAPE_GROUP:
		cairo_save(cr);
		(*depth)++;
		if (s->clip) {
			cairo_rectangle(cr, s->x, s->y, s->w, s->h);
			cairo_clip(cr);
		} else {
			cairo_translate(cr, s->x, s->y);
		}
		return LULL_OK;
	case LULL_SHAPE_END:
		if (*depth == 0)
			return lull_fail(err, LULL_EDOMAIN, "page", "a group is closed twice");
		(*depth)--;
		cairo_restore(cr);
		return LULL_OK;
	default:
		path_points(cr, s);
		paint_path(cr, &s->paint);
		return LULL_OK;
	}
}

static int draw(cairo_t *cr, struct lull_fonts *fonts, const struct lull_drawing *d,
		struct lull_err *err)
{
	int depth = 0;
	cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
	for (size_t i = 0; i < d->n_shapes; i++) {
		const int rc = draw_shape(cr, fonts, &d->shapes[i], &depth, err);
		if (rc != LULL_OK)
			return rc;
	}
	if (depth != 0)
		return lull_fail(err, LULL_EDOMAIN, "page", "%d groups are left open", depth);
	return LULL_OK;
}

static cairo_status_t write_to_buf(void *closure, const unsigned char *data, unsigned int n)
{
	struct lull_buf *out = closure;
	lull_buf_add(out, (const char *)data, n);
	return out->failed ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

static int cairo_failed(cairo_status_t status, const struct lull_buf *out, struct lull_err *err)
{
	const int rc = lull_buf_status(out, err);
	if (rc != LULL_OK)
		return rc;
	if (status == CAIRO_STATUS_NO_MEMORY)
		return lull_nomem(err);
	return lull_fail(err, LULL_EIO, "cairo", "%s", cairo_status_to_string(status));
}

static void set_metadata(cairo_surface_t *surface, const struct lull_scene *scene)
{
	const char *date = scene->created ? scene->created : FIXED_DATE;
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, date);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_MOD_DATE, date);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "Lull " LULL_VERSION);
	if (scene->title)
		cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, scene->title);
	if (scene->author)
		cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_AUTHOR, scene->author);
	if (scene->subject)
		cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_SUBJECT, scene->subject);
	if (scene->keywords)
		cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_KEYWORDS, scene->keywords);
}

int lull_scene_pdf(const struct lull_scene *scene, struct lull_fonts *fonts, struct lull_buf *out,
		   struct lull_err *err)
{
	for (size_t i = 0; i < scene->n_pages; i++)
		if (scene->pages[i]->failed)
			return lull_nomem(err);
	if (scene->n_pages == 0)
		return lull_fail(err, LULL_EDOMAIN, "scene", "a PDF needs at least one page");
	const struct lull_drawing *first = scene->pages[0];
	cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(write_to_buf, out,
								       first->width_pt,
								       first->height_pt);
	set_metadata(surface, scene);
	cairo_t *cr = cairo_create(surface);
	int rc = LULL_OK;
	for (size_t i = 0; rc == LULL_OK && i < scene->n_pages; i++) {
		cairo_pdf_surface_set_size(surface, scene->pages[i]->width_pt,
					   scene->pages[i]->height_pt);
		rc = draw(cr, fonts, scene->pages[i], err);
		cairo_show_page(cr);
	}
	cairo_status_t status = cairo_status(cr);
	cairo_destroy(cr);
	cairo_surface_finish(surface);
	if (status == CAIRO_STATUS_SUCCESS)
		status = cairo_surface_status(surface);
	cairo_surface_destroy(surface);
	if (rc == LULL_OK && status != CAIRO_STATUS_SUCCESS)
		rc = cairo_failed(status, out, err);
	return rc == LULL_OK ? lull_buf_status(out, err) : rc;
}

int lull_drawing_png(const struct lull_drawing *d, struct lull_fonts *fonts, double dots_per_inch,
		     struct lull_buf *out, struct lull_err *err)
{
	if (d->failed)
		return lull_nomem(err);
	if (!(dots_per_inch >= 18.0 && dots_per_inch <= 1200.0))
		return lull_fail(err, LULL_EDOMAIN, "dots_per_inch", "a picture has 18 to 1200");
	const double scale = dots_per_inch / 72.0;
	cairo_surface_t *surface = cairo_image_surface_create(
		CAIRO_FORMAT_RGB24, (int)ceil(d->width_pt * scale), (int)ceil(d->height_pt * scale));
	cairo_t *cr = cairo_create(surface);
	cairo_scale(cr, scale, scale);
	cairo_set_source_rgb(cr, 1.0, 1.0, 1.0);
	cairo_paint(cr);
	int rc = draw(cr, fonts, d, err);
	cairo_status_t status = cairo_status(cr);
	cairo_destroy(cr);
	if (rc == LULL_OK && status == CAIRO_STATUS_SUCCESS)
		status = cairo_surface_write_to_png_stream(surface, write_to_buf, out);
	cairo_surface_destroy(surface);
	if (rc == LULL_OK && status != CAIRO_STATUS_SUCCESS)
		rc = cairo_failed(status, out, err);
	return rc == LULL_OK ? lull_buf_status(out, err) : rc;
}
