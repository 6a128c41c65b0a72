/* map.c - column maps: read, checked as a whole, words and tags resolved.
 *
 * Which keys go with which kind of column stands in one table; a key that would have no
 * effect is an error, so that a map says what it does and does what it says. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "import_private.h"
#include "lull/base/text.h"
#include "lull/base/yaml.h"

const char *const lull_column_names[LULL_N_COLUMNS + 1] = {
#define LULL_X(name, key) key,
	LULL_COLUMNS(LULL_X)
#undef LULL_X
	NULL
};

static const char *const duration_names[] = { "minutes", "hours", "clock", "words", NULL };
static const char *const scale_names[] = { "0-10", "0-100", NULL };
static const char *const beyond_names[] = { "reject", "flag", NULL };
static const char *const format_names[] = { "csv", NULL };
static const char *const delimiter_names[] = { "comma", "semicolon", "tab", "pipe", NULL };
static const char *const decimal_names[] = { "point", "comma", NULL };
static const char *const rows_names[] = { "days", "attacks", "undated", "day_index", NULL };
static const char *const no_row_names[] = { "missing", "free", NULL };
static const char *const severity_names[] = { "0", "1", "2", "3", NULL };

/* Keys of each kind besides column, is and optional: those it needs, those it may have. */
static const struct {
	const char *needs, *may;
} keys_of[LULL_N_COLUMNS] = {
	[LULL_COLUMN_PATIENT] = { "", "" },
	[LULL_COLUMN_LABEL] = { "", "" },
	[LULL_COLUMN_DATE] = { "patterns", "" },
	[LULL_COLUMN_CLOCK] = { "patterns", "" },
	[LULL_COLUMN_END] = { "patterns", "" },
	[LULL_COLUMN_DAY_INDEX] = { "", "" },
	[LULL_COLUMN_OFFSET] = { "", "" },
	[LULL_COLUMN_END_OFFSET] = { "", "" },
	[LULL_COLUMN_DURATION] = { "format", "min max beyond" },
	[LULL_COLUMN_ENTERED] = { "patterns", "" },
	[LULL_COLUMN_HEADACHE] = { "", "yes no" },
	[LULL_COLUMN_PAIN] = { "scale", "" },
	[LULL_COLUMN_SEVERITY] = { "", "means table" },
	[LULL_COLUMN_SIGN] = { "signs", "opposite only yes no" },
	[LULL_COLUMN_SIGNS] = { "separator", "means table none absent" },
	[LULL_COLUMN_SIDES] = { "separator left right", "none" },
	[LULL_COLUMN_TRIGGER] = { "name", "yes no only" },
	[LULL_COLUMN_TRIGGERS] = { "separator", "means table none absent" },
	[LULL_COLUMN_MEASURE] = { "name", "yes no answer" },
	[LULL_COLUMN_MEASURES] = { "separator", "means table none absent answer" },
	[LULL_COLUMN_DRUG_TAKEN] = { "", "yes no" },
	[LULL_COLUMN_DRUGS] = { "separator", "none answer" },
	[LULL_COLUMN_DOSES] = { "class max", "min beyond" },
	[LULL_COLUMN_RELIEF] = { "answer", "yes no only" },
	[LULL_COLUMN_TREATED] = { "", "yes no" },
	[LULL_COLUMN_NOTE] = { "", "" },
	[LULL_COLUMN_IGNORED] = { "why", "" },
};

/* Does the blank-separated list hold the word? */
static bool lists(const char *list, const char *word)
{
	const size_t n = strlen(word);
	for (const char *at = list; (at = strstr(at, word)); at += n)
		if ((at == list || at[-1] == ' ') && (at[n] == '\0' || at[n] == ' '))
			return true;
	return false;
}

