/* lull diary - read, show and convert headache diaries. No rule is applied here. */
#include "cli.h"

#include <math.h>
#include <string.h>

#include "lull/codec/diary_json.h"
#include "load_diary.h"

/* ---- report ---------------------------------------------------------------------------------- */

static void put_count(struct lull_buf *buf, const char *what, size_t n)
{
	if (n)
		lull_buf_printf(buf, ", %zu %s", n, what);
}

static void put_report(struct lull_buf *buf, const struct lull_import_report *r)
{
	lull_buf_printf(buf, "%s", r->file);
	if (r->map)
		lull_buf_printf(buf, " by map %s", r->map);
	lull_buf_printf(buf, ": %zu rows, %zu accepted (%zu headache, %zu headache-free)", r->n_rows, r->n_accepted,
			r->n_headache, r->n_free);
	put_count(buf, "rejected", r->n_rejected);
	put_count(buf, "that record nothing", r->n_blank);
	put_count(buf, "of other patients", r->n_other_patients);
	put_count(buf, "odd values flagged", r->n_flagged);
	put_count(buf, "rows above the header", r->n_before_header);
	put_count(buf, "empty lines", r->n_empty_lines);
	put_count(buf, "unknown words", r->n_words + r->n_words_not_kept);
	lull_buf_putc(buf, '\n');
	for (size_t i = 0; i < r->n_unused; i++)
		lull_buf_printf(buf, "  column not used: %s%s%s%s\n", r->unused[i].column,
				r->unused[i].why ? " (" : "", r->unused[i].why ? r->unused[i].why : "",
				r->unused[i].why ? ")" : "");
}

/* ---- calendar --------------------------------------------------------------------------------- */

/* How one day or entry is drawn: 1-9 and # are the recorded pain, m M S a severity in words. */
static char mark_of(uint8_t state, float pain, int severity)
{
	static const char words[] = "xmMS";
	if (state == LULL_DAY_MISSING)
		return '?';
	if (state == LULL_DAY_FREE)
		return '.';
	if (!isnan(pain) && pain > 0) {
		const int whole = (int)((double)pain + 0.5);
		return whole >= 10 ? '#' : whole < 1 ? '1' : (char)('0' + whole);
	}
	return severity >= 0 ? words[severity] : 'x';
}

static char mark_of_day(const struct lull_diary *d, size_t i)
{
	const struct lull_diary_day *day = &d->days[i];
	int severity = -1;
	for (uint32_t r = 0; r < day->n_refs; r++) {
		const struct lull_entry *e = &d->entries[d->refs[day->first_ref + r]];
		if (e->kind == LULL_ENTRY_HEADACHE && e->severity > severity)
			severity = e->severity;
	}
	return mark_of(day->state, day->pain, severity);
}

static bool has_drug(const struct lull_diary *d, size_t i)
{
	const struct lull_diary_day *day = &d->days[i];
	for (uint32_t r = 0; r < day->n_refs; r++) {
		const struct lull_entry *e = &d->entries[d->refs[day->first_ref + r]];
		if (e->n_intakes && e->first == d->first + (lull_day)i)
			return true;
	}
	return false;
}

static void put_mark(struct lull_buf *buf, char mark, bool color)
{
	/* Shades only: from faint to strong with the mark; they decide nothing. */
	const char *shade = mark == '.' ? "32" : mark == '?' ? "90" : strchr("123m", mark) ? "33" : strchr("789#S", mark) ? "1;31" : "31";
	if (color)
		lull_buf_printf(buf, "\033[%sm%c\033[0m", shade, mark);
	else
		lull_buf_putc(buf, mark);
}

/* One line of marks and, when there was a drug, a line of + below it. */
static void put_line(struct lull_buf *buf, const char *name, size_t indent, const char *marks, const char *drugs,
		     size_t n, bool color)
{
	lull_buf_printf(buf, "  %-10s", name);
	lull_buf_pad(buf, ' ', indent);
	for (size_t i = 0; i < n; i++)
		put_mark(buf, marks[i], color);
	lull_buf_putc(buf, '\n');
	if (!memchr(drugs, '+', n))
		return;
	while (n && drugs[n - 1] == ' ')
		n--;
	lull_buf_pad(buf, ' ', 12 + indent);
	lull_buf_add(buf, drugs, n);
	lull_buf_putc(buf, '\n');
}

enum { LINE = 64 };

/* Months as lines, the day of the month as column. */
static void put_months(struct lull_buf *buf, const struct lull_diary *d, bool color)
{
	lull_buf_puts(buf, "            1   5    10   15   20   25   30\n");
	for (size_t i = 0; i < d->n_days;) {
		const struct lull_ymd from = lull_ymd_from_day(d->first + (lull_day)i);
		const int length = lull_days_in_month(from.year, from.month);
		char name[32], marks[LINE], drugs[LINE];
		size_t n = 0;
		for (int day = from.day; day <= length && i < d->n_days; day++, i++, n++) {
			marks[n] = mark_of_day(d, i);
			drugs[n] = has_drug(d, i) ? '+' : ' ';
		}
		snprintf(name, sizeof(name), "%04d-%02d", from.year, from.month);
		put_line(buf, name, (size_t)(from.day - 1), marks, drugs, n, color);
	}
}

