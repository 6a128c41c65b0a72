/* lull diary response, triggers, demo - before and after a date; what was noted; an invented diary. */
#include "cli.h"
#include "load_diary.h"

#include <math.h>

#include "lull/codec/diary_json.h"
#include "lull/codec/response_json.h"

/* ---- response ---------------------------------------------------------------------------------- */

static const struct cli_usage response_usage = {
	"diary response", "FILE --date DATE [--after DATE] [--count DEFINITION] [--map NAME|FILE] [--json]",
	"Compares the 28 days before a date with the 28 days after it: days counted, responders, mean pain, from chronic "
	"to episodic over three months, and two probabilities from this diary's own day-to-day pattern: how often so "
	"large a change would be seen with nothing changed, and that the underlying share of days is lower. Why days "
	"changed is not in them. --day N takes the place of --date in a diary of numbered days."
};

struct response_request {
	struct cli_diary_source source;
	lull_day date, after;
	int64_t day;
	int definition; /* enum lull_day_definition */
	bool json;
};

/* What the answer is made of. */
struct response_answer {
	struct lull_response_rules rules;
	struct lull_criteria criteria;
	struct lull_chain_priors priors;
	struct lull_response response;
	struct lull_conversion conversion;
};

static int load_response_knowledge(struct cli *cli, struct response_answer *a)
{
	struct lull_diags diags;
	lull_diags_init(&diags, cli->arena);
	if (lull_response_rules_load(cli->knowledge, cli->arena, &a->rules, &diags) != LULL_OK ||
	    lull_criteria_load(cli->knowledge, cli->arena, &a->criteria, &diags) != LULL_OK ||
	    lull_chain_priors_load(cli->knowledge, cli->arena, &a->priors, &diags) != LULL_OK)
		return cli_diags(&diags);
	return CLI_DONE;
}

static int answer_of(struct cli *cli, const struct response_request *r, const struct lull_diary *diary,
		     struct response_answer *a, struct lull_err *err)
{
	const lull_day date = r->day ? diary->first + (lull_day)r->day - 1 : r->date;
	const lull_day after = r->after == LULL_DAY_NONE ? date : r->after;
	struct lull_series series;
	if (r->day ? !diary->day_index_only : diary->day_index_only)
		return lull_fail(err, LULL_EDOMAIN, r->day ? "--day" : "--date", "%s",
				 r->day ? "this diary has dates; use --date" : "this diary's days are numbered; use --day N");
	int rc = cli_series_of(cli, &a->criteria, diary, r->definition, &series, err);
	if (rc == LULL_OK)
		rc = lull_response_run(&series, date, after, &a->rules, &a->criteria.counting, &a->priors, cli->arena,
				       &a->response, err);
	if (rc == LULL_OK)
		lull_conversion_of(&series, date, after, &a->rules, &a->criteria.counting, &a->conversion);
	return rc;
}

static const char *number(char out[32], double value)
{
	return lull_num_text(out, 32, value, 1);
}

static void put_window(struct lull_buf *buf, const char *name, const struct lull_window *w, const struct lull_diary *diary)
{
	char from[LULL_DAY_TEXT], to[LULL_DAY_TEXT], per_28[32], pain[32];
	if (diary->day_index_only)
		lull_buf_printf(buf, "  %-6s  days %d to %d", name, (int)(w->first - diary->first) + 1,
				(int)(w->first - diary->first) + w->n_days);
	else
		lull_buf_printf(buf, "  %-6s  %s to %s", name, lull_day_text(from, w->first),
				lull_day_text(to, w->first + w->n_days - 1));
	lull_buf_printf(buf, ": %d of %d recorded days, %s per 28 days", w->n_yes, w->n_recorded, number(per_28, w->per_28));
	if (w->n_recorded < w->n_days)
		lull_buf_printf(buf, " (missing days leave %d to %d open)", (int)w->low, (int)w->high);
	if (w->n_pain)
		lull_buf_printf(buf, "; mean pain %s", number(pain, w->mean_pain));
	lull_buf_putc(buf, '\n');
}

