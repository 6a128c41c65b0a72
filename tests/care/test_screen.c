/* The screen: every rule fires and stays silent, three values, who may set what aside, the order
 * of questions, and that nothing remembered or unread clears anybody. */
#include "support.h"

#include <math.h>
#include <stdio.h>

#include "lull/base/text.h"
#include "lull/care/protocol.h"
#include "lull/care/screen.h"
#include "lull/codec/json.h"
#include "lull/codec/screen_json.h"
#include "lull/report/screen_doc.h"

static struct lull_arena arena;
static struct lull_screening k;
static struct lull_patient complete; /* examples/complete */
static lull_day today;

static struct lull_patient read_patient(const char *path)
{
	size_t n;
	struct lull_doc doc;
	struct lull_diags diags;
	struct lull_patient p = { 0 };
	const char *bytes = test_read(path, &n, &arena);

	lull_diags_init(&diags, &arena);
	int rc = lull_json_read(bytes, n, path, &arena, &doc, &diags);
	if (rc == LULL_OK)
		rc = lull_patient_bind(&doc, &arena, &p, &diags);
	if (rc == LULL_OK)
		rc = lull_screening_check_patient(&k, &p, path, &diags);
	assert_no_diags(&diags);
	assert_int_equal(rc, LULL_OK);
	return p;
}

static int setup(void **state)
{
	struct lull_diags diags;
	(void)state;
	lull_diags_init(&diags, &arena);
	const int rc = lull_screening_load(test_knowledge(), &arena, &k, &diags);
	assert_no_diags(&diags);
	assert_int_equal(rc, LULL_OK);
	complete = read_patient("examples/complete/patient.json");
	today = lull_day_from_ymd(2026, 11, 20);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	lull_arena_clear(&arena);
	return 0;
}

/* ---- building cases -------------------------------------------------------------------------- */

/* A patient of one's own to change: lists are copied. */
struct chart {
	struct lull_patient p;
	struct lull_condition conditions[80];
	struct lull_patient_drug drugs[8];
	struct lull_vitals vitals;
	struct lull_weight weight;
	struct lull_lab_result labs[16];
	struct lull_ecg ecg;
	struct lull_review reviews[2];
	struct lull_override overrides[4];
	struct lull_ketamine_series series;
	struct lull_score_entry scores[4];
	struct lull_score_answer cssrs[7], phq9[9];
	struct lull_allergy allergy;
	struct lull_classification classification;
	struct lull_refractory refractory;
	struct lull_screen_request request;
};

/* Nothing fires for this one: the complete example without drugs, chronic and resistant. */
static void clean(struct chart *c)
{
	*c = (struct chart){ .p = complete };
	assert_true(complete.n_conditions <= 80 && complete.n_labs <= 14);
	memcpy(c->conditions, complete.conditions, complete.n_conditions * sizeof(*c->conditions));
	memcpy(c->labs, complete.labs, complete.n_labs * sizeof(*c->labs));
	c->p.conditions = c->conditions;
	c->p.labs = c->labs;
	c->vitals = complete.vitals[0];
	c->p.vitals = &c->vitals;
	c->weight = complete.weights[1];
	c->p.weights = &c->weight;
	c->p.n_weights = 1;
	c->ecg = complete.ecgs[0];
	c->p.ecgs = &c->ecg;
	c->p.drugs.list = c->drugs;
	c->p.drugs.n_list = 0;
	c->p.drugs.any = LULL_NO;
	c->scores[0] = *lull_patient_score(&complete, "cssrs_screener", LULL_DAY_NONE);
	c->scores[1] = *lull_patient_score(&complete, "phq9", LULL_DAY_NONE);
	assert_int_equal(c->scores[0].n_items, 7);
	assert_int_equal(c->scores[1].n_items, 9);
	memcpy(c->cssrs, c->scores[0].items, sizeof(c->cssrs));
	memcpy(c->phq9, c->scores[1].items, sizeof(c->phq9));
	c->scores[0].items = c->cssrs;
	c->scores[1].items = c->phq9;
	c->p.scores = c->scores;
	c->p.n_scores = 2;
	c->classification.status[LULL_ICHD_1_3] = LULL_MET;
	c->classification.status[LULL_ICHD_8_2] = LULL_NOT_MET;
	c->classification.index = today - 5;
	for (size_t i = 0; i < LULL_N_PREVENTIVES; i++)
		c->refractory.tried[i] = 1;
	c->refractory.status[LULL_DEFINITION_EHF2020_RESISTANT] = LULL_MET;
	c->refractory.status[LULL_DEFINITION_EHF2020_REFRACTORY] = LULL_NOT_MET;
	c->request = (struct lull_screen_request){
		.patient = &c->p, .on = today, .route = LULL_ROUTE_IV,
		.indication = lull_screening_indication(&k, "refractory_chronic_migraine"),
		.classification = &c->classification, .diary_day = today - 5, .refractory = &c->refractory,
	};
}

static struct lull_screen run(struct chart *c)
{
	struct lull_screen s;
	struct lull_err err = { 0 };
	assert_ok(lull_screen_run(&k, &c->request, &arena, &s, &err), &err);
	return s;
}

static const struct lull_rule_outcome *outcome(const struct lull_screen *s, const char *id)
{
	for (size_t i = 0; i < s->n_rules; i++)
		if (strcmp(s->rules[i].rule->id, id) == 0)
			return &s->rules[i];
	fail_msg("no rule %s in this screen", id);
	return NULL;
}

static struct lull_condition *condition(struct chart *c, const char *id)
{
	for (size_t i = 0; i < c->p.n_conditions; i++)
		if (strcmp(c->conditions[i].id, id) == 0)
			return &c->conditions[i];
	c->conditions[c->p.n_conditions] = (struct lull_condition){ .id = id, .day = LULL_DAY_NONE };
	return &c->conditions[c->p.n_conditions++];
}

static struct lull_patient_drug *add_drug(struct chart *c, const char *name)
{
	struct lull_patient_drug *d = &c->drugs[c->p.drugs.n_list++];
	*d = (struct lull_patient_drug){ .name = name, .use = LULL_USE_REGULAR, .since = today - 10,
					 .last_taken = LULL_DAY_NONE, .days_per_28 = NAN, .benefit_percent = 40 };
	c->p.drugs.any = LULL_YES;
	return d;
}

static struct lull_lab_result *add_lab(struct chart *c, enum lull_lab test)
{
	struct lull_lab_result *lab = &c->labs[c->p.n_labs++];
	*lab = (struct lull_lab_result){ .test = (int)test, .value = NAN, .day = today };
	return lab;
}

/* A number that satisfies the leaf's limit. */
static double satisfying(const struct lull_when *w)
{
	return !isnan(w->at_least) ? w->at_least : !isnan(w->above) ? w->above + 1 : !isnan(w->below) ? w->below - 1
												 : w->at_most;
}

static void make_number(struct chart *c, const struct lull_when *w)
{
	const double x = satisfying(w);
	switch ((enum lull_fact_number)w->fact) {
	case LULL_FACT_AGE:
		c->p.born = LULL_DAY_NONE;
		c->p.age_y = x;
		return;
	case LULL_FACT_WEIGHT:
	case LULL_FACT_BMI:
		c->weight.kg = x;
		return;
	case LULL_FACT_SYSTOLIC:
		c->vitals.sbp_mmhg = x;
		return;
	case LULL_FACT_DIASTOLIC:
		c->vitals.dbp_mmhg = x;
		return;
	case LULL_FACT_HEART_RATE:
		c->vitals.hr_per_min = x;
		return;
	case LULL_FACT_SPO2:
		c->vitals.spo2_percent = x;
		return;
	case LULL_FACT_ALT:
		add_lab(c, LULL_LAB_ALT)->value = x;
		return;
	case LULL_FACT_AST:
		add_lab(c, LULL_LAB_AST)->value = x;
		return;
	case LULL_FACT_EGFR:
		add_lab(c, LULL_LAB_EGFR)->value = x;
		return;
	case LULL_FACT_MORPHINE:
		c->p.drugs.oral_morphine_mg_per_day = x;
		return;
	case LULL_FACT_DIAZEPAM:
		c->p.drugs.diazepam_mg_per_day = x;
		return;
	case LULL_N_FACT_NUMBERS:
		break;
	}
	fail();
}

