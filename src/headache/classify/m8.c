/* m8.c - ICHD-3 chapter 8, of it 8.2 medication-overuse headache: days of intake by class.
 *
 * Thresholds differ by class; all non-opioid analgesics are one class; a combination counts
 * as itself only; gepants never count. Both 1.3 and 8.2 are coded when both are met. */
#include "classify_private.h"

/* Which set of days each subform counts. */
static const uint8_t group_of[LULL_N_MOH] = {
	[LULL_ICHD_8_2_1 - LULL_MOH_FIRST] = LULL_GROUP_ERGOTAMINE,
	[LULL_ICHD_8_2_2 - LULL_MOH_FIRST] = LULL_GROUP_TRIPTAN,
	[LULL_ICHD_8_2_3 - LULL_MOH_FIRST] = LULL_GROUP_NON_OPIOID,
	[LULL_ICHD_8_2_3_1 - LULL_MOH_FIRST] = LULL_GROUP_PARACETAMOL,
	[LULL_ICHD_8_2_3_2 - LULL_MOH_FIRST] = LULL_GROUP_NSAID,
	[LULL_ICHD_8_2_3_2_1 - LULL_MOH_FIRST] = LULL_GROUP_ASPIRIN,
	[LULL_ICHD_8_2_3_3 - LULL_MOH_FIRST] = LULL_GROUP_OTHER_ANALGESIC,
	[LULL_ICHD_8_2_4 - LULL_MOH_FIRST] = LULL_GROUP_OPIOID,
	[LULL_ICHD_8_2_5 - LULL_MOH_FIRST] = LULL_GROUP_COMBINATION,
	[LULL_ICHD_8_2_6 - LULL_MOH_FIRST] = LULL_GROUP_SEVERAL,
	[LULL_ICHD_8_2_7 - LULL_MOH_FIRST] = LULL_GROUP_UNVERIFIED,
	[LULL_ICHD_8_2_8 - LULL_MOH_FIRST] = LULL_GROUP_OTHER,
};

enum lull_drug_group lull_moh_group(enum lull_criterion_id id)
{
	return (enum lull_drug_group)group_of[id - LULL_MOH_FIRST];
}

static void threshold(const struct lull_criteria *criteria, struct lull_block *block, int id)
{
	const int i = id - LULL_MOH_FIRST;
	bool estimated = false;
	block->over[i] = (uint8_t)lull_block_at_least(&criteria->counting, block, &block->drugs[group_of[i]],
						      criteria->items[id].needed, &estimated);
	block->over_estimated[i] = estimated;
}

static enum lull_status any_over(const struct lull_block *block, const int *ids, size_t n, bool *estimated)
{
	enum lull_status any = LULL_NOT_MET;
	for (size_t i = 0; i < n; i++) {
		any = lull_status_or(any, block->over[ids[i] - LULL_MOH_FIRST]);
		*estimated |= block->over_estimated[ids[i] - LULL_MOH_FIRST];
	}
	return any;
}

/* 8.2.6 speaks of several classes: at least two of the four were taken. */
static enum lull_status two_classes(const struct lull_block *block)
{
	static const uint8_t four[] = { LULL_GROUP_ERGOTAMINE, LULL_GROUP_TRIPTAN, LULL_GROUP_NON_OPIOID,
					LULL_GROUP_OPIOID };
	int yes = 0, maybe = 0;
	for (size_t i = 0; i < sizeof(four); i++) {
		const struct lull_count *count = &block->drugs[four[i]];
		yes += count->yes > 0;
		maybe += count->yes == 0 && (count->maybe > 0 || block->missing > 0);
	}
	return lull_status_at_least(2, yes, maybe);
}

static void narrow(struct lull_block *block, int id, enum lull_status also, bool estimated)
{
	const int i = id - LULL_MOH_FIRST;
	block->over[i] = (uint8_t)lull_status_and(block->over[i], also);
	block->over_estimated[i] |= estimated;
}