static void check_needed(const char *needs, const struct lull_node *node, const struct lull_doc *doc,
			 const char *kind, struct lull_diags *diags)
{
	char key[32];
	for (const char *at = needs; *at;) {
		size_t n = strcspn(at, " ");
		if (n >= sizeof(key))
			n = sizeof(key) - 1;
		memcpy(key, at, n);
		key[n] = '\0';
		const struct lull_node *value = lull_node_get(node, key);
		if (!value || value->kind == LULL_NODE_NULL || (value->kind == LULL_NODE_LIST && !value->first))
			lull_node_diag(diags, doc, node, LULL_ERROR, key, NULL, "a '%s' column without '%s'", kind, key);
		at += n;
		at += *at == ' ';
	}
}

static void check_column(const void *object, const struct lull_node *node, const struct lull_doc *doc,
			 struct lull_diags *diags)
{
	const struct lull_map_column *column = object;
	const char *kind = lull_column_names[column->is];
	for (const struct lull_node *key = node->first; key; key = key->next) {
		if (lists("column is optional", key->key) || lists(keys_of[column->is].needs, key->key) ||
		    lists(keys_of[column->is].may, key->key))
			continue;
		lull_node_diag(diags, doc, key, LULL_ERROR, "a key that goes with this kind of column",
			       "docs/diary-format.md lists the keys of each kind",
			       "'%s', which has no effect on a '%s' column", key->key, kind);
	}
	check_needed(keys_of[column->is].needs, node, doc, kind, diags);
	if (column->separator && strlen(column->separator) != 1)
		lull_node_diag(diags, doc, lull_node_get(node, "separator"), LULL_ERROR, "one character", NULL,
			       "a separator of %zu bytes", strlen(column->separator));
	if (column->means && column->table)
		lull_node_diag(diags, doc, node, LULL_ERROR, "'means' or 'table', not both", NULL, "both");
	if (column->min > column->max)
		lull_node_diag(diags, doc, node, LULL_ERROR, "min below max", NULL, "min above max");
	if (column->is == LULL_COLUMN_SIGNS && !column->means && !column->table)
		lull_node_diag(diags, doc, node, LULL_ERROR, "means: {word: sign}, or table: NAME", NULL,
			       "a list of signs whose words have no meaning");
}

#define AT(member) offsetof(struct lull_map_column, member)
#define TEXT(name, about) { .key = #name, .type = LULL_F_TEXT, .offset = AT(name), .what = about }
#define TEXTS(name, about)                                                                      \
	{ .key = #name, .type = LULL_F_TEXTS, .offset = AT(name), .count_offset = AT(n_##name), \
	  .what = about }
