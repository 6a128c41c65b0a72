/* Scoring: answers checked, summed or averaged or turned into a level, with bounds for what is missing. */
#include "lull/scores/score.h"

#include <math.h>
#include <string.h>

#include "lull/base/text.h"

static bool is_missing(double x)
{
	return x != x;
}

/* ---- answers ----------------------------------------------------------------------------- */

/* The answers an item allows: a list, or whole numbers (or any) from min to max. */
struct allowed {
	const struct lull_choice *choices;
	size_t n_choices;
	double min, max;
	bool between;
};

static struct allowed allowed_of(const struct lull_instrument *s, const struct lull_item *item)
{
	struct allowed a = { item->choices, item->n_choices, item->min, item->max, s->answers_between };
	const bool own_range = !is_missing(item->min) || !is_missing(item->max);
	if (!a.n_choices && !own_range) {
		a.choices = s->choices;
		a.n_choices = s->n_choices;
	}
	if (is_missing(a.min))
		a.min = s->answer_min;
	if (is_missing(a.max))
		a.max = s->answer_max;
	return a;
}

static bool is_allowed(const struct allowed *a, double answer)
{
	for (size_t i = 0; i < a->n_choices; i++)
		if (a->choices[i].value == answer)
			return true;
	if (a->n_choices)
		return false;
	return answer >= a->min && answer <= a->max && (a->between || answer == __builtin_floor(answer));
}

static int refuse_answer(const struct lull_instrument *s, const struct lull_item *item, const struct allowed *a,
			 double answer, struct lull_err *err)
{
	char where[64], list[160], number[32];
	size_t n = 0;
	lull_text_format(where, sizeof(where), "%.30s.%.20s", s->id, item->id);
	list[0] = '\0';
	for (size_t i = 0; i < a->n_choices && n + 40 < sizeof(list); i++) {
		lull_num_text(number, sizeof(number), a->choices[i].value, 3);
		lull_text_format(list + n, sizeof(list) - n, "%s%s", i ? ", " : "", number);
		n = strlen(list);
	}
	if (!a->n_choices) {
		lull_num_text(number, sizeof(number), a->min, 3);
		lull_text_format(list, sizeof(list), "%s%s to ", a->between ? "" : "whole numbers ", number);
		n = strlen(list);
		lull_num_text(number, sizeof(number), a->max, 3);
		lull_text_format(list + n, sizeof(list) - n, "%s", number);
	}
	lull_num_text(number, sizeof(number), answer, 6);
	lull_fail(err, LULL_EDOMAIN, where, "%s is no answer of %s, item %s (%s)", number, s->name, item->id, item->label);
	lull_mend(err, "allowed: %s; leave it out when it was not answered", list);
	return LULL_EDOMAIN;
}

static double sum_of(const struct lull_instrument *s, const char *const *ids, size_t n, const double *answers)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++) {
		const double answer = answers[lull_instrument_item(s, ids[i])];
		sum += is_missing(answer) ? 0 : answer;
	}
	return sum;
}

static int check_answers(const struct lull_instrument *s, const double *answers, struct lull_err *err)
{
	for (size_t i = 0; i < s->n_items; i++) {
		const struct allowed a = allowed_of(s, &s->items[i]);
		if (!is_missing(answers[i]) && !is_allowed(&a, answers[i]))
			return refuse_answer(s, &s->items[i], &a, answers[i], err);
	}
	for (size_t i = 0; i < s->n_limits; i++) {
		const struct lull_item_limit *limit = &s->limits[i];
		const double sum = sum_of(s, limit->items, limit->n_items, answers);
		if (sum > limit->sum_max) {
			char number[32], ceiling[32];
			lull_num_text(number, sizeof(number), sum, 3);
			lull_num_text(ceiling, sizeof(ceiling), limit->sum_max, 3);
			return lull_fail(err, LULL_EDOMAIN, s->id, "%s and %s of %s add up to %s; at most %s, because %s",
					 limit->items[0], limit->items[limit->n_items - 1], s->name, number, ceiling,
					 limit->because);
		}
	}
	return LULL_OK;
}

