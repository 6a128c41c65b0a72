/* Tables into diaries: the two real diaries, the invented Migraine Buddy export, our own format, and
 * what is refused, flagged and reported. */
#include "support.h"

#include <math.h>
#include <stdio.h>

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

/* ---- kinds of columns -------------------------------------------------------------------------- */

#define MAP(rows, rest)                                                                                   \
	"schema_version: 1\nname: m\ntitle: t\nformat: csv\nencoding: utf-8\ndelimiter: comma\ndecimal: point\n" \
	"rows: " rows "\nno_row_means: missing\nyes: [yes]\nno: [no]\nnot_recorded: [n/a]\n" rest

static const struct lull_entry *entry(const struct lull_import *in, size_t i)
{
	assert_true(in->n_diaries == 1 && i < in->diaries[0].n_entries);
	return &in->diaries[0].entries[i];
}

static void test_dates_and_clocks(void **state)
{
	(void)state;
	const struct lull_map map = written(MAP("attacks", "columns:\n"
		"  - {column: when, is: date, patterns: ['D/M/Y', 'D b Y', 'Y-M-DTH:mz']}\n"
		"  - {column: at, is: clock, patterns: ['H:m', 'H', 'H p']}\n"
		"  - {column: until, is: end, patterns: ['D/M/Y H:m', 'H:m']}\n"
		"  - {column: entered, is: entered, patterns: ['D/M/Y', 'D/M/Y H:m']}\n"));
	const struct lull_import in = import(&map,
		"when,at,until,entered\n"
		"1/2/2026,22:30,02:00,3/2/2026\n"        /* the end is a clock: next day       */
		"5 Feb 2026,7,09:15,\n"                  /* an hour stamp                      */
		"2026-02-07T13:45-05:00,,,\n"            /* clock and offset inside the date   */
		"8/2/2026,11 pm,10/2/2026 01:00,13/2/2026\n"
		"11/2/2026,,,13/2/2026 23:00\n"          /* 47 h after the day                 */
		"12/2/2026,,14/2/2026 10:00,\n");        /* an end without a start             */
	assert_int_equal(in.report.n_rejected, 0);
	assert_int_equal(entry(&in, 0)->first, day("2026-02-01"));
	assert_int_equal(entry(&in, 0)->last, day("2026-02-02"));
	assert_close(entry(&in, 0)->duration_min, 210, 0, 0);
	assert_false(entry(&in, 0)->entered_late);
	assert_int_equal(entry(&in, 1)->start_min, 7 * 60);
	assert_close(entry(&in, 1)->duration_min, 135, 0, 0);
	assert_int_equal(entry(&in, 2)->start_min, 13 * 60 + 45);
	assert_int_equal(entry(&in, 2)->offset_min, -300);
	assert_int_equal(entry(&in, 2)->last, day("2026-02-07"));
	assert_int_equal(entry(&in, 3)->start_min, 23 * 60);
	assert_close(entry(&in, 3)->duration_min, 26 * 60, 0, 0);
	assert_int_equal(entry(&in, 3)->last, day("2026-02-10"));
	assert_true(entry(&in, 3)->entered_late);
	assert_false(entry(&in, 4)->entered_late);
	assert_int_equal(entry(&in, 5)->last, day("2026-02-14"));
	assert_true(isnan(entry(&in, 5)->duration_min));
	assert_int_equal(in.diaries[0].n_days, 14);
}

static void test_offsets(void **state)
{
	(void)state;
	const struct lull_map map = written(MAP("attacks", "columns:\n"
		"  - {column: when, is: date, patterns: ['Y-M-D H:m']}\n"
		"  - {column: min, is: duration, format: minutes}\n"
		"  - {column: until, is: end, patterns: ['Y-M-D H:m']}\n"
		"  - {column: o1, is: utc_offset_min}\n"
		"  - {column: o2, is: end_utc_offset_min}\n"));
	const struct lull_import in = import(&map,
		"when,min,until,o1,o2\n"
		"2026-03-01 23:00,90,,60,0\n"                 /* flew west: ends 23:30 local         */
		"2026-03-03 22:30,60,,0,60\n"                 /* flew east: 00:30 local, the next day */
		"2026-03-05 10:00,,2026-03-05 10:30,60,0\n"   /* 90 min                              */
		"2026-03-07 10:00,600,2026-03-07 12:00,0,0\n" /* duration and end disagree           */
		"2026-03-09 10:00,3000,,,\n"
		"2026-03-12 10:00,30,,900,\n");
	assert_int_equal(entry(&in, 0)->last, day("2026-03-01"));
	assert_int_equal(entry(&in, 1)->last, day("2026-03-04"));
	assert_close(entry(&in, 2)->duration_min, 90, 0, 0);
	assert_close(entry(&in, 3)->duration_min, 120, 0, 0);
	assert_int_equal(entry(&in, 4)->last, day("2026-03-11"));
	assert_int_equal(in.report.n_rejected, 1);
	assert_int_equal(in.report.n_flagged, 1);
	assert_has(remarks(&in), "600 minutes, but 120");
	assert_has(remarks(&in), "'900'");
}

