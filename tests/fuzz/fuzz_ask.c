/* Any bytes as what a simulation is asked with; the first byte chooses which: times, parameters, drawn covariates, a file of parameters
 * or a line of doses. What is accepted is in order and finite, and every draw stays between its bounds. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lull/ketamine/ask.h"
#include "lull/ketamine/events.h"
#include "lull/knowledge.h"
#include "lull/num/math.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool is_true)
{
	if (!is_true)
		abort();
}

static const struct lull_pm *model(void)
{
	static struct lull_arena arena;
	static const struct lull_pm *pm;
	struct lull_diags diags;
	struct lull_files files = { .items = lull_embedded_files, .n_items = lull_n_embedded_files, .origin = "embedded" };

	if (pm)
		return pm;
	lull_diags_init(&diags, &arena);
	must(lull_files_seal(&files, NULL) == LULL_OK);
	must(lull_pm_load(&files, "kamp2020_otto2021", &arena, &pm, &diags) == LULL_OK);
	return pm;
}

static int check_times(const char *text, struct lull_arena *arena, struct lull_err *err)
{
	struct lull_ask_times t = { 0 };
	const int rc = lull_ask_parse_times(text, 1, arena, &t, err);

	for (size_t i = 0; rc == LULL_OK && i < t.n; i++)
		must(lull_is_finite(t.t_h[i]) && (i == 0 || t.t_h[i] > t.t_h[i - 1]));
	return rc;
}

static int check_params(const char *text, struct lull_arena *arena, struct lull_err *err)
{
	double *theta = NULL;
	const int rc = lull_ask_set_params(model(), &text, 1, arena, &theta, err);

	for (int p = 0; rc == LULL_OK && p < lull_pm_info(model())->n_params; p++)
		must(lull_is_finite(theta[p]));
	return rc;
}

static int check_draws(const char *text, struct lull_arena *arena, struct lull_err *err)
{
	struct lull_ask_draws draws = { .seed = 1 };
	double x[LULL_PM_MAX_COVARIATES] = { 0 };
	const int rc = lull_ask_parse_draws(model(), &text, 1, arena, &draws, err);

	for (uint64_t id = 1; rc == LULL_OK && id <= 4; id++) {
		lull_ask_draw_covariates(&draws, 0, id, x);
		for (size_t i = 0; i < draws.n; i++) {
			const struct lull_ask_draw *d = &draws.items[i];
			const double value = x[d->i_covariate];
			must(!lull_is_nan(value));
			if (d->kind == LULL_ASK_NORMAL || d->kind == LULL_ASK_LOGNORMAL)
				must(value >= d->min && value <= d->max);
		}
	}
	return rc;
}

static int check_rows(const char *text, size_t n, struct lull_arena *arena, struct lull_err *err)
{
	double *rows = NULL;
	size_t n_rows = 0;
	const int rc = lull_ask_posterior(model(), text, n, "fuzz.csv", arena, &rows, &n_rows, err);

	must(rc != LULL_OK || (rows && n_rows > 0));
	return rc;
}

static int check_doses(const char *text, struct lull_arena *arena, struct lull_err *err)
{
	struct lull_dataset set;
	struct lull_diags diags;

	lull_diags_init(&diags, arena);
	const int rc = lull_events_read_text(model(), text, NULL, arena, &set, &diags);
	must(rc == LULL_OK || diags.n_errors > 0);
	return rc == LULL_OK ? rc : lull_diags_fail(&diags, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lull_arena arena = { 0 };
	struct lull_err err = { 0 };
	int rc = LULL_OK;

	if (size == 0 || size > 5000)
		return 0;
	char *text = lull_arena_strndup(&arena, (const char *)data + 1, size - 1);
	must(text != NULL);
	switch (data[0]) {
	case 't': rc = check_times(text, &arena, &err); break;
	case 's': rc = check_params(text, &arena, &err); break;
	case 'c': rc = check_draws(text, &arena, &err); break;
	case 'p': rc = check_rows((const char *)data + 1, size - 1, &arena, &err); break;
	case 'e': rc = check_doses(text, &arena, &err); break;
	default: break;
	}
	must(rc == LULL_OK || err.what[0] != '\0');
	lull_arena_clear(&arena);
	return 0;
}
