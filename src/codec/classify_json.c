/* A classification as JSON; see codec/classify.h. */
#include "lull/codec/classify.h"

#include <math.h>

static void put_date(struct lull_json *json, const char *key, lull_day day)
{
	char text[LULL_DAY_TEXT];
	lull_json_text(json, key, day == LULL_DAY_NONE ? NULL : lull_day_text(text, day));
}

/* ---- blocks ---------------------------------------------------------------------------- */

/* {days, not_known, at_most, estimate}: certain days; recorded days of which it is not known; were all of
 * these and the missing ones to count; and the prorated estimate, null where there is none. */
static void put_count(struct lull_json *json, const char *key, const struct lull_counting *counting,
		      const struct lull_block *block, const struct lull_count *count)
{
	lull_json_open(json, key, '{');
	lull_json_int(json, "days", count->yes);
	lull_json_int(json, "not_known", count->maybe);
	lull_json_int(json, "at_most", count->yes + count->maybe + block->missing);
	lull_json_num(json, "estimate", lull_block_prorated(counting, block, count));
	lull_json_close(json, '}');
}

static void put_overuse(struct lull_json *json, const struct lull_block *block)
{
	lull_json_open(json, "overuse", '[');
	for (int i = 0; i < LULL_N_MOH; i++) {
		if (block->over[i] == LULL_NOT_MET)
			continue;
		lull_json_open(json, NULL, '{');
		lull_json_text(json, "code", lull_criterion_codes[LULL_MOH_FIRST + i]);
		lull_json_text(json, "status", lull_status_names[block->over[i]]);
		lull_json_bool(json, "estimated", block->over_estimated[i]);
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
}

static void put_block(struct lull_json *json, const struct lull_counting *counting, const struct lull_block *block)
{
	lull_json_open(json, NULL, '{');
	put_date(json, "from", block->from);
	put_date(json, "to", block->to);
	lull_json_int(json, "length", block->length);
	lull_json_int(json, "recorded", block->recorded);
	lull_json_int(json, "missing", block->missing);
	lull_json_text(json, "quality", lull_block_quality_names[block->quality]);
	lull_json_int(json, "headache_days", block->days[LULL_DAYDEF_HEADACHE].yes);
	lull_json_int(json, "migraine_days", block->days[LULL_DAYDEF_MIGRAINE].yes);
	lull_json_int(json, "migraine_days_not_known", block->days[LULL_DAYDEF_MIGRAINE].maybe);
	lull_json_int(json, "acute_days", block->drugs[LULL_GROUP_ANY].yes);
	lull_json_int(json, "acute_days_not_known", block->drugs[LULL_GROUP_ANY].maybe);
	lull_json_int(json, "entered_late", block->entered_late);
	lull_json_num(json, "mean_peak_pain", block->severity_n ? block->severity_sum / block->severity_n : (double)NAN);
	lull_json_open(json, "by_definition", '{');
	for (int d = 0; d < LULL_N_DAYDEFS; d++)
		put_count(json, lull_daydef_names[d], counting, block, &block->days[d]);
	lull_json_close(json, '}');
	lull_json_open(json, "acute_days_by_class", '{');
	for (int g = 0; g < LULL_N_GROUPS; g++)
		put_count(json, lull_drug_group_names[g], counting, block, &block->drugs[g]);
	lull_json_close(json, '}');
	put_overuse(json, block);
	lull_json_close(json, '}');
}

/* ---- days -------------------------------------------------------------------------------- */

static void put_statuses(struct lull_json *json, const uint8_t *status)
{
	lull_json_open(json, "criteria", '[');
	for (int id = 0; id < LULL_N_ENTRY_CRITERIA; id++) {
		lull_json_open(json, NULL, '{');
		lull_json_text(json, "code", lull_criterion_codes[id]);
		lull_json_text(json, "status", lull_status_names[status ? status[id] : LULL_STATUS_UNKNOWN]);
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
}

/* What an entry says beyond its statuses. */
static void put_remarks(struct lull_json *json, const struct lull_entry_class *cls)
{
	if (cls->treated_short)
		lull_json_bool(json, "ended_by_a_drug", true);
	if (cls->aura != LULL_AURA_NONE)
		lull_json_text(json, "aura_code", lull_aura_codes[cls->aura]);
	if (cls->aura_review)
		lull_json_bool(json, "aura_needs_clinician", true);
}

static void put_entry(struct lull_json *json, const struct lull_entry *entry, const struct lull_entry_class *cls)
{
	lull_json_open(json, NULL, '{');
	lull_json_text(json, "entry", entry->label);
	lull_json_int(json, "line", entry->line);
	lull_json_text(json, "label", lull_label_names[cls->label]);
	lull_json_bool(json, "could_change", cls->label_could_change);
	put_remarks(json, cls);
	put_statuses(json, cls->status);
	lull_json_close(json, '}');
}

/* A recorded day without headache meets no criterion; of a missing day nothing is known. */
static void put_day(struct lull_json *json, const struct lull_classify_answer *answer, size_t i)
{
	static const uint8_t none[LULL_N_ENTRY_CRITERIA] = {
#define LULL_X(name, code) LULL_NOT_MET,
		LULL_CRITERIA_ENTRY(LULL_X)
#undef LULL_X
	};
	const struct lull_classification *c = answer->classification;
	const struct lull_day_class *day = &c->days[i];
	const struct lull_entry_class *cls = day->entry == UINT32_MAX ? NULL : &c->entries[day->entry];
	lull_json_open(json, NULL, '{');
	if (answer->diary->day_index_only)
		lull_json_int(json, "day", (int64_t)i + 1);
	else
		put_date(json, "date", answer->diary->first + (lull_day)i);
	lull_json_text(json, "label", lull_label_names[day->label]);
	lull_json_bool(json, "could_change", day->label == LULL_LABEL_MISSING || (cls && cls->label_could_change));
	if (cls)
		put_remarks(json, cls);
	put_statuses(json, cls ? cls->status : day->label == LULL_LABEL_NONE ? none : NULL);
	lull_json_close(json, '}');
}

static void put_days(struct lull_json *json, const struct lull_classify_answer *answer)
{
	const struct lull_classification *c = answer->classification;
	lull_json_open(json, "days", '[');
	if (c->dated)
		for (size_t i = 0; i < c->n_days; i++)
			put_day(json, answer, i);
	else
		for (size_t i = 0; i < c->n_entries; i++)
			put_entry(json, &answer->diary->entries[i], &c->entries[i]);
	lull_json_close(json, ']');
}

/* ---- the patient ---------------------------------------------------------------------------- */

static void put_attacks(struct lull_json *json, const struct lull_attacks *a)
{
	const struct {
		const char *key;
		const struct lull_count *count;
	} rows[] = { { "migraine_without_aura", &a->without_aura }, { "migraine_with_aura", &a->with_aura },
		     { "either", &a->either },			    { "all_but_one_criterion", &a->probable },
		     { "tension_type", &a->tension },		    { "debilitating_over_72_h", &a->over_72_h } };
	lull_json_open(json, "attacks", '{');
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		lull_json_open(json, rows[i].key, '{');
		lull_json_int(json, "counted", rows[i].count->yes);
		lull_json_int(json, "not_known", rows[i].count->maybe);
		lull_json_close(json, '}');
	}
	lull_json_close(json, '}');
}

static void put_months(struct lull_json *json, const struct lull_month_view *months)
{
	lull_json_open(json, "by_month_length", '[');
	for (int m = LULL_MONTH_28; m <= LULL_MONTH_CALENDAR; m++) {
		const struct lull_month_view *v = &months[m];
		lull_json_open(json, NULL, '{');
		lull_json_text(json, "month", lull_month_names[v->month]);
		if (v->unknown) {
			lull_json_null(json, "months");
			lull_json_null(json, "months_with_15_headache_days");
			lull_json_null(json, "latest_headache_days");
		} else {
			lull_json_int(json, "months", (int64_t)v->n_blocks);
			lull_json_int(json, "months_with_15_headache_days", (int64_t)v->n_over);
			lull_json_int(json, "of_these_estimated", (int64_t)v->n_estimated);
			lull_json_int(json, "latest_headache_days", v->latest.yes);
			lull_json_int(json, "latest_length", v->latest_length);
			lull_json_int(json, "latest_missing", v->latest_missing);
		}
		lull_json_text(json, "ICHD3-1.3-A", lull_status_names[v->headache]);
		lull_json_text(json, "ICHD3-1.3", lull_status_names[v->chronic]);
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
}

static void put_questions(struct lull_json *json, const struct lull_criteria *criteria,
			  const struct lull_classification *c)
{
	lull_json_open(json, "questions", '[');
	for (size_t i = 0; i < c->n_questions; i++) {
		lull_json_open(json, NULL, '{');
		lull_json_text(json, "id", lull_unknown_names[c->questions[i]]);
		lull_json_text(json, "ask", criteria->questions[c->questions[i]]);
		lull_json_open(json, "changes", '[');
		for (int id = LULL_N_ENTRY_CRITERIA; id < LULL_N_CRITERIA; id++)
			if (c->ask[id] == c->questions[i])
				lull_json_text(json, NULL, lull_criterion_codes[id]);
		lull_json_close(json, ']');
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
}

struct lull_month_view lull_month_view_of(const struct lull_criteria *criteria, const struct lull_classification *c)
{
	struct lull_month_view v = { .month = c->month,
				     .unknown = !c->dated || c->calendar_unknown || c->n_blocks == 0,
				     .headache = (enum lull_status)c->status[LULL_ICHD_1_3_A],
				     .chronic = (enum lull_status)c->status[LULL_ICHD_1_3] };
	for (size_t i = 0; i < c->n_blocks; i++) {
		bool estimated;
		const enum lull_status over =
			lull_block_at_least(&criteria->counting, &c->blocks[i], &c->blocks[i].days[LULL_DAYDEF_HEADACHE],
					    criteria->items[LULL_ICHD_1_3_A].needed, &estimated);
		v.n_blocks += over != LULL_STATUS_UNKNOWN;
		v.n_over += over == LULL_MET;
		v.n_estimated += over == LULL_MET && estimated;
	}
	if (!v.unknown) {
		v.latest = c->blocks[0].days[LULL_DAYDEF_HEADACHE];
		v.latest_length = c->blocks[0].length;
		v.latest_missing = c->blocks[0].missing;
	}
	return v;
}

void lull_json_classify(struct lull_json *json, const char *key, const struct lull_classify_answer *answer)
{
	const struct lull_classification *c = answer->classification;
	const struct lull_diary *diary = answer->diary;
	lull_json_open(json, key, '{');
	lull_json_text(json, "patient", diary->patient_id);
	lull_json_bool(json, "invented", diary->invented);
	lull_json_bool(json, "dated", c->dated);
	lull_json_bool(json, "calendar_invented", diary->day_index_only);
	lull_json_text(json, "month", lull_month_names[c->month]);
	put_date(json, "first", c->dated ? diary->first : LULL_DAY_NONE);
	put_date(json, "index", c->dated ? c->index : LULL_DAY_NONE);
	lull_json_int(json, "entries", (int64_t)c->n_entries);
	if (c->dated) {
		lull_json_int(json, "days_recorded", (int64_t)c->n_recorded);
		lull_json_int(json, "days_missing", (int64_t)c->n_missing);
	} else {
		lull_json_null(json, "days_recorded");
		lull_json_null(json, "days_missing");
	}
	lull_json_text(json, "band", lull_band_names[c->band]);
	lull_json_text(json, "chronic_migraine_grade", lull_grade_names[c->grade[LULL_ICHD_1_3]]);
	lull_json_text(json, "medication_overuse_grade", lull_grade_names[c->grade[LULL_ICHD_8_2]]);
	put_attacks(json, &c->attacks);
	put_months(json, answer->months);
	lull_json_open(json, "blocks", '[');
	for (size_t i = 0; i < c->n_blocks; i++)
		put_block(json, &answer->criteria->counting, &c->blocks[i]);
	lull_json_close(json, ']');
	lull_json_open(json, "criteria", '[');
	for (size_t i = 0; i < answer->n_findings; i++)
		lull_json_finding(json, NULL, &answer->findings[i]);
	lull_json_close(json, ']');
	put_questions(json, answer->criteria, c);
	if (answer->with_days)
		put_days(json, answer);
	lull_json_close(json, '}');
}
