/* A finding tree as JSON: the same shape in every answer of Lull. */
#include "lull/codec/json.h"
#include "lull/headache/finding.h"

/* Left out when it does not apply. */
static void put_number(struct lull_json *json, const char *key, double value)
{
	if (value == value)
		lull_json_num(json, key, value);
}

static void put_text(struct lull_json *json, const char *key, const char *value)
{
	if (value)
		lull_json_text(json, key, value);
}

void lull_json_finding(struct lull_json *json, const char *key, const struct lull_finding *finding)
{
	lull_json_open(json, key, '{');
	put_text(json, "code", finding->code);
	put_text(json, "name", finding->name);
	lull_json_text(json, "status", lull_status_names[finding->status]);
	lull_json_bool(json, "could_change", finding->could_change);
	put_text(json, "why", finding->why);
	put_number(json, "counted", finding->counted);
	put_number(json, "needed", finding->needed);
	put_number(json, "missing", finding->missing);
	put_number(json, "bound_low", finding->bound_low);
	put_number(json, "bound_high", finding->bound_high);
	put_text(json, "unit", finding->unit);
	if (finding->estimated)
		lull_json_bool(json, "estimated", true);
	put_text(json, "question", finding->question);
	put_text(json, "source", finding->source);
	if (finding->mark != LULL_MARK_NONE)
		lull_json_text(json, "mark", lull_mark_names[finding->mark]);
	if (finding->n_children) {
		lull_json_open(json, "children", '[');
		for (size_t i = 0; i < finding->n_children; i++)
			lull_json_finding(json, NULL, &finding->children[i]);
		lull_json_close(json, ']');
	}
	lull_json_close(json, '}');
}
