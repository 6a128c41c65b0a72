/* explain.c - trees and sentences from the ids and numbers of a classification. */
#include <math.h>
#include <string.h>

#include "classify_private.h"
#include "lull/base/text.h"

struct teller {
	const struct lull_criteria *criteria;
	const struct lull_diary *diary;
	const struct lull_classification *c;
	struct lull_arena *arena;
	bool failed; /* memory ended: checked once at the end */
};

/* ---- small pieces --------------------------------------------------------------------------- */

static struct lull_finding blank(const char *code, const char *name, enum lull_status status)
{
	return (struct lull_finding){ .code = code,
				      .name = name,
				      .status = status,
				      .counted = NAN,
				      .needed = NAN,
				      .missing = NAN,
				      .bound_low = NAN,
				      .bound_high = NAN };
}

static const char *keep(struct teller *t, const char *text)
{
	if (!text)
		t->failed = true;
	return text;
}

#define TELL(t, ...) keep((t), lull_arena_printf((t)->arena, __VA_ARGS__))

static struct lull_finding *children(struct teller *t, size_t n)
{
	struct lull_finding *items = LULL_ARENA_NEW(t->arena, struct lull_finding, n);
	if (!items)
		t->failed = true;
	return items;
}

/* Node of a criterion, with everything that ids and numbers say. */
static struct lull_finding node(struct teller *t, enum lull_criterion_id id)
{
	const struct lull_criterion *k = &t->criteria->items[id];
	struct lull_finding f = blank(k->id, k->name, (enum lull_status)t->c->status[id]);
	f.could_change = t->c->could_change[id];
	f.estimated = t->c->estimated[id];
	f.question = f.could_change ? t->criteria->questions[t->c->ask[id]] : NULL;
	f.source = k->source;
	f.mark = (enum lull_mark)k->mark;
	f.needed = k->needed;
	f.unit = k->unit;
	f.why = k->text;
	return f;
}

static const char *days_word(unsigned n)
{
	return n == 1 ? "day" : "days";
}

static const char *grade_sentence(enum lull_grade grade)
{
	switch (grade) {
	case LULL_PROVEN_BY_DIARY:
		return "Proven by the diary alone.";
	case LULL_SUPPORTED_BY_DIARY_AND_HISTORY:
		return "Supported by diary and history together; the diary alone does not span more than 3 months.";
	case LULL_GRADE_NOT_MET:
		return "Not long enough at this level.";
	case LULL_INSUFFICIENT_DATA:
		break;
	}
	return "The data do not suffice.";
}

/* ---- counts in blocks -------------------------------------------------------------------------- */

static void put_bounds(struct lull_finding *f, const struct lull_block *b, const struct lull_count *count)
{
	f->counted = count->yes;
	f->missing = b->missing;
	f->bound_low = count->yes;
	f->bound_high = (double)count->yes + count->maybe + b->missing;
}

/* "16 headache days of 26 recorded (2 missing, 3 undecided); prorated 17.2; 15 needed". */
static const char *count_sentence(struct teller *t, const struct lull_block *b, const struct lull_count *count,
				  const char *what, double needed)
{
	char need[32], prorated[32], missing[48] = "", undecided[64] = "", estimate[80] = "";
	const double p = lull_block_prorated(&t->criteria->counting, b, count);
	lull_num_text(need, sizeof(need), needed, 2);
	if (b->missing)
		lull_text_format(missing, sizeof(missing), ", %u missing", (unsigned)b->missing);
	if (count->maybe)
		lull_text_format(undecided, sizeof(undecided), ", %u not known", (unsigned)count->maybe);
	if (b->missing && !isnan(p))
		lull_text_format(estimate, sizeof(estimate), "; prorated to %u days: %s", (unsigned)b->length,
				 lull_num_text(prorated, sizeof(prorated), p, 1));
	return TELL(t, "%u %s %s in %u recorded%s%s%s; %s needed.", (unsigned)count->yes, what, days_word(count->yes),
		    (unsigned)b->recorded, missing, undecided, estimate, need);
}

/* "2026-11-22", or "day 330" where the calendar is invented. */
static void day_name(const struct teller *t, lull_day day, char *out, size_t n)
{
	char text[LULL_DAY_TEXT];
	if (t->diary->day_index_only)
		lull_text_format(out, n, "day %d", (int)(day - t->diary->first + 1));
	else
		lull_text_format(out, n, "%s", lull_day_text(text, day));
}

