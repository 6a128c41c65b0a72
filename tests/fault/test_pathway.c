/* The whole pathway of the example patient, from bytes to letter, with every stage's allocations failing: in turn
 * with LULL_FAULTS=all, a fixed sample of them otherwise. Each must end in LULL_ENOMEM and leave nothing behind, and
 * the same input must afterwards give the same letter, byte for byte.
 *
 * A stage fails on inputs prepared once, so that a run costs what its own work costs. */
#include "support.h"

#include <math.h>
#include <stdlib.h>

#include "lull/base/sources.h"
#include "lull/base/text.h"
#include "lull/codec/classify.h"
#include "lull/codec/forecast_json.h"
#include "lull/codec/plan_json.h"
#include "lull/codec/screen_json.h"
#include "lull/headache/import.h"
#include "lull/report/dossier.h"

enum { ON = 20777 /* 2026-11-20 */, MAX_MODELS = 16, N_PEOPLE = 1000, SAMPLED_POINTS = 24 };

/* One run's results, stage by stage. Large: static. */
struct run {
	const char *record, *table;
	size_t n_record, n_table;
	struct lull_map map;
	struct lull_acute_table acute;
	struct lull_criteria criteria;
	struct lull_refractory_rules refractory_rules;
	struct lull_screening screening;
	struct lull_plan_kb plan_kb;
	struct lull_model models[MAX_MODELS];
	size_t n_models;
	struct lull_effects effects;
	struct lull_course_priors priors;
	struct lull_sources sources;
	struct lull_patient patient;
	struct lull_import import;
	struct lull_classification by_month[3];
	struct lull_month_view months[3];
	const struct lull_finding *diagnoses, *definitions, *red_flags;
	size_t n_diagnoses, n_definitions;
	struct lull_treatment_history treatments;
	struct lull_refractory refractory;
	struct lull_screen_request ask;
	struct lull_screen screen;
	struct lull_plan plan;
	struct lull_plan_forecast forecast;
	const char *letter, *json;
};

/* ---- the stages; none may assert: they run with faults -------------------------------- */

static int load_for_diary(struct run *r, struct lull_arena *arena)
{
	struct lull_diags diags;
	struct lull_err err = { 0 };
	lull_diags_init(&diags, arena);
	int rc = lull_map_load(test_knowledge(), "lull", arena, &r->map, &diags, &err);
	if (rc == LULL_OK)
		rc = lull_acute_load(test_knowledge(), arena, &r->acute, &diags);
	if (rc == LULL_OK)
		rc = lull_criteria_load(test_knowledge(), arena, &r->criteria, &diags);
	return rc;
}

static int load_for_screen(struct run *r, struct lull_arena *arena)
{
	struct lull_diags diags;
	lull_diags_init(&diags, arena);
	const int rc = lull_refractory_load(test_knowledge(), arena, &r->refractory_rules, &diags);
	return rc == LULL_OK ? lull_screening_load(test_knowledge(), arena, &r->screening, &diags) : rc;
}

static int load_for_plan(struct run *r, struct lull_arena *arena)
{
	struct lull_diags diags;
	lull_diags_init(&diags, arena);
	return lull_plan_kb_load(test_knowledge(), arena, &r->plan_kb, &diags);
}

static int load_for_forecast(struct run *r, struct lull_arena *arena)
{
	struct lull_diags diags;
	struct lull_err err = { 0 };
	const char **ids;
	lull_diags_init(&diags, arena);
	int rc = lull_model_ids(test_knowledge(), arena, &ids, &r->n_models, &err);
	if (rc == LULL_OK && r->n_models > MAX_MODELS)
		return LULL_EDOMAIN;
	for (size_t i = 0; rc == LULL_OK && i < r->n_models; i++)
		rc = lull_model_load(test_knowledge(), ids[i], arena, &r->models[i], &diags);
	if (rc == LULL_OK)
		rc = lull_effects_load(test_knowledge(), arena, &r->effects, &diags);
	if (rc == LULL_OK)
		rc = lull_course_priors_load(test_knowledge(), arena, &r->priors, &diags);
	return rc == LULL_OK ? lull_sources_load(test_knowledge(), arena, &r->sources, &diags) : rc;
}

static int read_record(struct run *r, struct lull_arena *arena)
{
	struct lull_diags diags;
	struct lull_doc doc;
	lull_diags_init(&diags, arena);
	int rc = lull_json_read(r->record, r->n_record, "patient.json", arena, &doc, &diags);
	if (rc == LULL_OK)
		rc = lull_patient_bind(&doc, arena, &r->patient, &diags);
	return rc == LULL_OK ? lull_screening_check_patient(&r->screening, &r->patient, "patient.json", &diags) : rc;
}

