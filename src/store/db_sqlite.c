/* The database seam over SQLite: WAL, every commit synced, strict tables; see db.h. */
#include "lull/store/db.h"

#include <sqlite3.h>
#include <string.h>

#include "lull/base/mem.h"
#include "lull/base/text.h"

struct lull_sql_text { const char *name, *text; };
extern const struct lull_sql_text lull_sql__texts[];

enum { MAX_STMTS = 64, NAME = 32, COPY_PAGES = 256 };

struct lull_stmt {
	struct lull_db *db;
	sqlite3_stmt *raw;
	char name[NAME];
	int bind_rc;
};

struct lull_db {
	sqlite3 *raw;
	struct lull_stmt stmts[MAX_STMTS];
	size_t n_stmts;
};

/* The engine's code as ours, with a sentence. */
static int fail_as(sqlite3 *raw, int rc, struct lull_err *err)
{
	const char *said = raw ? sqlite3_errmsg(raw) : sqlite3_errstr(rc);
	switch (rc & 0xff) {
	case SQLITE_NOMEM:
		return lull_nomem(err);
	case SQLITE_FULL:
		lull_fail(err, LULL_EIO, "record", "the disk is full: nothing of this was written");
		lull_mend(err, "make room on the disk; the record goes on by itself");
		return LULL_EIO;
	case SQLITE_READONLY:
	case SQLITE_PERM:
		lull_fail(err, LULL_EIO, "record", "the record cannot be written: file or disk is read-only");
		lull_mend(err, "give this user the right to write the file and its folder");
		return LULL_EIO;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		lull_fail(err, LULL_EIO, "record", "another process holds the record: nothing of this was written");
		lull_mend(err, "end the other process, or try again");
		return LULL_EIO;
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
		lull_fail(err, LULL_EPARSE, "record", "the file is damaged or not a record of Lull (%s)", said);
		lull_mend(err, "stop, keep a copy of all files, and restore the last backup");
		return LULL_EPARSE;
	case SQLITE_CONSTRAINT:
		return lull_fail(err, LULL_ECONFLICT, "record", "the record refused it: %s", said);
	case SQLITE_TOOBIG:
		return lull_fail(err, LULL_ELIMIT, "record", "a text is larger than the record takes");
	default:
		return lull_fail(err, LULL_EIO, "record", "the file could not be read or written: %s", said);
	}
}

static int execute(struct lull_db *db, const char *sql, struct lull_err *err)
{
	const int rc = sqlite3_exec(db->raw, sql, NULL, NULL, NULL);
	return rc == SQLITE_OK ? LULL_OK : fail_as(db->raw, rc, err);
}