static void test_durations(void **state)
{
	(void)state;
	static const struct { const char *format, *cell; double minutes; } rows[] = {
		{ "minutes", "90", 90 }, { "minutes", "90.5", 90.5 }, { "minutes", "-1", -1 }, { "minutes", "1h", -1 },
		{ "minutes", "57600001", -1 }, { "hours", "1.5", 90 }, { "hours", "960001", -1 },
		{ "clock", "01:30", 90 }, { "clock", "26:05", 1565 }, { "clock", "1:60", -1 }, { "clock", "1:5", -1 },
		{ "clock", "90", -1 }, { "clock", ":30", -1 }, { "clock", "1:30x", -1 },
		{ "words", "01h 00m", 60 }, { "words", "45m", 45 }, { "words", "1d 02h 15m", 1575 }, { "words", "2 hours 5 min", 125 },
		{ "words", "1 day, 3 hours", 1620 }, { "words", "1 Std", -1 }, { "words", "h", -1 }, { "words", "5", -1 },
		{ "words", "999999 d", -1 },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char yaml[700], csv[100];
		snprintf(yaml, sizeof(yaml), MAP("attacks", "columns:\n  - {column: d, is: date, patterns: [Y-M-D]}\n"
			 "  - {column: t, is: duration, format: %s}\n"), rows[i].format);
		snprintf(csv, sizeof(csv), "d,t\n2026-01-01,\"%s\"\n2026-01-02,\n", rows[i].cell);
		const struct lull_map map = written(yaml);
		const struct lull_import in = import(&map, csv);
		const double got = in.report.n_rejected ? -1 : (double)entry(&in, 0)->duration_min;
		if (got != rows[i].minutes)
			print_error("%s '%s'\n", rows[i].format, rows[i].cell);
		assert_close(got, rows[i].minutes, 0, 0);
	}
}

static void test_long_without_a_clock(void **state)
{
	(void)state;
	const struct lull_map map = written(MAP("attacks", "columns:\n  - {column: d, is: date, patterns: [Y-M-D]}\n"
					      "  - {column: t, is: duration, format: minutes}\n"));
	const struct lull_import in = import(&map, "d,t\n2026-01-01,1440\n2026-01-05,1441\n2026-01-09,\n");
	assert_int_equal(entry(&in, 0)->last, day("2026-01-01"));
	assert_int_equal(entry(&in, 1)->last, day("2026-01-06"));
	assert_int_equal(entry(&in, 2)->last, day("2026-01-09"));
}

static void test_pain_scales(void **state)
{
	(void)state;
	const struct lull_map map = written(MAP("days", "free_when_pain_is_0: true\ncolumns:\n"
		"  - {column: d, is: date, patterns: [Y-M-D]}\n"
		"  - {column: vas, is: pain, scale: 0-100}\n"
		"  - {column: word, is: severity, means: {None: 0, Mild: 1, Moderate: 2, Severe: 3}}\n"));
	const struct lull_import in = import(&map, "d,vas,word\n2026-01-01,63,\n2026-01-02,,moderate\n2026-01-03,0,\n"
						   "2026-01-04,,none\n2026-01-05,101,\n2026-01-06,,awful\n2026-01-07,,\n"
						   "2026-01-08,n/a,N/A\n");
	assert_close(entry(&in, 0)->pain, 6.3, 1e-6, 0);
	assert_int_equal(entry(&in, 1)->severity, 2);
	assert_int_equal(entry(&in, 2)->kind, LULL_ENTRY_FREE);
	assert_int_equal(entry(&in, 3)->kind, LULL_ENTRY_FREE);
	assert_int_equal(in.report.n_rejected, 2);
	assert_has(remarks(&in), "'101' in column 'vas'");
	assert_has(remarks(&in), "'awful' in column 'word'");
	/* Rows that name a day and record nothing widen the diary; their days are missing. */
	assert_int_equal(in.report.n_blank, 2);
	assert_int_equal(in.diaries[0].n_days, 8);
	assert_int_equal(in.diaries[0].days[7].state, LULL_DAY_MISSING);
	const struct lull_map numbers = written(MAP("days", "free_when_pain_is_0: true\ncolumns:\n"
		"  - {column: d, is: date, patterns: [Y-M-D]}\n  - {column: s, is: severity}\n"));
	const struct lull_import two = import(&numbers, "d,s\n2026-01-01,3\n2026-01-02,0\n2026-01-03,4\n2026-01-04,1.5\n");
	assert_int_equal(entry(&two, 0)->severity, 3);
	assert_int_equal(two.report.n_rejected, 2);
}

