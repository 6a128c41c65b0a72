/* A reducer: 20,000 people on all processors in the memory of a few hundred. Who exceeds 350 ng/mL, and how long is
 * the time above 150? Sums of blocks are added in order, so that the answer does not depend on the processors. */
#include <lull/lull.h>
#include <stdio.h>

enum { TIMES = 97 }; /* every five minutes for eight hours */
struct sum { double n, high, hours_above; };
struct tally { struct sum slot[512], all; };

static int person(void *user, uint32_t slot, const struct lull_result *result)
{
	struct sum *sum = &((struct tally *)user)->slot[slot];
	int above = 0, high = 0;

	for (size_t t = 0; result->values && t < result->n_times; t++) {
		above += result->values[t] > 150;
		high |= result->values[t] > 350;
	}
	sum->n += 1, sum->high += high, sum->hours_above += above / 12.0;
	return 0;
}

static int merge(void *user, uint32_t slot)
{
	struct tally *tally = user;
	struct sum *sum = &tally->slot[slot];

	tally->all.n += sum->n, tally->all.high += sum->high, tally->all.hours_above += sum->hours_above;
	*sum = (struct sum){ 0, 0, 0 };
	return 0;
}

int main(void)
{
	static struct tally tally;
	double times[TIMES];
	const char *output = "ketamine";
	struct lull_error error;
	struct lull_popmodel *model = NULL;
	struct lull_evtable *table = NULL;
	struct lull_simulation *simulation = NULL;
	struct lull_simulation_options options = LULL_SIMULATION_OPTIONS;
	struct lull_reducer reducer = LULL_REDUCER;

	for (int i = 0; i < TIMES; i++)
		times[i] = i / 12.0;
	options.n_people = 20000, options.seed = 7, options.draw = LULL_DRAW_PEOPLE;
	options.times = times, options.n_times = TIMES, options.step = 1 / 12.0;
	options.outputs = &output, options.n_outputs = 1;
	reducer.user = &tally, reducer.person = person, reducer.merge = merge;
	if (lull_popmodel_open("kamp2020_otto2021", NULL, &model, &error) != LULL_OK ||
	    lull_evtable_parse(model, "amt=70 dur=100min", NULL, &table, &error) != LULL_OK ||
	    lull_simulation_new(model, table, &options, &simulation, &error) != LULL_OK ||
	    lull_simulation_reduce(simulation, &reducer, &error) != LULL_OK)
		return fprintf(stderr, "%s: %s\n", error.where, error.what), 1;
	printf("%.0f people: %.2f %% exceed 350 ng/mL; %.3f h above 150 ng/mL on average\n", tally.all.n,
	       100 * tally.all.high / tally.all.n, tally.all.hours_above / tally.all.n);
	lull_simulation_free(simulation);
	lull_evtable_free(table);
	lull_popmodel_free(model);
	return 0;
}
