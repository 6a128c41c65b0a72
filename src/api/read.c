/* Whole files and knowledge folders into arenas; see read.h. */
#include "lull/api/read.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lull/base/text.h"

int lull_read_stream(FILE *f, const char *name, struct lull_arena *arena, char **bytes, size_t *n_bytes,
		     struct lull_err *err)
{
	struct lull_buf buf = { .max = LULL_READ_MAX_BYTES };
	char chunk[65536];

	for (size_t got; (got = fread(chunk, 1, sizeof(chunk), f)) > 0;)
		lull_buf_add(&buf, chunk, got);
	int rc = ferror(f) ? lull_fail(err, LULL_EIO, name, "cannot be read: %s", strerror(errno))
			   : lull_buf_status(&buf, err);
	if (rc == LULL_OK) {
		*n_bytes = buf.n;
		*bytes = lull_arena_zalloc(arena, buf.n + 1, 1);
		if (!*bytes)
			rc = lull_nomem(err);
		else if (buf.n)
			memcpy(*bytes, buf.data, buf.n);
	}
	lull_buf_clear(&buf);
	return rc;
}

int lull_read_file(const char *path, struct lull_arena *arena, char **bytes, size_t *n_bytes, struct lull_err *err)
{
	struct stat st;
	FILE *f = fopen(path, "rb");

	if (!f) {
		const int why = errno;
		lull_fail(err, LULL_EIO, path, "cannot be opened: %s", strerror(why));
		if (why == ENOENT && path[0] != '/')
			lull_mend(err, "is it spelled so? it is looked for from the folder in which the program was started");
		return LULL_EIO;
	}
	const int rc = !fstat(fileno(f), &st) && S_ISDIR(st.st_mode)
			       ? lull_fail(err, LULL_EIO, path, "is a folder, a file is wanted")
			       : lull_read_stream(f, path, arena, bytes, n_bytes, err);
	fclose(f);
	return rc;
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

static int add_file(const char *full, const char *inside, struct lull_arena *arena, struct file_list *list,
		    struct lull_err *err)
{
	char *bytes = NULL;
	size_t n = 0;

	if (list->n == LULL_READ_MAX_FILES)
		return lull_fail(err, LULL_ELIMIT, full, "more than %d knowledge files", (int)LULL_READ_MAX_FILES);
	const int rc = lull_read_file(full, arena, &bytes, &n, err);
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
		else if (S_ISDIR(st.st_mode) && depth < LULL_READ_MAX_DEPTH)
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

int lull_read_knowledge(const char *folder, struct lull_arena *arena, struct lull_files *out, struct lull_err *err)
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
