/* YAML to a node tree; see yaml.h. libyaml's parser gives events with marks; what may
 * stand in a knowledge file is decided here. Faults are collected: only a syntax error
 * or a ceiling ends the reading. */
#include "lull/base/yaml.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "lull/base/schema.h"
#include "lull/base/text.h"

/* One open list or map. */
struct level {
	struct lull_node *node;
	struct lull_node **tail; /* where its next child is hung                 */
	const char *key;         /* a map's key waiting for its value, or NULL   */
	int key_line, key_col;
};

struct reader {
	struct lull_doc *doc;
	struct lull_arena *arena;
	struct lull_diags *diags;
	struct level levels[LULL_YAML_MAX_DEPTH];
	size_t n_levels, n_nodes;
	struct lull_node *root;
	bool is_stopped; /* no use in reading on      */
	int rc;          /* LULL_ENOMEM, or LULL_OK   */
};

/* A remark at a mark (0-based in libyaml). */
static void remark(struct reader *r, const yaml_mark_t *mark, const char *expected, const char *hint,
		   const char *found)
{
	struct lull_node at = { .line = (int)mark->line + 1, .col = (int)mark->column + 1 };
	lull_node_diag(r->diags, r->doc, &at, LULL_ERROR, expected, hint, "%s", found);
}

static void out_of_memory(struct reader *r)
{
	r->rc = LULL_ENOMEM;
	r->is_stopped = true;
}

/* A text of an event, checked and copied; NULL when it cannot be kept. */
static const char *copy_text(struct reader *r, const yaml_event_t *event, size_t *n)
{
	const char *text = (const char *)event->data.scalar.value;
	*n = event->data.scalar.length;
	if (!lull_utf8_valid(text, *n, NULL)) {
		remark(r, &event->start_mark, "text", NULL, "a NUL or another character that is not text");
		text = "";
		*n = 0;
	}
	const char *copy = lull_arena_strndup(r->arena, text, *n);
	if (!copy)
		out_of_memory(r);
	return copy;
}

/* Hang a new node into the open list or map. */
static struct lull_node *add_node(struct reader *r, const yaml_event_t *event, enum lull_node_kind kind)
{
	if (++r->n_nodes > LULL_YAML_MAX_NODES) {
		remark(r, &event->start_mark, "a smaller file", NULL, "more nodes than LULL_YAML_MAX_NODES");
		r->is_stopped = true;
		return NULL;
	}
	struct lull_node *node = LULL_ARENA_NEW(r->arena, struct lull_node, 1);
	if (!node) {
		out_of_memory(r);
		return NULL;
	}
	node->kind = kind;
	node->line = (int)event->start_mark.line + 1;
	node->col = (int)event->start_mark.column + 1;
	if (!r->n_levels) {
		r->root = node;
		return node;
	}
	struct level *top = &r->levels[r->n_levels - 1];
	node->up = top->node;
	node->key = top->key;
	node->key_line = top->key_line;
	node->key_col = top->key_col;
	top->key = NULL;
	*top->tail = node;
	top->tail = &node->next;
	top->node->n_children++;
	return node;
}

/* True when the next event of the open map must be a key. */
static bool wants_key(const struct reader *r)
{
	return r->n_levels && r->levels[r->n_levels - 1].node->kind == LULL_NODE_MAP &&
	       !r->levels[r->n_levels - 1].key;
}

static void take_key(struct reader *r, const yaml_event_t *event)
{
	struct level *top = &r->levels[r->n_levels - 1];
	size_t n = 0;
	const char *key = copy_text(r, event, &n);
	if (key && !n)
		remark(r, &event->start_mark, "a name before the colon", NULL, "an empty key");
	top->key = key;
	top->key_line = (int)event->start_mark.line + 1;
	top->key_col = (int)event->start_mark.column + 1;
}

static bool is_null_text(const char *text, size_t n)
{
	return n == 0 || strcmp(text, "~") == 0 || strcmp(text, "null") == 0;
}

static void refuse_extras(struct reader *r, const yaml_event_t *event, const yaml_char_t *anchor,
			  const yaml_char_t *tag)
{
	if (anchor)
		remark(r, &event->start_mark, "plain values", "write the value out where it is needed",
		       "an anchor (&)");
	if (tag)
		remark(r, &event->start_mark, "plain values", "leave the tag out; the schema knows the type",
		       "a tag (!)");
}

