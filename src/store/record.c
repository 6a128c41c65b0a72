/* Opening and closing: key file, lock against a second writer, migrations, the writer's thread. */
#define _DEFAULT_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "own.h"

enum { BUSY_MS = 5000, LOCK_STEP_MS = 20 };

/* The key file carries the lock: it is never replaced while the record is open. */
static int take_lock(struct lull_record *record, struct lull_err *err)
{
	struct lull_buf name = { 0 };
	lull_buf_printf(&name, "%s.key", record->path);
	int rc = lull_buf_status(&name, err);
	record->lock_fd = rc == LULL_OK ? open(lull_buf_text(&name), O_RDONLY | O_CLOEXEC) : -1;
	lull_buf_clear(&name);
	if (rc == LULL_OK && record->lock_fd < 0)
		return lull_fail(err, LULL_EIO, record->path, "the key file cannot be opened");
	for (int waited = 0; rc == LULL_OK && flock(record->lock_fd, LOCK_EX | LOCK_NB) != 0; waited += LOCK_STEP_MS) {
		if (errno != EWOULDBLOCK || waited >= record->busy_ms) {
			rc = lull_fail(err, LULL_EIO, record->path, "another process has this record open for writing");
			lull_mend(err, "end that process; only one may write");
			break;
		}
		nanosleep(&(struct timespec){ 0, LOCK_STEP_MS * 1000000L }, NULL);
	}
	return rc;
}

/* A sealed line that only the right key opens, and what kind of record this is. */
static int put_about(struct lull_record *record, bool is_demo, struct lull_err *err)
{
	static const char *const fields[] = { "key check" };
	struct lull_buf sealed = { 0 };
	struct lull_stmt *stmt;
	int rc = lull_keys__seal(&record->master, fields, 1, (struct lull_bytes){ "lull", 4 }, &sealed, err);
	if (rc == LULL_OK)
		rc = lull_db_prepare(record->db, "about_put", &stmt, err);
	if (rc == LULL_OK) {
		lull_db_bind_text(stmt, 1, "key_check");
		lull_db_bind_bytes(stmt, 2, sealed.data, sealed.n);
		rc = lull_db_run(stmt, err);
	}
	if (rc == LULL_OK)
		rc = lull_db_prepare(record->db, "about_put", &stmt, err);
	if (rc == LULL_OK) {
		lull_db_bind_text(stmt, 1, "is_demo");
		lull_db_bind_bytes(stmt, 2, is_demo ? "1" : "0", 1);
		rc = lull_db_run(stmt, err);
	}
	lull_buf_clear(&sealed);
	return rc;
}

static int get_about(struct lull_record *record, struct lull_err *err)
{
	static const char *const fields[] = { "key check" };
	struct lull_arena arena = { 0 };
	struct lull_bytes plain;
	struct lull_stmt *stmt;
	bool is_row;
	size_t n;
	int rc = lull_db_prepare(record->db, "about_get", &stmt, err);
	if (rc != LULL_OK)
		return rc;
	lull_db_bind_text(stmt, 1, "key_check");
	rc = lull_db_step(stmt, &is_row, err);
	if (rc == LULL_OK && !is_row)
		rc = lull_fail(err, LULL_EPARSE, record->path, "this is not a record of Lull");
	if (rc == LULL_OK) {
		const void *sealed = lull_db_bytes(stmt, 0, &n);
		rc = lull_keys__unseal(&record->master, fields, 1, sealed, n, &arena, &plain, err);
		if (rc == LULL_EDENIED)
			rc = lull_fail(err, LULL_EDENIED, record->path, "the key file is not the one of this record");
	}
	lull_db_reset(stmt);
	lull_arena_clear(&arena);
	if (rc == LULL_OK)
		rc = lull_db_prepare(record->db, "about_get", &stmt, err);
	if (rc != LULL_OK)
		return rc;
	lull_db_bind_text(stmt, 1, "is_demo");
	rc = lull_db_step(stmt, &is_row, err);
	record->is_demo = rc == LULL_OK && is_row && *(const char *)lull_db_bytes(stmt, 0, &n) == '1';
	lull_db_reset(stmt);
	return rc;
}

