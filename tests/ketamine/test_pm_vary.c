/* What varies in a model: covariates of every form, deviations of every kind against theory, uncertainty, residual error, units. */
#include "kit.h"

#include "lull/base/text.h"
#include "lull/ketamine/pm.h"
#include "lull/num/dist.h"
#include "lull/num/math.h"

static const struct lull_pm *own_beside(struct lull_arena *arena, const char *text, const struct lull_files *beside)
{
	struct lull_diags diags;
	const struct lull_pm *pm = NULL;

	lull_diags_init(&diags, arena);
	const int rc = lull_pm_read_beside(text, strlen(text), "own.yaml", beside, arena, &pm, &diags);
	lull_assert_no_diags_at(&diags, __FILE__, __LINE__);
	assert_int_equal(rc, LULL_OK);
	return pm;
}

#define HEAD "schema_version: 2\nid: own\nname: own\nsource: lull_default\nmark: proposed\n"
#define UNITS "units: { time: h, amount: mg, concentration: ng/mL }\n"
#define REST                                  \
	"compartments: { c: { volume: v } }\n" \
	"flows: [{ from: c, clearance: cl }]\n" \
	"inputs: { iv: { to: c } }\n"         \
	"outputs: { conc: { of: c } }\n"

static const struct lull_pm *own(struct lull_arena *arena, const char *text)
{
	return own_beside(arena, text, NULL);
}

/* ---- covariates ----------------------------------------------------------------------------------- */

static void covariate_forms(void **state)
{
	struct lull_arena arena = { 0 };
	static const char text[] = HEAD UNITS "covariates: { x: { default: 10 }, g: { default: 0 } }\n"
		"parameters:\n"
		"  v: { value: 50, unit: L }\n"
		"  cl: { value: 5, unit: L/h }\n"
		"  power: { value: 2, depends: [{ on: x, form: power, value: 0.75, center: 10 }] }\n"
		"  line: { value: 2, depends: [{ on: x, form: linear, value: 0.1, center: 10 }] }\n"
		"  exp: { value: 2, depends: [{ on: x, form: exponential, value: -0.05, center: 10 }] }\n"
		"  cat: { value: 2, depends: [{ on: g, form: category, levels: [1, 3], factors: [0.5, 4] }] }\n"
		"  bent: { value: 2, depends: [{ on: x, form: piecewise, knots: [12, 20], slopes: [0.5, -0.25] }] }\n"
		"  all: { value: 2, depends: [{ on: x, form: piecewise, knots: [12], slopes: [1] }, { on: g, form: category, levels: [1], factors: [10] }, { on: x, form: linear, value: 0.1, center: 10 }] }\n" REST;
	const struct lull_pm *pm = own(&arena, text);
	double theta[LULL_PM_MAX_PARAMS], p[LULL_PM_MAX_PARAMS];
	struct lull_err err = { 0 };
	(void)state;
	lull_pm_typical(pm, theta);
	assert_ok(lull_pm_individual(pm, theta, NULL, NULL, NULL, p, &err), &err);
	for (int i = 2; i < 8; i++)
		assert_true(p[i] == 2); /* the person described is the typical one */
	const double at[2] = { 24, 1 }, other[2] = { 16, 3 }, nowhere[2] = { 5, 2 };
	assert_ok(lull_pm_individual(pm, theta, at, NULL, NULL, p, &err), &err);
	assert_close(p[2], 2 * pow(2.4, 0.75), 1e-14, 0);
	assert_close(p[3], 2 * 2.4, 1e-14, 0);
	assert_close(p[4], 2 * exp(-0.7), 1e-14, 0);
	assert_close(p[5], 1, 1e-15, 0);
	assert_close(p[6], 2 + 8 * 0.5 - 4 * 0.25, 1e-15, 0);
	assert_close(p[7], (2 + 12) * 10 * 2.4, 1e-14, 0); /* added first, then the factors */
	assert_ok(lull_pm_individual(pm, theta, other, NULL, NULL, p, &err), &err);
	assert_close(p[5], 8, 1e-15, 0);
	assert_close(p[6], 4, 1e-15, 0);
	assert_ok(lull_pm_individual(pm, theta, nowhere, NULL, NULL, p, &err), &err);
	assert_true(p[5] == 2 && p[6] == 2);
	/* A parameter that a covariate drives below 0 is refused where it is used, with its name. */
	const double huge[2] = { -15, 0 };
	assert_int_equal(lull_pm_individual(pm, theta, huge, NULL, NULL, p, &err), LULL_EDOMAIN);
	lull_arena_clear(&arena);
}