static void put_responders(struct lull_buf *buf, const struct response_answer *a)
{
	const struct lull_response *r = &a->response;
	char points[32], percent[32], fall[32];
	lull_buf_printf(buf, "  change  %s days per 28 (%s %%)\n", number(points, r->change), number(percent, r->percent));
	for (int i = 0; i < LULL_N_RESPONDERS; i++)
		lull_buf_printf(buf, "%s%s %%: %s%s", i ? ", " : "  fall of at least ",
				number(fall, a->rules.responder_percent[i]), lull_answer_names[r->responder[i]],
				r->responder_could_change[i] ? " (missing days could turn it)" : "");
	lull_buf_putc(buf, '\n');
	if (!isnan(r->intensity_change))
		lull_buf_printf(buf, "  mean pain of these days changed by %s points; a fall of %s or more: %s\n",
				number(points, r->intensity_change), number(fall, a->rules.intensity_points),
				lull_answer_names[r->intensity_response]);
}

/* "0.3 %", "below 0.1 %", "above 99.9 %" */
static const char *percent_words(char out[32], double p)
{
	if (isnan(p))
		return "unknown";
	if (p < 0.001)
		return "below 0.1 %";
	if (p > 0.999)
		return "above 99.9 %";
	char digits[32];
	lull_text_format(out, 32, "%s %%", number(digits, 100 * p));
	return out;
}

/* The change and the probability may disagree: they look at different days before. */
static void put_two_ways(struct lull_buf *buf, const struct response_answer *a)
{
	const struct lull_chain_counts *history = &a->response.fit->counts;
	char days[32], per_28[32], text[320];
	lull_text_format(text, sizeof(text),
			 "The change and this probability point different ways because the change looks at the 28 days before "
			 "alone, and the probability at up to %s days before: in them the count was %s per 28 days.",
			 number(days, a->priors.days.history_days), number(per_28, 28.0 * history->n_yes / history->n_recorded));
	lull_buf_wrap(buf, text, 2, 100);
}

static void put_reality(struct lull_buf *buf, const struct response_answer *a)
{
	const struct lull_response *r = &a->response;
	char mean[32], sd[32], chance[32], lower[32];
	lull_buf_puts(buf, "\nIs it real?\n");
	if (isnan(r->chance)) {
		lull_buf_printf(buf, "  Unknown: at least %d recorded days are needed before and after.\n",
				(int)a->criteria.counting.prorate_min_days);
		return;
	}
	lull_buf_printf(buf, "  With nothing changed these %d days lead one to expect %s per 28 (standard deviation %s).\n",
			r->n_history, number(mean, r->expected_per_28), number(sd, r->expected_sd));
	lull_buf_printf(buf, "  A count at least this far on that side: %s\n", percent_words(chance, r->chance));
	lull_buf_printf(buf, "  Probability that the underlying share of days is lower after than before: %s\n",
			percent_words(lower, r->lower));
	if ((r->change > 0 && r->lower > 0.5) || (r->change < 0 && r->lower < 0.5))
		put_two_ways(buf, a);
	lull_buf_wrap(buf, r->meaning, 2, 100);
}

static void put_conversion(struct lull_buf *buf, const struct response_answer *a)
{
	const struct lull_conversion *c = &a->conversion;
	char mean[32];
	if (c->was_chronic == LULL_NO)
		return;
	lull_buf_printf(buf, "\nFrom chronic to episodic (below %d days), by the mean of three months (%s): %s; by each month: %s\n",
			(int)a->rules.chronic_days, number(mean, c->mean_per_28), lull_answer_names[c->by_mean],
			lull_answer_names[c->in_each]);
}

static int print_response(struct cli *cli, const struct response_request *r, const struct lull_diary *diary,
			  const struct response_answer *a)
{
	struct lull_buf buf = { 0 };
	const char *definition = lull_daydef_names[r->definition];
	if (r->json) {
		struct lull_json json = { .out = &buf };
		lull_json_open(&json, NULL, '{');
		lull_json_head(&json, "diary_response", 1, cli->knowledge);
		lull_json_text(&json, "patient", diary->patient_id);
		lull_json_bool(&json, "numbered_days", diary->day_index_only);
		lull_json_response(&json, "response", definition, &a->response, &a->rules);
		lull_json_conversion(&json, "chronic_to_episodic", &a->conversion);
		lull_json_close(&json, '}');
		lull_buf_putc(&buf, '\n');
		return cli_print(&buf);
	}
	lull_buf_printf(&buf, "Days counted: %s\n", definition);
	put_window(&buf, "before", &a->response.before, diary);
	put_window(&buf, "after", &a->response.after, diary);
	put_responders(&buf, a);
	put_reality(&buf, a);
	put_conversion(&buf, a);
	return cli_print(&buf);
}

