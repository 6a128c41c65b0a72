/* classify.c - the whole classification, and what would change it.
 *
 * The rules run once on the case as it is. Then each unknown is filled in, one at a time and
 * all together, either way, and the rules run again: what changes could change; the single
 * answer that settles most is the question to ask. Nothing of this is guessed. */
#include <math.h>
#include <string.h>

#include "classify_private.h"

/* ---- an entry's label ------------------------------------------------------------------------ */

/* The documented decision: an unknown criterion never counts as met, but an attack that a drug ended
 * early may count its duration. Definite tension-type beats probable migraine. */
static enum lull_label label_of(const uint8_t *s, bool treated_short)
{
	const bool full = s[LULL_ICHD_1_1_C] == LULL_MET && s[LULL_ICHD_1_1_D] == LULL_MET &&
			  (s[LULL_ICHD_1_1_B] == LULL_MET || treated_short);
	const int met = (s[LULL_ICHD_1_1_B] == LULL_MET) + (s[LULL_ICHD_1_1_C] == LULL_MET) +
			(s[LULL_ICHD_1_1_D] == LULL_MET);
	if (s[LULL_ICHD_1_2_B] == LULL_MET && s[LULL_ICHD_1_2_C] == LULL_MET)
		return LULL_LABEL_MIGRAINE_WITH_AURA;
	if (full)
		return LULL_LABEL_MIGRAINE_WITHOUT_AURA;
	if (s[LULL_ICHD_2_1_B] == LULL_MET && s[LULL_ICHD_2_1_C] == LULL_MET && s[LULL_ICHD_2_1_D] == LULL_MET)
		return LULL_LABEL_TENSION_TYPE;
	if (met >= 2 || s[LULL_ICHD_1_2_B] == LULL_MET)
		return LULL_LABEL_PROBABLE_MIGRAINE;
	return LULL_LABEL_HEADACHE_OTHER;
}

/* The label with the unknown criteria of migraine and of tension-type filled in either way. */
static bool label_could_change(const struct lull_entry_class *cls)
{
	for (int way = 0; way < 4; way++) {
		uint8_t s[LULL_N_ENTRY_CRITERIA];
		memcpy(s, cls->status, sizeof(s));
		for (int id = 0; id < LULL_N_ENTRY_CRITERIA; id++) {
			const bool is_tension = id >= LULL_ICHD_2_1_B && id <= LULL_ICHD_2_3_D;
			if (s[id] == LULL_STATUS_UNKNOWN)
				s[id] = (uint8_t)lull_status_of(way >> is_tension & 1);
		}
		if (label_of(s, cls->treated_short) != cls->label)
			return true;
	}
	return false;
}

void lull_classify_entry(const struct lull_criteria *criteria, const struct lull_history *history,
			 const struct lull_entry *entry, struct lull_entry_class *out)
{
	*out = (struct lull_entry_class){ .severity = UINT8_MAX };
	if (entry->kind != LULL_ENTRY_HEADACHE) {
		for (int id = 0; id < LULL_N_ENTRY_CRITERIA; id++)
			out->status[id] = LULL_NOT_MET;
		out->label = LULL_LABEL_NONE;
		out->severity = 0;
		return;
	}
	lull_classify__m1_entry(criteria, history, entry, out);
	lull_classify__m2_entry(criteria, entry, out);
	out->label = (uint8_t)label_of(out->status, out->treated_short);
	out->label_could_change = label_could_change(out);
}

/* ---- more than three months -------------------------------------------------------------------- */

enum lull_grade lull_grade__and(enum lull_grade a, enum lull_grade b)
{
	if (a == LULL_GRADE_NOT_MET || b == LULL_GRADE_NOT_MET)
		return LULL_GRADE_NOT_MET;
	return a < b ? a : b;
}

struct lull_verdict lull_classify__persist(size_t wanted, const enum lull_status *blocks, const bool *estimated,
					   size_t n, bool earlier, enum lull_answer attested)
{
	size_t n_met = 0;
	bool any_estimated = false;
	for (size_t i = 0; i < n; i++) {
		if (blocks[i] == LULL_NOT_MET)
			return (struct lull_verdict){ LULL_NOT_MET, LULL_GRADE_NOT_MET, estimated[i] };
		n_met += blocks[i] == LULL_MET;
		any_estimated |= estimated[i];
	}
	if (n >= wanted && n_met == n && earlier)
		return (struct lull_verdict){ LULL_MET, LULL_PROVEN_BY_DIARY, any_estimated };
	if (attested == LULL_NO)
		return (struct lull_verdict){ LULL_NOT_MET, LULL_GRADE_NOT_MET, any_estimated };
	/* The months that the diary does not show are the history's to attest. */
	if (attested == LULL_YES && n > 0 && blocks[0] == LULL_MET)
		return (struct lull_verdict){ LULL_MET, LULL_SUPPORTED_BY_DIARY_AND_HISTORY, any_estimated };
	return (struct lull_verdict){ LULL_STATUS_UNKNOWN, LULL_INSUFFICIENT_DATA, any_estimated };
}

