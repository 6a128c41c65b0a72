/* The patient record's schema tables, and the few readings that everybody shares: age,
 * latest measurement, body mass index. Ranges are those of a plausible
 * human being, not clinical limits: they catch slips of the finger (a height in metres,
 * a weight in grams), the rules judge the rest. */
#include "lull/care/patient.h"

#include <math.h>
#include <string.h>

#include "lull/base/text.h"

const char *const lull_sex_names[] = { "unknown", "female", "male", "intersex", NULL };
const char *const lull_setting_names[] = { "none", "chair", "inpatient", "home", NULL };
const char *const lull_severity_of_names[] = { "absent", "mild", "moderate", "severe", NULL };
const char *const lull_lab_names[] = { "alt_x_uln", "ast_x_uln", "bilirubin_x_uln", "creatinine_mg_per_dl",
	"egfr_ml_per_min_1_73m2", "tsh_miu_per_l", "urinalysis", "urine_drug_screen", NULL };
const char *const lull_test_result_names[] = { "absent", "normal", "abnormal", NULL };
const char *const lull_drug_use_names[] = { "unknown", "regular", "as_needed", "stopped", NULL };
const char *const lull_pregnancy_result_names[] = { "untested", "negative", "positive", NULL };
const char *const lull_suicide_risk_names[] = { "unknown", "none", "low", "moderate", "high", NULL };
const char *const lull_review_names[] = { "psychiatry", "cardiology", "neurology", "ophthalmology",
	"hepatology", "other", NULL };
const char *const lull_override_role_names[] = { "prescriber", "medical_director", NULL };
const char *const lull_series_response_names[] = { "unknown", "none", "partial", "good", NULL };
static const char *const weight_how_names[] = { "stated", "measured", NULL };

/* One row of a table; S is the struct that the table fills. */
#define ROW(k, t, m, ...) { .key = (k), .type = LULL_F_##t, .offset = offsetof(struct S, m), __VA_ARGS__ }
#define LIST(k, t, m, s, text) ROW(k, t, m, .count_offset = offsetof(struct S, n_##m), .sub = &(s), .what = (text))
#define ANSWER(m, text) ROW(#m, ANSWER, m, .what = (text))
#define DAY(k, m, text) ROW(k, DAY, m, .what = (text))
#define TEXT(m, text) ROW(#m, TEXT, m, .what = (text))
#define NUM(m, lo, hi, u, text) ROW(#m, NUMBER, m, .min = (lo), .max = (hi), .unit = (u), .what = (text))
#define END { .key = NULL }
#define SCHEMA(label, rows) { .name = (label), .size = sizeof(struct S), .fields = (rows) }

#define S lull_weight
static const struct lull_field weight_fields[] = {
	ROW("kg", NUMBER, kg, .min = 1, .max = 500, .unit = "kg", .required = true, .what = "body weight; 1 lb is 0.4536 kg"),
	ROW("date", DAY, day, .required = true, .what = "day of the measurement or statement"),
	ROW("how", ENUM, how, .names = weight_how_names, .required = true,
	    .what = "measured on a scale, or stated by the patient"),
	END
};
static const struct lull_schema weight_schema = SCHEMA("weight", weight_fields);
#undef S

#define S lull_vitals
static const struct lull_field vitals_fields[] = {
	ROW("date", DAY, day, .required = true, .what = "day of the measurement"),
	NUM(sbp_mmhg, 40, 300, "mmHg", "systolic blood pressure, seated"),
	NUM(dbp_mmhg, 20, 200, "mmHg", "diastolic blood pressure, seated"),
	NUM(hr_per_min, 20, 250, "/min", "heart rate"),
	NUM(spo2_percent, 50, 100, "%", "oxygen saturation"),
	NUM(rr_per_min, 3, 60, "/min", "respiratory rate"),
	ANSWER(on_air, "was the saturation taken on room air?"),
	END
};
static const struct lull_schema vitals_schema = SCHEMA("vitals", vitals_fields);
#undef S

