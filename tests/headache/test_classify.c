/* The patient's diagnoses: every test vector and trap of the facts on headache, sections 0 to 3;
 * month lengths, missing days, history, what could change, and the trees. */
#include "make_diary.h"

#include "lull/base/text.h"

static struct lull_arena arena;

enum { START = 20000, BLOCK = 28 };

static int teardown(void **state)
{
	(void)state;
	lull_arena_clear(&arena);
	return 0;
}

/* One block: the first n_migraine days migraine, then to n_headache tension-type, the rest free;
 * the last n_missing are not recorded. */
static void add_block(struct made *made, lull_day from, int length, int n_headache, int n_migraine, int n_missing)
{
	for (int i = 0; i < length - n_missing; i++)
		made_add(made, i < n_migraine ? made_migraine() : i < n_headache ? made_tension() : made_free(), from + i);
}

static struct lull_diary blocks(struct made *made, int n_blocks, int n_headache, int n_migraine)
{
	for (int b = 0; b < n_blocks; b++)
		add_block(made, START + b * BLOCK, BLOCK, n_headache, n_migraine, 0);
	return made_diary(made, START, START + n_blocks * BLOCK - 1, &arena);
}

static struct lull_history attested(void)
{
	struct lull_history h = lull_history_unasked();
	h.over_3_months = LULL_YES;
	return h;
}

static const struct lull_finding *find(const struct lull_finding *items, size_t n, const char *code)
{
	for (size_t i = 0; i < n; i++) {
		if (!strcmp(items[i].code, code))
			return &items[i];
		const struct lull_finding *below = find(items[i].children, items[i].n_children, code);
		if (below)
			return below;
	}
	return NULL;
}

/* ---- 1.3: vectors ----------------------------------------------------------------------- */

static void chronic_migraine_vectors(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		int headache, migraine;
		enum lull_status want;
		enum lull_grade grade;
	} rows[] = {
		{ "HD 15, MD 8 in each of 3 blocks", 15, 8, LULL_MET, LULL_SUPPORTED_BY_DIARY_AND_HISTORY },
		{ "HD 28, MD 7", 28, 7, LULL_NOT_MET, LULL_GRADE_NOT_MET },
		{ "HD 14, MD 14", 14, 14, LULL_NOT_MET, LULL_GRADE_NOT_MET },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct made made = { 0 };
		const struct lull_diary diary = blocks(&made, 3, rows[i].headache, rows[i].migraine);
		struct lull_history h = attested();
		h.lifetime_5_attacks = LULL_YES;
		const struct lull_classification c = made_classify(&diary, &h, &arena);
		if (c.status[LULL_ICHD_1_3] != rows[i].want || c.grade[LULL_ICHD_1_3] != rows[i].grade)
			fail_msg("%s: %s", rows[i].what, lull_status_names[c.status[LULL_ICHD_1_3]]);
	}
}

static void fourteen_days_are_high_frequency_episodic(void **state)
{
	(void)state;
	static const struct {
		int headache;
		enum lull_band want;
	} rows[] = { { 9, LULL_BAND_LOW },   { 10, LULL_BAND_HFEM }, { 14, LULL_BAND_HFEM }, { 15, LULL_BAND_LFCM },
		     { 23, LULL_BAND_LFCM }, { 24, LULL_BAND_HFCM }, { 28, LULL_BAND_HFCM } };
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct made made = { 0 };
		const struct lull_diary diary = blocks(&made, 1, rows[i].headache, 0);
		assert_int_equal(made_classify(&diary, NULL, &arena).band, rows[i].want);
	}
	struct made made = { 0 };
	add_block(&made, START, BLOCK, 10, 0, 15); /* 13 recorded */
	const struct lull_diary diary = made_diary(&made, START, START + BLOCK - 1, &arena);
	assert_int_equal(made_classify(&diary, NULL, &arena).band, LULL_BAND_UNKNOWN);
}

/* HD 20 with MD 5 by C1 and 3 more by C3 only: MD 8. Without relief on those 3: MD 5, not CM by ICHD
 * and CM-like by "any triptan day". */
static struct lull_diary with_c3(struct made *made, int n_blocks, enum lull_answer relief)
{
	for (int b = 0; b < n_blocks; b++)
		for (int i = 0; i < BLOCK; i++) {
			made_add(made, i < 5 ? made_migraine() : i < 20 ? made_tension() : made_free(),
				 START + b * BLOCK + i);
			if (i < 5 || i >= 8)
				continue;
			made_sign(&made->entries[made->n - 1], LULL_SIGN_THOUGHT_MIGRAINE, true);
			made_take(made, made->n - 1, LULL_ACUTE_TRIPTAN, "rizatriptan", relief);
		}
	return made_diary(made, START, START + n_blocks * BLOCK - 1, &arena);
}

static void c3_days_count_when_relieved(void **state)
{
	(void)state;
	struct lull_history h = attested();
	h.lifetime_5_attacks = LULL_YES;
	struct made made = { 0 };
	struct lull_diary diary = with_c3(&made, 3, LULL_YES);
	struct lull_classification c = made_classify(&diary, &h, &arena);
	assert_int_equal(c.blocks[0].days[LULL_DAYDEF_MIGRAINE_C1].yes, 5);
	assert_int_equal(c.blocks[0].days[LULL_DAYDEF_MIGRAINE_C3].yes, 3);
	assert_int_equal(c.blocks[0].days[LULL_DAYDEF_MIGRAINE].yes, 8);
	assert_int_equal(c.status[LULL_ICHD_1_3], LULL_MET);

	struct made without = { 0 };
	diary = with_c3(&without, 3, LULL_NO);
	c = made_classify(&diary, &h, &arena);
	assert_int_equal(c.blocks[0].days[LULL_DAYDEF_MIGRAINE].yes, 5);
	assert_int_equal(c.status[LULL_ICHD_1_3], LULL_NOT_MET);
	assert_int_equal(c.blocks[0].days[LULL_DAYDEF_MIGRAINE_TRIPTAN].yes, 8);

	/* Relief not recorded: unknown, and the question is about the triptan. */
	struct made open = { 0 };
	diary = with_c3(&open, 3, LULL_ABSENT);
	c = made_classify(&diary, &h, &arena);
	assert_int_equal(c.blocks[0].days[LULL_DAYDEF_MIGRAINE].yes, 5);
	assert_int_equal(c.blocks[0].maybe_by_relief, 3);
	assert_int_equal(c.status[LULL_ICHD_1_3], LULL_STATUS_UNKNOWN);
	assert_int_equal(c.ask[LULL_ICHD_1_3], LULL_ASK_TRIPTAN_RELIEF);
	assert_int_equal(c.questions[0], LULL_ASK_TRIPTAN_RELIEF);
}

/* ---- more than 3 months -------------------------------------------------------------------- */

static void one_block_supports_and_four_prove(void **state)
{
	(void)state;
	const struct lull_history h = attested();
	static const struct {
		int n_blocks;
		bool told;
		enum lull_grade want;
	} rows[] = { { 1, false, LULL_INSUFFICIENT_DATA },
		     { 1, true, LULL_SUPPORTED_BY_DIARY_AND_HISTORY },
		     { 3, false, LULL_INSUFFICIENT_DATA },
		     { 3, true, LULL_SUPPORTED_BY_DIARY_AND_HISTORY },
		     { 4, false, LULL_PROVEN_BY_DIARY },
		     { 4, true, LULL_PROVEN_BY_DIARY } };
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct made made = { 0 };
		for (int b = 0; b < rows[i].n_blocks; b++) /* 16 headache days, migraine on every other day */
			for (int d = 0; d < BLOCK; d++)
				made_add(&made, d >= 18 ? made_free() : d % 2 ? made_tension() : made_migraine(),
					 START + b * BLOCK + d);
		const struct lull_diary diary = made_diary(&made, START, START + rows[i].n_blocks * BLOCK - 1, &arena);
		const struct lull_classification c = made_classify(&diary, rows[i].told ? &h : NULL, &arena);
		assert_int_equal(c.grade[LULL_ICHD_1_3], rows[i].want);
		assert_int_equal(c.status[LULL_ICHD_1_3],
				 rows[i].want == LULL_INSUFFICIENT_DATA ? LULL_STATUS_UNKNOWN : LULL_MET);
		if (rows[i].want == LULL_INSUFFICIENT_DATA)
			assert_int_equal(c.ask[LULL_ICHD_1_3], LULL_ASK_OVER_3_MONTHS);
	}
}

