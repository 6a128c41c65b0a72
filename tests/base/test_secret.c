/* Passwords, tokens, their texts (RFC 4648 section 10) and one-time codes (RFC 2202, RFC 4226, RFC 6238). */
#include "support.h"

#include <string.h>
#include "lull/base/seal.h"
#include "lull/base/secret.h"

static void test_password(void **state)
{
	(void)state;
	char one[LULL_PASSWORD_HASH], two[LULL_PASSWORD_HASH];
	const char *const password = "slow waves at noon";
	struct lull_err err = { 0 };

	assert_ok(lull_password_hash(password, strlen(password), one, &err), &err);
	assert_ok(lull_password_hash(password, strlen(password), two, &err), &err);
	assert_memory_equal(one, "$argon2id$v=19$m=65536,t=2,p=1$", 31);
	assert_string_not_equal(one, two); /* a salt each */
	assert_true(lull_password_verify(one, password, strlen(password)));
	assert_false(lull_password_verify(one, password, strlen(password) - 1)); /* nothing is cut off */
	assert_false(lull_password_verify(one, "Slow waves at noon", strlen(password)));
	assert_false(lull_password_needs_rehash(one));
	assert_false(lull_password_verify("$1$abc", password, strlen(password)));
	assert_true(lull_password_needs_rehash("$argon2id$v=19$m=8192,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$"
					       "bm90IGEgcmVhbCBoYXNoLCBidXQgMzIgYnl0ZXMhISE"));
	assert_true(lull_password_needs_rehash("nonsense"));
}

static void test_long_password(void **state)
{
	(void)state;
	char hash[LULL_PASSWORD_HASH], password[LULL_PASSWORD_MAX + 2];
	struct lull_err err = { 0 };

	memset(password, 'x', sizeof password);
	assert_int_equal(lull_password_hash(password, LULL_PASSWORD_MAX + 1, hash, &err), LULL_ELIMIT);
	assert_ok(lull_password_hash(password, LULL_PASSWORD_MAX, hash, &err), &err);
	assert_true(lull_password_verify(hash, password, LULL_PASSWORD_MAX));
	password[LULL_PASSWORD_MAX - 1] = 'y'; /* the last byte counts */
	assert_false(lull_password_verify(hash, password, LULL_PASSWORD_MAX));
	assert_false(lull_password_verify(hash, password, LULL_PASSWORD_MAX + 1));
}

static void test_tokens(void **state)
{
	(void)state;
	char one[LULL_TOKEN_TEXT], two[LULL_TOKEN_TEXT], hash[LULL_TOKEN_HASH], other[LULL_TOKEN_HASH];
	uint8_t bytes[64];
	size_t n;
	struct lull_err err = { 0 };

	assert_ok(lull_token_new(one, &err), &err);
	assert_ok(lull_token_new(two, &err), &err);
	assert_string_not_equal(one, two);
	assert_int_equal(strlen(one), LULL_TOKEN_TEXT - 1);
	assert_true(lull_base64url_read(one, bytes, sizeof bytes, &n));
	assert_int_equal(n, LULL_TOKEN_BYTES);
	assert_ok(lull_token_hash("session", "abc", hash, &err), &err);
	/* b2sum -l 256 over "session", NUL, "abc" */
	assert_string_equal(hash, "055670f8563defd48520bdad863a99cf5495cc0170fbebdf18ef13b029184ac2");
	assert_ok(lull_token_hash("csrf", "abc", other, &err), &err);
	assert_string_not_equal(hash, other);
	assert_ok(lull_token_hash("sessio", "nabc", other, &err), &err);
	assert_string_not_equal(hash, other);
}

static void test_token_too_long(void **state)
{
	(void)state;
	char token[LULL_TOKEN_INPUT + 1], hash[LULL_TOKEN_HASH];
	struct lull_err err = { 0 };

	memset(token, 'a', sizeof token);
	token[LULL_TOKEN_INPUT - 5] = '\0'; /* "link" and its NUL take five */
	assert_ok(lull_token_hash("link", token, hash, &err), &err);
	token[LULL_TOKEN_INPUT - 5] = 'a';
	token[LULL_TOKEN_INPUT - 4] = '\0';
	assert_int_equal(lull_token_hash("link", token, hash, &err), LULL_ELIMIT);
}

