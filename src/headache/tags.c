/* Triggers and measures: the knowledge, the counts, and the sentences that say no more than the counts do. */
#include "lull/headache/tags.h"

#include <math.h>

#include "lull/base/text.h"
#include "lull/base/yaml.h"
#include "lull/num/dist.h"
#include "lull/num/math.h"

const char *const lull_trigger_group_names[] = { "food", "drink", "mind", "sleep", "body", "surroundings", NULL };
const char *const lull_measure_grade_names[] = { "aan_a",  "aan_b",	"aan_c", "consortium_a",
						 "trial", "withdrawn", "none",	 NULL };
const char *const lull_measure_kind_names[] = { "preventive", "acute", "both", NULL };
const char *const lull_trigger_verdict_names[] = { "compared", "too_few", "too_short", "one_sided", "no_dates", NULL };

const char *lull_measure_grade_text(int grade)
{
	static const char *const texts[] = {
		"established as effective (AAN/AHS level A)",
		"probably effective (AAN/AHS level B)",
		"possibly effective (AAN/AHS level C)",
		"consistent trial evidence (US Headache Consortium grade A)",
		"studied, no grade given",
		"no longer advised",
		"no grade in our sources",
	};
	return texts[grade];
}

/* ---- knowledge ---------------------------------------------------------------------------- */

#define ROW(member, type_, ...) { .key = #member, .type = type_, .offset = offsetof(struct S, member), __VA_ARGS__ }
#define TEXT(member, what_) ROW(member, LULL_F_TEXT, .required = true, .what = what_)
#define NAMED(member, names_, what_) ROW(member, LULL_F_ENUM, .required = true, .names = names_, .what = what_)
#define MARKED TEXT(source, "keys of knowledge/sources"), NAMED(mark, lull_mark_names, "trust mark")

#define S lull_trigger
static const struct lull_field trigger_fields[] = {
	TEXT(id, "id"),
	TEXT(name, "name for people"),
	NAMED(group, lull_trigger_group_names, "group"),
	ROW(self_report_pct, LULL_F_NUMBER, .min = 0, .max = 100, .unit = "%", .what = "how many named it when asked"),
	ROW(note, LULL_F_TEXT, .what = "what is known"),
	MARKED,
	{ 0 }
};
static const struct lull_schema trigger_schema = { "trigger", sizeof(struct S), trigger_fields, 0, NULL };
#undef S

#define S lull_measure
static const struct lull_field measure_fields[] = {
	TEXT(id, "id"),
	TEXT(name, "name for people"),
	NAMED(use, lull_measure_kind_names, "preventive, acute or both"),
	NAMED(grade, lull_measure_grade_names, "how well it is supported"),
	TEXT(finding, "what was found"),
	ROW(caution, LULL_F_TEXT, .what = "what to look out for"),
	MARKED,
	{ 0 }
};
static const struct lull_schema measure_schema = { "measure", sizeof(struct S), measure_fields, 0, NULL };
#undef S

#define S lull_trigger_rule
static const struct lull_field rule_fields[] = {
	ROW(least_exposures, LULL_F_INT, .required = true, .min = 1, .max = 10000, .what = "days with the trigger"),
	ROW(least_days, LULL_F_INT, .required = true, .min = 1, .max = 10000, .what = "recorded days"),
	ROW(confidence_frac, LULL_F_NUMBER, .required = true, .min = 0.5, .max = 0.999, .what = "of the interval"),
	MARKED,
	{ 0 }
};
static const struct lull_schema rule_schema = { "rule", sizeof(struct S), rule_fields, 0, NULL };
#undef S

#define S lull_measures
static const struct lull_field set_fields[] = {
	ROW(rule, LULL_F_OBJECT, .required = true, .sub = &rule_schema, .what = "when a trigger is judged"),
	ROW(triggers, LULL_F_KEYED, .required = true, .sub = &trigger_schema,
	    .count_offset = offsetof(struct lull_measures, n_triggers), .what = "triggers by id"),
	ROW(measures, LULL_F_KEYED, .required = true, .sub = &measure_schema,
	    .count_offset = offsetof(struct lull_measures, n_measures), .what = "measures by id"),
	{ 0 }
};
static const struct lull_schema set_schema = { "measures", sizeof(struct S), set_fields, 1, NULL };
#undef S