static struct lull_finding block_node(struct teller *t, enum lull_criterion_id id, const struct lull_block *b,
				      const struct lull_count *count, const char *what)
{
	const struct lull_criterion *k = &t->criteria->items[id];
	char from[32], to[32];
	bool estimated = false;
	const enum lull_status status = lull_block_at_least(&t->criteria->counting, b, count, k->needed, &estimated);
	day_name(t, b->from, from, sizeof(from));
	day_name(t, b->to, to, sizeof(to));
	struct lull_finding f = blank(TELL(t, "%s@%s", k->id, to), TELL(t, "%s to %s", from, to), status);
	put_bounds(&f, b, count);
	f.needed = k->needed;
	f.unit = "days";
	f.estimated = estimated;
	f.could_change = estimated || status == LULL_STATUS_UNKNOWN;
	if (f.could_change)
		f.question = t->criteria->questions[count->maybe ? LULL_ASK_FEATURES : LULL_ASK_MISSING_DAYS];
	f.why = count_sentence(t, b, count, what, k->needed);
	f.source = k->source;
	f.mark = (enum lull_mark)k->mark;
	return f;
}

static const char *month_words(const struct teller *t)
{
	return t->c->month == LULL_MONTH_CALENDAR ? "calendar months" :
	       t->c->month == LULL_MONTH_30	  ? "30-day blocks" :
						    "28-day blocks";
}

static const char *months_sentence(struct teller *t, enum lull_criterion_id id)
{
	const struct lull_classification *c = t->c;
	if (!c->dated)
		return "Unknown: no dates, so nothing can be counted by month.";
	if (c->calendar_unknown)
		return "Unknown: the days are numbered, the calendar months are not known.";
	if (c->n_blocks == 0)
		return "Unknown: no days.";
	return TELL(t, "%s Month: %s.", grade_sentence((enum lull_grade)c->grade[id]), month_words(t));
}

/* A rule over months with a node for each block it looked at (and the one before). */
static struct lull_finding months_node(struct teller *t, enum lull_criterion_id id, int definition, const char *what)
{
	struct lull_finding f = node(t, id);
	const struct lull_classification *c = t->c;
	size_t n = (size_t)t->criteria->counting.consecutive_blocks + 1;
	f.why = months_sentence(t, id);
	n = n < c->n_blocks ? n : c->n_blocks;
	struct lull_finding *items = n ? children(t, n) : NULL;
	if (!items)
		return f;
	put_bounds(&f, &c->blocks[0], &c->blocks[0].days[definition]);
	const size_t wanted = (size_t)t->criteria->counting.consecutive_blocks;
	for (size_t i = 0; i < n; i++)
		items[i] = block_node(t, id, &c->blocks[i], &c->blocks[i].days[definition], what);
	f.children = items;
	f.n_children = n;
	/* The month that decides against it, said outright. */
	for (size_t i = 0; i < n && i < wanted && f.status == LULL_NOT_MET; i++)
		if (items[i].status == LULL_NOT_MET) {
			f.why = TELL(t, "Of the %s, the one from %s: %s", month_words(t), items[i].name, items[i].why);
			break;
		}
	return f;
}

/* ---- counts of attacks ---------------------------------------------------------------------------- */

/* How many headache entries meet an entry criterion. */
static struct lull_finding entries_node(struct teller *t, enum lull_criterion_id id)
{
	const struct lull_criterion *k = &t->criteria->items[id];
	unsigned yes = 0, open = 0, n = 0;
	for (size_t i = 0; i < t->c->n_entries; i++) {
		if (t->diary->entries[i].kind != LULL_ENTRY_HEADACHE)
			continue;
		n++;
		yes += t->c->entries[i].status[id] == LULL_MET;
		open += t->c->entries[i].status[id] == LULL_STATUS_UNKNOWN;
	}
	struct lull_finding f = blank(k->id, k->name, lull_status_at_least(1, yes, open));
	f.counted = yes;
	f.bound_low = yes;
	f.bound_high = yes + open;
	f.unit = "entries";
	f.could_change = f.status == LULL_STATUS_UNKNOWN;
	f.why = TELL(t, "Met by %u of %u headache entries, not known for %u. %s", yes, n, open, k->text);
	if (f.could_change)
		f.question = t->criteria->questions[id == LULL_ICHD_1_1_B || id == LULL_ICHD_2_1_B ? LULL_ASK_DURATION :
						    id == LULL_ICHD_1_2_B || id == LULL_ICHD_1_2_C ? LULL_ASK_EVER_AURA :
												      LULL_ASK_FEATURES];
	f.source = k->source;
	f.mark = (enum lull_mark)k->mark;
	return f;
}

