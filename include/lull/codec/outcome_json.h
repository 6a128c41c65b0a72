/* lull/codec/outcome_json.h - the outcome of a series as JSON. */
#ifndef LULL_CODEC_OUTCOME_JSON_H
#define LULL_CODEC_OUTCOME_JSON_H

#include "lull/care/outcome.h"
#include "lull/codec/json.h"

/* Members of the open object: definitions, days, scores, series, next, missing, untreated. */
void lull_json_outcome(struct lull_json *json, const struct lull_outcome *outcome,
		       const struct lull_response_rules *rules, const char *day_definition);

#endif
