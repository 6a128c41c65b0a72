/* acute.c - the class of an acute drug by the name someone wrote.
 *
 * A name is normalised (case, accents, strengths, forms, a plural s) and must then stand in
 * knowledge/acute_drugs.yaml: nothing is guessed from a part of it. "A + B" is judged
 * by ICHD-3 8.2.5: analgesics of two classes with an opioid, or with an adjuvant such as caffeine
 * or butalbital, are a combination analgesic; two plain ones count each in its own class. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lull/base/parse.h"
#include "lull/base/text.h"
#include "lull/base/yaml.h"
#include "lull/headache/import.h"

struct lull_acute_name {
	const char *name;
	uint64_t classes;
};

#define BIT(acute) (UINT64_C(1) << (acute))
#define PLAIN_ANALGESICS                                                                   \
	(BIT(LULL_ACUTE_PARACETAMOL) | BIT(LULL_ACUTE_NSAID) | BIT(LULL_ACUTE_ASPIRIN) |    \
	 BIT(LULL_ACUTE_OTHER_ANALGESIC))

#define AT(member) offsetof(struct lull_acute_group, member)
static const struct lull_field group_fields[] = {
	{ .key = "classes", .type = LULL_F_FLAGS, .offset = AT(classes), .required = true, .names = lull_acute_names,
	  .what = "what each of the names counts as" },
	{ .key = "names", .type = LULL_F_TEXTS, .offset = AT(names), .count_offset = AT(n_names), .required = true,
	  .what = "generic names, brands, other spellings" },
	{ .key = "source", .type = LULL_F_TEXT, .offset = AT(source), .required = true },
	{ .key = "mark", .type = LULL_F_ENUM, .offset = AT(mark), .required = true, .names = lull_mark_names },
	{ 0 }
};
#undef AT
static const struct lull_schema group_schema = { "group of acute drugs", sizeof(struct lull_acute_group),
						 group_fields, 0, NULL };

#define AT(member) offsetof(struct lull_acute_table, member)
#define TEXTS(name, about)                                                                      \
	{ .key = #name, .type = LULL_F_TEXTS, .offset = AT(name), .count_offset = AT(n_##name), \
	  .required = true, .what = about }
static const struct lull_field table_fields[] = {
	TEXTS(forms, "words that are no part of a drug's name"),
	TEXTS(units, "units of a strength"),
	TEXTS(joiners, "words between two drugs of one product"),
	TEXTS(adjuvants, "what makes a combination analgesic of an analgesic"),
	{ .key = "groups", .type = LULL_F_LIST, .offset = AT(groups), .count_offset = AT(n_groups), .required = true,
	  .sub = &group_schema },
	{ 0 }
};
#undef AT
#undef TEXTS
static const struct lull_schema table_schema = { "acute drugs", sizeof(struct lull_acute_table), table_fields, 1,
						 NULL };

/* ---- normal form ------------------------------------------------------------------------ */

/* Base letters of U+00C0..U+017F; a blank where there is none. */
static const char folded[] = "aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiiidnooooo ouuuuyty"
			     "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllllllnnnnnnnnn"
			     "oooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
_Static_assert(sizeof(folded) == 0x180 - 0xC0 + 1, "one letter for each code point");

enum { KEPT = 0, DROPPED = -1 };

/* Next character of a UTF-8 text in the normal alphabet: a-z 0-9, '+', ' ', DROPPED, or
 * KEPT for the *n bytes of another script. */
static int next_folded(const unsigned char *text, size_t left, size_t *n)
{
	const unsigned char c = text[0];
	*n = 1;
	if (c < 0x80) {
		if (c >= 'A' && c <= 'Z')
			return c + ('a' - 'A');
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == ',')
			return c;
		return c == '+' || c == '/' || c == '&' ? '+' : ' ';
	}
	const size_t want = c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
	*n = want <= left ? want : left;
	if (*n != 2)
		return c == 0xE2 || c == 0xEF ? ' ' : KEPT; /* dashes, trade marks; other scripts */
	const unsigned code = ((c & 0x1Fu) << 6) | (text[1] & 0x3Fu);
	if (code < 0xC0)
		return ' ';
	if (code < 0x180)
		return folded[code - 0xC0];
	return code >= 0x300 && code < 0x370 ? DROPPED : KEPT; /* combining accents */
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* "50", "12.5", "1,000": how many of the n characters. */
static size_t number_length(const char *text, size_t n)
{
	size_t i = 0;
	while (i < n && (is_digit(text[i]) || (i > 0 && (text[i] == '.' || text[i] == ',') && i + 1 < n &&
					       is_digit(text[i + 1]))))
		i++;
	return i;
}

