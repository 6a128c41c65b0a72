/* Every embedded knowledge file: it is YAML under the house rules, carries its version, cites
 * only sources that exist, marks only with known marks, and marks what it cites. */
#include "support.h"

#include "lull/base/statements.h"
#include "lull/base/yaml.h"

static void every_statement_can_be_looked_up(void **state)
{
	const struct lull_files *files = test_knowledge();
	struct lull_arena arena = { 0 };
	struct lull_statement_counts counts = { 0 };
	struct lull_diags diags;
	(void)state;
	lull_diags_init(&diags, &arena);
	const int rc = lull_statements_check_all(files, &arena, &counts, &diags);
	assert_no_diags(&diags);
	assert_int_equal(rc, LULL_OK);
	print_message("# %zu files, %zu citations, %zu verified, %zu recalled\n", counts.n_files,
		      counts.n_citations, counts.n_marks[LULL_VERIFIED], counts.n_marks[LULL_RECALLED]);
	lull_arena_clear(&arena);
}

/* The walk itself must be able to fail. */
static void a_wrong_citation_is_caught(void **state)
{
	static const char yaml[] = "schema_version: 1\na: { source: nobody2000, mark: sure }\n";
	struct lull_arena arena = { 0 };
	struct lull_sources none = { 0 };
	struct lull_statement_counts counts = { 0 };
	struct lull_diags diags;
	struct lull_doc doc;
	(void)state;
	lull_diags_init(&diags, &arena);
	assert_ok(lull_yaml_read(yaml, sizeof(yaml) - 1, "x.yaml", &arena, &doc, &diags), NULL);
	lull_statements_check(&doc, &none, &arena, &counts, &diags);
	assert_int_equal(diags.n_errors, 2);
	assert_string_equal(diags.items[0].path, "$.a.source");
	lull_arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_statement_can_be_looked_up),
		cmocka_unit_test(a_wrong_citation_is_caught),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