/* Entries that a drug ended early: 1.1 B is not known of them, and they may still be migraine. */
static void tell_treated(struct teller *t, struct lull_finding *f)
{
	unsigned n = 0;
	for (size_t i = 0; i < t->c->n_entries; i++)
		n += t->c->entries[i].treated_short;
	if (n)
		f->why = TELL(t, "%s %u short %s ended by a drug: untreated it might have lasted, so it may still be migraine.",
			      f->why, n, n == 1 ? "attack was" : "attacks were");
}

static struct lull_finding attacks_node(struct teller *t, enum lull_criterion_id id, const struct lull_count *count,
					const char *what)
{
	struct lull_finding f = node(t, id);
	f.counted = count->yes;
	f.bound_low = count->yes;
	f.bound_high = (double)count->yes + count->maybe;
	char need[32], open[48] = "";
	if (count->maybe)
		lull_text_format(open, sizeof(open), ", %u more not known", (unsigned)count->maybe);
	const bool by_history = f.status == LULL_MET && count->yes < f.needed;
	f.why = TELL(t, "%u %s in this diary%s; %s needed in life%s.", (unsigned)count->yes, what, open,
		     lull_num_text(need, sizeof(need), f.needed, 0), by_history ? ", attested by the history" : "");
	return f;
}

/* ---- the trees ------------------------------------------------------------------------------------- */

static void attach(struct teller *t, struct lull_finding *f, const struct lull_finding *items, size_t n)
{
	struct lull_finding *copy = children(t, n);
	if (!copy)
		return;
	memcpy(copy, items, n * sizeof(*items));
	f->children = copy;
	f->n_children = n;
}

static const char *band_sentence(enum lull_band band)
{
	switch (band) {
	case LULL_BAND_LOW:
		return " Below the high-frequency band.";
	case LULL_BAND_HFEM:
		return " The latest month lies in the high-frequency episodic band.";
	case LULL_BAND_LFCM:
		return " The latest month lies in the low-frequency chronic band.";
	case LULL_BAND_HFCM:
		return " The latest month lies in the high-frequency chronic band.";
	case LULL_BAND_UNKNOWN:
		break;
	}
	return "";
}

static struct lull_finding tree_1_1(struct teller *t)
{
	struct lull_finding f = node(t, LULL_ICHD_1_1);
	struct lull_finding items[] = { attacks_node(t, LULL_ICHD_1_1_A, &t->c->attacks.without_aura,
						     "attacks with B, C and D"),
					entries_node(t, LULL_ICHD_1_1_B), entries_node(t, LULL_ICHD_1_1_C),
					entries_node(t, LULL_ICHD_1_1_D), node(t, LULL_ICHD_1_1_E) };
	tell_treated(t, &items[1]);
	attach(t, &f, items, 5);
	return f;
}

static struct lull_finding tree_1_2(struct teller *t)
{
	struct lull_finding f = node(t, LULL_ICHD_1_2);
	const struct lull_finding items[] = { attacks_node(t, LULL_ICHD_1_2_A, &t->c->attacks.with_aura,
							   "attacks with aura (B and C)"),
					      entries_node(t, LULL_ICHD_1_2_B), entries_node(t, LULL_ICHD_1_2_C),
					      node(t, LULL_ICHD_1_2_D) };
	attach(t, &f, items, 4);
	return f;
}

/* C1, C2, C3 side by side: days of the latest block that qualify by each. */
static struct lull_finding latest_days(struct teller *t, enum lull_criterion_id id, int definition)
{
	const struct lull_criterion *k = &t->criteria->items[id];
	struct lull_finding f = blank(k->id, k->name, LULL_STATUS_UNKNOWN);
	f.source = k->source;
	f.mark = (enum lull_mark)k->mark;
	f.unit = "days";
	f.why = k->text;
	f.could_change = true;
	f.question = t->criteria->questions[id == LULL_ICHD_1_3_C3 ? LULL_ASK_TRIPTAN_RELIEF :
					    id == LULL_ICHD_1_3_C2 ? LULL_ASK_EVER_AURA :
								     LULL_ASK_FEATURES];
	if (t->c->n_blocks == 0)
		return f;
	const struct lull_block *b = &t->c->blocks[0];
	const struct lull_count *count = &b->days[definition];
	put_bounds(&f, b, count);
	f.status = lull_status_at_least(1, count->yes, (double)count->maybe + b->missing);
	f.could_change = f.status == LULL_STATUS_UNKNOWN;
	f.question = f.could_change ? f.question : NULL;
	f.why = TELL(t, "%u %s in the latest block, %u not known.", (unsigned)count->yes, days_word(count->yes),
		     (unsigned)count->maybe);
	return f;
}

