/* lull diary classify - what a diary shows by ICHD-3: days counted, criteria, what is not known. */
#include "cli.h"
#include "load_diary.h"

#include <math.h>
#include <string.h>

#include "lull/base/sources.h"
#include "lull/base/yaml.h"
#include "lull/codec/classify.h"
#include "lull/report/doc.h"

static const struct cli_usage usage = {
	"diary classify", "FILE [--map NAME|FILE] [--patient ID] [--month 28|30|calendar] [--days] [--json]",
	"Counts the diary's days by month and judges the criteria of ICHD-3: migraine without and with aura, chronic "
	"migraine, probable migraine, tension-type headache, new daily persistent headache, medication overuse. Each "
	"criterion is met, not met or unknown; a missing day is never counted as headache-free. The month is a block of 28 "
	"days counted back from the index date unless --month says otherwise; the answer says which was used. --history "
	"names a YAML file with what a diary cannot hold (over_3_months: yes, lifetime_5_attacks: unknown, age_y: 44, ...)."
};

struct request {
	struct cli_diary_source source;
	const char *history;
	int month; /* enum lull_month */
	lull_day index;
	bool days, full, json;
};

/* One patient, judged. */
struct judged {
	struct lull_classification classification;
	const struct lull_finding *findings;
	size_t n_findings;
	struct lull_month_view months[3];
};

/* ---- reading --------------------------------------------------------------------------------- */

static int load_history(struct cli *cli, const char *path, struct lull_history *out)
{
	struct lull_err err = { 0 };
	struct lull_diags diags;
	struct lull_doc doc;
	char *bytes;
	size_t n;
	*out = lull_history_unasked();
	if (!path)
		return CLI_DONE;
	lull_diags_init(&diags, cli->arena);
	if (cli_read_file(cli, path, &bytes, &n, &err) != LULL_OK)
		return cli_fail(&err);
	if (lull_yaml_read(bytes, n, path, cli->arena, &doc, &diags) != LULL_OK ||
	    lull_schema_bind(&doc, &lull_history_schema, cli->arena, out, &diags) != LULL_OK)
		return cli_diags(&diags);
	return CLI_DONE;
}

static int load_criteria(struct cli *cli, struct lull_criteria *out)
{
	struct lull_diags diags;
	lull_diags_init(&diags, cli->arena);
	if (lull_criteria_load(cli->knowledge, cli->arena, out, &diags) != LULL_OK)
		return cli_diags(&diags);
	return CLI_DONE;
}

/* ---- judging ----------------------------------------------------------------------------------- */

static int judge(struct cli *cli, const struct request *request, const struct lull_criteria *criteria,
		 const struct lull_diary *diary, const struct lull_history *history, struct judged *out,
		 struct lull_err *err)
{
	struct lull_classify_options options = { .index = request->index, .skip_questions = true };
	for (int m = LULL_MONTH_28; m <= LULL_MONTH_CALENDAR; m++) {
		struct lull_classification c;
		options.month = (enum lull_month)m;
		const int rc = lull_classify(criteria, diary, history, &options, cli->arena, &c, err);
		if (rc != LULL_OK)
			return rc;
		out->months[m] = lull_month_view_of(criteria, &c);
	}
	options.skip_questions = false;
	options.month = (enum lull_month)request->month;
	int rc = lull_classify(criteria, diary, history, &options, cli->arena, &out->classification, err);
	if (rc == LULL_OK)
		rc = lull_classify_explain(criteria, diary, &out->classification, cli->arena, &out->findings,
					   &out->n_findings, err);
	return rc;
}

/* ---- text ---------------------------------------------------------------------------------------- */

static const char *month_words(enum lull_month month)
{
	return month == LULL_MONTH_CALENDAR ? "calendar months" :
	       month == LULL_MONTH_30	    ? "30-day blocks counted back" :
					      "28-day blocks counted back";
}

static void tell_span(struct lull_document *doc, const struct lull_diary *diary, const struct judged *j)
{
	const struct lull_classification *c = &j->classification;
	char from[LULL_DAY_TEXT], to[LULL_DAY_TEXT];
	if (!c->dated) {
		lull_doc_pair(doc, "Diary", "%zu entries without dates: nothing can be counted by month", c->n_entries);
		return;
	}
	if (diary->day_index_only)
		lull_doc_pair(doc, "Diary", "%zu days recorded, %zu missing; days are numbered, the calendar is invented",
			      c->n_recorded, c->n_missing);
	else
		lull_doc_pair(doc, "Diary", "%zu days recorded, %zu missing, %s to %s", c->n_recorded, c->n_missing,
			      lull_day_text(from, diary->first),
			      lull_day_text(to, diary->first + (lull_day)diary->n_days - 1));
	if (c->calendar_unknown)
		lull_doc_pair(doc, "Month", "calendar months were asked for and are not known");
	else
		lull_doc_pair(doc, "Month", "%s%s; the limits of 15 and 8 days are not rescaled", month_words(c->month),
			      c->month == LULL_MONTH_CALENDAR ? "" : " from the index date");
}

