/* Triggers by counts on both kinds of days, the rule of 10 exposures and 84 days, and graded measures. */
#include "support.h"

#include <math.h>

#include "lull/base/text.h"
#include "lull/headache/tags.h"

static struct lull_arena shared;
static struct lull_measures set;

static int load(void **state)
{
	struct lull_diags diags;
	(void)state;
	lull_diags_init(&diags, &shared);
	const int rc = lull_measures_load(test_knowledge(), &shared, &set, &diags);
	assert_no_diags(&diags);
	return rc;
}

static int unload(void **state)
{
	(void)state;
	lull_arena_clear(&shared);
	return 0;
}

/* ---- knowledge ------------------------------------------------------------------------------- */

static void every_name_of_the_clinics_is_listed(void **state)
{
	static const char *const triggers[] = {
		"processed_food", "nitrates", "chocolate", "aged_cheese", "dried_fruit", "cultured_dairy", "msg", "alcohol",
		"caffeine", "stress", "lack_of_sleep", "sleeping_late", "fatigue", "menstruation", "not_eating", "weather",
		"odour", "light", "noise", "smoke", "heat", "exercise", "neck_pain", "sexual_activity",
	};
	static const char *const measures[] = {
		"magnesium", "riboflavin", "feverfew", "coenzyme_q10", "butterbur", "lavender", "acupuncture", "acupressure",
		"yoga", "massage", "meditation", "biofeedback", "relaxation", "cbt", "sleep_hygiene", "cold_pack", "rest_dark",
	};
	(void)state;
	assert_int_equal(set.n_triggers, sizeof(triggers) / sizeof(*triggers));
	assert_int_equal(set.n_measures, sizeof(measures) / sizeof(*measures));
	for (size_t i = 0; i < set.n_triggers; i++)
		assert_non_null(lull_trigger_find(&set, triggers[i]));
	for (size_t i = 0; i < set.n_measures; i++)
		assert_non_null(lull_measure_find(&set, measures[i]));
	assert_null(lull_trigger_find(&set, "moon"));
	assert_null(lull_measure_find(&set, "moon"));
}

static void grades_and_figures_are_those_of_the_sources(void **state)
{
	static const struct {
		const char *id;
		int grade;
	} grades[] = { { "magnesium", LULL_GRADE_AAN_B },  { "riboflavin", LULL_GRADE_AAN_B },
		       { "coenzyme_q10", LULL_GRADE_AAN_C }, { "biofeedback", LULL_GRADE_CONSORTIUM_A },
		       { "cbt", LULL_GRADE_CONSORTIUM_A }, { "butterbur", LULL_GRADE_WITHDRAWN },
		       { "acupressure", LULL_GRADE_NONE }, { "cold_pack", LULL_GRADE_NONE },
		       { "lavender", LULL_GRADE_TRIAL },   { "massage", LULL_GRADE_TRIAL } };
	static const struct {
		const char *id;
		double pct;
	} kelman[] = { { "stress", 79.7 },  { "menstruation", 65.1 }, { "not_eating", 57.3 }, { "weather", 53.2 },
		       { "lack_of_sleep", 49.8 }, { "odour", 43.7 }, { "neck_pain", 38.4 },  { "light", 38.1 },
		       { "alcohol", 37.8 }, { "smoke", 35.7 },	     { "sleeping_late", 32 }, { "heat", 30.3 },
		       { "processed_food", 26.9 }, { "exercise", 22.1 }, { "sexual_activity", 5.2 } };
	(void)state;
	for (size_t i = 0; i < sizeof(grades) / sizeof(*grades); i++)
		assert_int_equal(lull_measure_find(&set, grades[i].id)->grade, grades[i].grade);
	for (size_t i = 0; i < sizeof(kelman) / sizeof(*kelman); i++)
		assert_close(lull_trigger_find(&set, kelman[i].id)->self_report_pct, kelman[i].pct, 0, 0);
	assert_true(isnan(lull_trigger_find(&set, "noise")->self_report_pct));
	assert_has(lull_measure_find(&set, "butterbur")->caution, "Liver");
	assert_has(lull_measure_find(&set, "acupressure")->finding, "No grade in our sources");
	for (int g = 0; lull_measure_grade_names[g]; g++)
		assert_non_null(lull_measure_grade_text(g));
}

/* ---- intervals --------------------------------------------------------------------------------- */

