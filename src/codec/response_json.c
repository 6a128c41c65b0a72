/* Response, chain, triggers and measures as JSON; see response_json.h. */
#include "lull/codec/response_json.h"

#include "lull/base/date.h"

static void put_day(struct lull_json *json, const char *key, lull_day day)
{
	char text[LULL_DAY_TEXT];
	lull_json_text(json, key, lull_day_text(text, day));
}

static void put_window(struct lull_json *json, const char *key, const struct lull_window *w)
{
	lull_json_open(json, key, '{');
	put_day(json, "from", w->first);
	put_day(json, "to", w->first + w->n_days - 1);
	lull_json_int(json, "days", w->n_days);
	lull_json_int(json, "recorded", w->n_recorded);
	lull_json_int(json, "missing", w->n_days - w->n_recorded);
	lull_json_int(json, "counted", w->n_yes);
	lull_json_num(json, "per_28", w->per_28);
	lull_json_num(json, "low", w->low);
	lull_json_num(json, "high", w->high);
	lull_json_bool(json, "trial_grade", w->trial_grade);
	lull_json_num(json, "mean_pain_0_10", w->mean_pain);
	lull_json_int(json, "days_with_pain", w->n_pain);
	lull_json_close(json, '}');
}

void lull_json_chain(struct lull_json *json, const char *key, const struct lull_chain_fit *fit)
{
	lull_json_open(json, key, '{');
	lull_json_int(json, "recorded", fit->counts.n_recorded);
	lull_json_int(json, "missing", fit->counts.n_missing);
	lull_json_int(json, "counted", fit->counts.n_yes);
	lull_json_num(json, "share", fit->mean.pi);
	lull_json_num(json, "share_low", fit->pi_low);
	lull_json_num(json, "share_high", fit->pi_high);
	lull_json_num(json, "day_to_day_correlation", fit->mean.rho);
	lull_json_num(json, "correlation_low", fit->rho_low);
	lull_json_num(json, "correlation_high", fit->rho_high);
	lull_json_num(json, "pain_mean_0_10", fit->pain_mean);
	lull_json_num(json, "pain_sd", fit->pain_sd);
	lull_json_num(json, "pain_correlation", fit->pain_phi);
	lull_json_int(json, "days_with_pain", fit->n_pain_days);
	lull_json_close(json, '}');
}

