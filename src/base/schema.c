/* Binding a node tree to a struct by its table; see schema.h. One pass over the children of
 * each map fills fields and finds unknown keys, one pass over the table finds missing ones. */
#include "lull/base/schema.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "lull/base/date.h"
#include "lull/base/parse.h"
#include "lull/base/text.h"

const char *const lull_mark_names[] = { "none",       "verified", "transcribed", "derived", "borrowed",
					"calibrated", "proposed", "recalled",    NULL };
const char *const lull_answer_names[] = { "absent", "unknown", "no", "yes", NULL };

enum { EXCERPT_MAX = 200, NAME_MAX_LENGTH = 64, EXPECTED_MAX = 400, MAX_NESTED = 64 };

/* ---- places -------------------------------------------------------------------------- */

/* "$.attacks[3].pain"; returns the bytes of the whole path, which may be more than fit. */
static size_t put_path(const struct lull_node *node, char *out, size_t size)
{
	if (!node->up)
		return lull_text_format(out, size, "$");
	const size_t n = put_path(node->up, out, size);
	if (n >= size)
		return n;
	if (node->key)
		return n + lull_text_format(out + n, size - n, ".%s", node->key);
	size_t i = 0;
	for (const struct lull_node *child = node->up->first; child && child != node; child = child->next)
		i++;
	return n + lull_text_format(out + n, size - n, "[%zu]", i);
}

/* The text of a line, cut; NULL when there is none. */
static const char *excerpt_of(const struct lull_doc *doc, int line, char out[EXCERPT_MAX])
{
	if (!doc->bytes || line <= 0)
		return NULL;
	const char *p = doc->bytes, *end = doc->bytes + doc->n_bytes;
	for (int i = 1; i < line; i++) {
		p = memchr(p, '\n', (size_t)(end - p));
		if (!p)
			return NULL;
		p++;
	}
	const char *stop = memchr(p, '\n', (size_t)(end - p));
	size_t n = (size_t)((stop ? stop : end) - p);
	if (n && p[n - 1] == '\r')
		n--;
	lull_text_format(out, EXCERPT_MAX, "%.*s", (int)(n < EXCERPT_MAX ? n : EXCERPT_MAX), p);
	return out;
}

void lull_node_diag(struct lull_diags *diags, const struct lull_doc *doc, const struct lull_node *node,
		    enum lull_severity severity, const char *expected, const char *hint, const char *fmt, ...)
{
	if (!diags)
		return;
	char found[512], path[256], excerpt[EXCERPT_MAX];
	struct lull_diag d = { .severity = severity, .file = doc->file, .expected = expected, .hint = hint };
	if (diags->n_items < LULL_DIAGS_KEPT) { /* further ones are only counted */
		va_list ap;
		va_start(ap, fmt);
		lull_text_vformat(found, sizeof(found), fmt, ap);
		va_end(ap);
		d.found = found;
		if (node && (node->up || node == doc->root)) {
			put_path(node, path, sizeof(path));
			d.path = path;
		}
		if (node) {
			d.line = node->line;
			d.col = node->col;
			d.excerpt = excerpt_of(doc, node->line, excerpt);
		}
	}
	lull_diags_add(diags, &d);
}

/* ---- near names ---------------------------------------------------------------------- */

/* Edits (insert, delete, replace, swap of neighbours) that turn a into b, letter case ignored. */
static size_t distance(const char *a, size_t n, const char *b, size_t m)
{
	size_t rows[3][NAME_MAX_LENGTH + 1];
	size_t *before = rows[0], *last = rows[1], *row = rows[2];
	for (size_t j = 0; j <= m; j++)
		last[j] = j;
	memset(rows[0], 0, sizeof(rows[0]));
	for (size_t i = 1; i <= n; i++) {
		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			const char x[2] = { a[i - 1] }, y[2] = { b[j - 1] };
			const size_t replace = last[j - 1] + (lull_text_casecmp(x, y) != 0);
			size_t least = last[j] + 1 < row[j - 1] + 1 ? last[j] + 1 : row[j - 1] + 1;
			least = replace < least ? replace : least;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < least)
				least = before[j - 2] + 1;
			row[j] = least;
		}
		size_t *free_row = before;
		before = last;
		last = row;
		row = free_row;
	}
	return last[m];
}

/* Keeps name as *best when it is nearer than what is there and near enough. */
static void try_name(const char *text, const char *name, const char **best, size_t *best_distance)
{
	const size_t n = strlen(text), m = strlen(name);
	if (!n || !m || n > NAME_MAX_LENGTH || m > NAME_MAX_LENGTH)
		return;
	const size_t allowed = (n > m ? n : m) / 3 + 1, d = distance(text, n, name, m);
	if (d <= allowed && d < n && (!*best || d < *best_distance)) {
		*best = name;
		*best_distance = d;
	}
}

