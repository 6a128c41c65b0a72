/* lull/store/record.h - the clinic's record on disk: events that are only added, and what is folded from them.
 *
 * One file of data. Care is a list of events in streams ("patient/17", "schedule", "stock", "policy"); the state
 * of a stream is the fold of its events, kept as a snapshot that can be thrown away and rebuilt. Beside them: rows
 * (accounts, sessions, links, projections), the audit chain, texts pinned by hash (knowledge, consents) and one key
 * a patient, under which everything of that patient is sealed: destroying the key erases the patient.
 * One writer thread commits in groups; a call that changes returns when its group is on disk, or says why not.
 * Readers are one a thread. Nothing here knows which database engine runs underneath (db.h does). Bodies are bytes with a
 * type and a schema version: this room never looks inside. Times are UTC milliseconds given by the caller. */
#ifndef LULL_STORE_RECORD_H
#define LULL_STORE_RECORD_H

#include <stdint.h>
#include "lull/base/err.h"
#include "lull/base/mem.h"

LULL_BEGIN_C

struct lull_record; /* an open record; safe from any thread              */
struct lull_reader; /* a reader of one thread: one snapshot of the data a call */

struct lull_record_options {
	const char *path;     /* the data file; its key file is beside it: path with ".key", mode 0600 */
	bool create;          /* make a new one; refuses an existing file                 */
	bool read_only;
	bool is_demo;         /* written into a new file: every answer says "invented"   */
	int group_wait_us;    /* how long the writer waits for company; 0 = default      */
	int busy_ms;          /* how long a lock of another process is waited for; 0 = default */
};

LULL_NODISCARD int lull_record_open(const struct lull_record_options *options, struct lull_record **out, struct lull_err *err);
void lull_record_close(struct lull_record *record); /* drains the writer; accepts NULL */

/* ---- writing --------------------------------------------------------------------------- */

struct lull_bytes { const void *data; size_t n; };

/* One event. A stream named "patient/ID" is sealed under that patient's key (made at its first event). */
struct lull_event {
	int64_t seq;            /* given by the record: order of the whole clinic      */
	int64_t version;        /* given by the record: 1, 2, .. within the stream     */
	const char *stream;
	const char *type;       /* "diary.day", "session.vitals", ..                  */
	int schema_version;     /* of the body; upcasters live in codec/               */
	int64_t at_ms;          /* server's clock when accepted: for people, never for order */
	const char *civil_date; /* the patient's "2026-11-23"; NULL = none            */
	int utc_offset_min;
	const char *actor;      /* user or link id                                     */
	const char *why;        /* reason of an override or correction; NULL = none   */
	struct lull_bytes body;
};

/* A row: put (value.data not NULL) or delete. owner: patient id under whose key it is sealed, or NULL. */
struct lull_row {
	const char *space, *key; /* "user" / "anna"; "view.patient" / "17"                 */
	const char *sort;        /* order in a listing; NULL = key                         */
	const char *owner;
	int64_t expires_ms;      /* 0 = never; an expired row is not read                  */
	struct lull_bytes value;
	int64_t revision;        /* read: changes with every put; put: what is expected, -1 = any, 0 = must not exist */
};

struct lull_audit {
	int64_t n;               /* given by the record: 1, 2, ..                          */
	int64_t at_ms;
	const char *actor, *role, *action, *patient, *object, *outcome, *origin; /* NULL = "" */
};

struct lull_snapshot_put { const char *stream; int64_t version; int fold_version; struct lull_bytes state; };

/* Everything that must happen together or not at all. */
struct lull_write {
	const struct lull_event *events; size_t n_events;  /* seq and version are ignored                */
	const int64_t *expect_version;   /* n_events or NULL: the stream's version before it; -1 = any */
	const struct lull_row *rows; size_t n_rows;
	const struct lull_audit *audits; size_t n_audits;
	const struct lull_snapshot_put *snapshots; size_t n_snapshots;
	/* A repeated request: same scope and key -> nothing is written and the first answer comes back;
	 * same key with another request hash -> LULL_ECONFLICT. NULL = none. Kept for a day at least. */
	const char *idempotency_scope, *idempotency_key, *request_hash;
	struct lull_bytes answer;
};

struct lull_written {
	int64_t last_seq;
	int64_t *versions;         /* n_events, in the arena                             */
	bool was_repeated;         /* the first answer is in *answer, in the arena       */
	struct lull_bytes answer;
};

/* Returns when the group is durable. LULL_ECONFLICT: a version or revision is not the expected one, nothing written.
 * LULL_ENOTFOUND: the patient was erased. LULL_EIO: disk full, read-only, locked: nothing written; the record goes on when the
 * cause is gone. (An error of the very last sync may, after a power cut, leave the write in place: idempotency keys settle it.)
 * Stream, type, actor, sort and key are not sealed: they must not carry names or findings. */
