/* Passwords, tokens and their texts over libsodium; one-time codes over lull_hmac_sha1(). The hash of passwords is
 * libsodium's interactive preset: 64 MiB a hash is what a clinic's machine can spare twice at once. */
#include "lull/base/secret.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>
#include "lull/base/seal.h"

static_assert(LULL_PASSWORD_HASH == crypto_pwhash_STRBYTES, "room for libsodium's encoded hash");

bool lull_secret_same(const void *a, size_t n_a, const void *b, size_t n_b)
{
	return n_a == n_b && (n_a == 0 || sodium_memcmp(a, b, n_a) == 0);
}

int lull_password_hash(const char *password, size_t n, char out[LULL_PASSWORD_HASH], struct lull_err *err)
{
	if (n > LULL_PASSWORD_MAX)
		return lull_fail(err, LULL_ELIMIT, "password", "a password has at most %d bytes", LULL_PASSWORD_MAX);
	const int rc = lull_seal_init(err);
	if (rc != LULL_OK)
		return rc;
	if (crypto_pwhash_str_alg(out, password, n, crypto_pwhash_OPSLIMIT_INTERACTIVE,
				  crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13) != 0)
		return lull_nomem(err);
	return LULL_OK;
}

bool lull_password_verify(const char *hash, const char *password, size_t n)
{
	if (n > LULL_PASSWORD_MAX || strlen(hash) >= LULL_PASSWORD_HASH || lull_seal_init(NULL) != LULL_OK)
		return false;
	return crypto_pwhash_str_verify(hash, password, n) == 0;
}

bool lull_password_needs_rehash(const char *hash)
{
	return strlen(hash) >= LULL_PASSWORD_HASH
	       || crypto_pwhash_str_needs_rehash(hash, crypto_pwhash_OPSLIMIT_INTERACTIVE,
						 crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0;
}

int lull_token_new(char out[LULL_TOKEN_TEXT], struct lull_err *err)
{
	uint8_t bytes[LULL_TOKEN_BYTES];
	const int rc = lull_seal_init(err);

	if (rc != LULL_OK)
		return rc;
	lull_random_bytes(bytes, sizeof bytes);
	lull_base64url(bytes, sizeof bytes, out, LULL_TOKEN_TEXT);
	lull_wipe(bytes, sizeof bytes);
	return LULL_OK;
}

int lull_token_hash(const char *purpose, const char *token, char out[LULL_TOKEN_HASH], struct lull_err *err)
{
	unsigned char text[LULL_TOKEN_INPUT], hash[LULL_DIGEST_BYTES];
	const size_t n_purpose = strlen(purpose) + 1, n_token = strlen(token); /* the NUL parts the two */

	if (n_purpose + n_token > sizeof text)
		return lull_fail(err, LULL_ELIMIT, "token", "a token is shorter than this");
	memcpy(text, purpose, n_purpose);
	memcpy(text + n_purpose, token, n_token);
	lull_blake2b(text, n_purpose + n_token, hash);
	lull_hex(hash, sizeof hash, out);
	lull_wipe(text, sizeof text);
	return LULL_OK;
}

/* Digits of bits each, most significant first (RFC 4648); no padding. */
static size_t write_digits(const uint8_t *bytes, size_t n, unsigned bits, const char *alphabet, char *out,
			   size_t size)
{
	const size_t length = (n * 8 + bits - 1) / bits;
	uint32_t window = 0;
	unsigned held = 0;
	size_t at = 0;

	if (length + 1 > size)
		return 0;
	for (size_t i = 0; i < n; i++) {
		window = (window << 8 | bytes[i]) & 0xffffU;
		for (held += 8; held >= bits; held -= bits)
			out[at++] = alphabet[window >> (held - bits) & ((1U << bits) - 1)];
	}
	if (held > 0)
		out[at++] = alphabet[window << (bits - held) & ((1U << bits) - 1)];
	out[at] = '\0';
	return at;
}

static const char digits64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char digits32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

size_t lull_base64url(const void *bytes, size_t n, char *out, size_t size)
{
	return write_digits(bytes, n, 6, digits64, out, size);
}

size_t lull_base32(const void *bytes, size_t n, char *out, size_t size)
{
	return write_digits(bytes, n, 5, digits32, out, size);
}

static bool read_digits(const char *text, unsigned bits, const char *alphabet, bool is_loose, uint8_t *out,
			size_t size, size_t *n)
{
	uint32_t window = 0;
	unsigned held = 0;

	*n = 0;
	for (const char *p = text; *p != '\0'; p++) {
		if (is_loose && *p == ' ')
			continue;
		const char c = is_loose && *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
		const char *const digit = strchr(alphabet, c);

		if (digit == NULL)
			return false;
		window = (window << bits | (uint32_t)(digit - alphabet)) & 0xffffU;
		held += bits;
		if (held >= 8) {
			if (*n == size)
				return false;
			held -= 8;
			out[(*n)++] = (uint8_t)(window >> held);
		}
	}
	/* What is left is less than a digit, and zero: one text for one value. */
	return held < bits && (window & ((1U << held) - 1)) == 0;
}

bool lull_base64url_read(const char *text, void *out, size_t size, size_t *n)
{
	return read_digits(text, 6, digits64, false, out, size, n);
}

bool lull_base32_read(const char *text, void *out, size_t size, size_t *n)
{
	return read_digits(text, 5, digits32, true, out, size, n);
}

uint32_t lull_hotp(const void *key, size_t n_key, uint64_t counter, int digits)
{
	uint8_t text[8], mac[LULL_SHA1_BYTES];
	uint32_t modulus = 1;

	for (int i = 0; i < 8; i++)
		text[i] = (uint8_t)(counter >> (56 - 8 * i));
	lull_hmac_sha1(key, n_key, text, sizeof text, mac);
	/* RFC 4226 5.3: four bytes from where the last nibble points, without the sign. */
	const unsigned at = mac[LULL_SHA1_BYTES - 1] & 15U;
	const uint32_t word = (uint32_t)(mac[at] & 0x7fU) << 24 | (uint32_t)mac[at + 1] << 16
			      | (uint32_t)mac[at + 2] << 8 | mac[at + 3];
	for (int i = 0; i < digits; i++)
		modulus *= 10;
	lull_wipe(mac, sizeof mac);
	return word % modulus;
}
