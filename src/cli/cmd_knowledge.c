/* lull knowledge check - reads every knowledge file with the schema of the room that owns it.
 *
 * A clinician who edits a rule, a map or a protocol runs this: every fault is shown with
 * file, line, column and what was expected, and the marks are counted. */
#include "cli.h"

#include "lull/base/statements.h"
#include "lull/care/drugs.h"
#include "lull/care/plan.h"
#include "lull/care/screening.h"
#include "lull/course/person.h"
#include "lull/headache/classify.h"
#include "lull/headache/import.h"
#include "lull/headache/redflags.h"
#include "lull/headache/refractory.h"
#include "lull/ketamine/effects.h"
#include "lull/ketamine/model.h"
#include "lull/scores/score.h"

#include <string.h>

/* One loader as a row: a wrapper that gives it room for its result. */
#define LOADER(function, type)                                                                             \
	static int function##_check(const struct lull_files *files, struct lull_arena *arena,              \
				    struct lull_diags *diags)                                              \
	{                                                                                                  \
		type *out = LULL_ARENA_NEW(arena, type, 1);                                                \
		return out ? function(files, arena, out, diags) : LULL_ENOMEM;                             \
	}
LOADER(lull_criteria_load, struct lull_criteria)
LOADER(lull_refractory_load, struct lull_refractory_rules)
LOADER(lull_redflags_load, struct lull_redflag_rules)
LOADER(lull_acute_load, struct lull_acute_table)
LOADER(lull_effects_load, struct lull_effects)
LOADER(lull_instruments_load, struct lull_instruments)
LOADER(lull_course_priors_load, struct lull_course_priors)
LOADER(lull_drugs_load, struct lull_drugs)
LOADER(lull_screening_load, struct lull_screening)
LOADER(lull_plan_kb_load, struct lull_plan_kb)

static int models_check(const struct lull_files *files, struct lull_arena *arena, struct lull_diags *diags)
{
	const char **ids = NULL;
	size_t n = 0;
	struct lull_err err = { 0 };
	int rc = lull_model_ids(files, arena, &ids, &n, &err);

	for (size_t i = 0; rc != LULL_ENOMEM && i < n; i++) {
		struct lull_model model;
		rc = lull_model_load(files, ids[i], arena, &model, diags);
	}
	return rc;
}

static int maps_check(const struct lull_files *files, struct lull_arena *arena, struct lull_diags *diags)
{
	size_t first = 0, end = 0;
	int rc = LULL_OK;

	lull_files_under(files, "maps/", &first, &end);
	for (size_t i = first; rc != LULL_ENOMEM && i < end; i++) {
		struct lull_map map;
		struct lull_err err = { 0 };
		const char *name = files->items[i].path + strlen("maps/");
		char *id = lull_arena_strndup(arena, name, strcspn(name, "."));
		rc = id ? lull_map_load(files, id, arena, &map, diags, &err) : LULL_ENOMEM;
		if (rc != LULL_OK && rc != LULL_ENOMEM && !diags->n_errors)
			lull_diags_addf(diags, LULL_ERROR, files->items[i].path, 0, 0, NULL, err.mend, "%s", err.what);
	}
	return rc;
}

static const struct {
	const char *name;
	int (*check)(const struct lull_files *files, struct lull_arena *arena, struct lull_diags *diags);
} rooms[] = {
	{ "criteria (ICHD-3)", lull_criteria_load_check },
	{ "refractory migraine", lull_refractory_load_check },
	{ "red flags", lull_redflags_load_check },
	{ "acute drugs", lull_acute_load_check },
	{ "diary maps", maps_check },
	{ "instruments", lull_instruments_load_check },
	{ "models", models_check },
	{ "effects", lull_effects_load_check },
	{ "course without drug", lull_course_priors_load_check },
	{ "drugs", lull_drugs_load_check },
	{ "screening and indications", lull_screening_load_check },
	{ "protocols, limits, monitoring, cost", lull_plan_kb_load_check },
};
enum { N_ROOMS = sizeof(rooms) / sizeof(rooms[0]) };

