/* References by key; see sources.h. */
#include "lull/base/sources.h"

#include <stdlib.h>
#include <string.h>

#include "lull/base/schema.h"
#include "lull/base/text.h"
#include "lull/base/yaml.h"

static const struct lull_field source_fields[] = {
	{ .key = "key", .type = LULL_F_TEXT, .offset = offsetof(struct lull_source, key), .required = true },
	{ .key = "text",
	  .type = LULL_F_TEXT,
	  .offset = offsetof(struct lull_source, text),
	  .required = true,
	  .what = "the full reference" },
	{ .key = "label", .type = LULL_F_TEXT, .offset = offsetof(struct lull_source, label) },
	{ .key = "doi", .type = LULL_F_TEXT, .offset = offsetof(struct lull_source, doi) },
	{ .key = "pmid", .type = LULL_F_TEXT, .offset = offsetof(struct lull_source, pmid) },
	{ .key = "url", .type = LULL_F_TEXT, .offset = offsetof(struct lull_source, url) },
	{ 0 }
};
static const struct lull_schema source_schema = { .name = "source",
						  .size = sizeof(struct lull_source),
						  .fields = source_fields };

/* One file's list; the map's keys are the sources' keys. */
struct source_list {
	const struct lull_source *items;
	size_t n_items;
};
static const struct lull_field list_fields[] = { { .key = "sources",
						   .type = LULL_F_KEYED,
						   .offset = offsetof(struct source_list, items),
						   .count_offset = offsetof(struct source_list, n_items),
						   .required = true,
						   .sub = &source_schema },
						 { 0 } };
static const struct lull_schema list_schema = {
	.name = "sources", .size = sizeof(struct source_list), .fields = list_fields, .version = 1
};

static int by_key(const void *a, const void *b)
{
	const struct lull_source *x = a, *y = b;
	const int order = strcmp(x->key, y->key);
	return order ? order : strcmp(x->text, y->text); /* the order of files must not show */
}

/* The same work, as its identifiers or else its words say? */
static bool is_same_work(const struct lull_source *a, const struct lull_source *b)
{
	if (a->doi && b->doi)
		return lull_text_casecmp(a->doi, b->doi) == 0;
	if (a->pmid && b->pmid)
		return strcmp(a->pmid, b->pmid) == 0;
	return strcmp(a->text, b->text) == 0;
}

/* Sorts, and keeps one of each key; how many stay. */
static size_t sort_once(struct lull_source *all, size_t n, struct lull_diags *diags, int *worst)
{
	size_t kept = 0;
	if (n)
		qsort(all, n, sizeof(*all), by_key);
	for (size_t i = 0; i < n; i++) {
		if (!kept || strcmp(all[kept - 1].key, all[i].key) != 0) {
			all[kept++] = all[i];
		} else if (!is_same_work(&all[kept - 1], &all[i])) {
			lull_diags_addf(diags, LULL_ERROR, "sources/", 0, 0, NULL,
					"give one of them another key",
					"the key '%s' names two different works", all[i].key);
			*worst = LULL_EPARSE;
		}
	}
	return kept;
}

/* Appends one file's sources to all; LULL_EPARSE is in diags. */
static int read_file(const struct lull_file *file, struct lull_arena *arena, struct lull_source **all,
		     size_t *n, size_t *cap, struct lull_diags *diags)
{
	struct lull_doc doc;
	struct source_list list = { 0 };
	int rc = lull_yaml_read(file->bytes, file->n_bytes, file->path, arena, &doc, diags);
	if (rc == LULL_OK)
		rc = lull_schema_bind(&doc, &list_schema, arena, &list, diags);
	if (rc != LULL_OK)
		return rc;
	struct lull_source *items = lull_arena_grow(arena, *all, *n, cap, *n + list.n_items, sizeof(*items));
	if (!items)
		return LULL_ENOMEM;
	for (size_t i = 0; i < list.n_items; i++) {
		items[*n + i] = list.items[i];
		if (!items[*n + i].label)
			items[*n + i].label = items[*n + i].key;
	}
	*n += list.n_items;
	*all = items;
	return LULL_OK;
}

