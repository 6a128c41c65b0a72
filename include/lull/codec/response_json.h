/* lull/codec/response_json.h - response before and after, the day-to-day chain, triggers and measures as JSON.
 *
 * What is unknown is null; days are 2026-11-22. */
#ifndef LULL_CODEC_RESPONSE_JSON_H
#define LULL_CODEC_RESPONSE_JSON_H

#include "lull/codec/json.h"
#include "lull/headache/response.h"
#include "lull/headache/tags.h"

/* definition: what counted as a day ("headache_any"); it is stored with every count. */
void lull_json_response(struct lull_json *json, const char *key, const char *definition,
			const struct lull_response *response, const struct lull_response_rules *rules);
void lull_json_conversion(struct lull_json *json, const char *key, const struct lull_conversion *conversion);
void lull_json_chain(struct lull_json *json, const char *key, const struct lull_chain_fit *fit);

/* {recorded, triggers: [...], measures: [...]} */
void lull_json_tags(struct lull_json *json, const char *key, const struct lull_tags *tags);

#endif
