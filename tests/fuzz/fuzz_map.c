/* Any bytes as a column map and, after a line of ====, a table read by it. */
#include "diary_props.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char line[] = "\n====\n";
	struct lull_arena arena = { 0 };
	struct lull_diags diags;
	struct lull_map map;
	size_t n_map = size, csv = size;
	for (size_t i = 0; i + strlen(line) <= size; i++)
		if (!memcmp(data + i, line, strlen(line))) {
			n_map = i + 1;
			csv = i + strlen(line);
			break;
		}
	lull_diags_init(&diags, &arena);
	const int rc = lull_map_read((const char *)data, n_map, "fuzz.yaml", &arena, &map, &diags);
	must(rc == LULL_OK ? diags.n_errors == 0 : rc == LULL_EPARSE && diags.n_errors > 0);
	if (rc == LULL_OK)
		check_import((const char *)data + csv, size - csv, &map, &arena);
	lull_arena_clear(&arena);
	return 0;
}
