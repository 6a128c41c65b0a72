/* Diary files: what import made of a table, written and read again, is the same diary; and what is refused. */
#include "support.h"

#include <math.h>

#include "lull/codec/diary_json.h"

static struct lull_arena arena;
static const struct lull_import_options all = { NULL, LULL_DAY_NONE, LULL_DAY_NONE };

static int teardown(void **state)
{
	(void)state;
	lull_arena_clear(&arena);
	return 0;
}

static struct lull_import import(const char *csv, size_t n, const char *map_name)
{
	struct lull_map map;
	struct lull_acute_table drugs;
	struct lull_diags diags;
	struct lull_err err = { 0 };
	struct lull_import in;
	lull_diags_init(&diags, &arena);
	assert_ok(lull_map_load(test_knowledge(), map_name, &arena, &map, &diags, &err), &err);
	assert_int_equal(lull_acute_load(test_knowledge(), &arena, &drugs, &diags), LULL_OK);
	assert_ok(lull_import_csv(csv, n, "t.csv", &map, &drugs, &all, &arena, &in, &err), &err);
	return in;
}

static const char *write(const struct lull_import *in)
{
	struct lull_buf buf = { 0 };
	struct lull_err err = { 0 };
	assert_ok(lull_diary_json_write(in->diaries, in->n_diaries, &arena, &buf, &err), &err);
	const char *text = lull_arena_strdup(&arena, lull_buf_text(&buf));
	lull_buf_clear(&buf);
	return text;
}

static struct lull_import read(const char *json)
{
	struct lull_diags diags;
	struct lull_err err = { 0 };
	struct lull_import in;
	lull_diags_init(&diags, &arena);
	const int rc = lull_diary_json_read(json, strlen(json), "t.json", &all, &arena, &in, &diags, &err);
	assert_no_diags(&diags);
	assert_ok(rc, &err);
	return in;
}

static void same_float(float a, float b)
{
	assert_true(a == b || (isnan(a) && isnan(b)));
}

static void same_text(const char *a, const char *b)
{
	assert_int_equal(a == NULL, b == NULL);
	if (a)
		assert_string_equal(a, b);
}

static void same_entry(const struct lull_entry *a, const struct lull_entry *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->entered_late, b->entered_late);
	assert_int_equal(a->successfully_treated, b->successfully_treated);
	assert_true(a->known == b->known && a->yes == b->yes);
	assert_int_equal(a->first, b->first);
	assert_int_equal(a->last, b->last);
	assert_int_equal(a->start_min, b->start_min);
	assert_int_equal(a->offset_min, b->offset_min);
	same_float(a->pain, b->pain);
	same_float(a->duration_min, b->duration_min);
	assert_int_equal(a->severity, b->severity);
	assert_int_equal(a->drugs_known, b->drugs_known);
	assert_int_equal(a->n_intakes, b->n_intakes);
	for (uint16_t i = 0; i < a->n_intakes; i++) {
		same_text(a->intakes[i].name, b->intakes[i].name);
		assert_int_equal(a->intakes[i].acute, b->intakes[i].acute);
		assert_int_equal(a->intakes[i].relief, b->intakes[i].relief);
		assert_int_equal(a->intakes[i].suspect, b->intakes[i].suspect);
		same_float(a->intakes[i].doses, b->intakes[i].doses);
	}
	assert_true(a->triggers_known == b->triggers_known && a->triggers_yes == b->triggers_yes);
	assert_true(a->measures_known == b->measures_known && a->measures_yes == b->measures_yes);
	assert_true(a->measures_helped == b->measures_helped);
	same_text(a->label, b->label);
	same_text(a->note, b->note);
	assert_int_equal(a->line, b->line);
}

static void same_diary(const struct lull_diary *a, const struct lull_diary *b)
{
	assert_string_equal(a->patient_id, b->patient_id);
	assert_int_equal(a->dated, b->dated);
	assert_int_equal(a->first, b->first);
	assert_int_equal(a->day_index_only, b->day_index_only);
	assert_int_equal(a->missing_is_free, b->missing_is_free);
	assert_int_equal(a->invented, b->invented);
	assert_int_equal(a->records_severity, b->records_severity);
	assert_int_equal(a->records_drugs, b->records_drugs);
	assert_int_equal(a->n_entries, b->n_entries);
	for (size_t i = 0; i < a->n_entries; i++)
		same_entry(&a->entries[i], &b->entries[i]);
	assert_int_equal(a->n_days, b->n_days);
	for (size_t d = 0; d < a->n_days; d++) {
		assert_int_equal(a->days[d].state, b->days[d].state);
		assert_int_equal(a->days[d].continues, b->days[d].continues);
		assert_int_equal(a->days[d].n_refs, b->days[d].n_refs);
		same_float(a->days[d].pain, b->days[d].pain);
		same_float(a->days[d].headache_min, b->days[d].headache_min);
	}
	assert_int_equal(a->n_triggers, b->n_triggers);
	for (size_t i = 0; i < a->n_triggers; i++)
		assert_string_equal(a->triggers[i], b->triggers[i]);
	assert_int_equal(a->n_measures, b->n_measures);
	for (size_t i = 0; i < a->n_measures; i++)
		assert_string_equal(a->measures[i], b->measures[i]);
}

