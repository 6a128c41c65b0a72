/* lull/base/secret.h - passwords, random tokens, one-time codes, and the texts they travel in.
 *
 * What accounts need of libsodium and nettle beside base/seal.h (random bytes, wiping, BLAKE2b, hex). Salts and new
 * tokens read the machine's random source; everything else depends on its arguments only. Any thread. */
#ifndef LULL_BASE_SECRET_H
#define LULL_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lull/base/err.h"

LULL_BEGIN_C

/* Compares without showing in its time where they differ; the lengths are no secret. */
bool lull_secret_same(const void *a, size_t n_a, const void *b, size_t n_b);

/* ---- passwords: argon2id with libsodium's interactive preset (64 MiB, 2 passes) ------------ */

enum { LULL_PASSWORD_HASH = 128, LULL_PASSWORD_MAX = 1024 }; /* bytes of the text with NUL; longest password in bytes */

/* The encoded hash, "$argon2id$v=19$m=65536,t=2,p=1$salt$hash". Takes 64 MiB and about 0.1 s: the caller
 * bounds how many run at once. LULL_ENOMEM, LULL_EUNSUPPORTED (no random source), LULL_ELIMIT (longer than LULL_PASSWORD_MAX). */
LULL_NODISCARD int lull_password_hash(const char *password, size_t n, char out[LULL_PASSWORD_HASH],
				      struct lull_err *err);
bool lull_password_verify(const char *hash, const char *password, size_t n);
/* True when the hash was made with other parameters than lull_password_hash() uses now, or is no hash. */
bool lull_password_needs_rehash(const char *hash);

/* ---- tokens -------------------------------------------------------------------------------- */

enum { LULL_TOKEN_BYTES = 32, LULL_TOKEN_TEXT = 44, LULL_TOKEN_HASH = 65, LULL_TOKEN_INPUT = 256 };

/* 32 random bytes as 43 characters of base64url: for cookies, links, one-time secrets. */
LULL_NODISCARD int lull_token_new(char out[LULL_TOKEN_TEXT], struct lull_err *err);

/* BLAKE2b-256 of a token under a purpose ("session", "csrf", "link"), as hex: what the record keeps, never the
 * token. Different purposes give unrelated hashes. LULL_ELIMIT: purpose, NUL and token take more than
 * LULL_TOKEN_INPUT bytes (what a browser sends is as long as it likes). */
LULL_NODISCARD int lull_token_hash(const char *purpose, const char *token, char out[LULL_TOKEN_HASH],
				   struct lull_err *err);

/* ---- RFC 4648 texts, without padding; size includes the NUL ---------------------------------- */

size_t lull_base64url(const void *bytes, size_t n, char *out, size_t size); /* length; 0 = does not fit */
size_t lull_base32(const void *bytes, size_t n, char *out, size_t size);
/* Strict: false on another character, a stray bit, or more than size bytes. base32 takes small letters, and spaces between. */
bool lull_base64url_read(const char *text, void *out, size_t size, size_t *n);
bool lull_base32_read(const char *text, void *out, size_t size, size_t *n);

/* ---- one-time codes (RFC 4226, RFC 6238) ----------------------------------------------------- */

enum { LULL_SHA1_BYTES = 20, LULL_TOTP_KEY = 20, LULL_TOTP_DIGITS = 6, LULL_TOTP_STEP_S = 30 };

/* HMAC-SHA-1: phones' apps know no other for TOTP; used for nothing else. */
void lull_hmac_sha1(const void *key, size_t n_key, const void *text, size_t n_text, uint8_t out[LULL_SHA1_BYTES]);

/* The code of a counter; digits 6 to 8. */
uint32_t lull_hotp(const void *key, size_t n_key, uint64_t counter, int digits);

LULL_END_C

#endif
