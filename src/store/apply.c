/* One member of a group: its events, rows, audit entries and snapshots, inside a savepoint that the writer holds. */
#include <string.h>
#include <time.h>

#include "own.h"

static const char *text_or(const char *text)
{
	return text ? text : "";
}

static int64_t clock_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The key for a patient's data, or the master key. */
static int key_for(struct lull_record *record, const char *patient, struct lull_key *out, struct lull_err *err)
{
	if (patient)
		return lull_keys__patient(record->db, &record->master, patient, true, out, err);
	*out = record->master;
	return LULL_OK;
}

/* The stream's id and version; made when it is new. */
static int stream_of(struct lull_db *db, const char *name, int64_t *id, int64_t *version, struct lull_err *err)
{
	struct lull_stmt *stmt;
	bool is_row;
	int rc = lull_db_prepare(db, "stream_get", &stmt, err);
	if (rc != LULL_OK)
		return rc;
	lull_db_bind_text(stmt, 1, name);
	rc = lull_db_step(stmt, &is_row, err);
	if (rc == LULL_OK && is_row) {
		*id = lull_db_int(stmt, 0);
		*version = lull_db_int(stmt, 1);
		lull_db_reset(stmt);
		return LULL_OK;
	}
	if (rc == LULL_OK)
		rc = lull_db_prepare(db, "stream_add", &stmt, err);
	if (rc != LULL_OK)
		return rc;
	lull_db_bind_text(stmt, 1, name);
	rc = lull_db_step(stmt, &is_row, err);
	*id = rc == LULL_OK ? lull_db_int(stmt, 0) : 0;
	*version = 0;
	lull_db_reset(stmt);
	return rc;
}

/* Reason and body sealed together: "n:why" or "-", then the body. */
static int seal_event(struct lull_record *record, const struct lull_event *e, int64_t version, struct lull_buf *out, struct lull_err *err)
{
	struct lull_key key;
	struct lull_buf plain = { 0 };
	char v[24], s[16], at[24], off[16];
	lull_text_format(v, sizeof(v), "%lld", (long long)version);
	lull_text_format(s, sizeof(s), "%d", e->schema_version);
	lull_text_format(at, sizeof(at), "%lld", (long long)e->at_ms);
	lull_text_format(off, sizeof(off), "%d", e->utc_offset_min);
	const char *fields[] = { "event", e->stream, v, e->type, s, at, text_or(e->civil_date), off, e->actor };
	int rc = key_for(record, lull_keys__patient_of(e->stream), &key, err);
	if (e->why)
		lull_buf_printf(&plain, "%zu:%s", strlen(e->why), e->why);
	else
		lull_buf_putc(&plain, '-');
	lull_buf_add(&plain, e->body.data ? e->body.data : "", e->body.n);
	if (rc == LULL_OK)
		rc = lull_buf_status(&plain, err);
	if (rc == LULL_OK)
		rc = lull_keys__seal(&key, fields, sizeof(fields) / sizeof(fields[0]), (struct lull_bytes){ plain.data, plain.n }, out, err);
	if (plain.data)
		lull_wipe(plain.data, plain.n);
	lull_wipe(&key, sizeof(key));
	lull_buf_clear(&plain);
	return rc;
}

