/* A reader of one thread: every call sees one moment of the record, and opens what is sealed. */
#include <string.h>

#include "own.h"

int lull_reader_open(struct lull_record *record, struct lull_reader **out, struct lull_err *err)
{
	struct lull_reader *reader = lull_mem_zalloc(1, sizeof(*reader));
	*out = NULL;
	if (!reader)
		return lull_nomem(err);
	reader->record = record;
	const int rc = lull_db_open(record->path, LULL_DB_READ, record->busy_ms, &reader->db, err);
	if (rc != LULL_OK) {
		lull_mem_free(reader);
		return rc;
	}
	*out = reader;
	return LULL_OK;
}

void lull_reader_close(struct lull_reader *reader)
{
	if (!reader)
		return;
	lull_db_close(reader->db);
	lull_mem_free(reader);
}

static int end_read(struct lull_reader *reader, int rc, struct lull_err *err)
{
	reader->patient[0] = '\0';
	lull_wipe(&reader->patient_key, sizeof(reader->patient_key));
	const int end = lull_db_is_in_transaction(reader->db) ? lull_db_do(reader->db, LULL_DB_ROLLBACK, rc == LULL_OK ? err : NULL) : LULL_OK;
	return rc == LULL_OK ? end : rc;
}

/* The key of a patient or the master key; *is_gone: erased. The last one is kept for the rest of the call, within which the
 * record does not change. */
static int key_for(struct lull_reader *reader, const char *patient, struct lull_key *key, bool *is_gone, struct lull_err *err)
{
	struct lull_err local = { 0 };
	*is_gone = false;
	*key = reader->record->master;
	if (!patient)
		return LULL_OK;
	if (*patient && strcmp(patient, reader->patient) == 0) {
		*key = reader->patient_key;
		*is_gone = reader->is_gone;
		return LULL_OK;
	}
	const int rc = lull_keys__patient(reader->db, &reader->record->master, patient, false, key, &local);
	*is_gone = rc == LULL_ENOTFOUND;
	if ((rc == LULL_OK || *is_gone) && strlen(patient) < sizeof(reader->patient)) {
		memcpy(reader->patient, patient, strlen(patient) + 1);
		reader->patient_key = *key;
		reader->is_gone = *is_gone;
	}
	if (rc != LULL_OK && !*is_gone && err)
		*err = local;
	return *is_gone ? LULL_OK : rc;
}

/* "n:why" or "-", then the body. */
static int split_event(struct lull_bytes plain, struct lull_event *e, struct lull_arena *arena, struct lull_err *err)
{
	const char *p = plain.data;
	size_t i = 0, n = 0;
	if (plain.n && p[0] == '-') {
		e->body = (struct lull_bytes){ p + 1, plain.n - 1 };
		return LULL_OK;
	}
	for (; i < plain.n && p[i] >= '0' && p[i] <= '9' && n < plain.n; i++)
		n = 10 * n + (size_t)(p[i] - '0');
	if (i >= plain.n || p[i] != ':' || n > plain.n - i - 1)
		return lull_fail(err, LULL_EPARSE, "record", "an event's sealed part is damaged");
	e->why = lull_arena_strndup(arena, p + i + 1, n);
	e->body = (struct lull_bytes){ p + i + 1 + n, plain.n - i - 1 - n };
	return e->why ? LULL_OK : lull_nomem(err);
}

