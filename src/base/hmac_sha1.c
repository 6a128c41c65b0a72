/* HMAC-SHA-1 by nettle, for one-time codes alone (libsodium has no SHA-1, and phones' apps know nothing else). The
 * only file that sees nettle. */
#include "lull/base/secret.h"

#include <nettle/hmac.h>
#include "lull/base/seal.h"

void lull_hmac_sha1(const void *key, size_t n_key, const void *text, size_t n_text, uint8_t out[LULL_SHA1_BYTES])
{
	struct hmac_sha1_ctx state;

	hmac_sha1_set_key(&state, n_key, key);
	hmac_sha1_update(&state, n_text, text);
	hmac_sha1_digest(&state, LULL_SHA1_BYTES, out);
	lull_wipe(&state, sizeof state);
}
