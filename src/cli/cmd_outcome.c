/* lull outcome - what came of a series of infusions: each study's definition, days, scores, the next step. */
#include "cli.h"
#include "load_diary.h"
#include "load_patient.h"

#include <math.h>
#include <string.h>

#include "lull/codec/outcome_json.h"

static const struct cli_usage usage = {
	"outcome", "SERIES.yaml [--diary FILE] [--map NAME|FILE] [--on DATE] [--count DEFINITION] [--json]",
	"Judges a series of infusions by each study's own definition, compares the diary before and after, the scores by "
	"their own differences that matter, says what untreated people do, what is missing, and which rule of "
	"outcomes.yaml asks for which next step. The series file is described in docs/outcome.md."
};

struct request {
	struct cli_diary_source source;
	lull_day on;
	int definition; /* enum lull_day_definition */
	bool json;
};

/* Everything the answer is made of. */
struct answer {
	struct lull_outcomes rules;
	struct lull_response_rules response_rules;
	struct lull_criteria criteria;
	struct lull_chain_priors priors;
	struct lull_instruments instruments;
	struct lull_series_record record;
	struct lull_series series;
	bool has_series;
	struct lull_outcome outcome;
};

static int load_knowledge(struct cli *cli, struct answer *a)
{
	struct lull_diags diags;

	lull_diags_init(&diags, cli->arena);
	if (lull_outcomes_load(cli->knowledge, cli->arena, &a->rules, &diags) != LULL_OK ||
	    lull_response_rules_load(cli->knowledge, cli->arena, &a->response_rules, &diags) != LULL_OK ||
	    lull_criteria_load(cli->knowledge, cli->arena, &a->criteria, &diags) != LULL_OK ||
	    lull_chain_priors_load(cli->knowledge, cli->arena, &a->priors, &diags) != LULL_OK ||
	    lull_instruments_load(cli->knowledge, cli->arena, &a->instruments, &diags) != LULL_OK)
		return cli_diags(&diags);
	return CLI_DONE;
}

static int load_series(struct cli *cli, const struct request *r, struct answer *a)
{
	struct lull_import in;
	struct lull_err err = { 0 };
	const int status = cli_load_diary(cli, &r->source, &in);

	if (status != CLI_DONE)
		return status;
	cli_import_remarks(cli, &in.report);
	if (in.diaries[0].day_index_only) {
		lull_fail(&err, LULL_EUNSUPPORTED, r->source.path, "this diary numbers its days");
		lull_mend(&err, "an outcome needs the dates of the infusions and of the diary");
		return cli_fail(&err);
	}
	if (cli_series_of(cli, &a->criteria, &in.diaries[0], r->definition, &a->series, &err) != LULL_OK)
		return cli_fail(&err);
	a->has_series = true;
	return CLI_DONE;
}

/* ---- for people -------------------------------------------------------------------------- */

static const char *number(char out[32], double value)
{
	return isnan(value) ? "?" : lull_num_text(out, 32, value, 1);
}

static void put_basis(struct lull_buf *buf, const char *source, enum lull_mark mark)
{
	lull_buf_printf(buf, "      [%s; %s]\n", source, lull_mark_names[mark]);
}

static void put_results(struct lull_buf *buf, const struct lull_outcome *o)
{
	char before[32], after[32];

	lull_buf_puts(buf, "By each definition\n");
	for (size_t i = 0; i < o->n_results; i++) {
		const struct lull_outcome_result *r = &o->results[i];
		lull_buf_printf(buf, "  %-8s%s", lull_answer_names[r->met], r->definition->name);
		if (!isnan(r->after))
			lull_buf_printf(buf, ": %s to %s", number(before, r->before), number(after, r->after));
		if (r->n_yes + r->n_no + r->n_unknown > 1)
			lull_buf_printf(buf, " (infusions: %d yes, %d no, %d unknown)", r->n_yes, r->n_no, r->n_unknown);
		lull_buf_putc(buf, '\n');
		lull_buf_wrap(buf, r->definition->text, 10, 100);
	}
}

static void put_days(struct lull_buf *buf, const struct lull_outcome *o)
{
	const struct lull_response *d = &o->days;
	char a[32], b[32], c[32], p[32];

	lull_buf_puts(buf, "\nDays\n");
	if (!o->has_days) {
		lull_buf_puts(buf, "  no diary was given: unknown\n");
		return;
	}
	lull_buf_printf(buf, "  %s per 28 days before, %s after (%d and %d recorded days): %s %%\n", number(a, d->before.per_28),
			number(b, d->after.per_28), d->before.n_recorded, d->after.n_recorded, number(c, d->percent));
	if (!isnan(d->chance))
		lull_buf_printf(buf, "  With nothing changed, so large a change on that side: %s %%; probability that days are fewer: %s %%\n",
				number(a, 100 * d->chance), number(p, 100 * d->lower));
	lull_buf_wrap(buf, d->meaning ? d->meaning : "", 2, 100);
}

