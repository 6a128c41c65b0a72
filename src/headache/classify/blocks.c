/* blocks.c - what each civil day counts as, days gathered into months, attacks counted.
 *
 * A month is a 28- or 30-day block counted back from the index date, or a calendar month;
 * ICHD-3 does not fix it, and thresholds are not rescaled. Missing days are bounds, never
 * headache-free days. */
#include <math.h>
#include <string.h>

#include "classify_private.h"
#include "lull/base/text.h"

/* ---- one entry on one day --------------------------------------------------------------- */

static void put(uint32_t *yes, uint32_t *maybe, int bit, enum lull_status status)
{
	if (status == LULL_MET)
		*yes |= (uint32_t)1 << bit;
	else if (status == LULL_STATUS_UNKNOWN)
		*maybe |= (uint32_t)1 << bit;
}

/* Minutes of this entry's headache inside the day; NAN unknown. */
static double minutes_on(const struct lull_entry *entry, const struct lull_diary_day *day, lull_day date)
{
	if (entry->first == entry->last && !isnan(entry->duration_min))
		return (double)entry->duration_min;
	if (entry->first < date && date < entry->last)
		return LULL_MINUTES_PER_DAY;
	return day->n_refs == 1 ? (double)day->headache_min : NAN;
}

static enum lull_status lasts(double minutes, double hours)
{
	return isnan(minutes) ? LULL_STATUS_UNKNOWN : lull_status_of(minutes >= hours * 60.0);
}

/* Was a drug of this kind taken in the entry? */
static enum lull_status took(const struct lull_entry *entry, bool (*is_kind)(const struct lull_intake *))
{
	enum lull_status taken = entry->drugs_known ? LULL_NOT_MET : LULL_STATUS_UNKNOWN;
	for (size_t i = 0; i < entry->n_intakes; i++) {
		if (is_kind(&entry->intakes[i]))
			return LULL_MET;
		if (entry->intakes[i].acute == LULL_ACUTE_UNRECOGNISED || entry->intakes[i].acute == LULL_ACUTE_UNVERIFIED)
			taken = LULL_STATUS_UNKNOWN;
	}
	return taken;
}

/* Serious impairment; days of work missed or halved say so when the question itself was not put. */
static enum lull_status debilitating(const struct lull_entry *entry)
{
	const enum lull_status said = lull_entry__is(entry, LULL_SIGN_DISABLING);
	if (said != LULL_STATUS_UNKNOWN)
		return said;
	for (int sign = LULL_SIGN_MISSED_WORK; sign <= LULL_SIGN_MISSED_SOCIAL; sign++)
		if (lull_entry__is(entry, (enum lull_sign)sign) == LULL_MET)
			return LULL_MET;
	return LULL_STATUS_UNKNOWN;
}

static void headache_definitions(const struct lull_counting *counting, const struct lull_entry *entry,
				 const struct lull_entry_class *cls, double minutes, uint32_t *yes, uint32_t *maybe)
{
	const enum lull_status moderate = cls->severity == UINT8_MAX ? LULL_STATUS_UNKNOWN :
								       lull_status_of(cls->severity >= 2);
	const enum lull_status four_h = lasts(minutes, counting->trial_min_h);
	put(yes, maybe, LULL_DAYDEF_HEADACHE, LULL_MET);
	put(yes, maybe, LULL_DAYDEF_HEADACHE_30MIN, lasts(minutes, counting->leiden_min_h));
	put(yes, maybe, LULL_DAYDEF_HEADACHE_4H, four_h);
	put(yes, maybe, LULL_DAYDEF_HEADACHE_MODERATE, moderate);
	put(yes, maybe, LULL_DAYDEF_DEBILITATING, debilitating(entry));
	put(yes, maybe, LULL_DAYDEF_HEADACHE_HALO,
	    lull_status_or(lull_status_and(four_h, moderate), took(entry, lull_is_triptan_or_ergot)));
}

