/* lull/codec/scores_json.h - instruments, scores and changes as JSON. What is unknown is null. */
#ifndef LULL_CODEC_SCORES_JSON_H
#define LULL_CODEC_SCORES_JSON_H

#include "lull/codec/json.h"
#include "lull/scores/score.h"

/* {instrument, name, score, low, high, band, ..., cut_offs, domains, level, flags, cautions} */
void lull_json_score(struct lull_json *json, const char *key, const struct lull_score *score);

/* [{id, change, by_points, threshold_points, population, source, mark, ...}] */
void lull_json_changes(struct lull_json *json, const char *key, const struct lull_change_judgement *list, size_t n);

#endif
