/* Every allocation of store/ fails in turn: in the caller for opening, reading and checking, in the writer's thread for writing. Each
 * call answers LULL_ENOMEM or does its work; a failed write leaves nothing, and the next one goes through. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "support.h"
#include "lull/base/text.h"
#include "lull/store/record.h"

static char folder[64], path[96];
static const struct lull_record_options options = { .path = path };

static int try_open(struct lull_record *open, struct lull_arena *arena)
{
	struct lull_record *record;
	(void)open;
	(void)arena;
	const int rc = lull_record_open(&options, &record, NULL);
	lull_record_close(record);
	return rc;
}

static int try_read(struct lull_record *record, struct lull_arena *arena)
{
	struct lull_reader *reader;
	struct lull_events events;
	struct lull_stream_state state;
	struct lull_row row;
	struct lull_rows rows;
	struct lull_audits audits;
	int rc = lull_reader_open(record, &reader, NULL);
	if (rc != LULL_OK)
		return rc;
	rc = lull_reader_events(reader, NULL, 0, 99, arena, &events, NULL);
	if (rc == LULL_OK)
		rc = lull_reader_stream(reader, "patient/1", 1, arena, &state, NULL);
	if (rc == LULL_OK)
		rc = lull_reader_row(reader, "s", "k", 0, arena, &row, NULL);
	if (rc == LULL_OK)
		rc = lull_reader_rows(reader, "s", "k", NULL, NULL, 9, 0, arena, &rows, NULL);
	if (rc == LULL_OK)
		rc = lull_reader_audit(reader, NULL, 0, 9, arena, &audits, NULL);
	lull_reader_close(reader);
	return rc;
}

static int try_check(struct lull_record *record, struct lull_arena *arena)
{
	const char *report;
	return lull_record_check(record, arena, &report, NULL);
}

/* One of everything. */
static int put_all(struct lull_record *record, struct lull_arena *arena)
{
	const struct lull_event e = { .stream = "patient/1", .type = "t", .actor = "a", .why = "w", .body = { "b", 1 } };
	const struct lull_row r = { .space = "s", .key = "k", .owner = "1", .value = { "v", 1 }, .revision = -1 };
	const struct lull_audit a = { .actor = "a" };
	const struct lull_snapshot_put s = { "patient/1", 1, 1, { "s", 1 } };
	const struct lull_write w = { .events = &e, .n_events = 1, .rows = &r, .n_rows = 1, .audits = &a, .n_audits = 1, .snapshots = &s, .n_snapshots = 1 };
	struct lull_written out;
	struct lull_err err;
	return lull_record_write(record, &w, arena, &out, &err);
}

static int64_t count_audits(struct lull_record *record)
{
	struct lull_reader *reader;
	struct lull_record_about about;
	struct lull_err err;
	assert_ok(lull_reader_open(record, &reader, &err), &err);
	assert_ok(lull_reader_about(reader, &about, &err), &err);
	lull_reader_close(reader);
	assert_int_equal(about.n_audits, about.n_events);
	return about.n_audits;
}

static void fail_each(int (*attempt)(struct lull_record *, struct lull_arena *), struct lull_record *record, const char *name)
{
	struct lull_arena arena = { 0 };
	lull_mem_fail_at(0, false);
	assert_int_equal(attempt(record, &arena), LULL_OK);
	const uint64_t n = lull_mem_fail_at(0, false);
	lull_arena_clear(&arena);
	assert_true(n > 3);
	for (uint64_t nth = 1; nth <= n; nth++) {
		lull_mem_fail_at(nth, false);
		const int rc = attempt(record, &arena);
		lull_mem_fail_at(0, false);
		lull_arena_clear(&arena);
		if (rc != LULL_ENOMEM)
			fail_msg("%s: allocation %llu of %llu failed and the answer was %d", name, (unsigned long long)nth, (unsigned long long)n, rc);
	}
	assert_int_equal(attempt(record, &arena), LULL_OK);
	lull_arena_clear(&arena);
}

/* The watcher runs on the writer's thread: there it arms the fault for the next group. */
static atomic_ulong armed;
static void arm(void *data, const struct lull_event *events, size_t n)
{
	(void)data, (void)events, (void)n;
	lull_mem_fail_at(atomic_load(&armed), false);
}

static void faults(void **state)
{
	(void)state;
	struct lull_record *record;
	struct lull_arena arena = { 0 };
	struct lull_err err;
	lull_text_format(folder, sizeof(folder), "/tmp/lull-fault-XXXXXX");
	assert_non_null(mkdtemp(folder));
	lull_text_format(path, sizeof(path), "%s/r", folder);
	assert_ok(lull_record_open(&(struct lull_record_options){ .path = path, .create = true }, &record, &err), &err);
	assert_int_equal(put_all(record, &arena), LULL_OK);
	lull_record_watch(record, arm, NULL);
	int n_failed = 0;
	for (unsigned long nth = 1; nth <= 20; nth++) {
		atomic_store(&armed, nth);
		assert_int_equal(put_all(record, &arena), LULL_OK); /* arms it */
		atomic_store(&armed, 0);
		const int64_t before = count_audits(record);
		const int rc = put_all(record, &arena);
		assert_true(rc == LULL_OK || rc == LULL_ENOMEM);
		n_failed += rc != LULL_OK;
		assert_int_equal(count_audits(record), before + (rc == LULL_OK));
		if (rc == LULL_OK)
			break;
	}
	assert_true(n_failed > 3 && n_failed < 20);
	lull_record_watch(record, NULL, NULL);
	fail_each(try_read, record, "read");
	fail_each(try_check, record, "check");
	lull_record_close(record);
	fail_each(try_open, NULL, "open");
	static const char *const ends[] = { "", ".key" };
	for (size_t i = 0; i < 2; i++) {
		char name[128];
		lull_text_format(name, sizeof(name), "%s%s", path, ends[i]);
		assert_int_equal(unlink(name), 0);
	}
	assert_int_equal(rmdir(folder), 0);
	lull_arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(faults) };
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("store faults", tests, NULL, NULL);
}
