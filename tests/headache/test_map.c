/* Column maps: every fault is named with its place, all of them and not the first. */
#include "support.h"

#include <stdio.h>

#include "lull/base/text.h"
#include "lull/headache/import.h"

static struct lull_arena arena;

static int teardown(void **state)
{
	(void)state;
	lull_arena_clear(&arena);
	return 0;
}

/* What reading says; "" when the map is accepted. */
static const char *read(const char *yaml)
{
	struct lull_map map;
	struct lull_diags diags;
	struct lull_buf buf = { 0 };
	lull_diags_init(&diags, &arena);
	const int rc = lull_map_read(yaml, strlen(yaml), "m.yaml", &arena, &map, &diags);
	assert_int_equal(rc == LULL_OK, diags.n_errors == 0);
	lull_diags_print(&diags, &buf);
	const char *text = lull_arena_strdup(&arena, lull_buf_text(&buf));
	lull_buf_clear(&buf);
	return text;
}

#define TOP "schema_version: 1\nname: m\ntitle: t\nformat: csv\nencoding: utf-8\ndelimiter: comma\ndecimal: point\n"
#define ATTACKS TOP "rows: attacks\nno_row_means: missing\nyes: [y]\nno: [n]\ncolumns:\n  - {column: d, is: date, patterns: [Y-M-D]}\n"

static void test_accepted(void **state)
{
	(void)state;
	assert_string_equal(read(ATTACKS), "");
	assert_string_equal(read(ATTACKS "  - {column: a, is: sign, signs: [nausea]}\n"), "");
}