/* ---- between people --------------------------------------------------------------------------------- */

enum { N = 100000 };
static const char vary[] = HEAD UNITS "parameters:\n"
	"  v: { value: 50, unit: L }\n"
	"  cl: { value: 5, unit: L/h }\n"
	"  f: { value: 0.25 }\n"
	"  e: { value: -3 }\n"
	"  lag: { value: 30, unit: min }\n"
	"variability:\n"
	"  - { on: [cl, v], covariance: [0.09, 0.03, 0.04] }\n"
	"  - { on: [f], kind: logit_normal, sd: 0.7 }\n"
	"  - { on: [e], kind: normal, variance: 4 }\n"
	"  - { on: [lag], cv: 0.5 }\n"
	"occasions:\n"
	"  - { on: [cl], variance: 0.01 }\n"
	"  - { on: [f], kind: logit_normal, sd: 0.2 }\n" REST;

/* Mean and variance of x - offset must be those of theory, within 5 standard errors. */
struct moments { double sum, sum2; };
static void add(struct moments *m, double x)
{
	m->sum += x;
	m->sum2 += x * x;
}
static void check(const struct moments *m, double variance)
{
	const double mean = m->sum / N, var = m->sum2 / N - mean * mean;

	assert_close(mean, 0, 0, 5 * sqrt(variance / N));
	assert_close(var, variance, 5 * sqrt(2.0 / N), 0);
}

static void deviations_of_every_kind(void **state)
{
	struct lull_arena arena = { 0 };
	const struct lull_pm *pm = own(&arena, vary);
	double theta[LULL_PM_MAX_PARAMS], p[LULL_PM_MAX_PARAMS], q[LULL_PM_MAX_PARAMS], eta[LULL_PM_MAX_ETAS], iov[LULL_PM_MAX_ETAS];
	struct moments v = { 0 }, cl = { 0 }, f = { 0 }, e = { 0 }, lag = { 0 }, o = { 0 }, of = { 0 };
	double both = 0, apart = 0, mean_cl = 0;
	struct lull_err err = { 0 };
	(void)state;
	assert_true(lull_pm_info(pm)->n_etas == 5 && lull_pm_info(pm)->n_iov == 2);
	assert_string_equal(lull_pm_info(pm)->etas[0].name, "cl");
	lull_pm_typical(pm, theta);
	for (uint64_t i = 0; i < N; i++) {
		const struct lull_stream s = { .seed = 3, .patient = i, .occasion = 2 };
		lull_pm_draw_etas(pm, &s, eta);
		lull_pm_draw_iov(pm, &s, iov);
		assert_ok(lull_pm_individual(pm, theta, NULL, eta, NULL, p, &err), &err);
		assert_ok(lull_pm_individual(pm, theta, NULL, eta, iov, q, &err), &err);
		add(&v, lull_log(p[0] / 50));
		add(&cl, lull_log(p[1] / 5));
		both += lull_log(p[0] / 50) * lull_log(p[1] / 5) / N;
		add(&f, lull_logit(p[2]) - lull_logit(0.25));
		add(&e, p[3] + 3);
		add(&lag, lull_log(p[4] / 30));
		add(&o, lull_log(q[1] / p[1]));
		add(&of, lull_logit(q[2]) - lull_logit(p[2]));
		apart += eta[0] * iov[0] / N;
		mean_cl += p[1] / N;
		assert_true(p[2] > 0 && p[2] < 1 && q[0] == p[0]);
	}
	check(&v, 0.04);
	check(&cl, 0.09);
	check(&f, 0.49);
	check(&e, 4);
	check(&lag, lull_log1p(0.25));
	check(&o, 0.01);
	check(&of, 0.04);
	assert_close(both, 0.03, 0, 5 * sqrt((0.04 * 0.09 + 0.03 * 0.03) / N));
	assert_close(apart, 0, 0, 5 * sqrt(0.09 * 0.01 / N));
	assert_close(mean_cl, 5 * exp(0.045), 0, 5 * 5 * sqrt(exp(0.09) * (exp(0.09) - 1) / N));
	lull_arena_clear(&arena);
}