static void test_decimal_comma(void **state)
{
	(void)state;
	const struct lull_map map = written(
		"schema_version: 1\nname: m\ntitle: t\nformat: csv\nencoding: windows-1252\ndelimiter: semicolon\n"
		"decimal: comma\nrows: attacks\nno_row_means: free\ncolumns:\n"
		"  - {column: Datum, is: date, patterns: [D.M.Y]}\n  - {column: \"Schmerzst\xC3\xA4rke\", is: pain, scale: 0-10}\n");
	const struct lull_import in = import(&map, "Datum;Schmerzst\xE4rke\r\n1.3.2026;6,5\r\n4.3.2026;6.5\r\n5.3.2026;7\r\n");
	assert_close(entry(&in, 0)->pain, 6.5, 0, 0);
	assert_int_equal(in.report.n_rejected, 1); /* a point is not this file's separator */
	assert_true(in.diaries[0].missing_is_free);
	assert_int_equal(in.diaries[0].days[1].state, LULL_DAY_FREE);
}

static void test_signs(void **state)
{
	(void)state;
	const struct lull_map map = written(MAP("attacks", "tables:\n  t: {Light: photophobia, \"Light and sound\": [photophobia, phonophobia], Neck: ignored}\n"
		"columns:\n"
		"  - {column: d, is: date, patterns: [Y-M-D]}\n"
		"  - {column: one, is: sign, signs: [unilateral], opposite: [bilateral]}\n"
		"  - {column: puls1, is: sign, signs: [pulsating]}\n"
		"  - {column: puls2, is: sign, signs: [pulsating], yes: [ja], no: [nein]}\n"
		"  - {column: both, is: sign, signs: [nausea, vomiting], only: no}\n"
		"  - {column: list, is: signs, separator: ',', table: t, absent: no, none: [Nothing]}\n"
		"  - {column: open, is: signs, separator: ',', means: {Smell: osmophobia}}\n"));
	const struct lull_import in = import(&map,
		"d,one,puls1,puls2,both,list,open\n"
		"2026-01-01,yes,no,ja,yes,Light,smell\n"
		"2026-01-02,no,no,nein,no,\"light and SOUND, Neck\",\n"
		"2026-01-03,,,,,Nothing,Other\n"
		"2026-01-04,,,,,\"Light, Aliens\",\n"
		"2026-01-05,perhaps,,,,,\n"
		"2026-01-06,,,yes,,,\n");
	const struct lull_entry *e = entry(&in, 0);
	assert_int_equal(lull_entry_sign(e, LULL_SIGN_UNILATERAL), LULL_YES);
	assert_int_equal(lull_entry_sign(e, LULL_SIGN_BILATERAL), LULL_NO);
	assert_int_equal(lull_entry_sign(e, LULL_SIGN_PULSATING), LULL_YES);
	assert_int_equal(lull_entry_sign(e, LULL_SIGN_NAUSEA), LULL_UNKNOWN);
	assert_int_equal(lull_entry_sign(e, LULL_SIGN_PHOTOPHOBIA), LULL_YES);
	assert_int_equal(lull_entry_sign(e, LULL_SIGN_PHONOPHOBIA), LULL_NO);
	assert_int_equal(lull_entry_sign(e, LULL_SIGN_OSMOPHOBIA), LULL_YES);
	e = entry(&in, 1);
	assert_int_equal(lull_entry_sign(e, LULL_SIGN_BILATERAL), LULL_YES);
	assert_int_equal(lull_entry_sign(e, LULL_SIGN_PULSATING), LULL_NO);
	assert_int_equal(lull_entry_sign(e, LULL_SIGN_VOMITING), LULL_NO);
	assert_int_equal(lull_entry_sign(e, LULL_SIGN_PHONOPHOBIA), LULL_YES);
	assert_int_equal(lull_entry_sign(e, LULL_SIGN_OSMOPHOBIA), LULL_UNKNOWN);
	e = entry(&in, 2);
	assert_int_equal(lull_entry_sign(e, LULL_SIGN_PHOTOPHOBIA), LULL_NO);
	/* An unknown word may be the name of what was not found: nothing is then said to be absent. */
	e = entry(&in, 3);
	assert_int_equal(lull_entry_sign(e, LULL_SIGN_PHOTOPHOBIA), LULL_YES);
	assert_int_equal(lull_entry_sign(e, LULL_SIGN_PHONOPHOBIA), LULL_UNKNOWN);
	assert_int_equal(in.report.n_words, 2);
	assert_string_equal(in.report.words[0].word, "Other");
	assert_string_equal(in.report.words[1].word, "Aliens");
	assert_int_equal(in.report.n_rejected, 2);
	assert_has(remarks(&in), "'perhaps' in column 'one'");
	assert_has(remarks(&in), "'yes' in column 'puls2'");
}

