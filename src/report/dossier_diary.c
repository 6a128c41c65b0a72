/* The dossier's clinical half: counted days, diagnosis by ICHD-3, treatments so far. */
#include "dossier_impl.h"

#include <math.h>
#include <string.h>

enum { MAX_CALENDAR_DAYS = 53 * 7, MAX_BLOCKS = 13, N_MEASURES = 3 };

static const char *const month_words[] = { "28-day blocks", "30-day blocks", "calendar months" };

/* ---- charts ------------------------------------------------------------------------ */

/* The worst severity recorded in a day's entries, 0-3; 255 unknown. */
static uint8_t day_severity(const struct lull_dossier *in, size_t i)
{
	const struct lull_diary_day *day = &in->diary->days[i];
	uint8_t worst = 255;
	for (uint32_t r = day->first_ref; r < day->first_ref + day->n_refs; r++) {
		const uint8_t s = in->classification->entries[in->diary->refs[r]].severity;
		if (s != 255 && (worst == 255 || s > worst))
			worst = s;
	}
	return worst;
}

static enum lull_cal_state cal_state(const struct lull_dossier *in, size_t i)
{
	static const enum lull_cal_state by_severity[] = { LULL_CAL_UNRATED, LULL_CAL_MILD, LULL_CAL_MODERATE,
							   LULL_CAL_SEVERE };
	if (in->diary->days[i].state == LULL_DAY_MISSING)
		return LULL_CAL_MISSING;
	if (in->diary->days[i].state == LULL_DAY_FREE)
		return LULL_CAL_FREE;
	const uint8_t severity = day_severity(in, i);
	return severity > 3 ? LULL_CAL_UNRATED : by_severity[severity];
}

static void put_calendar(struct lull_dossier_writer *w)
{
	const struct lull_dossier *in = w->in;
	const size_t n_all = in->diary->n_days;
	const size_t from = n_all > MAX_CALENDAR_DAYS ? n_all - MAX_CALENDAR_DAYS : 0, n = n_all - from;
	struct lull_cal_day *days = lull_dossier__zalloc(w, n, sizeof(*days));
	struct lull_chart *chart = lull_dossier__zalloc(w, 1, sizeof(*chart));
	if (!days || !chart)
		return;
	for (size_t i = 0; i < n; i++) {
		days[i].state = (uint8_t)cal_state(in, from + i);
		days[i].acute = in->classification->days[from + i].drug_yes >> LULL_GROUP_ANY & 1;
	}
	*chart = (struct lull_chart){
		.kind = LULL_CHART_CALENDAR, .id = "calendar",
		.title = from ? lull_dossier__text(w, "The latest %zu of %zu days", n, n_all) : "Every day of the diary",
		.note = in->diary->records_drugs ? NULL : "This diary does not record acute drugs.",
		.calendar = { .first = in->diary->first + (lull_day)from, .days = days, .n_days = n,
			      .day_index_only = in->diary->day_index_only },
	};
	lull_doc_chart(w->doc, chart);
}

/* "day 23" of a diary that numbers its days. */
static const char *day_number(struct lull_dossier_writer *w, lull_day day)
{
	const int number = (int)(day - w->in->diary->first) + 1;
	return number < 1 ? "before" : lull_dossier__text(w, "day %d", number);
}

static const char *block_label(struct lull_dossier_writer *w, const struct lull_block *block)
{
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	if (w->in->diary->day_index_only)
		return day_number(w, block->from);
	const struct lull_ymd ymd = lull_ymd_from_day(block->from);
	return lull_dossier__text(w, "%d %s", ymd.day, months[ymd.month - 1]);
}

