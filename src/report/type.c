/* Text measured and broken by pango. The family is named, so a machine's default font never
 * decides; positions are not rounded to pixels, so a page and its preview agree. Failing
 * allocations inside pango and GLib abort: draw last, after data is safe. */
#include "report_impl.h"

#include <stdlib.h>
#include <string.h>

#include "lull/report/scene.h"

static const char FAMILY[] = "Inter, DejaVu Sans";

/* Letters use a dozen types; a layout for each is made once and given new text. */
enum { MAX_KEPT = 24 };

struct kept {
	struct lull_type type;
	PangoLayout *layout;
};

struct lull_fonts {
	PangoFontMap *map;
	PangoContext *context;
	struct kept kept[MAX_KEPT];
	size_t n_kept, next; /* next: which one gives way when all are taken */
	char family[64];
};

static void find_family(struct lull_fonts *fonts)
{
	PangoFontDescription *desc = pango_font_description_from_string(FAMILY);
	PangoFont *font = pango_context_load_font(fonts->context, desc);
	if (font) {
		PangoFontDescription *got = pango_font_describe(font);
		const char *name = pango_font_description_get_family(got);
		const size_t n = name ? strnlen(name, sizeof(fonts->family) - 1) : 0;
		if (n)
			memcpy(fonts->family, name, n);
		pango_font_description_free(got);
		g_object_unref(font);
	}
	pango_font_description_free(desc);
}

int lull_fonts_new(struct lull_fonts **out, struct lull_err *err)
{
	*out = NULL;
	struct lull_fonts *fonts = lull_mem_zalloc(1, sizeof(*fonts));
	if (!fonts)
		return lull_nomem(err);
	fonts->map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
	if (!fonts->map) {
		lull_fonts_free(fonts);
		return lull_fail(err, LULL_EUNSUPPORTED, "fonts",
				 "cairo was built without FreeType fonts");
	}
	/* 72 dots per inch: pango's points are the scene's points. */
	pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(fonts->map), 72.0);
	fonts->context = pango_font_map_create_context(fonts->map);
	pango_context_set_round_glyph_positions(fonts->context, FALSE);
	pango_context_set_language(fonts->context, pango_language_from_string("en"));
	cairo_font_options_t *options = cairo_font_options_create();
	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
	pango_cairo_context_set_font_options(fonts->context, options);
	cairo_font_options_destroy(options);
	*out = fonts;
	return LULL_OK;
}

void lull_fonts_free(struct lull_fonts *fonts)
{
	if (!fonts)
		return;
	for (size_t i = 0; i < fonts->n_kept; i++)
		g_object_unref(fonts->kept[i].layout);
	if (fonts->context)
		g_object_unref(fonts->context);
	if (fonts->map)
		g_object_unref(fonts->map);
	lull_mem_free(fonts);
}

const char *lull_fonts_family(struct lull_fonts *fonts)
{
	if (!fonts->family[0])
		find_family(fonts);
	return fonts->family;
}

static PangoWeight pango_weight(enum lull_font_weight weight)
{
	switch (weight) {
	case LULL_MEDIUM:
		return PANGO_WEIGHT_MEDIUM;
	case LULL_SEMIBOLD:
		return PANGO_WEIGHT_SEMIBOLD;
	case LULL_BOLD:
		return PANGO_WEIGHT_BOLD;
	default:
		return PANGO_WEIGHT_NORMAL;
	}
}

static PangoLayout *new_layout(struct lull_fonts *fonts, const struct lull_type *type)
{
	PangoLayout *layout = pango_layout_new(fonts->context);
	PangoFontDescription *desc = pango_font_description_from_string(FAMILY);
	pango_font_description_set_absolute_size(desc, type->size_pt * PANGO_SCALE);
	pango_font_description_set_weight(desc, pango_weight(type->weight));
	if (type->italic)
		pango_font_description_set_style(desc, PANGO_STYLE_ITALIC);
	pango_layout_set_font_description(layout, desc);
	pango_font_description_free(desc);
	pango_layout_set_auto_dir(layout, FALSE);
	pango_layout_set_single_paragraph_mode(layout, TRUE);

	PangoAttrList *attrs = pango_attr_list_new();
	pango_attr_list_insert(attrs, pango_attr_font_features_new("tnum=1, calt=0, liga=0, clig=0"));
	if (type->tracking_pt > 0.0)
		pango_attr_list_insert(attrs, pango_attr_letter_spacing_new(
						      (int)(type->tracking_pt * PANGO_SCALE)));
	pango_layout_set_attributes(layout, attrs);
	pango_attr_list_unref(attrs);
	return layout;
}

