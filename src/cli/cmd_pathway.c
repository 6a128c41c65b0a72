/* lull pathway - one patient from diary to plan: what this is, whether ketamine may be offered, what would be
 * infused, what to expect. The letter on the terminal, as PDF, its charts as SVG, or all of it as JSON. */
#define _POSIX_C_SOURCE 200809L
#include "cli.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "load_patient.h"
#include "lull/base/sources.h"
#include "lull/base/yaml.h"
#include "lull/care/forecast.h"
#include "lull/care/plan.h"
#include "lull/codec/classify.h"
#include "lull/codec/forecast_json.h"
#include "lull/codec/plan_json.h"
#include "lull/codec/screen_json.h"
#include "lull/report/dossier.h"

static const struct cli_usage usage = {
	"pathway",
	"FOLDER|PATIENT.json [--diary FILE --map M] [--protocol ID] [--on DATE] [--pdf OUT.pdf] [--svg-dir DIR] [--json]",
	"The whole pathway of one patient: the diary is counted and classified by ICHD-3, the treatments are judged, the "
	"screening rules applied, a plan worked out with its pump sheet, and the plan forecast beside the same people "
	"without drug. A folder holds patient.json, diary.csv or diary.json, and may hold pathway.yaml (diary, map, "
	"protocol, indication, on). Without --protocol the indication's protocols are tried in order, and only when the "
	"screen allows a plan; a protocol that is named is worked out in any case, for discussion. Exit status 0: no "
	"exclusion found and the plan stands; 1: the answer is no, or something must be answered first."
};

enum { MAX_PATH = 4096, DEFAULT_PEOPLE = 1000, MAX_MODELS = 16 };
static const char DEFAULT_MODEL[] = "kamp2020_otto2021", DEFAULT_INDICATION[] = "refractory_chronic_migraine";

/* What the user asked for; what the command line leaves open pathway.yaml may say. */
struct asked {
	struct cli_diary_source diary;
	const char *patient, *protocol, *indication, *pdf, *svg_dir;
	int month, paper;
	lull_day on;
	int64_t people, seed;
	bool json;
};

/* pathway.yaml of a folder. */
struct folder {
	const char *diary, *map, *protocol, *indication;
	lull_day on;
};

static const struct lull_field folder_fields[] = {
	{ .key = "diary", .type = LULL_F_TEXT, .offset = offsetof(struct folder, diary), .what = "file in this folder" },
	{ .key = "map", .type = LULL_F_TEXT, .offset = offsetof(struct folder, map), .what = "a map's name, or a file in this folder" },
	{ .key = "protocol", .type = LULL_F_TEXT, .offset = offsetof(struct folder, protocol), .what = "id of a protocol" },
	{ .key = "indication", .type = LULL_F_TEXT, .offset = offsetof(struct folder, indication), .what = "id of an indication" },
	{ .key = "on", .type = LULL_F_DAY, .offset = offsetof(struct folder, on), .what = "the day for which it is judged" },
	{ 0 }
};
static const struct lull_schema folder_schema = { .name = "pathway", .size = sizeof(struct folder), .fields = folder_fields,
						  .version = 1 };

/* Everything worked out. Large; a verb runs once. */
struct pathway {
	struct lull_fonts *fonts; /* NULL: nothing is drawn */
	struct asked asked;
	struct cli_case c;
	struct lull_classification by_month[3];
	struct lull_month_view months[3];
	struct lull_screen_request screen_request;
	struct lull_screen screen;
	struct lull_plan_kb plan_kb;
	struct lull_plan plan;
	bool has_plan, has_forecast;
	struct lull_model models[MAX_MODELS];
	struct lull_effects effects;
	struct lull_course_priors priors;
	struct lull_plan_forecast forecast;
	struct lull_sources sources;
	struct lull_dossier dossier;
};

/* ---- where things are ---------------------------------------------------------------- */

