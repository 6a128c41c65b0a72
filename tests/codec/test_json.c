/* JSON in and out, structs both ways, schemas, findings. */
#include "support.h"
#include "wide.h"

#include <math.h>

#include "lull/base/yaml.h"
#include "lull/codec/json.h"
#include "lull/headache/finding.h"

static void the_writer_writes_json(void **state)
{
	struct lull_buf buf = { 0 };
	struct lull_json json = { .out = &buf };
	(void)state;
	lull_json_open(&json, NULL, '{');
	lull_json_text(&json, "a", "q\" \\ \n\t\x01 \xC3\xA9 \xFF");
	lull_json_open(&json, "list", '[');
	lull_json_num(&json, NULL, 0.1);
	lull_json_num(&json, NULL, NAN);
	lull_json_num(&json, NULL, INFINITY);
	lull_json_int(&json, NULL, INT64_MIN);
	lull_json_bool(&json, NULL, true);
	lull_json_null(&json, NULL);
	lull_json_close(&json, ']');
	lull_json_open(&json, "none", '{');
	lull_json_close(&json, '}');
	lull_json_close(&json, '}');
	assert_string_equal(
		lull_buf_text(&buf),
		"{\n  \"a\": \"q\\\" \\\\ \\n\\t\\u0001 \xC3\xA9 \xEF\xBF\xBD\",\n  \"list\": [\n    0.1,\n  "
		"  null,\n"
		"    null,\n    -9223372036854775808,\n    true,\n    null\n  ],\n  \"none\": {}\n}");
	lull_buf_clear(&buf);

	json = (struct lull_json){ .out = &buf, .compact = true };
	lull_json_open(&json, NULL, '[');
	lull_json_open(&json, NULL, '{');
	lull_json_int(&json, "x", 1);
	lull_json_text(&json, "y", NULL);
	lull_json_close(&json, '}');
	lull_json_close(&json, ']');
	assert_string_equal(lull_buf_text(&buf), "[{\"x\": 1, \"y\": null}]");
	lull_buf_clear(&buf);

	json = (struct lull_json){ .out = &buf };
	for (int i = 0; i <= LULL_JSON_OUT_DEPTH; i++)
		lull_json_open(&json, NULL, '[');
	for (int i = 0; i <= LULL_JSON_OUT_DEPTH; i++)
		lull_json_close(&json, ']');
	assert_int_equal(lull_buf_status(&buf, NULL), LULL_ELIMIT);
	lull_buf_clear(&buf);
}

static int read_json(const char *text, struct lull_arena *arena, struct lull_doc *doc, char **said)
{
	struct lull_diags diags;
	struct lull_buf buf = { 0 };
	lull_diags_init(&diags, arena);
	const int rc = lull_json_read(text, strlen(text), "f.json", arena, doc, &diags);
	lull_diags_print(&diags, &buf);
	*said = lull_arena_strdup(arena, lull_buf_text(&buf));
	lull_buf_clear(&buf);
	return rc;
}

static void the_reader_keeps_kinds_and_order(void **state)
{
	struct lull_arena arena = { 0 };
	struct lull_doc doc;
	char *said;
	(void)state;
	assert_ok(read_json("\xEF\xBB\xBF{\"z\": 0.1, \"a\": [1.0, -7, 1e-7, 9007199254740993], \"t\": true, "
			    "\"n\": null, "
			    "\"s\": \"\\u00e9\\n1\"}",
			    &arena, &doc, &said),
		  NULL);
	const struct lull_node *root = doc.root, *list = lull_node_get(root, "a");
	assert_string_equal(root->first->key, "z");
	assert_string_equal(root->first->text, "0.1");
	assert_int_equal(root->n_children, 5);
	assert_string_equal(list->first->text, "1");
	assert_string_equal(list->first->next->text, "-7");
	assert_string_equal(list->first->next->next->text, "1e-07");
	assert_string_equal(list->first->next->next->next->text, "9007199254740993");
	assert_false(lull_node_get(root, "t")->quoted);
	assert_int_equal(lull_node_get(root, "n")->kind, LULL_NODE_NULL);
	assert_true(lull_node_get(root, "s")->quoted);
	assert_string_equal(lull_node_get(root, "s")->text, "\xC3\xA9\n1");
	lull_arena_clear(&arena);
}