/* One row of bars, oldest block first. */
static const struct lull_chart_block *chart_blocks(struct lull_dossier_writer *w, size_t n,
						   const struct lull_count *(*count_of)(const struct lull_block *))
{
	struct lull_chart_block *out = lull_dossier__zalloc(w, n, sizeof(*out));
	for (size_t i = 0; out && i < n; i++) {
		const struct lull_block *block = &w->in->classification->blocks[n - 1 - i];
		const struct lull_count *count = count_of(block);
		out[i].label = block_label(w, block);
		out[i].counted = count->yes;
		out[i].at_most = (double)count->yes + count->maybe + block->missing;
	}
	return out;
}

static const struct lull_count *count_headache(const struct lull_block *b) { return &b->days[LULL_DAYDEF_HEADACHE]; }
static const struct lull_count *count_migraine(const struct lull_block *b) { return &b->days[LULL_DAYDEF_MIGRAINE]; }
static const struct lull_count *count_acute(const struct lull_block *b) { return &b->drugs[LULL_GROUP_ANY]; }

/* A threshold line of a criterion, when it has one. */
static void add_line(struct lull_dossier_writer *w, struct lull_chart_measure *m, enum lull_criterion_id id)
{
	const double needed = w->in->criteria->items[id].needed;
	double *lines = lull_dossier__zalloc(w, m->n_lines + 1, sizeof(*lines));
	const char **labels = lull_dossier__zalloc(w, m->n_lines + 1, sizeof(*labels));
	if (isnan(needed) || !lines || !labels)
		return;
	for (size_t i = 0; i < m->n_lines; i++) {
		lines[i] = m->lines[i];
		labels[i] = m->line_labels[i];
	}
	lines[m->n_lines] = needed;
	labels[m->n_lines] = lull_dossier__text(w, "%s days", lull_dossier__num(w, needed, 0));
	m->lines = lines;
	m->line_labels = labels;
	m->n_lines++;
}

static void put_blocks(struct lull_dossier_writer *w)
{
	const struct lull_classification *c = w->in->classification;
	const size_t n = c->n_blocks < MAX_BLOCKS ? c->n_blocks : MAX_BLOCKS;
	struct lull_chart_measure *m = lull_dossier__zalloc(w, N_MEASURES, sizeof(*m));
	struct lull_chart *chart = lull_dossier__zalloc(w, 1, sizeof(*chart));
	if (!m || !chart || n == 0)
		return;
	m[0].label = "Headache days";
	m[0].blocks = chart_blocks(w, n, count_headache);
	add_line(w, &m[0], LULL_ICHD_1_3_A);
	m[1].label = "Migraine days";
	m[1].blocks = chart_blocks(w, n, count_migraine);
	add_line(w, &m[1], LULL_ICHD_1_3_C);
	m[2].label = "Days with an acute drug";
	m[2].blocks = chart_blocks(w, n, count_acute);
	add_line(w, &m[2], LULL_ICHD_8_2_2);
	add_line(w, &m[2], LULL_ICHD_8_2_3);
	int longest = 0;
	for (size_t i = 0; i < n; i++)
		longest = c->blocks[i].length > longest ? c->blocks[i].length : longest;
	*chart = (struct lull_chart){
		.kind = LULL_CHART_BLOCKS, .id = "blocks",
		.title = lull_dossier__text(w, "Counted days in %s, the latest at the right", month_words[c->month]),
		.note = w->in->diary->records_drugs
				? "Lines: 1.3 A and C for headache and migraine days; 8.2 for acute drugs, the lower one for "
				  "triptans, the higher one for simple analgesics."
				: "Lines: 1.3 A and C. This diary does not record acute drugs.",
		.blocks = { .days_per_block = longest, .n_blocks = n, .measures = m,
			    .n_measures = w->in->diary->records_drugs ? 3 : 2 },
	};
	lull_doc_chart(w->doc, chart);
}

/* ---- counts as words --------------------------------------------------------------- */

/* "15" when nothing is open, else "9 to 15". */
static const char *count_words(struct lull_dossier_writer *w, const struct lull_block *b, const struct lull_count *c)
{
	const int high = c->yes + c->maybe + b->missing;
	return high > c->yes ? lull_dossier__text(w, "%d to %d", c->yes, high) : lull_dossier__text(w, "%d", c->yes);
}

