/* Folding entries into days: what ICHD-3 counting asks, and what is refused. */
#include "support.h"

#include <math.h>

#include "lull/headache/diary.h"

enum { D0 = 20000 }; /* a day to count from */

static struct lull_entry attack(lull_day first, int start_min, float duration_min, float pain)
{
	struct lull_entry e = { .kind = LULL_ENTRY_HEADACHE, .first = first, .start_min = (int16_t)start_min,
				.offset_min = LULL_NO_OFFSET, .pain = pain, .duration_min = duration_min,
				.severity = -1 };
	e.last = start_min >= 0 ? lull_entry_last_day(first, start_min, duration_min) : first;
	return e;
}

static struct lull_entry free_day(lull_day first)
{
	return (struct lull_entry){ .kind = LULL_ENTRY_FREE, .first = first, .last = first, .start_min = -1,
				    .offset_min = LULL_NO_OFFSET, .pain = NAN, .duration_min = NAN,
				    .severity = -1 };
}

static void fold(struct lull_diary *diary, const struct lull_entry *entries, size_t n, lull_day from,
		 lull_day to, bool missing_is_free, struct lull_arena *arena)
{
	struct lull_err err = { 0 };
	*diary = (struct lull_diary){ .patient_id = "", .entries = entries, .n_entries = n };
	assert_ok(lull_diary_fold(diary, from, to, missing_is_free, arena, &err), &err);
}

static void test_midnight(void **state)
{
	(void)state;
	struct lull_arena arena = { 0 };
	struct lull_diary diary;
	/* 22:00 for 5 h: 2 h on the first day, 3 h on the second. */
	const struct lull_entry e[] = { attack(D0, 22 * 60, 300, 6) };
	fold(&diary, e, 1, LULL_DAY_NONE, LULL_DAY_NONE, false, &arena);
	assert_true(diary.dated);
	assert_int_equal(diary.first, D0);
	assert_int_equal(diary.n_days, 2);
	for (int d = 0; d < 2; d++) {
		assert_int_equal(diary.days[d].state, LULL_DAY_HEADACHE);
		assert_int_equal(diary.days[d].continues, d == 1);
		assert_close(diary.days[d].pain, 6, 0, 0);
	}
	assert_close(diary.days[0].headache_min, 120, 0, 0);
	assert_close(diary.days[1].headache_min, 180, 0, 0);
	lull_arena_clear(&arena);
}

static void test_last_day(void **state)
{
	(void)state;
	assert_int_equal(lull_entry_last_day(D0, 1320, 120), D0); /* ends at midnight */
	assert_int_equal(lull_entry_last_day(D0, 1320, 121), D0 + 1);
	assert_int_equal(lull_entry_last_day(D0, 1439, 0), D0);
	assert_int_equal(lull_entry_last_day(D0, 0, 1440), D0);
	assert_int_equal(lull_entry_last_day(D0, 0, 2880), D0 + 1);
	assert_int_equal(lull_entry_last_day(D0, 1, 2880), D0 + 2);
	assert_int_equal(lull_entry_last_day(D0, 720, 72 * 60), D0 + 3);
	assert_int_equal(lull_entry_last_day(D0, 0, 1e30), D0 + LULL_DIARY_MAX_DAYS);
}

static void test_long_attack(void **state)
{
	(void)state;
	struct lull_arena arena = { 0 };
	struct lull_diary diary;
	const struct lull_entry e[] = { attack(D0, 720, 72 * 60, 8) };
	fold(&diary, e, 1, LULL_DAY_NONE, LULL_DAY_NONE, false, &arena);
	assert_int_equal(diary.n_days, 4);
	const double want[] = { 720, 1440, 1440, 720 };
	double total = 0;
	for (int d = 0; d < 4; d++) {
		assert_close(diary.days[d].headache_min, want[d], 0, 0);
		total += diary.days[d].headache_min;
	}
	assert_close(total, 72 * 60, 0, 0);
	lull_arena_clear(&arena);
}

static void test_several_a_day(void **state)
{
	(void)state;
	struct lull_arena arena = { 0 };
	struct lull_diary diary;
	/* Written out of order; 8-10, 9-12 overlap: 4 h; 20-21: 1 h. */
	const struct lull_entry e[] = { attack(D0 + 2, -1, 90, 3), attack(D0, 20 * 60, 60, 2),
					attack(D0, 9 * 60, 180, 7),  attack(D0, 8 * 60, 120, NAN),
					attack(D0 + 2, -1, NAN, NAN) };
	fold(&diary, e, 5, LULL_DAY_NONE, LULL_DAY_NONE, false, &arena);
	assert_int_equal(diary.n_days, 3);
	assert_int_equal(diary.days[0].n_refs, 3);
	const uint32_t *refs = diary.refs + diary.days[0].first_ref;
	assert_int_equal(refs[0], 1); /* input order */
	assert_int_equal(refs[1], 2);
	assert_int_equal(refs[2], 3);
	assert_close(diary.days[0].pain, 7, 0, 0);
	assert_close(diary.days[0].headache_min, 300, 0, 0);
	assert_int_equal(diary.days[1].state, LULL_DAY_MISSING);
	assert_true(isnan(diary.days[1].pain));
	assert_true(isnan(diary.days[1].headache_min));
	assert_true(isnan(diary.days[2].headache_min)); /* one of two has no duration */
	assert_close(diary.days[2].pain, 3, 0, 0);
	lull_arena_clear(&arena);
}

