/* Model files of any structure: what binds, what a wrong one is told, units, numbers of a person. */
#include "kit.h"

#include "lull/base/text.h"
#include "lull/ketamine/pm.h"
#include "lull/num/math.h"

static const char head[] = "schema_version: 2\nid: own\nname: own\nunits: { time: h, amount: mg, concentration: ng/mL }\n";

/* A file's text after the head; NULL rc wanted: must load. */
static const struct lull_pm *read_own(struct lull_arena *arena, const char *text, struct lull_diags *diags, int *rc)
{
	const struct lull_pm *pm = NULL;
	const char *all = lull_arena_printf(arena, "%s%s", head, text);

	lull_diags_init(diags, arena);
	*rc = lull_pm_read(all, strlen(all), "own.yaml", arena, &pm, diags);
	assert_true((*rc == LULL_OK) == (pm != NULL));
	return pm;
}

static const struct lull_pm *own(struct lull_arena *arena, const char *text)
{
	struct lull_diags diags;
	int rc;
	const struct lull_pm *pm = read_own(arena, text, &diags, &rc);

	lull_assert_no_diags_at(&diags, __FILE__, __LINE__);
	assert_int_equal(rc, LULL_OK);
	return pm;
}

static const struct lull_pm *from_file(struct lull_arena *arena, const char *path)
{
	struct lull_diags diags;
	const struct lull_pm *pm = NULL;
	size_t n;
	const char *bytes = test_read(path, &n, arena);

	lull_diags_init(&diags, arena);
	const int rc = lull_pm_read(bytes, n, path, arena, &pm, &diags);
	lull_assert_no_diags_at(&diags, __FILE__, __LINE__);
	assert_int_equal(rc, LULL_OK);
	return pm;
}

static struct lull_lin_person person_of(const struct lull_pm *pm, const double *covariates, const double *etas,
					struct lull_effect_numbers *effects)
{
	double theta[LULL_PM_MAX_PARAMS], params[LULL_PM_MAX_PARAMS];
	struct lull_lin_person person = { 0 };
	struct lull_err err = { 0 };

	lull_pm_typical(pm, theta);
	assert_ok(lull_pm_individual(pm, theta, covariates, etas, NULL, params, &err), &err);
	assert_ok(lull_pm_person(pm, params, &person, effects, &err), &err);
	return person;
}

/* ---- what is shipped ----------------------------------------------------------------------- */

static void every_shipped_model_loads(void **state)
{
	struct lull_arena arena = { 0 };
	struct lull_err err = { 0 };
	const char **ids = NULL;
	size_t n = 0;
	(void)state;
	assert_ok(lull_pm_ids(test_knowledge(), &arena, &ids, &n, &err), &err);
	assert_true(n >= 3);
	for (size_t i = 0; i < n; i++) {
		struct lull_diags diags;
		const struct lull_pm *pm = NULL;
		lull_diags_init(&diags, &arena);
		const int rc = lull_pm_load(test_knowledge(), ids[i], &arena, &pm, &diags);
		lull_assert_no_diags_at(&diags, __FILE__, __LINE__);
		assert_int_equal(rc, LULL_OK);
		assert_int_equal(diags.n_all, 0); /* not a note either: every number has source and mark */
		const struct lull_pm_info *info = lull_pm_info(pm);
		assert_string_equal(info->id, ids[i]);
		assert_int_equal(strlen(info->hash_hex), 64);
		assert_true(info->n_params >= 2 && info->n_inputs >= 1 && info->n_outputs >= 1);
	}
	lull_arena_clear(&arena);
}