static void wrong_json_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "{\"a\": 1,\n \"a\": 2}", "f.json:2:" },
		{ "{\"a\": 1} x", "f.json:1:10" },
		{ "[1, 2", "hint: a bracket or quote is not closed" },
		{ "", "not JSON: the file is empty" },
		{ " \n", "not JSON: the file is empty" },
		{ "{\"kg\": 68,5}", "hint: a decimal comma?" },
		{ "date,headache\n", "hint: is it a JSON file at all?" },
		{ "[NaN]", "f.json:1:" },
		{ "[1e400]", "overflow" },
		{ "[99999999999999999999]", "too big integer" },
		{ "[01]", "f.json:1:" },
		{ "[.5]", "f.json:1:" },
		{ "['a']", "f.json:1:" },
		{ "[\"a\\u0000\"]", "\\u0000" },
		{ "[1,]", "f.json:1:" },
		{ "[\"\xFF\"]", "UTF-8" },
		{ "{\"a\": 1,\n \"b\": oops}", "     \"b\": oops}\n" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lull_arena arena = { 0 };
		struct lull_doc doc;
		char *said;
		assert_int_equal(read_json(cases[i].text, &arena, &doc, &said), LULL_EPARSE);
		assert_has(said, cases[i].want);
		assert_null(doc.root);
		lull_arena_clear(&arena);
	}
	struct lull_arena arena = { 0 };
	struct lull_doc doc;
	char deep[2 * LULL_JSON_MAX_DEPTH + 3] = { 0 }, *said;
	memset(deep, '[', LULL_JSON_MAX_DEPTH + 1);
	memset(deep + LULL_JSON_MAX_DEPTH + 1, ']', LULL_JSON_MAX_DEPTH + 1);
	assert_int_equal(read_json(deep, &arena, &doc, &said), LULL_EPARSE);
	assert_has(said, "LULL_JSON_MAX_DEPTH");
	assert_ok(read_json(deep + 1, &arena, &doc, &said) == LULL_EPARSE ? LULL_OK : LULL_EPARSE,
		  NULL); /* trailing ] */
	deep[2 * LULL_JSON_MAX_DEPTH + 1] = '\0';
	assert_ok(read_json(deep + 1, &arena, &doc, &said), NULL);
	lull_arena_clear(&arena);
}

static void a_text_is_quoted_and_a_number_is_not(void **state)
{
	static const char *const wrong[] = {
		"{\"schema_version\": 1, \"title\": 5, \"pain\": 1, \"count\": 1, \"mark\": \"derived\", "
		"\"born\": \"2000-01-01\"}",
		"{\"schema_version\": 1, \"title\": \"x\", \"pain\": \"1\", \"count\": 1, \"mark\": "
		"\"derived\", \"born\": \"2000-01-01\"}",
		"{\"schema_version\": 1, \"title\": \"x\", \"pain\": 1, \"count\": 1.5, \"mark\": "
		"\"derived\", \"born\": \"2000-01-01\"}",
	};
	static const char *const paths[] = { "$.title", "$.pain", "$.count" };
	struct lull_arena arena = { 0 };
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct lull_doc doc;
		struct lull_diags diags;
		struct wide w;
		char *said;
		lull_diags_init(&diags, &arena);
		assert_ok(read_json(wrong[i], &arena, &doc, &said), NULL);
		assert_int_equal(lull_schema_bind(&doc, &wide_schema, &arena, &w, &diags), LULL_EPARSE);
		assert_int_equal(diags.n_errors, 1);
		assert_string_equal(diags.items[0].path, paths[i]);
	}
	lull_arena_clear(&arena);
}

/* bind(JSON(struct)) == struct, and JSON(bind(JSON)) == JSON byte for byte. */
static void round_trip(const struct wide *w, bool compact)
{
	struct lull_arena arena = { 0 };
	struct lull_diags diags;
	struct lull_doc doc;
	struct wide back;
	struct lull_buf one = { 0 }, two = { 0 };
	lull_diags_init(&diags, &arena);
	lull_json_struct(&(struct lull_json){ .out = &one, .compact = compact }, NULL, &wide_schema, w);
	assert_int_equal(lull_buf_status(&one, NULL), LULL_OK);
	(void)!lull_json_read(one.data, one.n, "w", &arena, &doc, &diags);
	assert_no_diags(&diags);
	(void)!lull_schema_bind(&doc, &wide_schema, &arena, &back, &diags);
	assert_no_diags(&diags);
	assert_true(wide_same(w, &back));
	lull_json_struct(&(struct lull_json){ .out = &two, .compact = compact }, NULL, &wide_schema, &back);
	assert_string_equal(one.data, two.data);
	lull_buf_clear(&one);
	lull_buf_clear(&two);
	lull_arena_clear(&arena);
}

