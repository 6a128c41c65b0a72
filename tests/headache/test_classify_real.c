/* The two real diaries: Park 2016 against the authors' own label, and 330 days counted three ways; and
 * the knowledge behind the criteria: ids equal on both sides, every fault found. */
#include <stdio.h>

#include "make_diary.h"

#include "lull/base/text.h"
#include "lull/headache/import.h"

static struct lull_arena arena;

static int teardown(void **state)
{
	(void)state;
	lull_arena_clear(&arena);
	return 0;
}

static struct lull_import read_diary(const char *path, const char *map_name)
{
	struct lull_map map;
	struct lull_acute_table drugs;
	struct lull_diags diags;
	struct lull_err err = { 0 };
	struct lull_import out;
	size_t n;
	const char *bytes = test_read(path, &n, &arena);
	const struct lull_import_options all = { NULL, LULL_DAY_NONE, LULL_DAY_NONE };
	lull_diags_init(&diags, &arena);
	assert_ok(lull_map_load(test_knowledge(), map_name, &arena, &map, &diags, &err), &err);
	assert_int_equal(lull_acute_load(test_knowledge(), &arena, &drugs, &diags), LULL_OK);
	assert_ok(lull_import_csv(bytes, n, path, &map, &drugs, &all, &arena, &out, &err), &err);
	return out;
}

/* ---- Park 2016 ------------------------------------------------------------------------------ */

/* The authors' label of each row, by line, read apart from the importer (which never sees it). */
enum study { STUDY_NONE, STUDY_MIGRAINE, STUDY_OTHER };

static enum study *study_labels(size_t *n_out)
{
	size_t n, line = 0;
	const char *p = test_read("tests/data/park2016_headache_diary_dev.csv", &n, &arena);
	enum study *labels = LULL_ARENA_NEW(&arena, enum study, 3000);
	while (p && *p) {
		const char *end = strchr(p, '\n');
		const char *stop = end ? end : p + strlen(p);
		const char *cell = stop;
		while (cell > p && cell[-1] != ',')
			cell--;
		line++;
		assert_true(line < 3000);
		labels[line] = !strncmp(cell, "migraine", 8)	   ? STUDY_MIGRAINE :
			       !strncmp(cell, "other_headache", 14) ? STUDY_OTHER :
								      STUDY_NONE;
		p = end ? end + 1 : NULL;
	}
	*n_out = line;
	return labels;
}

/* Two judges, yes or no each. */
struct table {
	double both, only_label, only_rule, neither;
};

static void tally(struct table *t, bool label, bool rule)
{
	*(label ? rule ? &t->both : &t->only_label : rule ? &t->only_rule : &t->neither) += 1;
}

static double kappa(const struct table *t)
{
	const double n = t->both + t->only_label + t->only_rule + t->neither;
	const double observed = (t->both + t->neither) / n;
	const double chance = ((t->both + t->only_label) * (t->both + t->only_rule) +
			       (t->neither + t->only_rule) * (t->neither + t->only_label)) /
			      (n * n);
	return (observed - chance) / (1 - chance);
}

static void tell(const char *what, const struct table *t)
{
	printf("# %s: %g of %g migraines, %g of %g others, kappa %.3f\n", what, t->both, t->both + t->only_label,
	       t->neither, t->neither + t->only_rule, kappa(t));
}

