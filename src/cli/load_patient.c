/* Record, diary, classification and refractory status: the one way a verb gets a patient. */
#define _POSIX_C_SOURCE 200809L
#include "load_patient.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "lull/base/yaml.h"

lull_day cli_today(void)
{
	const time_t now = time(NULL);
	struct tm tm;

	if (!localtime_r(&now, &tm))
		return LULL_DAY_NONE;
	return lull_day_from_ymd(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

static bool is_yaml(const char *path)
{
	const char *dot = strrchr(path, '.');
	return dot && (!strcmp(dot, ".yaml") || !strcmp(dot, ".yml"));
}

int cli_load_patient(struct cli *cli, const char *path, struct lull_screening *screening, struct lull_patient *out)
{
	struct lull_diags diags;
	struct lull_err err = { 0 };
	struct lull_doc doc;
	char *bytes;
	size_t n;

	lull_diags_init(&diags, cli->arena);
	if (lull_screening_load(cli->knowledge, cli->arena, screening, &diags) != LULL_OK)
		return cli_diags(&diags);
	if (cli_read_file(cli, path, &bytes, &n, &err) != LULL_OK)
		return cli_fail(&err);
	int rc = is_yaml(path) ? lull_yaml_read(bytes, n, path, cli->arena, &doc, &diags)
			       : lull_json_read(bytes, n, path, cli->arena, &doc, &diags);
	if (rc == LULL_OK)
		rc = lull_patient_bind(&doc, cli->arena, out, &diags);
	if (rc == LULL_OK)
		rc = lull_screening_check_patient(screening, out, path, &diags);
	return rc == LULL_OK ? CLI_DONE : cli_diags(&diags);
}

/* The diary of a case, classified up to its last day. */
static int load_diary(struct cli *cli, const struct cli_diary_source *source, struct cli_case *c)
{
	struct lull_err err = { 0 };
	const int status = cli_load_diary(cli, source, &c->import);

	if (status != CLI_DONE)
		return status;
	cli_import_remarks(cli, &c->import.report);
	const struct lull_diary *diary = &c->import.diaries[0];
	const struct lull_history history = lull_patient_history(&c->patient, c->on);
	const struct lull_classify_options options = { .month = LULL_MONTH_28, .index = LULL_DAY_NONE };
	if (lull_classify(&c->criteria, diary, &history, &options, cli->arena, &c->classification, &err) != LULL_OK)
		return cli_fail(&err);
	c->has_diary = true;
	c->diary_day = diary->dated && !diary->day_index_only ? c->classification.index : LULL_DAY_NONE;
	return CLI_DONE;
}

static enum lull_status from_answer(enum lull_answer answer)
{
	return answer == LULL_YES ? LULL_MET : answer == LULL_NO ? LULL_NOT_MET : LULL_STATUS_UNKNOWN;
}

/* Debilitating days as stated, by the definition's own numbers; a chart review is acceptable
 * for "resistant" (EHF 2020). Used only where no diary settles it. */
static enum lull_status from_statement(const struct lull_burden_stated *stated, const struct lull_definition *definition)
{
	const double days = stated->debilitating_days_per_month, months = stated->debilitating_months;

	if (isnan(days) || isnan(months))
		return LULL_STATUS_UNKNOWN;
	return days >= definition->days_a_month && months >= definition->months ? LULL_MET : LULL_NOT_MET;
}

static void set_burden(struct cli_case *c)
{
	const struct lull_burden_stated *stated = &c->patient.burden;

	if (c->has_diary)
		c->burden = lull_burden_from(&c->criteria, &c->refractory_rules, &c->classification);
	if (c->burden.interference == LULL_STATUS_UNKNOWN)
		c->burden.interference = from_answer(stated->interference);
	if (c->burden.drug_relief_fails == LULL_STATUS_UNKNOWN)
		c->burden.drug_relief_fails = from_answer(stated->drug_relief_fails);
	const struct lull_definition *definitions = c->refractory_rules.definitions;
	if (c->burden.debilitating_3 == LULL_STATUS_UNKNOWN)
		c->burden.debilitating_3 = from_statement(stated, &definitions[LULL_DEFINITION_EHF2020_RESISTANT]);
	if (c->burden.debilitating_6 == LULL_STATUS_UNKNOWN)
		c->burden.debilitating_6 = from_statement(stated, &definitions[LULL_DEFINITION_EHF2020_REFRACTORY]);
}

int cli_load_case(struct cli *cli, const char *patient_path, const struct cli_diary_source *diary, lull_day on,
		  struct cli_case *out)
{
	struct lull_diags diags;
	struct lull_err err = { 0 };

	*out = (struct cli_case){ .on = on, .diary_day = LULL_DAY_NONE };
	int status = cli_load_patient(cli, patient_path, &out->screening, &out->patient);
	if (status != CLI_DONE)
		return status;
	lull_diags_init(&diags, cli->arena);
	if (lull_criteria_load(cli->knowledge, cli->arena, &out->criteria, &diags) != LULL_OK ||
	    lull_refractory_load(cli->knowledge, cli->arena, &out->refractory_rules, &diags) != LULL_OK)
		return cli_diags(&diags);
	if (diary->path)
		status = load_diary(cli, diary, out);
	if (status != CLI_DONE)
		return status;
	set_burden(out);
	if (lull_patient_treatments(&out->patient, &out->screening.drugs, cli->arena, &out->history, &err) != LULL_OK)
		return cli_fail(&err);
	lull_refractory_run(&out->refractory_rules, &out->history, &out->burden, &out->refractory);
	return CLI_DONE;
}

int cli_find_indication(const struct cli_usage *usage, const struct lull_screening *screening, const char *id,
			const struct lull_indication **out)
{
	const char *known[64] = { 0 };
	struct lull_buf list = { .max = 1000 };

	*out = lull_screening_indication(screening, id);
	if (*out)
		return CLI_DONE;
	for (size_t i = 0; i < screening->n_indications && i < 63; i++) {
		known[i] = screening->indications[i].id;
		lull_buf_printf(&list, "%s%s", i ? ", " : "", known[i]);
	}
	const char *near = lull_nearest_name(id, known);
	const int status = cli_usage_error(usage, "no indication '%s'%s%s%s; there are: %s", id, near ? "; did you mean '" : "",
					   near ? near : "", near ? "'?" : "", lull_buf_text(&list));
	lull_buf_clear(&list);
	return status;
}

struct lull_screen_request cli_screen_request(const struct cli_case *c, const struct lull_indication *indication,
					      enum lull_route route)
{
	return (struct lull_screen_request){
		.patient = &c->patient,
		.on = c->on,
		.route = route,
		.indication = indication,
		.classification = c->has_diary ? &c->classification : NULL,
		.diary_day = c->diary_day,
		.refractory = &c->refractory,
		.history = &c->history,
		.refractory_rules = &c->refractory_rules,
	};
}