#define S lull_lab_result
static const struct lull_field lab_fields[] = {
	ROW("test", ENUM, test, .names = lull_lab_names, .required = true,
	    .what = "which test; the name ends in the unit of its value (x_uln: times the upper limit of normal)"),
	NUM(value, 0, 100000, NULL, "the number, in the unit of the test's name"),
	ROW("result", ENUM, result, .names = lull_test_result_names, .what = "normal or abnormal, where the test has no number"),
	ROW("date", DAY, day, .required = true, .what = "day the sample was taken"),
	TEXT(note, "free text"),
	END
};
static const struct lull_schema lab_schema = SCHEMA("lab", lab_fields);
#undef S

#define S lull_ecg
static const struct lull_field ecg_fields[] = {
	ROW("date", DAY, day, .required = true, .what = "day of the recording"),
	ROW("result", ENUM, result, .names = lull_test_result_names, .what = "normal or abnormal, as reported"),
	NUM(qtc_ms, 200, 800, "ms", "corrected QT interval"),
	TEXT(note, "the report"),
	END
};
static const struct lull_schema ecg_schema = SCHEMA("ecg", ecg_fields);
#undef S

#define S lull_condition
static const struct lull_field condition_fields[] = {
	ROW("id", TEXT, id, .required = true, .what = "id of knowledge/screening/conditions.yaml"),
	ROW("answer", ANSWER, answer, .required = true, .what = "has, or had, the patient this?"),
	ANSWER(controlled, "is it well controlled? (where the item asks it)"),
	ROW("severity", ENUM, severity, .names = lull_severity_of_names, .what = "how severe (where the item asks it)"),
	DAY("date", day, "day of the answer"),
	TEXT(note, "free text"),
	END
};
static const struct lull_schema condition_schema = SCHEMA("condition", condition_fields);
#undef S

#define S lull_allergy
static const struct lull_field allergy_fields[] = {
	ROW("name", TEXT, name, .required = true, .what = "substance, as written"),
	TEXT(reaction, "what happened"),
	DAY("date", day, "day it was recorded"),
	END
};
static const struct lull_schema allergy_schema = SCHEMA("allergy", allergy_fields);
#undef S

#define S lull_allergies
static const struct lull_field allergies_fields[] = {
	ANSWER(any, "any known allergy? \"no\" means: asked, none known"),
	LIST("list", LIST, list, allergy_schema, "each known allergy"),
	END
};
static const struct lull_schema allergies_schema = SCHEMA("allergies", allergies_fields);
#undef S

#define S lull_patient_drug
static const struct lull_field drug_fields[] = {
	ROW("name", TEXT, name, .required = true, .what = "as written in the chart: \"Topamax 100 mg BID\""),
	ROW("ingredients", TEXTS, ingredients, .count_offset = offsetof(struct S, n_ingredients),
	    .what = "all its ingredients, confirmed by a clinician (ids of knowledge/drugs.yaml); without it the name is matched"),
	TEXT(dose, "dose as written"),
	TEXT(frequency, "frequency as written"),
	TEXT(route, "route as written"),
	ROW("use", ENUM, use, .names = lull_drug_use_names, .what = "regular, as needed, or stopped"),
	NUM(days_per_28, 0, 28, "days", "days of intake in 28 days, where taken as needed"),
	DAY("since", since, "first day"),
	DAY("last_taken", last_taken, "day of the last dose"),
	NUM(benefit_percent, -100, 100, "%", "fall in headache days credited to it"),
	TEXT(note, "free text"),
	END
};
static const struct lull_schema drug_schema = SCHEMA("drug", drug_fields);
#undef S

