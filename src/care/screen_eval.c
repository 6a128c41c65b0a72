/* Evaluates a rule's `when` against one record: met, not met or unknown, with the leaf that
 * decided and why. Nothing is guessed: absent is unknown, old is unknown, and a drug name
 * known only from memory leaves a rule that could exclude somebody unknown. */
#include <math.h>
#include <string.h>

#include "lull/base/text.h"
#include "screen_private.h"

static enum lull_status invert_unless(int is, enum lull_status status)
{
	if (is || status == LULL_STATUS_UNKNOWN)
		return status;
	return status == LULL_MET ? LULL_NOT_MET : LULL_MET;
}

/* Days for which what a leaf reads holds: the rule's, and never longer than a diary's. NAN: always. */
double lull_screen__valid_days(const struct lull_screen__view *view, const struct lull_when *leaf)
{
	const double diary_days = view->screening->settings.diary_valid_days;
	const enum lull_when_kind kind = lull_when_kind(leaf);
	const bool is_of_diary = kind == LULL_WHEN_CRITERION || kind == LULL_WHEN_DEFINITION ||
				 (kind == LULL_WHEN_ANSWER && leaf->answer == LULL_ASKED_OVERUSE);

	return is_of_diary && !(view->valid_days <= diary_days) ? diary_days : view->valid_days;
}

static bool is_stale(const struct lull_screen__view *view, const struct lull_when *leaf, lull_day day)
{
	const double valid_days = lull_screen__valid_days(view, leaf);

	return !isnan(valid_days) && day != LULL_DAY_NONE &&
	       (double)view->request->on - (double)day > valid_days;
}

/* Status of an answer: yes is met. Sets why. */
static enum lull_status from_answer(enum lull_answer answer, struct lull_basis *basis)
{
	if (answer == LULL_YES || answer == LULL_NO)
		return answer == LULL_YES ? LULL_MET : LULL_NOT_MET;
	basis->why = answer == LULL_UNKNOWN ? LULL_BASIS_NOT_KNOWN : LULL_BASIS_ABSENT;
	return LULL_STATUS_UNKNOWN;
}

/* ---- conditions --------------------------------------------------------------------------- */

static enum lull_status of_condition(const struct lull_screen__view *view, const struct lull_when *when,
				     struct lull_basis *basis)
{
	const struct lull_condition *c = lull_patient_condition(view->request->patient, when->condition);
	const enum lull_status has = from_answer(c ? c->answer : LULL_ABSENT, basis);

	if (c)
		basis->day = c->day;
	if (has != LULL_MET)
		return invert_unless(when->is, has);
	if (when->controlled >= 0) {
		if (c->controlled != LULL_YES && c->controlled != LULL_NO) {
			basis->why = LULL_BASIS_INCOMPLETE;
			return LULL_STATUS_UNKNOWN;
		}
		if ((c->controlled == LULL_YES) != (when->controlled == 1))
			return LULL_NOT_MET;
	}
	if (when->severity) {
		if (c->severity == LULL_SEVERITY_ABSENT) {
			basis->why = LULL_BASIS_INCOMPLETE;
			return LULL_STATUS_UNKNOWN;
		}
		if (!(when->severity >> c->severity & 1))
			return LULL_NOT_MET;
	}
	return invert_unless(when->is, LULL_MET);
}

/* ---- numbers ------------------------------------------------------------------------------- */

static void set(struct lull_basis *basis, double value, lull_day day)
{
	basis->value = value;
	basis->day = day;
}

static void read_vitals(const struct lull_screen__view *view, enum lull_fact_number fact, struct lull_basis *basis)
{
	const struct lull_vitals *v = lull_patient_vitals(view->request->patient, view->request->on);

	if (!v)
		return;
	switch (fact) {
	case LULL_FACT_SYSTOLIC:
		set(basis, v->sbp_mmhg, v->day);
		return;
	case LULL_FACT_DIASTOLIC:
		set(basis, v->dbp_mmhg, v->day);
		return;
	case LULL_FACT_HEART_RATE:
		set(basis, v->hr_per_min, v->day);
		return;
	default: /* saturation counts only on room air: with oxygen it says nothing */
		set(basis, v->on_air == LULL_YES ? v->spo2_percent : NAN, v->day);
		if (!isnan(v->spo2_percent) && v->on_air != LULL_YES)
			basis->why = LULL_BASIS_INCOMPLETE;
	}
}