static void park_criteria_c_and_d_against_the_authors_label(void **state)
{
	(void)state;
	const struct lull_import in = read_diary("tests/data/park2016_headache_diary_dev.csv", "park2016");
	const struct lull_criteria *k = made_criteria(&arena);
	size_t n_lines, n_headache = 0;
	const enum study *study = study_labels(&n_lines);
	struct table vas = { 0 }, cd = { 0 }, bcd = { 0 }, lenient = { 0 };
	double b[3] = { 0 }, treated = 0;
	assert_int_equal(n_lines, 2380);
	for (size_t d = 0; d < in.n_diaries; d++)
		for (size_t i = 0; i < in.diaries[d].n_entries; i++) {
			const struct lull_entry *e = &in.diaries[d].entries[i];
			struct lull_entry_class c;
			lull_classify_entry(k, NULL, e, &c);
			const enum study label = study[e->line];
			assert_int_equal(e->kind == LULL_ENTRY_FREE, label == STUDY_NONE);
			if (label == STUDY_NONE) {
				assert_int_equal(c.label, LULL_LABEL_NONE);
				continue;
			}
			n_headache++;
			const bool by_cd = c.status[LULL_ICHD_1_3_C1] == LULL_MET;
			const enum lull_status by_b = (enum lull_status)c.status[LULL_ICHD_1_1_B];
			tally(&cd, label == STUDY_MIGRAINE, by_cd);
			/* As the facts counted it: VAS >= 4 alone, without the diary's own intensity question. */
			struct lull_entry vas_alone = *e;
			struct lull_entry_class by_vas;
			vas_alone.severity = -1;
			lull_classify_entry(k, NULL, &vas_alone, &by_vas);
			tally(&vas, label == STUDY_MIGRAINE, by_vas.status[LULL_ICHD_1_3_C1] == LULL_MET);
			tally(&bcd, label == STUDY_MIGRAINE, by_cd && by_b == LULL_MET);
			tally(&lenient, label == STUDY_MIGRAINE, by_cd && by_b != LULL_NOT_MET);
			if (label == STUDY_MIGRAINE) {
				b[by_b]++;
				treated += c.treated_short;
			}
		}
	tell("criteria C and D, VAS >= 4 alone", &vas);
	tell("criteria C and D, with the diary's intensity question where there is no VAS", &cd);
	tell("with criterion B met", &bcd);
	tell("with criterion B not failed", &lenient);
	printf("# criterion B on the 208 labelled migraines: met %g, not met %g, unknown %g (%g ended early by a drug)\n",
	       b[LULL_MET], b[LULL_NOT_MET], b[LULL_STATUS_UNKNOWN], treated);
	assert_int_equal(n_headache, 605);
	assert_true(vas.both == 203 && vas.both + vas.only_label == 208);
	assert_true(vas.neither == 393 && vas.neither + vas.only_rule == 397);
	assert_close(kappa(&vas), 0.967, 0, 0.0005);
	assert_true(kappa(&cd) >= 0.95 && cd.both >= vas.both);
	assert_true(kappa(&bcd) < kappa(&cd)); /* the label ignores duration */
	assert_true(b[LULL_STATUS_UNKNOWN] >= treated && treated > 0);
}

static void park_has_no_months(void **state)
{
	(void)state;
	const struct lull_import in = read_diary("tests/data/park2016_headache_diary_dev.csv", "park2016");
	assert_int_equal(in.n_diaries, 33);
	for (size_t d = 0; d < in.n_diaries; d++) {
		const struct lull_classification c = made_classify(&in.diaries[d], NULL, &arena);
		assert_false(c.dated);
		assert_int_equal(c.status[LULL_ICHD_1_3], LULL_STATUS_UNKNOWN);
		assert_int_equal(c.status[LULL_ICHD_8_2], LULL_STATUS_UNKNOWN);
		assert_int_equal(c.questions[0], LULL_ASK_DATES);
	}
}

/* ---- 330 days ----------------------------------------------------------------------------------- */

static size_t months_over(const struct lull_classification *c, size_t *n_full)
{
	size_t over = 0;
	*n_full = 0;
	for (size_t i = 0; i < c->n_blocks; i++) {
		if (c->blocks[i].missing)
			continue;
		++*n_full;
		over += c->blocks[i].days[LULL_DAYDEF_HEADACHE].yes >= 15;
	}
	return over;
}

