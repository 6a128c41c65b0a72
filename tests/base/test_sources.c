/* References: loading, looking up, citing. */
#include "support.h"

#include "lull/base/sources.h"
#include "lull/base/text.h"

static const char one[] =
	"schema_version: 1\nsources:\n  zeta2020: { text: Zeta Z. On z., label: Zeta 2020, doi: 10.1/z }\n"
	"  alpha1999: { text: Alpha A. On a., pmid: 123 }\n",
		  two[] = "schema_version: 1\nsources:\n  beta: { text: Beta B., url: "
			  "'https://example.org/b' }\n";

static void load(const struct lull_file *items, size_t n, struct lull_arena *arena, struct lull_sources *out)
{
	struct lull_diags diags;
	const struct lull_files files = { .items = items, .n_items = n };
	lull_diags_init(&diags, arena);
	assert_ok(lull_sources_load(&files, arena, out, &diags), NULL);
	assert_no_diags(&diags);
}

static void keys_find_their_source(void **state)
{
	const struct lull_file items[] = { { "a.yaml", "x", 1 },
					   { "sources/one.yaml", one, sizeof(one) - 1 },
					   { "sources/two.yaml", two, sizeof(two) - 1 } };
	struct lull_arena arena = { 0 };
	struct lull_sources sources;
	(void)state;
	load(items, 3, &arena, &sources);
	assert_int_equal(sources.n_items, 3);
	assert_string_equal(lull_source_get(&sources, "zeta2020")->doi, "10.1/z");
	assert_string_equal(lull_source_get(&sources, "alpha1999")->label, "alpha1999");
	assert_string_equal(lull_source_get(&sources, "beta")->text, "Beta B.");
	assert_null(lull_source_get(&sources, "bet"));
	assert_null(lull_source_get(&sources, "zzz"));

	struct lull_buf labels = { 0 }, full = { 0 };
	struct lull_err err = { 0 };
	assert_ok(lull_source_citation(&sources, "zeta2020:table 2; alpha1999", &labels, &full, &err), &err);
	assert_string_equal(lull_buf_text(&labels), "Zeta 2020, table 2; alpha1999");
	assert_string_equal(lull_buf_text(&full),
			    "Zeta 2020: Zeta Z. On z. doi:10.1/z\n[alpha1999] Alpha A. On a. PMID 123\n");
	lull_buf_clear(&labels);
	lull_buf_clear(&full);
	assert_int_equal(lull_source_citation(&sources, "gamma", NULL, NULL, &err), LULL_ENOTFOUND);
	assert_has(err.what, "gamma");
	assert_int_equal(lull_source_citation(&sources, "beta; ", NULL, NULL, &err), LULL_EPARSE);
	assert_int_equal(lull_source_citation(&sources, "beta:", NULL, NULL, &err), LULL_EPARSE);
	assert_int_equal(lull_source_citation(&sources, "", NULL, NULL, &err), LULL_EPARSE);
	lull_arena_clear(&arena);
}

static void a_key_names_one_work(void **state)
{
	static const char doi[] =
		"schema_version: 1\nsources: { zeta2020: { text: Zeta again., doi: 10.1/Z } }\n",
			  other[] = "schema_version: 1\nsources: { beta: { text: Another Beta. } }\n";
	const struct lull_file same[] = { { "sources/a.yaml", one, sizeof(one) - 1 },
					  { "sources/b.yaml", doi, sizeof(doi) - 1 } };
	const struct lull_file clash[] = { { "sources/a.yaml", two, sizeof(two) - 1 },
					   { "sources/b.yaml", other, sizeof(other) - 1 } };
	const struct lull_files files = { .items = clash, .n_items = 2 };
	struct lull_arena arena = { 0 };
	struct lull_sources sources;
	struct lull_diags diags;
	(void)state;
	load(same, 2, &arena, &sources);
	assert_int_equal(sources.n_items, 2);
	lull_diags_init(&diags, &arena);
	assert_int_equal(lull_sources_load(&files, &arena, &sources, &diags), LULL_EPARSE);
	assert_has(diags.items[0].found, "the key 'beta' names two different works");
	lull_arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_find_their_source),
		cmocka_unit_test(a_key_names_one_work),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
