/* The dossier of the complete, invented example: what must stand in it, and on every page; and a failed
 * allocation anywhere while it is built. */
#include "support.h"

#include <math.h>
#include <stdlib.h>

#include "lull/codec/json.h"
#include "lull/headache/import.h"
#include "lull/report/dossier.h"

static struct lull_arena arena; /* lives as long as the program */

static struct {
	struct lull_screening screening;
	struct lull_patient patient;
	struct lull_import import;
	struct lull_criteria criteria;
	struct lull_classification by_month[3];
	struct lull_refractory_rules rules;
	struct lull_treatment_history treatments;
	struct lull_refractory refractory;
	struct lull_screen_request request;
	struct lull_screen screen;
	struct lull_plan_kb plan_kb;
	struct lull_plan plan;
	struct lull_model model;
	struct lull_effects effects;
	struct lull_course_priors priors;
	struct lull_plan_forecast forecast;
	struct lull_sources sources;
	struct lull_dossier dossier;
} p;

static void read_record(struct lull_diags *diags)
{
	struct lull_doc doc;
	struct lull_map map;
	struct lull_acute_table drugs;
	struct lull_err err = { 0 };
	size_t n;
	char *bytes = test_read("examples/complete/patient.json", &n, &arena);
	assert_int_equal(lull_json_read(bytes, n, "patient.json", &arena, &doc, diags), LULL_OK);
	assert_int_equal(lull_patient_bind(&doc, &arena, &p.patient, diags), LULL_OK);
	bytes = test_read("examples/complete/diary.csv", &n, &arena);
	assert_int_equal(lull_map_load(test_knowledge(), "lull", &arena, &map, diags, &err), LULL_OK);
	assert_int_equal(lull_acute_load(test_knowledge(), &arena, &drugs, diags), LULL_OK);
	const struct lull_import_options options = { NULL, LULL_DAY_NONE, LULL_DAY_NONE };
	assert_ok(lull_import_csv(bytes, n, "diary.csv", &map, &drugs, &options, &arena, &p.import, &err), &err);
}

static void classify(void)
{
	struct lull_err err = { 0 };
	const struct lull_history history = lull_patient_history(&p.patient, p.dossier.on);
	for (int m = 0; m < 3; m++) {
		const struct lull_classify_options options = { .month = (enum lull_month)m, .index = LULL_DAY_NONE };
		assert_ok(lull_classify(&p.criteria, &p.import.diaries[0], &history, &options, &arena, &p.by_month[m], &err), &err);
		p.dossier.by_month[m] = &p.by_month[m];
	}
	assert_ok(lull_classify_explain(&p.criteria, &p.import.diaries[0], &p.by_month[0], &arena, &p.dossier.diagnoses,
					&p.dossier.n_diagnoses, &err), &err);
	p.dossier.criteria = &p.criteria;
	p.dossier.diary = &p.import.diaries[0];
	p.dossier.classification = &p.by_month[0];
}

static void judge(void)
{
	struct lull_err err = { 0 };
	struct lull_burden burden = lull_burden_from(&p.criteria, &p.rules, &p.by_month[0]);
	burden.interference = p.patient.burden.interference == LULL_YES ? LULL_MET : LULL_STATUS_UNKNOWN;
	burden.drug_relief_fails = p.patient.burden.drug_relief_fails == LULL_YES ? LULL_MET : LULL_STATUS_UNKNOWN;
	assert_ok(lull_patient_treatments(&p.patient, &p.screening.drugs, &arena, &p.treatments, &err), &err);
	lull_refractory_run(&p.rules, &p.treatments, &burden, &p.refractory);
	assert_ok(lull_refractory_explain(&p.rules, &p.treatments, &burden, &p.refractory, &arena, &p.dossier.definitions,
					  &p.dossier.n_definitions, &err), &err);
	p.request = (struct lull_screen_request){ .patient = &p.patient, .on = p.dossier.on, .route = LULL_ROUTE_IV,
		.indication = lull_screening_indication(&p.screening, "refractory_chronic_migraine"),
		.classification = &p.by_month[0], .diary_day = p.by_month[0].index, .refractory = &p.refractory };
	assert_ok(lull_screen_run(&p.screening, &p.request, &arena, &p.screen, &err), &err);
	p.dossier.refractory_rules = &p.rules;
	p.dossier.treatments = &p.treatments;
	p.dossier.refractory = &p.refractory;
	p.dossier.screening = &p.screening;
	p.dossier.screen_request = &p.request;
	p.dossier.screen = &p.screen;
}

