/* Erasure, backup, restore, check, and every way a record can refuse to open. */
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <time.h>

#include "store.h"
#include "lull/store/db.h"

/* Behind the record's back. */
static int raw(const char *path, const char *sql)
{
	sqlite3 *db;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	const int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
	sqlite3_close(db);
	return rc;
}

static int try_open(const char *path, struct lull_err *err)
{
	struct lull_record *record;
	const int rc = lull_record_open(&(struct lull_record_options){ .path = path, .busy_ms = 60 }, &record, err);
	lull_record_close(record);
	return rc;
}

static bool file_has(const char *path, const char *end, const void *bytes, size_t n)
{
	char name[128];
	lull_text_format(name, sizeof(name), "%s%s", path, end);
	FILE *in = fopen(name, "rb");
	if (!in)
		return false;
	static char all[8 << 20];
	const size_t size = fread(all, 1, sizeof(all), in);
	fclose(in);
	assert_true(size < sizeof(all));
	for (size_t i = 0; i + n <= size; i++) {
		if (memcmp(all + i, bytes, n) == 0)
			return true;
	}
	return false;
}

static size_t wrapped_key(const char *path, const char *patient, unsigned char out[128])
{
	sqlite3 *db;
	sqlite3_stmt *stmt;
	size_t n = 0;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT wrapped FROM patient_key WHERE patient = ?1", -1, &stmt, NULL), SQLITE_OK);
	sqlite3_bind_text(stmt, 1, patient, -1, SQLITE_STATIC);
	if (sqlite3_step(stmt) == SQLITE_ROW) {
		n = (size_t)sqlite3_column_bytes(stmt, 0);
		memcpy(out, sqlite3_column_blob(stmt, 0), n);
	}
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return n;
}

static void erasure(void **state)
{
	static const char name[] = "Aurelia Invented-Patient";
	(void)state;
	struct place p;
	unsigned char key[128];
	place_make(&p, false);
	for (int i = 0; i < 300; i++) { /* enough that the pages of the keys split */
		char stream[32];
		lull_text_format(stream, sizeof(stream), "patient/%d", i);
		assert_true(add(&p, stream, name, -1) > 0);
	}
	const struct lull_row row = { .space = "view", .key = "17", .owner = "17", .value = { name, strlen(name) } };
	const struct lull_snapshot_put snap = { "patient/17", 1, 1, { name, strlen(name) } };
	const struct lull_write w = { .rows = &row, .n_rows = 1, .snapshots = &snap, .n_snapshots = 1, .idempotency_scope = "s",
		.idempotency_key = "k", .request_hash = "h", .answer = { name, strlen(name) } };
	struct lull_written out;
	assert_ok(lull_record_write(p.record, &w, &p.arena, &out, &p.err), &p.err);
	const size_t n = wrapped_key(p.path, "17", key);
	assert_int_equal(n, 72);
	assert_true(file_has(p.path, "", key, n) || file_has(p.path, "-wal", key, n));
	assert_false(file_has(p.path, "", name, strlen(name)) || file_has(p.path, "-wal", name, strlen(name)));
	const struct lull_audit audit = { .at_ms = 5, .actor = "director", .action = "erase", .patient = "17", .outcome = "done" };
	assert_ok(lull_record_erase(p.record, "17", &audit, &p.err), &p.err);
	assert_false(file_has(p.path, "", key, n) || file_has(p.path, "-wal", key, n)); /* while it is open, too */
	assert_int_equal(add(&p, "patient/17", "again", -1), LULL_ENOTFOUND);
	struct lull_reader *reader;
	struct lull_events events;
	struct lull_row got;
	struct lull_stream_state stream;
	assert_ok(lull_reader_open(p.record, &reader, &p.err), &p.err);
	assert_ok(lull_reader_events(reader, "patient/17", 0, 9, &p.arena, &events, &p.err), &p.err);
	assert_int_equal(events.n, 1);
	assert_string_equal(events.items[0].type, "diary.day");
	assert_int_equal(events.items[0].body.n, 0);
	assert_null(events.items[0].why);
	assert_int_equal(lull_reader_row(reader, "view", "17", 0, &p.arena, &got, &p.err), LULL_ENOTFOUND);
	assert_ok(lull_reader_stream(reader, "patient/17", 1, &p.arena, &stream, &p.err), &p.err);
	assert_null(stream.snapshot.state.data);
	assert_ok(lull_reader_events(reader, "patient/18", 0, 9, &p.arena, &events, &p.err), &p.err);
	assert_memory_equal(events.items[0].body.data, name, strlen(name));
	lull_reader_close(reader);
	const char *report;
	assert_ok(lull_record_check(p.record, &p.arena, &report, &p.err), &p.err);
	place_end(&p);
}