static struct lull_finding tree_1_3(struct teller *t)
{
	struct lull_finding f = node(t, LULL_ICHD_1_3), c = months_node(t, LULL_ICHD_1_3_C, LULL_DAYDEF_MIGRAINE, "migraine");
	const struct lull_finding by[] = { latest_days(t, LULL_ICHD_1_3_C1, LULL_DAYDEF_MIGRAINE_C1),
					   latest_days(t, LULL_ICHD_1_3_C2, LULL_DAYDEF_MIGRAINE_C2),
					   latest_days(t, LULL_ICHD_1_3_C3, LULL_DAYDEF_MIGRAINE_C3) };
	struct lull_finding *all = children(t, c.n_children + 3);
	if (all) {
		if (c.n_children)
			memcpy(all, c.children, c.n_children * sizeof(*all));
		memcpy(all + c.n_children, by, sizeof(by));
		c.children = all;
		c.n_children += 3;
	}
	const struct lull_finding items[] = { months_node(t, LULL_ICHD_1_3_A, LULL_DAYDEF_HEADACHE, "headache"),
					      attacks_node(t, LULL_ICHD_1_3_B, &t->c->attacks.either,
							   "attacks of 1.1 B-D or 1.2 B-C"),
					      c, node(t, LULL_ICHD_1_3_D) };
	attach(t, &f, items, 4);
	const char *verdict = months_sentence(t, LULL_ICHD_1_3);
	if (f.status == LULL_NOT_MET) {
		struct lull_finding failing = f;
		for (size_t i = 4; i-- > 0;)
			if (items[i].status == LULL_NOT_MET)
				failing = items[i];
		verdict = TELL(t, "Fails %c, %s. Month: %s.", failing.code[strlen(failing.code) - 1], failing.name,
			       month_words(t));
	}
	f.why = TELL(t, "%s%s", verdict, band_sentence(t->c->band));
	return f;
}

static struct lull_finding tree_2(struct teller *t, enum lull_criterion_id whole, enum lull_criterion_id a,
				  enum lull_criterion_id d, enum lull_criterion_id e)
{
	struct lull_finding f = node(t, whole);
	const bool chronic = whole == LULL_ICHD_2_3;
	struct lull_finding first = chronic ? months_node(t, a, LULL_DAYDEF_TENSION_CHRONIC, "tension-type") :
					      attacks_node(t, a, &t->c->attacks.tension, "tension-type episodes");
	if (!chronic && t->c->n_blocks == 0)
		first.why = months_sentence(t, a);
	struct lull_finding items[] = { first, entries_node(t, LULL_ICHD_2_1_B), entries_node(t, LULL_ICHD_2_1_C),
					entries_node(t, d), node(t, e) };
	/* 2.2 and 2.3 share B, C and D with 2.1: the code says whose they are. */
	for (int i = 1; i < 4 && whole != LULL_ICHD_2_1; i++)
		items[i].code = TELL(t, "%s-%c", t->criteria->items[whole].id, 'A' + i);
	attach(t, &f, items, 5);
	return f;
}

static struct lull_finding tree_4_10(struct teller *t)
{
	struct lull_finding f = node(t, LULL_ICHD_4_10);
	struct lull_finding a = node(t, LULL_ICHD_4_10_A);
	if (t->c->n_blocks) {
		const struct lull_block *b = &t->c->blocks[0];
		const struct lull_count *hd = &b->days[LULL_DAYDEF_HEADACHE];
		put_bounds(&a, b, hd);
		a.why = TELL(t, "%u headache-free %s recorded in the latest block, %u missing.",
			     (unsigned)(b->recorded - hd->yes), days_word((unsigned)(b->recorded - hd->yes)),
			     (unsigned)b->missing);
		a.unit = "days";
	}
	const struct lull_finding items[] = { a, node(t, LULL_ICHD_4_10_B), node(t, LULL_ICHD_4_10_C),
					      node(t, LULL_ICHD_4_10_D) };
	attach(t, &f, items, 4);
	return f;
}