/* Table -> diary -> JSON -> diary -> JSON. */
static void round_trip(const struct lull_import *in)
{
	const char *text = write(in);
	const struct lull_import back = read(text);
	assert_int_equal(back.n_diaries, in->n_diaries);
	for (size_t i = 0; i < in->n_diaries; i++)
		same_diary(&in->diaries[i], &back.diaries[i]);
	assert_string_equal(text, write(&back));
}

static void test_real_diaries(void **state)
{
	(void)state;
	static const char *const files[][2] = { { "tests/data/park2016_headache_diary_dev.csv", "park2016" },
						{ "tests/data/insogna2023_daily_headache.csv", "insogna2023" },
						{ "tests/data/migraine_buddy_invented.csv", "migraine_buddy" } };
	for (int i = 0; i < 3; i++) {
		size_t n;
		const char *csv = test_read(files[i][0], &n, &arena);
		const struct lull_import in = import(csv, n, files[i][1]);
		round_trip(&in);
	}
}

/* A small generator, so that the tables are the same in every run. */
static uint64_t seed;
static unsigned draw(unsigned n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(seed >> 33) % n;
}

static void put_cell(struct lull_buf *buf, const char *text)
{
	lull_csv_put(buf, text, ',', false);
}

/* A random row of our own table: all kinds of cells, many empty. */
static void put_row(struct lull_buf *buf, unsigned patient)
{
	static const char *const answers[] = { "", "yes", "no" };
	static const char *const drugs[] = { "", "none", "Sumatriptan 50 mg x2", "ibuprofen; zorbium", "Excedrin", "aspirin + paracetamol" };
	static const char *const tags[] = { "", "none", "stress", "stress; not_eating", "weather", "Aged Cheese" };
	static const char *const helped[] = { "", "massage", "yoga;massage" };
	static const char *const notes[] = { "", "quoted \"words\", and a comma", "two\nlines", "caf\xC3\xA9" };
	const bool headache = draw(2);
	lull_buf_printf(buf, "p%u,2026-%02u-%02u,%s,", patient, 1 + draw(3), 1 + draw(28), headache ? "yes" : "no");
	if (headache && draw(2))
		lull_buf_printf(buf, "%02u:%02u,%u,", draw(24), draw(60), draw(5000));
	else
		lull_buf_puts(buf, ",,");
	if (headache && draw(3))
		lull_buf_printf(buf, "%u.%u,", 1 + draw(9), draw(10));
	else
		lull_buf_puts(buf, ",");
	for (int i = 0; i < 4; i++)
		lull_buf_printf(buf, "%s,", answers[draw(3)]);
	put_cell(buf, drugs[draw(6)]);
	lull_buf_printf(buf, ",%s,", answers[draw(3)]);
	put_cell(buf, tags[draw(6)]);
	lull_buf_printf(buf, ",%s,", helped[draw(3)]);
	put_cell(buf, notes[draw(4)]);
	lull_buf_putc(buf, '\n');
}

static void test_property(void **state)
{
	(void)state;
	for (uint64_t run = 1; run <= 60; run++) {
		seed = run;
		struct lull_buf buf = { 0 };
		lull_buf_puts(&buf, "patient_id,date,headache,start,duration_min,pain_0_10,unilateral,nausea,aura_visual,"
				    "vomiting,drugs,relief,triggers,measures_that_helped,note\n");
		for (unsigned i = 0, n = 1 + draw(60); i < n; i++)
			put_row(&buf, draw(3));
		const struct lull_import in = import(lull_buf_text(&buf), buf.n, "lull");
		assert_int_equal(in.report.n_rejected, 0);
		round_trip(&in);
		lull_buf_clear(&buf);
		lull_arena_clear(&arena);
	}
}

