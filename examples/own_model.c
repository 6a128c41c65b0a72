/* A model of one's own, from text, with records as arrays: two people, one of them with deviations already known. */
#include <lull/lull.h>
#include <stdio.h>
#include <string.h>

static const char yaml[] =
	"schema_version: 2\n"
	"id: my_tablet\n"
	"name: \"One compartment, first-order absorption\"\n"
	"about: \"An invented drug.\"\n"
	"units: { time: h, amount: mg, concentration: mg/L }\n"
	"source: lull_default\n"
	"mark: proposed\n"
	"covariates:\n"
	"  wt: { unit: kg, default: 70, source: lull_default, mark: proposed }\n"
	"parameters:\n"
	"  cl: { value: 4, unit: L/h, depends: [{ on: wt, form: power, value: 0.75, center: 70 }], source: lull_default, mark: proposed }\n"
	"  v:  { value: 30, unit: L, source: lull_default, mark: proposed }\n"
	"  ka: { value: 1.2, unit: 1/h, source: lull_default, mark: proposed }\n"
	"compartments:\n"
	"  blood: { volume: v }\n"
	"flows:\n"
	"  - { from: blood, clearance: cl }\n"
	"inputs:\n"
	"  tablet: { to: blood, absorption: ka }\n"
	"outputs:\n"
	"  conc: { of: blood }\n"
	"variability:\n"
	"  - { on: [cl], cv: 0.3, source: lull_default, mark: proposed }\n";

static int person(void *user, uint32_t slot, const struct lull_result *result)
{
	(void)user, (void)slot;
	for (size_t t = 0; t < result->n_times; t++)
		printf("ID %d, %4.1f h: %.4f mg/L, last dose at %g h\n", (int)result->id, result->times[t], result->values[t],
		       result->last_dose[t]);
	return 0;
}

int main(void)
{
	static const uint64_t id[] = { 1, 1, 1, 2, 2, 2 };
	static const double time[] = { 0, 2, 13, 0, 2, 13 }, amt[] = { 100, 0, 0, 100, 0, 0 }, ii[] = { 12, 0, 0, 12, 0, 0 };
	static const double wt[] = { 60, 60, 60, 95, 95, 95 }, eta[] = { 0, 0, 0, 0.4, 0.4, 0.4 };
	static const int32_t addl[] = { 3, 0, 0, 3, 0, 0 };
	static const char *const names[] = { "wt", "ETA1" };
	static const double *const values[] = { wt, eta };
	struct lull_evtable_columns records = LULL_EVTABLE_COLUMNS;
	struct lull_reducer print = LULL_REDUCER;
	struct lull_error error;
	struct lull_popmodel *model = NULL;
	struct lull_evtable *table = NULL;
	struct lull_simulation *simulation = NULL;

	if (lull_popmodel_parse(yaml, strlen(yaml), "my_tablet", NULL, &model, &error) != LULL_OK)
		return fprintf(stderr, "%s: %s\n", error.where, error.what), 1;
	records.n_records = 6, records.id = id, records.time = time, records.amt = amt, records.ii = ii, records.addl = addl;
	records.n_named = 2, records.names = names, records.values = values;
	print.person = person;
	if (lull_evtable_from_columns(model, &records, NULL, &table, &error) != LULL_OK ||
	    lull_simulation_new(model, table, NULL, &simulation, &error) != LULL_OK ||
	    lull_simulation_reduce(simulation, &print, &error) != LULL_OK)
		return fprintf(stderr, "%s: %s\n", error.where, error.what), 1;
	lull_simulation_free(simulation);
	lull_evtable_free(table);
	lull_popmodel_free(model);
	return 0;
}
