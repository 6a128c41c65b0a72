/* Open, write, read: what a write promises, and what is refused. */
#include "store.h"

static void events_and_versions(void **state)
{
	(void)state;
	struct place p;
	place_make(&p, false);
	struct lull_reader *reader;
	assert_int_equal(add(&p, "patient/17", "first", -1), 1);
	assert_int_equal(add(&p, "schedule", "second", 0), 2);
	assert_int_equal(add(&p, "patient/17", "third", 1), 3);
	assert_int_equal(add(&p, "patient/17", "stale", 1), LULL_ECONFLICT);
	assert_int_equal(p.err.code, LULL_ECONFLICT);
	assert_ok(lull_reader_open(p.record, &reader, &p.err), &p.err);
	struct lull_events events;
	assert_ok(lull_reader_events(reader, NULL, 0, 100, &p.arena, &events, &p.err), &p.err);
	assert_int_equal(events.n, 3);
	assert_string_equal(events.items[1].stream, "schedule");
	assert_int_equal(events.items[2].version, 2);
	assert_int_equal(events.items[2].seq, 3);
	assert_memory_equal(events.items[2].body.data, "third", 5);
	assert_string_equal(events.items[2].why, "because");
	assert_string_equal(events.items[2].civil_date, "2026-11-23");
	assert_ok(lull_reader_events(reader, "patient/17", 1, 1, &p.arena, &events, &p.err), &p.err);
	assert_int_equal(events.n, 1);
	assert_int_equal(events.items[0].seq, 3);
	lull_reader_close(reader);
	place_reopen(&p);
	assert_int_equal(add(&p, "patient/17", "fourth", 2), 4);
	place_end(&p);
}

static int put(struct place *p, const char *space, const char *key, const char *value, int64_t revision, int64_t expires)
{
	const struct lull_row row = { .space = space, .key = key, .value = { value, value ? strlen(value) : 0 }, .revision = revision, .expires_ms = expires };
	const struct lull_write w = { .rows = &row, .n_rows = 1 };
	struct lull_written out;
	return lull_record_write(p->record, &w, &p->arena, &out, &p->err);
}

static void rows(void **state)
{
	(void)state;
	struct place p;
	place_make(&p, true);
	struct lull_reader *reader;
	struct lull_row row;
	struct lull_rows page;
	assert_ok(lull_reader_open(p.record, &reader, &p.err), &p.err);
	assert_ok(put(&p, "user", "anna", "{}", 0, 0), &p.err);
	assert_int_equal(put(&p, "user", "anna", "{}", 0, 0), LULL_ECONFLICT);
	assert_ok(lull_reader_row(reader, "user", "anna", 5, &p.arena, &row, &p.err), &p.err);
	const int64_t first = row.revision;
	assert_ok(put(&p, "user", "anna", "{2}", first, 0), &p.err);
	assert_int_equal(put(&p, "user", "anna", "{3}", first, 0), LULL_ECONFLICT);
	assert_ok(put(&p, "user", "anna", NULL, -1, 0), &p.err);
	assert_int_equal(lull_reader_row(reader, "user", "anna", 5, &p.arena, &row, &p.err), LULL_ENOTFOUND);
	assert_ok(put(&p, "user", "anna", "again", 0, 0), &p.err);
	assert_ok(lull_reader_row(reader, "user", "anna", 5, &p.arena, &row, &p.err), &p.err);
	assert_true(row.revision > first);
	assert_ok(put(&p, "user", "ante", "x", -1, 0), &p.err);
	assert_ok(put(&p, "user", "berta", "x", -1, 0), &p.err);
	assert_ok(put(&p, "user", "old", "x", -1, 1000), &p.err);
	assert_ok(lull_reader_rows(reader, "user", "an", NULL, NULL, 10, 2000, &p.arena, &page, &p.err), &p.err);
	assert_int_equal(page.n, 2);
	assert_ok(lull_reader_rows(reader, "user", NULL, "anna", "anna", 10, 2000, &p.arena, &page, &p.err), &p.err);
	assert_int_equal(page.n, 2);
	assert_string_equal(page.items[1].key, "berta");
	assert_ok(lull_reader_row(reader, "user", "old", 999, &p.arena, &row, &p.err), &p.err);
	assert_int_equal(lull_reader_row(reader, "user", "old", 1000, &p.arena, &row, &p.err), LULL_ENOTFOUND);
	assert_ok(lull_record_purge(p.record, 1000, &p.err), &p.err);
	assert_int_equal(lull_reader_row(reader, "user", "old", 1, &p.arena, &row, &p.err), LULL_ENOTFOUND);
	struct lull_record_about about;
	assert_ok(lull_reader_about(reader, &about, &p.err), &p.err);
	assert_true(about.is_demo);
	lull_reader_close(reader);
	place_end(&p);
}

