/* The civil calendar; see date.h. A year here begins on 1 March, so that the leap day is
 * its last, and 400 such years (an era) have exactly 146097 days. */
#include "lull/base/date.h"

#include <string.h>

#include "lull/base/text.h"

enum { DAYS_PER_ERA = 146097, MARCH_0000_TO_1970 = 719468 };

lull_day lull_day_from_ymd(int year, int month, int day)
{
	const int y = month <= 2 ? year - 1 : year;
	const int era = (y >= 0 ? y : y - 399) / 400;
	const int year_of_era = y - era * 400;
	const int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * DAYS_PER_ERA + day_of_era - MARCH_0000_TO_1970;
}

struct lull_ymd lull_ymd_from_day(lull_day day)
{
	const int64_t z = (int64_t)day + MARCH_0000_TO_1970;
	const int64_t era = (z >= 0 ? z : z - (DAYS_PER_ERA - 1)) / DAYS_PER_ERA;
	const int day_of_era = (int)(z - era * DAYS_PER_ERA);
	const int year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	const int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	const int m = (5 * day_of_year + 2) / 153; /* 0 = March */
	const int month = m < 10 ? m + 3 : m - 9;
	return (struct lull_ymd){ .year = year_of_era + (int)era * 400 + (month <= 2),
				  .month = month,
				  .day = day_of_year - (153 * m + 2) / 5 + 1 };
}

int lull_days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	const bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	if (month < 1 || month > 12)
		return 0;
	return days[month - 1] + (month == 2 && is_leap);
}

bool lull_ymd_valid(int year, int month, int day)
{
	return year >= 1 && year <= 9999 && day >= 1 && day <= lull_days_in_month(year, month);
}

int lull_weekday(lull_day day)
{
	const int64_t since_monday = (int64_t)day + 3; /* 1970-01-01 was a Thursday */
	return (int)((since_monday % 7 + 7) % 7);
}

int lull_age_years(lull_day born, lull_day on)
{
	const struct lull_ymd b = lull_ymd_from_day(born), o = lull_ymd_from_day(on);
	const bool is_before_birthday = o.month < b.month || (o.month == b.month && o.day < b.day);
	return o.year - b.year - is_before_birthday;
}

int lull_day_parse(const char *text, size_t n, const char *where, lull_day *out, struct lull_err *err)
{
	struct lull_stamp stamp;
	int rc = LULL_EPARSE;
	if (n == 10)
		rc = lull_stamp_parse(text, n, "Y-M-D", where, &stamp, err);
	else
		lull_fail(err, LULL_EPARSE, where, "'%.*s' is not a date", (int)(n < 40 ? n : 40), text);
	if (rc != LULL_OK) {
		lull_mend(err, "write year-month-day with 4, 2 and 2 digits, as in 2026-11-22");
		return rc;
	}
	*out = stamp.day;
	return LULL_OK;
}

char *lull_day_text(char out[LULL_DAY_TEXT], lull_day day)
{
	const struct lull_ymd ymd = lull_ymd_from_day(day);
	if (day == LULL_DAY_NONE || !lull_ymd_valid(ymd.year, ymd.month, ymd.day))
		lull_text_format(out, LULL_DAY_TEXT, "unknown");
	else
		lull_text_format(out, LULL_DAY_TEXT, "%04d-%02d-%02d", ymd.year, ymd.month, ymd.day);
	return out;
}