static struct lull_finding moh_node(struct teller *t, enum lull_criterion_id id)
{
	struct lull_finding f = node(t, id);
	if (t->c->n_blocks == 0) {
		f.why = months_sentence(t, id);
		return f;
	}
	const struct lull_block *b = &t->c->blocks[0];
	const struct lull_count *count = &b->drugs[lull_moh_group(id)];
	put_bounds(&f, b, count);
	f.why = TELL(t, "Latest block: %s %s",
		     count_sentence(t, b, count, lull_drug_group_names[lull_moh_group(id)], f.needed),
		     grade_sentence((enum lull_grade)t->c->grade[id]));
	return f;
}

static struct lull_finding tree_8_2(struct teller *t)
{
	struct lull_finding f = node(t, LULL_ICHD_8_2), b = node(t, LULL_ICHD_8_2_B);
	struct lull_finding a = node(t, LULL_ICHD_8_2_A);
	struct lull_finding subforms[LULL_N_MOH];
	for (int i = 0; i < LULL_N_MOH; i++)
		subforms[i] = moh_node(t, (enum lull_criterion_id)(LULL_MOH_FIRST + i));
	b.why = months_sentence(t, LULL_ICHD_8_2_B);
	attach(t, &b, subforms, LULL_N_MOH);
	if (t->c->n_blocks) {
		const struct lull_block *block = &t->c->blocks[0];
		put_bounds(&a, block, &block->days[LULL_DAYDEF_HEADACHE]);
		a.why = count_sentence(t, block, &block->days[LULL_DAYDEF_HEADACHE], "headache", a.needed);
	}
	const struct lull_finding items[] = { a, b, node(t, LULL_ICHD_8_2_C) };
	attach(t, &f, items, 3);
	f.why = months_sentence(t, LULL_ICHD_8_2);
	return f;
}

static struct lull_finding leaf(struct teller *t, enum lull_criterion_id id, const struct lull_count *count,
				const char *what)
{
	struct lull_finding f = node(t, id);
	f.counted = count->yes;
	f.bound_low = count->yes;
	f.bound_high = (double)count->yes + count->maybe;
	f.unit = "attacks";
	f.why = TELL(t, "%u %s in this diary, %u not known. %s", (unsigned)count->yes, what, (unsigned)count->maybe,
		     t->criteria->items[id].text);
	return f;
}

int lull_classify_explain(const struct lull_criteria *criteria, const struct lull_diary *diary,
			  const struct lull_classification *classification, struct lull_arena *arena,
			  const struct lull_finding **out, size_t *n_out, struct lull_err *err)
{
	struct teller t = { criteria, diary, classification, arena, false };
	const struct lull_attacks *a = &classification->attacks;
	const struct lull_finding trees[] = {
		tree_1_1(&t),
		tree_1_2(&t),
		tree_1_3(&t),
		leaf(&t, LULL_ICHD_1_4_1, &a->over_72_h, "debilitating attacks over 72 hours"),
		leaf(&t, LULL_ICHD_1_5_1, &a->probable, "attacks with all but one of B, C and D"),
		leaf(&t, LULL_ICHD_1_5_2, &a->probable_aura, "auras with too few features"),
		tree_2(&t, LULL_ICHD_2_1, LULL_ICHD_2_1_A, LULL_ICHD_2_1_D, LULL_ICHD_2_1_E),
		tree_2(&t, LULL_ICHD_2_2, LULL_ICHD_2_2_A, LULL_ICHD_2_1_D, LULL_ICHD_2_2_E),
		tree_2(&t, LULL_ICHD_2_3, LULL_ICHD_2_3_A, LULL_ICHD_2_3_D, LULL_ICHD_2_3_E),
		tree_4_10(&t),
		tree_8_2(&t),
	};
	struct lull_finding all = { 0 };
	attach(&t, &all, trees, sizeof(trees) / sizeof(*trees));
	if (t.failed)
		return lull_nomem(err);
	*out = all.children;
	*n_out = all.n_children;
	return LULL_OK;
}

/* ---- one entry ------------------------------------------------------------------------------------- */