static int put_event(struct lull_record *record, const struct lull_event *e, int64_t expected, int64_t seq, int64_t *version,
		     struct lull_buf *sealed, struct lull_err *err)
{
	int64_t id, before;
	struct lull_stmt *stmt;
	if (!e->stream || !e->type || !e->actor)
		return lull_fail(err, LULL_EDOMAIN, "record", "an event needs stream, type and actor");
	int rc = stream_of(record->db, e->stream, &id, &before, err);
	if (rc != LULL_OK)
		return rc;
	if (expected >= 0 && expected != before)
		return lull_fail(err, LULL_ECONFLICT, e->stream, "version %lld was expected, it has %lld", (long long)expected, (long long)before);
	*version = before + 1;
	rc = seal_event(record, e, *version, sealed, err);
	if (rc == LULL_OK)
		rc = lull_db_prepare(record->db, "event_add", &stmt, err);
	if (rc != LULL_OK)
		return rc;
	lull_db_bind_int(stmt, 1, seq);
	lull_db_bind_int(stmt, 2, id);
	lull_db_bind_int(stmt, 3, *version);
	lull_db_bind_text(stmt, 4, e->type);
	lull_db_bind_int(stmt, 5, e->schema_version);
	lull_db_bind_int(stmt, 6, e->at_ms);
	lull_db_bind_text(stmt, 7, e->civil_date);
	lull_db_bind_int(stmt, 8, e->utc_offset_min);
	lull_db_bind_text(stmt, 9, e->actor);
	lull_db_bind_bytes(stmt, 10, sealed->data, sealed->n);
	rc = lull_db_run(stmt, err);
	if (rc == LULL_OK)
		rc = lull_db_prepare(record->db, "stream_set", &stmt, err);
	if (rc != LULL_OK)
		return rc;
	lull_db_bind_int(stmt, 1, id);
	lull_db_bind_int(stmt, 2, *version);
	return lull_db_run(stmt, err);
}

/* One number of a statement without parameters. */
static int one_int(struct lull_db *db, const char *name, int64_t *out, struct lull_err *err)
{
	struct lull_stmt *stmt;
	bool is_row;
	int rc = lull_db_prepare(db, name, &stmt, err);
	if (rc == LULL_OK)
		rc = lull_db_step(stmt, &is_row, err);
	if (rc != LULL_OK)
		return rc;
	*out = lull_db_int(stmt, 0);
	lull_db_reset(stmt);
	return LULL_OK;
}

static int put_events(struct lull_record *record, struct lull_job *job, struct lull_buf *sealed, struct lull_err *err)
{
	const struct lull_write *w = job->write;
	int64_t seq = 0;
	int rc = one_int(record->db, "event_last", &seq, err);
	job->first_seq = seq + 1;
	for (size_t i = 0; i < w->n_events && rc == LULL_OK; i++)
		rc = put_event(record, &w->events[i], w->expect_version ? w->expect_version[i] : -1, ++seq, &job->out->versions[i], sealed, err);
	job->out->last_seq = seq;
	return rc;
}

static int check_revision(struct lull_db *db, const struct lull_row *r, struct lull_err *err)
{
	struct lull_stmt *stmt;
	bool is_row;
	int rc = lull_db_prepare(db, "item_revision", &stmt, err);
	if (rc != LULL_OK)
		return rc;
	lull_db_bind_text(stmt, 1, r->space);
	lull_db_bind_text(stmt, 2, r->key);
	rc = lull_db_step(stmt, &is_row, err);
	if (rc != LULL_OK)
		return rc;
	const int64_t now = is_row ? lull_db_int(stmt, 0) : 0;
	lull_db_reset(stmt);
	if (r->revision >= 0 && r->revision != now)
		return lull_fail(err, LULL_ECONFLICT, r->space, "revision %lld was expected, it has %lld", (long long)r->revision, (long long)now);
	return LULL_OK;
}

static int put_row(struct lull_record *record, const struct lull_row *r, struct lull_buf *sealed, struct lull_err *err)
{
	struct lull_stmt *stmt;
	int64_t revision = 0;
	if (!r->space || !r->key)
		return lull_fail(err, LULL_EDOMAIN, "record", "a row needs space and key");
	int rc = check_revision(record->db, r, err);
	if (rc == LULL_OK && r->value.data) {
		const char *fields[] = { "row", r->space, r->key, text_or(r->owner) };
		struct lull_key key;
		rc = key_for(record, r->owner, &key, err);
		if (rc == LULL_OK)
			rc = lull_keys__seal(&key, fields, 4, r->value, sealed, err);
		lull_wipe(&key, sizeof(key));
		if (rc == LULL_OK)
			rc = one_int(record->db, "revision_next", &revision, err);
	}
	if (rc == LULL_OK)
		rc = lull_db_prepare(record->db, r->value.data ? "item_put" : "item_delete", &stmt, err);
	if (rc != LULL_OK)
		return rc;
	lull_db_bind_text(stmt, 1, r->space);
	lull_db_bind_text(stmt, 2, r->key);
	if (r->value.data) {
		lull_db_bind_text(stmt, 3, r->sort ? r->sort : r->key);
		lull_db_bind_text(stmt, 4, r->owner);
		lull_db_bind_int(stmt, 5, r->expires_ms);
		lull_db_bind_int(stmt, 6, revision);
		lull_db_bind_bytes(stmt, 7, sealed->data, sealed->n);
	}
	return lull_db_run(stmt, err);
}