/* The general engine's numbers of a model are those of the view, bit by bit. */
static void view_and_system_agree(void **state)
{
	struct lull_arena arena = { 0 };
	struct lull_diags diags;
	const struct lull_pm *pm = NULL;
	const struct lull_model m = kit_model(&arena, "kamp2020_otto2021");
	struct lull_pk pk;
	const double kg = 82;
	(void)state;
	lull_diags_init(&diags, &arena);
	assert_int_equal(lull_pm_load(test_knowledge(), "kamp2020_otto2021", &arena, &pm, &diags), LULL_OK);
	const struct lull_lin_person p = person_of(pm, &kg, NULL, NULL);
	const struct lull_lin_shape *shape = lull_pm_info(pm)->shape;
	lull_model_typical(&m, kg, true, &pk);
	assert_int_equal(shape->n_states, 6);
	assert_int_equal(shape->n_flows, 10);
	assert_true(p.rate_per_h[0] == pk.q2_l_per_h / pk.v1_l && p.rate_per_h[1] == pk.q2_l_per_h / pk.v2_l);
	assert_true(p.rate_per_h[4] == pk.cl_l_per_h / pk.v1_l && p.gain[4] == 1 && shape->flow[4].to == 3);
	assert_true(p.rate_per_h[7] == pk.nk_cl_l_per_h / pk.nk_v1_l && shape->flow[7].to == -1);
	assert_close(p.rate_per_h[8], 0x1.62e42fefa39efp-1 * 12, 1e-15, 0); /* 5 min */
	assert_true(shape->flow[8].copies && !shape->flow[9].copies);
	assert_close(p.scale[0], 1000 / pk.v1_l, 1e-15, 0);
	lull_arena_clear(&arena);
}

/* Workload W1: the first person's numbers (i = 1), to the last digits printed. */
static void workload(void **state)
{
	struct lull_arena arena = { 0 };
	const struct lull_pm *pm = from_file(&arena, "tests/data/models/w1.yaml");
	const double wt = 80.901699437494742, s = wt / 70, eta[4] = { 0.40134614834927101, -0.21491840049662278, 0.18531583993248305, -0.3096565895464064 };
	struct lull_effect_numbers effects[LULL_MAX_EFFECTS];
	const struct lull_pm_info *info = lull_pm_info(pm);
	(void)state;
	struct lull_lin_person p = person_of(pm, &wt, eta, NULL);
	const double s75 = lull_pow(s, 0.75), v1 = 20 * s * lull_exp(eta[1]);
	assert_int_equal(info->n_etas, 4);
	assert_string_equal(info->etas[2].name, "q2");
	assert_string_equal(info->outputs[1].name, "CN");
	assert_close(p.rate_per_h[4], 80 * s75 * lull_exp(eta[0]) / v1, 1e-15, 0);
	assert_close(p.rate_per_h[0], 120 * s75 * lull_exp(eta[2]) / v1, 1e-15, 0);
	assert_true(p.gain[4] == 0.75287);
	assert_close(p.scale[0], 1 / v1, 1e-15, 0);
	pm = from_file(&arena, "tests/data/models/w2.yaml");
	p = person_of(pm, &wt, eta, effects);
	assert_int_equal(lull_pm_info(pm)->n_effects, 1);
	assert_int_equal(lull_pm_info(pm)->effects[0].kind, LULL_EFFECT_INDIRECT_1);
	assert_close(effects[0].kout_per_h, 0x1.62e42fefa39efp-1 / (10.9 * 24), 1e-15, 0);
	assert_close(effects[0].kin, 18 * 0x1.62e42fefa39efp-1 / (10.9 * 24), 1e-15, 0);
	assert_true(effects[0].emax == 0.95 && effects[0].c50 == 0.005 && effects[0].gamma == 2 && effects[0].r0 == 18);
	assert_string_equal(lull_pm_info(pm)->outputs[3].unit, "points");
	lull_arena_clear(&arena);
}