static void test_by_hand(void **state)
{
	(void)state;
	const struct lull_import in = read(
		"{\"schema_version\": 1, \"diaries\": [{\"from\": \"2026-01-01\", \"to\": \"2026-01-10\","
		" \"no_row_means\": \"free\", \"invented\": true, \"records_severity\": true, \"records_drugs\": true,"
		" \"triggers\": [\"stress\"], \"entries\": ["
		" {\"kind\": \"headache\", \"first\": \"2026-01-03\", \"last\": \"2026-01-04\", \"start_min\": 1320,"
		"  \"duration_min\": 240, \"pain_0_10\": 6.5, \"signs_yes\": [\"nausea\"], \"signs_no\": [\"vomiting\"],"
		"  \"drugs_known\": true, \"drugs\": [{\"name\": \"Imitrex\", \"class\": \"triptan\", \"relief\": \"yes\"}],"
		"  \"triggers_yes\": [\"stress\"]}]}]}");
	const struct lull_diary *d = &in.diaries[0];
	assert_true(d->invented);
	assert_int_equal(d->n_days, 10);
	assert_int_equal(d->days[0].state, LULL_DAY_FREE);
	assert_int_equal(d->days[3].state, LULL_DAY_HEADACHE);
	assert_close(d->days[2].headache_min, 120, 0, 0);
	assert_int_equal(lull_entry_sign(&d->entries[0], LULL_SIGN_VOMITING), LULL_NO);
	assert_int_equal(d->entries[0].intakes[0].relief, LULL_YES);
	assert_true(isnan(d->entries[0].intakes[0].doses));
	assert_int_equal(in.report.n_headache, 1);
}

#define HEAD "{\"schema_version\": 1, \"diaries\": [{\"no_row_means\": \"missing\", \"records_severity\": true, \"records_drugs\": true, \"triggers\": [\"stress\"], \"measures\": [\"yoga\"], \"entries\": ["
#define TAIL "]}]}"

static void refuse(const char *json, int code, const char *what)
{
	struct lull_diags diags;
	struct lull_err err = { 0 };
	struct lull_import in;
	lull_diags_init(&diags, &arena);
	const int rc = lull_diary_json_read(json, strlen(json), "t.json", &all, &arena, &in, &diags, &err);
	if (rc != code)
		print_error("%s\n", json);
	assert_int_equal(rc, code);
	assert_has(err.what, what);
}

static void test_refused(void **state)
{
	(void)state;
	refuse("", LULL_EPARSE, "");
	refuse("[]", LULL_EPARSE, "");
	refuse("{\"schema_version\": 2, \"diaries\": []}", LULL_EPARSE, "");
	refuse("{\"schema_version\": 1, \"diaries\": []}", LULL_EPARSE, "without a diary");
	refuse(HEAD "{\"kind\": \"maybe\"}" TAIL, LULL_EPARSE, "maybe");
	refuse(HEAD "{\"kind\": \"free\", \"pain_0_10\": 11}" TAIL, LULL_EPARSE, "11");
	refuse(HEAD "{\"kind\": \"headache\", \"signs_yes\": [\"nausea\"], \"signs_no\": [\"nausea\"]}" TAIL, LULL_EPARSE,
	       "both yes and no");
	refuse(HEAD "{\"kind\": \"headache\", \"first\": \"2026-01-02\", \"last\": \"2026-01-01\"}" TAIL, LULL_EPARSE,
	       "before the first");
	refuse(HEAD "{\"kind\": \"headache\", \"drugs_known\": false, \"drugs\": [{\"class\": \"triptan\"}]}" TAIL,
	       LULL_EPARSE, "drugs_known");
	refuse(HEAD "{\"kind\": \"headache\", \"triggers_yes\": [\"moon\"]}" TAIL, LULL_EPARSE, "moon");
	refuse(HEAD "{\"kind\": \"headache\", \"triggers_yes\": [\"stress\"], \"triggers_no\": [\"stress\"]}" TAIL, LULL_EPARSE,
	       "contradicts");
	refuse(HEAD "{\"kind\": \"headache\", \"measures_helped\": [\"yoga\"]}" TAIL, LULL_EPARSE, "contradicts");
	refuse(HEAD "{\"kind\": \"headache\", \"first\": \"2026-01-02\"}, {\"kind\": \"headache\"}" TAIL, LULL_EPARSE,
	       "with and without dates");
	refuse(HEAD "{\"kind\": \"free\", \"first\": \"1026-01-02\"}, {\"kind\": \"free\", \"first\": \"2026-01-02\"}" TAIL,
	       LULL_ELIMIT, "longer than");
	refuse("{\"schema_version\": 1, \"diaries\": [{\"from\": \"2026-01-02\", \"to\": \"2026-01-01\", \"no_row_means\": "
	       "\"missing\", \"records_severity\": true, \"records_drugs\": true, \"entries\": []}]}",
	       LULL_EPARSE, "ends before it begins");
	struct lull_buf many = { 0 };
	lull_buf_puts(&many, HEAD "{\"kind\": \"headache\", \"drugs_known\": true, \"drugs\": [");
	for (int i = 0; i < 65; i++)
		lull_buf_printf(&many, "%s{\"class\": \"triptan\"}", i ? "," : "");
	lull_buf_puts(&many, "]}" TAIL);
	refuse(lull_buf_text(&many), LULL_EPARSE, "65 drugs");
	lull_buf_reset(&many);
	lull_buf_puts(&many, "{\"schema_version\": 1, \"diaries\": [{\"no_row_means\": \"missing\", \"records_severity\": true, "
			     "\"records_drugs\": true, \"entries\": [], \"triggers\": [");
	for (int i = 0; i < 65; i++)
		lull_buf_printf(&many, "%s\"t%d\"", i ? "," : "", i);
	lull_buf_puts(&many, "]}]}");
	refuse(lull_buf_text(&many), LULL_EPARSE, "more");
	lull_buf_clear(&many);
}