void lull_json_response(struct lull_json *json, const char *key, const char *definition,
			const struct lull_response *r, const struct lull_response_rules *rules)
{
	lull_json_open(json, key, '{');
	lull_json_text(json, "day_definition", definition);
	put_window(json, "before", &r->before);
	put_window(json, "after", &r->after);
	lull_json_num(json, "change_per_28", r->change);
	lull_json_num(json, "change_percent", r->percent);
	lull_json_num(json, "change_low", r->change_low);
	lull_json_num(json, "change_high", r->change_high);
	lull_json_open(json, "responder", '[');
	for (int i = 0; i < LULL_N_RESPONDERS; i++) {
		lull_json_open(json, NULL, '{');
		lull_json_num(json, "fall_percent", rules->responder_percent[i]);
		lull_json_text(json, "observed", lull_answer_names[r->responder[i]]);
		lull_json_text(json, "missing_counts_as_no", lull_answer_names[r->responder_strict[i]]);
		lull_json_bool(json, "could_change", r->responder_could_change[i]);
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
	lull_json_num(json, "intensity_change_0_10", r->intensity_change);
	lull_json_text(json, "intensity_response", lull_answer_names[r->intensity_response]);
	lull_json_int(json, "history_days", r->n_history);
	lull_json_num(json, "expected_per_28_without_change", r->expected_per_28);
	lull_json_num(json, "expected_sd", r->expected_sd);
	lull_json_num(json, "chance_without_change", r->chance);
	lull_json_num(json, "probability_share_is_lower", r->lower);
	lull_json_chain(json, "chain_before", r->fit);
	lull_json_text(json, "meaning", r->meaning);
	lull_json_text(json, "source", rules->source);
	lull_json_text(json, "mark", lull_mark_names[rules->mark]);
	lull_json_close(json, '}');
}

void lull_json_conversion(struct lull_json *json, const char *key, const struct lull_conversion *c)
{
	lull_json_open(json, key, '{');
	put_window(json, "before", &c->before);
	lull_json_open(json, "months", '[');
	for (int m = 0; m < LULL_RESPONSE_MONTHS; m++)
		put_window(json, NULL, &c->month[m]);
	lull_json_close(json, ']');
	lull_json_text(json, "was_chronic", lull_answer_names[c->was_chronic]);
	lull_json_num(json, "mean_per_28", c->mean_per_28);
	lull_json_text(json, "episodic_by_mean", lull_answer_names[c->by_mean]);
	lull_json_text(json, "episodic_in_each_month", lull_answer_names[c->in_each]);
	lull_json_close(json, '}');
}

static void put_trigger(struct lull_json *json, const struct lull_trigger_count *t)
{
	lull_json_open(json, NULL, '{');
	lull_json_text(json, "id", t->id);
	lull_json_text(json, "name", t->known ? t->known->name : NULL);
	lull_json_text(json, "verdict", lull_trigger_verdict_names[t->verdict]);
	lull_json_int(json, "with_and_headache", t->days[1][1]);
	lull_json_int(json, "with_and_free", t->days[1][0]);
	lull_json_int(json, "without_and_headache", t->days[0][1]);
	lull_json_int(json, "without_and_free", t->days[0][0]);
	lull_json_int(json, "not_asked", t->not_asked);
	lull_json_num(json, "share_with", t->risk_with);
	lull_json_num(json, "share_without", t->risk_without);
	lull_json_num(json, "difference", t->difference);
	lull_json_num(json, "difference_low", t->low);
	lull_json_num(json, "difference_high", t->high);
	lull_json_num(json, "ratio", t->ratio);
	lull_json_num(json, "ratio_low", t->ratio_low);
	lull_json_num(json, "ratio_high", t->ratio_high);
	lull_json_text(json, "sentence", t->sentence);
	if (t->known) {
		lull_json_num(json, "self_report_percent", t->known->self_report_pct);
		lull_json_text(json, "note", t->known->note);
		lull_json_text(json, "source", t->known->source);
		lull_json_text(json, "mark", lull_mark_names[t->known->mark]);
	}
	lull_json_close(json, '}');
}

static void put_measure(struct lull_json *json, const struct lull_measure_count *m)
{
	lull_json_open(json, NULL, '{');
	lull_json_text(json, "id", m->id);
	lull_json_text(json, "name", m->known ? m->known->name : NULL);
	lull_json_int(json, "asked", m->n_asked);
	lull_json_int(json, "used", m->n_used);
	lull_json_int(json, "helped", m->n_helped);
	lull_json_text(json, "sentence", m->sentence);
	if (m->known) {
		lull_json_text(json, "grade", lull_measure_grade_names[m->known->grade]);
		lull_json_text(json, "grade_text", lull_measure_grade_text(m->known->grade));
		lull_json_text(json, "finding", m->known->finding);
		lull_json_text(json, "caution", m->known->caution);
		lull_json_text(json, "source", m->known->source);
		lull_json_text(json, "mark", lull_mark_names[m->known->mark]);
	}
	lull_json_close(json, '}');
}

void lull_json_tags(struct lull_json *json, const char *key, const struct lull_tags *tags)
{
	lull_json_open(json, key, '{');
	lull_json_int(json, "recorded", tags->n_recorded);
	lull_json_open(json, "triggers", '[');
	for (size_t i = 0; i < tags->n_triggers; i++)
		put_trigger(json, &tags->triggers[i]);
	lull_json_close(json, ']');
	lull_json_open(json, "measures", '[');
	for (size_t i = 0; i < tags->n_measures; i++)
		put_measure(json, &tags->measures[i]);
	lull_json_close(json, ']');
	lull_json_close(json, '}');
}
