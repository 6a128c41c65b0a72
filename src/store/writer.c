/* The one writer: takes what has queued up, applies each member in its savepoint, and commits the group with one sync. */
#include <signal.h>
#include <string.h>
#include <time.h>

#include "own.h"

enum { MAX_GROUP = 256 };

/* What became of the engine's transaction decides for all: an error of the disk may have rolled everything back. */
static int apply_member(struct lull_record *record, struct lull_job *job)
{
	if (lull_db_do(record->db, LULL_DB_SAVEPOINT, &job->err) != LULL_OK)
		return job->err.code;
	int rc = lull_apply__job(record, job, &job->err);
	if (rc == LULL_OK)
		return lull_db_do(record->db, LULL_DB_RELEASE, &job->err);
	if (lull_db_is_in_transaction(record->db) && (lull_db_do(record->db, LULL_DB_ROLLBACK_TO, NULL) != LULL_OK ||
						      lull_db_do(record->db, LULL_DB_RELEASE, NULL) != LULL_OK))
		(void)!lull_db_do(record->db, LULL_DB_ROLLBACK, NULL);
	return rc;
}

static void fail_group(struct lull_job *group, int rc, const struct lull_err *err)
{
	for (struct lull_job *job = group; job; job = job->next) {
		if (job->rc == LULL_OK) {
			job->rc = rc;
			job->err = *err;
		}
	}
}

static void commit_group(struct lull_record *record, struct lull_job *group)
{
	struct lull_err err = { 0 };
	int rc = lull_db_do(record->db, LULL_DB_BEGIN_WRITE, &err);
	if (rc != LULL_OK) {
		fail_group(group, rc, &err);
		return;
	}
	for (struct lull_job *job = group; job; job = job->next) {
		job->rc = apply_member(record, job);
		if (!lull_db_is_in_transaction(record->db)) { /* the engine gave up the whole transaction */
			err = job->err;
			fail_group(group, job->rc, &err);
			return;
		}
	}
	rc = lull_db_do(record->db, LULL_DB_COMMIT, &err);
	if (lull_db_is_in_transaction(record->db))
		(void)!lull_db_do(record->db, LULL_DB_ROLLBACK, NULL);
	if (rc != LULL_OK)
		fail_group(group, rc, &err);
	for (struct lull_job *job = group; job && rc == LULL_OK; job = job->next) {
		if (job->kind == LULL_JOB_ERASE && job->rc == LULL_OK && lull_db_empty_log(record->db, &job->err) != LULL_OK) {
			job->rc = lull_fail(&job->err, LULL_EIO, record->path, "the patient's key is destroyed, but a reader kept the log file busy: "
					    "its old bytes are still on the disk");
			lull_mend(&job->err, "erase once more; that empties the log");
		}
	}
}

static void tell_watcher(struct lull_record *record, const struct lull_job *group)
{
	pthread_mutex_lock(&record->lock);
	lull_record_watch_fn *fn = record->watch;
	void *data = record->watch_data;
	pthread_mutex_unlock(&record->lock);
	for (const struct lull_job *job = group; job && fn; job = job->next) {
		if (job->kind != LULL_JOB_WRITE || job->rc != LULL_OK || job->out->was_repeated)
			continue;
		for (size_t i = 0; i < job->write->n_events; i++) {
			struct lull_event e = job->write->events[i];
			e.seq = job->first_seq + (int64_t)i;
			e.version = job->out->versions[i];
			e.why = NULL;
			e.body = (struct lull_bytes){ NULL, 0 };
			fn(data, &e, 1);
		}
	}
}

/* Waits for work, then takes at most MAX_GROUP; NULL: closing and nothing left. */
static struct lull_job *take_group(struct lull_record *record)
{
	pthread_mutex_lock(&record->lock);
	while (!record->first && !record->is_closing)
		pthread_cond_wait(&record->has_work, &record->lock);
	if (record->first && record->group_wait_us > 0 && !record->is_closing) {
		const struct timespec wait = { record->group_wait_us / 1000000, record->group_wait_us % 1000000 * 1000L };
		pthread_mutex_unlock(&record->lock);
		nanosleep(&wait, NULL);
		pthread_mutex_lock(&record->lock);
	}
	struct lull_job *group = record->first, *last = group;
	for (int n = 1; last && last->next && n < MAX_GROUP; n++)
		last = last->next;
	if (last) {
		record->first = last->next;
		last->next = NULL;
		if (!record->first)
			record->last = NULL;
	}
	pthread_mutex_unlock(&record->lock);
	return group;
}