/* "A 4th earlier day": one headache day and one migraine day before the three blocks will do. */
static void a_fourth_earlier_day_proves(void **state)
{
	(void)state;
	struct made made = { 0 };
	made_add(&made, made_migraine(), START - 1);
	for (int b = 0; b < 3; b++)
		for (int d = 0; d < BLOCK; d++)
			made_add(&made, d >= 18 ? made_free() : d % 2 ? made_tension() : made_migraine(),
				 START + b * BLOCK + d);
	const struct lull_diary diary = made_diary(&made, LULL_DAY_NONE, LULL_DAY_NONE, &arena);
	assert_int_equal(made_classify(&diary, NULL, &arena).grade[LULL_ICHD_1_3], LULL_PROVEN_BY_DIARY);
}

static void a_month_below_breaks_it_whatever_the_history_says(void **state)
{
	(void)state;
	struct made made = { 0 };
	for (int b = 0; b < 4; b++)
		add_block(&made, START + b * BLOCK, BLOCK, b == 2 ? 14 : 20, 10, 0);
	const struct lull_diary diary = made_diary(&made, START, START + 4 * BLOCK - 1, &arena);
	const struct lull_history h = attested();
	const struct lull_classification c = made_classify(&diary, &h, &arena);
	assert_int_equal(c.status[LULL_ICHD_1_3_A], LULL_NOT_MET);
	assert_int_equal(c.status[LULL_ICHD_1_3], LULL_NOT_MET);
	assert_false(c.could_change[LULL_ICHD_1_3]);
}

static void not_yet_three_months_by_history(void **state)
{
	(void)state;
	struct made made = { 0 };
	const struct lull_diary diary = blocks(&made, 2, 20, 10);
	struct lull_history h = lull_history_unasked();
	h.over_3_months = LULL_NO;
	assert_int_equal(made_classify(&diary, &h, &arena).status[LULL_ICHD_1_3], LULL_NOT_MET);
}

/* Trap 2: duration is not needed for a day to count, but for the attacks of B. */
static void duration_is_not_needed_for_a_day(void **state)
{
	(void)state;
	struct made made = { 0 };
	for (int d = 0; d < BLOCK; d++) {
		struct lull_entry e = d < 20 ? made_migraine() : made_free();
		e.duration_min = 60;
		made_add(&made, e, START + d);
	}
	const struct lull_diary diary = made_diary(&made, START, START + BLOCK - 1, &arena);
	struct lull_history h = attested();
	struct lull_classification c = made_classify(&diary, &h, &arena);
	assert_int_equal(c.blocks[0].days[LULL_DAYDEF_MIGRAINE].yes, 20);
	assert_int_equal(c.status[LULL_ICHD_1_3_C], LULL_MET);
	assert_int_equal(c.status[LULL_ICHD_1_3_B], LULL_STATUS_UNKNOWN);
	assert_int_equal(c.status[LULL_ICHD_1_3], LULL_STATUS_UNKNOWN);
	assert_int_equal(c.ask[LULL_ICHD_1_3], LULL_ASK_LIFETIME_ATTACKS);
	h.lifetime_5_attacks = LULL_NO;
	assert_int_equal(made_classify(&diary, &h, &arena).status[LULL_ICHD_1_3], LULL_NOT_MET);
	h.lifetime_5_attacks = LULL_ABSENT;
	h.prior_migraine = LULL_YES;
	assert_int_equal(made_classify(&diary, &h, &arena).status[LULL_ICHD_1_3], LULL_MET);
}

static void clinicians_flag_rules_out_and_stays_provisional_until_answered(void **state)
{
	(void)state;
	struct made made = { 0 };
	const struct lull_diary diary = blocks(&made, 4, 20, 10);
	struct lull_history h = lull_history_unasked();
	h.lifetime_5_attacks = LULL_YES;
	struct lull_classification c = made_classify(&diary, &h, &arena);
	assert_int_equal(c.status[LULL_ICHD_1_3], LULL_MET);
	assert_true(c.could_change[LULL_ICHD_1_3]);
	assert_int_equal(c.ask[LULL_ICHD_1_3], LULL_ASK_BETTER_EXPLAINED);
	h.better_explained = LULL_YES;
	assert_int_equal(made_classify(&diary, &h, &arena).status[LULL_ICHD_1_3], LULL_NOT_MET);
	h.better_explained = LULL_NO;
	c = made_classify(&diary, &h, &arena);
	assert_int_equal(c.status[LULL_ICHD_1_3], LULL_MET);
	assert_false(c.could_change[LULL_ICHD_1_3]);
}

/* ---- missing days ------------------------------------------------------------------------------ */

static void bounds_then_prorating_from_fourteen_days(void **state)
{
	(void)state;
	static const struct {
		int headache, missing;
		enum lull_status want;
		bool estimated;
	} rows[] = {
		{ 15, 10, LULL_MET, false },      /* HD_min >= 15 */
		{ 10, 4, LULL_NOT_MET, false },   /* HD_max 14 < 15 */
		{ 14, 5, LULL_MET, true },	  /* 14 of 23: 17.0 */
		{ 11, 5, LULL_NOT_MET, true },	  /* 11 of 23: 13.4 */
		{ 10, 14, LULL_MET, true },	  /* 10 of 14: 20 */
		{ 10, 15, LULL_STATUS_UNKNOWN, false }, /* 13 recorded: no estimate */
		{ 0, 28, LULL_STATUS_UNKNOWN, false },
	};
	const struct lull_criteria *k = made_criteria(&arena);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct made made = { 0 };
		add_block(&made, START, BLOCK, rows[i].headache, 0, rows[i].missing);
		if (rows[i].missing == BLOCK)
			made_add(&made, made_free(), START - 1);
		const struct lull_diary diary = made_diary(&made, START - 1, START + BLOCK - 1, &arena);
		const struct lull_classification c = made_classify(&diary, NULL, &arena);
		bool estimated;
		const struct lull_block *b = &c.blocks[0];
		assert_int_equal(b->missing, rows[i].missing);
		assert_int_equal(lull_block_at_least(&k->counting, b, &b->days[LULL_DAYDEF_HEADACHE], 15, &estimated),
				 rows[i].want);
		assert_int_equal(estimated, rows[i].estimated);
	}
}

static void prorated_count_is_not_rounded(void **state)
{
	(void)state;
	const struct lull_criteria *k = made_criteria(&arena);
	struct made made = { 0 };
	add_block(&made, START, BLOCK, 11, 0, 5);
	struct lull_diary diary = made_diary(&made, START, START + BLOCK - 1, &arena);
	struct lull_classification c = made_classify(&diary, NULL, &arena);
	assert_close(lull_block_prorated(&k->counting, &c.blocks[0], &c.blocks[0].days[LULL_DAYDEF_HEADACHE]),
		     11.0 * 28 / 23, 1e-15, 0);
	assert_int_equal(c.blocks[0].quality, LULL_BLOCK_TRIAL); /* 23 of 28 */
	struct made fewer = { 0 };
	add_block(&fewer, START, BLOCK, 11, 0, 6);
	diary = made_diary(&fewer, START, START + BLOCK - 1, &arena);
	c = made_classify(&diary, NULL, &arena);
	assert_int_equal(c.blocks[0].quality, LULL_BLOCK_CLINICAL);
	struct made few = { 0 };
	add_block(&few, START, BLOCK, 11, 0, 15);
	diary = made_diary(&few, START, START + BLOCK - 1, &arena);
	c = made_classify(&diary, NULL, &arena);
	assert_int_equal(c.blocks[0].quality, LULL_BLOCK_TOO_FEW);
	assert_true(isnan(lull_block_prorated(&k->counting, &c.blocks[0], &c.blocks[0].days[LULL_DAYDEF_HEADACHE])));
}

static void an_estimate_says_so_and_could_change(void **state)
{
	(void)state;
	struct made made = { 0 };
	for (int b = 0; b < 4; b++)
		add_block(&made, START + b * BLOCK, BLOCK, 14, 14, 5);
	const struct lull_diary diary = made_diary(&made, START, START + 4 * BLOCK - 1, &arena);
	struct lull_history h = attested();
	h.lifetime_5_attacks = LULL_YES;
	h.better_explained = LULL_NO;
	const struct lull_classification c = made_classify(&diary, &h, &arena);
	assert_int_equal(c.status[LULL_ICHD_1_3], LULL_MET);
	assert_true(c.estimated[LULL_ICHD_1_3]);
	assert_true(c.could_change[LULL_ICHD_1_3]);
	assert_int_equal(c.ask[LULL_ICHD_1_3], LULL_ASK_MISSING_DAYS);
}