/* BLAKE2b over the link before and every field with its length in front. */
void lull_apply__audit_link(const struct lull_audit *a, const unsigned char *before, struct lull_buf *scratch, unsigned char *link)
{
	const char *fields[] = { a->actor, a->role, a->action, a->patient, a->object, a->outcome, a->origin };
	lull_buf_reset(scratch);
	lull_buf_add(scratch, (const char *)before, LULL_DIGEST_BYTES);
	lull_buf_printf(scratch, "%lld,%lld,", (long long)a->n, (long long)a->at_ms);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		lull_buf_printf(scratch, "%zu:%s,", strlen(text_or(fields[i])), text_or(fields[i]));
	lull_blake2b(scratch->data ? scratch->data : "", scratch->n, link);
}

static int put_audit(struct lull_db *db, const struct lull_audit *audit, struct lull_buf *scratch, struct lull_err *err)
{
	unsigned char link[LULL_DIGEST_BYTES] = { 0 }, next[LULL_DIGEST_BYTES];
	struct lull_audit a = *audit;
	struct lull_stmt *stmt;
	bool is_row;
	int rc = lull_db_prepare(db, "audit_last", &stmt, err);
	if (rc == LULL_OK)
		rc = lull_db_step(stmt, &is_row, err);
	if (rc != LULL_OK)
		return rc;
	a.n = 1;
	if (is_row) {
		size_t n;
		const void *bytes = lull_db_bytes(stmt, 1, &n);
		if (n == LULL_DIGEST_BYTES)
			memcpy(link, bytes, n);
		a.n = lull_db_int(stmt, 0) + 1;
		lull_db_reset(stmt);
	}
	lull_apply__audit_link(&a, link, scratch, next);
	rc = lull_buf_status(scratch, err);
	if (rc == LULL_OK)
		rc = lull_db_prepare(db, "audit_add", &stmt, err);
	if (rc != LULL_OK)
		return rc;
	const char *fields[] = { a.actor, a.role, a.action, a.patient, a.object, a.outcome, a.origin };
	lull_db_bind_int(stmt, 1, a.n);
	lull_db_bind_int(stmt, 2, a.at_ms);
	for (int i = 0; i < 7; i++)
		lull_db_bind_text(stmt, 3 + i, text_or(fields[i]));
	lull_db_bind_bytes(stmt, 10, next, sizeof(next));
	return lull_db_run(stmt, err);
}

static int put_snapshot(struct lull_record *record, const struct lull_snapshot_put *s, struct lull_buf *sealed, struct lull_err *err)
{
	int64_t id, version;
	char v[24], f[16];
	struct lull_key key;
	struct lull_stmt *stmt;
	lull_text_format(v, sizeof(v), "%lld", (long long)s->version);
	lull_text_format(f, sizeof(f), "%d", s->fold_version);
	const char *fields[] = { "snapshot", s->stream, v, f };
	int rc = stream_of(record->db, s->stream, &id, &version, err);
	if (rc == LULL_OK && s->version > version)
		return lull_fail(err, LULL_EDOMAIN, s->stream, "a snapshot of version %lld of a stream that has %lld", (long long)s->version, (long long)version);
	if (rc == LULL_OK)
		rc = key_for(record, lull_keys__patient_of(s->stream), &key, err);
	if (rc != LULL_OK)
		return rc;
	rc = lull_keys__seal(&key, fields, 4, s->state, sealed, err);
	lull_wipe(&key, sizeof(key));
	if (rc == LULL_OK)
		rc = lull_db_prepare(record->db, "snapshot_put", &stmt, err);
	if (rc != LULL_OK)
		return rc;
	lull_db_bind_int(stmt, 1, id);
	lull_db_bind_int(stmt, 2, s->fold_version);
	lull_db_bind_int(stmt, 3, s->version);
	lull_db_bind_bytes(stmt, 4, sealed->data, sealed->n);
	return lull_db_run(stmt, err);
}

