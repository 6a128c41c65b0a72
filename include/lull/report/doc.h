/* lull/report/doc.h - a letter as a list of blocks, written once: for the terminal and for paper.
 *
 * Building never fails at once: when memory ends the document remembers it (failed)
 * and the renderers return LULL_ENOMEM. Texts and findings are copied; tables and charts
 * are borrowed. A text may hold the inline marks of scene.h. */
#ifndef LULL_REPORT_DOC_H
#define LULL_REPORT_DOC_H

#include <stdbool.h>
#include <stddef.h>
#include "lull/base/err.h"
#include "lull/base/mem.h"
#include "lull/base/text.h"
#include "lull/headache/finding.h"
#include "lull/report/chart.h"
#include "lull/report/scene.h"
#include "lull/report/table.h"

enum lull_paper { LULL_A4, LULL_LETTER };

/* The tone of a verdict: colour, and always a word with it. */
enum lull_tone { LULL_TONE_PLAIN, LULL_TONE_GO, LULL_TONE_CAUTION, LULL_TONE_STOP };

enum lull_block_kind {
	LULL_BLOCK_HEADING,
	LULL_BLOCK_PARAGRAPH,
	LULL_BLOCK_PAIRS,    /* key and value in two columns */
	LULL_BLOCK_LIST,
	LULL_BLOCK_TABLE,
	LULL_BLOCK_FINDINGS, /* trees of criteria            */
	LULL_BLOCK_CALLOUT,
	LULL_BLOCK_CHART,
	LULL_BLOCK_NOTES,    /* small numbered texts: sources */
	LULL_BLOCK_PAGE
};

struct lull_doc_pair {
	const char *key, *value;
};

struct lull_doc_block {
	enum lull_block_kind kind;
	int level;                     /* heading 1 or 2; findings: depth shown     */
	enum lull_tone tone;           /* callout                                   */
	const char *title, *text;      /* heading, paragraph, callout               */
	struct lull_doc_pair *pairs;   /* pairs, list (key NULL), notes (key "1")   */
	size_t n_pairs, cap_pairs;
	const struct lull_table *table;
	const struct lull_finding *findings;
	size_t n_findings;
	const struct lull_chart *chart;
};

/* What stands on every page. All may be NULL except title. */
struct lull_doc_head {
	const char *eyebrow;    /* "Letter of medical necessity"             */
	const char *title;
	const char *subject;    /* "Ada Example, born 1984-03-02, record 12" */
	const char *date;       /* "2026-11-22"                              */
	const char *banner;     /* "INVENTED PATIENT": on every page         */
	const char *footer;     /* what the paper is and is not              */
	const char *provenance; /* "Lull 0.1.0, knowledge 3f2a9c10"          */
	enum lull_paper paper;
};

struct lull_document {
	struct lull_arena *arena; /* borrowed */
	struct lull_doc_head head;
	struct lull_doc_block *blocks;
	size_t n_blocks, cap;
	const char **notes;       /* keys of the sources cited so far, in order */
	size_t n_notes, cap_notes;
	const char **asked;       /* questions said so far: each is said once */
	size_t n_asked, cap_asked;
	bool failed;
};

void lull_doc_init(struct lull_document *doc, struct lull_arena *arena,
		   const struct lull_doc_head *head);

void lull_doc_heading(struct lull_document *doc, int level, const char *text);
void lull_doc_paragraph(struct lull_document *doc, const char *fmt, ...) LULL_PRINTF(2, 3);
/* Neighbouring pairs, items and notes join into one block. */
void lull_doc_pair(struct lull_document *doc, const char *key, const char *fmt, ...)
	LULL_PRINTF(3, 4);
void lull_doc_item(struct lull_document *doc, const char *fmt, ...) LULL_PRINTF(2, 3);
/* A question as an item; findings that follow do not ask it again. */
void lull_doc_question(struct lull_document *doc, const char *text, const char *because);
void lull_doc_note(struct lull_document *doc, const char *label, const char *text);
void lull_doc_table(struct lull_document *doc, const struct lull_table *table);
/* depth: how many levels of children are shown; 0 = the conclusions alone. Each shows its source
 * as a number and its trust mark, once for a branch that shares them; a question is asked once. */
void lull_doc_findings(struct lull_document *doc, const struct lull_finding *findings, size_t n,
		       int depth);
void lull_doc_callout(struct lull_document *doc, enum lull_tone tone, const char *title,
		      const char *fmt, ...) LULL_PRINTF(4, 5);
void lull_doc_chart(struct lull_document *doc, const struct lull_chart *chart);
void lull_doc_page(struct lull_document *doc);

/* The basis of a statement as text, " [3, 4; verified]": numbers of its sources in this document,
 * counted from first use ("goadsby2017:p12; lipton2020" are two), and its trust mark. ""
 * when there is neither. Faint; lives in the arena. */
const char *lull_doc_basis(struct lull_document *doc, const char *source, enum lull_mark mark);

/* ---- rendering --------------------------------------------------------------------- */

/* Plain text of width columns; the same words as the paper. */
LULL_NODISCARD int lull_doc_text(const struct lull_document *doc, int width, bool color,
				 struct lull_buf *out, struct lull_err *err);

/* Pages for lull_scene_pdf. Everything lives in the arena. */
LULL_NODISCARD int lull_doc_pages(const struct lull_document *doc, struct lull_fonts *fonts,
				  struct lull_arena *arena, struct lull_scene *out,
				  struct lull_err *err);

#endif
