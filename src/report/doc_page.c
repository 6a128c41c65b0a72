/* A document on paper: blocks flow down pages like a letter set by hand. One accent, generous
 * margins, tabular figures; a heading never stands alone at a foot, a table's head is
 * repeated, every page says whose letter it is. */
#include "lull/report/doc.h"

#include <math.h>
#include <string.h>

#include "report_impl.h"

#include "lull/num/math.h"

enum { MAX_COLUMNS = 24 };

static const double margin_x = 66.0, margin_top = 72.0, margin_bottom = 74.0;

static const struct lull_type type_eyebrow = { .size_pt = 7.5, .weight = LULL_SEMIBOLD, .tracking_pt = 0.9,
					       .color = LULL_COLOR_ACCENT };
static const struct lull_type type_title = { .size_pt = 20.0, .weight = LULL_SEMIBOLD, .color = LULL_COLOR_INK };
static const struct lull_type type_subject = { .size_pt = 9.5, .color = LULL_COLOR_INK_SOFT };
static const struct lull_type type_h1 = { .size_pt = 12.5, .weight = LULL_SEMIBOLD, .color = LULL_COLOR_ACCENT };
static const struct lull_type type_h2 = { .size_pt = 9.5, .weight = LULL_SEMIBOLD, .color = LULL_COLOR_INK };
static const struct lull_type type_body = { .size_pt = 9.25, .color = LULL_COLOR_INK };
static const struct lull_type type_key = { .size_pt = 8.5, .color = LULL_COLOR_INK_FAINT };
static const struct lull_type type_cell = { .size_pt = 8.25, .color = LULL_COLOR_INK };
static const struct lull_type type_head = { .size_pt = 7.25, .weight = LULL_MEDIUM, .color = LULL_COLOR_INK_FAINT };
static const struct lull_type type_small = { .size_pt = 8.0, .color = LULL_COLOR_INK_SOFT };
static const struct lull_type type_note = { .size_pt = 7.5, .color = LULL_COLOR_INK_SOFT };
static const struct lull_type type_running = { .size_pt = 7.0, .color = LULL_COLOR_INK_FAINT };
static const double body_leading = 13.8, cell_leading = 11.2, small_leading = 11.0, note_leading = 10.2;

struct flow {
	const struct lull_document *doc;
	struct lull_fonts *fonts;
	struct lull_arena *arena;
	struct lull_scene *scene;
	size_t cap_pages;
	struct lull_drawing *page;
	double width_pt, height_pt, x, w, bottom;
	double y;      /* top of what comes next */
	bool at_top;   /* nothing on this page yet */
	const struct lull_drawing *charts; /* by block, drawn before */
	int rc;
	struct lull_err *err;
};

static void flow_fail(struct flow *f, int rc)
{
	if (f->rc == LULL_OK)
		f->rc = rc;
}

static void new_page(struct flow *f)
{
	if (f->rc != LULL_OK)
		return;
	struct lull_drawing *page = LULL_ARENA_NEW(f->arena, struct lull_drawing, 1);
	struct lull_drawing **pages = lull_arena_grow(f->arena, f->scene->pages, f->scene->n_pages,
						      &f->cap_pages, f->scene->n_pages + 1, sizeof(*pages));
	if (!page || !pages) {
		flow_fail(f, lull_nomem(f->err));
		return;
	}
	f->scene->pages = pages;
	pages[f->scene->n_pages++] = page;
	lull_drawing_init(page, f->arena, f->width_pt, f->height_pt);
	page->id = "page";
	page->title = f->doc->head.title;
	f->page = page;
	f->y = margin_top;
	f->at_top = true;
}

/* Start a new page when less than h is left on this one. */
static void need(struct flow *f, double h)
{
	if (!f->at_top && f->y + h > f->bottom)
		new_page(f);
}

static void space(struct flow *f, double h)
{
	if (!f->at_top)
		f->y += h;
}

