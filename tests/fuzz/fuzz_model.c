/* Any bytes as a model file and as the effects file: refused with remarks, or a model whose
 * people have usable numbers and whose curves are finite and not negative. */
#include <stdint.h>
#include <stdlib.h>

#include "lull/ketamine/effects.h"
#include "lull/ketamine/pm.h"
#include "lull/knowledge.h"
#include "lull/num/math.h"

static const char id[] = "kamp2020_otto2021";

static const struct lull_file *embedded(const char *path)
{
	const struct lull_files files = { .items = lull_embedded_files, .n_items = lull_n_embedded_files };
	return lull_files_get(&files, path);
}

/* A model that loads must give usable curves for its typical person. */
static void use(const struct lull_model *model, struct lull_arena *arena)
{
	static const struct lull_dose doses[] = { { 0, 10, 0 }, { 1, 35, 2.0 / 3 } };
	static const double t[] = { 0, 0.1, 1, 2, 24, 500 };
	const struct lull_regimen regimen = { LULL_RACEMIC_KETAMINE, LULL_ROUTE_IV, doses, 2 };
	struct lull_input input;
	struct lull_pk pk;
	double c[6], nk[6];

	if (lull_regimen_compile(&regimen, arena, &input, NULL) != LULL_OK)
		return;
	lull_model_typical(model, 70, true, &pk);
	if (lull_kin_curves(&pk, NULL, &input, t, 6, c, nk, NULL, NULL, NULL) != LULL_OK)
		return;
	for (int i = 0; i < 6; i++)
		if (!(c[i] >= 0 && nk[i] >= 0) || !lull_is_finite(c[i]) || !lull_is_finite(nk[i]))
			abort();
}

/* Three people drawn: numbers in their range, or a sentence. */
static void draw(const struct lull_pm *pm)
{
	const struct lull_pm_info *info = lull_pm_info(pm);
	double theta[LULL_PM_MAX_PARAMS], params[LULL_PM_MAX_PARAMS], etas[LULL_PM_MAX_ETAS], iov[LULL_PM_MAX_ETAS];
	struct lull_lin_person person;
	struct lull_effect_numbers effects[LULL_MAX_EFFECTS];
	struct lull_pm_part parts[LULL_PM_MAX_PARTS];
	struct lull_err err = { 0 };
	int n_parts = 0;

	for (uint64_t i = 0; i < 3; i++) {
		const struct lull_stream stream = { .seed = 1, .patient = i, .occasion = 1 };
		lull_pm_typical(pm, theta);
		if (info->has_uncertainty && lull_pm_draw_uncertainty(pm, &stream, theta, &err) != LULL_OK)
			abort();
		lull_pm_draw_etas(pm, &stream, etas);
		lull_pm_draw_iov(pm, &stream, iov);
		if (lull_pm_individual(pm, theta, NULL, etas, iov, params, &err) != LULL_OK ||
		    lull_pm_person(pm, params, &person, effects, &err) != LULL_OK) {
			if (!err.what[0])
				abort();
			continue;
		}
		for (int k = 0; k < info->shape->n_flows; k++)
			if (!(person.rate_per_h[k] >= 0) || !(person.gain[k] >= 0) || !lull_is_finite(person.rate_per_h[k]))
				abort();
		for (int k = 0; k < info->n_inputs; k++)
			if (lull_pm_parts(pm, params, k, parts, &n_parts, &err) == LULL_OK &&
			    (n_parts < 1 || parts[0].state < 0 || parts[0].state >= info->shape->n_states))
				abort();
		for (int k = 0; k < info->n_outputs; k++)
			(void)lull_pm_residual(pm, params, k, 1, &stream, 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct lull_file *guards = embedded("ketamine/guards.yaml");
	const struct lull_file items[3] = { { "ketamine/effects.yaml", (const char *)data, size },
					    *guards,
					    { "models/kamp2020_otto2021.yaml", (const char *)data, size } };
	const struct lull_files files = { .items = items, .n_items = 3, .origin = "fuzz" };
	struct lull_arena arena = { 0 };
	struct lull_diags diags;
	struct lull_effects effects;
	struct lull_model model;
	const struct lull_pm *pm = NULL;

	lull_diags_init(&diags, &arena);
	if (lull_model_load(&files, id, &arena, &model, &diags) == LULL_OK)
		use(&model, &arena);
	else if (!diags.n_errors && !diags.out_of_memory)
		abort(); /* refused without a word */
	lull_diags_init(&diags, &arena);
	if (lull_pm_read((const char *)data, size, "own.yaml", &arena, &pm, &diags) == LULL_OK)
		draw(pm);
	else if (!diags.n_errors && !diags.out_of_memory)
		abort();
	lull_diags_init(&diags, &arena);
	if (lull_effects_load(&files, &arena, &effects, &diags) == LULL_OK &&
	    !(lull_perception_prob(&effects, 100) >= 0 && lull_perception_prob(&effects, 100) <= 1))
		abort();
	lull_arena_clear(&arena);
	return 0;
}