static void test_unplaced(void **state)
{
	(void)state;
	struct lull_arena arena = { 0 };
	struct lull_diary diary;
	/* Durations without a clock lie apart, and a day has 24 h. */
	const struct lull_entry e[] = { attack(D0, -1, 60, 3), attack(D0, -1, 90, 3), attack(D0 + 1, -1, 1000, 3),
					attack(D0 + 1, -1, 1000, 3), attack(D0 + 2, -1, 2000, 3) };
	fold(&diary, e, 5, LULL_DAY_NONE, LULL_DAY_NONE, false, &arena);
	assert_close(diary.days[0].headache_min, 150, 0, 0);
	assert_close(diary.days[1].headache_min, 1440, 0, 0);
	assert_close(diary.days[2].headache_min, 1440, 0, 0);
	/* A run of days without times: middle days are whole, the ends unknown. */
	struct lull_entry days = attack(D0, -1, NAN, 4);
	days.last = D0 + 2;
	fold(&diary, &days, 1, LULL_DAY_NONE, LULL_DAY_NONE, false, &arena);
	assert_true(isnan(diary.days[0].headache_min));
	assert_close(diary.days[1].headache_min, 1440, 0, 0);
	assert_true(isnan(diary.days[2].headache_min));
	/* A clock set back: the local end lies before the local start on the same day. */
	struct lull_entry odd = attack(D0, 120, 30, 4);
	odd.last = D0 + 1;
	fold(&diary, &odd, 1, LULL_DAY_NONE, LULL_DAY_NONE, false, &arena);
	assert_close(diary.days[1].headache_min, 0, 0, 0);
	lull_arena_clear(&arena);
}

static void test_missing(void **state)
{
	(void)state;
	struct lull_arena arena = { 0 };
	struct lull_diary diary;
	const struct lull_entry e[] = { free_day(D0), attack(D0 + 3, -1, NAN, 5), free_day(D0 + 3) };
	fold(&diary, e, 3, LULL_DAY_NONE, LULL_DAY_NONE, false, &arena);
	const int want[] = { LULL_DAY_FREE, LULL_DAY_MISSING, LULL_DAY_MISSING, LULL_DAY_HEADACHE };
	for (int d = 0; d < 4; d++)
		assert_int_equal(diary.days[d].state, want[d]);
	/* The source says that no row is no headache. */
	fold(&diary, e, 3, LULL_DAY_NONE, LULL_DAY_NONE, true, &arena);
	assert_int_equal(diary.days[1].state, LULL_DAY_FREE);
	assert_int_equal(diary.days[1].n_refs, 0);
	/* The period is wider than the entries; it never cuts them. */
	fold(&diary, e, 3, D0 - 2, D0 + 1, false, &arena);
	assert_int_equal(diary.first, D0 - 2);
	assert_int_equal(diary.n_days, 6);
	assert_int_equal(diary.days[0].state, LULL_DAY_MISSING);
	assert_int_equal(diary.days[5].state, LULL_DAY_HEADACHE);
	lull_arena_clear(&arena);
}

static void test_no_entries(void **state)
{
	(void)state;
	struct lull_arena arena = { 0 };
	struct lull_diary diary;
	fold(&diary, NULL, 0, LULL_DAY_NONE, LULL_DAY_NONE, false, &arena);
	assert_false(diary.dated);
	assert_int_equal(diary.n_days, 0);
	fold(&diary, NULL, 0, D0, D0 + 27, false, &arena);
	assert_true(diary.dated);
	assert_int_equal(diary.n_days, 28);
	assert_int_equal(diary.days[27].state, LULL_DAY_MISSING);
	fold(&diary, NULL, 0, D0, LULL_DAY_NONE, false, &arena);
	assert_int_equal(diary.n_days, 1);
	fold(&diary, NULL, 0, LULL_DAY_NONE, D0, false, &arena);
	assert_int_equal(diary.first, D0);
	lull_arena_clear(&arena);
}

static void test_undated(void **state)
{
	(void)state;
	struct lull_arena arena = { 0 };
	struct lull_err err = { 0 };
	struct lull_entry e[] = { free_day(LULL_DAY_NONE), free_day(LULL_DAY_NONE) };
	struct lull_diary diary = { .entries = e, .n_entries = 2 };
	assert_ok(lull_diary_fold(&diary, LULL_DAY_NONE, LULL_DAY_NONE, false, &arena, &err), &err);
	assert_false(diary.dated);
	assert_int_equal(diary.n_days, 0);
	e[1].first = e[1].last = D0;
	assert_int_equal(lull_diary_fold(&diary, LULL_DAY_NONE, LULL_DAY_NONE, false, &arena, &err),
			 LULL_ECONFLICT);
	assert_has(err.what, "entry 2");
	assert_has(err.what, "has a date");
	e[0].first = e[0].last = D0;
	e[1].first = e[1].last = LULL_DAY_NONE;
	assert_int_equal(lull_diary_fold(&diary, LULL_DAY_NONE, LULL_DAY_NONE, false, &arena, &err),
			 LULL_ECONFLICT);
	assert_has(err.what, "lacks a date");
	lull_arena_clear(&arena);
}