static void read_lab(const struct lull_screen__view *view, enum lull_lab test, struct lull_basis *basis)
{
	const struct lull_lab_result *lab = lull_patient_lab(view->request->patient, test, view->request->on);
	if (lab)
		set(basis, lab->value, lab->day);
}

/* Stated equivalents; nobody has to state them for a person who takes no drug of the class. */
static void read_equivalents(const struct lull_screen__view *view, double stated, const char *class_id,
			     struct lull_basis *basis)
{
	const struct lull_patient *p = view->request->patient;
	const struct lull_when none = { .drug = class_id, .fact = -1, .answer = -1, .definition = -1, .preventive = -1,
					.treatment = -1, .is = 1, .started_within_days = NAN,
					.benefit_above_percent = NAN };
	struct lull_basis drug = { 0 };

	set(basis, stated, p->drugs.reconciled);
	if (isnan(stated) && lull_screen__eval(view, &none, &drug) == LULL_NOT_MET)
		set(basis, 0, p->drugs.reconciled);
}

static void read_number(const struct lull_screen__view *view, enum lull_fact_number fact, struct lull_basis *basis)
{
	const struct lull_patient *p = view->request->patient;
	const lull_day on = view->request->on;
	const struct lull_weight *weight = lull_patient_weight(p, on);

	switch (fact) {
	case LULL_FACT_AGE:
		set(basis, lull_patient_age_y(p, on), LULL_DAY_NONE);
		return;
	case LULL_FACT_WEIGHT:
		set(basis, weight ? weight->kg : NAN, weight ? weight->day : LULL_DAY_NONE);
		return;
	case LULL_FACT_BMI:
		set(basis, lull_patient_bmi(p, on), weight ? weight->day : LULL_DAY_NONE);
		return;
	case LULL_FACT_ALT:
		read_lab(view, LULL_LAB_ALT, basis);
		return;
	case LULL_FACT_AST:
		read_lab(view, LULL_LAB_AST, basis);
		return;
	case LULL_FACT_EGFR:
		read_lab(view, LULL_LAB_EGFR, basis);
		return;
	case LULL_FACT_MORPHINE:
		read_equivalents(view, p->drugs.oral_morphine_mg_per_day, "opioid", basis);
		return;
	case LULL_FACT_DIAZEPAM:
		read_equivalents(view, p->drugs.diazepam_mg_per_day, "benzodiazepine", basis);
		return;
	default:
		read_vitals(view, fact, basis);
	}
}

static enum lull_status of_number(const struct lull_screen__view *view, const struct lull_when *when,
				  struct lull_basis *basis)
{
	basis->why = LULL_BASIS_ABSENT;
	read_number(view, (enum lull_fact_number)when->fact, basis);
	if (isnan(basis->value))
		return LULL_STATUS_UNKNOWN;
	basis->why = LULL_BASIS_RECORDED;
	const double x = basis->value;
	const bool holds = (isnan(when->at_least) || x >= when->at_least) && (isnan(when->above) || x > when->above) &&
			   (isnan(when->at_most) || x <= when->at_most) && (isnan(when->below) || x < when->below);
	return invert_unless(when->is, holds ? LULL_MET : LULL_NOT_MET);
}

/* ---- answers --------------------------------------------------------------------------------- */

/* Ketamine named in the list of allergies; a name that is not understood might be it, unless the
 * patient was asked about ketamine itself. */
static enum lull_answer ketamine_allergy(const struct lull_screen__view *view)
{
	const struct lull_allergies *a = &view->request->patient->allergies;
	bool is_unclear = false;