#define S lull_drug_list
static const struct lull_field drug_list_fields[] = {
	ANSWER(any, "does the patient take any drug? \"no\" means: asked, takes none"),
	DAY("reconciled", reconciled, "day the list was checked with the patient"),
	LIST("list", LIST, list, drug_schema, "each drug, herbal product and supplement"),
	NUM(oral_morphine_mg_per_day, 0, 5000, "mg", "oral morphine equivalents a day, worked out by the clinician; 0 = no opioid"),
	NUM(diazepam_mg_per_day, 0, 1000, "mg", "diazepam equivalents a day, worked out by the clinician; 0 = no benzodiazepine"),
	END
};
static const struct lull_schema drug_list_schema = SCHEMA("drugs", drug_list_fields);
#undef S

#define S lull_pregnancy
static const struct lull_field pregnancy_fields[] = {
	ANSWER(possible, "is pregnancy possible?"),
	ANSWER(pregnant, "is the patient pregnant?"),
	ANSWER(breast_feeding, "breast-feeding now?"),
	ROW("test", ENUM, test, .names = lull_pregnancy_result_names, .what = "last pregnancy test"),
	DAY("test_date", test_day, "day of the test"),
	END
};
static const struct lull_schema pregnancy_schema = SCHEMA("pregnancy", pregnancy_fields);
#undef S

#define S lull_review
static const struct lull_field review_fields[] = {
	ROW("specialty", ENUM, specialty, .names = lull_review_names, .required = true, .what = "who reviewed"),
	ROW("date", DAY, day, .required = true, .what = "day of the review"),
	ROW("by", TEXT, by, .required = true, .what = "the clinician's name"),
	ANSWER(agrees, "does the reviewer agree that ketamine be given?"),
	TEXT(note, "what was found and done"),
	END
};
static const struct lull_schema review_schema = SCHEMA("review", review_fields);
#undef S

#define S lull_readiness
static const struct lull_field readiness_fields[] = {
	DAY("date", day, "day of these answers"),
	ANSWER(capacity, "has the patient capacity to consent?"),
	ANSWER(consent, "was written consent to off-label use given?"),
	DAY("consent_date", consent_day, "day of the consent"),
	ANSWER(escort, "will a responsible adult take the patient home (no driving)?"),
	ANSWER(fasted, "fasting times understood and kept?"),
	ANSWER(alcohol_today, "alcohol today?"),
	ANSWER(iv_access, "a working vein?"),
	END
};
static const struct lull_schema readiness_schema = SCHEMA("readiness", readiness_fields);
#undef S

#define S lull_override
static const struct lull_field override_fields[] = {
	ROW("rule", TEXT, rule, .required = true, .what = "id of the rule set aside"),
	ROW("reason", TEXT, reason, .required = true, .what = "why"),
	ROW("by", TEXT, by, .required = true, .what = "who signs"),
	ROW("role", ENUM, role, .names = lull_override_role_names, .required = true, .what = "in which role"),
	TEXT(second_person, "the second person, for an absolute exclusion"),
	TEXT(policy, "the site policy, for an absolute exclusion"),
	ROW("date", DAY, day, .required = true, .what = "day it was signed"),
	END
};
static const struct lull_schema override_schema = SCHEMA("override", override_fields);
#undef S

#define S lull_ketamine_series
static const struct lull_field series_fields[] = {
	DAY("first", first, "first session"),
	DAY("last", last, "last session"),
	TEXT(route, "route as written"),
	NUM(n_sessions, 0, 1000, "sessions", "number of sessions"),
	NUM(total_mg, 0, 1000000, "mg", "ketamine base in the series"),
	ROW("response", ENUM, response, .names = lull_series_response_names, .what = "response"),
	ANSWER(adequate, "was it an adequate trial (dose and number)?"),
	ROW("adverse_events", TEXTS, adverse_events, .count_offset = offsetof(struct S, n_adverse_events),
	    .what = "adverse events"),
	TEXT(note, "free text"),
	END
};
static const struct lull_schema series_schema = SCHEMA("series", series_fields);
#undef S

