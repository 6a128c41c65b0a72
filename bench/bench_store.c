/* The record's speed beside plain SQLite in the same run and folder: single commits, writes from many threads, reads.
 *   bench_store [FOLDER]      the folder decides which disk is measured (default .) */
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lull/base/text.h"
#include "lull/store/record.h"

enum { SECONDS = 2, MAX_THREADS = 64, BODY = 300, PATIENTS = 100 };
static char body[BODY];

static double now_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void need(bool is_good, const char *what)
{
	if (!is_good) {
		fprintf(stderr, "bench_store: %s\n", what);
		exit(1);
	}
}

struct load { struct lull_record *record; double end_s; long n, id; };

static void *write_events(void *user)
{
	struct load *load = user;
	struct lull_arena arena = { 0 };
	struct lull_written out;
	struct lull_err err;
	while (now_s() < load->end_s) {
		char stream[32];
		lull_text_format(stream, sizeof(stream), "patient/%ld", (load->id * 7 + load->n) % PATIENTS);
		const struct lull_event e = { .stream = stream, .type = "diary.day", .actor = "a", .at_ms = 1, .body = { body, BODY } };
		const struct lull_audit a = { .at_ms = 1, .actor = "a", .action = "write" };
		const struct lull_write w = { .events = &e, .n_events = 1, .audits = &a, .n_audits = 1 };
		need(lull_record_write(load->record, &w, &arena, &out, &err) == LULL_OK, err.what);
		lull_arena_clear(&arena);
		load->n++;
	}
	return NULL;
}

static double writes_per_s(struct lull_record *record, int n_threads)
{
	pthread_t threads[MAX_THREADS];
	struct load loads[MAX_THREADS];
	const double start = now_s();
	long n = 0;
	for (int i = 0; i < n_threads; i++) {
		loads[i] = (struct load){ record, start + SECONDS, 0, i };
		need(pthread_create(&threads[i], NULL, write_events, &loads[i]) == 0, "no thread");
	}
	for (int i = 0; i < n_threads; i++) {
		pthread_join(threads[i], NULL);
		n += loads[i].n;
	}
	return (double)n / (now_s() - start);
}

static void reads_per_s(struct lull_record *record)
{
	struct lull_reader *reader;
	struct lull_err err;
	long n = 0, n_events = 0;
	need(lull_reader_open(record, &reader, &err) == LULL_OK, err.what);
	const double start = now_s();
	while (now_s() < start + SECONDS) {
		struct lull_arena arena = { 0 };
		struct lull_stream_state state;
		char stream[32];
		lull_text_format(stream, sizeof(stream), "patient/%ld", n++ % PATIENTS);
		need(lull_reader_stream(reader, stream, 1, &arena, &state, &err) == LULL_OK, err.what);
		n_events += (long)state.events.n;
		lull_arena_clear(&arena);
	}
	const double s = now_s() - start;
	printf("record   streams read and opened              %10.0f /s  (%.0f events/s)\n", (double)n / s, (double)n_events / s);
	lull_reader_close(reader);
}

/* The same bytes a row, no keys, no chain, no index: what the engine and the disk can do. */
static void plain_sqlite(const char *path)
{
	sqlite3 *db;
	sqlite3_stmt *put;
	need(sqlite3_open(path, &db) == SQLITE_OK, "sqlite3_open");
	need(sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (a INTEGER PRIMARY KEY, b BLOB)", NULL, NULL, NULL) == SQLITE_OK, "pragma");
	need(sqlite3_prepare_v2(db, "INSERT INTO t (b) VALUES (?1)", -1, &put, NULL) == SQLITE_OK, "prepare");
	sqlite3_bind_blob(put, 1, body, BODY, SQLITE_STATIC);
	for (int is_grouped = 0; is_grouped < 2; is_grouped++) {
		const double start = now_s();
		long n = 0;
		if (is_grouped)
			need(sqlite3_exec(db, "BEGIN", NULL, NULL, NULL) == SQLITE_OK, "begin");
		while (now_s() < start + SECONDS) {
			need(sqlite3_step(put) == SQLITE_DONE, "step");
			sqlite3_reset(put);
			n++;
		}
		if (is_grouped)
			need(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK, "commit");
		printf("sqlite3  %-36s %10.0f /s\n", is_grouped ? "rows in one transaction" : "single-row commits", (double)n / (now_s() - start));
	}
	sqlite3_finalize(put);
	sqlite3_close(db);
}

static void remove_all(const char *path)
{
	static const char *const ends[] = { "", ".key", "-wal", "-shm" };
	for (size_t i = 0; i < 4; i++) {
		char name[600];
		lull_text_format(name, sizeof(name), "%s%s", path, ends[i]);
		unlink(name);
	}
}

int main(int argc, char **argv)
{
	static const int n_threads[] = { 1, 8, 32, 64 };
	const char *folder = argc > 1 ? argv[1] : ".";
	char path[512];
	struct lull_record *record;
	struct lull_err err;
	memset(body, 'x', sizeof(body));
	lull_text_format(path, sizeof(path), "%s/bench_store.sqlite", folder);
	remove_all(path);
	plain_sqlite(path);
	remove_all(path);
	lull_text_format(path, sizeof(path), "%s/bench_store.lull", folder);
	remove_all(path);
	need(lull_record_open(&(struct lull_record_options){ .path = path, .create = true }, &record, &err) == LULL_OK, err.what);
	for (size_t i = 0; i < sizeof(n_threads) / sizeof(n_threads[0]); i++)
		printf("record   writes (event + audit), %2d threads    %10.0f /s\n", n_threads[i], writes_per_s(record, n_threads[i]));
	reads_per_s(record);
	lull_record_close(record);
	remove_all(path);
	return 0;
}
