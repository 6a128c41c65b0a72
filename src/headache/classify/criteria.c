/* criteria.c - the criteria's ids, and their wording and numbers from knowledge/criteria.
 *
 * The loader holds the two sets of ids equal: an id here without an entry there, an entry
 * there without an id here, and a number that a rule needs and the file lacks are errors
 * with their place. */
#include <math.h>
#include <string.h>

#include "classify_private.h"
#include "lull/base/schema.h"
#include "lull/base/yaml.h"

#define LULL_X(name, code) code,
const char *const lull_criterion_codes[LULL_N_CRITERIA + 1] = {
	LULL_CRITERIA_ENTRY(LULL_X) LULL_CRITERIA_PATIENT(LULL_X) NULL
};
const char *const lull_unknown_names[LULL_N_UNKNOWNS + 1] = { LULL_UNKNOWNS(LULL_X) NULL };
const char *const lull_label_names[LULL_N_LABELS + 1] = { LULL_LABELS(LULL_X) NULL };
const char *const lull_daydef_names[LULL_N_DAYDEFS + 1] = { LULL_DAY_DEFINITIONS(LULL_X) NULL };
const char *const lull_aura_codes[LULL_N_AURAS] = {
#define CODE(name, code) code,
	LULL_AURAS(CODE)
#undef CODE
};
const char *const lull_drug_group_names[LULL_N_GROUPS + 1] = { LULL_DRUG_GROUPS(LULL_X) NULL };
#undef LULL_X
const char *const lull_month_names[] = { "28", "30", "calendar", NULL };
const char *const lull_block_quality_names[] = { "too_few", "clinical", "trial", NULL };
const char *const lull_grade_names[] = { "INSUFFICIENT_DATA", "NOT_MET", "SUPPORTED_BY_DIARY_AND_HISTORY",
					 "PROVEN_BY_DIARY", NULL };
const char *const lull_band_names[] = { "unknown", "below_high_frequency", "high_frequency_episodic",
					"low_frequency_chronic", "high_frequency_chronic", NULL };

/* ---- what the files look like ------------------------------------------------------- */

struct value {
	const char *id, *unit, *text, *source;
	double value;
	int mark;
};

struct question {
	const char *id, *ask, *source;
	int mark;
};

struct chapter {
	struct lull_criterion *items;
	size_t n_items;
};

struct values {
	struct value *items;
	size_t n_items;
};

struct questions {
	struct question *items;
	size_t n_items;
};

#define AT(type, member) offsetof(struct type, member)

static const struct lull_field criterion_fields[] = {
	{ "id", LULL_F_TEXT, AT(lull_criterion, id) },
	{ "name", LULL_F_TEXT, AT(lull_criterion, name), .required = true },
	{ "text", LULL_F_TEXT, AT(lull_criterion, text), .required = true },
	{ "needed", LULL_F_NUMBER, AT(lull_criterion, needed), .min = 0, .max = 1000 },
	{ "at_most", LULL_F_NUMBER, AT(lull_criterion, at_most), .min = 0, .max = 1000 },
	{ "min_h", LULL_F_NUMBER, AT(lull_criterion, min_h), .min = 0, .max = 10000, .unit = "h" },
	{ "max_h", LULL_F_NUMBER, AT(lull_criterion, max_h), .min = 0, .max = 10000, .unit = "h" },
	{ "child_min_h", LULL_F_NUMBER, AT(lull_criterion, child_min_h), .min = 0, .max = 10000, .unit = "h" },
	{ "child_below_y", LULL_F_NUMBER, AT(lull_criterion, child_below_y), .min = 0, .max = 120, .unit = "y" },
	{ "unit", LULL_F_TEXT, AT(lull_criterion, unit) },
	{ "source", LULL_F_TEXT, AT(lull_criterion, source), .required = true },
	{ "mark", LULL_F_ENUM, AT(lull_criterion, mark), .required = true, .names = lull_mark_names },
	{ NULL },
};
static const struct lull_schema criterion_schema = { "criterion", sizeof(struct lull_criterion), criterion_fields,
						     0, NULL };
static const struct lull_field chapter_fields[] = {
	{ "criteria", LULL_F_KEYED, AT(chapter, items), AT(chapter, n_items), true, .sub = &criterion_schema },
	{ NULL },
};
static const struct lull_schema chapter_schema = { "criteria", sizeof(struct chapter), chapter_fields, 1, NULL };