static void plan_and_forecast(void)
{
	struct lull_err err = { 0 };
	struct lull_usual_pain usual;
	const struct lull_plan_request request = { .protocol_id = "P01a", .day = p.dossier.on };
	assert_ok(lull_plan_make(&p.plan_kb, &p.patient, &request, &arena, &p.plan, &err), &err);
	lull_usual_pain_of(&p.import.diaries[0], &usual);
	const struct lull_forecast_kb kb = { &p.model, 1, &p.effects, &p.priors };
	assert_ok(lull_forecast_plan(&kb, &p.plan, &p.patient, &usual, LULL_FORECAST_MIN_PEOPLE, 1, &arena, &p.forecast, &err), &err);
	p.dossier.plan = &p.plan;
	p.dossier.forecast = &p.forecast;
	p.dossier.priors = &p.priors;
	p.dossier.effects = &p.effects;
}

static int set_up(void **state)
{
	(void)state;
	const struct lull_files *files = test_knowledge();
	struct lull_diags diags;
	lull_diags_init(&diags, &arena);
	p.dossier = (struct lull_dossier){ .patient = &p.patient, .on = lull_day_from_ymd(2026, 11, 20), .sources = &p.sources,
					   .knowledge_hash = files->hash };
	assert_int_equal(lull_screening_load(files, &arena, &p.screening, &diags), LULL_OK);
	assert_int_equal(lull_criteria_load(files, &arena, &p.criteria, &diags), LULL_OK);
	assert_int_equal(lull_refractory_load(files, &arena, &p.rules, &diags), LULL_OK);
	assert_int_equal(lull_plan_kb_load(files, &arena, &p.plan_kb, &diags), LULL_OK);
	assert_int_equal(lull_model_load(files, "kamp2020_otto2021", &arena, &p.model, &diags), LULL_OK);
	assert_int_equal(lull_effects_load(files, &arena, &p.effects, &diags), LULL_OK);
	assert_int_equal(lull_course_priors_load(files, &arena, &p.priors, &diags), LULL_OK);
	assert_int_equal(lull_sources_load(files, &arena, &p.sources, &diags), LULL_OK);
	read_record(&diags);
	classify();
	judge();
	plan_and_forecast();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	lull_arena_clear(&arena);
	return 0;
}

/* The letter as text in the arena of its own. */
static int letter(const struct lull_dossier *in, struct lull_arena *own, struct lull_buf *out)
{
	struct lull_document doc;
	struct lull_err err = { 0 };
	const int rc = lull_dossier_build(in, own, &doc, &err);
	return rc == LULL_OK ? lull_doc_text(&doc, 96, false, out, &err) : rc;
}

/* A line break may stand where the sentence has a blank. */
static void assert_says(const char *text, const char *sentence)
{
	for (const char *at = text; *at; at++) {
		const char *a = at, *b = sentence;
		while (*b && *a && (*a == *b || (*b == ' ' && *a == '\n'))) {
			if (*b == ' ' && *a == '\n')
				while (a[1] == ' ')
					a++;
			a++;
			b++;
		}
		if (!*b)
			return;
	}
	print_error("no '%s' in the letter\n", sentence);
	fail();
}

static void it_says_what_safety_asks(void **state)
{
	(void)state;
	struct lull_arena own = { 0 };
	struct lull_buf out = { 0 };
	assert_int_equal(letter(&p.dossier, &own, &out), LULL_OK);
	const char *text = lull_buf_text(&out);
	assert_says(text, "No exclusion found; off-label; no controlled trial of infusion in chronic migraine");
	assert_says(text, "Forecast, not calibrated: controlled evidence in headache is missing");
	assert_says(text, "the same people without drug");
	assert_says(text, "Bands are differences between people and uncertainty of the published constants.");
	assert_says(text, "ketamine, arterial");
	assert_says(text, "not CADSS, never a dose limit");
	assert_says(text, "norketamine: no effect in this model");
	assert_says(text, "Ketamine is not first line.");
	assert_says(text, "Lull is not a cleared or certified medical device");
	assert_says(text, "INVENTED PATIENT");
	assert_says(text, "at most 5378.4 mg");
	assert_says(text, "Endpoint and stop rule");
	assert_null(strstr(text, "candidate"));
	assert_null(strstr(text, "--")); /* no word of the command line in a letter */
	assert_null(strstr(text, "\xc2\xb5")); /* mcg, never the micro sign */
	lull_buf_clear(&out);
	lull_arena_clear(&own);
}