static void migraine_definitions(const struct lull_counting *counting, const struct lull_entry *entry,
				 const struct lull_entry_class *cls, double minutes, uint32_t *yes, uint32_t *maybe)
{
	const uint8_t *s = cls->status;
	const enum lull_status c1 = s[LULL_ICHD_1_3_C1], c2 = s[LULL_ICHD_1_3_C2], c3 = s[LULL_ICHD_1_3_C3];
	const enum lull_status any = lull_status_or(lull_status_or(c1, c2), c3);
	const enum lull_status triptan = took(entry, lull_is_triptan_or_ergot);
	const enum lull_status aura = lull_status_and(lull_entry__is(entry, LULL_SIGN_AURA_VISUAL),
						      lull_entry__is(entry, LULL_SIGN_AURA_5_60_MIN));
	int two = 0, open = 0;
	for (int id = LULL_ICHD_1_1_B; id <= LULL_ICHD_1_1_D; id++) {
		two += s[id] == LULL_MET;
		open += s[id] == LULL_STATUS_UNKNOWN;
	}
	const enum lull_status probable = lull_status_or(lull_status_at_least(2, two, open), s[LULL_ICHD_1_2_B]);

	put(yes, maybe, LULL_DAYDEF_MIGRAINE, any);
	put(yes, maybe, LULL_DAYDEF_MIGRAINE_C1, c1);
	put(yes, maybe, LULL_DAYDEF_MIGRAINE_C2, c2);
	put(yes, maybe, LULL_DAYDEF_MIGRAINE_C3, c3);
	put(yes, maybe, LULL_DAYDEF_MIGRAINE_TRIPTAN, lull_status_or(any, triptan));
	put(yes, maybe, LULL_DAYDEF_MIGRAINE_OR_PROBABLE, lull_status_or(any, probable));
	/* Leiden: >= 30 min with C and D, or visual aura of 5-60 min, or a migraine-specific drug. */
	put(yes, maybe, LULL_DAYDEF_MIGRAINE_LEIDEN,
	    lull_status_or(lull_status_or(lull_status_and(lasts(minutes, counting->leiden_min_h), c1), aura),
			   took(entry, lull_is_migraine_specific)));
	/* IHS 2018: >= 4 h with C and D, aura or probable migraine; or a specific drug that relieved. */
	put(yes, maybe, LULL_DAYDEF_MIGRAINE_IHS,
	    lull_status_or(lull_status_and(lasts(minutes, counting->trial_min_h),
					   lull_status_or(lull_status_or(c1, c2), probable)),
			   lull_entry__relieved_by_specific(entry, true)));
	/* 2.1-2.2 and 2.3; a migraine day is not a tension-type day. */
	const enum lull_status not_migraine = lull_status_not(any);
	const enum lull_status tension = lull_status_and(s[LULL_ICHD_2_1_C], not_migraine);
	put(yes, maybe, LULL_DAYDEF_TENSION,
	    lull_status_and(tension, lull_status_and(s[LULL_ICHD_2_1_B], s[LULL_ICHD_2_1_D])));
	put(yes, maybe, LULL_DAYDEF_TENSION_CHRONIC, lull_status_and(tension, s[LULL_ICHD_2_3_D]));
}

/* ---- drugs ------------------------------------------------------------------------------ */

#define GROUP(name) ((uint32_t)1 << LULL_GROUP_##name)

static uint32_t groups_of(enum lull_acute acute)
{
	switch (acute) {
	case LULL_ACUTE_ERGOTAMINE:
		return GROUP(ERGOTAMINE) | GROUP(SEVERAL) | GROUP(ANY) | GROUP(MIGRAINE_SPECIFIC);
	case LULL_ACUTE_TRIPTAN:
		return GROUP(TRIPTAN) | GROUP(SEVERAL) | GROUP(ANY) | GROUP(MIGRAINE_SPECIFIC);
	case LULL_ACUTE_PARACETAMOL:
		return GROUP(PARACETAMOL) | GROUP(NON_OPIOID) | GROUP(SEVERAL) | GROUP(ANY);
	case LULL_ACUTE_NSAID:
		return GROUP(NSAID) | GROUP(NON_OPIOID) | GROUP(SEVERAL) | GROUP(ANY);
	case LULL_ACUTE_ASPIRIN: /* coded 8.2.3.2.1, a part of the NSAIDs */
		return GROUP(ASPIRIN) | GROUP(NSAID) | GROUP(NON_OPIOID) | GROUP(SEVERAL) | GROUP(ANY);
	case LULL_ACUTE_OTHER_ANALGESIC:
		return GROUP(OTHER_ANALGESIC) | GROUP(NON_OPIOID) | GROUP(SEVERAL) | GROUP(ANY);
	case LULL_ACUTE_OPIOID:
		return GROUP(OPIOID) | GROUP(SEVERAL) | GROUP(ANY);
	case LULL_ACUTE_COMBINATION:
		return GROUP(COMBINATION) | GROUP(ANY);
	case LULL_ACUTE_DITAN:
		return GROUP(OTHER) | GROUP(ANY) | GROUP(MIGRAINE_SPECIFIC);
	case LULL_ACUTE_OTHER_ACUTE:
		return GROUP(OTHER) | GROUP(ANY);
	case LULL_ACUTE_UNVERIFIED:
		return GROUP(UNVERIFIED) | GROUP(ANY);
	case LULL_ACUTE_GEPANT: /* not thought to cause overuse headache: never counted */
		return GROUP(GEPANT) | GROUP(MIGRAINE_SPECIFIC);
	case LULL_ACUTE_ANTIEMETIC:
	case LULL_ACUTE_UNRECOGNISED:
	case LULL_N_ACUTES:
		break;
	}
	return 0;
}

