/* Choosing among protocols: the patient's preferred setting first, then the order given. */
#include "lull/care/plan.h"

/* Is the protocol for the setting that the patient prefers? */
static bool suits(const struct lull_plan_kb *kb, const char *id, int setting)
{
	static const enum lull_place places[] = { [LULL_SETTING_CHAIR] = LULL_AT_CHAIR,
						  [LULL_SETTING_INPATIENT] = LULL_AT_INPATIENT,
						  [LULL_SETTING_HOME] = LULL_AT_HOME_NASAL };
	const struct lull_protocol *protocol = lull_protocol_find(&kb->protocols, id);

	if (!protocol || setting == LULL_SETTING_NONE)
		return false;
	return (protocol->places >> places[setting] & 1) != 0;
}

int lull_plan_choose(const struct lull_plan_kb *kb, const struct lull_patient *patient,
		     const struct lull_plan_request *request, const char *const *ids, size_t n, struct lull_arena *arena,
		     struct lull_plan *out, size_t *i_chosen, struct lull_err *err)
{
	bool any = false;

	if (n == 0)
		return lull_fail(err, LULL_EDOMAIN, "protocols", "there is none to choose from");
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < n; i++) {
			struct lull_plan_request one = *request;
			struct lull_plan plan;
			if (suits(kb, ids[i], patient->setting) != (pass == 0))
				continue;
			one.protocol_id = ids[i];
			const int rc = lull_plan_make(kb, patient, &one, arena, &plan, err);
			if (rc != LULL_OK)
				return rc;
			if (any && plan.status == LULL_PLAN_REFUSED)
				continue;
			*out = plan;
			*i_chosen = i;
			any = true;
			if (plan.status != LULL_PLAN_REFUSED)
				return LULL_OK;
		}
	return LULL_OK;
}
