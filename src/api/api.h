/* api.h - what the files of the stable interface share: errors across the border, size-tagged options. */
#ifndef LULL_API_API_H
#define LULL_API_API_H

#include "lull/base/err.h"
#include "lull/lull.h"

/* The rooms' error as the caller's (NULL allowed); returns rc. */
int lull_api__give(struct lull_error *error, int rc, const struct lull_err *err);

/* As lull_fail, for the caller's error. */
int lull_api__fail(struct lull_error *error, int code, const char *where, const char *fmt, ...) LULL_PRINTF(4, 5);
void lull_api__mend(struct lull_error *error, const char *fmt, ...) LULL_PRINTF(2, 3);
int lull_api__nomem(struct lull_error *error);

/* Begin: *error empty, and LULL_EUNSUPPORTED on a processor that does not keep the promise of equal bits. */
LULL_NODISCARD int lull_api__enter(struct lull_error *error);

/* A size-tagged struct of the caller's into ours of own_size bytes (zeroed where the caller's is shorter).
 * `given` NULL: all zero. A longer one must be zero behind what we know: else it asks for what this library does not
 * have (LULL_EUNSUPPORTED). A size below min_size was never set (LULL_EDOMAIN). Such structs have no padding. */
LULL_NODISCARD int lull_api__options(const void *given, void *own, size_t own_size, size_t min_size, const char *name,
				     struct lull_error *error);

#endif
