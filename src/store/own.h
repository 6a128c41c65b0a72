/* What the files of this room share: the open record, keys, contexts of sealed bytes, the writer's queue. */
#ifndef LULL_STORE_OWN_H
#define LULL_STORE_OWN_H

#include <pthread.h>

#include "lull/base/seal.h"
#include "lull/base/text.h"
#include "lull/store/db.h"
#include "lull/store/record.h"

enum lull_job_kind { LULL_JOB_WRITE, LULL_JOB_TEXT, LULL_JOB_ERASE, LULL_JOB_PURGE };

/* One call that waits for its group; it lives on the caller's stack. */
struct lull_job {
	enum lull_job_kind kind;
	const struct lull_write *write;
	struct lull_arena *arena;
	struct lull_written *out;
	const char *a, *b;             /* text: hash, kind; erase: patient */
	struct lull_bytes text;
	const struct lull_audit *audit;
	int64_t now_ms;
	int64_t first_seq;             /* of its events */
	struct lull_err err;
	int rc;
	bool is_done;
	struct lull_job *next;
};

struct lull_record {
	char *path;
	struct lull_db *db;            /* the writer thread's alone after the start */
	struct lull_key master;
	int lock_fd, busy_ms, group_wait_us;
	bool is_read_only, is_demo;
	pthread_t thread;
	bool has_thread;
	pthread_mutex_t lock;
	pthread_cond_t has_work, has_done;
	struct lull_job *first, *last;
	bool is_closing;
	lull_record_watch_fn *watch;
	void *watch_data;
};

enum { LULL_CACHED_PATIENT = 64 };
struct lull_reader {
	struct lull_record *record;
	struct lull_db *db;
	char patient[LULL_CACHED_PATIENT]; /* whose key is at hand until the call ends; "" = none */
	struct lull_key patient_key;
	bool is_gone;
};

/* keys.c */
int lull_keys__make(const char *path, struct lull_key *out, struct lull_err *err);
int lull_keys__read(const char *path, struct lull_key *out, struct lull_err *err);
int lull_keys__write(const char *key_path, const struct lull_key *key, struct lull_err *err);
int lull_keys__patient(struct lull_db *db, const struct lull_key *master, const char *patient, bool make, struct lull_key *out,
		       struct lull_err *err); /* LULL_ENOTFOUND: none, or erased */
const char *lull_keys__patient_of(const char *stream); /* NULL: not a patient's */

/* Seals with a context of length-prefixed fields; the buffer gets the sealed bytes. */
int lull_keys__seal(const struct lull_key *key, const char *const *fields, size_t n_fields, struct lull_bytes plain,
		    struct lull_buf *out, struct lull_err *err);
int lull_keys__unseal(const struct lull_key *key, const char *const *fields, size_t n_fields, const void *sealed, size_t n,
		      struct lull_arena *arena, struct lull_bytes *out, struct lull_err *err);

/* record.c */
int lull_record__sync_folder(const char *path, struct lull_err *err); /* of the file at path */

/* apply.c: one member of a group, inside its savepoint */
int lull_apply__job(struct lull_record *record, struct lull_job *job, struct lull_err *err);
void lull_apply__audit_link(const struct lull_audit *a, const unsigned char *before, struct lull_buf *scratch, unsigned char *link);

/* writer.c */
int lull_writer__start(struct lull_record *record, struct lull_err *err);
void lull_writer__stop(struct lull_record *record);
int lull_writer__do(struct lull_record *record, struct lull_job *job, struct lull_err *err);

/* reader.c, over any handle */
int lull_reader__verify(struct lull_db *db, int64_t *n_entries, int64_t *first_broken, struct lull_err *err);

#endif
