/* A workspace: the same person hundreds of times. Which clearance explains 70 ng/mL one hour after the start? */
#include <lull/lull.h>
#include <math.h>
#include <stdio.h>

int main(void)
{
	struct lull_error error;
	struct lull_popmodel *model = NULL;
	struct lull_evtable *table = NULL;
	struct lull_workspace *work = NULL;
	const char *output = "ketamine";
	const double hour = 1;
	double parameters[64], conc = 0, low = 10, high = 400;
	struct lull_individual person = LULL_INDIVIDUAL;

	if (lull_popmodel_open("kamp2020_otto2021", NULL, &model, &error) != LULL_OK ||
	    lull_evtable_parse(model, "amt=35 dur=40min wt=82", NULL, &table, &error) != LULL_OK ||
	    lull_workspace_new(model, &output, 1, &work, &error) != LULL_OK)
		return fprintf(stderr, "%s: %s\n", error.where, error.what), 1;
	for (int i = 0; i < 64; i++)
		parameters[i] = NAN; /* the model's */
	person.parameters = parameters;
	const int64_t cl = lull_popmodel_find(model, LULL_PARAMETERS, "cl");
	for (int i = 0; i < 100; i++) { /* clearance for 70 kg: more of it, less ketamine */
		parameters[cl] = (low + high) / 2;
		if (lull_workspace_simulate(work, table, 0, &person, &hour, 1, &conc, 1, &error) != LULL_OK)
			return fprintf(stderr, "%s: %s\n", error.where, error.what), 1;
		*(conc > 70 ? &low : &high) = parameters[cl];
	}
	printf("%.2f ng/mL with a clearance of %.2f %s at 70 kg (the model's: %.2f)\n", conc, parameters[cl],
	       lull_popmodel_unit(model, LULL_PARAMETERS, (size_t)cl), lull_popmodel_default(model, LULL_PARAMETERS, (size_t)cl));
	lull_workspace_free(work);
	lull_evtable_free(table);
	lull_popmodel_free(model);
	return 0;
}