static void tell_labels(struct lull_document *doc, const struct judged *j)
{
	static const struct lull_table_column columns[] = { { "Entries by what they show", LULL_AT_START, 1 },
						      { "count", LULL_AT_END, 0 },
						      { "could change", LULL_AT_END, 0 } };
	static const char *const words[LULL_N_LABELS] = { "missing",	 "headache-free",	   "other headache",
							  "tension-type", "probable migraine", "migraine without aura",
							  "migraine with aura" };
	struct lull_table *table = lull_table_new(doc->arena, NULL, columns, 3);
	for (int label = LULL_N_LABELS - 1; label > LULL_LABEL_MISSING; label--) {
		size_t n = 0, open = 0;
		for (size_t i = 0; i < j->classification.n_entries; i++) {
			n += j->classification.entries[i].label == label;
			open += j->classification.entries[i].label == label &&
				j->classification.entries[i].label_could_change;
		}
		lull_table_cell(table, words[label]);
		lull_table_cellf(table, "%zu", n);
		lull_table_cellf(table, "%zu", open);
	}
	lull_doc_table(doc, table);
}

/* "16", or "16-18" where missing or undecided days leave it open. */
static void cell_count(struct lull_table *table, const struct lull_block *block, const struct lull_count *count)
{
	const unsigned high = (unsigned)count->yes + count->maybe + block->missing;
	if (high == count->yes)
		lull_table_cellf(table, "%u", (unsigned)count->yes);
	else
		lull_table_cellf(table, "%u-%u", (unsigned)count->yes, high);
}

static void tell_blocks(struct lull_document *doc, const struct lull_diary *diary, const struct judged *j)
{
	static const struct lull_table_column columns[] = { { "Month", LULL_AT_START, 1 },	{ "recorded", LULL_AT_END, 0 },
						      { "headache", LULL_AT_END, 0 },	{ "migraine", LULL_AT_END, 0 },
						      { "acute drug", LULL_AT_END, 0 }, { "triptan", LULL_AT_END, 0 },
						      { "good for", LULL_AT_START, 0 } };
	static const char *const uses[] = { "nothing", "clinic", "trial" };
	const struct lull_classification *c = &j->classification;
	enum { SHOWN = 13 };
	if (c->n_blocks == 0)
		return;
	struct lull_table *table = lull_table_new(doc->arena, "Days counted (a range: what missing or undecided days leave open)",
						  columns, 7);
	for (size_t i = 0; i < c->n_blocks && i < SHOWN; i++) {
		const struct lull_block *b = &c->blocks[i];
		char from_text[LULL_DAY_TEXT], to_text[LULL_DAY_TEXT];
		const lull_day from = b->from > diary->first ? b->from : diary->first;
		if (diary->day_index_only)
			lull_table_cellf(table, "days %d to %d", (int)(from - diary->first + 1),
					 (int)(b->to - diary->first + 1));
		else
			lull_table_cellf(table, "%s to %s", lull_day_text(from_text, from),
					 lull_day_text(to_text, b->to));
		lull_table_cellf(table, "%u/%u", (unsigned)b->recorded, (unsigned)b->length);
		cell_count(table, b, &b->days[LULL_DAYDEF_HEADACHE]);
		cell_count(table, b, &b->days[LULL_DAYDEF_MIGRAINE]);
		cell_count(table, b, &b->drugs[LULL_GROUP_ANY]);
		cell_count(table, b, &b->drugs[LULL_GROUP_TRIPTAN]);
		lull_table_cell(table, uses[b->quality]);
	}
	lull_doc_table(doc, table);
	if (c->n_blocks > SHOWN)
		lull_doc_paragraph(doc, "%zu earlier months are counted and not shown (--json has them).",
				   c->n_blocks - SHOWN);
}

static void cell_over(struct lull_table *table, const struct lull_month_view *v)
{
	if (v->n_estimated)
		lull_table_cellf(table, "%zu of %zu, %zu estimated", v->n_over, v->n_blocks, v->n_estimated);
	else
		lull_table_cellf(table, "%zu of %zu", v->n_over, v->n_blocks);
}

