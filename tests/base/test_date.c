/* The civil calendar against hand-checked days and itself, day by day. */
#include "support.h"

#include "lull/base/date.h"

static void known_days(void **state)
{
	(void)state;
	assert_int_equal(lull_day_from_ymd(1970, 1, 1), 0);
	assert_int_equal(lull_day_from_ymd(2000, 3, 1), 11017);
	assert_int_equal(lull_weekday(0), 3);                               /* a Thursday */
	assert_int_equal(lull_weekday(lull_day_from_ymd(2026, 11, 22)), 6); /* a Sunday   */
	assert_int_equal(lull_weekday(lull_day_from_ymd(1969, 12, 29)), 0);
	assert_int_equal(lull_days_in_month(1900, 2), 28);
	assert_int_equal(lull_days_in_month(2000, 2), 29);
	assert_int_equal(lull_days_in_month(2024, 2), 29);
	assert_int_equal(lull_days_in_month(2023, 13), 0);
}

static void every_day_of_ten_thousand_years(void **state)
{
	int year = 1, month = 1, day = 1;
	const lull_day first = lull_day_from_ymd(1, 1, 1), last = lull_day_from_ymd(9999, 12, 31);
	(void)state;
	for (lull_day d = first; d <= last; d++) {
		const struct lull_ymd ymd = lull_ymd_from_day(d);
		if (ymd.year != year || ymd.month != month || ymd.day != day ||
		    lull_day_from_ymd(year, month, day) != d)
			fail_msg("%04d-%02d-%02d", year, month, day);
		if (++day > lull_days_in_month(year, month)) {
			day = 1;
			if (++month > 12) {
				month = 1;
				year++;
			}
		}
	}
	assert_int_equal(year, 10000);
}

static void ages_turn_on_the_birthday(void **state)
{
	(void)state;
	assert_int_equal(lull_age_years(lull_day_from_ymd(2008, 11, 22), lull_day_from_ymd(2026, 11, 21)),
			 17);
	assert_int_equal(lull_age_years(lull_day_from_ymd(2008, 11, 22), lull_day_from_ymd(2026, 11, 22)),
			 18);
	assert_int_equal(lull_age_years(lull_day_from_ymd(2004, 2, 29), lull_day_from_ymd(2022, 2, 28)), 17);
	assert_int_equal(lull_age_years(lull_day_from_ymd(2004, 2, 29), lull_day_from_ymd(2022, 3, 1)), 18);
}

static void iso_days_only(void **state)
{
	static const char *const wrong[] = { "",           "2026-11-2",   "2026-11-31", "26-11-22",
					     "2026/11/22", "2026-11-22 ", "2023-02-29", "0000-01-01",
					     "22.11.2026", "2026-1-022" };
	lull_day got;
	char text[LULL_DAY_TEXT];
	struct lull_err err = { 0 };
	(void)state;
	assert_ok(lull_day_parse("2026-11-22", 10, "d", &got, &err), &err);
	assert_string_equal(lull_day_text(text, got), "2026-11-22");
	assert_string_equal(lull_day_text(text, LULL_DAY_NONE), "unknown");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(lull_day_parse(wrong[i], strlen(wrong[i]), "d", &got, &err), LULL_EPARSE);
	assert_has(err.mend, "2026-11-22");
}

static void stamps_follow_their_pattern(void **state)
{
	static const struct {
		const char *text, *pattern, *day;
		int minute, offset_min;
	} cases[] = {
		{ "7/3/2024 18:05", "D/M/Y H:m", "2024-03-07", 1085, LULL_NO_OFFSET },
		{ "03/07/24", "M/D/y", "2024-03-07", -1, LULL_NO_OFFSET },
		{ "Mar 7, 2024  6:05 PM", "b D, Y H:m p", "2024-03-07", 1085, LULL_NO_OFFSET },
		{ "7 march 2024 12:00 am", "D b Y H:m p", "2024-03-07", 0, LULL_NO_OFFSET },
		{ "12:30 PM 7 Mar 2024", "H:m p D b Y", "2024-03-07", 750, LULL_NO_OFFSET },
		{ "2024-03-07T18:05:09+05:30", "Y-M-DTH:m:Sz", "2024-03-07", 1085, 330 },
		{ "2024-03-07 18:05 -0800", "Y-M-D H:m z", "2024-03-07", 1085, -480 },
		{ "20240307T0005Z", "YMDTHmz", "2024-03-07", 5, 0 },
		{ "23", "H", "unknown", 1380, LULL_NO_OFFSET },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lull_stamp got;
		struct lull_err err = { 0 };
		char day[LULL_DAY_TEXT];
		assert_ok(lull_stamp_parse(cases[i].text, strlen(cases[i].text), cases[i].pattern, "t", &got,
					   &err),
			  &err);
		assert_string_equal(lull_day_text(day, got.day), cases[i].day);
		assert_int_equal(got.minute, cases[i].minute);
		assert_int_equal(got.offset_min, cases[i].offset_min);
	}
}

static void wrong_stamps_are_refused(void **state)
{
	static const char *const wrong[][2] = {
		{ "31/4/2024", "D/M/Y" },
		{ "7/3/2024 24:00", "D/M/Y H:m" },
		{ "7/3/2024 18:60", "D/M/Y H:m" },
		{ "7/3/2024 0:10 PM", "D/M/Y H:m p" },
		{ "7/3/2024x", "D/M/Y" },
		{ "7/3/24", "D/M/Y" },
		{ "7/3/2024 13:00 pm", "D/M/Y H:m p" },
		{ "7 Mai 2024", "D b Y" },
		{ "", "Y-M-D" },
		{ "2024-03-07 18:05 +15:00", "Y-M-D H:m z" },
		{ "2024-03-0718:05", "Y-M-D H:m" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct lull_stamp got;
		const int rc =
			lull_stamp_parse(wrong[i][0], strlen(wrong[i][0]), wrong[i][1], "t", &got, NULL);
		if (rc != LULL_EPARSE)
			print_error("%s as %s\n", wrong[i][0], wrong[i][1]);
		assert_int_equal(rc, LULL_EPARSE);
	}
	struct lull_stamp got;
	assert_int_equal(lull_stamp_parse("2024-03", 7, "Y-M", "t", &got, NULL), LULL_EDOMAIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_days),
		cmocka_unit_test(every_day_of_ten_thousand_years),
		cmocka_unit_test(ages_turn_on_the_birthday),
		cmocka_unit_test(iso_days_only),
		cmocka_unit_test(stamps_follow_their_pattern),
		cmocka_unit_test(wrong_stamps_are_refused),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