#define S lull_ketamine_past
static const struct lull_field ketamine_fields[] = {
	ANSWER(any, "any ketamine or esketamine before?"),
	NUM(lifetime_mg, 0, 10000000, "mg", "ketamine base so far in life, where known"),
	LIST("series", LIST, series, series_schema, "each series or course"),
	END
};
static const struct lull_schema ketamine_schema = SCHEMA("ketamine", ketamine_fields);
#undef S

#define S lull_treatment_history
static const struct lull_field treatments_fields[] = {
	ANSWER(complete, "is the list whole? \"yes\" means: what is not listed was not tried"),
	ROW("list", LIST, items, .count_offset = offsetof(struct S, n_items), .sub = &lull_treatment_schema,
	    .what = "each preventive, acute drug, psychotherapy, non-drug treatment and ECT course tried"),
	END
};
static const struct lull_schema treatments_schema = SCHEMA("treatments", treatments_fields);
#undef S

#define S lull_burden_stated
static const struct lull_field burden_fields[] = {
	NUM(headache_days_per_month, 0, 31, "days", "as stated, without a diary"),
	NUM(debilitating_days_per_month, 0, 31, "days", "as stated, without a diary"),
	NUM(debilitating_months, 0, 1200, "months", "for how many months in a row"),
	ANSWER(interference, "significant interference with function or quality of life?"),
	ANSWER(drug_relief_fails, "debilitating despite acute drugs of established efficacy, taken early, at the recommended dose?"),
	ANSWER(specialist_centre, "were the failures documented at a headache centre?"),
	END
};
static const struct lull_schema burden_schema = SCHEMA("burden", burden_fields);
#undef S

#define S lull_coverage
static const struct lull_field coverage_fields[] = {
	TEXT(payer, "insurer or payer"),
	TEXT(plan, "plan or product"),
	ANSWER(covered, "did the payer agree to cover it?"),
	ANSWER(self_pay_accepted, "does the patient accept to pay?"),
	TEXT(note, "free text"),
	END
};
static const struct lull_schema coverage_schema = SCHEMA("coverage", coverage_fields);
#undef S

#define S lull_pain_now
static const struct lull_field pain_fields[] = {
	ROW("nrs", NUMBER, nrs, .min = 0, .max = 10, .required = true, .what = "pain now, 0 to 10"),
	ROW("date", DAY, day, .required = true, .what = "day of the rating"),
	END
};
static const struct lull_schema pain_schema = SCHEMA("pain_now", pain_fields);
#undef S

#define S lull_patient
#define PART(k, m, s, text) ROW(k, OBJECT, m, .sub = &(s), .what = (text))
static const struct lull_field patient_fields[] = {
	ROW("id", TEXT, id, .required = true, .what = "the clinic's number for the patient; no name"),
	ROW("invented", BOOL, invented, .required = true, .what = "true: not a real person; every output says so"),
	TEXT(note, "free text"),
	DAY("born", born, "day of birth"),
	NUM(age_y, 0, 125, "years", "age, where the day of birth is not recorded"),
	ROW("sex_at_birth", ENUM, sex, .names = lull_sex_names, .what = "sex at birth"),
	NUM(height_cm, 50, 260, "cm", "height"),
	ROW("setting", ENUM, setting, .names = lull_setting_names, .what = "where the patient would like to be treated"),
	PART("pregnancy", pregnancy, pregnancy_schema, "pregnancy and breast-feeding"),
	LIST("weights", LIST, weights, weight_schema, "every weight, with its day"),
	LIST("vitals", LIST, vitals, vitals_schema, "every set of vital signs, with its day"),
	LIST("ecgs", LIST, ecgs, ecg_schema, "every electrocardiogram"),
	LIST("labs", LIST, labs, lab_schema, "every laboratory result"),
	LIST("conditions", KEYED, conditions, condition_schema,
	     "conditions asked, by id; an id that is not there was never asked"),
	PART("allergies", allergies, allergies_schema, "allergies"),
	PART("drugs", drugs, drug_list_schema, "drugs taken"),
	PART("treatments", treatments, treatments_schema, "treatments tried for the headache"),
	PART("headache_history", headache, lull_history_schema, "what a diary cannot hold"),
	PART("burden", burden, burden_schema, "how heavy the headache is, as stated"),
	PART("red_flags", red_flags, lull_redflag_answers_schema, "signs of a secondary headache (SNNOOP10)"),
	LIST("scores", LIST, scores, lull_score_entry_schema,
	     "questionnaires filled in, the Columbia suicide screener among them"),
	LIST("reviews", LIST, reviews, review_schema, "specialists' reviews"),
	PART("readiness", readiness, readiness_schema, "capacity, consent, escort, fasting"),
	LIST("overrides", LIST, overrides, override_schema, "rules set aside, and by whom"),
	PART("ketamine", ketamine, ketamine_schema, "ketamine given before"),
	PART("coverage", coverage, coverage_schema, "insurance"),
	PART("pain_now", pain, pain_schema, "pain now"),
	ROW("goals", TEXTS, goals, .count_offset = offsetof(struct S, n_goals), .what = "what the patient wants to reach"),
	END
};
#undef S