static void put_block_table(struct lull_dossier_writer *w)
{
	static const struct lull_table_column with_drugs[] = {
		{ "From", LULL_AT_START, 0 },     { "To", LULL_AT_START, 0 },        { "Recorded", LULL_AT_END, 0 },
		{ "Missing", LULL_AT_END, 0 },    { "Headache days", LULL_AT_END, 0 }, { "Migraine days", LULL_AT_END, 0 },
		{ "Days with an acute drug", LULL_AT_END, 0 },
	};
	const struct lull_classification *c = w->in->classification;
	const bool drugs = w->in->diary->records_drugs;
	struct lull_table *table = lull_table_new(w->arena, "Counted days", with_drugs, drugs ? 7 : 6);
	char day[LULL_DAY_TEXT];
	for (size_t i = 0; i < c->n_blocks && i < MAX_BLOCKS; i++) {
		const struct lull_block *b = &c->blocks[i];
		if (w->in->diary->day_index_only) {
			lull_table_cell(table, day_number(w, b->from));
			lull_table_cell(table, day_number(w, b->to));
		} else {
			lull_table_cell(table, lull_day_text(day, b->from));
			lull_table_cell(table, lull_day_text(day, b->to));
		}
		lull_table_cellf(table, "%u", (unsigned)b->recorded);
		lull_table_cellf(table, "%u", (unsigned)b->missing);
		lull_table_cell(table, count_words(w, b, count_headache(b)));
		lull_table_cell(table, count_words(w, b, count_migraine(b)));
		if (drugs)
			lull_table_cell(table, count_words(w, b, count_acute(b)));
	}
	lull_doc_table(w->doc, table);
}

/* One row a length of month: how many months there are, in how many headache was frequent enough. */
static void put_month_table(struct lull_dossier_writer *w)
{
	static const struct lull_table_column columns[] = {
		{ "Counted in", LULL_AT_START, 0 }, { "Months judged", LULL_AT_END, 0 }, { "Frequent enough", LULL_AT_END, 0 },
		{ "Headache, 1.3 A", LULL_AT_START, 0 }, { "Migraine, 1.3 C", LULL_AT_START, 0 }, { "Overuse, 8.2 B", LULL_AT_START, 0 },
	};
	const struct lull_dossier *in = w->in;
	const double needed = in->criteria->items[LULL_ICHD_1_3_A].needed;
	struct lull_table *table = lull_table_new(w->arena, NULL, columns, 6);
	for (int m = 0; m < 3; m++) {
		const struct lull_classification *c = in->by_month[m];
		int n_judged = 0, n_over = 0;
		for (size_t i = 0; i < c->n_blocks; i++) {
			bool estimated;
			const enum lull_status over = lull_block_at_least(&in->criteria->counting, &c->blocks[i],
									  count_headache(&c->blocks[i]), needed, &estimated);
			n_judged += over != LULL_STATUS_UNKNOWN;
			n_over += over == LULL_MET;
		}
		lull_table_cell(table, month_words[m]);
		if (c->calendar_unknown || c->n_blocks == 0) {
			lull_table_cell(table, "unknown");
			lull_table_cell(table, "unknown");
		} else {
			lull_table_cellf(table, "%d", n_judged);
			lull_table_cellf(table, "%d", n_over);
		}
		lull_table_cell(table, lull_dossier__status((enum lull_status)c->status[LULL_ICHD_1_3_A]));
		lull_table_cell(table, lull_dossier__status((enum lull_status)c->status[LULL_ICHD_1_3_C]));
		lull_table_cell(table, lull_dossier__status((enum lull_status)c->status[LULL_ICHD_8_2_B]));
	}
	lull_doc_table(w->doc, table);
}