/* ---- months ------------------------------------------------------------------------------------- */

static void months_count_back_from_the_index_date(void **state)
{
	(void)state;
	struct made made = { 0 };
	const lull_day from = lull_day_from_ymd(2026, 1, 10), to = lull_day_from_ymd(2026, 4, 15);
	for (lull_day d = from; d <= to; d++)
		made_add(&made, made_tension(), d);
	const struct lull_diary diary = made_diary(&made, LULL_DAY_NONE, LULL_DAY_NONE, &arena);
	struct lull_classification c = made_classify(&diary, NULL, &arena);
	assert_int_equal(c.blocks[0].to, to);
	assert_int_equal(c.blocks[0].from, to - 27);
	assert_int_equal(c.n_blocks, 4);
	assert_int_equal(c.blocks[3].missing, 4 * 28 - 96);
	c = made_classify_as(&diary, NULL, LULL_MONTH_30, to - 6, &arena);
	assert_int_equal(c.blocks[0].to, to - 6);
	assert_int_equal(c.blocks[0].length, 30);
	c = made_classify_as(&diary, NULL, LULL_MONTH_CALENDAR, LULL_DAY_NONE, &arena);
	assert_int_equal(c.n_blocks, 4);
	assert_int_equal(c.blocks[0].from, lull_day_from_ymd(2026, 4, 1));
	assert_int_equal(c.blocks[0].length, 30);
	assert_int_equal(c.blocks[0].missing, 15); /* days after the index are not known */
	assert_int_equal(c.blocks[2].length, 28);
	assert_int_equal(c.blocks[3].missing, 9);
	struct lull_classification bad;
	struct lull_err err = { 0 };
	const struct lull_classify_options options = { LULL_MONTH_28, from - 1, false };
	assert_int_equal(lull_classify(made_criteria(&arena), &diary, NULL, &options, &arena, &bad, &err), LULL_EDOMAIN);
}

static void numbered_days_have_no_calendar(void **state)
{
	(void)state;
	struct made made = { 0 };
	struct lull_diary diary = blocks(&made, 4, 20, 10);
	diary.day_index_only = true;
	const struct lull_classification c = made_classify_as(&diary, NULL, LULL_MONTH_CALENDAR, LULL_DAY_NONE, &arena);
	assert_true(c.calendar_unknown);
	assert_int_equal(c.n_blocks, 0);
	assert_int_equal(c.status[LULL_ICHD_1_3], LULL_STATUS_UNKNOWN);
	assert_int_equal(c.ask[LULL_ICHD_1_3], LULL_ASK_CALENDAR);
	assert_int_equal(c.questions[0], LULL_ASK_CALENDAR);
	assert_int_equal(made_classify(&diary, NULL, &arena).status[LULL_ICHD_1_3_A], LULL_MET);
}

static void entries_without_dates_have_no_months(void **state)
{
	(void)state;
	struct made made = { 0 };
	for (int i = 0; i < 30; i++)
		made_add(&made, made_migraine(), LULL_DAY_NONE);
	const struct lull_diary diary = made_diary(&made, LULL_DAY_NONE, LULL_DAY_NONE, &arena);
	assert_false(diary.dated);
	const struct lull_classification c = made_classify(&diary, NULL, &arena);
	assert_int_equal(c.n_blocks, 0);
	assert_int_equal(c.entries[3].label, LULL_LABEL_MIGRAINE_WITHOUT_AURA);
	assert_int_equal(c.status[LULL_ICHD_1_1_A], LULL_MET); /* attacks need no dates */
	assert_int_equal(c.status[LULL_ICHD_1_3_A], LULL_STATUS_UNKNOWN);
	assert_int_equal(c.status[LULL_ICHD_8_2], LULL_STATUS_UNKNOWN);
	assert_int_equal(c.ask[LULL_ICHD_1_3], LULL_ASK_DATES);
	assert_int_equal(c.questions[0], LULL_ASK_DATES);
	const struct lull_finding *trees;
	size_t n;
	struct lull_err err = { 0 };
	assert_ok(lull_classify_explain(made_criteria(&arena), &diary, &c, &arena, &trees, &n, &err), &err);
	assert_has(find(trees, n, "ICHD3-1.3")->why, "no dates");
	assert_has(find(trees, n, "ICHD3-8.2")->question, "dates");
}

/* Several headaches in a day are one day; one over midnight counts on both. */
static void days_are_counted_not_attacks(void **state)
{
	(void)state;
	struct made made = { 0 };
	made_add(&made, made_migraine(), START);
	made_add(&made, made_tension(), START);
	made_add(&made, made_migraine(), START + 3);
	made.entries[2].last = START + 4;
	made.entries[2].start_min = 1380;
	const struct lull_diary diary = made_diary(&made, START, START + 5, &arena);
	const struct lull_classification c = made_classify(&diary, NULL, &arena);
	assert_int_equal(c.blocks[0].days[LULL_DAYDEF_HEADACHE].yes, 3);
	assert_int_equal(c.blocks[0].days[LULL_DAYDEF_MIGRAINE].yes, 3);
	assert_int_equal(c.days[0].label, LULL_LABEL_MIGRAINE_WITHOUT_AURA);
	assert_int_equal(c.blocks[0].days[LULL_DAYDEF_TENSION].yes, 0); /* that day is a migraine day */
	assert_int_equal(c.days[1].label, LULL_LABEL_MISSING);
}

static void attacks_in_a_row_by_day_are_one(void **state)
{
	(void)state;
	struct made made = { 0 };
	for (int i = 0; i < 4; i++)
		made_add(&made, made_migraine(), START + i);
	made_add(&made, made_migraine(), START + 6);
	made_add(&made, made_migraine(), START + 7);
	made.entries[5].start_min = 600; /* a clock start: an attack of its own */
	struct lull_diary diary = made_diary(&made, LULL_DAY_NONE, LULL_DAY_NONE, &arena);
	assert_int_equal(made_classify(&diary, NULL, &arena).attacks.without_aura.yes, 3);
}

/* ---- definitions of a day side by side ---------------------------------------------------------- */

static struct lull_block one_day(struct made *made)
{
	const struct lull_diary diary = made_diary(made, LULL_DAY_NONE, LULL_DAY_NONE, &arena);
	return made_classify(&diary, NULL, &arena).blocks[0];
}

static void definitions_of_a_migraine_day_differ(void **state)
{
	(void)state;
	static const struct {
		float minutes;
		int icha, leiden, ihs, four_h, half_h;
	} rows[] = { { 20, 1, 0, 0, 0, 0 }, { 30, 1, 1, 0, 0, 1 }, { 239, 1, 1, 0, 0, 1 }, { 240, 1, 1, 1, 1, 1 } };
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct made made = { 0 };
		made_add(&made, made_migraine(), START);
		made.entries[0].duration_min = rows[i].minutes;
		const struct lull_block b = one_day(&made);
		assert_int_equal(b.days[LULL_DAYDEF_MIGRAINE].yes, rows[i].icha);
		assert_int_equal(b.days[LULL_DAYDEF_MIGRAINE_LEIDEN].yes, rows[i].leiden);
		assert_int_equal(b.days[LULL_DAYDEF_MIGRAINE_IHS].yes, rows[i].ihs);
		assert_int_equal(b.days[LULL_DAYDEF_HEADACHE_4H].yes, rows[i].four_h);
		assert_int_equal(b.days[LULL_DAYDEF_HEADACHE_30MIN].yes, rows[i].half_h);
		assert_int_equal(b.days[LULL_DAYDEF_HEADACHE_HALO].yes, rows[i].four_h);
	}
	/* A triptan without effect: any-triptan, Leiden and HALO count it; ICHD and IHS do not. */
	struct made made = { 0 };
	made_add(&made, made_tension(), START);
	made.entries[0].duration_min = 60;
	made_take(&made, 0, LULL_ACUTE_TRIPTAN, "sumatriptan", LULL_NO);
	struct lull_block b = one_day(&made);
	assert_int_equal(b.days[LULL_DAYDEF_MIGRAINE].yes, 0);
	assert_int_equal(b.days[LULL_DAYDEF_MIGRAINE_IHS].yes, 0);
	assert_int_equal(b.days[LULL_DAYDEF_MIGRAINE_LEIDEN].yes, 1);
	assert_int_equal(b.days[LULL_DAYDEF_MIGRAINE_TRIPTAN].yes, 1);
	assert_int_equal(b.days[LULL_DAYDEF_HEADACHE_HALO].yes, 1);
	made.intakes[0][0].relief = LULL_YES;
	b = one_day(&made);
	assert_int_equal(b.days[LULL_DAYDEF_MIGRAINE_IHS].yes, 1);
	/* A gepant is migraine-specific, yet no triptan. */
	made.intakes[0][0].acute = LULL_ACUTE_GEPANT;
	b = one_day(&made);
	assert_int_equal(b.days[LULL_DAYDEF_MIGRAINE_LEIDEN].yes, 1);
	assert_int_equal(b.days[LULL_DAYDEF_MIGRAINE_IHS].yes, 1);
	assert_int_equal(b.days[LULL_DAYDEF_MIGRAINE_TRIPTAN].yes, 0);
	/* Visual aura of 5 to 60 minutes counts in Leiden. */
	struct made aura = { 0 };
	made_add(&aura, made_tension(), START);
	made_sign(&aura.entries[0], LULL_SIGN_AURA_VISUAL, true);
	made_sign(&aura.entries[0], LULL_SIGN_AURA_5_60_MIN, true);
	assert_int_equal(one_day(&aura).days[LULL_DAYDEF_MIGRAINE_LEIDEN].yes, 1);
	/* Unknown duration leaves them open. */
	struct made open = { 0 };
	made_add(&open, made_migraine(), START);
	open.entries[0].duration_min = NAN;
	b = one_day(&open);
	assert_int_equal(b.days[LULL_DAYDEF_MIGRAINE].yes, 1);
	assert_int_equal(b.days[LULL_DAYDEF_MIGRAINE_IHS].maybe, 1);
}