/* A person's deviations are those of the person, whoever else is drawn; occasions differ, and belong to the person. */
static void draws_belong_to_the_person(void **state)
{
	struct lull_arena arena = { 0 };
	const struct lull_pm *pm = own(&arena, vary);
	double a[LULL_PM_MAX_ETAS], b[LULL_PM_MAX_ETAS];
	const struct lull_stream first = { .seed = 1, .patient = 123456, .occasion = 1 }, second = { .seed = 1, .patient = 123456, .occasion = 2 },
				 next = { .seed = 1, .patient = 123457, .occasion = 1 };
	(void)state;
	lull_pm_draw_etas(pm, &first, a);
	lull_pm_draw_etas(pm, &second, b);
	assert_memory_equal(a, b, 5 * sizeof(double));
	lull_pm_draw_etas(pm, &next, b);
	assert_true(a[0] != b[0]);
	lull_pm_draw_iov(pm, &first, a);
	lull_pm_draw_iov(pm, &second, b);
	assert_true(a[0] != b[0] && a[1] != b[1]);
	lull_arena_clear(&arena);
}

/* ---- uncertainty ----------------------------------------------------------------------------------- */

static void uncertainty(void **state)
{
	static const char *const kinds[3] = { "normal", "log_normal", "logit_normal" };
	struct lull_arena arena = { 0 };
	struct lull_err err = { 0 };
	double theta[LULL_PM_MAX_PARAMS];
	(void)state;
	for (int kind = 0; kind < 3; kind++) {
		const char *text = lull_arena_printf(&arena, HEAD UNITS "parameters:\n  cl: { value: 0.4, unit: L/h }\n  v: { value: 0.5, unit: L }\n"
			"uncertainty: { on: [v, cl], kind: %s, covariance: [0.0004, 0.0001, 0.0009] }\n" REST, kinds[kind]);
		const struct lull_pm *pm = own(&arena, text);
		struct moments v = { 0 }, cl = { 0 };
		double both = 0;
		for (uint32_t i = 0; i < N; i++) {
			const struct lull_stream s = { .seed = 3, .replicate = i };
			assert_ok(lull_pm_draw_uncertainty(pm, &s, theta, &err), &err);
			const double dc = kind == 0 ? theta[0] - 0.4 : kind == 1 ? lull_log(theta[0] / 0.4) : lull_logit(theta[0]) - lull_logit(0.4),
				     dv = kind == 0 ? theta[1] - 0.5 : kind == 1 ? lull_log(theta[1] / 0.5) : lull_logit(theta[1]) - lull_logit(0.5);
			add(&v, dv);
			add(&cl, dc);
			both += dc * dv / N;
		}
		check(&v, 0.0004);
		check(&cl, 0.0009);
		assert_close(both, 0.0001, 0, 5 * sqrt((0.0004 * 0.0009 + 0.0001 * 0.0001) / N));
	}
	const struct lull_pm *pm = own(&arena, HEAD UNITS "parameters:\n  cl: { value: 0.4, unit: L/h }\n  v: { value: 0.5, unit: L }\n" REST);
	const struct lull_stream s = { .seed = 3 };
	assert_int_equal(lull_pm_draw_uncertainty(pm, &s, theta, &err), LULL_EUNSUPPORTED);
	assert_has(err.mend, "--posterior");
	lull_arena_clear(&arena);
}

