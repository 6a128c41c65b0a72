/* Every allocation of reading and compiling events fails in turn, alone and with all that follow: each must end
 * in LULL_ENOMEM and leave nothing behind. */
#include "support.h"

#include <math.h>

#include "../../src/ketamine/events_private.h"

typedef int (*attempt_fn)(struct lull_arena *arena);

static const struct lull_pm_name params[] = { { "CL", "L/h", "" } }, covariates[] = { { "weight", "kg", "" } },
				 etas[] = { { "CL", "", "" } }, inputs[] = { { "iv", "", "" }, { "nasal", "", "" } };
static const double defaults[] = { 70 };
static const struct lull_pm_info info = {
	.id = "test", .time_unit = "h", .amount_unit = "mg", .params = params, .n_params = 1, .covariates = covariates,
	.n_covariates = 1, .covariate_default = defaults, .etas = etas, .n_etas = 1, .inputs = inputs, .n_inputs = 2,
};

static const char table[] = "ID,TIME,AMT,DUR,II,ADDL,CL,ETA1,weight,ARM,odd,wieght,CMT\n"
			    "1,0,10,5,3,40,80,0,70,a,1,1,nasal\n1,1,0,0,0,0,80,0,71,b,1,1,1\n1,200,0,0,0,0,80,0,.,b,1,1,1\n"
			    "2,x,0,0,0,0,80,0,70,b,1,1,1\n3,0,1,0,0,0,80,0,70,b,1,1,oral\n4,0,1,0,0,0,80,0,70,b,1,1,1\n"
			    "#,,,,,,,,,,,,\n";

static int parts(const void *user, size_t i_epoch, int input, struct lull_pm_part *out, int *n_parts, struct lull_err *err)
{
	(void)user;
	(void)i_epoch;
	(void)err;
	out[0] = (struct lull_pm_part){ .state = input, .frac = 1, .lag_h = 1, .dur_h = NAN, .rate = NAN };
	*n_parts = 1;
	return LULL_OK;
}

static int compile(const struct lull_subject *subject, struct lull_events_work *work)
{
	static const double grid[] = { 0, 1, 2, 3, 50, 100 };
	const struct lull_events__source source = { .parts = parts, .n_inputs = 2, .n_states = 2 };
	const struct lull_events_ask ask = { .at_records = true, .grid_h = grid, .n_grid = 6 },
				     on_grid = { .grid_h = grid, .n_grid = 6 };
	struct lull_track track;
	int rc = lull_events__epochs(subject, 1, 1, false, work, NULL);
	if (rc == LULL_OK)
		rc = lull_events__compile(&source, subject, work->n_first, &ask, work, &track, NULL);
	if (rc == LULL_OK)
		rc = lull_events__compile(&source, subject, work->n_first, &on_grid, work, &track, NULL);
	return rc == LULL_OK && track.n_ops < 40 ? LULL_ECONFLICT : rc;
}

static int try_file(struct lull_arena *arena)
{
	static const char *const carry[] = { "ARM" };
	const struct lull_events_options options = { .carry = carry, .n_carry = 1 };
	struct lull_diags diags;
	struct lull_dataset data = { 0 };
	struct lull_events_work *work = NULL;
	lull_diags_init(&diags, arena);
	int rc = lull_events__read_csv(&info, table, sizeof(table) - 1, "t.csv", &options, arena, &data, &diags);
	if (rc != LULL_OK)
		return rc;
	if (data.n_subjects != 2 || data.n_rejected != 2 || diags.n_items != 7)
		return LULL_ECONFLICT;
	rc = lull_events_work_new(&work, NULL);
	if (rc == LULL_OK)
		rc = compile(&data.subjects[0], work);
	lull_events_work_free(work);
	return rc;
}

/* Files that are refused as a whole, and lines: the remarks' memory fails too. */
static int try_refused(struct lull_arena *arena)
{
	static const char wrong[] = "ID,AMT,AMT,ETA1\n1,1,1,1\n";
	struct lull_diags diags;
	struct lull_dataset data;
	lull_diags_init(&diags, arena);
	int rc = lull_events__read_csv(&info, wrong, sizeof(wrong) - 1, "t.csv", NULL, arena, &data, &diags);
	if (rc == LULL_EPARSE && diags.n_items == 2)
		rc = lull_events__read_text(&info, "amt=5 cmt=oral dur=3sec", NULL, arena, &data, &diags);
	return rc == LULL_EPARSE && diags.n_items == 4 ? LULL_OK : rc;
}

static int try_line(struct lull_arena *arena)
{
	struct lull_diags diags;
	struct lull_dataset data;
	lull_diags_init(&diags, arena);
	return lull_events__read_text(&info, "amt=5mg/kg ii=3 addl=2 weight=80; amt=3", NULL, arena, &data, &diags);
}

static void fail_each(attempt_fn attempt, const char *name, bool all_after)
{
	struct lull_arena arena = { 0 };
	lull_mem_fail_at(0, false);
	assert_int_equal(attempt(&arena), LULL_OK);
	const uint64_t n = lull_mem_fail_at(0, false);
	lull_arena_clear(&arena);
	assert_true(n > 0);
	for (uint64_t nth = 1; nth <= n; nth++) {
		lull_mem_fail_at(nth, all_after);
		const int rc = attempt(&arena);
		lull_mem_fail_at(0, false);
		lull_arena_clear(&arena);
		if (rc != LULL_ENOMEM)
			fail_msg("%s: allocation %llu of %llu failed and the answer was %d", name, (unsigned long long)nth,
				 (unsigned long long)n, rc);
	}
	assert_int_equal(attempt(&arena), LULL_OK);
	lull_arena_clear(&arena);
}

static void every_allocation_may_fail(void **state)
{
	static const struct { attempt_fn attempt; const char *name; } attempts[] = {
		{ try_file, "file" }, { try_refused, "refused" }, { try_line, "line" },
	};
	(void)state;
	lull_mem_fail_in_arenas(true);
	for (size_t i = 0; i < sizeof(attempts) / sizeof(*attempts); i++) {
		fail_each(attempts[i].attempt, attempts[i].name, false);
		fail_each(attempts[i].attempt, attempts[i].name, true);
	}
	lull_mem_fail_in_arenas(false);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_allocation_may_fail) };
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("events faults", tests, NULL, NULL);
}
