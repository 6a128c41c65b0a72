/* YAML to structs: every kind of field, and every fault with its place. */
#include "support.h"
#include "wide.h"

#include <math.h>
#include <stdio.h>

#include "lull/base/text.h"
#include "lull/base/yaml.h"

/* Reads and binds text; returns the printed remarks. */
static const char *remarks(const char *yaml, struct lull_arena *arena, struct wide *out, size_t *n_errors)
{
	struct lull_doc doc;
	struct lull_diags diags;
	struct lull_buf buf = { 0 };
	lull_diags_init(&diags, arena);
	int rc = lull_yaml_read(yaml, strlen(yaml), "p.yaml", arena, &doc, &diags);
	if (rc == LULL_OK)
		rc = lull_schema_bind(&doc, &wide_schema, arena, out, &diags);
	assert_int_equal(rc, diags.n_errors ? LULL_EPARSE : LULL_OK);
	lull_diags_print(&diags, &buf);
	const char *text = lull_arena_strdup(arena, lull_buf_text(&buf));
	lull_buf_clear(&buf);
	if (n_errors)
		*n_errors = diags.n_errors;
	return text;
}

static void every_field_is_filled(void **state)
{
	struct lull_arena arena = { 0 };
	struct wide w;
	(void)state;
	assert_string_equal(remarks(wide_yaml, &arena, &w, NULL), "");
	assert_string_equal(w.title, "An invented patient");
	assert_null(w.remark);
	assert_true(w.pain == 7.5 && w.limit == 0.001);
	assert_int_equal(w.count, 12);
	assert_int_equal(w.retries, -1);
	assert_true(w.is_invented);
	assert_int_equal(w.pregnant, LULL_NO);
	assert_int_equal(w.allergic, LULL_ABSENT);
	assert_int_equal(w.mark, LULL_VERIFIED);
	assert_int_equal(w.unset_mark, -1);
	assert_int_equal(w.signs, 5);
	assert_int_equal(w.born, lull_day_from_ymd(1980, 2, 29));
	assert_int_equal(w.died, LULL_DAY_NONE);
	assert_true(w.has_weight && !w.has_other_weight);
	assert_true(w.weight.kg == 79.5 && w.weight.has_kg);
	assert_true(isnan(w.other_weight.kg) && !w.other_weight.has_kg);
	assert_int_equal(w.other_weight.on, LULL_DAY_NONE);
	assert_int_equal(w.n_drugs, 2);
	assert_string_equal(w.drugs[1].name, "12");
	assert_true(isnan(w.drugs[1].dose_mg));
	assert_int_equal(w.drugs[1].helped, LULL_UNKNOWN);
	assert_int_equal(w.n_words, 3);
	assert_string_equal(w.words[2], "thr\xC3\xA9"
					"e");
	assert_int_equal(w.n_levels, 4);
	assert_true(w.levels[3] == 1e6);
	assert_int_equal(w.n_keyed, 2);
	assert_string_equal(w.keyed[0].name, "propranolol");
	assert_true(w.keyed[0].dose_mg == 80);
	assert_string_equal(w.keyed[1].note, "not \"here\"");
	assert_int_equal(w.free_form->first->n_children, 4);
	lull_arena_clear(&arena);
}

