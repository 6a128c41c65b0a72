/* The master key's file, the patients' wrapped keys, and sealed bytes with their contexts. */
#define _DEFAULT_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "own.h"

static const char KEY_HEAD[] = "lull-key-1 ";
enum { HEAD = sizeof(KEY_HEAD) - 1, KEY_TEXT = HEAD + 2 * LULL_KEY_BYTES + 1 };

const char *lull_keys__patient_of(const char *stream)
{
	return strncmp(stream, "patient/", 8) == 0 && stream[8] ? stream + 8 : NULL;
}

int lull_keys__write(const char *key_path, const struct lull_key *key, struct lull_err *err)
{
	char text[KEY_TEXT + 1];
	memcpy(text, KEY_HEAD, HEAD);
	lull_hex(key->bytes, LULL_KEY_BYTES, text + HEAD);
	text[KEY_TEXT - 1] = '\n';
	const int fd = open(key_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0) {
		lull_wipe(text, sizeof(text));
		return lull_fail(err, errno == EEXIST ? LULL_ECONFLICT : LULL_EIO, key_path, "the key file could not be made: %s",
				 errno == EEXIST ? "it exists already" : "no room or no right to write there");
	}
	const bool is_written = write(fd, text, KEY_TEXT) == KEY_TEXT && fsync(fd) == 0;
	lull_wipe(text, sizeof(text));
	if (close(fd) != 0 || !is_written) {
		unlink(key_path);
		return lull_fail(err, LULL_EIO, key_path, "the key file could not be written whole");
	}
	return LULL_OK;
}

static int key_path_of(const char *path, struct lull_buf *out, struct lull_err *err)
{
	lull_buf_printf(out, "%s.key", path);
	return lull_buf_status(out, err);
}

int lull_keys__make(const char *path, struct lull_key *out, struct lull_err *err)
{
	struct lull_buf name = { 0 };
	int rc = key_path_of(path, &name, err);
	if (rc == LULL_OK) {
		lull_random_bytes(out->bytes, LULL_KEY_BYTES);
		rc = lull_keys__write(lull_buf_text(&name), out, err);
	}
	lull_buf_clear(&name);
	return rc;
}

static int read_key(const char *name, struct lull_key *out, struct lull_err *err)
{
	struct stat st;
	char text[KEY_TEXT + 1];
	const int fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		lull_fail(err, errno == ENOENT ? LULL_ENOTFOUND : LULL_EIO, name, "the key file cannot be read, and without it the record cannot");
		lull_mend(err, "put the key file of this record back beside it");
		return errno == ENOENT ? LULL_ENOTFOUND : LULL_EIO;
	}
	int rc = LULL_OK;
	if (fstat(fd, &st) != 0 || (st.st_mode & 077)) {
		rc = lull_fail(err, LULL_EDENIED, name, "others may read the key file");
		lull_mend(err, "chmod 600 %s", name);
	} else if (read(fd, text, sizeof(text)) != KEY_TEXT || memcmp(text, KEY_HEAD, HEAD) != 0 ||
		   lull_unhex(text + HEAD, 2 * LULL_KEY_BYTES, out->bytes, LULL_KEY_BYTES) != LULL_OK) {
		rc = lull_fail(err, LULL_EPARSE, name, "this is not a key file of Lull, or it is cut off");
	}
	lull_wipe(text, sizeof(text));
	close(fd);
	return rc;
}

int lull_keys__read(const char *path, struct lull_key *out, struct lull_err *err)
{
	struct lull_buf name = { 0 };
	int rc = key_path_of(path, &name, err);
	if (rc == LULL_OK)
		rc = read_key(lull_buf_text(&name), out, err);
	lull_buf_clear(&name);
	return rc;
}

/* Length before each field: no two lists of fields have the same bytes. */
static int context_of(const char *const *fields, size_t n, struct lull_buf *out, struct lull_err *err)
{
	for (size_t i = 0; i < n; i++)
		lull_buf_printf(out, "%zu:%s,", strlen(fields[i]), fields[i]);
	return lull_buf_status(out, err);
}