static void tell_month_lengths(struct lull_document *doc, const struct judged *j)
{
	static const struct lull_table_column columns[] = { { "The same days, counted by", LULL_AT_START, 1 },
						      { "latest month", LULL_AT_END, 0 },
						      { "months with 15 or more", LULL_AT_END, 0 },
						      { "chronic migraine", LULL_AT_START, 0 } };
	static const char *const words[] = { "unknown", "not met", "met" };
	struct lull_table *table = lull_table_new(doc->arena, NULL, columns, 4);
	if (!j->classification.dated)
		return;
	for (int m = LULL_MONTH_28; m <= LULL_MONTH_CALENDAR; m++) {
		const struct lull_month_view *v = &j->months[m];
		lull_table_cellf(table, "%s%s", m == LULL_MONTH_CALENDAR ? "calendar months" :
						m == LULL_MONTH_30	 ? "30-day blocks" :
									   "28-day blocks",
				 v->month == j->classification.month ? " (used)" : "");
		if (v->unknown) {
			lull_table_cell(table, "not known");
			lull_table_cell(table, "not known");
		} else {
			lull_table_cellf(table, "%u of %u", (unsigned)v->latest.yes, v->latest_length - v->latest_missing);
			cell_over(table, v);
		}
		lull_table_cell(table, words[v->chronic]);
	}
	lull_doc_table(doc, table);
}

static void tell_questions(struct lull_document *doc, const struct lull_criteria *criteria, const struct judged *j,
			   bool full)
{
	const struct lull_classification *c = &j->classification;
	const size_t shown = full || c->n_questions < 5 ? c->n_questions : 5;
	if (c->n_questions == 0)
		return;
	lull_doc_heading(doc, 2, "What to ask next, most decisive first");
	for (size_t i = 0; i < shown; i++)
		lull_doc_item(doc, "%s", criteria->questions[c->questions[i]]);
	if (shown < c->n_questions)
		lull_doc_paragraph(doc, "%zu more with --full.", c->n_questions - shown);
}

/* A first look a clinician owes: an aura outside 5 to 60 minutes, motor or brainstem symptoms. */
static void tell_auras(struct lull_document *doc, const struct judged *j)
{
	size_t n = 0;
	for (size_t i = 0; i < j->classification.n_entries; i++)
		n += j->classification.entries[i].aura_review;
	if (n)
		lull_doc_callout(doc, LULL_TONE_CAUTION, "Aura for a clinician to look at",
				 "%zu %s an aura symptom outside 5 to 60 minutes, or motor or brainstem symptoms.", n,
				 n == 1 ? "entry has" : "entries have");
}

static void tell_patient(struct lull_document *doc, const struct request *request,
			 const struct lull_criteria *criteria, const struct lull_diary *diary, const struct judged *j)
{
	if (diary->patient_id && diary->patient_id[0])
		lull_doc_heading(doc, 1, diary->patient_id);
	tell_span(doc, diary, j);
	tell_auras(doc, j);
	tell_blocks(doc, diary, j);
	if (!j->classification.dated)
		tell_labels(doc, j);
	tell_month_lengths(doc, j);
	lull_doc_heading(doc, 2, "Criteria: [x] met, [ ] not met, [?] unknown");
	if (request->full) {
		lull_doc_findings(doc, j->findings, j->n_findings, 3);
	} else {
		for (size_t i = 0; i < j->n_findings; i++) {
			const bool is_main = !strcmp(j->findings[i].code, "ICHD3-1.3");
			lull_doc_findings(doc, &j->findings[i], 1, is_main ? 1 : 0);
		}
	}
	tell_questions(doc, criteria, j, request->full);
}

/* ---- the verb --------------------------------------------------------------------------------------- */

static int answer_json(struct cli *cli, const struct request *request, const struct lull_criteria *criteria,
		       const struct lull_import *in, const struct judged *judged)
{
	struct lull_buf buf = { 0 };
	struct lull_json json = { .out = &buf };
	lull_json_open(&json, NULL, '{');
	lull_json_head(&json, "diary_classify", 1, cli->knowledge);
	lull_json_text(&json, "month", lull_month_names[judged[0].classification.month]);
	lull_json_open(&json, "rows", '{');
	lull_json_int(&json, "read", (int64_t)in->report.n_rows);
	lull_json_int(&json, "accepted", (int64_t)in->report.n_accepted);
	lull_json_int(&json, "rejected", (int64_t)in->report.n_rejected);
	lull_json_close(&json, '}');
	lull_json_open(&json, "patients", '[');
	for (size_t i = 0; i < in->n_diaries; i++)
		lull_json_classify(&json, NULL,
				   &(struct lull_classify_answer){ criteria, &in->diaries[i],
								   &judged[i].classification, judged[i].findings,
								   judged[i].n_findings, judged[i].months,
								   request->days });
	lull_json_close(&json, ']');
	lull_json_close(&json, '}');
	lull_buf_putc(&buf, '\n');
	return cli_print(&buf);
}