static void probable_migraine_counts_as_an_outcome(void **state)
{
	(void)state;
	struct made made = { 0 };
	made_add(&made, made_migraine(), START);
	made_sign(&made.entries[0], LULL_SIGN_NAUSEA, false);
	const struct lull_block b = one_day(&made);
	assert_int_equal(b.days[LULL_DAYDEF_MIGRAINE].yes, 0);
	assert_int_equal(b.days[LULL_DAYDEF_MIGRAINE_OR_PROBABLE].yes, 1);
	assert_int_equal(b.days[LULL_DAYDEF_MIGRAINE_IHS].yes, 1);
}

static void debilitating_days(void **state)
{
	(void)state;
	struct made made = { 0 };
	made_add(&made, made_migraine(), START);
	made_sign(&made.entries[0], LULL_SIGN_DISABLING, true);
	made_add(&made, made_migraine(), START + 1);
	made.entries[1].known &= ~((uint64_t)1 << LULL_SIGN_DISABLING);
	made_sign(&made.entries[1], LULL_SIGN_REDUCED_WORK, true);
	made_add(&made, made_bare(), START + 2);
	made_add(&made, made_migraine(), START + 3);
	const struct lull_block b = one_day(&made);
	assert_int_equal(b.days[LULL_DAYDEF_DEBILITATING].yes, 2);
	assert_int_equal(b.days[LULL_DAYDEF_DEBILITATING].maybe, 1);
}

/* ---- 8.2 ------------------------------------------------------------------------------------------ */

/* Drug days in one block of a person with headache on 20 days. */
struct drug_days {
	enum lull_acute acute;
	const char *name;
	int from, to; /* days of the block, half-open */
};

static struct lull_classification overuse(const struct drug_days *drugs, size_t n, int n_blocks,
					  const struct lull_history *history)
{
	static struct made made;
	made = (struct made){ 0 };
	for (int b = 0; b < n_blocks; b++)
		for (int d = 0; d < BLOCK; d++) {
			made_add(&made, d < 20 ? made_tension() : made_free(), START + b * BLOCK + d);
			for (size_t i = 0; i < n; i++)
				if (d >= drugs[i].from && d < drugs[i].to)
					made_take(&made, made.n - 1, drugs[i].acute, drugs[i].name, LULL_NO);
		}
	const struct lull_diary diary = made_diary(&made, START, START + n_blocks * BLOCK - 1, &arena);
	return made_classify(&diary, history, &arena);
}

static void assert_codes(const struct lull_classification *c, const char *const *want)
{
	for (int i = 0; i < LULL_N_MOH; i++) {
		const char *code = lull_criterion_codes[LULL_MOH_FIRST + i];
		bool wanted = false;
		for (size_t w = 0; want[w]; w++)
			wanted |= !strcmp(want[w], code);
		if ((c->status[LULL_MOH_FIRST + i] == LULL_MET) != wanted)
			fail_msg("%s is %s", code, lull_status_names[c->status[LULL_MOH_FIRST + i]]);
	}
}

#define CODES(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define OVERUSE(n_blocks, ...) \
	overuse((const struct drug_days[]){ __VA_ARGS__ }, \
		sizeof((const struct drug_days[]){ __VA_ARGS__ }) / sizeof(struct drug_days), n_blocks, NULL)

static void overuse_vectors(void **state)
{
	(void)state;
	/* NSAID 12 d + triptan 6 d, union 14 d */
	struct lull_classification c = OVERUSE(4, { LULL_ACUTE_NSAID, "ibuprofen", 0, 12 },
					       { LULL_ACUTE_TRIPTAN, "sumatriptan", 8, 14 });
	assert_int_equal(c.blocks[0].drugs[LULL_GROUP_SEVERAL].yes, 14);
	assert_codes(&c, CODES("ICHD3-8.2.6"));
	assert_int_equal(c.status[LULL_ICHD_8_2], LULL_MET);
	assert_int_equal(c.grade[LULL_ICHD_8_2], LULL_PROVEN_BY_DIARY);
	/* Paracetamol 9 d + ibuprofen 9 d on different days: 18 */
	c = OVERUSE(4, { LULL_ACUTE_PARACETAMOL, "paracetamol", 0, 9 }, { LULL_ACUTE_NSAID, "ibuprofen", 9, 18 });
	assert_codes(&c, CODES("ICHD3-8.2.3"));
	/* Aspirin + paracetamol + caffeine 11 d */
	c = OVERUSE(4, { LULL_ACUTE_COMBINATION, "aspirin/paracetamol/caffeine", 0, 11 });
	assert_codes(&c, CODES("ICHD3-8.2.5"));
	/* Triptan 10 d + NSAID 15 d */
	c = OVERUSE(4, { LULL_ACUTE_TRIPTAN, "x", 0, 10 }, { LULL_ACUTE_NSAID, "naproxen", 0, 15 });
	assert_codes(&c, CODES("ICHD3-8.2.2", "ICHD3-8.2.3.2"));
}

