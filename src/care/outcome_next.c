/* The next step after a series: the rules of outcomes.yaml, each judged by one function named after its id. */
#include <math.h>
#include <string.h>

#include "lull/base/text.h"
#include "lull/num/math.h"
#include "outcome_own.h"

/* What the rules look at. */
struct look {
	const struct lull_outcome_request *q;
	const struct lull_outcome *out;
	const struct lull_next_rule *rule;
	struct lull_arena *arena;
	const char *because; /* set when the rule holds; NULL then means out of memory */
};

static const struct lull_given *last_given(const struct look *k)
{
	return &k->q->record->given[k->q->record->n_given - 1];
}

static const char *num(char *text, double value)
{
	return lull_num_text(text, 32, value, 1);
}

static bool because(struct look *k, const char *text)
{
	k->because = text;
	return true;
}

static bool stop_adverse(struct look *k)
{
	const struct lull_series_record *r = k->q->record;

	for (size_t i = 0; i < r->n_given; i++)
		for (size_t j = 0; j < r->given[i].n_reactions; j++) {
			const struct lull_reaction *a = &r->given[i].reactions[j];
			char day[LULL_DAY_TEXT], grade[32];
			/* Not asked whether related counts as related: a stop rule takes the worse reading. */
			if (a->grade >= k->rule->number && a->related != LULL_NO)
				return because(k, lull_arena_printf(k->arena, "%s of grade %s at the infusion of %s%s", a->term,
								    num(grade, a->grade), lull_day_text(day, r->given[i].day),
								    a->related == LULL_YES ? "" :
											     "; whether the drug caused it was not said"));
		}
	return false;
}

static bool liver_at(struct look *k, double alt, double with, double bilirubin)
{
	const struct lull_series_record *r = k->q->record;
	char a[32], b[32];

	if (!(r->alt_x_uln >= alt) && !(r->alt_x_uln >= with && r->bilirubin_x_uln >= bilirubin))
		return false;
	return because(k, lull_arena_printf(k->arena, "ALT %s times, bilirubin %s times the upper limit", num(a, r->alt_x_uln),
					    lull_is_nan(r->bilirubin_x_uln) ? "not given" : num(b, r->bilirubin_x_uln)));
}

static bool stop_liver(struct look *k) { return liver_at(k, k->rule->number, k->rule->with, k->rule->and_number); }
static bool hold_liver(struct look *k) { return liver_at(k, k->rule->number, NAN, NAN); }

static bool said_yes(struct look *k, enum lull_answer answer)
{
	return answer == LULL_YES && because(k, "recorded");
}

static bool stop_bladder(struct look *k) { return said_yes(k, k->q->record->urinary_symptoms); }
static bool stop_misuse(struct look *k) { return said_yes(k, k->q->record->misuse); }
static bool stop_pregnancy(struct look *k) { return said_yes(k, k->q->record->pregnant); }
static bool stop_wish(struct look *k) { return said_yes(k, k->q->record->wishes_to_stop); }

static bool stop_short(struct look *k)
{
	const struct lull_series_record *r = k->q->record;
	int n = 0;

	for (size_t i = 0; i < r->n_given; i++)
		n += r->given[i].benefit_days < k->rule->number;
	return n >= k->rule->with && because(k, lull_arena_printf(k->arena, "benefit shorter than that after %d infusions", n));
}

/* A multi-day course is a series of its own. */
static bool is_complete(const struct look *k)
{
	const struct lull_series_record *r = k->q->record;

	for (size_t i = 0; i < r->n_given; i++)
		if (lull_outcome__end(&r->given[i]) > r->given[i].day)
			return true;
	return (double)r->n_given >= k->q->rules->series.n_infusions;
}

static bool complete(struct look *k)
{
	char n[32];

	if (is_complete(k))
		return false;
	return because(k, lull_arena_printf(k->arena, "%zu of %s infusions given", k->q->record->n_given,
					    num(n, k->q->rules->series.n_infusions)));
}

static bool is_early(const struct look *k, const struct lull_next_rule *wait)
{
	return k->q->on - lull_outcome__end(last_given(k)) < (lull_day)wait->number;
}