static bool is_folder(const char *path)
{
	struct stat st;
	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

static bool is_file(const char *path)
{
	struct stat st;
	return !stat(path, &st) && S_ISREG(st.st_mode);
}

/* folder/name in the arena; NULL when out of memory. */
static const char *inside(struct cli *cli, const char *folder, const char *name)
{
	return lull_arena_printf(cli->arena, "%s/%s", folder, name);
}

static int no_memory(void)
{
	struct lull_err err = { 0 };
	(void)lull_nomem(&err);
	return cli_fail(&err);
}

/* Fill what the command line left open from the folder: record, diary, map, protocol, day. */
static int take_folder(struct cli *cli, const char *folder, struct asked *a)
{
	struct folder said = { .on = LULL_DAY_NONE };
	const char *own = inside(cli, folder, "pathway.yaml"), *csv = inside(cli, folder, "diary.csv");
	const char *json = inside(cli, folder, "diary.json"), *patient = inside(cli, folder, "patient.json");

	if (!own || !csv || !json || !patient)
		return no_memory();
	if (is_file(own)) {
		const int status = cli_read_yaml(cli, own, &folder_schema, &said);
		if (status != CLI_DONE)
			return status;
	}
	if (!is_file(patient)) {
		struct lull_err err = { 0 };
		lull_fail(&err, LULL_EIO, patient, "is not there");
		lull_mend(&err, "a patient's folder holds patient.json; start from examples/templates/patient.json");
		return cli_fail(&err);
	}
	a->patient = patient;
	if (!a->diary.path) {
		a->diary.path = said.diary ? inside(cli, folder, said.diary) : is_file(csv) ? csv : is_file(json) ? json : NULL;
		if (!a->diary.map && said.map)
			a->diary.map = strchr(said.map, '.') ? inside(cli, folder, said.map) : said.map;
	}
	if (!a->protocol)
		a->protocol = said.protocol;
	if (!a->indication)
		a->indication = said.indication;
	if (a->on == LULL_DAY_NONE)
		a->on = said.on;
	return CLI_DONE;
}

/* ---- diary, diagnosis, treatments ------------------------------------------------------ */

/* The diary by each length of month; the asked one becomes the case's own. */
static int classify(struct cli *cli, struct pathway *p)
{
	struct lull_err err = { 0 };
	if (!p->c.has_diary)
		return CLI_DONE;
	const struct lull_diary *diary = &p->c.import.diaries[0];
	const struct lull_history history = p->c.classification.history;
	struct lull_dossier *d = &p->dossier;

	for (int m = LULL_MONTH_28; m <= LULL_MONTH_CALENDAR; m++) {
		const struct lull_classify_options options = { .month = (enum lull_month)m, .index = LULL_DAY_NONE,
							       .skip_questions = m != p->asked.month };
		if (lull_classify(&p->c.criteria, diary, &history, &options, cli->arena, &p->by_month[m], &err) != LULL_OK)
			return cli_fail(&err);
		p->months[m] = lull_month_view_of(&p->c.criteria, &p->by_month[m]);
		d->by_month[m] = &p->by_month[m];
	}
	p->c.classification = p->by_month[p->asked.month];
	d->diary = diary;
	d->criteria = &p->c.criteria;
	d->classification = &p->c.classification;
	d->n_rows_rejected = p->c.import.report.n_rejected;
	if (lull_classify_explain(&p->c.criteria, diary, &p->c.classification, cli->arena, &d->diagnoses, &d->n_diagnoses,
				  &err) != LULL_OK)
		return cli_fail(&err);
	return CLI_DONE;
}

static int explain_history(struct cli *cli, struct pathway *p)
{
	struct lull_err err = { 0 };
	struct lull_dossier *d = &p->dossier;
	struct lull_redflag_result flags;

	d->refractory_rules = &p->c.refractory_rules;
	d->treatments = &p->c.history;
	d->refractory = &p->c.refractory;
	if (lull_refractory_explain(&p->c.refractory_rules, &p->c.history, &p->c.burden, &p->c.refractory, cli->arena,
				    &d->definitions, &d->n_definitions, &err) != LULL_OK)
		return cli_fail(&err);
	lull_redflags_run(&p->c.screening.red_flags, &p->c.patient.red_flags, &flags);
	d->red_flags = lull_redflags_explain(&p->c.screening.red_flags, &flags, cli->arena);
	return d->red_flags ? CLI_DONE : no_memory();
}

/* ---- screen ----------------------------------------------------------------------------- */

static int screen(struct cli *cli, struct pathway *p)
{
	struct lull_err err = { 0 };
	struct lull_dossier *d = &p->dossier;
	const char *id = p->asked.indication ? p->asked.indication : DEFAULT_INDICATION;
	const struct lull_indication *indication;
	const int status = cli_find_indication(&usage, &p->c.screening, id, &indication);

	if (status != CLI_DONE)
		return status;
	p->screen_request = cli_screen_request(&p->c, indication, LULL_ROUTE_IV);
	if (lull_screen_run(&p->c.screening, &p->screen_request, cli->arena, &p->screen, &err) != LULL_OK)
		return cli_fail(&err);
	d->screening = &p->c.screening;
	d->screen_request = &p->screen_request;
	d->screen = &p->screen;
	return CLI_DONE;
}

/* ---- plan --------------------------------------------------------------------------------- */

static int make_plan(struct cli *cli, struct pathway *p, const char *protocol)
{
	const struct lull_plan_request request = { .protocol_id = protocol, .indication_id = p->screen.indication->id,
						   .day = p->c.on };
	struct lull_err err = { 0 };

	if (lull_plan_make(&p->plan_kb, &p->c.patient, &request, cli->arena, &p->plan, &err) != LULL_OK)
		return cli_fail(&err);
	p->has_plan = true;
	return CLI_DONE;
}

/* Of the indication's protocols; the letter says how it was chosen. */
static int choose_plan(struct cli *cli, struct pathway *p)
{
	const struct lull_indication *in = p->screen.indication;
	const struct lull_plan_request request = { .indication_id = in->id, .day = p->c.on };
	struct lull_err err = { 0 };
	size_t chosen;

	if (in->n_protocols == 0) {
		p->dossier.plan_note = in->no_protocol;
		return CLI_DONE;
	}
	if (lull_plan_choose(&p->plan_kb, &p->c.patient, &request, in->protocols, in->n_protocols, cli->arena, &p->plan, &chosen,
			     &err) != LULL_OK)
		return cli_fail(&err);
	p->has_plan = true;
	p->dossier.plan_note =
		p->plan.status == LULL_PLAN_REFUSED
			? "Every protocol that fits this indication is refused; the refusal of the first is shown."
			: lull_arena_printf(cli->arena, "Of the %zu protocols that fit this indication this is the first that is not "
					    "refused, those for the preferred setting tried before the others.", in->n_protocols);
	return p->dossier.plan_note ? CLI_DONE : no_memory();
}

static int plan(struct cli *cli, struct pathway *p)
{
	struct lull_diags diags;
	int status;

	if (!p->asked.protocol && p->screen.verdict != LULL_VERDICT_NO_EXCLUSION &&
	    p->screen.verdict != LULL_VERDICT_NEEDS_CLEARANCE) {
		p->dossier.plan_note = "No plan is made before the screen allows one.";
		return CLI_DONE;
	}
	lull_diags_init(&diags, cli->arena);
	if (lull_plan_kb_load(cli->knowledge, cli->arena, &p->plan_kb, &diags) != LULL_OK)
		return cli_diags(&diags);
	status = p->asked.protocol ? make_plan(cli, p, p->asked.protocol) : choose_plan(cli, p);
	if (p->has_plan)
		p->dossier.plan = &p->plan;
	return status;
}

/* ---- forecast ------------------------------------------------------------------------------ */

/* Every model, the default one first: the first of the plan's product is used. */
static int load_models(struct cli *cli, struct pathway *p, size_t *n)
{
	struct lull_err err = { 0 };
	struct lull_diags diags;
	const char **ids;
	size_t n_ids;

	lull_diags_init(&diags, cli->arena);
	*n = 0;
	if (lull_model_ids(cli->knowledge, cli->arena, &ids, &n_ids, &err) != LULL_OK)
		return cli_fail(&err);
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < n_ids && *n < MAX_MODELS; i++) {
			if (!strcmp(ids[i], DEFAULT_MODEL) != (pass == 0))
				continue;
			if (lull_model_load(cli->knowledge, ids[i], cli->arena, &p->models[*n], &diags) != LULL_OK)
				return cli_diags(&diags);
			(*n)++;
		}
	if (lull_effects_load(cli->knowledge, cli->arena, &p->effects, &diags) != LULL_OK ||
	    lull_course_priors_load(cli->knowledge, cli->arena, &p->priors, &diags) != LULL_OK)
		return cli_diags(&diags);
	return CLI_DONE;
}

