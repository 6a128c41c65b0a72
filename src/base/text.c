/* Text buffers and number printing; see text.h. The one file that calls vsnprintf. */
#include "lull/base/text.h"

#include <float.h>
#include <stdio.h>
#include <string.h>

#include "lull/base/mem.h"
#include "lull/base/parse.h"

size_t lull_text_vformat(char *out, size_t size, const char *fmt, va_list ap)
{
	const int n = vsnprintf(out, size, fmt, ap);
	if (n < 0) { /* only a broken format can do it */
		if (size)
			out[0] = '\0';
		return 0;
	}
	if (size && (size_t)n >= size) { /* do not leave half a character at the cut */
		size_t end = size - 1, bad = 0;
		if (!lull_utf8_valid(out, end, &bad) && end - bad < 4)
			out[bad] = '\0';
	}
	return (size_t)n;
}

size_t lull_text_format(char *out, size_t size, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	const size_t n = lull_text_vformat(out, size, fmt, ap);
	va_end(ap);
	return n;
}

void lull_buf_clear(struct lull_buf *buf)
{
	lull_mem_free(buf->data);
	*buf = (struct lull_buf){ .max = buf->max };
}

void lull_buf_reset(struct lull_buf *buf)
{
	buf->n = 0;
	buf->failed = buf->is_full = false;
	if (buf->data)
		buf->data[0] = '\0';
}

/* Room for n more bytes and the NUL; false (and failed) when there is none. */
static bool reserve(struct lull_buf *buf, size_t n)
{
	const size_t max = buf->max ? buf->max : LULL_BUF_DEFAULT_MAX;
	if (buf->failed)
		return false;
	if (n > max || buf->n > max - n) {
		buf->failed = buf->is_full = true;
		return false;
	}
	if (buf->n + n < buf->cap)
		return true;
	size_t cap = buf->cap ? buf->cap : 64;
	while (cap <= buf->n + n)
		cap *= 2;
	char *data = lull_mem_realloc(buf->data, cap);
	if (!data) {
		buf->failed = true;
		return false;
	}
	buf->data = data;
	buf->cap = cap;
	return true;
}

void lull_buf_add(struct lull_buf *buf, const char *bytes, size_t n)
{
	if (!n || !reserve(buf, n))
		return;
	memcpy(buf->data + buf->n, bytes, n);
	buf->n += n;
	buf->data[buf->n] = '\0';
}

void lull_buf_puts(struct lull_buf *buf, const char *text)
{
	lull_buf_add(buf, text, strlen(text));
}

void lull_buf_putc(struct lull_buf *buf, char c)
{
	lull_buf_add(buf, &c, 1);
}

void lull_buf_pad(struct lull_buf *buf, char c, size_t n)
{
	if (!n || !reserve(buf, n))
		return;
	memset(buf->data + buf->n, c, n);
	buf->n += n;
	buf->data[buf->n] = '\0';
}

void lull_buf_vprintf(struct lull_buf *buf, const char *fmt, va_list ap)
{
	va_list again;
	va_copy(again, ap);
	const size_t n = lull_text_vformat(NULL, 0, fmt, again);
	va_end(again);
	if (!n || !reserve(buf, n))
		return;
	lull_text_vformat(buf->data + buf->n, n + 1, fmt, ap);
	buf->n += n;
}

void lull_buf_printf(struct lull_buf *buf, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	lull_buf_vprintf(buf, fmt, ap);
	va_end(ap);
}

const char *lull_buf_text(const struct lull_buf *buf)
{
	return buf->data ? buf->data : "";
}

int lull_buf_status(const struct lull_buf *buf, struct lull_err *err)
{
	if (!buf->failed)
		return LULL_OK;
	if (buf->is_full)
		return lull_fail(err, LULL_ELIMIT, "text", "the text would be longer than %zu bytes",
				 buf->max ? buf->max : LULL_BUF_DEFAULT_MAX);
	return lull_nomem(err);
}

/* printf writes the locale's decimal separator: put a point in its place. */
static void use_point(char *text)
{
	char *to = text;
	for (const char *p = text; *p; p++) {
		if ((*p >= '0' && *p <= '9') || *p == '-' || *p == '+' || *p == 'e')
			*to++ = *p;
		else if (to == text || to[-1] != '.')
			*to++ = '.';
	}
	*to = '\0';
}

enum { NUMBER_TEXT = 360 }; /* DBL_MAX in full has 309 digits, 17 decimals, sign, point */

