/* What came of a series: each definition, the days, the scores, and the class of the series. */
#include "lull/care/outcome.h"

#include <math.h>

#include "lull/base/text.h"
#include "lull/num/math.h"
#include "outcome_own.h"

/* ---- pain of an infusion ----------------------------------------------------------------- */

/* A fall by points, by percent, or a level: any that the definition names suffices. */
static enum lull_answer judge_fall(const struct lull_outcome_definition *d, double before, double after)
{
	if (lull_is_nan(after))
		return LULL_UNKNOWN;
	if (after <= d->at_most)
		return LULL_YES;
	if (lull_is_nan(before))
		return lull_is_nan(d->points) && lull_is_nan(d->percent) ? LULL_NO : LULL_UNKNOWN;
	if (before - after >= d->points)
		return LULL_YES;
	return before > 0 && 100 * (before - after) >= d->percent * before ? LULL_YES : LULL_NO;
}

static void count_answer(struct lull_outcome_result *r, enum lull_answer answer, double before, double after, lull_day day)
{
	const bool better = lull_is_nan(r->after) || before - after > r->before - r->after;

	r->n_yes += answer == LULL_YES;
	r->n_no += answer == LULL_NO;
	r->n_unknown += answer == LULL_UNKNOWN;
	if (answer != LULL_UNKNOWN && better) {
		r->before = before;
		r->after = after;
		r->day = day;
	}
}

static void each_infusion(const struct lull_series_record *record, struct lull_outcome_result *r)
{
	const struct lull_outcome_definition *d = r->definition;

	for (size_t i = 0; i < record->n_given; i++) {
		const struct lull_given *g = &record->given[i];
		if (d->kind == LULL_OUTCOME_FALL_AT_END)
			count_answer(r, judge_fall(d, g->pain_start, g->pain_end), g->pain_start, g->pain_end, g->day);
		else if (lull_is_nan(g->low_pain_h))
			count_answer(r, LULL_UNKNOWN, NAN, NAN, g->day);
		else
			count_answer(r, g->low_pain_h >= d->for_h ? LULL_YES : LULL_NO, g->pain_start, g->pain_end, g->day);
	}
	r->missing = !r->n_unknown			  ? NULL :
		     d->kind == LULL_OUTCOME_FALL_AT_END ? "pain (0-10) at the start and at the end of each infusion" :
							   "how long pain stayed at or below the level";
}

/* The visit nearest to the asked day after the last infusion's end, if it is near enough. */
static const struct lull_visit_pain *visit_near(const struct lull_series_record *record,
						const struct lull_outcome_definition *d)
{
	const lull_day wanted = lull_outcome__end(&record->given[record->n_given - 1]) + (lull_day)d->day;
	const struct lull_visit_pain *best = NULL;

	for (size_t i = 0; i < record->n_visits; i++) {
		const lull_day off = record->visits[i].day > wanted ? record->visits[i].day - wanted : wanted - record->visits[i].day;
		const lull_day best_off = !best		   ? (lull_day)d->within_days + 1 :
					  best->day > wanted ? best->day - wanted :
							       wanted - best->day;
		if (off < best_off)
			best = &record->visits[i];
	}
	return best;
}

static void at_visit(const struct lull_series_record *record, struct lull_outcome_result *r)
{
	const struct lull_visit_pain *visit = visit_near(record, r->definition);
	const double before = record->given[0].pain_start;

	if (!visit || lull_is_nan(before)) {
		r->n_unknown = 1;
		r->missing = visit ? "pain (0-10) at the start of the first infusion" : "pain (0-10) at a visit near that day";
		return;
	}
	count_answer(r, judge_fall(r->definition, before, visit->pain), before, visit->pain, visit->day);
}

/* ---- days -------------------------------------------------------------------------------- */