/* Do the three lengths of a month agree on frequency and overuse? */
static void put_months(struct lull_dossier_writer *w)
{
	static const enum lull_criterion_id ids[] = { LULL_ICHD_1_3_A, LULL_ICHD_1_3_C, LULL_ICHD_8_2_B };
	const struct lull_dossier *in = w->in;
	if (!in->by_month[0] || !in->by_month[1] || !in->by_month[2])
		return;
	bool agree = true;
	for (size_t k = 0; k < 3; k++)
		for (int m = 1; m < 3; m++)
			agree = agree && in->by_month[m]->status[ids[k]] == in->by_month[0]->status[ids[k]];
	lull_doc_paragraph(w->doc, "ICHD-3 does not say how long a month is; this letter counts in %s. %s", month_words[in->classification->month],
			   agree ? "The three lengths give the same answers:"
				 : LULL_STRONG "The length of a month changes the answer:" LULL_PLAIN);
	put_month_table(w);
}

void lull_dossier__diary(struct lull_dossier_writer *w)
{
	const struct lull_dossier *in = w->in;
	if (w->rc != LULL_OK)
		return;
	lull_doc_heading(w->doc, 1, "What the diary shows");
	if (!in->diary) {
		lull_doc_paragraph(w->doc, "No diary was given. What needs counted days is unknown.");
		return;
	}
	const struct lull_classification *c = in->classification;
	if (!c->dated) {
		lull_doc_paragraph(w->doc, "The diary holds %zu entries without dates. Days and months cannot be counted; what "
					   "needs them is unknown: no dates.", in->diary->n_entries);
		return;
	}
	lull_doc_paragraph(w->doc, "A day without a record is missing, never headache-free; where it matters, counts are given "
				   "with both bounds.%s",
			   in->diary->day_index_only ? " The diary numbers its days and does not date them: months by the "
						       "calendar are unknown." : "");
	put_calendar(w);
	put_blocks(w);
	put_block_table(w);
	put_months(w);
}

/* ---- diagnosis --------------------------------------------------------------------- */

/* "ICHD3-1.3" gives "1.3 ", "ICHD3-1.3-A" gives "A  "; other codes give nothing. */
static const char *code_prefix(struct lull_dossier_writer *w, const char *code)
{
	static const char start[] = "ICHD3-";
	if (!code || strncmp(code, start, sizeof(start) - 1) != 0)
		return "";
	const char *rest = code + sizeof(start) - 1, *dash = strchr(rest, '-');
	if (strchr(rest, '/') || strchr(rest, ':') || strchr(rest, '@'))
		return "";
	return lull_dossier__text(w, "%s ", dash ? dash + 1 : rest);
}

/* Copies of nodes with their codes before the names. Below the criteria, only what is met or
 * has counted something is kept: twelve drug classes of which nothing is known say nothing. */
static const struct lull_finding *with_codes(struct lull_dossier_writer *w, const struct lull_finding *from, size_t n,
					     int level, size_t *n_out)
{
	struct lull_finding *out = lull_dossier__zalloc(w, n, sizeof(*out));
	*n_out = 0;
	for (size_t i = 0; out && i < n; i++) {
		if (level >= 2 && from[i].status == LULL_STATUS_UNKNOWN && !(from[i].counted > 0.0)
		    && *code_prefix(w, from[i].code))
			continue;
		if (level >= 2 && from[i].status == LULL_NOT_MET && *code_prefix(w, from[i].code))
			continue;
		struct lull_finding *f = &out[(*n_out)++];
		*f = from[i];
		f->name = lull_dossier__text(w, "%s%s", code_prefix(w, from[i].code), from[i].name ? from[i].name : "");
		f->children = with_codes(w, from[i].children, from[i].n_children, level + 1, &f->n_children);
	}
	return out;
}

