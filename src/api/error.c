/* Errors and size-tagged options of the stable interface; see lull.h and api.h. */
#include "api.h"

#include <stdarg.h>
#include <string.h>

#include "lull/base/mem.h"
#include "lull/base/text.h"
#include "lull/num/math.h"

enum { MAX_OPTIONS_BYTES = 4096 }; /* no version will have so many; a size above was never set */

const char *lull_error_text(int code)
{
	return lull_code_text(code);
}

size_t lull_error_line(const struct lull_error *error, char *text, size_t n_bytes)
{
	const char *what = !error ? lull_code_text(LULL_OK) : error->what[0] ? error->what : lull_code_text(error->code);
	const char *where = error ? error->where : "", *mend = error ? error->mend : "";

	return lull_text_format(text, n_bytes, "%s%s%s%s%s", where, where[0] ? ": " : "", what, mend[0] ? "; " : "", mend);
}

int lull_api__give(struct lull_error *error, int rc, const struct lull_err *err)
{
	if (!error)
		return rc;
	*error = (struct lull_error){ .code = rc };
	if (rc == LULL_OK)
		return rc;
	lull_text_format(error->what, sizeof(error->what), "%s", err->what[0] ? err->what : lull_code_text(rc));
	lull_text_format(error->where, sizeof(error->where), "%s", err->where);
	lull_text_format(error->mend, sizeof(error->mend), "%s", err->mend);
	return rc;
}

int lull_api__fail(struct lull_error *error, int code, const char *where, const char *fmt, ...)
{
	struct lull_err err = { .code = code };
	va_list ap;

	va_start(ap, fmt);
	lull_text_vformat(err.what, sizeof(err.what), fmt, ap);
	va_end(ap);
	lull_text_format(err.where, sizeof(err.where), "%s", where);
	lull_utf8_clean(err.what);
	lull_utf8_clean(err.where);
	return lull_api__give(error, code, &err);
}

void lull_api__mend(struct lull_error *error, const char *fmt, ...)
{
	va_list ap;

	if (!error)
		return;
	va_start(ap, fmt);
	lull_text_vformat(error->mend, sizeof(error->mend), fmt, ap);
	va_end(ap);
	lull_utf8_clean(error->mend);
}

int lull_api__nomem(struct lull_error *error)
{
	struct lull_err err = { 0 };

	lull_nomem(&err);
	return lull_api__give(error, LULL_ENOMEM, &err);
}

int lull_api__is_null(struct lull_error *error, const char *argument)
{
	return lull_api__fail(error, LULL_EDOMAIN, argument, "must not be NULL");
}

/* One remark as the command prints it, without the line's end. */
static void tell(const struct lull_diags *all, size_t i, void (*remark)(void *user, const char *text), void *user)
{
	struct lull_diags one = { .items = all->items + i, .n_items = 1, .n_all = 1 };
	struct lull_buf text = { 0 };

	lull_diags_print(&one, &text);
	if (text.n && !text.failed) {
		text.data[text.n - 1] = '\0';
		remark(user, lull_buf_text(&text));
	}
	lull_buf_clear(&text);
}

int lull_api__remarks(struct lull_error *error, int rc, const struct lull_diags *diags,
		      void (*remark)(void *user, const char *text), void *user)
{
	struct lull_err err = { 0 };

	for (size_t i = 0; remark && i < diags->n_items; i++)
		tell(diags, i, remark, user);
	if (diags->out_of_memory)
		return lull_api__nomem(error);
	if (rc == LULL_OK)
		return lull_api__give(error, LULL_OK, NULL);
	lull_diags_fail(diags, &err);
	return lull_api__give(error, rc, &err);
}

int lull_api__enter(struct lull_error *error)
{
	if (error)
		*error = (struct lull_error){ 0 };
	return lull_cpu_ok() ? LULL_OK : lull_api__fail(error, LULL_EUNSUPPORTED, "processor", "%s", lull_cpu_needs);
}

int lull_api__options(const void *given, void *own, size_t own_size, const char *name, struct lull_error *error)
{
	size_t size = own_size;

	memset(own, 0, own_size);
	if (!given)
		return LULL_OK;
	memcpy(&size, given, sizeof(size)); /* the first member of each of them */
	if (size < sizeof(size) || size > MAX_OPTIONS_BYTES) {
		lull_api__fail(error, LULL_EDOMAIN, name, "its size cannot be %zu", size);
		lull_api__mend(error, "start from its initialiser macro, which sets it");
		return LULL_EDOMAIN;
	}
	const unsigned char *bytes = given;
	for (size_t i = own_size; i < size; i++) {
		if (!bytes[i])
			continue;
		lull_api__fail(error, LULL_EUNSUPPORTED, name, "asks for something that this library, version %s, does not have",
			       LULL_VERSION);
		lull_api__mend(error, "the program was compiled for a newer one: install that");
		return LULL_EUNSUPPORTED;
	}
	memcpy(own, given, size < own_size ? size : own_size);
	return LULL_OK;
}
