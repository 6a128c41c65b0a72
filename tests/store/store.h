/* A record in a folder of its own, for the tests of store/. */
#ifndef LULL_TEST_STORE_H
#define LULL_TEST_STORE_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "support.h"
#include "lull/base/text.h"
#include "lull/store/record.h"

struct place {
	char folder[64], path[96];
	struct lull_record *record;
	struct lull_arena arena;
	struct lull_err err;
};

static inline void place_make(struct place *p, bool is_demo)
{
	memset(p, 0, sizeof(*p));
	lull_text_format(p->folder, sizeof(p->folder), "/tmp/lull-store-XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	lull_text_format(p->path, sizeof(p->path), "%s/clinic.lull", p->folder);
	assert_ok(lull_record_open(&(struct lull_record_options){ .path = p->path, .create = true, .is_demo = is_demo }, &p->record, &p->err), &p->err);
}

static inline void place_reopen(struct place *p)
{
	lull_record_close(p->record);
	assert_ok(lull_record_open(&(struct lull_record_options){ .path = p->path }, &p->record, &p->err), &p->err);
}

static inline void place_end(struct place *p)
{
	static const char *const ends[] = { "", ".key", "-wal", "-shm", ".bak", ".bak.key", ".replaced", ".replaced.key", ".replaced-wal" };
	lull_record_close(p->record);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		char name[128];
		lull_text_format(name, sizeof(name), "%s%s", p->path, ends[i]);
		unlink(name);
	}
	assert_int_equal(rmdir(p->folder), 0); /* nothing else was left behind */
	lull_arena_clear(&p->arena);
}

/* The sequence number of the new event, or the error's code. */
static inline int64_t add(struct place *p, const char *stream, const char *body, int64_t expected)
{
	const struct lull_event e = { .stream = stream, .type = "diary.day", .schema_version = 1, .at_ms = 1000, .civil_date = "2026-11-23",
		.utc_offset_min = 60, .actor = "anna", .why = "because", .body = { body, strlen(body) } };
	const struct lull_audit a = { .at_ms = 1000, .actor = "anna", .role = "nurse", .action = "write", .object = stream, .outcome = "done" };
	const struct lull_write w = { .events = &e, .n_events = 1, .expect_version = &expected, .audits = &a, .n_audits = 1 };
	struct lull_written out;
	const int rc = lull_record_write(p->record, &w, &p->arena, &out, &p->err);
	return rc == LULL_OK ? out.last_seq : rc;
}

static inline size_t count_events(struct place *p)
{
	struct lull_reader *reader;
	struct lull_events events;
	assert_ok(lull_reader_open(p->record, &reader, &p->err), &p->err);
	assert_ok(lull_reader_events(reader, NULL, 0, SIZE_MAX, &p->arena, &events, &p->err), &p->err);
	lull_reader_close(reader);
	return events.n;
}

#endif
