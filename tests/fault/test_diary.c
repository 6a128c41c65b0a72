/* Every allocation of a diary's import fails in turn, alone and with all that follow: map, drug names, table,
 * days, JSON out and in. Each must end in LULL_ENOMEM and leave nothing behind. */
#include "support.h"

#include "lull/base/text.h"
#include "lull/codec/diary_json.h"

/* Must not assert: it runs with faults. */
typedef int (*attempt_fn)(struct lull_arena *arena);

static const struct lull_import_options all = { NULL, LULL_DAY_NONE, LULL_DAY_NONE };

#define MAP                                                                                                   \
	"schema_version: 1\nname: m\ntitle: t\nformat: csv\nencoding: utf-8\ndelimiter: comma\ndecimal: point\n" \
	"rows: attacks\nno_row_means: missing\nyes: [yes]\nno: [no]\nheader: {find: [d, who]}\n"                 \
	"tables: {t: {light: photophobia, both: [nausea, vomiting]}}\ncolumns:\n"                               \
	"  - {column: who, is: patient}\n  - {column: d, is: date, patterns: ['Y-M-D H:m']}\n"                  \
	"  - {column: t, is: duration, format: words}\n  - {column: one, is: sign, signs: [unilateral]}\n"        \
	"  - {column: list, is: signs, separator: ';', table: t, absent: no}\n"                                   \
	"  - {column: why, is: triggers, separator: ';', absent: no}\n"                                           \
	"  - {column: did, is: measures, separator: ';', answer: yes}\n"                                          \
	"  - {column: drugs, is: drugs, separator: ';', none: [none]}\n"                                          \
	"  - {column: n, is: doses, class: triptan, max: 9, beyond: flag}\n  - {column: note, is: note}\n"
#define HEADER "who,d,t,one,list,why,did,drugs,n,note,more\n"

static const char table[] =
	"before,the,header\n" HEADER
	"a,2026-01-01 22:00,5h,yes,light;strange,stress,yoga,aspirin;zorbium x2,,words,\n"
	"b,2026-01-03 10:00,1d 2h,no,both,weather;stress,,none,99,,\n"
	"a,never,,,,,,,,,\n"
	"a,2026-01-09 10:00,,maybe,,,,,,,\n"
	"a,\"unclosed\n";

static int read_map(struct lull_arena *arena, const char *yaml, struct lull_map *map)
{
	struct lull_diags diags;
	lull_diags_init(&diags, arena);
	return lull_map_read(yaml, strlen(yaml), "m.yaml", arena, map, &diags);
}

static int load_drugs(struct lull_arena *arena, struct lull_acute_table *drugs)
{
	static const char yaml[] = "schema_version: 1\nforms: [tablet]\nunits: [mg]\njoiners: [and]\nadjuvants: [caffeine]\n"
				   "groups:\n  - {classes: [aspirin], names: [aspirin, asa], source: s, mark: recalled}\n";
	static const struct lull_file file = { "acute_drugs.yaml", yaml, sizeof(yaml) - 1 };
	static const struct lull_files files = { .items = &file, .n_items = 1 };
	struct lull_diags diags;
	lull_diags_init(&diags, arena);
	return lull_acute_load(&files, arena, drugs, &diags);
}

static int import(struct lull_arena *arena, struct lull_import *in)
{
	struct lull_map map;
	struct lull_acute_table drugs;
	struct lull_err err = { 0 };
	int rc = read_map(arena, MAP, &map);
	if (rc == LULL_OK)
		rc = load_drugs(arena, &drugs);
	if (rc == LULL_OK)
		rc = lull_import_csv(table, sizeof(table) - 1, "t.csv", &map, &drugs, &all, arena, in, &err);
	return rc;
}

static int try_import(struct lull_arena *arena)
{
	struct lull_import in;
	const int rc = import(arena, &in);
	if (rc != LULL_OK)
		return rc;
	/* Nothing may be lost on the way to success. */
	const struct lull_import_report *r = &in.report;
	return r->n_accepted == 2 && r->n_rejected == 3 && r->n_flagged == 2 && r->n_words == 2 &&
			       r->diags.n_items == 5 && in.n_diaries == 2
		       ? LULL_OK
		       : LULL_ECONFLICT;
}

static int try_json(struct lull_arena *arena)
{
	struct lull_import in, back;
	struct lull_diags diags;
	struct lull_err err = { 0 };
	struct lull_buf buf = { 0 };
	lull_diags_init(&diags, arena);
	int rc = import(arena, &in);
	if (rc == LULL_OK)
		rc = lull_diary_json_write(in.diaries, in.n_diaries, arena, &buf, &err);
	if (rc == LULL_OK)
		rc = lull_diary_json_read(lull_buf_text(&buf), buf.n, "t.json", &all, arena, &back, &diags, &err);
	lull_buf_clear(&buf);
	return rc;
}

/* A faulty map: the remarks' memory fails too. LULL_OK when every fault was reported. */
static int try_bad_map(struct lull_arena *arena)
{
	static const char yaml[] = MAP "  - {column: x, is: signs, separator: ';', means: {a: nausia}}\n"
				       "  - {column: y, is: trigger, name: Bad Id}\n"
				       "  - {column: z, is: signs, separator: ';', table: none}\n";
	struct lull_map map;
	struct lull_diags diags;
	lull_diags_init(&diags, arena);
	const int rc = lull_map_read(yaml, sizeof(yaml) - 1, "m.yaml", arena, &map, &diags);
	return rc == LULL_EPARSE && diags.n_items == 3 ? LULL_OK : rc;
}

static int try_no_map(struct lull_arena *arena)
{
	struct lull_map map;
	struct lull_diags diags;
	struct lull_err err = { 0 };
	lull_diags_init(&diags, arena);
	const int rc = lull_map_load(test_knowledge(), "nothing", arena, &map, &diags, &err);
	return rc == LULL_ENOTFOUND && err.mend[0] ? LULL_OK : rc;
}

static void fail_each(attempt_fn attempt, const char *name, bool all_after)
{
	struct lull_arena arena = { 0 };
	lull_mem_fail_at(0, false);
	assert_int_equal(attempt(&arena), LULL_OK);
	const uint64_t n = lull_mem_fail_at(0, false);
	lull_arena_clear(&arena);
	assert_true(n > 0);
	for (uint64_t nth = 1; nth <= n; nth++) {
		lull_mem_fail_at(nth, all_after);
		const int rc = attempt(&arena);
		lull_mem_fail_at(0, false);
		lull_arena_clear(&arena);
		if (rc != LULL_ENOMEM)
			fail_msg("%s: allocation %llu of %llu failed and the answer was %d", name, (unsigned long long)nth,
				 (unsigned long long)n, rc);
	}
	assert_int_equal(attempt(&arena), LULL_OK);
	lull_arena_clear(&arena);
}

static void every_allocation_may_fail(void **state)
{
	static const struct { attempt_fn attempt; const char *name; } attempts[] = {
		{ try_import, "import" }, { try_json, "json" }, { try_bad_map, "bad map" }, { try_no_map, "no map" },
	};
	(void)state;
	(void)test_knowledge();
	lull_mem_fail_in_arenas(true);
	for (size_t i = 0; i < sizeof(attempts) / sizeof(*attempts); i++) {
		fail_each(attempts[i].attempt, attempts[i].name, false);
		fail_each(attempts[i].attempt, attempts[i].name, true);
	}
	lull_mem_fail_in_arenas(false);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_allocation_may_fail) };
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("diary faults", tests, NULL, NULL);
}
