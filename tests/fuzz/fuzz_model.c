/* Any bytes as a model file and as the effects file: refused with remarks, or a model whose
 * curves are finite and not negative. */
#include <stdint.h>
#include <stdlib.h>

#include "lull/ketamine/effects.h"
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

	lull_diags_init(&diags, &arena);
	if (lull_model_load(&files, id, &arena, &model, &diags) == LULL_OK)
		use(&model, &arena);
	else if (!diags.n_errors && !diags.out_of_memory)
		abort(); /* refused without a word */
	lull_diags_init(&diags, &arena);
	if (lull_effects_load(&files, &arena, &effects, &diags) == LULL_OK &&
	    !(lull_perception_prob(&effects, 100) >= 0 && lull_perception_prob(&effects, 100) <= 1))
		abort();
	lull_arena_clear(&arena);
	return 0;
}
