/* m1.c - ICHD-3 chapter 1: migraine without aura, with aura, chronic, status, probable.
 *
 * First what one entry shows (1.1 B-D, 1.2 B-C, 1.3 C1-C3), then what the patient has.
 * Source: ICHD-3 (2018), final text; knowledge/criteria/m1.yaml names where each rule was read. */
#include <math.h>

#include "classify_private.h"

/* ---- an entry ------------------------------------------------------------------------ */

enum lull_status lull_entry__severity_from(const struct lull_criteria *criteria, const struct lull_entry *entry,
					   int level, uint8_t *severity)
{
	const struct lull_counting *counting = &criteria->counting;
	uint8_t found = UINT8_MAX;
	if (!isnan(entry->pain)) {
		const double pain = (double)entry->pain;
		found = pain >= counting->severe_from ? 3 : pain >= counting->moderate_from ? 2 : pain > 0 ? 1 : 0;
	} else if (entry->severity >= 0) {
		found = (uint8_t)entry->severity;
	}
	*severity = found;
	return found == UINT8_MAX ? LULL_STATUS_UNKNOWN : lull_status_of(found >= level);
}

/* Was a short attack ended by treatment? The reason decides whether 1.1 B is a no. */
static enum lull_duration_reason short_reason(const struct lull_entry *entry)
{
	if (lull_entry__is(entry, LULL_SIGN_SLEPT_FREE) == LULL_MET)
		return LULL_DURATION_SLEPT;
	if (entry->successfully_treated)
		return LULL_DURATION_SHORT_RELIEVED;
	if (!entry->drugs_known)
		return LULL_DURATION_SHORT_UNASKED;
	bool all_failed = true;
	for (size_t i = 0; i < entry->n_intakes; i++) {
		if (entry->intakes[i].relief == LULL_YES)
			return LULL_DURATION_SHORT_RELIEVED;
		all_failed &= entry->intakes[i].relief == LULL_NO;
	}
	return all_failed ? LULL_DURATION_SHORT : LULL_DURATION_SHORT_TREATED;
}

static enum lull_status duration_1_1_b(const struct lull_criterion *rule, const struct lull_history *history,
				       const struct lull_entry *entry, struct lull_entry_class *out)
{
	const bool is_child = history && history->age_y < rule->child_below_y; /* NAN is not below */
	const double min_h = is_child ? rule->child_min_h : rule->min_h;
	out->duration_reason = LULL_DURATION_NOT_RECORDED;
	if (isnan(entry->duration_min))
		return LULL_STATUS_UNKNOWN;
	const double hours = (double)entry->duration_min / 60.0;
	if (hours > rule->max_h) {
		out->duration_reason = LULL_DURATION_LONG;
		return LULL_NOT_MET;
	}
	if (hours >= min_h) {
		out->duration_reason = LULL_DURATION_IN_WINDOW;
		return LULL_MET;
	}
	out->duration_reason = (uint8_t)short_reason(entry);
	out->treated_short = out->duration_reason == LULL_DURATION_SHORT_RELIEVED;
	return out->duration_reason == LULL_DURATION_SHORT ? LULL_NOT_MET : LULL_STATUS_UNKNOWN;
}

/* Count three-valued features. */
static void tally(enum lull_status status, uint8_t *yes, uint8_t *maybe)
{
	*yes = (uint8_t)(*yes + (status == LULL_MET));
	*maybe = (uint8_t)(*maybe + (status == LULL_STATUS_UNKNOWN));
}