static const struct lull_lines *break_text(struct flow *f, const struct lull_type *type, const char *text,
					   double w)
{
	const struct lull_lines *lines = NULL;
	if (f->rc == LULL_OK)
		flow_fail(f, lull_lines_break(f->fonts, type, text ? text : "", w, f->arena, &lines, f->err));
	return f->rc == LULL_OK ? lines : NULL;
}

/* Ascent of our two families is close to 0.97 em with its line gap; the first baseline sits
 * so that the text is centred in its leading. */
static double baseline(const struct lull_type *type, double leading)
{
	return 0.5 * leading + 0.36 * type->size_pt;
}

/* Lines that flow over pages; no page begins or ends with a single line of a longer text. */
static void put_lines(struct flow *f, const struct lull_lines *lines, const struct lull_type *type, double x,
		      double leading)
{
	if (!lines)
		return;
	const size_t n = lull_lines_count(lines);
	size_t at = 0;
	while (at < n && f->rc == LULL_OK) {
		const size_t left = n - at;
		size_t fit = f->bottom > f->y ? (size_t)((f->bottom - f->y) / leading) : 0;
		if (fit >= left)
			fit = left;
		else if (left - fit == 1 && fit > 2)
			fit--;
		if (fit < left && fit < 2 && !f->at_top)
			fit = 0;
		if (fit == 0 && f->at_top)
			fit = 1;
		lull_draw_lines(f->page, lines, at, fit, x, f->y + baseline(type, leading), leading, LULL_AT_START);
		f->y += (double)fit * leading;
		if (fit)
			f->at_top = false;
		at += fit;
		if (at < n)
			new_page(f);
	}
}

/* ---- blocks ------------------------------------------------------------------------ */

static double text_height(struct flow *f, const struct lull_type *type, const char *text, double w,
			  double leading)
{
	const struct lull_lines *lines = text && *text ? break_text(f, type, text, w) : NULL;
	return lines ? (double)lull_lines_count(lines) * leading : 0.0;
}

/* What a block needs at least, so that a heading above it does not stand alone. */
static double least_height(struct flow *f, size_t i)
{
	if (i >= f->doc->n_blocks)
		return 0.0;
	const struct lull_doc_block *b = &f->doc->blocks[i];
	switch (b->kind) {
	case LULL_BLOCK_CHART:
		return f->charts[i].height_pt;
	case LULL_BLOCK_CALLOUT:
		return text_height(f, &type_body, b->text, f->w - 30.0, body_leading) + 44.0;
	case LULL_BLOCK_HEADING:
		return 24.0 + least_height(f, i + 1);
	case LULL_BLOCK_PAGE:
		return 0.0;
	default:
		return 3.0 * body_leading;
	}
}

static void put_heading(struct flow *f, size_t i)
{
	const struct lull_doc_block *b = &f->doc->blocks[i];
	const bool big = b->level <= 1;
	const struct lull_type *type = big ? &type_h1 : &type_h2;
	const double leading = big ? 17.0 : 13.5;
	space(f, big ? 18.0 : 9.0);
	const struct lull_lines *lines = break_text(f, type, b->title, f->w);
	if (!lines)
		return;
	const double h = (double)lull_lines_count(lines) * leading;
	need(f, h + 6.0 + least_height(f, i + 1));
	put_lines(f, lines, type, f->x, leading);
	f->y += big ? 5.0 : 3.0;
}

static void put_paragraph(struct flow *f, const char *text)
{
	put_lines(f, break_text(f, &type_body, text, f->w), &type_body, f->x, body_leading);
	f->y += 6.5;
}