#define SAMPLED HEAD UNITS "parameters:\n  cl: { value: 0.4, unit: L/h }\n  v: { value: 0.5, unit: L }\nuncertainty: { samples: own.csv }\n" REST

static void uncertainty_by_samples(void **state)
{
	static const char csv[] = "V,CL\n0.5,1\n0.6,2\n0.7,3\n0.8,4\n";
	static const struct lull_file file = { "own.csv", csv, sizeof(csv) - 1 };
	static const struct lull_files beside = { .items = &file, .n_items = 1, .origin = "test" };
	static const struct { const char *csv, *says; } wrong[] = {
		{ "V,KA\n0.5,1\n0.6,2\n", "own.csv:1: error: found a column 'KA', which is no parameter" },
		{ "V,V\n0.5,1\n0.6,2\n", "a second column 'V'" },
		{ "V,CL\n0.5,1\n0.6\n", "own.csv:3: error: found 1 cells" },
		{ "V,CL\n0.5,1\n0.6,x\n", "own.csv:3: " },
		{ "V,CL\n0.5,1\n", "2 or more" },
		{ "", "2 or more" },
	};
	struct lull_arena arena = { 0 };
	struct lull_err err = { 0 };
	const struct lull_pm *pm = own_beside(&arena, SAMPLED, &beside);
	double theta[LULL_PM_MAX_PARAMS];
	int seen[5] = { 0 };
	(void)state;
	for (uint32_t i = 0; i < N; i++) {
		const struct lull_stream s = { .seed = 3, .replicate = i };
		assert_ok(lull_pm_draw_uncertainty(pm, &s, theta, &err), &err);
		assert_close(theta[1], 0.4 + 0.1 * theta[0], 1e-15, 0); /* rows stay whole */
		seen[(int)theta[0]]++;
	}
	for (int k = 1; k <= 4; k++)
		assert_close(seen[k], N / 4.0, 0, 5 * sqrt(N * 0.25 * 0.75));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const struct lull_file bad = { "own.csv", wrong[i].csv, strlen(wrong[i].csv) };
		const struct lull_files files = { .items = &bad, .n_items = 1, .origin = "test" };
		struct lull_diags diags;
		struct lull_buf out = { 0 };
		lull_diags_init(&diags, &arena);
		assert_int_equal(lull_pm_read_beside(SAMPLED, sizeof(SAMPLED) - 1, "own.yaml", &files, &arena, &pm, &diags), LULL_EPARSE);
		lull_diags_print(&diags, &out);
		assert_has(lull_buf_text(&out), wrong[i].says);
		lull_buf_clear(&out);
	}
	struct lull_diags diags;
	lull_diags_init(&diags, &arena);
	assert_int_equal(lull_pm_read(SAMPLED, sizeof(SAMPLED) - 1, "own.yaml", &arena, &pm, &diags), LULL_EPARSE);
	lull_arena_clear(&arena);
}

/* ---- residual error ---------------------------------------------------------------------------------- */

static void residual_error(void **state)
{
	struct lull_arena arena = { 0 };
	const struct lull_pm *pm = own(&arena, HEAD UNITS "analytes: { k: { molar_mass_g_per_mol: 200 } }\n"
		"parameters:\n  cl: { value: 5, unit: L/h }\n  v: { value: 50, unit: L }\n"
		"compartments: { c: { volume: v, analyte: k } }\nflows: [{ from: c, clearance: cl }]\ninputs: { iv: { to: c } }\n"
		"outputs:\n"
		"  none: { of: c }\n"
		"  prop: { of: c, residual: { proportional: 0.2 } }\n"
		"  add: { of: c, residual: { additive: 3 } }\n"
		"  both: { of: c, residual: { proportional: 0.2, additive: 0.05, unit: nmol/mL } }\n"
		"  log: { of: c, residual: { log_sd: 0.3 } }\n");
	struct moments prop = { 0 }, plus = { 0 }, both = { 0 }, log_ = { 0 };
	double across = 0;
	const struct lull_stream s = { .seed = 5, .patient = 9 };
	(void)state;
	assert_true(lull_pm_info(pm)->has_residual);
	for (uint64_t i = 0; i < N; i++) {
		const double p = lull_pm_residual(pm, NULL, 1, 40, &s, i) - 40, a = lull_pm_residual(pm, NULL, 2, 40, &s, i) - 40;
		assert_true(lull_pm_residual(pm, NULL, 0, 40, &s, i) == 40);
		add(&prop, p);
		add(&plus, a);
		add(&both, lull_pm_residual(pm, NULL, 3, 40, &s, i) - 40);
		add(&log_, lull_log(lull_pm_residual(pm, NULL, 4, 40, &s, i) / 40));
		across += p * a / N;
	}
	check(&prop, 64);
	check(&plus, 9);
	check(&both, 64 + 100); /* 0.05 nmol/mL of 200 g/mol is 10 ng/mL */
	check(&log_, 0.09);
	assert_close(across, 0, 0, 5 * sqrt(64.0 * 9 / N));
	assert_true(lull_pm_residual(pm, NULL, 1, 40, &s, 7) == lull_pm_residual(pm, NULL, 1, 40, &s, 7));
	lull_arena_clear(&arena);
}