static void make_answer(struct chart *c, const struct lull_when *w)
{
	const enum lull_answer wanted = w->is ? LULL_YES : LULL_NO;
	switch ((enum lull_fact_answer)w->answer) {
	case LULL_ASKED_KETAMINE_ALLERGY:
		c->allergy = (struct lull_allergy){ .name = "Ketalar", .day = today };
		c->p.allergies = (struct lull_allergies){ LULL_YES, &c->allergy, 1 };
		return;
	case LULL_ASKED_PREGNANT:
		c->p.pregnancy.test = LULL_PREGNANCY_POSITIVE;
		return;
	case LULL_ASKED_PREGNANCY_UNTESTED:
		c->p.pregnancy.test = LULL_PREGNANCY_UNTESTED;
		return;
	case LULL_ASKED_BREAST_FEEDING:
		c->p.pregnancy.breast_feeding = wanted;
		return;
	case LULL_ASKED_SUICIDE_HIGH:
	case LULL_ASKED_SUICIDAL:
		c->cssrs[0].value = c->cssrs[1].value = c->cssrs[4].value = 1; /* q5: plan with intent */
		return;
	case LULL_ASKED_REVIEWED:
		return; /* no review is recorded */
	case LULL_ASKED_PHQ9_ITEM9:
		c->phq9[8].value = 1;
		c->scores[1].day = c->scores[0].day + 1;
		return;
	case LULL_ASKED_CAPACITY:
		c->p.readiness.capacity = wanted;
		return;
	case LULL_ASKED_CONSENT:
		c->p.readiness.consent = wanted;
		return;
	case LULL_ASKED_ESCORT:
		c->p.readiness.escort = wanted;
		return;
	case LULL_ASKED_FASTED:
		c->p.readiness.fasted = wanted;
		return;
	case LULL_ASKED_ALCOHOL:
		c->p.readiness.alcohol_today = wanted;
		return;
	case LULL_ASKED_RED_FLAG:
		c->p.red_flags.items[LULL_REDFLAG_SUDDEN] = LULL_YES;
		return;
	case LULL_ASKED_OVERUSE:
		c->classification.status[LULL_ICHD_8_2] = LULL_MET;
		return;
	case LULL_ASKED_SERIES_FAILED:
		c->series = (struct lull_ketamine_series){ .response = LULL_SERIES_NONE, .adequate = LULL_YES,
							   .first = today - 200, .last = today - 190 };
		c->p.ketamine = (struct lull_ketamine_past){ .any = LULL_YES, .series = &c->series, .n_series = 1 };
		return;
	case LULL_ASKED_URINALYSIS:
		add_lab(c, LULL_LAB_URINALYSIS)->result = LULL_RESULT_ABNORMAL;
		return;
	case LULL_ASKED_ECG:
		c->ecg.result = LULL_RESULT_ABNORMAL;
		return;
	case LULL_N_FACT_ANSWERS:
		break;
	}
	fail();
}

/* Change the chart so that this tree is met. which: the child of a top-level any. */
static void make_true(struct chart *c, const struct lull_when *w, size_t which)
{
	if (w->n_any) {
		make_true(c, &w->any[which % w->n_any], 0);
		return;
	}
	for (size_t i = 0; i < w->n_all; i++)
		make_true(c, &w->all[i], 0);
	if (w->n_all)
		return;
	struct lull_condition *item;
	switch (lull_when_kind(w)) {
	case LULL_WHEN_CONDITION:
		item = condition(c, w->condition);
		item->answer = w->is ? LULL_YES : LULL_NO;
		if (w->controlled >= 0)
			item->controlled = w->controlled ? LULL_YES : LULL_NO;
		for (int i = 0; i < 4; i++)
			if (w->severity >> i & 1)
				item->severity = i;
		return;
	case LULL_WHEN_FACT:
		make_number(c, w);
		return;
	case LULL_WHEN_ANSWER:
		make_answer(c, w);
		return;
	case LULL_WHEN_DRUG:
		for (size_t i = 0; i < k.drugs.n_ingredients; i++)
			if (lull_ingredient_is(&k.drugs.ingredients[i], w->drug)) {
				add_drug(c, k.drugs.ingredients[i].id);
				return;
			}
		break;
	default:
		break;
	}
	fail_msg("a rule asks what no test can make true");
}

static enum lull_route route_of(const struct lull_screen_rule *rule)
{
	for (int r = 0; r < LULL_N_ROUTES; r++)
		if (!rule->routes || rule->routes >> r & 1)
			return (enum lull_route)r;
	return LULL_ROUTE_IV;
}

static void set_scope(struct chart *c, const struct lull_screen_rule *rule)
{
	c->request.route = route_of(rule);
	if (rule->n_indications)
		c->request.indication = lull_screening_indication(&k, rule->indications[0]);
}

/* ---- rules -------------------------------------------------------------------------------------- */

static void every_rule_fires_and_stays_silent(void **state)
{
	static struct chart c;
	(void)state;
	for (size_t i = 0; i < k.n_rules; i++) {
		const struct lull_screen_rule *rule = &k.rules[i];
		clean(&c);
		set_scope(&c, rule);
		struct lull_screen s = run(&c);
		if (outcome(&s, rule->id)->status != LULL_NOT_MET)
			fail_msg("%s is not silent", rule->id);
		for (size_t which = 0; which < (rule->when.n_any ? rule->when.n_any : 1); which++) {
			clean(&c);
			set_scope(&c, rule);
			make_true(&c, &rule->when, which);
			s = run(&c);
			const struct lull_rule_outcome *o = outcome(&s, rule->id);
			if (o->status != LULL_MET)
				fail_msg("%s does not fire by its part %zu", rule->id, which + 1);
			assert_int_equal(o->standing, LULL_STANDS);
			if (rule->kind == LULL_RULE_EXCLUDE)
				assert_int_equal(s.verdict, LULL_VERDICT_EXCLUDED);
			else if (rule->kind == LULL_RULE_RELATIVE)
				assert_int_not_equal(s.verdict, LULL_VERDICT_NO_EXCLUSION);
		}
	}
}

/* Every number of facts/therapy.md 1.3 and 1.4 has its rows. */
static void no_rule_is_missing(void **state)
{
	(void)state;
	for (int n = 1; n <= 41; n++) {
		char id[8];
		bool found = false;
		snprintf(id, sizeof(id), "C%02d", n);
		for (size_t i = 0; i < k.n_rules; i++)
			found = found || strncmp(k.rules[i].id, id, 3) == 0;
		if (!found)
			fail_msg("no rule %s", id);
	}
	for (int n = 1; n <= 24; n++) {
		char id[8];
		snprintf(id, sizeof(id), "D%02d", n);
		if (!lull_screening_rule(&k, id))
			fail_msg("no rule %s", id);
	}
	assert_int_equal(k.n_indications, 7);
}

static void unasked_is_unknown_and_never_cleared(void **state)
{
	static struct chart c;
	struct lull_patient empty;
	(void)state;
	clean(&c);
	lull_patient_init(&empty);
	empty.id = "empty";
	c.p = empty;
	c.request.classification = NULL;
	c.request.refractory = NULL;
	c.request.diary_day = LULL_DAY_NONE;
	const struct lull_screen s = run(&c);
	assert_int_equal(s.verdict, LULL_VERDICT_CANNOT_TELL);
	assert_int_equal(s.suicide_risk, LULL_RISK_UNKNOWN);
	for (size_t i = 0; i < s.n_rules; i++) {
		const struct lull_rule_outcome *o = &s.rules[i];
		assert_int_not_equal(o->status, LULL_MET);
		/* without a PHQ-9 there is no item 9 to follow up */
		if (o->rule->kind != LULL_RULE_CAUTION && strcmp(o->rule->id, "C13-phq9") != 0 &&
		    o->status != LULL_STATUS_UNKNOWN)
			fail_msg("%s was cleared by silence", o->rule->id);
	}
	for (size_t i = 0; i < s.n_entry; i++)
		assert_int_equal(s.entry[i].status, LULL_STATUS_UNKNOWN);
	assert_int_equal(s.n_options_open, s.n_options);
	assert_true(s.n_questions > 40);
}

/* ---- verdicts ------------------------------------------------------------------------------------ */

static void the_best_verdict_is_honest(void **state)
{
	static struct chart c;
	(void)state;
	clean(&c);
	struct lull_screen s = run(&c);
	assert_int_equal(s.verdict, LULL_VERDICT_NO_EXCLUSION);
	assert_string_equal(lull_screen_verdict_text(&s, &arena),
			    "no exclusion found; off-label; no controlled trial of infusion in chronic migraine has reported");
	assert_int_equal(s.n_questions, 0);
	assert_int_equal(s.n_options_open, 0);
	for (size_t i = 0; i < k.n_indications; i++) {
		assert_has(k.indications[i].verdict, "no exclusion found; off-label");
		assert_null(strstr(k.indications[i].verdict, "candidate"));
		assert_true((k.indications[i].n_protocols == 0) == (strcmp(k.indications[i].id, "anxiety") == 0 ||
								    strcmp(k.indications[i].id, "ptsd") == 0));
	}
}