static int forecast(struct cli *cli, struct pathway *p)
{
	struct lull_usual_pain usual = { NAN, NAN };
	struct lull_err err = { 0 };
	size_t n_models;

	if (!p->has_plan || p->plan.status == LULL_PLAN_REFUSED || p->plan.n_sessions == 0) {
		p->dossier.forecast_note = p->has_plan ? "There is no plan to forecast." : NULL;
		return CLI_DONE;
	}
	const int status = load_models(cli, p, &n_models);
	if (status != CLI_DONE)
		return status;
	if (p->c.has_diary)
		lull_usual_pain_of(&p->c.import.diaries[0], &usual);
	const struct lull_forecast_kb kb = { p->models, n_models, &p->effects, &p->priors };
	const int rc = lull_forecast_plan(&kb, &p->plan, &p->c.patient, &usual, (size_t)p->asked.people,
					  (uint64_t)p->asked.seed, cli->arena, &p->forecast, &err);
	if (rc == LULL_EUNSUPPORTED) {
		p->dossier.forecast_note = lull_arena_strdup(cli->arena, err.what);
		return p->dossier.forecast_note ? CLI_DONE : no_memory();
	}
	if (rc != LULL_OK)
		return cli_fail(&err);
	p->has_forecast = true;
	p->dossier.forecast = &p->forecast;
	p->dossier.priors = &p->priors;
	p->dossier.effects = &p->effects;
	return CLI_DONE;
}

