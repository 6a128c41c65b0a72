/* Any bytes as JSON: read to nodes, bound to a struct, and the nodes themselves written again. What
 * must hold: an error says something, and written nodes read back as the same bytes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../support/wide.h"
#include "lull/codec/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool is_true)
{
	if (!is_true)
		abort();
}

/* A struct that keeps a document as it is. */
struct any {
	const struct lull_node *root;
};
static const struct lull_field any_fields[] = {
	{ .key = "root", .type = LULL_F_NODE, .offset = offsetof(struct any, root) }, { 0 }
};
static const struct lull_schema any_schema = { .name = "any",
					       .size = sizeof(struct any),
					       .fields = any_fields };

static void write_any(const struct lull_node *root, struct lull_buf *out)
{
	const struct any any = { root };
	lull_json_struct(&(struct lull_json){ .out = out, .compact = true }, NULL, &any_schema, &any);
}

static void check_nodes(const struct lull_node *root, struct lull_arena *arena)
{
	struct lull_buf one = { 0 }, two = { 0 };
	struct lull_doc doc;
	write_any(root, &one);
	if (lull_buf_status(&one, NULL) == LULL_OK &&
	    lull_json_read(one.data, one.n, "again", arena, &doc, NULL) == LULL_OK) {
		write_any(lull_node_get(doc.root, "root"), &two);
		must(lull_buf_status(&two, NULL) == LULL_OK && strcmp(one.data, two.data) == 0);
	}
	lull_buf_clear(&one);
	lull_buf_clear(&two);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lull_arena arena = { 0 };
	struct lull_diags diags;
	struct lull_doc doc;
	struct lull_buf buf = { 0 };
	struct wide w;
	lull_diags_init(&diags, &arena);
	int rc = lull_json_read((const char *)data, size, "fuzz.json", &arena, &doc, &diags);
	must((rc == LULL_OK) == (doc.root != NULL));
	if (rc == LULL_OK) {
		check_nodes(doc.root, &arena);
		rc = lull_schema_bind(&doc, &wide_schema, &arena, &w, &diags);
	}
	must(rc == LULL_OK || (rc == LULL_EPARSE && diags.n_errors > 0));
	lull_diags_print(&diags, &buf);
	must(lull_utf8_valid(lull_buf_text(&buf), buf.n, NULL));
	if (rc == LULL_OK) {
		lull_buf_reset(&buf);
		lull_json_struct(&(struct lull_json){ .out = &buf }, NULL, &wide_schema, &w);
		must(lull_buf_status(&buf, NULL) == LULL_OK);
	}
	lull_buf_clear(&buf);
	lull_arena_clear(&arena);
	return 0;
}
