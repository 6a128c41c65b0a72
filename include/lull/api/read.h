/* lull/api/read.h - files and folders of the machine into arenas, for the faces; not installed.
 *
 * The pure rooms take bytes; here is where bytes come from. */
#ifndef LULL_API_READ_H
#define LULL_API_READ_H

#include <stdio.h>
#include "lull/base/files.h"
#include "lull/base/mem.h"

/* Ceilings: a file, the files of a knowledge folder, how deep its folders nest. */
#define LULL_READ_MAX_BYTES ((size_t)1 << 30)
enum { LULL_READ_MAX_FILES = 4096, LULL_READ_MAX_DEPTH = 8 };

/* A whole file into the arena, with a NUL behind it. LULL_EIO with the system's reason. */
LULL_NODISCARD int lull_read_file(const char *path, struct lull_arena *arena, char **bytes, size_t *n_bytes,
				  struct lull_err *err);

LULL_NODISCARD int lull_read_stream(FILE *f, const char *name, struct lull_arena *arena, char **bytes,
				    size_t *n_bytes, struct lull_err *err);

/* A knowledge folder (.yaml and .csv, names with a leading dot left out), sorted and sealed as the
 * embedded set is. LULL_ENOTFOUND when it holds none. `folder` is borrowed as the set's origin. */
LULL_NODISCARD int lull_read_knowledge(const char *folder, struct lull_arena *arena, struct lull_files *out,
				       struct lull_err *err);

#endif
