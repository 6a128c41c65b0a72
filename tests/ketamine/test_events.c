/* Events through real models: every example of docs/events.md, and properties against other ways to write the same
 * thing: additional doses one by one, steady state as thousands of past doses, two regimens apart and together. */
#include "events_kit.h"

/* ---- docs/events.md ------------------------------------------------------------------ */

struct page {
	struct lull_arena arena;
	const struct lull_pm *pm;
	struct lull_dataset data;
	struct lull_buf said;
	bool is_line;       /* --ev: outputs come from a grid */
	int n_examples, line;
};

/* The text of the block that begins after `at`; *end: its closing fence. */
static char *block(struct page *page, const char *at, const char **end)
{
	const char *close = strstr(at, "\n```");
	assert_non_null(close);
	*end = close + 4;
	char *text = lull_arena_strndup(&page->arena, at, (size_t)(close + 1 - at));
	assert_non_null(text);
	return text;
}

static void read_input(struct page *page, const char *text, bool is_line, bool is_next)
{
	struct lull_diags diags;
	const struct lull_events_options options = { .covariates_next = is_next };
	lull_diags_init(&diags, &page->arena);
	lull_buf_reset(&page->said);
	page->data = (struct lull_dataset){ 0 };
	page->is_line = is_line;
	const int rc = is_line ? lull_events_read_text(page->pm, text, NULL, &page->arena, &page->data, &diags)
			       : lull_events_read_csv(page->pm, text, strlen(text), "events.csv", &options, &page->arena,
						      &page->data, &diags);
	lull_diags_print(&diags, &page->said);
	if (rc != LULL_OK)
		fail_msg("docs/events.md, example above line %d: %s", page->line, lull_buf_text(&page->said));
}

/* "0.5,0.29" */
static size_t wanted(const char *text, double *t_h, double *c)
{
	size_t n = 0;
	for (const char *p = strchr(text, '\n') + 1; *p; p = strchr(p, '\n') + 1, n++) {
		char *end = NULL;
		t_h[n] = strtod(p, &end);
		assert_int_equal(*end, ',');
		c[n] = strtod(end + 1, NULL);
		assert_true(n < 20);
	}
	return n;
}

static void check_out(struct page *page, const char *text)
{
	static struct kit_out out;
	double t_h[20], c[20];
	struct lull_err err = { 0 };
	const size_t n = wanted(text, t_h, c);
	const struct lull_events_ask at_records = { .at_records = true }, at_grid = { .grid_h = t_h, .n_grid = n };
	assert_int_equal(page->data.n_subjects, 1);
	assert_ok(kit_run(page->pm, page->data.subjects, page->is_line ? &at_grid : &at_records, &out, &err), &err);
	assert_int_equal(out.n, n);
	for (size_t i = 0; i < n; i++) {
		const double off = fabs(out.c[i] - c[i]);
		if (fabs(out.t_h[i] - t_h[i]) > 1e-12 || off > 1e-6 * fabs(c[i]) + 1e-15)
			fail_msg("docs/events.md, table above line %d, row %zu: %.17g at %.17g h, and the page says %.9g at %.9g",
				 page->line, i + 1, out.c[i], out.t_h[i], c[i], t_h[i]);
	}
	page->n_examples++;
}

static void check_said(struct page *page, char *text)
{
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		assert_has(lull_buf_text(&page->said), line);
}

static void every_example_of_the_page(void **state)
{
	struct page page = { 0 };
	size_t n = 0;
	const char *md = test_read("docs/events.md", &n, &page.arena);
	(void)state;
	for (const char *at = md, *end; (at = strstr(at, "\n```")) != NULL; at = end) {
		const char *kind = at + 4, *text = strchr(kind, '\n') + 1;
		char *copy = block(&page, text, &end);
		page.line = 1;
		for (const char *p = md; p < end; p++)
			page.line += *p == '\n';
		if (strncmp(kind, "yaml\n", 5) == 0)
			page.pm = kit_model(&page.arena, copy, strlen(copy));
		else if (strncmp(kind, "csv\n", 4) == 0 || strncmp(kind, "csv next\n", 9) == 0)
			read_input(&page, copy, false, kind[3] == ' ');
		else if (strncmp(kind, "ev\n", 3) == 0)
			read_input(&page, copy, true, false);
		else if (strncmp(kind, "said\n", 5) == 0)
			check_said(&page, copy);
		else if (strncmp(kind, "out\n", 4) == 0)
			check_out(&page, copy);
		else
			fail_msg("docs/events.md: a block of an unknown kind above line %d", page.line);
	}
	assert_true(page.n_examples >= 30);
	lull_buf_clear(&page.said);
	lull_arena_clear(&page.arena);
}

