/* Drug names: normalised once at load into a sorted list, then read greedily, longest name
 * first. No list of doses or forms stands here; words to ignore are data. */
#include "lull/care/drugs.h"

#include <stdlib.h>
#include <string.h>

#include "lull/base/text.h"
#include "lull/base/yaml.h"

enum { WORDS_MAX = 64, NAME_WORDS_MAX = 8 };

/* ---- schema ------------------------------------------------------------------------- */

static const struct lull_field class_fields[] = {
	{ .key = "id", .type = LULL_F_TEXT, .offset = offsetof(struct lull_drug_class_name, id), .required = true,
	  .what = "class id, used by the rules" },
	{ .key = "name", .type = LULL_F_TEXT, .offset = offsetof(struct lull_drug_class_name, name), .required = true,
	  .what = "name for people" },
	{ .key = NULL }
};
static const struct lull_schema class_schema = { .name = "class", .size = sizeof(struct lull_drug_class_name),
						 .fields = class_fields };

#define S lull_ingredient
static const struct lull_field ingredient_fields[] = {
	{ .key = "id", .type = LULL_F_TEXT, .offset = offsetof(struct S, id), .required = true,
	  .what = "the ingredient's own name, lower case" },
	{ .key = "names", .type = LULL_F_TEXTS, .offset = offsetof(struct S, names),
	  .count_offset = offsetof(struct S, n_names), .what = "brands and other names" },
	{ .key = "names_mark", .type = LULL_F_ENUM, .offset = offsetof(struct S, names_mark), .names = lull_mark_names,
	  .absent_int = LULL_RECALLED, .what = "how far the names may be trusted" },
	{ .key = "classes", .type = LULL_F_TEXTS, .offset = offsetof(struct S, classes),
	  .count_offset = offsetof(struct S, n_classes), .what = "classes that rules ask for" },
	{ .key = "source", .type = LULL_F_TEXT, .offset = offsetof(struct S, source), .required = true,
	  .what = "source of the classes" },
	{ .key = "mark", .type = LULL_F_ENUM, .offset = offsetof(struct S, mark), .names = lull_mark_names,
	  .required = true, .what = "trust mark of the classes" },
	{ .key = NULL }
};
#undef S
static const struct lull_schema ingredient_schema = { .name = "ingredient", .size = sizeof(struct lull_ingredient),
						      .fields = ingredient_fields };

#define S lull_drug_product
static const struct lull_field product_fields[] = {
	{ .key = "name", .type = LULL_F_TEXT, .offset = offsetof(struct S, name), .required = true,
	  .what = "the product's name" },
	{ .key = "ingredients", .type = LULL_F_TEXTS, .offset = offsetof(struct S, ingredients),
	  .count_offset = offsetof(struct S, n_ingredients), .required = true, .what = "ingredient ids" },
	{ .key = "source", .type = LULL_F_TEXT, .offset = offsetof(struct S, source), .required = true,
	  .what = "source" },
	{ .key = "mark", .type = LULL_F_ENUM, .offset = offsetof(struct S, mark), .names = lull_mark_names,
	  .required = true, .what = "trust mark" },
	{ .key = NULL }
};
#undef S
static const struct lull_schema product_schema = { .name = "product", .size = sizeof(struct lull_drug_product),
						   .fields = product_fields };

#define S lull_drugs
static const struct lull_field drugs_fields[] = {
	{ .key = "ignore", .type = LULL_F_TEXTS, .offset = offsetof(struct S, ignore),
	  .count_offset = offsetof(struct S, n_ignore), .required = true,
	  .what = "words that are not part of a name: units, frequencies, forms, salts" },
	{ .key = "classes", .type = LULL_F_LIST, .offset = offsetof(struct S, classes),
	  .count_offset = offsetof(struct S, n_classes), .sub = &class_schema, .required = true, .what = "classes" },
	{ .key = "ingredients", .type = LULL_F_LIST, .offset = offsetof(struct S, ingredients),
	  .count_offset = offsetof(struct S, n_ingredients), .sub = &ingredient_schema, .required = true,
	  .what = "ingredients" },
	{ .key = "products", .type = LULL_F_LIST, .offset = offsetof(struct S, products),
	  .count_offset = offsetof(struct S, n_products), .sub = &product_schema, .required = true,
	  .what = "products of several ingredients" },
	{ .key = NULL }
};
#undef S
static const struct lull_schema drugs_schema = { .name = "drugs", .size = sizeof(struct lull_drugs),
						 .fields = drugs_fields, .version = 1 };

