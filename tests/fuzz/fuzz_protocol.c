/* Any bytes as a protocol file. What is accepted is planned for a few people: a plan that stands delivers
 * finite amounts, never above a hard limit, and its log balances. */
#include <stdint.h>
#include <stdlib.h>

#include "lull/base/text.h"
#include "lull/care/plan.h"
#include "lull/knowledge.h"
#include "lull/num/math.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool is_true)
{
	if (!is_true)
		abort();
}

static const struct lull_plan_kb *knowledge(void)
{
	static struct lull_arena arena;
	static struct lull_plan_kb kb;
	static bool is_loaded;
	struct lull_diags diags;
	struct lull_files files = { .items = lull_embedded_files, .n_items = lull_n_embedded_files, .origin = "embedded" };

	if (is_loaded)
		return &kb;
	lull_diags_init(&diags, &arena);
	must(lull_files_seal(&files, NULL) == LULL_OK);
	must(lull_plan_kb_load(&files, &arena, &kb, &diags) == LULL_OK);
	is_loaded = true;
	return &kb;
}

static void check_plan(const struct lull_plan *plan)
{
	const struct lull_limit_scope scope = { plan->place, plan->product, plan->route, plan->protocol->id };
	const struct lull_limit_found rate = lull_limits_find(&plan->kb->limits, LULL_LIM_RATE, &scope);

	for (size_t i = 0; i < plan->n_sessions; i++) {
		const struct lull_plan_session *s = &plan->sessions[i];
		const double balance = s->log.drawn_mg - s->log.given_mg - s->log.line_mg - s->log.waste_mg;
		must(lull_is_finite(s->mg) && s->mg >= 0);
		if (plan->route == LULL_ROUTE_IV)
			must(balance < 1e-6 && balance > -1e-6);
		for (size_t k = 0; k < s->n_steps; k++)
			if (s->steps[k].kind != LULL_STEP_BOLUS && rate.hard)
				must(!(s->steps[k].mg_per_kg_per_h > rate.hard->hard.value * (1 + 1e-6)));
	}
}

static void plan_for(const struct lull_plan_kb *kb, const char *id, double kg, struct lull_arena *arena)
{
	const struct lull_weight weight = { .kg = kg, .day = 20779, .how = LULL_WEIGHT_MEASURED };
	struct lull_patient patient;
	struct lull_plan plan;
	struct lull_err err = { 0 };
	const struct lull_plan_request request = { .protocol_id = id, .day = 20779 };

	lull_patient_init(&patient);
	patient.age_y = 40;
	patient.height_cm = 175;
	patient.weights = &weight;
	patient.n_weights = 1;
	const int rc = lull_plan_make(kb, &patient, &request, arena, &plan, &err);
	must(rc == LULL_OK || err.what[0]);
	if (rc == LULL_OK && plan.status != LULL_PLAN_REFUSED)
		check_plan(&plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lull_arena arena = { 0 };
	struct lull_plan_kb kb = *knowledge();
	struct lull_diags diags;
	struct lull_buf buf = { 0 };

	lull_diags_init(&diags, &arena);
	kb.protocols = (struct lull_protocols){ 0 };
	const int rc = lull_protocols_read((const char *)data, size, "fuzz.yaml", &arena, &kb.protocols, &diags);
	must(rc == LULL_OK || diags.n_errors > 0);
	lull_diags_print(&diags, &buf);
	lull_buf_clear(&buf);
	for (size_t i = 0; rc == LULL_OK && i < kb.protocols.n_items && i < 8; i++) {
		(void)lull_protocol_missing(&kb.protocols.items[i]);
		plan_for(&kb, kb.protocols.items[i].id, 50, &arena);
		plan_for(&kb, kb.protocols.items[i].id, 110, &arena);
	}
	lull_arena_clear(&arena);
	return 0;
}