/* A record that contradicts itself is refused: it must be cleared up by a person. */
static void check_patient(const void *object, const struct lull_node *node, const struct lull_doc *doc,
			  struct lull_diags *diags)
{
	const struct lull_patient *p = object;

	if (p->drugs.any == LULL_NO && p->drugs.n_list)
		lull_node_diag(diags, doc, node, LULL_ERROR, "drugs.any: yes", "correct one of them",
			       "drugs.any is \"no\" and %zu drugs are listed", p->drugs.n_list);
	if (p->allergies.any == LULL_NO && p->allergies.n_list)
		lull_node_diag(diags, doc, node, LULL_ERROR, "allergies.any: yes", "correct one of them",
			       "allergies.any is \"no\" and %zu are listed", p->allergies.n_list);
	if (p->ketamine.any == LULL_NO && p->ketamine.n_series)
		lull_node_diag(diags, doc, node, LULL_ERROR, "ketamine.any: yes", "correct one of them",
			       "ketamine.any is \"no\" and %zu series are listed", p->ketamine.n_series);
	for (size_t i = 0; i < p->n_conditions; i++)
		for (size_t k = 0; k < i; k++)
			if (lull_text_eq(p->conditions[i].id, p->conditions[k].id))
				lull_node_diag(diags, doc, node, LULL_ERROR, "each condition once", NULL,
					       "condition \"%s\" is answered twice", p->conditions[i].id);
	for (size_t i = 0; i < p->n_vitals; i++)
		if (p->vitals[i].dbp_mmhg >= p->vitals[i].sbp_mmhg)
			lull_node_diag(diags, doc, node, LULL_ERROR, "systolic above diastolic",
				       "were the two swapped?", "diastolic %g is not below systolic %g mmHg",
				       p->vitals[i].dbp_mmhg, p->vitals[i].sbp_mmhg);
}

const struct lull_schema lull_patient_schema = {
	.name = "patient",
	.size = sizeof(struct lull_patient),
	.fields = patient_fields,
	.version = LULL_PATIENT_SCHEMA_VERSION,
	.check = check_patient,
};

void lull_patient_init(struct lull_patient *patient)
{
	*patient = (struct lull_patient){
		.born = LULL_DAY_NONE,
		.age_y = NAN,
		.height_cm = NAN,
		.pregnancy.test_day = LULL_DAY_NONE,
		.drugs = { .reconciled = LULL_DAY_NONE, .oral_morphine_mg_per_day = NAN, .diazepam_mg_per_day = NAN },
		.headache = lull_history_unasked(),
		.red_flags = lull_redflags_unasked(),
		.burden = { .headache_days_per_month = NAN, .debilitating_days_per_month = NAN,
			    .debilitating_months = NAN },
		.readiness = { .day = LULL_DAY_NONE, .consent_day = LULL_DAY_NONE },
		.ketamine.lifetime_mg = NAN,
		.pain = { .nrs = NAN, .day = LULL_DAY_NONE },
	};
}