static void put_pairs(struct flow *f, const struct lull_doc_block *b)
{
	double key_w = 0.0;
	for (size_t i = 0; i < b->n_pairs; i++)
		key_w = lull_max(key_w, lull_text_width_pt(f->fonts, &type_key, b->pairs[i].key));
	key_w = lull_min(key_w, 130.0);
	const double gap = 16.0;
	for (size_t i = 0; i < b->n_pairs && f->rc == LULL_OK; i++) {
		const struct lull_lines *key = break_text(f, &type_key, b->pairs[i].key, key_w + 0.5);
		const struct lull_lines *value =
			break_text(f, &type_body, b->pairs[i].value, f->w - key_w - gap);
		if (!key || !value)
			return;
		const size_t n_key = lull_lines_count(key), n_value = lull_lines_count(value);
		need(f, (double)(n_value < 3 ? n_value : 3) * body_leading);
		const double row_top = f->y;
		lull_draw_lines(f->page, key, 0, n_key, f->x, f->y + baseline(&type_body, body_leading),
				body_leading, LULL_AT_START);
		put_lines(f, value, &type_body, f->x + key_w + gap, body_leading);
		if (n_key > n_value && f->y > row_top)
			f->y = row_top + (double)n_key * body_leading;
		f->y += 2.2;
	}
	f->y += 4.0;
}

static void put_list(struct flow *f, const struct lull_doc_block *b)
{
	for (size_t i = 0; i < b->n_pairs && f->rc == LULL_OK; i++) {
		const struct lull_lines *lines = break_text(f, &type_body, b->pairs[i].value, f->w - 13.0);
		if (!lines)
			return;
		need(f, body_leading * (lull_lines_count(lines) < 2 ? 1.0 : 2.0));
		lull_draw_circle(f->page, f->x + 3.0, f->y + 0.5 * body_leading, 1.3,
				 (struct lull_paint){ .fill = LULL_COLOR_ACCENT });
		put_lines(f, lines, &type_body, f->x + 13.0, body_leading);
		f->y += 2.6;
	}
	f->y += 4.0;
}

static void put_notes(struct flow *f, const struct lull_doc_block *b)
{
	for (size_t i = 0; i < b->n_pairs && f->rc == LULL_OK; i++) {
		const struct lull_lines *lines = break_text(f, &type_note, b->pairs[i].value, f->w - 20.0);
		if (!lines)
			return;
		need(f, note_leading * (double)(lull_lines_count(lines) < 2 ? 1 : 2));
		lull_draw_text(f->page, f->x + 13.0, f->y + baseline(&type_note, note_leading), &type_note,
			       LULL_AT_END, b->pairs[i].key);
		put_lines(f, lines, &type_note, f->x + 20.0, note_leading);
		f->y += 2.4;
	}
	f->y += 4.0;
}

static void put_callout(struct flow *f, const struct lull_doc_block *b)
{
	static const struct {
		enum lull_color line, ground;
	} tones[] = {
		[LULL_TONE_PLAIN] = { LULL_COLOR_ACCENT_MID, LULL_COLOR_GROUND },
		[LULL_TONE_GO] = { LULL_COLOR_ACCENT, LULL_COLOR_ACCENT_PALE },
		[LULL_TONE_CAUTION] = { LULL_COLOR_CAUTION, LULL_COLOR_CAUTION_PALE },
		[LULL_TONE_STOP] = { LULL_COLOR_STOP, LULL_COLOR_STOP_PALE },
	};
	struct lull_type title_type = { .size_pt = 10.5, .weight = LULL_SEMIBOLD, .color = tones[b->tone].line };
	if (b->tone == LULL_TONE_PLAIN)
		title_type.color = LULL_COLOR_INK;
	const double pad_x = 15.0, pad_y = 11.0, title_leading = 14.5;
	const struct lull_lines *title =
		b->title && *b->title ? break_text(f, &title_type, b->title, f->w - 2.0 * pad_x) : NULL;
	const struct lull_lines *text =
		b->text && *b->text ? break_text(f, &type_body, b->text, f->w - 2.0 * pad_x) : NULL;
	if (f->rc != LULL_OK)
		return;
	const double title_h = title ? (double)lull_lines_count(title) * title_leading : 0.0;
	const double text_h = text ? (double)lull_lines_count(text) * body_leading : 0.0;
	const double gap = title && text ? 2.5 : 0.0;
	const double h = 2.0 * pad_y + title_h + gap + text_h;
	space(f, 4.0);
	need(f, h);
	if (f->rc != LULL_OK)
		return;
	lull_draw_rect(f->page, f->x, f->y, f->w, h, 0.0, (struct lull_paint){ .fill = tones[b->tone].ground });
	lull_draw_rect(f->page, f->x, f->y, 2.5, h, 0.0, (struct lull_paint){ .fill = tones[b->tone].line });
	double y = f->y + pad_y;
	if (title)
		lull_draw_lines(f->page, title, 0, lull_lines_count(title), f->x + pad_x,
				y + baseline(&title_type, title_leading), title_leading, LULL_AT_START);
	y += title_h + gap;
	if (text)
		lull_draw_lines(f->page, text, 0, lull_lines_count(text), f->x + pad_x,
				y + baseline(&type_body, body_leading), body_leading, LULL_AT_START);
	f->y += h + 9.0;
	f->at_top = false;
}

