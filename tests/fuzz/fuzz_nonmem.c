/* Any bytes as a NONMEM control stream. What must hold: the reader ends, says why when it takes nothing, and
 * what it writes is YAML under the house rules. */
#include <stdint.h>
#include <stdlib.h>

#include "lull/base/yaml.h"
#include "lull/ketamine/nonmem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool is_true)
{
	if (!is_true)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lull_arena arena = { 0 };
	struct lull_diags diags, again;
	const struct lull_nonmem *model = NULL;
	struct lull_buf text = { 0 };
	struct lull_doc doc;

	lull_diags_init(&diags, &arena);
	lull_diags_init(&again, &arena);
	const int rc = lull_nonmem_read((const char *)data, size, "fuzz.ctl", &arena, &model, &diags);
	must((rc == LULL_OK) == (model != NULL) && (rc == LULL_OK || diags.n_errors > 0));
	if (model) {
		const struct lull_nm_units units = { "h", "mg", "L" };
		const int written = lull_nonmem_yaml(model, "fuzz", &units, &text, &diags);
		must((written == LULL_OK) == (diags.n_errors == 0));
		if (written == LULL_OK)
			must(lull_yaml_read(lull_buf_text(&text), text.n, "fuzz.yaml", &arena, &doc, &again) == LULL_OK);
	}
	lull_buf_clear(&text);
	lull_diags_print(&diags, &text);
	must(lull_utf8_valid(lull_buf_text(&text), text.n, NULL));
	lull_buf_clear(&text);
	lull_arena_clear(&arena);
	return 0;
}
