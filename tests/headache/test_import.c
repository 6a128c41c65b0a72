/* Tables into diaries: the two real diaries, the invented Migraine Buddy export, our own format, and
 * what is refused, flagged and reported. */
#include "support.h"

#include <math.h>

#include "lull/base/text.h"
#include "lull/headache/import.h"

static struct lull_arena arena;
static struct lull_acute_table drugs;

static int setup(void **state)
{
	(void)state;
	struct lull_diags diags;
	lull_diags_init(&diags, &arena);
	const int rc = lull_acute_load(test_knowledge(), &arena, &drugs, &diags);
	assert_no_diags(&diags);
	return rc;
}

static int teardown(void **state)
{
	(void)state;
	lull_arena_clear(&arena);
	return 0;
}

static struct lull_map shipped(const char *name)
{
	struct lull_map map;
	struct lull_diags diags;
	struct lull_err err = { 0 };
	lull_diags_init(&diags, &arena);
	const int rc = lull_map_load(test_knowledge(), name, &arena, &map, &diags, &err);
	assert_no_diags(&diags);
	assert_ok(rc, &err);
	return map;
}

static struct lull_map written(const char *text)
{
	struct lull_map map;
	struct lull_diags diags;
	lull_diags_init(&diags, &arena);
	const int rc = lull_map_read(text, strlen(text), "m.yaml", &arena, &map, &diags);
	assert_no_diags(&diags);
	assert_int_equal(rc, LULL_OK);
	return map;
}

static const struct lull_import_options all = { NULL, LULL_DAY_NONE, LULL_DAY_NONE };

static int try_import(const struct lull_map *map, const char *csv, const struct lull_import_options *options,
		      struct lull_import *out, struct lull_err *err)
{
	*err = (struct lull_err){ 0 };
	return lull_import_csv(csv, strlen(csv), "t.csv", map, &drugs, options, &arena, out, err);
}

static struct lull_import import(const struct lull_map *map, const char *csv)
{
	struct lull_import out;
	struct lull_err err;
	assert_ok(try_import(map, csv, &all, &out, &err), &err);
	return out;
}

static const char *remarks(const struct lull_import *in)
{
	struct lull_buf buf = { 0 };
	lull_diags_print(&in->report.diags, &buf);
	const char *text = lull_arena_strdup(&arena, lull_buf_text(&buf));
	lull_buf_clear(&buf);
	return text;
}

static lull_day day(const char *text)
{
	lull_day d = LULL_DAY_NONE;
	struct lull_err err = { 0 };
	assert_ok(lull_day_parse(text, strlen(text), "", &d, &err), &err);
	return d;
}

/* ---- the real diaries ------------------------------------------------------------------------ */

static void test_park(void **state)
{
	(void)state;
	const struct lull_map map = shipped("park2016");
	size_t n;
	const char *csv = test_read("tests/data/park2016_headache_diary_dev.csv", &n, &arena);
	struct lull_import in;
	struct lull_err err = { 0 };
	assert_ok(lull_import_csv(csv, n, "park.csv", &map, &drugs, &all, &arena, &in, &err), &err);
	assert_int_equal(in.report.n_rows, 2379);
	assert_int_equal(in.report.n_accepted, 2379);
	assert_int_equal(in.report.n_rejected, 0);
	assert_int_equal(in.report.n_free, 1774);
	assert_int_equal(in.report.n_headache, 208 + 397);
	assert_int_equal(in.n_diaries, 33);
	assert_int_equal(in.report.n_unused, 6);
	/* Doses of 13, 13 and 16, and one row that says no drug and counts one. */
	assert_int_equal(in.report.n_flagged, 4);
	assert_has(remarks(&in), "16 in column 'acute_other', not plausible");
	size_t n_entries = 0, n_suspect = 0, n_known = 0;
	for (size_t p = 0; p < in.n_diaries; p++) {
		const struct lull_diary *d = &in.diaries[p];
		assert_false(d->dated);
		assert_true(d->records_severity && d->records_drugs);
		assert_int_equal(d->n_triggers, 4);
		n_entries += d->n_entries;
		for (size_t i = 0; i < d->n_entries; i++) {
			const struct lull_entry *e = &d->entries[i];
			assert_non_null(e->label);
			assert_int_equal(e->first, LULL_DAY_NONE);
			assert_int_equal(e->triggers_known, 15);
			assert_true(e->kind == LULL_ENTRY_HEADACHE || !e->known);
			n_known += e->kind == LULL_ENTRY_HEADACHE &&
				   lull_entry_sign(e, LULL_SIGN_UNILATERAL) != LULL_UNKNOWN;
			for (size_t k = 0; k < e->n_intakes; k++) {
				n_suspect += e->intakes[k].suspect;
				assert_true(!e->intakes[k].suspect || isnan(e->intakes[k].doses));
			}
		}
	}
	assert_int_equal(n_entries, 2379);
	assert_int_equal(n_suspect, 3);
	assert_int_equal(n_known, 605);
	assert_string_equal(in.diaries[0].patient_id, "cmc-0001");
	assert_string_equal(in.diaries[0].entries[0].label, "13");
}