int cmd_diary_response(struct cli *cli, int argc, char **argv)
{
	struct response_request r = { .source = CLI_DIARY_SOURCE, .date = LULL_DAY_NONE, .after = LULL_DAY_NONE,
				      .definition = LULL_DAYDEF_HEADACHE };
	const struct cli_option options[] = {
		CLI_DIARY_OPTIONS(r.source),
		{ "date", CLI_DAY, &r.date, "DATE", "the first day that is no longer before (the infusion)", NULL, 0, 0 },
		{ "day", CLI_COUNT, &r.day, "N", "the same by number, in a diary of numbered days", NULL, 1,
		  LULL_DIARY_MAX_DAYS },
		{ "after", CLI_DAY, &r.after, "DATE", "first day of the window after (default: that day)", NULL, 0, 0 },
		{ "count", CLI_CHOICE, &r.definition, "DEFINITION", "which days count", lull_daydef_names, 0, 0 },
		{ .name = "json", .value = &r.json, .help = "for machines" },
		{ 0 }
	};
	struct response_answer answer = { 0 };
	struct lull_import in;
	struct lull_err err = { 0 };
	const char **words;
	size_t n_words;
	int rc = cli_parse(cli, &response_usage, options, argc, argv, &words, &n_words);
	if (rc >= 0)
		return rc;
	if (n_words != 1)
		return cli_usage_error(&response_usage, "one FILE is needed");
	if ((r.date == LULL_DAY_NONE) == (r.day == 0))
		return cli_usage_error(&response_usage, "one of --date and --day is needed");
	r.source.path = words[0];
	if ((rc = load_response_knowledge(cli, &answer)) != CLI_DONE || (rc = cli_load_diary(cli, &r.source, &in)) != CLI_DONE)
		return rc;
	cli_import_remarks(cli, &in.report);
	if (answer_of(cli, &r, &in.diaries[0], &answer, &err) != LULL_OK)
		return cli_fail(&err);
	return print_response(cli, &r, &in.diaries[0], &answer);
}

/* ---- triggers ---------------------------------------------------------------------------------- */

/* What was noted at least once; the rest is a number. */
static void put_tags(struct lull_buf *buf, const struct lull_diary *diary, const struct lull_tags *tags)
{
	size_t silent = 0;
	lull_buf_printf(buf, "\npatient %s\n", *diary->patient_id ? diary->patient_id : "(the file names none)");
	for (size_t i = 0; i < tags->n_triggers; i++) {
		const struct lull_trigger_count *t = &tags->triggers[i];
		if (t->days[1][0] + t->days[1][1])
			lull_buf_wrap(buf, t->sentence, 2, 100);
		else
			silent++;
	}
	for (size_t i = 0; i < tags->n_measures; i++) {
		const struct lull_measure_count *m = &tags->measures[i];
		silent += m->n_used == 0;
		if (!m->n_used)
			continue;
		lull_buf_wrap(buf, m->sentence, 2, 100);
		if (m->known)
			lull_buf_wrap(buf, m->known->finding, 6, 100);
		if (m->known && m->known->caution)
			lull_buf_wrap(buf, m->known->caution, 6, 100);
	}
	if (!tags->n_triggers && !tags->n_measures)
		lull_buf_puts(buf, "  this diary asks for no triggers and no measures\n");
	else if (silent)
		lull_buf_printf(buf, "  %zu other triggers and measures were never noted\n", silent);
}

static int print_tags(struct cli *cli, const struct lull_import *in, const struct lull_tags *tags, bool json_wanted)
{
	struct lull_buf buf = { 0 };
	struct lull_json json = { .out = &buf };
	for (size_t i = 0; !json_wanted && i < in->n_diaries; i++)
		put_tags(&buf, &in->diaries[i], &tags[i]);
	if (!json_wanted)
		return cli_print(&buf);
	lull_json_open(&json, NULL, '{');
	lull_json_head(&json, "diary_triggers", 1, cli->knowledge);
	lull_json_open(&json, "patients", '[');
	for (size_t i = 0; i < in->n_diaries; i++) {
		lull_json_open(&json, NULL, '{');
		lull_json_text(&json, "patient", in->diaries[i].patient_id);
		lull_json_tags(&json, "noted", &tags[i]);
		lull_json_close(&json, '}');
	}
	lull_json_close(&json, ']');
	lull_json_close(&json, '}');
	lull_buf_putc(&buf, '\n');
	return cli_print(&buf);
}