static void *write_groups(void *user)
{
	struct lull_record *record = user;
	for (struct lull_job *group; (group = take_group(record));) {
		commit_group(record, group);
		tell_watcher(record, group);
		pthread_mutex_lock(&record->lock);
		for (struct lull_job *job = group; job;) {
			struct lull_job *next = job->next;
			job->is_done = true; /* from here on the caller may leave */
			job = next;
		}
		pthread_cond_broadcast(&record->has_done);
		pthread_mutex_unlock(&record->lock);
	}
	return NULL;
}

/* Signals belong to the program's own threads. */
int lull_writer__start(struct lull_record *record, struct lull_err *err)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	record->has_thread = pthread_create(&record->thread, NULL, write_groups, record) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!record->has_thread)
		return lull_fail(err, LULL_ELIMIT, "record", "the writer's thread could not be started");
	return LULL_OK;
}

void lull_writer__stop(struct lull_record *record)
{
	if (!record->has_thread)
		return;
	pthread_mutex_lock(&record->lock);
	record->is_closing = true;
	pthread_cond_broadcast(&record->has_work);
	pthread_mutex_unlock(&record->lock);
	pthread_join(record->thread, NULL);
	record->has_thread = false;
}

int lull_writer__do(struct lull_record *record, struct lull_job *job, struct lull_err *err)
{
	if (record->is_read_only)
		return lull_fail(err, LULL_EIO, record->path, "the record was opened for reading only");
	pthread_mutex_lock(&record->lock);
	if (record->is_closing) {
		pthread_mutex_unlock(&record->lock);
		return lull_fail(err, LULL_ESTOPPED, record->path, "the record is being closed");
	}
	if (record->last)
		record->last->next = job;
	else
		record->first = job;
	record->last = job;
	pthread_cond_signal(&record->has_work);
	while (!job->is_done)
		pthread_cond_wait(&record->has_done, &record->lock);
	pthread_mutex_unlock(&record->lock);
	if (job->rc != LULL_OK && err)
		*err = job->err;
	return job->rc;
}

int lull_record_write(struct lull_record *record, const struct lull_write *write, struct lull_arena *arena, struct lull_written *out,
		      struct lull_err *err)
{
	memset(out, 0, sizeof(*out));
	out->versions = LULL_ARENA_NEW(arena, int64_t, write->n_events + 1);
	if (!out->versions)
		return lull_nomem(err);
	struct lull_job job = { .kind = LULL_JOB_WRITE, .write = write, .arena = arena, .out = out };
	return lull_writer__do(record, &job, err);
}

int lull_record_text(struct lull_record *record, const char *kind, struct lull_bytes text, char hash[65], struct lull_err *err)
{
	unsigned char digest[LULL_DIGEST_BYTES];
	lull_blake2b(text.data ? text.data : "", text.n, digest);
	lull_hex(digest, sizeof(digest), hash);
	struct lull_job job = { .kind = LULL_JOB_TEXT, .a = hash, .b = kind, .text = text };
	return lull_writer__do(record, &job, err);
}

int lull_record_erase(struct lull_record *record, const char *patient, const struct lull_audit *audit, struct lull_err *err)
{
	struct lull_job job = { .kind = LULL_JOB_ERASE, .a = patient, .audit = audit };
	return lull_writer__do(record, &job, err);
}

int lull_record_purge(struct lull_record *record, int64_t now_ms, struct lull_err *err)
{
	struct lull_job job = { .kind = LULL_JOB_PURGE, .now_ms = now_ms };
	return lull_writer__do(record, &job, err);
}

void lull_record_watch(struct lull_record *record, lull_record_watch_fn *fn, void *data)
{
	pthread_mutex_lock(&record->lock);
	record->watch = fn;
	record->watch_data = data;
	pthread_mutex_unlock(&record->lock);
}
