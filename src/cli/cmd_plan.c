/* lull plan - protocol x patient: what exactly is infused, at which mL/h, or which limit forbids it. */
#include "cli.h"

#include <string.h>

#include "load_patient.h"
#include "lull/base/sources.h"
#include "lull/codec/plan_json.h"
#include "lull/report/doc.h"
#include "lull/report/screen_doc.h"
#include "lull/report/sheet.h"

static const struct cli_usage usage = {
	"plan",
	"PATIENT.json --protocol ID [--setting S] [--route R] [--site FILE] [--on DATE] [--json]\n"
	"       PATIENT.json --compare A,B,C [--site FILE] [--json]",
	"Works a protocol out for one patient: every rate in mg and mL as the pump will really deliver it, containers, "
	"vials, waste, limits, monitoring, lists and cost. Soft limits are passed with --override and --reason. Lull "
	"never commands a pump. Exit status 0: the plan stands (perhaps as a draft with something to settle); 1: it is "
	"refused or needs a reason, and the limit is named."
};

enum { MAX_IDS = 16 };

struct plan_options {
	const char *protocol, *compare, *site_path, *override, *reason, *by, *indication;
	int place, route;
	lull_day on;
	double strength, bolus_strength, bag_ml, mg_per_kg, over_min, cap;
	bool json;
};

/* "A,B,C" into ids; false when there are too many or an empty one. */
static bool split_ids(struct cli *cli, const char *text, const char *out[MAX_IDS], size_t *n)
{
	for (*n = 0; *n < MAX_IDS;) {
		const size_t length = strcspn(text, ",");
		char *id = lull_arena_strndup(cli->arena, text, length);
		if (!id || !length)
			return false;
		out[(*n)++] = id;
		if (!text[length])
			return true;
		text += length + 1;
	}
	return false;
}

/* ---- knowledge and site ------------------------------------------------------------------ */

static int load_site(struct cli *cli, const char *path, const struct lull_plan_kb *kb, struct lull_plan_kb *out)
{
	struct lull_site_file *site = LULL_ARENA_NEW(cli->arena, struct lull_site_file, 1);
	struct lull_diags diags;
	struct lull_err err = { 0 };
	char *bytes;
	size_t n;

	if (!site)
		return cli_fail(&(struct lull_err){ .code = LULL_ENOMEM, .what = "out of memory" });
	if (cli_read_file(cli, path, &bytes, &n, &err) != LULL_OK)
		return cli_fail(&err);
	lull_diags_init(&diags, cli->arena);
	if (lull_site_read(bytes, n, path, cli->arena, site, &diags) != LULL_OK)
		return cli_diags(&diags);
	if (lull_plan_kb_with_site(kb, site, cli->arena, out, &err) != LULL_OK)
		return cli_fail(&err);
	return CLI_DONE;
}

static int load_knowledge(struct cli *cli, const char *site_path, struct lull_plan_kb *out)
{
	struct lull_diags diags;
	struct lull_plan_kb kb;

	lull_diags_init(&diags, cli->arena);
	if (lull_plan_kb_load(cli->knowledge, cli->arena, &kb, &diags) != LULL_OK)
		return cli_diags(&diags);
	*out = kb;
	return site_path ? load_site(cli, site_path, &kb, out) : CLI_DONE;
}

/* ---- request -------------------------------------------------------------------------------- */

static int fill_request(struct cli *cli, const struct plan_options *o, struct lull_plan_request *r)
{
	const char *ids[MAX_IDS];
	size_t n = 0;

	*r = (struct lull_plan_request){ .day = o->on, .has_place = o->place >= 0, .has_route = o->route >= 0,
					 .infusion_mg_per_ml = o->strength, .bolus_mg_per_ml = o->bolus_strength,
					 .bag_ml = o->bag_ml, .mg_per_kg = o->mg_per_kg, .over_min = o->over_min,
					 .cap_mg_per_kg_per_h = o->cap };
	if (r->has_place)
		r->place = (enum lull_place)o->place;
	if (r->has_route)
		r->route = (enum lull_route)o->route;
	if (!o->override)
		return o->reason ? cli_usage_error(&usage, "--reason belongs to --override IDS") : CLI_DONE;
	if (!o->reason)
		return cli_usage_error(&usage, "--override needs --reason: it is recorded with the plan");
	if (!split_ids(cli, o->override, ids, &n))
		return cli_usage_error(&usage, "--override takes ids with commas between them");
	struct lull_plan_reason *reasons = LULL_ARENA_NEW(cli->arena, struct lull_plan_reason, n);
	if (!reasons)
		return cli_fail(&(struct lull_err){ .code = LULL_ENOMEM, .what = "out of memory" });
	for (size_t i = 0; i < n; i++)
		reasons[i] = (struct lull_plan_reason){ .id = ids[i], .reason = o->reason, .by = o->by };
	r->reasons = reasons;
	r->n_reasons = n;
	return CLI_DONE;
}

/* ---- answer ----------------------------------------------------------------------------------- */

