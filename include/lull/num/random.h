/* lull/num/random.h - random numbers as a function of who asks for what, not of who asked before.
 *
 * Philox4x64-10 (Salmon et al., SC11, doi 10.1145/2063384.2063405) keyed by seed, trial
 * and replicate, counted by patient, occasion, purpose and draw. Any draw of any patient can
 * be replayed alone, in any order, on any number of threads. */
#ifndef LULL_NUM_RANDOM_H
#define LULL_NUM_RANDOM_H

#include <stddef.h>
#include <stdint.h>
#include "lull/base/code.h"

LULL_BEGIN_C

/* What a draw is for. A number is never reused and never changes its meaning: add at
 * the end. Gaps are reserved for the rooms named. */
enum lull_purpose {
	/* kinetics and effects of a person: 1-19 */
	LULL_FOR_PK_ETA = 1,         /* draw i = parameter i of the model           */
	LULL_FOR_EFFECT_ETA = 2,     /* between people, effect parameters           */
	LULL_FOR_EFFECT_PARAM = 3,   /* uncertainty of the published effect numbers */
	LULL_FOR_CHAIN_WEIGHT = 4,   /* Ef, Es                                      */
	LULL_FOR_RESPONDER = 5,      /* Z of the slow chain                         */
	LULL_FOR_RESIDUAL = 6,       /* assay error                                 */
	LULL_FOR_PK_PARAM = 7,       /* uncertainty of the published kinetics       */
	LULL_FOR_OCCASION_ETA = 8,
	LULL_FOR_CONTEXT = 9,        /* change of pain that is not the drug's       */
	/* days of a person: 20-39 */
	LULL_FOR_CHAIN = 20,         /* headache day or free day                    */
	LULL_FOR_PAIN = 21,
	LULL_FOR_SYMPTOM = 22,
	LULL_FOR_ACUTE_DRUG = 23,
	LULL_FOR_DURATION = 24,
	LULL_FOR_TRIGGER = 25,
	LULL_FOR_MISSING_DAY = 26,
	/* who a person is: 40-59 */
	LULL_FOR_POPULATION = 40,
	LULL_FOR_HISTORY = 41,
	/* trials and the clinic: 60-89 */
	LULL_FOR_ALLOCATION = 60,
	LULL_FOR_DROPOUT = 61,
	LULL_FOR_ADVERSE_EVENT = 62,
	LULL_FOR_ARRIVAL = 63,
	/* inference: 90-109 */
	LULL_FOR_BOOTSTRAP = 90,
	LULL_FOR_POSTERIOR = 91,
	/* examples and tests: 110-129 */
	LULL_FOR_DEMO_DIARY = 110,
	LULL_FOR_TEST = 111
};

/* One stream. Zero is a valid value for every member but purpose. */
struct lull_stream {
	uint64_t seed;
	uint32_t trial, replicate;
	uint64_t patient;
	uint32_t occasion;
	enum lull_purpose purpose;
};

/* Draw number `draw` of the stream. */
uint64_t lull_random_bits(const struct lull_stream *stream, uint64_t draw);
double lull_random_uniform(const struct lull_stream *stream, uint64_t draw); /* open (0, 1)   */
double lull_random_normal(const struct lull_stream *stream, uint64_t draw);  /* mean 0, sd 1  */

/* Draws first .. first + n - 1, the same values, four for the price of one. */
void lull_random_uniforms(const struct lull_stream *stream, uint64_t first, size_t n, double *out);
void lull_random_normals(const struct lull_stream *stream, uint64_t first, size_t n, double *out);

LULL_END_C

#endif