/* ---- words ---------------------------------------------------------------------------- */

/* Base letter of an accented Latin letter (U+00C0..U+017F), or 0. */
static char unaccented(unsigned code)
{
	static const char from_c0[] = "aaaaaaaceeeeiiiidnooooo ouuuuypsaaaaaaaceeeeiiiidnooooo ouuuuypy";
	static const char from_100[] = "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllllll"
				       "lnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
	if (code >= 0xC0 && code < 0x100)
		return from_c0[code - 0xC0];
	if (code >= 0x100 && code < 0x100 + sizeof(from_100) - 1)
		return from_100[code - 0x100];
	return 0;
}

/* A name read somewhere, or worked out; not assumed and not from memory. */
static bool is_sourced(int mark) { return mark >= LULL_VERIFIED && mark <= LULL_BORROWED; }

static bool is_letter(char c) { return c >= 'a' && c <= 'z'; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* Lower case, accents folded, apostrophes dropped, everything else but letters, digits and
 * "+" between blanks; "topamax100mg" is parted before the digits. false: too long. */
static bool normalise(const char *text, char *out, size_t size)
{
	size_t n = 0, letters = 0;
	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		char c = ' ';
		if (*p < 0x80) {
			c = (char)*p;
			if (c >= 'A' && c <= 'Z')
				c = (char)(c - 'A' + 'a');
			if (c == '\'')
				continue;
		} else if ((*p & 0xE0) == 0xC0 && (p[1] & 0xC0) == 0x80) {
			c = unaccented((unsigned)(*p & 0x1F) << 6 | (p[1] & 0x3Fu));
			p++;
		} else if (*p == 0xE2 && p[1] == 0x80 && p[2] == 0x99) { /* typographic apostrophe */
			p += 2;
			continue;
		} else {
			c = '?'; /* a script we do not read: never dropped, so never recognised */
		}
		if (!is_letter(c) && !is_digit(c) && c != '?')
			c = ' ';
		if (n + 3 > size)
			return false;
		if (is_digit(c) && letters >= 4)
			out[n++] = ' ';
		letters = is_letter(c) ? letters + 1 : 0;
		if (c != ' ' || (n && out[n - 1] != ' '))
			out[n++] = c;
	}
	while (n && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
	return true;
}

/* Part at blanks, in place; WORDS_MAX + 1 when there are more. */
static size_t split(char *text, const char *words[WORDS_MAX])
{
	size_t n = 0;
	for (char *p = text; *p;) {
		if (n == WORDS_MAX)
			return WORDS_MAX + 1;
		words[n++] = p;
		while (*p && *p != ' ')
			p++;
		if (*p)
			*p++ = '\0';
	}
	return n;
}

static bool is_listed(const struct lull_drugs *drugs, const char *word)
{
	for (size_t i = 0; i < drugs->n_ignore; i++)
		if (strcmp(drugs->ignore[i], word) == 0)
			return true;
	return false;
}

/* Not part of a name: a number, a number with a unit ("100mg"), or a listed word. */
static bool is_ignored(const struct lull_drugs *drugs, const char *word)
{
	const char *rest = word;
	while (is_digit(*rest))
		rest++;
	return (*rest == '\0' && rest != word) || is_listed(drugs, rest) || is_listed(drugs, word);
}

/* ---- loading ---------------------------------------------------------------------------- */

static int by_text(const void *a, const void *b)
{
	return strcmp(((const struct lull_drug_name *)a)->text, ((const struct lull_drug_name *)b)->text);
}

static uint32_t count_words(const char *text)
{
	uint32_t n = *text != '\0';
	for (; *text; text++)
		n += *text == ' ';
	return n;
}

static int add_name(struct lull_arena *arena, struct lull_drug_name *names, size_t *n, const char *text,
		    uint32_t ingredient, uint32_t product, bool is_own, struct lull_diags *diags)
{
	char buf[LULL_DRUG_TEXT_MAX];
	if (!normalise(text, buf, sizeof(buf)) || !buf[0] || count_words(buf) > NAME_WORDS_MAX) {
		lull_diags_addf(diags, LULL_ERROR, "drugs.yaml", 0, 0, "a name of 1 to 8 words", NULL, "the name '%.80s'", text);
		return LULL_OK; /* counted as an error in diags */
	}
	char *copy = lull_arena_strdup(arena, buf);
	if (!copy)
		return LULL_ENOMEM;
	names[(*n)++] = (struct lull_drug_name){ .text = copy, .n_words = count_words(copy),
						 .ingredient = ingredient, .product = product, .is_own = is_own };
	return LULL_OK;
}

static bool has_class(const struct lull_drugs *drugs, const char *id)
{
	for (size_t i = 0; i < drugs->n_classes; i++)
		if (lull_text_eq(drugs->classes[i].id, id))
			return true;
	return false;
}

/* Classes and ingredients named elsewhere in the file exist. */
static void check_references(const struct lull_drugs *drugs, struct lull_diags *diags)
{
	for (size_t i = 0; i < drugs->n_ingredients; i++)
		for (size_t k = 0; k < drugs->ingredients[i].n_classes; k++)
			if (!has_class(drugs, drugs->ingredients[i].classes[k]))
				lull_diags_addf(diags, LULL_ERROR, "drugs.yaml", 0, 0, "a class id listed in `classes`", NULL,
						"class '%s' of '%s'", drugs->ingredients[i].classes[k], drugs->ingredients[i].id);
	for (size_t i = 0; i < drugs->n_products; i++)
		for (size_t k = 0; k < drugs->products[i].n_ingredients; k++)
			if (!lull_drugs_ingredient(drugs, drugs->products[i].ingredients[k]))
				lull_diags_addf(diags, LULL_ERROR, "drugs.yaml", 0, 0, "an ingredient id", NULL,
						"ingredient '%s' of '%s'", drugs->products[i].ingredients[k],
						drugs->products[i].name);
}

static int make_index(struct lull_drugs *drugs, struct lull_arena *arena, struct lull_diags *diags)
{
	size_t cap = drugs->n_ingredients + drugs->n_products, n = 0;
	int rc = LULL_OK;
	for (size_t i = 0; i < drugs->n_ingredients; i++)
		cap += drugs->ingredients[i].n_names;
	struct lull_drug_name *names = LULL_ARENA_NEW(arena, struct lull_drug_name, cap + 1);
	const char **all = LULL_ARENA_NEW(arena, const char *, cap + 1);
	if (!names || !all)
		return LULL_ENOMEM;
	for (uint32_t i = 0; i < drugs->n_ingredients && rc == LULL_OK; i++) {
		const struct lull_ingredient *in = &drugs->ingredients[i];
		rc = add_name(arena, names, &n, in->id, i, UINT32_MAX, true, diags);
		for (size_t k = 0; k < in->n_names && rc == LULL_OK; k++)
			rc = add_name(arena, names, &n, in->names[k], i, UINT32_MAX, false, diags);
	}
	for (uint32_t i = 0; i < drugs->n_products && rc == LULL_OK; i++)
		rc = add_name(arena, names, &n, drugs->products[i].name, UINT32_MAX, i, false, diags);
	if (rc != LULL_OK)
		return rc;
	qsort(names, n, sizeof(*names), by_text);
	for (size_t i = 0; i < n; i++) {
		all[i] = names[i].text;
		if (names[i].n_words > drugs->longest)
			drugs->longest = names[i].n_words;
		if (i && strcmp(names[i - 1].text, names[i].text) == 0)
			lull_diags_addf(diags, LULL_ERROR, "drugs.yaml", 0, 0, "each name once", NULL,
					"the name '%s' stands twice", names[i].text);
	}
	drugs->index = names;
	drugs->n_index = n;
	drugs->all_names = all;
	return LULL_OK;
}

int lull_drugs_load(const struct lull_files *files, struct lull_arena *arena, struct lull_drugs *out,
		    struct lull_diags *diags)
{
	const struct lull_file *file = lull_files_get(files, "drugs.yaml");
	struct lull_doc doc;
	const size_t errors = diags->n_errors;

	*out = (struct lull_drugs){ 0 };
	if (!file) {
		lull_diags_addf(diags, LULL_ERROR, "drugs.yaml", 0, 0, "the file in the knowledge folder", NULL,
				"no drugs.yaml");
		return LULL_ENOTFOUND;
	}
	int rc = lull_yaml_read(file->bytes, file->n_bytes, file->path, arena, &doc, diags);
	if (rc == LULL_OK)
		rc = lull_schema_bind(&doc, &drugs_schema, arena, out, diags);
	if (rc == LULL_OK)
		rc = make_index(out, arena, diags);
	if (rc != LULL_OK)
		return rc;
	check_references(out, diags);
	if (diags->out_of_memory)
		return LULL_ENOMEM;
	return diags->n_errors > errors ? LULL_EPARSE : LULL_OK;
}

/* ---- matching ---------------------------------------------------------------------------- */

/* The longest known name that starts at words[0], or NULL. */
static const struct lull_drug_name *find_name(const struct lull_drugs *drugs, const char *const *words, size_t n)
{
	char text[LULL_DRUG_TEXT_MAX];
	const size_t most = n < drugs->longest ? n : drugs->longest;

	for (size_t take = most; take > 0; take--) {
		size_t at = 0;
		for (size_t i = 0; i < take; i++) {
			const size_t len = strlen(words[i]);
			if (at + len + 2 > sizeof(text))
				return NULL;
			if (i)
				text[at++] = ' ';
			memcpy(text + at, words[i], len);
			at += len;
		}
		text[at] = '\0';
		const struct lull_drug_name key = { .text = text };
		const struct lull_drug_name *found =
			bsearch(&key, drugs->index, drugs->n_index, sizeof(key), by_text);
		if (found)
			return found;
	}
	return NULL;
}

static bool add_ingredient(struct lull_drug_match *out, uint32_t ingredient)
{
	for (size_t i = 0; i < out->n_ingredients; i++)
		if (out->ingredients[i] == ingredient)
			return true;
	if (out->n_ingredients == LULL_DRUG_MATCH_MAX)
		return false;
	out->ingredients[out->n_ingredients++] = ingredient;
	return true;
}

static bool add_match(const struct lull_drugs *drugs, const struct lull_drug_name *name, struct lull_drug_match *out)
{
	if (name->product == UINT32_MAX) {
		const struct lull_ingredient *in = &drugs->ingredients[name->ingredient];
		out->sure = out->sure && (name->is_own || is_sourced(in->names_mark));
		return add_ingredient(out, name->ingredient);
	}
	const struct lull_drug_product *product = &drugs->products[name->product];
	out->sure = out->sure && is_sourced(product->mark);
	for (size_t i = 0; i < product->n_ingredients; i++) {
		const struct lull_ingredient *in = lull_drugs_ingredient(drugs, product->ingredients[i]);
		if (!in || !add_ingredient(out, (uint32_t)(in - drugs->ingredients)))
			return false;
	}
	return true;
}

void lull_drugs_match(const struct lull_drugs *drugs, const char *text, struct lull_drug_match *out)
{
	char buf[LULL_DRUG_TEXT_MAX];
	const char *words[WORDS_MAX];

	*out = (struct lull_drug_match){ .sure = true };
	if (!text || !normalise(text, buf, sizeof(buf))) {
		out->sure = false;
		return;
	}
	const size_t n = split(buf, words);
	const char *unknown = NULL;
	for (size_t i = 0; i < n && n <= WORDS_MAX;) {
		const struct lull_drug_name *name = find_name(drugs, words + i, n - i);
		/* "losartan potassium": a salt after a name is the salt; alone it is the drug. */
		const bool is_salt = name && name->n_words == 1 && out->n_ingredients && is_ignored(drugs, words[i]);
		if (name && !is_salt) {
			if (!add_match(drugs, name, out))
				unknown = words[i];
			i += name->n_words;
			continue;
		}
		if (!is_ignored(drugs, words[i]) && !unknown)
			unknown = words[i];
		i++;
	}
	out->recognised = n <= WORDS_MAX && !unknown && out->n_ingredients > 0;
	out->sure = out->sure && out->recognised;
	if (unknown)
		out->nearest = lull_nearest_name(unknown, drugs->all_names);
}

const struct lull_ingredient *lull_drugs_ingredient(const struct lull_drugs *drugs, const char *id)
{
	for (size_t i = 0; i < drugs->n_ingredients; i++)
		if (lull_text_eq(drugs->ingredients[i].id, id))
			return &drugs->ingredients[i];
	return NULL;
}

bool lull_ingredient_is(const struct lull_ingredient *ingredient, const char *class_or_id)
{
	if (lull_text_eq(ingredient->id, class_or_id))
		return true;
	for (size_t i = 0; i < ingredient->n_classes; i++)
		if (lull_text_eq(ingredient->classes[i], class_or_id))
			return true;
	return false;
}

bool lull_drugs_knows(const struct lull_drugs *drugs, const char *class_or_id)
{
	return has_class(drugs, class_or_id) || lull_drugs_ingredient(drugs, class_or_id);
}
