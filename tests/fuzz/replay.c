/* Runs a fuzz target once over every file of a corpus folder, so that a corpus is a
 * regression test in every build, without libFuzzer. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	if (!f) {
		fprintf(stderr, "replay: cannot open %s\n", path);
		return 1;
	}
	size_t cap = 1u << 20, n = 0;
	uint8_t *bytes = malloc(cap);
	if (bytes)
		n = fread(bytes, 1, cap, f);
	fclose(f);
	if (!bytes)
		return 1;
	LLVMFuzzerTestOneInput(bytes, n);
	free(bytes);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: replay CORPUS_FOLDER\n");
		return 2;
	}
	DIR *dir = opendir(argv[1]);
	if (!dir) {
		fprintf(stderr, "replay: no folder %s\n", argv[1]);
		return 1;
	}
	int n_files = 0, bad = 0;
	for (struct dirent *e; (e = readdir(dir));) {
		char path[4096];
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", argv[1], e->d_name);
		bad |= replay_file(path);
		n_files++;
	}
	closedir(dir);
	printf("%d corpus files replayed\n", n_files);
	return bad || n_files == 0;
}