static enum lull_status pain_1_1_c(const struct lull_criteria *criteria, const struct lull_entry *entry,
				   struct lull_entry_class *out)
{
	enum lull_status one_sided = lull_entry__is(entry, LULL_SIGN_UNILATERAL);
	if (one_sided == LULL_STATUS_UNKNOWN && lull_entry__is(entry, LULL_SIGN_BILATERAL) == LULL_MET)
		one_sided = LULL_NOT_MET;
	out->status[LULL_ICHD_1_1_C_UNILATERAL] = (uint8_t)one_sided;
	out->status[LULL_ICHD_1_1_C_PULSATING] = (uint8_t)lull_entry__is(entry, LULL_SIGN_PULSATING);
	out->status[LULL_ICHD_1_1_C_INTENSITY] =
		(uint8_t)lull_entry__severity_from(criteria, entry, 2, &out->severity);
	out->status[LULL_ICHD_1_1_C_ACTIVITY] = (uint8_t)lull_entry__is(entry, LULL_SIGN_AGGRAVATED);
	for (int id = LULL_ICHD_1_1_C_UNILATERAL; id <= LULL_ICHD_1_1_C_ACTIVITY; id++)
		tally(out->status[id], &out->pain_features_yes, &out->pain_features_maybe);
	return lull_status_at_least(criteria->items[LULL_ICHD_1_1_C].needed, out->pain_features_yes,
				    out->pain_features_maybe);
}

static enum lull_status company_1_1_d(const struct lull_criteria *criteria, const struct lull_entry *entry,
				      struct lull_entry_class *out)
{
	enum lull_status nausea = lull_entry__is(entry, LULL_SIGN_NAUSEA);
	if (lull_entry__is(entry, LULL_SIGN_NAUSEA_SEVERE) == LULL_MET)
		nausea = LULL_MET;
	const enum lull_status stomach = lull_status_or(nausea, lull_entry__is(entry, LULL_SIGN_VOMITING));
	const enum lull_status senses = lull_status_and(lull_entry__is(entry, LULL_SIGN_PHOTOPHOBIA),
							lull_entry__is(entry, LULL_SIGN_PHONOPHOBIA));
	uint8_t yes = 0, maybe = 0;
	out->status[LULL_ICHD_1_1_D_NAUSEA] = (uint8_t)stomach;
	out->status[LULL_ICHD_1_1_D_LIGHT_SOUND] = (uint8_t)senses;
	tally(stomach, &yes, &maybe);
	tally(senses, &yes, &maybe);
	return lull_status_at_least(criteria->items[LULL_ICHD_1_1_D].needed, yes, maybe);
}

/* The subtype by what was recorded, and whether a clinician should look at it (a design rule, not
 * ICHD-3): an aura symptom not of 5 to 60 minutes, motor or brainstem symptoms. */
static void aura_subtype(const struct lull_entry *entry, struct lull_entry_class *out)
{
	const enum lull_status motor = lull_entry__is(entry, LULL_SIGN_AURA_MOTOR);
	const enum lull_status brainstem = lull_entry__is(entry, LULL_SIGN_AURA_BRAINSTEM);
	const enum lull_status retinal = lull_entry__is(entry, LULL_SIGN_AURA_RETINAL);
	bool any = false;
	for (int sign = LULL_SIGN_AURA_VISUAL; sign <= LULL_SIGN_AURA_RETINAL; sign++)
		any |= lull_entry__is(entry, (enum lull_sign)sign) == LULL_MET;
	out->aura_review = motor == LULL_MET || brainstem == LULL_MET ||
			   (any && lull_entry__is(entry, LULL_SIGN_AURA_5_60_MIN) == LULL_NOT_MET);
	if (out->status[LULL_ICHD_1_2_B] != LULL_MET)
		out->aura = LULL_AURA_NONE;
	else if (motor == LULL_MET)
		out->aura = LULL_AURA_HEMIPLEGIC;
	else if (retinal == LULL_MET)
		out->aura = LULL_AURA_RETINAL;
	else if (motor == LULL_STATUS_UNKNOWN || retinal == LULL_STATUS_UNKNOWN || brainstem == LULL_STATUS_UNKNOWN)
		out->aura = LULL_AURA_UNSPECIFIED;
	else
		out->aura = brainstem == LULL_MET ? LULL_AURA_BRAINSTEM : LULL_AURA_TYPICAL;
}

