/* Drug names as clinics write them. */
#include "support.h"

#include "lull/base/text.h"
#include "lull/care/drugs.h"
#include "lull/care/protocol.h"

static struct lull_arena arena;
static struct lull_drugs drugs;

static int setup(void **state)
{
	(void)state;
	struct lull_diags diags;
	lull_diags_init(&diags, &arena);
	const int rc = lull_drugs_load(test_knowledge(), &arena, &drugs, &diags);
	assert_no_diags(&diags);
	assert_int_equal(rc, LULL_OK);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	lull_arena_clear(&arena);
	return 0;
}

/* "a+b": the ingredient ids, in order. */
static void ids(const struct lull_drug_match *m, char *out, size_t size)
{
	out[0] = '\0';
	for (size_t i = 0; i < m->n_ingredients; i++) {
		if (i)
			strncat(out, "+", size - strlen(out) - 1);
		strncat(out, drugs.ingredients[m->ingredients[i]].id, size - strlen(out) - 1);
	}
}

static void names_as_written(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want;
		bool recognised, sure;
	} cases[] = {
		{ "topiramate", "topiramate", true, true },
		{ "Topamax 100mg BID", "topiramate", true, false },
		{ "TOPIRAMATE 25 mg tablets, 2x daily", "topiramate", true, true },
		{ "venlafaxine XR", "venlafaxine", true, true },
		{ "Effexor-XR 37.5 mg q.d.", "venlafaxine", false, false }, /* "q d": "q" is not listed */
		{ "Effexor XR 37.5 mg qd", "venlafaxine", true, false },
		{ "sumatriptan/naproxen 85/500", "sumatriptan+naproxen", true, true },
		{ "Excedrin Migraine prn", "aspirin+paracetamol+caffeine", true, false },
		{ "losartan potassium 50 mg", "losartan", true, true },
		{ "potassium chloride 20 mEq", "potassium", true, false },
		{ "St. John\xE2\x80\x99s wort", "st johns wort", true, true },
		{ "Parac\xC3\xA9tamol 1g", "paracetamol", true, true },
		{ "propranolol80mg la", "propranolol", true, true },
		{ "onabotulinumtoxinA 155 units q12wk", "onabotulinumtoxina", true, true },
		{ "onabotulinumtoxinA 155 units", "onabotulinumtoxina", true, true },
		{ "Ketalar", "ketamine", true, true },
		{ "Spravato 84 mg nasal spray", "esketamine", true, true },
		{ "topiramate and zzyzx", "topiramate", false, false },
		{ "magnesium sulfate 3 g", "magnesium sulfate", true, true },
		{ "magnesium oxide 400 mg", "magnesium", true, false },
		{ "normal saline 500 mL", "saline", true, false },
		{ "heparin 5000 units", "heparin", true, true },
		{ "100 mg tablets", "", false, false },
		{ "", "", false, false },
		{ "\xD0\x9A\xD0\xB5\xD1\x82\xD0\xB0\xD0\xBC\xD0\xB8\xD0\xBD", "", false, false },
		{ "\xE9\xB3\x9D topiramate", "topiramate", false, false },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct lull_drug_match m;
		char got[400];
		lull_drugs_match(&drugs, cases[i].text, &m);
		ids(&m, got, sizeof(got));
		if (strcmp(got, cases[i].want) || m.recognised != cases[i].recognised || m.sure != cases[i].sure)
			fail_msg("'%s' gave '%s' recognised %d sure %d", cases[i].text, got, m.recognised, m.sure);
	}
}

static void every_drug_of_a_protocol_is_known(void **state)
{
	(void)state;
	struct lull_protocols protocols;
	struct lull_diags diags;
	size_t n = 0;
	lull_diags_init(&diags, &arena);
	assert_int_equal(lull_protocols_load(test_knowledge(), &arena, &protocols, &diags), LULL_OK);
	for (size_t i = 0; i < protocols.n_items; i++)
		for (size_t k = 0; k < protocols.items[i].n_comedication; k++, n++) {
			struct lull_drug_match m;
			lull_drugs_match(&drugs, protocols.items[i].comedication[k].id, &m);
			if (!m.recognised)
				fail_msg("%s: %s", protocols.items[i].id, protocols.items[i].comedication[k].id);
		}
	assert_true(n > 10);
}

static void a_slip_gets_a_hint(void **state)
{
	(void)state;
	struct lull_drug_match m;
	lull_drugs_match(&drugs, "topiramte 50 mg", &m);
	assert_false(m.recognised);
	assert_string_equal(m.nearest, "topiramate");
	lull_drugs_match(&drugs, NULL, &m);
	assert_false(m.recognised);
	assert_false(m.sure);
}

