/* The patient record: what is read is written again, contradictions are refused, the latest counts. */
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "lull/base/text.h"
#include "lull/base/yaml.h"
#include "lull/care/patient.h"
#include "lull/codec/json.h"

static struct lull_arena arena;

static int teardown(void **state)
{
	(void)state;
	lull_arena_clear(&arena);
	return 0;
}

static int bind(const char *bytes, size_t n, struct lull_patient *p, struct lull_diags *diags)
{
	struct lull_doc doc;
	lull_diags_init(diags, &arena);
	const int rc = lull_json_read(bytes, n, "p.json", &arena, &doc, diags);
	return rc == LULL_OK ? lull_patient_bind(&doc, &arena, p, diags) : rc;
}

static struct lull_patient example(const char *path)
{
	size_t n;
	struct lull_patient p;
	struct lull_diags diags;
	const char *bytes = test_read(path, &n, &arena);
	const int rc = bind(bytes, n, &p, &diags);
	assert_no_diags(&diags);
	assert_int_equal(rc, LULL_OK);
	return p;
}

static char *written(const struct lull_patient *p)
{
	struct lull_buf buf = { 0 };
	struct lull_json json = { .out = &buf };
	lull_json_struct(&json, NULL, &lull_patient_schema, p);
	assert_int_equal(lull_buf_status(&buf, NULL), LULL_OK);
	char *text = lull_arena_strdup(&arena, lull_buf_text(&buf));
	lull_buf_clear(&buf);
	assert_non_null(text);
	return text;
}

static void what_is_read_is_written_again(void **state)
{
	static const char *const paths[] = { "examples/complete/patient.json", "examples/series330/patient.json",
					     "examples/templates/patient.json" };
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct lull_patient p = example(paths[i]), again;
		struct lull_diags diags;
		const char *one = written(&p);
		const int rc = bind(one, strlen(one), &again, &diags);
		assert_no_diags(&diags);
		assert_int_equal(rc, LULL_OK);
		assert_string_equal(one, written(&again));
		assert_int_equal(p.n_conditions, again.n_conditions);
		assert_int_equal(p.treatments.n_items, again.treatments.n_items);
	}
	assert_true(example(paths[0]).invented);
	assert_has(example(paths[0]).note, "INVENTED");
}

static void nearly_nothing_is_known_of_the_real_series(void **state)
{
	(void)state;
	const struct lull_patient p = example("examples/series330/patient.json");
	assert_false(p.invented);
	assert_int_equal(p.n_conditions, 0);
	assert_int_equal(p.drugs.any, LULL_ABSENT);
	assert_true(isnan(lull_patient_age_y(&p, 20000)));
	assert_null(lull_patient_weight(&p, LULL_DAY_NONE));
}

static void an_empty_record_is_absent_not_no(void **state)
{
	struct lull_patient p, bound;
	struct lull_diags diags;
	static const char text[] = "{\"schema_version\":1,\"id\":\"x\",\"invented\":true}";
	(void)state;
	lull_patient_init(&p);
	assert_int_equal(bind(text, sizeof(text) - 1, &bound, &diags), LULL_OK);
	p.id = bound.id;
	p.invented = true;
	assert_string_equal(written(&p), written(&bound));
	assert_true(isnan(bound.age_y) && isnan(bound.height_cm) && isnan(bound.pain.nrs));
	assert_int_equal(bound.born, LULL_DAY_NONE);
	assert_int_equal(bound.readiness.consent, LULL_ABSENT);
	assert_int_equal(bound.sex, LULL_SEX_UNKNOWN);
	assert_true(isnan(lull_patient_bmi(&bound, LULL_DAY_NONE)));
}

static void yaml_reads_the_same(void **state)
{
	static const char yaml[] = "schema_version: 1\nid: y\ninvented: true\nweights:\n  - { kg: 70, date: 2026-01-02, how: stated }\n"
				   "conditions:\n  cancer: { answer: no }\n";
	struct lull_doc doc;
	struct lull_diags diags;
	struct lull_patient p;
	(void)state;
	lull_diags_init(&diags, &arena);
	assert_int_equal(lull_yaml_read(yaml, sizeof(yaml) - 1, "p.yaml", &arena, &doc, &diags), LULL_OK);
	assert_int_equal(lull_patient_bind(&doc, &arena, &p, &diags), LULL_OK);
	assert_int_equal(p.weights[0].how, LULL_WEIGHT_STATED);
	assert_int_equal(lull_patient_condition(&p, "cancer")->answer, LULL_NO);
	assert_null(lull_patient_condition(&p, "asthma"));
}

