/* Sealed bytes over libsodium; see seal.h. */
#include "lull/base/seal.h"

#include <sodium.h>

_Static_assert(LULL_KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "size of a key");
_Static_assert(LULL_SEAL_EXTRA == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES,
	       "nonce and tag");

enum { NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES };

int lull_seal_init(struct lull_err *err)
{
	if (sodium_init() < 0)
		return lull_fail(err, LULL_EUNSUPPORTED, "libsodium", "this machine offers no source of random bytes");
	return LULL_OK;
}

void lull_random_bytes(void *out, size_t n)
{
	randombytes_buf(out, n);
}

void lull_wipe(void *bytes, size_t n)
{
	sodium_memzero(bytes, n);
}

void lull_seal(const struct lull_key *key, const void *context, size_t n_context, const void *bytes, size_t n,
	       unsigned char *out)
{
	unsigned long long n_out;
	randombytes_buf(out, NONCE);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE, &n_out, bytes, n, context, n_context, NULL, out, key->bytes);
}

int lull_unseal(const struct lull_key *key, const void *context, size_t n_context, const void *sealed, size_t n,
		unsigned char *out, struct lull_err *err)
{
	const unsigned char *in = sealed;
	unsigned long long n_out;
	if (n < LULL_SEAL_EXTRA || crypto_aead_xchacha20poly1305_ietf_decrypt(out, &n_out, NULL, in + NONCE, n - NONCE, context,
									      n_context, in, key->bytes))
		return lull_fail(err, LULL_EDENIED, "sealed bytes", "cannot be opened: another key, another place, or changed");
	return LULL_OK;
}

void lull_blake2b(const void *bytes, size_t n, unsigned char out[LULL_DIGEST_BYTES])
{
	(void)crypto_generichash_blake2b(out, LULL_DIGEST_BYTES, bytes, n, NULL, 0);
}

void lull_hex(const unsigned char *bytes, size_t n, char *out)
{
	(void)sodium_bin2hex(out, 2 * n + 1, bytes, n);
}

int lull_unhex(const char *text, size_t n_text, unsigned char *out, size_t n)
{
	size_t got = 0;
	if (n_text != 2 * n || sodium_hex2bin(out, n, text, n_text, NULL, &got, NULL) || got != n)
		return LULL_EPARSE;
	return LULL_OK;
}