	for (size_t i = 0; i < a->n_list; i++) {
		struct lull_drug_match m;
		lull_drugs_match(&view->screening->drugs, a->list[i].name, &m);
		for (size_t k = 0; k < m.n_ingredients; k++)
			if (lull_ingredient_is(&view->screening->drugs.ingredients[m.ingredients[k]], "ketamine_like"))
				return LULL_YES;
		is_unclear = is_unclear || !m.sure;
	}
	const struct lull_condition *asked =
		lull_patient_condition(view->request->patient, "ketamine_hypersensitivity");
	if (a->any == LULL_NO || (asked && asked->answer == LULL_NO))
		return LULL_NO;
	if (a->any == LULL_YES && a->n_list && !is_unclear)
		return LULL_NO;
	return a->any == LULL_ABSENT && !a->n_list ? LULL_ABSENT : LULL_UNKNOWN;
}

static bool can_not_be_pregnant(const struct lull_patient *p)
{
	return p->sex == LULL_SEX_MALE || p->pregnancy.possible == LULL_NO;
}

static enum lull_answer pregnant(const struct lull_patient *p, struct lull_basis *basis)
{
	if (p->pregnancy.test != LULL_PREGNANCY_UNTESTED)
		basis->day = p->pregnancy.test_day;
	if (p->pregnancy.pregnant == LULL_YES || p->pregnancy.test == LULL_PREGNANCY_POSITIVE)
		return LULL_YES;
	if (can_not_be_pregnant(p)) {
		basis->day = LULL_DAY_NONE;
		return LULL_NO;
	}
	/* "no" by word of mouth is not a test */
	return p->pregnancy.test == LULL_PREGNANCY_NEGATIVE ? LULL_NO
	       : p->pregnancy.pregnant == LULL_ABSENT	    ? LULL_ABSENT
							    : LULL_UNKNOWN;
}

static enum lull_answer pregnancy_untested(const struct lull_screen__view *view, struct lull_basis *basis)
{
	const struct lull_patient *p = view->request->patient;

	if (can_not_be_pregnant(p))
		return LULL_NO;
	if (p->pregnancy.test != LULL_PREGNANCY_UNTESTED) {
		basis->day = p->pregnancy.test_day;
		/* a test that is not dated, or dated later than the screen, is no test for it */
		const bool is_dated = p->pregnancy.test_day != LULL_DAY_NONE && p->pregnancy.test_day <= view->request->on;
		return is_dated ? LULL_NO : LULL_UNKNOWN;
	}
	return p->pregnancy.possible == LULL_YES ? LULL_YES : p->pregnancy.possible;
}

static enum lull_answer from_risk(const struct lull_screen__view *view, enum lull_suicide_risk at_least,
				  struct lull_basis *basis)
{
	basis->day = view->suicide_day;
	if (view->suicide_risk == LULL_RISK_UNKNOWN)
		return view->suicide_day == LULL_DAY_NONE ? LULL_ABSENT : LULL_UNKNOWN;
	return view->suicide_risk >= at_least ? LULL_YES : LULL_NO;
}

/* A review is same-day when it was made on the day of the suicide screen, and agrees. */
static enum lull_answer reviewed_same_day(const struct lull_screen__view *view)
{
	const struct lull_patient *p = view->request->patient;

	for (size_t i = 0; i < p->n_reviews; i++)
		if (p->reviews[i].specialty == LULL_REVIEW_PSYCHIATRY && p->reviews[i].agrees == LULL_YES &&
		    p->reviews[i].day == view->suicide_day && view->suicide_day != LULL_DAY_NONE)
			return LULL_YES;
	return LULL_NO;
}

static enum lull_answer red_flag(const struct lull_screen__view *view)
{
	if (view->red_flags.needs_clearance)
		return LULL_YES;
	if (view->red_flags.present == LULL_NOT_MET || view->request->patient->red_flags.cleared == LULL_YES)
		return LULL_NO;
	return LULL_ABSENT;
}

