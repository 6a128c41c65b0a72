/* Names and units of a model, as event files write them. */
#include "events_read.h"

#include "lull/base/text.h"

int lull_events__find(const struct lull_pm_name *names, int n, const char *text)
{
	for (int i = 0; i < n; i++)
		if (lull_text_casecmp(names[i].name, text) == 0)
			return i;
	return -1;
}

double lull_events__to_h(const char *unit, double t)
{
	if (lull_text_eq(unit, "min"))
		return t / 60;
	if (lull_text_eq(unit, "s"))
		return t / 3600;
	return t * lull_events__unit_h(unit);
}

double lull_events__per_h(const char *unit, double rate)
{
	if (lull_text_eq(unit, "min"))
		return rate * 60;
	if (lull_text_eq(unit, "s"))
		return rate * 3600;
	return rate / lull_events__unit_h(unit);
}

double lull_events__unit_h(const char *unit)
{
	static const struct {
		const char *name;
		double h;
	} units[] = { { "h", 1 }, { "hour", 1 }, { "hours", 1 }, { "hr", 1 }, { "d", 24 }, { "day", 24 }, { "days", 24 },
		      { "w", 168 }, { "week", 168 }, { "weeks", 168 }, { "min", 1.0 / 60 }, { "s", 1.0 / 3600 } };
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (lull_text_eq(unit, units[i].name))
			return units[i].h;
	return 0;
}

double lull_events__mass(const char *from, const char *to)
{
	/* mcg in one mg: whole numbers, so that a conversion rounds once */
	static const struct {
		const char *name;
		double ng;
	} units[] = { { "ng", 1 }, { "mcg", 1e3 }, { "ug", 1e3 }, { "mg", 1e6 }, { "g", 1e9 } };
	double a = 0, b = 0;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		a = lull_text_eq(units[i].name, from) ? units[i].ng : a;
		b = lull_text_eq(units[i].name, to) ? units[i].ng : b;
	}
	return b > 0 ? a / b : 0;
}
