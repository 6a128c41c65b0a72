/* Backup, restore and check. A good file is never replaced before the new one has been read through. */
#define _DEFAULT_SOURCE
#include <errno.h>
#include <string.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "own.h"

int lull_reader_about(struct lull_reader *reader, struct lull_record_about *out, struct lull_err *err)
{
	struct lull_stmt *stmt;
	bool is_row;
	struct stat st;
	*out = (struct lull_record_about){ .is_demo = reader->record->is_demo };
	int rc = lull_db_version(reader->db, &out->schema_version, err);
	if (rc == LULL_OK)
		rc = lull_db_prepare(reader->db, "counts", &stmt, err);
	if (rc == LULL_OK)
		rc = lull_db_step(stmt, &is_row, err);
	if (rc != LULL_OK)
		return rc;
	out->n_events = lull_db_int(stmt, 0);
	out->last_seq = lull_db_int(stmt, 1);
	out->n_patients = lull_db_int(stmt, 2);
	out->n_audits = lull_db_int(stmt, 3);
	lull_db_reset(stmt);
	out->n_bytes = stat(reader->record->path, &st) == 0 ? (int64_t)st.st_size : 0;
	return LULL_OK;
}

static bool exists(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0;
}

static int joined(struct lull_arena *arena, const char *path, const char *end, char **out, struct lull_err *err)
{
	*out = lull_arena_printf(arena, "%s%s", path, end);
	return *out ? LULL_OK : lull_nomem(err);
}

/* The key first: a copy without its key would look like a backup. */
int lull_record_backup(struct lull_record *record, const char *to_path, struct lull_err *err)
{
	struct lull_arena arena = { 0 };
	struct lull_db *db = NULL;
	char *part, *key;
	if (exists(to_path))
		return lull_fail(err, LULL_ECONFLICT, to_path, "the file exists already");
	int rc = joined(&arena, to_path, ".part", &part, err);
	if (rc == LULL_OK)
		rc = joined(&arena, to_path, ".key", &key, err);
	if (rc == LULL_OK)
		rc = lull_keys__write(key, &record->master, err);
	if (rc != LULL_OK) {
		lull_arena_clear(&arena);
		return rc;
	}
	unlink(part);
	rc = lull_db_open(record->path, LULL_DB_READ, record->busy_ms, &db, err);
	if (rc == LULL_OK)
		rc = lull_db_copy(db, part, err);
	if (rc == LULL_OK && (chmod(part, 0600) != 0 || rename(part, to_path) != 0))
		rc = lull_fail(err, LULL_EIO, to_path, "the copy could not be put in place");
	if (rc == LULL_OK)
		rc = lull_record__sync_folder(to_path, err);
	lull_db_close(db);
	if (rc != LULL_OK) {
		unlink(part);
		unlink(key);
	}
	lull_arena_clear(&arena);
	return rc;
}

/* Every wrapped key opens. */
static int check_keys(struct lull_reader *reader, struct lull_buf *said, struct lull_err *err)
{
	struct lull_stmt *stmt;
	bool is_row = true;
	int64_t n_bad = 0;
	int rc = lull_db_prepare(reader->db, "key_all", &stmt, err);
	while (rc == LULL_OK && (rc = lull_db_step(stmt, &is_row, err)) == LULL_OK && is_row) {
		const char *fields[] = { "patient key", lull_db_text(stmt, 0) };
		struct lull_arena arena = { 0 };
		struct lull_bytes plain;
		size_t n;
		const void *wrapped = lull_db_bytes(stmt, 1, &n);
		rc = lull_keys__unseal(&reader->record->master, fields, 2, wrapped, n, &arena, &plain, err);
		if (rc == LULL_EDENIED) {
			n_bad++;
			rc = LULL_OK;
		}
		lull_arena_clear(&arena);
	}
	if (rc == LULL_OK && n_bad)
		lull_buf_printf(said, "keys: %lld cannot be opened\n", (long long)n_bad);
	return rc;
}

/* Every event opens, and the sequence has no gap. */
static int check_events(struct lull_reader *reader, struct lull_buf *said, int64_t *n_events, struct lull_err *err)
{
	enum { PAGE = 500 };
	int64_t last = 0;
	int rc = LULL_OK;
	for (struct lull_events events = { .n = PAGE }; rc == LULL_OK && events.n == PAGE;) {
		struct lull_arena arena = { 0 };
		struct lull_err local = { 0 };
		rc = lull_reader_events(reader, NULL, last, PAGE, &arena, &events, &local);
		for (size_t i = 0; i < events.n && rc == LULL_OK; i++) {
			if (events.items[i].seq != last + 1)
				lull_buf_printf(said, "events: %lld follows %lld\n", (long long)events.items[i].seq, (long long)last);
			last = events.items[i].seq;
		}
		lull_arena_clear(&arena);
		if (rc == LULL_EDENIED || rc == LULL_EPARSE) {
			lull_buf_printf(said, "events: one after %lld cannot be opened: %s\n", (long long)last, local.what);
			return LULL_OK;
		}
		if (rc != LULL_OK && err)
			*err = local;
	}
	*n_events = last;
	return rc;
}

static int check_rest(struct lull_reader *reader, struct lull_buf *said, int64_t *n_audits, struct lull_err *err)
{
	struct lull_stmt *stmt;
	bool is_row;
	int64_t broken;
	int rc = lull_db_prepare(reader->db, "stream_wrong", &stmt, err);
	if (rc == LULL_OK)
		rc = lull_db_step(stmt, &is_row, err);
	if (rc != LULL_OK)
		return rc;
	if (is_row)
		lull_buf_printf(said, "streams: %s does not have the events its version says\n", lull_db_text(stmt, 0));
	lull_db_reset(stmt);
	rc = lull_reader__verify(reader->db, n_audits, &broken, err);
	if (rc == LULL_OK && broken)
		lull_buf_printf(said, "audit: the chain breaks at entry %lld\n", (long long)broken);
	return rc;
}

