/* classify_private.h - what the chapters of ICHD-3 share inside this room.
 *
 * A case is everything the patient's rules look at: counted blocks, attacks, history. The
 * rules are functions of a case alone, so that "could it change?" is answered by giving
 * them the same case with an unknown filled in either way. */
#ifndef LULL_CLASSIFY_PRIVATE_H
#define LULL_CLASSIFY_PRIVATE_H

#include "lull/headache/classify.h"

enum {
	LULL_CASE_BLOCKS = 13, /* a year of 28-day blocks: as far back as any rule looks */
	LULL_RULE_BLOCKS = 6,  /* at most so many consecutive blocks are asked for      */
};

struct lull_case {
	const struct lull_criteria *criteria;
	struct lull_block blocks[LULL_CASE_BLOCKS]; /* latest first */
	size_t n_blocks;
	struct lull_attacks attacks;
	struct lull_history history;
};

struct lull_verdicts {
	uint8_t status[LULL_N_CRITERIA];
	bool estimated[LULL_N_CRITERIA];
	uint8_t grade[LULL_N_CRITERIA];
};

/* A rule's answer before it is stored. */
struct lull_verdict {
	enum lull_status status;
	enum lull_grade grade;
	bool estimated;
};

static inline enum lull_status lull_status_not(enum lull_status s)
{
	return s == LULL_STATUS_UNKNOWN ? s : s == LULL_MET ? LULL_NOT_MET : LULL_MET;
}

static inline enum lull_status lull_status_of(bool yes)
{
	return yes ? LULL_MET : LULL_NOT_MET;
}

static inline enum lull_status lull_status_of_answer(enum lull_answer answer)
{
	return answer == LULL_YES ? LULL_MET : answer == LULL_NO ? LULL_NOT_MET : LULL_STATUS_UNKNOWN;
}

/* One recorded sign of an entry. */
static inline enum lull_status lull_entry__is(const struct lull_entry *entry, enum lull_sign sign)
{
	const uint64_t bit = (uint64_t)1 << sign;
	if (!(entry->known & bit))
		return LULL_STATUS_UNKNOWN;
	return lull_status_of(entry->yes & bit);
}

static inline bool lull_answered(enum lull_answer answer)
{
	return answer == LULL_YES || answer == LULL_NO;
}

static inline bool lull_is_triptan_or_ergot(const struct lull_intake *intake)
{
	return intake->acute == LULL_ACUTE_TRIPTAN || intake->acute == LULL_ACUTE_ERGOTAMINE;
}

static inline bool lull_is_migraine_specific(const struct lull_intake *intake)
{
	return lull_is_triptan_or_ergot(intake) || intake->acute == LULL_ACUTE_GEPANT ||
	       intake->acute == LULL_ACUTE_DITAN;
}

/* m1.c, m2.c: what an entry shows. */
enum lull_status lull_entry__severity_from(const struct lull_criteria *criteria, const struct lull_entry *entry,
					   int level, uint8_t *severity);
void lull_classify__m1_entry(const struct lull_criteria *criteria, const struct lull_history *history,
			     const struct lull_entry *entry, struct lull_entry_class *out);
void lull_classify__m2_entry(const struct lull_criteria *criteria, const struct lull_entry *entry,
			     struct lull_entry_class *out);
enum lull_status lull_entry__relieved_by_specific(const struct lull_entry *entry, bool any_specific);

/* The patient's rules, in the order in which they lean on each other. */
void lull_classify__m4(const struct lull_case *c, struct lull_verdicts *out);
void lull_classify__m1(const struct lull_case *c, struct lull_verdicts *out);
void lull_classify__m2(const struct lull_case *c, struct lull_verdicts *out);
void lull_classify__m8(const struct lull_case *c, struct lull_verdicts *out);

/* m8.c: the subforms' thresholds in one block; also after a count was changed. */
void lull_block__overuse(const struct lull_criteria *criteria, struct lull_block *block);

/* blocks.c */
LULL_NODISCARD int lull_classify__days(const struct lull_criteria *criteria, const struct lull_diary *diary,
				       const struct lull_entry_class *entries, struct lull_arena *arena,
				       struct lull_day_class **out, struct lull_err *err);
LULL_NODISCARD int lull_classify__blocks(const struct lull_criteria *criteria, const struct lull_diary *diary,
					 const struct lull_day_class *days, enum lull_month month, lull_day index,
					 struct lull_arena *arena, struct lull_block **out, size_t *n_out,
					 struct lull_err *err);
LULL_NODISCARD int lull_classify__attacks(const struct lull_diary *diary, const struct lull_entry_class *entries,
					  const struct lull_day_class *days, double long_attack_h,
					  struct lull_arena *arena, struct lull_attacks *out,
					  struct lull_err *err);

/* "For more than 3 months": the latest blocks in a row, and an earlier day or a history that
 * attests it. n is at most LULL_RULE_BLOCKS; earlier: the block before them has such a day. */
struct lull_verdict lull_classify__persist(size_t wanted, const enum lull_status *blocks, const bool *estimated,
					   size_t n, bool earlier, enum lull_answer attested);

/* The same for one kind of day and one threshold. */
struct lull_verdict lull_classify__persist_days(const struct lull_case *c, enum lull_day_definition definition,
						double need);

static inline void lull_verdict__store(struct lull_verdicts *out, enum lull_criterion_id id, struct lull_verdict v)
{
	out->status[id] = (uint8_t)v.status;
	out->estimated[id] = v.estimated;
	out->grade[id] = (uint8_t)v.grade;
}

static inline void lull_verdict__set(struct lull_verdicts *out, enum lull_criterion_id id, enum lull_status status,
				     bool estimated)
{
	out->status[id] = (uint8_t)status;
	out->estimated[id] = estimated;
	out->grade[id] = (uint8_t)(status == LULL_NOT_MET ? LULL_GRADE_NOT_MET : LULL_INSUFFICIENT_DATA);
}

/* The weaker of two grades. */
enum lull_grade lull_grade__and(enum lull_grade a, enum lull_grade b);

/* A clinician's flag: yes = not met; no = met; not answered = unknown, which leaves a diagnosis
 * provisional (could change) without holding it back. */
static inline enum lull_status lull_status__unless(enum lull_status diagnosis, enum lull_status flag)
{
	return flag == LULL_NOT_MET ? LULL_NOT_MET : diagnosis;
}

#endif