static void a_text_without_end_is_not_recognised(void **state)
{
	(void)state;
	char text[2000];
	struct lull_drug_match m;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	lull_drugs_match(&drugs, text, &m);
	assert_false(m.recognised);
	for (size_t i = 0; i < 390; i++)
		text[i] = i % 2 ? ' ' : '1';
	text[390] = '\0';
	lull_drugs_match(&drugs, text, &m);
	assert_false(m.recognised);
	/* nine ingredients are more than a match holds */
	lull_drugs_match(&drugs, "aspirin ibuprofen naproxen zinc iron feverfew senna nicotine caffeine", &m);
	assert_int_equal(m.n_ingredients, LULL_DRUG_MATCH_MAX);
	assert_false(m.recognised);
}

/* A row of the file matches by each of its names, and only to itself. */
static void every_name_finds_its_ingredient(void **state)
{
	(void)state;
	assert_true(drugs.n_ingredients >= 200);
	for (size_t i = 0; i < drugs.n_ingredients; i++) {
		const struct lull_ingredient *in = &drugs.ingredients[i];
		struct lull_drug_match m;
		assert_in_range(in->mark, LULL_VERIFIED, LULL_RECALLED);
		lull_drugs_match(&drugs, in->id, &m);
		assert_true(m.recognised && m.sure && m.n_ingredients == 1 && m.ingredients[0] == i);
		for (size_t k = 0; k < in->n_names; k++) {
			lull_drugs_match(&drugs, in->names[k], &m);
			if (!m.recognised || m.n_ingredients != 1 || m.ingredients[0] != i)
				fail_msg("'%s' is not read as %s", in->names[k], in->id);
			assert_int_equal(m.sure, in->names_mark < LULL_CALIBRATED);
		}
	}
	for (size_t i = 0; i < drugs.n_products; i++) {
		struct lull_drug_match m;
		lull_drugs_match(&drugs, drugs.products[i].name, &m);
		assert_true(m.recognised);
		assert_int_equal(m.n_ingredients, drugs.products[i].n_ingredients);
		assert_false(m.sure);
	}
}

static void classes_are_asked_by_id(void **state)
{
	(void)state;
	const struct lull_ingredient *in = lull_drugs_ingredient(&drugs, "promethazine");
	assert_non_null(in);
	assert_true(lull_ingredient_is(in, "phenothiazine"));
	assert_true(lull_ingredient_is(in, "promethazine"));
	assert_false(lull_ingredient_is(in, "opioid"));
	assert_true(lull_drugs_knows(&drugs, "triptan"));
	assert_true(lull_drugs_knows(&drugs, "sumatriptan"));
	assert_false(lull_drugs_knows(&drugs, "nothing"));
	assert_null(lull_drugs_ingredient(&drugs, "nothing"));
}

static int load_text(const char *text, struct lull_diags *diags)
{
	const struct lull_file file = { "drugs.yaml", text, strlen(text) };
	const struct lull_files files = { .items = &file, .n_items = 1 };
	struct lull_drugs other;
	lull_diags_init(diags, &arena);
	return lull_drugs_load(&files, &arena, &other, diags);
}

static void a_wrong_file_is_refused(void **state)
{
	(void)state;
	struct lull_diags diags;
	struct lull_buf out = { 0 };
#define HEAD "schema_version: 1\nignore: [mg]\nclasses:\n  - { id: c, name: c }\n"
	assert_int_equal(load_text(HEAD "ingredients:\n  - { id: a, names: [a], source: s, mark: recalled }\nproducts: []\n", &diags),
			 LULL_EPARSE);
	assert_int_equal(load_text(HEAD "ingredients:\n  - { id: a, classes: [d], source: s, mark: recalled }\nproducts: []\n", &diags),
			 LULL_EPARSE);
	lull_diags_print(&diags, &out);
	assert_has(lull_buf_text(&out), "class 'd' of 'a'");
	lull_buf_clear(&out);
	assert_int_equal(load_text(HEAD "ingredients: []\nproducts:\n  - { name: p, ingredients: [x], source: s, mark: recalled }\n", &diags),
			 LULL_EPARSE);
	assert_int_equal(load_text(HEAD "ingredients:\n  - { id: \"!\", source: s, mark: recalled }\nproducts: []\n", &diags),
			 LULL_EPARSE);
	assert_int_equal(load_text("schema_version: 1\n", &diags), LULL_EPARSE);
	const struct lull_files none = { 0 };
	struct lull_drugs other;
	assert_int_equal(lull_drugs_load(&none, &arena, &other, &diags), LULL_ENOTFOUND);
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_as_written),
		cmocka_unit_test(every_drug_of_a_protocol_is_known),
		cmocka_unit_test(a_slip_gets_a_hint),
		cmocka_unit_test(a_text_without_end_is_not_recognised),
		cmocka_unit_test(every_name_finds_its_ingredient),
		cmocka_unit_test(classes_are_asked_by_id),
		cmocka_unit_test(a_wrong_file_is_refused),
	};
	return cmocka_run_group_tests_name("care drugs", tests, setup, teardown);
}