/* ---- properties ---------------------------------------------------------------------- */

static const char three[] =
	"schema_version: 2\nid: three\nname: three\nunits: { time: h, amount: mg, concentration: mg/L }\n"
	"covariates:\n  wt: { unit: kg, default: 70 }\n"
	"parameters:\n  cl: { value: 60, unit: L/h, depends: [{ on: wt, form: power, value: 1, center: 70 }] }\n"
	"  v1: { value: 25, unit: L }\n  q2: { value: 80, unit: L/h }\n"
	"  v2: { value: 50, unit: L }\n  q3: { value: 30, unit: L/h }\n  v3: { value: 90, unit: L }\n  ka: { value: 2, unit: 1/h }\n"
	"  f: { value: 0.3 }\n  tlag: { value: 1, unit: h }\n  d1: { value: 3, unit: h }\n"
	"compartments:\n  c: { volume: v1 }\n  s: { volume: v2 }\n  d: { volume: v3 }\n"
	"flows:\n  - { from: c, clearance: cl }\n  - { between: [c, s], clearance: q2 }\n  - { between: [c, d], clearance: q3 }\n"
	"inputs:\n  iv: { to: c, lag: tlag }\n"
	"  nose: { parts: [{ to: c, fraction: [f], absorption: ka }, { to: c, less: [f], fraction: [f], duration: d1, lag: tlag, absorption: ka }] }\n"
	"outputs:\n  C: { of: c }\n";

struct lab {
	struct lull_arena arena;
	const struct lull_pm *pm;
	const struct lull_pm_info *info;
	double params[64]; /* [record][param]: one lag, duration, fraction for all */
};

static struct lab *lab_new(void)
{
	struct lab *lab = calloc(1, sizeof(*lab));
	assert_non_null(lab);
	lab->pm = kit_model(&lab->arena, three, strlen(three));
	lab->info = lull_pm_info(lab->pm);
	return lab;
}

static void lab_free(struct lab *lab)
{
	lull_arena_clear(&lab->arena);
	free(lab);
}

/* Records at a lag and a modelled duration, on a grid. */
static void simulate(struct lab *lab, const struct lull_record *records, size_t n, double lag_h, double dur_h,
		     const struct lull_events_ask *ask, struct kit_out *out)
{
	struct lull_err err = { 0 };
	const size_t n_par = (size_t)lab->info->n_params;
	double *params = lull_arena_zalloc(&lab->arena, n * n_par, sizeof(double));
	assert_non_null(params);
	for (size_t i = 0; i < n * n_par; i++)
		params[i] = NAN;
	for (size_t i = 0; i < n; i++) {
		params[i * n_par + (size_t)lull_pm_param_index(lab->pm, "tlag")] = lag_h;
		params[i * n_par + (size_t)lull_pm_param_index(lab->pm, "d1")] = dur_h;
	}
	const struct lull_subject subject = { .id = 1, .id_text = "1", .records = records, .n_records = n, .params = params };
	assert_ok(kit_run(lab->pm, &subject, ask, out, &err), &err);
}

static double uniform(uint64_t *x, double low, double high)
{
	*x = *x * 6364136223846793005u + 1442695040888963407u;
	return low + (high - low) * (double)(*x >> 11) / 9007199254740992.0;
}

enum { N_GRID = 60 };

static void make_grid(double *grid, double from_h, double to_h)
{
	for (int i = 0; i < N_GRID; i++)
		grid[i] = from_h + (to_h - from_h) * i / (N_GRID - 1);
}

static void assert_same_curve(const struct kit_out *a, const struct kit_out *b, double rel, const char *what, int seed)
{
	double peak = 0;
	for (size_t i = 0; i < b->n; i++)
		peak = b->c[i] > peak ? b->c[i] : peak;
	assert_true(a->n == b->n && peak > 0);
	for (size_t i = 0; i < a->n; i++)
		if (!(fabs(a->c[i] - b->c[i]) <= rel * peak))
			fail_msg("%s, seed %d: at %.17g h %.17g and %.17g", what, seed, a->t_h[i], a->c[i], b->c[i]);
}