static enum lull_answer overuse(const struct lull_screen__view *view, struct lull_basis *basis)
{
	const struct lull_classification *c = view->request->classification;

	if (c && c->status[LULL_ICHD_8_2] != LULL_STATUS_UNKNOWN) {
		basis->day = view->request->diary_day;
		return c->status[LULL_ICHD_8_2] == LULL_MET ? LULL_YES : LULL_NO;
	}
	return view->request->patient->headache.overuse_over_3_months;
}

static enum lull_answer series_failed(const struct lull_patient *p, struct lull_basis *basis)
{
	bool is_unclear = false;

	if (p->ketamine.any != LULL_YES && !p->ketamine.n_series)
		return p->ketamine.any;
	for (size_t i = 0; i < p->ketamine.n_series; i++) {
		const struct lull_ketamine_series *s = &p->ketamine.series[i];
		const bool maybe_none = s->response == LULL_SERIES_NONE || s->response == LULL_SERIES_UNKNOWN;
		basis->day = s->last;
		if (s->response == LULL_SERIES_NONE && s->adequate == LULL_YES)
			return LULL_YES;
		is_unclear = is_unclear || (maybe_none && s->adequate != LULL_NO);
	}
	return is_unclear || !p->ketamine.n_series ? LULL_UNKNOWN : LULL_NO;
}

static enum lull_answer from_result(int result)
{
	return result == LULL_RESULT_ABNORMAL ? LULL_YES : result == LULL_RESULT_NORMAL ? LULL_NO : LULL_ABSENT;
}

static enum lull_answer read_answer(const struct lull_screen__view *view, enum lull_fact_answer which,
				    struct lull_basis *basis)
{
	const struct lull_patient *p = view->request->patient;
	const struct lull_readiness *ready = &p->readiness;
	const struct lull_lab_result *lab;
	const struct lull_ecg *ecg;

	switch (which) {
	case LULL_ASKED_KETAMINE_ALLERGY:
		return ketamine_allergy(view);
	case LULL_ASKED_PREGNANT:
		return pregnant(p, basis);
	case LULL_ASKED_PREGNANCY_UNTESTED:
		return pregnancy_untested(view, basis);
	case LULL_ASKED_BREAST_FEEDING:
		return p->sex == LULL_SEX_MALE ? LULL_NO : p->pregnancy.breast_feeding;
	case LULL_ASKED_SUICIDE_HIGH:
		return from_risk(view, LULL_RISK_HIGH, basis);
	case LULL_ASKED_SUICIDAL:
		return from_risk(view, LULL_RISK_LOW, basis);
	case LULL_ASKED_REVIEWED:
		return reviewed_same_day(view);
	case LULL_ASKED_PHQ9_ITEM9:
		return view->phq9_item9;
	case LULL_ASKED_CAPACITY:
		return ready->capacity;
	case LULL_ASKED_CONSENT:
		basis->day = ready->consent_day;
		return ready->consent;
	case LULL_ASKED_ESCORT:
		return ready->escort;
	case LULL_ASKED_FASTED:
		return ready->fasted;
	case LULL_ASKED_ALCOHOL:
		return ready->alcohol_today;
	case LULL_ASKED_RED_FLAG:
		return red_flag(view);
	case LULL_ASKED_OVERUSE:
		return overuse(view, basis);
	case LULL_ASKED_SERIES_FAILED:
		return series_failed(p, basis);
	case LULL_ASKED_URINALYSIS:
		lab = lull_patient_lab(p, LULL_LAB_URINALYSIS, view->request->on);
		basis->day = lab ? lab->day : LULL_DAY_NONE;
		return lab ? from_result(lab->result) : LULL_ABSENT;
	case LULL_ASKED_ECG:
		ecg = lull_patient_ecg(p, view->request->on);
		basis->day = ecg ? ecg->day : LULL_DAY_NONE;
		return ecg ? from_result(ecg->result) : LULL_ABSENT;
	case LULL_N_FACT_ANSWERS:
		break;
	}
	return LULL_ABSENT;
}

