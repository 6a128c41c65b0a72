/* Reads what a screen knows from knowledge/ and checks what a schema cannot: that ids are
 * unique, that every name in a `when` exists, and that nothing recalled excludes anybody. */
#include "lull/care/screening.h"

#include <math.h>
#include <string.h>

#include "lull/base/text.h"
#include "lull/base/yaml.h"
#include "lull/headache/classify.h"
#include "lull/headache/refractory.h"

const char *const lull_fact_number_names[LULL_N_FACT_NUMBERS + 1] = {
#define LULL_X(name, key) key,
	LULL_FACT_NUMBERS(LULL_X)
#undef LULL_X
	NULL
};
const char *const lull_fact_answer_names[LULL_N_FACT_ANSWERS + 1] = {
#define LULL_X(name, key) key,
	LULL_FACT_ANSWERS(LULL_X)
#undef LULL_X
	NULL
};
const char *const lull_screen_action_names[LULL_N_RULE_ACTIONS + 1] = {
#define LULL_X(name, key) key,
	LULL_RULE_ACTIONS(LULL_X)
#undef LULL_X
	NULL
};
const char *const lull_rule_kind_names[] = { "A", "R", "C", NULL };
static const char *const no_yes[] = { "no", "yes", NULL };
static const char *const override_names[] = { "default", "never", NULL };
static const char *const asks_names[] = { "controlled", "severity", NULL };

enum { WHEN_DEPTH_MAX = 8 };

/* ---- schemas ----------------------------------------------------------------------------- */

#define ROW(k, t, m, ...) { .key = (k), .type = LULL_F_##t, .offset = offsetof(struct S, m), __VA_ARGS__ }
#define TEXT(m, text) ROW(#m, TEXT, m, .what = (text))
#define MUST(m, text) ROW(#m, TEXT, m, .required = true, .what = (text))
#define LIST(k, t, m, s, text) ROW(k, t, m, .count_offset = offsetof(struct S, n_##m), .sub = &(s), .what = (text))
#define MARK ROW("mark", ENUM, mark, .names = lull_mark_names, .required = true, .what = "trust mark")
#define LIMIT(m, text) ROW(#m, NUMBER, m, .what = (text))
#define END { .key = NULL }
#define SCHEMA(label, rows) { .name = (label), .size = sizeof(struct S), .fields = (rows) }

static const struct lull_schema when_schema;
#define S lull_when
static const struct lull_field when_fields[] = {
	TEXT(condition, "id of conditions.yaml"),
	ROW("fact", ENUM, fact, .names = lull_fact_number_names, .absent_int = -1, .what = "a number of the record"),
	ROW("answer", ENUM, answer, .names = lull_fact_answer_names, .absent_int = -1, .what = "an answer of the record"),
	TEXT(drug, "class or ingredient of drugs.yaml"),
	TEXT(criterion, "ICHD-3 code, from the diary"),
	ROW("definition", ENUM, definition, .names = lull_definition_names, .absent_int = -1,
	    .what = "a definition of resistant or refractory migraine"),
	ROW("preventive", ENUM, preventive, .names = lull_preventive_names, .absent_int = -1,
	    .what = "a preventive class was tried"),
	ROW("treatment", ENUM, treatment, .names = lull_treatment_kind_names, .absent_int = -1,
	    .what = "a treatment of this kind was tried"),
	ROW("is", ENUM, is, .names = no_yes, .absent_int = 1, .what = "the answer that meets it (yes)"),
	ROW("controlled", ENUM, controlled, .names = no_yes, .absent_int = -1, .what = "and controlled or not"),
	ROW("severity", FLAGS, severity, .names = lull_severity_of_names, .what = "and one of these severities"),
	LIMIT(at_least, "the number is at least"),
	LIMIT(above, "the number is above"),
	LIMIT(at_most, "the number is at most"),
	LIMIT(below, "the number is below"),
	ROW("regular", BOOL, regular, .what = "the drug is taken regularly"),
	LIMIT(started_within_days, "the drug was started within so many days"),
	LIMIT(benefit_above_percent, "and helps by more than so many percent"),
	LIST("any", LIST, any, when_schema, "at least one of these"),
	LIST("all", LIST, all, when_schema, "all of these"),
	END
};
static const struct lull_schema when_schema = SCHEMA("when", when_fields);
#undef S