static int unseal_event(struct lull_reader *reader, struct lull_stmt *stmt, struct lull_event *e, struct lull_arena *arena, struct lull_err *err)
{
	char v[24], s[16], at[24], off[16];
	struct lull_key key;
	struct lull_bytes plain;
	bool is_gone;
	size_t n;
	const void *sealed = lull_db_bytes(stmt, 9, &n);
	lull_text_format(v, sizeof(v), "%lld", (long long)e->version);
	lull_text_format(s, sizeof(s), "%d", e->schema_version);
	lull_text_format(at, sizeof(at), "%lld", (long long)e->at_ms);
	lull_text_format(off, sizeof(off), "%d", e->utc_offset_min);
	const char *fields[] = { "event", e->stream, v, e->type, s, at, e->civil_date ? e->civil_date : "", off, e->actor };
	int rc = key_for(reader, lull_keys__patient_of(e->stream), &key, &is_gone, err);
	if (rc == LULL_OK && !is_gone) {
		rc = lull_keys__unseal(&key, fields, sizeof(fields) / sizeof(fields[0]), sealed, n, arena, &plain, err);
		if (rc == LULL_OK)
			rc = split_event(plain, e, arena, err);
	}
	lull_wipe(&key, sizeof(key));
	return rc;
}

static int read_event(struct lull_reader *reader, struct lull_stmt *stmt, struct lull_event *e, struct lull_arena *arena, struct lull_err *err)
{
	const char *date = lull_db_text(stmt, 6);
	*e = (struct lull_event){ .seq = lull_db_int(stmt, 0), .version = lull_db_int(stmt, 1), .schema_version = (int)lull_db_int(stmt, 4),
		.at_ms = lull_db_int(stmt, 5), .utc_offset_min = (int)lull_db_int(stmt, 7) };
	e->stream = lull_arena_strdup(arena, lull_db_text(stmt, 2));
	e->type = lull_arena_strdup(arena, lull_db_text(stmt, 3));
	e->civil_date = lull_arena_strdup(arena, date);
	e->actor = lull_arena_strdup(arena, lull_db_text(stmt, 8));
	if (!e->stream || !e->type || !e->actor || (date && !e->civil_date))
		return lull_nomem(err);
	return unseal_event(reader, stmt, e, arena, err);
}

static int read_events(struct lull_reader *reader, const char *stream, int64_t after, size_t limit, struct lull_arena *arena,
		       struct lull_events *out, struct lull_err *err)
{
	struct lull_stmt *stmt;
	size_t cap = 0;
	bool is_row = true;
	int i = 0, rc = lull_db_prepare(reader->db, stream ? "event_stream" : "event_all", &stmt, err);
	*out = (struct lull_events){ 0 };
	if (rc != LULL_OK)
		return rc;
	if (stream)
		lull_db_bind_text(stmt, ++i, stream);
	lull_db_bind_int(stmt, i + 1, after);
	lull_db_bind_int(stmt, i + 2, limit > INT64_MAX ? INT64_MAX : (int64_t)limit);
	while (rc == LULL_OK && (rc = lull_db_step(stmt, &is_row, err)) == LULL_OK && is_row) {
		struct lull_event *items = lull_arena_grow(arena, out->items, out->n, &cap, out->n + 1, sizeof(*items));
		if (!items) {
			rc = lull_nomem(err);
			break;
		}
		out->items = items;
		rc = read_event(reader, stmt, &items[out->n++], arena, err);
	}
	lull_db_reset(stmt);
	return rc;
}

int lull_reader_events(struct lull_reader *reader, const char *stream, int64_t after, size_t limit, struct lull_arena *arena,
		       struct lull_events *out, struct lull_err *err)
{
	int rc = lull_db_do(reader->db, LULL_DB_BEGIN_READ, err);
	if (rc == LULL_OK)
		rc = read_events(reader, stream, after, limit, arena, out, err);
	return end_read(reader, rc, err);
}