static const char *duration_sentence(struct teller *t, const struct lull_entry *entry,
				     const struct lull_entry_class *cls)
{
	char hours[32];
	lull_num_text(hours, sizeof(hours), (double)entry->duration_min / 60.0, 1);
	switch ((enum lull_duration_reason)cls->duration_reason) {
	case LULL_DURATION_IN_WINDOW:
		return TELL(t, "Lasted %s h.", hours);
	case LULL_DURATION_LONG:
		return TELL(t, "Lasted %s h, longer than 72 h.", hours);
	case LULL_DURATION_SHORT:
		return TELL(t, "Lasted %s h, untreated or treated without success.", hours);
	case LULL_DURATION_SHORT_RELIEVED:
		return TELL(t, "Lasted %s h because a drug ended it: it may still be a migraine attack.", hours);
	case LULL_DURATION_SHORT_TREATED:
		return TELL(t, "Lasted %s h; a drug was taken and nothing says whether it helped.", hours);
	case LULL_DURATION_SHORT_UNASKED:
		return TELL(t, "Lasted %s h; nothing says whether a drug was taken.", hours);
	case LULL_DURATION_SLEPT:
		return TELL(t, "Lasted %s h until sleep; it runs to waking without headache.", hours);
	case LULL_DURATION_NOT_RECORDED:
		break;
	}
	return "The duration was not recorded.";
}

static struct lull_finding entry_node(struct teller *t, enum lull_criterion_id id, const struct lull_entry_class *cls)
{
	const struct lull_criterion *k = &t->criteria->items[id];
	struct lull_finding f = blank(k->id, k->name, (enum lull_status)cls->status[id]);
	f.why = k->text;
	f.source = k->source;
	f.mark = (enum lull_mark)k->mark;
	f.could_change = f.status == LULL_STATUS_UNKNOWN;
	f.needed = k->needed;
	f.unit = k->unit;
	return f;
}

static void entry_features(struct teller *t, struct lull_finding *f, const struct lull_entry_class *cls,
			   enum lull_criterion_id first, enum lull_criterion_id last)
{
	struct lull_finding items[LULL_N_ENTRY_CRITERIA];
	size_t n = 0;
	double yes = 0, maybe = 0;
	for (int id = (int)first; id <= (int)last; id++) {
		items[n] = entry_node(t, (enum lull_criterion_id)id, cls);
		yes += items[n].status == LULL_MET;
		maybe += items[n].status == LULL_STATUS_UNKNOWN;
		n++;
	}
	f->counted = yes;
	f->bound_low = yes;
	f->bound_high = yes + maybe;
	attach(t, f, items, n);
}

int lull_classify_explain_entry(const struct lull_criteria *criteria, const struct lull_entry *entry,
				const struct lull_entry_class *entry_class, struct lull_arena *arena,
				const struct lull_finding **out, size_t *n_out, struct lull_err *err)
{
	static const uint8_t ids[] = { LULL_ICHD_1_1_B, LULL_ICHD_1_1_C, LULL_ICHD_1_1_D, LULL_ICHD_1_2_B,
				       LULL_ICHD_1_2_C, LULL_ICHD_1_5_1_ATTACK, LULL_ICHD_1_5_2_ATTACK,
				       LULL_ICHD_2_1_B, LULL_ICHD_2_1_C, LULL_ICHD_2_1_D, LULL_ICHD_2_3_D,
				       LULL_ICHD_1_3_C1, LULL_ICHD_1_3_C2, LULL_ICHD_1_3_C3 };
	struct teller t = { criteria, NULL, NULL, arena, false };
	struct lull_finding items[sizeof(ids)], all = { 0 };
	for (size_t i = 0; i < sizeof(ids); i++)
		items[i] = entry_node(&t, (enum lull_criterion_id)ids[i], entry_class);
	if (entry->kind == LULL_ENTRY_HEADACHE)
		items[0].why = duration_sentence(&t, entry, entry_class);
	items[0].question = items[0].could_change ? criteria->questions[LULL_ASK_DURATION] : NULL;
	entry_features(&t, &items[1], entry_class, LULL_ICHD_1_1_C_UNILATERAL, LULL_ICHD_1_1_C_ACTIVITY);
	entry_features(&t, &items[2], entry_class, LULL_ICHD_1_1_D_NAUSEA, LULL_ICHD_1_1_D_LIGHT_SOUND);
	attach(&t, &all, items, sizeof(ids));
	if (t.failed)
		return lull_nomem(err);
	*out = all.children;
	*n_out = all.n_children;
	return LULL_OK;
}
