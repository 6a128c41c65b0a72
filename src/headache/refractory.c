/* refractory.c - did a treatment fail, did its class, and what do five definitions make of it?
 *
 * EVIDENCE: Sacco 2020 (EHF), Schulman 2008 (AHS), Martelletti 2014 (EHF rCM), D'Antona & Matharu
 * 2019; knowledge/criteria/refractory.yaml holds numbers, classes and drugs. */
#include "lull/headache/refractory.h"

#include <math.h>
#include <string.h>

#include "lull/base/schema.h"
#include "lull/base/text.h"
#include "lull/base/yaml.h"
#include "lull/headache/classify.h"

#define LULL_X(name, key) key,
const char *const lull_treatment_kind_names[] = { LULL_TREATMENT_KINDS(LULL_X) NULL };
const char *const lull_outcome_names[] = { LULL_OUTCOMES(LULL_X) NULL };
const char *const lull_preventive_names[] = { LULL_PREVENTIVES(LULL_X) NULL };
const char *const lull_definition_names[] = { LULL_DEFINITIONS(LULL_X) NULL };
const char *const lull_acute_set_names[] = { LULL_ACUTE_SETS(LULL_X) NULL };
const char *const lull_refractory_part_names[] = { LULL_PARTS(LULL_X) NULL };
#undef LULL_X

enum { DAYS_A_MONTH = 28 };

/* ---- schemas -------------------------------------------------------------------------------- */

#define AT(type, member) offsetof(struct type, member)

static const struct lull_field treatment_fields[] = {
	{ "kind", LULL_F_ENUM, AT(lull_treatment, kind), .required = true, .names = lull_treatment_kind_names },
	{ "drug", LULL_F_TEXT, AT(lull_treatment, drug), .required = true, .what = "ingredient, or what was done" },
	{ "class", LULL_F_TEXT, AT(lull_treatment, drug_class), .what = "preventive class, if not found by drug" },
	{ "start", LULL_F_DAY, AT(lull_treatment, start) },
	{ "end", LULL_F_DAY, AT(lull_treatment, end) },
	{ "months", LULL_F_NUMBER, AT(lull_treatment, months), .min = 0, .max = 1200, .unit = "months" },
	{ "cycles", LULL_F_NUMBER, AT(lull_treatment, cycles), .min = 0, .max = 400,
	  .what = "quarterly cycles of onabotulinumtoxinA" },
	{ "max_dose_mg_per_day", LULL_F_NUMBER, AT(lull_treatment, max_dose_mg_per_day), .min = 0, .max = 100000,
	  .unit = "mg/d" },
	{ "dose_adequate", LULL_F_ANSWER, AT(lull_treatment, dose_adequate),
	  .what = "the optimal or the maximum tolerated dose was reached" },
	{ "outcome", LULL_F_ENUM, AT(lull_treatment, outcome), .required = true, .names = lull_outcome_names },
	{ "reduction_percent", LULL_F_NUMBER, AT(lull_treatment, reduction_percent), .min = -1000, .max = 100,
	  .unit = "%", .what = "fewer headache days" },
	{ "note", LULL_F_TEXT, AT(lull_treatment, note) },
	{ NULL },
};
const struct lull_schema lull_treatment_schema = { "treatment", sizeof(struct lull_treatment), treatment_fields, 0,
						   NULL };

struct rules_file {
	double triptans_needed, bont_nonresponse_percent;
	struct lull_drug_class *classes, *acute;
	struct lull_trial_rule *trials;
	struct lull_definition *definitions;
	struct lull_refractory_text *parts;
	size_t n_classes, n_acute, n_trials, n_definitions, n_parts;
};

#define SOURCE_AND_MARK(type)                                                  \
	{ "source", LULL_F_TEXT, AT(type, source), .required = true },         \
	{ "mark", LULL_F_ENUM, AT(type, mark), .required = true, .names = lull_mark_names }, \
	{ NULL }