/* Set alike; the colour does not matter to a layout. */
static bool same_type(const struct lull_type *a, const struct lull_type *b)
{
	return a->size_pt == b->size_pt && a->weight == b->weight && a->italic == b->italic
	       && a->tracking_pt == b->tracking_pt;
}

PangoLayout *lull_report__layout(struct lull_fonts *fonts, const struct lull_type *type,
				 const char *text, size_t n)
{
	struct kept *kept = NULL;
	for (size_t i = 0; i < fonts->n_kept && !kept; i++)
		if (same_type(&fonts->kept[i].type, type))
			kept = &fonts->kept[i];
	if (!kept && fonts->n_kept < MAX_KEPT) {
		kept = &fonts->kept[fonts->n_kept++];
		*kept = (struct kept){ *type, new_layout(fonts, type) };
	} else if (!kept) {
		kept = &fonts->kept[fonts->next++ % MAX_KEPT];
		g_object_unref(kept->layout);
		*kept = (struct kept){ *type, new_layout(fonts, type) };
	}
	pango_layout_set_width(kept->layout, -1);
	pango_layout_set_text(kept->layout, text, (int)n);
	return kept->layout;
}

size_t lull_report__clean(const char *text, char *out)
{
	size_t n = 0;
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c >= 0x20 && *c != 0x7f)
			out[n++] = *c;
	out[n] = '\0';
	return n;
}

static double layout_width_pt(PangoLayout *layout)
{
	PangoRectangle logical;
	pango_layout_line_get_extents(pango_layout_get_line_readonly(layout, 0), NULL, &logical);
	return (double)logical.width / PANGO_SCALE;
}

double lull_text_width_pt(struct lull_fonts *fonts, const struct lull_type *type, const char *text)
{
	char stack[256];
	const size_t size = strlen(text) + 1;
	char *clean = size <= sizeof(stack) ? stack : lull_mem_alloc(size);
	if (!clean)
		return 0.0; /* the drawing that follows fails and says so */
	const size_t n = lull_report__clean(text, clean);
	PangoLayout *layout = lull_report__layout(fonts, type, clean, n);
	const double width = layout_width_pt(layout);
	if (clean != stack)
		lull_mem_free(clean);
	return width;
}

/* ---- breaking --------------------------------------------------------------------- */

/* A stretch of one style inside the cleaned text. */
struct stretch {
	size_t from, to;
	char mark; /* STRONG, FAINT or PLAIN */
};

struct run {
	double x_pt;
	const char *text;
	char mark;
};

struct line {
	struct run *runs;
	size_t n_runs;
	double width_pt;
};

struct lull_lines {
	struct lull_type type;
	struct line *lines;
	size_t n_lines;
};

/* Split a text into its cleaned bytes and the stretches of style in them. */
static size_t find_stretches(const char *text, char *clean, struct stretch *stretches, size_t *n)
{
	size_t n_clean = 0;
	*n = 0;
	stretches[0] = (struct stretch){ 0, 0, LULL_REPORT__PLAIN };
	for (const char *c = text; *c; c++) {
		if (*c >= LULL_REPORT__STRONG && *c <= LULL_REPORT__PLAIN) {
			stretches[*n].to = n_clean;
			if (stretches[*n].to > stretches[*n].from)
				(*n)++;
			stretches[*n] = (struct stretch){ n_clean, n_clean, *c };
		} else if (*c == '\n') {
			clean[n_clean++] = ' ';
		} else if ((unsigned char)*c >= 0x20 && *c != 0x7f) {
			clean[n_clean++] = *c;
		}
	}
	clean[n_clean] = '\0';
	stretches[*n].to = n_clean;
	(*n)++;
	return n_clean;
}

/* A copy of the layout with its strong stretches set; the layout itself, referenced, without any. */
static PangoLayout *embolden(PangoLayout *layout, const struct stretch *stretches, size_t n)
{
	bool any = false;
	for (size_t i = 0; i < n; i++)
		any = any || stretches[i].mark == LULL_REPORT__STRONG;
	if (!any)
		return g_object_ref(layout);
	layout = pango_layout_copy(layout);
	PangoAttrList *attrs = pango_attr_list_copy(pango_layout_get_attributes(layout));
	for (size_t i = 0; i < n; i++) {
		if (stretches[i].mark != LULL_REPORT__STRONG)
			continue;
		PangoAttribute *attr = pango_attr_weight_new(PANGO_WEIGHT_SEMIBOLD);
		attr->start_index = (guint)stretches[i].from;
		attr->end_index = (guint)stretches[i].to;
		pango_attr_list_insert(attrs, attr);
	}
	pango_layout_set_attributes(layout, attrs);
	pango_attr_list_unref(attrs);
	return layout;
}

