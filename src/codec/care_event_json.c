/* care_event_json.c - care events and snapshots by their tables, with older bodies lifted first. */
#include "lull/codec/care_event_json.h"

#include <string.h>

static int kind_of(const char *type)
{
	for (int k = 0; k < LULL_N_CHART_KINDS; k++)
		if (strcmp(lull_chart_kind_names[k], type) == 0)
			return k;
	return -1;
}

static int failed(const struct lull_diags *diags, int rc, struct lull_err *err)
{
	if (rc == LULL_ENOMEM || diags->out_of_memory)
		return lull_nomem(err);
	if (lull_diags_fail(diags, err) == LULL_OK)
		return lull_fail(err, rc, "$", "%s", lull_code_text(rc));
	/* People and problem+json need the path in the body. */
	for (size_t i = 0; err && i < diags->n_items; i++)
		if (diags->items[i].severity == LULL_ERROR && diags->items[i].path) {
			lull_text_format(err->where, sizeof(err->where), "%s", diags->items[i].path);
			break;
		}
	return rc;
}

static int lift(int kind, int version, const struct lull_care_upcaster *upcasters, size_t n,
		struct lull_arena *arena, struct lull_doc *doc, struct lull_err *err)
{
	for (; version < LULL_CARE_EVENT_VERSION; version++) {
		size_t i = 0;
		while (i < n && ((int)upcasters[i].kind != kind || upcasters[i].from != version))
			i++;
		if (i == n)
			return lull_fail(err, LULL_EUNSUPPORTED, "schema_version", "no upcaster for '%s' of version %d",
					 lull_chart_kind_names[kind], version);
		struct lull_node *lifted = LULL_ARENA_NEW(arena, struct lull_node, 1);
		if (!lifted)
			return lull_nomem(err);
		const int rc = upcasters[i].lift(doc->root, arena, lifted, err);
		if (rc != LULL_OK)
			return rc;
		doc->root = lifted;
	}
	return LULL_OK;
}

int lull_care_event_read(const char *type, int version, const char *bytes, size_t n,
			 const struct lull_care_upcaster *upcasters, size_t n_upcasters, struct lull_arena *arena,
			 struct lull_chart_event *event, struct lull_err *err)
{
	struct lull_diags diags;
	struct lull_doc doc;
	const int kind = kind_of(type);
	lull_diags_init(&diags, arena);
	if (kind < 0)
		return lull_fail(err, LULL_EUNSUPPORTED, "type", "no care event is called '%s'", type);
	if (version < 0 || version > LULL_CARE_EVENT_VERSION)
		return lull_fail(err, LULL_EUNSUPPORTED, "schema_version", "version %d; this program knows up to %d", version,
				 LULL_CARE_EVENT_VERSION);
	int rc = lull_json_read(bytes, n, type, arena, &doc, &diags);
	if (rc != LULL_OK)
		return failed(&diags, rc, err);
	/* Bodies start at version 1: there is nothing older of our own yet. */
	rc = lift(kind, version, upcasters, upcasters ? n_upcasters : 0, arena, &doc, err);
	if (rc != LULL_OK)
		return rc;
	const struct lull_schema *schema = lull_chart_body_schema((enum lull_chart_kind)kind);
	void *said = lull_arena_zalloc(arena, 1, schema->size);
	if (!said)
		return lull_nomem(err);
	rc = lull_schema_bind(&doc, schema, arena, said, &diags);
	if (rc != LULL_OK)
		return failed(&diags, rc, err);
	event->kind = (enum lull_chart_kind)kind;
	event->said = said;
	return LULL_OK;
}

void lull_care_event_write(enum lull_chart_kind kind, const void *said, struct lull_buf *out)
{
	struct lull_json json = { .out = out, .compact = true };
	lull_json_struct(&json, NULL, lull_chart_body_schema(kind), said);
}

void lull_chart_json_write(const struct lull_chart *chart, struct lull_buf *out)
{
	struct lull_json json = { .out = out, .compact = true };
	lull_json_struct(&json, NULL, &lull_chart_schema, chart);
}

int lull_chart_json_read(const char *bytes, size_t n, struct lull_arena *arena, struct lull_chart *out, struct lull_err *err)
{
	struct lull_diags diags;
	struct lull_doc doc;
	lull_diags_init(&diags, arena);
	int rc = lull_json_read(bytes, n, "snapshot", arena, &doc, &diags);
	if (rc != LULL_OK)
		return failed(&diags, rc, err);
	const struct lull_node *version = lull_node_get(doc.root, "schema_version");
	if (version && version->text && strcmp(version->text, "1") != 0)
		return lull_fail(err, LULL_EUNSUPPORTED, "schema_version", "a snapshot of fold version %s", version->text);
	rc = lull_schema_bind(&doc, &lull_chart_schema, arena, out, &diags);
	return rc == LULL_OK ? LULL_OK : failed(&diags, rc, err);
}
