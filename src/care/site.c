/* A site's own settings. */
#include "lull/care/site.h"

#include "lull/base/text.h"
#include "lull/base/yaml.h"
#include "fields.h"
#include "own.h"

static const struct lull_field price_fields[] = {
	TEXT(struct lull_site_price, id), NUMBER(struct lull_site_price, price, 0, 1e6, NULL), { 0 },
};
static const struct lull_schema price_schema = { .name = "price", .size = sizeof(struct lull_site_price),
						 .fields = price_fields };
static const struct lull_field number_fields[] = {
	TEXT(struct lull_site_number, name), TEXT(struct lull_site_number, number), { 0 },
};
static const struct lull_schema number_schema = { .name = "crisis number", .size = sizeof(struct lull_site_number),
						  .fields = number_fields };
#define T struct lull_site_strength
static const struct lull_field strength_fields[] = {
	{ .key = "setting", .type = LULL_F_ENUM, .offset = offsetof(T, place), .required = true,
	  .names = lull_place_names },
	ENUM(T, route, lull_route_names), NUMBER(T, mg_per_ml, 0.1, 200, "mg/mL"), { 0 },
};
static const struct lull_schema strength_schema = { .name = "strength", .size = sizeof(T), .fields = strength_fields };
#undef T

/* Whatever mark a site gives a dose, it is the site's until a named physician signs and dates it. */
static void check_signatures(const struct lull_site_file *site, const struct lull_node *node, const struct lull_doc *doc,
			     struct lull_diags *diags)
{
	for (size_t i = 0; i < site->n_rescue; i++) {
		const struct lull_rescue_card *card = &site->rescue[i];
		if (card->dose && (!card->signed_by || card->signed_on == LULL_DAY_NONE))
			lull_node_diag(diags, doc, node, LULL_ERROR, "signed_by and signed_on",
				       "leave dose out until the site's physician signs it", "a dose on card %s without a dated signature",
				       card->id ? card->id : "");
	}
}

static void check_site(const void *object, const struct lull_node *node, const struct lull_doc *doc,
		       struct lull_diags *diags)
{
	const struct lull_site_file *site = object;

	check_signatures(site, node, doc, diags);
	if (site->n_prices && !site->currency)
		lull_node_diag(diags, doc, node, LULL_ERROR, "currency: USD, EUR, ...", NULL, "prices without a currency");
	for (size_t i = 1; i < site->n_bags_ml; i++)
		if (site->bags_ml[i] <= site->bags_ml[i - 1])
			lull_node_diag(diags, doc, node, LULL_ERROR, "bags_ml from small to large", NULL,
				       "bags_ml that do not rise");
	for (size_t i = 0; i < site->n_strengths; i++) /* one standard strength a setting and route */
		for (size_t j = 0; j < i; j++)
			if (site->strengths[i].place == site->strengths[j].place &&
			    site->strengths[i].route == site->strengths[j].route)
				lull_node_diag(diags, doc, node, LULL_ERROR, "one strength for a setting and route", NULL,
					       "two strengths for %s", lull_place_names[site->strengths[i].place]);
	for (size_t i = 0; i < site->n_limits; i++)
		for (size_t j = 0; j < i; j++)
			if (lull_text_eq(site->limits[i].id, site->limits[j].id))
				lull_node_diag(diags, doc, node, LULL_ERROR, "an id used once", NULL,
					       "limit %s is there twice", site->limits[i].id);
}

#define S struct lull_site_file
static const struct lull_field site_fields[] = {
	TEXT(S, name), TEXT_OPT(S, medical_director), TEXT_OPT(S, currency),
	LIST_AS(S, "prices", prices, n_prices, &price_schema, false),
	LIST_AS(S, "crisis_numbers", crisis, n_crisis, &number_schema, false),
	LIST_AS(S, "limits", limits, n_limits, &lull_limit_schema, false),
	LIST_AS(S, "strengths", strengths, n_strengths, &strength_schema, false),
	NUMBER_OPT(S, rate_increment_ml_per_h, 0.001, 10, "mL/h"), NUMBER_OPT(S, rate_min_ml_per_h, 0.001, 10, "mL/h"),
	NUMBER_OPT(S, rate_max_ml_per_h, 10, 1500, "mL/h"), NUMBER_OPT(S, syringe_increment_ml, 0.001, 1, "mL"),
	NUMBER_OPT(S, prime_ml, 0, 100, "mL"), NUMBERS_AS(S, "bags_ml", bags_ml, n_bags_ml, 10, 2000, "mL"),
	LIST_AS(S, "vials", vials, n_vials, &lull_care__vial_schema, false),
	LIST_AS(S, "rescue", rescue, n_rescue, &lull_care__card_schema, false),
	{ 0 },
};
#undef S
const struct lull_schema lull_site_schema = { .name = "site", .size = sizeof(struct lull_site_file),
					      .fields = site_fields, .version = 1, .check = check_site };

int lull_site_read(const char *bytes, size_t n, const char *file, struct lull_arena *arena,
		   struct lull_site_file *out, struct lull_diags *diags)
{
	struct lull_doc doc = { 0 };
	const int rc = lull_yaml_read(bytes, n, file, arena, &doc, diags);

	return rc == LULL_OK ? lull_schema_bind(&doc, &lull_site_schema, arena, out, diags) : rc;
}