/* ---- units --------------------------------------------------------------------------------------------- */

/* The same model in other units gives the same system. */
static void units(void **state)
{
	static const struct {
		const char *units, *cl, *v, *ke, *out;
		double scale_50; /* output for one amount in 50 L */
		double time_unit_h;
	} rows[] = {
		{ "time: h, amount: mg, concentration: ng/mL", "value: 6, unit: L/h", "value: 50, unit: L", "value: 0.12, unit: 1/h", "ng/mL", 20, 1 },
		{ "time: min, amount: mg, concentration: mcg/mL", "value: 0.1, unit: L/min", "value: 50000, unit: mL", "value: 0.002, unit: 1/min", "mcg/L", 20, 1.0 / 60 },
		{ "time: d, amount: mcg, concentration: ng/mL", "value: 144, unit: L/d", "value: 500, unit: dL", "value: 2.88, unit: 1/d", "pg/mL", 20, 24 },
		{ "time: h, amount: mcmol, concentration: nmol/mL", "value: 100, unit: mL/min", "value: 50, unit: L", "value: 0.12, unit: 1/h", "nmol/L", 20, 1 },
		{ "time: h, amount: mcmol, concentration: nmol/mL", "value: 100, unit: mL/min", "value: 50, unit: L", "value: 0.12, unit: 1/h", "mcg/L", 4, 1 },
		{ "time: h, amount: mg, concentration: nmol/mL", "value: 100, unit: mL/min", "value: 50, unit: L", "value: 0.12, unit: 1/h", "nmol/mL", 0.1, 1 },
		{ "time: h, amount: mg, concentration: nmol/mL", "value: 100, unit: mL/min", "value: 50, unit: L", "value: 0.12, unit: 1/h", "mcg", 1000, 1 },
	};
	struct lull_arena arena = { 0 };
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct lull_pm *pm = own(&arena, lull_arena_printf(&arena, HEAD "units: { %s }\nanalytes: { k: { molar_mass_g_per_mol: 200 }, m: { molar_mass_g_per_mol: 150 } }\n"
			"parameters:\n  cl: { %s }\n  v: { %s }\n  ke: { %s }\n  fm: { value: 0.5 }\n"
			"compartments: { c: { volume: v, analyte: k }, d: { volume: v, analyte: m } }\n"
			"flows: [{ from: c, clearance: cl, to: d, fraction: [fm] }, { from: d, rate: ke }]\ninputs: { iv: { to: c } }\n"
			"outputs: { conc: { of: c, unit: %s } }\n", rows[i].units, rows[i].cl, rows[i].v, rows[i].ke, rows[i].out));
		double theta[LULL_PM_MAX_PARAMS];
		struct lull_lin_person p;
		struct lull_err err = { 0 };
		lull_pm_typical(pm, theta);
		assert_ok(lull_pm_person(pm, theta, &p, NULL, &err), &err);
		assert_close(p.rate_per_h[0], 0.12, 1e-15, 0);
		assert_close(p.rate_per_h[1], 0.12, 1e-15, 0);
		assert_close(p.scale[0], rows[i].scale_50, 1e-15, 0);
		/* mass changes with the molecule, number does not */
		assert_close(p.gain[0], strstr(rows[i].units, "mol, ") ? 0.5 : 0.375, 1e-15, 0);
		assert_close(lull_pm_info(pm)->time_unit_h, rows[i].time_unit_h, 1e-15, 0);
	}
	lull_arena_clear(&arena);
}

