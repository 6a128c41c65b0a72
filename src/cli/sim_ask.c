/* What a simulating verb is asked: models, times, parameters, covariates, and the command that says it again. */
#include "sim_cli.h"

#include <math.h>
#include <string.h>


/* ---- small texts ---- */

const char **sim_split(struct cli *cli, const char *text, size_t *n)
{
	return lull_ask_split(text, cli->arena, n);
}

/* ---- the model ---- */

static bool is_path(const char *name)
{
	const size_t n = strlen(name);
	return strchr(name, '/') || (n > 5 && !strcmp(name + n - 5, ".yaml")) || (n > 4 && !strcmp(name + n - 4, ".yml"));
}

int sim_load_model(struct cli *cli, const char *name, const struct lull_pm **out)
{
	struct lull_diags diags;
	struct lull_err err = { 0 };
	char *bytes;
	size_t n;
	int rc;

	lull_diags_init(&diags, cli->arena);
	if (is_path(name)) {
		if (cli_read_file(cli, name, &bytes, &n, &err) != LULL_OK)
			return cli_fail(&err);
		rc = lull_pm_read(bytes, n, name, cli->arena, out, &diags);
	} else {
		rc = lull_pm_load(cli->knowledge, name, cli->arena, out, &diags);
	}
	if (rc != LULL_OK || diags.n_errors)
		return cli_diags(&diags);
	return CLI_DONE;
}

/* ---- rows of parameters ---- */

int sim_read_posterior(struct cli *cli, const struct lull_pm *pm, const char *path, double **rows, size_t *n_rows,
		       char hash[LULL_HASH_TEXT], struct lull_err *err)
{
	char *bytes;
	size_t n;
	const int rc = cli_read_file(cli, path, &bytes, &n, err);

	if (rc != LULL_OK)
		return rc;
	lull_hash_text(bytes, n, hash);
	return lull_ask_posterior(pm, bytes, n, path, cli->arena, rows, n_rows, err);
}

/* ---- the command ---- */

static bool is_plain(const char *text)
{
	for (const char *c = text; *c; c++)
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+=./,:@%", *c))
			return false;
	return *text != '\0';
}

/* In single quotes; a control character would break the line, so such a word is written $'...'. */
static void put_quoted(struct lull_buf *out, const char *text)
{
	bool has_control = false;

	for (const char *c = text; *c; c++)
		has_control |= (unsigned char)*c < 0x20;
	if (is_plain(text)) {
		lull_buf_puts(out, text);
		return;
	}
	lull_buf_puts(out, has_control ? "$'" : "'");
	for (const char *c = text; *c; c++) {
		if (has_control && ((unsigned char)*c < 0x20 || *c == '\'' || *c == '\\'))
			lull_buf_printf(out, "\\%03o", (unsigned)(unsigned char)*c);
		else if (*c == '\'')
			lull_buf_puts(out, "'\\''");
		else
			lull_buf_putc(out, *c);
	}
	lull_buf_putc(out, '\'');
}

/* Is argv[i] one of the options that change no byte? *n_words: how many words it takes. */
static bool is_left_out(const char *word, int *n_words)
{
	static const char *const names[] = { "--out", "--plot", "--threads", "--format" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const size_t n = strlen(names[i]);
		if (strncmp(word, names[i], n) != 0 || (word[n] && word[n] != '='))
			continue;
		*n_words = word[n] == '=' ? 1 : 2;
		return true;
	}
	return false;
}

const char *sim_command(struct cli *cli, int argc, char **argv, const char *format)
{
	struct lull_buf out = { 0 };
	const char *text = NULL;
	int n_words;

	lull_buf_puts(&out, "lull");
	if (strcmp(cli->knowledge->origin, "embedded") != 0) {
		lull_buf_puts(&out, " --knowledge ");
		put_quoted(&out, cli->knowledge->origin);
	}
	for (int i = 0; i < argc; i++) {
		if (is_left_out(argv[i], &n_words)) {
			i += n_words - 1;
			continue;
		}
		lull_buf_putc(&out, ' ');
		put_quoted(&out, argv[i]);
	}
	if (format)
		lull_buf_printf(&out, " --format %s", format);
	if (!out.failed)
		text = lull_arena_strdup(cli->arena, lull_buf_text(&out));
	lull_buf_clear(&out);
	return text;
}
