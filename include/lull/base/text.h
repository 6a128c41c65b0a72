/* lull/base/text.h - text that grows to a named ceiling, and how Lull prints numbers.
 *
 * A struct lull_buf holds bytes followed by a NUL. When memory or the ceiling ends,
 * the buffer remembers it (failed) and further appends do nothing: check once at the end. */
#ifndef LULL_BASE_TEXT_H
#define LULL_BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include "lull/base/err.h"

LULL_BEGIN_C

#define LULL_BUF_DEFAULT_MAX ((size_t)256 << 20)

struct lull_buf {
	char *data; /* NUL-terminated once something was appended; use lull_buf_text() */
	size_t n, cap;
	size_t max; /* ceiling in bytes; 0 = LULL_BUF_DEFAULT_MAX */
	bool failed;
	bool is_full; /* failed because of the ceiling, not of memory */
};

void lull_buf_clear(struct lull_buf *buf); /* frees; the buffer is empty again */
void lull_buf_reset(struct lull_buf *buf); /* keeps the memory                 */
void lull_buf_add(struct lull_buf *buf, const char *bytes, size_t n);
void lull_buf_puts(struct lull_buf *buf, const char *text);
void lull_buf_putc(struct lull_buf *buf, char c);
void lull_buf_pad(struct lull_buf *buf, char c, size_t n);
void lull_buf_printf(struct lull_buf *buf, const char *fmt, ...) LULL_PRINTF(2, 3);
void lull_buf_vprintf(struct lull_buf *buf, const char *fmt, va_list ap) LULL_PRINTF(2, 0);

/* vsnprintf's one door: writes at most size - 1 bytes and a NUL (never half a UTF-8
 * character) and returns how many the whole text has. out may be NULL when size is 0. */
size_t lull_text_format(char *out, size_t size, const char *fmt, ...) LULL_PRINTF(3, 4);
size_t lull_text_vformat(char *out, size_t size, const char *fmt, va_list ap) LULL_PRINTF(3, 0);

/* The text so far, "" when empty; never NULL. Valid until the next append. */
const char *lull_buf_text(const struct lull_buf *buf);

/* LULL_OK, LULL_ENOMEM or LULL_ELIMIT. */
int lull_buf_status(const struct lull_buf *buf, struct lull_err *err);

/* A quantity for people: at most max_decimals, trailing zeros cut, 0.5 and 1, never
 * .5 or 1.0 (safety.md); NaN prints as "unknown", and infinity as "infinite". Independent of the locale. */
void lull_buf_num(struct lull_buf *buf, double value, int max_decimals);

/* The shortest decimal that reads back as the same double (for JSON and CSV).
 * Needs a finite value. */
void lull_buf_exact(struct lull_buf *buf, double value);
/* The same into the caller's array with a NUL; returns the length. */
enum { LULL_EXACT_TEXT = 32 };
size_t lull_exact_text(char out[LULL_EXACT_TEXT], double value);

/* As lull_buf_num, into the caller's array; returns out. */
char *lull_num_text(char *out, size_t out_size, double value, int max_decimals);

/* True when the n bytes are valid UTF-8 without NUL; *bad_at gets the first bad offset. */
bool lull_utf8_valid(const char *bytes, size_t n, size_t *bad_at);

/* Puts '?' in the place of each byte that is not valid UTF-8, so that a message about broken
 * input is itself whole. */
void lull_utf8_clean(char *text);

/* Number of code points; width on a terminal is close enough to it for our texts. */
size_t lull_utf8_length(const char *text);

/* Wrap a paragraph at width columns with an indent on each line; ends with a line end.
 * Line ends inside the text are kept. */
void lull_buf_wrap(struct lull_buf *buf, const char *text, size_t indent, size_t width);

/* ASCII case-insensitive comparison; bytes above 127 compare as they are. */
int lull_text_casecmp(const char *a, const char *b);
bool lull_text_eq(const char *a, const char *b); /* NULL-safe equality */

LULL_END_C

#endif