char *lull_num_text(char *out, size_t out_size, double value, int max_decimals)
{
	char text[NUMBER_TEXT];
	if (value != value) {
		lull_text_format(out, out_size, "unknown");
		return out;
	}
	if (value > DBL_MAX || value < -DBL_MAX) {
		lull_text_format(out, out_size, value > 0 ? "infinite" : "-infinite");
		return out;
	}
	const int decimals = max_decimals < 0 ? 0 : max_decimals > 17 ? 17 : max_decimals;
	lull_text_format(text, sizeof(text), "%.*f", decimals, value);
	use_point(text);
	if (strchr(text, '.')) {
		size_t n = strlen(text);
		while (text[n - 1] == '0')
			text[--n] = '\0';
		if (text[n - 1] == '.')
			text[--n] = '\0';
	}
	lull_text_format(out, out_size, "%s", strcmp(text, "-0") ? text : "0");
	return out;
}

void lull_buf_num(struct lull_buf *buf, double value, int max_decimals)
{
	char text[NUMBER_TEXT];
	lull_buf_puts(buf, lull_num_text(text, sizeof(text), value, max_decimals));
}

/* Length of the valid UTF-8 sequence at p (n bytes left), 0 when there is none. Overlong
 * forms, surrogates and values above U+10FFFF are refused (Unicode 15, table 3-7). */
static size_t sequence(const unsigned char *p, size_t n)
{
	const unsigned char c = p[0];
	if (c >= 0x01 && c <= 0x7F)
		return 1;
	const size_t len = c >= 0xC2 && c <= 0xDF   ? 2
			   : c >= 0xE0 && c <= 0xEF ? 3
			   : c >= 0xF0 && c <= 0xF4 ? 4
						    : 0;
	if (!len || n < len)
		return 0;
	const unsigned char low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
	const unsigned char high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if ((p[i] & 0xC0) != 0x80)
			return 0;
	return len;
}

bool lull_utf8_valid(const char *bytes, size_t n, size_t *bad_at)
{
	const unsigned char *p = (const unsigned char *)bytes;
	for (size_t i = 0; i < n;) {
		const size_t len = sequence(p + i, n - i);
		if (!len) {
			if (bad_at)
				*bad_at = i;
			return false;
		}
		i += len;
	}
	return true;
}

void lull_utf8_clean(char *text)
{
	size_t n = strlen(text), bad = 0;
	while (!lull_utf8_valid(text, n, &bad)) {
		text[bad] = '?';
		text += bad + 1;
		n -= bad + 1;
	}
}

size_t lull_utf8_length(const char *text)
{
	size_t n = 0;
	for (; *text; text++)
		n += ((unsigned char)*text & 0xC0) != 0x80;
	return n;
}

/* Code points in n bytes. */
static size_t points(const char *text, size_t n)
{
	size_t count = 0;
	for (size_t i = 0; i < n; i++)
		count += ((unsigned char)text[i] & 0xC0) != 0x80;
	return count;
}

void lull_buf_wrap(struct lull_buf *buf, const char *text, size_t indent, size_t width)
{
	size_t at = 0; /* code points in the line so far, without indent */
	const size_t room = width > indent + 10 ? width - indent : 10;
	bool is_empty = true;
	for (const char *p = text; *p;) {
		if (*p == ' ' || *p == '\t') {
			p++;
			continue;
		}
		if (*p == '\n') { /* an author's own line end is kept */
			lull_buf_putc(buf, '\n');
			at = 0;
			is_empty = true;
			p++;
			continue;
		}
		const size_t n = strcspn(p, " \t\n"), w = points(p, n);
		if (!is_empty && at + 1 + w > room) {
			lull_buf_putc(buf, '\n');
			at = 0;
			is_empty = true;
		}
		if (is_empty)
			lull_buf_pad(buf, ' ', indent);
		else
			lull_buf_putc(buf, ' ');
		lull_buf_add(buf, p, n);
		at += w + (is_empty ? 0 : 1);
		is_empty = false;
		p += n;
	}
	if (!is_empty)
		lull_buf_putc(buf, '\n');
}

static int lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

int lull_text_casecmp(const char *a, const char *b)
{
	for (;; a++, b++) {
		const int x = lower((unsigned char)*a), y = lower((unsigned char)*b);
		if (x != y || !x)
			return x - y;
	}
}

bool lull_text_eq(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}
