/* Walks knowledge files for sources and marks; see statements.h. */
#include "lull/base/statements.h"

#include <string.h>

#include "lull/base/yaml.h"

struct walk {
	const struct lull_sources *sources;
	const struct lull_doc *doc;
	struct lull_arena *arena;
	struct lull_diags *diags;
	struct lull_statement_counts *counts;
};

static void check_source(struct walk *w, const struct lull_node *node)
{
	struct lull_citation *parts;
	struct lull_err err = { 0 };
	size_t n = 0;

	if (node->kind == LULL_NODE_NULL)
		return; /* a schema that allows it says so */
	if (node->kind != LULL_NODE_SCALAR ||
	    lull_source_cite(w->sources, node->text, w->arena, &parts, &n, &err) != LULL_OK) {
		lull_node_diag(w->diags, w->doc, node, LULL_ERROR, "source keys", NULL, "%s", err.what);
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (!parts[i].source)
			lull_node_diag(w->diags, w->doc, node, LULL_ERROR, "a key of knowledge/sources/*.yaml", NULL,
				       "the source '%s'", parts[i].key);
	w->counts->n_citations += n;
}

static void check_mark(struct walk *w, const struct lull_node *node)
{
	for (int i = LULL_VERIFIED; node->kind == LULL_NODE_SCALAR && lull_mark_names[i]; i++)
		if (strcmp(lull_mark_names[i], node->text) == 0) {
			w->counts->n_marks[i]++;
			return;
		}
	lull_node_diag(w->diags, w->doc, node, LULL_ERROR,
		       "verified, transcribed, derived, borrowed, calibrated, proposed or recalled", NULL,
		       "an unknown mark");
}

/* "source" or "fitted_source". */
static bool is_named(const struct lull_node *node, const char *name)
{
	const size_t n = node->key ? strlen(node->key) : 0, m = strlen(name);
	return n >= m && strcmp(node->key + n - m, name) == 0 && (n == m || node->key[n - m - 1] == '_');
}

static void walk_node(struct walk *w, const struct lull_node *node)
{
	for (const struct lull_node *child = node->first; child; child = child->next) {
		const bool is_statement = child->kind != LULL_NODE_MAP && child->kind != LULL_NODE_LIST;
		if (is_named(child, "source") && is_statement)
			check_source(w, child);
		else if (is_named(child, "mark") && is_statement)
			check_mark(w, child);
		walk_node(w, child);
	}
}

void lull_statements_check(const struct lull_doc *doc, const struct lull_sources *sources,
			   struct lull_arena *arena, struct lull_statement_counts *counts, struct lull_diags *diags)
{
	struct walk w = { sources, doc, arena, diags, counts };

	counts->n_files++;
	if (!doc->root)
		return;
	if (!lull_node_get(doc->root, "schema_version"))
		lull_node_diag(diags, doc, doc->root, LULL_ERROR, "schema_version", NULL, "none");
	walk_node(&w, doc->root);
}

int lull_statements_check_all(const struct lull_files *files, struct lull_arena *arena,
			      struct lull_statement_counts *counts, struct lull_diags *diags)
{
	struct lull_sources sources;
	int rc = lull_sources_load(files, arena, &sources, diags);

	if (rc != LULL_OK)
		return rc;
	for (size_t i = 0; i < files->n_items; i++) {
		const struct lull_file *file = &files->items[i];
		const size_t n = strlen(file->path);
		struct lull_doc doc;
		if (n < 5 || strcmp(file->path + n - 5, ".yaml") != 0)
			continue;
		rc = lull_yaml_read(file->bytes, file->n_bytes, file->path, arena, &doc, diags);
		if (rc == LULL_ENOMEM)
			return rc;
		if (rc == LULL_OK)
			lull_statements_check(&doc, &sources, arena, counts, diags);
	}
	return diags->n_errors ? LULL_EPARSE : LULL_OK;
}