#define S lull_screen_rule
static const struct lull_field rule_fields[] = {
	MUST(id, "C01 .. C41, D01 .. D24, with a suffix where a statement needs several rows"),
	MUST(name, "short name for people"),
	ROW("kind", ENUM, kind, .names = lull_rule_kind_names, .required = true, .what = "A, R or C"),
	ROW("action", ENUM, action, .names = lull_screen_action_names, .required = true, .what = "what to do"),
	ROW("when", OBJECT, when, .sub = &when_schema, .required = true, .what = "when it fires"),
	MUST(because, "wording for the clinician"),
	TEXT(grade, "the guideline's grade"),
	MUST(source, "source keys"),
	MARK,
	ROW("kind_mark", ENUM, kind_mark, .names = lull_mark_names, .what = "mark of the kind, where that is our choice"),
	ROW("override", ENUM, override, .names = override_names, .what = "never: nobody may set it aside"),
	ROW("review", ENUM, review, .names = lull_review_names, .absent_int = -1, .what = "whose agreement clears it"),
	ROW("routes", FLAGS, routes, .names = lull_route_names, .what = "routes it applies to; none = all"),
	ROW("indications", TEXTS, indications, .count_offset = offsetof(struct S, n_indications),
	    .what = "indications it applies to; none = all"),
	ROW("valid_days", NUMBER, valid_days, .min = 0, .max = 3650, .unit = "days", .what = "how old the facts may be"),
	END
};
static const struct lull_schema rule_schema = SCHEMA("rule", rule_fields);
#undef S

struct rule_file {
	const struct lull_screen_rule *rules;
	size_t n_rules;
};
#define S rule_file
static const struct lull_field rule_file_fields[] = {
	ROW("rules", LIST, rules, .count_offset = offsetof(struct S, n_rules), .sub = &rule_schema, .required = true,
	    .what = "the rules"),
	END
};
static const struct lull_schema rule_file_schema = { "screening rules", sizeof(struct S), rule_file_fields, 1, NULL };
#undef S

#define S lull_condition_item
static const struct lull_field condition_fields[] = {
	MUST(id, "id, used in records and rules"),
	MUST(name, "name for people"),
	MUST(question, "the question"),
	ROW("asks", FLAGS, asks, .names = asks_names, .what = "what a yes must be followed by"),
	END
};
static const struct lull_schema condition_schema = SCHEMA("condition", condition_fields);
#undef S
struct condition_file {
	const struct lull_condition_item *conditions;
	size_t n_conditions;
};
#define S condition_file
static const struct lull_field condition_file_fields[] = {
	LIST("conditions", LIST, conditions, condition_schema, "the questions"),
	END
};
static const struct lull_schema condition_file_schema = { "conditions", sizeof(struct S), condition_file_fields, 1, NULL };
#undef S

#define S lull_fact_item
static const struct lull_field fact_fields[] = {
	MUST(id, "id, used in rules"), MUST(name, "name for people"), TEXT(unit, "unit"), MUST(question, "the question"),
	END
};
static const struct lull_schema fact_schema = SCHEMA("fact", fact_fields);
#undef S
struct fact_file {
	const struct lull_fact_item *numbers, *answers;
	size_t n_numbers, n_answers;
};
#define S fact_file
static const struct lull_field fact_file_fields[] = {
	LIST("numbers", LIST, numbers, fact_schema, "numbers of a record"),
	LIST("answers", LIST, answers, fact_schema, "answers of a record"),
	END
};
static const struct lull_schema fact_file_schema = { "facts", sizeof(struct S), fact_file_fields, 1, NULL };
#undef S

#define S lull_screen_settings
#define DAYS(m, text) ROW(#m, NUMBER, m, .min = 0, .max = 3650, .unit = "days", .required = true, .what = (text))
static const struct lull_field settings_fields[] = {
	DAYS(screening_valid_days, "a screening expires after so many days"),
	DAYS(review_valid_days, "a specialist's agreement holds so many days"),
	DAYS(override_valid_days, "a signed override holds so many days"),
	DAYS(stopped_drug_counts_days, "a drug stopped fewer days ago still counts"),
	DAYS(diary_valid_days, "what a diary showed holds so many days from its last"),
	MUST(source, "source"),
	MARK,
	END
};
static const struct lull_schema settings_schema = { "settings", sizeof(struct S), settings_fields, 1, NULL };
#undef S

