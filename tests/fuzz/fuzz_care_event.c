/* Any bytes as a care event (its type on the first line): what was read is written, read and written the same, and
 * a chart takes it or refuses it with a place and stays as it was. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lull/codec/care_event_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool is_true)
{
	if (!is_true)
		abort();
}

static void apply(struct lull_chart_event *event, struct lull_arena *arena)
{
	const struct lull_said_registered who = { .name = "N", .born = LULL_DAY_NONE, .invented = true };
	const struct lull_chart_event first = { .seq = 1, .actor = "a", .kind = LULL_CHART_registered, .said = &who,
						.civil_day = LULL_DAY_NONE };
	struct lull_chart chart = { 0 };
	struct lull_buf before = { 0 }, after = { 0 };
	struct lull_err err = { 0 };
	must(lull_chart_apply(&chart, &first, arena, &err) == LULL_OK);
	lull_chart_json_write(&chart, &before);
	event->seq = 2;
	event->actor = "b";
	event->civil_day = LULL_DAY_NONE;
	const int rc = lull_chart_apply(&chart, event, arena, &err);
	lull_chart_json_write(&chart, &after);
	must(rc == LULL_OK ? chart.last_seq == 2 : err.where[0] == '$' && strcmp(lull_buf_text(&before), lull_buf_text(&after)) == 0);
	lull_buf_clear(&before);
	lull_buf_clear(&after);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lull_arena arena = { 0 };
	struct lull_chart_event event = { 0 }, again = { 0 };
	struct lull_buf out = { 0 }, out2 = { 0 };
	struct lull_err err = { 0 };
	const uint8_t *end = size ? memchr(data, '\n', size) : NULL;
	if (!end || end - data > 40)
		return 0;
	const char *type = lull_arena_strndup(&arena, (const char *)data, (size_t)(end - data));
	const size_t n = size - (size_t)(end - data) - 1;
	const int rc = lull_care_event_read(type, 1, (const char *)end + 1, n, NULL, 0, &arena, &event, &err);
	must(rc == LULL_OK || (err.code == rc && err.what[0]));
	if (rc == LULL_OK) {
		lull_care_event_write(event.kind, event.said, &out);
		must(lull_care_event_read(type, 1, out.data, out.n, NULL, 0, &arena, &again, &err) == LULL_OK);
		lull_care_event_write(again.kind, again.said, &out2);
		must(strcmp(lull_buf_text(&out), lull_buf_text(&out2)) == 0);
		apply(&event, &arena);
	}
	lull_buf_clear(&out);
	lull_buf_clear(&out2);
	lull_arena_clear(&arena);
	return 0;
}
