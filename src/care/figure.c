/* Figures with source and mark, and the one way a knowledge file of this room is read. */
#include "lull/care/figure.h"

#include <math.h>

#include "lull/base/yaml.h"
#include "fields.h"

static void check_figure(const void *object, const struct lull_node *node, const struct lull_doc *doc,
			 struct lull_diags *diags)
{
	const struct lull_figure *figure = object;

	if (figure->mark == LULL_MARK_NONE)
		lull_node_diag(diags, doc, node, LULL_ERROR, "a trust mark", "say proposed when it is our own default",
			       "a figure marked 'none'");
}

static const struct lull_field figure_fields[] = {
	NUMBER(struct lull_figure, value, 0, 1e6, NULL),
	TEXT(struct lull_figure, source),
	MARK(struct lull_figure),
	TEXT_OPT(struct lull_figure, note),
	{ 0 },
};
const struct lull_schema lull_figure_schema = { .name = "figure", .size = sizeof(struct lull_figure),
						.fields = figure_fields, .check = check_figure };

double lull_figure_value(const struct lull_figure *figure)
{
	return figure->stated ? figure->value : NAN;
}

static int trust_of(enum lull_mark mark)
{
	switch (mark) {
	case LULL_RECALLED:
		return 1;
	case LULL_PROPOSED:
		return 2;
	case LULL_CALIBRATED:
		return 3;
	case LULL_BORROWED:
		return 4;
	case LULL_DERIVED:
		return 5;
	case LULL_TRANSCRIBED:
		return 6;
	case LULL_VERIFIED:
		return 7;
	case LULL_MARK_NONE:
		break;
	}
	return 8;
}

enum lull_mark lull_weaker_mark(enum lull_mark a, enum lull_mark b)
{
	return trust_of(a) <= trust_of(b) ? a : b;
}

int lull_care__bind(const struct lull_files *files, const char *path, const struct lull_schema *schema,
		    struct lull_arena *arena, void *out, struct lull_diags *diags)
{
	const struct lull_file *file = lull_files_get(files, path);
	struct lull_doc doc = { 0 };

	if (!file) {
		lull_diags_addf(diags, LULL_ERROR, path, 0, 0, "the file", "the knowledge folder is not whole",
				"no such knowledge file");
		return LULL_EPARSE;
	}
	const int rc = lull_yaml_read(file->bytes, file->n_bytes, path, arena, &doc, diags);
	return rc == LULL_OK ? lull_schema_bind(&doc, schema, arena, out, diags) : rc;
}