static void put_chart(struct flow *f, size_t i)
{
	const struct lull_drawing *chart = &f->charts[i];
	space(f, 5.0);
	need(f, chart->height_pt);
	if (f->rc != LULL_OK)
		return;
	lull_draw_place(f->page, chart, f->x, f->y);
	f->y += chart->height_pt + 9.0;
	f->at_top = false;
}

/* ---- tables ------------------------------------------------------------------------ */

static const double column_gap = 14.0;

/* Columns of contents first; what is left is shared. When nothing is left the widest gives. */
static void fit_columns(struct flow *f, const struct lull_table *table, double widths[MAX_COLUMNS])
{
	double fixed = column_gap * (double)(table->n_columns - 1), shares = 0.0;
	for (size_t c = 0; c < table->n_columns; c++) {
		widths[c] = 0.0;
		if (table->columns[c].share > 0.0) {
			shares += table->columns[c].share;
			continue;
		}
		/* a long head may wrap */
		widths[c] = lull_min(64.0, lull_text_width_pt(f->fonts, &type_head, table->columns[c].head));
		for (size_t r = 0; r < lull_table_rows(table); r++)
			widths[c] = lull_max(widths[c],
					     lull_text_width_pt(f->fonts, &type_cell, lull_table_at(table, r, c)));
		widths[c] += 1.0;
		fixed += widths[c];
	}
	/* Shared columns take what is left, but at least 60 pt each. */
	double left = f->w - fixed;
	for (size_t c = 0; c < table->n_columns; c++)
		if (table->columns[c].share > 0.0)
			widths[c] = lull_max(60.0, left * table->columns[c].share / shares);
	for (;;) {
		double total = column_gap * (double)(table->n_columns - 1);
		size_t widest = 0;
		for (size_t c = 0; c < table->n_columns; c++) {
			total += widths[c];
			if (widths[c] > widths[widest])
				widest = c;
		}
		if (total <= f->w + 0.01 || widths[widest] < 24.0)
			return;
		widths[widest] = lull_max(widths[widest] - 6.0, widths[widest] - (total - f->w));
	}
}

/* One row, broken once: measured first, then drawn, perhaps on the next page. */
struct row {
	const struct lull_lines *cells[MAX_COLUMNS];
	double height;
};

static struct row break_row(struct flow *f, const struct lull_table *table, const char *const *cells,
			    const double widths[MAX_COLUMNS], const struct lull_type *type, double leading)
{
	struct row row = { .height = leading };
	for (size_t c = 0; c < table->n_columns && f->rc == LULL_OK; c++) {
		row.cells[c] = *cells[c] ? break_text(f, type, cells[c], widths[c] + 0.5) : NULL;
		if (row.cells[c])
			row.height = lull_max(row.height, (double)lull_lines_count(row.cells[c]) * leading);
	}
	return row;
}