static void take_scalar(struct reader *r, const yaml_event_t *event)
{
	refuse_extras(r, event, event->data.scalar.anchor, event->data.scalar.tag);
	if (wants_key(r)) {
		take_key(r, event);
		return;
	}
	const bool is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	struct lull_node *node = add_node(r, event, LULL_NODE_SCALAR);
	if (!node)
		return;
	size_t n = 0;
	const char *text = copy_text(r, event, &n);
	if (!text)
		return;
	if (is_plain && is_null_text(text, n)) {
		node->kind = LULL_NODE_NULL;
		return;
	}
	node->text = text;
	node->n_text = n;
	node->quoted = !is_plain;
}

static void open_level(struct reader *r, const yaml_event_t *event, enum lull_node_kind kind)
{
	if (kind == LULL_NODE_MAP)
		refuse_extras(r, event, event->data.mapping_start.anchor, event->data.mapping_start.tag);
	else
		refuse_extras(r, event, event->data.sequence_start.anchor, event->data.sequence_start.tag);
	if (wants_key(r)) {
		remark(r, &event->start_mark, "a name before the colon", NULL, "a list or map as a key");
		r->is_stopped = true;
		return;
	}
	if (r->n_levels == LULL_YAML_MAX_DEPTH) {
		remark(r, &event->start_mark, "a flatter file", NULL,
		       "lists and maps nested deeper than LULL_YAML_MAX_DEPTH");
		r->is_stopped = true;
		return;
	}
	struct lull_node *node = add_node(r, event, kind);
	if (node)
		r->levels[r->n_levels++] = (struct level){ .node = node, .tail = &node->first };
}

static int by_key(const void *a, const void *b)
{
	const struct lull_node *x = *(const struct lull_node *const *)a,
			       *y = *(const struct lull_node *const *)b;
	const int order = strcmp(x->key, y->key);
	if (order)
		return order;
	return x->key_line != y->key_line ? (x->key_line < y->key_line ? -1 : 1)
					  : (x->key_col > y->key_col) - (x->key_col < y->key_col);
}

/* Sorted, equal keys are neighbours: a map of a hundred thousand keys stays cheap. */
static void refuse_duplicates(struct reader *r, const struct lull_node *map)
{
	if (map->n_children < 2)
		return;
	const struct lull_node **sorted = lull_mem_zalloc(map->n_children, sizeof(*sorted));
	if (!sorted) {
		out_of_memory(r);
		return;
	}
	size_t n = 0;
	for (const struct lull_node *child = map->first; child; child = child->next)
		sorted[n++] = child;
	qsort(sorted, n, sizeof(*sorted), by_key);
	for (size_t i = 1; i < n; i++) {
		const struct lull_node *one = sorted[i - 1], *two = sorted[i];
		if (strcmp(one->key, two->key) != 0)
			continue;
		const struct lull_node at = { .line = two->key_line, .col = two->key_col };
		lull_node_diag(r->diags, r->doc, &at, LULL_ERROR, "each key once", NULL,
			       "key '%.80s' again; it stands first on line %d", two->key, one->key_line);
	}
	lull_mem_free(sorted);
}

static void close_level(struct reader *r)
{
	const struct lull_node *node = r->levels[--r->n_levels].node;
	if (node->kind == LULL_NODE_MAP)
		refuse_duplicates(r, node);
}

static void take_document(struct reader *r, const yaml_event_t *event)
{
	if (event->data.document_start.version_directive ||
	    event->data.document_start.tag_directives.start != event->data.document_start.tag_directives.end)
		remark(r, &event->start_mark, "a file without directives",
		       "remove the lines that begin with %", "a directive");
	if (r->root) {
		remark(r, &event->start_mark, "one document a file", "put it into a file of its own",
		       "a second document (---)");
		r->is_stopped = true;
	}
}

static void take_event(struct reader *r, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		take_document(r, event);
		break;
	case YAML_ALIAS_EVENT:
		remark(r, &event->start_mark, "plain values", "write the value out where it is needed",
		       "an alias (*)");
		r->is_stopped = true; /* what it stands for is not known here */
		break;
	case YAML_SCALAR_EVENT:
		take_scalar(r, event);
		break;
	case YAML_SEQUENCE_START_EVENT:
		open_level(r, event, LULL_NODE_LIST);
		break;
	case YAML_MAPPING_START_EVENT:
		open_level(r, event, LULL_NODE_MAP);
		break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		close_level(r);
		break;
	case YAML_STREAM_END_EVENT:
		r->is_stopped = true;
		break;
	default:
		break;
	}
}