static void the_worst_counts(void **state)
{
	static struct chart c;
	(void)state;
	clean(&c);
	condition(&c, "porphyria")->answer = LULL_YES;
	struct lull_screen s = run(&c);
	assert_int_equal(s.verdict, LULL_VERDICT_NEEDS_CLEARANCE);
	assert_has(lull_screen_verdict_text(&s, &arena), "needs clearance: C22 (acute porphyria); off-label");
	condition(&c, "delirium")->answer = LULL_UNKNOWN;
	s = run(&c);
	assert_int_equal(s.verdict, LULL_VERDICT_CANNOT_TELL);
	assert_true(outcome(&s, "C12")->could_change);
	assert_has(lull_screen_verdict_text(&s, &arena), "cannot tell: 1 relative exclusion is unknown");
	c.classification.status[LULL_ICHD_1_3] = LULL_NOT_MET;
	s = run(&c);
	assert_int_equal(s.verdict, LULL_VERDICT_NOT_INDICATED);
	assert_has(lull_screen_verdict_text(&s, &arena), "not indicated: the entry criteria of refractory chronic migraine");
	condition(&c, "psychosis")->answer = LULL_YES;
	s = run(&c);
	assert_int_equal(s.verdict, LULL_VERDICT_EXCLUDED);
	assert_false(outcome(&s, "C12")->could_change);
	assert_has(lull_screen_verdict_text(&s, &arena), "excluded: C11 (psychosis)");
}

static void a_caution_never_changes_the_verdict(void **state)
{
	static struct chart c;
	(void)state;
	clean(&c);
	condition(&c, "sleep_apnoea")->answer = LULL_UNKNOWN;
	condition(&c, "seizure_disorder")->answer = LULL_YES;
	const struct lull_screen s = run(&c);
	assert_int_equal(s.verdict, LULL_VERDICT_NO_EXCLUSION);
	assert_int_equal(s.n_questions, 1);
	assert_int_equal(s.questions[0].group, LULL_ASK_FOR_CAUTION);
}

/* ---- drugs ------------------------------------------------------------------------------------------ */

static void a_drug_nobody_knows_means_cannot_tell(void **state)
{
	static struct chart c;
	(void)state;
	clean(&c);
	add_drug(&c, "zzyzxamab 5 mg");
	struct lull_screen s = run(&c);
	assert_int_equal(s.verdict, LULL_VERDICT_CANNOT_TELL);
	assert_int_equal(s.n_drugs_unrecognised, 1);
	assert_int_equal(s.questions[0].group, LULL_ASK_ABOUT_DRUG);
	assert_has(lull_question_text(&k, &c.p, &s, &s.questions[0].basis, &arena), "zzyzxamab");
	assert_has(lull_screen_verdict_text(&s, &arena), "1 drug name is not recognised");
	/* a clinician names the ingredient */
	const char *const named[] = { "topiramate" };
	c.drugs[0].ingredients = named;
	c.drugs[0].n_ingredients = 1;
	s = run(&c);
	assert_int_equal(s.verdict, LULL_VERDICT_NO_EXCLUSION);
}

static void a_name_from_memory_never_clears(void **state)
{
	static struct chart c;
	(void)state;
	clean(&c);
	add_drug(&c, "Topamax 100 mg BID");
	struct lull_screen s = run(&c);
	assert_int_equal(s.verdict, LULL_VERDICT_CANNOT_TELL); /* D01 stays unknown */
	assert_int_equal(outcome(&s, "D01")->status, LULL_STATUS_UNKNOWN);
	assert_int_equal(outcome(&s, "D01")->basis.why, LULL_BASIS_DRUG_UNSURE);
	assert_int_equal(outcome(&s, "D22")->status, LULL_MET); /* but it may add a caution */
	assert_int_equal(s.n_drugs_unsure, 1);
	assert_has(lull_question_text(&k, &c.p, &s, &s.questions[0].basis, &arena), "Confirm that \"Topamax 100 mg BID\" is topiramate");
	/* nor does it exclude: "Uniphyl" may be theophylline */
	clean(&c);
	add_drug(&c, "Uniphyl");
	s = run(&c);
	assert_int_equal(outcome(&s, "D01")->status, LULL_STATUS_UNKNOWN);
	clean(&c);
	add_drug(&c, "theophylline 200 mg");
	s = run(&c);
	assert_int_equal(outcome(&s, "D01")->status, LULL_MET);
}

static void the_route_changes_interactions(void **state)
{
	static struct chart c;
	(void)state;
	clean(&c);
	add_drug(&c, "clarithromycin 500 mg bid");
	struct lull_screen s = run(&c);
	assert_int_equal(outcome(&s, "D10")->rule->kind, LULL_RULE_CAUTION);
	assert_int_equal(outcome(&s, "D10")->status, LULL_MET);
	assert_int_equal(s.verdict, LULL_VERDICT_NO_EXCLUSION);
	c.request.route = LULL_ROUTE_NASAL;
	s = run(&c);
	assert_int_equal(outcome(&s, "D10-oral")->status, LULL_MET);
	assert_int_equal(s.verdict, LULL_VERDICT_NEEDS_CLEARANCE);
	/* a substance use disorder of the past: a caution at the chair, an exclusion at home */
	clean(&c);
	condition(&c, "substance_use_past")->answer = LULL_YES;
	s = run(&c);
	assert_int_equal(s.verdict, LULL_VERDICT_NO_EXCLUSION);
	c.request.route = LULL_ROUTE_NASAL;
	s = run(&c);
	assert_int_equal(s.verdict, LULL_VERDICT_EXCLUDED);
}

static void a_stopped_drug_counts_for_a_while(void **state)
{
	static struct chart c;
	(void)state;
	clean(&c);
	struct lull_patient_drug *d = add_drug(&c, "theophylline");
	d->use = LULL_USE_STOPPED;
	struct lull_screen s = run(&c);
	assert_int_equal(outcome(&s, "D01")->status, LULL_STATUS_UNKNOWN);
	assert_has(lull_question_text(&k, &c.p, &s, &s.questions[0].basis, &arena), "until when");
	d->last_taken = today - 3;
	s = run(&c);
	assert_int_equal(outcome(&s, "D01")->status, LULL_MET);
	d->last_taken = today - 60;
	s = run(&c);
	assert_int_equal(outcome(&s, "D01")->status, LULL_NOT_MET);
}

static void details_of_a_drug_are_asked(void **state)
{
	static struct chart c;
	(void)state;
	clean(&c);
	struct lull_patient_drug *d = add_drug(&c, "erenumab");
	d->since = LULL_DAY_NONE;
	d->benefit_percent = NAN;
	struct lull_screen s = run(&c);
	assert_int_equal(outcome(&s, "C41")->status, LULL_STATUS_UNKNOWN);
	assert_int_equal(outcome(&s, "C41")->basis.why, LULL_BASIS_INCOMPLETE);
	d->since = today - 400;
	s = run(&c);
	assert_int_equal(outcome(&s, "C41")->status, LULL_NOT_MET);
	clean(&c);
	d = add_drug(&c, "lorazepam");
	d->use = LULL_USE_UNKNOWN;
	s = run(&c);
	assert_int_equal(outcome(&s, "C40-chronic")->status, LULL_STATUS_UNKNOWN);
	d->use = LULL_USE_AS_NEEDED;
	s = run(&c);
	assert_int_equal(outcome(&s, "C40-chronic")->status, LULL_NOT_MET);
	assert_int_equal(outcome(&s, "D03")->status, LULL_MET);
}

static void no_list_is_not_an_empty_list(void **state)
{
	static struct chart c;
	(void)state;
	clean(&c);
	c.p.drugs.any = LULL_ABSENT;
	struct lull_screen s = run(&c);
	assert_int_equal(s.verdict, LULL_VERDICT_CANNOT_TELL);
	assert_has(lull_question_text(&k, &c.p, &s, &s.questions[0].basis, &arena), "a whole list, or none");
	assert_true(s.questions[0].n_rules > 15); /* one question for all */
	c.p.drugs.any = LULL_UNKNOWN;
	s = run(&c);
	assert_int_equal(outcome(&s, "D01")->basis.why, LULL_BASIS_NOT_KNOWN);
}

/* ---- facts --------------------------------------------------------------------------------------------- */

