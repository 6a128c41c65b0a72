/* Power cuts: at every sync and at many writes in between, what the disk may hold then is opened again. Every acknowledged event
 * must be there, none half-written, the audit chain whole. A disk that lies about syncing must be caught by the same test. */
#include "lossy.h"
#include "store.h"

struct image { unsigned char *bytes; size_t n, cap; };
enum loss { LOSE_ALL, KEEP_SOME_WRITES, KEEP_SOME_SECTORS, N_LOSSES };

static uint64_t random_state = 88172645463325252u;
static bool coin(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state >> 63;
}

static void put_bytes(struct image *im, size_t at, const unsigned char *bytes, size_t n)
{
	if (n == 0)
		return;
	if (at + n > im->cap) {
		im->cap = 2 * (at + n);
		im->bytes = realloc(im->bytes, im->cap);
	}
	if (at > im->n)
		memset(im->bytes + im->n, 0, at - im->n);
	memcpy(im->bytes + at, bytes, n);
	if (at + n > im->n)
		im->n = at + n;
}

static void apply(struct image *im, const struct op *op, enum loss loss)
{
	if (op->kind == OP_TRUNCATE && (loss != LOSE_ALL) && (size_t)op->at < im->n)
		im->n = (size_t)op->at;
	if (op->kind != OP_WRITE)
		return;
	for (size_t i = 0; i < op->n; i += 512) {
		const size_t n = op->n - i < 512 ? op->n - i : 512;
		if (loss != KEEP_SOME_SECTORS || coin())
			put_bytes(im, (size_t)op->at + i, op->bytes + i, n);
	}
}

static void read_image(const char *path, struct image *im)
{
	FILE *in = fopen(path, "rb");
	unsigned char piece[4096];
	for (size_t n; in && (n = fread(piece, 1, sizeof(piece), in)) > 0;)
		put_bytes(im, im->n, piece, n);
	if (in)
		fclose(in);
}

static void write_image(const char *path, const struct image *im)
{
	FILE *out = fopen(path, "wb");
	assert_non_null(out);
	assert_int_equal(fwrite(im->bytes ? im->bytes : (unsigned char *)"", 1, im->n, out), im->n);
	assert_int_equal(fclose(out), 0);
}

/* The state at op `end`: files as synced, with what is pending lost in the given way. Without is_honest no sync counts. */
static void rebuild(const struct image start[2], size_t end, enum loss loss, bool is_honest, struct image out[2])
{
	for (int f = 0; f < 2; f++) {
		size_t synced = 0;
		out[f].n = 0;
		put_bytes(&out[f], 0, start[f].bytes ? start[f].bytes : (const unsigned char *)"", start[f].n);
		for (size_t i = 0; i < end && is_honest; i++) {
			if (disk.ops[i].kind == OP_SYNC && disk.ops[i].file == f)
				synced = i;
		}
		for (size_t i = 0; i < end; i++) {
			const struct op *op = &disk.ops[i];
			if (op->kind == OP_ACK || op->file != f)
				continue;
			if (i < synced)
				apply(&out[f], op, N_LOSSES);
			else if (loss != LOSE_ALL && coin())
				apply(&out[f], op, loss);
		}
	}
}

/* Opens what is left; returns how many acknowledged events are missing. Everything else must be in order. */
static int64_t missing_after(const char *path, int64_t acked, bool is_honest)
{
	struct lull_arena arena = { 0 };
	struct lull_record *record;
	struct lull_err err = { 0 };
	struct lull_reader *reader;
	struct lull_record_about about;
	const char *report;
	int rc = lull_record_open(&(struct lull_record_options){ .path = path }, &record, &err);
	if (!is_honest && rc != LULL_OK)
		return acked;
	assert_ok(rc, &err);
	rc = lull_record_check(record, &arena, &report, &err);
	if (is_honest)
		assert_ok(rc, &err);
	assert_ok(lull_reader_open(record, &reader, &err), &err);
	assert_ok(lull_reader_about(reader, &about, &err), &err);
	if (is_honest) { /* each write was two events and one audit entry, erasures one entry more */
		struct lull_events events;
		assert_int_equal(about.n_events % 2, 0);
		assert_true(about.n_audits >= about.n_events / 2);
		assert_ok(lull_reader_events(reader, NULL, 0, SIZE_MAX, &arena, &events, &err), &err);
		for (size_t i = 0; i < events.n; i++) {
			char want[32];
			lull_text_format(want, sizeof(want), "event %zu", i + 1);
			assert_int_equal(events.items[i].seq, (int64_t)i + 1);
			assert_memory_equal(events.items[i].body.data, want, strlen(want));
		}
	}
	lull_reader_close(reader);
	lull_record_close(record);
	lull_arena_clear(&arena);
	return acked > about.last_seq ? acked - about.last_seq : 0;
}

static void write_pair(struct place *p, int64_t i)
{
	char a[700], b[700];
	memset(a, ' ', sizeof(a));
	memset(b, ' ', sizeof(b));
	lull_text_format(a, sizeof(a), "event %lld", (long long)(2 * i + 1));
	lull_text_format(b, sizeof(b), "event %lld", (long long)(2 * i + 2));
	const char *stream = i % 3 ? "patient/keep" : "schedule";
	const struct lull_event e[2] = { { .stream = stream, .type = "t", .actor = "x", .at_ms = i, .body = { a, sizeof(a) } },
		{ .stream = "patient/other", .type = "t", .actor = "x", .at_ms = i, .body = { b, sizeof(b) } } };
	const struct lull_audit audit = { .at_ms = i, .actor = "x", .action = "write" };
	const struct lull_write w = { .events = e, .n_events = 2, .audits = &audit, .n_audits = 1 };
	struct lull_written out;
	assert_ok(lull_record_write(p->record, &w, &p->arena, &out, &p->err), &p->err);
	note(OP_ACK, 0, out.last_seq, NULL, 0);
}

