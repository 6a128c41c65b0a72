/* load_diary.c - file, map and drug names together: the one way a verb gets a diary. */
#include "load_diary.h"

#include <string.h>

#include "lull/codec/diary_json.h"

static bool ends_with(const char *text, const char *end)
{
	const size_t n = strlen(text), m = strlen(end);
	return n >= m && !strcmp(text + n - m, end);
}

/* A path has a slash or a suffix; a name has neither. */
static bool is_path(const char *map)
{
	return strchr(map, '/') || ends_with(map, ".yaml") || ends_with(map, ".yml");
}

static int load_map(struct cli *cli, const char *name, struct lull_map *map)
{
	struct lull_err err = { 0 };
	struct lull_diags diags;
	lull_diags_init(&diags, cli->arena);
	int rc;
	if (is_path(name)) {
		char *bytes;
		size_t n;
		rc = cli_read_file(cli, name, &bytes, &n, &err);
		if (rc == LULL_OK)
			rc = lull_map_read(bytes, n, name, cli->arena, map, &diags);
	} else {
		rc = lull_map_load(cli->knowledge, name, cli->arena, map, &diags, &err);
	}
	if (rc == LULL_OK)
		return CLI_DONE;
	if (diags.n_errors || diags.out_of_memory)
		return cli_diags(&diags);
	return cli_fail(&err);
}

static int load_csv(struct cli *cli, const struct cli_diary_source *source, const char *bytes, size_t n,
		    struct lull_import *out)
{
	struct lull_map map;
	struct lull_acute_table drugs;
	struct lull_diags diags;
	struct lull_err err = { 0 };
	const struct lull_import_options options = { source->patient, source->from, source->to };
	const int status = load_map(cli, source->map ? source->map : "lull", &map);
	if (status != CLI_DONE)
		return status;
	lull_diags_init(&diags, cli->arena);
	if (lull_acute_load(cli->knowledge, cli->arena, &drugs, &diags) != LULL_OK)
		return cli_diags(&diags);
	if (lull_import_csv(bytes, n, source->path, &map, &drugs, &options, cli->arena, out, &err) != LULL_OK) {
		cli_import_remarks(cli, &out->report);
		return cli_fail(&err);
	}
	return CLI_DONE;
}

static int load_json(struct cli *cli, const struct cli_diary_source *source, const char *bytes, size_t n,
		     struct lull_import *out)
{
	struct lull_diags diags;
	struct lull_err err = { 0 };
	const struct lull_import_options options = { source->patient, source->from, source->to };
	lull_diags_init(&diags, cli->arena);
	const int rc = lull_diary_json_read(bytes, n, source->path, &options, cli->arena, out, &diags, &err);
	if (rc == LULL_OK)
		return CLI_DONE;
	return diags.n_errors || diags.out_of_memory ? cli_diags(&diags) : cli_fail(&err);
}

int cli_load_diaries(struct cli *cli, const struct cli_diary_source *source, struct lull_import *out)
{
	struct lull_err err = { 0 };
	char *bytes;
	size_t n;
	if (cli_read_file(cli, source->path, &bytes, &n, &err) != LULL_OK)
		return cli_fail(&err);
	if (!source->map && ends_with(source->path, ".json"))
		return load_json(cli, source, bytes, n, out);
	return load_csv(cli, source, bytes, n, out);
}

int cli_load_diary(struct cli *cli, const struct cli_diary_source *source, struct lull_import *out)
{
	struct lull_err err = { 0 };
	const int status = cli_load_diaries(cli, source, out);
	if (status != CLI_DONE || out->n_diaries == 1)
		return status;
	struct lull_buf ids = { .max = 200 };
	for (size_t i = 0; i < out->n_diaries && i < 8; i++)
		lull_buf_printf(&ids, "%s%s", i ? ", " : "", out->diaries[i].patient_id);
	lull_fail(&err, LULL_ECONFLICT, source->path, "the file holds %zu patients", out->n_diaries);
	lull_mend(&err, "choose one with --patient: %s%s", lull_buf_text(&ids), out->n_diaries > 8 ? ", ..." : "");
	lull_buf_clear(&ids);
	return cli_fail(&err);
}

int cli_series_of(struct cli *cli, const struct lull_criteria *criteria, const struct lull_diary *diary, int definition,
		  struct lull_series *out, struct lull_err *err)
{
	const struct lull_classify_options options = { .index = LULL_DAY_NONE, .skip_questions = true };
	const struct lull_history history = lull_history_unasked();
	struct lull_classification classes;
	const int rc = lull_classify(criteria, diary, &history, &options, cli->arena, &classes, err);

	return rc == LULL_OK ? lull_series_of_classes(diary, &classes, (enum lull_day_definition)definition, cli->arena, out, err) : rc;
}

void cli_import_remarks(const struct cli *cli, const struct lull_import_report *report)
{
	if (cli->quiet)
		return;
	struct lull_buf buf = { 0 };
	lull_diags_print(&report->diags, &buf);
	const size_t n_all = report->diags.n_errors + report->diags.n_warnings;
	if (n_all > report->diags.n_items)
		lull_buf_printf(&buf, "%zu more remarks of this kind are counted and not shown\n",
				n_all - report->diags.n_items);
	for (size_t i = 0; i < report->n_words; i++) {
		const struct lull_import_word *w = &report->words[i];
		lull_buf_printf(&buf, "%s:%d: note: '%s' in column '%s' is not a word the map or the drug list knows "
				      "(%zu times)", report->file, w->line, w->word, w->column, w->n);
		if (w->near)
			lull_buf_printf(&buf, "; near '%s'", w->near);
		lull_buf_putc(&buf, '\n');
	}
	if (report->n_words_not_kept)
		lull_buf_printf(&buf, "%s: note: %zu more unknown words are counted and not shown\n", report->file,
				report->n_words_not_kept);
	fputs(lull_buf_text(&buf), stderr);
	lull_buf_clear(&buf);
}
