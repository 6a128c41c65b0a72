/* Knowledge files as a set, and the hash over it; see files.h. */
#include "lull/base/files.h"

#include <sodium/crypto_hash_sha256.h>
#include <string.h>

#include "lull/base/text.h"

static void write_hex(const unsigned char digest[crypto_hash_sha256_BYTES], char out[LULL_HASH_TEXT])
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < crypto_hash_sha256_BYTES; i++) {
		out[2 * i] = digits[digest[i] >> 4];
		out[2 * i + 1] = digits[digest[i] & 15];
	}
	out[2 * crypto_hash_sha256_BYTES] = '\0';
}

void lull_hash_text(const void *bytes, size_t n, char out[LULL_HASH_TEXT])
{
	unsigned char digest[crypto_hash_sha256_BYTES];
	crypto_hash_sha256(digest, bytes, n);
	write_hex(digest, out);
}

/* The size stands between name and bytes, so that no byte can move from one to the other. */
static void hash_file(crypto_hash_sha256_state *state, const struct lull_file *file)
{
	char size[32];
	lull_text_format(size, sizeof(size), "%zu", file->n_bytes);
	crypto_hash_sha256_update(state, (const unsigned char *)file->path, strlen(file->path) + 1);
	crypto_hash_sha256_update(state, (const unsigned char *)size, strlen(size) + 1);
	crypto_hash_sha256_update(state, (const unsigned char *)file->bytes, file->n_bytes);
}

int lull_files_seal(struct lull_files *files, struct lull_err *err)
{
	crypto_hash_sha256_state state;
	unsigned char digest[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_init(&state);
	for (size_t i = 0; i < files->n_items; i++) {
		if (i && strcmp(files->items[i - 1].path, files->items[i].path) >= 0)
			return lull_fail(err, LULL_EDOMAIN, files->items[i].path,
					 "knowledge files must be sorted by path, each path once");
		hash_file(&state, &files->items[i]);
	}
	crypto_hash_sha256_final(&state, digest);
	write_hex(digest, files->hash);
	return LULL_OK;
}

/* The first index whose path is not below path. */
static size_t lower_bound(const struct lull_files *files, const char *path)
{
	size_t low = 0, high = files->n_items;
	while (low < high) {
		const size_t mid = low + (high - low) / 2;
		if (strcmp(files->items[mid].path, path) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const struct lull_file *lull_files_get(const struct lull_files *files, const char *path)
{
	const size_t i = lower_bound(files, path);
	return i < files->n_items && strcmp(files->items[i].path, path) == 0 ? &files->items[i] : NULL;
}

void lull_files_under(const struct lull_files *files, const char *prefix, size_t *first, size_t *end)
{
	const size_t n = strlen(prefix);
	*first = *end = lower_bound(files, prefix);
	while (*end < files->n_items && strncmp(files->items[*end].path, prefix, n) == 0)
		++*end;
}