static int read_snapshot(struct lull_reader *reader, const char *stream, int fold_version, struct lull_arena *arena,
			 struct lull_snapshot_put *out, struct lull_err *err)
{
	char v[24], f[16];
	struct lull_stmt *stmt;
	struct lull_key key;
	bool is_row, is_gone = false;
	int rc = lull_db_prepare(reader->db, "snapshot_get", &stmt, err);
	if (rc != LULL_OK)
		return rc;
	lull_db_bind_text(stmt, 1, stream);
	lull_db_bind_int(stmt, 2, fold_version);
	rc = lull_db_step(stmt, &is_row, err);
	if (rc != LULL_OK || !is_row)
		return rc;
	size_t n;
	const int64_t version = lull_db_int(stmt, 0);
	const void *sealed = lull_db_bytes(stmt, 1, &n);
	lull_text_format(v, sizeof(v), "%lld", (long long)version);
	lull_text_format(f, sizeof(f), "%d", fold_version);
	const char *fields[] = { "snapshot", stream, v, f };
	rc = key_for(reader, lull_keys__patient_of(stream), &key, &is_gone, err);
	if (rc == LULL_OK && !is_gone)
		rc = lull_keys__unseal(&key, fields, 4, sealed, n, arena, &out->state, err);
	if (rc == LULL_OK && !is_gone)
		out->version = version;
	lull_wipe(&key, sizeof(key));
	lull_db_reset(stmt);
	return rc;
}

int lull_reader_stream(struct lull_reader *reader, const char *stream, int fold_version, struct lull_arena *arena,
		       struct lull_stream_state *out, struct lull_err *err)
{
	memset(out, 0, sizeof(*out));
	out->snapshot.fold_version = fold_version;
	out->snapshot.stream = lull_arena_strdup(arena, stream);
	if (!out->snapshot.stream)
		return lull_nomem(err);
	int rc = lull_db_do(reader->db, LULL_DB_BEGIN_READ, err);
	if (rc == LULL_OK)
		rc = read_snapshot(reader, stream, fold_version, arena, &out->snapshot, err);
	if (rc == LULL_OK)
		rc = read_events(reader, stream, out->snapshot.version, SIZE_MAX, arena, &out->events, err);
	if (rc == LULL_OK)
		out->version = out->events.n ? out->events.items[out->events.n - 1].version : out->snapshot.version;
	return end_read(reader, rc, err);
}

static int read_row(struct lull_reader *reader, struct lull_stmt *stmt, struct lull_arena *arena, struct lull_row *r, struct lull_err *err)
{
	size_t n;
	bool is_gone;
	struct lull_key key;
	const char *owner = lull_db_text(stmt, 3);
	*r = (struct lull_row){ .expires_ms = lull_db_int(stmt, 4), .revision = lull_db_int(stmt, 5) };
	r->space = lull_arena_strdup(arena, lull_db_text(stmt, 0));
	r->key = lull_arena_strdup(arena, lull_db_text(stmt, 1));
	r->sort = lull_arena_strdup(arena, lull_db_text(stmt, 2));
	r->owner = lull_arena_strdup(arena, owner);
	if (!r->space || !r->key || !r->sort || (owner && !r->owner))
		return lull_nomem(err);
	const void *sealed = lull_db_bytes(stmt, 6, &n);
	const char *fields[] = { "row", r->space, r->key, r->owner ? r->owner : "" };
	int rc = key_for(reader, r->owner, &key, &is_gone, err);
	if (rc == LULL_OK && is_gone)
		rc = lull_fail(err, LULL_EPARSE, "record", "a row of an erased patient is still there");
	if (rc == LULL_OK)
		rc = lull_keys__unseal(&key, fields, 4, sealed, n, arena, &r->value, err);
	lull_wipe(&key, sizeof(key));
	return rc;
}

int lull_reader_row(struct lull_reader *reader, const char *space, const char *key, int64_t now_ms, struct lull_arena *arena,
		    struct lull_row *out, struct lull_err *err)
{
	struct lull_stmt *stmt = NULL;
	bool is_row = false;
	int rc = lull_db_do(reader->db, LULL_DB_BEGIN_READ, err);
	if (rc == LULL_OK)
		rc = lull_db_prepare(reader->db, "item_get", &stmt, err);
	if (rc == LULL_OK) {
		lull_db_bind_text(stmt, 1, space);
		lull_db_bind_text(stmt, 2, key);
		lull_db_bind_int(stmt, 3, now_ms);
		rc = lull_db_step(stmt, &is_row, err);
	}
	if (rc == LULL_OK)
		rc = is_row ? read_row(reader, stmt, arena, out, err) : lull_fail(err, LULL_ENOTFOUND, space, "no such row");
	if (stmt)
		lull_db_reset(stmt);
	return end_read(reader, rc, err);
}