static void refuse(struct lull_entry *entries, size_t n, lull_day from, lull_day to, int code, const char *what)
{
	struct lull_arena arena = { 0 };
	struct lull_err err = { 0 };
	struct lull_diary diary = { .entries = entries, .n_entries = n, .first = 7 };
	assert_int_equal(lull_diary_fold(&diary, from, to, false, &arena, &err), code);
	assert_has(err.what, what);
	assert_int_equal(diary.first, 7); /* unchanged */
	assert_null(diary.days);
	lull_arena_clear(&arena);
}

static void test_refused(void **state)
{
	(void)state;
	struct lull_entry e[] = { free_day(D0), free_day(D0 + 1) };
	e[1].last = D0;
	refuse(e, 2, LULL_DAY_NONE, LULL_DAY_NONE, LULL_EDOMAIN, "ends before it begins");
	e[1].first = e[1].last = D0 + LULL_DIARY_MAX_DAYS;
	refuse(e, 2, LULL_DAY_NONE, LULL_DAY_NONE, LULL_ELIMIT, "longer than 40000 days");
	e[1].first = D0;
	refuse(e, 2, LULL_DAY_NONE, LULL_DAY_NONE, LULL_ELIMIT, "longer than");
	e[1].last = INT32_MAX;
	refuse(e, 2, LULL_DAY_NONE, LULL_DAY_NONE, LULL_EDOMAIN, "years 1 to 9999");
	refuse(NULL, 0, D0, D0 - 1, LULL_EDOMAIN, "period ends before");
	static struct lull_entry many[200];
	for (int i = 0; i < 200; i++) {
		many[i] = attack(D0, -1, NAN, NAN);
		many[i].last = D0 + 30000;
	}
	refuse(many, 200, LULL_DAY_NONE, LULL_DAY_NONE, LULL_ELIMIT, "touch more than");
}

static void test_limits_are_reachable(void **state)
{
	(void)state;
	struct lull_arena arena = { 0 };
	struct lull_diary diary;
	const struct lull_entry e[] = { free_day(D0), free_day(D0 + LULL_DIARY_MAX_DAYS - 1) };
	fold(&diary, e, 2, LULL_DAY_NONE, LULL_DAY_NONE, false, &arena);
	assert_int_equal(diary.n_days, LULL_DIARY_MAX_DAYS);
	lull_arena_clear(&arena);
}

static void test_sign(void **state)
{
	(void)state;
	struct lull_entry e = free_day(D0);
	e.known = UINT64_C(1) << LULL_SIGN_NAUSEA | UINT64_C(1) << LULL_SIGN_CONTINUOUS;
	e.yes = UINT64_C(1) << LULL_SIGN_CONTINUOUS;
	assert_int_equal(lull_entry_sign(&e, LULL_SIGN_NAUSEA), LULL_NO);
	assert_int_equal(lull_entry_sign(&e, LULL_SIGN_CONTINUOUS), LULL_YES);
	assert_int_equal(lull_entry_sign(&e, LULL_SIGN_VOMITING), LULL_UNKNOWN);
	assert_string_equal(lull_sign_names[LULL_SIGN_AURA_GRADUAL], "aura_spreads_5_min_or_more");
	assert_string_equal(lull_acute_names[LULL_ACUTE_COMBINATION], "combination_analgesic");
	assert_null(lull_sign_names[LULL_N_SIGNS]);
	assert_null(lull_acute_names[LULL_N_ACUTES]);
}

static void test_out_of_memory(void **state)
{
	(void)state;
	const struct lull_entry e[] = { attack(D0, 1320, 300, 6), free_day(D0 + 9000) };
	for (uint64_t nth = 1;; nth++) {
		struct lull_arena arena = { 0 };
		struct lull_err err = { 0 };
		struct lull_diary diary = { .entries = e, .n_entries = 2 };
		lull_mem_fail_at(nth, false);
		const int rc = lull_diary_fold(&diary, LULL_DAY_NONE, LULL_DAY_NONE, false, &arena, &err);
		lull_mem_fail_at(0, false);
		lull_arena_clear(&arena);
		if (rc == LULL_OK) {
			assert_true(nth > 1);
			return;
		}
		assert_int_equal(rc, LULL_ENOMEM);
		assert_true(nth < 100);
	}
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_midnight),
		cmocka_unit_test(test_last_day),
		cmocka_unit_test(test_long_attack),
		cmocka_unit_test(test_several_a_day),
		cmocka_unit_test(test_unplaced),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_no_entries),
		cmocka_unit_test(test_undated),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_limits_are_reachable),
		cmocka_unit_test(test_sign),
		cmocka_unit_test(test_out_of_memory),
	};
	return cmocka_run_group_tests_name("diary", tests, NULL, NULL);
}