static const struct lull_field value_fields[] = {
	{ "id", LULL_F_TEXT, AT(value, id) },
	{ "value", LULL_F_NUMBER, AT(value, value), .required = true, .min = 0, .max = 1000 },
	{ "unit", LULL_F_TEXT, AT(value, unit), .required = true },
	{ "text", LULL_F_TEXT, AT(value, text), .required = true },
	{ "source", LULL_F_TEXT, AT(value, source), .required = true },
	{ "mark", LULL_F_ENUM, AT(value, mark), .required = true, .names = lull_mark_names },
	{ NULL },
};
static const struct lull_schema value_schema = { "value", sizeof(struct value), value_fields, 0, NULL };
static const struct lull_field values_fields[] = {
	{ "values", LULL_F_KEYED, AT(values, items), AT(values, n_items), true, .sub = &value_schema },
	{ NULL },
};
static const struct lull_schema values_schema = { "counting", sizeof(struct values), values_fields, 1, NULL };

static const struct lull_field question_fields[] = {
	{ "id", LULL_F_TEXT, AT(question, id) },
	{ "ask", LULL_F_TEXT, AT(question, ask), .required = true },
	{ "source", LULL_F_TEXT, AT(question, source), .required = true },
	{ "mark", LULL_F_ENUM, AT(question, mark), .required = true, .names = lull_mark_names },
	{ NULL },
};
static const struct lull_schema question_schema = { "question", sizeof(struct question), question_fields, 0, NULL };
static const struct lull_field questions_fields[] = {
	{ "questions", LULL_F_KEYED, AT(questions, items), AT(questions, n_items), true, .sub = &question_schema },
	{ NULL },
};
static const struct lull_schema questions_schema = { "questions", sizeof(struct questions), questions_fields, 1,
						     NULL };

