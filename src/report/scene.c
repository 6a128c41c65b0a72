/* Building drawings: every shape is copied into the arena and kept in painting order.
 * A drawing that ran out of memory remembers it and takes nothing more. */
#include "lull/report/scene.h"

#include <assert.h>
#include <string.h>

void lull_drawing_init(struct lull_drawing *d, struct lull_arena *arena, double width_pt,
		       double height_pt)
{
	*d = (struct lull_drawing){ .arena = arena, .width_pt = width_pt, .height_pt = height_pt };
}

/* The next shape, zeroed; NULL when the drawing has failed. */
static struct lull_shape *add(struct lull_drawing *d, enum lull_shape_kind kind)
{
	if (d->failed)
		return NULL;
	struct lull_shape *shapes = lull_arena_grow(d->arena, d->shapes, d->n_shapes, &d->cap,
						    d->n_shapes + 1, sizeof(*shapes));
	if (!shapes) {
		d->failed = true;
		return NULL;
	}
	d->shapes = shapes;
	struct lull_shape *shape = &shapes[d->n_shapes++];
	*shape = (struct lull_shape){ .kind = kind };
	return shape;
}

static const char *copy_text(struct lull_drawing *d, const char *text)
{
	if (!text || d->failed)
		return NULL;
	const char *copy = lull_arena_strdup(d->arena, text);
	d->failed = d->failed || !copy;
	return copy;
}

void lull_draw_rect(struct lull_drawing *d, double x, double y, double w, double h,
		    double radius, struct lull_paint paint)
{
	struct lull_shape *s = add(d, LULL_SHAPE_RECT);
	if (!s)
		return;
	s->paint = paint;
	s->x = x;
	s->y = y;
	s->w = w;
	s->h = h;
	s->radius = radius;
}

void lull_draw_circle(struct lull_drawing *d, double x, double y, double radius,
		      struct lull_paint paint)
{
	struct lull_shape *s = add(d, LULL_SHAPE_CIRCLE);
	if (!s)
		return;
	s->paint = paint;
	s->x = x;
	s->y = y;
	s->radius = radius;
}

/* A shape of n points, zeroed for the caller to fill; NULL when the drawing has failed. */
static struct lull_point *add_points(struct lull_drawing *d, enum lull_shape_kind kind, size_t n,
				     struct lull_paint paint)
{
	struct lull_shape *s = add(d, kind);
	if (!s)
		return NULL;
	struct lull_point *points = LULL_ARENA_NEW(d->arena, struct lull_point, n);
	if (!points) {
		d->failed = true;
		d->n_shapes--;
		return NULL;
	}
	s->paint = paint;
	s->points = points;
	s->n_points = n;
	return points;
}

void lull_draw_line(struct lull_drawing *d, double x1, double y1, double x2, double y2,
		    struct lull_paint paint)
{
	struct lull_point *p = add_points(d, LULL_SHAPE_SEGMENTS, 2, paint);
	if (!p)
		return;
	p[0] = (struct lull_point){ x1, y1 };
	p[1] = (struct lull_point){ x2, y2 };
}

static void add_path(struct lull_drawing *d, enum lull_shape_kind kind,
		     const struct lull_point *points, size_t n, struct lull_paint paint)
{
	if (n < 2)
		return;
	struct lull_point *p = add_points(d, kind, n, paint);
	if (p)
		memcpy(p, points, n * sizeof(*p));
}

void lull_draw_polyline(struct lull_drawing *d, const struct lull_point *points, size_t n,
			struct lull_paint paint)
{
	add_path(d, LULL_SHAPE_POLYLINE, points, n, paint);
}

void lull_draw_polygon(struct lull_drawing *d, const struct lull_point *points, size_t n,
		       struct lull_paint paint)
{
	add_path(d, LULL_SHAPE_POLYGON, points, n, paint);
}

void lull_draw_band(struct lull_drawing *d, const double *x, const double *low,
		    const double *high, size_t n, struct lull_paint paint)
{
	if (n < 2)
		return;
	struct lull_point *p = add_points(d, LULL_SHAPE_POLYGON, 2 * n, paint);
	if (!p)
		return;
	for (size_t i = 0; i < n; i++) {
		p[i] = (struct lull_point){ x[i], low[i] };
		p[2 * n - 1 - i] = (struct lull_point){ x[i], high[i] };
	}
}

/* Lines x + y = c through the rectangle, c in steps; each is cut at the two sides it meets. */
void lull_draw_hatch(struct lull_drawing *d, double x, double y, double w, double h,
		     double step_pt, struct lull_paint paint)
{
	if (!(w > 0.0) || !(h > 0.0) || !(step_pt > 0.0))
		return;
	const size_t n = (size_t)((w + h) / step_pt);
	if (n == 0)
		return;
	struct lull_point *p = add_points(d, LULL_SHAPE_SEGMENTS, 2 * n, paint);
	if (!p)
		return;
	for (size_t i = 0; i < n; i++) {
		const double c = ((double)i + 0.5) * step_pt;
		const double x1 = c < w ? c : w;
		const double y2 = c < h ? c : h;
		p[2 * i] = (struct lull_point){ x + x1, y + (c - x1) };
		p[2 * i + 1] = (struct lull_point){ x + (c - y2), y + y2 };
	}
}

void lull_draw_text(struct lull_drawing *d, double x, double y, const struct lull_type *type,
		    enum lull_anchor anchor, const char *text)
{
	if (!text || !*text)
		return;
	const char *copy = copy_text(d, text);
	struct lull_shape *s = add(d, LULL_SHAPE_TEXT);
	if (!s)
		return;
	s->x = x;
	s->y = y;
	s->type = *type;
	s->anchor = anchor;
	s->text = copy;
}

void lull_draw_group(struct lull_drawing *d, const char *id, const char *title, const char *desc,
		     double dx, double dy)
{
	const char *const id_copy = copy_text(d, id);
	const char *const title_copy = copy_text(d, title);
	const char *const desc_copy = copy_text(d, desc);
	struct lull_shape *s = add(d, LULL_SHAPE_GROUP);
	if (!s)
		return;
	s->id = id_copy;
	s->text = title_copy;
	s->desc = desc_copy;
	s->x = dx;
	s->y = dy;
}

void lull_draw_clip(struct lull_drawing *d, double x, double y, double w, double h)
{
	struct lull_shape *s = add(d, LULL_SHAPE_GROUP);
	if (!s)
		return;
	s->clip = true;
	s->w = w;
	s->h = h;
	s->x = x;
	s->y = y;
}

void lull_draw_end(struct lull_drawing *d)
{
	(void)add(d, LULL_SHAPE_END);
}

void lull_draw_place(struct lull_drawing *d, const struct lull_drawing *part, double x, double y)
{
	assert(d != part);
	d->failed = d->failed || part->failed;
	lull_draw_group(d, part->id, part->title, part->desc, x, y);
	for (size_t i = 0; i < part->n_shapes; i++) {
		struct lull_shape *s = add(d, part->shapes[i].kind);
		if (s)
			*s = part->shapes[i];
	}
	lull_draw_end(d);
}
