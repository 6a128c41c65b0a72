/* Files and streams of the command line: whole reads, whole-or-nothing writes, errors for people. */
#include "cli.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CLI_MAX_FILE_BYTES ((size_t)1 << 30)

int cli_fail(const struct lull_err *err)
{
	struct lull_buf buf = { 0 };

	lull_buf_puts(&buf, "lull: ");
	if (err->where[0])
		lull_buf_printf(&buf, "%s: ", err->where);
	lull_buf_printf(&buf, "%s\n", err->what[0] ? err->what : lull_code_text(err->code));
	if (err->mend[0])
		lull_buf_printf(&buf, "  %s\n", err->mend);
	fputs(lull_buf_text(&buf), stderr);
	lull_buf_clear(&buf);
	switch (err->code) {
	case LULL_ENOMEM:
	case LULL_EIO:
		return CLI_SYSTEM;
	default:
		return CLI_BAD_DATA;
	}
}

int cli_diags(const struct lull_diags *diags)
{
	struct lull_buf buf = { 0 };

	lull_diags_print(diags, &buf);
	fputs(lull_buf_text(&buf), stderr);
	const bool failed = diags->out_of_memory || buf.failed;
	lull_buf_clear(&buf);
	if (failed)
		fputs("lull: out of memory\n", stderr);
	return failed ? CLI_SYSTEM : CLI_BAD_DATA;
}

static int read_stream(FILE *f, const char *path, struct lull_arena *arena, char **bytes, size_t *n,
		       struct lull_err *err)
{
	struct lull_buf buf = { .max = CLI_MAX_FILE_BYTES };
	char chunk[65536];

	for (size_t got; (got = fread(chunk, 1, sizeof(chunk), f)) > 0;)
		lull_buf_add(&buf, chunk, got);
	int rc = ferror(f) ? lull_fail(err, LULL_EIO, path, "cannot be read: %s", strerror(errno))
			   : lull_buf_status(&buf, err);
	if (rc == LULL_OK) {
		*n = buf.n;
		*bytes = lull_arena_zalloc(arena, buf.n + 1, 1);
		if (!*bytes)
			rc = lull_nomem(err);
		else if (buf.n)
			memcpy(*bytes, buf.data, buf.n);
	}
	lull_buf_clear(&buf);
	return rc;
}

static int read_path(const char *path, struct lull_arena *arena, char **bytes, size_t *n, struct lull_err *err)
{
	struct stat st;
	FILE *f = fopen(path, "rb");

	if (!f) {
		const int why = errno;
		lull_fail(err, LULL_EIO, path, "cannot be opened: %s", strerror(why));
		if (why == ENOENT && path[0] != '/')
			lull_mend(err, "is it spelled so? it is looked for from the folder in which you typed the command");
		return LULL_EIO;
	}
	int rc;
	if (!fstat(fileno(f), &st) && S_ISDIR(st.st_mode)) {
		rc = lull_fail(err, LULL_EIO, path, "is a folder, a file is wanted");
		lull_mend(err, "name a file in it; only `lull pathway` takes a patient's whole folder");
	} else {
		rc = read_stream(f, path, arena, bytes, n, err);
	}
	fclose(f);
	return rc;
}

int cli_read_file(struct cli *cli, const char *path, char **bytes, size_t *n, struct lull_err *err)
{
	if (!strcmp(path, "-"))
		return read_stream(stdin, "standard input", cli->arena, bytes, n, err);
	return read_path(path, cli->arena, bytes, n, err);
}

/* Written beside the target, synced, then renamed over it: a reader sees the old file or the new. */
int cli_write_file(const char *path, const void *bytes, size_t n, struct lull_err *err)
{
	if (!strcmp(path, "-"))
		return fwrite(bytes, 1, n, stdout) == n && !fflush(stdout)
			       ? LULL_OK
			       : lull_fail(err, LULL_EIO, "standard output", "cannot be written: %s",
					   strerror(errno));
	struct lull_buf temp = { 0 };
	lull_buf_printf(&temp, "%s.lull-part", path);
	FILE *f = fopen(lull_buf_text(&temp), "wb");
	bool good = f && fwrite(bytes, 1, n, f) == n && !fflush(f) && !fsync(fileno(f));
	int why = errno;
	if (f && fclose(f)) {
		why = good ? errno : why;
		good = false;
	}
	if (good && rename(lull_buf_text(&temp), path)) {
		why = errno;
		good = false;
	}
	if (!good && f)
		unlink(lull_buf_text(&temp));
	lull_buf_clear(&temp);
	return good ? LULL_OK : lull_fail(err, LULL_EIO, path, "cannot be written: %s", strerror(why));
}