/* 1.2 B and C. ever_aura no: what an entry does not record is absent. */
static void aura_1_2(const struct lull_criteria *criteria, const struct lull_history *history,
		     const struct lull_entry *entry, struct lull_entry_class *out)
{
	const bool never = history && history->ever_aura == LULL_NO;
	uint8_t symptoms = 0, symptoms_maybe = 0;
	for (int sign = LULL_SIGN_AURA_VISUAL; sign <= LULL_SIGN_AURA_RETINAL; sign++)
		tally(lull_entry__is(entry, (enum lull_sign)sign), &symptoms, &symptoms_maybe);
	enum lull_status b = lull_status_and(
		lull_status_at_least(criteria->items[LULL_ICHD_1_2_B].needed, symptoms, symptoms_maybe),
		lull_entry__is(entry, LULL_SIGN_AURA_REVERSIBLE));
	for (int sign = LULL_SIGN_AURA_GRADUAL; sign <= LULL_SIGN_AURA_THEN_HEADACHE; sign++)
		tally(lull_entry__is(entry, (enum lull_sign)sign), &out->aura_features_yes, &out->aura_features_maybe);
	enum lull_status c = lull_status_at_least(criteria->items[LULL_ICHD_1_2_C].needed, out->aura_features_yes,
						  out->aura_features_maybe);
	if (b == LULL_NOT_MET && symptoms == 0)
		c = LULL_NOT_MET; /* no aura, so no features of one */
	if (never) {
		b = b == LULL_STATUS_UNKNOWN ? LULL_NOT_MET : b;
		c = c == LULL_STATUS_UNKNOWN ? LULL_NOT_MET : c;
	}
	out->status[LULL_ICHD_1_2_B] = (uint8_t)b;
	out->status[LULL_ICHD_1_2_C] = (uint8_t)c;
}

/* Did a triptan or ergot (or, any_specific, any migraine-specific drug) relieve it? */
enum lull_status lull_entry__relieved_by_specific(const struct lull_entry *entry, bool any_specific)
{
	enum lull_status relieved = LULL_NOT_MET;
	if (!entry->drugs_known && entry->n_intakes == 0)
		return LULL_STATUS_UNKNOWN;
	for (size_t i = 0; i < entry->n_intakes; i++) {
		const struct lull_intake *intake = &entry->intakes[i];
		const bool counts = any_specific ? lull_is_migraine_specific(intake) :
						   lull_is_triptan_or_ergot(intake);
		enum lull_status this_one = lull_status_of_answer(intake->relief);
		if (intake->acute == LULL_ACUTE_UNRECOGNISED || intake->acute == LULL_ACUTE_UNVERIFIED)
			this_one = this_one == LULL_MET ? LULL_STATUS_UNKNOWN : this_one;
		else if (!counts)
			continue;
		else if (this_one == LULL_STATUS_UNKNOWN && entry->successfully_treated && entry->n_intakes == 1)
			this_one = LULL_MET;
		relieved = lull_status_or(relieved, this_one);
	}
	return entry->drugs_known ? relieved : lull_status_or(relieved, LULL_STATUS_UNKNOWN);
}