LULL_NODISCARD int lull_record_write(struct lull_record *record, const struct lull_write *write,
				     struct lull_arena *arena, struct lull_written *out, struct lull_err *err);

/* Called on the writer's thread after each durable group with the events' streams and versions (no bodies), for
 * live streams; must not block. One watcher. */
typedef void lull_record_watch_fn(void *data, const struct lull_event *events, size_t n_events);
void lull_record_watch(struct lull_record *record, lull_record_watch_fn *fn, void *data);

/* ---- reading --------------------------------------------------------------------------- */

LULL_NODISCARD int lull_reader_open(struct lull_record *record, struct lull_reader **out, struct lull_err *err);
void lull_reader_close(struct lull_reader *reader);

struct lull_events { struct lull_event *items; size_t n; };

/* Events of a stream after a version, or of the whole record after a seq (stream NULL), at most limit, oldest first, opened. An
 * erased patient's events come with type and times, and an empty body. */
LULL_NODISCARD int lull_reader_events(struct lull_reader *reader, const char *stream, int64_t after, size_t limit,
				      struct lull_arena *arena, struct lull_events *out, struct lull_err *err);

/* The newest snapshot of this fold version and the events after it, in one consistent view: all a fold needs.
 * snapshot.state.data NULL = none. */
struct lull_stream_state { struct lull_snapshot_put snapshot; struct lull_events events; int64_t version; };
LULL_NODISCARD int lull_reader_stream(struct lull_reader *reader, const char *stream, int fold_version,
				      struct lull_arena *arena, struct lull_stream_state *out, struct lull_err *err);

/* One row (LULL_ENOTFOUND), or a page of a space in order of sort: after this (sort, key), at most limit; prefix of sort or NULL. */
LULL_NODISCARD int lull_reader_row(struct lull_reader *reader, const char *space, const char *key, int64_t now_ms,
				   struct lull_arena *arena, struct lull_row *out, struct lull_err *err);
struct lull_rows { struct lull_row *items; size_t n; };
LULL_NODISCARD int lull_reader_rows(struct lull_reader *reader, const char *space, const char *sort_prefix,
				    const char *after_sort, const char *after_key, size_t limit, int64_t now_ms,
				    struct lull_arena *arena, struct lull_rows *out, struct lull_err *err);

/* Audit entries after n, at most limit; patient NULL = all. */
struct lull_audits { struct lull_audit *items; size_t n; };
LULL_NODISCARD int lull_reader_audit(struct lull_reader *reader, const char *patient, int64_t after, size_t limit,
				     struct lull_arena *arena, struct lull_audits *out, struct lull_err *err);
/* Walks the chain; *first_broken is 0 when whole. */
LULL_NODISCARD int lull_reader_audit_verify(struct lull_reader *reader, int64_t *n_entries, int64_t *first_broken,
					    struct lull_err *err);

/* ---- texts pinned by hash, erasure, upkeep ------------------------------------------------ */

/* Keep a text for ever under its BLAKE2b-256 hash (hex into hash[65]); the same text twice is one. */
LULL_NODISCARD int lull_record_text(struct lull_record *record, const char *kind, struct lull_bytes text,
				    char hash[65], struct lull_err *err);
LULL_NODISCARD int lull_reader_text(struct lull_reader *reader, const char *hash, struct lull_arena *arena,
				    struct lull_bytes *out, struct lull_err *err);

/* Destroys the patient's key, snapshots, rows and remembered answers: nothing sealed of that patient can be read again, in this
 * file or a later backup. A backup made before still holds the key: destroy it too, or keep its key file locked away. */
LULL_NODISCARD int lull_record_erase(struct lull_record *record, const char *patient, const struct lull_audit *audit,
				     struct lull_err *err);

/* Deletes rows expired at now_ms, and remembered requests older than two days. */
LULL_NODISCARD int lull_record_purge(struct lull_record *record, int64_t now_ms, struct lull_err *err);

/* Online copy to a new file (with key file) while others write. Restore checks the copy and puts it in place of a closed record,
 * which stays beside it as "path.replaced" until the next restore; who was erased there is erased in the copy too (not when
 * that file is so damaged that it cannot be opened: then erase again by hand). */
LULL_NODISCARD int lull_record_backup(struct lull_record *record, const char *to_path, struct lull_err *err);
LULL_NODISCARD int lull_record_restore(const char *from_path, const char *to_path, struct lull_err *err);
/* Integrity of file, keys, sequence numbers and audit chain: *report is text for people, in the arena. */
LULL_NODISCARD int lull_record_check(struct lull_record *record, struct lull_arena *arena, const char **report,
				     struct lull_err *err);

struct lull_record_about { int schema_version; bool is_demo; int64_t n_events, n_patients, n_audits, n_bytes; int64_t last_seq; };
LULL_NODISCARD int lull_reader_about(struct lull_reader *reader, struct lull_record_about *out, struct lull_err *err);

LULL_END_C

#endif