struct busy { struct place *p; atomic_bool stop; int n; };
static void *keep_writing(void *user)
{
	struct busy *busy = user;
	struct place mine = { .record = busy->p->record };
	while (!atomic_load(&busy->stop) && add(&mine, "patient/2", "while copying", -1) > 0)
		busy->n++;
	lull_arena_clear(&mine.arena);
	return NULL;
}

/* Same rows, same order, of everything that is kept. */
static uint64_t content_of(const char *path)
{
	static const char *const sqls[] = { "SELECT * FROM event ORDER BY seq", "SELECT * FROM audit ORDER BY n", "SELECT * FROM item ORDER BY space, key",
		"SELECT * FROM stream ORDER BY id", "SELECT * FROM patient_key ORDER BY patient", "SELECT * FROM pinned ORDER BY hash" };
	uint64_t hash = 1469598103934665603u;
	sqlite3 *db;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	for (size_t i = 0; i < sizeof(sqls) / sizeof(sqls[0]); i++) {
		sqlite3_stmt *stmt;
		assert_int_equal(sqlite3_prepare_v2(db, sqls[i], -1, &stmt, NULL), SQLITE_OK);
		while (sqlite3_step(stmt) == SQLITE_ROW) {
			for (int c = 0; c < sqlite3_column_count(stmt); c++) {
				const unsigned char *b = sqlite3_column_blob(stmt, c);
				for (int j = 0; j < sqlite3_column_bytes(stmt, c); j++)
					hash = (hash ^ b[j]) * 1099511628211u;
				hash = (hash ^ 255) * 1099511628211u;
			}
		}
		sqlite3_finalize(stmt);
	}
	sqlite3_close(db);
	return hash;
}

static void restore_drill(void **state)
{
	(void)state;
	struct place p;
	char bak[128];
	place_make(&p, false);
	lull_text_format(bak, sizeof(bak), "%s.bak", p.path);
	assert_true(add(&p, "patient/1", "secret of one", -1) > 0);
	struct busy busy = { .p = &p };
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, keep_writing, &busy), 0);
	nanosleep(&(struct timespec){ 0, 30000000 }, NULL);
	assert_ok(lull_record_backup(p.record, bak, &p.err), &p.err);
	atomic_store(&busy.stop, true);
	pthread_join(thread, NULL);
	assert_true(busy.n > 0);
	assert_int_equal(lull_record_backup(p.record, bak, &p.err), LULL_ECONFLICT);
	const uint64_t saved = content_of(bak);
	assert_true(add(&p, "patient/2", "after the backup", -1) > 0);
	assert_int_equal(lull_record_restore(bak, p.path, &p.err), LULL_EIO); /* it is open */
	lull_record_close(p.record);
	assert_true(content_of(p.path) != saved);
	assert_ok(lull_record_restore(bak, p.path, &p.err), &p.err);
	assert_true(content_of(p.path) == saved);
	assert_ok(lull_record_open(&(struct lull_record_options){ .path = p.path }, &p.record, &p.err), &p.err);
	assert_true(add(&p, "patient/2", "goes on", -1) > 0);

	/* Erased now; the older backup still knows the patient, the restored record does not. */
	assert_ok(lull_record_erase(p.record, "1", NULL, &p.err), &p.err);
	lull_record_close(p.record);
	assert_ok(lull_record_restore(bak, p.path, &p.err), &p.err);
	assert_ok(lull_record_open(&(struct lull_record_options){ .path = p.path }, &p.record, &p.err), &p.err);
	struct lull_reader *reader;
	struct lull_events events;
	assert_ok(lull_reader_open(p.record, &reader, &p.err), &p.err);
	assert_ok(lull_reader_events(reader, "patient/1", 0, 9, &p.arena, &events, &p.err), &p.err);
	assert_int_equal(events.n, 1);
	assert_int_equal(events.items[0].body.n, 0);
	lull_reader_close(reader);

	/* A damaged backup leaves the good file alone. */
	lull_record_close(p.record);
	const uint64_t good = content_of(p.path);
	assert_int_equal(truncate(bak, 20000), 0);
	assert_true(lull_record_restore(bak, p.path, &p.err) != LULL_OK);
	assert_true(content_of(p.path) == good);
	p.record = NULL;
	char left[160];
	lull_text_format(left, sizeof(left), "%s.restore", p.path);
	assert_int_not_equal(access(left, F_OK), 0);
	place_end(&p);
}