static void test_sides(void **state)
{
	(void)state;
	const struct lull_map map = written(MAP("attacks", "columns:\n  - {column: d, is: date, patterns: [Y-M-D]}\n"
		"  - {column: where, is: sides, separator: ',', left: [Left], right: [Right], none: [None]}\n"));
	const struct lull_import in = import(&map, "d,where\n2026-01-01,\"Left eye, left temple\"\n2026-01-02,\"Right (upper, lower), Left eye\"\n"
						   "2026-01-03,\"Left eye, Forehead\"\n2026-01-04,None\n2026-01-05,Le\n2026-01-06,\"Right, \"\n");
	static const int want[] = { LULL_YES, LULL_NO, LULL_UNKNOWN, LULL_UNKNOWN, LULL_UNKNOWN, LULL_YES };
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(lull_entry_sign(entry(&in, i), LULL_SIGN_UNILATERAL), want[i]);
	assert_int_equal(lull_entry_sign(entry(&in, 1), LULL_SIGN_BILATERAL), LULL_YES);
}

static void test_tags(void **state)
{
	(void)state;
	const struct lull_map map = written(MAP("attacks", "columns:\n  - {column: d, is: date, patterns: [Y-M-D]}\n"
		"  - {column: stress, is: trigger, name: stress}\n"
		"  - {column: wine, is: trigger, name: alcohol, only: yes}\n"
		"  - {column: other, is: triggers, separator: ';', none: [none], absent: no}\n"
		"  - {column: yoga, is: measure, name: yoga, answer: yes}\n"
		"  - {column: tried, is: measures, separator: ';', none: [none]}\n"
		"  - {column: helped, is: measures, separator: ';', means: {Rubbing: massage}, answer: yes}\n"));
	const struct lull_import in = import(&map,
		"d,stress,wine,other,yoga,tried,helped\n"
		"2026-01-01,yes,no,Aged Cheese;msg,yes,cbt,Rubbing\n"
		"2026-01-02,no,yes,none,no,none,Dancing\n"
		"2026-01-03,,,weather,,,\n"
		"2026-01-04,,,?!,,,\n"
		"2026-01-05,maybe,,,,,\n"
		"2026-01-06,,,,maybe,,\n");
	const struct lull_diary *d = &in.diaries[0];
	/* stress, alcohol from the map; aged_cheese, msg, weather as they came */
	assert_int_equal(d->n_triggers, 5);
	assert_string_equal(d->triggers[2], "aged_cheese");
	assert_int_equal(d->n_measures, 3);
	assert_int_equal(entry(&in, 0)->triggers_yes, 1 | 4 | 8);
	assert_int_equal(entry(&in, 0)->triggers_known, 31); /* the list was complete: weather was not there */
	assert_int_equal(entry(&in, 1)->triggers_yes, 2);
	assert_int_equal(entry(&in, 1)->triggers_known, 31);
	assert_int_equal(entry(&in, 2)->triggers_known, 31);
	assert_int_equal(entry(&in, 3)->triggers_known, 0);
	assert_int_equal(entry(&in, 0)->measures_helped, 3); /* yoga, massage */
	assert_int_equal(entry(&in, 0)->measures_yes, 7);
	assert_int_equal(entry(&in, 1)->measures_yes, 0);
	assert_int_equal(in.report.n_rejected, 2);
	assert_int_equal(in.report.n_words, 2);
}

static void test_too_many_tags(void **state)
{
	(void)state;
	const struct lull_map map = written(MAP("attacks", "columns:\n  - {column: d, is: date, patterns: [Y-M-D]}\n"
		"  - {column: t, is: triggers, separator: ';', absent: no}\n"));
	struct lull_buf csv = { 0 };
	lull_buf_puts(&csv, "d,t\n");
	for (int i = 0; i < 70; i++)
		lull_buf_printf(&csv, "2026-01-01,t%d\n", i);
	const struct lull_import in = import(&map, lull_buf_text(&csv));
	assert_int_equal(in.report.n_accepted, 64);
	assert_int_equal(in.report.n_rejected, 6);
	assert_true(entry(&in, 63)->triggers_known == UINT64_MAX);
	assert_has(remarks(&in), "at most 64");
	lull_buf_clear(&csv);
}

