/* m2.c - ICHD-3 chapter 2: tension-type headache. Chronic migraine, when met, is coded instead. */
#include <math.h>

#include "classify_private.h"

static enum lull_status count_to(enum lull_status status, int *yes, int *maybe)
{
	*yes += status == LULL_MET;
	*maybe += status == LULL_STATUS_UNKNOWN;
	return status;
}

static enum lull_status duration_2_1_b(const struct lull_criterion *rule, const struct lull_entry *entry)
{
	if (isnan(entry->duration_min))
		return LULL_STATUS_UNKNOWN;
	const double hours = (double)entry->duration_min / 60.0;
	return lull_status_of(hours >= rule->min_h && hours <= rule->max_h);
}

static enum lull_status features_2_1_c(const struct lull_criteria *criteria, const struct lull_entry *entry)
{
	int yes = 0, maybe = 0;
	uint8_t severity;
	enum lull_status both_sides = lull_entry__is(entry, LULL_SIGN_BILATERAL);
	if (both_sides == LULL_STATUS_UNKNOWN)
		both_sides = lull_status_not(lull_entry__is(entry, LULL_SIGN_UNILATERAL));
	count_to(both_sides, &yes, &maybe);
	count_to(lull_entry__is(entry, LULL_SIGN_PRESSING), &yes, &maybe);
	count_to(lull_status_not(lull_entry__severity_from(criteria, entry, 3, &severity)), &yes, &maybe);
	count_to(lull_status_not(lull_entry__is(entry, LULL_SIGN_AGGRAVATED)), &yes, &maybe);
	return lull_status_at_least(criteria->items[LULL_ICHD_2_1_C].needed, yes, maybe);
}

/* No nausea, no vomiting, and at most one of light and sound. */
static enum lull_status company_2_1_d(const struct lull_criteria *criteria, const struct lull_entry *entry,
				      const struct lull_entry_class *out)
{
	int yes = 0, maybe = 0;
	count_to(lull_entry__is(entry, LULL_SIGN_PHOTOPHOBIA), &yes, &maybe);
	count_to(lull_entry__is(entry, LULL_SIGN_PHONOPHOBIA), &yes, &maybe);
	const enum lull_status too_many =
		lull_status_at_least(criteria->items[LULL_ICHD_2_1_D].at_most + 1, yes, maybe);
	return lull_status_and(lull_status_not(out->status[LULL_ICHD_1_1_D_NAUSEA]), lull_status_not(too_many));
}

/* 2.3: at most one of light, sound and mild nausea; no worse nausea, no vomiting. */
static enum lull_status company_2_3_d(const struct lull_criteria *criteria, const struct lull_entry *entry)
{
	int yes = 0, maybe = 0;
	enum lull_status nausea = lull_entry__is(entry, LULL_SIGN_NAUSEA);
	enum lull_status severe = lull_entry__is(entry, LULL_SIGN_NAUSEA_SEVERE);
	if (nausea == LULL_NOT_MET)
		severe = LULL_NOT_MET;
	if (severe == LULL_MET)
		nausea = LULL_MET;
	count_to(lull_entry__is(entry, LULL_SIGN_PHOTOPHOBIA), &yes, &maybe);
	count_to(lull_entry__is(entry, LULL_SIGN_PHONOPHOBIA), &yes, &maybe);
	count_to(nausea, &yes, &maybe);
	const enum lull_status too_many =
		lull_status_at_least(criteria->items[LULL_ICHD_2_3_D].at_most + 1, yes, maybe);
	const enum lull_status worse = lull_status_or(severe, lull_entry__is(entry, LULL_SIGN_VOMITING));
	return lull_status_and(lull_status_not(too_many), lull_status_not(worse));
}

void lull_classify__m2_entry(const struct lull_criteria *criteria, const struct lull_entry *entry,
			     struct lull_entry_class *out)
{
	out->status[LULL_ICHD_2_1_B] = (uint8_t)duration_2_1_b(&criteria->items[LULL_ICHD_2_1_B], entry);
	out->status[LULL_ICHD_2_1_C] = (uint8_t)features_2_1_c(criteria, entry);
	out->status[LULL_ICHD_2_1_D] = (uint8_t)company_2_1_d(criteria, entry, out);
	out->status[LULL_ICHD_2_3_D] = (uint8_t)company_2_3_d(criteria, entry);
}

/* ---- the patient --------------------------------------------------------------------- */

/* Tension-type days a block, on average: by bounds, else from the recorded days. */
struct rate {
	double low, high;           /* missing days as none, as all */
	double prorated_low, prorated_high; /* of recorded days; NAN when too few */
};

