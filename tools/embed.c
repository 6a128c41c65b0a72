/* embed - writes a folder of knowledge files as one C file, for the build.
 *
 *   embed FOLDER OUT.c DEPFILE
 *
 * Files (.yaml, .csv) are listed in bytewise order of their path inside FOLDER. The
 * depfile names every file and folder, so that the build notices additions. */
#define _DEFAULT_SOURCE
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_FILES = 4096 };
static char *paths[MAX_FILES];
static size_t n_paths;

static void die(const char *what, const char *path)
{
	fprintf(stderr, "embed: %s: %s\n", what, path);
	exit(1);
}

static int ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);
	return n > m && !strcmp(text + n - m, end);
}

static void walk(const char *root, const char *inside, FILE *dep)
{
	char folder[4096];
	snprintf(folder, sizeof(folder), "%s%s%s", root, *inside ? "/" : "", inside);
	fprintf(dep, " %s", folder);
	DIR *dir = opendir(folder);
	if (!dir)
		die("cannot open", folder);
	for (struct dirent *e; (e = readdir(dir));) {
		char path[4096], full[8300];
		struct stat st;
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s%s%s", inside, *inside ? "/" : "", e->d_name);
		snprintf(full, sizeof(full), "%s/%s", root, path);
		if (stat(full, &st))
			die("cannot stat", full);
		if (S_ISDIR(st.st_mode)) {
			walk(root, path, dep);
		} else if (ends_with(path, ".yaml") || ends_with(path, ".csv")) {
			if (n_paths == MAX_FILES)
				die("too many files at", full);
			fprintf(dep, " %s", full);
			paths[n_paths++] = strdup(path);
		}
	}
	closedir(dir);
}

static int by_path(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static size_t put_bytes(const char *full, size_t i, FILE *out)
{
	FILE *in = fopen(full, "rb");
	size_t n = 0;
	if (!in)
		die("cannot open", full);
	fprintf(out, "static const char file_%zu[] = {", i);
	for (int c; (c = fgetc(in)) != EOF; n++)
		fprintf(out, "%s%d,", n % 32 ? "" : "\n", c > 127 ? c - 256 : c);
	fprintf(out, "0};\n");
	fclose(in);
	return n;
}

int main(int argc, char **argv)
{
	if (argc != 4)
		die("usage: embed FOLDER OUT.c DEPFILE", "");
	FILE *out = fopen(argv[2], "wb"), *dep = fopen(argv[3], "wb");
	if (!out || !dep)
		die("cannot write", argv[2]);
	const char *target = argv[2];
	fprintf(dep, "%s:", target);
	walk(argv[1], "", dep);
	fprintf(dep, "\n");
	qsort(paths, n_paths, sizeof(paths[0]), by_path);

	size_t *sizes = calloc(n_paths + 1, sizeof(*sizes));
	if (!sizes)
		die("out of memory", "");
	fprintf(out, "/* Made by tools/embed.c from knowledge/; do not edit. */\n"
		     "#include \"lull/base/files.h\"\n#include \"lull/knowledge.h\"\n\n");
	for (size_t i = 0; i < n_paths; i++) {
		char full[8300];
		snprintf(full, sizeof(full), "%s/%s", argv[1], paths[i]);
		sizes[i] = put_bytes(full, i, out);
	}
	fprintf(out, "const struct lull_file lull_embedded_files[] = {\n");
	for (size_t i = 0; i < n_paths; i++)
		fprintf(out, "\t{ \"%s\", file_%zu, %zu },\n", paths[i], i, sizes[i]);
	fprintf(out, "\t{ 0, 0, 0 },\n};\nconst size_t lull_n_embedded_files = %zu;\n", n_paths);
	free(sizes);
	return fclose(out) || fclose(dep);
}