const char *lull_nearest_name(const char *text, const char *const *names)
{
	const char *best = NULL;
	size_t best_distance = 0;
	for (size_t i = 0; names[i]; i++)
		try_name(text, names[i], &best, &best_distance);
	return best;
}

static const char *nearest_key(const char *text, const struct lull_field *fields)
{
	const char *best = NULL;
	size_t best_distance = 0;
	for (const struct lull_field *f = fields; f->key; f++)
		try_name(text, f->key, &best, &best_distance);
	return best;
}

/* ---- values -------------------------------------------------------------------------- */

struct binder {
	const struct lull_doc *doc;
	struct lull_arena *arena;
	struct lull_diags *diags;
	bool is_out_of_memory;
};

static void bind_struct(struct binder *b, const struct lull_node *node, const struct lull_schema *schema,
			const struct lull_field *skip, char *out);

/* What stands at a node, in words, for "found ...". */
static const char *describe(const struct lull_node *node, char out[128])
{
	switch (node->kind) {
	case LULL_NODE_NULL:
		return "nothing";
	case LULL_NODE_LIST:
		return "a list";
	case LULL_NODE_MAP:
		return "a map";
	case LULL_NODE_SCALAR:
		break;
	}
	lull_text_format(out, 128, "%s'%.80s'", node->quoted ? "the quoted text " : "", node->text);
	return out;
}

static void wrong(struct binder *b, const struct lull_node *node, const char *expected, const char *hint)
{
	char text[128];
	lull_node_diag(b->diags, b->doc, node, LULL_ERROR, expected, hint, "%s", describe(node, text));
}

static bool has_range(const struct lull_field *f)
{
	return f->min != 0 || f->max != 0;
}

/* "a number from 20 to 400 kg". */
static void expect_number(const struct lull_field *f, const char *noun, char out[EXPECTED_MAX])
{
	char low[64], high[64];
	if (has_range(f))
		lull_text_format(out, EXPECTED_MAX, "%s from %s to %s%s%s", noun,
				 lull_num_text(low, sizeof(low), f->min, 12),
				 lull_num_text(high, sizeof(high), f->max, 12), f->unit ? " " : "",
				 f->unit ? f->unit : "");
	else
		lull_text_format(out, EXPECTED_MAX, "%s%s%s", noun, f->unit ? " in " : "",
				 f->unit ? f->unit : "");
}

/* How to mend a number in quotes: they hide a second slip, a decimal comma or a unit. */
static const char *mend_quoted(const struct lull_node *node)
{
	double value;
	if (lull_parse_double(node->text, node->n_text, '.', NULL, NULL, &value, NULL) == LULL_OK)
		return "remove the quotes";
	if (lull_parse_double(node->text, node->n_text, ',', NULL, NULL, &value, NULL) == LULL_OK)
		return "remove the quotes and write a decimal point, as in 68.5";
	return "write the number alone, without quotes; leave the key out when it is not known";
}

/* True for a plain scalar; says what is wrong otherwise. */
static bool is_plain(struct binder *b, const struct lull_node *node, const char *expected)
{
	if (node->kind == LULL_NODE_SCALAR && !node->quoted)
		return true;
	wrong(b, node, expected, node->kind == LULL_NODE_SCALAR ? mend_quoted(node) : NULL);
	return false;
}

static bool read_number(struct binder *b, const struct lull_node *node, const struct lull_field *f,
			double *out)
{
	char expected[EXPECTED_MAX];
	struct lull_err err = { 0 };
	const struct lull_range range = { f->min, f->max, f->unit };
	expect_number(f, "a number", expected);
	if (!is_plain(b, node, expected))
		return false;
	if (lull_parse_double(node->text, node->n_text, '.', has_range(f) ? &range : NULL, f->key, out,
			      &err) == LULL_OK)
		return true;
	wrong(b, node, expected, err.mend[0] ? err.mend : NULL);
	return false;
}

static bool read_int(struct binder *b, const struct lull_node *node, const struct lull_field *f, int32_t *out)
{
	char expected[EXPECTED_MAX];
	struct lull_err err = { 0 };
	int64_t value = 0;
	const int64_t min = has_range(f) ? (int64_t)f->min : INT32_MIN,
		      max = has_range(f) ? (int64_t)f->max : INT32_MAX;
	expect_number(f, "a whole number", expected);
	if (!is_plain(b, node, expected))
		return false;
	if (lull_parse_int(node->text, node->n_text, min, max, f->key, &value, &err) != LULL_OK) {
		wrong(b, node, expected, err.mend[0] ? err.mend : NULL);
		return false;
	}
	*out = (int32_t)value;
	return true;
}

