/* lull/report/screen_doc.h - a screen as part of a letter: verdict, what comes first, what excludes, what to ask. */
#ifndef LULL_REPORT_SCREEN_DOC_H
#define LULL_REPORT_SCREEN_DOC_H

#include "lull/base/sources.h"
#include "lull/care/screen.h"
#include "lull/report/doc.h"

/* Adds the verdict's callout alone: for the top of a dossier. */
void lull_doc_screen_verdict(struct lull_document *doc, const struct lull_screen *screen);

/* Adds everything else. At most max_questions questions are written (0 = all) and the rest counted. */
void lull_doc_screen(struct lull_document *doc, const struct lull_screening *screening,
		     const struct lull_screen_request *request, const struct lull_screen *screen,
		     size_t max_questions);

/* Adds the full references of all that the document cited so far, numbered. */
void lull_doc_sources(struct lull_document *doc, const struct lull_sources *sources);

#endif
