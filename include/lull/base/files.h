/* lull/base/files.h - the knowledge files as a set of named texts.
 *
 * The build embeds knowledge/ into the program; `--knowledge DIR` reads another set.
 * A set has one hash over names and bytes, printed with every output. Rooms look up
 * their own files in it and bind them with their own schemas. */
#ifndef LULL_BASE_FILES_H
#define LULL_BASE_FILES_H

#include <stddef.h>
#include "lull/base/err.h"

LULL_BEGIN_C

struct lull_file {
	const char *path; /* "models/kamp2020_otto2021.yaml", relative to knowledge/ */
	const char *bytes;
	size_t n_bytes;
};

enum { LULL_HASH_TEXT = 65 }; /* 64 hex digits and a NUL */

struct lull_files {
	const struct lull_file *items; /* sorted by path, bytewise */
	size_t n_items;
	char hash[LULL_HASH_TEXT];     /* SHA-256 over "path\0size\0bytes" of each, in order */
	const char *origin;            /* "embedded" or the folder's name */
};

/* Fill hash from items (sorted by path; LULL_EDOMAIN when not). */
LULL_NODISCARD int lull_files_seal(struct lull_files *files, struct lull_err *err);

/* The file at path, or NULL. */
const struct lull_file *lull_files_get(const struct lull_files *files, const char *path);

/* Half-open index range of the files whose path starts with prefix ("models/"). */
void lull_files_under(const struct lull_files *files, const char *prefix, size_t *first,
		      size_t *end);

/* SHA-256 of n bytes as hex. The only door to the hash library. */
void lull_hash_text(const void *bytes, size_t n, char out[LULL_HASH_TEXT]);

LULL_END_C

#endif