static int import_diary(struct run *r, struct lull_arena *arena)
{
	static const struct lull_import_options all = { NULL, LULL_DAY_NONE, LULL_DAY_NONE };
	struct lull_err err = { 0 };
	return lull_import_csv(r->table, r->n_table, "diary.csv", &r->map, &r->acute, &all, arena, &r->import, &err);
}

static int classify(struct run *r, struct lull_arena *arena)
{
	const struct lull_history history = lull_patient_history(&r->patient, ON);
	const struct lull_diary *diary = &r->import.diaries[0];
	struct lull_err err = { 0 };
	for (int m = LULL_MONTH_28; m <= LULL_MONTH_CALENDAR; m++) {
		const struct lull_classify_options options = { .month = (enum lull_month)m, .index = LULL_DAY_NONE,
							       .skip_questions = m != LULL_MONTH_28 };
		const int rc = lull_classify(&r->criteria, diary, &history, &options, arena, &r->by_month[m], &err);
		if (rc != LULL_OK)
			return rc;
		r->months[m] = lull_month_view_of(&r->criteria, &r->by_month[m]);
	}
	return lull_classify_explain(&r->criteria, diary, &r->by_month[0], arena, &r->diagnoses, &r->n_diagnoses, &err);
}

static int judge_treatments(struct run *r, struct lull_arena *arena)
{
	const struct lull_burden burden = lull_burden_from(&r->criteria, &r->refractory_rules, &r->by_month[0]);
	struct lull_err err = { 0 };
	int rc = lull_patient_treatments(&r->patient, &r->screening.drugs, arena, &r->treatments, &err);
	if (rc != LULL_OK)
		return rc;
	lull_refractory_run(&r->refractory_rules, &r->treatments, &burden, &r->refractory);
	return lull_refractory_explain(&r->refractory_rules, &r->treatments, &burden, &r->refractory, arena,
				       &r->definitions, &r->n_definitions, &err);
}

static int judge_red_flags(struct run *r, struct lull_arena *arena)
{
	struct lull_redflag_result flags;
	lull_redflags_run(&r->screening.red_flags, &r->patient.red_flags, &flags);
	r->red_flags = lull_redflags_explain(&r->screening.red_flags, &flags, arena);
	return r->red_flags ? LULL_OK : LULL_ENOMEM;
}

static int screen(struct run *r, struct lull_arena *arena)
{
	struct lull_err err = { 0 };
	r->ask = (struct lull_screen_request){
		.patient = &r->patient, .on = ON, .route = LULL_ROUTE_IV,
		.indication = lull_screening_indication(&r->screening, "refractory_chronic_migraine"),
		.classification = &r->by_month[0], .diary_day = r->by_month[0].index, .refractory = &r->refractory,
		.history = &r->treatments, .refractory_rules = &r->refractory_rules,
	};
	return lull_screen_run(&r->screening, &r->ask, arena, &r->screen, &err);
}

static int plan(struct run *r, struct lull_arena *arena)
{
	const struct lull_plan_request ask = { .protocol_id = "series_of_three", .day = ON };
	struct lull_err err = { 0 };
	return lull_plan_make(&r->plan_kb, &r->patient, &ask, arena, &r->plan, &err);
}

static int forecast(struct run *r, struct lull_arena *arena)
{
	const struct lull_forecast_kb kb = { r->models, r->n_models, &r->effects, &r->priors };
	struct lull_usual_pain usual = { NAN, NAN };
	struct lull_err err = { 0 };
	lull_usual_pain_of(&r->import.diaries[0], &usual);
	return lull_forecast_plan(&kb, &r->plan, &r->patient, &usual, N_PEOPLE, 1, arena, &r->forecast, &err);
}

static struct lull_dossier dossier_of(const struct run *r)
{
	struct lull_dossier d = {
		.patient = &r->patient, .on = ON, .sources = &r->sources, .knowledge_hash = test_knowledge()->hash,
		.criteria = &r->criteria, .diary = &r->import.diaries[0], .classification = &r->by_month[0],
		.diagnoses = r->diagnoses, .n_diagnoses = r->n_diagnoses, .n_rows_rejected = r->import.report.n_rejected,
		.refractory_rules = &r->refractory_rules, .treatments = &r->treatments, .refractory = &r->refractory,
		.definitions = r->definitions, .n_definitions = r->n_definitions, .screening = &r->screening,
		.screen_request = &r->ask, .screen = &r->screen, .red_flags = r->red_flags, .plan = &r->plan,
		.forecast = &r->forecast, .priors = &r->priors, .effects = &r->effects,
	};
	for (int m = 0; m < 3; m++)
		d.by_month[m] = &r->by_month[m];
	return d;
}