/* Numbered days: lines of 28. */
static void put_blocks(struct lull_buf *buf, const struct lull_diary *d, bool color)
{
	for (size_t i = 0; i < d->n_days;) {
		char name[32], marks[LINE], drugs[LINE];
		size_t n = 0;
		snprintf(name, sizeof(name), "day %zu", i + 1);
		for (; n < 28 && i < d->n_days; n++, i++) {
			marks[n] = mark_of_day(d, i);
			drugs[n] = has_drug(d, i) ? '+' : ' ';
		}
		put_line(buf, name, 0, marks, drugs, n, color);
	}
}

/* Entries without dates, in input order: lines of 50. */
static void put_entries(struct lull_buf *buf, const struct lull_diary *d, bool color)
{
	for (size_t i = 0; i < d->n_entries;) {
		char name[32], marks[LINE], drugs[LINE];
		size_t n = 0;
		snprintf(name, sizeof(name), "entry %zu", i + 1);
		for (; n < 50 && i < d->n_entries; n++, i++) {
			const struct lull_entry *e = &d->entries[i];
			marks[n] = mark_of(e->kind == LULL_ENTRY_HEADACHE ? LULL_DAY_HEADACHE : LULL_DAY_FREE, e->pain,
					   e->severity);
			drugs[n] = e->n_intakes ? '+' : ' ';
		}
		put_line(buf, name, 0, marks, drugs, n, color);
	}
}

/* ---- one diary -------------------------------------------------------------------------------- */

static void put_period(struct lull_buf *buf, const struct lull_diary *d)
{
	char from[LULL_DAY_TEXT], to[LULL_DAY_TEXT];
	if (!d->dated)
		lull_buf_printf(buf, "  %zu entries without dates: days and months are unknown\n", d->n_entries);
	else if (d->day_index_only)
		lull_buf_printf(buf, "  %zu numbered days; the calendar is not known\n", d->n_days);
	else
		lull_buf_printf(buf, "  %s to %s, %zu days\n", lull_day_text(from, d->first),
				lull_day_text(to, d->first + (lull_day)d->n_days - 1), d->n_days);
	if (d->invented)
		lull_buf_puts(buf, "  invented: nobody's diary\n");
}

static void put_drugs(struct lull_buf *buf, const struct lull_diary *d, const struct lull_diary_counts *c,
		      const char *unit)
{
	if (!d->records_drugs) {
		lull_buf_puts(buf, "  acute drugs: this diary does not ask\n");
		return;
	}
	lull_buf_printf(buf, "  acute drugs on %zu %s", c->n_drug, unit);
	for (int k = 0, n = 0; k < LULL_N_ACUTES; k++)
		if (c->n_by_class[k])
			lull_buf_printf(buf, "%s%s %zu", n++ ? ", " : ": ", lull_acute_names[k], c->n_by_class[k]);
	put_count(buf, "headache", c->n_drugs_unknown);
	if (c->n_drugs_unknown)
		lull_buf_printf(buf, " %s without a word on drugs", unit);
	lull_buf_putc(buf, '\n');
}

static void put_diary(struct lull_buf *buf, const struct lull_diary *d, bool color)
{
	struct lull_diary_counts c;
	const char *unit = d->dated ? "days" : "entries";
	lull_diary_count(d, &c);
	lull_buf_printf(buf, "\npatient %s\n", *d->patient_id ? d->patient_id : "(the file names none)");
	put_period(buf, d);
	lull_buf_printf(buf, "  recorded %zu of %zu %s: %zu headache, %zu headache-free", c.n - c.n_missing, c.n, unit,
			c.n_headache, c.n_free);
	if (d->dated)
		lull_buf_printf(buf, "; %zu missing; %zu headache entries", c.n_missing, c.n_attacks);
	lull_buf_putc(buf, '\n');
	put_drugs(buf, d, &c, unit);
	if (c.n_late)
		lull_buf_printf(buf, "  entries written down more than 48 h later: %zu\n", c.n_late);
	lull_buf_putc(buf, '\n');
	if (!d->dated)
		put_entries(buf, d, color);
	else if (d->day_index_only)
		put_blocks(buf, d, color);
	else
		put_months(buf, d, color);
}

static void put_show_json(struct lull_buf *buf, const struct cli *cli, const struct lull_import *in)
{
	struct lull_json json = { .out = buf };
	lull_json_open(&json, NULL, '{');
	lull_json_head(&json, "diary_show", 1, cli->knowledge);
	lull_json_import(&json, "import", &in->report);
	lull_json_open(&json, "patients", '[');
	for (size_t i = 0; i < in->n_diaries; i++)
		lull_json_diary_counts(&json, NULL, &in->diaries[i]);
	lull_json_close(&json, ']');
	lull_json_close(&json, '}');
	lull_buf_putc(buf, '\n');
}

