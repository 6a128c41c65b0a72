/* lull/codec/forecast_json.h - a plan's forecast as JSON. */
#ifndef LULL_CODEC_FORECAST_JSON_H
#define LULL_CODEC_FORECAST_JSON_H

#include "lull/care/forecast.h"
#include "lull/codec/json.h"

/* An object under key: people, bands by time, contrasts of the two arms, models, notes.
 * What is unknown is null. */
void lull_json_plan_forecast(struct lull_json *json, const char *key, const struct lull_plan_forecast *f);

#endif