static void put_scores(struct lull_buf *buf, const struct lull_outcome *o)
{
	char a[32], b[32];

	if (o->n_scores)
		lull_buf_puts(buf, "\nScores, each against the published differences that matter to a person\n");
	for (size_t i = 0; i < o->n_scores; i++) {
		const struct lull_outcome_score *s = &o->scores[i];
		lull_buf_printf(buf, "  %-24s %s to %s", s->instrument->name, number(a, s->before), number(b, s->after));
		if (s->missing)
			lull_buf_printf(buf, " (missing: %s)", s->missing);
		for (size_t k = 0; k < s->n_judgements; k++)
			lull_buf_printf(buf, "%s%s (%s)", k ? ", " : ": ", lull_change_names[s->judgements[k].change],
					s->judgements[k].mid->id);
		lull_buf_putc(buf, '\n');
	}
}

static void put_next(struct lull_buf *buf, const struct lull_outcome *o)
{
	lull_buf_printf(buf, "\nThe series: %s (%s)\n\nNext, by the rules of this programme\n",
			o->series == LULL_RESULT_NON_RESPONDER ? "non-responder" : lull_series_result_names[o->series],
			o->series_because);
	for (size_t i = 0; i < o->n_next; i++) {
		lull_buf_wrap(buf, o->next[i].rule->text, 2, 100);
		lull_buf_printf(buf, "      because: %s\n", o->next[i].because);
		put_basis(buf, o->next[i].rule->source, o->next[i].rule->mark);
	}
	if (o->n_missing)
		lull_buf_puts(buf, "\nMissing\n");
	for (size_t i = 0; i < o->n_missing; i++)
		lull_buf_wrap(buf, o->missing[i], 2, 100);
	lull_buf_puts(buf, "\nWhat untreated people do\n");
	for (size_t i = 0; i < o->n_untreated; i++) {
		lull_buf_wrap(buf, o->untreated[i].text, 2, 100);
		put_basis(buf, o->untreated[i].source, o->untreated[i].mark);
	}
}

static int print_outcome(struct cli *cli, const struct request *r, const struct answer *a)
{
	const struct lull_series_record *record = &a->record;
	struct lull_buf buf = { 0 };
	char from[LULL_DAY_TEXT], to[LULL_DAY_TEXT];

	if (r->json) {
		struct lull_json json = { .out = &buf };
		lull_json_open(&json, NULL, '{');
		lull_json_head(&json, "outcome", 1, cli->knowledge);
		lull_json_text(&json, "patient", record->patient);
		lull_json_bool(&json, "invented", record->invented);
		lull_json_text(&json, "on", lull_day_text(to, r->on));
		lull_json_outcome(&json, &a->outcome, &a->response_rules, lull_daydef_names[r->definition]);
		lull_json_close(&json, '}');
		lull_buf_putc(&buf, '\n');
		return cli_print(&buf);
	}
	if (record->invented)
		lull_buf_puts(&buf, "INVENTED: not a real person.\n");
	lull_buf_printf(&buf, "%s%s%zu infusion%s, %s to %s; judged on ", record->patient ? record->patient : "",
			record->patient ? ": " : "", record->n_given, record->n_given == 1 ? "" : "s",
			lull_day_text(from, record->given[0].day), lull_day_text(to, record->given[record->n_given - 1].day));
	lull_buf_printf(&buf, "%s\n\n", lull_day_text(to, r->on));
	put_results(&buf, &a->outcome);
	put_days(&buf, &a->outcome);
	put_scores(&buf, &a->outcome);
	put_next(&buf, &a->outcome);
	return cli_print(&buf);
}

int cmd_outcome(struct cli *cli, int argc, char **argv)
{
	struct request r = { .source = CLI_DIARY_SOURCE, .on = LULL_DAY_NONE, .definition = LULL_DAYDEF_HEADACHE };
	const struct cli_option options[] = {
		{ "diary", CLI_TEXT, &r.source.path, "FILE", "the patient's diary", NULL, 0, 0 },
		CLI_DIARY_OPTIONS(r.source),
		{ "on", CLI_DAY, &r.on, "DATE", "the day of asking (default: today)", NULL, 0, 0 },
		{ "count", CLI_CHOICE, &r.definition, "DEFINITION", "which days count", lull_daydef_names, 0, 0 },
		{ .name = "json", .value = &r.json, .help = "for machines" },
		{ 0 }
	};
	struct answer a = { 0 };
	struct lull_err err = { 0 };
	const char **words;
	size_t n_words;
	int rc = cli_parse(cli, &usage, options, argc, argv, &words, &n_words);

	if (rc >= 0)
		return rc;
	if (n_words != 1)
		return cli_usage_error(&usage, "one SERIES file is needed");
	if (r.on == LULL_DAY_NONE)
		r.on = cli_today();
	if ((rc = load_knowledge(cli, &a)) != CLI_DONE || (rc = cli_read_yaml(cli, words[0], &lull_series_record_schema, &a.record)) != CLI_DONE)
		return rc;
	if (r.source.path && (rc = load_series(cli, &r, &a)) != CLI_DONE)
		return rc;
	const struct lull_outcome_request request = { &a.rules, &a.record, a.has_series ? &a.series : NULL, &a.response_rules,
						      &a.criteria.counting, &a.priors, &a.instruments, r.on };
	if (lull_outcome_run(&request, cli->arena, &a.outcome, &err) != LULL_OK)
		return cli_fail(&err);
	return print_outcome(cli, &r, &a);
}
