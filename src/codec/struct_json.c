/* Structs to JSON by their schema tables: the mirror of base/schema's binding. */
#include "lull/codec/json.h"

#include <string.h>

#include "lull/base/date.h"
#include "lull/base/parse.h"

/* The field of an object, by its table row. */
#define VALUE(type, object, field) (*(type const *)(const void *)((const char *)(object) + (field)->offset))

static size_t count_of(const void *object, const struct lull_field *f)
{
	return *(const size_t *)(const void *)((const char *)object + f->count_offset);
}

static bool is_struct_empty(const struct lull_schema *schema, const void *object);

/* True when leaving the field out reads back as the same value. */
static bool is_absent(const struct lull_field *f, const void *object)
{
	if (f->present_offset)
		return !*((const bool *)object + f->present_offset);
	switch (f->type) {
	case LULL_F_TEXT:
		return !VALUE(const char *, object, f);
	case LULL_F_NUMBER: {
		const double value = VALUE(double, object, f);
		return value != value;
	}
	case LULL_F_INT:
		return VALUE(int32_t, object, f) == f->absent_int;
	case LULL_F_ENUM:
		return VALUE(int, object, f) == f->absent_int;
	case LULL_F_BOOL:
		return false; /* a plain false says more than silence */
	case LULL_F_ANSWER:
		return VALUE(enum lull_answer, object, f) == LULL_ABSENT;
	case LULL_F_FLAGS:
		return VALUE(uint64_t, object, f) == 0;
	case LULL_F_DAY:
		return VALUE(lull_day, object, f) == LULL_DAY_NONE;
	case LULL_F_OBJECT:
		return is_struct_empty(f->sub, (const char *)object + f->offset);
	case LULL_F_LIST:
	case LULL_F_TEXTS:
	case LULL_F_NUMBERS:
	case LULL_F_KEYED:
		return count_of(object, f) == 0;
	case LULL_F_NODE:
		return !VALUE(const struct lull_node *, object, f);
	}
	return false;
}

static bool is_struct_empty(const struct lull_schema *schema, const void *object)
{
	for (const struct lull_field *f = schema->fields; f->key; f++)
		if (!is_absent(f, object))
			return false;
	return true;
}

/* ---- a kept node --------------------------------------------------------------------- */

