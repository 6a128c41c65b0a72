/* A document on a terminal: the same words as on paper, in columns of characters. Colour only
 * adds; every status is a word and a mark. */
#include "lull/report/doc.h"

#include <math.h>
#include <string.h>

#include "chart_impl.h"

enum { MIN_WIDTH = 48, MAX_COLUMNS = 24 };

struct page {
	struct lull_buf *out;
	int width;
	bool color;
};

/* ---- breaking text ----------------------------------------------------------------- */

/* Walks a text line by line. */
struct walk {
	const char *at;
	char mark; /* the inline mark in force: 1 strong, 2 faint, 3 plain */
};

static bool is_mark(char c)
{
	return c >= 1 && c <= 3;
}

static bool starts_char(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

/* Columns of a text: code points without marks and other control characters. */
static int columns_of(const char *text, size_t n)
{
	int columns = 0;
	for (size_t i = 0; i < n; i++)
		columns += starts_char(text[i]) && (unsigned char)text[i] >= 0x20;
	return columns;
}

/* The next line of at most width columns: its bytes, without the blank it broke at. False at
 * the end of the text. */
static bool next_line(struct walk *walk, int width, const char **line, size_t *n)
{
	while (*walk->at == ' ')
		walk->at++;
	if (!*walk->at)
		return false;
	const char *blank = NULL, *c = walk->at;
	int columns = 0;
	for (; *c && *c != '\n'; c++) {
		if (*c == ' ')
			blank = c;
		if (starts_char(*c) && (unsigned char)*c >= 0x20 && ++columns > width)
			break;
	}
	if (*c && *c != '\n' && blank)
		c = blank;
	*line = walk->at;
	*n = (size_t)(c - walk->at);
	while (*n && walk->at[*n - 1] == ' ')
		(*n)--;
	walk->at = *c == '\n' ? c + 1 : c;
	return true;
}

static void put_mark(const struct page *page, char mark)
{
	if (!page->color)
		return;
	lull_buf_puts(page->out, mark == 1 ? "\x1b[1m" : mark == 2 ? "\x1b[2m" : "\x1b[0m");
}

/* One line with its inline marks; the style is closed at the end and reopened on the next. */
static void put_line(const struct page *page, struct walk *walk, const char *line, size_t n)
{
	if (walk->mark == 1 || walk->mark == 2)
		put_mark(page, walk->mark);
	for (size_t i = 0; i < n; i++) {
		if (is_mark(line[i])) {
			walk->mark = line[i];
			put_mark(page, line[i]);
		} else if ((unsigned char)line[i] >= 0x20 && line[i] != 0x7f) {
			lull_buf_putc(page->out, line[i]);
		}
	}
	if (walk->mark == 1 || walk->mark == 2)
		put_mark(page, 3);
}

/* A paragraph: the first line after what the caller wrote in first columns, the rest indented. */
static void put_hanging(const struct page *page, const char *text, int first, int indent)
{
	struct walk walk = { .at = text ? text : "" };
	const char *line;
	size_t n;
	bool is_first = true;
	while (next_line(&walk, page->width - (is_first ? first : indent), &line, &n)) {
		if (!is_first)
			lull_buf_pad(page->out, ' ', (size_t)indent);
		put_line(page, &walk, line, n);
		lull_buf_putc(page->out, '\n');
		is_first = false;
	}
	if (is_first)
		lull_buf_putc(page->out, '\n');
}

static void put_indented(const struct page *page, const char *text, int indent)
{
	if (!text || !*text)
		return;
	lull_buf_pad(page->out, ' ', (size_t)indent);
	put_hanging(page, text, indent, indent);
}

static void put_rule(const struct page *page, const char *character, int n)
{
	for (int i = 0; i < n; i++)
		lull_buf_puts(page->out, character);
	lull_buf_putc(page->out, '\n');
}

/* ---- blocks ------------------------------------------------------------------------ */

static void put_heading(const struct page *page, const struct lull_doc_block *block)
{
	put_mark(page, 1);
	if (block->level <= 1)
		lull_chart__paint(page->out, page->color, LULL_COLOR_ACCENT_MID);
	put_hanging(page, block->title, 0, 0);
	if (block->level <= 1)
		put_rule(page, "\u2500", columns_of(block->title, strlen(block->title)) < page->width
						 ? columns_of(block->title, strlen(block->title))
						 : page->width);
	put_mark(page, 3);
}

static void put_pairs(const struct page *page, const struct lull_doc_block *block)
{
	int widest = 0;
	for (size_t i = 0; i < block->n_pairs; i++) {
		const int n = columns_of(block->pairs[i].key, strlen(block->pairs[i].key));
		widest = n > widest ? n : widest;
	}
	if (widest > page->width / 3)
		widest = page->width / 3;
	for (size_t i = 0; i < block->n_pairs; i++) {
		const char *key = block->pairs[i].key;
		const int n = columns_of(key, strlen(key));
		put_mark(page, 2);
		lull_buf_puts(page->out, key);
		put_mark(page, 3);
		if (n > widest) {
			lull_buf_putc(page->out, '\n');
			lull_buf_pad(page->out, ' ', (size_t)widest + 2);
		} else {
			lull_buf_pad(page->out, ' ', (size_t)(widest + 2 - n));
		}
		put_hanging(page, block->pairs[i].value, widest + 2, widest + 2);
	}
}

static void put_list(const struct page *page, const struct lull_doc_block *block)
{
	for (size_t i = 0; i < block->n_pairs; i++) {
		lull_buf_puts(page->out, "- ");
		put_hanging(page, block->pairs[i].value, 2, 2);
	}
}

static void put_notes(const struct page *page, const struct lull_doc_block *block)
{
	for (size_t i = 0; i < block->n_pairs; i++) {
		const int n = columns_of(block->pairs[i].key, strlen(block->pairs[i].key));
		lull_buf_pad(page->out, ' ', n < 3 ? (size_t)(3 - n) : 0);
		lull_buf_printf(page->out, "%s. ", block->pairs[i].key);
		put_hanging(page, block->pairs[i].value, (n < 3 ? 3 : n) + 2, 5);
	}
}

/* The longest word of a text: a column is not made narrower than that while another can give. */
static int longest_word(const char *text)
{
	int longest = 0;
	for (const char *at = text; *at;) {
		const size_t n = strcspn(at, " ");
		const int w = columns_of(at, n);
		longest = w > longest ? w : longest;
		at += n + (at[n] == ' ');
	}
	return longest;
}

/* The widest column that is still wider than its least width; n when there is none. */
static size_t widest_above(const int *widths, const int *least, size_t n)
{
	size_t widest = n;
	for (size_t c = 0; c < n; c++)
		if (widths[c] > least[c] && (widest == n || widths[c] > widths[widest]))
			widest = c;
	return widest;
}

/* Column widths that fit: natural ones, the widest cut step by step, words last. */
static void fit_columns(const struct lull_table *table, int room, int widths[MAX_COLUMNS])
{
	const size_t n = table->n_columns;
	int total = 2 * (int)(n - 1), words[MAX_COLUMNS], least[MAX_COLUMNS];
	for (size_t c = 0; c < n; c++) {
		widths[c] = columns_of(table->columns[c].head, strlen(table->columns[c].head));
		words[c] = longest_word(table->columns[c].head);
		least[c] = 4;
		for (size_t r = 0; r < lull_table_rows(table); r++) {
			const char *cell = lull_table_at(table, r, c);
			const int w = columns_of(cell, strlen(cell)), word = longest_word(cell);
			widths[c] = w > widths[c] ? w : widths[c];
			words[c] = word > words[c] ? word : words[c];
		}
		total += widths[c];
	}
	for (int pass = 0; pass < 2; pass++)
		while (total > room) {
			const size_t c = widest_above(widths, pass == 0 ? words : least, n);
			if (c == n)
				break;
			widths[c]--;
			total--;
		}
}

static void put_cells(const struct page *page, const struct lull_table *table, const char *const *cells,
		      const int widths[MAX_COLUMNS])
{
	struct walk walks[MAX_COLUMNS];
	const size_t n = table->n_columns;
	for (size_t c = 0; c < n; c++)
		walks[c] = (struct walk){ .at = cells[c] };
	for (bool more = true, first = true; more; first = false) {
		size_t pending = 0; /* blanks owed: no line ends in blanks */
		bool any = false;
		more = false;
		for (size_t c = 0; c < n; c++) {
			const char *line = "";
			size_t n_line = 0;
			const bool has = next_line(&walks[c], widths[c], &line, &n_line);
			const int used = columns_of(line, n_line);
			const size_t gap = (size_t)(widths[c] > used ? widths[c] - used : 0);
			const bool at_end = table->columns[c].align == LULL_AT_END;
			if (has) {
				if (!any && !first && c == 0)
					pending = 0;
				lull_buf_pad(page->out, ' ', pending + (at_end ? gap : 0));
				put_line(page, &walks[c], line, n_line);
				pending = at_end ? 0 : gap;
				any = true;
			} else {
				pending += (size_t)widths[c];
			}
			pending += 2;
			more = more || *walks[c].at;
		}
		if (any || first)
			lull_buf_putc(page->out, '\n');
		if (!any)
			break;
	}
}

static int put_table(const struct page *page, const struct lull_table *table, struct lull_err *err)
{
	if (table->failed)
		return lull_nomem(err);
	if (table->n_columns == 0 || table->n_columns > MAX_COLUMNS)
		return lull_fail(err, LULL_ELIMIT, "table", "a table has 1 to %d columns", MAX_COLUMNS);
	int widths[MAX_COLUMNS];
	fit_columns(table, page->width, widths);
	if (table->caption) {
		put_mark(page, 1);
		put_hanging(page, table->caption, 0, 0);
		put_mark(page, 3);
	}
	const char *heads[MAX_COLUMNS];
	int total = 2 * (int)(table->n_columns - 1);
	for (size_t c = 0; c < table->n_columns; c++) {
		heads[c] = table->columns[c].head;
		total += widths[c];
	}
	put_cells(page, table, heads, widths);
	put_rule(page, "\u2500", total < page->width ? total : page->width);
	for (size_t r = 0; r < lull_table_rows(table); r++)
		put_cells(page, table, table->cells + r * table->n_columns, widths);
	return LULL_OK;
}

static void put_callout(const struct page *page, const struct lull_doc_block *block)
{
	static const enum lull_color tones[] = { LULL_COLOR_ACCENT_MID, LULL_COLOR_ACCENT_MID,
						 LULL_COLOR_CAUTION, LULL_COLOR_STOP };
	const struct page inner = { page->out, page->width - 2, page->color };
	const char *const texts[2] = { block->title, block->text };
	for (int part = 0; part < 2; part++) {
		struct walk walk = { .at = texts[part] ? texts[part] : "", .mark = part == 0 ? 1 : 3 };
		const char *line;
		size_t n;
		while (next_line(&walk, inner.width, &line, &n)) {
			lull_chart__paint(page->out, page->color, tones[block->tone]);
			lull_buf_puts(page->out, "\u2503 ");
			lull_chart__plain(page->out, page->color);
			put_line(&inner, &walk, line, n);
			lull_buf_putc(page->out, '\n');
		}
	}
}

/* ---- findings ---------------------------------------------------------------------- */

static void put_status(const struct page *page, enum lull_status status)
{
	static const char *const marks[] = { [LULL_STATUS_UNKNOWN] = "[?]", [LULL_NOT_MET] = "[ ]",
					     [LULL_MET] = "[x]" };
	const enum lull_color color = status == LULL_MET             ? LULL_COLOR_ACCENT_MID
				      : status == LULL_STATUS_UNKNOWN ? LULL_COLOR_CAUTION
								      : LULL_COLOR_INK_FAINT;
	lull_chart__paint(page->out, page->color, color);
	lull_buf_puts(page->out, marks[status]);
	lull_chart__plain(page->out, page->color);
}

static void put_finding(const struct page *page, const struct lull_finding *f, int indent, int depth)
{
	static const char *const words[] = { [LULL_STATUS_UNKNOWN] = "unknown", [LULL_NOT_MET] = "not met",
					     [LULL_MET] = "met" };
	struct lull_buf line = { 0 };
	lull_buf_pad(page->out, ' ', (size_t)indent);
	put_status(page, f->status);
	lull_buf_putc(page->out, ' ');
	lull_buf_printf(&line, "%s%s%s: %s", indent ? "" : LULL_STRONG, f->name ? f->name : f->code,
			indent ? "" : LULL_PLAIN, words[f->status]);
	if (f->could_change && f->status != LULL_STATUS_UNKNOWN)
		lull_buf_puts(&line, ", could change");
	if (f->estimated)
		lull_buf_puts(&line, ", estimated from incomplete days");
	put_hanging(page, lull_buf_text(&line), indent + 4, indent + 4);
	page->out->failed = page->out->failed || line.failed;
	lull_buf_clear(&line);
	put_indented(page, f->why, indent + 4);
	if (f->question && f->could_change) {
		lull_buf_pad(page->out, ' ', (size_t)indent + 4);
		lull_buf_puts(page->out, "Ask: ");
		put_hanging(page, f->question, indent + 9, indent + 9);
	}
	for (size_t i = 0; depth > 0 && i < f->n_children; i++)
		put_finding(page, &f->children[i], indent + 4, depth - 1);
}

static void put_chart_or_fail(const struct page *page, const struct lull_doc_block *block, int *rc,
			      struct lull_err *err)
{
	put_mark(page, 1);
	put_mark(page, 3);
	*rc = lull_chart_text(block->chart, page->width, page->color, page->out, err);
}

static int put_block(const struct page *page, const struct lull_doc_block *block, struct lull_err *err)
{
	int rc = LULL_OK;
	switch (block->kind) {
	case LULL_BLOCK_HEADING:
		put_heading(page, block);
		break;
	case LULL_BLOCK_PARAGRAPH:
		put_hanging(page, block->text, 0, 0);
		break;
	case LULL_BLOCK_PAIRS:
		put_pairs(page, block);
		break;
	case LULL_BLOCK_LIST:
		put_list(page, block);
		break;
	case LULL_BLOCK_TABLE:
		rc = put_table(page, block->table, err);
		break;
	case LULL_BLOCK_FINDINGS:
		for (size_t i = 0; i < block->n_findings; i++)
			put_finding(page, &block->findings[i], 0, block->level);
		break;
	case LULL_BLOCK_CALLOUT:
		put_callout(page, block);
		break;
	case LULL_BLOCK_CHART:
		put_chart_or_fail(page, block, &rc, err);
		break;
	case LULL_BLOCK_NOTES:
		put_notes(page, block);
		break;
	case LULL_BLOCK_PAGE:
		break;
	}
	return rc;
}

static void put_head(const struct page *page, const struct lull_doc_head *head)
{
	if (head->banner) {
		lull_chart__paint(page->out, page->color, LULL_COLOR_CAUTION);
		lull_buf_printf(page->out, "*** %s ***\n", head->banner);
		lull_chart__plain(page->out, page->color);
	}
	if (head->eyebrow) {
		put_mark(page, 2);
		put_hanging(page, head->eyebrow, 0, 0);
		put_mark(page, 3);
	}
	put_mark(page, 1);
	put_hanging(page, head->title, 0, 0);
	put_mark(page, 3);
	if (head->subject)
		put_hanging(page, head->subject, 0, 0);
	if (head->date)
		put_hanging(page, head->date, 0, 0);
	put_rule(page, "\u2550", page->width);
}

int lull_doc_text(const struct lull_document *doc, int width, bool color, struct lull_buf *out,
		  struct lull_err *err)
{
	if (doc->failed)
		return lull_nomem(err);
	const struct page page = { out, width < MIN_WIDTH ? MIN_WIDTH : width, color };
	put_head(&page, &doc->head);
	for (size_t i = 0; i < doc->n_blocks; i++) {
		if (doc->blocks[i].kind == LULL_BLOCK_PAGE)
			continue;
		if (i == 0 || doc->blocks[i - 1].kind != LULL_BLOCK_HEADING)
			lull_buf_putc(out, '\n');
		const int rc = put_block(&page, &doc->blocks[i], err);
		if (rc != LULL_OK)
			return rc;
	}
	lull_buf_putc(out, '\n');
	put_rule(&page, "\u2550", page.width);
	if (doc->head.footer)
		put_hanging(&page, doc->head.footer, 0, 0);
	if (doc->head.provenance)
		put_hanging(&page, doc->head.provenance, 0, 0);
	return lull_buf_status(out, err);
}