struct lull_verdict lull_classify__persist_days(const struct lull_case *c, enum lull_day_definition definition,
						double need)
{
	const size_t wanted = (size_t)c->criteria->counting.consecutive_blocks;
	enum lull_status blocks[LULL_RULE_BLOCKS];
	bool estimated[LULL_RULE_BLOCKS];
	size_t n = 0;
	for (; n < wanted && n < c->n_blocks; n++)
		blocks[n] = lull_block_at_least(&c->criteria->counting, &c->blocks[n], &c->blocks[n].days[definition],
						need, &estimated[n]);
	const bool earlier = c->n_blocks > wanted && c->blocks[wanted].days[definition].yes > 0;
	return lull_classify__persist(wanted, blocks, estimated, n, earlier, c->history.over_3_months);
}

static void run_rules(const struct lull_case *c, struct lull_verdicts *out)
{
	memset(out, 0, sizeof(*out));
	lull_classify__m4(c, out);
	lull_classify__m1(c, out);
	lull_classify__m2(c, out);
	lull_classify__m8(c, out);
}

/* ---- an unknown, filled in ---------------------------------------------------------------------- */

/* Ways an unknown can turn out; a history answer has the first two. */
enum way { WAY_YES, WAY_NO, WAY_TENSION, N_WAYS };

static void add_to(struct lull_count *count, size_t n)
{
	count->yes = (uint16_t)(count->yes + n);
}

static bool is_migraine_kind(int definition)
{
	return definition != LULL_DAYDEF_TENSION && definition != LULL_DAYDEF_TENSION_CHRONIC;
}

/* The missing days were: migraine with drugs, headache-free, or tension-type without drugs. */
static bool fill_missing(struct lull_case *c, enum way way)
{
	bool any = false;
	for (size_t i = 0; i < c->n_blocks; i++) {
		struct lull_block *b = &c->blocks[i];
		any |= b->missing > 0;
		for (int d = 0; d < LULL_N_DAYDEFS; d++) {
			const bool counts = way == WAY_YES	 ? is_migraine_kind(d) :
					    way == WAY_TENSION ? !is_migraine_kind(d) || d == LULL_DAYDEF_HEADACHE :
								 false;
			add_to(&b->days[d], counts ? b->missing : 0);
		}
		for (int g = 0; g < LULL_N_GROUPS && way == WAY_YES; g++)
			add_to(&b->drugs[g], b->missing);
		b->recorded = b->length;
		b->missing = 0;
		lull_block__overuse(c->criteria, b);
	}
	return any;
}

static void settle(struct lull_count *count, size_t n, bool yes)
{
	n = n < count->maybe ? n : count->maybe;
	count->maybe = (uint16_t)(count->maybe - n);
	add_to(count, yes ? n : 0);
}

/* Headaches whose features were not recorded: all migraine, none of the two kinds, all tension-type. */
static bool fill_features(struct lull_case *c, enum way way)
{
	bool any = false;
	for (size_t i = 0; i < c->n_blocks; i++) {
		struct lull_block *b = &c->blocks[i];
		for (int d = LULL_DAYDEF_MIGRAINE; d < LULL_N_DAYDEFS; d++) {
			size_t n = b->days[d].maybe;
			if (d == LULL_DAYDEF_MIGRAINE)
				n -= (size_t)(b->maybe_by_aura + b->maybe_by_relief);
			any |= n > 0;
			settle(&b->days[d], n, way == (is_migraine_kind(d) ? WAY_YES : WAY_TENSION));
		}
	}
	struct lull_attacks *a = &c->attacks;
	const size_t open = a->without_aura.maybe - (size_t)a->maybe_by_duration;
	any |= open > 0 || a->with_aura.maybe > 0 || a->tension.maybe > 0;
	settle(&a->without_aura, open, way == WAY_YES);
	settle(&a->with_aura, a->with_aura.maybe, way == WAY_YES);
	settle(&a->either, a->either.maybe, way == WAY_YES);
	settle(&a->probable, a->probable.maybe, false);
	settle(&a->probable_aura, a->probable_aura.maybe, false);
	settle(&a->tension, a->tension.maybe, way == WAY_TENSION);
	return any;
}