/* The least text that is greater than every text with this prefix, bytewise; false: there is none. */
static bool prefix_end(const char *prefix, struct lull_buf *out)
{
	size_t n = strlen(prefix);
	while (n && (unsigned char)prefix[n - 1] >= 0xf4)
		n--;
	if (!n)
		return false;
	lull_buf_add(out, prefix, n - 1);
	lull_buf_putc(out, (char)((unsigned char)prefix[n - 1] + 1));
	return true;
}

static void bind_page(struct lull_stmt *stmt, const char *space, const char *sort_prefix, const char *after_sort, const char *after_key,
		      const char *end, int64_t now_ms, size_t limit)
{
	int i = 3;
	lull_db_bind_text(stmt, 1, space);
	lull_db_bind_text(stmt, 2, after_sort ? after_sort : sort_prefix ? sort_prefix : "");
	lull_db_bind_text(stmt, 3, after_sort && after_key ? after_key : "");
	if (end)
		lull_db_bind_text(stmt, ++i, end);
	lull_db_bind_int(stmt, ++i, now_ms);
	lull_db_bind_int(stmt, ++i, limit > INT64_MAX ? INT64_MAX : (int64_t)limit);
}

int lull_reader_rows(struct lull_reader *reader, const char *space, const char *sort_prefix, const char *after_sort, const char *after_key,
		     size_t limit, int64_t now_ms, struct lull_arena *arena, struct lull_rows *out, struct lull_err *err)
{
	struct lull_buf end = { 0 };
	struct lull_stmt *stmt = NULL;
	size_t cap = 0;
	bool is_row = true;
	const bool has_end = sort_prefix && prefix_end(sort_prefix, &end);
	*out = (struct lull_rows){ 0 };
	int rc = lull_buf_status(&end, err);
	if (rc == LULL_OK)
		rc = lull_db_do(reader->db, LULL_DB_BEGIN_READ, err);
	if (rc == LULL_OK)
		rc = lull_db_prepare(reader->db, has_end ? "item_page" : "item_page_open", &stmt, err);
	if (rc == LULL_OK)
		bind_page(stmt, space, sort_prefix, after_sort, after_key, has_end ? lull_buf_text(&end) : NULL, now_ms, limit);
	while (rc == LULL_OK && (rc = lull_db_step(stmt, &is_row, err)) == LULL_OK && is_row) {
		struct lull_row *items = lull_arena_grow(arena, out->items, out->n, &cap, out->n + 1, sizeof(*items));
		if (!items) {
			rc = lull_nomem(err);
			break;
		}
		out->items = items;
		rc = read_row(reader, stmt, arena, &items[out->n++], err);
	}
	if (stmt)
		lull_db_reset(stmt);
	lull_buf_clear(&end);
	return end_read(reader, rc, err);
}

/* Texts point into the statement until the next step. */
static struct lull_audit audit_at(struct lull_stmt *stmt)
{
	return (struct lull_audit){ .n = lull_db_int(stmt, 0), .at_ms = lull_db_int(stmt, 1), .actor = lull_db_text(stmt, 2),
		.role = lull_db_text(stmt, 3), .action = lull_db_text(stmt, 4), .patient = lull_db_text(stmt, 5),
		.object = lull_db_text(stmt, 6), .outcome = lull_db_text(stmt, 7), .origin = lull_db_text(stmt, 8) };
}

static int keep_audit(struct lull_audit *a, struct lull_arena *arena, struct lull_err *err)
{
	const char **texts[] = { &a->actor, &a->role, &a->action, &a->patient, &a->object, &a->outcome, &a->origin };
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		*texts[i] = lull_arena_strdup(arena, *texts[i]);
		if (!*texts[i])
			return lull_nomem(err);
	}
	return LULL_OK;
}