static void what_does_not_open(void **state)
{
	(void)state;
	struct place p, other;
	char key[128], moved[128];
	struct lull_err err = { 0 };
	place_make(&p, false);
	assert_true(add(&p, "patient/1", "body", -1) > 0);
	lull_text_format(key, sizeof(key), "%s.key", p.path);
	lull_text_format(moved, sizeof(moved), "%s.bak.key", p.path);
	assert_int_equal(try_open(p.path, &err), LULL_EIO); /* a second writer */
	assert_has(err.what, "another process");
	lull_record_close(p.record);
	p.record = NULL;
	assert_int_equal(chmod(key, 0644), 0);
	assert_int_equal(try_open(p.path, &err), LULL_EDENIED);
	assert_has(err.mend, "chmod 600");
	assert_int_equal(chmod(key, 0600), 0);
	assert_int_equal(rename(key, moved), 0);
	assert_int_equal(try_open(p.path, &err), LULL_ENOTFOUND);
	assert_has(err.what, "key file");
	place_make(&other, false);
	lull_record_close(other.record);
	other.record = NULL;
	char other_key[128];
	lull_text_format(other_key, sizeof(other_key), "%s.key", other.path);
	assert_int_equal(rename(other_key, key), 0);
	assert_int_equal(try_open(p.path, &err), LULL_EDENIED);
	assert_has(err.what, "not the one");
	assert_int_equal(rename(moved, key), 0);
	assert_ok(try_open(p.path, &err), &err);
	place_end(&other);

	assert_int_equal(raw(p.path, "INSERT INTO schema_version VALUES (99)"), SQLITE_OK);
	assert_int_equal(try_open(p.path, &err), LULL_EUNSUPPORTED);
	assert_has(err.what, "version 99");
	assert_int_equal(raw(p.path, "DELETE FROM schema_version WHERE version = 99"), SQLITE_OK);
	assert_ok(try_open(p.path, &err), &err);
	assert_int_equal(lull_record_open(&(struct lull_record_options){ .path = p.path, .create = true }, &p.record, &err), LULL_ECONFLICT);
	assert_int_equal(truncate(p.path, 6000), 0);
	assert_int_equal(try_open(p.path, &err), LULL_EPARSE);
	assert_int_equal(truncate(p.path, 0), 0);
	assert_int_equal(try_open(p.path, &err), LULL_EPARSE);
	assert_int_equal(try_open("/nowhere/at/all", &err), LULL_ENOTFOUND);
	place_end(&p);
}

/* What somebody changes behind the record's back is named. */
static void tampering(void **state)
{
	(void)state;
	struct place p;
	const char *report;
	struct lull_reader *reader;
	int64_t n, broken;
	place_make(&p, false);
	for (int i = 0; i < 9; i++)
		assert_true(add(&p, "patient/1", "body", -1) > 0);
	assert_true(add(&p, "patient/2", "body", -1) > 0);
	assert_int_equal(raw(p.path, "UPDATE event SET actor = 'x'"), SQLITE_CONSTRAINT);
	assert_int_equal(raw(p.path, "DELETE FROM event"), SQLITE_CONSTRAINT);
	assert_int_equal(raw(p.path, "UPDATE audit SET actor = 'x'"), SQLITE_CONSTRAINT);
	assert_int_equal(raw(p.path, "DELETE FROM audit WHERE n = 10"), SQLITE_CONSTRAINT);
	assert_ok(lull_record_check(p.record, &p.arena, &report, &p.err), &p.err);
	assert_has(report, "10 events");
	assert_int_equal(raw(p.path, "DROP TRIGGER audit_same; UPDATE audit SET actor = 'x' WHERE n = 4"), SQLITE_OK);
	assert_ok(lull_reader_open(p.record, &reader, &p.err), &p.err);
	assert_ok(lull_reader_audit_verify(reader, &n, &broken, &p.err), &p.err);
	assert_int_equal(n, 10);
	assert_int_equal(broken, 4);
	lull_reader_close(reader);
	assert_int_equal(lull_record_check(p.record, &p.arena, &report, &p.err), LULL_EPARSE);
	assert_has(report, "entry 4");
	assert_int_equal(raw(p.path, "UPDATE audit SET actor = 'anna' WHERE n = 4"), SQLITE_OK);
	assert_ok(lull_record_check(p.record, &p.arena, &report, &p.err), &p.err);
	/* Two sealed bodies swapped, and a date changed: they belong to their place. */
	assert_int_equal(raw(p.path, "DROP TRIGGER event_same; UPDATE event SET sealed = (SELECT x.sealed FROM event x WHERE x.seq = 9 - event.seq) "
				     "WHERE seq IN (4, 5)"), SQLITE_OK);
	assert_int_equal(lull_record_check(p.record, &p.arena, &report, &p.err), LULL_EPARSE);
	assert_has(report, "cannot be opened");
	place_end(&p);
}

