/* Is a change one that matters? One person's change against the published differences. */
#include "lull/scores/score.h"

#include <math.h>

#include "lull/base/text.h"

const char *const lull_change_names[] = { "unknown", "improved", "unchanged", "worse", NULL };

/* gain > 0 is better. Points or percent reaching the difference suffices; with both
 * unknown (percent of 0) nothing is concluded. */
static enum lull_change judge(const struct lull_mid *mid, double gain_points, double gain_percent)
{
	const bool has_points = mid->points == mid->points, has_percent = mid->percent == mid->percent;
	const bool knows_percent = gain_percent == gain_percent;
	if (gain_points != gain_points || (!has_points && !knows_percent))
		return LULL_CHANGE_UNKNOWN;
	if ((has_points && gain_points >= mid->points) || (has_percent && gain_percent >= mid->percent))
		return LULL_IMPROVED;
	if ((has_points && gain_points <= -mid->points) || (has_percent && gain_percent <= -mid->percent))
		return LULL_WORSE;
	return LULL_UNCHANGED;
}

int lull_score_judge(const struct lull_instrument *instrument, const char *domain, double before, double after,
		     struct lull_arena *arena, const struct lull_change_judgement **out, size_t *n,
		     struct lull_err *err)
{
	const double by_points = after - before;
	const double by_percent = before > 0 ? 100 * by_points / before : NAN;
	const double sign = instrument->higher_is == LULL_HIGHER_WORSE ? -1 : 1;
	struct lull_change_judgement *list = LULL_ARENA_NEW(arena, struct lull_change_judgement, instrument->n_mids + 1);
	size_t count = 0;

	*out = NULL;
	*n = 0;
	if (!list)
		return lull_nomem(err);
	for (size_t i = 0; i < instrument->n_mids && instrument->higher_is != LULL_HIGHER_NEITHER; i++) {
		const struct lull_mid *mid = &instrument->mids[i];
		if (mid->design == LULL_MID_BETWEEN_GROUPS || !lull_text_eq(mid->domain, domain))
			continue;
		list[count++] = (struct lull_change_judgement){
			mid, judge(mid, sign * by_points, sign * by_percent), by_points, by_percent
		};
	}
	*out = list;
	*n = count;
	return LULL_OK;
}