static void three_month_lengths_give_three_answers(void **state)
{
	(void)state;
	struct lull_import in = read_diary("tests/data/insogna2023_daily_headache.csv", "insogna2023");
	struct lull_diary *diary = &in.diaries[0];
	assert_int_equal(in.n_diaries, 1);
	assert_int_equal(diary->n_days, 330);
	static const unsigned first_28[] = { 15, 18, 12, 14 }, first_30[] = { 16, 17, 14, 15 };
	size_t n_full;

	struct lull_classification c = made_classify_as(diary, NULL, LULL_MONTH_28, LULL_DAY_NONE, &arena);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(c.blocks[i].days[LULL_DAYDEF_HEADACHE].yes, first_28[i]);
	assert_int_equal(months_over(&c, &n_full), 4);
	assert_int_equal(n_full, 11);
	assert_int_equal(c.status[LULL_ICHD_1_3_A], LULL_NOT_MET); /* 12 in the third block */
	assert_int_equal(c.status[LULL_ICHD_1_3_C], LULL_STATUS_UNKNOWN);
	assert_int_equal(c.status[LULL_ICHD_8_2_B], LULL_STATUS_UNKNOWN);

	c = made_classify_as(diary, NULL, LULL_MONTH_30, LULL_DAY_NONE, &arena);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(c.blocks[i].days[LULL_DAYDEF_HEADACHE].yes, first_30[i]);
	assert_int_equal(months_over(&c, &n_full), 8);
	assert_int_equal(n_full, 11);

	c = made_classify_as(diary, NULL, LULL_MONTH_CALENDAR, LULL_DAY_NONE, &arena);
	assert_true(c.calendar_unknown);
	assert_int_equal(c.status[LULL_ICHD_1_3_A], LULL_STATUS_UNKNOWN);

	/* Had it begun on 1 January 2023, the calendar would give a third count. */
	diary->day_index_only = false;
	c = made_classify_as(diary, NULL, LULL_MONTH_CALENDAR, LULL_DAY_NONE, &arena);
	assert_int_equal(months_over(&c, &n_full), 7);
	assert_int_equal(n_full, 10);
	assert_int_equal(c.blocks[0].days[LULL_DAYDEF_HEADACHE].yes, 14);
	assert_int_equal(c.blocks[0].recorded, 26);
}

/* Where the days suffice and the features are not known, 1.3 is unknown and asks for the features first. */
static void features_unknown_is_asked_first(void **state)
{
	(void)state;
	const struct lull_import in = read_diary("tests/data/insogna2023_daily_headache.csv", "insogna2023");
	const struct lull_diary *diary = &in.diaries[0];
	struct lull_history h = lull_history_unasked();
	h.over_3_months = h.lifetime_5_attacks = LULL_YES;
	int n = 0;
	for (lull_day index = diary->first + 120; index < diary->first + 330; index++) {
		const struct lull_classification c = made_classify_as(diary, &h, LULL_MONTH_30, index, &arena);
		if (c.status[LULL_ICHD_1_3_A] != LULL_MET)
			continue;
		n++;
		assert_int_equal(c.status[LULL_ICHD_1_3], LULL_STATUS_UNKNOWN);
		assert_int_equal(c.ask[LULL_ICHD_1_3], LULL_ASK_FEATURES);
		assert_int_equal(c.questions[0], LULL_ASK_FEATURES);
	}
	assert_true(n > 0);
}

/* ---- knowledge -------------------------------------------------------------------------------------- */

static void ids_in_c_equal_ids_in_knowledge(void **state)
{
	(void)state;
	const struct lull_criteria *k = made_criteria(&arena);
	for (int id = 0; id < LULL_N_CRITERIA; id++) {
		assert_string_equal(k->items[id].id, lull_criterion_codes[id]);
		for (int other = 0; other < id; other++)
			assert_string_not_equal(lull_criterion_codes[id], lull_criterion_codes[other]);
	}
	for (int u = LULL_ASK_NONE + 1; u < LULL_N_UNKNOWNS; u++)
		assert_non_null(k->questions[u]);
	assert_close(k->items[LULL_ICHD_1_2_C].needed, 3, 0, 0); /* trap 1: 3 of 6, not the beta's 2 of 4 */
}