static void put_text(struct lull_buf *buf, const struct cli *cli, const struct lull_statement_counts *counts,
		     const bool good[N_ROOMS])
{
	lull_buf_printf(buf, "knowledge %s\n%s, %zu files, %zu citations\n\n", cli->knowledge->hash,
			cli->knowledge->origin, counts->n_files, counts->n_citations);
	for (size_t i = 0; i < N_ROOMS; i++)
		lull_buf_printf(buf, "  %-6s %s\n", good[i] ? "ok" : "FAULTY", rooms[i].name);
	lull_buf_puts(buf, "\nmarks:\n");
	for (int m = LULL_VERIFIED; lull_mark_names[m]; m++)
		lull_buf_printf(buf, "  %-12s %5zu\n", lull_mark_names[m], counts->n_marks[m]);
}

static void put_json(struct lull_buf *buf, const struct cli *cli, const struct lull_statement_counts *counts,
		     const bool good[N_ROOMS])
{
	struct lull_json out = { .out = buf };

	lull_json_open(&out, NULL, '{');
	lull_json_head(&out, "knowledge_check", 1, cli->knowledge);
	lull_json_text(&out, "knowledge_origin", cli->knowledge->origin);
	lull_json_int(&out, "files", (int64_t)counts->n_files);
	lull_json_int(&out, "citations", (int64_t)counts->n_citations);
	lull_json_open(&out, "parts", '[');
	for (size_t i = 0; i < N_ROOMS; i++) {
		lull_json_open(&out, NULL, '{');
		lull_json_text(&out, "name", rooms[i].name);
		lull_json_bool(&out, "ok", good[i]);
		lull_json_close(&out, '}');
	}
	lull_json_close(&out, ']');
	lull_json_open(&out, "marks", '{');
	for (int m = LULL_VERIFIED; lull_mark_names[m]; m++)
		lull_json_int(&out, lull_mark_names[m], (int64_t)counts->n_marks[m]);
	lull_json_close(&out, '}');
	lull_json_close(&out, '}');
	lull_buf_putc(buf, '\n');
}

static int cmd_check(struct cli *cli, int argc, char **argv)
{
	static const struct cli_usage usage = {
		"knowledge check", "[--json]",
		"Checks every knowledge file against the schema of the room that owns it, every citation against "
		"knowledge/sources, every trust mark; shows each fault with file, line and column. With "
		"`lull --knowledge DIR knowledge check` it checks a site's own folder."
	};
	bool json = false, good[N_ROOMS];
	const struct cli_option options[] = { { .name = "json", .value = &json, .help = "for machines" }, { 0 } };
	struct lull_statement_counts counts = { 0 };
	struct lull_diags diags;
	const char **words;
	size_t n_words;
	int rc = cli_parse(cli, &usage, options, argc, argv, &words, &n_words);

	if (rc >= 0)
		return rc;
	if (n_words)
		return cli_usage_error(&usage, "it takes no words");
	lull_diags_init(&diags, cli->arena);
	rc = lull_statements_check_all(cli->knowledge, cli->arena, &counts, &diags);
	for (size_t i = 0; i < N_ROOMS; i++) {
		struct lull_diags own;
		lull_diags_init(&own, cli->arena);
		rc = rooms[i].check(cli->knowledge, cli->arena, &own);
		if (rc == LULL_ENOMEM || own.out_of_memory)
			return cli_fail(&(struct lull_err){ .code = LULL_ENOMEM });
		good[i] = rc == LULL_OK && !own.n_errors;
		for (size_t k = 0; k < own.n_items; k++)
			lull_diags_add(&diags, &own.items[k]);
		if (!good[i] && !own.n_errors)
			lull_diags_addf(&diags, LULL_ERROR, NULL, 0, 0, NULL, NULL, "%s: %s", rooms[i].name,
					lull_code_text(rc));
	}
	struct lull_buf buf = { 0 };
	(json ? put_json : put_text)(&buf, cli, &counts, good);
	rc = cli_print(&buf);
	return diags.n_items || diags.out_of_memory ? (diags.n_errors ? cli_diags(&diags) : (cli_diags(&diags), rc)) : rc;
}

int cmd_knowledge(struct cli *cli, int argc, char **argv)
{
	static const struct cli_subverb verbs[] = {
		{ "check", cmd_check, "every file, citation and mark, with the place of each fault" },
		{ 0 },
	};
	return cli_dispatch(cli, "knowledge", verbs, argc, argv);
}
