/* diary.c - entries folded into a dense run of civil days.
 *
 * Counting follows ICHD-3 as facts/headache 1.3 states it: a headache across midnight counts
 * on both days, several in a day are one headache day, a missing day stays missing. */
#include "lull/headache/diary.h"

#include <math.h>
#include <stdlib.h>


const char *const lull_sign_names[LULL_N_SIGNS + 1] = {
#define LULL_X(name, key) key,
	LULL_SIGNS(LULL_X)
#undef LULL_X
	NULL
};

const char *const lull_acute_names[LULL_N_ACUTES + 1] = {
#define LULL_X(name, key) key,
	LULL_ACUTES(LULL_X)
#undef LULL_X
	NULL
};

/* entry.known and entry.yes have a bit for each. */
_Static_assert(LULL_N_SIGNS <= 64, "signs must fit a 64-bit mask");

enum lull_answer lull_entry_sign(const struct lull_entry *entry, enum lull_sign sign)
{
	const uint64_t bit = UINT64_C(1) << sign;
	if (!(entry->known & bit))
		return LULL_UNKNOWN;
	return entry->yes & bit ? LULL_YES : LULL_NO;
}

lull_day lull_entry_last_day(lull_day first, int start_min, double duration_min)
{
	const double end_min = start_min + duration_min;
	if (end_min <= LULL_MINUTES_PER_DAY)
		return first;
	const double days = end_min / LULL_MINUTES_PER_DAY;
	if (days >= LULL_DIARY_MAX_DAYS)
		return first + LULL_DIARY_MAX_DAYS;
	const lull_day whole = (lull_day)days;
	/* An end at exactly midnight belongs to the day before. */
	return first + (whole * (double)LULL_MINUTES_PER_DAY < end_min ? whole : whole - 1);
}

/* Minutes of one headache inside one day, as [from, to); duration alone when it has no clock. */
struct span {
	double from, to;
	bool placed;
};

/* False when the entry does not say enough. */
static bool span_in_day(const struct lull_entry *entry, lull_day day, struct span *out)
{
	const bool has_start = entry->start_min >= 0;
	const bool has_duration = !isnan(entry->duration_min);
	*out = (struct span){ 0, LULL_MINUTES_PER_DAY, true };
	if (entry->first == entry->last && !has_start) {
		*out = (struct span){ 0, has_duration ? (double)entry->duration_min : 0, false };
		if (out->to > LULL_MINUTES_PER_DAY)
			out->to = LULL_MINUTES_PER_DAY;
		return has_duration;
	}
	if (day == entry->first) {
		if (!has_start)
			return false;
		out->from = entry->start_min;
	}
	if (day == entry->last) {
		if (!has_start || !has_duration)
			return false;
		const double before = (double)(entry->last - entry->first) * LULL_MINUTES_PER_DAY;
		const double end = entry->start_min + (double)entry->duration_min - before;
		/* A clock change can make local end and duration disagree by the change. */
		out->to = end < out->from ? out->from : end;
		if (out->to > LULL_MINUTES_PER_DAY)
			out->to = LULL_MINUTES_PER_DAY;
	}
	return true;
}

static int by_from(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	return x->from < y->from ? -1 : x->from > y->from;
}

/* Union of the placed spans plus the unplaced ones, which are taken to lie apart. */
static double spans_total(struct span *spans, size_t n)
{
	double total = 0, reached = 0;
	if (n > 1)
		qsort(spans, n, sizeof(*spans), by_from);
	for (size_t i = 0; i < n; i++) {
		if (!spans[i].placed) {
			total += spans[i].to;
			continue;
		}
		const double from = spans[i].from > reached ? spans[i].from : reached;
		if (spans[i].to > from) {
			total += spans[i].to - from;
			reached = spans[i].to;
		}
	}
	return total > LULL_MINUTES_PER_DAY ? LULL_MINUTES_PER_DAY : total;
}

/* Bounds of the run, and how many (day, entry) pairs it holds. */
struct extent {
	lull_day first, last;
	size_t n_refs;
};

/* Calendar ends: 0001-01-01 and 9999-12-31 (base/date). */
enum { FIRST_DAY = -719162, LAST_DAY = 2932896 };

