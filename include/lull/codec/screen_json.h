/* lull/codec/screen_json.h - a screen as JSON: the same fields as the text for people. */
#ifndef LULL_CODEC_SCREEN_JSON_H
#define LULL_CODEC_SCREEN_JSON_H

#include "lull/care/screen.h"
#include "lull/codec/json.h"

/* Writes the members of a screen into an open object (key NULL), or one object under key. Sentences live
 * in the arena. */
LULL_NODISCARD int lull_screen_json(struct lull_json *json, const char *key, const struct lull_screening *screening,
				    const struct lull_screen_request *request, const struct lull_screen *screen,
				    struct lull_arena *arena, struct lull_err *err);

#endif