#define S lull_entry_rule
static const struct lull_field entry_fields[] = {
	MUST(id, "id"), MUST(name, "short name"), MUST(because, "wording for the clinician"), MUST(source, "source"), MARK,
	ROW("when", OBJECT, when, .sub = &when_schema, .required = true, .what = "when it is met"),
	END
};
static const struct lull_schema entry_schema = SCHEMA("entry criterion", entry_fields);
#undef S

#define S lull_standard_option
static const struct lull_field option_fields[] = {
	MUST(id, "id"), MUST(name, "name for people"), MUST(source, "source"), MARK,
	ROW("tried", OBJECT, tried, .sub = &when_schema, .required = true, .what = "when it was tried"),
	END
};
static const struct lull_schema option_schema = SCHEMA("standard option", option_fields);
#undef S

#define S lull_evidence
static const struct lull_field evidence_fields[] = {
	MUST(text, "the evidence in plain words"), TEXT(grade, "the guideline's grade"), MUST(source, "source"), MARK,
	END
};
static const struct lull_schema evidence_schema = SCHEMA("evidence", evidence_fields);
#undef S

#define S lull_indication
static const struct lull_field indication_fields[] = {
	MUST(id, "id"),
	MUST(name, "name for people"),
	MUST(verdict, "the words when nothing excludes"),
	ROW("evidence", OBJECT, evidence, .sub = &evidence_schema, .required = true, .what = "evidence"),
	LIST("entry", LIST, entry, entry_schema, "entry criteria, all of them"),
	LIST("standard_options", LIST, options, option_schema, "what comes before ketamine"),
	ROW("scores", TEXTS, scores, .count_offset = offsetof(struct S, n_scores), .what = "instruments to take"),
	ROW("protocols", TEXTS, protocols, .count_offset = offsetof(struct S, n_protocols), .what = "protocols that fit"),
	TEXT(no_protocol, "why there is no protocol"),
	END
};
static const struct lull_schema indication_schema = SCHEMA("indication", indication_fields);
#undef S
struct indication_file {
	const struct lull_indication *indications;
	size_t n_indications;
};
#define S indication_file
static const struct lull_field indication_file_fields[] = {
	LIST("indications", LIST, indications, indication_schema, "the indications"),
	END
};
static const struct lull_schema indication_file_schema = { "indications", sizeof(struct S), indication_file_fields, 1,
							   NULL };
#undef S

/* ---- reading ------------------------------------------------------------------------------ */

static int read_file(const struct lull_files *files, const char *path, const struct lull_schema *schema,
		     struct lull_arena *arena, void *out, struct lull_diags *diags)
{
	const struct lull_file *file = lull_files_get(files, path);
	struct lull_doc doc;

	if (!file) {
		lull_diags_addf(diags, LULL_ERROR, path, 0, 0, "a knowledge file of this name", NULL, "no file");
		return LULL_ENOTFOUND;
	}
	const int rc = lull_yaml_read(file->bytes, file->n_bytes, file->path, arena, &doc, diags);
	return rc == LULL_OK ? lull_schema_bind(&doc, schema, arena, out, diags) : rc;
}

static void fault(struct lull_diags *diags, const char *file, const char *expected, const char *id, const char *what,
		  const char *hint)
{
	lull_diags_addf(diags, LULL_ERROR, file, 0, 0, expected, hint, "%s: '%s'", id, what);
}

/* Rows by name into the program's order; every name on both sides, once. */
static void place_facts(const struct lull_fact_item *items, size_t n, const char *const *names,
			struct lull_fact_item *out, struct lull_diags *diags)
{
	static const char file[] = "screening/facts.yaml";