#define ENUM(name, list, about) \
	{ .key = #name, .type = LULL_F_ENUM, .offset = AT(name), .names = list, .what = about }
#define ANSWER(name, about) { .key = #name, .type = LULL_F_ANSWER, .offset = AT(name), .what = about }
static const struct lull_field column_fields[] = {
	{ .key = "column", .type = LULL_F_TEXT, .offset = AT(column), .required = true,
	  .what = "the column's name in the file's header; case and outer blanks do not matter" },
	{ .key = "is", .type = LULL_F_ENUM, .offset = AT(is), .required = true, .names = lull_column_names,
	  .what = "what the column holds" },
	{ .key = "optional", .type = LULL_F_BOOL, .offset = AT(optional), .what = "the file may lack the column" },
	TEXTS(patterns, "Y y M D H m S b p z and literal characters; the first that fits is used"),
	ENUM(format, duration_names, "minutes; hours; clock = 01:30; words = 01h 00m"),
	ENUM(scale, scale_names, "of pain"),
	{ .key = "min", .type = LULL_F_NUMBER, .offset = AT(min), .what = "least plausible number" },
	{ .key = "max", .type = LULL_F_NUMBER, .offset = AT(max), .what = "greatest plausible number" },
	ENUM(beyond, beyond_names, "an implausible number: reject the row, or flag it and keep the row"),
	{ .key = "signs", .type = LULL_F_FLAGS, .offset = AT(signs), .names = lull_sign_names,
	  .what = "what yes and no say" },
	{ .key = "opposite", .type = LULL_F_FLAGS, .offset = AT(opposite), .names = lull_sign_names,
	  .what = "signs of which the contrary is then true" },
	ANSWER(only, "yes or no: the other answer says nothing"),
	TEXT(name, "id of the trigger or measure (knowledge/measures.yaml)"),
	{ .key = "class", .type = LULL_F_ENUM, .offset = AT(acute), .names = lull_acute_names,
	  .what = "class of the drug counted" },
	ANSWER(answer, "what yes, or being listed, says: relieved or helped yes, no, unknown"),
	ANSWER(absent, "no: in a cell with words, what is not listed was not there"),
	TEXT(separator, "one character between the words of a list cell"),
	TEXTS(none, "words for: asked, and there was none"),
	TEXTS(yes, "words for yes, instead of the map's"),
	TEXTS(no, "words for no, instead of the map's"),
	TEXTS(left, "how words for the left side begin"),
	TEXTS(right, "how words for the right side begin"),
	{ .key = "means", .type = LULL_F_NODE, .offset = AT(means), .what = "word: meaning, or 'ignored'" },
	TEXT(table, "one of the map's tables instead of means"),
	TEXT(why, "why the column is not used"),
	{ 0 }
};
#undef AT
#undef TEXT
#undef TEXTS
#undef ENUM
#undef ANSWER
static const struct lull_schema column_schema = { "column", sizeof(struct lull_map_column), column_fields, 0,
						  check_column };

static const struct lull_field header_fields[] = {
	{ .key = "skip_lines", .type = LULL_F_INT, .offset = offsetof(struct lull_map_header, skip_lines), .min = 0,
	  .max = 10000, .what = "rows above the header" },
	{ .key = "find", .type = LULL_F_TEXTS, .offset = offsetof(struct lull_map_header, find),
	  .count_offset = offsetof(struct lull_map_header, n_find),
	  .what = "the header is the first row that holds all of these names" },
	{ 0 }
};
static const struct lull_schema header_schema = { "header", sizeof(struct lull_map_header), header_fields, 0, NULL };

#define AT(member) offsetof(struct lull_map, member)
#define TEXTS(name, about)                                                                      \
	{ .key = #name, .type = LULL_F_TEXTS, .offset = AT(name), .count_offset = AT(n_##name), \
	  .what = about }
#define ENUM(name, list, about)                                                                 \
	{ .key = #name, .type = LULL_F_ENUM, .offset = AT(name), .names = list, .required = true, \
	  .what = about }
static const struct lull_field map_fields[] = {
	{ .key = "name", .type = LULL_F_TEXT, .offset = AT(name), .required = true },
	{ .key = "title", .type = LULL_F_TEXT, .offset = AT(title), .required = true },
	{ .key = "source", .type = LULL_F_TEXT, .offset = AT(source) },
	{ .key = "mark", .type = LULL_F_ENUM, .offset = AT(mark), .names = lull_mark_names },
	{ .key = "format", .type = LULL_F_ENUM, .offset = AT(format), .names = format_names, .required = true },
	ENUM(encoding, lull_encoding_names, "of the file's bytes"),
	ENUM(delimiter, delimiter_names, "between cells"),
	ENUM(decimal, decimal_names, "inside numbers"),
	{ .key = "header", .type = LULL_F_OBJECT, .offset = AT(header), .sub = &header_schema },
	ENUM(rows, rows_names, "what a row is"),
	ENUM(no_row_means, no_row_names, "a day without a row: missing, or recorded headache-free"),
	{ .key = "first_day", .type = LULL_F_DAY, .offset = AT(first_day),
	  .what = "rows: day_index: the invented date of day 1" },
	TEXTS(yes, "words for yes"),
	TEXTS(no, "words for no"),
	TEXTS(not_recorded, "words that mean the same as an empty cell"),
	TEXTS(free_when_empty, "a row is headache-free when all these columns are empty"),
	{ .key = "free_when_pain_is_0", .type = LULL_F_BOOL, .offset = AT(free_when_pain_is_0),
	  .what = "a row whose pain or severity is 0 is headache-free" },
	{ .key = "tables", .type = LULL_F_NODE, .offset = AT(tables), .what = "name: {word: meaning}" },
	{ .key = "columns", .type = LULL_F_LIST, .offset = AT(columns), .count_offset = AT(n_columns),
	  .required = true, .sub = &column_schema },
	{ 0 }
};
#undef AT
#undef TEXTS
#undef ENUM
static const struct lull_schema map_schema = { "column map", sizeof(struct lull_map), map_fields, 1, NULL };

/* ---- after binding ------------------------------------------------------------------------- */

/* A map under construction. */
struct build {
	struct lull_map *map;
	const struct lull_doc *doc;
	struct lull_arena *arena;
	struct lull_diags *diags;
	bool out_of_memory;
};

/* The node of columns[i]. */
static const struct lull_node *column_node(const struct build *b, size_t i)
{
	const struct lull_node *list = lull_node_get(b->doc->root, "columns");
	const struct lull_node *node = list ? list->first : NULL;
	while (node && i--)
		node = node->next;
	return node;
}

char *lull_import__word(struct lull_arena *arena, const char *text, size_t n)
{
	while (n && lull_import__is_blank(*text)) {
		text++;
		n--;
	}
	while (n && lull_import__is_blank(text[n - 1]))
		n--;
	char *word = lull_arena_strndup(arena, text, n);
	for (char *c = word; c && *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c + ('a' - 'A'));
	return word;
}

uint64_t lull_import__tag(const char **tags, size_t *n_tags, const char *name)
{
	for (size_t i = 0; i < *n_tags; i++)
		if (!strcmp(tags[i], name))
			return UINT64_C(1) << i;
	if (*n_tags == LULL_MAX_TAGS)
		return 0;
	tags[*n_tags] = name;
	return UINT64_C(1) << (*n_tags)++;
}

bool lull_import__is_id(const char *text)
{
	if (*text < 'a' || *text > 'z')
		return false;
	for (; *text; text++)
		if (!((*text >= 'a' && *text <= 'z') || (*text >= '0' && *text <= '9') || *text == '_'))
			return false;
	return true;
}

static uint64_t tag_bit(struct build *b, bool is_trigger, const struct lull_node *at, const char *name)
{
	struct lull_map *map = b->map;
	if (!lull_import__is_id(name)) {
		lull_node_diag(b->diags, b->doc, at, LULL_ERROR, "an id like lack_of_sleep (knowledge/measures.yaml)",
			       NULL, "'%s'", name);
		return 0;
	}
	const uint64_t bit = is_trigger ? lull_import__tag(map->triggers, &map->n_triggers, name)
					: lull_import__tag(map->measures, &map->n_measures, name);
	if (!bit)
		lull_node_diag(b->diags, b->doc, at, LULL_ERROR, "at most 64 of them", NULL, "one more %s, '%s'",
			       is_trigger ? "trigger" : "measure", name);
	return bit;
}

static uint64_t name_bit(struct build *b, const struct lull_node *at, const char *const *names, const char *what)
{
	for (int i = 0; names[i]; i++)
		if (!strcmp(names[i], at->text))
			return UINT64_C(1) << i;
	const char *near = lull_nearest_name(at->text, names);
	const char *hint = near ? lull_arena_printf(b->arena, "did you mean '%s'?", near) : NULL;
	b->out_of_memory |= near && !hint;
	lull_node_diag(b->diags, b->doc, at, LULL_ERROR, what, hint, "'%s'", at->text);
	return 0;
}

/* The bits of one meaning: a scalar, or a list of scalars. */
static uint64_t meaning(struct build *b, int kind, const struct lull_node *node)
{
	uint64_t bits = 0;
	const struct lull_node *one = node->kind == LULL_NODE_LIST ? node->first : node;
	for (; one; one = node->kind == LULL_NODE_LIST ? one->next : NULL) {
		if (one->kind != LULL_NODE_SCALAR) {
			lull_node_diag(b->diags, b->doc, one, LULL_ERROR, "a name, a list of names, or 'ignored'", NULL,
				       "no name");
		} else if (!strcmp(one->text, "ignored")) {
			continue;
		} else if (kind == LULL_COLUMN_SIGNS) {
			bits |= name_bit(b, one, lull_sign_names, "a sign");
		} else if (kind == LULL_COLUMN_SEVERITY) {
			bits |= name_bit(b, one, severity_names, "a severity 0, 1, 2 or 3");
		} else {
			bits |= tag_bit(b, kind == LULL_COLUMN_TRIGGERS, one, one->text);
		}
	}
	return bits;
}

static int by_word(const void *a, const void *b)
{
	const struct lull_map_word *x = a, *y = b;
	return strcmp(x->word, y->word);
}

const struct lull_map_word *lull_import__find_word(const struct lull_map_column *column, const char *word)
{
	const struct lull_map_word wanted = { word, 0 };
	return column->n_words ? bsearch(&wanted, column->words, column->n_words, sizeof(wanted), by_word) : NULL;
}

/* The words of means: or table:, sorted. */
static void build_words(struct build *b, struct lull_map_column *column, const struct lull_node *table)
{
	if (table->kind != LULL_NODE_MAP) {
		lull_node_diag(b->diags, b->doc, table, LULL_ERROR, "{word: meaning}", NULL, "no map");
		return;
	}
	column->words = LULL_ARENA_NEW(b->arena, struct lull_map_word, table->n_children + 1);
	column->plain = LULL_ARENA_NEW(b->arena, const char *, table->n_children + 1);
	if (!column->words || !column->plain) {
		b->out_of_memory = true;
		return;
	}
	for (const struct lull_node *node = table->first; node; node = node->next) {
		struct lull_map_word *word = &column->words[column->n_words++];
		word->word = lull_import__word(b->arena, node->key, strlen(node->key));
		if (!word->word) {
			b->out_of_memory = true;
			return;
		}
		word->bits = meaning(b, column->is, node);
		column->offered |= word->bits;
	}
	qsort(column->words, column->n_words, sizeof(*column->words), by_word);
	for (size_t i = 0; i < column->n_words; i++) {
		column->plain[i] = column->words[i].word;
		if (i && !strcmp(column->plain[i], column->plain[i - 1]))
			lull_node_diag(b->diags, b->doc, table, LULL_ERROR, "each word once (case does not matter)",
				       NULL, "the word '%s' twice", column->plain[i]);
	}
}

static void resolve_words(struct build *b, struct lull_map_column *column, const struct lull_node *node)
{
	const struct lull_node *table = column->means;
	if (column->table) {
		table = b->map->tables ? lull_node_get(b->map->tables, column->table) : NULL;
		if (!table)
			lull_node_diag(b->diags, b->doc, lull_node_get(node, "table"), LULL_ERROR,
				       "a name below 'tables'", NULL, "the table '%s'", column->table);
	}
	if (table)
		build_words(b, column, table);
	if (column->name)
		column->tag = tag_bit(b, column->is == LULL_COLUMN_TRIGGER, lull_node_get(node, "name"), column->name);
}

static size_t count_kind(const struct lull_map *map, int kind)
{
	size_t n = 0;
	for (size_t i = 0; i < map->n_columns; i++)
		n += map->columns[i].is == kind;
	return n;
}

static void fault(const struct build *b, const char *key, const char *expected, const char *found)
{
	const struct lull_node *node = lull_node_get(b->doc->root, key);
	lull_node_diag(b->diags, b->doc, node ? node : b->doc->root, LULL_ERROR, expected, NULL, "%s", found);
}

/* Kinds of which a row can have only one. */
static void check_singles(const struct build *b)
{
	static const int singles[] = { LULL_COLUMN_PATIENT, LULL_COLUMN_LABEL, LULL_COLUMN_DATE, LULL_COLUMN_CLOCK,
				       LULL_COLUMN_END, LULL_COLUMN_DAY_INDEX, LULL_COLUMN_OFFSET,
				       LULL_COLUMN_END_OFFSET, LULL_COLUMN_DURATION, LULL_COLUMN_ENTERED,
				       LULL_COLUMN_HEADACHE, LULL_COLUMN_PAIN, LULL_COLUMN_SEVERITY, LULL_COLUMN_NOTE };
	for (size_t i = 0; i < sizeof(singles) / sizeof(*singles); i++)
		if (count_kind(b->map, singles[i]) > 1)
			lull_node_diag(b->diags, b->doc, lull_node_get(b->doc->root, "columns"), LULL_ERROR,
				       "at most one such column", NULL, "more than one '%s' column",
				       lull_column_names[singles[i]]);
}

static void check_time(const struct build *b)
{
	const struct lull_map *map = b->map;
	const bool is_dated = map->rows == LULL_ROWS_DAYS || map->rows == LULL_ROWS_ATTACKS;
	const size_t n_dates = count_kind(map, LULL_COLUMN_DATE), n_index = count_kind(map, LULL_COLUMN_DAY_INDEX);
	if (is_dated && !n_dates)
		fault(b, "columns", "a 'date' column, or rows: undated", "none");
	if (!is_dated && (n_dates || count_kind(map, LULL_COLUMN_END) || count_kind(map, LULL_COLUMN_ENTERED)))
		fault(b, "rows", "days or attacks where there is a date", "a dated column");
	if ((map->rows == LULL_ROWS_DAY_INDEX) != (n_index > 0))
		fault(b, "rows", "a 'day_index' column with rows: day_index, and only there", "one without the other");
	if ((map->rows == LULL_ROWS_DAY_INDEX) != (map->first_day != LULL_DAY_NONE))
		fault(b, "rows", "first_day with rows: day_index, and only there", "one without the other");
	if (map->rows == LULL_ROWS_UNDATED && map->no_row_means)
		fault(b, "no_row_means", "missing, where rows have no date", "free");
}

static void check_headache(const struct build *b)
{
	const struct lull_map *map = b->map;
	const bool has_rule = count_kind(map, LULL_COLUMN_HEADACHE) || map->n_free_when_empty ||
			      (map->free_when_pain_is_0 && (count_kind(map, LULL_COLUMN_PAIN) ||
							    count_kind(map, LULL_COLUMN_SEVERITY)));
	if (map->rows != LULL_ROWS_ATTACKS && !has_rule)
		fault(b, "rows", "a 'headache' column, free_when_empty, or free_when_pain_is_0 with a pain column",
		      "no way to tell a headache-free row");
	if (count_kind(map, LULL_COLUMN_HEADACHE) && map->n_free_when_empty)
		fault(b, "free_when_empty", "a 'headache' column or free_when_empty, not both", "both");
}

static void check_words_for_yes(const struct build *b)
{
	static const int asks[] = { LULL_COLUMN_HEADACHE, LULL_COLUMN_SIGN, LULL_COLUMN_TRIGGER, LULL_COLUMN_MEASURE,
				    LULL_COLUMN_DRUG_TAKEN, LULL_COLUMN_RELIEF, LULL_COLUMN_TREATED };
	const struct lull_map *map = b->map;
	for (size_t i = 0; i < map->n_columns; i++) {
		const struct lull_map_column *c = &map->columns[i];
		bool is_asked = false;
		for (size_t k = 0; k < sizeof(asks) / sizeof(*asks); k++)
			is_asked |= c->is == asks[k];
		if (is_asked && (!(c->n_yes + map->n_yes) || !(c->n_no + map->n_no)))
			lull_node_diag(b->diags, b->doc, column_node(b, i), LULL_ERROR,
				       "the map's 'yes:' and 'no:', lists of words", NULL,
				       "a column of yes and no whose words are not stated");
	}
}

static int finish(struct build *b)
{
	struct lull_map *map = b->map;
	if (!map->n_columns)
		fault(b, "columns", "at least one column", "none");
	if (map->header.skip_lines && map->header.n_find)
		fault(b, "header", "skip_lines or find, not both", "both");
	if (map->tables && map->tables->kind != LULL_NODE_MAP) {
		fault(b, "tables", "name: {word: meaning}", "no map");
		map->tables = NULL;
	}
	for (size_t i = 0; i < map->n_columns; i++)
		resolve_words(b, &map->columns[i], column_node(b, i));
	check_singles(b);
	check_time(b);
	check_headache(b);
	check_words_for_yes(b);
	map->asks_severity = count_kind(map, LULL_COLUMN_PAIN) || count_kind(map, LULL_COLUMN_SEVERITY);
	map->asks_drugs = count_kind(map, LULL_COLUMN_DRUGS) || count_kind(map, LULL_COLUMN_DOSES) ||
			  count_kind(map, LULL_COLUMN_DRUG_TAKEN);
	if (b->out_of_memory || b->diags->out_of_memory)
		return LULL_ENOMEM;
	return LULL_OK;
}

int lull_map_read(const char *bytes, size_t n, const char *file, struct lull_arena *arena, struct lull_map *out,
		  struct lull_diags *diags)
{
	struct lull_doc doc;
	const size_t n_before = diags->n_errors;
	int rc = lull_yaml_read(bytes, n, file, arena, &doc, diags);
	if (rc == LULL_OK)
		rc = lull_schema_bind(&doc, &map_schema, arena, out, diags);
	if (rc != LULL_OK)
		return rc;
	struct build b = { out, &doc, arena, diags, false };
	rc = finish(&b);
	if (rc == LULL_OK && diags->n_errors > n_before)
		rc = LULL_EPARSE;
	return rc;
}

/* Not found, with the names there are. */
static int no_such_map(const struct lull_files *files, const char *name, struct lull_err *err)
{
	size_t first, end;
	struct lull_buf names = { 0 };
	lull_files_under(files, "maps/", &first, &end);
	for (size_t i = first; i < end; i++) {
		const char *stem = files->items[i].path + strlen("maps/");
		const char *dot = strrchr(stem, '.');
		lull_buf_puts(&names, i == first ? "" : ", ");
		lull_buf_add(&names, stem, dot ? (size_t)(dot - stem) : strlen(stem));
	}
	int rc = lull_buf_status(&names, err);
	if (rc == LULL_OK) {
		rc = lull_fail(err, LULL_ENOTFOUND, "map", "no map is named '%s'", name);
		lull_mend(err, "there are: %s; or give the path of a map file", lull_buf_text(&names));
	}
	lull_buf_clear(&names);
	return rc;
}

int lull_map_load(const struct lull_files *files, const char *name, struct lull_arena *arena, struct lull_map *out,
		  struct lull_diags *diags, struct lull_err *err)
{
	const char *path = lull_arena_printf(arena, "maps/%s.yaml", name);
	if (!path)
		return lull_nomem(err);
	const struct lull_file *file = lull_files_get(files, path);
	if (!file)
		return no_such_map(files, name, err);
	const int rc = lull_map_read(file->bytes, file->n_bytes, path, arena, out, diags);
	if (rc == LULL_ENOMEM)
		return lull_nomem(err);
	if (rc != LULL_OK)
		lull_diags_fail(diags, err);
	return rc;
}