/* ---- values ------------------------------------------------------------------------------ */

static const struct lull_score_band *band_of(const struct lull_score_band *bands, size_t n, double value)
{
	const struct lull_score_band *found = NULL;
	for (size_t i = 0; i < n; i++)
		if (value >= bands[i].low)
			found = &bands[i];
	return found;
}

/* The band of the value; without a value, the band that every possible value lies in. */
static const struct lull_score_band *sure_band(const struct lull_score_band *bands, size_t n,
					       const struct lull_score_value *v)
{
	const struct lull_score_band *low = band_of(bands, n, v->low), *high = band_of(bands, n, v->high);
	if (!is_missing(v->value))
		return band_of(bands, n, v->value);
	return low == high ? low : NULL;
}

/* Lowest and highest answer of an item, from its list or its range. */
static void ends_of(const struct allowed *a, double *low, double *high)
{
	*low = a->n_choices ? a->choices[0].value : a->min;
	*high = a->n_choices ? a->choices[0].value : a->max;
	for (size_t i = 1; i < a->n_choices; i++) {
		*low = a->choices[i].value < *low ? a->choices[i].value : *low;
		*high = a->choices[i].value > *high ? a->choices[i].value : *high;
	}
}

/* Sum and count of answered items; what the missing ones could add goes to low and high. */
struct tally {
	double sum, low, high;
	int n_items, n_missing;
};

static void tally_item(const struct lull_instrument *s, size_t i, double answer, struct tally *t)
{
	const struct allowed a = allowed_of(s, &s->items[i]);
	double low, high;
	ends_of(&a, &low, &high);
	t->n_items++;
	if (is_missing(answer)) {
		t->n_missing++;
		t->low += low;
		t->high += high;
		return;
	}
	t->sum += answer;
	t->low += answer;
	t->high += answer;
}

static void set_sum(const struct tally *t, int max_missing, struct lull_score_value *out)
{
	const int answered = t->n_items - t->n_missing;
	*out = (struct lull_score_value){ .value = NAN, .low = t->low, .high = t->high, .n_items = t->n_items,
					  .n_missing = t->n_missing };
	if (answered == 0 || t->n_missing > max_missing)
		return;
	out->prorated = t->n_missing > 0;
	out->value = t->sum * t->n_items / answered; /* mean of the answered, times all items */
}

/* 100 (max - mean) / (max - min): the linear map whose best answer (the lowest) is 100. MSQ's
 * published form (sum(7 - v) - k) 100 / (5 k) is this with min 1 and max 6. */
static void set_percent(const struct lull_instrument *s, const struct tally *t, struct lull_score_value *out)
{
	const int answered = t->n_items - t->n_missing;
	const double span = s->answer_max - s->answer_min;
	*out = (struct lull_score_value){ .value = NAN, .n_items = t->n_items, .n_missing = t->n_missing };
	out->low = 100 * (s->answer_max - t->high / t->n_items) / span;
	out->high = 100 * (s->answer_max - t->low / t->n_items) / span;
	if (answered == 0 || answered < s->min_answered_frac * t->n_items)
		return;
	out->prorated = t->n_missing > 0;
	out->value = 100 * (s->answer_max - t->sum / answered) / span;
}

static void score_domains(const struct lull_instrument *s, const double *answers, struct lull_score *out)
{
	out->n_domains = s->n_domains;
	for (size_t d = 0; d < s->n_domains; d++) {
		const struct lull_domain *domain = &s->domains[d];
		struct tally t = { 0 };
		for (size_t k = 0; k < domain->n_items; k++) {
			const int i = lull_instrument_item(s, domain->items[k]);
			tally_item(s, (size_t)i, answers[i], &t);
		}
		if (s->kind == LULL_SCORE_PERCENT)
			set_percent(s, &t, &out->domains[d]);
		else
			set_sum(&t, 0, &out->domains[d]);
		out->domains[d].domain = domain;
	}
}