/* ---- output --------------------------------------------------------------------------------- */

static int write_pdf(struct cli *cli, const struct lull_document *doc, struct lull_fonts *fonts, const char *path)
{
	struct lull_scene scene;
	struct lull_buf buf = { 0 };
	struct lull_err err = { 0 };
	int rc = lull_doc_pages(doc, fonts, cli->arena, &scene, &err);

	if (rc == LULL_OK)
		rc = lull_scene_pdf(&scene, fonts, &buf, &err);
	if (rc == LULL_OK)
		rc = cli_write_file(path, buf.data, buf.n, &err);
	lull_buf_clear(&buf);
	return rc == LULL_OK ? CLI_DONE : cli_fail(&err);
}

static int write_charts(struct cli *cli, const struct lull_document *doc, struct lull_fonts *fonts, const char *folder)
{
	struct lull_err err = { 0 };

	if (mkdir(folder, 0777) && errno != EEXIST) {
		(void)lull_fail(&err, LULL_EIO, folder, "the folder cannot be made: %s", strerror(errno));
		return cli_fail(&err);
	}
	for (size_t i = 0; i < doc->n_blocks; i++) {
		const struct lull_chart *chart = doc->blocks[i].chart;
		struct lull_drawing drawing;
		struct lull_buf buf = { 0 };
		if (doc->blocks[i].kind != LULL_BLOCK_CHART)
			continue;
		const char *path = lull_arena_printf(cli->arena, "%s/%s.svg", folder, chart->id);
		int rc = path ? lull_chart_draw(chart, 463.0, fonts, cli->arena, &drawing, &err) : lull_nomem(&err);
		if (rc == LULL_OK)
			rc = lull_drawing_svg(&drawing, &buf, &err);
		if (rc == LULL_OK)
			rc = cli_write_file(path, buf.data, buf.n, &err);
		lull_buf_clear(&buf);
		if (rc != LULL_OK)
			return cli_fail(&err);
	}
	return CLI_DONE;
}

