/* lull/base/date.h - the civil calendar: days, clock minutes, weekdays, months.
 *
 * A day is an int32 count from 1970-01-01 in the proleptic Gregorian calendar; clock
 * times are local minutes. Nothing here knows time zones or reads a clock: offsets
 * come with the data and are only stored. Algorithm: days-from-civil arithmetic in
 * 400-year eras. */
#ifndef LULL_BASE_DATE_H
#define LULL_BASE_DATE_H

#include <stdint.h>
#include "lull/base/err.h"

LULL_BEGIN_C

typedef int32_t lull_day; /* the one typedef: a civil day number */

#define LULL_DAY_NONE INT32_MIN
#define LULL_MINUTES_PER_DAY 1440

struct lull_ymd {
	int year, month, day; /* 1..9999, 1..12, 1..31 */
};

lull_day lull_day_from_ymd(int year, int month, int day);
struct lull_ymd lull_ymd_from_day(lull_day day);
bool lull_ymd_valid(int year, int month, int day);
int lull_days_in_month(int year, int month);
int lull_weekday(lull_day day); /* 0 = Monday .. 6 = Sunday (ISO 8601) */
int lull_age_years(lull_day born, lull_day on);

/* "2026-11-22" only. */
LULL_NODISCARD int lull_day_parse(const char *text, size_t n, const char *where, lull_day *out,
				  struct lull_err *err);

/* Writes "2026-11-22" (or "unknown") into out and returns out. */
enum { LULL_DAY_TEXT = 16 };
char *lull_day_text(char out[LULL_DAY_TEXT], lull_day day);

/* A pattern of Y (4 digits), y (2 digits, 2000-2099), M, D, H, m, S (1 or 2 digits),
 * b (English month name or its first three letters), p (AM/PM), z (+hh:mm, +hhmm, Z)
 * and literal characters; a blank matches one or more blanks. "D/M/Y H:m" reads
 * "7/3/2024 18:05". The day is LULL_DAY_NONE when the pattern has no date letter. Minutes are -1 when the pattern has no clock; offset_min is
 * LULL_NO_OFFSET when it has no zone. All n bytes must be used. */
#define LULL_NO_OFFSET INT32_MIN
struct lull_stamp {
	lull_day day;
	int minute;     /* 0..1439 local, or -1 */
	int offset_min; /* of local time from UTC, or LULL_NO_OFFSET */
};
LULL_NODISCARD int lull_stamp_parse(const char *text, size_t n, const char *pattern,
				    const char *where, struct lull_stamp *out,
				    struct lull_err *err);

LULL_END_C

#endif
