/* Drug names to classes: spelling, strengths, combinations, and what is not guessed. */
#include "support.h"

#include <math.h>

#include "lull/headache/import.h"

static struct lull_arena arena;
static struct lull_acute_table table;

static int setup(void **state)
{
	(void)state;
	struct lull_diags diags;
	lull_diags_init(&diags, &arena);
	const int rc = lull_acute_load(test_knowledge(), &arena, &table, &diags);
	assert_no_diags(&diags);
	return rc;
}

static int teardown(void **state)
{
	(void)state;
	lull_arena_clear(&arena);
	return 0;
}

struct row {
	const char *name;
	const char *classes; /* blank-separated, in the order of the enum; "" unrecognised */
	double doses;        /* 0: not stated */
};

static void check(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct lull_acute_match m;
		char got[200] = "";
		lull_acute_find(&table, rows[i].name, strlen(rows[i].name), &m);
		for (int c = 0; c < m.n_classes; c++) {
			strcat(got, c ? " " : "");
			strcat(got, lull_acute_names[m.classes[c]]);
		}
		if (strcmp(got, rows[i].classes) != 0)
			print_error("'%s':\n", rows[i].name);
		assert_string_equal(got, rows[i].classes);
		if (rows[i].doses == 0)
			assert_true(isnan(m.doses));
		else
			assert_close(m.doses, rows[i].doses, 0, 0);
	}
}
#define CHECK(rows) check(rows, sizeof(rows) / sizeof(*(rows)))

static void test_spellings(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "sumatriptan", "triptan", 0 },
		{ "SUMATRIPTAN 50 mg", "triptan", 0 },
		{ "Sumatriptan 50mg tablets", "triptan", 0 },
		{ "sumatriptan 50", "triptan", 0 },
		{ "sumatriptan nasal spray 20 mg", "triptan", 0 },
		{ "Sumatriptan succinate 6mg/0.5mL inj.", "triptan", 0 },
		{ "Triptans", "triptan", 0 },
		{ "Rizatriptan (Maxalt) 10 mg x2", "triptan", 2 },
		{ "Rizatriptan (Advil)", "", 0 },
		{ "Rizatriptan (the blue one)", "", 0 },
		{ "Rizatriptan (", "triptan", 0 },
		{ "Sumatript\xC3\xA1n", "triptan", 0 },
		{ "Sumatripta\xCC\x81n", "triptan", 0 },
		{ "IMITREX\xC2\xAE", "triptan", 0 },
		{ "Imitrex\xE2\x84\xA2 100 mg", "triptan", 0 },
		{ "Ibuprof\xC3\xA8ne 400 mg", "nsaid", 0 },
		{ "ibuprofen, 400 mg", "nsaid", 0 },
		{ "ibuprofen 1,200 mg", "nsaid", 0 },
		{ "DHE 45", "ergotamine", 0 },
		{ "D.H.E. 45", "", 0 },
		{ "Cafergot", "ergotamine", 0 },
		{ "Acetaminophen 500 mg caplets", "paracetamol", 0 },
		{ "metamizole", "other_non_opioid_analgesic", 0 },
		{ "lasmiditan", "ditan", 0 },
		{ "Nurtec ODT 75 mg", "gepant", 0 },
		{ "metoclopramide", "antiemetic", 0 },
	};
	CHECK(rows);
}

static void test_doses(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "sumatriptan 50 mg x2", "triptan", 2 },
		{ "sumatriptan 50 mg x 3", "triptan", 3 },
		{ "2x ibuprofen", "nsaid", 2 },
		{ "2 x ibuprofen 200 mg", "nsaid", 2 },
		{ "ibuprofen x0.5", "nsaid", 0.5 },
		{ "ibuprofen x9999", "nsaid", 0 },
		{ "2 ibuprofen 400 mg", "nsaid", 0 }, /* a count or a strength: not said */
	};
	CHECK(rows);
}

static void test_combinations(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "aspirin + paracetamol", "paracetamol aspirin", 0 }, /* no adjuvant: not a combination analgesic */
		{ "aspirin + paracetamol + caffeine", "combination_analgesic", 0 },
		{ "Aspirin/Acetaminophen/Caffeine 250/250/65 mg", "combination_analgesic", 0 },
		{ "paracetamol and codeine", "combination_analgesic", 0 },
		{ "codeine/paracetamol 30/500", "combination_analgesic", 0 },
		{ "ibuprofen & caffeine", "combination_analgesic", 0 },
		{ "ergotamine with caffeine", "ergotamine", 0 },
		{ "naproxen + sumatriptan", "triptan nsaid", 0 },
		{ "sumatriptan + codeine", "triptan opioid", 0 },
		{ "Treximet", "triptan nsaid", 0 },
		{ "Excedrin Migraine", "combination_analgesic", 0 },
		{ "Tylenol", "paracetamol", 0 },
		{ "Tylenol 500 mg", "paracetamol", 0 },
		{ "Tylenol 3", "combination_analgesic", 0 },
		{ "Tylenol #3", "combination_analgesic", 0 },
		{ "Tylenol with codeine", "combination_analgesic", 0 },
		{ "Nurofen Plus", "combination_analgesic", 0 },
		{ "Fioricet", "combination_analgesic", 0 },
		{ "caffeine", "", 0 },
		{ "paracetamol + zorbium", "", 0 },
	};
	CHECK(rows);
}