static bool stands(const struct lull_plan *plan)
{
	return plan->status == LULL_PLAN_READY || plan->status == LULL_PLAN_DRAFT;
}

static void put_comparison(struct cli *cli, struct lull_document *doc, const struct lull_plan *plans, size_t n)
{
	lull_doc_table(doc, lull_sheet_compare(cli->arena, plans, n));
	lull_doc_paragraph(doc, "h, mg, mg/kg and the highest mg/kg/h are of the first session; a ladder's are the most it can reach.");
	for (size_t i = 0; i < n; i++) {
		const struct lull_plan_finding *worst = lull_plan_gravest(&plans[i]);
		if (worst && plans[i].status != LULL_PLAN_READY)
			lull_doc_item(doc, "%s: %s", plans[i].protocol->id, worst->text);
	}
}

/* Who answers for the plan and whom the patient calls: only the site knows. */
static void put_site(struct lull_document *doc, const struct lull_site_file *site)
{
	if (!site || (!site->medical_director && !site->n_crisis))
		return;
	lull_doc_heading(doc, 2, "The clinic");
	if (site->medical_director)
		lull_doc_item(doc, "Medical director: %s", site->medical_director);
	for (size_t i = 0; i < site->n_crisis; i++)
		lull_doc_item(doc, "In a crisis: %s, %s", site->crisis[i].name, site->crisis[i].number);
}

static int put_text(struct cli *cli, const struct lull_plan_kb *kb, const struct lull_patient *patient,
		    const struct plan_options *o, const struct lull_plan *plans, size_t n)
{
	char day[LULL_DAY_TEXT];
	const struct lull_doc_head head = {
		.eyebrow = kb->site ? kb->site->name : NULL,
		.title = o->compare ? "Plans compared" : "Infusion plan",
		.subject = patient->id,
		.date = lull_day_text(day, o->on),
		.banner = patient->invented ? "INVENTED PATIENT" : NULL,
		.footer = "Supports a licensed clinician's decision and never replaces it. Not a cleared or certified medical "
			  "device. Lull never commands a pump.",
		.provenance = lull_arena_printf(cli->arena, "Lull " LULL_VERSION ", knowledge %.8s", cli->knowledge->hash),
	};
	struct lull_sources sources;
	struct lull_document doc;
	struct lull_diags diags;
	struct lull_buf buf = { 0 };
	struct lull_err err = { 0 };

	lull_diags_init(&diags, cli->arena);
	if (lull_sources_load(cli->knowledge, cli->arena, &sources, &diags) != LULL_OK)
		return cli_diags(&diags);
	lull_doc_init(&doc, cli->arena, &head);
	if (o->compare)
		put_comparison(cli, &doc, plans, n);
	else
		lull_sheet_put(&doc, &plans[0]);
	put_site(&doc, kb->site);
	lull_doc_sources(&doc, &sources);
	if (lull_doc_text(&doc, cli->width, cli->color, &buf, &err) == LULL_OK)
		return cli_print(&buf);
	lull_buf_clear(&buf);
	return cli_fail(&err);
}

