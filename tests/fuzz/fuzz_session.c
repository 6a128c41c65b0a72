/* Any lines as events of a session: reading ends, what is accepted can be written and read back, and amounts are conserved. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lull/codec/session_json.h"
#include "lull/knowledge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct lull_arena forever;
static struct lull_plan_kb plan;
static struct lull_session_kb kb;

static void must(bool is_true)
{
	if (!is_true)
		abort();
}

static void check(struct lull_session *s)
{
	struct lull_arena arena = { 0 };
	struct lull_session again;
	struct lull_session_view a, b;
	struct lull_buf buf = { 0 };
	struct lull_json json = { .out = &buf, .compact = true };
	struct lull_err err = { 0 };

	lull_json_session(&json, NULL, s);
	must(lull_buf_status(&buf, &err) == LULL_OK);
	lull_session_init(&again, &kb, &arena);
	must(lull_session_read(buf.data, buf.n, "snapshot", &again, NULL, &err) == LULL_OK);
	must(lull_session_view(s, s->now.last_ms, &arena, &a, &err) == LULL_OK);
	must(lull_session_view(&again, s->now.last_ms, &arena, &b, &err) == LULL_OK);
	must(a.phase == b.phase && a.given_mg == b.given_mg && a.n_missing == b.n_missing);
	must(a.given_mg >= 0 && fabs(a.given_mg + a.line_mg + a.wasted_mg + a.balance_mg - a.drawn_mg) < 1e-6);
	lull_buf_clear(&buf);
	lull_arena_clear(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lull_arena arena = { 0 };
	struct lull_session s;

	if (!kb.n_rules) {
		struct lull_files files = { .items = lull_embedded_files, .n_items = lull_n_embedded_files, .origin = "embedded" };
		must(lull_files_seal(&files, NULL) == LULL_OK);
		struct lull_diags diags;
		lull_diags_init(&diags, &forever);
		must(lull_plan_kb_load(&files, &forever, &plan, &diags) == LULL_OK);
		must(lull_session_kb_load(&files, &plan, &forever, &kb, &diags) == LULL_OK);
	}
	lull_session_init(&s, &kb, &arena);
	for (size_t i = 0; i < size;) {
		const uint8_t *end = memchr(data + i, '\n', size - i);
		const size_t n = end ? (size_t)(end - (data + i)) : size - i;
		struct lull_session_event event;
		struct lull_session_answer answer;
		struct lull_err err = { 0 };
		if (lull_session_event_read((const char *)data + i, n, "line", &arena, &event, NULL) == LULL_OK)
			must(lull_session_apply(&s, &event, &answer, &err) == LULL_OK || err.what[0]);
		i += n + 1;
	}
	check(&s);
	lull_arena_clear(&arena);
	return 0;
}
