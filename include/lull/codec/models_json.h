/* lull/codec/models_json.h - kinetic models and the numbers of the effects as JSON. */
#ifndef LULL_CODEC_MODELS_JSON_H
#define LULL_CODEC_MODELS_JSON_H

#include "lull/codec/json.h"
#include "lull/ketamine/effects.h"

/* One row of a list: what it is, clearance and half-lives at the weight of the modes. */
void lull_json_model_brief(struct lull_json *json, const char *key, const struct lull_model *model,
			   const struct lull_modes *modes);

/* Everything the file says, the parameters at weight_kg and their modes there. */
void lull_json_model(struct lull_json *json, const char *key, const struct lull_model *model,
		     double weight_kg, const struct lull_pk *pk, const struct lull_modes *modes);

/* The numbers of the effects with source and mark, and their caveats. */
void lull_json_effects(struct lull_json *json, const char *key, const struct lull_effects *effects);

#endif