int lull_sources_load(const struct lull_files *files, struct lull_arena *arena, struct lull_sources *out,
		      struct lull_diags *diags)
{
	struct lull_source *all = NULL;
	size_t first, end, n = 0, cap = 0;
	int worst = LULL_OK;
	*out = (struct lull_sources){ 0 };
	lull_files_under(files, "sources/", &first, &end);
	for (size_t i = first; i < end; i++) {
		const int rc = read_file(&files->items[i], arena, &all, &n, &cap, diags);
		if (rc == LULL_ENOMEM)
			return rc;
		if (rc != LULL_OK)
			worst = rc; /* go on: every file's faults are wanted */
	}
	n = sort_once(all, n, diags, &worst);
	if (diags && diags->out_of_memory)
		return LULL_ENOMEM;
	*out = (struct lull_sources){ .items = all, .n_items = n };
	return worst;
}

const struct lull_source *lull_source_get(const struct lull_sources *sources, const char *key)
{
	size_t low = 0, high = sources->n_items;
	while (low < high) {
		const size_t mid = low + (high - low) / 2;
		const int order = strcmp(sources->items[mid].key, key);
		if (order == 0)
			return &sources->items[mid];
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

/* The n bytes at text without blanks around them. */
static const char *trim(const char *text, size_t *n)
{
	while (*n && (*text == ' ' || *text == '\n')) {
		text++;
		--*n;
	}
	while (*n && (text[*n - 1] == ' ' || text[*n - 1] == '\n'))
		--*n;
	return text;
}

static int cite_part(const struct lull_sources *sources, const char *part, size_t n, struct lull_arena *arena,
		     struct lull_citation *out, struct lull_err *err)
{
	part = trim(part, &n);
	const char *colon = memchr(part, ':', n);
	size_t n_key = colon ? (size_t)(colon - part) : n;
	const char *key = trim(part, &n_key);
	if (!n_key)
		return lull_fail(err, LULL_EPARSE, "source", "an empty source key");
	out->key = lull_arena_strndup(arena, key, n_key);
	if (!out->key)
		return lull_nomem(err);
	out->source = lull_source_get(sources, out->key);
	if (!colon)
		return LULL_OK;
	size_t n_place = n - (size_t)(colon + 1 - part);
	const char *place = trim(colon + 1, &n_place);
	if (!n_place)
		return lull_fail(err, LULL_EPARSE, "source", "nothing after the colon of '%s:'", out->key);
	out->place = lull_arena_strndup(arena, place, n_place);
	return out->place ? LULL_OK : lull_nomem(err);
}

int lull_source_cite(const struct lull_sources *sources, const char *cited, struct lull_arena *arena,
		     struct lull_citation **out, size_t *n, struct lull_err *err)
{
	size_t n_parts = 1, i = 0;
	for (const char *p = cited; *p; p++)
		n_parts += *p == ';';
	struct lull_citation *parts = LULL_ARENA_NEW(arena, struct lull_citation, n_parts);
	if (!parts)
		return lull_nomem(err);
	for (const char *p = cited; i < n_parts; i++) {
		const size_t length = strcspn(p, ";");
		const int rc = cite_part(sources, p, length, arena, &parts[i], err);
		if (rc != LULL_OK)
			return rc;
		p += length + 1;
	}
	*out = parts;
	*n = n_parts;
	return LULL_OK;
}

static void print_full(const struct lull_source *source, struct lull_buf *out)
{
	if (strcmp(source->label, source->key) != 0)
		lull_buf_printf(out, "%s: ", source->label);
	else
		lull_buf_printf(out, "[%s] ", source->key);
	lull_buf_puts(out, source->text);
	if (source->doi)
		lull_buf_printf(out, " doi:%s", source->doi);
	if (source->pmid)
		lull_buf_printf(out, " PMID %s", source->pmid);
	if (source->url)
		lull_buf_printf(out, " %s", source->url);
	lull_buf_putc(out, '\n');
}

int lull_source_citation(const struct lull_sources *sources, const char *cited, struct lull_buf *labels,
			 struct lull_buf *full, struct lull_err *err)
{
	struct lull_arena arena = { 0 };
	struct lull_citation *parts = NULL;
	size_t n = 0;
	int rc = lull_source_cite(sources, cited, &arena, &parts, &n, err);
	for (size_t i = 0; rc == LULL_OK && i < n; i++)
		if (!parts[i].source)
			rc = lull_fail(err, LULL_ENOTFOUND, "source", "no source '%s' in knowledge/sources",
				       parts[i].key);
	for (size_t i = 0; rc == LULL_OK && i < n; i++) {
		if (labels)
			lull_buf_printf(labels, "%s%s%s%s", i ? "; " : "", parts[i].source->label,
					parts[i].place ? ", " : "", parts[i].place ? parts[i].place : "");
		if (full)
			print_full(parts[i].source, full);
	}
	lull_arena_clear(&arena);
	return rc;
}
