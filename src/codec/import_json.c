/* import_json.c - what an import did, and what a diary holds, as JSON answers. */
#include <math.h>

#include "lull/codec/diary_json.h"

static void put_remarks(struct lull_json *json, const struct lull_diags *diags)
{
	static const char *const severities[] = { "note", "flagged", "rejected" };
	lull_json_open(json, "remarks", '[');
	for (size_t i = 0; i < diags->n_items; i++) {
		const struct lull_diag *d = &diags->items[i];
		lull_json_open(json, NULL, '{');
		lull_json_int(json, "line", d->line);
		lull_json_int(json, "col", d->col);
		lull_json_text(json, "what", severities[d->severity]);
		lull_json_text(json, "found", d->found);
		lull_json_text(json, "expected", d->expected);
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
	lull_json_int(json, "remarks_not_kept",
		      (int64_t)(diags->n_errors + diags->n_warnings > diags->n_items
					? diags->n_errors + diags->n_warnings - diags->n_items
					: 0));
}

void lull_json_import(struct lull_json *json, const char *key, const struct lull_import_report *report)
{
	lull_json_open(json, key, '{');
	lull_json_text(json, "file", report->file);
	lull_json_text(json, "map", report->map);
	lull_json_int(json, "rows", (int64_t)report->n_rows);
	lull_json_int(json, "accepted", (int64_t)report->n_accepted);
	lull_json_int(json, "rejected", (int64_t)report->n_rejected);
	lull_json_int(json, "record_nothing", (int64_t)report->n_blank);
	lull_json_int(json, "other_patients", (int64_t)report->n_other_patients);
	lull_json_int(json, "flagged", (int64_t)report->n_flagged);
	lull_json_int(json, "empty_lines", (int64_t)report->n_empty_lines);
	lull_json_int(json, "rows_before_header", (int64_t)report->n_before_header);
	lull_json_int(json, "headache", (int64_t)report->n_headache);
	lull_json_int(json, "free", (int64_t)report->n_free);
	put_remarks(json, &report->diags);
	lull_json_open(json, "unknown_words", '[');
	for (size_t i = 0; i < report->n_words; i++) {
		lull_json_open(json, NULL, '{');
		lull_json_text(json, "column", report->words[i].column);
		lull_json_text(json, "word", report->words[i].word);
		lull_json_int(json, "times", (int64_t)report->words[i].n);
		lull_json_text(json, "near", report->words[i].near);
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
	lull_json_open(json, "columns_not_used", '[');
	for (size_t i = 0; i < report->n_unused; i++) {
		lull_json_open(json, NULL, '{');
		lull_json_text(json, "column", report->unused[i].column);
		lull_json_text(json, "why", report->unused[i].why);
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
	lull_json_open(json, "columns_lacking", '[');
	for (size_t i = 0; i < report->n_lacking; i++)
		lull_json_text(json, NULL, report->lacking[i]);
	lull_json_close(json, ']');
	lull_json_close(json, '}');
}

static void put_day(struct lull_json *json, const struct lull_diary *diary, size_t d)
{
	static const char *const states[] = { "missing", "free", "headache" };
	const struct lull_diary_day *day = &diary->days[d];
	char text[LULL_DAY_TEXT];
	lull_json_open(json, NULL, '{');
	if (diary->day_index_only)
		lull_json_int(json, "day_index", (int64_t)d + 1);
	else
		lull_json_text(json, "day", lull_day_text(text, diary->first + (lull_day)d));
	lull_json_text(json, "state", states[day->state]);
	if (day->state == LULL_DAY_HEADACHE) {
		lull_json_num(json, "pain_0_10", (double)day->pain);
		lull_json_num(json, "headache_min", (double)day->headache_min);
		lull_json_bool(json, "continues", day->continues);
	}
	lull_json_int(json, "entries", day->n_refs);
	lull_json_close(json, '}');
}

void lull_json_diary_counts(struct lull_json *json, const char *key, const struct lull_diary *diary)
{
	struct lull_diary_counts counts;
	char text[LULL_DAY_TEXT];
	lull_diary_count(diary, &counts);
	lull_json_open(json, key, '{');
	lull_json_text(json, "patient_id", diary->patient_id);
	lull_json_bool(json, "dated", diary->dated);
	lull_json_bool(json, "day_index_only", diary->day_index_only);
	lull_json_bool(json, "invented", diary->invented);
	const bool has_calendar = diary->dated && !diary->day_index_only;
	lull_json_text(json, "from", has_calendar ? lull_day_text(text, diary->first) : NULL);
	lull_json_text(json, "to",
		       has_calendar ? lull_day_text(text, diary->first + (lull_day)diary->n_days - 1) : NULL);
	lull_json_int(json, "entries", (int64_t)diary->n_entries);
	lull_json_int(json, "attacks", (int64_t)counts.n_attacks);
	lull_json_text(json, "counted", diary->dated ? "days" : "entries");
	lull_json_int(json, "n", (int64_t)counts.n);
	lull_json_int(json, "headache", (int64_t)counts.n_headache);
	lull_json_int(json, "free", (int64_t)counts.n_free);
	lull_json_int(json, "missing", (int64_t)counts.n_missing);
	lull_json_int(json, "entered_late", (int64_t)counts.n_late);
	lull_json_bool(json, "records_drugs", diary->records_drugs);
	lull_json_int(json, "with_acute_drug", (int64_t)counts.n_drug);
	lull_json_int(json, "headache_drugs_unknown", (int64_t)counts.n_drugs_unknown);
	lull_json_open(json, "by_class", '{');
	for (int c = 0; c < LULL_N_ACUTES; c++)
		if (counts.n_by_class[c])
			lull_json_int(json, lull_acute_names[c], (int64_t)counts.n_by_class[c]);
	lull_json_close(json, '}');
	lull_json_open(json, "days", '[');
	for (size_t d = 0; d < diary->n_days; d++)
		put_day(json, diary, d);
	lull_json_close(json, ']');
	lull_json_close(json, '}');
}
