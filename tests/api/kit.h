/* For the tests of the stable interface: models from text, and assertions that say the error. */
#ifndef LULL_TESTS_API_KIT_H
#define LULL_TESTS_API_KIT_H

#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lull/lull.h"

#define assert_fine(call, error) kit_fine((call), (error), #call, __FILE__, __LINE__)
static inline void kit_fine(int rc, const struct lull_error *error, const char *what, const char *file, int line)
{
	if (rc == LULL_OK)
		return;
	print_error("%s: %d: %s: %s (%s)\n", what, rc, error->where, error->what, error->mend);
	_fail(file, line);
}

/* One compartment, a vein and a tablet, weight on clearance; times in `unit` (cl and ka per that unit). */
static inline struct lull_popmodel *kit_model(const char *unit)
{
	char yaml[4096];
	struct lull_popmodel *model = NULL;
	struct lull_error error;

	snprintf(yaml, sizeof(yaml),
		 "schema_version: 2\nid: kit\nname: \"One compartment\"\nabout: \"For tests.\"\n"
		 "units: { time: %s, amount: mg, concentration: mg/L }\nsource: lull_default\nmark: proposed\n"
		 "covariates:\n"
		 "  wt: { unit: kg, default: 70, source: lull_default, mark: proposed }\n"
		 "parameters:\n"
		 "  cl: { value: 3, unit: L/%s, depends: [{ on: wt, form: power, value: 1, center: 70 }], source: lull_default, mark: proposed }\n"
		 "  v: { value: 30, unit: L, source: lull_default, mark: proposed }\n"
		 "  ka: { value: 1.2, unit: 1/%s, source: lull_default, mark: proposed }\n"
		 "compartments:\n  blood: { volume: v }\n"
		 "flows:\n  - { from: blood, clearance: cl }\n"
		 "inputs:\n  vein: { to: blood }\n  tablet: { to: blood, absorption: ka }\n"
		 "outputs:\n"
		 "  conc: { of: blood, residual: { proportional: 0.1, source: lull_default, mark: proposed } }\n"
		 "  same: { of: blood }\n"
		 "variability:\n"
		 "  - { on: [cl], cv: 0.3, source: lull_default, mark: proposed }\n"
		 "  - { on: [v], cv: 0.2, source: lull_default, mark: proposed }\n",
		 unit, unit, unit);
	assert_fine(lull_popmodel_parse(yaml, strlen(yaml), "kit", NULL, &model, &error), &error);
	return model;
}

static inline struct lull_evtable *kit_table(const struct lull_popmodel *model, const char *events)
{
	struct lull_evtable *table = NULL;
	struct lull_error error;

	assert_fine(lull_evtable_parse(model, events, NULL, &table, &error), &error);
	return table;
}

/* A bolus into the vein. */
static inline double kit_bolus(double mg, double cl, double v, double t)
{
	return t < 0 ? 0 : mg / v * exp(-cl / v * t);
}

#endif
