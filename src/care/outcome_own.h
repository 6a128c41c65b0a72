/* outcome_own.h - shared by the files of care/outcome; private to this room. */
#ifndef LULL_CARE_OUTCOME_OWN_H
#define LULL_CARE_OUTCOME_OWN_H

#include "lull/care/outcome.h"

const struct lull_next_rule *lull_outcome__next(const struct lull_outcomes *o, const char *id); /* NULL none */

/* The next steps of an outcome whose results and series are already in. */
LULL_NODISCARD int lull_outcome__steps(const struct lull_outcome_request *q, struct lull_arena *arena,
				       struct lull_outcome *out, struct lull_err *err);

static inline lull_day lull_outcome__end(const struct lull_given *g)
{
	return g->end_day == LULL_DAY_NONE ? g->day : g->end_day;
}

#endif