/* "[24; proposed]" is cited only when the list at the end has 24. */
static void every_number_has_its_source(void **state)
{
	(void)state;
	struct lull_arena own = { 0 };
	struct lull_document doc;
	struct lull_err err = { 0 };
	assert_ok(lull_dossier_build(&p.dossier, &own, &doc, &err), &err);
	assert_true(doc.n_notes > 20);
	const struct lull_doc_block *last = &doc.blocks[doc.n_blocks - 1];
	assert_int_equal(last->kind, LULL_BLOCK_NOTES);
	assert_int_equal(last->n_pairs, doc.n_notes);
	for (size_t i = 0; i < doc.n_notes; i++)
		assert_non_null(lull_source_get(&p.sources, doc.notes[i]));
	lull_arena_clear(&own);
}

static void parts_that_are_missing_are_said(void **state)
{
	(void)state;
	struct lull_arena own = { 0 };
	struct lull_buf out = { 0 };
	struct lull_dossier bare = { .patient = &p.patient, .on = p.dossier.on, .sources = &p.sources,
				     .knowledge_hash = p.dossier.knowledge_hash };
	assert_int_equal(letter(&bare, &own, &out), LULL_OK);
	assert_says(lull_buf_text(&out), "Not screened");
	assert_says(lull_buf_text(&out), "No diary was given. What needs counted days is unknown.");
	assert_null(strstr(lull_buf_text(&out), "MEDICAL NECESSITY"));
	lull_buf_clear(&out);
	lull_arena_clear(&own);
}

static void an_excluded_patient_gets_no_letter_of_necessity(void **state)
{
	(void)state;
	struct lull_arena own = { 0 };
	struct lull_buf out = { 0 };
	struct lull_screen screen = p.screen;
	struct lull_dossier in = p.dossier;
	screen.verdict = LULL_VERDICT_EXCLUDED;
	in.screen = &screen;
	assert_int_equal(letter(&in, &own, &out), LULL_OK);
	assert_null(strstr(lull_buf_text(&out), "MEDICAL NECESSITY"));
	assert_null(strstr(lull_buf_text(&out), "Proposed"));
	lull_buf_reset(&out);
	screen.verdict = LULL_VERDICT_CANNOT_TELL;
	assert_int_equal(letter(&in, &own, &out), LULL_OK);
	assert_null(strstr(lull_buf_text(&out), "MEDICAL NECESSITY"));
	assert_null(strstr(lull_buf_text(&out), "Proposed"));
	assert_says(lull_buf_text(&out), "For discussion only:");
	lull_buf_clear(&out);
	lull_arena_clear(&own);
}

static void a_failed_allocation_is_said(void **state)
{
	(void)state;
	struct lull_arena own = { 0 };
	struct lull_buf want = { 0 };
	lull_mem_fail_in_arenas(true);
	(void)lull_mem_fail_at(0, false);
	assert_int_equal(letter(&p.dossier, &own, &want), LULL_OK);
	const uint64_t n_all = lull_mem_fail_at(0, false);
	for (uint64_t nth = 1; nth <= n_all; nth++) {
		struct lull_buf out = { 0 };
		lull_arena_clear(&own);
		(void)lull_mem_fail_at(nth, false);
		const int rc = letter(&p.dossier, &own, &out);
		(void)lull_mem_fail_at(0, false);
		lull_buf_clear(&out);
		if (rc != LULL_ENOMEM)
			print_error("allocation %d of %d: %d\n", (int)nth, (int)n_all, rc);
		assert_int_equal(rc, LULL_ENOMEM);
	}
	lull_mem_fail_in_arenas(false);
	lull_buf_clear(&want);
	lull_arena_clear(&own);
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_says_what_safety_asks),
		cmocka_unit_test(every_number_has_its_source),
		cmocka_unit_test(parts_that_are_missing_are_said),
		cmocka_unit_test(an_excluded_patient_gets_no_letter_of_necessity),
		cmocka_unit_test(a_failed_allocation_is_said),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
