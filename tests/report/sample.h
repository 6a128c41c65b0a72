/* A made-up document that uses every kind of block and chart; shared by the report tests. Its
 * figures only fill the page: they come from no patient and no source. */
#ifndef LULL_TEST_REPORT_SAMPLE_H
#define LULL_TEST_REPORT_SAMPLE_H

#include <math.h>
#include "lull/report/doc.h"

enum { SAMPLE_DAYS = 168, SAMPLE_TIMES = 121 };

struct sample {
	struct lull_cal_day days[SAMPLE_DAYS];
	struct lull_chart_block headache[6], acute[6];
	struct lull_chart_measure measures[2];
	double x[SAMPLE_TIMES], median[2][SAMPLE_TIMES], low50[2][SAMPLE_TIMES], high50[2][SAMPLE_TIMES],
		low90[2][SAMPLE_TIMES], high90[2][SAMPLE_TIMES];
	struct lull_band_arm arms[2];
	struct lull_chart_limit limit;
	struct lull_chart_span span;
	struct lull_ladder_step steps[6];
	double table_x[4];
	struct lull_finding children[3], findings[2];
	struct lull_chart calendar, blocks, bands, ladder;
};

static inline void sample_days(struct sample *s)
{
	for (int i = 0; i < SAMPLE_DAYS; i++) {
		const unsigned h = ((unsigned)i * 2654435761u) >> 24;
		struct lull_cal_day *day = &s->days[i];
		if (h % 9 == 0 || (i > 60 && i < 66))
			day->state = LULL_CAL_MISSING;
		else if (h % 5 < 2)
			day->state = LULL_CAL_FREE;
		else
			day->state = (uint8_t)(LULL_CAL_UNRATED + h % 4);
		day->acute = day->state >= LULL_CAL_MODERATE && h % 3 == 0;
		day->infusion = i >= 140 && i < 145;
	}
	s->calendar = (struct lull_chart){ .kind = LULL_CHART_CALENDAR, .id = "calendar",
		.title = "Headache days as recorded", .note = "A day that was not recorded counts neither as headache nor as free.",
		.calendar = { .first = lull_day_from_ymd(2026, 3, 4), .days = s->days, .n_days = SAMPLE_DAYS } };
}

static inline void sample_blocks(struct sample *s)
{
	static const double lines[2][2] = { { 15.0, 8.0 }, { 10.0, 0.0 } };
	static const char *const labels[2][2] = { { "15 days", "8 days" }, { "10 days", NULL } };
	static const char *const dates[6] = { "4 Mar", "1 Apr", "29 Apr", "27 May", "24 Jun", "22 Jul" };
	for (int i = 0; i < 6; i++) {
		s->headache[i] = (struct lull_chart_block){ dates[i], 14.0 + i % 3, i == 2 ? 21.0 : NAN };
		s->acute[i] = (struct lull_chart_block){ dates[i], 3.0 + 2.0 * (i % 4), i == 2 ? 10.0 : NAN };
	}
	s->measures[0] = (struct lull_chart_measure){ "Headache days", s->headache, lines[0], labels[0], 2 };
	s->measures[1] = (struct lull_chart_measure){ "Days with an acute drug", s->acute, lines[1], labels[1], 1 };
	s->blocks = (struct lull_chart){ .kind = LULL_CHART_BLOCKS, .id = "blocks",
		.title = "Counted days in blocks of 28, back from the last day",
		.blocks = { .days_per_block = 28, .n_blocks = 6, .measures = s->measures, .n_measures = 2 } };
}

