/* lull/care/figure.h - a number of the knowledge with its source and trust mark.
 *
 * In YAML: { value: 0.1, source: lauritsen2016, mark: verified, note: ... }. A figure
 * that a file leaves out is not stated; read values through lull_figure_value. */
#ifndef LULL_CARE_FIGURE_H
#define LULL_CARE_FIGURE_H

#include <stdbool.h>
#include "lull/base/schema.h"

LULL_BEGIN_C

struct lull_figure {
	double value;
	const char *source; /* key of knowledge/sources, several parted by "; " */
	int mark;           /* enum lull_mark                                  */
	const char *note;   /* may be NULL                                     */
	bool stated;        /* false: the source does not say                  */
};

extern const struct lull_schema lull_figure_schema;

/* The value, or NAN when it is not stated. */
double lull_figure_value(const struct lull_figure *figure);

/* The weaker of two marks: recalled < proposed < calibrated < borrowed < derived <
 * transcribed < verified. LULL_MARK_NONE gives way to the other. */
enum lull_mark lull_weaker_mark(enum lull_mark a, enum lull_mark b);

LULL_END_C

#endif
