/* lull models import - a NONMEM control stream into a model file. */
#include "cmd_models.h"

#include <string.h>

#include "lull/ketamine/nonmem.h"

/* "runs/Run 12.ctl" -> "run_12" */
static const char *id_of(struct cli *cli, const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');
	char *id = lull_arena_printf(cli->arena, "%s%.*s", *name >= '0' && *name <= '9' ? "m" : "",
				     (int)(dot && dot != name ? dot - name : (long)strlen(name)), name);

	for (char *c = id; c && *c; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c + 32);
		else if (!((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9')))
			*c = '_';
	}
	return id;
}

static bool is_id(const char *id)
{
	if (!(*id >= 'a' && *id <= 'z') || strlen(id) > 60)
		return false;
	return strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(id);
}

static void say_left_out(const struct cli *cli, const struct lull_nonmem *model, const char *path)
{
	for (size_t i = 0; i < model->n_left_out && !cli->quiet; i++)
		fprintf(stderr, "lull: %s: not taken: %s\n", path, model->left_out[i]);
}

int cmd_models_import(struct cli *cli, int argc, char **argv)
{
	static const struct cli_usage usage = {
		"models import", "FILE.ctl [--out FILE.yaml] [--id ID] [--time U] [--amount U] [--volume U]",
		"Reads a NONMEM control stream (ADVAN1, 2, 3, 4, 11 or 12 with TRANS1 to 6, covariates and ETAs in "
		"products) and writes it as a model file. What it cannot take is an error with line, column and what to "
		"do; what it leaves out is said and stands among the file's caveats. Values are the initial estimates. "
		"A control stream has no units: say them."
	};
	static const char *const times[] = { "h", "min", "d", NULL };
	static const char *const amounts[] = { "mg", "mcg", "g", "ng", "mmol", "mcmol", "nmol", NULL };
	static const char *const volumes[] = { "L", "mL", "dL", NULL };
	const char *out_path = "-", *id = NULL;
	int time = 0, amount = 0, volume = 0;
	const struct cli_option options[] = {
		{ .name = "out", .type = CLI_TEXT, .value = &out_path, .arg = "FILE.yaml", .help = "write there, not to standard output" },
		{ .name = "id", .type = CLI_TEXT, .value = &id, .arg = "ID", .help = "the model's id; from the file's name without it" },
		{ .name = "time", .type = CLI_CHOICE, .value = &time, .arg = "U", .help = "unit of TIME; h without it", .choices = times },
		{ .name = "amount", .type = CLI_CHOICE, .value = &amount, .arg = "U", .help = "unit of AMT; mg without it", .choices = amounts },
		{ .name = "volume", .type = CLI_CHOICE, .value = &volume, .arg = "U", .help = "unit of volumes; L without it", .choices = volumes },
		{ 0 }
	};
	const char **words;
	char *bytes;
	size_t n_words, n;
	struct lull_err err = { 0 };
	struct lull_diags diags;
	struct lull_buf buf = { 0 };
	const struct lull_nonmem *model;
	int rc = cli_parse(cli, &usage, options, argc, argv, &words, &n_words);

	if (rc >= 0)
		return rc;
	if (n_words != 1)
		return cli_usage_error(&usage, "it takes one control stream");
	const char *path = words[0];
	id = id ? id : id_of(cli, strcmp(path, "-") == 0 ? "imported" : path);
	if (id && !is_id(id))
		return cli_usage_error(&usage, "an id begins with a letter and has a-z, 0-9 and _: '%s'", id);
	if (cli_read_file(cli, path, &bytes, &n, &err) != LULL_OK)
		return cli_fail(&err);
	lull_diags_init(&diags, cli->arena);
	rc = id ? lull_nonmem_read(bytes, n, path, cli->arena, &model, &diags) : lull_nomem(&err);
	const struct lull_pm *pm;
	if (rc == LULL_OK)
		rc = lull_nonmem_yaml(model, id, &(struct lull_nm_units){ times[time], amounts[amount], volumes[volume] }, &buf, &diags);
	if (rc == LULL_OK) /* what is written must be a model that simulates */
		rc = lull_pm_read(lull_buf_text(&buf), buf.n, "the model file made of it", cli->arena, &pm, &diags);
	if (diags.n_items || diags.out_of_memory)
		(void)cli_diags(&diags);
	if (rc != LULL_OK) {
		lull_buf_clear(&buf);
		return rc == LULL_ENOMEM ? CLI_SYSTEM : CLI_BAD_DATA;
	}
	say_left_out(cli, model, path);
	if (strcmp(out_path, "-") == 0)
		return cli_print(&buf);
	rc = cli_write_file(out_path, lull_buf_text(&buf), buf.n, &err);
	lull_buf_clear(&buf);
	return rc == LULL_OK ? CLI_DONE : cli_fail(&err);
}