static void test_not_guessed(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "", "", 0 }, { "   ", "", 0 }, { "+", "", 0 }, { "50 mg", "", 0 }, { "zorbium", "", 0 }, { "x", "", 0 },
		{ "ibuprofenish", "", 0 }, { "Tylenol Cold", "", 0 }, { "the blue one", "", 0 }, { "...", "", 0 },
		{ "\xD0\xB8\xD0\xB1\xD1\x83\xD0\xBF\xD1\x80\xD0\xBE\xD1\x84\xD0\xB5\xD0\xBD", "", 0 },
		{ "\xF0\x9F\x92\x8A", "", 0 }, { "\xC3", "", 0 }, { "\xC2\xB5", "", 0 }, { "s", "", 0 },
	};
	CHECK(rows);
	struct lull_acute_match m;
	lull_acute_find(&table, "sumatriptn", 10, &m);
	assert_int_equal(m.n_classes, 0);
	assert_string_equal(m.near, "sumatriptan");
	char endless[2000];
	memset(endless, 'a', sizeof(endless));
	lull_acute_find(&table, endless, sizeof(endless), &m);
	assert_int_equal(m.n_classes, 0);
	lull_acute_find(&table, endless, 200, &m);
	assert_int_equal(m.n_classes, 0);
}

/* Every listed name finds its own classes. */
static void test_every_name(void **state)
{
	(void)state;
	size_t n = 0;
	for (size_t g = 0; g < table.n_groups; g++) {
		assert_true(table.groups[g].mark != LULL_MARK_NONE);
		for (size_t i = 0; i < table.groups[g].n_names; i++, n++) {
			struct lull_acute_match m;
			lull_acute_find(&table, table.groups[g].names[i], strlen(table.groups[g].names[i]), &m);
			uint64_t classes = 0;
			for (int c = 0; c < m.n_classes; c++)
				classes |= UINT64_C(1) << m.classes[c];
			if (classes != table.groups[g].classes)
				print_error("%s\n", table.groups[g].names[i]);
			assert_true(classes == table.groups[g].classes);
		}
	}
	assert_int_equal(n, table.n_names);
	assert_true(n > 150);
}

/* A table of one's own: faults are named. */
static void refuse(const char *yaml, const char *what)
{
	const struct lull_file file = { "acute_drugs.yaml", yaml, yaml ? strlen(yaml) : 0 };
	const struct lull_files files = { .items = &file, .n_items = yaml ? 1 : 0 };
	struct lull_acute_table out;
	struct lull_diags diags;
	struct lull_err err = { 0 };
	lull_diags_init(&diags, &arena);
	assert_int_not_equal(lull_acute_load(&files, &arena, &out, &diags), LULL_OK);
	lull_diags_fail(&diags, &err);
	assert_has(err.what, what);
}

static void test_faulty_tables(void **state)
{
	(void)state;
#define TOP "schema_version: 1\nforms: [tablet]\nunits: [mg]\njoiners: [and]\nadjuvants: [caffeine]\ngroups:\n"
	refuse(NULL, "no file");
	refuse("schema_version: [", "");
	refuse(TOP "  - {classes: [triptan], names: [a b], source: s, mark: recalled}\n"
		   "  - {classes: [nsaid], names: [A B tablet], source: s, mark: recalled}\n", "'a b' twice");
	refuse(TOP "  - {classes: [triptan], names: [tablet], source: s, mark: recalled}\n", "'tablet'");
	refuse(TOP "  - {classes: [sweets], names: [x], source: s, mark: recalled}\n", "sweets");
	refuse(TOP "  - {classes: [triptan], names: [x], source: s}\n", "mark");
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spellings),   cmocka_unit_test(test_doses),
		cmocka_unit_test(test_combinations), cmocka_unit_test(test_not_guessed),
		cmocka_unit_test(test_every_name),  cmocka_unit_test(test_faulty_tables),
	};
	return cmocka_run_group_tests_name("acute", tests, setup, teardown);
}