int cmd_diary_triggers(struct cli *cli, int argc, char **argv)
{
	static const struct cli_usage usage = {
		"diary triggers", "FILE [--map NAME|FILE] [--patient ID] [--json]",
		"Counts each noted trigger on headache days and on headache-free days, and each non-drug measure with how "
		"often it was noted to help and what is known of it. A trigger is compared only with enough days on which it "
		"was noted in a long enough diary; an association in one diary is not a cause."
	};
	struct cli_diary_source source = CLI_DIARY_SOURCE;
	bool json = false;
	const struct cli_option options[] = { CLI_DIARY_OPTIONS(source),
					      { .name = "json", .value = &json, .help = "for machines" },
					      { 0 } };
	struct lull_measures measures;
	struct lull_import in;
	struct lull_diags diags;
	struct lull_err err = { 0 };
	const char **words;
	size_t n_words;
	int rc = cli_parse(cli, &usage, options, argc, argv, &words, &n_words);
	if (rc >= 0)
		return rc;
	if (n_words != 1)
		return cli_usage_error(&usage, "one FILE is needed");
	source.path = words[0];
	lull_diags_init(&diags, cli->arena);
	if (lull_measures_load(cli->knowledge, cli->arena, &measures, &diags) != LULL_OK)
		return cli_diags(&diags);
	if ((rc = cli_load_diaries(cli, &source, &in)) != CLI_DONE)
		return rc;
	cli_import_remarks(cli, &in.report);
	struct lull_tags *tags = LULL_ARENA_NEW(cli->arena, struct lull_tags, in.n_diaries + 1);
	if (!tags) {
		(void)lull_nomem(&err);
		return cli_fail(&err);
	}
	for (size_t i = 0; i < in.n_diaries; i++)
		if (lull_tags_count(&in.diaries[i], &measures, cli->arena, &tags[i], &err) != LULL_OK)
			return cli_fail(&err);
	return print_tags(cli, &in, tags, json);
}

/* ---- demo -------------------------------------------------------------------------------------- */

int cmd_diary_demo(struct cli *cli, int argc, char **argv)
{
	static const struct cli_usage usage = {
		"diary demo", "[--days N] [--seed N] [--first DATE] [--share X] [--correlation X] [--pain X]",
		"Writes an invented diary to standard output, for examples and tests: headache days from an uncalibrated "
		"day-to-day chain. It says in the file that it is invented. The same numbers give the same diary."
	};
	int64_t seed = 1, n_days = 112;
	struct lull_demo demo = { .first = lull_day_from_ymd(2026, 1, 1), .share = NAN, .rho = NAN, .pain_mean = NAN };
	const struct cli_option options[] = {
		{ "days", CLI_COUNT, &n_days, "N", "length (default 112)", NULL, 1, 3660 },
		{ "seed", CLI_COUNT, &seed, "N", "another number, another diary (default 1)", NULL, 0, 1e9 },
		{ "first", CLI_DAY, &demo.first, "DATE", "first day (default 2026-01-01)", NULL, 0, 0 },
		{ "share", CLI_NUMBER, &demo.share, "X", "share of headache days", NULL, 0, 1 },
		{ "correlation", CLI_NUMBER, &demo.rho, "X", "of neighbouring days", NULL, -1, 1 },
		{ "pain", CLI_NUMBER, &demo.pain_mean, "X", "mean pain of headache days", NULL, 0, 10 },
		{ 0 }
	};
	struct lull_chain_priors priors;
	struct lull_diary diary;
	struct lull_diags diags;
	struct lull_err err = { 0 };
	struct lull_buf buf = { 0 };
	const char **words;
	size_t n_words;
	const int rc = cli_parse(cli, &usage, options, argc, argv, &words, &n_words);
	if (rc >= 0)
		return rc;
	if (n_words)
		return cli_usage_error(&usage, "it takes no file");
	lull_diags_init(&diags, cli->arena);
	if (lull_chain_priors_load(cli->knowledge, cli->arena, &priors, &diags) != LULL_OK)
		return cli_diags(&diags);
	demo.seed = (uint64_t)seed;
	demo.n_days = (int)n_days;
	if (lull_demo_diary(&demo, &priors, cli->arena, &diary, &err) != LULL_OK ||
	    lull_diary_json_write(&diary, 1, cli->arena, &buf, &err) != LULL_OK) {
		lull_buf_clear(&buf);
		return cli_fail(&err);
	}
	return cli_print(&buf);
}
