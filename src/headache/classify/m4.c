/* m4.c - ICHD-3 chapter 4, of it 4.10 new daily persistent headache: the default over 1.3 and
 * 2.3 when met; hemicrania continua beats it; overuse before the daily headache rules it out. */
#include "classify_private.h"

/* No headache-free day in the months counted. A free day decides; missing days leave an
 * estimate where enough days are recorded. */
static struct lull_verdict every_day(const struct lull_case *c)
{
	struct lull_verdict v = { LULL_MET, LULL_INSUFFICIENT_DATA, false };
	size_t n = (size_t)c->criteria->counting.consecutive_blocks;
	if (n > c->n_blocks)
		n = c->n_blocks;
	if (n == 0)
		v.status = LULL_STATUS_UNKNOWN;
	for (size_t i = 0; i < n; i++) {
		const struct lull_block *b = &c->blocks[i];
		if (b->recorded > b->days[LULL_DAYDEF_HEADACHE].yes)
			return (struct lull_verdict){ LULL_NOT_MET, LULL_GRADE_NOT_MET, false };
		if (i == 0 && b->recorded < c->criteria->counting.prorate_min_days)
			v.status = LULL_STATUS_UNKNOWN;
		v.estimated |= b->missing > 0;
	}
	v.estimated &= v.status == LULL_MET;
	return v;
}

static enum lull_status over_3_months(const struct lull_case *c)
{
	const size_t wanted = (size_t)c->criteria->counting.consecutive_blocks;
	if (c->n_blocks > wanted && c->blocks[wanted].days[LULL_DAYDEF_HEADACHE].yes > 0)
		return LULL_MET;
	return lull_status_of_answer(c->history.over_3_months);
}

void lull_classify__m4(const struct lull_case *c, struct lull_verdicts *out)
{
	const struct lull_history *h = &c->history;
	const struct lull_verdict a = every_day(c);
	const enum lull_status b = lull_status_and(lull_status_of_answer(h->onset_distinct),
						   lull_status_of_answer(h->continuous_within_24_h));
	const enum lull_status months = over_3_months(c);
	const enum lull_status other = lull_status_or(lull_status_or(lull_status_of_answer(h->better_explained),
								     lull_status_of_answer(h->hemicrania_continua)),
						      lull_status_of_answer(h->overuse_before_daily));
	const enum lull_status d = lull_status_not(other);
	lull_verdict__store(out, LULL_ICHD_4_10_A, a);
	lull_verdict__set(out, LULL_ICHD_4_10_B, b, false);
	lull_verdict__set(out, LULL_ICHD_4_10_C, months, false);
	lull_verdict__set(out, LULL_ICHD_4_10_D, d, false);
	lull_verdict__set(out, LULL_ICHD_4_10,
			  lull_status__unless(lull_status_and(lull_status_and(a.status, b), months), d), a.estimated);
}