static void old_facts_are_unknown(void **state)
{
	static struct chart c;
	(void)state;
	clean(&c);
	c.vitals.day = today - 31;
	struct lull_screen s = run(&c);
	assert_int_equal(outcome(&s, "C32")->status, LULL_STATUS_UNKNOWN);
	assert_int_equal(outcome(&s, "C32")->basis.why, LULL_BASIS_STALE);
	assert_has(lull_question_text(&k, &c.p, &s, &s.questions[0].basis, &arena), "Last answer too old (2026-10-20)");
	assert_has(lull_basis_text(&k, &c.p, &outcome(&s, "C32")->basis, &arena), "recorded too long ago");
	clean(&c);
	c.request.diary_day = today - 91;
	s = run(&c);
	assert_int_equal(s.entry_status, LULL_STATUS_UNKNOWN);
	c.request.diary_day = LULL_DAY_NONE; /* numbered days: no calendar to be old in */
	s = run(&c);
	assert_int_equal(s.entry_status, LULL_MET);
}

static void a_screen_expires_with_its_oldest_fact(void **state)
{
	static struct chart c;
	(void)state;
	clean(&c);
	c.vitals.day = today;
	c.p.pregnancy.test_day = today;
	c.scores[0].day = today;
	struct lull_screen s = run(&c);
	assert_int_equal(s.valid_until, today + 30);
	c.vitals.day = today - 20;
	s = run(&c);
	assert_int_equal(s.valid_until, today + 10);
}

static void oxygen_makes_saturation_say_nothing(void **state)
{
	static struct chart c;
	(void)state;
	clean(&c);
	c.vitals.on_air = LULL_NO;
	struct lull_screen s = run(&c);
	assert_int_equal(outcome(&s, "C25")->status, LULL_STATUS_UNKNOWN);
	c.p.n_vitals = 0;
	s = run(&c);
	assert_int_equal(outcome(&s, "C25")->basis.why, LULL_BASIS_ABSENT);
}

static void pregnancy_needs_a_test_or_a_reason(void **state)
{
	static struct chart c;
	(void)state;
	static const struct {
		const char *name;
		int sex, test;
		enum lull_answer possible, pregnant;
		int want;
	} cases[] = {
		{ "a man", LULL_SEX_MALE, 0, LULL_ABSENT, LULL_ABSENT, LULL_NOT_MET },
		{ "a woman who was not asked", LULL_SEX_FEMALE, 0, LULL_ABSENT, LULL_ABSENT, LULL_STATUS_UNKNOWN },
		{ "sex unknown", LULL_SEX_UNKNOWN, 0, LULL_ABSENT, LULL_ABSENT, LULL_STATUS_UNKNOWN },
		{ "not possible", LULL_SEX_FEMALE, 0, LULL_NO, LULL_ABSENT, LULL_NOT_MET },
		{ "possible, no test", LULL_SEX_FEMALE, 0, LULL_YES, LULL_NO, LULL_MET },
		{ "negative", LULL_SEX_FEMALE, LULL_PREGNANCY_NEGATIVE, LULL_YES, LULL_NO, LULL_NOT_MET },
		{ "positive", LULL_SEX_FEMALE, LULL_PREGNANCY_POSITIVE, LULL_YES, LULL_ABSENT, LULL_MET },
		{ "said to be", LULL_SEX_FEMALE, 0, LULL_NO, LULL_YES, LULL_MET },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		clean(&c);
		c.p.sex = cases[i].sex;
		c.p.pregnancy = (struct lull_pregnancy){ cases[i].possible, cases[i].pregnant, LULL_NO, cases[i].test,
							 today - 1 };
		const struct lull_screen s = run(&c);
		if (outcome(&s, "C09")->status != cases[i].want)
			fail_msg("%s: %d", cases[i].name, outcome(&s, "C09")->status);
	}
	clean(&c);
	c.p.pregnancy.test_day = LULL_DAY_NONE;
	struct lull_screen s = run(&c);
	assert_int_equal(outcome(&s, "C09")->status, LULL_STATUS_UNKNOWN);
	c.p.pregnancy.test_day = today - 31;
	s = run(&c);
	assert_int_equal(outcome(&s, "C09")->status, LULL_STATUS_UNKNOWN);
}

static void an_allergy_that_nobody_can_read_is_asked(void **state)
{
	static struct chart c;
	(void)state;
	clean(&c);
	condition(&c, "ketamine_hypersensitivity")->answer = LULL_UNKNOWN;
	c.allergy = (struct lull_allergy){ .name = "something at the dentist's" };
	c.p.allergies = (struct lull_allergies){ LULL_YES, &c.allergy, 1 };
	struct lull_screen s = run(&c);
	assert_int_equal(outcome(&s, "C01")->status, LULL_STATUS_UNKNOWN);
	condition(&c, "ketamine_hypersensitivity")->answer = LULL_NO;
	s = run(&c);
	assert_int_equal(outcome(&s, "C01")->status, LULL_NOT_MET);
	c.allergy.name = "Spravato";
	s = run(&c);
	assert_int_equal(outcome(&s, "C01")->status, LULL_MET);
}

static void a_failed_series_must_have_been_a_fair_one(void **state)
{
	static struct chart c;
	(void)state;
	static const struct {
		int response;
		enum lull_answer adequate;
		int want;
	} cases[] = {
		{ LULL_SERIES_NONE, LULL_YES, LULL_MET },
		{ LULL_SERIES_NONE, LULL_NO, LULL_NOT_MET },
		{ LULL_SERIES_NONE, LULL_ABSENT, LULL_STATUS_UNKNOWN },
		{ LULL_SERIES_UNKNOWN, LULL_YES, LULL_STATUS_UNKNOWN },
		{ LULL_SERIES_GOOD, LULL_YES, LULL_NOT_MET },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		clean(&c);
		c.series = (struct lull_ketamine_series){ .response = cases[i].response, .adequate = cases[i].adequate,
							  .last = today - 99 };
		c.p.ketamine = (struct lull_ketamine_past){ .any = LULL_YES, .series = &c.series, .n_series = 1 };
		const struct lull_screen s = run(&c);
		assert_int_equal(outcome(&s, "C39")->status, cases[i].want);
	}
	clean(&c);
	c.p.ketamine = (struct lull_ketamine_past){ .any = LULL_YES };
	const struct lull_screen s = run(&c);
	assert_int_equal(outcome(&s, "C39")->status, LULL_STATUS_UNKNOWN);
}

static void details_of_a_condition_are_asked(void **state)
{
	static struct chart c;
	(void)state;
	clean(&c);
	condition(&c, "hypertension")->answer = LULL_YES;
	struct lull_screen s = run(&c);
	assert_int_equal(outcome(&s, "C04")->status, LULL_STATUS_UNKNOWN);
	assert_int_equal(outcome(&s, "C04")->basis.why, LULL_BASIS_INCOMPLETE);
	assert_has(lull_basis_text(&k, &c.p, &outcome(&s, "C04")->basis, &arena), "a detail is missing");
	condition(&c, "hypertension")->controlled = LULL_YES;
	s = run(&c);
	assert_int_equal(outcome(&s, "C04")->status, LULL_NOT_MET);
	condition(&c, "liver_disease")->answer = LULL_YES;
	s = run(&c);
	assert_int_equal(outcome(&s, "C14")->status, LULL_STATUS_UNKNOWN);
	condition(&c, "liver_disease")->severity = LULL_SEVERITY_MODERATE;
	s = run(&c);
	assert_int_equal(outcome(&s, "C14")->status, LULL_NOT_MET);
	assert_int_equal(outcome(&s, "C15")->status, LULL_MET);
	assert_has(lull_basis_text(&k, &c.p, &outcome(&s, "C15")->basis, &arena), "yes, moderate");
}

/* ---- suicidality --------------------------------------------------------------------------------------------- */