int lull_db_open(const char *path, enum lull_db_mode mode, int busy_ms, struct lull_db **out, struct lull_err *err)
{
	static const int flags[] = { SQLITE_OPEN_READONLY, SQLITE_OPEN_READWRITE, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE };
	struct lull_db *db = lull_mem_zalloc(1, sizeof(*db));
	*out = NULL;
	if (!db)
		return lull_nomem(err);
	int rc = sqlite3_open_v2(path, &db->raw, flags[mode] | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
	if (rc != SQLITE_OK) {
		rc = fail_as(db->raw, rc, err);
		lull_db_close(db);
		return rc;
	}
	sqlite3_busy_timeout(db->raw, busy_ms);
	rc = execute(db, "PRAGMA trusted_schema=OFF; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY", err);
	if (rc == LULL_OK && mode != LULL_DB_READ)
		rc = execute(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; "
				 "PRAGMA journal_size_limit=67108864", err);
	if (rc != LULL_OK) {
		lull_db_close(db);
		return rc;
	}
	*out = db;
	return LULL_OK;
}

void lull_db_close(struct lull_db *db)
{
	if (!db)
		return;
	for (size_t i = 0; i < db->n_stmts; i++)
		sqlite3_finalize(db->stmts[i].raw);
	sqlite3_close(db->raw);
	lull_mem_free(db);
}

/* The text of a whole SQL file. */
static const char *sql_file(const char *name)
{
	for (const struct lull_sql_text *t = lull_sql__texts; t->name; t++) {
		if (strcmp(t->name, name) == 0)
			return t->text;
	}
	return NULL;
}

/* Where the named statement's text begins and ends in statements.sql. */
static const char *sql_named(const char *name, size_t *n)
{
	char mark[NAME + 16];
	lull_text_format(mark, sizeof(mark), "-- name: %s\n", name);
	const char *at = strstr(sql_file("statements"), mark);
	if (!at)
		return NULL;
	at += strlen(mark);
	const char *end = strstr(at, "-- name:");
	*n = end ? (size_t)(end - at) : strlen(at);
	return at;
}

int lull_db_prepare(struct lull_db *db, const char *name, struct lull_stmt **out, struct lull_err *err)
{
	for (size_t i = 0; i < db->n_stmts; i++) {
		struct lull_stmt *stmt = &db->stmts[i];
		if (strcmp(stmt->name, name) == 0) {
			sqlite3_reset(stmt->raw);
			sqlite3_clear_bindings(stmt->raw);
			stmt->bind_rc = SQLITE_OK;
			*out = stmt;
			return LULL_OK;
		}
	}
	size_t n = 0;
	const char *sql = sql_named(name, &n);
	if (!sql || db->n_stmts == MAX_STMTS)
		return lull_fail(err, LULL_ENOTFOUND, name, "no such statement");
	struct lull_stmt *stmt = &db->stmts[db->n_stmts];
	const int rc = sqlite3_prepare_v3(db->raw, sql, (int)n, SQLITE_PREPARE_PERSISTENT, &stmt->raw, NULL);
	if (rc != SQLITE_OK)
		return fail_as(db->raw, rc, err);
	stmt->db = db;
	stmt->bind_rc = SQLITE_OK;
	lull_text_format(stmt->name, sizeof(stmt->name), "%s", name);
	db->n_stmts++;
	*out = stmt;
	return LULL_OK;
}

static void keep_bind(struct lull_stmt *stmt, int rc)
{
	if (stmt->bind_rc == SQLITE_OK)
		stmt->bind_rc = rc;
}

void lull_db_bind_int(struct lull_stmt *stmt, int i, int64_t value)
{
	keep_bind(stmt, sqlite3_bind_int64(stmt->raw, i, value));
}

void lull_db_bind_text(struct lull_stmt *stmt, int i, const char *text)
{
	keep_bind(stmt, sqlite3_bind_text(stmt->raw, i, text, -1, SQLITE_STATIC));
}

void lull_db_bind_bytes(struct lull_stmt *stmt, int i, const void *bytes, size_t n)
{
	keep_bind(stmt, sqlite3_bind_blob64(stmt->raw, i, bytes ? bytes : "", n, SQLITE_STATIC));
}

int lull_db_step(struct lull_stmt *stmt, bool *is_row, struct lull_err *err)
{
	*is_row = false;
	if (stmt->bind_rc != SQLITE_OK)
		return fail_as(stmt->db->raw, stmt->bind_rc, err);
	int rc = sqlite3_step(stmt->raw);
	if (rc == SQLITE_ROW) {
		*is_row = true;
		return LULL_OK;
	}
	rc = rc == SQLITE_DONE ? LULL_OK : fail_as(stmt->db->raw, rc, err);
	sqlite3_reset(stmt->raw);
	return rc;
}

int lull_db_run(struct lull_stmt *stmt, struct lull_err *err)
{
	bool is_row = true;
	int rc = LULL_OK;
	while (rc == LULL_OK && is_row)
		rc = lull_db_step(stmt, &is_row, err);
	return rc;
}

int64_t lull_db_int(struct lull_stmt *stmt, int column)
{
	return sqlite3_column_int64(stmt->raw, column);
}

const char *lull_db_text(struct lull_stmt *stmt, int column)
{
	return (const char *)sqlite3_column_text(stmt->raw, column);
}

const void *lull_db_bytes(struct lull_stmt *stmt, int column, size_t *n)
{
	const void *bytes = sqlite3_column_blob(stmt->raw, column);
	*n = (size_t)sqlite3_column_bytes(stmt->raw, column);
	return bytes ? bytes : "";
}

void lull_db_reset(struct lull_stmt *stmt)
{
	sqlite3_reset(stmt->raw);
}

int lull_db_do(struct lull_db *db, enum lull_db_verb verb, struct lull_err *err)
{
	static const char *const texts[] = { "BEGIN", "BEGIN IMMEDIATE", "COMMIT", "ROLLBACK", "SAVEPOINT member", "RELEASE member",
					     "ROLLBACK TO member" };
	return execute(db, texts[verb], err);
}

bool lull_db_is_in_transaction(struct lull_db *db)
{
	return !sqlite3_get_autocommit(db->raw);
}

int lull_db_version(struct lull_db *db, int *out, struct lull_err *err)
{
	sqlite3_stmt *raw = NULL;
	*out = 0;
	int rc = sqlite3_prepare_v2(db->raw, "SELECT name FROM sqlite_schema WHERE name = 'schema_version'", -1, &raw, NULL);
	const bool is_there = rc == SQLITE_OK && (rc = sqlite3_step(raw)) == SQLITE_ROW;
	sqlite3_finalize(raw);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return fail_as(db->raw, rc, err);
	if (!is_there)
		return LULL_OK;
	struct lull_stmt *stmt;
	bool is_row;
	rc = lull_db_prepare(db, "schema_version", &stmt, err);
	if (rc == LULL_OK)
		rc = lull_db_step(stmt, &is_row, err);
	if (rc != LULL_OK)
		return rc;
	*out = (int)lull_db_int(stmt, 0);
	lull_db_reset(stmt);
	if (*out > LULL_DB_VERSION) {
		lull_fail(err, LULL_EUNSUPPORTED, "record", "the record has version %d, this program knows up to %d", *out, LULL_DB_VERSION);
		lull_mend(err, "use the newer program that last wrote it, or restore a backup made before the update");
		return LULL_EUNSUPPORTED;
	}
	return LULL_OK;
}

int lull_db_migrate(struct lull_db *db, struct lull_err *err)
{
	int version, rc = lull_db_do(db, LULL_DB_BEGIN_WRITE, err);
	if (rc != LULL_OK)
		return rc;
	rc = lull_db_version(db, &version, err);
	while (rc == LULL_OK && version < LULL_DB_VERSION) {
		char name[NAME];
		lull_text_format(name, sizeof(name), "sqlite_%d", ++version);
		rc = execute(db, sql_file(name), err);
	}
	if (rc == LULL_OK)
		rc = lull_db_do(db, LULL_DB_COMMIT, err);
	if (lull_db_is_in_transaction(db) && lull_db_do(db, LULL_DB_ROLLBACK, NULL) != LULL_OK)
		return rc;
	return rc;
}

int lull_db_empty_log(struct lull_db *db, struct lull_err *err)
{
	const int rc = sqlite3_wal_checkpoint_v2(db->raw, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	return rc == SQLITE_OK ? LULL_OK : fail_as(db->raw, rc, err);
}

/* The source's read transaction stays open over all steps: otherwise each commit of the writer would start the copy anew. */
int lull_db_copy(struct lull_db *db, const char *to_path, struct lull_err *err)
{
	sqlite3 *to = NULL;
	int rc = sqlite3_open_v2(to_path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
	if (rc != SQLITE_OK) {
		rc = fail_as(to, rc, err);
		sqlite3_close(to);
		return rc;
	}
	int ours = lull_db_do(db, LULL_DB_BEGIN_READ, err), version;
	if (ours == LULL_OK)
		ours = lull_db_version(db, &version, err); /* the first read fixes the moment */
	if (ours == LULL_OK) {
		sqlite3_backup *copy = sqlite3_backup_init(to, "main", db->raw, "main");
		while (copy && (rc = sqlite3_backup_step(copy, COPY_PAGES)) == SQLITE_OK) {
		}
		const int end = copy ? sqlite3_backup_finish(copy) : sqlite3_errcode(to);
		if (end != SQLITE_OK || rc != SQLITE_DONE)
			ours = fail_as(to, end != SQLITE_OK ? end : rc, err);
		/* A file without a log of its own: it can be read where nothing can be written. */
		else if ((rc = sqlite3_exec(to, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL)) != SQLITE_OK)
			ours = fail_as(to, rc, err);
	}
	if (lull_db_is_in_transaction(db) && lull_db_do(db, LULL_DB_ROLLBACK, NULL) != LULL_OK && ours == LULL_OK)
		ours = lull_fail(err, LULL_EIO, "record", "the copy's read could not be ended");
	if (sqlite3_close(to) != SQLITE_OK && ours == LULL_OK)
		ours = lull_fail(err, LULL_EIO, to_path, "the copy could not be closed");
	return ours;
}

int lull_db_check(struct lull_db *db, struct lull_err *err)
{
	sqlite3_stmt *raw = NULL;
	int ours = LULL_OK, rc = sqlite3_prepare_v2(db->raw, "PRAGMA integrity_check(1)", -1, &raw, NULL);
	if (rc == SQLITE_OK && (rc = sqlite3_step(raw)) == SQLITE_ROW) {
		const char *said = (const char *)sqlite3_column_text(raw, 0);
		if (!said || strcmp(said, "ok") != 0)
			ours = lull_fail(err, LULL_EPARSE, "record", "the file is damaged: %.200s", said ? said : "?");
	} else {
		ours = fail_as(db->raw, rc, err);
	}
	sqlite3_finalize(raw);
	return ours;
}