static bool among(const char *const *list, size_t n_list, const char *text, size_t n)
{
	for (size_t i = 0; i < n_list; i++)
		if (strlen(list[i]) == n && !memcmp(list[i], text, n))
			return true;
	return false;
}

struct normal {
	char text[LULL_ACUTE_MAX_NAME + 1];
	size_t n;
	float doses;
	bool too_long;
};

static void put_token(struct normal *out, const char *token, size_t n)
{
	const size_t gap = out->n ? 1 : 0;
	if (out->n + gap + n > LULL_ACUTE_MAX_NAME) {
		out->too_long = true;
		return;
	}
	if (gap)
		out->text[out->n++] = ' ';
	memcpy(out->text + out->n, token, n);
	out->n += n;
	out->text[out->n] = '\0';
}

static bool last_is_plus(const struct normal *out) { return !out->n || out->text[out->n - 1] == '+'; }

static void set_doses(struct normal *out, const char *digits, size_t n)
{
	double value;
	const struct lull_range range = { 0, 1000, NULL };
	if (lull_parse_double(digits, n, '.', &range, "", &value, NULL) == LULL_OK)
		out->doses = (float)value;
}

/* The token in front: a number, or a lone x. */
struct seen {
	const char *number;
	size_t n_number;
	size_t n_before; /* length of the name before that number */
	bool x;
};

/* What one token adds. */
static void take_token(const struct lull_acute_table *table, const char *t, size_t n, bool keep_numbers,
		       struct seen *seen, struct normal *out)
{
	const struct seen was = *seen;
	const size_t digits = number_length(t, n);
	*seen = (struct seen){ 0 };
	while (n > 1 && (t[n - 1] == '.' || t[n - 1] == ',') && digits < n)
		n--;
	if (n == 1 && (*t == '.' || *t == ','))
		return;
	if (*t == '+') {
		if (!last_is_plus(out))
			put_token(out, "+", 1);
		return;
	}
	if (digits == n && was.x) { /* the 2 of "x 2" */
		set_doses(out, t, n);
		return;
	}
	if (digits == n) { /* a strength, or a part of the name as in "DHE 45" */
		*seen = (struct seen){ t, n, out->n, false };
		if (keep_numbers)
			put_token(out, t, n);
		return;
	}
	if (digits && n == digits + 1 && t[digits] == 'x') { /* "2x" */
		set_doses(out, t, digits);
		return;
	}
	if (*t == 'x' && n > 1 && number_length(t + 1, n - 1) == n - 1) { /* "x2" */
		set_doses(out, t + 1, n - 1);
		return;
	}
	if (*t == 'x' && n == 1) {
		if (was.number) { /* "2 x" */
			set_doses(out, was.number, was.n_number);
			out->n = was.n_before;
		} else {
			seen->x = true;
		}
		return;
	}
	if (digits && among(table->units, table->n_units, t + digits, n - digits)) /* "50mg" */
		return;
	if (was.number && among(table->units, table->n_units, t, n)) { /* "50 mg" */
		out->n = was.n_before;
		return;
	}
	if (among(table->forms, table->n_forms, t, n))
		return;
	if (among(table->joiners, table->n_joiners, t, n)) {
		if (!last_is_plus(out))
			put_token(out, "+", 1);
		return;
	}
	put_token(out, t, n);
}