static const char *read_text(struct binder *b, const struct lull_node *node)
{
	if (node->kind != LULL_NODE_SCALAR || !node->n_text) {
		wrong(b, node, "a text", NULL);
		return NULL;
	}
	if (b->doc->is_typed && !node->quoted) {
		wrong(b, node, "a text", "put it in double quotes");
		return NULL;
	}
	return node->text;
}

/* "one of a, b, c", cut with "..." when there are too many. */
static void expect_names(const char *const *names, char out[EXPECTED_MAX])
{
	size_t at = lull_text_format(out, EXPECTED_MAX, "%s", names[0] && names[1] ? "one of " : "");
	for (size_t i = 0; names[i]; i++) {
		if (at + strlen(names[i]) + 8 > EXPECTED_MAX) {
			lull_text_format(out + at, EXPECTED_MAX - at, ", ...");
			return;
		}
		at += lull_text_format(out + at, EXPECTED_MAX - at, "%s%s", i ? ", " : "", names[i]);
	}
}

/* Index of the scalar in names (from index first on), or -1 after saying what is wrong. */
static int read_name(struct binder *b, const struct lull_node *node, const char *const *names, int first)
{
	char expected[EXPECTED_MAX], hint[128];
	if (node->kind == LULL_NODE_SCALAR && (node->quoted || !b->doc->is_typed))
		for (int i = first; names[i]; i++)
			if (strcmp(names[i], node->text) == 0)
				return i;
	expect_names(names + first, expected);
	const char *near =
		node->kind == LULL_NODE_SCALAR ? lull_nearest_name(node->text, names + first) : NULL;
	if (near)
		lull_text_format(hint, sizeof(hint), "did you mean '%s'?", near);
	wrong(b, node, expected, near ? hint : NULL);
	return -1;
}

static bool read_bool(struct binder *b, const struct lull_node *node, bool *out)
{
	if (node->kind != LULL_NODE_SCALAR || node->quoted ||
	    (strcmp(node->text, "true") != 0 && strcmp(node->text, "false") != 0)) {
		wrong(b, node, "true or false",
		      node->kind == LULL_NODE_SCALAR && node->quoted ? "remove the quotes" : NULL);
		return false;
	}
	*out = node->text[0] == 't';
	return true;
}

static bool read_day(struct binder *b, const struct lull_node *node, lull_day *out)
{
	struct lull_err err = { 0 };
	if (node->kind != LULL_NODE_SCALAR) {
		wrong(b, node, "a date such as 2026-11-22", NULL);
		return false;
	}
	if (lull_day_parse(node->text, node->n_text, NULL, out, &err) == LULL_OK)
		return true;
	wrong(b, node, "a date such as 2026-11-22", err.mend);
	return false;
}

/* ---- lists --------------------------------------------------------------------------- */

static bool is_kind(struct binder *b, const struct lull_node *node, enum lull_node_kind kind,
		    const char *expected)
{
	if (node->kind == kind)
		return true;
	wrong(b, node, expected,
	      kind == LULL_NODE_LIST && node->kind == LULL_NODE_SCALAR
		      ? "write it as [a, b], or one item a line after '- '"
		      : NULL);
	return false;
}

/* Room for n items; NULL for none or when memory ends. */
static void *make_items(struct binder *b, size_t n, size_t size)
{
	void *items = n ? lull_arena_zalloc(b->arena, n, size) : NULL;
	if (n && !items)
		b->is_out_of_memory = true;
	return items;
}

/* Stores a list: pointer at offset, count at count_offset. memcpy, because the pointer's
 * type in the struct is the caller's. */
static void store_list(const struct lull_field *f, char *out, const void *items, size_t n)
{
	memcpy(out + f->offset, &items, sizeof(items));
	memcpy(out + f->count_offset, &n, sizeof(n));
}

static void bind_flags(struct binder *b, const struct lull_node *node, const struct lull_field *f, char *out)
{
	uint64_t bits = 0;
	if (!is_kind(b, node, LULL_NODE_LIST, "a list of names"))
		return;
	for (const struct lull_node *item = node->first; item; item = item->next) {
		const int i = read_name(b, item, f->names, 0);
		if (i < 0)
			continue;
		assert(i < 64);
		if (bits >> i & 1)
			wrong(b, item, "each name once", NULL);
		bits |= (uint64_t)1 << i;
	}
	memcpy(out + f->offset, &bits, sizeof(bits));
}