static void put_row(struct flow *f, const struct lull_table *table, const struct row *row,
		    const double widths[MAX_COLUMNS], const struct lull_type *type, double leading)
{
	double x = f->x;
	for (size_t c = 0; c < table->n_columns && f->rc == LULL_OK; c++) {
		const enum lull_anchor align = table->columns[c].align;
		const double at = align == LULL_AT_END      ? x + widths[c]
				  : align == LULL_AT_MIDDLE ? x + widths[c] / 2.0
							    : x;
		if (row->cells[c])
			lull_draw_lines(f->page, row->cells[c], 0, lull_lines_count(row->cells[c]), at,
					f->y + baseline(type, leading), leading, align);
		x += widths[c] + column_gap;
	}
}

static double row_width(const struct lull_table *table, const double widths[MAX_COLUMNS])
{
	double w = column_gap * (double)(table->n_columns - 1);
	for (size_t c = 0; c < table->n_columns; c++)
		w += widths[c];
	return w;
}

static void put_table_head(struct flow *f, const struct lull_table *table, const double widths[MAX_COLUMNS])
{
	const char *heads[MAX_COLUMNS];
	for (size_t c = 0; c < table->n_columns; c++)
		heads[c] = table->columns[c].head;
	const struct row row = break_row(f, table, heads, widths, &type_head, 9.5);
	put_row(f, table, &row, widths, &type_head, 9.5);
	f->y += row.height + 3.5;
	if (f->rc == LULL_OK)
		lull_draw_line(f->page, f->x, f->y, f->x + row_width(table, widths), f->y,
			       (struct lull_paint){ .stroke = LULL_COLOR_INK_FAINT, .width_pt = 0.6 });
	f->y += 3.0;
	f->at_top = false;
}

static void put_table(struct flow *f, const struct lull_table *table)
{
	if (table->failed) {
		flow_fail(f, lull_nomem(f->err));
		return;
	}
	if (table->n_columns == 0 || table->n_columns > MAX_COLUMNS) {
		flow_fail(f, lull_fail(f->err, LULL_ELIMIT, "table", "a table has 1 to %d columns", MAX_COLUMNS));
		return;
	}
	double widths[MAX_COLUMNS];
	fit_columns(f, table, widths);
	space(f, 3.0);
	need(f, 62.0);
	if (table->caption) {
		put_lines(f, break_text(f, &type_h2, table->caption, f->w), &type_h2, f->x, 13.0);
		f->y += 3.0;
	}
	put_table_head(f, table, widths);
	const size_t n_rows = lull_table_rows(table);
	for (size_t r = 0; r < n_rows && f->rc == LULL_OK; r++) {
		const char *const *cells = table->cells + r * table->n_columns;
		const struct row row = break_row(f, table, cells, widths, &type_cell, cell_leading);
		const double h = row.height + 5.0;
		if (f->rc == LULL_OK && f->y + h > f->bottom) {
			new_page(f);
			if (f->rc == LULL_OK)
				put_table_head(f, table, widths);
		}
		if (f->rc != LULL_OK)
			return;
		put_row(f, table, &row, widths, &type_cell, cell_leading);
		f->y += h;
		f->at_top = false;
		lull_draw_line(f->page, f->x, f->y - 2.6, f->x + row_width(table, widths), f->y - 2.6,
			       (struct lull_paint){ .stroke = LULL_COLOR_HAIRLINE, .width_pt = 0.5 });
	}
	f->y += 9.0;
}

/* ---- findings ---------------------------------------------------------------------- */

/* Met: a filled disc with a tick. Not met: an open ring with a bar. Unknown: a diamond with
 * a question mark. Shape and word carry the meaning, colour only helps. */
