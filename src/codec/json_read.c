/* JSON in: jansson reads, the tree becomes nodes; see json.h. The only file that includes jansson. */
#include "lull/codec/json.h"

#include <jansson.h>
#include <pthread.h>
#include <setjmp.h>
#include <string.h>

/* jansson 2.14 does not survive a refused allocation: its text buffer drops the byte it could not
 * store and goes on, to a shortened text or an assert. So while it reads, its memory comes from an
 * arena that is thrown away whole, and a refusal leaves jansson by longjmp instead of returning to
 * it. Outside of a read the hooks are the ordinary seam. */
static _Thread_local struct {
	struct lull_arena *arena;
	jmp_buf *refused;
} pool;

static void *seam_alloc(size_t n)
{
	if (!pool.arena)
		return lull_mem_alloc(n);
	void *p = lull_arena_zalloc(pool.arena, n, 1);
	if (!p)
		longjmp(*pool.refused, 1);
	return p;
}

static void seam_free(void *p)
{
	if (!pool.arena)
		lull_mem_free(p);
}

static void install_seam(void)
{
	json_set_alloc_funcs(seam_alloc, seam_free);
}

struct reader {
	struct lull_doc *doc;
	struct lull_arena *arena;
	struct lull_diags *diags;
	size_t n_nodes;
	int rc; /* LULL_ENOMEM or LULL_EPARSE once something went wrong */
};

static void complain(struct reader *r, const char *found)
{
	lull_diags_addf(r->diags, LULL_ERROR, r->doc->file, 0, 0, NULL, NULL, "%s", found);
	r->rc = LULL_EPARSE;
}

/* The scalar's text in the arena. */
static void set_text(struct reader *r, struct lull_node *node, const char *text, size_t n)
{
	node->kind = LULL_NODE_SCALAR;
	node->text = lull_arena_strndup(r->arena, text, n);
	node->n_text = n;
	if (!node->text)
		r->rc = LULL_ENOMEM;
}

static void set_number(struct reader *r, struct lull_node *node, const json_t *json)
{
	struct lull_buf buf = { 0 };
	if (json_is_integer(json))
		lull_buf_printf(&buf, "%lld", (long long)json_integer_value(json));
	else
		lull_buf_exact(&buf, json_real_value(json));
	if (lull_buf_status(&buf, NULL) != LULL_OK)
		r->rc = LULL_ENOMEM;
	else
		set_text(r, node, buf.data, buf.n);
	lull_buf_clear(&buf);
}

static struct lull_node *make_node(struct reader *r, const struct lull_node *up, const json_t *json,
				   const char *key, int depth);

/* Hangs a child to the end of a list or map; false when reading must stop. */
static bool hang(struct reader *r, struct lull_node *parent, struct lull_node ***tail, const json_t *json,
		 const char *key, int depth)
{
	struct lull_node *child = make_node(r, parent, json, key, depth);
	if (!child)
		return false;
	**tail = child;
	*tail = &child->next;
	parent->n_children++;
	return r->rc == LULL_OK;
}

static void add_children(struct reader *r, struct lull_node *node, const json_t *json, int depth)
{
	struct lull_node **tail = &node->first;
	if (depth == LULL_JSON_MAX_DEPTH) {
		complain(r, "lists and objects nested deeper than LULL_JSON_MAX_DEPTH");
		return;
	}
	if (json_is_array(json)) {
		node->kind = LULL_NODE_LIST;
		for (size_t i = 0; i < json_array_size(json); i++)
			if (!hang(r, node, &tail, json_array_get(json, i), NULL, depth + 1))
				return;
		return;
	}
	node->kind = LULL_NODE_MAP;
	json_t *object = (json_t *)(uintptr_t)json; /* the iterator wants it without const */
	for (void *it = json_object_iter(object); it; it = json_object_iter_next(object, it))
		if (!hang(r, node, &tail, json_object_iter_value(it), json_object_iter_key(it), depth + 1))
			return;
}