static void every_threshold(void **state)
{
	(void)state;
	static const struct {
		enum lull_acute acute;
		int days;
		const char *code;
	} rows[] = {
		{ LULL_ACUTE_ERGOTAMINE, 10, "ICHD3-8.2.1" },   { LULL_ACUTE_TRIPTAN, 10, "ICHD3-8.2.2" },
		{ LULL_ACUTE_PARACETAMOL, 15, "ICHD3-8.2.3.1" }, { LULL_ACUTE_NSAID, 15, "ICHD3-8.2.3.2" },
		{ LULL_ACUTE_OTHER_ANALGESIC, 15, "ICHD3-8.2.3.3" }, { LULL_ACUTE_OPIOID, 10, "ICHD3-8.2.4" },
		{ LULL_ACUTE_COMBINATION, 10, "ICHD3-8.2.5" },  { LULL_ACUTE_UNVERIFIED, 10, "ICHD3-8.2.7" },
		{ LULL_ACUTE_DITAN, 10, "ICHD3-8.2.8" },	{ LULL_ACUTE_OTHER_ACUTE, 10, "ICHD3-8.2.8" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct lull_classification c = OVERUSE(4, { rows[i].acute, "x", 0, rows[i].days });
		assert_codes(&c, CODES(rows[i].code));
		c = OVERUSE(4, { rows[i].acute, "x", 0, rows[i].days - 1 });
		assert_codes(&c, (const char *const[]){ NULL });
	}
	/* Aspirin is an NSAID with a code of its own. */
	struct lull_classification c = OVERUSE(4, { LULL_ACUTE_ASPIRIN, "aspirin", 0, 15 });
	assert_codes(&c, CODES("ICHD3-8.2.3.2", "ICHD3-8.2.3.2.1"));
}

static void never_counted(void **state)
{
	(void)state;
	static const enum lull_acute none[] = { LULL_ACUTE_GEPANT, LULL_ACUTE_ANTIEMETIC };
	for (size_t i = 0; i < 2; i++) {
		const struct lull_classification c = OVERUSE(4, { none[i], "x", 0, 28 });
		assert_codes(&c, (const char *const[]){ NULL });
		assert_int_equal(c.status[LULL_ICHD_8_2], LULL_NOT_MET);
		assert_int_equal(c.blocks[0].drugs[LULL_GROUP_ANY].yes, 0);
	}
}

static void one_class_alone_is_not_several(void **state)
{
	(void)state;
	struct lull_classification c = OVERUSE(4, { LULL_ACUTE_NSAID, "x", 0, 12 });
	assert_codes(&c, (const char *const[]){ NULL });
	c = OVERUSE(4, { LULL_ACUTE_NSAID, "x", 0, 6 }, { LULL_ACUTE_OPIOID, "y", 6, 9 });
	assert_codes(&c, (const char *const[]){ NULL }); /* union 9 */
}

/* Trap 5: constituents beside their combination are not counted; two plain analgesics are two. */
static void constituents_of_a_combination(void **state)
{
	(void)state;
	struct lull_classification c = OVERUSE(4, { LULL_ACUTE_COMBINATION, "Aspirin/paracetamol/caffeine", 0, 15 },
					       { LULL_ACUTE_ASPIRIN, "aspirin", 0, 15 },
					       { LULL_ACUTE_PARACETAMOL, "paracetamol", 0, 15 });
	assert_codes(&c, CODES("ICHD3-8.2.5"));
	assert_int_equal(c.blocks[0].drugs[LULL_GROUP_NON_OPIOID].yes, 0);
	c = OVERUSE(4, { LULL_ACUTE_COMBINATION, "aspirin/caffeine", 0, 15 }, { LULL_ACUTE_NSAID, "naproxen", 0, 15 });
	assert_codes(&c, CODES("ICHD3-8.2.3.2", "ICHD3-8.2.5"));
	c = OVERUSE(4, { LULL_ACUTE_ASPIRIN, "aspirin", 0, 11 }, { LULL_ACUTE_PARACETAMOL, "paracetamol", 0, 11 });
	assert_codes(&c, (const char *const[]){ NULL }); /* no combination, one class, 11 of 15 */
}

static void overuse_needs_over_3_months_too(void **state)
{
	(void)state;
	const struct drug_days drugs[] = { { LULL_ACUTE_TRIPTAN, "x", 0, 12 } };
	struct lull_history h = lull_history_unasked();
	struct lull_classification c = overuse(drugs, 1, 1, &h);
	assert_int_equal(c.status[LULL_ICHD_8_2_2], LULL_STATUS_UNKNOWN);
	assert_int_equal(c.ask[LULL_ICHD_8_2_2], LULL_ASK_OVERUSE_OVER_3_MONTHS);
	h.overuse_over_3_months = LULL_YES;
	c = overuse(drugs, 1, 1, &h);
	assert_int_equal(c.status[LULL_ICHD_8_2_2], LULL_MET);
	assert_int_equal(c.grade[LULL_ICHD_8_2_2], LULL_SUPPORTED_BY_DIARY_AND_HISTORY);
	h.overuse_over_3_months = LULL_NO;
	assert_int_equal(overuse(drugs, 1, 1, &h).status[LULL_ICHD_8_2_2], LULL_NOT_MET);
	h.overuse_over_3_months = LULL_YES;
	h.preexisting_headache = LULL_NO;
	assert_int_equal(overuse(drugs, 1, 1, &h).status[LULL_ICHD_8_2], LULL_NOT_MET);
}

/* Trap 6: both are coded. */
static void chronic_migraine_and_overuse_are_both_coded(void **state)
{
	(void)state;
	struct made made = { 0 };
	for (int b = 0; b < 4; b++)
		for (int d = 0; d < BLOCK; d++) {
			made_add(&made, d >= 18 ? made_free() : d % 2 ? made_tension() : made_migraine(),
				 START + b * BLOCK + d);
			if (d < 12)
				made_take(&made, made.n - 1, LULL_ACUTE_TRIPTAN, "sumatriptan", LULL_NO);
		}
	const struct lull_diary diary = made_diary(&made, START, START + 4 * BLOCK - 1, &arena);
	const struct lull_classification c = made_classify(&diary, NULL, &arena);
	assert_int_equal(c.status[LULL_ICHD_1_3], LULL_MET);
	assert_int_equal(c.status[LULL_ICHD_8_2], LULL_MET);
	assert_int_equal(c.status[LULL_ICHD_8_2_2], LULL_MET);
}

/* Trap 4: days, not doses. */
static void days_of_intake_not_doses(void **state)
{
	(void)state;
	struct made made = { 0 };
	for (int d = 0; d < BLOCK; d++) {
		made_add(&made, made_tension(), START + d);
		if (d < 9)
			made_take(&made, made.n - 1, LULL_ACUTE_TRIPTAN, "x", LULL_NO);
		made.intakes[made.n - 1][0].doses = 4;
	}
	const struct lull_diary diary = made_diary(&made, LULL_DAY_NONE, LULL_DAY_NONE, &arena);
	assert_int_equal(made_classify(&diary, NULL, &arena).blocks[0].drugs[LULL_GROUP_TRIPTAN].yes, 9);
}

static void unknown_drugs_stay_unknown(void **state)
{
	(void)state;
	/* A name that matched nothing may be of any class. */
	struct lull_classification c = OVERUSE(4, { LULL_ACUTE_UNRECOGNISED, "zzz", 0, 12 });
	assert_int_equal(c.status[LULL_ICHD_8_2_2], LULL_STATUS_UNKNOWN);
	assert_int_equal(c.ask[LULL_ICHD_8_2_2], LULL_ASK_ACUTE_DRUGS);
	/* A diary that never asks. */
	struct made made = { 0 };
	for (int d = 0; d < 4 * BLOCK; d++) {
		struct lull_entry e = d % 3 ? made_tension() : made_free();
		e.drugs_known = false;
		made_add(&made, e, START + d);
	}
	struct lull_diary diary = made_diary(&made, LULL_DAY_NONE, LULL_DAY_NONE, &arena);
	diary.records_drugs = false;
	c = made_classify(&diary, NULL, &arena);
	assert_int_equal(c.blocks[0].drugs[LULL_GROUP_TRIPTAN].maybe, 28);
	assert_int_equal(c.status[LULL_ICHD_8_2], LULL_STATUS_UNKNOWN);
}

/* An intake belongs to the attack's first day; on later days it is not known, unless a single dose. */
static void drugs_of_long_attacks(void **state)
{
	(void)state;
	struct made made = { 0 };
	made_add(&made, made_migraine(), START);
	made.entries[0].last = START + 2;
	made.entries[0].start_min = 0;
	made.entries[0].duration_min = 3000;
	made_take(&made, 0, LULL_ACUTE_TRIPTAN, "x", LULL_NO);
	struct lull_block b = one_day(&made);
	assert_int_equal(b.drugs[LULL_GROUP_TRIPTAN].yes, 1);
	assert_int_equal(b.drugs[LULL_GROUP_TRIPTAN].maybe, 0);
	made.intakes[0][0].doses = NAN;
	b = one_day(&made);
	assert_int_equal(b.drugs[LULL_GROUP_TRIPTAN].yes, 1);
	assert_int_equal(b.drugs[LULL_GROUP_TRIPTAN].maybe, 2);
}

/* ---- 2.x, 4.10, 1.4.1, 1.5, 1.1, 1.2 -------------------------------------------------------------- */

static void chronic_tension_type_unless_chronic_migraine(void **state)
{
	(void)state;
	struct made made = { 0 };
	struct lull_diary diary = blocks(&made, 4, 28, 0);
	struct lull_classification c = made_classify(&diary, NULL, &arena);
	assert_int_equal(c.status[LULL_ICHD_2_3_A], LULL_MET);
	assert_int_equal(c.status[LULL_ICHD_2_3], LULL_MET); /* onset not remembered: 2.3 stands */
	assert_int_equal(c.status[LULL_ICHD_1_3], LULL_NOT_MET);
	struct made both = { 0 };
	diary = blocks(&both, 4, 28, 10);
	struct lull_history h = lull_history_unasked();
	h.lifetime_5_attacks = LULL_YES;
	c = made_classify(&diary, &h, &arena);
	assert_int_equal(c.status[LULL_ICHD_2_3_A], LULL_MET);
	assert_int_equal(c.status[LULL_ICHD_1_3], LULL_MET);
	assert_int_equal(c.status[LULL_ICHD_2_3], LULL_NOT_MET);
}

static void episodic_tension_type(void **state)
{
	(void)state;
	static const struct {
		int every; /* days from one episode to the next */
		enum lull_status rare, some;
	} rows[] = { { 5, LULL_NOT_MET, LULL_MET }, { 2, LULL_NOT_MET, LULL_MET }, { 35, LULL_MET, LULL_NOT_MET } };
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct made made = { 0 };
		for (int d = 0; d < 400; d++)
			made_add(&made, d % rows[i].every == 0 ? made_tension() : made_free(), START + d);
		const struct lull_diary diary = made_diary(&made, LULL_DAY_NONE, LULL_DAY_NONE, &arena);
		struct lull_history h = lull_history_unasked();
		h.lifetime_10_tension_type = LULL_YES;
		const struct lull_classification c = made_classify(&diary, &h, &arena);
		assert_int_equal(c.status[LULL_ICHD_2_1], rows[i].rare);
		assert_int_equal(c.status[LULL_ICHD_2_2], rows[i].some);
	}
	/* Ten episodes: from the diary, else from the history. */
	struct made made = { 0 };
	for (int d = 0; d < 112; d++)
		made_add(&made, d % 14 == 0 ? made_tension() : made_free(), START + d);
	const struct lull_diary diary = made_diary(&made, LULL_DAY_NONE, LULL_DAY_NONE, &arena);
	struct lull_classification c = made_classify(&diary, NULL, &arena);
	assert_int_equal(c.status[LULL_ICHD_2_2], LULL_STATUS_UNKNOWN);
	assert_int_equal(c.ask[LULL_ICHD_2_2], LULL_ASK_LIFETIME_TTH);
	struct lull_history h = lull_history_unasked();
	h.lifetime_10_tension_type = LULL_NO;
	assert_int_equal(made_classify(&diary, &h, &arena).status[LULL_ICHD_2_2], LULL_NOT_MET);
}