static int check_entry(const struct lull_entry *entry, bool dated, size_t i, struct lull_err *err)
{
	if ((entry->first != LULL_DAY_NONE) != dated)
		return lull_fail(err, LULL_ECONFLICT, "diary",
				 "entry %zu (line %d) %s a date, the others %s", i + 1, entry->line,
				 dated ? "lacks" : "has", dated ? "have one" : "have none");
	if (dated && entry->last < entry->first)
		return lull_fail(err, LULL_EDOMAIN, "diary", "entry %zu (line %d) ends before it begins",
				 i + 1, entry->line);
	if (dated && (entry->first < FIRST_DAY || entry->last > LAST_DAY))
		return lull_fail(err, LULL_EDOMAIN, "diary",
				 "entry %zu (line %d) lies outside the years 1 to 9999", i + 1, entry->line);
	return LULL_OK;
}

static int too_many_days(struct lull_err *err, lull_day first, lull_day last)
{
	char a[LULL_DAY_TEXT], b[LULL_DAY_TEXT];
	lull_fail(err, LULL_ELIMIT, "diary", "a diary from %s to %s is longer than %d days",
		  lull_day_text(a, first), lull_day_text(b, last), (int)LULL_DIARY_MAX_DAYS);
	lull_mend(err, "look for a mistyped year");
	return LULL_ELIMIT;
}

static int measure(const struct lull_diary *diary, lull_day from, lull_day to, struct extent *out,
		   struct lull_err *err)
{
	struct extent x = { from, to, 0 };
	for (size_t i = 0; i < diary->n_entries; i++) {
		const struct lull_entry *entry = &diary->entries[i];
		const int rc = check_entry(entry, true, i, err);
		if (rc != LULL_OK)
			return rc;
		if (x.first == LULL_DAY_NONE || entry->first < x.first)
			x.first = entry->first;
		if (x.last == LULL_DAY_NONE || entry->last > x.last)
			x.last = entry->last;
		const int64_t n = (int64_t)entry->last - entry->first + 1;
		if (n > LULL_DIARY_MAX_DAYS)
			return too_many_days(err, entry->first, entry->last);
		x.n_refs += (size_t)n;
		if (x.n_refs > LULL_DIARY_MAX_REFS)
			return lull_fail(err, LULL_ELIMIT, "diary",
					 "attacks touch more than %d days in all", (int)LULL_DIARY_MAX_REFS);
	}
	/* One end of the period may be stated alone. */
	if (x.first == LULL_DAY_NONE)
		x.first = x.last;
	if (x.last == LULL_DAY_NONE)
		x.last = x.first;
	if (x.last < x.first)
		return lull_fail(err, LULL_EDOMAIN, "diary", "the diary's period ends before it begins");
	if ((int64_t)x.last - x.first >= LULL_DIARY_MAX_DAYS)
		return too_many_days(err, x.first, x.last);
	*out = x;
	return LULL_OK;
}

/* Which entries touch each day: a count, a running sum, then the indices in input order. */
static void fill_refs(const struct lull_diary *diary, lull_day first, struct lull_diary_day *days,
		      size_t n_days, uint32_t *refs)
{
	for (size_t i = 0; i < diary->n_entries; i++)
		for (lull_day d = diary->entries[i].first; d <= diary->entries[i].last; d++)
			days[d - first].n_refs++;
	uint32_t at = 0;
	for (size_t d = 0; d < n_days; d++) {
		days[d].first_ref = at;
		at += days[d].n_refs;
		days[d].n_refs = 0;
	}
	for (size_t i = 0; i < diary->n_entries; i++)
		for (lull_day d = diary->entries[i].first; d <= diary->entries[i].last; d++) {
			struct lull_diary_day *day = &days[d - first];
			refs[day->first_ref + day->n_refs++] = (uint32_t)i;
		}
}

/* spans has room for the entries of the fullest day. */
static void judge_day(const struct lull_diary *diary, const uint32_t *refs, lull_day date,
		      bool missing_is_free, struct lull_diary_day *day, struct span *spans)
{
	size_t n_spans = 0;
	bool all_timed = true;
	day->state = missing_is_free ? LULL_DAY_FREE : LULL_DAY_MISSING;
	day->pain = day->headache_min = NAN;
	for (uint32_t r = 0; r < day->n_refs; r++) {
		const struct lull_entry *entry = &diary->entries[refs[day->first_ref + r]];
		if (entry->kind == LULL_ENTRY_FREE) {
			if (day->state == LULL_DAY_MISSING)
				day->state = LULL_DAY_FREE;
			continue;
		}
		day->state = LULL_DAY_HEADACHE;
		day->continues |= entry->first < date;
		if (!isnan(entry->pain) && (isnan(day->pain) || entry->pain > day->pain))
			day->pain = entry->pain;
		if (span_in_day(entry, date, &spans[n_spans]))
			n_spans++;
		else
			all_timed = false;
	}
	if (day->state == LULL_DAY_HEADACHE && all_timed)
		day->headache_min = (float)spans_total(spans, n_spans);
}

