/* What every test program shares: cmocka, close-to assertions, the embedded knowledge, files. */
#ifndef LULL_TEST_SUPPORT_H
#define LULL_TEST_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "lull/base/err.h"
#include "lull/base/files.h"
#include "lull/base/mem.h"

/* |got - want| <= abs_tol + rel_tol |want|; prints both in full. */
void lull_assert_close_at(double got, double want, double rel_tol, double abs_tol, const char *what,
			  const char *file, int line);
#define assert_close(got, want, rel, abs) \
	lull_assert_close_at((got), (want), (rel), (abs), #got, __FILE__, __LINE__)

/* rc must be LULL_OK; prints the error otherwise. */
void lull_assert_ok_at(int rc, const struct lull_err *err, const char *what, const char *file, int line);
#define assert_ok(rc, err) lull_assert_ok_at((rc), (err), #rc, __FILE__, __LINE__)

/* diags holds no error; prints them otherwise. */
void lull_assert_no_diags_at(const struct lull_diags *diags, const char *file, int line);
#define assert_no_diags(diags) lull_assert_no_diags_at((diags), __FILE__, __LINE__)

/* text contains part. */
void lull_assert_has_at(const char *text, const char *part, const char *file, int line);
#define assert_has(text, part) lull_assert_has_at((text), (part), __FILE__, __LINE__)

/* The embedded knowledge, sealed once. */
const struct lull_files *test_knowledge(void);

/* A file below the source folder ("tests/data/x.csv"), NUL-terminated, in the arena; the
 * test fails when it cannot be read. */
char *test_read(const char *path, size_t *n, struct lull_arena *arena);

#endif