static void new_daily_persistent(void **state)
{
	(void)state;
	struct made made = { 0 };
	const struct lull_diary diary = blocks(&made, 4, 28, 14);
	struct lull_history h = lull_history_unasked();
	h.lifetime_5_attacks = LULL_YES;
	struct lull_classification c = made_classify(&diary, &h, &arena);
	assert_int_equal(c.status[LULL_ICHD_4_10_A], LULL_MET);
	assert_int_equal(c.status[LULL_ICHD_4_10_C], LULL_MET);
	assert_int_equal(c.status[LULL_ICHD_4_10], LULL_STATUS_UNKNOWN);
	h.onset_distinct = h.continuous_within_24_h = LULL_YES;
	c = made_classify(&diary, &h, &arena);
	assert_int_equal(c.status[LULL_ICHD_4_10], LULL_MET);
	assert_int_equal(c.status[LULL_ICHD_1_3], LULL_NOT_MET); /* the default over 1.3 and 2.3 */
	assert_int_equal(c.status[LULL_ICHD_2_3], LULL_NOT_MET);
	h.overuse_before_daily = LULL_YES; /* cannot be made if overuse came first */
	c = made_classify(&diary, &h, &arena);
	assert_int_equal(c.status[LULL_ICHD_4_10], LULL_NOT_MET);
	assert_int_equal(c.status[LULL_ICHD_1_3], LULL_MET);
	h.overuse_before_daily = LULL_NO;
	h.hemicrania_continua = LULL_YES; /* beats it */
	assert_int_equal(made_classify(&diary, &h, &arena).status[LULL_ICHD_4_10], LULL_NOT_MET);
	h.hemicrania_continua = LULL_NO;
	h.onset_distinct = LULL_NO; /* onset not remembered: 2.3 or 1.3 */
	assert_int_equal(made_classify(&diary, &h, &arena).status[LULL_ICHD_4_10], LULL_NOT_MET);
	/* One headache-free day: not unremitting. */
	made.entries[100].kind = LULL_ENTRY_FREE;
	const struct lull_diary with_free = made_diary(&made, LULL_DAY_NONE, LULL_DAY_NONE, &arena);
	h.onset_distinct = LULL_YES;
	assert_int_equal(made_classify(&with_free, &h, &arena).status[LULL_ICHD_4_10], LULL_NOT_MET);
}

static void status_migrainosus(void **state)
{
	(void)state;
	static const struct {
		float minutes;
		bool disabling;
		enum lull_status want;
	} rows[] = { { 4320, true, LULL_NOT_MET }, { 4321, true, LULL_MET }, { 4321, false, LULL_NOT_MET } };
	struct lull_history h = lull_history_unasked();
	h.prior_migraine = LULL_YES;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct made made = { 0 };
		made_add(&made, made_migraine(), START);
		made.entries[0].last = START + 3;
		made.entries[0].start_min = 0;
		made.entries[0].duration_min = rows[i].minutes;
		made_sign(&made.entries[0], LULL_SIGN_DISABLING, rows[i].disabling);
		made.entries[0].last = START + 2; /* the run of four days would itself leave it open */
		const struct lull_diary diary = made_diary(&made, START, START + 30, &arena);
		assert_int_equal(made_classify(&diary, &h, &arena).status[LULL_ICHD_1_4_1], rows[i].want);
	}
	assert_int_equal(made_criteria(&arena)->items[LULL_ICHD_1_4_1].mark, LULL_RECALLED);
	/* Days recorded one by one: four in a row may have been one attack. */
	struct made made = { 0 };
	for (int d = 0; d < 4; d++)
		made_add(&made, made_migraine(), START + d);
	struct lull_diary diary = made_diary(&made, START, START + 30, &arena);
	assert_int_equal(made_classify(&diary, &h, &arena).status[LULL_ICHD_1_4_1], LULL_STATUS_UNKNOWN);
	made.n = 3;
	diary = made_diary(&made, START, START + 30, &arena);
	assert_int_equal(made_classify(&diary, &h, &arena).status[LULL_ICHD_1_4_1], LULL_NOT_MET);
}

static void attacks_in_life(void **state)
{
	(void)state;
	for (int n = 4; n <= 5; n++) {
		struct made made = { 0 };
		for (int i = 0; i < n; i++)
			made_add(&made, made_migraine(), START + 7 * i);
		const struct lull_diary diary = made_diary(&made, LULL_DAY_NONE, LULL_DAY_NONE, &arena);
		struct lull_history h = lull_history_unasked();
		assert_int_equal(made_classify(&diary, &h, &arena).status[LULL_ICHD_1_1],
				 n == 5 ? LULL_MET : LULL_STATUS_UNKNOWN);
		h.lifetime_5_attacks = LULL_NO; /* fewer than 5: 1.5.1 */
		const struct lull_classification c = made_classify(&diary, &h, &arena);
		assert_int_equal(c.status[LULL_ICHD_1_1], n == 5 ? LULL_MET : LULL_NOT_MET);
		assert_int_equal(c.status[LULL_ICHD_1_5_1], n == 5 ? LULL_NOT_MET : LULL_MET);
	}
}

static void two_auras_in_life(void **state)
{
	(void)state;
	for (int n = 1; n <= 2; n++) {
		struct made made = { 0 };
		for (int i = 0; i < n; i++) {
			struct lull_entry e = made_migraine();
			made_sign(&e, LULL_SIGN_AURA_VISUAL, true);
			made_sign(&e, LULL_SIGN_AURA_REVERSIBLE, true);
			for (int s = LULL_SIGN_AURA_GRADUAL; s <= LULL_SIGN_AURA_5_60_MIN; s++)
				made_sign(&e, (enum lull_sign)s, true);
			made_add(&made, e, START + 7 * i);
		}
		const struct lull_diary diary = made_diary(&made, LULL_DAY_NONE, LULL_DAY_NONE, &arena);
		struct lull_history h = lull_history_unasked();
		assert_int_equal(made_classify(&diary, &h, &arena).status[LULL_ICHD_1_2],
				 n == 2 ? LULL_MET : LULL_STATUS_UNKNOWN);
		h.lifetime_2_auras = LULL_NO;
		assert_int_equal(made_classify(&diary, &h, &arena).status[LULL_ICHD_1_5_2],
				 n == 2 ? LULL_NOT_MET : LULL_MET);
		h = lull_history_unasked();
		h.ever_aura = LULL_NO;
		assert_int_equal(made_classify(&diary, &h, &arena).status[LULL_ICHD_1_2],
				 n == 2 ? LULL_MET : LULL_NOT_MET);
	}
}