static void test_keys_of_kinds(void **state)
{
	(void)state;
	static const struct { const char *line, *says; } rows[] = {
		{ "{column: a, is: sign}", "a 'sign' column without 'signs'" },
		{ "{column: a, is: sign, signs: [nausea], scale: 0-10}", "'scale', which has no effect on a 'sign' column" },
		{ "{column: a, is: pain}", "a 'pain' column without 'scale'" },
		{ "{column: a, is: doses, class: triptan}", "without 'max'" },
		{ "{column: a, is: doses, class: triptan, max: 1, min: 2}", "min above max" },
		{ "{column: a, is: drugs, separator: ', '}", "a separator of 2 bytes" },
		{ "{column: a, is: signs, separator: ','}", "whose words have no meaning" },
		{ "{column: a, is: signs, separator: ',', table: x}", "the table 'x'" },
		{ "{column: a, is: signs, separator: ',', means: {a: nausea}, table: x}", "'means' or 'table', not both" },
		{ "{column: a, is: signs, separator: ',', means: [nausea]}", "no map" },
		{ "{column: a, is: signs, separator: ',', means: {a: nausia}}", "did you mean 'nausea'?" },
		{ "{column: a, is: signs, separator: ',', means: {a: {b: c}}}", "no name" },
		{ "{column: a, is: signs, separator: ',', means: {a: nausea, A: vomiting}}", "the word 'a' twice" },
		{ "{column: a, is: severity, means: {bad: 4}}", "a severity 0, 1, 2 or 3" },
		{ "{column: a, is: trigger, name: Red Wine}", "an id like lack_of_sleep" },
		{ "{column: a, is: triggers, separator: ',', means: {x: 'A B'}}", "an id like lack_of_sleep" },
		{ "{column: a, is: sign, signs: [nausea], only: sometimes}", "sometimes" },
		{ "{column: a, is: thing}", "thing" },
		{ "{column: a, is: ignored}", "without 'why'" },
		{ "{column: a, is: date, patterns: [Y-M-D]}", "more than one 'date' column" },
		{ "{column: a, is: day_index}", "one without the other" },
		{ "{is: label}", "column" },
		{ "{column: a, is: label, colour: red}", "colour" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char yaml[1000];
		snprintf(yaml, sizeof(yaml), ATTACKS "  - %s\n", rows[i].line);
		assert_has(read(yaml), rows[i].says);
		assert_has(read(yaml), "m.yaml:"); /* with its place */
	}
}

static void test_whole_map(void **state)
{
	(void)state;
	assert_has(read("a: ["), "m.yaml:");
	assert_has(read(TOP "rows: days\nno_row_means: missing\ncolumns: []\n"), "at least one column");
	assert_has(read(TOP "rows: days\nno_row_means: missing\ncolumns: [{column: a, is: label}]\n"), "a 'date' column");
	assert_has(read(TOP "rows: days\nno_row_means: missing\ncolumns: [{column: d, is: date, patterns: [Y-M-D]}]\n"),
		   "no way to tell a headache-free row");
	assert_has(read(TOP "rows: undated\nno_row_means: free\nfree_when_empty: [a]\ncolumns: [{column: d, is: date, patterns: [Y-M-D]}]\n"),
		   "a dated column");
	assert_has(read(TOP "rows: undated\nno_row_means: free\nfree_when_empty: [a]\ncolumns: [{column: d, is: label}]\n"),
		   "where rows have no date");
	assert_has(read(TOP "rows: day_index\nno_row_means: missing\nfree_when_empty: [a]\ncolumns: [{column: d, is: day_index}]\n"),
		   "first_day with rows: day_index");
	assert_has(read(TOP "rows: attacks\nno_row_means: missing\nheader: {skip_lines: 1, find: [a]}\n"
			"columns: [{column: d, is: date, patterns: [Y-M-D]}]\n"), "skip_lines or find");
	assert_has(read(TOP "rows: attacks\nno_row_means: missing\ntables: [a]\ncolumns: [{column: d, is: date, patterns: [Y-M-D]}]\n"),
		   "name: {word: meaning}");
	assert_has(read(TOP "rows: attacks\nno_row_means: missing\ncolumns:\n  - {column: d, is: date, patterns: [Y-M-D]}\n"
			"  - {column: a, is: sign, signs: [nausea]}\n"), "whose words are not stated");
	assert_has(read(ATTACKS "  - {column: h, is: headache}\nfree_when_empty: [a]\n"), "not both");
	/* All faults of a map in one go. */
	const char *text = read(TOP "rows: fortnights\nno_row_means: nothing\ncolumns: [{column: a, is: thing}]\n");
	assert_has(text, "m.yaml:8:7: error:");
	assert_has(text, "m.yaml:9:15: error:");
	assert_has(text, "m.yaml:10:27: error:");
	assert_has(text, "rows: fortnights\n          ^");
}

static void test_too_many_tags(void **state)
{
	(void)state;
	struct lull_buf yaml = { 0 };
	lull_buf_puts(&yaml, ATTACKS);
	for (int i = 0; i < 66; i++)
		lull_buf_printf(&yaml, "  - {column: c%d, is: measure, name: m%d}\n", i, i);
	assert_has(read(lull_buf_text(&yaml)), "one more measure, 'm64'");
	lull_buf_clear(&yaml);
}

/* Every map that ships is sound, names its source, and is called what its file is called. */
static void test_shipped(void **state)
{
	(void)state;
	size_t first, end;
	lull_files_under(test_knowledge(), "maps/", &first, &end);
	assert_true(end - first >= 4);
	for (size_t i = first; i < end; i++) {
		char name[100];
		const char *path = test_knowledge()->items[i].path + strlen("maps/");
		snprintf(name, sizeof(name), "%.*s", (int)(strlen(path) - strlen(".yaml")), path);
		struct lull_map map;
		struct lull_diags diags;
		struct lull_err err = { 0 };
		lull_diags_init(&diags, &arena);
		assert_ok(lull_map_load(test_knowledge(), name, &arena, &map, &diags, &err), &err);
		assert_string_equal(map.name, name);
		assert_non_null(map.source);
		assert_true(map.mark != LULL_MARK_NONE);
	}
}

static void test_load_by_name(void **state)
{
	(void)state;
	struct lull_map map;
	struct lull_diags diags;
	struct lull_err err = { 0 };
	lull_diags_init(&diags, &arena);
	assert_int_equal(lull_map_load(test_knowledge(), "nothing", &arena, &map, &diags, &err), LULL_ENOTFOUND);
	assert_has(err.what, "no map is named 'nothing'");
	assert_has(err.mend, "insogna2023, lull, migraine_buddy, park2016");
	const struct lull_file file = { "maps/bad.yaml", "rows: days\n", 11 };
	const struct lull_files files = { .items = &file, .n_items = 1 };
	assert_int_equal(lull_map_load(&files, "bad", &arena, &map, &diags, &err), LULL_EPARSE);
	assert_has(err.where, "maps/bad.yaml");
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),      cmocka_unit_test(test_keys_of_kinds),
		cmocka_unit_test(test_whole_map),     cmocka_unit_test(test_too_many_tags),
		cmocka_unit_test(test_shipped),       cmocka_unit_test(test_load_by_name),
	};
	return cmocka_run_group_tests_name("map", tests, NULL, teardown);
}