static void put_site_json(struct lull_json *json, const struct lull_site_file *site)
{
	if (!site)
		return;
	lull_json_open(json, "site", '{');
	lull_json_text(json, "name", site->name);
	lull_json_text(json, "medical_director", site->medical_director);
	lull_json_open(json, "crisis_numbers", '[');
	for (size_t i = 0; i < site->n_crisis; i++) {
		lull_json_open(json, NULL, '{');
		lull_json_text(json, "name", site->crisis[i].name);
		lull_json_text(json, "number", site->crisis[i].number);
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
	lull_json_close(json, '}');
}

static int put_json(struct cli *cli, const struct lull_plan_kb *kb, const struct lull_patient *patient, const struct plan_options *o,
		    const struct lull_plan *plans, size_t n)
{
	struct lull_buf buf = { 0 };
	struct lull_json json = { .out = &buf };

	lull_json_open(&json, NULL, '{');
	lull_json_head(&json, "plan", LULL_PLAN_JSON_VERSION, cli->knowledge);
	lull_json_text(&json, "patient", patient->id);
	lull_json_bool(&json, "invented", patient->invented);
	put_site_json(&json, kb->site);
	if (o->compare) {
		lull_json_open(&json, "plans", '[');
		for (size_t i = 0; i < n; i++)
			lull_json_plan(&json, NULL, &plans[i]);
		lull_json_close(&json, ']');
	} else {
		lull_json_plan(&json, "plan", &plans[0]);
	}
	lull_json_close(&json, '}');
	lull_buf_putc(&buf, '\n');
	return cli_print(&buf);
}

static int run(struct cli *cli, const char *path, struct plan_options *o)
{
	static struct lull_screening screening; /* large; a verb runs once */
	struct lull_patient patient;
	struct lull_plan_kb kb;
	struct lull_plan_request request;
	struct lull_plan plans[MAX_IDS];
	struct lull_err err = { 0 };
	const char *ids[MAX_IDS] = { o->protocol };
	size_t n = 1, n_standing = 0;
	int status = fill_request(cli, o, &request);

	if (status == CLI_DONE && o->compare && !split_ids(cli, o->compare, ids, &n))
		return cli_usage_error(&usage, "--compare takes up to %d ids with commas between them", (int)MAX_IDS);
	if (status == CLI_DONE)
		status = load_knowledge(cli, o->site_path, &kb);
	if (status == CLI_DONE)
		status = cli_load_patient(cli, path, &screening, &patient);
	const struct lull_indication *indication = NULL;
	if (status == CLI_DONE)
		status = cli_find_indication(&usage, &screening, o->indication, &indication);
	if (status == CLI_DONE)
		request.indication_id = indication->id;
	for (size_t i = 0; status == CLI_DONE && i < n; i++) {
		request.protocol_id = ids[i];
		if (lull_plan_make(&kb, &patient, &request, cli->arena, &plans[i], &err) != LULL_OK)
			return cli_fail(&err);
		n_standing += stands(&plans[i]);
	}
	if (status != CLI_DONE)
		return status;
	status = o->json ? put_json(cli, &kb, &patient, o, plans, n) : put_text(cli, &kb, &patient, o, plans, n);
	return status != CLI_DONE ? status : n_standing ? CLI_DONE : CLI_NO;
}

int cmd_plan(struct cli *cli, int argc, char **argv)
{
	struct plan_options o = { .indication = "refractory_chronic_migraine", .place = -1, .route = -1, .on = LULL_DAY_NONE };
	const struct cli_option options[] = {
		{ .name = "protocol", .type = CLI_TEXT, .value = &o.protocol, .arg = "ID", .help = "see `lull protocols list`" },
		{ .name = "compare", .type = CLI_TEXT, .value = &o.compare, .arg = "A,B,C", .help = "one line a protocol" },
		{ .name = "indication", .type = CLI_TEXT, .value = &o.indication, .arg = "ID",
		  .help = "what it is for (default: refractory_chronic_migraine); a protocol of another one needs a reason" },
		{ .name = "setting", .type = CLI_CHOICE, .value = &o.place, .arg = "S", .help = "where it is given",
		  .choices = lull_place_names },
		{ .name = "route", .type = CLI_CHOICE, .value = &o.route, .arg = "R",
		  .help = "must be the protocol's: doses are not converted", .choices = lull_route_names },
		{ .name = "site", .type = CLI_TEXT, .value = &o.site_path, .arg = "FILE",
		  .help = "the clinic's limits, strengths, pump, prices, rescue cards" },
		{ .name = "on", .type = CLI_DAY, .value = &o.on, .arg = "DATE", .help = "day of the first session (default: today)" },
		{ .name = "concentration", .type = CLI_NUMBER, .value = &o.strength, .arg = "MG_PER_ML",
		  .help = "strength of the infusion (default: the standard)", .min = 0.01, .max = 200 },
		{ .name = "bolus-concentration", .type = CLI_NUMBER, .value = &o.bolus_strength, .arg = "MG_PER_ML",
		  .help = "strength of the bolus syringe", .min = 0.01, .max = 200 },
		{ .name = "bag", .type = CLI_NUMBER, .value = &o.bag_ml, .arg = "ML", .help = "container (default: the smallest that holds it)",
		  .min = 1, .max = 5000 },
		{ .name = "dose", .type = CLI_NUMBER, .value = &o.mg_per_kg, .arg = "MG_PER_KG",
		  .help = "change the dose; needs a reason", .min = 0.0001, .max = 1000 },
		{ .name = "over", .type = CLI_NUMBER, .value = &o.over_min, .arg = "MIN", .help = "change the time; needs a reason",
		  .min = 0.1, .max = 20000 },
		{ .name = "cap", .type = CLI_NUMBER, .value = &o.cap, .arg = "MG_PER_KG_PER_H",
		  .help = "lower the cap of a ladder; needs a reason", .min = 0.001, .max = 100 },
		{ .name = "override", .type = CLI_TEXT, .value = &o.override, .arg = "IDS",
		  .help = "soft limits passed on purpose, e.g. LIM-RATE-CHAIR" },
		{ .name = "reason", .type = CLI_TEXT, .value = &o.reason, .arg = "TEXT", .help = "why; recorded with the plan" },
		{ .name = "by", .type = CLI_TEXT, .value = &o.by, .arg = "NAME", .help = "who gives the reason" },
		{ .name = "json", .type = CLI_FLAG, .value = &o.json, .help = "for machines" },
		{ 0 },
	};
	const char **words;
	size_t n_words;
	const int status = cli_parse(cli, &usage, options, argc, argv, &words, &n_words);

	if (status >= 0)
		return status;
	if (n_words != 1)
		return cli_usage_error(&usage, "it takes one patient record");
	if (!o.protocol == !o.compare)
		return cli_usage_error(&usage, "it takes either --protocol or --compare");
	if (o.on == LULL_DAY_NONE)
		o.on = cli_today();
	return run(cli, words[0], &o);
}
