/* lull screen - may ketamine be offered to this patient: what excludes, what is unknown, what comes first. */
#include "cli.h"

#include "load_patient.h"
#include "lull/base/sources.h"
#include "lull/codec/screen_json.h"
#include "lull/report/screen_doc.h"

static const struct cli_usage usage = {
	"screen", "PATIENT.json [--diary FILE --map M] [--route R] [--indication ID] [--on DATE] [--all] [--json]",
	"Applies the screening rules to a patient record and, when there is one, a diary. Every rule shows what it "
	"rests on and where it comes from; what was never asked is unknown and never cleared. Exit status 0: no "
	"exclusion found; 1: excluded, not indicated, to be cleared first, or not to be told."
};

enum { QUESTIONS_SHOWN = 20 };

struct screening_run {
	struct cli_case c;
	struct lull_screen_request request;
	struct lull_screen screen;
};

static int print_json(struct cli *cli, struct screening_run *run)
{
	struct lull_buf buf = { 0 };
	struct lull_json json = { .out = &buf };
	struct lull_err err = { 0 };

	lull_json_open(&json, NULL, '{');
	lull_json_head(&json, "screen", 1, cli->knowledge);
	const int rc = lull_screen_json(&json, NULL, &run->c.screening, &run->request, &run->screen, cli->arena, &err);
	lull_json_close(&json, '}');
	lull_buf_putc(&buf, '\n');
	if (rc == LULL_OK)
		return cli_print(&buf);
	lull_buf_clear(&buf);
	return cli_fail(&err);
}

static int print_text(struct cli *cli, struct screening_run *run, bool all)
{
	char on[LULL_DAY_TEXT];
	struct lull_sources sources;
	struct lull_document doc;
	struct lull_diags diags;
	struct lull_buf buf = { 0 };
	struct lull_err err = { 0 };
	const struct lull_patient *p = &run->c.patient;
	const struct lull_doc_head head = {
		.eyebrow = "Candidacy screen",
		.title = run->screen.indication->name,
		.subject = p->id,
		.date = lull_day_text(on, run->screen.on),
		.banner = p->invented ? "INVENTED PATIENT" : NULL,
		.footer = "Supports a licensed clinician's decision. Not a cleared or certified medical device.",
		.provenance = lull_arena_printf(cli->arena, "Lull " LULL_VERSION ", knowledge %.8s", cli->knowledge->hash),
	};

	lull_diags_init(&diags, cli->arena);
	if (lull_sources_load(cli->knowledge, cli->arena, &sources, &diags) != LULL_OK)
		return cli_diags(&diags);
	lull_doc_init(&doc, cli->arena, &head);
	lull_doc_screen_verdict(&doc, &run->screen);
	lull_doc_screen(&doc, &run->c.screening, &run->request, &run->screen, all ? 0 : QUESTIONS_SHOWN);
	lull_doc_sources(&doc, &sources);
	if (lull_doc_text(&doc, cli->width, cli->color, &buf, &err) != LULL_OK) {
		lull_buf_clear(&buf);
		return cli_fail(&err);
	}
	return cli_print(&buf);
}

static int run_screen(struct cli *cli, const char *patient, const struct cli_diary_source *diary, lull_day on,
		      const char *indication_id, enum lull_route route, struct screening_run *run)
{
	const struct lull_indication *indication;
	struct lull_err err = { 0 };
	int status = cli_load_case(cli, patient, diary, on, &run->c);

	if (status == CLI_DONE)
		status = cli_find_indication(&usage, &run->c.screening, indication_id, &indication);
	if (status != CLI_DONE)
		return status;
	run->request = cli_screen_request(&run->c, indication, route);
	if (lull_screen_run(&run->c.screening, &run->request, cli->arena, &run->screen, &err) != LULL_OK)
		return cli_fail(&err);
	return CLI_DONE;
}

int cmd_screen(struct cli *cli, int argc, char **argv)
{
	static struct screening_run run; /* large; a verb runs once */
	struct cli_diary_source diary = CLI_DIARY_SOURCE;
	const char *indication = "refractory_chronic_migraine";
	int route = LULL_ROUTE_IV;
	lull_day on = LULL_DAY_NONE;
	bool json = false, all = false;
	const struct cli_option options[] = {
		{ .name = "diary", .type = CLI_TEXT, .value = &diary.path, .arg = "FILE", .help = "the patient's headache diary" },
		CLI_DIARY_OPTIONS(diary),
		{ .name = "route", .type = CLI_CHOICE, .value = &route, .arg = "R", .choices = lull_route_names,
		  .help = "the route changes interactions (default: iv)" },
		{ .name = "indication", .type = CLI_TEXT, .value = &indication, .arg = "ID",
		  .help = "what it is for (default: refractory_chronic_migraine)" },
		{ .name = "on", .type = CLI_DAY, .value = &on, .arg = "DATE", .help = "the day of the screen (default: today)" },
		{ .name = "all", .type = CLI_FLAG, .value = &all, .help = "every question, not the first 20" },
		{ .name = "json", .type = CLI_FLAG, .value = &json, .help = "for machines" },
		{ 0 }
	};
	const char **words;
	size_t n_words;
	int status = cli_parse(cli, &usage, options, argc, argv, &words, &n_words);

	if (status >= 0)
		return status;
	if (n_words != 1)
		return cli_usage_error(&usage, "it takes one patient record");
	if (!diary.path && (diary.map || diary.patient || diary.from != LULL_DAY_NONE || diary.to != LULL_DAY_NONE))
		return cli_usage_error(&usage, "--map, --patient, --from and --to belong to --diary FILE");
	status = run_screen(cli, words[0], &diary, on == LULL_DAY_NONE ? cli_today() : on, indication,
			    (enum lull_route)route, &run);
	if (status != CLI_DONE)
		return status;
	status = json ? print_json(cli, &run) : print_text(cli, &run, all);
	if (status != CLI_DONE)
		return status;
	return run.screen.verdict == LULL_VERDICT_NO_EXCLUSION ? CLI_DONE : CLI_NO;
}