void lull_dossier__diagnosis(struct lull_dossier_writer *w)
{
	const struct lull_dossier *in = w->in;
	if (w->rc != LULL_OK || !in->classification || in->n_diagnoses == 0)
		return;
	static const char *const in_full[] = { "ICHD3-1.3", "ICHD3-8.2" };
	lull_doc_heading(w->doc, 1, "Diagnosis by ICHD-3");
	for (size_t k = 0; k < 2; k++) {
		const struct lull_finding *tree = lull_dossier__find(in->diagnoses, in->n_diagnoses, in_full[k]);
		size_t n = 0;
		const struct lull_finding *shown = tree ? with_codes(w, tree, 1, 0, &n) : NULL;
		if (shown)
			lull_doc_findings(w->doc, shown, n, 2);
	}
	/* The other conclusions in a line each; those that are not met and cannot be, together. */
	struct lull_buf not_met = { 0 };
	for (size_t i = 0; i < in->n_diagnoses; i++) {
		const struct lull_finding *f = &in->diagnoses[i];
		if (lull_text_eq(f->code, in_full[0]) || lull_text_eq(f->code, in_full[1]))
			continue;
		size_t n = 0;
		const struct lull_finding *shown = with_codes(w, f, 1, 0, &n);
		if (!shown)
			break;
		if (f->status == LULL_NOT_MET && !f->could_change)
			lull_buf_printf(&not_met, "%s%s", not_met.n ? "; " : "", shown->name);
		else
			lull_doc_findings(w->doc, shown, n, 0);
	}
	if (not_met.n)
		lull_doc_paragraph(w->doc, "Not met, and no open answer could change that: %s.", lull_buf_text(&not_met));
	if (not_met.failed)
		lull_dossier__fail(w, lull_nomem(w->err));
	lull_buf_clear(&not_met);
	if (in->red_flags)
		lull_doc_findings(w->doc, in->red_flags, 1, in->red_flags->status == LULL_MET ? 1 : 0);
}

/* ---- treatments -------------------------------------------------------------------- */

/* "2019-01": nobody remembers the day a preventive was begun. */
static const char *month_text(struct lull_dossier_writer *w, lull_day day)
{
	const struct lull_ymd ymd = lull_ymd_from_day(day);
	return lull_dossier__text(w, "%04d-%02d", ymd.year, ymd.month);
}

static const char *treatment_time(struct lull_dossier_writer *w, const struct lull_treatment *t)
{
	const char *cycles = isnan(t->cycles) ? "" : lull_dossier__text(w, ", %s cycles", lull_dossier__num(w, t->cycles, 1));
	if (t->start != LULL_DAY_NONE && t->end != LULL_DAY_NONE)
		return lull_dossier__text(w, "%s to %s%s", month_text(w, t->start), month_text(w, t->end), cycles);
	if (t->start != LULL_DAY_NONE)
		return lull_dossier__text(w, "since %s%s", month_text(w, t->start), cycles);
	if (!isnan(t->cycles))
		return cycles + 2;
	return isnan(t->months) ? "unknown" : lull_dossier__text(w, "%s months", lull_dossier__num(w, t->months, 1));
}

static const char *readable(struct lull_dossier_writer *w, const char *id)
{
	const char *text = lull_dossier__text(w, "%s", id);
	for (char *c = (char *)(uintptr_t)text; *c; c++)
		if (*c == '_')
			*c = ' ';
	return text;
}

static const char *failed_words(struct lull_dossier_writer *w, const struct lull_treatment *t)
{
	static const char *const words[] = { [LULL_STATUS_UNKNOWN] = "unknown", [LULL_NOT_MET] = "no", [LULL_MET] = "yes" };
	const struct lull_refractory_rules *rules = w->in->refractory_rules;
	return words[lull_treatment_failed(rules, &rules->definitions[LULL_DEFINITION_EHF2020_REFRACTORY], t)];
}