static void power_cuts(void **state)
{
	(void)state;
	struct place p, left;
	struct image start[2] = { { 0 }, { 0 } }, now[2] = { { 0 }, { 0 } };
	char log[128], key[128], left_log[128], left_key[128];
	const bool is_full = getenv("LULL_ROUNDS") != NULL;
	lossy_install();
	place_make(&p, false);
	lull_record_close(p.record);
	read_image(p.path, &start[0]);
	disk.is_noting = true;
	assert_ok(lull_record_open(&(struct lull_record_options){ .path = p.path }, &p.record, &p.err), &p.err);
	for (int64_t i = 0; i < 36; i++) {
		write_pair(&p, i);
		if (i % 12 == 11) { /* empties the log: data file written, synced, log cut */
			const struct lull_audit audit = { .actor = "x", .action = "erase" };
			assert_ok(lull_record_erase(p.record, "nobody", &audit, &p.err), &p.err);
		}
	}
	disk.is_noting = false;
	lull_text_format(key, sizeof(key), "%s.key", p.path);
	lull_text_format(log, sizeof(log), "%s-wal", p.path);
	place_make(&left, false);
	lull_record_close(left.record);
	lull_text_format(left_key, sizeof(left_key), "%s.key", left.path);
	lull_text_format(left_log, sizeof(left_log), "%s-wal", left.path);
	struct image key_bytes = { 0 };
	read_image(key, &key_bytes);
	write_image(left_key, &key_bytes);
	int64_t acked = 0, missing_lying = 0;
	size_t n_cuts = 0, n_syncs = 0;
	for (size_t i = 0; i <= disk.n; i++) {
		const bool is_sync = i > 0 && disk.ops[i - 1].kind == OP_SYNC;
		if (i > 0 && disk.ops[i - 1].kind == OP_ACK)
			acked = disk.ops[i - 1].at;
		n_syncs += is_sync;
		if (!is_full && !is_sync && i % 7 != 0 && i != disk.n)
			continue;
		for (int loss = 0; loss < N_LOSSES; loss++) {
			if (!is_full && loss != (int)(n_cuts % N_LOSSES) && i != disk.n)
				continue;
			rebuild(start, i, (enum loss)loss, true, now);
			write_image(left.path, &now[0]);
			write_image(left_log, &now[1]);
			const int64_t missing = missing_after(left.path, acked, true);
			if (missing)
				fail_msg("cut %zu of %zu, loss %d: %lld acknowledged events are missing", i, disk.n, loss, (long long)missing);
		}
		n_cuts++;
	}
	assert_true(n_syncs > 36 && n_cuts > n_syncs);
	rebuild(start, disk.n, LOSE_ALL, false, now); /* the test can fail: a disk that ignores syncs loses */
	write_image(left.path, &now[0]);
	write_image(left_log, &now[1]);
	missing_lying = missing_after(left.path, acked, false);
	assert_int_equal(missing_lying, acked);
	print_message("# %zu power cuts, %zu of them at a sync, %zu operations\n", n_cuts, n_syncs, disk.n);
	for (int f = 0; f < 2; f++) {
		free(start[f].bytes);
		free(now[f].bytes);
	}
	free(key_bytes.bytes);
	lossy_forget();
	left.record = NULL;
	place_end(&left);
	place_end(&p);
	lossy_remove();
}

/* Every write of the file system in turn meets a full disk (or an error); the call says so, nothing is kept of it, and with
 * room again the record goes on. */
static void disk_full(void **state)
{
	static const int codes[] = { SQLITE_FULL, SQLITE_IOERR_WRITE };
	(void)state;
	struct place p;
	lossy_install();
	place_make(&p, false);
	int64_t n = 0;
	for (size_t c = 0; c < 2; c++) {
		for (int nth = 0; nth < 30; nth++) {
			disk.n_before_failing = nth;
			disk.write_rc = codes[c];
			const int64_t got = add(&p, "patient/1", "body", -1);
			disk.write_rc = 0;
			if (got == LULL_EIO)
				assert_true(strlen(p.err.what) > 10);
			else
				assert_int_equal(got, ++n); /* fewer writes than nth were needed */
			assert_int_equal(count_events(&p), (size_t)n);
			assert_int_equal(add(&p, "patient/1", "after", -1), ++n);
		}
	}
	assert_true(n < 2 * 60); /* some did fail */
	disk.sync_rc = SQLITE_IOERR_FSYNC;
	assert_int_equal(add(&p, "patient/1", "body", -1), LULL_EIO);
	disk.sync_rc = 0;
	assert_int_equal(add(&p, "patient/1", "after", -1), ++n);
	place_reopen(&p);
	assert_int_equal(count_events(&p), (size_t)n);
	const char *report;
	assert_ok(lull_record_check(p.record, &p.arena, &report, &p.err), &p.err);
	place_end(&p);
	lossy_remove();
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(power_cuts), cmocka_unit_test(disk_full) };
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("power", tests, NULL, NULL);
}
