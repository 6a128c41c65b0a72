/* TIME as a clock time, and DATE, DAT1, DAT2, DAT3 (NM-TRAN's four orders of day, month and year). */
#include "events_read.h"

#include <string.h>

#include "lull/base/date.h"
#include "lull/base/parse.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* One or two digits up to most; *text moves on. */
static bool two_digits(const char **text, int most, int *out)
{
	int value = 0, n = 0;
	while (is_digit(**text) && n < 3) {
		value = value * 10 + (**text - '0');
		(*text)++;
		n++;
	}
	*out = value;
	return n >= 1 && n <= 2 && value <= most;
}

/* "H:MM", "HH:MM" or "HH:MM:SS", up to 24:00. */
bool lull_events__clock(const char *text, double *seconds)
{
	int h = 0, m = 0, s = 0;
	if (!two_digits(&text, 24, &h) || *text++ != ':' || !two_digits(&text, 59, &m))
		return false;
	if (*text == ':') {
		text++;
		if (!two_digits(&text, 59, &s))
			return false;
	}
	*seconds = h * 3600 + m * 60 + s;
	return !*text && *seconds <= 86400;
}

/* Numbers parted by - or /; their count, 0 when it is anything else. *n_digits: of each. */
static int pieces(const char *text, int64_t out[3], size_t n_digits[3])
{
	int n = 0;
	while (n < 3) {
		const size_t digits = strspn(text, "0123456789");
		if (!digits || digits > 4 ||
		    lull_parse_int(text, digits, 0, 9999, "DATE", &out[n], NULL) != LULL_OK)
			return 0;
		n_digits[n++] = digits;
		text += digits;
		if (!*text)
			return n;
		if (*text != '-' && *text != '/')
			return 0;
		text++;
	}
	return 0;
}

/* 24 is 2024 and 86 is 1986; the century shows only where a file crosses it. */
static int64_t full_year(int64_t year, size_t n_digits)
{
	return n_digits > 2 ? year : year < 50 ? year + 2000 : year + 1900;
}

int lull_events__day(const char *text, enum lull_events__item format, int64_t *day, struct lull_err *err)
{
	static const int at[4][3] = { { 2, 0, 1 }, { 2, 1, 0 }, { 0, 1, 2 }, { 0, 2, 1 } }; /* year, month, day */
	static const char *const forms[4] = { "month/day/year", "day/month/year", "year/month/day", "year/day/month" };
	const int f = (int)format - (int)LULL_EV_DATE;
	int64_t piece[3] = { 0 };
	size_t n_digits[3] = { 0 };
	const size_t n_sign = text[0] == '-';
	if (text[n_sign] && strspn(text + n_sign, "0123456789") == strlen(text + n_sign))
		return lull_parse_int(text, strlen(text), -3000000, 3000000, "DATE", day, err);
	const int n = pieces(text, piece, n_digits);
	if (n == 2) {
		lull_fail(err, LULL_EPARSE, "DATE", "'%.40s' has no year", text);
		lull_mend(err, "write %s: without the year a leap day and the turn of the year are not known", forms[f]);
		return LULL_EPARSE;
	}
	if (n != 3) {
		lull_fail(err, LULL_EPARSE, "DATE", "'%.40s' is not a date", text);
		lull_mend(err, "write %s, or the number of the day", forms[f]);
		return LULL_EPARSE;
	}
	const bool is_iso = f < 2 && n_digits[0] == 4; /* 2026-11-22 has one meaning */
	const int *order = at[is_iso ? 2 : f];
	const int64_t year = full_year(piece[order[0]], n_digits[order[0]]);
	if (!lull_ymd_valid((int)year, (int)piece[order[1]], (int)piece[order[2]])) {
		lull_fail(err, LULL_EPARSE, "DATE", "'%.40s' is not a day of the calendar", text);
		lull_mend(err, "%s is read as %s; DATE, DAT1, DAT2 and DAT3 have their own orders",
			  lull_events__items[format], forms[is_iso ? 2 : f]);
		return LULL_EPARSE;
	}
	*day = lull_day_from_ymd((int)year, (int)piece[order[1]], (int)piece[order[2]]);
	return LULL_OK;
}