/* Share of recorded days that counted in [from, to]; NAN when one of them is missing. */
static double share(const struct lull_series *s, lull_day from, lull_day to)
{
	int n_yes = 0;

	for (lull_day day = from; day <= to; day++) {
		const int64_t at = (int64_t)day - s->first;
		if (at < 0 || at >= (int64_t)s->n || s->state[at] == LULL_SERIES_MISSING)
			return NAN;
		n_yes += s->state[at] == LULL_SERIES_YES;
	}
	return (double)n_yes / (double)(to - from + 1);
}

/* Both windows must be whole: two days cannot bear a missing one. */
static void few_days(const struct lull_outcome_request *q, struct lull_outcome_result *r)
{
	const struct lull_outcome_definition *d = r->definition;
	const lull_day first = q->record->given[0].day, end = lull_outcome__end(&q->record->given[0]);
	const double before = q->series ? share(q->series, first - (lull_day)d->before_days, first - 1) : NAN;
	const double after = q->series ? share(q->series, end + (lull_day)d->first_day, end + (lull_day)d->last_day) : NAN;

	if (lull_is_nan(before) || lull_is_nan(after) || before == 0) {
		r->n_unknown = 1;
		r->missing = before == 0 ? "headache days before: there were none to fall from" :
					   "every diary day of both windows";
		return;
	}
	count_answer(r, 100 * (before - after) >= d->percent * before ? LULL_YES : LULL_NO, 28 * before, 28 * after, first);
}

static void many_days(const struct lull_outcome *out, struct lull_outcome_result *r)
{
	const struct lull_response *days = &out->days;

	if (!out->has_days || lull_is_nan(days->percent)) {
		r->n_unknown = 1;
		r->missing = "14 recorded diary days or more in the 28 before and in the 28 after";
		return;
	}
	count_answer(r, -days->percent >= r->definition->percent ? LULL_YES : LULL_NO, days->before.per_28,
		     days->after.per_28, days->after.first);
}

/* Before the first infusion and from the day after the last one's end; false when the
 * diary cannot be compared. */
static int compare_days(const struct lull_outcome_request *q, struct lull_arena *arena, struct lull_outcome *out,
			struct lull_err *err)
{
	const struct lull_series_record *record = q->record;
	const lull_day after = lull_outcome__end(&record->given[record->n_given - 1]) + 1;

	if (!q->series)
		return LULL_OK;
	const int rc = lull_response_run(q->series, record->given[0].day, after, q->response_rules, q->counting, q->priors,
					 arena, &out->days, err);
	out->has_days = rc == LULL_OK;
	return rc;
}

/* ---- scores ------------------------------------------------------------------------------ */

static int score_of(const struct lull_outcome_request *q, const struct lull_instrument *s, lull_day from, lull_day to,
		    double *value, lull_day *day, struct lull_err *err)
{
	const struct lull_series_record *record = q->record;

	*value = NAN;
	*day = LULL_DAY_NONE;
	for (size_t i = 0; i < record->n_scores; i++) {
		const struct lull_score_entry *e = &record->scores[i];
		struct lull_score score;
		if (lull_instrument_find(q->instruments, e->instrument) != s || e->day == LULL_DAY_NONE || e->day < from ||
		    e->day > to || e->day < *day)
			continue;
		const int rc = lull_score_entry_run(q->instruments, e, &score, err);
		if (rc != LULL_OK)
			return rc;
		*value = score.total.value;
		*day = e->day;
	}
	return LULL_OK;
}

static int score_change(const struct lull_outcome_request *q, const struct lull_instrument *s, struct lull_arena *arena,
			struct lull_outcome_score *out, struct lull_err *err)
{
	const struct lull_series_record *record = q->record;
	const lull_day first = record->given[0].day, end = lull_outcome__end(&record->given[record->n_given - 1]);
	int rc;

