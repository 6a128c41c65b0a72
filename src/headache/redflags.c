/* redflags.c - SNNOOP10: items from knowledge, answers from the record, clearance by a clinician. */
#include "lull/headache/redflags.h"

#include <math.h>
#include <string.h>

#include "lull/base/schema.h"
#include "lull/base/yaml.h"

#define LULL_X(name, key) key,
const char *const lull_redflag_names[LULL_N_REDFLAGS + 1] = { LULL_REDFLAGS(LULL_X) NULL };
#undef LULL_X

/* ---- schemas -------------------------------------------------------------------------------- */

#define ANSWERS offsetof(struct lull_redflag_answers, items)
#define LULL_X(name, key) \
	{ key, LULL_F_ANSWER, ANSWERS + LULL_REDFLAG_##name * sizeof(enum lull_answer) },
static const struct lull_field answer_fields[] = {
	LULL_REDFLAGS(LULL_X)
	{ "age_at_onset_y", LULL_F_NUMBER, offsetof(struct lull_redflag_answers, age_at_onset_y), .min = 0,
	  .max = 120, .unit = "y", .what = "age when this headache first began" },
	{ "cleared", LULL_F_ANSWER, offsetof(struct lull_redflag_answers, cleared),
	  .what = "a clinician looked at the flags and cleared them" },
	{ NULL },
};
#undef LULL_X
const struct lull_schema lull_redflag_answers_schema = { "redflags", sizeof(struct lull_redflag_answers),
							 answer_fields, 0, NULL };

struct lull_redflag_answers lull_redflags_unasked(void)
{
	return (struct lull_redflag_answers){ .age_at_onset_y = NAN };
}

struct item_list {
	struct lull_redflag_item *items;
	size_t n_items;
};

#define AT(member) offsetof(struct lull_redflag_item, member)
static const struct lull_field item_fields[] = {
	{ "id", LULL_F_TEXT, AT(id) },
	{ "name", LULL_F_TEXT, AT(name), .required = true },
	{ "ask", LULL_F_TEXT, AT(question), .required = true },
	{ "informational", LULL_F_BOOL, AT(informational) },
	{ "onset_after_y", LULL_F_NUMBER, AT(onset_after_y), .min = 1, .max = 120, .unit = "y" },
	{ "source", LULL_F_TEXT, AT(source), .required = true },
	{ "mark", LULL_F_ENUM, AT(mark), .required = true, .names = lull_mark_names },
	{ NULL },
};
static const struct lull_schema item_schema = { "redflag", sizeof(struct lull_redflag_item), item_fields, 0, NULL };
static const struct lull_field list_fields[] = {
	{ "items", LULL_F_KEYED, offsetof(struct item_list, items), offsetof(struct item_list, n_items), true,
	  .sub = &item_schema },
	{ NULL },
};
static const struct lull_schema list_schema = { "redflags", sizeof(struct item_list), list_fields, 1, NULL };

/* ---- loading -------------------------------------------------------------------------------- */

static int take(const struct item_list *list, const char *path, struct lull_redflag_rules *out,
		struct lull_diags *diags)
{
	const size_t before = diags->n_errors;
	for (size_t i = 0; i < list->n_items; i++) {
		int id = 0;
		while (id < LULL_N_REDFLAGS && strcmp(lull_redflag_names[id], list->items[i].id) != 0)
			id++;
		if (id == LULL_N_REDFLAGS)
			lull_diags_addf(diags, LULL_ERROR, path, 0, 0, "a red flag that the program knows",
					lull_nearest_name(list->items[i].id, lull_redflag_names), "'%s'",
					list->items[i].id);
		else
			out->items[id] = list->items[i];
	}
	for (int id = 0; id < LULL_N_REDFLAGS; id++)
		if (!out->items[id].id)
			lull_diags_addf(diags, LULL_ERROR, path, 0, 0, lull_redflag_names[id], NULL, "an item is missing");
	if (out->items[LULL_REDFLAG_OLDER_AGE].id && isnan(out->items[LULL_REDFLAG_OLDER_AGE].onset_after_y))
		lull_diags_addf(diags, LULL_ERROR, path, 0, 0, "onset_after_y", NULL, "older_age_at_onset without an age");
	return diags->n_errors > before ? LULL_EPARSE : LULL_OK;
}

int lull_redflags_load(const struct lull_files *files, struct lull_arena *arena, struct lull_redflag_rules *out,
		       struct lull_diags *diags)
{
	static const char path[] = "criteria/redflags.yaml";
	struct item_list list;
	struct lull_doc doc;
	const struct lull_file *file = lull_files_get(files, path);
	*out = (struct lull_redflag_rules){ 0 };
	if (!file) {
		lull_diags_addf(diags, LULL_ERROR, path, 0, 0, "a knowledge file of this name", NULL, "no file");
		return LULL_ENOTFOUND;
	}
	int rc = lull_yaml_read(file->bytes, file->n_bytes, file->path, arena, &doc, diags);
	if (rc == LULL_OK)
		rc = lull_schema_bind(&doc, &list_schema, arena, &list, diags);
	return rc == LULL_OK ? take(&list, path, out, diags) : rc;
}

/* ---- judging -------------------------------------------------------------------------------- */

static enum lull_status status_of(const struct lull_redflag_rules *rules, const struct lull_redflag_answers *answers,
				  int id)
{
	const enum lull_answer answer = answers->items[id];
	if (answer == LULL_YES || answer == LULL_NO)
		return answer == LULL_YES ? LULL_MET : LULL_NOT_MET;
	if (id == LULL_REDFLAG_OLDER_AGE && !isnan(answers->age_at_onset_y))
		return answers->age_at_onset_y > rules->items[id].onset_after_y ? LULL_MET : LULL_NOT_MET;
	return LULL_STATUS_UNKNOWN;
}

void lull_redflags_run(const struct lull_redflag_rules *rules, const struct lull_redflag_answers *answers,
		       struct lull_redflag_result *out)
{
	*out = (struct lull_redflag_result){ .present = LULL_NOT_MET };
	for (int id = 0; id < LULL_N_REDFLAGS; id++) {
		const enum lull_status status = status_of(rules, answers, id);
		out->status[id] = (uint8_t)status;
		if (rules->items[id].informational)
			continue;
		out->present = lull_status_or(out->present, status);
		out->n_unasked += status == LULL_STATUS_UNKNOWN;
	}
	out->needs_clearance = out->present == LULL_MET && answers->cleared != LULL_YES;
}

static const char *sentence(const struct lull_redflag_result *result)
{
	if (result->needs_clearance)
		return "A red flag is present: automatic classification as a primary headache stops until a clinician "
		       "has cleared it.";
	if (result->present == LULL_MET)
		return "A red flag is present and a clinician has cleared it.";
	return result->present == LULL_NOT_MET ? "Every item was asked; none is present." :
						 "Not every item was asked.";
}

const struct lull_finding *lull_redflags_explain(const struct lull_redflag_rules *rules,
						 const struct lull_redflag_result *result, struct lull_arena *arena)
{
	struct lull_finding *root = LULL_ARENA_NEW(arena, struct lull_finding, 1 + LULL_N_REDFLAGS);
	if (!root)
		return NULL;
	struct lull_finding *items = root + 1;
	const struct lull_finding blank = { .counted = NAN, .needed = NAN, .missing = NAN, .bound_low = NAN,
					    .bound_high = NAN };
	*root = blank;
	root->code = "SNNOOP10";
	root->name = "Red flags of secondary headache";
	root->status = result->present;
	root->why = sentence(result);
	root->source = "snnoop10";
	root->mark = LULL_VERIFIED;
	root->could_change = result->present == LULL_STATUS_UNKNOWN || result->needs_clearance;
	root->children = items;
	root->n_children = LULL_N_REDFLAGS;
	for (int id = 0; id < LULL_N_REDFLAGS; id++) {
		const struct lull_redflag_item *rule = &rules->items[id];
		struct lull_finding *f = &items[id];
		*f = blank;
		f->code = lull_arena_printf(arena, "SNNOOP10-%d", id + 1);
		if (!f->code)
			return NULL;
		f->name = rule->name;
		f->status = (enum lull_status)result->status[id];
		f->could_change = f->status == LULL_STATUS_UNKNOWN;
		f->question = f->could_change ? rule->question : NULL;
		f->why = rule->informational ? "Information, not a block." : NULL;
		f->source = rule->source;
		f->mark = (enum lull_mark)rule->mark;
		if (f->question && !rule->informational && !root->question && root->could_change)
			root->question = f->question;
	}
	return root;
}