static void draw_status(struct lull_drawing *d, double x, double y, enum lull_status status)
{
	const double r = 4.0;
	if (status == LULL_MET) {
		const struct lull_point tick[] = { { x - 1.9, y + 0.1 }, { x - 0.5, y + 1.6 }, { x + 2.0, y - 1.6 } };
		lull_draw_circle(d, x, y, r, (struct lull_paint){ .fill = LULL_COLOR_ACCENT });
		lull_draw_polyline(d, tick, 3, (struct lull_paint){ .stroke = LULL_COLOR_PAPER, .width_pt = 1.1 });
	} else if (status == LULL_NOT_MET) {
		lull_draw_circle(d, x, y, r - 0.4,
				 (struct lull_paint){ .fill = LULL_COLOR_PAPER, .stroke = LULL_COLOR_INK_FAINT, .width_pt = 0.8 });
		lull_draw_line(d, x - 1.7, y, x + 1.7, y,
			       (struct lull_paint){ .stroke = LULL_COLOR_INK_FAINT, .width_pt = 1.0 });
	} else {
		const struct lull_point diamond[] = { { x, y - 4.8 }, { x + 4.8, y }, { x, y + 4.8 }, { x - 4.8, y } };
		const struct lull_type mark = { .size_pt = 6.5, .weight = LULL_BOLD, .color = LULL_COLOR_CAUTION };
		lull_draw_polygon(d, diamond, 4,
				  (struct lull_paint){ .fill = LULL_COLOR_CAUTION_PALE, .stroke = LULL_COLOR_CAUTION, .width_pt = 0.8 });
		lull_draw_text(d, x, y + 2.35, &mark, LULL_AT_MIDDLE, "?");
	}
}

static void put_finding(struct flow *f, const struct lull_finding *finding, int indent, int depth)
{
	static const char *const words[] = { [LULL_STATUS_UNKNOWN] = "unknown", [LULL_NOT_MET] = "not met",
					     [LULL_MET] = "met" };
	static const double word_w = 62.0;
	const double x = f->x + 15.0 * indent, text_x = x + 15.0, w = f->x + f->w - text_x - word_w;
	const struct lull_type name_type = { .size_pt = indent ? 8.75 : 9.25,
					     .weight = indent ? LULL_REGULAR : LULL_SEMIBOLD, .color = LULL_COLOR_INK };
	const struct lull_type word_type = { .size_pt = 8.25, .weight = LULL_MEDIUM,
					     .color = finding->status == LULL_MET             ? LULL_COLOR_ACCENT
						      : finding->status == LULL_STATUS_UNKNOWN ? LULL_COLOR_CAUTION
											       : LULL_COLOR_INK_FAINT };
	const double leading = 12.6;
	const struct lull_lines *name =
		break_text(f, &name_type, finding->name ? finding->name : finding->code, w);
	const struct lull_lines *why =
		finding->why && *finding->why ? break_text(f, &type_small, finding->why, w) : NULL;
	if (f->rc != LULL_OK)
		return;
	need(f, leading * (double)lull_lines_count(name)
			+ small_leading * (why ? (double)lull_lines_count(why) : 0.0) + (indent ? 2.0 : 20.0));
	if (f->rc != LULL_OK)
		return;
	draw_status(f->page, x + 5.0, f->y + 0.5 * leading, finding->status);
	lull_draw_text(f->page, f->x + f->w, f->y + baseline(&name_type, leading), &word_type, LULL_AT_END,
		       words[finding->status]);
	if (finding->could_change && finding->status != LULL_STATUS_UNKNOWN)
		lull_draw_text(f->page, f->x + f->w, f->y + leading + baseline(&type_small, small_leading),
			       &type_running, LULL_AT_END, "could change");
	put_lines(f, name, &name_type, text_x, leading);
	put_lines(f, why, &type_small, text_x, small_leading);
	if (finding->estimated)
		put_lines(f, break_text(f, &type_small, "Estimated from incomplete days.", w), &type_small, text_x,
			  small_leading);
	if (finding->question && finding->could_change) {
		struct lull_type ask = type_small;
		ask.color = LULL_COLOR_CAUTION;
		struct lull_buf buf = { 0 };
		lull_buf_printf(&buf, "Ask: %s", finding->question);
		if (buf.failed)
			flow_fail(f, lull_nomem(f->err));
		put_lines(f, break_text(f, &ask, lull_buf_text(&buf), w), &ask, text_x, small_leading);
		lull_buf_clear(&buf);
	}
	f->y += 3.4;
	for (size_t i = 0; depth > 0 && i < finding->n_children && f->rc == LULL_OK; i++)
		put_finding(f, &finding->children[i], indent + 1, depth - 1);
}