	*out = (struct lull_outcome_score){ .instrument = s };
	if ((rc = score_of(q, s, INT32_MIN + 1, first, &out->before, &out->before_day, err)) ||
	    (rc = score_of(q, s, end + 1, q->on, &out->after, &out->after_day, err)))
		return rc;
	if (lull_is_nan(out->before) || lull_is_nan(out->after)) {
		out->missing = lull_is_nan(out->before) ? "a form filled in before the first infusion" :
							  "a form filled in after the last infusion";
		return LULL_OK;
	}
	return lull_score_judge(s, NULL, out->before, out->after, arena, &out->judgements, &out->n_judgements, err);
}

static int score_changes(const struct lull_outcome_request *q, struct lull_arena *arena, struct lull_outcome *out,
			 struct lull_err *err)
{
	const struct lull_series_record *record = q->record;
	struct lull_outcome_score *scores = LULL_ARENA_NEW(arena, struct lull_outcome_score, q->instruments->n_items + 1);

	if (!scores)
		return lull_nomem(err);
	for (size_t i = 0; i < q->instruments->n_items; i++) {
		const struct lull_instrument *s = &q->instruments->items[i];
		bool is_used = false;
		for (size_t k = 0; k < record->n_scores; k++)
			is_used = is_used || lull_instrument_find(q->instruments, record->scores[k].instrument) == s;
		if (!is_used || s->kind == LULL_SCORE_RISK)
			continue;
		const int rc = score_change(q, s, arena, &scores[out->n_scores], err);
		if (rc != LULL_OK)
			return rc;
		out->n_scores++;
	}
	out->scores = scores;
	return LULL_OK;
}

/* ---- the series -------------------------------------------------------------------------- */

static double pgic_after(const struct lull_outcome_request *q, struct lull_err *err, int *rc)
{
	const struct lull_instrument *pgic = lull_instrument_find(q->instruments, "pgic");
	const struct lull_series_record *record = q->record;
	double value = NAN;
	lull_day day;

	*rc = pgic ? score_of(q, pgic, lull_outcome__end(&record->given[record->n_given - 1]) + 1, q->on, &value, &day, err) :
		     LULL_OK;
	return value;
}

static int classify_series(const struct lull_outcome_request *q, struct lull_arena *arena, struct lull_outcome *out,
			   struct lull_err *err)
{
	const struct lull_outcome_series_rule *rule = &q->rules->series;
	const double fall = out->has_days ? -out->days.percent : NAN;
	char text[32], more[32];
	int rc;
	const double pgic = pgic_after(q, err, &rc);

	if (rc != LULL_OK)
		return rc;
	if (lull_is_nan(fall)) {
		out->series_because = "the diary does not cover 28 days before and after well enough";
		return LULL_OK;
	}
	const bool by_pgic = fall >= rule->full_days_percent_with_pgic && pgic <= rule->pgic_at_most;
	out->series = fall >= rule->full_days_percent || by_pgic ? LULL_RESULT_FULL :
		      fall >= rule->partial_days_percent	 ? LULL_RESULT_PARTIAL :
								   LULL_RESULT_NON_RESPONDER;
	out->series_because = lull_arena_printf(
		arena, "headache days changed by %s %%%s%s", lull_num_text(text, sizeof(text), -fall, 0),
		lull_is_nan(pgic) ? "; no PGIC after the series" : "; PGIC ",
		lull_is_nan(pgic) ? "" : lull_num_text(more, sizeof(more), pgic, 0));
	return out->series_because ? LULL_OK : lull_nomem(err);
}

/* ---- all of it --------------------------------------------------------------------------- */

static enum lull_answer met_of(const struct lull_outcome_result *r)
{
	return r->n_yes ? LULL_YES : r->n_unknown ? LULL_UNKNOWN : LULL_NO;
}

static int judge_definitions(const struct lull_outcome_request *q, struct lull_arena *arena, struct lull_outcome *out,
			     struct lull_err *err)
{
	struct lull_outcome_result *results = LULL_ARENA_NEW(arena, struct lull_outcome_result, q->rules->n_definitions + 1);