static int fold_undated(struct lull_diary *diary, struct lull_err *err)
{
	for (size_t i = 0; i < diary->n_entries; i++) {
		const int rc = check_entry(&diary->entries[i], false, i, err);
		if (rc != LULL_OK)
			return rc;
	}
	diary->dated = false;
	diary->first = LULL_DAY_NONE;
	diary->days = NULL;
	diary->n_days = 0;
	diary->refs = NULL;
	return LULL_OK;
}

int lull_diary_fold(struct lull_diary *diary, lull_day from, lull_day to, bool missing_is_free,
		    struct lull_arena *arena, struct lull_err *err)
{
	const bool has_period = from != LULL_DAY_NONE || to != LULL_DAY_NONE;
	if (diary->n_entries ? diary->entries[0].first == LULL_DAY_NONE : !has_period)
		return fold_undated(diary, err);

	struct extent x = { 0 };
	int rc = measure(diary, from, to, &x, err);
	if (rc != LULL_OK)
		return rc;
	const size_t n_days = (size_t)(x.last - x.first) + 1;
	struct lull_diary_day *days = LULL_ARENA_NEW(arena, struct lull_diary_day, n_days);
	uint32_t *refs = LULL_ARENA_NEW(arena, uint32_t, x.n_refs + 1);
	if (!days || !refs)
		return lull_nomem(err);
	fill_refs(diary, x.first, days, n_days, refs);

	uint32_t fullest = 0;
	for (size_t d = 0; d < n_days; d++)
		fullest = days[d].n_refs > fullest ? days[d].n_refs : fullest;
	struct span *spans = LULL_ARENA_NEW(arena, struct span, (size_t)fullest + 1);
	if (!spans)
		return lull_nomem(err);
	for (size_t d = 0; d < n_days; d++)
		judge_day(diary, refs, x.first + (lull_day)d, missing_is_free, &days[d], spans);

	diary->dated = true;
	diary->missing_is_free = missing_is_free;
	diary->first = x.first;
	diary->days = days;
	diary->n_days = n_days;
	diary->refs = refs;
	return LULL_OK;
}

/* Classes taken in an entry as bits of enum lull_acute. */
static uint32_t classes_of(const struct lull_entry *entry)
{
	uint32_t classes = 0;
	for (uint16_t i = 0; i < entry->n_intakes; i++)
		classes |= UINT32_C(1) << entry->intakes[i].acute;
	return classes;
}

static void count_one(struct lull_diary_counts *out, bool is_headache, uint32_t classes, bool drugs_known)
{
	out->n++;
	out->n_drug += classes != 0;
	for (int c = 0; c < LULL_N_ACUTES; c++)
		out->n_by_class[c] += classes >> c & 1;
	out->n_drugs_unknown += is_headache && !drugs_known;
}

static void count_day(const struct lull_diary *diary, size_t d, struct lull_diary_counts *out)
{
	const struct lull_diary_day *day = &diary->days[d];
	uint32_t classes = 0;
	bool drugs_known = false;
	for (uint32_t r = 0; r < day->n_refs; r++) {
		const struct lull_entry *entry = &diary->entries[diary->refs[day->first_ref + r]];
		drugs_known |= entry->drugs_known;
		if (entry->first == diary->first + (lull_day)d)
			classes |= classes_of(entry);
	}
	out->n_missing += day->state == LULL_DAY_MISSING;
	out->n_free += day->state == LULL_DAY_FREE;
	out->n_headache += day->state == LULL_DAY_HEADACHE;
	count_one(out, day->state == LULL_DAY_HEADACHE, classes, drugs_known);
}

void lull_diary_count(const struct lull_diary *diary, struct lull_diary_counts *out)
{
	*out = (struct lull_diary_counts){ 0 };
	for (size_t i = 0; i < diary->n_entries; i++) {
		const struct lull_entry *entry = &diary->entries[i];
		const bool is_headache = entry->kind == LULL_ENTRY_HEADACHE;
		out->n_attacks += is_headache;
		out->n_late += entry->entered_late;
		if (diary->dated)
			continue;
		out->n_headache += is_headache;
		out->n_free += !is_headache;
		count_one(out, is_headache, classes_of(entry), entry->drugs_known);
	}
	for (size_t d = 0; d < diary->n_days; d++)
		count_day(diary, d, out);
}