/* Whose answer it is: the first patient that the write names. */
static const char *owner_of(const struct lull_write *w)
{
	for (size_t i = 0; i < w->n_events; i++) {
		if (w->events[i].stream && lull_keys__patient_of(w->events[i].stream))
			return lull_keys__patient_of(w->events[i].stream);
	}
	for (size_t i = 0; i < w->n_rows; i++) {
		if (w->rows[i].owner)
			return w->rows[i].owner;
	}
	return NULL;
}

static int repeated(struct lull_record *record, struct lull_job *job, struct lull_err *err)
{
	const struct lull_write *w = job->write;
	const char *fields[] = { "request", w->idempotency_scope, w->idempotency_key };
	struct lull_stmt *stmt;
	bool is_row;
	int rc = lull_db_prepare(record->db, "request_get", &stmt, err);
	if (rc != LULL_OK)
		return rc;
	lull_db_bind_text(stmt, 1, w->idempotency_scope);
	lull_db_bind_text(stmt, 2, w->idempotency_key);
	rc = lull_db_step(stmt, &is_row, err);
	if (rc != LULL_OK || !is_row)
		return rc;
	struct lull_key key;
	size_t n;
	if (strcmp(lull_db_text(stmt, 0), text_or(w->request_hash)) != 0) {
		rc = lull_fail(err, LULL_ECONFLICT, "idempotency key", "this key was used for another request");
	} else {
		rc = key_for(record, lull_db_text(stmt, 1), &key, err);
		const void *sealed = lull_db_bytes(stmt, 2, &n);
		if (rc == LULL_OK)
			rc = lull_keys__unseal(&key, fields, 3, sealed, n, job->arena, &job->out->answer, err);
		job->out->was_repeated = rc == LULL_OK;
		lull_wipe(&key, sizeof(key));
	}
	lull_db_reset(stmt);
	return rc;
}

static int remember(struct lull_record *record, const struct lull_write *w, struct lull_buf *sealed, struct lull_err *err)
{
	const char *fields[] = { "request", w->idempotency_scope, w->idempotency_key };
	struct lull_key key;
	struct lull_stmt *stmt;
	int rc = key_for(record, owner_of(w), &key, err);
	if (rc == LULL_OK)
		rc = lull_keys__seal(&key, fields, 3, w->answer, sealed, err);
	lull_wipe(&key, sizeof(key));
	if (rc == LULL_OK)
		rc = lull_db_prepare(record->db, "request_add", &stmt, err);
	if (rc != LULL_OK)
		return rc;
	lull_db_bind_text(stmt, 1, w->idempotency_scope);
	lull_db_bind_text(stmt, 2, w->idempotency_key);
	lull_db_bind_text(stmt, 3, text_or(w->request_hash));
	lull_db_bind_text(stmt, 4, owner_of(w));
	lull_db_bind_int(stmt, 5, w->n_events ? w->events[0].at_ms : w->n_audits ? w->audits[0].at_ms : clock_ms());
	lull_db_bind_bytes(stmt, 6, sealed->data, sealed->n);
	return lull_db_run(stmt, err);
}

static int apply_write(struct lull_record *record, struct lull_job *job, struct lull_err *err)
{
	const struct lull_write *w = job->write;
	const bool is_once = w->idempotency_scope && w->idempotency_key;
	struct lull_buf sealed = { 0 };
	int rc = is_once ? repeated(record, job, err) : LULL_OK;
	if (rc != LULL_OK || job->out->was_repeated)
		return rc;
	rc = put_events(record, job, &sealed, err);
	for (size_t i = 0; i < w->n_rows && rc == LULL_OK; i++)
		rc = put_row(record, &w->rows[i], &sealed, err);
	for (size_t i = 0; i < w->n_audits && rc == LULL_OK; i++)
		rc = put_audit(record->db, &w->audits[i], &sealed, err);
	for (size_t i = 0; i < w->n_snapshots && rc == LULL_OK; i++)
		rc = put_snapshot(record, &w->snapshots[i], &sealed, err);
	if (rc == LULL_OK && is_once)
		rc = remember(record, w, &sealed, err);
	lull_buf_clear(&sealed);
	return rc;
}