/* keep_numbers: a number without a unit stays in the name. */
static void normalise(const struct lull_acute_table *table, const char *text, size_t n, bool keep_numbers,
		      struct normal *out)
{
	char flat[4 * LULL_ACUTE_MAX_NAME];
	size_t n_flat = 0;
	*out = (struct normal){ .doses = NAN };
	for (size_t i = 0, step; i < n; i += step) {
		const int c = next_folded((const unsigned char *)text + i, n - i, &step);
		if (n_flat + 4 >= sizeof(flat)) {
			out->too_long = true;
			return;
		}
		if (c == KEPT) {
			memcpy(flat + n_flat, text + i, step);
			n_flat += step;
		} else if (c == '+') { /* a token of its own */
			memcpy(flat + n_flat, " + ", 3);
			n_flat += 3;
		} else if (c != DROPPED) {
			flat[n_flat++] = (char)c;
		}
	}
	struct seen seen = { 0 };
	for (size_t i = 0; i < n_flat;) {
		size_t end = i;
		while (end < n_flat && flat[end] != ' ')
			end++;
		if (end > i)
			take_token(table, flat + i, end - i, keep_numbers, &seen, out);
		i = end + 1;
	}
	while (out->n && (out->text[out->n - 1] == '+' || out->text[out->n - 1] == ' '))
		out->n--;
	out->text[out->n] = '\0';
}

/* ---- looking up -------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
	const struct lull_acute_name *x = a, *y = b;
	return strcmp(x->name, y->name);
}

/* Classes of a normalised name of n bytes, or 0. */
static uint64_t look_up(const struct lull_acute_table *table, const char *name, size_t n)
{
	char key[LULL_ACUTE_MAX_NAME + 1];
	memcpy(key, name, n);
	key[n] = '\0';
	const struct lull_acute_name wanted = { key, 0 };
	const struct lull_acute_name *found =
		table->n_names ? bsearch(&wanted, table->names, table->n_names, sizeof(wanted), by_name) : NULL;
	if (!found && n > 3 && key[n - 1] == 's') { /* "triptans" */
		key[n - 1] = '\0';
		found = bsearch(&wanted, table->names, table->n_names, sizeof(wanted), by_name);
	}
	return found ? found->classes : 0;
}

/* The parts of "a + b + c" together, or 0 when one of them is unknown. */
static uint64_t look_up_parts(const struct lull_acute_table *table, const struct normal *name)
{
	uint64_t classes = 0;
	bool has_adjuvant = false;
	const char *at = name->text;
	for (;;) {
		const char *plus = strstr(at, " + ");
		const size_t n = plus ? (size_t)(plus - at) : strlen(at);
		if (among(table->adjuvants, table->n_adjuvants, at, n)) {
			has_adjuvant = true;
		} else {
			const uint64_t part = look_up(table, at, n);
			if (!part)
				return 0;
			classes |= part;
		}
		if (!plus)
			break;
		at = plus + 3;
	}
	const uint64_t analgesics = classes & (PLAIN_ANALGESICS | BIT(LULL_ACUTE_OPIOID));
	const bool opioid_and_other = analgesics & BIT(LULL_ACUTE_OPIOID) && analgesics & PLAIN_ANALGESICS;
	if (analgesics && (has_adjuvant || opioid_and_other))
		classes = (classes & ~analgesics) | BIT(LULL_ACUTE_COMBINATION);
	return classes;
}

/* Classes of a name without parentheses; 0 when it is not listed. */
static uint64_t find_classes(const struct lull_acute_table *table, const char *name, size_t n, struct normal *normal)
{
	uint64_t classes = 0;
	/* "DHE 45" and "Tylenol 3" are names; "sumatriptan 50" is one without its unit. */
	for (int keep_numbers = 1; keep_numbers >= 0 && !classes; keep_numbers--) {
		normalise(table, name, n, keep_numbers, normal);
		if (normal->too_long || !normal->n)
			return 0;
		classes = look_up(table, normal->text, normal->n);
		if (!classes && strstr(normal->text, " + "))
			classes = look_up_parts(table, normal);
	}
	return classes;
}