/* Newcombe 1998, table II, example (a) to (h), method 10. */
static void intervals_are_newcombes(void **state)
{
	static const struct {
		int a, n, b, m;
		double low, high;
	} rows[] = {
		{ 56, 70, 48, 80, 0.0524, 0.3339 }, { 9, 10, 3, 10, 0.1705, 0.8090 }, { 6, 7, 2, 7, 0.0582, 0.8062 },
		{ 5, 56, 0, 29, -0.0381, 0.1926 },  { 0, 10, 0, 20, -0.1611, 0.2775 }, { 0, 10, 0, 10, -0.2775, 0.2775 },
		{ 10, 10, 0, 20, 0.6791, 1.0 },	    { 10, 10, 0, 10, 0.6075, 1.0 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		double difference, low, high;
		lull_share_difference(rows[i].a, rows[i].n, rows[i].b, rows[i].m, 0.95, &difference, &low, &high);
		assert_close(difference, (double)rows[i].a / rows[i].n - (double)rows[i].b / rows[i].m, 0, 1e-15);
		assert_close(low, rows[i].low, 0, 5e-5);
		assert_close(high, rows[i].high, 0, 5e-5);
	}
}

/* ---- diaries ----------------------------------------------------------------------------------- */

/* A day a letter: H headache with the trigger, h headache without, F free with, f free without, ? a
 * headache day on which it was not asked, . missing. */
static struct lull_diary diary_of(const char *days, bool dated)
{
	static const char *const triggers[] = { "stress" };
	static const char *const measures[] = { "cold_pack", "crystals" };
	const size_t n = strlen(days);
	struct lull_entry *entries = LULL_ARENA_NEW(&shared, struct lull_entry, n + 1);
	struct lull_diary d = { .entries = entries, .triggers = triggers, .n_triggers = 1, .measures = measures, .n_measures = 2 };
	struct lull_err err = { 0 };
	for (size_t i = 0; i < n; i++) {
		if (days[i] == '.')
			continue;
		const bool headache = days[i] == 'H' || days[i] == 'h' || days[i] == '?';
		const lull_day day = dated ? (lull_day)i : LULL_DAY_NONE;
		entries[d.n_entries++] = (struct lull_entry){
			.kind = headache ? LULL_ENTRY_HEADACHE : LULL_ENTRY_FREE, .first = day, .last = day, .start_min = -1,
			.offset_min = LULL_NO_OFFSET, .pain = NAN, .duration_min = NAN, .severity = -1,
			.triggers_known = days[i] != '?', .triggers_yes = days[i] == 'H' || days[i] == 'F',
			.measures_known = headache ? 3 : 0, .measures_yes = days[i] == 'H' ? 3 : 0,
			.measures_helped = days[i] == 'H' && i % 2 ? 1 : 0
		};
	}
	assert_ok(lull_diary_fold(&d, dated ? 0 : LULL_DAY_NONE, dated ? (lull_day)n - 1 : LULL_DAY_NONE, false, &shared, &err),
		  &err);
	return d;
}

static struct lull_tags tags_of(const char *days, bool dated)
{
	const struct lull_diary d = diary_of(days, dated);
	struct lull_tags tags;
	struct lull_err err = { 0 };
	assert_ok(lull_tags_count(&d, &set, &shared, &tags, &err), &err);
	return tags;
}

static const char *repeated(const char *part, int times)
{
	struct lull_buf buf = { 0 };
	for (int i = 0; i < times; i++)
		lull_buf_puts(&buf, part);
	const char *copy = lull_arena_strdup(&shared, lull_buf_text(&buf));
	lull_buf_clear(&buf);
	return copy;
}

static void triggers_are_compared_on_headache_and_free_days(void **state)
{
	/* 12 times HhffffF.: 12 + 12 days with it (12 headache), 12 + 48 without (12 headache) */
	const struct lull_tags tags = tags_of(repeated("HhffffF.", 12), true);
	const struct lull_trigger_count *t = &tags.triggers[0];
	(void)state;
	assert_int_equal(tags.n_recorded, 84);
	assert_int_equal(t->verdict, LULL_TRIGGER_COMPARED);
	assert_int_equal(t->days[1][1], 12);
	assert_int_equal(t->days[1][0], 12);
	assert_int_equal(t->days[0][1], 12);
	assert_int_equal(t->days[0][0], 48);
	assert_close(t->risk_with, 0.5, 0, 0);
	assert_close(t->risk_without, 0.2, 0, 0);
	assert_close(t->difference, 0.3, 1e-15, 0);
	assert_true(t->low < 0.3 && 0.3 < t->high);
	assert_close(t->ratio, 2.5, 1e-15, 0);
	/* Katz: exp(1.96 sqrt(1/12 - 1/24 + 1/12 - 1/60)) = exp(1.95996 sqrt(0.1083333)) */
	assert_close(t->ratio_high, 2.5 * exp(1.959963984540054 * sqrt(0.10833333333333333)), 1e-9, 0);
	assert_has(t->sentence, "Stress: headache on 12 of 24 days with it (50 %) and on 12 of 60 without (20 %); difference 30 points");
	assert_has(t->sentence, "not a cause");
}

static void below_10_exposures_or_84_days_nothing_is_concluded(void **state)
{
	static const struct {
		const char *part;
		int times;
		bool dated;
		enum lull_trigger_verdict verdict;
		const char *says;
	} rows[] = {
		{ "HhffffffF", 4, true, LULL_TRIGGER_TOO_FEW, "at least 10 days with it" },
		{ "HHHFFhfffff", 5, true, LULL_TRIGGER_TOO_SHORT, "55 recorded days; at least 84" },
		{ "Hh?", 40, true, LULL_TRIGGER_ONE_SIDED, "headache days only" },
		{ "Ff", 50, true, LULL_TRIGGER_ONE_SIDED, "headache-free days only" },
		{ "HF", 50, true, LULL_TRIGGER_TOO_FEW, "some without" },
		{ "HhffffF", 20, false, LULL_TRIGGER_NO_DATES, "Without dates" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct lull_tags tags = tags_of(repeated(rows[i].part, rows[i].times), rows[i].dated);
		const struct lull_trigger_count *t = &tags.triggers[0];
		assert_int_equal(t->verdict, rows[i].verdict);
		assert_has(t->sentence, rows[i].says);
		assert_true(isnan(t->difference));
		assert_null(strstr(t->sentence, "avoid"));
	}
}

static void days_that_were_not_asked_are_not_days_without(void **state)
{
	const struct lull_tags tags = tags_of(repeated("HhfF?.", 20), true);
	(void)state;
	assert_int_equal(tags.triggers[0].not_asked, 20);
	assert_int_equal(tags.triggers[0].days[0][1], 20);
	assert_int_equal(tags.triggers[0].verdict, LULL_TRIGGER_COMPARED);
}

static void a_ratio_needs_headache_on_both_kinds_of_days(void **state)
{
	const struct lull_tags tags = tags_of(repeated("HFfffff", 12), true); /* never headache without it */
	(void)state;
	assert_int_equal(tags.triggers[0].verdict, LULL_TRIGGER_COMPARED);
	assert_true(isnan(tags.triggers[0].ratio));
	assert_close(tags.triggers[0].difference, 0.5, 0, 0);
}

static void measures_are_counted_with_how_often_they_helped(void **state)
{
	const struct lull_tags tags = tags_of("HHhfH", true);
	(void)state;
	assert_int_equal(tags.n_measures, 2);
	assert_int_equal(tags.measures[0].n_asked, 4);
	assert_int_equal(tags.measures[0].n_used, 3);
	assert_int_equal(tags.measures[0].n_helped, 1);
	assert_has(tags.measures[0].sentence, "Cold pack: used on 3 entries, noted to help on 1. Evidence: no grade in our sources.");
	assert_null(tags.measures[1].known);
	assert_has(tags.measures[1].sentence, "crystals: used on 3");
}

static void too_many_tags_are_refused(void **state)
{
	const struct lull_diary d = { .n_triggers = LULL_MAX_TAGS + 1 };
	struct lull_tags tags;
	struct lull_err err = { 0 };
	(void)state;
	assert_int_equal(lull_tags_count(&d, &set, &shared, &tags, &err), LULL_ELIMIT);
}

static void missing_and_broken_files_are_reported(void **state)
{
	struct lull_file file = { "other.yaml", "a: [", 4 };
	struct lull_files files = { &file, 1, "", "test" };
	struct lull_measures m;
	struct lull_diags diags;
	(void)state;
	lull_diags_init(&diags, &shared);
	assert_int_equal(lull_measures_load(&files, &shared, &m, &diags), LULL_ENOTFOUND);
	file.path = "measures.yaml";
	assert_int_equal(lull_measures_load(&files, &shared, &m, &diags), LULL_EPARSE);
}

static void every_failed_allocation_is_reported(void **state)
{
	const struct lull_diary d = diary_of("HhfF", true);
	int rc = LULL_ENOMEM;
	(void)state;
	for (size_t room = 16; rc != LULL_OK; room += 16) {
		struct lull_arena arena = { .n_bytes = LULL_ARENA_MAX_BYTES - room };
		struct lull_tags tags;
		struct lull_err err = { 0 };
		rc = lull_tags_count(&d, &set, &arena, &tags, &err);
		assert_true(rc == LULL_OK || rc == LULL_ENOMEM);
		lull_arena_clear(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_name_of_the_clinics_is_listed),
		cmocka_unit_test(grades_and_figures_are_those_of_the_sources),
		cmocka_unit_test(intervals_are_newcombes),
		cmocka_unit_test(triggers_are_compared_on_headache_and_free_days),
		cmocka_unit_test(below_10_exposures_or_84_days_nothing_is_concluded),
		cmocka_unit_test(days_that_were_not_asked_are_not_days_without),
		cmocka_unit_test(a_ratio_needs_headache_on_both_kinds_of_days),
		cmocka_unit_test(measures_are_counted_with_how_often_they_helped),
		cmocka_unit_test(too_many_tags_are_refused),
		cmocka_unit_test(missing_and_broken_files_are_reported),
		cmocka_unit_test(every_failed_allocation_is_reported),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, load, unload);
}