static bool yes(const struct lull_entry *e, enum lull_sign sign)
{
	return lull_entry_sign(e, sign) == LULL_YES;
}

/* ICHD-3 1.1 C and D by hand from the imported signs, against the authors' label. The severity
 * question is asked first, the scale where it is empty. */
static void test_park_against_label(void **state)
{
	(void)state;
	const struct lull_map map = shipped("park2016");
	size_t n;
	const char *csv = test_read("tests/data/park2016_headache_diary_dev.csv", &n, &arena);
	struct lull_import in;
	struct lull_err err = { 0 };
	assert_ok(lull_import_csv(csv, n, "park.csv", &map, &drugs, &all, &arena, &in, &err), &err);
	int agree[2][2] = { { 0 } };
	for (size_t p = 0; p < in.n_diaries; p++) {
		for (size_t i = 0; i < in.diaries[p].n_entries; i++) {
			const struct lull_entry *e = &in.diaries[p].entries[i];
			if (e->kind == LULL_ENTRY_FREE)
				continue;
			/* The label stands at the end of the source line. */
			const char *line = csv;
			for (int k = 1; k < e->line; k++)
				line = strchr(line, '\n') + 1;
			const char *end = strchr(line, '\n');
			const bool is_migraine = !memcmp(end - 8, "migraine", 8) || !memcmp(end - 9, "migraine\r", 9);
			const bool strong = e->pain >= 4;
			const int features = yes(e, LULL_SIGN_UNILATERAL) + yes(e, LULL_SIGN_PULSATING) + strong +
					     yes(e, LULL_SIGN_AGGRAVATED);
			const bool d = yes(e, LULL_SIGN_NAUSEA) || yes(e, LULL_SIGN_VOMITING) ||
				       (yes(e, LULL_SIGN_PHOTOPHOBIA) && yes(e, LULL_SIGN_PHONOPHOBIA));
			agree[is_migraine][features >= 2 && d]++;
		}
	}
	assert_int_equal(agree[1][1], 203);
	assert_int_equal(agree[1][0], 5);
	assert_int_equal(agree[0][0], 393);
	assert_int_equal(agree[0][1], 4);
}

static void test_insogna(void **state)
{
	(void)state;
	const struct lull_map map = shipped("insogna2023");
	size_t n;
	const char *csv = test_read("tests/data/insogna2023_daily_headache.csv", &n, &arena);
	struct lull_import in;
	struct lull_err err = { 0 };
	assert_ok(lull_import_csv(csv, n, "i.csv", &map, &drugs, &all, &arena, &in, &err), &err);
	assert_int_equal(in.n_diaries, 1);
	const struct lull_diary *d = &in.diaries[0];
	assert_true(d->dated && d->day_index_only);
	assert_false(d->records_severity || d->records_drugs);
	assert_int_equal(d->n_days, 330);
	assert_string_equal(d->patient_id, "");
	size_t n_headache = 0;
	for (size_t i = 0; i < d->n_days; i++)
		n_headache += d->days[i].state == LULL_DAY_HEADACHE;
	assert_int_equal(n_headache, 167);
	assert_int_equal(d->days[0].state, LULL_DAY_FREE);
	assert_int_equal(d->days[3].state, LULL_DAY_HEADACHE);
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_park),
		cmocka_unit_test(test_park_against_label),
		cmocka_unit_test(test_insogna),
	};
	(void)written;
	(void)import;
	(void)day;
	return cmocka_run_group_tests_name("import", tests, setup, teardown);
}