#define TEXTS(type, key, member) \
	{ key, LULL_F_TEXTS, AT(type, member), AT(type, n_##member) }

static const struct lull_field class_fields[] = {
	{ "id", LULL_F_TEXT, AT(lull_drug_class, id) },
	{ "name", LULL_F_TEXT, AT(lull_drug_class, name), .required = true },
	TEXTS(lull_drug_class, "drugs", drugs),
	{ "chronic_only", LULL_F_BOOL, AT(lull_drug_class, chronic_only) },
	SOURCE_AND_MARK(lull_drug_class),
};
static const struct lull_schema class_schema = { "class", sizeof(struct lull_drug_class), class_fields, 0, NULL };

static const struct lull_field trial_fields[] = {
	{ "id", LULL_F_TEXT, AT(lull_trial_rule, id) },
	{ "text", LULL_F_TEXT, AT(lull_trial_rule, text), .required = true },
	{ "min_months", LULL_F_NUMBER, AT(lull_trial_rule, min_months), .min = 0, .max = 60, .unit = "months" },
	{ "min_cycles", LULL_F_NUMBER, AT(lull_trial_rule, min_cycles), .min = 0, .max = 20 },
	TEXTS(lull_trial_rule, "drugs", drugs),
	SOURCE_AND_MARK(lull_trial_rule),
};
static const struct lull_schema trial_schema = { "trial", sizeof(struct lull_trial_rule), trial_fields, 0, NULL };

static const struct lull_field set_fields[] = {
	{ "id", LULL_F_TEXT, AT(lull_drug_set, id) },
	TEXTS(lull_drug_set, "drugs", drugs),
	{ NULL },
};
static const struct lull_schema set_schema = { "drugs", sizeof(struct lull_drug_set), set_fields, 0, NULL };

static const struct lull_field definition_fields[] = {
	{ "id", LULL_F_TEXT, AT(lull_definition, id) },
	{ "name", LULL_F_TEXT, AT(lull_definition, name), .required = true },
	{ "text", LULL_F_TEXT, AT(lull_definition, text), .required = true },
	{ "needed", LULL_F_NUMBER, AT(lull_definition, needed), .min = 1, .max = 20 },
	{ "count_drugs", LULL_F_BOOL, AT(lull_definition, count_drugs) },
	{ "months", LULL_F_NUMBER, AT(lull_definition, months), .min = 1, .max = 6, .unit = "months" },
	{ "days_a_month", LULL_F_NUMBER, AT(lull_definition, days_a_month), .min = 1, .max = 28, .unit = "days" },
	{ "trial_months", LULL_F_NUMBER, AT(lull_definition, trial_months), .min = 0, .max = 60, .unit = "months" },
	{ "efficacy_percent", LULL_F_NUMBER, AT(lull_definition, efficacy_percent), .required = true, .min = 1,
	  .max = 100, .unit = "%" },
	TEXTS(lull_definition, "classes", classes),
	TEXTS(lull_definition, "without_drugs", without_drugs),
	{ "special", LULL_F_KEYED, AT(lull_definition, special), AT(lull_definition, n_special), .sub = &set_schema },
	{ "special_needed", LULL_F_NUMBER, AT(lull_definition, special_needed), .min = 1, .max = 10 },
	SOURCE_AND_MARK(lull_definition),
};
static const struct lull_schema definition_schema = { "definition", sizeof(struct lull_definition),
						      definition_fields, 0, NULL };

static const struct lull_field part_fields[] = {
	{ "id", LULL_F_TEXT, AT(lull_refractory_text, id) },
	{ "name", LULL_F_TEXT, AT(lull_refractory_text, name), .required = true },
	{ "ask", LULL_F_TEXT, AT(lull_refractory_text, ask), .required = true },
	SOURCE_AND_MARK(lull_refractory_text),
};
static const struct lull_schema part_schema = { "part", sizeof(struct lull_refractory_text), part_fields, 0, NULL };

#define LIST(key, member, schema) \
	{ key, LULL_F_KEYED, AT(rules_file, member), AT(rules_file, n_##member), true, .sub = &schema }
static const struct lull_field rules_fields[] = {
	{ "triptans_needed", LULL_F_NUMBER, AT(rules_file, triptans_needed), .required = true, .min = 1, .max = 7 },
	{ "bont_nonresponse_percent", LULL_F_NUMBER, AT(rules_file, bont_nonresponse_percent), .required = true,
	  .min = 1, .max = 100, .unit = "%" },
	LIST("classes", classes, class_schema),
	LIST("acute", acute, class_schema),
	LIST("trials", trials, trial_schema),
	LIST("definitions", definitions, definition_schema),
	LIST("parts", parts, part_schema),
	{ NULL },
};
static const struct lull_schema rules_schema = { "refractory", sizeof(struct rules_file), rules_fields, 1, NULL };

/* ---- loading -------------------------------------------------------------------------------- */

static const char path[] = "criteria/refractory.yaml";

static int index_of(const char *id, const char *const *names)
{
	for (int i = 0; names[i]; i++)
		if (strcmp(names[i], id) == 0)
			return i;
	return -1;
}

/* Puts items read in file order into their places by id; each id once, all of them there. The id is the
 * first member of every struct here. */
static void place(const void *items, size_t n, size_t size, const char *const *names, void *out,
		  struct lull_diags *diags)
{
	for (size_t i = 0; i < n; i++) {
		const char *from = (const char *)items + i * size, *id;
		memcpy(&id, from, sizeof(id));
		const int at = index_of(id, names);
		if (at < 0)
			lull_diags_addf(diags, LULL_ERROR, path, 0, 0, "an id that the program knows",
					lull_nearest_name(id, names), "'%s'", id);
		else
			memcpy((char *)out + (size_t)at * size, from, size);
	}
	for (size_t i = 0; names[i]; i++) {
		const char *id;
		memcpy(&id, (char *)out + i * size, sizeof(id));
		if (!id)
			lull_diags_addf(diags, LULL_ERROR, path, 0, 0, names[i], NULL, "it is missing");
	}
}

static void check_class_ids(const struct lull_definition *definition, struct lull_diags *diags)
{
	for (size_t i = 0; i < definition->n_classes; i++)
		if (index_of(definition->classes[i], lull_preventive_names) < 0)
			lull_diags_addf(diags, LULL_ERROR, path, 0, 0, "a preventive class",
					lull_nearest_name(definition->classes[i], lull_preventive_names), "'%s' in %s",
					definition->classes[i], definition->id);
}

int lull_refractory_load(const struct lull_files *files, struct lull_arena *arena, struct lull_refractory_rules *out,
			 struct lull_diags *diags)
{
	struct rules_file file = { 0 };
	struct lull_doc doc;
	const struct lull_file *bytes = lull_files_get(files, path);
	*out = (struct lull_refractory_rules){ 0 };
	if (!bytes) {
		lull_diags_addf(diags, LULL_ERROR, path, 0, 0, "a knowledge file of this name", NULL, "no file");
		return LULL_ENOTFOUND;
	}
	int rc = lull_yaml_read(bytes->bytes, bytes->n_bytes, bytes->path, arena, &doc, diags);
	if (rc == LULL_OK)
		rc = lull_schema_bind(&doc, &rules_schema, arena, &file, diags);
	if (rc != LULL_OK)
		return rc;
	const size_t before = diags->n_errors;
	place(file.classes, file.n_classes, sizeof(*file.classes), lull_preventive_names, out->classes, diags);
	place(file.acute, file.n_acute, sizeof(*file.acute), lull_acute_set_names, out->acute, diags);
	place(file.definitions, file.n_definitions, sizeof(*file.definitions), lull_definition_names, out->definitions,
	      diags);
	place(file.parts, file.n_parts, sizeof(*file.parts), lull_refractory_part_names, out->parts, diags);
	for (size_t i = 0; i < file.n_definitions; i++)
		check_class_ids(&file.definitions[i], diags);
	out->trials = file.trials;
	out->n_trials = file.n_trials;
	out->triptans_needed = file.triptans_needed;
	out->bont_nonresponse_percent = file.bont_nonresponse_percent;
	return diags->n_errors > before ? LULL_EPARSE : LULL_OK;
}

/* ---- one treatment --------------------------------------------------------------------------- */

static bool lists(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (lull_text_casecmp(names[i], name) == 0)
			return true;
	return false;
}

const struct lull_drug_class *lull_preventive_class(const struct lull_refractory_rules *rules, const char *drug)
{
	for (int i = 0; i < LULL_N_PREVENTIVES; i++)
		if (drug && lists(rules->classes[i].drugs, rules->classes[i].n_drugs, drug))
			return &rules->classes[i];
	return NULL;
}

/* Index of a treatment's class, stated or by its drug; -1 not recognised. */
static int class_of(const struct lull_refractory_rules *rules, const struct lull_treatment *t)
{
	if (t->drug_class)
		return index_of(t->drug_class, lull_preventive_names);
	const struct lull_drug_class *found = lull_preventive_class(rules, t->drug);
	return found ? (int)(found - rules->classes) : -1;
}

static enum lull_status from_answer(enum lull_answer answer)
{
	return answer == LULL_YES ? LULL_MET : answer == LULL_NO ? LULL_NOT_MET : LULL_STATUS_UNKNOWN;
}

static enum lull_status at_least(double value, double need)
{
	if (isnan(need))
		return LULL_MET;
	return isnan(value) ? LULL_STATUS_UNKNOWN : value >= need ? LULL_MET : LULL_NOT_MET;
}

static double months_of(const struct lull_treatment *t)
{
	if (t->start != LULL_DAY_NONE && t->end != LULL_DAY_NONE && t->end >= t->start)
		return (double)(t->end - t->start + 1) / DAYS_A_MONTH;
	return t->months;
}

/* The rule for an adequate trial of this drug: its own, else the one without a list. */
static const struct lull_trial_rule *trial_rule(const struct lull_refractory_rules *rules, const char *drug)
{
	const struct lull_trial_rule *general = NULL;
	for (size_t i = 0; i < rules->n_trials; i++) {
		if (rules->trials[i].n_drugs == 0)
			general = &rules->trials[i];
		else if (drug && lists(rules->trials[i].drugs, rules->trials[i].n_drugs, drug))
			return &rules->trials[i];
	}
	return general;
}

static enum lull_status long_enough(const struct lull_refractory_rules *rules, const struct lull_definition *definition,
				    const struct lull_treatment *t)
{
	const struct lull_trial_rule *rule = trial_rule(rules, t->drug);
	if (rule && !isnan(rule->min_cycles))
		return at_least(t->cycles, rule->min_cycles);
	const double months = !isnan(definition->trial_months) ? definition->trial_months :
			      rule			       ? rule->min_months :
								 (double)NAN;
	return at_least(months_of(t), months);
}

enum lull_status lull_treatment_failed(const struct lull_refractory_rules *rules,
				       const struct lull_definition *definition, const struct lull_treatment *t)
{
	switch ((enum lull_outcome_kind)t->outcome) {
	case LULL_OUTCOME_INTOLERANCE:
	case LULL_OUTCOME_CONTRAINDICATED:
		return LULL_MET;
	case LULL_OUTCOME_SUCCESS:
	case LULL_OUTCOME_UNAVAILABLE: /* could not be had: not failed */
	case LULL_OUTCOME_ONGOING:
		return LULL_NOT_MET;
	case LULL_OUTCOME_NO_EFFICACY:
		if (!isnan(t->reduction_percent) && t->reduction_percent >= definition->efficacy_percent)
			return LULL_NOT_MET; /* a response, whatever it was called */
		return lull_status_and(from_answer(t->dose_adequate), long_enough(rules, definition, t));
	case LULL_OUTCOME_UNKNOWN:
	case LULL_N_OUTCOMES:
		break;
	}
	return LULL_STATUS_UNKNOWN;
}

/* ---- classes and drugs, by a definition ------------------------------------------------------- */

struct tally {
	double yes, maybe;
};

static void add(struct tally *tally, enum lull_status status)
{
	tally->yes += status == LULL_MET;
	tally->maybe += status == LULL_STATUS_UNKNOWN;
}

static bool counts_here(const struct lull_definition *definition, int class_id, const char *drug)
{
	if (definition->n_classes && !lists(definition->classes, definition->n_classes, lull_preventive_names[class_id]))
		return false;
	return !drug || !lists(definition->without_drugs, definition->n_without_drugs, drug);
}

/* Did this class fail? Some trial in it did; what an incomplete history does not list, and drugs whose class
 * is not known, leave it open. */
static enum lull_status class_failed(const struct lull_refractory_rules *rules, const struct lull_definition *definition,
				     const struct lull_treatment_history *history, const struct lull_burden *burden,
				     int class_id)
{
	enum lull_status failed = history->complete == LULL_YES ? LULL_NOT_MET : LULL_STATUS_UNKNOWN;
	if (!counts_here(definition, class_id, NULL))
		return LULL_NOT_MET;
	for (size_t i = 0; i < history->n_items; i++) {
		const struct lull_treatment *t = &history->items[i];
		if (t->kind != LULL_TREATMENT_PREVENTIVE)
			continue;
		const int id = class_of(rules, t);
		const enum lull_status this_one = lull_treatment_failed(rules, definition, t);
		if (id == class_id && counts_here(definition, id, t->drug))
			failed = lull_status_or(failed, this_one);
		else if (id < 0 && this_one != LULL_NOT_MET)
			failed = lull_status_or(failed, LULL_STATUS_UNKNOWN);
	}
	/* A class for chronic migraine alone counts only there. */
	return rules->classes[class_id].chronic_only ? lull_status_and(failed, burden->chronic) : failed;
}

/* Was the same drug already seen among the first n treatments of this kind? */
static bool seen_before(const struct lull_treatment_history *history, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (history->items[i].kind == history->items[n].kind &&
		    lull_text_casecmp(history->items[i].drug, history->items[n].drug) == 0)
			return true;
	return false;
}

/* All trials of one drug together: failed when one of them did. */
static enum lull_status drug_failed(const struct lull_refractory_rules *rules, const struct lull_definition *definition,
				    const struct lull_treatment_history *history, const char *drug)
{
	enum lull_status failed = LULL_NOT_MET;
	for (size_t i = 0; i < history->n_items; i++)
		if (history->items[i].kind == LULL_TREATMENT_PREVENTIVE &&
		    lull_text_casecmp(history->items[i].drug, drug) == 0)
			failed = lull_status_or(failed, lull_treatment_failed(rules, definition, &history->items[i]));
	return failed;
}

static struct tally count_drugs(const struct lull_refractory_rules *rules, const struct lull_definition *definition,
				const struct lull_treatment_history *history)
{
	struct tally tally = { 0, history->complete == LULL_YES ? 0 : LULL_N_PREVENTIVES };
	for (size_t i = 0; i < history->n_items; i++) {
		const struct lull_treatment *t = &history->items[i];
		if (t->kind != LULL_TREATMENT_PREVENTIVE || seen_before(history, i))
			continue;
		const int id = class_of(rules, t);
		const enum lull_status failed = drug_failed(rules, definition, history, t->drug);
		if (id >= 0 && counts_here(definition, id, t->drug))
			add(&tally, failed);
		else if (id < 0 && failed != LULL_NOT_MET)
			tally.maybe++;
	}
	return tally;
}

static struct tally count_classes(const struct lull_refractory_rules *rules, const struct lull_definition *definition,
				  const struct lull_treatment_history *history, const struct lull_burden *burden)
{
	struct tally tally = { 0, 0 };
	for (int id = 0; id < LULL_N_PREVENTIVES; id++)
		add(&tally, class_failed(rules, definition, history, burden, id));
	return tally;
}

/* Every class of the definition failed; one for chronic migraine alone is asked of chronic migraine alone. */
static enum lull_status all_classes(const struct lull_refractory_rules *rules, const struct lull_definition *definition,
				    const struct lull_treatment_history *history, const struct lull_burden *burden)
{
	enum lull_status all = LULL_MET;
	struct lull_burden as_chronic = *burden;
	as_chronic.chronic = LULL_MET;
	for (int id = 0; id < LULL_N_PREVENTIVES; id++) {
		enum lull_status failed;
		if (!counts_here(definition, id, NULL))
			continue;
		failed = class_failed(rules, definition, history, &as_chronic, id);
		if (rules->classes[id].chronic_only && burden->chronic != LULL_MET)
			failed = burden->chronic == LULL_NOT_MET ? LULL_MET : lull_status_or(failed, LULL_STATUS_UNKNOWN);
		all = lull_status_and(all, failed);
	}
	return all;
}

static enum lull_status special_failed(const struct lull_refractory_rules *rules, const struct lull_definition *definition,
				       const struct lull_treatment_history *history)
{
	struct tally tally = { 0, 0 };
	for (size_t s = 0; s < definition->n_special; s++) {
		enum lull_status failed = history->complete == LULL_YES ? LULL_NOT_MET : LULL_STATUS_UNKNOWN;
		for (size_t i = 0; i < history->n_items; i++)
			if (history->items[i].kind == LULL_TREATMENT_PREVENTIVE &&
			    lists(definition->special[s].drugs, definition->special[s].n_drugs, history->items[i].drug))
				failed = lull_status_or(failed,
							lull_treatment_failed(rules, definition, &history->items[i]));
		add(&tally, failed);
	}
	return lull_status_at_least(definition->special_needed, tally.yes, tally.maybe);
}

/* ---- acute drugs ------------------------------------------------------------------------------- */

/* An acute drug failed by lack of effect or tolerability; a contraindication is not a failure in the
 * wording read, and is left to the clinician. */
static enum lull_status acute_failed(const struct lull_treatment *t)
{
	switch ((enum lull_outcome_kind)t->outcome) {
	case LULL_OUTCOME_NO_EFFICACY:
	case LULL_OUTCOME_INTOLERANCE:
		return t->dose_adequate == LULL_NO && t->outcome == LULL_OUTCOME_NO_EFFICACY ? LULL_NOT_MET : LULL_MET;
	case LULL_OUTCOME_SUCCESS:
	case LULL_OUTCOME_UNAVAILABLE:
	case LULL_OUTCOME_ONGOING:
		return LULL_NOT_MET;
	default:
		return LULL_STATUS_UNKNOWN;
	}
}

/* Different drugs of an acute set that failed. */
static struct tally count_acute(const struct lull_refractory_rules *rules, const struct lull_treatment_history *history,
				enum lull_acute_set set)
{
	const struct lull_drug_class *drugs = &rules->acute[set];
	struct tally tally = { 0, history->complete == LULL_YES ? 0 : (double)drugs->n_drugs };
	for (size_t i = 0; i < history->n_items; i++) {
		const struct lull_treatment *t = &history->items[i];
		if (t->kind != LULL_TREATMENT_ACUTE || seen_before(history, i))
			continue;
		const bool by_class = t->drug_class && strcmp(t->drug_class, lull_acute_set_names[set]) == 0;
		if (by_class || lists(drugs->drugs, drugs->n_drugs, t->drug)) {
			enum lull_status failed = LULL_NOT_MET;
			for (size_t k = i; k < history->n_items; k++)
				if (history->items[k].kind == LULL_TREATMENT_ACUTE &&
				    lull_text_casecmp(history->items[k].drug, t->drug) == 0)
					failed = lull_status_or(failed, acute_failed(&history->items[k]));
			add(&tally, failed);
		}
	}
	return tally;
}

static enum lull_status acute_at_least(const struct lull_refractory_rules *rules,
				       const struct lull_treatment_history *history, enum lull_acute_set set, double need)
{
	const struct tally tally = count_acute(rules, history, set);
	return lull_status_at_least(need, tally.yes, tally.maybe);
}

/* ---- definitions ----------------------------------------------------------------------------------- */

/* Which parts each definition asks for. */
static const uint16_t parts_of[LULL_N_DEFINITIONS] = {
#define PART(name) (1u << LULL_PART_##name)
#define EHF2020 (PART(DIAGNOSIS) | PART(DEBILITATING) | PART(RELIEF) | PART(TRIPTANS) | PART(CLASSES))
	[LULL_DEFINITION_EHF2020_RESISTANT] = EHF2020,
	[LULL_DEFINITION_EHF2020_REFRACTORY] = EHF2020,
	[LULL_DEFINITION_AHS2008] = PART(DIAGNOSIS) | PART(INTERFERENCE) | PART(CLASSES) | PART(ACUTE_TRIPTAN) |
				    PART(ACUTE_DHE) | PART(ACUTE_ANALGESIC),
	[LULL_DEFINITION_EHF2014] = PART(CHRONIC) | PART(NO_OVERUSE) | PART(CLASSES),
	[LULL_DEFINITION_DANTONA2019] = PART(CHRONIC) | PART(NO_OVERUSE) | PART(CLASSES) | PART(SPECIAL),
#undef EHF2020
#undef PART
};

static enum lull_status not_overused(enum lull_status overuse)
{
	return overuse == LULL_MET ? LULL_NOT_MET : overuse == LULL_NOT_MET ? LULL_MET : LULL_STATUS_UNKNOWN;
}

static enum lull_status classes_part(const struct lull_refractory_rules *rules, const struct lull_definition *definition,
				     const struct lull_treatment_history *history, const struct lull_burden *burden)
{
	if (isnan(definition->needed))
		return all_classes(rules, definition, history, burden);
	const struct tally tally = definition->count_drugs ? count_drugs(rules, definition, history) :
							     count_classes(rules, definition, history, burden);
	return lull_status_at_least(definition->needed, tally.yes, tally.maybe);
}

static enum lull_status part_status(const struct lull_refractory_rules *rules,
				    const struct lull_treatment_history *history, const struct lull_burden *burden,
				    int id, enum lull_refractory_part part)
{
	const struct lull_definition *definition = &rules->definitions[id];
	switch (part) {
	case LULL_PART_DIAGNOSIS:
		return burden->migraine;
	case LULL_PART_CHRONIC:
		return burden->chronic;
	case LULL_PART_NO_OVERUSE:
		return not_overused(burden->overuse);
	case LULL_PART_DEBILITATING:
		return definition->months > 3 ? burden->debilitating_6 : burden->debilitating_3;
	case LULL_PART_RELIEF:
		return burden->drug_relief_fails;
	case LULL_PART_TRIPTANS:
		return acute_at_least(rules, history, LULL_ACUTE_SET_TRIPTAN, rules->triptans_needed);
	case LULL_PART_CLASSES:
		return classes_part(rules, definition, history, burden);
	case LULL_PART_SPECIAL:
		return special_failed(rules, definition, history);
	case LULL_PART_INTERFERENCE:
		return burden->interference;
	case LULL_PART_ACUTE_TRIPTAN:
		return acute_at_least(rules, history, LULL_ACUTE_SET_TRIPTAN, 1);
	case LULL_PART_ACUTE_DHE:
		return acute_at_least(rules, history, LULL_ACUTE_SET_DHE, 1);
	case LULL_PART_ACUTE_ANALGESIC:
		return lull_status_or(acute_at_least(rules, history, LULL_ACUTE_SET_NSAID, 1),
				      acute_at_least(rules, history, LULL_ACUTE_SET_COMBINATION, 1));
	case LULL_N_PARTS:
		break;
	}
	return LULL_STATUS_UNKNOWN;
}

static void count_treatments(const struct lull_refractory_rules *rules, const struct lull_treatment_history *history,
			     struct lull_refractory *out)
{
	for (size_t i = 0; i < history->n_items; i++) {
		const struct lull_treatment *t = &history->items[i];
		const int id = t->kind == LULL_TREATMENT_PREVENTIVE ? class_of(rules, t) : -1;
		if (id >= 0 && out->tried[id] < UINT8_MAX)
			out->tried[id]++;
		else if (t->kind == LULL_TREATMENT_PREVENTIVE)
			out->n_unrecognised++;
		else if (t->kind != LULL_TREATMENT_ACUTE)
			out->n_not_classes++;
	}
}

void lull_refractory_run(const struct lull_refractory_rules *rules, const struct lull_treatment_history *history,
			 const struct lull_burden *burden, struct lull_refractory *out)
{
	const struct lull_definition *ehf = &rules->definitions[LULL_DEFINITION_EHF2020_RESISTANT];
	const struct tally triptans = count_acute(rules, history, LULL_ACUTE_SET_TRIPTAN);
	*out = (struct lull_refractory){ .triptans_failed = (uint8_t)triptans.yes,
					 .triptans_maybe = (uint8_t)triptans.maybe };
	count_treatments(rules, history, out);
	for (int id = 0; id < LULL_N_PREVENTIVES; id++) {
		out->failed[id] = (uint8_t)class_failed(rules, ehf, history, burden, id);
		out->n_failed = (uint8_t)(out->n_failed + (out->failed[id] == LULL_MET));
		out->n_maybe = (uint8_t)(out->n_maybe + (out->failed[id] == LULL_STATUS_UNKNOWN));
	}
	for (int id = 0; id < LULL_N_DEFINITIONS; id++) {
		enum lull_status all = LULL_MET;
		for (int part = 0; part < LULL_N_PARTS; part++) {
			enum lull_status status = LULL_MET;
			if (parts_of[id] >> part & 1)
				status = part_status(rules, history, burden, id, (enum lull_refractory_part)part);
			out->parts[id][part] = (uint8_t)status;
			all = lull_status_and(all, status);
		}
		out->status[id] = (uint8_t)all;
	}
}

/* ---- burden from the diary ---------------------------------------------------------------------------- */

/* So many blocks in a row, latest first, each with enough debilitating days. */
static enum lull_status in_a_row(const struct lull_criteria *criteria, const struct lull_classification *c, double months,
				 double days)
{
	enum lull_status all = LULL_MET;
	for (size_t i = 0; (double)i < months; i++) {
		bool estimated;
		if (i >= c->n_blocks)
			return lull_status_and(all, LULL_STATUS_UNKNOWN);
		all = lull_status_and(all, lull_block_at_least(&criteria->counting, &c->blocks[i],
							       &c->blocks[i].days[LULL_DAYDEF_DEBILITATING], days,
							       &estimated));
	}
	return all;
}

struct lull_burden lull_burden_from(const struct lull_criteria *criteria, const struct lull_refractory_rules *rules,
				    const struct lull_classification *c)
{
	const struct lull_definition *three = &rules->definitions[LULL_DEFINITION_EHF2020_RESISTANT];
	const struct lull_definition *six = &rules->definitions[LULL_DEFINITION_EHF2020_REFRACTORY];
	const uint8_t *s = c->status;
	return (struct lull_burden){
		.migraine = lull_status_or(lull_status_or(s[LULL_ICHD_1_1], s[LULL_ICHD_1_2]), s[LULL_ICHD_1_3]),
		.chronic = (enum lull_status)s[LULL_ICHD_1_3],
		.overuse = (enum lull_status)s[LULL_ICHD_8_2],
		.debilitating_3 = in_a_row(criteria, c, three->months, three->days_a_month),
		.debilitating_6 = in_a_row(criteria, c, six->months, six->days_a_month),
		.interference = LULL_STATUS_UNKNOWN,
		.drug_relief_fails = LULL_STATUS_UNKNOWN,
	};
}

/* ---- trees ------------------------------------------------------------------------------------------------ */

static struct lull_finding blank(const char *code, const char *name, enum lull_status status)
{
	return (struct lull_finding){ .code = code, .name = name, .status = status, .counted = NAN, .needed = NAN,
				      .missing = NAN, .bound_low = NAN, .bound_high = NAN,
				      .could_change = status == LULL_STATUS_UNKNOWN };
}

/* "amitriptyline: no_efficacy (40 % fewer days); venlafaxine: intolerance". */
static const char *tell_trials(const struct lull_refractory_rules *rules, const struct lull_treatment_history *history,
			       int class_id, struct lull_arena *arena)
{
	struct lull_buf buf = { 0 };
	for (size_t i = 0; i < history->n_items; i++) {
		const struct lull_treatment *t = &history->items[i];
		char percent[32];
		if (t->kind != LULL_TREATMENT_PREVENTIVE || class_of(rules, t) != class_id)
			continue;
		lull_buf_printf(&buf, "%s%s: %s", buf.n ? "; " : "", t->drug, lull_outcome_names[t->outcome]);
		if (isnan(t->reduction_percent))
			continue;
		lull_buf_printf(&buf, " (%s %% fewer headache days%s)",
				lull_num_text(percent, sizeof(percent), t->reduction_percent, 0),
				class_id == LULL_PREVENTIVE_BONT && t->outcome == LULL_OUTCOME_NO_EFFICACY &&
						t->reduction_percent >= rules->bont_nonresponse_percent ?
					"; the EHF text on onabotulinumtoxinA calls this a response" :
					"");
	}
	const char *text = buf.failed ? NULL :
			   lull_arena_strdup(arena, buf.n ? lull_buf_text(&buf) :
						    history->complete == LULL_YES ? "Not tried." :
										    "Not listed; the history is not known to be complete.");
	lull_buf_clear(&buf);
	return text;
}

static const struct lull_finding *class_nodes(const struct lull_refractory_rules *rules,
					      const struct lull_treatment_history *history,
					      const struct lull_burden *burden, int definition_id,
					      struct lull_arena *arena, size_t *n_out)
{
	const struct lull_definition *definition = &rules->definitions[definition_id];
	struct lull_finding *items = LULL_ARENA_NEW(arena, struct lull_finding, LULL_N_PREVENTIVES);
	size_t n = 0;
	if (!items)
		return NULL;
	for (int id = 0; id < LULL_N_PREVENTIVES; id++) {
		if (!counts_here(definition, id, NULL))
			continue;
		items[n] = blank(lull_arena_printf(arena, "%s-%s", definition->id, lull_preventive_names[id]),
				 rules->classes[id].name, class_failed(rules, definition, history, burden, id));
		items[n].why = tell_trials(rules, history, id, arena);
		items[n].question = items[n].could_change ? rules->parts[LULL_PART_CLASSES].ask : NULL;
		items[n].source = rules->classes[id].source;
		items[n].mark = (enum lull_mark)rules->classes[id].mark;
		if (!items[n].code || !items[n].why)
			return NULL;
		n++;
	}
	*n_out = n;
	return items;
}

static int explain_one(const struct lull_refractory_rules *rules, const struct lull_treatment_history *history,
		       const struct lull_burden *burden, const struct lull_refractory *result, int id,
		       struct lull_arena *arena, struct lull_finding *out)
{
	const struct lull_definition *definition = &rules->definitions[id];
	struct lull_finding *parts = LULL_ARENA_NEW(arena, struct lull_finding, LULL_N_PARTS);
	size_t n = 0;
	if (!parts)
		return LULL_ENOMEM;
	*out = blank(definition->id, definition->name, (enum lull_status)result->status[id]);
	out->why = definition->text;
	out->source = definition->source;
	out->mark = (enum lull_mark)definition->mark;
	for (int part = 0; part < LULL_N_PARTS; part++) {
		const struct lull_refractory_text *text = &rules->parts[part];
		if (!(parts_of[id] >> part & 1))
			continue;
		struct lull_finding *f = &parts[n++];
		*f = blank(lull_arena_printf(arena, "%s-%s", definition->id, text->id), text->name,
			   (enum lull_status)result->parts[id][part]);
		if (!f->code)
			return LULL_ENOMEM;
		f->source = text->source;
		f->mark = (enum lull_mark)text->mark;
		f->question = f->could_change ? text->ask : NULL;
		if (part == LULL_PART_TRIPTANS) {
			f->counted = result->triptans_failed;
			f->needed = rules->triptans_needed;
		}
		if (part == LULL_PART_DEBILITATING) {
			f->needed = definition->days_a_month;
			f->unit = "days a month";
		}
		if (part == LULL_PART_CLASSES) {
			const struct tally tally = definition->count_drugs ?
							   count_drugs(rules, definition, history) :
							   count_classes(rules, definition, history, burden);
			f->counted = tally.yes;
			f->needed = definition->needed;
			f->unit = definition->count_drugs ? "drugs" : "classes";
			f->children = class_nodes(rules, history, burden, id, arena, &f->n_children);
			if (!f->children)
				return LULL_ENOMEM;
		}
		if (f->question && !out->question && out->could_change)
			out->question = f->question;
	}
	out->children = parts;
	out->n_children = n;
	return LULL_OK;
}

int lull_refractory_explain(const struct lull_refractory_rules *rules, const struct lull_treatment_history *history,
			    const struct lull_burden *burden, const struct lull_refractory *result,
			    struct lull_arena *arena, const struct lull_finding **out, size_t *n_out,
			    struct lull_err *err)
{
	struct lull_finding *trees = LULL_ARENA_NEW(arena, struct lull_finding, LULL_N_DEFINITIONS);
	if (!trees)
		return lull_nomem(err);
	for (int id = 0; id < LULL_N_DEFINITIONS; id++)
		if (explain_one(rules, history, burden, result, id, arena, &trees[id]) != LULL_OK)
			return lull_nomem(err);
	*out = trees;
	*n_out = LULL_N_DEFINITIONS;
	return LULL_OK;
}