static struct rate average(const struct lull_case *c, size_t n_blocks)
{
	struct rate r = { 0, 0, NAN, NAN };
	double recorded = 0, length = 0, yes = 0, maybe = 0;
	if (n_blocks > c->n_blocks)
		n_blocks = c->n_blocks;
	if (n_blocks == 0)
		return (struct rate){ 0, HUGE_VAL, NAN, NAN };
	for (size_t i = 0; i < n_blocks; i++) {
		const struct lull_block *b = &c->blocks[i];
		recorded += b->recorded;
		length += b->length;
		yes += b->days[LULL_DAYDEF_TENSION].yes;
		maybe += b->days[LULL_DAYDEF_TENSION].maybe;
	}
	const double n = (double)n_blocks;
	r.low = yes / n;
	r.high = (yes + maybe + length - recorded) / n;
	if (recorded >= c->criteria->counting.prorate_min_days * n) {
		r.prorated_low = yes * length / recorded / n;
		r.prorated_high = (yes + maybe) * length / recorded / n;
	}
	return r;
}

/* Does the average lie in [from, below)? */
static enum lull_status in_range(double low, double high, double from, double below)
{
	if (isnan(low) || isnan(high))
		return LULL_STATUS_UNKNOWN;
	if (low >= from && high < below)
		return LULL_MET;
	return high < from || low >= below ? LULL_NOT_MET : LULL_STATUS_UNKNOWN;
}

static struct lull_verdict rate_in(struct rate r, double from, double below)
{
	struct lull_verdict v = { in_range(r.low, r.high, from, below), LULL_INSUFFICIENT_DATA, false };
	if (v.status == LULL_STATUS_UNKNOWN) {
		v.status = in_range(r.prorated_low, r.prorated_high, from, below);
		v.estimated = v.status != LULL_STATUS_UNKNOWN;
	}
	return v;
}

static enum lull_status episodes(const struct lull_case *c, double need)
{
	if (c->attacks.tension.yes >= need)
		return LULL_MET;
	return lull_status_of_answer(c->history.lifetime_10_tension_type);
}

/* Has the diary, or the history, a fourth month? */
static enum lull_status over_3_months(const struct lull_case *c)
{
	const size_t wanted = (size_t)c->criteria->counting.consecutive_blocks;
	if (c->n_blocks > wanted && c->blocks[wanted].recorded > 0)
		return LULL_MET;
	return lull_status_of_answer(c->history.over_3_months);
}

static void episodic(const struct lull_case *c, struct lull_verdicts *out)
{
	const struct lull_criterion *i = &c->criteria->items[LULL_ICHD_2_1_A];
	const struct lull_criterion *f = &c->criteria->items[LULL_ICHD_2_2_A];
	const struct lull_verdict rare = rate_in(average(c, LULL_CASE_BLOCKS), 0, i->at_most);
	const struct lull_verdict some =
		rate_in(average(c, (size_t)c->criteria->counting.consecutive_blocks), i->at_most, f->at_most + 1);
	lull_verdict__set(out, LULL_ICHD_2_1_A, lull_status_and(rare.status, episodes(c, i->needed)), rare.estimated);
	lull_verdict__set(out, LULL_ICHD_2_2_A,
			  lull_status_and(lull_status_and(some.status, over_3_months(c)), episodes(c, f->needed)),
			  some.estimated);
}

static void conclude(struct lull_verdicts *out, enum lull_criterion_id whole, enum lull_criterion_id a,
		     enum lull_criterion_id e, enum lull_status explained)
{
	lull_verdict__set(out, e, lull_status_not(explained), false);
	enum lull_status status = lull_status_and(out->status[a], lull_status_not(out->status[LULL_ICHD_1_3]));
	status = lull_status__unless(status, out->status[e]);
	struct lull_verdict v = { status, (enum lull_grade)out->grade[a], out->estimated[a] };
	if (status != LULL_MET)
		v.grade = status == LULL_NOT_MET ? LULL_GRADE_NOT_MET : LULL_INSUFFICIENT_DATA;
	lull_verdict__store(out, whole, v);
}

void lull_classify__m2(const struct lull_case *c, struct lull_verdicts *out)
{
	const enum lull_status by_other = lull_status_of_answer(c->history.better_explained);
	const enum lull_status by_cm = out->status[LULL_ICHD_1_3] == LULL_MET ? LULL_MET : by_other;
	episodic(c, out);
	lull_verdict__store(out, LULL_ICHD_2_3_A,
			    lull_classify__persist_days(c, LULL_DAYDEF_TENSION_CHRONIC,
							c->criteria->items[LULL_ICHD_2_3_A].needed));
	conclude(out, LULL_ICHD_2_1, LULL_ICHD_2_1_A, LULL_ICHD_2_1_E, by_cm);
	conclude(out, LULL_ICHD_2_2, LULL_ICHD_2_2_A, LULL_ICHD_2_2_E, by_cm);
	conclude(out, LULL_ICHD_2_3, LULL_ICHD_2_3_A, LULL_ICHD_2_3_E,
		 out->status[LULL_ICHD_4_10] == LULL_MET ? LULL_MET : by_cm);
}
