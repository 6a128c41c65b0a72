/* lull/codec/plan_json.h - a plan as JSON: verdict, findings, weights, sessions with rows, bags and log, monitoring, cost. */
#ifndef LULL_CODEC_PLAN_JSON_H
#define LULL_CODEC_PLAN_JSON_H

#include "lull/care/plan.h"
#include "lull/codec/json.h"

enum { LULL_PLAN_JSON_VERSION = 1, LULL_PROTOCOLS_JSON_VERSION = 1 };

/* The plan as one object under key (NULL inside a list). */
void lull_json_plan(struct lull_json *json, const char *key, const struct lull_plan *plan);

/* A protocol as its file says it, with what is missing. */
void lull_json_protocol(struct lull_json *json, const char *key, const struct lull_protocol *protocol);

#endif