int lull_measures_load(const struct lull_files *files, struct lull_arena *arena, struct lull_measures *out,
		       struct lull_diags *diags)
{
	static const char path[] = "measures.yaml";
	const struct lull_file *text = lull_files_get(files, path);
	struct lull_doc doc = { 0 };
	if (!text) {
		lull_diags_addf(diags, LULL_ERROR, path, 0, 0, "the file", NULL, "no file of that name");
		return LULL_ENOTFOUND;
	}
	const int rc = lull_yaml_read(text->bytes, text->n_bytes, path, arena, &doc, diags);
	return rc == LULL_OK ? lull_schema_bind(&doc, &set_schema, arena, out, diags) : rc;
}

const struct lull_trigger *lull_trigger_find(const struct lull_measures *set, const char *id)
{
	for (size_t i = 0; i < set->n_triggers; i++)
		if (lull_text_eq(set->triggers[i].id, id))
			return &set->triggers[i];
	return NULL;
}

const struct lull_measure *lull_measure_find(const struct lull_measures *set, const char *id)
{
	for (size_t i = 0; i < set->n_measures; i++)
		if (lull_text_eq(set->measures[i].id, id))
			return &set->measures[i];
	return NULL;
}

/* ---- statistics ---------------------------------------------------------------------------- */

/* Wilson score interval of k of n. */
static void wilson(int k, int n, double z, double *low, double *high)
{
	const double p = (double)k / n, zz = z * z / n;
	const double middle = (p + zz / 2) / (1 + zz);
	const double half = z * __builtin_sqrt(p * (1 - p) / n + zz / n / 4) / (1 + zz);
	*low = middle - half;
	*high = middle + half;
}

void lull_share_difference(int a, int n, int b, int m, double confidence_frac, double *difference, double *low,
			   double *high)
{
	const double z = lull_normal_quantile(0.5 + confidence_frac / 2);
	const double p = (double)a / n, q = (double)b / m;
	double p_low, p_high, q_low, q_high;
	wilson(a, n, z, &p_low, &p_high);
	wilson(b, m, z, &q_low, &q_high);
	*difference = p - q;
	*low = p - q - __builtin_sqrt((p - p_low) * (p - p_low) + (q_high - q) * (q_high - q));
	*high = p - q + __builtin_sqrt((p_high - p) * (p_high - p) + (q - q_low) * (q - q_low));
}

/* Ratio of two shares with Katz' interval on its logarithm; NAN when a count is 0. */
static void share_ratio(struct lull_trigger_count *t, double confidence_frac)
{
	const double a = t->days[1][1], n = a + t->days[1][0], b = t->days[0][1], m = b + t->days[0][0];
	if (a == 0 || b == 0)
		return;
	const double z = lull_normal_quantile(0.5 + confidence_frac / 2);
	const double spread = lull_exp(z * __builtin_sqrt(1 / a - 1 / n + 1 / b - 1 / m));
	t->ratio = t->risk_with / t->risk_without;
	t->ratio_low = t->ratio / spread;
	t->ratio_high = t->ratio * spread;
}

/* ---- counting ------------------------------------------------------------------------------ */

/* What one day (or undated entry) says of all tags: bits of the diary's lists. */
struct day_tags {
	bool recorded, headache;
	uint64_t known, yes;
};

static struct day_tags tags_of_day(const struct lull_diary *diary, size_t i)
{
	const struct lull_diary_day *day = &diary->days[i];
	struct day_tags t = { day->state != LULL_DAY_MISSING, day->state == LULL_DAY_HEADACHE, 0, 0 };
	for (uint32_t r = 0; r < day->n_refs; r++) {
		const struct lull_entry *entry = &diary->entries[diary->refs[day->first_ref + r]];
		t.known |= entry->triggers_known;
		t.yes |= entry->triggers_yes;
	}
	return t;
}