/* Paper and pictures, drawn last: whatever fails here, the answer has been worked out. */
static int draw(struct cli *cli, struct pathway *p, const struct lull_document *doc)
{
	struct lull_fonts *fonts = p->fonts;
	int status = CLI_DONE;

	if (!fonts)
		return CLI_DONE;
	const char *family = lull_fonts_family(fonts);
	if (!cli->quiet && strcmp(family, "Inter") != 0)
		fprintf(stderr, "lull: the font Inter is not installed (Debian: fonts-inter); '%s' is used\n", family);
	if (p->asked.pdf)
		status = write_pdf(cli, doc, fonts, p->asked.pdf);
	if (status == CLI_DONE && p->asked.svg_dir)
		status = write_charts(cli, doc, fonts, p->asked.svg_dir);
	return status;
}

static int print_json(struct cli *cli, struct pathway *p)
{
	struct lull_buf buf = { 0 };
	struct lull_json json = { .out = &buf };
	struct lull_err err = { 0 };
	char on[LULL_DAY_TEXT];

	lull_json_open(&json, NULL, '{');
	lull_json_head(&json, "pathway", 1, cli->knowledge);
	lull_json_text(&json, "patient_id", p->c.patient.id);
	lull_json_bool(&json, "invented", p->c.patient.invented);
	lull_json_text(&json, "on", lull_day_text(on, p->c.on));
	if (p->c.has_diary) {
		const struct lull_classify_answer answer = { &p->c.criteria, p->dossier.diary, &p->c.classification,
							     p->dossier.diagnoses, p->dossier.n_diagnoses, p->months, false };
		lull_json_classify(&json, "diary", &answer);
	} else {
		lull_json_null(&json, "diary");
	}
	lull_json_open(&json, "refractory", '[');
	for (size_t i = 0; i < p->dossier.n_definitions; i++)
		lull_json_finding(&json, NULL, &p->dossier.definitions[i]);
	lull_json_close(&json, ']');
	lull_json_finding(&json, "red_flags", p->dossier.red_flags);
	const int rc = lull_screen_json(&json, "screen", &p->c.screening, &p->screen_request, &p->screen, cli->arena, &err);
	lull_json_text(&json, "plan_note", p->dossier.plan_note);
	if (p->has_plan)
		lull_json_plan(&json, "plan", &p->plan);
	else
		lull_json_null(&json, "plan");
	if (p->has_forecast)
		lull_json_plan_forecast(&json, "forecast", &p->forecast);
	else
		lull_json_null(&json, "forecast");
	lull_json_close(&json, '}');
	lull_buf_putc(&buf, '\n');
	if (rc == LULL_OK)
		return cli_print(&buf);
	lull_buf_clear(&buf);
	return cli_fail(&err);
}

static int tell(struct cli *cli, struct pathway *p)
{
	struct lull_document doc;
	struct lull_diags diags;
	struct lull_buf buf = { 0 };
	struct lull_err err = { 0 };
	struct lull_dossier *d = &p->dossier;

	lull_diags_init(&diags, cli->arena);
	if (lull_sources_load(cli->knowledge, cli->arena, &p->sources, &diags) != LULL_OK)
		return cli_diags(&diags);
	d->patient = &p->c.patient;
	d->on = p->c.on;
	d->sources = &p->sources;
	d->knowledge_hash = cli->knowledge->hash;
	d->paper = (enum lull_paper)p->asked.paper;
	if (lull_dossier_build(d, cli->arena, &doc, &err) != LULL_OK)
		return cli_fail(&err);
	int status;
	if (p->asked.json) {
		status = print_json(cli, p);
	} else if (lull_doc_text(&doc, cli->width, cli->color, &buf, &err) != LULL_OK) {
		lull_buf_clear(&buf);
		return cli_fail(&err);
	} else {
		status = cli_print(&buf);
	}
	return status == CLI_DONE ? draw(cli, p, &doc) : status;
}

