/* Shared by the ketamine tests: load a model, give doses, read one value. */
#ifndef LULL_TEST_KETAMINE_KIT_H
#define LULL_TEST_KETAMINE_KIT_H

#include "support.h"

#include <math.h>

#include "lull/ketamine/effects.h"
#include "lull/ketamine/kinetics.h"
#include "lull/ketamine/model.h"
#include "lull/ketamine/regimen.h"

static inline struct lull_model kit_model(struct lull_arena *arena, const char *id)
{
	struct lull_diags diags;
	struct lull_model model;

	lull_diags_init(&diags, arena);
	const int rc = lull_model_load(test_knowledge(), id, arena, &model, &diags);
	lull_assert_no_diags_at(&diags, __FILE__, __LINE__);
	assert_int_equal(rc, LULL_OK);
	return model;
}

static inline struct lull_pk kit_pk(struct lull_arena *arena, const char *id, double weight_kg)
{
	const struct lull_model model = kit_model(arena, id);
	struct lull_pk pk;

	lull_model_typical(&model, weight_kg, true, &pk);
	return pk;
}

static inline struct lull_effects kit_effects(struct lull_arena *arena)
{
	struct lull_diags diags;
	struct lull_effects effects;

	lull_diags_init(&diags, arena);
	const int rc = lull_effects_load(test_knowledge(), arena, &effects, &diags);
	lull_assert_no_diags_at(&diags, __FILE__, __LINE__);
	assert_int_equal(rc, LULL_OK);
	return effects;
}

static inline struct lull_input kit_input(struct lull_arena *arena, const struct lull_dose *doses, size_t n)
{
	const struct lull_regimen regimen = { LULL_RACEMIC_KETAMINE, LULL_ROUTE_IV, doses, n };
	struct lull_input input;
	struct lull_err err = { 0 };

	assert_ok(lull_regimen_compile(&regimen, arena, &input, &err), &err);
	return input;
}

/* Everything at one time, with the two effect chains as filters (their rates may be 0: none). */
struct kit_point {
	double c, nk, ce, cs, auc;
};
static inline struct kit_point kit_at(const struct lull_pk *pk, const struct lull_input *input, double ke0_per_h,
				      double ks_per_h, double t_h)
{
	const struct lull_follow follow = { ke0_per_h > 0 ? 2 : 0, { ke0_per_h, ks_per_h } };
	struct kit_point p = { 0 };
	double z[2] = { 0 };
	struct lull_err err = { 0 };

	assert_ok(lull_kin_curves(pk, &follow, input, &t_h, 1, &p.c, &p.nk, z, &p.auc, &err), &err);
	p.ce = z[0];
	p.cs = z[1];
	return p;
}

#endif