static struct day_tags tags_of_entry(const struct lull_entry *entry)
{
	return (struct day_tags){ true, entry->kind == LULL_ENTRY_HEADACHE, entry->triggers_known, entry->triggers_yes };
}

static void count_day(const struct day_tags *day, struct lull_trigger_count *triggers, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const uint64_t bit = UINT64_C(1) << i;
		if (!(day->known & bit))
			triggers[i].not_asked++;
		else
			triggers[i].days[(day->yes & bit) != 0][day->headache]++;
	}
}

static void judge(const struct lull_diary *diary, const struct lull_trigger_rule *rule, int n_recorded,
		  struct lull_trigger_count *t)
{
	const int with = t->days[1][0] + t->days[1][1], without = t->days[0][0] + t->days[0][1];
	const int headache = t->days[0][1] + t->days[1][1], free_days = t->days[0][0] + t->days[1][0];
	t->risk_with = with ? (double)t->days[1][1] / with : NAN;
	t->risk_without = without ? (double)t->days[0][1] / without : NAN;
	t->difference = t->low = t->high = t->ratio = t->ratio_low = t->ratio_high = NAN;
	if (!diary->dated)
		t->verdict = LULL_TRIGGER_NO_DATES;
	else if (!headache || !free_days)
		t->verdict = LULL_TRIGGER_ONE_SIDED;
	else if (with < rule->least_exposures || !without)
		t->verdict = LULL_TRIGGER_TOO_FEW;
	else if (n_recorded < rule->least_days)
		t->verdict = LULL_TRIGGER_TOO_SHORT;
	else
		t->verdict = LULL_TRIGGER_COMPARED;
	if (t->verdict != LULL_TRIGGER_COMPARED)
		return;
	lull_share_difference(t->days[1][1], with, t->days[0][1], without, rule->confidence_frac, &t->difference,
			      &t->low, &t->high);
	share_ratio(t, rule->confidence_frac);
}

/* ---- sentences ------------------------------------------------------------------------------ */

static int whole_percent(double frac)
{
	return (int)__builtin_floor(100 * frac + 0.5);
}

/* "1 day", "2 days" */
static const char *days_word(int n)
{
	return n == 1 ? "day" : "days";
}

static const char *entries_word(int n)
{
	return n == 1 ? "entry" : "entries";
}

static const char *sentence_of(const struct lull_trigger_count *t, const struct lull_trigger_rule *rule, int n_recorded,
			       struct lull_arena *arena)
{
	const int with = t->days[1][0] + t->days[1][1], without = t->days[0][0] + t->days[0][1];
	const char *name = t->known ? t->known->name : t->id;
	switch (t->verdict) {
	case LULL_TRIGGER_NO_DATES:
		return lull_arena_printf(arena, "%s: noted on %d %s, %d of them with headache. Without dates nothing can be compared.",
					 name, with, entries_word(with), t->days[1][1]);
	case LULL_TRIGGER_ONE_SIDED:
		return lull_arena_printf(arena, "%s: noted on %d %s, but it was asked on %s days only, so nothing can be compared.",
					 name, with, days_word(with), t->days[0][1] + t->days[1][1] ? "headache" : "headache-free");
	case LULL_TRIGGER_TOO_FEW:
		return lull_arena_printf(arena,
					 "%s: noted on %d %s and not on %d. Not enough to judge: at least %d days with it and some without are needed.",
					 name, with, days_word(with), without, (int)rule->least_exposures);
	case LULL_TRIGGER_TOO_SHORT:
		return lull_arena_printf(arena,
					 "%s: noted on %d %s. The diary has %d recorded days; at least %d are needed to judge a trigger.",
					 name, with, days_word(with), n_recorded, (int)rule->least_days);
	case LULL_TRIGGER_COMPARED:
		break;
	}
	return lull_arena_printf(arena,
				 "%s: headache on %d of %d days with it (%d %%) and on %d of %d without (%d %%); difference %d points, "
				 "%d %% interval %d to %d, wider in truth because headache days cluster. An association in one diary, "
				 "not a cause: an attack's beginning can look like a trigger.",
				 name, t->days[1][1], with, whole_percent(t->risk_with), t->days[0][1], without,
				 whole_percent(t->risk_without), whole_percent(t->difference), whole_percent(rule->confidence_frac),
				 whole_percent(t->low), whole_percent(t->high));
}

