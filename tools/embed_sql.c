/* embed_sql - writes SQL files as one C file of named texts, for the build.
 *
 *   embed_sql OUT.c FILE.sql...
 *
 * The name of a text is its file's name without folder and ending. */
#include <stdio.h>
#include <string.h>

static int put_file(const char *path, FILE *out)
{
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	FILE *in = fopen(path, "rb");
	if (!in) {
		fprintf(stderr, "embed_sql: cannot open %s\n", path);
		return 1;
	}
	fprintf(out, "\t{ \"%.*s\",\n\t  \"", (int)strcspn(name, "."), name);
	for (int c; (c = fgetc(in)) != EOF;) {
		if (c == '\n')
			fputs("\\n\"\n\t  \"", out);
		else if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else
			fputc(c, out);
	}
	fputs("\" },\n", out);
	return fclose(in);
}

int main(int argc, char **argv)
{
	FILE *out = argc > 2 ? fopen(argv[1], "wb") : NULL;
	if (!out) {
		fprintf(stderr, "usage: embed_sql OUT.c FILE.sql...\n");
		return 1;
	}
	fputs("/* Made by tools/embed_sql.c from src/store/sql/; do not edit. */\nstruct lull_sql_text { const char *name, *text; };\n"
	      "extern const struct lull_sql_text lull_sql__texts[];\n"
	      "const struct lull_sql_text lull_sql__texts[] = {\n", out);
	int rc = 0;
	for (int i = 2; i < argc; i++)
		rc |= put_file(argv[i], out);
	fputs("\t{ 0, 0 },\n};\n", out);
	return rc | fclose(out);
}