/* The buffer's text into the arena; whatever became of it, the buffer is freed. */
static int keep(struct lull_buf *buf, int rc, struct lull_arena *arena, const char **out)
{
	struct lull_err err = { 0 };
	if (rc == LULL_OK)
		rc = lull_buf_status(buf, &err);
	if (rc == LULL_OK) {
		*out = lull_arena_strdup(arena, lull_buf_text(buf));
		rc = *out ? LULL_OK : LULL_ENOMEM;
	}
	lull_buf_clear(buf);
	return rc;
}

static int write_letter(struct run *r, struct lull_arena *arena)
{
	const struct lull_dossier d = dossier_of(r);
	struct lull_document doc;
	struct lull_buf buf = { 0 };
	struct lull_err err = { 0 };
	int rc = lull_dossier_build(&d, arena, &doc, &err);
	if (rc == LULL_OK)
		rc = lull_doc_text(&doc, 100, false, &buf, &err);
	return keep(&buf, rc, arena, &r->letter);
}

static int write_json(struct run *r, struct lull_arena *arena)
{
	const struct lull_classify_answer answer = { &r->criteria, &r->import.diaries[0], &r->by_month[0],
						     r->diagnoses, r->n_diagnoses, r->months, true };
	struct lull_buf buf = { 0 };
	struct lull_json json = { .out = &buf };
	struct lull_err err = { 0 };
	lull_json_open(&json, NULL, '{');
	lull_json_head(&json, "pathway", 1, test_knowledge());
	lull_json_classify(&json, "diary", &answer);
	lull_json_plan(&json, "plan", &r->plan);
	lull_json_plan_forecast(&json, "forecast", &r->forecast);
	const int rc = lull_screen_json(&json, "screen", &r->screening, &r->ask, &r->screen, arena, &err);
	lull_json_close(&json, '}');
	return keep(&buf, rc, arena, &r->json);
}

/* ---- faults ---------------------------------------------------------------------------- */

typedef int (*stage_fn)(struct run *r, struct lull_arena *arena);
static const struct {
	stage_fn run;
	const char *name;
} stages[] = {
	{ load_for_diary, "knowledge of the diary" }, { load_for_screen, "knowledge of the screen" },
	{ load_for_plan, "knowledge of the plan" },   { load_for_forecast, "knowledge of the forecast" },
	{ read_record, "record" },		      { import_diary, "diary" },
	{ classify, "classification" },		      { judge_treatments, "treatments" },
	{ judge_red_flags, "red flags" },	      { screen, "screen" },
	{ plan, "plan" },			      { forecast, "forecast" },
	{ write_letter, "letter" },		      { write_json, "JSON" },
};
enum { N_STAGES = sizeof(stages) / sizeof(*stages) };

struct fixture {
	struct lull_arena files, arenas[N_STAGES];
	struct run run;
};

static void run_all(struct run *r, struct lull_arena arenas[N_STAGES])
{
	for (size_t i = 0; i < N_STAGES; i++)
		if (stages[i].run(r, &arenas[i]) != LULL_OK)
			fail_msg("%s does not work without faults", stages[i].name);
}

static int prepare(void **state)
{
	static struct fixture f;
	f.run.record = test_read("examples/complete/patient.json", &f.run.n_record, &f.files);
	f.run.table = test_read("examples/complete/diary.csv", &f.run.n_table, &f.files);
	run_all(&f.run, f.arenas);
	*state = &f;
	return 0;
}

static int clear(void **state)
{
	struct fixture *f = *state;
	for (size_t i = 0; i < N_STAGES; i++)
		lull_arena_clear(&f->arenas[i]);
	lull_arena_clear(&f->files);
	return 0;
}

/* A run on the results so far, so that what a failing stage writes disturbs nothing. */
static struct run *scratch(const struct fixture *f)
{
	static struct run copy;
	copy = f->run;
	return &copy;
}