	for (size_t k = 0; names[k]; k++) {
		for (size_t i = 0; i < n; i++) {
			if (!lull_text_eq(items[i].id, names[k]))
				continue;
			if (out[k].id)
				fault(diags, file, "each id once", "twice", names[k], NULL);
			out[k] = items[i];
		}
		if (!out[k].id)
			fault(diags, file, "a row for each fact that the program reads", "missing", names[k], NULL);
	}
	for (size_t i = 0; i < n; i++) {
		bool known = false;
		for (size_t k = 0; names[k]; k++)
			known = known || lull_text_eq(items[i].id, names[k]);
		if (!known)
			fault(diags, file, "a fact that the program reads", "unknown", items[i].id,
			      lull_nearest_name(items[i].id, names));
	}
}

static int join_rules(struct lull_screening *out, const struct rule_file *a, const struct rule_file *b,
		      struct lull_arena *arena)
{
	const size_t n = a->n_rules + b->n_rules;
	struct lull_screen_rule *rules = LULL_ARENA_NEW(arena, struct lull_screen_rule, n + 1);

	if (!rules)
		return LULL_ENOMEM;
	for (size_t i = 0; i < n; i++)
		rules[i] = i < a->n_rules ? a->rules[i] : b->rules[i - a->n_rules];
	out->rules = rules;
	out->n_rules = n;
	return LULL_OK;
}

/* ---- checking -------------------------------------------------------------------------------- */

enum lull_when_kind lull_when_kind(const struct lull_when *when)
{
	if (when->n_any)
		return LULL_WHEN_ANY;
	if (when->n_all)
		return LULL_WHEN_ALL;
	if (when->condition)
		return LULL_WHEN_CONDITION;
	if (when->fact >= 0)
		return LULL_WHEN_FACT;
	if (when->answer >= 0)
		return LULL_WHEN_ANSWER;
	if (when->drug)
		return LULL_WHEN_DRUG;
	if (when->criterion)
		return LULL_WHEN_CRITERION;
	if (when->definition >= 0)
		return LULL_WHEN_DEFINITION;
	return when->preventive >= 0 ? LULL_WHEN_PREVENTIVE : LULL_WHEN_TREATMENT;
}

static int n_kinds(const struct lull_when *w)
{
	return (w->n_any > 0) + (w->n_all > 0) + (w->condition != NULL) + (w->fact >= 0) + (w->answer >= 0) +
	       (w->drug != NULL) + (w->criterion != NULL) + (w->definition >= 0) + (w->preventive >= 0) +
	       (w->treatment >= 0);
}

static bool has_limit(const struct lull_when *w)
{
	return !isnan(w->at_least) || !isnan(w->above) || !isnan(w->at_most) || !isnan(w->below);
}

static bool is_criterion(const char *code)
{
	for (size_t i = 0; lull_criterion_codes[i]; i++)
		if (lull_text_eq(lull_criterion_codes[i], code))
			return true;
	return false;
}

static void check_when(const struct lull_screening *k, const struct lull_when *w, const char *id, const char *file,
		       int depth, struct lull_diags *diags)
{
	if (n_kinds(w) != 1 || depth > WHEN_DEPTH_MAX) {
		fault(diags, file, "exactly one of condition, fact, answer, drug, criterion, definition, preventive, treatment, any, all",
		      id, "when", "at most 8 levels deep");
		return;
	}
	if (has_limit(w) != (w->fact >= 0))
		fault(diags, file, "a limit (at_least, above, at_most, below) with a fact, and only there", id, "when", NULL);
	const struct lull_condition_item *item = w->condition ? lull_screening_condition(k, w->condition) : NULL;
	if (w->condition && !item)
		fault(diags, file, "an id of screening/conditions.yaml", id, w->condition, NULL);
	if ((w->controlled >= 0 && (!item || !(item->asks & 1))) || (w->severity && (!item || !(item->asks & 2))))
		fault(diags, file, "controlled and severity only where the condition asks them", id, "when", NULL);
	if (w->drug && !lull_drugs_knows(&k->drugs, w->drug))
		fault(diags, file, "a class or ingredient of drugs.yaml", id, w->drug, NULL);
	if (w->criterion && !is_criterion(w->criterion))
		fault(diags, file, "an ICHD-3 code", id, w->criterion, NULL);
	for (size_t i = 0; i < w->n_any; i++)
		check_when(k, &w->any[i], id, file, depth + 1, diags);
	for (size_t i = 0; i < w->n_all; i++)
		check_when(k, &w->all[i], id, file, depth + 1, diags);
}