static inline void sample_bands(struct sample *s)
{
	for (int i = 0; i < SAMPLE_TIMES; i++) {
		const double t = 0.1 * i, on = t < 4.0 ? 1.0 - 1.0 / (1.0 + t) : 0.8 / (1.0 + (t - 4.0));
		s->x[i] = t;
		for (int a = 0; a < 2; a++) {
			const double m = 120.0 * on * (a ? 0.55 : 1.0);
			s->median[a][i] = m;
			s->low50[a][i] = 0.85 * m;
			s->high50[a][i] = 1.18 * m;
			s->low90[a][i] = 0.6 * m;
			s->high90[a][i] = 1.6 * m;
		}
	}
	for (int a = 0; a < 2; a++)
		s->arms[a] = (struct lull_band_arm){ a ? "venous" : "arterial", a ? LULL_ROLE_VENOUS : LULL_ROLE_ARTERIAL,
			s->median[a], s->low50[a], s->high50[a], s->low90[a], s->high90[a] };
	s->limit = (struct lull_chart_limit){ 150.0, "an invented line" };
	s->span = (struct lull_chart_span){ 0.0, 4.0, "infusion" };
	s->table_x[0] = 0.5, s->table_x[1] = 2.0, s->table_x[2] = 4.0, s->table_x[3] = 8.0;
	s->bands = (struct lull_chart){ .kind = LULL_CHART_BANDS, .id = "concentration",
		.title = "Ketamine in plasma during and after the infusion",
		.note = "Invented curves.",
		.bands = { .x_label = "hours from the start", .y_label = "ketamine, ng/mL", .x = s->x, .n = SAMPLE_TIMES,
			.arms = s->arms, .n_arms = 2, .limits = &s->limit, .n_limits = 1, .spans = &s->span, .n_spans = 1,
			.y_min = NAN, .y_max = NAN, .decimals = 0, .table_x = s->table_x, .n_table = 4 } };
}

static inline void sample_ladder(struct sample *s)
{
	for (int i = 0; i < 6; i++)
		s->steps[i] = (struct lull_ladder_step){ i, i + 1, 5.0 + 2.5 * i, 2.5 + 1.25 * i,
			i >= 4 ? "pain above target and sedation at most mild" : NULL };
	s->ladder = (struct lull_chart){ .kind = LULL_CHART_LADDER, .id = "ladder", .title = "The pump's rate, step by step",
		.ladder = { .steps = s->steps, .n_steps = 6, .cap_mg_per_h = 20.0, .cap_label = "limit 20 mg/h" } };
}

static inline void sample_findings(struct sample *s)
{
	s->children[0] = (struct lull_finding){ .code = "S-A", .name = "A  Headache on 15 days a month or more", .status = LULL_MET,
		.why = "19 of 26 recorded days in the block from 2026-07-22; 15 needed.", .counted = 19, .needed = 15, .missing = 2,
		.bound_low = 19, .bound_high = 21, .unit = "days", .source = "sample2026", .mark = LULL_VERIFIED };
	s->children[1] = (struct lull_finding){ .code = "S-B", .name = "B  At least five attacks", .status = LULL_NOT_MET,
		.why = "Four attacks since the diary began; five needed.", .counted = 4, .needed = 5, .missing = 0,
		.bound_low = 4, .bound_high = 4, .unit = "attacks", .source = "sample2026", .mark = LULL_VERIFIED };
	s->children[2] = (struct lull_finding){ .code = "S-C", .name = "C  Symptoms of eight days a month", .status = LULL_STATUS_UNKNOWN,
		.why = "Seven days carry the symptoms, five more did not record them; eight needed.", .counted = 7, .needed = 8,
		.missing = 5, .bound_low = 7, .bound_high = 12, .unit = "days", .could_change = true,
		.question = "Was the pain made worse by climbing stairs on 2026-07-30?", .source = "sample2026", .mark = LULL_VERIFIED };
	s->findings[0] = (struct lull_finding){ .code = "S", .name = "S.1 A sample conclusion", .status = LULL_STATUS_UNKNOWN,
		.why = "One criterion is not known.", .could_change = true, .counted = NAN, .needed = NAN, .missing = NAN,
		.bound_low = NAN, .bound_high = NAN, .children = s->children, .n_children = 3, .mark = LULL_VERIFIED };
	s->findings[1] = (struct lull_finding){ .code = "T", .name = "S.2 Another conclusion", .status = LULL_MET,
		.why = "Counted over three blocks: 19, 17 and 18 days.", .counted = NAN, .needed = NAN, .missing = NAN,
		.bound_low = NAN, .bound_high = NAN, .mark = LULL_VERIFIED };
}

