/* Scores as JSON; see scores_json.h. */
#include "lull/codec/scores_json.h"

static void put_band(struct lull_json *json, const char *key, const struct lull_score_band *band)
{
	if (!band) {
		lull_json_null(json, key);
		return;
	}
	lull_json_open(json, key, '{');
	lull_json_text(json, "id", band->id);
	lull_json_text(json, "name", band->name);
	lull_json_text(json, "source", band->source);
	lull_json_text(json, "mark", lull_mark_names[band->mark]);
	lull_json_close(json, '}');
}

static void put_value(struct lull_json *json, const struct lull_score_value *v)
{
	lull_json_num(json, "score", v->value);
	lull_json_num(json, "low", v->low);
	lull_json_num(json, "high", v->high);
	lull_json_int(json, "items", v->n_items);
	lull_json_int(json, "missing", v->n_missing);
	lull_json_bool(json, "prorated", v->prorated);
}

static void put_cut_offs(struct lull_json *json, const struct lull_score *score)
{
	const struct lull_instrument *s = score->instrument;
	lull_json_open(json, "cut_offs", '[');
	for (size_t i = 0; i < s->n_cut_offs; i++) {
		lull_json_open(json, NULL, '{');
		lull_json_text(json, "id", s->cut_offs[i].id);
		lull_json_text(json, "name", s->cut_offs[i].name);
		lull_json_num(json, "at_least", s->cut_offs[i].at_least);
		lull_json_num(json, "at_most", s->cut_offs[i].at_most);
		lull_json_text(json, "holds", lull_answer_names[score->cut_off[i]]);
		lull_json_text(json, "source", s->cut_offs[i].source);
		lull_json_text(json, "mark", lull_mark_names[s->cut_offs[i].mark]);
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
}

static void put_domains(struct lull_json *json, const struct lull_score *score)
{
	lull_json_open(json, "domains", '[');
	for (size_t i = 0; i < score->n_domains; i++) {
		lull_json_open(json, NULL, '{');
		lull_json_text(json, "id", score->domains[i].domain->id);
		lull_json_text(json, "name", score->domains[i].domain->name);
		put_value(json, &score->domains[i]);
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
}

static void put_rule(struct lull_json *json, const struct lull_score *score)
{
	if (!score->instrument->n_rules)
		return;
	const struct lull_symptom_rule *rule = &score->instrument->rules[0];
	lull_json_open(json, "symptom_rule", '{');
	lull_json_text(json, "id", rule->id);
	lull_json_text(json, "name", rule->name);
	lull_json_text(json, "holds", lull_answer_names[score->rule]);
	lull_json_text(json, "other_name", rule->other_name);
	lull_json_text(json, "other_holds", lull_answer_names[score->other_rule]);
	lull_json_text(json, "source", rule->source);
	lull_json_text(json, "mark", lull_mark_names[rule->mark]);
	lull_json_close(json, '}');
}

static void put_risk(struct lull_json *json, const struct lull_score *score)
{
	if (score->instrument->kind != LULL_SCORE_RISK)
		return;
	lull_json_text(json, "level", score->level ? score->level->id : NULL);
	lull_json_text(json, "level_possible", score->level_possible ? score->level_possible->id : NULL);
	lull_json_bool(json, "contradictory", score->contradictory);
}

static void put_flags(struct lull_json *json, const struct lull_score *score)
{
	lull_json_open(json, "flags", '[');
	for (size_t i = 0; i < score->n_flags; i++) {
		const struct lull_score_flag *f = &score->flags[i];
		lull_json_open(json, NULL, '{');
		lull_json_text(json, "id", f->id);
		lull_json_text(json, "state", lull_answer_names[f->state]);
		lull_json_text(json, "text", f->text);
		lull_json_bool(json, "blocks_session", f->blocks_session);
		lull_json_text(json, "source", f->source);
		lull_json_text(json, "mark", lull_mark_names[f->mark]);
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
}

void lull_json_score(struct lull_json *json, const char *key, const struct lull_score *score)
{
	const struct lull_instrument *s = score->instrument;
	lull_json_open(json, key, '{');
	lull_json_text(json, "instrument", s->id);
	lull_json_text(json, "name", s->name);
	lull_json_text(json, "higher_is", lull_higher_names[s->higher_is]);
	put_value(json, &score->total);
	lull_json_text(json, "why_unknown", score->why_unknown);
	put_band(json, "band", score->total.band);
	put_band(json, "finer_band", score->total.finer_band);
	put_cut_offs(json, score);
	put_domains(json, score);
	put_rule(json, score);
	put_risk(json, score);
	put_flags(json, score);
	lull_json_open(json, "cautions", '[');
	for (size_t i = 0; i < s->n_cautions; i++)
		lull_json_text(json, NULL, s->cautions[i]);
	lull_json_close(json, ']');
	lull_json_text(json, "source", s->source);
	lull_json_text(json, "mark", lull_mark_names[s->mark]);
	lull_json_close(json, '}');
}

void lull_json_changes(struct lull_json *json, const char *key, const struct lull_change_judgement *list, size_t n)
{
	lull_json_open(json, key, '[');
	for (size_t i = 0; i < n; i++) {
		const struct lull_mid *mid = list[i].mid;
		lull_json_open(json, NULL, '{');
		lull_json_text(json, "id", mid->id);
		lull_json_text(json, "change", lull_change_names[list[i].change]);
		lull_json_num(json, "by_points", list[i].by_points);
		lull_json_num(json, "by_percent", list[i].by_percent);
		lull_json_num(json, "threshold_points", mid->points);
		lull_json_num(json, "threshold_percent", mid->percent);
		lull_json_text(json, "meaning", mid->meaning);
		lull_json_text(json, "design", lull_mid_design_names[mid->design]);
		lull_json_text(json, "population", mid->population);
		lull_json_text(json, "source", mid->source);
		lull_json_text(json, "mark", lull_mark_names[mid->mark]);
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
}