static const char *measure_sentence(const struct lull_measure_count *m, struct lull_arena *arena)
{
	if (!m->known)
		return lull_arena_printf(arena, "%s: used on %d %s, noted to help on %d. Not in our list of measures.", m->id,
					 m->n_used, entries_word(m->n_used), m->n_helped);
	return lull_arena_printf(arena, "%s: used on %d %s, noted to help on %d. Evidence: %s.", m->known->name,
				 m->n_used, entries_word(m->n_used), m->n_helped, lull_measure_grade_text(m->known->grade));
}

/* ---- public --------------------------------------------------------------------------------- */

static int count_triggers(const struct lull_diary *diary, const struct lull_measures *set, struct lull_arena *arena,
			  struct lull_tags *out)
{
	struct lull_trigger_count *list = LULL_ARENA_NEW(arena, struct lull_trigger_count, diary->n_triggers + 1);
	const size_t n_units = diary->dated ? diary->n_days : diary->n_entries;
	if (!list)
		return LULL_ENOMEM;
	for (size_t i = 0; i < n_units; i++) {
		const struct day_tags day = diary->dated ? tags_of_day(diary, i) : tags_of_entry(&diary->entries[i]);
		if (!day.recorded)
			continue;
		out->n_recorded++;
		count_day(&day, list, diary->n_triggers);
	}
	for (size_t i = 0; i < diary->n_triggers; i++) {
		list[i].id = diary->triggers[i];
		list[i].known = lull_trigger_find(set, list[i].id);
		judge(diary, &set->rule, out->n_recorded, &list[i]);
		list[i].sentence = sentence_of(&list[i], &set->rule, out->n_recorded, arena);
		if (!list[i].sentence)
			return LULL_ENOMEM;
	}
	out->triggers = list;
	out->n_triggers = diary->n_triggers;
	return LULL_OK;
}

static int count_measures(const struct lull_diary *diary, const struct lull_measures *set, struct lull_arena *arena,
			  struct lull_tags *out)
{
	struct lull_measure_count *list = LULL_ARENA_NEW(arena, struct lull_measure_count, diary->n_measures + 1);
	if (!list)
		return LULL_ENOMEM;
	for (size_t i = 0; i < diary->n_measures; i++) {
		const uint64_t bit = UINT64_C(1) << i;
		struct lull_measure_count *m = &list[i];
		m->id = diary->measures[i];
		m->known = lull_measure_find(set, m->id);
		for (size_t k = 0; k < diary->n_entries; k++) {
			const struct lull_entry *entry = &diary->entries[k];
			m->n_asked += (entry->measures_known & bit) != 0;
			m->n_used += (entry->measures_known & entry->measures_yes & bit) != 0;
			m->n_helped += (entry->measures_known & entry->measures_yes & entry->measures_helped & bit) != 0;
		}
		m->sentence = measure_sentence(m, arena);
		if (!m->sentence)
			return LULL_ENOMEM;
	}
	out->measures = list;
	out->n_measures = diary->n_measures;
	return LULL_OK;
}

int lull_tags_count(const struct lull_diary *diary, const struct lull_measures *set, struct lull_arena *arena,
		    struct lull_tags *out, struct lull_err *err)
{
	*out = (struct lull_tags){ 0 };
	if (diary->n_triggers > LULL_MAX_TAGS || diary->n_measures > LULL_MAX_TAGS)
		return lull_fail(err, LULL_ELIMIT, "diary", "more than %d triggers or measures", (int)LULL_MAX_TAGS);
	if (count_triggers(diary, set, arena, out) != LULL_OK || count_measures(diary, set, arena, out) != LULL_OK)
		return lull_nomem(err);
	return LULL_OK;
}
