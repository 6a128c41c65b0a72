/* Any bytes as a site's file. What is accepted never loosens a limit that rests on a source, and plans made with it
 * deliver finite amounts. */
#include <stdint.h>
#include <stdlib.h>

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
	struct lull_diags diags;
	struct lull_files files = { .items = lull_embedded_files, .n_items = lull_n_embedded_files, .origin = "embedded" };

	if (kb.protocols.n_items)
		return &kb;
	lull_diags_init(&diags, &arena);
	must(lull_files_seal(&files, NULL) == LULL_OK);
	must(lull_plan_kb_load(&files, &arena, &kb, &diags) == LULL_OK);
	return &kb;
}

/* A sourced hard limit of the shipped set is still the loosest that can hold. */
static void check_limits(const struct lull_plan_kb *own)
{
	const struct lull_limit_scope chair = { LULL_AT_CHAIR, LULL_RACEMIC_KETAMINE, LULL_ROUTE_IV, "P21" };
	const struct lull_limit *hit;

	must(lull_limits_judge(&own->limits, LULL_LIM_BOLUS_MG_PER_KG, &chair, 0.36, &hit) == LULL_PAST_HARD);
	must(lull_limits_judge(&own->limits, LULL_LIM_RATE, &chair, 1.01, &hit) == LULL_PAST_HARD);
}

static void plan_with(const struct lull_plan_kb *own, const char *id, struct lull_arena *arena)
{
	const struct lull_weight weight = { .kg = 72.3, .day = 20779, .how = LULL_WEIGHT_MEASURED };
	const struct lull_plan_request request = { .protocol_id = id, .day = 20779 };
	struct lull_patient patient;
	struct lull_plan plan;
	struct lull_err err = { 0 };

	lull_patient_init(&patient);
	patient.age_y = 40;
	patient.height_cm = 175;
	patient.weights = &weight;
	patient.n_weights = 1;
	const int rc = lull_plan_make(own, &patient, &request, arena, &plan, &err);
	must(rc == LULL_OK || err.what[0]);
	for (size_t i = 0; rc == LULL_OK && plan.status != LULL_PLAN_REFUSED && i < plan.n_sessions; i++)
		must(lull_is_finite(plan.sessions[i].mg) && lull_is_finite(plan.sessions[i].log.waste_mg));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const ids[] = { "series_of_three", "P01a", "P16", "P09" };
	struct lull_arena arena = { 0 };
	struct lull_site_file site;
	struct lull_plan_kb own;
	struct lull_diags diags;
	struct lull_err err = { 0 };

	lull_diags_init(&diags, &arena);
	int rc = lull_site_read((const char *)data, size, "fuzz.yaml", &arena, &site, &diags);
	must(rc == LULL_OK || diags.n_errors > 0);
	if (rc == LULL_OK)
		rc = lull_plan_kb_with_site(knowledge(), &site, &arena, &own, &err);
	if (rc == LULL_OK) {
		check_limits(&own);
		for (size_t i = 0; i < 4; i++)
			plan_with(&own, ids[i], &arena);
	}
	lull_arena_clear(&arena);
	return 0;
}