static void score_total(const struct lull_instrument *s, const double *answers, struct lull_score *out)
{
	struct tally t = { 0 };
	for (size_t i = 0; i < s->n_items; i++)
		if (!s->items[i].not_scored)
			tally_item(s, i, answers[i], &t);
	if (s->kind == LULL_SCORE_SUM || s->kind == LULL_SCORE_SINGLE) {
		set_sum(&t, s->max_missing, &out->total);
		if (is_missing(out->total.value))
			out->why_unknown = s->missing_rule;
		return;
	}
	out->total = (struct lull_score_value){ .value = NAN, .low = NAN, .high = NAN, .n_items = t.n_items,
						.n_missing = t.n_missing };
	out->why_unknown = s->kind == LULL_SCORE_RISK ? "The answers lead to a level and are never added up." :
							"It has no total; its domains are scored one by one.";
}

/* ---- conclusions ------------------------------------------------------------------------- */

static enum lull_answer answer_of(bool yes, bool no)
{
	return yes ? LULL_YES : no ? LULL_NO : LULL_UNKNOWN;
}

static void conclude(const struct lull_instrument *s, struct lull_score *out)
{
	struct lull_score_value *v = &out->total;
	const double low = is_missing(v->value) ? v->low : v->value;
	const double high = is_missing(v->value) ? v->high : v->value;
	v->band = sure_band(s->bands, s->n_bands, v);
	v->finer_band = sure_band(s->finer_bands, s->n_finer_bands, v);
	for (size_t i = 0; i < s->n_cut_offs; i++) {
		const struct lull_cut_off *c = &s->cut_offs[i];
		out->cut_off[i] = is_missing(c->at_most) ? answer_of(low >= c->at_least, high < c->at_least) :
							   answer_of(high <= c->at_most, low > c->at_most);
	}
}

static void add_flag(struct lull_score *out, const char *id, enum lull_answer state, const char *text, bool blocks,
		     const char *source, enum lull_mark mark)
{
	if (out->n_flags < LULL_SCORE_MAX_FLAGS)
		out->flags[out->n_flags++] = (struct lull_score_flag){ id, state, text, blocks, source, mark };
}

static void raise_flags(const struct lull_instrument *s, const double *answers, struct lull_score *out)
{
	for (size_t i = 0; i < s->n_flags; i++) {
		const struct lull_item_flag *f = &s->flags[i];
		const double answer = answers ? answers[lull_instrument_item(s, f->item)] : NAN;
		if (is_missing(answer))
			add_flag(out, f->id, LULL_UNKNOWN, f->question, false, f->source, f->mark);
		else if (answer >= f->at_least)
			add_flag(out, f->id, LULL_YES, f->action, false, f->source, f->mark);
	}
}

/* Does the item count as a symptom: yes, no, or not answered? */
static enum lull_answer symptom(const struct lull_instrument *s, const struct lull_symptom_rule *rule, int i,
				const double *answers)
{
	const double from = lull_text_eq(s->items[i].id, rule->easier_item) ? rule->easier_from : rule->counts_from;
	if (is_missing(answers[i]))
		return LULL_UNKNOWN;
	return answers[i] >= from ? LULL_YES : LULL_NO;
}

/* Needed symptoms with one cardinal symptom among them; the lesser form needs fewer and
 * excludes the greater. */
static void apply_rule(const struct lull_instrument *s, const double *answers, struct lull_score *out)
{
	if (!s->n_rules)
		return;
	const struct lull_symptom_rule *rule = &s->rules[0];
	bool cardinal = false, cardinal_possible = false;
	for (size_t i = 0; i < rule->n_cardinal; i++) {
		const enum lull_answer a = symptom(s, rule, lull_instrument_item(s, rule->cardinal[i]), answers);
		cardinal |= a == LULL_YES;
		cardinal_possible |= a != LULL_NO;
	}
	for (size_t i = 0; i < s->n_items; i++) {
		const enum lull_answer a = symptom(s, rule, (int)i, answers);
		out->rule_count_low += a == LULL_YES;
		out->rule_count_high += a != LULL_NO;
	}
	const int low = out->rule_count_low, high = out->rule_count_high;
	out->rule = answer_of(cardinal && low >= rule->needed, !cardinal_possible || high < rule->needed);
	out->other_rule = answer_of(cardinal && low >= rule->other_needed && out->rule == LULL_NO,
				    out->rule == LULL_YES || !cardinal_possible || high < rule->other_needed);
}

