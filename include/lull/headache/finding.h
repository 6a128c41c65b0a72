/* lull/headache/finding.h - a conclusion as a tree: criterion, days counted, needed, missing, status.
 *
 * Every rule of Lull answers met, not met or unknown (design.md rule 4), says what it
 * counted, and whether the unknown could change the answer. Trees live in an arena. */
#ifndef LULL_HEADACHE_FINDING_H
#define LULL_HEADACHE_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include "lull/base/mem.h"
#include "lull/base/schema.h"

LULL_BEGIN_C

enum lull_status { LULL_STATUS_UNKNOWN, LULL_NOT_MET, LULL_MET };
extern const char *const lull_status_names[]; /* "unknown", "not_met", "met", NULL */

/* Kleene's three values. */
static inline enum lull_status lull_status_and(enum lull_status a, enum lull_status b)
{
	if (a == LULL_NOT_MET || b == LULL_NOT_MET)
		return LULL_NOT_MET;
	return a == LULL_MET && b == LULL_MET ? LULL_MET : LULL_STATUS_UNKNOWN;
}
static inline enum lull_status lull_status_or(enum lull_status a, enum lull_status b)
{
	if (a == LULL_MET || b == LULL_MET)
		return LULL_MET;
	return a == LULL_NOT_MET && b == LULL_NOT_MET ? LULL_NOT_MET : LULL_STATUS_UNKNOWN;
}

/* At least need of n: yes are certain, maybe could still turn out either way. */
static inline enum lull_status lull_status_at_least(double need, double yes, double maybe)
{
	if (yes >= need)
		return LULL_MET;
	return yes + maybe < need ? LULL_NOT_MET : LULL_STATUS_UNKNOWN;
}

/* One node. Texts are the room's own wording (knowledge/), never copied from ICHD-3. */
struct lull_finding {
	const char *code;   /* "ICHD3-1.3-A"; unique inside one answer             */
	const char *name;   /* short name for people                              */
	enum lull_status status;
	const char *why;    /* one sentence: what was counted, over which window  */
	double counted, needed, missing; /* days (or another unit); NAN = does not apply */
	double bound_low, bound_high;    /* counted with missing as none / as all; NAN  */
	const char *unit;   /* "days", "attacks", NULL                            */
	bool could_change;  /* status is unknown, or an unknown inside it could turn it */
	bool estimated;     /* prorated from incomplete days                      */
	const char *question;/* the single answer that would settle or turn it; NULL */
	const char *source; /* key of knowledge/sources                           */
	enum lull_mark mark;
	const struct lull_finding *children;
	size_t n_children;
};

LULL_END_C

#endif