static int cmd_show(struct cli *cli, int argc, char **argv)
{
	static const struct cli_usage usage = {
		"diary show", "FILE [--map NAME|FILE] [--patient ID] [--json]",
		"Shows what a diary holds: days recorded and missing, headache days, days with acute drugs, a calendar, "
		"and what became of each row of the file. It judges nothing; `lull diary classify` does."
	};
	struct cli_diary_source source = CLI_DIARY_SOURCE;
	bool json = false;
	const struct cli_option options[] = { CLI_DIARY_OPTIONS(source),
					      { .name = "json", .value = &json, .help = "for machines" },
					      { 0 } };
	const char **words;
	size_t n_words;
	const int rc = cli_parse(cli, &usage, options, argc, argv, &words, &n_words);
	if (rc >= 0)
		return rc;
	if (n_words != 1)
		return cli_usage_error(&usage, "it takes one file");
	source.path = words[0];
	struct lull_import in;
	const int status = cli_load_diaries(cli, &source, &in);
	if (status != CLI_DONE)
		return status;
	cli_import_remarks(cli, &in.report);
	struct lull_buf buf = { 0 };
	if (json) {
		put_show_json(&buf, cli, &in);
		return cli_print(&buf);
	}
	put_report(&buf, &in.report);
	for (size_t i = 0; i < in.n_diaries; i++)
		put_diary(&buf, &in.diaries[i], cli->color);
	lull_buf_puts(&buf, "\n. headache-free   ? missing   1-9 and # pain on 0-10   m M S mild, moderate, severe   x headache"
			    "   + acute drug\n");
	return cli_print(&buf);
}

static int cmd_import(struct cli *cli, int argc, char **argv)
{
	static const struct cli_usage usage = {
		"diary import", "FILE --map NAME|FILE -o OUT.json [--json]",
		"Reads a table by a column map and writes Lull's own diary file (JSON), which every verb reads without a "
		"map. Rejected rows, odd values and unknown words are printed; nothing is dropped silently. - is "
		"standard output."
	};
	struct cli_diary_source source = CLI_DIARY_SOURCE;
	const char *out = NULL;
	bool json = false;
	const struct cli_option options[] = {
		CLI_DIARY_OPTIONS(source),
		{ "output", CLI_TEXT, &out, "FILE", "where to write (-o FILE); - is standard output", NULL, 0, 0 },
		{ .name = "json", .value = &json, .help = "what became of each row, for machines, on standard output" },
		{ 0 }
	};
	const char **words;
	size_t n_words;
	char output[] = "--output";
	for (int i = 1; i < argc; i++) /* the short form that everybody knows */
		if (!strcmp(argv[i], "-o"))
			argv[i] = output;
	const int rc = cli_parse(cli, &usage, options, argc, argv, &words, &n_words);
	if (rc >= 0)
		return rc;
	if (n_words != 1)
		return cli_usage_error(&usage, "it takes one file");
	if (!out)
		return cli_usage_error(&usage, "say where to write with -o OUT.json");
	if (json && !strcmp(out, "-"))
		return cli_usage_error(&usage, "the diary and the report cannot both go to standard output");
	source.path = words[0];
	struct lull_import in;
	const int status = cli_load_diaries(cli, &source, &in);
	if (status != CLI_DONE)
		return status;
	cli_import_remarks(cli, &in.report);
	struct lull_buf buf = { 0 };
	struct lull_err err = { 0 };
	int written = lull_diary_json_write(in.diaries, in.n_diaries, cli->arena, &buf, &err);
	if (written == LULL_OK)
		written = cli_write_file(out, lull_buf_text(&buf), buf.n, &err);
	lull_buf_clear(&buf);
	if (written != LULL_OK)
		return cli_fail(&err);
	if (json) {
		struct lull_json report = { .out = &buf };
		lull_json_open(&report, NULL, '{');
		lull_json_head(&report, "diary_import", 1, cli->knowledge);
		lull_json_text(&report, "written", out);
		lull_json_import(&report, "import", &in.report);
		lull_json_close(&report, '}');
		lull_buf_putc(&buf, '\n');
		return cli_print(&buf);
	}
	if (!cli->quiet) {
		put_report(&buf, &in.report);
		fputs(lull_buf_text(&buf), stderr);
		lull_buf_clear(&buf);
	}
	return CLI_DONE;
}

int cmd_diary(struct cli *cli, int argc, char **argv)
{
	static const struct cli_subverb table[] = {
		{ "show", cmd_show, "what a diary holds, and a calendar" },
		{ "import", cmd_import, "a table into Lull's own diary file" },
		{ "classify", cmd_diary_classify, "what it shows by ICHD-3" },
		{ "response", cmd_diary_response, "before and after a date, and whether the change is real" },
		{ "triggers", cmd_diary_triggers, "triggers and non-drug measures, by counts" },
		{ "demo", cmd_diary_demo, "an invented diary, for examples and tests" },
		{ 0 }
	};
	return cli_dispatch(cli, "diary", table, argc, argv);
}