int lull_record_check(struct lull_record *record, struct lull_arena *arena, const char **report, struct lull_err *err)
{
	struct lull_reader *reader;
	struct lull_buf said = { 0 };
	struct lull_err damage = { 0 };
	int64_t n_events = 0, n_audits = 0;
	int rc = lull_reader_open(record, &reader, err);
	*report = "";
	if (rc != LULL_OK)
		return rc;
	rc = lull_db_check(reader->db, &damage);
	if (rc == LULL_EPARSE)
		lull_buf_printf(&said, "file: %s\n", damage.what);
	else if (rc == LULL_OK)
		rc = check_keys(reader, &said, &damage);
	if (rc == LULL_OK)
		rc = check_events(reader, &said, &n_events, &damage);
	if (rc == LULL_OK)
		rc = check_rest(reader, &said, &n_audits, &damage);
	lull_reader_close(reader);
	if (rc == LULL_OK && said.n)
		rc = lull_fail(&damage, LULL_EPARSE, record->path, "the record is damaged: %.200s", lull_buf_text(&said));
	if (rc == LULL_OK)
		lull_buf_printf(&said, "whole: %lld events, %lld audit entries\n", (long long)n_events, (long long)n_audits);
	*report = lull_arena_strdup(arena, lull_buf_text(&said));
	if (rc == LULL_OK)
		rc = lull_buf_status(&said, &damage);
	lull_buf_clear(&said);
	if (rc != LULL_OK && err)
		*err = damage;
	return *report ? rc : lull_nomem(err);
}

/* The patients erased in the record that is replaced are erased in the copy as well. */
static int erase_again(struct lull_record *from, struct lull_record *to, struct lull_err *err)
{
	struct lull_reader *reader;
	struct lull_stmt *stmt;
	bool is_row = true;
	int rc = lull_reader_open(from, &reader, err);
	if (rc != LULL_OK)
		return rc;
	rc = lull_db_prepare(reader->db, "erasure_all", &stmt, err);
	while (rc == LULL_OK && (rc = lull_db_step(stmt, &is_row, err)) == LULL_OK && is_row) {
		const struct lull_audit audit = { .at_ms = lull_db_int(stmt, 1), .actor = "restore", .action = "erase again",
			.patient = lull_db_text(stmt, 0), .outcome = "done" };
		rc = lull_record_erase(to, audit.patient, &audit, err);
	}
	lull_reader_close(reader);
	return rc;
}

/* Copies, repeats the erasures, reads through. Leaves to.restore and its key behind, closed and whole. */
static int prepare_restore(const char *from_path, struct lull_record *current, const char *part, struct lull_arena *arena, struct lull_err *err)
{
	struct lull_record *from = NULL, *copy = NULL;
	const char *report;
	int rc = lull_record_open(&(struct lull_record_options){ .path = from_path, .read_only = true }, &from, err);
	if (rc == LULL_OK)
		rc = lull_record_backup(from, part, err);
	lull_record_close(from);
	if (rc == LULL_OK)
		rc = lull_record_open(&(struct lull_record_options){ .path = part }, &copy, err);
	if (rc == LULL_OK && current)
		rc = erase_again(current, copy, err);
	if (rc == LULL_OK)
		rc = lull_record_check(copy, arena, &report, err);
	lull_record_close(copy);
	return rc;
}

/* The replaced record stays beside the new one as "path.replaced", until the next restore. */
static int put_aside(const char *path, const char *end, struct lull_arena *arena, struct lull_err *err)
{
	char *from, *to;
	int rc = joined(arena, path, end, &from, err);
	if (rc == LULL_OK)
		rc = joined(arena, path, ".replaced", &to, err);
	if (rc == LULL_OK)
		rc = joined(arena, to, end, &to, err);
	if (rc == LULL_OK && exists(from) && rename(from, to) != 0)
		rc = lull_fail(err, LULL_EIO, from, "the present file could not be put aside");
	return rc;
}

int lull_record_restore(const char *from_path, const char *to_path, struct lull_err *err)
{
	static const char *const ends[] = { "-wal", "-shm", "", ".key" };
	struct lull_arena arena = { 0 };
	struct lull_record *current = NULL;
	char *part, *part_key, *key;
	int rc = joined(&arena, to_path, ".restore", &part, err);
	if (rc == LULL_OK)
		rc = joined(&arena, part, ".key", &part_key, err);
	if (rc == LULL_OK)
		rc = joined(&arena, to_path, ".key", &key, err);
	if (rc == LULL_OK) {
		unlink(part);
		unlink(part_key);
	}
	if (rc == LULL_OK && exists(to_path)) {
		rc = lull_record_open(&(struct lull_record_options){ .path = to_path, .busy_ms = 1 }, &current, err);
		if (rc != LULL_EIO) /* damaged or without its key: that is what restoring is for; in use is not */
			rc = LULL_OK;
	}
	if (rc == LULL_OK)
		rc = prepare_restore(from_path, current, part, &arena, err);
	lull_record_close(current);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]) && rc == LULL_OK; i++)
		rc = put_aside(to_path, ends[i], &arena, err);
	if (rc == LULL_OK && (rename(part_key, key) != 0 || rename(part, to_path) != 0))
		rc = lull_fail(err, LULL_EIO, to_path, "the checked copy could not be put in place; it is %s", part);
	if (rc == LULL_OK)
		rc = lull_record__sync_folder(to_path, err);
	lull_arena_clear(&arena);
	return rc;
}