static void high_risk_blocks_until_a_review_the_same_day(void **state)
{
	static struct chart c;
	(void)state;
	clean(&c);
	c.cssrs[1].value = c.cssrs[3].value = 1; /* q2, q4 */
	struct lull_screen s = run(&c);
	assert_int_equal(s.suicide_risk, LULL_RISK_HIGH);
	assert_int_equal(s.verdict, LULL_VERDICT_EXCLUDED);
	/* nobody may override it */
	c.overrides[0] = (struct lull_override){ .rule = "C13-high", .reason = "r", .by = "Director", .second_person = "Second",
						 .policy = "P1", .role = LULL_ROLE_MEDICAL_DIRECTOR, .day = today };
	c.p.overrides = c.overrides;
	c.p.n_overrides = 1;
	s = run(&c);
	assert_int_equal(s.verdict, LULL_VERDICT_EXCLUDED);
	assert_int_equal(outcome(&s, "C13-high")->standing, LULL_OVERRIDE_REFUSED);
	assert_int_equal(outcome(&s, "C13-high")->fault, LULL_OVERRIDE_NOT_ALLOWED);
	c.p.n_overrides = 0;
	/* a review on another day, or one that does not agree, does not lift it */
	c.reviews[0] = (struct lull_review){ .specialty = LULL_REVIEW_PSYCHIATRY, .by = "Dr P", .agrees = LULL_YES,
					     .day = c.scores[0].day + 1 };
	c.p.reviews = c.reviews;
	c.p.n_reviews = 1;
	s = run(&c);
	assert_int_equal(s.verdict, LULL_VERDICT_EXCLUDED);
	c.reviews[0].day = c.scores[0].day;
	c.reviews[0].agrees = LULL_NO;
	s = run(&c);
	assert_int_equal(s.verdict, LULL_VERDICT_EXCLUDED);
	c.reviews[0].agrees = LULL_YES;
	s = run(&c);
	assert_int_equal(outcome(&s, "C13-high")->status, LULL_NOT_MET);
	assert_int_equal(outcome(&s, "C13")->status, LULL_MET);
	assert_int_equal(s.verdict, LULL_VERDICT_NO_EXCLUSION);
}

static void an_unanswered_screener_is_not_low_risk(void **state)
{
	static struct chart c;
	(void)state;
	clean(&c);
	c.scores[0].n_items = 5; /* question 6 was not asked */
	struct lull_screen s = run(&c);
	assert_int_equal(s.suicide_risk, LULL_RISK_UNKNOWN);
	assert_int_equal(s.verdict, LULL_VERDICT_CANNOT_TELL);
	clean(&c);
	c.cssrs[0].value = 1;
	s = run(&c);
	assert_int_equal(s.suicide_risk, LULL_RISK_LOW);
	c.cssrs[5].value = 1; /* behaviour, but not within 3 months */
	s = run(&c);
	assert_int_equal(s.suicide_risk, LULL_RISK_MODERATE);
	clean(&c);
	c.cssrs[0].value = 7;
	struct lull_err err = { 0 };
	assert_int_equal(lull_screen_run(&k, &c.request, &arena, &s, &err), LULL_EDOMAIN);
	clean(&c);
	c.phq9[0].value = 9;
	assert_int_equal(lull_screen_run(&k, &c.request, &arena, &s, &err), LULL_EDOMAIN);
}

static void red_flags_come_before_everything(void **state)
{
	static struct chart c;
	(void)state;
	clean(&c);
	c.p.red_flags.items[LULL_REDFLAG_SUDDEN] = LULL_YES;
	struct lull_screen s = run(&c);
	assert_int_equal(outcome(&s, "C35")->rule->action, LULL_ACTION_WORK_UP);
	assert_int_equal(s.verdict, LULL_VERDICT_EXCLUDED);
	c.p.red_flags.cleared = LULL_YES;
	s = run(&c);
	assert_int_equal(outcome(&s, "C35")->status, LULL_NOT_MET);
	clean(&c);
	c.p.red_flags.items[LULL_REDFLAG_POSITIONAL] = LULL_ABSENT;
	s = run(&c);
	assert_int_equal(outcome(&s, "C35")->status, LULL_STATUS_UNKNOWN);
	/* overuse of painkillers is information, not a block */
	clean(&c);
	c.p.red_flags.items[LULL_REDFLAG_PAINKILLER] = LULL_YES;
	s = run(&c);
	assert_int_equal(outcome(&s, "C35")->status, LULL_NOT_MET);
}

static void overuse_puts_withdrawal_first(void **state)
{
	static struct chart c;
	(void)state;
	clean(&c);
	struct lull_screen s = run(&c);
	assert_false(s.withdrawal_first);
	c.classification.status[LULL_ICHD_8_2] = LULL_MET;
	s = run(&c);
	assert_true(s.withdrawal_first);
	assert_int_equal(s.verdict, LULL_VERDICT_NO_EXCLUSION); /* a caution: it does not exclude */
	c.classification.status[LULL_ICHD_8_2] = LULL_STATUS_UNKNOWN;
	c.p.headache.overuse_over_3_months = LULL_YES;
	s = run(&c);
	assert_true(s.withdrawal_first);
}

/* ---- overrides and reviews ------------------------------------------------------------------------------------- */

static void who_may_set_a_rule_aside(void **state)
{
	static struct chart c;
	(void)state;
	static const struct {
		const char *name;
		struct lull_override o;
		int days_ago, want_fault;
	} cases[] = {
		{ "prescriber", { .role = LULL_ROLE_PRESCRIBER }, 0, LULL_OVERRIDE_NEEDS_DIRECTOR },
		{ "director alone", { .role = LULL_ROLE_MEDICAL_DIRECTOR, .policy = "P" }, 0, LULL_OVERRIDE_NEEDS_SECOND },
		{ "director twice", { .role = LULL_ROLE_MEDICAL_DIRECTOR, .policy = "P", .second_person = "dr a" }, 0, LULL_OVERRIDE_NEEDS_SECOND },
		{ "no policy", { .role = LULL_ROLE_MEDICAL_DIRECTOR, .second_person = "Dr B" }, 0, LULL_OVERRIDE_NEEDS_POLICY },
		{ "too old", { .role = LULL_ROLE_MEDICAL_DIRECTOR, .second_person = "Dr B", .policy = "P" }, 31, LULL_OVERRIDE_EXPIRED },
		{ "tomorrow", { .role = LULL_ROLE_MEDICAL_DIRECTOR, .second_person = "Dr B", .policy = "P" }, -1, LULL_OVERRIDE_EXPIRED },
		{ "complete", { .role = LULL_ROLE_MEDICAL_DIRECTOR, .second_person = "Dr B", .policy = "P" }, 5, LULL_OVERRIDE_OK },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		clean(&c);
		condition(&c, "stroke_or_cerebral_trauma")->answer = LULL_YES;
		c.overrides[0] = cases[i].o;
		c.overrides[0].rule = "C05";
		c.overrides[0].by = "Dr A";
		c.overrides[0].reason = "a trauma 30 years ago";
		c.overrides[0].day = today - cases[i].days_ago;
		c.p.overrides = c.overrides;
		c.p.n_overrides = 1;
		const struct lull_screen s = run(&c);
		const struct lull_rule_outcome *o = outcome(&s, "C05");
		if (o->fault != cases[i].want_fault)
			fail_msg("%s: %s", cases[i].name, lull_override_fault_text((enum lull_override_fault)o->fault));
		assert_int_equal(o->status, LULL_MET); /* the fact stays */
		assert_int_equal(s.verdict, o->fault == LULL_OVERRIDE_OK ? LULL_VERDICT_NO_EXCLUSION : LULL_VERDICT_EXCLUDED);
		if (o->fault == LULL_OVERRIDE_OK)
			assert_int_equal(s.valid_until, today + 25 < lull_day_from_ymd(2026, 12, 18)
								? today + 25 : lull_day_from_ymd(2026, 12, 18));
	}
}

static void consent_escort_and_age_are_never_set_aside(void **state)
{
	static struct chart c;
	static const char *const rules[] = { "C28", "C33", "C34", "C13-high", "C13-phq9" };
	(void)state;
	for (size_t i = 0; i < 5; i++) {
		clean(&c);
		const struct lull_screen_rule *rule = lull_screening_rule(&k, rules[i]);
		make_true(&c, &rule->when, 0);
		c.overrides[0] = (struct lull_override){ .rule = rules[i], .reason = "r", .by = "Dr A", .second_person = "Dr B",
							 .policy = "P", .role = LULL_ROLE_MEDICAL_DIRECTOR, .day = today };
		c.p.overrides = c.overrides;
		c.p.n_overrides = 1;
		const struct lull_screen s = run(&c);
		assert_int_equal(outcome(&s, rules[i])->fault, LULL_OVERRIDE_NOT_ALLOWED);
		assert_int_equal(s.verdict, LULL_VERDICT_EXCLUDED);
	}
}