/* ---- trees ---------------------------------------------------------------------------------------- */

static size_t check_tree(const struct lull_finding *items, size_t n, const char **codes, size_t n_codes)
{
	for (size_t i = 0; i < n; i++) {
		const struct lull_finding *f = &items[i];
		assert_non_null(f->code);
		assert_non_null(f->name);
		assert_non_null(f->why);
		assert_non_null(f->source);
		assert_true(f->mark != LULL_MARK_NONE);
		if (f->status == LULL_STATUS_UNKNOWN) {
			assert_true(f->could_change);
			if (!f->question)
				fail_msg("%s: unknown without a question", f->code);
		}
		for (size_t k = 0; k < n_codes; k++)
			if (!strcmp(codes[k], f->code))
				fail_msg("%s twice", f->code);
		codes[n_codes++] = f->code;
		n_codes = check_tree(f->children, f->n_children, codes, n_codes);
	}
	return n_codes;
}

static void trees_are_complete_and_codes_unique(void **state)
{
	(void)state;
	static const char *codes[1000];
	static const enum lull_month months[] = { LULL_MONTH_28, LULL_MONTH_30, LULL_MONTH_CALENDAR };
	for (int kind = 0; kind < 4; kind++)
		for (size_t m = 0; m < 3; m++) {
			struct made made = { 0 };
			struct lull_diary diary;
			if (kind == 0) {
				for (int i = 0; i < 20; i++)
					made_add(&made, i % 2 ? made_migraine() : made_bare(), LULL_DAY_NONE);
				diary = made_diary(&made, LULL_DAY_NONE, LULL_DAY_NONE, &arena);
			} else {
				for (int b = 0; b < 4; b++)
					add_block(&made, START + b * BLOCK, BLOCK, 14 + kind, 8, 4 * kind);
				diary = made_diary(&made, START, START + 4 * BLOCK - 1, &arena);
				diary.day_index_only = kind == 3;
			}
			const struct lull_classification c = made_classify_as(&diary, NULL, months[m], LULL_DAY_NONE, &arena);
			const struct lull_finding *trees;
			size_t n;
			struct lull_err err = { 0 };
			assert_ok(lull_classify_explain(made_criteria(&arena), &diary, &c, &arena, &trees, &n, &err), &err);
			assert_int_equal(n, 11);
			assert_true(check_tree(trees, n, codes, 0) > 50);
			assert_int_equal(find(trees, n, "ICHD3-1.3")->status, c.status[LULL_ICHD_1_3]);
		}
}

static void the_answer_says_which_month(void **state)
{
	(void)state;
	static const char *const says[] = { "28-day blocks", "30-day blocks", "calendar months" };
	for (int m = LULL_MONTH_28; m <= LULL_MONTH_CALENDAR; m++) {
		struct made made = { 0 };
		const struct lull_diary diary = blocks(&made, 4, 20, 10);
		const struct lull_classification c =
			made_classify_as(&diary, NULL, (enum lull_month)m, LULL_DAY_NONE, &arena);
		const struct lull_finding *trees;
		size_t n;
		struct lull_err err = { 0 };
		assert_ok(lull_classify_explain(made_criteria(&arena), &diary, &c, &arena, &trees, &n, &err), &err);
		assert_has(find(trees, n, "ICHD3-1.3")->why, says[m]);
		assert_has(find(trees, n, "ICHD3-8.2")->why, says[m]);
	}
}

static void treated_attacks_are_told(void **state)
{
	(void)state;
	struct made made = { 0 };
	made_add(&made, made_migraine(), START);
	made.entries[0].duration_min = 60;
	made_take(&made, 0, LULL_ACUTE_TRIPTAN, "x", LULL_YES);
	const struct lull_diary diary = made_diary(&made, LULL_DAY_NONE, LULL_DAY_NONE, &arena);
	const struct lull_classification c = made_classify(&diary, NULL, &arena);
	const struct lull_finding *trees;
	size_t n;
	struct lull_err err = { 0 };
	assert_ok(lull_classify_explain(made_criteria(&arena), &diary, &c, &arena, &trees, &n, &err), &err);
	assert_has(find(trees, n, "ICHD3-1.1-B")->why, "it may still be migraine");
}

/* ---- properties -------------------------------------------------------------------------------------- */

static uint64_t next(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 17;
}

/* A random diary of 112 days; state 0 missing, 1 free, 2 tension, 3 migraine, 4 bare. */
static void random_entries(struct made *made, uint64_t *seed, int p_missing)
{
	*made = (struct made){ 0 };
	const int p_headache = 30 + (int)(next(seed) % 60);
	for (int d = 0; d < 4 * BLOCK; d++) {
		if ((int)(next(seed) % 100) < p_missing)
			continue;
		if ((int)(next(seed) % 100) >= p_headache)
			made_add(made, made_free(), START + d);
		else
			made_add(made, next(seed) % 2 ? made_migraine() : next(seed) % 8 ? made_tension() : made_bare(),
				 START + d);
		if (made->entries[made->n - 1].kind == LULL_ENTRY_HEADACHE && next(seed) % 3 == 0)
			made_take(made, made->n - 1, next(seed) % 2 ? LULL_ACUTE_TRIPTAN : LULL_ACUTE_NSAID, "x",
				  next(seed) % 2 ? LULL_YES : LULL_NO);
	}
	if (made->n == 0)
		made_add(made, made_free(), START);
}

static void order_of_entries_does_not_matter(void **state)
{
	(void)state;
	static struct made a, b;
	uint64_t seed = 11;
	for (int trial = 0; trial < 60; trial++) {
		random_entries(&a, &seed, 10);
		b = a;
		for (size_t i = b.n; i-- > 1;) {
			const size_t k = next(&seed) % (i + 1);
			const struct lull_entry e = b.entries[i];
			b.entries[i] = b.entries[k];
			b.entries[k] = e;
		}
		const struct lull_diary da = made_diary(&a, START, START + 4 * BLOCK - 1, &arena);
		const struct lull_diary db = made_diary(&b, START, START + 4 * BLOCK - 1, &arena);
		const struct lull_classification ca = made_classify(&da, NULL, &arena), cb = made_classify(&db, NULL, &arena);
		assert_memory_equal(ca.status, cb.status, sizeof(ca.status));
		assert_memory_equal(ca.could_change, cb.could_change, sizeof(ca.could_change));
		assert_memory_equal(ca.questions, cb.questions, sizeof(ca.questions));
		assert_memory_equal(ca.blocks[0].days, cb.blocks[0].days, sizeof(ca.blocks[0].days));
		lull_arena_clear(&arena);
	}
}

/* Take days away: what was certain without them (could not change) was so with them; bounds widen; an unknown
 * never turns into a certainty. */
static void a_missing_day_never_makes_certain(void **state)
{
	(void)state;
	static struct made full, less;
	uint64_t seed = 5;
	static const int ids[] = { LULL_ICHD_1_3, LULL_ICHD_1_3_A, LULL_ICHD_1_3_C, LULL_ICHD_8_2_B, LULL_ICHD_8_2_2,
				   LULL_ICHD_8_2_6, LULL_ICHD_2_3_A, LULL_ICHD_4_10_A };
	int n_certain = 0;
	for (int trial = 0; trial < 150; trial++) {
		struct lull_history h = lull_history_unasked();
		random_entries(&full, &seed, 0);
		h.better_explained = h.hemicrania_continua = h.overuse_before_daily = LULL_NO;
		h.lifetime_5_attacks = h.over_3_months = h.overuse_over_3_months = LULL_YES;
		h.ever_aura = LULL_NO;
		less = full;
		less.n = 0;
		const unsigned keep = 40 + (unsigned)(next(&seed) % 60);
		for (size_t i = 0; i < full.n; i++)
			if (next(&seed) % 100 < keep)
				less.entries[less.n++] = full.entries[i];
		if (less.n == 0)
			continue;
		const struct lull_diary df = made_diary(&full, START, START + 4 * BLOCK - 1, &arena);
		const struct lull_diary dl = made_diary(&less, START, START + 4 * BLOCK - 1, &arena);
		const struct lull_classification cf = made_classify(&df, &h, &arena), cl = made_classify(&dl, &h, &arena);
		for (size_t k = 0; k < cf.n_blocks; k++)
			for (int d = 0; d < LULL_N_DAYDEFS; d++) {
				const struct lull_block *f = &cf.blocks[k], *l = &cl.blocks[k];
				const int high_f = f->days[d].yes + f->days[d].maybe + f->missing;
				const int high_l = l->days[d].yes + l->days[d].maybe + l->missing;
				assert_true(l->days[d].yes <= f->days[d].yes && high_l >= high_f);
			}
		for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++) {
			const int id = ids[i];
			if (cl.could_change[id] || cl.status[id] == LULL_STATUS_UNKNOWN)
				continue;
			n_certain++;
			if (cf.status[id] != cl.status[id])
				fail_msg("trial %d: %s was certain and wrong", trial, lull_criterion_codes[id]);
		}
		lull_arena_clear(&arena);
	}
	assert_true(n_certain > 100); /* the property was tested */
}