static void structs_survive_json(void **state)
{
	struct lull_arena arena = { 0 };
	struct lull_doc doc;
	struct wide w;
	(void)state;
	assert_ok(lull_yaml_read(wide_yaml, sizeof(wide_yaml) - 1, "w", &arena, &doc, NULL), NULL);
	assert_ok(lull_schema_bind(&doc, &wide_schema, &arena, &w, NULL), NULL);
	round_trip(&w, false);
	round_trip(&w, true);
	/* one change at a time must be seen by the comparison and survive as well */
	struct wide changed = w;
	changed.pain = 0.1 + 0.2;
	assert_false(wide_same(&w, &changed));
	round_trip(&changed, false);
	changed.limit = -0.0;
	changed.retries = 0;
	changed.is_invented = false;
	changed.mark = LULL_MARK_NONE; /* index 0 of a required key is written, not taken for absent */
	changed.signs = 0;
	changed.n_words = 0;
	changed.words = NULL;
	changed.has_other_weight = true;
	changed.other_weight = (struct wide_weight){ .kg = 60, .on = 0, .has_kg = true };
	changed.remark = "\"quoted\"\nand more \xE2\x82\xAC";
	round_trip(&changed, false);
	lull_arena_clear(&arena);
}

static void the_schema_describes_every_field(void **state)
{
	struct lull_arena arena = { 0 };
	struct lull_buf buf = { 0 };
	struct lull_doc doc;
	char *said;
	(void)state;
	lull_json_schema(&wide_schema, &buf);
	assert_ok(read_json(lull_buf_text(&buf), &arena, &doc, &said), NULL);
	const struct lull_node *properties = lull_node_get(doc.root, "properties");
	size_t n = 1; /* schema_version */
	for (const struct lull_field *f = wide_fields; f->key; f++, n++)
		assert_non_null(lull_node_get(properties, f->key));
	assert_int_equal(properties->n_children, n);
	assert_string_equal(lull_node_get(lull_node_get(properties, "pain"), "maximum")->text, "10");
	assert_string_equal(lull_node_get(lull_node_get(properties, "weight"), "$ref")->text,
			    "#/$defs/weight");
	assert_int_equal(lull_node_get(doc.root, "$defs")->n_children, 2);
	assert_int_equal(lull_node_get(doc.root, "required")->n_children, 6);
	assert_string_equal(lull_node_get(doc.root, "additionalProperties")->text, "false");
	lull_buf_clear(&buf);
	lull_arena_clear(&arena);
}

static void findings_and_heads(void **state)
{
	const struct lull_finding child = { .code = "C1",
					    .name = "child",
					    .status = LULL_MET,
					    .counted = 3,
					    .needed = 2,
					    .missing = NAN,
					    .bound_low = NAN,
					    .bound_high = NAN,
					    .mark = LULL_VERIFIED,
					    .source = "ichd3" };
	const struct lull_finding root = { .code = "C",
					   .status = LULL_STATUS_UNKNOWN,
					   .could_change = true,
					   .counted = NAN,
					   .needed = NAN,
					   .missing = 4,
					   .bound_low = 1,
					   .bound_high = 5,
					   .unit = "days",
					   .estimated = true,
					   .question = "Ask?",
					   .children = &child,
					   .n_children = 1 };
	struct lull_files files = { .origin = "test" };
	struct lull_buf buf = { 0 };
	struct lull_json json = { .out = &buf, .compact = true };
	(void)state;
	lull_json_finding(&json, NULL, &root);
	assert_string_equal(lull_buf_text(&buf),
			    "{\"code\": \"C\", \"status\": \"unknown\", \"could_change\": true, \"missing\": "
			    "4, \"bound_low\": 1, "
			    "\"bound_high\": 5, \"unit\": \"days\", \"estimated\": true, \"question\": "
			    "\"Ask?\", \"children\": "
			    "[{\"code\": \"C1\", \"name\": \"child\", \"status\": \"met\", \"could_change\": "
			    "false, \"counted\": 3, "
			    "\"needed\": 2, \"source\": \"ichd3\", \"mark\": \"verified\"}]}");
	lull_buf_clear(&buf);
	assert_ok(lull_files_seal(&files, NULL), NULL);
	json = (struct lull_json){ .out = &buf, .compact = true };
	lull_json_open(&json, NULL, '{');
	lull_json_head(&json, "thing", 2, &files);
	lull_json_close(&json, '}');
	assert_has(lull_buf_text(&buf),
		   "{\"schema\": \"thing\", \"schema_version\": 2, \"program\": \"lull ");
	assert_has(lull_buf_text(&buf), files.hash);
	lull_buf_clear(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_writer_writes_json),
		cmocka_unit_test(the_reader_keeps_kinds_and_order),
		cmocka_unit_test(wrong_json_is_refused_with_its_place),
		cmocka_unit_test(a_text_is_quoted_and_a_number_is_not),
		cmocka_unit_test(structs_survive_json),
		cmocka_unit_test(the_schema_describes_every_field),
		cmocka_unit_test(findings_and_heads),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
