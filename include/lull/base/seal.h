/* lull/base/seal.h - sealed bytes: encrypted, and bound to where they belong.
 *
 * XChaCha20-Poly1305 with a random 24 byte nonce in front. The context (associated data) is not stored: opening with
 * another context fails, so a sealed text cannot be moved to another place. Keys are 32 random bytes; a key is wrapped by
 * sealing it under another. BLAKE2b-256 for chains and pinned texts. This is the door to libsodium, besides files.h. */
#ifndef LULL_BASE_SEAL_H
#define LULL_BASE_SEAL_H

#include <stddef.h>
#include <stdint.h>
#include "lull/base/err.h"

LULL_BEGIN_C

enum { LULL_KEY_BYTES = 32, LULL_SEAL_EXTRA = 40, LULL_DIGEST_BYTES = 32 };

struct lull_key { unsigned char bytes[LULL_KEY_BYTES]; };

/* Once before the first use, from any thread. LULL_EUNSUPPORTED: no source of random bytes. */
LULL_NODISCARD int lull_seal_init(struct lull_err *err);

void lull_random_bytes(void *out, size_t n);
void lull_wipe(void *bytes, size_t n); /* not optimised away */

/* out has room for n + LULL_SEAL_EXTRA bytes. */
void lull_seal(const struct lull_key *key, const void *context, size_t n_context, const void *bytes, size_t n,
	       unsigned char *out);
/* out has room for n - LULL_SEAL_EXTRA bytes. LULL_EDENIED: another key, another context, or changed bytes. */
LULL_NODISCARD int lull_unseal(const struct lull_key *key, const void *context, size_t n_context, const void *sealed,
			       size_t n, unsigned char *out, struct lull_err *err);

void lull_blake2b(const void *bytes, size_t n, unsigned char out[LULL_DIGEST_BYTES]);
void lull_hex(const unsigned char *bytes, size_t n, char *out); /* 2 n + 1 characters */
/* LULL_EPARSE when the text is not exactly 2 n hexadecimal digits. */
LULL_NODISCARD int lull_unhex(const char *text, size_t n_text, unsigned char *out, size_t n);

LULL_END_C

#endif