/* One more headache day never takes a diagnosis by count away. */
static void counts_are_monotone(void **state)
{
	(void)state;
	enum lull_status before = LULL_NOT_MET;
	for (int n = 8; n <= 28; n++) {
		struct made made = { 0 };
		const struct lull_diary diary = blocks(&made, 4, n, 8);
		const struct lull_classification c = made_classify(&diary, NULL, &arena);
		assert_true(before == LULL_NOT_MET || c.status[LULL_ICHD_1_3_A] == LULL_MET);
		before = (enum lull_status)c.status[LULL_ICHD_1_3_A];
	}
	assert_int_equal(before, LULL_MET);
}

/* The single answer named really changes the answer: give it, either way, and look. */
static void the_question_named_is_decisive(void **state)
{
	(void)state;
	struct made made = { 0 };
	const struct lull_diary diary = blocks(&made, 3, 20, 10);
	struct lull_history h = lull_history_unasked();
	h.lifetime_5_attacks = LULL_YES;
	const struct lull_classification c = made_classify(&diary, &h, &arena);
	assert_int_equal(c.status[LULL_ICHD_1_3], LULL_STATUS_UNKNOWN);
	assert_int_equal(c.ask[LULL_ICHD_1_3], LULL_ASK_OVER_3_MONTHS);
	h.over_3_months = LULL_YES;
	assert_int_equal(made_classify(&diary, &h, &arena).status[LULL_ICHD_1_3], LULL_MET);
	h.over_3_months = LULL_NO;
	assert_int_equal(made_classify(&diary, &h, &arena).status[LULL_ICHD_1_3], LULL_NOT_MET);
}

/* Chronic migraine, daily: only a remembered start and a continuous course together would turn it into
 * 4.10; no single answer does, and it could change all the same. */
static void what_only_two_answers_together_change_could_change(void **state)
{
	(void)state;
	struct made made = { 0 };
	const struct lull_diary diary = blocks(&made, 4, 28, 14);
	struct lull_history h = lull_history_unasked();
	h.better_explained = h.hemicrania_continua = h.overuse_before_daily = LULL_NO;
	h.lifetime_5_attacks = h.over_3_months = LULL_YES;
	struct lull_classification c = made_classify(&diary, &h, &arena);
	assert_int_equal(c.status[LULL_ICHD_1_3], LULL_MET);
	assert_true(c.could_change[LULL_ICHD_1_3]);
	assert_int_equal(c.ask[LULL_ICHD_1_3], LULL_ASK_ONSET);
	h.onset_distinct = LULL_YES; /* now the other alone decides */
	c = made_classify(&diary, &h, &arena);
	assert_true(c.could_change[LULL_ICHD_1_3]);
	assert_int_equal(c.ask[LULL_ICHD_1_3], LULL_ASK_CONTINUOUS);
	h.onset_distinct = LULL_NO;
	assert_false(made_classify(&diary, &h, &arena).could_change[LULL_ICHD_1_3]);
}

static void without_questions_the_statuses_are_the_same(void **state)
{
	(void)state;
	struct made made = { 0 };
	const struct lull_diary diary = blocks(&made, 4, 16, 8);
	const struct lull_classify_options quick = { LULL_MONTH_28, LULL_DAY_NONE, true };
	struct lull_classification a = made_classify(&diary, NULL, &arena), b;
	struct lull_err err = { 0 };
	assert_ok(lull_classify(made_criteria(&arena), &diary, NULL, &quick, &arena, &b, &err), &err);
	assert_memory_equal(a.status, b.status, sizeof(a.status));
	assert_int_equal(b.n_questions, 0);
	assert_ok(lull_classify(made_criteria(&arena), &diary, NULL, NULL, &arena, &b, &err), &err);
	assert_int_equal(b.month, LULL_MONTH_28);
}

/* ---- memory ----------------------------------------------------------------------------------------- */

static void every_failed_allocation_is_an_error(void **state)
{
	(void)state;
	struct made made = { 0 };
	const struct lull_diary diary = blocks(&made, 4, 16, 8);
	const struct lull_criteria *criteria = made_criteria(&arena);
	for (uint64_t nth = 1; nth < 2000; nth++) {
		struct lull_arena own = { 0 };
		struct lull_classification c;
		const struct lull_finding *trees = NULL;
		size_t n = 0;
		struct lull_err err = { 0 };
		(void)lull_mem_fail_at(nth, false);
		int rc = lull_classify(criteria, &diary, NULL, NULL, &own, &c, &err);
		if (rc == LULL_OK)
			rc = lull_classify_explain(criteria, &diary, &c, &own, &trees, &n, &err);
		(void)lull_mem_fail_at(0, false);
		lull_arena_clear(&own);
		if (rc == LULL_OK) {
			assert_true(nth > 1);
			return;
		}
		assert_int_equal(rc, LULL_ENOMEM);
	}
	fail_msg("it never succeeded");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chronic_migraine_vectors),
		cmocka_unit_test(fourteen_days_are_high_frequency_episodic),
		cmocka_unit_test(c3_days_count_when_relieved),
		cmocka_unit_test(one_block_supports_and_four_prove),
		cmocka_unit_test(a_fourth_earlier_day_proves),
		cmocka_unit_test(a_month_below_breaks_it_whatever_the_history_says),
		cmocka_unit_test(not_yet_three_months_by_history),
		cmocka_unit_test(duration_is_not_needed_for_a_day),
		cmocka_unit_test(clinicians_flag_rules_out_and_stays_provisional_until_answered),
		cmocka_unit_test(bounds_then_prorating_from_fourteen_days),
		cmocka_unit_test(prorated_count_is_not_rounded),
		cmocka_unit_test(an_estimate_says_so_and_could_change),
		cmocka_unit_test(months_count_back_from_the_index_date),
		cmocka_unit_test(numbered_days_have_no_calendar),
		cmocka_unit_test(entries_without_dates_have_no_months),
		cmocka_unit_test(days_are_counted_not_attacks),
		cmocka_unit_test(attacks_in_a_row_by_day_are_one),
		cmocka_unit_test(definitions_of_a_migraine_day_differ),
		cmocka_unit_test(probable_migraine_counts_as_an_outcome),
		cmocka_unit_test(debilitating_days),
		cmocka_unit_test(overuse_vectors),
		cmocka_unit_test(every_threshold),
		cmocka_unit_test(never_counted),
		cmocka_unit_test(one_class_alone_is_not_several),
		cmocka_unit_test(constituents_of_a_combination),
		cmocka_unit_test(overuse_needs_over_3_months_too),
		cmocka_unit_test(chronic_migraine_and_overuse_are_both_coded),
		cmocka_unit_test(days_of_intake_not_doses),
		cmocka_unit_test(unknown_drugs_stay_unknown),
		cmocka_unit_test(drugs_of_long_attacks),
		cmocka_unit_test(chronic_tension_type_unless_chronic_migraine),
		cmocka_unit_test(episodic_tension_type),
		cmocka_unit_test(new_daily_persistent),
		cmocka_unit_test(status_migrainosus),
		cmocka_unit_test(attacks_in_life),
		cmocka_unit_test(two_auras_in_life),
		cmocka_unit_test(trees_are_complete_and_codes_unique),
		cmocka_unit_test(the_answer_says_which_month),
		cmocka_unit_test(treated_attacks_are_told),
		cmocka_unit_test(order_of_entries_does_not_matter),
		cmocka_unit_test(a_missing_day_never_makes_certain),
		cmocka_unit_test(counts_are_monotone),
		cmocka_unit_test(the_question_named_is_decisive),
		cmocka_unit_test(what_only_two_answers_together_change_could_change),
		cmocka_unit_test(without_questions_the_statuses_are_the_same),
		cmocka_unit_test(every_failed_allocation_is_an_error),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, teardown);
}