/* JSON's number grammar is narrower than ours: no plus, no leading zeros. */
static bool is_json_number(const char *text)
{
	double value;
	const char *digits = text + (*text == '-');
	if (lull_parse_double(text, strlen(text), '.', NULL, NULL, &value, NULL) != LULL_OK)
		return false;
	return *text != '+' && !(digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9');
}

static void put_scalar(struct lull_json *json, const char *key, const struct lull_node *node)
{
	double value;
	if (!node->quoted && (strcmp(node->text, "true") == 0 || strcmp(node->text, "false") == 0))
		lull_json_bool(json, key, node->text[0] == 't');
	else if (!node->quoted && is_json_number(node->text) &&
		 lull_parse_double(node->text, node->n_text, '.', NULL, NULL, &value, NULL) == LULL_OK)
		lull_json_num(json, key, value);
	else
		lull_json_text(json, key, node->text);
}

/* Depth is bounded by the readers (LULL_YAML_MAX_DEPTH, LULL_JSON_MAX_DEPTH). */
static void put_node(struct lull_json *json, const char *key, const struct lull_node *node)
{
	const bool is_map = node->kind == LULL_NODE_MAP;
	switch (node->kind) {
	case LULL_NODE_NULL:
		lull_json_null(json, key);
		return;
	case LULL_NODE_SCALAR:
		put_scalar(json, key, node);
		return;
	case LULL_NODE_LIST:
	case LULL_NODE_MAP:
		break;
	}
	lull_json_open(json, key, is_map ? '{' : '[');
	for (const struct lull_node *child = node->first; child; child = child->next)
		put_node(json, child->key, child);
	lull_json_close(json, is_map ? '}' : ']');
}

/* ---- fields -------------------------------------------------------------------------- */

static void put_struct(struct lull_json *json, const char *key, const struct lull_schema *schema,
		       const struct lull_field *skip, const void *object);

static const struct lull_field *name_field(const struct lull_schema *schema)
{
	const struct lull_field *f = schema->fields;
	while (f->key && f->type != LULL_F_TEXT)
		f++;
	return f;
}

static void put_list(struct lull_json *json, const struct lull_field *f, const void *object)
{
	const bool is_keyed = f->type == LULL_F_KEYED;
	const struct lull_field *name = is_keyed ? name_field(f->sub) : NULL;
	const char *items = VALUE(const char *, object, f);
	lull_json_open(json, f->key, is_keyed ? '{' : '[');
	for (size_t i = 0; i < count_of(object, f); i++) {
		const char *item = items + i * f->sub->size;
		put_struct(json, name ? VALUE(const char *, item, name) : NULL, f->sub, name, item);
	}
	lull_json_close(json, is_keyed ? '}' : ']');
}

static void put_plain_list(struct lull_json *json, const struct lull_field *f, const void *object)
{
	lull_json_open(json, f->key, '[');
	for (size_t i = 0; i < count_of(object, f); i++) {
		if (f->type == LULL_F_TEXTS)
			lull_json_text(json, NULL, VALUE(const char *const *, object, f)[i]);
		else
			lull_json_num(json, NULL, VALUE(const double *, object, f)[i]);
	}
	lull_json_close(json, ']');
}

static void put_flags(struct lull_json *json, const struct lull_field *f, const void *object)
{
	const uint64_t bits = VALUE(uint64_t, object, f);
	lull_json_open(json, f->key, '[');
	for (int i = 0; i < 64 && f->names[i]; i++)
		if (bits >> i & 1)
			lull_json_text(json, NULL, f->names[i]);
	lull_json_close(json, ']');
}

static void put_day(struct lull_json *json, const char *key, lull_day day)
{
	char text[LULL_DAY_TEXT];
	lull_json_text(json, key, day == LULL_DAY_NONE ? NULL : lull_day_text(text, day));
}

static void put_field(struct lull_json *json, const struct lull_field *f, const void *object)
{
	switch (f->type) {
	case LULL_F_TEXT:
		lull_json_text(json, f->key, VALUE(const char *, object, f));
		break;
	case LULL_F_NUMBER:
		lull_json_num(json, f->key, VALUE(double, object, f));
		break;
	case LULL_F_INT:
		lull_json_int(json, f->key, VALUE(int32_t, object, f));
		break;
	case LULL_F_BOOL:
		lull_json_bool(json, f->key, VALUE(bool, object, f));
		break;
	case LULL_F_ANSWER:
		lull_json_text(json, f->key, lull_answer_names[VALUE(enum lull_answer, object, f)]);
		break;
	case LULL_F_ENUM:
		lull_json_text(json, f->key, f->names[VALUE(int, object, f)]);
		break;
	case LULL_F_FLAGS:
		put_flags(json, f, object);
		break;
	case LULL_F_DAY:
		put_day(json, f->key, VALUE(lull_day, object, f));
		break;
	case LULL_F_OBJECT:
		put_struct(json, f->key, f->sub, NULL, (const char *)object + f->offset);
		break;
	case LULL_F_LIST:
	case LULL_F_KEYED:
		put_list(json, f, object);
		break;
	case LULL_F_TEXTS:
	case LULL_F_NUMBERS:
		put_plain_list(json, f, object);
		break;
	case LULL_F_NODE:
		put_node(json, f->key, VALUE(const struct lull_node *, object, f));
		break;
	}
}

/* skip: the field that stands as the map's key instead (LULL_F_KEYED). */
static void put_struct(struct lull_json *json, const char *key, const struct lull_schema *schema,
		       const struct lull_field *skip, const void *object)
{
	const bool is_document = json->depth == 0 && schema->version > 0;
	lull_json_open(json, key, '{');
	if (is_document)
		lull_json_int(json, "schema_version", schema->version);
	for (const struct lull_field *f = schema->fields; f->key; f++)
		if (f != skip && (f->required || !is_absent(f, object)))
			put_field(json, f, object);
	lull_json_close(json, '}');
}

void lull_json_struct(struct lull_json *json, const char *key, const struct lull_schema *schema,
		      const void *object)
{
	put_struct(json, key, schema, NULL, object);
}