static void test_drugs(void **state)
{
	(void)state;
	const struct lull_map map = written(MAP("attacks", "columns:\n  - {column: d, is: date, patterns: [Y-M-D]}\n"
		"  - {column: taken, is: drug_taken}\n"
		"  - {column: helped, is: drugs, separator: ';', answer: yes, none: [none]}\n"
		"  - {column: failed, is: drugs, separator: ';', answer: no, none: [none]}\n"
		"  - {column: nsaid, is: doses, class: nsaid, max: 12, beyond: flag}\n"
		"  - {column: ergot, is: doses, class: ergotamine, min: 0.5, max: 10}\n"
		"  - {column: relief, is: relief, answer: yes}\n"
		"  - {column: done, is: successfully_treated}\n"));
	const struct lull_import in = import(&map,
		"d,taken,helped,failed,nsaid,ergot,relief,done\n"
		"2026-01-01,yes,sumatriptan 50 mg x2,paracetamol,,,,\n"
		"2026-01-02,yes,,,2,,no,\n"
		"2026-01-03,no,none,,0,,,yes\n"
		"2026-01-04,,,,,,,\n"
		"2026-01-05,yes,,,,,,\n"
		"2026-01-06,,,,212,,yes,\n"
		"2026-01-07,,,,,11,,\n"
		"2026-01-08,no,Treximet,,,,,\n"
		"2026-01-09,,,,many,,,\n"
		"2026-01-10,,,,,,perhaps,\n"
		"2026-01-11,,,,,,,maybe\n"
		"2026-01-12,maybe,,,,,,\n"
		"2026-01-13,,none,zorbium,,,,\n");
	const struct lull_entry *e = entry(&in, 0);
	assert_int_equal(e->n_intakes, 2);
	assert_string_equal(e->intakes[0].name, "sumatriptan 50 mg x2");
	assert_int_equal(e->intakes[0].acute, LULL_ACUTE_TRIPTAN);
	assert_int_equal(e->intakes[0].relief, LULL_YES);
	assert_close(e->intakes[0].doses, 2, 0, 0);
	assert_int_equal(e->intakes[1].relief, LULL_NO);
	assert_true(e->successfully_treated && e->drugs_known);
	e = entry(&in, 1);
	assert_int_equal(e->intakes[0].relief, LULL_NO);
	assert_false(e->successfully_treated);
	e = entry(&in, 2);
	assert_true(e->drugs_known && e->n_intakes == 0 && e->successfully_treated);
	assert_false(entry(&in, 3)->drugs_known);
	e = entry(&in, 4); /* a drug, nobody says which */
	assert_int_equal(e->n_intakes, 1);
	assert_int_equal(e->intakes[0].acute, LULL_ACUTE_UNRECOGNISED);
	assert_null(e->intakes[0].name);
	e = entry(&in, 5); /* 212 doses: taken, how many is not known */
	assert_true(e->intakes[0].suspect && isnan(e->intakes[0].doses));
	assert_int_equal(e->intakes[0].relief, LULL_YES);
	e = entry(&in, 6); /* the row with 11 doses of ergotamine was rejected */
	assert_int_equal(e->n_intakes, 2); /* triptan and NSAID in one */
	e = entry(&in, 7);
	assert_int_equal(e->intakes[0].acute, LULL_ACUTE_UNRECOGNISED);
	assert_string_equal(e->intakes[0].name, "zorbium");
	assert_int_equal(in.report.n_rejected, 5);
	assert_int_equal(in.report.n_flagged, 3);
	assert_has(remarks(&in), "212 in column 'nsaid', not plausible: not used; expected at most 12");
	assert_has(remarks(&in), "11 in column 'ergot', not plausible; expected 0.5 to 10");
	assert_has(remarks(&in), "says no drug was taken, and names one");
	assert_has(remarks(&in), "'many' in column 'nsaid'");
}

static void test_many_drugs_in_a_row(void **state)
{
	(void)state;
	const struct lull_map map = written(MAP("attacks", "columns:\n  - {column: d, is: date, patterns: [Y-M-D]}\n"
		"  - {column: drugs, is: drugs, separator: ';'}\n"));
	struct lull_buf csv = { 0 };
	lull_buf_puts(&csv, "d,drugs\n2026-01-01,");
	for (int i = 0; i < 65; i++)
		lull_buf_puts(&csv, "aspirin;");
	lull_buf_puts(&csv, "\n2026-01-02,");
	for (int i = 0; i < 64; i++)
		lull_buf_puts(&csv, "aspirin;");
	lull_buf_puts(&csv, "\n");
	const struct lull_import in = import(&map, lull_buf_text(&csv));
	assert_int_equal(in.report.n_rejected, 1);
	assert_int_equal(entry(&in, 0)->n_intakes, 64);
	lull_buf_clear(&csv);
}