static bool fill_migraine_days(struct lull_case *c, bool by_aura, bool yes)
{
	bool any = false;
	for (size_t i = 0; i < c->n_blocks; i++) {
		struct lull_block *b = &c->blocks[i];
		uint16_t *n = by_aura ? &b->maybe_by_aura : &b->maybe_by_relief;
		any |= *n > 0;
		settle(&b->days[LULL_DAYDEF_MIGRAINE], *n, yes);
		*n = 0;
	}
	return any;
}

static bool fill_duration(struct lull_case *c, bool yes)
{
	struct lull_attacks *a = &c->attacks;
	const bool any = a->maybe_by_duration > 0 || a->over_72_h.maybe > 0;
	settle(&a->without_aura, a->maybe_by_duration, yes);
	settle(&a->either, a->maybe_by_duration, yes);
	settle(&a->over_72_h, a->over_72_h.maybe, yes);
	a->maybe_by_duration = 0;
	return any;
}

static bool fill_drugs(struct lull_case *c, bool yes)
{
	bool any = false;
	for (size_t i = 0; i < c->n_blocks; i++) {
		struct lull_block *b = &c->blocks[i];
		for (int g = 0; g < LULL_N_GROUPS; g++) {
			any |= b->drugs[g].maybe > 0;
			settle(&b->drugs[g], b->drugs[g].maybe, yes);
		}
		lull_block__overuse(c->criteria, b);
	}
	return any;
}

static enum lull_answer *answer_of(struct lull_history *h, enum lull_unknown unknown)
{
	switch (unknown) {
	case LULL_ASK_OVER_3_MONTHS:
		return &h->over_3_months;
	case LULL_ASK_OVERUSE_OVER_3_MONTHS:
		return &h->overuse_over_3_months;
	case LULL_ASK_LIFETIME_ATTACKS:
		return &h->lifetime_5_attacks;
	case LULL_ASK_LIFETIME_AURAS:
		return &h->lifetime_2_auras;
	case LULL_ASK_LIFETIME_TTH:
		return &h->lifetime_10_tension_type;
	case LULL_ASK_EVER_AURA:
		return &h->ever_aura;
	case LULL_ASK_PREEXISTING:
		return &h->preexisting_headache;
	case LULL_ASK_ONSET:
		return &h->onset_distinct;
	case LULL_ASK_CONTINUOUS:
		return &h->continuous_within_24_h;
	case LULL_ASK_OVERUSE_FIRST:
		return &h->overuse_before_daily;
	case LULL_ASK_BETTER_EXPLAINED:
		return &h->better_explained;
	case LULL_ASK_HEMICRANIA:
		return &h->hemicrania_continua;
	default:
		return NULL;
	}
}

static bool fill_answer(struct lull_case *c, enum lull_unknown unknown, enum way way)
{
	enum lull_answer *answer = answer_of(&c->history, unknown);
	if (!answer || lull_answered(*answer))
		return false;
	*answer = way == WAY_YES ? LULL_YES : LULL_NO;
	return true;
}

/* Fill one unknown into the case. False when it is not open here. */
static bool fill(struct lull_case *c, enum lull_unknown unknown, enum way way)
{
	bool any;
	switch (unknown) {
	case LULL_ASK_MISSING_DAYS:
		return fill_missing(c, way);
	case LULL_ASK_FEATURES:
		return fill_features(c, way);
	case LULL_ASK_TRIPTAN_RELIEF:
		return way != WAY_TENSION && fill_migraine_days(c, false, way == WAY_YES);
	case LULL_ASK_DURATION:
		return way != WAY_TENSION && fill_duration(c, way == WAY_YES);
	case LULL_ASK_ACUTE_DRUGS:
		return way != WAY_TENSION && fill_drugs(c, way == WAY_YES);
	case LULL_ASK_EVER_AURA:
		if (way == WAY_TENSION)
			return false;
		any = fill_migraine_days(c, true, way == WAY_YES);
		return fill_answer(c, unknown, way) || any;
	default:
		return way != WAY_TENSION && fill_answer(c, unknown, way);
	}
}

/* ---- what could change -------------------------------------------------------------------------- */

