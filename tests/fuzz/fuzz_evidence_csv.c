/* Any bytes as a table of studies, under every measure. What is accepted pools to a finite effect or says why not. */
#include <stdint.h>
#include <stdlib.h>

#include "lull/codec/evidence_io.h"
#include "lull/num/math.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool is_true)
{
	if (!is_true)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const moderators[] = { "dose" };

	if (size > 20000)
		return 0;
	for (int m = 0; m < LULL_N_MEASURES; m++) {
		struct lull_arena arena = { 0 };
		struct lull_study_table table;
		struct lull_diags diags;
		struct lull_meta meta;
		struct lull_err err = { 0 };
		const size_t n_mods = size % 2;

		lull_diags_init(&diags, &arena);
		const int rc = lull_studies_read_csv((const char *)data, size, "fuzz.csv", (enum lull_measure)m, moderators, n_mods, &arena, &table,
						     &diags);
		must(rc == LULL_OK || diags.n_errors > 0);
		for (int method = 0; rc == LULL_OK && table.k <= 50 && method < LULL_META_N_METHODS; method++) {
			const struct lull_meta_options o = { .method = (enum lull_tau2_method)method, .mods = table.mods, .n_mods = n_mods };
			const int fitted = lull_meta_fit(table.items, table.k, &o, &arena, &meta, &err);
			must(fitted == LULL_OK ? meta.tau2 >= 0 : err.what[0] != '\0');
		}
		lull_arena_clear(&arena);
	}
	return 0;
}
