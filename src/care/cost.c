/* What a course costs: quantities from the plan, prices only from the site. */
#include "lull/care/plan.h"

#include <math.h>

#include "lull/base/text.h"
#include "lull/num/math.h"
#include "fields.h"
#include "own.h"

#define I struct lull_cost_item
static const struct lull_field item_fields[] = {
	TEXT(I, id), TEXT(I, name), TEXT(I, unit), FLAGS_AS(I, "settings", places, lull_place_names, true), { 0 },
};
static const struct lull_schema item_schema = { .name = "cost item", .size = sizeof(I), .fields = item_fields };
#undef I
static const struct lull_field cost_fields[] = {
	LIST_AS(struct lull_cost_kb, "items", items, n_items, &item_schema, true), { 0 },
};
static const struct lull_schema cost_schema = { .name = "cost", .size = sizeof(struct lull_cost_kb),
						.fields = cost_fields, .version = 1 };

int lull_cost__load(const struct lull_files *files, struct lull_arena *arena, struct lull_cost_kb *out,
		    struct lull_diags *diags)
{
	return lull_care__bind(files, "cost.yaml", &cost_schema, arena, out, diags);
}

/* How much of an item the plan uses; NAN when the plan cannot say. */
static double quantity(const struct lull_plan *plan, const char *id)
{
	double sum = 0;

	if (lull_text_eq(id, "prescriber_visit") || lull_text_eq(id, "line_set"))
		return (double)plan->n_sessions;
	if (lull_text_eq(id, "spray_bottle_mg"))
		return plan->week_mg_max;
	for (size_t i = 0; i < plan->n_sessions; i++) {
		const struct lull_plan_session *s = &plan->sessions[i];
		if (lull_text_eq(id, "chair_hour"))
			sum += s->chair_h;
		else if (lull_text_eq(id, "staff_hour"))
			sum += s->staff_h;
		else if (lull_text_eq(id, "bed_day"))
			sum += lull_care__ceil(s->dur_h / 24);
		else if (lull_text_eq(id, "vial"))
			sum += s->log.n_vials;
		else if (lull_text_eq(id, "bag"))
			sum += s->n_bags;
		else
			return NAN;
	}
	return sum;
}

static double price_of(const struct lull_site_file *site, const char *id)
{
	for (size_t i = 0; site && i < site->n_prices; i++)
		if (lull_text_eq(site->prices[i].id, id))
			return site->prices[i].price;
	return NAN;
}

int lull_plan__cost(struct lull_plan__maker *m, struct lull_err *err)
{
	struct lull_plan *plan = m->plan;
	struct lull_plan_cost *cost = &plan->cost;
	const struct lull_cost_kb *kb = &m->kb->cost;

	cost->lines = LULL_ARENA_NEW(m->arena, struct lull_cost_line, kb->n_items + 1);
	if (!cost->lines)
		return lull_nomem(err);
	cost->currency = m->kb->site ? m->kb->site->currency : NULL;
	for (size_t i = 0; i < kb->n_items; i++) {
		const struct lull_cost_item *item = &kb->items[i];
		if (item->places && !(item->places >> plan->place & 1))
			continue;
		const double n = quantity(plan, item->id), price = price_of(m->kb->site, item->id);
		if (n == 0)
			continue;
		cost->lines[cost->n_lines++] = (struct lull_cost_line){ .item = item, .quantity = n, .price = price,
									.amount = n * price };
		cost->n_unpriced += lull_is_nan(n * price);
		cost->total += n * price; /* NAN as soon as one is not known */
	}
	return LULL_OK;
}