static int run_with_patient(struct lull_db *db, const char *name, const char *patient, struct lull_err *err)
{
	static const unsigned char blank[LULL_KEY_BYTES + LULL_SEAL_EXTRA];
	struct lull_stmt *stmt;
	const int rc = lull_db_prepare(db, name, &stmt, err);
	if (rc != LULL_OK)
		return rc;
	lull_db_bind_text(stmt, 1, patient);
	if (strcmp(name, "key_blank") == 0)
		lull_db_bind_bytes(stmt, 2, blank, sizeof(blank));
	return lull_db_run(stmt, err);
}

/* The key is overwritten in place before its row goes. */
static int apply_erase(struct lull_record *record, struct lull_job *job, struct lull_err *err)
{
	static const char *const steps[] = { "key_blank", "key_delete", "erase_snapshots", "erase_items", "erase_requests" };
	struct lull_buf scratch = { 0 }, stream = { 0 };
	struct lull_stmt *stmt;
	int rc = lull_db_prepare(record->db, "erasure_add", &stmt, err);
	if (rc != LULL_OK)
		return rc;
	lull_buf_printf(&stream, "patient/%s", job->a);
	lull_db_bind_text(stmt, 1, job->a);
	lull_db_bind_int(stmt, 2, job->audit ? job->audit->at_ms : clock_ms());
	rc = lull_db_run(stmt, err);
	if (rc == LULL_OK)
		rc = lull_buf_status(&stream, err);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && rc == LULL_OK; i++)
		rc = run_with_patient(record->db, steps[i], i == 2 ? lull_buf_text(&stream) : job->a, err);
	if (rc == LULL_OK && job->audit)
		rc = put_audit(record->db, job->audit, &scratch, err);
	lull_buf_clear(&scratch);
	lull_buf_clear(&stream);
	return rc;
}

static int apply_text(struct lull_record *record, struct lull_job *job, struct lull_err *err)
{
	struct lull_stmt *stmt;
	const int rc = lull_db_prepare(record->db, "pinned_add", &stmt, err);
	if (rc != LULL_OK)
		return rc;
	lull_db_bind_text(stmt, 1, job->a);
	lull_db_bind_text(stmt, 2, job->b);
	lull_db_bind_bytes(stmt, 3, job->text.data, job->text.n);
	return lull_db_run(stmt, err);
}

static int apply_purge(struct lull_record *record, struct lull_job *job, struct lull_err *err)
{
	static const int64_t kept_ms = 2LL * 24 * 3600 * 1000;
	struct lull_stmt *stmt;
	int rc = lull_db_prepare(record->db, "item_purge", &stmt, err);
	if (rc != LULL_OK)
		return rc;
	lull_db_bind_int(stmt, 1, job->now_ms);
	rc = lull_db_run(stmt, err);
	if (rc == LULL_OK)
		rc = lull_db_prepare(record->db, "request_purge", &stmt, err);
	if (rc != LULL_OK)
		return rc;
	lull_db_bind_int(stmt, 1, job->now_ms - kept_ms);
	return lull_db_run(stmt, err);
}

int lull_apply__job(struct lull_record *record, struct lull_job *job, struct lull_err *err)
{
	switch (job->kind) {
	case LULL_JOB_WRITE: return apply_write(record, job, err);
	case LULL_JOB_TEXT: return apply_text(record, job, err);
	case LULL_JOB_ERASE: return apply_erase(record, job, err);
	case LULL_JOB_PURGE: return apply_purge(record, job, err);
	}
	return LULL_EDOMAIN;
}