static void test_same(void **state)
{
	(void)state;
	assert_true(lull_secret_same("abc", 3, "abc", 3));
	assert_false(lull_secret_same("abc", 3, "abd", 3));
	assert_false(lull_secret_same("abc", 3, "abcd", 4));
	assert_true(lull_secret_same("", 0, "", 0));
}

static const struct {
	const char *bytes, *base64, *base32;
} texts[] = {
	{ "", "", "" },
	{ "f", "Zg", "MY" },
	{ "fo", "Zm8", "MZXQ" },
	{ "foo", "Zm9v", "MZXW6" },
	{ "foob", "Zm9vYg", "MZXW6YQ" },
	{ "fooba", "Zm9vYmE", "MZXW6YTB" },
	{ "foobar", "Zm9vYmFy", "MZXW6YTBOI" },
	{ "\xfb\xff", "-_8", "7P7Q" },
};

static void test_texts(void **state)
{
	(void)state;
	char out[32];
	uint8_t back[16];
	size_t n;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		const size_t length = strlen(texts[i].bytes);

		assert_int_equal(lull_base64url(texts[i].bytes, length, out, sizeof out), strlen(texts[i].base64));
		assert_string_equal(out, texts[i].base64);
		assert_true(lull_base64url_read(out, back, sizeof back, &n));
		assert_int_equal(n, length);
		assert_memory_equal(back, texts[i].bytes, length);
		lull_base32(texts[i].bytes, length, out, sizeof out);
		assert_string_equal(out, texts[i].base32);
		assert_true(lull_base32_read(out, back, sizeof back, &n));
		assert_int_equal(n, length);
		assert_memory_equal(back, texts[i].bytes, length);
	}
	assert_int_equal(lull_base64url("foo", 3, out, 4), 0); /* no room for the NUL */
	assert_true(lull_base32_read("mzxw 6ytb oi", back, sizeof back, &n)); /* as people copy it */
	assert_memory_equal(back, "foobar", 6);
	assert_false(lull_base64url_read("Zm9v!", back, sizeof back, &n));
	assert_false(lull_base64url_read("Zh", back, sizeof back, &n));     /* stray bits */
	assert_false(lull_base64url_read("Zm9vZ", back, sizeof back, &n));  /* half a byte */
	assert_false(lull_base64url_read("Zm9v", back, 2, &n));             /* too long */
	assert_false(lull_base32_read("MZXW1", back, sizeof back, &n));
}

static void test_one_time_codes(void **state)
{
	(void)state;
	static const char key[] = "12345678901234567890";
	/* RFC 4226, appendix D */
	static const uint32_t codes[] = { 755224, 287082, 359152, 969429, 338314, 254676, 287922, 162583, 399871, 520489 };
	/* RFC 6238, appendix B, SHA-1, 8 digits */
	static const struct { uint64_t unix_s; uint32_t code; } times[] = {
		{ 59, 94287082 }, { 1111111109, 7081804 }, { 1111111111, 14050471 },
		{ 1234567890, 89005924 }, { 2000000000, 69279037 }, { 20000000000, 65353130 },
	};
	uint8_t mac[LULL_SHA1_BYTES];
	char hex[41];

	/* RFC 2202, case 2 */
	lull_hmac_sha1("Jefe", 4, "what do ya want for nothing?", 28, mac);
	lull_hex(mac, sizeof mac, hex);
	assert_string_equal(hex, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
	for (uint64_t i = 0; i < 10; i++)
		assert_int_equal(lull_hotp(key, 20, i, 6), codes[i]);
	for (size_t i = 0; i < sizeof times / sizeof *times; i++)
		assert_int_equal(lull_hotp(key, 20, times[i].unix_s / LULL_TOTP_STEP_S, 8), times[i].code);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_password), cmocka_unit_test(test_long_password), cmocka_unit_test(test_tokens), cmocka_unit_test(test_token_too_long),
		cmocka_unit_test(test_same),     cmocka_unit_test(test_texts),         cmocka_unit_test(test_one_time_codes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