/* A random way to give a dose. */
static struct lull_record random_dose(uint64_t *x, double ii_h)
{
	struct lull_record r = { .evid = 1, .cmt = 1, .amt = uniform(x, 1, 100), .ii_h = ii_h };
	const double kind = uniform(x, 0, 4);
	if (kind > 3)
		r.cmt = 2;
	if (kind < 1)
		r.dur_h = uniform(x, 0.01, 4) * ii_h; /* also longer than the interval */
	else if (kind < 2)
		r.rate = r.amt / (uniform(x, 0.01, 4) * ii_h);
	return r;
}

/* Steady state is what thousands of past doses leave: bolus, infusion, modelled duration, lag (also above II). */
static void steady_state_is_many_doses(void **state)
{
	static struct kit_out ss, past;
	struct lab *lab = lab_new();
	(void)state;
	for (int seed = 0; seed < 300; seed++) {
		uint64_t x = (uint64_t)seed * 2654435761u + 1;
		double grid[N_GRID];
		const double t_h = uniform(&x, -5, 5), ii_h = uniform(&x, 1, 24), n_past = floor(800 / ii_h) + 5;
		const double lag_h = seed % 3 == 0 ? 0 : seed % 7 == 1 ? 2 * ii_h : uniform(&x, 0, 3) * ii_h;
		const double dur_h = uniform(&x, 0.1, 3) * ii_h;
		struct lull_record r = random_dose(&x, ii_h), many = r;
		r.t_h = t_h;
		r.ss = 1 + seed % 2;
		r.addl = seed % 5;
		many.t_h = t_h - n_past * ii_h;
		many.addl = (int32_t)n_past + r.addl;
		make_grid(grid, t_h + ii_h / 1024, t_h + 6 * ii_h); /* beside what arrives at t_h: the past's times are rounded */
		const struct lull_events_ask ask = { .grid_h = grid, .n_grid = N_GRID };
		simulate(lab, &r, 1, lag_h, dur_h, &ask, &ss);
		simulate(lab, &many, 1, lag_h, dur_h, &ask, &past);
		assert_same_curve(&ss, &past, 1e-9, "steady state", seed);
	}
	lab_free(lab);
}

/* ADDL is the same as the doses one by one. */
static void additional_doses_one_by_one(void **state)
{
	static struct kit_out addl, single;
	struct lab *lab = lab_new();
	(void)state;
	for (int seed = 0; seed < 100; seed++) {
		uint64_t x = (uint64_t)seed * 40503u + 7;
		struct lull_record each[9];
		double grid[N_GRID];
		const double ii_h = uniform(&x, 0.5, 12), lag_h = uniform(&x, 0, 5) * ii_h, dur_h = uniform(&x, 0.1, 3) * ii_h;
		struct lull_record r = random_dose(&x, ii_h);
		r.addl = 8;
		for (int k = 0; k < 9; k++) {
			each[k] = r;
			each[k].addl = 0;
			each[k].t_h = k * ii_h;
		}
		make_grid(grid, 0, 12 * ii_h);
		const struct lull_events_ask ask = { .grid_h = grid, .n_grid = N_GRID };
		simulate(lab, &r, 1, lag_h, dur_h, &ask, &addl);
		simulate(lab, each, 9, lag_h, dur_h, &ask, &single);
		assert_same_curve(&addl, &single, 1e-12, "ADDL", seed);
		for (size_t i = 0; i < N_GRID; i++)
			assert_close(addl.last_dose_h[i], single.last_dose_h[i], 1e-13, 1e-13);
	}
	lab_free(lab);
}

/* Linear kinetics: two regimens together are the sum of each alone, SS 2 included. */
static void regimens_add_up(void **state)
{
	static struct kit_out both, one, other;
	struct lab *lab = lab_new();
	(void)state;
	for (int seed = 0; seed < 100; seed++) {
		uint64_t x = (uint64_t)seed * 69069u + 3;
		double grid[N_GRID];
		struct lull_record r[2] = { random_dose(&x, uniform(&x, 2, 12)), random_dose(&x, uniform(&x, 2, 12)) };
		r[1].t_h = uniform(&x, 0, 10);
		r[1].ss = seed % 2 ? 2 : 0;
		r[0].addl = r[1].addl = seed % 4;
		make_grid(grid, r[1].t_h, 60);
		const double lag_h = uniform(&x, 0, 5), dur_h = uniform(&x, 0.1, 9);
		const struct lull_events_ask ask = { .grid_h = grid, .n_grid = N_GRID };
		simulate(lab, r, 2, lag_h, dur_h, &ask, &both);
		simulate(lab, r, 1, lag_h, dur_h, &ask, &one);
		simulate(lab, r + 1, 1, lag_h, dur_h, &ask, &other);
		for (size_t i = 0; i < N_GRID; i++)
			one.c[i] += other.c[i];
		assert_same_curve(&both, &one, 1e-12, "sum", seed);
	}
	lab_free(lab);
}