/* Parts of a dose, transit, integrals: places and numbers. */
static void ways_in(void **state)
{
	struct lull_arena arena = { 0 };
	const struct lull_pm *pm = own(&arena, HEAD UNITS "parameters:\n  cl: { value: 5, unit: L/h }\n  v: { value: 50, unit: L }\n"
		"  f: { value: 0.25 }\n  g: { value: 0.5 }\n  lag: { value: 30, unit: min }\n  dur: { value: 90, unit: min }\n"
		"  mtt: { value: 2, unit: h }\n  ka: { value: 0.02, unit: 1/min }\n  rate: { value: 100, unit: mcg/min }\n"
		"compartments: { c: { volume: v } }\nflows: [{ from: c, clearance: cl }]\n"
		"filters: { area: { of: c, integral: true } }\n"
		"inputs:\n"
		"  split:\n    parts:\n      - { to: c, fraction: [f, g], lag: lag }\n      - { to: c, less: [f, g], duration: dur, absorption: ka }\n"
		"  slow: { to: c, absorption: ka, transit: { steps: 3, mean_time: mtt } }\n"
		"  pump: { to: c, rate: rate }\n"
		"outputs:\n  conc: { of: c }\n  auc: { of: area, unit: ng*h/mL }\n  auc_min: { of: area, unit: ng*min/mL }\n");
	const struct lull_lin_shape *shape = lull_pm_info(pm)->shape;
	double theta[LULL_PM_MAX_PARAMS];
	struct lull_pm_part parts[LULL_PM_MAX_PARTS];
	struct lull_lin_person p;
	struct lull_err err = { 0 };
	int n = 0;
	(void)state;
	lull_pm_typical(pm, theta);
	assert_ok(lull_pm_person(pm, theta, &p, NULL, &err), &err);
	assert_int_equal(shape->n_states, 7); /* c, area, a depot, three steps and a depot */
	assert_close(p.scale[0], 20, 1e-15, 0);
	assert_close(p.scale[1], 20, 1e-15, 0);
	assert_close(p.scale[2], 1200, 1e-15, 0);
	assert_ok(lull_pm_parts(pm, theta, 0, parts, &n, &err), &err);
	assert_int_equal(n, 2);
	assert_true(parts[0].frac == 0.125 && parts[1].frac == 0.875 && parts[0].state == 0 && parts[1].state == 2);
	assert_true(parts[0].lag_h == 0.5 && parts[1].lag_h == 0 && parts[1].dur_h == 1.5 && lull_is_nan(parts[0].dur_h));
	assert_ok(lull_pm_parts(pm, theta, 1, parts, &n, &err), &err);
	assert_int_equal(parts[0].state, 6);
	for (int k = 0; k < shape->n_flows; k++)
		if (shape->flow[k].from >= 3 && shape->flow[k].from <= 5)
			assert_close(p.rate_per_h[k], 1.5, 1e-15, 0);
	assert_ok(lull_pm_parts(pm, theta, 2, parts, &n, &err), &err);
	assert_close(parts[0].rate, 6, 1e-15, 0); /* mg an hour */
	theta[2] = 3; /* a fraction of which the rest is used */
	assert_int_equal(lull_pm_parts(pm, theta, 0, parts, &n, &err), LULL_EDOMAIN);
	assert_has(err.what, "f is 3");
	lull_arena_clear(&arena);
}

