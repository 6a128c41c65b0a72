/* A population into memory: 1,000 people who differ, and how far apart they are at each hour. */
#include <lull/lull.h>
#include <stdio.h>
#include <stdlib.h>

enum { PEOPLE = 1000, TIMES = 6 };
static double conc[PEOPLE][TIMES];

static int by_size(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

int main(void)
{
	static const double times[TIMES] = { 2.0 / 3, 1, 2, 4, 8, 24 };
	const char *output = "ketamine";
	struct lull_error error;
	struct lull_popmodel *model = NULL;
	struct lull_evtable *table = NULL;
	struct lull_simulation *simulation = NULL;
	struct lull_simulation_options options = LULL_SIMULATION_OPTIONS;

	options.n_people = PEOPLE;
	options.seed = 20261122;
	options.draw = LULL_DRAW_PEOPLE;
	options.times = times, options.n_times = TIMES;
	options.outputs = &output, options.n_outputs = 1;
	if (lull_popmodel_open("kamp2020_otto2021", NULL, &model, &error) != LULL_OK ||
	    lull_evtable_parse(model, "amt=35 dur=40min", NULL, &table, &error) != LULL_OK ||
	    lull_simulation_new(model, table, &options, &simulation, &error) != LULL_OK ||
	    lull_simulation_run(simulation, &conc[0][0], (size_t)PEOPLE * TIMES, NULL, &error) != LULL_OK)
		return fprintf(stderr, "%s: %s\n", error.where, error.what), 1;
	for (int t = 0; t < TIMES; t++) {
		double at[PEOPLE];
		for (int i = 0; i < PEOPLE; i++)
			at[i] = conc[i][t];
		qsort(at, PEOPLE, sizeof(at[0]), by_size);
		printf("%5.2f h: median %7.2f ng/mL, nine in ten between %7.2f and %7.2f\n", times[t], at[PEOPLE / 2],
		       at[PEOPLE / 20], at[PEOPLE - 1 - PEOPLE / 20]);
	}
	lull_simulation_free(simulation);
	lull_evtable_free(table);
	lull_popmodel_free(model);
	return 0;
}