static void a_relative_rule_is_cleared_by_its_specialist_or_the_prescriber(void **state)
{
	static struct chart c;
	(void)state;
	clean(&c);
	condition(&c, "raised_intraocular_pressure")->answer = LULL_YES;
	condition(&c, "raised_intraocular_pressure")->day = today - 10;
	c.reviews[0] = (struct lull_review){ .specialty = LULL_REVIEW_OPHTHALMOLOGY, .by = "Dr E", .agrees = LULL_YES,
					     .day = today - 20 };
	c.p.reviews = c.reviews;
	c.p.n_reviews = 1;
	struct lull_screen s = run(&c); /* the review is older than the finding */
	assert_int_equal(s.verdict, LULL_VERDICT_NEEDS_CLEARANCE);
	c.reviews[0].day = today - 3;
	s = run(&c);
	assert_int_equal(outcome(&s, "C18")->standing, LULL_CLEARED_BY_REVIEW);
	assert_int_equal(s.verdict, LULL_VERDICT_NO_EXCLUSION);
	c.reviews[1] = c.reviews[0]; /* a later no takes it back */
	c.reviews[1].day = today - 1;
	c.reviews[1].agrees = LULL_NO;
	c.p.n_reviews = 2;
	s = run(&c);
	assert_int_equal(s.verdict, LULL_VERDICT_NEEDS_CLEARANCE);
	c.overrides[0] = (struct lull_override){ .rule = "C01", .by = "x", .reason = "r", .day = today };
	c.overrides[1] = (struct lull_override){ .rule = "C18", .reason = "mild, treated", .by = "Dr A",
						 .role = LULL_ROLE_PRESCRIBER, .day = today };
	c.p.overrides = c.overrides;
	c.p.n_overrides = 2;
	s = run(&c);
	assert_int_equal(outcome(&s, "C18")->standing, LULL_OVERRIDDEN);
	assert_int_equal(s.verdict, LULL_VERDICT_NO_EXCLUSION);
}

/* ---- questions ---------------------------------------------------------------------------------------------------- */

static void the_most_decisive_question_is_first(void **state)
{
	static struct chart c;
	(void)state;
	clean(&c);
	condition(&c, "sleep_apnoea")->answer = LULL_UNKNOWN; /* caution */
	condition(&c, "porphyria")->answer = LULL_UNKNOWN;    /* relative */
	condition(&c, "preeclampsia")->answer = LULL_UNKNOWN; /* absolute */
	c.p.born = LULL_DAY_NONE;			      /* absolute, and a caution */
	c.p.age_y = NAN;
	c.classification.status[LULL_ICHD_1_3] = LULL_STATUS_UNKNOWN;
	add_drug(&c, "xyzzy")->ingredients = NULL;
	const struct lull_screen s = run(&c);
	assert_true(s.n_questions >= 6);
	assert_int_equal(s.questions[0].group, LULL_ASK_ABOUT_DRUG);
	for (size_t i = 1; i < s.n_questions; i++) {
		const struct lull_screen_question *a = &s.questions[i - 1], *b = &s.questions[i];
		assert_true(a->group <= b->group);
		if (a->group == b->group)
			assert_true(a->n_rules > b->n_rules || (a->n_rules == b->n_rules && a->order < b->order));
	}
	assert_string_equal(s.questions[1].first_rule, "C28"); /* settles C28 and C29 */
	assert_string_equal(s.questions[2].first_rule, "C08");
	assert_string_equal(s.questions[3].first_rule, "E-CM");
	assert_string_equal(s.questions[4].first_rule, "C22");
	assert_has(lull_question_text(&k, &c.p, &s, &s.questions[3].basis, &arena), "ICHD3-1.3");
}

static void options_not_tried_are_listed(void **state)
{
	static struct chart c;
	(void)state;
	clean(&c);
	c.refractory.tried[LULL_PREVENTIVE_BONT] = 0;
	struct lull_screen s = run(&c);
	assert_int_equal(s.n_options_open, 1);
	for (size_t i = 0; i < s.n_options; i++)
		assert_int_equal(s.options[i].status,
				 strcmp(s.options[i].option->id, "onabotulinumtoxina") ? LULL_MET : LULL_NOT_MET);
	struct lull_treatment items[] = { { .kind = LULL_TREATMENT_ACUTE, .drug = "sumatriptan" },
					  { .kind = LULL_TREATMENT_PREVENTIVE, .drug = "onabotulinumtoxina",
					    .outcome = LULL_OUTCOME_UNAVAILABLE } };
	struct lull_refractory_rules refractory_rules;
	struct lull_diags diags;
	lull_diags_init(&diags, &arena);
	assert_int_equal(lull_refractory_load(test_knowledge(), &arena, &refractory_rules, &diags), LULL_OK);
	const struct lull_treatment_history history = { .items = items, .n_items = 2, .complete = LULL_YES };
	c.refractory.tried[LULL_PREVENTIVE_BONT] = 1;
	c.request.history = &history;
	c.request.refractory_rules = &refractory_rules;
	s = run(&c);
	assert_int_equal(s.n_options_open, 0);
	for (size_t i = 0; i < s.n_options; i++)
		assert_int_equal(s.options[i].unavailable, !strcmp(s.options[i].option->id, "onabotulinumtoxina"));
	items[1].outcome = LULL_OUTCOME_NO_EFFICACY;
	s = run(&c);
	for (size_t i = 0; i < s.n_options; i++)
		assert_false(s.options[i].unavailable);
	c.refractory.tried[LULL_PREVENTIVE_BONT] = 0;
	c.request.history = NULL;
	c.refractory.n_unrecognised = 1; /* it may have been that one */
	s = run(&c);
	for (size_t i = 0; i < s.n_options; i++)
		if (!strcmp(s.options[i].option->id, "onabotulinumtoxina"))
			assert_int_equal(s.options[i].status, LULL_STATUS_UNKNOWN);
	c.refractory.n_unrecognised = 0;
	c.p.treatments.complete = LULL_NO;
	s = run(&c);
	assert_int_equal(s.n_options_open, 1);
	c.request.indication = lull_screening_indication(&k, "treatment_resistant_depression");
	s = run(&c);
	assert_int_equal(s.verdict, LULL_VERDICT_CANNOT_TELL);
	condition(&c, "major_depression")->answer = LULL_YES;
	condition(&c, "two_antidepressants_failed")->answer = LULL_YES;
	s = run(&c);
	assert_int_equal(s.verdict, LULL_VERDICT_NO_EXCLUSION);
	condition(&c, "two_antidepressants_failed")->answer = LULL_NO;
	s = run(&c);
	assert_int_equal(s.verdict, LULL_VERDICT_NOT_INDICATED);
}

/* ---- sentences -------------------------------------------------------------------------------------------------------- */

static void check_tree(const struct lull_finding *f, enum lull_status want)
{
	assert_non_null(f->code);
	assert_non_null(f->name);
	assert_non_null(f->why);
	assert_int_equal(f->status, want);
	if (f->status == LULL_STATUS_UNKNOWN)
		assert_non_null(f->question);
	for (size_t i = 0; i < f->n_children; i++)
		check_tree(&f->children[i], f->children[i].status);
}

static void every_rule_has_a_tree(void **state)
{
	static struct chart c;
	struct lull_err err = { 0 };
	(void)state;
	for (int blank = 0; blank < 2; blank++) {
		clean(&c);
		if (blank) {
			lull_patient_init(&c.p);
			c.p.id = "blank";
		} else {
			add_drug(&c, "clarithromycin");
			add_drug(&c, "Topamax");
			condition(&c, "hypertension")->answer = LULL_YES;
			condition(&c, "hypertension")->controlled = LULL_NO;
		}
		for (size_t i = 0; i < k.n_indications; i++) {
			const struct lull_finding *trees;
			size_t n;
			c.request.indication = &k.indications[i];
			const struct lull_screen s = run(&c);
			assert_ok(lull_screen_explain(&k, &c.request, &s, &arena, &trees, &n, &err), &err);
			assert_int_equal(n, s.n_entry + s.n_rules);
			for (size_t t = 0; t < n; t++)
				check_tree(&trees[t], t < s.n_entry ? s.entry[t].status : s.rules[t - s.n_entry].status);
			for (size_t q = 0; q < s.n_questions; q++)
				assert_true(strlen(lull_question_text(&k, &c.p, &s, &s.questions[q].basis, &arena)) > 10);
		}
	}
}

static void sentences_of_overrides(void **state)
{
	(void)state;
	for (int i = LULL_OVERRIDE_OK; i <= LULL_OVERRIDE_EXPIRED; i++)
		assert_true(strlen(lull_override_fault_text((enum lull_override_fault)i)) > 3);
	assert_string_equal(lull_override_fault_text((enum lull_override_fault)99), "not valid");
}