/* 1.3 C1-C3 and "all but one" of 1.5. */
static void derived(const struct lull_entry *entry, struct lull_entry_class *out)
{
	uint8_t *s = out->status;
	uint8_t yes = 0, maybe = 0;
	s[LULL_ICHD_1_3_C1] = (uint8_t)lull_status_and(s[LULL_ICHD_1_1_C], s[LULL_ICHD_1_1_D]);
	s[LULL_ICHD_1_3_C2] = (uint8_t)lull_status_and(s[LULL_ICHD_1_2_B], s[LULL_ICHD_1_2_C]);
	s[LULL_ICHD_1_3_C3] = (uint8_t)lull_status_and(lull_entry__is(entry, LULL_SIGN_THOUGHT_MIGRAINE),
						       lull_entry__relieved_by_specific(entry, false));
	for (int id = LULL_ICHD_1_1_B; id <= LULL_ICHD_1_1_D; id++)
		tally(s[id], &yes, &maybe);
	const enum lull_status two = lull_status_at_least(2, yes, maybe);
	const enum lull_status three = lull_status_at_least(3, yes, maybe);
	s[LULL_ICHD_1_5_1_ATTACK] = (uint8_t)lull_status_and(two, lull_status_not(three));
	s[LULL_ICHD_1_5_2_ATTACK] =
		(uint8_t)lull_status_and(s[LULL_ICHD_1_2_B], lull_status_not(s[LULL_ICHD_1_2_C]));
}

void lull_classify__m1_entry(const struct lull_criteria *criteria, const struct lull_history *history,
			     const struct lull_entry *entry, struct lull_entry_class *out)
{
	out->status[LULL_ICHD_1_1_B] =
		(uint8_t)duration_1_1_b(&criteria->items[LULL_ICHD_1_1_B], history, entry, out);
	out->status[LULL_ICHD_1_1_C] = (uint8_t)pain_1_1_c(criteria, entry, out);
	out->status[LULL_ICHD_1_1_D] = (uint8_t)company_1_1_d(criteria, entry, out);
	aura_1_2(criteria, history, entry, out);
	aura_subtype(entry, out);
	derived(entry, out);
}

/* ---- the patient --------------------------------------------------------------------- */

/* At least need attacks: the diary's, else the history's answer. */
static struct lull_verdict attacks_at_least(const struct lull_count *count, double need, enum lull_answer attested,
					    enum lull_answer prior)
{
	struct lull_verdict v = { LULL_STATUS_UNKNOWN, LULL_INSUFFICIENT_DATA, false };
	if (count->yes >= need)
		return (struct lull_verdict){ LULL_MET, LULL_PROVEN_BY_DIARY, false };
	if (attested == LULL_YES || prior == LULL_YES)
		return (struct lull_verdict){ LULL_MET, LULL_SUPPORTED_BY_DIARY_AND_HISTORY, false };
	if (attested == LULL_NO)
		v = (struct lull_verdict){ LULL_NOT_MET, LULL_GRADE_NOT_MET, false };
	return v; /* a diary shows a part of a life: too few in it proves nothing */
}

static void rule_1_1(const struct lull_case *c, struct lull_verdicts *out)
{
	const struct lull_history *h = &c->history;
	const struct lull_verdict a = attacks_at_least(&c->attacks.without_aura,
						       c->criteria->items[LULL_ICHD_1_1_A].needed,
						       h->lifetime_5_attacks, h->prior_migraine);
	lull_verdict__store(out, LULL_ICHD_1_1_A, a);
	const enum lull_status e = lull_status_not(lull_status_of_answer(h->better_explained));
	lull_verdict__set(out, LULL_ICHD_1_1_E, e, false);
	struct lull_verdict all = a;
	all.status = lull_status__unless(a.status, e);
	lull_verdict__store(out, LULL_ICHD_1_1, all);
}

static void rule_1_2(const struct lull_case *c, struct lull_verdicts *out)
{
	const struct lull_history *h = &c->history;
	struct lull_verdict a = attacks_at_least(&c->attacks.with_aura, c->criteria->items[LULL_ICHD_1_2_A].needed,
						 h->lifetime_2_auras, LULL_ABSENT);
	if (a.status == LULL_STATUS_UNKNOWN && h->ever_aura == LULL_NO)
		a = (struct lull_verdict){ LULL_NOT_MET, LULL_GRADE_NOT_MET, false };
	lull_verdict__store(out, LULL_ICHD_1_2_A, a);
	const enum lull_status d = lull_status_not(lull_status_of_answer(h->better_explained));
	lull_verdict__set(out, LULL_ICHD_1_2_D, d, false);
	struct lull_verdict all = a;
	all.status = lull_status__unless(a.status, d);
	lull_verdict__store(out, LULL_ICHD_1_2, all);
}