static void test_contradictions(void **state)
{
	(void)state;
	const struct lull_map map = written(MAP("attacks", "columns:\n  - {column: d, is: date, patterns: [Y-M-D H:m]}\n"
		"  - {column: headache, is: headache}\n  - {column: pain, is: pain, scale: 0-10}\n"
		"  - {column: end, is: end, patterns: [Y-M-D H:m]}\n  - {column: r1, is: relief, answer: yes, only: yes}\n"
		"  - {column: r2, is: relief, answer: no, only: yes}\n  - {column: r3, is: relief, answer: unknown, only: yes}\n"
		"  - {column: note, is: note}\n"));
	const struct lull_import in = import(&map,
		"d,headache,pain,end,r1,r2,r3,note\n"
		"2026-01-01 10:00,no,6,,,,,\n"                    /* rejected */
		"2026-01-02 10:00,yes,0,,,,,\n"                   /* flagged  */
		"2026-01-03 10:00,yes,5,2026-01-03 09:00,,,,\n"   /* rejected */
		"2026-01-04 10:00,yes,5,,yes,yes,no,\n"           /* flagged  */
		"2026-01-05 10:00,,,,,,,only a note\n"            /* rejected: headache or not? */
		"2026-01-06 10:00,,4,,,,,\n"                      /* pain says it */
		"2026-01-07 10:00,oui,,,,,,\n"                    /* rejected */
		",yes,,,,,,\n");                                  /* rejected: no date */
	assert_int_equal(in.report.n_rejected, 5);
	assert_int_equal(in.report.n_flagged, 2);
	assert_int_equal(in.report.n_accepted, 3);
	assert_has(remarks(&in), "headache-free, with pain 6");
	assert_has(remarks(&in), "a headache of pain 0");
	assert_has(remarks(&in), "ends before it begins");
	assert_has(remarks(&in), "contradicts one before it");
	assert_has(remarks(&in), "records something else only");
	assert_has(remarks(&in), "t.csv:9: error: found a row without one; expected a date");
	const struct lull_map ends = written(MAP("attacks", "columns:\n  - {column: d, is: date, patterns: [Y-M-D]}\n"
		"  - {column: e, is: end, patterns: [Y-M-D]}\n"));
	const struct lull_import two = import(&ends, "d,e\n2026-01-03,2026-01-01\n2026-01-03,2026-01-04\n");
	assert_int_equal(two.report.n_rejected, 1);
	const struct lull_map days = written(MAP("days", "columns:\n  - {column: d, is: date, patterns: [Y-M-D]}\n"
		"  - {column: h, is: headache}\n  - {column: t, is: duration, format: hours}\n"));
	const struct lull_import three = import(&days, "d,h,t\n2026-01-03,yes,25\n2026-01-03,yes,24\n2026-01-04,no,1\n");
	assert_int_equal(three.report.n_rejected, 2);
	assert_has(remarks(&three), "1500 minutes");
}

static void test_day_index(void **state)
{
	(void)state;
	const struct lull_map map = written(MAP("day_index", "first_day: 2020-01-01\ncolumns:\n  - {column: n, is: day_index}\n"
					      "  - {column: h, is: headache}\n"));
	const struct lull_import in = import(&map, "n,h\n1,yes\n5,no\n0,yes\n40001,yes\nx,yes\n,yes\n");
	assert_int_equal(in.report.n_rejected, 4);
	assert_int_equal(in.diaries[0].n_days, 5);
	assert_true(in.diaries[0].day_index_only);
	assert_has(remarks(&in), "'0' in column 'n'");
	assert_has(remarks(&in), "expected a day number");
}

/* ---- the file as a whole ------------------------------------------------------------------------ */

static void test_patients(void **state)
{
	(void)state;
	const struct lull_map map = shipped("lull");
	const char csv[] = "patient_id,date,headache\nb,2026-01-01,yes\na,2026-01-02,no\n b ,2026-01-05,no\n,2026-01-06,no\n";
	const struct lull_import in = import(&map, csv);
	assert_int_equal(in.n_diaries, 2);
	assert_string_equal(in.diaries[0].patient_id, "b"); /* first appearance */
	assert_int_equal(in.diaries[0].n_entries, 2);
	assert_int_equal(in.diaries[0].n_days, 5);
	assert_int_equal(in.diaries[1].n_days, 1);
	assert_int_equal(in.report.n_rejected, 1);
	struct lull_import one;
	struct lull_err err;
	const struct lull_import_options a = { "a", day("2026-01-01"), day("2026-01-31") };
	assert_ok(try_import(&map, csv, &a, &one, &err), &err);
	assert_int_equal(one.n_diaries, 1);
	assert_int_equal(one.report.n_other_patients, 3);
	assert_int_equal(one.diaries[0].n_days, 31);
	const struct lull_import_options c = { "c", LULL_DAY_NONE, LULL_DAY_NONE };
	assert_int_equal(try_import(&map, csv, &c, &one, &err), LULL_ENOTFOUND);
	assert_has(err.what, "no row is of patient 'c'");
}