/* ---- risk -------------------------------------------------------------------------------- */

/* A no lets the questions behind it be skipped; a yes among those stands, and the
 * contradiction is told: the worse answer is the one to act on. */
static void apply_skips(const struct lull_instrument *s, double *answers, bool *contradictory)
{
	for (size_t i = 0; i < s->n_skips; i++) {
		if (answers[lull_instrument_item(s, s->skips[i].item)] != 0)
			continue;
		for (size_t k = 0; k < s->skips[i].n_then_no; k++) {
			double *a = &answers[lull_instrument_item(s, s->skips[i].then_no[k])];
			if (is_missing(*a))
				*a = 0;
			else if (*a > 0)
				*contradictory = true;
		}
	}
}

static void find_levels(const struct lull_instrument *s, const double *answers, struct lull_score *out)
{
	for (size_t i = 0; i < s->n_levels; i++) {
		bool yes = false, possible = false;
		for (size_t k = 0; k < s->levels[i].n_any; k++) {
			const double a = answers[lull_instrument_item(s, s->levels[i].any[k])];
			yes |= a > 0;
			possible |= is_missing(a) || a > 0;
		}
		if (possible && !out->level_possible)
			out->level_possible = &s->levels[i];
		if (yes && !out->level)
			out->level = &s->levels[i];
	}
}

static void score_risk(const struct lull_instrument *s, const double *given, struct lull_score *out)
{
	double answers[LULL_SCORE_MAX_ITEMS];
	memcpy(answers, given, s->n_items * sizeof(*answers));
	apply_skips(s, answers, &out->contradictory);
	find_levels(s, answers, out);
	const struct lull_risk_level *level = out->level, *possible = out->level_possible;
	if (level)
		add_flag(out, level->id, LULL_YES, level->action, level->blocks_session, level->source, level->mark);
	if (possible && possible != level)
		add_flag(out, possible->id, LULL_UNKNOWN,
			 "Questions are unanswered and a higher level is not excluded: ask them now.", false,
			 possible->source, possible->mark);
}

/* ---- public ------------------------------------------------------------------------------ */

int lull_score_run(const struct lull_instrument *instrument, const double *answers, struct lull_score *out,
		   struct lull_err *err)
{
	*out = (struct lull_score){ .instrument = instrument };
	const int rc = check_answers(instrument, answers, err);
	if (rc != LULL_OK)
		return rc;
	score_domains(instrument, answers, out);
	score_total(instrument, answers, out);
	conclude(instrument, out);
	apply_rule(instrument, answers, out);
	if (instrument->kind == LULL_SCORE_RISK)
		score_risk(instrument, answers, out);
	raise_flags(instrument, answers, out);
	return LULL_OK;
}

int lull_score_from_total(const struct lull_instrument *instrument, double total, struct lull_score *out,
			  struct lull_err *err)
{
	*out = (struct lull_score){ .instrument = instrument };
	if (instrument->kind != LULL_SCORE_SUM && instrument->kind != LULL_SCORE_SINGLE)
		return lull_fail(err, LULL_EUNSUPPORTED, instrument->id, "%s has no total; its answers are needed",
				 instrument->name);
	if (!(total >= instrument->score_min && total <= instrument->score_max) ||
	    (!instrument->answers_between && total != __builtin_floor(total))) {
		char low[32], high[32];
		lull_num_text(low, sizeof(low), instrument->score_min, 3);
		lull_num_text(high, sizeof(high), instrument->score_max, 3);
		return lull_fail(err, LULL_EDOMAIN, instrument->id, "a total of %s is %s from %s to %s",
				 instrument->name, instrument->answers_between ? "a number" : "a whole number", low, high);
	}
	out->total = (struct lull_score_value){ .value = total, .low = total, .high = total };
	conclude(instrument, out);
	out->rule = out->other_rule = instrument->n_rules ? LULL_UNKNOWN : LULL_ABSENT;
	raise_flags(instrument, NULL, out);
	return LULL_OK;
}