static void rule_1_3(const struct lull_case *c, struct lull_verdicts *out)
{
	const struct lull_criteria *k = c->criteria;
	const struct lull_verdict a = lull_classify__persist_days(c, LULL_DAYDEF_HEADACHE, k->items[LULL_ICHD_1_3_A].needed);
	const struct lull_verdict b = attacks_at_least(&c->attacks.either, k->items[LULL_ICHD_1_3_B].needed,
						       c->history.lifetime_5_attacks, c->history.prior_migraine);
	const struct lull_verdict m = lull_classify__persist_days(c, LULL_DAYDEF_MIGRAINE, k->items[LULL_ICHD_1_3_C].needed);
	lull_verdict__store(out, LULL_ICHD_1_3_A, a);
	lull_verdict__store(out, LULL_ICHD_1_3_B, b);
	lull_verdict__store(out, LULL_ICHD_1_3_C, m);

	enum lull_status d = lull_status_not(lull_status_of_answer(c->history.better_explained));
	if (out->status[LULL_ICHD_4_10] == LULL_MET)
		d = LULL_NOT_MET; /* unremitting from the first day: coded there */
	lull_verdict__set(out, LULL_ICHD_1_3_D, d, false);

	struct lull_verdict all;
	all.status = lull_status__unless(lull_status_and(lull_status_and(a.status, b.status), m.status), d);
	all.estimated = a.estimated || m.estimated;
	all.grade = lull_grade__and(lull_grade__and(a.grade, m.grade), b.grade);
	if (all.status != LULL_MET)
		all.grade = all.status == LULL_NOT_MET ? LULL_GRADE_NOT_MET : LULL_INSUFFICIENT_DATA;
	lull_verdict__store(out, LULL_ICHD_1_3, all);
}

static enum lull_status has_migraine(const struct lull_verdicts *out)
{
	return lull_status_or(lull_status_or(out->status[LULL_ICHD_1_1], out->status[LULL_ICHD_1_2]),
			      out->status[LULL_ICHD_1_3]);
}

/* All but one of A-D: complete attacks but too few of them, or enough attacks that lack one
 * criterion. Not beside the definite diagnosis. */
static enum lull_status probable(enum lull_status definite, const struct lull_count *complete,
				 const struct lull_count *lacking, double need)
{
	const enum lull_status few = lull_status_at_least(1, complete->yes, complete->maybe);
	const enum lull_status enough = lull_status_at_least(need, lacking->yes, lacking->maybe);
	if (definite == LULL_MET)
		return LULL_NOT_MET;
	return lull_status_and(lull_status_or(few, enough), lull_status_not(definite));
}

void lull_classify__m1(const struct lull_case *c, struct lull_verdicts *out)
{
	rule_1_1(c, out);
	rule_1_2(c, out);
	rule_1_3(c, out);

	const enum lull_status long_attack = lull_status_at_least(1, c->attacks.over_72_h.yes, c->attacks.over_72_h.maybe);
	lull_verdict__set(out, LULL_ICHD_1_4_1, lull_status_and(long_attack, has_migraine(out)), false);

	lull_verdict__set(out, LULL_ICHD_1_5_1,
			  probable(out->status[LULL_ICHD_1_1], &c->attacks.without_aura, &c->attacks.probable,
				   c->criteria->items[LULL_ICHD_1_1_A].needed),
			  false);
	lull_verdict__set(out, LULL_ICHD_1_5_2,
			  probable(out->status[LULL_ICHD_1_2], &c->attacks.with_aura, &c->attacks.probable_aura,
				   c->criteria->items[LULL_ICHD_1_2_A].needed),
			  false);
}
