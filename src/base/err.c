/* Errors and lists of remarks; see err.h. */
#include "lull/base/err.h"

#include <string.h>

#include "lull/base/mem.h"
#include "lull/base/text.h"

const char *lull_code_text(int code)
{
	switch (code) {
	case LULL_OK:
		return "no error";
#define LULL_X(name, value, text)                                                                            \
	case name:                                                                                           \
		return text;
		LULL_ERRORS(LULL_X)
#undef LULL_X
	default:
		return "unknown error";
	}
}

int lull_fail(struct lull_err *err, int code, const char *where, const char *fmt, ...)
{
	if (!err)
		return code;
	va_list ap;
	*err = (struct lull_err){ .code = code };
	va_start(ap, fmt);
	lull_text_vformat(err->what, sizeof(err->what), fmt, ap);
	va_end(ap);
	lull_text_format(err->where, sizeof(err->where), "%s", where ? where : "");
	lull_utf8_clean(err->what);
	lull_utf8_clean(err->where);
	return code;
}

void lull_mend(struct lull_err *err, const char *fmt, ...)
{
	if (!err)
		return;
	va_list ap;
	va_start(ap, fmt);
	lull_text_vformat(err->mend, sizeof(err->mend), fmt, ap);
	va_end(ap);
	lull_utf8_clean(err->mend);
}

int lull_nomem(struct lull_err *err)
{
	lull_fail(err, LULL_ENOMEM, "memory", "out of memory");
	lull_mend(err, "close other programs or give a smaller input, then try again");
	return LULL_ENOMEM;
}

void lull_diags_init(struct lull_diags *diags, struct lull_arena *arena)
{
	*diags = (struct lull_diags){ .arena = arena };
}

/* Copies *text into the list's arena; notes when memory ends. */
static void keep(struct lull_diags *diags, const char **text)
{
	if (!*text)
		return;
	char *copy = lull_arena_strdup(diags->arena, *text);
	if (copy)
		lull_utf8_clean(copy);
	else
		diags->out_of_memory = true;
	*text = copy;
}

void lull_diags_add(struct lull_diags *diags, const struct lull_diag *d)
{
	if (!diags)
		return;
	diags->n_errors += d->severity == LULL_ERROR;
	diags->n_warnings += d->severity == LULL_WARNING;
	diags->n_all++;
	if (diags->n_items >= LULL_DIAGS_KEPT)
		return;

	struct lull_diag *items = lull_arena_grow(diags->arena, diags->items, diags->n_items, &diags->cap,
						  diags->n_items + 1, sizeof(*items));
	if (!items) {
		diags->out_of_memory = true;
		return;
	}
	diags->items = items;
	struct lull_diag copy = *d;
	keep(diags, &copy.file);
	keep(diags, &copy.path);
	keep(diags, &copy.found);
	keep(diags, &copy.expected);
	keep(diags, &copy.hint);
	keep(diags, &copy.excerpt);
	items[diags->n_items++] = copy;
}

void lull_diags_addf(struct lull_diags *diags, enum lull_severity severity, const char *file, int line,
		     int col, const char *expected, const char *hint, const char *fmt, ...)
{
	char found[512];
	va_list ap;
	va_start(ap, fmt);
	lull_text_vformat(found, sizeof(found), fmt, ap);
	va_end(ap);
	lull_diags_add(diags, &(struct lull_diag){ .severity = severity,
						   .file = file,
						   .line = line,
						   .col = col,
						   .found = found,
						   .expected = expected,
						   .hint = hint });
}

/* "file:4:20", or as much of it as is known. */
static void print_place(const struct lull_diag *d, struct lull_buf *out)
{
	if (d->file)
		lull_buf_puts(out, d->file);
	if (d->line > 0)
		lull_buf_printf(out, "%s%d", d->file ? ":" : "line ", d->line);
	if (d->line > 0 && d->col > 0)
		lull_buf_printf(out, ":%d", d->col);
}

/* "found X; expected Y", or the sentence alone when nothing is named as expected. */
static void print_sentence(const struct lull_diag *d, struct lull_buf *out)
{
	if (d->expected && d->found)
		lull_buf_printf(out, "found %s; expected %s", d->found, d->expected);
	else if (d->expected)
		lull_buf_printf(out, "expected %s", d->expected);
	else
		lull_buf_puts(out, d->found ? d->found : "");
}

/* The source line and a caret below column d->col. Columns count code points; tabs are
 * kept in the second line too, so that the caret stands right at any tab width. */
static void print_excerpt(const struct lull_diag *d, struct lull_buf *out)
{
	if (!d->excerpt)
		return;
	lull_buf_printf(out, "    %s\n", d->excerpt);
	if (d->col <= 0 || (size_t)d->col > lull_utf8_length(d->excerpt) + 1)
		return;
	lull_buf_puts(out, "    ");
	int at = 1;
	for (const char *p = d->excerpt; *p && at < d->col; p++) {
		if (((unsigned char)*p & 0xC0) == 0x80)
			continue;
		lull_buf_putc(out, *p == '\t' ? '\t' : ' ');
		at++;
	}
	lull_buf_puts(out, "^\n");
}

void lull_diags_print(const struct lull_diags *diags, struct lull_buf *out)
{
	static const char *const names[] = { "note", "warning", "error" };
	for (size_t i = 0; i < diags->n_items; i++) {
		const struct lull_diag *d = &diags->items[i];
		const size_t before = out->n;
		print_place(d, out);
		if (out->n > before)
			lull_buf_puts(out, ": ");
		lull_buf_printf(out, "%s: ", names[d->severity]);
		if (d->path)
			lull_buf_printf(out, "%s: ", d->path);
		print_sentence(d, out);
		lull_buf_putc(out, '\n');
		print_excerpt(d, out);
		if (d->hint)
			lull_buf_printf(out, "  hint: %s\n", d->hint);
	}
	if (diags->n_all > diags->n_items && !diags->out_of_memory)
		lull_buf_printf(out, "only the first %d remarks are shown; in all %zu errors, %zu warnings\n",
				(int)LULL_DIAGS_KEPT, diags->n_errors, diags->n_warnings);
	if (diags->out_of_memory)
		lull_buf_puts(out, "some remarks were lost: out of memory\n");
}

int lull_diags_fail(const struct lull_diags *diags, struct lull_err *err)
{
	if (diags->out_of_memory)
		return lull_nomem(err);
	if (!diags->n_errors)
		return LULL_OK;
	for (size_t i = 0; i < diags->n_items; i++) {
		const struct lull_diag *d = &diags->items[i];
		if (d->severity != LULL_ERROR)
			continue;
		char where[256];
		size_t n = lull_text_format(where, sizeof(where), "%s", d->file ? d->file : "");
		if (d->line > 0 && n < sizeof(where))
			n += lull_text_format(where + n, sizeof(where) - n, ":%d:%d", d->line, d->col);
		if (d->path && n < sizeof(where))
			lull_text_format(where + n, sizeof(where) - n, "%s%s", n ? ": " : "", d->path);
		if (d->expected && d->found)
			lull_fail(err, LULL_EPARSE, where, "found %s; expected %s", d->found, d->expected);
		else
			lull_fail(err, LULL_EPARSE, where, "%s",
				  d->found      ? d->found
				  : d->expected ? d->expected
						: "");
		if (d->hint)
			lull_mend(err, "%s", d->hint);
		return LULL_EPARSE;
	}
	return lull_fail(err, LULL_EPARSE, "", "%zu errors, none of them kept", diags->n_errors);
}