#define ANSWER(member, text) \
	{ #member, LULL_F_ANSWER, AT(lull_history, member), .what = text }
static const struct lull_field history_fields[] = {
	{ "age_y", LULL_F_NUMBER, AT(lull_history, age_y), .min = 0, .max = 120, .unit = "y", .what = "age" },
	ANSWER(lifetime_5_attacks, "at least 5 attacks of the full migraine kind in life"),
	ANSWER(lifetime_2_auras, "at least 2 attacks with aura in life"),
	ANSWER(lifetime_10_tension_type, "at least 10 episodes of tension-type headache in life"),
	ANSWER(ever_aura, "an aura, ever"),
	ANSWER(prior_migraine, "a clinician's earlier diagnosis of migraine"),
	ANSWER(over_3_months, "the present frequency has lasted more than 3 months"),
	ANSWER(overuse_over_3_months, "acute drugs taken this often for more than 3 months"),
	ANSWER(preexisting_headache, "a headache disorder before the overuse"),
	ANSWER(onset_distinct, "the first day of the daily headache is clearly remembered"),
	ANSWER(continuous_within_24_h, "continuous and unremitting within 24 hours of it"),
	ANSWER(overuse_before_daily, "overuse came before the daily headache"),
	ANSWER(hemicrania_continua, "hemicrania continua"),
	ANSWER(better_explained, "another disorder explains the headaches better"),
	{ NULL },
};
const struct lull_schema lull_history_schema = { "headache_history", sizeof(struct lull_history), history_fields, 0,
						 NULL };

struct lull_history lull_history_unasked(void)
{
	return (struct lull_history){ .age_y = NAN };
}

/* ---- loading ------------------------------------------------------------------------- */

static int read_file(const struct lull_files *files, const char *path, const struct lull_schema *schema,
		     struct lull_arena *arena, void *out, struct lull_diags *diags)
{
	struct lull_doc doc;
	const struct lull_file *file = lull_files_get(files, path);
	if (!file) {
		lull_diags_addf(diags, LULL_ERROR, path, 0, 0, "a knowledge file of this name", NULL, "no file");
		return LULL_ENOTFOUND;
	}
	const int rc = lull_yaml_read(file->bytes, file->n_bytes, file->path, arena, &doc, diags);
	return rc != LULL_OK ? rc : lull_schema_bind(&doc, schema, arena, out, diags);
}

static int index_of(const char *id, const char *const *names)
{
	for (int i = 0; names[i]; i++)
		if (strcmp(names[i], id) == 0)
			return i;
	return -1;
}

static void unknown_id(struct lull_diags *diags, const char *path, const char *id, const char *const *names)
{
	lull_diags_addf(diags, LULL_ERROR, path, 0, 0, "an id that the program knows", lull_nearest_name(id, names),
			"'%s'", id);
}

static int take_chapter(const struct lull_files *files, const char *path, struct lull_arena *arena,
			struct lull_criteria *out, struct lull_diags *diags)
{
	struct chapter chapter;
	const int rc = read_file(files, path, &chapter_schema, arena, &chapter, diags);
	if (rc != LULL_OK)
		return rc;
	for (size_t i = 0; i < chapter.n_items; i++) {
		const struct lull_criterion *item = &chapter.items[i];
		const int id = index_of(item->id, lull_criterion_codes);
		if (id < 0)
			unknown_id(diags, path, item->id, lull_criterion_codes);
		else if (out->items[id].id)
			lull_diags_addf(diags, LULL_ERROR, path, 0, 0, "each id once in all chapters", NULL, "'%s' again",
					item->id);
		else
			out->items[id] = *item;
	}
	return LULL_OK;
}

/* Which numbers the rules use. */
static const struct {
	uint8_t id;
	size_t offset;
	const char *key;
} numbers_needed[] = {
#define NUMBER(name, member) { LULL_ICHD_##name, AT(lull_criterion, member), #member }
	NUMBER(1_1_A, needed),	   NUMBER(1_1_B, min_h),      NUMBER(1_1_B, max_h),	 NUMBER(1_1_B, child_min_h),
	NUMBER(1_1_B, child_below_y), NUMBER(1_1_C, needed),  NUMBER(1_1_D, needed),	 NUMBER(1_2_A, needed),
	NUMBER(1_2_B, needed),	   NUMBER(1_2_C, needed),     NUMBER(1_3_A, needed),	 NUMBER(1_3_B, needed),
	NUMBER(1_3_C, needed),	   NUMBER(1_4_1, min_h),      NUMBER(2_1_A, needed),	 NUMBER(2_1_A, at_most),
	NUMBER(2_1_B, min_h),	   NUMBER(2_1_B, max_h),      NUMBER(2_1_C, needed),	 NUMBER(2_1_D, at_most),
	NUMBER(2_2_A, needed),	   NUMBER(2_2_A, at_most),    NUMBER(2_3_A, needed),	 NUMBER(2_3_D, at_most),
	NUMBER(8_2_A, needed),	   NUMBER(8_2_1, needed),     NUMBER(8_2_2, needed),	 NUMBER(8_2_3, needed),
	NUMBER(8_2_3_1, needed),   NUMBER(8_2_3_2, needed),   NUMBER(8_2_3_2_1, needed), NUMBER(8_2_3_3, needed),
	NUMBER(8_2_4, needed),	   NUMBER(8_2_5, needed),     NUMBER(8_2_6, needed),	 NUMBER(8_2_7, needed),
	NUMBER(8_2_8, needed),
#undef NUMBER
};

static void check_complete(const struct lull_criteria *criteria, struct lull_diags *diags)
{
	for (int id = 0; id < LULL_N_CRITERIA; id++) {
		if (!criteria->items[id].id)
			lull_diags_addf(diags, LULL_ERROR, "criteria/", 0, 0, "an entry for each id of the program", NULL,
					"no '%s'", lull_criterion_codes[id]);
		else if (criteria->items[id].mark == LULL_MARK_NONE)
			lull_diags_addf(diags, LULL_ERROR, "criteria/", 0, 0, "a trust mark", NULL, "'%s' has none",
					lull_criterion_codes[id]);
	}
	for (size_t i = 0; i < sizeof(numbers_needed) / sizeof(*numbers_needed); i++) {
		const struct lull_criterion *item = &criteria->items[numbers_needed[i].id];
		double number;
		if (!item->id)
			continue;
		memcpy(&number, (const char *)item + numbers_needed[i].offset, sizeof(number));
		if (isnan(number))
			lull_diags_addf(diags, LULL_ERROR, "criteria/", 0, 0, numbers_needed[i].key, NULL,
					"'%s' without this number", item->id);
	}
}

static const struct {
	const char *id;
	size_t offset;
} counting_values[] = {
#define VALUE(member) { #member, AT(lull_counting, member) }
	VALUE(month_days), VALUE(consecutive_blocks), VALUE(prorate_min_days), VALUE(trial_grade_days),
	VALUE(moderate_from), VALUE(severe_from), VALUE(hfem_from), VALUE(lfcm_from), VALUE(hfcm_from),
	VALUE(leiden_min_h), VALUE(trial_min_h), VALUE(status_migrainosus_h),
#undef VALUE
};
enum { N_COUNTING = sizeof(counting_values) / sizeof(*counting_values) };

static int take_counting(const struct lull_files *files, struct lull_arena *arena, struct lull_counting *out,
			 struct lull_diags *diags)
{
	static const char path[] = "criteria/counting.yaml";
	const char *names[N_COUNTING + 1] = { NULL };
	bool seen[N_COUNTING] = { false };
	struct values values;
	const int rc = read_file(files, path, &values_schema, arena, &values, diags);
	if (rc != LULL_OK)
		return rc;
	for (size_t i = 0; i < N_COUNTING; i++)
		names[i] = counting_values[i].id;
	for (size_t i = 0; i < values.n_items; i++) {
		const int id = index_of(values.items[i].id, names);
		if (id < 0) {
			unknown_id(diags, path, values.items[i].id, names);
			continue;
		}
		seen[id] = true;
		memcpy((char *)out + counting_values[id].offset, &values.items[i].value, sizeof(double));
	}
	for (size_t i = 0; i < N_COUNTING; i++)
		if (!seen[i])
			lull_diags_addf(diags, LULL_ERROR, path, 0, 0, names[i], NULL, "a value is missing");
	const double blocks = out->consecutive_blocks, month = out->month_days;
	if (month < 7 || month > 366 || month != floor(month))
		lull_diags_addf(diags, LULL_ERROR, path, 0, 0, "a whole number from 7 to 366", NULL, "month_days");
	if (blocks < 1 || blocks > LULL_RULE_BLOCKS || blocks != floor(blocks))
		lull_diags_addf(diags, LULL_ERROR, path, 0, 0, "a whole number from 1 to 6", NULL,
				"consecutive_blocks");
	return LULL_OK;
}

static int take_questions(const struct lull_files *files, struct lull_arena *arena, struct lull_criteria *out,
			  struct lull_diags *diags)
{
	static const char path[] = "criteria/questions.yaml";
	struct questions questions;
	const int rc = read_file(files, path, &questions_schema, arena, &questions, diags);
	if (rc != LULL_OK)
		return rc;
	for (size_t i = 0; i < questions.n_items; i++) {
		const int id = index_of(questions.items[i].id, lull_unknown_names);
		if (id <= LULL_ASK_NONE)
			unknown_id(diags, path, questions.items[i].id, lull_unknown_names + 1);
		else
			out->questions[id] = questions.items[i].ask;
	}
	for (int id = LULL_ASK_NONE + 1; id < LULL_N_UNKNOWNS; id++)
		if (!out->questions[id])
			lull_diags_addf(diags, LULL_ERROR, path, 0, 0, lull_unknown_names[id], NULL,
					"a question is missing");
	return LULL_OK;
}

int lull_criteria_load(const struct lull_files *files, struct lull_arena *arena, struct lull_criteria *out,
		       struct lull_diags *diags)
{
	static const char *const chapters[] = { "criteria/m1.yaml", "criteria/m2.yaml", "criteria/m4.yaml",
						"criteria/m8.yaml" };
	const size_t n_before = diags->n_errors;
	*out = (struct lull_criteria){ 0 };
	for (size_t i = 0; i < sizeof(chapters) / sizeof(*chapters); i++) {
		const int rc = take_chapter(files, chapters[i], arena, out, diags);
		if (rc != LULL_OK)
			return rc;
	}
	int rc = take_counting(files, arena, &out->counting, diags);
	if (rc == LULL_OK)
		rc = take_questions(files, arena, out, diags);
	if (rc != LULL_OK)
		return rc;
	check_complete(out, diags);
	if (diags->out_of_memory)
		return LULL_ENOMEM;
	return diags->n_errors > n_before ? LULL_EPARSE : LULL_OK;
}