int lull_record__sync_folder(const char *path, struct lull_err *err)
{
	struct lull_buf folder = { 0 };
	const char *slash = strrchr(path, '/');
	lull_buf_add(&folder, slash ? path : ".", slash == path || !slash ? 1 : (size_t)(slash - path));
	int rc = lull_buf_status(&folder, err);
	const int fd = rc == LULL_OK ? open(lull_buf_text(&folder), O_RDONLY | O_CLOEXEC) : -1;
	if (rc == LULL_OK && (fd < 0 || fsync(fd) != 0))
		rc = lull_fail(err, LULL_EIO, path, "the folder could not be synced");
	if (fd >= 0)
		close(fd);
	lull_buf_clear(&folder);
	return rc;
}

static int open_files(struct lull_record *record, const struct lull_record_options *o, bool *has_made, struct lull_err *err)
{
	struct stat st;
	const bool is_there = stat(o->path, &st) == 0;
	*has_made = false;
	if (o->create && is_there)
		return lull_fail(err, LULL_ECONFLICT, o->path, "the file exists already");
	if (!o->create && !is_there)
		return lull_fail(err, LULL_ENOTFOUND, o->path, "no such record");
	int rc = o->create ? lull_keys__make(o->path, &record->master, err) : lull_keys__read(o->path, &record->master, err);
	*has_made = rc == LULL_OK && o->create;
	if (rc == LULL_OK && !o->read_only)
		rc = take_lock(record, err);
	if (rc == LULL_OK)
		rc = lull_db_open(o->path, o->create ? LULL_DB_CREATE : o->read_only ? LULL_DB_READ : LULL_DB_WRITE, record->busy_ms, &record->db, err);
	if (rc == LULL_OK && o->create && chmod(o->path, 0600) != 0)
		rc = lull_fail(err, LULL_EIO, o->path, "its rights could not be set");
	int version = 0;
	if (rc == LULL_OK && !o->create)
		rc = lull_db_version(record->db, &version, err);
	if (rc == LULL_OK && !o->create && version == 0)
		rc = lull_fail(err, LULL_EPARSE, o->path, "this is not a record of Lull");
	if (rc == LULL_OK && !o->read_only)
		rc = lull_db_migrate(record->db, err);
	if (rc == LULL_OK && o->create)
		rc = put_about(record, o->is_demo, err);
	if (rc == LULL_OK && o->create)
		rc = lull_record__sync_folder(o->path, err);
	return rc == LULL_OK ? get_about(record, err) : rc;
}

/* What a creation that failed half-way made; nobody has seen it yet. */
static void remove_files(const char *path)
{
	static const char *const ends[] = { "-wal", "-shm", "", ".key" };
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct lull_buf name = { 0 };
		lull_buf_printf(&name, "%s%s", path, ends[i]);
		if (!name.failed)
			unlink(lull_buf_text(&name));
		lull_buf_clear(&name);
	}
}

int lull_record_open(const struct lull_record_options *options, struct lull_record **out, struct lull_err *err)
{
	*out = NULL;
	int rc = lull_seal_init(err);
	if (rc != LULL_OK)
		return rc;
	struct lull_record *record = lull_mem_zalloc(1, sizeof(*record));
	char *path = lull_mem_alloc(strlen(options->path) + 1);
	if (!record || !path) {
		lull_mem_free(record);
		lull_mem_free(path);
		return lull_nomem(err);
	}
	memcpy(path, options->path, strlen(options->path) + 1);
	record->path = path;
	record->lock_fd = -1;
	record->busy_ms = options->busy_ms ? options->busy_ms : BUSY_MS;
	record->group_wait_us = options->group_wait_us;
	record->is_read_only = options->read_only;
	pthread_mutex_init(&record->lock, NULL);
	pthread_cond_init(&record->has_work, NULL);
	pthread_cond_init(&record->has_done, NULL);
	bool has_made;
	rc = open_files(record, options, &has_made, err);
	if (rc == LULL_OK && !options->read_only)
		rc = lull_writer__start(record, err);
	if (rc != LULL_OK) {
		lull_record_close(record);
		if (has_made)
			remove_files(options->path);
		return rc;
	}
	*out = record;
	return LULL_OK;
}

void lull_record_close(struct lull_record *record)
{
	if (!record)
		return;
	lull_writer__stop(record);
	lull_db_close(record->db);
	if (record->lock_fd >= 0)
		close(record->lock_fd);
	pthread_mutex_destroy(&record->lock);
	pthread_cond_destroy(&record->has_work);
	pthread_cond_destroy(&record->has_done);
	lull_wipe(&record->master, sizeof(record->master));
	lull_mem_free(record->path);
	lull_mem_free(record);
}