/* What each unknown does to each criterion: in how many of its ways it changes the status. */
struct effect {
	uint8_t ways;
	uint8_t changes[LULL_N_CRITERIA];
};

static void mark_changes(const struct lull_verdicts *base, const struct lull_verdicts *with, bool *could_change)
{
	for (int id = 0; id < LULL_N_CRITERIA; id++)
		could_change[id] |= base->status[id] != with->status[id];
}

static void try_one(const struct lull_case *base_case, const struct lull_verdicts *base, enum lull_unknown unknown,
		    struct lull_case *scratch, struct effect *effect, bool *could_change)
{
	for (int way = 0; way < N_WAYS; way++) {
		struct lull_verdicts with;
		*scratch = *base_case;
		if (!fill(scratch, unknown, (enum way)way))
			continue;
		run_rules(scratch, &with);
		effect->ways++;
		for (int id = 0; id < LULL_N_CRITERIA; id++)
			effect->changes[id] = (uint8_t)(effect->changes[id] + (base->status[id] != with.status[id]));
		mark_changes(base, &with, could_change);
	}
}

/* Answers that can only rule a diagnosis out are asked after those that can also make it. */
static bool only_rules_out(int unknown)
{
	return unknown == LULL_ASK_BETTER_EXPLAINED || unknown == LULL_ASK_HEMICRANIA ||
	       unknown == LULL_ASK_OVERUSE_FIRST;
}

/* All unknowns at once, the same way; flags that only ever rule out are tried open and answered. */
static void try_all(const struct lull_case *base_case, const struct lull_verdicts *base, struct lull_case *scratch,
		    bool *could_change)
{
	for (int way = 0; way < 2 * N_WAYS; way++) {
		struct lull_verdicts with;
		*scratch = *base_case;
		for (int u = LULL_ASK_MISSING_DAYS; u < LULL_N_UNKNOWNS; u++) {
			const bool rules_out = only_rules_out(u);
			const bool about_daily = u == LULL_ASK_ONSET || u == LULL_ASK_CONTINUOUS;
			enum way this_way = way % N_WAYS == WAY_NO ? WAY_NO : WAY_YES;
			if (rules_out || (about_daily && way >= N_WAYS))
				this_way = WAY_NO;
			else if (u == LULL_ASK_MISSING_DAYS || u == LULL_ASK_FEATURES)
				this_way = (enum way)(way % N_WAYS);
			(void)fill(scratch, (enum lull_unknown)u, this_way);
		}
		run_rules(scratch, &with);
		mark_changes(base, &with, could_change);
	}
}

static bool needs_months(int id)
{
	switch (id) {
	case LULL_ICHD_1_3:
	case LULL_ICHD_1_3_A:
	case LULL_ICHD_1_3_C:
	case LULL_ICHD_2_1:
	case LULL_ICHD_2_1_A:
	case LULL_ICHD_2_2:
	case LULL_ICHD_2_2_A:
	case LULL_ICHD_2_3:
	case LULL_ICHD_2_3_A:
	case LULL_ICHD_4_10:
	case LULL_ICHD_4_10_A:
		return true;
	default:
		return id >= LULL_ICHD_8_2 && id != LULL_ICHD_8_2_C;
	}
}

/* The single answer that changes a criterion in the largest share of its ways. */
static enum lull_unknown most_decisive(const struct effect *effects, int id)
{
	enum lull_unknown best = LULL_ASK_NONE;
	double best_share = 0;
	for (int u = LULL_ASK_MISSING_DAYS; u < LULL_N_UNKNOWNS; u++) {
		double share = effects[u].ways ? (double)effects[u].changes[id] / effects[u].ways : 0;
		if (only_rules_out(u))
			share *= 0.01;
		if (share > best_share) {
			best = (enum lull_unknown)u;
			best_share = share;
		}
	}
	return best;
}

/* Diagnoses a question may settle, and how much each weighs in the order of the questions. */
static const struct {
	uint8_t id, weight;
} diagnoses[] = {
	{ LULL_ICHD_1_3, 4 }, { LULL_ICHD_8_2, 3 }, { LULL_ICHD_4_10, 2 }, { LULL_ICHD_1_1, 2 }, { LULL_ICHD_1_2, 1 },
	{ LULL_ICHD_2_1, 1 }, { LULL_ICHD_2_2, 1 }, { LULL_ICHD_2_3, 1 },  { LULL_ICHD_1_4_1, 1 },
};