static void repeated_requests(void **state)
{
	(void)state;
	struct place p;
	place_make(&p, false);
	const struct lull_event e = { .stream = "patient/1", .type = "t", .schema_version = 1, .at_ms = 1, .actor = "a", .body = { "b", 1 } };
	struct lull_write w = { .events = &e, .n_events = 1, .idempotency_scope = "s", .idempotency_key = "k", .request_hash = "h", .answer = { "yes", 3 } };
	struct lull_written out;
	assert_ok(lull_record_write(p.record, &w, &p.arena, &out, &p.err), &p.err);
	assert_false(out.was_repeated);
	w.answer = (struct lull_bytes){ "no", 2 };
	assert_ok(lull_record_write(p.record, &w, &p.arena, &out, &p.err), &p.err);
	assert_true(out.was_repeated);
	assert_int_equal(out.answer.n, 3);
	assert_memory_equal(out.answer.data, "yes", 3);
	w.request_hash = "other";
	assert_int_equal(lull_record_write(p.record, &w, &p.arena, &out, &p.err), LULL_ECONFLICT);
	assert_int_equal(count_events(&p), 1);
	place_end(&p);
}

static void all_or_nothing(void **state)
{
	(void)state;
	struct place p;
	place_make(&p, false);
	const struct lull_event e = { .stream = "patient/1", .type = "t", .schema_version = 1, .at_ms = 1, .actor = "a", .body = { "b", 1 } };
	const struct lull_row bad = { .space = "s", .key = "k", .value = { "v", 1 }, .revision = 77 };
	const struct lull_audit audit = { .at_ms = 1, .actor = "a", .action = "x" };
	const struct lull_write w = { .events = &e, .n_events = 1, .rows = &bad, .n_rows = 1, .audits = &audit, .n_audits = 1 };
	struct lull_written out;
	assert_int_equal(lull_record_write(p.record, &w, &p.arena, &out, &p.err), LULL_ECONFLICT);
	assert_int_equal(count_events(&p), 0);
	place_end(&p);
}

/* A stream read from its snapshot has the same events behind it as the whole. */
static void snapshots(void **state)
{
	(void)state;
	struct place p;
	place_make(&p, false);
	struct lull_reader *reader;
	struct lull_stream_state whole, some;
	for (int i = 0; i < 20; i++)
		assert_true(add(&p, "patient/9", "body", i) > 0);
	assert_ok(lull_reader_open(p.record, &reader, &p.err), &p.err);
	assert_ok(lull_reader_stream(reader, "patient/9", 3, &p.arena, &whole, &p.err), &p.err);
	assert_null(whole.snapshot.state.data);
	for (int64_t at = 1; at <= 20; at++) {
		const struct lull_snapshot_put s = { "patient/9", at, 3, { &at, sizeof(at) } };
		const struct lull_write w = { .snapshots = &s, .n_snapshots = 1 };
		struct lull_written out;
		assert_ok(lull_record_write(p.record, &w, &p.arena, &out, &p.err), &p.err);
		assert_ok(lull_reader_stream(reader, "patient/9", 3, &p.arena, &some, &p.err), &p.err);
		assert_int_equal(some.snapshot.version, at);
		assert_memory_equal(some.snapshot.state.data, &at, sizeof(at));
		assert_int_equal(some.version, whole.version);
		assert_int_equal(some.events.n, (size_t)(20 - at));
		for (size_t i = 0; i < some.events.n; i++)
			assert_int_equal(some.events.items[i].seq, whole.events.items[(size_t)at + i].seq);
	}
	assert_ok(lull_reader_stream(reader, "patient/9", 4, &p.arena, &some, &p.err), &p.err);
	assert_int_equal(some.events.n, 20);
	lull_reader_close(reader);
	place_end(&p);
}

