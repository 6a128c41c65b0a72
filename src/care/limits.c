/* Limits: loading, a site's overlay, the tightest in scope, and slips of entry. */
#include "lull/care/limits.h"

#include <math.h>

#include "lull/base/text.h"
#include "fields.h"

static const struct {
	const char *unit, *words;
	bool is_least;
} whats[] = {
#define LULL_X(name, text, unit, words, least) { unit, words, least },
	LULL_LIMITS(LULL_X)
#undef LULL_X
};
const char *const lull_limit_what_names[] = {
#define LULL_X(name, text, unit, words, least) text,
	LULL_LIMITS(LULL_X)
#undef LULL_X
	NULL,
};

const char *lull_limit_unit(enum lull_limit_what what)
{
	return whats[what].unit;
}

const char *lull_limit_words(enum lull_limit_what what)
{
	return whats[what].words;
}

bool lull_limit_is_least(enum lull_limit_what what)
{
	return whats[what].is_least;
}

static void check_limit(const void *object, const struct lull_node *node, const struct lull_doc *doc,
			struct lull_diags *diags)
{
	const struct lull_limit *limit = object;
	const bool is_least = whats[limit->what].is_least;

	if (!limit->soft.stated && !limit->hard.stated)
		lull_node_diag(diags, doc, node, LULL_ERROR, "soft, hard or both", NULL, "a limit without a number");
	if (limit->soft.stated && limit->hard.stated &&
	    (is_least ? limit->soft.value < limit->hard.value : limit->soft.value > limit->hard.value))
		lull_node_diag(diags, doc, node, LULL_ERROR, "the soft limit inside the hard one", NULL,
			       "a soft limit beyond the hard one");
}

#define L struct lull_limit
static const struct lull_field limit_fields[] = {
	TEXT(L, id), ENUM(L, what, lull_limit_what_names),
	FLAGS_AS(L, "settings", places, lull_place_names, false),
	FLAGS_AS(L, "products", products, lull_product_names, false),
	FLAGS_AS(L, "routes", routes, lull_route_names, false),
	TEXTS_AS(L, "only_protocols", only_protocols, n_only_protocols, false),
	TEXTS_AS(L, "not_protocols", not_protocols, n_not_protocols, false),
	FIG_OPT(L, soft), FIG_OPT(L, hard), TEXT_OPT(L, replaces), TEXT_OPT(L, because),
	{ 0 },
};
#undef L
const struct lull_schema lull_limit_schema = { .name = "limit", .size = sizeof(struct lull_limit),
					       .fields = limit_fields, .check = check_limit };
static const struct lull_field limits_fields[] = {
	LIST_AS(struct lull_limits, "limits", items, n_items, &lull_limit_schema, true),
	{ 0 },
};
static const struct lull_schema limits_schema = { .name = "limits", .size = sizeof(struct lull_limits),
						  .fields = limits_fields, .version = 1 };

static const struct lull_limit *find_id(const struct lull_limits *limits, const char *id)
{
	for (size_t i = 0; i < limits->n_items; i++)
		if (lull_text_eq(limits->items[i].id, id))
			return &limits->items[i];
	return NULL;
}

int lull_limits_load(const struct lull_files *files, struct lull_arena *arena, struct lull_limits *out,
		     struct lull_diags *diags)
{
	const size_t n_errors = diags->n_errors;
	const int rc = lull_care__bind(files, "limits.yaml", &limits_schema, arena, out, diags);

	if (rc != LULL_OK)
		return rc;
	for (size_t i = 0; i < out->n_items; i++)
		if (find_id(out, out->items[i].id) != &out->items[i])
			lull_diags_addf(diags, LULL_ERROR, "limits.yaml", 0, 0, "an id used once", NULL,
					"limit %s is there twice", out->items[i].id);
	return diags->n_errors == n_errors ? LULL_OK : LULL_EPARSE;
}

/* Only what is ours to propose may be loosened by a site. */
static int check_replace(const struct lull_limit *old, const struct lull_limit *new, struct lull_err *err)
{
	const bool has_sourced = (old->hard.stated && old->hard.mark != LULL_PROPOSED) ||
				 (old->soft.stated && old->soft.mark != LULL_PROPOSED);

	if (old->what != new->what) {
		return lull_fail(err, LULL_ECONFLICT, new->id, "it replaces %s, which limits another quantity (%s)",
				 old->id, lull_limit_what_names[old->what]);
	}
	if (has_sourced) {
		(void)lull_fail(err, LULL_ECONFLICT, new->id, "%s rests on a source and cannot be replaced", old->id);
		lull_mend(err, "add a limit beside it instead: the tightest one holds");
		return LULL_ECONFLICT;
	}
	return LULL_OK;
}

