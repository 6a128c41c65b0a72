/* Files and streams of the command line: whole reads, whole-or-nothing writes, errors for people. */
#include "cli.h"

#include "lull/base/yaml.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lull/api/read.h"

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

int cli_read_file(struct cli *cli, const char *path, char **bytes, size_t *n, struct lull_err *err)
{
	if (!strcmp(path, "-"))
		return lull_read_stream(stdin, "standard input", cli->arena, bytes, n, err);
	const int rc = lull_read_file(path, cli->arena, bytes, n, err);
	struct stat st;
	if (rc == LULL_EIO && !stat(path, &st) && S_ISDIR(st.st_mode))
		lull_mend(err, "name a file in it; only `lull pathway` takes a patient's whole folder");
	return rc;
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

int cli_read_knowledge(const char *folder, struct lull_arena *arena, struct lull_files *out,
		       struct lull_err *err)
{
	return lull_read_knowledge(folder, arena, out, err);
}

int cli_read_yaml(struct cli *cli, const char *path, const struct lull_schema *schema, void *out)
{
	struct lull_err err = { 0 };
	struct lull_diags diags;
	struct lull_doc doc;
	char *bytes;
	size_t n;

	lull_diags_init(&diags, cli->arena);
	if (cli_read_file(cli, path, &bytes, &n, &err) != LULL_OK)
		return cli_fail(&err);
	if (lull_yaml_read(bytes, n, path, cli->arena, &doc, &diags) != LULL_OK ||
	    lull_schema_bind(&doc, schema, cli->arena, out, &diags) != LULL_OK)
		return cli_diags(&diags);
	return CLI_DONE;
}