static bool wait_28(struct look *k)
{
	if (!is_complete(k) || !is_early(k, k->rule))
		return false;
	return because(k, lull_arena_printf(k->arena, "%d days since the last infusion ended",
					    (int)(k->q->on - lull_outcome__end(last_given(k)))));
}

/* After the wait the class of the series decides. */
static bool is_judged(const struct look *k, enum lull_series_result as)
{
	const struct lull_next_rule *wait = lull_outcome__next(k->q->rules, "wait");

	return is_complete(k) && !is_early(k, wait) && k->out->series == as;
}

static bool stop_none(struct look *k)
{
	return is_judged(k, LULL_RESULT_NON_RESPONDER) && because(k, k->out->series_because);
}

static bool partial(struct look *k)
{
	return is_judged(k, LULL_RESULT_PARTIAL) && because(k, k->out->series_because);
}

static bool unknown(struct look *k)
{
	return is_judged(k, LULL_RESULT_UNKNOWN) && because(k, k->out->series_because);
}

static bool cap_year(struct look *k)
{
	const struct lull_series_record *r = k->q->record;
	int n = 0;

	for (size_t i = 0; i < r->n_given; i++)
		n += r->given[i].day > k->q->on - (lull_day)k->rule->with;
	return n >= k->rule->number && because(k, lull_arena_printf(k->arena, "%d infusions in the last 12 months", n));
}

/* The latest 28 whole days against before: how much of the gain of the 28 days after is gone. NAN unknown. */
static double lost_percent(const struct look *k)
{
	const struct lull_response *d = &k->out->days;
	struct lull_window now;

	if (!k->out->has_days || !(d->change < 0))
		return NAN;
	lull_window_of(k->q->series, k->q->on - d->after.n_days, k->q->counting, &now);
	return 100 * (now.per_28 - d->after.per_28) / -d->change;
}

static bool booster(struct look *k)
{
	const double lost = lost_percent(k);
	char text[32];

	if (!is_judged(k, LULL_RESULT_FULL) || k->q->on - lull_outcome__end(last_given(k)) < (lull_day)k->rule->with ||
	    !(lost >= k->rule->number))
		return false;
	return because(k, lull_arena_printf(k->arena, "%s %% of the gain is lost in the last 28 days", num(text, lost)));
}

static bool observe(struct look *k)
{
	const struct lull_next_rule *rule = lull_outcome__next(k->q->rules, "booster");
	const double lost = lost_percent(k);
	char text[32];

	if (!is_judged(k, LULL_RESULT_FULL) || lost >= rule->number)
		return false;
	return because(k, lull_is_nan(lost) ? "the last 28 days are not recorded well enough to say how much of the gain is left" :
					      lull_arena_printf(k->arena, "%s %% of the gain is lost in the last 28 days",
								num(text, lull_max(lost, 0))));
}

/* In the order of lull_next_ids. */
static bool (*const judges[])(struct look *k) = { stop_adverse, stop_liver, stop_bladder, stop_misuse, stop_pregnancy,
						  stop_wish,    hold_liver, stop_short,   complete,    wait_28,
						  stop_none,    partial,    cap_year,     booster,     observe,
						  unknown };
enum { N_JUDGES = sizeof(judges) / sizeof(judges[0]) };

int lull_outcome__steps(const struct lull_outcome_request *q, struct lull_arena *arena, struct lull_outcome *out,
			struct lull_err *err)
{
	struct lull_next_step *steps = LULL_ARENA_NEW(arena, struct lull_next_step, N_JUDGES);
	bool is_over = false;

	if (!steps)
		return lull_nomem(err);
	for (size_t i = 0; i < N_JUDGES; i++) {
		struct look k = { q, out, lull_outcome__next(q->rules, lull_next_ids[i]), arena, NULL };
		/* Once something ends treatment, only what else ends or holds it is said. */
		if (is_over && k.rule->action != LULL_NEXT_STOP && k.rule->action != LULL_NEXT_HOLD)
			continue;
		if (!judges[i](&k))
			continue;
		if (!k.because)
			return lull_nomem(err);
		is_over = is_over || k.rule->action == LULL_NEXT_STOP || k.rule->action == LULL_NEXT_HOLD;
		steps[out->n_next++] = (struct lull_next_step){ k.rule, k.because };
	}
	out->next = steps;
	return LULL_OK;
}