static void test_preamble(void **state)
{
	(void)state;
	const struct lull_map skip = written(MAP("attacks", "header: {skip_lines: 2}\ncolumns:\n  - {column: d, is: date, patterns: [Y-M-D]}\n"));
	const struct lull_import in = import(&skip, "a report\n\nD \n2026-01-01\n\n2026-01-02\n");
	assert_int_equal(in.report.n_accepted, 2);
	assert_int_equal(in.report.n_before_header, 1);
	assert_int_equal(in.report.n_empty_lines, 2);
	const struct lull_map find = written(MAP("attacks", "header: {find: [d, x]}\ncolumns:\n  - {column: d, is: date, patterns: [Y-M-D]}\n"));
	const struct lull_import two = import(&find, "\"broken\" row\nd,e\n1,2\nd,x\n2026-01-01,\n");
	assert_int_equal(two.report.n_before_header, 3);
	assert_int_equal(two.report.n_accepted, 1);
	struct lull_import out;
	struct lull_err err;
	assert_int_equal(try_import(&find, "d,e\n1,2\n", &all, &out, &err), LULL_EPARSE);
	assert_has(err.what, "no header row");
	assert_has(err.mend, "'d' and more");
	assert_int_equal(try_import(&skip, "", &all, &out, &err), LULL_EPARSE);
	assert_has(err.mend, "row 3");
}

static void refuse_file(const struct lull_map *map, const char *csv, int code, const char *what)
{
	struct lull_import out;
	struct lull_err err;
	assert_int_equal(try_import(map, csv, &all, &out, &err), code);
	assert_has(err.what, what);
}

static void test_files_that_cannot_be_used(void **state)
{
	(void)state;
	const struct lull_map map = shipped("lull");
	refuse_file(&map, "date,headache,headache\n2026-01-01,yes,no\n", LULL_ECONFLICT, "two columns are named 'headache'");
	refuse_file(&map, "datum,headache\n", LULL_EPARSE, "no column is named 'date'");
	refuse_file(&map, "date,headache\n", LULL_EPARSE, "without a single row");
	refuse_file(&map, "date,headache\nyesterday,yes\n", LULL_EPARSE, "yesterday");
	refuse_file(&map, "date,headache\n0201-01-01,yes\n2026-01-01,yes\n", LULL_ELIMIT, "longer than 40000 days");
	refuse_file(&map, "\xFF\xFE", LULL_EPARSE, "UTF-16");
	const struct lull_map park = shipped("park2016");
	refuse_file(&park, "a,b\n1,2\n", LULL_EPARSE, "patient_id");
	const struct lull_map empty = written(MAP("undated", "free_when_empty: [zzz]\ncolumns:\n  - {column: d, is: label}\n"));
	refuse_file(&empty, "d\n1\n", LULL_EPARSE, "'zzz'");
}

static void test_rows_that_cannot_be_read(void **state)
{
	(void)state;
	const struct lull_map map = shipped("lull");
	const struct lull_import in = import(&map,
		"date,headache,note,what\n"
		"2026-01-01,yes\n"                       /* too few        */
		"2026-01-01,yes,,,,\n"                   /* empty extras   */
		"2026-01-02,yes,,,extra\n"               /* too many       */
		"2026-01-03,yes,\"a\nb\",\n"             /* two lines      */
		"2026-01-04,perhaps,\"c\nd\",\n"         /* line 7         */
		"2026-01-05,yes,\"unclosed,\n");
	assert_int_equal(in.report.n_rows, 6);
	assert_int_equal(in.report.n_accepted, 2);
	assert_int_equal(in.report.n_rejected, 4);
	assert_has(remarks(&in), "t.csv:2: error: found 2 cells, the header has 4");
	assert_has(remarks(&in), "t.csv:4:18: error: found 5 cells");
	assert_has(remarks(&in), "t.csv:7:12: error: found 'perhaps' in column 'headache'");
	assert_has(remarks(&in), "    2026-01-04,perhaps,\"c\n               ^");
	assert_string_equal(entry(&in, 1)->note, "a\nb");
	assert_int_equal(in.report.n_unused, 1);
	assert_string_equal(in.report.unused[0].column, "what");
	assert_null(in.report.unused[0].why);
	assert_true(in.report.n_lacking > 30);
	/* What was counted adds up. */
	assert_int_equal(in.report.n_rows, in.report.n_accepted + in.report.n_rejected + in.report.n_blank +
						   in.report.n_other_patients);
}