static char fold(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool holds_text(const char *whole, const char *part)
{
	for (; *whole; whole++) {
		size_t i = 0;
		while (part[i] && fold(whole[i]) == fold(part[i]))
			i++;
		if (!part[i])
			return true;
	}
	return false;
}

/* A constituent that stands beside the combination it belongs to ("aspirin" beside
 * "aspirin/paracetamol/caffeine") is not counted a second time. */
static bool is_constituent(const struct lull_entry *entry, const struct lull_intake *intake)
{
	if (intake->acute == LULL_ACUTE_COMBINATION || !intake->name || !intake->name[0])
		return false;
	for (size_t i = 0; i < entry->n_intakes; i++) {
		const struct lull_intake *other = &entry->intakes[i];
		if (other->acute == LULL_ACUTE_COMBINATION && other->name && holds_text(other->name, intake->name))
			return true;
	}
	return false;
}

/* An intake belongs to the entry's first day. Of an attack over several days a drug may also have
 * been taken on the later ones, unless it was a single dose. */
static void drugs_on(const struct lull_entry *entry, bool is_first_day, bool asked, uint32_t *yes, uint32_t *maybe)
{
	const uint32_t all = ((uint32_t)1 << LULL_N_GROUPS) - 1;
	if (!entry->drugs_known && (entry->kind == LULL_ENTRY_HEADACHE || !asked))
		*maybe |= all;
	for (size_t i = 0; i < entry->n_intakes; i++) {
		const struct lull_intake *intake = &entry->intakes[i];
		const uint32_t groups = groups_of((enum lull_acute)intake->acute);
		if (is_constituent(entry, intake))
			continue;
		if (intake->acute == LULL_ACUTE_UNRECOGNISED)
			*maybe |= all;
		else if (is_first_day)
			*yes |= groups;
		else if (!(intake->doses <= 1.0F))
			*maybe |= groups;
	}
}

/* ---- a day ------------------------------------------------------------------------------- */

static void day_label(const struct lull_diary *diary, const struct lull_diary_day *day,
		      const struct lull_entry_class *entries, struct lull_day_class *out)
{
	out->entry = UINT32_MAX;
	out->label = (uint8_t)(day->state == LULL_DAY_MISSING ? LULL_LABEL_MISSING :
			       day->state == LULL_DAY_FREE    ? LULL_LABEL_NONE :
								LULL_LABEL_HEADACHE_OTHER);
	for (uint32_t r = 0; r < day->n_refs; r++) {
		const uint32_t i = diary->refs[day->first_ref + r];
		if (day->state == LULL_DAY_HEADACHE && diary->entries[i].kind != LULL_ENTRY_HEADACHE)
			continue;
		if (out->entry == UINT32_MAX || entries[i].label > entries[out->entry].label)
			out->entry = i;
	}
	if (out->entry != UINT32_MAX && entries[out->entry].label > out->label)
		out->label = entries[out->entry].label;
}

/* What is open about the migraine day: the aura alone, relief by a triptan alone, or more. */
static void why_maybe(const struct lull_diary *diary, const struct lull_diary_day *day,
		      const struct lull_entry_class *entries, struct lull_day_class *out)
{
	if (!(out->maybe & (uint32_t)1 << LULL_DAYDEF_MIGRAINE))
		return;
	bool c1 = false, c2 = false, c3 = false;
	for (uint32_t r = 0; r < day->n_refs; r++) {
		const uint8_t *s = entries[diary->refs[day->first_ref + r]].status;
		c1 |= s[LULL_ICHD_1_3_C1] == LULL_STATUS_UNKNOWN;
		c2 |= s[LULL_ICHD_1_3_C2] == LULL_STATUS_UNKNOWN;
		c3 |= s[LULL_ICHD_1_3_C3] == LULL_STATUS_UNKNOWN;
	}
	out->maybe_by_relief = !c1 && !c2 && c3;
	out->maybe_by_aura = !c1 && c2 && !c3;
}

static void classify_day(const struct lull_criteria *criteria, const struct lull_diary *diary, size_t i_day,
			 const struct lull_entry_class *entries, struct lull_day_class *out)
{
	const struct lull_diary_day *day = &diary->days[i_day];
	const lull_day date = diary->first + (lull_day)i_day;
	out->state = day->state;
	day_label(diary, day, entries, out);
	if (day->state == LULL_DAY_MISSING)
		return;
	for (uint32_t r = 0; r < day->n_refs; r++) {
		const uint32_t i = diary->refs[day->first_ref + r];
		const struct lull_entry *entry = &diary->entries[i];
		drugs_on(entry, date == entry->first, diary->records_drugs, &out->drug_yes, &out->drug_maybe);
		if (entry->kind != LULL_ENTRY_HEADACHE)
			continue;
		const double minutes = minutes_on(entry, day, date);
		headache_definitions(&criteria->counting, entry, &entries[i], minutes, &out->yes, &out->maybe);
		migraine_definitions(&criteria->counting, entry, &entries[i], minutes, &out->yes, &out->maybe);
	}
	if (day->n_refs == 0 && !diary->records_drugs)
		out->drug_maybe = ((uint32_t)1 << LULL_N_GROUPS) - 1;
	/* The definitions that exclude another entry's migraine. */
	if (out->yes & (uint32_t)1 << LULL_DAYDEF_MIGRAINE) {
		const uint32_t tension = (uint32_t)1 << LULL_DAYDEF_TENSION | (uint32_t)1 << LULL_DAYDEF_TENSION_CHRONIC;
		out->yes &= ~tension;
		out->maybe &= ~tension;
	}
	out->maybe &= ~out->yes;
	out->drug_maybe &= ~out->drug_yes;
	why_maybe(diary, day, entries, out);
}

int lull_classify__days(const struct lull_criteria *criteria, const struct lull_diary *diary,
			const struct lull_entry_class *entries, struct lull_arena *arena, struct lull_day_class **out,
			struct lull_err *err)
{
	struct lull_day_class *days = LULL_ARENA_NEW(arena, struct lull_day_class, diary->n_days + 1);
	if (!days)
		return lull_nomem(err);
	for (size_t i = 0; i < diary->n_days; i++)
		classify_day(criteria, diary, i, entries, &days[i]);
	*out = days;
	return LULL_OK;
}

/* ---- blocks ------------------------------------------------------------------------------- */

double lull_block_prorated(const struct lull_counting *counting, const struct lull_block *block,
			   const struct lull_count *count)
{
	if (block->recorded < counting->prorate_min_days || count->maybe > 0)
		return NAN;
	return (double)count->yes * block->length / block->recorded;
}

enum lull_status lull_block_at_least(const struct lull_counting *counting, const struct lull_block *block,
				     const struct lull_count *count, double need, bool *estimated)
{
	enum lull_status status = lull_status_at_least(need, count->yes, (double)count->maybe + block->missing);
	*estimated = false;
	if (status != LULL_STATUS_UNKNOWN || block->recorded < counting->prorate_min_days)
		return status;
	/* Not decided by bounds: prorate what was recorded; a feature unknown on some days widens it. */
	const double scale = (double)block->length / block->recorded;
	const double low = count->yes * scale, high = (count->yes + count->maybe) * scale;
	status = low >= need ? LULL_MET : high < need ? LULL_NOT_MET : LULL_STATUS_UNKNOWN;
	*estimated = status != LULL_STATUS_UNKNOWN;
	return status;
}

static void count_bits(struct lull_count *counts, int n, uint32_t yes, uint32_t maybe)
{
	for (int i = 0; i < n; i++) {
		counts[i].yes = (uint16_t)(counts[i].yes + (yes >> i & 1));
		counts[i].maybe = (uint16_t)(counts[i].maybe + (maybe >> i & 1));
	}
}

static void add_day(const struct lull_diary *diary, size_t i, const struct lull_day_class *cls,
		    struct lull_block *block)
{
	const struct lull_diary_day *day = &diary->days[i];
	if (day->state == LULL_DAY_MISSING)
		return;
	bool late = false;
	block->recorded++;
	count_bits(block->days, LULL_N_DAYDEFS, cls->yes, cls->maybe);
	count_bits(block->drugs, LULL_N_GROUPS, cls->drug_yes, cls->drug_maybe);
	block->maybe_by_relief = (uint16_t)(block->maybe_by_relief + cls->maybe_by_relief);
	block->maybe_by_aura = (uint16_t)(block->maybe_by_aura + cls->maybe_by_aura);
	for (uint32_t r = 0; r < day->n_refs; r++)
		late |= diary->entries[diary->refs[day->first_ref + r]].entered_late;
	block->entered_late = (uint16_t)(block->entered_late + late);
	if (day->state == LULL_DAY_HEADACHE && !isnan(day->pain)) {
		block->severity_sum += (double)day->pain;
		block->severity_n++;
	}
}

static void fill_block(const struct lull_criteria *criteria, const struct lull_diary *diary,
		       const struct lull_day_class *days, lull_day index, struct lull_block *block)
{
	const struct lull_counting *counting = &criteria->counting;
	const lull_day last = block->to < index ? block->to : index; /* later days are not counted */
	block->length = (uint16_t)(block->to - block->from + 1);
	for (lull_day d = block->from; d <= last; d++) {
		const int64_t i = (int64_t)d - diary->first;
		if (i >= 0 && (size_t)i < diary->n_days)
			add_day(diary, (size_t)i, &days[i], block);
	}
	block->missing = (uint16_t)(block->length - block->recorded);
	/* 23 of 28: the share is kept for months of another length. */
	const double trial_share = counting->trial_grade_days / counting->month_days;
	block->quality = (uint8_t)(block->recorded >= trial_share * block->length ? LULL_BLOCK_TRIAL :
				   block->recorded >= counting->prorate_min_days  ? LULL_BLOCK_CLINICAL :
										    LULL_BLOCK_TOO_FEW);
	lull_block__overuse(criteria, block);
}

/* The first day of the month that ends on to (block) or holds to (calendar). */
static lull_day month_start(enum lull_month month, double month_days, lull_day to)
{
	if (month == LULL_MONTH_30)
		return to - 29;
	if (month == LULL_MONTH_28)
		return to - (lull_day)month_days + 1;
	const struct lull_ymd ymd = lull_ymd_from_day(to);
	return lull_day_from_ymd(ymd.year, ymd.month, 1);
}

static lull_day month_end(enum lull_month month, lull_day index)
{
	if (month != LULL_MONTH_CALENDAR)
		return index;
	const struct lull_ymd ymd = lull_ymd_from_day(index);
	return lull_day_from_ymd(ymd.year, ymd.month, lull_days_in_month(ymd.year, ymd.month));
}

int lull_classify__blocks(const struct lull_criteria *criteria, const struct lull_diary *diary,
			  const struct lull_day_class *days, enum lull_month month, lull_day index,
			  struct lull_arena *arena, struct lull_block **out, size_t *n_out, struct lull_err *err)
{
	const double month_days = criteria->counting.month_days;
	const lull_day end = month_end(month, index);
	size_t n = 0;
	for (lull_day to = end; to >= diary->first; to = month_start(month, month_days, to) - 1)
		n++;
	struct lull_block *blocks = LULL_ARENA_NEW(arena, struct lull_block, n + 1);
	if (!blocks)
		return lull_nomem(err);
	lull_day to = end;
	for (size_t i = 0; i < n; i++) {
		blocks[i].to = to;
		blocks[i].from = month_start(month, month_days, to);
		fill_block(criteria, diary, days, index, &blocks[i]);
		to = blocks[i].from - 1;
	}
	*out = blocks;
	*n_out = n;
	return LULL_OK;
}

/* ---- attacks -------------------------------------------------------------------------------- */

enum attack_kind { WITHOUT_AURA, WITH_AURA, EITHER, PROBABLE, PROBABLE_AURA, TENSION, OVER_72_H, N_ATTACK_KINDS };

static struct lull_count *count_of(struct lull_attacks *attacks, int kind)
{
	struct lull_count *const counts[N_ATTACK_KINDS] = { &attacks->without_aura, &attacks->with_aura,
							    &attacks->either,	    &attacks->probable,
							    &attacks->probable_aura, &attacks->tension,
							    &attacks->over_72_h };
	return counts[kind];
}

/* More than so many hours? A record of one day without a clock start cannot say it. */
static enum lull_status longer_than(const struct lull_entry *entry, double hours)
{
	if (!isnan(entry->duration_min))
		return lull_status_of((double)entry->duration_min > hours * 60.0);
	return entry->first != LULL_DAY_NONE && entry->first == entry->last ? LULL_NOT_MET : LULL_STATUS_UNKNOWN;
}

static void kinds_of(const struct lull_entry *entry, const struct lull_entry_class *cls, double long_attack_h,
		     uint32_t *yes, uint32_t *maybe)
{
	const uint8_t *s = cls->status;
	const enum lull_status without = lull_status_and(lull_status_and(s[LULL_ICHD_1_1_B], s[LULL_ICHD_1_1_C]),
							 s[LULL_ICHD_1_1_D]);
	const enum lull_status with = s[LULL_ICHD_1_3_C2];
	put(yes, maybe, WITHOUT_AURA, without);
	put(yes, maybe, WITH_AURA, with);
	put(yes, maybe, EITHER, lull_status_or(without, with));
	put(yes, maybe, PROBABLE, s[LULL_ICHD_1_5_1_ATTACK]);
	put(yes, maybe, PROBABLE_AURA, s[LULL_ICHD_1_5_2_ATTACK]);
	put(yes, maybe, TENSION,
	    lull_status_and(lull_status_and(s[LULL_ICHD_2_1_B], s[LULL_ICHD_2_1_C]), s[LULL_ICHD_2_1_D]));
	put(yes, maybe, OVER_72_H, lull_status_and(longer_than(entry, long_attack_h), debilitating(entry)));
}

static bool open_by_duration(const struct lull_entry_class *cls)
{
	return cls->status[LULL_ICHD_1_1_B] == LULL_STATUS_UNKNOWN && cls->status[LULL_ICHD_1_3_C1] == LULL_MET;
}

static void count_attack(struct lull_attacks *out, uint32_t yes, uint32_t maybe)
{
	for (int k = 0; k < N_ATTACK_KINDS; k++) {
		struct lull_count *count = count_of(out, k);
		count->yes = (uint16_t)(count->yes + (count->yes < UINT16_MAX && (yes >> k & 1)));
		count->maybe = (uint16_t)(count->maybe + (count->maybe < UINT16_MAX && (maybe >> k & 1)));
	}
}

/* Entries with a clock start (or without dates) are attacks of their own; of entries that only name
 * the day, qualifying days in a row are one attack. */
int lull_classify__attacks(const struct lull_diary *diary, const struct lull_entry_class *entries,
			   const struct lull_day_class *days, double long_attack_h, struct lull_arena *arena,
			   struct lull_attacks *out, struct lull_err *err)
{
	*out = (struct lull_attacks){ 0 };
	uint32_t *run = diary->dated ? LULL_ARENA_NEW(arena, uint32_t, diary->n_days + 1) : NULL;
	if (diary->dated && !run)
		return lull_nomem(err);
	for (size_t i = 0; i < diary->n_entries; i++) {
		const struct lull_entry *entry = &diary->entries[i];
		uint32_t yes = 0, maybe = 0;
		if (entry->kind != LULL_ENTRY_HEADACHE)
			continue;
		kinds_of(entry, &entries[i], long_attack_h, &yes, &maybe);
		if (open_by_duration(&entries[i]) && out->maybe_by_duration < UINT16_MAX)
			out->maybe_by_duration++;
		if (!diary->dated || entry->start_min >= 0) {
			count_attack(out, yes, maybe);
			continue;
		}
		count_attack(out, 0, maybe);
		for (lull_day d = entry->first; d <= entry->last; d++)
			run[d - diary->first] |= yes;
	}
	uint32_t before = 0;
	int in_a_row = 0;
	for (size_t i = 0; i < diary->n_days && diary->dated; i++) {
		count_attack(out, run[i] & ~before, 0);
		before = run[i];
		/* Four days of headache in a row may be one attack over 72 h that day-entries cannot show. */
		in_a_row = days[i].state == LULL_DAY_HEADACHE ? in_a_row + 1 : 0;
		if (in_a_row == 4 && out->over_72_h.maybe < UINT16_MAX)
			out->over_72_h.maybe++;
	}
	return LULL_OK;
}