int lull_keys__seal(const struct lull_key *key, const char *const *fields, size_t n_fields, struct lull_bytes plain,
		    struct lull_buf *out, struct lull_err *err)
{
	struct lull_buf context = { 0 };
	int rc = context_of(fields, n_fields, &context, err);
	lull_buf_reset(out);
	lull_buf_pad(out, ' ', plain.n + LULL_SEAL_EXTRA);
	if (rc == LULL_OK)
		rc = lull_buf_status(out, err);
	if (rc == LULL_OK)
		lull_seal(key, context.data, context.n, plain.data ? plain.data : "", plain.n, (unsigned char *)out->data);
	lull_buf_clear(&context);
	return rc;
}

int lull_keys__unseal(const struct lull_key *key, const char *const *fields, size_t n_fields, const void *sealed, size_t n,
		      struct lull_arena *arena, struct lull_bytes *out, struct lull_err *err)
{
	struct lull_buf context = { 0 };
	int rc = context_of(fields, n_fields, &context, err);
	char *plain = rc == LULL_OK ? LULL_ARENA_NEW(arena, char, n + 1) : NULL;
	if (rc == LULL_OK && !plain)
		rc = lull_nomem(err);
	if (rc == LULL_OK)
		rc = lull_unseal(key, context.data, context.n, sealed, n, (unsigned char *)plain, err);
	if (rc == LULL_OK)
		*out = (struct lull_bytes){ plain, n - LULL_SEAL_EXTRA };
	lull_buf_clear(&context);
	return rc;
}

static int make_patient(struct lull_db *db, const struct lull_key *master, const char *patient, const char *const *fields,
			struct lull_key *out, struct lull_err *err)
{
	struct lull_stmt *stmt;
	struct lull_buf wrapped = { 0 };
	lull_random_bytes(out->bytes, LULL_KEY_BYTES);
	int rc = lull_keys__seal(master, fields, 2, (struct lull_bytes){ out->bytes, LULL_KEY_BYTES }, &wrapped, err);
	if (rc == LULL_OK)
		rc = lull_db_prepare(db, "key_add", &stmt, err);
	if (rc == LULL_OK) {
		lull_db_bind_text(stmt, 1, patient);
		lull_db_bind_bytes(stmt, 2, wrapped.data, wrapped.n);
		rc = lull_db_run(stmt, err);
	}
	lull_buf_clear(&wrapped);
	return rc;
}

static int is_erased(struct lull_db *db, const char *patient, bool *out, struct lull_err *err)
{
	struct lull_stmt *stmt;
	int rc = lull_db_prepare(db, "erasure_get", &stmt, err);
	if (rc != LULL_OK)
		return rc;
	lull_db_bind_text(stmt, 1, patient);
	rc = lull_db_step(stmt, out, err);
	lull_db_reset(stmt);
	return rc;
}

int lull_keys__patient(struct lull_db *db, const struct lull_key *master, const char *patient, bool make, struct lull_key *out,
		       struct lull_err *err)
{
	const char *fields[] = { "patient key", patient };
	struct lull_stmt *stmt;
	bool is_row = false;
	int rc = lull_db_prepare(db, "key_get", &stmt, err);
	if (rc != LULL_OK)
		return rc;
	lull_db_bind_text(stmt, 1, patient);
	rc = lull_db_step(stmt, &is_row, err);
	if (rc == LULL_OK && is_row) {
		struct lull_arena arena = { 0 };
		struct lull_bytes plain = { 0 };
		size_t n;
		const void *wrapped = lull_db_bytes(stmt, 0, &n);
		rc = lull_keys__unseal(master, fields, 2, wrapped, n, &arena, &plain, err);
		if (rc == LULL_OK && plain.n != LULL_KEY_BYTES)
			rc = lull_fail(err, LULL_EPARSE, "record", "a patient's key is damaged");
		if (rc == LULL_OK) {
			memcpy(out->bytes, plain.data, LULL_KEY_BYTES);
			lull_wipe((void *)(uintptr_t)plain.data, plain.n);
		}
		lull_arena_clear(&arena);
		lull_db_reset(stmt);
		return rc;
	}
	if (rc != LULL_OK)
		return rc;
	rc = is_erased(db, patient, &is_row, err);
	if (rc == LULL_OK && (is_row || !make))
		return lull_fail(err, LULL_ENOTFOUND, "record", is_row ? "this patient's data were erased" : "this patient has no data");
	return rc == LULL_OK ? make_patient(db, master, patient, fields, out, err) : rc;
}