	if (!results)
		return lull_nomem(err);
	for (size_t i = 0; i < q->rules->n_definitions; i++) {
		struct lull_outcome_result *r = &results[i];
		*r = (struct lull_outcome_result){ .definition = &q->rules->definitions[i], .before = NAN, .after = NAN,
						   .day = LULL_DAY_NONE };
		switch ((enum lull_judged_by)r->definition->kind) {
		case LULL_OUTCOME_FALL_AT_END:
		case LULL_OUTCOME_LOW_FOR: each_infusion(q->record, r); break;
		case LULL_OUTCOME_FALL_AT_VISIT: at_visit(q->record, r); break;
		case LULL_OUTCOME_DAYS_7_8: few_days(q, r); break;
		case LULL_OUTCOME_DAYS_28: many_days(out, r); break;
		}
		r->met = met_of(r);
	}
	out->results = results;
	out->n_results = q->rules->n_definitions;
	return LULL_OK;
}

static int list_missing(const struct lull_outcome_request *q, struct lull_arena *arena, struct lull_outcome *out,
			struct lull_err *err)
{
	const char **missing = LULL_ARENA_NEW(arena, const char *, out->n_results + out->n_scores + 8);
	const struct lull_series_record *r = q->record;

	if (!missing)
		return lull_nomem(err);
	for (size_t i = 0; i < out->n_results; i++)
		if (out->results[i].missing) {
			missing[out->n_missing] = lull_arena_printf(arena, "%s: %s", out->results[i].definition->name,
								    out->results[i].missing);
			if (!missing[out->n_missing++])
				return lull_nomem(err);
		}
	for (size_t i = 0; i < out->n_scores; i++)
		if (out->scores[i].missing) {
			missing[out->n_missing] = lull_arena_printf(arena, "%s: %s", out->scores[i].instrument->name,
								    out->scores[i].missing);
			if (!missing[out->n_missing++])
				return lull_nomem(err);
		}
	const struct {
		bool is_open;
		const char *text;
	} asked[] = {
		{ lull_is_nan(r->alt_x_uln), "Liver: ALT as a multiple of the upper limit was not given." },
		{ r->urinary_symptoms == LULL_ABSENT || r->urinary_symptoms == LULL_UNKNOWN,
		  "Bladder: urinary symptoms were not asked." },
		{ r->misuse == LULL_ABSENT || r->misuse == LULL_UNKNOWN, "Misuse was not asked." },
		{ r->pregnant == LULL_ABSENT || r->pregnant == LULL_UNKNOWN, "Pregnancy was not asked (answer no where it cannot be)." },
	};
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++)
		if (asked[i].is_open)
			missing[out->n_missing++] = asked[i].text;
	out->missing = missing;
	return LULL_OK;
}

int lull_outcome_run(const struct lull_outcome_request *request, struct lull_arena *arena, struct lull_outcome *out,
		     struct lull_err *err)
{
	struct lull_outcome_request q = *request;
	struct lull_series known; /* what was known on the day of asking */
	int rc;

	*out = (struct lull_outcome){ 0 };
	if (request->series) {
		known = *request->series;
		if ((int64_t)known.first + (int64_t)known.n > (int64_t)q.on + 1)
			known.n = q.on < known.first ? 0 : (size_t)(q.on - known.first) + 1;
		q.series = &known;
	}
	if (request->record->n_given == 0)
		return lull_fail(err, LULL_EDOMAIN, "infusions", "no infusion was given: there is no outcome yet");
	if (request->on < lull_outcome__end(&request->record->given[request->record->n_given - 1]))
		return lull_fail(err, LULL_EDOMAIN, "infusions", "the last infusion ends after the day of asking");
	if ((rc = compare_days(&q, arena, out, err)) || (rc = judge_definitions(&q, arena, out, err)) ||
	    (rc = score_changes(&q, arena, out, err)) || (rc = classify_series(&q, arena, out, err)) ||
	    (rc = list_missing(&q, arena, out, err)))
		return rc;
	out->untreated = q.rules->untreated;
	out->n_untreated = q.rules->n_untreated;
	return lull_outcome__steps(&q, arena, out, err);
}