int lull_limits_overlay(const struct lull_limits *base, const struct lull_limit *site, size_t n_site,
			struct lull_arena *arena, struct lull_limits *out, struct lull_err *err)
{
	struct lull_limit *items = LULL_ARENA_NEW(arena, struct lull_limit, base->n_items + n_site + 1);
	size_t n = base->n_items;

	if (!items)
		return lull_nomem(err);
	for (size_t i = 0; i < base->n_items; i++)
		items[i] = base->items[i];
	for (size_t i = 0; i < n_site; i++) {
		const struct lull_limit *old = site[i].replaces ? find_id(base, site[i].replaces) : NULL;
		if (site[i].replaces && !old)
			return lull_fail(err, LULL_ENOTFOUND, site[i].id, "there is no limit %s to replace",
					 site[i].replaces);
		if (find_id(base, site[i].id))
			return lull_fail(err, LULL_ECONFLICT, site[i].id,
					 "this id is one of Lull's own; name the limit otherwise and say replaces");
		if (!old) {
			items[n++] = site[i];
			continue;
		}
		const int rc = check_replace(old, &site[i], err);
		if (rc != LULL_OK)
			return rc;
		items[old - base->items] = site[i];
	}
	*out = (struct lull_limits){ .items = items, .n_items = n };
	return LULL_OK;
}

static bool has_text(const char *const *texts, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (lull_text_eq(texts[i], text))
			return true;
	return false;
}

static bool has_bit(uint64_t bits, int i)
{
	return !bits || bits >> i & 1;
}

static bool in_scope(const struct lull_limit *limit, const struct lull_limit_scope *scope)
{
	if (!has_bit(limit->places, (int)scope->place) || !has_bit(limit->products, (int)scope->product) ||
	    !has_bit(limit->routes, (int)scope->route))
		return false;
	if (limit->n_only_protocols && !has_text(limit->only_protocols, limit->n_only_protocols, scope->protocol_id))
		return false;
	return !has_text(limit->not_protocols, limit->n_not_protocols, scope->protocol_id);
}

struct lull_limit_found lull_limits_find(const struct lull_limits *limits, enum lull_limit_what what,
					 const struct lull_limit_scope *scope)
{
	struct lull_limit_found found = { NULL, NULL };
	const double sign = whats[what].is_least ? -1 : 1;

	for (size_t i = 0; i < limits->n_items; i++) {
		const struct lull_limit *l = &limits->items[i];
		if ((enum lull_limit_what)l->what != what || !in_scope(l, scope))
			continue;
		if (l->soft.stated && (!found.soft || sign * l->soft.value < sign * found.soft->soft.value))
			found.soft = l;
		if (l->hard.stated && (!found.hard || sign * l->hard.value < sign * found.hard->hard.value))
			found.hard = l;
	}
	return found;
}

/* Past by more than the rounding of doubles (1e-9 of the limit). */
static bool is_past(double value, double limit, bool is_least)
{
	const double slack = 1e-9 * fabs(limit);

	return is_least ? value < limit - slack : value > limit + slack;
}

enum lull_limit_verdict lull_limits_judge(const struct lull_limits *limits, enum lull_limit_what what,
					  const struct lull_limit_scope *scope, double value,
					  const struct lull_limit **hit)
{
	const struct lull_limit_found found = lull_limits_find(limits, what, scope);
	const bool is_least = whats[what].is_least;

	*hit = NULL;
	if (!found.hard && !found.soft)
		return LULL_NO_LIMIT;
	if (found.hard && is_past(value, found.hard->hard.value, is_least)) {
		*hit = found.hard;
		return LULL_PAST_HARD;
	}
	if (found.soft && is_past(value, found.soft->soft.value, is_least)) {
		*hit = found.soft;
		return LULL_PAST_SOFT;
	}
	return LULL_WITHIN;
}

static bool is_near(double value, double want)
{
	return value > 0.85 * want && value < 1.15 * want;
}

enum lull_entry_slip lull_entry_check(double entered, double expected, const struct lull_unit_swap *swaps,
				      size_t n_swaps, double far, const char **said)
{
	const double ratio = entered / expected;

	*said = NULL;
	if (!(entered > 0) || !(expected > 0))
		return LULL_ENTRY_FINE;
	if (is_near(ratio, 10)) {
		*said = "ten times what is expected";
		return LULL_ENTRY_TEN_TIMES;
	}
	if (is_near(ratio, 0.1)) {
		*said = "a tenth of what is expected";
		return LULL_ENTRY_TENTH;
	}
	for (size_t i = 0; i < n_swaps; i++) /* an exact factor, within 2 % */
		if (ratio > 0.98 * swaps[i].factor && ratio < 1.02 * swaps[i].factor) {
			*said = swaps[i].said;
			return LULL_ENTRY_UNIT_SWAP;
		}
	if (ratio >= far || ratio <= 1 / far) {
		*said = "far from what is expected";
		return LULL_ENTRY_FAR_OFF;
	}
	return LULL_ENTRY_FINE;
}
