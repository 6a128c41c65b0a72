/* Units of a model file: products and quotients of what Lull knows, and of one thing it does not
 * (mmHg, points). Scales are whole numbers over whole numbers, so that mg/L to ng/mL is 1000 exactly. */
#include <string.h>

#include "pm_int.h"

static const struct {
	const char *name;
	int base;
	double num, den;
} known[] = {
	{ "kg", PM_MASS, 1e6, 1 },       { "g", PM_MASS, 1e3, 1 },        { "mg", PM_MASS, 1, 1 },
	{ "mcg", PM_MASS, 1, 1e3 },      { "ug", PM_MASS, 1, 1e3 },       { "ng", PM_MASS, 1, 1e6 },
	{ "pg", PM_MASS, 1, 1e9 },       { "mol", PM_SUBSTANCE, 1e3, 1 }, { "mmol", PM_SUBSTANCE, 1, 1 },
	{ "mcmol", PM_SUBSTANCE, 1, 1e3 }, { "umol", PM_SUBSTANCE, 1, 1e3 }, { "nmol", PM_SUBSTANCE, 1, 1e6 },
	{ "pmol", PM_SUBSTANCE, 1, 1e9 }, { "L", PM_VOLUME, 1, 1 },       { "dL", PM_VOLUME, 1, 10 },
	{ "mL", PM_VOLUME, 1, 1e3 },     { "mcL", PM_VOLUME, 1, 1e6 },    { "uL", PM_VOLUME, 1, 1e6 },
	{ "h", PM_TIME, 1, 1 },          { "min", PM_TIME, 1, 60 },       { "s", PM_TIME, 1, 3600 },
	{ "d", PM_TIME, 24, 1 },         { "day", PM_TIME, 24, 1 },       { "week", PM_TIME, 168, 1 },
};

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80 || c == '%';
}

/* One factor of n bytes, to the power +1 or -1. */
static bool take(const char *text, size_t n, int power, struct pm_unit *out)
{
	if (n == 1 && text[0] == '1')
		return true;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strlen(known[i].name) != n || memcmp(known[i].name, text, n) != 0)
			continue;
		out->power[known[i].base] += power;
		out->num *= power > 0 ? known[i].num : known[i].den;
		out->den *= power > 0 ? known[i].den : known[i].num;
		return true;
	}
	for (size_t i = 0; i < n; i++)
		if (!is_letter(text[i]))
			return false;
	if (out->other && (out->n_other != n || memcmp(out->other, text, n) != 0))
		return false; /* two unknown units: nobody can check them */
	out->other = text;
	out->n_other = n;
	out->other_power += power;
	return true;
}

bool lull_pm__unit(const char *text, struct pm_unit *out)
{
	int power = 1, n_factors = 0;

	*out = (struct pm_unit){ .num = 1, .den = 1 };
	for (const char *p = text;; p++) {
		const size_t n = strcspn(p, "*/");
		if (n == 0 || n > 32 || ++n_factors > 6 || !take(p, n, power, out))
			return false;
		p += n;
		if (!*p)
			return true;
		power = *p == '/' ? -1 : 1;
	}
}

bool lull_pm__unit_is(const struct pm_unit *unit, int mass, int substance, int volume, int time)
{
	return !unit->other_power && unit->power[PM_MASS] == mass && unit->power[PM_SUBSTANCE] == substance &&
	       unit->power[PM_VOLUME] == volume && unit->power[PM_TIME] == time;
}

bool lull_pm__unit_same(const struct pm_unit *a, const struct pm_unit *b)
{
	if (a->other_power != b->other_power)
		return false;
	if (a->other_power && (a->n_other != b->n_other || memcmp(a->other, b->other, a->n_other) != 0))
		return false;
	return memcmp(a->power, b->power, sizeof(a->power)) == 0;
}

double lull_pm__unit_factor(const struct pm_unit *from, const struct pm_unit *to)
{
	return (from->num * to->den) / (from->den * to->num);
}

double lull_pm__convert(const struct pm_unit *from, const struct pm_unit *to, double molar_mass)
{
	struct pm_unit alike = *from;

	if (lull_pm__unit_same(from, to))
		return lull_pm__unit_factor(from, to);
	/* mg = mmol x g/mol: substance becomes mass or the other way */
	const int moved = to->power[PM_MASS] - from->power[PM_MASS];
	alike.power[PM_MASS] += moved;
	alike.power[PM_SUBSTANCE] -= moved;
	if ((moved != 1 && moved != -1) || !lull_pm__unit_same(&alike, to) || !(molar_mass > 0))
		return 0;
	const double factor = lull_pm__unit_factor(from, to);
	return moved > 0 ? factor * molar_mass : factor / molar_mass;
}
