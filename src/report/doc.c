/* Building a document: blocks in order, texts copied into the arena. */
#include "lull/report/doc.h"

#include <stdarg.h>
#include <string.h>

void lull_doc_init(struct lull_document *doc, struct lull_arena *arena,
		   const struct lull_doc_head *head)
{
	*doc = (struct lull_document){ .arena = arena, .head = *head };
}

static const char *copy(struct lull_document *doc, const char *text)
{
	if (!text || doc->failed)
		return NULL;
	const char *out = lull_arena_strdup(doc->arena, text);
	doc->failed = doc->failed || !out;
	return out;
}

static const char *format(struct lull_document *doc, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

static const char *format(struct lull_document *doc, const char *fmt, va_list ap)
{
	struct lull_buf buf = { 0 };
	lull_buf_vprintf(&buf, fmt, ap);
	doc->failed = doc->failed || buf.failed;
	const char *text = copy(doc, lull_buf_text(&buf));
	lull_buf_clear(&buf);
	return text;
}

/* The next block, zeroed; NULL when the document has failed. */
static struct lull_doc_block *add(struct lull_document *doc, enum lull_block_kind kind)
{
	if (doc->failed)
		return NULL;
	struct lull_doc_block *blocks = lull_arena_grow(doc->arena, doc->blocks, doc->n_blocks,
							&doc->cap, doc->n_blocks + 1, sizeof(*blocks));
	if (!blocks) {
		doc->failed = true;
		return NULL;
	}
	doc->blocks = blocks;
	struct lull_doc_block *block = &blocks[doc->n_blocks++];
	*block = (struct lull_doc_block){ .kind = kind };
	return block;
}

void lull_doc_heading(struct lull_document *doc, int level, const char *text)
{
	const char *title = copy(doc, text);
	struct lull_doc_block *block = add(doc, LULL_BLOCK_HEADING);
	if (!block)
		return;
	block->level = level;
	block->title = title;
}

void lull_doc_paragraph(struct lull_document *doc, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	const char *text = format(doc, fmt, ap);
	va_end(ap);
	struct lull_doc_block *block = add(doc, LULL_BLOCK_PARAGRAPH);
	if (block)
		block->text = text;
}

/* A pair joins the last block when that is of the same kind. */
static void add_pair(struct lull_document *doc, enum lull_block_kind kind, const char *key,
		     const char *value)
{
	if (doc->failed)
		return;
	struct lull_doc_block *block = doc->n_blocks ? &doc->blocks[doc->n_blocks - 1] : NULL;
	if (!block || block->kind != kind)
		block = add(doc, kind);
	if (!block)
		return;
	struct lull_doc_pair *pairs = lull_arena_grow(doc->arena, block->pairs, block->n_pairs,
						      &block->cap_pairs, block->n_pairs + 1,
						      sizeof(*pairs));
	if (!pairs) {
		doc->failed = true;
		return;
	}
	block->pairs = pairs;
	pairs[block->n_pairs++] = (struct lull_doc_pair){ key, value };
}

void lull_doc_pair(struct lull_document *doc, const char *key, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	const char *value = format(doc, fmt, ap);
	va_end(ap);
	add_pair(doc, LULL_BLOCK_PAIRS, copy(doc, key), value);
}

void lull_doc_item(struct lull_document *doc, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	const char *value = format(doc, fmt, ap);
	va_end(ap);
	add_pair(doc, LULL_BLOCK_LIST, NULL, value);
}

/* True when the question is new, and remembered from now on. */
static bool is_new_question(struct lull_document *doc, const char *text)
{
	for (size_t i = 0; i < doc->n_asked; i++)
		if (lull_text_eq(doc->asked[i], text))
			return false;
	const char **asked = lull_arena_grow(doc->arena, doc->asked, doc->n_asked, &doc->cap_asked,
					     doc->n_asked + 1, sizeof(*asked));
	const char *kept = asked ? copy(doc, text) : NULL;
	if (asked)
		doc->asked = asked;
	if (kept)
		doc->asked[doc->n_asked++] = kept;
	doc->failed = doc->failed || !kept;
	return true;
}

void lull_doc_question(struct lull_document *doc, const char *text, const char *because)
{
	if (!text || doc->failed || !is_new_question(doc, text))
		return;
	lull_doc_item(doc, "%s%s%s%s", text, because ? LULL_FAINT " " : "", because ? because : "",
		      because ? LULL_PLAIN : "");
}

void lull_doc_note(struct lull_document *doc, const char *label, const char *text)
{
	const char *value = copy(doc, text);
	add_pair(doc, LULL_BLOCK_NOTES, copy(doc, label), value);
}

void lull_doc_table(struct lull_document *doc, const struct lull_table *table)
{
	doc->failed = doc->failed || !table || table->failed;
	struct lull_doc_block *block = add(doc, LULL_BLOCK_TABLE);
	if (block)
		block->table = table;
}

void lull_doc_callout(struct lull_document *doc, enum lull_tone tone, const char *title,
		      const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	const char *text = format(doc, fmt, ap);
	va_end(ap);
	const char *title_copy = copy(doc, title);
	struct lull_doc_block *block = add(doc, LULL_BLOCK_CALLOUT);
	if (!block)
		return;
	block->tone = tone;
	block->title = title_copy;
	block->text = text;
}

void lull_doc_chart(struct lull_document *doc, const struct lull_chart *chart)
{
	struct lull_doc_block *block = add(doc, LULL_BLOCK_CHART);
	if (block)
		block->chart = chart;
}

void lull_doc_page(struct lull_document *doc)
{
	(void)add(doc, LULL_BLOCK_PAGE);
}

/* The number of one key, from 1; 0 when memory ended. */
static size_t note_number(struct lull_document *doc, const char *key, size_t n)
{
	for (size_t i = 0; i < doc->n_notes; i++)
		if (strlen(doc->notes[i]) == n && memcmp(doc->notes[i], key, n) == 0)
			return i + 1;
	const char **notes = lull_arena_grow(doc->arena, doc->notes, doc->n_notes, &doc->cap_notes,
					     doc->n_notes + 1, sizeof(*notes));
	if (notes)
		doc->notes = notes;
	char *text = notes ? lull_arena_strndup(doc->arena, key, n) : NULL;
	if (!text) {
		doc->failed = true;
		return 0;
	}
	doc->notes[doc->n_notes++] = text;
	return doc->n_notes;
}

const char *lull_doc_basis(struct lull_document *doc, const char *source, enum lull_mark mark)
{
	if (doc->failed)
		return "";
	struct lull_buf buf = { 0 };
	size_t seen[16], n_seen = 0;
	for (const char *at = source ? source : ""; *at;) {
		at += strspn(at, "; ");
		const size_t n_entry = strcspn(at, ";");
		const size_t n_key = strcspn(at, ":; ");
		size_t number = n_key ? note_number(doc, at, n_key) : 0;
		for (size_t i = 0; i < n_seen; i++)
			if (seen[i] == number)
				number = 0; /* said already */
		if (number && n_seen < sizeof(seen) / sizeof(seen[0])) {
			lull_buf_printf(&buf, "%s%zu", n_seen ? ", " : " " LULL_FAINT "[", number);
			seen[n_seen++] = number;
		}
		at += n_entry;
	}
	if (mark != LULL_MARK_NONE)
		lull_buf_printf(&buf, "%s%s", n_seen ? "; " : " " LULL_FAINT "[", lull_mark_names[mark]);
	if (buf.n)
		lull_buf_puts(&buf, "]" LULL_PLAIN);
	doc->failed = doc->failed || buf.failed;
	const char *text = copy(doc, lull_buf_text(&buf));
	lull_buf_clear(&buf);
	return text ? text : "";
}

/* ---- findings ---------------------------------------------------------------------- */

/* Copies of nodes down to depth, each with its basis behind the reason; what the parent says
 * already is not said again. */
static const struct lull_finding *copy_findings(struct lull_document *doc, const struct lull_finding *from,
						size_t n, int depth, const struct lull_finding *parent)
{
	struct lull_finding *out = LULL_ARENA_NEW(doc->arena, struct lull_finding, n + 1);
	if (!out) {
		doc->failed = true;
		return NULL;
	}
	for (size_t i = 0; i < n && !doc->failed; i++) {
		out[i] = from[i];
		out[i].children = NULL;
		out[i].n_children = 0;
		const bool said = parent && lull_text_eq(parent->source, from[i].source) && parent->mark == from[i].mark;
		const char *basis = said ? "" : lull_doc_basis(doc, from[i].source, from[i].mark);
		const char *why = from[i].why ? from[i].why : "";
		if (*basis && *why)
			out[i].why = lull_arena_printf(doc->arena, "%s%s", why, basis);
		else if (*basis)
			out[i].name = lull_arena_printf(doc->arena, "%s" LULL_PLAIN "%s",
							from[i].name ? from[i].name : from[i].code, basis);
		doc->failed = doc->failed || (*basis && (*why ? !out[i].why : !out[i].name));
		if (from[i].question && from[i].could_change && !is_new_question(doc, from[i].question))
			out[i].question = NULL;
		if (depth > 0 && from[i].n_children) {
			out[i].children = copy_findings(doc, from[i].children, from[i].n_children, depth - 1, &from[i]);
			out[i].n_children = from[i].n_children;
		}
	}
	return doc->failed ? NULL : out;
}

void lull_doc_findings(struct lull_document *doc, const struct lull_finding *findings, size_t n,
		       int depth)
{
	if (doc->failed || n == 0)
		return;
	const struct lull_finding *copied = copy_findings(doc, findings, n, depth, NULL);
	struct lull_doc_block *block = add(doc, LULL_BLOCK_FINDINGS);
	if (!block)
		return;
	block->findings = copied;
	block->n_findings = n;
	block->level = depth;
}
