/* Any bytes as a YAML file bound to a struct with every kind of field. What must hold: an error
 * says something, and what was accepted survives JSON. */
#include <stdint.h>
#include <stdlib.h>

#include "../support/wide.h"
#include "lull/base/yaml.h"
#include "lull/codec/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool is_true)
{
	if (!is_true)
		abort();
}

static void check_round_trip(const struct wide *w, struct lull_arena *arena)
{
	struct lull_buf buf = { 0 };
	struct lull_doc doc;
	struct wide back;
	lull_json_struct(&(struct lull_json){ .out = &buf }, NULL, &wide_schema, w);
	must(lull_buf_status(&buf, NULL) == LULL_OK);
	must(lull_json_read(buf.data, buf.n, "back", arena, &doc, NULL) == LULL_OK);
	must(lull_schema_bind(&doc, &wide_schema, arena, &back, NULL) == LULL_OK);
	must(wide_same(w, &back));
	lull_buf_clear(&buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lull_arena arena = { 0 };
	struct lull_diags diags;
	struct lull_doc doc;
	struct lull_buf buf = { 0 };
	struct wide w;
	lull_diags_init(&diags, &arena);
	int rc = lull_yaml_read((const char *)data, size, "fuzz.yaml", &arena, &doc, &diags);
	must((rc == LULL_OK) == (doc.root != NULL));
	if (rc == LULL_OK)
		rc = lull_schema_bind(&doc, &wide_schema, &arena, &w, &diags);
	must(rc == LULL_OK || (rc == LULL_EPARSE && diags.n_errors > 0));
	lull_diags_print(&diags, &buf);
	must((buf.n > 0) == (diags.n_items > 0));
	must(lull_utf8_valid(lull_buf_text(&buf), buf.n, NULL));
	if (rc == LULL_OK)
		check_round_trip(&w, &arena);
	lull_buf_clear(&buf);
	lull_arena_clear(&arena);
	return 0;
}