/* ---- drugs -------------------------------------------------------------------------------------- */

enum lull_status lull_screen__is_taken(const struct lull_screen__view *view, const struct lull_patient_drug *drug)
{
	if (drug->use != LULL_USE_STOPPED)
		return LULL_MET;
	if (drug->last_taken == LULL_DAY_NONE)
		return LULL_STATUS_UNKNOWN;
	const double ago = (double)view->request->on - (double)drug->last_taken;
	return ago <= view->screening->settings.stopped_drug_counts_days ? LULL_MET : LULL_NOT_MET;
}

/* The details that a leaf asks of a drug of the class. */
static enum lull_status details(const struct lull_screen__view *view, const struct lull_when *when,
				const struct lull_patient_drug *drug)
{
	enum lull_status status = lull_screen__is_taken(view, drug);

	if (when->regular)
		status = lull_status_and(status, drug->use == LULL_USE_UNKNOWN ? LULL_STATUS_UNKNOWN
						 : drug->use == LULL_USE_REGULAR ? LULL_MET
										 : LULL_NOT_MET);
	if (!isnan(when->started_within_days)) {
		const double ago = (double)view->request->on - (double)drug->since;
		status = lull_status_and(status, drug->since == LULL_DAY_NONE ? LULL_STATUS_UNKNOWN
						 : ago < when->started_within_days ? LULL_MET
										   : LULL_NOT_MET);
	}
	if (!isnan(when->benefit_above_percent))
		status = lull_status_and(status, isnan(drug->benefit_percent) ? LULL_STATUS_UNKNOWN
						 : drug->benefit_percent > when->benefit_above_percent ? LULL_MET
												       : LULL_NOT_MET);
	return status;
}

/* One drug of the record against the leaf. */
static enum lull_status of_one_drug(const struct lull_screen__view *view, const struct lull_when *when, uint32_t i,
				    struct lull_basis *basis)
{
	const struct lull_patient_drug *drug = &view->request->patient->drugs.list[i];
	const struct lull_drug_match *m = &view->drugs[i];
	bool is_in = false;

	basis->index = i;
	for (size_t k = 0; k < m->n_ingredients; k++)
		is_in = is_in || lull_ingredient_is(&view->screening->drugs.ingredients[m->ingredients[k]], when->drug);
	const enum lull_status detail = details(view, when, drug);
	if (detail == LULL_NOT_MET)
		return LULL_NOT_MET;
	if (is_in && (m->sure || !view->needs_sure)) { /* a name from memory is enough for a caution */
		basis->why = detail == LULL_MET ? LULL_BASIS_RECORDED : LULL_BASIS_INCOMPLETE;
		return detail;
	}
	if (m->sure)
		return LULL_NOT_MET;
	basis->why = m->recognised ? LULL_BASIS_DRUG_UNSURE : LULL_BASIS_DRUG_UNKNOWN;
	return LULL_STATUS_UNKNOWN;
}

static enum lull_status of_drug(const struct lull_screen__view *view, const struct lull_when *when,
				struct lull_basis *basis)
{
	const struct lull_drug_list *list = &view->request->patient->drugs;
	enum lull_status status = LULL_NOT_MET;

	basis->day = list->reconciled;
	if (!list->n_list && list->any != LULL_NO) {
		basis->why = list->any == LULL_ABSENT ? LULL_BASIS_ABSENT : LULL_BASIS_NOT_KNOWN;
		return LULL_STATUS_UNKNOWN;
	}
	for (uint32_t i = 0; i < list->n_list; i++) {
		struct lull_basis one = *basis;
		const enum lull_status found = of_one_drug(view, when, i, &one);
		if (found == LULL_MET || (found == LULL_STATUS_UNKNOWN && status == LULL_NOT_MET)) {
			status = found;
			*basis = one;
		}
		if (found == LULL_MET)
			break;
	}
	return invert_unless(when->is, status);
}

/* ---- headache ------------------------------------------------------------------------------------ */