static void json_and_letter_say_the_same(void **state)
{
	static struct chart c;
	struct lull_buf buf = { 0 };
	struct lull_json json = { .out = &buf };
	struct lull_err err = { 0 };
	struct lull_document doc;
	(void)state;
	clean(&c);
	add_drug(&c, "Topamax");
	add_drug(&c, "xyzzy");
	condition(&c, "stroke_or_cerebral_trauma")->answer = LULL_YES;
	condition(&c, "raised_intraocular_pressure")->answer = LULL_YES;
	condition(&c, "psychosis")->answer = LULL_YES;
	condition(&c, "porphyria")->answer = LULL_YES;
	c.classification.status[LULL_ICHD_8_2] = LULL_MET;
	c.reviews[0] = (struct lull_review){ .specialty = LULL_REVIEW_OPHTHALMOLOGY, .by = "Dr E", .agrees = LULL_YES, .day = today };
	c.p.reviews = c.reviews;
	c.p.n_reviews = 1;
	c.overrides[0] = (struct lull_override){ .rule = "C05", .reason = "old", .by = "Dr A", .second_person = "Dr B",
						 .policy = "P", .role = LULL_ROLE_MEDICAL_DIRECTOR, .day = today };
	c.overrides[1] = (struct lull_override){ .rule = "C11", .reason = "no", .by = "Dr A", .role = LULL_ROLE_PRESCRIBER, .day = today };
	c.p.overrides = c.overrides;
	c.p.n_overrides = 2;
	const struct lull_screen s = run(&c);
	lull_json_open(&json, NULL, '{');
	assert_ok(lull_screen_json(&json, "screen", &k, &c.request, &s, &arena, &err), &err);
	lull_json_close(&json, '}');
	assert_has(lull_buf_text(&buf), "\"verdict\": \"excluded\"");
	assert_has(lull_buf_text(&buf), "\"cleared_by\": \"Dr E\"");
	assert_has(lull_buf_text(&buf), "\"judged\": \"an absolute exclusion needs the medical director\"");
	lull_buf_reset(&buf);
	lull_doc_init(&doc, &arena, &(struct lull_doc_head){ .title = "t" });
	lull_doc_screen_verdict(&doc, &s);
	lull_doc_screen(&doc, &k, &c.request, &s, 1);
	assert_ok(lull_doc_text(&doc, 100, false, &buf, &err), &err);
	assert_has(lull_buf_text(&buf), "Excluded");
	assert_has(lull_buf_text(&buf), "C11 psychosis");
	assert_has(lull_buf_text(&buf), "The override is refused: an absolute exclusion needs the");
	assert_has(lull_buf_text(&buf), "set aside by Dr A (medical_director) on 2026-11-20 with Dr B");
	assert_has(lull_buf_text(&buf), "Dr E (ophthalmology) agreed on 2026-11-20");
	assert_has(lull_buf_text(&buf), "withdrawal and its treatment come first");
	assert_has(lull_buf_text(&buf), "not recognised");
	assert_has(lull_buf_text(&buf), "(from memory: to be confirmed)");
	assert_has(lull_buf_text(&buf), "And ");
	lull_buf_clear(&buf);
}

/* ---- knowledge ------------------------------------------------------------------------------------------------------------ */

/* The embedded files with one replaced; must be refused, and say `part`. */
static void refuses(const char *path, const char *text, const char *part)
{
	static struct lull_file items[4096];
	struct lull_files files = *test_knowledge();
	struct lull_screening other;
	struct lull_diags diags;
	struct lull_buf out = { 0 };

	memcpy(items, files.items, files.n_items * sizeof(*items));
	for (size_t i = 0; i < files.n_items; i++)
		if (!strcmp(items[i].path, path)) {
			items[i].bytes = text;
			items[i].n_bytes = strlen(text);
		}
	files.items = items;
	lull_diags_init(&diags, &arena);
	assert_int_not_equal(lull_screening_load(&files, &arena, &other, &diags), LULL_OK);
	lull_diags_print(&diags, &out);
	assert_has(lull_buf_text(&out), part);
	lull_buf_clear(&out);
}

#define RULE(rest) "schema_version: 1\nrules:\n  - { id: X1, name: n, action: note, because: b, source: lull_proposed, " rest " }\n"
static void wrong_knowledge_is_refused(void **state)
{
	static const char path[] = "screening/interactions.yaml";
	(void)state;
	refuses(path, RULE("kind: A, mark: recalled, when: { condition: cancer }"), "a recalled fact may only add");
	refuses(path, RULE("kind: C, mark: proposed, when: { condition: nothing }"), "conditions.yaml");
	refuses(path, RULE("kind: C, mark: proposed, when: { drug: nothing }"), "drugs.yaml");
	refuses(path, RULE("kind: C, mark: proposed, when: { criterion: ICHD3-99 }"), "ICHD-3 code");
	refuses(path, RULE("kind: C, mark: proposed, when: { fact: age_y }"), "a limit");
	refuses(path, RULE("kind: C, mark: proposed, when: { condition: cancer, at_least: 3 }"), "a limit");
	refuses(path, RULE("kind: C, mark: proposed, when: { condition: cancer, controlled: yes }"), "only where the condition asks");
	refuses(path, RULE("kind: C, mark: proposed, when: { condition: cancer, drug: opioid }"), "exactly one of");
	refuses(path, RULE("kind: C, mark: proposed, when: { }"), "exactly one of");
	refuses(path, RULE("kind: C, mark: proposed, indications: [nothing], when: { condition: cancer }"), "indications.yaml");
	refuses(path, "schema_version: 1\nrules:\n  - { id: C01, name: n, kind: C, action: note, because: b, source: s, "
		      "mark: proposed, when: { condition: cancer } }\n", "each id once");
	refuses("screening/facts.yaml", "schema_version: 1\nnumbers:\n  - { id: age, name: n, question: q }\nanswers: []\n",
		"a row for each fact");
	refuses("screening/facts.yaml", "schema_version: 1\nnumbers:\n  - { id: age_y, name: n, question: q }\n  - { id: age_y, name: n, question: q }\nanswers: []\n",
		"twice");
	refuses("screening/conditions.yaml", "schema_version: 1\nconditions:\n  - { id: cancer, name: n, question: q }\n  - { id: cancer, name: n, question: q }\n",
		"each id once");
	refuses("indications.yaml", "schema_version: 1\nindications:\n  - { id: i, name: n, verdict: v, evidence: { text: t, source: s, mark: proposed }, scores: [nothing] }\n",
		"instruments/");
	refuses("indications.yaml", "schema_version: 1\nindications:\n  - { id: i, name: n, verdict: v, evidence: { text: t, source: s, mark: proposed } }\n",
		"no_protocol");
	const struct lull_files none = { 0 };
	struct lull_screening other;
	struct lull_diags diags;
	lull_diags_init(&diags, &arena);
	assert_int_equal(lull_screening_load(&none, &arena, &other, &diags), LULL_ENOTFOUND);
	struct lull_screen s;
	struct lull_err err = { 0 };
	static struct chart c;
	clean(&c);
	c.request.on = LULL_DAY_NONE;
	assert_int_equal(lull_screen_run(&k, &c.request, &arena, &s, &err), LULL_EDOMAIN);
}

static void a_record_is_checked_against_the_knowledge(void **state)
{
	static struct chart c;
	static const char *const wrong[] = { "topiramat" };
	struct lull_diags diags;
	struct lull_buf out = { 0 };
	(void)state;
	clean(&c);
	condition(&c, "asthmaa")->answer = LULL_YES;
	condition(&c, "porphyrya")->answer = LULL_YES;
	condition(&c, "cancer")->severity = LULL_SEVERITY_SEVERE;
	condition(&c, "delirium")->controlled = LULL_YES;
	add_drug(&c, "x")->ingredients = wrong;
	c.drugs[0].n_ingredients = 1;
	c.overrides[0] = (struct lull_override){ .rule = "C99" };
	c.p.overrides = c.overrides;
	c.p.n_overrides = 1;
	c.scores[1].instrument = "phq99";
	lull_diags_init(&diags, &arena);
	assert_int_equal(lull_screening_check_patient(&k, &c.p, "p.json", &diags), LULL_EPARSE);
	lull_diags_print(&diags, &out);
	assert_int_equal(diags.n_errors, 7);
	assert_has(lull_buf_text(&out), "porphyria"); /* the nearest */
	assert_has(lull_buf_text(&out), "topiramate");
	assert_has(lull_buf_text(&out), "C99");
	assert_has(lull_buf_text(&out), "phq99");
	lull_buf_clear(&out);
	static const char *const nine[9] = { "aspirin", "aspirin", "aspirin", "aspirin", "aspirin", "aspirin", "aspirin", "aspirin", "nothing" };
	clean(&c);
	add_drug(&c, "x")->ingredients = nine;
	c.drugs[0].n_ingredients = 9;
	lull_diags_init(&diags, &arena);
	assert_int_equal(lull_screening_check_patient(&k, &c.p, "p.json", &diags), LULL_EPARSE);
	c.drugs[0].ingredients = wrong;
	c.drugs[0].n_ingredients = 1;
	const struct lull_screen s = run(&c); /* unchecked, it still cannot clear */
	assert_int_equal(s.verdict, LULL_VERDICT_CANNOT_TELL);
}

