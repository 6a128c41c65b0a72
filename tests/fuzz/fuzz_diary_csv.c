/* Any bytes as a diary table, by a shipped map that the first byte chooses. */
#include "diary_props.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { N_MAPS = 4 };
static const char *const names[N_MAPS] = { "lull", "park2016", "insogna2023", "migraine_buddy" };

static const struct lull_map *map_of(unsigned i)
{
	static struct lull_arena arena;
	static struct lull_map maps[N_MAPS];
	if (!maps[i].n_columns)
		must(lull_map_load(fuzz_knowledge(), names[i], &arena, &maps[i], &(struct lull_diags){ .arena = &arena },
				   NULL) == LULL_OK);
	return &maps[i];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lull_arena arena = { 0 };
	if (!size)
		return 0;
	check_import((const char *)data + 1, size - 1, map_of(data[0] % N_MAPS), &arena);
	lull_arena_clear(&arena);
	return 0;
}