/* "Sumatriptan (Imitrex) 50 mg": only when both names say the same. */
static uint64_t find_twice_named(const struct lull_acute_table *table, const char *name, size_t n,
				 struct normal *normal)
{
	char outside[2 * LULL_ACUTE_MAX_NAME];
	const char *open = memchr(name, '(', n);
	const char *close = open ? memchr(open, ')', n - (size_t)(open - name)) : NULL;
	struct normal inside;
	if (!close || n > sizeof(outside))
		return 0;
	const size_t before = (size_t)(open - name), after = n - (size_t)(close + 1 - name);
	memcpy(outside, name, before);
	memcpy(outside + before, close + 1, after);
	const uint64_t classes = find_classes(table, outside, before + after, normal);
	const uint64_t same = find_classes(table, open + 1, (size_t)(close - open) - 1, &inside);
	return classes == same ? classes : 0;
}

void lull_acute_find(const struct lull_acute_table *table, const char *name, size_t n, struct lull_acute_match *out)
{
	struct normal normal, outside;
	uint64_t classes = find_classes(table, name, n, &normal);
	*out = (struct lull_acute_match){ .doses = normal.doses };
	if (!classes) {
		classes = find_twice_named(table, name, n, &outside);
		if (classes)
			out->doses = outside.doses;
	}
	for (int c = 0; c < LULL_N_ACUTES && out->n_classes < LULL_ACUTE_MAX_CLASSES; c++)
		if (classes & BIT(c))
			out->classes[out->n_classes++] = (uint8_t)c;
	if (!classes && normal.n && !normal.too_long)
		out->near = lull_nearest_name(normal.text, table->plain);
}

/* ---- loading ------------------------------------------------------------------------------- */

/* The sorted names; two groups may not claim the same one. */
static int build_names(struct lull_acute_table *table, const char *file, struct lull_arena *arena,
		       struct lull_diags *diags)
{
	size_t n = 0, k = 0;
	for (size_t g = 0; g < table->n_groups; g++)
		n += table->groups[g].n_names;
	struct lull_acute_name *names = LULL_ARENA_NEW(arena, struct lull_acute_name, n + 1);
	const char **plain = LULL_ARENA_NEW(arena, const char *, n + 1);
	if (!names || !plain)
		return LULL_ENOMEM;
	for (size_t g = 0; g < table->n_groups; g++) {
		for (size_t i = 0; i < table->groups[g].n_names; i++) {
			struct normal normal;
			const char *written = table->groups[g].names[i];
			normalise(table, written, strlen(written), true, &normal);
			if (!normal.n || normal.too_long) {
				lull_diags_addf(diags, LULL_ERROR, file, 0, 0, "a drug's name of at most 120 letters",
						NULL, "'%s'", written);
				continue;
			}
			names[k].classes = table->groups[g].classes;
			names[k].name = lull_arena_strdup(arena, normal.text);
			if (!names[k++].name)
				return LULL_ENOMEM;
		}
	}
	qsort(names, k, sizeof(*names), by_name);
	for (size_t i = 0; i < k; i++) {
		plain[i] = names[i].name;
		if (i && !strcmp(names[i].name, names[i - 1].name))
			lull_diags_addf(diags, LULL_ERROR, file, 0, 0, "each name once",
					"case, accents, strengths and forms do not tell names apart",
					"the drug name '%s' twice", names[i].name);
	}
	table->names = names;
	table->n_names = k;
	table->plain = plain;
	return LULL_OK;
}

int lull_acute_load(const struct lull_files *files, struct lull_arena *arena, struct lull_acute_table *out,
		    struct lull_diags *diags)
{
	static const char path[] = "acute_drugs.yaml";
	const struct lull_file *file = lull_files_get(files, path);
	struct lull_doc doc;
	if (!file) {
		lull_diags_addf(diags, LULL_ERROR, path, 0, 0, "this file among the knowledge", NULL, "no file");
		return LULL_ENOTFOUND;
	}
	int rc = lull_yaml_read(file->bytes, file->n_bytes, path, arena, &doc, diags);
	if (rc == LULL_OK)
		rc = lull_schema_bind(&doc, &table_schema, arena, out, diags);
	if (rc == LULL_OK)
		rc = build_names(out, path, arena, diags);
	if (rc == LULL_OK && diags->n_errors)
		rc = LULL_EPARSE;
	return rc;
}