int cli_print(struct lull_buf *buf)
{
	struct lull_err err = { 0 };
	int rc = lull_buf_status(buf, &err);

	if (rc == LULL_OK)
		rc = cli_write_file("-", lull_buf_text(buf), buf->n, &err);
	lull_buf_clear(buf);
	return rc == LULL_OK ? CLI_DONE : cli_fail(&err);
}

struct file_list {
	struct lull_file *items;
	size_t n, cap;
};

static bool is_knowledge_name(const char *name)
{
	const char *dot = strrchr(name, '.');
	return name[0] != '.' && dot && (!strcmp(dot, ".yaml") || !strcmp(dot, ".csv"));
}

enum { MAX_KNOWLEDGE_FILES = 4096, MAX_KNOWLEDGE_DEPTH = 8 };

static int add_file(const char *full, const char *inside, struct lull_arena *arena, struct file_list *list,
		    struct lull_err *err)
{
	char *bytes = NULL;
	size_t n = 0;

	if (list->n == MAX_KNOWLEDGE_FILES)
		return lull_fail(err, LULL_ELIMIT, full, "more than %d knowledge files", MAX_KNOWLEDGE_FILES);
	int rc = read_path(full, arena, &bytes, &n, err);
	if (rc != LULL_OK)
		return rc;
	struct lull_file *grown = lull_arena_grow(arena, list->items, list->n, &list->cap, list->n + 1,
						  sizeof(*list->items));
	if (!grown)
		return lull_nomem(err);
	list->items = grown;
	list->items[list->n++] = (struct lull_file){ inside, bytes, n };
	return LULL_OK;
}

static int walk(const char *folder, const char *inside, int depth, struct lull_arena *arena,
		struct file_list *list, struct lull_err *err)
{
	DIR *dir = opendir(folder);
	int rc = LULL_OK;

	if (!dir)
		return lull_fail(err, LULL_EIO, folder, "is not a folder that can be read: %s", strerror(errno));
	for (struct dirent *e; rc == LULL_OK && (e = readdir(dir));) {
		struct stat st;
		if (e->d_name[0] == '.')
			continue;
		char *full = lull_arena_printf(arena, "%s/%s", folder, e->d_name);
		char *sub = lull_arena_printf(arena, "%s%s%s", inside, *inside ? "/" : "", e->d_name);
		if (!full || !sub)
			rc = lull_nomem(err);
		else if (stat(full, &st))
			rc = lull_fail(err, LULL_EIO, full, "cannot be read: %s", strerror(errno));
		else if (S_ISDIR(st.st_mode) && depth < MAX_KNOWLEDGE_DEPTH)
			rc = walk(full, sub, depth + 1, arena, list, err);
		else if (S_ISREG(st.st_mode) && is_knowledge_name(e->d_name))
			rc = add_file(full, sub, arena, list, err);
	}
	closedir(dir);
	return rc;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct lull_file *)a)->path, ((const struct lull_file *)b)->path);
}

int cli_read_knowledge(const char *folder, struct lull_arena *arena, struct lull_files *out,
		       struct lull_err *err)
{
	struct file_list list = { 0 };
	const int rc = walk(folder, "", 0, arena, &list, err);

	if (rc != LULL_OK)
		return rc;
	if (!list.n) {
		lull_fail(err, LULL_ENOTFOUND, folder, "holds no knowledge files (.yaml, .csv)");
		lull_mend(err, "start from a copy of the knowledge/ folder of Lull's source");
		return LULL_ENOTFOUND;
	}
	qsort(list.items, list.n, sizeof(*list.items), by_path);
	*out = (struct lull_files){ .items = list.items, .n_items = list.n, .origin = folder };
	return lull_files_seal(out, err);
}