/* Once nothing but simulating and drawing is left: fonts are looked up in the background meanwhile. */
static int open_fonts(struct cli *cli, struct pathway *p)
{
	struct lull_err err = { 0 };

	(void)cli;
	if (!p->asked.pdf && !p->asked.svg_dir)
		return CLI_DONE;
	return lull_fonts_new(&p->fonts, &err) == LULL_OK ? CLI_DONE : cli_fail(&err);
}

static int run(struct cli *cli, struct pathway *p)
{
	static int (*const steps[])(struct cli *, struct pathway *) = { classify, explain_history, screen,  plan,
										      open_fonts, forecast, tell };
	int status = cli_load_case(cli, p->asked.patient, &p->asked.diary, p->asked.on, &p->c);

	for (size_t i = 0; status == CLI_DONE && i < sizeof(steps) / sizeof(steps[0]); i++)
		status = steps[i](cli, p);
	if (status != CLI_DONE)
		return status;
	const bool stands = p->has_plan && (p->plan.status == LULL_PLAN_READY || p->plan.status == LULL_PLAN_DRAFT);
	return p->screen.verdict == LULL_VERDICT_NO_EXCLUSION && stands ? CLI_DONE : CLI_NO;
}

int cmd_pathway(struct cli *cli, int argc, char **argv)
{
	static const char *const papers[] = { "a4", "letter", NULL };
	static struct pathway p;
	struct asked *a = &p.asked;
	*a = (struct asked){ .diary = CLI_DIARY_SOURCE, .on = LULL_DAY_NONE, .people = DEFAULT_PEOPLE, .seed = 1 };
	const struct cli_option options[] = {
		{ "diary", CLI_TEXT, &a->diary.path, "FILE", "the patient's headache diary", NULL, 0, 0 },
		CLI_DIARY_OPTIONS(a->diary),
		{ "protocol", CLI_TEXT, &a->protocol, "ID", "the protocol to plan (lull protocols lists them)", NULL, 0, 0 },
		{ "indication", CLI_TEXT, &a->indication, "ID", "what it is for (default: refractory_chronic_migraine)", NULL, 0, 0 },
		{ "month", CLI_CHOICE, &a->month, "28|30|calendar", "how long a month is (default: 28)", lull_month_names, 0, 0 },
		{ "on", CLI_DAY, &a->on, "DATE", "the day for which it is judged (default: today)", NULL, 0, 0 },
		{ "people", CLI_COUNT, &a->people, "N", "simulated people (default: 1000)", NULL, LULL_FORECAST_MIN_PEOPLE,
		  LULL_FORECAST_MAX_PEOPLE },
		{ "seed", CLI_COUNT, &a->seed, "N", "of the simulation (default: 1)", NULL, 0, 1e15 },
		{ "pdf", CLI_TEXT, &a->pdf, "FILE", "write the letter as PDF", NULL, 0, 0 },
		{ "paper", CLI_CHOICE, &a->paper, "a4|letter", "paper of the PDF (default: a4)", papers, 0, 0 },
		{ "svg-dir", CLI_TEXT, &a->svg_dir, "DIR", "write each chart as SVG", NULL, 0, 0 },
		{ "json", CLI_FLAG, &a->json, NULL, "for machines", NULL, 0, 0 },
		{ 0 }
	};
	const char **words;
	size_t n_words;
	int status = cli_parse(cli, &usage, options, argc, argv, &words, &n_words);

	if (status >= 0)
		return status;
	if (n_words != 1)
		return cli_usage_error(&usage, "it takes one folder or patient record");
	a->patient = words[0];
	if (is_folder(words[0]))
		status = take_folder(cli, words[0], a);
	if (status > CLI_DONE)
		return status;
	if (a->on == LULL_DAY_NONE)
		a->on = cli_today();
	status = run(cli, &p);
	lull_fonts_free(p.fonts);
	p.fonts = NULL;
	return status;
}
