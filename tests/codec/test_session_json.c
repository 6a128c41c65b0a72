/* Events of a session both ways, the snapshot, and the sample visits: what is written reads back to the same. */
#include <math.h>
#include <string.h>

#include "lull/codec/session_json.h"
#include "support.h"

struct world {
	struct lull_arena arena;
	struct lull_plan_kb plan;
	struct lull_session_kb kb;
	struct lull_session a, b;
	struct lull_diags diags;
	struct lull_err err;
};

static void begin(struct world *w)
{
	*w = (struct world){ 0 };
	lull_diags_init(&w->diags, &w->arena);
	assert_ok(lull_plan_kb_load(test_knowledge(), &w->arena, &w->plan, &w->diags), &w->err);
	assert_ok(lull_session_kb_load(test_knowledge(), &w->plan, &w->arena, &w->kb, &w->diags), &w->err);
	lull_session_init(&w->a, &w->kb, &w->arena);
	lull_session_init(&w->b, &w->kb, &w->arena);
}

static void write_snapshot(const struct lull_session *s, struct lull_buf *buf)
{
	struct lull_json json = { .out = buf, .compact = true };
	lull_json_session(&json, NULL, s);
}

static void each_line_round_trips_and_the_snapshot_is_the_fold(void **state)
{
	static const char *const files[] = { "examples/session/visit.jsonl", "examples/session/course.jsonl" };
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct world world, *w = &world;
		struct lull_buf first = { 0 }, second = { 0 };
		size_t n;
		begin(w);
		const char *text = test_read(files[i], &n, &w->arena);
		for (const char *line = text; *line;) {
			struct lull_session_event e, again;
			struct lull_session_answer answer;
			struct lull_buf one = { 0 };
			const size_t length = (size_t)(strchr(line, '\n') - line);
			assert_ok(lull_session_event_read(line, length, "line", &w->arena, &e, &w->diags), NULL);
			struct lull_json json = { .out = &one, .compact = true };
			lull_json_session_event(&json, NULL, &e);
			assert_ok(lull_session_event_read(one.data, one.n, "again", &w->arena, &again, &w->diags), NULL);
			assert_int_equal(again.kind, e.kind);
			assert_true(again.at_ms == e.at_ms && again.seq == e.seq && again.is_late == e.is_late);
			lull_buf_clear(&one);
			assert_ok(lull_session_apply(&w->a, &again, &answer, &w->err), &w->err);
			line += length + 1;
		}
		write_snapshot(&w->a, &first);
		assert_ok(lull_session_read(first.data, first.n, "snapshot", &w->b, &w->diags, &w->err), &w->err);
		write_snapshot(&w->b, &second);
		assert_string_equal(first.data, second.data);
		assert_int_equal(w->a.now.phase, w->b.now.phase);
		assert_true(w->a.now.given_mg == w->b.now.given_mg);
		lull_buf_clear(&first);
		lull_buf_clear(&second);
		lull_arena_clear(&w->arena);
	}
}

static void faults_are_named(void **state)
{
	static const char *const bad[] = {
		"{}",
		"{\"seq\":1,\"at_ms\":1,\"day\":\"2026-11-23\",\"offset_min\":0,\"actor\":\"a\",\"role\":\"nurse\",\"kind\":\"dance\",\"body\":{}}",
		"{\"seq\":1,\"at_ms\":1.5,\"day\":\"2026-11-23\",\"offset_min\":0,\"actor\":\"a\",\"role\":\"nurse\",\"kind\":\"note\",\"body\":{\"text\":\"x\"}}",
		"{\"seq\":1,\"at_ms\":1,\"day\":\"2026-11-23\",\"offset_min\":0,\"actor\":\"a\",\"role\":\"nurse\",\"kind\":\"note\",\"body\":{\"txt\":\"x\"}}",
		"{\"seq\":1,\"at_ms\":1,\"day\":\"2026-11-23\",\"offset_min\":0,\"actor\":\"a\",\"role\":\"nurse\",\"kind\":\"signs\",\"body\":{\"spo2_pct\":980}}",
	};
	struct lull_arena arena = { 0 };
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct lull_session_event e;
		struct lull_diags diags;
		lull_diags_init(&diags, &arena);
		assert_int_equal(lull_session_event_read(bad[i], strlen(bad[i]), "bad", &arena, &e, &diags), LULL_EPARSE);
		assert_true(diags.n_errors > 0);
	}
	lull_arena_clear(&arena);
}

static void the_clock_change_changes_no_amount(void **state)
{
	struct world world, *w = &world;
	size_t n;
	(void)state;
	begin(w);
	const char *text = test_read("examples/session/course.jsonl", &n, &w->arena);
	for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
		struct lull_session_event e;
		struct lull_session_answer answer;
		assert_ok(lull_session_event_read(line, (size_t)(strchr(line, '\n') - line), "line", &w->arena, &e, &w->diags), NULL);
		e.offset_min = -240; /* as if the clocks had not been changed */
		assert_ok(lull_session_apply(&w->a, &e, &answer, &w->err), &w->err);
	}
	/* 4 h at 7 mg/h, then 14 mg/h, then 7 mg/h: by instants */
	const struct lull_session_fold *f = &w->a.now;
	double mg = 0;
	for (size_t i = 0; i < f->n_rates; i++)
		mg += f->rates[i].mg_per_h * (double)((i + 1 < f->n_rates ? f->rates[i + 1].at_ms : f->last_ms) - f->rates[i].at_ms) / 3600000.0;
	assert_close(f->given_mg, mg, 1e-12, 0);
	assert_close(f->given_mg, 280, 1e-9, 0);
	lull_arena_clear(&w->arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_line_round_trips_and_the_snapshot_is_the_fold),
		cmocka_unit_test(faults_are_named),
		cmocka_unit_test(the_clock_change_changes_no_amount),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
