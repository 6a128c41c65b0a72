/* lull/base/err.h - the one error type, and lists of remarks about an input.
 *
 * A function that can fail returns int: LULL_OK or a negative code. People get a
 * sentence in the caller's struct lull_err: what is wrong, where, how to mend it.
 * Nothing is global, so many threads can fail at once. */
#ifndef LULL_BASE_ERR_H
#define LULL_BASE_ERR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include "lull/base/code.h"

LULL_BEGIN_C

#if defined(__GNUC__)
#define LULL_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define LULL_PRINTF(fmt, args)
#endif

/* The general text of a code, never NULL. */
const char *lull_code_text(int code);

/* What went wrong. Zero is the empty value. Texts are cut, never overrun. */
struct lull_err {
	int code;
	char what[320];  /* the sentence                                     */
	char where[256]; /* "plan.yaml:12:7", "$.weight.kg", a function name */
	char mend[256];  /* what the reader can do about it; may be empty    */
};

/* Fill *err (NULL allowed) and return code, so that a check is one line:
 *	return lull_fail(err, LULL_EDOMAIN, "patient.weight_kg", "a weight is above 0"); */
int lull_fail(struct lull_err *err, int code, const char *where, const char *fmt, ...)
	LULL_PRINTF(4, 5);

/* Add the mend to an error already filled. */
void lull_mend(struct lull_err *err, const char *fmt, ...) LULL_PRINTF(2, 3);

/* LULL_ENOMEM with its standard sentence. */
int lull_nomem(struct lull_err *err);

/* One remark about an input file, printed like a compiler's. */
struct lull_arena;
enum lull_severity { LULL_NOTE, LULL_WARNING, LULL_ERROR };

struct lull_diag {
	enum lull_severity severity;
	const char *file;     /* name for people; may be NULL                 */
	int line, col;        /* 1-based; 0 = not known                       */
	const char *path;     /* "$.attacks[3].pain"; may be NULL             */
	const char *found;    /* what stood there                             */
	const char *expected; /* what was expected                            */
	const char *hint;     /* how to mend it; may be NULL                  */
	const char *excerpt;  /* the source line, for the caret; may be NULL  */
};

/* A growing list of remarks; everything in it lives in the arena. At most
 * LULL_DIAGS_KEPT are kept, all are counted. */
enum { LULL_DIAGS_KEPT = 200 };
struct lull_diags {
	struct lull_arena *arena; /* borrowed */
	struct lull_diag *items;
	size_t n_items, cap;
	size_t n_errors, n_warnings; /* counted even when no longer kept */
	size_t n_all;                /* notes too */
	bool out_of_memory;
};

void lull_diags_init(struct lull_diags *diags, struct lull_arena *arena);

/* Copies every text of *d into the arena. diags may be NULL: then nothing happens. */
void lull_diags_add(struct lull_diags *diags, const struct lull_diag *d);

/* Shortcut with a formatted "found"; texts may be NULL. */
void lull_diags_addf(struct lull_diags *diags, enum lull_severity severity, const char *file,
		     int line, int col, const char *expected, const char *hint, const char *fmt,
		     ...) LULL_PRINTF(8, 9);

/* "file:4:20: error: found ...; expected ...\n    line\n    ^\n  hint: ..." for each. */
struct lull_buf;
void lull_diags_print(const struct lull_diags *diags, struct lull_buf *out);

/* The first error of the list as a struct lull_err; LULL_OK when there is none. */
int lull_diags_fail(const struct lull_diags *diags, struct lull_err *err);

LULL_END_C

#endif