/* Fills s and builds doc over it; long adds a table of many rows. */
static inline void sample_document(struct sample *s, struct lull_document *doc, struct lull_arena *arena, bool is_long)
{
	static const struct lull_table_column columns[] = { { "Step", LULL_AT_END, 0 }, { "mg/h", LULL_AT_END, 0 },
						      { "mL/h", LULL_AT_END, 0 }, { "What to watch", LULL_AT_START, 1 } };
	static const struct lull_doc_head head = { .eyebrow = "SAMPLE LETTER", .title = "A letter that uses every block",
		.subject = "Nobody Invented, born 1984-03-02, record 12", .date = "2026-11-22", .banner = "INVENTED PATIENT",
		.footer = "A sample for tests. Not a cleared or certified medical device; supports a licensed clinician's decision.",
		.provenance = "Lull test" };
	*s = (struct sample){ 0 };
	sample_days(s);
	sample_blocks(s);
	sample_bands(s);
	sample_ladder(s);
	sample_findings(s);
	lull_doc_init(doc, arena, &head);
	lull_doc_callout(doc, LULL_TONE_CAUTION, "Cannot tell yet", "Two answers are missing; with them the sample would be complete%s. "
			 LULL_STRONG "Ask first:" LULL_PLAIN " was the pain made worse by climbing stairs?", lull_doc_basis(doc, "sample2026:p3; other2025", LULL_DERIVED));
	lull_doc_pair(doc, "Asked for", "approval of one course of five days");
	lull_doc_pair(doc, "Diary", "168 days, 142 recorded");
	lull_doc_pair(doc, "Classes tried", "beta-blocker, tricyclic, topiramate, onabotulinumtoxinA, CGRP antibody: each at a sufficient dose for a sufficient time");
	lull_doc_heading(doc, 1, "What the diary shows");
	lull_doc_paragraph(doc, "The diary covers 168 days from 2026-03-04. A day without a record is a missing day, never a headache-free one; "
			   "where it matters the counts are given with both bounds.");
	lull_doc_chart(doc, &s->calendar);
	lull_doc_chart(doc, &s->blocks);
	lull_doc_heading(doc, 1, "Classification");
	lull_doc_findings(doc, s->findings, 2, 2);
	lull_doc_heading(doc, 1, "Plan");
	lull_doc_chart(doc, &s->ladder);
	struct lull_table *table = lull_table_new(arena, "Pump sheet", columns, 4);
	for (int i = 0; i < (is_long ? 60 : 6); i++) {
		lull_table_cellf(table, "%d", i + 1);
		lull_table_num(table, 5.0 + 2.5 * i, 2);
		lull_table_num(table, 2.5 + 1.25 * i, 2);
		lull_table_cell(table, i % 2 ? "Blood pressure, sedation and comfort every 15 minutes, then every hour while the rate stays; write each down before the next step is taken."
					     : "Comfort");
	}
	lull_doc_table(doc, table);
	lull_doc_heading(doc, 1, "Forecast");
	lull_doc_chart(doc, &s->bands);
	lull_doc_heading(doc, 2, "What to do first");
	lull_doc_item(doc, "Ask the two open questions.");
	lull_doc_item(doc, "Weigh the patient on the day; the plan is void at a change above 10 %%, and a person who was heavier "
		      "in the plan than on the day gets a new one.");
	lull_doc_heading(doc, 1, "Sources");
	lull_doc_note(doc, "1", "Sample A, Author B. A title that is long enough to need more than one line of small type on the page. A Journal 2026; 1: 1-9. doi 10.0000/sample.");
	lull_doc_note(doc, "2", "Other C. Another title. 2025.");
}

#endif