static void put_block(struct flow *f, size_t i)
{
	const struct lull_doc_block *b = &f->doc->blocks[i];
	switch (b->kind) {
	case LULL_BLOCK_HEADING:
		put_heading(f, i);
		break;
	case LULL_BLOCK_PARAGRAPH:
		put_paragraph(f, b->text);
		break;
	case LULL_BLOCK_PAIRS:
		put_pairs(f, b);
		break;
	case LULL_BLOCK_LIST:
		put_list(f, b);
		break;
	case LULL_BLOCK_TABLE:
		put_table(f, b->table);
		break;
	case LULL_BLOCK_FINDINGS:
		for (size_t k = 0; k < b->n_findings && f->rc == LULL_OK; k++) {
			put_finding(f, &b->findings[k], 0, b->level);
			f->y += 4.0;
		}
		break;
	case LULL_BLOCK_CALLOUT:
		put_callout(f, b);
		break;
	case LULL_BLOCK_CHART:
		put_chart(f, i);
		break;
	case LULL_BLOCK_NOTES:
		put_notes(f, b);
		break;
	case LULL_BLOCK_PAGE:
		if (!f->at_top)
			new_page(f);
		break;
	}
}

/* ---- pages ------------------------------------------------------------------------- */

/* The first page's masthead: what this is, of whom, when. */
static void put_masthead(struct flow *f)
{
	const struct lull_doc_head *head = &f->doc->head;
	f->y = margin_top - 6.0;
	if (head->eyebrow)
		put_lines(f, break_text(f, &type_eyebrow, head->eyebrow, f->w), &type_eyebrow, f->x, 12.0);
	f->y += 2.0;
	put_lines(f, break_text(f, &type_title, head->title, f->w), &type_title, f->x, 26.0);
	f->y += 3.0;
	const double date_w = head->date ? lull_text_width_pt(f->fonts, &type_subject, head->date) : 0.0;
	if (f->rc == LULL_OK && head->date)
		lull_draw_text(f->page, f->x + f->w, f->y + baseline(&type_subject, 14.0), &type_subject, LULL_AT_END,
			       head->date);
	if (head->subject)
		put_lines(f, break_text(f, &type_subject, head->subject, f->w - date_w - 16.0), &type_subject, f->x,
			  14.0);
	f->y += 9.0;
	if (f->rc == LULL_OK)
		lull_draw_line(f->page, f->x, f->y, f->x + f->w, f->y,
			       (struct lull_paint){ .stroke = LULL_COLOR_ACCENT, .width_pt = 0.9 });
	f->y += 14.0;
	f->at_top = true; /* no space above the first block */
}

/* A banner is a framed word at the top right of every page. */
static void put_banner(struct flow *f, struct lull_drawing *page, const char *banner)
{
	const struct lull_type type = { .size_pt = 7.0, .weight = LULL_BOLD, .tracking_pt = 0.8,
					.color = LULL_COLOR_CAUTION };
	const double w = lull_text_width_pt(f->fonts, &type, banner) + 13.0, x = f->x + f->w - w;
	lull_draw_rect(page, x, 30.0, w, 15.0, 2.0,
		       (struct lull_paint){ .fill = LULL_COLOR_CAUTION_PALE, .stroke = LULL_COLOR_CAUTION, .width_pt = 0.7 });
	lull_draw_text(page, x + 6.5, 40.0, &type, LULL_AT_START, banner);
}