static void bind_texts(struct binder *b, const struct lull_node *node, const struct lull_field *f, char *out)
{
	if (!is_kind(b, node, LULL_NODE_LIST, "a list of texts"))
		return;
	const char **items = make_items(b, node->n_children, sizeof(*items));
	size_t n = 0;
	for (const struct lull_node *item = node->first; item && items; item = item->next)
		items[n++] = read_text(b, item);
	store_list(f, out, items, n);
}

static void bind_numbers(struct binder *b, const struct lull_node *node, const struct lull_field *f,
			 char *out)
{
	if (!is_kind(b, node, LULL_NODE_LIST, "a list of numbers"))
		return;
	double *items = make_items(b, node->n_children, sizeof(*items));
	size_t n = 0;
	for (const struct lull_node *item = node->first; item && items; item = item->next, n++)
		read_number(b, item, f, &items[n]);
	store_list(f, out, items, n);
}

static void bind_list(struct binder *b, const struct lull_node *node, const struct lull_field *f, char *out)
{
	if (!is_kind(b, node, LULL_NODE_LIST, "a list"))
		return;
	char *items = make_items(b, node->n_children, f->sub->size);
	size_t n = 0;
	for (const struct lull_node *item = node->first; item && items; item = item->next, n++)
		bind_struct(b, item, f->sub, NULL, items + n * f->sub->size);
	store_list(f, out, items, n);
}

static void bind_keyed(struct binder *b, const struct lull_node *node, const struct lull_field *f, char *out)
{
	const struct lull_field *name = f->sub->fields;
	while (name->key && name->type != LULL_F_TEXT)
		name++;
	assert(name->key);
	if (!is_kind(b, node, LULL_NODE_MAP, "a map from names to maps"))
		return;
	char *items = make_items(b, node->n_children, f->sub->size);
	size_t n = 0;
	for (const struct lull_node *item = node->first; item && items; item = item->next, n++) {
		char *object = items + n * f->sub->size;
		bind_struct(b, item, f->sub, name, object);
		memcpy(object + name->offset, &item->key, sizeof(item->key));
	}
	store_list(f, out, items, n);
}

/* ---- structs ------------------------------------------------------------------------- */

/* Values that mean "absent" where zero does not. */
static void set_absent(const struct lull_schema *schema, char *out)
{
	for (const struct lull_field *f = schema->fields; f->key; f++) {
		const double no_number = NAN;
		const lull_day no_day = LULL_DAY_NONE;
		const int32_t absent = f->absent_int;
		if (f->type == LULL_F_NUMBER)
			memcpy(out + f->offset, &no_number, sizeof(no_number));
		else if (f->type == LULL_F_INT || f->type == LULL_F_ENUM)
			memcpy(out + f->offset, &absent, sizeof(absent));
		else if (f->type == LULL_F_DAY)
			memcpy(out + f->offset, &no_day, sizeof(no_day));
		else if (f->type == LULL_F_OBJECT)
			set_absent(f->sub, out + f->offset);
	}
}

static void bind_field(struct binder *b, const struct lull_node *node, const struct lull_field *f, char *out)
{
	char *at = out + f->offset;
	int i;
	switch (f->type) {
	case LULL_F_TEXT: {
		const char *text = read_text(b, node);
		memcpy(at, &text, sizeof(text));
		break;
	}
	case LULL_F_NUMBER:
		read_number(b, node, f, (double *)(void *)at);
		break;
	case LULL_F_INT:
		read_int(b, node, f, (int32_t *)(void *)at);
		break;
	case LULL_F_BOOL:
		read_bool(b, node, (bool *)(void *)at);
		break;
	case LULL_F_ANSWER:
		i = read_name(b, node, lull_answer_names, LULL_UNKNOWN);
		if (i >= 0) {
			const enum lull_answer answer = (enum lull_answer)i;
			memcpy(at, &answer, sizeof(answer));
		}
		break;
	case LULL_F_ENUM:
		i = read_name(b, node, f->names, 0);
		if (i >= 0)
			memcpy(at, &i, sizeof(i));
		break;
	case LULL_F_FLAGS:
		bind_flags(b, node, f, out);
		break;
	case LULL_F_DAY:
		read_day(b, node, (lull_day *)(void *)at);
		break;
	case LULL_F_OBJECT:
		bind_struct(b, node, f->sub, NULL, at);
		break;
	case LULL_F_LIST:
		bind_list(b, node, f, out);
		break;
	case LULL_F_TEXTS:
		bind_texts(b, node, f, out);
		break;
	case LULL_F_NUMBERS:
		bind_numbers(b, node, f, out);
		break;
	case LULL_F_KEYED:
		bind_keyed(b, node, f, out);
		break;
	case LULL_F_NODE:
		memcpy(at, &node, sizeof(node));
		break;
	}
}

