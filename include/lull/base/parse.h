/* lull/base/parse.h - strict numbers: the only way a number enters Lull.
 *
 * "79,5", "7O", "nan", "inf", "0x10", "1e400", " 5", "5 mg" and "" are all refused
 * with a sentence. The decimal separator is stated by the caller, never guessed. */
#ifndef LULL_BASE_PARSE_H
#define LULL_BASE_PARSE_H

#include <stdint.h>
#include "lull/base/err.h"

LULL_BEGIN_C

/* The range a number must lie in, and its unit for the message. */
struct lull_range {
	double min, max;  /* inclusive               */
	const char *unit; /* "kg"; NULL when it has none */
};

/* [+-]?digits[.digits][e[+-]digits], all n bytes used, finite, inside the range
 * (range may be NULL). decimal is '.' or ','. */
LULL_NODISCARD int lull_parse_double(const char *text, size_t n, char decimal,
				     const struct lull_range *range, const char *where,
				     double *out, struct lull_err *err);

/* Decimal digits with an optional minus, inside [min, max]. */
LULL_NODISCARD int lull_parse_int(const char *text, size_t n, int64_t min, int64_t max,
				  const char *where, int64_t *out, struct lull_err *err);

/* A quantity with its unit in one text, "79.5 kg", "250 mL", "2 h": the number and the
 * unit are parted by blanks; the unit must equal one of units (NULL-ended); *i_unit
 * gets which. A missing or unknown unit is an error that lists the units. */
LULL_NODISCARD int lull_parse_quantity(const char *text, size_t n, const char *const *units,
				       const char *where, double *out, int *i_unit,
				       struct lull_err *err);

LULL_END_C

#endif