static enum lull_status of_criterion(const struct lull_screen__view *view, const struct lull_when *when,
				     struct lull_basis *basis)
{
	const struct lull_classification *c = view->request->classification;

	basis->why = LULL_BASIS_NO_DIARY;
	if (!c)
		return LULL_STATUS_UNKNOWN;
	for (size_t i = 0; i < LULL_N_CRITERIA; i++)
		if (lull_text_eq(lull_criterion_codes[i], when->criterion)) {
			const enum lull_status status = (enum lull_status)c->status[i];
			basis->day = view->request->diary_day;
			if (status != LULL_STATUS_UNKNOWN)
				basis->why = LULL_BASIS_RECORDED;
			return invert_unless(when->is, status);
		}
	return LULL_STATUS_UNKNOWN;
}

static enum lull_status of_definition(const struct lull_screen__view *view, const struct lull_when *when,
				      struct lull_basis *basis)
{
	const struct lull_refractory *r = view->request->refractory;
	const enum lull_status status = r ? (enum lull_status)r->status[when->definition] : LULL_STATUS_UNKNOWN;

	if (status == LULL_STATUS_UNKNOWN)
		basis->why = LULL_BASIS_NO_DIARY;
	basis->day = view->request->diary_day;
	return invert_unless(when->is, status);
}

/* Listed is tried; not listed is "not tried" only when the list is said to be whole. */
static enum lull_status from_list(const struct lull_screen__view *view, bool is_listed, struct lull_basis *basis)
{
	const enum lull_answer complete = view->request->patient->treatments.complete;

	if (is_listed)
		return LULL_MET;
	if (complete == LULL_YES)
		return LULL_NOT_MET;
	basis->why = complete == LULL_ABSENT ? LULL_BASIS_ABSENT : LULL_BASIS_INCOMPLETE;
	return LULL_STATUS_UNKNOWN;
}

bool lull_screen__is_unavailable(const struct lull_screen__view *view, int preventive)
{
	const struct lull_treatment_history *history = view->request->history;
	size_t n_unavailable = 0;

	if (!history || !view->request->refractory_rules)
		return false;
	for (size_t i = 0; i < history->n_items; i++) {
		const struct lull_treatment *t = &history->items[i];
		const struct lull_drug_class *drug_class = lull_preventive_class(view->request->refractory_rules, t->drug);
		const char *id = t->drug_class ? t->drug_class : drug_class ? drug_class->id : NULL;
		if (t->kind != LULL_TREATMENT_PREVENTIVE || !lull_text_eq(id, lull_preventive_names[preventive]))
			continue;
		if (t->outcome != LULL_OUTCOME_UNAVAILABLE)
			return false;
		n_unavailable++;
	}
	return n_unavailable > 0;
}

static enum lull_status of_preventive(const struct lull_screen__view *view, const struct lull_when *when,
				      struct lull_basis *basis)
{
	const struct lull_refractory *r = view->request->refractory;
	const bool is_listed = r && r->tried[when->preventive] > 0 &&
			       !lull_screen__is_unavailable(view, when->preventive);
	const enum lull_status status = from_list(view, is_listed, basis);

	/* a listed drug that nobody recognised may have been of this class */
	if (status == LULL_NOT_MET && (!r || r->n_unrecognised)) {
		basis->why = LULL_BASIS_INCOMPLETE;
		return LULL_STATUS_UNKNOWN;
	}
	return status;
}

static enum lull_status of_treatment(const struct lull_screen__view *view, const struct lull_when *when,
				     struct lull_basis *basis)
{
	const struct lull_treatment_history *t = &view->request->patient->treatments;
	bool is_listed = false;

	for (size_t i = 0; i < t->n_items; i++)
		is_listed = is_listed || (t->items[i].kind == when->treatment &&
					  t->items[i].outcome != LULL_OUTCOME_UNAVAILABLE);
	return from_list(view, is_listed, basis);
}

/* ---- trees ------------------------------------------------------------------------------------------ */