int lull_reader_audit(struct lull_reader *reader, const char *patient, int64_t after, size_t limit, struct lull_arena *arena,
		      struct lull_audits *out, struct lull_err *err)
{
	struct lull_stmt *stmt;
	size_t cap = 0;
	bool is_row = true;
	*out = (struct lull_audits){ 0 };
	int rc = lull_db_prepare(reader->db, patient ? "audit_of" : "audit_all", &stmt, err);
	if (rc != LULL_OK)
		return rc;
	lull_db_bind_int(stmt, 1, after);
	lull_db_bind_int(stmt, 2, limit > INT64_MAX ? INT64_MAX : (int64_t)limit);
	if (patient)
		lull_db_bind_text(stmt, 3, patient);
	while (rc == LULL_OK && (rc = lull_db_step(stmt, &is_row, err)) == LULL_OK && is_row) {
		struct lull_audit *items = lull_arena_grow(arena, out->items, out->n, &cap, out->n + 1, sizeof(*items));
		if (!items) {
			rc = lull_nomem(err);
			break;
		}
		out->items = items;
		items[out->n] = audit_at(stmt);
		rc = keep_audit(&items[out->n++], arena, err);
	}
	lull_db_reset(stmt);
	return rc;
}

int lull_reader__verify(struct lull_db *db, int64_t *n_entries, int64_t *first_broken, struct lull_err *err)
{
	unsigned char link[LULL_DIGEST_BYTES] = { 0 }, next[LULL_DIGEST_BYTES];
	struct lull_buf scratch = { 0 };
	struct lull_stmt *stmt;
	bool is_row = true;
	*n_entries = *first_broken = 0;
	int rc = lull_db_prepare(db, "audit_all", &stmt, err);
	if (rc != LULL_OK)
		return rc;
	lull_db_bind_int(stmt, 1, INT64_MIN);
	lull_db_bind_int(stmt, 2, INT64_MAX);
	while (rc == LULL_OK && (rc = lull_db_step(stmt, &is_row, err)) == LULL_OK && is_row) {
		const struct lull_audit a = audit_at(stmt);
		size_t n;
		const void *kept = lull_db_bytes(stmt, 9, &n);
		lull_apply__audit_link(&a, link, &scratch, next);
		rc = lull_buf_status(&scratch, err);
		++*n_entries;
		if (rc == LULL_OK && !*first_broken && (a.n != *n_entries || n != sizeof(next) || memcmp(kept, next, n) != 0))
			*first_broken = *n_entries;
		memcpy(link, next, sizeof(link));
	}
	lull_db_reset(stmt);
	lull_buf_clear(&scratch);
	return rc;
}

int lull_reader_audit_verify(struct lull_reader *reader, int64_t *n_entries, int64_t *first_broken, struct lull_err *err)
{
	return lull_reader__verify(reader->db, n_entries, first_broken, err);
}

int lull_reader_text(struct lull_reader *reader, const char *hash, struct lull_arena *arena, struct lull_bytes *out, struct lull_err *err)
{
	struct lull_stmt *stmt;
	bool is_row;
	size_t n;
	int rc = lull_db_prepare(reader->db, "pinned_get", &stmt, err);
	if (rc != LULL_OK)
		return rc;
	lull_db_bind_text(stmt, 1, hash);
	rc = lull_db_step(stmt, &is_row, err);
	if (rc != LULL_OK)
		return rc;
	if (!is_row)
		return lull_fail(err, LULL_ENOTFOUND, hash, "no such text");
	const char *text = lull_db_bytes(stmt, 0, &n);
	char *copy = LULL_ARENA_NEW(arena, char, n + 1);
	if (copy)
		memcpy(copy, text, n);
	*out = (struct lull_bytes){ copy, n };
	lull_db_reset(stmt);
	return copy ? LULL_OK : lull_nomem(err);
}