static void texts_of_attackers(void **state)
{
	static const char *const evil[] = { "'; DROP TABLE event; --", "\" OR 1=1 --", "%s%n", "\\'); DELETE FROM audit;--", "?1", "x\n-- name: y", "\xf4\x8f\xbf\xbf" };
	(void)state;
	struct place p;
	place_make(&p, false);
	struct lull_reader *reader;
	assert_ok(lull_reader_open(p.record, &reader, &p.err), &p.err);
	for (size_t i = 0; i < sizeof(evil) / sizeof(evil[0]); i++) {
		const char *t = evil[i];
		const struct lull_event e = { .stream = t, .type = t, .schema_version = 1, .civil_date = t, .actor = t, .why = t, .body = { t, strlen(t) } };
		const struct lull_row r = { .space = t, .key = t, .sort = t, .owner = t, .value = { t, strlen(t) } };
		const struct lull_audit a = { .actor = t, .role = t, .action = t, .patient = t, .object = t, .outcome = t, .origin = t };
		const struct lull_write w = { .events = &e, .n_events = 1, .rows = &r, .n_rows = 1, .audits = &a, .n_audits = 1,
			.idempotency_scope = t, .idempotency_key = t, .request_hash = t, .answer = { t, strlen(t) } };
		struct lull_written out;
		struct lull_events events;
		struct lull_row row;
		struct lull_rows page;
		struct lull_audits audits;
		assert_ok(lull_record_write(p.record, &w, &p.arena, &out, &p.err), &p.err);
		assert_ok(lull_reader_events(reader, t, 0, 9, &p.arena, &events, &p.err), &p.err);
		assert_int_equal(events.n, 1);
		assert_string_equal(events.items[0].why, t);
		assert_string_equal(events.items[0].actor, t);
		assert_memory_equal(events.items[0].body.data, t, strlen(t));
		assert_ok(lull_reader_row(reader, t, t, 0, &p.arena, &row, &p.err), &p.err);
		assert_string_equal(row.owner, t);
		assert_ok(lull_reader_rows(reader, t, t, NULL, NULL, 9, 0, &p.arena, &page, &p.err), &p.err);
		assert_int_equal(page.n, 1);
		assert_ok(lull_reader_audit(reader, t, 0, 9, &p.arena, &audits, &p.err), &p.err);
		assert_int_equal(audits.n, 1);
		assert_string_equal(audits.items[0].origin, t);
	}
	lull_reader_close(reader);
	assert_int_equal(count_events(&p), 7);
	place_end(&p);
}

static void pinned_texts(void **state)
{
	(void)state;
	struct place p;
	place_make(&p, false);
	char hash[65], again[65];
	struct lull_reader *reader;
	struct lull_bytes text;
	assert_ok(lull_record_text(p.record, "consent", (struct lull_bytes){ "I agree", 7 }, hash, &p.err), &p.err);
	assert_ok(lull_record_text(p.record, "consent", (struct lull_bytes){ "I agree", 7 }, again, &p.err), &p.err);
	assert_string_equal(hash, again);
	assert_ok(lull_reader_open(p.record, &reader, &p.err), &p.err);
	assert_ok(lull_reader_text(reader, hash, &p.arena, &text, &p.err), &p.err);
	assert_memory_equal(text.data, "I agree", 7);
	assert_int_equal(lull_reader_text(reader, "00", &p.arena, &text, &p.err), LULL_ENOTFOUND);
	lull_reader_close(reader);
	place_end(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_and_versions), cmocka_unit_test(rows), cmocka_unit_test(repeated_requests),
		cmocka_unit_test(all_or_nothing), cmocka_unit_test(snapshots), cmocka_unit_test(texts_of_attackers),
		cmocka_unit_test(pinned_texts),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
