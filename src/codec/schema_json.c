/* A schema table as JSON Schema 2020-12: what base/schema accepts, for other programs. */
#include "lull/codec/json.h"

#include <string.h>

enum { MAX_DEFS = 128 };

/* Inner schemas met so far; each is described once in $defs. */
struct defs {
	const struct lull_schema *items[MAX_DEFS];
	size_t n;
};

/* False when it cannot be named: too many, or another schema of that name. */
static bool add_def(struct defs *defs, const struct lull_schema *schema)
{
	for (size_t i = 0; i < defs->n; i++)
		if (defs->items[i] == schema || strcmp(defs->items[i]->name, schema->name) == 0)
			return defs->items[i] == schema;
	if (defs->n == MAX_DEFS)
		return false;
	defs->items[defs->n++] = schema;
	return true;
}

static void put_struct_rules(struct lull_json *json, const struct lull_schema *schema,
			     const struct lull_field *skip, bool is_document, struct defs *defs);

/* Either a reference into $defs, or the rules in place. */
static void put_sub(struct lull_json *json, const char *key, const struct lull_field *f, struct defs *defs)
{
	const struct lull_field *skip = NULL;
	if (f->type == LULL_F_KEYED) /* the name stands outside: these rules hold here only */
		for (skip = f->sub->fields; skip->key && skip->type != LULL_F_TEXT; skip++)
			;
	lull_json_open(json, key, '{');
	if (!skip && add_def(defs, f->sub)) {
		struct lull_buf ref = { 0 };
		lull_buf_printf(&ref, "#/$defs/%s", f->sub->name);
		lull_json_text(json, "$ref", lull_buf_text(&ref));
		json->out->failed |= ref.failed;
		lull_buf_clear(&ref);
	} else {
		put_struct_rules(json, f->sub, skip, false, defs);
	}
	lull_json_close(json, '}');
}

static void put_range(struct lull_json *json, const struct lull_field *f)
{
	if (f->min == 0 && f->max == 0)
		return;
	lull_json_num(json, "minimum", f->min);
	lull_json_num(json, "maximum", f->max);
}

static void put_names(struct lull_json *json, const char *const *names)
{
	lull_json_open(json, "enum", '[');
	for (size_t i = 0; names[i]; i++)
		lull_json_text(json, NULL, names[i]);
	lull_json_close(json, ']');
}

/* "items": {type and rules of one item}. */
static void open_items(struct lull_json *json, const char *type)
{
	lull_json_text(json, "type", "array");
	lull_json_open(json, "items", '{');
	lull_json_text(json, "type", type);
}

static void put_type(struct lull_json *json, const struct lull_field *f, struct defs *defs)
{
	switch (f->type) {
	case LULL_F_TEXT:
		lull_json_text(json, "type", "string");
		lull_json_int(json, "minLength", 1);
		break;
	case LULL_F_NUMBER:
	case LULL_F_INT:
		lull_json_text(json, "type", f->type == LULL_F_INT ? "integer" : "number");
		put_range(json, f);
		break;
	case LULL_F_BOOL:
		lull_json_text(json, "type", "boolean");
		break;
	case LULL_F_ANSWER:
		put_names(json, lull_answer_names + LULL_UNKNOWN);
		break;
	case LULL_F_ENUM:
		put_names(json, f->names);
		break;
	case LULL_F_DAY:
		lull_json_text(json, "type", "string");
		lull_json_text(json, "format", "date");
		break;
	case LULL_F_FLAGS:
		open_items(json, "string");
		put_names(json, f->names);
		lull_json_close(json, '}');
		lull_json_bool(json, "uniqueItems", true);
		break;
	case LULL_F_TEXTS:
		open_items(json, "string");
		lull_json_int(json, "minLength", 1);
		lull_json_close(json, '}');
		break;
	case LULL_F_NUMBERS:
		open_items(json, "number");
		put_range(json, f);
		lull_json_close(json, '}');
		break;
	case LULL_F_LIST:
		lull_json_text(json, "type", "array");
		put_sub(json, "items", f, defs);
		break;
	case LULL_F_KEYED:
		lull_json_text(json, "type", "object");
		put_sub(json, "additionalProperties", f, defs);
		break;
	case LULL_F_OBJECT:
	case LULL_F_NODE:
		break; /* a reference, or anything */
	}
}

static void put_property(struct lull_json *json, const struct lull_field *f, struct defs *defs)
{
	if (f->type == LULL_F_OBJECT) {
		put_sub(json, f->key, f, defs);
		return;
	}
	lull_json_open(json, f->key, '{');
	put_type(json, f, defs);
	if (f->what)
		lull_json_text(json, "description", f->what);
	if (f->unit)
		lull_json_text(json, "x-unit", f->unit);
	lull_json_close(json, '}');
}

static void put_version(struct lull_json *json, const struct lull_schema *schema)
{
	lull_json_open(json, "schema_version", '{');
	lull_json_int(json, "const", schema->version);
	lull_json_close(json, '}');
}

static void put_struct_rules(struct lull_json *json, const struct lull_schema *schema,
			     const struct lull_field *skip, bool is_document, struct defs *defs)
{
	lull_json_text(json, "type", "object");
	lull_json_open(json, "properties", '{');
	if (is_document && schema->version > 0)
		put_version(json, schema);
	for (const struct lull_field *f = schema->fields; f->key; f++)
		if (f != skip)
			put_property(json, f, defs);
	lull_json_close(json, '}');
	lull_json_open(json, "required", '[');
	if (is_document && schema->version > 0)
		lull_json_text(json, NULL, "schema_version");
	for (const struct lull_field *f = schema->fields; f->key; f++)
		if (f != skip && f->required)
			lull_json_text(json, NULL, f->key);
	lull_json_close(json, ']');
	lull_json_bool(json, "additionalProperties", false);
}

void lull_json_schema(const struct lull_schema *schema, struct lull_buf *out)
{
	struct lull_json json = { .out = out };
	struct defs defs = { .n = 0 };
	lull_json_open(&json, NULL, '{');
	lull_json_text(&json, "$schema", "https://json-schema.org/draft/2020-12/schema");
	lull_json_text(&json, "title", schema->name);
	put_struct_rules(&json, schema, NULL, true, &defs);
	if (defs.n) {
		lull_json_open(&json, "$defs", '{');
		for (size_t i = 0; i < defs.n; i++) { /* describing one may add more */
			lull_json_open(&json, defs.items[i]->name, '{');
			put_struct_rules(&json, defs.items[i], NULL, false, &defs);
			lull_json_close(&json, '}');
		}
		lull_json_close(&json, '}');
	}
	lull_json_close(&json, '}');
	lull_buf_putc(out, '\n');
}