static double worth(const struct effect *effect)
{
	double sum = 0;
	for (size_t i = 0; i < sizeof(diagnoses) / sizeof(*diagnoses); i++)
		sum += diagnoses[i].weight * (double)effect->changes[diagnoses[i].id];
	return effect->ways ? sum / effect->ways : 0;
}

static void order_questions(const struct effect *effects, struct lull_classification *out)
{
	double worths[LULL_N_UNKNOWNS] = { 0 };
	for (int u = LULL_ASK_MISSING_DAYS; u < LULL_N_UNKNOWNS; u++)
		worths[u] = worth(&effects[u]) * (only_rules_out(u) ? 0.01 : 1);
	/* What the tables' questions name belongs to the list even where no diagnosis hangs on it alone. */
	for (size_t i = 0; i < sizeof(diagnoses) / sizeof(*diagnoses); i++) {
		const int u = out->ask[diagnoses[i].id];
		if (u > LULL_ASK_CALENDAR && worths[u] == 0)
			worths[u] = 0.001;
	}
	if (!out->dated)
		out->questions[out->n_questions++] = LULL_ASK_DATES;
	else if (out->calendar_unknown)
		out->questions[out->n_questions++] = LULL_ASK_CALENDAR;
	for (;;) {
		int best = LULL_ASK_NONE;
		for (int u = LULL_ASK_MISSING_DAYS; u < LULL_N_UNKNOWNS; u++)
			if (worths[u] > 0 && (best == LULL_ASK_NONE || worths[u] > worths[best]))
				best = u;
		if (best == LULL_ASK_NONE)
			return;
		out->questions[out->n_questions++] = (uint8_t)best;
		worths[best] = 0;
	}
}

/* Where no single answer settles it: the first open one that stands in the way when every other
 * unknown turns out well. */
static enum lull_unknown first_in_the_way(const struct lull_case *base_case, int id, const struct effect *effects,
					  struct lull_case *scratch)
{
	for (int u = LULL_ASK_MISSING_DAYS; u < LULL_N_UNKNOWNS; u++) {
		struct lull_verdicts with[2];
		if (!effects[u].ways)
			continue;
		for (int way = WAY_YES; way <= WAY_NO; way++) {
			*scratch = *base_case;
			for (int v = LULL_ASK_MISSING_DAYS; v < LULL_N_UNKNOWNS; v++) {
				const enum way other = only_rules_out(v) ? WAY_NO : WAY_YES;
				(void)fill(scratch, (enum lull_unknown)v, v == u ? (enum way)way : other);
			}
			run_rules(scratch, &with[way]);
		}
		if (with[WAY_YES].status[id] != with[WAY_NO].status[id])
			return (enum lull_unknown)u;
	}
	return LULL_ASK_NONE;
}

static int find_questions(const struct lull_case *c, const struct lull_verdicts *base, struct lull_arena *arena,
			  struct lull_classification *out, struct lull_err *err)
{
	struct effect *effects = LULL_ARENA_NEW(arena, struct effect, LULL_N_UNKNOWNS);
	struct lull_case *scratch = LULL_ARENA_NEW(arena, struct lull_case, 1);
	if (!effects || !scratch)
		return lull_nomem(err);
	for (int u = LULL_ASK_MISSING_DAYS; u < LULL_N_UNKNOWNS; u++)
		try_one(c, base, (enum lull_unknown)u, scratch, &effects[u], out->could_change);
	try_all(c, base, scratch, out->could_change);
	const bool no_months = !out->dated || out->calendar_unknown;
	for (int id = LULL_N_ENTRY_CRITERIA; id < LULL_N_CRITERIA; id++) {
		out->could_change[id] |= base->status[id] == LULL_STATUS_UNKNOWN || base->estimated[id];
		if (!out->could_change[id])
			continue;
		out->ask[id] = (uint8_t)most_decisive(effects, id);
		if (no_months && needs_months(id) && base->status[id] == LULL_STATUS_UNKNOWN)
			out->ask[id] = (uint8_t)(out->dated ? LULL_ASK_CALENDAR : LULL_ASK_DATES);
		else if (out->ask[id] == LULL_ASK_NONE)
			out->ask[id] = (uint8_t)first_in_the_way(c, id, effects, scratch);
	}
	order_questions(effects, out);
	return LULL_OK;
}

/* ---- the whole ------------------------------------------------------------------------------------ */

