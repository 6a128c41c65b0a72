/* lull/codec/models_json.h - kinetic models and the numbers of the effects as JSON. */
#ifndef LULL_CODEC_MODELS_JSON_H
#define LULL_CODEC_MODELS_JSON_H

#include "lull/codec/json.h"
#include "lull/ketamine/effects.h"
#include "lull/ketamine/typical.h"

/* A model, its typical person at a weight, and the part of the body each linear output belongs to. */
struct lull_model_view {
	const struct lull_pm *pm;
	const struct lull_pm_info *info;
	struct lull_typical typical;
	struct lull_disposition part[LULL_LIN_MAX_OUTPUTS];
	int parent, norketamine;    /* outputs; parent 0 where none is named so, norketamine -1 */
};
LULL_NODISCARD int lull_model_view_of(const struct lull_pm *pm, double weight_kg, struct lull_arena *arena,
				      struct lull_model_view *out, struct lull_err *err);

/* One row of a list: what it is, how it is given, clearance and half-lives at the view's weight. */
void lull_json_model_brief(struct lull_json *json, const char *key, const struct lull_model_view *view);

/* Everything the file says, and what follows for the typical person. */
void lull_json_model(struct lull_json *json, const char *key, const struct lull_model_view *view);

/* The numbers of the effects with source and mark, and their caveats. */
void lull_json_effects(struct lull_json *json, const char *key, const struct lull_effects *effects);

#endif
