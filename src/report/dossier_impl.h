/* dossier_impl.h - what the parts of the dossier share: one writer, words for statuses and counts. */
#ifndef LULL_DOSSIER_IMPL_H
#define LULL_DOSSIER_IMPL_H

#include "lull/report/dossier.h"

struct lull_dossier_writer {
	const struct lull_dossier *in;
	struct lull_document *doc;
	struct lull_arena *arena;
	struct lull_err *err;
	int rc; /* the first failure; later parts do nothing */
};

void lull_dossier__fail(struct lull_dossier_writer *w, int rc);
/* A formatted text in the arena; "" (and the failure kept) when memory ends. */
const char *lull_dossier__text(struct lull_dossier_writer *w, const char *fmt, ...) LULL_PRINTF(2, 3);
/* A number for people, in the arena. */
const char *lull_dossier__num(struct lull_dossier_writer *w, double value, int max_decimals);
/* Zeroed memory; NULL keeps the failure. */
void *lull_dossier__zalloc(struct lull_dossier_writer *w, size_t n, size_t size);
/* " [3; verified]" */
const char *lull_dossier__basis(struct lull_dossier_writer *w, const char *source, int mark);
/* "met", "not met", "unknown" */
const char *lull_dossier__status(enum lull_status status);
/* The tree with that code, or NULL. */
const struct lull_finding *lull_dossier__find(const struct lull_finding *findings, size_t n, const char *code);

/* Diary, diagnosis and treatments in the key facts of the summary. */
void lull_dossier__clinical_pairs(struct lull_dossier_writer *w);

/* The parts, in the letter's order. */
void lull_dossier__summary(struct lull_dossier_writer *w);
void lull_dossier__questions(struct lull_dossier_writer *w);
void lull_dossier__diary(struct lull_dossier_writer *w);
void lull_dossier__diagnosis(struct lull_dossier_writer *w);
void lull_dossier__treatments(struct lull_dossier_writer *w);
void lull_dossier__screen(struct lull_dossier_writer *w);
void lull_dossier__plan(struct lull_dossier_writer *w);
void lull_dossier__forecast(struct lull_dossier_writer *w);
void lull_dossier__endpoint(struct lull_dossier_writer *w);

#endif
