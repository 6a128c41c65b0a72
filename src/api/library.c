/* The library about itself; see lull.h. */
#include <string.h>

#include "api.h"
#include "lull/knowledge.h"

const char *lull_version(void)
{
	return LULL_VERSION;
}

int lull_abi_version(void)
{
	return LULL_ABI_VERSION;
}

void lull_knowledge_hash(char text[LULL_HASH_BYTES])
{
	struct lull_files files = { .items = lull_embedded_files, .n_items = lull_n_embedded_files };
	const int rc = lull_files_seal(&files, NULL); /* sorted by tools/embed.c: cannot fail */

	memcpy(text, rc == LULL_OK ? files.hash : "", rc == LULL_OK ? LULL_HASH_BYTES : 1);
}