/* Every kind of effect takes its numbers in units that go with its drive. */
static void effect_numbers(void **state)
{
	struct lull_arena arena = { 0 };
	const struct lull_pm *pm = own(&arena, HEAD UNITS "parameters:\n  cl: { value: 5, unit: L/h }\n  v: { value: 50, unit: L }\n"
		"  e0: { value: 60, unit: mmHg }\n  up: { value: 20, unit: mmHg }\n  c50: { value: 0.1, unit: mg/L }\n  c50s: { value: 200, unit: nmol/L }\n"
		"  g: { value: 2 }\n  slope: { value: 0.5, unit: mmHg*L/mg }\n  half: { value: 0.5 }\n  kout: { value: 0.01, unit: 1/min }\n  kin: { value: 6, unit: points/h }\n"
		"  r0: { value: 10, unit: points }\n  b: { value: -2 }\n  b2: { value: -3 }\n  bc: { value: 10, unit: L/mg }\n  tslope: { value: 1, unit: points/h/mg*L }\n"
		"analytes: { k: { molar_mass_g_per_mol: 250 } }\n"
		"compartments: { c: { volume: v, analyte: k } }\nflows: [{ from: c, clearance: cl }]\ninputs: { iv: { to: c } }\noutputs: { conc: { of: c } }\n"
		"effects:\n"
		"  lin: { kind: linear, drive: conc, unit: mmHg, e0: e0, slope: slope }\n"
		"  emax: { kind: emax, drive: conc, unit: mmHg, e0: e0, emax: up, c50: c50 }\n"
		"  sig: { kind: sigmoid, drive: conc, unit: mmHg, emax: up, c50: c50s, gamma: g }\n"
		"  ind: { kind: indirect_3, drive: conc, unit: points, emax: half, c50: c50, kin: kin, kout: kout }\n"
		"  turn: { kind: turnover, drive: conc, unit: points, kout: kout, r0: r0, slope: tslope }\n"
		"  yes: { kind: binary, drive: conc, intercepts: [b], slope: bc }\n"
		"  grade: { kind: ordered, drive: conc, intercepts: [b, b2], slope: bc }\n");
	const struct lull_pm_info *info = lull_pm_info(pm);
	double theta[LULL_PM_MAX_PARAMS];
	struct lull_lin_person p;
	struct lull_effect_numbers e[LULL_MAX_EFFECTS];
	struct lull_err err = { 0 };
	(void)state;
	lull_pm_typical(pm, theta);
	assert_ok(lull_pm_person(pm, theta, &p, e, &err), &err);
	assert_int_equal(info->n_effects, 7);
	assert_int_equal(info->n_outputs, 1 + 6 + 2);
	assert_string_equal(info->outputs[8].name, "grade_2");
	assert_true(e[0].e0 == 60);
	assert_close(e[0].slope, 0.0005, 1e-15, 0);
	assert_true(e[1].emax == 20);
	assert_close(e[1].c50, 100, 1e-15, 0);
	assert_close(e[2].c50, 50, 1e-15, 0); /* 200 nmol/L of 250 g/mol */
	assert_true(e[2].gamma == 2 && e[2].e0 == 0);
	assert_true(e[3].kin == 6 && e[3].gamma == 1 && e[3].emax == 0.5 && lull_is_nan(e[3].r0));
	assert_close(e[3].kout_per_h, 0.6, 1e-15, 0);
	assert_close(e[4].kin, 6, 1e-15, 0);
	assert_true(e[4].r0 == 10);
	assert_close(e[4].slope, 0.001, 1e-15, 0);
	assert_close(e[5].slope, 0.01, 1e-15, 0);
	assert_true(e[5].intercept[0] == -2 && e[6].intercept[1] == -3 && info->effects[6].n_grades == 2);
	lull_arena_clear(&arena);
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(covariate_forms),
		cmocka_unit_test(deviations_of_every_kind),
		cmocka_unit_test(draws_belong_to_the_person),
		cmocka_unit_test(uncertainty),
		cmocka_unit_test(uncertainty_by_samples),
		cmocka_unit_test(residual_error),
		cmocka_unit_test(units),
		cmocka_unit_test(ways_in),
		cmocka_unit_test(effect_numbers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
