/* lull/codec/care_event_json.h - care events and charts as JSON, and the upcasters of older bodies.
 *
 * A body in the record has a type and a schema version beside it. An older body is lifted one version at a
 * time by the upcasters of its type, then read by today's table; a newer one than this program is refused. */
#ifndef LULL_CODEC_CARE_EVENT_JSON_H
#define LULL_CODEC_CARE_EVENT_JSON_H

#include "lull/care/chart.h"
#include "lull/codec/json.h"

enum { LULL_CARE_EVENT_VERSION = 1 };

/* Makes of a body's tree of version `from` one of version from + 1, in the arena. */
struct lull_care_upcaster {
	enum lull_chart_kind kind;
	int from;
	int (*lift)(const struct lull_node *old, struct lull_arena *arena, struct lull_node *out, struct lull_err *err);
};

/* The body of `event` (kind from type; said) from JSON; seq, times and people are left as they are. The texts live in the
 * arena. LULL_EUNSUPPORTED: a type or version that this program does not know. upcasters NULL: this program's own. */
LULL_NODISCARD int lull_care_event_read(const char *type, int version, const char *bytes, size_t n,
					const struct lull_care_upcaster *upcasters, size_t n_upcasters,
					struct lull_arena *arena, struct lull_chart_event *event, struct lull_err *err);

/* One line of JSON, version LULL_CARE_EVENT_VERSION. */
void lull_care_event_write(enum lull_chart_kind kind, const void *said, struct lull_buf *out);

/* A snapshot. LULL_EUNSUPPORTED when another fold version made it: fold the events instead. */
void lull_chart_json_write(const struct lull_chart *chart, struct lull_buf *out);
LULL_NODISCARD int lull_chart_json_read(const char *bytes, size_t n, struct lull_arena *arena, struct lull_chart *out,
					struct lull_err *err);

#endif