/* Outputs at records and on a grid are the same numbers, and SS 1 forgets what came before. */
static void records_and_grid_agree(void **state)
{
	static struct kit_out grid_out, record_out;
	struct lab *lab = lab_new();
	struct lull_record r[12] = { { .evid = 1, .cmt = 2, .amt = 50, .ii_h = 3, .addl = 2 },
				     { .t_h = 7, .evid = 1, .cmt = 1, .amt = 30, .dur_h = 9, .ii_h = 4, .ss = 1 } };
	double grid[10];
	(void)state;
	for (int i = 0; i < 10; i++) {
		grid[i] = 7 + 0.7 * i;
		r[2 + i] = (struct lull_record){ .t_h = grid[i] };
	}
	const struct lull_events_ask on_grid = { .grid_h = grid, .n_grid = 10 }, at_records = { .at_records = true };
	simulate(lab, r, 2, 1, 3, &on_grid, &grid_out);
	simulate(lab, r, 12, 1, 3, &at_records, &record_out);
	for (int i = 0; i < 10; i++)
		assert_close(record_out.c[i], grid_out.c[i], 1e-13, 0);
	simulate(lab, r + 1, 1, 1, 3, &on_grid, &record_out);
	assert_same_curve(&grid_out, &record_out, 1e-14, "forgets", 0);
	lab_free(lab);
}

/* A dose by weight is this person's. */
static void doses_by_weight(void **state)
{
	struct lab *lab = lab_new();
	static struct kit_out by_kg, plain;
	const double grid[] = { 1, 2, 5 }, kg = 90;
	const struct lull_events_ask ask = { .grid_h = grid, .n_grid = 3 };
	struct lull_dataset data;
	struct lull_diags diags;
	struct lull_err err = { 0 };
	(void)state;
	lull_diags_init(&diags, &lab->arena);
	assert_int_equal(lull_events_read_text(lab->pm, "amt=0.5mg/kg", NULL, &lab->arena, &data, &diags), LULL_OK);
	struct lull_subject person = data.subjects[0];
	person.covariates = &kg;
	assert_ok(kit_run(lab->pm, &person, &ask, &by_kg, &err), &err);
	assert_int_equal(lull_events_read_text(lab->pm, "amt=45 wt=90", NULL, &lab->arena, &data, &diags), LULL_OK);
	assert_ok(kit_run(lab->pm, data.subjects, &ask, &plain, &err), &err);
	for (int i = 0; i < 3; i++)
		assert_close(by_kg.c[i], plain.c[i], 0, 0);
	lab_free(lab);
}

/* A model without a duration or rate says so, with the record's place. */
static void refused_by_the_model(void **state)
{
	struct lab *lab = lab_new();
	static struct kit_out out;
	const double grid[] = { 1 };
	const struct lull_events_ask ask = { .grid_h = grid, .n_grid = 1 };
	struct lull_err err = { 0 };
	(void)state;
	for (int rate = -2; rate < 0; rate++) {
		const struct lull_record r = { .evid = 1, .cmt = 1, .amt = 3, .rate = rate, .line = 12 };
		const struct lull_subject s = { .id = 5, .id_text = "5", .records = &r, .n_records = 1 };
		assert_int_equal(kit_run(lab->pm, &s, &ask, &out, &err), LULL_EUNSUPPORTED);
		assert_string_equal(err.where, "ID 5, line 12, RATE");
		assert_has(err.mend, "give RATE or DUR");
	}
	lab_free(lab);
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_example_of_the_page), cmocka_unit_test(steady_state_is_many_doses),
		cmocka_unit_test(additional_doses_one_by_one), cmocka_unit_test(regimens_add_up),
		cmocka_unit_test(records_and_grid_agree),    cmocka_unit_test(doses_by_weight),
		cmocka_unit_test(refused_by_the_model),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