static enum lull_status of_leaf(const struct lull_screen__view *view, const struct lull_when *when,
				struct lull_basis *basis)
{
	enum lull_status status = LULL_STATUS_UNKNOWN;

	*basis = (struct lull_basis){ .leaf = when, .value = NAN, .day = LULL_DAY_NONE, .index = UINT32_MAX,
				      .why = LULL_BASIS_RECORDED };
	switch (lull_when_kind(when)) {
	case LULL_WHEN_CONDITION:
		status = of_condition(view, when, basis);
		break;
	case LULL_WHEN_FACT:
		status = of_number(view, when, basis);
		break;
	case LULL_WHEN_ANSWER:
		status = invert_unless(when->is, from_answer(read_answer(view, (enum lull_fact_answer)when->answer, basis),
							     basis));
		break;
	case LULL_WHEN_DRUG:
		status = of_drug(view, when, basis);
		break;
	case LULL_WHEN_CRITERION:
		status = of_criterion(view, when, basis);
		break;
	case LULL_WHEN_DEFINITION:
		status = of_definition(view, when, basis);
		break;
	case LULL_WHEN_PREVENTIVE:
		status = of_preventive(view, when, basis);
		break;
	case LULL_WHEN_TREATMENT:
		status = of_treatment(view, when, basis);
		break;
	case LULL_WHEN_ANY:
	case LULL_WHEN_ALL:
		break; /* not leaves */
	}
	if (status != LULL_STATUS_UNKNOWN && is_stale(view, when, basis->day)) {
		basis->why = LULL_BASIS_STALE;
		status = LULL_STATUS_UNKNOWN;
	}
	basis->status = (uint8_t)status;
	return status;
}

/* any: the first met child decides, else the first unknown; all: the first not met, else the
 * first unknown. Without either, the first child stands for the tree. */
static enum lull_status of_branch(const struct lull_screen__view *view, const struct lull_when *children, size_t n,
				  enum lull_status decides, struct lull_basis *basis)
{
	enum lull_status status = decides == LULL_MET ? LULL_NOT_MET : LULL_MET;

	for (size_t i = 0; i < n; i++) {
		struct lull_basis one;
		const enum lull_status child = lull_screen__eval(view, &children[i], &one);
		if (i == 0 || child == decides || (child == LULL_STATUS_UNKNOWN && status != LULL_STATUS_UNKNOWN))
			*basis = one;
		if (child == decides)
			return decides;
		if (child == LULL_STATUS_UNKNOWN)
			status = LULL_STATUS_UNKNOWN;
	}
	return status;
}

enum lull_status lull_screen__eval(const struct lull_screen__view *view, const struct lull_when *when,
				   struct lull_basis *basis)
{
	if (when->n_any)
		return of_branch(view, when->any, when->n_any, LULL_MET, basis);
	if (when->n_all)
		return of_branch(view, when->all, when->n_all, LULL_NOT_MET, basis);
	return of_leaf(view, when, basis);
}

int lull_screen__unknown_leaves(const struct lull_screen__view *view, const struct lull_when *when,
				lull_screen__visit *visit, void *payload)
{
	struct lull_basis basis;
	const struct lull_when *children = when->n_any ? when->any : when->all;
	const size_t n = when->n_any ? when->n_any : when->n_all;

	if (lull_screen__eval(view, when, &basis) != LULL_STATUS_UNKNOWN)
		return LULL_OK;
	if (!n)
		return visit(payload, &basis);
	for (size_t i = 0; i < n; i++) {
		const int rc = lull_screen__unknown_leaves(view, &children[i], visit, payload);
		if (rc != LULL_OK)
			return rc;
	}
	return LULL_OK;
}

/* ---- the view --------------------------------------------------------------------------------------- */

/* The level that is certain; unknown while a worse one is still possible. */
static enum lull_suicide_risk risk_from(const struct lull_score *score)
{
	static const struct { const char *id; enum lull_suicide_risk risk; } levels[] = {
		{ "low", LULL_RISK_LOW }, { "moderate", LULL_RISK_MODERATE }, { "high", LULL_RISK_HIGH },
	};
	enum lull_suicide_risk certain = LULL_RISK_NONE, possible = LULL_RISK_NONE;