static void put_treatment_table(struct lull_dossier_writer *w)
{
	static const struct lull_table_column columns[] = {
		{ "Treatment", LULL_AT_START, 3 }, { "Class", LULL_AT_START, 3 },      { "Time", LULL_AT_START, 3 },
		{ "Full dose", LULL_AT_START, 0 },     { "Outcome", LULL_AT_START, 3 }, { "Failed", LULL_AT_START, 0 },
	};
	const struct lull_dossier *in = w->in;
	struct lull_table *table = lull_table_new(w->arena, NULL, columns, 6);
	for (size_t i = 0; i < in->treatments->n_items; i++) {
		const struct lull_treatment *t = &in->treatments->items[i];
		const struct lull_drug_class *class =
			t->drug ? lull_preventive_class(in->refractory_rules, t->drug) : NULL;
		const bool preventive = t->kind == LULL_TREATMENT_PREVENTIVE;
		lull_table_cell(table, t->drug ? t->drug : "not named");
		lull_table_cell(table, preventive && class ? class->name
					: readable(w, lull_treatment_kind_names[t->kind]));
		lull_table_cell(table, treatment_time(w, t));
		lull_table_cell(table, t->dose_adequate == LULL_YES ? "yes" : t->dose_adequate == LULL_NO ? "no" : "unknown");
		lull_table_cellf(table, "%s%s%s%s", readable(w, lull_outcome_names[t->outcome]),
				 isnan(t->reduction_percent) ? "" : ", ",
				 isnan(t->reduction_percent) ? "" : lull_dossier__num(w, t->reduction_percent, 0),
				 isnan(t->reduction_percent) ? "" : " % fewer");
		lull_table_cell(table, preventive ? failed_words(w, t) : "-");
	}
	lull_doc_table(w->doc, table);
	lull_doc_paragraph(w->doc, "Failed as EHF 2020 defines it: an adequate trial without enough effect, intolerance, or a "
				   "contraindication. Acute drugs, psychotherapy and non-drug treatment are listed and count for no "
				   "preventive class.%s",
			   lull_dossier__basis(w, in->refractory_rules->definitions[LULL_DEFINITION_EHF2020_REFRACTORY].source,
					       in->refractory_rules->definitions[LULL_DEFINITION_EHF2020_REFRACTORY].mark));
}

void lull_dossier__treatments(struct lull_dossier_writer *w)
{
	const struct lull_dossier *in = w->in;
	if (w->rc != LULL_OK || !in->treatments || !in->refractory_rules || !in->refractory)
		return;
	lull_doc_heading(w->doc, 1, "Treatments so far");
	if (in->treatments->n_items)
		put_treatment_table(w);
	else
		lull_doc_paragraph(w->doc, "No treatment is recorded. A class that was never tried is not a failed one.");
	if (in->treatments->complete != LULL_YES)
		lull_doc_paragraph(w->doc, "The list is not stated to be complete: what is not listed may have been tried.");
	if (in->refractory->n_unrecognised)
		lull_doc_paragraph(w->doc, "%u names match no class and count for none.",
				   (unsigned)in->refractory->n_unrecognised);
	lull_doc_heading(w->doc, 2, "Resistant or refractory, by each definition");
	for (size_t i = 0; i < in->n_definitions; i++)
		lull_doc_findings(w->doc, &in->definitions[i], 1, i < 2 ? 1 : 0);
}

/* ---- the summary's facts ----------------------------------------------------------- */

