/* The dossier's screening part: the screen's own blocks (screen_doc.h). */
#include "dossier_impl.h"

#include "lull/report/screen_doc.h"

enum { MAX_SCREEN_QUESTIONS = 20 };

void lull_dossier__screen(struct lull_dossier_writer *w)
{
	if (w->rc != LULL_OK || !w->in->screen)
		return;
	lull_doc_heading(w->doc, 1, "May ketamine be offered?");
	lull_doc_screen(w->doc, w->in->screening, w->in->screen_request, w->in->screen, MAX_SCREEN_QUESTIONS);
}
