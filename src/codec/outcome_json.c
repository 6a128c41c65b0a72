/* The outcome of a series as JSON; see outcome_json.h. */
#include "lull/codec/outcome_json.h"

#include "lull/codec/response_json.h"

static void put_day(struct lull_json *json, const char *key, lull_day day)
{
	char text[LULL_DAY_TEXT];

	lull_json_text(json, key, day == LULL_DAY_NONE ? NULL : lull_day_text(text, day));
}

static void put_basis(struct lull_json *json, const char *source, enum lull_mark mark)
{
	lull_json_text(json, "source", source);
	lull_json_text(json, "mark", lull_mark_names[mark]);
}

static void put_result(struct lull_json *json, const struct lull_outcome_result *r)
{
	lull_json_open(json, NULL, '{');
	lull_json_text(json, "id", r->definition->id);
	lull_json_text(json, "name", r->definition->name);
	lull_json_text(json, "definition", r->definition->text);
	lull_json_text(json, "met", lull_answer_names[r->met]);
	lull_json_int(json, "n_yes", r->n_yes);
	lull_json_int(json, "n_no", r->n_no);
	lull_json_int(json, "n_unknown", r->n_unknown);
	lull_json_num(json, "before", r->before);
	lull_json_num(json, "after", r->after);
	put_day(json, "day", r->day);
	lull_json_text(json, "missing", r->missing);
	put_basis(json, r->definition->source, r->definition->mark);
	lull_json_close(json, '}');
}

static void put_score(struct lull_json *json, const struct lull_outcome_score *s)
{
	lull_json_open(json, NULL, '{');
	lull_json_text(json, "instrument", s->instrument->id);
	lull_json_num(json, "before", s->before);
	put_day(json, "before_day", s->before_day);
	lull_json_num(json, "after", s->after);
	put_day(json, "after_day", s->after_day);
	lull_json_open(json, "judgements", '[');
	for (size_t i = 0; i < s->n_judgements; i++) {
		const struct lull_change_judgement *j = &s->judgements[i];
		lull_json_open(json, NULL, '{');
		lull_json_text(json, "difference", j->mid->id);
		lull_json_text(json, "change", lull_change_names[j->change]);
		lull_json_num(json, "by_points", j->by_points);
		lull_json_num(json, "by_percent", j->by_percent);
		put_basis(json, j->mid->source, j->mid->mark);
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
	lull_json_text(json, "missing", s->missing);
	lull_json_close(json, '}');
}

static void put_next(struct lull_json *json, const struct lull_next_step *step)
{
	lull_json_open(json, NULL, '{');
	lull_json_text(json, "id", step->rule->id);
	lull_json_text(json, "action", lull_next_action_names[step->rule->action]);
	lull_json_text(json, "text", step->rule->text);
	lull_json_text(json, "because", step->because);
	put_basis(json, step->rule->source, step->rule->mark);
	lull_json_close(json, '}');
}

void lull_json_outcome(struct lull_json *json, const struct lull_outcome *o, const struct lull_response_rules *rules,
		       const char *day_definition)
{
	lull_json_open(json, "definitions", '[');
	for (size_t i = 0; i < o->n_results; i++)
		put_result(json, &o->results[i]);
	lull_json_close(json, ']');
	if (o->has_days)
		lull_json_response(json, "days", day_definition, &o->days, rules);
	lull_json_open(json, "scores", '[');
	for (size_t i = 0; i < o->n_scores; i++)
		put_score(json, &o->scores[i]);
	lull_json_close(json, ']');
	lull_json_text(json, "series", lull_series_result_names[o->series]);
	lull_json_text(json, "series_because", o->series_because);
	lull_json_open(json, "next", '[');
	for (size_t i = 0; i < o->n_next; i++)
		put_next(json, &o->next[i]);
	lull_json_close(json, ']');
	lull_json_open(json, "missing", '[');
	for (size_t i = 0; i < o->n_missing; i++)
		lull_json_text(json, NULL, o->missing[i]);
	lull_json_close(json, ']');
	lull_json_open(json, "untreated", '[');
	for (size_t i = 0; i < o->n_untreated; i++) {
		lull_json_open(json, NULL, '{');
		lull_json_text(json, "text", o->untreated[i].text);
		put_basis(json, o->untreated[i].source, o->untreated[i].mark);
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
}