/* Cut one broken line into runs of one style each. */
static bool cut_line(PangoLayoutLine *from, const char *clean, const struct stretch *stretches,
		     size_t n, struct lull_arena *arena, struct line *line)
{
	size_t start = (size_t)from->start_index;
	size_t end = start + (size_t)from->length;
	while (end > start && clean[end - 1] == ' ')
		end--; /* the blank at which pango broke */
	line->runs = LULL_ARENA_NEW(arena, struct run, n);
	if (!line->runs)
		return false;
	for (size_t i = 0; i < n; i++) {
		const size_t a = stretches[i].from > start ? stretches[i].from : start;
		const size_t b = stretches[i].to < end ? stretches[i].to : end;
		if (a >= b)
			continue;
		int x;
		pango_layout_line_index_to_x(from, (int)a, FALSE, &x);
		struct run *run = &line->runs[line->n_runs++];
		run->x_pt = (double)x / PANGO_SCALE;
		run->mark = stretches[i].mark;
		run->text = lull_arena_strndup(arena, clean + a, b - a);
		if (!run->text)
			return false;
		pango_layout_line_index_to_x(from, (int)b, FALSE, &x);
		line->width_pt = (double)x / PANGO_SCALE;
	}
	return true;
}

int lull_lines_break(struct lull_fonts *fonts, const struct lull_type *type, const char *text,
		     double width_pt, struct lull_arena *arena, const struct lull_lines **out,
		     struct lull_err *err)
{
	const size_t size = strlen(text) + 1;
	struct lull_lines *lines = LULL_ARENA_NEW(arena, struct lull_lines, 1);
	char *clean = lull_arena_zalloc(arena, size, 1);
	size_t n_marks = 0;
	for (const char *c = text; *c; c++)
		n_marks += *c >= LULL_REPORT__STRONG && *c <= LULL_REPORT__PLAIN;
	struct stretch *stretches = LULL_ARENA_NEW(arena, struct stretch, n_marks + 1);
	if (!lines || !clean || !stretches)
		return lull_nomem(err);
	size_t n_stretches;
	const size_t n = find_stretches(text, clean, stretches, &n_stretches);

	PangoLayout *layout = embolden(lull_report__layout(fonts, type, clean, n), stretches, n_stretches);
	pango_layout_set_width(layout, (int)(width_pt * PANGO_SCALE));
	pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	lines->type = *type;
	lines->n_lines = (size_t)pango_layout_get_line_count(layout);
	lines->lines = LULL_ARENA_NEW(arena, struct line, lines->n_lines);
	bool ok = lines->lines != NULL;
	for (size_t i = 0; ok && i < lines->n_lines; i++)
		ok = cut_line(pango_layout_get_line_readonly(layout, (int)i), clean, stretches,
			      n_stretches, arena, &lines->lines[i]);
	g_object_unref(layout);
	if (!ok)
		return lull_nomem(err);
	*out = lines;
	return LULL_OK;
}

size_t lull_lines_count(const struct lull_lines *lines)
{
	return lines->n_lines;
}

void lull_draw_lines(struct lull_drawing *d, const struct lull_lines *lines, size_t first,
		     size_t n, double x, double y, double leading_pt, enum lull_anchor anchor)
{
	for (size_t i = 0; i < n && first + i < lines->n_lines; i++) {
		const struct line *line = &lines->lines[first + i];
		const double shift = anchor == LULL_AT_END    ? line->width_pt
				     : anchor == LULL_AT_MIDDLE ? 0.5 * line->width_pt
								: 0.0;
		for (size_t k = 0; k < line->n_runs; k++) {
			struct lull_type type = lines->type;
			if (line->runs[k].mark == LULL_REPORT__STRONG)
				type.weight = LULL_SEMIBOLD;
			if (line->runs[k].mark == LULL_REPORT__FAINT)
				type.color = LULL_COLOR_INK_FAINT;
			lull_draw_text(d, x - shift + line->runs[k].x_pt, y + (double)i * leading_pt,
				       &type, LULL_AT_START, line->runs[k].text);
		}
	}
}