static void put_running(struct flow *f, size_t i)
{
	const struct lull_doc_head *head = &f->doc->head;
	struct lull_drawing *page = f->scene->pages[i];
	if (head->banner)
		put_banner(f, page, head->banner);
	if (i > 0 && head->subject)
		lull_draw_text(page, f->x, 40.0, &type_running, LULL_AT_START, head->subject);
	const double y = f->height_pt - 48.0;
	lull_draw_line(page, f->x, y, f->x + f->w, y,
		       (struct lull_paint){ .stroke = LULL_COLOR_HAIRLINE, .width_pt = 0.6 });
	struct lull_buf buf = { 0 };
	lull_buf_printf(&buf, "%s%sPage %zu of %zu", head->provenance ? head->provenance : "",
			head->provenance ? "   " : "", i + 1, f->scene->n_pages);
	if (buf.failed)
		flow_fail(f, lull_nomem(f->err));
	const double right_w = lull_text_width_pt(f->fonts, &type_running, lull_buf_text(&buf));
	lull_draw_text(page, f->x + f->w, y + 12.0, &type_running, LULL_AT_END, lull_buf_text(&buf));
	lull_buf_clear(&buf);
	if (!head->footer)
		return;
	const struct lull_lines *lines = break_text(f, &type_running, head->footer, f->w - right_w - 20.0);
	if (lines)
		lull_draw_lines(page, lines, 0, lull_lines_count(lines), f->x, y + 12.0, 9.2, LULL_AT_START);
}

/* Charts are drawn before the pages, so that headings know how much they need. */
static const struct lull_drawing *draw_charts(struct flow *f)
{
	struct lull_drawing *charts = LULL_ARENA_NEW(f->arena, struct lull_drawing, f->doc->n_blocks + 1);
	if (!charts) {
		flow_fail(f, lull_nomem(f->err));
		return NULL;
	}
	for (size_t i = 0; i < f->doc->n_blocks && f->rc == LULL_OK; i++)
		if (f->doc->blocks[i].kind == LULL_BLOCK_CHART)
			flow_fail(f, lull_chart_draw(f->doc->blocks[i].chart, f->w, f->fonts, f->arena, &charts[i],
						     f->err));
	return charts;
}

int lull_doc_pages(const struct lull_document *doc, struct lull_fonts *fonts, struct lull_arena *arena,
		   struct lull_scene *out, struct lull_err *err)
{
	if (doc->failed)
		return lull_nomem(err);
	*out = (struct lull_scene){ .title = doc->head.title, .subject = doc->head.subject,
				    .author = doc->head.provenance };
	struct flow f = { .doc = doc, .fonts = fonts, .arena = arena, .scene = out, .err = err };
	/* ISO 216 A4 and ANSI letter, in points. */
	f.width_pt = doc->head.paper == LULL_LETTER ? 612.0 : 595.28;
	f.height_pt = doc->head.paper == LULL_LETTER ? 792.0 : 841.89;
	f.x = margin_x;
	f.w = f.width_pt - 2.0 * margin_x;
	f.bottom = f.height_pt - margin_bottom;
	f.charts = draw_charts(&f);
	new_page(&f);
	if (f.rc == LULL_OK)
		put_masthead(&f);
	for (size_t i = 0; i < doc->n_blocks && f.rc == LULL_OK; i++)
		put_block(&f, i);
	for (size_t i = 0; i < out->n_pages && f.rc == LULL_OK; i++)
		put_running(&f, i);
	for (size_t i = 0; i < out->n_pages && f.rc == LULL_OK; i++)
		if (out->pages[i]->failed)
			f.rc = lull_nomem(err);
	return f.rc;
}