static void test_many_unknown_words(void **state)
{
	(void)state;
	const struct lull_map map = shipped("lull");
	struct lull_buf csv = { 0 };
	lull_buf_puts(&csv, "date,headache,drugs\n");
	for (int i = 0; i < 600; i++)
		lull_buf_printf(&csv, "2026-01-01,yes,drug number%dx\n", i);
	const struct lull_import in = import(&map, lull_buf_text(&csv));
	assert_int_equal(in.report.n_accepted, 600);
	assert_int_equal(in.report.n_words, LULL_IMPORT_MAX_WORDS);
	assert_int_equal(in.report.n_words_not_kept, 100);
	lull_buf_clear(&csv);
}

static void test_migraine_buddy(void **state)
{
	(void)state;
	const struct lull_map map = shipped("migraine_buddy");
	size_t n;
	const char *csv = test_read("tests/data/migraine_buddy_invented.csv", &n, &arena);
	const struct lull_import in = import(&map, csv);
	assert_int_equal(in.report.n_accepted, 6);
	assert_int_equal(in.report.n_rejected, 1);
	const struct lull_entry *e = entry(&in, 0);
	assert_int_equal(e->first, day("2024-11-02"));
	assert_int_equal(e->start_min, 8 * 60 + 30);
	assert_int_equal(e->offset_min, -300);
	assert_close(e->duration_min, 390, 0, 0);
	assert_int_equal(lull_entry_sign(e, LULL_SIGN_UNILATERAL), LULL_YES);
	assert_int_equal(lull_entry_sign(e, LULL_SIGN_VOMITING), LULL_NO);
	assert_int_equal(entry(&in, 1)->last, day("2024-11-06")); /* 22:15 for 5 h */
	assert_int_equal(entry(&in, 2)->n_intakes, 0);
	assert_true(entry(&in, 2)->drugs_known);
	/* 26 h 15 min from 06:00; the clock went an hour on: 09:15 the next day. */
	assert_int_equal(entry(&in, 3)->last, day("2024-11-13"));
	assert_int_equal(lull_entry_sign(entry(&in, 3), LULL_SIGN_BILATERAL), LULL_YES);
	assert_true(isnan(entry(&in, 4)->duration_min));
	assert_false(entry(&in, 4)->drugs_known);
	/* Attacks only: every other day is missing. */
	struct lull_diary_counts c;
	lull_diary_count(&in.diaries[0], &c);
	assert_int_equal(c.n_free, 0);
	assert_int_equal(c.n_missing, 15);
	assert_int_equal(c.n_by_class[LULL_ACUTE_TRIPTAN], 2);
}

static void test_counts(void **state)
{
	(void)state;
	const struct lull_map map = shipped("lull");
	const struct lull_import in = import(&map,
		"date,headache,start,duration_min,drugs,entered\n2026-01-01,yes,23:00,120,aspirin;sumatriptan,2026-02-01\n"
		"2026-01-02,yes,,,aspirin,\n2026-01-04,no,,,none,\n2026-01-05,yes,,,,\n");
	struct lull_diary_counts c;
	lull_diary_count(&in.diaries[0], &c);
	assert_int_equal(c.n, 5);
	assert_int_equal(c.n_headache, 3);
	assert_int_equal(c.n_free, 1);
	assert_int_equal(c.n_missing, 1);
	assert_int_equal(c.n_attacks, 3);
	assert_int_equal(c.n_drug, 2);
	assert_int_equal(c.n_by_class[LULL_ACUTE_ASPIRIN], 2);
	assert_int_equal(c.n_by_class[LULL_ACUTE_TRIPTAN], 1);
	assert_int_equal(c.n_drugs_unknown, 1);
	assert_int_equal(c.n_late, 1);
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_park),
		cmocka_unit_test(test_park_against_label),
		cmocka_unit_test(test_insogna),
		cmocka_unit_test(test_dates_and_clocks),
		cmocka_unit_test(test_offsets),
		cmocka_unit_test(test_durations),
		cmocka_unit_test(test_long_without_a_clock),
		cmocka_unit_test(test_pain_scales),
		cmocka_unit_test(test_decimal_comma),
		cmocka_unit_test(test_signs),
		cmocka_unit_test(test_sides),
		cmocka_unit_test(test_tags),
		cmocka_unit_test(test_too_many_tags),
		cmocka_unit_test(test_drugs),
		cmocka_unit_test(test_many_drugs_in_a_row),
		cmocka_unit_test(test_contradictions),
		cmocka_unit_test(test_day_index),
		cmocka_unit_test(test_patients),
		cmocka_unit_test(test_preamble),
		cmocka_unit_test(test_files_that_cannot_be_used),
		cmocka_unit_test(test_rows_that_cannot_be_read),
		cmocka_unit_test(test_many_unknown_words),
		cmocka_unit_test(test_migraine_buddy),
		cmocka_unit_test(test_counts),
	};
	return cmocka_run_group_tests_name("import", tests, setup, teardown);
}