/* A text being read from the left, and what was found in it so far; -1 = not there. */
struct scan {
	const char *text;
	size_t n, at;
	int year, month, day, hour, minute, second;
	bool has_pm, is_pm;
	int32_t offset_min;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Between least and most digits. */
static bool read_digits(struct scan *s, int least, int most, int *out)
{
	int n = 0, value = 0;
	while (n < most && s->at < s->n && is_digit(s->text[s->at])) {
		value = value * 10 + (s->text[s->at++] - '0');
		n++;
	}
	*out = value;
	return n >= least;
}

/* True when the text goes on with word, in any letter case. */
static bool has_word(const struct scan *s, const char *word, size_t n)
{
	if (s->n - s->at < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		const char c = s->text[s->at + i];
		const char lower = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
		if (lower != word[i])
			return false;
	}
	return true;
}

static bool read_month_name(struct scan *s)
{
	static const char *const names[] = { "january",   "february", "march",    "april",
					     "may",       "june",     "july",     "august",
					     "september", "october",  "november", "december" };
	for (int i = 0; i < 12; i++) {
		const size_t full = strlen(names[i]);
		const size_t n = has_word(s, names[i], full) ? full : has_word(s, names[i], 3) ? 3 : 0;
		if (n) {
			s->at += n;
			s->month = i + 1;
			return true;
		}
	}
	return false;
}

static bool read_am_pm(struct scan *s)
{
	s->is_pm = has_word(s, "pm", 2);
	if (!s->is_pm && !has_word(s, "am", 2))
		return false;
	s->has_pm = true;
	s->at += 2;
	return true;
}

/* Z, +hh:mm or +hhmm. The offsets in use on Earth lie within 14 hours. */
static bool read_zone(struct scan *s)
{
	int hours = 0, minutes = 0;
	if (s->at < s->n && s->text[s->at] == 'Z') {
		s->at++;
		s->offset_min = 0;
		return true;
	}
	if (s->at >= s->n || (s->text[s->at] != '+' && s->text[s->at] != '-'))
		return false;
	const int sign = s->text[s->at++] == '-' ? -1 : 1;
	if (!read_digits(s, 2, 2, &hours))
		return false;
	if (s->at < s->n && s->text[s->at] == ':')
		s->at++;
	if (!read_digits(s, 2, 2, &minutes) || minutes > 59 || hours * 60 + minutes > 14 * 60)
		return false;
	s->offset_min = sign * (hours * 60 + minutes);
	return true;
}

/* One character of the pattern. */
static bool read_one(struct scan *s, char kind)
{
	switch (kind) {
	case 'Y':
		return read_digits(s, 4, 4, &s->year);
	case 'y':
		if (!read_digits(s, 2, 2, &s->year))
			return false;
		s->year += 2000;
		return true;
	case 'M':
		return read_digits(s, 1, 2, &s->month);
	case 'D':
		return read_digits(s, 1, 2, &s->day);
	case 'H':
		return read_digits(s, 1, 2, &s->hour);
	case 'm':
		return read_digits(s, 1, 2, &s->minute);
	case 'S':
		return read_digits(s, 1, 2, &s->second);
	case 'b':
		return read_month_name(s);
	case 'p':
		return read_am_pm(s);
	case 'z':
		return read_zone(s);
	case ' ':
		if (s->at >= s->n || !is_blank(s->text[s->at]))
			return false;
		while (s->at < s->n && is_blank(s->text[s->at]))
			s->at++;
		return true;
	default:
		if (s->at >= s->n || s->text[s->at] != kind)
			return false;
		s->at++;
		return true;
	}
}

/* Checks clock fields and gives minutes; -1 when there is no clock, -2 when it is wrong. */
static int clock_minute(const struct scan *s)
{
	int hour = s->hour;
	if (hour < 0)
		return s->minute < 0 && s->second < 0 && !s->has_pm ? -1 : -2;
	if (s->has_pm) {
		if (hour < 1 || hour > 12)
			return -2;
		hour = hour % 12 + (s->is_pm ? 12 : 0);
	}
	if (hour > 23 || s->minute > 59 || s->second > 59)
		return -2;
	return hour * 60 + (s->minute < 0 ? 0 : s->minute);
}

int lull_stamp_parse(const char *text, size_t n, const char *pattern, const char *where,
		     struct lull_stamp *out, struct lull_err *err)
{
	struct scan s = { .text = text,
			  .n = n,
			  .year = -1,
			  .month = -1,
			  .day = -1,
			  .hour = -1,
			  .minute = -1,
			  .second = -1,
			  .offset_min = LULL_NO_OFFSET };
	const int cut = (int)(n < 40 ? n : 40);
	bool is_read = true;
	for (const char *p = pattern; *p && is_read; p++)
		is_read = read_one(&s, *p);
	if (!is_read || s.at != n) {
		lull_fail(err, LULL_EPARSE, where, "'%.*s' is not written as %s", cut, text, pattern);
		lull_mend(err,
			  "in the pattern Y is the year in 4 digits, y in 2, M month, b month name, D day, "
			  "H hour, m minute, S second, p AM/PM, z offset");
		return LULL_EPARSE;
	}
	const bool has_date = s.year >= 0 && s.month >= 0 && s.day >= 0;
	if (!has_date && (s.year >= 0 || s.month >= 0 || s.day >= 0))
		return lull_fail(err, LULL_EDOMAIN, where, "the pattern %s names only a part of a date",
				 pattern);
	if (has_date && !lull_ymd_valid(s.year, s.month, s.day))
		return lull_fail(err, LULL_EPARSE, where, "'%.*s' is no day of the calendar (read as %s)",
				 cut, text, pattern);
	const int minute = clock_minute(&s);
	if (minute == -2)
		return lull_fail(err, LULL_EPARSE, where, "'%.*s' is no time of day (read as %s)", cut, text,
				 pattern);
	*out = (struct lull_stamp){ .day = has_date ? lull_day_from_ymd(s.year, s.month, s.day)
						    : LULL_DAY_NONE,
				    .minute = minute,
				    .offset_min = s.offset_min };
	return LULL_OK;
}