/* NULL when reading must stop (r->rc says why). */
static struct lull_node *make_node(struct reader *r, const struct lull_node *up, const json_t *json,
				   const char *key, int depth)
{
	if (++r->n_nodes > LULL_JSON_MAX_NODES) {
		complain(r, "more values than LULL_JSON_MAX_NODES");
		return NULL;
	}
	struct lull_node *node = LULL_ARENA_NEW(r->arena, struct lull_node, 1);
	if (!node || (key && !(node->key = lull_arena_strdup(r->arena, key)))) {
		r->rc = LULL_ENOMEM;
		return NULL;
	}
	node->up = up;
	switch (json_typeof(json)) {
	case JSON_OBJECT:
	case JSON_ARRAY:
		add_children(r, node, json, depth);
		break;
	case JSON_STRING:
		node->quoted = true;
		set_text(r, node, json_string_value(json), json_string_length(json));
		break;
	case JSON_INTEGER:
	case JSON_REAL:
		set_number(r, node, json);
		break;
	case JSON_TRUE:
		set_text(r, node, "true", 4);
		break;
	case JSON_FALSE:
		set_text(r, node, "false", 5);
		break;
	case JSON_NULL:
		break;
	}
	return node;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Does the reader stand behind "68,5"? To JSON that is a 68, and a 5 in a place where none belongs. */
static bool is_behind_decimal_comma(const char *bytes, size_t at)
{
	const size_t end = at;
	while (at && is_digit(bytes[at - 1]))
		at--;
	return at < end && at >= 2 && bytes[at - 1] == ',' && is_digit(bytes[at - 2]);
}

/* The mend of what jansson calls a wrong token. */
static const char *mend_token(const json_error_t *error, const char *bytes, size_t n)
{
	const size_t at = error->position > 0 ? (size_t)error->position : 0;
	size_t first = 0;
	while (first < n && memchr(" \t\r\n", bytes[first], 4))
		first++;
	if (at <= n && is_behind_decimal_comma(bytes, at))
		return "a decimal comma? numbers have a decimal point: 68.5, not 68,5";
	return first < n && bytes[first] != '{' && bytes[first] != '[' ? "is it a JSON file at all? one begins with {" : NULL;
}

/* jansson's complaint with its line and a caret. */
static void take_error(struct reader *r, const json_error_t *error, const char *bytes, size_t n)
{
	const struct lull_doc text = { .file = r->doc->file, .bytes = bytes, .n_bytes = n };
	const struct lull_node at = { .line = error->line > 0 ? error->line : 0,
				      .col = error->column > 0 ? error->column : error->line > 0 };
	const char *hint = NULL;
	switch (json_error_code(error)) {
	case json_error_duplicate_key:
		hint = "write each key once";
		break;
	case json_error_premature_end_of_input:
		hint = "a bracket or quote is not closed";
		break;
	case json_error_invalid_utf8:
		hint = "save the file as UTF-8";
		break;
	default:
		hint = mend_token(error, bytes, n);
		break;
	}
	lull_node_diag(r->diags, &text, &at, LULL_ERROR, NULL, hint, "not JSON: %s", error->text);
	r->rc = LULL_EPARSE;
}

/* Parses into the pool; NULL when memory ended (LULL_ENOMEM) or after a complaint. */
static const json_t *parse(struct reader *r, const char *bytes, size_t n)
{
	jmp_buf refused;
	json_error_t error = { 0 };
	if (setjmp(refused)) {
		r->rc = LULL_ENOMEM;
		return NULL;
	}
	pool.refused = &refused;
	const json_t *json = json_loadb(bytes, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (!json)
		take_error(r, &error, bytes, n);
	return json;
}

/* Parses and converts; the tree or NULL. jansson's values are never released one by one. */
static const struct lull_node *read_tree(struct reader *r, const char *bytes, size_t n)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct lull_arena arena = { 0 };
	pthread_once(&once, install_seam);
	pool.arena = &arena;
	const json_t *json = parse(r, bytes, n);
	pool.arena = NULL;
	const struct lull_node *root = json ? make_node(r, NULL, json, NULL, 0) : NULL;
	lull_arena_clear(&arena);
	return r->rc == LULL_OK ? root : NULL;
}

static void refuse_empty(struct reader *r)
{
	lull_diags_addf(r->diags, LULL_ERROR, r->doc->file, 0, 0, NULL, "start from a copy of examples/templates", "%s",
			"not JSON: the file is empty");
	r->rc = LULL_EPARSE;
}

static bool is_blank(const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!memchr(" \t\r\n", bytes[i], 4))
			return false;
	return true;
}

int lull_json_read(const char *bytes, size_t n, const char *file, struct lull_arena *arena,
		   struct lull_doc *out, struct lull_diags *diags)
{
	struct lull_diags own;
	if (!diags) {
		lull_diags_init(&own, arena);
		diags = &own;
	}
	*out = (struct lull_doc){ .file = lull_arena_strdup(arena, file ? file : "JSON"), .is_typed = true };
	struct reader r = { .doc = out, .arena = arena, .diags = diags };
	if (!out->file)
		return LULL_ENOMEM;
	if (n >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
		bytes += 3;
		n -= 3;
	}
	if (n > LULL_JSON_MAX_BYTES)
		complain(&r, "more bytes than LULL_JSON_MAX_BYTES");
	else if (is_blank(bytes, n))
		refuse_empty(&r);
	else
		out->root = read_tree(&r, bytes, n);
	return diags->out_of_memory ? LULL_ENOMEM : r.rc;
}