static void check_rules(const struct lull_screening *k, struct lull_diags *diags)
{
	static const char file[] = "screening rules";

	for (size_t i = 0; i < k->n_rules; i++) {
		const struct lull_screen_rule *rule = &k->rules[i];
		if (lull_screening_rule(k, rule->id) != rule)
			fault(diags, file, "each id once", rule->id, "id", NULL);
		if (rule->mark == LULL_RECALLED && rule->kind == LULL_RULE_EXCLUDE)
			fault(diags, file, "kind R or C: a recalled fact may only add a question or a caution",
			      rule->id, "A", NULL);
		for (size_t n = 0; n < rule->n_indications; n++)
			if (!lull_screening_indication(k, rule->indications[n]))
				fault(diags, file, "an id of indications.yaml", rule->id, rule->indications[n], NULL);
		check_when(k, &rule->when, rule->id, file, 0, diags);
	}
	for (size_t i = 0; i < k->n_conditions; i++)
		if (lull_screening_condition(k, k->conditions[i].id) != &k->conditions[i])
			fault(diags, "screening/conditions.yaml", "each id once", k->conditions[i].id, "id", NULL);
}

static void check_indications(const struct lull_screening *k, struct lull_diags *diags)
{
	static const char file[] = "indications.yaml";

	for (size_t i = 0; i < k->n_indications; i++) {
		const struct lull_indication *in = &k->indications[i];
		if (lull_screening_indication(k, in->id) != in)
			fault(diags, file, "each id once", in->id, "id", NULL);
		if ((in->n_protocols == 0) != (in->no_protocol != NULL))
			fault(diags, file, "protocols, or a sentence in no_protocol", in->id, "protocols", NULL);
		for (size_t n = 0; n < in->n_entry; n++)
			check_when(k, &in->entry[n].when, in->entry[n].id, file, 0, diags);
		for (size_t n = 0; n < in->n_options; n++)
			check_when(k, &in->options[n].tried, in->options[n].id, file, 0, diags);
		for (size_t n = 0; n < in->n_scores; n++)
			if (!lull_instrument_find(&k->instruments, in->scores[n]))
				fault(diags, file, "an id of instruments/", in->id, in->scores[n], NULL);
	}
}

/* ---- public ------------------------------------------------------------------------------------ */

static int read_all(const struct lull_files *files, struct lull_arena *arena, struct lull_screening *out,
		    struct lull_diags *diags)
{
	struct rule_file conditions_rules, interactions;
	struct condition_file conditions;
	struct fact_file facts;
	struct indication_file indications;
	const struct {
		const char *path;
		const struct lull_schema *schema;
		void *out;
	} parts[] = {
		{ "screening/conditions_rules.yaml", &rule_file_schema, &conditions_rules },
		{ "screening/interactions.yaml", &rule_file_schema, &interactions },
		{ "screening/conditions.yaml", &condition_file_schema, &conditions },
		{ "screening/facts.yaml", &fact_file_schema, &facts },
		{ "screening/settings.yaml", &settings_schema, &out->settings },
		{ "indications.yaml", &indication_file_schema, &indications },
	};
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		const int rc = read_file(files, parts[i].path, parts[i].schema, arena, parts[i].out, diags);
		if (rc != LULL_OK)
			return rc;
	}
	out->conditions = conditions.conditions;
	out->n_conditions = conditions.n_conditions;
	out->indications = indications.indications;
	out->n_indications = indications.n_indications;
	place_facts(facts.numbers, facts.n_numbers, lull_fact_number_names, out->numbers, diags);
	place_facts(facts.answers, facts.n_answers, lull_fact_answer_names, out->answers, diags);
	return join_rules(out, &conditions_rules, &interactions, arena);
}

int lull_screening_load(const struct lull_files *files, struct lull_arena *arena, struct lull_screening *out,
			struct lull_diags *diags)
{
	const size_t errors = diags->n_errors;

