/* The sheet and the JSON of every protocol: they render, read back, and a refused plan tells no rate. */
#include "../care/plan_support.h"

#include "lull/base/text.h"
#include "lull/care/screening.h"
#include "lull/codec/plan_json.h"
#include "lull/report/sheet.h"

static struct lull_arena base_arena;
static struct lull_plan_kb kb;

static int load(void **state)
{
	struct lull_diags diags;
	(void)state;
	lull_diags_init(&diags, &base_arena);
	const int rc = lull_plan_kb_load(test_knowledge(), &base_arena, &kb, &diags);
	assert_no_diags(&diags);
	return rc;
}

static int clear(void **state)
{
	(void)state;
	lull_arena_clear(&base_arena);
	return 0;
}

static void plan_of(const struct lull_protocol *p, struct lull_arena *arena, struct lull_plan *plan)
{
	static struct test_person person;
	struct lull_err err = { 0 };
	const struct lull_plan_request r = { .protocol_id = p->id, .day = TEST_DAY, .place = LULL_AT_RESEARCH,
					     .has_place = p->use == LULL_USE_RESEARCH };
	test_person(&person, 70, 170);
	assert_ok(lull_plan_make(&kb, &person.patient, &r, arena, plan, &err), &err);
}

static int render(const struct lull_plan *plan, struct lull_arena *arena, struct lull_buf *out)
{
	const struct lull_doc_head head = { .title = "Plan" };
	struct lull_document doc;
	lull_doc_init(&doc, arena, &head);
	lull_sheet_put(&doc, plan);
	lull_sheet_protocol(&doc, plan->protocol);
	return lull_doc_text(&doc, 100, false, out, NULL);
}

static void every_sheet_renders_and_a_refused_one_tells_no_rate(void **state)
{
	(void)state;
	for (size_t i = 0; i < kb.protocols.n_items; i++) {
		struct lull_arena arena = { 0 };
		struct lull_plan plan;
		struct lull_buf text = { 0 };
		plan_of(&kb.protocols.items[i], &arena, &plan);
		assert_int_equal(render(&plan, &arena, &text), LULL_OK);
		assert_has(lull_buf_text(&text), plan.protocol->id);
		const bool has_sheet = strstr(lull_buf_text(&text), "mL/h") != NULL;
		if (plan.status == LULL_PLAN_REFUSED)
			assert_false(has_sheet && strstr(lull_buf_text(&text), "Pump sheet"));
		else
			assert_true(has_sheet);
		lull_buf_clear(&text);
		lull_arena_clear(&arena);
	}
}

static void every_plan_and_protocol_is_json_that_reads_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < kb.protocols.n_items; i++) {
		struct lull_arena arena = { 0 };
		struct lull_plan plan;
		struct lull_doc doc;
		struct lull_diags diags;
		struct lull_buf text = { 0 };
		struct lull_json json = { .out = &text };
		plan_of(&kb.protocols.items[i], &arena, &plan);
		lull_json_open(&json, NULL, '{');
		lull_json_plan(&json, "plan", &plan);
		lull_json_protocol(&json, "protocol", plan.protocol);
		lull_json_close(&json, '}');
		lull_diags_init(&diags, &arena);
		assert_int_equal(lull_json_read(lull_buf_text(&text), text.n, "plan", &arena, &doc, &diags), LULL_OK);
		const struct lull_node *node = lull_node_get(doc.root, "plan");
		assert_string_equal(lull_node_get(node, "protocol")->text, plan.protocol->id);
		const struct lull_node *sessions = lull_node_get(node, "sessions");
		assert_int_equal(sessions ? sessions->n_children : 0,
				 plan.status == LULL_PLAN_REFUSED ? 0 : plan.n_sessions);
		lull_buf_clear(&text);
		lull_arena_clear(&arena);
	}
}

static void clinical_protocols_are_for_indications_that_are_screened(void **state)
{
	struct lull_screening screening;
	struct lull_diags diags;
	(void)state;
	lull_diags_init(&diags, &base_arena);
	assert_int_equal(lull_screening_load(test_knowledge(), &base_arena, &screening, &diags), LULL_OK);
	assert_no_diags(&diags);
	for (size_t i = 0; i < kb.protocols.n_items; i++) {
		const struct lull_protocol *p = &kb.protocols.items[i];
		for (size_t k = 0; k < p->n_indications && p->use == LULL_USE_CLINICAL; k++)
			if (!lull_screening_indication(&screening, p->indications[k]))
				fail_msg("%s: indication %s is not screened", p->id, p->indications[k]);
		for (size_t k = 0; k < p->n_comedication; k++)
			for (size_t j = 0; j < p->comedication[k].n_not_with; j++)
				if (!lull_screening_condition(&screening, p->comedication[k].not_with[j]))
					fail_msg("%s: condition %s is not asked", p->id, p->comedication[k].not_with[j]);
	}
}

static void the_sheet_survives_failed_allocations(void **state)
{
	struct lull_plan plan;
	(void)state;
	plan_of(lull_protocol_find(&kb.protocols, "P22"), &base_arena, &plan);
	for (uint64_t nth = 1;; nth += 7) {
		struct lull_arena arena = { 0 };
		struct lull_buf text = { 0 };
		lull_mem_fail_at(nth, true);
		const int rc = render(&plan, &arena, &text);
		const bool is_over = lull_mem_fail_at(0, false) < nth;
		lull_buf_clear(&text);
		lull_arena_clear(&arena);
		if (is_over) {
			assert_int_equal(rc, LULL_OK);
			return;
		}
		assert_int_equal(rc, LULL_ENOMEM);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_sheet_renders_and_a_refused_one_tells_no_rate),
		cmocka_unit_test(every_plan_and_protocol_is_json_that_reads_back),
		cmocka_unit_test(clinical_protocols_are_for_indications_that_are_screened),
		cmocka_unit_test(the_sheet_survives_failed_allocations),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, load, clear);
}
