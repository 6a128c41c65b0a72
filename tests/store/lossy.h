/* A disk that forgets: a layer over SQLite's own file system that notes every write, truncation and sync. From the notes a
 * test rebuilds what a power cut at any moment may leave: all that was synced, and of the rest nothing, some writes, or some
 * sectors of some writes. The same layer can be full or fail to sync. */
#ifndef LULL_TEST_LOSSY_H
#define LULL_TEST_LOSSY_H

#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum op_kind { OP_WRITE, OP_TRUNCATE, OP_SYNC, OP_ACK };
struct op {
	enum op_kind kind;
	int file;             /* 0 = data, 1 = log          */
	int64_t at;           /* offset; size; ack's number */
	size_t n;
	unsigned char *bytes;
};

static struct {
	pthread_mutex_t lock;
	struct op *ops;
	size_t n, cap;
	bool is_noting;
	int write_rc, sync_rc; /* SQLITE_FULL and the like while not 0 */
	int n_before_failing;  /* that many writes still go through    */
	sqlite3_vfs *real;
} disk = { .lock = PTHREAD_MUTEX_INITIALIZER };

struct lossy_file {
	sqlite3_file base;
	int file; /* -1: not ours to note */
	/* the real file follows */
};

static sqlite3_file *real_of(sqlite3_file *f)
{
	return (sqlite3_file *)((char *)f + sizeof(struct lossy_file));
}

static void note(enum op_kind kind, int file, int64_t at, const void *bytes, size_t n)
{
	pthread_mutex_lock(&disk.lock);
	if (disk.is_noting && file >= 0) {
		if (disk.n == disk.cap) {
			disk.cap = disk.cap ? 2 * disk.cap : 1024;
			disk.ops = realloc(disk.ops, disk.cap * sizeof(*disk.ops));
		}
		struct op *op = &disk.ops[disk.n++];
		*op = (struct op){ .kind = kind, .file = file, .at = at, .n = n };
		if (n) {
			op->bytes = malloc(n);
			memcpy(op->bytes, bytes, n);
		}
	}
	pthread_mutex_unlock(&disk.lock);
}

static int l_close(sqlite3_file *f) { return real_of(f)->pMethods->xClose(real_of(f)); }
static int l_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at) { return real_of(f)->pMethods->xRead(real_of(f), p, n, at); }
static int l_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	pthread_mutex_lock(&disk.lock);
	const int rc = disk.write_rc && disk.n_before_failing-- <= 0 ? disk.write_rc : SQLITE_OK;
	pthread_mutex_unlock(&disk.lock);
	if (rc != SQLITE_OK)
		return rc;
	note(OP_WRITE, ((struct lossy_file *)f)->file, at, p, (size_t)n);
	return real_of(f)->pMethods->xWrite(real_of(f), p, n, at);
}
static int l_truncate(sqlite3_file *f, sqlite3_int64 n)
{
	note(OP_TRUNCATE, ((struct lossy_file *)f)->file, n, NULL, 0);
	return real_of(f)->pMethods->xTruncate(real_of(f), n);
}
static int l_sync(sqlite3_file *f, int flags)
{
	pthread_mutex_lock(&disk.lock);
	const int failing = disk.sync_rc;
	pthread_mutex_unlock(&disk.lock);
	if (failing)
		return failing;
	const int rc = real_of(f)->pMethods->xSync(real_of(f), flags);
	if (rc == SQLITE_OK)
		note(OP_SYNC, ((struct lossy_file *)f)->file, 0, NULL, 0);
	return rc;
}
static int l_size(sqlite3_file *f, sqlite3_int64 *n) { return real_of(f)->pMethods->xFileSize(real_of(f), n); }
static int l_lock(sqlite3_file *f, int l) { return real_of(f)->pMethods->xLock(real_of(f), l); }
static int l_unlock(sqlite3_file *f, int l) { return real_of(f)->pMethods->xUnlock(real_of(f), l); }
static int l_reserved(sqlite3_file *f, int *out) { return real_of(f)->pMethods->xCheckReservedLock(real_of(f), out); }
static int l_control(sqlite3_file *f, int op, void *arg) { return real_of(f)->pMethods->xFileControl(real_of(f), op, arg); }
static int l_sector(sqlite3_file *f) { return real_of(f)->pMethods->xSectorSize(real_of(f)); }
/* Promises nothing: no atomic writes, no safe append. */
static int l_promises(sqlite3_file *f) { (void)f; return 0; }
static int l_shm_map(sqlite3_file *f, int i, int n, int extend, void volatile **out) { return real_of(f)->pMethods->xShmMap(real_of(f), i, n, extend, out); }
static int l_shm_lock(sqlite3_file *f, int at, int n, int flags) { return real_of(f)->pMethods->xShmLock(real_of(f), at, n, flags); }
static void l_shm_barrier(sqlite3_file *f) { real_of(f)->pMethods->xShmBarrier(real_of(f)); }
static int l_shm_unmap(sqlite3_file *f, int del) { return real_of(f)->pMethods->xShmUnmap(real_of(f), del); }

static const sqlite3_io_methods lossy_methods = { 2, l_close, l_read, l_write, l_truncate, l_sync, l_size, l_lock, l_unlock, l_reserved,
	l_control, l_sector, l_promises, l_shm_map, l_shm_lock, l_shm_barrier, l_shm_unmap, NULL, NULL };

static int l_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out_flags)
{
	struct lossy_file *lossy = (struct lossy_file *)f;
	(void)vfs;
	lossy->base.pMethods = NULL;
	lossy->file = flags & SQLITE_OPEN_MAIN_DB ? 0 : flags & SQLITE_OPEN_WAL ? 1 : -1;
	const int rc = disk.real->xOpen(disk.real, name, real_of(f), flags, out_flags);
	if (real_of(f)->pMethods)
		lossy->base.pMethods = &lossy_methods;
	return rc;
}

/* Lies over the default from now on, for every file that is opened. */
static void lossy_install(void)
{
	static sqlite3_vfs vfs;
	disk.real = sqlite3_vfs_find(NULL);
	vfs = *disk.real;
	vfs.pNext = NULL;
	vfs.zName = "lossy";
	vfs.szOsFile = disk.real->szOsFile + (int)sizeof(struct lossy_file);
	vfs.xOpen = l_open;
	sqlite3_vfs_register(&vfs, 1);
}

static void lossy_remove(void)
{
	sqlite3_vfs_unregister(sqlite3_vfs_find("lossy"));
	sqlite3_vfs_register(disk.real, 1);
}

static void lossy_forget(void)
{
	for (size_t i = 0; i < disk.n; i++)
		free(disk.ops[i].bytes);
	free(disk.ops);
	disk.ops = NULL;
	disk.n = disk.cap = 0;
}

#endif
