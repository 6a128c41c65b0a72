/* lull/store/db.h - the seam to the database engine: SQLite now, PostgreSQL later; nothing above it knows which.
 *
 * Statements are named texts of src/store/sql/statements.sql, the same for each engine, with parameters ?1, ?2, ..; what makes
 * the tables differs and has a file per engine and version. A handle belongs to one thread at a time. A failed bind is kept
 * and comes back from the step. Column texts and bytes live until the statement's next step or prepare. */
#ifndef LULL_STORE_DB_H
#define LULL_STORE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lull/base/err.h"

LULL_BEGIN_C

struct lull_db;
struct lull_stmt;

enum lull_db_mode { LULL_DB_READ, LULL_DB_WRITE, LULL_DB_CREATE };

LULL_NODISCARD int lull_db_open(const char *path, enum lull_db_mode mode, int busy_ms, struct lull_db **out, struct lull_err *err);
void lull_db_close(struct lull_db *db); /* accepts NULL */

/* Makes or raises the tables to this program's version in one transaction; a newer file is refused (LULL_EUNSUPPORTED). */
enum { LULL_DB_VERSION = 1 };
LULL_NODISCARD int lull_db_migrate(struct lull_db *db, struct lull_err *err);
LULL_NODISCARD int lull_db_version(struct lull_db *db, int *out, struct lull_err *err);

LULL_NODISCARD int lull_db_prepare(struct lull_db *db, const char *name, struct lull_stmt **out, struct lull_err *err);
void lull_db_bind_int(struct lull_stmt *stmt, int i, int64_t value);
void lull_db_bind_text(struct lull_stmt *stmt, int i, const char *text); /* NULL = null; kept by reference until the last step */
void lull_db_bind_bytes(struct lull_stmt *stmt, int i, const void *bytes, size_t n);
/* *is_row: a row is there; false: done. */
LULL_NODISCARD int lull_db_step(struct lull_stmt *stmt, bool *is_row, struct lull_err *err);
LULL_NODISCARD int lull_db_run(struct lull_stmt *stmt, struct lull_err *err); /* to the end, rows thrown away */
int64_t lull_db_int(struct lull_stmt *stmt, int column);
const char *lull_db_text(struct lull_stmt *stmt, int column); /* NULL = null */
const void *lull_db_bytes(struct lull_stmt *stmt, int column, size_t *n);
void lull_db_reset(struct lull_stmt *stmt); /* ends a statement that was not stepped to its end */

enum lull_db_verb { LULL_DB_BEGIN_READ, LULL_DB_BEGIN_WRITE, LULL_DB_COMMIT, LULL_DB_ROLLBACK, LULL_DB_SAVEPOINT, LULL_DB_RELEASE, LULL_DB_ROLLBACK_TO };
LULL_NODISCARD int lull_db_do(struct lull_db *db, enum lull_db_verb verb, struct lull_err *err);
bool lull_db_is_in_transaction(struct lull_db *db);

/* What was deleted leaves the log file as well. */
LULL_NODISCARD int lull_db_empty_log(struct lull_db *db, struct lull_err *err);
/* A whole copy to a new file, of one moment, while others write. */
LULL_NODISCARD int lull_db_copy(struct lull_db *db, const char *to_path, struct lull_err *err);
/* The engine's own check of the file; LULL_EPARSE with its first finding. */
LULL_NODISCARD int lull_db_check(struct lull_db *db, struct lull_err *err);

LULL_END_C

#endif