/* The document with one line replaced, and what must then be said. */
static void each_fault_is_named(void **state)
{
	static const struct {
		const char *line, *with, *want;
	} cases[] = {
		{ "pain: 7.5", "pain: 7,5",
		  "p.yaml:3:7: error: $.pain: found '7,5'; expected a number from 0 to 10 points\n"
		  "    pain: 7,5\n          ^\n  hint: write 7.5, with a point\n" },
		{ "pain: 7.5", "pain: '7.5'", "found the quoted text '7.5'" },
		{ "pain: 7.5", "pain: 7O", "letter O" },
		{ "pain: 7.5", "pain: 11", "expected a number from 0 to 10 points" },
		{ "pain: 7.5", "pain: nan", "found 'nan'" },
		{ "pain: 7.5", "pain:", "p.yaml:3:6: error: $.pain: found nothing" },
		{ "pain: 7.5", "pain: [7.5]", "found a list" },
		{ "pain: 7.5", "pian: 7.5",
		  "the unknown key 'pian'; expected a key of wide\n    pian: 7.5\n    ^\n  hint: did you "
		  "mean 'pain'?" },
		{ "pain: 7.5", "pian: 7.5", "$: the key 'pain' of wide is missing" },
		{ "count: 12", "count: 12.0", "a whole number from 1 to 100" },
		{ "count: 12", "count: 101", "found '101'; expected a whole number from 1 to 100" },
		{ "is_invented: true", "is_invented: yes", "found 'yes'; expected true or false" },
		{ "pregnant: no", "pregnant: false", "expected one of unknown, no, yes" },
		{ "pregnant: no", "pregnant: absent", "expected one of unknown, no, yes" },
		{ "mark: verified", "mark: verifyed", "hint: did you mean 'verified'?" },
		{ "signs: [nausea, photophobia]", "signs: [nausea, nausea]", "each name once" },
		{ "signs: [nausea, photophobia]", "signs: nausea", "hint: write it as [a, b]" },
		{ "signs: [nausea, photophobia]", "signs: [fever]",
		  "$.signs[0]: found 'fever'; expected one of nausea" },
		{ "born: 1980-02-29", "born: 1981-02-29", "expected a date such as 2026-11-22" },
		{ "weight: { kg: 79.5, on: 2026-11-22 }", "weight: { on: 2026-11-22 }",
		  "hint: measured on the day" },
		{ "weight: { kg: 79.5, on: 2026-11-22 }", "weight: { kg: 7.95 }",
		  "$.weight.kg: found '7.95'; expected a number from 20 to 400 kg" },
		{ "weight: { kg: 79.5, on: 2026-11-22 }", "weight: 79.5", "expected a map (weight)" },
		{ "    dose_mg: 50", "    dose_mg: 50 mg", "$.drugs[0].dose_mg: found '50 mg'" },
		{ "  - name: topiramate", "  - nome: topiramate", "did you mean 'name'?" },
		{ "words: [one, 'two', \"thr\xC3\xA9"
		  "e\"]",
		  "words: [one, '']", "$.words[1]: found the quoted text ''; expected a text" },
		{ "levels: [-1, 0, 0.1, 1000000]", "levels: [-1, -2]", "$.levels[1]" },
		{ "  propranolol: { dose_mg: 80 }", "  propranolol: { name: x }", "the unknown key 'name'" },
		{ "title: An invented patient # a comment", "title: ''", "expected a text" },
		{ "schema_version: 1", "schema_version: 2", "expected schema_version: 1" },
		{ "schema_version: 1", "", "found no schema_version" },
		{ "limit: 1e-3", "died: 1979-01-01", "p.yaml:4:7: error: $.died: found a day before 'born'" },
		{ "limit: 1e-3", "pain: 3",
		  "p.yaml:4:1: error: found key 'pain' again; it stands first on line 3" },
		{ "limit: 1e-3", "limit: &a 1", "an anchor (&)" },
		{ "limit: 1e-3", "limit: *a", "an alias (*)" },
		{ "limit: 1e-3", "limit: !!float 1", "a tag (!)" },
		{ "limit: 1e-3", "limit: 1\n---\na: 1", "a second document" },
		{ "limit: 1e-3", "\tlimit: 1", "hint: indent with blanks, not tabs" },
		{ "limit: 1e-3", "remark: a: b", "hint: quote a value that holds ': '" },
		{ "limit: 1e-3", "limit: [1, 2", "not YAML" },
		{ "limit: 1e-3", "? [a, b]\n: 1", "a list or map as a key" },
		{ "limit: 1e-3", "remark: \"a\\0b\"", "a NUL" },
		{ "limit: 1e-3", "'': 1", "an empty key" },
		{ "limit: 1e-3", "limit: \xFF",
		  "p.yaml:4:8: error: found a byte that is not UTF-8 text (0xff)" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lull_arena arena = { 0 };
		struct wide w;
		size_t n_errors = 0;
		char line[80];
		snprintf(line, sizeof(line), "%s\n", cases[i].line);
		const char *at = strstr(wide_yaml, line);
		assert_non_null(at);
		const char *yaml = lull_arena_printf(&arena, "%.*s%s%s", (int)(at - wide_yaml), wide_yaml,
						     cases[i].with, at + strlen(cases[i].line));
		const char *said = remarks(yaml, &arena, &w, &n_errors);
		assert_has(said, cases[i].want);
		assert_true(n_errors > 0);
		lull_arena_clear(&arena);
	}
}

static void all_faults_are_reported_at_once(void **state)
{
	struct lull_arena arena = { 0 };
	struct wide w;
	size_t n_errors = 0;
	(void)state;
	const char *said = remarks("schema_version: 1\npain: x\ncount: 0\nmark: none\nborn: x\ncolour: red\n",
				   &arena, &w, &n_errors);
	assert_int_equal(n_errors, 5); /* pain, count, born, the unknown key, the missing title */
	assert_has(said, "'colour'");
	assert_has(said, "'title' of wide is missing");
	lull_arena_clear(&arena);
}

static void yaml_has_ceilings(void **state)
{
	struct lull_arena arena = { 0 };
	struct lull_buf deep = { 0 };
	struct wide w;
	size_t n_errors;
	(void)state;
	lull_buf_puts(&deep, "free_form: ");
	lull_buf_pad(&deep, '[', LULL_YAML_MAX_DEPTH);
	assert_has(remarks(deep.data, &arena, &w, &n_errors), "LULL_YAML_MAX_DEPTH");
	lull_buf_clear(&deep);
	lull_buf_puts(&deep, "[");
	for (int i = 0; i < LULL_YAML_MAX_NODES; i++)
		lull_buf_puts(&deep, "1,");
	lull_buf_puts(&deep, "]");
	assert_has(remarks(deep.data, &arena, &w, &n_errors), "LULL_YAML_MAX_NODES");
	lull_buf_clear(&deep);
	lull_buf_pad(&deep, ' ', LULL_YAML_MAX_BYTES + 1);
	assert_has(remarks(deep.data, &arena, &w, &n_errors), "at most 16777216 are read");
	lull_buf_clear(&deep);
	assert_has(remarks("", &arena, &w, &n_errors), "an empty file");
	assert_has(remarks("# only a comment\n", &arena, &w, &n_errors), "an empty file");
	lull_arena_clear(&arena);
}

static void remarks_are_counted_beyond_what_is_kept(void **state)
{
	struct lull_arena arena = { 0 };
	struct lull_buf many = { 0 };
	struct wide w;
	size_t n_errors;
	(void)state;
	lull_buf_puts(&many, wide_yaml);
	for (int i = 0; i < LULL_DIAGS_KEPT + 50; i++)
		lull_buf_printf(&many, "zz%d: 1\n", i);
	assert_has(remarks(many.data, &arena, &w, &n_errors),
		   "only the first 200 remarks are shown; in all 250 errors");
	assert_int_equal(n_errors, LULL_DIAGS_KEPT + 50);
	lull_buf_clear(&many);
	lull_arena_clear(&arena);
}

static void the_first_error_becomes_a_sentence(void **state)
{
	struct lull_arena arena = { 0 };
	struct lull_diags diags;
	struct lull_doc doc;
	struct lull_err err = { 0 };
	struct wide w;
	static const char yaml[] = "pain: 7,5\n";
	(void)state;
	lull_diags_init(&diags, &arena);
	assert_int_equal(lull_diags_fail(&diags, &err), LULL_OK);
	lull_diags_addf(&diags, LULL_WARNING, "f", 1, 2, NULL, NULL, "only a warning");
	assert_int_equal(lull_diags_fail(&diags, &err), LULL_OK);
	assert_ok(lull_yaml_read(yaml, sizeof(yaml) - 1, "p.yaml", &arena, &doc, &diags), NULL);
	assert_int_equal(lull_schema_bind(&doc, &wide_schema, &arena, &w, &diags), LULL_EPARSE);
	assert_int_equal(lull_schema_bind(&doc, &wide_schema, &arena, &w, NULL), LULL_EPARSE);
	assert_int_equal(lull_diags_fail(&diags, &err), LULL_EPARSE);
	assert_string_equal(err.where, "p.yaml:1:1: $");
	assert_string_equal(err.what, "found no schema_version; expected schema_version: 1");
	lull_arena_clear(&arena);
}

static void near_names_are_found(void **state)
{
	static const char *const names[] = { "weight_kg", "height_cm", "age", "name", NULL };
	(void)state;
	assert_string_equal(lull_nearest_name("wieght_kg", names), "weight_kg");
	assert_string_equal(lull_nearest_name("weight", names), "weight_kg");
	assert_string_equal(lull_nearest_name("Age", names), "age");
	assert_null(lull_nearest_name("diagnosis", names));
	assert_null(lull_nearest_name("", names));
	char huge[3000];
	memset(huge, 'w', sizeof(huge) - 1);
	huge[sizeof(huge) - 1] = '\0';
	assert_null(lull_nearest_name(huge, names));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_is_filled),
		cmocka_unit_test(each_fault_is_named),
		cmocka_unit_test(all_faults_are_reported_at_once),
		cmocka_unit_test(yaml_has_ceilings),
		cmocka_unit_test(remarks_are_counted_beyond_what_is_kept),
		cmocka_unit_test(the_first_error_becomes_a_sentence),
		cmocka_unit_test(near_names_are_found),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
