/* Shared by the test programs; see support.h. */
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "lull/base/text.h"
#include "lull/knowledge.h"

void lull_assert_close_at(double got, double want, double rel_tol, double abs_tol, const char *what,
			  const char *file, int line)
{
	if (fabs(got - want) <= abs_tol + rel_tol * fabs(want) || (got == want))
		return;
	print_error("%s: got %.17g, wanted %.17g (rel %g, abs %g)\n", what, got, want, rel_tol, abs_tol);
	_fail(file, line);
}

void lull_assert_ok_at(int rc, const struct lull_err *err, const char *what, const char *file, int line)
{
	if (rc == LULL_OK)
		return;
	print_error("%s: %d: %s: %s (%s)\n", what, rc, err ? err->where : "", err ? err->what : "",
		    err ? err->mend : "");
	_fail(file, line);
}

void lull_assert_no_diags_at(const struct lull_diags *diags, const char *file, int line)
{
	if (!diags->n_errors && !diags->out_of_memory)
		return;
	struct lull_buf buf = { 0 };
	lull_diags_print(diags, &buf);
	fputs(lull_buf_text(&buf), stderr); /* print_error cuts at 1024 bytes */
	lull_buf_clear(&buf);
	_fail(file, line);
}

void lull_assert_has_at(const char *text, const char *part, const char *file, int line)
{
	if (text && strstr(text, part))
		return;
	print_error("no '%s' in:\n%s\n", part, text ? text : "(null)");
	_fail(file, line);
}

const struct lull_files *test_knowledge(void)
{
	static struct lull_files files;
	if (!files.items) {
		struct lull_err err = { 0 };
		files.items = lull_embedded_files;
		files.n_items = lull_n_embedded_files;
		files.origin = "embedded";
		assert_ok(lull_files_seal(&files, &err), &err);
	}
	return &files;
}

char *test_read(const char *path, size_t *n, struct lull_arena *arena)
{
	const char *source = getenv("LULL_SOURCE");
	char full[4096];
	snprintf(full, sizeof(full), "%s/%s", source ? source : ".", path);
	FILE *f = fopen(full, "rb");
	if (!f) {
		print_error("cannot open %s\n", full);
		fail();
		return NULL;
	}
	fseek(f, 0, SEEK_END);
	const long size = ftell(f);
	rewind(f);
	char *bytes = lull_arena_zalloc(arena, (size_t)size + 1, 1);
	assert_non_null(bytes);
	assert_int_equal(fread(bytes, 1, (size_t)size, f), (size_t)size);
	fclose(f);
	if (n)
		*n = (size_t)size;
	return bytes;
}
