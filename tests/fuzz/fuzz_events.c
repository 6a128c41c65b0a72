/* Any bytes as an event file (the first byte chooses how it is read) or as a line of doses: refused with
 * remarks, or records whose ops and outputs are in order, finite, with rates that end at 0. The ways in have
 * lags, fractions and durations, so that all of the compilation is reached. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/ketamine/events_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct lull_pm_name params[] = { { "CL", "L/h", "" } }, covariates[] = { { "weight", "kg", "" }, { "age", "y", "" } },
				 etas[] = { { "CL", "", "" }, { "V", "", "" } },
				 inputs[] = { { "iv", "", "" }, { "oral", "", "" }, { "nasal", "", "" } },
				 outputs[] = { { "conc", "mg/L", "" } };
static const double defaults[] = { 70, NAN };
static const struct lull_pm_info base = {
	.id = "fuzz", .time_unit = "h", .amount_unit = "mg", .params = params, .n_params = 1, .covariates = covariates,
	.n_covariates = 1, .covariate_default = defaults, .etas = etas, .n_etas = 2, .inputs = inputs, .n_inputs = 3,
	.outputs = outputs, .n_outputs = 1,
};

static void must(bool is_true)
{
	if (!is_true)
		abort();
}

static int parts(const void *user, size_t i_epoch, int input, struct lull_pm_part *out, int *n_parts, struct lull_err *err)
{
	static const struct lull_pm_part all[3][2] = {
		{ { .state = 0, .frac = 1, .dur_h = NAN, .rate = 3 } },
		{ { .state = 1, .frac = 0.2, .lag_h = 7.5, .dur_h = 2, .rate = NAN } },
		{ { .state = 2, .frac = 0.5, .dur_h = NAN, .rate = NAN }, { .state = 1, .frac = 0.1, .lag_h = 0.5, .dur_h = 1, .rate = NAN } },
	};
	(void)user;
	(void)err;
	memcpy(out, all[input], sizeof(all[input]));
	out[0].frac /= (double)(1 + i_epoch % 3);
	*n_parts = input == 2 ? 2 : 1;
	return LULL_OK;
}

static bool is_fine(double x)
{
	return x >= -1e300 && x <= 1e300;
}

static void check_track(const struct lull_track *track)
{
	for (size_t i = 0; i < track->n_ops; i++) {
		const struct lull_op *op = &track->ops[i];
		must(is_fine(op->t_h) && op->amount >= 0 && is_fine(op->amount));
		must(!i || op->t_h >= op[-1].t_h);
		must(op->state >= 0 && op->state < 3);
		if (op->kind == LULL_OP_STEADY || op->kind == LULL_OP_ADD_STEADY)
			must(op->phase_h >= 0 && op->dur_h >= 0 && (op->phase_h < op->interval_h || !(op->interval_h > 0)));
	}
	for (size_t i = 0; i < track->n_times; i++) {
		must(is_fine(track->t_h[i]) && (!i || track->t_h[i] >= track->t_h[i - 1]));
		must(!(track->last_dose_h[i] > track->report_h[i]));
		if (!track->ops_before)
			continue;
		const uint32_t n = track->ops_before[i];
		must(n <= track->n_ops && (!i || n >= track->ops_before[i - 1]));
		must(!n || track->ops[n - 1].t_h <= track->t_h[i]);
	}
}

static void compile(const struct lull_pm_info *info, const struct lull_dataset *data)
{
	static const double grid[] = { -3, 0, 0.1, 0.2, 1, 7.5, 24, 24.5, 100 };
	const struct lull_events__source source = { .parts = parts, .n_inputs = 3, .n_states = 3 };
	struct lull_events_work *work = NULL;
	must(lull_events_work_new(&work, NULL) == LULL_OK);
	for (size_t s = 0; s < data->n_subjects && s < 20; s++) {
		const struct lull_subject *subject = &data->subjects[s];
		must(lull_events__epochs(subject, (size_t)info->n_covariates, 1, true, work, NULL) == LULL_OK);
		for (int how = 0; how < 4; how++) {
			const struct lull_events_ask ask = { .at_records = how != 1, .grid_h = how ? grid : NULL, .n_grid = how ? 9 : 0 };
			struct lull_track track;
			struct lull_err err = { 0 };
			if (lull_events__compile(&source, subject, work->n_first, &ask, work, &track, &err) == LULL_OK)
				check_track(&track);
			else
				must(err.what[0]);
		}
	}
	lull_events_work_free(work);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const units[] = { "h", "min", "d", "h" };
	static const char *const carry[] = { "ARM" };
	if (size < 1)
		return 0;
	struct lull_pm_info info = base;
	info.time_unit = units[data[0] & 3];
	info.n_covariates = 1 + (data[0] >> 2 & 1);
	const struct lull_events_options options = { .covariates_next = data[0] >> 3 & 1, .carry = carry,
						     .n_carry = data[0] >> 4 & 1, .decimal = data[0] >> 5 & 1 ? ',' : '.' };
	struct lull_arena arena = { 0 };
	struct lull_diags diags;
	struct lull_dataset set = { 0 };
	int rc;
	lull_diags_init(&diags, &arena);
	if (data[0] >> 6 & 1) {
		char *text = lull_arena_strndup(&arena, (const char *)data + 1, size - 1);
		must(text != NULL);
		rc = lull_events__read_text(&info, text, NULL, &arena, &set, &diags);
	} else {
		rc = lull_events__read_csv(&info, (const char *)data + 1, size - 1, "fuzz.csv", &options, &arena, &set, &diags);
	}
	must(rc != LULL_OK || set.n_subjects > 0);
	must(rc == LULL_OK || diags.n_errors > 0); /* refused without a word */
	if (rc == LULL_OK)
		compile(&info, &set);
	lull_arena_clear(&arena);
	return 0;
}