/* A covariate without a default must be given, and the sentence says which. */
static void a_covariate_must_be_given(void **state)
{
	struct lull_arena arena = { 0 };
	const struct lull_pm *pm = from_file(&arena, "tests/data/models/w1.yaml");
	double theta[LULL_PM_MAX_PARAMS], params[LULL_PM_MAX_PARAMS];
	const double none = NAN, negative = -70;
	struct lull_err err = { 0 };
	(void)state;
	lull_pm_typical(pm, theta);
	assert_int_equal(lull_pm_individual(pm, theta, NULL, NULL, NULL, params, &err), LULL_EDOMAIN);
	assert_has(err.what, "wt is not given");
	assert_int_equal(lull_pm_individual(pm, theta, &none, NULL, NULL, params, &err), LULL_EDOMAIN);
	assert_int_equal(lull_pm_individual(pm, theta, &negative, NULL, NULL, params, &err), LULL_EDOMAIN);
	assert_has(err.what, "above 0");
	lull_arena_clear(&arena);
}

/* ---- wrong files ------------------------------------------------------------------------------ */

#define BODY                                                                        \
	"parameters:\n"                                                             \
	"  cl: { value: 5, unit: L/h }\n"                                           \
	"  v: { value: 50, unit: L }\n"                                             \
	"  ka: { value: 1, unit: 1/h }\n"                                           \
	"compartments:\n"                                                           \
	"  c: { volume: v }\n"                                                      \
	"flows:\n"                                                                  \
	"  - { from: c, clearance: cl }\n"                                          \
	"inputs:\n"                                                                 \
	"  iv: { to: c }\n"                                                         \
	"  oral: { to: c, absorption: ka }\n"                                       \
	"outputs:\n"                                                                \
	"  conc: { of: c }\n"

static void twenty_lines(void **state)
{
	struct lull_arena arena = { 0 };
	const struct lull_pm *pm = own(&arena, BODY);
	struct lull_pm_part parts[LULL_PM_MAX_PARTS];
	double theta[LULL_PM_MAX_PARAMS];
	struct lull_err err = { 0 };
	int n = 0;
	(void)state;
	const struct lull_lin_person p = person_of(pm, NULL, NULL, NULL);
	assert_int_equal(lull_pm_info(pm)->shape->n_states, 2);
	assert_true(p.rate_per_h[0] == 0.1 && p.rate_per_h[1] == 1 && p.scale[0] == 20);
	lull_pm_typical(pm, theta);
	assert_ok(lull_pm_parts(pm, theta, 1, parts, &n, &err), &err);
	assert_true(n == 1 && parts[0].state == 1 && parts[0].frac == 1 && parts[0].lag_h == 0);
	assert_true(lull_is_nan(parts[0].dur_h) && lull_is_nan(parts[0].rate));
	assert_int_equal(lull_pm_parts(pm, theta, 2, parts, &n, &err), LULL_EDOMAIN);
	assert_has(err.what, "CMT 3");
	assert_int_equal(lull_pm_param_index(pm, "CL"), 0);
	assert_int_equal(lull_pm_param_index(pm, "cl2"), -1);
	lull_arena_clear(&arena);
}