static void put_diary_pairs(struct lull_dossier_writer *w)
{
	const struct lull_dossier *in = w->in;
	const struct lull_classification *c = in->classification;
	char from[LULL_DAY_TEXT], to[LULL_DAY_TEXT];
	if (!in->diary) {
		lull_doc_pair(w->doc, "Diary", "none given");
		return;
	}
	const char *rejected = in->n_rows_rejected
				       ? lull_dossier__text(w, "; %zu rows could not be read", in->n_rows_rejected) : "";
	if (!c->dated || in->diary->n_days == 0) {
		lull_doc_pair(w->doc, "Diary", "%zu entries without dates%s", in->diary->n_entries, rejected);
		return;
	}
	if (in->diary->day_index_only)
		lull_doc_pair(w->doc, "Diary", "%zu numbered days, %zu recorded, %zu missing%s", in->diary->n_days,
			      c->n_recorded, c->n_missing, rejected);
	else
		lull_doc_pair(w->doc, "Diary", "%s to %s: %zu days recorded, %zu missing%s",
			      lull_day_text(from, in->diary->first),
			      lull_day_text(to, in->diary->first + (lull_day)in->diary->n_days - 1), c->n_recorded,
			      c->n_missing, rejected);
	if (c->n_blocks == 0)
		return;
	const struct lull_block *b = &c->blocks[0];
	lull_doc_pair(w->doc, lull_dossier__text(w, "Latest %u days", (unsigned)b->length),
		      "%s headache days, %s migraine days%s%s; %u recorded", count_words(w, b, count_headache(b)),
		      count_words(w, b, count_migraine(b)), in->diary->records_drugs ? ", acute drugs on " : "",
		      in->diary->records_drugs ? count_words(w, b, count_acute(b)) : "", (unsigned)b->recorded);
}

/* "1.3 Chronic migraine; 1.1 Migraine without aura" with one status. */
static const char *diagnoses_with(struct lull_dossier_writer *w, enum lull_status status)
{
	struct lull_buf buf = { 0 };
	for (size_t i = 0; i < w->in->n_diagnoses; i++) {
		const struct lull_finding *f = &w->in->diagnoses[i];
		if (f->status == status)
			lull_buf_printf(&buf, "%s%s%s", buf.n ? "; " : "", code_prefix(w, f->code), f->name);
	}
	const char *text = lull_dossier__text(w, "%s", lull_buf_text(&buf));
	if (buf.failed)
		lull_dossier__fail(w, lull_nomem(w->err));
	lull_buf_clear(&buf);
	return text;
}

static void put_failed_classes(struct lull_dossier_writer *w)
{
	const struct lull_dossier *in = w->in;
	struct lull_buf buf = { 0 };
	for (int i = 0; i < LULL_N_PREVENTIVES; i++)
		if (in->refractory->failed[i] == LULL_MET)
			lull_buf_printf(&buf, "%s%s", buf.n ? ", " : "", in->refractory_rules->classes[i].name);
	lull_doc_pair(w->doc, "Preventives failed", "%u classes%s%s%s", (unsigned)in->refractory->n_failed,
		      buf.n ? ": " : "", lull_buf_text(&buf),
		      in->refractory->n_maybe
			      ? lull_dossier__text(w, "; %u more not known", (unsigned)in->refractory->n_maybe) : "");
	if (buf.failed)
		lull_dossier__fail(w, lull_nomem(w->err));
	lull_buf_clear(&buf);
	lull_doc_pair(w->doc, "Refractory", "EHF 2020 resistant %s, refractory %s",
		      lull_dossier__status((enum lull_status)in->refractory->status[LULL_DEFINITION_EHF2020_RESISTANT]),
		      lull_dossier__status((enum lull_status)in->refractory->status[LULL_DEFINITION_EHF2020_REFRACTORY]));
}

void lull_dossier__clinical_pairs(struct lull_dossier_writer *w)
{
	const struct lull_dossier *in = w->in;
	put_diary_pairs(w);
	if (in->classification && in->n_diagnoses) {
		const char *met = diagnoses_with(w, LULL_MET), *open = diagnoses_with(w, LULL_STATUS_UNKNOWN);
		lull_doc_pair(w->doc, "Diagnosis", "%s", *met ? met : "none is met so far");
		if (*open)
			lull_doc_pair(w->doc, "Still open", "%s", open);
		lull_doc_pair(w->doc, "Overuse of acute drugs", "%s",
			      lull_dossier__status((enum lull_status)in->classification->status[LULL_ICHD_8_2_B]));
	}
	if (in->refractory && in->refractory_rules)
		put_failed_classes(w);
}
