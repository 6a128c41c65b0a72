/* Any bytes as a diary file in JSON: what was accepted is written, read and written the same. */
#include "diary_props.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lull_arena arena = { 0 };
	struct lull_diags diags;
	struct lull_err err = { 0 };
	struct lull_import in;
	lull_diags_init(&diags, &arena);
	const int rc = lull_diary_json_read((const char *)data, size, "fuzz.json", &all_of_it, &arena, &in, &diags, &err);
	must(rc == LULL_OK || (err.code == rc && err.what[0]));
	if (rc == LULL_OK) {
		for (size_t i = 0; i < in.n_diaries; i++)
			must(in.diaries[i].n_entries == 0 || in.diaries[i].dated == (in.diaries[i].entries[0].first != LULL_DAY_NONE));
		check_round_trip(&in, &arena);
	}
	lull_arena_clear(&arena);
	return 0;
}