static void sure_names_reach_the_treatment_history(void **state)
{
	struct lull_treatment items[] = { { .drug = "Topamax 100 mg" }, { .drug = "propranolol 80 mg bid" }, { .drug = "hypnosis" } };
	struct lull_patient p = complete;
	struct lull_treatment_history out;
	struct lull_err err = { 0 };
	(void)state;
	p.treatments = (struct lull_treatment_history){ .items = items, .n_items = 3, .complete = LULL_YES };
	assert_ok(lull_patient_treatments(&p, &k.drugs, &arena, &out, &err), &err);
	assert_string_equal(out.items[0].drug, "Topamax 100 mg"); /* from memory: not made to count */
	assert_string_equal(out.items[1].drug, "propranolol");
	assert_string_equal(out.items[2].drug, "hypnosis");
	assert_int_equal(out.complete, LULL_YES);
}

/* What an indication offers exists, may be planned, and says the same of itself. */
static void protocols_of_indications_exist(void **state)
{
	struct lull_protocols protocols;
	struct lull_diags diags;
	(void)state;
	lull_diags_init(&diags, &arena);
	assert_int_equal(lull_protocols_load(test_knowledge(), &arena, &protocols, &diags), LULL_OK);
	for (size_t i = 0; i < k.n_indications; i++) {
		const struct lull_indication *in = &k.indications[i];
		for (size_t n = 0; n < in->n_protocols; n++) {
			const struct lull_protocol *p = lull_protocol_find(&protocols, in->protocols[n]);
			bool is_named = false;
			if (!p)
				fail_msg("%s: no protocol %s", in->id, in->protocols[n]);
			assert_int_equal(p->use, LULL_USE_CLINICAL);
			for (size_t x = 0; x < p->n_indications; x++)
				is_named = is_named || !strcmp(p->indications[x], in->id);
			if (!is_named)
				fail_msg("%s does not name %s", in->protocols[n], in->id);
		}
	}
	/* and the other way round: a clinical protocol for one of them is offered by it */
	for (size_t i = 0; i < protocols.n_items; i++)
		for (size_t x = 0; x < protocols.items[i].n_indications; x++) {
			const struct lull_protocol *p = &protocols.items[i];
			const struct lull_indication *in = lull_screening_indication(&k, p->indications[x]);
			bool is_offered = false;
			for (size_t n = 0; in && n < in->n_protocols; n++)
				is_offered = is_offered || !strcmp(in->protocols[n], p->id);
			if (in && p->use == LULL_USE_CLINICAL && !is_offered)
				fail_msg("%s is not offered for %s", p->id, in->id);
		}
}

/* ---- memory ------------------------------------------------------------------------------------------------------------------ */

/* Everything once; LULL_OK or the code of the step that failed. */
static int whole_run(struct chart *c, struct lull_arena *a)
{
	struct lull_screen s;
	struct lull_err err = { 0 };
	struct lull_buf buf = { 0 };
	struct lull_json json = { .out = &buf, .compact = true };
	struct lull_treatment_history history;

	int rc = lull_screen_run(&k, &c->request, a, &s, &err);
	if (rc == LULL_OK)
		rc = lull_screen_json(&json, "screen", &k, &c->request, &s, a, &err);
	if (rc == LULL_OK)
		rc = lull_buf_status(&buf, &err);
	if (rc == LULL_OK)
		rc = lull_patient_treatments(&c->p, &k.drugs, a, &history, &err);
	lull_buf_clear(&buf);
	return rc;
}

static void a_failed_allocation_is_an_error_not_an_answer(void **state)
{
	static struct chart c;
	(void)state;
	clean(&c);
	add_drug(&c, "xyzzy");
	add_drug(&c, "Topamax");
	c.p.n_conditions = 3;
	struct lull_arena count = { 0 };
	lull_mem_fail_at(0, false);
	assert_int_equal(whole_run(&c, &count), LULL_OK);
	lull_arena_clear(&count);
	const uint64_t n = lull_mem_fail_at(0, false);
	assert_true(n > 100);
	for (uint64_t nth = 1; nth <= n; nth += nth < 50 ? 1 : 17) {
		struct lull_arena a = { 0 };
		lull_mem_fail_at(nth, true);
		const int rc = whole_run(&c, &a);
		lull_mem_fail_at(0, false);
		lull_arena_clear(&a);
		if (rc != LULL_ENOMEM)
			fail_msg("allocation %llu of %llu failed and the answer was %d", (unsigned long long)nth,
				 (unsigned long long)n, rc);
	}
}

static void loading_survives_failed_allocations(void **state)
{
	(void)state;
	struct lull_arena a = { 0 };
	struct lull_screening other;
	struct lull_diags diags;
	lull_mem_fail_at(0, false);
	lull_diags_init(&diags, &a);
	assert_int_equal(lull_screening_load(test_knowledge(), &a, &other, &diags), LULL_OK);
	lull_arena_clear(&a);
	const uint64_t n = lull_mem_fail_at(0, false);
	for (uint64_t nth = 1; nth <= n; nth += n / 60 + 1) {
		lull_diags_init(&diags, &a);
		lull_mem_fail_at(nth, true);
		const int rc = lull_screening_load(test_knowledge(), &a, &other, &diags);
		lull_mem_fail_at(0, false);
		lull_arena_clear(&a);
		assert_int_not_equal(rc, LULL_OK);
	}
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_rule_fires_and_stays_silent),
		cmocka_unit_test(no_rule_is_missing),
		cmocka_unit_test(unasked_is_unknown_and_never_cleared),
		cmocka_unit_test(the_best_verdict_is_honest),
		cmocka_unit_test(the_worst_counts),
		cmocka_unit_test(a_caution_never_changes_the_verdict),
		cmocka_unit_test(a_drug_nobody_knows_means_cannot_tell),
		cmocka_unit_test(a_name_from_memory_never_clears),
		cmocka_unit_test(the_route_changes_interactions),
		cmocka_unit_test(a_stopped_drug_counts_for_a_while),
		cmocka_unit_test(details_of_a_drug_are_asked),
		cmocka_unit_test(no_list_is_not_an_empty_list),
		cmocka_unit_test(old_facts_are_unknown),
		cmocka_unit_test(a_screen_expires_with_its_oldest_fact),
		cmocka_unit_test(oxygen_makes_saturation_say_nothing),
		cmocka_unit_test(pregnancy_needs_a_test_or_a_reason),
		cmocka_unit_test(an_allergy_that_nobody_can_read_is_asked),
		cmocka_unit_test(a_failed_series_must_have_been_a_fair_one),
		cmocka_unit_test(details_of_a_condition_are_asked),
		cmocka_unit_test(high_risk_blocks_until_a_review_the_same_day),
		cmocka_unit_test(an_unanswered_screener_is_not_low_risk),
		cmocka_unit_test(red_flags_come_before_everything),
		cmocka_unit_test(overuse_puts_withdrawal_first),
		cmocka_unit_test(who_may_set_a_rule_aside),
		cmocka_unit_test(consent_escort_and_age_are_never_set_aside),
		cmocka_unit_test(a_relative_rule_is_cleared_by_its_specialist_or_the_prescriber),
		cmocka_unit_test(the_most_decisive_question_is_first),
		cmocka_unit_test(options_not_tried_are_listed),
		cmocka_unit_test(every_rule_has_a_tree),
		cmocka_unit_test(sentences_of_overrides),
		cmocka_unit_test(json_and_letter_say_the_same),
		cmocka_unit_test(wrong_knowledge_is_refused),
		cmocka_unit_test(a_record_is_checked_against_the_knowledge),
		cmocka_unit_test(sure_names_reach_the_treatment_history),
		cmocka_unit_test(protocols_of_indications_exist),
		cmocka_unit_test(a_failed_allocation_is_an_error_not_an_answer),
		cmocka_unit_test(loading_survives_failed_allocations),
	};
	return cmocka_run_group_tests_name("care screen", tests, setup, teardown);
}