/* libyaml's own complaint, at its place. */
static void take_syntax_error(struct reader *r, const yaml_parser_t *parser)
{
	if (parser->error == YAML_MEMORY_ERROR) {
		out_of_memory(r);
		return;
	}
	const char *hint = NULL;
	const char *problem = parser->problem ? parser->problem : "text that is not YAML";
	if (strstr(problem, "tab character"))
		hint = "indent with blanks, not tabs";
	else if (strstr(problem, "character that cannot start any token"))
		hint = "indent with blanks, not tabs; quote a value that begins with @, ` or %";
	else if (strstr(problem, "mapping values are not allowed"))
		hint = "quote a value that holds ': ', or check the indentation";
	char found[256];
	lull_text_format(found, sizeof(found), "not YAML: %s%s%s%s", problem, parser->context ? " (" : "",
			 parser->context ? parser->context : "", parser->context ? ")" : "");
	remark(r, &parser->problem_mark, NULL, hint, found);
}

static void read_events(struct reader *r, yaml_parser_t *parser)
{
	while (!r->is_stopped) {
		yaml_event_t event;
		if (!yaml_parser_parse(parser, &event)) {
			take_syntax_error(r, parser);
			return;
		}
		take_event(r, &event);
		yaml_event_delete(&event);
	}
}

/* Size and encoding, before libyaml sees the text. */
static bool is_readable(struct reader *r)
{
	const struct lull_doc *doc = r->doc;
	size_t bad = 0;
	if (doc->n_bytes > LULL_YAML_MAX_BYTES) {
		lull_diags_addf(r->diags, LULL_ERROR, doc->file, 0, 0, NULL, NULL,
				"the file has %zu bytes; at most %zu are read", doc->n_bytes,
				LULL_YAML_MAX_BYTES);
		return false;
	}
	if (!lull_utf8_valid(doc->bytes, doc->n_bytes, &bad)) {
		int line = 1, col = 1;
		for (size_t i = 0; i < bad; i++) {
			line += doc->bytes[i] == '\n';
			col = doc->bytes[i] == '\n' ? 1
						    : col + (((unsigned char)doc->bytes[i] & 0xC0) != 0x80);
		}
		lull_diags_addf(r->diags, LULL_ERROR, doc->file, line, col, "UTF-8 text",
				"save the file as UTF-8", "a byte that is not UTF-8 text (0x%02x)",
				(unsigned)(unsigned char)doc->bytes[bad]);
		return false;
	}
	return true;
}

int lull_yaml_read(const char *bytes, size_t n, const char *file, struct lull_arena *arena,
		   struct lull_doc *out, struct lull_diags *diags)
{
	struct lull_diags own;
	if (!diags) {
		lull_diags_init(&own, arena);
		diags = &own;
	}
	const size_t errors_before = diags->n_errors;
	*out = (struct lull_doc){ .file = lull_arena_strdup(arena, file ? file : "YAML"), .n_bytes = n };
	struct reader r = { .doc = out, .arena = arena, .diags = diags };
	out->bytes = !n || n > LULL_YAML_MAX_BYTES ? "" : lull_arena_strndup(arena, bytes, n);
	if (!out->file || !out->bytes)
		return LULL_ENOMEM;
	if (!is_readable(&r))
		return diags->out_of_memory ? LULL_ENOMEM : LULL_EPARSE;

	yaml_parser_t parser;
	if (!yaml_parser_initialize(&parser))
		return LULL_ENOMEM;
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)out->bytes, n);
	read_events(&r, &parser);
	yaml_parser_delete(&parser);

	if (r.rc == LULL_OK && !r.root && diags->n_errors == errors_before)
		lull_diags_addf(diags, LULL_ERROR, out->file, 1, 1, "a map of keys and values", NULL,
				"an empty file");
	if (r.rc == LULL_ENOMEM || diags->out_of_memory)
		return LULL_ENOMEM;
	if (diags->n_errors > errors_before)
		return LULL_EPARSE; /* half a tree would only raise false alarms */
	out->root = r.root;
	return LULL_OK;
}
