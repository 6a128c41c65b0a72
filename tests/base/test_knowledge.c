/* Every embedded knowledge file: it is YAML under the house rules, carries its version, cites
 * only sources that exist, marks only with known marks, and marks what it cites. */
#include "support.h"

#include "lull/base/schema.h"
#include "lull/base/sources.h"
#include "lull/base/text.h"
#include "lull/base/yaml.h"

struct walk {
	const struct lull_sources *sources;
	const struct lull_doc *doc;
	struct lull_arena *arena;
	struct lull_diags *diags;
	size_t n_sources, n_marks;
};

static void check_source(struct walk *w, const struct lull_node *node)
{
	struct lull_citation *parts;
	struct lull_err err = { 0 };
	size_t n = 0;
	if (node->kind == LULL_NODE_NULL)
		return; /* a schema that allows it says so */
	if (node->kind != LULL_NODE_SCALAR || lull_source_cite(w->sources, node->text, w->arena, &parts, &n, &err) != LULL_OK) {
		lull_node_diag(w->diags, w->doc, node, LULL_ERROR, "source keys", NULL, "%s", err.what);
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (!parts[i].source)
			lull_node_diag(w->diags, w->doc, node, LULL_ERROR, "a key of knowledge/sources/*.yaml", NULL,
				       "the source '%s'", parts[i].key);
	w->n_sources += n;
}

static void check_mark(struct walk *w, const struct lull_node *node)
{
	w->n_marks++;
	for (int i = LULL_VERIFIED; node->kind == LULL_NODE_SCALAR && lull_mark_names[i]; i++)
		if (strcmp(lull_mark_names[i], node->text) == 0)
			return;
	lull_node_diag(w->diags, w->doc, node, LULL_ERROR, "a mark of safety.md", NULL, "an unknown mark");
}

/* "source" or "fitted_source". */
static bool is_named(const struct lull_node *node, const char *name)
{
	const size_t n = node->key ? strlen(node->key) : 0, m = strlen(name);
	return n >= m && strcmp(node->key + n - m, name) == 0 && (n == m || node->key[n - m - 1] == '_');
}

static void walk(struct walk *w, const struct lull_node *node)
{
	for (const struct lull_node *child = node->first; child; child = child->next) {
		const bool is_statement = child->kind != LULL_NODE_MAP && child->kind != LULL_NODE_LIST;
		if (is_named(child, "source") && is_statement)
			check_source(w, child);
		else if (is_named(child, "mark") && is_statement)
			check_mark(w, child);
		walk(w, child);
	}
}

static void every_statement_can_be_looked_up(void **state)
{
	const struct lull_files *files = test_knowledge();
	struct lull_arena arena = { 0 };
	struct lull_sources sources;
	struct lull_diags diags;
	size_t n_sources = 0, n_marks = 0;
	(void)state;
	lull_diags_init(&diags, &arena);
	(void)!lull_sources_load(files, &arena, &sources, &diags);
	assert_no_diags(&diags);
	for (size_t i = 0; i < files->n_items; i++) {
		const struct lull_file *file = &files->items[i];
		struct lull_doc doc;
		const size_t n = strlen(file->path);
		if (n < 5 || strcmp(file->path + n - 5, ".yaml") != 0)
			continue;
		if (lull_yaml_read(file->bytes, file->n_bytes, file->path, &arena, &doc, &diags) != LULL_OK)
			continue;
		struct walk w = { .sources = &sources, .doc = &doc, .arena = &arena, .diags = &diags };
		if (!lull_node_get(doc.root, "schema_version"))
			lull_node_diag(&diags, &doc, doc.root, LULL_ERROR, "schema_version", NULL, "none");
		walk(&w, doc.root);
		n_sources += w.n_sources;
		n_marks += w.n_marks;
	}
	assert_no_diags(&diags);
	print_message("# %zu files, %zu citations, %zu marks, %zu sources\n", files->n_items, n_sources, n_marks,
		      sources.n_items);
	lull_arena_clear(&arena);
}

/* The walk itself must be able to fail. */
static void a_wrong_citation_is_caught(void **state)
{
	static const char yaml[] = "schema_version: 1\na: { source: nobody2000, mark: sure }\n";
	struct lull_arena arena = { 0 };
	struct lull_sources none = { 0 };
	struct lull_diags diags;
	struct lull_doc doc;
	(void)state;
	lull_diags_init(&diags, &arena);
	assert_ok(lull_yaml_read(yaml, sizeof(yaml) - 1, "x.yaml", &arena, &doc, &diags), NULL);
	struct walk w = { .sources = &none, .doc = &doc, .arena = &arena, .diags = &diags };
	walk(&w, doc.root);
	assert_int_equal(diags.n_errors, 2);
	assert_string_equal(diags.items[0].path, "$.a.source");
	lull_arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_statement_can_be_looked_up),
		cmocka_unit_test(a_wrong_citation_is_caught),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