/* One fault each: must be refused, and say `part`. */
static void slips_and_contradictions_are_refused(void **state)
{
	static const struct {
		const char *members, *part;
	} cases[] = {
		{ "\"height_cm\": 1.68", "from 50 to 260 cm" },
		{ "\"weights\": [{\"kg\": 71400, \"date\": \"2026-01-01\", \"how\": \"measured\"}]", "from 1 to 500 kg" },
		{ "\"weights\": [{\"kg\": 71, \"date\": \"2026-01-01\"}]", "'how'" },
		{ "\"vitals\": [{\"date\": \"2026-01-01\", \"sbp_mmhg\": 80, \"dbp_mmhg\": 120}]", "were the two swapped" },
		{ "\"drugs\": {\"any\": \"no\", \"list\": [{\"name\": \"x\"}]}", "drugs.any is \"no\"" },
		{ "\"allergies\": {\"any\": \"no\", \"list\": [{\"name\": \"x\"}]}", "allergies.any is \"no\"" },
		{ "\"ketamine\": {\"any\": \"no\", \"series\": [{\"response\": \"none\"}]}", "ketamine.any is \"no\"" },
		{ "\"conditions\": {\"cancer\": {}}", "'answer'" },
		{ "\"conditions\": {\"cancer\": {\"answer\": \"maybe\"}}", "yes" },
		{ "\"sex_at_birth\": \"woman\"", "female" },
		{ "\"hight_cm\": 170", "did you mean 'height_cm'" },
		{ "\"born\": \"11.05.1984\"", "a date such as" },
		{ "\"pain_now\": {\"nrs\": 11, \"date\": \"2026-01-01\"}", "from 0 to 10" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct lull_patient p;
		struct lull_diags diags;
		struct lull_buf out = { 0 };
		char *text = lull_arena_printf(&arena, "{\"schema_version\":1,\"id\":\"x\",\"invented\":true,%s}", cases[i].members);
		assert_int_equal(bind(text, strlen(text), &p, &diags), LULL_EPARSE);
		lull_diags_print(&diags, &out);
		assert_has(lull_buf_text(&out), cases[i].part);
		lull_buf_clear(&out);
	}
}

static void a_condition_answered_twice_is_refused(void **state)
{
	static const struct lull_condition twice[] = { { .id = "cancer", .answer = LULL_NO }, { .id = "cancer", .answer = LULL_YES } };
	struct lull_patient p;
	struct lull_diags diags;
	const struct lull_doc doc = { .file = "p" };
	(void)state;
	lull_patient_init(&p);
	p.conditions = twice;
	p.n_conditions = 2;
	lull_diags_init(&diags, &arena);
	lull_patient_schema.check(&p, NULL, &doc, &diags);
	assert_int_equal(diags.n_errors, 1);
}

static void the_latest_not_after_the_day_counts(void **state)
{
	static const struct lull_weight weights[] = {
		{ 70, 100, LULL_WEIGHT_MEASURED }, { 72, 300, LULL_WEIGHT_MEASURED }, { 71, 200, LULL_WEIGHT_STATED },
		{ 60, LULL_DAY_NONE, LULL_WEIGHT_STATED },
	};
	static const struct lull_vitals vitals[] = { { .day = 5 }, { .day = 9 } };
	static const struct lull_ecg ecgs[] = { { .day = 9 }, { .day = 5 } };
	static const struct lull_lab_result labs[] = { { .test = LULL_LAB_ALT, .value = 1, .day = 5 },
						       { .test = LULL_LAB_AST, .value = 2, .day = 9 },
						       { .test = LULL_LAB_ALT, .value = 3, .day = 7 } };
	static const struct lull_score_entry scores[] = { { .instrument = "phq9", .day = 5 }, { .instrument = "gad7", .day = 8 },
							  { .instrument = "phq9", .day = 7 } };
	struct lull_patient p;
	(void)state;
	lull_patient_init(&p);
	p.weights = weights;
	p.n_weights = 4;
	p.vitals = vitals;
	p.n_vitals = 2;
	p.ecgs = ecgs;
	p.n_ecgs = 2;
	p.labs = labs;
	p.n_labs = 3;
	p.scores = scores;
	p.n_scores = 3;
	p.height_cm = 200;
	assert_close(lull_patient_weight(&p, 250)->kg, 71, 0, 0);
	assert_close(lull_patient_weight(&p, LULL_DAY_NONE)->kg, 72, 0, 0);
	assert_close(lull_patient_weight(&p, 50)->kg, 60, 0, 0); /* undated: older than any dated */
	assert_close(lull_patient_bmi(&p, 300), 18, 1e-12, 0);
	assert_int_equal(lull_patient_vitals(&p, 8)->day, 5);
	assert_int_equal(lull_patient_ecg(&p, 9)->day, 9);
	assert_close(lull_patient_lab(&p, LULL_LAB_ALT, 9)->value, 3, 0, 0);
	assert_null(lull_patient_lab(&p, LULL_LAB_TSH, 9));
	assert_int_equal(lull_patient_score(&p, "phq9", 9)->day, 7);
	assert_null(lull_patient_score(&p, "hit6", 9));
}

static void age_comes_from_the_birth_day(void **state)
{
	struct lull_patient p;
	(void)state;
	lull_patient_init(&p);
	p.age_y = 40;
	assert_close(lull_patient_age_y(&p, 0), 40, 0, 0);
	p.born = lull_day_from_ymd(1984, 5, 11);
	assert_close(lull_patient_age_y(&p, lull_day_from_ymd(2026, 5, 10)), 41, 0, 0);
	assert_close(lull_patient_age_y(&p, lull_day_from_ymd(2026, 5, 11)), 42, 0, 0);
	assert_close(lull_patient_history(&p, lull_day_from_ymd(2026, 5, 11)).age_y, 42, 0, 0);
	lull_patient_init(&p);
	p.headache.age_y = 33;
	assert_close(lull_patient_history(&p, 0).age_y, 33, 0, 0);
}

static void the_json_schema_names_every_field(void **state)
{
	struct lull_buf buf = { 0 };
	(void)state;
	lull_json_schema(&lull_patient_schema, &buf);
	assert_int_equal(lull_buf_status(&buf, NULL), LULL_OK);
	for (const struct lull_field *f = lull_patient_schema.fields; f->key; f++) {
		assert_has(lull_buf_text(&buf), f->key);
		assert_non_null(f->what);
	}
	/* the shipped copy is this one; LULL_BLESS=1 writes it */
	if (getenv("LULL_BLESS")) {
		FILE *f = fopen("docs/patient.schema.json", "w");
		assert_non_null(f);
		fputs(lull_buf_text(&buf), f);
		fclose(f);
	}
	assert_string_equal(test_read("docs/patient.schema.json", NULL, &arena), lull_buf_text(&buf));
	lull_buf_clear(&buf);
}

static void binding_survives_failed_allocations(void **state)
{
	size_t n;
	const char *bytes = test_read("examples/complete/patient.json", &n, &arena);
	(void)state;
	uint64_t total = 0;
	for (uint64_t nth = 0; nth <= total; nth += nth < 30 ? 1 : 23) {
		struct lull_arena a = { 0 };
		struct lull_diags diags;
		struct lull_doc doc;
		struct lull_patient p;
		lull_diags_init(&diags, &a);
		lull_mem_fail_at(nth, true);
		int rc = lull_json_read(bytes, n, "p", &a, &doc, &diags);
		if (rc == LULL_OK)
			rc = lull_patient_bind(&doc, &a, &p, &diags);
		const uint64_t used = lull_mem_fail_at(0, false);
		lull_arena_clear(&a);
		if (nth == 0)
			total = used;
		else
			assert_int_equal(rc, LULL_ENOMEM);
	}
	assert_true(total > 1);
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_read_is_written_again),
		cmocka_unit_test(nearly_nothing_is_known_of_the_real_series),
		cmocka_unit_test(an_empty_record_is_absent_not_no),
		cmocka_unit_test(yaml_reads_the_same),
		cmocka_unit_test(slips_and_contradictions_are_refused),
		cmocka_unit_test(a_condition_answered_twice_is_refused),
		cmocka_unit_test(the_latest_not_after_the_day_counts),
		cmocka_unit_test(age_comes_from_the_birth_day),
		cmocka_unit_test(the_json_schema_names_every_field),
		cmocka_unit_test(binding_survives_failed_allocations),
	};
	return cmocka_run_group_tests_name("care patient", tests, NULL, teardown);
}