/* The knowledge with one file's text changed. */
static int load_changed(const char *path, const char *from, const char *to, struct lull_diags *diags)
{
	const struct lull_files *files = test_knowledge();
	struct lull_file *items = LULL_ARENA_NEW(&arena, struct lull_file, files->n_items);
	struct lull_files changed = *files;
	struct lull_criteria out;
	bool found = false;
	memcpy(items, files->items, files->n_items * sizeof(*items));
	for (size_t i = 0; i < files->n_items; i++) {
		const char *at = strcmp(items[i].path, path) ? NULL : from ? strstr(items[i].bytes, from) : items[i].bytes;
		if (!at)
			continue;
		found = true;
		if (from)
			items[i].bytes = lull_arena_printf(&arena, "%.*s%s%s", (int)(at - items[i].bytes),
							   items[i].bytes, to, at + strlen(from));
		else
			items[i].path = "criteria/zz.yaml";
		items[i].n_bytes = strlen(items[i].bytes);
	}
	assert_true(found);
	changed.items = items;
	lull_diags_init(diags, &arena);
	return lull_criteria_load(&changed, &arena, &out, diags);
}

static void faults_in_knowledge_are_found(void **state)
{
	(void)state;
	static const struct {
		const char *path, *from, *to, *says;
	} rows[] = {
		{ "criteria/m1.yaml", "ICHD3-1.1-C.3:", "ICHD3-1.1-C.9:", "ICHD3-1.1-C.9" },
		{ "criteria/m1.yaml", "ICHD3-1.1-C.3:", "ICHD3-2.3-D:", "each id once" },
		{ "criteria/m8.yaml", "    needed: 10\n", "", "needed" },
		{ "criteria/m8.yaml", "mark: verified", "mark: none", "trust mark" },
		{ "criteria/m2.yaml", "needed: 2", "needed: two", "a number" },
		{ "criteria/m4.yaml", "schema_version: 1", "schema_version: 9", "schema_version" },
		{ "criteria/counting.yaml", "month_days:", "month_day:", "month_days" },
		{ "criteria/counting.yaml", "value: 28", "value: 1.5", "7 to 366" },
		{ "criteria/counting.yaml", "value: 3\n", "value: 9\n", "1 to 6" },
		{ "criteria/questions.yaml", "  dates:", "  date:", "dates" },
		{ "criteria/questions.yaml", NULL, NULL, "no file" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct lull_diags diags;
		struct lull_buf buf = { 0 };
		const int rc = load_changed(rows[i].path, rows[i].from, rows[i].to, &diags);
		if (rc == LULL_OK)
			fail_msg("row %zu was accepted", i);
		lull_diags_print(&diags, &buf);
		assert_has(lull_buf_text(&buf), rows[i].says);
		lull_buf_clear(&buf);
	}
}

/* A site may move a cut-point: the number in the file is the number used. */
static void numbers_come_from_the_file(void **state)
{
	(void)state;
	struct lull_criteria site = *made_criteria(&arena);
	struct lull_entry_class c;
	struct lull_entry e = made_migraine();
	e.duration_min = 200;
	site.items[LULL_ICHD_1_1_B].min_h = 3;
	lull_classify_entry(&site, NULL, &e, &c);
	assert_int_equal(c.status[LULL_ICHD_1_1_B], LULL_MET);
	e.pain = 5;
	site.counting.moderate_from = 5.5;
	lull_classify_entry(&site, NULL, &e, &c);
	assert_int_equal(c.severity, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(park_criteria_c_and_d_against_the_authors_label),
		cmocka_unit_test(park_has_no_months),
		cmocka_unit_test(three_month_lengths_give_three_answers),
		cmocka_unit_test(features_unknown_is_asked_first),
		cmocka_unit_test(ids_in_c_equal_ids_in_knowledge),
		cmocka_unit_test(faults_in_knowledge_are_found),
		cmocka_unit_test(numbers_come_from_the_file),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, teardown);
}