/* The clock goes back: order is by sequence, nothing is refused. */
static void clock_back(void **state)
{
	(void)state;
	struct place p;
	place_make(&p, false);
	for (int64_t i = 0; i < 4; i++) {
		const struct lull_event e = { .stream = "patient/1", .type = "t", .actor = "a", .at_ms = 1000 - 500 * i, .body = { "b", 1 } };
		const struct lull_write w = { .events = &e, .n_events = 1 };
		struct lull_written out;
		assert_ok(lull_record_write(p.record, &w, &p.arena, &out, &p.err), &p.err);
		assert_int_equal(out.last_seq, i + 1);
		assert_int_equal(out.versions[0], i + 1);
	}
	assert_int_equal(count_events(&p), 4);
	place_end(&p);
}

static void read_only(void **state)
{
	(void)state;
	struct place p;
	struct lull_record *second;
	place_make(&p, false);
	assert_true(add(&p, "patient/1", "body", -1) > 0);
	assert_ok(lull_record_open(&(struct lull_record_options){ .path = p.path, .read_only = true }, &second, &p.err), &p.err);
	struct place q = { .record = second };
	assert_int_equal(count_events(&q), 1); /* beside the writer */
	assert_int_equal(add(&q, "patient/1", "body", -1), LULL_EIO);
	assert_has(q.err.what, "reading only");
	lull_record_close(second);
	lull_arena_clear(&q.arena);
	place_end(&p);
}

static void copy_file(const char *from, const char *to)
{
	struct lull_arena arena = { 0 };
	size_t n;
	const char *bytes = test_read(from, &n, &arena);
	FILE *out = fopen(to, "wb");
	assert_non_null(out);
	assert_int_equal(fwrite(bytes, 1, n, out), n);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(chmod(to, 0600), 0);
	lull_arena_clear(&arena);
}

/* A stored record of every version up to this program's opens, is raised, and still says what it said. A new version
 * needs the file of the one before: tests/data/store/vN.lull with its key. */
static void earlier_versions(void **state)
{
	(void)state;
	for (int version = 1; version <= LULL_DB_VERSION; version++) {
		struct place p;
		char key[128], from[64];
		place_make(&p, false);
		lull_record_close(p.record);
		lull_text_format(key, sizeof(key), "%s.key", p.path);
		lull_text_format(from, sizeof(from), "tests/data/store/v%d.lull", version);
		copy_file(from, p.path);
		lull_text_format(from, sizeof(from), "tests/data/store/v%d.lull.key", version);
		copy_file(from, key);
		assert_ok(lull_record_open(&(struct lull_record_options){ .path = p.path }, &p.record, &p.err), &p.err);
		struct lull_reader *reader;
		struct lull_record_about about;
		struct lull_stream_state stream;
		struct lull_row row;
		const char *report;
		assert_ok(lull_reader_open(p.record, &reader, &p.err), &p.err);
		assert_ok(lull_reader_about(reader, &about, &p.err), &p.err);
		assert_int_equal(about.schema_version, LULL_DB_VERSION);
		assert_int_equal(about.n_events, 3);
		assert_ok(lull_reader_stream(reader, "patient/17", 1, &p.arena, &stream, &p.err), &p.err);
		assert_memory_equal(stream.snapshot.state.data, "state", 5);
		assert_int_equal(stream.events.n, 1);
		assert_string_equal(stream.events.items[0].why, "because");
		assert_memory_equal(stream.events.items[0].body.data, "written by version", 18);
		assert_ok(lull_reader_row(reader, "user", "anna", 1, &p.arena, &row, &p.err), &p.err);
		lull_reader_close(reader);
		assert_ok(lull_record_check(p.record, &p.arena, &report, &p.err), &p.err);
		assert_int_equal(add(&p, "patient/99", "x", -1), LULL_ENOTFOUND); /* erased then, erased now */
		assert_int_equal(add(&p, "patient/17", "x", 2), 4);
		place_end(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(erasure), cmocka_unit_test(restore_drill), cmocka_unit_test(what_does_not_open), cmocka_unit_test(tampering),
		cmocka_unit_test(clock_back), cmocka_unit_test(read_only), cmocka_unit_test(earlier_versions),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("upkeep", tests, NULL, NULL);
}