	for (size_t i = 0; i < 3; i++) {
		if (score->level && lull_text_eq(score->level->id, levels[i].id))
			certain = levels[i].risk;
		if (score->level_possible && lull_text_eq(score->level_possible->id, levels[i].id))
			possible = levels[i].risk;
	}
	return possible > certain ? LULL_RISK_UNKNOWN : certain;
}

static int read_suicide_screen(struct lull_screen__view *view, struct lull_err *err)
{
	const struct lull_screen_request *r = view->request;
	const struct lull_score_entry *entry = lull_patient_score(r->patient, "cssrs_screener", r->on);
	struct lull_score score;

	view->suicide_risk = LULL_RISK_UNKNOWN;
	view->suicide_day = LULL_DAY_NONE;
	if (!entry)
		return LULL_OK;
	const int rc = lull_score_entry_run(&view->screening->instruments, entry, &score, err);
	if (rc != LULL_OK)
		return rc;
	view->suicide_day = entry->day;
	view->suicide_risk = risk_from(&score);
	return LULL_OK;
}

/* Item 9 above 0 and no suicide screen on that day or later. */
static int read_phq9(struct lull_screen__view *view, struct lull_err *err)
{
	const struct lull_screen_request *r = view->request;
	const struct lull_score_entry *entry = lull_patient_score(r->patient, "phq9", r->on);
	struct lull_score score;

	view->phq9_item9 = LULL_NO; /* without a PHQ-9 there is nothing to follow up */
	if (!entry)
		return LULL_OK;
	const int rc = lull_score_entry_run(&view->screening->instruments, entry, &score, err);
	if (rc != LULL_OK)
		return rc;
	for (size_t i = 0; i < score.n_flags; i++)
		if (score.flags[i].state == LULL_YES)
			view->phq9_item9 = LULL_YES;
	if (view->suicide_day != LULL_DAY_NONE && view->suicide_day >= entry->day)
		view->phq9_item9 = LULL_NO;
	return LULL_OK;
}

/* A clinician's own word for the ingredients is sure; otherwise the name is read. */
static void match_drug(const struct lull_screening *screening, const struct lull_patient_drug *drug,
		       struct lull_drug_match *out)
{
	if (!drug->n_ingredients) {
		lull_drugs_match(&screening->drugs, drug->name, out);
		return;
	}
	*out = (struct lull_drug_match){ .recognised = true, .sure = true };
	for (size_t i = 0; i < drug->n_ingredients && i < LULL_DRUG_MATCH_MAX; i++) {
		const struct lull_ingredient *in = lull_drugs_ingredient(&screening->drugs, drug->ingredients[i]);
		if (in)
			out->ingredients[out->n_ingredients++] = (uint32_t)(in - screening->drugs.ingredients);
		else
			out->recognised = out->sure = false;
	}
}

int lull_screen__view_make(const struct lull_screening *screening, const struct lull_screen_request *request,
			   struct lull_arena *arena, struct lull_screen__view *view,
			   struct lull_drug_match **drugs, struct lull_err *err)
{
	const struct lull_drug_list *list = &request->patient->drugs;
	struct lull_drug_match *matches = LULL_ARENA_NEW(arena, struct lull_drug_match, list->n_list + 1);

	if (!matches)
		return lull_nomem(err);
	for (size_t i = 0; i < list->n_list; i++)
		match_drug(screening, &list->list[i], &matches[i]);
	*view = (struct lull_screen__view){ .screening = screening, .request = request, .drugs = matches,
					    .valid_days = NAN };
	*drugs = matches;
	lull_redflags_run(&screening->red_flags, &request->patient->red_flags, &view->red_flags);
	const int rc = read_suicide_screen(view, err);
	return rc == LULL_OK ? read_phq9(view, err) : rc;
}