static enum lull_band band_of(const struct lull_counting *counting, const struct lull_block *block)
{
	const struct lull_count *hd = &block->days[LULL_DAYDEF_HEADACHE];
	const double prorated = lull_block_prorated(counting, block, hd);
	if (isnan(prorated))
		return LULL_BAND_UNKNOWN;
	/* Rounding the estimate down never raises the band. */
	return prorated >= counting->hfcm_from ? LULL_BAND_HFCM :
	       prorated >= counting->lfcm_from ? LULL_BAND_LFCM :
	       prorated >= counting->hfem_from ? LULL_BAND_HFEM :
						 LULL_BAND_LOW;
}

static int classify_entries(const struct lull_criteria *criteria, const struct lull_diary *diary,
			    const struct lull_history *history, struct lull_arena *arena,
			    struct lull_classification *out, struct lull_err *err)
{
	struct lull_entry_class *entries = LULL_ARENA_NEW(arena, struct lull_entry_class, diary->n_entries + 1);
	if (!entries)
		return lull_nomem(err);
	for (size_t i = 0; i < diary->n_entries; i++)
		lull_classify_entry(criteria, history, &diary->entries[i], &entries[i]);
	out->entries = entries;
	out->n_entries = diary->n_entries;
	return LULL_OK;
}

static int classify_months(const struct lull_criteria *criteria, const struct lull_diary *diary,
			   const struct lull_classify_options *options, struct lull_arena *arena,
			   struct lull_classification *out, struct lull_err *err)
{
	struct lull_day_class *days = NULL;
	struct lull_block *blocks = NULL;
	int rc = lull_classify__days(criteria, diary, out->entries, arena, &days, err);
	if (rc != LULL_OK)
		return rc;
	out->days = days;
	out->n_days = diary->n_days;
	for (size_t i = 0; i < diary->n_days; i++)
		*(days[i].state == LULL_DAY_MISSING ? &out->n_missing : &out->n_recorded) += 1;
	out->calendar_unknown = diary->day_index_only && options->month == LULL_MONTH_CALENDAR;
	if (out->calendar_unknown || diary->n_days == 0)
		return LULL_OK;
	rc = lull_classify__blocks(criteria, diary, days, options->month, out->index, arena, &blocks, &out->n_blocks, err);
	out->blocks = blocks;
	if (rc == LULL_OK && out->n_blocks)
		out->band = band_of(&criteria->counting, &blocks[0]);
	return rc;
}

int lull_classify(const struct lull_criteria *criteria, const struct lull_diary *diary,
		  const struct lull_history *history, const struct lull_classify_options *options,
		  struct lull_arena *arena, struct lull_classification *out, struct lull_err *err)
{
	static const struct lull_classify_options defaults = { .month = LULL_MONTH_28, .index = LULL_DAY_NONE };
	struct lull_verdicts verdicts;
	if (!options)
		options = &defaults;
	*out = (struct lull_classification){ .month = options->month,
					     .index = options->index,
					     .dated = diary->dated,
					     .history = history ? *history : lull_history_unasked() };
	if (diary->dated && out->index == LULL_DAY_NONE)
		out->index = diary->first + (lull_day)diary->n_days - 1;
	if (diary->dated && (out->index < diary->first || out->index > diary->first + LULL_DIARY_MAX_DAYS))
		return lull_fail(err, LULL_EDOMAIN, "index date", "the index date lies outside the diary's time");
	int rc = classify_entries(criteria, diary, &out->history, arena, out, err);
	if (rc == LULL_OK)
		rc = classify_months(criteria, diary, options, arena, out, err);
	struct lull_case *c = rc == LULL_OK ? LULL_ARENA_NEW(arena, struct lull_case, 1) : NULL;
	if (rc == LULL_OK && !c)
		return lull_nomem(err);
	if (rc == LULL_OK)
		rc = lull_classify__attacks(diary, out->entries, out->days, criteria->counting.status_migrainosus_h,
					    arena, &out->attacks, err);
	if (rc != LULL_OK)
		return rc;
	c->criteria = criteria;
	c->n_blocks = out->n_blocks < LULL_CASE_BLOCKS ? out->n_blocks : LULL_CASE_BLOCKS;
	for (size_t i = 0; i < c->n_blocks; i++)
		c->blocks[i] = out->blocks[i];
	c->attacks = out->attacks;
	c->history = out->history;
	run_rules(c, &verdicts);
	memcpy(out->status, verdicts.status, sizeof(out->status));
	memcpy(out->estimated, verdicts.estimated, sizeof(out->estimated));
	memcpy(out->grade, verdicts.grade, sizeof(out->grade));
	return options->skip_questions ? LULL_OK : find_questions(c, &verdicts, arena, out, err);
}
