/* lull/ketamine/simulate.h - a population: people drawn, simulated in lanes on a pool, results in order of ID.
 *
 * Person i of replicate r is a function of (seed, r, ID) alone: the same bits for any number
 * of threads, alone or among a million. Memory does not grow with the number of people: they
 * pass in chunks of LULL_SIM_CHUNK, which are given out in order. */
#ifndef LULL_KETAMINE_SIMULATE_H
#define LULL_KETAMINE_SIMULATE_H

#include "lull/base/pool.h"
#include "lull/ketamine/events.h"

LULL_BEGIN_C

enum { LULL_SIM_CHUNK = 256 };

struct lull_sim {
	const struct lull_pm *pm;
	const struct lull_dataset *data;  /* one subject and n_people > 1: each person has its records */
	size_t n_people;                  /* 0: the data set's subjects                     */
	uint64_t first_id;                /* of a repeated subject; 0: 1                    */
	uint32_t n_rep;                   /* 0: 1                                           */
	uint64_t seed;
	bool iiv, iov, residual, uncertainty;
	const double *theta;              /* n_params; NULL: typical                        */
	const double *posterior; size_t n_posterior; /* rows of n_params (NAN: typical); replicate r takes row r */
	struct lull_events_ask ask;
	const int *outputs; int n_outputs; /* which of the model's; NULL: all               */
	/* NULL, or changes a person's covariates before they are used (a weight drawn for each ID): a function of
	 * its arguments alone, called from any thread. */
	void (*covariates)(void *covariates_user, uint32_t replicate, uint64_t id, double *covariates);
	void *covariates_user;
};

/* One person's results. values is [output][time] of this person, in the chunk's memory. */
struct lull_sim_person {
	uint64_t id; size_t i_subject; uint32_t replicate;
	int status;                    /* LULL_OK or why there are no values            */
	const struct lull_err *err;
	const struct lull_subject *subject;
	const double *params;          /* of the first epoch                            */
	size_t n_times; const double *t_h; /* as the file has them (report_h of the track)  */
	const int32_t *record; const double *last_dose_h;
	const double *values;          /* NULL where only tiles were asked, or failed   */
};

/* What is done with the people of a chunk: `map` on the worker's thread with its own slot, `emit` in order. */
struct lull_sim_sink {
	void *user;
	size_t n_slots;
	int (*map)(void *user, size_t i_slot, int i_thread, const struct lull_sim_person *people, size_t n_people,
		   struct lull_err *err);
	int (*emit)(void *user, size_t i_slot, size_t i_chunk, struct lull_err *err);
	/* May be NULL; if set, values are not gathered (people[].values NULL) and results go by
	 * here while they are in the cache: [time][output][lane] of `width` people, lane l being
	 * number person[l] of the chunk, in order of time. Outputs in the order of sim->outputs. NaN
	 * where a person's value could not be computed; map, afterwards, says why. */
	int (*tile)(void *user, size_t i_slot, int i_thread, const uint16_t *person, int width, size_t i_time,
		    size_t n_times, const double *t_h, const double *tile, struct lull_err *err);
};

struct lull_sim_progress {
	const atomic_bool *stop;
	void (*done)(void *user, size_t n_done, size_t n_all); /* called between chunks, in order */
	void *user;
	size_t n_failed;               /* out: people without a result                  */
};

LULL_NODISCARD int lull_simulate_population(const struct lull_sim *sim, struct lull_pool *pool,
					    const struct lull_sim_sink *sink, struct lull_sim_progress *progress,
					    struct lull_err *err);

LULL_END_C

#endif