/* Fails one allocation; false, and said, when the answer is not LULL_ENOMEM. */
static bool ends_cleanly(const struct fixture *f, size_t stage, uint64_t nth, uint64_t n, bool all_after)
{
	struct lull_arena arena = { 0 };
	struct run *r = scratch(f);
	lull_mem_fail_at(nth, all_after);
	const int rc = stages[stage].run(r, &arena);
	lull_mem_fail_at(0, false);
	lull_arena_clear(&arena);
	if (rc != LULL_ENOMEM)
		print_error("%s: allocation %llu of %llu%s failed and the answer was %d\n", stages[stage].name,
			    (unsigned long long)nth, (unsigned long long)n, all_after ? " and all after it" : "", rc);
	return rc == LULL_ENOMEM;
}

static uint64_t count_allocations(const struct fixture *f, size_t stage)
{
	struct lull_arena arena = { 0 };
	lull_mem_fail_at(0, false);
	assert_int_equal(stages[stage].run(scratch(f), &arena), LULL_OK);
	const uint64_t n = lull_mem_fail_at(0, false);
	lull_arena_clear(&arena);
	return n;
}

/* The k-th of SAMPLED_POINTS out of n: one in each part, at a place that wanders, so that no period
 * of the code hides behind a regular step. */
static uint64_t sampled(uint64_t k, uint64_t n)
{
	const double inside = (double)k * 0.6180339887498949, frac = inside - (double)(uint64_t)inside;
	return 1 + (uint64_t)((double)n * ((double)k + frac) / SAMPLED_POINTS);
}

static void a_failed_allocation_ends_a_stage_cleanly(void **state)
{
	const struct fixture *f = *state;
	const char *faults = getenv("LULL_FAULTS");
	const bool all = faults && !strcmp(faults, "all");
	size_t n_wrong = 0;
	lull_mem_fail_in_arenas(true);
	for (size_t stage = 0; stage < N_STAGES; stage++) {
		const uint64_t n = count_allocations(f, stage);
		assert_true(n > 0);
		n_wrong += !ends_cleanly(f, stage, n, n, false); /* the last one: what only the very end checks */
		for (uint64_t k = 0; k < SAMPLED_POINTS; k++)
			n_wrong += !ends_cleanly(f, stage, sampled(k, n), n, k % 2 == 1);
		for (uint64_t nth = 1; all && nth <= n; nth++)
			n_wrong += !ends_cleanly(f, stage, nth, n, false);
		assert_int_equal(count_allocations(f, stage), n); /* and works afterwards, by the same steps */
	}
	lull_mem_fail_in_arenas(false);
	assert_int_equal(n_wrong, 0);
}

/* After all those faults: from the inputs they ran on, and from the bytes of the files again. */
static void the_same_input_gives_the_same_letter_afterwards(void **state)
{
	const struct fixture *f = *state;
	static struct run again;
	struct lull_arena arenas[N_STAGES] = { 0 }, arena = { 0 };
	struct run *r = scratch(f);
	assert_int_equal(write_letter(r, &arena), LULL_OK);
	assert_int_equal(write_json(r, &arena), LULL_OK);
	assert_string_equal(r->letter, f->run.letter);
	assert_string_equal(r->json, f->run.json);
	again = (struct run){ .record = f->run.record, .n_record = f->run.n_record, .table = f->run.table,
			      .n_table = f->run.n_table };
	run_all(&again, arenas);
	assert_string_equal(again.letter, f->run.letter);
	assert_string_equal(again.json, f->run.json);
	for (size_t i = 0; i < N_STAGES; i++)
		lull_arena_clear(&arenas[i]);
	lull_arena_clear(&arena);
}

/* What the faults above went through is the pathway and not an early refusal. */
static void the_example_goes_through_every_stage(void **state)
{
	const struct run *r = &((const struct fixture *)*state)->run;
	assert_int_equal(r->import.report.n_accepted, 136);
	assert_int_equal(r->by_month[0].status[LULL_ICHD_1_3], LULL_MET);
	assert_true(r->screen.n_rules > 0 && r->n_definitions == LULL_N_DEFINITIONS);
	assert_int_equal(r->plan.n_sessions, 3);
	assert_int_equal(r->forecast.main.n_people, N_PEOPLE);
	assert_has(r->letter, "INVENTED");
	assert_has(r->json, "\"forecast\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_goes_through_every_stage),
		cmocka_unit_test(a_failed_allocation_ends_a_stage_cleanly),
		cmocka_unit_test(the_same_input_gives_the_same_letter_afterwards),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("pathway faults", tests, prepare, clear);
}