void lull_block__overuse(const struct lull_criteria *criteria, struct lull_block *block)
{
	static const int kinds[] = { LULL_ICHD_8_2_3_1, LULL_ICHD_8_2_3_2, LULL_ICHD_8_2_3_2_1, LULL_ICHD_8_2_3_3 };
	static const int alone[] = { LULL_ICHD_8_2_1,	LULL_ICHD_8_2_2,     LULL_ICHD_8_2_3,	LULL_ICHD_8_2_3_1,
				     LULL_ICHD_8_2_3_2, LULL_ICHD_8_2_3_2_1, LULL_ICHD_8_2_3_3, LULL_ICHD_8_2_4,
				     LULL_ICHD_8_2_5,	LULL_ICHD_8_2_7,     LULL_ICHD_8_2_8 };
	bool estimated = false;
	for (int id = LULL_MOH_FIRST; id < LULL_MOH_FIRST + LULL_N_MOH; id++)
		threshold(criteria, block, id);
	enum lull_status over = any_over(block, kinds, sizeof(kinds) / sizeof(*kinds), &estimated);
	narrow(block, LULL_ICHD_8_2_3, lull_status_not(over), estimated);
	estimated = false;
	over = any_over(block, alone, sizeof(alone) / sizeof(*alone), &estimated);
	narrow(block, LULL_ICHD_8_2_6, lull_status_and(lull_status_not(over), two_classes(block)), estimated);
}

/* ---- the patient --------------------------------------------------------------------- */

/* Headache on 15 days in the latest block, in a person who had a headache disorder before: the
 * history says so, or the diary itself holds attacks of a primary headache. */
static struct lull_verdict rule_a(const struct lull_case *c)
{
	const struct lull_history *h = &c->history;
	struct lull_verdict v = { LULL_STATUS_UNKNOWN, LULL_INSUFFICIENT_DATA, false };
	const bool shown = c->attacks.either.yes + c->attacks.probable.yes + c->attacks.tension.yes > 0;
	enum lull_status before = lull_status_of_answer(h->preexisting_headache);
	if (before == LULL_STATUS_UNKNOWN && (h->prior_migraine == LULL_YES || shown))
		before = LULL_MET;
	if (c->n_blocks)
		v.status = lull_block_at_least(&c->criteria->counting, &c->blocks[0],
					       &c->blocks[0].days[LULL_DAYDEF_HEADACHE],
					       c->criteria->items[LULL_ICHD_8_2_A].needed, &v.estimated);
	v.status = lull_status_and(v.status, before);
	v.grade = v.status == LULL_MET	   ? LULL_PROVEN_BY_DIARY :
		  v.status == LULL_NOT_MET ? LULL_GRADE_NOT_MET :
					     LULL_INSUFFICIENT_DATA;
	return v;
}

/* One subform over the months, or any of them when id < 0. */
static struct lull_verdict overuse(const struct lull_case *c, int id)
{
	const size_t wanted = (size_t)c->criteria->counting.consecutive_blocks;
	enum lull_status blocks[LULL_RULE_BLOCKS];
	bool estimated[LULL_RULE_BLOCKS], earlier = false;
	size_t n = 0;
	for (; n < wanted && n < c->n_blocks; n++) {
		const struct lull_block *b = &c->blocks[n];
		const int from = id < 0 ? 0 : id - LULL_MOH_FIRST, to = id < 0 ? LULL_N_MOH : from + 1;
		blocks[n] = LULL_NOT_MET;
		estimated[n] = false;
		for (int i = from; i < to; i++) {
			blocks[n] = lull_status_or(blocks[n], b->over[i]);
			estimated[n] |= b->over_estimated[i];
		}
	}
	if (c->n_blocks > wanted)
		earlier = c->blocks[wanted].drugs[id < 0 ? LULL_GROUP_ANY : lull_moh_group((enum lull_criterion_id)id)].yes > 0;
	return lull_classify__persist(wanted, blocks, estimated, n, earlier, c->history.overuse_over_3_months);
}

static struct lull_verdict both(struct lull_verdict a, struct lull_verdict b, enum lull_status flag)
{
	struct lull_verdict v = { lull_status__unless(lull_status_and(a.status, b.status), flag),
				  lull_grade__and(a.grade, b.grade), a.estimated || b.estimated };
	if (v.status != LULL_MET)
		v.grade = v.status == LULL_NOT_MET ? LULL_GRADE_NOT_MET : LULL_INSUFFICIENT_DATA;
	return v;
}

void lull_classify__m8(const struct lull_case *c, struct lull_verdicts *out)
{
	const struct lull_verdict a = rule_a(c), b = overuse(c, -1);
	const enum lull_status flag = lull_status_not(lull_status_of_answer(c->history.better_explained));
	lull_verdict__store(out, LULL_ICHD_8_2_A, a);
	lull_verdict__store(out, LULL_ICHD_8_2_B, b);
	lull_verdict__set(out, LULL_ICHD_8_2_C, flag, false);
	lull_verdict__store(out, LULL_ICHD_8_2, both(a, b, flag));
	for (int id = LULL_MOH_FIRST; id < LULL_MOH_FIRST + LULL_N_MOH; id++)
		lull_verdict__store(out, (enum lull_criterion_id)id, both(a, overuse(c, id), flag));
}