static void test_one_patient(void **state)
{
	(void)state;
	size_t n;
	const char *csv = test_read("tests/data/park2016_headache_diary_dev.csv", &n, &arena);
	const struct lull_import in = import(csv, n, "park2016");
	const char *json = write(&in);
	struct lull_import one;
	struct lull_diags diags;
	struct lull_err err = { 0 };
	lull_diags_init(&diags, &arena);
	struct lull_import_options options = { "cmc-0023", LULL_DAY_NONE, LULL_DAY_NONE };
	assert_ok(lull_diary_json_read(json, strlen(json), "t.json", &options, &arena, &one, &diags, &err), &err);
	assert_int_equal(one.n_diaries, 1);
	assert_int_equal(one.report.n_accepted, 98);
	assert_int_equal(one.report.n_other_patients, 2379 - 98);
	options.patient = "nobody";
	assert_int_equal(lull_diary_json_read(json, strlen(json), "t.json", &options, &arena, &one, &diags, &err),
			 LULL_ENOTFOUND);
	assert_has(err.what, "nobody");
}

/* The period that the reader states widens the diary's own. */
static void test_period(void **state)
{
	(void)state;
	const char json[] = HEAD "{\"kind\": \"free\", \"first\": \"2026-01-05\"}" TAIL;
	struct lull_import in;
	struct lull_diags diags;
	struct lull_err err = { 0 };
	lull_diags_init(&diags, &arena);
	const struct lull_import_options options = { NULL, lull_day_from_ymd(2026, 1, 1), lull_day_from_ymd(2026, 1, 6) };
	assert_ok(lull_diary_json_read(json, strlen(json), "t.json", &options, &arena, &in, &diags, &err), &err);
	assert_int_equal(in.diaries[0].n_days, 6);
}

static void test_answers(void **state)
{
	(void)state;
	size_t n;
	const char *csv = test_read("tests/data/migraine_buddy_invented.csv", &n, &arena);
	const struct lull_import in = import(csv, n, "migraine_buddy");
	struct lull_buf buf = { 0 };
	struct lull_json json = { .out = &buf };
	lull_json_open(&json, NULL, '{');
	lull_json_import(&json, "import", &in.report);
	lull_json_diary_counts(&json, "diary", &in.diaries[0]);
	lull_json_close(&json, '}');
	assert_has(lull_buf_text(&buf), "\"rejected\": 1");
	assert_has(lull_buf_text(&buf), "\"what\": \"rejected\"");
	assert_has(lull_buf_text(&buf), "\"word\": \"Zorbium 20 mg\"");
	assert_has(lull_buf_text(&buf), "\"column\": \"Geohash\"");
	assert_has(lull_buf_text(&buf), "\"state\": \"missing\"");
	assert_has(lull_buf_text(&buf), "\"combination_analgesic\": 1");
	struct lull_doc doc;
	struct lull_diags diags;
	lull_diags_init(&diags, &arena);
	assert_int_equal(lull_json_read(lull_buf_text(&buf), buf.n, "t", &arena, &doc, &diags), LULL_OK);
	lull_buf_reset(&buf);
	lull_diary_json_schema(&buf);
	assert_has(lull_buf_text(&buf), "pain_0_10");
	lull_buf_clear(&buf);
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_real_diaries, teardown),
		cmocka_unit_test_teardown(test_property, teardown),
		cmocka_unit_test_teardown(test_by_hand, teardown),
		cmocka_unit_test_teardown(test_refused, teardown),
		cmocka_unit_test_teardown(test_one_patient, teardown),
		cmocka_unit_test_teardown(test_period, teardown),
		cmocka_unit_test_teardown(test_answers, teardown),
	};
	return cmocka_run_group_tests_name("diary_json", tests, NULL, NULL);
}
