/* lull/codec/session_json.h - events of a session from and to JSON, its snapshot and what it looks like. */
#ifndef LULL_CODEC_SESSION_JSON_H
#define LULL_CODEC_SESSION_JSON_H

#include "lull/care/session.h"
#include "lull/codec/json.h"

/* One event: {seq, at_ms, day, offset_min, actor, role, late, based_on, kind, body}. Head and body are bound by
 * tables; every fault goes to diags. */
LULL_NODISCARD int lull_session_event_read(const char *bytes, size_t n, const char *file, struct lull_arena *arena,
					   struct lull_session_event *out, struct lull_diags *diags);
void lull_json_session_event(struct lull_json *json, const char *key, const struct lull_session_event *event);

/* A snapshot is the entries of the record that were accepted, since a correction folds them anew; reading one
 * gives the same session as applying the events. */
void lull_json_session(struct lull_json *json, const char *key, const struct lull_session *session);
LULL_NODISCARD int lull_session_read(const char *bytes, size_t n, const char *file, struct lull_session *session,
				     struct lull_diags *diags, struct lull_err *err);

/* Members of the open object. */
void lull_json_session_view(struct lull_json *json, const struct lull_session *session,
			    const struct lull_session_view *view);

#endif