int lull_patient_bind(const struct lull_doc *doc, struct lull_arena *arena, struct lull_patient *out,
		      struct lull_diags *diags)
{
	lull_patient_init(out);
	return lull_schema_bind(doc, &lull_patient_schema, arena, out, diags);
}

double lull_patient_age_y(const struct lull_patient *patient, lull_day on)
{
	if (patient->born != LULL_DAY_NONE && on != LULL_DAY_NONE)
		return lull_age_years(patient->born, on);
	return patient->age_y;
}

struct lull_history lull_patient_history(const struct lull_patient *patient, lull_day on)
{
	struct lull_history history = patient->headache;
	const double age_y = lull_patient_age_y(patient, on);

	if (!isnan(age_y))
		history.age_y = age_y;
	return history;
}

/* Is a record of day `day` usable on `on` and newer than the best so far? */
static bool is_newer(lull_day day, lull_day on, const lull_day *best)
{
	if (on != LULL_DAY_NONE && day > on)
		return false;
	return !best || day >= *best;
}

#define LATEST(items, n, on, out)                                                        \
	do {                                                                              \
		for (size_t i_ = 0; i_ < (n); i_++)                                       \
			if (is_newer((items)[i_].day, (on), (out) ? &(out)->day : NULL))  \
				(out) = &(items)[i_];                                     \
	} while (0)

const struct lull_weight *lull_patient_weight(const struct lull_patient *patient, lull_day on)
{
	const struct lull_weight *latest = NULL;
	LATEST(patient->weights, patient->n_weights, on, latest);
	return latest;
}

const struct lull_vitals *lull_patient_vitals(const struct lull_patient *patient, lull_day on)
{
	const struct lull_vitals *latest = NULL;
	LATEST(patient->vitals, patient->n_vitals, on, latest);
	return latest;
}

const struct lull_ecg *lull_patient_ecg(const struct lull_patient *patient, lull_day on)
{
	const struct lull_ecg *latest = NULL;
	LATEST(patient->ecgs, patient->n_ecgs, on, latest);
	return latest;
}

const struct lull_score_entry *lull_patient_score(const struct lull_patient *patient, const char *instrument,
						  lull_day on)
{
	const struct lull_score_entry *latest = NULL;

	for (size_t i = 0; i < patient->n_scores; i++) {
		const struct lull_score_entry *entry = &patient->scores[i];
		if (lull_text_eq(entry->instrument, instrument) && is_newer(entry->day, on, latest ? &latest->day : NULL))
			latest = entry;
	}
	return latest;
}

const struct lull_lab_result *lull_patient_lab(const struct lull_patient *patient, enum lull_lab test, lull_day on)
{
	const struct lull_lab_result *latest = NULL;

	for (size_t i = 0; i < patient->n_labs; i++) {
		const struct lull_lab_result *lab = &patient->labs[i];
		if (lab->test == (int)test && is_newer(lab->day, on, latest ? &latest->day : NULL))
			latest = lab;
	}
	return latest;
}

const struct lull_condition *lull_patient_condition(const struct lull_patient *patient, const char *id)
{
	for (size_t i = 0; i < patient->n_conditions; i++)
		if (lull_text_eq(patient->conditions[i].id, id))
			return &patient->conditions[i];
	return NULL;
}

double lull_patient_bmi(const struct lull_patient *patient, lull_day on)
{
	const struct lull_weight *weight = lull_patient_weight(patient, on);
	const double height_m = patient->height_cm / 100.0;

	return weight ? weight->kg / (height_m * height_m) : NAN;
}
