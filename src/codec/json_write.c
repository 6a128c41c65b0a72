/* JSON out; see json.h. Same input, same bytes: no locale, no hash order, shortest exact numbers. */
#include "lull/codec/json.h"

#include <assert.h>
#include <float.h>
#include <string.h>

#include "lull/base/date.h"
#include "lull/base/files.h"
#include "lull/base/parse.h"

#ifndef LULL_VERSION
#error "the build names the version"
#endif

/* ---- texts --------------------------------------------------------------------------- */

/* A byte that JSON must escape, or 0. */
static char short_escape(char c)
{
	static const char plain[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	const char *at = c ? strchr(plain, c) : NULL;
	return at ? letters[at - plain] : '\0';
}

static bool is_safe(char c)
{
	return (unsigned char)c >= 0x20 && c != '"' && c != '\\';
}

/* Valid UTF-8 without NUL; safe stretches are appended whole. */
static void put_valid(struct lull_buf *out, const char *text, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t end = i;
		while (end < n && is_safe(text[end]))
			end++;
		lull_buf_add(out, text + i, end - i);
		if (end < n) {
			const char letter = short_escape(text[end]);
			if (letter)
				lull_buf_printf(out, "\\%c", letter);
			else
				lull_buf_printf(out, "\\u%04x", (unsigned)(unsigned char)text[end]);
			end++;
		}
		i = end;
	}
}

/* A quoted text. Bytes that are not UTF-8 become U+FFFD, so that the output always is JSON. */
static void put_text(struct lull_buf *out, const char *text)
{
	size_t n = strlen(text), bad = 0;
	lull_buf_putc(out, '"');
	while (!lull_utf8_valid(text, n, &bad)) {
		put_valid(out, text, bad);
		lull_buf_puts(out, "\xEF\xBF\xBD");
		text += bad + 1;
		n -= bad + 1;
	}
	put_valid(out, text, n);
	lull_buf_putc(out, '"');
}

/* ---- the writer ---------------------------------------------------------------------- */

static void new_line(struct lull_json *json)
{
	if (json->compact)
		return;
	lull_buf_putc(json->out, '\n');
	lull_buf_pad(json->out, ' ', 2 * (size_t)json->depth);
}

/* Comma, line and key before a value. */
static void begin_value(struct lull_json *json, const char *key)
{
	if (json->depth > 0) {
		if (json->has_item[json->depth - 1])
			lull_buf_puts(json->out, json->compact ? ", " : ",");
		json->has_item[json->depth - 1] = true;
		new_line(json);
	}
	if (key) {
		put_text(json->out, key);
		lull_buf_puts(json->out, ": ");
	}
}

void lull_json_open(struct lull_json *json, const char *key, char bracket)
{
	assert(bracket == '{' || bracket == '[');
	begin_value(json, key);
	lull_buf_putc(json->out, bracket);
	if (json->depth >= LULL_JSON_OUT_DEPTH) { /* cut off, and said so by the buffer's status */
		json->out->failed = json->out->is_full = true;
		return;
	}
	json->has_item[json->depth++] = false;
}

void lull_json_close(struct lull_json *json, char bracket)
{
	assert(bracket == '}' || bracket == ']');
	if (json->depth == 0)
		return;
	/* Counted even when memory has ended: else the depth's own ceiling would be reached and reported. */
	const bool has_item = json->has_item[--json->depth];
	if (has_item)
		new_line(json);
	lull_buf_putc(json->out, bracket);
}

void lull_json_null(struct lull_json *json, const char *key)
{
	begin_value(json, key);
	lull_buf_puts(json->out, "null");
}

void lull_json_text(struct lull_json *json, const char *key, const char *value)
{
	if (!value) {
		lull_json_null(json, key);
		return;
	}
	begin_value(json, key);
	put_text(json->out, value);
}

void lull_json_num(struct lull_json *json, const char *key, double value)
{
	if (!(value >= -DBL_MAX && value <= DBL_MAX)) { /* JSON has no word for the others */
		lull_json_null(json, key);
		return;
	}
	begin_value(json, key);
	if (value == 0 && 1 / value < 0)
		lull_buf_puts(json->out, "-0.0"); /* readers take -0 for the integer 0 */
	else
		lull_buf_exact(json->out, value);
}

void lull_json_int(struct lull_json *json, const char *key, int64_t value)
{
	begin_value(json, key);
	lull_buf_printf(json->out, "%lld", (long long)value);
}

void lull_json_bool(struct lull_json *json, const char *key, bool value)
{
	begin_value(json, key);
	lull_buf_puts(json->out, value ? "true" : "false");
}

void lull_json_head(struct lull_json *json, const char *schema, int schema_version,
		    const struct lull_files *knowledge)
{
	lull_json_text(json, "schema", schema);
	lull_json_int(json, "schema_version", schema_version);
	lull_json_text(json, "program", "lull " LULL_VERSION);
	lull_json_text(json, "knowledge", knowledge ? knowledge->hash : NULL);
}
