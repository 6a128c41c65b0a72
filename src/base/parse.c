/* Strict numbers; see parse.h. The grammar is checked by hand first; strtod, which accepts
 * much more, then only converts text that already is a plain decimal number. */
#include "lull/base/parse.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "lull/base/text.h"

enum { NUMBER_MAX = 400, SHOWN = 40 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Bytes of the longest number at the start of text, 0 when there is none. */
static size_t number_length(const char *text, size_t n, char decimal)
{
	size_t i = 0;
	if (i < n && (text[i] == '+' || text[i] == '-'))
		i++;
	const size_t digits = i;
	while (i < n && is_digit(text[i]))
		i++;
	if (i == digits)
		return 0;
	if (i + 1 < n && text[i] == decimal && is_digit(text[i + 1])) {
		i++;
		while (i < n && is_digit(text[i]))
			i++;
	}
	if (i < n && (text[i] == 'e' || text[i] == 'E')) {
		size_t e = i + 1;
		if (e < n && (text[e] == '+' || text[e] == '-'))
			e++;
		if (e < n && is_digit(text[e])) {
			while (e < n && is_digit(text[e]))
				e++;
			i = e;
		}
	}
	return i;
}

/* The input for a message: cut, and blanks that matter shown by the quotes around it. */
static int shown(size_t n)
{
	return (int)(n < SHOWN ? n : SHOWN);
}

/* Say how to mend a text that is not a number. */
static void mend_number(const char *text, size_t n, char decimal, const struct lull_range *range,
			struct lull_err *err)
{
	const char other = decimal == '.' ? ',' : '.';
	if (n && (is_blank(text[0]) || is_blank(text[n - 1]))) {
		lull_mend(err, "remove the blanks around the number");
		return;
	}
	if (n < SHOWN && number_length(text, n, other) == n && memchr(text, other, n)) {
		char right[SHOWN] = { 0 };
		memcpy(right, text, n);
		*strchr(right, other) = decimal;
		lull_mend(err, "write %s, with a %s", right, decimal == '.' ? "point" : "comma");
		return;
	}
	const size_t number = number_length(text, n, decimal);
	if (number && number < n && is_blank(text[number]))
		lull_mend(err, "write the number alone%s%s",
			  range && range->unit ? "; its unit here is " : "",
			  range && range->unit ? range->unit : "");
	else if (n && text[0] == decimal && number_length(text + 1, n - 1, decimal) == n - 1)
		lull_mend(err, "write 0%.*s", shown(n), text);
	else if (number && memchr(text, 'O', n))
		lull_mend(err, "is the letter O meant to be the digit 0?");
	else if (!n || lull_text_eq(text, "nan") || lull_text_eq(text, "NaN") || lull_text_eq(text, "NA"))
		lull_mend(err, "leave the value out when it is not known");
}

/* The value of a number whose grammar is right. */
static int convert(const char *text, size_t n, char decimal, const char *where, double *out,
		   struct lull_err *err)
{
	char plain[NUMBER_MAX + 1];
	if (n > NUMBER_MAX)
		return lull_fail(err, LULL_EPARSE, where, "a number of %zu digits; at most %d are read", n,
				 (int)NUMBER_MAX);
	bool is_zero = true;
	for (size_t i = 0, in_exponent = 0; i < n; i++) {
		plain[i] = text[i] == decimal ? '.' : text[i];
		in_exponent |= text[i] == 'e' || text[i] == 'E';
		is_zero &= in_exponent || !is_digit(text[i]) || text[i] == '0';
	}
	plain[n] = '\0';
	char *end = NULL;
	const double value = strtod(plain, &end);
	if (end != plain + n) /* a locale with a decimal comma; the program never sets one */
		return lull_fail(err, LULL_EUNSUPPORTED, where, "numbers need the C locale");
	if (value > DBL_MAX || value < -DBL_MAX)
		return lull_fail(err, LULL_EPARSE, where, "'%.*s' is too large for a number", shown(n), text);
	if (value == 0 && !is_zero)
		return lull_fail(err, LULL_EPARSE, where, "'%.*s' is too small for a number", shown(n), text);
	*out = value;
	return LULL_OK;
}

/* "kg" or "". */
static const char *unit_of(const struct lull_range *range)
{
	return range->unit ? range->unit : "";
}

int lull_parse_double(const char *text, size_t n, char decimal, const struct lull_range *range,
		      const char *where, double *out, struct lull_err *err)
{
	double value = 0;
	if (!n) {
		lull_fail(err, LULL_EPARSE, where, "nothing where a number belongs");
		mend_number("", 0, decimal, range, err);
		return LULL_EPARSE;
	}
	if (number_length(text, n, decimal) != n) {
		lull_fail(err, LULL_EPARSE, where, "'%.*s' is not a number", shown(n), text);
		if (err)
			mend_number(text, n, decimal, range, err);
		return LULL_EPARSE;
	}
	const int rc = convert(text, n, decimal, where, &value, err);
	if (rc != LULL_OK)
		return rc;
	if (range && !(value >= range->min && value <= range->max)) {
		char low[64], high[64];
		const char *blank = range->unit ? " " : "";
		lull_fail(err, LULL_EDOMAIN, where, "%.*s%s%s is outside %s to %s%s%s", shown(n), text, blank,
			  unit_of(range), lull_num_text(low, sizeof(low), range->min, 12),
			  lull_num_text(high, sizeof(high), range->max, 12), blank, unit_of(range));
		return LULL_EDOMAIN;
	}
	*out = value;
	return LULL_OK;
}

int lull_parse_int(const char *text, size_t n, int64_t min, int64_t max, const char *where, int64_t *out,
		   struct lull_err *err)
{
	const bool is_minus = n && text[0] == '-';
	bool is_over = false;
	int64_t value = 0; /* negative all the way: INT64_MIN has no positive twin */
	size_t i = is_minus ? 1 : 0;
	for (; i < n && is_digit(text[i]); i++) {
		const int digit = text[i] - '0';
		if (value < (INT64_MIN + digit) / 10)
			is_over = true;
		if (!is_over)
			value = value * 10 - digit;
	}
	if (i != n || i == (is_minus ? 1 : 0)) {
		lull_fail(err, LULL_EPARSE, where, "'%.*s' is not a whole number", shown(n), text);
		if (n && number_length(text, n, '.') == n)
			lull_mend(err, "write digits only, without a fraction, exponent or plus sign");
		return LULL_EPARSE;
	}
	if (!is_minus && value == INT64_MIN)
		is_over = true;
	if (!is_over && !is_minus)
		value = -value;
	if (is_over || value < min || value > max)
		return lull_fail(err, LULL_EDOMAIN, where, "%.*s is outside %lld to %lld", shown(n), text,
				 (long long)min, (long long)max);
	*out = value;
	return LULL_OK;
}

/* "kg, lb" for a message. */
static void list_units(char *out, size_t size, const char *const *units)
{
	size_t at = 0;
	out[0] = '\0';
	for (size_t i = 0; units[i] && at < size; i++)
		at += lull_text_format(out + at, size - at, "%s%s", i ? ", " : "", units[i]);
}

int lull_parse_quantity(const char *text, size_t n, const char *const *units, const char *where, double *out,
			int *i_unit, struct lull_err *err)
{
	char known[160];
	list_units(known, sizeof(known), units);
	size_t number = 0;
	while (number < n && !is_blank(text[number]))
		number++;
	size_t unit = number;
	while (unit < n && is_blank(text[unit]))
		unit++;

	const size_t glued = number_length(text, number, '.');
	if (unit == n && glued && glued < number && !is_digit(text[glued]) && text[glued] != ',') {
		lull_fail(err, LULL_EPARSE, where, "'%.*s' has no blank between number and unit", shown(n),
			  text);
		lull_mend(err, "write %.*s %.*s", shown(glued), text, shown(number - glued), text + glued);
		return LULL_EPARSE;
	}
	double value = 0;
	const int rc = lull_parse_double(text, number, '.', NULL, where, &value, err);
	if (rc != LULL_OK)
		return rc;
	if (unit == n) {
		lull_fail(err, LULL_EPARSE, where, "'%.*s' has no unit", shown(n), text);
		lull_mend(err, "write the unit after a blank; known here: %s", known);
		return LULL_EPARSE;
	}
	for (int i = 0; units[i]; i++) {
		if (strlen(units[i]) == n - unit && memcmp(units[i], text + unit, n - unit) == 0) {
			*out = value;
			*i_unit = i;
			return LULL_OK;
		}
	}
	lull_fail(err, LULL_EPARSE, where, "'%.*s' is not a unit known here", shown(n - unit), text + unit);
	lull_mend(err, "write one of: %s", known);
	return LULL_EPARSE;
}