static const struct lull_field *field_named(const struct lull_schema *schema, const char *key)
{
	for (const struct lull_field *f = schema->fields; f->key; f++)
		if (strcmp(f->key, key) == 0)
			return f;
	return NULL;
}

static void refuse_key(struct binder *b, const struct lull_node *child, const struct lull_schema *schema)
{
	char hint[128], expected[128];
	struct lull_node at = *child; /* the caret belongs under the key, not its value */
	const char *near = nearest_key(child->key, schema->fields);
	if (near)
		lull_text_format(hint, sizeof(hint), "did you mean '%s'?", near);
	lull_text_format(expected, sizeof(expected), "a key of %s", schema->name);
	if (child->key_line > 0) {
		at.line = child->key_line;
		at.col = child->key_col;
		lull_node_diag(b->diags, b->doc, &at, LULL_ERROR, expected, near ? hint : NULL,
			       "the unknown key '%.80s'", child->key);
		return;
	}
	lull_node_diag(b->diags, b->doc, child, LULL_ERROR, expected, near ? hint : NULL,
		       "the unknown key '%.80s'", child->key);
}

/* schema_version of a top-level document. */
static void check_version(struct binder *b, const struct lull_node *root, const struct lull_schema *schema)
{
	const struct lull_node *node = lull_node_get(root, "schema_version");
	char expected[64];
	int64_t version = 0;
	lull_text_format(expected, sizeof(expected), "schema_version: %d", schema->version);
	if (!node) {
		lull_node_diag(b->diags, b->doc, root, LULL_ERROR, expected, NULL, "no schema_version");
		return;
	}
	if (node->kind != LULL_NODE_SCALAR || node->quoted ||
	    lull_parse_int(node->text, node->n_text, schema->version, schema->version, NULL, &version, NULL))
		wrong(b, node, expected, "this program reads that version of the file only");
}

/* Is this the document's own version key, not a field? */
static bool is_version_key(const struct binder *b, const struct lull_node *node,
			   const struct lull_schema *schema, const char *key)
{
	return node == b->doc->root && schema->version > 0 && strcmp(key, "schema_version") == 0;
}

/* skip: the field that a map's key fills, never written inside (LULL_F_KEYED). */
static void bind_struct(struct binder *b, const struct lull_node *node, const struct lull_schema *schema,
			const struct lull_field *skip, char *out)
{
	char expected[128];
	const size_t errors_before = b->diags->n_errors;
	set_absent(schema, out);
	if (node->kind != LULL_NODE_MAP) {
		lull_text_format(expected, sizeof(expected), "a map (%s)", schema->name);
		wrong(b, node, expected, NULL);
		return;
	}
	if (node == b->doc->root && schema->version > 0)
		check_version(b, node, schema);
	for (const struct lull_node *child = node->first; child; child = child->next) {
		const struct lull_field *f = field_named(schema, child->key);
		if (is_version_key(b, node, schema, child->key))
			continue;
		if (!f || f == skip) {
			refuse_key(b, child, schema);
			continue;
		}
		if (child->kind == LULL_NODE_NULL && !f->required)
			continue;
		bind_field(b, child, f, out);
		if (f->present_offset)
			*(bool *)(void *)(out + f->present_offset) = true;
	}
	for (const struct lull_field *f = schema->fields; f->key; f++)
		if (f->required && f != skip && !lull_node_get(node, f->key))
			lull_node_diag(b->diags, b->doc, node, LULL_ERROR, NULL, f->what,
				       "the key '%s' of %s is missing", f->key, schema->name);
	if (schema->check && b->diags->n_errors == errors_before && !b->is_out_of_memory)
		schema->check(out, node, b->doc, b->diags);
}

int lull_schema_bind(const struct lull_doc *doc, const struct lull_schema *schema, struct lull_arena *arena,
		     void *out, struct lull_diags *diags)
{
	struct lull_diags own;
	if (!diags) {
		lull_diags_init(&own, arena);
		diags = &own;
	}
	const size_t errors_before = diags->n_errors;
	struct binder b = { .doc = doc, .arena = arena, .diags = diags };
	memset(out, 0, schema->size);
	if (!doc->root)
		return LULL_EPARSE; /* it could not be read, and the reader said why */
	bind_struct(&b, doc->root, schema, NULL, out);
	if (b.is_out_of_memory || diags->out_of_memory)
		return LULL_ENOMEM;
	return diags->n_errors > errors_before ? LULL_EPARSE : LULL_OK;
}