	*out = (struct lull_screening){ .knowledge_hash = files->hash };
	int rc = read_all(files, arena, out, diags);
	if (rc == LULL_OK)
		rc = lull_drugs_load(files, arena, &out->drugs, diags);
	if (rc == LULL_OK)
		rc = lull_redflags_load(files, arena, &out->red_flags, diags);
	if (rc == LULL_OK)
		rc = lull_instruments_load(files, arena, &out->instruments, diags);
	if (rc != LULL_OK)
		return rc;
	check_rules(out, diags);
	check_indications(out, diags);
	if (diags->out_of_memory)
		return LULL_ENOMEM;
	return diags->n_errors > errors ? LULL_EPARSE : LULL_OK;
}

#define FIND(items, n, wanted)                                  \
	do {                                                    \
		for (size_t i = 0; i < (n); i++)                \
			if (lull_text_eq((items)[i].id, (wanted))) \
				return &(items)[i];             \
		return NULL;                                    \
	} while (0)

const struct lull_indication *lull_screening_indication(const struct lull_screening *screening, const char *id)
{
	FIND(screening->indications, screening->n_indications, id);
}

const struct lull_condition_item *lull_screening_condition(const struct lull_screening *screening, const char *id)
{
	FIND(screening->conditions, screening->n_conditions, id);
}

const struct lull_screen_rule *lull_screening_rule(const struct lull_screening *screening, const char *id)
{
	FIND(screening->rules, screening->n_rules, id);
}

/* The nearest id, by asking the shared helper over one name at a time. */
static const char *nearest_condition(const struct lull_screening *k, const char *id)
{
	for (size_t i = 0; i < k->n_conditions; i++) {
		const char *const one[] = { k->conditions[i].id, NULL };
		if (lull_nearest_name(id, one))
			return one[0];
	}
	return NULL;
}

static void check_conditions(const struct lull_screening *k, const struct lull_patient *p, const char *file,
			     struct lull_diags *diags)
{
	for (size_t i = 0; i < p->n_conditions; i++) {
		const struct lull_condition *c = &p->conditions[i];
		const struct lull_condition_item *item = lull_screening_condition(k, c->id);
		if (!item)
			fault(diags, file, "an id of screening/conditions.yaml", "conditions", c->id,
			      nearest_condition(k, c->id));
		else if (c->severity != LULL_SEVERITY_ABSENT && !(item->asks & 2))
			fault(diags, file, "no severity: no rule reads it for this condition", "conditions", c->id, NULL);
		else if (c->controlled != LULL_ABSENT && !(item->asks & 1))
			fault(diags, file, "no \"controlled\": no rule reads it for this condition", "conditions", c->id, NULL);
	}
}

static void check_drugs(const struct lull_screening *k, const struct lull_patient *p, const char *file,
			struct lull_diags *diags)
{
	for (size_t i = 0; i < p->drugs.n_list; i++) {
		const struct lull_patient_drug *drug = &p->drugs.list[i];
		if (drug->n_ingredients > LULL_DRUG_MATCH_MAX)
			fault(diags, file, "at most 8 ingredients", "drugs.list.ingredients", drug->name, NULL);
		for (size_t n = 0; n < drug->n_ingredients; n++)
			if (!lull_drugs_ingredient(&k->drugs, drug->ingredients[n]))
				fault(diags, file, "an ingredient id of drugs.yaml", "drugs.list.ingredients",
				      drug->ingredients[n], lull_nearest_name(drug->ingredients[n], k->drugs.all_names));
	}
}

int lull_screening_check_patient(const struct lull_screening *screening, const struct lull_patient *patient,
				 const char *file, struct lull_diags *diags)
{
	const size_t errors = diags->n_errors;

	check_conditions(screening, patient, file, diags);
	check_drugs(screening, patient, file, diags);
	for (size_t i = 0; i < patient->n_overrides; i++)
		if (!lull_screening_rule(screening, patient->overrides[i].rule))
			fault(diags, file, "the id of a screening rule", "overrides.rule", patient->overrides[i].rule, NULL);
	for (size_t i = 0; i < patient->n_scores; i++)
		if (!lull_instrument_find(&screening->instruments, patient->scores[i].instrument))
			fault(diags, file, "an id of instruments/", "scores.instrument", patient->scores[i].instrument, NULL);
	if (diags->out_of_memory)
		return LULL_ENOMEM;
	return diags->n_errors > errors ? LULL_EPARSE : LULL_OK;
}