static char *edited(struct lull_arena *arena, const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);

	assert_non_null(at);
	return lull_arena_printf(arena, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

/* Each with its place: the head has four lines. */
static void wrong_files_are_told_where_and_why(void **state)
{
	static const struct {
		const char *from, *to, *at, *says;
	} rows[] = {
		{ "unit: L/h", "unit: L", "own.yaml:6:25", "cl in 'L', used as clearance of flows; expected a unit of volume/time" },
		{ "unit: L/h", "unit: L/h/h", "own.yaml:6:25", "volume/time" },
		{ "unit: L/h", "unit: \"L per h\"", "own.yaml:6:25", "units parted by" },
		{ "unit: L/h", "unit: furlong", "own.yaml:6:25", "'furlong'" },
		{ "unit: L }", "unit: mL/min }", "own.yaml:7:", "a unit of volume" },
		{ "unit: 1/h", "unit: h", "own.yaml:8:", "a unit of 1/time" },
		{ "value: 5,", "value: 5;", "own.yaml:6:", "" },
		{ "value: 5,", "value: -5,", "own.yaml:6:", "cl is -5 L/h; it must be 0 or more" },
		{ "value: 50,", "value: 0,", "own.yaml:6:", "v is 0 L; it must be above 0" },
		{ "  v: {", "  CL: {", "own.yaml:7:", "upper and lower case" },
		{ "clearance: cl", "clearance: cll", "own.yaml:12:27", "did you mean 'cl'?" },
		{ "clearance: cl", "clearance: cl, rate: ka", "own.yaml:12:", "a flow with both" },
		{ ", clearance: cl", "", "own.yaml:12:", "a flow with neither" },
		{ "from: c,", "from: d,", "own.yaml:12:13", "'d', which is none" },
		{ "from: c,", "from: c, to: c,", "own.yaml:12:", "another compartment" },
		{ "volume: v", "volum: v", "own.yaml:10:8", "did you mean 'volume'?" },
		{ "volume: v", "volume: v, analyte: k", "own.yaml:10:", "one of analytes" },
		{ "of: c }", "of: d }", "own.yaml:17:15", "neither" },
		{ "of: c }", "of: c, unit: nmol/mL }", "own.yaml:17:", "molar mass" },
		{ "of: c }", "of: c, unit: h }", "own.yaml:17:", "an amount or a concentration" },
		{ "of: c }", "of: c, residual: { log_sd: 0.1, additive: 1 } }", "own.yaml:17:", "log_sd, or" },
		{ "absorption: ka", "absorption: cl", "own.yaml:6:", "used as absorption of inputs" },
		{ "absorption: ka", "fraction: [cl]", "own.yaml:6:", "a plain number" },
		{ "absorption: ka", "fraction: cl", "own.yaml:15:", "write it as [a, b]" },
		{ "absorption: ka", "parts: [{ to: c }]", "own.yaml:15:", "or 1 to 4 parts" },
		{ "to: c, absorption: ka", "absorption: ka", "own.yaml:15:", "without a goal" },
		{ "absorption: ka", "transit: { steps: 40, mean_time: ka }", "own.yaml:15:", "12" },
		{ "inputs:", "default_input: nose\ninputs:", "own.yaml:13:", "one of inputs" },
		{ "inputs:", "covariates: { wt: { default: 5, min: 6 } }\ninputs:", "own.yaml:13:", "rising order" },
		{ "value: 5,", "value: 5, depends: [{ on: wt, form: power, value: 1, center: 70 }],", "own.yaml:6:", "'wt', which is none" },
		{ "inputs:", "filters: { e: { of: c } }\ninputs:", "own.yaml:13:", "rate, half_life or integral" },
		{ "outputs:", "variability: [{ on: [cl], cv: 0.3, sd: 0.2 }]\noutputs:", "own.yaml:16:", "one of covariance, cv, sd and variance" },
		{ "outputs:", "variability: [{ on: [cl], kind: normal, cv: 0.3 }]\noutputs:", "own.yaml:16:", "a cv for a log-normal only" },
		{ "outputs:", "variability: [{ on: [cl], cv: 0.3 }, { on: [v, cl], covariance: [1, 0, 1] }]\noutputs:", "own.yaml:16:", "a second time" },
		{ "outputs:", "variability: [{ on: [cl, v], covariance: [1, 2, 1] }]\noutputs:", "own.yaml:16:", "positive definite" },
		{ "outputs:", "uncertainty: { on: [cl] }\noutputs:", "own.yaml:16:", "an incomplete uncertainty" },
		{ "  conc: { of: c }\n", "  conc: { of: c }\neffects:\n  e: { kind: emax, drive: conk, emax: ka, c50: v }\n", "own.yaml:19:", "one of outputs" },
		{ "  conc: { of: c }\n", "  conc: { of: c }\neffects:\n  e: { kind: emax, drive: conc, emax: ka, c50: v }\n", "own.yaml:19:", "units that go together" },
		{ "  conc: { of: c }\n", "  conc: { of: c }\neffects:\n  e: { kind: binary, drive: conc }\n", "own.yaml:19:", "one for a binary outcome" },
		{ "  conc: { of: c }\n", "  conc: { of: c }\n  conc2: { of: c }\neffects:\n  conc2: { kind: emax, drive: conc, emax: ka, c50: v }\n", "own.yaml:", "" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lull_arena arena = { 0 };
		struct lull_diags diags;
		struct lull_buf out = { 0 };
		int rc;
		read_own(&arena, edited(&arena, BODY, rows[i].from, rows[i].to), &diags, &rc);
		lull_diags_print(&diags, &out);
		if (rc != LULL_EPARSE || !strstr(lull_buf_text(&out), rows[i].at) || !strstr(lull_buf_text(&out), rows[i].says))
			print_message("# row %zu: %s\n", i, rows[i].to);
		assert_int_equal(rc, LULL_EPARSE);
		assert_has(lull_buf_text(&out), rows[i].at);
		assert_has(lull_buf_text(&out), rows[i].says);
		lull_buf_clear(&out);
		lull_arena_clear(&arena);
	}
}

/* A user's own numbers may stand without a source: that is said once, and they count as proposed. */
static void no_source_is_said(void **state)
{
	struct lull_arena arena = { 0 };
	struct lull_diags diags;
	struct lull_buf out = { 0 };
	int rc;
	(void)state;
	read_own(&arena, BODY, &diags, &rc);
	assert_int_equal(rc, LULL_OK);
	lull_diags_print(&diags, &out);
	assert_has(lull_buf_text(&out), "3 numbers without source or mark count as proposed");
	lull_buf_reset(&out);
	read_own(&arena, BODY "source: lull_default\nmark: proposed\n", &diags, &rc);
	assert_true(rc == LULL_OK && diags.n_all == 0);
	/* The same in knowledge is refused. */
	const char *text = lull_arena_printf(&arena, "%s%s", head, BODY);
	const struct lull_file items[2] = { *lull_files_get(test_knowledge(), "ketamine/guards.yaml"), { "models/own.yaml", text, strlen(text) } };
	const struct lull_files files = { .items = items, .n_items = 2, .origin = "test" };
	const struct lull_pm *pm;
	assert_int_equal(lull_pm_load(&files, "own", &arena, &pm, &diags), LULL_EPARSE);
	lull_diags_print(&diags, &out);
	assert_has(lull_buf_text(&out), "source and mark, here or for the whole file");
	lull_buf_clear(&out);
	lull_arena_clear(&arena);
}

/* The example of the documentation is a model. */
static void the_documented_example_runs(void **state)
{
	struct lull_arena arena = { 0 };
	struct lull_diags diags;
	const struct lull_pm *pm = NULL;
	size_t n;
	const char *doc = test_read("docs/model-format.md", &n, &arena), *first = strstr(doc, "```yaml\n");
	(void)state;
	assert_non_null(first);
	first += strlen("```yaml\n");
	lull_diags_init(&diags, &arena);
	const int rc = lull_pm_read(first, (size_t)(strstr(first, "```") - first), "docs/model-format.md", &arena, &pm, &diags);
	lull_assert_no_diags_at(&diags, __FILE__, __LINE__);
	assert_true(rc == LULL_OK && diags.n_all == 0);
	assert_true(lull_pm_info(pm)->n_params == 4 && lull_pm_info(pm)->n_inputs == 2 && lull_pm_info(pm)->n_etas == 1);
	lull_arena_clear(&arena);
}

/* What people are shown: every number of a file once, with its source. */
static void statements(void **state)
{
	struct lull_arena arena = { 0 };
	struct lull_diags diags;
	const struct lull_pm *pm = NULL;
	(void)state;
	lull_diags_init(&diags, &arena);
	assert_int_equal(lull_pm_load(test_knowledge(), "perezruixo2021", &arena, &pm, &diags), LULL_OK);
	const struct lull_pm_info *info = lull_pm_info(pm);
	double covariates[LULL_PM_MAX_COVARIATES], theta[LULL_PM_MAX_PARAMS], params[LULL_PM_MAX_PARAMS];
	struct lull_err err = { 0 };
	int n[LULL_PM_MOLAR_MASS + 1] = { 0 };
	bool has_slope = false;
	for (size_t i = 0; i < info->n_statements; i++) {
		const struct lull_pm_statement *s = &info->statements[i];
		n[s->kind]++;
		assert_true(s->source && s->source[0] && s->mark != LULL_MARK_NONE && s->what[0]);
		has_slope |= !strcmp(s->what, "qh: slope on age above 60") && s->value == -2.19;
	}
	assert_true(has_slope && n[LULL_PM_PARAMETER] == info->n_params && n[LULL_PM_BETWEEN_PEOPLE] == 11);
	assert_true(n[LULL_PM_COVARIATE] == 4 && n[LULL_PM_RESIDUAL] == 2);
	assert_true(info->product == LULL_ESKETAMINE && info->adult && !info->is_for_forecasts && info->n_caveats >= 5);
	assert_true(info->range.weight_max_kg == 170 && lull_is_nan(info->range.dur_max_h));
	/* Clearance: liver flow times extraction, 109 L/h (facts 1.1). */
	lull_pm_reference(pm, covariates);
	assert_true(covariates[0] == 45);
	lull_pm_typical(pm, theta);
	assert_ok(lull_pm_individual(pm, theta, covariates, NULL, NULL, params, &err), &err);
	const double e = 101 * (1.11 + 2.77) / (151 + 101 * (1.11 + 2.77));
	assert_close(lull_pm_clearance(pm, params), 151 * e, 1e-6, 0);
	lull_arena_clear(&arena);
}

/* Fail each allocation in turn until the load succeeds: out of memory every time before, also inside arenas. */
static void every_failed_allocation_is_said(void **state)
{
	static const char csv[] = "cl,v\n1,2\n3,4\n";
	static const struct lull_file file = { "own.csv", csv, sizeof(csv) - 1 };
	static const struct lull_files beside = { .items = &file, .n_items = 1, .origin = "test" };
	struct lull_arena texts = { 0 };
	const char *text = lull_arena_printf(&texts, "%s%s%s", head, BODY,
		"variability: [{ on: [cl, v], covariance: [0.1, 0, 0.1] }]\nuncertainty: { samples: own.csv }\nanalytes: { k: { molar_mass_g_per_mol: 200 } }\n");
	(void)state;
	for (int which = 0; which < 2; which++) {
		int n_failed = 0, rc = LULL_ENOMEM;
		for (uint64_t n = 1; rc != LULL_OK && n < 20000; n++) {
			struct lull_arena arena = { 0 };
			struct lull_diags diags;
			const struct lull_pm *pm = NULL;
			lull_diags_init(&diags, &arena);
			lull_mem_fail_in_arenas(true);
			lull_mem_fail_at(n, true);
			rc = which ? lull_pm_read_beside(text, strlen(text), "own.yaml", &beside, &arena, &pm, &diags) :
				     lull_pm_load(test_knowledge(), "simons2022_s", &arena, &pm, &diags);
			lull_mem_fail_at(0, false);
			lull_mem_fail_in_arenas(false);
			if (rc != LULL_OK)
				n_failed++;
			if (rc != LULL_OK && rc != LULL_ENOMEM)
				print_message("# model %d, allocation %d: %d\n", which, (int)n, rc);
			assert_true(rc == LULL_OK || rc == LULL_ENOMEM);
			assert_true((rc == LULL_OK) == (pm != NULL));
			lull_arena_clear(&arena);
		}
		assert_int_equal(rc, LULL_OK);
		assert_true(n_failed > 20);
	}
	lull_arena_clear(&texts);
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_shipped_model_loads),
		cmocka_unit_test(view_and_system_agree),
		cmocka_unit_test(workload),
		cmocka_unit_test(a_covariate_must_be_given),
		cmocka_unit_test(twenty_lines),
		cmocka_unit_test(wrong_files_are_told_where_and_why),
		cmocka_unit_test(no_source_is_said),
		cmocka_unit_test(the_documented_example_runs),
		cmocka_unit_test(statements),
		cmocka_unit_test(every_failed_allocation_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