/* The references behind the numbers in brackets. */
static int tell_sources(struct cli *cli, struct lull_document *doc)
{
	struct lull_sources sources;
	struct lull_diags diags;
	lull_diags_init(&diags, cli->arena);
	if (lull_sources_load(cli->knowledge, cli->arena, &sources, &diags) != LULL_OK)
		return cli_diags(&diags);
	if (doc->n_notes)
		lull_doc_heading(doc, 2, "Sources");
	for (size_t i = 0; i < doc->n_notes; i++) {
		char number[16];
		const struct lull_source *source = lull_source_get(&sources, doc->notes[i]);
		lull_doc_note(doc, lull_num_text(number, sizeof(number), (double)(i + 1), 0),
			      source ? source->text : doc->notes[i]);
	}
	return CLI_DONE;
}

static int answer_text(struct cli *cli, const struct request *request, const struct lull_criteria *criteria,
		       const struct lull_import *in, const struct judged *judged)
{
	struct lull_err err = { 0 };
	struct lull_buf buf = { 0 };
	struct lull_document doc;
	const struct lull_doc_head head = {
		.title = "What this diary shows",
		.footer = "For a licensed clinician's judgement. Wording is Lull's own; the codes are those of ICHD-3 (2018)."
	};
	lull_doc_init(&doc, cli->arena, &head);
	for (size_t i = 0; i < in->n_diaries; i++)
		tell_patient(&doc, request, criteria, &in->diaries[i], &judged[i]);
	const int status = tell_sources(cli, &doc);
	if (status != CLI_DONE)
		return status;
	if (lull_doc_text(&doc, cli->width, cli->color, &buf, &err) != LULL_OK) {
		lull_buf_clear(&buf);
		return cli_fail(&err);
	}
	return cli_print(&buf);
}

int cmd_diary_classify(struct cli *cli, int argc, char **argv)
{
	struct request r = { .source = CLI_DIARY_SOURCE, .index = LULL_DAY_NONE };
	const struct cli_option options[] = {
		CLI_DIARY_OPTIONS(r.source),
		{ .name = "month", .type = CLI_CHOICE, .value = &r.month, .arg = "28|30|calendar", .choices = lull_month_names,
		  .help = "what a month is (default 28)" },
		{ .name = "index", .type = CLI_DAY, .value = &r.index, .arg = "DATE",
		  .help = "count back from this day (default: the diary's last)" },
		{ .name = "history", .type = CLI_TEXT, .value = &r.history, .arg = "FILE",
		  .help = "what the diary cannot hold, YAML" },
		{ .name = "days", .value = &r.days, .help = "with --json: each day or entry with its criteria" },
		{ .name = "full", .value = &r.full, .help = "whole trees and all questions" },
		{ .name = "json", .value = &r.json, .help = "for machines" },
		{ 0 }
	};
	struct lull_criteria criteria;
	struct lull_history history;
	struct lull_import in;
	struct lull_err err = { 0 };
	const char **words;
	size_t n_words;
	int rc = cli_parse(cli, &usage, options, argc, argv, &words, &n_words);

	if (rc >= 0)
		return rc;
	if (n_words != 1)
		return cli_usage_error(&usage, "one FILE is needed");
	if (r.days && !r.json)
		return cli_usage_error(&usage, "--days goes with --json");
	r.source.path = words[0];
	if ((rc = load_criteria(cli, &criteria)) != CLI_DONE || (rc = load_history(cli, r.history, &history)) != CLI_DONE ||
	    (rc = cli_load_diaries(cli, &r.source, &in)) != CLI_DONE)
		return rc;
	cli_import_remarks(cli, &in.report);
	struct judged *judged = LULL_ARENA_NEW(cli->arena, struct judged, in.n_diaries + 1);
	if (!judged) {
		(void)lull_nomem(&err);
		return cli_fail(&err);
	}
	for (size_t i = 0; i < in.n_diaries; i++)
		if (judge(cli, &r, &criteria, &in.diaries[i], &history, &judged[i], &err) != LULL_OK)
			return cli_fail(&err);
	return r.json ? answer_json(cli, &r, &criteria, &in, judged) : answer_text(cli, &r, &criteria, &in, judged);
}
